"""The simulation that one would write with scipy.

Sobol points, beta quantiles, mean and percentiles.

python benchmarks/scipy_simulation.py SCENARIO DRAWS
"""

from __future__ import annotations

import json
import sys

import numpy as np
from scipy import stats  # type: ignore[import-untyped]
from scipy.stats import qmc  # type: ignore[import-untyped]

from roi_engine import INPUTS, load_scenario
from roi_engine.many import appraise_many


def main() -> None:
    """Draws, appraises and prints."""
    scenario, draws = load_scenario(sys.argv[1]), int(sys.argv[2])
    ranges = {
        name: span
        for name, span in scenario.ranges.items()
        if name not in ("months_to_amortize", "discount_rate") and span.low < span.high
    }
    points = qmc.Sobol(len(ranges), rng=1).random(draws)
    columns = {}
    for (name, span), point in zip(ranges.items(), points.T, strict=True):
        alpha = 1 + 4 * (getattr(scenario, name) - span.low) / (span.high - span.low)
        values = stats.beta.ppf(point, alpha, 6 - alpha, span.low, span.high - span.low)
        columns[name] = np.floor(values + 0.5) if INPUTS[name].quantity.whole else values
    npv = appraise_many(scenario, columns, ["npv"])["npv"]
    shares = (5, 10, 25, 50, 75, 90, 95)
    percentiles = dict(zip(map(str, shares), np.percentile(npv, shares).tolist(), strict=True))
    print(json.dumps({"mean": float(npv.mean()), "sd": float(npv.std(ddof=1)), **percentiles}))


if __name__ == "__main__":
    main()
