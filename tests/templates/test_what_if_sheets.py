"""Tornado and grids of the native edition by data tables: every cell what the engine gives, also after edits."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from roi_engine import REFERENCE, Scenario, appraise
from roi_engine.errors import FtRoiError
from roi_engine.scenario import find_input
from roi_engine.sensitivity import what_if
from templates.finishing import MAIN, parts_by_title
from templates.package_check import check_package
from templates.what_if_sheets import SHEETS
from templates.workbook import build_workbook
from tests import libreoffice, open_xml_sdk
from tests.slow_cases import some
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells
from tests.workbook_edits import with_cells

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SCENARIOS = samples_and_edges()
SCENARIOS["five years"] = REFERENCE.with_inputs(months=60, monthly_growth=0.01, storage_timing="monthly")
SCENARIOS["ten years"] = REFERENCE.with_inputs(months=120, training_hours=20_000)
SUPPORT = SCENARIOS["support-classifier"]
THREE = (SUPPORT, SCENARIOS["document-extraction"], SCENARIOS["five years"].model_copy(update={"name": "Five years"}))
MOST_BARS = 12


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


@pytest.mark.parametrize("name", some(SCENARIOS, ["support-classifier"]))
def test_every_cell_shows_what_the_engine_gives(name: str) -> None:
    package = _live(name)
    book = stored_cells(package)
    assert not _disagreements(book["Sensitivity"], named_cells(package), SCENARIOS[name])
    assert book["Summary"]["A3"].value == "All checks OK"
    assert check_package(package) == []
    assert "FT_" not in "".join(cell.formula or "" for cells in book.values() for cell in cells.values())


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
        if cell.formula and ("what-if" in cell.formula.lower() or "what_if" in cell.formula.lower())
    }
    assert taking == {"Sensitivity", *SHEETS}


def test_a_very_long_horizon_has_values_as_generated() -> None:
    book = stored_cells(build_workbook(REFERENCE.with_inputs(months=301), edition="native", live_grids=True))
    assert not set(SHEETS) & set(book)
    assert "as generated" in str(book["Sensitivity"]["A2"].value)


@pytest.mark.slow
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("name", ["support-classifier", "nothing", "ten years"])
def test_the_package_is_valid_for_every_office(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(_live(name))
    assert open_xml_sdk.validate(path) == []


# --- recalculated ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """What is typed into the support sample: inputs by name, and cells of the sheet Sensitivity."""

    inputs: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Any] = field(default_factory=dict)

    def made(self) -> bytes:
        content = with_cells(_live("support-classifier"), self.inputs) if self.inputs else _live("support-classifier")
        return with_cells(content, self.cells, "Sensitivity") if self.cells else content


EDITS = {
    "horizon and delay": Edit({"months_to_amortize": 33, "go_live_delay": 3}),
    "prices": Edit({"baseline_output_price_per_m": 9.0, "monthly_growth": 0.02}),
    "loss": Edit({"data_preparation_cost": 900_000.0, "discount_rate": 0.25}),
    "fleet": Edit({"serving": "self_hosted", "serving_gpu_hourly_rate": 3.0, "serving_tokens_per_second": 2500.0}),
    "metric": Edit(cells={"B4": "NPV", "E4": 0.35}),
    "rate of return": Edit({"benefit_risk": 0.1}, {"B4": "IRR"}),
    "axes": Edit(
        {"go_live_delay": 2},
        {"B41": "DPAYBACK", "B43": "Horizon", "B44": "Discount rate", "B56": "MIRR", "B58": "Go-live delay"},
    ),
}


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Cells]]:
    """The workbooks, and edited copies of the sample, as LibreOffice computes them."""
    folder = tmp_path_factory.mktemp("live")
    made = {name: _live(name) for name in SCENARIOS}
    made |= {f"edited {name}": edit.made() for name, edit in EDITS.items()}
    made |= {each.name: with_cells(_three(), {"C4": each.name}, "Scenarios") for each in THREE}
    paths = []
    for number, content in enumerate(made.values()):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(content)
    computed = libreoffice.recalculate_many(paths, folder / "out", timeout=900)
    return {name: stored_cells(path.read_bytes()) for name, path in zip(made, computed, strict=True)}


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", SCENARIOS)
def test_libreoffice_computes_what_is_cached(recalculated: dict[str, dict[str, Cells]], name: str) -> None:
    """Every formula cell but those behind the Sensitivity sheet, and every cell of the tables."""
    scale = max(1.0, *map(abs, appraise(SCENARIOS[name]).cash_flow))
    wrong, compared = [], 0
    for title, cells in stored_cells(_live(name)).items():
        for address, cell in cells.items():
            body = title == "What-if" and int("".join(filter(str.isdigit, address))) >= 17
            if body or (title not in SHEETS and cell.formula is not None):
                compared += 1
                shown = recalculated[name][title][address].value
                if not same(shown, cell.value, scale):
                    wrong.append(f"{title}!{address} {cell.formula}: {shown} is not {cell.value}")
    assert not wrong, "\n".join(wrong[:5])
    assert compared > 3_000


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", EDITS)
def test_edits_move_every_cell_as_the_engine_does(recalculated: dict[str, dict[str, Cells]], name: str) -> None:
    book = recalculated[f"edited {name}"]
    scenario = SUPPORT.with_inputs(**EDITS[name].inputs)
    assert not _disagreements(book["Sensitivity"], named_cells(_live("support-classifier")), scenario)
    assert book["Summary"]["A3"].value == "All checks OK"


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("scenario", THREE, ids=lambda each: each.name)
def test_the_scenario_in_use_moves_every_cell(recalculated: dict[str, dict[str, Cells]], scenario: Scenario) -> None:
    book = recalculated[scenario.name]
    assert not _disagreements(book["Sensitivity"], named_cells(_three()), scenario)
    assert book["Summary"]["A3"].value == "All checks OK"
