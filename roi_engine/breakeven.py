"""Break-even: the value of an input at which a decision stops or starts to pay."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from roi_engine.appraisal import find_metric
from roi_engine.cashflow import figure, for_arrays
from roi_engine.errors import OutOfRange, UnknownName
from roi_engine.inputs import Input
from roi_engine.root import narrowed
from roi_engine.scenario import Scenario, find_input
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS
from roi_engine.sensitivity import legal_bounds
from roi_engine.too_large import TooLarge
from roi_engine.value import ROUNDING

STEPS_PER_DECADE = 400
REACH = (-9 * STEPS_PER_DECADE, 12 * STEPS_PER_DECADE + 1)
"""The grid reaches from a billionth of the base away from it to a trillion times, in steps of half a per cent."""

BREAKEVEN_METRICS = ("NETROI", "NPV")


@dataclass(frozen=True)
class BreakEven:
    """Where a metric crosses zero as one input moves over its legal range.

    value : the crossing nearest the base value; None when there is none.
    verdict : "crosses", or "always" or "never" when the whole range pays or does not, or "undefined" when the metric
        ignores the input.
    pays_above : whether the decision pays for larger values.
    several : whether other crossings exist.
    """

    input_name: str
    verdict: Literal["crosses", "always", "never", "undefined"]
    value: float | None = None
    pays_above: bool | None = None
    several: bool = False


def break_even(scenario: Scenario, input_name: str, metric: str = "NETROI") -> BreakEven:
    """The value of an input at which net return or NPV is zero, all else as it is.

        metric(input = x*) = 0,    x* within the input's legal range, nearest its base value

    scenario : the base.
    input_name : a numeric input, by name, short name or label.
    metric : "NETROI" or "NPV".
    Returns a `BreakEven`, its value in the input's own unit. A whole-number input gives the first paying whole number;
    at a jump the first value on the paying side.
    Raises `UnknownName` for an unknown name, `OutOfRange` for an input that holds no number.
    Source: docs/method.md, "Break-even".

    >>> from roi_engine.reference import REFERENCE
    >>> round(break_even(REFERENCE, "gpu_hourly_rate").value, 6)
    744.72
    """
    declared = find_input(input_name)
    chosen = find_metric(metric, BREAKEVEN_METRICS)
    if chosen.name not in BREAKEVEN_METRICS:
        raise UnknownName(f"a break-even is defined for {' and '.join(BREAKEVEN_METRICS)}, not for {chosen.name}.")
    inputs = scenario.inputs()
    base = inputs[declared.name]
    if not declared.numeric or base is None:
        raise OutOfRange(f"{declared.name} holds no number that could be varied.")

    def at(value: float) -> float:
        try:
            return float(figure({**inputs, declared.name: value}, chosen.equation))
        except TooLarge:
            return math.nan

    def over(points: Any) -> Any:
        return figure({**for_arrays(inputs), declared.name: points}, chosen.equation)

    self_hosted = inputs["serving"] == "self_hosted" and declared.name in SELF_HOSTING_NEEDS
    points, values = sampled(over, declared, float(base), above_zero=self_hosted)
    if max(values) - min(values) <= ROUNDING * max(map(abs, values)):
        return BreakEven(declared.name, "undefined")
    found = crossings(at, declared.quantity.whole, points, values)
    if not found:
        return BreakEven(declared.name, "always" if values[0] >= 0 else "never")
    value, pays_above = nearest_crossing(found, base)
    return BreakEven(declared.name, "crosses", value, pays_above, several=len(found) > 1)


Point = tuple[float, float]
Crossing = tuple[float, bool]
"""Where a figure turns its sign, and whether it is at least zero above."""


def nearest_crossing(found: list[Crossing], base: float) -> Crossing:
    """The crossing that is nearest the base value.

    found : one or more crossings.
    base : the input's value in the scenario.
    """
    return min(found, key=lambda crossing: abs(crossing[0] - base))


def crossings(at: Callable[[float], float], whole: bool, points: list[float], values: list[float]) -> list[Crossing]:
    """Every change of a figure's sign between neighbouring points.

    at : gives the figure at a value of the input; a change is closed in upon by it.
    whole : whether the input is a whole number.
    points, values : the points in rising order, and the figure at each.
    """
    pairs = [(point, value) for point, value in zip(points, values, strict=True) if math.isfinite(value)]
    return [_refined(at, whole, start, end) for start, end in pairwise(pairs) if (start[1] >= 0) != (end[1] >= 0)]


def _refined(at: Callable[[float], float], whole: bool, start: Point, end: Point) -> Crossing:
    """The crossing between two neighbours, and whether the side above it pays."""
    pays_above = end[1] >= 0
    if whole:
        (low, _), (high, _) = start, end
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if (at(middle) >= 0) != pays_above else (low, middle)
        return (high if pays_above else low), pays_above
    one, other = narrowed(at, start[0], end[0], start[1], end[1])
    tolerance = 1e-9 * max(abs(start[1]), abs(end[1]))
    jump = abs(one[1]) > tolerance
    paying = one if one[1] >= 0 else other
    return (paying[0] if jump else one[0]), pays_above


def sampled(
    over: Callable[[Any], Any], declared: Input, base: float, *, above_zero: bool = False
) -> tuple[list[float], list[float]]:
    """A figure over a grid of an input's legal range.

    over : gives the figure at many values of the input, in one vectorised run.
    declared : the input.
    base : its value in the scenario.
    above_zero : whether to leave out zero and what is below.
    Returns the points and the figures that are finite.
    """
    import numpy as np

    points = np.array(_grid(declared, base))
    if above_zero:  # a fleet without throughput or price is not legal, and looks free
        points = points[points > 0]
    with np.errstate(all="ignore"):
        values = np.broadcast_to(over(points), points.shape)
    finite = np.isfinite(values)
    return points[finite].tolist(), values[finite].tolist()


def _grid(declared: Input, base: float) -> list[float]:
    """Points over the legal range of an input, in rising order.

    They are dense around the base and reach from the lowest to the highest legal value.
    """
    low, high = legal_bounds(declared)
    if declared.quantity.whole and high <= 600:
        return [float(value) for value in range(int(low), int(high) + 1)]
    scale = abs(base) or 1.0
    distances = [scale * 10 ** (exponent / STEPS_PER_DECADE) for exponent in range(*REACH)]
    points = {base, low, high} if high < math.inf else {base, low}
    points |= {base + distance for distance in distances} | {base - distance for distance in distances}
    if declared.quantity.whole:
        points = {float(round(point)) for point in points if math.isfinite(point)}
    points |= {distance for distance in distances if base == 0 or distance < base}  # towards zero from above
    if declared.quantity.whole:
        points = {float(math.ceil(point)) for point in points if math.isfinite(point)}
    return sorted(point for point in points if low <= point <= high)
