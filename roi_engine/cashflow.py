"""The cash flow of a scenario, month by month: the model's equations, evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roi_engine import equations, level
from roi_engine.graph import Graph, equations_of

_EQUATIONS = equations_of(equations)
SHARED = {name: _EQUATIONS.pop(name) for name in ("prompt_price", "batch_factor", "call_cost", "price_in_month")}
"""Formulas that several equations use: no quantities themselves."""

MODEL = Graph(_EQUATIONS)
"""The full model."""

LEVEL = Graph({name: each for name, each in _EQUATIONS.items() if name not in MODEL.monthly} | equations_of(level))
"""The closed form of the level case, over the fixed equations of the full model."""

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


def cash_flow(inputs: Mapping[str, Any]) -> list[Any]:
    """The signed flows of months 0…H.

    inputs : every input by name, as `Scenario.inputs` gives them; floats, or arrays over scenarios.
    Returns a list of H + 1 values (money; floats or arrays), month 0 first; costs are negative.

    >>> from roi_engine.reference import REFERENCE
    >>> [round(flow, 2) for flow in cash_flow(REFERENCE.inputs())[:3]]
    [-42.72, 1490.0, 1490.0]
    """
    flows: list[Any] = MODEL.evaluate(inputs, ("net_cash_flow",), horizon(inputs))["net_cash_flow"]
    return flows
