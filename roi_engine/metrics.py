"""The metrics of investment appraisal, all from one cash flow.

The functions take a cash flow as a list of H + 1 values, month 0 first. Each value is a float (one scenario),
an array (many scenarios) or a spreadsheet formula, and the monthly equations at the top (cumulative flow,
crossing, payback …) are written once for all three: a worksheet's helper rows are printed from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from roi_engine.value import NEVER, UNDEFINED, Value, divide, maximum, minimum, where

ZERO_TOLERANCE = 1e-12
"""A cumulative value this small, relative to the size of all flows, counts as zero."""

# --- equations of a month -------------------------------------------------------------------------------


def monthly_rate(discount_rate: Value) -> Value:
    """The rate per month that compounds to an effective annual rate.

        i = (1 + r)^(1/12) − 1

    discount_rate : r, as decimal (not per cent) per year, above −1. Returns i, as decimal per month.

    >>> round(monthly_rate(0.10), 14)
    0.0079741404289
    """
    return (1 + discount_rate) ** (1 / 12) - 1


def annual_rate(monthly: Value) -> Value:
    """The effective annual rate of a rate per month: (1 + x)^12 − 1.

    >>> round(annual_rate(0.01), 6)
    0.126825
    """
    return (1 + monthly) ** 12 - 1


def discount_factor(month: Value, discount_rate: Value) -> Value:
    """The present value of 1 paid at the end of a month: (1 + r)^(−t/12)."""
    return (1 + discount_rate) ** (-month / 12)


def discounted_flow(flow: Value, discount_factor: Value) -> Value:
    """The present value of a flow."""
    return flow * discount_factor


def cumulative_flow(cumulative_before: Value, flow: Value) -> Value:
    """The sum of the flows up to the month."""
    return cumulative_before + flow


def rounding(flow_size: Value) -> Value:
    """How large a cumulative value may be and still be only rounding: 10⁻¹² of the flows' total size."""
    return ZERO_TOLERANCE * maximum(flow_size, 1)


def settled(cumulative: Value, rounding: Value) -> Value:
    """A cumulative value, zero where it is only rounding."""
    return where(abs(cumulative) < rounding, 0, cumulative)


def crossing(crossing_before: Value, cumulative_before: Value, cumulative: Value, flow: Value, month: Value) -> Value:
    """The moment at which the cumulative flow last rose to zero, interpolated within its month."""
    moment = month - 1 - divide(cumulative_before, flow, 0)
    return where((cumulative_before < 0) & (cumulative >= 0), moment, crossing_before)


def payback_at_end(
    last_crossing: Value,
    last_cumulative: Value,
    last_flow: Value,
    months_to_amortize: Value,
    flow_size: Value,
) -> Value:
    """Payback: the last crossing, or beyond the horizon at the pace of its last month, or never."""
    beyond = where(last_flow > 0, months_to_amortize - divide(last_cumulative, last_flow, 0), NEVER)
    recovered = where(last_cumulative < 0, beyond, last_crossing)
    return where(flow_size > 0, recovered, NEVER)


def discounted_payback_at_end(last_crossing: Value, last_cumulative: Value, flow_size: Value) -> Value:
    """Discounted payback: the last crossing within the horizon, or never."""
    return where((flow_size > 0) & (last_cumulative >= 0), last_crossing, NEVER)


def reinvested_flow(flow: Value, month: Value, months_to_amortize: Value, reinvest_rate: Value) -> Value:
    """An inflow's value at the horizon."""
    return maximum(flow, 0) * (1 + reinvest_rate) ** ((months_to_amortize - month) / 12)


def financed_flow(flow: Value, month: Value, finance_rate: Value) -> Value:
    """An outflow's present value, negative."""
    return minimum(flow, 0) * (1 + finance_rate) ** (-month / 12)


def mirr_at_end(total_reinvested: Value, total_financed: Value, months_to_amortize: Value) -> Value:
    """The monthly rate that turns the financed outflows into the reinvested inflows."""
    both_signs = (total_reinvested > 0) & (total_financed < 0)
    growth = divide(total_reinvested, -total_financed, 1)
    return where(both_signs, growth ** (1 / months_to_amortize) - 1, UNDEFINED)


# --- equations of a scenario ----------------------------------------------------------------------------


def total_cost(upfront_cost: Value, total_running_cost: Value, cost_risk: Value) -> Value:
    """Upfront and running costs over the horizon, risk-adjusted; serving is netted against the old bill."""
    return (upfront_cost + total_running_cost) * (1 + cost_risk)


def total_cost_with_serving(
    upfront_cost: Value, total_running_cost: Value, total_finetuned_spend: Value, cost_risk: Value
) -> Value:
    """Every new cost over the horizon, serving included, risk-adjusted."""
    return (upfront_cost + total_running_cost + total_finetuned_spend) * (1 + cost_risk)


def monthly_saving(avoided: Value, spent: Value, benefit_risk: Value, cost_risk: Value) -> Value:
    """What is avoided, cut by the benefit risk, less what is spent instead, raised by the cost risk."""
    return avoided * (1 - benefit_risk) - spent * (1 + cost_risk)


def roi(net_roi: Value, total_cost: Value) -> Value:
    """Net ROI over cost, a fraction; undefined when nothing is spent."""
    return divide(net_roi, total_cost, UNDEFINED)


def profitability_index(npv: Value, first_flow: Value) -> Value:
    """Present value of what comes back per unit of what is spent at month 0: 1 + NPV / −CF[0]."""
    return where(first_flow == 0, UNDEFINED, 1 + divide(npv, -first_flow, 0))


def equivalent_monthly(npv: Value, discount_rate: Value, months_to_amortize: Value) -> Value:
    """The level monthly amount with the same present value: NPV · i / (1 − (1 + i)^−H)."""
    annuity = divide(
        1 - (1 + discount_rate) ** (-months_to_amortize / 12), monthly_rate(discount_rate), months_to_amortize
    )
    return npv / annuity


# --- metrics of a cash flow -----------------------------------------------------------------------------


def net_roi(cash_flow: Sequence[Any]) -> Any:
    """Σ CF; a sum that is only rounding counts as zero.

    cash_flow : H + 1 monthly flows (money; floats or arrays over scenarios), month 0 first. Returns money.

    >>> net_roi([-100, 40, 40, 40])
    20.0
    """
    return settled(total(cash_flow), rounding(flow_size(cash_flow)))


def total(values: Iterable[Any]) -> Any:
    """The sum of a row."""
    result: Any = 0.0
    for value in values:
        result = result + value
    return result


def flow_size(cash_flow: Sequence[Any]) -> Any:
    """Σ |CF|, against which rounding is measured."""
    return total(abs(flow) for flow in cash_flow)


def npv(discount_rate: Value, cash_flow: Sequence[Any]) -> Any:
    """Net present value; month 0 is not discounted.

        NPV = Σ CF[t] · (1 + r)^(−t/12)

    discount_rate : r, effective, as decimal (not per cent) per year. cash_flow : H + 1 monthly flows (money;
    floats or arrays over scenarios), month 0 first. Returns money.
    Source: docs/method.md, "NPV". (Excel's NPV discounts its first value; this one does not.)

    >>> round(npv(0.10, [-100] + [10] * 12), 4)
    14.0049
    """
    return total(discounted_flow(flow, discount_factor(t, discount_rate)) for t, flow in enumerate(cash_flow))


def _last_crossing(cash_flow: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The last crossing, the settled cumulative flow at the end, and the size of the flows."""
    size = flow_size(cash_flow)
    smallest = rounding(size)
    running: Any = 0.0
    before: Any = 0.0
    moment: Any = 0.0
    for month, flow in enumerate(cash_flow):
        running = cumulative_flow(running, flow)
        now = settled(running, smallest)
        if _any_rises(before, now):
            moment = crossing(moment, before, now, flow, month)
        before = now
    return moment, before, size


def _any_rises(before: Any, now: Any) -> bool:
    """Whether any scenario's cumulative flow rises to zero in a month; most months of many scenarios have none."""
    rises = (before < 0) & (now >= 0)
    return rises if isinstance(rises, bool) else bool(rises.any())


def _at_horizon(cash_flow: Sequence[Any], months: Any) -> Any:
    """The flow of the last month; for many scenarios, each at its own horizon."""
    if isinstance(months, (int, float)):
        return cash_flow[int(months)]
    last: Any = 0.0
    for month, flow in enumerate(cash_flow):
        last = where(months == month, flow, last)
    return last


def payback(cash_flow: Sequence[Any], months: Any = None) -> Any:
    """Months until the cumulative cash flow is non-negative for good.

        payback = k + (−C[k]) / CF[k + 1]      C = cumulative flow, k = last month with C[k] < 0

    cash_flow : H + 1 monthly flows (money; floats or arrays over scenarios), month 0 first. months : the
    horizon H where it differs between scenarios (an array). Returns months: 0 where the flow is never
    negative, beyond H at the last month's pace where it is positive, else infinite.
    Interpolates within the month. Source: docs/method.md, "Payback".

    >>> payback([-100, 40, 40, 40])
    2.5
    """
    months = len(cash_flow) - 1 if months is None else months
    moment, last, size = _last_crossing(cash_flow)
    return payback_at_end(moment, last, _at_horizon(cash_flow, months), months, size)


def discounted_payback(discount_rate: Value, cash_flow: Sequence[Any]) -> Any:
    """Months until the cumulative discounted cash flow is non-negative for good, within the horizon.

    discount_rate : effective, as decimal per year. cash_flow : H + 1 monthly flows (money; floats or
    arrays), month 0 first. Returns months; infinite where the flows do not recover within the horizon.
    Source: docs/method.md, "Discounted payback".

    >>> discounted_payback(0.0, [-100, 40, 40, 40])
    2.5
    """
    flows = [discounted_flow(flow, discount_factor(t, discount_rate)) for t, flow in enumerate(cash_flow)]
    moment, last, size = _last_crossing(flows)
    return discounted_payback_at_end(moment, last, size)


def mirr(cash_flow: Sequence[Any], finance_rate: Value, reinvest_rate: Value, months: Any = None) -> Any:
    """Modified internal rate of return per month.

        MIRR = (Σ inflows · (1 + k)^((H − t)/12) / −Σ outflows · (1 + f)^(−t/12))^(1/H) − 1

    cash_flow : H + 1 monthly flows (money), month 0 first. finance_rate f, reinvest_rate k : effective, as
    decimal per year. Returns a decimal per month; undefined (NaN) unless both signs occur.
    Source: docs/method.md, "MIRR".

    >>> round(mirr([-100, 60, 60], 0.0, 0.0), 6)
    0.095445
    """
    months = len(cash_flow) - 1 if months is None else months
    # a month after a shorter horizon holds no flow: its exponent is kept from growing without bound
    inflows = total(
        reinvested_flow(flow, minimum(t, months), months, reinvest_rate) for t, flow in enumerate(cash_flow)
    )
    outflows = total(financed_flow(flow, t, finance_rate) for t, flow in enumerate(cash_flow))
    return mirr_at_end(inflows, outflows, months)


def beyond_horizon(payback_months: float, months: float) -> bool:
    """Whether a payback lies after the horizon and so assumes that its last month continues."""
    return months < payback_months < math.inf
