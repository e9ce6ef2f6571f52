"""docs/cells.md: each value that a cell may hold, on each host, gives what the page's table says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.libreoffice.office import Office
from addin.libreoffice.safe_copy import safe_copy
from roi_engine import FtRoiError, call
from roi_engine.cell_errors import CELL_ERRORS, YOUNGER_ERRORS
from tests.xlwings_on_windows import CALLS, FUNCTIONS, Call, shown_by_our_wrapper, windows
from tests.xlwings_server import Server

PAGE = Path(__file__).parents[2] / "docs" / "cells.md"
FUNCTION, BEFORE = "FT_APICOST", (5_000_000, 0.3)
A_DATE, SERIAL = date(2026, 1, 2), 46024
NOT_THERE = "—"
SPILL_IN_COM = 2045

# What the first column of the table says, in the forms that it has on a host: VBA is what the add-in sends, Range what
# Excel has in a Range object (both told in xlwings_on_windows.py), Office.js what a server gets, cell LibreOffice's.
VALUES: dict[str, dict[str, Sequence[Any]]] = {
    "nothing": {"Python": [None, [[None]]], "shell": [""], "Office.js": [None, [[None]]], "cell": [None]},
    "an empty text, or blanks": {"Python": ["", "  "], "shell": ["", "  "], "Office.js": ["", "  "], "cell": ['=""']},
    "0": {"Python": [0, 0.0], "shell": ["0"], "cell": [0]},
    "2, which most hosts hand over as 2.0": {"Python": [2, 2.0], "shell": ["2", "2.0"], "cell": [2]},
    "2 in a currency format": {
        "Python": [Decimal(2)],
        "VBA": [2.0],
        "Range": [{"decimal": "2"}],
        "Office.js": [2],
        "cell": ["$ 2"],
    },
    "2 as text": {"Python": ["2"], "shell": ["2"], "cell": ['="2"']},
    "another text": {"Python": ["many"], "shell": ["many"], "cell": ["many"]},
    "TRUE": {"Python": [True], "shell": ["TRUE"], "cell": [True]},
    "−1, which is out of range": {"Python": [-1], "shell": ["-1"], "cell": [-1]},
    "the error #N/A": {
        "Python": ["#N/A"],
        "VBA": [{"error": 2042}],
        "Range": [{"error": 2042}],
        "shell": ["#N/A"],
        "cell": ["=NA()"],
    },
    "the error #SPILL!, or another of the newer ones": {
        "Python": sorted(YOUNGER_ERRORS),
        "VBA": [{"error": SPILL_IN_COM}],
        "Range": [{"error": SPILL_IN_COM}],
        "Office.js": ["#SPILL!", "#CALC!"],
        "shell": ["#SPILL!"],
    },
    "the date 2026-01-02": {
        "Python": [A_DATE],
        "VBA": [SERIAL],
        "Range": [{"date": A_DATE.isoformat()}],
        "Office.js": [SERIAL],
        "shell": [A_DATE.isoformat()],
        "cell": [A_DATE],
    },
}
HOSTS = {
    "Excel add-in": "VBA",
    "xlwings import": "Range",
    "xlwings Server": "Office.js",
    "LibreOffice": "cell",
    "`ft-roi eval`": "shell",
    "Python": "Python",
}


def table() -> dict[str, dict[str, str]]:
    """What the page says: value → host → what the function gives."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    title, *rows = lines
    return {row[0]: dict(zip(title[1:], (cell.strip("*") for cell in row[1:]), strict=True)) for row in rows}


def values(what: str, host: str) -> Sequence[Any]:
    """The forms that a value has on a host; those of Python where none are named."""
    forms = VALUES[what]
    return forms.get(HOSTS[host], forms["Python"] if HOSTS[host] != "cell" else [])


def expected(what: str, host: str) -> Any:
    said = table()[what][host]
    return said if said in CELL_ERRORS else float(said)


def pairs(*hosts: str) -> list[Any]:
    return [
        pytest.param(what, host, id=f"{host}: {what}")
        for what in VALUES
        for host in hosts
        if table()[what][host] != NOT_THERE
    ]


def test_the_page_and_this_table_have_the_same_rows_and_hosts() -> None:
    assert list(table()) == list(VALUES)
    assert {tuple(row) for row in table().values()} == {tuple(HOSTS)}


def in_python(value: Any) -> Any:
    try:
        return call(FUNCTION, *BEFORE, value)
    except FtRoiError as error:
        return error.code


def in_a_shell(word: str) -> Any:
    done = CliRunner().invoke(ft_roi, ["eval", FUNCTION, *map(str, BEFORE), "--json", "--", word])
    printed = json.loads(done.stdout)
    return printed["error"]["code"] if printed["error"] else printed["result"]


@pytest.fixture(scope="module")
def on_server():
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def on_windows() -> dict[tuple[str, str], list[Any]]:
    """What comes back for each value: by itself, and in a range of one cell."""
    calls: dict[tuple[str, str, int], Call] = {}
    for what in VALUES:
        for number, value in enumerate(values(what, "Excel add-in")):
            for form, sent in enumerate((value, {"values": [[value]]})):
                calls[what, "Excel add-in", 2 * number + form] = (CALLS, "cells", [FUNCTION, *BEFORE, sent])
        for number, value in enumerate(values(what, "xlwings import")):
            for form, sent in enumerate((value, {"range": [[value]]})):
                calls[what, "xlwings import", 2 * number + form] = (FUNCTIONS, FUNCTION, [*BEFORE, sent])
    _, results = windows(list(calls.values()))
    found: dict[tuple[str, str], list[Any]] = {}
    for (what, host, _), result in zip(calls, results, strict=True):
        shown = shown_by_our_wrapper(result)[0][0] if host == "Excel add-in" else result
        found.setdefault((what, host), []).append(shown)
    return found


@pytest.mark.parametrize(("what", "host"), pairs("Excel add-in", "xlwings import"))
def test_in_excel(on_windows, what: str, host: str) -> None:
    assert on_windows[what, host] == [expected(what, host)] * 2 * len(values(what, host))


@pytest.mark.parametrize(("what", "host"), pairs("xlwings Server"))
def test_on_the_server(on_server, what: str, host: str) -> None:
    found = [on_server.result(FUNCTION, *BEFORE, value) for value in values(what, host)]
    assert found == [expected(what, host)] * len(found)


@pytest.mark.parametrize(("what", "host"), pairs("`ft-roi eval`", "Python"))
def test_in_python_and_a_shell(what: str, host: str) -> None:
    calls: dict[str, Callable[[Any], Any]] = {"Python": in_python, "`ft-roi eval`": in_a_shell}
    found = [calls[host](value) for value in values(what, host)]
    assert found == [expected(what, host)] * len(found)


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_in_libreoffice(tmp_path: Path) -> None:
    asked = [what for what in VALUES if table()[what]["LibreOffice"] != NOT_THERE]
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row, what in enumerate(asked, 1):
        (value,) = VALUES[what]["cell"]
        currency = isinstance(value, str) and value.startswith("$ ")
        sheet[f"A{row}"] = float(value[2:]) if currency else value
        if currency:
            sheet[f"A{row}"].number_format = "$#,##0.00"
        sheet[f"B{row}"] = f"={FUNCTION}({BEFORE[0]},{BEFORE[1]},A{row})"
    path, out = tmp_path / "cells.xlsx", tmp_path / "out"
    book.save(path)
    out.mkdir()
    with Office() as office:
        (computed,) = office.convert([safe_copy(path)], out, ".xlsx")
    shown: Any = openpyxl.load_workbook(computed, data_only=True).active
    found = {what: shown[f"B{row}"].value for row, what in enumerate(asked, 1)}
    assert found == {what: expected(what, "LibreOffice") for what in asked}


def test_what_a_calculation_left_beside_a_whole_number_is_that_number() -> None:
    assert call("FT_STORAGECOST", 28, 0.02, 12.000000000000002) == call("FT_STORAGECOST", 28, 0.02, 12)
    with pytest.raises(FtRoiError, match=r"12\.5 is not a whole number"):
        call("FT_STORAGECOST", 28, 0.02, 12.5)
