"""Quantities over the months: each equation printed once and copied across.

A long horizon runs down the sheet instead. A table has parts: the model, or options or scenarios below each other, each
over cells of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname

from roi_engine import metrics
from roi_engine.errors import shortened
from templates.building import pages, styles
from templates.building.book import FILL_IN, Book, absolute, column_titles, group_title, page
from templates.building.formula import Formula, cached, formula_of, function, joined
from templates.building.quantities import Quantities, quantity_of

CAPACITY = 60
"""Months that a sheet holds at least, so that the horizon can be edited like any input."""
WIDEST = 36
"""The longest horizon whose months run across; a longer one runs down."""
MONTHS_DOWN = 30
"""Months below each other that a page holds at least, if it can: five years stand in two blocks."""
TITLES_ROW = 4
"""The row of the months, or of the quantities."""
LONGEST_PART = 30
"""Letters of a part's name before those of its quantities."""
NOT_PRINTED = " are not printed."
"""The end of what a sheet says of months beyond its pages."""
MONTH_NUMBERS = "flow_months"
"""The name of the months' numbers on the Cash flow sheet."""


def last_month(book: Book) -> int:
    """The last month that the sheets of a workbook hold."""
    return book.own_months or max(CAPACITY, book.longest_horizon)


def month_numbers(book: Book) -> Formula:
    """The numbers of the months by their name, also before they stand."""
    return Formula(MONTH_NUMBERS, list(range(last_month(book) + 1)))


@dataclass(frozen=True)
class Row:
    """One quantity over the months: its equation, and what that takes.

    waits : the cell that it takes and that itself is calculated from the rows, so that it is written after them.
    meanwhile : what it shows while inputs are missing.
    """

    quantity: str
    label: str
    unit: str
    number_format: str
    total: str
    equation: Callable[..., Any]
    takes: tuple[str, ...]
    waits: str = ""
    meanwhile: Any = FILL_IN


_NOTHING = Formula("", 0)
_APART = Alignment(horizontal="right", vertical="center", wrap_text=True, indent=1)
"""Of titles side by side, which would run into each other."""


@dataclass(frozen=True)
class Part:
    """Rows that belong together, with their headings.

    quantities : the cells that their equations take beside the rows.
    book : the workbook, with names for these rows.
    shown : whether they are calculated at all; where it does not hold their cells stay empty.
    """

    rows: Sequence[Row | str]
    quantities: Quantities
    book: Book
    shown: Formula | None = None


Place = tuple[int, str]
"""A row of a table: the number of its part, and its quantity."""


class Layout:
    """Where a quantity's months stand: across the sheet, or down for a long horizon."""

    def __init__(self, last_month: int, across: bool, parts: Sequence[Part]) -> None:
        self.last_month, self.across = last_month, across
        self.lines: dict[Place, int] = {}
        self.headings: dict[int, str] = {}
        line = 4 if across else 1
        for number, part in enumerate(parts):
            for row in part.rows:
                if isinstance(row, str):
                    line += across  # a heading takes a line only where the quantities stand below each other
                    self.headings[line] = row
                else:
                    line += 1
                    self.lines[number, row.quantity] = line

    def printed_lines(self, number: int, unprinted: str) -> tuple[int, int]:
        """The first and the last row, or column, of a part that is printed.

        unprinted : the heading of the first that is not.
        """
        lines = [line for (part, _), line in self.lines.items() if part == number]
        first, final = lines[0], lines[-1]
        ends = (line - self.across for line, each in self.headings.items() if each == unprinted and line >= first)
        return first - (self.across and first - 1 in self.headings), next(ends, final)

    def cell(self, place: Place, month: int) -> str:
        """The address of a month; before the first and after the last a cell is empty."""
        if self.across:
            return f"{get_column_letter(5 + month)}{self.lines[place]}"
        return f"{get_column_letter(self.lines[place])}{8 + month}"

    def month(self, month: int) -> str:
        """The address of a month's number, anchored so that the formula can be copied."""
        return f"{get_column_letter(5 + month)}$4" if self.across else f"$A{8 + month}"

    def total(self, place: Place) -> str:
        """The address of a quantity's total."""
        return f"C{self.lines[place]}" if self.across else f"{get_column_letter(self.lines[place])}6"

    def span(self, place: Place, first: int, last: int) -> str:
        """A quantity's range of months."""
        return f"{self.cell(place, first)}:{self.cell(place, last)}"

    def months(self, first: int, last: int) -> str:
        """The range of month numbers."""
        return f"{self.month(first)}:{self.month(last)}".replace("$", "")


class MonthTable:
    """A sheet of rows over the months, and every cell of it.

    beside : rows of another sheet that stand for those that a part lacks.
    fades : whether months after the horizon do.
    unprinted : the heading of the first rows that are not printed, which serve the figures.
    """

    def __init__(
        self,
        book: Book,
        title: str,
        subtitle: str,
        parts: Sequence[Part],
        beside: MonthRows | None = None,
        fades: bool = True,
        unprinted: str = "",
    ) -> None:
        horizon = book.longest_horizon
        self.book, self.beside = book, beside
        self.layout = layout = Layout(last_month(book), horizon <= WIDEST, parts)
        across = (31, 9, 13, 2, *[11.5] * (layout.last_month + 1))
        self.sheet = book.sheet(title, across if layout.across else (8, *[12.5] * len(layout.lines)), title, subtitle)
        book.alike[title] = [(5, 5 + layout.last_month) if layout.across else (2, 1 + len(layout.lines))]
        self._write_titles(parts)
        self.parts = [MonthRows(self, number, part) for number, part in enumerate(parts)]
        if fades:
            self._fade_after("months_to_amortize")
        self.sheet.freeze_panes = "E5" if layout.across else "B8"
        shown = [number for number, part in enumerate(parts) if part.shown is None or part.shown.value]
        self._set_page(horizon, [layout.printed_lines(number, unprinted) for number in shown])
        if fades:
            self._warn_of_months_beyond_the_page(horizon)

    @property
    def months_of_all_rows(self) -> Formula:
        """Every month of every row from other sheets, and how many cells they are."""
        layout = self.layout
        first, *_, final = layout.lines
        area = absolute(f"{layout.cell(first, 0)}:{layout.cell(final, layout.last_month)}")
        return Formula(f"{quote_sheetname(self.sheet.title)}!{area}", len(layout.lines) * (layout.last_month + 1))

    def _write_titles(self, parts: Sequence[Part]) -> None:
        """Labels, units and month numbers."""
        book, sheet, layout = self.book, self.sheet, self.layout
        of_part = ["" if layout.across or len(parts) == 1 else f"{_name_of(part)}: " for part in parts]
        rows = [
            (
                layout.lines[number, row.quantity],
                of_part[number] + row.label,
                row.unit.replace("{currency}", book.scenario.currency),
            )
            for number, part in enumerate(parts)
            for row in _rows_of(part)
        ]
        if layout.across:
            column_titles(book, sheet, 4, ("Month", "Unit", ">Total", ""))
            for line, heading in layout.headings.items():
                group_title(book, sheet, line, heading, get_column_letter(layout.last_month + 5))
            for line, label, unit in rows:
                book.put(sheet, f"A{line}", label)
                book.put(sheet, f"B{line}", unit, "Unit")
        else:
            column_titles(book, sheet, 4, (">Month", *(f">{label}" for _, label, _ in rows)))
            column_titles(book, sheet, 5, (">Unit", *(f">{unit}" for *_, unit in rows)))
            for line in range(1, len(rows) + 2):
                for row in (4, 5):
                    book.align(sheet.cell(row, line), _APART)
            book.put(sheet, "A6", "Total")
            sheet.row_dimensions[4].height = 45
        style = "Column title right" if layout.across else "Calculation"
        for month in range(layout.last_month + 1):
            book.put(sheet, layout.month(month).replace("$", ""), month, style, styles.WHOLE)

    def _fade_after(self, horizon_name: str) -> None:
        layout = self.layout
        first, *_, final = layout.lines
        area = f"{layout.cell(first, 0)}:{layout.cell(final, layout.last_month)}"
        rule = FormulaRule(formula=[f"{layout.month(0)}>{horizon_name}"])
        rule.dxf = DifferentialStyle(font=Font(color=styles.FADED_INK, italic=True))
        self.sheet.conditional_formatting.add(area, rule)

    def _set_page(self, horizon: int, parts: Sequence[tuple[int, int]]) -> None:
        """The months up to the horizon, in blocks of years or of parts of a year.

        A part begins a page.

        parts : the first and the last row, or column, of what has figures.
        """
        sheet, layout = self.sheet, self.layout
        months = (get_column_letter(5 + horizon), 8 + horizon)
        areas = [
            f"A{first}:{months[0]}{last}"
            if layout.across
            else f"{get_column_letter(first)}4:{get_column_letter(last)}{months[1]}"
            for first, last in parts
        ]
        (first, _), *_ = parts
        if first == TITLES_ROW + 1 if layout.across else first == 2:
            areas[0] = f"A{TITLES_ROW}:{areas[0].split(':')[1]}"
        page(
            sheet, ",".join(areas), f"{TITLES_ROW}:{TITLES_ROW}" if layout.across else f"{TITLES_ROW}:{TITLES_ROW + 1}"
        )
        sheet.print_title_cols = "A:D" if layout.across else "A:A"
        pages.name_pages(sheet, sheet.title)
        self.book.once_fitted.append(lambda: self._break_pages(horizon, parts))

    def _break_pages(self, horizon: int, parts: Sequence[tuple[int, int]]) -> None:
        """Ends the pages, once the columns have their widths.

        The page is not fitted to them: Excel would pass over the breaks.
        """
        sheet = self.sheet
        if self.layout.across:
            columns = blocks_of_months(horizon, pages.columns_a_page(sheet, 4, 5))
            tallest = max(pages.row_points(sheet, first, last) for first, last in parts)
            tall = pages.row_points(sheet, TITLES_ROW, TITLES_ROW) + tallest
            pages.break_columns(sheet, [(5, 5 + horizon)], [5 + month for month in columns], 4, tall=tall)
            return
        tall = pages.row_points(sheet, TITLES_ROW, 8 + min(horizon, MONTHS_DOWN))
        pages.break_columns(sheet, parts, [*self.layout.headings], 1, tall=tall, only_where_needed=True)
        rows = even_blocks(horizon, pages.rows_a_page(sheet, TITLES_ROW, 8))
        pages.break_rows(sheet, [8 + month for month in rows])

    def _warn_of_months_beyond_the_page(self, printed: int) -> None:
        """Says so where the horizon was edited beyond the months that are printed."""
        last = Formula(self.layout.month(printed), printed)
        words = joined("Months after ", last, NOT_PRINTED)
        later = Formula("months_to_amortize", printed) > last
        place = "E5" if self.layout.across else "B6"
        style = "Group" if self.layout.across else "Explanatory Text"
        self.book.put(self.sheet, place, later.where(words, ""), style, meanwhile="")


def blocks_of_months(horizon: int, room: int) -> list[int]:
    """The last months of the pages but the last: a year each, or a part of one.

    room : months that a page holds; month 0 stands on the first.

    >>> blocks_of_months(24, 13), blocks_of_months(24, 9), blocks_of_months(12, 2)
    ([12], [6, 12, 18], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    """
    length = next((each for each in (12, 6, 3) if each < room), 1)
    return list(range(length, horizon, length))


def even_blocks(horizon: int, room: int) -> list[int]:
    """The same where pages hold years: as few blocks of half years as there are.

    >>> even_blocks(60, 36), even_blocks(96, 36), even_blocks(30, 36)
    ([30], [24, 48, 72], [])
    """
    pages_needed = -(-horizon // max(room - 1, 1))
    length = -(-horizon // pages_needed)
    while -(-length // 6) * 6 >= room and length > 1:
        pages_needed += 1
        length = -(-horizon // pages_needed)
    length = -(-length // 6) * 6
    return list(range(length, horizon, length))


class MonthRows:
    """A part of a table as it stands: the cells of its rows, its totals by name."""

    def __init__(self, table: MonthTable, number: int, part: Part) -> None:
        self.table, self.number, self.book, self.shown = table, number, part.book, part.shown
        self.quantities: dict[str, Formula] = dict(part.quantities)
        self._cells: dict[str, list[Formula]] = {}
        self._named: dict[str, Formula] = {}
        self._waiting = [row for row in _rows_of(part) if row.waits]
        for row in _rows_of(part):
            if not row.waits:
                self._write(row)

    def complete(self, calculated: Quantities) -> None:
        """Writes the rows that wait for these cells."""
        self.quantities.update(calculated)
        for row in self._waiting:
            if row.waits in calculated:
                self._write(row)

    def has(self, quantity: str) -> bool:
        """Whether a quantity's row is written."""
        return quantity in self._cells

    def values(self, quantity: str, first: int = 0) -> list[Any]:
        """The values of a quantity from a month on."""
        return [cell.value for cell in self._cells[quantity][first:]]

    def address(self, quantity: str, first: int = 0) -> str:
        """The range of a quantity from a month on, on its own sheet."""
        return self.table.layout.span((self.number, quantity), first, self.table.layout.last_month)

    def cell(self, quantity: str, month: int) -> Formula:
        """A quantity's month, as seen from any sheet."""
        cell = self._cells[quantity][month]
        return self._named.get(cell.text) or Formula(self._elsewhere(absolute(cell.text)), cell.value)

    def span(self, quantity: str, first: int = 0) -> Formula:
        """A quantity's months from a month on, as seen from any sheet."""
        area = self.address(quantity, first)
        known = self._named.get(area)
        return known or Formula(self._elsewhere(absolute(area)), self.values(quantity, first))

    def define(self, name: str, quantity: str, first: int = 0) -> None:
        """Names a quantity's months from a month on; other sheets see them by this name."""
        area = self.address(quantity, first)
        self._named[area] = self.book.define(name, self.table.sheet, area, self.values(quantity, first))

    def define_cell(self, name: str, quantity: str, month: int) -> None:
        """Names a quantity's month; other sheets see it by this name."""
        cell = self._cells[quantity][month]
        self._named[cell.text] = self.book.define(name, self.table.sheet, cell.text, cell.value)

    def at_horizon(self, quantity: str) -> Formula:
        """A quantity in the last month of the horizon."""
        months = self.quantities["months_to_amortize"]
        return self.at(quantity, months, int(months.value))

    def at(self, quantity: str, month: Formula, known: int) -> Formula:
        """A quantity in a month that a formula gives.

        known : that month, from 0.
        """
        row = self.span(quantity)
        return Formula(self.indexed(row, month + 1), row.value[known])

    def indexed(self, row: Formula, position: Formula) -> str:
        """The text of a formula: the cell at a position of a range of months.

        Gnumeric takes a position alone for that of a row, also where there is one row only.
        """
        return f"INDEX({row.text},{'1,' if self.table.layout.across else ''}{position.text})"

    def _elsewhere(self, address: str) -> str:
        return f"{quote_sheetname(self.table.sheet.title)}!{address}"

    def _write(self, row: Row) -> None:
        sheet, layout = self.table.sheet, self.table.layout
        place = (self.number, row.quantity)
        style = "Output" if row.quantity in ("net_cash_flow", "cumulative") else "Calculation"
        months = range(layout.last_month + 1)
        cells = self._cells[row.quantity] = [_NOTHING] * len(months)
        for month in reversed(months) if f"{row.quantity}_after" in row.takes else months:
            formula = formula_of(row.equation(*(self._taken(name, month) for name in row.takes)))
            cells[month] = self._put(layout.cell(place, month), formula, style, row.number_format, None, row.meanwhile)
            if row.number_format == styles.GENERAL:  # a text, which would stand left of its column's figures
                sheet[layout.cell(place, month)].alignment = Alignment(horizontal="right", vertical="center")
        if row.total:
            values = self.values(row.quantity)
            total = function("SUM", Formula(self.address(row.quantity), None), value=metrics.total(values))
            cell = self._put(layout.total(place), total, "Output", row.number_format, row.total)
            self.quantities[row.total] = cell

    def _put(
        self, place: str, formula: Formula, style: str, look: str, name: str | None = None, meanwhile: Any = FILL_IN
    ) -> Formula:
        """A cell, empty where the part is not calculated.

        Returns it with its value as calculated, which formulas take that are not shown either.
        """
        if self.shown is None:
            return self.book.put(self.table.sheet, place, formula, style, look, name, meanwhile)
        cell = self.book.put(self.table.sheet, place, self.shown.where(formula, ""), style, look, name, meanwhile)
        return Formula(cell.text, cached(formula.value))

    def _taken(self, name: str, month: int) -> Formula:
        """What an equation takes: the month, a month's cell of a row, a fixed cell."""
        if name == "month":
            return Formula(self.table.layout.month(month), month)
        if name in self._cells:
            return self._cells[name][month]
        quantity = name.removesuffix("_before")
        if quantity != name and quantity in self._cells:
            before = self._cells[quantity][month - 1].value if month else 0
            address = self.table.layout.cell((self.number, quantity), month - 1)
            return function("SUM", Formula(address, before), value=before)  # N of an empty cell is an error in Gnumeric
        quantity = name.removesuffix("_after")
        if quantity != name and quantity in self._cells:
            after = self._cells[quantity][month + 1].value if month < self.table.layout.last_month else 0
            return Formula(self.table.layout.cell((self.number, quantity), month + 1), after)
        beside = self.table.beside
        if beside and name in beside._cells:
            cell = beside._cells[name][month]
            return Formula(beside._elsewhere(cell.text), cell.value)
        return quantity_of(name, self.quantities)


def _name_of(part: Part) -> str:
    """The heading that a part begins with."""
    first, *_ = part.rows
    return shortened(first, LONGEST_PART) if isinstance(first, str) else ""


def _rows_of(part: Part) -> Iterator[Row]:
    return (row for row in part.rows if isinstance(row, Row))
