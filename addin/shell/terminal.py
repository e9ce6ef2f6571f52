"""Printing lines: results to standard output, notes to standard error."""

from __future__ import annotations

import math
import os
import sys
from typing import Any

import click


def print_line(text: str = "", err: bool = False, **style: Any) -> None:
    """Prints one line; what a text in it would make a terminal do is spelled out.

    err : to standard error.
    style : how, as click styles texts.
    """
    from roi_engine.errors import printable

    shown = printable(text)
    click.echo(click.style(shown, **style) if style else shown, err=err)


def print_note(word: str, message: str, colour: str, coloured: bool | None = None) -> None:
    """Prints ``Word: message`` to standard error.

    coloured : unless told, as the command says.
    """
    from roi_engine.errors import printable

    head = click.style(f"{word}:", fg=colour, bold=True)
    click.echo(f"{head} {printable(message)}", err=True, color=coloured)


def print_json(value: Any) -> None:
    """Prints JSON; infinity is "Never" and an undefined number null."""
    import json

    click.echo(json.dumps(_plain(value), indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "Never" if value > 0 else None
    return value


def colours_refused() -> bool:
    """Whether the environment asks for no colours."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def silence_closed_streams() -> None:
    """Drops what is left for streams that take nothing more.

    Python can end quietly then.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
