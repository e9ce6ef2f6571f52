"""A command as a user types it, in a process of its own: what it printed, and what it took.

Run as a program, it starts the command it is given and prints what that took. A small process stands between because
what starts a command counts as its memory: Linux reckons the largest size before the program is loaded, too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 20
"""Of processor time, after which a command is stopped as hanging. What it takes, benchmarks/hostile.py prints."""
WAITED = 300


@dataclass(frozen=True)
class Done:
    """How a command ended. seconds : of processor time. megabytes : the largest process."""

    code: int
    out: bytes
    err: bytes
    seconds: float
    megabytes: float

    @property
    def text(self) -> str:
        """All that was printed."""
        return (self.out + self.err).decode("utf-8")


def run(folder: Path, *words: str, seconds: int = SECONDS) -> Done:
    """``ft-roi`` with these words in a folder; a price table of the user's own is in its folder ``prices``."""
    return run_program([sys.executable, "-m", "addin", *words], folder, seconds)


def run_program(command: Sequence[str], folder: Path, seconds: int = SECONDS) -> Done:
    """Any program, measured."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "FT_ROI_PRICES": str(folder / "prices"),
        "NO_COLOR": "1",
    }
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as told:
        between = [sys.executable, "-S", "-E", __file__, str(told.fileno()), str(seconds), *command]
        started = subprocess.Popen(
            between,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            pass_fds=(told.fileno(),),
            start_new_session=True,
        )
        try:
            started.wait(WAITED)
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()
        for each in (out, err, told):
            each.seek(0)
        measured = json.load(told)
        return Done(out=out.read(), err=err.read(), **measured)


def _measure() -> None:
    told, seconds, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    import resource

    os.set_inheritable(told, False)
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
        os.execvp(command[0], command)
    _, status, used = os.wait4(child, 0)
    result = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
    os.write(told, json.dumps(result).encode())


if __name__ == "__main__":
    _measure()
