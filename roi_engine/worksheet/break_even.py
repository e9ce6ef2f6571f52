"""Worksheet functions: where the decision turns, and what if an input changed."""

from __future__ import annotations

import math
from typing import Any

from roi_engine import breakeven, sensitivity
from roi_engine import quantity as q
from roi_engine.appraisal import find_metric
from roi_engine.errors import FtRoiError
from roi_engine.scenario import INPUTS, find_input
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import BREAK_EVEN, INPUT_NAME, METRIC, Argument, worksheet_function

_VALUE = q.Quantity("value", "the input's unit", "number")
_METRIC_VALUE = q.Quantity("metric", "the metric's unit", "number")
_CHOICES = frozenset(choice for declared in INPUTS.values() for choice in declared.quantity.choices)


class NumberOrChoice(q.Quantity):
    """What any input may be: a number, or a text that is some input's choice."""

    def check(self, value: Any) -> Any:
        """The number, or the text; the input itself asks whether it is one of its own."""
        return value if isinstance(value, str) and q.as_choice(value) in _CHOICES else super().check(value)


_ANY_VALUE = NumberOrChoice("value", "the input's unit", "number")


@worksheet_function(
    "FT_BREAKEVEN",
    BREAK_EVEN,
    "The value of an input at which NETROI or NPV is zero; the text Always or Never when no legal value turns the sign. #NUM! when the metric ignores it.",
    _VALUE,
    own=(METRIC, INPUT_NAME),
    examples=("NETROI", "gpu_hourly_rate"),
)
def break_even(case: Case, metric: str, input_name: str) -> float | str | None:
    found = breakeven.break_even(case.scenario, input_name, metric)
    return found.verdict.capitalize() if found.verdict in ("always", "never") else found.value


@worksheet_function(
    "FT_WHATIF",
    BREAK_EVEN,
    "A metric of the scenario with one or two inputs replaced. A column and a row of values give a grid.",
    _METRIC_VALUE,
    own=(
        METRIC,
        INPUT_NAME,
        Argument("value", _ANY_VALUE, "The value that replaces the input's."),
        Argument("input_name_2", q.TEXT, "A second input.", optional=True, kind="text"),
        Argument("value_2", _ANY_VALUE, "The value that replaces the second input's.", optional=True),
    ),
    scenario="block",
    block_at=1,
    examples=("NETROI", "baseline_cost", 0.36),
)
def what_if(
    case: Case, metric: str, input_name: str, value: float | str, input_name_2: str | None, value_2: float | str | None
) -> float | None:
    changes: dict[str, Any] = {find_input(input_name).name: value}
    if (input_name_2 is None) != (value_2 is None):
        missing = "value_2" if value_2 is None else "input_name_2"
        raise FtRoiError(f"{missing}: missing. A second input needs its name and its value.")
    if input_name_2 is not None:
        second = find_input(input_name_2).name
        if second in changes:
            raise FtRoiError(f"input_name_2: {second} is the first input too. Name another one.")
        changes[second] = value_2
    return _defined(metric, sensitivity.what_if(case.scenario, metric, **changes))


@worksheet_function(
    "FT_SENSITIVITY",
    BREAK_EVEN,
    "A metric with one input changed by a fraction of itself: 20 % asks what happens when it is a fifth higher.",
    _METRIC_VALUE,
    own=(METRIC, INPUT_NAME, Argument("change", q.CHANGE, "The change as a fraction, negative for less.")),
    examples=("NETROI", "baseline_cost", 0.20),
)
def changed(case: Case, metric: str, input_name: str, change: float) -> float | None:
    return _defined(metric, sensitivity.changed_by(case.scenario, metric, input_name, change))


def _defined(metric: str, value: float | None) -> float:
    """The value, or the error of the metric's own function where it is undefined."""
    if value is None:
        raise find_metric(metric).undefined(f"{metric} is undefined for these inputs.")
    return value


@worksheet_function(
    "FT_TORNADO",
    BREAK_EVEN,
    "Table: input, metric at its low value, metric at its high value, swing; the widest swing first. Inputs with low and high in the block move to those, all others by the swing (20 % when empty).",
    q.TABLE,
    own=(
        METRIC,
        Argument("swing", q.SWING, "How far each input is moved, as a fraction.", optional=True),
    ),
    examples=("NETROI", 0.20),
)
def tornado(case: Case, metric: str, swing: float | None) -> list[list[Any]]:
    bars = sensitivity.tornado(case.scenario, metric, sensitivity.DEFAULT_SWING if swing is None else swing)
    table = [[bar.name, _or_text(bar.metric_at_low), _or_text(bar.metric_at_high), _size(bar.swing)] for bar in bars]
    return table or [["No input moves this metric.", "", "", 0.0]]


def _or_text(value: float | None) -> float | str:
    return "n/a" if value is None else value


def _size(swing: float) -> float | str:
    """A swing from or to Never has no size."""
    return swing if math.isfinite(swing) else "n/a"
