"""The command addin lambda: a workbook of the functions, or the functions in a workbook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from addin.command_line import ft_roi
from roi_engine import REFERENCE
from templates.lambdas import carried
from templates.lambdas.functions_workbook import FILE_NAME, build_functions_workbook
from templates.lambdas.printed_functions import lambda_names
from templates.workbook import build_workbook
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import Package, open_package


@pytest.fixture(autouse=True)
def at_one_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def run(*words: str) -> Result:
    return CliRunner().invoke(ft_roi, ["addin", "lambda", *words])


@cache
def native() -> bytes:
    return build_workbook(REFERENCE, edition="native")


def test_it_writes_the_workbook_of_the_functions() -> None:
    result = run()
    assert result.exit_code == 0
    assert f"Wrote {FILE_NAME} with {len(lambda_names())} LAMBDA names." in result.stdout
    assert Path(FILE_NAME).read_bytes() == build_functions_workbook()
    assert run().exit_code == 5
    done = json.loads(run("--force", "--json").stdout)
    assert done == {"file": FILE_NAME, "names": len(lambda_names())}


@pytest.mark.full(seconds=3)
def test_it_writes_the_functions_into_a_workbook_or_a_copy() -> None:
    book, copy = Path("report.xlsx"), Path("copy.xlsx")
    book.write_bytes(native())
    assert run("report.xlsx").exit_code == 5
    assert book.read_bytes() == native()
    assert run("report.xlsx", "-o", "copy.xlsx").exit_code == 0
    assert {each.name for each in StoredWorkbook(open_package(copy.read_bytes())).names} >= lambda_names().keys()
    assert run("report.xlsx", "--force").exit_code == 0
    assert book.read_bytes() == copy.read_bytes()


def test_a_workbook_of_the_add_in_and_what_is_none_are_refused() -> None:
    book = Workbook()
    book.active["A1"] = "=FT_NPV(,B1:C9)"  # type: ignore[index]
    book.save("wired.xlsx")
    Path("broken.xlsx").write_bytes(b"PK nothing")
    wired = run("wired.xlsx", "-o", "copy.xlsx")
    assert wired.exit_code == 3
    over_itself = run("wired.xlsx")
    assert (over_itself.exit_code, over_itself.stderr) == (3, wired.stderr)
    assert "wired.xlsx: The sheet Sheet calls the add-in's functions, such as FT_NPV" in wired.stderr
    assert "--formulas native, lambda or values" in wired.stderr
    assert run("broken.xlsx", "-o", "copy.xlsx").exit_code == 3
    assert run("absent.xlsx").exit_code == 2
    Path("plan.toml").write_text("training_hours = 1")
    scenario = run("plan.toml", "-o", "copy.xlsx")
    assert scenario.exit_code == 2 and "ft-roi report plan.toml" in scenario.stderr
    assert not Path("copy.xlsx").exists()


def saved(path: str, formula: str, names: Mapping[str, str]) -> None:
    """A workbook of somebody's with a formula and names."""
    book = Workbook()
    book.active["A1"] = formula  # type: ignore[index]
    for name, text in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    book.save(path)


def test_a_name_of_somebody_s_own_is_not_replaced() -> None:
    """Cells that take it would show an error."""
    saved("own.xlsx", "=ft_npv*2", {"ft_npv": "Sheet!$B$1"})
    done = run("own.xlsx", "-o", "copy.xlsx")
    assert done.exit_code == 3 and not Path("copy.xlsx").exists()
    assert "Its name ft_npv stands for Sheet!$B$1, and is called like a function. Rename it first" in done.stderr
    for text in ("_xlfn.LAMBDA(_xlpm.rate_,1)", "_xlfn.lambda(_xlpm.rate_,1)", "#NAME?", "Sheet!#REF!"):
        saved("older.xlsx", "=FT_NPV(,B1:C9)", {"FT_NPV": text})
        assert run("older.xlsx", "-o", "copy.xlsx", "--force").exit_code == 0, text


def test_a_name_that_calls_the_add_in_is_a_call_too() -> None:
    saved("named.xlsx", "=mine", {"mine": "FT_NPV(,Sheet!$B$1:$C$9)"})
    done = run("named.xlsx", "-o", "copy.xlsx")
    assert done.exit_code == 3 and "The name mine calls the add-in's functions, such as FT_NPV" in done.stderr


def test_a_call_that_no_name_answers_is_told() -> None:
    saved("older.xlsx", '=FT_NPV(,B1:C9)*FT_PRICE("gpt-4.1","input")', {"FT_NPV": "_xlfn.LAMBDA(_xlpm.rate_,1)"})
    done = run("older.xlsx", "-o", "copy.xlsx")
    assert done.exit_code == 0
    assert "The sheet Sheet calls FT_PRICE, which is none of the names: #NAME? where the add-in is missing." in (
        " ".join(done.stderr.split())
    )
    assert json.loads(run("older.xlsx", "-o", "copy.xlsx", "--force", "--json").stdout)["without_name"] == ["FT_PRICE"]


def test_the_workbook_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []

    def counted(content: bytes) -> Package:
        opened.append(len(content))
        return open_package(content)

    saved("mine.xlsx", "=B1*2", {})
    monkeypatch.setattr(carried, "open_package", counted)
    assert run("mine.xlsx", "-o", "copy.xlsx").exit_code == 0
    assert opened == [Path("mine.xlsx").stat().st_size]
