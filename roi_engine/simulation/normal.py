"""The normal distribution on floats, arrays and cells."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from roi_engine.value import Carrier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

_STANDARD = NormalDist()

# The rational approximations of algorithm AS 241 (PPND16): numerator and denominator, highest power first.
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip
_CENTRE_ENDS = 0.425
_FAR_TAIL_BEGINS = 5.0


def normal_score(probability: Any) -> Any:
    """The standard normal number below which a probability lies.

        z with Φ(z) = p

    probability : fraction above 0 and below 1; a float, an array over draws, or a cell.
    Returns a number without unit; infinite at 0 and 1.
    Source: algorithm AS 241, M. J. Wichura, Applied Statistics 37 (1988).

    >>> round(normal_score(0.95), 6)
    1.644854
    """
    if isinstance(probability, (float, int)):
        return math.copysign(math.inf, probability - 0.5) if probability in (0, 1) else _STANDARD.inv_cdf(probability)
    if isinstance(probability, Carrier):
        return probability.normal_score()
    import numpy as np

    centred = probability - 0.5
    score = centred * _ratio(_CENTRE, 0.180625 - centred * centred)
    outside = np.flatnonzero(np.abs(centred) > _CENTRE_ENDS)
    tail = probability[outside]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(-np.log(np.minimum(tail, 1 - tail)))
        size = _ratio(_TAIL, root - 1.6)
        far = root > _FAR_TAIL_BEGINS
        size[far] = _ratio(_FAR_TAIL, root[far] - _FAR_TAIL_BEGINS)
        size[np.isinf(root)] = np.inf
    score[outside] = np.copysign(size, tail - 0.5)
    return score


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], at: FloatArray) -> FloatArray:
    above, below = (_polynomial(each, at) for each in polynomials)
    return above / below


def _polynomial(coefficients: tuple[float, ...], at: FloatArray) -> FloatArray:
    value = coefficients[0] * at
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= at
    return value + coefficients[-1]


def normal_probability(score: Any) -> Any:
    """The probability below a standard normal number.

        Φ(z) = erfc(−z / √2) / 2

    score : a number without unit; a float, an array over draws, or a cell.
    Returns a fraction.

    >>> round(normal_probability(1.644854), 6)
    0.95
    """
    if isinstance(score, (float, int)):
        return math.erfc(-score / math.sqrt(2)) / 2
    if isinstance(score, Carrier):
        return score.normal_probability()
    import numpy as np

    return np.fromiter(map(math.erfc, (score * -math.sqrt(0.5)).tolist()), float, len(score)) / 2
