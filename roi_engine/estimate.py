"""An estimate: what is typical, and between which bounds most measurements lie."""

from __future__ import annotations

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

    def holds(self, figure: float) -> bool:
        """Whether a figure lies between low and high.

        >>> Estimate(1, 2, 4).holds(3), Estimate(1, 2, 4).holds(5)
        (True, False)
        """
        return self.low <= figure <= self.high


def choice(argument: str, typed: str, known: Sequence[str]) -> str:
    """A word of those that there are, whatever its case.

    argument : what it is typed for.
    Raises `UnknownName` with a guess.

    >>> choice("method", "LoRA", ("full", "lora"))
    'lora'
    """
    word = typed.strip().lower()
    if word not in known:
        raise UnknownName(f'{argument}: there is no "{typed}".{did_you_mean(word, known)} Type {" or ".join(known)}.')
    return word
