"""What the add-in's VBA calls: a function's name and arguments in, cells out.

Texts have a mark before them.

``'Never`` is the text Never and ``#2036`` the error #NUM!, so that no text can be taken for an error. Arguments and
cells pass xlwings as they are, without its conversions: VBA sends values that the boundary of the functions knows.
"""

from __future__ import annotations

from typing import Any

import xlwings

from roi_engine.cell_errors import CELL_ERRORS
from roi_engine.errors import FtRoiError
from roi_engine.worksheet.call import call

TEXT, ERROR = "'", "#"


@xlwings.func
@xlwings.arg("name", "raw")
@xlwings.arg("*arguments", "raw")
@xlwings.ret("raw")
# Without type hints: xlwings would read them as converters.
def cells(name, *arguments):  # type: ignore[no-untyped-def]
    """The rows of cells that a worksheet function fills.

    Never an exception, which VBA could not tell from a text.
    """
    try:
        result = call(name, *arguments)
    except FtRoiError as error:
        return [[_marked(error)]]
    except Exception:
        return [[f"{ERROR}{CELL_ERRORS['#VALUE!']}"]]
    if not isinstance(result, list):
        return [[_marked(result)]]
    width = max(map(len, result), default=1)
    return [[*map(_marked, row), *[TEXT] * (width - len(row))] for row in result]


def _marked(cell: Any) -> Any:
    if cell is None:
        return TEXT
    if isinstance(cell, FtRoiError):
        shown = cell.in_cell
        return f"{ERROR}{CELL_ERRORS[shown]}" if shown in CELL_ERRORS else TEXT + shown
    return TEXT + cell if isinstance(cell, str) else cell
