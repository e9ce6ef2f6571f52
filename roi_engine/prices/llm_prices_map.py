"""The price history of the llm-prices project, as rows of a price table.

Its files are ``current-v1.json``, ``historical-v1.json`` and one of each vendor.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from roi_engine.errors import Problem, shortened
from roi_engine.prices.history import overlaps
from roi_engine.prices.price_map import Entry, PriceMap, finished, rows_of, wrong_price
from roi_engine.prices.price_row import PriceRow, plain_name

SOURCE = "llm-prices"

KEYS = {"input": "input", "output": "output", "cached": "input_cached"}
"""The map's keys by the kinds of a price table. Its prices are per million tokens and in USD."""

_ABOVE = re.compile(r"> ?([1-9]\d{0,4})k\b")


def is_llm_prices(entries: Mapping[str, Any]) -> bool:
    """Whether a map is of this form, and not an object of models."""
    return any(isinstance(entries.get(key), list) for key in ("prices", "models"))


def llm_prices(entries: Entry, place: str, read_on: date) -> PriceMap:
    """The prices of a file with their periods, and the entries that were left out.

    entries : the file's object.
    place : what problems name as the file.
    read_on : the day on which it was read; the file's own ``updated_at`` comes first.
    Raises `PriceTableError` where no price is left.
    Source: docs/prices.md.

    >>> from roi_engine.prices.price_map import parsed
    >>> file = parsed('{"prices": [{"id": "mine", "vendor": "me", "input": 2, "output": 8, "input_cached": null}]}', "")
    >>> [(row.name, row.kind, row.value) for row in llm_prices(file, "prices.json", date(2026, 8, 5)).rows]
    [('mine', 'input', 2.0), ('mine', 'output', 8.0)]
    """
    left_out: list[Problem] = []
    rows: dict[tuple[str, str], list[PriceRow]] = {}
    read_on = _day(entries.get("updated_at")) or read_on
    names = {entry.get("id") for entry, _ in _entries(entries) if isinstance(entry, Entry)}
    for number, (entry, vendor) in enumerate(_entries(entries), 1):
        name = entry.get("id") if isinstance(entry, Entry) else None
        where = f"{place}: {shortened(name) if isinstance(name, str) else f'entry {number}'}"
        if (
            not isinstance(entry, Entry)
            or not isinstance(name, str)
            or not plain_name(name).isprintable()
            or not name.strip()
        ):
            left_out.append(Problem(where, "A model has an object with its id and its prices."))
            continue
        found, wrong = _rows(entry, plain_name(name), vendor, read_on, where)
        if not wrong:
            meeting = next((row for row in found if overlaps(row, rows.get(row.key, ()))), None)
            wrong = [Problem(where, f"Given twice, {meeting.kind}. Keep one of the two.")] if meeting else []
        left_out += wrong
        if not wrong:
            for row in (*found, *_of_long_prompts(found, entry.get("name"), names)):
                of_kind = rows.setdefault(row.key, [])
                if row not in of_kind:
                    of_kind.append(row)
    return finished(
        [row for of_kind in rows.values() for row in of_kind],
        left_out,
        place,
        f"A file of llm-prices has models with {', '.join(KEYS.values())}.",
    )


def _entries(entries: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """The entries with their vendors; of a vendor's file one for each period."""
    of_all = entries.get("vendor")
    for entry in entries.get("prices") or ():
        yield entry, _text(entry.get("vendor") if isinstance(entry, Entry) else "")
    for model in entries.get("models") or ():
        periods = model.get("price_history") if isinstance(model, Entry) else None
        known = {key: model[key] for key in ("id", "name") if key in model} if isinstance(model, Entry) else {}
        for period in periods if isinstance(periods, list) else [model]:
            yield Entry({**period, **known}) if isinstance(period, Entry) else period, _text(of_all)


def _rows(entry: Entry, name: str, vendor: str, read_on: date, where: str) -> tuple[list[PriceRow], list[Problem]]:
    """The rows of an entry, or what is wrong with it."""
    wrong = [
        Problem(f"{where}, {key}", sentence)
        for key in KEYS.values()
        if entry.get(key) is not None and (sentence := wrong_price(entry[key], 1_000_000, "a million tokens"))
    ]
    dates = [_day(entry.get(key)) for key in ("from_date", "to_date")]
    for key, day in zip(("from_date", "to_date"), dates, strict=True):
        if entry.get(key) is not None and day is None:
            wrong.append(Problem(f"{where}, {key}", f'"{shortened(str(entry[key]))}" is no date.'))
    if dates[0] and dates[1] and dates[0] >= dates[1]:
        wrong.append(Problem(f"{where}, to_date", f"{dates[1]} is not after {dates[0]}."))
    if wrong:
        return [], wrong
    prices = {kind: entry[key] for kind, key in KEYS.items() if entry.get(key) is not None}
    return rows_of(prices, name, vendor, SOURCE, read_on, *dates), []


def _of_long_prompts(rows: Iterable[PriceRow], label: Any, names: Container[Any]) -> Iterator[PriceRow]:
    """Prices of an entry for long prompts, as those of the model itself.

    label : the entry's name, such as "Gemini 2.5 Pro >200k"; its id ends in -200k then.
    names : the ids of the file.
    """
    above = _ABOVE.search(label) if isinstance(label, str) else None
    if above is None:
        return
    for row in rows:
        model = row.name.removesuffix(f"-{above[1]}k")
        if model != row.name and model in names:
            yield replace(row, name=model, kind=f"{row.kind}_above_{above[1]}k")


def _text(given: Any) -> str:
    return plain_name(given) if isinstance(given, str) and given.isprintable() else ""


def _day(given: Any) -> date | None:
    try:
        return date.fromisoformat(given[:10]) if isinstance(given, str) else None
    except ValueError:
        return None
