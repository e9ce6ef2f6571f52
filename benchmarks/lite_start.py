"""The start of xlwings Lite and its calls, as far as Node with Pyodide shows it.

    python benchmarks/lite_start.py [--rounds N] [--json]

Python, xlwings and the functions that a workbook carries are loaded, then FT_NETROI is called with ten numbers and with
a block. Packages come from the disk; Excel, its task pane and the download are in no figure. Each round is a new Node.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from statistics import median
from typing import Any

from boundary import inputs_table, typed_arguments, with_calls
from rounds import print_rounds

from addin.lite.bundle import main_text
from roi_engine import call

ROUNDS, CALLS, BLOCKS = 7, 200, 50
FIRST, TYPED, BLOCK = "the first call", "FT_NETROI of ten numbers", "FT_NETROI of a block, another one each time"


def lite_start() -> dict[str, float]:
    """The milliseconds of one start and its calls; stops at a wrong result."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    pyodide = importlib.import_module("tests.pyodide")
    if reason := pyodide.missing():
        sys.exit(reason)
    blocks = [with_calls(inputs_table(), 5e6 + number) for number in range(BLOCKS)]
    sent: list[list[Any]] = [[[[each]] for each in row] for row in typed_arguments(CALLS + 1)]
    calls = [("FT_NETROI", each) for each in (*sent, *([each] for each in blocks))]
    found = pyodide.run(main_text(), calls)
    for (name, arguments), answer in zip(calls, found["answers"], strict=True):
        if answer.get("cells") != [[call(name, *arguments)]]:
            sys.exit(f"{name} gives {answer}")
    took = [each["milliseconds"] for each in found["answers"]]
    return {
        **found["milliseconds"],
        FIRST: took[0],
        TYPED: median(took[1 : CALLS + 1]),
        BLOCK: median(took[CALLS + 1 :]),
    }


def main() -> int:
    """Prints the figures of several starts."""
    return print_rounds(lite_start, ROUNDS, __doc__)


if __name__ == "__main__":
    sys.exit(main())
