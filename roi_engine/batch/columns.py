"""The columns of a table of scenarios.

Which input each of them is, and what stands in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

from roi_engine.errors import FtRoiError, Problem, ScenarioError, UnknownName, shortened
from roi_engine.inputs import Input, normal_form, unit_in_label
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS, find_input, known_input
from roi_engine.written_numbers import in_percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    CodeArray = NDArray[np.int8]

ALL = "*"
"""In place of titles: every column that is no input is kept."""
MOST_COLUMNS = 1_000
"""Columns of a table; there are a tenth as many inputs."""
_LISTED = 20

MISSING, UNREADABLE = -1, -2
"""In place of a choice's number: nothing stands there, or something that is no choice."""


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers.

    numbers : n values in the input's unit; NaN where nothing stands, or something that is no number.
    missing : where nothing stands (n truth values).
    written : what stands in a row, as it was read.
    """

    numbers: FloatArray
    missing: BoolArray
    written: Callable[[int], Any]

    def __len__(self) -> int:
        return len(self.numbers)

    def given(self, row: int) -> Any:
        """What a row gives: its number, what stands there that is none, None for nothing."""
        if self.missing[row]:
            return None
        number = float(self.numbers[row])
        return self.written(row) if math.isnan(number) else number


@dataclass(frozen=True)
class ChoiceColumn:
    """A column of texts from a choice, such as those of ``serving``.

    codes : n places among the choices, or `MISSING`, or `UNREADABLE`.
    written : what stands in a row, as it was read.
    """

    codes: CodeArray
    written: Callable[[int], Any]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing(self) -> BoolArray:
        """Where nothing stands (n truth values)."""
        missing: BoolArray = self.codes == MISSING
        return missing

    def given(self, row: int) -> Any:
        """What a row gives; None for nothing."""
        return None if self.codes[row] == MISSING else self.written(row)


Column = NumberColumn | ChoiceColumn


def is_read(declared: Input) -> bool:
    """Whether a column of this input is looked at.

    Labels change no figure and are not.
    """
    return declared.numeric or bool(declared.quantity.choices)


def choice_code(quantity: Quantity, value: Any) -> int:
    """The place of a value among the choices, `MISSING` or `UNREADABLE`.

    >>> from roi_engine.quantity import SERVING
    >>> choice_code(SERVING, "Self-hosted"), choice_code(SERVING, " "), choice_code(SERVING, "rented")
    (1, -1, -2)
    """
    if is_empty(value):
        return MISSING
    try:
        return quantity.choices.index(quantity.check(value))
    except FtRoiError:
        return UNREADABLE


def is_empty(value: Any) -> bool:
    """Whether a value stands for none: None, NaN, or a text of spaces."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def column_of(declared: Input, values: Any) -> Column:
    """A column as it is calculated with.

    values : one value per row: an array of numbers, in which NaN is none, or any values, in which None is; a text is a
        number nowhere but in a file of texts, whose reader gives a `NumberColumn`.
    """
    import numpy as np

    if isinstance(values, (NumberColumn, ChoiceColumn)):
        return values
    array = values if isinstance(values, np.ndarray) else None
    if array is not None and array.ndim != 1:
        raise ScenarioError([Problem(declared.name, f"One value a row is needed; this is {array.ndim}-D.")])
    if declared.numeric and array is not None and array.dtype.kind in "iuf":
        numbers = array.astype(np.float64)
        return NumberColumn(numbers, np.isnan(numbers), lambda row: array[row].item())
    listed = values.tolist() if array is not None else list(values)
    if not declared.numeric:
        codes = _codes(declared.quantity, listed)
        return ChoiceColumn(codes, listed.__getitem__)
    numbers = np.array([_number(value) for value in listed], dtype=np.float64)
    missing = np.fromiter(map(is_empty, listed), dtype=bool, count=len(listed))
    return NumberColumn(numbers, missing, listed.__getitem__)


def _number(value: Any) -> float:
    """A value as a number; NaN for what is none."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _codes(quantity: Quantity, values: Sequence[Any]) -> CodeArray:
    import numpy as np

    known: dict[Any, int] = {}
    codes = np.empty(len(values), dtype=np.int8)
    for row, value in enumerate(values):
        key = value if isinstance(value, str) else None
        if key is None:
            codes[row] = choice_code(quantity, value)
            continue
        if key not in known:
            if len(known) > MOST_COLUMNS:
                known.clear()
            known[key] = choice_code(quantity, key)
        codes[row] = known[key]
    return codes


def recognised(
    titles: Sequence[str], keep: Collection[str], figures: Iterable[str], currency: str = ""
) -> dict[str, str]:
    """The input that each column is, by its title.

    Only columns that are calculated with are given.

    titles : of all columns.
    keep : titles of columns that are none, or `ALL`.
    figures : names of the columns that will be added. currency : the base's, where there is one.
    Raises `ScenarioError` with every problem: a title that no input has and nobody keeps, two columns of one input, a
    title that is empty, that stands twice, or that says another unit than the input's.

    Titles are read as the labels of a block are: an input's name, its short names and its label, whatever the case,
    and without the unit in parentheses.

    >>> recognised(["Team", "Training time (GPU-hours)", "calls"], ["Team"], ["npv"])
    {'Training time (GPU-hours)': 'training_hours', 'calls': 'baseline_monthly_api_calls'}
    """
    if len(titles) > MOST_COLUMNS:
        raise ScenarioError([Problem("", f"The table has {len(titles):,} columns; {MOST_COLUMNS:,} are read at most.")])
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    problems: list[Problem] = []
    added, kept, seen = set(figures), {normal_form(title) for title in keep}, set()
    for place, title in enumerate(titles, 1):
        where = f"column {place}"
        if not title.strip():
            problems.append(Problem(where, "It has no title. Give it one."))
        elif title in seen:
            problems.append(Problem(where, f'The title "{shortened(title)}" stands twice. Rename one of the two.'))
        elif title in added:
            problems.append(Problem(where, f'"{title}" is what a column of results is called. Rename it.'))
        else:
            declared = known_input(title)
            if declared is not None and declared.name in taken:
                other = shortened(taken[declared.name])
                problems.append(Problem(where, f'"{shortened(title)}" and "{other}" are one input. Keep one.'))
            elif declared is not None:
                taken[declared.name] = title
                if is_read(declared):
                    found[title] = declared.name
                    if sentence := _of_another_unit(title, declared.quantity, currency):
                        problems.append(Problem(where, sentence))
            elif ALL not in keep and normal_form(title) not in kept:
                problems.append(Problem(where, _unknown(title)))
        seen.add(title)
    problems += [
        Problem("keep", f'There is no column "{shortened(title)}".')
        for title in keep
        if title != ALL and normal_form(title) not in {normal_form(each) for each in titles}
    ]
    if problems:
        more = len(problems) - _LISTED
        left = [Problem("", f"… and {more:,} more.")] if more > 0 else []
        raise ScenarioError([*problems[:_LISTED], *left])
    return found


def _of_another_unit(title: str, quantity: Quantity, currency: str) -> str:
    """What is wrong with the unit in a title's parentheses; empty where nothing is.

    Per cent too are another unit: 0.5 below it would be half a per cent to one reader and a half to the other.
    """
    unit = unit_in_label(title)
    if quantity.kind == "fraction" and in_percent(unit):
        own = quantity.unit_in(currency or "currency")
        return f'"{shortened(title)}" is in per cent, and the column holds shares: 8 % is 0.08. Write ({own}) instead.'
    return quantity.of_another_unit(unit, currency)


def _unknown(title: str) -> str:
    try:
        find_input(title)
    except UnknownName as error:
        return f"{error} Correct the title, or keep the column as it is."
    raise AssertionError(title)


def checked_lengths(columns: Mapping[str, Column]) -> int:
    """The rows of columns, which have as many each; raises `ScenarioError`."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ScenarioError([Problem("columns", f"the columns have different lengths: {lengths}.")])
    return next(iter(lengths.values()), 0)


def inputs_of(names: Iterable[str]) -> dict[str, Input]:
    """Declared inputs by name.

    Raises `ScenarioError` for names of none, and of labels.
    """
    problems = []
    found = {}
    for name in names:
        if name in INPUTS and is_read(INPUTS[name]):
            found[name] = INPUTS[name]
        elif name in INPUTS:
            problems.append(Problem(name, "A label changes no figure. Leave the column out."))
        else:
            problems.append(Problem(name, _unknown(name) if known_input(name) is None else _by_name(name)))
    if problems:
        raise ScenarioError(problems)
    return found


def _by_name(label: str) -> str:
    return f'Columns go by the names of inputs: "{find_input(label).name}".'
