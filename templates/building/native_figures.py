"""The figures as ordinary formulas: equations over the totals, the net flows and the last values of monthly rows.

A figure's name is its equation's, and the equation's parameters name what it takes, as in the engine. NPV and IRR are
Excel's own functions.
"""

from __future__ import annotations

import sys
from typing import Any

from roi_engine import metrics
from roi_engine.graph import Graph, equations_of
from templates.building import flow_metrics
from templates.building.formula import Formula, if_error


def total_cost(upfront_cost: Any, total_running_cost: Any, cost_risk: Any) -> Any:
    """(Upfront + running cost of every month) · (1 + cost risk)."""
    return metrics.total_cost(upfront_cost, total_running_cost, cost_risk)


def net_roi(total_net_cash_flow: Any, flow_size: Any) -> Any:
    """The sum of all flows; a sum that is only rounding counts as zero."""
    return metrics.settled(total_net_cash_flow, metrics.rounding(flow_size))


def inference_savings(
    total_baseline_spend: Any, total_finetuned_spend: Any, months_to_amortize: Any, benefit_risk: Any, cost_risk: Any
) -> Any:
    """The bill avoided less the new one, risk-adjusted, per month."""
    months = months_to_amortize
    return metrics.monthly_saving(
        total_baseline_spend / months, total_finetuned_spend / months, benefit_risk, cost_risk
    )


def review_savings(
    total_review_savings: Any, total_added_review: Any, months_to_amortize: Any, benefit_risk: Any, cost_risk: Any
) -> Any:
    """Review cost avoided less review cost added, risk-adjusted, per month."""
    months = months_to_amortize
    return metrics.monthly_saving(total_review_savings / months, total_added_review / months, benefit_risk, cost_risk)


def benefit(total_net_cash_flow: Any, flow_size: Any, total_cost: Any) -> Any:
    """Net ROI plus total cost."""
    return net_roi(total_net_cash_flow, flow_size) + total_cost


def monthly_benefit(total_net_cash_flow: Any, flow_size: Any, total_cost: Any, months_to_amortize: Any) -> Any:
    """The total benefit per month."""
    return benefit(total_net_cash_flow, flow_size, total_cost) / months_to_amortize


def roi(net_roi: Any, total_cost: Any) -> Any:
    """Net ROI over total cost."""
    return metrics.roi(net_roi, total_cost)


def roi_total(
    net_roi: Any, upfront_cost: Any, total_running_cost: Any, total_finetuned_spend: Any, cost_risk: Any
) -> Any:
    """Net ROI over every new cost, serving included."""
    cost = metrics.total_cost_with_serving(upfront_cost, total_running_cost, total_finetuned_spend, cost_risk)
    return metrics.roi(net_roi, cost)


def payback(
    last_recovered: Any, last_cumulative: Any, last_net_cash_flow: Any, months_to_amortize: Any, flow_size: Any
) -> Any:
    """Months until the outlay is recovered for good; the last flow counts on beyond the horizon."""
    return metrics.payback_at_end(last_recovered, last_cumulative, last_net_cash_flow, months_to_amortize, flow_size)


def npv(discount_rate: Formula, first_net_cash_flow: Formula, later_net_cash_flow: Formula) -> Formula:
    """Excel's own NPV on the flows after month 0."""
    return flow_metrics.npv(discount_rate, first_net_cash_flow, later_net_cash_flow)


def discounted_payback(last_discounted_recovered: Any, last_cumulative_discounted: Any, discounted_size: Any) -> Any:
    """Payback of the discounted flows, within the horizon."""
    return metrics.discounted_payback_at_end(last_discounted_recovered, last_cumulative_discounted, discounted_size)


def irr(net_cash_flow: Formula, irr_guess: Formula, months_to_amortize: Formula) -> Formula:
    """Excel's own IRR as an annual rate."""
    return flow_metrics.irr(net_cash_flow, irr_guess, months_to_amortize)


def mirr(total_reinvested: Any, total_financed: Any, months_to_amortize: Any) -> Any:
    """The rate that turns financed outflows into reinvested inflows, per year; n/a where there is none."""
    monthly: Any = metrics.mirr_at_end(total_reinvested, total_financed, months_to_amortize)
    annual: Any = metrics.annual_rate(monthly)
    return if_error(annual, "n/a")


def profitability_index(npv: Any, first_net_cash_flow: Any) -> Any:
    """1 + NPV over the outlay."""
    return metrics.profitability_index(npv, first_net_cash_flow)


def equivalent_monthly(npv: Any, discount_rate: Any, months_to_amortize: Any) -> Any:
    """The level monthly amount with the same present value."""
    return metrics.equivalent_monthly(npv, discount_rate, months_to_amortize)


def worthwhile(net_roi: Any) -> Any:
    """Whether the net ROI is above zero, as Yes or No."""
    return (net_roi > 0).where("Yes", "No")


FIGURES = Graph(equations_of(sys.modules[__name__]))
"""The figures by name."""
