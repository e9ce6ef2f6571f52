"""Rank correlations from a range of cells: two inputs and a number in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from roi_engine.errors import FtRoiError, OutOfRange, WrongType
from roi_engine.quantity import RANK_CORRELATION, TEXT, Quantity
from roi_engine.scenario import find_input

Pairs = tuple[tuple[str, str, float], ...]
"""The names of two inputs, and their rank correlation."""


class NameOrCorrelation(Quantity):
    """What a cell of the range may hold: an input's name, a number, or nothing."""

    def check(self, value: Any) -> Any:
        """The text, the number, or None."""
        return value if value is None else (TEXT if isinstance(value, str) else RANK_CORRELATION).check(value)


CELL = NameOrCorrelation("input, or rank correlation", "", "number")


def correlated_pairs(rows: Sequence[Sequence[Any]]) -> Pairs:
    """The pairs of a range.

    rows : two inputs by name, short name or label, and a rank correlation between -1 and 1. One that is not complete
        counts for nothing until it is.
    Raises `WrongType`, `UnknownName` or `OutOfRange` with the row.

    >>> correlated_pairs([["calls", "Traffic growth", -0.3], ["calls", None, None]])
    (('baseline_monthly_api_calls', 'monthly_growth', -0.3),)
    """
    found: dict[frozenset[str], tuple[str, str, float]] = {}
    for number, row in enumerate(rows, 1):
        place = f"correlations, row {number}"
        if len(row) != 3:
            raise WrongType(f"{place}: give three columns, two inputs and their rank correlation.")
        if None in row:
            continue
        first, second = (_input(cell, place) for cell in row[:2])
        if isinstance(row[2], str):
            raise WrongType(f'{place}: "{row[2]}" is not a number. Titles are not part of the range.')
        if first == second:
            raise OutOfRange(f"{place}: An input goes with itself. Name two inputs.")
        if (pair := frozenset((first, second))) in found:
            raise OutOfRange(f"{place}: The pair is given twice. Keep one of the two.")
        found[pair] = (first, second, row[2])
    return tuple(found.values())


def by_first(pairs: Iterable[tuple[str, str, float]]) -> dict[str, dict[str, float]]:
    """Pairs as a scenario has them: the correlation by the first and the second name.

    >>> by_first((("calls", "hours", 0.5), ("calls", "months", 0.1)))
    {'calls': {'hours': 0.5, 'months': 0.1}}
    """
    found: dict[str, dict[str, float]] = {}
    for first, second, value in pairs:
        found.setdefault(first, {})[second] = value
    return found


def _input(cell: Any, place: str) -> str:
    """The name of an input, as a cell names it."""
    if not isinstance(cell, str):
        raise WrongType(f"{place}: {cell:g} is no input. Name two inputs, then their rank correlation.")
    try:
        return find_input(cell).name
    except FtRoiError as error:
        raise type(error)(f"{place}: {error}") from None
