"""What a typed cell stands for: its figure, or the input's default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.inputs import Input
from templates.building.book import FILL_IN, elsewhere
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


ONE_TOKEN_INPUT = "tokens_per_call"
"""The input whose default, one token a call, is no call beside a token mix."""


def one_token_is_no_call(typed: Quantities) -> Formula:
    """Whether one token a call would stand beside a token mix.

    A side would be charged by it, or a fleet sized.

    typed : the typed cells of the inputs.
    """

    def count(*names: str) -> Formula:
        cells = [typed[name] for name in names]
        return function("COUNT", *cells, value=sum(isinstance(cell.value, (int, float)) for cell in cells))

    baseline, finetuned, switch = "baseline_input_tokens", "finetuned_input_tokens", "switch_input_price_per_m"
    per_call = typed["serving_tokens_per_call"]  # Gnumeric has no N() of a name
    served = function("SUM", per_call, value=per_call.value if isinstance(per_call.value, (int, float)) else 0) > 1
    fleet = (typed["serving"] == "self_hosted") & (count(finetuned) == 0) & served
    return (count(baseline, finetuned, switch) > 0) & (count(baseline, finetuned) + fleet.where(1, 0) < 2)


def is_empty(cell: Formula) -> Formula:
    """Whether nothing stands in a cell, or the empty text that a formula leaves there."""
    return Formula(f'{cell.text}=""', cell.value is None or cell.value == "")


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
        value = cell.value if isinstance(cell.value, (int, float)) else 0.0
        number = Formula(cell.text, value)
        whole = function("INT", number, value=int(value // 1))
        return (number >= self.lowest) & (number <= self.highest) & (self.step * (number - whole) == 0)

    def seen_from_another(self, sheet: Worksheet) -> Bounds:
        """The same as seen from another sheet than theirs."""
        return Bounds(*(elsewhere(sheet, each) if each.text[:1].isalpha() and each.text[-1:].isdigit() else each
                        for each in (self.lowest, self.highest, self.step)))  # fmt: skip


def is_a_choice(declared: Input, cell: Formula) -> Formula:
    """Whether a cell holds one of the texts that an input may be."""
    known = [cell == choice for choice in declared.quantity.choices]
    return function("OR", *known, value=any(each.value for each in known))


def in_use(declared: Input, cell: Formula, default: Any, legal: Formula) -> Formula:
    """The figure of a typed cell; its default when empty; fill in for another.

    legal : whether what stands in the cell is legal.
    """
    if not declared.numeric:
        return is_empty(cell).where(default, legal.where(cell, FILL_IN))
    return cell.given().where(legal.where(cell, FILL_IN), is_empty(cell).where(default, FILL_IN))


def text_or_nothing(cell: Formula) -> Formula:
    """A cell's content; the empty text where it is empty (a bare reference reads 0)."""
    shown = "" if cell.value is None else cell.value
    return Formula(f'IF({cell.text}="","",{cell.text})', shown)
