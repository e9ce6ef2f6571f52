"""What if an input were different: replaced, or each moved in turn (tornado)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roi_engine.appraisal import Metric, defined, find_metric
from roi_engine.cashflow import figure
from roi_engine.errors import FtRoiError, OutOfRange
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS, Scenario, find_input
from roi_engine.value import ROUNDING, Value, ceiling, maximum, minimum, where

DEFAULT_SWING = 0.20
"""How far an input without a range is moved, each way."""


def moved(base: Value, change: Value, step: Value, lowest: Value, highest: Value) -> Value:
    """An input moved by a fraction of its size, within its legal range.

        base + |base| · change;  a whole number (step 1): the nearest one, at least one step away

    base, lowest, highest : in the input's own unit.
    change : as decimal, negative for down: −30 % moved down by a fifth is −36 %.
    step : 1 for an input that is a whole number, else 0.
    Returns a value in the input's unit; the base where change is 0.

    >>> moved(12, -0.2, 1, 1, 600), moved(12, 0.2, 1, 1, 600), moved(1, 0.2, 1, 1, 600)
    (10, 14, 2)
    """
    exact = base + abs(base) * change
    nearest = ceiling(exact - 0.5)
    up = maximum(nearest, base + step)
    down = minimum(nearest, base - step)
    whole = where(change > 0, up, where(change < 0, down, base))
    return minimum(maximum(where(step > 0, whole, exact), lowest), highest)


def legal_bounds(declared: Input) -> tuple[float, float]:
    """The lowest and highest legal value; just inside a bound that is not allowed."""
    quantity = declared.quantity
    return quantity.clamp(-math.inf), quantity.clamp(math.inf)


def moved_input(declared: Input, base: float, change: float) -> float:
    """`moved` for an input's own step and bounds.

    declared : the input.
    base : its value, in its own unit.
    change : as decimal, negative for down.
    Returns a value in the input's unit.
    """
    value: Any = moved(base, change, 1 if declared.quantity.whole else 0, *legal_bounds(declared))
    return float(value)


def what_if(scenario: Scenario, metric: str, **changes: Any) -> float | None:
    """A metric of the full model with some inputs replaced.

    scenario : the base.
    metric : a name of `METRICS` (NETROI, PAYBACK …).
    changes : input name → value in its own unit.
    Returns the metric (None: undefined, infinity: never).
    Raises `ScenarioError` for an illegal value, `UnknownName` for an unknown metric.
    Source: docs/method.md, "Sensitivity".

    >>> from roi_engine.reference import REFERENCE
    >>> round(what_if(REFERENCE, "NETROI", baseline_cost_per_1k_tokens=0.36), 2)
    21437.28
    """
    return defined(figure(scenario.with_inputs(**changes).inputs(), find_metric(metric).equation))


@dataclass(frozen=True)
class TornadoBar:
    """One input at its low and its high value, the others at base.

    name, label : the input's.
    low, high : its ends, in its own unit.
    metric_at_low, metric_at_high : the results (None: undefined, infinity: never).
    """

    name: str
    label: str
    low: float
    high: float
    metric_at_low: float | None
    metric_at_high: float | None

    @property
    def swing(self) -> float:
        """The distance between the results; infinite where one of them never pays back."""
        if self.metric_at_low is None or self.metric_at_high is None:
            return math.nan
        return 0.0 if self.metric_at_low == self.metric_at_high else abs(self.metric_at_high - self.metric_at_low)


def tornado(scenario: Scenario, metric: str = "NETROI", swing: float = DEFAULT_SWING) -> list[TornadoBar]:
    """Every numeric input at low and high, the others at base, the widest swing first.

    scenario : the base; an input with a range in it is moved to that range.
    metric : a name of `METRICS` (NETROI, PAYBACK …).
    swing : how far any other input is moved, as `moved` says; a decimal, 0.2 for ±20 %.
    Returns bars in falling order of swing; the order of inputs breaks ties.
    Raises `OutOfRange` for a swing that is not between 0 and 1, `UnknownName` for an unknown metric.
    Source: docs/method.md, "Sensitivity".

    Empty and text inputs are left out, zero ones without a range, and inputs that do not move the metric.

    >>> from roi_engine.reference import REFERENCE
    >>> [bar.name for bar in tornado(REFERENCE)[:2]]
    ['baseline_cost_per_1k_tokens', 'baseline_monthly_api_calls']
    """
    if not 0 < swing < 1:
        raise OutOfRange(f"swing: {swing:g} is not between 0 and 1. Type 0.2 for ±20 %.")
    chosen, base = find_metric(metric), scenario.inputs()
    bars = []
    for name, declared in INPUTS.items():
        if not declared.numeric or base[name] is None or (base[name] == 0 and name not in scenario.ranges):
            continue
        low, high = low_and_high(scenario, declared, swing)
        at_low, at_high = (_replaced(base, chosen, name, value) for value in (low, high))
        bar = TornadoBar(name, declared.label, low, high, at_low, at_high)
        if bar.swing != 0:
            bars.append(bar)
    return sorted(bars, key=_falling)


def _falling(bar: TornadoBar) -> tuple[bool, float]:
    """Sorts the widest swing first; swings that differ by rounding are equal."""
    return math.isnan(bar.swing), -float(f"{bar.swing:.9g}")


def low_and_high(scenario: Scenario, declared: Input, swing: float = DEFAULT_SWING) -> tuple[float, float]:
    """The ends between which an input is moved: its range, else ``swing`` each way.

    scenario : the base.
    declared : the input.
    swing : as decimal, 0.2 for ±20 %.
    Returns low and high in the input's unit.
    """
    span = scenario.ranges.get(declared.name)
    if span is not None:
        return span.low, span.high
    base = getattr(scenario, declared.name)
    return moved_input(declared, base, -swing), moved_input(declared, base, swing)


def _replaced(base: Mapping[str, Any], metric: Metric, name: str, value: float) -> float | None:
    """A metric with one number replaced; its neighbours need no second check."""
    return defined(figure({**base, name: INPUTS[name].quantity.check(value)}, metric.equation))


def changed_by(scenario: Scenario, metric: str, input_name: str, change: float) -> float | None:
    """A metric with one input changed by a fraction of itself.

        what_if at base · (1 + change)

    scenario : the base.
    metric : a name of `METRICS` (NETROI, PAYBACK …).
    input_name : a numeric input, by name, short name or label.
    change : as decimal, negative for down.
    Returns the metric (None: undefined, infinity: never).

    >>> from roi_engine.reference import REFERENCE
    >>> round(changed_by(REFERENCE, "NETROI", "baseline_cost", 0.2), 2)
    21437.28
    """
    declared = find_input(input_name)
    base = getattr(scenario, declared.name)
    if not declared.numeric or base is None:
        raise OutOfRange(f"{declared.name} holds no number that could change by a fraction.")
    value = base * (1 + change)
    if declared.quantity.whole and math.isclose(value, round(value), rel_tol=ROUNDING):
        value = round(value)  # 60 · (1 − 0.7) is 18.000000000000004
    try:
        return _replaced(scenario.inputs(), find_metric(metric), declared.name, value)
    except FtRoiError as error:
        raise type(error)(f"{declared.name} changed by {change:+.0%}: {error}") from None
