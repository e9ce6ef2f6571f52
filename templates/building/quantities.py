"""The model's quantities as cells, by the names that its equations take."""

from __future__ import annotations

from collections.abc import Mapping

from roi_engine.cashflow import MODEL
from roi_engine.graph import Graph
from templates.building.formula import Formula, formula_of

Quantities = Mapping[str, Formula]
"""Cells by the name of what they hold: inputs in use, fixed figures, totals and ends of the monthly rows."""


def by_equation(name: str, cells: Quantities, graph: Graph = MODEL) -> Formula:
    """A quantity as its equation's formula; what has no cell is printed within it.

    name : the equation's.
    cells : the cells that there are, by quantity.
    graph : the equations.

    >>> cells = {"flow_size": Formula("B4", 20.0), "total_net_cash_flow": Formula("B5", 12.0)}
    >>> by_equation("net_roi", cells).text
    'IF(ABS(B5)<1E-12*MAX(B4,1),0,B5)'
    """
    return formula_of(graph.equations[name](*(quantity_of(taken, cells, graph) for taken in graph.takes[name])))


def quantity_of(name: str, cells: Quantities, graph: Graph = MODEL) -> Formula:
    """A quantity's cell, or its formula where it has none."""
    if name in cells:
        return cells[name]
    if name not in graph.equations:
        raise KeyError(f"{name} has no cell. Over the months, it is read off a row: templates/building/model_rows.py.")
    return by_equation(name, cells, graph)
