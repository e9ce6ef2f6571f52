"""Questions about what the inputs come to."""

from __future__ import annotations

import math

from roi_engine.answer import duration, retraining_left_out
from roi_engine.appraisal import Appraisal
from roi_engine.internal_rate import A_LOAN, IDLE_MONEY, SEVERAL_RATES
from roi_engine.metrics import beyond_horizon
from roi_engine.quantity import month_of_year
from roi_engine.questions.question import Asked, question_about_the_result
from roi_engine.scenario import Scenario

EARLIEST_PRINTED_PAYBACK = 0.05
"""A payback below this prints as 0.0 months."""

ABSURD_ROI = 10.0
"""A return above this multiple says more about what was left out than about the decision."""

NOT_A_RETURN = {
    A_LOAN: "Money comes first and is paid back later: its internal rate is a loan's, no return; read NPV instead.",
    SEVERAL_RATES: "The cash flow has several internal rates, so none is a return; read NPV and MIRR instead.",
    IDLE_MONEY: "What comes back must be paid in again: no IRR without what idle money earns; read NPV and MIRR instead.",
}
"""What to say of a cash flow whose internal rates are no returns, by the reason."""


@question_about_the_result("A payback of 0.0 months, or beyond the horizon")
def payback_at_the_edge(s: Scenario, result: Appraisal) -> Asked:
    """It prints as nothing, or needs months that are not planned."""
    payback = result.payback_months
    if 0 < payback < EARLIEST_PRINTED_PAYBACK:
        yield (
            "months_to_amortize",
            f"A payback of 0.0 months is {duration(payback)} after go-live, inside month 1; it is not day one.",
        )
    elif beyond_horizon(payback, s.months_to_amortize):
        left_out = retraining_left_out(s.retraining_interval, s.retraining_cost)
        yield (
            "months_to_amortize",
            f"Payback comes after the horizon, in {duration(payback)} if the last month continued{left_out}.",
        )


@question_about_the_result("A return too high to be true")
def absurd_roi(s: Scenario, result: Appraisal) -> Asked:
    """A cost is missing."""
    roi = result.roi
    if roi is None or roi <= ABSURD_ROI:
        return
    if result.one_off_cost == 0:
        yield (
            "data_preparation_cost",
            f"ROI of {roi * 100:,.0f} % with no one-off cost: data, labour and evaluation belong in it.",
        )
    else:
        yield "months_to_amortize", f"ROI of {roi * 100:,.0f} %: is every cost of this size of benefit counted?"


@question_about_the_result("Months at the end that lose")
def going_back(s: Scenario, result: Appraisal) -> Asked:
    """Where every month loses from some month on, after others that did not."""
    month, rounding = int(result.figure("going_back_month") or 0), result.figure("rounding") or 0
    if month == s.months_to_amortize or not any(flow > rounding for flow in result.cash_flow[1 : month + 1]):
        return
    named = f" ({month_of_year(s.start_month, month)})" if s.start_month else ""
    net, npv = result.figure("net_roi_if_going_back") or 0, result.figure("npv_if_going_back") or 0
    lost = f"From month {month + 1} on every month" if month + 1 < s.months_to_amortize else "The last month"
    would = "lose" if net < 0 else "return"
    instead = "" if (net < 0) == (result.net_roi < 0) else "losing "
    yield (
        "months_to_amortize",
        f"{lost} loses. Going back after month {month}{named} would {would} "
        f"{abs(net):,.0f} (NPV {npv:,.0f}) instead of {instead}{abs(result.net_roi):,.0f}.",
    )


@question_about_the_result("A risk adjustment that turns the sign")
def sign_turned(s: Scenario, result: Appraisal) -> Asked:
    """The doubt alone decides."""
    if s.benefit_risk or s.cost_risk:
        bare = Appraisal({**s.inputs(), "benefit_risk": 0.0, "cost_risk": 0.0}).net_roi
        if (bare > 0) != (result.net_roi > 0) and math.isfinite(bare):
            name = "benefit_risk" if s.benefit_risk else "cost_risk"
            yield (
                name,
                "The risk adjustment alone turns the sign: "
                f"net return is {bare:,.0f} without it, {result.net_roi:,.0f} with it.",
            )


@question_about_the_result("Internal rates that are no returns")
def no_return(s: Scenario, result: Appraisal) -> Asked:
    """A loan's, several, or one that depends on what idle money earns."""
    if result.irr_reason in NOT_A_RETURN:
        yield "discount_rate", NOT_A_RETURN[result.irr_reason]
