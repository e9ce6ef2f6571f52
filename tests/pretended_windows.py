"""Run as a program: xlwings on what it takes for Windows; what it makes of our modules, and calls through it.

python -m tests.pretended_windows < [[module, function, [argument, …]], …]

xlwings takes its Windows side where the platform is Windows and pywin32 can be imported. Both are stand-ins here, and
only they: the decorators, the wrapper generator, the COM server object and the conversion of arguments and results
are xlwings' own. What an argument may be is told in xlwings_on_windows.py.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import json
import sys
import types
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any
from unittest.mock import MagicMock, patch

MODULES = ("addin.functions", "addin.excel.calls")
RANGE = "{00020846-0000-0000-C000-000000000046}"
FIRST_ERROR, FIRST_ERROR_IN_COM = 2000, -2146826288
MISSING = -2147352572
"""DISP_E_PARAMNOTFOUND, which VBA sends for an argument that is left out."""


class ComError(Exception):
    """What pywin32 raises when COM fails."""


class ComObject:
    """Any kind of COM object."""


class Range:
    """A range of cells as pywin32 hands it over: its value is rows of values, of a single cell the value itself."""

    Worksheet = MagicMock()
    Row = Column = 1

    def __init__(self, rows: list[list[Any]]) -> None:
        self.Value = rows[0][0] if len(rows) == len(rows[0]) == 1 else tuple(map(tuple, rows))
        self.Rows, self.Columns = types.SimpleNamespace(Count=len(rows)), types.SimpleNamespace(Count=len(rows[0]))
        self._oleobj_ = self

    def GetTypeInfo(self) -> Range:
        """Of COM: itself, as what tells its kind."""
        return self

    def GetTypeAttr(self) -> Any:
        """Of COM: its kind."""
        return types.SimpleNamespace(iid=RANGE)


def unwrap(value: Any) -> Any:
    """Of the objects that come from Excel none is one of Python's."""
    raise ComError("not a Python object")


COM_CLASSES = ("CDispatch", "CoClassBaseClass", "Dispatch", "DispatchBaseClass", "DispatchEx")
STAND_INS: dict[str, dict[str, Any]] = {
    "pywintypes": {"com_error": ComError, "TimeType": datetime, "IID": str},
    "pythoncom": {
        "__file__": "pythoncom.dll",
        "ole_error": ComError,
        "CoInitialize": int,
        "IID_IDispatch": "IDispatch",
        "TypeIIDs": {"IDispatch": type("PyIDispatch", (), {})},
    },
    "win32api": {},
    "win32con": {},
    "win32event": {},
    "win32gui": {},
    "win32process": {"GetWindowThreadProcessId": lambda window: (0, 0)},
    "win32timezone": {},
    "win32com": {},
    "win32com.client": dict.fromkeys(COM_CLASSES, ComObject),
    "win32com.server": {},
    "win32com.server.dispatcher": {},
    "win32com.server.policy": {},
    "win32com.server.util": {"unwrap": unwrap},
}


def windows_xlwings() -> types.ModuleType:
    """xlwings, imported on what it takes for Windows."""
    for library in ("asyncio", "concurrent.futures", "numpy", "pandas"):
        importlib.import_module(library)  # before: they ask for the platform too
    for name, content in STAND_INS.items():
        module = sys.modules[name] = types.ModuleType(name)
        vars(module).update(content)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    with ExitStack() as stack:
        stack.enter_context(patch.object(sys, "platform", "win32"))
        for library in ("windll", "oledll", "PyDLL"):
            stack.enter_context(patch.object(ctypes, library, MagicMock(), create=True))
        import xlwings

    return xlwings


def as_com_carries(argument: Any) -> Any:
    """An argument as it reaches Python."""
    if not isinstance(argument, dict):
        return argument
    ((kind, content),) = argument.items()
    if kind == "error":
        return content - FIRST_ERROR + FIRST_ERROR_IN_COM
    if kind == "missing":
        return MISSING
    if kind == "date":
        return datetime.fromisoformat(content)
    if kind == "decimal":
        return Decimal(content)
    rows = [[as_com_carries(cell) for cell in row] for row in content]
    return Range(rows) if kind == "range" else tuple(map(tuple, rows))


def main() -> None:
    """Reads calls from standard input, writes what came of them."""
    xlwings = windows_xlwings()
    from xlwings import com_server, udfs

    assert xlwings.func is udfs.xlfunc, "xlwings does not take this for Windows"
    made = {}
    for name in MODULES:
        module, text = importlib.import_module(name), io.StringIO()
        udfs.generate_vba_wrapper(name, module, text, types.SimpleNamespace(Name="book.xlsm"))
        told = [each.__xlfunc__ for each in vars(module).values() if hasattr(each, "__xlfunc__")]
        made[name] = {"vba": text.getvalue(), "told": {each["name"]: each for each in told}}
    server = com_server.XLPython()
    results = [
        server.CallUDF(module, function, [as_com_carries(argument) for argument in arguments])
        for module, function, arguments in json.load(sys.stdin)
    ]
    print(json.dumps({"made": made, "results": results}, default=str))


if __name__ == "__main__":
    main()
