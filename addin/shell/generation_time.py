"""The time that a result states: now, or the time that the environment asks for."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click


def generation_time() -> datetime | None:
    """The time in SOURCE_DATE_EPOCH (seconds since 1970, UTC), or None."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(
            f'SOURCE_DATE_EPOCH is "{text}". Set it to whole seconds since 1970, or unset it.'
        ) from None
