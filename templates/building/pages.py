"""What fits on a page, and where the next one begins.

Letters are printed at `LEAST_POINTS` or larger.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.pagebreak import Break, ColBreak, RowBreak
from openpyxl.worksheet.worksheet import Worksheet

from templates.building.styles import FONT
from templates.building.text_width import PIXELS_OF_A_POINT, pixels_of

LEAST_POINTS = 6.0
"""The least size of a letter on paper."""
SMALLEST_FONT = 9.0
"""The smallest letters of a sheet, in points."""
LEAST_SCALE = LEAST_POINTS / SMALLEST_FONT
DEFAULT_HEIGHT = 15.0
"""Points of a row whose height is not set."""
_A4 = (297 / 25.4 * 72, 210 / 25.4 * 72)
"""The long and the short side of the paper, in points."""


FILLED = 0.94
"""Of a page's width, what is filled: LibreOffice's columns are 6 % wider than Excel's whole pixels."""


def column_points(sheet: Worksheet, first: int, last: int) -> float:
    """The points of columns together.

    first, last : their numbers, from 1.
    """
    widths = (sheet.column_dimensions[get_column_letter(number)].width for number in range(first, last + 1))
    return sum(map(pixels_of, widths)) / PIXELS_OF_A_POINT


def row_points(sheet: Worksheet, first: int, last: int) -> float:
    """The points of rows together."""
    known = sheet.row_dimensions
    heights = (known[row].height if row in known else None for row in range(first, last + 1))
    return sum(height or DEFAULT_HEIGHT for height in heights)


def paper(sheet: Worksheet) -> tuple[float, float]:
    """The width that may be filled and the height between the margins, in points."""
    long, short = _A4
    across, down = (short, long) if sheet.page_setup.orientation == "portrait" else (long, short)
    margins = sheet.page_margins
    return FILLED * (across - 72 * (margins.left + margins.right)), down - 72 * (margins.top + margins.bottom)


def printed_area(sheet: Worksheet) -> tuple[int, int, int, int]:
    """The first column and row of what is printed, and the last."""
    left, top, right, bottom = range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))
    assert left and top and right and bottom
    return left, top, right, bottom


def allow_pages(sheet: Worksheet) -> None:
    """As many pages as it takes to print nothing too small."""
    setup = sheet.page_setup
    properties: Any = sheet.sheet_properties
    if not sheet.print_area or not properties.pageSetUpPr.fitToPage:
        return
    left, top, right, bottom = printed_area(sheet)
    width, height = paper(sheet)
    across = column_points(sheet, left, right)
    setup.fitToWidth = max(setup.fitToWidth or 1, _pages_across(sheet, across, width))
    if setup.fitToHeight and row_points(sheet, top, bottom) * LEAST_SCALE > height * setup.fitToHeight:
        setup.fitToHeight = 0


def _pages_across(sheet: Worksheet, across: float, width: float) -> int:
    """On how many pages side by side columns are printed, at the least scale."""
    if across * LEAST_SCALE <= width:
        return 1
    labels = _repeat_labels(sheet)
    return math.ceil((across - labels) / (width / LEAST_SCALE - labels))


def _repeat_labels(sheet: Worksheet) -> float:
    """Repeats on every page the columns that stay in sight on the screen.

    Returns the points that they take.
    """
    corner, *_ = range_boundaries(sheet.freeze_panes or "A1")
    if not corner or corner == 1:
        return 0.0
    sheet.print_title_cols = f"A:{get_column_letter(corner - 1)}"
    return column_points(sheet, 1, corner - 1)


def columns_a_page(sheet: Worksheet, repeated: int, first: int) -> int:
    """How many columns as wide as one fit on a page beside those that are repeated.

    repeated : the number of these.
    first : the number of the one.
    """
    width, _ = paper(sheet)
    room = width / LEAST_SCALE - column_points(sheet, 1, repeated)
    return int(room // column_points(sheet, first, first))


def rows_a_page(sheet: Worksheet, top: int, first: int) -> int:
    """How many rows fit on a page below those from the top to the first, at its scale."""
    _, height = paper(sheet)
    room = height * 100 / (sheet.page_setup.scale or 100) - row_points(sheet, top, first - 1)
    return int(room // DEFAULT_HEIGHT)


def break_columns(
    sheet: Worksheet,
    parts: Sequence[tuple[int, int]],
    ends: Sequence[int],
    repeated: int,
    *,
    tall: float = 0.0,
    only_where_needed: bool = False,
) -> None:
    """Ends pages after columns, at the largest scale at which each is one page wide.

    parts : the first and the last column of what is printed; a part begins a page.
    ends : the columns after which a page may end.
    repeated : how many columns stand on every page.
    tall : points of what shall stand on one page, if they can; 0 for any number.
    only_where_needed : whether a page holds as much as it can, else it ends at every one of them.
    """
    width, height = paper(sheet)
    beside = column_points(sheet, 1, repeated)
    room = width / LEAST_SCALE - beside

    def blocks_of(may_end: Sequence[int], held: float) -> list[list[tuple[int, int]]]:
        return [
            _blocks(sheet, [end for end in may_end if first <= end < last], first, last, held) for first, last in parts
        ]

    def widest_of(blocks: list[list[tuple[int, int]]]) -> float:
        return beside + max(column_points(sheet, start, stop) for part in blocks for start, stop in part)

    blocks = blocks_of(ends, room if only_where_needed else 0.0)
    if widest_of(blocks) * LEAST_SCALE > width and only_where_needed:
        blocks = blocks_of(range(repeated + 1, max(last for _, last in parts)), room)
    sheet.col_breaks = ColBreak()
    for part in blocks:
        for _, stop in part[:-1]:
            sheet.col_breaks.append(Break(id=stop))
    print_at(sheet, min(1.0, width / widest_of(blocks), height / tall if tall else 1.0))
    sheet.page_setup.pageOrder = "overThenDown"


def print_in_blocks(sheet: Worksheet, ends: Sequence[int], repeated: int) -> None:
    """Prints rows in blocks, each on a page of its own if it is not too long.

    ends : the rows after which pages end.
    repeated : how many rows stand on every page.
    """
    left, _, right, last = printed_area(sheet)
    width, height = paper(sheet)
    above = row_points(sheet, 1, repeated)
    starts = [repeated + 1, *(end + 1 for end in ends)]
    tallest = max(above + row_points(sheet, start, end) for start, end in zip(starts, [*ends, last], strict=True))
    scale = min(1.0, width / column_points(sheet, left, right), height / tallest)
    print_at(sheet, scale)
    break_rows(sheet, ends)


def print_above(sheet: Worksheet, ends: Sequence[int]) -> None:
    """Prints the rows down to one on a page, as large as it holds them.

    ends : rows after which a page may end, that one the last. It ends after each of them where the rows would be too
        small together. What stands below begins another page.
    """
    left, _, right, _ = printed_area(sheet)
    width, height = paper(sheet)
    across, down = column_points(sheet, left, right), row_points(sheet, 1, ends[-1])
    beside = _pages_across(sheet, across, width) - 1
    repeated = _repeat_labels(sheet) if beside else 0.0
    split = column_points(sheet, right, right)  # a column stands on one page or the next
    room = width + beside * (width - repeated - split)
    together = down * LEAST_SCALE <= height
    print_at(sheet, min(1.0, room / across, height / down if together else 1.0))
    break_rows(sheet, ends[-1:] if together else ends)


def join_what_fits(sheet: Worksheet) -> None:
    """Takes the ends of pages away where all rows that are printed fit on one."""
    _, top, _, bottom = printed_area(sheet)
    _, height = paper(sheet)
    rows = (row for row in range(top, bottom + 1) if not sheet.row_dimensions[row].hidden)
    if sum(row_points(sheet, row, row) for row in rows) * (sheet.page_setup.scale or 100) / 100 <= height:
        sheet.row_breaks = RowBreak()


def print_at(sheet: Worksheet, scale: float) -> None:
    """Prints at a scale, on as many pages as that takes.

    Where it fits pages, Excel passes over breaks.
    """
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.page_setup.scale = max(math.floor(100 * scale), math.ceil(100 * LEAST_SCALE))


def _blocks(sheet: Worksheet, ends: Iterable[int], first: int, last: int, room: float) -> list[tuple[int, int]]:
    """The first and last columns of each page.

    ends : the columns after which a page may end.
    first, last : of all pages.
    room : the points that a page may take, if its first part takes no more.
    """
    blocks: list[tuple[int, int]] = []
    start = first
    for stop in [*ends, last]:
        if blocks and column_points(sheet, blocks[-1][0], stop) <= room:
            blocks[-1] = (blocks[-1][0], stop)
        else:
            blocks.append((start, stop))
        start = stop + 1
    return blocks


def name_pages(sheet: Worksheet, name: str) -> None:
    """The name of a sheet above every page.

    Its title is cut on pages that repeat no more than its first columns.

    name : without an ampersand.
    """
    header: Any = sheet.oddHeader
    head = header.left
    head.text, head.size, head.font = name, 14, f"{FONT},Bold"
    sheet.page_margins.header, sheet.page_margins.top = 0.35, 0.75


def break_rows(sheet: Worksheet, ends: Sequence[int]) -> None:
    """Ends pages after rows."""
    for row in ends:
        sheet.row_breaks.append(Break(id=row))
