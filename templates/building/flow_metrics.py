"""NPV and IRR of flows by Excel's own functions; whether the rate is a return."""

from __future__ import annotations

from typing import Any

from roi_engine import flow_metrics, metrics
from roi_engine.errors import OutOfRange
from roi_engine.internal_rate import (
    A_LOAN,
    BEGAN_ABOVE,
    HIGHEST_START,
    LOWEST,
    NO_RATE,
    NOTHING_INVESTED,
    RECOVERED,
    SEVERAL_OR_IDLE_MONEY,
    SEVERAL_RATES,
    TOLERANCE,
    internal_rate,
)
from templates.building.formula import NOT_AVAILABLE, Formula, function, if_error
from templates.building.quantities import Quantities

A_RETURN = "a return"
EXCELS_START = 0.1
"""Where IRR() starts without a start value."""


def npv(rate: Formula, first: Formula, later: Formula) -> Formula:
    """Excel's own NPV on the flows after month 0, which is not discounted."""
    value = flow_metrics.npv(rate.value, [first.value, *later.value])
    monthly = metrics.monthly_rate(rate)
    return first + function("NPV", monthly, later, value=value - first.value)


def irr(cells: Quantities) -> Formula:
    """The rate that IRR() finds as an annual rate where it is a return, else n/a."""
    annual: Any = metrics.annual_rate(cells["irr_found"])
    return (cells["irr_is_return"] == "Yes").where(annual, "n/a")


def irr_found(flows: Formula, guess: Formula) -> Formula:
    """The rate per month that Excel's own IRR finds, n/a where it finds none.

    From the start value, else from Excel's own.
    """
    value = _found(flows.value, guess.value)
    from_excels_own = if_error(function("IRR", flows, value=value), "n/a")
    return function("IFERROR", function("IRR", flows, guess, value=value), from_excels_own, value=from_excels_own.value)


def _found(flows: list[float], guess: Any) -> Any:
    """The rate that is a return, else the root nearest the start."""
    found = internal_rate(flows)
    if found.rate is not None:
        return found.rate
    if not found.roots:
        return OutOfRange("there is no internal rate of return")
    start = guess if isinstance(guess, (int, float)) else EXCELS_START
    return min(found.roots, key=lambda root: abs(root - start))


def irr_is_return(cells: Quantities) -> Formula:
    """Whether the rate that IRR() finds is a return, Yes or No.

    The engine's rule over the rows at that rate.
    """
    found, sizes = cells["irr_found"], cells["flow_sizes"]
    to_come = function("MIN", cells["values_to_come"], value=min(cells["values_to_come"].value))
    owned = -function("MAX", cells["balances"], value=max(cells["balances"].value))
    least = -TOLERANCE * function("MAX", sizes, value=max(sizes.value))
    pure = (found > 0).where(to_come, owned) >= least
    recovered = (found > 0) & (cells["last_course"] == RECOVERED) & (cells["last_cumulative"] > 0)
    either = function("OR", pure, recovered, value=bool(pure.value or recovered.value))
    return _is_rate(found).where(either.where("Yes", "No"), "No")


def _is_rate(found: Formula) -> Formula:
    """Whether IRR() finds a rate, in the range in which the engine looks for one."""
    return found.fallback(-1) >= LOWEST


def irr_reason(cells: Quantities) -> Formula:
    """What the rate is: a return, or why there is none."""
    flows, last = cells["every_net_cash_flow"], cells["last_net_cash_flow"]
    roots = _is_rate(cells["irr_found"]).where((last < 0).where(SEVERAL_RATES, SEVERAL_OR_IDLE_MONEY), NO_RATE)
    invested = function("MIN", flows, value=min(flows.value)) < 0
    none = invested.where((cells["last_course"] == BEGAN_ABOVE).where(A_LOAN, roots), NOTHING_INVESTED)
    return (cells["irr_is_return"] == "Yes").where(A_RETURN, none)


def irr_guess(flows: Formula, months: Formula) -> Formula:
    """A start for IRR, of the sign of a return.

    (Σ inflows / Σ outflows)^(1 / distance of mean months) − 1
    """
    return Formula(f'IFERROR({_growth_text(flows, months)}-1,"n/a")', _guess(flows.value, months.value))


def irr_next_guess(guess: Formula, flows: Formula, months: Formula) -> Formula:
    """A start value improved.

    (1 + start value) · (1 + the start value of the flows at it) − 1; the same where that is none.

    flows : what the flows are worth at the start value, or at the highest at which they are valued.
    """
    step, last = _guess(flows.value, months.value), guess.value
    value = (1 + min(last, HIGHEST_START)) * (1 + step) - 1 if NOT_AVAILABLE not in (step, last) else last
    at = f"MIN(0+{guess.text},{HIGHEST_START})"  # a text stays an error
    return Formula(f"IFERROR((1+{at})*{_growth_text(flows, months)}-1,{guess.text})", value)


def _growth_text(flows: Formula, months: Formula) -> str:
    name = flows.text
    moments = 'SUMPRODUCT(({flows}{sign}0)*{months}*{flows})/SUMIF({flows},"{sign}0")'
    mean_in, mean_out = (moments.format(flows=name, months=months.text, sign=sign) for sign in "><")
    return f'(SUMIF({name},">0")/-SUMIF({name},"<0"))^(1/ABS({mean_in}-{mean_out}))'


def _guess(flows: list[float], months: list[int]) -> Any:
    inflow, outflow = sum(f for f in flows if f > 0), -sum(f for f in flows if f < 0)
    if inflow and outflow:
        mean_in = sum(m * f for m, f in zip(months, flows, strict=True) if f > 0) / inflow
        mean_out = -sum(m * f for m, f in zip(months, flows, strict=True) if f < 0) / outflow
        if mean_in != mean_out:
            try:
                return (inflow / outflow) ** (1 / abs(mean_in - mean_out)) - 1
            except OverflowError:
                return NOT_AVAILABLE
    return NOT_AVAILABLE
