"""The Option flows sheet of the native edition: what each option pays and saves, month by month.

An option is the model with some inputs replaced. Only the rows that those inputs change stand here; the others are
those of the Cash flow sheet.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

from roi_engine import option_equations
from roi_engine.options import LABELS, REPLACED, changed_equations
from templates.building import styles
from templates.building.book import Book, protect
from templates.building.month_rows import MonthTable, Row, renamed
from templates.sheets.cash_flow_sheet import PAYBACK, ROWS

SHORT = {"API": "api", "SELFHOSTED": "own"}
"""What the names of an option's cells begin with."""


ROW_NAMES = {"flows": "net_cash_flow", "cumulative_flows": "cumulative", "recovery_moments": "recovered"}
"""The rows that other sheets read, by name."""


def own_names(option: str) -> Callable[[str], str]:
    """What a quantity's cells are called in an option: a name of their own where the option changes it."""
    changed = {*REPLACED[option], *changed_equations(option), *PAYBACK, *ROW_NAMES, "flow_size", "rounding"}

    def own(name: str) -> str:
        return f"{SHORT[option]}_{name}" if name.removesuffix("_before") in changed else name

    return own


def add_option_flows_sheet(book: Book, cash_flow: MonthTable) -> MonthTable:
    """Writes the sheet; the fixed figures of the options must be named before."""
    takes = tuple(inspect.signature(option_equations.stay_bill).parameters)
    stay = Row("stay_bill", "Bill and review", "{currency}", styles.SMALL_MONEY, "", option_equations.stay_bill, takes)
    rows: list[Row | str] = [f"{LABELS['STAY']}: the whole bill", stay]
    for option in REPLACED:
        own = own_names(option)
        rows += [LABELS[option], *(renamed(row, own) for row in _rows_of(option))]
    zero_below = {f"{short}_rounding": f"{short}_flow_size" for short in SHORT.values()}
    about = "The rows that differ from the Cash flow sheet when the model is one of these options. Ordinary formulas."
    table = MonthTable(book, "Option flows", about, rows, zero_below, cash_flow)
    for option in REPLACED:
        own = own_names(option)
        for name, quantity in ROW_NAMES.items():
            table.define(own(name), own(quantity))
    protect(table.sheet)
    return table


def _rows_of(option: str) -> list[Row]:
    """The rows of the Cash flow sheet that an option changes, with no totals but the one that payback needs."""
    changed = {*changed_equations(option), *PAYBACK}
    rows = [row for row in ROWS if isinstance(row, Row) and row.quantity in changed]
    return [row if row.total == "flow_size" else replace(row, total="") for row in rows]
