"""The equations of the options beside the model's own.

What another general model costs, which options have figures and why, what each bears and leaves out, its bill. Named
equations like those of `roi_engine.equations`, on which they build; `roi_engine.options` wires them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roi_engine.equations import cached_price, fleet_bill, mix_cost, serving_gpus, token_cost
from roi_engine.value import Value, fallback, given, sentence, where

COMPARED = "Compared."
"""How the note of an option begins that has figures."""
NOT_COMPARED = "Not compared."
"""How the note of one begins that lacks them."""
OWN = f"{COMPARED} This is the scenario."
"""The note of the option that the scenario is."""

# --- another general model ------------------------------------------------------------------------------


def switch_prompt_tokens(switch_input_tokens: Value, baseline_input_tokens: Value) -> Value:
    """Prompt tokens of a call on another general model; else the baseline's."""
    return fallback(fallback(switch_input_tokens, baseline_input_tokens), 0)


def switch_answer_tokens(switch_output_tokens: Value, baseline_output_tokens: Value) -> Value:
    """Tokens that another general model writes in a call; else the baseline's."""
    return fallback(fallback(switch_output_tokens, baseline_output_tokens), 0)


def switch_cached(switch_cached_share: Value, baseline_cached_share: Value) -> Value:
    """Share of its prompt tokens read from the cache; else the baseline's."""
    return fallback(fallback(switch_cached_share, baseline_cached_share), 0)


def switch_cache_written(switch_cached_write_share: Value, baseline_cached_write_share: Value) -> Value:
    """Share of its prompt tokens written to the cache; else the baseline's."""
    return fallback(fallback(switch_cached_write_share, baseline_cached_write_share), 0)


def switch_batched(switch_batch_share: Value, baseline_batch_share: Value) -> Value:
    """Share of its calls that is batched; else the baseline's."""
    return fallback(fallback(switch_batch_share, baseline_batch_share), 0)


def switch_cached_price(switch_cached_price_per_m: Value, switch_input_price_per_m: Value) -> Value:
    """The price of a million cached prompt tokens; else the input price."""
    return cached_price(switch_cached_price_per_m, switch_input_price_per_m)


def switch_cached_write_price(switch_cached_write_price_per_m: Value, switch_input_price_per_m: Value) -> Value:
    """The price of a million tokens written to the cache; else the input price."""
    return cached_price(switch_cached_write_price_per_m, switch_input_price_per_m)


def switch_mix_cost(
    switch_prompt_tokens: Value,
    switch_answer_tokens: Value,
    switch_input_price_per_m: Value,
    switch_output_price_per_m: Value,
    switch_cached: Value,
    switch_cached_price: Value,
    switch_cache_written: Value,
    switch_cached_write_price: Value,
    switch_batched: Value,
    switch_batch_discount: Value,
) -> Value:
    """One call of another general model's token mix; zero where it has no prices."""
    return mix_cost(
        switch_prompt_tokens,
        switch_answer_tokens,
        switch_input_price_per_m,
        switch_output_price_per_m,
        switch_cached,
        switch_cached_price,
        switch_cache_written,
        switch_cached_write_price,
        switch_batched,
        switch_batch_discount,
    )


def switch_tokens_per_call(
    tokens_per_call: Value, baseline_input_tokens: Value, baseline_output_tokens: Value
) -> Value:
    """Tokens that a price per 1,000 is charged for.

    Those of the baseline's mix, else tokens per call.
    """
    mix = fallback(baseline_input_tokens, 0) + fallback(baseline_output_tokens, 0)
    return where(given(baseline_input_tokens), mix, tokens_per_call)


def switch_cost_per_call(
    switch_input_price_per_m: Value,
    switch_mix_cost: Value,
    switch_tokens_per_call: Value,
    switch_cost_per_1k_tokens: Value,
) -> Value:
    """What one call costs on another general model.

        tokens per call / 1000 · price per 1,000 tokens, or a token mix

    Returns money per call. Source: docs/method.md, "Options".
    """
    per_1k = token_cost(switch_tokens_per_call, fallback(switch_cost_per_1k_tokens, 0))
    return where(given(switch_input_price_per_m), switch_mix_cost, per_1k)


def switch_yearly_change(switch_price_change: Value, baseline_price_change: Value) -> Value:
    """Yearly change of its prices; else the baseline's."""
    return fallback(switch_price_change, baseline_price_change)


# --- which options have figures -------------------------------------------------------------------------


def api_price_known(finetuned_input_tokens: Value, finetuned_cost_per_1k_tokens: Value) -> Value:
    """1 where a fine-tuned API model has a token mix or a price above 0, else 0."""
    return where(given(finetuned_input_tokens), 1, where(finetuned_cost_per_1k_tokens > 0, 1, 0))


def api_training_known(training_tokens_m: Value, training_price_per_m: Value) -> Value:
    """1 where training tokens and their price are given, be they 0, else 0."""
    return where(given(training_tokens_m) & given(training_price_per_m), 1, 0)


def switch_priced(
    switch_input_price_per_m: Value, switch_output_price_per_m: Value, switch_cost_per_1k_tokens: Value
) -> Value:
    """1 where another general model has a price, else 0."""
    mix = given(switch_input_price_per_m) & given(switch_output_price_per_m)
    return where(given(switch_cost_per_1k_tokens), 1, where(mix, 1, 0))


def switch_compared(
    switch_priced: Value,
    switch_input_price_per_m: Value,
    switch_prompt_tokens: Value,
    switch_answer_tokens: Value,
) -> Value:
    """1 where another general model has figures, else 0.

    It needs a price, and tokens where that is per million.
    """
    no_tokens = given(switch_input_price_per_m) & (switch_prompt_tokens + switch_answer_tokens <= 0)
    return where(no_tokens, 0, switch_priced)


def api_compared(serving: Any, api_price_known: Value, api_training_known: Value) -> Value:
    """1 where fine-tuning through an API has figures, else 0.

    A scenario that is paid by the token is that option.
    """
    return where(serving == "per_token", 1, api_price_known * api_training_known)


def selfhosted_compared(
    serving: Any, serving_gpu_hourly_rate: Value, serving_tokens_per_second: Value, training_hours: Value
) -> Value:
    """1 where self-hosting has figures, else 0.

    A self-hosted scenario is that option.
    """
    has_all = (serving_gpu_hourly_rate > 0) & (serving_tokens_per_second > 0) & (training_hours > 0)
    return where(serving == "self_hosted", 1, where(has_all, 1, 0))


# --- what each bears, in words --------------------------------------------------------------------------


def _listed(*amounts: tuple[Any, str]) -> Any:
    """The names of the amounts above 0, with commas between."""
    before, first = amounts[0]
    names = [where(before > 0, first, "")]
    for amount, name in amounts[1:]:
        comma = where(before > 0, ", ", "")
        names.append(where(amount > 0, sentence(comma, name), ""))
        before = before + amount
    return sentence(*names)


def _compared_without(*amounts: tuple[Any, str]) -> Any:
    """That an option is compared, and what it leaves out."""
    without = sentence(COMPARED, " Without ", _listed(*amounts), ".")
    return where(_sum(amounts) > 0, without, COMPARED)


def _sum(amounts: Sequence[tuple[Any, str]]) -> Any:
    total: Any = amounts[0][0]
    for amount, _ in amounts[1:]:
        total = total + amount
    return total


def switch_missing(switch_priced: Value) -> Any:
    """What another general model lacks, in words."""
    missing = where(switch_priced == 1, " The tokens of a call are missing.", " No price of another model is given.")
    return sentence(NOT_COMPARED, missing)


def switch_note(switch_compared: Value, switch_missing: Any) -> Any:
    """Whether another general model is compared, and why it is not."""
    return where(switch_compared == 1, COMPARED, switch_missing)


def api_without(gpu_training_cost: Value, storage_cost: Value, fleet_operations_monthly_cost: Value) -> Any:
    """What fine-tuning through an API leaves out of a self-hosted scenario, in words."""
    return _compared_without(
        (gpu_training_cost, "GPU training"),
        (storage_cost, "storage"),
        (fleet_operations_monthly_cost, "fleet operations"),
    )


def api_missing(api_price_known: Value, api_training_known: Value) -> Any:
    """What fine-tuning through an API lacks, in words."""
    return sentence(
        NOT_COMPARED,
        where(api_price_known == 1, "", " The fine-tuned price is missing."),
        where(api_training_known == 1, "", " Billed training tokens and their price are missing (0 counts)."),
    )


def api_note(serving: Any, api_compared: Value, api_without: Any, api_missing: Any) -> Any:
    """Whether fine-tuning through an API is compared.

    Else what is missing; of a derived one what it leaves out.
    """
    return where(serving == "per_token", OWN, where(api_compared == 1, api_without, api_missing))


def selfhosted_without(api_training_cost: Value, hosting_monthly_fee: Value) -> Any:
    """What self-hosting leaves out of a scenario that is paid by the token, in words."""
    return _compared_without((api_training_cost, "API training"), (hosting_monthly_fee, "the hosting fee"))


def selfhosted_missing(serving_gpu_hourly_rate: Value, serving_tokens_per_second: Value, training_hours: Value) -> Any:
    """What self-hosting lacks, in words."""
    return sentence(
        NOT_COMPARED,
        where(serving_gpu_hourly_rate > 0, "", " The serving GPU price is missing."),
        where(serving_tokens_per_second > 0, "", " The replica throughput is missing."),
        where(training_hours > 0, "", " The training time is missing."),
    )


def selfhosted_note(serving: Any, selfhosted_compared: Value, selfhosted_without: Any, selfhosted_missing: Any) -> Any:
    """Whether self-hosting is compared.

    Else what is missing; of a derived one what it leaves out.
    """
    return where(serving == "self_hosted", OWN, where(selfhosted_compared == 1, selfhosted_without, selfhosted_missing))


def gpu_training_aside(gpu_training_cost: Value, trains_on_gpus: Value) -> Value:
    """GPU training that the scenario does not bear."""
    return gpu_training_cost * (1 - trains_on_gpus)


def api_training_aside(api_training_cost: Value, trains_through_api: Value) -> Value:
    """API training that the scenario does not bear."""
    return api_training_cost * (1 - trains_through_api)


def hosting_aside(hosting_monthly_fee: Value, hosting_fee: Value) -> Value:
    """A hosting fee that the scenario does not bear."""
    return hosting_monthly_fee - hosting_fee


def fleet_aside(serving: Any, fleet_operations_monthly_cost: Value) -> Value:
    """Fleet operations that the scenario does not bear."""
    return where(serving == "self_hosted", 0, fleet_operations_monthly_cost)


def not_borne(gpu_training_aside: Value, api_training_aside: Value, hosting_aside: Value, fleet_aside: Value) -> Any:
    """What is given and the scenario does not bear, in words; empty for nothing.

    It counts for the other fine-tuned option alone.
    """
    training, running = gpu_training_aside + api_training_aside, hosting_aside + fleet_aside
    words = sentence(
        where(gpu_training_aside > 0, "GPU training", ""),
        where(api_training_aside > 0, "API training", ""),
        where((training > 0) & (running > 0), ", ", ""),
        where(hosting_aside > 0, "the hosting fee", ""),
        where(fleet_aside > 0, "fleet operations", ""),
    )
    told = sentence("Given but not borne by this scenario, only by the other fine-tuned option: ", words, ".")
    return where(training + running > 0, told, "")


# --- what they cost -------------------------------------------------------------------------------------


def stay_bill_now(baseline_monthly_api_calls: Value, baseline_cost_per_call: Value) -> Value:
    """What staying costs in a month at first-month prices, without review."""
    return baseline_monthly_api_calls * baseline_cost_per_call


def served_bill_now(
    serving: Any,
    baseline_monthly_api_calls: Value,
    finetuned_cost_per_call: Value,
    replicas_per_call: Value,
    min_replicas: Value,
    gpus_per_replica: Value,
    serving_gpu_hourly_rate: Value,
    hours_per_month: Value,
) -> Value:
    """What serving costs in a month with all traffic moved, at first-month prices."""
    gpus = serving_gpus("self_hosted", 1, baseline_monthly_api_calls, replicas_per_call, min_replicas, gpus_per_replica)
    fleet = fleet_bill(gpus, serving_gpu_hourly_rate, hours_per_month)
    return where(serving == "self_hosted", fleet, baseline_monthly_api_calls * finetuned_cost_per_call)


def fixed_bill_now(upkeep: Value, hosting_fee: Value) -> Value:
    """What a month costs beside serving: operations and the hosting fee."""
    return upkeep + hosting_fee


def bill_now(served_bill_now: Value, fixed_bill_now: Value) -> Value:
    """What a month costs with all traffic moved, without review.

    At first-month prices and pay.

        serving + operations + hosting fee

    Returns money per month. Source: docs/method.md, "Options".
    """
    return served_bill_now + fixed_bill_now


def cheaper(cost: Value, own_cost: Value, rounding: Value) -> Value:
    """1 where another option costs less than this one, by more than rounding, else 0."""
    return where(cost < own_cost - rounding, 1, 0)
