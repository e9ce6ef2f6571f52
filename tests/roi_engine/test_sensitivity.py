"""What-if, the tornado's ends and bars, and a change by a fraction."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine import INPUTS, METRICS, REFERENCE, Range, ScenarioError, UnknownName, appraise, tornado, what_if
from roi_engine.errors import OutOfRange
from roi_engine.sensitivity import changed_by, legal_bounds, low_and_high, moved_input
from roi_engine.value import minimum
from tests.random_scenarios import random_scenarios


@pytest.mark.parametrize(
    ("base", "change", "value"),
    [
        (12, -0.2, 10),  # 9.6
        (12, 0.2, 14),  # 14.4
        (12, 0.0, 12),
        (1, 0.2, 2),  # at least one step
        (1, -0.2, 1),  # not below the lowest
        (600, 0.2, 600),  # not above the highest
        (590, 0.2, 600),
        (5, 0.5, 7),  # 7.5: a half goes down
        (2, -0.01, 1),
        (10, -0.1, 9),
        (60, -0.7, 18),
    ],
)
def test_a_whole_number_moves_to_the_nearest_and_at_least_one_step(base: int, change: float, value: int) -> None:
    assert moved_input(INPUTS["months_to_amortize"], base, change) == value


@pytest.mark.parametrize(
    ("name", "base", "change", "value"),
    [
        ("training_hours", 24, 0.2, 28.8),
        ("training_hours", 24, -2.0, 0),
        ("accuracy_improvement_percent", 0.9, 0.2, 1),
        ("accuracy_improvement_percent", -0.5, 0.2, -0.4),
        ("target_utilisation", 0.6, 1.0, 1),
        ("discount_rate", 0.1, -0.2, 0.08),
        ("go_live_delay", 1, -0.2, 0),
        ("gpu_count", 1, -0.2, 1),
    ],
)
def test_values_are_clamped_to_the_legal_range(name: str, base: float, change: float, value: float) -> None:
    assert moved_input(INPUTS[name], base, change) == pytest.approx(value)


@given(st.sampled_from([each for each in INPUTS.values() if each.numeric]), st.floats(-3, 3), st.floats(0, 700))
def test_a_moved_input_is_always_legal(declared: object, change: float, base: float) -> None:
    base = float(minimum(base, declared.quantity.clamp(math.inf)))
    base = max(base, declared.quantity.clamp(-math.inf))
    if declared.quantity.whole:
        base = float(math.floor(base))
    low, high = legal_bounds(declared)
    value = moved_input(declared, base, change)
    assert low <= value <= high
    declared.check(value)


def test_the_horizons_bar() -> None:
    bars = {bar.name: bar for bar in tornado(REFERENCE)}
    months = bars["months_to_amortize"]
    assert (months.low, months.high) == (10, 14)
    assert months.metric_at_low == pytest.approx(14858.40)
    assert months.metric_at_high == pytest.approx(20816.16)
    assert months.swing == pytest.approx(5957.76)
    assert months.label == "Horizon"


def test_bars_fall_by_swing_and_the_inputs_order_breaks_ties() -> None:
    bars = tornado(REFERENCE)
    swings = [bar.swing for bar in bars]
    assert swings == pytest.approx(sorted(swings, reverse=True))
    order = list(INPUTS)
    for one, other in itertools.pairwise(bars):
        if math.isclose(one.swing, other.swing, rel_tol=1e-9):
            assert order.index(one.name) < order.index(other.name)


def test_zero_empty_and_text_inputs_are_left_out_and_so_is_what_moves_nothing() -> None:
    names = {bar.name for bar in tornado(REFERENCE)}
    assert not names & {"monthly_growth", "serving", "baseline_input_tokens", "currency", "discount_rate"}
    assert "discount_rate" in {bar.name for bar in tornado(REFERENCE, "NPV")}


def test_a_range_of_the_scenario_is_taken_before_the_swing() -> None:
    ranged = REFERENCE.with_inputs(ranges={"training_hours": Range(low=12, high=72)})
    assert low_and_high(ranged, INPUTS["training_hours"]) == (12, 72)
    assert low_and_high(ranged, INPUTS["gpu_hourly_rate"]) == pytest.approx((1.2, 1.8))
    bars = {bar.name: bar for bar in tornado(ranged, swing=0.5)}
    assert bars["training_hours"].swing == pytest.approx(90)
    assert bars["gpu_hourly_rate"].swing == pytest.approx(36)


def test_a_bar_that_ends_in_never_is_the_widest() -> None:
    thin = REFERENCE.with_inputs(finetuned_cost=0.29, accuracy=0)
    bars = tornado(thin, "PAYBACK")
    assert bars[0].metric_at_high == math.inf or bars[0].metric_at_low == math.inf
    assert bars[0].swing == math.inf


def test_a_bar_that_is_undefined_comes_last() -> None:
    down_to_nothing = {name: {"low": 0, "high": 30} for name in ("training_hours", "gpu_hourly_rate")}
    bars = tornado(REFERENCE.with_inputs(storage_gb=0, ranges=down_to_nothing), "ROI")
    assert [bar.name for bar in bars if math.isnan(bar.swing)] == ["training_hours", "gpu_hourly_rate"]
    assert all(math.isnan(bar.swing) for bar in bars[-2:])


@pytest.mark.parametrize("swing", [0, -0.2, 1, math.inf, math.nan])
def test_a_swing_lies_between_zero_and_one(swing: float) -> None:
    with pytest.raises(OutOfRange, match="swing"):
        tornado(REFERENCE, swing=swing)


def test_the_tornado_of_random_scenarios_is_what_if_at_both_ends() -> None:
    for scenario in random_scenarios(10, seed=5):
        for bar in tornado(scenario, "NPV"):
            if bar.name in ("serving_gpu_hourly_rate", "serving_tokens_per_second") and not (bar.low and bar.high):
                continue
            for value, metric in ((bar.low, bar.metric_at_low), (bar.high, bar.metric_at_high)):
                assert what_if(scenario, "NPV", **{bar.name: value}) == pytest.approx(metric)


def test_what_if_replaces_one_input_or_several_under_any_name() -> None:
    assert what_if(REFERENCE, "NETROI", baseline_cost=0.36) == pytest.approx(21437.28)
    assert what_if(REFERENCE, "netroi", months=24, training_hours=48) == pytest.approx(35674.56)
    assert what_if(REFERENCE, "PAYBACK", finetuned_cost=0.4) == math.inf
    assert what_if(REFERENCE, "ROI", training_hours=0, storage_gb=0) is None


def test_what_if_may_leave_the_scenarios_own_range() -> None:
    ranged = REFERENCE.with_inputs(ranges={"months_to_amortize": Range(low=6, high=18)})
    assert what_if(ranged, "NETROI", months=24) == pytest.approx(1489.44 * 24 - 36)


def test_what_if_knows_what_is_legal() -> None:
    with pytest.raises(ScenarioError, match="12 is above 1"):
        what_if(REFERENCE, "NETROI", accuracy=12)
    with pytest.raises(ScenarioError, match='no input "colour"'):
        what_if(REFERENCE, "NETROI", colour=1)
    with pytest.raises(UnknownName, match="no metric"):
        what_if(REFERENCE, "PROFIT", months=1)


@pytest.mark.parametrize("metric", METRICS)
def test_a_change_of_nothing_is_the_metric_itself(metric: str) -> None:
    assert changed_by(REFERENCE, metric, "calls", 0) == METRICS[metric].of(appraise(REFERENCE))


def test_a_change_by_a_fraction() -> None:
    assert changed_by(REFERENCE, "NETROI", "Baseline price", 0.2) == pytest.approx(21437.28)
    assert changed_by(REFERENCE.with_inputs(months=60), "NETROI", "months", -0.7) == pytest.approx(1489.44 * 18 - 36)
    with pytest.raises(OutOfRange, match=r"months_to_amortize changed by \+20%: 14\.4 is not a whole number"):
        changed_by(REFERENCE, "NETROI", "months", 0.2)
    with pytest.raises(OutOfRange, match="serving holds no number"):
        changed_by(REFERENCE, "NETROI", "serving", 0.2)
    with pytest.raises(OutOfRange, match="baseline_input_tokens holds no number"):
        changed_by(REFERENCE, "NETROI", "baseline_input_tokens", 0.2)
