"""Cells and areas of a sheet's grid.

Addresses are read strictly, and areas that overlap are found in one sweep.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from templates.xlsx.column_letters import LAST_COLUMN, LAST_ROW, column_number

ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class Area(NamedTuple):
    """A rectangle of cells, both ends counted from 1 and part of it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.top == self.bottom and self.left == self.right

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def cell(address: str | None) -> tuple[int, int] | None:
    """Row and column of an address on the sheet; None where it is none.

    >>> cell("B7"), cell("XFE1"), cell("A0")
    ((7, 2), None, None)
    """
    match = ADDRESS.fullmatch(address or "")
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def area(reference: str | None) -> Area | None:
    """The area of a reference such as B2:C5, B2, B:C or 2:5.

    None where it is none, or runs backwards.

    >>> area("B2:C5")
    Area(top=2, left=2, bottom=5, right=3)
    >>> area("C5:B2"), area("B2:")
    (None, None)
    """
    first, colon, last = (reference or "").replace("$", "").partition(":")
    start, end = cell(first), cell(last if colon else first)
    if start is None or end is None:
        return _whole_lines(first, last) if colon else None
    return Area(*start, *end) if start[0] <= end[0] and start[1] <= end[1] else None


def _whole_lines(first: str, last: str) -> Area | None:
    """The area of B:C or 2:5."""
    if first.isascii() and first.isalpha() and last.isascii() and last.isalpha() and max(len(first), len(last)) <= 3:
        left, right = column_number(first), column_number(last)
        return Area(1, left, LAST_ROW, right) if left <= right <= LAST_COLUMN else None
    if first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and max(len(first), len(last)) <= 7:
        top, bottom = int(first), int(last)
        return Area(top, 1, bottom, LAST_COLUMN) if 1 <= top <= bottom <= LAST_ROW else None
    return None


def overlaps(areas: Iterable[tuple[Area, str]]) -> Iterator[tuple[str, str]]:
    """What overlaps what: for each area that meets an earlier one, both labels.

    Areas are taken from the top down, and leave when the sweep has passed their last row. Those that are left are
    disjoint, so that their columns are in order and only two neighbours need a look.
    """
    active: list[tuple[int, int, str]] = []
    ends: list[tuple[int, tuple[int, int, str]]] = []
    for each, label in sorted(areas):
        while ends and ends[0][0] < each.top:
            _, gone = heapq.heappop(ends)
            del active[bisect_left(active, gone)]
        at = bisect_left(active, (each.left, 0, ""))
        neighbours = active[max(at - 1, 0) : at + 1]
        other = next((n for n in neighbours if n[0] <= each.right and each.left <= n[1]), None)
        if other:
            yield label, other[2]
            continue
        entry = (each.left, each.right, label)
        insort(active, entry)
        heapq.heappush(ends, (each.bottom, entry))
