"""A sweep: every combination of some values of some inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from roi_engine.errors import FtRoiError, OutOfRange, Problem, ScenarioError
from roi_engine.inputs import unit_in_label
from roi_engine.scenario import INPUTS, find_input

_COMPARED = 1_000
"""Values that a person may have typed, and not calculated."""
_COMMAS = "Keep one; a comma parts values, and a million is 1000000 or 1e6."
MOST_VALUES = 1_000_000
"""Values of one axis."""


@dataclass(frozen=True)
class Axis:
    """An input and the values that it takes, in its own unit."""

    name: str
    values: tuple[Any, ...]

    def place_of(self, value: Any) -> int | None:
        """Where a value stands among them; None where it does not."""
        for place, each in enumerate(self.values):
            if each == value or (isinstance(value, (int, float)) and math.isclose(each, value, rel_tol=1e-12)):
                return place
        return None


def axis(label: str, values: Sequence[Any]) -> Axis:
    """The axis of an input.

    label : the input's name, short name or label.
    values : in its own unit, each of them once.
    Raises `UnknownName` with a guess, `ScenarioError` with every value that the input cannot have.

    >>> axis("months", [12, 24])
    Axis(name='months_to_amortize', values=(12, 24))
    """
    declared = find_input(label)
    if not declared.numeric and not declared.quantity.choices:
        raise ScenarioError([Problem(declared.name, "A label changes no figure, and is no axis.")])
    checked, problems = [], []
    for value in values:
        try:
            checked.append(declared.quantity.check(value))
        except FtRoiError as error:
            problems.append(Problem(declared.name, str(error)))
    if sentence := declared.quantity.of_another_unit(unit_in_label(label)):
        problems.append(Problem(declared.name, sentence))
    twice = [each for place, each in enumerate(checked) if each in checked[:place]] if len(checked) <= _COMPARED else []
    if twice:
        said = f"{twice[0]:,.15g}" if declared.numeric else twice[0]
        problems.append(Problem(declared.name, f"{said} stands twice among the values. {_COMMAS}"))
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    return Axis(declared.name, tuple(checked))


def evenly(low: float, high: float, count: int) -> list[float]:
    """Values from one to another, both included, at equal distances.

        low + (high − low)·i/(count − 1)

    low, high : in the input's own unit.
    count : how many.
    Returns values without the rounding that their calculation leaves: 15 digits.
    Raises `OutOfRange` for a count below 1, and for one value between two.

    >>> evenly(0.1, 0.5, 5)
    [0.1, 0.2, 0.3, 0.4, 0.5]
    """
    if count < 1 or count > MOST_VALUES:
        raise OutOfRange(f"{count} is no number of values. Type one from 1 to {MOST_VALUES:,}.")
    if count > 1 and low == high:
        raise OutOfRange(f"From {low:g} to {high:g} there is one value. Ask for one, or for another end.")
    if count == 1 and low != high:
        raise OutOfRange(f"One value cannot go from {low:g} to {high:g}. Ask for two or more.")
    steps = max(count - 1, 1)
    return [float(f"{low + (high - low) * place / steps:.15g}") for place in range(count)]


def size(axes: Sequence[Axis]) -> int:
    """How many combinations there are."""
    return math.prod(len(each.values) for each in axes)


def combinations(axes: Sequence[Axis], start: int, stop: int) -> dict[str, Any]:
    """Some of the combinations as columns, the last axis changing fastest.

    start, stop : from which to before which, counted from 0.
    Returns input name → an array of values, stop − start of them.

    >>> combinations([Axis("months_to_amortize", (12, 24)), Axis("gpu_count", (1, 2))], 1, 3)["gpu_count"].tolist()
    [2.0, 1.0]
    """
    import numpy as np

    number, columns, below = np.arange(start, stop), {}, size(axes)
    for each in axes:
        below //= len(each.values)
        kind = np.float64 if INPUTS[each.name].numeric else object
        columns[each.name] = np.array(each.values, dtype=kind)[number // below % len(each.values)]
    return columns


def in_batches(axes: Sequence[Axis], rows: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """All combinations, so many at a time, each time with the number of the first."""
    whole = size(axes)
    for start in range(0, whole, rows):
        yield start, combinations(axes, start, min(start + rows, whole))
