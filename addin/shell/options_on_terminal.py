"""The options of a scenario on the terminal, side by side as groups."""

from __future__ import annotations

import math

from addin.shell.figures_on_terminal import UNDEFINED, Row, print_groups, row
from addin.shell.terminal import print_line
from roi_engine import Scenario
from roi_engine.figures import OPTION_FIGURES
from roi_engine.option_equations import COMPARED, NOT_COMPARED
from roi_engine.options import Option, Options


def print_options(scenario: Scenario, options: Options) -> None:
    """Prints each option with its figures, or why it has none.

    The cheapest is named in the title.
    """
    print_groups([(_title(each), _rows(each, scenario.currency)) for each in options.all()])
    if options.not_borne:
        print_line()
        print_line(options.not_borne)


def _title(option: Option) -> str:
    return f"{option.label} (cheapest)" if option.rank == 1 else option.label


def _rows(option: Option, money: str) -> list[Row]:
    if not option.compared:
        return [("Not compared", UNDEFINED, option.note.removeprefix(NOT_COMPARED).strip())]
    names = ["pv_cost", "npv", "npv_best", "equivalent_monthly_cost", "payback_months", "bill", "rank"]
    if option.name == "STAY":
        names.remove("npv")  # it is nothing, by what it is measured against
        names.remove("payback_months")
    rows = [*(row(OPTION_FIGURES[name], option, money) for name in names), _rank_changes(option, money)]
    left_out = option.note.removeprefix(COMPARED).strip()
    return [*rows, ("Note", "", left_out)] if left_out else rows


def _rank_changes(option: Option, money: str) -> Row:
    figure = OPTION_FIGURES["ranking_changes_at"]
    return (figure.label, "no volume", "") if option.ranking_changes_at == math.inf else row(figure, option, money)
