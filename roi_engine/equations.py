"""The model as named equations.

A function's name is what it gives, its parameters are what it takes. Nothing else wires the model together;
`roi_engine.graph` reads the names. An equation is evaluated on floats, on NumPy arrays and on spreadsheet formulas,
so it uses operators and the words of `roi_engine.value` only. Those with ``month`` among their ancestors hold for
months 0 to the horizon: month 0 is the outlay, months 1 to H are end-of-month flows, and every flow is zero after the
horizon.
"""

# Parameters carry the names of quantities: their units and bounds are in roi_engine.scenario.

from __future__ import annotations

from typing import Any

from roi_engine.value import ROUNDING, Value, ceiling, divide, fallback, given, maximum, minimum, where

# --- fixed: once per scenario ---------------------------------------------------------------------------


def gpu_training_cost(training_hours: Value, gpu_hourly_rate: Value, gpu_count: Value, training_runs: Value) -> Value:
    """GPU time of all training runs."""
    return training_hours * gpu_hourly_rate * gpu_count * training_runs


def api_training_cost(training_tokens_m: Value, training_price_per_m: Value) -> Value:
    """Training tokens that an API bills; zero where none are given."""
    return fallback(training_tokens_m, 0) * fallback(training_price_per_m, 0)


def trains_on_gpus(serving: Any, training_tokens_m: Value, training_price_per_m: Value) -> Value:
    """1 where the scenario bears its GPU training, else 0.

    It does where it is self-hosted, and where no API trains: where there are no training tokens with a price.
    """
    through_api = (fallback(training_tokens_m, 0) > 0) & given(training_price_per_m)
    return where(serving == "self_hosted", 1, where(through_api, 0, 1))


def trains_through_api(serving: Any, training_hours: Value) -> Value:
    """1 where the scenario bears its API training, else 0.

    It does where it is paid by the token, and where no GPU trains: where there are no training hours.
    """
    return where(serving == "per_token", 1, where(training_hours > 0, 0, 1))


def training_cost(
    gpu_training_cost: Value, trains_on_gpus: Value, api_training_cost: Value, trains_through_api: Value
) -> Value:
    """Training as the scenario is served: GPU time, or tokens billed by an API.

    In words: GPU-hours × price × GPUs × runs, or million training tokens × price.
    """
    return gpu_training_cost * trains_on_gpus + api_training_cost * trains_through_api


def one_off_cost(
    data_preparation_cost: Value,
    engineering_hours: Value,
    engineering_rate: Value,
    evaluation_cost: Value,
    other_upfront_cost: Value,
) -> Value:
    """Data, people, evaluation and the rest, once.

    In words: data + engineering hours × pay + evaluation + other.
    """
    return data_preparation_cost + engineering_hours * engineering_rate + evaluation_cost + other_upfront_cost


def contingency_cost(training_cost: Value, one_off_cost: Value, contingency: Value) -> Value:
    """The reserve on training and one-off costs.

    In words: (training + one-off costs) × contingency.
    """
    return (training_cost + one_off_cost) * contingency


def monthly_storage_cost(storage_gb: Value, storage_monthly_rate: Value) -> Value:
    """Storage of one month."""
    return storage_gb * storage_monthly_rate


def storage_cost(monthly_storage_cost: Value, months_to_amortize: Value) -> Value:
    """Storage of the whole horizon.

    In words: GB × price per GB-month × months.
    """
    return monthly_storage_cost * months_to_amortize


def storage_at_start(storage_cost: Value, storage_timing: Any) -> Value:
    """The part of the storage that is counted at month 0."""
    return where(storage_timing == "upfront", storage_cost, 0)


def storage_each_month(monthly_storage_cost: Value, storage_timing: Any) -> Value:
    """The part of the storage that is counted in every month."""
    return where(storage_timing == "monthly", monthly_storage_cost, 0)


def upfront_cost(training_cost: Value, one_off_cost: Value, contingency_cost: Value, storage_at_start: Value) -> Value:
    """Everything spent at month 0, before risk adjustment.

    In words: training + one-off costs + contingency + storage counted upfront.
    """
    return training_cost + one_off_cost + contingency_cost + storage_at_start


def prompt_price(
    input_price_per_m: Value,
    cached_share: Value,
    cached_price_per_m: Value,
    cached_write_share: Value,
    cached_write_price_per_m: Value,
) -> Value:
    """A million prompt tokens with shares read from the cache and written to it."""
    fresh = (1 - cached_share - cached_write_share) * input_price_per_m
    return fresh + cached_share * cached_price_per_m + cached_write_share * cached_write_price_per_m


def batch_factor(batch_share: Value, batch_discount: Value) -> Value:
    """The part of a price that is left where a share of the calls is batched."""
    return 1 - batch_share * batch_discount


def call_cost(
    input_tokens: Value,
    output_tokens: Value,
    input_price_per_m: Value,
    output_price_per_m: Value,
    cached_share: Value,
    cached_price_per_m: Value,
    cached_write_share: Value,
    cached_write_price_per_m: Value,
    batch_share: Value,
    batch_discount: Value,
) -> Value:
    """One call of a token mix.

    Prices per million tokens; tokens read from the cache and written to it are part of the input tokens. Returns money
    per call.
    """
    a_million = prompt_price(
        input_price_per_m, cached_share, cached_price_per_m, cached_write_share, cached_write_price_per_m
    )
    prompt = input_tokens * a_million
    return (prompt + output_tokens * output_price_per_m) / 1_000_000 * batch_factor(batch_share, batch_discount)


def cached_price(cached_price_per_m: Value, input_price_per_m: Value) -> Value:
    """The price of a million tokens of the cache; the input price where none is given."""
    return fallback(cached_price_per_m, fallback(input_price_per_m, 0))


def mix_cost(
    input_tokens: Value,
    output_tokens: Value,
    input_price_per_m: Value,
    output_price_per_m: Value,
    cached_share: Value,
    cached_price_per_m: Value,
    cached_write_share: Value,
    cached_write_price_per_m: Value,
    batch_share: Value,
    batch_discount: Value,
) -> Value:
    """One call of a side's token mix; zero where no mix is given.

    Everything in it may be empty. Returns money per call.
    """
    return call_cost(
        fallback(input_tokens, 0),
        fallback(output_tokens, 0),
        fallback(input_price_per_m, 0),
        fallback(output_price_per_m, 0),
        fallback(cached_share, 0),
        cached_price_per_m,
        fallback(cached_write_share, 0),
        cached_write_price_per_m,
        fallback(batch_share, 0),
        fallback(batch_discount, 0),
    )


def token_cost(tokens: Value, price_per_1k: Value) -> Value:
    """Tokens at a price per 1,000."""
    return tokens / 1000 * price_per_1k


def mix_or_token_cost(input_tokens: Value, mix_cost: Value, tokens_per_call: Value, cost_per_1k_tokens: Value) -> Value:
    """What one call costs a side: its token mix, else its price per 1,000 tokens."""
    return where(given(input_tokens), mix_cost, token_cost(tokens_per_call, cost_per_1k_tokens))


def baseline_cached_price(baseline_cached_price_per_m: Value, baseline_input_price_per_m: Value) -> Value:
    """The price of a million cached prompt tokens; the input price where none is given."""
    return cached_price(baseline_cached_price_per_m, baseline_input_price_per_m)


def baseline_cached_write_price(baseline_cached_write_price_per_m: Value, baseline_input_price_per_m: Value) -> Value:
    """The price of a million tokens written to the cache; else the input price."""
    return cached_price(baseline_cached_write_price_per_m, baseline_input_price_per_m)


def baseline_mix_cost(
    baseline_input_tokens: Value,
    baseline_output_tokens: Value,
    baseline_input_price_per_m: Value,
    baseline_output_price_per_m: Value,
    baseline_cached_share: Value,
    baseline_cached_price: Value,
    baseline_cached_write_share: Value,
    baseline_cached_write_price: Value,
    baseline_batch_share: Value,
    baseline_batch_discount: Value,
) -> Value:
    """One call of the baseline's token mix; zero where no mix is given.

        [input · ((1 − cached − written) · p_input + cached · p_cached + written · p_write) + output · p_output]
        / 1,000,000 · (1 − batch share · batch discount)

    Tokens per call, prices per million tokens. Returns money per call. Source: docs/method.md, "Token prices".
    """
    return mix_cost(
        baseline_input_tokens,
        baseline_output_tokens,
        baseline_input_price_per_m,
        baseline_output_price_per_m,
        baseline_cached_share,
        baseline_cached_price,
        baseline_cached_write_share,
        baseline_cached_write_price,
        baseline_batch_share,
        baseline_batch_discount,
    )


def baseline_cost_per_call(
    baseline_input_tokens: Value, baseline_mix_cost: Value, tokens_per_call: Value, baseline_cost_per_1k_tokens: Value
) -> Value:
    """What one call costs on the present API: its token mix, else its price per 1,000 tokens.

        tokens per call / 1000 · price per 1,000 tokens, or a token mix

    Returns money per call. Source: docs/method.md, "Cash flow".
    """
    return mix_or_token_cost(baseline_input_tokens, baseline_mix_cost, tokens_per_call, baseline_cost_per_1k_tokens)


def finetuned_cached_price(finetuned_cached_price_per_m: Value, finetuned_input_price_per_m: Value) -> Value:
    """The price of a million cached prompt tokens; the input price where none is given."""
    return cached_price(finetuned_cached_price_per_m, finetuned_input_price_per_m)


def finetuned_cached_write_price(
    finetuned_cached_write_price_per_m: Value, finetuned_input_price_per_m: Value
) -> Value:
    """The price of a million tokens written to the cache; else the input price."""
    return cached_price(finetuned_cached_write_price_per_m, finetuned_input_price_per_m)


def finetuned_mix_cost(
    finetuned_input_tokens: Value,
    finetuned_output_tokens: Value,
    finetuned_input_price_per_m: Value,
    finetuned_output_price_per_m: Value,
    finetuned_cached_share: Value,
    finetuned_cached_price: Value,
    finetuned_cached_write_share: Value,
    finetuned_cached_write_price: Value,
    finetuned_batch_share: Value,
    finetuned_batch_discount: Value,
) -> Value:
    """One call of the fine-tuned model's token mix; zero where no mix is given.

        [input · ((1 − cached − written) · p_input + cached · p_cached + written · p_write) + output · p_output]
        / 1,000,000 · (1 − batch share · batch discount)

    Tokens per call, prices per million tokens. Returns money per call. Source: docs/method.md, "Token prices".
    """
    return mix_cost(
        finetuned_input_tokens,
        finetuned_output_tokens,
        finetuned_input_price_per_m,
        finetuned_output_price_per_m,
        finetuned_cached_share,
        finetuned_cached_price,
        finetuned_cached_write_share,
        finetuned_cached_write_price,
        finetuned_batch_share,
        finetuned_batch_discount,
    )


def finetuned_cost_per_call(
    finetuned_input_tokens: Value,
    finetuned_mix_cost: Value,
    tokens_per_call: Value,
    finetuned_cost_per_1k_tokens: Value,
) -> Value:
    """What one call costs on the fine-tuned model when it is paid by the token.

        tokens per call / 1000 · price per 1,000 tokens, or a token mix

    Returns money per call. Source: docs/method.md, "Cash flow".
    """
    return mix_or_token_cost(finetuned_input_tokens, finetuned_mix_cost, tokens_per_call, finetuned_cost_per_1k_tokens)


def served_tokens(
    serving_tokens_per_call: Value,
    tokens_per_call: Value,
    finetuned_input_tokens: Value,
    finetuned_output_tokens: Value,
) -> Value:
    """Tokens that serving one call takes: as given, else the fine-tuned mix's, else tokens per call."""
    mix = fallback(finetuned_input_tokens, 0) + fallback(finetuned_output_tokens, 0)
    return fallback(serving_tokens_per_call, where(given(finetuned_input_tokens), mix, tokens_per_call))


def replica_tokens(serving_tokens_per_second: Value, target_utilisation: Value, hours_per_month: Value) -> Value:
    """Tokens that one replica is planned to serve in a month of even traffic."""
    return serving_tokens_per_second * target_utilisation * hours_per_month * 3600


def replicas_per_call(served_tokens: Value, peak_factor: Value, replica_tokens: Value) -> Value:
    """The part of a replica that one call a month needs at peak; zero where no throughput is given."""
    return divide(served_tokens * peak_factor, replica_tokens, 0)


def present_review_cost(
    monthly_review_cost: Value, review_cost_per_call: Value, baseline_monthly_api_calls: Value
) -> Value:
    """Review cost of the first month's traffic.

    By the call where that is given, else as an amount.

        calls · review cost per call, or the review cost

    Returns money per month. Source: docs/method.md, "Cash flow".
    """
    by_call = baseline_monthly_api_calls * fallback(review_cost_per_call, 0)
    return where(given(review_cost_per_call), by_call, monthly_review_cost)


def review_gain(present_review_cost: Value, accuracy_improvement_percent: Value) -> Value:
    """Review cost avoided in a month of full traffic and fresh training."""
    return present_review_cost * maximum(accuracy_improvement_percent, 0)


def review_loss(present_review_cost: Value, accuracy_improvement_percent: Value) -> Value:
    """Review cost added in a month of full traffic, when the fine-tuned model makes more errors."""
    return present_review_cost * maximum(-accuracy_improvement_percent, 0)


def upkeep(serving: Any, operations_monthly_cost: Value, fleet_operations_monthly_cost: Value) -> Value:
    """What people cost who keep it running; a fleet's only where it is self-hosted."""
    return operations_monthly_cost + where(serving == "self_hosted", fleet_operations_monthly_cost, 0)


def hosting_fee(serving: Any, hosting_monthly_fee: Value) -> Value:
    """The fee of a hosted fine-tuned model, where it is paid by the token."""
    return where(serving == "per_token", hosting_monthly_fee, 0)


# --- monthly --------------------------------------------------------------------------------------------


def traffic_growth(month: Value, monthly_growth: Value) -> Value:
    """Traffic over that of the first month.

        g(t) = (1 + monthly growth)^(t − 1)

    Returns a factor. Source: docs/method.md, "Cash flow".
    """
    return (1 + monthly_growth) ** (month - 1)


def adoption(month: Value, go_live_delay: Value, ramp_months: Value, months_to_amortize: Value) -> Value:
    """Share of the traffic on the fine-tuned model.

        w(t) = 0 for t ≤ delay and for t > H; 1 without ramp; else min(1, (t − delay) / ramp)

    Returns a share, zero before go-live and after the horizon. Source: docs/method.md, "Cash flow".
    """
    ramp = minimum(divide(month - go_live_delay, ramp_months, 1), 1)
    return where((month > go_live_delay) & (month <= months_to_amortize), ramp, 0)


def price_in_month(month: Value, first_price: Value, yearly_change: Value) -> Value:
    """A price that changes by the year, in a month; the first month is unchanged."""
    return first_price * (1 + yearly_change) ** ((month - 1) / 12)


def calls_served(baseline_monthly_api_calls: Value, traffic_growth: Value, adoption: Value) -> Value:
    """Calls that the fine-tuned model answers."""
    return baseline_monthly_api_calls * (traffic_growth * adoption)


def old_bill_ended(month: Value, go_live_delay: Value, parallel_months: Value) -> Value:
    """1 once the new model runs alone, else 0.

    Before, the old bill is paid and the old answers are used.

        s(t) = 0 for t ≤ delay + parallel months, else 1

    Source: docs/method.md, "Cash flow".
    """
    return where(month > go_live_delay + parallel_months, 1, 0)


def pay_level(month: Value, pay_change: Value) -> Value:
    """What an hour of people costs over that of the first month.

        p(t) = (1 + pay change)^((t − 1)/12)

    Returns a factor. Source: docs/method.md, "Cash flow".
    """
    return (1 + pay_change) ** ((month - 1) / 12)


def baseline_spend(
    calls_served: Value,
    baseline_cost_per_call: Value,
    month: Value,
    baseline_price_change: Value,
    old_bill_ended: Value,
) -> Value:
    """What the present API would have charged, once its bill has ended.

        B(t) = Q(t) · baseline cost per call · (1 + baseline price change)^((t − 1)/12) · s(t)

    Q(t) are the calls served; s(t) is 1 once the old bill has ended. Returns money.
    Source: docs/method.md, "Cash flow".
    """
    price = price_in_month(month, baseline_cost_per_call, baseline_price_change)
    return where(old_bill_ended == 1, calls_served * price, 0)


def token_spend(
    calls_served: Value, finetuned_cost_per_call: Value, month: Value, finetuned_price_change: Value
) -> Value:
    """What the fine-tuned model charges by the token.

        F(t) = Q(t) · fine-tuned cost per call · (1 + fine-tuned price change)^((t − 1)/12)

    Q(t) are the calls served. Returns money. Source: docs/method.md, "Cash flow".
    """
    return calls_served * price_in_month(month, finetuned_cost_per_call, finetuned_price_change)


def serving_gpus(
    serving: Any,
    adoption: Value,
    calls_served: Value,
    replicas_per_call: Value,
    min_replicas: Value,
    gpus_per_replica: Value,
) -> Value:
    """GPUs of a self-hosted fleet: whole replicas for the peak.

    None before go-live, and none where the model is paid by the token.
    A need that is whole up to rounding (a part in 10¹²) does not start another replica.
    """
    needed = ceiling(calls_served * (replicas_per_call * (1 - ROUNDING)))
    return where((adoption > 0) & (serving == "self_hosted"), gpus_per_replica * maximum(needed, min_replicas), 0)


def fleet_bill(gpus: Value, gpu_hourly_rate: Value, hours_per_month: Value) -> Value:
    """What so many GPUs cost in a month at one price, used or not."""
    return gpus * (gpu_hourly_rate * hours_per_month)


def fleet_spend(
    serving_gpus: Value,
    serving_gpu_hourly_rate: Value,
    hours_per_month: Value,
    month: Value,
    serving_gpu_price_change: Value,
) -> Value:
    """What the self-hosted fleet costs in the month.

        F(t) = GPUs(t) · GPU price · hours per month · (1 + GPU price change)^((t − 1)/12)

    Returns money. Source: docs/method.md, "Self-hosted serving".
    """
    first_price = fleet_bill(serving_gpus, serving_gpu_hourly_rate, hours_per_month)
    return price_in_month(month, first_price, serving_gpu_price_change)


def finetuned_spend(serving: Any, token_spend: Value, fleet_spend: Value) -> Value:
    """What serving the calls on the fine-tuned model costs."""
    return where(serving == "self_hosted", fleet_spend, token_spend)


def training_age(month: Value, go_live_delay: Value, retraining_interval: Value) -> Value:
    """Months since the last training, counted from the first month of traffic.

        a(t) = max(t − delay − 1, 0), modulo the retraining interval where there is one

    Returns months. Source: docs/method.md, "Cash flow".
    """
    age = maximum(month - go_live_delay - 1, 0)
    return where(retraining_interval > 0, age % maximum(retraining_interval, 1), age)


def review_savings(
    review_gain: Value,
    traffic_growth: Value,
    adoption: Value,
    monthly_gain_decay: Value,
    training_age: Value,
    pay_level: Value,
    old_bill_ended: Value,
) -> Value:
    """Review cost avoided, drifting down with the age of the training.

        V(t) = review cost · max(share avoided, 0) · p(t) · g(t) · w(t) · (1 − drift)^a(t) · s(t)

    p(t) is the pay over the first month's; s(t) is 1 once the old answers are no longer used. Returns money.
    Source: docs/method.md, "Cash flow".
    """
    fresh = review_gain * (traffic_growth * adoption * (1 - monthly_gain_decay) ** training_age)
    return where(old_bill_ended == 1, fresh * pay_level, 0)


def added_review(
    review_loss: Value, traffic_growth: Value, adoption: Value, pay_level: Value, old_bill_ended: Value
) -> Value:
    """Review cost added by a model that makes more errors; it does not drift.

        A(t) = review cost · max(−share avoided, 0) · p(t) · g(t) · w(t) · s(t)

    p(t) is the pay over the first month's; s(t) is 1 once the old answers are no longer used. Returns money.
    Source: docs/method.md, "Cash flow".
    """
    return where(old_bill_ended == 1, review_loss * (traffic_growth * adoption) * pay_level, 0)


def operations_spend(adoption: Value, upkeep: Value, pay_level: Value, hosting_fee: Value) -> Value:
    """Upkeep and hosting, from go-live on; upkeep follows pay."""
    return where(adoption > 0, upkeep * pay_level + hosting_fee, 0)


def retraining_spend(
    month: Value,
    go_live_delay: Value,
    retraining_interval: Value,
    retraining_cost: Value,
    months_to_amortize: Value,
    pay_level: Value,
) -> Value:
    """A retraining at the end of every interval, never in the last month.

    Its cost follows pay.
    """
    due = (month - go_live_delay) % maximum(retraining_interval, 1) == 0
    running = (month > go_live_delay) & (month < months_to_amortize)
    return where((retraining_interval > 0) & running & due, retraining_cost * pay_level, 0)


def storage_spend(month: Value, months_to_amortize: Value, storage_each_month: Value) -> Value:
    """Storage counted month by month, also before go-live."""
    return where((month > 0) & (month <= months_to_amortize), storage_each_month, 0)


def running_cost(operations_spend: Value, retraining_spend: Value, storage_spend: Value) -> Value:
    """New costs of the month other than serving.

    In words: operations, hosting, retraining, storage.
    """
    return operations_spend + retraining_spend + storage_spend


def outlay(month: Value, upfront_cost: Value) -> Value:
    """The upfront cost, at month 0."""
    return where(month == 0, upfront_cost, 0)


def avoided_bill(baseline_spend: Value, review_savings: Value, benefit_risk: Value) -> Value:
    """What no longer has to be paid, cut by the benefit risk."""
    return (baseline_spend + review_savings) * (1 - benefit_risk)


def new_bill(
    outlay: Value, finetuned_spend: Value, added_review: Value, running_cost: Value, cost_risk: Value
) -> Value:
    """What has to be paid instead, raised by the cost risk."""
    return (outlay + running_cost + finetuned_spend + added_review) * (1 + cost_risk)


def net_cash_flow(avoided_bill: Value, new_bill: Value) -> Value:
    """The flow of the month: avoided bill less new bill."""
    return avoided_bill - new_bill


def year(month: Value) -> Value:
    """The year that a month lies in: 12 months from month 1 on, and month 0 in none.

        y(t) = ⌈t / 12⌉

    Returns a count, 0 for month 0. Source: docs/method.md, "By year".
    """
    return ceiling(month / 12)


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
