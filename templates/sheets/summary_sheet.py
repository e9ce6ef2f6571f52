"""The Summary sheet: the answer as a sentence, the figures, two charts, where it all comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from openpyxl.styles import Alignment, Protection
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine._version import __version__
from roi_engine.input_checks import check_inputs
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import Book, group_title, page, protect
from templates.building.charts import LONGEST_TITLE, cumulative_chart
from templates.building.formula import Formula, function, if_error, is_number, joined
from templates.building.month_rows import MonthTable
from templates.sheets.sensitivity_sheet import add_tornado_chart

WIDTHS = (34, 22, 22, 24, 22, 26)
CHART_TOP = 10
CHART_ROWS = 19


def add_summary_sheet(book: Book) -> Worksheet:
    """Creates the sheet with its frame; `fill_summary` writes the rest when the other sheets stand."""
    name = book.scenario.name or "Fine-tuning decision"
    return book.sheet(
        "Summary", WIDTHS, name, book.scenario.description or "Fine-tune a model, or keep paying for the API?"
    )


def fill_summary(book: Book, sheet: Worksheet, flows: MonthTable, generated: datetime) -> None:
    """The answer, the figures, the charts, legend and provenance."""
    book.put(sheet, "A1", book.names["name"] if book.scenario.name else "Fine-tuning decision", "Title")
    if book.several:
        book.put(sheet, "A2", book.names["description"], "Explanatory Text")
        choose = f"One of {len(book.scenarios)} scenarios. Choose another on the sheet Scenarios."
        book.put(sheet, "A4", choose, "Explanatory Text")
        book.link(sheet, "A4", "scenario_choice")
    answer = book.live(book.ft("FT_VERDICT", book.scenario_block), lambda: book.names["answer_in_words"])
    verdict = book.put(sheet, "A5", answer, "Answer", name="answer")
    sheet.row_dimensions[5].height = 26
    _add_figures(book, sheet)
    _add_charts(book, sheet, flows, str(verdict.value))
    row = CHART_TOP + CHART_ROWS + 1
    row = _add_warnings(book, sheet, row)
    row = _add_legend(book, sheet, row + 2)
    row = _add_provenance(book, sheet, row + 2, generated)
    sheet.freeze_panes = "A4"
    page(sheet, f"A1:F{row}", tall=1)
    protect(sheet)


def _add_figures(book: Book, sheet: Worksheet) -> None:
    n, currency = book.names, book.scenario.currency
    months = n["months_to_amortize"]
    figures: tuple[tuple[str, Any, str, Any], ...] = (
        (f"Net ROI ({currency})", n["out_net_roi"], "#,##0;-#,##0;0", joined("over ", months, " months")),
        ("ROI", n["out_roi"], styles.FRACTION, "net ROI / total cost"),
        ("Payback (months)", n["out_payback"], styles.PAYBACK, _about_payback(book)),
        (f"NPV ({currency})", n["out_npv"], "#,##0;-#,##0;0", "at the discount rate"),
        ("IRR", n["out_irr"], styles.RATE_OF_RETURN, "per year; n.m.: over 1,000 %"),
        ("Discounted payback (months)", n["out_discounted_payback"], styles.PAYBACK, "within the horizon"),
    )
    for column, (title, value, number_format, note) in zip("ABCDEF", figures, strict=True):
        book.put(sheet, f"{column}6", title, "Figure title")
        book.put(sheet, f"{column}7", value, "Figure", number_format)
        book.put(sheet, f"{column}8", note, "Figure title")
    sheet.row_dimensions[7].height = 28


def _about_payback(book: Book) -> Formula:
    """What the payback means: within the first month, in time, beyond the horizon or not at all."""
    payback, months = book.names["out_payback"], book.names["months_to_amortize"]
    within = (payback < 1).where("inside month 1", "outlay recovered for good")
    return is_number(payback).where((payback > months).where("beyond the horizon", within), "not recovered")


def _add_charts(book: Book, sheet: Worksheet, flows: MonthTable, verdict: str) -> None:
    n = book.names
    horizon, last = book.scenario.months_to_amortize, flows.layout.last_month
    layout = flows.layout
    moment, title = _payback_point(book, sheet)
    level = book.put(sheet, "C9", 0, "Explanatory Text", ";;;")
    chart: Any = cumulative_chart(
        (flows.sheet, layout.span("drawn_month", 0, last), flows.values("drawn_month")),
        (flows.sheet, layout.span("cumulative", 0, last), flows.values("cumulative")),
        (sheet, "B9", [moment.value]),
        (sheet, "C9", [level.value]),
        (sheet, "A9", [title.value]),
        book.scenario.currency,
        horizon,
    )
    chart.width, chart.height = 15.4, 9.3
    sheet.add_chart(chart, f"A{CHART_TOP}")
    book.chart_descriptions["Summary"].append(
        f"Line chart of the cumulative cash flow over {horizon} months. {verdict}"
    )

    if "tornado_title" in n:
        add_tornado_chart(book, sheet, f"D{CHART_TOP}", width=15.4, height=9.3)


def _payback_point(book: Book, sheet: Worksheet) -> tuple[Formula, Formula]:
    """Where the diamond stands (left of the chart when there is no payback), and the chart's title."""
    n = book.names
    payback, months = n["out_payback"], n["months_to_amortize"]
    number = is_number(payback)
    inside = (payback <= months).where(payback, -1)
    moment = book.put(sheet, "B9", number.where(inside, -1), "Explanatory Text", ";;;")
    tenths = function("INT", moment * 10 + Formula("0.5", 0.5), value=int(moment.value * 10 + 0.5))
    whole = function("INT", tenths / 10, value=int(tenths.value // 10))
    rest = function("MOD", tenths, 10, value=tenths.value % 10)
    recovered = joined("Cash flow: recovered in month ", whole, ".", rest)
    text = (moment >= 0).where(
        (moment < 1).where("Cash flow: recovered inside month 1", recovered), "Cash flow: not recovered in the horizon"
    )
    title = book.put(sheet, "A9", text, "Explanatory Text", ";;;")
    assert len(str(title.value)) <= LONGEST_TITLE
    return moment, title


def _add_warnings(book: Book, sheet: Worksheet, row: int) -> int:
    """What to think about before believing the figures, in the engine's words."""
    whose = book.scenario.name if book.several else "the inputs"
    when = f" ({whose}, as generated)" if book.edition == "native" else ""
    group_title(book, sheet, row, f"Before you rely on it{when}", "F")
    table = book.ft("FT_CHECK", book.scenario_block)
    with book.as_values(book.edition == "native"):  # the engine's words; no formula repeats their rules
        for index in range(len(table.value)):
            row += 1
            for column, position in (("A", 1), ("B", 2)):
                text = table.value[index][position - 1]
                live = if_error(function("INDEX", table, index + 1, position, value=text), "")
                book.put(sheet, f"{column}{row}", live if text else "", "Explanatory Text")
    known = [sentence for _, sentence in table.value]
    for warning in check_inputs(book.scenario):
        if warning.sentence not in known:  # about sources, which are no part of the block that FT_CHECK reads
            row += 1
            book.put(sheet, f"A{row}", INPUTS[warning.input_name].label, "Explanatory Text")
            book.put(sheet, f"B{row}", f"{warning.sentence} (As generated.)", "Explanatory Text")
    return row


_HOW_IT_CALCULATES = {
    "wired": "Calculated cells need the FT ROI functions to recalculate. Without them: read, do not edit.",
    "native": "Ordinary formulas: all follows the inputs, but for {what}: as generated.",
    "values": "Values only: this copy keeps its figures and does not calculate.",
}


def _add_legend(book: Book, sheet: Worksheet, row: int) -> int:
    group_title(book, sheet, row, "Legend", "F")
    row += 1
    for column, (text, style) in zip(
        "ABC", (("Input: type here", "Input"), ("Calculated", "Calculation"), ("Result", "Output")), strict=True
    ):
        book.put(sheet, f"{column}{row}", text, style)
    sheet[f"A{row}"].protection = Protection(locked=True)
    book.put(
        sheet,
        f"D{row}",
        _HOW_IT_CALCULATES[book.edition].format(what=book.not_followed),
        "Explanatory Text",
    )
    return row


def _add_provenance(book: Book, sheet: Worksheet, row: int, generated: datetime) -> int:
    group_title(book, sheet, row, "Provenance", "F")
    version = book.ft("FT_VERSION")
    engine = ("Engine in use", version) if book.edition == "wired" else ("Engine", version.value)
    lines: tuple[tuple[str, Any], ...] = (
        ("Made by", f"FT ROI {__version__} on {generated:%Y-%m-%d %H:%M} UTC"),
        engine,
        ("Inputs (SHA-256)", book.scenario.fingerprint()),
        ("State", joined(book.names["figures_as_generated"], "; ", book.names["check_state"])),
    )
    for title, value in lines:
        row += 1
        book.put(sheet, f"A{row}", title, "Explanatory Text")
        content = if_error(value, "n/a") if isinstance(value, Formula) else value
        book.put(sheet, f"B{row}", content, "Explanatory Text")
        sheet[f"B{row}"].alignment = Alignment(horizontal="left", vertical="center")
    return row
