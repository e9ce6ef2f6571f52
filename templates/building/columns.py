"""The columns of a table by name: letter, title and width, declared once."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from openpyxl.styles import Alignment
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from templates.building.book import Book

KEPT_OFF = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
"""Of a title to the left beside one to the right."""
RIGHT = Alignment(horizontal="right", vertical="center")
"""Of a figure that may be a word."""
GAP = 3
"""The width of a column in which nothing stands."""


class Columns(Enum):
    """The columns of a table by name: letter, title, width.

    A title that begins with > stands above numbers, to the right. A table below another one declares no widths.

    >>> class Column(Columns):
    ...     MODEL = "A", "Model", 30
    ...     PRICE = "B", ">Price", 12
    >>> Column.PRICE.at(7), Column.PRICE.rows(7, 9), Column.PRICE.letter
    ('B7', 'B7:B9', 'B')
    """

    def __init__(self, letter: str, title: str = "", width: float = 0) -> None:
        self.letter, self.title, self.width = letter, title, width

    def at(self, row: int) -> str:
        """The address of a cell: ``B7``."""
        return f"{self.letter}{row}"

    def anchored(self, row: int) -> str:
        """The address of a cell, for a formula that is copied to the right: ``$B7``."""
        return f"${self.letter}{row}"

    def rows(self, first: int, last: int) -> str:
        """A range of cells: ``B7:B9``."""
        return f"{self.at(first)}:{self.at(last)}"


def widths(*tables: Iterable[Columns]) -> list[float]:
    """The widths of a sheet's columns, from A to the last that a table declares.

    >>> class Left(Columns):
    ...     NAME = "A", "Name", 30
    >>> class Beside(Columns):
    ...     STEP = "C", "Step", 10
    >>> widths(Left, Beside)
    [30, 3, 10]
    """
    declared = {column_index_from_string(each.letter): each.width for table in tables for each in table if each.width}
    return [declared.get(index, GAP) for index in range(1, max(declared) + 1)]


def put_titles(book: Book, sheet: Worksheet, row: int, columns: Iterable[Columns]) -> None:
    """The row of titles over a table.

    One to the left keeps off one to the right before it.
    """
    follows = False
    for column in columns:
        right = column.title.startswith(">")
        place = column.at(row)
        book.put(sheet, place, column.title.removeprefix(">"), "Column title right" if right else "Column title")
        if follows and not right:
            book.align(sheet[place], KEPT_OFF)
        follows = right


def span(first: Columns, last: Columns, top: int, bottom: int) -> str:
    """A range over several columns: ``B7:D9``."""
    return f"{first.at(top)}:{last.at(bottom)}"


def letters_from(column: Columns, count: int) -> list[str]:
    """The letters of a column and of those to its right."""
    first = column_index_from_string(column.letter)
    return [get_column_letter(first + offset) for offset in range(count)]
