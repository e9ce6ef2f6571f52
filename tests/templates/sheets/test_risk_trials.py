"""Trials in a data table: every one is the engine's own draw, as made, recalculated, and after edits."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from roi_engine import REFERENCE, Scenario, appraise, load_scenario, simulate
from roi_engine.errors import ScenarioError
from roi_engine.simulation.lattice import shifts
from roi_engine.simulation.statistics import STATISTICS
from roi_engine.simulation.trials import trials_of
from templates.building.formula import Formula
from templates.building.trial_figures import TrialCells
from templates.building.what_if_places import RISK_SHEET, SHEETS, TRIALS_SHEET
from templates.package_check import check_package
from templates.sheets.what_if_model import PREFIX
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import MAIN
from tests import libreoffice, open_xml_sdk
from tests.builds import build_workbook
from tests.slow_cases import some
from tests.workbook_cells import SAMPLES, Cells, named_cells, same, stored_cells
from tests.workbook_edits import with_cells

TRIALS = 128
SHAPES = REFERENCE.with_inputs(
    name="Every shape",
    success_chance=0.9,
    storage_timing="monthly",
    go_live_delay=1,
    monthly_growth=0.01,
    other_upfront_cost=16_000,
    ranges={
        "training_hours": {"low": 12, "high": 72, "distribution": "triangular"},
        "calls": {"low": 2e6, "high": 9e6},
        "baseline_cost": {"low": 0.10, "high": 0.35, "distribution": "normal"},
        "finetuned_cost": {"low": 0.03, "high": 0.15, "distribution": "lognormal"},
        "accuracy_improvement_percent": {"low": 0, "high": 0.9, "distribution": "normal"},
        "review_cost": {"low": 1_000, "high": 3_500, "distribution": "uniform"},
        "go_live_delay": {"low": 0, "high": 5},
        "storage_gb": {"low": 20, "high": 400},
        "monthly_growth": {"low": 0.01, "high": 0.01},
        "months_to_amortize": {"low": 6, "high": 24},
    },
)
"""Every shape, whole numbers, an input that is fixed, one that is held, and a project that may fail."""
SCENARIOS = {
    "every shape": SHAPES,
    **{name: load_scenario(SAMPLES / f"{name}.toml") for name in ("support-classifier", "document-extraction")},
}


def _made(name: str, trials: int = TRIALS, grids: bool = False) -> bytes:
    return build_workbook(SCENARIOS[name], edition="native", trials=trials, live_grids=grids)


def _table(cells: Cells, count: int) -> list[list[Any]]:
    """NPV and payback of every trial, as a sheet shows them."""
    row = next(int(at[1:]) for at, cell in cells.items() if cell.value == "As it stands") + 1
    return [[cells[f"{letter}{at}"].value for at in range(row, row + count)] for letter in "BC"]


def _differences(cells: Cells, scenario: Scenario, npv: Any, payback: Any) -> list[str]:
    """The trials that are not these."""
    scale = max(1.0, *map(abs, appraise(scenario).cash_flow))
    shown = _table(cells, len(npv))
    expected = [list(map(float, npv)), ["Never" if math.isinf(each) else float(each) for each in payback]]
    assert len(set(expected[0])) > len(npv) * 0.9
    return [
        f"{trial}: {one!r} is not {other!r}"
        for of_sheet, of_engine in zip(shown, expected, strict=True)
        for trial, (one, other) in enumerate(zip(of_sheet, of_engine, strict=True), start=1)
        if not same(one, other, scale)
    ]


def _figures(cells: Cells) -> dict[str, list[Any]]:
    """The rows of the sheet Risk trials by the label of the figure: now, ±, as generated, ±, agrees."""
    labels = set(STATISTICS.values())
    return {
        str(cell.value): [cells[f"{letter}{at[1:]}"].value for letter in "BCEFG"]
        for at, cell in cells.items()
        if at[0] == "A" and cell.value in labels
    }


# --- small ----------------------------------------------------------------------------------------------------------


def test_figures_are_formulas_that_everybody_knows() -> None:
    trials = TrialCells(*(Formula(each, 8) for each in ("npv", "payback", "count", "worst", "horizon")))
    shown = {name: trials.figure(name, Formula("share", 0.05), 0.0).text for name in STATISTICS}
    assert set(shown) == set(STATISTICS)
    assert shown["MEAN"] == 'IF(COUNT(npv)=count,AVERAGE(npv),"n/a")'
    assert shown["P95"] == 'IF(COUNT(npv)=count,PERCENTILE(npv,share),"n/a")'
    assert shown["PROBLOSS"] == 'IF(COUNT(npv)=count,COUNTIF(npv,"<0")/count,"n/a")'
    assert shown["PROBPAYBACK"] == 'IF(COUNT(npv)=count,COUNTIF(payback,"<="&horizon)/count,"n/a")'


def test_no_trial_draws_the_end_of_a_distribution() -> None:
    """A probability of 0 or 1 has no normal score: no shift of the seed falls on a point of any number of trials."""
    every = np.array(shifts(256, 1)).ravel()
    for points in range(16, 513):
        off = np.abs(every * 2 * points - np.round(every * 2 * points))
        assert off.min() > 1e-7, points


def test_the_trials_are_the_draws_of_a_simulation() -> None:
    trials, found = trials_of(SHAPES, TRIALS), simulate(SHAPES, TRIALS)
    assert trials.npv.tolist() == found.results.tolist()
    for name, value in trials.figures().items():
        assert value == pytest.approx(found.statistics[name].value, rel=1e-12)


def test_inputs_that_go_together_are_refused() -> None:
    pairs = {"training_hours": {"calls": 0.5}}
    with pytest.raises(ScenarioError, match="draw each input by itself"):
        build_workbook(Scenario(**{**SHAPES.given(), "correlations": pairs}), edition="native", trials=TRIALS)


@pytest.mark.parametrize("edition", ["wired", "values"])
@pytest.mark.full(seconds=3)
def test_other_editions_have_no_trials(edition: Any) -> None:
    assert not {RISK_SHEET, TRIALS_SHEET} & set(stored_cells(build_workbook(SHAPES, edition=edition, trials=TRIALS)))


# --- as made --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", some(SCENARIOS, slow=["every shape"]))
def test_every_cell_shows_what_the_engine_gives(name: str) -> None:
    book, scenario = stored_cells(_made(name)), SCENARIOS[name]
    trials, few, many = trials_of(scenario, TRIALS), simulate(scenario, TRIALS), simulate(scenario)
    assert not _differences(book[TRIALS_SHEET], scenario, trials.npv, trials.payback)
    shown = _figures(book[RISK_SHEET])
    assert len(shown) == len(STATISTICS)
    agree = 0
    for key, label in STATISTICS.items():
        now, width, engine, its_width, agrees = shown[label]
        assert (now, width) == pytest.approx((few.statistics[key].value, few.statistics[key].half_width), rel=1e-9)
        assert (engine, its_width) == pytest.approx(
            (many.statistics[key].value, many.statistics[key].half_width), rel=1e-9
        )
        assert agrees == ("Yes" if abs(now - engine) <= width + its_width else "No")
        agree += agrees == "Yes"
    names = named_cells(_made(name))
    said = book[RISK_SHEET][names["risk_trials_agree"][1]].value
    more = "" if agree == len(STATISTICS) else "; more trials come closer"
    assert said == f"{agree} of 12 figures lie within both ± of 16,384 draws{more}"
    assert book[RISK_SHEET][names["check_risk_trials"][1]].value == "OK"
    assert str(book[RISK_SHEET]["A4"].value).startswith("In ")
    assert "takes seconds" in str(book[RISK_SHEET]["A5"].value)
    assert check_package(_made(name)) == []
    assert "FT_" not in "".join(cell.formula or "" for cells in book.values() for cell in cells.values())


@pytest.mark.slow
def test_a_table_of_two_columns_moves_the_trial() -> None:
    content = _made("every shape")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts[parts_by_title(parts)[TRIALS_SHEET]])
    (table,) = [dict(each.attrib) for each in root.iter(f"{MAIN}f") if each.get("t") == "dataTable"]
    first, last = (int(at[1:]) for at in table["ref"].split(":"))
    assert (last - first + 1, table["r1"], table.get("dt2D")) == (TRIALS, "B5", None)
    assert stored_cells(content)[TRIALS_SHEET]["B5"].value == 0


@pytest.mark.slow
def test_no_other_sheet_takes_anything_from_the_trials() -> None:
    """A program that loses its way in a data table spoils nothing else, and the trials are last."""
    book = stored_cells(_made("every shape"))
    taking = {
        title
        for title, cells in book.items()
        for cell in cells.values()
        if cell.formula and re.search(f"what-if|trial_|{PREFIX}", cell.formula, re.IGNORECASE)
    }
    assert taking == {RISK_SHEET, TRIALS_SHEET, *SHEETS[1:]}
    assert {TRIALS_SHEET, *SHEETS[1:]} == set(list(book)[-3:])
    assert list(book).index(RISK_SHEET) == list(book).index("Risk") + 1


@open_xml_sdk.newest_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("name", some(SCENARIOS, slow=()))
def test_the_package_is_valid_for_every_office(name: str, versions: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(_made(name))
    assert open_xml_sdk.validate(path, versions) == []


# --- recalculated ---------------------------------------------------------------------------------------------------


def _computed(content: bytes, folder: Path) -> dict[str, Cells]:
    path = folder / "made.xlsx"
    path.write_bytes(content)
    (computed,) = libreoffice.recalculate_many([path], folder / "out", timeout=300)
    return stored_cells(computed.read_bytes())


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", some(SCENARIOS, slow=["every shape"]))
def test_libreoffice_draws_what_the_engine_draws(name: str, tmp_path: Path) -> None:
    made, computed = stored_cells(_made(name)), _computed(_made(name), tmp_path)
    trials = trials_of(SCENARIOS[name], TRIALS)
    assert not _differences(computed[TRIALS_SHEET], SCENARIOS[name], trials.npv, trials.payback)
    scale = max(1.0, *map(abs, appraise(SCENARIOS[name]).cash_flow))
    wrong = [
        f"{title}!{at} {cell.formula}: {computed[title][at].value} is not {cell.value}"
        for title, cells in made.items()
        for at, cell in cells.items()
        if title not in (*SHEETS, TRIALS_SHEET)
        and cell.formula
        and not same(computed[title][at].value, cell.value, scale)
    ]
    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.full(seconds=30)
@pytest.mark.needs_libreoffice
def test_libreoffice_calculates_trials_beside_live_grids(tmp_path: Path) -> None:
    content = _made("every shape", grids=True)
    assert check_package(content) == []
    computed, trials = _computed(content, tmp_path), trials_of(SHAPES, TRIALS)
    assert not _differences(computed[TRIALS_SHEET], SHAPES, trials.npv, trials.payback)
    assert computed["Summary"]["A3"].value == "All checks OK"


# --- edited ---------------------------------------------------------------------------------------------------------

EDITS: dict[str, dict[str, Any]] = {
    "a value that is drawn": {"baseline_monthly_api_calls": 4e6},
    "one that is not": {"gpu_count": 4, "discount_rate": 0.2},
    "the chance": {"success_chance": 0.4},
    "the horizon": {"months_to_amortize": 20},
}


@pytest.mark.full(seconds=6)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_input_moves_every_trial_and_every_figure(edit: str, tmp_path: Path) -> None:
    edited = SHAPES.with_inputs(**EDITS[edit])
    computed = _computed(with_cells(_made("every shape"), EDITS[edit]), tmp_path)
    trials = trials_of(edited, TRIALS)
    assert not _differences(computed[TRIALS_SHEET], edited, trials.npv, trials.payback)
    before, after = (_figures(each[RISK_SHEET]) for each in (stored_cells(_made("every shape")), computed))
    for key, label in STATISTICS.items():
        assert after[label][0] == pytest.approx(trials.figures()[key], rel=1e-9), label
        if not (edit == "one that is not" and key.startswith("PROB")):
            assert after[label][0] != before[label][0], label
        assert after[label][2:4] == pytest.approx(before[label][2:4], rel=1e-12)
        assert after[label][4] == "–"
    assert computed["Summary"]["A3"].value == "All checks OK"


@pytest.mark.full(seconds=6)
@pytest.mark.needs_libreoffice
def test_edited_ranges_are_drawn_from_and_impossible_ones_are_told(tmp_path: Path) -> None:
    content = _made("every shape")
    names = named_cells(content)
    hours, stored = (names[f"in_{name}"][1][1:] for name in ("training_hours", "storage_gb"))
    cells = {f"D{hours}": 20.0, f"E{hours}": 30.0, f"F{hours}": "uniform", f"D{stored}": None, f"E{stored}": None}
    ranges = {name: span.model_dump() for name, span in SHAPES.ranges.items()}
    ranges["training_hours"] = {"low": 20, "high": 30, "distribution": "uniform"}
    value = SHAPES.storage_gb
    ranges["storage_gb"] = {"low": value, "high": value}
    expected = Scenario(**{**SHAPES.given(), "ranges": ranges})
    (tmp_path / "edited").mkdir()
    computed, trials = _computed(with_cells(content, cells), tmp_path / "edited"), trials_of(expected, TRIALS)
    assert not _differences(computed[TRIALS_SHEET], expected, trials.npv, trials.payback)
    assert computed[RISK_SHEET][names["risk_trials_agree"][1]].value == "not checked"
    for number, wrong in enumerate(({"training_hours": 500.0}, {"months_to_amortize": 58})):
        (tmp_path / str(number)).mkdir()
        computed = _computed(with_cells(content, wrong), tmp_path / str(number))
        assert {figure[0] for figure in _figures(computed[RISK_SHEET]).values()} == {"n/a"}
        assert str(computed[RISK_SHEET]["A4"].value).startswith("No trials")
