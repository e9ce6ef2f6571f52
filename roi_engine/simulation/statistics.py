"""The statistics of simulated figures, each with its half-width."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from roi_engine.simulation.estimate import UNDEFINED, Estimate, of_parts
from roi_engine.simulation.lattice import PARTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

PERCENTILES = {"P5": 0.05, "P10": 0.10, "P25": 0.25, "P50": 0.50, "P75": 0.75, "P90": 0.90, "P95": 0.95}

WORST = 0.05
"""The share of the draws whose mean the conditional value at risk is."""

STATISTICS = {
    "MEAN": "Mean",
    "SD": "Standard deviation",
    **{name: f"{share:.0%} of the draws lie below" for name, share in PERCENTILES.items()},
    "CVAR": "Mean of the worst 5%",
    "PROBLOSS": "Chance of a loss",
    "PROBPAYBACK": "Chance to pay back in the horizon",
}
"""What a statistic is called, by the name that asks for it."""

SHARES = ("PROBLOSS", "PROBPAYBACK")
"""Statistics that are shares of the draws, whatever the figure."""


def percentile(in_order: FloatArray, share: float) -> float:
    """The figure below which a share of the draws lies, as Excel's PERCENTILE.INC.

    in_order : the figures, rising. Infinite, never, where one of the two neighbours is.

    >>> import numpy as np
    >>> percentile(np.array([1.0, 2.0, 4.0]), 0.75)
    3.0
    """
    place = (len(in_order) - 1) * share
    below = math.floor(place + 1e-9)
    rest = max(place - below, 0.0)
    low = float(in_order[below])
    if rest < 1e-9:
        return low
    high = float(in_order[below + 1])
    return high if math.isinf(high) else low + rest * (high - low)


def mean_of_worst(in_order: FloatArray, worst_is_high: bool) -> float:
    """The mean of the worst twentieth: the conditional value at risk.

    in_order : the figures, rising.
    worst_is_high : whether the largest are the worst, as of costs and paybacks.
    """
    many = math.ceil(WORST * len(in_order) - 1e-9)
    return float((in_order[-many:] if worst_is_high else in_order[:many]).mean())


def statistics_of(figures: FloatArray, worst_is_high: bool) -> dict[str, Estimate]:
    """Mean, spread, percentiles and the worst twentieth of a figure.

    figures : over all draws, part by part. Never ranks above every number, and leaves mean and spread undefined.
    worst_is_high : as for `mean_of_worst`.
    """
    import numpy as np

    parts = figures.reshape(PARTS, -1)
    found = {"MEAN": UNDEFINED, "SD": UNDEFINED}
    if np.isfinite(figures).all():
        found = {
            "MEAN": of_parts(float(figures.mean()), parts.mean(axis=1).tolist()),
            "SD": of_parts(
                float(figures.std(ddof=1)), parts.std(axis=1, ddof=1).tolist() if parts.shape[1] > 1 else []
            ),
        }
    whole, each = np.sort(figures), np.sort(parts, axis=1)
    for name, share in PERCENTILES.items():
        found[name] = of_parts(percentile(whole, share), [percentile(part, share) for part in each])
    worst = mean_of_worst(whole, worst_is_high)
    found["CVAR"] = of_parts(worst, [mean_of_worst(part, worst_is_high) for part in each])
    return found


def share_of(holds: NDArray[np.bool_]) -> Estimate:
    """The share of the draws in which something holds.

    holds : over all draws, part by part.
    """
    return of_parts(float(holds.mean()), holds.reshape(PARTS, -1).mean(axis=1).tolist())
