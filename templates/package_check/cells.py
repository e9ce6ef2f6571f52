"""Checks of a sheet's rows and cells (18.3.1.4, 18.3.1.73).

Their order, types, values, styles and formulas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.grid import Area
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, Sheet, whole
from templates.xlsx.column_letters import LAST_ROW, column_letters
from templates.xlsx.error_codes import ALL_ERRORS
from templates.xlsx.stored_cells import LONGEST_CELL_TEXT

NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|\d\d:\d\d(?::\d\d(?:\.\d+)?)?")
TYPES = {"n", "s", "str", "b", "e", "inlineStr", "d"}


def check_cells(contents: Contents, index: int, sheet: Sheet) -> Findings:
    """Every row and cell of a sheet."""
    if sheet.foreign:
        what = f"Among its cells stands {shortened(sheet.foreign)}: programs differ in what they show."
        yield PackageFinding("foreign-element", sheet.title, what, "Remove what is not of the file format.")
    last_row = 0
    used = None
    shared: set[str] = set()
    valueless: list[str] = []
    for row in sheet.root.iterfind("{*}sheetData/{*}row"):
        number = whole(row.get("r")) if row.get("r") is not None else last_row + 1
        place = f"{sheet.title}!{row.get('r', last_row + 1)}:{row.get('r', last_row + 1)}"
        if number is None or not 1 <= number <= LAST_ROW:
            yield PackageFinding("row-number", place, "There is no such row.", "Number rows from 1 to 1,048,576.")
            continue
        if number == last_row:
            yield PackageFinding("row-duplicate", place, "The row is there twice.", "Write its cells into one row.")
        elif number < last_row:
            yield PackageFinding("row-order", place, f"It stands after row {last_row}.", "Sort the rows.")
        last_row = max(last_row, number)
        yield from _check_format(contents, place, row.get("s"))
        last_column = 0
        for cell in row.iterchildren("{*}c"):
            where = grid.cell(cell.get("r")) if cell.get("r") is not None else (number, last_column + 1)
            at = f"{sheet.title}!{shortened(cell.get('r', column_letters(last_column + 1) + str(number)))}"
            if where is None or where[0] != number:
                yield PackageFinding("cell-address", at, f"It is no address in row {number}.", "Correct r.")
                continue
            if where[1] == last_column:
                yield PackageFinding("cell-duplicate", at, "The cell is there twice.", "Keep one.")
            elif where[1] < last_column:
                yield PackageFinding("cell-order", at, "It stands after a cell to the right of it.", "Sort the cells.")
            last_column = max(last_column, where[1])
            used = _wider(used, number, where[1])
            yield from _check_format(contents, at, cell.get("s"))
            yield from _check_value(contents, at, cell)
            yield from _check_cell_formula(contents, index, at, cell, where, shared, valueless)
    if valueless:
        count = len(valueless)
        cells = (
            f"The formula cell {valueless[0]} has"
            if count == 1
            else f"{count:,} formula cells ({valueless[0]}, …) have"
        )
        what = f"{cells} no value: previews and readers show blanks."
        yield PackageFinding(
            "formula-without-value", sheet.title, what, "Open the file in a spreadsheet program and save it."
        )
    yield from _check_dimension(sheet, used)


def _wider(used: Area | None, row: int, column: int) -> Area:
    if used is None:
        return Area(row, column, row, column)
    return Area(min(used.top, row), min(used.left, column), max(used.bottom, row), max(used.right, column))


def _check_format(contents: Contents, place: str, style: str | None) -> Findings:
    index = whole(style)
    if style is not None and (index is None or not 0 <= index < contents.formats):
        what = f"Its format is {shortened(style)}; there are {contents.formats}, counted from 0."
        yield PackageFinding("cell-format", place, what, "Correct s.")


def _check_value(contents: Contents, place: str, cell: Root) -> Findings:
    kind = cell.get("t", "n")
    content = cell.find("{*}v")
    text = None if content is None else content.text or ""
    if kind not in TYPES:
        yield PackageFinding("cell-type", place, f"There is no type {shortened(kind)!r} of a cell.", "Correct t.")
    elif kind == "inlineStr":
        if text is not None:
            yield PackageFinding("cell-type", place, "It is an inline text with a <v>.", "Write <is><t>…</t></is>.")
    elif text is None:
        return
    elif kind == "n" and text.strip().upper() in ALL_ERRORS:
        yield PackageFinding("error-type", place, f"The error {text.strip()} stands as a number.", 'Write t="e".')
    elif kind == "n" and text and not _is_number(text):
        yield PackageFinding("number-value", place, f"{shortened(text)!r} is no number.", 'Write t="str", or a number.')
    elif kind == "e" and text not in ALL_ERRORS:
        yield PackageFinding("error-code", place, f"Excel knows no error {shortened(text)!r}.", "Write #N/A, #NUM!, …")
    elif kind == "b" and text not in ("0", "1"):
        yield PackageFinding("boolean-value", place, f"{shortened(text)!r} is no boolean.", "Write 1 or 0.")
    elif kind == "s":
        number = whole(text)
        if number is None or not 0 <= number < len(contents.texts):
            what = f"It shows shared text {shortened(text)}; there are {len(contents.texts)}, counted from 0."
            yield PackageFinding("shared-text", place, what, "Correct the index.")
        elif len(contents.texts[number]) > LONGEST_CELL_TEXT:
            yield PackageFinding(
                "cell-length", place, f"Its text is longer than {LONGEST_CELL_TEXT:,} characters.", "Cut it."
            )
    elif kind == "str" and len(text) > LONGEST_CELL_TEXT:
        yield PackageFinding(
            "cell-length", place, f"Its text is longer than {LONGEST_CELL_TEXT:,} characters.", "Cut it."
        )
    elif kind == "d" and not DATE.fullmatch(text):
        yield PackageFinding("date-value", place, f"{shortened(text)!r} is no date.", "Write 2026-11-25T09:30:00.")


def _is_number(text: str) -> bool:
    return len(text) < 400 and NUMBER.fullmatch(text) is not None and math.isfinite(float(text))


def _check_cell_formula(
    contents: Contents,
    index: int,
    place: str,
    cell: Root,
    where: tuple[int, int],
    shared: set[str],
    valueless: list[str],
) -> Findings:
    for attribute, known in (("cm", contents.cell_metadata), ("vm", contents.value_metadata)):
        number = whole(cell.get(attribute, "0"))
        if number is None or not 0 <= number <= known:
            what = f"{attribute} is {shortened(cell.get(attribute, ''))}; the workbook has {known} such metadata."
            yield PackageFinding("metadata", place, what, "Add xl/metadata.xml, or take the attribute away.")
    formula = cell.find("{*}f")
    if formula is None:
        return
    value = cell.find("{*}v")
    if cell.get("t") != "str" and cell.find("{*}is") is None and (value is None or not value.text):
        valueless.append(place.rsplit("!", 1)[-1])
    kind, text = formula.get("t", "normal"), formula.text or ""
    if kind == "shared":
        number = formula.get("si", "")
        if not text and number not in shared:
            what = f"It shares formula {shortened(number)}, which no cell before it has."
            yield PackageFinding("formula-shared", place, what, "Write the formula itself.")
        elif text:
            shared.add(number)
            yield from _check_reference(place, formula, where)
    elif kind == "array":
        yield from _check_reference(place, formula, where)
    elif kind == "dataTable":
        yield from _check_reference(place, formula, where, holds=False)
        inputs = ("r1", "r2") if formula.get("dt2D") in ("1", "true") else ("r1",)
        for each in inputs:
            deleted = formula.get("del1" if each == "r1" else "del2") in ("1", "true")
            if grid.cell(formula.get(each)) is None and not deleted:
                yield PackageFinding(
                    "data-table", place, f"The data table's {each} is no cell.", "Name its input cell."
                )
    elif kind != "normal":
        yield PackageFinding("formula-kind", place, f"There is no kind {shortened(kind)!r} of a formula.", "Correct t.")
    if text:
        yield from contents.check_formula(place, text, index)
    elif kind in ("normal", "array"):
        yield PackageFinding("formula-syntax", place, "Its formula is empty.", "Remove <f>, or write a formula.")


def _check_reference(place: str, formula: Root, where: tuple[int, int], holds: bool = True) -> Findings:
    """The range of a formula that fills several cells."""
    found = grid.area(formula.get("ref"))
    if found is None or (holds and not found.holds(*where)):
        what = f"Its formula fills {shortened(formula.get('ref', 'no range'))}, where it does not stand itself."
        yield PackageFinding("formula-range", place, what, "Correct ref.")


def _check_dimension(sheet: Sheet, used: Area | None) -> Findings:
    for dimension in sheet.root.iterchildren("{*}dimension"):
        said = grid.area(dimension.get("ref"))
        if said is None:
            what = f"Its extent {shortened(dimension.get('ref', ''))!r} is no range."
            yield PackageFinding("dimension", sheet.title, what, "Correct <dimension>.")
        elif used and not (said.holds(used.top, used.left) and said.holds(used.bottom, used.right)):
            what = f"Its extent is {dimension.get('ref')}, but there are cells outside: readers miss them."
            yield PackageFinding("dimension", sheet.title, what, "Correct <dimension>.")


def filled_areas(sheet: Sheet) -> Iterator[tuple[Area, str]]:
    """The ranges of array formulas, spills and data tables of more than one cell."""
    for formula in sheet.root.iterfind("{*}sheetData/{*}row/{*}c/{*}f"):
        if formula.get("t") in ("array", "dataTable"):
            found = grid.area(formula.get("ref"))
            if found and not found.single:
                kind = "data table" if formula.get("t") == "dataTable" else "array formula"
                yield found, f"the {kind} {formula.get('ref')}"
