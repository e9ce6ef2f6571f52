"""Numbers that were typed as text: what was probably meant."""

from __future__ import annotations

import re

from roi_engine.errors import FtRoiError
from roi_engine.quantity import Quantity

_GROUPED = re.compile(r"\d{1,3}([.,'’ ])\d{3}(\1\d{3})*")
_AROUND = re.compile(r"^[^\d.,%+\-−]*|[^\d.,%]*$")
_FACTORS = {"k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}
_LONGEST = 40


def meant_by(text: str) -> list[float]:
    """The numbers that a text may mean, the likeliest first.

    >>> meant_by("1,234"), meant_by("12 %"), meant_by("1.234,56"), meant_by("USD 2,5 M"), meant_by("n/a")
    ([1234.0, 1.234], [0.12], [1234.56], [2500000.0], [])
    """
    text = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")
    if len(text) > _LONGEST or not any(letter.isdigit() for letter in text):
        return []
    factor = _factor(text)
    digits = _AROUND.sub("", text)
    percent = digits.endswith("%")
    digits = digits.rstrip("% ").strip()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+- ")
    found = [sign * number * factor / (100 if percent else 1) for number in _readings(digits)]
    return [float(f"{number:.15g}") for number in found]


def _factor(text: str) -> float:
    """What a letter after the figure multiplies it by: 5M is five million."""
    ending = re.search(r"\d\s*([a-z]+)\W*$", text.lower())
    return _FACTORS.get(ending[1], 1.0) if ending else 1.0


def _readings(digits: str) -> list[float]:
    """The ways of reading a figure that make sense.

    It may have points, commas or other signs in it.
    """
    if re.fullmatch(r"\d+(\.\d+)?|\.\d+", digits, re.ASCII) and not _GROUPED.fullmatch(digits):
        return [float(digits)]
    readings = []
    if _GROUPED.fullmatch(digits):
        readings.append(float(re.sub(r"\D", "", digits)))
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and digits.count(digits[last]) == 1:
        before, after = digits[:last], digits[last + 1 :]
        whole = re.sub(r"[.,'’ ]", "", before)
        if (whole.isdigit() or not before) and after.isdigit() and (whole == before or _GROUPED.fullmatch(before)):
            readings.append(float(f"{whole or 0}.{after}"))
    return readings


def not_a_number(text: str, quantity: Quantity) -> str:
    """What is wrong with a text in a number's cell, with a guess and the cure.

    >>> from roi_engine.quantity import IMPROVEMENT
    >>> not_a_number("12", IMPROVEMENT)
    '"12" is a text, not a number. Did you mean 12 % (0.12)? Type the number alone.'
    """
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    guesses = list(dict.fromkeys(filter(None, (_legal(number, quantity) for number in meant_by(text)))))
    if guesses:
        return f'"{shown}" is a text, not a number. Did you mean {" or ".join(guesses)}? Type the number alone.'
    return f'"{shown}" is a text, not a number. Type a number {quantity.range_in_words}.'


def _legal(number: float, quantity: Quantity) -> str:
    """A guess as it is typed; nothing where the quantity does not allow it."""
    for guess in (number, number / 100) if quantity.kind == "fraction" else (number,):
        try:
            quantity.check(guess)
        except FtRoiError:
            continue
        if quantity.kind == "fraction" and guess != 0:
            return f"{guess * 100:.12g} % ({guess:.12g})"
        return f"{guess:.15g}"
    return ""
