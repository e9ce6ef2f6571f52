"""The wired workbook: what it holds, and what other programs read in it."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC
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
from templates.workbook import WORKINGS
from tests import libreoffice, open_xml_sdk
from tests.builds import WHEN, build_workbook
from tests.random_scenarios import random_scenarios
from tests.slow_cases import full, some
from tests.workbook_cells import (
    Cells,
    named_cells,
    recalculated_otherwise,
    samples_and_edges,
    stored_cells,
    with_inputs,
)


def _scenarios() -> dict[str, Scenario]:
    """The samples, and the edges: loss, never, nothing spent, one month, a long horizon, self-hosting."""
    found = samples_and_edges()
    found["ten years"] = REFERENCE.with_inputs(months=120, monthly_growth=0.01, storage_timing="monthly")
    found |= {each.name: each for each in random_scenarios(5, seed=3)}
    return found


SCENARIOS = _scenarios()


PLAIN = ["support-classifier", "never"]
"""The scenarios that plain pytest looks at."""
SLOW = ["nothing", "ten years"]
"""What make test adds; the full tests look at all."""
SOME = some(SCENARIOS, PLAIN, SLOW)


class Workbooks(dict[str, Path]):
    """The files by scenario, built when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, name: str) -> Path:
        path = self[name] = self.folder / f"{name.replace(' ', '-')}.xlsx"
        path.write_bytes(build_workbook(SCENARIOS[name], generated=WHEN))
        return path


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Workbooks:
    return Workbooks(tmp_path_factory.mktemp("workbooks"))


@cache
def _stored(path: Path) -> dict[str, Cells]:
    return stored_cells(path.read_bytes())


@cache
def _opened(path: Path, *, values: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it, its formulas or its cached values; not to be changed."""
    return openpyxl.load_workbook(path, data_only=values)


@cache
def _formula_cells(path: Path) -> list[tuple[str, str, str, Any]]:
    """Sheet, address, formula and cached value of every formula cell."""
    return [
        (title, address, f"={cell.formula}", cell.value)
        for title, cells in _stored(path).items()
        for address, cell in cells.items()
        if cell.formula is not None
    ]


# --- figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOME)
def test_checks_hold(workbooks: dict[str, Path], name: str) -> None:
    book = _stored(workbooks[name])
    checks = {book["Checks"][f"A{row}"].value: book["Checks"][f"G{row}"].value for row in range(5, 60)}
    checks = {check: result for check, result in checks.items() if str(check).startswith("check_")}
    assert len(checks) >= 12
    assert set(checks.values()) == {"OK"}, checks
    assert book["Summary"]["A3"].value == "All checks OK. Calculated by ordinary formulas"
    assert {book["Breakdown"][f"F{row}"].value for row in range(5, 34)} <= {"OK", None}


def _named(path: Path, name: str) -> Any:
    content = path.read_bytes()
    title, address = named_cells(content)[name]
    return stored_cells(content)[title][address].value


@pytest.mark.parametrize("name", SOME)
def test_metrics_are_the_engines(workbooks: dict[str, Path], name: str) -> None:
    result = appraise(SCENARIOS[name])
    book, places = _stored(workbooks[name]), named_cells(workbooks[name].read_bytes())
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
        title, address = places[cell]
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


@pytest.mark.full(seconds=6)
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
    frame = pandas.read_excel(workbooks["reference"], sheet_name="Breakdown", header=3, engine="openpyxl")
    figures = frame.set_index("Figure")["Value"]
    assert figures["Net return"] == pytest.approx(17837.28)
    assert figures["NPV"] == pytest.approx(16944.0068657)
    assert figures["Worthwhile"] == "Yes"


def _scale(path: Path) -> float:
    """The size of the largest flow, against which rounding is measured."""
    row = _opened(path, values=True)
    (title, address), *_ = row.defined_names["net_flows"].destinations
    cells = [cell.value for line in row[title][address] for cell in line]
    return max(1.0, *(abs(value) for value in cells))


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_libreoffice_without_the_add_in_shows_the_cached_values(workbooks: dict[str, Path], tmp_path: Path) -> None:
    saved = libreoffice.convert_many([workbooks[name] for name in PLAIN], tmp_path)
    for name, path in zip(PLAIN, saved, strict=True):
        formulas, wrong = recalculated_otherwise(workbooks[name].read_bytes(), path.read_bytes(), 1.0)
        assert formulas and not wrong, (name, wrong[:5])


def _without_ft_formulas(package: bytes) -> bytes:
    """The package with the cached value alone in every FT_ cell."""
    edited = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(edited, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            content = before.read(part)
            if part.startswith("xl/worksheets/"):
                content = re.sub(rb"<f>[^<]*FT_[^<]*</f>", b"", content)
            after.writestr(part, content)
    return edited.getvalue()


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(PLAIN, marks=pytest.mark.slow(seconds=5), id="some"),
        pytest.param([each for each in SCENARIOS if each not in PLAIN], marks=pytest.mark.full, id="others"),
    ],
)
def test_ordinary_formulas_recalculate_to_their_cached_values(
    workbooks: dict[str, Path], names: list[str], tmp_path: Path
) -> None:
    """LibreOffice recalculates every formula; FT_ cells, which need the add-in, hold their cached values."""
    frozen = []
    for name in names:
        frozen.append(tmp_path / workbooks[name].name)
        frozen[-1].write_bytes(_without_ft_formulas(workbooks[name].read_bytes()))
    for name, path in zip(names, libreoffice.recalculate_many(frozen, tmp_path / "out"), strict=True):
        made, scale = workbooks[name].read_bytes(), _scale(workbooks[name])
        formulas, wrong = recalculated_otherwise(
            made, path.read_bytes(), scale, lambda each: "FT_" not in each.upper() and "largest_lever" not in each
        )
        assert not wrong, (name, wrong[:5])
        assert len(formulas) > 1_500


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_the_horizon_can_be_edited_in_the_file(workbooks: dict[str, Path], tmp_path: Path) -> None:
    """The native rows follow an edited horizon and delay as a fresh engine run does."""
    changes = {"months_to_amortize": 30, "go_live_delay": 3, "baseline_monthly_api_calls": 450_000.0}
    path = tmp_path / "edited.xlsx"
    path.write_bytes(with_inputs(workbooks["support-classifier"].read_bytes(), changes))
    fresh = appraise(SCENARIOS["support-classifier"].with_inputs(**changes))
    edited = libreoffice.recalculate(path, tmp_path / "out")
    assert _named(edited, "native_net_roi") == pytest.approx(fresh.net_roi, rel=1e-9)
    assert _named(edited, "native_npv") == pytest.approx(fresh.npv(), rel=1e-9)
    assert _named(edited, "native_payback") == pytest.approx(fresh.payback_months, rel=1e-9)


@pytest.mark.full(seconds=3)
@pytest.mark.needs_open_xml_sdk
def test_the_package_is_valid_for_the_current_office(workbooks: dict[str, Path]) -> None:
    assert open_xml_sdk.validate(workbooks["support-classifier"], ["Microsoft365"]) == []


@pytest.mark.full(seconds=3)
@open_xml_sdk.newest_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize(
    "name", some(["reference", "support-classifier", "document-extraction", "ten years"], slow=["ten years"])
)
def test_the_package_is_valid_for_every_office(workbooks: dict[str, Path], name: str, versions: Sequence[str]) -> None:
    assert open_xml_sdk.validate(workbooks[name], versions) == []


@pytest.mark.full(seconds=6)
@pytest.mark.needs_open_xml_sdk
def test_the_edge_workbooks_are_valid_too(workbooks: dict[str, Path]) -> None:
    for name in ("never", "free", "nothing", "one month", "random 0"):
        assert open_xml_sdk.validate(workbooks[name], ["Microsoft365"]) == [], name


# --- its own words (the rules of the house: test_house_rules.py) ------------------------------------------------


def test_sheets_stand_in_reading_order(workbooks: dict[str, Path]) -> None:
    book = _opened(workbooks["reference"])
    figures = ["Summary", "By year", "Inputs", "Breakdown", "Cash flow", "Sensitivity", "Risk", "Options"]
    in_order = [*figures, "Checks", "Notes", "Option flows", "Functions"]
    new = "name a new sheet here; and in WORKINGS of templates/workbook.py, if nobody reads it to decide"
    assert book.sheetnames == in_order, new
    assert book.active.title == "Summary"
    page = (Path(__file__).parents[2] / "docs" / "workbook.md").read_text("utf-8")
    missing = [title for title in in_order if f"**{title}.**" not in page and title not in WORKINGS]
    assert missing == [], "give it a paragraph in docs/workbook.md"


@pytest.mark.parametrize("edition", some(["wired", "native", "values"], slow=["wired"]))
def test_an_old_price_is_asked_about_on_the_first_sheet(edition: Any) -> None:
    """FT_CHECK reads no sources, so the engine's question about them stands there as generated."""
    old = Scenario(**{**REFERENCE.given(), "sources": {"baseline_cost_per_1k_tokens": "List price, 2024-01-01"}})
    book = openpyxl.load_workbook(io.BytesIO(build_workbook(old, edition=edition, generated=WHEN)), data_only=True)
    texts = [str(cell.value) for (cell,) in book["Summary"]["B30:B60"]]
    assert any("2024-01-01" in text and "Read it again" in text for text in texts), texts


def test_documents_say_where_they_come_from(workbooks: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbooks["support-classifier"].read_bytes()))
    found = {each.name: each.value for each in book.custom_doc_props.props}
    scenario = SCENARIOS["support-classifier"]
    assert found["Inputs SHA-256"] == scenario.fingerprint()
    assert found["Scenario"] == scenario.name and found["Edition"] == "wired"
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"other_upfront_cost": 1447.28},  # payback 1.0000000000000002
        full({**RUIN, "review_cost": 30}),
        full({**RUIN, "review_cost": 100}),
    ],
    ids=["payback on the month", "a near total loss", "an almost total loss"],
)  # fmt: skip
def test_a_workbook_of_rounding_and_ruin_still_checks_out(changes: dict[str, float], tmp_path: Path) -> None:
    path = tmp_path / "edge.xlsx"
    path.write_bytes(build_workbook(REFERENCE.with_inputs(**changes), generated=WHEN))
    assert _named(path, "check_state") == "All checks OK"
