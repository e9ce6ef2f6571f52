"""What an input is, and how its names are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import core_schema

from roi_engine.errors import FtRoiError, UnknownName, nearest, shortened
from roi_engine.quantity import Quantity, in_figures


@dataclass(frozen=True)
class Input:
    """What one input is: quantity, label, group and meaning.

    aliases : short names.
    name : as `Scenario` calls it.
    default : its value where none is given; None for none.
    required : whether it has to be given.
    may_be_empty : whether its cell may be, though it has no default.
    """

    quantity: Quantity
    label: str
    group: str
    meaning: str
    aliases: tuple[str, ...] = ()
    name: str = ""
    default: Any = None
    required: bool = False
    may_be_empty: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the input is a number (and not a text or a choice)."""
        return self.quantity.kind != "text"

    def check(self, value: Any) -> Any:
        """The value as the engine wants it; raises `FtRoiError` with a sentence."""
        if value is None and self.may_be_empty:
            return None
        return self.quantity.check(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        may_be_empty = type(None) in get_args(source)

        def check(value: Any) -> Any:
            try:
                return None if value is None and may_be_empty else self.check(value)
            except FtRoiError as error:
                raise ValueError(error) from error

        return core_schema.no_info_plain_validator_function(check)


class Range(BaseModel):
    """How far an input may lie from its value, and the shape between low and high.

    low, high : in the input's own unit.
    distribution : the name of the shape.
    untyped : the end that nobody typed, low or high, where a cell was left empty; written only then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: float
    high: float
    distribution: str = "pert"
    untyped: str = ""

    @model_serializer(mode="wrap")
    def _without_what_says_nothing(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        return {key: value for key, value in written.items() if value != ""}

    def holds(self, value: float) -> bool:
        """Whether a value lies between the ends."""
        return self.low <= value <= self.high

    def outside_in_words(self, value: float) -> str:
        """What is wrong with a value that does not lie between them.

        >>> Range(low=600_000, high=1_200_000).outside_in_words(450_000)
        'The value 450,000 lies outside of low 600,000 and high 1,200,000. Correct one of the three.'
        """
        ends = f"low {in_figures(self.low)} and high {in_figures(self.high)}"
        return f"The value {in_figures(value)} lies outside of {ends}. Correct one of the three."


_AT_THE_END = " \t\r\n\xa0:"
"""What may follow a label: blanks, and the colon that people type before a figure."""

LONGEST_LABEL = 200
"""Letters of a label that are looked at: no input is called anything near as long."""


def normal_form(label: str) -> str:
    """A label as it is compared: without case, spaces and punctuation.

    Underscores go too, and what stands in parentheses at its end: the unit.

    >>> normal_form("GPU_hourly rate (USD / h)")
    'gpuhourlyrate'
    """
    return _normal_form(label[:LONGEST_LABEL])


@lru_cache(maxsize=4096)
def _normal_form(label: str) -> str:
    words = label.lower().rstrip(_AT_THE_END)
    while words.endswith(")"):
        before, opening, inside = words[:-1].rpartition("(")
        if not opening or ")" in inside:
            break
        words = before.rstrip(_AT_THE_END)
    return re.sub(r"[^0-9a-z]", "", words)


def unit_in_label(label: str) -> str:
    """What stands in parentheses at a label's end: its unit, mostly.

    >>> unit_in_label("Horizon (years)"), unit_in_label("Horizon")
    ('years', '')
    """
    words = label[:LONGEST_LABEL].rstrip(" :")
    before, opening, inside = words[:-1].rpartition("(")
    return inside.strip() if opening and before.strip() and words.endswith(")") else ""


def find_among(inputs: Mapping[str, Input], names: Mapping[str, str], label: str) -> Input:
    """The input that a label means, by its normal form.

    inputs : the inputs by name.
    names : the names that normal forms mean.
    label : as it was written.
    Raises `UnknownName` with a guess.
    """
    name = names.get(normal_form(label))
    if name is None:
        called = [word for each, declared in inputs.items() for word in (declared.label, *declared.aliases, each)]
        known = {normal_form(word): word for word in called}
        close = nearest(normal_form(label), known)
        guess = _of_the_same_words(label, called) or (known[close] if close else "")
        meant = f' Did you mean "{guess}"?' if guess else ""
        unknown = UnknownName(f'There is no input "{shortened(label)}".{meant}')
        unknown.meant = names.get(normal_form(guess), "")
        raise unknown
    return inputs[name]


_PERIODS = {"month": "monthly", "year": "yearly", "hour": "hourly"}
_SAYS_NOTHING = {"per", "of", "the", "a", "an", "each", "every"}


def _of_the_same_words(label: str, called: Iterable[str]) -> str:
    """What is called by the words of a label in another order, else nothing.

    >>> _of_the_same_words("calls per month", ["hours_per_month", "monthly_calls"])
    'monthly_calls'
    """
    words = _words(label)
    return next((each for each in called if words and _words(each) == words), "")


def _words(label: str) -> set[str]:
    found = re.findall(r"[a-z0-9]+", label[:LONGEST_LABEL].partition("(")[0].lower())
    return {_PERIODS.get(word, word) for word in found if word not in _SAYS_NOTHING}
