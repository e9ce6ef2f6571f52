"""What stands in the formula cells of an .xlsx file that LibreOffice wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from lxml import etree

from addin.shell.failures import InvalidInput
from templates.xlsx.untrusted_package import content_of, main_part, open_zip

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
WORKBOOK_PARTS = ("xl/workbook.xml", "content.xml")


@dataclass(frozen=True)
class FormulaCell:
    """A formula cell with an error in it, or none."""

    sheet: str
    address: str
    formula: str
    error: str | None


def check_is_workbook(path: Path) -> None:
    """Refuses a file that is no workbook whatever its name says: LibreOffice would load it as text."""
    try:
        with ZipFile(path) as package:
            if any(part in package.namelist() for part in WORKBOOK_PARTS):
                return
    except BadZipFile:
        if path.read_bytes()[:8] == bytes.fromhex("D0CF11E0A1B11AE1"):
            raise InvalidInput(
                f"{path} has a password, or is of Excel 97. Save it as .xlsx without a password."
            ) from None
    raise InvalidInput(f"{path} is no workbook: its content is not that of an .xlsx or .ods file.")


def calls_functions(path: Path) -> bool:
    """Whether a formula of a workbook calls an FT_ function; a text that shows such a call does not count.

    Only the sheets that the workbook names are unpacked, within limits; raises `UnreadableWorkbook` beyond them.
    """
    package = open_zip(content_of(path))
    sheets = [each.target for each in package.relationships(main_part(package)).values() if each.kind == "worksheet"]
    found = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if "FT_" in attributes.get("formula", ""):  # of an .ods file
            found.append(tag)

    def end(tag: str, text: str) -> None:
        if tag == "f" and "FT_" in text:
            found.append(tag)

    for name in ["content.xml", *sheets]:
        if name in package:
            package.stream(name, start, end)
    return bool(found)


def formula_cells(path: Path) -> Iterator[FormulaCell]:
    """The formula cells of an .xlsx file, sheet by sheet."""
    with ZipFile(path) as package:
        relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {each.get("Id"): each.get("Target") for each in relations}
        for sheet in etree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            part = f"xl/{targets[sheet.get(_ID)]}"
            for cell in etree.fromstring(package.read(part)).iter(f"{_MAIN}c"):
                formula = cell.find(f"{_MAIN}f")
                if formula is not None:
                    error = cell.findtext(f"{_MAIN}v") if cell.get("t") == "e" else None
                    yield FormulaCell(sheet.get("name", ""), cell.get("r", ""), formula.text or "", error)
