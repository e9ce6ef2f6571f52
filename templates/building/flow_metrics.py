"""NPV and IRR over a row of flows, by Excel's own functions."""

from __future__ import annotations

from typing import Any

from roi_engine import flow_metrics, metrics
from roi_engine.errors import OutOfRange
from roi_engine.internal_rate import irr as internal_rate
from templates.building.formula import Formula, function, if_error


def npv(rate: Formula, first: Formula, later: Formula) -> Formula:
    """Excel's own NPV on the flows after month 0, which is not discounted."""
    value = flow_metrics.npv(rate.value, [first.value, *later.value])
    monthly = metrics.monthly_rate(rate)
    return first + function("NPV", monthly, later, value=value - first.value)


def irr(flows: Formula, guess: Formula, months: Formula) -> Formula:
    """Excel's own IRR as an annual rate, n/a where there is none."""
    monthly = internal_rate(flows.value[: int(months.value) + 1])
    value: Any = OutOfRange("there is no internal rate of return") if monthly is None else monthly
    return if_error(metrics.annual_rate(function("IRR", flows, guess, value=value)), "n/a")  # type: ignore[arg-type]


def irr_guess(flows: Formula, months: Formula) -> Formula:
    """A start for IRR: (Σ inflows / Σ outflows)^(1 / distance of mean months) − 1."""
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
