"""The table of a By year sheet as a reader sees it, beside the engine's."""

from __future__ import annotations

from typing import Any

from roi_engine import Scenario, appraise
from roi_engine.by_year import LINES
from tests.workbook_cells import Cells, same

FIRST_LINE = 5
TITLES = 4
NUMBERS = "Number of the year"


def columns_of(cells: Cells) -> dict[str, str]:
    """What a column is, Initial, the number of a year, Total or Present value: its letter."""
    letters = [letter for letter in _letters() if cells[f"{letter}{TITLES}"].value is not None]
    named = {str(cells[f"{letter}{TITLES}"].value): letter for letter in letters}
    (row,) = (row for row in range(TITLES, 80) if cells[f"A{row}"].value == NUMBERS)
    numbers = {letter: cells[f"{letter}{row}"].value for letter in _letters()}
    years = {f"{number:g}": letter for letter, number in numbers.items() if isinstance(number, float) and number > 0}
    return {name: named[name] for name in ("Initial", "Total", "Present value")} | years


def wrong_by_year(cells: Cells, scenario: Scenario, scale: float) -> list[str]:
    """Where a sheet shows other figures, or calls a year otherwise, than the engine does for these inputs."""
    table, columns = appraise(scenario).by_year, columns_of(cells)
    expected: dict[str, dict[str, Any]] = {"Initial": {}, "Total": {}, "Present value": {}}
    titles: dict[str, Any] = dict.fromkeys((each for each in columns if each.isdigit()), "")
    for place, title in enumerate(table.columns):
        year = f"{place}" if 0 < place < len(table.columns) - 2 else title
        titles[year] = title
        expected[year] = {name: figures[place] for name, figures in table.lines.items()}
    found = []
    for year, title in titles.items():
        called = cells[f"{columns[year]}{TITLES}"].value or ""
        if called != title:
            found.append(f"title {year}: {called!r} is not {title!r}")
    for year, letter in columns.items():
        for row, name in enumerate(LINES, start=FIRST_LINE):
            value, figure = cells[f"{letter}{row}"].value, expected.get(year, {}).get(name)
            if not (value in (None, "") if figure is None else same(value, figure, scale)):
                found.append(f"{letter}{row} {name}, {year}: {value!r} is not {figure!r}")
    roi = appraise(scenario).roi_present_value()
    shown = cells[f"{columns['Present value']}{FIRST_LINE + len(LINES)}"].value
    if not same(shown, "n/a" if roi is None else roi, 0.0):
        found.append(f"ROI in present values: {shown!r} is not {roi!r}")
    return found


def _letters() -> list[str]:
    first = "CDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*first, *(f"{one}{other}" for one in "AB" for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
