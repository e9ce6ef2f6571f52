"""Calls through xlwings as Excel for Windows has it, on any system; the process is that of pretended_windows.py.

An argument is what VBA sends: None (an empty cell), a number, a text, a boolean, an error as {"error": number} (the
number as CVErr takes it), {"missing": true} where it is left out, {"values": rows} (an array: our wrappers send the
values of a range) or {"range": rows} (a Range object: xlwings' own wrappers send it). What Value2 would make a plain
number of is a date, {"date": "2026-01-01"}, or a currency, {"decimal": "2"}.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from roi_engine.cell_errors import CELL_ERRORS

ROOT = Path(__file__).parents[1]
CALLS, FUNCTIONS = "addin.excel.calls", "addin.functions"
ERROR_TEXTS = {number: text for text, number in CELL_ERRORS.items()}
Call = tuple[str, str, Sequence[Any]]
"""Module, function and arguments."""


def windows(calls: Sequence[Call] = ()) -> tuple[dict[str, Any], list[Any]]:
    """What xlwings makes of each module (its VBA wrappers, what it was told), and a result for each call."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pretended_windows"],
        input=json.dumps(calls),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["made"], answer["results"]


def sent_by_our_wrapper(argument: Any) -> Any:
    """An argument of tests/cases as the add-in's VBA sends it: the values of a range, one cell as its value."""
    rows = _rows_for_vba(argument)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else {"values": rows}


def sent_by_xlwings_wrapper(argument: Any) -> Any:
    """The same as the VBA that xlwings generates sends it: a Range object, of one cell too; or that it is left out."""
    return {"missing": True} if argument == "" else {"range": _rows_for_vba(argument)}


def _rows_for_vba(argument: Any) -> list[list[Any]]:
    rows = argument if isinstance(argument, (list, tuple)) else [[argument]]
    return [[_cell_for_vba(cell) for cell in row] for row in rows]


def _cell_for_vba(cell: Any) -> Any:
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, str) and cell in CELL_ERRORS:
        return {"error": CELL_ERRORS[cell]}
    return None if cell == "" else cell


def rows_carried_back(result: Any) -> list[list[Any]]:
    """A result as rows: COM carries back one cell by itself, and one row as a row."""
    rows = result if isinstance(result, list) else [[result]]
    return rows if isinstance(rows[0], list) else [rows]


def shown_by_our_wrapper(result: Any) -> list[list[Any]]:
    """The cells that the add-in's VBA fills: texts without their mark, errors as their texts."""
    return [[_shown(cell) for cell in row] for row in rows_carried_back(result)]


def _shown(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell:
        return cell
    return ERROR_TEXTS[int(cell[1:])] if cell[0] == "#" else cell[1:]
