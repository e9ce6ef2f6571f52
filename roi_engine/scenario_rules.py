"""What must hold between the inputs of a scenario, as problems with their places.

pydantic checks each input alone; these rules know which inputs replace each other, and what annotations
(ranges, sources, notes, confirmed) may say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from roi_engine.errors import FtRoiError, Problem, UnknownName, did_you_mean, shortened
from roi_engine.inputs import Input, Range
from roi_engine.quantity import DISTRIBUTION, RANK_CORRELATION, SERVING, TEXT, currency_code, in_figures
from roi_engine.value import ROUNDING

Find = Callable[[str], Input]
Inputs = Mapping[str, Input]

MIX_NEEDS = ("input_tokens", "output_tokens", "input_price_per_m", "output_price_per_m")
"""What a side must give to be priced by a token mix."""

MIX_FIELDS = (
    *MIX_NEEDS, "cached_share", "cached_price_per_m", "cached_write_share", "cached_write_price_per_m", "batch_share",
    "batch_discount",
)  # fmt: skip

SELF_HOSTING_NEEDS = ("serving_gpu_hourly_rate", "serving_tokens_per_second")
"""Inputs that must be above 0 when the model is self-hosted."""

ANNOTATIONS = ("ranges", "sources", "notes", "confirmed")
"""Tables with an entry for each input."""

TABLES = (*ANNOTATIONS, "correlations")
"""The tables that say something of inputs."""


def mix_given(values: Mapping[str, Any], side: str) -> bool:
    """Whether a side is priced by a token mix.

    values : inputs by name.
    side : ``baseline``, ``finetuned`` or ``switch``.
    """
    return any(values.get(f"{side}_{field}") is not None for field in MIX_FIELDS)


def by_name(data: Mapping[str, Any], find: Find, fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The data under the inputs' own names.

    data : by any name or label.
    find : gives the input that a label means.
    fields : what may be given, by name.
    Returns the data with the problems: keys that are unknown, and keys that are given twice.
    """
    named: dict[str, Any] = {}
    problems = []
    for key, value in data.items():
        name = key
        if key not in fields:
            try:
                name = find(key).name
            except UnknownName as error:
                problems.append(Problem(shortened(key), str(error), error.code, error.meant))
                continue
        if name in named:
            problems.append(Problem(key, f'The input "{name}" is given twice. Keep one of the two.'))
        named[name] = value
    return named, problems


def without_misspelt(problems: Iterable[Problem], names: Iterable[Problem]) -> list[Problem]:
    """The problems but those of inputs that are missing since they are misspelt.

    names : the problems of names, which say so.
    """
    meant = {each.meant for each in names}
    return [each for each in problems if each.place not in meant or not each.sentence.startswith("Missing.")]


REPLACEABLE = ("baseline_cost_per_1k_tokens", "finetuned_cost_per_1k_tokens", "monthly_review_cost")
"""Required inputs that others may stand in for: left out, as null says too, they are no empty values."""


def without_empty(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, by name, without the replaceable inputs that are null."""
    return {name: value for name, value in given.items() if value is not None or name not in REPLACEABLE}


def missing(given: Mapping[str, Any], inputs: Inputs) -> list[Problem]:
    """The problems of required inputs that are absent.

    given : what was given, by name.
    inputs : the inputs by name.
    Only those are told of which pydantic cannot know that they are required.
    """
    self_hosted = _self_hosted(given)
    problems = []
    for side in ("baseline", "finetuned"):
        price = f"{side}_cost_per_1k_tokens"
        if mix_given(given, side):
            problems += [
                Problem(f"{side}_{field}", "Missing. A token mix needs input and output tokens and both prices.")
                for field in MIX_NEEDS
                if given.get(f"{side}_{field}") is None
            ]
        elif price not in given and not (side == "finetuned" and self_hosted):
            problems.append(_absent(inputs[price]))
    if "monthly_review_cost" not in given and given.get("review_cost_per_call") is None:
        amount = _absent(inputs["monthly_review_cost"])
        sentence = f"{amount.sentence} Or give review_cost_per_call, which follows the calls."
        problems.append(Problem(amount.place, sentence))
    return problems


def other_money(given: Mapping[str, Any], inputs: Inputs) -> list[Problem]:
    """Amounts that were written in another currency than the scenario's.

    given : what was given, by name.
    inputs : the inputs by name.
    """
    code = given.get("currency", inputs["currency"].default)
    problems = []
    for name, value in given.items():
        if isinstance(value, str) and isinstance(code, str) and name in inputs:
            try:
                inputs[name].quantity.in_its_currency(value, currency_code(code))
            except FtRoiError as error:
                problems.append(Problem(name, str(error), error.code))
    return problems


def reviewed_twice(given: Mapping[str, Any]) -> list[Problem]:
    """A review cost beside one by the call: two figures for one thing."""
    by_call, amount = given.get("review_cost_per_call"), given.get("monthly_review_cost")
    if by_call is None or isinstance(amount, bool) or not isinstance(amount, (int, float)) or not amount > 0:
        return []
    sentence = "The review cost is given twice, also by the call (review_cost_per_call). Keep one of the two."
    return [Problem("monthly_review_cost", sentence)]


def cached_twice(given: Mapping[str, Any]) -> list[Problem]:
    """Shares of a prompt read from the cache and written to it, above 1 together."""
    problems = []
    for side in ("baseline", "finetuned", "switch"):
        shares = {}
        for name in ("cached_share", "cached_write_share"):
            share = given.get(f"{side}_{name}")
            if share is None and side == "switch":
                share = given.get(f"baseline_{name}")
            shares[name] = share if isinstance(share, (int, float)) and not isinstance(share, bool) else 0.0
        own = any(given.get(f"{side}_{name}") is not None for name in shares)
        whole = sum(shares.values())
        if own and above_one(whole) and all(0 <= share <= 1 for share in shares.values()):
            sentence = f"With the share read from the cache it is {whole:g} of the prompt. Together they are at most 1."
            problems.append(Problem(f"{side}_cached_write_share", sentence, "#NUM!"))
    return problems


def above_one(shares: Any) -> Any:
    """Whether shares of one whole are more than the whole; a float or an array."""
    return shares > 1 + ROUNDING


def other_model_lacks(given: Mapping[str, Any]) -> list[Problem]:
    """What another general model lacks that gives a price per million tokens.

    given : inputs by name.
    It needs both prices; tokens may be the baseline's.
    """
    prices = ("input_price_per_m", "output_price_per_m")
    if all(given.get(f"switch_{price}") is None for price in prices):
        return []
    problems = [
        Problem(f"switch_{price}", "Missing. The other model needs the prices of prompt and written tokens.")
        for price in prices
        if given.get(f"switch_{price}") is None
    ]
    return problems + [
        Problem(f"switch_{tokens}", "Missing. The baseline has no token mix whose tokens could stand for it.")
        for tokens in ("input_tokens", "output_tokens")
        if given.get(f"switch_{tokens}") is None and given.get(f"baseline_{tokens}") is None
    ]


ASKED_FOR = frozenset({
    *(f"{side}_{field}" for side in ("baseline", "finetuned", "switch") for field in MIX_FIELDS),
    *REPLACEABLE, "review_cost_per_call", "tokens_per_call", "serving_tokens_per_call", *SELF_HOSTING_NEEDS,
})  # fmt: skip
"""The inputs of which a rule asks whether they are given."""

ONE_TOKEN = 1
"""Tokens of a call where nobody gave them, as the reference framework has it."""


def unlike_units(given: Mapping[str, Any]) -> list[Problem]:
    """One side charged by the call, another by the single token.

    given : inputs by name.
    Beside a token mix every other side needs the tokens of a call; one that is left at one token, typed or not, would
    be compared with a call hundreds of times as long.
    """
    mixes = {"baseline": mix_given(given, "baseline"), "finetuned": mix_given(given, "finetuned")}
    if given.get("switch_input_price_per_m") is not None:
        mixes["switch"] = True  # at a price per 1,000 tokens it takes the baseline's tokens
    if not any(mixes.values()) or given.get("tokens_per_call") not in (None, ONE_TOKEN):
        return []
    by_the_call = " and ".join(_SIDES_IN_WORDS[side] for side, mix in mixes.items() if mix)
    problems = []
    if _self_hosted(given):
        own_tokens = mixes.pop("finetuned")
        if not own_tokens and given.get("serving_tokens_per_call") in (None, ONE_TOKEN):
            sentence = f"The fleet would serve one token a call, beside a token mix for {by_the_call}."
            problems.append(Problem("serving_tokens_per_call", f"{sentence} {_GIVE_THE_TOKENS}"))
    by_the_token = " and ".join(_SIDES_IN_WORDS[side] for side, mix in mixes.items() if not mix)
    if by_the_token:
        sentence = f"One token a call for {by_the_token}, beside a token mix for {by_the_call}."
        problems.append(Problem("tokens_per_call", f"{sentence} {_GIVE_THE_TOKENS}"))
    return problems


_GIVE_THE_TOKENS = "The two cannot be compared: give the tokens of a typical call, prompt and answer."
_SIDES_IN_WORDS = {"baseline": "the baseline", "finetuned": "the fine-tuned model", "switch": "the other model"}


def _self_hosted(values: Mapping[str, Any]) -> bool:
    try:
        return bool(SERVING.check(values.get("serving")) == "self_hosted")
    except FtRoiError:
        return False


def _absent(declared: Input) -> Problem:
    unit = declared.quantity.unit_in("currency")
    return Problem(declared.name, f"Missing. {declared.meaning} Give a number ({unit}).")


def described(error: ValidationError, inputs: Inputs) -> list[Problem]:
    """pydantic's findings in our sentences.

    error : the findings.
    inputs : the inputs by name.
    """
    problems = []
    for each in error.errors():
        place = ".".join(str(part) for part in each["loc"])
        cause = each.get("ctx", {}).get("error")
        original = cause.args[0] if isinstance(cause, ValueError) and cause.args else None
        if each["type"] == "missing" and place in inputs:
            problems.append(_absent(inputs[place]))
        elif isinstance(original, FtRoiError):
            problems.append(Problem(place, str(original), original.code))
        else:
            problems.append(Problem(place, f"{each['msg']}."))
    return problems


def unserved(values: Mapping[str, Any], inputs: Inputs) -> list[Problem]:
    """What a self-hosted fleet lacks.

    values : inputs by name.
    inputs : the declared inputs by name.
    """
    if not _self_hosted(values):
        return []
    return [
        Problem(name, f"{inputs[name].label} must be above 0 for self-hosted serving.", "#NUM!")
        for name in SELF_HOSTING_NEEDS
        if not values.get(name)
    ]


def read_annotations(given: dict[str, Any], find: Find) -> list[Problem]:
    """Puts ranges, sources, notes and answers under the inputs' own names.

    given : what was given; its tables of annotations are changed in place.
    find : gives the input that a label means.
    Returns a problem for each that cannot be read.
    """
    problems: list[Problem] = []
    for section in ANNOTATIONS:
        entries = given.get(section)
        if entries is None:
            continue
        if not isinstance(entries, Mapping):
            problems.append(Problem(section, f"Write a table: [{section}], then a line for each input."))
            given[section] = {}
            continue
        read: dict[str, Any] = {}
        seen: set[str] = set()
        for label, entry in entries.items():
            place = f"{section}.{shortened(str(label))}"
            try:
                declared = find(str(label))
            except UnknownName as error:
                problems.append(Problem(place, str(error), error.code))
                continue
            if declared.name in seen:
                problems.append(Problem(place, f'The input "{declared.name}" is given twice. Keep one of the two.'))
                continue
            seen.add(declared.name)
            if section == "ranges":
                span = _range(declared, entry, place, problems)
                if span is not None:
                    read[declared.name] = span
            else:
                try:
                    read[declared.name] = TEXT.check(entry)
                except FtRoiError as error:
                    problems.append(Problem(place, str(error), error.code))
                    continue
                if section == "confirmed" and not says_something(read[declared.name]):
                    text = read[declared.name].strip()
                    said = f'"{text}" is no answer.' if text.lower() in _PLACEHOLDERS else "The answer is empty."
                    problems.append(Problem(place, f"{said} {WHAT_AN_ANSWER_IS}, or delete the line."))
        given[section] = read
    return problems


WHAT_AN_ANSWER_IS = "Write what the figure rests on"
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Letters of Korean that fill a place and are not seen."""
_PLACEHOLDERS = {"x", "xx", "xxx", "todo", "to do", "tbd", "tba", "n/a", "na", "none", "null", "nil"}
"""What is typed where an answer is still to come."""


def says_something(text: str) -> bool:
    """Whether a text holds a letter that is seen, and is no placeholder.

    Else it answers nothing.

    >>> says_something("measured"), says_something("…"), says_something("\u200b"), says_something("5")
    (True, False, False, False)
    >>> says_something("yes"), says_something("TODO"), says_something("n/a")
    (True, False, False)
    """
    return text.strip().lower() not in _PLACEHOLDERS and any(
        letter.isalpha() and letter not in _BLANK_LETTERS for letter in text
    )


def _range(declared: Input, entry: Any, place: str, problems: list[Problem]) -> Range | None:
    """Low and high of an input, legal and in order."""
    if not declared.numeric:
        problems.append(Problem(place, f"{declared.name} is no number and has no range."))
        return None
    if isinstance(entry, Range):
        entry = entry.model_dump()
    if not isinstance(entry, Mapping):
        problems.append(Problem(place, "Write low and high: {low = 1, high = 2}."))
        return None
    before = len(problems)
    for key in entry:
        if key not in Range.model_fields:
            guess = did_you_mean(str(key), Range.model_fields)
            problems.append(Problem(f"{place}.{key}", f'A range has no "{key}".{guess}', "#N/A"))
    checked: dict[str, Any] = {}
    for key, quantity in (("low", declared.quantity), ("high", declared.quantity), ("distribution", DISTRIBUTION)):
        if key not in entry:
            if key != "distribution":
                problems.append(Problem(f"{place}.{key}", "Missing. A range needs low and high."))
            continue
        try:
            checked[key] = quantity.check(entry[key])
        except FtRoiError as error:
            problems.append(Problem(f"{place}.{key}", str(error), error.code))
    if len(problems) > before:
        return None
    if declared.name in SELF_HOSTING_NEEDS and checked["low"] <= 0:
        problems.append(Problem(f"{place}.low", "Must be above 0: a fleet needs it.", "#NUM!"))
        return None
    if checked["low"] > checked["high"]:
        sentence = f"low {in_figures(checked['low'])} is above high {in_figures(checked['high'])}. Exchange the two."
        problems.append(Problem(place, sentence, "#NUM!"))
        return None
    untyped = entry.get("untyped", "")
    if untyped not in ("", *_ENDS):
        problems.append(Problem(f"{place}.untyped", 'Write "low" or "high": the end that nobody typed.'))
        return None
    return Range(**checked, untyped=untyped)


_ENDS = ("low", "high")


EMPTY_WITH_A_RANGE = "It is empty, and low and high have no value between them. Type the value, or delete the two."


def read_correlations(given: dict[str, Any], find: Find) -> list[Problem]:
    """Puts rank correlations under the inputs' own names, each pair once.

    given : what was given; its correlations are changed in place.
    find : gives the input that a label means.
    Returns a problem for each that cannot be read.
    """
    entries = given.get("correlations")
    if entries is None:
        return []
    read: dict[str, dict[str, float]] = {}
    problems: list[Problem] = []
    for first, others in entries.items() if isinstance(entries, Mapping) else [("", None)]:
        if not isinstance(others, Mapping):
            place = f"correlations.{shortened(str(first))}" if first else "correlations"
            problems.append(Problem(place, "Write a line for each pair: one_input.another_input = 0.5."))
            continue
        for second, value in others.items():
            place = f"correlations.{shortened(str(first))}.{shortened(str(second))}"
            try:
                names = find(str(first)).name, find(str(second)).name
                number = RANK_CORRELATION.check(value)
            except FtRoiError as error:
                problems.append(Problem(place, str(error), error.code))
                continue
            if names[0] == names[1]:
                problems.append(Problem(place, "An input goes with itself. Name two inputs."))
            elif names[1] in read.get(names[0], {}) or names[0] in read.get(names[1], {}):
                problems.append(Problem(place, "The pair is given twice. Keep one of the two."))
            else:
                read.setdefault(names[0], {})[names[1]] = number
    given["correlations"] = read
    return problems


def outside_ranges(given: Mapping[str, Any], inputs: Inputs) -> list[Problem]:
    """Inputs outside of their own range, or that have a range and no value.

    given : what was given, by name, with ranges that were read.
    inputs : the inputs by name.
    """
    problems = []
    for name, span in (given.get("ranges") or {}).items():
        try:
            value = inputs[name].check(given.get(name, inputs[name].default))
        except FtRoiError:
            continue  # it is told where it stands
        if value is None:
            problems.append(Problem(f"ranges.{name}", EMPTY_WITH_A_RANGE))
        elif not span.holds(value):
            problems.append(Problem(f"ranges.{name}", span.outside_in_words(value), "#NUM!"))
    return problems


def in_order(problems: list[Problem], fields: Mapping[str, Any]) -> list[Problem]:
    """Problems in the order of the inputs, each once.

    problems : in any order.
    fields : the inputs by name, in their order.
    """
    order = {name: position for position, name in enumerate(fields)}
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda problem: order.get(problem.place.split(".")[0], len(order)))
