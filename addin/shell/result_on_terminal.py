"""The result of a scenario on the terminal.

It stands in the five groups of the reference framework.
"""

from __future__ import annotations

from collections.abc import Sequence

from addin.shell.figures_on_terminal import Row, amount, count, percent, print_groups, row
from addin.shell.terminal import print_line
from roi_engine import METRICS, Appraisal, Scenario, verdict
from roi_engine.figures import FIGURES


def print_result(scenario: Scenario, appraisal: Appraisal, everything: bool) -> None:
    """Prints the scenario's name, its verdict and its figures in groups.

    everything : whether to print the investment metrics and the cash flow too.
    """
    if scenario.name:
        print_line(scenario.name, bold=True)
    print_line(verdict(appraisal, scenario.currency))
    groups = _groups(scenario, appraisal)
    if everything:
        groups += [_investment(scenario, appraisal), _cash_flow(scenario, appraisal)]
    print_groups(groups)


def print_metrics(scenario: Scenario, appraisal: Appraisal, names: Sequence[str]) -> None:
    """Prints the metrics of these names, one a line."""
    print_groups([("", [row(METRICS[name], appraisal, scenario.currency) for name in names])])


def _groups(scenario: Scenario, result: Appraisal) -> list[tuple[str, list[Row]]]:
    money, months = scenario.currency, result.months
    average = "" if _is_level(result) else " (average)"
    upfront = [
        ("Training time", count(scenario.training_hours), _training_unit(scenario)),
        *_rows(scenario, result, "training_cost"),
        *_unless_zero(scenario, result, "one_off_cost"),
        *_unless_zero(scenario, result, "contingency_cost"),
        _storage(scenario, result),
        *_rows(scenario, result, "upfront"),
    ]
    savings = ("monthly_inference_savings", "monthly_review_savings")
    amortized = [
        ("Horizon", count(months), "month" if months == 1 else "months"),
        *((FIGURES[name].label, amount(FIGURES[name].of(result) * months, money), money) for name in savings),
        *_rows(scenario, result, "total_benefit"),
    ]
    running = round(result.total_cost - result.upfront, 2)
    metrics = [
        *([("Running cost and risk", amount(running, money), money)] if running else []),
        *_rows(scenario, result, "total_cost", "net_roi", "roi", "payback_months", "worthwhile"),
    ]
    model = [("Model", [("Parameters", count(scenario.model_size_b), "billion")])] if scenario.model_size_b else []
    return [
        *model,
        ("Upfront costs", upfront),
        (f"Monthly benefits{average}", _rows(scenario, result, *savings, "monthly_benefit")),
        ("Amortized benefits", amortized),
        ("ROI metrics", metrics),
    ]


def _rows(scenario: Scenario, result: Appraisal, *names: str) -> list[Row]:
    return [row(FIGURES[name], result, scenario.currency) for name in names]


def _unless_zero(scenario: Scenario, result: Appraisal, name: str) -> list[Row]:
    return _rows(scenario, result, name) if FIGURES[name].of(result) else []


def _storage(scenario: Scenario, result: Appraisal) -> Row:
    label, figure, unit = row(FIGURES["storage_cost"], result, scenario.currency)
    return label, figure, f"{unit}, spread over the months" if scenario.storage_timing == "monthly" else unit


def _training_unit(scenario: Scenario) -> str:
    return "GPU-hours" if scenario.gpu_count == 1 else f"hours on {scenario.gpu_count} GPUs"


def _is_level(result: Appraisal) -> bool:
    return len(set(result.cash_flow[1:])) == 1


def _investment(scenario: Scenario, result: Appraisal) -> tuple[str, list[Row]]:
    names = (
        "roi_total", "npv", "roi_present_value", "discounted_payback_months", "irr_annual", "irr_monthly",
        "mirr_annual", "mirr_monthly", "profitability_index", "equivalent_monthly", "pv_cost",
    )  # fmt: skip
    title = f"Investment metrics at a discount rate of {percent(scenario.discount_rate)} a year"
    return title, _rows(scenario, result, *names)


def _cash_flow(scenario: Scenario, result: Appraisal) -> tuple[str, list[Row]]:
    return "Cash flow", [
        (f"Month {month}", amount(flow, scenario.currency), scenario.currency)
        for month, flow in enumerate(result.cash_flow)
    ]
