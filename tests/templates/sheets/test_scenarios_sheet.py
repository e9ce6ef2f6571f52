"""Several scenarios in one workbook: every result by the engine, and a choice that moves all of it."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.units import EMU_to_pixels, pixels_to_points

from roi_engine import REFERENCE, Scenario, appraise, load_scenario, verdict
from roi_engine.errors import ScenarioError
from templates.building import pages
from templates.building.book import Edition, page
from templates.returned.reading import read_workbook
from templates.sheets.scenarios_sheet import DIFFERENCES_ROW, FINDING_ROW, typed_row
from tests import libreoffice, open_xml_sdk
from tests.builds import WHEN, build_workbook
from tests.slow_cases import some
from tests.workbook_cells import SAMPLES, recalculated_otherwise, same

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")


def _named(scenario: Scenario, name: str) -> Scenario:
    return Scenario(**{**scenario.given(), "name": name})


SAMPLE = load_scenario(SAMPLES / "support-classifier.toml")
SCENARIOS = {
    each.name: each
    for each in (
        SAMPLE,
        _named(SAMPLE.with_inputs(go_live_delay=4, ramp_months=6), "Slow? start*"),
        _named(SAMPLE.with_inputs(months=60, baseline_price_change=-0.2), "Five years"),
        _named(load_scenario(SAMPLES / "document-extraction.toml"), "Documents"),
        _named(REFERENCE, "Reference"),
    )
}
FIRST, *OTHERS = SCENARIOS.values()
RESULTS: dict[str, Any] = {
    "net_roi": lambda a: a.net_roi,
    "total_cost": lambda a: a.total_cost,
    "roi": lambda a: a.roi,
    "payback": lambda a: a.payback_months,
    "npv": lambda a: a.npv(),
    "irr": lambda a: a.irr_annual,
}


@cache
def _build(edition: Edition) -> bytes:
    return build_workbook(FIRST, edition=edition, generated=WHEN, others=OTHERS)


def _row(book: openpyxl.Workbook, name: str) -> list[Any]:
    (title, area), *_ = book.defined_names[name].destinations
    cells: Any = book[title][area.replace("$", "")]
    return list(cells[0])


def _compare(book: openpyxl.Workbook, scenarios: list[Scenario]) -> None:
    """Every result of every column is the engine's."""
    for name, metric in RESULTS.items():
        for cell, scenario in zip(_row(book, f"scenarios_{name}"), scenarios, strict=True):
            value = metric(appraise(scenario))
            expected = "n/a" if value is None else "Never" if value == math.inf else value
            scale = max(1.0, *map(abs, appraise(scenario).cash_flow))
            assert same(cell.value, expected, scale), f"{scenario.name} {name}: {cell.value} is not {expected}"


@pytest.mark.parametrize("edition", some(EDITIONS, slow=[]))
def test_every_scenario_has_its_column(edition: Edition) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_build(edition)), data_only=True)
    assert [cell.value for cell in _row(book, "scenario_names")] == list(SCENARIOS)
    _compare(book, list(SCENARIOS.values()))
    assert book["Summary"]["A3"].value.split(". ")[0] == "All checks OK"


@pytest.mark.parametrize("edition", some(EDITIONS, slow=["wired"]))
def test_differences_from_the_first_and_the_highest_npv(edition: Edition) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_build(edition)), data_only=True)["Scenarios"]
    rows = {each[0].value: each for each in sheet.iter_rows(min_row=DIFFERENCES_ROW + 1, max_row=FINDING_ROW)}
    results = [appraise(each) for each in SCENARIOS.values()]
    for label, metric in (("NPV", lambda a: a.npv()), ("Payback", lambda a: a.payback_months)):
        found = [cell.value for cell in rows[label][2 : 2 + len(results)]]
        expected = [metric(each) - metric(results[0]) for each in results]
        assert found == [pytest.approx(each, rel=1e-9, abs=1e-9) for each in expected]
    npvs = {name: each.npv() for name, each in zip(SCENARIOS, results, strict=True)}
    best = max(npvs, key=npvs.__getitem__)
    finding = sheet.cell(FINDING_ROW, 1).value
    assert finding == f"NPV above zero in 5 of 5 scenarios. Highest: {best}, {npvs[best]:,.0f} USD"


@pytest.mark.full(seconds=3)
def test_a_payback_that_never_comes_has_no_difference() -> None:
    """Losses are counted, and the chart's axis holds zero."""
    loss = _named(REFERENCE.with_inputs(baseline_cost_per_1k_tokens=0.04, monthly_review_cost=0), "Loss")
    worse = _named(loss.with_inputs(finetuned_cost_per_1k_tokens=0.4), "Worse")
    content = build_workbook(loss, edition="native", generated=WHEN, others=[worse, REFERENCE])
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Scenarios"]
    rows = {each[0].value: each for each in sheet.iter_rows(min_row=DIFFERENCES_ROW + 1, max_row=FINDING_ROW)}
    assert [cell.value for cell in rows["Payback"][2:5]] == ["n/a"] * 3
    assert sheet.cell(FINDING_ROW, 1).value.startswith("NPV above zero in 1 of 3 scenarios. Highest: Reference")
    (chart,) = sheet._charts
    npvs, room = chart.series
    assert [float(each.v) for each in npvs.val.numRef.numCache.pt] == pytest.approx(
        [appraise(each).npv() for each in (loss, worse, REFERENCE)]
    )
    least, most = (f(appraise(each).npv() for each in (loss, worse, REFERENCE)) for f in (min, max))
    assert {float(each.v) for each in room.val.numRef.numCache.pt} == {min(-most, 2 * least)}
    assert room.spPr.noFill


@pytest.mark.slow
def test_figures_other_than_the_first_scenarios_stand_in_bold() -> None:
    content = build_workbook(FIRST, edition="values", generated=WHEN, others=OTHERS[:2])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Scenarios"]
    (area, (rule,)), *more = sheet.conditional_formatting._cf_rules.items()
    first = typed_row(3)
    assert str(area.sqref) == f"D{first}:E{sheet.max_row}" and not more
    assert rule.formula == [f"D{first}<>$C{first}"] and rule.dxf.font.b
    assert sheet.cell(first, 1).value == "Label"


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([("Five years", {"monthly_growth": 0.03})], marks=pytest.mark.slow(seconds=5), id="edited"),
        pytest.param([(name, {}) for name in SCENARIOS], marks=pytest.mark.full(seconds=10), id="chosen"),
    ],
)
def test_the_choice_and_an_edited_column_move_the_native_workbook(
    edits: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    """A scenario chosen, with an edited figure, and each chosen in turn: all as a fresh engine run."""
    content = _build("native")
    paths, expected = [], []
    for number, (name, changes) in enumerate(edits):
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["Scenarios"]["C4"].value = name
        for each, value in changes.items():
            _row(book, f"scenarios_{each}")[list(SCENARIOS).index(name)].value = value
        paths.append(tmp_path / f"{number}.xlsx")
        book.save(paths[-1])
        expected.append(SCENARIOS | {name: _named(SCENARIOS[name].with_inputs(**changes), name)})
        expected[-1]["in use"] = expected[-1][name]
    for path, scenarios in zip(libreoffice.recalculate_many(paths, tmp_path / "out"), expected, strict=True):
        book = openpyxl.load_workbook(path, data_only=True)
        in_use = scenarios.pop("in use")
        _compare(book, list(scenarios.values()))
        result = appraise(in_use)
        assert book["Summary"]["A1"].value == in_use.name
        assert book["Summary"]["A5"].value == verdict(result, in_use.currency)
        assert book["Summary"]["A3"].value == "All checks OK"
        (title, address), *_ = book.defined_names["out_npv"].destinations
        assert same(book[title][address.replace("$", "")].value, result.npv(), result.upfront)


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_libreoffice_computes_what_is_cached(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.xlsx"
    path.write_bytes(_build("native"))
    recalculated = libreoffice.recalculate(path, tmp_path / "out")
    formulas, wrong = recalculated_otherwise(path.read_bytes(), recalculated.read_bytes(), 1e6)
    assert not wrong, "\n".join(wrong[:5])
    assert len(formulas) > 8000


@pytest.mark.full(seconds=3)
@open_xml_sdk.newest_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("edition", some(EDITIONS, slow=["native"]))
def test_the_package_is_valid(edition: Edition, versions: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "scenarios.xlsx"
    path.write_bytes(_build(edition))
    assert open_xml_sdk.validate(path, versions) == []


def test_scenarios_that_cannot_stand_together_are_refused() -> None:
    """All problems at once: no name, a name taken, another currency."""
    euro = Scenario(**{**REFERENCE.given(), "name": "Euro", "currency": "EUR"})
    others = [_named(REFERENCE, ""), _named(REFERENCE, FIRST.name.upper()), euro]
    with pytest.raises(ScenarioError) as raised:
        build_workbook(FIRST, others=others)
    assert [problem.place for problem in raised.value.problems] == ["scenario 2", "scenario 3", "scenario 4"]


@pytest.mark.parametrize(
    "choice",
    some(
        ["five YEARS", "Support classifier", "Documents", "no such scenario"], slow=["five YEARS", "no such scenario"]
    ),
)
def test_the_scenario_in_use_is_read_back(choice: str) -> None:
    """What stands in the column of the scenario in use, ranges too; an unknown choice is the first."""
    book = openpyxl.load_workbook(io.BytesIO(_build("native")))
    book["Scenarios"]["C4"].value = choice
    _read_back(book, choice)


@pytest.mark.slow
def test_a_workbook_of_earlier_versions_is_read_back_too() -> None:
    """Its formulas name the column of the scenario in use alone."""
    book = openpyxl.load_workbook(io.BytesIO(_build("native")))
    book["Scenarios"]["C4"].value = "Five years"
    moved = 0
    for row in book["Inputs"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and ",1,scenario_number" in cell.value:
                cell.value = cell.value.replace(",1,scenario_number", ",scenario_number")
                moved += 1
    assert moved > 50
    _read_back(book, "Five years")


def _read_back(book: openpyxl.Workbook, choice: str) -> None:
    filled = io.BytesIO()
    book.save(filled)
    reading = read_workbook(filled.getvalue())
    known = {name.casefold(): scenario for name, scenario in SCENARIOS.items()}
    expected = known.get(choice.casefold(), FIRST)
    assert not reading.problems
    (note,) = reading.notes
    chosen = "the one in use" if choice.casefold() in known else f'the first, as "{choice}" is none of them'
    assert f"read is {chosen}, {expected.name}." in note
    assert all(name in note for name in SCENARIOS)
    assert reading.scenario is not None and reading.scenario.inputs() == expected.inputs()
    assert reading.scenario.ranges == expected.ranges


def test_no_page_ends_within_the_chart() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_build("values")))["Scenarios"]
    (end,) = (each.id for each in sheet.row_breaks.brk)
    place: Any = sheet._charts[0].anchor  # type: ignore[attr-defined]
    assert place._from.row + pixels_to_points(EMU_to_pixels(place.ext.height)) / pages.DEFAULT_HEIGHT <= end
    _, height = pages.paper(sheet)
    assert pages.row_points(sheet, 1, end) * sheet.page_setup.scale / 100 <= height
    assert end == typed_row(len(SCENARIOS)) - 2


@pytest.mark.parametrize(("rows", "ends"), [(30, [30]), (50, [50]), (60, [20, 60])])
def test_a_page_holds_what_belongs_together_where_its_letters_stay_large(rows: int, ends: list[int]) -> None:
    sheet = openpyxl.Workbook().worksheets[0]
    page(sheet, "A1:C200")
    pages.print_above(sheet, [20, rows])
    assert [each.id for each in sheet.row_breaks.brk] == ends
    assert sheet.page_setup.scale >= 100 * pages.LEAST_SCALE


@pytest.mark.parametrize(
    ("columns", "first_free", "repeated"), [(20, "C5", "$A:$B"), (20, "A5", None), (20, None, None), (4, "C5", None)]
)
def test_labels_stand_on_every_page_of_a_sheet_that_is_wider(
    columns: int, first_free: str | None, repeated: str | None
) -> None:
    for set_up in (pages.allow_pages, lambda sheet: pages.print_above(sheet, [20])):
        sheet = openpyxl.Workbook().worksheets[0]
        letters = [get_column_letter(number) for number in range(1, columns + 1)]
        for letter in letters:
            sheet.column_dimensions[letter].width = 30
        page(sheet, f"A1:{letters[-1]}200")
        sheet.freeze_panes = first_free
        set_up(sheet)
        assert sheet.print_title_cols == repeated
        if set_up is pages.allow_pages:
            width, labels = (
                pages.paper(sheet)[0] / pages.LEAST_SCALE,
                pages.column_points(sheet, 1, 2 if repeated else 0),
            )
            beside = pages.column_points(sheet, 1, columns) - labels
            assert beside <= sheet.page_setup.fitToWidth * (width - labels)


@pytest.mark.slow
def test_the_chart_of_many_scenarios_keeps_off_the_labels_that_every_page_repeats() -> None:
    """On the second page a part of it would stand over them again."""
    many = [_named(FIRST, f"Plan {number}") for number in range(9)]
    books = (_build("values"), build_workbook(many[0], edition="native", generated=WHEN, others=many[1:]))
    few, wide = (openpyxl.load_workbook(io.BytesIO(each)) for each in books)
    places: list[Any] = [book["Scenarios"]._charts[0].anchor for book in (few, wide)]  # type: ignore[attr-defined]
    assert [each._from.col for each in places] == [0, 2]
    assert few["Scenarios"].print_title_cols is None
    assert {wide[title].print_title_cols for title in ("Scenarios", "Scenario workings")} == {"$A:$B"}


def test_a_copy_that_does_not_calculate_offers_no_choice_of_metrics() -> None:
    about = openpyxl.load_workbook(io.BytesIO(_build("values")))["Sensitivity"]["A2"].value
    assert about == "What happens when an input is different. This copy does not calculate."
