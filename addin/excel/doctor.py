"""Whether the functions run in Excel here, and the cure of what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from addin.excel.installed import NotInstalled, lock_of, startup_folder
from addin.excel.office_bits import BITS, office_bits
from addin.excel.package import BUILT_BY, BUILT_FOR, FILE_NAME, INTERPRETER, NotOurAddin, read_settings
from addin.excel.wrappers import CALLS
from addin.excel.xlwings_modules import xlwings_version
from addin.shell.doctor_finding import DoctorFinding
from roi_engine._version import __version__

INSTALL = "ft-roi addin install"
REPLACE = f"{INSTALL} --force"
TIMEOUT = 60.0
_PROBE = (
    "import struct, sys; sys.path[0:0] = [each for each in sys.argv[1:] if each]; import {calls}, xlwings; "
    "sys.platform == 'win32' and __import__('xlwings.com_server'); "
    "from roi_engine import __version__; print(struct.calcsize('P') * 8, xlwings.__version__, __version__)"
)
Run = Callable[[list[str]], "tuple[int, str]"]


def run_interpreter(command: list[str]) -> tuple[int, str]:
    """The exit code of a program and what it printed.

    Raises `OSError` where it cannot be started.
    """
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode, (done.stdout if done.returncode == 0 else done.stderr).strip()


def findings(
    platform: str | None = None,
    environment: Mapping[str, str] = os.environ,
    run: Run = run_interpreter,
    bits: Callable[[], int | None] = office_bits,
) -> list[DoctorFinding]:
    """The add-in's file, its target, its Python, and Windows' objections.

    Every cure is a command to paste into PowerShell, but for a setting of Excel's own.
    """
    try:
        path = startup_folder(platform, environment) / FILE_NAME
    except NotInstalled as failure:
        return [DoctorFinding("Excel", "note", failure.message, "ft-roi addin build")]
    if not path.exists():
        return [DoctorFinding("The add-in", "note", f"not installed: no {FILE_NAME} in {path.parent}", INSTALL)]
    try:
        settings = read_settings(path)
    except NotOurAddin as reason:
        return [DoctorFinding("The add-in", "wrong", f"{path}: {reason}", REPLACE)]
    found = [DoctorFinding("The add-in", "ok", str(path)), *_open_in_excel(path), *_versions(settings)]
    return [*found, *_python(settings, run), *_libraries(settings, bits()), _mark_of_the_web(path), _MACROS]


_MACROS = DoctorFinding(
    "Macros",
    "note",
    "files in XLSTART are trusted, unless your administrator forbids all macros",
    "If every FT_ cell shows #NAME?: File > Options > Trust Center > Macro Settings, or ask your administrator.",
)


def _open_in_excel(path: Path) -> list[DoctorFinding]:
    if not lock_of(path).exists():
        return []
    return [DoctorFinding("Excel", "note", "has the add-in open: close it before you install or remove the add-in")]


def _versions(settings: Mapping[str, str]) -> list[DoctorFinding]:
    found = []
    for what, built, now in (
        ("xlwings", settings[BUILT_FOR], xlwings_version()),
        ("ft-roi", settings.get(BUILT_BY, ""), __version__),
    ):
        if built == now:
            found.append(DoctorFinding(what, "ok", f"{now}, as the add-in"))
        else:
            found.append(
                DoctorFinding(what, "wrong", f"the add-in was built for {built or 'none'}, here is {now}", INSTALL)
            )
    return found


def _python(settings: Mapping[str, str], run: Run) -> list[DoctorFinding]:
    """The interpreter that the add-in names: there, able to import, and its versions."""
    interpreter = settings[INTERPRETER]
    try:
        code, printed = run([interpreter, "-P", "-c", _PROBE.format(calls=CALLS), settings.get("PYTHONPATH", "")])
    except (OSError, subprocess.TimeoutExpired) as error:
        return [DoctorFinding("Its Python", "wrong", f"{interpreter} does not start: {error}", INSTALL)]
    if code:
        last = printed.splitlines()[-1] if printed else f"exit code {code}"
        # installing builds for the Python that runs this: of no use where that is the one that fails
        own = interpreter == sys.executable
        cure = f"{_typed(interpreter)} -m pip install --force-reinstall xlwings pywin32" if own else INSTALL
        return [DoctorFinding("Its Python", "wrong", f"{interpreter} cannot import {CALLS}: {last}", cure)]
    bits, xlwings, engine = printed.split()
    found = [DoctorFinding("Its Python", "ok", f"{interpreter}, {bits} bits, xlwings {xlwings}, ft-roi {engine}")]
    if xlwings != settings[BUILT_FOR]:
        found.append(
            DoctorFinding("Its xlwings", "wrong", f"{xlwings}, the add-in needs {settings[BUILT_FOR]}", INSTALL)
        )
    return found


def _libraries(settings: Mapping[str, str], office: int | None) -> list[DoctorFinding]:
    """xlwings' library for Excel: beside the add-in's Python or one folder above."""
    interpreter, version = settings[INTERPRETER], settings[BUILT_FOR]
    names = [f"xlwings{bits}-{version}.dll" for bits in ([office] if office else BITS.values())]
    if not Path(interpreter).is_absolute():
        return [DoctorFinding("Its library", "note", f"{' or '.join(names)} is looked for on the PATH")]
    beside = Path(interpreter).parent
    missing = [name for name in names if not any((folder / name).exists() for folder in (beside, beside.parent))]
    if not missing:
        whose = f"for an Office of {office} bits" if office else "for an Office of 64 and of 32 bits"
        return [DoctorFinding("Its library", "ok", f"{' and '.join(names)}, {whose}")]
    cure = f'{_typed(interpreter)} -m pip install --no-deps --force-reinstall "xlwings=={version}"'
    return [DoctorFinding("Its library", "wrong", f"{' and '.join(missing)}: neither in {beside} nor above", cure)]


def _typed(program: str) -> str:
    """A program as one types it in PowerShell."""
    return f'& "{program}"' if " " in program else program


def _mark_of_the_web(path: Path) -> DoctorFinding:
    """Whether Windows takes the file for one from the internet: no macros then."""
    try:
        with open(f"{path}:Zone.Identifier", encoding="utf-8", errors="replace") as stream:
            marked = "ZoneId=3" in stream.read()
    except OSError:
        marked = False
    if marked:
        blocked = "Windows marks the file as from the internet: Excel blocks it"
        return DoctorFinding("Its origin", "wrong", blocked, f'Unblock-File "{path}"')
    return DoctorFinding("Its origin", "ok", "not marked as from the internet")
