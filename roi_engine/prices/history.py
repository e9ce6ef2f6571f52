"""The history of a price table: new prices added, old ones kept with their end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from roi_engine.prices.price_row import PriceRow

Periods = list[PriceRow]


@dataclass
class Changes:
    """What an import did: names that are new, changed, or only read again.

    older : names of which something was read later already; that stays as it is.
    """

    new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    read_again: set[str] = field(default_factory=set)
    older: set[str] = field(default_factory=set)


def with_history(old: Iterable[PriceRow], new: Iterable[PriceRow], day: date) -> tuple[list[PriceRow], Changes]:
    """A table with new rows in it, and what changed.

    old : the rows of the table.
    new : rows of which one without a ``from_date`` holds from ``day`` on.
    day : when the new rows begin to hold.
    Returns the rows and the changes.

    A figure that was not known before has no start then; one that is the same is only read again; another one ends the
    period in which the day lies, unless that was read later. A period ends where a later one, known already, begins.

    >>> was = PriceRow("o3", "", "input", 10, "USD", None, None, "a list", date(2025, 1, 1))
    >>> now = PriceRow("o3", "", "input", 2, "USD", None, None, "a list", date(2026, 8, 5))
    >>> rows, changes = with_history([was], [now], date(2025, 6, 10))
    >>> [(row.value, str(row.from_date), str(row.to_date)) for row in rows]
    [(10, 'None', '2025-06-10'), (2, '2025-06-10', 'None')]
    """
    figures: dict[tuple[str, str], Periods] = {}
    for row in old:
        figures.setdefault(row.key, []).append(row)
    known = {name for name, _ in figures}
    changes = Changes()
    names: dict[str, str] = {}
    for row in new:
        name = row.name.lower()
        names.setdefault(name, row.name)
        before = figures.get(row.key, [])
        after = _dated(before, row, day)
        figures[row.key] = after
        if name in known and _is_older(before, row, day):
            changes.older.add(names[name])
        if name not in known:
            changes.new.add(names[name])
        elif _figures(before) != _figures(after):
            changes.changed.add(names[name])
        else:
            changes.read_again.add(names[name])
    changes.read_again -= changes.changed
    rows = [row for periods in figures.values() for row in periods]
    return sorted(rows, key=lambda row: row.name.lower()), changes


def _is_older(periods: Periods, row: PriceRow, day: date) -> bool:
    """Whether another figure, read later, stands where an open-ended row would."""
    start = row.from_date or day
    held = next((each for each in periods if each.holds_on(start)), None)
    return (
        row.to_date is None
        and held is not None
        and held.read_on > row.read_on
        and (held.value, held.currency) != (row.value, row.currency)
    )


def overlaps(row: PriceRow, others: Iterable[PriceRow]) -> bool:
    """Whether another figure stands among others for a day on which a row holds."""
    return any(
        each.key == row.key
        and each != row
        and (each.from_date or date.min) < (row.to_date or date.max)
        and (row.from_date or date.min) < (each.to_date or date.max)
        for each in others
    )


def _figures(periods: Periods) -> set[tuple[float, str, date | None, date | None]]:
    return {(row.value, row.currency, row.from_date, row.to_date) for row in periods}


def _dated(periods: Periods, row: PriceRow, day: date) -> Periods:
    """The periods of a figure with a new row in its place."""
    if _is_older(periods, row, day):
        return periods
    if row.from_date is None and row.to_date is None and periods:
        current = next((each for each in periods if each.holds_on(day)), None)
        if current is not None and (current.value, current.currency) == (row.value, row.currency):
            again = replace(current, source=row.source, read_on=max(current.read_on, row.read_on))
            return [again if each is current else each for each in periods]
        row = replace(row, from_date=day)
    start = row.from_date or date.min
    later = [each.from_date for each in periods if each.from_date is not None and each.from_date > start]
    if row.to_date is None and later:
        row = replace(row, to_date=min(later))
    return _overlaid(periods, row)


def _overlaid(periods: Periods, row: PriceRow) -> Periods:
    """Periods cut to what lies before and after the new one."""
    start, end = row.from_date or date.min, row.to_date or date.max
    result = [row]
    for each in periods:
        if (each.from_date or date.min) < start:
            result.append(replace(each, to_date=min(each.to_date or date.max, start)))
        if (each.to_date or date.max) > end:
            result.append(replace(each, from_date=max(each.from_date or date.min, end)))
    return sorted(result, key=lambda each: each.from_date or date.min)
