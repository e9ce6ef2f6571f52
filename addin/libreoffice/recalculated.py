"""What stands in the formula cells of an .xlsx file that LibreOffice wrote."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class FormulaCell:
    """A formula cell with an error in it, or none."""

    sheet: str
    address: str
    formula: str
    error: str | None


def formula_cells(path: Path) -> Iterator[FormulaCell]:
    """The formula cells of an .xlsx file, sheet by sheet."""
    with ZipFile(path) as package:
        relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {each.get("Id"): each.get("Target", "") for each in relations}
        for sheet in etree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            with package.open(posixpath.join("/xl", targets[sheet.get(_ID)])[1:]) as part:
                for _, row in etree.iterparse(part, tag=f"{_MAIN}row"):
                    for cell in row.iter(f"{_MAIN}c"):
                        formula = cell.find(f"{_MAIN}f")
                        if formula is not None:
                            error = cell.findtext(f"{_MAIN}v") if cell.get("t") == "e" else None
                            yield FormulaCell(sheet.get("name", ""), cell.get("r", ""), formula.text or "", error)
                    row.clear()
