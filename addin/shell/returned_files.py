"""Returned workbooks: found in folders, read in several processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from addin.shell.input_file import existing_file
from addin.shell.limits import OutOfTime, limit_memory, limited_time
from addin.shell.scenario_argument import WORKBOOK_SUFFIXES
from addin.shell.signals import ENDING
from roi_engine.errors import Problem, printable
from templates.portfolio.row_figures import calculate_row
from templates.returned.returned_workbook import ReturnedWorkbook, read_returned_workbook

FEW = 12
"""As many files as are read faster in one process than in several."""
CHUNK = 8
"""As many files as a process is given at a time."""
SECONDS = 20
"""Of a processor, for one file; a workbook of FT ROI takes a fiftieth of a second."""
MEMORY = 300 * 1024 * 1024
"""Bytes that a process may take beside what it has when it begins; our largest workbook (600 months, five scenarios) is
read in less than 100 MB.
"""
SLOW = f"Reading it took more than {SECONDS} seconds. The file is damaged, or made to do that."
ENDED = "Reading it ended the program that read it. The file is damaged, or made to do that."


class ReturnedFile(NamedTuple):
    """A file, and what to call it: its path below the folder that was named."""

    path: Path
    name: str


def returned_files(named: Sequence[str], apart_from: Path) -> tuple[list[ReturnedFile], int]:
    """The workbooks named or in the folders named, and how many other files.

    Each stands there once, those of a folder in the order of their names.

    apart_from : the portfolio itself, which may lie among them.
    Raises `UnusablePath` for a path that does not exist.
    """
    found: dict[Path, ReturnedFile] = {}
    others = 0
    for name in named:
        path = existing_file(name)
        if not path.is_dir():
            found.setdefault(path.resolve(), ReturnedFile(path, printable(path.name)))
            continue
        for inner in sorted(path.rglob("*"), key=lambda each: [part.casefold() for part in each.parts]):
            hidden = any(part.startswith((".", "~$")) for part in inner.relative_to(path).parts)
            if hidden or not inner.is_file() or inner.resolve() == apart_from.resolve():
                continue
            if inner.suffix.lower() in WORKBOOK_SUFFIXES:
                found.setdefault(inner.resolve(), ReturnedFile(inner, printable(inner.relative_to(path).as_posix())))
            else:
                others += 1
    return list(found.values()), others


def read_returned_workbooks(files: Sequence[ReturnedFile], use_cached: bool) -> Generator[ReturnedWorkbook, None, None]:
    """The returned workbooks in the order of their files.

    Read in other processes, within limits of time and memory for each.

    A file that takes its process down is a problem like any other.
    """
    done = 0
    while done < len(files):
        left = files[done:]
        workers = min(os.cpu_count() or 1, len(left) // FEW + 1)
        try:
            for answer in _read_together(left, use_cached, workers):
                done += 1
                yield answer
        except BrokenProcessPool:
            suspects = files[done : done + CHUNK * (workers + 1)]  # as many as may have been begun
            for file in suspects:
                done += 1
                yield _read_alone(file, use_cached)


def _read_together(files: Sequence[ReturnedFile], use_cached: bool, workers: int) -> Iterator[ReturnedWorkbook]:
    with _pool(workers) as pool:
        # Not pool.map: it cancels what waits, and a pool whose processes are ended trips over that.
        waiting = [pool.submit(_read_several, files[at : at + CHUNK], use_cached) for at in range(0, len(files), CHUNK)]
        for several in waiting:
            yield from several.result()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that read, and that end with this one however it ends."""
    with ProcessPoolExecutor(workers, initializer=_begin_worker) as pool:
        try:
            yield pool
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _begin_worker() -> None:
    """Leaves Ctrl-C to the process that began this one, and ends when that is gone.

    It takes no more memory than allowed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # what is imported stays: no search for garbage goes through it for each file
    gc.set_threshold(10_000, 10, 10)
    limit_memory(MEMORY)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(file: ReturnedFile, use_cached: bool) -> ReturnedWorkbook:
    try:
        with limited_time(SECONDS):
            answer = read_returned_workbook(file.path, file.name, use_cached)
            with suppress(Exception):  # the portfolio tells what cannot be calculated
                calculate_row(answer)
            return answer
    except OutOfTime:
        return ReturnedWorkbook(file.name, problems=(Problem("", SLOW),))


def _read_several(files: Sequence[ReturnedFile], use_cached: bool) -> list[ReturnedWorkbook]:
    return [_read(file, use_cached) for file in files]


def _read_alone(file: ReturnedFile, use_cached: bool) -> ReturnedWorkbook:
    """Reads a file in a process of its own; only its own result is lost with it."""
    try:
        with _pool(1) as pool:
            return pool.submit(_read, file, use_cached).result()
    except BrokenProcessPool:
        return ReturnedWorkbook(file.name, problems=(Problem("", ENDED),))
