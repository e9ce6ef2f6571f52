"""Every row of tests/cases on every surface: Python, xlwings' ends, the command line."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from roi_engine import call, functions
from roi_engine.errors import FtRoiError
from tests import xlwings_on_windows
from tests.worksheet_cases import Case, Cell, Rows, all_cases, blocks, difference, is_block
from tests.xlwings_on_windows import (
    rows_carried_back,
    sent_by_our_wrapper,
    sent_by_xlwings_wrapper,
    shown_by_our_wrapper,
)
from tests.xlwings_server import Server

ROOT = Path(__file__).parents[1]

AS_SERIAL_NUMBER = "a date in a cell arrives as its serial number"

# The kinds of rows that a surface cannot run, with the reason. Kinds are those of `Case.kinds`.
# LibreOffice, which runs the same rows in live cells, has its own test.
SURFACES: dict[str, dict[str, str]] = {
    "Python": {},
    "xlwings Server": {"date": AS_SERIAL_NUMBER},
    "Excel add-in": {"date": AS_SERIAL_NUMBER},
    "xlwings import": {"date": AS_SERIAL_NUMBER},
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


# --- xlwings' ends ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_xlwings() -> dict[str, dict[str, Outcome]]:
    """The outcome of each row on each of xlwings' ends."""
    return {"xlwings Server": on_server(), **on_windows()}


def cases_of(surface: str) -> list[Case]:
    return [case for case in all_cases() if not case.kinds & SURFACES[surface].keys()]


def on_server() -> dict[str, Outcome]:
    found = {}
    with Server() as server:
        for case in cases_of("xlwings Server"):
            cells = server.shown(case.function, *map(with_empty_cells, case.arguments))
            found[str(case)] = Outcome(as_excel_shows(cells, case))
    return found


def with_empty_cells(argument: Cell | Rows) -> Any:
    rows = argument if isinstance(argument, list) else [[argument]]
    return [[None if cell == "" else cell for cell in row] for row in rows]


def as_excel_shows(cells: list[list[Any]], case: Case) -> Any:
    """The cells that Excel fills; one cell is a value, unless the row of the table expects a table of one cell."""
    return cells if isinstance(case.expected, list) or [len(row) for row in cells] != [1] else cells[0][0]


def on_windows() -> dict[str, dict[str, Outcome]]:
    """What the add-in's VBA calls, and what the VBA calls that xlwings itself imports."""
    ours, theirs = cases_of("Excel add-in"), cases_of("xlwings import")
    calls: list[xlwings_on_windows.Call] = [
        (xlwings_on_windows.CALLS, "cells", [case.function, *map(sent_by_our_wrapper, case.arguments)]) for case in ours
    ]
    calls += [
        (xlwings_on_windows.FUNCTIONS, case.function, [*map(sent_by_xlwings_wrapper, case.arguments)])
        for case in theirs
    ]
    _, results = xlwings_on_windows.windows(calls)
    back = iter(results)
    return {
        "Excel add-in": {str(case): Outcome(as_excel_shows(shown_by_our_wrapper(next(back)), case)) for case in ours},
        "xlwings import": {str(case): Outcome(as_excel_shows(rows_carried_back(next(back)), case)) for case in theirs},
    }


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
    surface: str, case: Case, in_xlwings: dict[str, dict[str, Outcome]], tmp_path: Path
) -> None:
    if surface in in_xlwings:
        outcome = in_xlwings[surface][str(case)]
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
