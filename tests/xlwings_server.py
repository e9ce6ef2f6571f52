"""xlwings as a server has it: a process in which it serves our functions to Office.js."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

ERROR_TYPES = {
    "Div0": "#DIV/0!",
    "NotAvailable": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
YOUNGER_ERROR_TYPES = {"Spill": "#SPILL!", "Calc": "#CALC!"}
_TYPES = {text: kind for kind, text in (ERROR_TYPES | YOUNGER_ERROR_TYPES).items()}

PROGRAM = """
import asyncio, json, sys, types
sys.modules["pyodide"] = sys.modules["pyodide.ffi"] = types.SimpleNamespace(JsNull=())  # sought for every cell
if "without numpy" in sys.argv:
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("numpy", "scipy", "pandas"):
                raise ModuleNotFoundError(name, name=name)
    sys.meta_path.insert(0, Missing())
import xlwings
from xlwings.server import custom_functions_call, custom_functions_meta
import {module} as module

def answer(name, arguments, runtime):
    data = {{"func_name": name, "args": arguments, "version": xlwings.__version__, "client": "Office.js",
            "runtime": runtime, "date_format": None, "culture_info_name": "en-US"}}
    try:
        return {{"cells": asyncio.run(custom_functions_call(data, module))}}
    except Exception as error:
        return {{"raised": repr(error)}}

print(json.dumps(custom_functions_meta(module)), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
"""


class Server:
    """The process, with a module's functions; used with ``with``."""

    def __init__(self, *options: str, module: str = "addin.functions", folder: Path = ROOT, **environment: str) -> None:
        key = {"XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(module=module), *options],
            cwd=folder,
            env={**os.environ, **key, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.meta = json.loads(self._line())

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "xlwings could not load the functions"
        return line

    def cells(self, name: str, *arguments: Any, runtime: str = "1.4") -> list[list[Any]]:
        """The cells that a formula fills, as Office.js gets them."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([name, [sent(argument) for argument in arguments], runtime]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self._line())
        assert "raised" not in answer, answer
        rows: list[list[Any]] = answer["cells"]
        return rows

    def shown(self, name: str, *arguments: Any) -> list[list[Any]]:
        """The same as a person sees them: an error as its text."""
        return [[cell_shown(cell) for cell in row] for row in self.cells(name, *arguments)]

    def result(self, name: str, *arguments: Any) -> Any:
        """The same, one cell as itself."""
        rows = self.shown(name, *arguments)
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def sent(argument: Any) -> Any:
    """An argument as Office.js sends it: rows of cells, None for an empty one; None where it is left out."""
    if argument is None:
        return None
    rows = argument if isinstance(argument, (list, tuple)) else [[argument]]
    return [[_cell_sent(cell) for cell in row] for row in rows]


def _cell_sent(cell: Any) -> Any:
    if isinstance(cell, str) and cell in _TYPES:
        return {"type": "Error", "basicType": "Error", "basicValue": cell, "errorType": _TYPES[cell]}
    return cell


def cell_shown(cell: Any) -> Any:
    """A cell that Office.js gets as a person sees it: an error as its text."""
    return ERROR_TYPES[cell["errorType"]] if isinstance(cell, dict) else cell
