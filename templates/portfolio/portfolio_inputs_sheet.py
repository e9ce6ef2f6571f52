"""The inputs of every returned workbook, one block below the other.

The block is what that workbook's FT_ functions read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.inputs import Input
from roi_engine.reference import REFERENCE
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, Scenario
from templates.building import styles
from templates.building.book import Book, cell_at, group_title, page, protect
from templates.building.columns import Columns, put_titles, span, widths
from templates.building.formula import Formula
from templates.building.validation import CellsInOrder, rule_of, validation_of
from templates.portfolio.entries import Entry, mark_as_text


class Column(Columns):
    """The columns of a block."""

    LABEL = "A", "Input", 36
    VALUE = "B", ">Value", 17
    UNIT = "C", "Unit", 20
    LOW = "D", ">Low", 12
    HIGH = "E", ">High", 12
    DISTRIBUTION = "F", "Distribution", 13
    SOURCE = "G", "Source", 38
    NOTE = "H", "Note", 58


READ = (Column.LABEL, Column.VALUE, Column.UNIT, Column.LOW, Column.HIGH, Column.DISTRIBUTION)
"""The columns that a function reads, with their titles."""
_TITLES = tuple(column.title.removeprefix(">") for column in READ)
FIRST_ROW = 5
ALWAYS = ("name", "currency", *REFERENCE_INPUTS)
"""Rows that every block has; any other input has one where the returned workbook moves it from its default."""
_LEFT = Alignment(horizontal="left", vertical="center", indent=1)


@dataclass(frozen=True)
class InputBlock:
    """The inputs of an entry.

    cells : all of them with their titles, as the argument of a function.
    serving : none where it has no row, as it is at its default.
    """

    cells: Formula
    name: Formula
    currency: Formula
    serving: Formula | None


class Rules:
    """Each rule of validation once, with all its cells."""

    def __init__(self) -> None:
        self._rules: dict[str, DataValidation] = {}
        self._cells: dict[str, dict[str, list[int]]] = {}

    def add(self, name: str, column: Column, row: int, rule: Callable[[], DataValidation]) -> None:
        """A cell of a rule.

        rule : makes it when it is first met.
        """
        if name not in self._rules:
            self._rules[name], self._cells[name] = rule(), {}
        self._cells[name].setdefault(column.letter, []).append(row)

    def add_to(self, sheet: Worksheet) -> None:
        """Writes the rules."""
        for name, rule in self._rules.items():
            rule.sqref = CellsInOrder(self._cells[name])
            sheet.add_data_validation(rule)


class PortfolioInputsSheet:
    """The sheet, to which answers are added one by one, as they are read."""

    def __init__(self, book: Book) -> None:
        """Writes its frame."""
        self.book, self.rules, self.row = book, Rules(), FIRST_ROW
        self.sheet = book.sheet(
            "Inputs",
            widths(Column),
            "Inputs of every answer",
            "What each answer gives; an input without a row is at its default."
            if book.edition == "values"
            else "What each answer gives; an input without a row is at its default. Portfolio follows the blue cells, "
            "with the FT functions.",
        )

    def add(self, entry: Entry) -> InputBlock:
        """Writes the block of an entry."""
        group_title(self.book, self.sheet, self.row, entry.heading, Column.NOTE.letter)
        block = _add_block(self.book, self.sheet, self.row + 1, entry, self.rules)
        self.row += 1 + len(block.cells.value) + 1
        return block

    def end(self) -> None:
        """Writes what is about all blocks: rules, pages, protection."""
        self.rules.add_to(self.sheet)
        self.sheet.freeze_panes = Column.VALUE.at(FIRST_ROW - 1)
        page(self.sheet, span(Column.LABEL, Column.NOTE, 1, self.row - 2), f"1:{FIRST_ROW - 2}")
        protect(self.sheet)


def _add_block(book: Book, sheet: Worksheet, row: int, entry: Entry, rules: Rules) -> InputBlock:
    """Writes the table of one entry with its titles."""
    put_titles(book, sheet, row, Column)
    for column in (Column.UNIT, Column.DISTRIBUTION):  # whose titles would touch those of the numbers before them
        book.align(cell_at(sheet, column.at(row)), _LEFT)
    first, block = row, [_TITLES]
    named: dict[str, Formula] = {}
    for declared in rows_of(entry.scenario):
        row += 1
        block.append(_add_input(book, sheet, row, declared, entry.scenario, rules))
        if declared.name in ("name", "currency", "serving"):
            name = f"answer_{entry.number}_{declared.name}"
            named[declared.name] = book.define(name, sheet, Column.VALUE.at(row), block[-1][1])
    cells = book.define(f"answer_{entry.number}", sheet, span(READ[0], READ[-1], first, row), tuple(block))
    return InputBlock(cells, named["name"], named["currency"], named.get("serving"))


def block_of(scenario: Scenario) -> tuple[tuple[Any, ...], ...]:
    """What a function reads in the block of a scenario."""
    return (_TITLES, *(_cells_of(declared, scenario) for declared in rows_of(scenario)))


def _cells_of(declared: Input, scenario: Scenario) -> tuple[Any, ...]:
    """The label, value, unit, low, high and distribution of an input."""
    value, unit = getattr(scenario, declared.name), declared.quantity.unit_in(scenario.currency)
    given = scenario.ranges.get(declared.name)
    ends = (given.low, given.high, given.distribution) if given else (None, None, None)
    return (declared.label, value, unit, *ends)


def rows_of(scenario: Scenario) -> list[Input]:
    """The inputs that have a row.

    Labels come first, then the inputs of the reference, then the others.

    >>> from roi_engine import REFERENCE
    >>> [each.name for each in rows_of(REFERENCE)][:4]
    ['name', 'currency', 'model_size_b', 'training_hours']
    """
    moved = {name: each for name, each in INPUTS.items() if name in ALWAYS or _is_given(scenario, each)}
    labels = [each for each in moved.values() if each.group == "Label"]
    reference = [INPUTS[name] for name in REFERENCE_INPUTS]
    return labels + reference + [each for each in moved.values() if each not in (*labels, *reference)]


def _is_given(scenario: Scenario, declared: Input) -> bool:
    """Whether an input differs from its default.

    A description of the template's example says nothing.
    """
    value = getattr(scenario, declared.name)
    if declared.name == "description" and value == REFERENCE.description:
        return False
    return bool(value != declared.default) or declared.name in scenario.ranges


def _add_input(
    book: Book, sheet: Worksheet, row: int, declared: Input, scenario: Scenario, rules: Rules
) -> tuple[Any, ...]:
    quantity, name = declared.quantity, declared.name
    cells = _cells_of(declared, scenario)
    _, value, unit, *ends = cells
    book.put(sheet, Column.LABEL.at(row), declared.label)
    _put_text(book, sheet, Column.VALUE.at(row), value, styles.number_format(quantity))
    rules.add(f"{name} {scenario.currency}", Column.VALUE, row, lambda: validation_of(declared, scenario.currency))
    book.put(sheet, Column.UNIT.at(row), unit, "Unit")
    if declared.numeric:
        for column, end in zip((Column.LOW, Column.HIGH), ends[:2], strict=True):
            book.put(sheet, column.at(row), end, "Input", styles.number_format(quantity))
            rules.add(f"{name} end", column, row, lambda: rule_of(quantity, True))
        book.put(sheet, Column.DISTRIBUTION.at(row), ends[2], "Input")
        book.align(cell_at(sheet, Column.DISTRIBUTION.at(row)), _LEFT)
    for column, text in ((Column.SOURCE, scenario.sources.get(name)), (Column.NOTE, scenario.notes.get(name))):
        if text:
            book.put(sheet, column.at(row), text, "Annotation")
            mark_as_text(sheet, column.at(row))
    return cells


def _put_text(book: Book, sheet: Worksheet, address: str, value: Any, number_format: str) -> None:
    book.put(sheet, address, value, "Input", number_format)
    if isinstance(value, str):
        book.align(cell_at(sheet, address), _LEFT)
        mark_as_text(sheet, address)
