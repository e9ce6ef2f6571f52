"""Progress of work that takes more than a second, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
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


class Meter:
    """How far work has come, on a terminal: its share, its rate, the time left."""

    def __init__(self, what: str) -> None:
        self.what, self.start, self.rows = what, monotonic(), 0
        self.shown = not is_on("quiet") and sys.stderr.isatty()
        self.bar: Any = None

    def show(self, share: float, rows: int) -> None:
        """Shows how far it is, once it has taken more than a second.

        share : what is done of the whole, 0 to 1.
        rows : how many rows that are.
        """
        self.rows = rows
        seconds = monotonic() - self.start
        if not self.shown or (self.bar is None and (seconds <= PATIENCE or share >= 1)):
            return
        if self.bar is None:
            self.bar = click.progressbar(
                length=_STEPS, label=self.what, file=sys.stderr, show_pos=False, item_show_func=self._rate
            )
        self.bar.update(round(share * _STEPS) - self.bar.pos, self.rows)

    def _rate(self, rows: int | None) -> str | None:
        seconds = monotonic() - self.start
        return f"{self.rows / seconds:,.0f} rows a second" if rows and seconds else None

    def end(self) -> None:
        """Ends the line."""
        if self.bar is not None:
            self.bar.render_finish()


@contextmanager
def metered(what: str) -> Iterator[Meter]:
    """A meter whose line is ended whatever happens."""
    meter = Meter(what)
    try:
        yield meter
    finally:
        meter.end()


_STEPS = 1000
