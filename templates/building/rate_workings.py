"""What waits for the rows: going back, the internal rate and its test.

Excel's IRR() finds the root nearest its start, or none where the start is far. The start is therefore improved three
times, as Newton's method does on the logarithms of inflows and outflows, each time from a row of the flows at the last
start value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from templates.building import flow_metrics, styles
from templates.building.formula import Formula
from templates.building.model_rows import STARTS, figure_quantities
from templates.building.month_rows import MonthRows
from templates.building.quantities import Quantities, by_equation


@dataclass(frozen=True)
class RateWorking:
    """A figure between the rows and the metrics: label, unit, what it is in words."""

    label: str
    unit: str
    words: str

    @property
    def number_format(self) -> str:
        """How it is shown."""
        known = {"months": styles.WHOLE, "per month": styles.FACTOR, "{currency}": styles.SMALL_MONEY}
        return known.get(self.unit, styles.GENERAL)

    def unit_in(self, currency: str) -> str:
        """The unit, with the currency's code."""
        return self.unit.replace("{currency}", currency)


RATE_WORKINGS = {
    "going_back_month": RateWorking(
        "Last month that does not lose", "months", "the horizon, where its last month does not lose"
    ),
    "net_roi_if_going_back": RateWorking(
        "Net return if going back after it", "{currency}", "sum of the flows up to that month"
    ),
    "npv_if_going_back": RateWorking(
        "NPV if going back after it", "{currency}", "the flows up to that month, discounted like NPV"
    ),
    "irr_guess": RateWorking(
        "Start value for IRR()", "per month",
        "(Σ inflows / Σ outflows)^(1 / distance of their mean months) − 1, of the flows before only losses are left",
    ),
    "irr_second_guess": RateWorking(
        "Second start value", "per month", "the first, improved by the same formula over the flows at it"
    ),
    "irr_third_guess": RateWorking("Third start value", "per month", "the second, improved likewise"),
    "irr_last_guess": RateWorking("Last start value", "per month", "the third, improved likewise"),
    "irr_found": RateWorking(
        "Rate that IRR() finds", "per month", "what IRR() finds from there: the rate of a loan, too, and one of several"
    ),
    "irr_is_return": RateWorking(
        "Whether that is a return", "",
        "nothing still to come is below zero at it, or the flow is recovered once: see Cash flow",
    ),
    "irr_reason": RateWorking("What that rate is", "", "why there is no IRR, where there is none"),
}  # fmt: skip
"""In the order in which they are calculated."""

FLOWS_AT = {"at_start": "flows_at_start", "at_second_start": "flows_at_second", "at_third_start": "flows_at_third"}
"""What the rows of flows at a start value are called."""
_TEST_ROWS = {"flow_sizes": "absolute_flow", "values_to_come": "still_to_come", "balances": "balance"}
"""The rows that the test of a rate is read from, by the names that they get."""

AddWorking = Callable[[str, Formula], Formula]
"""Writes one of `RATE_WORKINGS` by its name and its formula; returns its cell."""


def complete_rate(rows: MonthRows, months: Formula, add: AddWorking) -> Quantities:
    """Writes the workings, and the rows that wait for them; returns what figures take.

    months : the numbers of the months.
    """
    cells: dict[str, Formula] = {}

    def put(name: str, formula: Formula) -> Formula:
        cells[name] = add(name, formula)
        rows.complete({name: cells[name]})
        return cells[name]

    put("going_back_month", rows.at_horizon("gaining_month"))
    rows.define("flows_if_going_back", "flow_if_going_back")
    put("net_roi_if_going_back", by_equation("net_roi_if_going_back", rows.quantities))
    first, later = rows.cell("flow_if_going_back", 0), rows.span("flow_if_going_back", 1)
    put("npv_if_going_back", flow_metrics.npv(rows.quantities["discount_rate"], first, later))
    guess = put("irr_guess", flow_metrics.irr_guess(rows.span("flow_if_going_back"), months))
    for quantity, name in STARTS.items():
        rows.define(FLOWS_AT[quantity], quantity)
        guess = put(name, flow_metrics.irr_next_guess(guess, rows.span(quantity), months))
    put("irr_found", flow_metrics.irr_found(rows.span("net_cash_flow"), guess))
    for name, quantity in _TEST_ROWS.items():
        rows.define(name, quantity)
        cells[name] = rows.span(quantity)
    cells["last_course"] = rows.at_horizon("course")
    flows = figure_quantities(rows)
    put("irr_is_return", flow_metrics.irr_is_return({**flows, **cells}))
    put("irr_reason", flow_metrics.irr_reason({**flows, **cells}))
    return cells
