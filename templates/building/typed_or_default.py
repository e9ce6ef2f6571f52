"""What a typed cell stands for: its figure, or the input's default."""

from __future__ import annotations

from typing import Any

from roi_engine.inputs import Input
from templates.building.book import FILL_IN
from templates.building.formula import Formula, function
from templates.building.quantities import Quantities

NOTHING = "–"
"""What stands in for an input that may stay empty."""

INSTEAD = {
    "baseline_cost_per_1k_tokens": "baseline_input_tokens",
    "finetuned_cost_per_1k_tokens": "finetuned_input_tokens",
    "monthly_review_cost": "review_cost_per_call",
}
"""Required inputs that another input replaces: a price by a token mix, the review cost by one by the call."""
FLEET_INSTEAD = "finetuned_cost_per_1k_tokens"
"""The price that a fleet replaces too."""


def default_of(declared: Input) -> Any:
    """What an emptied cell stands for."""
    if declared.required:
        return FILL_IN
    return NOTHING if declared.may_be_empty else declared.default


def default_where_replaced(name: str, typed: Quantities) -> Formula:
    """The default of an input of `INSTEAD`: 0 where another takes its place.

    typed : the typed cells of the inputs.
    """
    stands_in = typed[INSTEAD[name]].given()
    if name == FLEET_INSTEAD:
        own = typed["serving"] == "self_hosted"
        stands_in = function("OR", stands_in, own, value=stands_in.value or own.value)
    return stands_in.where(0, FILL_IN)


def is_empty(cell: Formula) -> Formula:
    """Whether nothing stands in a cell, or the empty text that a formula leaves there."""
    return Formula(f'{cell.text}=""', cell.value is None or cell.value == "")


def in_use(declared: Input, cell: Formula, default: Any) -> Formula:
    """The figure of a typed cell; its default when empty; fill in for no number."""
    if not declared.numeric:
        return is_empty(cell).where(default, cell)
    return cell.given().where(cell, is_empty(cell).where(default, FILL_IN))


def text_or_nothing(cell: Formula) -> Formula:
    """A cell's content; the empty text where it is empty (a bare reference reads 0)."""
    shown = "" if cell.value is None else cell.value
    return Formula(f'IF({cell.text}="","",{cell.text})', shown)
