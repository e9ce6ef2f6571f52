"""Limits of time and memory for work on a file from anybody."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GRACE = 5
"""Seconds after which a process that does not stop by itself is ended by the system."""


class OutOfTime(BaseException):
    """The time is over; handlers of ordinary errors let it pass."""


@contextlib.contextmanager
def limited_time(seconds: int) -> Iterator[None]:
    """Raises `OutOfTime` where the work takes more of the processor.

    Ends the process where even that does not help. Does nothing on systems without such timers, or outside of the main
    thread.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    _end_process_after(seconds + GRACE)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        _end_process_after(None)


def _stop(number: int, frame: Any) -> None:
    raise OutOfTime


def _end_process_after(seconds: int | None) -> None:
    """Has the system end this process after so many seconds more of the processor.

    None: never.
    """
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = resource.RLIM_INFINITY if seconds is None else int(used.ru_utime + used.ru_stime) + seconds + 1
    if hard != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > hard):
        wanted = hard
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


def limit_memory(more: int) -> None:
    """Lets this process take so many bytes more than it has.

    Nothing where the system does not say how many it has.
    """
    statement = Path("/proc/self/statm")
    if sys.platform == "win32" or not statement.exists():
        return
    import resource

    has = int(statement.read_text("ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = has + more if hard == resource.RLIM_INFINITY else min(has + more, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
