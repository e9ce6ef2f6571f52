"""The quantile of the beta distribution whose two parameters make 6, that of PERT.

Finding a root for each of a million draws takes minutes. Over the normal scores the quantile is so smooth that a table
of 1,025 nodes, with slope and curvature at each, gives it to 15 decimals.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from roi_engine.simulation.normal import normal_probability, normal_score
from roi_engine.value import Carrier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

SUM = 6.0
"""α + β of a PERT distribution with λ = 4."""

WIDEST = 7.5
"""Normal scores are looked up between these: one draw in 10¹³ lies beyond."""

INTERVALS = 1024

_TERMS = 84
"""Terms of the series: the last is below 1e-18 of the sum, whatever α and for any x up to 1/2."""


def beta_quantile(probability: Any, alpha: Any) -> Any:
    """The share of the way from low to high below which a probability lies.

        x with I(x; α, 6 − α) = p

    probability : fraction; a float, an array over draws, or a cell.
    alpha : from 1 to 5; a float, or a cell beside a probability in one.
    Returns a fraction. Source: docs/simulation.md, "Distributions".

    >>> round(beta_quantile(0.5, 3.0), 9), round(beta_quantile(0.95, 1.0), 9)
    (0.5, 0.450719728)
    """
    if isinstance(probability, Carrier):
        return probability.beta_quantile(alpha, SUM - alpha)
    import numpy as np

    score = normal_score(np.atleast_1d(np.asarray(probability, dtype=float)))
    nodes = _table(float(alpha))
    place = (np.clip(score, -WIDEST, WIDEST) + WIDEST) * (INTERVALS / (2 * WIDEST))
    interval = np.minimum(place.astype(np.intp), INTERVALS - 1)
    place -= interval
    value = nodes[-1].take(interval)
    for coefficients in nodes[-2::-1]:
        value *= place
        value += coefficients.take(interval)
    return float(value[0]) if isinstance(probability, (float, int)) else value


@lru_cache(maxsize=256)
def _table(alpha: float) -> FloatArray:
    """Six coefficients for each interval, the constant first.

    A polynomial of degree 5 has the right value, slope and curvature at both ends of its interval.
    """
    import numpy as np

    beta = SUM - alpha
    below, above = _lower_half(alpha, beta), _lower_half(beta, alpha)
    step = 2 * WIDEST / INTERVALS
    value = np.concatenate([below[0], 1 - above[0][-2::-1]])
    slope = np.concatenate([below[1], above[1][-2::-1]]) * step
    curvature = np.concatenate([below[2], -above[2][-2::-1]]) * step**2
    rise = value[1:] - value[:-1] - slope[:-1] - curvature[:-1] / 2
    steepening = slope[1:] - slope[:-1] - curvature[:-1]
    bending = curvature[1:] - curvature[:-1]
    return np.stack(
        [
            value[:-1],
            slope[:-1],
            curvature[:-1] / 2,
            10 * rise - 4 * steepening + bending / 2,
            -15 * rise + 7 * steepening - bending,
            6 * rise - 3 * steepening + bending / 2,
        ]
    )


def _lower_half(alpha: float, beta: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Quantile, slope and curvature at the normal scores from the lowest to 0.

    Newton's method on the logarithms: there the distribution is concave, so that it rises to the root from where the
    tail alone would put it, and cannot miss it.
    """
    import numpy as np

    score = np.linspace(-WIDEST, 0, INTERVALS // 2 + 1)
    probability = normal_probability(score)
    scale = math.gamma(SUM) / (math.gamma(alpha) * math.gamma(beta))
    log_x = np.log(probability * alpha / scale) / alpha
    for _ in range(50):
        x = np.exp(log_x)
        reached = _distribution(x, alpha, beta, scale)
        missing = np.log(probability / reached)
        log_x += missing * reached / (x * _density(x, alpha, beta, scale))
        if np.abs(missing).max() < 1e-9:  # each step squares what is missing
            break
    x = np.exp(log_x)
    slope = np.exp(-(score**2) / 2) / math.sqrt(2 * math.pi) / _density(x, alpha, beta, scale)
    curvature = slope * (-score - ((alpha - 1) / x - (beta - 1) / (1 - x)) * slope)
    return x, slope, curvature


def _density(x: FloatArray, alpha: float, beta: float, scale: float) -> FloatArray:
    return x ** (alpha - 1) * (1 - x) ** (beta - 1) * scale


def _distribution(x: FloatArray, alpha: float, beta: float, scale: float) -> FloatArray:
    """The probability below x; the complement of that above 1 − x in the upper half."""
    import numpy as np

    upper = x > 0.5
    near = np.where(upper, 1 - x, x)
    first = np.where(upper, beta, alpha)
    term = near**first * (1 - near) ** (SUM - first) * (scale / first)
    total = term.copy()
    for n in range(_TERMS):
        term *= near
        term *= (SUM + n) / (first + (1 + n))
        total += term
    return np.where(upper, 1 - total, total)
