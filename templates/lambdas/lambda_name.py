"""A LAMBDA name: as people type it, and as a file stores it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from templates.lambdas.chain import NAME
from templates.package_check.function_names import NEEDS_PREFIX

LONGEST_TEXT = 8192
"""Characters of a formula in its stored form."""

_STRING_OR_NOT = re.compile(r'("(?:[^"]|"")*")')
_DECLARED_OR_USED = re.compile(rf"\[({NAME.pattern})\]|({NAME.pattern})")
"""An optional parameter where it is declared, or any quantity."""
_FUNCTION = re.compile(r"\b([A-Z][A-Z0-9.]*)\(")


@dataclass(frozen=True)
class LambdaName:
    """A workbook-wide name that holds a function.

    name : such as FT_NPV.
    parameters : in order; an optional one in brackets.
    text : what it calculates.
    sentence : what it gives, as Excel shows it to who types the name.
    """

    name: str
    parameters: tuple[str, ...]
    text: str
    sentence: str

    @property
    def formula(self) -> str:
        """The function as people type it, without the sign =.

        >>> LambdaName("FT_DOUBLE", ("number_",), "2*number_", "Twice the number.").formula
        'LAMBDA(number_,2*number_)'
        """
        return f"LAMBDA({','.join((*self.parameters, self.text))})"

    @property
    def stored(self) -> str:
        """The function as a file stores it."""
        return stored(self.formula)


def stored(formula: str) -> str:
    """A formula in its stored form.

    What came after the file format has a prefix, and so has every name within it.


    formula : as people type it, without the sign =.

    >>> stored('LAMBDA(sum_,[step_],sum_+IF(ISOMITTED(step_),1,step_)&" step_(")')
    '_xlfn.LAMBDA(_xlpm.sum_,_xlop.step_,_xlpm.sum_+IF(_xlfn.ISOMITTED(_xlpm.step_),1,_xlpm.step_)&" step_(")'
    """
    return "".join(part if part.startswith('"') else _prefixed(part) for part in _STRING_OR_NOT.split(formula))


def _prefixed(text: str) -> str:
    text = _FUNCTION.sub(lambda found: f"{_prefix(found[1])}{found[0]}", text)
    return _DECLARED_OR_USED.sub(lambda found: f"_xlop.{found[1]}" if found[1] else f"_xlpm.{found[2]}", text)


def _prefix(function: str) -> str:
    return "_xlfn." if function in NEEDS_PREFIX else ""


def called_by(name: LambdaName, names: Iterable[LambdaName]) -> Iterator[LambdaName]:
    """The names that a name calls, and those that they call."""
    by_name = {each.name: each for each in names}
    found: dict[str, None] = {}
    waiting = [name.text]
    for text in waiting:
        for each in re.findall(r"\bFT_[A-Z_]+\b", text):
            if each in by_name and each not in found:
                found[each] = None
                waiting.append(by_name[each].text)
    return (by_name[each] for each in found)
