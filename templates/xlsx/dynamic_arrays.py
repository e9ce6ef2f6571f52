"""Cells that hold a dynamic array formula.

So Excel stores every call of a function that may fill several cells.

A cell names its kind by a number, which the workbook's part of metadata explains (18.9; MS-XLSX 2.2.4.7 and 2.6.225).
Stored plain, Excel reads such a call with the sign @ before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from openpyxl.utils import rows_from_range

from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, MAIN, PACKAGE, PACKAGE_RELATIONSHIPS, SPREADSHEET
from templates.xlsx.sheet_rows import edited_sheet
from templates.xlsx.xml_parts import DECLARATION, Element, Parts, editing

PART = "xl/metadata.xml"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
RELATIONSHIP = f"{DOCUMENT_RELATIONSHIPS}/sheetMetadata"
METADATA = (
    f'{DECLARATION}<metadata xmlns="{SPREADSHEET}" '
    'xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
    'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" '
    'cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
"""The part of a workbook that has no other metadata."""
NUMBER = 1
"""What cells name in it, counted from 1."""


def number_in(metadata: Element) -> int:
    """What a cell names for a dynamic array; 0 where there is no such entry.

    metadata : the part of a workbook.
    """
    names = [each.get("name") for each in metadata.iterfind("{*}metadataTypes/{*}metadataType")]
    future = metadata.find("{*}futureMetadata[@name='XLDAPR']")
    if "XLDAPR" not in names or future is None:
        return 0
    kind = str(names.index("XLDAPR") + 1)
    dynamic = [
        each.find(".//{*}dynamicArrayProperties[@fDynamic='1']") is not None for each in future.iterfind("{*}bk")
    ]
    for number, each in enumerate(metadata.iterfind("{*}cellMetadata/{*}bk"), 1):
        record = each.find("{*}rc")
        if record is not None and record.get("t") == kind:
            index = record.get("v", "")
            if index.isdecimal() and int(index) < len(dynamic) and dynamic[int(index)]:
                return number
    return 0


def make_dynamic(cell: Element, number: int = NUMBER) -> None:
    """Makes a cell's formula a dynamic array of that one cell.

    One that is an array already keeps its cells.
    """
    cell.set("cm", str(number))
    formula = cell.find("{*}f")
    if formula.get("t") != "array":
        formula.attrib.clear()
        formula.set("t", "array")
        formula.set("ref", cell.get("r"))


def make_arrays_dynamic(parts: Parts, sheets: Iterable[str]) -> None:
    """Makes every array formula dynamic, and adds what their cells name.

    parts : the package that openpyxl has saved. sheets : the parts of its worksheets.
    """
    for name in sheets:
        parts[name] = edited_sheet(parts[name], _Marking().mark, lambda rest: None)
    parts[PART] = METADATA.encode()
    with editing(parts, "[Content_Types].xml") as types:
        etree.SubElement(types, f"{{{PACKAGE}/content-types}}Override", PartName=f"/{PART}", ContentType=CONTENT_TYPE)
    with editing(parts, "xl/_rels/workbook.xml.rels") as related:
        etree.SubElement(
            related,
            f"{{{PACKAGE_RELATIONSHIPS}}}Relationship",
            Id="rIdMetadata",
            Type=RELATIONSHIP,
            Target="metadata.xml",
        )


class _Marking:
    """Marks the array formulas of a sheet, and the texts that they fill cells with.

    Such a text is a formula's, and no typed one, which would stand in the way.
    """

    def __init__(self) -> None:
        self.filled: set[str] = set()

    def mark(self, rows: Element) -> None:
        """Some rows of the sheet; a formula stands before what it fills."""
        for cell in rows.iter(f"{MAIN}c"):
            formula, address = cell.find(f"{MAIN}f"), cell.get("r", "")
            if formula is not None and formula.get("t") == "array":
                make_dynamic(cell)
                self.filled |= {each for row in rows_from_range(formula.get("ref", address)) for each in row}
            elif address in self.filled and cell.find(f"{MAIN}v") is None:
                text = "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
                for inside in list(cell):
                    cell.remove(inside)
                cell.set("t", "str")
                etree.SubElement(cell, f"{MAIN}v").text = text
