"""Whether two cells agree: numbers within a relative tolerance, texts exactly."""

from __future__ import annotations

from roi_engine.value import maximum
from templates.building.formula import Formula, is_number


def matches(one: Formula, other: Formula, tolerance: float) -> Formula:
    """OK where two cells agree, else FAIL.

    one, other : the cells.
    tolerance : how far numbers may differ, relative to the first.
    """
    numbers = is_number(one) & is_number(other)
    same_text = (one == other).where("OK", "FAIL")
    return numbers.where(_close(one, other, tolerance).where("OK", "FAIL"), same_text)


def _close(one: Formula, other: Formula, tolerance: float) -> Formula:
    return abs(one - other) <= tolerance * maximum(abs(one), 1)
