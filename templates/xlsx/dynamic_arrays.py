"""Array formulas as Excel 365 stores them: they fill as many cells as they give.

A cell with such a formula refers to the workbook's metadata by its attribute cm (18.3.1.4, 18.9). Without it the
formula is an old array formula in braces; stored as no array at all, a call of a LAMBDA is shown with an @ before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from openpyxl.utils import rows_from_range

from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, MAIN, PACKAGE, PACKAGE_RELATIONSHIPS, SPREADSHEET
from templates.xlsx.sheet_rows import edited_sheet
from templates.xlsx.xml_parts import Element, Parts, editing, serialised, without_blanks

PART = "xl/metadata.xml"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"

# As Excel writes it for the formulas that it calls dynamic (XLDAPR).
METADATA = f"""
<metadata xmlns="{SPREADSHEET}"
    xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">
  <metadataTypes count="1">
    <metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1"
        splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" cellMeta="1"/>
  </metadataTypes>
  <futureMetadata name="XLDAPR" count="1">
    <bk>
      <extLst>
        <ext uri="{{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}}">
          <xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/>
        </ext>
      </extLst>
    </bk>
  </futureMetadata>
  <cellMetadata count="1">
    <bk>
      <rc t="1" v="0"/>
    </bk>
  </cellMetadata>
</metadata>"""


def make_arrays_dynamic(parts: Parts, sheets: Iterable[str]) -> None:
    """Marks every array formula as dynamic, and adds what the mark refers to.

    parts : the package. sheets : the parts of its worksheets.
    """
    for name in sheets:
        parts[name] = edited_sheet(parts[name], _Marking().mark, lambda rest: None)
    parts[PART] = serialised(without_blanks(METADATA))
    with editing(parts, "[Content_Types].xml") as types:
        etree.SubElement(types, f"{{{PACKAGE}/content-types}}Override", PartName=f"/{PART}", ContentType=CONTENT_TYPE)
    with editing(parts, "xl/_rels/workbook.xml.rels") as related:
        etree.SubElement(
            related,
            f"{{{PACKAGE_RELATIONSHIPS}}}Relationship",
            Id="rIdMetadata",
            Type=f"{DOCUMENT_RELATIONSHIPS}/sheetMetadata",
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
                cell.set("cm", "1")
                self.filled |= {each for row in rows_from_range(formula.get("ref", address)) for each in row}
            elif address in self.filled and cell.find(f"{MAIN}v") is None:
                text = "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
                for inside in list(cell):
                    cell.remove(inside)
                cell.set("t", "str")
                etree.SubElement(cell, f"{MAIN}v").text = text
