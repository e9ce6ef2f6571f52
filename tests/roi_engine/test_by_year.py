"""The table by year: by hand, in sum the net return, in present value the NPV, on arrays as on floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from roi_engine import REFERENCE, Scenario, appraise
from roi_engine.by_year import LINES, by_year, years_of
from roi_engine.cashflow import MODEL
from tests.random_scenarios import random_scenarios
from tests.roi_engine import model_by_hand
from tests.roi_engine.legal_scenarios import SIXTY, scenarios

RANDOM = random_scenarios(300, seed=14, longest=70)


def size_of(scenario: Scenario) -> float:
    """What is added up: the benefits and the costs, in any column."""
    table = by_year(scenario.inputs())
    return max(1.0, *(abs(each) for name in ("benefits", "costs") for each in table.lines[name]))


def amounts(figures: Sequence[Any]) -> list[Any]:
    """The figures of a line; the cumulative one has none in its last two columns."""
    return [each for each in figures if each is not None]


def assert_sound(scenario: Scenario) -> None:
    """What must hold between the figures of any scenario, and between them and those of a month-by-month program."""
    result = appraise(scenario)
    lines, near = result.by_year.lines, 1e-9 * size_of(scenario)
    by_hand = model_by_hand.by_year(scenario.inputs())
    assert lines.keys() == by_hand.keys() == LINES.keys()
    for name, figures in lines.items():
        assert amounts(figures) == pytest.approx(amounts(by_hand[name]), rel=1e-9, abs=near), name
    *_, total, present = lines["net"]
    assert (total, present) == (result.net_roi, result.npv())
    for name, line in LINES.items():
        if line.sums:
            parts = [sum(column) for column in zip(*(lines[each] for each in line.sums), strict=True)]
            assert lines[name] == pytest.approx(parts, rel=1e-9, abs=near)
    difference = [benefit - cost for benefit, cost in zip(lines["benefits"], lines["costs"], strict=True)]
    assert lines["net"] == pytest.approx(difference, rel=1e-9, abs=near)
    *_, last, none, neither = lines["cumulative"]
    assert (none, neither) == (None, None) and last == pytest.approx(result.net_roi, rel=1e-9, abs=near)
    costs = lines["costs"][-1]
    expected = None if costs == 0 else present / costs
    assert result.roi_present_value() == (expected if expected is None else pytest.approx(expected, rel=1e-9))


@SIXTY
@given(scenarios())
def test_the_columns_are_those_by_hand_and_end_in_net_roi_and_npv(scenario: Scenario) -> None:
    assert_sound(scenario)


@pytest.mark.parametrize("scenario", RANDOM[:60], ids=lambda each: each.name)
def test_a_random_scenario_by_hand(scenario: Scenario) -> None:
    assert_sound(scenario)


@pytest.mark.full
@pytest.mark.parametrize("scenario", RANDOM[60:], ids=lambda each: each.name)
def test_more_random_scenarios_by_hand(scenario: Scenario) -> None:
    assert_sound(scenario)


def test_arrays_equal_floats() -> None:
    """Scenarios of equal choices in one run over arrays: a shorter horizon's later years hold nothing."""
    for timing in ("upfront", "monthly"):
        for serving in ("per_token", "self_hosted"):
            group = [each for each in RANDOM if (each.storage_timing, each.serving) == (timing, serving)]
            assert len({each.months_to_amortize for each in group}) > 10
            columns: dict[str, Any] = {}
            for name, value in group[0].inputs().items():
                values = [each.inputs()[name] for each in group]
                empty_is_nan = [math.nan if each is None else each for each in values]
                columns[name] = value if isinstance(value, str) else np.array(empty_is_nan, float)
            with np.errstate(all="ignore"):
                together = by_year(columns)
                rois = MODEL.evaluate(columns, ("roi_present_value",), columns["months_to_amortize"])
            for index, scenario in enumerate(group):
                alone, near = by_year(scenario.inputs()).lines, 1e-9 * size_of(scenario)
                count = math.ceil(scenario.months_to_amortize / 12)
                for name, figures in alone.items():
                    shown = [float(each[index]) for each in amounts(together.lines[name])]
                    own, later = shown[: count + 1], shown[count + 1 : len(together.years) + 1]
                    own += shown[len(together.years) + 1 :]
                    assert own == pytest.approx(amounts(figures), rel=1e-9, abs=near), name
                    after = shown[count] if name == "cumulative" else 0
                    assert later == pytest.approx([after] * len(later), rel=1e-9, abs=near), name
                roi, expected = float(rois["roi_present_value"][index]), appraise(scenario).roi_present_value()
                assert math.isnan(roi) if expected is None else roi == pytest.approx(expected, rel=1e-9)


# --- years ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "start", "labels"),
    [
        (1, "", ["Year 1, 1 month"]),
        (11, "2026-12", ["Year 1, 11 months (Dec 2026–Oct 2027)"]),
        (12, "", ["Year 1"]),
        (13, "2027-01", ["Year 1 (Jan 2027–Dec 2027)", "Year 2, 1 month (Jan 2028–Jan 2028)"]),
        (24, "2027-03", ["Year 1 (Mar 2027–Feb 2028)", "Year 2 (Mar 2028–Feb 2029)"]),
        (30, "", ["Year 1", "Year 2", "Year 3, 6 months"]),
    ],
)
def test_a_year_is_twelve_months_and_the_last_may_be_short(months: int, start: str, labels: list[str]) -> None:
    assert [year.label for year in years_of(months, start)] == labels
    table = appraise(REFERENCE.with_inputs(months=months, start_month=start)).by_year
    assert table.columns == ["Initial", *labels, "Total", "Present value"]
    assert [year.months for year in table.years] == [12] * (months // 12) + [months % 12] * (months % 12 > 0)


def test_the_reference_by_hand() -> None:
    """Two years and a month of 1490, of which the last fall into a year of their own."""
    table = appraise(REFERENCE.with_inputs(months=25)).by_year.as_dict()
    upfront = 36 + 25 * 0.56
    assert table["upfront"][:4] == pytest.approx([upfront, 0, 0, 0])
    assert table["net"][:-1] == pytest.approx([-upfront, 17_880, 17_880, 1490, 25 * 1490 - upfront])
    assert table["cumulative"][:4] == pytest.approx([-upfront, 17_880 - upfront, 35_760 - upfront, 37_250 - upfront])
    assert [len(figures) for figures in table.values()] == [6] * 11


def test_risk_falls_on_benefits_and_costs_and_review_that_is_added_is_a_cost() -> None:
    scenario = REFERENCE.with_inputs(accuracy=-0.5, benefit_risk=0.1, cost_risk=0.2)
    lines = appraise(scenario).by_year.lines
    year = {name: figures[1] for name, figures in lines.items()}
    assert year["avoided_bill"] == pytest.approx(18_000 * 0.9) == year["benefits"]
    assert (year["new_bill"], year["added_review"]) == pytest.approx((3_000 * 1.2, 12_000 * 1.2))
    assert year["review_avoided"] == 0 and lines["upfront"][0] == pytest.approx(42.72 * 1.2)


def test_without_any_cost_there_is_no_return_on_it() -> None:
    free = REFERENCE.with_inputs(training_hours=0, storage_gb=0, finetuned_cost=0)
    assert appraise(free).npv() > 0 and appraise(free).roi_present_value() is None


def test_another_discount_rate_moves_the_return_in_present_values() -> None:
    result = appraise(REFERENCE)
    assert result.roi_present_value(0.0) == pytest.approx(17_837.28 / 3_042.72)
    assert result.roi_present_value() == result.roi_present_value(0.1) != result.roi_present_value(0.0)


# --- a published table --------------------------------------------------------------------------------------

TEI = {
    "costs": (53_150, 666_715, 636_772, 647_783),
    "benefits": (0, 1_606_511, 3_061_331, 4_229_760),
}
"""Forrester, The Total Economic Impact of SalesLoft, Cash Flow Table (Risk-Adjusted): initial, years 1 to 3."""


def test_the_salesloft_study() -> None:
    """Its years are paid at their ends, so these are the flows of months 0, 12, 24 and 36; its rate is 10 % a year."""
    flows = {name: [0.0] * 37 for name in TEI}
    for name, amounts in TEI.items():
        flows[name][::12] = amounts
    graph = MODEL.given("avoided_bill", "new_bill")
    wanted = ("npv", "present_cost", "roi_present_value", "total_net_cash_flow", "net_cash_flow", "year")
    given_flows = {"avoided_bill": flows["benefits"], "new_bill": flows["costs"], "discount_rate": 0.10}
    found = graph.evaluate({**given_flows, "months_to_amortize": 36}, wanted, 36)
    assert round(found["npv"]) == 5_496_170
    assert round(found["present_cost"]) == 1_672_201
    assert round(found["npv"] + found["present_cost"]) == 7_168_371
    assert round(found["roi_present_value"], 2) == 3.29
    assert found["total_net_cash_flow"] == pytest.approx(6_893_182, abs=1)
    by_years = [sum(f for f, y in zip(found["net_cash_flow"], found["year"], strict=True) if y == k) for k in range(4)]
    assert by_years == pytest.approx([-53_150, 939_796, 2_424_560, 3_581_976], abs=1.5)
