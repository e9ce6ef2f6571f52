"""The report: the whole process, and in it the building and the finishing."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import xlsxwriter
from memory import forget
from openpyxl import Workbook, load_workbook
from start_up import command, output_of
from timing import Comparison, Contender, Ratio

from roi_engine import Scenario, load_scenario
from templates.workbook import build_workbook
from templates.xlsx.finishing import finish

SAMPLE = Path(__file__).parents[1] / "templates" / "samples" / "support-classifier.toml"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

WHOLE = "ft-roi report, whole process"
IMPORTS = "start and imports alone, whole process"
BUILD, UNFINISHED, FINISHING = "build_workbook", "build_workbook without finishing pass", "finishing pass"
PLAIN = "the same cells with plain openpyxl"
XLSXWRITER = "the same cells and their values with XlsxWriter"
FIVE = "build_workbook of five scenarios × 60 months, native"
MOST_FINISHING = 0.15
"""The share of the build that the finishing pass may take."""
SHARES = (1, 0.5, 2, 5, 10)
"""The volumes of the five scenarios, against the sample's."""

Cells = dict[str, dict[str, Any]]


def report() -> Comparison:
    """The comparison over the support sample."""
    scenario = load_scenario(str(SAMPLE))
    with patch("templates.workbook.finish", wraps=finish) as called:
        finished = build_workbook(scenario, generated=MOMENT)
    cells, values = cells_of(finished), cells_of(finished, values=True)
    program, epoch = command(), f"{MOMENT.timestamp():.0f}"

    def whole() -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder, "report.xlsx")
            output_of(program, "report", str(SAMPLE), "-o", str(path), SOURCE_DATE_EPOCH=epoch)
            return path.read_bytes()

    def unfinished() -> bytes:
        with patch("templates.workbook.finish", side_effect=lambda package, *_, **__: package):
            return build_workbook(scenario, generated=MOMENT)

    filled = sum(map(len, cells.values()))
    formulas = sum(str(value).startswith("=") for sheet in cells.values() for value in sheet.values())
    return Comparison(
        part="report",
        title=f"ft-roi report {SAMPLE.name}: {len(cells)} sheets, {filled:,} cells, {formulas:,} of them formulas",
        contenders=[
            Contender(WHOLE, whole, at_most=1.5),
            Contender(
                IMPORTS, lambda: output_of(sys.executable, "-c", "import addin.command_line, templates.workbook")
            ),
            Contender(BUILD, lambda: build_workbook(scenario, generated=MOMENT), before=forget),
            Contender(FIVE, lambda: five_scenarios(scenario), before=forget, at_most=3),
            Contender(UNFINISHED, unfinished, before=forget),
            Contender(FINISHING, lambda: finish(*called.call_args.args, **called.call_args.kwargs)),
            Contender(PLAIN, lambda: written_plainly(cells)),
            Contender(XLSXWRITER, lambda: written_with_values(cells, values)),
        ],
        ratios=[
            Ratio(FINISHING, BUILD, at_most=MOST_FINISHING),
            Ratio(UNFINISHED, PLAIN),
            Ratio(BUILD, PLAIN),
            Ratio(BUILD, XLSXWRITER),
            Ratio(XLSXWRITER, PLAIN),
        ],
        check=lambda results: differences(results, finished, cells, values),
        remarks=["Building includes the engine: no worksheet function's result is remembered from an earlier build."],
    )


def cells_of(package: bytes, values: bool = False) -> Cells:
    """Sheet → address → formula or value, of every cell with content.

    Of a formula its cached value, if asked for.
    """
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in load_workbook(BytesIO(package), data_only=values)
    }


def five_scenarios(scenario: Scenario) -> bytes:
    """One workbook of five cases that differ in their volume, over five years."""
    volumes = {f"{share:.0%} of the calls": share * scenario.baseline_monthly_api_calls for share in SHARES}
    first, *others = (
        scenario.with_inputs(name=name, months_to_amortize=60, baseline_monthly_api_calls=calls)
        for name, calls in volumes.items()
    )
    return build_workbook(first, edition="native", generated=MOMENT, others=others)


def written_plainly(cells: Cells) -> bytes:
    """The workbook of a script without styles, names, charts or cached values."""
    workbook = Workbook()
    del workbook["Sheet"]
    for title, contents in cells.items():
        sheet = workbook.create_sheet(title)
        for address, value in contents.items():
            sheet[address] = value
    package = BytesIO()
    workbook.save(package)
    return package.getvalue()


def written_with_values(cells: Cells, values: Cells) -> bytes:
    """The same with XlsxWriter, which can write a formula's value with it."""
    package = BytesIO()
    with xlsxwriter.Workbook(package) as workbook:
        for title, contents in cells.items():
            sheet = workbook.add_worksheet(title)
            for address, content in contents.items():
                if not isinstance(content, str):
                    sheet.write(address, content)
                elif content.startswith("="):
                    sheet.write_formula(address, content, value=values[title][address])
                else:
                    sheet.write_string(address, content)
    return package.getvalue()


def alike(one: Cells, other: Cells) -> bool:
    """The same cells, numbers to 16 digits as openpyxl and XlsxWriter write them."""
    return one.keys() == other.keys() and all(
        one[title].keys() == other[title].keys()
        and all(
            content == other[title][address]
            or (isinstance(content, float) and math.isclose(content, other[title][address], rel_tol=1e-15))
            for address, content in contents.items()
        )
        for title, contents in one.items()
    )


def differences(results: Mapping[str, Any], finished: bytes, cells: Cells, values: Cells) -> list[str]:
    """Where one of the workbooks is not what the others are."""
    found = [f"{name}: not the same bytes." for name in (WHOLE, BUILD, FINISHING) if results[name] != finished]
    for name in (UNFINISHED, PLAIN, XLSXWRITER):
        if not alike(cells_of(results[name]), cells):
            found.append(f"{name}: not the same cells.")
    if not alike(cells_of(results[XLSXWRITER], values=True), values):
        found.append(f"{XLSXWRITER}: not the same values.")
    return found
