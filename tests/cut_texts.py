"""Which texts of a workbook do not fit into their cells: measured with Carlito, which has Calibri's metrics.

What a cell shows is SheetJS's word; how wide that is, the font file's. Neither takes anything from the product.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from PIL import ImageFont

from tests import node_readers

FONTS = Path("/usr/share/fonts/truetype/crosextra")
INSTALL = "apt-get install fonts-crosextra-carlito  (or run .ci/install)"
PIXELS_OF_A_POINT = 96 / 72
LINE = 1.22
"""The height of a line of Calibri, in sizes of its letters."""
EDGE = 3
"""Pixels of a column that a number may not take: the line, and one on either side."""
NUMBER = "n"


def missing() -> str | None:
    """Why nothing can be measured here, and the line that installs it."""
    if not (FONTS / "Carlito-Regular.ttf").exists():
        return f"The font Carlito is not installed: {INSTALL}"
    return node_readers.missing()


@functools.cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"Carlito-{'Bold' if bold else 'Regular'}.ttf", 2048)


@functools.lru_cache(100_000)
def width_of(text: str, size: float, bold: bool) -> float:
    """The pixels of a line of text on a screen of 96 dots an inch."""
    return float(_font(bold).getlength(text)) / 2048 * size * PIXELS_OF_A_POINT


def printed_areas(sheet: Any) -> list[tuple[int, int, int, int]]:
    """The first column and row and the last of each area that is printed."""
    areas = (range_boundaries(area.split("!")[-1].replace("$", "")) for area in sheet.print_area.split(","))
    return [(left or 0, top or 0, right or 0, bottom or 0) for left, top, right, bottom in areas]


class _Sheet:
    """A sheet with what it shows."""

    def __init__(self, sheet: Any, shown: Mapping[str, tuple[str, str]]) -> None:
        self.sheet, self.shown = sheet, shown
        self.last_printed = max(right for _, _, right, _ in printed_areas(sheet))

    def pixels(self, column: int) -> int:
        return round(self.sheet.column_dimensions[get_column_letter(column)].width * 7)

    def room(self, cell: Any) -> float:
        """The pixels that a text may take: those of the empty cells beside it too.

        A formula that shows nothing fills its cell, and paper ends where the printed area does.
        """
        alignment = cell.alignment.horizontal
        if cell.alignment.wrap_text or alignment == "center":
            return self.pixels(cell.column)
        step = -1 if alignment == "right" else 1
        room, column = float(self.pixels(cell.column)), cell.column + step
        last = self.last_printed if cell.column <= self.last_printed else cell.column + 60
        while 1 <= column <= last and self.sheet.cell(cell.row, column).value is None:
            room, column = room + self.pixels(column), column + step
        return room

    def cut(self) -> Iterator[str]:
        """Each text that does not fit, and by how much."""
        for address, (kind, text) in self.shown.items():
            cell = self.sheet[address]
            size, bold = cell.font.sz, bool(cell.font.b)
            if cell.number_format == ";;;" or (cell.alignment.shrink_to_fit and kind != NUMBER):
                continue
            indent = 9 * (cell.alignment.indent or 0)
            room: float
            if kind == NUMBER:
                width, room = width_of(text, size, bold) + indent, self.pixels(cell.column) - EDGE
            elif cell.alignment.wrap_text:
                width, room = self._wrapped(cell, text, size, bold)
            else:
                width, room = width_of(text.strip(), size, bold) + indent, self.room(cell) - 2
            if width > room:
                yield f"{self.sheet.title}!{address} {text!r} takes {width:.0f} of {room:.0f} pixels"

    def _wrapped(self, cell: Any, text: str, size: float, bold: bool) -> tuple[float, float]:
        """The widest word and its room; or the height of all lines, and that of the row."""
        room = self.pixels(cell.column) - 4 - 9 * (cell.alignment.indent or 0)
        lines = 0
        for paragraph in text.split("\n"):
            line = ""
            lines += 1
            for word in paragraph.split():
                widest = width_of(word, size, bold)
                if widest > room and len(word) < 40:
                    return widest, room
                longer = f"{line} {word}".strip()
                if line and width_of(longer, size, bold) > room:
                    lines, line = lines + 1, word
                else:
                    line = longer
        height = self.sheet.row_dimensions[cell.row].height
        if height is None:
            return 0, 1
        return lines * size * LINE * PIXELS_OF_A_POINT, height * PIXELS_OF_A_POINT + 1


def cut_texts(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """Every text of the workbooks that does not fit into its cell."""
    shown = node_readers.shown(paths)
    found: dict[Path, list[str]] = {}
    for path in paths:
        book = openpyxl.load_workbook(path)
        found[path] = [each for sheet in book for each in _Sheet(sheet, shown[str(path)][sheet.title]).cut()]
    return found


def smallest_print(path: Path) -> dict[str, float]:
    """The size of the smallest letters that each sheet prints, in points."""
    return {sheet.title: _smallest(sheet) for sheet in openpyxl.load_workbook(path)}


def _smallest(sheet: Any) -> float:
    ends = [*zip(*printed_areas(sheet), strict=True)]
    left, top, right, bottom = min(ends[0]), min(ends[1]), max(ends[2]), max(ends[3])
    sizes = [
        cell.font.sz
        for row in sheet.iter_rows(top, bottom, left, right)
        for cell in row
        if cell.value not in (None, "") and cell.number_format != ";;;"
    ]
    return min(sizes) * _scale(sheet, left, top, right, bottom)


def _scale(sheet: Any, left: int, top: int, right: int, bottom: int) -> float:
    """How much smaller the page is printed, from the widths and heights of what it holds."""
    setup, margins = sheet.page_setup, sheet.page_margins
    if not sheet.sheet_properties.pageSetUpPr.fitToPage:
        return (setup.scale or 100) / 100
    paper = [297 / 25.4 * 72, 210 / 25.4 * 72]
    wide, high = paper if setup.orientation == "landscape" else reversed(paper)
    width = sum(_Sheet(sheet, {}).pixels(number) for number in range(left, right + 1)) / PIXELS_OF_A_POINT
    height = sum(sheet.row_dimensions[row].height or 15 for row in range(top, bottom + 1))
    scales = [1.0]
    if setup.fitToWidth:
        scales.append(setup.fitToWidth * (wide - 72 * (margins.left + margins.right)) / width)
    if setup.fitToHeight:
        scales.append(setup.fitToHeight * (high - 72 * (margins.top + margins.bottom)) / height)
    return math.floor(min(scales) * 100) / 100
