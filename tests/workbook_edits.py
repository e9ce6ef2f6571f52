"""Edits of a finished workbook in its XML, with everything else left as it was: quick, and exact."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from roi_engine.scenario import INPUTS
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import MAIN

WORKBOOK = "xl/workbook.xml"


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a package, in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def package_of(parts: Mapping[str, bytes]) -> bytes:
    """A package of parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return written.getvalue()


def with_part(content: bytes, part: str, change: Callable[[Any], None]) -> bytes:
    """The workbook with the XML of a part changed."""
    parts = parts_of(content)
    root = etree.fromstring(parts[part])
    change(root)
    parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return package_of(parts)


def with_name(content: bytes, name: str, text: str) -> bytes:
    """The workbook with a defined name that says something else."""

    def change(root: Any) -> None:
        (found,) = root.xpath("//*[local-name()='definedName'][@name=$name]", name=name)
        found.text = text

    return with_part(content, WORKBOOK, change)


def with_cells(content: bytes, values: Mapping[str, Any], sheet: str = "Inputs") -> bytes:
    """The workbook with values in cells of a sheet, such as ``C9`` or the name of an input.

    A value is a number, a text, a truth value, a pair of formula and cached value, or None for nothing.
    """
    parts = parts_of(content)
    names = {
        each.get("name"): str(each.text).rpartition("!")[2].replace("$", "")
        for each in etree.fromstring(parts[WORKBOOK]).iter(f"{MAIN}definedName")
    }

    def change(root: Any) -> None:
        for key, value in values.items():
            address = names[f"in_{key}"] if key in INPUTS else key
            (cell,) = root.xpath("//*[local-name()='c'][@r=$address]", address=address)
            _fill(cell, value)

    return with_part(content, parts_by_title(parts)[sheet], change)


def _fill(cell: Any, value: Any) -> None:
    cell.attrib.pop("t", None)
    cell[:] = []
    if isinstance(value, tuple):
        formula, value = value
        etree.SubElement(cell, f"{MAIN}f").text = formula
    if isinstance(value, bool):
        cell.set("t", "b")
        value = int(value)
    elif isinstance(value, str):
        cell.set("t", "e" if value.startswith("#") else "str")
    if value is not None:
        etree.SubElement(cell, f"{MAIN}v").text = str(value)
