"""NPV, IRR and payback as ordinary formulas over a row of flows: Excel's own functions where it has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roi_engine import flow_metrics, metrics
from roi_engine.errors import OutOfRange
from templates.building.formula import Formula, function, if_error
from templates.building.month_rows import at_horizon


def npv(rate: Formula, first: Formula, later: Formula) -> Formula:
    """Excel's own NPV on the flows after month 0, which is not discounted."""
    value = flow_metrics.npv(rate.value, [first.value, *later.value])
    monthly = metrics.monthly_rate(rate)
    return first + function("NPV", monthly, later, value=value - first.value)


def irr(flows: Formula, guess: Formula, monthly: float | None) -> Formula:
    """Excel's own IRR as an annual rate, n/a where there is none."""
    value: Any = OutOfRange("there is no internal rate of return") if monthly is None else monthly
    return if_error(metrics.annual_rate(function("IRR", flows, guess, value=value)), "n/a")  # type: ignore[arg-type]


def irr_guess(flows: Formula, months: Formula) -> Formula:
    """A start for IRR: (Σ inflows / Σ outflows)^(1 / distance of their mean months) − 1; n/a where there is none."""
    name = flows.text
    moments = 'SUMPRODUCT(({flows}{sign}0)*{months}*{flows})/SUMIF({flows},"{sign}0")'
    mean_in, mean_out = (moments.format(flows=name, months=months.text, sign=sign) for sign in "><")
    text = f'(SUMIF({name},">0")/-SUMIF({name},"<0"))^(1/({mean_in}-{mean_out}))-1'
    return Formula(f'IFERROR({text},"n/a")', _guess(flows.value, months.value))


def _guess(flows: list[float], months: list[int]) -> Any:
    inflow, outflow = sum(f for f in flows if f > 0), -sum(f for f in flows if f < 0)
    if inflow and outflow:
        mean_in = sum(m * f for m, f in zip(months, flows, strict=True) if f > 0) / inflow
        mean_out = -sum(m * f for m, f in zip(months, flows, strict=True) if f < 0) / outflow
        if mean_in != mean_out:
            return (inflow / outflow) ** (1 / (mean_in - mean_out)) - 1
    return "n/a"


def payback(rows: Sequence[Formula], months: Formula, flow_size: Formula) -> Any:
    """Payback from its rows: recovered at, cumulative, and the flow, which counts on beyond the horizon."""
    last = [at_horizon(row, months) for row in rows]
    return metrics.payback_months(*last, months, flow_size)  # type: ignore[call-arg]
