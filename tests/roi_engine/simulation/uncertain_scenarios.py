"""Scenarios with ranges whose simulated figures are known from elsewhere."""

from __future__ import annotations

from typing import Any

from roi_engine import REFERENCE, Scenario

SEVEN: dict[str, tuple[float, float]] = {
    "training_hours": (12, 72),
    "gpu_hourly_rate": (1.2, 4),
    "baseline_monthly_api_calls": (2e6, 9e6),
    "baseline_cost_per_1k_tokens": (0.10, 0.35),
    "finetuned_cost_per_1k_tokens": (0.03, 0.15),
    "accuracy_improvement_percent": (0, 0.20),
    "monthly_review_cost": (1000, 3500),
}

UNCERTAIN_REFERENCE = REFERENCE.with_inputs(ranges={name: {"low": a, "high": b} for name, (a, b) in SEVEN.items()})
"""The reference distribution: seven PERT inputs, the rest fixed."""

MEASURED = {"MEAN": 15893.947, "SD": 4677.673, "P5": 8827.4, "P50": 15540.4, "P95": 24172, "CVAR": 7545.9}
"""Net return of the reference distribution, by a plain program of another author with 2.1 million draws."""

EXACT_WORTH = {
    "training_hours": 0.0,
    "gpu_hourly_rate": 0.0,
    "baseline_monthly_api_calls": 1330.75,
    "baseline_cost_per_1k_tokens": 1041.06,
    "finetuned_cost_per_1k_tokens": 456.55,
    "accuracy_improvement_percent": 334.28,
    "monthly_review_cost": 214.65,
}
"""What knowing each input is worth on net return with 16,000 more upfront, integrated exactly."""


def with_range(low: float = 2e6, high: float = 9e6, distribution: str = "uniform", **changes: Any) -> Scenario:
    """The reference with its calls alone uncertain."""
    span = {"low": low, "high": high, "distribution": distribution}
    return REFERENCE.with_inputs(ranges={"baseline_monthly_api_calls": span}, **changes)
