"""The xlwings module, driven through xlwings itself.

On this side of Excel two ends of xlwings run anywhere: the server, which reads the module's metadata and calls
its functions with the values that Office.js sends, and the generator of the classic add-in's VBA wrappers.
Both decide by environment and platform at import, so each runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from addin import functions as excel
from roi_engine import REFERENCE, FtRoiError, call, functions
from roi_engine.worksheet.call import CELL_ERRORS

ROOT = Path(__file__).parents[2]
LONGEST_DOCUMENTATION = 255
TYPED = [name for name, function in functions().items() if not function.block_only]
SCENARIO = [name for name, function in functions().items() if function.takes_scenario]
NEEDS_NUMPY = {"FT_BREAKEVEN"}
"""Functions that sample a curve; all others calculate single cells without NumPy."""

ERROR_TYPES = {
    "Div0": "#DIV/0!",
    "NotAvailable": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}

VBA_KEYWORDS = frozenset((Path(__file__).parent / "vba_keywords.txt").read_text("utf-8").split())

SERVER = """
import asyncio, json, sys
if "without numpy" in sys.argv:
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("numpy", "scipy", "pandas"):
                raise ImportError(name)
    sys.meta_path.insert(0, Missing())
import xlwings
from xlwings.server import custom_functions_call, custom_functions_meta
import addin.functions as module

def answer(name, arguments, runtime):
    data = {"func_name": name, "args": arguments, "version": xlwings.__version__, "client": "Office.js",
            "runtime": runtime, "date_format": None, "culture_info_name": "en-US"}
    try:
        return {"cells": asyncio.run(custom_functions_call(data, module))}
    except Exception as error:
        return {"raised": repr(error)}

print(json.dumps(custom_functions_meta(module)), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
"""


class Server:
    """A process in which xlwings serves the module's functions to Office.js."""

    def __init__(self, *options: str) -> None:
        environment = {**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.meta = json.loads(self._line())

    def _line(self) -> str:
        line = self.process.stdout.readline()
        assert line, "xlwings could not load addin.functions"
        return line

    def cells(self, name: str, *arguments, runtime: str = "1.4") -> list[list]:
        """The cells that a formula fills, as Office.js gets them."""
        sent = [_sent(argument) for argument in arguments]
        self.process.stdin.write(json.dumps([name, sent, runtime]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self._line())
        assert "raised" not in answer, answer
        return answer["cells"]

    def result(self, name: str, *arguments):
        """The same, an error as its text and a single cell as itself."""
        rows = [[_received(cell) for cell in row] for row in self.cells(name, *arguments)]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


def _sent(argument):
    """An argument as Office.js sends it: rows of cells, None where it is left out."""
    if argument is None:
        return None
    rows = argument if isinstance(argument, list) else [[argument]]
    return [[_error_value(cell) if cell in ERROR_TYPES.values() else cell for cell in row] for row in rows]


def _error_value(text: str) -> dict[str, str]:
    kind = next(kind for kind, each in ERROR_TYPES.items() if each == text)
    return {"type": "Error", "basicType": "Error", "basicValue": text, "errorType": kind}


def _received(cell):
    return ERROR_TYPES[cell["errorType"]] if isinstance(cell, dict) else cell


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.close()


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
    rows = [[name, value] for name, value in REFERENCE.given().items()]
    return [["Input", "Value"], *rows] if header else rows


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


def test_cells_in_a_currency_format_are_numbers():
    """The classic add-in reads them as decimals."""
    assert excel.FT_TRAINCOST([[Decimal("24")]], [[Decimal("1.5")]]) == 36


def test_single_cells_are_calculated_without_numpy():
    bare = Server("without numpy")
    try:
        for name in TYPED:
            if name not in NEEDS_NUMPY:
                arguments = typed_arguments(name)
                assert bare.result(name, *arguments) == expected(name, *arguments), name
    finally:
        bare.close()


CLASSIC = """
import io, json, sys, types
for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["pywintypes"].com_error = Exception
sys.modules["win32com.client"].Dispatch = None
sys.modules["pythoncom"].CoInitialize = None
import xlwings
from xlwings import udfs
xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
import addin.functions as module

class Workbook:
    Name = "book.xlsm"

text = io.StringIO()
udfs.generate_vba_wrapper("addin.functions", module, text, Workbook)
registered = {name: getattr(module, name).__xlfunc__ for name in module.__all__}
print(json.dumps({"vba": text.getvalue(), "registered": registered}))
"""


def test_the_classic_add_in_gets_a_wrapper_for_every_function():
    """xlwings' own generator, on stand-ins for the Windows libraries that it imports and does not use for this."""
    done = subprocess.run([sys.executable, "-c", CLASSIC], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    heads = [line.strip() for line in made["vba"].splitlines() if line.startswith("Function ")]
    assert sorted(head.partition("(")[0] for head in heads) == sorted(f"Function {name}" for name in functions())
    assert "Function FT_APICOST(calls, cost_per_1k_tokens, Optional tokens_per_call)" in heads
    for name, function in functions().items():
        told = made["registered"][name]
        assert told["category"] == excel.CATEGORY
        assert told["ret"]["doc"] == function.sentence
        assert all(argument["options"] == {"ndim": 2, "err_to_str": True} for argument in told["args"])
