"""The reference function as a reader of the framework would write it.

A plain transcription of its equations, rounding and nested dictionary (docs/method.md, "The reference
framework"), with nothing from this project. It does level arithmetic only: a cash flow, growth, ramp, drift,
NPV or IRR are not in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def cost_benefit(
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
    months_to_amortize: int,
) -> dict[str, Any]:
    """Costs, benefits and ROI of one scenario, rounded, as a nested dictionary."""
    training_cost = training_hours * gpu_hourly_rate
    storage_cost = storage_gb * storage_monthly_rate * months_to_amortize
    total_upfront = training_cost + storage_cost

    price_difference = baseline_cost_per_1k_tokens - finetuned_cost_per_1k_tokens
    inference_savings = baseline_monthly_api_calls / 1000 * price_difference
    review_savings = monthly_review_cost * accuracy_improvement_percent
    monthly_benefit = inference_savings + review_savings

    total_benefit = monthly_benefit * months_to_amortize
    net_roi = total_benefit - total_upfront
    roi_percent = net_roi / total_upfront * 100 if total_upfront > 0 else 0
    payback_months = total_upfront / monthly_benefit if monthly_benefit > 0 else float("inf")

    return {
        "timestamp": datetime.now(UTC).isoformat(),
        "model_params_b": model_size_b,
        "upfront_costs": {
            "training_gpu_hours": training_hours,
            "training_cost_usd": round(training_cost, 2),
            "storage_cost_usd": round(storage_cost, 2),
            "total_upfront_usd": round(total_upfront, 2),
        },
        "monthly_benefits": {
            "inference_savings_usd": round(inference_savings, 2),
            "review_cost_savings_usd": round(review_savings, 2),
            "total_monthly_benefit_usd": round(monthly_benefit, 2),
        },
        "amortized_benefits": {
            "months": months_to_amortize,
            "inference_savings_usd": round(inference_savings * months_to_amortize, 2),
            "review_savings_usd": round(review_savings * months_to_amortize, 2),
            "total_benefit_usd": round(total_benefit, 2),
        },
        "roi_metrics": {
            "net_roi_usd": round(net_roi, 2),
            "roi_percent": round(roi_percent, 1),
            "payback_months": round(payback_months, 1) if payback_months != float("inf") else "Never",
            "worthwhile": net_roi > 0,
        },
    }
