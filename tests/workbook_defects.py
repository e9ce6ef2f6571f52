"""Defects seeded into a sound workbook, one at a time, each with the rule of the package check that must find it.

A defect changes the text of a part, found by a sheet's title or a part's name; the pattern must be there.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable

from templates.xlsx.finishing import parts_by_title

Parts = dict[str, bytes]
Seed = Callable[[Parts], None]
TWICE = "written twice"
"""The key under which a seed names a zip entry to be written twice."""
WORKBOOK, STYLES, TYPES = "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"
CHART, WATERFALL, DRAWING = "xl/charts/chart2.xml", "xl/charts/chart4.xml", "xl/drawings/drawing1.xml"
NUMBER = r'(<c r="E4"[^>]*?)(?: t="n")?><v>[^<]*'  # on Cash flow, month 0
FORMULA = r'(<c r="C5"[^>]*><f)>[^<]*'  # on Checks
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def package_of(parts: Parts) -> bytes:
    """A zip of the parts."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name written twice
        for name, content in parts.items():
            if name != TWICE:
                archive.writestr(name, content)
        if name := parts.get(TWICE, b"").decode():
            archive.writestr(name, parts[name])
    return package.getvalue()


def parts_of(package: bytes) -> Parts:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sub(where: str, pattern: str, replacement: str) -> Seed:
    """Replaces the first match in a sheet (by its title) or a part (by its name)."""

    def seed(parts: Parts) -> None:
        name = where if where in parts else parts_by_title(parts)[where]
        text, count = re.subn(pattern, replacement, parts[name].decode(), count=1, flags=re.DOTALL)
        assert count, f"{name} holds no {pattern}"
        parts[name] = text.encode()

    return seed


def after(where: str, pattern: str, added: str) -> Seed:
    return sub(where, f"({pattern})", lambda match: match[1] + added)  # type: ignore[arg-type]


def before(where: str, pattern: str, added: str) -> Seed:
    return sub(where, f"({pattern})", lambda match: added + match[1])  # type: ignore[arg-type]


def formula(text: str) -> Seed:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return sub("Checks", FORMULA, lambda match: f"{match[1]}>{escaped}")  # type: ignore[arg-type]


def number(text: str, kind: str = "") -> Seed:
    return sub("Cash flow", NUMBER, rf"\1{kind}><v>{text}")


def name(attributes: str, text: str = "Inputs!$B$8") -> Seed:
    return before(WORKBOOK, "</definedNames>", f"<definedName {attributes}>{text}</definedName>")


def retitled(title: str) -> Seed:
    """Another title for the last sheet, everywhere in the workbook's part."""

    def seed(parts: Parts) -> None:
        text = parts[WORKBOOK].decode()
        parts[WORKBOOK] = text.replace('"Functions"', f'"{title}"').replace("'Functions'!", f"'{title}'!").encode()

    return seed


def together(*seeds: Seed) -> Seed:
    def seed(parts: Parts) -> None:
        for each in seeds:
            each(parts)

    return seed


def part(name: str, content: str) -> Seed:
    return lambda parts: parts.__setitem__(name, content.encode())


def text_row(*addresses_and_texts: tuple[str, str]) -> Seed:
    """A row at the end of the sheet Checks."""
    row = re.sub(r"\D", "", addresses_and_texts[0][0])
    cells = "".join(f'<c r="{a}" t="inlineStr"><is><t>{text}</t></is></c>' for a, text in addresses_and_texts)
    return before("Checks", "</sheetData>", f'<row r="{row}">{cells}</row>')


def table(attributes: str = "", columns: str = "", titles: tuple[str, str] = ("Assumption", "Source")) -> Seed:
    """A sound table of two columns in Checks!J61:K62, or one with something else in it."""
    columns = columns or '<tableColumn id="1" name="Assumption"/><tableColumn id="2" name="Source"/>'
    given = {"id": "9", "name": "Log", "displayName": "Log", "ref": "J61:K62"}
    given |= dict(re.findall(r'(\w+)="([^"]*)"', attributes))
    written = " ".join(f'{key}="{value}"' for key, value in given.items())
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    count = columns.count("<tableColumn ")
    return together(
        text_row(("J61", titles[0]), ("K61", titles[1])),
        text_row(("J62", "a"), ("K62", "b")),
        sub("Checks", r'<dimension ref="A1:[A-Z]+\d+"', '<dimension ref="A1:K62"'),
        part(
            "xl/tables/table9.xml",
            f'<table xmlns="{main}" {written}><tableColumns count="{count}">{columns}</tableColumns></table>',
        ),
        after(
            TYPES, "<Types[^>]*>", f'<Override PartName="/xl/tables/table9.xml" ContentType="{SHEET_TYPES}.table+xml"/>'
        ),
        _relate_to_checks("table", "../tables/table9.xml"),
        before(
            "Checks", "</worksheet>", f'<tableParts count="1"><tablePart xmlns:r="{RELATED}" r:id="rIdT"/></tableParts>'
        ),
    )


def _relate_to_checks(kind: str, target: str) -> Seed:
    def seed(parts: Parts) -> None:
        sheet = parts_by_title(parts)["Checks"].rsplit("/", 1)[-1]
        relationships = f"xl/worksheets/_rels/{sheet}.rels"
        empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        added = f'<Relationship Id="rIdT" Type="{RELATED}/{kind}" Target="{target}"/></Relationships>'
        parts[relationships] = parts.get(relationships, empty).replace(b"</Relationships>", added.encode())

    return seed


def calculation_chain(entry: str) -> Seed:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    override = f'<Override PartName="/xl/calcChain.xml" ContentType="{SHEET_TYPES}.calcChain+xml"/>'
    related = f'<Relationship Id="rIdC" Type="{RELATED}/calcChain" Target="calcChain.xml"/>'
    return together(
        part("xl/calcChain.xml", f'<calcChain xmlns="{main}">{entry}</calcChain>'),
        after(TYPES, "<Types[^>]*>", override),
        before("xl/_rels/workbook.xml.rels", "</Relationships>", related),
    )


NESTED = "ABS(" * 65 + "1" + ")" * 65
VALIDATION = '<dataValidation sqref="B11"'
COLOURS = "<color rgb=[^>]*>"

DEFECTS: dict[str, tuple[str, Seed]] = {
    # the package
    "a part twice in the zip": ("part-duplicate", lambda parts: parts.__setitem__(TWICE, STYLES.encode())),
    "a part with a backslash in its name": (
        "part-name",
        together(
            lambda parts: parts.__setitem__("xl\\note.xml", b"<note/>"),
            after(TYPES, "<Types[^>]*>", '<Override PartName="/xl\\note.xml" ContentType="application/xml"/>'),
        ),
    ),
    "a part without content type": (
        "content-type",
        together(
            sub(TYPES, '<Override PartName="/xl/charts/chart1.xml"[^>]*>', ""),
            sub(TYPES, '<Default Extension="xml"[^>]*>', ""),
        ),
    ),
    "a content type without part": (
        "content-type",
        after(TYPES, "<Types[^>]*>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_TYPES}.x+xml"/>'),
    ),
    "a content type of a plain XML part for the workbook": (
        "content-type",
        sub(TYPES, r'(PartName="/xl/workbook.xml" ContentType=)"[^"]*"', r'\1"application/xml"'),
    ),
    "a relationship to a part that is not there": (
        "relationship",
        before("xl/_rels/workbook.xml.rels", "</Relationships>", f'<Relationship Id="rId99" Type="{RELATED}/theme" Target="theme/theme9.xml"/>'),
    ),
    "two relationships with one id": (
        "relationship",
        before("xl/_rels/workbook.xml.rels", "</Relationships>", f'<Relationship Id="rId1" Type="{RELATED}/theme" Target="theme/theme1.xml"/>'),
    ),
    "a drawing that names an unknown relationship": ("relationship", sub("Summary", r'(<drawing [^>]*)"rId1"', r'\1"rId7"')),
    "a link to another workbook": (
        "external",
        before("xl/_rels/workbook.xml.rels", "</Relationships>", f'<Relationship Id="rId98" Type="{RELATED}/externalLinkPath" Target="other.xlsx" TargetMode="External"/>'),
    ),
    "a document type in a part": ("xml", sub("Checks", "(<worksheet)", r'<!DOCTYPE worksheet [<!ENTITY a "b">]>\1')),
    "a macro": (
        "macro",
        together(
            lambda parts: parts.__setitem__("xl/vbaProject.bin", b"\xd0\xcf"),
            after(TYPES, "<Types[^>]*>", '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
        ),
    ),
    # the workbook
    "a sheet title of 32 characters": ("sheet-title-length", retitled("F" * 32)),
    "a sheet title with a slash": ("sheet-title-character", retitled("Functions/2")),
    "two sheets with one title, case aside": ("sheet-title-duplicate", retitled("CHECKS")),
    "a sheet called History": ("sheet-title-reserved", retitled("History")),
    "two sheets with one number": ("sheet-number", sub(WORKBOOK, 'sheetId="2"', 'sheetId="1"')),
    "every sheet hidden": ("sheet-none-visible", lambda parts: parts.__setitem__(WORKBOOK, parts[WORKBOOK].replace(b'state="visible"', b'state="hidden"'))),
    "an active sheet that is not there": ("sheet-active", sub(WORKBOOK, 'activeTab="0"', 'activeTab="70"')),
    "a full calculation on opening": ("recalculation", sub(WORKBOOK, "<calcPr ", '<calcPr fullCalcOnLoad="1" ')),
    "the calcId of an older Excel": ("recalculation", sub(WORKBOOK, 'calcId="191029"', 'calcId="152511"')),
    "calculation features that are not listed": ("recalculation", sub(WORKBOOK, "<extLst>.*</extLst>", "")),
    # defined names
    "a name that reads as a cell": ("name-reads-as-cell", name('name="ROI2024"')),
    "a name in the other notation": ("name-reads-as-cell", name('name="R1C1"')),
    "the name C": ("name-reads-as-cell", name('name="C"')),
    "a name with a space": ("name-spelling", name('name="net benefit"')),
    "a name of 256 characters": ("name-spelling", name(f'name="{"n" * 256}"')),
    "a name defined twice, case aside": ("name-duplicate", name('name="OUT_NPV"')),
    "a name of a sheet that is not there": ("name-scope", name('name="local" localSheetId="70"')),
    "a comment of 256 characters on a name": ("name-comment", name(f'name="noted" comment="{"c" * 256}"')),
    "a name for cells of a missing sheet": ("formula-sheet", name('name="lost"', "Inputz!$B$8")),
    "an optional parameter of a LAMBDA in brackets": (
        "formula-parameter",
        name('name="doubled"', "_xlfn.LAMBDA([_xlpm.rate_],2*_xlpm.rate_)"),
    ),
    "a LAMBDA without its prefix": ("formula-function", name('name="doubled"', "LAMBDA(_xlpm.rate_,2*_xlpm.rate_)")),
    # styles
    "a cell format that is not there": ("cell-format", sub("Cash flow", '<c r="E4" s="[0-9]+"', '<c r="E4" s="6000"')),
    "a font that is not there": ("style-index", sub(STYLES, r'(<cellXfs.*?<xf [^>]*fontId=)"[0-9]+"', r'\1"900"')),
    "a number format that is not there": ("style-index", sub(STYLES, r'(<cellXfs.*?<xf [^>]*numFmtId=)"[0-9]+"', r'\1"900"')),
    "a number format with an open text": ("number-format", sub(STYLES, r'formatCode="[^"]*"', 'formatCode="0.0&quot; months"')),
    "a number format with a bare word": ("number-format", sub(STYLES, r'formatCode="[^"]*"', 'formatCode="0.0 kilo"')),
    "a number format of five sections": ("number-format", sub(STYLES, r'formatCode="[^"]*"', 'formatCode="0;0;0;@;0"')),
    "a number format of 256 characters": ("number-format", sub(STYLES, r'formatCode="[^"]*"', f'formatCode="{"0" * 256}"')),
    "two styles with one name": ("style-duplicate", sub(STYLES, '<cellStyle name="Output"', '<cellStyle name="Input"')),
    "65,491 cell formats": (
        "style-count",
        sub(STYLES, "(</cellXfs>)", lambda match: '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>' * 65_491 + match[1]),  # type: ignore[arg-type]
    ),
    # cells
    "rows out of order": ("row-order", sub("Checks", '(<row r="6".*?</row>)(<row r="7".*?</row>)', r"\2\1")),
    "a row twice": ("row-duplicate", sub("Checks", '(<row r="1" .*?</row>)', r'\1<row r="1"/>')),
    "cells out of order": ("cell-order", sub("Checks", '(<c r="C5".*?</c>)(<c r="D5".*?</c>)', r"\2\1")),
    "a cell twice": ("cell-duplicate", sub("Checks", '(<c r="A5".*?</c>)', r"\1\1")),
    "a cell of another namespace": (
        "foreign-element",
        sub("Checks", '(<c r="A5".*?</c>)', r'\1<x:c xmlns:x="urn:x" r="A5"><x:v>1</x:v></x:c>'),
    ),
    "a cell in another row": ("cell-address", sub("Checks", '<c r="A5"', '<c r="A55"')),
    "a cell right of XFD": ("cell-address", sub("Checks", '<c r="H5"', '<c r="XFE5"')),
    "an extent without the last rows": ("dimension", sub("Checks", r'<dimension ref="[^"]*"', '<dimension ref="A1:B2"')),
    "text as a number": ("number-value", number("twelve")),
    "NaN as a number": ("number-value", number("NaN")),
    "infinity as a number": ("number-value", number("INF")),
    "an error as a number": ("error-type", number("#DIV/0!")),
    "an error that Excel does not know": ("error-code", number("#OOPS!", ' t="e"')),
    "a boolean that is neither 0 nor 1": ("boolean-value", number("yes", ' t="b"')),
    "a shared text that is not there": ("shared-text", number("6", ' t="s"')),
    "a type that cells have not": ("cell-type", number("6", ' t="number"')),
    "a date that is none": ("date-value", number("25.11.2026", ' t="d"')),
    "a text of 32,768 characters": ("cell-length", number("x" * 32_768, ' t="str"')),
    "a formula without a value": ("formula-without-value", sub("Checks", r'(<c r="C5"[^>]*><f>[^<]*</f>)<v>[^<]*</v>', r"\1<v/>")),
    "a dynamic array without metadata": ("metadata", sub("Checks", r'<c r="C5"', '<c cm="1" r="C5"')),
    # formulas
    "a formula that begins with =": ("formula-leading-equals", formula("=1+1")),
    "semicolons between arguments": ("formula-separator", formula("MAX(1;2)")),
    "a parenthesis too few": ("formula-syntax", formula("MAX(1,2")),
    "a parenthesis too many": ("formula-syntax", formula("MAX(1,2))")),
    "two operators side by side": ("formula-syntax", formula("1+*2")),
    "two values side by side": ("formula-syntax", formula("1 2")),
    "a text that is not closed": ("formula-syntax", formula('"open')),
    "an empty formula": ("formula-syntax", formula("")),
    "an array with a reference in it": ("formula-syntax", formula("SUM({1,A1})")),
    "a text of 256 characters in a formula": ("formula-text", formula(f'"{"x" * 256}"')),
    "a formula of 8,193 characters": ("formula-length", formula("1" + "+1" * 4_096)),
    "functions 65 levels deep": ("formula-nesting", formula(NESTED)),
    "256 arguments": ("formula-arguments", formula(f"SUM({','.join('1' * 256)})")),
    "a function with too few arguments": ("formula-arguments", formula("IF(1)")),
    "a function newer than the file format, without prefix": ("formula-function", formula('IFNA(1,"n/a")')),
    "a data table saved as a formula": ("formula-function", formula("MULTIPLE.OPERATIONS(A1,A2,A3)")),
    "the operator @": ("formula-operator", formula("@A1:A3")),
    "the operator # of a spill": ("formula-operator", formula("SUM(A1#)")),
    "a sheet that is not there": ("formula-sheet", formula("Inputz!B8")),
    "a workbook that is not linked": ("formula-sheet", formula("[1]Inputs!B8")),
    "a name that is not defined": ("formula-name", formula("out_npvv")),
    "a shared formula that nobody has": ("formula-shared", sub("Checks", FORMULA, r'\1 t="shared" si="0">')),
    "an array formula that fills another place": ("formula-range", sub("Checks", FORMULA, r'\1 t="array" ref="K9:K9">1')),
    "a data table without its input": (
        "data-table",
        sub("Checks", r'(<c r="C5"[^>]*>)<f>[^<]*</f>', r'\1<f t="dataTable" ref="C5:C5" dt2D="0" dtr="0"/>'),
    ),
    # what lies on the grid
    "merged cells that overlap": (
        "overlap",
        before("Checks", "<conditionalFormatting", '<mergeCells count="2"><mergeCell ref="J20:K22"/><mergeCell ref="K22:L24"/></mergeCells>'),
    ),
    "one merged cell": ("merge-single", before("Checks", "<conditionalFormatting", '<mergeCells count="1"><mergeCell ref="J20"/></mergeCells>')),
    "spills that overlap": (
        "overlap",
        together(
            sub("Checks", FORMULA, r'\1 t="array" ref="C5:D9">SUM(1)'),
            sub("Checks", r'(<c r="D6"[^>]*><f)>[^<]*', r'\1 t="array" ref="D6:E7">SUM(1)'),
        ),
    ),
    "a table on merged cells": (
        "overlap",
        together(table(), before("Checks", "<conditionalFormatting", '<mergeCells count="1"><mergeCell ref="K62:L63"/></mergeCells>')),
    ),
    "a data table on an array formula": (
        "overlap",
        together(
            sub("Checks", FORMULA, r'\1 t="array" ref="C5:D9">SUM(1)'),
            sub("Checks", r'(<c r="D6"[^>]*>)<f>[^<]*</f>', r'\1<f t="dataTable" ref="D6:E7" dt2D="0" dtr="0" r1="A20"/>'),
        ),
    ),
    "columns described twice": ("columns", sub("Checks", r'min="2" max="2"', 'min="1" max="2"')),
    "a range that runs backwards": ("range", sub("Checks", r'sqref="G5:(G\d+)"', r'sqref="\1:G5"')),
    "a selection in a pane that is not there": ("view", sub("Summary", "<pane [^>]*>", "")),
    "an active cell outside of the selection": ("view", sub("Checks", 'activeCell="A1" sqref="A1"', 'activeCell="A1" sqref="B7"')),
    "a link to a name that is not there": ("link", sub("Checks", 'location="out_npv"', 'location="out_npvv"')),
    "a footer of 256 characters": ("footer-length", sub("Checks", "<oddFooter>", f"<oddFooter>{'x' * 256}")),
    # rules for input
    "a prompt title of 33 characters": ("validation-length", sub("Inputs", 'promptTitle="[^"]*"', f'promptTitle="{"t" * 33}"')),
    "a prompt of 256 characters": ("validation-length", sub("Inputs", ' prompt="[^"]*"', f' prompt="{"p" * 256}"')),
    "an error sentence of 256 characters": ("validation-length", sub("Inputs", ' error="[^"]*"', f' error="{"e" * 256}"')),
    "a list of 256 characters": ("validation-list", sub("Sensitivity", '<formula1>"[^"]*"', f'<formula1>"{"m" * 256}"')),
    "a rule without its bound": ("validation-formula", sub("Inputs", "<formula1>[^<]*</formula1>", "")),
    "a rule's formula that cannot be read": ("formula-syntax", sub("Inputs", "<formula1>[^<]*</formula1>", "<formula1>(1</formula1>")),
    # conditional formats
    "a conditional look that is not there": ("conditional-look", sub("Checks", 'dxfId="0"', 'dxfId="900"')),
    "a conditional formula with semicolons": ("formula-separator", sub("Checks", "<formula>[^<]*</formula>", "<formula>OR(G5=1;G5=2)</formula>")),
    "a condition without formula": ("conditional-formula", sub("Checks", "<formula>[^<]*</formula>", "")),
    "a colour scale with a colour too few": ("conditional-scale", sub("Sensitivity", COLOURS, "")),
    # tables
    "a title that the table's cell does not show": ("table-header", table(titles=("Assumption", "Origin"))),
    "a table with two equal titles": (
        "table-titles",
        table(columns='<tableColumn id="1" name="Source"/><tableColumn id="2" name="source"/>', titles=("Source", "source")),
    ),
    "a table with a column too many": ("table-range", table('ref="J61:L62"')),
    "a table without a row": ("table-range", table('ref="J61:K61"')),
    "a table that is called as a cell is": ("table-name", table('displayName="T1"')),
    "a table that is called as a name is": ("name-duplicate", table('displayName="out_npv"')),
    # drawings and charts
    "a drawing left of column A": ("anchor", sub(DRAWING, r"<((?:xdr:)?col)>[0-9]+<", r"<\1>-1<")),
    "two drawings with one number": ("drawing-number", sub(DRAWING, r'(cNvPr id=)"2"', r'\1"1"')),
    "a chart of a sheet that is not there": ("formula-sheet", sub(CHART, "<f>'Sensitivity'", "<f>'Sensitivities'")),
    "a cached text among a chart's numbers": ("chart-cache", sub(CHART, r"(<numCache>.*?<v>)[^<]*", r"\1many")),
    "a cached point beyond the last": ("chart-cache", sub(CHART, r'(<numCache>.*?<pt idx=)"0"', r'\1"99"')),
    "a chart without one of its axes": ("chart-axis", sub(CHART, r'<axId val="[0-9]+"', '<axId val="77"')),
    "labels beyond the end of stacked bars": (
        "label-position",
        sub(WATERFALL, '<dLblPos val="ctr"/>', '<dLblPos val="outEnd"/>'),
    ),
    # the rest
    "a stale calculation chain": ("calculation-chain", calculation_chain('<c r="A1" i="6"/>')),
    "a moment that is none": ("core-properties", sub("docProps/core.xml", r'(<dcterms:created[^>]*>)[^<]*', r"\1yesterday")),
    "a document title twice": ("core-properties", sub("docProps/core.xml", "(<dc:title>.*?</dc:title>)", r"\1\1")),
    "two custom properties with one number": ("custom-property", sub("docProps/custom.xml", 'pid="3"', 'pid="2"')),
}  # fmt: skip
