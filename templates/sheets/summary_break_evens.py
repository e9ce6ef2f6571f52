"""What would have to be true: where the NPV turns as one input moves.

Of the four inputs whose ranges move the NPV most. The horizon and the discount rate are chosen, not hoped for.
"""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from roi_engine.sensitivity import tornado
from roi_engine.value import fixed
from templates.building import styles
from templates.building.book import AS_GENERATED, FITTED, Book, group_title
from templates.building.columns import Columns
from templates.building.formula import Formula, if_error, is_number, joined
from templates.building.quantities import Quantities

ROWS = 4


class Column(Columns):
    """An input a row, in the columns of the Summary."""

    INPUT = "A", "What would have to be true"
    ASSUMED = "B", "Assumed"
    TURNS = "C", "NPV is zero at"
    MARGIN = "D", "What may still happen, or has to"


_CHOSEN = ("months_to_amortize", "discount_rate")
_LEFT = Alignment(horizontal="left", vertical="center", indent=1)


def add_break_evens(
    book: Book, sheet: Worksheet, row: int, in_use: Quantities, block: Formula, npv: Formula, last_column: str
) -> None:
    """Writes the block: a title, then a row an input; nothing if none moves the NPV.

    in_use : the cells of the inputs.
    block : the Inputs table, as the argument of a function.
    last_column : the last that the title's band spans.
    """
    names, as_generated = _inputs(book), book.as_generated("FT_BREAKEVEN")
    if not names or (book.to_fill_in and as_generated):
        return
    group_title(book, sheet, row, Column.INPUT.title, last_column)
    for column in (Column.ASSUMED, Column.TURNS, Column.MARGIN):
        when = f" ({AS_GENERATED})" if as_generated and column is Column.MARGIN else ""
        book.put(sheet, column.at(row), f"{column.title}{when}", "Group")
        sheet[column.at(row)].alignment = _LEFT if column is Column.MARGIN else FITTED
    with book.as_values(as_generated):  # found by a search, which no ordinary formula repeats
        for name in names:
            row += 1
            _add_row(book, sheet, row, name, in_use[name], block, npv)


def _inputs(book: Book) -> list[str]:
    bars = tornado(book.scenario, "NPV")
    return [bar.name for bar in bars if bar.name not in _CHOSEN][:ROWS]


def _add_row(book: Book, sheet: Worksheet, row: int, name: str, now: Formula, block: Formula, npv: Formula) -> None:
    declared = INPUTS[name]
    look = styles.number_format(declared.quantity)
    label = book.put(sheet, Column.INPUT.at(row), declared.label)
    assumed = book.put(sheet, Column.ASSUMED.at(row), now, "Calculation", look)
    turns = if_error(book.ft("FT_BREAKEVEN", "NPV", label, block), "n/a")
    rounded = {styles.NUMBER: styles.ROUNDED_NUMBER, styles.PRICE: styles.ROUNDED_PRICE}.get(look, look)
    needed = book.put(sheet, Column.TURNS.at(row), book.by_function_alone(_in_words(turns)), "Calculation", rounded)
    in_points = declared.quantity.kind == "fraction"
    margin = book.by_function_alone(_margin(assumed, needed, npv, in_points), "")
    book.put(sheet, Column.MARGIN.at(row), margin, "Explanatory Text")
    sheet[Column.TURNS.at(row)].alignment = FITTED
    sheet[Column.MARGIN.at(row)].alignment = _LEFT


def _in_words(turns: Formula) -> Formula:
    """Always and Never as what they say of the input: that the sign does not turn."""
    return is_number(turns).where(turns, "no value")


def _margin(assumed: Formula, needed: Formula, npv: Formula, in_points: bool) -> Formula:
    """How far the input may go before the NPV turns, or has to go for that.

    In points for a share, else in per cent of what is assumed.
    """
    change: Any = needed - assumed
    size = abs(change) * 100 if in_points else abs(change) / abs(assumed) * 100
    may = (npv >= 0).where("may ", "has to ")
    way = (change >= 0).where("rise by ", "fall by ")
    decimals = 1 if in_points else 0
    words = joined(may, way, fixed(size, decimals), " points" if in_points else " %")
    nothing = size < 0.5 / 10**decimals  # it would read 0
    whole = if_error(nothing.where("is at the edge", words), "from nothing")
    return is_number(needed).where(whole, "cannot turn the sign alone")
