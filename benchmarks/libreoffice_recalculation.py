"""LibreOffice recalculates 10,000 cells with FT_NETROI, and as many without.

    python benchmarks/libreoffice_recalculation.py [--cells N] [--rounds N] [--json]

Both workbooks hold the same ten numbers a row. Each run starts LibreOffice in a fresh profile, loads the workbook,
computes every formula and writes the workbook.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from run import run_alone
from timing import Comparison, Contender, Ratio

from addin.libreoffice.office import Office
from addin.libreoffice.safe_copy import safe_copy
from roi_engine import REFERENCE, call
from roi_engine.scenario import REFERENCE_INPUTS

CELLS, ROUNDS = 10_000, 7
START = "LibreOffice alone: two formulas"
NO_FUNCTIONS = "ordinary formulas, no functions loaded"
NATIVE = "ordinary formulas"
WIRED = "FT_NETROI, ten numbers a call"
FORMULAS = {
    NATIVE: "=(E{0}*(F{0}-G{0})/1000+H{0}*I{0})*J{0}-A{0}*B{0}-C{0}*D{0}*J{0}",
    WIRED: "=FT_NETROI(A{0},B{0},C{0},D{0},E{0},F{0},G{0},H{0},I{0},J{0})",
}


def libreoffice_recalculation(folder: Path, cells: int = CELLS) -> Comparison:
    """The comparison; its workbooks are written to the folder."""
    base = [getattr(REFERENCE, name) for name in REFERENCE_INPUTS[1:]]
    rows = [[24 + number / 7, *base[1:]] for number in range(cells)]
    books = {name: folder / f"{number}.xlsx" for number, name in enumerate(FORMULAS)}
    for name, path in books.items():
        write(path, rows, FORMULAS[name])
    write(folder / "start.xlsx", rows[:2], FORMULAS[NATIVE])

    def recalculated(path: Path, functions: bool = True) -> Callable[[], list[float]]:
        def run() -> list[float]:
            with Office(functions=functions) as office:
                out = office.folder / "out"
                out.mkdir()
                (computed,) = office.convert([safe_copy(path)], out, ".xlsx")
                kept = folder / "computed.xlsx"
                kept.write_bytes(computed.read_bytes())
            return [] if timed else values(kept)

        return run

    timed: list[bool] = []

    def check(results: Mapping[str, Any]) -> list[str]:
        timed.append(True)  # from here on the figures are of LibreOffice alone
        wrong = []
        for name in (NO_FUNCTIONS, NATIVE, WIRED):
            if len(results[name]) != cells:
                wrong.append(f"{name}: {len(results[name])} figures, not {cells}.")
            for row, found in zip(rows[:: max(1, cells // 500)], results[name][:: max(1, cells // 500)], strict=True):
                if not isinstance(found, (int, float)) or not math.isclose(
                    found, call("FT_NETROI", *row), rel_tol=1e-9
                ):
                    wrong.append(f"{name}: {found} for {row}.")
        return wrong

    return Comparison(
        part="libreoffice",
        title=f"LibreOffice recalculates {cells:,} cells, whole processes",
        contenders=[
            Contender(START, recalculated(folder / "start.xlsx", functions=False)),
            Contender(NO_FUNCTIONS, recalculated(books[NATIVE], functions=False)),
            Contender(NATIVE, recalculated(books[NATIVE])),
            Contender(WIRED, recalculated(books[WIRED])),
        ],
        ratios=[Ratio(WIRED, NATIVE, at_most=2), Ratio(WIRED, NO_FUNCTIONS, at_most=2), Ratio(NATIVE, NO_FUNCTIONS)],
        check=check,
        remarks=["Every run asks soffice for its version, as ft-roi recalc does. The first run reads its figures too."],
    )


def write(path: Path, rows: list[list[float]], formula: str) -> None:
    """A workbook with the numbers of each row, and the formula beside them."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for number, row in enumerate(rows, 1):
        sheet.append([*row, formula.format(number)])
    book.save(path)


def values(path: Path) -> list[Any]:
    """The figures of the formula column."""
    sheet: Any = openpyxl.load_workbook(path, data_only=True, read_only=True).active
    return [row[10] for row in sheet.iter_rows(values_only=True)]


def main() -> int:
    """Runs the comparison; 1 where results differ."""
    parser = argparse.ArgumentParser(description="Time LibreOffice with the FT_ functions against ordinary formulas.")
    parser.add_argument("--cells", type=int, default=CELLS, help=f"formula cells [{CELLS:,}]")
    return run_alone(parser, ROUNDS, lambda folder, asked: libreoffice_recalculation(folder, asked.cells))


if __name__ == "__main__":
    sys.exit(main())
