"""Many scenarios at once: the same equations on NumPy arrays, in chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from roi_engine import metrics
from roi_engine.cashflow import LEVEL, MODEL, horizon
from roi_engine.errors import FtRoiError, Problem, ScenarioError, UnknownName, did_you_mean
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS

if TYPE_CHECKING:  # `appraised` serves single cases too, and those need no NumPy
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

CHUNK = 16384
"""Scenarios evaluated together: a few dozen arrays of this length stay in a core's cache."""

_LEVEL_METRICS = ("net_roi", "roi", "payback_months", "total_cost", "total_benefit", "monthly_benefit")
_FULL_METRICS = (
    "upfront", "total_cost", "net_roi", "roi", "payback_months", "npv", "discounted_payback_months",
    "profitability_index", "equivalent_monthly",
)  # fmt: skip


def appraise_many(
    scenario: Scenario, columns: Mapping[str, Any], wanted: Iterable[str] = _FULL_METRICS
) -> dict[str, FloatArray]:
    """The full model for many scenarios that differ from a base in some inputs.

    scenario : the base. columns : input name → one value per scenario (arrays of equal length n, numeric
    inputs). wanted : metrics from upfront, total_cost, net_roi, roi, payback_months, npv,
    discounted_payback_months, profitability_index, equivalent_monthly. Returns metric → n values (money,
    fraction or months; NaN is undefined, infinity is never). Raises `ScenarioError` naming the first illegal
    value of each column. Source: docs/method.md, "Many scenarios".

    >>> from roi_engine.reference import REFERENCE
    >>> appraise_many(REFERENCE, {"training_hours": [24, 48]}, ["net_roi"])["net_roi"].round(2).tolist()
    [17837.28, 17801.28]
    """
    return _in_chunks(appraised, scenario, columns, tuple(wanted), _FULL_METRICS)


def appraise_level(
    scenario: Scenario, columns: Mapping[str, Any], wanted: Iterable[str] = ("net_roi",)
) -> dict[str, FloatArray]:
    """The closed form of the level case for many scenarios; growth, ramp, drift and risk do not enter.

    Arguments and results as `appraise_many`; wanted : metrics from net_roi, roi, payback_months, total_cost,
    total_benefit, monthly_benefit.

    >>> from roi_engine.reference import REFERENCE
    >>> appraise_level(REFERENCE, {"training_hours": [24, 48]})["net_roi"].round(2).tolist()
    [17837.28, 17801.28]
    """
    return _in_chunks(LEVEL.evaluate, scenario, columns, tuple(wanted), _LEVEL_METRICS)


def _in_chunks(
    evaluate: Any,
    scenario: Scenario,
    columns: Mapping[str, Any],
    wanted: tuple[str, ...],
    known: tuple[str, ...],
) -> dict[str, FloatArray]:
    import numpy as np

    for name in wanted:
        if name not in known:
            raise UnknownName(
                f'There is no metric "{name}" here.{did_you_mean(name, known)} Known: {", ".join(known)}.'
            )
    arrays = _checked(columns)
    _check_together(scenario, arrays)
    count = len(next(iter(arrays.values()))) if arrays else 1
    results = {name: np.empty(count) for name in wanted}
    base = {name: np.nan if value is None else value for name, value in scenario.inputs().items()}

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for start in range(0, count, CHUNK):
            stop = min(start + CHUNK, count)
            inputs = base | {name: array[start:stop] for name, array in arrays.items()}
            for name, values in evaluate(inputs, wanted).items():
                results[name][start:stop] = values
    return results


def appraised(inputs: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    """The wanted metrics of checked inputs, floats or arrays; only what they need is calculated."""
    months, rate = inputs["months_to_amortize"], inputs["discount_rate"]
    figures = MODEL.evaluate(inputs, ("upfront_cost", "net_cash_flow", "running_cost"), horizon(inputs))
    flows = figures["net_cash_flow"]
    found: dict[str, Any] = {"upfront": figures["upfront_cost"]}
    if {"total_cost", "roi"} & set(wanted):
        running = metrics.total(figures["running_cost"])
        found["total_cost"] = metrics.total_cost(found["upfront"], running, inputs["cost_risk"])
    if {"net_roi", "roi"} & set(wanted):
        found["net_roi"] = metrics.net_roi(flows)
    if "roi" in wanted:
        found["roi"] = metrics.roi(found["net_roi"], found["total_cost"])
    if "payback_months" in wanted:
        found["payback_months"] = metrics.payback(flows, months)
    if {"npv", "profitability_index", "equivalent_monthly"} & set(wanted):
        found["npv"] = metrics.npv(rate, flows)
    if "profitability_index" in wanted:
        found["profitability_index"] = metrics.profitability_index(found["npv"], flows[0])
    if "equivalent_monthly" in wanted:
        found["equivalent_monthly"] = metrics.equivalent_monthly(found["npv"], rate, months)
    if "discounted_payback_months" in wanted:
        found["discounted_payback_months"] = metrics.discounted_payback(rate, flows)
    return {name: found[name] for name in wanted}


def _check_together(scenario: Scenario, arrays: Mapping[str, FloatArray]) -> None:
    """The rules between inputs: the first scenario stands for all, and no self-hosted one may lack its fleet."""
    if all(len(array) for array in arrays.values()):
        scenario.with_inputs(**{name: float(array[0]) for name, array in arrays.items()})
    if scenario.serving == "self_hosted":
        problems = [
            Problem(f"{name}[{int(arrays[name].argmin())}]", "Must be above 0 for self-hosted serving.", "#NUM!")
            for name in SELF_HOSTING_NEEDS
            if name in arrays and len(arrays[name]) and arrays[name].min() <= 0
        ]
        if problems:
            raise ScenarioError(problems)


def _checked(columns: Mapping[str, Any]) -> dict[str, FloatArray]:
    """The columns as arrays of equal length; the first illegal value of each is reported."""
    import numpy as np

    arrays: dict[str, FloatArray] = {}
    problems = []
    for name, values in columns.items():
        if name not in INPUTS or not INPUTS[name].numeric:
            problems.append(Problem(name, f'There is no numeric input "{name}".{did_you_mean(name, INPUTS)}', "#N/A"))
            continue
        try:
            array = np.asarray(values, dtype=np.float64)
        except (ValueError, TypeError):
            problems.append(Problem(name, "Not all values are numbers."))
            continue
        quantity = INPUTS[name].quantity
        legal = (array > quantity.low if quantity.low_open else array >= quantity.low) & (
            array < quantity.high if quantity.high_open else array <= quantity.high
        )
        legal &= np.isfinite(array)
        if quantity.whole:
            legal &= array == np.floor(array)
        if array.ndim != 1:
            problems.append(
                Problem(name, f"one value per scenario is needed, a list or a 1-D array; this is {array.ndim}-D.")
            )
        elif not legal.all():
            first = int(np.argmin(legal))
            try:
                quantity.check(float(array[first]))
            except FtRoiError as error:
                problems.append(Problem(f"{name}[{first}]", str(error), error.code))
        arrays[name] = array
    lengths = {name: len(array) for name, array in arrays.items() if array.ndim == 1}
    if len(set(lengths.values())) > 1:
        problems.append(Problem("columns", f"the columns have different lengths: {lengths}."))
    if problems:
        raise ScenarioError(problems)
    return arrays
