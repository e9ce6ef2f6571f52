"""The closed form of the model when nothing varies from month to month.

Named equations like those of `roi_engine.equations`, on which they build. A property test holds them equal
to the sums of the monthly flows; they exist because one line of algebra is what a reader checks, and what a
million typed worksheet cells can afford.
"""

from __future__ import annotations

from roi_engine.equations import token_cost
from roi_engine.graph import may_be_never
from roi_engine.metrics import rounding, settled
from roi_engine.value import NEVER, Value, divide, given, where


def monthly_inference_savings(
    baseline_monthly_api_calls: Value,
    tokens_per_call: Value,
    baseline_cost_per_1k_tokens: Value,
    finetuned_cost_per_1k_tokens: Value,
    baseline_input_tokens: Value,
    finetuned_input_tokens: Value,
    baseline_cost_per_call: Value,
    finetuned_cost_per_call: Value,
) -> Value:
    """Thousand tokens times the difference in price; with a token mix, by the call."""
    difference = baseline_cost_per_1k_tokens - finetuned_cost_per_1k_tokens
    by_price = token_cost(baseline_monthly_api_calls * tokens_per_call, difference)
    by_call = baseline_monthly_api_calls * (baseline_cost_per_call - finetuned_cost_per_call)
    return where(given(baseline_input_tokens) | given(finetuned_input_tokens), by_call, by_price)


def typed_review_cost(monthly_review_cost: Value) -> Value:
    """Review cost of a typed call, whose arguments hold no price by the call."""
    return monthly_review_cost


def monthly_review_savings(present_review_cost: Value, accuracy_improvement_percent: Value) -> Value:
    """The share of the review cost that disappears."""
    return present_review_cost * accuracy_improvement_percent


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
    """Benefit less cost; a difference that is only rounding counts as zero."""
    return settled(total_benefit - total_cost, rounding(total_cost + abs(total_benefit)))


@may_be_never
def payback_months(upfront_cost: Value, monthly_benefit: Value) -> Value:
    """Upfront cost over monthly benefit; never when nothing comes back."""
    return where(monthly_benefit > 0, divide(upfront_cost, monthly_benefit, NEVER), NEVER)
