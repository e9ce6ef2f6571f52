"""The native and the values edition: the wired edition's figures, without a function or without a formula."""

from __future__ import annotations

import io
import math
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from roi_engine import INPUTS, REFERENCE, Appraisal, Scenario, appraise, verdict
from roi_engine.errors import FtRoiError
from templates.book import Edition
from templates.finishing import MAIN, parts_by_title
from templates.workbook import build_workbook
from tests import libreoffice, open_xml_sdk
from tests.random_scenarios import random_scenarios
from tests.workbook_cells import same, samples_and_edges

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
NEWER_THAN_2010 = re.compile(r"_xlfn|\b(IFNA|XLOOKUP|LET|LAMBDA|FILTER|SORT|UNIQUE|SEQUENCE|TEXTJOIN|CONCAT|IFS)\(")
VOLATILE = re.compile(r"\b(NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT|INFO|CELL)\(")


def _scenarios() -> dict[str, Scenario]:
    """The samples and the edges: loss, never, nothing upfront, nothing at all, horizons of 1, 60 and 600 months."""
    found = samples_and_edges()
    found["five years"] = REFERENCE.with_inputs(months=60, monthly_growth=0.01, storage_timing="monthly")
    found["fifty years"] = REFERENCE.with_inputs(months=600, training_hours=90_000)
    found |= {each.name: each for each in random_scenarios(5, seed=11)}
    return found


SCENARIOS = _scenarios()


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("native")
    paths = {}
    for name, scenario in SCENARIOS.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.xlsx"
        paths[name].write_bytes(build_workbook(scenario, edition="native", generated=WHEN))
    return paths


@cache
def _opened(path: Path, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path, data_only=values)


def _cells(path: Path) -> list[tuple[str, str, str, Any]]:
    """Sheet, address, formula and cached value of every formula cell."""
    values = _opened(path, True)
    return [
        (sheet.title, cell.coordinate, cell.value, values[sheet.title][cell.coordinate].value)
        for sheet in _opened(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def _named(book: openpyxl.Workbook, name: str) -> Any:
    (title, address), *_ = book.defined_names[name].destinations
    return book[title][address.replace("$", "")]


def _scale(scenario: Scenario) -> float:
    return max(1.0, *(abs(flow) for flow in appraise(scenario).cash_flow))


@pytest.mark.parametrize("name", SCENARIOS)
def test_native_cells_are_ordinary_formulas_with_their_values(native: dict[str, Path], name: str) -> None:
    cells = _cells(native[name])
    assert len(cells) > 1500
    for sheet, address, formula, value in cells:
        place = f"{sheet}!{address} {formula}"
        assert isinstance(formula, str) and "FT_" not in formula, place
        assert not NEWER_THAN_2010.search(formula) and not VOLATILE.search(formula), place
        assert (value is not None or ',"")' in formula) and not isinstance(value, bool), place
        assert not (isinstance(value, str) and value.startswith("#")), f"{place}: {value}"
    checks = {row[0].value: row[6].value for row in _opened(native[name], True)["Checks"].iter_rows(min_row=5)}
    checks = {check: result for check, result in checks.items() if str(check).startswith("check_")}
    assert len(checks) >= 8 and set(checks.values()) == {"OK"}, checks


def test_the_editions_show_the_same_figures() -> None:
    """Every figure that two editions have in the same cell is the same; the answer and the metrics are among them."""
    for name in ("support-classifier", "never", "late"):
        scenario = SCENARIOS[name]
        built = (build_workbook(scenario, edition=edition, generated=WHEN) for edition in EDITIONS)
        wired, native, values = (openpyxl.load_workbook(io.BytesIO(each), data_only=True) for each in built)
        compared = 0
        for title in ("Summary", "Inputs", "Cash flow", "Sensitivity", "Breakdown"):
            for row in wired[title].iter_rows():
                for cell in row:
                    if isinstance(cell.value, (int, float)) and not (title == "Breakdown" and cell.column > 4):
                        for other in (native, values):
                            shown = other[title][cell.coordinate].value
                            assert same(shown, cell.value, _scale(scenario)), f"{name} {title}!{cell.coordinate}"
                            compared += 1
        assert compared > 2000
        for book in (wired, native, values):
            assert book["Summary"]["A5"].value == verdict(appraise(scenario), scenario.currency)


def test_the_values_edition_holds_no_formula_and_no_open_input() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(build_workbook(SCENARIOS["support-classifier"], edition="values", generated=WHEN))
    )
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate}"
                assert cell.style != "Input" or cell.protection.locked, f"{sheet.title}!{cell.coordinate}"


@pytest.mark.parametrize("edition", ["native", "values"])
def test_two_builds_are_equal(edition: Edition) -> None:
    one, other = (build_workbook(REFERENCE, edition=edition, generated=WHEN) for _ in range(2))
    assert one == other


@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("edition", ["native", "values"])
def test_the_package_is_valid_for_every_office(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(build_workbook(SCENARIOS["support-classifier"], edition=edition, generated=WHEN))
    assert open_xml_sdk.validate(path) == []


# --- recalculated ---------------------------------------------------------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "horizon": {"months_to_amortize": 30},
    "shorter": {"months_to_amortize": 7},
    "delay": {"go_live_delay": 4, "ramp_months": 3},
    "calls": {"baseline_monthly_api_calls": 450_000.0},
    "fleet": {"serving": "self_hosted", "serving_gpu_hourly_rate": 3.0, "serving_tokens_per_second": 2500.0},
    "storage": {"storage_gb": 500.0, "storage_timing": "monthly"},
    "prices": {"baseline_output_tokens": 400.0, "baseline_price_change": -0.3},
    "quality": {"accuracy_improvement_percent": -0.1, "retraining_interval": 5, "retraining_cost": 900.0},
    "loss": {"data_preparation_cost": 900_000.0, "discount_rate": 0.25},
    "default": {"discount_rate": None, "gpu_count": None},
}
OUTPUTS: dict[str, Any] = {
    "out_net_roi": lambda a: a.net_roi,
    "out_roi": lambda a: a.roi,
    "out_roi_total": lambda a: a.roi_total,
    "out_payback": lambda a: a.payback_months,
    "out_npv": lambda a: a.npv(),
    "out_discounted_payback": lambda a: a.discounted_payback_months(),
    "out_irr": lambda a: a.irr_annual,
    "out_mirr": lambda a: a.mirr_annual(),
    "out_profitability_index": lambda a: a.profitability_index(),
    "out_equivalent_monthly": lambda a: a.equivalent_monthly(),
    "out_upfront": lambda a: a.upfront,
    "out_total_cost": lambda a: a.total_cost,
}


def _moved(name: str) -> float:
    """Another legal value of a numeric input of the support sample."""
    sample = SCENARIOS["support-classifier"]
    before = sample.inputs()[name]
    for value in ((before or 0) * 1.25, (before or 0) + 3, 0.25, 0.75):
        try:
            if value != before:
                sample.with_inputs(**{name: value})
                return float(value)
        except FtRoiError:
            continue
    raise AssertionError(f"no legal value for {name}")


MOVED = {name: _moved(name) for name, declared in INPUTS.items() if declared.numeric}
UNMOVED = {
    **dict.fromkeys(("training_hours", "gpu_hourly_rate", "gpu_count", "training_runs"), "an API trains the sample"),
    "finetuned_cached_price_per_m": "no prompt token is cached",
    "model_size_b": "nothing is calculated with it",
    "storage_gb": "the price is 0",
    "storage_monthly_rate": "nothing is stored",
    "baseline_cost_per_1k_tokens": "the token mix replaces it",
    "finetuned_cost_per_1k_tokens": "the token mix replaces it",
    "tokens_per_call": "the token mix replaces it",
    **dict.fromkeys(
        (
            "serving_gpu_hourly_rate", "serving_tokens_per_second", "target_utilisation", "peak_factor",
            "min_replicas", "gpus_per_replica", "hours_per_month", "serving_tokens_per_call",
        ),
        "the sample pays by the token",
    ),
}  # fmt: skip


def _with_number(content: bytes, name: str, value: float) -> bytes:
    """The package with another number in the cell of an input, and no other byte of its sheets changed."""
    (_, address), *_ = openpyxl.load_workbook(io.BytesIO(content)).defined_names[f"in_{name}"].destinations
    edited = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(edited, "w", zipfile.ZIP_DEFLATED) as after:
        parts = {part: before.read(part) for part in before.namelist()}
        part = parts_by_title(parts)["Inputs"]
        root = etree.fromstring(parts[part])
        (cell,) = root.xpath("//*[local-name()='c'][@r=$address]", address=address.replace("$", ""))
        cell.attrib.pop("t", None)
        for child in list(cell):
            cell.remove(child)
        etree.SubElement(cell, f"{MAIN}v").text = repr(value)
        parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        for name_in_zip, data in parts.items():
            after.writestr(name_in_zip, data)
    return edited.getvalue()


@pytest.fixture(scope="module")
def recalculated(native: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The native workbooks, and copies of one with inputs edited, as LibreOffice computes them, in one run."""
    folder = tmp_path_factory.mktemp("edited")
    paths = dict(native)
    for name, changes in {**CHANGES, "missing": {"training_hours": None}}.items():
        book = openpyxl.load_workbook(native["support-classifier"])
        for each, value in changes.items():
            _named(book, f"in_{each}").value = value
        paths[f"edited {name}"] = folder / f"edited-{name}.xlsx"
        book.save(paths[f"edited {name}"])
    sample = native["support-classifier"].read_bytes()
    for name, value in MOVED.items():
        paths[f"moved {name}"] = folder / f"moved-{name}.xlsx"
        paths[f"moved {name}"].write_bytes(_with_number(sample, name, value))
    computed = libreoffice.recalculate_many(list(paths.values()), tmp_path_factory.mktemp("computed"))
    return dict(zip(paths, computed, strict=True))


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", SCENARIOS)
def test_libreoffice_computes_what_is_cached(native: dict[str, Path], recalculated: dict[str, Path], name: str) -> None:
    book, scale = openpyxl.load_workbook(recalculated[name], data_only=True), _scale(SCENARIOS[name])
    wrong = []
    for sheet, address, formula, value in _cells(native[name]):
        shown = book[sheet][address].value
        if not same(shown, value, scale):
            wrong.append(f"{sheet}!{address} {formula}: {shown} is not {value}")
    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", CHANGES)
def test_an_edited_input_moves_every_result_as_the_engine_does(recalculated: dict[str, Path], name: str) -> None:
    book = openpyxl.load_workbook(recalculated[f"edited {name}"], data_only=True)
    _compare(book, CHANGES[name])


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", MOVED)
def test_every_input_moves_every_result_as_the_engine_does(recalculated: dict[str, Path], name: str) -> None:
    book = openpyxl.load_workbook(recalculated[f"moved {name}"], data_only=True)
    result = _compare(book, {name: MOVED[name]})
    before = appraise(SCENARIOS["support-classifier"])
    assert (result.npv() != before.npv()) != (name in UNMOVED), UNMOVED.get(name)


def _compare(book: openpyxl.Workbook, changes: dict[str, Any]) -> Appraisal:
    """Holds a recalculated workbook against a fresh engine run of the sample with these inputs, None for emptied."""
    changed = {**SCENARIOS["support-classifier"].given(), **changes}
    scenario = Scenario(**{each: value for each, value in changed.items() if value is not None})
    result = appraise(scenario)
    for output, metric in OUTPUTS.items():
        value, shown = metric(result), _named(book, output).value
        expected = "n/a" if value is None else "Never" if value == math.inf else value
        assert same(shown, expected, _scale(scenario)), f"{output}: {shown!r} is not {expected!r}"
    assert book["Summary"]["A5"].value == verdict(result, scenario.currency)
    assert book["Summary"]["A3"].value == "All checks OK"
    return result


@pytest.mark.needs_libreoffice
def test_an_emptied_required_input_is_no_silent_zero(recalculated: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(recalculated["edited missing"], data_only=True)
    assert str(_named(book, "out_net_roi").value).startswith("#")
    assert "All checks OK" not in str(book["Summary"]["A3"].value)
