"""The Options sheet: the published break-even volumes, and the chart that shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from roi_engine import REFERENCE, Scenario
from templates.building.book import Book
from templates.sheets.breakdown_workings import add_breakdown_workings
from templates.sheets.cash_flow_sheet import add_cash_flow_sheet
from templates.sheets.inputs_sheet import add_inputs_sheet
from templates.sheets.options_sheet import add_options_sheet

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def _fleet(price_per_call: float) -> Scenario:
    """The fleet of docs/method.md, "Reading the staircase", against a price per call."""
    return REFERENCE.with_inputs(
        calls=1_000_000,
        baseline_cost=price_per_call * 1000 / 650,
        finetuned_cost=price_per_call * 1000 / 650,
        tokens_per_call=650,
        serving_gpu_hourly_rate=3.0,
        serving_tokens_per_second=2500.0,
        operations_monthly_cost=1000.0,
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


def test_without_a_fleet_nothing_is_compared() -> None:
    names = _book(REFERENCE).names
    assert names["own_first_against_stay"].value == "n/a" == names["selfhosted_npv"].value


def test_the_chart_draws_the_staircase_and_marks_the_crossing() -> None:
    """Steps rise where a replica is full, up to the widest volume; the mark lies on both lines."""
    book = _book(_fleet(0.00425))
    cells: dict[str, Any] = book.values["Options"]
    widest = book.names["chart_calls"].value
    calls = [cells[f"M{row}"] for row in range(5, 53)]
    bills = [cells[f"N{row}"] for row in range(5, 53)]
    assert calls == sorted(calls) and calls[0] == 0 and calls[-1] == widest
    assert bills == sorted(bills) and bills[0] == 3190
    risers = {calls[i] for i in range(1, 47) if bills[i + 1] > bills[i]}
    assert risers == {calls[i] for i in range(1, 47) if calls[i] == calls[i + 1] < widest}
    assert cells["P9"] * 0.00425 == pytest.approx(cells["Q9"]) == pytest.approx(3190)
