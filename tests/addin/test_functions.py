"""The xlwings module, driven through xlwings' server: it reads the metadata, and calls with what Office.js sends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from addin import functions as excel
from roi_engine import REFERENCE, FtRoiError, call, functions
from roi_engine.cell_errors import CELL_ERRORS
from tests.xlwings_server import ROOT, Server

LONGEST_DOCUMENTATION = 255
TYPED = [name for name, function in functions().items() if not function.block_only]
SCENARIO = [name for name, function in functions().items() if function.takes_scenario]
NEEDS_NUMPY = {"FT_BREAKEVEN"}
"""Functions that sample a curve; all others calculate single cells without NumPy."""

VBA_KEYWORDS = frozenset((Path(__file__).parent / "vba_keywords.txt").read_text("utf-8").split())


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def registered(server) -> dict[str, dict]:
    return {function["name"]: function for function in server.meta["functions"]}


def expected(name: str, *arguments):
    """The engine's own result, an error as its text."""
    try:
        result = call(name, *arguments)
    except FtRoiError as error:
        return error.code
    if isinstance(result, list):
        return [["" if cell is None else getattr(cell, "code", cell) for cell in row] for row in result]
    return result


def typed_arguments(name: str) -> list:
    """The function's own arguments as documented, and the reference scenario number by number."""
    function = functions()[name]
    scenario = [getattr(REFERENCE, argument.name) for argument in function.scenario]
    return [*function.examples, *[None] * (len(function.own) - len(function.examples)), *scenario]


def block_arguments(name: str, block: list[list]) -> list:
    """The same with a block in place of the scenario."""
    function = functions()[name]
    own = iter([*function.examples, *[None] * (len(function.own) - len(function.examples))])
    count = len(function.own) + 1
    return [block if argument in function.scenario else next(own) for argument in function.arguments[:count]]


def reference_block(*, header: bool = False) -> list[list]:
    """The reference as rows; the calls have a range, which risk needs."""
    ends = {"baseline_monthly_api_calls": [2e6, 9e6]}
    rows = [[name, value, *ends.get(name, ["", ""])] for name, value in REFERENCE.given().items()]
    return [["Input", "Value", "Low", "High"], *rows] if header else rows


# what Excel is told about the functions


def test_every_function_of_the_catalogue_is_registered_and_no_other(registered):
    assert set(registered) == set(functions()) == set(excel.__all__)
    assert {name: each["description"] for name, each in registered.items()} == {
        name: function.sentence for name, function in functions().items()
    }


@pytest.mark.parametrize("name", functions())
def test_the_arguments_are_the_catalogues(registered, name):
    parameters = registered[name]["parameters"]
    assert [each["name"] for each in parameters] == [argument.name for argument in functions()[name].arguments]
    for parameter, argument in zip(parameters, functions()[name].arguments, strict=True):
        assert parameter["description"].startswith(argument.meaning.rstrip("."))


def test_no_documentation_is_longer_than_excel_shows(registered):
    for function in registered.values():
        for text in (function["description"], *(each["description"] for each in function["parameters"])):
            assert 0 < len(text) <= LONGEST_DOCUMENTATION


@pytest.mark.parametrize("name", functions())
def test_what_may_stay_empty_is_optional_and_comes_last(registered, name):
    optional = [each.get("optional", False) for each in registered[name]["parameters"]]
    assert optional == sorted(optional)
    for given, argument in zip(optional, functions()[name].arguments, strict=True):
        assert given or not argument.optional
    if name in SCENARIO and not functions()[name].block_only:
        assert all(optional[len(functions()[name].own) + 1 :]), "a block stands for all scenario arguments"


def test_no_argument_is_a_vba_keyword():
    names = {argument.name for function in functions().values() for argument in function.arguments}
    assert names & VBA_KEYWORDS == set()
    assert all(name.isascii() and name.isidentifier() for name in names)


# what the cells show


@pytest.mark.parametrize("name", TYPED)
def test_typed_reference_arguments(server, name):
    arguments = typed_arguments(name)
    assert server.result(name, *arguments) == expected(name, *arguments)
    assert not _holds_error(server.result(name, *arguments))


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("name", SCENARIO)
def test_the_reference_scenario_as_a_block(server, name, header):
    arguments = block_arguments(name, reference_block(header=header))
    assert server.result(name, *arguments) == expected(name, *arguments)
    assert not _holds_error(server.result(name, *arguments))


def replaced(name: str, change) -> list[list]:
    """The function's typed arguments, or its block's, each time with another argument changed."""
    arguments = block_arguments(name, reference_block()) if functions()[name].block_only else typed_arguments(name)
    return [[*arguments[:at], change(value), *arguments[at + 1 :]] for at, value in enumerate(arguments)]


@pytest.mark.slow
@pytest.mark.parametrize("name", functions())
def test_any_argument_may_be_a_column(server, name):
    """One result for each cell; a table takes single cells. A block or another range stays one argument."""
    of_pairs = [[None], [None]]  # no correlation: a range, which stays one argument
    for arguments in replaced(name, lambda value: value if isinstance(value, (list, tuple)) else [[value], [value]]):
        result = server.result(name, *arguments)
        assert result == expected(name, *arguments), arguments
        if any(isinstance(each, list) and len(each) == 2 and each != of_pairs for each in arguments):
            assert result == "#VALUE!" if functions()[name].result.kind == "table" else len(result) == 2, arguments


@pytest.mark.parametrize("name", functions())
def test_any_argument_may_be_an_empty_cell(server, name):
    for arguments in replaced(name, lambda value: [[None]]):
        assert server.result(name, *arguments) == expected(name, *arguments), arguments


@pytest.mark.parametrize("name", functions())
def test_an_error_value_in_any_argument_is_the_result(server, name):
    for arguments in replaced(name, lambda value: "#DIV/0!"):
        assert server.result(name, *arguments) == "#DIV/0!", arguments


def _holds_error(result) -> bool:
    rows = result if isinstance(result, list) else [[result]]
    return any(cell in CELL_ERRORS for row in rows for cell in row)


def test_columns_rows_and_grids_keep_their_shape(server):
    assert server.result("FT_TRAINCOST", [[24], [48]], 1.5) == [[36], [72]]
    assert server.result("FT_TRAINCOST", [[24, 48]], 1.5) == [[36, 72]]
    assert server.result("FT_TRAINCOST", [[24], [48]], [[1, 2, 3]]) == [[24, 48, 72], [48, 96, 144]]


def test_an_argument_left_out_an_empty_cell_and_an_empty_text_are_the_same(server):
    for nothing in (None, "", [[""]]):
        assert server.result("FT_APICOST", 5e6, 0.3, nothing) == 1500
    assert server.result("FT_APICOST", 5e6, 0.3) == 1500


@pytest.mark.parametrize("error", CELL_ERRORS)
def test_an_error_value_goes_through_alone_in_a_column_and_in_a_block(server, error):
    assert server.result("FT_TRAINCOST", error, 1.5) == error
    assert server.result("FT_TRAINCOST", [[24], [error]], 1.5) == [[36], [error]]
    block = reference_block()
    block[-1][1] = error
    assert server.result("FT_NETROI", block) == error


def test_an_error_is_the_cells_own_where_excel_takes_one_and_its_text_where_not(server):
    assert server.cells("FT_TRAINCOST", -1, 1.5) == [[{"type": "Error", "errorType": "Num"}]]
    assert server.cells("FT_TRAINCOST", -1, 1.5, runtime="1.1") == [["#NUM!"]]
    assert excel.FT_TRAINCOST([[-1]], [[1.5]]) == "#NUM!"
    assert excel.FT_TRAINCOST([[24], [-1]], [[1.5]]) == [[36.0], ["#NUM!"]]


def test_true_false_and_never_reach_the_cell(server):
    arguments = typed_arguments("FT_WORTHIT")
    assert server.result("FT_WORTHIT", *arguments) is True
    arguments[0] = 1e6
    assert server.result("FT_WORTHIT", *arguments) is False
    assert server.result("FT_DPAYBACK", None, *arguments) == "Never"


# where the module runs


def test_it_can_be_imported_and_called_where_xlwings_registers_nothing():
    assert excel.FT_TRAINCOST([[24]], [[1.5]]) == 36
    assert excel.FT_NPV.__name__ == "FT_NPV"


@pytest.mark.slow
def test_a_project_of_xlwings_server_imports_them_all_under_plain_names(tmp_path):
    """docs/xlwings-server.md: one line in the project's own module."""
    folder = tmp_path / "custom_functions"
    folder.mkdir()
    (folder / "__init__.py").write_text("from addin.functions import *\n")
    with Server(module="custom_functions", folder=tmp_path, PYTHONPATH=str(ROOT)) as project:
        assert [each["name"] for each in project.meta["functions"]] == sorted(functions())
        assert project.result("FT_TRAINCOST", [[24], [48]], 1.5) == [[36], [72]]


def test_cells_in_a_currency_format_are_numbers():
    """The classic add-in reads them as decimals."""
    assert excel.FT_TRAINCOST([[Decimal("24")]], [[Decimal("1.5")]]) == 36


def test_single_cells_are_calculated_without_numpy():
    with Server("without numpy") as bare:
        for name in TYPED:
            if name not in NEEDS_NUMPY:
                arguments = typed_arguments(name)
                assert bare.result(name, *arguments) == expected(name, *arguments), name
