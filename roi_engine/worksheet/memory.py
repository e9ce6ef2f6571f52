"""What a worksheet function gave once is given again, a result or an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Protocol

from roi_engine.errors import FtRoiError


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
        @lru_cache(maxsize=most)
        def outcome(*arguments: Any) -> tuple[Any, FtRoiError | None]:
            try:
                return function(*arguments), None
            except FtRoiError as error:
                return None, error

        @wraps(function)
        def remembering(*arguments: Any) -> Any:
            result, error = outcome(*arguments)
            if error is not None:
                raise error.with_traceback(None)  # else each time would lengthen it
            return result

        remembering.cache_clear = outcome.cache_clear  # type: ignore[attr-defined]
        return remembering  # type: ignore[return-value]

    return remember
