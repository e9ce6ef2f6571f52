"""Figures that no number can hold, and the inputs behind them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from roi_engine.errors import OutOfRange

_MONTHS_TO_COMPOUND = {
    "monthly_growth": 1,
    "baseline_price_change": 12,
    "finetuned_price_change": 12,
    "serving_gpu_price_change": 12,
    "pay_change": 12,
    "discount_rate": 12,
    "finance_rate": 12,
    "reinvest_rate": 12,
}
"""The rates that compound, and in how many months they do so once."""
_LARGE = 12
"""Powers of ten by which an input may multiply what it meets before it is named."""
_NAMED = 3


class TooLarge(OutOfRange):
    """Figures that a number cannot hold, because inputs are too large together."""


def is_too_large(values: Iterable[Any], sums: Iterable[Any]) -> bool:
    """Whether a figure is infinite, or a sum no number.

    Arrays are not looked at.

    >>> is_too_large([1.0, math.inf], []), is_too_large([math.nan], [1.0]), is_too_large([], [math.nan])
    (True, False, True)
    """
    for value in values:
        if isinstance(value, float) and math.isinf(value):
            return True
    return any(isinstance(value, float) and not math.isfinite(value) for value in sums)


def too_large(inputs: Mapping[str, Any]) -> TooLarge:
    """What is said of figures that are too large.

    It names the inputs that are likeliest to make them so.

    >>> print(too_large({"calls": 1e200, "months_to_amortize": 12}))
    The figures are too large to be calculated. Give numbers nearer 0: calls (1e+200).
    """
    months = inputs.get("months_to_amortize", 0)
    horizon = float(months) if isinstance(months, (int, float)) else 0.0
    sizes = {name: _powers_of_ten(name, value, horizon) for name, value in inputs.items()}
    largest = sorted((name for name in sizes if sizes[name] > 0), key=lambda name: -sizes[name])
    named = [name for name in largest if sizes[name] >= _LARGE][:_NAMED] or largest[:1]
    cure = " or ".join(_described(name, inputs[name], horizon) for name in named)
    return TooLarge(f"The figures are too large to be calculated. Give numbers nearer 0{f': {cure}' if cure else ''}.")


def _powers_of_ten(name: str, value: Any, horizon: float) -> float:
    """By how many powers of ten an input may multiply what it meets."""
    if isinstance(value, list):
        return max((_powers_of_ten(name, each, horizon) for each in value), default=0.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        return 0.0
    if name in _MONTHS_TO_COMPOUND:
        if value <= -1:
            return math.inf
        return abs(math.log10(1 + value)) * horizon / _MONTHS_TO_COMPOUND[name]
    return math.log10(abs(value)) if abs(value) > 1 else 0.0


def _described(name: str, value: Any, horizon: float) -> str:
    if isinstance(value, list):
        return name
    over = f", over {horizon:g} month{'' if horizon == 1 else 's'}" if name in _MONTHS_TO_COMPOUND else ""
    return f"{name} ({value:.12g}{over})"
