"""What a cell accepts: validation rules with their sentences, by quantity."""

from __future__ import annotations

import math
from typing import Any

from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation

from roi_engine.inputs import Input
from roi_engine.quantity import START_MONTH, Quantity
from roi_engine.sensitivity import legal_bounds


class CellsInOrder(MultiCellRange):
    """The cells of a rule, in the order of columns and rows.

    openpyxl's own list compares each new cell with all before it.
    """

    def __init__(self, columns: dict[str, list[int]]) -> None:
        super().__init__()
        self.columns = columns

    def __bool__(self) -> bool:
        return bool(self.columns)

    def __str__(self) -> str:
        letters = sorted(self.columns, key=column_index_from_string)
        return " ".join(f"{letter}{row}" for letter in letters for row in sorted(self.columns[letter]))


LONGEST_TITLE, LONGEST_TEXT = 32, 255
"""What Excel accepts; a longer text makes it refuse the file."""
NO_LIMIT = 1e300
"""Stands for a bound that does not exist, in the cells that formulas read."""


def bounds(declared: Input) -> tuple[float, float]:
    """The lowest and highest legal value as cells hold them."""
    lowest, highest = (max(min(bound, NO_LIMIT), -NO_LIMIT) for bound in legal_bounds(declared))
    return lowest, highest


def validation_of(declared: Input, currency: str) -> DataValidation:
    """The rule of an input's value cell."""
    quantity = declared.quantity
    rule = rule_of(quantity, declared.may_be_empty)
    unit = quantity.unit_in(currency)
    allowed = "" if quantity.kind == "text" else f" ({unit})" if unit else ""
    rule.promptTitle = _cut(declared.label, LONGEST_TITLE)
    rule.prompt = _cut(f"{declared.meaning}{allowed}", LONGEST_TEXT)
    rule.errorTitle = _cut(declared.label, LONGEST_TITLE)
    return rule


def rule_of(quantity: Quantity, may_be_empty: bool) -> DataValidation:
    """A rule for any cell of a quantity."""
    if quantity.choices:
        rule = DataValidation(type="list", formula1=f'"{",".join(quantity.choices)}"', allow_blank=may_be_empty)
        rule.error = f"Choose {' or '.join(quantity.choices)}."
    elif quantity is START_MONTH:
        rule = DataValidation(type="textLength", operator="between", formula1="6", formula2="7", allow_blank=True)
        rule.error = "Year and month as a text, such as 2027-01."
    elif quantity.kind == "text":
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="255", allow_blank=True)
        rule.error = "At most 255 characters."
    else:
        operator, bounds = _operator(quantity)
        rule = DataValidation(
            type="whole" if quantity.whole else "decimal",
            operator=operator,
            formula1=_number(bounds[0]),
            formula2=_number(bounds[1]) if len(bounds) > 1 else None,
            allow_blank=may_be_empty,
        )
        percent = " 12 % is 0.12." if quantity.kind == "fraction" else ""
        rule.error = _cut(f"A {'whole ' * quantity.whole}number {quantity.range_in_words}.{percent}", LONGEST_TEXT)
    rule.showErrorMessage = True
    rule.showInputMessage = True
    return rule


def explain(rule: DataValidation, title: str, prompt: str, error: str) -> None:
    """Says what a cell takes when it is chosen, and when it refuses."""
    rule.promptTitle = rule.errorTitle = title
    rule.prompt, rule.error = prompt, error
    rule.showInputMessage = rule.showErrorMessage = True


def _operator(quantity: Quantity) -> tuple[Any, tuple[float, ...]]:
    """Excel's operator and bounds; a bound that is not allowed is stayed away from."""
    low, high = quantity.clamp(-math.inf), quantity.clamp(math.inf)
    if low == -math.inf:
        return "lessThanOrEqual", (high,)
    if high == math.inf:
        return "greaterThanOrEqual", (low,)
    return "between", (low, high)


def _number(value: float) -> str:
    return repr(int(value) if value == int(value) else value)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
