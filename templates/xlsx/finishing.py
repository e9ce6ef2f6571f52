"""The finishing pass over the package that openpyxl has just saved.

It turns that package into the one we hand out.

openpyxl writes formulas without values, charts without alt text, and a flag that makes Excel recalculate
everything on load. Previews, phones, Protected View and pandas would show blanks, and a person without the
add-in would see #NAME? in every FT_ cell. This pass puts those things right in the XML, and writes a zip
that is the same, byte for byte, for the same input. It runs last: saving again with openpyxl undoes it.

Section numbers are those of ECMA-376 Part 1 unless another document is named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from lxml import etree

from templates.xlsx.dynamic_arrays import make_arrays_dynamic
from templates.xlsx.error_codes import ErrorValue
from templates.xlsx.escapes import escaped
from templates.xlsx.namespaces import ANCHOR, CHART, DRAWING, MAIN, RELATIONSHIP_ID, XML_SPACE
from templates.xlsx.other_programs import leave_out_types_of_empty_cells, make_targets_relative, prefix_drawings
from templates.xlsx.relationships import Relationship, relationship, relationships_part, source_of
from templates.xlsx.sheet_rows import edited_sheet
from templates.xlsx.xml_parts import Parts, editing, parsed, serialised, without_blanks
from templates.xlsx.zip_package import unzipped, zipped

Scalar = float | int | bool | str

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
FIRST_PARTS = (CONTENT_TYPES, "_rels/.rels", WORKBOOK, WORKBOOK_RELATIONSHIPS)

LISTED = 20  # as many problems as a person reads at once

# The order of CT_Font (18.8.22), as Excel itself writes it and the Open XML SDK demands it.
FONT_ORDER = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
# What may follow ignoredErrors in CT_Worksheet (18.3.1.99), and what one can name (18.3.1.50).
AFTER_IGNORED_ERRORS = """smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects
    controls webPublishItems tableParts extLst"""
IGNORABLE_ERRORS = """evalError twoDigitTextYear numberStoredAsText formula formulaRange unlockedFormula
    emptyCellReference listDataValidation calculatedColumn"""

CALC_FEATURES = """
<ext xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
     xmlns:xcalcf="http://schemas.microsoft.com/office/spreadsheetml/2018/calcfeatures"
     uri="{B58B0392-4F1F-4190-BB64-5DF3571DCE5F}">
  <xcalcf:calcFeatures>
    <xcalcf:feature name="microsoft.com:RD"/>
    <xcalcf:feature name="microsoft.com:Single"/>
    <xcalcf:feature name="microsoft.com:FV"/>
    <xcalcf:feature name="microsoft.com:CNMTM"/>
    <xcalcf:feature name="microsoft.com:LET_WF"/>
    <xcalcf:feature name="microsoft.com:LAMBDA_WF"/>
    <xcalcf:feature name="microsoft.com:ARRAYTEXT_WF"/>
  </xcalcf:calcFeatures>
</ext>"""

# Part 2, clause 11.
CORE_PROPERTIES = """
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <dc:title>{title}</dc:title>
  <dc:creator>{creator}</dc:creator>
  <cp:keywords>{keywords}</cp:keywords>
  <dc:description>{description}</dc:description>
  <cp:lastModifiedBy>{creator}</cp:lastModifiedBy>
  <dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created>
  <dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified>
</cp:coreProperties>"""
# 22.2. Under another Application LibreOffice drops the cached text of formula cells.
APP_PROPERTIES = """
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">
  <Application>Microsoft Excel</Application>
  <AppVersion>16.0300</AppVersion>
</Properties>"""


class FinishingError(ValueError):
    """The package does not fit what was said about it.

    That is a bug in the builder, not in a user's input.
    """


def finish(
    package: bytes,
    values: Mapping[str, Mapping[str, Scalar]],
    *,
    created: datetime,
    title: str,
    numbers: Mapping[str, Mapping[str, float]] = {},
    creator: str = "FT ROI",
    description: str = "",
    keywords: str = "",
    chart_descriptions: Mapping[str, Sequence[str]] = {},
    ignored_errors: Mapping[str, Sequence[tuple[str, Collection[str]]]] = {},
    dynamic_arrays: bool = False,
) -> bytes:
    """The finished package, from the one that openpyxl saved.

    The mappings are keyed by sheet title.

    package : as openpyxl saved it.
    values : cell address → the value that the cell's formula gives; one for every formula cell, and no more (of an
        array formula or a data table, the cell that holds it). NaN and infinities become #NUM!.
    numbers : cell address → a number that was put there; openpyxl has written 16 of its up to 17 digits.
    created : the one time written everywhere; naive means UTC.
    title, creator, description, keywords : properties of the document.
    chart_descriptions : the alt texts of a sheet's charts, one for each, in the order they were added.
    dynamic_arrays : whether array formulas fill as many cells as they give, as in Excel 365.
    ignored_errors : (range, names) to keep free of green triangles, such as ("B2:B9", ["unlockedFormula"]).

    Raises FinishingError, with all problems at once, if a formula has no value, a value no formula, a chart
    no description, or a mapping no such sheet; and if anything links outside the package.
    """
    created = created.replace(tzinfo=created.tzinfo or UTC).astimezone(UTC)
    parts = unzipped(package)
    worksheets = parts_by_title(parts)
    strangers = sorted({*values, *chart_descriptions, *ignored_errors} - set(worksheets))
    problems = [f"{sheet} is no sheet; there are {', '.join(worksheets)}." for sheet in strangers]
    problems += external_links(parts)
    for sheet, name in worksheets.items():
        found = _finish_sheet(parts, name, values.get(sheet, {}), numbers.get(sheet, {}), ignored_errors.get(sheet, ()))
        problems += [f"{sheet}!{problem}" for problem in found]
        charts = describe_charts(parts, name, texts := chart_descriptions.get(sheet, ()))
        if charts != len(texts):
            problems.append(f"{sheet} has {charts} charts, but {len(texts)} chart descriptions.")
    if problems:
        more = [f"… and {len(problems) - LISTED} more."] if len(problems) > LISTED else []
        raise FinishingError("\n".join([*problems[:LISTED], *more]))
    if dynamic_arrays:
        make_arrays_dynamic(parts, worksheets.values())
    remove_calc_chain(parts)
    keep_values_on_load(parts)
    put_fonts_in_order(parts)
    put_title_columns_first(parts)
    tidy_charts(parts)
    prefix_drawings(parts)
    make_targets_relative(parts)
    parts["docProps/app.xml"] = serialised(without_blanks(APP_PROPERTIES))
    parts["docProps/core.xml"] = core_properties(
        created, title=title, creator=creator, description=description, keywords=keywords
    )
    return zipped(in_order(parts), created)


def _finish_sheet(
    parts: Parts,
    name: str,
    values: Mapping[str, Scalar],
    numbers: Mapping[str, float],
    ignored_errors: Sequence[tuple[str, Collection[str]]],
) -> list[str]:
    """Finishes one sheet; returns a line for each problem, without the sheet's title."""
    unpaired: list[str] = []
    unknown: list[str] = []
    unused = dict(values)
    shortened = {address: value for address, value in numbers.items() if float(f"{value:.16g}") != value}

    def edit_rows(rows: etree._Element) -> None:
        unpaired.extend(cache_values(rows, unused))
        write_all_digits(rows, shortened)
        leave_out_types_of_empty_cells(rows)

    def edit_rest(worksheet: etree._Element) -> None:
        store_rules_without_equals(worksheet)
        unknown.extend(ignore_errors(worksheet, ignored_errors))

    parts[name] = edited_sheet(parts[name], edit_rows, edit_rest)
    return unpaired + [f"{address} has a value, but no formula." for address in unused] + unknown


def cache_values(rows: etree._Element, unused: dict[str, Scalar]) -> list[str]:
    """Fill the ``<v>`` of each formula cell (18.3.1.96).

    unused : the values; those that have found their formula are taken out.
    Returns a line for each cell that has no counterpart.
    """
    problems = []
    for formula in rows.iter(f"{MAIN}f"):
        cell, cached = formula.getparent(), formula.getnext()
        assert cell is not None  # openpyxl writes <c r="A1"><f>…</f><v></v></c>
        assert cached is not None
        address = cell.get("r", "")
        value = unused.pop(address, None)
        if not isinstance(value, (str, int, float)):
            problems.append(f"{address} has a formula, but no value to cache ({value!r}).")
            continue
        cell_type, text = typed_text(value)
        if cell_type:
            cell.set("t", cell_type)
        cached.text = text
        if text != text.strip() or "\n" in text:
            cached.set(XML_SPACE, "preserve")
    return problems


def write_all_digits(rows: etree._Element, shortened: Mapping[str, float]) -> None:
    """Write the numbers in value cells so that they are read back exactly.

    shortened : those of which openpyxl has left out digits.
    """
    if not shortened:
        return
    for cell in rows.iter(f"{MAIN}c"):
        value, stored = shortened.get(cell.get("r", "")), cell.find(f"{MAIN}v")
        if value is not None and stored is not None and cell.find(f"{MAIN}f") is None:
            stored.text = repr(value)


def store_rules_without_equals(worksheet: etree._Element) -> None:
    """Take the = from the formulas of validation rules and conditional formats.

    openpyxl stores it as given.
    """
    for formula in worksheet.iter(f"{MAIN}formula1", f"{MAIN}formula2", f"{MAIN}formula"):
        formula.text = (formula.text or "").removeprefix("=")


def typed_text(value: Scalar) -> tuple[str, str]:
    """The cell type (18.18.11; empty for a number) and the text of ``<v>``.

    >>> [typed_text(value) for value in (0.1, 3.0, True, "_x0041_", ErrorValue("#N/A"))]
    [('', '0.1'), ('', '3'), ('b', '1'), ('str', '_x005F_x0041_'), ('e', '#N/A')]
    """
    if isinstance(value, ErrorValue):
        return "e", str(value)
    if isinstance(value, str):
        return "str", escaped(value)
    if isinstance(value, bool):
        return "b", str(int(value))
    number = float(value)  # NumPy's float64 is a float, but its repr is "np.float64(…)"
    if not math.isfinite(number):
        return "e", "#NUM!"
    return "", str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def ignore_errors(worksheet: etree._Element, ranges: Sequence[tuple[str, Collection[str]]]) -> list[str]:
    """Keep Excel's green triangles off the given ranges (18.3.1.51).

    Returns a line for each kind that the format does not have.
    """
    ignored = etree.Element(f"{MAIN}ignoredErrors")
    for cells, errors in ranges:
        etree.SubElement(ignored, f"{MAIN}ignoredError", dict.fromkeys(sorted(errors), "1"), sqref=cells)
    if ranges:
        followers = [f"{MAIN}{name}" for name in AFTER_IGNORED_ERRORS.split()]
        at = next((at for at, element in enumerate(worksheet) if element.tag in followers), len(worksheet))
        worksheet.insert(at, ignored)
    known = IGNORABLE_ERRORS.split()
    unknown = [(cells, error) for cells, errors in ranges for error in errors if error not in known]
    return [f"{cells}: no error is called {error}." for cells, error in unknown]


def describe_charts(parts: Parts, sheet_part: str, descriptions: Sequence[str]) -> int:
    """Write the alt text of a sheet's charts (20.5.2.8, ``descr``).

    Returns how many charts there are.
    """
    charts = 0
    for drawing in related(parts, sheet_part, "drawing").values():
        with editing(parts, drawing) as anchors:
            frames = anchors.findall(f".//{ANCHOR}graphicFrame//{ANCHOR}cNvPr")
            charts += len(frames)
            for frame, text in zip(frames, descriptions, strict=False):
                frame.set("descr", text)
    return charts


def keep_values_on_load(parts: Parts) -> None:
    """Say that a current Excel calculated this workbook.

    So opening it keeps the cached values.

    Excel recalculates on load for fullCalcOnLoad or an older calcId (18.2.2), and when it has a calculation
    feature that the file does not list (MS-XLSX 2.4.82).
    """
    with editing(parts, WORKBOOK) as workbook:
        (calc_pr,) = workbook.findall(f"{MAIN}calcPr")
        calc_pr.attrib.clear()
        calc_pr.set("calcId", "191029")
        extensions = etree.SubElement(workbook, f"{MAIN}extLst")  # last in CT_Workbook (18.2.27)
        extensions.append(without_blanks(CALC_FEATURES))


def remove_calc_chain(parts: Parts) -> None:
    """Drop the calculation chain (12.3.1), which Excel rebuilds.

    A stale one brings the repair prompt.
    """
    if parts.pop("xl/calcChain.xml", None) is None:
        return
    for name, attribute in ((CONTENT_TYPES, "PartName"), (WORKBOOK_RELATIONSHIPS, "Target")):
        with editing(parts, name) as root:
            for element in [found for found in root if found.get(attribute, "").endswith("calcChain.xml")]:
                root.remove(element)


def put_fonts_in_order(parts: Parts) -> None:
    """Sort the children of every font, of cells and of conditional formats."""
    order = {f"{MAIN}{name}": position for position, name in enumerate(FONT_ORDER.split())}
    with editing(parts, "xl/styles.xml") as styles:
        for font in styles.iter(f"{MAIN}font"):
            font[:] = sorted(font, key=lambda child: order[str(child.tag)])


def put_title_columns_first(parts: Parts, workbook_part: str = WORKBOOK) -> None:
    """Name repeated columns before repeated rows, as Excel does.

    LibreOffice saves another order as two names.
    """
    with editing(parts, workbook_part) as workbook:
        for titles in workbook.iterfind(f"{MAIN}definedNames/{MAIN}definedName[@name='_xlnm.Print_Titles']"):
            rows, _, columns = (titles.text or "").rpartition(",")
            if rows and not re.search(r"\d$", columns):
                titles.text = f"{columns},{rows}"


def tidy_charts(parts: Parts) -> None:
    """Put right two details of the charts that openpyxl writes.

    Remove the empty run that it puts into text properties, where none may be (21.2.2.216), and call a number format the
    chart's own where it leaves sourceLinked out (21.2.2.121).
    """
    for name in [name for name in parts if name.startswith("xl/charts/chart")]:
        with editing(parts, name) as chart:
            for paragraph in chart.iter(f"{DRAWING}p"):
                for run in paragraph.findall(f"{DRAWING}r"):
                    if not run.findtext(f"{DRAWING}t"):
                        paragraph.remove(run)
            for number_format in chart.iter(f"{CHART}numFmt"):
                number_format.set("sourceLinked", number_format.get("sourceLinked", "0"))


def core_properties(created: datetime, **about: str) -> bytes:
    """docProps/core.xml: created and modified at the same instant, by the same name."""
    texts = {name: escape(text, quote=False) for name, text in about.items()}
    texts["created"] = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return serialised(without_blanks(CORE_PROPERTIES.format_map(texts)))


def in_order(parts: Parts) -> Parts:
    """The parts in one order, whatever the order they were made in.

    Those that a reader needs first come first.
    """
    rank = {name: position for position, name in enumerate(FIRST_PARTS)}
    return {name: parts[name] for name in sorted(parts, key=lambda name: (rank.get(name, len(rank)), name))}


def parts_by_title(parts: Parts) -> dict[str, str]:
    """Sheet title → part name, in the order of the tabs."""
    targets = related(parts, WORKBOOK, "worksheet")
    sheets = parsed(parts[WORKBOOK]).iter(f"{MAIN}sheet")
    return {sheet.get("name", ""): targets[sheet.get(RELATIONSHIP_ID, "")] for sheet in sheets}


def related(parts: Parts, source: str, kind: str) -> dict[str, str]:
    """Relationship id → part name, of the relationships of one kind that a part has."""
    return {each.id: each.target for each in _relationships(parts, source) if each.kind == kind}


def external_links(parts: Parts) -> list[str]:
    """A line for each link out of the package.

    openpyxl makes one of a ``#Sheet!A1`` string, by mistake.
    """
    return [
        f"{name} links to {each.target}. Within the workbook use Hyperlink(location=…)."
        for name in parts
        if name.endswith(".rels")
        for each in _relationships(parts, source_of(name))
        if each.external
    ]


def _relationships(parts: Parts, source: str) -> list[Relationship]:
    content = parts.get(relationships_part(source), b"<Relationships/>")
    return [relationship(source, each.attrib) for each in parsed(content)]
