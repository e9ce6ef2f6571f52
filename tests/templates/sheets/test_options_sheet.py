"""The Options sheet: the published break-even volumes, and the chart that shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from roi_engine import REFERENCE, Scenario, appraise, compare_options, load_scenario
from roi_engine.options import LABELS
from templates.building.book import Book
from templates.sheets.breakdown_workings import add_breakdown_workings
from templates.sheets.cash_flow_sheet import add_cash_flow_sheet
from templates.sheets.inputs_sheet import add_inputs_sheet
from templates.sheets.options_sheet import add_options_sheet
from tests.builds import WHEN, build_workbook
from tests.slow_cases import full
from tests.workbook_cells import SAMPLES, named_cells, stored_cells

ONE_STORY = Path(__file__).parents[2] / "one_story"


def _fleet(price_per_call: float) -> Scenario:
    """The fleet of docs/method.md, "Reading the staircase", against a price per call."""
    return REFERENCE.with_inputs(
        calls=1_000_000,
        baseline_cost=price_per_call * 1000 / 650,
        finetuned_cost=price_per_call * 1000 / 650,
        tokens_per_call=650,
        serving_gpu_hourly_rate=3.0,
        serving_tokens_per_second=2500.0,
        fleet_operations_monthly_cost=1000.0,
    )


def _book(scenario: Scenario) -> Book:
    book = Book(scenario, "native")
    inputs = add_inputs_sheet(book)
    fixed = add_breakdown_workings(book, inputs.in_use).quantities
    add_options_sheet(book, fixed, inputs.block, add_cash_flow_sheet(book, fixed).rows)
    return book


@pytest.mark.parametrize(
    ("price", "first", "always"), [(0.00425, 750_588.235, 750_588.235), (0.0012, 9.958e6, 26.383e6)]
)
def test_volumes_from_which_self_hosting_pays(price: float, first: float, always: float) -> None:
    """The published volumes, to the digits in which they are published."""
    book = _book(_fleet(price))
    for side in ("stay", "api"):
        assert book.names[f"own_first_against_{side}"].value == pytest.approx(first, rel=5e-5)
        assert book.names[f"own_always_against_{side}"].value == pytest.approx(always, rel=5e-5)


def test_a_full_replica_as_dear_as_the_api_never_pays() -> None:
    names = _book(_fleet(0.0010833)).names
    assert names["own_first_against_stay"].value == "Never" == names["own_always_against_stay"].value


def test_the_table_says_in_which_currency_its_amounts_are() -> None:
    sheet = _book(REFERENCE.with_inputs(currency="CHF")).workbook["Options"]
    assert sheet["A2"].value.endswith(" Amounts are in CHF.")


def test_without_a_fleet_nothing_is_compared() -> None:
    names = _book(REFERENCE).names
    assert names["own_first_against_stay"].value == "n/a" == names["selfhosted_npv"].value
    assert names["own_first_against_switch"].value == "n/a" == names["switch_bill"].value


def _shown(book: Book, heading: str) -> list[Any]:
    """Every figure below a heading of the Option flows, months and totals."""
    sheet = book.workbook["Option flows"]
    headings = {cell.value: cell.row for cell in sheet["A"] if cell.value in LABELS.values()}
    first = headings[heading]
    rows = range(first + 1, min((row for row in headings.values() if row > first), default=sheet.max_row + 1))
    cells = book.values["Option flows"]
    return [value for address, value in cells.items() if int(re.sub("[A-Z]", "", address)) in rows]


@pytest.mark.parametrize(("file", "option"), [("no-api-price", "API"), ("no-fleet", "SELFHOSTED")])
def test_an_option_without_figures_has_none_anywhere(file: str, option: str) -> None:
    """No bill, no rank, no flow, no volume, no line of the chart: only the note that says what is missing."""
    book = _book(load_scenario(ONE_STORY / f"{file}.toml"))
    names, own = book.names, {"API": "SELFHOSTED", "SELFHOSTED": "API"}[option]
    for item in ("npv", "npvbest", "pvcost", "equivmonthly", "payback", "bill"):
        assert names[f"{option.lower()}_{item}"].value == "n/a"
        assert isinstance(names[f"{own.lower()}_{item}"].value, float)
    assert names[f"{option.lower()}_note"].value.startswith("Not compared. ")
    assert {*_shown(book, LABELS[option])} == {""} == {*_shown(book, LABELS["SWITCH"])}
    assert len({*_shown(book, LABELS[own])}) > 50
    bearings = re.compile({"API": "D", "SELFHOSTED": "E"}[option] + r"(5[5-9]|[6-9]\d)")
    assert {value for address, value in book.values["Options"].items() if bearings.fullmatch(address)} == {""}
    series = [each.tx.v for chart in book.workbook["Options"]._charts for each in chart.series]
    assert LABELS[option] not in series and LABELS[own] in series


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "edition"),
    [
        ("contradiction", "wired"),
        ("options-turn-the-sign", "native"),
        full("does-not-pay", "wired"),
    ],
)
def test_a_plan_has_one_npv_and_one_payback_in_the_workbook(file: str, edition: Any) -> None:
    scenario = load_scenario(ONE_STORY / f"{file}.toml")
    package = build_workbook(scenario, edition=edition, generated=WHEN)
    cells, places = stored_cells(package), named_cells(package)

    def shown(name: str) -> Any:
        title, address = places[name]
        return cells[title][address].value

    assert shown("api_npv") == pytest.approx(appraise(scenario).npv(), rel=1e-12) == shown("out_npv")
    assert shown("api_payback") == pytest.approx(appraise(scenario).payback_months) == shown("out_payback")
    assert {shown(f"check_own_option_{what}") for what in ("npv", "payback", "bill")} == {"OK"}
    assert shown("check_state") == "All checks OK"
    assert cells["Summary"]["A10"].value == pytest.approx(compare_options(scenario).npv_best("API"))


def test_another_general_model_stands_beside_the_others() -> None:
    """The support desk: fine-tuning gains 36,766, changing to a smaller model 35,294 without an outlay."""
    desk = load_scenario(SAMPLES / "support-classifier.toml").with_inputs(
        switch_input_price_per_m=0.4, switch_output_price_per_m=1.6, switch_cached_price_per_m=0.1
    )
    names = _book(desk).names
    assert [round(names[f"{name}_npv"].value) for name in ("api", "switch")] == [36_766, 35_294]
    assert round(names["api_npvbest"].value) == 36_766 - 35_294 + 1  # 1,472.57
    assert [round(names[f"{name}_bill"].value, 2) for name in ("stay", "api", "switch")] == [2358, 818.75, 471.6]


def test_the_chart_draws_the_staircase_and_marks_the_crossing() -> None:
    """Steps rise where a replica is full, up to the widest volume; the mark lies on both lines."""
    book = _book(_fleet(0.00425))
    cells: dict[str, Any] = book.values["Options"]
    widest = book.names["chart_calls"].value
    calls = [cells[f"O{row}"] for row in range(5, 53)]
    bills = [cells[f"P{row}"] for row in range(5, 53)]
    assert calls == sorted(calls) and calls[0] == 0 and calls[-1] == widest
    assert bills == sorted(bills) and bills[0] == 3190
    risers = {calls[i] for i in range(1, 47) if bills[i + 1] > bills[i]}
    assert risers == {calls[i] for i in range(1, 47) if calls[i] == calls[i + 1] < widest}
    assert cells["R9"] * 0.00425 == pytest.approx(cells["S9"]) == pytest.approx(3190)
