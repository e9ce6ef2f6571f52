"""ft-roi batch --dask: what a cluster calculates is what one machine does, or a sentence says why not."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from distributed import Client, KilledWorker, LocalCluster
from pyarrow import parquet

from addin.shell.failures import UnusableCluster
from addin.tables import cluster
from roi_engine import __version__
from tests.batch_runs import run

ROOT = Path(__file__).parents[3]
BASE = str(ROOT / "templates" / "samples" / "reference.toml")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plans(folder: Path, rows: int = 600, bad: bool = True, group: int = 70) -> None:
    hours = [-1.0 if bad and each % 250 == 0 else each % 90 + 0.5 for each in range(rows)]
    parquet.write_table(pa.table({"hours": hours}), folder / "plans.parquet", row_group_size=group)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def parts(folder: Path, number: int) -> dict[str, bytes]:
    """The same parts, calculated one after the other on this machine."""
    for part in range(1, number + 1):
        run("plans.parquet", BASE, "-o", "alone", "--part", f"{part}/{number}", "-q")
    return contents(folder / "alone")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The scheduler of a cluster of two workers within this process."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_a_cluster_writes_what_one_machine_writes_and_tells_the_same(folder: Path, address: str) -> None:
    plans(folder)
    alone = run("plans.parquet", BASE, "-o", "whole.parquet")
    done = run("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "4")
    assert (alone.exit_code, done.exit_code) == (4, 4), done.stderr
    assert done.stdout == "600 rows, 597 of them calculated: out\n"
    assert done.stderr == alone.stderr.replace("whole.rejected.csv", "out/part-*.rejected.csv")
    assert contents(folder / "out") == parts(folder, 4)
    again = run("plans.parquet", BASE, "-o", "out", "--dask", address)
    assert again.exit_code == 5
    assert again.stderr == (
        "Error: out/part-00001.parquet exists. Overwrite it with --force, or write elsewhere with -o.\n"
    )
    (folder / "out" / "mine.txt").write_text("stays")
    fewer = run("plans.parquet", BASE, "-o", "out", "--dask", address, "--force", "--json")
    assert fewer.exit_code == 4
    assert json.loads(fewer.stdout) == {
        "file": "out", "rows": 600, "calculated": 597, "rejected": 3, "rejected_file": "out/part-*.rejected.csv",
    }  # fmt: skip
    assert list(contents(folder / "out")) == ["mine.txt", "part-00001.parquet", "part-00001.rejected.csv"]


def test_strict_writes_nothing_where_a_row_of_any_part_is_bad(folder: Path, address: str) -> None:
    plans(folder)
    done = run("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "4", "--strict")
    assert done.exit_code == 3
    assert done.stderr.startswith(
        "Error: 3 rows of 600 could not be calculated, and nothing was written.\nrow 2, hours"
    )
    assert list(contents(folder)) == ["plans.parquet"]
    plans(folder, bad=False)
    done = run("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "4", "--strict")
    assert (done.exit_code, done.stdout) == (0, "600 rows: out\n")


def test_what_no_worker_can_cure_is_told_once(folder: Path, address: str) -> None:
    plans(folder)
    done = run("plans.parquet", "-o", "out", "--dask", address, "--parts", "4")
    assert done.exit_code == 3
    assert done.stderr.count("gpu_hourly_rate: Missing.") == 1
    content = bytearray((folder / "plans.parquet").read_bytes())
    content[4:600] = b"\xff" * 596
    (folder / "plans.parquet").write_bytes(content)
    done = run("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "4")
    assert done.exit_code == 3
    assert "plans.parquet is damaged:" in done.stderr
    assert not (folder / "out").exists()


def test_workers_that_see_other_files_are_told(folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plans(folder)
    with monkeypatch.context() as patched:
        patched.setattr(cluster, "unseen", lambda job: f"cannot read {job.source}.")
        done = run("plans.parquet", BASE, "-o", "out", "--dask", address)
    assert done.exit_code == 2
    assert re.match(rf"Error: The worker tcp://\S+ cannot read {folder}/plans.parquet.$", done.stderr)
    assert list(contents(folder)) == ["plans.parquet"]
    lacking = cluster.Job("no.parquet", "", "out/stage", None, {}, (), 1)
    told = "cannot read no.parquet (No such file or directory). Name a file that every worker sees under that path."
    assert cluster.unseen(lacking) == told
    mark = cluster._mark("plans.parquet")
    seen = cluster.Job("plans.parquet", mark, str(folder / "out" / "stage"), None, {}, (), 1)
    assert cluster.unseen(seen) == (
        f"cannot write into {folder / 'out'} (No such file or directory). Name a folder that all machines share: -o."
    )
    plans(folder, rows=601)
    assert cluster.unseen(seen) == "has another file under plans.parquet. Name one that is the same for all."
    late = cluster.calculated_part(seen, 3)
    assert late.refusal[0].startswith("Part 3: a worker on ")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"w": ModuleNotFoundError("x")}, 'has no ft-roi. Install version 1 there: pip install "ft-roi[dask]"'),
        ({"v": "1", "w": "0"}, "has ft-roi 0, and this machine 1. Install the same on both: the parts are one table."),
        ({"w": ImportError("no numpy")}, "has no ft-roi that can be loaded (no numpy)."),
    ],
)  # fmt: skip
def test_a_worker_of_another_version_is_told(found: dict[str, Any], told: str) -> None:
    cluster._check_same("ft-roi", "1", {"w": "1"})
    with pytest.raises(UnusableCluster, match=re.escape(f"The worker w {told}")):
        cluster._check_same("ft-roi", "1", found)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("foo://x:1", "foo://x:1 is no address of a scheduler: unknown address scheme 'foo'"),
        ("localhost", "missing port number in address 'localhost'. Write --dask tcp://HOST:8786."),
        ("tcp://127.0.0.1:1", "No scheduler of a dask cluster answers at tcp://127.0.0.1:1: "),
    ],
)  # fmt: skip
def test_an_address_where_no_scheduler_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str, told: str
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    plans(folder, 10)
    done = run("plans.parquet", BASE, "-o", "out", "--dask", address)
    assert done.exit_code == 2
    assert told in done.stderr
    assert list(contents(folder)) == ["plans.parquet"]


def test_options_that_do_not_go_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans(folder, 10)
    (folder / "plans.csv").write_text("hours\n24\n")
    for arguments, told in {
        ("plans.parquet", "--dask", "x", "--part", "1/2"): "--dask has all parts calculated. Leave --part out.",
        ("plans.parquet", "--parts", "2"): "--parts says how many parts --dask makes.",
        ("plans.csv", "--dask", "x"): "--dask takes shares of the row groups of a .parquet file.",
        ("plans.parquet", "--dask", "x", "--parts", "0"): "0 is below 1. Type a whole number from 1 to 99,999.",
    }.items():
        done = run(arguments[0], BASE, "-o", "out", *arguments[1:])
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
    (folder / "file.parquet").write_text("")
    done = run("plans.parquet", BASE, "-o", "file.parquet", "--dask", "x")
    assert "file.parquet is not a folder. Name a folder for the parts: -o file" in done.stderr
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("plans.parquet", BASE, "-o", "out", "--dask", "tcp://127.0.0.1:1")
    assert done.exit_code == 2
    assert '--dask needs dask.distributed. Install it with pip install "ft-roi[dask]".' in done.stderr


def test_a_cluster_that_is_lost_or_has_nobody_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(timeout: float) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(cluster, "LOOK", 0.01)
    for status, workers, told in [("connecting", {"w": 1}, "was lost on the way"), ("running", {}, "no worker left")]:
        client = SimpleNamespace(status=status, nthreads=lambda workers=workers: workers)
        with pytest.raises(UnusableCluster, match=told):
            cluster._next(queue.SimpleQueue(), client, "tcp://x:1")
        with pytest.raises(UnusableCluster, match=told):  # done, and lost before it told
            cluster._result(SimpleNamespace(result=never), client, "tcp://x:1")


def test_a_worker_that_came_later_is_asked_before_it_calculates(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans(folder)
    monkeypatch.setattr(cluster, "_check_workers", lambda *_: None)
    part = cluster._on_worker
    for versions, told in [
        ({"ft-roi": "roi_engine._version:__version__", "numpy": "no_such_module:x"}, "has no numpy. Install version 7"),
        ({"ft-roi": "platform:node"}, "has ft-roi <"),
    ]:
        with monkeypatch.context() as patched:
            here = {"no_such_module:x": "7", "platform:node": "7"}
            patched.setattr(cluster, "resolve_name", lambda where, here=here: here.get(where, __version__))
            patched.setattr(cluster, "_VERSIONS", versions)
            assert told in part(cluster.Job("", "", "", None, {}, (), 1))(1)
            done = run("plans.parquet", BASE, "-o", "out", "--dask", address)
            assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
    assert list(contents(folder)) == ["plans.parquet"]


def test_a_part_that_ends_its_workers_is_given_up() -> None:
    def result(timeout: float) -> bytes:
        raise KilledWorker("ft-roi-part-0", SimpleNamespace(address="w"), 3)

    future = SimpleNamespace(key="ft-roi-part-0", result=result)
    future.add_done_callback = lambda told: told(future)
    client = SimpleNamespace(map=lambda *_, **__: [future], cancel=lambda _: None)
    with pytest.raises(UnusableCluster, match="Part 1 was given up: one worker after the other ended"):
        list(cluster._done(client, "tcp://x:1", cluster.Job("", "", "", None, {}, (), 1)))


# --- processes ----------------------------------------------------------------------------------------------------

STARTED = """
import sys
{before}
from distributed.cli.{program} import main
main()
"""
WITHOUT = "sys.modules['roi_engine'] = sys.modules['addin'] = None"
OF_OLD = "import roi_engine._version; roi_engine._version.__version__ = '0.0.1'"


@pytest.fixture
def started() -> Iterator[Any]:
    """Starts a scheduler or a worker in a process of its own; all end with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str, before: str = "") -> subprocess.Popen[bytes]:
        code = STARTED.format(program=program, before=before)
        command = [sys.executable, "-c", code, "--no-dashboard", *arguments]
        running.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return running[-1]

    yield start
    for each in running:
        each.kill()
        each.wait()


def scheduler(started: Any, before: str = "") -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started.scheduler = started("dask_scheduler", "--host", f"tcp://127.0.0.1:{port}", before=before)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return f"tcp://127.0.0.1:{port}"
        time.sleep(0.1)
    raise TimeoutError


def worker(started: Any, address: str, before: str = "") -> subprocess.Popen[bytes]:
    return started("dask_worker", address, "--nthreads", "1", "--no-nanny", before=before)


def wait_for_workers(address: str, number: int) -> None:
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=60)


def begin(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "addin", "batch", *arguments]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True)


def wait_for_parts(folder: Path, number: int, running: subprocess.Popen[str]) -> None:
    """Waits until some parts are done and are waiting for the others."""
    waiting = f"out/.ft-roi-*-{running.pid}-*.tmp/part-*.parquet"
    while running.poll() is None and len(list(folder.glob(waiting))) < number:
        time.sleep(0.002)
    assert running.poll() is None, running.stderr and running.stderr.read()


@pytest.mark.full(seconds=30)
def test_workers_need_the_same_ft_roi_and_a_scheduler_needs_none(folder: Path, started: Any) -> None:
    plans(folder)
    address = scheduler(started, WITHOUT)
    arguments = ("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "4")
    done = run(*arguments)
    assert (done.exit_code, f"Start one with: dask worker {address}" in done.stderr) == (2, True), done.stderr
    for before, told in [(WITHOUT, "has no ft-roi."), (OF_OLD, f"has ft-roi 0.0.1, and this machine {__version__}.")]:
        wrong = worker(started, address, before)
        wait_for_workers(address, 1)
        done = run(*arguments)
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
        wrong.terminate()
        wrong.wait()
    worker(started, address)
    wait_for_workers(address, 1)
    done = run(*arguments)
    assert done.exit_code == 4, done.stderr
    assert contents(folder / "out") == parts(folder, 4)


@pytest.mark.full(seconds=60)
def test_a_worker_that_is_killed_half_way_changes_no_bit(folder: Path, started: Any) -> None:
    plans(folder, 2_000_000, bad=True, group=25_000)
    address = scheduler(started)
    workers = [worker(started, address) for _ in range(2)]
    wait_for_workers(address, 2)
    running = begin("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "20", "-q")
    wait_for_parts(folder, 5, running)
    workers[0].send_signal(signal.SIGKILL)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 4, told
    assert contents(folder / "out") == parts(folder, 20)


@pytest.mark.full(seconds=60)
@pytest.mark.usefixtures("interruptible")
def test_a_run_that_is_killed_leaves_no_part_and_can_be_run_again(folder: Path, started: Any) -> None:
    plans(folder, 1_000_000, bad=False, group=25_000)
    address = scheduler(started)
    worker(started, address)
    wait_for_workers(address, 1)
    arguments = ("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "40", "-q")
    for sign, code in [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)]:
        running = begin(*arguments)
        wait_for_parts(folder, 5, running)
        running.send_signal(sign)
        _, told = running.communicate(timeout=60)
        assert running.returncode == code, told
        left = list(contents(folder / "out")) if sign != signal.SIGKILL and (folder / "out").exists() else []
        assert left == []
        assert not list(folder.glob("out/part-*"))
    done = run(*arguments)
    assert done.exit_code == 0, done.stderr
    assert contents(folder / "out") == parts(folder, 40)


@pytest.mark.full(seconds=60)
def test_a_cluster_that_ends_half_way_is_told(folder: Path, started: Any) -> None:
    plans(folder, 1_000_000, bad=False, group=25_000)
    address = scheduler(started)
    worker(started, address)
    wait_for_workers(address, 1)
    running = begin("plans.parquet", BASE, "-o", "out", "--dask", address, "--parts", "40", "-q")
    wait_for_parts(folder, 3, running)
    started.scheduler.kill()
    _, told = running.communicate(timeout=120)
    assert (running.returncode, told) == (
        2, f"Error: The cluster at {address} was lost on the way. Nothing was written. Run it again.\n",
    )  # fmt: skip
    assert list(contents(folder)) == ["plans.parquet"]
