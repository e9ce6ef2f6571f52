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
    first, last = content.find(_BEGIN) + len(_BEGIN), content.rfind(_END)
    if not len(_BEGIN) <= first < last:  # it has no rows
        sheet = parsed(content)
        edit_rest(sheet)
        return serialised(sheet)
    edited = [_edited(content[at:end], edit_rows) for at, end in _slices(content, first, last)]
    sheet = parsed(b"".join((content[:first], _STAND_IN, content[last:])))
    edit_rest(sheet)
    before, _, behind = serialised(sheet).partition(_STAND_IN)
    return b"".join((before, *edited, behind))


def _slices(content: bytes, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Where some rows each begin and end.

    A copy of all would be one more of a large part.
    """
    while first < last:
        end = content.find(_ROW_ENDS, first + AT_ONCE, last)
        end = last if end < 0 else end + len(_ROW_ENDS)
        yield first, end
        first = end


def _edited(rows: bytes, edit: Callable[[Element], None]) -> bytes:
    sheet = parsed(f'<worksheet xmlns="{SPREADSHEET}">'.encode() + _BEGIN + rows + _END + b"</worksheet>")
    edit(sheet)
    written = serialised(sheet)
    return written[written.index(_BEGIN) + len(_BEGIN) : written.rindex(_END)]
