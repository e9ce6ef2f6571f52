"""What cell formats do to what they show (18.8).

Number formats, dates, and text in the colour of the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from templates.xlsx.shown_numbers import misleads
from templates.xlsx.untrusted_package import Attributes, Package

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

    is_date : whether its number format shows dates; invisible : whether its text cannot be seen; struck : whether it
        is struck out.
    """

    format: str = "General"
    is_date: bool = False
    invisible: bool = False
    struck: bool = False


PLAIN = Look()


class Looks:
    """The cell formats of a workbook, by their index as it is written."""

    def __init__(self, package: Package, part: str) -> None:
        self._codes = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        self._numbers: list[str] = []
        self._dressed: list[tuple[str, str]] = []
        self._fonts: list[str] = []
        self._struck: set[str] = set()
        self._fills: list[str] = []
        self._solid = False
        self._rules: list[bool] = []
        if part in package:
            package.stream_below(part, "styleSheet", self._asked_for())
        dates = {number: is_date_format(code) for number, code in self._codes.items() if number in set(self._numbers)}
        self._looks = [
            Look(
                self._codes.get(number, "General"),
                dates.get(number, False),
                self._is_invisible(*dressed),
                dressed[0] in self._struck,
            )
            for number, dressed in zip(self._numbers, self._dressed, strict=True)
        ]
        self._by_index: dict[str, Look] = {}

    def of(self, index: str) -> Look:
        """The look of a cell format; a plain one where there is none of this index."""
        look = self._by_index.get(index)
        if look is None:
            known = index.isascii() and index.isdigit() and len(index) < 7 and int(index) < len(self._looks)
            look = self._looks[int(index)] if known else PLAIN
            if known and len(self._by_index) < MOST_LOOKS:
                self._by_index[index] = look
        return look

    @cached_property
    def hiding_rules(self) -> frozenset[str]:
        """The indexes of the formats of rules that hide what they are applied to."""
        return frozenset(str(index) for index, hides in enumerate(self._rules) if hides)

    def _asked_for(self) -> dict[str, Callable[[Attributes], None]]:
        """What is read of the part, by its paths."""
        ruled = "dxfs/dxf/fill/patternFill"
        return {
            "numFmts/numFmt": self._format,
            "cellXfs/xf": self._dress,
            "fonts/font": lambda _: self._fonts.append(""),
            "fonts/font/color": self._ink,
            "fonts/font/strike": self._strike,
            "fills/fill": lambda _: self._fills.append(WHITE),
            "fills/fill/patternFill": self._pattern,
            "fills/fill/patternFill/fgColor": self._paper,
            "fills/fill/gradientFill": self._gradient,
            "dxfs/dxf": lambda _: self._rules.append(False),
            "dxfs/dxf/font/color": self._rules_ink,
            "dxfs/dxf/numFmt": self._rules_format,
            f"{ruled}/bgColor": self._rules_paper,
            f"{ruled}/fgColor": self._rules_paper,
        }

    def _format(self, attributes: Attributes) -> None:
        self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:LONGEST_FORMAT]

    def _dress(self, attributes: Attributes) -> None:
        if len(self._numbers) < MOST_LOOKS:
            self._numbers.append(attributes.get("numFmtId", ""))
            self._dressed.append((attributes.get("fontId", "0"), attributes.get("fillId", "0")))

    def _ink(self, attributes: Attributes) -> None:
        self._fonts[-1] = _colour(attributes)

    def _strike(self, attributes: Attributes) -> None:
        if attributes.get("val", "1") not in ("0", "false"):
            self._struck.add(str(len(self._fonts) - 1))

    def _pattern(self, attributes: Attributes) -> None:
        self._solid = attributes.get("patternType", "none") not in ("none", "")
        self._fills[-1] = "" if self._solid else WHITE

    def _paper(self, attributes: Attributes) -> None:
        if self._solid:
            self._fills[-1] = _colour(attributes)

    def _gradient(self, _: Attributes) -> None:
        self._fills[-1] = ""

    def _rules_ink(self, attributes: Attributes) -> None:
        self._rules[-1] = self._rules[-1] or is_white(attributes)

    def _rules_format(self, attributes: Attributes) -> None:
        self._rules[-1] = self._rules[-1] or hides_a_number(attributes.get("formatCode", ""))

    def _rules_paper(self, attributes: Attributes) -> None:
        self._rules[-1] = self._rules[-1] and is_white(attributes)

    def _is_invisible(self, font: str, fill: str) -> bool:
        ink, paper = _at(self._fonts, font), _at(self._fills, fill)
        return bool(ink) and ink == paper


def hides_a_number(code: str) -> bool:
    """Whether a rule's number format shows another number than stands there, or none."""
    code = code[:LONGEST_FORMAT]
    return misleads(code, 1_234.5) or misleads(code, -1_234.5)


def is_white(attributes: dict[str, str]) -> bool:
    """Whether a colour is that of the paper."""
    return _colour(attributes) == WHITE


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
