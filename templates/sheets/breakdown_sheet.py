"""The Breakdown sheet: every figure, by its FT_ function and natively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from templates.building import flow_metrics, styles
from templates.building.agreement import matches
from templates.building.book import Book, color_ok_and_fail, group_title, page
from templates.building.columns import put_titles
from templates.building.figure_lines import LINES, METRIC_LINES, Line
from templates.building.formula import Formula
from templates.building.native_figures import native_figure
from templates.building.shown_figures import exact_format, shown_call
from templates.sheets.breakdown_answer import add_answer
from templates.sheets.breakdown_workings import FIRST_ROW, Column, WorkingCells, columns
from templates.sheets.cash_flow_sheet import CashFlowCells
from templates.sheets.waterfall import CHART_ROWS, add_waterfall

FIRST_PAGE = 60
"""Rows that the first printed page may hold: the chart comes after them, so that no page break cuts it."""


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
    metrics: Mapping[str, Formula]
    matches: Formula | None
    answer_in_words: Formula | None


def fill_breakdown(book: Book, workings: WorkingCells, flows: CashFlowCells, block: Formula) -> BreakdownCells:
    """Writes the lines; the Cash flow sheet stands.

    block : the Inputs table, as the argument of a function.
    """
    sheet, last_column = workings.sheet, columns(book)[-1].letter
    lines = _Lines(book, sheet, flows, block)
    lines.add_irr_guess(workings.last_row + 1)
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
    if book.edition == "wired":
        area = Column.MATCH.rows(FIRST_ROW + 1, row)
        color_ok_and_fail(sheet, area)
        compared = book.define("breakdown_matches", sheet, area, lines.verdicts)
    last, answer = workings.last_row + 1, None
    if book.edition == "native":
        last, answer = add_answer(book, sheet, last + 2, lines.figures, flows.quantities)
    last = max(last, FIRST_PAGE) + 1
    add_waterfall(book, sheet, Column.FIGURE.at(last + 1), lines.figures, flows.quantities)
    last += CHART_ROWS
    page(sheet, f"A1:{last_column}{last}", f"1:{FIRST_ROW}", tall=2)
    return _cells(sheet, lines.figures, compared, answer)


def _cells(
    sheet: Worksheet, figures: Mapping[str, Formula], compared: Formula | None, answer: Formula | None
) -> BreakdownCells:
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

    def add_irr_guess(self, row: int) -> None:
        """The start value that Excel's IRR needs for flows like these."""
        book, sheet = self.book, self.sheet
        guess = flow_metrics.irr_guess(self.known["every_net_cash_flow"], self.months)
        place = Column.VALUE.at(row)
        book.put(sheet, Column.FIGURE.at(row), "Start value for IRR()")
        self.known["irr_guess"] = book.put(sheet, place, guess, "Calculation", styles.FACTOR, name="irr_guess")
        book.put(sheet, Column.UNIT.at(row), "per month", "Unit")
        words = "(Σ inflows / Σ outflows)^(1 / distance of their mean months) − 1"
        book.put(sheet, Column.WORDS.at(row), words, "Explanatory Text")

    def add(self, row: int, line: Line) -> None:
        """One figure, and in the wired edition whether the two ways to it agree."""
        book, sheet, figure = self.book, self.sheet, line.figure
        book.put(sheet, Column.FIGURE.at(row), figure.label)
        native = native_figure(figure.equation_name, self.known)
        wired = shown_call(book, figure, self.block) if figure.function else native
        place, look = Column.VALUE.at(row), exact_format(figure)
        value = book.put(sheet, place, book.live(wired, lambda: native), "Output", look, name=f"out_{line.name}")
        self.figures[line.name] = value
        book.put(sheet, Column.UNIT.at(row), figure.unit_in(book.scenario.currency), "Unit")
        book.put(sheet, Column.WORDS.at(row), line.words, "Explanatory Text")
        if book.edition != "wired":
            self.known.setdefault(figure.equation_name, value)
            return
        beside = Column.NATIVE.at(row)
        cell = book.put(sheet, beside, native, "Calculation", look, name=f"native_{line.name}")
        self.known.setdefault(figure.equation_name, cell)
        verdict = matches(Formula(place, value.value), Formula(beside, cell.value), line.tolerance)
        self.verdicts.append(book.put(sheet, Column.MATCH.at(row), verdict, "Good").value)
