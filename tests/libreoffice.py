"""Headless LibreOffice for tests: recalculate workbooks, load and save them, print them as PDF or pictures.

Each call runs soffice once, on any number of files, in a fresh profile. soffice exits 0 on failure, so what
it should have written is looked for; a run that takes too long is killed with everything that it started.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

MINIMUM_VERSION = (25, 2)
INSTALL = (
    "apt-get install --no-install-recommends -t bookworm-backports "
    "libreoffice-calc-nogui python3-uno poppler-utils fonts-liberation  (or run .ci/install)"
)

# LibreOffice's "Recalculation on file load": compute every formula, or keep the cached values.
ALWAYS, NEVER = 0, 1
FILTERS = {".xlsx": "xlsx:Calc MS Excel 2007 XML", ".pdf": "pdf:calc_pdf_Export"}
PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>{mode}</value></prop>
</item>
</oor:items>
"""


class LibreOfficeError(Exception):
    """soffice took too long, or did not write what it was asked for."""


class Options(TypedDict, total=False):
    """What every function here takes besides files."""

    timeout: float  # seconds for the whole run; 120 unless told
    extensions: Path | None  # a folder of unpacked extensions, loaded as bundled ones
    environment: Mapping[str, str]  # variables for soffice, over the test's own


def find_soffice() -> Path | None:
    """The soffice program, on PATH or where its installers put it."""
    on_path = shutil.which("soffice") or shutil.which("libreoffice")
    if on_path:
        return Path(on_path)
    for place in map(Path, PLACES):
        newest_first = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))), reverse=True)
        if newest_first:
            return newest_first[0]
    return None


@functools.cache
def version() -> tuple[int, ...] | None:
    """(25, 2, 3, 2), or None where LibreOffice is not installed."""
    soffice = find_soffice()
    if soffice is None:
        return None
    with tempfile.TemporaryDirectory(prefix="soffice-") as profile:
        printed = _run([str(soffice), _profile_flag(Path(profile)), "--headless", "--version"], timeout=60)
    number = re.search(r"LibreOffice (\d+(?:\.\d+)+)", printed)
    if number is None:
        raise LibreOfficeError(f"{soffice} --version printed no version: {printed!r}")
    return tuple(int(part) for part in number[1].split("."))


def missing() -> str | None:
    """Why the tests cannot use LibreOffice here, and the line that installs it; None where they can."""
    found = version()
    if found is None:
        return f"LibreOffice is not installed: {INSTALL}"
    if found < MINIMUM_VERSION:
        return f"LibreOffice {'.'.join(map(str, found))} is older than 25.2: {INSTALL}"
    if shutil.which("pdftoppm") is None:
        return f"pdftoppm is not installed: {INSTALL}"
    return None


def recalculate(path: Path, out_dir: Path, **options: Unpack[Options]) -> Path:
    """An .xlsx in which LibreOffice has computed every formula, whatever was cached, to 15 digits."""
    return recalculate_many([path], out_dir, **options)[0]


def recalculate_many(paths: Sequence[Path], out_dir: Path, **options: Unpack[Options]) -> list[Path]:
    """`recalculate` for several files in one run."""
    return _convert(paths, out_dir, ".xlsx", ALWAYS, **options)


def convert(path: Path, out_dir: Path, **options: Unpack[Options]) -> Path:
    """An .xlsx that LibreOffice has loaded, keeping the cached values, and saved."""
    return convert_many([path], out_dir, **options)[0]


def convert_many(paths: Sequence[Path], out_dir: Path, **options: Unpack[Options]) -> list[Path]:
    """`convert` for several files in one run."""
    return _convert(paths, out_dir, ".xlsx", NEVER, **options)


def to_pdf(path: Path, out_dir: Path, **options: Unpack[Options]) -> Path:
    """The workbook printed with its cached values, as a reader without the add-in sees it."""
    return to_pdf_many([path], out_dir, **options)[0]


def to_pdf_many(paths: Sequence[Path], out_dir: Path, **options: Unpack[Options]) -> list[Path]:
    """`to_pdf` for several files in one run."""
    return _convert(paths, out_dir, ".pdf", NEVER, **options)


def to_png(path: Path, out_dir: Path, dpi: int = 80, **options: Unpack[Options]) -> list[Path]:
    """A picture of each page of `to_pdf`, in order: NAME-1.png, NAME-2.png, …"""
    page_name = re.compile(re.escape(path.stem) + r"-\d+\.png")

    def pages() -> list[Path]:
        return sorted(page for page in out_dir.glob("*.png") if page_name.fullmatch(page.name))

    out_dir.mkdir(parents=True, exist_ok=True)
    for old in pages():
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="to-png-") as folder:
        pdf = to_pdf(path, Path(folder), **options)
        _run(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(out_dir / path.stem)], timeout=120)
    if not pages():
        raise LibreOfficeError(f"pdftoppm made no picture of {path}")
    return pages()


def _convert(
    paths: Sequence[Path],
    out_dir: Path,
    suffix: str,
    recalculation: int,
    *,
    timeout: float = 120,
    extensions: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Path]:
    soffice = find_soffice()
    if soffice is None:
        raise LibreOfficeError(f"LibreOffice is not installed: {INSTALL}")
    sources = [path.resolve(strict=True) for path in paths]
    targets = [out_dir.resolve() / (source.stem + suffix) for source in sources]
    if len(set(targets)) < len(targets) or set(targets) & set(sources):
        raise ValueError(f"would overwrite each other or their sources: {', '.join(map(str, targets))}")
    out_dir.mkdir(parents=True, exist_ok=True)
    for target in targets:
        target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="soffice-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        (profile / "user").mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS.format(mode=recalculation))
        command = [str(soffice), _profile_flag(profile), "--headless", "--norestore", "--nolockcheck"]
        if extensions is not None:
            command.append(f"-env:BUNDLED_EXTENSIONS={extensions.resolve().as_uri()}")
        command += ["--convert-to", FILTERS[suffix], "--outdir", str(out_dir.resolve()), *map(str, sources)]
        printed = _run(command, timeout, environment)
    unwritten = [target.name for target in targets if not target.is_file() or not target.stat().st_size]
    if unwritten:
        raise LibreOfficeError(f"LibreOffice did not write {', '.join(unwritten)}; it printed:\n{printed}")
    return targets


def _profile_flag(folder: Path) -> str:
    return f"-env:UserInstallation={folder.resolve().as_uri()}"


def _run(command: Sequence[str], timeout: float, environment: Mapping[str, str] | None = None) -> str:
    """What the command printed. It leads a process group; on a timeout the whole group is killed."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        printed, _ = process.communicate()
        name = Path(command[0]).name
        raise LibreOfficeError(f"{name} took more than {timeout:g} s; it printed:\n{printed}") from None
    except BaseException:
        _kill_group(process)
        raise
    if process.returncode:
        raise LibreOfficeError(f"{' '.join(command)} exited {process.returncode}; it printed:\n{printed}")
    return printed


def _kill_group(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
