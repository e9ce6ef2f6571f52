"""The price map that litellm publishes, as rows of a price table.

The file is ``model_prices_and_context_window.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from roi_engine.errors import Problem, shortened
from roi_engine.prices.price_map import Entry, PriceMap, finished, rows_of, wrong_price
from roi_engine.prices.price_row import PriceRow, plain_name

SOURCE = "litellm price map"

COST_KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "batch_input": "input_cost_per_token_batches",
    "batch_output": "output_cost_per_token_batches",
}
"""The map's keys by the kinds of a price table. Its prices are per token and in USD."""

_KINDS = {key: kind for kind, key in COST_KEYS.items()}
_TIER = re.compile(r"((?:in|out)put_cost_per_token|cache_(?:read|creation)_input_token_cost)_above_(\d{1,5})k_tokens")

_TIERS = "tiered_pricing"
_TIERED = {kind: COST_KEYS[kind] for kind in ("input", "output", "cached", "cache_write")}
"""The prices of a list of tiers, each with the range of prompt tokens for which it holds."""

EXPLANATION = "sample_spec"
"""The entry that explains the others."""


def litellm_prices(entries: Entry, place: str, read_on: date) -> PriceMap:
    """The prices of a map, per million tokens, and the entries that were left out.

    Models without a price per token are no entries that are left out; those with a wrong one are, whole.

    entries : the map's object.
    place : what problems name as the file.
    read_on : the day on which the map was read.
    Raises `PriceTableError` where no price is left.
    Source: docs/prices.md.

    >>> from roi_engine.prices.price_map import parsed
    >>> map = parsed('{"mine": {"litellm_provider": "me", "input_cost_per_token": 2e-06, "mode": "chat"}}', "")
    >>> [(row.name, row.kind, row.value) for row in litellm_prices(map, "map.json", date(2026, 8, 5)).rows]
    [('mine', 'input', 2.0)]
    """
    left_out: list[Problem] = []
    rows: list[PriceRow] = []
    contradicted = set(entries.repeated) | _contradicted(entries)
    seen: set[str] = set()
    for model, entry in entries.items():
        if model == EXPLANATION:
            continue
        where, name = f"{place}: {shortened(model)}", plain_name(model)
        if not name.isprintable() or not name:
            left_out.append(Problem(where, "The name of a model is a text that can be printed."))
            continue
        if not isinstance(entry, Entry):
            left_out.append(Problem(where, "A model has an object with its prices."))
            continue
        if model in contradicted:
            left_out.append(Problem(where, "Given twice, and not alike. Keep one of the two."))
            continue
        wrong = list(_wrong(entry, where))
        left_out += wrong
        if wrong or name.lower() in seen:
            continue
        seen.add(name.lower())
        vendor = entry.get("litellm_provider")
        vendor = plain_name(vendor) if isinstance(vendor, str) and vendor.isprintable() else ""
        prices = {kind: cost * 1_000_000 for kind, _, cost in _costs(entry)}
        rows += rows_of(prices, name, vendor, SOURCE, read_on)
    return finished(rows, left_out, place, f"A price map has models with {', '.join(COST_KEYS.values())}.")


def _costs(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The prices of an entry: kind, key and what the map has.

    Those of a list of tiers come last, without the kinds that have a key of their own.
    """
    named = list(_named_costs(entry))
    yield from named
    if _TIERS in entry:
        known = {kind for kind, _, _ in named}
        yield from (each for each in _tier_costs(entry[_TIERS]) if each[0] not in known)


def _tier_costs(tiers: Any) -> Iterator[tuple[str, str, Any]]:
    """The prices of a list of tiers.

    The first holds from no tokens on, another above so many thousand.
    """
    for tier in tiers if isinstance(tiers, list) else ():
        start = _start(tier)
        if start is None:
            continue
        above = f"_above_{start}k" if start else ""
        for kind, key in _TIERED.items():
            if tier.get(key) is not None:
                yield f"{kind}{above}", f"{_TIERS}, {key}", tier[key]


def _start(tier: Any) -> int | None:
    """Above how many thousand prompt tokens a tier holds.

    None where it does not say so.

    >>> _start({"range": [0, 32000]}), _start({"range": [32000.0, 128000.0]}), _start({"range": [500, 1000]})
    (0, 32, None)
    """
    spans = tier.get("range") if isinstance(tier, Mapping) else None
    start = spans[0] if isinstance(spans, list) and spans else None
    if isinstance(start, bool) or not isinstance(start, (int, float)) or not 0 <= start < 1e8 or start % 1000 > 1:
        return None
    return int(start) // 1000


def _named_costs(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The prices that have a key of their own."""
    for key, cost in entry.items():
        if cost is None:
            continue
        kind = _KINDS.get(key)
        if kind is None and "_above_" in key:
            tier = _TIER.fullmatch(key)
            kind = f"{_KINDS[tier[1]]}_above_{int(tier[2])}k" if tier and int(tier[2]) else None
        if kind is not None:
            yield kind, key, cost


def _wrong(entry: Entry, where: str) -> Iterator[Problem]:
    """What is wrong with the prices of an entry."""
    for _, key, cost in _costs(entry):
        if key in entry.repeated:
            yield Problem(f"{where}, {key}", "Given twice, and not alike. Keep one of the two.")
            continue
        sentence = wrong_price(cost, 1, "one token")
        if sentence:
            yield Problem(f"{where}, {key}", sentence)
    tiers = entry.get(_TIERS)
    for tier in tiers if isinstance(tiers, list) else ():
        if isinstance(tier, Mapping) and not tier.keys().isdisjoint(_TIERED.values()) and _start(tier) is None:
            yield Problem(f"{where}, {_TIERS}", "A tier has its range, in thousands of prompt tokens: [32000, 128000].")


def _contradicted(entries: Mapping[str, Any]) -> set[str]:
    """Models that a table does not tell apart, and that have other prices.

    Their case or spaces differ only.
    """
    first: dict[str, str] = {}
    found = set()
    for model, entry in entries.items():
        before = first.setdefault(plain_name(model).lower(), model)
        if before != model and entries[before] != entry:
            found |= {before, model}
    return found
