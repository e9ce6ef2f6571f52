"""Break-even: the closed forms of the level case as an independent check, and every kind of edge."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given

from roi_engine import REFERENCE, BreakEven, Scenario, UnknownName, appraise, break_even, what_if
from roi_engine.errors import OutOfRange
from tests.examples import examples
from tests.roi_engine.legal_scenarios import level_scenarios

THREE_MONTHS = Scenario(
    training_hours=300,
    gpu_hourly_rate=1,
    storage_gb=0,
    storage_monthly_rate=0,
    calls=1000,
    baseline_cost=120,
    finetuned_cost=10,
    accuracy=0,
    review_cost=0,
    months=3,
)
"""Flows −300, 110, 110, 110."""


def closed_forms(s: Scenario) -> dict[str, float]:
    """Where the net return of a level scenario is zero, input by input."""
    upfront = s.training_hours * s.gpu_hourly_rate + s.storage_gb * s.storage_monthly_rate * s.months_to_amortize
    monthly, k = upfront / s.months_to_amortize, s.tokens_per_call / 1000
    old, new = s.baseline_cost_per_1k_tokens, s.finetuned_cost_per_1k_tokens
    calls, review = s.baseline_monthly_api_calls, s.monthly_review_cost
    avoided = review * s.accuracy_improvement_percent
    benefit = calls * k * (old - new) + avoided
    return {
        "baseline_monthly_api_calls": (monthly - avoided) / (k * (old - new)),
        "accuracy_improvement_percent": (monthly - calls * k * (old - new)) / review,
        "finetuned_cost_per_1k_tokens": old + (avoided - monthly) / (calls * k),
        "baseline_cost_per_1k_tokens": new + (monthly - avoided) / (calls * k),
        "gpu_hourly_rate": (s.months_to_amortize * benefit - upfront + s.training_hours * s.gpu_hourly_rate)
        / s.training_hours,
    }


def paying_side(found: BreakEven, scenario: Scenario) -> bool:
    """Whether a step to the paying side pays, and one to the other does not."""
    step = max(abs(found.value) * 1e-6, 1e-9)
    up = what_if(scenario, "NETROI", **{found.input_name: found.value + step})
    down = what_if(scenario, "NETROI", **{found.input_name: found.value - step})
    return (up > 0 > down) if found.pays_above else (down > 0 > up)


@pytest.mark.full(seconds=8)
@examples(60)
@given(level_scenarios())
def test_the_closed_forms(scenario: Scenario) -> None:
    assume(scenario.training_hours and scenario.monthly_review_cost and scenario.baseline_monthly_api_calls)
    assume(scenario.baseline_cost_per_1k_tokens != scenario.finetuned_cost_per_1k_tokens)
    for name, expected in closed_forms(scenario).items():
        found = break_even(scenario, name)
        low, high = (-1e9, 1) if name == "accuracy_improvement_percent" else (0, math.inf)
        at_the_edge = min(abs(expected - low), abs(expected - high)) < 1e-9
        if low < expected < high and not at_the_edge:
            assert found.verdict == "crosses" and not found.several, name
            assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-9), name
        elif not at_the_edge:
            assert found.verdict in ("always", "never"), name
            assert (found.verdict == "always") == (appraise(scenario).net_roi >= 0), name


@pytest.mark.parametrize(
    ("name", "value", "pays_above"),
    [
        ("finetuned_cost", 0.347288, False),
        ("baseline_cost", 0.002712, True),
        ("gpu_hourly_rate", 744.72, False),
        ("accuracy", -0.62322, True),
        ("training_hours", 11915.52, False),
    ],
)
def test_the_reference(name: str, value: float, pays_above: bool) -> None:
    found = break_even(REFERENCE, name)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.verdict == "crosses" and found.pays_above is pays_above and not found.several
    assert paying_side(found, REFERENCE)


@pytest.mark.parametrize(
    ("changes", "name", "verdict"),
    [
        ({}, "calls", "always"),  # −945 760 calls
        ({}, "months", "always"),
        ({}, "monthly_growth", "always"),
        ({"finetuned_cost": 0.4, "review_cost": 0}, "calls", "never"),
        ({"finetuned_cost": 0.4, "review_cost": 0}, "training_hours", "never"),
        ({}, "model_size_b", "undefined"),
        ({}, "discount_rate", "undefined"),
        ({}, "serving_gpu_hourly_rate", "undefined"),
        ({"review_cost": 0}, "accuracy", "undefined"),
        ({"calls": 0}, "baseline_cost", "undefined"),
    ],
)
def test_without_a_crossing(changes: dict[str, Any], name: str, verdict: str) -> None:
    found = break_even(REFERENCE.with_inputs(**changes), name)
    assert (found.verdict, found.value, found.pays_above) == (verdict, None, None)


@pytest.mark.parametrize("metric", ["NETROI", "NPV", "npv"])
@pytest.mark.parametrize("name", ["gpu_hourly_rate", "finetuned_cost", "baseline_cost", "training_hours"])
def test_at_the_break_even_the_metric_is_zero(metric: str, name: str) -> None:
    found = break_even(REFERENCE, name, metric)
    assert what_if(REFERENCE, metric, **{name: found.value}) == pytest.approx(0, abs=1e-8)


def test_npv_over_the_discount_rate_is_the_irr() -> None:
    loss = REFERENCE.with_inputs(training_hours=20_000)
    assert break_even(loss, "discount_rate", "NPV").value == pytest.approx(appraise(loss).irr_annual, rel=1e-9)


@pytest.mark.parametrize(
    ("scenario", "name", "value", "pays_above"),
    [
        (THREE_MONTHS, "months", 3, True),  # 300/110 = 2.7
        (THREE_MONTHS, "gpu_count", 1, False),
        (THREE_MONTHS.with_inputs(gpu_hourly_rate=0.01), "training_runs", 110, False),  # 330/3
        (THREE_MONTHS, "go_live_delay", 0, False),
        (THREE_MONTHS, "ramp_months", 1, False),
        (REFERENCE.with_inputs(training_hours=20_000), "months", 21, True),
    ],
)
def test_a_whole_number_is_the_first_that_pays(scenario: Scenario, name: str, value: int, pays_above: bool) -> None:
    found = break_even(scenario, name)
    assert (found.verdict, found.value, found.pays_above) == ("crosses", value, pays_above)
    other = value - 1 if pays_above else value + 1
    assert what_if(scenario, "NETROI", **{name: value}) >= 0
    assert what_if(scenario, "NETROI", **{name: other}) < 0


def test_a_net_of_exactly_zero_pays() -> None:
    even = THREE_MONTHS.with_inputs(training_hours=330)
    assert break_even(even, "months").value == 3


# --- jumps: a fleet of whole replicas --------------------------------------------------------------------


def fleet(calls: float, **changes: Any) -> Scenario:
    """Self-hosting alone against an API at 0.0012 a call: 2190 a replica and 1000 a month, capacity 2 021 538."""
    values = {
        "training_hours": 0,
        "gpu_hourly_rate": 0,
        "storage_gb": 0,
        "storage_monthly_rate": 0,
        "calls": calls,
        "baseline_cost": 0.0012 / 0.65,
        "tokens_per_call": 650,
        "accuracy": 0,
        "review_cost": 0,
        "months": 12,
        "serving": "self_hosted",
        "serving_gpu_hourly_rate": 3,
        "serving_tokens_per_second": 2500,
        "operations_monthly_cost": 1000,
    }
    return Scenario(**{**values, **changes})


CAPACITY = 2500 * 0.6 * 730 * 3600 / (650 * 3)


@pytest.mark.parametrize(
    ("base", "value", "pays_above"),
    [
        (10.0e6, (5 * 2190 + 1000) / 0.0012, True),  # into the window 9.96 … 10.11 million
        (10.1e6, 5 * CAPACITY, False),  # out of it, at the jump to six replicas
        (11.9e6, (6 * 2190 + 1000) / 0.0012, True),
        (12.1e6, 6 * CAPACITY, False),
        (30.0e6, 26.3833e6, True),  # from here on it always wins
    ],
)
def test_of_several_crossings_the_nearest_and_a_flag(base: float, value: float, pays_above: bool) -> None:
    found = break_even(fleet(base), "calls")
    assert found.several and found.pays_above is pays_above
    assert found.value == pytest.approx(value, rel=1e-5 if base == 30e6 else 1e-9)


@pytest.mark.parametrize(("base", "name"), [(10.1e6, "calls"), (12.1e6, "calls"), (1.3e7, "serving_tokens_per_second")])
def test_at_a_jump_the_value_is_on_the_paying_side(base: float, name: str) -> None:
    scenario = fleet(base)
    found = break_even(scenario, name)
    assert what_if(scenario, "NETROI", **{name: found.value}) >= 0
    assert paying_side(found, scenario)


def test_the_smallest_fleet() -> None:
    """One replica, 3190 a month, pays from 750 588 calls at 0.00425 on; with n replicas the bill is n · 2190 + 1000."""
    scenario = fleet(1e6, baseline_cost=0.00425 / 0.65)
    assert break_even(scenario, "calls").value == pytest.approx(3190 / 0.00425)
    assert break_even(scenario, "min_replicas").value == 1
    assert break_even(scenario.with_inputs(calls=2e6), "min_replicas").value == 3  # 8500 = 3.4 · 2190 + 1000


def test_a_fleet_without_throughput_is_no_crossing() -> None:
    """At zero tokens per second a fleet would be free; that is not legal, so it is not looked at."""
    scenario = fleet(3e7)
    found = break_even(scenario, "serving_tokens_per_second")
    assert found.verdict == "crosses" and found.pays_above
    # 35 000 − 1000 pay for 15 replicas of 2190, not for 16
    assert found.value == pytest.approx(2500 * 3e7 / (15 * CAPACITY), rel=1e-9)
    assert not found.several


def test_a_retraining_interval_pays_on_both_sides_of_a_loss() -> None:
    scenario = THREE_MONTHS.with_inputs(retraining_interval=2, retraining_cost=50)
    found = break_even(scenario, "retraining_interval")
    assert (found.value, found.pays_above, found.several) == (3, True, True)
    found = break_even(scenario.with_inputs(retraining_interval=0), "retraining_interval")
    assert (found.value, found.pays_above, found.several) == (0, False, True)


# --- names -----------------------------------------------------------------------------------------------


def test_an_input_without_a_number_has_no_break_even() -> None:
    for name in ("serving", "currency", "baseline_input_tokens"):
        with pytest.raises(OutOfRange, match=f"{name} holds no number"):
            break_even(REFERENCE, name)


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match='no input "colour"'):
        break_even(REFERENCE, "colour")
    with pytest.raises(UnknownName, match='no metric "PROFIT"'):
        break_even(REFERENCE, "calls", "PROFIT")
    with pytest.raises(UnknownName, match="NETROI and NPV, not for PAYBACK"):
        break_even(REFERENCE, "calls", "PAYBACK")


def test_a_label_or_short_name_gives_the_inputs_own_name() -> None:
    assert break_even(REFERENCE, "Training GPU price").input_name == "gpu_hourly_rate"
