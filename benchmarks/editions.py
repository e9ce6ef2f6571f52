"""What each edition costs beside the native one: built, and recalculated.

    python benchmarks/editions.py [--rounds N] [--json]

The wired workbook is recalculated with the FT_ functions loaded and without them; each run starts LibreOffice in a
fresh profile, loads the workbook, computes every formula and writes it. LibreOffice knows no LAMBDA: that edition is
built alone, and benchmarks/lambda_names.py has another engine calculate the names that it carries.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from memory import forget
from report import MOMENT, SAMPLE
from run import run_alone
from timing import Comparison, Contender, Ratio

from addin.libreoffice.office import Office
from addin.libreoffice.safe_copy import safe_copy
from roi_engine import appraise, load_scenario
from templates.building.book import Edition
from templates.workbook import build_workbook

ROUNDS = 5
EDITIONS: tuple[Edition, ...] = ("wired", "native", "lambda", "values")
BUILT: dict[Edition, str] = {edition: f"built, {edition}" for edition in EDITIONS}
LOADED, MISSING, NATIVE = (
    "recalculated, wired, functions loaded",
    "recalculated, wired, no functions",
    "recalculated, native",
)
START = "LibreOffice alone: the values edition"
SLOWEST = 1.6
"""How much longer the build of an edition that calls functions may take than that of the native one."""


def editions(folder: Path) -> Comparison:
    """The comparison over the support sample; its workbooks are written to the folder."""
    scenario = load_scenario(str(SAMPLE))
    result = appraise(scenario)
    figures = {"out_net_roi": result.net_roi, "out_npv": result.npv(), "out_payback": result.payback_months}
    sizes = {}

    def built(edition: Edition) -> Callable[[], bytes]:
        return lambda: build_workbook(scenario, edition=edition, generated=MOMENT)

    for edition in EDITIONS:
        content = built(edition)()
        (folder / f"{edition}.xlsx").write_bytes(content)
        sizes[edition] = len(content)

    def recalculated(edition: str, functions: bool) -> Callable[[], bytes]:
        def run() -> bytes:
            with Office(functions=functions) as office:
                out = office.folder / "out"
                out.mkdir()
                (computed,) = office.convert([safe_copy(folder / f"{edition}.xlsx")], out, ".xlsx")
                return computed.read_bytes()

        return run

    def check(results: Mapping[str, Any]) -> list[str]:
        wrong = []
        for name, content in results.items():
            kept = folder / "computed.xlsx"
            kept.write_bytes(content)
            for figure, expected in figures.items():
                found = named(kept, figure)
                if not isinstance(found, (int, float)) or not math.isclose(found, expected, rel_tol=1e-9):
                    wrong.append(f"{name}: {figure} is {found}, not {expected}.")
        return wrong

    kilobytes = ", ".join(f"{edition} {size / 1000:.0f} kB" for edition, size in sizes.items())
    return Comparison(
        part="editions",
        title=f"The editions of {SAMPLE.name}: {kilobytes}",
        contenders=[
            *(Contender(name, built(edition), before=forget) for edition, name in BUILT.items()),
            Contender(START, recalculated("values", False)),
            Contender(NATIVE, recalculated("native", False)),
            Contender(MISSING, recalculated("wired", False)),
            Contender(LOADED, recalculated("wired", True)),
        ],
        ratios=[
            Ratio(BUILT["wired"], BUILT["native"], at_most=SLOWEST),
            Ratio(BUILT["lambda"], BUILT["native"], at_most=SLOWEST),
            Ratio(MISSING, NATIVE),
            Ratio(LOADED, NATIVE),
        ],
        check=check,
        remarks=["Every run of LibreOffice asks it for its version, as ft-roi recalc does."],
    )


def named(path: Path, name: str) -> Any:
    """What the cell of a name shows."""
    book = openpyxl.load_workbook(path, data_only=True)
    ((title, address),) = book.defined_names[name].destinations
    cell: Any = book[title][address.replace("$", "")]
    return cell.value


def main() -> int:
    """Runs the comparison; 1 where results differ."""
    parser = argparse.ArgumentParser(description="Time the editions of the workbook against each other.")
    return run_alone(parser, ROUNDS, lambda folder, _: editions(folder))


if __name__ == "__main__":
    sys.exit(main())
