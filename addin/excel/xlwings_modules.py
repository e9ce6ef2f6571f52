"""What the add-in takes from xlwings: the VBA that starts and calls Python.

xlwings' module for add-ins (BSD 3-Clause) can run any Python code, and reads its settings from the active workbook
and from the folder that holds it. A formula in a file from elsewhere could then start a program. So of its procedures
only those remain that XLPy needs, private but for XLPy, and they read the add-in's own settings alone. Python is
started so that it imports nothing from the current folder: a file roi_engine.py beside a workbook is not run.
"""

from __future__ import annotations

import re
from pathlib import Path

from addin.excel.vba_project import Module, class_module
from addin.shell.failures import Failure

PROJECT = "ft-roi"
"""The name of our settings; their sheet is ``ft-roi.conf``."""
ENTRY = "XLPy"
_PROCEDURE = re.compile(
    r"^(?:(?:Public|Private) )?((?:Function|Sub) (\w+))\b.*?^End (?:Function|Sub)[ \t]*\n", re.M | re.S
)
_SETTING = re.compile(r'GetConfig\("([^"]+)"')
_SAFE_PATH = (
    ('tail = " -B -c ', 'tail = " -P -B -c '),
    ('& ";" & GetConfig("PYTHONPATH")', '& IIf(GetConfig("PYTHONPATH") = "", "", ";" & GetConfig("PYTHONPATH"))'),
)
"""What starts Python, and ours in its place: without the current folder, which xlwings takes an empty setting for."""
_NOTICE = (
    "'Of the original, ft-roi keeps what XLPy needs, private, and with ThisWorkbook for ActiveWorkbook.\n"
    "'Python gets -P, and no empty PYTHONPATH: it imports nothing from the current folder.\n"
)


class UnknownXlwings(Failure):
    """An xlwings whose VBA is not what we know."""

    exit_code = 1


def xlwings_version() -> str:
    """The version of the installed xlwings, to which an add-in is bound.

    xlwings' library bears it in its file name.
    """
    import xlwings

    return xlwings.__version__


def xlwings_modules() -> list[Module]:
    """The module that starts Python, and the class that it names for other systems."""
    return [
        Module("xlwings", only_what_is_needed(_text("xlwings_custom_addin.bas"))),
        class_module("Dictionary", _text("addin/Dictionary.cls")),
    ]


def settings_read(module: str) -> set[str]:
    """The names of the settings that a module asks for."""
    return set(_SETTING.findall(module))


def only_what_is_needed(text: str) -> str:
    """xlwings' module with the procedures that XLPy needs and no other."""
    known = all(theirs in text for theirs, _ in _SAFE_PATH) and 'PROJECT_NAME As String = "myaddin"' in text
    for theirs, ours in _SAFE_PATH:
        text = text.replace(theirs, ours)
    procedures = {found[2]: found[0] for found in _PROCEDURE.finditer(text)}
    if ENTRY not in procedures or not known:
        raise UnknownXlwings(
            f"xlwings {xlwings_version()} is not built as ft-roi expects. Install one that is known to work:",
            'pip install "xlwings==0.37.8"',
        )
    needed, waiting = set(), [ENTRY]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += [each for each in set(re.findall(r"\w+", procedures[name])) & procedures.keys() - needed]
    kept = _PROCEDURE.sub(lambda found: _private(found) if found[2] in needed else "", text)
    kept = re.sub(r"^(\s+)(Declare )", r"\1Private \2", kept, flags=re.M)
    kept = kept.replace('PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{PROJECT}"')
    head, line, rest = kept.replace("ActiveWorkbook", "ThisWorkbook").partition("'Version:")
    return re.sub(r"\n{3,}", "\n\n", head + _NOTICE + line + rest)


def _private(found: re.Match[str]) -> str:
    whole = found[0]
    return whole if found[2] == ENTRY else f"Private {whole[whole.index(found[1]) :]}"


def _text(name: str) -> str:
    import xlwings

    path = Path(xlwings.__file__).parent / name
    try:
        return path.read_text("cp1252").replace("\r\n", "\n")
    except OSError:
        raise UnknownXlwings(f"{path} is missing. Reinstall xlwings: pip install --force-reinstall xlwings") from None
