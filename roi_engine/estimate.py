"""An estimate: what is typical, and between which bounds most measurements lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from roi_engine.errors import UnknownName, did_you_mean

BOUNDS = ("low", "typical", "high")


@dataclass(frozen=True)
class Estimate:
    """A figure that nobody has measured yet.

    low, typical, high : in the figure's unit, in order.
    """

    low: float
    typical: float
    high: float

    def of(self, bound: str) -> float:
        """The figure of a bound.

        >>> Estimate(1, 2, 4).of("high")
        4
        """
        return {"low": self.low, "typical": self.typical, "high": self.high}[bound]

    @property
    def rounded(self) -> Estimate:
        """The figures as far as they are worth writing down: three digits.

        >>> Estimate(12675.7, 20069.9, 26407.7).rounded
        Estimate(low=12700.0, typical=20100.0, high=26400.0)
        """
        return Estimate(*(float(f"{each:.3g}") for each in (self.low, self.typical, self.high)))

    def __str__(self) -> str:
        return f"low {self.low:,.10g}, typical {self.typical:,.10g}, high {self.high:,.10g}"

    def holds(self, figure: float) -> bool:
        """Whether a figure lies between low and high.

        >>> Estimate(1, 2, 4).holds(3), Estimate(1, 2, 4).holds(5)
        (True, False)
        """
        return self.low <= figure <= self.high


_IN_WORDS = re.compile(r"Estimate: .*?low ([\d.,]+), typical ([\d.,]+), high ([\d.,]+)")


def estimate_in(text: str) -> Estimate | None:
    """The estimate that a source or note tells; None where it tells none.

    >>> estimate_in(f"Estimate: a replica, {Estimate(12700, 20100, 26400)} tokens per second")
    Estimate(low=12700.0, typical=20100.0, high=26400.0)
    """
    found = _IN_WORDS.search(text)
    return Estimate(*(float(each.replace(",", "").rstrip(".")) for each in found.groups())) if found else None


def choice(argument: str, typed: str, known: Sequence[str]) -> str:
    """A word of those that there are, whatever its case.

    argument : what it is typed for; empty where the place is told elsewhere.
    Raises `UnknownName` with a guess.

    >>> choice("method", "LoRA", ("full", "lora"))
    'lora'
    """
    word = typed.strip().lower()
    if word not in known:
        start = f"{argument}: there" if argument else "There"
        raise UnknownName(f'{start} is no "{typed}".{did_you_mean(word, known)} Type {" or ".join(known)}.')
    return word
