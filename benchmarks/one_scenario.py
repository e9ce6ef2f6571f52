"""One scenario on its own, as the command line and a worksheet cell calculate it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from many_scenarios import EVERYTHING_MOVES
from reference_function import cost_benefit
from timing import Comparison, Contender, Ratio

from roi_engine import REFERENCE, Scenario, appraise, appraise_many

CALLS = 2000
ONE, MOVING = "appraise, reference scenario", "appraise, every month different"
PLAIN = "reference function, one call"
EXAMPLE = (7, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12)


def one_scenario(calls: int = CALLS) -> Comparison:
    """The comparison, each figure the time of one of many calls."""
    return Comparison(
        part="one",
        title="One scenario × 12 months: cash flow, net return, payback and NPV",
        contenders=[
            Contender(ONE, lambda: last_of(calls, appraised, REFERENCE), scale=1 / calls),
            Contender(MOVING, lambda: last_of(calls, appraised, EVERYTHING_MOVES), scale=1 / calls),
            Contender(PLAIN, lambda: last_of(calls, cost_benefit, *EXAMPLE), scale=1 / calls),
        ],
        ratios=[Ratio(ONE, PLAIN)],
        check=differences,
        remarks=["The reference function does level arithmetic only: it has no cash flow and no NPV."],
    )


def last_of(calls: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls the function many times; returns its last result."""
    for _ in range(calls - 1):
        function(*arguments)
    return function(*arguments)


def appraised(scenario: Scenario) -> tuple[list[float], float, float, float]:
    """What one cell or one summary asks for."""
    result = appraise(scenario)
    return result.cash_flow, result.net_roi, result.payback_months, result.npv()


def differences(results: Mapping[str, Any]) -> list[str]:
    """Where metrics differ from the vectorised model or the reference function."""
    found = []
    for name, scenario in ((ONE, REFERENCE), (MOVING, EVERYTHING_MOVES)):
        column = {"training_hours": [scenario.training_hours]}
        many = appraise_many(scenario, column, ("net_roi", "payback_months", "npv"))
        flows, *metrics = results[name]
        if len(flows) != scenario.months_to_amortize + 1:
            found.append(f"{name}: {len(flows)} flows for {scenario.months_to_amortize} months.")
        for metric, value in zip(many, metrics, strict=True):
            if not math.isclose(many[metric][0], value, rel_tol=1e-9):
                found.append(f"{name}: {metric} is {value}, and {many[metric][0]} in appraise_many.")
    if abs(results[ONE][1] - results[PLAIN]["roi_metrics"]["net_roi_usd"]) > 0.005:
        found.append(f"{ONE}: the net return is not the reference function's.")
    return found
