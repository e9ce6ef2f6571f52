"""The component that LibreOffice loads: a method for every FT_ function.

It imports nothing that could fail: a component that cannot be imported is a silent #VALUE! in every cell.
"""

from __future__ import annotations

import importlib.util
import json
import struct
import sys
import traceback
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import uno
import unohelper
from com.sun.star.sheet import ResultEvent, XVolatileResult
from org.ftroi import XFunctions

IMPLEMENTATION = "org.ftroi.Functions"
SERVICES = ("com.sun.star.sheet.AddIn", IMPLEMENTATION)
HERE = Path(__file__).parent
SETTINGS = json.loads((HERE / "settings.json").read_text("utf-8"))

# Calc's numbers for the cell errors: a NaN that carries one is shown as that error.
CALC_ERRORS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}
QUIET_NAN = 0x7FF8_0000_0000_0000


def cell_error(code: str) -> float:
    """The number that Calc shows as a cell error."""
    (number,) = struct.unpack("<d", struct.pack("<Q", QUIET_NAN | CALC_ERRORS[code]))
    return float(number)


def in_cell(value: Any) -> Any:
    """A value as Calc takes it from an add-in: TRUE is 1, nothing an empty text."""
    if isinstance(value, dict):
        return cell_error(value["error"])
    if isinstance(value, bool):
        return float(value)
    return "" if value is None else value


def in_cells(answer: Any, table: bool) -> Any:
    """An answer as Calc takes it: one value, or rows of them.

    table : whether the interface declares rows. Texts among rows are the lesser ones (Calc's comparisons fail on them),
        so one value is never sent as rows where the interface leaves it open.
    """
    if not isinstance(answer, list):
        return ((in_cell(answer),),) if table else in_cell(answer)
    rows = tuple(tuple(in_cell(cell) for cell in row) for row in answer)
    return rows if table else grid(rows)


class Grid(unohelper.Base, XVolatileResult):  # type: ignore[misc]
    """Rows from a method that is declared to give anything.

    Calc takes them only by way of a result that may change.
    """

    def __init__(self, rows: tuple[tuple[Any, ...], ...]) -> None:
        self.rows = rows

    def addResultListener(self, listener: Any) -> None:
        """Sends the rows, which do not change, at once."""
        event = ResultEvent()
        event.Value = uno.Any("[][]any", self.rows)
        listener.modified(event)

    def removeResultListener(self, listener: Any) -> None:
        """There is nothing more to send."""


@lru_cache(maxsize=1024)
def grid(rows: tuple[tuple[Any, ...], ...]) -> Grid:
    """One object for equal rows: Calc keeps what it has listened to."""
    return Grid(rows)


def _beside(name: str) -> ModuleType:
    """A module that stands beside this one: LibreOffice's loader knows no packages."""
    specification = importlib.util.spec_from_file_location(f"ft_roi_{name}", HERE / f"{name}.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@cache
def calculator() -> Callable[..., Any]:
    """The function that answers calls, chosen at the first one."""

    def engine() -> tuple[str, Callable[..., Any]]:
        worker = _beside("worker")
        return worker.engine_version(), worker.engine()

    answer: Callable[..., Any] = _beside("calculator").chosen_calculator(SETTINGS, HERE / "worker.py", engine)
    return answer


def method(name: str) -> Callable[..., Any]:
    """The method of a function."""
    table = name in SETTINGS["tables"]

    def run(self: Any, *arguments: Any) -> Any:
        try:
            return in_cells(calculator()(name, arguments), table)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return in_cells({"error": "#VALUE!"}, table)

    return run


class Functions(unohelper.Base, XFunctions):  # type: ignore[misc]
    """The add-in: its methods are set below, one for each function of the extension."""

    def __init__(self, context: Any) -> None:
        self.context = context


for _method, _name in SETTINGS["methods"].items():
    setattr(Functions, _method, method(_name))

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Functions, IMPLEMENTATION, SERVICES)
