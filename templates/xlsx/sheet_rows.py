"""The rows of a sheet that openpyxl wrote, edited some thousand at a time.

A tree takes twenty times the size of its part: the inputs of 5,000 answers would take 600 MB at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from templates.xlsx.namespaces import SPREADSHEET
from templates.xlsx.xml_parts import Element, parsed, serialised

AT_ONCE = 1_000_000
"""Bytes of rows that are a tree together."""
_BEGIN, _END, _ROW_ENDS = b"<sheetData>", b"</sheetData>", b"</row>"
_STAND_IN = b"<row/>"


def edited_sheet(content: bytes, edit_rows: Callable[[Element], None], edit_rest: Callable[[Element], None]) -> bytes:
    """A sheet's part with its rows edited, and what stands before and behind them.

    content : as openpyxl wrote it, without prefixes; a text holds no tag, as its < is written &lt;.
    edit_rows : is given sheets of some rows each, in their order.
    edit_rest : is given the sheet with one empty row in the place of all.
    """
    head, begin, rest = content.partition(_BEGIN)
    rows, _, tail = rest.rpartition(_END)
    edited = b"".join(_edited(part, edit_rows) for part in _slices(rows))
    sheet = parsed(head + begin + _STAND_IN + _END + tail if rows else content)
    edit_rest(sheet)
    before, stand_in, behind = serialised(sheet).partition(_STAND_IN)
    return b"".join((before, edited, behind)) if rows else before + stand_in + behind


def _slices(rows: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(rows):
        end = rows.find(_ROW_ENDS, at + AT_ONCE)
        end = len(rows) if end < 0 else end + len(_ROW_ENDS)
        yield rows[at:end]
        at = end


def _edited(rows: bytes, edit: Callable[[Element], None]) -> bytes:
    sheet = parsed(f'<worksheet xmlns="{SPREADSHEET}">'.encode() + _BEGIN + rows + _END + b"</worksheet>")
    edit(sheet)
    written = serialised(sheet)
    return written[written.index(_BEGIN) + len(_BEGIN) : written.rindex(_END)]
