"""Worksheet functions: what a call, a month and a training cost at token prices."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine import serving
from roi_engine.equations import call_cost as cost_of_mix
from roi_engine.equations import token_cost
from roi_engine.errors import OutOfRange, UnknownName, did_you_mean
from roi_engine.value import ROUNDING
from roi_engine.worksheet.catalogue import TOKENS, Argument, worksheet_function

_CALLS = Argument("calls", q.CALLS, "Calls per month.")
_SERVED = (
    Argument("tokens_per_call", q.TOKENS, "Prompt and answer tokens of one call."),
    Argument(
        "tokens_per_second", q.THROUGHPUT, "Input + output tokens per second of one replica at the latency you accept."
    ),
)
_GPU_RATE = Argument("gpu_hourly_rate", q.GPU_HOUR_PRICE, "Price of one GPU for one hour.")
_PLANNED = (
    Argument(
        "target_utilisation",
        q.UTILISATION,
        "Share of its throughput that a replica is planned for at peak; empty: 60 %.",
        optional=True,
        default=serving.TARGET_UTILISATION,
    ),
    Argument(
        "peak_factor",
        q.PEAK_FACTOR,
        "Busiest hour over the average; empty: 3.",
        optional=True,
        default=serving.PEAK_FACTOR,
    ),
    Argument(
        "min_replicas", q.COUNT, "Replicas that always run; empty: 1.", optional=True, default=serving.MIN_REPLICAS
    ),
)
_GPUS = Argument(
    "gpus_per_replica", q.COUNT, "GPUs of one replica; empty: 1.", optional=True, default=serving.GPUS_PER_REPLICA
)
_OPERATIONS = Argument("operations", q.MONEY_PER_MONTH, "Monthly upkeep; empty: 0.", optional=True, default=0.0)


@worksheet_function(
    "FT_CALLCOST",
    TOKENS,
    "Cost of one call from its tokens and prices per million; tokens read from the cache and written to it are part of the input tokens, a batch discount falls on the batch share.",
    q.MONEY_PER_CALL,
    own=(
        Argument("input_tokens", q.TOKENS, "Prompt tokens, cached ones included."),
        Argument("output_tokens", q.TOKENS, "Tokens that the model writes."),
        Argument("input_price_per_m", q.PRICE_PER_MILLION, "Price of a million prompt tokens."),
        Argument("output_price_per_m", q.PRICE_PER_MILLION, "Price of a million written tokens."),
        Argument("cached_share", q.SHARE, "Share of the prompt read from the cache.", optional=True, default=0.0),
        Argument(
            "cached_price_per_m",
            q.PRICE_PER_MILLION,
            "Price of a million cached tokens; empty: the input price.",
            optional=True,
        ),
        Argument("batch_share", q.SHARE, "Share of the calls sent in batches.", optional=True, default=0.0),
        Argument("batch_discount", q.SHARE, "Discount on batched calls.", optional=True, default=0.0),
        Argument(
            "cached_write_share",
            q.SHARE,
            "Share of the prompt written to the cache; with the share read from it at most 1.",
            optional=True,
            default=0.0,
        ),
        Argument(
            "cached_write_price_per_m",
            q.PRICE_PER_MILLION,
            "Price of a million tokens written to the cache; empty: the input price.",
            optional=True,
        ),
    ),
    scenario="none",
    examples=(1800, 250, 2, 8, 0.5, 0.5),
)
def call_cost(
    input_tokens: float,
    output_tokens: float,
    input_price_per_m: float,
    output_price_per_m: float,
    cached_share: float = 0.0,
    cached_price_per_m: float | None = None,
    batch_share: float = 0.0,
    batch_discount: float = 0.0,
    cached_write_share: float = 0.0,
    cached_write_price_per_m: float | None = None,
) -> float:
    """Cost of one call.

        [input · ((1 − cached − written) · p_in + cached · p_cached + written · p_write) + output · p_out] / 10⁶
        · (1 − batched · discount)

    Tokens per call; prices in currency per million tokens; shares and discount as decimals. Returns currency
    per call. Source: docs/method.md, "Token prices".

    >>> call_cost(1800, 250, 2, 8, 0.5, 0.5)
    0.00425
    """
    if cached_share + cached_write_share > 1 + ROUNDING:
        raise OutOfRange(
            "cached_write_share: with cached_share it is above 1, and a prompt has no more tokens than its own."
        )
    cached_price = input_price_per_m if cached_price_per_m is None else cached_price_per_m
    write_price = input_price_per_m if cached_write_price_per_m is None else cached_write_price_per_m
    cost: Any = cost_of_mix(
        input_tokens,
        output_tokens,
        input_price_per_m,
        output_price_per_m,
        cached_share,
        cached_price,
        cached_write_share,
        write_price,
        batch_share,
        batch_discount,
    )
    return float(cost)


@worksheet_function(
    "FT_APICOST",
    TOKENS,
    "Monthly bill of an API: calls times tokens per call (1 when empty) at a price per 1,000 tokens.",
    q.MONEY_PER_MONTH,
    own=(
        Argument("calls", q.CALLS, "Calls per month."),
        Argument("cost_per_1k_tokens", q.PRICE_PER_1K, "Price of 1,000 tokens."),
        Argument("tokens_per_call", q.TOKENS, "Tokens of one call.", optional=True, default=1.0),
    ),
    scenario="none",
    examples=(5_000_000, 0.30),
)
def api_cost(calls: float, cost_per_1k_tokens: float, tokens_per_call: float = 1.0) -> float:
    """The monthly bill: calls · tokens per call / 1000 · price.

    >>> api_cost(5_000_000, 0.30)
    1500.0
    """
    cost: Any = token_cost(calls * tokens_per_call, cost_per_1k_tokens)
    return float(cost)


@worksheet_function(
    "FT_APITRAINCOST",
    TOKENS,
    "Cost of fine-tuning through an API: million tokens times epochs (1 when empty) at a price per million.",
    q.MONEY,
    own=(
        Argument("tokens_m", q.MILLION_TOKENS, "Million tokens of training data."),
        Argument("price_per_m", q.PRICE_PER_MILLION, "Price of a million training tokens."),
        Argument("epochs", q.COUNT, "Passes over the data.", optional=True, default=1),
    ),
    scenario="none",
    examples=(1, 2, 2),
)
def api_train_cost(tokens_m: float, price_per_m: float, epochs: int = 1) -> float:
    """The training bill: million tokens · epochs · price per million.

    >>> api_train_cost(1, 2, 2)
    4
    """
    return tokens_m * epochs * price_per_m


@worksheet_function(
    "FT_COSTPER1K",
    TOKENS,
    "Cost of 1,000 tokens on your own GPUs: a replica's hourly bill over what it produces in the hour at the month's average utilisation.",
    q.PRICE_PER_1K,
    own=(
        _GPU_RATE,
        _SERVED[1],
        Argument("utilisation", q.UTILISATION, "Share of the throughput in use, the month's average."),
        Argument("gpus", q.COUNT, "GPUs of the replica; empty: 1.", optional=True, default=1),
    ),
    scenario="none",
    examples=(3, 2500, 0.6),
)
def cost_per_1k(gpu_hourly_rate: float, tokens_per_second: float, utilisation: float, gpus: int) -> float:
    return serving.cost_per_1k_tokens(gpu_hourly_rate, tokens_per_second, utilisation, gpus)


@worksheet_function(
    "FT_GPUCOUNT",
    TOKENS,
    "GPUs that serve a month's calls: whole replicas for the busiest hour, never fewer than the minimum.",
    q.COUNT,
    own=(_CALLS, *_SERVED, *_PLANNED, _GPUS),
    scenario="none",
    examples=(10_000_000, 650, 2500),
)
def gpu_count(*arguments: Any) -> float:
    return serving.fleet_gpus(*arguments)


@worksheet_function(
    "FT_SELFHOST",
    TOKENS,
    "Monthly bill of a self-hosted fleet of 730 hours: its GPUs, used or not, and operations.",
    q.MONEY_PER_MONTH,
    own=(_CALLS, *_SERVED, _GPU_RATE, *_PLANNED, _GPUS, _OPERATIONS),
    scenario="none",
    examples=(10_000_000, 650, 2500, 3),
)
def self_host(
    calls: float, tokens_per_call: float, tokens_per_second: float, gpu_hourly_rate: float, *rest: Any
) -> float:
    *planned, operations = rest
    gpus = serving.fleet_gpus(calls, tokens_per_call, tokens_per_second, *planned)
    return serving.fleet_cost(gpus, gpu_hourly_rate, operations)


_WHICH = ("first", "always")


@worksheet_function(
    "FT_SELFBREAKEVEN",
    TOKENS,
    "Calls per month from which self-hosting costs no more than the API: first crossing (default), or always for good. Never where a full replica's call costs as much.",
    q.Quantity("calls, or never", "calls / month", "number", low=0),
    own=(
        Argument("api_cost_per_call", q.MONEY_PER_CALL, "What the API charges for a call."),
        *_SERVED,
        Argument("gpu_hourly_rate", q.MONEY_PER_HOUR, "Price of all GPUs of a replica for one hour."),
        *_PLANNED,
        _OPERATIONS,
        Argument("which", q.TEXT, "first or always; empty: first.", optional=True, default="first", kind="text"),
    ),
    scenario="none",
    examples=(0.00425, 650, 2500, 3, 0.6, 3, 1, 1000),
)
def self_break_even(*arguments: Any) -> float:
    *figures, which = arguments
    word = which.strip().lower()
    if word not in _WHICH:
        raise UnknownName(f'which: there is no "{which}".{did_you_mean(word, _WHICH)} Type first or always.')
    found = serving.self_hosting_break_even(*figures)
    return found.first if word == "first" else found.always
