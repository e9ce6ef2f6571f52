"""The Cash flow sheet: the model's monthly equations, each printed once and copied across the months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.cashflow import MODEL
from templates import styles
from templates.book import Book, column_titles, group_title, page, protect
from templates.formula import Formula, formula_of, function

CAPACITY = 60
"""Months that a sheet holds at least, so that the horizon can be edited like any input."""
WIDEST = 36
"""The longest horizon whose months run across; a longer one runs down."""
MONTHS_A_PAGE = 13


@dataclass(frozen=True)
class Row:
    """One quantity over the months: its equation and what the equation takes."""

    quantity: str
    label: str
    unit: str
    number_format: str
    total: str = ""
    equation: Callable[..., Any] | None = None
    takes: tuple[str, ...] = ()

    @property
    def wired(self) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """The equation and the names of its arguments: the model's own, unless the row brings its own."""
        if self.equation is not None:
            return self.equation, self.takes
        return MODEL.equations[self.quantity], MODEL.takes[self.quantity]


def _size(flow: Any) -> Any:
    return abs(flow)


_CELL = styles.SMALL_MONEY
ROWS: tuple[Row | str, ...] = (
    "Traffic",
    Row("traffic_growth", "Traffic over the first month's", "×", styles.FACTOR),
    Row("adoption", "Share on the fine-tuned model", "share", styles.FRACTION),
    Row("calls_served", "Calls served", "calls", styles.WHOLE, "total_calls_served"),
    "Bills",
    Row("baseline_spend", "Baseline bill avoided", "{currency}", _CELL, "total_baseline_spend"),
    Row("token_spend", "Fine-tuned bill by the token", "{currency}", _CELL),
    Row("serving_gpus", "Serving GPUs", "GPUs", styles.WHOLE),
    Row("fleet_spend", "Self-hosted fleet", "{currency}", _CELL),
    Row("finetuned_spend", "Fine-tuned bill", "{currency}", _CELL, "total_finetuned_spend"),
    "Review",
    Row("training_age", "Months since training", "months", styles.WHOLE),
    Row("review_savings", "Review cost avoided", "{currency}", _CELL, "total_review_savings"),
    Row("added_review", "Review cost added", "{currency}", _CELL, "total_added_review"),
    "Running costs",
    Row("operations_spend", "Operations and hosting", "{currency}", _CELL),
    Row("retraining_spend", "Retraining", "{currency}", _CELL),
    Row("storage_spend", "Storage counted monthly", "{currency}", _CELL),
    Row("running_cost", "Running costs", "{currency}", _CELL, "total_running_cost"),
    "Cash flow",
    Row("outlay", "Upfront cost", "{currency}", _CELL, "total_outlay"),
    Row("avoided_bill", "Avoided bill, risk-adjusted", "{currency}", _CELL, "total_avoided_bill"),
    Row("new_bill", "New bill, risk-adjusted", "{currency}", _CELL, "total_new_bill"),
    Row("net_cash_flow", "Net cash flow", "{currency}", _CELL, "total_net_cash_flow"),
    Row("flow_size_row", "Size of the flow", "{currency}", _CELL, "flow_size", _size, ("net_cash_flow",)),
    Row(
        "cumulative_sum", "Cumulative, unrounded", "{currency}", _CELL, "",
        metrics.cumulative_flow, ("cumulative_sum_before", "net_cash_flow"),
    ),
    Row(
        "cumulative", "Cumulative cash flow", "{currency}", _CELL, "",
        metrics.settled, ("cumulative_sum", "rounding"),
    ),
    Row(
        "recovered", "Recovered at", "months", styles.MOMENT, "",
        metrics.crossing, ("recovered_before", "cumulative_before", "cumulative", "net_cash_flow", "month"),
    ),
    "Present value",
    Row(
        "discount_factor", "Discount factor", "×", styles.FACTOR, "",
        metrics.discount_factor, ("month", "discount_rate"),
    ),
    Row(
        "discounted", "Discounted cash flow", "{currency}", _CELL, "total_discounted",
        metrics.discounted_flow, ("net_cash_flow", "discount_factor"),
    ),
    Row(
        "discounted_size_row", "Size of the discounted flow", "{currency}", _CELL, "discounted_size",
        _size, ("discounted",),
    ),
    Row(
        "discounted_sum", "Cumulative discounted, unrounded", "{currency}", _CELL, "",
        metrics.cumulative_flow, ("discounted_sum_before", "discounted"),
    ),
    Row(
        "cumulative_discounted", "Cumulative discounted", "{currency}", _CELL, "",
        metrics.settled, ("discounted_sum", "discounted_rounding"),
    ),
    Row(
        "discounted_recovered", "Discounted, recovered at", "months", styles.MOMENT, "",
        metrics.crossing,
        ("discounted_recovered_before", "cumulative_discounted_before", "cumulative_discounted", "discounted", "month"),
    ),
    "Modified internal rate of return",
    Row(
        "reinvested", "Inflow at the horizon", "{currency}", _CELL, "total_reinvested",
        metrics.reinvested_flow, ("net_cash_flow", "month", "months_to_amortize", "discount_rate"),
    ),
    Row(
        "financed", "Outflow today", "{currency}", _CELL, "total_financed",
        metrics.financed_flow, ("net_cash_flow", "month", "discount_rate"),
    ),
)  # fmt: skip


ROUNDING_OF = {"rounding": "flow_size", "discounted_rounding": "discounted_size"}
"""What counts as zero in a cumulative row, from the size of its flows."""


class Layout:
    """Where a quantity's months stand: across the sheet, or down it for a long horizon."""

    def __init__(self, horizon: int) -> None:
        self.last_month = max(CAPACITY, horizon)
        self.across = horizon <= WIDEST
        self.lines: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        line = 4 if self.across else 1
        for row in ROWS:
            if isinstance(row, str):
                line += self.across  # a heading takes a line only where the quantities stand below each other
                self.groups[row] = line
            else:
                line += 1
                self.lines[row.quantity] = line

    def cell(self, quantity: str, month: int) -> str:
        """The address of a quantity's month (month −1: the empty cell before the first)."""
        if self.across:
            return f"{get_column_letter(5 + month)}{self.lines[quantity]}"
        return f"{get_column_letter(self.lines[quantity])}{8 + month}"

    def month(self, month: int) -> str:
        """The address of a month's number, anchored so that the formula can be copied."""
        return f"{get_column_letter(5 + month)}$4" if self.across else f"$A{8 + month}"

    def total(self, quantity: str) -> str:
        """The address of a quantity's total."""
        return f"C{self.lines[quantity]}" if self.across else f"{get_column_letter(self.lines[quantity])}6"

    def span(self, quantity: str, first: int, last: int) -> str:
        """A quantity's range of months."""
        return f"{self.cell(quantity, first)}:{self.cell(quantity, last)}"

    def months(self, first: int, last: int) -> str:
        """The range of month numbers."""
        return f"{self.month(first)}:{self.month(last)}".replace("$", "")


def layout_of(book: Book) -> Layout:
    """The layout of the scenario's horizon."""
    return Layout(book.scenario.months_to_amortize)


def add_cash_flow_sheet(book: Book) -> Worksheet:
    """Writes the sheet; the fixed quantities must be named before."""
    horizon = book.scenario.months_to_amortize
    layout = layout_of(book)
    widths = (31, 9, 13, 2, *[11.5] * (layout.last_month + 1)) if layout.across else (8, *[12.5] * len(layout.lines))
    sheet = book.sheet(
        "Cash flow",
        widths,
        "Cash flow",
        "Month 0 is the outlay, months 1 to the horizon are end-of-month flows. Ordinary formulas.",
    )
    _write_titles(book, sheet, layout)
    cells: dict[tuple[str, int], Formula] = {}
    for row in ROWS:
        if isinstance(row, Row):
            _write_row(book, sheet, layout, row, cells)
    _name_rows(book, sheet, layout, cells)
    _fade_after_horizon(sheet, layout)
    sheet.freeze_panes = "E5" if layout.across else "B8"
    _set_page(sheet, layout, horizon)
    protect(sheet)
    return sheet


def _write_titles(book: Book, sheet: Worksheet, layout: Layout) -> None:
    """Labels, units and month numbers."""
    rows = [(row, row.unit.replace("{currency}", book.scenario.currency)) for row in ROWS if isinstance(row, Row)]
    if layout.across:
        column_titles(book, sheet, 4, ("Month", "Unit", ">Total", ""))
        for group, line in layout.groups.items():
            group_title(book, sheet, line, group, get_column_letter(layout.last_month + 5))
        for row, unit in rows:
            book.put(sheet, f"A{layout.lines[row.quantity]}", row.label)
            book.put(sheet, f"B{layout.lines[row.quantity]}", unit, "Unit")
    else:
        column_titles(book, sheet, 4, (">Month", *(f">{row.label}" for row, _ in rows)))
        column_titles(book, sheet, 5, (">Unit", *(f">{unit}" for _, unit in rows)))
        book.put(sheet, "A6", "Total")
        sheet.row_dimensions[4].height = 45
    style = "Column title right" if layout.across else "Calculation"
    for month in range(layout.last_month + 1):
        book.put(sheet, layout.month(month).replace("$", ""), month, style, styles.WHOLE)


def _write_row(book: Book, sheet: Worksheet, layout: Layout, row: Row, cells: dict[tuple[str, int], Formula]) -> None:
    equation, takes = row.wired
    style = "Output" if row.quantity in ("net_cash_flow", "cumulative") else "Calculation"
    values = []
    for month in range(layout.last_month + 1):
        arguments = [_argument(book, layout, cells, name, month) for name in takes]
        formula = equation(*arguments)
        cells[row.quantity, month] = book.put(
            sheet, layout.cell(row.quantity, month), formula, style, row.number_format
        )
        values.append(formula.value)
    if row.total:
        total = function(
            "SUM", Formula(layout.span(row.quantity, 0, layout.last_month), None), value=metrics.total(values)
        )
        book.put(sheet, layout.total(row.quantity), total, "Output", row.number_format, name=row.total)


def _argument(book: Book, layout: Layout, cells: dict[tuple[str, int], Formula], name: str, month: int) -> Formula:
    """What an equation takes: the month, a row's cell (or the one before), or a named cell."""
    if name == "month":
        return Formula(layout.month(month), month)
    if name in ROUNDING_OF:
        return formula_of(metrics.rounding(book.names[ROUNDING_OF[name]]))
    quantity = name.removesuffix("_before")
    if name not in layout.lines and quantity in layout.lines:
        before = cells[quantity, month - 1].value if month else 0
        return function("N", Formula(layout.cell(quantity, month - 1), before), value=before)
    return cells[name, month] if name in layout.lines else book.names[name]


def _name_rows(book: Book, sheet: Worksheet, layout: Layout, cells: dict[tuple[str, int], Formula]) -> None:
    """Names for the rows that other sheets read, their values as lists over the months."""
    last = layout.last_month

    def row(quantity: str, first: int = 0) -> list[Any]:
        return [cells[quantity, month].value for month in range(first, last + 1)]

    for name, quantity in {
        "net_flows": "net_cash_flow",
        "cumulative_flows": "cumulative",
        "recovery_moments": "recovered",
        "discount_factors": "discount_factor",
        "discounted_cumulative_flows": "cumulative_discounted",
        "discounted_recovery_moments": "discounted_recovered",
    }.items():
        book.define(name, sheet, layout.span(quantity, 0, last), row(quantity))
    book.define("later_flows", sheet, layout.span("net_cash_flow", 1, last), row("net_cash_flow", 1))
    book.define("first_flow", sheet, layout.cell("net_cash_flow", 0), cells["net_cash_flow", 0].value)
    book.define("flow_months", sheet, layout.months(0, last), list(range(last + 1)))


def at_horizon(book: Book, name: str) -> Formula:
    """A row's value in the last month of the horizon."""
    months = book.names["months_to_amortize"]
    row = book.names[name]
    return Formula(f"INDEX({name},{(months + 1).text})", row.value[int(months.value)])


def _fade_after_horizon(sheet: Worksheet, layout: Layout) -> None:
    first = next(iter(layout.lines))
    *_, final = layout.lines
    area = f"{layout.cell(first, 0)}:{layout.cell(final, layout.last_month)}"
    rule = FormulaRule(formula=[f"{layout.month(0)}>months_to_amortize"])
    rule.dxf = DifferentialStyle(font=Font(color=styles.FADED_INK, italic=True))
    sheet.conditional_formatting.add(area, rule)


def _set_page(sheet: Worksheet, layout: Layout, horizon: int) -> None:
    """The months up to the horizon: a year to a page across, or all columns on one page down."""
    *_, final = layout.lines
    page(sheet, f"A1:{layout.cell(final, horizon)}", "1:4" if layout.across else "1:5")
    if layout.across:
        sheet.print_title_cols = "A:D"
        sheet.page_setup.fitToWidth = -(-(horizon + 1) // MONTHS_A_PAGE)
        sheet.page_setup.fitToHeight = 1
