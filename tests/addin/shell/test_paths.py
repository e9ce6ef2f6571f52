"""Paths that are read and written: every command says the same of the same mistake, with the same exit code."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import REFERENCE
from roi_engine.scenario_writing import scenario_toml

TOML = scenario_toml(REFERENCE)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices with names")


def run(*words: object, **settings: object) -> Result:
    return CliRunner().invoke(ft_roi, [str(word) for word in words], prog_name="ft-roi", **settings)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("templates.workbook.build_workbook", lambda scenario, **_: b"a workbook")
    Path("s.toml").write_text(TOML, "utf-8")
    Path("book.xlsx").write_bytes(b"a workbook")
    Path("file").write_bytes(b"a file")
    return tmp_path


# A command that writes a file -> its arguments without -o, and the ending of what it writes.
WRITING_A_FILE = {
    "report": (["report", "s.toml"], ".xlsx"),
    "template": (["template"], ".xlsx"),
    "email": (["email", "s.toml", "--to", "anna@example.com"], ".eml"),
    "collect": (["collect", "."], ".xlsx"),
    "recalc": (["recalc", "book.xlsx"], ".xlsx"),
    "relink": (["relink", "book.xlsx"], ".xlsx"),
    "addin build": (["addin", "build"], ".xlam"),
    "addin libreoffice": (["addin", "libreoffice"], ".oxt"),
}


@pytest.mark.parametrize("command", WRITING_A_FILE)
def test_a_file_that_cannot_be_written(folder: Path, command: str) -> None:
    words, suffix = WRITING_A_FILE[command]
    old = f"old{suffix}"
    Path(old).write_bytes(b"old")
    expected = {
        f"file/x{suffix}": (2, "file is not a folder. Write elsewhere with -o."),
        f"nowhere/x{suffix}": (2, "The folder nowhere does not exist. Create it, or write elsewhere with -o."),
        "x.doc": (2, f"ends in {suffix}. Try -o x{suffix}"),
        ".": (2, ". is a folder. Name the file in it: -o "),
        old: (5, f"{old} exists. Overwrite it with --force, or write elsewhere with -o."),
    }
    for output, (exit_code, sentence) in expected.items():
        result = run(*words, "-o", output)
        assert (result.exit_code, result.stdout) == (exit_code, ""), result.output
        assert sentence in result.stderr
    Path(f"~${old}").write_bytes(b"somebody")
    result = run(*words, "-o", old, "--force")
    assert result.exit_code == 2
    assert f"{old} is open in Excel. Close it and run again, or write elsewhere with -o." in result.stderr
    Path(f"~${old}").unlink()
    Path(f".~lock.{old}#").write_bytes(b",somebody,desk;")
    result = run(*words, "-o", old, "--force")
    assert result.exit_code == 2
    assert f"{old} is open in LibreOffice. Close it and run again, or write elsewhere with -o." in result.stderr
    assert f"delete .~lock.{old}#" in result.stderr
    assert Path(old).read_bytes() == b"old"


WRITING_A_FOLDER = {
    "read": ["read", "book.xlsx", "-o"],
    "email": ["email", "--template", "--each", "names.csv", "-o"],
    "recalc": ["recalc", "book.xlsx", "--png"],
}


@pytest.mark.parametrize("command", WRITING_A_FOLDER)
def test_a_folder_that_cannot_be_written(folder: Path, command: str) -> None:
    Path("names.csv").write_text("email,name\nanna@example.com,Anna\n")
    for output, sentence in {
        "file": "file is not a folder. ",
        "file/inside": "file is not a folder. ",
        "no/where": "The folder no does not exist. Create it, or ",
    }.items():
        result = run(*WRITING_A_FOLDER[command], output)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert result.stderr.startswith(f"Error: {sentence}")


@needs_posix
@pytest.mark.parametrize("command", WRITING_A_FILE)
def test_a_pipe_is_no_file_to_write(folder: Path, command: str) -> None:
    words, suffix = WRITING_A_FILE[command]
    os.mkfifo(f"pipe{suffix}")
    result = run(*words, "-o", f"pipe{suffix}", "--force")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"pipe{suffix} is not a file. Write elsewhere with -o." in result.stderr


READING = {
    "report": (["report"], ".toml", "Write - to read from standard input."),
    "report, further": (["report", "s.toml", "--scenario"], ".toml", "Write - to read from standard input."),
    "calc": (["calc"], ".xlsx", "Write - to read from standard input."),
    "eval, a block": (["eval", "FT_NETROI"], ".toml", "Write - to read from standard input."),
    "eval, a range": (["eval", "FT_TRAINCOST", "1"], ".csv", "Name a file."),
    "email": (["email", "--to", "anna@example.com"], ".toml", "Write - to read from standard input."),
    "email, names": (["email", "--template", "--each"], ".csv", "Name a file."),
    "read": (["read"], ".xlsx", "Name a file."),
    "check": (["check"], ".xlsx", "Name a file."),
    "collect": (["collect"], ".xlsx", "Name a file."),
    "recalc": (["recalc"], ".xlsx", "Name a file."),
    "relink": (["relink"], ".xlsx", "Name a file."),
    "prices": (["prices", "import"], ".csv", "Name a file."),
}


@needs_posix
@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", READING)
def test_a_pipe_a_socket_or_a_device_is_no_file_to_read(folder: Path, command: str) -> None:
    words, suffix, cure = READING[command]
    pipe, device, plug = (f"{name}{suffix}" for name in ("pipe", "device", "plug"))
    os.mkfifo(pipe)
    os.symlink("/dev/zero", device)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(plug)
        for name in (pipe, device, plug):
            result = run(*words, name)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr == f"Error: {name} is a pipe or a device. {cure}\n"


@pytest.mark.slow
@needs_posix
def test_pipes_in_a_folder_are_passed_over(folder: Path) -> None:
    os.mkfifo("pipe.xlsx")
    result = run("collect", ".", "-o", "portfolio.xlsx")
    assert result.exit_code == 4 and "book.xlsx" in result.stderr and "pipe" not in result.output


# File names that are no UTF-8


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stem that is no UTF-8, as a file name of an older system is."""
    monkeypatch.chdir(tmp_path)
    stem = os.fsdecode(b"caf\xe9")
    try:
        Path(f"{stem}.toml").write_text(TOML.replace('name = "Reference scenario"', ""), "utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    return stem


@pytest.mark.full(seconds=5)
@needs_posix
def test_files_whose_names_are_no_utf8(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FT_ROI_PRICES", "own")
    workbook = f"{odd}.xlsx"
    Path("plain.toml").write_text(TOML, "utf-8")
    for words, told in (
        (["report", f"{odd}.toml", "--formulas", "native"], r"caf\xe9.xlsx"),
        (["calc", f"{odd}.toml"], r"caf\xe9"),
        (["calc", workbook], r"caf\xe9"),
        (["report", "plain.toml", "--scenario", f"{odd}.toml", "-o", "both.xlsx"], "both.xlsx"),
        (["eval", "FT_NETROI", f"{odd}.toml"], "17837.28"),
        (["email", f"{odd}.toml", "--to", "anna@example.com", "-o", "x.eml"], "with caf_xe9.xlsx"),
        (["read", workbook], r'name = "caf\\xe9"'),
        (["read", workbook, "-o", "out"], "caf.toml"),
        (["check", workbook], r"caf\xe9.xlsx: native edition"),
        (["relink", workbook], r"caf\xe9.xlsx: no FT_ formula"),
        (["collect", workbook, "-o", f"{odd}-all.xlsx"], r"Note: caf\xe9.xlsx: Nothing was filled in"),
    ):
        result = run(*words)
        assert result.exit_code == 0, (words, result.output)
        assert told in result.output and "\udce9" not in result.output
    Path(f"{odd}.csv").write_text("name,kind,value\nours,input,1\n", "utf-8")
    assert run("prices", "import", f"{odd}.csv").exit_code == 0
    assert r"caf\xe9.csv" in run("prices", "show", "ours").stdout
    missing = run("calc", f"{odd}-missing.toml")
    assert (missing.exit_code, r"There is no file caf\xe9-missing.toml." in missing.stderr) == (2, True)
