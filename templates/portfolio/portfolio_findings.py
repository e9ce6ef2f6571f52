"""The sheets of warnings and of problems.

Warnings are about the returned workbooks taken in; problems are all those of the files left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.styles import Alignment

from roi_engine.scenario import INPUTS
from templates.building.book import Book, cell_at, page, protect
from templates.building.columns import Columns, put_titles, span, widths
from templates.portfolio.entries import Entry, mark_as_text
from templates.returned.returned_workbook import ReturnedWorkbook

FIRST_ROW = 5


class WarningColumn(Columns):
    """The columns of the warnings."""

    NUMBER = "A", "#", 6
    SCENARIO = "B", "Scenario", 34
    ABOUT = "C", "About", 42
    SENTENCE = "D", "What to think about", 110


class ProblemColumn(Columns):
    """The columns of the problems."""

    FILE = "A", "File", 44
    PLACE = "B", "Where", 44
    SENTENCE = "C", "What is wrong, and the cure", 96


_WRAPPED = Alignment(vertical="center", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center")
Row = tuple[str | int, ...]


def add_warnings_sheet(book: Book, entries: Sequence[Entry]) -> None:
    """Writes every warning about the inputs of an entry.

    With how the inputs were found, where that was not the straight way.
    """
    rows: list[Row] = []
    for entry in entries:
        name = entry.scenario.name or "Unnamed"
        rows += [(entry.number, name, INPUTS[each.input_name].label, each.told) for each in entry.answer.warnings]
        rows += [(entry.number, name, "How it was read", note) for note in entry.answer.notes]
    subtitle = "About the answers that were taken in: what a careful colleague would ask."
    _add_table(book, "Warnings", WarningColumn, subtitle, rows, "There are no warnings.")


def add_problems_sheet(book: Book, answers: Sequence[ReturnedWorkbook]) -> None:
    """Every problem of every file that was left out."""
    rows: list[Row] = [
        (answer.file, problem.place, problem.sentence) for answer in answers for problem in answer.problems
    ]
    files = sum(bool(answer.problems) for answer in answers)
    subtitle = (
        f"{files} {'file' if files == 1 else 'files'} could not be taken in. Ask for them again, or mend them and "
        "collect anew."
    )
    nothing = "Every file was read."
    _add_table(book, "Problems", ProblemColumn, subtitle if rows else nothing, rows, nothing)


def _add_table(book: Book, title: str, table: type[Columns], subtitle: str, rows: Sequence[Row], nothing: str) -> None:
    columns = list(table)
    sheet = book.sheet(title, widths(columns), title, subtitle)
    put_titles(book, sheet, FIRST_ROW - 1, columns)
    last = FIRST_ROW + max(len(rows), 1) - 1
    for offset, row in enumerate(rows or [(nothing,)]):
        for column, value in zip(columns, row, strict=False):
            address = column.at(FIRST_ROW + offset)
            book.put(sheet, address, value)
            book.align(cell_at(sheet, address), _WRAPPED if isinstance(value, str) else _MIDDLE)
            mark_as_text(sheet, address)
        lines = max(math.ceil(len(str(value)) / column.width) for value, column in zip(row, columns, strict=False))
        sheet.row_dimensions[FIRST_ROW + offset].height = 14 * lines + 1
    if rows:
        sheet.auto_filter.ref = span(columns[0], columns[-1], FIRST_ROW - 1, last)
    sheet.freeze_panes = columns[0].at(FIRST_ROW)
    page(sheet, span(columns[0], columns[-1], 1, last), f"{FIRST_ROW - 1}:{FIRST_ROW - 1}")
    protect(sheet)
    sheet.protection.autoFilter = False
