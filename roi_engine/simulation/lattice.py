"""The draws: points of a randomly shifted lattice, folded.

The lattice is that of F. Kuo's published generating vector for powers of 2, lattice-33002-1024-1048576.9125
(web.maths.unsw.edu.au/~fkuo/lattice), whose first 256 numbers stand in lattice.csv.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from random import Random
from typing import TYPE_CHECKING

from roi_engine.quantity import DRAWS
from roi_engine.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

PARTS = int(DRAWS.low)
"""Lattices with shifts of their own that share the draws: what they differ by is the error."""

SHIFT_DECIMALS = 9
"""Decimals of a shift: a cell shows and keeps them all."""


def lattice_draw(trial: Value, generator: Value, draws: Value, shift: Value) -> Value:
    """One coordinate of a point of a shifted lattice, folded: from 0 to 1.

        u = 1 − |2 · frac(trial · z / draws + shift) − 1|

    trial : count, the number of the point, from 0 on; floats or arrays over draws.
    generator : count, the coordinate's number z of the generating vector.
    draws : count, the points of the lattice.
    shift : fraction, the coordinate's own.
    Returns a probability. Source: docs/simulation.md, "Draws".

    >>> lattice_draw(3, 182667, 1024, 0.25)
    0.814453125
    """
    return 1 - abs(2 * ((trial * generator / draws + shift) % 1) - 1)


@cache
def generating_vector() -> tuple[int, ...]:
    """The published numbers z, one for each coordinate.

    >>> generating_vector()[:3], len(generating_vector())
    ((1, 182667, 213731), 256)
    """
    text = resources.files(__package__).joinpath("lattice.csv").read_text("utf-8")
    return tuple(int(line.partition(",")[2]) for line in text.split()[1:])


def shifts(coordinates: int, seed: int) -> list[list[float]]:
    """The shifts of every part, coordinate by coordinate.

    coordinates : count.
    seed : of Python's own generator, whose stream is the same everywhere.
    Returns `PARTS` lists of fractions.

    >>> shifts(2, 1)[0]
    [0.134364244, 0.847433737]
    """
    stream = Random(seed)
    return [[round(stream.random(), SHIFT_DECIMALS) for _ in range(coordinates)] for _ in range(PARTS)]


class Lattice:
    """The draws of a simulation: every part's points, one part after the other.

    coordinates : count, one for each uncertain input.
    draws : count over all parts.
    seed : of the shifts.

    >>> [coordinate.round(4).tolist() for coordinate in Lattice(2, 16, 1).points(0, 2)]
    [[0.2687, 0.7313], [0.3051, 0.6949]]
    """

    def __init__(self, coordinates: int, draws: int, seed: int) -> None:
        import numpy as np

        self.coordinates, self.draws, self.in_part = coordinates, draws, draws // PARTS
        self._shifts = np.array(shifts(coordinates, seed)).reshape(PARTS, coordinates).T

    def points(self, start: int, stop: int) -> list[FloatArray]:
        """Some of the draws: for each coordinate an array of probabilities.

        start, stop : the numbers of the first draw, and of the one after the last.
        """
        import numpy as np

        number = np.arange(start, stop)
        part, trial = number // self.in_part, (number % self.in_part).astype(float)
        return [
            np.asarray(lattice_draw(trial, generator, self.in_part, own[part]))
            for generator, own in zip(generating_vector(), self._shifts, strict=False)
        ]
