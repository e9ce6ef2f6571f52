"""Many scenarios at once, against calling a function in a loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from reference_function import cost_benefit
from timing import Comparison, Contender, Ratio

from roi_engine import REFERENCE, Scenario, appraise, appraise_level, appraise_many, cost_benefit_finetuning
from roi_engine.figures import FIGURES

SCENARIOS = 1_000_000
LOOPED = 10
"""The loops run over one scenario in ten and are scaled."""
COMPARED = 500

VARIED = {
    "training_hours": (12, 72),
    "gpu_hourly_rate": (1.2, 4.0),
    "baseline_monthly_api_calls": (2e6, 9e6),
    "baseline_cost_per_1k_tokens": (0.10, 0.35),
    "finetuned_cost_per_1k_tokens": (0.03, 0.15),
    "accuracy_improvement_percent": (0.0, 0.20),
    "monthly_review_cost": (1000, 3500),
}
METRICS = ("net_roi", "roi", "payback_months", "npv", "total_cost")

EVERYTHING_MOVES = REFERENCE.with_inputs(
    data_preparation_cost=2000,
    contingency=0.1,
    monthly_growth=0.02,
    go_live_delay=1,
    ramp_months=3,
    baseline_price_change=-0.2,
    finetuned_price_change=-0.1,
    operations_monthly_cost=300,
    monthly_gain_decay=0.01,
    retraining_interval=4,
    retraining_cost=50,
    benefit_risk=0.1,
    cost_risk=0.1,
)
"""The reference scenario with growth, ramp, drift, retraining, price changes and risk: no month is like another."""

FULL, FULL_MOVING = "appraise_many, reference scenario", "appraise_many, every month different"
LEVEL, EXPRESSION = "appraise_level, net return", "net return as one NumPy expression, unchecked"
LOOP, OWN_LOOP = "reference function in a loop", "cost_benefit_finetuning in a loop"


def many_scenarios(scenarios: int = SCENARIOS) -> Comparison:
    """The comparison over a number of random scenarios."""
    random = np.random.default_rng(1)
    columns = {name: random.uniform(low, high, scenarios) for name, (low, high) in VARIED.items()}
    looped = max(scenarios // LOOPED, 1)
    rows = arguments(columns, looped)
    wanted = METRICS
    judged = scenarios == SCENARIOS  # the targets are those of a million
    contenders = [
        Contender(FULL, lambda: appraise_many(REFERENCE, columns, wanted)),
        Contender(FULL_MOVING, lambda: appraise_many(EVERYTHING_MOVES, columns, wanted)),
        Contender(LEVEL, lambda: appraise_level(REFERENCE, columns)),
        Contender(EXPRESSION, lambda: net_roi_expression(columns)),
        Contender(LOOP, lambda: called_in_a_loop(cost_benefit, rows), scale=scenarios / looped),
        Contender(OWN_LOOP, lambda: called_in_a_loop(cost_benefit_finetuning, rows), scale=scenarios / looped),
    ]
    return Comparison(
        part="many",
        title=f"{scenarios:,} scenarios × 12 months",
        contenders=contenders,
        ratios=[
            Ratio(LOOP, FULL, at_least=25 if judged else None),
            Ratio(LOOP, FULL_MOVING, at_least=25 if judged else None),
            Ratio(LOOP, LEVEL, at_least=200 if judged else None),
            Ratio(OWN_LOOP, FULL),
            Ratio(LEVEL, EXPRESSION),
        ],
        check=lambda results: differences(results, columns, rows),
        remarks=[
            f"Varied: {', '.join(VARIED)}.",
            f"appraise_many gives {', '.join(METRICS)}. The two functions in a loop do level arithmetic only.",
            f"The loops are measured on {looped:,} calls and scaled.",
        ],
    )


def arguments(columns: Mapping[str, Any], count: int) -> list[tuple[float, ...]]:
    """The reference function's arguments for the first scenarios, plain numbers."""
    hours, rates, calls, baseline, finetuned, improvement, review = (columns[name][:count].tolist() for name in VARIED)
    size, gigabytes, storage_rate = REFERENCE.model_size_b or 0, REFERENCE.storage_gb, REFERENCE.storage_monthly_rate
    return [
        (size, hour, rate, gigabytes, storage_rate, call, before, after, better, cost, REFERENCE.months_to_amortize)
        for hour, rate, call, before, after, better, cost in zip(
            hours, rates, calls, baseline, finetuned, improvement, review, strict=True
        )
    ]


def called_in_a_loop(function: Callable[..., Any], rows: list[tuple[float, ...]]) -> list[Any]:
    """Calls the function for every row, and keeps the first results only.

    As a caller who aggregates would.
    """
    for row in rows:
        function(*row)
    return [function(*row) for row in rows[:COMPARED]]


def net_roi_expression(columns: Mapping[str, Any]) -> Any:
    """What a reader would type to have the level net return of arrays, and no more."""
    hours, rate, calls, baseline, finetuned, improvement, review = (columns[name] for name in VARIED)
    months = REFERENCE.months_to_amortize
    storage = REFERENCE.storage_gb * REFERENCE.storage_monthly_rate * months
    return (calls / 1000 * (baseline - finetuned) + review * improvement) * months - hours * rate - storage


def differences(results: Mapping[str, Any], columns: Mapping[str, Any], rows: list[tuple[float, ...]]) -> list[str]:
    """Where vectorised results are not the scalar ones, on a spread sample."""
    found = []
    count = len(next(iter(columns.values())))
    sample = np.unique(np.linspace(0, count - 1, COMPARED, dtype=int)).tolist()
    for name, base in ((FULL, REFERENCE), (FULL_MOVING, EVERYTHING_MOVES)):
        for index in sample:
            alone = appraise(scenario_at(base, columns, index))
            for metric in METRICS:
                if not equal(FIGURES[metric].of(alone), results[name][metric][index]):
                    found.append(f"{name}: {metric} of scenario {index} is not that of appraise.")
    for index in sample:
        alone = appraise(scenario_at(REFERENCE, columns, index))
        for name, value in ((LEVEL, results[LEVEL]["net_roi"][index]), (EXPRESSION, results[EXPRESSION][index])):
            if not equal(alone.net_roi, value):
                found.append(f"{name}: the net return of scenario {index} is not that of appraise.")
    for index, (plain, own) in enumerate(zip(results[LOOP], results[OWN_LOOP], strict=True)):
        if {**plain, "timestamp": None} != {**own, "timestamp": None}:
            found.append(f"{OWN_LOOP}: the result for {rows[index]} is not the reference function's.")
        if abs(plain["roi_metrics"]["net_roi_usd"] - results[FULL]["net_roi"][index]) > 0.005000001:
            found.append(f"{FULL}: the net return of scenario {index} is not the reference function's.")
    return found


def scenario_at(base: Scenario, columns: Mapping[str, Any], index: int) -> Scenario:
    """One of the scenarios on its own."""
    return base.with_inputs(**{name: float(values[index]) for name, values in columns.items()})


def equal(one: float | None, other: float) -> bool:
    """Equal but for rounding; undefined is NaN in an array."""
    return math.isnan(other) if one is None else math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
