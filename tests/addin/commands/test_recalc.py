"""The commands recalc and addin: what they write, what they say when they cannot, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.libreoffice import office
from addin.shell.signals import ENDING, end_in_order
from roi_engine import REFERENCE
from roi_engine._version import __version__
from tests.addin.libreoffice.hostile_workbooks import with_pictures
from tests.builds import build_workbook
from tests.slow_cases import some

ROOT = Path(__file__).parents[3]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="the stand-ins are shell scripts")


def run(*words: object) -> Result:
    return CliRunner().invoke(ft_roi, [str(word) for word in words])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.title = "First"
    for row in ("=FT_TRAINCOST(24,1.5)", "=A1+1", "=FT_TRAINCOST(-1,1)", '="text"', 5):
        made.active.append([row])
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a script in the place of soffice (or unopkg), the only one that is found."""
    folder = tmp_path / "program"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin")

    def put(script: str, name: str = "soffice") -> Path:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        return folder / name

    return put


def version(number: str) -> str:
    return f'for word; do [ "$word" = --version ] && echo "LibreOffice {number} 1234abcd" && exit 0; done'


def left_behind(folder: Path) -> list[str]:
    """Command lines of running processes that name a profile in a folder; none where /proc tells nothing."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text(errors="replace").split("\0")
        except OSError:
            continue
        found += [word for word in words if word.startswith(f"-env:UserInstallation={folder.as_uri()}/ft-roi-")]
    return found


# --- with LibreOffice -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_recalc_writes_workbook_document_and_pictures(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    done = run("recalc", book, "-o", tmp_path / "new.xlsx", "--pdf", "--png", tmp_path / "pages")
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(tmp_path / "new.xlsx", data_only=True).active
    assert [cell.value for cell in sheet["A"]] == [36, 37, "#NUM!", "text", 5]
    assert (tmp_path / "new.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "pages" / "book-1.png").read_bytes().startswith(b"\x89PNG")
    assert "4 formulas; 1 cell holds an error" in done.stdout
    assert "First!A3 is #NUM!" in done.stderr and "FT_TRAINCOST(-1,1)" in done.stderr.upper()
    assert not left_behind(folder) and not list(folder.iterdir())


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_recalc_writes_beside_the_file_and_says_so_as_json(book: Path) -> None:
    done = run("recalc", book, "--json")
    said = json.loads(done.stdout)
    assert said["files"] == [str(book.with_name("book-recalculated.xlsx"))] and said["formulas"] == 4
    assert [(each["cell"], each["error"]) for each in said["errors"]] == [("First!A3", "#NUM!")]


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_recalc_of_a_workbook_that_only_writes_about_the_functions(tmp_path: Path) -> None:
    """A native workbook shows calls as text; nothing is to be loaded for it."""
    path = tmp_path / "native.xlsx"
    path.write_bytes(build_workbook(REFERENCE, edition="native"))
    done = run("recalc", path)
    assert done.exit_code == 0 and "no cells hold an error" in done.stdout, done.output


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_the_doctor_computes_a_function_and_says_where(tmp_path: Path) -> None:
    done = run("addin", "doctor", "--json")
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert done.exit_code == 0, done.output
    assert {each["state"] for each in found.values()} <= {"ok", "note"}
    assert __version__ in found["=FT_VERSION()"]["found"]
    assert "worker process" in found["Where they run"]["found"] or "own Python" in found["Where they run"]["found"]


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_another_python_first_on_the_path_does_not_matter(tmp_path: Path, monkeypatch: Any) -> None:
    """A LibreOffice of the system takes the first python3 on PATH for its own, and a library that is not its."""
    folder = tmp_path / "elsewhere"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    library = Path(os.__file__).parent
    (folder / "lib").mkdir()
    (folder / "lib" / library.name).symlink_to(library)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    done = run("addin", "doctor", "--json")
    assert done.exit_code == 0, done.output


# --- what cannot be done ----------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_recalculated_is_refused_with_the_cure(book: Path, tmp_path: Path) -> None:
    scenario = ROOT / "templates" / "samples" / "reference.toml"
    (tmp_path / "text.xlsx").write_text("no workbook")
    (tmp_path / "old.xlsx").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as package:
        package.writestr("readme.txt", "no workbook either")
    for words, exit_code, sentence in [
        ((tmp_path / "none.xlsx",), 2, "There is no file"),
        ((tmp_path,), 2, "is a folder"),
        ((scenario,), 2, f"ft-roi report {scenario}"),
        ((ROOT / "README.md",), 2, "recalc takes .xlsx, .xlsm, .ods"),
        ((tmp_path / "text.xlsx",), 3, "no .xlsx workbook"),
        ((tmp_path / "zip.xlsx",), 3, "no workbook in it"),
        ((tmp_path / "old.xlsx",), 3, "Excel 97"),
        ((book, "-o", book), 5, "--force"),
        ((book, "-o", tmp_path / "new.pdf"), 2, "ends in .xlsx"),
        ((book, "--png", book), 2, "is not a folder"),
        ((book, "--timeout", "0"), 2, "--timeout"),
    ]:
        done = run("recalc", *words)
        assert done.exit_code == exit_code and sentence in done.output, done.output
    book.with_suffix(".pdf").write_text("old")
    assert run("recalc", book, "--pdf").exit_code == 5


def test_without_libreoffice_the_words_say_how_to_get_it(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(office, "PLACES", ())
    done = run("recalc", book)
    assert done.exit_code == 2
    assert "LibreOffice is not installed" in done.output and office.install_line() in done.output
    done = run("addin", "doctor")
    assert done.exit_code == 4
    assert "LibreOffice is not installed" in done.output and office.install_line() in done.output
    assert not book.with_name("book-recalculated.xlsx").exists()


@needs_posix
def test_an_old_libreoffice_is_named_with_what_to_do(book: Path, stand_in: Callable[..., Path]) -> None:
    program = stand_in(version("7.4.7.2"))
    for command in (["recalc", book], ["addin", "libreoffice", "--remove"]):
        done = run(*command)
        assert done.exit_code == 2
        assert f"LibreOffice 7.4.7.2 ({program}) is too old" in done.output
        assert "Install 25.2 or later" in done.output and office.install_line() in done.output
    assert run("addin", "doctor").exit_code == 4


@needs_posix
def test_a_program_that_is_no_libreoffice_is_named(book: Path, stand_in: Callable[..., Path]) -> None:
    program = stand_in("echo something else")
    done = run("recalc", book)
    assert done.exit_code == 2 and f"{program} does not say that it is LibreOffice: something else" in done.output


@needs_posix
def test_a_run_that_writes_nothing_leaves_the_old_file(book: Path, stand_in: Callable[..., Path]) -> None:
    stand_in(version("25.2.3.2") + "; echo nothing today")
    before = book.read_bytes()
    done = run("recalc", book, "-o", book, "--force")
    assert done.exit_code == 1 and "did not write book.xlsx" in done.output and "nothing today" in done.output
    assert book.read_bytes() == before
    assert sorted(path.name for path in book.parent.iterdir()) == ["book.xlsx", "program"]


@needs_posix
def test_functions_that_were_not_loaded_are_an_error_and_no_file(book: Path, stand_in: Callable[..., Path]) -> None:
    stand_in(version("25.2.3.2") + f'; while [ "$1" != --outdir ]; do shift; done; cp "{book}" "$2"')
    done = run("recalc", book)
    assert done.exit_code == 1 and "did not load the FT_ functions" in done.output and "doctor" in done.output
    assert not book.with_name("book-recalculated.xlsx").exists()


@pytest.mark.slow
@needs_posix
@pytest.mark.timeout(50)  # less than what it started would take
def test_a_run_that_takes_too_long_is_stopped_with_all_it_started(book: Path, stand_in: Callable[..., Path]) -> None:
    survivor = book.parent / "survivor"
    stand_in(version("25.2.3.2") + f'; (while true; do touch "{survivor}"; sleep 0.1; done) & sleep 60')
    done = run("recalc", book, "--timeout", "0.5")
    assert done.exit_code == 1 and "took more than 0.5 s" in done.output
    survivor.unlink(missing_ok=True)
    time.sleep(1)
    assert not survivor.exists()


@needs_posix
@pytest.mark.timeout(50)
def test_a_run_that_leaves_a_process_of_its_own_is_not_waited_for(book: Path, stand_in: Callable[..., Path]) -> None:
    """One that has left the group holds the output open; what it would print is not waited for."""
    stand_in(version("25.2.3.2") + "; setsid sleep 8 & echo said; sleep 60")
    start = time.monotonic()
    done = run("recalc", book, "--timeout", "0.5")
    assert done.exit_code == 1 and "took more than 0.5 s" in done.output and "said" in done.output
    assert time.monotonic() - start < 6


@needs_posix
def test_of_what_a_program_prints_the_last_is_told(book: Path, stand_in: Callable[..., Path]) -> None:
    stand_in(version("25.2.3.2") + "; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last words; exit 4")
    done = run("recalc", book)
    assert done.exit_code == 1 and "last words" in done.output
    assert len(done.output) < 2 * office.LONGEST_PRINTED


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_recalc_says_what_was_left_out(tmp_path: Path) -> None:
    linked = [("rId1", "image", "http://127.0.0.1:1/a.png")]
    path = with_pictures(tmp_path / "linked.xlsx", ['r:link="rId1"'], linked, {})
    done = run("recalc", path)
    assert done.exit_code == 0 and "left out, unsafe to load: pictures that are linked" in done.stderr
    said = json.loads(run("recalc", path, "--json", "--force").stdout)
    assert said["left_out"] == ["pictures that are linked, or are not PNG, JPEG or GIF"]


@pytest.mark.slow
@needs_posix
@pytest.mark.parametrize(
    ("number", "exit_code"),
    some(
        [(signal.SIGTERM, 143), (getattr(signal, "SIGHUP", 1), 129), (signal.SIGINT, 130)],
        [(signal.SIGTERM, 143)],
        slow=[],
    ),
)
@pytest.mark.usefixtures("interruptible")
def test_stopping_the_command_stops_what_it_started(
    number: int, exit_code: int, book: Path, stand_in: Callable[..., Path]
) -> None:
    survivor, folder = book.parent / "survivor", book.parent / "temporary"
    folder.mkdir()
    stand_in(version("25.2.3.2") + f'; (while true; do touch "{survivor}"; sleep 0.1; done) & sleep 60')
    command = [sys.executable, "-m", "addin", "recalc", str(book)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(folder)}, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not survivor.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == exit_code
    assert list(folder.iterdir()) == []
    survivor.unlink()
    time.sleep(1)
    assert not survivor.exists()


@needs_posix
@pytest.mark.parametrize(("number", "ends"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
@pytest.mark.usefixtures("interruptible")
def test_a_signal_in_the_midst_of_a_start_stops_what_was_started(
    number: int, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def interrupted(*command: Any, **options: Any) -> Any:
        started.append(start(*command, **options))
        signal.raise_signal(number)
        return started[0]

    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", interrupted)
    before = {each: signal.getsignal(each) for each in ENDING}
    try:
        for each in ENDING:
            signal.signal(each, signal.SIG_DFL)
        end_in_order()
        with pytest.raises(ends):
            office.run_program(["sleep", "60"], 30)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert started[0].poll() is not None


# --- the extension's file, and putting it into LibreOffice ------------------------------------------------------


def test_the_extension_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("addin", "libreoffice")
    assert done.exit_code == 0 and "Wrote ft-roi.oxt" in done.stdout
    with zipfile.ZipFile("ft-roi.oxt") as package:
        assert json.loads(package.read("settings.json"))["interpreter"] == sys.executable
    first = Path("ft-roi.oxt").read_bytes()
    assert run("addin", "libreoffice").exit_code == 5
    assert run("addin", "libreoffice", "--force", "--json").exit_code == 0
    assert Path("ft-roi.oxt").read_bytes() == first
    assert "ends in .oxt" in run("addin", "libreoffice", "-o", "ft-roi.zip").output
    assert "does not exist" in run("addin", "libreoffice", "-o", "none/ft-roi.oxt").output
    assert run("addin", "libreoffice", "--remove", "--install").exit_code == 2


@needs_posix
def test_unopkg_adds_and_removes_it(tmp_path: Path, stand_in: Callable[..., Path], monkeypatch: Any) -> None:
    said = tmp_path / "said"
    stand_in(version("25.2.3.2"))
    stand_in(f'echo "$@" >>"{said}"; [ "$1" = list ] && cat "{tmp_path}/list"; exit 0', "unopkg")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    done = run("addin", "libreoffice", "--install")
    assert done.exit_code == 2 and "no extension for root" in done.output and not said.exists()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "Restart LibreOffice" in run("addin", "libreoffice", "--install").stdout
    assert said.read_text().startswith("add --force --suppress-license /")
    (tmp_path / "list").write_text("none\n")
    done = run("addin", "libreoffice", "--remove")
    assert done.exit_code == 2 and "not installed" in done.output
    (tmp_path / "list").write_text("Identifier: org.ftroi.libreoffice\n")
    assert run("addin", "libreoffice", "--remove").exit_code == 0
    assert said.read_text().endswith("remove org.ftroi.libreoffice\n")
    stand_in('echo "ERROR: the user installation is locked, as if LibreOffice is running"; exit 1', "unopkg")
    done = run("addin", "libreoffice", "--install")
    assert done.exit_code == 1 and "Close LibreOffice and run this again" in done.output
