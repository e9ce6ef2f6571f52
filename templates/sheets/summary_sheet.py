"""The Summary sheet: the verdict, the figures, two charts, the provenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl.styles import Alignment, Protection
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine._version import __version__
from roi_engine.answer import horizon_in_words, rate_in_words
from roi_engine.figures import FIGURES, OPTION_FIGURES
from roi_engine.input_checks import check_inputs
from roi_engine.scenario import INPUTS
from roi_engine.simulation.statistics import PERCENTILES
from templates.building import styles
from templates.building.book import (
    AS_GENERATED,
    FILL_IN,
    SUBTITLE_PLACE,
    TITLE_PLACE,
    Book,
    color_by_sign,
    group_title,
    page,
    protect,
)
from templates.building.charts import Cells, cumulative_chart, place_chart
from templates.building.columns import Columns, widths
from templates.building.flow_metrics import A_RETURN
from templates.building.formula import Formula, formula_of, function, if_error, is_number, joined
from templates.building.shown_figures import rounded_format
from templates.building.typed_or_default import is_empty, text_or_nothing
from templates.sheets.breakdown_sheet import BreakdownCells
from templates.sheets.cash_flow_sheet import CashFlowCells
from templates.sheets.checks_sheet import CheckCells
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.options_sheet import OptionsCells
from templates.sheets.risk_sheet import RiskCells
from templates.sheets.scenarios_sheet import ScenarioCells
from templates.sheets.summary_break_evens import add_break_evens
from templates.sheets.tornado import TornadoDrawing


class Column(Columns):
    """Six figures side by side; texts begin in the first columns."""

    FIRST = "A", "", 30
    SECOND = "B", "", 23
    THIRD = "C", "", 23
    FOURTH = "D", "", 22
    FIFTH = "E", "", 21.5
    SIXTH = "F", "", 22.5


CHOICE_ROW, ANSWER_ROW, FIGURES_ROW, OPTIONS_ROW, BREAK_EVENS_ROW, FINDINGS_ROW, CHART_TOP = 4, 5, 6, 9, 12, 18, 19
POINT_ROW = CHART_TOP + 4
CHART_ROWS, CHART_HEIGHT = 22, 10.8
"""The rows that the charts take, and their height in cm."""
NOT_CHECKED = "Inputs", "Not checked: the FT functions are not loaded."
NOT_LEGAL = "", "Not checked: a figure is missing or not legal. See the columns In range and In use of Inputs."
NO_ANSWER = "No answer: a figure is not legal. See the column In range of Inputs."
NOT_CHECKED_SINCE = "Not checked since the inputs were edited: ft-roi check asks."
MORE_QUESTIONS = 3
"""Rows for what is asked about after an edit."""
NOT_LOADED = "ordinary formulas; the FT functions are not loaded"
UNNAMED = "Fine-tuning decision"
"""The title where the scenario has no name."""
ROWS_FOR_QUESTIONS = 8
"""Rows that a workbook to be filled in keeps for what is to be asked about its figures."""
QUESTIONS, LEGEND = "Before you rely on it", "Legend"
"""The titles over the questions about the inputs, and below them."""
HIDDEN = ";;;"
"""The number format of cells that only a chart reads."""


@dataclass(frozen=True)
class Shown:
    """The cells of other sheets that the Summary shows."""

    inputs: InputCells
    flows: CashFlowCells
    figures: BreakdownCells
    options: OptionsCells
    checks: CheckCells
    tornado: TornadoDrawing | None
    risk: RiskCells | None = None
    scenarios: ScenarioCells | None = None

    @property
    def months(self) -> Formula:
        """The horizon."""
        return self.inputs.in_use["months_to_amortize"]


def add_summary_sheet(book: Book) -> Worksheet:
    """Creates the sheet with its frame; `fill_summary` writes the rest at the end."""
    name = book.scenario.name or UNNAMED
    about = book.scenario.description or "Fine-tune a model, or keep paying for the API?"
    return book.sheet("Summary", widths(Column), name, about)


def fill_summary(book: Book, sheet: Worksheet, shown: Shown, generated: datetime) -> None:
    """Writes the verdict, the figures, the charts, legend and provenance."""
    in_use = shown.inputs.in_use
    name = is_empty(in_use["name"]).where(UNNAMED, in_use["name"])
    book.put(sheet, TITLE_PLACE, name, "Title", meanwhile=None)
    if shown.scenarios:
        book.put(sheet, SUBTITLE_PLACE, text_or_nothing(in_use["description"]), "Explanatory Text", meanwhile=None)
        choose = f"One of {len(book.scenarios)} scenarios. Choose another on the sheet Scenarios."
        book.put(sheet, Column.FIRST.at(CHOICE_ROW), choose, "Explanatory Text")
        book.link(sheet, Column.FIRST.at(CHOICE_ROW), shown.scenarios.choice.text)
    in_words = shown.figures.answer_in_words or formula_of("")
    if book.calls_functions and book.as_generated("FT_VERDICT"):  # whose figures are n/a where one is not legal
        in_words = if_error(in_words, NO_ANSWER)
    answer = book.live(lambda: if_error(book.ft("FT_VERDICT", shown.inputs.block), NO_ANSWER), lambda: in_words)
    place, missing = Column.FIRST.at(ANSWER_ROW), shown.inputs.missing_in_words
    verdict = book.put(sheet, place, answer, "Answer", name="answer", meanwhile=missing)
    sheet.row_dimensions[ANSWER_ROW].height = 26
    answer_row = f"{Column.FIRST.at(ANSWER_ROW)}:{Column.SIXTH.at(ANSWER_ROW)}"
    color_by_sign(sheet, answer_row, shown.figures.npv.text)
    _add_figures(book, sheet, shown)
    _add_options(book, sheet, shown)
    _add_risk(book, sheet, shown.risk)
    add_break_evens(book, sheet, BREAK_EVENS_ROW, in_use, shown.inputs.block, shown.figures.npv, Column.SIXTH.letter)
    _add_cash_flow_chart(book, sheet, shown, str(verdict.value))
    if shown.tornado and not book.lacks_sensitivity:
        chart, anchor = shown.tornado.chart(book.scenario.currency), Column.FOURTH.at(CHART_TOP)
        book.put(sheet, Column.FOURTH.at(FINDINGS_ROW), shown.tornado.lever, "Explanatory Text")
        words, finding = shown.tornado.words, shown.tornado.finding
        place_chart(book, sheet, chart, anchor, Column.SIXTH.letter, words, finding, height=CHART_HEIGHT)
    row = CHART_TOP + CHART_ROWS + 1
    row = _add_warnings(book, sheet, row, shown.inputs.block, shown.checks.as_generated)
    row = _add_legend(book, sheet, row + 2)
    row = _add_provenance(book, sheet, row + 2, generated, shown.checks)
    sheet.freeze_panes = Column.FIRST.at(CHOICE_ROW)
    page(sheet, f"A1:{Column.SIXTH.at(row)}", tall=1, portrait=True)
    protect(sheet)


def _add_figures(book: Book, sheet: Worksheet, shown: Shown) -> None:
    out, currency = shown.figures, book.scenario.currency
    figures: tuple[tuple[str, Formula, Any], ...] = (
        ("npv", out.npv, joined("at ", rate_in_words(shown.inputs.in_use["discount_rate"]), " a year")),
        ("net_roi", out.net_roi, horizon_in_words(shown.months)),
        ("payback_months", out.payback, _about_payback(shown)),
        ("irr_annual", out.irr, (out.irr_reason == A_RETURN).where("per year; n.m.: over 1,000 %", out.irr_reason)),
        ("roi", out.roi, "net return / total cost"),
        ("discounted_payback_months", out.discounted_payback, "within the horizon"),
    )
    for column, (name, value, note) in zip(Column, figures, strict=True):
        figure = FIGURES[name]
        look = styles.HEADLINE_MONEY if figure.quantity.kind == "money" else rounded_format(figure)
        _add_figure(book, sheet, column, FIGURES_ROW, (figure.heading(currency), value, note), look)
    sheet.row_dimensions[FIGURES_ROW + 1].height = 28


def _add_options(book: Book, sheet: Worksheet, shown: Shown) -> None:
    """What this plan costs in present values, beside staying and the best other."""
    options, currency = shown.options, book.scenario.currency
    cost, against = options.own["PVCOST"], options.own["NPVBEST"]
    label, unit = OPTION_FIGURES["pv_cost"].label, f" ({currency})" if currency else ""
    figures: tuple[tuple[str, Any, Any], ...] = (
        (OPTION_FIGURES["npv_best"].heading(currency), against, "more than 0: this plan is the best option"),
        (FIGURES["pv_cost"].heading(currency), cost, "of this plan, review included"),
        (f"{label}, staying{unit}", options.stay_cost, "nothing changes"),
        (f"{label}, best other{unit}", cost + against, options.best_other),
    )
    for column, figure in zip(Column, figures, strict=False):
        _add_figure(book, sheet, column, OPTIONS_ROW, figure, styles.HEADLINE_MONEY)
    sheet.row_dimensions[OPTIONS_ROW + 1].height = 28


def _add_risk(book: Book, sheet: Worksheet, risk: RiskCells | None) -> None:
    """The chance of a loss and a bad case, beside the options.

    Taken back once what they were made from is edited.
    """
    if risk is None or risk.statistics is None:
        return
    shown = risk.statistics.shown
    lowest, *_, highest = PERCENTILES
    loss, low, high = shown["PROBLOSS"], shown[lowest], shown[highest]
    title, currency = FIGURES["npv"].label, book.scenario.currency
    unit = f" ({currency})" if currency else ""
    draws = if_error(joined("of ", risk.simulated.draws.fixed(0), " draws (Risk)"), "n/a")
    figures = (
        (Column.FIFTH, "Chance of a loss", loss, draws, styles.FRACTION),
        (Column.SIXTH, f"{title}, 5% lie below{unit}", low, _other_end(high), styles.HEADLINE_MONEY),
    )
    for column, name, value, note, look in figures:
        if risk.state:
            value = (risk.state == AS_GENERATED).where(value, "n/a")
            note = (risk.state == AS_GENERATED).where(note, "not simulated since the edit")
        _add_figure(book, sheet, column, OPTIONS_ROW, (name, value, note), look)
        book.align(sheet[column.at(OPTIONS_ROW + 1)], _FITTED_FIGURE)


_FITTED_FIGURE = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=True)


def _other_end(high: Formula) -> Formula:
    """The other end of nine draws in ten."""
    return is_number(high).where(joined("5% lie above ", high.fixed(0)), high)


def _add_figure(
    book: Book, sheet: Worksheet, column: Column, row: int, figure: tuple[str, Any, Any], look: str
) -> None:
    """A large figure below its title, above its note."""
    title, value, note = figure
    book.put(sheet, column.at(row), title, "Figure title")
    book.put(sheet, column.at(row + 1), value, "Figure", look)
    book.put(sheet, column.at(row + 2), note, "Figure title")


def _about_payback(shown: Shown) -> Formula:
    """What the payback means: at once, in time, beyond the horizon, not at all."""
    payback, months = shown.figures.payback, shown.months
    within = (payback < 1).where("inside month 1", "outlay recovered for good")
    return is_number(payback).where((payback > months).where("beyond the horizon", within), "not recovered")


def _add_cash_flow_chart(book: Book, sheet: Worksheet, shown: Shown, verdict: str) -> None:
    """The cumulative cash flow, with a diamond at the payback."""
    horizon = book.scenario.months_to_amortize
    moment = _payback_point(book, sheet, shown)
    level_place = Column.THIRD.at(POINT_ROW)
    level = book.put(sheet, level_place, 0, "Explanatory Text", HIDDEN)
    chart = cumulative_chart(
        shown.flows.drawn_months,
        shown.flows.drawn_flows,
        (sheet, Column.SECOND.at(POINT_ROW), [moment.value]),
        (sheet, level_place, [level.value]),
        _zero_line(book, sheet, shown.months),
        book.scenario.currency,
        horizon,
    )
    over = "over the months" if book.to_fill_in else horizon_in_words(horizon)
    words = f"Line chart of the cumulative cash flow {over}."
    place_chart(
        book, sheet, chart, Column.FIRST.at(CHART_TOP), Column.THIRD.letter, words, verdict, height=CHART_HEIGHT
    )


def _zero_line(book: Book, sheet: Worksheet, months: Formula) -> tuple[Cells, Cells]:
    """The ends of a line at zero up to the horizon: they keep zero on the axis."""
    first, last = POINT_ROW + 1, POINT_ROW + 2
    ends: list[Any] = []
    for row, month in ((first, 0), (last, months)):
        put = book.put(sheet, Column.SECOND.at(row), month, "Explanatory Text", HIDDEN, meanwhile=-1)
        ends.append(put.value)
        book.put(sheet, Column.THIRD.at(row), 0, "Explanatory Text", HIDDEN)
    return (sheet, Column.SECOND.rows(first, last), ends), (sheet, Column.THIRD.rows(first, last), [0, 0])


def _payback_point(book: Book, sheet: Worksheet, shown: Shown) -> Formula:
    """Where the diamond stands, left of the axis for none; above the chart, in words."""
    payback, months = shown.figures.payback, shown.months
    inside = is_number(payback).where((payback <= months).where(payback, -1), -1)
    moment = book.put(sheet, Column.SECOND.at(POINT_ROW), inside, "Explanatory Text", HIDDEN, meanwhile=-1)
    tenths = function("INT", moment * 10 + Formula("0.5", 0.5), value=int(moment.value * 10 + 0.5))
    whole = function("INT", tenths / 10, value=int(tenths.value // 10))
    rest = function("MOD", tenths, 10, value=tenths.value % 10)
    recovered = joined("Recovered in month ", whole, ".", rest)
    text = (moment >= 0).where(
        (moment < 1).where("Recovered inside month 1", recovered), "Not recovered in the horizon"
    )
    book.put(sheet, Column.FIRST.at(FINDINGS_ROW), text, "Explanatory Text")
    return moment


def _add_warnings(book: Book, sheet: Worksheet, row: int, block: Formula, as_generated: Formula) -> int:
    """What to think about before believing the figures, in the engine's words.

    as_generated : whether the inputs are those that were asked about.
    """
    whose = book.scenario.name if book.several else "the inputs"
    as_generated_alone = book.as_generated("FT_CHECK")
    when = f" ({whose}, as generated)" if as_generated_alone else ""
    if book.to_fill_in:
        return _add_questions(book, sheet, row, block)
    group_title(book, sheet, row, f"{QUESTIONS}{when}", Column.SIXTH.letter)
    table = book.ft("FT_CHECK", block)
    with book.as_values(as_generated_alone):  # the engine's words; no formula repeats their rules
        more = MORE_QUESTIONS if book.calls_functions and not as_generated_alone else 0
        for index in range(len(table.value) + more):
            row += 1
            for column, position in ((Column.FIRST, 1), (Column.SECOND, 2)):
                text = table.value[index][position - 1] if index < len(table.value) else ""
                none, without = (NOT_LEGAL[position - 1], NOT_CHECKED[position - 1]) if index == 0 else ("", "")
                live = if_error(function("INDEX", table, index + 1, position, value=text), none)
                meanwhile = "" if index or position == 2 else FILL_IN
                content = book.by_function_alone(live, without)
                book.put(sheet, column.at(row), content, "Explanatory Text", meanwhile=meanwhile)
    if as_generated_alone and not check_inputs(book.scenario, with_sources=False):
        unedited = (as_generated == AS_GENERATED).where(table.value[0][1], NOT_CHECKED_SINCE)
        book.put(sheet, Column.SECOND.at(row), unedited, "Explanatory Text", meanwhile="")
    known = [sentence for _, sentence in table.value]
    for warning in check_inputs(book.scenario):
        if warning.told not in known:  # about sources, which are no part of the block that FT_CHECK reads
            row += 1
            book.put(sheet, Column.FIRST.at(row), INPUTS[warning.input_name].label, "Explanatory Text")
            book.put(sheet, Column.SECOND.at(row), f"{warning.told} (As generated.)", "Explanatory Text")
    return row


def _add_questions(book: Book, sheet: Worksheet, row: int, block: Formula) -> int:
    """Room for what is to be asked about figures that are not known yet."""
    group_title(book, sheet, row, QUESTIONS, Column.SIXTH.letter)
    if book.edition == "values" or book.as_generated("FT_CHECK"):
        book.put(sheet, Column.FIRST.at(row + 1), _ASKED_ELSEWHERE, "Explanatory Text")
        return row + 1
    table = book.ft("FT_CHECK", block)
    for number in range(1, ROWS_FOR_QUESTIONS + 1):
        for column, position in ((Column.FIRST, 1), (Column.SECOND, 2)):
            live = if_error(function("INDEX", table, number, position, value=""), "")
            meanwhile = FILL_IN if number == position == 1 else ""
            book.put(sheet, column.at(row + number), live, "Explanatory Text", meanwhile=meanwhile)
    return row + ROWS_FOR_QUESTIONS


_ASKED_ELSEWHERE = "What is to be asked about the figures is asked when this workbook is read: ft-roi check FILE."
_HOW_IT_CALCULATES = {
    "wired": "All follows the inputs, with the FT functions or without; {what} need them.",
    "native": "Ordinary formulas: all follows the inputs, but for {what}: as generated.",
    "lambda": "All follows the inputs but for {what}, as generated. Tornado and grids need Excel 365 or 2024.",
    "values": "Values only: this copy keeps its figures and does not calculate.",
}
_TO_FILL_IN = {
    "native": "Ordinary formulas: all follows the inputs.",
    "lambda": "All follows the inputs. Tornado and grids need Excel 365 or 2024.",
}


def _add_legend(book: Book, sheet: Worksheet, row: int) -> int:
    group_title(book, sheet, row, LEGEND, Column.SIXTH.letter)
    row += 1
    looks = (("Input: type here", "Input"), ("Calculated", "Calculation"), ("Result", "Output"))
    for column, (text, style) in zip(Column, looks, strict=False):
        book.put(sheet, column.at(row), text, style)
    sheet[Column.FIRST.at(row)].protection = Protection(locked=True)
    words = _HOW_IT_CALCULATES[book.edition].format(what=book.not_followed)
    words = _TO_FILL_IN.get(book.edition, words) if book.to_fill_in else words
    book.put(sheet, Column.FIRST.at(row + 1), words, "Explanatory Text")
    return row + 1


def _add_provenance(book: Book, sheet: Worksheet, row: int, generated: datetime, checks: CheckCells) -> int:
    group_title(book, sheet, row, "Provenance", Column.SIXTH.letter)
    version = book.ft("FT_VERSION")
    in_use = book.by_function_alone(if_error(version, NOT_LOADED), NOT_LOADED)
    is_asked = book.calls_functions and not book.as_generated("FT_VERSION")
    engine = ("Engine in use", in_use) if is_asked else ("Engine", version.value)
    made_with = "none: this workbook is to be filled in" if book.to_fill_in else book.scenario.fingerprint()
    lines: tuple[tuple[str, Any], ...] = (
        ("Made by", f"FT ROI {__version__} on {generated:%Y-%m-%d %H:%M} UTC"),
        engine,
        ("Inputs (SHA-256)", made_with),
        ("State", if_error(joined(checks.as_generated, "; ", checks.state), "n/a")),
    )
    for title, value in lines:
        row += 1
        book.put(sheet, Column.FIRST.at(row), title, "Explanatory Text")
        meanwhile = None if value is in_use else FILL_IN
        book.put(sheet, Column.SECOND.at(row), value, "Explanatory Text", meanwhile=meanwhile)
        sheet[Column.SECOND.at(row)].alignment = Alignment(horizontal="left", vertical="center")
    return row
