"""What cell formats do to what they show (18.8).

Number formats, dates, and text in the colour of the paper.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from templates.xlsx.shown_numbers import misleads
from templates.xlsx.untrusted_package import Package

LONGEST_FORMAT = 255
MOST_LOOKS = 66_000
WHITE = "white"
_WHITES = {
    ("rgb", "FFFFFFFF"),
    ("rgb", "00FFFFFF"),
    ("rgb", "FFFFFF"),
    ("theme", "0"),
    ("indexed", "1"),
    ("indexed", "9"),
}
"""The ways in which a part writes the colour of the paper."""


class Look(NamedTuple):
    """What a cell format does.

    is_date : whether its number format shows dates; invisible : whether its text cannot be seen.
    """

    format: str = "General"
    is_date: bool = False
    invisible: bool = False


PLAIN = Look()


class Looks:
    """The cell formats of a workbook, by their index as it is written."""

    def __init__(self, package: Package, part: str) -> None:
        self._codes = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        self._numbers: list[str] = []
        self._dressed: list[tuple[str, str]] = []
        self._fonts: list[str] = []
        self._fills: list[str] = []
        self._solid = False
        self._rules: list[bool] = []
        if part in package:
            package.stream(part, self._start, lambda tag, text: None, ("styleSheet",))
        dates = {number: is_date_format(code) for number, code in self._codes.items() if number in set(self._numbers)}
        self._looks = [
            Look(self._codes.get(number, "General"), dates.get(number, False), self._is_invisible(*dressed))
            for number, dressed in zip(self._numbers, self._dressed, strict=True)
        ]

    def of(self, index: str) -> Look:
        """The look of a cell format; a plain one where there is none of this index."""
        if not (index.isascii() and index.isdigit()) or len(index) > 6 or int(index) >= len(self._looks):
            return PLAIN
        return self._looks[int(index)]

    @cached_property
    def hiding_rules(self) -> frozenset[str]:
        """The indexes of the formats of rules that hide what they are applied to."""
        return frozenset(str(index) for index, hides in enumerate(self._rules) if hides)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmts/numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:LONGEST_FORMAT]
        elif tag == "cellXfs/xf" and len(self._numbers) < MOST_LOOKS:
            self._numbers.append(attributes.get("numFmtId", ""))
            self._dressed.append((attributes.get("fontId", "0"), attributes.get("fillId", "0")))
        elif tag == "fonts/font":
            self._fonts.append("")
        elif tag == "fonts/font/color" and self._fonts:
            self._fonts[-1] = _colour(attributes)
        elif tag == "fills/fill":
            self._fills.append(WHITE)
        elif tag == "fills/fill/patternFill" and self._fills:
            self._solid = attributes.get("patternType", "none") not in ("none", "")
            self._fills[-1] = "" if self._solid else WHITE
        elif tag == "fills/fill/patternFill/fgColor" and self._fills and self._solid:
            self._fills[-1] = _colour(attributes)
        elif tag == "fills/fill/gradientFill" and self._fills:
            self._fills[-1] = ""
        elif tag == "dxfs/dxf":
            self._rules.append(False)
        elif tag == "dxfs/dxf/font/color" and self._rules:
            self._rules[-1] = self._rules[-1] or _colour(attributes) == WHITE
        elif tag == "dxfs/dxf/numFmt" and self._rules:
            code = attributes.get("formatCode", "")[:LONGEST_FORMAT]
            self._rules[-1] = self._rules[-1] or misleads(code, 1_234.5) or misleads(code, -1_234.5)
        elif tag in ("dxfs/dxf/fill/patternFill/bgColor", "dxfs/dxf/fill/patternFill/fgColor") and self._rules:
            self._rules[-1] = self._rules[-1] and _colour(attributes) == WHITE

    def _is_invisible(self, font: str, fill: str) -> bool:
        ink, paper = _at(self._fonts, font), _at(self._fills, fill)
        return bool(ink) and ink == paper


def _at(colours: list[str], index: str) -> str:
    known = index.isascii() and index.isdigit() and len(index) < 7 and int(index) < len(colours)
    return colours[int(index)] if known else ""


def _colour(attributes: dict[str, str]) -> str:
    """A colour, so that equal ones are equal; white in whichever way it is written."""
    if attributes.get("tint", "0") not in ("0", "0.0"):
        return f"tint {sorted(attributes.items())}"[:80]
    for kind in ("rgb", "theme", "indexed"):
        if kind in attributes:
            value = attributes[kind].upper()
            return WHITE if (kind, value) in _WHITES else f"{kind} {value}"[:40]
    return ""
