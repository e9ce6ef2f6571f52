"""Parts of a table, calculated by the workers of a dask.distributed cluster.

The cluster spreads the parts, runs those again whose worker was lost, and shows them on its own pages; each part is
calculated by what ``--part`` runs on one machine.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import pickle
import platform
import queue
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click

from addin.shell.failures import Failure, InvalidInput, UnusableCluster, UnusablePath, failure
from addin.shell.options import is_on
from addin.shell.output_file import new_folder
from addin.shell.progress import metered
from addin.tables.parts import file_of_part, parts_in, refuse_existing_parts, usual_parts
from addin.tables.running import TOLD, Outcome, rejected_file
from roi_engine import Scenario
from roi_engine.errors import FtRoiError

INSTALL = 'pip install "ft-roi[dask]"'
PATIENCE = 10.0
"""Seconds until a scheduler that does not answer is given up."""
LOOK = 20.0
"""Seconds without a finished part, after which it is asked whether there still is a cluster."""
RETRIES = 2
"""How many times the cluster runs a part again that failed."""

_VERSIONS = {
    "ft-roi": "roi_engine._version:__version__",
    "numpy": "numpy:__version__",
    "pyarrow": "pyarrow:__version__",
}
"""What a worker has to have as this machine has it: the parts are one table."""
_END = 65_536
"""Bytes at the end of a Parquet file that say where everything in it is."""


@dataclass(frozen=True)
class Job:
    """What a worker is told of a table.

    source : the file, as every worker sees it; mark : by which it is told from another one of its name.
    folder : where the parts go until all are done.
    read : the inputs among the columns, by title. parts : how many there are.
    """

    source: str
    mark: str
    folder: str
    base: Scenario | None
    read: Mapping[str, str]
    metrics: Sequence[str]
    parts: int


@dataclass(frozen=True)
class PartDone:
    """What became of a part.

    refusal : why it was not calculated, and would not be the next time either; kind : the failure that it is.
    """

    rows: int = 0
    rejected: int = 0
    told: tuple[str, ...] = ()
    refusal: tuple[str, ...] = ()
    kind: type[Failure] = InvalidInput


def check_installed() -> None:
    """Refuses ``--dask`` where dask.distributed is not installed."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise click.UsageError(f"--dask needs dask.distributed. Install it with {INSTALL}.") from None


def calculated_by_cluster(
    address: str,
    table: Any,
    base: Scenario | None,
    metrics: Sequence[str],
    folder: Path,
    *,
    parts: int | None,
    force: bool,
    strict: bool,
) -> Outcome:
    """Calculates a Parquet file in parts on a cluster.

    They are put into the folder when all are there.
    address : of the scheduler. table : the opened file, with its columns recognised. parts : how many; None for as many
        as `usual_parts` says.
    strict : whether one bad row refuses all; raises `InvalidInput` then.
    Raises `UnusableCluster` where there is none, or one that cannot calculate what this machine would.
    """
    number = parts or usual_parts(table.length, len(table.groups))
    source = os.path.abspath(table.path)
    with _client(address) as client, new_folder(folder) as stage:
        job = Job(source, _mark(source), str(stage), base, dict(table.read), tuple(metrics), number)
        _check_workers(client, address, job)
        outcome = _outcome(client, address, job, folder)
        if strict and outcome.rejected:
            raise outcome.strictly_refused()
        _put(stage, folder, number, force)
    return outcome


def _outcome(client: Any, address: str, job: Job, folder: Path) -> Outcome:
    """Has all parts calculated, and counts their rows."""
    outcome = Outcome(folder, rejected_file(folder / "part-*.parquet"))
    told: dict[int, tuple[str, ...]] = {}
    with metered("Calculating") as meter:
        for number, part in _done(client, address, job):
            if part.refusal:
                raise part.kind(*part.refusal)
            outcome.rows += part.rows
            outcome.rejected += part.rejected
            told[number] = part.told
            meter.show(len(told) / job.parts, outcome.rows)
    outcome.told = [line for number in sorted(told) for line in told[number]][:TOLD]
    return outcome


def _put(stage: Path, folder: Path, parts: int, force: bool) -> None:
    """Gives the parts their names, and takes those of a run before away."""
    found = parts_in(stage)
    lacking = [each.name for number in range(1, parts + 1) if not (each := file_of_part(stage, number)).exists()]
    if lacking:
        raise UnusableCluster(
            f"{lacking[0]} was calculated, and is not in {folder}. Name a folder that all machines share."
        )
    refuse_existing_parts(folder, force)
    for each in found:
        os.replace(each, folder / each.name)
    for each in {*parts_in(folder)} - {folder / old.name for old in found}:
        each.unlink(missing_ok=True)


# --- the cluster --------------------------------------------------------------------------------------------------


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """The connection to a cluster; raises `UnusableCluster` where none answers."""
    from distributed import Client

    if not is_on("debug"):
        _silence()
    try:
        kind = asyncio.run(_kind_at(address))  # asked before: a client that fails leaves threads and a traceback behind
        if kind != "Scheduler":
            raise UnusableCluster(f"At {address} there is a {kind.lower()}. Write the address of its scheduler.")
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (ValueError, TypeError) as error:
        raise UnusableCluster(
            f"{address} is no address of a scheduler: {error}. Write --dask tcp://HOST:8786."
        ) from None
    except (OSError, RuntimeError, ImportError) as error:
        first = str(error).partition("\n")[0] or f"nothing came in {PATIENCE:g} seconds"
        raise UnusableCluster(f"No scheduler of a dask cluster answers at {address}: {first}.") from None
    try:
        yield client
    finally:
        client.close(timeout=PATIENCE)


def _silence() -> None:
    """Keeps the log of the cluster's library from the terminal.

    What matters of it is told in sentences.
    """
    for name in [each for each in logging.root.manager.loggerDict if each.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)


async def _kind_at(address: str) -> str:
    """What answers at an address: a scheduler, a worker, its nanny."""
    from distributed.core import rpc
    from distributed.security import Security

    connection = Security().get_connection_args("client")
    async with rpc(address, timeout=PATIENCE, connection_args=connection) as there:
        found = await asyncio.wait_for(there.identity(), PATIENCE)
    return str(found.get("type", "server"))


def _done(client: Any, address: str, job: Job) -> Iterator[tuple[int, PartDone]]:
    """The parts as they are done."""
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    numbers = range(1, job.parts + 1)
    futures = client.map(_on_worker(job), numbers, key="ft-roi-part", pure=False, retries=RETRIES)
    part_of = {future.key: number for number, future in zip(numbers, futures, strict=True)}
    for future in futures:
        future.add_done_callback(finished.put)
    try:
        for _ in numbers:
            try:
                future = _next(finished, client, address)
                result = _result(future, client, address)
            except KilledWorker:
                raise UnusableCluster(
                    f"Part {part_of[future.key]} was given up: one worker after the other ended while it "
                    "calculated it, perhaps of too little memory. Nothing was written. Take more parts: --parts."
                ) from None
            except (CancelledError, CommClosedError):  # whichever is noticed first
                raise _lost(address) from None
            if isinstance(result, str):
                raise UnusableCluster(result)
            yield part_of[future.key], pickle.loads(result)
    finally:
        with suppress(CommClosedError):
            client.cancel(futures)


def _next(finished: queue.SimpleQueue[Any], client: Any, address: str) -> Any:
    """The next part that is done.

    Raises `UnusableCluster` where there is nobody left to do one.
    """
    return _awaited(lambda: finished.get(timeout=LOOK), client, address)


def _result(future: Any, client: Any, address: str) -> Any:
    """What a part that is done gave.

    It is calculated again where its worker ended before it told.
    """
    return _awaited(lambda: future.result(timeout=LOOK), client, address)


def _awaited(wait: Callable[[], Any], client: Any, address: str) -> Any:
    """What comes in the end, as long as there is a cluster that may bring it.

    wait : waits a while, and raises TimeoutError or queue.Empty where nothing came.
    """
    alone = 0
    while True:
        try:
            return wait()
        except (queue.Empty, TimeoutError):
            pass
        if client.status != "running":
            raise _lost(address)
        alone = 0 if client.nthreads() else alone + 1
        if alone > 1:
            raise UnusableCluster(f"The cluster at {address} has no worker left. Nothing was written.")


def _lost(address: str) -> UnusableCluster:
    return UnusableCluster(f"The cluster at {address} was lost on the way. Nothing was written. Run it again.")


def _check_workers(client: Any, address: str, job: Job) -> None:
    """Refuses a cluster with a worker that cannot calculate what this machine would."""
    found = client.run(platform.python_version)
    if not found:
        raise UnusableCluster(f"The cluster at {address} has no workers. Start one with: dask worker {address}")
    _check_same("Python", _minor(platform.python_version()), {worker: _minor(each) for worker, each in found.items()})
    for what, where in _VERSIONS.items():
        _check_same(what, resolve_name(where), client.run(resolve_name, where, on_error="return"))
    for worker, refusal in client.run(_seen_by_worker(job)).items():
        if refusal:
            raise UnusablePath(f"The worker {worker} {refusal}")


def _minor(version: str) -> str:
    return version.rpartition(".")[0]


def _check_same(what: str, here: str, found: Mapping[str, Any]) -> None:
    """Refuses workers that have another version than this machine, or none."""
    for worker, version in found.items():
        if isinstance(version, Exception):
            reason = "" if isinstance(version, ModuleNotFoundError) else f" that can be loaded ({version})"
            raise UnusableCluster(f"The worker {worker} has no {what}{reason}. Install version {here} there: {INSTALL}")
        if version != here:
            raise UnusableCluster(
                f"The worker {worker} has {what} {version}, and this machine {here}. Install the same on both: "
                "the parts are one table."
            )


# --- on a worker --------------------------------------------------------------------------------------------------
# What is sent is a function within a function, which travels as a whole, and bytes: a scheduler needs no ft-roi.


def _on_worker(job: Job) -> Callable[[int], bytes | str]:
    """What calculates a part: a `PartDone` as bytes, or why this worker cannot."""
    told = pickle.dumps(job)
    needed = {what: (where, resolve_name(where)) for what, where in _VERSIONS.items()}

    def ft_roi_part(number: int) -> bytes | str:
        import pickle
        import platform
        from pkgutil import resolve_name

        for what, (where, here) in needed.items():  # a worker that came later was not asked
            try:
                version = resolve_name(where)
            except ImportError:
                return f"A worker on {platform.node()} has no {what}. Install version {here} there."
            if version != here:
                return f"A worker on {platform.node()} has {what} {version}, and not {here}. Install the same."

        from addin.tables.cluster import calculated_part

        return pickle.dumps(calculated_part(pickle.loads(told), number))

    return ft_roi_part


def _seen_by_worker(job: Job) -> Callable[[], str]:
    told = pickle.dumps(job)

    def ft_roi_seen() -> str:
        import pickle

        from addin.tables.cluster import unseen

        return unseen(pickle.loads(told))

    return ft_roi_seen


def unseen(job: Job) -> str:
    """What a worker does not see of the files; nothing where it sees all."""
    try:
        mark = _mark(job.source)
    except OSError as error:
        return f"cannot read {job.source} ({error.strerror}). Name a file that every worker sees under that path."
    if mark != job.mark:
        return f"has another file under {job.source}. Name one that is the same for all."
    out = Path(job.folder).parent
    try:
        tempfile.TemporaryFile(dir=job.folder).close()
    except OSError as error:
        return f"cannot write into {out} ({error.strerror}). Name a folder that all machines share: -o."
    return ""


def calculated_part(job: Job, number: int) -> PartDone:
    """Calculates a part of a table into the folder of the job."""
    from addin.tables.reading import opened_table
    from addin.tables.running import table_to_file

    refusal = unseen(job)  # a worker that came later was not asked
    if refusal:
        return PartDone(refusal=(f"Part {number}: a worker on {platform.node()} {refusal}",), kind=UnusablePath)
    path = file_of_part(Path(job.folder), number)
    try:
        with opened_table(Path(job.source), part=(number, job.parts)) as table:
            table.read = job.read
            outcome = table_to_file(table, job.base, job.metrics, path, force=True, strict=False)
    except (Failure, FtRoiError) as error:
        told = error if isinstance(error, Failure) else failure(error)
        out = str(Path(job.folder).parent)  # of the folder where the parts wait nobody knows
        return PartDone(refusal=tuple(line.replace(job.folder, out) for line in told.lines), kind=type(told))
    return PartDone(outcome.rows, outcome.rejected, tuple(outcome.told))


def _mark(source: str) -> str:
    """What tells a file from another of its name: its size and its end."""
    with open(source, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _END, 0))
        return f"{size} {hashlib.sha256(file.read()).hexdigest()}"
