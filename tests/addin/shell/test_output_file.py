"""Files that are written: whole or not at all, over nothing that appeared meanwhile, and nothing left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.shell import output_file
from addin.shell.failures import UnusablePath, WouldOverwrite
from addin.shell.output_file import write_file

ROOT = Path(__file__).parents[3]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and file modes")


@pytest.fixture(params=["a file system with links", "a file system without links"])
def any_file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if "without" in request.param:
        monkeypatch.setattr(output_file.os, "link", refuse)


@pytest.mark.usefixtures("any_file_system")
def test_without_force_a_new_file_is_written_and_an_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    write_file(path, b"whole", force=False)
    assert path.read_bytes() == b"whole"
    with pytest.raises(WouldOverwrite, match=r"new.xlsx exists. Overwrite it with --force, or write elsewhere with -o"):
        write_file(path, b"another", force=False)
    assert path.read_bytes() == b"whole"
    write_file(path, b"another", force=True)
    assert path.read_bytes() == b"another"
    assert [each.name for each in tmp_path.iterdir()] == ["new.xlsx"]


@pytest.mark.usefixtures("any_file_system")
def test_a_write_that_fails_leaves_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output_file.os, "fsync", full)
    monkeypatch.setattr(output_file.os, "replace", full)
    with pytest.raises(UnusablePath, match="No space left"):
        write_file(tmp_path / "new.xlsx", b"whole", force=False)
    monkeypatch.setattr(output_file.os, "fsync", lambda _: None)
    if output_file.os.link.__name__ == "refuse":
        with pytest.raises(UnusablePath, match="No space left"):
            write_file(tmp_path / "new.xlsx", b"whole", force=False)
    assert not list(tmp_path.iterdir())


def test_a_file_that_appears_while_the_workbook_is_built_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "template.xlsx"

    def build(*_: object, **__: object) -> bytes:
        path.write_bytes(b"somebody else's")
        return b"a workbook"

    monkeypatch.setattr("templates.workbook.build_template", build)
    result = CliRunner().invoke(ft_roi, ["template", "-o", str(path)])
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == f"Error: {path} exists. Overwrite it with --force, or write elsewhere with -o.\n"
    assert path.read_bytes() == b"somebody else's"
    assert CliRunner().invoke(ft_roi, ["template", "-o", str(path), "--force"]).exit_code == 0
    assert path.read_bytes() == b"a workbook"


@needs_posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_the_temporary_file_has_the_mode_of_the_old_one_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    path = tmp_path / "private.xlsx"
    path.write_bytes(b"old")
    path.chmod(mode)
    seen: list[int] = []
    real = os.open

    def watched(name: str, flags: int, mode: int = 0o777) -> int:
        handle = real(name, flags, mode)
        seen.append(os.fstat(handle).st_mode & 0o777)
        return handle

    monkeypatch.setattr(output_file.os, "open", watched)
    write_file(path, b"new", force=True)
    assert seen[0] & ~mode == 0, "readable by more people than the old file, if only for a moment"
    assert path.stat().st_mode & 0o777 == mode


KILLED = """
import os, signal, sys
from pathlib import Path
from addin.shell import output_file
output_file.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
output_file.write_file(Path(sys.argv[1]), b"half", force=True)
"""


@needs_posix
def test_what_a_killed_run_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "new.xlsx")]
    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.suffix == ".tmp"
    mine = left.with_name(left.name.replace(left.name.split("-")[3], str(os.getpid())))
    elsewhere = left.with_name(left.name.replace(left.name.split("-")[2], "00000000"))
    old = elsewhere.with_name(elsewhere.name.replace(".tmp", "").rpartition("-")[0] + "-0000abcd.tmp")
    for path in (mine, elsewhere, old, tmp_path / ".ft-roi-notes.tmp"):
        path.write_bytes(b"in use")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    write_file(tmp_path / "next.xlsx", b"whole", force=False)
    assert {each.name for each in tmp_path.iterdir()} == {
        "next.xlsx",
        mine.name,
        elsewhere.name,
        ".ft-roi-notes.tmp",
    }
