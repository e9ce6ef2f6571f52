"""The add-in put into Excel's start folder, looked at and taken away: on a Windows that is a folder of the test.

Only what asks for the platform is told that it is Windows. The interpreter is a real Python under a Windows name, the
mark of the web a file where Windows has a stream of that name.
"""

from __future__ import annotations

import json
import os
import random
import stat
import sys
import tempfile
import types
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import xlwings
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.excel import doctor, installed, office_bits, package
from addin.excel.xlwings_modules import xlwings_version
from addin.shell import output_file
from addin.shell.failures import UnusablePath
from roi_engine import __version__

NOBODY = 65534
FOREIGN = Path(xlwings.__file__).parent / "quickstart_addin.xlam"
"""A valid add-in of somebody else: the one that xlwings makes projects from."""
OLD_XLWINGS = "0.30.1"


@pytest.fixture(scope="module")
def content() -> bytes:
    return package.build_addin("python")


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer with Windows, Excel and Python; returns Excel's start folder."""
    python = tmp_path / "Program Files" / "Python312" / "python.exe"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for bits in (32, 64):
        (python.parent / f"xlwings{bits}-{xlwings_version()}.dll").touch()
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    monkeypatch.setattr("addin.libreoffice.doctor.findings", lambda: [])
    folder = tmp_path / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
    folder.mkdir(parents=True)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(ft_roi, ["addin", *words])


def findings() -> dict[str, tuple[str, str, str]]:
    """What the doctor says: state, finding and cure of each thing."""
    done = run("doctor", "--json")
    found = {each["what"]: (each["state"], each["found"], each["cure"]) for each in json.loads(done.stdout)}
    assert done.exit_code == (4 if "wrong" in {state for state, *_ in found.values()} else 0)
    return found


def wrong() -> dict[str, tuple[str, str]]:
    """What is wrong, and its cure."""
    return {what: (found, cure) for what, (state, found, cure) in findings().items() if state == "wrong"}


# --- the three commands --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_install_doctor_remove(windows: Path) -> None:
    path = windows / package.FILE_NAME
    assert findings()["The add-in"] == ("note", f"not installed: no {path.name} in {windows}", doctor.INSTALL)

    done = run("install")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"Installed {path}.\nStart Excel again, then try =FT_VERSION() in a cell.\n"
    assert package.read_settings(path)[package.INTERPRETER] == sys.executable
    assert [each.name for each in windows.iterdir()] == [path.name]

    found = findings()
    assert {what: state for what, (state, *_) in found.items()} == {
        **dict.fromkeys(["The add-in", "xlwings", "ft-roi", "Its Python", "Its library", "Its origin"], "ok"),
        "Macros": "note",
    }
    assert found["Its Python"][1] == f"{sys.executable}, 64 bits, xlwings {xlwings_version()}, ft-roi {__version__}"
    printed = run("doctor").stdout.splitlines()
    assert printed[0].split(maxsplit=3) == ["ok", "The", "add-in", str(path)]

    done = run("remove")
    assert (done.exit_code, done.stdout) == (0, f"Removed {path}. Start Excel again.\n")
    assert list(windows.iterdir()) == []
    done = run("remove")
    assert done.exit_code == 2
    assert f"{path} does not exist" in done.stderr


def test_install_makes_the_start_folder_and_tells_in_json(windows: Path) -> None:
    windows.rmdir()
    assert json.loads(run("install", "--json").stdout) == {
        "installed": True,
        "file": str(windows / package.FILE_NAME),
    }
    assert json.loads(run("remove", "--json").stdout)["removed"]


def test_without_appdata_nothing_is_installed_and_the_file_is_written(
    windows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPDATA")
    monkeypatch.chdir(tmp_path)
    done = run("install")
    assert done.exit_code == 0
    assert "APPDATA is not set. Wrote ft-roi.xlam" in done.stdout
    assert findings()["Excel"][2] == "ft-roi addin build"


# --- what stands there already -------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_add_in_for_another_xlwings_is_recognised_and_rebuilt(windows: Path, content: bytes) -> None:
    path = windows / package.FILE_NAME
    with zipfile.ZipFile(BytesIO(content)) as archive:
        project = archive.read("xl/vbaProject.bin")
    rows = {**package.settings(sys.executable), package.BUILT_FOR: OLD_XLWINGS, package.BUILT_BY: "0.0.1"}
    path.write_bytes(package.addin_package(rows, project))
    told = wrong()
    assert told["xlwings"] == (f"the add-in was built for {OLD_XLWINGS}, here is {xlwings_version()}", doctor.INSTALL)
    assert told["ft-roi"] == (f"the add-in was built for 0.0.1, here is {__version__}", doctor.INSTALL)
    assert told["Its xlwings"] == (f"{xlwings_version()}, the add-in needs {OLD_XLWINGS}", doctor.INSTALL)
    assert f"xlwings64-{OLD_XLWINGS}.dll" in told["Its library"][0]
    assert run("install").exit_code == 0
    assert package.read_settings(path)[package.BUILT_FOR] == xlwings_version()
    assert wrong() == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad", "reason"),
    [(FOREIGN.read_bytes(), "it is an add-in of somebody else"), (b"not a package", "it is damaged")],
    ids=["another's", "damaged"],
)
def test_a_foreign_or_damaged_file_is_replaced_only_when_told_to(windows: Path, bad: bytes, reason: str) -> None:
    path = windows / package.FILE_NAME
    path.write_bytes(bad)
    assert wrong() == {"The add-in": (f"{path}: {reason}", doctor.REPLACE)}
    for command in ("install", "remove"):
        done = run(command)
        assert done.exit_code == 2
        assert f"{path} is not ours to change: {reason}." in done.stderr
        assert f"ft-roi addin {command} --force" in done.stderr
        assert path.read_bytes() == bad
        assert [each.name for each in windows.iterdir()] == [path.name]
    assert run(*doctor.REPLACE.split()[2:]).exit_code == 0
    assert wrong() == {}
    path.write_bytes(bad)
    assert run("remove", "--force").exit_code == 0
    assert not path.exists()


def test_no_damage_passes_unseen_or_ends_in_an_exception_of_its_own(tmp_path: Path, content: bytes) -> None:
    chance, path = random.Random(7), tmp_path / package.FILE_NAME
    whole = package.settings("python")
    for number in range(150):
        damaged = bytearray(content)
        if number % 3 == 0:
            damaged = damaged[: chance.randrange(len(content))]
        else:
            for _ in range(1 + number % 40):
                damaged[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            assert package.read_settings(path) == whole  # a byte that no reader looks at
        except package.NotOurAddin as reason:
            assert str(reason).startswith("it is ")


# --- what keeps the file from being written ------------------------------------------------------------------


def test_excel_has_the_add_in_open(windows: Path, content: bytes) -> None:
    path = windows / package.FILE_NAME
    path.write_bytes(content)
    lock = windows / f"~${path.name}"
    lock.touch()
    assert findings()["Excel"][:2] == (
        "note",
        "has the add-in open: close it before you install or remove the add-in",
    )
    for words in (["install"], ["install", "--force"], ["remove"], ["remove", "--force"]):
        done = run(*words)
        assert done.exit_code == 2
        assert f"{path} is open in Excel. Close Excel and run again. If no Excel runs, delete {lock}" in done.stderr
    assert path.read_bytes() == content
    lock.unlink()
    assert run("install").exit_code == 0


def test_windows_keeps_an_open_file_from_being_replaced(
    windows: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows refuses it where Excel left no file beside it: an error that os.replace is made to raise here."""
    path = windows / package.FILE_NAME
    path.write_bytes(content)

    def replace(source: Path, target: Path) -> None:
        error = PermissionError(13, "Permission denied")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(output_file.os, "replace", replace)
    done = run("install")
    assert done.exit_code == 2
    assert f"{path} is open in Excel." in done.stderr
    assert path.read_bytes() == content
    assert [each.name for each in windows.iterdir()] == [path.name]


def test_a_file_in_the_place_of_the_start_folder(windows: Path) -> None:
    windows.rmdir()
    windows.write_text("a file")
    done = run("install")
    assert done.exit_code == 2
    assert "ft-roi addin build" in done.stderr
    assert windows.read_text() == "a file"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that the user of `as_nobody` can read and not write; pytest's own folders he could not even enter."""
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "XLSTART"
        start.mkdir()
        os.chmod(folder, 0o755)
        start.chmod(0o555)
        yield start
        start.chmod(0o755)


def as_nobody(work: Callable[[], None]) -> str:
    """What a failure says in a process that is not root's: root may write anywhere."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            work()
            said = "done"
        except UnusablePath as failure:
            said = failure.message
        except BaseException as error:
            said = repr(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader, encoding="utf-8") as told:
        return told.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a folder is read-only to another user, in a process of his")
def test_a_read_only_start_folder(read_only: Path, content: bytes) -> None:
    path = read_only / package.FILE_NAME
    said = as_nobody(lambda: installed.install_addin(content, read_only) and None)
    assert said.startswith(f"{path} cannot be written: Permission denied.")
    assert "ft-roi addin build -o ft-roi.xlam" in said
    assert list(read_only.iterdir()) == []

    read_only.chmod(0o755)
    path.write_bytes(content)
    read_only.chmod(0o555)
    said = as_nobody(lambda: installed.install_addin(content + b"newer", read_only) and None)
    assert said.startswith(f"{path} cannot be written: Permission denied.")
    said = as_nobody(lambda: installed.remove_addin(read_only) and None)
    assert said == f"{path} cannot be removed: Permission denied. Close Excel and run again."
    assert path.read_bytes() == content
    assert [each.name for each in read_only.iterdir()] == [path.name]
    assert stat.S_IMODE(read_only.stat().st_mode) == 0o555


# --- its Python, its library, its origin ---------------------------------------------------------------------


def install_for(python: str, folder: Path) -> None:
    (folder / package.FILE_NAME).write_bytes(package.build_addin(python))


@pytest.mark.slow
def test_a_python_that_is_not_there(windows: Path, tmp_path: Path) -> None:
    install_for(str(tmp_path / "Python311" / "python.exe"), windows)
    found, cure = wrong()["Its Python"]
    assert "does not start" in found
    assert cure == doctor.INSTALL
    run("install")
    assert wrong() == {}


def test_a_python_without_ft_roi(windows: Path, tmp_path: Path) -> None:
    other = tmp_path / "bare" / "python.exe"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\ncd /\nexec "{getattr(sys, "_base_executable", "python3")}" -I -S "$@"\n')
    other.chmod(0o755)
    install_for(str(other), windows)
    found, cure = wrong()["Its Python"]
    assert found == f"{other} cannot import addin.excel.calls: ModuleNotFoundError: No module named 'addin'"
    assert cure == doctor.INSTALL


@pytest.mark.slow
def test_the_doctor_runs_nothing_that_lies_in_the_current_folder(
    windows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("install")
    planted = tmp_path / "planted"
    planted.mkdir()
    for name in ("struct", "xlwings", "roi_engine"):
        (planted / f"{name}.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(planted)
    doctor.run_interpreter([sys.executable, "-c", "import xlwings"])
    assert (planted / "ran").exists(), "without the option it is run"
    (planted / "ran").unlink()
    assert findings()["Its Python"][0] == "ok" and not (planted / "ran").exists()


def test_this_python_without_xlwings_windows_side(windows: Path) -> None:
    install_for(sys.executable, windows)
    failing = doctor.findings("win32", run=lambda command: (1, "ImportError: DLL load failed"), bits=lambda: 64)
    (found,) = [each for each in failing if each.state == "wrong"]
    assert found.found.endswith("cannot import addin.excel.calls: ImportError: DLL load failed")
    assert found.cure == f'& "{sys.executable}" -m pip install --force-reinstall xlwings pywin32'


@pytest.mark.parametrize(
    ("office", "there", "missing"),
    [(64, [64], []), (32, [64], [32]), (32, [32], []), (None, [64], [32]), (None, [], [64, 32]), (None, [32, 64], [])],
)
def test_the_library_for_the_office_that_is_here(
    windows: Path, office: int | None, there: list[int], missing: list[int]
) -> None:
    beside = Path(sys.executable).parent
    for bits in (32, 64):
        library = beside / f"xlwings{bits}-{xlwings_version()}.dll"
        library.unlink()
        if bits in there:
            (beside.parent / library.name).touch()  # a virtual environment has it in the folder above
    install_for(sys.executable, windows)
    good = (0, f"64 {xlwings_version()} {__version__}")
    told = doctor.findings("win32", run=lambda command: good, bits=lambda: office)
    (library,) = [each for each in told if each.what == "Its library"]
    assert library.state == ("wrong" if missing else "ok")
    named = [bits for bits in (64, 32) if f"xlwings{bits}-{xlwings_version()}.dll" in library.found]
    assert named == (missing or ([office] if office else [64, 32]))
    reinstall = f'& "{sys.executable}" -m pip install --no-deps --force-reinstall "xlwings=={xlwings_version()}"'
    assert library.cure == (reinstall if missing else "")


def test_a_python_from_the_path(windows: Path) -> None:
    install_for("python", windows)
    good = (0, f"64 {xlwings_version()} {__version__}")
    told = {each.what: each for each in doctor.findings("win32", run=lambda command: good, bits=lambda: 32)}
    assert told["Its library"].state == "note"
    assert told["Its library"].found == f"xlwings32-{xlwings_version()}.dll is looked for on the PATH"


@pytest.mark.parametrize(
    ("values", "bits"),
    [
        ({("ClickToRun", "Platform"): "x86"}, 32),
        ({("Outlook", "Bitness"): "x64"}, 64),
        ({("ClickToRun", "Platform"): "arm64"}, None),
        ({}, None),
    ],
)
def test_the_bits_of_office_stand_in_the_registry(
    monkeypatch: pytest.MonkeyPatch, values: dict[tuple[str, str], str], bits: int | None
) -> None:
    """A stand-in for the module winreg, which has the values in the 32-bit view alone."""

    class Key:
        def __init__(self, root: str, key: str, reserved: int, access: int) -> None:
            self.values = {name: value for (part, name), value in values.items() if part in key}
            if not self.values or not access & 0x0200:
                raise FileNotFoundError(2, "no such key")

        def __enter__(self) -> Key:
            return self

        def __exit__(self, *exception: object) -> None: ...

    registry = types.SimpleNamespace(
        KEY_READ=0x20019, KEY_WOW64_64KEY=0x0100, KEY_WOW64_32KEY=0x0200, HKEY_LOCAL_MACHINE="HKLM",
        OpenKey=Key, QueryValueEx=lambda key, name: (key.values[name], 1),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "winreg", registry)
    assert office_bits.office_bits() == bits


def test_here_no_registry_says_it() -> None:
    assert office_bits.office_bits() is None


@pytest.mark.full(seconds=3)
def test_the_mark_of_the_web(windows: Path) -> None:
    install_for(sys.executable, windows)
    path = windows / package.FILE_NAME
    mark = Path(f"{path}:Zone.Identifier")
    mark.write_text("[ZoneTransfer]\nZoneId=3\n")
    assert wrong()["Its origin"] == (
        "Windows marks the file as from the internet: Excel blocks it",
        f'Unblock-File "{path}"',
    )
    mark.write_text("[ZoneTransfer]\nZoneId=0\n")
    assert "Its origin" not in wrong()


def test_a_cure_is_a_command(windows: Path) -> None:
    """Of ours with words that it takes, or of PowerShell."""
    for cure in (doctor.INSTALL, doctor.REPLACE, "ft-roi addin build"):
        program, *words = cure.split()
        assert program == "ft-roi"
        assert CliRunner().invoke(ft_roi, [*words, "--help"]).exit_code == 0
