"""The cash flow: against the model by hand, floats against arrays, and what must hold for every scenario."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roi_engine import REFERENCE, Scenario, appraise, cash_flow
from roi_engine.cashflow import FLOWS, LEVEL, MODEL, horizon
from tests.random_scenarios import random_scenarios
from tests.roi_engine import model_by_hand
from tests.roi_engine.legal_scenarios import SIXTY, TWO_HUNDRED, scenarios

RANDOM = random_scenarios(500, longest=120)

SMALLEST = sys.float_info.min
"""Below it a float has fewer digits the smaller it is: there is no relative difference to speak of."""

DYING_OUT = REFERENCE.with_inputs(
    monthly_growth=-0.9999999999999999, monthly_review_cost=2, months_to_amortize=21, ramp_months=22
)
"""Traffic that all but vanishes: the flows of its last months are among the numbers below the smallest."""


def rows_of(inputs: Any) -> dict[str, list[Any]]:
    return MODEL.evaluate(inputs, FLOWS, horizon(inputs))


def size(rows: dict[str, list[float]], month: int) -> float:
    """What a month's net flow is made of: the measure of its rounding."""
    return sum(abs(rows[name][month]) for name in FLOWS)


def assert_equal_rows(found: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    for name in FLOWS:
        assert len(found[name]) == len(expected[name])
    for month in range(len(expected["net_cash_flow"])):
        scale = size(expected, month)
        for name in FLOWS:
            one, other = found[name][month], expected[name][month]
            tolerance = max(1e-11 * scale, SMALLEST)
            assert math.isclose(one, other, rel_tol=1e-11, abs_tol=tolerance), (name, month, one, other)


@pytest.mark.slow
@TWO_HUNDRED
@given(scenarios())
@example(DYING_OUT)
def test_the_rows_are_those_of_the_model_by_hand(scenario: Scenario) -> None:
    found, expected = rows_of(scenario.inputs()), model_by_hand.month_rows(scenario.inputs())
    assert found["net_cash_flow"][0] == pytest.approx(expected["net_cash_flow"][0], rel=1e-12)
    for rows in (found, expected):
        for name in FLOWS:
            rows[name] = rows[name][1:]
    assert_equal_rows(found, expected)


def test_the_random_scenarios_use_every_part_of_the_model() -> None:
    assert {scenario.serving for scenario in RANDOM} == {"per_token", "self_hosted"}
    assert {scenario.storage_timing for scenario in RANDOM} == {"upfront", "monthly"}
    assert {scenario.finetuned_input_tokens is None for scenario in RANDOM} == {True, False}
    assert max(scenario.months_to_amortize for scenario in RANDOM) > 100
    assert min(scenario.months_to_amortize for scenario in RANDOM) == 1
    assert sum(scenario.benefit_risk > 0 for scenario in RANDOM) > 50


def test_floats_equal_arrays_row_by_row_for_five_hundred_scenarios() -> None:
    """One run over arrays, texts included, against five hundred runs over floats."""
    columns = {}
    for name in REFERENCE.inputs():
        values = [getattr(scenario, name) for scenario in RANDOM]
        texts = isinstance(values[0], str)
        columns[name] = np.array(
            [math.nan if value is None else value for value in values], dtype=None if texts else float
        )
    with np.errstate(all="ignore"):
        arrays = MODEL.evaluate(columns, FLOWS, horizon(columns))
    longest = max(scenario.months_to_amortize for scenario in RANDOM)
    arrays = {name: [np.broadcast_to(values, len(RANDOM)) for values in rows] for name, rows in arrays.items()}
    for index, scenario in enumerate(RANDOM):
        alone = rows_of(scenario.inputs())
        found = {name: [float(values[index]) for values in rows] for name, rows in arrays.items()}
        months = scenario.months_to_amortize + 1
        assert all(found["net_cash_flow"][month] == 0 for month in range(months, longest + 1))
        assert_equal_rows({name: row[:months] for name, row in found.items()}, alone)


@pytest.mark.slow
@SIXTY
@given(scenarios())
@example(DYING_OUT)
def test_floats_equal_arrays_over_the_legal_ranges(scenario: Scenario) -> None:
    inputs = scenario.inputs()
    array = {
        name: value if isinstance(value, str) else np.full(2, math.nan if value is None else value, dtype=float)
        for name, value in inputs.items()
    }
    with np.errstate(all="ignore"):
        rows = MODEL.evaluate(array, FLOWS, horizon(array))
    found = {name: [float(np.broadcast_to(value, 2)[1]) for value in row] for name, row in rows.items()}
    assert_equal_rows(found, rows_of(inputs))


@SIXTY
@given(scenarios())
def test_net_roi_is_the_sum_of_the_flows(scenario: Scenario) -> None:
    flows = cash_flow(scenario.inputs())
    assert len(flows) == scenario.months_to_amortize + 1
    assert appraise(scenario).net_roi == pytest.approx(math.fsum(flows), rel=1e-9, abs=1e-9 * sum(map(abs, flows)))


@pytest.mark.slow
@SIXTY
@given(scenarios(), st.floats(0.01, 1e6))
def test_payback_is_monotone_in_cost(scenario: Scenario, more: float) -> None:
    dearer = scenario.with_inputs(other_upfront_cost=scenario.other_upfront_cost + more)
    soon, late = appraise(scenario).payback_months, appraise(dearer).payback_months
    assert late == math.inf or late >= soon - 1e-9 * max(1.0, soon)


@SIXTY
@given(scenarios())
def test_the_benefit_less_the_cost_is_the_net_roi(scenario: Scenario) -> None:
    result = appraise(scenario)
    scale = sum(map(abs, result.cash_flow)) + abs(result.total_cost)
    parts = result.monthly_inference_savings + result.monthly_review_savings
    assert result.total_benefit - result.total_cost == pytest.approx(result.net_roi, abs=1e-9 * scale)
    spending = sum(sum(map(abs, row)) for row in rows_of(scenario.inputs()).values())
    assert parts * result.months == pytest.approx(result.total_benefit, rel=1e-9, abs=1e-9 * (scale + spending))


# --- what single inputs do -------------------------------------------------------------------------------


def flows_with(**changes: Any) -> list[float]:
    return cash_flow(REFERENCE.with_inputs(**changes).inputs())


def test_the_reference_flows() -> None:
    assert cash_flow(REFERENCE.inputs()) == pytest.approx([-42.72] + [1490.0] * 12)


def test_a_delay_beyond_the_horizon_moves_no_traffic() -> None:
    assert flows_with(go_live_delay=12) == pytest.approx([-42.72] + [0] * 12)
    assert flows_with(go_live_delay=600, storage_timing="monthly") == pytest.approx([-36] + [-0.56] * 12)


def test_a_ramp_of_one_month_is_none() -> None:
    assert flows_with(ramp_months=1) == flows_with()


def test_a_ramp_moves_traffic_in_equal_steps_from_go_live_on() -> None:
    assert flows_with(go_live_delay=2, ramp_months=4)[1:7] == pytest.approx([0, 0, 372.5, 745, 1117.5, 1490])


def test_a_ramp_longer_than_the_horizon_stays_below_one() -> None:
    assert flows_with(ramp_months=120)[12] == pytest.approx(149)


def test_growth_runs_before_go_live_too() -> None:
    assert flows_with(go_live_delay=3, monthly_growth=0.5)[4] == pytest.approx(1490 * 1.5**3)


def test_prices_change_by_the_year_and_not_in_the_first_month() -> None:
    rows = rows_of(REFERENCE.with_inputs(months=25, baseline_price_change=-0.5, finetuned_price_change=9).inputs())
    assert [rows["baseline_spend"][month] for month in (1, 13, 25)] == pytest.approx([1500, 750, 375])
    assert [rows["finetuned_spend"][month] for month in (1, 13, 25)] == pytest.approx([250, 2500, 25000])


def test_a_price_change_falls_on_every_price_of_a_mix() -> None:
    mix = {"input_tokens": 1000, "output_tokens": 100, "input_price_per_m": 2, "output_price_per_m": 8}
    scenario = REFERENCE.with_inputs(
        months=13,
        baseline_price_change=-0.5,
        tokens_per_call=600,
        **{f"baseline_{name}": value for name, value in mix.items()},
    )
    rows = rows_of(scenario.inputs())
    assert rows["baseline_spend"][1] == pytest.approx(5_000_000 * 0.0028)
    assert rows["baseline_spend"][13] == pytest.approx(5_000_000 * 0.0014)


def test_drift_starts_after_the_first_month_of_traffic_and_ends_at_a_retraining() -> None:
    rows = rows_of(
        REFERENCE.with_inputs(
            go_live_delay=1, monthly_gain_decay=0.5, retraining_interval=3, retraining_cost=7
        ).inputs()
    )
    assert rows["review_savings"][1:9] == pytest.approx([0, 240, 120, 60, 240, 120, 60, 240])
    assert [month for month, cost in enumerate(rows["running_cost"]) if cost] == [4, 7, 10]


def test_a_retraining_that_falls_on_the_last_month_is_not_done() -> None:
    rows = rows_of(REFERENCE.with_inputs(retraining_interval=6, retraining_cost=7).inputs())
    assert [month for month, cost in enumerate(rows["running_cost"]) if cost] == [6]


def test_a_retraining_cost_without_an_interval_is_never_paid() -> None:
    assert flows_with(retraining_cost=1e6) == flows_with()


def test_a_negative_improvement_neither_drifts_nor_is_cut_by_the_benefit_risk() -> None:
    rows = rows_of(
        REFERENCE.with_inputs(accuracy=-0.5, monthly_gain_decay=0.9, benefit_risk=0.5, cost_risk=0.1).inputs()
    )
    assert rows["added_review"][1:] == pytest.approx([1000] * 12)
    assert rows["net_cash_flow"][5] == pytest.approx(1500 * 0.5 - (250 + 1000) * 1.1)


def test_risk_falls_on_the_whole_avoided_and_the_whole_new_bill() -> None:
    flows = flows_with(benefit_risk=0.1, cost_risk=0.2, operations_monthly_cost=100)
    assert flows[0] == pytest.approx(-42.72 * 1.2)
    assert flows[1] == pytest.approx((1500 + 240) * 0.9 - (250 + 100) * 1.2)


FLEET = {
    "serving": "self_hosted",
    "serving_gpu_hourly_rate": 3,
    "serving_tokens_per_second": 2500,
    "tokens_per_call": 650,
}
CAPACITY = 2500 * 0.6 * 730 * 3600 / (650 * 3)
"""Calls a month of one replica: 2 021 538."""


@pytest.mark.parametrize(
    ("calls", "gpus"),
    [(0, 1), (1, 1), (CAPACITY, 1), (CAPACITY * (1 + 1e-11), 2), (CAPACITY * 2, 2), (10_000_000, 5)],
)
def test_a_fleet_has_whole_replicas_for_the_peak(calls: float, gpus: int) -> None:
    rows = rows_of(REFERENCE.with_inputs(calls=calls, **FLEET).inputs())
    assert rows["finetuned_spend"][1:] == pytest.approx([gpus * 2190] * 12)


def test_a_need_that_is_whole_up_to_rounding_starts_no_further_replica() -> None:
    """Five replicas, for calls that need exactly as many; binary says a bit more."""
    calls = 700 * 0.7 * 730 * 3600 * 5 / (650 * 3)
    scenario = REFERENCE.with_inputs(calls=calls, **{**FLEET, "serving_tokens_per_second": 700}, target_utilisation=0.7)
    assert math.ceil(calls * (650 * 3 / (700 * 0.7 * 730 * 3600))) == 6
    assert rows_of(scenario.inputs())["finetuned_spend"][1] == pytest.approx(5 * 2190)


def test_a_fleet_runs_from_go_live_on_with_its_smallest_size() -> None:
    rows = rows_of(
        REFERENCE.with_inputs(calls=1, go_live_delay=2, min_replicas=3, gpus_per_replica=8, **FLEET).inputs()
    )
    assert rows["finetuned_spend"][:4] == pytest.approx([0, 0, 0, 24 * 2190])


def test_a_fleet_serves_the_tokens_of_the_fine_tuned_mix_unless_told() -> None:
    mix = {
        "finetuned_input_tokens": 1000,
        "finetuned_output_tokens": 300,
        "finetuned_input_price_per_m": 0,
        "finetuned_output_price_per_m": 0,
    }
    of_the_mix = rows_of(REFERENCE.with_inputs(calls=10_000_000, **FLEET, **mix).inputs())
    told = rows_of(REFERENCE.with_inputs(calls=10_000_000, serving_tokens_per_call=650, **FLEET, **mix).inputs())
    assert of_the_mix["finetuned_spend"][1] == pytest.approx(10 * 2190)
    assert told["finetuned_spend"][1] == pytest.approx(5 * 2190)


def test_the_fine_tuned_price_does_not_enter_a_fleet() -> None:
    assert flows_with(finetuned_cost=9, finetuned_price_change=1, **FLEET) == flows_with(finetuned_cost=0, **FLEET)


def test_the_closed_form_has_no_monthly_equation() -> None:
    assert not LEVEL.monthly
    assert MODEL.monthly >= {"net_cash_flow", "calls_served", "review_savings"}


# --- pay, GPU prices, parallel running, review by the call -------------------------------------------


def test_pay_moves_review_operations_and_retraining_and_no_price() -> None:
    """Pay doubles in a year: month 13 costs and saves twice what month 1 does; bills and the hosting fee stay."""
    s = REFERENCE.with_inputs(
        months=14,
        pay_change=1,
        operations_monthly_cost=100,
        hosting_monthly_fee=7,
        retraining_interval=12,
        retraining_cost=50,
    )
    rows = rows_of(s.inputs())
    assert rows["review_savings"][1] == pytest.approx(240) and rows["review_savings"][13] == pytest.approx(480)
    assert rows["running_cost"][1] == pytest.approx(107) and rows["running_cost"][13] == pytest.approx(207)
    assert rows["running_cost"][12] == pytest.approx(150 * 2 ** (11 / 12) + 7)
    assert rows["baseline_spend"][13] == rows["baseline_spend"][1] and rows["finetuned_spend"][13] == 250


def test_the_price_of_the_fleets_gpus_halves_in_a_year() -> None:
    fleet = {"serving": "self_hosted", "serving_gpu_hourly_rate": 2, "serving_tokens_per_second": 5000}
    rows = rows_of(REFERENCE.with_inputs(months=25, serving_gpu_price_change=-0.5, **fleet).inputs())
    assert [rows["finetuned_spend"][month] for month in (1, 13, 25)] == pytest.approx([1460, 730, 365])


def test_in_the_parallel_months_both_bills_are_paid_and_the_training_ages() -> None:
    """Live from month 3 on, alone from month 5 on: its review saving has drifted for two months by then."""
    s = REFERENCE.with_inputs(go_live_delay=2, parallel_months=2, monthly_gain_decay=0.1, operations_monthly_cost=10)
    rows = rows_of(s.inputs())
    assert rows["baseline_spend"][:6] == [0, 0, 0, 0, 0, pytest.approx(1500)]
    assert rows["review_savings"][:6] == [0, 0, 0, 0, 0, pytest.approx(240 * 0.81)]
    assert rows["finetuned_spend"][:6] == pytest.approx([0, 0, 0, 250, 250, 250])
    assert rows["running_cost"][:6] == pytest.approx([0, 0, 0, 10, 10, 10])
    worse = rows_of(s.with_inputs(accuracy_improvement_percent=-0.12).inputs())
    assert worse["added_review"][:6] == [0, 0, 0, 0, 0, pytest.approx(240)]


def test_review_by_the_call_follows_the_calls() -> None:
    given = {**REFERENCE.given(), "monthly_review_cost": 0, "review_cost_per_call": 0.0004}
    rows = rows_of(Scenario(**given).with_inputs(calls=10_000_000, monthly_growth=0.1).inputs())
    assert rows["review_savings"][1] == pytest.approx(480) and rows["review_savings"][3] == pytest.approx(480 * 1.21)
