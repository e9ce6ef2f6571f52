"""What a number format makes of a value (18.8.30).

Whether a reader sees another figure than the cell holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

LONGEST_CODE = 255
_PIECE = re.compile(
    r"""
    "(?P<text>[^"]*)"?  | \\(?P<letter>.)  | \*(?P<filler>.)  | _.
  | \[\$(?P<currency>[^\]\-]*)[^\]]*\]     | \[(?P<bracket>[^\]]*)\]
  | (?P<general>general)                   | (?P<exponent>e[+-])
  | (?P<place>[0\#?])  | (?P<point>\.)  | (?P<comma>,)  | (?P<percent>%)  | (?P<cell>@)  | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SECTIONS = re.compile(r'((?:"[^"]*"?|\\.|[*_].|\[[^\]]*\]|[^;"\\*_\[]|\[)*)(?:;|$)', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,300}(?:\.\d{1,300})?(?:E[+-]?\d{1,3})?)", re.IGNORECASE | re.ASCII)
_TESTS = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "=": lambda one, other: one == other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    "<>": lambda one, other: one != other,
}


class Shown(NamedTuple):
    """What a reader sees of a value.

    words : what stands beside the digits; number : None where no digits stand.
    """

    words: str
    number: float | None


@dataclass(frozen=True)
class _Section:
    """One section of a format.

    Its condition, its words, and what it does to a number's digits.
    """

    condition: tuple[str, float] | None
    words: str
    digits: bool
    plain: bool
    exponent: bool
    decimals: int
    percents: int
    thousands: int
    holds_text: bool
    colour: bool
    code: str = ""


def text_shown(code: str, value: float) -> str:
    r"""The text that a number makes in a cell, as wide as it is shown.

    A space such as ``_)`` stands as the letter that it is as wide as.

    >>> [text_shown(code, -1_234.5) for code in ("#,##0_);(#,##0)", "0.0%", '0.00" months"', "General", ";;;")]
    ['(1,234)', '-123450.0%', '-1234.50 months', '-1234.5', '']
    >>> [text_shown("[<1000]General;#,##0", value) for value in (0.4, 900_000)]
    ['0.4', '900,000']
    """
    section, signed = _chosen(_sections(code[:LONGEST_CODE]), value)
    minus = "-" if value < 0 and signed and section.digits else ""
    size, pieces, told = abs(value), [], False
    for found in _PIECE.finditer(section.code):
        kind, piece = found.lastgroup, found[0]
        if kind == "general":
            pieces.append(_general(size))
        elif kind in ("place", "point", "comma", "exponent") and section.digits:
            pieces.append("" if told else _digits(section, size))
            told = True
        elif kind in ("text", "letter", "currency"):
            pieces.append(found[kind])
        elif kind in ("percent", "other"):
            pieces.append(piece)
        elif piece.startswith("_"):
            pieces.append(piece[1:])
    return minus + "".join(pieces)


def _general(size: float) -> str:
    """A number without a format: at most eleven digits."""
    text = f"{size:.10g}"
    return text if "e" not in text else f"{size:.5E}"


def _digits(section: _Section, size: float) -> str:
    """What the digits of a section show."""
    number = size * 100.0**section.percents / 1000.0**section.thousands
    if section.exponent:
        return f"{number:.{section.decimals}E}"
    whole, _, after = section.code.partition(".")
    kept = after.count("0")
    text = f"{number:{',' if ',' in whole else ''}.{section.decimals}f}"
    while section.decimals > kept and text.endswith("0") and len(text.partition(".")[2]) > kept:
        text = text[:-1]
    return text


def shown(code: str, value: float | str) -> Shown:
    r"""What a reader sees of a number, or of a text, in a cell of a number format.

    >>> [tuple(shown(code, 12_345.6)) for code in ("#,##0.0", "0%", '"9,999"', "0.0,", ";;;")]
    [('', 12345.6), ('', 12345.6), ('9,999', None), ('', 12.3), ('', None)]
    >>> shown("#,##0_);(#,##0)", -5.0) == shown(r"#,##0_);\(#,##0\)", -5.0)
    True
    """
    sections = _sections(code[:LONGEST_CODE])
    if isinstance(value, str):
        text = sections[3] if len(sections) > 3 else next((each for each in sections[-1:] if each.holds_text), None)
        if text is None or (text.holds_text and not text.words):
            return Shown(value, None)
        return Shown(f"{text.words}{value if text.holds_text else ''}", None)
    section, signed = _chosen(sections, value)
    words = section.words
    if not section.digits:
        return Shown(words, None)
    if value < 0 and signed:
        words = f"-{words}"
    elif value < 0 and section.colour:  # 0;[Red]0 is a format of Excel's own
        words = words if "-" in words or "(" in words else f"-{words}"
    return Shown(words, _read(section, abs(value)))


def misleads(code: str, value: float | str) -> bool:
    """Whether a reader takes a value in this format for another, or for none.

    >>> [misleads(code, 1_234.5) for code in ("0.00", '#,##0" USD"', '"9,999"', "0.0,", ";;;", '"9"0', "-0")]
    [False, False, True, True, True, True, True]
    >>> misleads("0;0", -5.0), misleads("0;[Red]0", -5.0), misleads("0", 0.4), misleads(';;;"OK"', "FAIL")
    (True, False, True, True)
    """
    seen = shown(code, value)
    if isinstance(value, str):
        return seen.words != value
    if seen.number is None:
        return bool(value) or any(map(str.isalnum, seen.words))
    if any(letter.isdigit() or letter == "%" for letter in seen.words):
        return True
    if value and (("-" in seen.words or "(" in seen.words) != (value < 0)):
        return True
    if not value:
        return False
    section, _ = _chosen(_sections(code[:LONGEST_CODE]), value)
    return seen.number == 0 or bool(section.thousands)


def _read(section: _Section, size: float) -> float:
    """The number that its digits give, a percentage as a fraction."""
    if section.plain or section.exponent or size > 1e100:
        return size
    factor: float = 100.0**section.percents
    digits = size * factor / 1000.0**section.thousands
    return float(f"{round(digits, section.decimals) / factor:.12g}")


def _chosen(sections: tuple[_Section, ...], value: float) -> tuple[_Section, bool]:
    """The section for a number, and whether the program adds a minus of its own."""
    conditions = [each.condition for each in sections[:2]]
    if not any(conditions):
        if len(sections) == 1 or value > 0 or (value == 0 and len(sections) < 3):
            return sections[0], True
        return (sections[1], False) if value < 0 else (sections[2], False)
    for each in sections[:2]:
        if each.condition and _TESTS[each.condition[0]](value, each.condition[1]):
            return each, not each.words.startswith("-")
    if len(sections) == 1:
        return sections[0], True
    rest = sections[2] if len(sections) > 2 else sections[1] if sections[0].condition else sections[0]
    return rest, True


@lru_cache(2_000)
def _sections(code: str) -> tuple[_Section, ...]:
    texts = [found[1] for found in _SECTIONS.finditer(code)]
    if len(texts) > 1 and not code.endswith(";"):
        texts.pop()  # the nothing behind the last section
    return tuple(map(_section, texts[:4])) or (_section("General"),)


def _section(text: str) -> _Section:
    words: list[str] = []
    condition, colour, after_point, plain, exponent, holds_text = None, False, False, False, False, False
    decimals = percents = trailing = places = 0
    for found in _PIECE.finditer(text):
        kind, piece = found.lastgroup, found[0]
        if kind == "place" and not exponent:
            places += 1
            decimals += after_point
            trailing = 0
        elif kind == "point":
            after_point = True
        elif kind == "comma":
            trailing += places > 0
        elif kind == "percent":
            percents += 1
        elif kind == "bracket":
            asked = _CONDITION.fullmatch(found["bracket"])
            condition = (asked[1], float(asked[2])) if asked else condition
            colour = colour or asked is None
        elif kind == "general":
            plain = True
        elif kind == "exponent":
            exponent = True
        elif kind == "cell":
            holds_text = True
        elif kind in ("text", "letter", "filler", "currency"):
            words.append(found[kind])
        elif kind == "other":
            words.append(piece)
            plain = plain or piece == "/"  # a fraction
    digits = bool(places) or plain or holds_text
    return _Section(
        condition, "".join("".join(words).split()), digits, plain or holds_text, exponent, decimals,
        min(percents, 9), min(trailing, 9),
        holds_text, colour, text,
    )  # fmt: skip
