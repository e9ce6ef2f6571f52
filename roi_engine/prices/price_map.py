"""Price maps that others publish, read entry by entry.

What is good is taken, and what is not is named.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roi_engine.errors import PriceTableError, Problem
from roi_engine.prices.price_file import MOST_ROWS
from roi_engine.prices.price_row import PriceRow

DEAREST_PER_MILLION = 1000.0
"""In USD no list asks as much for a million tokens: a higher price is of another unit."""

MOST_DIGITS = 10**18
"""A whole number above this is no price, and may be none that a float holds."""


@dataclass(frozen=True)
class PriceMap:
    """The rows of a map, and what was left out of it, with the reason."""

    rows: list[PriceRow]
    left_out: list[Problem]


class Entry(dict[str, Any]):
    """An object of a map that remembers which keys it was given twice, not alike."""

    repeated: tuple[str, ...] = ()


def _remembering(pairs: list[tuple[str, Any]]) -> Entry:
    entry = Entry(pairs)
    if len(entry) < len(pairs):
        entry.repeated = tuple(dict.fromkeys(key for key, value in pairs if value != entry[key]))
    return entry


def parsed(text: str, place: str) -> Entry:
    """The object of a map.

    text : JSON.
    place : what problems name as the file.
    Raises `PriceTableError` where it is none.
    """
    try:
        entries = json.loads(text, object_pairs_hook=_remembering)
    except json.JSONDecodeError as error:
        where = f"{place}, line {error.lineno}, column {error.colno}"
        raise PriceTableError([Problem(where, f"This is not valid JSON: {error.msg}.")]) from None
    except (ValueError, RecursionError):
        words = "This is no price map: a number has thousands of digits, or brackets are nested too deeply."
        raise PriceTableError([Problem(place, words)]) from None
    if not isinstance(entries, Entry):
        raise PriceTableError([Problem(place, 'A price map is an object of models: {"gpt-4.1": {…}, …}.')])
    if len(entries) > MOST_ROWS:
        words = f"It has {len(entries):,} models, more than a table takes: {MOST_ROWS:,} rows."
        raise PriceTableError([Problem(place, words)])
    return entries


def wrong_price(price: Any, tokens: int, unit: str) -> str:
    """What is wrong with a price in USD; empty where nothing is.

    price : as the map has it.
    tokens : how many it is of.
    unit : the same in words.

    >>> wrong_price(2e-6, 1, "one token"), wrong_price(0.015, 1, "one token")
    ('', '0.015 is 15,000 per million tokens. Prices in this map are of one token.')
    """
    if isinstance(price, bool) or not isinstance(price, (int, float)):
        return f"{json.dumps(price)[:40]} is not a number."
    if isinstance(price, int) and abs(price) > MOST_DIGITS:  # no float holds it
        return f"The number has too many digits. Prices in this map are of {unit}."
    if not math.isfinite(price):
        return f"{price} is not a finite number."
    if price < 0:
        return f"{price} is negative. A price is at least 0."
    per_million = price * (1_000_000 / tokens)
    if per_million > DEAREST_PER_MILLION * (1 + 1e-9):
        return f"{price:g} is {per_million:,.0f} per million tokens. Prices in this map are of {unit}."
    return ""


def rows_of(
    prices: Mapping[str, float], name: str, vendor: str, source: str, read_on: date,
    from_date: date | None = None, to_date: date | None = None,
) -> list[PriceRow]:  # fmt: skip
    """The rows of a model's prices per million tokens, by kind."""
    return [
        PriceRow(name, vendor, kind, float(f"{price:.12g}"), "USD", from_date, to_date, source, read_on)
        for kind, price in prices.items()
    ]


def finished(rows: Iterable[PriceRow], left_out: list[Problem], place: str, needed: str) -> PriceMap:
    """A map that was read.

    needed : what a map has, in words.
    Raises `PriceTableError` where no price is left.
    """
    found = list(rows)
    if not found:
        raise PriceTableError(left_out or [Problem(place, f"No model has a price. {needed}")])
    return PriceMap(found, left_out)
