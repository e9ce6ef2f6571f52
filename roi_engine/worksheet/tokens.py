"""Worksheet functions: what a call, a month and a training cost at token prices."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine.equations import call_cost as cost_of_mix
from roi_engine.worksheet.catalogue import TOKENS, Argument, worksheet_function


@worksheet_function(
    "FT_CALLCOST",
    TOKENS,
    "Cost of one call from its tokens and prices per million; cached tokens are part of the input tokens, a batch discount falls on the batch share.",
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
) -> float:
    """Cost of one call.

        [input · ((1 − cached) · p_in + cached · p_cached) + output · p_out] / 10⁶ · (1 − batched · discount)

    Tokens per call; prices in currency per million tokens; shares and discount as decimals. Returns currency
    per call. Source: docs/method.md, "Token prices".

    >>> call_cost(1800, 250, 2, 8, 0.5, 0.5)
    0.00425
    """
    cached_price = input_price_per_m if cached_price_per_m is None else cached_price_per_m
    cost: Any = cost_of_mix(
        input_tokens, output_tokens, input_price_per_m, output_price_per_m, cached_share, cached_price
    )
    return float(cost * (1 - batch_share * batch_discount))


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
    return calls * tokens_per_call / 1000 * cost_per_1k_tokens


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
