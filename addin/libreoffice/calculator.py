"""Where LibreOffice's FT_ functions are calculated: in its own Python, or in a worker process.

Its own Python does it where the engine can be imported there in the version that the extension was built with;
otherwise the interpreter that built the extension does, in a process that is started once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

Answer = Callable[[str, Sequence[Any]], Any]
"""From a function's name and its arguments to a cell value or rows of them, an error as {"error": "#NUM!"}."""

REPORT = "FT_ROI_LIBREOFFICE_REPORT"
"""The environment variable that names a file to which the choice is written: `ft-roi addin doctor` reads it."""

OTHER_PYTHONS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONEXECUTABLE")
"""What LibreOffice sets for its own Python, and another one must not see."""


class Worker:
    """A process of another Python that answers calls; started at the first, and again should it have died."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.answer = lru_cache(maxsize=8192)(self._answer)  # functions are pure: asking once is enough

    def start(self) -> dict[str, Any]:
        """Starts the process and returns what it says of itself; raises OSError where it cannot be used."""
        environment = {name: value for name, value in os.environ.items() if name not in OTHER_PYTHONS}
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        greeting: dict[str, Any] = self._receive()
        return greeting

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        question = json.dumps([name, arguments]).encode() + b"\n"
        if self.process is None or self.process.poll() is not None:
            self.start()
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(question)
        self.process.stdin.flush()
        return self._receive()

    def _receive(self) -> Any:
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise OSError(f"{self.command[0]} ended with exit code {self.process.wait()}")
        return json.loads(line)

    def stop(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.communicate()
            self.process = None


def chosen_calculator(
    settings: dict[str, Any], worker_program: Path, engine: Callable[[], tuple[str, Answer]]
) -> Answer:
    """The function that answers calls, here or in a worker; the choice is written where `REPORT` asks for it.

    settings : interpreter, folder and engine version that the extension was built with. engine : gives the
    version and the answering function of the engine here, or raises. Raises OSError where neither works.
    """
    report: dict[str, Any] = {"own_python": sys.version.split()[0], **settings}
    answer = None
    try:
        found, here = engine()
        report["own_engine"] = found
        if found == settings["engine"]:
            answer = here
        else:
            report["why_not_here"] = f"it has ft-roi {found}, the extension is of {settings['engine']}"
    except Exception as error:  # an engine that is there in part may raise anything
        words = str(error).partition(" (or ")[0]  # LibreOffice adds that it is none of its own modules either
        report["why_not_here"] = f"{type(error).__name__}: {words}"
    report["where"] = "here"
    try:
        if answer is None:
            report["where"] = "worker"
            worker = Worker([settings["interpreter"], str(worker_program), settings["folder"]])
            report["worker"] = worker.start()
            answer = worker.answer
    except Exception as error:
        report["where"], report["why_no_worker"] = "nowhere", f"{type(error).__name__}: {error}"
        raise
    finally:
        if os.environ.get(REPORT):
            Path(os.environ[REPORT]).write_text(json.dumps(report), "utf-8")
    return answer
