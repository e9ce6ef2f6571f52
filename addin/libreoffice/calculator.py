"""Where the FT_ functions of LibreOffice are calculated.

That is LibreOffice's own Python, or a worker process.

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
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any

Answer = Callable[[str, Sequence[Any]], Any]
"""From a function's name and its arguments to a cell value or rows of them, an error as {"error": "#NUM!"}."""

Engine = Callable[[], tuple[str, Answer]]
"""Imports the engine: its version and the function that answers, or an exception."""

REPORT = "FT_ROI_LIBREOFFICE_REPORT"
"""The environment variable that names a file to which the choice is written: `ft-roi addin doctor` reads it."""

OTHER_PYTHONS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONEXECUTABLE")
"""What LibreOffice sets for its own Python, and another one must not see."""


CALL_LIMIT, START_LIMIT = 30.0, 60.0
"""Seconds that a call may take, and the start of the process."""
REMEMBERED = 16_000_000
"""Bytes of questions and answers that are remembered: some hundred thousand cells."""


class Worker:
    """A process of another Python that answers calls.

    It is started at the first call, and again should it have died.

    Questions are numbered, and an answer is the line that bears the number of its question: whatever else comes out of
    the process is no answer. A call that takes too long ends the process and is an OSError, as is a process that dies.
    """

    def __init__(self, command: Sequence[str], limit: float = CALL_LIMIT) -> None:
        self.command = command
        self.limit = limit
        self.process: subprocess.Popen[bytes] | None = None
        self.memory = Memory(REMEMBERED)  # functions are pure: asking once is enough
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._number = 0
        self._one_at_a_time = Lock()

    def start(self) -> dict[str, Any]:
        """Starts the process and returns what it says of itself.

        Raises OSError where it cannot be used.
        """
        self.stop()  # one that has died leaves its pipes open
        environment = {name: value for name, value in os.environ.items() if name not in OTHER_PYTHONS}
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._lines, self._number = SimpleQueue(), 0
        Thread(target=_read, args=(self.process.stdout, self._lines), daemon=True).start()
        greeting: dict[str, Any] = json.loads(self._received(START_LIMIT))
        return greeting

    def answer(self, name: str, arguments: Sequence[Any]) -> Any:
        """What a function gives, by the process or from memory.

        Raises OSError where there is no answer.
        """
        question = json.dumps([name, arguments]).encode()
        with self._one_at_a_time:
            known = self.memory.get(question)
            if known is None:
                known = self._asked(question)
                self.memory.put(question, known)
        return json.loads(known)

    def _asked(self, question: bytes, again: bool = True) -> bytes:
        if self.process is None or self.process.poll() is not None:
            self.start()
        assert self.process is not None and self.process.stdin is not None
        self._number += 1
        try:
            self.process.stdin.write(b"[%d, %b]\n" % (self._number, question))
            self.process.stdin.flush()
        except OSError:  # it has just died: a new one is asked
            if not again:
                raise
            self.start()
            return self._asked(question, again=False)
        return self._received(self.limit)

    def _received(self, limit: float) -> bytes:
        """The answer to the last question, as JSON."""
        assert self.process is not None
        mark, until = b"%d " % self._number, monotonic() + limit
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - monotonic()))
            except Empty:
                self.stop()
                raise OSError(f"{self.command[0]} did not answer within {limit:g} s") from None
            if not line:
                process, self.process = self.process, None
                raise OSError(f"{self.command[0]} ended with exit code {_ended(process)}")
            if line.startswith(mark):
                return line[len(mark) :]

    def stop(self) -> None:
        """Ends the process."""
        process, self.process = self.process, None
        if process is not None:
            _ended(process)


class Memory:
    """The latest answers by their questions, up to a number of bytes.

    An answer that is large in itself is not remembered.
    """

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._known: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, question: bytes) -> bytes | None:
        """The answer, if it is remembered."""
        if question in self._known:
            self._known.move_to_end(question)
        return self._known.get(question)

    def put(self, question: bytes, answer: bytes) -> None:
        """Remembers an answer, and forgets those that were not used for longest."""
        if len(question) + len(answer) > self.most // 10:
            return
        self._known[question] = answer
        self.size += len(question) + len(answer)
        while self.size > self.most:
            forgotten = self._known.popitem(last=False)
            self.size -= sum(map(len, forgotten))


def _read(stream: IO[bytes], lines: SimpleQueue[bytes]) -> None:
    """Hands on the lines of a process, and an empty one at its end."""
    with stream, suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put(b"")


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Ends a process that has no more to say; its exit code."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        return process.wait(1.0)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def binary_kind() -> str:
    """The kind of binary libraries that this Python loads.

    Such as ``.cpython-311-x86_64-linux-gnu.so``.
    """
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def _engine_here(settings: dict[str, Any], engine: Engine, report: dict[str, Any]) -> Answer | None:
    """The engine in this Python, None where it cannot be imported.

    It is loaded from what this Python has itself, or else from the builder's libraries.
    """
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
    """The function that answers calls, here or in a worker.

    The choice is written where `REPORT` asks for it.

    settings : what the extension was built with: engine version, interpreter, the folder of its engine, its libraries
        and the kind of binaries in them.
    engine : gives the version and the answering function of the engine here, or raises.
    Raises OSError where neither works.
    """
    report: dict[str, Any] = {"own_python": sys.version.split()[0], **settings}
    answer = _engine_here(settings, engine, report)
    report["where"] = "here"
    try:
        if answer is None:
            report["where"] = "worker"
            worker = Worker([settings["interpreter"], "-P", str(worker_program), settings["folder"]])
            report["worker"] = worker.start()
            answer = worker.answer
    except Exception as error:
        report["where"], report["why_no_worker"] = "nowhere", f"{type(error).__name__}: {error}"
        raise
    finally:
        if os.environ.get(REPORT):
            Path(os.environ[REPORT]).write_text(json.dumps(report), "utf-8")
    return answer
