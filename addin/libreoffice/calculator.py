"""Where LibreOffice's FT_ functions are calculated: in its own Python, or in a worker process.

Its own Python does it where the engine can be imported there in the version that the extension was built with: from
what it has itself, or from the libraries of the interpreter that built the extension, if both load the same
binaries. Otherwise that interpreter does, in a process that is started once; a call then takes three times as long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

Answer = Callable[[str, Sequence[Any]], Any]
"""From a function's name and its arguments to a cell value or rows of them, an error as {"error": "#NUM!"}."""

Engine = Callable[[], tuple[str, Answer]]
"""Imports the engine: its version and the function that answers, or an exception."""

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
        self.stop()  # one that has died leaves its pipes open
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


def binary_kind() -> str:
    """The kind of binary libraries that this Python loads, such as ``.cpython-311-x86_64-linux-gnu.so``."""
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def _engine_here(settings: dict[str, Any], engine: Engine, report: dict[str, Any]) -> Answer | None:
    """The engine in this Python, by what it has itself or else by the builder's libraries; None where neither works."""
    libraries = settings["libraries"] if settings["binaries"] == binary_kind() else []
    for borrowed in ([], libraries) if libraries else ([],):
        before = list(sys.path)
        sys.path += [each for each in borrowed if each not in sys.path]  # last: what is LibreOffice's own comes first
        try:
            found, answer = engine()
        except Exception as error:  # an engine that is there in part may raise anything
            sys.path[:] = before
            words = str(error).partition(" (or ")[0]  # LibreOffice adds that it is none of its own modules either
            report["why_not_here"] = f"{type(error).__name__}: {words}"
            continue
        report["own_engine"] = found
        if found == settings["engine"]:
            report["borrowed"] = bool(borrowed)
            return answer
        report["why_not_here"] = f"it has ft-roi {found}, the extension is of {settings['engine']}"
        break
    return None


def chosen_calculator(settings: dict[str, Any], worker_program: Path, engine: Engine) -> Answer:
    """The function that answers calls, here or in a worker; the choice is written where `REPORT` asks for it.

    settings : what the extension was built with: engine version, interpreter, the folder of its engine, its libraries
    and the kind of binaries in them. engine : gives the version and the answering function of the engine here, or
    raises. Raises OSError where neither works.
    """
    report: dict[str, Any] = {"own_python": sys.version.split()[0], **settings}
    answer = _engine_here(settings, engine, report)
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
