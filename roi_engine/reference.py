"""The reference framework: its eleven inputs, its dictionary, its rounding."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from typing import Any

from roi_engine.cashflow import LEVEL, figure
from roi_engine.errors import WrongType
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, Scenario

REFERENCE = Scenario(
    name="Reference scenario",
    description="The worked example of the reference framework: a 7B model against a per-token API.",
    model_size_b=7.0,
    training_hours=24,
    gpu_hourly_rate=1.5,
    storage_gb=28,
    storage_monthly_rate=0.02,
    baseline_monthly_api_calls=5_000_000,
    baseline_cost_per_1k_tokens=0.30,
    finetuned_cost_per_1k_tokens=0.05,
    accuracy_improvement_percent=0.12,
    monthly_review_cost=2000,
    months_to_amortize=12,
)
"""The framework's own example."""

_WANTED = (
    "training_cost", "storage_cost", "upfront_cost", "monthly_inference_savings", "monthly_review_savings",
    "monthly_benefit", "total_benefit", "net_roi", "roi", "payback_months",
)  # fmt: skip
_DEFAULTS = {name: declared.default for name, declared in INPUTS.items()}


def cost_benefit_finetuning(
    model_size_b: float,
    training_hours: float,
    gpu_hourly_rate: float,
    storage_gb: float,
    storage_monthly_rate: float,
    baseline_monthly_api_calls: float,
    baseline_cost_per_1k_tokens: float,
    finetuned_cost_per_1k_tokens: float,
    accuracy_improvement_percent: float,
    monthly_review_cost: float,
    months_to_amortize: float,
    *,
    timestamp: datetime | None = None,
) -> dict[str, Any]:
    """The reference framework's result, with its keys, grouping and rounding.

        net = (calls/1000 · (baseline − fine-tuned) + review cost · improvement) · months
              − (hours · rate + GB · storage rate · months)

    The eleven inputs have the units of `Scenario`; only their types are checked, any finite number is calculated with
    as the framework does.

    timestamp : the time to state (with a time zone); now, when left out.
    Returns the nested dictionary: money to 2 decimals, ROI in per cent and payback in months to 1, payback "Never"
    where nothing comes back, ROI 0 where nothing is spent.
    Raises `WrongType` for anything that is not a finite number.
    Source: docs/method.md, "The reference framework".

    >>> result = cost_benefit_finetuning(7, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12)
    >>> result["roi_metrics"]["net_roi_usd"], result["roi_metrics"]["roi_percent"]
    (17837.28, 41753.9)
    """
    values = (
        model_size_b, training_hours, gpu_hourly_rate, storage_gb, storage_monthly_rate,
        baseline_monthly_api_calls, baseline_cost_per_1k_tokens, finetuned_cost_per_1k_tokens,
        accuracy_improvement_percent, monthly_review_cost, months_to_amortize,
    )  # fmt: skip
    given = dict(zip(REFERENCE_INPUTS, values, strict=True))
    for name, value in given.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not abs(value) <= sys.float_info.max:  # NaN and whole numbers beyond all floats included
            raise WrongType(f"{name}: {value!r:.40} is not a finite number.")
    if timestamp is not None and timestamp.tzinfo is None:
        raise WrongType("timestamp: give a time with a time zone, such as datetime.now(timezone.utc).")

    figures = LEVEL.evaluate({**_DEFAULTS, **given}, _WANTED)
    roi, payback = figures["roi"], figures["payback_months"]
    return {
        "timestamp": (timestamp or datetime.now(UTC)).isoformat(),
        "model_params_b": model_size_b,
        "upfront_costs": {
            "training_gpu_hours": training_hours,
            "training_cost_usd": round(figures["training_cost"], 2),
            "storage_cost_usd": round(figures["storage_cost"], 2),
            "total_upfront_usd": round(figures["upfront_cost"], 2),
        },
        "monthly_benefits": {
            "inference_savings_usd": round(figures["monthly_inference_savings"], 2),
            "review_cost_savings_usd": round(figures["monthly_review_savings"], 2),
            "total_monthly_benefit_usd": round(figures["monthly_benefit"], 2),
        },
        "amortized_benefits": {
            "months": months_to_amortize,
            "inference_savings_usd": round(figures["monthly_inference_savings"] * months_to_amortize, 2),
            "review_savings_usd": round(figures["monthly_review_savings"] * months_to_amortize, 2),
            "total_benefit_usd": round(figures["total_benefit"], 2),
        },
        "roi_metrics": {
            "net_roi_usd": round(figures["net_roi"], 2),
            "roi_percent": 0.0 if math.isnan(roi) else round(roi * 100, 1),
            "payback_months": "Never" if payback == math.inf else round(payback, 1),
            "worthwhile": figures["total_benefit"] > figures["upfront_cost"],
        },
    }


def reference_result(scenario: Scenario, *, timestamp: datetime | None = None) -> dict[str, Any]:
    """`cost_benefit_finetuning` of a scenario's eleven reference inputs.

    scenario : a valid one; a review cost by the call stands in the result as the amount of the first month.
    timestamp : the time to state (with a time zone); now, when left out.
    """
    given = {name: getattr(scenario, name) for name in REFERENCE_INPUTS}
    given["monthly_review_cost"] = figure(scenario.inputs(), "present_review_cost")
    return cost_benefit_finetuning(**given, timestamp=timestamp)
