"""The equations of what a replica serves.

Named, like those of `roi_engine.equations`. A request costs its prompt, which is read in at once (prefill), and its
answer, which comes a token at a time: in every step each request in flight gets one. A step waits for the memory that
it reads (weights, cached tokens), for the calculation, for the start of each layer and for the other GPUs of the
replica; here it waits for all of them in turn.

The constants were fitted to measured rates; docs/estimates.md says to which, and how far off they are.
"""

from __future__ import annotations

from roi_engine.value import ROUNDING, Value, ceiling, maximum, minimum, where

REACHED_IN_16_BITS = 0.64
REACHED_IN_FP8 = 0.59
"""Shares of the peak that calculation reaches."""

REACHED_OF_BANDWIDTH = 0.77
REACHED_OF_LINK = 0.35
SECONDS_A_LAYER = 75e-6
"""Share of the memory's bandwidth, of the link in one direction, and what starting a layer takes."""

USABLE_MEMORY = 0.9 * 1.07
TAKEN_GB = 1.0
"""Engines take 90 % of the memory; what is sold as a gigabyte has 1.07 of them; one is theirs."""

MOST_REQUESTS = 256
SECONDS_BETWEEN_TOKENS = 0.05
"""How many requests are served at once where nobody says: the most that keep this time between tokens."""

_HALVINGS = 8  # of 256


def weights_gb(params_b: Value, weight_bytes: Value) -> Value:
    """Memory of the weights, GB."""
    return params_b * weight_bytes


def room_gb(memory_gb: Value, gpus: Value, weights_gb: Value) -> Value:
    """Memory that the weights leave to requests, GB; below 0 where they do not fit."""
    return (USABLE_MEMORY * memory_gb - TAKEN_GB) * gpus - weights_gb


def request_gb(kv_bytes_per_token: Value, input_tokens: Value, output_tokens: Value) -> Value:
    """Memory of the keys and values of a whole request, GB."""
    return kv_bytes_per_token * (input_tokens + output_tokens) / 1e9


def requests_that_fit(room_gb: Value, request_gb: Value) -> Value:
    """Whole requests that fit beside the weights."""
    return maximum(-ceiling(-room_gb / request_gb * (1 + ROUNDING)), 0)


def operations_per_second(calculation_tflops: Value, gpus: Value) -> Value:
    """Operations that the replica does in a second, with its weights."""
    return calculation_tflops * 1e12 * gpus


def attention_per_second(peak_tflops: Value, gpus: Value) -> Value:
    """Operations of attention that the replica does in a second, always in 16 bits."""
    return REACHED_IN_16_BITS * peak_tflops * 1e12 * gpus


def bytes_per_second(bandwidth_tb_s: Value, gpus: Value) -> Value:
    """Bytes that the replica reads from its memory in a second."""
    return REACHED_OF_BANDWIDTH * bandwidth_tb_s * 1e12 * gpus


def talk_per_token(layers: Value, hidden: Value, gpus: Value, link_gb_s: Value) -> Value:
    """Seconds that the GPUs of a replica tell each other about a token.

    Two sums a layer, of numbers of 16 bits.
    """
    return 8 * layers * hidden * (gpus - 1) / gpus / (REACHED_OF_LINK * link_gb_s * 1e9 / 2)


def prompt_calculation(active_b: Value, input_tokens: Value, operations_per_second: Value) -> Value:
    """Seconds in which the weights are applied to a prompt."""
    return 2 * active_b * 1e9 * input_tokens / operations_per_second


def prompt_attention(input_tokens: Value, attention_width: Value, layers: Value, attention_per_second: Value) -> Value:
    """Seconds in which the tokens of a prompt attend to each other."""
    return 2 * input_tokens * input_tokens * attention_width * layers / attention_per_second


def prompt_talk(talk_per_token: Value, input_tokens: Value) -> Value:
    """Seconds in which the GPUs tell each other about a prompt."""
    return talk_per_token * input_tokens


def prompt_seconds(prompt_calculation: Value, prompt_attention: Value, prompt_talk: Value) -> Value:
    """Seconds in which a prompt is read in."""
    return prompt_calculation + prompt_attention + prompt_talk


def cached_tokens(input_tokens: Value, output_tokens: Value) -> Value:
    """Tokens of a request that a step reads on average: prompt and half the answer."""
    return input_tokens + output_tokens / 2


def weights_reading(
    params_b: Value,
    experts_b: Value,
    expert_share: Value,
    weight_bytes: Value,
    requests_at_once: Value,
    bytes_per_second: Value,
) -> Value:
    """Seconds of a step in which the weights are read.

    Of the experts those that at least one of the requests uses: 1 − (1 − share of a token)^requests of them.
    """
    read_b = params_b - experts_b * (1 - expert_share) ** requests_at_once
    return read_b * 1e9 * weight_bytes / bytes_per_second


def cache_reading(
    requests_at_once: Value, cached_tokens: Value, kv_bytes_per_token: Value, bytes_per_second: Value
) -> Value:
    """Seconds of a step in which the keys and values of all requests are read."""
    return requests_at_once * cached_tokens * kv_bytes_per_token / bytes_per_second


def step_calculation(active_b: Value, requests_at_once: Value, operations_per_second: Value) -> Value:
    """Seconds of a step in which the weights are applied to a token of each request."""
    return 2 * active_b * 1e9 * requests_at_once / operations_per_second


def layer_starts(layers: Value) -> Value:
    """Seconds of a step in which its layers start."""
    return SECONDS_A_LAYER * layers


def step_talk(talk_per_token: Value, requests_at_once: Value) -> Value:
    """Seconds of a step in which the GPUs tell each other about its tokens."""
    return talk_per_token * requests_at_once


def step_seconds(
    weights_reading: Value, cache_reading: Value, step_calculation: Value, layer_starts: Value, step_talk: Value
) -> Value:
    """Seconds of a step, which gives every request a token."""
    return weights_reading + cache_reading + step_calculation + layer_starts + step_talk


def seconds_to_first_token(prompt_seconds: Value, step_seconds: Value) -> Value:
    """Seconds to the first token of a request that need not wait for a place."""
    return prompt_seconds + step_seconds


def seconds_between_tokens(
    step_seconds: Value, requests_at_once: Value, prompt_seconds: Value, output_tokens: Value
) -> Value:
    """Seconds between two tokens of a request.

    A step, and the prompts of the others that are read in meanwhile.
    """
    return step_seconds + (requests_at_once - 1) * prompt_seconds / output_tokens


def requests_per_second(
    prompt_seconds: Value, output_tokens: Value, step_seconds: Value, requests_at_once: Value
) -> Value:
    """Requests that are done in a second."""
    return 1 / (prompt_seconds + output_tokens * step_seconds / requests_at_once)


def output_rate(requests_per_second: Value, output_tokens: Value) -> Value:
    """Tokens written in a second: what engines publish."""
    return requests_per_second * output_tokens


def total_rate(requests_per_second: Value, input_tokens: Value, output_tokens: Value) -> Value:
    """Tokens read and written in a second: a scenario's serving_tokens_per_second."""
    return requests_per_second * (input_tokens + output_tokens)


def requests_in_time(
    prompt_seconds: Value,
    output_tokens: Value,
    params_b: Value,
    experts_b: Value,
    expert_share: Value,
    weight_bytes: Value,
    bytes_per_second: Value,
    cached_tokens: Value,
    kv_bytes_per_token: Value,
    active_b: Value,
    operations_per_second: Value,
    layer_starts: Value,
    talk_per_token: Value,
    requests_that_fit: Value,
) -> Value:
    """The most requests at once that keep 50 ms between tokens and fit the memory.

    No more than 256, and at least 1, whether it keeps the time or not.
    """
    few, many = maximum(requests_that_fit * 0, 1), maximum(minimum(requests_that_fit, MOST_REQUESTS), 1)
    for _ in range(_HALVINGS):
        middle = ceiling((few + many) / 2)
        step = step_seconds(
            weights_reading(params_b, experts_b, expert_share, weight_bytes, middle, bytes_per_second),
            cache_reading(middle, cached_tokens, kv_bytes_per_token, bytes_per_second),
            step_calculation(active_b, middle, operations_per_second),
            layer_starts,
            step_talk(talk_per_token, middle),
        )
        in_time = seconds_between_tokens(step, middle, prompt_seconds, output_tokens) <= SECONDS_BETWEEN_TOKENS
        few, many = where(in_time, middle, few), where(in_time, many, maximum(middle - 1, few))
    return few
