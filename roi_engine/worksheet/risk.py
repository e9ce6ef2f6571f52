"""Worksheet functions of risk: simulation, drivers, what knowing is worth."""

from __future__ import annotations

import math
from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import OutOfRange
from roi_engine.simulation.estimate import Estimate
from roi_engine.simulation.simulation import DEFAULT_DRAWS, DEFAULT_SEED
from roi_engine.simulation.statistics import STATISTICS
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import METRIC, RISK, Argument, worksheet_function

_DRAWS = Argument(
    "draws", q.DRAWS, f"Draws, a multiple of 8; empty: {DEFAULT_DRAWS:,}.", optional=True, default=DEFAULT_DRAWS
)
_SEED = Argument("seed", q.SEED, f"Where the draws begin; empty: {DEFAULT_SEED}.", optional=True, default=DEFAULT_SEED)
_EXAMPLE_DRAWS = 1024


@worksheet_function(
    "FT_SIMULATE",
    RISK,
    "Table: statistic, value, 95 % half-width of a metric over many draws of all inputs with low and high in the block: MEAN, SD, P5 to P95, CVAR, PROBLOSS, PROBPAYBACK. Horizon and discount rate are held. #NUM! where nothing varies.",
    q.TABLE,
    own=(METRIC, _DRAWS, _SEED),
    scenario="block",
    block_at=1,
    examples=("NPV", _EXAMPLE_DRAWS),
)
def simulated(case: Case, metric: str, draws: int, seed: int) -> list[list[Any]]:
    statistics = case.simulation(metric, draws, seed).statistics
    return [[name, _or_text(each.value), _or_text(each.half_width)] for name, each in statistics.items()]


@worksheet_function(
    "FT_SIMSTAT",
    RISK,
    "One statistic of a simulated metric: MEAN, SD, P5, P10, P25, P50, P75, P90, P95, CVAR (mean of the worst 5 %), PROBLOSS, PROBPAYBACK; with _HALF at its end the 95 % half-width. #NUM! where there is none.",
    q.Quantity("statistic", "the metric's unit", "number"),
    own=(
        Argument("statistic", q.TEXT, f"{', '.join(STATISTICS)}, or one with _HALF at its end.", kind="text"),
        METRIC,
        _DRAWS,
        _SEED,
    ),
    scenario="block",
    block_at=2,
    examples=("P50", "NPV", _EXAMPLE_DRAWS),
)
def statistic(case: Case, name: str, metric: str, draws: int, seed: int) -> float | None:
    word = name.strip().upper()
    found = case.simulation(metric, draws, seed).statistic(word.removesuffix(_HALF))
    return found.half_width if word.endswith(_HALF) else found.value


_HALF = "_HALF"


@worksheet_function(
    "FT_IMPORTANCE",
    RISK,
    "Table: input, share of the spread that it explains alone, its share with all combinations (n/a for correlated inputs), and what knowing it before the decision is worth; the one that explains most first.",
    q.TABLE,
    own=(METRIC, _DRAWS, _SEED),
    scenario="block",
    block_at=1,
    examples=("NPV", _EXAMPLE_DRAWS),
)
def importance(case: Case, metric: str, draws: int, seed: int) -> list[list[Any]]:
    found = case.simulation(metric, draws, seed)
    try:
        totals = found.totals
    except OutOfRange:
        totals = {}
    return [
        [each.name, _or_text(each.alone.value), _total(totals.get(each.name)), _or_text(each.worth.value)]
        for each in found.ranked
    ]


@worksheet_function(
    "FT_EVPI",
    RISK,
    "What knowing an input for certain before the decision is worth, on NPV; without an input name, knowing all of them. An upper bound for the price of a pilot, which is never perfect.",
    q.MONEY,
    own=(
        Argument("input_name", q.TEXT, "An input with low and high; empty: all of them.", optional=True, kind="text"),
        _DRAWS,
        _SEED,
    ),
    scenario="block",
    block_at=1,
    examples=(None, _EXAMPLE_DRAWS),
)
def value_of_knowing(case: Case, input_name: str | None, draws: int, seed: int) -> float | None:
    found = case.simulation("NPV", draws, seed)
    return (found.perfect_knowledge if input_name is None else found.driver(input_name).worth).value


def _total(estimate: Estimate | None) -> float | str:
    return "n/a" if estimate is None else _or_text(estimate.value)


def _or_text(value: float | None) -> float | str:
    return "n/a" if value is None or math.isnan(value) else value
