"""The time that a result states, where the environment asks for one."""

from __future__ import annotations

from datetime import datetime

import click

from templates.xlsx.generation_time import UnusableTime, time_of_environment


def generation_time() -> datetime | None:
    """The time in SOURCE_DATE_EPOCH, None where it is not set."""
    try:
        return time_of_environment()
    except UnusableTime as error:
        raise click.UsageError(str(error)) from None
