"""The Inputs sheet: every input with its range and source; the block `scenario`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from templates.building.book import Book, group_title, page, protect
from templates.building.columns import put_titles, span, widths
from templates.building.formula import Formula
from templates.building.quantities import Quantities
from templates.building.reading_order import in_reading_order
from templates.sheets.input_rows import BLOCK, FIRST_ROW, Column, InputRows
from templates.sheets.scenarios_sheet import ScenarioCells


@dataclass(frozen=True)
class InputCells:
    """What other sheets take from the Inputs sheet.

    block : the table, as the argument of a function.
    in_use : the cell in use of every input.
    labels and those after it : columns in which an input is looked up by its label.
    """

    sheet: Worksheet
    block: Formula
    in_use: Quantities
    labels: Formula
    values: Formula
    lows: Formula
    highs: Formula
    lowest: Formula
    highest: Formula
    steps: Formula
    in_range: Formula


def add_inputs_sheet(book: Book, scenarios: ScenarioCells | None = None) -> InputCells:
    """Writes the sheet.

    scenarios : where several have figures, the cells of which one column is in use.
    """
    about = _SUBTITLES[book.edition].format(what=book.not_followed)
    sheet = book.sheet("Inputs", widths(Column), "Inputs", _ABOUT_SEVERAL if scenarios else about)
    put_titles(book, sheet, FIRST_ROW, Column)
    table = InputRows(book, sheet, scenarios)
    row, group = FIRST_ROW, ""
    for declared in in_reading_order():
        row += 1
        if declared.group != group:
            group = declared.group
            group_title(book, sheet, row, group, Column.IN_RANGE.letter)
            table.block.append((group, *[None] * (len(BLOCK) - 1)))
            row += 1
        table.add(row, declared)
        if group not in ("Label", "Reference inputs"):
            sheet.row_dimensions[row].outlineLevel = 1
    table.put_replaced_defaults()
    for rule in table.rules.values():
        sheet.add_data_validation(rule)
    cells = _name_columns(table, row)
    outline: Any = sheet.sheet_properties.outlinePr
    outline.summaryBelow = False
    sheet.freeze_panes = Column.VALUE.at(FIRST_ROW + 1)
    page(sheet, span(Column.INPUT, Column.NOTE, 1, row), f"{FIRST_ROW}:{FIRST_ROW}")
    protect(sheet)
    return cells


_SUBTITLES = {
    "wired": "Change the blue cells on cream; all follows from them, {what} where the FT functions are loaded.",
    "native": "Change the blue cells on cream; all follows from them but {what}, as generated.",
    "values": "The inputs that the figures were calculated from. This copy does not calculate.",
}


_ABOUT_SEVERAL = "The figures of the scenario in use. Change them, and choose another, on the sheet Scenarios."


def _name_columns(table: InputRows, last: int) -> InputCells:
    """The block, and the columns that other sheets look inputs up in."""
    book, sheet, first = table.book, table.sheet, FIRST_ROW + 1

    def named(name: str, column: Column, values: Sequence[Any] | None = None) -> Formula:
        return book.define(name, sheet, column.rows(first, last), values)

    block = book.define("scenario", sheet, span(BLOCK[0], BLOCK[-1], FIRST_ROW, last), tuple(table.block))
    labels = named("input_labels", Column.INPUT)
    named("input_names", Column.NAME)
    return InputCells(
        sheet,
        block,
        table.in_use,
        labels,
        values=named("input_values", Column.IN_USE),
        lows=named("input_lows", Column.LOW),
        highs=named("input_highs", Column.HIGH),
        lowest=named("input_lowest", Column.LOWEST),
        highest=named("input_highest", Column.HIGHEST),
        steps=named("input_steps", Column.STEP),
        in_range=named("inputs_in_range", Column.IN_RANGE, table.verdicts),
    )
