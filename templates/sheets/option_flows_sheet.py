"""The Option flows sheet: what each option pays and saves, month by month.

An option is the model with some inputs replaced. Only the rows that those inputs change stand here; the others are
those of the Cash flow sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from roi_engine.options import LABELS, OPTIONS, changed_equations
from templates.building import styles
from templates.building.book import Book, protect
from templates.building.formula import Formula
from templates.building.model_rows import PAYBACK, PAYBACK_NAMES, figure_quantities, some_rows
from templates.building.month_rows import MonthRows, MonthTable, Part, Row
from templates.building.quantities import Quantities

STAY_BILL = Row(
    "stay_bill", "Bill and review", "{currency}", styles.SMALL_MONEY, "",
    OPTIONS.equations["stay_bill"], OPTIONS.takes["stay_bill"],
)  # fmt: skip


@dataclass(frozen=True)
class OptionFlowCells:
    """What the Options sheet takes: the bill of staying, each option's quantities."""

    first_bill: Formula
    later_bills: Formula
    options: Mapping[str, Quantities]


def add_option_flows_sheet(
    book: Book,
    cash_flow: MonthRows,
    fixed: Quantities,
    own_books: Mapping[str, Book],
    own_fixed: Mapping[str, Quantities],
) -> OptionFlowCells:
    """Writes the sheet.

    cash_flow : the rows of the scenario, which stand for those that an option does not change.
    fixed : the scenario's inputs in use and fixed figures.
    own_books, own_fixed : for each option the workbook with names of its own, and its own inputs and fixed figures.
    """
    parts = [Part([f"{LABELS['STAY']}: the whole bill", STAY_BILL], fixed, book)]
    for option, own in own_fixed.items():
        rows = some_rows({*changed_equations(option), *PAYBACK}, ("flow_size",))
        parts.append(Part([LABELS[option], *rows], own, own_books[option]))
    about = "The rows that differ from the Cash flow sheet when the model is one of these options. Ordinary formulas."
    table = MonthTable(book, "Option flows", about, parts, cash_flow)
    stay, *changed = table.parts
    for part in changed:
        for name, quantity in PAYBACK_NAMES.items():
            part.define(name, quantity)
    protect(table.sheet)
    return OptionFlowCells(
        stay.cell("stay_bill", 0),
        stay.span("stay_bill", 1),
        {option: figure_quantities(part) for option, part in zip(own_fixed, changed, strict=True)},
    )
