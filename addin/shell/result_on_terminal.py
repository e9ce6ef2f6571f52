"""The result of a scenario on the terminal, in the reference framework's five groups."""

from __future__ import annotations

from collections.abc import Sequence

from addin.shell.figures_on_terminal import (
    UNDEFINED,
    Row,
    amount,
    count,
    percent,
    print_groups,
    time_span,
    yearly_return,
)
from addin.shell.terminal import print_line
from roi_engine import METRICS, Appraisal, Scenario, verdict
from roi_engine.quantity import ANNUAL_RETURN


def print_result(scenario: Scenario, appraisal: Appraisal, everything: bool) -> None:
    """Prints name, answer and groups; with everything also the investment metrics and the cash flow."""
    if scenario.name:
        print_line(scenario.name, bold=True)
    print_line(verdict(appraisal, scenario.currency))
    groups = _groups(scenario, appraisal)
    if everything:
        groups += [_investment(scenario, appraisal), _cash_flow(scenario, appraisal)]
    print_groups(groups)


def print_metrics(scenario: Scenario, appraisal: Appraisal, names: Sequence[str]) -> None:
    """Prints the metrics of these names, one a line."""
    rows = []
    for name in names:
        metric = METRICS[name]
        value = metric.of(appraisal)
        unit = metric.quantity.unit_in(scenario.currency)
        if metric.quantity.kind == "months" and value is not None:
            rows.append((metric.label, *time_span(value)))
        elif metric.quantity is ANNUAL_RETURN:
            rows.append((metric.label, *yearly_return(value)))
        elif metric.quantity.kind == "fraction":
            rows.append((metric.label, percent(value), ""))
        else:
            rows.append((metric.label, amount(value), unit if value is not None else ""))
    print_groups([("", rows)])


def _groups(scenario: Scenario, result: Appraisal) -> list[tuple[str, list[Row]]]:
    money, months = scenario.currency, result.months
    monthly = f"{money} / month"
    average = "" if _is_level(result) else " (average)"
    upfront = [
        ("Training time", count(scenario.training_hours), _training_unit(scenario)),
        ("Training cost", amount(result.training_cost), money),
        *_unless_zero("One-off cost", result.one_off_cost, money),
        *_unless_zero("Contingency", result.contingency_cost, money),
        ("Storage cost", amount(result.storage_cost), f"{money}, spread over the months")
        if scenario.storage_timing == "monthly"
        else ("Storage cost", amount(result.storage_cost), money),
        ("Total upfront", amount(result.upfront), money),
    ]
    benefits = [
        ("Inference savings", amount(result.monthly_inference_savings), monthly),
        ("Review savings", amount(result.monthly_review_savings), monthly),
        ("Total monthly benefit", amount(result.monthly_benefit), monthly),
    ]
    amortized = [
        ("Horizon", count(months), "months"),
        ("Inference savings", amount(result.monthly_inference_savings * months), money),
        ("Review savings", amount(result.monthly_review_savings * months), money),
        ("Total benefit", amount(result.total_benefit), money),
    ]
    metrics = [
        *_unless_zero("Running cost and risk", round(result.total_cost - result.upfront, 2), money),
        ("Total cost", amount(result.total_cost), money),
        ("Net ROI", amount(result.net_roi), money),
        ("ROI", percent(result.roi), ""),
        ("Payback", *time_span(result.payback_months)),
        ("Worthwhile", "yes" if result.worthwhile else "no", ""),
    ]
    model = [("Model", [("Parameters", count(scenario.model_size_b), "billion")])] if scenario.model_size_b else []
    return [
        *model,
        ("Upfront costs", upfront),
        (f"Monthly benefits{average}", benefits),
        ("Amortized benefits", amortized),
        ("ROI metrics", metrics),
    ]


def _training_unit(scenario: Scenario) -> str:
    return "GPU-hours" if scenario.gpu_count == 1 else f"hours on {scenario.gpu_count} GPUs"


def _unless_zero(label: str, value: float, unit: str) -> list[Row]:
    return [(label, amount(value), unit)] if value else []


def _is_level(result: Appraisal) -> bool:
    return len(set(result.cash_flow[1:])) == 1


def _investment(scenario: Scenario, result: Appraisal) -> tuple[str, list[Row]]:
    index = result.profitability_index()
    money = scenario.currency
    return f"Investment metrics at a discount rate of {percent(scenario.discount_rate)} a year", [
        ("ROI on every cost, serving too", percent(result.roi_total), ""),
        ("NPV", amount(result.npv()), money),
        ("Discounted payback", *time_span(result.discounted_payback_months())),
        ("IRR", *yearly_return(result.irr_annual)),
        ("IRR, monthly", *_monthly(result.irr_monthly)),
        ("MIRR", *yearly_return(result.mirr_annual())),
        ("MIRR, monthly", *_monthly(result.mirr_monthly())),
        ("Profitability index", UNDEFINED if index is None else amount(index), ""),
        ("Equivalent monthly value", amount(result.equivalent_monthly()), f"{money} / month"),
    ]


def _monthly(fraction: float | None) -> tuple[str, str]:
    return percent(fraction), "" if fraction is None else "a month"


def _cash_flow(scenario: Scenario, result: Appraisal) -> tuple[str, list[Row]]:
    return "Cash flow", [
        (f"Month {month}", amount(flow), scenario.currency) for month, flow in enumerate(result.cash_flow)
    ]
