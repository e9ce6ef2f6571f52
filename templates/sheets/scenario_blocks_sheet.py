"""The Scenario blocks sheet: every scenario as the FT_ functions read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import FILL_IN, Book, column_titles, elsewhere, page, protect
from templates.building.formula import Formula, formula_of
from templates.building.quantities import Quantities
from templates.building.reading_order import in_reading_order
from templates.building.typed_or_default import INSTEAD, default_where_replaced, text_or_nothing

LABEL_WIDTH, VALUE_WIDTH = 38, 20
TITLES_ROW = 4


def add_scenario_blocks_sheet(book: Book, typed: Sequence[Quantities]) -> tuple[list[Formula], list[Formula]]:
    """Writes the sheet.

    Returns each scenario's block as the argument of a function, and the cells that count their missing inputs.

    typed : the typed cells of each scenario.
    """
    about = "Every scenario as a block for the FT_ functions: =FT_NPV(,scenario_2), and so on."
    widths = [LABEL_WIDTH, VALUE_WIDTH] * len(book.scenarios)
    sheet = book.sheet("Scenario blocks", widths, "Scenario blocks", about)
    inputs = [each for each in in_reading_order() if each.name != "name"]
    last = TITLES_ROW + len(inputs)
    blocks, missing = [], []
    for index, (scenario, own) in enumerate(zip(book.scenarios, typed, strict=True)):
        first_column = 1 + 2 * index
        labels, values = get_column_letter(first_column), get_column_letter(first_column + 1)
        column_titles(book, sheet, TITLES_ROW, (f"Scenario {index + 1}", f">{scenario.name}"), first_column)
        rows: list[tuple[Any, ...]] = []
        cells: dict[str, Formula] = {}
        for row, declared in enumerate(inputs, start=TITLES_ROW + 1):
            book.put(sheet, f"{labels}{row}", declared.label, "Explanatory Text")
            content, look = text_or_nothing(own[declared.name]), styles.number_format(declared.quantity)
            cells[declared.name] = book.put(sheet, f"{values}{row}", content, "Calculation", look, meanwhile=None)
            sheet[f"{values}{row}"].alignment = Alignment(horizontal="right", vertical="center")
            rows.append((declared.label, content.value))
        area = f"{labels}{TITLES_ROW + 1}:{values}{last}"
        book.put(sheet, f"{labels}{last + 2}", "Missing inputs", "Explanatory Text")
        count = book.put(sheet, f"{values}{last + 2}", _missing(cells), "Calculation", styles.WHOLE, meanwhile=None)
        missing.append(elsewhere(sheet, count))
        blocks.append(book.define(f"scenario_{index + 1}", sheet, area, tuple(rows)))
    sheet.freeze_panes = sheet.cell(TITLES_ROW + 1, 1).coordinate
    page(sheet, f"A1:{get_column_letter(2 * len(book.scenarios))}{last + 2}", f"1:{TITLES_ROW}")
    protect(sheet)
    return blocks, missing


def _missing(cells: Quantities) -> Formula:
    """How many required inputs of a scenario are missing, and not replaced.

    cells : those of its block.
    """
    count = formula_of(0)
    for declared in (each for each in INPUTS.values() if each.required):
        otherwise: Any = 1
        if declared.name in INSTEAD:
            otherwise = (default_where_replaced(declared.name, cells) == FILL_IN).where(1, 0)
        count = count + cells[declared.name].given().where(0, otherwise)
    return count
