"""The portfolio's first sheet.

Totals, and a row for every returned workbook with its metrics, its ranks and where it comes from.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine._version import __version__
from roi_engine.figures import FIGURES, Figure
from roi_engine.input_checks import InputWarning
from roi_engine.quantity import ANNUAL_RETURN
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import FITTED, NEEDS_FUNCTIONS, SUBTITLE_PLACE, Book, cell_at, group_title, page, protect
from templates.building.columns import Columns, put_titles, span, widths
from templates.building.formula import Formula, formula_of, is_number, joined
from templates.portfolio.entries import Entry, currencies_of, mark_as_text
from templates.portfolio.portfolio_inputs_sheet import InputBlock
from templates.portfolio.row_figures import FIGURES_OF_A_ROW, row_figure
from templates.returned.returned_workbook import ReturnedWorkbook


def _heading(figure: str) -> str:
    return f">{FIGURES[figure].heading()}"


class Column(Columns):
    """The columns of the answers.

    The figures stand on the first page, where they come from on the second.
    """

    NUMBER = "A", "#", 5
    SCENARIO = "B", "Scenario", 30
    WHO = "C", "Who", 30
    COUNTED = "D", "In totals", 9
    CURRENCY = "E", "Currency", 10
    NET_ROI = "F", _heading("net_roi"), 14
    ROI = "G", _heading("roi"), 11
    PAYBACK_MONTHS = "H", _heading("payback_months"), 11
    NPV = "I", _heading("npv"), 14
    IRR_ANNUAL = "J", _heading("irr_annual"), 10
    PV_COST = "K", _heading("pv_cost"), 14
    NPV_RANK = "L", f">{FIGURES['npv'].label} rank in its currency", 11
    PAYBACK_RANK = "M", f">{FIGURES['payback_months'].label} rank", 10
    NUMBER_AGAIN = "N", "#", 5
    REMARK = "O", "Remark", 34
    SAVED = "P", "Saved", 18
    FILE = "Q", "File", 30
    MADE_BY = "R", "Made by", 18
    WARNINGS = "S", "Warnings", 10
    FIRST_WARNING = "T", "First warning", 60


LAST_OF_PAGE_1, LAST = Column.PAYBACK_RANK, Column.FIRST_WARNING
TOTALS_ROW = 5
COUNTED, LEFT_OUT = "Yes", "No"
NO_RANK = "–"
_LOOKS = {"money": styles.HEADLINE_MONEY, "fraction": styles.FRACTION, "months": styles.PAYBACK}
_WRAPPED = Alignment(vertical="center", wrap_text=True)
_INDENTED = Alignment(horizontal="left", vertical="center", indent=1, wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center")
_LEFT = Alignment(horizontal="left", vertical="center")
_MIDDLE = Alignment(horizontal="center", vertical="center")
_ALIGNED = {
    Column.NUMBER: _MIDDLE,
    Column.COUNTED: _MIDDLE,
    Column.CURRENCY: _INDENTED,
    Column.NUMBER_AGAIN: _MIDDLE,
    Column.REMARK: _INDENTED,
    Column.SAVED: _LEFT,
    Column.WARNINGS: _MIDDLE,
}
"""The columns that differ from the others' wrapped text."""
_NUMBER_FORMATS = {Column.NUMBER: styles.WHOLE, Column.SAVED: "yyyy-mm-dd hh:mm"}
SCALE = 58
"""Per cent at which the columns of either page fit on A4."""


def add_portfolio_sheet(book: Book) -> Worksheet:
    """The sheet with its frame.

    `say_what_was_read` and `fill_portfolio_sheet` add the rest.
    """
    return book.sheet("Portfolio", widths(Column), "Portfolio", "")


def say_what_was_read(
    book: Book, sheet: Worksheet, answers: Sequence[ReturnedWorkbook], entries: Sequence[Entry], moment: datetime
) -> None:
    """Writes how many answers there are, and from how many files."""
    wrong = len(answers) - len(entries)
    files = "1 file" if len(answers) == 1 else f"{len(answers)} files"
    problems = "none has problems" if not wrong else f"{wrong} with problems: see the sheet Problems"
    counted = f"{len(entries)} {'answer' if len(entries) == 1 else 'answers'} from {files}; {problems}."
    made = f"Collected by FT ROI {__version__} on {moment:%Y-%m-%d %H:%M} UTC."
    book.put(sheet, SUBTITLE_PLACE, f"{counted} {made}", "Explanatory Text")
    if not entries:
        page(sheet, f"A1:{LAST_OF_PAGE_1.at(3)}")
        protect(sheet)


@dataclass(frozen=True)
class AnswerRanges:
    """The columns that other formulas read, by their names: a value an answer.

    figures : all of them together, from the net return to the PV of cost; a list of values for each column.
    """

    numbers: Formula
    names: Formula
    who: Formula
    counted: Formula
    currencies: Formula
    net_rois: Formula
    paybacks: Formula
    npvs: Formula
    figures: Formula


@dataclass(frozen=True)
class TotalRanges:
    """The columns of the totals, by their names: a value a currency.

    share : how many answers count, in words.
    """

    answers: Formula
    with_npv: Formula
    net_rois: Formula
    npvs: Formula
    share: Formula


def fill_portfolio_sheet(
    book: Book, sheet: Worksheet, entries: Sequence[Entry], blocks: Mapping[int, InputBlock]
) -> tuple[AnswerRanges, TotalRanges]:
    """Writes the totals by currency, and a row for every entry."""
    currencies = currencies_of(entries)
    title_row = TOTALS_ROW + len(currencies) + 3
    first, last = title_row + 1, title_row + len(entries)
    put_titles(book, sheet, title_row, Column)
    sheet.row_dimensions[title_row].height = 40
    rows = [_add_row(book, sheet, title_row + entry.number, entry, blocks[entry.number]) for entry in entries]

    def named(name: str, column: Column) -> Formula:
        return book.define(name, sheet, column.rows(first, last), [cells[column].value for cells in rows])

    ranges = AnswerRanges(
        named("portfolio_numbers", Column.NUMBER),
        named("portfolio_names", Column.SCENARIO),
        named("portfolio_who", Column.WHO),
        named("portfolio_counted", Column.COUNTED),
        named("portfolio_currencies", Column.CURRENCY),
        named("portfolio_net_roi", Column.NET_ROI),
        named("portfolio_paybacks", Column.PAYBACK_MONTHS),
        named("portfolio_npvs", Column.NPV),
        book.define("portfolio_figures", sheet, span(Column.NET_ROI, Column.PV_COST, first, last),
                    [[cells[column].value for cells in rows] for column, _ in _figures_of_a_row()]),
    )  # fmt: skip
    before = _Before(entries, ranges)
    for entry, cells in zip(entries, rows, strict=True):
        _add_ranks(book, sheet, title_row + entry.number, entry, cells, ranges, before)
    totals = _add_totals(book, sheet, currencies, entries, ranges)
    counting = DataValidation(type="list", formula1=f'"{COUNTED},{LEFT_OUT}"', showErrorMessage=True)
    counting.errorTitle, counting.error = "In totals", f"Choose {COUNTED} or {LEFT_OUT}."
    counting.add(Column.COUNTED.rows(first, last))
    sheet.add_data_validation(counting)
    _fade_what_is_not_counted(sheet, span(Column.NUMBER, LAST, first, last), Column.COUNTED.anchored(first))
    sheet.auto_filter.ref = span(Column.NUMBER, LAST, title_row, last)
    sheet.freeze_panes = Column.WHO.at(first)
    page(sheet, span(Column.NUMBER, LAST, 1, last), f"{title_row}:{title_row}")
    _on_two_pages(sheet)
    protect(sheet)
    sheet.protection.autoFilter = False
    sheet.protection.sort = False
    return ranges, totals


def _on_two_pages(sheet: Worksheet) -> None:
    """Prints the figures on one page, and where they come from on the next.

    That is done by a break, which Excel ignores when the sheet is to fit.
    """
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.page_setup.scale = SCALE
    sheet.col_breaks = ColBreak(brk=(Break(id=column_index_from_string(LAST_OF_PAGE_1.letter)),))


def _add_row(book: Book, sheet: Worksheet, row: int, entry: Entry, block: InputBlock) -> dict[Column, Formula]:
    """Writes one entry; returns its cells."""
    answer, name = entry.answer, block.name
    cells = {
        Column.SCENARIO: book.put(sheet, Column.SCENARIO.at(row), (name == "").where("Unnamed", name)),
        Column.CURRENCY: book.put(sheet, Column.CURRENCY.at(row), block.currency),
        Column.COUNTED: book.put(sheet, Column.COUNTED.at(row), COUNTED if entry.counted else LEFT_OUT, "Input"),
    }
    serving = formula_of(INPUTS["serving"].default) if block.serving is None else block.serving
    for column, figure in _figures_of_a_row():
        metric = row_figure(figure, block.cells, serving, answer.row.get(figure.name))
        cells[column] = book.put(sheet, column.at(row), metric, "Calculation", _look(figure))
        book.align(cell_at(sheet, column.at(row)), _RIGHT)
    questions = [each for each in answer.warnings if not each.answered]
    warning = _in_words(questions[0]) if questions else ""
    typed: dict[Column, Any] = {
        Column.NUMBER: entry.number,
        Column.WHO: answer.who,
        Column.NUMBER_AGAIN: entry.number,
        Column.REMARK: entry.remark,
        Column.SAVED: _moment(answer.provenance.modified),
        Column.FILE: answer.file,
        Column.MADE_BY: _made_by(answer),
        Column.WARNINGS: len(questions),
        Column.FIRST_WARNING: warning,
    }
    for column, value in typed.items():
        cells[column] = book.put(sheet, column.at(row), value, "Calculation", _NUMBER_FORMATS.get(column))
    for column in (*typed, Column.SCENARIO, Column.CURRENCY, Column.COUNTED):
        value = cells[column].value
        if column in _ALIGNED or isinstance(value, str):
            book.align(cell_at(sheet, column.at(row)), _ALIGNED.get(column, _WRAPPED))
        if isinstance(value, str):
            mark_as_text(sheet, column.at(row))
    wrapped = (
        (entry.scenario.name, Column.SCENARIO.width),
        (answer.who, Column.WHO.width),
        (entry.remark, Column.REMARK.width),
        (answer.file, Column.FILE.width),
        (warning, 1.2 * Column.FIRST_WARNING.width),  # a sentence's letters are narrower than digits
    )
    sheet.row_dimensions[row].height = 15 * max(1, *(math.ceil(len(text) / width) for text, width in wrapped))
    return cells


def _figures_of_a_row() -> list[tuple[Column, Figure]]:
    return [(Column[name.upper()], FIGURES[name]) for name in FIGURES_OF_A_ROW]


def _look(figure: Figure) -> str:
    return styles.RATE_OF_RETURN if figure.quantity is ANNUAL_RETURN else _LOOKS[figure.quantity.kind]


def _moment(text: str) -> datetime | str:
    """When a file was saved, as a date that can be sorted by; UTC."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M UTC")
    except ValueError:
        return text


def _in_words(warning: InputWarning) -> str:
    return f"{INPUTS[warning.input_name].label}: {warning.sentence}"


def _made_by(answer: ReturnedWorkbook) -> str:
    version, edition = answer.provenance.version, answer.provenance.edition
    return " ".join(filter(None, (f"FT ROI {version}" if version else "unknown", edition and f"({edition})")))


def _add_ranks(
    book: Book,
    sheet: Worksheet,
    row: int,
    entry: Entry,
    cells: Mapping[Column, Formula],
    ranges: AnswerRanges,
    before: _Before,
) -> None:
    """Writes the places of an entry.

    By NPV among those of its currency, and by payback among all that pay back.
    """
    is_counted = cells[Column.COUNTED] == COUNTED
    npv, payback = cells[Column.NPV], cells[Column.PAYBACK_MONTHS]
    counted, currencies, npvs, paybacks = (
        each.text for each in (ranges.counted, ranges.currencies, ranges.npvs, ranges.paybacks)
    )
    above = Formula(
        f'SUMPRODUCT(({counted}="{COUNTED}")*({currencies}={cells[Column.CURRENCY].text})'
        f"*ISNUMBER({npvs})*({npvs}>{npv.text}))",
        before.by_npv(entry, npv.value),
    )
    sooner = Formula(
        f'SUMPRODUCT(({counted}="{COUNTED}")*ISNUMBER({paybacks})*({paybacks}<{payback.text}))',
        before.by_payback(payback.value),
    )
    for column, cell, ahead in ((Column.NPV_RANK, npv, above), (Column.PAYBACK_RANK, payback, sooner)):
        rank = (is_counted & is_number(cell)).where(ahead + 1, NO_RANK)
        book.put(sheet, column.at(row), rank, "Calculation", styles.WHOLE)
        book.align(cell_at(sheet, column.at(row)), _RIGHT)


class _Before:
    """How many of the entries that count stand before one.

    The figures are sorted once.
    """

    def __init__(self, entries: Sequence[Entry], ranges: AnswerRanges) -> None:
        self._npvs: dict[str, list[float]] = {}
        self._paybacks: list[float] = []
        for entry, npv, payback in zip(entries, ranges.npvs.value, ranges.paybacks.value, strict=True):
            if entry.counted and is_finite_number(npv):
                self._npvs.setdefault(entry.scenario.currency.casefold(), []).append(npv)
            if entry.counted and is_finite_number(payback):
                self._paybacks.append(payback)
        for values in (*self._npvs.values(), self._paybacks):
            values.sort()

    def by_npv(self, entry: Entry, npv: Any) -> int:
        """Those of its currency with a higher NPV."""
        values = self._npvs.get(entry.scenario.currency.casefold(), [])
        return len(values) - bisect_right(values, npv) if is_finite_number(npv) else 0

    def by_payback(self, payback: Any) -> int:
        """Those that pay back sooner."""
        return bisect_left(self._paybacks, payback) if is_finite_number(payback) else 0


def is_finite_number(value: Any) -> bool:
    """Whether a figure has a place in an order and in a total."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def _add_totals(
    book: Book, sheet: Worksheet, currencies: Sequence[str], entries: Sequence[Entry], ranges: AnswerRanges
) -> TotalRanges:
    """A row for each currency; there is no total over several."""
    title_row = TOTALS_ROW - 1
    group_title(book, sheet, title_row, "Totals of the answers that count", LAST_OF_PAGE_1.letter)
    summed = {Column.NET_ROI: ranges.net_rois, Column.NPV: ranges.npvs}
    titles = {Column.COUNTED: "Answers", Column.ROI: "With an NPV"} | {
        Column[name.upper()]: FIGURES[name].label for name in ("net_roi", "npv")
    }
    for column, title in titles.items():
        book.put(sheet, column.at(title_row), title, "Group")
        book.align(cell_at(sheet, column.at(title_row)), _RIGHT)
    book.put(sheet, Column.CURRENCY.at(title_row), "Currency", "Group")
    book.align(cell_at(sheet, Column.CURRENCY.at(title_row)), _INDENTED)
    shown: dict[Column, list[Any]] = {each: [] for each in (Column.COUNTED, Column.ROI, Column.NET_ROI, Column.NPV)}
    for offset, currency in enumerate(currencies):
        row = TOTALS_ROW + offset
        mine = [
            index
            for index, entry in enumerate(entries)
            if entry.counted and entry.scenario.currency.casefold() == currency.casefold()
        ]
        place = Column.CURRENCY.at(row)
        cell = book.put(sheet, place, currency, "Output")
        book.align(cell_at(sheet, place), _INDENTED)
        mark_as_text(sheet, place)
        chosen = f'({ranges.currencies.text}={cell.text})*({ranges.counted.text}="{COUNTED}")'
        answers = Formula(f"SUMPRODUCT({chosen})", len(mine))
        shown[Column.COUNTED].append(book.put(sheet, Column.COUNTED.at(row), answers, "Output", styles.WHOLE).value)
        with_npv = sum(is_finite_number(ranges.npvs.value[index]) for index in mine)
        counted = Formula(f"SUMPRODUCT({chosen}*ISNUMBER({ranges.npvs.text}))", with_npv)
        shown[Column.ROI].append(book.put(sheet, Column.ROI.at(row), counted, "Output", styles.WHOLE).value)
        for column, figures in summed.items():
            total = sum(value for index in mine if is_finite_number(value := figures.value[index]))
            added = Formula(f"SUMPRODUCT({chosen},{figures.text})", total)
            lacking = Formula(f'SUMPRODUCT({chosen}*({figures.text}="{NEEDS_FUNCTIONS}"))', 0)
            content = (lacking == 0).where(added, NEEDS_FUNCTIONS) if book.edition == "wired" else added
            cell = book.put(sheet, column.at(row), content, "Output", styles.HEADLINE_MONEY)
            shown[column].append(cell.value)
            book.align(sheet[column.at(row)], FITTED)
    row = TOTALS_ROW + len(currencies)
    book.define("portfolio_currency_list", sheet, Column.CURRENCY.rows(TOTALS_ROW, row - 1), list(currencies))
    if len(currencies) > 1:
        text = "There is no total over several currencies, and NPV ranks hold within a currency."
        book.put(sheet, Column.SCENARIO.at(row), text, "Explanatory Text")
    is_counted, total = sum(entry.counted for entry in entries), len(entries)
    share = joined(
        "Counted: ", Formula(f'COUNTIF({ranges.counted.text},"{COUNTED}")', is_counted),
        " of ", Formula(f"COUNT({ranges.numbers.text})", total), " answers",
    )  # fmt: skip

    def named(name: str, column: Column) -> Formula:
        return book.define(f"portfolio_total_{name}", sheet, column.rows(TOTALS_ROW, row - 1), shown[column])

    return TotalRanges(
        answers=named("answers", Column.COUNTED),
        with_npv=named("with_npv", Column.ROI),
        net_rois=named("net_roi", Column.NET_ROI),
        npvs=named("npv", Column.NPV),
        share=share,
    )


def _fade_what_is_not_counted(sheet: Worksheet, cells: str, first: str) -> None:
    rule = FormulaRule(formula=[f'{first}="{LEFT_OUT}"'])
    rule.dxf = DifferentialStyle(font=Font(color=styles.FADED_INK, italic=True))
    sheet.conditional_formatting.add(cells, rule)
