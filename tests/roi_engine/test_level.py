"""The closed form of the level case equals the sums of the full model's months."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given

from roi_engine import REFERENCE, Scenario, appraise, appraise_level
from roi_engine.cashflow import LEVEL, TYPED
from roi_engine.scenario import SCENARIO_ARGUMENTS
from tests.roi_engine.legal_scenarios import FIVE_HUNDRED, level_scenarios

FIGURES = (
    "training_cost", "storage_cost", "upfront_cost", "monthly_inference_savings", "monthly_review_savings",
    "monthly_benefit", "total_benefit", "total_cost", "net_roi", "roi", "payback_months",
)  # fmt: skip


@pytest.mark.slow
@FIVE_HUNDRED
@given(level_scenarios())
def test_the_closed_form_equals_the_full_model(scenario: Scenario) -> None:
    level = LEVEL.evaluate(scenario.inputs(), FIGURES)
    full = appraise(scenario)
    bills = scenario.baseline_monthly_api_calls * scenario.tokens_per_call / 1000
    bills *= scenario.baseline_cost_per_1k_tokens + scenario.finetuned_cost_per_1k_tokens
    scale = level["upfront_cost"] + (bills + scenario.monthly_review_cost) * scenario.months_to_amortize

    def equal(name: str, found: float) -> bool:
        return math.isclose(level[name], found, rel_tol=1e-9, abs_tol=1e-11 * scale)

    assert equal("training_cost", full.training_cost)
    assert equal("storage_cost", full.storage_cost)
    assert equal("upfront_cost", full.upfront)
    assert equal("total_cost", full.total_cost)
    assert equal("monthly_inference_savings", full.monthly_inference_savings)
    assert equal("monthly_review_savings", full.monthly_review_savings)
    assert equal("monthly_benefit", full.monthly_benefit)
    assert equal("total_benefit", full.total_benefit)
    assert equal("net_roi", full.net_roi)
    if full.roi is None:
        assert math.isnan(level["roi"]) and full.upfront == 0
    else:
        assert math.isclose(level["roi"], full.roi, rel_tol=1e-9, abs_tol=1e-11 * scale / full.total_cost)
    # where both savings cancel, whether the rest is above zero is rounding
    assume(level["monthly_benefit"] == 0 or abs(level["monthly_benefit"]) > 1e-9 * scale)
    lost = 1e-14 * scale / abs(level["monthly_benefit"]) if level["monthly_benefit"] else 0  # digits that cancel
    assert math.isclose(level["payback_months"], full.payback_months, rel_tol=1e-8 + lost, abs_tol=1e-8)


def test_the_leaves_of_the_closed_form_are_the_typed_arguments() -> None:
    assert set(SCENARIO_ARGUMENTS) <= set(TYPED.leaves("net_roi"))


def test_a_review_cost_by_the_call_enters_the_closed_form() -> None:
    by_call = Scenario(**{**REFERENCE.given(), "monthly_review_cost": 0, "review_cost_per_call": 0.0004})
    assert appraise_level(by_call, {})["net_roi"] == pytest.approx([17837.28])
    assert appraise_level(by_call, {"baseline_monthly_api_calls": [10_000_000]})["net_roi"] == pytest.approx(
        [2 * 17880 - 42.72]
    )
    assert appraise(by_call).net_roi == pytest.approx(17837.28)


@pytest.mark.parametrize(
    ("changes", "months"),
    [
        ({}, 42.72 / 1490),
        ({"training_hours": 0, "storage_gb": 0}, 0),
        ({"training_hours": 0, "storage_gb": 0, "calls": 0, "accuracy": 0}, math.inf),
        ({"calls": 0, "accuracy": 0}, math.inf),
        ({"accuracy": -1}, math.inf),
        ({"training_hours": 20000}, 30006.72 / 1490),
    ],
)
def test_payback_at_the_edges(changes: dict[str, float], months: float) -> None:
    scenario = REFERENCE.with_inputs(**changes)
    assert LEVEL.evaluate(scenario.inputs(), ["payback_months"])["payback_months"] == pytest.approx(months)
    assert appraise(scenario).payback_months == pytest.approx(months)


def test_growth_ramp_drift_and_risk_do_not_enter() -> None:
    varied = REFERENCE.with_inputs(monthly_growth=0.1, ramp_months=5, monthly_gain_decay=0.1, cost_risk=0.2)
    assert appraise_level(varied, {})["net_roi"] == pytest.approx([17837.28])
