"""Requests to end, and a sudden end: what was begun is taken back, and no process stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from roi_engine import REFERENCE
from tests.builds import build_workbook
from tests.slow_cases import some

ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes as Linux shows them"),
    pytest.mark.usefixtures("interruptible"),
]

WAITING_WHILE_WRITING = """
import signal, sys, time, types
signal.signal(signal.SIGINT, signal.default_int_handler)
from addin.shell import output_file
sys.modules["templates.workbook"] = types.SimpleNamespace(build_template=lambda *_, **__: b"a workbook")
def wait(_):
    print("writing", flush=True)
    time.sleep(60)
output_file.os.fsync = wait
from addin.command_line import main
main()
"""
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from addin.command_line import main
main()
"""


def started(program: str, *words: object, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *map(str, words)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=environment, **streams)  # type: ignore[call-overload,no-any-return]


ENDINGS = [(signal.SIGTERM, 143, b""), (signal.SIGHUP, 129, b""), (signal.SIGINT, 130, b"Interrupted.")]


@pytest.mark.parametrize("number, exit_code, words", ENDINGS)
def test_ended_while_writing(tmp_path: Path, number: int, exit_code: int, words: bytes) -> None:
    running = started(WAITING_WHILE_WRITING, "template", folder=tmp_path)
    assert running.stdout and running.stdout.readline() == b"writing\n"
    assert any(path.suffix == ".tmp" for path in tmp_path.iterdir())
    running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    assert (running.returncode, output, errors.strip()) == (exit_code, b"", words)
    assert not list(tmp_path.iterdir())


@pytest.mark.full(seconds=3)
def test_under_nohup_a_closed_terminal_is_no_request(tmp_path: Path) -> None:
    ignoring = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{WAITING_WHILE_WRITING}"
    running = started(ignoring.replace("sleep(60)", "sleep(1)"), "template", "-q", folder=tmp_path)
    assert running.stdout and running.stdout.readline() == b"writing\n"
    running.send_signal(signal.SIGHUP)
    running.communicate(timeout=30)
    assert running.returncode == 0
    assert (tmp_path / "template.xlsx").read_bytes() == b"a workbook"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of as many workbooks as are read by several processes for a while."""
    folder = tmp_path_factory.mktemp("collected") / "answers"
    folder.mkdir()
    (folder / "0.xlsx").write_bytes(build_workbook(REFERENCE, edition="native"))
    for number in range(1, 120):
        shutil.copy(folder / "0.xlsx", folder / f"{number}.xlsx")
    return folder


def workers_of(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in children.read_text().split()] if children.is_file() else []


def is_there(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked about does not."""
    status = Path(f"/proc/{process}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: there are no workers")
@pytest.mark.parametrize(
    "number, exit_code, words",
    some([*ENDINGS, (signal.SIGKILL, -9, b"")], [ENDINGS[0]], slow=[]),
)
def test_a_collect_that_ends_leaves_no_workers(answers: Path, number: int, exit_code: int, words: bytes) -> None:
    running = started(COMMAND, "collect", "answers", folder=answers.parent)
    deadline = time.monotonic() + 60
    while len(workers := workers_of(running.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(workers) >= 2
    time.sleep(0.5)
    running.send_signal(number)
    running.wait(timeout=30)
    deadline = time.monotonic() + 20
    while any(map(is_there, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [each for each in workers if is_there(each)] == []
    output, errors = running.communicate(timeout=30)
    assert (running.returncode, output, errors.strip()) == (exit_code, b"", words)
    assert [path.name for path in answers.parent.iterdir()] == ["answers"]
