"""The FT_ worksheet functions for xlwings.

Excel's add-in, xlwings Lite and xlwings Server load this module. Every function of the catalogue stands here under
its name, registered by xlwings' own decorators. On systems where xlwings runs no functions the decorators do nothing,
and the module can be imported all the same. What becomes of a cell's value is for `roi_engine.worksheet.call` to say;
here stands only what xlwings and Excel make of it before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import Parameter, Signature
from typing import Any

import xlwings

from roi_engine.errors import FtRoiError
from roi_engine.worksheet.call import call
from roi_engine.worksheet.catalogue import Function, functions
from roi_engine.worksheet.explained import argument_help, may_stay_empty

CATEGORY = "Fine-tuning ROI"


def serial_number(year: int, month: int, day: int, hour: int, minute: int, second: int, **rest: Any) -> float:
    """The number of a date in the functions of a spreadsheet.

    Days since 30 December 1899, the time of day as a fraction.

    >>> serial_number(2026, 1, 1, 12, 0, 0)
    46023.5
    """
    return (datetime(year, month, day, hour, minute, second) - datetime(1899, 12, 30)) / timedelta(days=1)


def _registered(function: Function) -> Callable[..., Any]:
    """The catalogue's function as xlwings wants it: named, described and registered."""

    # Without type hints: xlwings would read them as converters.
    def run(*arguments):  # type: ignore[no-untyped-def]
        return _in_cells(function.name, arguments)

    run.__name__ = run.__qualname__ = function.name
    run.__doc__ = function.sentence
    run.__signature__ = _signature(function)  # type: ignore[attr-defined]
    for argument in function.arguments:
        # so that a column stays a column, an error value is not an empty cell, and a date is a number
        options = {"ndim": 2, "err_to_str": True, "dates": serial_number, "doc": argument_help(function, argument)}
        run = xlwings.arg(argument.name, **options)(run)
    return xlwings.func(category=CATEGORY)(run)  # last: the other decorators set the category back


def _signature(function: Function) -> Signature:
    optional = may_stay_empty(function)
    return Signature(
        [
            Parameter(
                argument.name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=None if argument.name in optional else Parameter.empty,
            )
            for argument in function.arguments
        ]
    )


def _in_cells(name: str, arguments: tuple[Any, ...]) -> Any:
    """What the cells show: the result, or the text of its cell error, such as #NUM!."""
    try:
        result = call(name, *arguments)
    except FtRoiError as error:
        return error.in_cell
    if isinstance(result, list):
        return [[cell.in_cell if isinstance(cell, FtRoiError) else cell for cell in row] for row in result]
    return result


__all__ = []
for _function in functions().values():
    globals()[_function.name] = _registered(_function)
    __all__ += [_function.name]
