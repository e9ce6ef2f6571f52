"""Every row of tests/cases on every surface: Python, the xlwings functions, the command line."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from roi_engine import call, functions
from roi_engine.errors import FtRoiError
from tests.worksheet_cases import Case, Cell, Rows, all_cases, blocks, difference, is_block

ROOT = Path(__file__).parents[1]

# The kinds of rows that a surface cannot run, with the reason. Kinds are those of `Case.kinds`.
# LibreOffice, which runs the same rows in live cells, has its own test.
SURFACES: dict[str, dict[str, str]] = {
    "Python": {},
    "xlwings": {
        "date": "a date in a cell arrives as its serial number",
    },
    "command line": {
        "boolean": "a shell passes texts: true is one",
        "number as text": "a shell passes texts: 24 and 20 % are read as numbers",
    },
}


def runs() -> list[Any]:
    return [
        pytest.param(surface, case, id=f"{surface}-{case}")
        for surface, cannot in SURFACES.items()
        for case in all_cases()
        if not case.kinds & cannot.keys()
    ]


@dataclass(frozen=True)
class Outcome:
    """What a surface shows: values with errors as their texts, and the sentence of an error where it has one."""

    result: Any
    sentence: str | None = None


def in_python(case: Case) -> Outcome:
    try:
        return Outcome(as_text(call(case.function, *case.arguments)))
    except FtRoiError as error:
        return Outcome(error.code, str(error))


def as_text(result: Any) -> Any:
    if isinstance(result, list):
        return [[as_text(cell) for cell in row] for row in result]
    return result.code if isinstance(result, FtRoiError) else result


# --- xlwings: one process for all rows, as a server that Excel calls -------------------------------------

XLWINGS_SERVER = """
import asyncio, json, sys
import xlwings, xlwings.server
import addin.functions

async def answer(calls):
    for name, arguments in calls:
        data = {"func_name": name, "args": arguments, "client": "test", "runtime": "1.4"}
        data["version"] = xlwings.__version__
        yield await xlwings.server.custom_functions_call(data, addin.functions)

async def main():
    print(json.dumps([each async for each in answer(json.load(sys.stdin))]))

asyncio.run(main())
"""

ERROR_TYPES = {
    "Div0": "#DIV/0!",
    "NotAvailable": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}


@pytest.fixture(scope="module")
def in_xlwings() -> Callable[[Case], Outcome]:
    cases = [case for case in all_cases() if not case.kinds & SURFACES["xlwings"].keys()]
    calls = [(case.function, [as_excel_sends(argument) for argument in case.arguments]) for case in cases]
    environment = {**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
    done = subprocess.run(
        [sys.executable, "-c", XLWINGS_SERVER],
        input=json.dumps(calls),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = dict(zip(map(str, cases), json.loads(done.stdout), strict=True))
    return lambda case: Outcome(as_excel_shows(answers[str(case)], case))


def as_excel_sends(argument: Cell | Rows) -> Any:
    """Every argument as rows of cells; an argument that is left out as nothing, an error as its object."""
    if isinstance(argument, list):
        return [[as_excel_sends(cell)[0][0] for cell in row] for row in argument]
    if argument == "":
        return [[None]]
    if isinstance(argument, str) and argument.startswith("#"):
        return [[{"type": "Error", "basicType": "Error", "basicValue": argument}]]
    return [[argument]]


def as_excel_shows(rows: list[list[Any]], case: Case) -> Any:
    """The cells that Excel fills; one cell is a value, unless the row of the table expects a table of one cell."""
    cells = [[ERROR_TYPES[cell["errorType"]] if isinstance(cell, dict) else cell for cell in row] for row in rows]
    return cells if isinstance(case.expected, list) or [len(row) for row in cells] != [1] else cells[0][0]


# --- the command line ------------------------------------------------------------------------------------


def on_the_command_line(case: Case, folder: Path) -> Outcome:
    words = [as_typed(argument, folder / f"{number}.csv") for number, argument in enumerate(case.arguments)]
    done = CliRunner().invoke(ft_roi, ["eval", case.function, *words, "--json"])
    assert done.exit_code in (0, 3), done.output
    printed = json.loads(done.stdout)
    assert printed["function"] == case.function
    error = printed["error"]
    assert (error is None) == (done.exit_code == 0)
    if printed["result"] is None:
        return Outcome(error["code"], error["message"])
    return Outcome(printed["result"])


def as_typed(argument: Cell | Rows, file: Path) -> str:
    if not isinstance(argument, list):
        return str(argument)
    with file.open("w", encoding="utf-8", newline="") as sheet:
        csv.writer(sheet).writerows(argument)
    return str(file)


# --- the rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("surface", "case"), runs())
def test_a_case_gives_what_its_source_says(
    surface: str, case: Case, in_xlwings: Callable[[Case], Outcome], tmp_path: Path
) -> None:
    if surface == "xlwings":
        outcome = in_xlwings(case)
    else:
        outcome = in_python(case) if surface == "Python" else on_the_command_line(case, tmp_path)
    assert not difference(case, outcome.result), f"{case.file}: {case.source}; the sentence: {outcome.sentence}"
    if case.says and outcome.sentence is not None:
        assert case.says in outcome.sentence


def test_every_function_has_rows_and_every_row_a_function() -> None:
    rows = Counter(case.function for case in all_cases())
    assert rows.keys() == functions().keys()
    assert {name: count for name, count in rows.items() if count < 3} == {}


def test_every_function_with_arguments_has_an_error_row() -> None:
    with_error = {case.function for case in all_cases() if case.fails}
    assert {name for name, function in functions().items() if function.arguments} <= with_error


def test_every_function_of_a_scenario_has_a_row_with_a_block_and_a_typed_row_where_it_takes_one() -> None:
    good = [case for case in all_cases() if not case.fails]
    for name, function in functions().items():
        if function.takes_scenario:
            kinds = [case.kinds for case in good if case.function == name]
            assert any("block" in each for each in kinds), name
            assert function.block_only or any("block" not in each for each in kinds), name


def test_rows_stand_in_the_file_of_their_family() -> None:
    families = {name: function.calculate.__module__.split(".")[-1] for name, function in functions().items()}
    assert {case.function: case.file for case in all_cases()} == {
        name: f"{family}.toml" for name, family in families.items()
    }


def test_every_row_names_its_source() -> None:
    assert [str(case) for case in all_cases() if len(case.source) < 5] == []


def test_no_row_stands_twice() -> None:
    rows = Counter((case.function, repr(case.arguments)) for case in all_cases() if case.function != "FT_VERSION")
    assert [row for row, count in rows.items() if count > 1] == []


def test_every_block_is_used_and_is_one() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("cases/*.toml"))
    assert [name for name in blocks() if f'block = "{name}"' not in text] == []
    assert all(is_block(rows) for rows in blocks().values())


@pytest.mark.parametrize(
    ("surface", "kind"), [(surface, kind) for surface, cannot in SURFACES.items() for kind in cannot]
)
def test_a_mark_names_a_kind_of_row_that_exists(surface: str, kind: str) -> None:
    assert any(kind in case.kinds for case in all_cases())


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_runs_every_function(surface: str) -> None:
    cannot = SURFACES[surface].keys()
    assert {case.function for case in all_cases() if not case.kinds & cannot} == functions().keys()
