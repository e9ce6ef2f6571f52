"""A spreadsheet formula as a carrier of the model: operators build its text.

The engine's equations, evaluated on `Formula` objects, print themselves as the formulas of a sheet, and give at
the same time the value that is cached in the cell. Excel's operators bind in another order than Python's
(``-a^b`` is ``(-a)^b``, ``a^b^c`` is ``(a^b)^c``), so operands are put in parentheses wherever the two differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from roi_engine.errors import FtRoiError, OutOfRange, WrongType, ZeroDivisor
from roi_engine.simulation.beta import beta_quantile
from roi_engine.simulation.normal import normal_probability, normal_score
from roi_engine.value import Carrier, fixed

COMPARE, JOIN, ADD, MULTIPLY, POWER, NEGATE, ATOM = range(7)

NOT_AVAILABLE = "n/a"
NEVER = "Never"


class Formula(Carrier):
    """A formula's text (without ``=``), its value, and how tightly it binds.

    >>> hours, rate = Formula("training_hours", 24.0), Formula("gpu_hourly_rate", 1.5)
    >>> cost = hours * rate * (1 + Formula("contingency", 0.1))
    >>> cost.text, round(cost.value, 6)
    ('training_hours*gpu_hourly_rate*(1+contingency)', 39.6)
    """

    __slots__ = ("conditions", "rank", "text", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str, value: Any, rank: int = ATOM, conditions: tuple[str, ...] = ()) -> None:
        self.text = text
        self.value = value
        self.rank = rank
        self.conditions = conditions

    def __repr__(self) -> str:
        return f"Formula({self.text!r}, {self.value!r})"

    # --- operators

    def _with(self, sign: str, other: Any, rank: int, calculate: Callable[[Any, Any], Any], reverse: bool) -> Formula:
        left, right = (formula_of(other), self) if reverse else (self, formula_of(other))
        value = _calculated(calculate, left.value, right.value, texts_compare=rank == COMPARE)
        if rank == POWER:  # left-associative, and below the unary minus: both sides stand alone
            return type(self)(f"{left._within(ATOM)}{sign}{right._within(ATOM)}", value, rank)
        return type(self)(f"{left._within(rank)}{sign}{right._within(rank + 1)}", value, rank)

    def _within(self, rank: int) -> str:
        return self.text if self.rank >= rank else f"({self.text})"

    def _called(self, name: str, *arguments: Any, value: Any) -> Formula:
        """A call of a spreadsheet function, as a formula of the same kind."""
        return type(self)(function(name, *arguments, value=value).text, value)

    def __add__(self, other: Any) -> Formula:
        return self._with("+", other, ADD, lambda a, b: a + b, False)

    def __radd__(self, other: Any) -> Formula:
        return self._with("+", other, ADD, lambda a, b: a + b, True)

    def __sub__(self, other: Any) -> Formula:
        return self._with("-", other, ADD, lambda a, b: a - b, False)

    def __rsub__(self, other: Any) -> Formula:
        return self._with("-", other, ADD, lambda a, b: a - b, True)

    def __mul__(self, other: Any) -> Formula:
        return self._with("*", other, MULTIPLY, lambda a, b: a * b, False)

    def __rmul__(self, other: Any) -> Formula:
        return self._with("*", other, MULTIPLY, lambda a, b: a * b, True)

    def __truediv__(self, other: Any) -> Formula:
        return self._with("/", other, MULTIPLY, lambda a, b: a / b, False)

    def __rtruediv__(self, other: Any) -> Formula:
        return self._with("/", other, MULTIPLY, lambda a, b: a / b, True)

    def __pow__(self, other: Any) -> Formula:
        return self._with("^", other, POWER, _power, False)

    def __rpow__(self, other: Any) -> Formula:
        return self._with("^", other, POWER, _power, True)

    def __mod__(self, other: Any) -> Formula:
        right = formula_of(other)
        return function("MOD", self, right, value=_calculated(lambda a, b: a % b, self.value, right.value))

    def __neg__(self) -> Formula:
        return type(self)(f"-{self._within(ATOM)}", _calculated(lambda a: -a, self.value), NEGATE)

    def __abs__(self) -> Formula:
        return self._called("ABS", self, value=_calculated(abs, self.value))

    def _compared(self, sign: str, other: Any, holds: Callable[[Any, Any], bool]) -> Formula:
        return self._with(sign, other, COMPARE, holds, False)

    def __lt__(self, other: Any) -> Formula:
        return self._compared("<", other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Formula:
        return self._compared("<=", other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Formula:
        return self._compared(">", other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Formula:
        return self._compared(">=", other, lambda a, b: a >= b)

    def __eq__(self, other: Any) -> Formula:  # type: ignore[override]
        return self._compared("=", other, lambda a, b: a == b)

    def negated(self) -> Formula:
        """Whether a condition does not hold."""
        return function("NOT", self, value=_calculated(lambda a: not a, self.value))

    def __and__(self, other: Formula) -> Formula:
        conditions = (self.conditions or (self.text,)) + (other.conditions or (other.text,))
        value = _calculated(lambda a, b: bool(a and b), self.value, other.value)
        return Formula(f"AND({','.join(conditions)})", value, ATOM, conditions)

    # --- the words of roi_engine.value

    def where(self, yes: Any, no: Any) -> Formula:
        chosen, other = formula_of(yes), formula_of(no)
        value = self.value if isinstance(self.value, FtRoiError) else (chosen if self.value else other).value
        return self._called("IF", self, chosen, other, value=value)

    def minimum(self, other: Any) -> Formula:
        right = formula_of(other)
        return function("MIN", self, right, value=_calculated(min, self.value, right.value))

    def maximum(self, other: Any) -> Formula:
        right = formula_of(other)
        return function("MAX", self, right, value=_calculated(max, self.value, right.value))

    def ceiling(self) -> Formula:
        """-INT(-x): the same in every program and for every sign, unlike CEILING."""
        return Formula(f"-INT(-{self._within(ATOM)})", _calculated(math.ceil, self.value), NEGATE)

    def divided_by(self, denominator: Any, otherwise: Any) -> Formula:
        divisor = formula_of(denominator)
        return (divisor == 0).where(otherwise, self / divisor)

    def given(self) -> Formula:
        return self._called("ISNUMBER", self, value=isinstance(self.value, (int, float)))

    def fallback(self, otherwise: Any) -> Formula:
        """N(x) where an empty cell stands for zero, else a condition."""
        if isinstance(otherwise, int) and otherwise == 0:
            return function("N", self, value=self.value if isinstance(self.value, (int, float)) else 0)
        return self.given().where(self, otherwise)

    def fixed(self, decimals: int) -> Formula:
        """FIXED(x, decimals): the separators are the reader's own."""
        value = self.value if isinstance(self.value, (FtRoiError, str)) else fixed(self.value, decimals)
        return function("FIXED", self, decimals, value=value)

    def sentence(self, parts: Sequence[Any]) -> Formula:
        return joined(*parts)

    def logarithm(self) -> Formula:
        return function("LN", self, value=_calculated(math.log, self.value))

    def normal_score(self) -> Formula:
        """NORMSINV(p), the name that every program knows."""
        return function("NORMSINV", self, value=_calculated(normal_score, self.value))

    def normal_probability(self) -> Formula:
        return function("NORMSDIST", self, value=_calculated(normal_probability, self.value))

    def beta_quantile(self, alpha: Any, beta: Any) -> Formula:
        """BETAINV(p, α, β) as PERT takes it: α + β is 6, from which the value follows."""
        first = formula_of(alpha)
        return function("BETAINV", self, first, beta, value=_calculated(beta_quantile, self.value, first.value))


def _calculated(calculate: Callable[..., Any], *values: Any, texts_compare: bool = False) -> Any:
    """An operation as a spreadsheet does it: an error stays one, a text becomes one.

    Both branches of a condition are evaluated here, so an error must be a value: it is only wrong if it is chosen.
    """
    error = next((value for value in values if isinstance(value, FtRoiError)), None)
    if error is not None:
        return error
    if any(isinstance(value, str) for value in values):
        if texts_compare:  # a text is greater than any number
            return calculate(*((isinstance(value, str), value if _all_text(values) else 0) for value in values))
        return WrongType("a text cannot be calculated with")
    try:
        return calculate(*values)
    except ZeroDivisionError:
        return ZeroDivisor("division by zero")
    except ValueError:
        return OutOfRange("the number is outside of what the function takes")
    except OverflowError:
        return OutOfRange("the number is too large")


def _power(base: float, exponent: float) -> Any:
    """A power as a spreadsheet has it: none of a negative number but a whole one."""
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("no real number")
    return result


def _all_text(values: tuple[Any, ...]) -> bool:
    return all(isinstance(value, str) for value in values)


def formula_of(value: Any) -> Formula:
    """A value as a formula; infinity is the text Never, NaN the text n/a."""
    if isinstance(value, Formula):
        return value
    if isinstance(value, str):
        return Formula('"' + value.replace('"', '""') + '"', value)
    if isinstance(value, tuple):
        rows = (",".join(formula_of(cell).text for cell in row) for row in value)
        return Formula(f"{{{';'.join(rows)}}}", value)
    if isinstance(value, bool):
        return Formula("TRUE" if value else "FALSE", value)
    if math.isnan(value):
        return Formula(f'"{NOT_AVAILABLE}"', value)
    if value == math.inf:
        return Formula(f'"{NEVER}"', value)
    if value == 1 / 12:
        return Formula("1/12", value, MULTIPLY)
    number = repr(int(value) if value == int(value) and abs(value) < 1e15 else value).replace("e", "E")
    return Formula(number, value, NEGATE if value < 0 else ATOM)


def function(name: str, *arguments: Any, value: Any) -> Formula:
    """A call of a spreadsheet function with its value.

    >>> function("SUM", Formula("A1:A3", None), value=6).text
    'SUM(A1:A3)'
    """
    return Formula(f"{name}({','.join('' if each is None else formula_of(each).text for each in arguments)})", value)


def if_error(formula: Formula, otherwise: Any) -> Formula:
    """The formula, or something else where it gives an error or is undefined."""
    wrong = isinstance(formula.value, FtRoiError) or (isinstance(formula.value, float) and math.isnan(formula.value))
    return function("IFERROR", formula, otherwise, value=formula_of(otherwise).value if wrong else formula.value)


def is_number(formula: Formula) -> Formula:
    """Whether a cell shows a number (and not the text Never or n/a)."""
    shown = isinstance(formula.value, (int, float)) and math.isfinite(formula.value)
    return function("ISNUMBER", formula, value=shown)


def joined(*parts: Any) -> Formula:
    """Texts one after the other (``&``); numbers only where they are whole."""
    texts = [formula_of(part) for part in parts]
    shown = [f"{text.value:g}" if isinstance(text.value, (int, float)) else str(text.value) for text in texts]
    return Formula("&".join(text._within(ADD) for text in texts), "".join(shown), JOIN)


def cached(value: Any) -> float | int | bool | str:
    """The value of a formula as its cell shows it."""
    if isinstance(value, FtRoiError):
        raise type(value)(f"A cell cannot show its figure: {value}.")
    if isinstance(value, float):
        if math.isnan(value):
            return NOT_AVAILABLE
        if value == math.inf:
            return NEVER
    if value is None:
        raise ValueError("a formula without a value")
    shown: float | int | bool | str = value
    return shown
