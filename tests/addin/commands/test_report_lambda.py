"""Workbooks of the lambda edition on the command line: written, refused, and never mixed with other functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import REFERENCE, load_scenario
from templates.returned.reading import read_workbook
from tests.builds import build_workbook
from tests.workbook_cells import SAMPLES
from tests.workbook_edits import WORKBOOK, with_part

SAMPLE = str(SAMPLES / "reference.toml")


def run(*words: str) -> Result:
    return CliRunner().invoke(ft_roi, list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def book(folder: Path) -> Path:
    path = folder / "book.xlsx"
    path.write_bytes(build_workbook(REFERENCE, edition="lambda"))
    return path


@pytest.mark.slow(seconds=3)
def test_report_and_template_write_it(folder: Path) -> None:
    for words in (("report", SAMPLE), ("template",)):
        done = run(*words, "--formulas", "lambda", "-o", f"{words[0]}.xlsx")
        assert done.exit_code == 0, done.output
        assert ("in Excel 365 or 2024" in done.output) == (words[0] == "template")
        reading = read_workbook((folder / f"{words[0]}.xlsx").read_bytes())
        assert reading.provenance.edition == "lambda" and reading.notes == ()
    assert read_workbook((folder / "report.xlsx").read_bytes()).checked() == load_scenario(SAMPLE)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--grids", "Those of the wired and the lambda edition are live; in a copy of values none is."),
        ("--risk", "--risk live is for --formulas native: the trials are ordinary formulas."),
    ],
)
def test_data_tables_are_refused_in_one_sentence(option: str, sentence: str, folder: Path) -> None:
    done = run("report", SAMPLE, "--formulas", "lambda", option, "live", "-o", "book.xlsx")
    assert done.exit_code == 2 and sentence in " ".join(done.stderr.split())
    assert not (folder / "book.xlsx").exists()


def test_the_names_are_written_into_it_again_as_they_were(book: Path) -> None:
    done = run("addin", "lambda", "book.xlsx", "-o", "again.xlsx")
    assert done.exit_code == 0, done.output
    assert Path("again.xlsx").read_bytes() == book.read_bytes()


def test_xlwings_lite_gets_none_of_it(book: Path) -> None:
    """A name like one of its functions would stop all of them."""
    done = run("addin", "lite", "book.xlsx", "-o", "lite.xlsx")
    assert done.exit_code == 3 and "is a function of its own: xlwings Lite would stop at it." in done.stderr
    assert not Path("lite.xlsx").exists()


@pytest.mark.full(seconds=3)
def test_a_letter_brings_it_and_says_which_excel_it_takes(folder: Path) -> None:
    done = run("email", SAMPLE, "--to", "a@example.com", "--formulas", "lambda", "-o", "letter.eml")
    assert done.exit_code == 0, done.output
    assert "in Excel 365 and Excel 2024 with nothing" in (folder / "letter.eml").read_text("utf-8")


@pytest.mark.full(seconds=5)
@pytest.mark.needs_libreoffice
def test_recalc_leaves_the_functions_as_excel_reads_them(book: Path) -> None:
    """LibreOffice writes what it does not know in small letters."""
    done = run("recalc", "book.xlsx", "-o", "recalculated.xlsx")
    assert done.exit_code == 0, done.output
    checked = run("check", "recalculated.xlsx")
    assert checked.exit_code == 0 and "formulas stand as they were made." in checked.output


@pytest.mark.full(seconds=5)
def test_a_file_that_lost_its_functions_is_known_and_gets_them_again(book: Path) -> None:
    whole = book.read_bytes()

    def lose(root: Any) -> None:
        for name in root.xpath("//*[local-name()='definedName'][starts-with(@name, 'FT_')]"):
            name.getparent().remove(name)

    book.write_bytes(with_part(whole, WORKBOOK, lose))
    checked = run("check", "book.xlsx")
    assert "lambda edition" in checked.output and "ft-roi addin lambda FILE" in checked.output
    assert "Formulas that are not as they were made" not in checked.output
    assert run("addin", "lambda", "book.xlsx", "-o", "again.xlsx").exit_code == 0
    assert {each.name for each in read_workbook(Path("again.xlsx").read_bytes()).book.names} == {
        each.name for each in read_workbook(whole).book.names
    }
