"""The table of correlations on the sheet Risk: two inputs and a number in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.quantity import RANK_CORRELATION
from roi_engine.scenario import INPUTS
from templates.building.book import Book, group_title
from templates.building.columns import KEPT_OFF, Columns
from templates.building.formula import Formula, function
from templates.building.reading_order import HIGH, LOW, correlation_of, end_of, pairs_of
from templates.building.typed_or_default import is_empty, text_or_nothing
from templates.building.validation import explain, rule_of
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.scenarios_sheet import ScenarioCells

TITLE = "Correlations"
NAME = "correlations"
"""The name of the table's cells, which the functions take and workbooks are read back by."""
FEWEST_ROWS, SPARE_ROWS = 8, 3
"""Rows of the table at least, and empty ones below the pairs that it holds."""
LOOK = "0.00;-0.00;0.00"

_WRAPPED = Alignment(vertical="center", wrap_text=True)
_OFF = Alignment(horizontal="left", vertical="center", indent=1)


class PairColumn(Columns):
    """A pair a row."""

    FIRST = "A", "Input"
    SECOND = "B", "goes with"
    NUMBER = "C", ">Correlation"
    STATE = "D", "State"


def add_pairs(
    book: Book, sheet: Worksheet, row: int, inputs: InputCells, scenarios: ScenarioCells | None
) -> tuple[Formula, int]:
    """Writes the table; returns its cells by their name, and its last row.

    row : of the group's title.
    scenarios : where several have correlations, which are typed there.
    """
    pairs = pairs_of(book.scenarios)
    group_title(book, sheet, row, TITLE, PairColumn.STATE.letter)
    about = "Inputs that rise or fall together: two of the list, and their rank correlation between -1 and 1."
    if scenarios:
        about = "Those of the scenario in use. Change them on the sheet Scenarios."
    book.put(sheet, PairColumn.FIRST.at(row + 1), about, "Explanatory Text")
    for column in PairColumn:
        style = "Column title right" if column.title.startswith(">") else "Column title"
        book.put(sheet, column.at(row + 2), column.title.removeprefix(">"), style)
    book.align(sheet[PairColumn.STATE.at(row + 2)], KEPT_OFF)
    first = row + 3
    count = max(len(pairs) + SPARE_ROWS, FEWEST_ROWS)
    rules = _rules()
    shown: list[tuple[Any, ...]] = []
    for number in range(count):
        pair = pairs[number] if number < len(pairs) else None
        shown.append(_add_pair(book, sheet, first + number, pair, inputs, scenarios))
        for column, rule in zip(PairColumn, rules, strict=False):
            rule.add(column.at(first + number))
    for rule in (rules[0], rules[2]) if not scenarios else ():
        sheet.add_data_validation(rule)
    last = first + count - 1
    area = f"{PairColumn.FIRST.at(first)}:{PairColumn.NUMBER.at(last)}"
    return book.define(NAME, sheet, area, tuple(shown)), last


def _rules() -> tuple[DataValidation, DataValidation, DataValidation]:
    """What the two names and the number may be; both names have one rule."""
    inputs = DataValidation(type="list", formula1="axis_choices", allow_blank=True)
    explain(inputs, "Input", "An input with low and high. Empty: no pair.", "Choose an input from the list.")
    number = rule_of(RANK_CORRELATION, may_be_empty=True)
    prompt = "0: they move apart from each other. Near 1: they rise together. Near -1: one rises as the other falls."
    explain(number, "Rank correlation", prompt, number.error or "")
    return inputs, inputs, number


def _add_pair(
    book: Book,
    sheet: Worksheet,
    row: int,
    pair: tuple[str, str] | None,
    inputs: InputCells,
    scenarios: ScenarioCells | None,
) -> tuple[Any, Any, Any]:
    """A row of the table; returns what it shows."""
    names = [INPUTS[name].label for name in pair] if pair else [None, None]
    number = correlation_of(book.scenario, pair) if pair else None
    style = "Calculation" if scenarios else "Input"
    for column, label in zip((PairColumn.FIRST, PairColumn.SECOND), names, strict=True):
        book.put(sheet, column.at(row), label, style)
        book.align(sheet[column.at(row)], _WRAPPED)
    content: Any = number
    if scenarios and pair:
        cells = scenarios.correlations[pair]
        chosen = f"INDEX({cells.text},1,{scenarios.number.text})"
        content = text_or_nothing(Formula(chosen, number))
    cell = book.put(sheet, PairColumn.NUMBER.at(row), content, style, LOOK, meanwhile=None)
    _add_state(book, sheet, row, (*names, cell.value), inputs)
    return (*names, cell.value)


def _add_state(book: Book, sheet: Worksheet, row: int, shown: Sequence[Any], inputs: InputCells) -> None:
    """Whether a row counts, and why not."""
    first, second, number = (Formula(column.at(row), value) for column, value in zip(PairColumn, shown, strict=False))
    numbers = isinstance(shown[2], (int, float))
    both = (ends_of(book, first, inputs) > 0) & (ends_of(book, second, inputs) > 0)
    counts = both.where("OK", "has no range: type low and high on Inputs")
    complete = (is_empty(first).negated() & is_empty(second).negated()) & function("ISNUMBER", number, value=numbers)
    empty = is_empty(first) & is_empty(second) & is_empty(number)
    unfinished = empty.where("", "counts for nothing until the row is complete")
    book.put(sheet, PairColumn.STATE.at(row), complete.where(counts, unfinished), "Explanatory Text")
    book.align(sheet[PairColumn.STATE.at(row)], _OFF)


def ends_of(book: Book, label: Formula, inputs: InputCells) -> Formula:
    """How many ends of the range of an input are given: 0, 1 or 2."""
    place = f"MATCH({label.text},{inputs.labels.text},0)"
    counted = f"COUNT(INDEX({inputs.lows.text},{place}),INDEX({inputs.highs.text},{place}))"
    name = next((name for name in book.scenario.ranges if INPUTS[name].label == label.value), "")
    given = [end_of(book.scenario, name, end) for end in (LOW, HIGH)] if name else []
    return Formula(f"IFERROR({counted},0)", sum(each is not None for each in given))
