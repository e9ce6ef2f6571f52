"""The Cash flow sheet: the model's monthly equations, copied across the months."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from templates.building.book import Book, protect
from templates.building.charts import Cells
from templates.building.formula import Formula
from templates.building.model_rows import ROWS, WORKINGS, figure_quantities
from templates.building.month_rows import MONTH_NUMBERS, MonthRows, MonthTable, Part
from templates.building.quantities import Quantities

ABOUT = "Month 0 is the outlay, months 1 to the horizon are end-of-month flows. Ordinary formulas."


@dataclass(frozen=True)
class CashFlowCells:
    """What other sheets take from the Cash flow sheet.

    rows : the model's rows.
    quantities : what the figures are calculated from.
    net, cumulative, discount_factors, months : rows by their names.
    drawn_months, drawn_flows : what the chart shows.
    """

    sheet: Worksheet
    rows: MonthRows
    quantities: Quantities
    net: Formula
    cumulative: Formula
    discount_factors: Formula
    months: Formula
    drawn_months: Cells
    drawn_flows: Cells


def add_cash_flow_sheet(
    book: Book, quantities: Quantities, title: str = "Cash flow", about: str = ABOUT
) -> CashFlowCells:
    """Writes the sheet.

    quantities : the cells of the inputs in use and of the fixed figures.
    """
    table = MonthTable(book, title, about, [Part(ROWS, quantities, book)], unprinted=WORKINGS)
    (rows,) = table.parts
    rows.define("net_flows", "net_cash_flow")
    rows.define("cumulative_flows", "cumulative")
    rows.define("recovery_moments", "recovered")
    rows.define("discount_factors", "discount_factor")
    rows.define("discounted_cumulative_flows", "cumulative_discounted")
    rows.define("discounted_recovery_moments", "discounted_recovered")
    rows.define("later_flows", "net_cash_flow", 1)
    rows.define_cell("first_flow", "net_cash_flow", 0)
    last = table.layout.last_month
    months = book.define(MONTH_NUMBERS, table.sheet, table.layout.months(0, last), list(range(last + 1)))
    protect(table.sheet)
    return CashFlowCells(
        table.sheet,
        rows,
        figure_quantities(rows),
        net=rows.span("net_cash_flow"),
        cumulative=rows.span("cumulative"),
        discount_factors=rows.span("discount_factor"),
        months=months,
        drawn_months=_drawn(rows, "drawn_month"),
        drawn_flows=_drawn(rows, "cumulative"),
    )


def _drawn(rows: MonthRows, quantity: str) -> Cells:
    return rows.table.sheet, rows.address(quantity), rows.values(quantity)
