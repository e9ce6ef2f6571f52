"""The model's quantities as cells, by the names that its equations take."""

from __future__ import annotations

from collections.abc import Mapping

from roi_engine.cashflow import MODEL
from roi_engine.graph import Graph
from templates.building.formula import Formula, formula_of

Quantities = Mapping[str, Formula]
"""Cells by the name of what they hold: inputs in use, fixed figures, totals and ends of the monthly rows."""


def by_equation(name: str, quantities: Quantities, graph: Graph = MODEL) -> Formula:
    """A quantity as the formula of its equation over cells.

    >>> cells = {"storage_gb": Formula("B4", 20.0), "storage_monthly_rate": Formula("B5", 0.1)}
    >>> by_equation("monthly_storage_cost", cells).text
    'B4*B5'
    """
    return formula_of(graph.equations[name](*(quantities[taken] for taken in graph.takes[name])))
