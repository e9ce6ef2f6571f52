"""The pages for a decision: what is printed of a workbook, and what is not."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from templates.building.book import SUBTITLE_PLACE, Book, page
from templates.building.pages import join_what_fits
from templates.building.reading_order import ENDS

PRINTED = ("Summary", "By year", "Scenarios", "Inputs", "Sensitivity", "Risk", "Options")
"""The sheets that are printed, those that a workbook has; the others are the machinery behind them."""
NOTHING = "XFD1"
"""The print area of the others: an empty cell, and an empty page is not printed. (A hidden sheet is.)"""
WORKING = ("What each option bears", "Correlations")
"""The groups of the sheets Options and Risk from which on they show how their figures come about."""
ABOUT_INPUTS = "The inputs that the figures were calculated from. Those that stand at their defaults are left out."
ABOUT_SCENARIOS = "The results of every scenario, and the figures in which the scenarios differ."


def leave_pages_for_a_decision(book: Book) -> None:
    """Leaves of a workbook that is only printed the sheets and rows for a decision."""
    for sheet in book.workbook.worksheets:
        if sheet.title not in PRINTED:
            sheet.print_area, sheet.print_title_rows = NOTHING, None
        elif working := _row_of_working(sheet):
            corner = sheet.print_area.rpartition(":")[2].replace("$", "").rstrip("0123456789")
            page(sheet, f"A1:{corner}{working - 1}", tall=1)
    inputs = {name: f"in_{name}" for name in INPUTS}
    _leave_rows(book, "Inputs", inputs, {name for name in INPUTS if _is_said(book, name)}, ABOUT_INPUTS)
    if book.several:
        rows = {name: f"scenarios_{name}" for name in INPUTS}
        rows |= {f"{name} {end}": f"scenarios_{name}_{end}" for name in INPUTS for end in ENDS}
        _leave_rows(book, "Scenarios", rows, {name for name in INPUTS if _differs(book, name)}, ABOUT_SCENARIOS)
        join_what_fits(book.workbook["Scenarios"])


def _row_of_working(sheet: Worksheet) -> int:
    """The row from which on a sheet shows how its figures come about.

    It is 0 where it shows nothing of it.
    """
    return next((row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value in WORKING), 0)


def _is_said(book: Book, name: str) -> bool:
    """Whether the scenario says something of an input that the default does not."""
    declared, scenario = INPUTS[name], book.scenario
    tables = (scenario.ranges, scenario.sources, scenario.notes, scenario.confirmed)
    return declared.required or getattr(scenario, name) != declared.default or any(name in each for each in tables)


def _differs(book: Book, name: str) -> bool:
    """Whether the scenarios differ in an input."""
    first, *others = (getattr(each, name) for each in book.scenarios)
    return any(each != first for each in others)


def _leave_rows(book: Book, title: str, names: dict[str, str], kept: set[str], about: str) -> None:
    """Hides the rows of other inputs, and the titles of groups that are empty then.

    names : those of the cells in the rows, by what stands there.
    kept : what is printed.
    """
    sheet = book.workbook[title]
    book.put(sheet, SUBTITLE_PLACE, about, "Explanatory Text")
    rows = {each: row for each, name in names.items() if (row := _row_of(book, name))}
    for row in {row for each, row in rows.items() if each not in kept}:
        sheet.row_dimensions[row].hidden = True
    for row in _empty_groups(sheet, min(rows.values())):
        sheet.row_dimensions[row].hidden = True


def _row_of(book: Book, name: str) -> int:
    """The row of a named cell; 0 where there is none of this name."""
    named = book.workbook.defined_names.get(name)
    return int(named.attr_text.rpartition("$")[2]) if named else 0


def _empty_groups(sheet: Worksheet, first: int) -> Iterable[int]:
    """The titles of groups of which no row is printed.

    first : the row of the first input, below the title of its group.
    """
    empty = 0
    for row in range(first - 1, sheet.max_row + 2):
        if row > sheet.max_row or sheet.cell(row, 1).style == "Group":
            if empty:
                yield empty
            empty = row
        elif not sheet.row_dimensions[row].hidden:
            empty = 0
