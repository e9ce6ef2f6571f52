"""Tornado and grids of the native edition by data tables: every cell what the engine gives, also after edits."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from roi_engine import REFERENCE, Scenario, appraise
from roi_engine.appraisal import METRICS
from roi_engine.errors import FtRoiError
from roi_engine.scenario import find_input
from roi_engine.sensitivity import what_if
from templates.building.figure_lines import METRIC_LINES
from templates.building.what_if_places import CASE, FIRST_GRID, GRID_ROWS, MOVES, SHEETS, TABLES, TORNADO
from templates.package_check import check_package
from templates.sheets.what_if_model import PREFIX
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import MAIN
from tests import libreoffice, open_xml_sdk
from tests.builds import WHEN, build_workbook
from tests.slow_cases import full, some
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells
from tests.workbook_edits import parts_of, with_cells, with_part

SCENARIOS = samples_and_edges()
SCENARIOS["five years"] = REFERENCE.with_inputs(months=60, monthly_growth=0.01, storage_timing="monthly")
SCENARIOS["ten years"] = REFERENCE.with_inputs(months=120, training_hours=20_000)
SUPPORT = SCENARIOS["support-classifier"]
THREE = (SUPPORT, SCENARIOS["document-extraction"], SCENARIOS["five years"].model_copy(update={"name": "Five years"}))
MOST_BARS = 12
RECALCULATED = ("support-classifier", "document-extraction", "never", "nothing", "one month", "late", "ten years")
"""What LibreOffice recalculates: some seconds each."""


@cache
def _live(name: str) -> bytes:
    return build_workbook(SCENARIOS[name], edition="native", generated=WHEN, live_grids=True)


@cache
def _three() -> bytes:
    return build_workbook(THREE[0], edition="native", generated=WHEN, others=THREE[1:], live_grids=True)


def _engine(scenario: Scenario, metric: str, moves: Mapping[str, Any]) -> Any:
    """What the cell of a metric shows when inputs, by their labels, have other values."""
    try:
        value = what_if(scenario, metric, **{find_input(label).name: moved for label, moved in moves.items()})
    except FtRoiError:
        return "n/a"
    return "n/a" if value is None else "Never" if value == math.inf else value


def _disagreements(sheet: Cells, names: Mapping[str, tuple[str, str]], scenario: Scenario) -> list[str]:
    """The cells of the tornado and the grids that do not show what the engine gives for the moves beside them."""
    scale = max(1.0, *map(abs, appraise(scenario).cash_flow))
    wrong, compared = [], 0

    def compare(address: str, metric: str, moves: Mapping[str, Any]) -> None:
        nonlocal compared
        compared += 1
        shown, expected = sheet[address].value, _engine(scenario, metric, moves)
        if not same(shown, expected, scale):
            wrong.append(f"{address}: {shown!r} is not {expected!r}")

    metric = str(sheet["B4"].value)
    compare("B6", metric, {})
    row = 7
    while sheet[f"I{row}"].value is not None and row < 7 + MOST_BARS:
        for move, result in (("C", "E"), ("D", "F")):
            compare(f"{result}{row}", metric, {str(sheet[f"A{row}"].value): sheet[f"{move}{row}"].value})
        row += 1
    for number in (1, 2):
        first = int(names[f"grid_{number}_metric"][1][1:])
        metric, down, across = (str(sheet[f"B{first + offset}"].value) for offset in (0, 2, 3))
        for line in range(first + 6, first + 13):
            for column in "CDEFGHI":
                moves = {down: sheet[f"B{line}"].value, across: sheet[f"{column}{first + 5}"].value}
                compare(f"{column}{line}", metric, moves)
    assert compared >= 99
    return wrong


def _tables(package: bytes) -> list[Mapping[str, str]]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts[parts_by_title(parts)["What-if"]])
    return [dict(each.attrib) for each in root.iter(f"{MAIN}f") if each.get("t") == "dataTable"]


# --- as made --------------------------------------------------------------------------------------------------------


@pytest.mark.full(seconds=3)
@pytest.mark.parametrize("name", some(SCENARIOS, ["one month"], []))
def test_every_cell_shows_what_the_engine_gives(name: str) -> None:
    package = _live(name)
    book = stored_cells(package)
    assert not _disagreements(book["Sensitivity"], named_cells(package), SCENARIOS[name])
    assert book["Summary"]["A3"].value == "All checks OK"
    assert check_package(package) == []
    assert "FT_" not in "".join(cell.formula or "" for cells in book.values() for cell in cells.values())


def test_every_metric_that_can_be_chosen_has_its_line() -> None:
    assert list(METRIC_LINES) == list(METRICS)


@pytest.mark.full(seconds=3)
def test_three_tables_move_cells_of_their_own_sheet_that_are_not_empty() -> None:
    cells = stored_cells(_live("support-classifier"))["What-if"]
    tables = _tables(_live("support-classifier"))
    assert [(each["ref"], each.get("dt2D"), each.get("r1"), each.get("r2")) for each in tables] == [
        ("B18:H24", "1", "B7", "B6"),
        ("B28:H34", "1", "B9", "B8"),
        ("B38:B61", None, "B5", None),
    ]
    assert [cells[each[key]].value for each in tables for key in ("r1", "r2") if key in each] == [*["base"] * 4, 0]


def test_only_the_sensitivity_sheet_takes_anything_from_the_sheets_behind_it() -> None:
    """A program that loses its way in a data table spoils nothing else."""
    book = stored_cells(_live("support-classifier"))
    taking = {
        title
        for title, cells in book.items()
        for cell in cells.values()
        if cell.formula and re.search(f"what-if|{PREFIX}", cell.formula, re.IGNORECASE)
    }
    assert taking == {"Sensitivity", *SHEETS}


@pytest.mark.full(seconds=4)
def test_a_very_long_horizon_has_values_as_generated() -> None:
    book = stored_cells(build_workbook(REFERENCE.with_inputs(months=301), edition="native", live_grids=True))
    assert not set(SHEETS) & set(book)
    assert "as generated" in str(book["Sensitivity"]["A2"].value)


@pytest.mark.full(seconds=3)
@open_xml_sdk.newest_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("name", some(["support-classifier", "nothing", "ten years"], slow=["support-classifier"]))
def test_the_package_is_valid_for_every_office(name: str, versions: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(_live(name))
    assert open_xml_sdk.validate(path, versions) == []


# --- recalculated ---------------------------------------------------------------------------------------------------


class Recalculated(dict[str, dict[str, Cells]]):
    """A workbook as LibreOffice computes it when asked for, data tables and all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, name: str) -> dict[str, Cells]:
        (self[name],) = _computed({name: _live(name)}, self.folder).values()
        return self[name]


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> Recalculated:
    return Recalculated(tmp_path_factory.mktemp("live"))


def _computed(made: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, Cells]]:
    paths = []
    for number, content in enumerate(made.values()):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(content)
    computed = libreoffice.recalculate_many(paths, folder / "out", timeout=900)
    return {name: stored_cells(path.read_bytes()) for name, path in zip(made, computed, strict=True)}


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", [full(each) for each in RECALCULATED])
def test_libreoffice_computes_what_is_cached(recalculated: dict[str, dict[str, Cells]], name: str) -> None:
    """Every formula cell but those behind the Sensitivity sheet, and every cell of the tables."""
    scale = max(1.0, *map(abs, appraise(SCENARIOS[name]).cash_flow))
    wrong, compared = [], 0
    for title, cells in stored_cells(_live(name)).items():
        for address, cell in cells.items():
            body = title == "What-if" and int("".join(filter(str.isdigit, address))) >= FIRST_GRID
            if body or (title not in SHEETS and cell.formula is not None):
                compared += 1
                shown = recalculated[name][title][address].value
                if not same(shown, cell.value, scale):
                    wrong.append(f"{title}!{address} {cell.formula}: {shown} is not {cell.value}")
    assert not wrong, "\n".join(wrong[:5])
    assert compared > 3_000


# --- moved by hand --------------------------------------------------------------------------------------------------
# What a table does to its input cells, typed into them: the corner must show what the engine gives, after any edit.
# LibreOffice's tables are not asked here: after some edits they leave one or two cells at the base (docs/editions.md).


@dataclass(frozen=True)
class Edit:
    """What is typed into a workbook, by sheet; the scenario that it makes."""

    scenario: Scenario
    content: Callable[[], bytes]
    cells: dict[str, dict[str, Any]]

    def made(self) -> bytes:
        content = with_part(self.content(), _part(self.content()), _without_tables)
        for sheet, cells in self.cells.items():
            content = with_cells(content, cells, sheet)
        return content


def _part(content: bytes) -> str:
    return parts_by_title(parts_of(content))[TABLES]


def _without_tables(root: Any) -> None:
    for each in root.xpath("//*[local-name()='f'][@t='dataTable']"):
        each.getparent().remove(each)


def _typed(inputs: dict[str, Any], sensitivity: dict[str, Any] | None = None) -> Edit:
    cells = {"Inputs": inputs, "Sensitivity": sensitivity or {}}
    return Edit(SUPPORT.with_inputs(**inputs), lambda: _live("support-classifier"), cells)


EDITS = {
    "horizon and delay": _typed({"months_to_amortize": 31, "go_live_delay": 3}),
    "prices": _typed({"baseline_output_price_per_m": 9.0, "monthly_growth": 0.02}),
    "loss": _typed({"data_preparation_cost": 900_000.0, "discount_rate": 0.25}),
    "fleet": _typed({"serving": "self_hosted", "serving_gpu_hourly_rate": 3.0, "serving_tokens_per_second": 2500.0}),
    "metric": _typed({"benefit_risk": 0.1}, {"B4": "IRR", "E4": 0.35, "B41": "ROI", "B56": "Equivalent monthly value"}),
    "axes": _typed(
        {"go_live_delay": 2},
        {"B41": "Discounted payback", "B43": "Horizon", "B44": "Discount rate", "B56": "MIRR", "B58": "Go-live delay"},
    ),
    "longer than it was made for": _typed({"months_to_amortize": 58}),
    "a fleet for nothing": _typed(
        {"serving": "self_hosted", "serving_gpu_hourly_rate": 3.0, "serving_tokens_per_second": 2500.0},
        {"B43": "Serving GPU price", "A47": -1.0},
    ),
    **{f"in use: {each.name}": Edit(each, _three, {"Scenarios": {"C4": each.name}}) for each in THREE[1:]},
}
CASES, CROSSINGS = (1, 14), ((1, 0, 0), (2, 6, 2))
"""Cases of the tornado that are tried, and crossings of a grid: its number, line and position."""


@dataclass(frozen=True)
class Move:
    """Values in the input cells of a table, the corner that shows the metric, and what the engine gives there."""

    typed: dict[str, Any]
    corner: str
    expected: Any


def _moves(sheet: Cells, first_rows: tuple[int, int], scenario: Scenario) -> list[Move]:
    """Some moves of each table, from the labels and values that stand on the sheet Sensitivity."""
    found = []
    for case in CASES:
        row, column = 7 + (case - 1) // 2, "DC"[case % 2]
        label, value = sheet[f"A{row}"].value, sheet[f"{column}{row}"].value
        expected = _engine(scenario, str(sheet["B4"].value), {str(label): value})
        found.append(Move({CASE: case}, f"B{TORNADO}", expected))
    for number, line, position in CROSSINGS:
        first = first_rows[number - 1]
        metric, down, across = (str(sheet[f"B{first + offset}"].value) for offset in (0, 2, 3))
        values = sheet[f"B{first + 6 + line}"].value, sheet[f"{'CDEFGHI'[position]}{first + 5}"].value
        expected = _engine(scenario, metric, dict(zip((down, across), values, strict=True)))
        typed = dict(zip(MOVES[number], values, strict=True))
        found.append(Move(typed, f"A{FIRST_GRID + (number - 1) * GRID_ROWS}", expected))
    return [move for move in found if "n/a" not in move.typed.values()]


@pytest.mark.full(seconds=5)
@pytest.mark.needs_libreoffice
def test_a_case_typed_by_hand_and_a_horizon_beyond_the_months(tmp_path: Path) -> None:
    """The tornado's bar of the horizon: low, what the engine gives; 1.5 times the longest horizon: n/a."""
    sheet = stored_cells(_live("reference"))["Sensitivity"]
    row = next(row for row in range(7, 7 + MOST_BARS) if sheet[f"A{row}"].value == "Horizon")
    case = 2 * (row - 6) - 1
    edit = Edit(REFERENCE, lambda: _live("reference"), {"Inputs": {}, TABLES: {CASE: case}})
    longest = {"Inputs": {"months_to_amortize": 60}, "Sensitivity": {"E4": 0.5}, TABLES: {CASE: case + 1}}
    beyond = Edit(REFERENCE, lambda: _live("reference"), longest)
    low, high = _computed({"low": edit.made(), "high": beyond.made()}, tmp_path).values()
    assert low["Sensitivity"][f"C{row}"].value == 10  # of 12
    assert same(low[TABLES][f"B{TORNADO}"].value, _engine(REFERENCE, "NETROI", {"Horizon": 10}), 1e5)
    assert high["Sensitivity"][f"D{row}"].value == 90
    assert high[TABLES][f"B{TORNADO}"].value == "n/a"


@pytest.mark.full(seconds=4)
@pytest.mark.needs_libreoffice
def test_axes_that_are_one_input_or_an_empty_one_are_no_failed_check(tmp_path: Path) -> None:
    twice = _typed({}, {"B43": "API calls", "B44": "API calls"})
    empty = _typed({}, {"B43": "Served tokens per call"})
    for book in _computed({"twice": twice.made(), "empty": empty.made()}, tmp_path).values():
        assert {book["Sensitivity"][f"{column}{row}"].value for column in "CFI" for row in (47, 50, 53)} == {"n/a"}
        assert book["Summary"]["A3"].value == "All checks OK"


@pytest.mark.full(seconds=12)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", EDITS)
def test_moves_in_an_edited_workbook_give_what_the_engine_gives(name: str, tmp_path: Path) -> None:
    edit = EDITS[name]
    made = edit.made()
    (tmp_path / "edited").mkdir()
    book = _computed({"edited": made}, tmp_path / "edited")["edited"]
    errors = {at for cells in book.values() for at, cell in cells.items() if str(cell.value).startswith("#")}
    assert not errors
    names = named_cells(made)
    first_rows = tuple(int(names[f"grid_{number}_metric"][1][1:]) for number in (1, 2))
    moves = {
        str(number): move
        for number, move in enumerate(_moves(book["Sensitivity"], first_rows, edit.scenario))  # type: ignore[arg-type]
    }
    assert len(moves) >= 3
    (tmp_path / "moved").mkdir()
    moved = {number: with_cells(made, move.typed, TABLES) for number, move in moves.items()}
    scale = max(1.0, *map(abs, appraise(edit.scenario).cash_flow))
    wrong = []
    for number, book in _computed(moved, tmp_path / "moved").items():
        shown, expected = book[TABLES][moves[number].corner].value, moves[number].expected
        if not same(shown, expected, scale):
            wrong.append(f"{moves[number].typed}: {shown!r} is not {expected!r}")
    assert not wrong, "\n".join(wrong)
