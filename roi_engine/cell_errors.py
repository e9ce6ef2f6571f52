"""The error values of cells.

Those that every spreadsheet program knows, and the younger ones of Excel.
"""

from __future__ import annotations

CELL_ERRORS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
}
"""The errors that every spreadsheet program knows, with the numbers that Excel gives them."""
YOUNGER_ERRORS = frozenset(
    {
        "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#EXTERNAL!",
        "#PYTHON!",
    }
)  # fmt: skip
"""Those that Excel has had since 2007."""
