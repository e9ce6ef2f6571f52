"""Quantities over the months on a sheet: each equation printed once and copied across the months.

A long horizon runs down the sheet instead. The Cash flow sheet is such a table, and so are the flows of options and
scenarios, which take what they share with it from its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname

from roi_engine import metrics
from templates.building import styles
from templates.building.book import Book, column_titles, group_title, page
from templates.building.formula import Formula, formula_of, function

CAPACITY = 60
"""Months that a sheet holds at least, so that the horizon can be edited like any input."""
WIDEST = 36
"""The longest horizon whose months run across; a longer one runs down."""
MONTHS_A_PAGE = 13


@dataclass(frozen=True)
class Row:
    """One quantity over the months: its equation and the names of what the equation takes."""

    quantity: str
    label: str
    unit: str
    number_format: str
    total: str
    equation: Callable[..., Any]
    takes: tuple[str, ...]


def renamed(row: Row, own: Callable[[str], str]) -> Row:
    """A row over other cells of the same kind; ``own`` gives the names that these go by."""
    takes = tuple(own(name) for name in row.takes)
    total = own(row.total) if row.total else ""
    return replace(row, quantity=own(row.quantity), total=total, takes=takes)


class Layout:
    """Where a quantity's months stand: across the sheet, or down it for a long horizon."""

    def __init__(self, horizon: int, rows: Sequence[Row | str]) -> None:
        self.last_month = max(CAPACITY, horizon)
        self.across = horizon <= WIDEST
        self.lines: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        line = 4 if self.across else 1
        for row in rows:
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


class MonthTable:
    """A sheet of rows over the months, and every cell of it.

    zero_below : what counts as zero in a cumulative row (by the name its equation takes), from the size of its flows.
    beside : the table whose cells stand for quantities that this one lacks. horizon_name : months after this one fade.
    """

    def __init__(
        self,
        book: Book,
        title: str,
        subtitle: str,
        rows: Sequence[Row | str],
        zero_below: Mapping[str, str],
        beside: MonthTable | None = None,
        horizon_name: str | None = "months_to_amortize",
    ) -> None:
        horizon = book.longest_horizon
        self.book, self.rows, self.zero_below, self.beside = book, rows, zero_below, beside
        self.layout = layout = Layout(horizon, rows)
        self.cells: dict[tuple[str, int], Formula] = {}
        across = (31, 9, 13, 2, *[11.5] * (layout.last_month + 1))
        self.sheet = book.sheet(title, across if layout.across else (8, *[12.5] * len(layout.lines)), title, subtitle)
        self._write_titles()
        for row in rows:
            if isinstance(row, Row):
                self._write_row(row)
        if horizon_name:
            self._fade_after(horizon_name)
        self.sheet.freeze_panes = "E5" if layout.across else "B8"
        self._set_page(horizon)

    def values(self, quantity: str, first: int = 0) -> list[Any]:
        """The values of a quantity from a month on."""
        return [self.cells[quantity, month].value for month in range(first, self.layout.last_month + 1)]

    def span(self, quantity: str, first: int = 0) -> Formula:
        """A quantity's months from a month on, as seen from any sheet."""
        last = self.layout.last_month
        area = ":".join(_fixed(self.layout.cell(quantity, month)) for month in (first, last))
        return Formula(f"{quote_sheetname(self.sheet.title)}!{area}", self.values(quantity, first))

    def cell(self, quantity: str, month: int) -> Formula:
        """A quantity's month, as seen from any sheet."""
        at = _fixed(self.layout.cell(quantity, month))
        return Formula(f"{quote_sheetname(self.sheet.title)}!{at}", self.cells[quantity, month].value)

    def define(self, name: str, quantity: str, first: int = 0) -> None:
        """Names a quantity's months."""
        last = self.layout.last_month
        self.book.define(name, self.sheet, self.layout.span(quantity, first, last), self.values(quantity, first))

    def _write_titles(self) -> None:
        """Labels, units and month numbers."""
        book, sheet, layout = self.book, self.sheet, self.layout
        rows = [
            (row, row.unit.replace("{currency}", book.scenario.currency)) for row in self.rows if isinstance(row, Row)
        ]
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

    def _write_row(self, row: Row) -> None:
        book, sheet, layout = self.book, self.sheet, self.layout
        style = "Output" if row.quantity.endswith(("net_cash_flow", "cumulative")) else "Calculation"
        for month in range(layout.last_month + 1):
            formula = formula_of(row.equation(*(self._argument(name, month) for name in row.takes)))
            address = layout.cell(row.quantity, month)
            self.cells[row.quantity, month] = book.put(sheet, address, formula, style, row.number_format)
        if row.total:
            span = Formula(layout.span(row.quantity, 0, layout.last_month), None)
            total = function("SUM", span, value=metrics.total(self.values(row.quantity)))
            book.put(sheet, layout.total(row.quantity), total, "Output", row.number_format, name=row.total)

    def _argument(self, name: str, month: int) -> Formula:
        """What an equation takes: the month, a row's cell (or the one before), another table's cell, a named cell."""
        if name == "month":
            return Formula(self.layout.month(month), month)
        if name in self.zero_below:
            return formula_of(metrics.rounding(self.book.names[self.zero_below[name]]))
        if name in self.layout.lines:
            return self.cells[name, month]
        quantity = name.removesuffix("_before")
        if quantity != name and quantity in self.layout.lines:
            before = self.cells[quantity, month - 1].value if month else 0
            return function("N", Formula(self.layout.cell(quantity, month - 1), before), value=before)
        if self.beside and name in self.beside.layout.lines:
            cell = self.beside.cells[name, month]
            return Formula(f"{quote_sheetname(self.beside.sheet.title)}!{cell.text}", cell.value)
        return self.book.names[name]

    def _fade_after(self, horizon_name: str) -> None:
        layout = self.layout
        first = next(iter(layout.lines))
        *_, final = layout.lines
        area = f"{layout.cell(first, 0)}:{layout.cell(final, layout.last_month)}"
        rule = FormulaRule(formula=[f"{layout.month(0)}>{horizon_name}"])
        rule.dxf = DifferentialStyle(font=Font(color=styles.FADED_INK, italic=True))
        self.sheet.conditional_formatting.add(area, rule)

    def _set_page(self, horizon: int) -> None:
        """The months up to the horizon: a year to a page across, or all columns on one page down."""
        sheet, layout = self.sheet, self.layout
        *_, final = layout.lines
        page(sheet, f"A1:{layout.cell(final, horizon)}", "1:4" if layout.across else "1:5")
        if layout.across:
            sheet.print_title_cols = "A:D"
            sheet.page_setup.fitToWidth = -(-(horizon + 1) // MONTHS_A_PAGE)
            sheet.page_setup.fitToHeight = 1


def at_horizon(span: Formula, months: Formula) -> Formula:
    """A row's value in the last month of the horizon."""
    return Formula(f"INDEX({span.text},{(months + 1).text})", span.value[int(months.value)])


def _fixed(address: str) -> str:
    letters = address.rstrip("0123456789")
    return f"${letters}${address[len(letters) :]}"
