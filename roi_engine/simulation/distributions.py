"""From a probability to an input's value: inverse distributions as equations.

Parameters carry the input's own unit. A probability is a float, or an array over draws; the closed forms hold on any
carrier of a number.
"""

from __future__ import annotations

import math
from typing import Any

from roi_engine.simulation.beta import beta_quantile
from roi_engine.simulation.normal import normal_probability, normal_score
from roi_engine.value import Value, ceiling, divide, logarithm, maximum, minimum, where

SPREAD = 3.29
"""Standard deviations between the 5th and the 95th percentile of a normal distribution."""

PERT_WEIGHT = 4
"""λ: how often the likeliest value counts in the mean of a PERT distribution, beside low and high."""


def uniform_quantile(probability: Value, low: Value, high: Value) -> Value:
    """Any value between low and high, all as likely.

        low + p · (high − low)

    >>> uniform_quantile(0.25, 100, 200)
    125.0
    """
    return low + probability * (high - low)


def triangular_quantile(probability: Value, low: Value, base: Value, high: Value) -> Value:
    """A density that rises in a line from low to base and falls in one to high.

        low + √(p · (high − low) · (base − low))              for p < (base − low) / (high − low)
        high − √((1 − p) · (high − low) · (high − base))      else

    >>> round(triangular_quantile(0.5, 12, 18, 45), 6)
    23.893129
    """
    rising = low + (probability * (high - low) * (base - low)) ** 0.5
    falling = high - ((1 - probability) * (high - low) * (high - base)) ** 0.5
    return where(probability < divide(base - low, high - low, 0), rising, falling)


def pert_quantile(probability: Any, low: Any, base: Any, high: Any) -> Any:
    """A smooth bell between low and high whose likeliest value is the base.

        low + (high − low) · x with I(x; α, 6 − α) = p,  α = 1 + 4 · (base − low) / (high − low)

    Its mean is (low + 4 · base + high) / 6. Source: docs/simulation.md, "Distributions".

    >>> round(pert_quantile(0.95, 12, 18, 45), 6)
    32.050943
    """
    return low + (high - low) * beta_quantile(probability, pert_shape(low, base, high))


def pert_shape(low: Any, base: Any, high: Any) -> Any:
    """The first parameter of the beta distribution that a PERT distribution is.

        α = 1 + 4 · (base − low) / (high − low)

    >>> pert_shape(10, 15, 20)
    3.0
    """
    share: Any = divide(base - low, high - low, 0.5)
    return 1 + PERT_WEIGHT * share


def normal_quantile(probability: Any, low: Any, base: Any, high: Any, lowest: Any, highest: Any) -> Any:
    """A normal distribution about the base, cut to the legal range.

        base + z · (high − low) / 3.29,  Φ(z) = Φ(z at lowest) + p · (Φ(z at highest) − Φ(z at lowest))

    low, high : between these lie about 90 % of it, before it is cut.
    lowest, highest : the legal range; infinite where there is no bound.

    >>> round(normal_quantile(0.95, 80, 100, 120, 0, float("inf")), 3)
    119.998
    """
    deviation = (high - low) / SPREAD
    under, over = (bound if _is_none(bound) else (bound - base) / deviation for bound in (lowest, highest))
    return _within(base + _cut(under, over, probability) * deviation, lowest, highest)


def lognormal_quantile(probability: Any, low: Any, base: Any, high: Any, lowest: Any, highest: Any) -> Any:
    """A lognormal distribution with the base as its median, cut to the legal range.

        base · (high / low)^(z / 3.29),  z as for the normal distribution, with logarithms

    low, high : above 0; their logarithms are as far apart as those of the 5th and the 95th percentile.
    lowest, highest : the legal range; infinite where there is no bound. A number of 0 or below bounds nothing.

    >>> round(lognormal_quantile(0.95, 50, 100, 200, 0, float("inf")), 2)
    199.99
    """
    deviation: Any = logarithm(high / low) / SPREAD
    if isinstance(lowest, (float, int)) and lowest <= 0:
        lowest = -math.inf
    under, over = (bound if _is_none(bound) else logarithm(bound / base) / deviation for bound in (lowest, highest))
    return _within(base * (high / low) ** (_cut(under, over, probability) / SPREAD), lowest, highest)


def _is_none(bound: Any) -> bool:
    """Whether there is no bound; one in a cell is always there."""
    return isinstance(bound, (float, int)) and math.isinf(bound)


def _cut(under: Any, over: Any, probability: Any) -> Any:
    """The normal score of a probability between two scores."""
    below: Any = 0.0 if _is_none(under) else normal_probability(under)
    above: Any = 1.0 if _is_none(over) else normal_probability(over)
    if not _is_none(under):
        return normal_score(below + probability * (above - below))
    return normal_score(probability if _is_none(over) else probability * above)


def _within(value: Any, lowest: Any, highest: Any) -> Any:
    """A value within the bounds that there are."""
    above = value if _is_none(lowest) else maximum(value, lowest)
    return above if _is_none(highest) else minimum(above, highest)


def rounded_half_up(number: Value) -> Value:
    """The nearest whole number; a half goes up.

    >>> rounded_half_up(2.5), rounded_half_up(-2.5), rounded_half_up(2.4)
    (3, -2, 2)
    """
    return -ceiling(-number - 0.5)
