"""Signals that ask this program to end: what was begun is taken back first."""

from __future__ import annotations

import signal
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
