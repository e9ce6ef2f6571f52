"""Numbers as options of a command: a sentence says which are taken."""

from __future__ import annotations

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A number from some bound on, and neither infinite nor undefined."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        number = _read(value)
        taken = "Type a number" + _in_words(self)
        if number is None:
            self.fail(f"{value} is no number. {taken}.", param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number. {taken}.", param, ctx)
        return float(_within(self, number, taken, param, ctx))


class WholeNumber(click.IntRange):
    """A whole number, from some bound on if there is one."""

    name = "number"

    def __init__(self, least: int | None = None, most: int | None = None, taken: str = "") -> None:
        """A number of a range.

        least, most : the bounds; None for none, or where the engine checks them.
        taken : what is taken, in words; of the bounds when left out.
        """
        super().__init__(least, most)
        self._taken = taken or f"a whole number{_in_words(self)}"

    def _describe_range(self) -> str:
        """What the help says of the bounds."""
        return "" if self.min is self.max is None else super()._describe_range()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; 1e4 is one too."""
        number, taken = _read(value), f"Type {self._taken}"
        if number is None or not math.isfinite(number) or not float(number).is_integer():
            self.fail(f"{value} is no whole number. {taken}.", param, ctx)
        return int(_within(self, number, taken, param, ctx))


def _read(value: Any) -> float | int | None:
    """What was typed as a number: whole ones exactly; None for what is none."""
    for kind in (int, float):
        try:
            return kind(value)
        except (ValueError, OverflowError):
            continue
    return None


def _within(
    range_: click.FloatRange | click.IntRange,
    number: float,
    taken: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> float:
    least, most = range_.min, range_.max
    if least is not None and (number <= least if range_.min_open else number < least):
        is_wrong = f"is not above {least:,}" if range_.min_open else f"is below {least:,}"
        range_.fail(f"{number:,} {is_wrong}. {taken}.", param, ctx)
    if most is not None and number > most:
        range_.fail(f"{number:,} is above {most:,}. {taken}.", param, ctx)
    return number


def _in_words(range_: click.FloatRange | click.IntRange) -> str:
    """The bounds as a phrase, with the blank before it; nothing where there are none."""
    least, most = range_.min, range_.max
    if least is None:
        return ""
    if most is not None:
        return f" from {least:,} to {most:,}"
    return f" above {least:,}" if range_.min_open else f" of at least {least:,}"
