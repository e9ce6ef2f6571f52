"""Progress of work that takes more than a second, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from time import monotonic
from typing import Any, Protocol, TypeVar

import click

from addin.shell.options import is_on

Item = TypeVar("Item", covariant=True)
PATIENCE = 1.0
"""Seconds before anything is shown."""


class Counted(Sized, Iterable[Item], Protocol[Item]):
    """Items whose number is known before the first of them comes."""


def with_progress(items: Counted[Any], what: str) -> Iterator[Any]:
    """The items one by one; a bar on standard error says how many of them are done."""
    yield from counting(items, len(items), what)


def counting(items: Iterable[Any], number: int, what: str) -> Iterator[Any]:
    """The same for items of which only the number is known."""
    if is_on("quiet") or not sys.stderr.isatty():
        yield from items
        return
    start, bar, done = monotonic(), None, 0
    try:
        for item in items:
            yield item
            done += 1
            if bar is None and done < number and monotonic() - start > PATIENCE:
                bar = click.progressbar(length=number, label=what, file=sys.stderr, show_pos=True)
                bar.update(done)
            elif bar is not None:
                bar.update(1)
    finally:
        if bar is not None:
            bar.render_finish()
