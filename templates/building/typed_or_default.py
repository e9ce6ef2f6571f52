"""What a typed cell stands for: its figure, or, when it is empty, the input's default; missing where there is none."""

from __future__ import annotations

from typing import Any

from roi_engine.inputs import Input
from templates.building.formula import Formula, function

MISSING, NOTHING = "missing", "–"
"""What stands in for an input that must be filled in, and for one that may stay empty."""

PRICES = {f"{side}_cost_per_1k_tokens": side for side in ("baseline", "finetuned")}
"""The prices per 1,000 tokens, which a token mix (or a fleet) replaces."""


def default_of(declared: Input) -> Any:
    """What an emptied cell stands for."""
    if declared.required:
        return MISSING
    return NOTHING if declared.may_be_empty else declared.default


def default_price(side: str, input_tokens: Formula, serving: Formula) -> Formula:
    """A price per 1,000 tokens may be empty where a token mix, or a fleet, takes its place."""
    stands_in = input_tokens.given()
    if side == "finetuned":
        own = serving == "self_hosted"
        stands_in = function("OR", stands_in, own, value=stands_in.value or own.value)
    return stands_in.where(0, MISSING)


def is_empty(cell: Formula) -> Formula:
    """Whether nothing stands in a cell, or the empty text that a formula leaves there."""
    return Formula(f'{cell.text}=""', cell.value is None or cell.value == "")


def in_use(declared: Input, cell: Formula, default: Any) -> Formula:
    """The figure of a typed cell; its default when it is empty; missing when it holds no number."""
    if not declared.numeric:
        return is_empty(cell).where(default, cell)
    return cell.given().where(cell, is_empty(cell).where(default, MISSING))


def text_or_nothing(cell: Formula) -> Formula:
    """A cell's content, and the empty text where it is empty (a bare reference would read 0)."""
    shown = "" if cell.value is None else cell.value
    return Formula(f'IF({cell.text}="","",{cell.text})', shown)
