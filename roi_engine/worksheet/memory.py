"""Remembers what worksheet functions gave, results and errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Protocol

from roi_engine.errors import FtRoiError

MOST_CELLS = 250_000
"""Cells of arguments and results that are remembered; each takes some 200 bytes. Beyond them all is forgotten."""


class Remembering(Protocol):
    """A function that remembers, and can be made to forget."""

    cache_clear: Callable[[], None]

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives, remembered or calculated."""


def remembered(most: int) -> Callable[[Callable[..., Any]], Remembering]:
    """Remembers the last results, and the `FtRoiError` of calls that failed.

    most : how many calls. `functools.lru_cache` alone would calculate a failing call anew each time: an input that is
        wrong fails in every cell of a workbook.

    >>> @remembered(2)
    ... def half(number):
    ...     print("calculated")
    ...     return number / 2
    >>> half(3), half(3)
    calculated
    (1.5, 1.5)
    """

    def remember(function: Callable[..., Any]) -> Remembering:
        held = 0

        @lru_cache(maxsize=most)
        def outcome(*arguments: Any) -> tuple[Any, FtRoiError | None]:
            nonlocal held
            result, failure = None, None
            try:
                result = function(*arguments)
            except FtRoiError as error:
                failure = error
            held += cells_in(arguments) + cells_in(result)
            if held > MOST_CELLS:
                outcome.cache_clear()
                held = 0
            return result, failure

        @wraps(function)
        def remembering(*arguments: Any) -> Any:
            result, error = outcome(*arguments)
            if error is not None:
                raise error.with_traceback(None)  # else each time would lengthen it
            return result

        remembering.cache_clear = outcome.cache_clear  # type: ignore[attr-defined]
        return remembering  # type: ignore[return-value]

    return remember


def cells_in(value: Any) -> int:
    """How many cells a value has, as far as its first row tells.

    value : one value, rows of them, or several such values.

    >>> cells_in(5), cells_in(((1, 2), (3, 4), (5, 6))), cells_in((5, ((1, 2), (3, 4))))
    (1, 6, 5)
    """
    if not isinstance(value, (tuple, list)) or not value:
        return 1
    first = value[0]
    if isinstance(first, (tuple, list)) and first and not isinstance(first[0], (tuple, list)):
        return len(value) * len(first)
    return sum(map(cells_in, value))
