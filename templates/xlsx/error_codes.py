"""The error values that the cells of a file may hold.

The seven that a reader of any age knows, and all that Excel writes.
"""

from __future__ import annotations

from roi_engine.cell_errors import CELL_ERRORS, YOUNGER_ERRORS

CLASSIC_ERRORS = tuple(CELL_ERRORS)
ALL_ERRORS = (*CLASSIC_ERRORS, *sorted(YOUNGER_ERRORS))


class ErrorValue(str):
    """A cached error such as ``#N/A``; plain text of the same spelling stays text."""

    def __new__(cls, code: str) -> ErrorValue:
        """One of the seven codes that a cell can hold."""
        if code not in CLASSIC_ERRORS:
            raise ValueError(f"{code!r} is not one of {', '.join(CLASSIC_ERRORS)}.")
        return super().__new__(cls, code)
