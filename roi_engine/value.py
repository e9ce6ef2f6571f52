"""The few words in which the equations are written, on every carrier of a number.

A carrier is whatever an equation is evaluated on: a float (one scenario), a NumPy array (many scenarios) or
an object derived from `Carrier` (a spreadsheet formula, see `templates.building.formula`). Operators work on all
three; branches and rounding go through the words below, never through ``if`` on a value. Both branches of
`where` are always evaluated on floats and arrays, so denominators are guarded with `divide`.
"""

# The words dispatch on the carrier at run time; what a carrier returns is a Value by construction.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

NEVER = math.inf
"""A payback that does not happen; shown as the text "Never"."""

UNDEFINED = math.nan
"""A result that does not exist inside the equations; None in Python's results, "n/a" on a sheet."""


ROUNDING = 1e-12
"""A part this small is rounding: a sum of flows is zero, a count is whole, a saving or a change is none."""


class Value(Protocol):
    """Anything that calculates and compares: float, NumPy array, spreadsheet formula."""

    def __add__(self, other: Any, /) -> Value: ...
    def __radd__(self, other: Any, /) -> Value: ...
    def __sub__(self, other: Any, /) -> Value: ...
    def __rsub__(self, other: Any, /) -> Value: ...
    def __mul__(self, other: Any, /) -> Value: ...
    def __rmul__(self, other: Any, /) -> Value: ...
    def __truediv__(self, other: Any, /) -> Value: ...
    def __rtruediv__(self, other: Any, /) -> Value: ...
    def __pow__(self, other: Any, /) -> Value: ...
    def __rpow__(self, other: Any, /) -> Value: ...
    def __mod__(self, other: Any, /) -> Value: ...
    def __neg__(self) -> Value: ...
    def __abs__(self) -> Value: ...
    def __lt__(self, other: Any, /) -> Any: ...
    def __le__(self, other: Any, /) -> Any: ...
    def __gt__(self, other: Any, /) -> Any: ...
    def __ge__(self, other: Any, /) -> Any: ...


class Carrier(ABC):
    """A carrier that brings its own words; floats and arrays are served here."""

    @abstractmethod
    def where(self, yes: Any, no: Any) -> Any: ...
    @abstractmethod
    def minimum(self, other: Any) -> Any: ...
    @abstractmethod
    def maximum(self, other: Any) -> Any: ...
    @abstractmethod
    def ceiling(self) -> Any: ...
    @abstractmethod
    def divided_by(self, denominator: Any, otherwise: Any) -> Any: ...
    @abstractmethod
    def given(self) -> Any: ...
    @abstractmethod
    def fallback(self, otherwise: Any) -> Any: ...
    @abstractmethod
    def fixed(self, decimals: int) -> Any: ...
    @abstractmethod
    def sentence(self, parts: Sequence[Any]) -> Any: ...
    @abstractmethod
    def logarithm(self) -> Any: ...
    @abstractmethod
    def normal_score(self) -> Any: ...
    @abstractmethod
    def normal_probability(self) -> Any: ...
    @abstractmethod
    def beta_quantile(self, alpha: Any, beta: Any) -> Any: ...


def where(condition: Any, yes: Any, no: Any) -> Value:
    """``yes`` where the condition holds, else ``no``."""
    if condition is True:
        return yes
    if condition is False:
        return no
    if isinstance(condition, Carrier):
        return condition.where(yes, no)
    import numpy as np

    return np.where(condition, yes, no)


def minimum(one: Any, other: Any) -> Value:
    """The smaller of two."""
    if isinstance(one, (float, int)) and isinstance(other, (float, int)):
        return one if one <= other else other
    if isinstance(one, Carrier):
        return one.minimum(other)
    if isinstance(other, Carrier):
        return other.minimum(one)
    import numpy as np

    return np.minimum(one, other)


def maximum(one: Any, other: Any) -> Value:
    """The larger of two."""
    if isinstance(one, (float, int)) and isinstance(other, (float, int)):
        return one if one >= other else other
    if isinstance(one, Carrier):
        return one.maximum(other)
    if isinstance(other, Carrier):
        return other.maximum(one)
    import numpy as np

    return np.maximum(one, other)


def ceiling(number: Any) -> Value:
    """The smallest whole number that is not below the number."""
    if isinstance(number, (float, int)):
        return math.ceil(number) if math.isfinite(number) else number
    if isinstance(number, Carrier):
        return number.ceiling()
    import numpy as np

    return np.ceil(number)


def divide(numerator: Any, denominator: Any, otherwise: Any) -> Value:
    """The quotient, or ``otherwise`` where the denominator is zero."""
    if isinstance(denominator, (float, int)) and (
        isinstance(numerator, (float, int)) or not isinstance(numerator, Carrier)
    ):
        return numerator / denominator if denominator else numerator * 0 + otherwise
    if isinstance(numerator, Carrier):
        return numerator.divided_by(denominator, otherwise)
    if isinstance(denominator, Carrier):
        return denominator.where(numerator / denominator, otherwise)
    import numpy as np

    zero = denominator == 0
    if not zero.any():
        return numerator / denominator
    return np.where(zero, otherwise, numerator / np.where(zero, 1.0, denominator))


def logarithm(number: Any) -> Value:
    """The natural logarithm of a number above zero."""
    if isinstance(number, (float, int)):
        return math.log(number)
    if isinstance(number, Carrier):
        return number.logarithm()
    import numpy as np

    return np.log(number)


def given(optional: Any) -> Any:
    """Whether an input that may stay empty has a number.

    Empty is None, NaN in an array, and a blank cell.
    """
    if optional is None:
        return False
    if isinstance(optional, (float, int)):
        return not math.isnan(optional)
    if isinstance(optional, Carrier):
        return optional.given()
    import numpy as np

    return ~np.isnan(optional)


def fallback(optional: Any, otherwise: Any) -> Value:
    """An input that may stay empty, or what stands for it when it does."""
    if optional is None:
        return otherwise
    if not isinstance(optional, (float, int)) and isinstance(optional, Carrier):
        return optional.fallback(otherwise)
    return where(given(optional), optional, otherwise)


def fixed(number: Any, decimals: int) -> Any:
    """A number as text, rounded half away from zero, with separators of thousands.

    >>> fixed(17837.28, 0), fixed(2.25, 1)
    ('17,837', '2.3')
    """
    if isinstance(number, Carrier):
        return number.fixed(decimals)
    if not math.isfinite(number):
        return str(number)
    scale = 10**decimals
    rounded = math.floor(abs(number) * scale + 0.5) / scale
    return f"{-rounded if number < 0 else rounded:,.{decimals}f}"


def sentence(*parts: Any) -> Any:
    """Texts one after the other; a number stands in its shortest form.

    >>> sentence("over ", 12, " months")
    'over 12 months'
    """
    carrier = next((part for part in parts if isinstance(part, Carrier)), None)
    if carrier is not None:
        return carrier.sentence(parts)
    return "".join(part if isinstance(part, str) else f"{part:g}" for part in parts)
