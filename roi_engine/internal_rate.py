"""The internal rates of return of a cash flow, all of them.

With w = 1/(1 + x) the net present value is a polynomial in w. By Descartes' rule the flows' sign changes
bound its positive roots, and the rule's proof finds them: multiplying by a power of w and differentiating
removes one sign change, and the roots of that derivative separate the roots of the polynomial. So every root
in the range is bracketed, none is guessed, and a root that only touches zero shows itself as an extremum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from roi_engine.root import narrowed
from roi_engine.too_large import too_large

LOWEST, HIGHEST = -0.99, 1e7
ROUNDING = 2**-51
"""Rounding of one step of the polynomial, relative to the size of its terms."""
_LARGE = 1e250
NEAR = 0.10
"""Of several roots the one nearest this is returned."""


def irr_roots(cash_flow: Sequence[float]) -> list[float]:
    """Every rate per period at which the net present value crosses zero, ascending.

        Σ CF[t] · (1 + x)^−t = 0,    −0.99 ≤ x ≤ 10⁷

    cash_flow : H + 1 signed flows (money), period 0 first.
    Returns rates as decimal (not per cent) per period; an empty list where there is none. A rate at which the value
    only touches zero does not count.
    Raises `TooLarge` for an infinite flow.
    Source: Descartes' rule of signs; see docs/method.md, "IRR".

    >>> [round(rate, 9) for rate in irr_roots([100, -230, 132])]
    [0.1, 0.2]
    >>> irr_roots([-100, 230, -140])
    []
    """
    flows = [float(flow) for flow in cash_flow]
    while flows and flows[-1] == 0:
        flows.pop()
    if not all(map(math.isfinite, flows)):
        raise too_large({"cash_flow": flows})
    if not any(flows):
        return []
    # in y = ln(1 + x), so that rates near -0.99 and near 10⁷ are found equally well
    return [math.expm1(y) for y in _crossings(_scaled(flows), math.log1p(LOWEST), math.log1p(HIGHEST))]


def irr(cash_flow: Sequence[float]) -> float | None:
    """The internal rate of return per period.

        Σ CF[t] · (1 + x)^−t = 0

    cash_flow : H + 1 signed flows (money), period 0 first.
    Returns a rate as decimal per period; None where the flows have none; of several the one nearest 0.10, the larger at
    a tie (`irr_roots` gives them all).
    Source: docs/method.md, "IRR".

    >>> round(irr([-70000, 12000, 15000, 18000, 21000]), 6)
    -0.021245
    >>> irr([1, 2, 3]) is None
    True
    """
    roots = irr_roots(cash_flow)
    return min(roots, key=lambda rate: (round(abs(rate - NEAR), 9), -rate)) if roots else None


def _crossings(flows: list[float], low: float, high: float) -> list[float]:
    signs = [index for index, flow in enumerate(flows) if flow]
    changes = [(i, j) for i, j in pairwise(signs) if (flows[i] > 0) != (flows[j] > 0)]
    if not changes:
        return []
    before, after = changes[len(changes) // 2]
    pivot = (before + after) / 2
    turning = _crossings(_scaled([(pivot - t) * flow for t, flow in enumerate(flows)]), low, high)
    points = [(y, *_value(flows, y)) for y in (low, *turning, high)]
    crossings = []
    start, _, start_sign = points[0]
    start_value = points[0][1]
    if start_sign == 0:  # a root at the very end of the range
        crossings.append(start)
    for y, value, sign in points[1:]:
        if sign == 0:
            continue
        if start_sign and sign != start_sign:
            crossings.append(narrowed(lambda at: _value(flows, at)[0], start, y, start_value, value)[0][0])
        start, start_value, start_sign = y, value, sign
    if start_sign and points[-1][2] == 0:  # a root at the other end
        crossings.append(points[-1][0])
    return crossings


def _scaled(flows: list[float]) -> list[float]:
    """The flows, very large ones divided by a power of two.

    That is exact, and their sum stays a number.
    """
    largest = max(map(abs, flows))
    if largest < _LARGE:
        return flows
    power = -math.frexp(largest)[1]
    return [math.ldexp(flow, power) for flow in flows]


def _value(flows: list[float], y: float) -> tuple[float, int]:
    """The value at rate e^y − 1 up to a positive factor, and its sign.

    The sign is 0 where the value is zero within rounding.
    """
    growth = y < 0  # powers of w would grow: sum from the other end instead
    w = math.exp(y if growth else -y)
    total = size = 0.0
    for flow in flows if growth else reversed(flows):
        total = total * w + flow
        size = size * w + abs(flow)
    sign = 0 if abs(total) <= ROUNDING * len(flows) * size else (1 if total > 0 else -1)
    return total, sign
