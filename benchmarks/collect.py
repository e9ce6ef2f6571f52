"""Collecting two hundred returned workbooks of mixed quality into a portfolio.

As a process, and its two halves.
"""

from __future__ import annotations

import atexit
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import load_workbook
from start_up import command
from timing import Comparison, Contender, Ratio

from templates.portfolio.portfolio_workbook import build_portfolio
from templates.returned.returned_workbook import ReturnedWorkbook, read_returned_workbook
from tests.returned_workbooks import write_returned_workbooks

ANSWERS = 200
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = f"ft-roi collect, {ANSWERS} files, whole process"
READ, BUILD = "reading them in one process", "build_portfolio"
PLAIN = "opening the good ones with openpyxl"


def collect() -> Comparison:
    """The comparison over a folder that is written for it."""
    kept = TemporaryDirectory()
    atexit.register(kept.cleanup)
    folder = Path(kept.name, "answers")
    folder.mkdir()
    written = write_returned_workbooks(folder, ANSWERS)
    good = [folder / each.name for each in written if each.good]
    answers = [read_returned_workbook(folder / each.name, each.name) for each in written]

    def whole() -> int:
        output = str(Path(kept.name, "portfolio.xlsx"))
        words = [command(), "collect", str(folder), "-o", output, "--force", "-q"]
        return subprocess.run(words, capture_output=True, check=False).returncode

    def problems(results: Mapping[str, Any]) -> list[str]:
        wrong = [] if results[WHOLE] == 4 else [f"{WHOLE}: it ended with {results[WHOLE]}, not with 4."]
        for each, answer in zip(written, results[READ], strict=True):
            said = [str(problem) for problem in answer.problems]
            if (each.good and said) or (not each.good and not any(each.words in line for line in said)):
                wrong.append(f"{each.name}: {said or 'no problem'}.")
        return wrong

    def read() -> list[ReturnedWorkbook]:
        return [read_returned_workbook(folder / each.name, each.name) for each in written]

    return Comparison(
        part="collect",
        title=f"ft-roi collect: {ANSWERS} files, {ANSWERS - len(good)} of them with problems",
        contenders=[
            Contender(WHOLE, whole, at_most=20.0),
            Contender(READ, read),
            Contender(BUILD, lambda: len(build_portfolio(answers, generated=MOMENT))),
            Contender(PLAIN, lambda: [len(load_workbook(path, data_only=True).sheetnames) for path in good]),
        ],
        ratios=[Ratio(READ, PLAIN)],
        check=problems,
        most_rounds=3,
    )
