"""The option --pdf of report: the pages for a decision, beside the workbook."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import appraise, load_scenario, verdict
from tests.slow_cases import some
from tests.workbook_cells import SAMPLES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("reference.toml", "support-classifier.toml"):
        shutil.copy(SAMPLES / name, tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(ft_roi, words)


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("formulas", some(["wired", "native", "lambda", "values"], slow=["wired"]))
def test_the_pages_of_a_decision_are_printed_beside_the_workbook(
    folder: Path, formulas: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    done = run("report", "support-classifier.toml", "--formulas", formulas, "-o", "x.xlsx", "--pdf", "pages.pdf")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-2:] == ["  File        x.xlsx", "  Pages       pages.pdf"]
    assert not list(temporary.iterdir())
    assert {each.name for each in folder.iterdir() if each.suffix in (".xlsx", ".pdf")} == {"x.xlsx", "pages.pdf"}
    words = subprocess.run(["pdftotext", "-layout", "pages.pdf", "-"], capture_output=True, text=True, check=True)
    pages = words.stdout.removesuffix("\f").split("\f")
    sheets = [name for page in pages for name in re.findall(r"^ *x\.xlsx +(.*?) +Page ", page, re.M)]
    assert sheets == ["Summary", "By year", "Inputs", "Inputs", "Sensitivity", "Sensitivity", "Risk", "Options"]
    scenario = load_scenario("support-classifier.toml")
    assert verdict(appraise(scenario), scenario.currency) in pages[0]
    assert "Fine-tuned API" in pages[-1] and "What each option bears" not in words.stdout
    assert "###" not in words.stdout


@pytest.mark.slow
def test_pages_need_a_name_of_their_own_and_libreoffice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written where one of the two cannot be."""
    done = run("report", "reference.toml", "-o", "x.xlsx", "--pdf", "pages.txt")
    assert done.exit_code == 2 and "pages.txt: a document ends in .pdf. Try --pdf pages.pdf" in done.stderr
    Path("pages.pdf").write_text("mine")
    done = run("report", "reference.toml", "-o", "x.xlsx", "--pdf", "pages.pdf")
    assert done.exit_code == 5
    assert done.stderr == "Error: pages.pdf exists. Overwrite it with --force, or write elsewhere with --pdf.\n"
    done = run("report", "reference.toml", "-o", "x.xlsx", "--pdf", "nowhere/pages.pdf")
    assert done.exit_code == 2 and "Create it, or write elsewhere with --pdf." in done.stderr
    monkeypatch.setattr("addin.libreoffice.office.find_soffice", lambda: None)
    done = run("report", "reference.toml", "-o", "x.xlsx", "--pdf", "pages.pdf", "--force")
    assert done.exit_code == 2 and "LibreOffice is not installed" in done.stderr
    assert not Path("x.xlsx").exists() and Path("pages.pdf").read_text() == "mine"
