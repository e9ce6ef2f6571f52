"""The full model once more, month by month as its definition reads: the oracle of the cash-flow tests.

Plain Python on one scenario, with branches and rounding as a reader would write them. It shares no line with
the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

ROWS = ("baseline_spend", "finetuned_spend", "review_savings", "added_review", "running_cost", "net_cash_flow")


def price_of_a_call(inputs: Mapping[str, Any], side: str) -> float:
    tokens_in = inputs[f"{side}_input_tokens"]
    if tokens_in is None:
        return inputs["tokens_per_call"] / 1000 * inputs[f"{side}_cost_per_1k_tokens"]
    price_in = inputs[f"{side}_input_price_per_m"]
    cached = inputs[f"{side}_cached_share"] or 0.0
    price_cached = inputs[f"{side}_cached_price_per_m"]
    if price_cached is None:
        price_cached = price_in
    written = inputs[f"{side}_cached_write_share"] or 0.0
    price_written = inputs[f"{side}_cached_write_price_per_m"]
    if price_written is None:
        price_written = price_in
    fresh = 1 - cached - written
    prompt = tokens_in * (fresh * price_in + cached * price_cached + written * price_written)
    batched = (inputs[f"{side}_batch_share"] or 0.0) * (inputs[f"{side}_batch_discount"] or 0.0)
    return (prompt + inputs[f"{side}_output_tokens"] * inputs[f"{side}_output_price_per_m"]) / 1e6 * (1 - batched)


def served_tokens(inputs: Mapping[str, Any]) -> float:
    if inputs["serving_tokens_per_call"] is not None:
        return inputs["serving_tokens_per_call"]
    if inputs["finetuned_input_tokens"] is not None:
        return inputs["finetuned_input_tokens"] + inputs["finetuned_output_tokens"]
    return inputs["tokens_per_call"]


def review_cost(inputs: Mapping[str, Any]) -> float:
    if inputs["review_cost_per_call"] is not None:
        return inputs["baseline_monthly_api_calls"] * inputs["review_cost_per_call"]
    return inputs["monthly_review_cost"]


def training_borne(inputs: Mapping[str, Any]) -> float:
    """That of the scenario's own way, or of the other where it has none of its own."""
    on_gpus = inputs["training_hours"] * inputs["gpu_hourly_rate"] * inputs["gpu_count"] * inputs["training_runs"]
    tokens, price = inputs["training_tokens_m"] or 0.0, inputs["training_price_per_m"]
    through_api = tokens * (price or 0.0)
    if inputs["serving"] == "self_hosted":
        return on_gpus if inputs["training_hours"] > 0 else through_api
    return through_api if tokens > 0 and price is not None else on_gpus


def upfront(inputs: Mapping[str, Any]) -> float:
    training = training_borne(inputs)
    one_off = inputs["data_preparation_cost"] + inputs["engineering_hours"] * inputs["engineering_rate"]
    one_off += inputs["evaluation_cost"] + inputs["other_upfront_cost"]
    total = (training + one_off) * (1 + inputs["contingency"])
    if inputs["storage_timing"] == "upfront":
        total += inputs["storage_gb"] * inputs["storage_monthly_rate"] * inputs["months_to_amortize"]
    return total


def month_rows(inputs: Mapping[str, Any]) -> dict[str, list[float]]:
    """The rows of months 0 to H."""
    rows: dict[str, list[float]] = {name: [0.0] for name in ROWS}
    rows["net_cash_flow"] = [-upfront(inputs) * (1 + inputs["cost_risk"])]
    for month in range(1, inputs["months_to_amortize"] + 1):
        figures = _figures(inputs, month)
        benefit = figures["baseline_spend"] + figures["review_savings"]
        cost = figures["finetuned_spend"] + figures["added_review"] + figures["running_cost"]
        figures["net_cash_flow"] = benefit * (1 - inputs["benefit_risk"]) - cost * (1 + inputs["cost_risk"])
        for name in ROWS:
            rows[name].append(figures[name])
    return rows


def _figures(inputs: Mapping[str, Any], month: int) -> dict[str, float]:
    delay, ramp, horizon = inputs["go_live_delay"], inputs["ramp_months"], inputs["months_to_amortize"]
    if month <= delay:
        adoption = 0.0
    elif ramp == 0:
        adoption = 1.0
    else:
        adoption = min(1.0, (month - delay) / ramp)
    growth = (1 + inputs["monthly_growth"]) ** (month - 1)
    calls = inputs["baseline_monthly_api_calls"] * growth * adoption
    years = (month - 1) / 12
    pay = (1 + inputs["pay_change"]) ** years
    side_by_side = month <= delay + inputs["parallel_months"]

    if inputs["serving"] == "self_hosted":
        tokens = inputs["serving_tokens_per_second"] * inputs["target_utilisation"] * inputs["hours_per_month"] * 3600
        need = calls * served_tokens(inputs) * inputs["peak_factor"] / tokens
        replicas = max(inputs["min_replicas"], math.ceil(need * (1 - 1e-12))) if adoption else 0
        tuned = replicas * inputs["gpus_per_replica"] * inputs["serving_gpu_hourly_rate"] * inputs["hours_per_month"]
        tuned *= (1 + inputs["serving_gpu_price_change"]) ** years
    else:
        tuned = calls * price_of_a_call(inputs, "finetuned") * (1 + inputs["finetuned_price_change"]) ** years

    improvement, interval = inputs["accuracy_improvement_percent"], inputs["retraining_interval"]
    review = 0.0 if side_by_side else review_cost(inputs) * pay * growth * adoption * improvement
    if improvement > 0 and month > delay:
        age = month - delay - 1
        review *= (1 - inputs["monthly_gain_decay"]) ** (age % interval if interval else age)

    running = 0.0
    if adoption > 0:
        running += inputs["operations_monthly_cost"] * pay
        if inputs["serving"] == "self_hosted":
            running += inputs["fleet_operations_monthly_cost"] * pay
        else:
            running += inputs["hosting_monthly_fee"]
    if interval and month > delay and (month - delay) % interval == 0 and month < horizon:
        running += inputs["retraining_cost"] * pay
    if inputs["storage_timing"] == "monthly":
        running += inputs["storage_gb"] * inputs["storage_monthly_rate"]

    old_bill = calls * price_of_a_call(inputs, "baseline") * (1 + inputs["baseline_price_change"]) ** years
    return {
        "baseline_spend": 0.0 if side_by_side else old_bill,
        "finetuned_spend": tuned,
        "review_savings": max(review, 0.0),
        "added_review": max(-review, 0.0),
        "running_cost": running,
    }


# --- options: docs/method.md, "Options" -------------------------------------------------------------------


def stay_bills(inputs: Mapping[str, Any]) -> list[float]:
    """Everything that staying costs, month by month: the bill of all calls, and their review."""
    bills = [0.0]
    for month in range(1, inputs["months_to_amortize"] + 1):
        growth, years = (1 + inputs["monthly_growth"]) ** (month - 1), (month - 1) / 12
        price = price_of_a_call(inputs, "baseline") * (1 + inputs["baseline_price_change"]) ** years
        review = review_cost(inputs) * (1 + inputs["pay_change"]) ** years
        bills.append(growth * (inputs["baseline_monthly_api_calls"] * price + review))
    return bills


def price_of_another_model(inputs: Mapping[str, Any]) -> float | None:
    """What a call costs on it; None where no price is given."""
    tokens = {
        name: inputs[f"switch_{name}"] if inputs[f"switch_{name}"] is not None else inputs[f"baseline_{name}"]
        for name in ("input_tokens", "output_tokens", "cached_share", "cached_write_share", "batch_share")
    }
    if inputs["switch_input_price_per_m"] is not None:
        side = {f"baseline_{name}": value for name, value in tokens.items()}
        prices = ("input_price_per_m", "output_price_per_m", "cached_price_per_m", "cached_write_price_per_m")
        for name in (*prices, "batch_discount"):
            side[f"baseline_{name}"] = inputs[f"switch_{name}"]
        return price_of_a_call(side, "baseline") if tokens["input_tokens"] + tokens["output_tokens"] > 0 else None
    if inputs["switch_cost_per_1k_tokens"] is None:
        return None
    charged = inputs["tokens_per_call"]
    if inputs["baseline_input_tokens"] is not None:
        charged = inputs["baseline_input_tokens"] + inputs["baseline_output_tokens"]
    return charged / 1000 * inputs["switch_cost_per_1k_tokens"]


def switch_flows(inputs: Mapping[str, Any]) -> list[float]:
    """Another general model against staying: all calls from month 1, no ramp, no drift, no operations."""
    own = price_of_another_model(inputs)
    assert own is not None
    change = inputs["switch_price_change"]
    change = inputs["baseline_price_change"] if change is None else change
    flows = [-inputs["switch_upfront_cost"] * (1 + inputs["cost_risk"])]
    for month in range(1, inputs["months_to_amortize"] + 1):
        growth, years = (1 + inputs["monthly_growth"]) ** (month - 1), (month - 1) / 12
        calls = inputs["baseline_monthly_api_calls"] * growth
        old = calls * price_of_a_call(inputs, "baseline") * (1 + inputs["baseline_price_change"]) ** years
        new = calls * own * (1 + change) ** years
        review = review_cost(inputs) * (1 + inputs["pay_change"]) ** years * growth
        review *= inputs["switch_accuracy_improvement_percent"]
        benefit, cost = old + max(review, 0.0), new + max(-review, 0.0)
        flows.append(benefit * (1 - inputs["benefit_risk"]) - cost * (1 + inputs["cost_risk"]))
    return flows


def option_inputs(inputs: Mapping[str, Any], option: str) -> dict[str, Any] | None:
    """The scenario of a fine-tuned option; None where it lacks figures."""
    if option == "API":
        if inputs["serving"] == "per_token":
            return dict(inputs)
        priced = inputs["finetuned_input_tokens"] is not None or inputs["finetuned_cost_per_1k_tokens"] > 0
        trained = inputs["training_tokens_m"] is not None and inputs["training_price_per_m"] is not None
        if not (priced and trained):
            return None
        return {**inputs, "serving": "per_token", "training_hours": 0.0, "storage_gb": 0.0}
    if inputs["serving"] == "self_hosted":
        return dict(inputs)
    if min(inputs["serving_gpu_hourly_rate"], inputs["serving_tokens_per_second"], inputs["training_hours"]) <= 0:
        return None
    return {**inputs, "serving": "self_hosted", "training_tokens_m": None}


def option_flows(inputs: Mapping[str, Any], option: str) -> list[float] | None:
    """The flows of an option against staying; None where it lacks figures."""
    if option == "STAY":
        return [0.0] * (inputs["months_to_amortize"] + 1)
    if option == "SWITCH":
        return None if price_of_another_model(inputs) is None else switch_flows(inputs)
    own = option_inputs(inputs, option)
    return None if own is None else month_rows(own)["net_cash_flow"]


def option_bill(inputs: Mapping[str, Any], option: str) -> float:
    """A month with all traffic moved, at first-month prices, with the operations that the option bears."""
    calls = inputs["baseline_monthly_api_calls"]
    if option == "STAY":
        return calls * price_of_a_call(inputs, "baseline")
    if option == "SWITCH":
        return calls * (price_of_another_model(inputs) or 0.0)
    own = option_inputs(inputs, option)
    assert own is not None
    first = _figures(
        {**own, "go_live_delay": 0, "ramp_months": 0, "storage_timing": "upfront", "retraining_interval": 0}, 1
    )
    return first["finetuned_spend"] + first["running_cost"]


def payback(flows: list[float]) -> float:
    """Recovered for good: one month after the last one with a negative cumulative value, interpolated."""
    size = sum(map(abs, flows))
    cumulative = [sum(flows[: month + 1]) for month in range(len(flows))]
    cumulative = [0.0 if abs(value) < 1e-12 * max(1.0, size) else value for value in cumulative]
    horizon = len(flows) - 1
    if size == 0:
        return math.inf
    if cumulative[-1] < 0:
        return horizon - cumulative[-1] / flows[-1] if flows[-1] > 0 else math.inf
    negative = [month for month, value in enumerate(cumulative) if value < 0]
    if not negative:
        return 0.0
    last = negative[-1]
    return last - cumulative[last] / flows[last + 1]


def npv(rate: float, flows: list[float]) -> float:
    monthly = (1 + rate) ** (1 / 12) - 1
    return sum(flow / (1 + monthly) ** month for month, flow in enumerate(flows))


def by_year(inputs: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Initial, each year of twelve months from month 1 on, total and present value; the cumulative net has neither."""
    rows, horizon = month_rows(inputs), inputs["months_to_amortize"]
    cut, raised = 1 - inputs["benefit_risk"], 1 + inputs["cost_risk"]
    monthly = {
        "avoided_bill": [amount * cut for amount in rows["baseline_spend"]],
        "review_avoided": [amount * cut for amount in rows["review_savings"]],
        "upfront": [upfront(inputs) * raised] + [0.0] * horizon,
        "new_bill": [amount * raised for amount in rows["finetuned_spend"]],
        "added_review": [amount * raised for amount in rows["added_review"]],
        "running": [amount * raised for amount in rows["running_cost"]],
    }
    table: dict[str, list[Any]] = {
        name: _columns(amounts, inputs["discount_rate"]) for name, amounts in monthly.items()
    }
    width = len(table["upfront"])
    table["benefits"] = [table["avoided_bill"][at] + table["review_avoided"][at] for at in range(width)]
    costs = ("upfront", "new_bill", "added_review", "running")
    table["costs"] = [sum(table[name][at] for name in costs) for at in range(width)]
    table["net"] = [table["benefits"][at] - table["costs"][at] for at in range(width)]
    table["cumulative"] = [*(sum(table["net"][: at + 1]) for at in range(width - 2)), None, None]
    return table


def _columns(amounts: list[float], rate: float) -> list[float]:
    years: list[float] = []
    for month in range(1, len(amounts)):
        if month % 12 == 1:
            years.append(0.0)
        years[-1] += amounts[month]
    return [amounts[0], *years, sum(amounts), npv(rate, amounts)]
