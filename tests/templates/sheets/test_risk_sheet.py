"""The sheet Risk: the figures of the simulation, what it says after an edit, and its table of correlations."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from roi_engine import REFERENCE, simulate
from roi_engine.errors import OutOfRange, ScenarioError
from roi_engine.simulation.histogram import histogram
from roi_engine.simulation.sentence import SHARES_OVERLAP, sentence, supported
from roi_engine.simulation.simulation import Simulation
from roi_engine.simulation.statistics import SHARES, STATISTICS
from roi_engine.worksheet.call import call
from templates.building.as_generated import RANGES_PROPERTY
from templates.building.book import NEEDS_FUNCTIONS, Edition
from templates.building.decision_pages import NOTHING
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.sheets.functions_sheet import Column as FunctionsColumn
from templates.sheets.risk_columns import Column, ExactColumn, StepColumn
from templates.workbook import build_pages, build_template, build_workbook
from tests import libreoffice
from tests.roi_engine.simulation.uncertain_scenarios import UNCERTAIN_REFERENCE
from tests.slow_cases import some
from tests.workbook_cells import Cells, named_cells, stored_cells, with_inputs
from tests.workbook_edits import with_cells, with_part

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
CALLS, PRICE, REVIEW = "baseline_monthly_api_calls", "baseline_cost_per_1k_tokens", "monthly_review_cost"
PAIRS = {CALLS: {REVIEW: 0.6}, PRICE: {"finetuned_cost_per_1k_tokens": -0.25}}
DOUBTFUL = UNCERTAIN_REFERENCE.with_inputs(
    name="Doubtful",
    other_upfront_cost=9_000,
    success_chance=0.9,
    correlations=PAIRS,
    ranges={**UNCERTAIN_REFERENCE.ranges, "months_to_amortize": {"low": 10, "high": 14}},
)
"""Seven ranges and one that is held, two pairs that are correlated, and a project that may fail."""


@cache
def found() -> Simulation:
    return simulate(DOUBTFUL)


@cache
def built(edition: Edition) -> bytes:
    return build_workbook(DOUBTFUL, edition=edition, generated=WHEN)


@cache
def risk(edition: Edition) -> Cells:
    return stored_cells(built(edition))["Risk"]


def values(cells: Cells, first: str, *columns: str) -> dict[Any, tuple[Any, ...]]:
    """What stands in some columns beside the texts of the first."""
    texts = {
        cell.value: address[len(first) :] for address, cell in cells.items() if address.rstrip("0123456789") == first
    }
    return {
        text: tuple(cells[f"{column}{row}"].value if f"{column}{row}" in cells else None for column in columns)
        for text, row in texts.items()
    }


def place_of(content: bytes, name: str) -> str:
    return named_cells(content)[name][1]


# --- the figures


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(EDITIONS, ["wired"], slow=[]))
def test_every_statistic_is_that_of_the_simulation(edition: Edition) -> None:
    beside = values(risk(edition), ExactColumn.NAME.letter, ExactColumn.EXACT.letter, ExactColumn.HALF.letter)
    shown = values(risk(edition), Column.LABEL.letter, Column.FIGURE.letter, Column.HALF.letter)
    for name, label in STATISTICS.items():
        estimate = found().statistics[name]
        assert beside[name] == pytest.approx((estimate.value, estimate.half_width), rel=1e-9), name
        scale, most = (100, 1) if name in SHARES else (1, 0)
        scaled = type(estimate)((estimate.value or 0) * scale, (estimate.half_width or 0) * scale)
        digits = [float(part.replace(",", "")) / scale for part in supported(scaled, most).split(" ± ")]
        assert shown[label][0] == pytest.approx(digits[0]), name


@pytest.mark.slow
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_driver_is_that_of_the_simulation(edition: Edition) -> None:
    columns = (ExactColumn.EXACT, ExactColumn.HALF, ExactColumn.WORTH, ExactColumn.WORTH_HALF)
    beside = values(risk(edition), ExactColumn.NAME.letter, *(each.letter for each in columns))
    labels = values(risk(edition), Column.LABEL.letter, Column.FIGURE.letter)
    for each in found().drivers:
        expected = (each.alone.value, each.alone.half_width, each.worth.value, each.worth.half_width)
        assert beside[each.name] == pytest.approx(expected, rel=1e-9, abs=1e-9), each.name
        assert each.label in labels
    worth = found().perfect_knowledge
    everything = values(risk(edition), Column.LABEL.letter, Column.FIGURE.letter, Column.WORTH.letter)
    share, amount = everything["All of them, also those not listed"]
    assert share == "n/a" and found().explained_alone is None and SHARES_OVERLAP in labels
    assert amount == pytest.approx(worth.value, abs=(worth.half_width or 0) / 10 + 1)


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_says_what_the_terminal_says_and_what_is_held(edition: Edition) -> None:
    cells = risk(edition)
    assert f"{cells['A4'].value} {cells['A5'].value}" == sentence(found())
    texts = {cell.value for cell in cells.values()}
    assert "The horizon is held at its value: a choice, no chance." in texts
    assert "It succeeds in 90 % of the draws; in the others only month 0 is spent." in texts
    assert cells[place_of(built(edition), "risk_draws")].value == found().draws
    assert cells[place_of(built(edition), "risk_seed")].value == found().seed


@pytest.mark.parametrize("edition", [*EDITIONS, "lambda"])
def test_the_examples_of_the_sheet_functions_are_of_the_same_draws(edition: Edition) -> None:
    """One figure beside another of the same name: both take draws, seed and correlations from the same cells."""
    cells, statistics = stored_cells(built(edition))["Functions"], found().statistics
    shown = values(cells, *(each.letter for each in (FunctionsColumn.FUNCTION, FunctionsColumn.VALUE)))
    assert shown["FT_RISKVERDICT"] == (sentence(found()),)
    assert shown["FT_SIMULATE"] == pytest.approx((statistics["MEAN"].value,))
    assert shown["FT_SIMSTAT"] == pytest.approx((statistics["P50"].value,))
    assert shown["FT_EVPI"] == pytest.approx((found().perfect_knowledge.value,))
    assert shown["FT_IMPORTANCE"] == pytest.approx((found().ranked[0].alone.value,))


def test_an_example_of_the_wired_sheet_functions_takes_the_correlations_that_stand_there() -> None:
    """The engine's own evaluation of the formula, with every name as the cells have it."""
    content = edited_pairs(("API calls", "Review cost", -0.8), edition="wired")
    areas = {name: area_of(content, name) for name in ("scenario", "correlations", "risk_draws", "risk_seed")}
    (formula,) = (
        cell.formula
        for cell in stored_cells(content)["Functions"].values()
        if cell.formula and "FT_RISKVERDICT(" in cell.formula
    )
    arguments = formula.partition("FT_RISKVERDICT(")[2].partition(")")[0].split(",")
    otherwise = DOUBTFUL.with_inputs(correlations={**PAIRS, CALLS: {REVIEW: -0.8}})
    told = call("FT_RISKVERDICT", *(areas[each] for each in arguments))
    assert told == sentence(simulate(otherwise)) != sentence(found())


def area_of(content: bytes, name: str) -> Any:
    """What the cells of a name hold: rows of values, or one."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    ((title, area),) = book.defined_names[name].destinations
    cells = book[title][area.replace("$", "")]
    return [[cell.value for cell in row] for row in cells] if isinstance(cells, tuple) else cells.value


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_steps_of_the_histogram_hold_every_draw_and_none_holds_zero(edition: Edition) -> None:
    cells = risk(edition)
    rows = [int(address[1:]) for address in cells if address[0] == StepColumn.START.letter]
    table = [[cells[column.at(row)].value for column in StepColumn] for row in sorted(rows) if row > 9]
    expected = histogram(found().results, 20)
    assert [row[:4] for row in table] == [[each.start, each.end, each.share, each.below] for each in expected]
    assert sum(row[2] for row in table) == pytest.approx(1)
    assert all(row[0] >= 0 or row[1] <= 0 for row in table)
    assert sum(row[4] for row in table) == pytest.approx(found().statistics["PROBLOSS"].value)
    assert sum(row[5] for row in table) == pytest.approx(1 - (found().statistics["PROBLOSS"].value or 0))


def test_a_histogram_leaves_out_what_is_never() -> None:
    steps = histogram(np.array([1.0, 2.0, 3.0, np.inf]), 4)
    assert sum(each.share for each in steps) == 0.75
    assert steps[-1].below == 0.75
    with pytest.raises(OutOfRange, match="never in all of them"):
        histogram(np.array([np.inf]), 4)


def test_the_wired_figures_call_the_functions_and_say_so_without_them() -> None:
    formulas = [cell.formula for cell in risk("wired").values() if cell.formula and "FT_" in cell.formula]
    assert len(formulas) > 130
    assert all("ft_functions" in each and "correlations" in each for each in formulas)
    assert sum(NEEDS_FUNCTIONS in each for each in formulas) > 20
    assert not any("FT_" in (cell.formula or "") for cell in risk("native").values())
    checks = stored_cells(built("wired"))["Checks"]
    assert {cell.value for cell in checks.values()} >= {"check_risk_steps"}


def test_the_summary_shows_the_chance_of_a_loss_and_a_bad_case() -> None:
    statistics = found().statistics
    for edition in EDITIONS:
        cells = stored_cells(built(edition))["Summary"]
        assert (cells["E9"].value, cells["F9"].value) == ("Chance of a loss", "NPV, 5% lie below (USD)")
        assert cells["E10"].value == pytest.approx(statistics["PROBLOSS"].value, abs=5e-4)
        assert cells["F10"].value == pytest.approx(statistics["P5"].value, rel=1e-2)
        assert cells["E11"].value == "of 16,384 draws (Risk)"


# --- where there is nothing to simulate


@pytest.mark.parametrize("edition", some(EDITIONS, ["wired"], slow=()))
def test_without_ranges_there_is_no_sheet(edition: Edition) -> None:
    sheets = stored_cells(build_workbook(REFERENCE, edition=edition, generated=WHEN))
    assert "Risk" not in sheets
    assert "E9" not in sheets["Summary"] or sheets["Summary"]["E9"].value is None


@pytest.mark.slow
def test_a_workbook_to_be_filled_in_has_no_sheet() -> None:
    assert "Risk" not in stored_cells(build_template(generated=WHEN))


REFUSED: dict[str, dict[str, Any]] = {
    "cannot hold at once": {"correlations": {CALLS: {PRICE: 0.9, REVIEW: 0.9}, PRICE: {REVIEW: -0.9}}},
    "nothing varies": {"ranges": {"calls": {"low": 5e6, "high": 5e6}}, "correlations": {}, "success_chance": 1},
    "storage_gb does not vary": {"correlations": {CALLS: {"storage_gb": 0.5}}},
}


@pytest.mark.slow
@pytest.mark.parametrize("says", some(REFUSED, ["cannot hold at once"], slow=()))
def test_what_cannot_be_simulated_is_said_and_its_correlations_are_kept(says: str) -> None:
    scenario = DOUBTFUL.with_inputs(**REFUSED[says])
    content = build_workbook(scenario, edition="native", generated=WHEN)
    cells = stored_cells(content)
    assert says in str(cells["Risk"]["A4"].value)
    assert "E10" not in cells["Summary"] or cells["Summary"]["E10"].value is None
    assert read_workbook(content).checked().correlations == scenario.correlations


# --- read back


@pytest.mark.parametrize("edition", EDITIONS)
def test_correlations_and_the_chance_of_success_survive(edition: Edition) -> None:
    read = read_workbook(built(edition)).checked()
    assert read.correlations == PAIRS
    assert read.success_chance == 0.9
    assert read.ranges == DOUBTFUL.ranges


@pytest.mark.slow
def test_of_several_scenarios_those_of_the_one_in_use_are_read() -> None:
    other = DOUBTFUL.with_inputs(name="Otherwise", correlations={REVIEW: {CALLS: -0.4}, PRICE: {CALLS: 0.1}})
    content = build_workbook(DOUBTFUL, edition="native", others=[other], generated=WHEN)
    assert read_workbook(content).checked().correlations == PAIRS
    chosen = with_cells(content, {place_of(content, "scenario_choice"): "Otherwise"}, "Scenarios")
    assert read_workbook(chosen).checked().correlations == {CALLS: {REVIEW: -0.4}, PRICE: {CALLS: 0.1}}


def edited_pairs(*rows: tuple[Any, Any, Any], edition: Edition = "values") -> bytes:
    """The workbook with other pairs in the first rows of its table."""
    title = next(address for address, cell in risk(edition).items() if cell.value == "goes with")
    first = int(title[1:]) + 1
    cells = {
        f"{letter}{row}": value
        for row, pair in enumerate(rows, start=first)
        for letter, value in zip("ABC", pair, strict=True)
    }
    return with_cells(built(edition), cells, "Risk")


def test_a_pair_is_typed_by_label_or_name_in_any_row() -> None:
    content = edited_pairs(
        (None, None, None), ("Discount rate", "calls", 0.2), ("API calls", "monthly_review_cost", -0.5)
    )
    assert read_workbook(content).checked().correlations == {"discount_rate": {CALLS: 0.2}, CALLS: {REVIEW: -0.5}}


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (("API calls", "Colour", 0.5), 'no input "Colour"'),
        (("API calls", None, 0.5), "The row is not complete"),
        (("API calls", "Storage", None), "The row is not complete"),
        (("API calls", "calls", 0.5), "An input goes with itself"),
        (("API calls", "Discount rate", 1.5), "1.5 is not below 1"),
        (("API calls", "Discount rate", "0,5"), "0,5"),
        (("API calls", "Discount rate", ("1/2", 0.5)), "It holds the formula"),
        (("finetuned_cost", "Baseline price", 0.5), "The pair is given twice"),
    ],
    ids=str,
)
def test_a_wrong_pair_is_a_problem_at_its_cell(pair: tuple[Any, Any, Any], says: str) -> None:
    with pytest.raises(ScenarioError, match=r"Risk![ABC]\d") as raised:
        read_workbook(edited_pairs(pair)).checked()
    assert says in str(raised.value)


# --- checked


@pytest.mark.parametrize("edition", some(EDITIONS, slow=["native"]))
def test_a_fresh_workbook_is_as_it_was_made(edition: Edition) -> None:
    checked = check_workbook(built(edition))
    assert checked.wrong == ()
    assert not any("Risk" in note for note in checked.notes)


@pytest.mark.slow
def test_a_figure_typed_over_is_found() -> None:
    figure = place_of(built("native"), "risk_p5")
    (wrong,) = check_workbook(with_cells(built("native"), {figure: 1.0}, "Risk")).wrong
    assert f"Risk!{figure}" in wrong.place


@pytest.mark.full(seconds=3)
def test_other_draws_are_no_finding() -> None:
    draws = with_cells(built("wired"), {place_of(built("wired"), "risk_draws"): 1024.0}, "Risk")
    for title, name in (("Summary", "risk_p5"), ("Functions", "risk_draws")):  # as a program calculated them anew
        cells = stored_cells(draws)[title].items()
        takes = {address: (cell.formula, 17.0) for address, cell in cells if cell.formula and name in cell.formula}
        assert takes
        draws = with_cells(draws, takes, title)
    checked = check_workbook(draws)
    assert checked.wrong == () and any("draws, seed or correlations" in note for note in checked.notes)


@pytest.mark.full(seconds=3)
def test_figures_of_other_ranges_are_not_compared() -> None:
    row = int(place_of(built("native"), "in_" + CALLS)[1:])
    edited = with_cells(built("native"), {f"D{row}": 3e6})
    checked = check_workbook(edited)
    assert checked.wrong == () and checked.inputs_edited

    def forget_ranges(root: Any) -> None:
        """As a workbook says nothing of them that was made by an earlier version, or saved by Google Sheets."""
        (each,) = root.xpath(f"//*[@name='{RANGES_PROPERTY}']")
        each.getparent().remove(each)

    checked = check_workbook(with_part(edited, "docProps/custom.xml", forget_ranges))
    assert any("those of the ranges as generated" in note for note in checked.notes) and not checked.inputs_edited
    assert not any("Risk" in each.place for each in checked.wrong)


# --- after an edit, without the functions


@pytest.mark.full(seconds=15)
@pytest.mark.needs_libreoffice
def test_a_native_sheet_takes_its_sentence_back_once_something_is_edited(tmp_path: Path) -> None:
    content = built("native")
    row = int(place_of(content, "in_" + CALLS)[1:])
    edits = {
        "as made": content,
        "an input": with_inputs(content, {"training_hours": 25.0}),
        "a low": with_cells(content, {f"D{row}": 3e6}),
        "a distribution": with_cells(content, {f"F{row}": "uniform"}),
        "success": with_inputs(content, {"success_chance": 0.8}),
        "a correlation": edited_pairs(("API calls", "Review cost", 0.5), edition="native"),
    }
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(edits))]
    for path, edited in zip(paths, edits.values(), strict=True):
        path.write_bytes(edited)
    for name, path in zip(edits, libreoffice.recalculate_many(paths, tmp_path / "out"), strict=True):
        sheets = stored_cells(path.read_bytes())
        said = str(sheets["Risk"]["A4"].value)
        assert said.startswith("In " if name == "as made" else "Not simulated since"), name
        assert (sheets["Summary"]["E10"].value == "n/a") == (name != "as made"), name


# --- printed


@pytest.mark.slow
def test_it_is_among_the_pages_for_a_decision_without_its_table_of_pairs() -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_pages(DOUBTFUL, generated=WHEN)))
    area = book["Risk"].print_area
    assert NOTHING not in area
    last = int(area.rpartition("$")[2])
    printed = {book["Risk"].cell(row, 1).value for row in range(1, last + 1)}
    assert "Mean of the worst 5%" in printed and "Correlations" not in printed


@pytest.mark.full(seconds=15)
@pytest.mark.needs_libreoffice
def test_a_wired_sheet_that_was_calculated_without_the_functions_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "wired.xlsx").write_bytes(built("wired"))
    saved = libreoffice.recalculate(tmp_path / "wired.xlsx", tmp_path / "out").read_bytes()
    assert stored_cells(saved)["Risk"]["A4"].value == f"The simulation {NEEDS_FUNCTIONS}"
    checked = check_workbook(saved)
    assert not [each for each in checked.wrong if each.place.startswith("Risk!")]
    assert any(note.startswith("Risk: it needs the FT functions") for note in checked.notes)
