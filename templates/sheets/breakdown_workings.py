"""The lower half of the Breakdown: fixed figures that the monthly formulas take."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.cashflow import MODEL
from templates.building.book import Book, group_title, protect
from templates.building.columns import Columns, widths
from templates.building.figure_lines import LINES
from templates.building.quantities import Quantities, by_equation
from templates.building.workings import WORKINGS, working_format
from templates.sheets.waterfall import StepColumn


class Column(Columns):
    """The table; the last two only where functions are called."""

    FIGURE = "A", "Figure", 36
    VALUE = "B", ">Value", 20
    UNIT = "C", "Unit", 18
    WORDS = "D", "How it is calculated", 78
    NATIVE = "E", ">Native formula", 20
    MATCH = "F", "Match", 9


FIRST_ROW = 4


@dataclass(frozen=True)
class WorkingCells:
    """The Breakdown sheet with its workings.

    quantities : the cells of the inputs in use and of the fixed figures.
    last_row : the last of the workings.
    """

    sheet: Worksheet
    quantities: Quantities
    last_row: int


def columns(book: Book) -> list[Column]:
    """The columns of an edition; one that calls functions compares."""
    return [each for each in Column if book.calls_functions or each not in (Column.NATIVE, Column.MATCH)]


def add_breakdown_workings(book: Book, in_use: Quantities) -> WorkingCells:
    """Creates the sheet with its workings; the lines follow the Cash flow sheet.

    in_use : the cells in use of the inputs.
    """
    shown = columns(book)
    sheet = book.sheet("Breakdown", widths(shown, StepColumn), "Breakdown", _SUBTITLES[book.edition])
    row = FIRST_ROW + len(LINES) + 2
    title = "Workings: fixed figures that the monthly formulas take"
    group_title(book, sheet, row, title, shown[-1].letter)
    quantities = dict(in_use)
    for name, label, quantity in WORKINGS:
        row += 1
        book.put(sheet, Column.FIGURE.at(row), label)
        formula, look = by_equation(name, quantities), working_format(quantity)
        quantities[name] = book.put(sheet, Column.VALUE.at(row), formula, "Calculation", look, name=name)
        book.put(sheet, Column.UNIT.at(row), quantity.unit_in(book.scenario.currency), "Unit")
        sentence = (MODEL.equations[name].__doc__ or "").strip().splitlines()[0]
        book.put(sheet, Column.WORDS.at(row), sentence, "Explanatory Text")
    sheet.freeze_panes = Column.VALUE.at(FIRST_ROW + 1)
    protect(sheet)
    return WorkingCells(sheet, quantities, row)


_SUBTITLES = {
    "wired": "Every figure by its FT_ function, where that is loaded, and beside it by ordinary formulas.",
    "native": "Every figure by an ordinary formula.",
    "lambda": "Every figure by its LAMBDA function, where the program knows them, and beside it by ordinary formulas.",
    "values": "Every figure, and how it is calculated.",
}
