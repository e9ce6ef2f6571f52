"""The equations of the options beside the model's own.

What staying costs, and which options have figures. Named equations like those of `roi_engine.equations`, on which
they build; `roi_engine.options` wires them.
"""

from __future__ import annotations

from typing import Any

from roi_engine.equations import price_in_month
from roi_engine.value import Value, where


def stay_bill(
    month: Value,
    months_to_amortize: Value,
    traffic_growth: Value,
    baseline_monthly_api_calls: Value,
    baseline_cost_per_call: Value,
    baseline_price_change: Value,
    present_review_cost: Value,
    pay_level: Value,
) -> Value:
    """What staying on the present API costs in a month.

    All of the traffic is billed there, and all of its review is paid.
    """
    price = price_in_month(month, baseline_cost_per_call, baseline_price_change)
    bill = traffic_growth * (baseline_monthly_api_calls * price + present_review_cost * pay_level)
    return where((month > 0) & (month <= months_to_amortize), bill, 0)


def discounted_stay_bill(stay_bill: Value, discount_factor: Value) -> Value:
    """The present value of a month's bill."""
    return stay_bill * discount_factor


def pv_stay(total_discounted_stay_bill: Value) -> Value:
    """The present value of staying: of all that it costs over the horizon."""
    return total_discounted_stay_bill


def api_priced(serving: Any, finetuned_cost_per_call: Value) -> Value:
    """1 where a fine-tuned API model has a price, else 0.

    In a scenario that is paid by the token the price may be 0.
    """
    return where(serving == "per_token", 1, where(finetuned_cost_per_call > 0, 1, 0))


def fleet_sized(serving_gpu_hourly_rate: Value, serving_tokens_per_second: Value) -> Value:
    """1 where a self-hosted fleet has a price and a throughput, else 0."""
    return where((serving_gpu_hourly_rate > 0) & (serving_tokens_per_second > 0), 1, 0)


def cheaper(cost: Value, own_cost: Value, rounding: Value) -> Value:
    """1 where another option costs less than this one, by more than rounding, else 0."""
    return where(cost < own_cost - rounding, 1, 0)
