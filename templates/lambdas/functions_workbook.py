"""The workbook of the LAMBDA names: a page a family, with live examples.

Each page has a scenario of its own. One that is moved or copied into another workbook takes along the names that its
cells call, and those that these call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import functions
from roi_engine._version import __version__
from roi_engine.reference import REFERENCE
from roi_engine.scenario import INPUTS
from roi_engine.worksheet.catalogue import RISK, Function
from templates.building import styles
from templates.building.book import Book, absolute, called, cell_at, page, protect
from templates.building.columns import KEPT_OFF, RIGHT, Columns, put_titles, span, widths
from templates.building.formula import Formula
from templates.building.layout import lay_out
from templates.lambdas.carried import carry_names
from templates.lambdas.lambda_name import stored
from templates.lambdas.printed_functions import NOT_COVERED, lambda_names
from templates.xlsx.column_letters import column_letters, column_number
from templates.xlsx.finishing import finish
from templates.xlsx.generation_time import generation_time

FILE_NAME = "ft-functions.xlsx"
TITLE = "FT_ functions as LAMBDA names"
FIRST_ROW = 4
GIVEN = [name for name in REFERENCE.given() if INPUTS[name].numeric]
"""The inputs of the example: those that the reference scenario gives."""
DRAWS = 64
"""Draws of the examples: few, so that the page is there at once."""
RANGES = {"baseline_monthly_api_calls": (2_000_000, 8_000_000), "monthly_review_cost": (500, 4_000)}
"""Low and high of the example of a simulation."""


class Column(Columns):
    """A function a row, with an example."""

    FUNCTION = "A", "Function", 34
    EXAMPLE = "B", "Example", 44
    VALUE = "C", ">Value", 17
    UNIT = "D", "Gives", 18
    SENTENCE = "E", "What it gives", 60


class Example(Columns):
    """The scenario of the examples: labels and values."""

    LABEL = "G", "The examples' scenario", 36
    VALUE = "H", ">Value", 16
    UNIT = "I", "Unit", 18


class RangedExample(Columns):
    """The scenario of a simulation: labels, values, low and high."""

    LABEL = "G", "The examples' scenario", 36
    VALUE = "H", ">Value", 16
    LOW = "I", ">Low", 14
    HIGH = "J", ">High", 14
    UNIT = "K", "Unit", 18


class Part(Columns):
    """A name a row."""

    NAME = "A", "Name", 20
    LENGTH = "B", ">Characters", 13
    SENTENCE = "C", "What it gives", 96


EXAMPLE_FORMATS = {"money": styles.SMALL_MONEY, "months": styles.PAYBACK, "ratio": styles.ANY_SIZE}
"""How an example's value is shown where it would lose its decimals otherwise."""

ABOUT = (
    "The functions live in this file, as defined names: no add-in, no macro, nothing to install.",
    "They calculate in Excel for Microsoft 365 and in Excel 2024, on Windows, Mac and the web.",
    "Older versions of Excel, and LibreOffice, show an error in their place.",
    "To use them in your own workbook, move or copy a page there: the names go with it. Then delete the page.",
    "Where the FT ROI add-in is in use, do not mix the two: a name FT_X hides the add-in's function in its workbook.",
    "Formulas > Name Manager shows the text of every function.",
)


def build_functions_workbook(*, generated: datetime | None = None) -> bytes:
    """The workbook of the LAMBDA names, as the bytes of an .xlsx file.

    generated : the time to state; SOURCE_DATE_EPOCH, else now, when left out.
    """
    book, moment = Book(REFERENCE, "native"), generation_time(generated)
    _add_names_page(book)
    covered = [each for each in functions().values() if each.name not in NOT_COVERED]
    for family, members in groupby(covered, key=lambda each: each.family):
        _add_family_page(book, family, list(members))
    lay_out(book)
    package = BytesIO()
    book.workbook.save(package)
    finished = finish(
        package.getvalue(), book.formulas, numbers=book.numbers, created=moment, title=TITLE, dynamic_arrays=True
    )
    return carry_names(finished)


def _add_names_page(book: Book) -> None:
    """What the file is, and every name that it carries."""
    sheet = book.sheet("Names", widths(Part), TITLE, f"FT ROI {__version__}")
    row = FIRST_ROW
    for sentence in ABOUT:
        book.put(sheet, Part.NAME.at(row), sentence)
        row += 1
    row += 1
    put_titles(book, sheet, row, Part)
    for each in lambda_names().values():
        row += 1
        book.put(sheet, Part.NAME.at(row), each.name)
        book.put(sheet, Part.LENGTH.at(row), len(each.formula), "Calculation", styles.WHOLE)
        book.put(sheet, Part.SENTENCE.at(row), each.sentence, "Explanatory Text")
        book.align(sheet[Part.SENTENCE.at(row)], KEPT_OFF)
    page(sheet, span(Part.NAME, Part.SENTENCE, 1, row))
    protect(sheet)


def _add_family_page(book: Book, family: str, members: Sequence[Function]) -> None:
    """The functions of a family, live."""
    takes_scenario = any(each.takes_scenario for each in members)
    example = RangedExample if family == RISK else Example
    about = "Type other values in the scenario on the right: every example follows." if takes_scenario else ""
    tables = (Column, example) if takes_scenario else (Column,)
    sheet = book.sheet(family, widths(*tables), family, about)
    put_titles(book, sheet, FIRST_ROW, Column)
    block = _add_scenario(book, sheet, example) if takes_scenario else None
    row = FIRST_ROW
    for each in sorted(members, key=lambda one: one.result.kind == "table"):  # what fills several rows comes last
        row += 1
        height = _add_example(book, sheet, row, each, block)
        for column in (Column.EXAMPLE, Column.SENTENCE):
            sheet[column.at(row)].alignment = Alignment(wrap_text=True, vertical="center")
        row += height - 1
    sheet.freeze_panes = Column.EXAMPLE.at(FIRST_ROW + 1)
    last = example.UNIT if takes_scenario else Column.SENTENCE
    page(sheet, span(Column.FUNCTION, last, 1, max(row, FIRST_ROW + len(GIVEN))), f"1:{FIRST_ROW}")
    protect(sheet)


def _add_scenario(book: Book, sheet: Worksheet, example: type[Example] | type[RangedExample]) -> Formula:
    """The scenario of the examples; returns its labels and values as an argument."""
    put_titles(book, sheet, FIRST_ROW, example)
    rows = []
    for row, name in enumerate(GIVEN, start=FIRST_ROW + 1):
        declared, cells = INPUTS[name], [getattr(REFERENCE, name)]
        columns = [example.VALUE]
        if example is RangedExample:
            columns += [RangedExample.LOW, RangedExample.HIGH]
            cells += RANGES.get(name, ("", ""))
        book.put(sheet, example.LABEL.at(row), declared.label)
        for column, value in zip(columns, cells, strict=True):
            book.put(sheet, column.at(row), value, "Input", styles.number_format(declared.quantity))
        book.put(sheet, example.UNIT.at(row), declared.quantity.unit_in(REFERENCE.currency), "Unit")
        rows.append((declared.label, *cells))
    area = span(example.LABEL, columns[-1], FIRST_ROW + 1, FIRST_ROW + len(rows))
    return Formula(absolute(area), tuple(rows))


def _add_example(book: Book, sheet: Worksheet, row: int, each: Function, block: Formula | None) -> int:
    """A row: the function, the call, what it gives.

    Returns how many rows the result fills.
    """
    arguments = [DRAWS if own.name == "draws" else value for own, value in zip(each.own, each.examples, strict=False)]
    arguments += each.examples[len(arguments) :]
    if each.takes_scenario:
        arguments.insert(len(each.own) if each.block_at is None else each.block_at, block)
    live = called(each.name, *arguments)
    book.put(sheet, Column.FUNCTION.at(row), each.name)
    book.put(sheet, Column.EXAMPLE.at(row), f"={live.text}", "Explanatory Text")
    book.put(sheet, Column.UNIT.at(row), each.result.unit_in(REFERENCE.currency) or each.result.name, "Unit")
    book.put(sheet, Column.SENTENCE.at(row), each.sentence, "Explanatory Text")
    if each.result.kind == "table":
        _put_array(book, sheet, 1, row + 1, live.text, live.value, styles.SMALL_MONEY)
        return 1 + len(live.value)
    column = column_number(Column.VALUE.letter)
    shown = EXAMPLE_FORMATS.get(each.result.kind, styles.number_format(each.result))
    _put_array(book, sheet, column, row, live.text, [[live.value]], shown)
    return 1


def _put_array(
    book: Book, sheet: Worksheet, column: int, row: int, text: str, rows: list[list[Any]], number_format: str
) -> None:
    """A formula that fills cells to its right and below, with what they show.

    column, row : of its own cell. text : as people type it.
    """
    for below, values in enumerate(rows, start=row):
        for beside, value in enumerate(values, start=column):
            content = Formula(stored(text), value) if (below, beside) == (row, column) else value
            address = f"{column_letters(beside)}{below}"
            book.put(sheet, address, content, "Calculation", number_format)
            if isinstance(value, str) and beside > column:  # a title over figures, or a word in their place
                book.align(sheet[address], RIGHT)
    own = f"{column_letters(column)}{row}"
    last = f"{column_letters(column + len(rows[0]) - 1)}{row + len(rows) - 1}"
    cell = cell_at(sheet, own)
    cell.value = ArrayFormula(own if own == last else f"{own}:{last}", cell.value)
