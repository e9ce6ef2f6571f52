"""How much shorter the prompt is after fine-tuning, and how much it must be.

A fine-tuned API model costs more per token than its base. It saves only when the prompt shrinks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from roi_engine.cashflow import MODEL
from roi_engine.equations import batch_factor, prompt_price
from roi_engine.graph import Graph
from roi_engine.value import UNDEFINED, Value, divide, fallback, given, where

# --- equations ------------------------------------------------------------------------------------------


def prompt_shrink_planned(baseline_input_tokens: Value, finetuned_input_tokens: Value) -> Value:
    """The part of the prompt that fine-tuning makes needless.

    Undefined without two token mixes.
    """
    kept = divide(fallback(finetuned_input_tokens, 0), fallback(baseline_input_tokens, 0), UNDEFINED)
    return where(given(baseline_input_tokens) & given(finetuned_input_tokens), 1 - kept, UNDEFINED)


def prompt_shrink_to_pay(
    baseline_input_tokens: Value,
    baseline_mix_cost: Value,
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
    """The shrink of the prompt at which a call costs the same on both models.

    Undefined without two token mixes.
    """
    answer = fallback(finetuned_output_tokens, 0) * fallback(finetuned_output_price_per_m, 0)
    price = prompt_price(
        fallback(finetuned_input_price_per_m, 0),
        fallback(finetuned_cached_share, 0),
        finetuned_cached_price,
        fallback(finetuned_cached_write_share, 0),
        finetuned_cached_write_price,
    )
    left = batch_factor(fallback(finetuned_batch_share, 0), fallback(finetuned_batch_discount, 0))
    kept = divide(
        baseline_mix_cost * 1_000_000 - answer * left, fallback(baseline_input_tokens, 0) * price * left, UNDEFINED
    )
    return where(given(baseline_input_tokens) & given(finetuned_input_tokens), 1 - kept, UNDEFINED)


PROMPT = Graph(MODEL.equations | {each.__name__: each for each in (prompt_shrink_planned, prompt_shrink_to_pay)})
"""Both equations on the token mixes of the model."""

# --- for a scenario -------------------------------------------------------------------------------------


def prompt_shrink(inputs: Mapping[str, Any]) -> float | None:
    """The part of the baseline's prompt that the fine-tuned model does without.

        1 − fine-tuned input tokens / baseline input tokens

    inputs : every input by name, as `Scenario.inputs` gives them.
    Returns a fraction, negative where the prompt grows; None unless both sides give a token mix.
    Source: docs/method.md, "A shorter prompt".

    >>> from roi_engine.reference import REFERENCE
    >>> print(prompt_shrink(REFERENCE.inputs()))
    None
    """
    return _found("prompt_shrink_planned", inputs)


def prompt_shrink_needed(inputs: Mapping[str, Any]) -> float | None:
    """The part of the prompt that must go before a call costs no more than today.

        1 − (cost of a call today − output tokens · p_output) / (input tokens today · p_prompt)

    p_output and p_prompt are the fine-tuned model's with its batch discount, p_prompt with its cached share too. With
    the same answer at k times both prices this is (1 − 1/k) · (1 + output cost / input cost).

    inputs : every input by name, as `Scenario.inputs` gives them.
    Returns a fraction: 0 or less where no shrink is needed, above 1 where the answer alone costs more than the whole
    call does today; None unless both sides give a token mix, or where the fine-tuned prompt is free.
    Source: docs/method.md, "A shorter prompt".

    >>> from roi_engine.reference import REFERENCE
    >>> mixes = {"baseline_input_tokens": 1800, "baseline_output_tokens": 250,
    ...     "baseline_input_price_per_m": 2, "baseline_output_price_per_m": 8,
    ...     "finetuned_input_tokens": 1800, "finetuned_output_tokens": 250,
    ...     "finetuned_input_price_per_m": 3, "finetuned_output_price_per_m": 12}
    >>> round(prompt_shrink_needed(REFERENCE.inputs() | mixes), 4)
    0.5185
    """
    return _found("prompt_shrink_to_pay", inputs)


def _found(name: str, inputs: Mapping[str, Any]) -> float | None:
    value = PROMPT.evaluate(inputs, (name,))[name]
    return None if math.isnan(value) else float(value)
