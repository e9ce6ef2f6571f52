"""The Scenario blocks sheet: every scenario as the FT_ functions read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from templates.building import styles
from templates.building.book import Book, column_titles, page, protect
from templates.building.formula import Formula
from templates.building.quantities import Quantities
from templates.building.reading_order import in_reading_order
from templates.building.typed_or_default import text_or_nothing

LABEL_WIDTH, VALUE_WIDTH = 38, 20
TITLES_ROW = 4


def add_scenario_blocks_sheet(book: Book, typed: Sequence[Quantities]) -> list[Formula]:
    """Writes the sheet; returns each scenario's block as the argument of a function.

    typed : the typed cells of each scenario.
    """
    about = "Every scenario as a block for the FT_ functions: =FT_NPV(,scenario_2), and so on."
    widths = [LABEL_WIDTH, VALUE_WIDTH] * len(book.scenarios)
    sheet = book.sheet("Scenario blocks", widths, "Scenario blocks", about)
    inputs = [each for each in in_reading_order() if each.name != "name"]
    last = TITLES_ROW + len(inputs)
    blocks = []
    for index, (scenario, own) in enumerate(zip(book.scenarios, typed, strict=True)):
        first_column = 1 + 2 * index
        labels, values = get_column_letter(first_column), get_column_letter(first_column + 1)
        column_titles(book, sheet, TITLES_ROW, (f"Scenario {index + 1}", f">{scenario.name}"), first_column)
        rows: list[tuple[Any, ...]] = []
        for row, declared in enumerate(inputs, start=TITLES_ROW + 1):
            book.put(sheet, f"{labels}{row}", declared.label, "Explanatory Text")
            content, look = text_or_nothing(own[declared.name]), styles.number_format(declared.quantity)
            book.put(sheet, f"{values}{row}", content, "Calculation", look, meanwhile=None)
            wraps = declared.quantity.kind == "text"
            sheet[f"{values}{row}"].alignment = Alignment(horizontal="right", vertical="center", wrap_text=wraps)
            rows.append((declared.label, content.value))
        area = f"{labels}{TITLES_ROW + 1}:{values}{last}"
        blocks.append(book.define(f"scenario_{index + 1}", sheet, area, tuple(rows)))
    sheet.freeze_panes = sheet.cell(TITLES_ROW + 1, 1).coordinate
    page(sheet, f"A1:{get_column_letter(2 * len(book.scenarios))}{last}", f"1:{TITLES_ROW}")
    protect(sheet)
    return blocks
