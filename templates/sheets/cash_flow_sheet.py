"""The Cash flow sheet: the model's monthly equations, each printed once and copied across the months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roi_engine import metrics
from roi_engine.cashflow import MODEL
from roi_engine.value import minimum
from templates.building import styles
from templates.building.book import Book, protect
from templates.building.month_rows import MonthTable, Row


def _size(flow: Any) -> Any:
    return abs(flow)


def _drawn_month(month: Any, months_to_amortize: Any) -> Any:
    """Where the chart draws a month: those after the horizon fall on its last point."""
    return minimum(month, months_to_amortize)


def _row(
    quantity: str,
    label: str,
    unit: str,
    number_format: str,
    total: str = "",
    equation: Callable[..., Any] | None = None,
    takes: tuple[str, ...] = (),
) -> Row:
    """A row of the model's own equation, unless it brings its own."""
    if equation is None:
        equation, takes = MODEL.equations[quantity], MODEL.takes[quantity]
    return Row(quantity, label, unit, number_format, total, equation, takes)


_CELL = styles.SMALL_MONEY
ROWS: tuple[Row | str, ...] = (
    "Traffic",
    _row("traffic_growth", "Traffic over the first month's", "×", styles.FACTOR),
    _row("adoption", "Share on the fine-tuned model", "share", styles.FRACTION),
    _row("calls_served", "Calls served", "calls", styles.WHOLE, "total_calls_served"),
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
    _row("flow_size_row", "Size of the flow", "{currency}", _CELL, "flow_size", _size, ("net_cash_flow",)),
    _row(
        "cumulative_sum", "Cumulative, unrounded", "{currency}", _CELL, "",
        metrics.cumulative_sum, ("cumulative_sum_before", "net_cash_flow"),
    ),
    _row(
        "cumulative", "Cumulative cash flow", "{currency}", _CELL, "",
        metrics.settled, ("cumulative_sum", "rounding"),
    ),
    _row(
        "recovered", "Recovered at", "months", styles.MOMENT, "",
        metrics.crossing, ("recovered_before", "cumulative_before", "cumulative", "net_cash_flow", "month"),
    ),
    "Present value",
    _row(
        "discount_factor", "Discount factor", "×", styles.FACTOR, "",
        metrics.discount_factor, ("month", "discount_rate"),
    ),
    _row(
        "discounted", "Discounted cash flow", "{currency}", _CELL, "total_discounted",
        metrics.discounted, ("net_cash_flow", "discount_factor"),
    ),
    _row(
        "discounted_size_row", "Size of the discounted flow", "{currency}", _CELL, "discounted_size",
        _size, ("discounted",),
    ),
    _row(
        "discounted_sum", "Cumulative discounted, unrounded", "{currency}", _CELL, "",
        metrics.cumulative_sum, ("discounted_sum_before", "discounted"),
    ),
    _row(
        "cumulative_discounted", "Cumulative discounted", "{currency}", _CELL, "",
        metrics.settled, ("discounted_sum", "discounted_rounding"),
    ),
    _row(
        "discounted_recovered", "Discounted, recovered at", "months", styles.MOMENT, "",
        metrics.crossing,
        ("discounted_recovered_before", "cumulative_discounted_before", "cumulative_discounted", "discounted", "month"),
    ),
    "Modified internal rate of return",
    _row(
        "reinvested", "Inflow at the horizon", "{currency}", _CELL, "total_reinvested",
        metrics.reinvested, ("net_cash_flow", "month", "months_to_amortize", "discount_rate"),
    ),
    _row(
        "financed", "Outflow today", "{currency}", _CELL, "total_financed",
        metrics.financed, ("net_cash_flow", "month", "discount_rate"),
    ),
    "Chart",
    _row(
        "drawn_month", "Month, at most the horizon", "months", styles.WHOLE, "",
        _drawn_month, ("month", "months_to_amortize"),
    ),
)  # fmt: skip


ROUNDING_OF = {"rounding": "flow_size", "discounted_rounding": "discounted_size"}
"""What counts as zero in a cumulative row, from the size of its flows."""


PAYBACK = ("flow_size_row", "cumulative_sum", "cumulative", "recovered")
"""The rows that find the payback of a flow."""


ABOUT = "Month 0 is the outlay, months 1 to the horizon are end-of-month flows. Ordinary formulas."


def add_cash_flow_sheet(book: Book, title: str = "Cash flow", about: str = ABOUT) -> MonthTable:
    """Writes the sheet; the fixed quantities must be named before."""
    table = MonthTable(book, title, about, ROWS, ROUNDING_OF)
    for name, quantity in {
        "net_flows": "net_cash_flow",
        "cumulative_flows": "cumulative",
        "recovery_moments": "recovered",
        "discount_factors": "discount_factor",
        "discounted_cumulative_flows": "cumulative_discounted",
        "discounted_recovery_moments": "discounted_recovered",
    }.items():
        table.define(name, quantity)
    table.define("later_flows", "net_cash_flow", 1)
    layout, last = table.layout, table.layout.last_month
    book.define("first_flow", table.sheet, layout.cell("net_cash_flow", 0), table.cells["net_cash_flow", 0].value)
    book.define("flow_months", table.sheet, layout.months(0, last), list(range(last + 1)))
    protect(table.sheet)
    return table
