"""What a typed cell stands for: its figure, or the input's default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.inputs import Input
from roi_engine.scenario_rules import MIX_FIELDS, MIX_NEEDS, SELF_HOSTING_NEEDS, above_one
from templates.building.book import FILL_IN, elsewhere
from templates.building.formula import Formula, formula_of, function
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
        return _numbers_in(names, typed)

    baseline, finetuned, switch = "baseline_input_tokens", "finetuned_input_tokens", "switch_input_price_per_m"
    per_call = typed["serving_tokens_per_call"]  # Gnumeric has no N() of a name
    served = function("SUM", per_call, value=per_call.value if isinstance(per_call.value, (int, float)) else 0) > 1
    fleet = (typed["serving"] == "self_hosted") & (count(finetuned) == 0) & served
    return (count(baseline, finetuned, switch) > 0) & (count(baseline, finetuned) + fleet.where(1, 0) < 2)


def _numbers_in(names: Iterable[str], typed: Quantities) -> Formula:
    """How many of these inputs hold a number."""
    cells = [typed[name] for name in names]
    return function("COUNT", *cells, value=sum(isinstance(cell.value, (int, float)) for cell in cells))


_PRICES = ("switch_input_price_per_m", "switch_output_price_per_m")
_NEEDED_BESIDE = {
    **{
        f"{side}_{field}": tuple(f"{side}_{each}" for each in MIX_FIELDS if each != field)
        for side in ("baseline", "finetuned")
        for field in MIX_NEEDS
    },
    **dict(zip(_PRICES, ((each,) for each in reversed(_PRICES)), strict=True)),
    "switch_input_tokens": _PRICES,
    "switch_output_tokens": _PRICES,
}
"""Inputs, each with those of which one makes it needed."""
_SHARES = {f"{side}_cached_write_share": f"{side}_cached_share" for side in ("baseline", "finetuned", "switch")}
"""Shares of one whole."""
REFUSED_BY_OTHERS = frozenset({*_SHARES, *SELF_HOSTING_NEEDS})
"""The inputs whose number may not go with those of others."""
_INHERITED = "switch_cached_write_share"
"""A share for which the baseline's stands in, beside which the other's own share may be too much."""
NEEDED_BY_OTHERS = frozenset({*_NEEDED_BESIDE, *SELF_HOSTING_NEEDS, _INHERITED})
"""The inputs that what is typed for others may need."""


def is_needed(name: str, typed: Quantities) -> Formula:
    """Whether an input of `NEEDED_BY_OTHERS` may not be empty beside others.

    typed : the typed cells of the inputs.
    """
    if name in SELF_HOSTING_NEEDS:
        return typed["serving"] == "self_hosted"
    if name == _INHERITED:
        read, written = typed[_SHARES[name]], typed["baseline_cached_write_share"]
        both = _as_number(read) + _as_number(written)  # one alone is no more than the whole
        return formula_of(above_one(function("IFERROR", both, 0, value=both.value)))
    needed = _numbers_in(_NEEDED_BESIDE[name], typed) > 0
    if name in ("switch_input_tokens", "switch_output_tokens"):
        return needed & (_numbers_in([name.replace("switch_", "baseline_")], typed) == 0)
    return needed


def is_refused(name: str, typed: Quantities) -> Formula:
    """Whether the number of an input does not go with those of others.

    It is one of `REFUSED_BY_OTHERS`, and its cell holds a number: a fleet at no price or without throughput; parts of a
    prompt that are more than the prompt.

    typed : the typed cells of the inputs.
    """
    number = _as_number(typed[name])
    if name in SELF_HOSTING_NEEDS:
        return (typed["serving"] == "self_hosted") & (number <= 0)
    read = typed[_SHARES[name]]
    whole = _number_in(read)
    if name == _INHERITED:
        whole = read.given().where(read, _number_in(typed["baseline_cached_share"]))
    return formula_of(above_one(whole + number))


def _as_number(cell: Formula) -> Formula:
    """A cell that is taken for a number."""
    return Formula(cell.text, cell.value if isinstance(cell.value, (int, float)) else 0.0)


def _number_in(cell: Formula) -> Formula:
    """The number in a cell, else 0.

    By a condition: Gnumeric has no N() of a name, and IronCalc no SUM of a name whose cell holds a text.
    """
    return cell.given().where(cell, 0)


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
