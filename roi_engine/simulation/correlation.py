"""Rank correlation between uncertain inputs, by a Gaussian copula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from roi_engine.errors import Problem, ScenarioError
from roi_engine.simulation.normal import normal_probability, normal_score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

SMALLEST_EIGENVALUE = 1e-9
"""Below, a table of correlations contradicts itself."""


class Correlation:
    """The rank correlations of a scenario, ready to be put on draws.

        r = 2 · sin(π · ρ / 6);  z = L · Φ⁻¹(u),  L · Lᵀ the matrix of r;  u = Φ(z)

    pairs : rank correlation ρ by first and second input.
    varying : the inputs that vary, in order.
    Raises `ScenarioError` for a pair of which one does not vary, and for pairs that contradict each other.
    Source: docs/simulation.md, "Correlation".
    """

    def __init__(self, pairs: Mapping[str, Mapping[str, float]], varying: Sequence[str]) -> None:
        listed = [(first, second, value) for first, others in pairs.items() for second, value in others.items()]
        problems = [
            Problem(f"correlations.{first}.{second}", f"{name} does not vary. Give it a range, or delete the line.")
            for first, second, _ in listed
            for name in (first, second)
            if name not in varying
        ]
        if problems:
            raise ScenarioError(problems)
        involved = {name for first, second, _ in listed for name in (first, second)}
        self.names = [name for name in varying if name in involved]
        if self.names:
            self._factor = self._factored(listed)

    def __bool__(self) -> bool:
        return bool(self.names)

    def _factored(self, listed: list[tuple[str, str, float]]) -> FloatArray:
        import numpy as np

        matrix = np.eye(len(self.names))
        place = {name: at for at, name in enumerate(self.names)}
        for first, second, value in listed:
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = copula_correlation(value)
        if np.linalg.eigvalsh(matrix)[0] < SMALLEST_EIGENVALUE:
            told = ", ".join(f"{first} and {second} ({value:g})" for first, second, value in listed)
            sentence = f"These cannot hold at once: {told}. What goes with the same input goes together too."
            raise ScenarioError([Problem("correlations", f"{sentence} Bring them closer to 0.", "#NUM!")])
        factor: FloatArray = np.linalg.cholesky(matrix).astype(float)
        return factor

    def apply(self, probabilities: list[FloatArray], names: Sequence[str]) -> None:
        """Puts the correlation on independent probabilities, in place.

        probabilities : an array over draws for each name.
        names : the coordinates.
        """
        if not self.names:
            return
        import numpy as np

        at = [names.index(name) for name in self.names]
        scores = self._factor @ np.clip(np.stack([normal_score(probabilities[each]) for each in at]), -9, 9)
        for place, row in zip(at, scores, strict=True):
            probabilities[place] = normal_probability(row)


def copula_correlation(rank_correlation: float) -> float:
    """The correlation of normal scores that gives a rank correlation.

        r = 2 · sin(π · ρ / 6)

    >>> round(copula_correlation(0.5), 6)
    0.517638
    """
    return 2 * math.sin(math.pi * rank_correlation / 6)
