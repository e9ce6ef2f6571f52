"""The Functions sheet: the catalogue, with live examples on this scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.errors import FtRoiError
from roi_engine.quantity import ANNUAL_RATE
from roi_engine.sensitivity import TornadoBar, tornado
from roi_engine.worksheet.catalogue import RISK, Function, functions, scenario_arguments
from templates.building import styles
from templates.building.agreement import matches
from templates.building.book import (
    AS_GENERATED,
    FIGURES_ARE_AS_GENERATED,
    FILL_IN,
    NOT_COMPARED,
    NOT_HERE,
    Book,
    color_ok_and_fail,
    group_title,
    page,
    protect,
)
from templates.building.columns import Columns, put_titles, span, widths
from templates.building.formula import Formula, cached, function, if_error
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.risk_sheet import RiskCells


class Column(Columns):
    """A function a row."""

    FUNCTION = "A", "Function", 18
    TYPED = "B", "Arguments, typed", 40
    EXAMPLE = "C", "On this scenario", 36
    GIVES = "D", "Gives", 15
    VALUE = "E", ">Value here", 17
    EXPECTED = "F", ">Expected", 17
    MATCH = "G", "Match", 8
    SENTENCE = "H", "What it gives", 53


_WRAPPED = (Column.TYPED, Column.EXAMPLE, Column.GIVES, Column.VALUE, Column.EXPECTED, Column.SENTENCE)
FIRST_ROW = 5
_EDITED = "edited"
"""In the place of a match with what an example gave for the inputs as generated."""
ALL_TYPED = scenario_arguments()
_TAKE_RANGES = ("FT_TORNADO", *(each.name for each in functions().values() if each.family == RISK))
"""The functions whose figures follow the ranges of the inputs."""


def add_functions_sheet(book: Book, inputs: InputCells, risk: RiskCells | None) -> None:
    """Writes the sheet, family by family.

    inputs : the Inputs table is the argument of functions, and says whether a figure was edited.
    risk : the sheet Risk, whose draws, seed and correlations the functions that draw take.
    """
    usage = "Typed, or with one block: the range scenario, or any range of labels and values. [Optional] in brackets."
    if not book.calls_functions:
        usage = "What the FT ROI add-in brings to Excel; this workbook does without."
        usage += "" if book.to_fill_in else " Figures are those as generated."
    elif book.edition == "lambda":
        usage += " Those without a match show figures as generated."
    sheet = book.sheet("Functions", widths(Column), "Functions", usage)
    typed = ", ".join(f"[{a.name}]" if a.optional else a.name for a in ALL_TYPED)
    book.put(sheet, Column.FUNCTION.at(FIRST_ROW - 1), f"S stands for {typed}.", "Explanatory Text")
    put_titles(book, sheet, FIRST_ROW, Column)
    lever = next(iter(tornado(book.scenario)), None)
    row, family = FIRST_ROW, ""
    for each in functions().values():
        row += 1
        if each.family != family:
            family = each.family
            group_title(book, sheet, row, family, Column.SENTENCE.letter)
            row += 1
        with book.as_values(book.as_generated(each.name)):
            _add_function(book, sheet, row, each, _called(book, each, inputs.block, lever, risk), inputs, risk)
    color_ok_and_fail(sheet, Column.MATCH.rows(FIRST_ROW + 1, row))
    sheet.freeze_panes = Column.TYPED.at(FIRST_ROW + 1)
    page(sheet, span(Column.FUNCTION, Column.SENTENCE, 1, row), f"1:{FIRST_ROW}")
    protect(sheet)


def _called(book: Book, each: Function, block: Formula, lever: TornadoBar | None, risk: RiskCells | None) -> Formula:
    """The function on this scenario."""
    arguments = _example(each, lever, risk.simulated.drawn if risk else {})
    if each.takes_scenario:
        at = each.block_at if each.block_at is not None else len(each.own)
        arguments.insert(at, block)
    return book.ft(each.name, *arguments)


def _add_function(
    book: Book,
    sheet: Worksheet,
    row: int,
    each: Function,
    called: Formula,
    inputs: InputCells,
    risk: RiskCells | None,
) -> None:
    live = book.by_function_alone(if_error(_in_one_cell(each, called), "n/a"))
    book.put(sheet, Column.FUNCTION.at(row), each.name)
    book.put(sheet, Column.TYPED.at(row), _typed(each), "Explanatory Text")
    book.put(sheet, Column.EXAMPLE.at(row), f"={called.text}", "Explanatory Text")
    book.put(sheet, Column.GIVES.at(row), _result_in_words(each, book.scenario.currency), "Explanatory Text")
    number_format = _shown(live.value)
    meanwhile = FILL_IN if each.takes_scenario else None
    value = book.put(sheet, Column.VALUE.at(row), live, "Calculation", number_format, meanwhile=meanwhile)
    if each.takes_scenario and book.to_fill_in:
        book.put(sheet, Column.EXPECTED.at(row), NOT_HERE, "Explanatory Text")
    else:
        expected = book.put(sheet, Column.EXPECTED.at(row), cached(live.value), "Explanatory Text", number_format)
        match: str | Formula = book.by_function_alone(matches(value, expected, 1e-9), NOT_COMPARED)
        if book.calls_functions and book.as_generated(each.name):
            match = NOT_COMPARED
        elif book.calls_functions and each.takes_scenario:
            match = _is_as_generated(book, each, inputs, risk).where(match, _EDITED)
        book.put(sheet, Column.MATCH.at(row), match, "Good", meanwhile=meanwhile)
    book.put(sheet, Column.SENTENCE.at(row), each.sentence, "Explanatory Text")
    for column in _WRAPPED:
        sheet[column.at(row)].alignment = Alignment(wrap_text=True, vertical="center")


def _is_as_generated(book: Book, each: Function, inputs: InputCells, risk: RiskCells | None) -> Formula:
    """Whether what a function takes is as generated, with ranges if it reads them.

    An input of another option may be edited, which leaves the figures of the scenario as they were.
    """
    same = inputs.edited == 0
    if book.several:
        same = same & (Formula("scenario_number", 1) == 1)
    if risk is None or risk.as_generated is None or each.name not in _TAKE_RANGES:
        return same & FIGURES_ARE_AS_GENERATED
    return same & (risk.as_generated == AS_GENERATED)


def _in_one_cell(each: Function, called: Formula) -> Formula:
    """What a cell shows of a result: one figure of a table, a condition as Yes or No."""
    if each.result.kind == "table":
        return _first_cell(called)
    return called.where("Yes", "No") if each.result.kind == "yes_no" else called


def _example(each: Function, lever: TornadoBar | None, drawn: Mapping[str, Formula]) -> list[Any]:
    """The function's own arguments, with this scenario's rates and widest lever.

    drawn : arguments of the functions that draw, by their names, where the sheet Risk has them.
    """
    chosen: list[Any] = []
    given = dict(zip((argument.name for argument in each.own), each.examples, strict=False))
    given |= {name: cell for name, cell in drawn.items() if name in each.by_name}
    for argument in each.own[: len(given)]:
        value = given[argument.name]
        if each.takes_scenario and argument.quantity is ANNUAL_RATE:
            chosen.append(None)
        elif lever is not None and argument.name == "input_name" and value is not None:
            chosen.append(lever.label)
        elif lever is not None and each.name == "FT_WHATIF" and argument.name == "value":
            chosen.append(lever.high)
        else:
            chosen.append(value)
    return chosen


def _shown(value: Any) -> str:
    """A number format for any example: small prices, astronomical rates."""
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
    """One figure: beside the first label, else the last column's first number.

    An error in the table's place is one in the figure's.
    """
    if isinstance(table.value, FtRoiError):
        return function("INDEX", table, 1, 2, value=table.value)
    rows: list[list[Any]] = table.value
    if len(rows[0]) > 1 and (isinstance(rows[0][1], (int, float)) or rows[0][1] == "n/a"):
        return function("INDEX", table, 1, 2, value=rows[0][1])
    column = len(rows[0])
    figures = (index for index, row in enumerate(rows) if isinstance(row[-1], (int, float)))
    index = next(figures, 0)
    return function("INDEX", table, index + 1, column, value=rows[index][-1])


def _result_in_words(each: Function, currency: str) -> str:
    words = {"table": "table", "text": "text", "yes_no": "TRUE or FALSE"}
    return words.get(each.result.kind, each.result.unit_in(currency) or each.result.name)
