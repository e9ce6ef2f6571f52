"""Calling a worksheet function with cell values: what every host shares.

What a cell may hold and what becomes of it:

    nothing, "", blanks     the argument is left out (its default, or an error that names it); 0 is the number 0
    a number                a number, whole or not; whole numbers may arrive as floats, currency as a decimal
    TRUE/FALSE, a date      refused where a number belongs
    text                    refused where a number belongs, a number as text too
    an error value          that error; of one that is younger than Excel 2007, such as #SPILL!: #VALUE!. It arrives
                            as its text, or as the number that it has in COM
    a range of one cell     that cell
    a range with labels     a scenario block
    any other range         one call for every cell; a row and a column give a grid. Where the argument is a range
                            by itself, all of its cells belong to one call

Results are numbers, texts, TRUE/FALSE or rows of them; "Never" for an infinite number. Errors are raised, or
stand in their place in a grid, as `FtRoiError` with the cell error in ``code``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any

from roi_engine.cell_errors import CELL_ERRORS, YOUNGER_ERRORS
from roi_engine.errors import FtRoiError, MissingPackage, OutOfRange, WrongType
from roi_engine.scenario import Scenario
from roi_engine.worksheet.block import Case, CellError, is_block, read_block
from roi_engine.worksheet.catalogue import ESTIMATORS, Argument, Function, find_function
from roi_engine.worksheet.memory import remembered

_FIRST_IN_COM, _LAST_IN_COM = -2146826288, -2146826189
_ERRORS_IN_COM = {number - 2000 + _FIRST_IN_COM: text for text, number in CELL_ERRORS.items()}
"""Windows' COM hands over an error value as a whole number of this range; a cell's numbers arrive as floats."""
NEVER_TEXT = "Never"
_MAY_BE_NEVER = ("months", "number")
"""Kinds of results that may be infinite: durations, and the figures that a function is asked for by name."""


class _Boolean:
    """TRUE or FALSE, kept apart from 1 and 0, which Python counts as equal."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def __str__(self) -> str:
        return "TRUE" if self.value else "FALSE"


TRUE, FALSE = _Boolean(True), _Boolean(False)


def call(name: str, *arguments: Any) -> Any:
    """A worksheet function's result for cell values; ranges are lists of rows.

    name : the function's, such as FT_TRAINCOST.
    arguments : what its cells hold, in order.
    Returns a number, text or bool, or a list of rows for a table or where an argument was a range; in a grid each error
    stands in its cell.
    Raises `FtRoiError` (``in_cell`` is what the cell shows) for a single result.

    >>> call("FT_TRAINCOST", 24, 1.5)
    36.0
    >>> call("FT_TRAINCOST", [[24], [48]], 1.5)
    [[36.0], [72.0]]
    """
    function = find_function(name)
    try:
        result = _called(function, tuple([_normal(argument) for argument in arguments]))
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package in ("", "roi_engine"):  # a mistake of ours
            raise
        raise MissingPackage(function.name, package) from None
    return [list(row) for row in result] if isinstance(result, list) else result  # the memo keeps its own rows


def _normal(value: Any) -> Any:
    """A cell value, or a range as a tuple of rows; a range of one cell is the cell.

    Where a row is shorter than others, its last cells are empty.
    """
    if not isinstance(value, (list, tuple)):
        return _normal_cell(value)
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    if not any(rows):
        return None
    if len(rows) == 1 and len(rows[0]) == 1:
        return _normal(rows[0][0])
    width = max(map(len, rows))
    rows = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]
    return tuple(
        [
            tuple(
                [
                    cell
                    if cell is None or type(cell) is float or (type(cell) is str and _is_plain(cell))
                    else _normal_cell(cell)
                    for cell in row
                ]
            )
            for row in rows
        ]
    )


def _normal_cell(value: Any) -> Any:
    kind = type(value)
    if kind is float or value is None:
        return value
    if kind is str:
        if _is_plain(value):
            return value
        if value in CELL_ERRORS:
            return CellError(value)
        if value in YOUNGER_ERRORS:
            return CellError(value, "#VALUE!")
        return None if not value or value.isspace() else value
    if kind is bool:
        return TRUE if value else FALSE
    if kind is int and _FIRST_IN_COM <= value <= _LAST_IN_COM:
        return CellError(_ERRORS_IN_COM.get(value, "#VALUE!"))
    return float(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=4096)  # a block's labels, again and again
def _is_plain(text: str) -> bool:
    return bool(text) and not text.isspace() and not text.startswith("#")


@remembered(8192)
def _called(function: Function, arguments: tuple[Any, ...]) -> Any:
    slots = _slots(function, arguments)
    case = _case(function, slots)
    varied = dict(zip(function.by_name, slots, strict=True))
    if case is not None:
        for argument in function.scenario:
            del varied[argument.name]
    ranges = {
        name: value
        for name, value in varied.items()
        if isinstance(value, tuple) and not _is_whole(function.by_name[name], value)
    }
    if not ranges:
        checked = {name: _checked(function.by_name[name], value) for name, value in varied.items()}
        return _result(function, _calculated(function, case, checked))
    for argument in function.own:
        if argument.kind == "number" and is_block(ranges.get(argument.name)):
            raise WrongType(
                f"{argument.name}: a scenario block stands here. It belongs behind: {function.block_signature}; "
                "an optional argument may stay empty, but keeps its place."
            )
    if function.result.kind == "table":
        raise WrongType(f"{function.name} gives a table and takes single cells: {next(iter(ranges))} is a range.")
    return _grid(function, case, varied, ranges)


def _is_whole(argument: Argument, cells: tuple[tuple[Any, ...], ...]) -> bool:
    """Whether a range belongs to one call."""
    return argument.kind == "range" or (argument.kind == "cell or table" and is_block(cells))


def _slots(function: Function, arguments: tuple[Any, ...]) -> list[Any]:
    expected = function.arguments
    if len(arguments) > len(expected):
        raise WrongType(
            f"{function.name} takes at most {len(expected)} arguments, not {len(arguments)}: {function.signature}."
        )
    return [*arguments, *[None] * (len(expected) - len(arguments))]


def _case(function: Function, slots: list[Any]) -> Case | None:
    """The scenario of a block, where the scenario arguments are one."""
    if not function.takes_scenario:
        return None
    at = function.block_at if function.block_at is not None else len(function.own)
    block = slots[at]
    if isinstance(block, CellError):
        raise block
    if is_block(block):
        if not function.block_only and any(slot is not None for slot in slots[at + 1 :]):
            raise WrongType(f"{function.name}: after a scenario block the later scenario arguments stay empty.")
        found: Case = read_block(block)
        return found
    if function.block_only:
        raise WrongType(f"{function.name}: scenario is a range with labels in its first column and values beside them.")
    if isinstance(block, str):
        raise WrongType(f'{function.name}: "{block}" is no scenario. Give a range of labels and values, or numbers.')
    return None


def _checked(argument: Argument, value: Any) -> Any:
    if type(value) is not float:
        for cell in chain.from_iterable(value) if isinstance(value, tuple) else (value,):
            if isinstance(cell, FtRoiError):
                raise cell
            if isinstance(cell, _Boolean):
                raise WrongType(f"{argument.name}: {cell} is not a {'text' if argument.kind == 'text' else 'number'}.")
    return argument.check(value)


def _calculated(function: Function, case: Case | None, checked: Mapping[str, Any]) -> Any:
    own = [checked[argument.name] for argument in function.own]
    try:
        if case is None and function.takes_scenario:
            if function.vectorised is not None:
                return function.vectorised(checked)
            typed = {argument.name: checked[argument.name] for argument in function.scenario}
            case = Case(Scenario.model_construct(None, **typed))
        return function.calculate(*own) if case is None else function.calculate(case, *own)
    except OverflowError:
        raise _too_large(function) from None


def _too_large(function: Function) -> OutOfRange:
    return OutOfRange(f"{function.name}: the result is too large for a number.")


def _result(function: Function, value: Any) -> Any:
    """A result as a cell shows it."""
    if isinstance(value, list):
        return [[_shown(cell) for cell in row] for row in value]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise function.undefined(_undefined_sentence(function))
    if isinstance(value, float) and math.isinf(value) and (value < 0 or not _may_be_never(function)):
        raise _too_large(function)
    return _shown(value)


def _may_be_never(function: Function) -> bool:
    """Whether an infinite result says something.

    An estimate is a size, and no size is infinite.
    """
    return function.result.kind in _MAY_BE_NEVER and function.family != ESTIMATORS


def _undefined_sentence(function: Function) -> str:
    return f"{function.name} is undefined here: {function.sentence}"


def _shown(value: Any) -> Any:
    if isinstance(value, (bool, str)) or value is None:
        return value
    number = float(value)
    return NEVER_TEXT if number == math.inf else number


def _grid(
    function: Function,
    case: Case | None,
    varied: Mapping[str, Any],
    ranges: Mapping[str, tuple[tuple[Any, ...], ...]],
) -> list[list[Any]]:
    """One result for every cell of the ranges; a row and a column meet in a grid."""
    height = max(len(cells) for cells in ranges.values())
    width = max(len(cells[0]) for cells in ranges.values())
    for name, cells in ranges.items():
        if len(cells) not in (1, height) or len(cells[0]) not in (1, width):
            raise WrongType(
                f"{name}: a range of {len(cells)} × {len(cells[0])} cells does not fit one of {height} × {width}."
            )
    fixed, needed, broken = _fixed(function, varied, ranges)
    columns = [
        (function.by_name[name], ranges[name], int(len(ranges[name]) > 1), int(len(ranges[name][0]) > 1))
        for name in needed
    ]
    cases: list[dict[str, Any] | FtRoiError] = []
    for row in range(height):
        for column in range(width):
            try:
                checked = dict(fixed)
                for argument, cells, down, across in columns:
                    checked[argument.name] = _checked(argument, cells[row * down][column * across])
                cases.append(checked if broken is None else broken)
            except FtRoiError as error:
                cases.append(error)
    results = _many(function, case, cases, ranges)
    return [results[row * width : (row + 1) * width] for row in range(height)]


def _fixed(
    function: Function, varied: Mapping[str, Any], ranges: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str], FtRoiError | None]:
    """What is the same in every cell, the ranges, and the first error.

    What is the same is checked once. With an error come the ranges before it alone.
    """
    fixed: dict[str, Any] = {}
    before: list[str] = []
    for name, value in varied.items():
        if name in ranges:
            before.append(name)
            continue
        try:
            fixed[name] = _checked(function.by_name[name], value)
        except FtRoiError as error:
            return fixed, before, error
    return fixed, before, None


def _many(
    function: Function, case: Case | None, cases: list[dict[str, Any] | FtRoiError], ranges: Mapping[str, Any]
) -> list[Any]:
    """The results of checked cases; a vectorised function is one run over arrays."""
    if case is None and function.takes_scenario and function.vectorised is not None:
        calculated = _vectorised(function.vectorised, cases, ranges)
    else:
        calculated = [each if isinstance(each, FtRoiError) else _attempt(function, case, each) for each in cases]
    results = []
    for value in calculated:
        try:
            results.append(value if isinstance(value, FtRoiError) else _result(function, value))
        except FtRoiError as error:
            results.append(error)
    return results


def _attempt(function: Function, case: Case | None, checked: Mapping[str, Any]) -> Any:
    try:
        return _calculated(function, case, checked)
    except FtRoiError as error:
        return error


def _vectorised(vectorised: Any, cases: list[dict[str, Any] | FtRoiError], ranges: Mapping[str, Any]) -> list[Any]:
    import numpy as np

    legal = [each for each in cases if not isinstance(each, FtRoiError)]
    if not legal:
        return list(cases)
    columns = {
        name: np.array([each[name] for each in legal], dtype=float) if name in ranges else value
        for name, value in legal[0].items()
    }
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = iter(np.broadcast_to(vectorised(columns), (len(legal),)).tolist())
    return [each if isinstance(each, FtRoiError) else next(values) for each in cases]
