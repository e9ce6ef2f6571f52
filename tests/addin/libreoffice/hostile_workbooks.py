"""Workbooks that would make LibreOffice fetch, embed or run something, written part by part."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
ART = "http://schemas.openxmlformats.org/drawingml/2006/main"

RED_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg=="
)
"""A PNG of four red pixels."""

Relation = tuple[str, str, str]
"""Identifier, kind, and target; outside the file if it has a scheme."""


def svg(*addresses: str) -> bytes:
    """A picture that is made of others."""
    images = "".join(f'<image width="50" height="50" xlink:href="{each}"/>' for each in addresses)
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {space} width="100" height="100">{images}</svg>'.encode()


def relations(*found: Relation) -> bytes:
    outside = ' TargetMode="External"'
    entries = "".join(
        f'<Relationship Id="{identifier}" Type="{DOCUMENT}/{kind}" Target="{target}"{outside * (":" in target)}/>'
        for identifier, kind, target in found
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'.encode()


def drawing(*blips: str) -> bytes:
    """A drawing with a picture for each: ``r:embed="rId1"`` or ``r:link="rId1"``."""
    pictures = "".join(
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>{3 * n}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row>"
        f"<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>{3 * n + 2}</xdr:col><xdr:colOff>0</xdr:colOff>"
        "<xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:pic><xdr:nvPicPr>"
        f'<xdr:cNvPr id="{n + 2}" name="p{n}"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip {blip}/><a:stretch>'
        '<a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="100" cy="100"/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/>'
        "</xdr:twoCellAnchor>"
        for n, blip in enumerate(blips)
    )
    return f'<xdr:wsDr xmlns:xdr="{DRAWING}" xmlns:a="{ART}" xmlns:r="{DOCUMENT}">{pictures}</xdr:wsDr>'.encode()


def write_workbook(
    path: Path,
    formulas: Sequence[str] = ("1+1",),
    *,
    of_sheet: Sequence[Relation] = (),
    sheet_end: str = "",
    of_book: Sequence[Relation] = (),
    book_end: str = "",
    parts: Mapping[str, bytes] = {},
) -> Path:
    """A workbook of one sheet, its formulas in column A, and whatever other parts."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><f>{text}</f><v>old</v></c></row>' for n, text in enumerate(formulas, 1)
    )
    whole = {
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets><sheet name="S" sheetId="1" '
        f'r:id="rId1"/></sheets>{book_end}</workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": relations(("rId1", "worksheet", "worksheets/sheet1.xml"), *of_book),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheetData>{rows}</sheetData>'
        f"{sheet_end}</worksheet>".encode(),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(*of_sheet),
        **parts,
    }
    kinds = {
        "xl/workbook.xml": "spreadsheetml.sheet.main",
        "xl/worksheets/": "spreadsheetml.worksheet",
        "xl/drawings/": "drawing",
        "xl/externalLinks/": "spreadsheetml.externalLink",
    }
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for name in whole
        for beginning, kind in kinds.items()
        if name.startswith(beginning) and name.endswith(".xml")
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="svg" ContentType="image/svg+xml"/><Default Extension="png" ContentType="image/png"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{overrides}</Types>",
        )
        for name, content in whole.items():
            package.writestr(name, content)
    return path


def with_pictures(path: Path, blips: Sequence[str], found: Sequence[Relation], parts: Mapping[str, bytes]) -> Path:
    """A workbook whose sheet has a drawing of pictures."""
    return write_workbook(
        path,
        of_sheet=[("rId1", "drawing", "../drawings/drawing1.xml")],
        sheet_end='<drawing r:id="rId1"/>',
        parts={
            "xl/drawings/drawing1.xml": drawing(*blips),
            "xl/drawings/_rels/drawing1.xml.rels": relations(*found),
            **parts,
        },
    )


def with_external_book(path: Path, target: str, cached: str = "") -> Path:
    """A workbook with a formula that refers to another workbook."""
    values = f'<sheetDataSet><sheetData sheetId="0">{cached}</sheetData></sheetDataSet>' if cached else ""
    return write_workbook(
        path,
        ["[1]Sheet1!A1"],
        of_book=[("rId9", "externalLink", "externalLinks/externalLink1.xml")],
        book_end='<externalReferences><externalReference r:id="rId9"/></externalReferences>',
        parts={
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><externalBook '
            f'r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames>{values}</externalBook>'
            "</externalLink>".encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": relations(("rId1", "externalLinkPath", target)),
        },
    )


def write_opendocument(source: Path, path: Path, sheet: str) -> Path:
    """A copy of an .ods file with one more sheet."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "content.xml":
                before, end, after = content.decode().rpartition("</table:table>")
                content = f"{before}{end}{sheet}{after}".encode()
            new.writestr(entry, content)
    return path
