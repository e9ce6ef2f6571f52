"""Columns by their letters, and how far a sheet reaches."""

from __future__ import annotations

from functools import lru_cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


def column_letters(number: int) -> str:
    """The letters of a column, counted from 1.

    >>> column_letters(1), column_letters(28), column_letters(16_384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """The number of a column's letters, also beyond the last column that a sheet has.

    >>> column_number("A"), column_number("ab"), column_number("XFE")
    (1, 28, 16385)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
