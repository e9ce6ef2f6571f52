"""The time that a result states as that of its making.

A given one, the one that the environment asks for, or now.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from roi_engine.errors import FtRoiError


class UnusableTime(FtRoiError):
    """SOURCE_DATE_EPOCH is set to something that is no time."""


def generation_time(given: datetime | None = None) -> datetime:
    """The time to state, in UTC and to the second.

    given : the time, where one is given.
    Raises `UnusableTime` where SOURCE_DATE_EPOCH is no time.
    """
    return (given or time_of_environment() or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


def time_of_environment() -> datetime | None:
    """The time in SOURCE_DATE_EPOCH (seconds since 1970, UTC).

    Returns None where it is not set.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise UnusableTime(f'SOURCE_DATE_EPOCH is "{text}". Set it to whole seconds since 1970, or unset it.') from None
