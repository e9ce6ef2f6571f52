"""The model's rows over the months, in order, and what figures take of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from roi_engine import internal_rate
from roi_engine.cashflow import MODEL
from roi_engine.value import minimum
from templates.building import styles
from templates.building.calendar_months import calendar_month
from templates.building.month_rows import MonthRows, Row
from templates.building.quantities import Quantities

LEFT_OF_THE_AXIS = -1
"""Where a chart draws what there is not."""


def _drawn_month(month: Any, months_to_amortize: Any) -> Any:
    """Where the chart draws a month: those after the horizon fall on its last point."""
    return minimum(month, months_to_amortize)


def _row(quantity: str, label: str, unit: str, number_format: str, total: str = "", waits: str = "") -> Row:
    """A row of the model's own equation."""
    return Row(quantity, label, unit, number_format, total, MODEL.equations[quantity], MODEL.takes[quantity], waits)


def _start_row(quantity: str, label: str, start: str) -> Row:
    """A row of what the flows are worth at a start value of the internal rate."""
    takes = ("flow_if_going_back", "month", "months_to_amortize", start)
    return Row(quantity, label, "", styles.FACTOR, "", internal_rate.worth_at_start, takes, waits=start)


_CELL = styles.SMALL_MONEY
WORKINGS = "Modified internal rate of return"
"""The heading from which on rows serve the figures; they are not printed."""
ROWS: tuple[Row | str, ...] = (
    "Traffic",
    Row(
        "calendar_month", "Calendar month", "", styles.GENERAL, "", calendar_month, ("month", "calendar_start"),
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
    WORKINGS,
    _row("reinvested", "Inflow at the horizon", "{currency}", _CELL, "total_reinvested"),
    _row("financed", "Outflow today", "{currency}", _CELL, "total_financed"),
    "Going back to the old way after the last month that does not lose",
    _row("gaining_month", "Last month so far that does not lose", "months", styles.WHOLE),
    _row(
        "flow_if_going_back", "Flow if going back", "{currency}", _CELL, "total_flow_if_going_back", "going_back_month"
    ),
    "Chart",
    Row(
        "drawn_month", "Month, at most the horizon", "months", styles.WHOLE, "",
        _drawn_month, ("month", "months_to_amortize"), meanwhile=LEFT_OF_THE_AXIS,
    ),
    "Internal rate of return (course: 1 owes, 2 recovered, −1 began above, −2 owes again)",
    _start_row("at_start", "Flow if going back, at the start value", "irr_guess"),
    _start_row("at_second_start", "The same at the second start value", "irr_second_guess"),
    _start_row("at_third_start", "The same at the third start value", "irr_third_guess"),
    Row(
        "course", "Course of the cumulative flow", "", styles.WHOLE, "",
        internal_rate.course, ("course_before", "cumulative"),
    ),
    Row(
        "still_to_come", "Still to come, at a rate above zero", "{currency}", _CELL, "",
        internal_rate.still_to_come, ("still_to_come_after", "net_cash_flow_after", "irr_found"), waits="irr_found",
    ),
    Row(
        "balance", "Balance, at a rate not above zero", "{currency}", _CELL, "",
        internal_rate.balance, ("balance_before", "net_cash_flow", "irr_found"), waits="irr_found",
    ),
    "By year",
    _row("year", "Year", "", styles.WHOLE),
    _row("discounted_cost", "Discounted new bill", "{currency}", _CELL, "total_discounted_cost"),
)  # fmt: skip
"""The rows with their headings; a total goes by the name of the fixed quantity that it is."""


STAYING = ("discount_factor", "stay_bill", "discounted_stay_bill")
"""The rows that find the present value of staying."""
PAYBACK = ("absolute_flow", "cumulative_sum", "cumulative", "recovered")
"""The rows that find the payback of a flow."""
PAYBACK_NAMES = {"net": "net_cash_flow", "sums": "cumulative", "moments": "recovered"}
"""The rows that the payback of an option or a scenario is read from, by the names that they get."""
STARTS = {"at_start": "irr_second_guess", "at_second_start": "irr_third_guess", "at_third_start": "irr_last_guess"}
"""The rows of flows at a start value of the internal rate, each with the next start value that is read from it."""
RATE_OF_RETURN = ("gaining_month", "flow_if_going_back", *STARTS, "course", "still_to_come", "balance")
"""The rows that find an internal rate, and show whether it is a return."""
TAKEN_AT_THE_END = tuple(
    dict.fromkeys(
        over.quantity
        for taken in MODEL.takes.values()
        for each in taken
        if (over := MODEL.over_months(each)) and over.word == "last"
    )
)
"""The monthly quantities of which some equation takes the last month."""


def some_rows(quantities: Iterable[str], totals: Iterable[str]) -> list[Row]:
    """Some of the rows without headings, with no totals but those asked for."""
    rows = [row for row in ROWS if isinstance(row, Row) and row.quantity in quantities]
    return [row if row.total in totals else replace(row, total="") for row in rows]


def figure_quantities(rows: MonthRows) -> Quantities:
    """What a figure takes: fixed cells, totals, the net flows, ends of rows."""
    return {
        **rows.quantities,
        "every_net_cash_flow": rows.span("net_cash_flow"),
        "first_net_cash_flow": rows.cell("net_cash_flow", 0),
        "later_net_cash_flow": rows.span("net_cash_flow", 1),
        **{f"last_{quantity}": rows.at_horizon(quantity) for quantity in TAKEN_AT_THE_END if rows.has(quantity)},
    }
