"""The sheets of warnings and of problems.

Warnings are about the returned workbooks taken in; problems are all those of the files left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from templates.building.book import Book, column_titles, page, protect
from templates.portfolio.portfolio_sheet import Entry, mark_as_text
from templates.returned.returned_workbook import ReturnedWorkbook

FIRST_ROW = 5
WARNING_TITLES = ("#", "Scenario", "About", "What to think about")
WARNING_WIDTHS = (6, 34, 42, 110)
PROBLEM_TITLES = ("File", "Where", "What is wrong, and the cure")
PROBLEM_WIDTHS = (44, 44, 96)
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
        rows += [(entry.number, name, INPUTS[each.input_name].label, each.sentence) for each in entry.answer.warnings]
        rows += [(entry.number, name, "How it was read", note) for note in entry.answer.notes]
    subtitle = "About the answers that were taken in: what a careful colleague would ask."
    _add_table(book, "Warnings", WARNING_TITLES, WARNING_WIDTHS, subtitle, rows, "There are no warnings.")


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
    _add_table(book, "Problems", PROBLEM_TITLES, PROBLEM_WIDTHS, subtitle if rows else nothing, rows, nothing)


def _add_table(
    book: Book,
    title: str,
    titles: Sequence[str],
    widths: Sequence[float],
    subtitle: str,
    rows: Sequence[Row],
    nothing: str,
) -> Worksheet:
    sheet = book.sheet(title, widths, title, subtitle)
    column_titles(book, sheet, FIRST_ROW - 1, titles)
    last = FIRST_ROW + max(len(rows), 1) - 1
    letters = "ABCDEF"[: len(titles)]
    for offset, row in enumerate(rows or [(nothing,)]):
        for letter, value in zip(letters, row, strict=False):
            address = f"{letter}{FIRST_ROW + offset}"
            book.put(sheet, address, value)
            book.align(sheet[address], _WRAPPED if isinstance(value, str) else _MIDDLE)
            mark_as_text(sheet, address)
        lines = max(-(-len(str(value)) // int(width)) for value, width in zip(row, widths, strict=False))
        sheet.row_dimensions[FIRST_ROW + offset].height = 14 * lines + 1
    if rows:
        sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:{letters[-1]}{last}"
    sheet.freeze_panes = f"A{FIRST_ROW}"
    page(sheet, f"A1:{letters[-1]}{last}", f"{FIRST_ROW - 1}:{FIRST_ROW - 1}")
    protect(sheet)
    sheet.protection.autoFilter = False
    return sheet
