"""The figures of the sheet Risk: statistics, histogram, drivers, and their charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.errors import FtRoiError
from roi_engine.scenario import INPUTS
from roi_engine.simulation.sentence import SHARES_OVERLAP
from roi_engine.simulation.statistics import SHARES, STATISTICS
from templates.building import styles
from templates.building.book import FITTED, NEEDS_FUNCTIONS, NOT_COMPARED, Book, elsewhere, group_title
from templates.building.charts import (
    Cells,
    Line,
    histogram_chart,
    importance_chart,
    place_chart,
    share_below_chart,
)
from templates.building.columns import put_titles
from templates.building.formula import NOT_AVAILABLE, Formula, formula_of, function, if_error, is_number, joined
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.risk_columns import Column, ExactColumn, Simulated, StepColumn, rounded

DRIVERS = "What drives it, and what knowing it before the decision is worth"
MOST_DRIVERS = 12
"""Inputs that are listed."""
CHART_ROWS = 18
"""The rows that a chart takes."""
HALF_MONEY, HALF_SHARE = '"± "#,##0;-"± "#,##0;""', '"± "0.0%'
SHARE_DECIMALS = 3
"""Decimals of a share at most: a tenth of a percent."""


@dataclass(frozen=True)
class StatisticCells:
    """What others take of the statistics, unrounded: by their names."""

    exact: dict[str, Formula]
    shown: dict[str, Formula]
    last_row: int


def add_statistics(book: Book, sheet: Worksheet, row: int, simulated: Simulated) -> StatisticCells:
    """The statistics in the first columns; their unrounded figures beside the page.

    row : of the group's title.
    """
    currency = book.scenario.currency
    group_title(book, sheet, row, "NPV in the draws", Column.LAST.letter)
    _put_head(book, sheet, row + 1, ("Statistic", f">NPV ({currency})", ">±"))
    put_titles(book, sheet, row + 1, (*list(ExactColumn)[:3], ExactColumn.DECIMALS))
    exact: dict[str, Formula] = {}
    shown: dict[str, Formula] = {}
    for line, (name, label) in enumerate(STATISTICS.items(), start=row + 2):
        is_share = name in SHARES
        formats = (styles.FRACTION, HALF_SHARE) if is_share else (styles.MONEY, HALF_MONEY)
        book.put(sheet, ExactColumn.NAME.at(line), name, "Explanatory Text")
        decimals = _put_decimals(book, sheet, line, SHARE_DECIMALS if is_share else 0)
        figure = simulated.statistic(name)
        figure = _put(book, sheet, ExactColumn.EXACT.at(line), figure, "Explanatory Text", formats[0])
        half = simulated.statistic(f"{name}_HALF")
        half = _put(book, sheet, ExactColumn.HALF.at(line), half, "Explanatory Text", formats[1])
        exact[name] = figure
        book.put(sheet, Column.LABEL.at(line), label)
        shown[name] = _put(book, sheet, Column.FIGURE.at(line), rounded(figure, half, decimals), "Output", formats[0])
        _put(book, sheet, Column.HALF.at(line), rounded(half, half, decimals), "Calculation", formats[1])
    return StatisticCells(exact, shown, row + 1 + len(STATISTICS))


@dataclass(frozen=True)
class StepCells:
    """What the two charts of the histogram draw.

    total : the sum of the shares, as seen from other sheets.
    """

    starts: Cells
    ends: Cells
    below: Cells
    loss: Cells
    gain: Cells
    total: Formula

    def chart(self, currency: str) -> Any:
        """The histogram."""
        return histogram_chart(self.starts, self.loss, self.gain, currency)

    def curve(self, zero: Line, currency: str) -> Any:
        """The cumulative curve."""
        return share_below_chart(self.ends, self.below, zero, currency)


def add_steps(book: Book, sheet: Worksheet, row: int, simulated: Simulated) -> StepCells:
    """The steps of the histogram, beside the page.

    row : of their titles.
    """
    put_titles(book, sheet, row, StepColumn)
    table = simulated.steps
    first, last = row + 1, row + len(table.value)
    formats = (styles.MONEY, styles.MONEY, styles.FRACTION, styles.FRACTION)
    shown: dict[StepColumn, list[Any]] = {column: [] for column in StepColumn}
    for number, line in enumerate(range(first, last + 1), start=1):
        cells = []
        for position, (column, look) in enumerate(zip(list(StepColumn)[:4], formats, strict=True), start=1):
            content = simulated.part(table, number, position, NOT_COMPARED)
            cells.append(_put(book, sheet, column.at(line), content, "Explanatory Text", look))
        start, end, share, _ = cells
        there = is_number(share)
        sides = (
            (StepColumn.LOSS, there.where((end <= 0).where(share, 0), share)),
            (StepColumn.GAIN, there.where((start >= 0).where(share, 0), share)),
        )
        for column, content in sides:
            cells.append(_put(book, sheet, column.at(line), content, "Explanatory Text", styles.FRACTION))
        for column, cell in zip(StepColumn, cells, strict=True):
            shown[column].append(cell.value)

    table_shares = [each for each in shown[StepColumn.SHARE] if isinstance(each, (int, float))]

    def drawn(column: StepColumn) -> Cells:
        return sheet, column.rows(first, last), shown[column]

    return StepCells(
        drawn(StepColumn.START),
        drawn(StepColumn.END),
        drawn(StepColumn.BELOW),
        drawn(StepColumn.LOSS),
        drawn(StepColumn.GAIN),
        function("SUM", elsewhere(sheet, Formula(StepColumn.SHARE.rows(first, last), None)), value=sum(table_shares)),
    )


def add_drivers(book: Book, sheet: Worksheet, row: int, simulated: Simulated, inputs: InputCells) -> int:
    """What drives the spread, what knowing it is worth, and a chart beside.

    row : of the group's title.
    Returns the last row.
    """
    currency = book.scenario.currency
    group_title(book, sheet, row, DRIVERS, Column.LAST.letter)
    _put_head(book, sheet, row + 1, ("Input", ">Explains alone", ">±", f">Worth ({currency})", ">±"))
    put_titles(book, sheet, row + 1, ExactColumn)
    table = simulated.importance
    count = min(len(table.value), MOST_DRIVERS)
    first, last = row + 2, row + 1 + count
    labels, shares = [], []
    for number, line in enumerate(range(first, last + 1), start=1):
        label, share = _add_driver(book, sheet, line, number, table, simulated, inputs)
        labels.append(label.value)
        shares.append(share)
    chart = importance_chart(
        (sheet, Column.LABEL.rows(first, last), labels),
        (sheet, Column.FIGURE.rows(first, last), [share.value for share in shares]),
    )
    words = "Bar chart of the share of the spread of the NPV that each input explains alone."
    finding = f"The largest share is that of {labels[0]}."
    place_chart(book, sheet, chart, Column.BARS.at(row + 1), Column.LAST.letter, words, finding)
    last = _add_everything(book, sheet, last + 1, simulated, shares[0])
    return max(last, row + CHART_ROWS)


def _add_driver(
    book: Book, sheet: Worksheet, row: int, number: int, table: Formula, simulated: Simulated, inputs: InputCells
) -> tuple[Formula, Formula]:
    """One input; returns the cells of its label and its share."""
    look = {
        ExactColumn.NAME: styles.GENERAL,
        ExactColumn.EXACT: styles.FRACTION,
        ExactColumn.HALF: HALF_SHARE,
        ExactColumn.WORTH: styles.MONEY,
        ExactColumn.WORTH_HALF: HALF_MONEY,
    }
    exact = {}
    for position, (column, code) in enumerate(look.items(), start=1):
        without = NEEDS_FUNCTIONS if column in (ExactColumn.EXACT, ExactColumn.WORTH) else NOT_COMPARED
        content = simulated.part(table, number, position, without)
        exact[column] = _put(book, sheet, column.at(row), content, "Explanatory Text", code)
    name = exact[ExactColumn.NAME]
    known = INPUTS[name.value].label if name.value in INPUTS else FtRoiError("no input")
    found = Formula(f"INDEX({inputs.labels.text},MATCH({name.text},input_names,0))", known)
    label = book.put(sheet, Column.LABEL.at(row), if_error(found, name))
    share, half = exact[ExactColumn.EXACT], exact[ExactColumn.HALF]
    decimals, none = _put_decimals(book, sheet, row, SHARE_DECIMALS), formula_of(0)
    worth, worth_half = exact[ExactColumn.WORTH], exact[ExactColumn.WORTH_HALF]
    shown = _put(book, sheet, Column.FIGURE.at(row), rounded(share, half, decimals), "Output", styles.FRACTION)
    _put(book, sheet, Column.HALF.at(row), rounded(half, half, decimals), "Calculation", HALF_SHARE)
    _put(book, sheet, Column.WORTH.at(row), rounded(worth, worth_half, none), "Output", styles.MONEY)
    _put(book, sheet, Column.WORTH_HALF.at(row), rounded(worth_half, worth_half, none), "Calculation", HALF_MONEY)
    return label, shown


def _add_everything(book: Book, sheet: Worksheet, row: int, simulated: Simulated, largest: Formula) -> int:
    """All inputs together; returns the last row.

    largest : the share of the first input, a number also where correlated shares have no sum.
    """
    worth, half = simulated.statistic("EVPI"), simulated.statistic("EVPI_HALF")
    worth = _put(book, sheet, ExactColumn.WORTH.at(row), worth, "Explanatory Text", styles.MONEY)
    half = _put(book, sheet, ExactColumn.WORTH_HALF.at(row), half, "Explanatory Text", HALF_MONEY)
    explained = simulated.statistic("EXPLAINED")
    explained = _put(book, sheet, ExactColumn.EXACT.at(row), explained, "Explanatory Text", styles.FRACTION)
    book.put(sheet, Column.LABEL.at(row), "All of them, also those not listed")
    _put(book, sheet, Column.FIGURE.at(row), explained, "Output", styles.FRACTION)
    _put(book, sheet, Column.WORTH.at(row), rounded(worth, half, formula_of(0)), "Output", styles.MONEY)
    _put(book, sheet, Column.WORTH_HALF.at(row), rounded(half, half, formula_of(0)), "Calculation", HALF_MONEY)
    known = explained.value if isinstance(explained.value, (int, float)) else 0.0
    whole = function("ROUND", explained, 2, value=round(known, 2))
    rest = (whole >= 1).where(".", ", the rest comes from their combinations.")
    told = joined("Alone the inputs explain ", (explained * 100).fixed(0), "% of the spread", rest)
    overlap = (explained == NOT_AVAILABLE).where(is_number(largest).where(SHARES_OVERLAP, ""), "")
    words = is_number(explained).where(told, overlap)
    book.put(sheet, Column.LABEL.at(row + 1), words, "Explanatory Text")
    bound = "What knowing is worth is the most that a pilot may cost, and no pilot is perfect."
    book.put(sheet, Column.LABEL.at(row + 2), bound, "Explanatory Text")
    return row + 2


def _put_decimals(book: Book, sheet: Worksheet, row: int, most: int) -> Formula:
    """How many decimals a figure has at most, beside the page."""
    return book.put(sheet, ExactColumn.DECIMALS.at(row), most, "Explanatory Text", styles.WHOLE)


def _put_head(book: Book, sheet: Worksheet, row: int, titles: Sequence[str]) -> None:
    """The titles over a table in the first columns."""
    for column, title in zip(Column, titles, strict=False):
        style = "Column title right" if title.startswith(">") else "Column title"
        book.put(sheet, column.at(row), title.removeprefix(">"), style)


def _put(book: Book, sheet: Worksheet, place: str, content: Formula, style: str, look: str) -> Formula:
    """A figure, or the words in its place, which fit into its cell."""
    cell = book.put(sheet, place, content, style, look)
    book.align(sheet[place], FITTED)
    return cell


def zero_line(book: Book, sheet: Worksheet, row: int) -> Line:
    """The ends of an upright line at zero, beside the page."""
    amounts, shares = [0, 0], [0, 1]
    book.put(sheet, ExactColumn.NAME.at(row), "Line at zero", "Explanatory Text")
    for line, (amount, share) in enumerate(zip(amounts, shares, strict=True), start=row):
        book.put(sheet, ExactColumn.EXACT.at(line), amount, "Explanatory Text", styles.WHOLE)
        book.put(sheet, ExactColumn.HALF.at(line), share, "Explanatory Text", styles.WHOLE)
    return (
        (sheet, ExactColumn.EXACT.rows(row, row + 1), amounts),
        (sheet, ExactColumn.HALF.rows(row, row + 1), shares),
    )
