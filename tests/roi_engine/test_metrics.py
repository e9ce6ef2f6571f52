"""The metrics of a cash flow: by hand, at their edges, on arrays as on floats."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine import (
    REFERENCE,
    Scenario,
    appraise,
    appraise_many,
    discounted_payback,
    irr,
    mirr,
    monthly_rate,
    npv,
    payback,
)
from roi_engine.appraisal import METRICS, find_metric
from roi_engine.errors import UnknownName
from roi_engine.metrics import annual_rate, beyond_horizon, equivalent_monthly
from tests.examples import examples
from tests.roi_engine import model_by_hand
from tests.roi_engine.legal_scenarios import SIXTY, scenarios

TENTH_A_MONTH = 1.1**12 - 1

FLOWS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=40)
RATES = st.floats(-0.9, 10)


def many_flows(count: int = 3, length: int = 25) -> list[np.ndarray[Any, Any]]:
    chance = np.random.default_rng(11)
    return [chance.integers(-100, 100, count).astype(float) for _ in range(length)]


# --- NPV -------------------------------------------------------------------------------------------------


@given(RATES, FLOWS)
def test_npv_by_hand(rate: float, flows: list[int]) -> None:
    scale = sum(abs(flow) * (1 + rate) ** (-month / 12) for month, flow in enumerate(flows))
    assert npv(rate, flows) == pytest.approx(model_by_hand.npv(rate, flows), rel=1e-9, abs=1e-9 * (scale + 1))


@given(RATES, st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=1), st.integers(-9, 9))
def test_npv_is_linear_in_the_flows(rate: float, pairs: list[tuple[int, int]], factor: int) -> None:
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    together = npv(rate, [factor * a + b for a, b in pairs])
    scale = npv(rate, [abs(factor * a) + abs(b) for a, b in pairs])
    assert together == pytest.approx(factor * npv(rate, one) + npv(rate, other), abs=1e-11 * (1 + scale))


def test_month_0_is_not_discounted_and_at_rate_0_nothing_is() -> None:
    assert npv(0.5, [-100]) == -100
    assert npv(0.0, [-100, 40, 40, 40]) == 20
    assert npv(TENTH_A_MONTH, [-300, 110, 121, 133.1]) == pytest.approx(0, abs=1e-10)


@given(FLOWS)
def test_npv_at_the_irr_is_zero(flows: list[int]) -> None:
    rate = irr(flows)
    if rate is not None and -0.5 < rate < 1e3:  # below, the annual rate is −1 within rounding
        scale = sum(abs(flow) * (1 + rate) ** -month for month, flow in enumerate(flows))
        assert npv(annual_rate(rate), flows) == pytest.approx(0, abs=1e-7 * scale)


@pytest.mark.slow
@SIXTY
@given(scenarios())
def test_npv_at_the_irr_of_a_scenario_is_zero(scenario: Scenario) -> None:
    result = appraise(scenario)
    rate = result.irr_monthly
    if rate is not None and -0.5 < rate < 10:
        scale = sum(abs(flow) * (1 + rate) ** -month for month, flow in enumerate(result.cash_flow))
        assert result.npv(result.irr_annual) == pytest.approx(0, abs=1e-7 * scale)


def test_rates_per_month_and_per_year_are_inverse() -> None:
    for rate in (-0.99, -0.5, 0.0, 0.1, 10.0):
        assert annual_rate(monthly_rate(rate)) == pytest.approx(rate)
    assert monthly_rate(0.1) == pytest.approx(0.00797414042890376, rel=1e-12)


# --- payback ---------------------------------------------------------------------------------------------


@examples(500)
@given(FLOWS)
def test_payback_by_hand(flows: list[int]) -> None:
    assert payback(flows) == pytest.approx(model_by_hand.payback([float(flow) for flow in flows]))


@given(FLOWS, st.floats(-0.5, 3))
def test_discounted_payback_is_the_payback_of_the_discounted_flows_within_the_horizon(
    flows: list[int], rate: float
) -> None:
    discounted = [flow * (1 + rate) ** (-month / 12) for month, flow in enumerate(flows)]
    expected = model_by_hand.payback(discounted)
    if expected > len(flows) - 1:
        expected = math.inf
    assert discounted_payback(rate, flows) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("flows", "months"),
    [
        ([-100, 40, 40, 40], 2.5),
        ([-100, 50, 50], 2),  # at a whole month
        ([0, 10, 10], 0),  # never negative
        ([10, -5, -5, 10], 0),  # back to zero counts as not negative
        ([10, -15, 10], 1.5),  # negative only later
        ([-100, 120, -50, 100], 2.3),  # recovered, lost and recovered for good
        ([-100, 30, 30], 2 + 40 / 30),  # beyond the horizon, at the last month's pace
        ([-100, 300, -250, 10], 3 + 40 / 10),
        ([-100, 50, 0], math.inf),  # nothing comes in the last month
        ([-100, 50, -1], math.inf),
        ([-100], math.inf),
        ([0, 0, 0], math.inf),  # all flows zero
        ([0], math.inf),
        ([5, 5], 0),
        ([-0.1, 0.1 / 3, 0.1 / 3, 0.1 / 3], 3),  # −2.8e-17 at the end is rounding
        ([-1e12, 1e12 / 3, 1e12 / 3, 1e12 / 3], 3),
        ([-1e-13, 0], 0),  # below 1e-12 of 1: nothing
    ],
)
def test_payback_at_its_edges(flows: list[float], months: float) -> None:
    assert payback(flows) == pytest.approx(months)


def test_payback_beyond_the_horizon_is_told_from_never() -> None:
    assert beyond_horizon(12.1, 12)
    assert not beyond_horizon(12, 12)
    assert not beyond_horizon(math.inf, 12)


def test_discounted_payback_does_not_look_beyond_the_horizon() -> None:
    assert discounted_payback(0.0, [-100, 30, 30]) == math.inf
    assert payback([-100, 30, 30]) == pytest.approx(2 + 40 / 30)
    assert discounted_payback(TENTH_A_MONTH, [-300, 110, 121, 133.1]) == pytest.approx(3)
    assert discounted_payback(0.1, [0, 0]) == math.inf


# --- MIRR ------------------------------------------------------------------------------------------------


def test_mirr_by_hand() -> None:
    # 60 · 1.1 + 60 reinvested at 10 % a month; 100 + 50/1.21 financed
    assert mirr([-100, 60, 60], 0.0, TENTH_A_MONTH) == pytest.approx((126 / 100) ** 0.5 - 1)
    assert mirr([-100, 200, -50], TENTH_A_MONTH, 0.0) == pytest.approx((200 / (100 + 50 / 1.21)) ** 0.5 - 1)


@pytest.mark.parametrize("flows", [[1, 2, 3], [-1, -2], [0, 0], [0, 5]], ids=str)
def test_mirr_needs_both_signs(flows: list[float]) -> None:
    assert math.isnan(mirr(flows, 0.1, 0.1))


def test_mirr_at_the_irr_is_the_irr() -> None:
    flows = [-300, 110, 121, 133.1]
    assert mirr(flows, TENTH_A_MONTH, TENTH_A_MONTH) == pytest.approx(irr(flows))


# --- the metrics of a scenario ---------------------------------------------------------------------------


def test_undefined_is_none_and_never_is_infinite() -> None:
    free = appraise(REFERENCE.with_inputs(training_hours=0, storage_gb=0))
    assert free.roi is None and free.profitability_index() is None
    assert free.irr_monthly is None and free.irr_annual is None
    assert free.mirr_monthly() is None and free.mirr_annual() is None
    assert free.payback_months == 0
    idle = appraise(REFERENCE.with_inputs(calls=0, accuracy=0))
    assert idle.payback_months == idle.discounted_payback_months() == math.inf
    nothing = appraise(REFERENCE.with_inputs(training_hours=0, storage_gb=0, calls=0, accuracy=0))
    assert nothing.payback_months == math.inf and nothing.net_roi == 0 and not nothing.worthwhile
    assert nothing.roi is None


def test_roi_counts_running_costs_and_roi_total_serving_too() -> None:
    result = appraise(REFERENCE.with_inputs(operations_monthly_cost=100, cost_risk=0.1))
    cost = (42.72 + 1200) * 1.1
    assert result.total_cost == pytest.approx(cost)
    assert result.roi == pytest.approx(result.net_roi / cost)
    assert result.roi_total == pytest.approx(result.net_roi / ((42.72 + 1200 + 250 * 12) * 1.1))


def test_the_cost_of_errors_is_a_cost_of_no_month_but_of_the_flows() -> None:
    """A negative review saving lowers the benefit; it is in no denominator."""
    result = appraise(REFERENCE.with_inputs(accuracy=-0.1))
    assert result.total_cost == pytest.approx(42.72)
    assert result.monthly_review_savings == pytest.approx(-200)


def test_profitability_index_is_undefined_without_an_outlay_at_month_0_only() -> None:
    monthly = REFERENCE.with_inputs(training_hours=0, storage_timing="monthly")
    assert appraise(monthly).profitability_index() is None
    assert appraise(monthly).roi is not None


@pytest.mark.parametrize("rate", [-0.5, 0.0, 1e-9, 0.1, 10.0])
def test_the_equivalent_monthly_value_has_the_same_present_value(rate: float) -> None:
    result = appraise(REFERENCE)
    level = [0.0] + [result.equivalent_monthly(rate)] * 12
    assert npv(rate, level) == pytest.approx(result.npv(rate), rel=1e-9)
    assert equivalent_monthly(120.0, 0.0, 12) == 10


def test_an_ambiguous_irr_is_flagged() -> None:
    # −800, 7590, −14281, 7590: 10 %, 20 % and 618.75 % a month
    several = Scenario(
        training_hours=800,
        gpu_hourly_rate=1,
        storage_gb=0,
        storage_monthly_rate=0,
        calls=1000,
        baseline_cost=7590,
        finetuned_cost=0,
        accuracy=0,
        review_cost=0,
        months=3,
        retraining_interval=2,
        retraining_cost=21871,
    )
    assert appraise(several).irr_is_ambiguous
    assert appraise(several).irr_monthly is None and appraise(several).irr_reason == "several rates"
    assert appraise(REFERENCE).irr_reason == ""
    assert not appraise(REFERENCE).irr_is_ambiguous


def test_a_net_roi_that_is_rounding_is_zero() -> None:
    even = Scenario(
        training_hours=0.3,
        gpu_hourly_rate=1,
        storage_gb=0,
        storage_monthly_rate=0,
        calls=100,
        baseline_cost=1,
        finetuned_cost=0,
        accuracy=0,
        review_cost=0,
        months=3,
    )
    assert math.fsum(appraise(even).cash_flow) != 0
    assert appraise(even).net_roi == 0
    assert appraise(even).payback_months == 3
    assert not appraise(even).worthwhile


def test_every_metric_has_a_name_a_label_and_a_quantity() -> None:
    assert list(METRICS) == [
        "NETROI", "ROI", "PAYBACK", "NPV", "DPAYBACK", "IRR", "MIRR", "PI", "BENEFIT", "UPFRONT", "TOTALCOST",
        "EQUIVMONTHLY",
    ]  # fmt: skip
    result = appraise(REFERENCE)
    for name, metric in METRICS.items():
        assert metric.name == name and metric.label and metric.quantity.name
        assert isinstance(metric.of(result), float)


def test_a_metric_is_found_in_any_case_and_guessed_when_misspelt() -> None:
    assert find_metric(" npv ").name == "NPV"
    with pytest.raises(UnknownName, match=r'no metric "PAYBAK"\. Did you mean "PAYBACK"\?.*Known: NETROI, ROI'):
        find_metric("PAYBAK")


# --- arrays ----------------------------------------------------------------------------------------------


def test_arrays_give_what_floats_give() -> None:
    rows = many_flows()
    arrays = {
        "npv": npv(0.2, rows),
        "payback": payback(rows),
        "discounted": discounted_payback(0.2, rows),
        "mirr": mirr(rows, 0.1, 0.2),
    }
    for index in range(3):
        flows = [float(row[index]) for row in rows]
        assert arrays["npv"][index] == pytest.approx(npv(0.2, flows))
        assert arrays["payback"][index] == pytest.approx(payback(flows))
        assert arrays["discounted"][index] == pytest.approx(discounted_payback(0.2, flows))
        assert arrays["mirr"][index] == pytest.approx(mirr(flows, 0.1, 0.2), nan_ok=True)


def test_scenarios_of_different_horizons_pay_back_beyond_their_own() -> None:
    several = {"months_to_amortize": [6, 12, 24], "training_hours": [20_000, 20_000, 20_000]}
    found = appraise_many(REFERENCE, several, ["payback_months", "discounted_payback_months"])
    for index, months in enumerate(several["months_to_amortize"]):
        alone = appraise(REFERENCE.with_inputs(months=months, training_hours=20_000))
        assert found["payback_months"][index] == pytest.approx(alone.payback_months)
        assert found["discounted_payback_months"][index] == pytest.approx(alone.discounted_payback_months())


def test_every_pair_of_signs_pays_back_as_by_hand() -> None:
    """All flows of five months out of −2, −1, 0, 1, 3."""
    for flows in itertools.product([-2.0, -1.0, 0.0, 1.0, 3.0], repeat=5):
        assert payback(list(flows)) == pytest.approx(model_by_hand.payback(list(flows))), flows
