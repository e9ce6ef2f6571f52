"""How the draws of a simulation are spread: equal steps between round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roi_engine.errors import OutOfRange

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

DEFAULT_STEPS = 20

TAIL = 0.005
"""The share of the draws at each end that may lie in the first and the last step without making them longer."""

_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Step:
    """A step of a histogram.

    start, end : in the figure's unit; the first step also holds what lies below it, the last what lies above.
    share : of the draws that lie in it.
    below : of the draws that lie in it or in a step before it.
    """

    start: float
    end: float
    share: float
    below: float


def histogram(figures: FloatArray, count: int) -> list[Step]:
    """How many draws lie in each of some equal steps.

    figures : over all draws. One that is infinite, never, lies in no step.
    count : of steps. Zero is never inside of one.
    Raises `OutOfRange` where every draw is infinite.

    >>> import numpy as np
    >>> [(step.start, step.end, step.share) for step in histogram(np.array([-1.0, 1.0, 2.0, 5.0]), 4)]
    [(-2.0, 0.0, 0.25), (0.0, 2.0, 0.25), (2.0, 4.0, 0.25), (4.0, 6.0, 0.25)]
    """
    import numpy as np

    finite = np.sort(figures[np.isfinite(figures)])
    if not len(finite):
        raise OutOfRange("No draw has a figure: it is never in all of them.")
    at = math.floor(TAIL * (len(finite) - 1))
    low, high = float(finite[at]), float(finite[-1 - at])
    width = _round_up((high - low) / max(count - 1, 1) or abs(low) / 100 or 1.0)
    empty = count - 1 - math.floor(high / width) + math.floor(low / width)
    first = math.floor(low / width) - empty // 2
    edges = [(first + number) * width for number in range(count + 1)]
    below = [int(np.searchsorted(finite, edge)) for edge in edges[1:-1]] + [len(finite)]
    before = [0, *below]
    draws = len(figures)
    return [
        Step(edges[number], edges[number + 1], (below[number] - before[number]) / draws, below[number] / draws)
        for number in range(count)
    ]


def _round_up(width: float) -> float:
    """The next width that is a round number.

    >>> _round_up(1170.0), _round_up(0.031), _round_up(2.0)
    (1200.0, 0.04, 2.0)
    """
    size = 10.0 ** math.floor(math.log10(width))
    return next(float(f"{each * size:.2g}") for each in _ROUND if each * size >= width * (1 - 1e-9))
