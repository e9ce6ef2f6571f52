"""What the add-in's VBA calls: a function's name and arguments in, cells out, with a mark before each text.

``'Never`` is the text Never and ``#2036`` the error #NUM!, so that no text can be taken for an error.
"""

from __future__ import annotations

from typing import Any

import xlwings

from addin.functions import AS_CELLS, received
from roi_engine.errors import FtRoiError
from roi_engine.worksheet.call import call

ERROR_NUMBERS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
}
"""Excel's numbers of its cell errors, as CVErr takes them."""
TEXT, ERROR = "'", "#"


@xlwings.func
@xlwings.arg("*arguments", **AS_CELLS)
def cells(name, *arguments):  # without type hints: xlwings would read them as converters
    """The rows of cells that a worksheet function fills; never an exception, which VBA could not tell from a text."""
    try:
        result = call(name, *(received(argument) for argument in arguments))
    except FtRoiError as error:
        return [[_marked(error)]]
    except Exception:
        return [[f"{ERROR}{ERROR_NUMBERS['#VALUE!']}"]]
    rows = result if isinstance(result, list) else [[result]]
    width = max(map(len, rows), default=1)
    return [[*map(_marked, row), *[None] * (width - len(row))] for row in rows]


def _marked(cell: Any) -> Any:
    if isinstance(cell, FtRoiError):
        return f"{ERROR}{ERROR_NUMBERS.get(cell.code, ERROR_NUMBERS['#VALUE!'])}"
    return TEXT + cell if isinstance(cell, str) else cell
