"""The price map that litellm publishes, as rows of a price table.

The file is ``model_prices_and_context_window.json``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from roi_engine.errors import PriceTableError, Problem, shortened
from roi_engine.prices.price_row import PriceRow, plain_name

SOURCE = "litellm price map"

COST_KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached": "cache_read_input_token_cost",
    "batch_input": "input_cost_per_token_batches",
    "batch_output": "output_cost_per_token_batches",
}
"""The map's keys by the kinds of a price table. Its prices are per token and in USD."""

EXPLANATION = "sample_spec"
"""The entry that explains the others."""

DEAREST_TOKEN = 0.01
"""A price of one token above this is one per thousand or million tokens."""


MOST_DIGITS = 10**18
"""A whole number above this is no price, and may be none that a float holds."""


class _Entry(dict[str, Any]):
    """An object of the map that remembers which keys it was given twice."""

    repeated: tuple[str, ...] = ()


def _without_repeats(pairs: list[tuple[str, Any]]) -> _Entry:
    entry = _Entry(pairs)
    if len(entry) < len(pairs):
        entry.repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return entry


def litellm_rows(text: str, place: str, read_on: date) -> list[PriceRow]:
    """The rows of a price map, prices per million tokens.

    Models without a price per token are left out.

    text : JSON.
    place : what problems name as the file.
    read_on : the day on which the map was read.
    Raises `PriceTableError` with every problem: no JSON, a model or key given twice, a price that is no number,
    negative, or not per token.
    Source: docs/prices.md.

    >>> map = '{"mine": {"litellm_provider": "me", "input_cost_per_token": 2e-06, "mode": "chat"}}'
    >>> [(row.name, row.kind, row.value) for row in litellm_rows(map, "map.json", date(2026, 8, 5))]
    [('mine', 'input', 2.0)]
    """
    entries = _parsed(text, place)
    problems = [Problem(f"{place}: {model}", "Given twice. Keep one of the two.") for model in entries.repeated]
    problems += _alike(entries, place)
    rows: list[PriceRow] = []
    for model, entry in entries.items():
        if model == EXPLANATION:
            continue
        where = f"{place}: {shortened(model)}"
        name = plain_name(model)
        if not name.isprintable() or not name:
            problems.append(Problem(where, "The name of a model is a text that can be printed."))
            continue
        if not isinstance(entry, _Entry):
            problems.append(Problem(where, "A model has an object with its prices."))
            continue
        problems += [Problem(f"{where}, {key}", "Given twice. Keep one of the two.") for key in entry.repeated]
        vendor = entry.get("litellm_provider")
        vendor = plain_name(vendor) if isinstance(vendor, str) and vendor.isprintable() else ""
        for kind, key in COST_KEYS.items():
            cost = entry.get(key)
            if cost is None:
                continue
            wrong = _wrong(cost)
            if wrong:
                problems.append(Problem(f"{where}, {key}", wrong))
                continue
            price = float(f"{cost * 1_000_000:.12g}")
            rows.append(PriceRow(name, vendor, kind, price, "USD", None, None, SOURCE, read_on))
    if not problems and not rows:
        problems.append(
            Problem(place, f"No model has a price. A price map has models with {', '.join(COST_KEYS.values())}.")
        )
    if problems:
        raise PriceTableError(problems)
    return rows


def _parsed(text: str, place: str) -> _Entry:
    try:
        entries = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        where = f"{place}, line {error.lineno}, column {error.colno}"
        raise PriceTableError([Problem(where, f"This is not valid JSON: {error.msg}.")]) from None
    except (ValueError, RecursionError):
        words = "This is no price map: a number has thousands of digits, or brackets are nested too deeply."
        raise PriceTableError([Problem(place, words)]) from None
    if not isinstance(entries, _Entry):
        raise PriceTableError([Problem(place, 'A price map is an object of models: {"gpt-4.1": {…}, …}.')])
    return entries


def _alike(entries: Mapping[str, Any], place: str) -> Iterator[Problem]:
    """Models that a table does not tell apart: their case or spaces differ only."""
    seen: dict[str, str] = {}
    for model in entries:
        first = seen.setdefault(plain_name(model).lower(), model)
        if first != model:
            yield Problem(f"{place}: {model}", f'The model stands there as "{first}" too. Keep one of the two.')


def _wrong(cost: Any) -> str:
    """What is wrong with a price of one token; empty where nothing is."""
    if isinstance(cost, bool) or not isinstance(cost, (int, float)):
        return f"{json.dumps(cost)[:40]} is not a number."
    if isinstance(cost, int) and abs(cost) > MOST_DIGITS:  # no float holds it
        return "The number has too many digits. Prices in this map are of one token."
    if not math.isfinite(cost):
        return f"{cost} is not a finite number."
    if cost < 0:
        return f"{cost} is negative. A price is at least 0."
    if cost > DEAREST_TOKEN:
        return f"{cost:g} is {cost * 1e6:,.0f} per million tokens. Prices in this map are of one token."
    return ""
