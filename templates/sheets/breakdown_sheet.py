"""The Breakdown sheet: every figure, by its FT_ function and natively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from templates.building import flow_metrics, pages
from templates.building.agreement import matches
from templates.building.book import NOT_COMPARED, Book, color_ok_and_fail, group_title, page
from templates.building.columns import RIGHT, put_titles
from templates.building.figure_lines import LINES, METRIC_LINES, Line
from templates.building.formula import Formula, joined
from templates.building.native_figures import native_figure
from templates.building.rate_workings import RATE_WORKINGS, complete_rate
from templates.building.shown_figures import exact_format, shown_call
from templates.sheets.breakdown_answer import add_answer
from templates.sheets.breakdown_workings import FIRST_ROW, Column, WorkingCells, columns
from templates.sheets.cash_flow_sheet import CashFlowCells
from templates.sheets.waterfall import CHART_ROWS, add_waterfall


@dataclass(frozen=True)
class BreakdownCells:
    """What other sheets take from the Breakdown sheet: its figures by name.

    metrics : those that FT_WHATIF can be asked for, by the name that it takes.
    matches : the column that compares each with its native formula, where there is one.
    answer_in_words : the verdict by ordinary formulas, where it stands.
    """

    sheet: Worksheet
    inference_savings: Formula
    review_savings: Formula
    monthly_benefit: Formula
    benefit: Formula
    total_cost: Formula
    net_roi: Formula
    roi: Formula
    payback: Formula
    npv: Formula
    discounted_payback: Formula
    irr: Formula
    irr_reason: Formula
    metrics: Mapping[str, Formula]
    matches: Formula | None
    answer_in_words: Formula | None


def fill_breakdown(book: Book, workings: WorkingCells, flows: CashFlowCells, block: Formula) -> BreakdownCells:
    """Writes the lines; the Cash flow sheet stands.

    block : the Inputs table, as the argument of a function.
    """
    sheet, last_column = workings.sheet, columns(book)[-1].letter
    lines = _Lines(book, sheet, flows, block)
    last = lines.add_rate(workings.last_row, flows)
    put_titles(book, sheet, FIRST_ROW, columns(book))
    row = FIRST_ROW
    for line in LINES:
        row += 1
        if isinstance(line, str):
            group_title(book, sheet, row, line, last_column)
        else:
            lines.add(row, line)
    color_ok_and_fail(sheet, Column.VALUE.rows(row, row))
    compared = None
    if book.calls_functions:
        area = Column.MATCH.rows(FIRST_ROW + 1, row)
        color_ok_and_fail(sheet, area)
        compared = book.define("breakdown_matches", sheet, area, lines.verdicts)
    workings_row, answer_row, answer = row + 1, last, None
    if book.edition != "values":
        last, answer = add_answer(book, sheet, last + 2, lines.figures, flows.quantities)
    last += 2
    places = Column.FIGURE.at(last), Column.FIGURE.at(last + 1)
    add_waterfall(book, sheet, *places, Column.WORDS.letter, lines.figures, flows.quantities)
    last += CHART_ROWS
    page(sheet, f"A1:{last_column}{last}", f"1:{FIRST_ROW}")
    ends = (workings_row, answer_row + 1)  # so that no break cuts the chart
    book.once_fitted.append(lambda: pages.print_in_blocks(sheet, ends, FIRST_ROW))
    return _cells(sheet, lines, compared, answer)


def _cells(sheet: Worksheet, lines: _Lines, compared: Formula | None, answer: Formula | None) -> BreakdownCells:
    figures = lines.figures
    return BreakdownCells(
        sheet,
        inference_savings=figures["inference_savings"],
        review_savings=figures["review_savings"],
        monthly_benefit=figures["monthly_benefit"],
        benefit=figures["benefit"],
        total_cost=figures["total_cost"],
        net_roi=figures["net_roi"],
        roi=figures["roi"],
        payback=figures["payback"],
        npv=figures["npv"],
        discounted_payback=figures["discounted_payback"],
        irr=figures["irr"],
        irr_reason=lines.known["irr_reason"],
        metrics={metric: figures[line.name] for metric, line in METRIC_LINES.items()},
        matches=compared,
        answer_in_words=answer,
    )


class _Lines:
    """The lines that stand, and the cells that the next one takes."""

    def __init__(self, book: Book, sheet: Worksheet, flows: CashFlowCells, block: Formula) -> None:
        self.book, self.sheet, self.block, self.months = book, sheet, block, flows.months
        self.known = dict(flows.quantities)
        self.figures: dict[str, Formula] = {}
        self.verdicts: list[object] = []

    def add_rate(self, row: int, flows: CashFlowCells) -> int:
        """What the internal rate is found and judged by, below a row.

        Returns the last row.
        """
        rows = {name: row + number for number, name in enumerate(RATE_WORKINGS, start=1)}
        self.known |= complete_rate(
            flows.rows, self.months, lambda name, formula: self._add_working(rows[name], name, formula)
        )
        return row + len(rows)

    def _add_working(self, row: int, name: str, formula: Formula) -> Formula:
        """One figure of the workings: a month, a rate per month, or a word."""
        book, sheet, working = self.book, self.sheet, RATE_WORKINGS[name]
        book.put(sheet, Column.FIGURE.at(row), working.label)
        place = Column.VALUE.at(row)
        cell = book.put(sheet, place, formula, "Calculation", working.number_format, name=name)
        book.align(sheet[place], RIGHT)
        book.put(sheet, Column.UNIT.at(row), working.unit_in(book.scenario.currency), "Unit")
        book.put(sheet, Column.WORDS.at(row), working.words, "Explanatory Text")
        return cell

    def add(self, row: int, line: Line) -> None:
        """One figure, and where functions are called whether the two ways to it agree.

        Without the function there is one way, and nothing is compared.
        """
        book, sheet, figure = self.book, self.sheet, line.figure
        book.put(sheet, Column.FIGURE.at(row), figure.label)
        native, beside = native_figure(figure.equation_name, self.known), Column.NATIVE.at(row)
        place, look = Column.VALUE.at(row), exact_format(figure)
        if book.calls_functions:
            native = book.put(sheet, beside, native, "Calculation", look, name=f"native_{line.name}")
            book.align(sheet[beside], RIGHT)
            self.known.setdefault(figure.equation_name, native)
            native = Formula(beside, native.value)
        shown = book.live(lambda: shown_call(book, figure, self.block), lambda: native) if figure.function else native
        value = book.put(sheet, place, shown, "Output", look, name=f"out_{line.name}")
        book.align(sheet[place], RIGHT)
        self.figures[line.name] = value
        book.put(sheet, Column.UNIT.at(row), figure.unit_in(book.scenario.currency), "Unit")
        book.put(sheet, Column.WORDS.at(row), self._words(line), "Explanatory Text")
        self.known.setdefault(figure.equation_name, value)
        if book.calls_functions:
            verdict = matches(Formula(place, value.value), Formula(beside, native.value), line.tolerance)
            compared: str | Formula = book.by_function_alone(verdict, NOT_COMPARED)
            if figure.function and book.as_generated(figure.function):
                compared = NOT_COMPARED
            self.verdicts.append(book.put(sheet, Column.MATCH.at(row), compared, "Good").value)

    def _words(self, line: Line) -> str | Formula:
        """How the figure is calculated; of a rate that is none, why."""
        if line.figure_name != "irr_annual":
            return line.words
        reason = self.known["irr_reason"]
        return (reason == flow_metrics.A_RETURN).where(line.words, joined("none is a return (", reason, ")"))
