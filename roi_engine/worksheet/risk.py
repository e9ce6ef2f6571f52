"""Worksheet functions of risk: simulation, drivers, what knowing is worth."""

from __future__ import annotations

import math
from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import OutOfRange
from roi_engine.simulation.estimate import Estimate
from roi_engine.simulation.histogram import DEFAULT_STEPS
from roi_engine.simulation.sentence import sentence
from roi_engine.simulation.simulation import DEFAULT_DRAWS, DEFAULT_SEED, Simulation
from roi_engine.simulation.statistics import STATISTICS
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import METRIC, RISK, Argument, worksheet_function
from roi_engine.worksheet.correlated_pairs import CELL, correlated_pairs

_DRAWS = Argument(
    "draws",
    q.DRAWS,
    f"Draws, a multiple of {q.DRAWS.low}; empty: {DEFAULT_DRAWS:,}.",
    optional=True,
    default=DEFAULT_DRAWS,
)
_SEED = Argument("seed", q.SEED, f"Where the draws begin; empty: {DEFAULT_SEED}.", optional=True, default=DEFAULT_SEED)
_CORRELATIONS = Argument(
    "correlations",
    CELL,
    "A range of three columns: two inputs that rise or fall together, and their rank correlation between -1 and 1. Rows that are not complete count for nothing.",
    optional=True,
    kind="range",
)
_DRAWN = (_DRAWS, _SEED, _CORRELATIONS)
"""What every function of a simulation takes at its end."""
_EXAMPLE_DRAWS = 1024


@worksheet_function(
    "FT_RISKVERDICT",
    RISK,
    "One sentence: the chance of a loss, the two inputs that explain most of the spread of the NPV, and what knowing one of them for certain before the decision is worth.",
    q.TEXT,
    own=_DRAWN,
    scenario="block",
    block_at=0,
    examples=(_EXAMPLE_DRAWS,),
)
def risk_verdict(case: Case, draws: int, seed: int, correlations: list[list[Any]] | None) -> str:
    return sentence(_simulation(case, "NPV", draws, seed, correlations))


@worksheet_function(
    "FT_SIMULATE",
    RISK,
    "Table: statistic, value, 95 % half-width of a metric over many draws of all inputs with low and high in the block: MEAN, SD, P5 to P95, CVAR, PROBLOSS, PROBPAYBACK. Horizon and discount rate are held. #NUM! where nothing varies.",
    q.TABLE,
    own=(METRIC, *_DRAWN),
    scenario="block",
    block_at=1,
    examples=("NPV", _EXAMPLE_DRAWS),
)
def simulated(case: Case, metric: str, draws: int, seed: int, correlations: list[list[Any]] | None) -> list[list[Any]]:
    statistics = _simulation(case, metric, draws, seed, correlations).statistics
    return [[name, _or_text(each.value), _or_text(each.half_width)] for name, each in statistics.items()]


@worksheet_function(
    "FT_SIMSTAT",
    RISK,
    "One statistic of a simulated metric: MEAN, SD, P5, P10, P25, P50, P75, P90, P95, CVAR (mean of the worst 5 %), PROBLOSS, PROBPAYBACK, EXPLAINED, EVPI; with _HALF at its end the 95 % half-width. #NUM! where there is none.",
    q.Quantity("statistic", "the metric's unit", "number"),
    own=(
        Argument(
            "statistic",
            q.TEXT,
            f"{', '.join(STATISTICS)}, EXPLAINED (the share of the spread that inputs explain alone; none for correlated inputs), EVPI, or one with _HALF at its end.",
            kind="text",
        ),
        METRIC,
        *_DRAWN,
    ),
    scenario="block",
    block_at=2,
    examples=("P50", "NPV", _EXAMPLE_DRAWS),
)
def statistic(
    case: Case, name: str, metric: str, draws: int, seed: int, correlations: list[list[Any]] | None
) -> float | None:
    found, word = _simulation(case, metric, draws, seed, correlations), name.strip().upper()
    estimate = _estimate(found, word.removesuffix(_HALF))
    return estimate.half_width if word.endswith(_HALF) else estimate.value


_HALF = "_HALF"


def _estimate(found: Simulation, word: str) -> Estimate:
    """A statistic, or what else a simulation gives as one number."""
    if word == "EXPLAINED":
        return Estimate(found.explained_alone)
    return found.perfect_knowledge if word == "EVPI" else found.statistic(word)


@worksheet_function(
    "FT_HISTOGRAM",
    RISK,
    "Table: start and end of a step, the share of the draws that lies in it, and the share below its end, of a simulated metric. The first and the last step hold what lies beyond them too. Zero is never inside of a step.",
    q.TABLE,
    own=(
        METRIC,
        Argument("steps", q.STEPS, f"Steps, 2 to 200; empty: {DEFAULT_STEPS}.", optional=True, default=DEFAULT_STEPS),
        *_DRAWN,
    ),
    scenario="block",
    block_at=1,
    examples=("NPV", DEFAULT_STEPS, _EXAMPLE_DRAWS),
)
def steps_of(
    case: Case, metric: str, steps: int, draws: int, seed: int, correlations: list[list[Any]] | None
) -> list[list[Any]]:
    found = _simulation(case, metric, draws, seed, correlations).histogram(steps)
    return [[step.start, step.end, step.share, step.below] for step in found]


@worksheet_function(
    "FT_IMPORTANCE",
    RISK,
    "Table: input, share of the spread that it explains alone, its half-width, what knowing it before the decision is worth, its half-width; the one that explains most first. With totals 1 also its share with all combinations (n/a for correlated inputs).",
    q.TABLE,
    own=(
        METRIC,
        *_DRAWN,
        Argument(
            "totals",
            q.ON_OR_OFF,
            "1: a last column with the share that an input has a part in, a run for each input; empty: none.",
            optional=True,
            default=0,
        ),
    ),
    scenario="block",
    block_at=1,
    examples=("NPV", _EXAMPLE_DRAWS),
)
def importance(
    case: Case, metric: str, draws: int, seed: int, correlations: list[list[Any]] | None, totals: int
) -> list[list[Any]]:
    found = _simulation(case, metric, draws, seed, correlations)
    in_all = _totals(found) if totals else {}
    return [
        [
            each.name,
            *(_or_text(number) for pair in (each.alone, each.worth) for number in (pair.value, pair.half_width)),
            *([_total(in_all.get(each.name))] if totals else []),
        ]
        for each in found.ranked
    ]


@worksheet_function(
    "FT_EVPI",
    RISK,
    "What knowing an input for certain before the decision is worth, on NPV; without an input name, knowing all of them. An upper bound for the price of a pilot, which is never perfect.",
    q.MONEY,
    own=(
        Argument("input_name", q.TEXT, "An input with low and high; empty: all of them.", optional=True, kind="text"),
        *_DRAWN,
    ),
    scenario="block",
    block_at=1,
    examples=(None, _EXAMPLE_DRAWS),
)
def value_of_knowing(
    case: Case, input_name: str | None, draws: int, seed: int, correlations: list[list[Any]] | None
) -> float | None:
    found = _simulation(case, "NPV", draws, seed, correlations)
    return (found.perfect_knowledge if input_name is None else found.driver(input_name).worth).value


def _simulation(case: Case, metric: str, draws: int, seed: int, correlations: list[list[Any]] | None) -> Simulation:
    return case.simulation(metric, draws, seed, correlated_pairs(correlations or ()))


def _totals(found: Simulation) -> dict[str, Estimate]:
    try:
        return found.totals
    except OutOfRange:
        return {}


def _total(estimate: Estimate | None) -> float | str:
    return "n/a" if estimate is None else _or_text(estimate.value)


def _or_text(value: float | None) -> float | str:
    return "n/a" if value is None or math.isnan(value) else value
