"""The Functions sheet: the catalogue, each function with a live example on this scenario."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.quantity import ANNUAL_RATE
from roi_engine.sensitivity import TornadoBar, tornado
from roi_engine.worksheet.catalogue import Function, functions, scenario_arguments
from templates.building import styles
from templates.building.book import Book, color_ok_and_fail, column_titles, group_title, page, protect
from templates.building.formula import Formula, cached, function, if_error
from templates.sheets.breakdown_sheet import matches

TITLES = (
    "Function", "Arguments, typed", "On this scenario", "Gives",
    ">Value here", ">Expected", "Match", "What it gives",
)  # fmt: skip
WIDTHS = (18, 42, 36, 15, 17, 17, 8, 62)
FIRST_ROW = 5
ALL_TYPED = scenario_arguments()


def add_functions_sheet(book: Book) -> Worksheet:
    """Writes the sheet, family by family."""
    usage = "Typed, or with one block: the range scenario, or any range of labels and values. [Optional] in brackets."
    if book.edition != "wired":
        usage = "What the FT ROI add-in brings to Excel; this workbook does without. Figures are those as generated."
    sheet = book.sheet("Functions", WIDTHS, "Functions", usage)
    typed = ", ".join(f"[{a.name}]" if a.optional else a.name for a in ALL_TYPED)
    book.put(sheet, f"A{FIRST_ROW - 1}", f"S stands for {typed}.", "Explanatory Text")
    column_titles(book, sheet, FIRST_ROW, TITLES)
    lever = next(iter(tornado(book.scenario)), None)
    row, family = FIRST_ROW, ""
    for each in functions().values():
        row += 1
        if each.family != family:
            family = each.family
            group_title(book, sheet, row, family, "H")
            row += 1
        with book.as_values(book.edition == "native"):
            _add_function(book, sheet, row, each, lever)
    color_ok_and_fail(sheet, f"G{FIRST_ROW + 1}:G{row}")
    sheet.freeze_panes = f"B{FIRST_ROW + 1}"
    page(sheet, f"A1:H{row}", f"1:{FIRST_ROW}")
    protect(sheet)
    return sheet


def _add_function(book: Book, sheet: Worksheet, row: int, each: Function, lever: TornadoBar | None) -> None:
    arguments = _example(each, lever)
    if each.takes_scenario:
        at = each.block_at if each.block_at is not None else len(each.own)
        arguments.insert(at, book.scenario_block)
    formula = book.ft(each.name, *arguments)
    shown = formula.text
    if each.result.kind == "table":
        formula = _first_cell(formula)
    elif each.result.kind == "yes_no":
        formula = formula.where("Yes", "No")
    live = if_error(formula, "n/a")
    wrap = Alignment(wrap_text=True, vertical="center")
    book.put(sheet, f"A{row}", each.name)
    book.put(sheet, f"B{row}", _typed(each), "Explanatory Text")
    book.put(sheet, f"C{row}", f"={shown}", "Explanatory Text")
    book.put(sheet, f"D{row}", _result_in_words(each, book.scenario.currency), "Explanatory Text")
    number_format = _shown(live.value)
    value = book.put(sheet, f"E{row}", live, "Calculation", number_format)
    expected = book.put(sheet, f"F{row}", cached(live.value), "Explanatory Text", number_format)
    book.put(sheet, f"G{row}", matches(value, expected, 1e-9), "Good")
    book.put(sheet, f"H{row}", each.sentence, "Explanatory Text")
    for column in "BCEFH":
        sheet[f"{column}{row}"].alignment = wrap
    text = len(live.value) / 17 if isinstance(live.value, str) else 1
    longest = max(len(_typed(each)) / 46, len(each.sentence) / 70, text)
    sheet.row_dimensions[row].height = 15 * max(1, -int(-longest // 1))


def _example(each: Function, lever: TornadoBar | None) -> list[Any]:
    """The function's own arguments, with this scenario's rates and its widest lever where the catalogue has others."""
    chosen: list[Any] = []
    for argument, value in zip(each.own, each.examples, strict=False):
        if each.takes_scenario and argument.quantity is ANNUAL_RATE:
            chosen.append(None)
        elif lever is not None and argument.name == "input_name":
            chosen.append(lever.label)
        elif lever is not None and each.name == "FT_WHATIF" and argument.name == "value":
            chosen.append(lever.high)
        else:
            chosen.append(value)
    return chosen


def _shown(value: Any) -> str:
    """A number format for any example: prices with their small digits, astronomical rates as they are."""
    if not isinstance(value, (int, float)) or abs(value) >= 1e15:
        return styles.GENERAL
    return styles.PRICE if 0 < abs(value) < 1 else styles.ANY_SIZE


def _typed(each: Function) -> str:
    """The typed signature, short where it takes the whole of S."""
    if each.scenario != ALL_TYPED:
        return each.signature
    own = ["[" + a.name + "]" if a.optional else a.name for a in each.own]
    return f"{each.name}({', '.join([*own, 'S'])})"


def _first_cell(table: Formula) -> Formula:
    """The last column of a table's first row: one figure to look at, wherever arrays do not spill."""
    rows: list[list[Any]] = table.value
    column = len(rows[0])
    return function("INDEX", table, 1, column, value=rows[0][column - 1])


def _result_in_words(each: Function, currency: str) -> str:
    words = {"table": "table", "text": "text", "yes_no": "TRUE or FALSE"}
    return words.get(each.result.kind, each.result.unit_in(currency) or each.result.name)
