"""Signals that ask this program to end: what was begun is taken back first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a program to end, as far as this system has them."""


def end_in_order() -> None:
    """Makes SIGTERM and SIGHUP end the program as an exception does.

    The exit code is 143 or 129. One that is ignored, as under nohup, stays ignored.
    """
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)  # tidying up is not interrupted by the second of the two
    raise SystemExit(128 + number)


@contextmanager
def signals_wait() -> Iterator[None]:
    """Lets the signals that end this program wait.

    In the midst of starting another one it would not know what it has started.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone takes signals
        yield
        return
    came: list[int] = []
    known = {number: signal.getsignal(number) for number in (*ENDING, signal.SIGINT)}
    before = {number: handler for number, handler in known.items() if handler is not None}  # those that Python set
    for number in before:
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
