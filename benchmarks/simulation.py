"""Whole processes of ft-roi simulate, beside the obvious script with scipy.

python benchmarks/simulation.py      the standard errors of lattice, scrambled Sobol and plain draws
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from start_up import command, output_of
from timing import Comparison, Contender, Ratio

from roi_engine import REFERENCE, Scenario, load_scenario, simulate
from roi_engine.many import appraise_many
from roi_engine.simulation.uncertain_inputs import Uncertainty

SAMPLES = Path(__file__).parents[1] / "templates" / "samples"
DRAWS = 65_536
MILLION = 1_048_576
SEEDS = 16

FloatArray = NDArray[np.float64]


def simulation() -> Comparison:
    """The comparison of whole processes, each from its start to its end."""
    program, plain = command(), str(Path(__file__).with_name("scipy_simulation.py"))
    contenders, ratios = [], []
    for sample in ("support-classifier", "document-extraction"):
        file = str(SAMPLES / f"{sample}.toml")
        for draws in (DRAWS, MILLION):
            own, other = f"ft-roi simulate, {sample}, {draws:,}", f"scipy script, {sample}, {draws:,}"
            most = 2.0 if draws == DRAWS else 10.0
            simulated = partial(output_of, program, "simulate", file, "--draws", str(draws), "--json")
            contenders.append(Contender(own, simulated, at_most=most))
            if draws == DRAWS:
                contenders.append(Contender(other, partial(output_of, sys.executable, plain, file, str(draws))))
                ratios.append(Ratio(other, own, at_least=1))
    return Comparison(
        part="simulation",
        title="Simulation of the samples, whole processes",
        contenders=contenders,
        ratios=ratios,
        check=differences,
        remarks=[
            "The script draws with scipy.stats.qmc.Sobol and scipy.stats.beta.ppf, appraises with the same engine, and "
            "prints mean and percentiles: no half-widths, no importance, no value of knowing.",
        ],
        most_rounds=3,
    )


def differences(results: Mapping[str, Any]) -> list[str]:
    """Where two means are further apart than a thousandth of the spread."""
    found = []
    told = {name: json.loads(text) for name, text in results.items()}
    for name, each in told.items():
        if not name.startswith("ft-roi"):
            continue
        statistics = each["statistics"]
        other = told.get(name.replace("ft-roi simulate", "scipy script"))
        if other and abs(other["mean"] - statistics["MEAN"]["value"]) > statistics["SD"]["value"] / 1000:
            found.append(f"{name}: mean {statistics['MEAN']['value']:,.0f}, and by scipy {other['mean']:,.0f}.")
    return found


def reference_distribution() -> Scenario:
    """The reference with its seven uncertain inputs."""
    ranges = {
        "training_hours": {"low": 12, "high": 72},
        "gpu_hourly_rate": {"low": 1.2, "high": 4},
        "baseline_monthly_api_calls": {"low": 2e6, "high": 9e6},
        "baseline_cost_per_1k_tokens": {"low": 0.10, "high": 0.35},
        "finetuned_cost_per_1k_tokens": {"low": 0.03, "high": 0.15},
        "accuracy_improvement_percent": {"low": 0, "high": 0.20},
        "monthly_review_cost": {"low": 1000, "high": 3500},
    }
    return REFERENCE.with_inputs(ranges=ranges)


def standard_errors(scenario: Scenario, draws: int = 16_384) -> dict[str, dict[str, float]]:
    """The spread of mean and percentiles over seeds, for three ways to draw.

    scenario : with ranges.
    draws : of each run.
    Returns statistic → way → standard error, in money.
    """
    from scipy.stats import qmc  # type: ignore[import-untyped]

    uncertainty = Uncertainty(scenario)
    many = len(uncertainty.names)

    def npv(points: FloatArray) -> FloatArray:
        _, columns = uncertainty.columns(list(np.ascontiguousarray(points.T)))
        return appraise_many(scenario, columns, ["npv"])["npv"]

    ways: dict[str, Callable[[int], FloatArray]] = {
        "lattice": lambda seed: simulate(scenario, draws, seed).results,
        "Sobol": lambda seed: npv(qmc.Sobol(many, rng=seed).random(draws)),
        "plain": lambda seed: npv(np.random.default_rng(seed).random((draws, many))),
    }
    found: dict[str, dict[str, float]] = {"mean": {}, "P5": {}, "P95": {}}
    for way, run in ways.items():
        runs = [run(seed) for seed in range(1, SEEDS + 1)]
        found["mean"][way] = float(np.std([each.mean() for each in runs], ddof=1))
        for name, share in (("P5", 5), ("P95", 95)):
            found[name][way] = float(np.std([np.percentile(each, share) for each in runs], ddof=1))
    return found


def main() -> None:
    """Prints the standard errors of the three scenarios."""
    scenarios = {"reference distribution": reference_distribution()}
    scenarios |= {
        name: load_scenario(SAMPLES / f"{name}.toml") for name in ("support-classifier", "document-extraction")
    }
    print(f"Standard errors of the NPV over {SEEDS} seeds, 16,384 draws")
    for name, scenario in scenarios.items():
        for statistic, ways in standard_errors(scenario).items():
            figures = "  ".join(f"{way} {error:>9,.2f}" for way, error in ways.items())
            gain = ways["plain"] / ways["lattice"] if ways["lattice"] else math.inf
            print(f"{name:<24}{statistic:<6}{figures}   plain / lattice {gain:,.1f}")


if __name__ == "__main__":
    main()
