"""The internal rates of return of a cash flow, and the one that is a return.

With w = 1/(1 + x) the net present value is a polynomial in w. By Descartes' rule the flows' sign changes
bound its positive roots, and the rule's proof finds them: multiplying by a power of w and differentiating
removes one sign change, and the roots of that derivative separate the roots of the polynomial. So every root
in the range is bracketed, none is guessed, and a root that only touches zero shows itself as an extremum.

A root alone need not be a return: a loan has one too. It is one where at that rate the project never owes its
owner's money to somebody else: money is in it until the last flow, and what is still to come is worth something.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from roi_engine.root import narrowed
from roi_engine.too_large import too_large
from roi_engine.value import ROUNDING as SUM_ROUNDING
from roi_engine.value import Value, fallback, maximum, minimum, where

LOWEST, HIGHEST = -0.99, 1e7
HIGHEST_START = 2
"""The highest rate at which a workbook values flows to find a start: over 600 months, 3^−600 is still a number."""
ROUNDING = 2**-51
"""Rounding of one step of the polynomial, relative to the size of its terms."""
_LARGE = 1e250
TOLERANCE = 1e-9
"""How far below nothing a value may fall and still count as nothing, relative to the largest flow."""

NOTHING_INVESTED = "nothing is invested"
A_LOAN = "a loan: money comes first"
NO_RATE = "no rate"
SEVERAL_RATES = "several rates"
IDLE_MONEY = "depends on idle money"
"""What the money that comes back before it is needed again would earn."""
SEVERAL_OR_IDLE_MONEY = "several, or idle money"
"""What a sheet says, which counts no roots, where the last flow does not settle which of the two it is."""

OWES_FIRST, RECOVERED, BEGAN_ABOVE, OWES_AGAIN = 1, 2, -1, -2
"""The courses that a cumulative cash flow takes; 0 before its first flow."""


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


@dataclass(frozen=True)
class InternalRate:
    """The rate that is a return, or why there is none.

    rate : decimal per period; None where no root is a return. reason : in words; empty where there is a rate.
    roots : every rate at which NPV is zero, as `irr_roots` gives them.
    """

    rate: float | None
    reason: str
    roots: tuple[float, ...]


def irr(cash_flow: Sequence[float]) -> float | None:
    """The internal rate of return per period, where it is a return.

        Σ CF[t] · (1 + x)^−t = 0

    cash_flow : H + 1 signed flows (money), period 0 first. Returns a rate as decimal per period; None where no rate
    is a return (`internal_rate` says why, `irr_roots` gives every root).
    Source: docs/method.md, "IRR".

    >>> round(irr([-70000, 12000, 15000, 18000, 21000]), 6)
    -0.021245
    >>> irr([1, 2, 3]) is None, irr([100, -110]) is None
    (True, True)
    """
    return internal_rate(cash_flow).rate


def internal_rate(cash_flow: Sequence[float]) -> InternalRate:
    """The internal rate of return per period, or why none is a return.

    cash_flow : H + 1 signed flows (money), period 0 first. A root x is a return where at x the project is a pure
    investment (what is still to come is never worth less than nothing), or where the cumulative flow begins below
    zero, rises above it once and ends above it: then the positive root is unique.
    Source: D. Teichroew, A. Robichek, M. Montalbano (1965) for pure investments; C. Norstrøm (1972).

    >>> internal_rate([100, -230, 132]).reason, internal_rate([-100, 230, -132]).reason
    ('a loan: money comes first', 'several rates')
    """
    flows = [float(flow) for flow in cash_flow]
    roots = tuple(irr_roots(flows))
    pure = [rate for rate in roots if _is_pure_investment(flows, rate)]
    if pure:
        return InternalRate(pure[0], "", roots)
    way, end = _course_and_end(flows)
    positive = [rate for rate in roots if rate > 0]
    if way == RECOVERED and end > 0 and positive:
        return InternalRate(positive[-1], "", roots)
    if not any(flow < 0 for flow in flows):
        return InternalRate(None, NOTHING_INVESTED, roots)
    if way == BEGAN_ABOVE:
        return InternalRate(None, A_LOAN, roots)
    if not roots:
        return InternalRate(None, NO_RATE, roots)
    return InternalRate(None, SEVERAL_RATES if len(roots) > 1 else IDLE_MONEY, roots)


# --- what a sheet says of a rate too ----------------------------------------------------------------------


def worth_at_start(flow_if_going_back: Value, month: Value, months_to_amortize: Value, start: Value) -> Value:
    """What a flow is worth at a start value of the rate, up to a factor of all months.

    Counted from the first month for a rate above zero, from the last for one below: the factor of a month never grows.
    """
    rate = minimum(maximum(fallback(start, 0), LOWEST), HIGHEST_START)
    return flow_if_going_back * (1 + rate) ** (where(rate < 0, months_to_amortize, 0) - month)


def still_to_come(still_to_come_after: Value, net_cash_flow_after: Value, irr_found: Value) -> Value:
    """What the flows after a month are worth at its end, at a rate above zero.

    V(t) = (V(t+1) + CF(t+1)) / (1 + x). The rate is none where the cell is no number, and zero where it is below.
    """
    return (still_to_come_after + net_cash_flow_after) / (1 + maximum(fallback(irr_found, 0), 0))


def balance(balance_before: Value, net_cash_flow: Value, irr_found: Value) -> Value:
    """What the project has at the end of a month, at a rate not above zero.

    B(t) = B(t−1) · (1 + x) + CF(t). Below zero money is in it. A rate above zero counts as zero: from this end
    it would multiply rounding.
    """
    return balance_before * (1 + minimum(fallback(irr_found, 0), 0)) + net_cash_flow


def course(course_before: Value, cumulative: Value) -> Value:
    """The course of the cumulative flow so far.

    1 below zero, 2 recovered, −1 began above, −2 below again.
    """
    first = where(cumulative < 0, OWES_FIRST, where(cumulative > 0, BEGAN_ABOVE, 0))
    falls = where((course_before == RECOVERED) & (cumulative < 0), OWES_AGAIN, course_before)
    later = where((course_before == OWES_FIRST) & (cumulative > 0), RECOVERED, falls)
    return where(course_before == 0, first, later)


def _is_pure_investment(flows: Sequence[float], rate: float) -> bool:
    worst: Value = 0.0
    at: Value = 0.0
    for flow in reversed(flows[1:]) if rate > 0 else flows:
        at = still_to_come(at, flow, rate) if rate > 0 else balance(at, flow, rate)
        worst = minimum(worst, at if rate > 0 else -at)
    return bool(worst >= -TOLERANCE * max(map(abs, flows)))


def _course_and_end(flows: Sequence[float]) -> tuple[Value, float]:
    """The course of the cumulative flow, and its last value without rounding."""
    rounding = SUM_ROUNDING * max(sum(map(abs, flows)), 1)
    at: Value = 0
    total = cumulative = 0.0
    for flow in flows:
        total += flow
        cumulative = 0.0 if abs(total) < rounding else total
        at = course(at, cumulative)
    return at, cumulative


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
