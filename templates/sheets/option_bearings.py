"""What each option bears: the inputs and fixed figures in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.options import NEEDED, OPTIONS, REPLACED, changed_equations
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import Book, group_title
from templates.building.columns import put_titles
from templates.building.formula import Formula
from templates.building.quantities import Quantities, by_equation
from templates.building.workings import WORKINGS
from templates.sheets.option_columns import RIGHT, Bearing, Column

PLACE = {"API": Bearing.API, "SELFHOSTED": Bearing.SELFHOSTED}
PREFIXES = {"API": "api_", "SELFHOSTED": "own_"}
"""What the names of an option's cells begin with."""


@dataclass(frozen=True)
class OptionCells:
    """The cells of one option.

    book : the workbook, with names of the option's own.
    fixed : the inputs and fixed figures of the model when it is this option.
    has : 1 where the option has what it needs, else 0.
    """

    book: Book
    fixed: Quantities
    has: Formula

    @property
    def compared(self) -> Formula:
        """Whether the option has figures."""
        return self.has == 1


def add_bearings(book: Book, sheet: Worksheet, row: int, fixed: Quantities) -> tuple[int, dict[str, OptionCells]]:
    """Writes the table below a row; returns its last row, and each option's cells.

    fixed : the scenario's inputs in use and fixed figures.
    """
    group_title(book, sheet, row, "What each option bears", Column.NOTE.letter)
    row += 1
    put_titles(book, sheet, row, Bearing)
    table = _Table(book, sheet, fixed)
    for name in INPUTS:
        if any(name in each for each in REPLACED.values()):
            row += 1
            table.add_input(row, name)
    for name, label, quantity in WORKINGS:
        if any(name in changed_equations(option) for option in REPLACED):
            row += 1
            table.add_fixed(row, name, label, quantity)
    row += 1
    has = table.add_needed(row)
    return row, {each: OptionCells(table.books[each], table.fixed[each], has[each]) for each in REPLACED}


class _Table:
    """The rows, and the cells of each option so far."""

    def __init__(self, book: Book, sheet: Worksheet, fixed: Quantities) -> None:
        self.book, self.sheet, self.scenario = book, sheet, fixed
        self.books = {option: book.branch(prefix) for option, prefix in PREFIXES.items()}
        self.fixed = {option: dict(fixed) for option in REPLACED}

    def add_input(self, row: int, name: str) -> None:
        """An input that one of the options replaces."""
        declared = INPUTS[name]
        self._label(row, declared.label)
        for option, replaced in REPLACED.items():
            content, look = replaced.get(name, self.fixed[option][name]), styles.number_format(declared.quantity)
            self._put(row, option, name, content, look, changed=name in replaced)
            self.sheet[PLACE[option].at(row)].alignment = RIGHT
        self._unit(row, declared.quantity)

    def add_fixed(self, row: int, name: str, label: str, quantity: Quantity) -> None:
        """A fixed figure that comes out otherwise in one of the options."""
        self._label(row, label)
        for option in REPLACED:
            changed = name in changed_equations(option)
            content = by_equation(name, self.fixed[option]) if changed else self.fixed[option][name]
            self._put(row, option, name, content, styles.SMALL_MONEY, changed)
        self._unit(row, quantity)

    def add_needed(self, row: int) -> dict[str, Formula]:
        """Whether the scenario gives each option what it needs."""
        self.book.put(self.sheet, Bearing.LABEL.at(row), "Has what it needs (1 = yes)")
        found = {}
        for option, (equation, _) in NEEDED.items():
            name = f"has_{PREFIXES[option].removesuffix('_')}"
            has = by_equation(equation, self.scenario, OPTIONS)
            found[option] = self.book.put(
                self.sheet, PLACE[option].at(row), has, "Calculation", styles.WHOLE, name=name
            )
        return found

    def _label(self, row: int, label: str) -> None:
        self.book.put(self.sheet, Bearing.LABEL.at(row), label)

    def _unit(self, row: int, quantity: Quantity) -> None:
        self.book.put(self.sheet, Bearing.UNIT.at(row), quantity.unit_in(self.book.scenario.currency), "Unit")

    def _put(self, row: int, option: str, name: str, content: Any, look: str, changed: bool) -> None:
        """A cell of an option: one of its own, with a name, or the scenario's shown again."""
        book, place = self.books[option], PLACE[option].at(row)
        cell = book.put(self.sheet, place, content, "Calculation", look, name=name if changed else None)
        if changed:
            self.fixed[option][name] = cell
