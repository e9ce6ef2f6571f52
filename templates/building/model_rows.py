"""The model's rows over the months, in order, and what figures take of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from roi_engine import internal_rate
from roi_engine.cashflow import MODEL
from roi_engine.quantity import month_of_year
from roi_engine.value import minimum
from templates.building import styles
from templates.building.formula import Formula, function
from templates.building.month_rows import MonthRows, Row
from templates.building.quantities import Quantities


def _drawn_month(month: Any, months_to_amortize: Any) -> Any:
    """Where the chart draws a month: those after the horizon fall on its last point."""
    return minimum(month, months_to_amortize)


def _calendar_month(month: Any, start_month: Any) -> Any:
    """The calendar month; empty for month 0, and where no start is typed."""
    shown = month_of_year(start_month.value or "", month.value)
    months = Formula(f"LEFT({start_month.text},4)*12+MID({start_month.text},6,2)-2+{month.text}", 0)
    text = f'INT(({months.text})/12)&"-"&TEXT(MOD({months.text},12)+1,"00")'
    named = function("IF", month == 0, "", Formula(f'IFERROR({text},"")', shown), value=shown)
    return function("IF", Formula(f'{start_month.text}=""', not shown), "", named, value=shown)


def _row(quantity: str, label: str, unit: str, number_format: str, total: str = "") -> Row:
    """A row of the model's own equation."""
    return Row(quantity, label, unit, number_format, total, MODEL.equations[quantity], MODEL.takes[quantity])


_CELL = styles.SMALL_MONEY
ROWS: tuple[Row | str, ...] = (
    "Traffic",
    Row(
        "calendar_month", "Calendar month", "", styles.GENERAL, "", _calendar_month, ("month", "start_month"),
    ),
    _row("traffic_growth", "Traffic over the first month's", "×", styles.FACTOR),
    _row("adoption", "Share on the fine-tuned model", "share", styles.FRACTION),
    _row("calls_served", "Calls served", "calls", styles.WHOLE, "total_calls_served"),
    _row("old_bill_ended", "Old bill ended (1 = yes)", "", styles.WHOLE),
    _row("pay_level", "Pay over the first month's", "×", styles.FACTOR),
    "Bills",
    _row("baseline_spend", "Baseline bill avoided", "{currency}", _CELL, "total_baseline_spend"),
    _row("token_spend", "Fine-tuned bill by the token", "{currency}", _CELL),
    _row("serving_gpus", "Serving GPUs", "GPUs", styles.WHOLE),
    _row("fleet_spend", "Self-hosted fleet", "{currency}", _CELL),
    _row("finetuned_spend", "Fine-tuned bill", "{currency}", _CELL, "total_finetuned_spend"),
    "Review",
    _row("training_age", "Months since training", "months", styles.WHOLE),
    _row("review_savings", "Review cost avoided", "{currency}", _CELL, "total_review_savings"),
    _row("added_review", "Review cost added", "{currency}", _CELL, "total_added_review"),
    "Running costs",
    _row("operations_spend", "Operations and hosting", "{currency}", _CELL),
    _row("retraining_spend", "Retraining", "{currency}", _CELL),
    _row("storage_spend", "Storage counted monthly", "{currency}", _CELL),
    _row("running_cost", "Running costs", "{currency}", _CELL, "total_running_cost"),
    "Cash flow",
    _row("outlay", "Upfront cost", "{currency}", _CELL, "total_outlay"),
    _row("avoided_bill", "Avoided bill, risk-adjusted", "{currency}", _CELL, "total_avoided_bill"),
    _row("new_bill", "New bill, risk-adjusted", "{currency}", _CELL, "total_new_bill"),
    _row("net_cash_flow", "Net cash flow", "{currency}", _CELL, "total_net_cash_flow"),
    _row("absolute_flow", "Size of the flow", "{currency}", _CELL, "flow_size"),
    _row("cumulative_sum", "Cumulative, unrounded", "{currency}", _CELL),
    _row("cumulative", "Cumulative cash flow", "{currency}", _CELL),
    _row("recovered", "Recovered at", "months", styles.MOMENT),
    "Present value",
    _row("discount_factor", "Discount factor", "×", styles.FACTOR),
    _row("discounted", "Discounted cash flow", "{currency}", _CELL, "total_discounted"),
    _row("absolute_discounted", "Size of the discounted flow", "{currency}", _CELL, "discounted_size"),
    _row("discounted_sum", "Cumulative discounted, unrounded", "{currency}", _CELL),
    _row("cumulative_discounted", "Cumulative discounted", "{currency}", _CELL),
    _row("discounted_recovered", "Discounted, recovered at", "months", styles.MOMENT),
    _row("stay_bill", "Bill and review of staying", "{currency}", _CELL),
    _row("discounted_stay_bill", "Discounted bill of staying", "{currency}", _CELL, "total_discounted_stay_bill"),
    "Modified internal rate of return",
    _row("reinvested", "Inflow at the horizon", "{currency}", _CELL, "total_reinvested"),
    _row("financed", "Outflow today", "{currency}", _CELL, "total_financed"),
    "Chart",
    Row(
        "drawn_month", "Month, at most the horizon", "months", styles.WHOLE, "",
        _drawn_month, ("month", "months_to_amortize"),
    ),
    "Internal rate of return (course: 1 owes, 2 recovered, −1 began above, −2 owes again)",
    Row(
        "course", "Course of the cumulative flow", "", styles.WHOLE, "",
        internal_rate.course, ("course_before", "cumulative"),
    ),
    Row(
        "still_to_come", "Still to come, at a rate above zero", "{currency}", _CELL, "",
        internal_rate.still_to_come, ("still_to_come_after", "net_cash_flow_after", "irr_found"), waits=True,
    ),
    Row(
        "balance", "Balance, at a rate not above zero", "{currency}", _CELL, "",
        internal_rate.balance, ("balance_before", "net_cash_flow", "irr_found"), waits=True,
    ),
)  # fmt: skip
"""The rows with their headings; a total goes by the name of the fixed quantity that it is."""


STAYING = ("discount_factor", "stay_bill", "discounted_stay_bill")
"""The rows that find the present value of staying."""
PAYBACK = ("absolute_flow", "cumulative_sum", "cumulative", "recovered")
"""The rows that find the payback of a flow."""
PAYBACK_NAMES = {"flows": "net_cash_flow", "cumulative_flows": "cumulative", "recovery_moments": "recovered"}
"""The rows that the payback of an option or a scenario is read from, by the names that they get."""
RATE_OF_RETURN = ("course", "still_to_come", "balance")
"""The rows that show whether an internal rate is a return."""
RATE_NAMES = {"flow_sizes": "absolute_flow", "values_to_come": "still_to_come", "balances": "balance"}
"""The rows that the test of a rate is read from, by the names that they get."""
_LAST = ("net_cash_flow", "cumulative", "recovered")
_LAST_DISCOUNTED = ("cumulative_discounted", "discounted_recovered")


def some_rows(quantities: Iterable[str], totals: Iterable[str]) -> list[Row]:
    """Some of the rows without headings, with no totals but those asked for."""
    rows = [row for row in ROWS if isinstance(row, Row) and row.quantity in quantities]
    return [row if row.total in totals else replace(row, total="") for row in rows]


def complete_rate(rows: MonthRows, irr_found: Formula) -> Quantities:
    """Writes the rows at the rate that IRR() finds; returns what the test of it takes."""
    rows.complete({"irr_found": irr_found})
    for name, quantity in RATE_NAMES.items():
        rows.define(name, quantity)
    spans = {name: rows.span(quantity) for name, quantity in RATE_NAMES.items()}
    return {**spans, "last_course": rows.at_horizon("course")}


def figure_quantities(rows: MonthRows, discounted: bool = False) -> Quantities:
    """What a figure takes: fixed cells, totals, the net flows, ends of rows.

    discounted : whether the rows of the discounted payback stand too.
    """
    last = _LAST + (_LAST_DISCOUNTED if discounted else ())
    return {
        **rows.quantities,
        "every_net_cash_flow": rows.span("net_cash_flow"),
        "first_net_cash_flow": rows.cell("net_cash_flow", 0),
        "later_net_cash_flow": rows.span("net_cash_flow", 1),
        **{f"last_{quantity}": rows.at_horizon(quantity) for quantity in last},
    }
