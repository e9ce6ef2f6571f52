"""Whether the functions run in Excel here: each thing looked at, and the one cure of what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from addin.excel.installed import NotInstalled, startup_folder
from addin.excel.package import BUILT_BY, BUILT_FOR, FILE_NAME, INTERPRETER, NotOurAddin, read_settings
from addin.excel.wrappers import CALLS
from addin.excel.xlwings_modules import xlwings_version
from addin.finding import Finding
from roi_engine._version import __version__

INSTALL = "ft-roi addin install"
TIMEOUT = 60.0
_PROBE = (
    "import struct, sys; sys.path[0:0] = [each for each in sys.argv[1:] if each]; import {calls}, xlwings; "
    "from roi_engine import __version__; print(struct.calcsize('P') * 8, xlwings.__version__, __version__)"
)
Run = Callable[[list[str]], "tuple[int, str]"]


def run_interpreter(command: list[str]) -> tuple[int, str]:
    """The exit code of a program and what it printed; raises `OSError` where it cannot be started."""
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
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ, run: Run = run_interpreter
) -> list[Finding]:
    """The add-in's file, what it was built for, its Python, and what Windows may have against it."""
    try:
        path = startup_folder(platform, environment) / FILE_NAME
    except NotInstalled as failure:
        cure = "ft-roi addin build writes the file for a computer that has it." if platform != "win32" else ""
        return [Finding("Excel", "note", failure.message, cure)]
    if not path.exists():
        return [Finding("The add-in", "note", f"not installed: no {FILE_NAME} in {path.parent}", INSTALL)]
    try:
        settings = read_settings(path)
    except NotOurAddin as reason:
        return [Finding("The add-in", "wrong", f"{path}: {reason}", f"Delete the file, then {INSTALL}")]
    found = [Finding("The add-in", "ok", str(path)), *_versions(settings)]
    return [*found, *_python(settings, run), _mark_of_the_web(path), _MACROS]


_MACROS = Finding(
    "Macros",
    "note",
    "files in XLSTART are trusted, unless your administrator forbids all macros",
    "If every FT_ cell shows #NAME?: File > Options > Trust Center > Macro Settings, or ask your administrator.",
)


def _versions(settings: Mapping[str, str]) -> list[Finding]:
    found = []
    for what, built, now in (
        ("xlwings", settings[BUILT_FOR], xlwings_version()),
        ("ft-roi", settings.get(BUILT_BY, ""), __version__),
    ):
        if built == now:
            found.append(Finding(what, "ok", f"{now}, as the add-in"))
        else:
            found.append(Finding(what, "wrong", f"the add-in was built for {built or 'none'}, here is {now}", INSTALL))
    return found


def _python(settings: Mapping[str, str], run: Run) -> list[Finding]:
    """The interpreter that the add-in names: there, 64 or 32 bits, able to import, with xlwings' library."""
    interpreter = settings[INTERPRETER]
    try:
        code, printed = run([interpreter, "-c", _PROBE.format(calls=CALLS), settings.get("PYTHONPATH", "")])
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Finding("Its Python", "wrong", f"{interpreter} does not start: {error}", INSTALL)]
    if code:
        last = printed.splitlines()[-1] if printed else f"exit code {code}"
        cure = f'"{interpreter}" -m pip install ft-roi\'s folder, or run {INSTALL} from the Python that has it'
        return [Finding("Its Python", "wrong", f"{interpreter} cannot import {CALLS}: {last}", cure)]
    bits, xlwings, engine = printed.split()
    found = [Finding("Its Python", "ok", f"{interpreter}, {bits} bits, xlwings {xlwings}, ft-roi {engine}")]
    if xlwings != settings[BUILT_FOR]:
        found.append(Finding("Its xlwings", "wrong", f"{xlwings}, the add-in needs {settings[BUILT_FOR]}", INSTALL))
    library = f"xlwings64-{settings[BUILT_FOR]}.dll"
    beside = Path(interpreter).parent
    if not Path(interpreter).is_absolute():
        found.append(Finding("Its library", "note", f"{library} is looked for on the PATH"))
    elif any((folder / library).exists() for folder in (beside, beside.parent)):
        found.append(Finding("Its library", "ok", library))
    else:
        cure = f'"{interpreter}" -m pip install --force-reinstall "xlwings=={settings[BUILT_FOR]}"'
        found.append(Finding("Its library", "wrong", f"{library} is neither in {beside} nor above", cure))
    return found


def _mark_of_the_web(path: Path) -> Finding:
    """Whether Windows holds the file for one from the internet, whose macros Excel blocks."""
    try:
        with open(f"{path}:Zone.Identifier", encoding="utf-8", errors="replace") as stream:
            marked = "ZoneId=3" in stream.read()
    except OSError:
        marked = False
    if marked:
        cure = "In its Properties tick Unblock, then start Excel again."
        return Finding("Its origin", "wrong", "Windows marks the file as from the internet: Excel blocks it", cure)
    return Finding("Its origin", "ok", "not marked as from the internet")
