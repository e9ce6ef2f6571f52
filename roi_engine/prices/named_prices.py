"""Models and GPUs that a scenario names in place of typing their prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from roi_engine.errors import FtRoiError, Problem, UnknownName
from roi_engine.prices.price_row import TIER, PriceRow
from roi_engine.prices.price_tables import PriceTable, price_tables
from roi_engine.quantity import DATE, currency_code
from roi_engine.scenario_rules import mix_given

AS_OF = "prices_as_of"

FILLS: dict[str, dict[str, str]] = {
    "baseline_model": {
        "baseline_input_price_per_m": "input",
        "baseline_output_price_per_m": "output",
        "baseline_cached_price_per_m": "cached",
        "baseline_cached_write_price_per_m": "cache_write",
    },
    "finetuned_model": {
        "finetuned_input_price_per_m": "input",
        "finetuned_output_price_per_m": "output",
        "finetuned_cached_price_per_m": "cached",
        "finetuned_cached_write_price_per_m": "cache_write",
        "training_price_per_m": "training",
    },
    "switch_model": {
        "switch_input_price_per_m": "input",
        "switch_output_price_per_m": "output",
        "switch_cached_price_per_m": "cached",
        "switch_cached_write_price_per_m": "cache_write",
    },
    "gpu": {"gpu_hourly_rate": "hourly_typical"},
    "serving_gpu": {"serving_gpu_hourly_rate": "hourly_typical"},
}
"""The inputs that a name fills in, by the kind of figure that each takes."""

NAMES = (*FILLS, AS_OF)
"""The keys of a scenario file that are no inputs: names to look up, and the day whose prices are wanted."""

_MAY_BE_UNKNOWN = ("cached", "cache_write", "training")
SOURCE = "Price table: "


def fill_in(values: dict[str, Any]) -> list[Problem]:
    """Replaces names by figures, and says in ``sources`` where each comes from.

    values : inputs by name, with the names of `NAMES` among them.
    Returns what is wrong.
    Source: docs/prices.md.

    A figure that is typed stays; so does a side that is priced per 1,000 tokens, of which a name that gives nothing
    else is a problem. A GPU brings its range of prices where none is typed.

    >>> values = {"gpu": "A100"}
    >>> fill_in(values), values["gpu_hourly_rate"], values["sources"]["gpu_hourly_rate"]
    ([], 1.39, 'Price table: A100 80GB, read 2026-01-01, RunPod secure, SkyPilot catalogue v8')
    """
    named = {key: values.pop(key) for key in NAMES if key in values}
    problems: list[Problem] = []
    day = _day(named.pop(AS_OF, None), problems)
    for key, name in named.items():
        if not is_name(name):
            problems.append(Problem(key, NO_NAME))
            _stand_in(key, values)
            continue
        try:
            rows = _rows(key, name, day, values)
        except FtRoiError as error:
            problems.append(Problem(key, str(error), error.code))
            _stand_in(key, values)
            continue
        if not rows and _priced_per_1k(key, values):
            problems.append(Problem(key, _NOTHING_TO_FILL.format(side=key.removesuffix("_model"))))
        _enter(key, rows, day, values, problems)
    return problems


NO_NAME = "Write a name of the price table in quotation marks."


def is_name(given: Any) -> bool:
    """Whether what a key holds can be a name.

    >>> is_name("H100 SXM"), is_name(" "), is_name(100)
    (True, False, False)
    """
    return isinstance(given, str) and bool(given.strip())


_NOTHING_TO_FILL = (
    "The name gives no figure: {side}_cost_per_1k_tokens is the price. Delete one of the two, or type the tokens of a "
    "call ({side}_input_tokens, {side}_output_tokens) in place of that price."
)


def _priced_per_1k(key: str, values: Mapping[str, Any]) -> bool:
    """Whether the side of a model is priced per 1,000 tokens."""
    side = key.removesuffix("_model")
    return values.get(f"{side}_cost_per_1k_tokens") is not None and not mix_given(values, side)


def _stand_in(key: str, values: dict[str, Any]) -> None:
    """Figures for a name that gives none: the name is told, not its prices too."""
    for field in FILLS[key]:
        values.setdefault(field, 1.0)


def _day(given: Any, problems: list[Problem]) -> date | None:
    if given is None:
        return None
    try:
        day: date = DATE.check(given)
    except FtRoiError as error:
        problems.append(Problem(AS_OF, str(error), error.code))
        return None
    return day


def _rows(key: str, name: str, day: date | None, values: dict[str, Any]) -> dict[str, PriceRow]:
    """The rows of the inputs that are not typed."""
    tables = price_tables()
    table: PriceTable = tables.gpus if key in ("gpu", "serving_gpu") else tables.models
    table.find(name)
    side = key.removesuffix("_model")
    per_1k = _priced_per_1k(key, values)
    rows = {}
    above, beyond = _tiers(table, name, key, values)
    for field, kind in FILLS[key].items():
        long, longer = (_known(table, name, f"{kind}{tier}", day) if tier else None for tier in (above, beyond))
        if long is not None and values.get(field) is not None:
            _note_typed(field, long, values)
        if values.get(field) is not None or (per_1k and field.startswith(side)):
            continue
        if kind == "hourly_typical" and kind not in table.kinds(name):
            raise UnknownName(f"{table.find(name)} has no price in the price table. Type {field}.")
        row = long or (_known(table, name, kind, day) if kind in _MAY_BE_UNKNOWN else table.row(name, kind, day))
        if row is not None:
            rows[field] = row
        if row is not None and longer is not None and longer.value != row.value:
            _add_note(field, f"{_above(longer)}.", values)
    return rows


def _tiers(table: PriceTable, name: str, key: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """The endings of the kinds of a side's prompts and of longer ones: _above_200k.

    Empty where there are none.
    """
    side = key.removesuffix("_model")
    tokens = values.get(f"{side}_input_tokens")
    if tokens is None and side == "switch":
        tokens = values.get("baseline_input_tokens")
    if not key.endswith("_model") or isinstance(tokens, bool) or not isinstance(tokens, (int, float)):
        return "", ""
    sizes = {int(tier[2]) for kind in table.kinds(name) if (tier := TIER.fullmatch(kind))}
    reached = max((size for size in sizes if size * 1000 < tokens), default=0)
    next_one = min((size for size in sizes if size * 1000 >= tokens), default=0)
    return _ending(reached), _ending(next_one)


def _ending(thousands: int) -> str:
    return f"_above_{thousands}k" if thousands else ""


ABOVE = "Above {tokens:,} prompt tokens {name} costs {price:.15g} per million"
"""What stands beside a price of long prompts, or beside one that is typed in its place."""


def _above(row: PriceRow) -> str:
    tier = TIER.fullmatch(row.kind)
    return ABOVE.format(tokens=int(tier[2]) * 1000, name=row.name, price=row.value) if tier else ""


def _note_typed(field: str, row: PriceRow, values: dict[str, Any]) -> None:
    """A note beside a typed price, where the table has another for long prompts."""
    if values[field] != row.value:
        _add_note(field, f"{_above(row)}; this price is typed.", values)


def _add_note(field: str, words: str, values: dict[str, Any]) -> None:
    notes = values.get("notes")
    before = notes.get(field) if isinstance(notes, Mapping) else None
    annotate(values, "notes", field, f"{before} {words}" if isinstance(before, str) else words)


def _enter(
    key: str, rows: Mapping[str, PriceRow], day: date | None, values: dict[str, Any], problems: list[Problem]
) -> None:
    """Puts figures in their places, unless their currency is not the scenario's."""
    currency = values.get("currency", "USD")
    currency = currency_code(currency) if isinstance(currency, str) else currency
    for row in rows.values():
        if row.currency != currency:
            sentence = f"{row.name} has its price in {row.currency}, the scenario is in {currency}. Type the price."
            problems.append(Problem(key, sentence))
            _stand_in(key, values)
            return
    for field, row in rows.items():
        values[field] = row.value
        annotate(values, "sources", field, SOURCE + row.evidence)
        if TIER.fullmatch(row.kind):
            _add_note(field, f"{_above(row)}, for all tokens of the call.", values)
        if row.kind == "hourly_typical":
            _enter_range(field, row, day, values)
    if key.endswith("_model"):
        _enter_batch_discount(key.removesuffix("_model"), rows, day, values)


def _enter_batch_discount(side: str, rows: Mapping[str, PriceRow], day: date | None, values: dict[str, Any]) -> None:
    """What batches save, where a share is typed and both prices have one discount."""
    discount = f"{side}_batch_discount"
    shares = [values.get(f"{each}_batch_share") for each in (side, *(("baseline",) if side == "switch" else ()))]
    if all(share is None for share in shares) or values.get(discount) is not None:
        return
    found = []
    for kind in ("input", "output"):
        row = rows.get(f"{side}_{kind}_price_per_m")
        batched = _known(price_tables().models, row.name, f"batch_{kind}", day) if row else None
        if row is None or batched is None or row.value <= 0 or row.kind != kind:
            return
        found.append((round(1 - batched.value / row.value, 12), batched))
    (one, row), (other, _) = found
    if one == other and 0 <= one <= 1:
        values[discount] = one
        annotate(values, "sources", discount, SOURCE + row.evidence)


def _enter_range(field: str, row: PriceRow, day: date | None, values: dict[str, Any]) -> None:
    """How far the price of a GPU lies between offers, where the scenario does not say."""
    ranges = values.get("ranges")
    if isinstance(ranges, Mapping) and field in ranges:
        return
    low, high = (_known(price_tables().gpus, row.name, f"hourly_{end}", day) for end in ("low", "high"))
    if low and high and low.value <= row.value <= high.value:
        annotate(values, "ranges", field, {"low": low.value, "high": high.value})


def _known(table: PriceTable, name: str, kind: str, day: date | None) -> PriceRow | None:
    """A row that the table may lack."""
    try:
        return table.row(name, kind, day)
    except UnknownName:
        return None


def annotate(values: dict[str, Any], section: str, field: str, entry: Any) -> None:
    """Puts a range, source or note beside a figure, in place of one that is there.

    section : ``ranges``, ``sources`` or ``notes``.
    """
    before = values.get(section)
    if before is None or isinstance(before, Mapping):
        values[section] = {**(before or {}), field: entry}
