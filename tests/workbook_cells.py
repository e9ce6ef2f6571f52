"""Scenarios at the edges, what the cells of a workbook file hold, and the comparison of what two of them show."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from roi_engine import REFERENCE, Scenario, load_scenario
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import MAIN

SAMPLES = Path(__file__).parents[1] / "templates" / "samples"


def samples_and_edges() -> dict[str, Scenario]:
    """The samples, and the edges: loss, never, nothing upfront, nothing at all, one month, beyond the horizon."""
    found = {path.stem: load_scenario(path) for path in sorted(SAMPLES.glob("*.toml"))}
    found["loss"] = REFERENCE.with_inputs(training_hours=5000, calls=10_000, review_cost=100)
    found["never"] = REFERENCE.with_inputs(finetuned_cost=0.4, review_cost=0)
    found["free"] = REFERENCE.with_inputs(training_hours=0, storage_gb=0)
    found["nothing"] = REFERENCE.with_inputs(training_hours=0, storage_gb=0, calls=0, review_cost=0)
    found["one month"] = REFERENCE.with_inputs(months=1)
    found["late"] = REFERENCE.with_inputs(training_hours=20_000, monthly_growth=0.02, benefit_risk=0.1, cost_risk=0.2)
    return found


def same(shown: Any, expected: Any, scale: float) -> bool:
    """Numbers within 1e-9 of each other or of the largest flow; texts exactly."""
    if isinstance(shown, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(shown, expected, rel_tol=1e-9, abs_tol=1e-9 * scale)
    return bool(shown == expected)


class Stored(NamedTuple):
    """What a cell holds in the file: its formula without =, and its value as a reader sees it (an error as text)."""

    formula: str | None
    value: float | str | bool | None


class Cells(dict[str, Stored]):
    """The cells of a sheet by address; an empty one is empty."""

    def __missing__(self, address: str) -> Stored:
        return Stored(None, None)


def stored_cells(package: bytes) -> dict[str, Cells]:
    """Sheet → address → content of every cell that is not empty, a tenth of the time that openpyxl takes."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    strings = etree.fromstring(parts.get("xl/sharedStrings.xml", b"<sst/>")).iterchildren(f"{MAIN}si")
    texts = ["".join(text.text or "" for text in each.iter(f"{MAIN}t")) for each in strings]
    return {
        title: Cells(
            (cell.get("r", ""), content)
            for cell in etree.fromstring(parts[name]).iter(f"{MAIN}c")
            if (content := _stored(cell, texts)) != (None, None)
        )
        for title, name in parts_by_title(parts).items()
    }


def _stored(cell: Any, texts: list[str]) -> Stored:
    formula, value, kind = cell.find(f"{MAIN}f"), cell.findtext(f"{MAIN}v"), cell.get("t", "n")
    if kind == "inlineStr":
        shown: float | str | bool | None = "".join(text.text or "" for text in cell.iter(f"{MAIN}t")) or None
    elif value is None:
        shown = None
    elif kind == "s":
        shown = texts[int(value)]
    elif kind == "b":
        shown = value == "1"
    else:
        shown = float(value) if kind == "n" and value else value
    return Stored(None if formula is None else formula.text or "", shown)


class Comparison(NamedTuple):
    """The formulas of a workbook that were compared, and in words what another program shows otherwise."""

    formulas: list[str]
    wrong: list[str]


def recalculated_otherwise(
    made: bytes, recalculated: bytes, scale: float, takes: Callable[[str], bool] = bool
) -> Comparison:
    """Holds a recalculated copy of a workbook against what the workbook has cached.

    scale : the size of the largest flow, against which rounding is measured.
    takes : whether a formula is compared.
    """
    shown, formulas, wrong = stored_cells(recalculated), [], []
    for title, cells in stored_cells(made).items():
        for address, cell in cells.items():
            if cell.formula is not None and takes(cell.formula):
                formulas.append(cell.formula)
                found = shown[title][address].value
                if not same(found, cell.value, scale):
                    wrong.append(f"{title}!{address} {cell.formula}: {found!r} is not {cell.value!r}")
    return Comparison(formulas, wrong)


def without_wait(formula: str) -> str:
    """A formula without what the book puts before each: that it waits for inputs which are missing."""
    return re.sub(r'^IF\(\w*missing\w*>0,("[^"]*"|\w+),', "", formula)


def named_cells(package: bytes) -> dict[str, tuple[str, str]]:
    """Defined name of one cell → sheet and address."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        workbook = etree.fromstring(archive.read("xl/workbook.xml"))
    found = {}
    for each in workbook.iter(f"{MAIN}definedName"):
        if match := re.fullmatch(r"'?((?:[^'!]|'')+)'?!\$([A-Z]+)\$(\d+)", each.text or ""):
            found[each.get("name", "")] = (match[1].replace("''", "'"), match[2] + match[3])
    return found


def with_inputs(package: bytes, inputs: Mapping[str, float | str | None]) -> bytes:
    """The package with other content in the cells typed into, None for an emptied one, and nothing else changed."""
    names = named_cells(package)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    part = parts_by_title(parts)["Inputs"]
    root = etree.fromstring(parts[part])
    cells = {cell.get("r"): cell for cell in root.iter(f"{MAIN}c")}
    for name, value in inputs.items():
        cell = cells[names[f"in_{name}"][1]]
        cell.attrib.pop("t", "")
        for child in list(cell):
            cell.remove(child)
        if value is not None:
            etree.SubElement(cell, f"{MAIN}v").text = value if isinstance(value, str) else repr(value)
        if isinstance(value, str):
            cell.set("t", "str")
    parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    edited = io.BytesIO()
    with zipfile.ZipFile(edited, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return edited.getvalue()
