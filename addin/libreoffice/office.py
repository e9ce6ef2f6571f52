"""LibreOffice run without a window.

It is found, its version is checked, it runs in a fresh profile, and nothing of it is left running.

soffice exits 0 on failure, so what it should have written is looked for. It leads a process group of its own,
which is killed whole when it takes too long or when this program is stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

from addin.libreoffice.safe_copy import SafeCopy
from addin.shell.failures import Failure

OLDEST = (25, 2)
TIMEOUT = 120.0
INSTALL = {
    "linux": "On Debian 12: apt-get install --no-install-recommends -t bookworm-backports "
    "libreoffice-calc-nogui python3-uno poppler-utils fonts-liberation. "
    "Elsewhere: your distribution's libreoffice-calc and python3-uno, or the packages of libreoffice.org.",
    "darwin": "brew install --cask libreoffice, or the installer of libreoffice.org.",
    "win32": "winget install TheDocumentFoundation.LibreOffice, or the installer of libreoffice.org.",
}
PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
LONGEST_PRINTED = 20_000
"""Bytes of what a program prints that are told."""
FILTERS = {".xlsx": "xlsx:Calc MS Excel 2007 XML", ".pdf": "pdf:calc_pdf_Export"}

NOWHERE = ("127.0.0.1", 1)
"""The proxy of the profile, at which nothing listens."""

# Compute every formula on loading, whatever is cached; update no link, run no macro, and reach no network.
# DisableActiveContent is not among them: it takes the charts away too. What it is against is not in a `safe_copy`.
PROFILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableOLEAutomation" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>{NOWHERE[0]}</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>{NOWHERE[1]}</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>{NOWHERE[0]}</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>{NOWHERE[1]}</value></prop>
<prop oor:name="ooInetNoProxy" oor:op="fuse"><value></value></prop>
</item>
</oor:items>
"""


class OfficeUnusable(Failure):
    """LibreOffice is missing, or too old for the functions."""

    exit_code = 2


class OfficeFailed(Failure):
    """LibreOffice ran and did not do what it was asked for."""

    exit_code = 1


def install_line() -> str:
    """How to get LibreOffice on this system."""
    return INSTALL.get(sys.platform, INSTALL["linux"])


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


def office_version(soffice: Path) -> tuple[int, ...]:
    """(25, 2, 3, 2)."""
    with tempfile.TemporaryDirectory(prefix="ft-roi-", ignore_cleanup_errors=True) as profile:
        printed = run_program([str(soffice), _profile_flag(Path(profile)), "--headless", "--version"], timeout=60)
    number = re.search(r"LibreOffice\S* (\d+(?:\.\d+)+)", printed)
    if number is None:
        raise OfficeUnusable(f"{soffice} does not say that it is LibreOffice: {printed.strip() or 'it prints nothing'}")
    return tuple(int(part) for part in number[1].split("."))


def usable_soffice() -> tuple[Path, tuple[int, ...]]:
    """The path of soffice and its version.

    Raises `OfficeUnusable` with what to do where it is missing or too old.
    """
    soffice = find_soffice()
    if soffice is None:
        raise OfficeUnusable("LibreOffice is not installed, or soffice is not on the PATH.", install_line())
    version = office_version(soffice)
    if version < OLDEST:
        raise OfficeUnusable(
            f"LibreOffice {_dotted(version)} ({soffice}) is too old: in an .xlsx file it does not find "
            f"the functions of an extension. Install {_dotted(OLDEST)} or later.",
            install_line(),
        )
    return soffice, version


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


class Office:
    """LibreOffice with a profile and the functions, for the runs inside a ``with``.

    with Office() as office:
        office.convert([safe_copy(Path("report.xlsx"))], folder, ".pdf")
    """

    def __init__(self, timeout: float = TIMEOUT, *, functions: bool = True) -> None:
        self.soffice, self.version = usable_soffice()
        self.timeout = timeout
        self.functions = functions

    def __enter__(self) -> Office:
        self._open = contextlib.ExitStack()
        self._open.enter_context(_stopped_by_signals())
        folder = tempfile.TemporaryDirectory(prefix="ft-roi-", ignore_cleanup_errors=True)
        self.folder = Path(self._open.enter_context(folder)).resolve()
        self._user_profile = self.folder / "profile"
        self._open.callback(remove_pipe, self._user_profile)
        (self._user_profile / "user").mkdir(parents=True)
        (self._user_profile / "user" / "registrymodifications.xcu").write_text(PROFILE)
        self._extensions = self.folder / "extensions"
        self._extensions.mkdir()
        self._report = self.folder / "calculator.json"
        if self.functions:
            from addin.libreoffice.extension import unpack_extension

            unpack_extension(self._extensions)
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def convert(self, copies: Sequence[SafeCopy], folder: Path, suffix: str) -> list[Path]:
        """Recalculates workbooks in one run and writes each into the folder.

        copies : the workbooks.
        folder : where each is written, under its name.
        suffix : .xlsx or .pdf.
        """
        from addin.libreoffice.calculator import REPORT

        targets = [folder / (copy.name + suffix) for copy in copies]
        if len(set(targets)) < len(targets):
            raise ValueError(f"would overwrite each other: {', '.join(map(str, targets))}")
        given = Path(tempfile.mkdtemp(prefix="given-", dir=self.folder))
        for copy, target in zip(copies, targets, strict=True):
            (given / (copy.name + copy.suffix)).write_bytes(copy.content)
            target.unlink(missing_ok=True)
        command = [
            str(self.soffice),
            _profile_flag(self._user_profile),
            f"-env:BUNDLED_EXTENSIONS={self._extensions.as_uri()}",
            *("--headless", "--norestore", "--nolockcheck"),
            *("--convert-to", FILTERS[suffix], "--outdir", str(folder.resolve())),
            *(str(given / (copy.name + copy.suffix)) for copy in copies),
        ]
        printed = run_program(command, self.timeout, {REPORT: str(self._report)})
        unwritten = [target.name for target in targets if not target.is_file() or not target.stat().st_size]
        if unwritten:
            words = f"LibreOffice did not write {', '.join(unwritten)}. It printed:"
            raise OfficeFailed(words, *printed.strip().splitlines())
        return targets

    def calculator(self) -> dict[str, Any] | None:
        """What the functions said of where they run; None while none has been called."""
        if not self._report.exists():
            return None
        found: dict[str, Any] = json.loads(self._report.read_text("utf-8"))
        return found


def _profile_flag(folder: Path) -> str:
    return f"-env:UserInstallation={folder.resolve().as_uri()}"


def pipe_of(profile: Path) -> Path:
    """The pipe by which the LibreOffice of a profile is found.

    It is a file on Linux and macOS.
    """
    known_by = hashlib.md5(profile.resolve().as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    digits = "".join(f"{byte:x}" for byte in known_by)
    return Path(f"/tmp/OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{digits}")


def remove_pipe(profile: Path) -> None:
    """Removes what a LibreOffice that was killed leaves outside its profile."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            pipe_of(profile).unlink()


def run_program(command: Sequence[str], timeout: float, environment: Mapping[str, str] | None = None) -> str:
    """What a program printed.

    command : the program and its arguments.
    timeout : seconds.
    environment : its environment variables; those of this program where none are given.

    The program and all that it started are killed when it takes too long or when this program ends.
    """
    name = Path(command[0]).name
    process: subprocess.Popen[bytes] | None = None
    with tempfile.TemporaryFile() as output:  # a pipe would stay open as long as anything that was started
        try:
            with _stopped_by_signals():
                with _signals_wait():
                    process = subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        env={**os.environ, "PATH": system_path(), **(environment or {})},
                        start_new_session=True,
                    )
                process.wait(timeout)
        except subprocess.TimeoutExpired:
            _kill_group(process)
            words = f"{name} took more than {timeout:g} s and was stopped."
            raise OfficeFailed(words, *_printed(output).strip().splitlines()) from None
        except BaseException:
            _kill_group(process)
            raise
        assert process is not None
        printed = _printed(output)
    if process.returncode:
        words = f"{name} ended with exit code {process.returncode}. It printed:"
        raise OfficeFailed(words, *printed.strip().splitlines())
    return printed


def _printed(output: IO[bytes]) -> str:
    """The last of what a program printed."""
    output.seek(max(0, output.seek(0, os.SEEK_END) - LONGEST_PRINTED))
    return output.read().decode("utf-8", "replace").strip()


def system_path() -> str:
    """PATH with the system's folders first.

    A LibreOffice of the system takes the first python3 on it for its own.

    With another one before it, such as a Python of pyenv's, its functions do not start and no document loads.
    """
    own = os.environ.get("PATH", "")
    return own if sys.platform == "win32" else f"{os.defpath}{os.pathsep}{own}"


def _kill_group(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turns signals that ask this program to end into an exception.

    So what was started is ended too.
    """

    def stop(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    with _handled(("SIGTERM", "SIGHUP"), stop):
        yield


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Lets the signals that end this program wait.

    In the midst of a start it would not know what it has started.
    """
    came: list[int] = []
    try:
        with _handled(("SIGTERM", "SIGHUP", "SIGINT"), lambda number, frame: came.append(number)):
            yield
    finally:
        for number in came[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def _handled(names: Sequence[str], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Has the signals handled that this system knows.

    In the main thread alone, which takes them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
