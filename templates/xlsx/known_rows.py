"""Rows of a sheet that were read before, and what stands behind them.

The answers to a template have most rows in common, byte for byte, and the rules and the like behind them: of a
thousand answers each such row is read once, and what is behind them too.

What makes this safe: a sheet is split only where it is written as spreadsheet programs write it, in UTF-8 and without
comments, processing instructions, CDATA and document type. There ``<`` stands for nothing but a tag, so that pieces
from ``<row`` to ``</row>`` with no other ``<row`` in them are whole rows. They follow the tag ``<sheetData>`` and each
other without a gap, so all are its children. What its names mean is said by the root's tag, which is compared. The
other rows, and all that is before them, go through the parser as ever, which tells whether that tag is the one of the
sheet's cells: a child of the root, so that what is behind them means the same wherever the root is the same.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, NamedTuple

LARGEST_SHEET, MOST_ROWS, LONGEST_ROW = 1_000_000, 2_000, 20_000
LONGEST_ROOT, MOST_AROUND = 4_000, 400_000
"""What is split: bytes of a sheet, its rows, bytes of one, of the root's tag, and of all that is no row."""
MOST_BYTES = 48_000_000
"""Of memory for what is kept, at the most: then all is forgotten. The answers to a template have a tenth of it."""
MOST_CONTEXTS = 32
_A_ROW, _A_BYTE = 1_000, 12
"""Bytes of memory that a row takes, and each byte of it, however it is written."""
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["'](?:UTF-8|utf-8)["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>"""
)
_ROOT_NAME = re.compile(rb"<([^?\s/>][^\s/>]*)")
_CELLS_BEGIN, _CELLS_END = b"<sheetData>", b"</sheetData>"
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
        """The sheet with these rows alone, and nothing behind them.

        >>> split(b"<worksheet><cols/><sheetData><row r='1'></row></sheetData><a/></worksheet>").only([])
        b'<worksheet><cols/><sheetData></sheetData></worksheet>'
        """
        return b"".join([self.head, *(row + _ENDS for row in rows), _CELLS_END, b"</", self._root_name, b">"])

    @property
    def behind(self) -> bytes:
        """What is behind the rows, in a sheet without any.

        >>> split(b"<worksheet><cols/><sheetData><row r='1'></row></sheetData><a/></worksheet>").behind
        b'<worksheet><sheetData></sheetData><a/></worksheet>'
        """
        return b"".join([self.root, _CELLS_BEGIN, self.tail])

    @property
    def _root_name(self) -> bytes:
        [name] = _ROOT_NAME.findall(self.root)
        return bytes(name)


def split(content: bytes) -> SplitSheet | None:
    """The rows of a sheet; None where it is large or not written plainly.

    >>> sheet = split(b"<worksheet><cols/><sheetData><row r='1'><c/></row></sheetData></worksheet>")
    >>> sheet.root, sheet.rows
    (b'<worksheet>', [b"<row r='1'><c/>"])
    >>> split(b"<worksheet><sheetData><!-- --><row r='1'><c/></row></sheetData></worksheet>") is None
    True
    """
    if len(content) > LARGEST_SHEET or content.count(_BEGINS) > MOST_ROWS or not content.startswith(b"<"):
        return None
    declared = _DECLARATION.match(content)
    if content.count(b"<?") != bool(declared) or b"<!" in content or b"\0" in content:
        return None
    first, last = content.find(_BEGINS), content.rfind(_ENDS)
    if not 0 < first < last or content.count(b"sheetData") != 2:
        return None
    head, rows, tail = content[:first], content[first:last].split(_ENDS), content[last + len(_ENDS) :]
    root = head.find(b"<", declared.end() if declared else 0)
    behind = head.find(b"<", root + 1)
    if not 0 < behind < LONGEST_ROOT or len(head) + len(tail) > MOST_AROUND:
        return None
    if not head.endswith(_CELLS_BEGIN) or not tail.startswith(_CELLS_END) or b"sheetFormatPr" in tail:
        return None  # that one belongs before the rows, and the last one counts
    whole = all(row.startswith(_BEGINNINGS) and len(row) < LONGEST_ROW for row in rows)
    if not whole or content.count(_BEGINS, first, last) != len(rows):
        return None
    return SplitSheet(head[:behind], head, rows, tail)


def elements_of(piece: bytes) -> int:
    """How many elements begin in a row of a split sheet, or behind its rows."""
    return piece.count(b"<") - piece.count(b"</")


class KnownRows:
    """What rows were read as, by what they stand in."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[bytes, Any]] = {}
        self._bytes = 0

    def within(self, context: Hashable) -> dict[bytes, Any]:
        """The known rows of sheets that begin alike; nobody else changes them."""
        found = self._known.get(context)
        if found is None:
            if len(self._known) >= MOST_CONTEXTS:
                self._forget()
            found = self._known[context] = {}
        return found

    def keep(self, context: Hashable, rows: dict[bytes, Any]) -> None:
        """Keeps what rows were read as, which nobody changes."""
        self._bytes += sum(_A_ROW + _A_BYTE * len(row) for row in rows)
        if self._bytes > MOST_BYTES:
            self._forget()
        self.within(context).update(rows)

    def _forget(self) -> None:
        self._known.clear()
        self._bytes = 0
