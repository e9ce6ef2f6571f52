"""What a typed cell stands for: its figure, or the input's default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.inputs import Input
from roi_engine.quantity import Quantity, as_choice
from templates.building.book import FILL_IN, elsewhere
from templates.building.formula import Formula, function

NOTHING = "–"
"""What stands in for an input that may stay empty."""


def default_of(declared: Input) -> Any:
    """What an emptied cell stands for."""
    if declared.required:
        return FILL_IN
    return NOTHING if declared.may_be_empty else declared.default


def is_empty(cell: Formula) -> Formula:
    """Whether nothing stands in a cell, or the empty text that a formula leaves there."""
    return Formula(f'{cell.text}=""', cell.value is None or cell.value == "")


def as_number(cell: Formula) -> Formula:
    """A cell that is compared as a number, whatever stands in it."""
    return Formula(cell.text, cell.value if isinstance(cell.value, (int, float)) else 0.0)


@dataclass(frozen=True)
class Bounds:
    """The cells that say what a number may be.

    Between which two it lies, and whether it is whole (step 1).
    """

    lowest: Formula
    highest: Formula
    step: Formula

    def hold(self, cell: Formula) -> Formula:
        """Whether a cell's number is legal: between them, and whole where need be."""
        number = as_number(cell)
        whole = function("INT", number, value=int(number.value // 1))
        return (number >= self.lowest) & (number <= self.highest) & (self.step * (number - whole) == 0)

    def seen_from_another(self, sheet: Worksheet) -> Bounds:
        """The same as seen from another sheet than theirs."""
        return Bounds(*(elsewhere(sheet, each) if each.text[:1].isalpha() and each.text[-1:].isdigit() else each
                        for each in (self.lowest, self.highest, self.step)))  # fmt: skip


def choice_in(cell: Formula, quantity: Quantity) -> Formula:
    """What is typed for a choice, as choices are written but for capitals.

    It is `roi_engine.quantity.as_choice` in the words of a formula; cells are compared without case.
    """
    text = f"TRIM({cell.text})"
    if "_" in "".join(quantity.choices):
        text = f'SUBSTITUTE(SUBSTITUTE({text},"-","_")," ","_")'
    return Formula(text, as_choice(str(cell.value or "")))


def is_a_choice(quantity: Quantity, cell: Formula) -> Formula:
    """Whether a cell holds one of the texts that a quantity may be."""
    typed = choice_in(cell, quantity)
    known = [typed == choice for choice in quantity.choices]
    return function("OR", *known, value=any(each.value for each in known))


def in_use(declared: Input, cell: Formula, default: Any, legal: Formula) -> Formula:
    """The figure of a typed cell; its default when empty; fill in for another.

    legal : whether what stands in the cell is legal. Where it holds an error, what comes back is one.
    """
    if declared.numeric:
        return cell.given().where(legal.where(cell, FILL_IN), is_empty(cell).where(default, FILL_IN))
    word = choice_in(cell, declared.quantity)
    return is_empty(cell).where(default, legal.where(function("LOWER", word, value=word.value), FILL_IN))


def text_or_nothing(cell: Formula) -> Formula:
    """A cell's content; the empty text where it is empty (a bare reference reads 0)."""
    shown = "" if cell.value is None else cell.value
    return Formula(f'IF({cell.text}="","",{cell.text})', shown)
