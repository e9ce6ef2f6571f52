"""The Option flows sheet: what each option pays and saves, month by month.

An option is the model with some quantities replaced. Only the rows that those change stand here; the others are those
of the Cash flow sheet. An option without figures has no flows.
"""

from __future__ import annotations

from collections.abc import Mapping

from roi_engine.options import LABELS, changed_equations
from templates.building.book import Book, protect
from templates.building.model_rows import PAYBACK, PAYBACK_NAMES, figure_quantities, some_rows
from templates.building.month_rows import MonthRows, MonthTable, Part
from templates.building.quantities import Quantities
from templates.sheets.option_bearings import OptionCells


def add_option_flows_sheet(
    book: Book, cash_flow: MonthRows, options: Mapping[str, OptionCells]
) -> Mapping[str, Quantities]:
    """Writes the sheet; returns what the figures of each option take.

    cash_flow : the rows of the scenario, which stand for those that an option does not change.
    options : the cells of each option.
    """
    parts = []
    for option, own in options.items():
        rows = some_rows({*changed_equations(option), *PAYBACK}, ("flow_size",))
        parts.append(Part([LABELS[option], *rows], own.fixed, own.book, own.compared))
    about = "The rows that differ from the Cash flow sheet when the model is one of these; empty without figures."
    table = MonthTable(book, "Option flows", about, parts, cash_flow)
    for part in table.parts:
        for name, quantity in PAYBACK_NAMES.items():
            part.define(name, quantity)
    protect(table.sheet)
    return {option: figure_quantities(part) for option, part in zip(options, table.parts, strict=True)}
