"""Every edition opened by programs of other makers: what they show, and what they calculate, is what is stored."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import coordinate_to_tuple
from python_calamine import CalamineWorkbook

from roi_engine import REFERENCE, Scenario
from templates.building.book import NEEDS_FUNCTIONS, NOT_COMPARED, Edition
from templates.sheets.checks_sheet import NOT_CHECKED as CHECKS_NOTHING
from templates.sheets.summary_sheet import NOT_CHECKED, NOT_LOADED
from tests import gnumeric, node_readers
from tests.builds import build_workbook
from tests.ironcalc_cells import calculated
from tests.slow_cases import some
from tests.workbook_cells import Cells, same, samples_and_edges, stored_cells, with_inputs

SCENARIOS = {name: samples_and_edges()[name] for name in ("support-classifier", "document-extraction", "loss")}
EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
WITHOUT = (
    NEEDS_FUNCTIONS,
    f"The tornado {NEEDS_FUNCTIONS}",
    f"The simulation {NEEDS_FUNCTIONS}",
    NOT_COMPARED,
    NOT_LOADED,
    CHECKS_NOTHING,
    *NOT_CHECKED,
    "",
    None,
)
"""What a cell says that only the FT_ functions fill."""


def shown_as(value: Any) -> Any:
    """A cell's value as a reader gives it: nothing for an empty text."""
    return None if value == "" else value


def differences(shown: dict[str, Any], stored: Cells) -> list[str]:
    return [
        f"{address}: {shown.get(address)!r}, stored {cell.value!r}"
        for address, cell in stored.items()
        if not same(shown_as(shown.get(address)), shown_as(cell.value), 1.0)
    ]


@pytest.mark.full(seconds=12)
@pytest.mark.needs_node_readers
@pytest.mark.parametrize("edition", EDITIONS)
def test_readers_for_node_show_what_is_stored(edition: Edition, tmp_path: Path) -> None:
    for name, scenario in SCENARIOS.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(build_workbook(scenario, edition=edition))
        stored = stored_cells(path.read_bytes())
        for reader, sheets in node_readers.read(path).items():
            assert list(sheets) == list(stored), reader
            for title, cells in sheets.items():
                assert differences(cells, stored[title]) == [], f"{reader}, {title}"


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
def test_calamine_shows_what_is_stored(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(build_workbook(SCENARIOS["support-classifier"], edition=edition))
    book = CalamineWorkbook.from_path(path)
    for title, cells in stored_cells(path.read_bytes()).items():
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        shown = {address: _at(rows, address) for address in cells}
        assert differences(shown, cells) == [], title


def _at(rows: list[list[Any]], address: str) -> Any:
    row, column = coordinate_to_tuple(address)
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None


# --- IronCalc, which calculates ---------------------------------------------------------------------------------------


def wrong(shown: dict[str, dict[str, Any]], expected: dict[str, Cells], scale: float) -> list[str]:
    """The cells that differ, but for what only FT_ functions give."""
    return [
        f"{title}!{address}: {shown[title][address]!r}, expected {cell.value!r}"
        for title in shown
        for address, cell in expected[title].items()
        if not same(shown_as(shown[title][address]), shown_as(cell.value), scale)
        and not (_takes_functions(title, str(cell.formula)) and shown[title][address] in WITHOUT)
        and "grid_" not in str(cell.formula)
        and "largest_lever" not in str(cell.formula)
        and not (title == "Inputs" and address.startswith("G"))  # as generated, which an edit does not change
    ]


def _takes_functions(title: str, formula: str) -> bool:
    """Whether a cell calls the functions, or takes what they give on the sheet Risk."""
    return "ft_functions" in formula or title == "Risk" or "risk_" in formula


@pytest.mark.full(seconds=30)
@pytest.mark.parametrize("edition", ["wired", "native"])
def test_ironcalc_calculates_what_is_stored(edition: Edition, tmp_path: Path) -> None:
    for scenario in SCENARIOS.values():
        content = build_workbook(scenario, edition=edition)
        assert wrong(calculated(content, tmp_path / "book.xlsx"), stored_cells(content), 1e5) == []


LIVE = ("By year", "Inputs", "Breakdown", "Cash flow", "Options", "Option flows")
"""The sheets that follow an edit without the functions."""
EDITS: dict[str, float | str | None] = {"training_hours": 480.0, "baseline_monthly_api_calls": 40_000.0}


@pytest.mark.full(seconds=12)
def test_an_edited_workbook_is_right_without_functions_in_ironcalc_too(tmp_path: Path) -> None:
    edited = with_inputs(build_workbook(REFERENCE), EDITS)
    fresh = stored_cells(build_workbook(Scenario(**{**REFERENCE.given(), **EDITS})))
    shown = calculated(edited, tmp_path / "edited.xlsx")
    assert wrong({title: shown[title] for title in LIVE}, fresh, 1e5) == []


# --- Gnumeric, which calculates --------------------------------------------------------------------------------------


@pytest.mark.full(seconds=20)
@pytest.mark.needs_gnumeric
@pytest.mark.parametrize("edition", EDITIONS)
def test_gnumeric_shows_what_is_stored_and_calculates_it(edition: Edition, tmp_path: Path) -> None:
    """Opened, only what FT_ functions give is calculated anew; asked to, all is, and the same."""
    for name, scenario in SCENARIOS.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(build_workbook(scenario, edition=edition))
        stored = stored_cells(path.read_bytes())
        for recalculated in (False, True):
            target = gnumeric.converted(path, tmp_path / "converted.xlsx", recalculated=recalculated)
            shown = by_address(stored_cells(target.read_bytes()))
            assert list(shown) == list(stored)
            if edition == "values":
                assert not [line for title in stored for line in differences(shown[title], stored[title])]
            else:
                assert wrong(shown, stored, 1e5) == []


@pytest.mark.full(seconds=10)
@pytest.mark.needs_gnumeric
@pytest.mark.parametrize("months", [12, 60])
def test_an_edited_workbook_is_right_without_functions_in_gnumeric_too(months: int, tmp_path: Path) -> None:
    """Months across, and months down."""
    base = Scenario(**{**REFERENCE.given(), "months_to_amortize": months})
    path = tmp_path / "edited.xlsx"
    path.write_bytes(with_inputs(build_workbook(base), EDITS))
    fresh = stored_cells(build_workbook(Scenario(**{**base.given(), **EDITS})))
    converted = gnumeric.converted(path, tmp_path / "converted.xlsx", recalculated=True)
    shown = by_address(stored_cells(converted.read_bytes()))
    assert wrong({title: shown[title] for title in LIVE}, fresh, 1e5) == []


def by_address(cells: dict[str, Cells]) -> dict[str, dict[str, Any]]:
    """The values alone; an address without a cell has none."""
    return {
        title: defaultdict(lambda: None, {address: cell.value for address, cell in each.items()})
        for title, each in cells.items()
    }
