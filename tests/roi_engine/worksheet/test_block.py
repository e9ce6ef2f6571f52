"""A scenario from a range of cells: labels, headers, headings, ranges and what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from roi_engine import REFERENCE, Range, Scenario, ScenarioError
from roi_engine.scenario import find_input
from roi_engine.worksheet.block import CellError, is_block, read_block
from roi_engine.worksheet.call import call
from tests.worksheet_cases import block

Rows = list[list[Any]]


def cells(rows: Rows) -> tuple[tuple[Any, ...], ...]:
    """Rows as a host hands them over: an empty cell is None."""
    return tuple(tuple(None if cell == "" else cell for cell in row) for row in rows)


def read(rows: Rows) -> Scenario:
    return read_block(cells(rows)).scenario


def problems(rows: Rows) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as caught:
        read(rows)
    return [(problem.place, problem.sentence) for problem in caught.value.problems]


LEAST = block("reference")[1:]


@pytest.mark.parametrize("name", ["reference", "sheet"])
def test_the_reference_scenario(name: str) -> None:
    expected = {**REFERENCE.inputs(), "name": "", "description": "", "model_size_b": 7 * (name == "reference")}
    assert read(block(name)).inputs() == expected


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([["calls", 5]], True),
        ([["", ""], ["calls", 5]], True),
        ([["calls"], ["months"]], False),
        ([[1, 2], [3, 4]], False),
        ([[24]], False),
    ],
)
def test_a_block_has_two_columns_and_labels_in_the_first(rows: Rows, answer: bool) -> None:
    assert is_block(cells(rows)) is answer
    assert not is_block("calls") and not is_block(24)


def test_without_a_header_the_third_column_is_low_and_the_fourth_high() -> None:
    rows = [[*row, "", ""] for row in LEAST]
    rows[0][2:] = [12, 72]
    rows[4][2] = 2_000_000
    assert read(rows).ranges == {
        "training_hours": Range(low=12, high=72),
        "baseline_monthly_api_calls": Range(low=2_000_000, high=6_000_000, untyped="high"),
    }


@pytest.mark.parametrize("label", ["Input", "LABEL", "name"])
def test_a_header_names_the_columns_in_any_order(label: str) -> None:
    rows = [[label, "Unit", "High", "Distribution", "Value", "Low"]]
    rows += [[name, "a unit", "", "", value, ""] for name, value in LEAST]
    rows[1][2:] = [72, " Triangular ", 24, 12]
    assert read(rows).ranges == {"training_hours": Range(low=12, high=72, distribution="triangular")}
    assert read(rows).training_hours == 24


def test_what_stands_in_other_columns_does_not_matter() -> None:
    rows = [["input", "value", "remark"], *[[*row, "#N/A"] for row in LEAST]]
    assert read(rows).training_hours == 24


def test_a_range_beside_an_empty_cell_is_that_of_the_default() -> None:
    rows = [["input", "value", "low", "high"], *[[*row, "", ""] for row in LEAST], ["ramp_months", "", 0, 6]]
    assert read(rows).ranges == {"ramp_months": Range(low=0, high=6)}
    rows[-1][2] = 3
    assert read(rows).ranges == {}
    assert ["Ramp-up", "0 lies outside of its own low and high. These count for nothing until it lies inside."] in call(
        "FT_CHECK", rows
    )


@pytest.mark.parametrize("ends", [[0.2, 0.4], [0.2, ""], ["", 0.4]])
def test_a_range_beside_an_empty_cell_without_a_default_is_asked_about(ends: list[Any]) -> None:
    rows = [["input", "value", "low", "high"], *[[*row, "", ""] for row in LEAST]]
    rows += [["review_cost_per_call", "", *ends]]
    assert read(rows).ranges == {}
    said = "It is empty, and low and high have no value between them. Type the value, or delete the two."
    assert ["Review cost per call", f"{said} They count for nothing until then."] in call("FT_CHECK", rows)


def test_a_label_without_a_value_takes_its_default() -> None:
    assert read([*LEAST, ["discount_rate", ""], ["Serving mode", ""]]).discount_rate == 0.1


def test_headings_and_empty_rows_may_stand_inside() -> None:
    rows = [["Reference inputs", ""], *LEAST[:4], ["", ""], ["The rest", ""], *LEAST[4:]]
    assert read(rows) == read(LEAST)


def test_rows_may_be_shorter_than_the_header() -> None:
    rows = [["input", "value", "low", "high"], *LEAST, ["Traffic"]]
    assert read(rows) == read(LEAST)


def test_texts_and_choices() -> None:
    scenario = read([*LEAST, ["currency", "EUR"], ["Storage timing", "monthly"], ["Scenario", "Pilot"]])
    assert (scenario.currency, scenario.storage_timing, scenario.name) == ("EUR", "monthly", "Pilot")


def test_a_label_twice_is_an_error_even_when_the_values_agree() -> None:
    assert problems([*LEAST, ["months", 12]]) == [("months", "Stands twice in the block. Keep one of the two.")]


def test_a_heading_may_have_the_name_of_an_input() -> None:
    assert read([["Horizon", ""], *LEAST]) == read([*LEAST, ["months", ""]]) == read(LEAST)


def test_an_unknown_label_with_a_value_is_an_error_with_a_guess() -> None:
    assert problems([*LEAST, ["discont_rate", 0.1]]) == [
        ("discont_rate", 'There is no input "discont_rate". Did you mean "discount_rate"?')
    ]
    assert read([*LEAST, ["discont_rate", ""]]) == read(LEAST)
    assert problems([*LEAST, ["Enginering time", 400]])[0][1].endswith('Did you mean "Engineering time"?')


def test_a_figure_in_another_unit_is_no_figure() -> None:
    sentence = '"years" is written beside it, and it counts in months. Convert the figure, and write months beside it.'
    others = [row for row in LEAST if find_input(row[0]).name != "months_to_amortize"]
    assert problems([*others, ["Horizon (years)", 2]]) == [("Horizon (years)", sentence)]
    titles = ["input", "value", "unit"]
    assert problems([titles, *others, ["Horizon", 2, "years"]]) == [("Horizon", sentence)]
    assert read([titles, *others, ["Horizon (months)", 12, "months"]]) == read(LEAST)


def test_a_value_without_a_label_is_an_error() -> None:
    assert problems([*LEAST, ["", 7]]) == [("scenario", "the value 7 has no label beside it.")]


def test_all_problems_at_once() -> None:
    rows = [["colour", 3], *LEAST[1:], ["Discount rate", -1], ["months", 12]]
    assert [place for place, _ in problems(rows)] == ["colour", "months", "training_hours", "discount_rate"]


@pytest.mark.parametrize("column", range(4))
def test_an_error_value_in_any_column_of_the_block_is_the_result(column: int) -> None:
    rows = [[*row, "", ""] for row in LEAST]
    rows[3][column] = CellError("#REF!")
    with pytest.raises(CellError) as caught:
        read(rows)
    assert caught.value.code == "#REF!"


def test_an_illegal_range_is_told() -> None:
    rows = [["input", "value", "low", "high"], *[[*row, "", ""] for row in LEAST]]
    rows[1][2:] = [72, 12]
    assert [place for place, _ in problems(rows)] == ["ranges.training_hours"]
    rows[1][2:] = ["low", 72]
    assert [place for place, _ in problems(rows)] == ["ranges.training_hours.low"]


def test_the_same_block_is_read_once() -> None:
    assert read_block(cells(block("reference"))) is read_block(cells(block("reference")))


@pytest.mark.parametrize("cell", ["2027-13", "Nov 27", 2027.0, 5e9, True])
def test_a_start_month_that_is_no_month_counts_as_none(cell: Any) -> None:
    """It names months and changes no figure; FT_CHECK asks for it, and files are refused as ever."""
    rows = [*LEAST, ["start_month", cell]]
    assert read(rows).inputs() == read(LEAST).inputs()
    assert call("FT_NPV", None, rows) == call("FT_NPV", None, LEAST)
    asked = call("FT_CHECK", rows)
    assert asked[0][0] == "Month 1" and asked[1:] == call("FT_CHECK", LEAST)
    assert asked[0][1].endswith("Type year and month, such as 2027-01. No month is named until then.")
    with pytest.raises(ScenarioError, match="no month"):
        Scenario(**REFERENCE.given(), start_month=cell)


@pytest.mark.parametrize(("cell", "name"), [(2027.0, "2027"), (1.5, "1.5"), (True, "TRUE"), ("Plan", "Plan")])
def test_a_number_may_be_a_name(cell: Any, name: str) -> None:
    """A cell makes a number of a year; every figure of a wired workbook would be an error."""
    scenario = read([*LEAST, ["name", cell], ["description", cell]])
    assert (scenario.name, scenario.description) == (name, name)
    assert (
        scenario.fingerprint() == Scenario(**{**read(LEAST).given(), "name": name, "description": name}).fingerprint()
    )


def test_a_start_month_stands_in_a_block_once_even_if_it_is_no_month() -> None:
    rows = [*LEAST, ["start_month", "spring"], ["Month 1", "2027-01"]]
    assert problems(rows) == [("Month 1", "Stands twice in the block. Keep one of the two.")]


@pytest.mark.parametrize("cell", ["2027-11", 46692.0])
def test_a_start_month_of_a_block_names_the_years(cell: Any) -> None:
    rows = [*LEAST, ["start_month", cell]]
    assert "Nov 2027" in str(call("FT_BYYEAR", rows)) and call("FT_CHECK", rows) == call("FT_CHECK", LEAST)
