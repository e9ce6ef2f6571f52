"""What the draws say of one input: means of a figure over 32 equal bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roi_engine.simulation.estimate import Estimate, without_each_part
from roi_engine.simulation.lattice import PARTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

BINS = 32
"""Bins of equal probability."""


class Bins:
    """The sums of a figure over the bins of one input, in every part.

    >>> import numpy as np
    >>> halves = Bins()
    >>> halves.add(np.repeat(np.arange(8), 2), np.tile([0.2, 0.7], 8), np.tile([1.0, 3.0], 8))
    >>> float(halves.sums.sum()), int(halves.counts.sum())
    (32.0, 16)
    """

    def __init__(self) -> None:
        import numpy as np

        self.counts, self.sums = np.zeros((PARTS, BINS)), np.zeros((PARTS, BINS))

    def add(self, part: NDArray[np.intp], probability: FloatArray, figure: FloatArray) -> None:
        """Takes some draws in.

        part, probability, figure : arrays over draws.
        """
        import numpy as np

        place = part * BINS + np.minimum((probability * BINS).astype(np.intp), BINS - 1)
        shape, size = (PARTS, BINS), PARTS * BINS
        self.counts += np.bincount(place, minlength=size).reshape(shape)
        self.sums += np.bincount(place, weights=figure, minlength=size).reshape(shape)

    def means(self, counted: NDArray[np.bool_]) -> FloatArray:
        """The mean in each bin that has draws, over the parts that count."""
        counts, sums = self.counts[counted].sum(axis=0), self.sums[counted].sum(axis=0)
        filled = counts > 0
        means: FloatArray = sums[filled] / counts[filled]
        return means

    def explained(self, variances: FloatArray) -> Estimate:
        """The share of the spread that the input explains alone: its first-order index.

            S = Var(E[y | x]) / Var(y)

        variances : of the figure about its mean, of all but each part and of all.
        """
        return without_each_part(lambda counted: self._explained_variance(counted) / _of(counted, variances))

    def _explained_variance(self, counted: NDArray[np.bool_]) -> float:
        """The variance of the means over the bins, without what the means are off by.

        The parts tell by how much they are off; what a mean's slope adds within its bin, its neighbours tell.
        """
        import numpy as np

        means = self.means(counted)
        variance = float(np.mean((means - means.mean()) ** 2))
        own_counts = self.counts[counted]
        if not own_counts.all() or len(means) < 3:
            return variance
        own = self.sums[counted] / own_counts
        noise = float(np.mean(own.var(axis=0, ddof=1))) / len(own)
        rise = np.gradient(means)
        slope = max(float(np.mean(rise**2)) - noise / 2, 0.0) / 12
        return max(variance - noise * (1 - 1 / len(means)) + slope, 0.0)

    def value_of_knowing(self) -> Estimate:
        """What knowing the input is worth before a decision between the figure and 0.

            E[max(0, E[y | x])] − max(0, E[y])

        Returns the figure's unit; never below 0.
        """
        return without_each_part(self._value)

    def _value(self, counted: NDArray[np.bool_]) -> float:
        import numpy as np

        means = self.means(counted)
        return float(np.mean(np.maximum(means, 0)) - max(float(means.mean()), 0.0))


def _of(counted: NDArray[np.bool_], variances: FloatArray) -> float:
    """The variance of the parts that count: without one, or of all."""
    import numpy as np

    left_out = np.flatnonzero(~counted)
    return float(variances[left_out[0] if len(left_out) else PARTS])
