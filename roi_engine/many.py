"""Many scenarios at once: the same equations on arrays that fit the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from roi_engine.cashflow import LEVEL, MODEL, for_arrays
from roi_engine.errors import FtRoiError, Problem, ScenarioError, UnknownName, did_you_mean
from roi_engine.figures import FIGURES
from roi_engine.graph import Graph
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS
from roi_engine.value import ROUNDING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

CHUNK = 8192
"""Scenarios evaluated together: a few dozen arrays of this length stay in a core's cache.

An array of twice the length has exactly the size from which the C library of Linux asks the system for memory of its
own, and gives it back, for each: where the environment pins that size, as in workers of dask, that takes ten times as
long as the calculation.
"""

EQUATION_OF = {each.name: each.equation for each in FIGURES.values() if each.equation}
"""The metrics whose public names are not those of their equations."""

_LEVEL_METRICS = ("net_roi", "roi", "payback_months", "total_cost", "total_benefit", "monthly_benefit")
FULL_METRICS = (
    "upfront", "total_cost", "net_roi", "roi", "payback_months", "npv", "discounted_payback_months",
    "profitability_index", "equivalent_monthly", "total_benefit",
)  # fmt: skip


def appraise_many(
    scenario: Scenario, columns: Mapping[str, Any], wanted: Iterable[str] = FULL_METRICS
) -> dict[str, FloatArray]:
    """The full model for many scenarios that differ from a base in some inputs.

    scenario : the base.
    columns : input name → one value per scenario (arrays of equal length n, numeric inputs).
    wanted : metrics from upfront, total_cost, net_roi, roi, payback_months, npv, discounted_payback_months,
        profitability_index, equivalent_monthly, total_benefit.
    Returns metric → n values (money, fraction or months; NaN is undefined or too large, infinity is never).
    Raises `ScenarioError` naming the first illegal value of each column.
    Source: docs/method.md, "Many scenarios".

    >>> from roi_engine.reference import REFERENCE
    >>> appraise_many(REFERENCE, {"training_hours": [24, 48]}, ["net_roi"])["net_roi"].round(2).tolist()
    [17837.28, 17801.28]
    """
    return _in_chunks(MODEL, scenario, columns, tuple(wanted), FULL_METRICS)


def appraise_level(
    scenario: Scenario, columns: Mapping[str, Any], wanted: Iterable[str] = ("net_roi",)
) -> dict[str, FloatArray]:
    """The closed form of the level case for many scenarios.

    Growth, ramp, drift and risk do not enter.

    scenario, columns : as for `appraise_many`.
    wanted : metrics from net_roi, roi, payback_months, total_cost, total_benefit, monthly_benefit.
    Returns metric → n values, as `appraise_many`.

    >>> from roi_engine.reference import REFERENCE
    >>> appraise_level(REFERENCE, {"training_hours": [24, 48]})["net_roi"].round(2).tolist()
    [17837.28, 17801.28]
    """
    return _in_chunks(LEVEL, scenario, columns, tuple(wanted), _LEVEL_METRICS)


def _in_chunks(
    graph: Graph,
    scenario: Scenario,
    columns: Mapping[str, Any],
    wanted: tuple[str, ...],
    known: tuple[str, ...],
) -> dict[str, FloatArray]:

    for name in wanted:
        if name not in known:
            raise UnknownName(
                f'There is no metric "{name}" here.{did_you_mean(name, known)} Known: {", ".join(known)}.'
            )
    arrays = _checked(columns)
    _check_together(scenario, arrays)
    count = len(next(iter(arrays.values()))) if arrays else 1
    return calculated(graph, scenario.inputs(), arrays, count, wanted)[0]


def calculated(
    graph: Graph, inputs: Mapping[str, Any], arrays: Mapping[str, FloatArray], count: int, wanted: tuple[str, ...]
) -> tuple[dict[str, FloatArray], NDArray[np.bool_]]:
    """Metrics of scenarios that were checked, chunk by chunk.

    inputs : every input by name, for those that do not vary.
    arrays : input name → one value per scenario (n values, NaN for an optional input that is empty).
    Returns metric → n values, and where all of them could be calculated (n truth values): elsewhere a figure is too
    large to be held by a number, and is NaN.
    """
    import numpy as np

    results = {name: np.empty(count) for name in wanted}
    all_held = np.ones(count, dtype=bool)
    base = for_arrays(inputs)
    equations = tuple(EQUATION_OF.get(name, name) for name in wanted)

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for start in range(0, count, CHUNK):
            stop = min(start + CHUNK, count)
            chunk = base | {name: array[start:stop] for name, array in arrays.items()}
            figures = graph.evaluate(chunk, (*equations, "total_benefit"), chunk["months_to_amortize"])
            held = np.isfinite(figures["total_benefit"])  # the sum of all flows: else a figure is too large
            for name, equation in zip(wanted, equations, strict=True):
                figure = figures[equation]
                if not graph.may_be_never(equation):
                    all_held[start:stop] &= ~np.isinf(figure)
                    figure = np.where(np.isfinite(figure), figure, np.nan)
                results[name][start:stop] = np.where(held, figure, np.nan)
            all_held[start:stop] &= held
    return results, all_held


def legal_values(quantity: Quantity, array: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The numbers as the engine wants them, and which of them are legal.

    Counts that calculation left beside a whole number are that number, as `Quantity.check` has it.
    """
    import numpy as np

    legal = np.isfinite(array)
    if quantity.whole:
        nearest = np.rint(array)
        with np.errstate(invalid="ignore"):
            legal &= np.abs(array - nearest) <= ROUNDING * np.maximum(1, np.abs(nearest))
        array = np.where(legal, nearest, array)
    legal &= array > quantity.low if quantity.low_open else array >= quantity.low
    legal &= array < quantity.high if quantity.high_open else array <= quantity.high
    return array, legal


def _check_together(scenario: Scenario, arrays: Mapping[str, FloatArray]) -> None:
    """Checks the rules between inputs.

    One scenario stands for all: that of the largest review cost, which none may have beside one by the call. None that
    is self-hosted may lack its fleet.
    """
    if all(len(array) for array in arrays.values()):
        review = arrays.get("monthly_review_cost")
        shown = 0 if review is None else int(review.argmax())
        scenario.with_inputs(**{name: float(array[shown]) for name, array in arrays.items()})
    if scenario.serving == "self_hosted":
        problems = [
            Problem(f"{name}[{int(arrays[name].argmin())}]", "Must be above 0 for self-hosted serving.", "#NUM!")
            for name in SELF_HOSTING_NEEDS
            if name in arrays and len(arrays[name]) and arrays[name].min() <= 0
        ]
        if problems:
            raise ScenarioError(problems)


def _checked(columns: Mapping[str, Any]) -> dict[str, FloatArray]:
    """The columns as arrays of equal length.

    The first illegal value of each column is reported.
    """
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
        array, legal = legal_values(quantity, array)
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
