"""The programs that other tests rely on do what is assumed of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests import libreoffice, open_xml_sdk


def workbook(path: Path, formula: str = "=1+1") -> Path:
    book = openpyxl.Workbook()
    book.active["A1"] = formula
    book.save(path)
    return path


def edited(source: Path, path: Path, part: str, old: str, new: str) -> Path:
    """A copy of a package with one text of one part replaced."""
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.namelist():
            content = package.read(name)
            if name == part:
                assert old.encode() in content, content.decode()
                content = content.replace(old.encode(), new.encode())
            copy.writestr(name, content)
    return path


def value(path: Path) -> object:
    return openpyxl.load_workbook(path, data_only=True).active["A1"].value


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """=1+1 with 3 cached."""
    plain = workbook(tmp_path / "plain.xlsx")
    return edited(plain, tmp_path / "stale.xlsx", "xl/worksheets/sheet1.xml", "<v></v>", "<v>3</v>")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """What openpyxl writes, but for the order in its font, which the schema does not allow."""
    name, family, rest = '<name val="Calibri"/>', '<family val="2"/>', '<color theme="1"/><sz val="11"/>'
    in_order = '<sz val="11"/><color theme="1"/>' + name + family
    plain = workbook(tmp_path / "plain.xlsx")
    return edited(plain, tmp_path / "sound.xlsx", "xl/styles.xml", name + family + rest, in_order)


@pytest.mark.needs_libreoffice
class TestLibreOffice:
    def test_version(self):
        assert libreoffice.version() >= libreoffice.MINIMUM_VERSION

    @pytest.mark.slow
    def test_recalculates_every_formula_of_several_files(self, stale, tmp_path):
        books = [stale, workbook(tmp_path / "a.xlsx"), workbook(tmp_path / "b.xlsx", "=A2")]
        assert [value(path) for path in libreoffice.recalculate_many(books, tmp_path / "out")] == [2, 2, 0]

    @pytest.mark.slow
    def test_converts_with_the_cached_value(self, stale, tmp_path):
        assert value(libreoffice.convert(stale, tmp_path / "out")) == 3

    @pytest.mark.slow
    def test_prints_pages_as_pictures(self, stale, tmp_path):
        pages = libreoffice.to_png(stale, tmp_path / "out")
        assert [page.name for page in pages] == ["stale-1.png"]
        assert pages[0].read_bytes().startswith(b"\x89PNG")

    @pytest.mark.slow
    def test_a_file_that_it_does_not_write_is_an_error(self, tmp_path, monkeypatch):
        broken = tmp_path / "broken.xlsx"
        broken.write_bytes(b"PK\x03\x04 no workbook")
        (tmp_path / "out").mkdir()
        workbook(tmp_path / "out" / "broken.xlsx")  # of an earlier run
        with pytest.raises(libreoffice.LibreOfficeError, match=r"did not write broken\.xlsx"):
            libreoffice.recalculate(broken, tmp_path / "out")

    def test_outputs_never_overwrite_sources_or_each_other(self, tmp_path):
        one = workbook(tmp_path / "a.xlsx")
        (tmp_path / "b").mkdir()
        two = workbook(tmp_path / "b" / "a.xlsx")
        with pytest.raises(ValueError, match="overwrite"):
            libreoffice.recalculate(one, tmp_path)
        with pytest.raises(ValueError, match="overwrite"):
            libreoffice.recalculate_many([one, two], tmp_path / "out")

    @pytest.mark.full(seconds=3)
    def test_what_takes_too_long_is_an_error_and_the_next_file_is_converted(self, stale, tmp_path):
        with pytest.raises(libreoffice.LibreOfficeError, match=r"more than 0\.01 s"):
            libreoffice.recalculate_many([stale], tmp_path / "out", timeout=0.01)
        assert value(libreoffice.recalculate(stale, tmp_path / "out")) == 2

    @pytest.mark.slow
    def test_one_that_is_killed_leaves_no_pipes(self):
        listening = libreoffice.Listening()
        pipes = (listening.found_by, listening.pipe_file)
        deadline = time.monotonic() + 60
        while not all(pipe.exists() for pipe in pipes) and time.monotonic() < deadline:
            time.sleep(0.1)
        there = [pipe.exists() for pipe in pipes]
        listening.close()
        assert there == [True, True] and not any(pipe.exists() for pipe in pipes)


@pytest.mark.needs_open_xml_sdk
class TestOpenXmlSdk:
    @pytest.mark.slow
    def test_accepts_a_sound_workbook(self, sound):
        assert open_xml_sdk.validate(sound, open_xml_sdk.OFFICE_VERSIONS) == []

    @pytest.mark.full(seconds=3)
    def test_reports_a_defect_for_every_version_of_office(self, sound, tmp_path):
        sheet = "xl/worksheets/sheet1.xml"
        broken = edited(sound, tmp_path / "broken.xlsx", sheet, "<sheetData>", "<wrong/><sheetData>")
        findings = open_xml_sdk.validate(broken, open_xml_sdk.OFFICE_VERSIONS)
        assert [finding.split(":")[0] for finding in findings] == list(open_xml_sdk.OFFICE_VERSIONS)
        assert all(f"/{sheet}" in finding and "wrong" in finding for finding in findings)

    def test_reports_the_font_that_openpyxl_writes(self, tmp_path):
        (finding,) = open_xml_sdk.validate(workbook(tmp_path / "a.xlsx"), ["Microsoft365"])
        assert finding.startswith("Microsoft365: /xl/styles.xml /x:styleSheet[1]/x:fonts[1]/x:font[1]: ")

    def test_reports_a_file_that_is_no_package(self, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_text("no package")
        assert len(open_xml_sdk.validate(path)) == len(open_xml_sdk.OLDEST_AND_NEWEST)

    def test_an_unknown_version_of_office_is_an_error(self, tmp_path):
        with pytest.raises(open_xml_sdk.ValidatorError):
            open_xml_sdk.validate(workbook(tmp_path / "a.xlsx"), ["Office1997"])


def run_suite(folder: Path, test: str, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of one file of tests beside copies of our conftest.py and what it imports."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "tests").mkdir()
    for module in (
        "conftest.py",
        "cut_texts.py",
        "examples.py",
        "gnumeric.py",
        "libreoffice.py",
        "node_readers.py",
        "open_xml_sdk.py",
        "pyodide.py",
    ):
        shutil.copy(Path(__file__).with_name(module), folder / "tests")
    (folder / "tests" / "test_it.py").write_text("import pytest\n" + test)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--import-mode=importlib", *flags, "tests"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("on_ci", "exit_code"), [("1", pytest.ExitCode.TESTS_FAILED), ("", pytest.ExitCode.OK)])
def test_a_skipped_test_fails_a_run_on_ci(on_ci, exit_code, tmp_path):
    test = "def test_that_runs(): pass\n@pytest.mark.skip(reason='install the moon')\ndef test_that_cannot(): pass\n"
    done = run_suite(tmp_path, test, FT_ROI_CI=on_ci)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].strip("= ").startswith("1 passed, 1 skipped")
    assert ("test_that_cannot: " in done.stdout) == bool(on_ci)
    assert ("install the moon" in done.stdout) == bool(on_ci)


@pytest.mark.slow
def test_a_test_whose_program_is_missing_is_skipped_with_the_line_that_installs_it(tmp_path):
    """A soffice that is too old comes first on PATH; no folder of npm packages is beside the copies."""
    old = tmp_path / "soffice"
    old.write_text("#!/bin/sh\necho LibreOffice 7.4.7.2\n")
    old.chmod(0o755)
    test = (
        "@pytest.mark.needs_libreoffice\ndef test_office(): pass\n"
        "@pytest.mark.needs_open_xml_sdk\ndef test_validator(): pass\n"
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = run_suite(tmp_path, test, "-rs", FT_ROI_CI="", PATH=path, COLUMNS="400")
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    said = done.stdout
    assert "2 skipped" in said
    assert f"LibreOffice 7.4.7.2 is older than 25.2: {libreoffice.INSTALL}" in said
    assert f"the Open XML SDK validator is not installed: {open_xml_sdk.INSTALL}" in said


def test_the_longest_tests_begin(tmp_path):
    test = (
        "def test_plain(): pass\n@pytest.mark.slow\ndef test_slow(): pass\n"
        "@pytest.mark.slow(seconds=60)\ndef test_slowest(): pass\n@pytest.mark.full\ndef test_full(): pass\n"
    )
    done = run_suite(tmp_path, test, "-v")
    names = [line.split("::")[1].split()[0] for line in done.stdout.splitlines() if "::" in line and "PASSED" in line]
    assert names == ["test_slowest", "test_full", "test_slow", "test_plain"], done.stdout
