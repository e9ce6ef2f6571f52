"""The extension for LibreOffice: what it holds, where it calculates, and what live cells show."""

from __future__ import annotations

import io
import json
import math
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from addin.libreoffice import extension, worker
from addin.libreoffice.calculator import REMEMBERED, REPORT, Memory, Worker, binary_kind, chosen_calculator
from addin.libreoffice.office import Office, pipe_of
from addin.libreoffice.safe_copy import safe_copy
from roi_engine import INPUTS, appraise, call, functions, load_scenario
from roi_engine._version import __version__
from tests.builds import WHEN, build_workbook
from tests.slow_cases import full, some
from tests.workbook_cells import recalculated_otherwise, same
from tests.worksheet_cases import ERRORS, Case, Cell, Rows, all_cases, blocks, difference

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "templates" / "samples").glob("*.toml"))
PROGRAM = Path(worker.__file__)

# The kinds of rows of tests/cases that cells of LibreOffice cannot run, with the reason.
CANNOT = {
    "boolean": "TRUE arrives as 1",
    "date": "a date arrives as its serial number",
    "error value in a range": "Calc does not call an add-in with such a range; its cell is #VALUE!",
}

# An input of each group, and a legal value that is not that of the sample.
CHANGES: dict[str, Any] = {
    "baseline_monthly_api_calls": 500_000.0,
    "training_price_per_m": 9.0,
    "storage_timing": "monthly",
    "contingency": 0.25,
    "ramp_months": 5.0,
    "baseline_price_change": -0.3,
    "baseline_output_tokens": 400.0,
    "finetuned_input_tokens": 250.0,
    "serving_gpu_hourly_rate": 3.5,
    "operations_monthly_cost": 777.0,
    "review_cost_per_call": 0.031,
    "retraining_cost": 7_000.0,
    "switch_cost_per_1k_tokens": 0.0002,
    "discount_rate": 0.23,
}
SUPPORT = ROOT / "templates" / "samples" / "support-classifier.toml"
IN_MAKE_TEST = ("finetuned_input_tokens",)
"""What make test tries; the full tests try the others."""
UNMOVED = {
    "switch_cost_per_1k_tokens": "it is the price of another model",
    "storage_timing": "the sample stores nothing",
    "serving_gpu_hourly_rate": "the sample pays per token",
}


# --- the file ---------------------------------------------------------------------------------------------------


def test_two_builds_are_equal() -> None:
    assert extension.build_extension("python") == extension.build_extension("python")
    with zipfile.ZipFile(io.BytesIO(extension.build_extension("python"))) as package:
        assert package.testzip() is None
        assert set(package.namelist()) == set(extension.extension_parts("python"))
        assert json.loads(package.read("settings.json"))["interpreter"] == "python"


def test_the_configuration_says_of_every_function_what_the_catalogue_says() -> None:
    registry = "{http://openoffice.org/2001/registry}name"
    root = etree.fromstring(extension.extension_parts()["CalcAddIns.xcu"].encode())
    (nodes,) = root.xpath("//node[@*='AddInFunctions']")

    def texts(node: Any) -> dict[str, str]:
        return {each.get(registry): each.findtext("value") for each in node.iterchildren("prop")}

    assert len(nodes) == len(functions())
    for node, function in zip(nodes, functions().values(), strict=True):
        assert texts(node) == {
            "DisplayName": function.name,
            "Description": function.sentence,
            "CompatibilityName": function.name,
            "Category": "Add-In",
        }
        parameters = [texts(each) for each in node.find("node")]
        assert [each["DisplayName"] for each in parameters] == [argument.name for argument in function.arguments]
        for said, argument in zip(parameters, function.arguments, strict=True):
            assert argument.meaning.rstrip(".") in said["Description"]
            assert argument.quantity.unit_in("currency") in said["Description"]


def test_the_interface_has_a_method_for_every_function_under_legal_names() -> None:
    """LibreOffice refuses the whole interface for one identifier with an underscore, and says so nowhere.

    Nor does it take a word of its language: bound, an argument of FT_SERVINGRATE.
    """
    text = extension.extension_parts()["functions.idl"]
    methods = re.findall(r"^  (any|sequence< sequence< any > >) (\w+)\((.*)\);$", text, re.MULTILINE)
    assert len(methods) == len(functions())
    for (gives, name, parameters), function in zip(methods, functions().values(), strict=True):
        assert (gives == "any") == (function.result.kind != "table")
        names = re.findall(r"\[in\] any (\w+)", parameters)
        assert name == extension.method_name(function.name)
        assert len(set(names)) == len(names) == len(function.arguments)
        assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", each) for each in (name, *names))
        assert not extension.RESERVED & {name, *names}


def test_what_libreoffice_loads_imports_the_standard_library_and_the_engine_alone() -> None:
    allowed = {*sys.stdlib_module_names, "roi_engine", "uno", "unohelper", "com", "org"}
    for name in extension.MODULES:
        text = (PROGRAM.parent / name).read_text("utf-8")
        assert set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE)) <= allowed


# --- where it calculates ----------------------------------------------------------------------------------------


def _settings(**changes: Any) -> dict[str, Any]:
    """What the extension knows; no libraries to borrow unless the test gives them."""
    known = {"engine": __version__, "interpreter": sys.executable, "folder": str(ROOT)}
    return {**known, "libraries": [], "binaries": binary_kind(), **changes}


def _no_engine() -> Any:
    raise ImportError("No module named 'roi_engine'")


@pytest.fixture(autouse=True)
def no_worker_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stops every worker that a test has started, its own or a chosen calculator's."""
    workers: list[Worker] = []
    start = Worker.start

    def starts(worker: Worker) -> dict[str, Any]:
        workers.append(worker)
        return start(worker)

    monkeypatch.setattr(Worker, "start", starts)
    yield
    for each in workers:
        each.stop()


@pytest.fixture
def started() -> Worker:
    return Worker([sys.executable, str(PROGRAM), str(ROOT)])


def test_a_worker_answers_as_the_engine_does(started: Worker) -> None:
    assert started.start() == {"engine": __version__, "python": sys.version.split()[0]}
    block = tuple(map(tuple, blocks()["reference"]))
    assert started.answer("FT_NETROI", (block,)) == call("FT_NETROI", block)
    assert started.answer("FT_TRAINCOST", (((1.0,), (-1.0,)), 2.0)) == [[2.0], [{"error": "#NUM!"}]]
    assert started.answer("FT_WORTHIT", (block, None)) is True
    assert started.answer("FT_BREAKEVEN", ("NETROI", "colour", block)) == {"error": "#N/A"}
    assert started.answer("FT_NETROI", (math.nan, 1.5)) == {"error": "#VALUE!"}


def test_a_worker_is_started_once_and_again_after_its_death(started: Worker) -> None:
    assert started.answer("FT_TRAINCOST", (1.0, 2.0)) == 2
    first = started.process
    assert started.answer("FT_TRAINCOST", (2.0, 2.0)) == 4
    assert started.process is first is not None
    first.kill()
    first.wait()
    assert started.answer("FT_TRAINCOST", (3.0, 2.0)) == 6
    assert started.process is not first


STUB = """
import os, sys, time
sys.path.insert(0, {folder!r})
import worker
def engine():
    def answer(name, arguments):
        if name == "PRINT":
            os.write(1, b"stray" + b"\\n" * arguments[0])
            print("7 stray", flush=True)
            os.system("echo 3 stray")
        elif name == "SLEEP":
            time.sleep(arguments[0])
        elif name == "DIE":
            os._exit(3)
        return [name, *arguments]
    return answer
worker.engine = engine
print("before all", end="")
worker.main()
"""


@pytest.fixture
def pretended(tmp_path: Path) -> Iterator[Worker]:
    """A worker with other functions than the engine's."""
    (tmp_path / "stub.py").write_text(STUB.format(folder=str(PROGRAM.parent)))
    process = Worker([sys.executable, str(tmp_path / "stub.py"), str(ROOT)], limit=2)
    yield process
    process.stop()


def test_what_else_is_printed_is_no_answer(pretended: Worker) -> None:
    for number in range(5):
        assert pretended.answer("PRINT", (number,)) == ["PRINT", number]
        assert pretended.answer("ECHO", (number,)) == ["ECHO", number]


@pytest.mark.full(seconds=3)
def test_a_call_that_takes_too_long_ends_and_the_next_is_answered(pretended: Worker) -> None:
    start = time.monotonic()
    with pytest.raises(OSError, match="did not answer within 2 s"):
        pretended.answer("SLEEP", (60,))
    assert time.monotonic() - start < 10
    assert pretended.answer("ECHO", (1,)) == ["ECHO", 1]
    assert pretended.answer("SLEEP", (0,)) == ["SLEEP", 0], "an answer that did not come is not remembered"


def test_a_call_that_kills_the_worker_is_an_error_and_the_next_is_answered(pretended: Worker) -> None:
    with pytest.raises(OSError, match="exit code 3"):
        pretended.answer("DIE", ())
    assert pretended.answer("ECHO", (1,)) == ["ECHO", 1]


def test_the_memory_is_bounded_by_size() -> None:
    memory = Memory(1_000)
    for number in range(100):
        memory.put(b"%3d" % number, b"x" * 47)
    assert memory.size == 1_000
    assert [memory.get(b"%3d" % number) is None for number in (0, 79, 80, 99)] == [True, True, False, False]
    memory.put(b"new", b"x" * 47)
    assert memory.get(b" 80") is not None and memory.get(b" 81") is None, "the one not used for longest has gone"
    memory.put(b"large", b"x" * 100)
    assert memory.get(b"large") is None and memory.size == 1_000


def test_large_calls_do_not_fill_the_memory(pretended: Worker) -> None:
    for number in range(40):
        pretended.answer("ECHO", [[float(number)] * 20_000])
    assert 0 < pretended.memory.size <= REMEMBERED


def test_what_lies_beside_a_workbook_is_not_imported(tmp_path: Path, monkeypatch: Any) -> None:
    for name in ("roi_engine", "json", "typing"):
        (tmp_path / f"{name}.py").write_text("import os; os._exit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    answer: Any = chosen_calculator(_settings(), PROGRAM, _no_engine)
    assert answer("FT_TRAINCOST", (1.0, 2.0)) == 2
    assert "-P" in answer.__self__.command
    answer.__self__.stop()


def test_a_worker_ends_with_its_host() -> None:
    """The host ends without a word: its end of the pipe closes, and so does the worker."""
    host = (
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, {str(PROGRAM)!r}, {str(ROOT)!r}], stdin=subprocess.PIPE,"
        " stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "os._exit(0)\n"
    )
    # the worker holds the error stream: this returns when it too has ended
    done = subprocess.run([sys.executable, "-c", host], stderr=subprocess.PIPE, timeout=20)
    assert done.returncode == 0 and done.stderr == b""


def test_the_engine_here_comes_first_where_it_is_of_the_same_version(tmp_path: Path, monkeypatch: Any) -> None:
    report = tmp_path / "report.json"
    monkeypatch.setenv(REPORT, str(report))
    here = worker.engine()
    assert chosen_calculator(_settings(), PROGRAM, lambda: (__version__, here)) is here
    assert json.loads(report.read_text())["where"] == "here"
    answer = chosen_calculator(_settings(), PROGRAM, lambda: ("0.0.1", here))
    assert answer("FT_TRAINCOST", (1.0, 2.0)) == 2
    said = json.loads(report.read_text())
    assert said["where"] == "worker" and "0.0.1" in said["why_not_here"]


def test_libraries_are_borrowed_of_a_python_that_loads_the_same_binaries(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(REPORT, str(tmp_path / "report.json"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    own, here = list(sys.path), worker.engine()
    shelf = str(tmp_path / "libraries")

    def engine() -> Any:
        if shelf not in sys.path:
            raise ImportError("No module named 'roi_engine'")
        return __version__, here

    def chosen(**changes: Any) -> tuple[Any, dict[str, Any]]:
        answer = chosen_calculator(_settings(libraries=[shelf, own[0]], **changes), PROGRAM, engine)
        return answer, json.loads((tmp_path / "report.json").read_text())

    other: Any
    other, said = chosen(binaries=".cp399-win_amd64.pyd")
    assert said["where"] == "worker" and "roi_engine" in said["why_not_here"]
    other.__self__.stop()
    assert sys.path == own
    answer, said = chosen()
    assert answer is here and said["where"] == "here" and said["borrowed"]
    assert sys.path == [*own, shelf], "after LibreOffice's own, each folder once"


def test_libraries_that_do_not_help_are_given_back(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(REPORT, str(tmp_path / "report.json"))
    before = list(sys.path)
    answer: Any = chosen_calculator(_settings(libraries=[str(tmp_path)]), PROGRAM, _no_engine)
    answer.__self__.stop()
    assert sys.path == before and json.loads((tmp_path / "report.json").read_text())["where"] == "worker"


@pytest.mark.parametrize("broken", ["/no/such/python", "false" if os.name == "posix" else "where"])
def test_an_interpreter_that_does_not_work_is_named(broken: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(REPORT, str(tmp_path / "report.json"))
    with pytest.raises(OSError, match=re.escape(broken)):
        chosen_calculator(_settings(interpreter=broken), PROGRAM, _no_engine)
    said = json.loads((tmp_path / "report.json").read_text())
    assert said["where"] == "nowhere" and broken in said["why_no_worker"]


# --- live cells: one run of LibreOffice for all ------------------------------------------------------------------


@dataclass(frozen=True)
class Live:
    """Workbooks by name as they were written, and as LibreOffice computed them."""

    written: dict[str, Path]
    computed: dict[str, Path]
    calculator: dict[str, Any] | None

    def values(self, name: str) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.computed[name], data_only=True)


def kinds(case: Case) -> set[str]:
    """The kinds of a row, an error in a range being another than an error in an argument's place."""
    found = set(case.kinds)
    if any(cell in ERRORS for rows in case.arguments if isinstance(rows, list) for row in rows for cell in row):
        found.add("error value in a range")
    return found


RUNNABLE = [case for case in all_cases() if not kinds(case) & CANNOT.keys()]


def write_cases(path: Path) -> None:
    """A sheet with a formula for every row that can run, its ranges on a second sheet."""
    book = openpyxl.Workbook()
    cells, ranges = book.active, book.create_sheet("Ranges")
    cells.title = "Cases"
    for number, case in enumerate(RUNNABLE):
        written = ",".join(_argument(argument, ranges) for argument in case.arguments)
        formula, corner = f"={case.function}({written})", _corner(number)
        if isinstance(case.expected, list):
            area = f"A{corner}:{get_column_letter(_width(case))}{corner + _height(case) - 1}"
            cells[f"A{corner}"] = ArrayFormula(area, formula)
        else:
            cells[f"A{corner}"] = formula
    book.save(path)


def _corner(number: int) -> int:
    return 1 + sum(_height(case) for case in RUNNABLE[:number])


def _height(case: Case) -> int:
    """The rows of an array formula: one more than expected, which stays #N/A, where there is more than one."""
    rows = len(case.expected) if isinstance(case.expected, list) else 1
    return rows + (rows > 1)


def _width(case: Case) -> int:
    return len(case.expected[0]) + (len(case.expected[0]) > 1)


def _argument(argument: Cell | Rows, ranges: Any) -> str:
    if isinstance(argument, list):
        first = ranges.max_row + 2
        for i, row in enumerate(argument, first):
            for j, cell in enumerate(row, 1):
                ranges.cell(i, j, None if cell == "" else cell)
        return f"Ranges!$A${first}:${get_column_letter(len(argument[0]))}${first + len(argument) - 1}"
    if isinstance(argument, str):
        return argument if argument in ERRORS or not argument else '"' + argument.replace('"', '""') + '"'
    assert not isinstance(argument, (bool, date))
    return repr(argument)


def shown(case: Case, number: int, sheet: Any) -> Any:
    """What the cells of a row show; TRUE and FALSE, which LibreOffice takes from no add-in, as they were meant."""
    top = _corner(number)
    if not isinstance(case.expected, list):
        return _meant(sheet[f"A{top}"].value, case.expected)
    rows = [[sheet.cell(top + i, 1 + j).value for j in range(_width(case))] for i in range(_height(case))]
    if len(case.expected) > 1:
        assert set(rows.pop()) == {"#N/A"}, "the table has more rows than expected"
    if len(case.expected[0]) > 1:
        extra = {row.pop() for row in rows}
        assert extra == {"#N/A"}, f"{case} has more columns than expected: {extra}"
    return [
        [_meant(cell, expected) for cell, expected in zip(*pair, strict=True)]
        for pair in zip(rows, case.expected, strict=True)
    ]


def _meant(value: Any, expected: Cell) -> Any:
    return bool(value) if isinstance(expected, bool) and value in (0, 1) else value


def write_edited(source: Path, names: Sequence[str], folder: Path) -> dict[str, Path]:
    """Copies of a workbook, each with one input changed; without the sheets of what-ifs, which take the time."""
    book = openpyxl.load_workbook(source)
    for row in (row for title in ("Sensitivity", "Functions") for row in book[title].iter_rows()):
        for cell in row:
            if cell.data_type == "f":
                cell.value = None
    paths = {}
    for name in names:
        value = CHANGES[name]
        (title, address), *_ = book.defined_names[f"in_{name}"].destinations
        cell = book[title][address.replace("$", "")]
        before, cell.value = cell.value, value
        paths[name] = folder / f"{name}.xlsx"
        book.save(paths[name])
        cell.value = before
    return paths


CANARY = {
    "A1": "=FT_VERSION()",
    "A2": "=FT_TRAINCOST(24,1.5)",
    "A3": "=FT_TRAINCOST(C1,1.5)",  # an empty cell arrives as 0
    "A4": "=IF(ISERROR(C1:C1),0,FT_TRAINCOST(C1:C1,1.5))",  # a range of one empty cell as an empty cell
    "A5": "=FT_TRAINCOST(FT_TRAINCOST(24,1),1.5)+1",
    "A6": '=IFERROR(FT_TRAINCOST(-1,2),"n/a")',
    "A7": "=IF(FT_TRAINCOST(24,1.5)>35,FT_TRAINCOST(1,2),0)",
    "A8": "=SUM(FT_TRAINCOST({1;2},{1.5,2}))",
    "A9": '=IF(FT_ERRORCUT(85%,97%)&"|"&LEFT(FT_VERSION(),6)="0.8|FT ROI","same","other")',
    "A10": '=IF(LEFT(A1,6)="FT ROI","same","other")',
    "A11": '=IF(A1=FT_VERSION()&"","same","other")',  # texts of one value compare; those of a table do not
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    folder = tmp_path_factory.mktemp("libreoffice")
    written = {"cases": folder / "cases.xlsx", "canary": folder / "canary.xlsx"}
    write_cases(written["cases"])
    book = openpyxl.Workbook()
    for address, formula in CANARY.items():
        book.active[address] = formula
    book.save(written["canary"])
    return _live(written, tmp_path_factory.mktemp("computed"))


def _live(written: dict[str, Path], out: Path) -> Live:
    out.mkdir(exist_ok=True)
    with Office() as office:
        computed = office.convert(list(map(safe_copy, written.values())), out, ".xlsx")
        return Live(written, dict(zip(written, computed, strict=True)), office.calculator())


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(IN_MAKE_TEST, id="one", marks=pytest.mark.slow(seconds=6)),
        pytest.param(tuple(name for name in CHANGES if name not in IN_MAKE_TEST), id="others", marks=pytest.mark.full),
    ],
)
def edited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, openpyxl.Workbook]:
    """The sample with an input edited, by the input's name, as LibreOffice computes it."""
    folder, out = tmp_path_factory.mktemp("edited"), tmp_path_factory.mktemp("computed")
    (folder / "sample.xlsx").write_bytes(build_workbook(load_scenario(SUPPORT), generated=WHEN))
    written = write_edited(folder / "sample.xlsx", request.param, folder)
    with Office() as office:
        computed = office.convert(list(map(safe_copy, written.values())), out, ".xlsx")
    return {name: openpyxl.load_workbook(path, data_only=True) for name, path in zip(written, computed, strict=True)}


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_the_functions_are_loaded_and_say_where_they_run(live: Live) -> None:
    sheet = live.values("canary").active
    values = [sheet[address].value for address in CANARY]
    assert values == [call("FT_VERSION"), 36, 0, "#VALUE!", 37, "n/a", 2, 10.5, *["same"] * 3]
    assert live.calculator is not None
    same = live.calculator["own_python"].split(".")[:2] == sys.version.split()[0].split(".")[:2]
    assert live.calculator["where"] == ("here" if same else "worker"), live.calculator


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_every_row_of_the_table_that_can_run(live: Live) -> None:
    sheet = live.values("cases")["Cases"]
    wrong = {}
    for number, case in enumerate(RUNNABLE):
        found = difference(case, shown(case, number, sheet))
        if found:
            wrong[str(case)] = found
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())


def test_only_what_libreoffice_cannot_pass_on_is_left_out() -> None:
    assert {case.function for case in RUNNABLE} == functions().keys()
    assert len(RUNNABLE) >= 0.9 * len(all_cases())
    found = set().union(*(kinds(case) for case in all_cases()))
    assert CANNOT.keys() <= found


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("sample", [full(each) for each in SAMPLES], ids=lambda path: path.stem)
def test_every_formula_cell_of_a_sample_recalculates_to_its_cached_value(tmp_path: Path, sample: Path) -> None:
    path = tmp_path / f"{sample.stem}.xlsx"
    path.write_bytes(build_workbook(load_scenario(sample), generated=WHEN))
    computed = _live({sample.stem: path}, tmp_path / "computed").computed[sample.stem]
    scale = max(map(abs, appraise(load_scenario(sample)).cash_flow))
    formulas, wrong = recalculated_otherwise(path.read_bytes(), computed.read_bytes(), scale, _says_not_who_calculates)
    assert not wrong, "\n".join(wrong)
    assert sum("FT_" in formula for formula in formulas) > 150


def _says_not_who_calculates(formula: str) -> bool:
    """Not the cell that asks whether the functions answer, nor those that say it in words: stored as without them."""
    return not any(each in formula for each in ("ISERROR(FT_VERSION", "calculated_by", '"Calculated by the FT'))


@pytest.mark.needs_libreoffice
def test_a_changed_input_moves_the_outputs_as_a_fresh_run_says(edited: dict[str, openpyxl.Workbook]) -> None:
    for name, book in edited.items():
        _compare_outputs(name, book)


def _compare_outputs(name: str, book: openpyxl.Workbook) -> None:
    before = load_scenario(SUPPORT)
    result = appraise(before.with_inputs(**{name: CHANGES[name]}))
    outputs = {
        "out_net_roi": result.net_roi,
        "out_roi": result.roi,
        "out_payback": result.payback_months,
        "out_npv": result.npv(),
        "out_discounted_payback": result.discounted_payback_months(),
        "out_irr": result.irr_annual,
        "out_mirr": result.mirr_annual(),
        "out_profitability_index": result.profitability_index(),
        "out_equivalent_monthly": result.equivalent_monthly(),
        "out_upfront": result.upfront,
        "out_total_cost": result.total_cost,
    }
    for output, value in outputs.items():
        (title, address), *_ = book.defined_names[output].destinations
        found = book[title][address.replace("$", "")].value
        expected = "n/a" if value is None else "Never" if value == math.inf else value
        assert same(found, expected, 1.0), f"{name}, {output}: {found!r} is not {expected!r}"
    moved = not same(result.npv(), appraise(before).npv(), 1.0)
    assert moved != (name in UNMOVED), name


def test_an_input_of_every_group_is_changed() -> None:
    assert {INPUTS[name].group for name in CHANGES} == {each.group for each in INPUTS.values()} - {"Label"}


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_without_the_extension_the_cells_are_not_computed(tmp_path: Path) -> None:
    """What the other tests see is the extension's doing."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "=FT_TRAINCOST(24,1.5)", "=1+1"
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "out").mkdir()
    with Office(functions=False) as office:
        (path,) = office.convert([safe_copy(tmp_path / "book.xlsx")], tmp_path / "out", ".xlsx")
        assert office.calculator() is None
    sheet = openpyxl.load_workbook(path, data_only=True).active
    assert [sheet["A1"].value, sheet["A2"].value] == ["#NAME?", 2]


@pytest.mark.needs_libreoffice
@pytest.mark.skipif(sys.platform == "win32", reason="pipes are no files there")
def test_a_run_that_was_killed_leaves_no_pipe() -> None:
    with Office() as office:
        pipe = pipe_of(office.folder / "profile")
        pipe.touch()
    assert not pipe.exists() and not office.folder.exists()


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("where", some(["here", "worker", "nowhere"], ["here"], slow=[]))
def test_each_place_to_calculate(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In LibreOffice's own Python where that finds the engine; #VALUE! and never a text where nothing works."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "=FT_TRAINCOST(24,1.5)", "=FT_TRAINCOST(-24,1.5)"
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "out").mkdir()
    if where == "here":
        found = [path for path in sys.path if path.endswith("site-packages")]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *found]))
    interpreter = "/no/such/python" if where == "nowhere" else sys.executable
    with Office() as office:
        extension.unpack_extension(office.folder / "extensions", interpreter, libraries=[])
        (path,) = office.convert([safe_copy(tmp_path / "book.xlsx")], tmp_path / "out", ".xlsx")
        said = office.calculator()
    assert said is not None
    sheet = openpyxl.load_workbook(path, data_only=True).active
    values = [sheet["A1"].value, sheet["A2"].value]
    if where == "here" and said["own_python"].split(".")[:2] != sys.version.split()[0].split(".")[:2]:
        assert said["where"] == "worker", "libraries built for another Python"
    else:
        assert said["where"] == where, said
    assert values == (["#VALUE!", "#VALUE!"] if where == "nowhere" else [36, "#NUM!"])
