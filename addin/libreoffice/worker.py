"""Worksheet functions for another process: calls and answers as lines of JSON.

Run as a program with the folder of roi_engine: a line ``[number, [name, [argument, …]]]`` on standard input gives a
line ``number answer``, a cell value or rows of them, an error as ``{"error": "#NUM!"}``. Line 0 says who answers.
Only answers come out: what else is printed, by whatever library, goes to standard error. The program ends with its
standard input, and so with the host, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any


def engine() -> Callable[[str, Sequence[Any]], Any]:
    """The function that answers a call.

    Raises ImportError where the engine cannot be imported.
    """
    from roi_engine.cell_errors import CELL_ERRORS
    from roi_engine.errors import FtRoiError
    from roi_engine.worksheet.call import call

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        shown = value.in_cell if isinstance(value, FtRoiError) else value
        return {"error": shown} if isinstance(value, FtRoiError) and shown in CELL_ERRORS else shown

    def answer(name: str, arguments: Sequence[Any]) -> Any:
        try:
            return plain(call(name, *arguments))
        except FtRoiError as error:
            return plain(error)

    return answer


def engine_version() -> str:
    """The version of the engine that can be imported here."""
    from roi_engine._version import __version__

    return __version__


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """The streams that questions come from and answers go to.

    They get numbers of their own: from now on 0 is empty, and 1 goes where 2 goes.
    """
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # a host without a standard error
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(questions, "rb"), os.fdopen(answers, "wb")


def main() -> None:
    """Answers calls until standard input ends."""
    questions, answers = _streams()
    sys.path += sys.argv[1:]
    answer = engine()

    def send(number: int, message: Any) -> None:
        answers.write(b"%d %b\n" % (number, json.dumps(message).encode()))
        answers.flush()

    answers.write(b"\n")  # ends a line that was begun before this program had its say
    send(0, {"engine": engine_version(), "python": sys.version.split()[0]})
    for line in questions:
        number = 0
        try:
            number, (name, arguments) = json.loads(line)
            send(number, answer(name, arguments))
        except Exception as error:
            print(f"ft-roi: {line[:200]!r}: {type(error).__name__}: {error}", file=sys.stderr)
            send(number, {"error": "#VALUE!"})


if __name__ == "__main__":
    main()
