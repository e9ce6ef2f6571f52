"""A figure of a simulation, with how far it may be off."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roi_engine.simulation.lattice import PARTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

STUDENT = 2.365
"""Student's t for 95 % and the seven degrees of freedom of eight parts."""


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % half-width; None where there is none.

    value : in the figure's own unit, infinite for never.
    half_width : in the same unit; None where a part has no figure.
    """

    value: float | None
    half_width: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Both by name, the word Never for an infinite value."""
        return {"value": "Never" if self.value == math.inf else self.value, "half_width": self.half_width}


UNDEFINED = Estimate(None)


def of_parts(whole: float, parts: list[float]) -> Estimate:
    """A figure of all draws, and what the figures of the parts say of its error.

        half-width = 2.365 · sd(parts) / √8

    whole : the figure of all draws.
    parts : that of each part alone.

    >>> of_parts(2.0, [1.0, 3.0] * 4).half_width.__round__(3)
    0.894
    """
    if not all(map(math.isfinite, [whole, *parts])):
        return Estimate(None if math.isnan(whole) else whole)
    mean = math.fsum(parts) / PARTS
    deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in parts) / (PARTS - 1))
    return Estimate(whole, STUDENT * deviation / math.sqrt(PARTS))


def without_each_part(figure: Callable[[Any], float]) -> Estimate:
    """A figure that needs all draws, its error from leaving out one part at a time.

        half-width = 2.365 · √(7/8 · Σ (figure without part − their mean)²)

    figure : takes which parts count, an array of 8 times true or false; gives a number. Of a mean this is `of_parts`.
    """
    import numpy as np

    every = np.ones(PARTS, dtype=bool)
    left = [figure(every & (np.arange(PARTS) != part)) for part in range(PARTS)]
    mean = math.fsum(left) / PARTS
    squares = math.fsum((each - mean) ** 2 for each in left)
    return Estimate(figure(every), STUDENT * math.sqrt(squares * (PARTS - 1) / PARTS))
