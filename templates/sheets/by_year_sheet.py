"""The By year sheet: what each year brings and costs, and its present value.

Ordinary formulas over the rows of the Cash flow sheet, in every edition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import by_year
from roi_engine.appraisal import appraise
from roi_engine.by_year import INITIAL, LINES, MONTHS_A_YEAR, PRESENT_VALUE, TOTAL, Line
from roi_engine.figures import FIGURES
from roi_engine.metrics import roi_present_value, total
from roi_engine.value import maximum, minimum
from templates.building import styles
from templates.building.book import Book, elsewhere, group_title, page, protect
from templates.building.charts import Cells, column_chart, place_chart
from templates.building.columns import Columns, letters_from, put_titles, widths
from templates.building.formula import Formula, formula_of, function, joined
from templates.building.month_rows import last_month
from templates.building.quantities import Quantities
from templates.sheets.cash_flow_sheet import CashFlowCells


class Column(Columns):
    """The columns before those of the years."""

    LINE = "A", "Benefits and costs", 25
    UNIT = "B", "Unit", 14
    INITIAL = "C", f">{INITIAL}", 14


FIRST_ROW = 4
LINE_ROWS = {name: row for row, name in enumerate(LINES, start=FIRST_ROW + 1)}
ROI_ROW = max(LINE_ROWS.values()) + 1
NOTE_ROW = ROI_ROW + 1
CHART_ROW = NOTE_ROW + 1
CHART_ROWS = 20
WORKINGS_ROW = CHART_ROW + CHART_ROWS + 1
CHARACTERS_A_PAGE = 210
"""The widths of the columns that a page may hold: no text is printed below 6 points."""
MOST_NUMBERED = 12
"""Columns of the table up to which the chart's columns carry their numbers."""
_TITLE_HEIGHT, _DATED_HEIGHT = 30, 45
"""Of two lines, and of three where calendar months stand in them."""
_NO_YEAR = ""
"""What a year after the horizon shows."""
_RIGHT = Alignment(horizontal="right", vertical="center")
_TITLE = Alignment(horizontal="right", vertical="center", wrap_text=True, indent=1)


class _Letters:
    """Where the columns stand.

    years : those of the horizon.
    total, present_value : what follows them.
    later : years that the horizon may be edited to, beside the page.
    """

    def __init__(self, book: Book) -> None:
        printed, most = (math.ceil(months / MONTHS_A_YEAR) for months in (book.longest_horizon, last_month(book)))
        _, *letters = letters_from(Column.INITIAL, most + 4)
        self.years = letters[:printed]
        self.total, self.present_value = letters[printed : printed + 2]
        self.later = letters[printed + 3 : most + 3]

    @property
    def every_year(self) -> list[str]:
        """The years in order, those beside the page last."""
        return [*self.years, *self.later]

    @property
    def first_to_last(self) -> list[str]:
        """Every column of figures, from the left."""
        return [Column.INITIAL.letter, *self.years, self.total, self.present_value, *self.later]


@dataclass(frozen=True)
class ByYearCells:
    """What the checks take.

    net_roi, npv : the net in total, and in present value.
    size : what is added up for it.
    """

    sheet: Worksheet
    net_roi: Formula
    npv: Formula
    size: Formula


def add_by_year_sheet(book: Book) -> Worksheet:
    """Creates the sheet with its frame; `fill_by_year` writes the rest."""
    left, width = widths(Column), _width(book)
    about = "A year is 12 months from month 1 on. Benefits are cut by the benefit risk, costs raised by the cost risk."
    return book.sheet("By year", (*left[:-1], *[width] * (len(_Letters(book).first_to_last) + 1)), "By year", about)


def _width(book: Book) -> float:
    """Of a column: what the largest amount of any scenario needs."""
    tables = (appraise(scenario).by_year for scenario in book.scenarios)
    amounts = (amount for table in tables for name in ("benefits", "costs") for amount in table.lines[name])
    return max(Column.INITIAL.width, len(f"{max(map(abs, amounts)):,.0f}") + 3)


def fill_by_year(book: Book, sheet: Worksheet, flows: CashFlowCells) -> ByYearCells:
    """Writes the table, the chart, and what the years are found by."""
    table = _Table(book, sheet, flows)
    table.add_years()
    table.add_titles()
    for line in LINES.values():
        table.add_line(line)
    table.add_roi()
    table.add_note()
    table.add_chart()
    table.set_page()
    protect(sheet)
    return table.cells()


@dataclass(frozen=True)
class _Year:
    """The cells by which a column's year is found; of Initial they tell month 0.

    starts, ends : the calendar months, as the Cash flow sheet writes them, and as the title does.
    """

    number: Formula
    first_month: Formula
    last_month: Formula
    months: Formula
    starts: Formula
    ends: Formula
    starts_in_words: Formula
    ends_in_words: Formula


_WORKINGS = {
    "number": "Number of the year",
    "first_month": "First month",
    "last_month": "Last month",
    "months": "Months in the horizon",
    "starts": "First calendar month",
    "ends": "Last calendar month",
    "starts_in_words": "Begins",
    "ends_in_words": "Ends",
}
_MONTH_ZERO: Mapping[str, Any] = {"number": 0, "first_month": 0, "last_month": 0, "months": 1}
"""What stands there for Initial: month 0 has no calendar month."""


class _Table:
    """The table as it grows: each line's cells by column."""

    def __init__(self, book: Book, sheet: Worksheet, flows: CashFlowCells) -> None:
        self.book, self.sheet, self.flows = book, sheet, flows
        self.letters = _Letters(book)
        self.inputs: Quantities = flows.quantities
        self.years: dict[str, _Year] = {}
        self.lines: dict[str, dict[str, Formula]] = {}
        self.titles: dict[str, Formula] = {}
        self.named: dict[str, Formula] = {}
        flows.rows.define("flow_years", "year")
        flows.rows.define("calendar_months", "calendar_month")

    # --- the years

    def add_years(self) -> None:
        """What a column's year is: its number, its months. They are not printed."""
        book, sheet = self.book, self.sheet
        group_title(book, sheet, WORKINGS_ROW, "Workings: the months of each year", self.letters.first_to_last[-1])
        for row, label in enumerate(_WORKINGS.values(), start=WORKINGS_ROW + 1):
            book.put(sheet, Column.LINE.at(row), label)
        initial = Column.INITIAL.letter
        self.years[initial] = self._put_year(initial, lambda name, _: _MONTH_ZERO.get(name, _NO_YEAR))
        for number, letter in enumerate(self.letters.every_year, start=1):
            self.years[letter] = self._put_year(letter, self._year(number))

    def _put_year(self, letter: str, content: Callable[[str, Quantities], Any]) -> _Year:
        known: dict[str, Formula] = {}
        for row, name in enumerate(_WORKINGS, start=WORKINGS_ROW + 1):
            look = styles.WHOLE if name in _MONTH_ZERO else styles.GENERAL
            cell = self.book.put(self.sheet, f"{letter}{row}", content(name, known), "Explanatory Text", look)
            self.book.align(self.sheet[cell.text], _RIGHT)
            known[name] = Formula(f"{letter}${row}", cell.value)
        return _Year(**known)

    def _year(self, number: int) -> Callable[[str, Quantities], Any]:
        """What each cell of a year holds, given those above it."""
        horizon = self.inputs["months_to_amortize"]
        contents: dict[str, Callable[[Quantities], Any]] = {
            "number": lambda _: number,
            "first_month": lambda known: (known["number"] - 1) * MONTHS_A_YEAR + 1,
            "last_month": lambda known: minimum(known["number"] * MONTHS_A_YEAR, horizon),
            "months": lambda known: maximum(known["last_month"] - known["first_month"] + 1, 0),
            "starts": lambda known: self._calendar_month(known["months"], known["first_month"]),
            "ends": lambda known: self._calendar_month(known["months"], known["last_month"]),
            "starts_in_words": lambda known: _in_words(known["starts"]),
            "ends_in_words": lambda known: _in_words(known["ends"]),
        }
        return lambda name, known: contents[name](known)

    def _calendar_month(self, months: Formula, month: Formula) -> Formula:
        return (months == 0).where(_NO_YEAR, self._at(month, "calendar_month"))

    def _at(self, month: Formula, quantity: str) -> Formula:
        """What a row of the Cash flow sheet shows in a month."""
        rows = self.flows.rows
        return rows.at(quantity, month, min(int(month.value), len(rows.values(quantity)) - 1))

    # --- the table

    def add_titles(self) -> None:
        """The row of titles: a year says how long it is, and when, where that is known."""
        put_titles(self.book, self.sheet, FIRST_ROW, Column)
        self.book.align(self.sheet[Column.INITIAL.at(FIRST_ROW)], _TITLE)
        self.titles[Column.INITIAL.letter] = Formula(Column.INITIAL.at(FIRST_ROW), INITIAL)
        texts = {letter: _year_label(self.years[letter]) for letter in self.letters.every_year}
        texts |= {self.letters.total: formula_of(TOTAL), self.letters.present_value: formula_of(PRESENT_VALUE)}
        for letter, text in texts.items():
            content = text.value if letter in (self.letters.total, self.letters.present_value) else text
            style = "Calculation" if letter in self.letters.later else "Column title right"
            self.titles[letter] = self.book.put(self.sheet, f"{letter}{FIRST_ROW}", content, style)
            self.book.align(self.sheet[f"{letter}{FIRST_ROW}"], _TITLE)
        dated = any(scenario.start_month for scenario in self.book.scenarios)
        self.sheet.row_dimensions[FIRST_ROW].height = _DATED_HEIGHT if dated else _TITLE_HEIGHT

    def add_line(self, line: Line) -> None:
        """One line: Initial and the years by one formula, then total and present value."""
        row, self.lines[line.name] = LINE_ROWS[line.name], {}
        self.book.put(self.sheet, Column.LINE.at(row), line.label)
        self.book.put(self.sheet, Column.UNIT.at(row), self.book.scenario.currency, "Unit")
        if line.risk:
            self.flows.rows.define(f"monthly_{line.name}", line.quantity)
        for letter in (Column.INITIAL.letter, *self.letters.every_year):
            year = self.years[letter]
            self._put(line, letter, (year.months == 0).where(_NO_YEAR, self._in_year(line, letter, year)))
        if line.name != "cumulative":
            self._put(line, self.letters.total, self._total(line))
            self._put(line, self.letters.present_value, self._present_value(line))

    def _put(self, line: Line, letter: str, content: Formula) -> None:
        place, name = f"{letter}{LINE_ROWS[line.name]}", self._name(line, letter)
        style = "Calculation" if line.risk else "Output"
        cell = self.book.put(self.sheet, place, content, style, styles.MONEY, name=name)
        if name:
            self.named[letter] = cell
        self.lines[line.name][letter] = Formula(place, content.value)

    def _name(self, line: Line, letter: str) -> str | None:
        """The name of a cell that a check looks at."""
        if line.name != "net":
            return None
        return {self.letters.total: "out_by_year_net_roi", self.letters.present_value: "out_by_year_npv"}.get(letter)

    def _in_year(self, line: Line, letter: str, year: _Year) -> Formula:
        if line.name == "cumulative":
            return self._at(year.last_month, "cumulative")
        if not line.risk:
            return self._of_lines(line, letter)
        row, years = self.flows.rows.span(line.quantity), self.flows.rows.span("year")
        value = total(each for each, at in zip(row.value, years.value, strict=True) if at == year.number.value)
        return self._adjusted(line, function("SUMIF", years, year.number, row, value=value))

    def _total(self, line: Line) -> Formula:
        """Initial and every year, those beside the page too."""
        if line.name == "net":
            return self._of_lines(line, self.letters.total)
        cells = self.lines[line.name]
        areas = [(Column.INITIAL.letter, self.letters.years[-1])]
        areas += [(self.letters.later[0], self.letters.later[-1])] if self.letters.later else []
        row = LINE_ROWS[line.name]
        ranges = (Formula(f"{first}{row}:{last}{row}", None) for first, last in areas)
        shown = (cell.value for cell in cells.values() if isinstance(cell.value, (int, float)))
        return function("SUM", *ranges, value=total(shown))

    def _present_value(self, line: Line) -> Formula:
        if not line.risk:
            return self._of_lines(line, self.letters.present_value)
        row, factors = self.flows.rows.span(line.quantity), self.flows.discount_factors
        value = total(each * factor for each, factor in zip(row.value, factors.value, strict=True))
        return self._adjusted(line, function("SUMPRODUCT", factors, row, value=value))

    def _of_lines(self, line: Line, letter: str) -> Formula:
        """What a line is of those above it in the same column."""
        if line.name == "net":
            return self.lines["benefits"][letter] - self.lines["costs"][letter]
        parts = [self.lines[name][letter] for name in line.sums]
        area = f"{parts[0].text}:{parts[-1].text}"
        return function("SUM", Formula(area, None), value=total(_numbers(parts)))

    def _adjusted(self, line: Line, amount: Formula) -> Formula:
        adjusted: Formula = by_year.risk_adjusted(line, amount, self.inputs)
        return adjusted

    def add_roi(self) -> None:
        """The return of TEI studies, below the present values that it is of."""
        figure, letter = FIGURES["roi_present_value"], self.letters.present_value
        self.book.put(self.sheet, Column.LINE.at(ROI_ROW), figure.label)
        self.book.put(self.sheet, Column.UNIT.at(ROI_ROW), figure.unit_in(self.book.scenario.currency), "Unit")
        roi: Any = roi_present_value(self.lines["net"][letter], self.lines["costs"][letter])
        self.book.put(self.sheet, f"{letter}{ROI_ROW}", roi, "Output", styles.FRACTION)
        self.book.align(self.sheet[f"{letter}{ROI_ROW}"], _RIGHT)

    def add_note(self) -> None:
        """Says so where the horizon was edited to more years than stand before the total."""
        if not self.letters.later:
            return
        later = self.years[self.letters.later[0]].months
        words = "The horizon was lengthened: its later years stand to the right of the present value, beside the page."
        note, place = (later > 0).where(words, _NO_YEAR), Column.LINE.at(NOTE_ROW)
        self.book.put(self.sheet, place, note, "Explanatory Text", meanwhile=_NO_YEAR)

    # --- the chart and the page

    def add_chart(self) -> None:
        """Benefits and costs, side by side for each year."""
        columns = [Column.INITIAL.letter, *self.letters.years]
        series = {
            LINES[name].label: self._drawn(self.lines[name], columns, LINE_ROWS[name]) for name in ("benefits", "costs")
        }
        chart = column_chart(
            self._drawn(self.titles, columns, FIRST_ROW),
            series,
            "Benefits and costs by year",
            self.book.scenario.currency,
            numbered=len(columns) <= MOST_NUMBERED,
        )
        words = "Column chart of the benefits and the costs of each year."
        totals = (round(self.lines[name][self.letters.total].value) for name in ("benefits", "costs"))
        benefits, costs = (f"{each:,}" for each in totals)
        finding = f"In total: {benefits} against {costs} {self.book.scenario.currency}."
        left = Column.LINE if self._pages() == 1 else Column.INITIAL  # the columns before are on every page
        widest = min(28.0, 10.0 + 3 * len(columns))
        last = self.letters.present_value
        place_chart(self.book, self.sheet, chart, left.at(CHART_ROW), last, words, finding, widest=widest)

    def _drawn(self, cells: Mapping[str, Formula], columns: list[str], row: int) -> Cells:
        return self.sheet, f"{columns[0]}{row}:{columns[-1]}{row}", [cells[letter].value for letter in columns]

    def set_page(self) -> None:
        """All printed columns on one page; of a very long horizon on several."""
        area = f"A1:{self.letters.present_value}{CHART_ROW + CHART_ROWS - 1}"
        page(self.sheet, area, f"1:{FIRST_ROW}", tall=1)
        self.sheet.page_setup.fitToWidth = self._pages()
        self.sheet.print_title_cols = f"{Column.LINE.letter}:{Column.UNIT.letter}"
        self.sheet.freeze_panes = Column.INITIAL.at(FIRST_ROW + 1)

    def _pages(self) -> int:
        """On how many pages side by side the table is printed."""
        repeated = Column.LINE.width + Column.UNIT.width
        a_page = (CHARACTERS_A_PAGE - repeated) // _width(self.book)
        return math.ceil((len(self.letters.years) + 3) / max(a_page, 1))

    def cells(self) -> ByYearCells:
        """What the checks take."""
        at, lines = self.letters, self.lines
        benefits, costs = (elsewhere(self.sheet, lines[name][at.total]) for name in ("benefits", "costs"))
        return ByYearCells(self.sheet, self.named[at.total], self.named[at.present_value], benefits + costs)


def _numbers(cells: Iterable[Formula]) -> list[float]:
    return [cell.value for cell in cells if isinstance(cell.value, (int, float))]


def _in_words(month: Formula) -> Formula:
    """Mar 2027 for 2027-03; nothing where no start is known."""
    names = [by_year.calendar_name(f"2000-{number:02}")[:3] for number in range(1, MONTHS_A_YEAR + 1)]
    choices = ",".join(formula_of(name).text for name in names)
    text = f'CHOOSE(RIGHT({month.text},2),{choices})&" "&LEFT({month.text},FIND("-",{month.text})-1)'
    return (month == "").where("", Formula(text, by_year.calendar_name(month.value)))


def _year_label(year: _Year) -> Formula:
    """What a year is called, as `Year.label` of the engine says it."""
    plural = (year.months == 1).where(" month", " months")
    short = (year.months < MONTHS_A_YEAR).where(joined(", ", year.months, plural), "")
    calendar = joined(" (", year.starts_in_words, "–", year.ends_in_words, ")")
    when = (year.starts == "").where("", calendar)
    return (year.months == 0).where(_NO_YEAR, joined("Year ", year.number, short, when))
