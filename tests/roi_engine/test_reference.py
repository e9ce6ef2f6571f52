"""The reference framework: its dictionary, its figures, and the misprint of its published result."""

from __future__ import annotations

import inspect
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from roi_engine import REFERENCE, cost_benefit_finetuning
from roi_engine.errors import WrongType
from roi_engine.reference import reference_result

EXAMPLE = (7, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12)
NAMES = (
    "model_size_b", "training_hours", "gpu_hourly_rate", "storage_gb", "storage_monthly_rate",
    "baseline_monthly_api_calls", "baseline_cost_per_1k_tokens", "finetuned_cost_per_1k_tokens",
    "accuracy_improvement_percent", "monthly_review_cost", "months_to_amortize",
)  # fmt: skip
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def result(**changes: float) -> dict[str, Any]:
    return cost_benefit_finetuning(**{**dict(zip(NAMES, EXAMPLE, strict=True)), **changes}, timestamp=NOON)


def test_the_example() -> None:
    assert result() == {
        "timestamp": "2026-01-02T12:00:00+00:00",
        "model_params_b": 7,
        "upfront_costs": {
            "training_gpu_hours": 24,
            "training_cost_usd": 36.00,
            "storage_cost_usd": 6.72,
            "total_upfront_usd": 42.72,
        },
        "monthly_benefits": {
            "inference_savings_usd": 1250.00,
            "review_cost_savings_usd": 240.00,
            "total_monthly_benefit_usd": 1490.00,
        },
        "amortized_benefits": {
            "months": 12,
            "inference_savings_usd": 15000.00,
            "review_savings_usd": 2880.00,
            "total_benefit_usd": 17880.00,
        },
        "roi_metrics": {
            "net_roi_usd": 17837.28,
            "roi_percent": 41753.9,
            "payback_months": 0.0,
            "worthwhile": True,
        },
    }


def test_keys_stand_in_the_frameworks_order() -> None:
    found = result()
    assert list(found) == [
        "timestamp", "model_params_b", "upfront_costs", "monthly_benefits", "amortized_benefits", "roi_metrics",
    ]  # fmt: skip
    assert list(found["roi_metrics"]) == ["net_roi_usd", "roi_percent", "payback_months", "worthwhile"]


def test_the_eleven_inputs_have_the_frameworks_names_and_order() -> None:
    parameters = inspect.signature(cost_benefit_finetuning).parameters
    assert tuple(parameters) == (*NAMES, "timestamp")
    assert parameters["timestamp"].kind is inspect.Parameter.KEYWORD_ONLY
    assert tuple(getattr(REFERENCE, name) for name in NAMES) == EXAMPLE


def test_the_published_printout_is_not_what_its_own_equations_give() -> None:
    """The framework prints these four figures for its example; its equations contradict every one.

    Storage is 28 GB · 0.02 · 12 months = 6.72, not 16.8 (which would be 2.5 times as much), so the upfront cost,
    the net return and the ROI that build on it are misprinted too. The printed ROI does not even follow from the
    printed net and upfront figures, which give 33 763.6 %.
    """
    printed = {
        "storage_cost_usd": 16.8,
        "total_upfront_usd": 52.8,
        "net_roi_usd": 17827.2,
        "roi_percent": 33789.8,
    }
    ours = {**result()["upfront_costs"], **result()["roi_metrics"]}
    assert {name: ours[name] for name in printed} == {
        "storage_cost_usd": 6.72,
        "total_upfront_usd": 42.72,
        "net_roi_usd": 17837.28,
        "roi_percent": 41753.9,
    }
    assert all(ours[name] != figure for name, figure in printed.items())
    assert pytest.approx(6.72) == 28 * 0.02 * 12
    assert round(printed["net_roi_usd"] / printed["total_upfront_usd"] * 100, 1) == 33763.6 != printed["roi_percent"]
    # what the printout has in common with the equations: training, benefits and the payback that rounds to 0.0
    assert ours["training_cost_usd"] == 36 and ours["payback_months"] == 0.0
    assert printed["storage_cost_usd"] + ours["training_cost_usd"] == printed["total_upfront_usd"]
    assert 17880 - printed["total_upfront_usd"] == pytest.approx(printed["net_roi_usd"])


# --- edges -----------------------------------------------------------------------------------------------


def test_payback_is_the_text_never_where_nothing_comes_back() -> None:
    for changes in (
        {"baseline_cost_per_1k_tokens": 0.0, "monthly_review_cost": 0},
        {"baseline_monthly_api_calls": 0, "accuracy_improvement_percent": 0},
    ):
        assert result(**changes)["roi_metrics"]["payback_months"] == "Never"
        assert result(**changes)["roi_metrics"]["worthwhile"] is False


def test_roi_is_zero_where_nothing_is_spent() -> None:
    free = result(training_hours=0, storage_gb=0)["roi_metrics"]
    assert free == {"net_roi_usd": 17880.0, "roi_percent": 0.0, "payback_months": 0.0, "worthwhile": True}


def test_nothing_at_all() -> None:
    nothing = result(training_hours=0, storage_gb=0, baseline_monthly_api_calls=0, monthly_review_cost=0)["roi_metrics"]
    assert nothing == {"net_roi_usd": 0.0, "roi_percent": 0.0, "payback_months": "Never", "worthwhile": False}


def test_it_computes_any_finite_number_as_the_framework_does() -> None:
    odd = result(accuracy_improvement_percent=12, months_to_amortize=1.5, training_hours=-10)
    assert odd["upfront_costs"]["training_cost_usd"] == -15
    assert odd["upfront_costs"]["storage_cost_usd"] == 0.84
    assert odd["monthly_benefits"]["review_cost_savings_usd"] == 24000
    assert odd["amortized_benefits"]["total_benefit_usd"] == 37875
    assert odd["roi_metrics"]["net_roi_usd"] == pytest.approx(37875 + 14.16)
    assert result(months_to_amortize=0)["roi_metrics"]["net_roi_usd"] == -36


def test_money_has_two_decimals_and_ratios_one() -> None:
    found = result(training_hours=1 / 3, baseline_monthly_api_calls=12345.678)
    assert found["upfront_costs"]["training_cost_usd"] == 0.5
    assert found["monthly_benefits"]["inference_savings_usd"] == 3.09
    assert found["roi_metrics"]["payback_months"] == round((0.5 + 6.72) / (3.0864195 + 240), 1)


def test_the_inputs_are_echoed_as_they_came() -> None:
    assert result(model_size_b=6.7)["model_params_b"] == 6.7
    assert isinstance(result()["upfront_costs"]["training_gpu_hours"], int)
    assert isinstance(result()["amortized_benefits"]["months"], int)


# --- types -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["24", None, True, math.nan, math.inf, -math.inf, [24], 1 + 2j, 10**400], ids=repr)
@pytest.mark.parametrize("name", ["training_hours", "months_to_amortize", "model_size_b"])
def test_only_finite_numbers_are_taken(name: str, value: Any) -> None:
    with pytest.raises(WrongType, match=f"^{name}: .*is not a finite number"):
        result(**{name: value})


def test_the_timestamp_has_a_time_zone() -> None:
    stamp = datetime.fromisoformat(cost_benefit_finetuning(*EXAMPLE)["timestamp"])
    assert stamp.tzinfo is not None
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)


def test_a_timestamp_that_is_passed_in_stands_as_it_is() -> None:
    tokyo = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    assert cost_benefit_finetuning(*EXAMPLE, timestamp=tokyo)["timestamp"] == "2026-07-01T09:30:00+09:00"
    with pytest.raises(WrongType, match="time zone"):
        cost_benefit_finetuning(*EXAMPLE, timestamp=datetime(2026, 1, 1))


def test_the_same_timestamp_gives_the_same_result() -> None:
    assert result() == result()


def test_a_scenario_has_the_frameworks_result() -> None:
    assert reference_result(REFERENCE, timestamp=NOON) == {**result(), "model_params_b": 7.0}
