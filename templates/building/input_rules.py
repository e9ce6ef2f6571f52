"""What must hold between the cells of a scenario.

It is what `roi_engine.scenario_rules` asks of a file. A sheet that did not ask it would calculate on, or its FT_
functions would refuse the block and no cell say why.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from roi_engine.inputs import Input
from roi_engine.quantity import DISTRIBUTION
from roi_engine.scenario_rules import MIX_FIELDS, MIX_NEEDS, REPLACEABLE, SELF_HOSTING_NEEDS
from roi_engine.value import ROUNDING
from templates.building.book import FILL_IN
from templates.building.formula import Formula, formula_of, function, if_error
from templates.building.quantities import Quantities
from templates.building.typed_or_default import Bounds, as_number, default_of, is_a_choice, is_empty

ONE_TOKEN_INPUT = "tokens_per_call"
"""The input whose default, one token a call, is no call beside a token mix."""
MODE = "serving"
"""The input by which the others are asked for, however it is spelt: its figure in use."""
_SHARES = "cached_share", "cached_write_share"
_OTHER_MODEL = "switch"
_OTHER_PRICES = "switch_input_price_per_m", "switch_output_price_per_m"


def default_beside(declared: Input, typed: Quantities, no_call: Formula | None = None) -> Any:
    """What an emptied cell stands for beside the others: fill in where they need it.

    typed : the typed cells of the scenario, and `MODE` in use.
    no_call : `one_token_is_no_call`, where a cell knows it.
    """
    name = declared.name
    if name in REPLACEABLE:
        return _is_replaced(name, typed).where(0, FILL_IN)
    needed = no_call if no_call is not None and name == ONE_TOKEN_INPUT else _needed(name, typed)
    return default_of(declared) if needed is None else needed.where(FILL_IN, default_of(declared))


def _is_replaced(name: str, typed: Quantities) -> Formula:
    """Whether others stand in for a required input.

    For a price the token mix of its side, or a fleet; for the review cost one by the call.
    """
    if name == "monthly_review_cost":
        return typed["review_cost_per_call"].given()
    side = name.partition("_")[0]
    mix = _is_mixed(side, typed)
    if side == "baseline":
        return mix
    fleet = _self_hosted(typed)
    return function("OR", mix, fleet, value=mix.value or fleet.value)


def _needed(name: str, typed: Quantities) -> Formula | None:
    """Whether others need an input; None for one that they never do."""
    side, _, field = name.partition("_")
    if name == ONE_TOKEN_INPUT:
        return one_token_is_no_call(typed)
    if name in SELF_HOSTING_NEEDS:
        return _self_hosted(typed)
    if side in ("baseline", "finetuned") and field in MIX_NEEDS:
        return _is_mixed(side, typed)
    if name in _OTHER_PRICES:
        return _count(typed, *_OTHER_PRICES) > 0
    if side == _OTHER_MODEL and field in MIX_NEEDS:  # the tokens, which may be the baseline's
        return (_count(typed, *_OTHER_PRICES) > 0) & (_count(typed, f"baseline_{field}") == 0)
    return None


def one_token_is_no_call(typed: Quantities) -> Formula:
    """Whether one token a call would stand beside a token mix.

    A side would be charged by it, or a fleet sized. Which side has a mix its prompt tokens tell: without them it is
    incomplete.

    typed : the typed cells of the inputs, and `MODE` in use.
    """
    baseline, finetuned, served = "baseline_input_tokens", "finetuned_input_tokens", typed["serving_tokens_per_call"]
    fleet = _self_hosted(typed) & (_count(typed, finetuned) == 0) & served.given() & (served == 1).negated()
    mixes = _count(typed, baseline, finetuned, _OTHER_PRICES[0])
    return (mixes > 0) & (_count(typed, baseline, finetuned) + if_error(fleet.where(1, 0), 0) < 2)


class Refusal(NamedTuple):
    """Whether an input cannot stand beside the others, and why in a few words.

    It is an error where a cell that it asks is one, which is told there.
    """

    holds: Formula
    why: str


def refusal(declared: Input, typed: Quantities, no_call: Formula | None = None) -> Refusal | None:
    """Whether an input cannot stand beside the others.

    typed : the typed cells of the scenario, and `MODE` in use.
    no_call : `one_token_is_no_call`, where a cell knows it.
    Returns None for an input that always can.
    """
    name, side = declared.name, declared.name.partition("_")[0]
    cell = typed[name]
    if name == ONE_TOKEN_INPUT:
        no_call = one_token_is_no_call(typed) if no_call is None else no_call
        return Refusal(no_call & (cell == 1), "1 beside a token mix")
    if name in SELF_HOSTING_NEEDS:
        nothing = _self_hosted(typed) & cell.given() & (as_number(cell) <= 0)
        return Refusal(nothing, "0 for self-hosted serving")
    if name == "review_cost_per_call":  # an amount beside it would be a second figure for one thing
        return Refusal(cell.given() & (_amount(typed["monthly_review_cost"]) > 0), "beside Review cost")
    if name == f"{side}_cached_write_share":
        return Refusal(_shares_of_a_prompt(side, typed) - 1 > ROUNDING, "with the cached share over 1")
    return None


def _shares_of_a_prompt(side: str, typed: Quantities) -> Formula:
    """The share of a prompt that is read from the cache and written to it.

    0 where neither is the side's own. The other model takes the baseline's for one that it leaves empty.
    """
    own = [typed[f"{side}_{each}"] for each in _SHARES]
    if side != _OTHER_MODEL:
        return _at_most_one(_amount(own[0])) + _at_most_one(_amount(own[1]))
    read, written = (
        _at_most_one(cell.given().where(as_number(cell), _amount(typed[f"baseline_{each}"])))
        for cell, each in zip(own, _SHARES, strict=True)
    )
    is_own = _count(typed, *(f"{side}_{each}" for each in _SHARES)) > 0
    return is_own.where(read + written, 0)


def _at_most_one(share: Formula) -> Formula:
    """A share; what is above 1 is told where it stands."""
    return share.minimum(1)


def no_range(
    declared: Input,
    cell: Formula,
    bounds: Bounds,
    ends: tuple[Formula, Formula, Formula],
    otherwise: Formula | None = None,
) -> Formula:
    """Why low, high and distribution of an input are no range, in a few words.

    cell : the typed cell of its value.
    bounds : what may be typed for it.
    ends : the cells of low, high and distribution.
    otherwise : what is said where they are a range, or there is none; nothing when left out.

    A value outside of them is no matter here: somebody tries it.
    """
    low, high, shape = ends
    count = function("COUNT", low, high, value=sum(isinstance(each.value, (int, float)) for each in (low, high)))
    of_a_shape = function("OR", count == 0, is_empty(shape), is_a_choice(DISTRIBUTION, shape), value=True)
    legal = _end_holds(low, bounds) & _end_holds(high, bounds) & of_a_shape
    if declared.name in SELF_HOSTING_NEEDS:
        value = cell.given().where(_amount(cell), 0)
        below = function("MIN", value, high, value=min(value.value, as_number(high).value))
        least = low.given().where(as_number(low), below)
        legal = legal & function("OR", count == 0, least > 0, value=not count.value or least.value > 0)
    upside_down = (count == 2) & (as_number(low) > as_number(high))
    why = upside_down.where("low above high", legal.where(otherwise or formula_of(""), _NO_RANGE))
    return if_error(why, _NO_RANGE)


_NO_RANGE = "its low, high or distribution"


def _end_holds(end: Formula, bounds: Bounds) -> Formula:
    return end.given().where(bounds.hold(end), is_empty(end))


def _self_hosted(typed: Quantities) -> Formula:
    return typed[MODE] == "self_hosted"


def _is_mixed(side: str, typed: Quantities) -> Formula:
    return _count(typed, *(f"{side}_{field}" for field in MIX_FIELDS)) > 0


def _count(typed: Quantities, *names: str) -> Formula:
    cells = [typed[name] for name in names]
    return function("COUNT", *cells, value=sum(isinstance(cell.value, (int, float)) for cell in cells))


def _amount(cell: Formula) -> Formula:
    """A cell's number, 0 for a text.

    Gnumeric has no N() of a name, and IronCalc no SUM() of one.
    """
    return as_number(cell).maximum(0)
