"""A formula over arrays as a carrier of the model: what a LAMBDA calculates with.

Derived from the carrier of a sheet's cells. A quantity may be a single number or the array of its months, so what a
sheet says with functions that take a whole array as one argument (AND, MIN, MAX, MOD, N) is said here with operators
and IF, which go through an array item by item. There is no value: a name is printed before anybody has typed a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from templates.building.formula import ADD, ATOM, COMPARE, MULTIPLY, NEGATE, Formula, formula_of

NO_VALUE = math.nan


def let(pairs: Mapping[str, str], result: str) -> str:
    """A result with the names that it takes, each with its text.

    >>> let({"cost_": "hours_*rate_"}, "cost_+1")
    'LET(cost_,hours_*rate_,cost_+1)'
    """
    return f"LET({','.join(f'{name},{text}' for name, text in pairs.items())},{result})"


class ArrayFormula(Formula):
    """The text of a formula over single numbers or arrays.

    >>> month, ramp = quantity("month_"), quantity("ramp_")
    >>> (month * 1 % ramp + 0).text
    'month_-ramp_*INT(month_/ramp_)'
    >>> month.minimum(ramp).text, ((month > 1) & (month < ramp)).where(month, 0).text
    ('IF(month_<ramp_,month_,ramp_)', 'IF((month_>1)*(month_<ramp_),month_,0)')
    """

    __slots__ = ()
    __hash__ = None

    def _with(self, sign: str, other: Any, rank: int, calculate: Callable[[Any, Any], Any], reverse: bool) -> Any:
        """Two operands and their sign.

        A neutral number is left out, and what is nothing stays nothing.
        """
        if isinstance(other, (int, float)):
            if other == 0 and (sign == "+" or (sign == "-" and not reverse)):
                return self
            if other == 0 and sign == "*":
                return 0
            if other == 1 and (sign == "*" or (sign in "/^" and not reverse)):
                return self
        return super()._with(sign, other, rank, calculate, reverse)

    def __mod__(self, other: Any) -> Any:
        """x − y · INT(x / y): the remainder, of the divisor's sign."""
        return self - formula_of(other) * self._called("INT", self / other, value=NO_VALUE)

    def __and__(self, other: Any) -> Formula:
        """Both conditions: their product."""
        return ArrayFormula(f"{self._within(MULTIPLY)}*{formula_of(other)._within(ATOM)}", NO_VALUE, MULTIPLY)

    def __or__(self, other: Any) -> Formula:
        """Either condition: a sum above nothing."""
        return ArrayFormula(f"{self._within(ADD)}+{formula_of(other)._within(MULTIPLY)}>0", NO_VALUE, COMPARE)

    def minimum(self, other: Any) -> Any:
        """IF(x < y, x, y): MIN would take the least of all."""
        return (self < other).where(self, other)

    def maximum(self, other: Any) -> Any:
        """IF(x > y, x, y): MAX would take the largest of all."""
        return (self > other).where(self, other)

    def ceiling(self) -> Formula:
        """-INT(-x), without asking for a value."""
        return ArrayFormula(f"-INT(-{self._within(ATOM)})", NO_VALUE, NEGATE)

    def fallback(self, otherwise: Any) -> Formula:
        """A condition for every fallback: N() takes no array."""
        return self.given().where(self, otherwise)

    def logarithm(self) -> Formula:
        """LN(x), without asking for a value."""
        return self._called("LN", self, value=NO_VALUE)

    def normal_score(self) -> Formula:
        """NORMSINV(p), without asking for a value."""
        return self._called("NORMSINV", self, value=NO_VALUE)

    def normal_probability(self) -> Formula:
        """NORMSDIST(z), without asking for a value."""
        return self._called("NORMSDIST", self, value=NO_VALUE)

    def beta_quantile(self, alpha: Any, beta: Any) -> Formula:
        """BETAINV(p, α, β), without asking for a value."""
        return self._called("BETAINV", self, alpha, beta, value=NO_VALUE)


def quantity(text: str) -> ArrayFormula:
    """A name, or another text that stands by itself, as a quantity."""
    return ArrayFormula(text, NO_VALUE)
