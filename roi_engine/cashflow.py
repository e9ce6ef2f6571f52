"""The cash flow of a scenario, month by month: the model's equations, evaluated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from roi_engine import equations, level, metrics
from roi_engine.graph import Graph, equations_of

_EQUATIONS = equations_of(equations, metrics)
_SHARED = (
    "prompt_price", "batch_factor", "call_cost", "cached_price", "mix_cost", "token_cost", "mix_or_token_cost",
    "price_in_month", "fleet_bill",
    "settled", "largest_rounding", "crossing", "annual_rate", "monthly_saving", "total", "beyond_horizon",
)  # fmt: skip
SHARED = {name: _EQUATIONS.pop(name) for name in _SHARED}
"""Formulas that several equations use: no quantities themselves."""

MODEL = Graph(_EQUATIONS)
"""The full model, from its inputs to its metrics."""

_FIXED = [name for name in equations_of(equations) if name in MODEL.equations and name not in MODEL.monthly]
_LEVEL = equations_of(level)
_typed_review_cost = _LEVEL.pop("typed_review_cost")
LEVEL = Graph({name: MODEL.equations[name] for name in (*_FIXED, "roi")} | _LEVEL)
"""The closed form of the level case, over the fixed equations of the full model."""

TYPED = Graph(LEVEL.equations | {"present_review_cost": _typed_review_cost})
"""The same for typed calls, whose arguments are the inputs that it takes."""

FLOWS = (
    "baseline_spend",
    "review_savings",
    "finetuned_spend",
    "added_review",
    "running_cost",
    "net_cash_flow",
)


def horizon(inputs: Mapping[str, Any]) -> int:
    """The months to evaluate: the horizon, or the longest of many."""
    months = inputs["months_to_amortize"]
    return int(months if isinstance(months, (int, float)) else months.max())


def for_arrays(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's inputs for a run over arrays: an empty one is NaN there."""
    return {name: math.nan if value is None else value for name, value in inputs.items()}


def figure(inputs: Mapping[str, Any], name: str) -> Any:
    """One quantity of the model, by the name of its equation.

    inputs : every input by name; floats, or arrays over scenarios.
    name : of the equation. Only what it needs is calculated.

    >>> from roi_engine.reference import REFERENCE
    >>> round(figure(REFERENCE.inputs(), "npv"), 2)
    16944.01
    """
    return MODEL.evaluate(inputs, (name,), inputs["months_to_amortize"])[name]


def cash_flow(inputs: Mapping[str, Any]) -> list[Any]:
    """The signed flows of months 0…H.

    inputs : every input by name, as `Scenario.inputs` gives them; floats, or arrays over scenarios.
    Returns a list of H + 1 values (money; floats or arrays), month 0 first; costs are negative.

    >>> from roi_engine.reference import REFERENCE
    >>> [round(flow, 2) for flow in cash_flow(REFERENCE.inputs())[:3]]
    [-42.72, 1490.0, 1490.0]
    """
    flows: list[Any] = figure(inputs, "net_cash_flow")
    return flows
