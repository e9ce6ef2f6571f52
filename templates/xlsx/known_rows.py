"""Rows of a sheet that were read before, in another workbook.

The answers to a template have most rows in common, byte for byte, so of a thousand answers each such row is read once.

What makes this safe: a sheet is split only where it is written as spreadsheet programs write it, in UTF-8 and without
comments, processing instructions, CDATA and document type. There ``<`` stands for nothing but a tag, so that pieces
from ``<row`` to ``</row>`` with no other ``<row`` in them are whole rows. They follow the tag ``<sheetData>`` and each
other without a gap, so all are its children. What its names mean is said by the root's tag, which is compared. The
other rows, and all that is before and behind them, go through the parser as ever, which tells whether that tag is the
one of the sheet's cells.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

MOST_BYTES = 4_000_000
"""Of rows that are kept: those of some hundred answers. Then all are forgotten."""
LONGEST_ROW = 20_000
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["'](?:UTF-8|utf-8)["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>"""
)
_BEGINS, _ENDS = b"<row", b"</row>"
_BEGINNINGS = (b"<row ", b"<row>")


class SplitSheet(NamedTuple):
    """A sheet, split into its rows.

    root : the tag that it begins with; head : that, and all else before the rows; tail : what is behind them.
    rows : each without its closing tag.
    """

    root: bytes
    head: bytes
    rows: list[bytes]
    tail: bytes

    def only(self, rows: list[bytes]) -> bytes:
        """The sheet with these rows alone."""
        return b"".join([self.head, *(row + _ENDS for row in rows), self.tail])


def split(content: bytes) -> SplitSheet | None:
    """The rows of a sheet; None where it has none or is not written plainly.

    >>> sheet = split(b"<worksheet><cols/><sheetData><row r='1'><c/></row></sheetData></worksheet>")
    >>> sheet.root, sheet.rows
    (b'<worksheet>', [b"<row r='1'><c/>"])
    >>> split(b"<worksheet><sheetData><!-- --><row r='1'><c/></row></sheetData></worksheet>") is None
    True
    """
    declared = _DECLARATION.match(content)
    if not content.startswith(b"<") or content.count(b"<?") != bool(declared) or b"<!" in content or b"\0" in content:
        return None
    first, last = content.find(_BEGINS), content.rfind(_ENDS)
    if not 0 < first < last or content.count(b"sheetData") != 2:
        return None
    head, rows, tail = content[:first], content[first:last].split(_ENDS), content[last + len(_ENDS) :]
    root = head.find(b"<", declared.end() if declared else 0)
    behind = head.find(b"<", root + 1)
    if behind < 0 or not head.endswith(b"<sheetData>") or not tail.startswith(b"</sheetData>"):
        return None
    if content.count(_BEGINS, first, last) != len(rows) or not all(row.startswith(_BEGINNINGS) for row in rows):
        return None
    return SplitSheet(head[:behind], head, rows, tail)


def elements_of(row: bytes) -> int:
    """How many elements a row of a split sheet has."""
    return row.count(b"<") - row.count(b"</")


class KnownRows:
    """What rows were read as, by what they stand in."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[bytes, Any]] = {}
        self._bytes = 0

    def within(self, context: Hashable) -> Mapping[bytes, Any]:
        """The known rows of sheets that begin alike."""
        return self._known.get(context, {})

    def keep(self, context: Hashable, row: bytes, what: Any) -> None:
        """Keeps what a row was read as, which nobody changes."""
        if len(row) > LONGEST_ROW:
            return
        if self._bytes > MOST_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known.setdefault(context, {})[row] = what
        self._bytes += len(row)
