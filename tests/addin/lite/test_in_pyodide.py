"""The Python that a workbook carries, read out of it again and run as xlwings Lite runs it: in Pyodide."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest

from addin.lite.workbook import with_functions
from roi_engine import REFERENCE, functions
from roi_engine.errors import MissingPackage
from tests import pyodide
from tests.builds import build_workbook
from tests.test_cases import AS_SERIAL_NUMBER, as_excel_shows, with_empty_cells
from tests.worksheet_cases import Case, all_cases, difference
from tests.xlwings_server import Server, cell_shown, sent

CANNOT = {"date": AS_SERIAL_NUMBER}
"""The kinds of rows that xlwings cannot be handed, with the reason."""
NEED_NUMPY = {
    "FT_BREAKEVEN", "FT_EVPI", "FT_HISTOGRAM", "FT_IMPORTANCE", "FT_OPTION", "FT_OPTIONS", "FT_RISKVERDICT",
    "FT_SIMSTAT", "FT_SIMULATE",
}  # fmt: skip
"""The functions that need NumPy for some single cells; all need it for ranges."""


def rows() -> list[Case]:
    return [case for case in all_cases() if not case.kinds & CANNOT.keys()]


@pytest.fixture(scope="module")
def main() -> str:
    """main.py as anybody reads it out of the file: the zip, the XML, the JSON."""
    content = with_functions(build_workbook(REFERENCE)).content
    with zipfile.ZipFile(BytesIO(content)) as package:
        root = ElementTree.fromstring(package.read("xl/webextensions/webextension1.xml"))
    kept = {each.get("name"): each.get("value") for each in root.iter() if each.tag.endswith("}property")}
    text: str = json.loads(kept["main.py"])
    return text


def wrong(case: Case, cells: list[list[Any]]) -> str:
    shown = [[cell_shown(cell) for cell in row] for row in cells]
    return difference(case, as_excel_shows(shown, case))


@pytest.mark.needs_pyodide
@pytest.mark.full(seconds=40)
def test_every_row_gives_the_same_as_in_python_or_asks_for_numpy(main: str) -> None:
    calls = [(case.function, [sent(each) for each in map(with_empty_cells, case.arguments)]) for case in rows()]
    found = pyodide.run(main, calls)
    assert {each["name"] for each in found["meta"]["functions"]} == functions().keys()
    asking, answered = [], set()
    for case, answer in zip(rows(), found["answers"], strict=True):
        assert "raised" not in answer, (str(case), answer)
        if answer["cells"] == [[str(MissingPackage(case.function, "numpy"))]]:
            asking.append(case)
        else:
            answered.add(case.function)
            assert not wrong(case, answer["cells"]), case
    assert {case.function for case in asking if "range" not in case.kinds} == NEED_NUMPY
    assert answered >= functions().keys() - NEED_NUMPY


@pytest.mark.full(seconds=10)
def test_with_numpy_every_row_gives_the_same(main: str, tmp_path) -> None:
    """On this computer's Python, which has it."""
    (tmp_path / "main.py").write_text(main, "utf-8")
    with Server(module="main", folder=tmp_path) as server:
        assert server.meta["functions"]
        for case in rows():
            assert not wrong(case, server.cells(case.function, *map(with_empty_cells, case.arguments))), case
