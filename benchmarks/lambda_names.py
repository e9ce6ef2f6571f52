"""The LAMBDA names in IronCalc: a block call, a simulation in one cell.

    python benchmarks/lambda_names.py [--rounds N] [--json]

Each round loads a workbook with the names and calculates it; what a workbook without calls takes is taken off.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rounds import print_rounds

from roi_engine import INPUTS, REFERENCE, call

ROUNDS, BLOCKS, DRAWS = 5, 200, 1024
BLOCK, SIMULATION = "FT_NPV of a block, another one each time", f"FT_SIMSTAT of {DRAWS:,} draws, two inputs that vary"


RANGES = {"baseline_monthly_api_calls": (2e6, 9e6), "monthly_review_cost": (500, 4_000)}


def _block(calls: float) -> list[list[Any]]:
    """The reference scenario with other calls."""
    given = {**REFERENCE.given(), "baseline_monthly_api_calls": calls}
    return [[name, value, *RANGES.get(name, ("", ""))] for name, value in given.items() if INPUTS[name].numeric]


def lambda_names() -> dict[str, float]:
    """The milliseconds of a call of each kind; stops at a wrong result."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    book_of = importlib.import_module("tests.lambda_book").LambdaBook
    kinds: dict[str, list[tuple[str, list[Any]]]] = {
        BLOCK: [("FT_NPV", ["", _block(5e6 + number)]) for number in range(BLOCKS)],
        SIMULATION: [("FT_SIMSTAT", ["P90", "NPV", _block(5e6), DRAWS])],
    }
    empty = _milliseconds(book_of(), [])
    return {name: (_milliseconds(book_of(), calls) - empty) / len(calls) for name, calls in kinds.items()}


def _milliseconds(book: Any, calls: list[tuple[str, list[Any]]]) -> float:
    for number, (name, arguments) in enumerate(calls):
        book.call(str(number), name, arguments)
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        shown = book.results(Path(folder))
        took = (time.perf_counter() - start) * 1000
    for number, (name, arguments) in enumerate(calls):
        expected = call(name, *arguments)
        if abs(shown[str(number)][0][0] - expected) > 1e-9 * abs(expected):
            sys.exit(f"{name} gives {shown[str(number)]}, not {expected}")
    return took


def main() -> int:
    """Prints the figures of several rounds."""
    return print_rounds(lambda_names, ROUNDS, __doc__)


if __name__ == "__main__":
    sys.exit(main())
