"""The command addin lambda: a workbook of the functions, or the functions in a workbook."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from addin.command_line import ft_roi
from roi_engine import REFERENCE
from templates.lambdas.functions_workbook import FILE_NAME, build_functions_workbook
from templates.lambdas.printed_functions import lambda_names
from templates.workbook import build_workbook
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import open_package


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
    assert "wired.xlsx: The cells of " in wired.stderr and "--formulas native" in wired.stderr
    assert run("broken.xlsx", "-o", "copy.xlsx").exit_code == 3
    assert run("absent.xlsx").exit_code == 2
    assert not Path("copy.xlsx").exists()
