"""How much of the spread an input has a part in, with all its combinations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from roi_engine.simulation.estimate import Estimate, of_parts
from roi_engine.simulation.lattice import PARTS, Lattice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


def total_order(
    figure: Callable[[list[FloatArray]], FloatArray], coordinates: int, draws: int, seed: int
) -> list[Estimate]:
    """The share of the spread that would be left if all inputs but one were known.

        T = E[(y − y with this input drawn anew)²] / (2 · Var(y))

    figure : from a list of arrays of probabilities, one for each coordinate, to an array over draws.
    coordinates : count.
    draws, seed : as for a simulation; the lattice has two coordinates for each input.
    Returns an estimate for each coordinate. Source: M. Jansen, Computer Physics Communications 117 (1999).
    """
    import numpy as np

    points = Lattice(2 * coordinates, draws, seed).points(0, draws)
    first, anew = points[:coordinates], points[coordinates:]
    base = figure(first)
    variance = float(base.var())
    squares = [_squares(figure, base, first, anew[at], at) for at in range(coordinates)]
    found = []
    for each in squares:
        parts = each.reshape(PARTS, -1).mean(axis=1) / (2 * variance) if variance else np.zeros(PARTS)
        found.append(of_parts(float(parts.mean()), parts.tolist()))
    return found


def _squares(
    figure: Callable[[list[FloatArray]], FloatArray],
    base: FloatArray,
    first: Sequence[FloatArray],
    anew: FloatArray,
    at: int,
) -> FloatArray:
    changed = [*first[:at], anew, *first[at + 1 :]]
    squares: FloatArray = (base - figure(changed)) ** 2
    return squares
