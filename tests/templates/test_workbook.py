"""The wired workbook: what it holds, and what other programs read in it."""

from __future__ import annotations

import io
import math
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest
from openpyxl.utils import coordinate_to_tuple, get_column_letter

from roi_engine import INPUTS, REFERENCE, Scenario, appraise, call, functions
from roi_engine.appraisal import METRICS
from roi_engine.scenario import REFERENCE_INPUTS, find_input
from templates.workbook import build_workbook
from tests import libreoffice, open_xml_sdk
from tests.random_scenarios import random_scenarios
from tests.workbook_cells import same, samples_and_edges

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def _scenarios() -> dict[str, Scenario]:
    """The samples, and the edges: loss, never, nothing spent, one month, a long horizon, self-hosting."""
    found = samples_and_edges()
    found["ten years"] = REFERENCE.with_inputs(months=120, monthly_growth=0.01, storage_timing="monthly")
    found |= {each.name: each for each in random_scenarios(5, seed=3)}
    return found


SCENARIOS = _scenarios()


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("workbooks")
    paths = {}
    for name, scenario in SCENARIOS.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.xlsx"
        paths[name].write_bytes(build_workbook(scenario, generated=WHEN))
    return paths


@cache
def _opened(path: Path, *, values: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it, its formulas or its cached values; not to be changed."""
    return openpyxl.load_workbook(path, data_only=values)


@cache
def _formula_cells(path: Path) -> list[tuple[str, str, str, Any]]:
    """Sheet, address, formula and cached value of every formula cell."""
    values = _opened(path, values=True)
    return [
        (sheet.title, cell.coordinate, cell.value, values[sheet.title][cell.coordinate].value)
        for sheet in _opened(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


# --- figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_checks_hold(workbooks: dict[str, Path], name: str) -> None:
    book = _opened(workbooks[name], values=True)
    results = {row[0].value: row[6].value for row in book["Checks"].iter_rows(min_row=5) if row[0].value}
    checks = {check: result for check, result in results.items() if str(check).startswith("check_")}
    assert len(checks) >= 12
    assert set(checks.values()) == {"OK"}, checks
    assert book["Summary"]["A3"].value == "All checks OK"
    assert {row[5].value for row in book["Breakdown"].iter_rows(min_row=5, max_row=33)} <= {"OK", None}


def _named(path: Path, name: str) -> Any:
    book = openpyxl.load_workbook(path, data_only=True)
    (title, address), *_ = book.defined_names[name].destinations
    return book[title][address].value


@pytest.mark.parametrize("name", SCENARIOS)
def test_metrics_are_the_engines(workbooks: dict[str, Path], name: str) -> None:
    result = appraise(SCENARIOS[name])
    book = _opened(workbooks[name], values=True)
    expected = {
        "out_net_roi": result.net_roi,
        "out_roi": result.roi,
        "out_payback": result.payback_months,
        "out_npv": result.npv(),
        "out_discounted_payback": result.discounted_payback_months(),
        "out_irr": result.irr_annual,
        "out_mirr": result.mirr_annual(),
        "out_profitability_index": result.profitability_index(),
        "out_equivalent_monthly": result.equivalent_monthly(),
        "out_upfront": result.upfront,
        "out_total_cost": result.total_cost,
    }
    for cell, value in expected.items():
        (title, address), *_ = book.defined_names[cell].destinations
        shown = book[title][address].value
        if value is None:
            assert shown == "n/a", cell
        elif value == math.inf:
            assert shown == "Never", cell
        else:
            assert shown == pytest.approx(value, rel=1e-12), cell


def test_metric_breakdown_and_sensitivity_cells_call_ft_functions(workbooks: dict[str, Path]) -> None:
    used = {sheet: set() for sheet in ("Summary", "Breakdown", "Sensitivity", "Functions")}
    what_ifs = 0
    for sheet, _, formula, _ in _formula_cells(workbooks["reference"]):
        for function in re.findall(r"FT_[A-Z0-9]+(?=\()", formula):
            used.setdefault(sheet, set()).add(function)
            what_ifs += sheet == "Sensitivity"
    assert used["Breakdown"] >= {f"FT_{n}" for n in ("TRAINCOST", "UPFRONT", "NETROI", "ROI", "PAYBACK", "NPV", "IRR")}
    assert used["Sensitivity"] == {"FT_WHATIF"}
    assert what_ifs >= 2 * 49 + 2 * 10
    assert used["Functions"] == set(functions())


def test_the_block_is_read_by_every_function_as_the_scenario(workbooks: dict[str, Path]) -> None:
    """What the add-in would get from the cells of `scenario` gives the figures that are cached."""
    for name in ("support-classifier", "document-extraction", "late"):
        book = _opened(workbooks[name], values=True)
        (title, address), *_ = book.defined_names["scenario"].destinations
        block = [[cell.value for cell in row] for row in book[title][address]]
        result = appraise(SCENARIOS[name])
        assert call("FT_NETROI", block) == pytest.approx(result.net_roi, rel=1e-12)
        assert call("FT_NPV", None, block) == pytest.approx(result.npv(), rel=1e-12)
        bars = {bar[0]: bar[1:] for bar in call("FT_TORNADO", "NETROI", None, block)}
        shown = [
            (row[0].value, *(cell.value for cell in row[4:6]))
            for row in book["Sensitivity"].iter_rows(7, 18)
            if row[4].value
        ]
        for label, at_low, at_high in shown:
            assert bars[find_input(label).name][:2] == pytest.approx([at_low, at_high], rel=1e-12), label


def test_every_input_has_a_name_a_prompt_and_an_unlocked_cell(workbooks: dict[str, Path]) -> None:
    book = _opened(workbooks["reference"])
    sheet = book["Inputs"]
    ruled = {}
    for rule in sheet.data_validations.dataValidation:
        assert rule.showErrorMessage and rule.showInputMessage
        assert rule.prompt and rule.promptTitle and rule.error and rule.errorTitle
        assert len(rule.promptTitle) <= 32 and len(rule.errorTitle) <= 32
        assert len(rule.prompt) <= 255 and len(rule.error) <= 255
        for area in rule.sqref.ranges:
            for row in range(area.min_row, area.max_row + 1):
                for column in range(area.min_col, area.max_col + 1):
                    ruled[f"{get_column_letter(column)}{row}"] = rule
    for name in INPUTS:
        (title, address), *_ = book.defined_names[f"in_{name}"].destinations
        cell = sheet[address.replace("$", "")]
        assert title == "Inputs" and cell.style == "Input"
        assert not cell.protection.locked
        assert cell.coordinate in ruled, name
    order = [
        coordinate_to_tuple(next(iter(book.defined_names[f"in_{n}"].destinations))[1].replace("$", ""))[0]
        for n in REFERENCE_INPUTS
    ]
    assert order == sorted(order) and order[-1] - order[0] == 10, "the eleven reference inputs stand together, first"


# --- other programs ---------------------------------------------------------------------------------------------


def test_pandas_reads_the_numbers(workbooks: dict[str, Path]) -> None:
    frame = pandas.read_excel(workbooks["reference"], sheet_name="Breakdown", header=3)
    figures = frame.set_index("Figure")["Value"]
    assert figures["Net ROI"] == pytest.approx(17837.28)
    assert figures["NPV"] == pytest.approx(16944.0068657)
    assert figures["Worthwhile"] == "Yes"


def _scale(path: Path) -> float:
    """The size of the largest flow, against which rounding is measured."""
    row = _opened(path, values=True)
    (title, address), *_ = row.defined_names["net_flows"].destinations
    cells = [cell.value for line in row[title][address] for cell in line]
    return max(1.0, *(abs(value) for value in cells))


@pytest.mark.needs_libreoffice
def test_libreoffice_without_the_add_in_shows_the_cached_values(workbooks: dict[str, Path], tmp_path: Path) -> None:
    names = ["reference", "support-classifier", "never"]
    saved = libreoffice.convert_many([workbooks[name] for name in names], tmp_path)
    for name, path in zip(names, saved, strict=True):
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet, address, formula, value in _formula_cells(workbooks[name]):
            shown = book[sheet][address].value
            assert same(shown, value, 1.0), f"{name} {sheet}!{address} {formula}"


@pytest.mark.needs_libreoffice
def test_ordinary_formulas_recalculate_to_their_cached_values(workbooks: dict[str, Path], tmp_path: Path) -> None:
    """LibreOffice recalculates every formula; FT_ cells, which need the add-in, hold their cached values."""
    frozen = []
    for path in workbooks.values():
        book = openpyxl.load_workbook(path)
        for sheet, address, formula, value in _formula_cells(path):
            if "FT_" in formula:
                book[sheet][address].value = value
        frozen.append(tmp_path / path.name)
        book.save(frozen[-1])
    compared = 0
    for original, recalculated in zip(
        workbooks.values(), libreoffice.recalculate_many(frozen, tmp_path / "out"), strict=True
    ):
        book, scale = openpyxl.load_workbook(recalculated, data_only=True), _scale(original)
        for sheet, address, formula, value in _formula_cells(original):
            if "FT_" not in formula:
                shown = book[sheet][address].value
                assert same(shown, value, scale), f"{original.stem} {sheet}!{address} {formula}: {shown} is not {value}"
                compared += 1
    assert compared > 30_000


@pytest.mark.needs_libreoffice
def test_the_horizon_can_be_edited_in_the_file(workbooks: dict[str, Path], tmp_path: Path) -> None:
    """The native rows follow an edited horizon and delay as a fresh engine run does."""
    changes = {"months_to_amortize": 30, "go_live_delay": 3, "baseline_monthly_api_calls": 450_000.0}
    book = openpyxl.load_workbook(workbooks["support-classifier"])
    for name, value in changes.items():
        (title, address), *_ = book.defined_names[f"in_{name}"].destinations
        book[title][address.replace("$", "")].value = value
    path = tmp_path / "edited.xlsx"
    book.save(path)
    fresh = appraise(SCENARIOS["support-classifier"].with_inputs(**changes))
    edited = libreoffice.recalculate(path, tmp_path / "out")
    assert _named(edited, "native_net_roi") == pytest.approx(fresh.net_roi, rel=1e-9)
    assert _named(edited, "native_npv") == pytest.approx(fresh.npv(), rel=1e-9)
    assert _named(edited, "native_payback") == pytest.approx(fresh.payback_months, rel=1e-9)


@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("name", ["reference", "support-classifier", "document-extraction", "ten years"])
def test_the_package_is_valid_for_every_office(workbooks: dict[str, Path], name: str) -> None:
    assert open_xml_sdk.validate(workbooks[name]) == []


@pytest.mark.needs_open_xml_sdk
def test_the_edge_workbooks_are_valid_too(workbooks: dict[str, Path]) -> None:
    for name in ("never", "free", "nothing", "one month", "random 0"):
        assert open_xml_sdk.validate(workbooks[name], ["Microsoft365"]) == [], name


# --- its own words (the rules of the house: test_house_rules.py) ------------------------------------------------


def test_sheets_stand_in_reading_order(workbooks: dict[str, Path]) -> None:
    book = _opened(workbooks["reference"])
    assert book.sheetnames == ["Summary", "Inputs", "Breakdown", "Cash flow", "Sensitivity", "Checks", "Functions"]
    assert book.active.title == "Summary"


def test_documents_say_where_they_come_from(workbooks: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbooks["support-classifier"].read_bytes()))
    found = {each.name: each.value for each in book.custom_doc_props.props}
    scenario = SCENARIOS["support-classifier"]
    assert found["Inputs SHA-256"] == scenario.fingerprint()
    assert found["Scenario"] == scenario.name
    assert book.properties.created.replace(tzinfo=UTC) == WHEN


def test_group_headings_are_no_input_names() -> None:
    """A heading stands in the block: it must not be read as an input."""
    from roi_engine.errors import UnknownName

    for group in {declared.group for declared in INPUTS.values()}:
        with pytest.raises(UnknownName):
            find_input(group)
    assert METRICS


def test_the_axes_offer_every_numeric_input(workbooks: dict[str, Path]) -> None:
    book = _opened(workbooks["reference"])
    (title, address), *_ = book.defined_names["axis_choices"].destinations
    offered = [row[0].value for row in book[title][address]]
    assert offered == [declared.label for declared in INPUTS.values() if declared.numeric]


RUIN = {
    "training_hours": 0, "storage_gb": 0, "other_upfront_cost": 1000, "calls": 0, "accuracy": 1, "months": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"other_upfront_cost": 1447.28},  # payback 1.0000000000000002
        {**RUIN, "review_cost": 30},
        {**RUIN, "review_cost": 100},
    ],
    ids=["payback on the month", "a near total loss", "an almost total loss"],
)  # fmt: skip
def test_a_workbook_of_rounding_and_ruin_still_checks_out(changes: dict[str, float], tmp_path: Path) -> None:
    path = tmp_path / "edge.xlsx"
    path.write_bytes(build_workbook(REFERENCE.with_inputs(**changes), generated=WHEN))
    assert _named(path, "check_state") == "All checks OK"
