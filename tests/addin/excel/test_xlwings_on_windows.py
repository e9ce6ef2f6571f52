"""The functions through xlwings as Excel for Windows has it: wrappers, registration, and what calls carry.

The rows of tests/cases run there too: see tests/test_cases.py. Here stand the figures that the wrappers must agree on
for every function, and the shapes that arguments and results take on the way.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from addin.excel.wrappers import wrappers_module
from addin.functions import CATEGORY
from roi_engine import FtRoiError, call
from roi_engine.worksheet.catalogue import Function, functions
from roi_engine.worksheet.explained import argument_help
from tests.worksheet_cases import block
from tests.xlwings_on_windows import (
    CALLS,
    FUNCTIONS,
    Call,
    rows_carried_back,
    sent_by_our_wrapper,
    sent_by_xlwings_wrapper,
    shown_by_our_wrapper,
    windows,
)

ENDS = {"baseline_monthly_api_calls": [2e6, 9e6]}
"""A range for the functions of risk, which need one."""
REFERENCE = [[*row, *ENDS.get(str(row[0]), ["", ""])] for row in block("reference")]
SHAPES = {
    "one cell": [[24]],
    "a column": [[24], [48], [72]],
    "a row": [[24, 48, 72]],
    "a rectangle": [[24, 48], [72, 96]],
    "a column with an empty cell, an error and a text": [[24], [""], ["#N/A"], ["many"]],
}


def with_block(function: Function) -> list[Any]:
    """A function's documented arguments, with the reference block for the scenario; "" for what is left out."""
    own = iter(function.examples)
    count = len(function.own) + 1 if function.takes_scenario else len(function.arguments)
    return [REFERENCE if each in function.scenario else next(own, "") for each in function.arguments[:count]]


def with_error(function: Function) -> list[Any]:
    """The same with an error value in the first place."""
    return ["#DIV/0!", *with_block(function)[1:]]


def asked() -> dict[str, list[Any]]:
    """The arguments of each call, with the function's name, by what is looked at."""
    found = {}
    for name, function in functions().items():
        found[f"{name} of a block"] = [name, *with_block(function)]
        if function.arguments:
            found[f"{name} of an error"] = [name, *with_error(function)]
    for shape, cells in SHAPES.items():
        found[f"FT_TRAINCOST of {shape}"] = ["FT_TRAINCOST", cells, 1.5]
    found["FT_TRAINCOST of a column and a row"] = ["FT_TRAINCOST", [[24], [48]], [[1, 2, 3]]]
    return found


def in_python(name: str, *arguments: Any) -> list[list[Any]]:
    """What the engine gives, in rows, errors as texts."""
    try:
        result = call(name, *arguments)
    except FtRoiError as error:
        return [[error.code]]
    rows = result if isinstance(result, list) else [[result]]
    return [["" if cell is None else getattr(cell, "code", cell) for cell in row] for row in rows]


@pytest.fixture(scope="module")
def on_windows() -> tuple[dict[str, Any], dict[str, Any]]:
    """What xlwings makes of the modules, and what comes back for each call, ours and that of xlwings' import."""
    calls: dict[str, Call] = {}
    for what, (name, *arguments) in asked().items():
        calls[f"ours: {what}"] = (CALLS, "cells", [name, *map(sent_by_our_wrapper, arguments)])
        calls[f"import: {what}"] = (FUNCTIONS, name, [*map(sent_by_xlwings_wrapper, arguments)])
    made, results = windows(list(calls.values()))
    return made, dict(zip(calls, results, strict=True))


# --- the wrappers --------------------------------------------------------------------------------------------


def heads_of_xlwings(made: dict[str, Any]) -> dict[str, list[tuple[str, bool]]]:
    found = re.findall(r"^Function (\w+)\((.*)\)$", made[FUNCTIONS]["vba"], re.MULTILINE)
    return {
        name: [(each.split()[-1], each.startswith("Optional ")) for each in parameters.split(", ") if each]
        for name, parameters in found
    }


def our_heads() -> dict[str, list[tuple[str, bool]]]:
    text = re.sub(r" _\n\s+", " ", wrappers_module().source)
    found = re.findall(r"^Public Function (\w+)\((.*?)\) As Variant$", text, re.MULTILINE)
    return {
        name: [(each.split()[-3], each.startswith("Optional ")) for each in parameters.split(", ") if each]
        for name, parameters in found
    }


@pytest.mark.slow
def test_names_order_and_optional_arguments_are_those_that_xlwings_generates(on_windows) -> None:
    generated = heads_of_xlwings(on_windows[0])
    assert generated.keys() == functions().keys()
    assert our_heads() == generated


@pytest.mark.parametrize("name", functions())
def test_xlwings_is_told_what_the_catalogue_says(on_windows, name: str) -> None:
    function, told = functions()[name], on_windows[0][FUNCTIONS]["told"][name]
    assert told["category"] == CATEGORY
    assert told["ret"]["doc"] == function.sentence
    assert not told["volatile"]
    assert [each["name"] for each in told["args"]] == [argument.name for argument in function.arguments]
    for argument, each in zip(function.arguments, told["args"], strict=True):
        assert each["doc"] == argument_help(function, argument)
        assert each["options"]["ndim"] == 2
        assert each["options"]["err_to_str"]


def test_the_add_in_calls_one_function_with_any_arguments(on_windows) -> None:
    told = on_windows[0][CALLS]["told"]
    assert told.keys() == {"cells"}
    name, arguments = told["cells"]["args"]
    assert (name["name"], name["vararg"], arguments["name"], arguments["vararg"]) == ("name", False, "arguments", True)
    assert {each["options"]["convert"] for each in (name, arguments, told["cells"]["ret"])} == {"raw"}


# --- the calls -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", asked())
def test_the_add_in_gets_what_python_gives(on_windows, what: str) -> None:
    assert shown_by_our_wrapper(on_windows[1][f"ours: {what}"]) == in_python(*asked()[what])


@pytest.mark.parametrize("what", asked())
def test_xlwings_import_gets_what_python_gives(on_windows, what: str) -> None:
    assert rows_carried_back(on_windows[1][f"import: {what}"]) == in_python(*asked()[what])


def test_every_function_gives_figures_of_a_block_and_the_error_of_an_error(on_windows) -> None:
    for name, function in functions().items():
        of_block = shown_by_our_wrapper(on_windows[1][f"ours: {name} of a block"])
        assert not any(isinstance(cell, str) and cell.startswith("#") for row in of_block for cell in row), name
        if function.arguments:
            assert shown_by_our_wrapper(on_windows[1][f"ours: {name} of an error"]) == [["#DIV/0!"]], name
