"""The closed form of the model when nothing varies from month to month (the reference framework).

Named equations like those of `roi_engine.equations`, on which they build. A property test holds them equal
to the sums of the monthly flows; they exist because one line of algebra is what a reader checks, and what a
million typed worksheet cells can afford.
"""

from __future__ import annotations

from roi_engine.value import NEVER, UNDEFINED, Value, divide, where


def monthly_inference_savings(
    baseline_monthly_api_calls: Value, baseline_cost_per_call: Value, finetuned_cost_per_call: Value
) -> Value:
    """Calls times the difference in the cost of a call."""
    return baseline_monthly_api_calls * (baseline_cost_per_call - finetuned_cost_per_call)


def monthly_review_savings(monthly_review_cost: Value, accuracy_improvement_percent: Value) -> Value:
    """The share of the review cost that disappears."""
    return monthly_review_cost * accuracy_improvement_percent


def monthly_benefit(monthly_inference_savings: Value, monthly_review_savings: Value) -> Value:
    """Both savings of a month."""
    return monthly_inference_savings + monthly_review_savings


def total_benefit(monthly_benefit: Value, months_to_amortize: Value) -> Value:
    """The benefit of the whole horizon."""
    return monthly_benefit * months_to_amortize


def total_cost(upfront_cost: Value) -> Value:
    """The cost of the whole horizon: in the level case all of it is upfront."""
    return upfront_cost


def net_roi(total_benefit: Value, total_cost: Value) -> Value:
    """Benefit less cost."""
    return total_benefit - total_cost


def roi(net_roi: Value, total_cost: Value) -> Value:
    """Net ROI over cost, a fraction; undefined when nothing is spent."""
    return divide(net_roi, total_cost, UNDEFINED)


def payback_months(upfront_cost: Value, monthly_benefit: Value) -> Value:
    """Upfront cost over monthly benefit; never when nothing comes back."""
    return where(monthly_benefit > 0, divide(upfront_cost, monthly_benefit, NEVER), NEVER)
