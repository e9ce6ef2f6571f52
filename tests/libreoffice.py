"""Headless LibreOffice for tests: recalculate workbooks, load and save them, print them as PDF or pictures.

One soffice a process listens, from the first file on until `stop`; a run that takes too long ends it, and the next file
starts another. How the product itself runs soffice is in addin/libreoffice/office.py, with tests of its own.
"""

from __future__ import annotations

import functools
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

from addin.libreoffice import office

MINIMUM_VERSION = office.OLDEST
INSTALL = (
    "apt-get install --no-install-recommends -t bookworm-backports "
    "libreoffice-calc-nogui python3-uno poppler-utils fonts-liberation fonts-crosextra-carlito  (or run .ci/install)"
)
SYSTEM_PYTHON = "/usr/bin/python3"
CONVERTER = Path(__file__).with_name("office_converter.py")
TIMEOUT = 120.0
"""Seconds that one call may take."""

# LibreOffice's "Recalculation on file load": compute every formula, or keep the cached values.
ALWAYS, NEVER = 0, 1


class LibreOfficeError(Exception):
    """soffice took too long, or did not write what it was asked for."""


@functools.cache
def version() -> tuple[int, ...] | None:
    """(25, 2, 3, 2), or None where LibreOffice is not installed."""
    soffice = office.find_soffice()
    return None if soffice is None else office.office_version(soffice)


@functools.cache
def _has_uno() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, timeout=60).returncode == 0


def missing() -> str | None:
    """Why the tests cannot use LibreOffice here, and the line that installs it; None where they can."""
    found = version()
    if found is None:
        return f"LibreOffice is not installed: {INSTALL}"
    if found < MINIMUM_VERSION:
        return f"LibreOffice {'.'.join(map(str, found))} is older than 25.2: {INSTALL}"
    if not _has_uno():
        return f"{SYSTEM_PYTHON} has no uno: {INSTALL}"
    if shutil.which("pdftoppm") is None:
        return f"pdftoppm is not installed: {INSTALL}"
    return None


def recalculate(path: Path, out_dir: Path) -> Path:
    """An .xlsx in which LibreOffice has computed every formula, whatever was cached, to 15 digits."""
    return recalculate_many([path], out_dir)[0]


def recalculate_many(paths: Sequence[Path], out_dir: Path, timeout: float = TIMEOUT) -> list[Path]:
    """`recalculate` for several files."""
    return _convert(paths, out_dir, ".xlsx", ALWAYS, timeout)


def convert(path: Path, out_dir: Path) -> Path:
    """An .xlsx that LibreOffice has loaded, keeping the cached values, and saved."""
    return convert_many([path], out_dir)[0]


def convert_many(paths: Sequence[Path], out_dir: Path) -> list[Path]:
    """`convert` for several files."""
    return _convert(paths, out_dir, ".xlsx", NEVER)


def to_pdf(path: Path, out_dir: Path) -> Path:
    """The workbook printed with its cached values, as a reader without the add-in sees it."""
    return _convert([path], out_dir, ".pdf", NEVER)[0]


def to_png(path: Path, out_dir: Path, dpi: int = 80) -> list[Path]:
    """A picture of each page of `to_pdf`, in order: NAME-1.png, NAME-2.png, …"""
    page_name = re.compile(re.escape(path.stem) + r"-\d+\.png")

    def pages() -> list[Path]:
        return sorted(page for page in out_dir.glob("*.png") if page_name.fullmatch(page.name))

    out_dir.mkdir(parents=True, exist_ok=True)
    for old in pages():
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="to-png-") as folder:
        pdf = to_pdf(path, Path(folder))
        office.run_program(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(out_dir / path.stem)], TIMEOUT)
    if not pages():
        raise LibreOfficeError(f"pdftoppm made no picture of {path}")
    return pages()


def stop() -> None:
    """Ends the soffice that converts this process's files; the next file starts another."""
    if _converter.cache_info().currsize:
        _converter().close()
        _converter.cache_clear()


def _convert(
    paths: Sequence[Path], out_dir: Path, suffix: str, recalculation: int, timeout: float = TIMEOUT
) -> list[Path]:
    sources = [path.resolve(strict=True) for path in paths]
    targets = [out_dir.resolve() / (source.stem + suffix) for source in sources]
    if len(set(targets)) < len(targets) or set(targets) & set(sources):
        raise ValueError(f"would overwrite each other or their sources: {', '.join(map(str, targets))}")
    out_dir.mkdir(parents=True, exist_ok=True)
    for target in targets:
        target.unlink(missing_ok=True)
    files = [[str(source), str(target)] for source, target in zip(sources, targets, strict=True)]
    export = office.FILTERS[suffix].partition(":")[2]
    try:
        wrong = _converter().ask({"recalculation": recalculation, "filter": export, "files": files}, timeout)
    except BaseException:
        stop()
        for source in sources:  # what an office that is killed leaves beside a file keeps the next one from loading it
            source.with_name(f".~lock.{source.name}#").unlink(missing_ok=True)
        raise
    unwritten = [target.name for target in targets if not target.is_file() or not target.stat().st_size]
    if unwritten or wrong:
        raise LibreOfficeError(f"LibreOffice did not write {', '.join(unwritten)}; it said:\n{wrong}")
    return targets


class Listening:
    """A soffice with a fresh profile that listens on a pipe; `close` kills it with everything that it started."""

    def __init__(self) -> None:
        soffice = office.find_soffice()
        if soffice is None:
            raise LibreOfficeError(f"LibreOffice is not installed: {INSTALL}")
        self._profile = tempfile.TemporaryDirectory(prefix="soffice-", ignore_cleanup_errors=True)
        self.found_by = office.pipe_of(Path(self._profile.name))
        self.pipe = f"ft-roi-{uuid.uuid4().hex}"
        self.pipe_file = Path(f"/tmp/OSL_PIPE_{os.getuid()}_{self.pipe}")
        command = [
            str(soffice),
            f"-env:UserInstallation={Path(self._profile.name).resolve().as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", f"--accept=pipe,name={self.pipe};urp;"),
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PATH": office.system_path()},
            start_new_session=True,
        )

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        office.remove_pipe(Path(self._profile.name))
        self.pipe_file.unlink(missing_ok=True)
        self._profile.cleanup()


class _Converter:
    """A listening soffice, and the script that converts files in it."""

    def __init__(self) -> None:
        self._office = Listening()
        self._script = subprocess.Popen(
            [SYSTEM_PYTHON, str(CONVERTER), self._office.pipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._line(TIMEOUT)

    def ask(self, what: object, timeout: float) -> list[str]:
        """Has files converted; what went wrong."""
        assert self._script.stdin is not None
        print(json.dumps(what), file=self._script.stdin, flush=True)
        wrong: list[str] = json.loads(self._line(timeout))
        return wrong

    def _line(self, timeout: float) -> str:
        assert self._script.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._script.stdout, selectors.EVENT_READ)
            if not waiting.select(timeout):
                raise LibreOfficeError(f"soffice took more than {timeout:g} s")
        line = self._script.stdout.readline()
        if not line:
            raise LibreOfficeError(f"soffice ended: {self._office.process.poll()}")
        return line

    def close(self) -> None:
        self._script.kill()
        self._script.communicate()
        self._office.close()


@functools.cache
def _converter() -> _Converter:
    return _Converter()
