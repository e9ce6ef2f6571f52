"""The file format is read and written in one room: nobody else opens zips, parses XML or undoes escapes."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from roi_engine.cell_errors import CELL_ERRORS

ROOT = Path(__file__).parents[3]
TOOLBOX = "templates/xlsx/"

LIBRARIES = ("zipfile", "lxml", "defusedxml", "xml.parsers", "xml.etree", "xml.dom")
"""What opens packages and parses XML. Writing a text into XML is left to xml.sax.saxutils and html, by anybody."""
EXCEPTIONS = {
    ("addin/libreoffice/recalculated.py", "zipfile"): "it looks into .ods files too, which are no packages of Office's",
    ("addin/libreoffice/recalculated.py", "lxml"): "the same",
}
"""Modules elsewhere that use one of them, each with its reason."""

SPELLED_ONCE = {
    "[0-9A-Fa-f]{4}": {"templates/xlsx/escapes.py"},
    "#NULL!": {"roi_engine/cell_errors.py", "addin/libreoffice/component.py"},
    "#GETTING_DATA": {"roi_engine/cell_errors.py"},
    "SOURCE_DATE_EPOCH": {"templates/xlsx/generation_time.py"},
    "officeDocument/2006/relationships": {"templates/xlsx/namespaces.py", "addin/libreoffice/recalculated.py"},
    "spreadsheetml/2006/main": {
        "templates/xlsx/namespaces.py",
        "templates/xlsx/finishing.py",  # in XML that is written out, to be read as it stands
        "addin/libreoffice/recalculated.py",
    },
}
"""What a fact of the file format is spelled by, and the only modules whose code holds it.

component.py runs in LibreOffice's own Python, where it can import nothing of this project.
"""


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for package in ("roi_engine", "templates", "addin")
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def imported(module: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


@cache
def texts(path: str) -> list[str]:
    """The texts of a module's code: docstrings, and texts that stand alone like them, left out."""
    nodes = list(ast.walk(modules()[path]))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_packages_and_xml_are_opened_in_the_toolbox_only() -> None:
    found = {
        (path, library)
        for path, module in modules().items()
        if not path.startswith(TOOLBOX)
        for names in [imported(module)]
        for library in LIBRARIES
        if any(name == library or name.startswith(f"{library}.") for name in names)
    }
    assert found == EXCEPTIONS.keys()


@pytest.mark.parametrize("spelling", SPELLED_ONCE)
def test_a_fact_of_the_file_format_is_spelled_once(spelling: str) -> None:
    found = {path for path in modules() if any(spelling in text for text in texts(path))}
    assert found == SPELLED_ONCE[spelling]


def test_libreoffices_component_knows_every_error() -> None:
    module = modules()["addin/libreoffice/component.py"]
    (known,) = (
        ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CALC_ERRORS"
    )
    assert known.keys() == CELL_ERRORS.keys()
