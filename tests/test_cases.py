"""Every row of tests/cases on every surface: Python, xlwings' ends, the command line, LAMBDA names."""

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
from templates.lambdas.printed_functions import NOT_COVERED
from tests import xlwings_on_windows
from tests.lambda_book import LambdaBook
from tests.worksheet_cases import Case, Cell, Rows, all_cases, blocks, difference, is_block
from tests.xlwings_on_windows import (
    rows_carried_back,
    sent_by_our_wrapper,
    sent_by_xlwings_wrapper,
    shown_by_our_wrapper,
)
from tests.xlwings_server import Server

ROOT = Path(__file__).parents[1]

ON_XLWINGS = ("xlwings Server", "Excel add-in", "xlwings import")
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
    "LAMBDA": {"date": AS_SERIAL_NUMBER},
}

# The functions that a surface has not, with the reason.
WITHOUT: dict[str, dict[str, str]] = {"LAMBDA": NOT_COVERED}

OF_ONE_SCENARIO = "of typed arguments FT_INPUTS takes one scenario: a range of them is none"
OF_ONE_NAME = "metric and input are one text: a range of names is no grid"
ONE_RATE = "MIRR takes one pair of rates: a range of them is no grid"
PAIRED_BY_EXCEL = "a spreadsheet pairs ranges of unlike length itself, and says #N/A where one of them ends"
IRR_IS_SEARCHED = "the metric IRR is not among those of FT_FIGURE"
RANK_IS_SEARCHED = "the calls at which a rank changes are searched for"
MANY_DRAWS = "more draws than IronCalc takes in a few seconds; tests/templates/lambdas compares fewer"
ONE_SEED = "the shifts of the first seed are in the table, and no others"
NOT_CORRELATED = "correlations are not taken: #N/A"
MODELS_ARE_LOOKED_UP = "a model by its name is looked up in a table of the engine; it is #VALUE!"
NO_CALENDAR = "the names of the years are without calendar months"
QUOTIENT = "IronCalc calls a power that is too large a division by zero"

# Single rows that a surface cannot run, with the reason.
ROWS: dict[str, dict[str, str]] = {
    "LAMBDA": {
        "FT_WHATIF-6": OF_ONE_NAME,
        "FT_WHATIF-7": OF_ONE_NAME,
        "FT_WHATIF-8": IRR_IS_SEARCHED,
        "FT_WHATIF-16": IRR_IS_SEARCHED,
        "FT_SENSITIVITY-4": OF_ONE_NAME,
        "FT_OPTION-12": RANK_IS_SEARCHED,
        "FT_OPTION-13": RANK_IS_SEARCHED,
        "FT_CASHFLOW-13": OF_ONE_SCENARIO,
        "FT_SIMULATE-1": MANY_DRAWS,
        "FT_SIMSTAT-1": MANY_DRAWS,
        "FT_SIMSTAT-3": MANY_DRAWS,
        "FT_SIMSTAT-5": MANY_DRAWS,
        "FT_SIMSTAT-6": MANY_DRAWS,
        "FT_SIMSTAT-16": MANY_DRAWS,
        "FT_SIMSTAT-17": MANY_DRAWS,
        "FT_SIMSTAT-18": MANY_DRAWS,
        "FT_SIMSTAT-19": MANY_DRAWS,
        "FT_SIMSTAT-21": MANY_DRAWS,
        "FT_SIMSTAT-23": MANY_DRAWS,
        "FT_EVPI-1": MANY_DRAWS,
        "FT_EVPI-2": MANY_DRAWS,
        "FT_EVPI-3": MANY_DRAWS,
        "FT_SIMULATE-2": ONE_SEED,
        "FT_SIMSTAT-2": ONE_SEED,
        "FT_EVPI-4": ONE_SEED,
        "FT_SIMSTAT-4": NOT_CORRELATED,
        "FT_SIMSTAT-9": NOT_CORRELATED,
        "FT_SIMSTAT-10": NOT_CORRELATED,
        "FT_SIMSTAT-11": NOT_CORRELATED,
        "FT_SIMSTAT-13": NOT_CORRELATED,
        "FT_SIMSTAT-15": NOT_CORRELATED,
        "FT_CHECKPOINTGB-10": MODELS_ARE_LOOKED_UP,
        "FT_CHECKPOINTGB-11": MODELS_ARE_LOOKED_UP,
        "FT_CHECKPOINTGB-14": MODELS_ARE_LOOKED_UP,
        "FT_BREAKDOWN-4": OF_ONE_SCENARIO,
        "FT_BYYEAR-2": NO_CALENDAR,
        "FT_BYYEAR-4": OF_ONE_SCENARIO,
        "FT_NPV-7": OF_ONE_SCENARIO,
        "FT_NPV-24": QUOTIENT,
        "FT_NPV-25": QUOTIENT,
        "FT_MIRR-6": ONE_RATE,
        "FT_PI-9": OF_ONE_SCENARIO,
        "FT_WORTHIT-3": OF_ONE_SCENARIO,
        "FT_TRAINCOST-31": PAIRED_BY_EXCEL,
        "FT_NETROI-52": PAIRED_BY_EXCEL,
    }
}


def runs() -> list[Any]:
    return [pytest.param(surface, case, id=f"{surface}-{case}") for surface in SURFACES for case in cases_of(surface)]


def cases_of(surface: str) -> list[Case]:
    left_out = ROWS.get(surface, {})
    return [case for case in all_cases() if is_able(surface, case) and str(case) not in left_out]


def is_able(surface: str, case: Case) -> bool:
    """Whether a surface has the function, and can pass on what the row holds."""
    return case.function not in WITHOUT.get(surface, {}) and not case.kinds & SURFACES[surface].keys()


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


# --- LAMBDA names ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_lambdas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """The outcome of each row in a workbook that carries the names; its sentences say nothing of one row."""
    book, cases = LambdaBook(), cases_of("LAMBDA")
    for case in cases:
        rows = case.expected if isinstance(case.expected, list) else [[case.expected]]
        book.call(str(case), case.function, case.arguments, (len(rows), len(rows[0])))
    shown = book.results(tmp_path_factory.mktemp("lambda"))
    return {str(case): Outcome(as_excel_shows(shown[str(case)], case)) for case in cases}


# --- the rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("surface", "case"), runs())
def test_a_case_gives_what_its_source_says(
    surface: str, case: Case, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if surface == "LAMBDA":
        outcome = request.getfixturevalue("in_lambdas")[str(case)]
    elif surface in ON_XLWINGS:
        outcome = request.getfixturevalue("in_xlwings")[surface][str(case)]
    else:
        outcome = in_python(case) if surface == "Python" else on_the_command_line(case, tmp_path)
    assert not difference(case, outcome.result), f"{case.file}: {case.source}; the sentence: {outcome.sentence}"
    if case.says and outcome.sentence is not None:
        assert case.says in outcome.sentence


def test_every_function_has_rows_and_every_row_a_function() -> None:
    rows = Counter(case.function for case in all_cases())
    assert sorted(rows.keys() - functions().keys()) == [], "rows in tests/cases/ of what is no function"
    few = [name for name in functions() if rows[name] < 3]
    assert few == [], "give it rows in tests/cases/, in the file of its family: three at least, one an error"


def test_every_function_with_arguments_has_an_error_row() -> None:
    with_error = {case.function for case in all_cases() if case.fails}
    takes = {name for name, function in functions().items() if function.arguments}
    assert sorted(takes - with_error) == [], "give it a row in tests/cases/ that is an error"


def test_every_function_of_a_scenario_has_a_row_with_a_block_and_a_typed_row_where_it_takes_one() -> None:
    good = [case for case in all_cases() if not case.fails]
    for name, function in functions().items():
        if function.takes_scenario:
            kinds = [case.kinds for case in good if case.function == name]
            assert any("block" in each for each in kinds), f"{name} needs a row in tests/cases/ with a block"
            typed = function.block_only or any("block" not in each for each in kinds)
            assert typed, f"{name} needs a row in tests/cases/ with typed arguments"


def test_rows_stand_in_the_file_of_their_family() -> None:
    families = {name: function.calculate.__module__.split(".")[-1] for name, function in functions().items()}
    astray = [case for case in all_cases() if case.file != f"{families.get(case.function)}.toml"]
    assert [str(case) for case in astray] == [], "move it to the file of tests/cases/ that its family is called by"


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
    without = WITHOUT.get(surface, {}).keys()
    assert without <= functions().keys()
    run = {case.function for case in cases_of(surface)}
    assert sorted(functions().keys() - without - run) == [], "give it rows in tests/cases/ that this surface can run"
    assert sorted(run & without) == [], "in WITHOUT, and run"


@pytest.mark.parametrize("surface", ROWS)
def test_a_row_is_left_out_that_the_surface_could_run_by_its_kind(surface: str) -> None:
    able = {str(case) for case in all_cases() if is_able(surface, case)}
    assert ROWS[surface].keys() <= able
