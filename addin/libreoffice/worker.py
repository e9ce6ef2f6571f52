"""Worksheet functions for another process: calls and answers as lines of JSON.

Run as a program with the folder of roi_engine: a line ``[name, [argument, …]]`` on standard input gives a line
with the answer, a cell value or rows of them, an error as ``{"error": "#NUM!"}``. The first line says who answers.
The program ends with its standard input, and so with the host, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any


def engine() -> Callable[[str, Sequence[Any]], Any]:
    """The function that answers a call.

    Raises ImportError where the engine cannot be imported.
    """
    from roi_engine.errors import FtRoiError
    from roi_engine.worksheet.call import call

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        return {"error": value.code} if isinstance(value, FtRoiError) else value

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


def main() -> None:
    """Answers calls until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    sys.stdout = sys.stderr  # whatever else prints must not stand among the answers
    sys.path += sys.argv[1:]
    answer = engine()

    def send(message: Any) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    send({"engine": engine_version(), "python": sys.version.split()[0]})
    for line in sys.stdin.buffer:
        try:
            name, arguments = json.loads(line)
            send(answer(name, arguments))
        except Exception as error:
            print(f"ft-roi: {line[:200]!r}: {type(error).__name__}: {error}", file=sys.stderr)
            send({"error": "#VALUE!"})


if __name__ == "__main__":
    main()
