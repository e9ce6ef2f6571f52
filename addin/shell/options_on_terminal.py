"""The options of a scenario on the terminal, side by side as groups."""

from __future__ import annotations

from addin.shell.figures_on_terminal import Row, amount, count, print_groups, time_span
from roi_engine import Scenario
from roi_engine.options import Option, Options


def print_options(scenario: Scenario, options: Options) -> None:
    """Prints each option with its figures, or why it has none; the cheapest is named in its title."""
    print_groups([(_title(each), _rows(each, scenario.currency)) for each in options.all()])


def _title(option: Option) -> str:
    return f"{option.label} (cheapest)" if option.rank == 1 else option.label


def _rows(option: Option, money: str) -> list[Row]:
    if option.pv_cost is None or option.ranking_changes_at is None:
        return [("Not compared", "n/a", option.note)]
    rows = [("Present value of cost", amount(option.pv_cost), money)]
    if option.name != "STAY":
        rows += [("NPV against staying", amount(option.npv), money)]
    rows += [("Equivalent monthly cost", amount(option.equivalent_monthly_cost), f"{money} / month")]
    if option.payback_months is not None:
        rows += [("Payback", *time_span(option.payback_months))]
    rows += [("Rank", str(option.rank), "")]
    if option.ranking_changes_at < float("inf"):
        rows += [("Rank changes at", count(round(option.ranking_changes_at)), "calls / month")]
    else:
        rows += [("Rank changes at", "no volume", "")]
    return rows
