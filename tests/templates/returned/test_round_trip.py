"""A workbook that LibreOffice has opened and saved, and what pandas reads in every edition, before and after."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import pandas
import pytest

from roi_engine import REFERENCE, appraise, verdict
from roi_engine.appraisal import Appraisal
from templates.building.book import Edition
from templates.package_check import check_package
from templates.returned.reading import read_workbook
from tests import libreoffice
from tests.builds import WHEN, build_workbook
from tests.listening_office import run_script
from tests.slow_cases import some
from tests.workbook_cells import named_cells, same, samples_and_edges, stored_cells, with_inputs

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
SCENARIOS = samples_and_edges()
SAMPLE = SCENARIOS["support-classifier"]
CHANGED: dict[str, Any] = {"months_to_amortize": 36, "go_live_delay": 2, "baseline_monthly_api_calls": 600_000.0}


@cache
def _built(edition: Edition) -> bytes:
    return build_workbook(SAMPLE, edition=edition, generated=WHEN)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[Edition, bytes]:
    """Every edition of the sample as LibreOffice saves it."""
    folder = tmp_path_factory.mktemp("built")
    paths = [folder / f"{edition}.xlsx" for edition in EDITIONS]
    for path, edition in zip(paths, EDITIONS, strict=True):
        path.write_bytes(_built(edition))
    written = libreoffice.convert_many(paths, tmp_path_factory.mktemp("saved"))
    return {edition: path.read_bytes() for edition, path in zip(EDITIONS, written, strict=True)}


def _recalculated(package: bytes, folder: Path) -> bytes:
    path = folder / "book.xlsx"
    path.write_bytes(package)
    return libreoffice.recalculate(path, folder / "computed").read_bytes()


def _scale(result: Appraisal) -> float:
    return max(1.0, *(abs(flow) for flow in result.cash_flow))


@pytest.mark.full(seconds=5)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
def test_what_libreoffice_saves_is_a_sound_package(saved: dict[Edition, bytes], edition: Edition) -> None:
    assert check_package(saved[edition]) == []


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_a_saved_native_workbook_keeps_its_formulas_and_recalculates(
    saved: dict[Edition, bytes], tmp_path: Path
) -> None:
    before, after = stored_cells(_built("native")), stored_cells(_recalculated(saved["native"], tmp_path))
    scale = _scale(appraise(SAMPLE))
    compared = 0
    for title, cells in before.items():
        for address, cell in cells.items():
            if cell.formula is not None:
                other = after[title][address]
                assert other.formula is not None, f"{title}!{address} lost its formula"
                assert same(other.value, cell.value, scale), f"{title}!{address}: {other.value!r}, not {cell.value!r}"
                compared += 1
    assert compared > 1_500


@pytest.mark.full(seconds=6)
@pytest.mark.needs_libreoffice
def test_a_saved_native_workbook_follows_its_inputs(saved: dict[Edition, bytes], tmp_path: Path) -> None:
    edited = _recalculated(with_inputs(saved["native"], CHANGED), tmp_path)
    fresh = appraise(SAMPLE.with_inputs(**CHANGED))
    cells, places = stored_cells(edited), named_cells(edited)
    for name, value in {
        "out_net_roi": fresh.net_roi,
        "out_npv": fresh.npv(),
        "out_irr": fresh.irr_annual,
        "out_payback": fresh.payback_months,
        "out_total_cost": fresh.total_cost,
    }.items():
        title, address = places[name]
        assert same(cells[title][address].value, value, _scale(fresh)), name
    assert cells["Summary"]["A5"].value == verdict(fresh, SAMPLE.currency)
    assert cells["Summary"]["A3"].value == "All checks OK"


def _read_by_pandas(package: bytes) -> int:
    """Holds every number that pandas finds against the cell that holds it; returns how many there are."""
    cells = stored_cells(package)
    frames = pandas.read_excel(io.BytesIO(package), sheet_name=None, header=None, engine="openpyxl")
    assert list(frames) == list(cells)
    found = 0
    for title, frame in frames.items():
        numbers = {
            (row, column): value
            for row, line in enumerate(frame.itertuples(index=False))
            for column, value in enumerate(line)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
        }
        stored = sorted(cell.value for cell in cells[title].values() if isinstance(cell.value, float))
        assert sorted(numbers.values()) == pytest.approx(stored, rel=1e-15), title
        found += len(numbers)
    return found


def _figures(package: bytes) -> dict[str, Any]:
    frame = pandas.read_excel(io.BytesIO(package), sheet_name="Breakdown", header=3, engine="openpyxl")
    return dict(frame.drop_duplicates("Figure").set_index("Figure")["Value"])


def _has_the_engines_figures(package: bytes) -> None:
    result, figures = appraise(SAMPLE), _figures(package)
    assert figures["Net return"] == pytest.approx(result.net_roi, rel=1e-12)
    assert figures["NPV"] == pytest.approx(result.npv(), rel=1e-12)
    assert figures["Worthwhile"] == ("Yes" if result.net_roi > 0 else "No")


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(EDITIONS, ["wired"], slow=[]))
def test_pandas_reads_every_number(edition: Edition) -> None:
    assert _read_by_pandas(_built(edition)) > 2_000
    _has_the_engines_figures(_built(edition))


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", EDITIONS)
def test_pandas_reads_every_number_that_libreoffice_saved(saved: dict[Edition, bytes], edition: Edition) -> None:
    assert _read_by_pandas(saved[edition]) > 2_000
    _has_the_engines_figures(saved[edition])


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_what_is_typed_in_libreoffice_is_read(tmp_path: Path) -> None:
    """A template, filled in key by key and saved there, is exactly the scenario; one cell is emptied."""
    template, filled = tmp_path / "template.xlsx", tmp_path / "filled.xlsx"
    template.write_bytes(build_workbook(REFERENCE, edition="native", generated=WHEN))
    typed = {
        "in_name": "Ann's own",
        "in_training_hours": "96.5",
        "in_baseline_monthly_api_calls": "1250000",
        "in_accuracy_improvement_percent": "7.5%",
        "in_months_to_amortize": "36",
        "in_storage_timing": "monthly",
        "in_discount_rate": "",
        "in_go_live_delay": "2",
    }
    run_script(Path(__file__).with_name("type_in.py"), template, {"typed": typed, "saved": str(filled)})
    reading = read_workbook(filled)
    assert not reading.problems
    expected = REFERENCE.with_inputs(
        training_hours=96.5, calls=1_250_000, accuracy=0.075, months=36, storage_timing="monthly", go_live_delay=2
    )
    assert reading.checked().inputs() == {**expected.inputs(), "name": "Ann's own"}
