"""The metrics of investment appraisal as named equations.

How the cash flow is summed up, discounted and recovered. Named equations like those of `roi_engine.equations`, on
which they build; a parameter may also be the sum, an end or the month before of a monthly quantity
(`roi_engine.graph`). Evaluated on floats, on arrays and on spreadsheet formulas. `roi_engine.flow_metrics` asks them
of any list of flows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from roi_engine.graph import may_be_never, unchanged_unless
from roi_engine.internal_rate import irr
from roi_engine.value import NEVER, ROUNDING, UNDEFINED, Value, divide, maximum, minimum, where

# --- formulas that several equations use ----------------------------------------------------------------


def settled(amount: Value, rounding: Value) -> Value:
    """An amount, zero where it is only rounding."""
    return where(abs(amount) < rounding, 0, amount)


def largest_rounding(size: Value) -> Value:
    """How large an amount may be and still be only rounding.

    10⁻¹² of the size of what was added up, or of 1.
    """
    return ROUNDING * maximum(size, 1)


def crossing(crossing_before: Value, cumulative_before: Value, cumulative: Value, flow: Value, month: Value) -> Value:
    """The moment at which a cumulative flow last rose to zero, within its month."""
    moment = month - 1 - divide(cumulative_before, flow, 0)
    return where(_rises(cumulative_before, cumulative), moment, crossing_before)


def _rises(cumulative_before: Value, cumulative: Value) -> Any:
    return (cumulative_before < 0) & (cumulative >= 0)


def _discounted_rises(cumulative_discounted_before: Value, cumulative_discounted: Value) -> Any:
    return (cumulative_discounted_before < 0) & (cumulative_discounted >= 0)


def annual_rate(monthly: Value) -> Value:
    """The effective annual rate of a rate per month.

        (1 + x)^12 − 1

    monthly : x, as decimal (not per cent) per month.
    Returns a decimal per year.

    >>> round(annual_rate(0.01), 6)
    0.126825
    """
    return (1 + monthly) ** 12 - 1


def monthly_saving(avoided: Value, spent: Value, benefit_risk: Value, cost_risk: Value) -> Value:
    """What is avoided less what is spent instead, both risk-adjusted."""
    return avoided * (1 - benefit_risk) - spent * (1 + cost_risk)


def total(values: Iterable[Any]) -> Any:
    """The sum of a row."""
    result: Any = 0.0
    for value in values:
        result = result + value
    return result


def beyond_horizon(payback_months: float, months: float) -> bool:
    """Whether a payback lies after the horizon, at the pace of its last month."""
    return months < payback_months < math.inf


# --- going back ------------------------------------------------------------------------------------------


def gaining_month(
    gaining_month_before: Value, net_cash_flow: Value, rounding: Value, month: Value, months_to_amortize: Value
) -> Value:
    """The last month so far whose flow was not below zero; 0 where none was."""
    gains = (net_cash_flow >= -rounding) & (month <= months_to_amortize)
    return where(gains, month, gaining_month_before)


def going_back_month(last_gaining_month: Value) -> Value:
    """The last month whose flow is not below zero: every month after it loses.

    Returns a month: the horizon where its last month does not lose. Source: docs/method.md, "Going back".
    """
    return last_gaining_month


def flow_if_going_back(net_cash_flow: Value, month: Value, going_back_month: Value) -> Value:
    """The flow of a month up to the last that does not lose; nothing after it."""
    return where(month <= going_back_month, net_cash_flow, 0)


def net_roi_if_going_back(total_flow_if_going_back: Value, rounding: Value) -> Value:
    """Net return up to the last month that does not lose.

        Σ CF(t), t ≤ m

    m is the last month whose flow is not below zero. Returns money. Source: docs/method.md, "Going back".
    """
    return settled(total_flow_if_going_back, rounding)


def discounted_if_going_back(flow_if_going_back: Value, discount_factor: Value) -> Value:
    """The present value of a flow up to the last month that does not lose."""
    return flow_if_going_back * discount_factor


def npv_if_going_back(total_discounted_if_going_back: Value) -> Value:
    """Net present value up to the last month that does not lose.

        Σ CF(t) · (1 + r)^(−t/12), t ≤ m

    m is the last month whose flow is not below zero. Returns money. Source: docs/method.md, "Going back".
    """
    return total_discounted_if_going_back


# --- cost and benefit -----------------------------------------------------------------------------------


def total_cost(upfront_cost: Value, total_running_cost: Value, cost_risk: Value) -> Value:
    """Upfront and running costs over the horizon, risk-adjusted; serving is netted.

        Total cost = (upfront + Σ R(t)) · (1 + cost risk)

    In words: (upfront + running costs of every month) × (1 + cost risk).
    R(t) are the running costs of a month. Serving is not among them: the new bill is netted against the old one.
    Returns money.
    """
    return (upfront_cost + total_running_cost) * (1 + cost_risk)


def total_cost_with_serving(
    upfront_cost: Value, total_running_cost: Value, total_finetuned_spend: Value, cost_risk: Value
) -> Value:
    """Every new cost over the horizon, serving included, risk-adjusted.

        (upfront + Σ R(t) + Σ F(t)) · (1 + cost risk)

    R(t) are the running costs of a month, F(t) its bill on the fine-tuned model. Returns money.
    """
    return (upfront_cost + total_running_cost + total_finetuned_spend) * (1 + cost_risk)


def monthly_inference_savings(
    total_baseline_spend: Value,
    total_finetuned_spend: Value,
    months_to_amortize: Value,
    benefit_risk: Value,
    cost_risk: Value,
) -> Value:
    """Saving on inference per month, risk-adjusted: the average over the horizon.

        monthly inference savings = mean B · (1 − benefit risk) − mean F · (1 + cost risk)

    In words: baseline bill × (1 − benefit risk) − fine-tuned bill × (1 + cost risk).
    B is the baseline's bill avoided, F the bill on the fine-tuned model. Returns money per month.
    """
    avoided, spent = total_baseline_spend / months_to_amortize, total_finetuned_spend / months_to_amortize
    return monthly_saving(avoided, spent, benefit_risk, cost_risk)


def monthly_review_savings(
    total_review_savings: Value,
    total_added_review: Value,
    months_to_amortize: Value,
    benefit_risk: Value,
    cost_risk: Value,
) -> Value:
    """Saving on human review per month, risk-adjusted: the average over the horizon.

        monthly review savings = mean V · (1 − benefit risk) − mean A · (1 + cost risk)

    In words: review cost avoided × (1 − benefit risk) − review cost added × (1 + cost risk).
    V is the review cost avoided, A the review cost added. Returns money per month.
    """
    avoided, spent = total_review_savings / months_to_amortize, total_added_review / months_to_amortize
    return monthly_saving(avoided, spent, benefit_risk, cost_risk)


def absolute_flow(net_cash_flow: Value) -> Value:
    """The size of the month's flow, whatever its sign."""
    return abs(net_cash_flow)


def flow_size(total_absolute_flow: Value) -> Value:
    """The size of all flows, against which rounding is measured: Σ |CF[t]|."""
    return total_absolute_flow


def rounding(flow_size: Value) -> Value:
    """How large a sum of flows may be and still be only rounding.

        10⁻¹² · max(1, Σ |CF(t)|)

    Returns money. Source: docs/method.md, "Net return".
    """
    return largest_rounding(flow_size)


def net_roi(total_net_cash_flow: Value, rounding: Value) -> Value:
    """All benefits less all costs over the horizon, not discounted.

        Net return = Σ CF(t)

    In words: sum of all cash flows.
    Returns money; a sum that is only rounding is zero. Source: docs/method.md, "Net return".
    """
    return settled(total_net_cash_flow, rounding)


def total_benefit(net_roi: Value, total_cost: Value) -> Value:
    """What the horizon brings, before its cost.

        total benefit = net return + total cost

    In words: net return + total cost.
    Returns money.
    """
    return net_roi + total_cost


def monthly_benefit(total_benefit: Value, months_to_amortize: Value) -> Value:
    """The total benefit, per month.

    In words: total benefit / months.
    """
    return total_benefit / months_to_amortize


def roi(net_roi: Value, total_cost: Value) -> Value:
    """Net return over total cost.

        ROI = net return / total cost

    In words: net return / total cost.
    Returns a fraction; undefined when nothing is spent. Source: docs/method.md, "ROI".
    """
    return divide(net_roi, total_cost, UNDEFINED)


def roi_total(net_roi: Value, total_cost_with_serving: Value) -> Value:
    """Net return over every new cost, serving included; undefined if nothing is spent.

    In words: net return / (upfront + running costs + fine-tuned bill, risk-adjusted).
    """
    return divide(net_roi, total_cost_with_serving, UNDEFINED)


def worthwhile(net_roi: Value) -> Any:
    """Whether the decision returns more than it costs.

    In words: net return above zero.
    """
    return net_roi > 0


# --- payback --------------------------------------------------------------------------------------------


def cumulative_sum(cumulative_sum_before: Value, net_cash_flow: Value) -> Value:
    """The sum of the flows up to the month, as it is added up."""
    return cumulative_sum_before + net_cash_flow


def cumulative(cumulative_sum: Value, rounding: Value) -> Value:
    """The sum of the flows up to the month, zero where it is only rounding."""
    return settled(cumulative_sum, rounding)


@unchanged_unless(_rises)
def recovered(
    recovered_before: Value, cumulative_before: Value, cumulative: Value, net_cash_flow: Value, month: Value
) -> Value:
    """The moment at which the cumulative flow last rose to zero, within its month."""
    return crossing(recovered_before, cumulative_before, cumulative, net_cash_flow, month)


@may_be_never
def payback_months(
    last_recovered: Value,
    last_cumulative: Value,
    last_net_cash_flow: Value,
    months_to_amortize: Value,
    flow_size: Value,
) -> Value:
    """Months until the cumulative cash flow is non-negative for good.

        payback = k + (−C(k)) / CF(k + 1)        C = cumulative flow, k = the last month with C(k) < 0

    In words: moment at which the cumulative cash flow is recovered for good.
    Returns months: 0 where the flow is never negative, beyond the horizon at the last month's pace where it is
    positive, else infinite. Source: docs/method.md, "Payback".
    """
    beyond = where(last_net_cash_flow > 0, months_to_amortize - divide(last_cumulative, last_net_cash_flow, 0), NEVER)
    moment = where(last_cumulative < 0, beyond, last_recovered)
    return where(flow_size > 0, moment, NEVER)


# --- present value --------------------------------------------------------------------------------------


def monthly_rate(discount_rate: Value) -> Value:
    """The rate per month that compounds to an effective annual rate.

        i = (1 + r)^(1/12) − 1

    discount_rate : r, as decimal (not per cent) per year, above −1.
    Returns i, as decimal per month.

    >>> round(monthly_rate(0.10), 14)
    0.0079741404289
    """
    return (1 + discount_rate) ** (1 / 12) - 1


def discount_factor(month: Value, discount_rate: Value) -> Value:
    """The present value of 1 paid at the end of a month.

        (1 + r)^(−t/12)

    discount_rate : r, as decimal (not per cent) per year.
    Returns a factor.
    """
    return (1 + discount_rate) ** (-month / 12)


def discounted(net_cash_flow: Value, discount_factor: Value) -> Value:
    """The present value of a flow."""
    return net_cash_flow * discount_factor


def npv(total_discounted: Value) -> Value:
    """Net present value; month 0 is not discounted.

        NPV = Σ CF(t) · (1 + r)^(−t/12)

    In words: cash flows discounted at the effective annual rate; month 0 undiscounted.
    Returns money. Source: docs/method.md, "NPV". (Excel's NPV discounts its first value; this one does not.)
    """
    return total_discounted


def discounted_cost(new_bill: Value, discount_factor: Value) -> Value:
    """The present value of all that is paid in a month."""
    return new_bill * discount_factor


def present_cost(total_discounted_cost: Value) -> Value:
    """The present value of every cost: upfront, running, the new bill, review added.

        PV of costs = Σ (upfront(t) + R(t) + F(t) + A(t)) · (1 + cost risk) · (1 + r)^(−t/12)

    Returns money. Source: docs/method.md, "ROI in present values".
    """
    return total_discounted_cost


def roi_present_value(npv: Value, present_cost: Value) -> Value:
    """NPV over the present value of every cost: the ROI of TEI studies.

        ROI in present values = NPV / PV of costs

    In words: NPV / present value of every cost, the new bill too.
    Returns a fraction; undefined when nothing is spent. Source: docs/method.md, "ROI in present values".
    """
    return divide(npv, present_cost, UNDEFINED)


def absolute_discounted(discounted: Value) -> Value:
    """The size of the month's discounted flow, whatever its sign."""
    return abs(discounted)


def discounted_size(total_absolute_discounted: Value) -> Value:
    """The size of all discounted flows, against which rounding is measured."""
    return total_absolute_discounted


def discounted_rounding(discounted_size: Value) -> Value:
    """How large a sum of discounted flows may be and still be only rounding."""
    return largest_rounding(discounted_size)


def discounted_sum(discounted_sum_before: Value, discounted: Value) -> Value:
    """The sum of the discounted flows up to the month, as it is added up."""
    return discounted_sum_before + discounted


def cumulative_discounted(discounted_sum: Value, discounted_rounding: Value) -> Value:
    """The sum of the discounted flows up to the month, zero where it is only rounding."""
    return settled(discounted_sum, discounted_rounding)


@unchanged_unless(_discounted_rises)
def discounted_recovered(
    discounted_recovered_before: Value,
    cumulative_discounted_before: Value,
    cumulative_discounted: Value,
    discounted: Value,
    month: Value,
) -> Value:
    """The moment at which the cumulative discounted flow last rose to zero."""
    return crossing(discounted_recovered_before, cumulative_discounted_before, cumulative_discounted, discounted, month)


@may_be_never
def discounted_payback_months(
    last_discounted_recovered: Value, last_cumulative_discounted: Value, discounted_size: Value
) -> Value:
    """Months until the cumulative discounted cash flow is non-negative for good.

    In words: payback of the discounted cash flow, within the horizon.
    Returns months; infinite where the flows do not recover within the horizon.
    """
    recovers = (discounted_size > 0) & (last_cumulative_discounted >= 0)
    return where(recovers, last_discounted_recovered, NEVER)


def profitability_index(npv: Value, first_net_cash_flow: Value) -> Value:
    """Present value of what comes back per unit spent at month 0.

        PI = 1 + NPV / −CF(0)

    In words: 1 + NPV / outlay.
    Returns a ratio; undefined when nothing is spent at month 0.
    """
    return where(first_net_cash_flow == 0, UNDEFINED, 1 + divide(npv, -first_net_cash_flow, 0))


def equivalent_monthly(npv: Value, discount_rate: Value, months_to_amortize: Value) -> Value:
    """The level monthly amount with the same present value.

        NPV · i / (1 − (1 + i)^(−H)), or NPV / H when i = 0

    In words: level monthly amount with the same NPV.
    i is the monthly rate, H the horizon. Returns money per month.
    """
    annuity = divide(
        1 - (1 + discount_rate) ** (-months_to_amortize / 12), monthly_rate(discount_rate), months_to_amortize
    )
    return npv / annuity


def discounted_stay_bill(stay_bill: Value, discount_factor: Value) -> Value:
    """The present value of what staying costs in a month."""
    return stay_bill * discount_factor


def pv_stay(total_discounted_stay_bill: Value) -> Value:
    """The present value of all that staying costs over the horizon, with review."""
    return total_discounted_stay_bill


def pv_cost(pv_stay: Value, npv: Value) -> Value:
    """The present value of all that this plan costs.

        PV cost = PV cost(stay) − NPV

    In words: bill and review of staying, discounted − NPV.
    Review and traffic that has not moved are in it. Returns money. Source: docs/method.md, "Options".
    """
    return pv_stay - npv


# --- rates of return ------------------------------------------------------------------------------------


def irr_monthly(every_net_cash_flow: Sequence[float]) -> float:
    """The internal rate of return per month: NPV is zero at it, and it is a return.

        Σ CF(t) · (1 + x)^(−t) = 0

    Of one scenario only. Returns a decimal per month, undefined where no rate is a return. See `internal_rate.irr`.
    """
    rate = irr(every_net_cash_flow)
    return UNDEFINED if rate is None else rate


def irr_annual(irr_monthly: Value) -> Value:
    """The internal rate of return, effective per year.

        (1 + x)^12 − 1

    In words: effective annual rate at which NPV is zero, where it is a return; n.m. above 1,000 %.
    Returns a decimal per year.
    """
    return annual_rate(irr_monthly)


def finance_rate(discount_rate: Value) -> Value:
    """The yearly rate at which outflows are financed, unless another is given."""
    return discount_rate


def reinvest_rate(discount_rate: Value) -> Value:
    """The yearly rate at which inflows are reinvested, unless another is given."""
    return discount_rate


def reinvested(net_cash_flow: Value, month: Value, months_to_amortize: Value, reinvest_rate: Value) -> Value:
    """An inflow's value at the horizon."""
    return maximum(net_cash_flow, 0) * (1 + reinvest_rate) ** ((months_to_amortize - month) / 12)


def financed(net_cash_flow: Value, month: Value, finance_rate: Value) -> Value:
    """An outflow's present value, negative."""
    return minimum(net_cash_flow, 0) * (1 + finance_rate) ** (-month / 12)


def mirr_monthly(total_reinvested: Value, total_financed: Value, months_to_amortize: Value) -> Value:
    """The modified internal rate of return: financed outflows into reinvested inflows.

        MIRR = (Σ inflows · (1 + k)^((H − t)/12) / −Σ outflows · (1 + f)^(−t/12))^(1/H) − 1        per month

    Returns a decimal per month; undefined unless both signs occur. Source: docs/method.md, "MIRR".
    """
    both_signs = (total_reinvested > 0) & (total_financed < 0)
    growth = divide(total_reinvested, -total_financed, 1)
    return where(both_signs, growth ** (1 / months_to_amortize) - 1, UNDEFINED)


def mirr_annual(mirr_monthly: Value) -> Value:
    """The modified internal rate of return, effective per year.

        (1 + x)^12 − 1

    In words: rate that turns financed outflows into reinvested inflows, at the discount rate.
    Returns a decimal per year.
    """
    return annual_rate(mirr_monthly)
