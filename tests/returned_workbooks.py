"""A folder of returned workbooks of mixed quality, as they come back by email; and what is wrong with each."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl import Workbook, load_workbook

from roi_engine import REFERENCE
from roi_engine.scenario import REFERENCE_INPUTS
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import MAIN
from tests.builds import build_workbook

CORE = "docProps/core.xml"
FIRST_NAMES = ("Anna", "Ben", "Cem", "Dora", "Emil", "Fatima", "Grace", "Hiro", "Ines", "Jan")
LAST_NAMES = ("Müller", "O'Neill", "Yildiz", "Nováková", "Østergård", "Haddad", "Liu", "Tanaka", "García", "Kowalski")


@dataclass(frozen=True)
class Returned:
    """A file and what must be said of it. cell : where its problem is; words : what the sentence holds."""

    name: str
    words: str = ""
    cell: str = ""

    @property
    def good(self) -> bool:
        """Whether it can be read."""
        return not self.words


class Template:
    """The native template, unpacked once and filled many times by edits of its XML."""

    def __init__(self) -> None:
        content = build_workbook(REFERENCE, edition="native")
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.sheet = parts_by_title(self.parts)["Inputs"]
        book = load_workbook(io.BytesIO(content))
        names = (*REFERENCE_INPUTS, "name", "currency")
        texts = {name: str(book.defined_names[f"in_{name}"].attr_text) for name in names}
        self.cells = {name: text.rpartition("!")[2].replace("$", "") for name, text in texts.items()}

    def filled(self, values: dict[str, Any], saved_by: str) -> bytes:
        """A workbook with these values typed, saved by somebody. A formula is a pair of its text and its value."""
        root = etree.fromstring(self.parts[self.sheet])
        wanted = {self.cells[name]: value for name, value in values.items()}
        for cell in root.iter(f"{MAIN}c"):
            address = cell.get("r")
            if address in wanted:
                _type(cell, wanted[address])
        core = self.parts[CORE].decode().replace(
            "<cp:lastModifiedBy>FT ROI<", f"<cp:lastModifiedBy>{saved_by.replace('&', '&amp;')}<"
        )  # fmt: skip
        changed = {self.sheet: etree.tostring(root, xml_declaration=True, encoding="UTF-8"), CORE: core.encode()}
        return zipped({**self.parts, **changed})


def _type(cell: etree._Element, value: Any) -> None:
    for child in list(cell):
        cell.remove(child)
    if "t" in cell.attrib:
        del cell.attrib["t"]
    formula = ""
    if isinstance(value, tuple):
        formula, value = value
        etree.SubElement(cell, f"{MAIN}f").text = formula
    if value is None:
        return
    if isinstance(value, str):
        cell.set("t", "e" if value.startswith("#") else "str")
    etree.SubElement(cell, f"{MAIN}v").text = str(value)


def zipped(parts: dict[str, bytes]) -> bytes:
    """A package of parts, packed quickly."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def write_returned_workbooks(folder: Path, number: int, seed: int = 7, *, faults: bool = True) -> list[Returned]:
    """Writes so many files; returns what each is, in the order of their names.

    faults : whether a quarter of them has one.
    """
    chance, template = random.Random(seed), Template()
    written: list[Returned] = []
    for index in range(number):
        who = f"{FIRST_NAMES[index % 10]} {LAST_NAMES[index // 10 % 10]}"
        values = _figures(chance) | {"name": f"{who} {index}"}
        name = f"{index:04}-{who.replace(' ', '-')}.xlsx"
        words = cell = ""
        if faults and index % 4 == 3:
            fault = FAULTS[index // 4 % len(FAULTS)]
            content, words, cell = fault(template, values, who)
        elif index % 20 == 9:
            content = template.filled({**values, "name": '=HYPERLINK("x")', "currency": "EUR"}, "@sum")
        else:
            content = template.filled(values, who)
        (folder / name).write_bytes(content)
        written.append(Returned(name, words, cell))
    return written


def _figures(chance: random.Random) -> dict[str, Any]:
    return {
        "training_hours": chance.randrange(50, 5000, 10),
        "gpu_hourly_rate": round(chance.uniform(0.8, 4), 2),
        "storage_gb": chance.randrange(10, 900),
        "baseline_monthly_api_calls": chance.randrange(100_000, 9_000_000, 1000),
        "baseline_cost_per_1k_tokens": round(chance.uniform(0.1, 0.9), 3),
        "finetuned_cost_per_1k_tokens": round(chance.uniform(0.01, 0.3), 3),
        "accuracy_improvement_percent": round(chance.uniform(0, 0.5), 2),
        "monthly_review_cost": chance.randrange(0, 20_000, 100),
        "months_to_amortize": chance.choice((12, 24, 36)),
    }


Fault = Callable[[Template, dict[str, Any], str], tuple[bytes, str, str]]


def _cell_fault(name: str, value: Any, words: str) -> Fault:
    def fault(template: Template, values: dict[str, Any], who: str) -> tuple[bytes, str, str]:
        return template.filled({**values, name: value}, who), words, f"Inputs!{template.cells[name]}"

    return fault


def _file_fault(make: Callable[[bytes], bytes], words: str) -> Fault:
    def fault(template: Template, values: dict[str, Any], who: str) -> tuple[bytes, str, str]:
        return make(template.filled(values, who)), words, ""

    return fault


def _stranger(_: bytes) -> bytes:
    book, content = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active["A1"] = "Quarterly figures"
    book.save(content)
    return content.getvalue()


def _bomb(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    titles = re.findall(rb'<sheet [^>]*name="([^"]+)"', parts["xl/workbook.xml"])
    inputs = f"xl/worksheets/sheet{titles.index(b'Inputs') + 1}.xml"
    return zipped({**parts, inputs: b"<worksheet>" + b"<row/>" * 5_000_000 + b"</worksheet>"})


FAULTS: tuple[Fault, ...] = (
    _cell_fault("training_hours", "1,234", "1,234"),
    _cell_fault("accuracy_improvement_percent", 12, "12 %"),
    _cell_fault("gpu_hourly_rate", ("B10*2", 14), "holds the formula =B10*2"),
    _cell_fault("months_to_amortize", 0, "0 is below 1"),
    _cell_fault("storage_gb", None, "Missing"),
    _cell_fault("monthly_review_cost", "#REF!", "#REF!"),
    _cell_fault("gpu_hourly_rate", -1, "-1 is below 0"),
    _file_fault(lambda _: b"", "empty"),
    _file_fault(lambda content: content[: len(content) // 2], "damaged"),
    _file_fault(lambda _: bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, ".xls"),
    _file_fault(_stranger, "no workbook of FT ROI"),
    _file_fault(_bomb, "too large"),
)
