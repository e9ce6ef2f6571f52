"""What is settled once every cell stands: widths, charts, pages.

No number is cut: a column is at least as wide as its widest number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from templates.building import styles
from templates.building.book import Book
from templates.building.chosen_format import follow
from templates.building.pages import DEFAULT_HEIGHT, allow_pages
from templates.building.text_width import PADDING, RESERVE, lines_of, pixels_of, text_width, width_for
from templates.xlsx.shown_numbers import text_shown

PIXELS_OF_AN_INDENT = 9
WIDEST = 60.0
"""The widest that a number makes a column: Excel takes 255, and no amount has so many digits."""
LINE_HEIGHT = 1.25
"""The height of a line, in sizes of its letters."""


def lay_out(book: Book) -> None:
    """Widens columns to their numbers, then does what waits for the widths."""
    for sheet in book.workbook.worksheets:
        _fit_rows(book, sheet, _fit_columns(book, sheet))
    for settle in book.once_fitted:
        settle()
    for sheet in book.workbook.worksheets:
        allow_pages(sheet)


# --- columns


@dataclass(frozen=True)
class _Look:
    """How a cell shows a number: its format, its letters, what stands before it."""

    code: str
    size: float
    bold: bool
    indent: int
    wraps: bool

    @property
    def is_of_numbers(self) -> bool:
        """Whether the format is one of numbers."""
        return self.code not in (styles.GENERAL, styles.AS_TYPED)


Wrapped = list[tuple[int, int, str, _Look]]
"""The texts that are wrapped: row, column, text, and how the cell looks."""


def _fit_columns(book: Book, sheet: Worksheet) -> Wrapped:
    """Makes each column at least as wide as its numbers.

    Columns of one look become as wide as each other. What a later edit makes too long for its column shrinks.
    Returns the texts that are wrapped.
    """
    wrapped: Wrapped = []
    shown = book.values[sheet.title]
    needed: dict[int, float] = {}
    looks: dict[tuple[int, int, int], _Look] = {}
    with_cents: list[tuple[int, int]] = []
    cells: dict[tuple[int, int], Any] = sheet._cells
    for (row, column), cell in cells.items():
        style = cell._style
        if style is None:  # nothing was ever put there
            continue
        key = (style.fontId, style.numFmtId, style.alignmentId)
        look = looks.get(key) or looks.setdefault(key, _look_of(cell))
        value = shown.get(cell.coordinate, cell.value) if cell.data_type == "f" else cell.value
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not look.wraps and (is_number or look.is_of_numbers):
            book.let_shrink(cell)
        if is_number:
            needed[column] = max(needed.get(column, 0), _number_width(look, value))
        elif look.wraps and isinstance(value, str) and value:
            wrapped.append((row, column, value, look))
        if look.code == styles.SMALL_MONEY:
            with_cents.append((row, column))
    for first, last in book.alike.get(sheet.title, ()):
        widest = max((needed.get(number, 0) for number in range(first, last + 1)), default=0)
        needed |= dict.fromkeys(range(first, last + 1), widest)
    for number, pixels in needed.items():
        dimensions = sheet.column_dimensions[get_column_letter(number)]
        dimensions.width = max(dimensions.width, min(width_for(pixels), WIDEST))
    _drop_cents(sheet, with_cents)
    return wrapped


def _look_of(cell: Any) -> _Look:
    font, alignment = cell.font, cell.alignment
    wraps = bool(alignment.wrap_text)
    return _Look(cell.number_format, font.sz, bool(font.b), int(alignment.indent or 0), wraps)


@lru_cache(20_000)
def _number_width(look: _Look, value: float) -> float:
    return text_width(text_shown(look.code, value), look.size, look.bold) + look.indent * PIXELS_OF_AN_INDENT


def _fit_rows(book: Book, sheet: Worksheet, wrapped: Wrapped) -> None:
    """Each row at least as high as its longest wrapped text."""
    needed: dict[int, float] = {}
    for row, column, text, look in wrapped:
        room = pixels_of(sheet.column_dimensions[get_column_letter(column)].width) - look.indent * PIXELS_OF_AN_INDENT
        lines = lines_of(text, (room - PADDING) / RESERVE, look.size, look.bold)
        if lines > 1:
            needed[row] = max(needed.get(row, 0), lines * look.size * LINE_HEIGHT + 2)
    for row, points in needed.items():
        dimensions = sheet.row_dimensions[row]
        dimensions.height = max(dimensions.height or DEFAULT_HEIGHT, math.ceil(points))


def _drop_cents(sheet: Worksheet, cells: Sequence[tuple[int, int]]) -> None:
    """No cents in amounts that an edit makes large."""
    for area in rectangles(cells):
        first = area.split(":")[0]
        follow(sheet, area, f"ABS(N({first}))>={styles.NO_CENTS_FROM:.0f}", styles.MONEY)


def rectangles(cells: Iterable[tuple[int, int]]) -> list[str]:
    """The ranges that cells make: neighbours in a row, and equal rows together.

    cells : row and column, from 1.

    >>> rectangles([(5, 2), (5, 3), (6, 2), (6, 3), (8, 2)])
    ['B5:C6', 'B8:B8']
    """
    open_runs: dict[tuple[int, int], list[int]] = {}
    found: list[tuple[int, int, int, int]] = []
    for row, group in groupby(sorted(cells), key=lambda cell: cell[0]):
        runs = set(_runs([column for _, column in group]))
        for run, (top, bottom) in list(open_runs.items()):
            if run not in runs or bottom != row - 1:
                found.append((top, bottom, *run))
                del open_runs[run]
        for run in runs:
            open_runs[run] = [open_runs[run][0] if run in open_runs else row, row]
    found += [(top, bottom, *run) for run, (top, bottom) in open_runs.items()]
    return [
        f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        for top, bottom, left, right in sorted(found)
    ]


def _runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of neighbouring numbers."""
    first = before = columns[0]
    for column in columns[1:]:
        if column != before + 1:
            yield first, before
            first = column
        before = column
    yield first, before
