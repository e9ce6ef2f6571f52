"""The finishing pass, on a workbook that holds one of everything that ours hold."""

from __future__ import annotations

import io
import math
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference, ScatterChart
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.text import RichText
from openpyxl.comments import Comment
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table

from templates.xlsx.error_codes import ErrorValue
from templates.xlsx.finishing import FinishingError, Scalar, finish
from tests import libreoffice, open_xml_sdk

CREATED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NAMESPACES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "x": "http://schemas.microsoft.com/office/spreadsheetml/2018/calcfeatures",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "app": "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
}
VALUES: dict[str, dict[str, Scalar]] = {
    "Summary": {"A1": 8.2, "A2": "Pays back in 8.2 months", "A4": 1},
    "Cash & flow": {"B1": -100.0, "B2": -60.5, "B3": 19.25, "D1": 0.1},
}
DESCRIPTIONS = {
    "Summary": ["Falls to 100 below zero, breaks even\nin month 8", "Second"],
    "Cash & flow": ["Third"],
}


def saved(workbook: Workbook) -> bytes:
    package = io.BytesIO()
    workbook.save(package)
    return package.getvalue()


def labelled(chart: Any, figures: Reference) -> Any:
    chart.add_data(figures)
    chart.dataLabels = DataLabelList(showVal=True, numFmt="0.0")
    small = ParagraphProperties(defRPr=CharacterProperties(sz=900))
    chart.dataLabels.txPr = RichText(p=[Paragraph(pPr=small, endParaRPr=CharacterProperties())])
    chart.title = "Net benefit"
    chart.x_axis.number_format = "0"
    return chart


@pytest.fixture
def workbook() -> Workbook:
    """What openpyxl makes of one of everything: formulas of each kind, charts, fonts, comments, a table."""
    book = Workbook()
    summary = book.active
    summary.title = "Summary"
    flow = book.create_sheet("Cash & flow")
    summary["A1"], summary["A2"] = "='Cash & flow'!B3*1", '="Pays back in "&A1'
    summary["A3"].hyperlink = Hyperlink(ref="A3", location="'Cash & flow'!A1", display="to the flow")
    summary["A4"], summary["A5"] = ArrayFormula("A4:A5", "=ROW(A1:A2)"), 2
    summary["B4"].font = Font("Arial", sz=10, b=True, i=True, u="single", color="FF404040", scheme="minor")
    summary["C1"].comment = Comment("a note", "FT ROI")
    summary["H1"], summary["H2"], summary["H3"] = "assumption", "first", "second"
    summary.add_table(Table(displayName="Assumptions", ref="H1:H3"))
    loud = Font(b=True, color="FFD55E00")
    summary.conditional_formatting.add("A1:A9", CellIsRule("equal", ["0"], font=loud))
    for month in range(1, 4):
        flow.cell(month, 1, month - 1)
        flow.cell(month, 2, f"=A{month}*2")
    flow["D1"] = DataTableFormula("D1:E2", dt2D=True, dtr=True, r1="A1", r2="A2")
    flow["E1"], flow["D2"], flow["E2"] = 1, 2, 3
    figures = Reference(flow, min_col=2, min_row=1, max_row=3)
    scatter = labelled(ScatterChart(scatterStyle="lineMarker"), figures)
    summary.add_chart(scatter, "K1")
    summary.add_chart(labelled(BarChart(), figures), "K20")
    flow.add_chart(labelled(BarChart(), figures), "K1")
    book.custom_doc_props.append(StringProperty(name="ft_roi_version", value="1.0"))
    return book


def finished(workbook: Workbook, **changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "values": VALUES,
        "created": CREATED,
        "title": "Fine-tuning & ROI",
        "chart_descriptions": DESCRIPTIONS,
    }
    return finish(saved(workbook), **(arguments | changes))


def part(package: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return etree.fromstring(archive.read(name))


def found(package: bytes, name: str, path: str) -> Any:
    return part(package, name).xpath(path, namespaces=NAMESPACES)


def one_cell(value: Scalar, formula: str = "=FT_NETROI(scenario)") -> bytes:
    book = Workbook()
    book.active["A1"] = formula
    return finish(saved(book), {"Sheet": {"A1": value}}, created=CREATED, title="one cell")


def cell(package: bytes) -> tuple[str | None, str]:
    (element,) = found(package, "xl/worksheets/sheet1.xml", "//m:c[@r='A1']")
    assert [etree.QName(child).localname for child in element] == ["f", "v"]
    return element.get("t"), element[1].text or ""


# --- cached values ---


@pytest.mark.parametrize(
    ("value", "cell_type", "text"),
    [
        (0.1, None, "0.1"),
        (1 / 3, None, "0.3333333333333333"),
        (100_995.0, None, "100995"),
        (-0.0, None, "0"),
        (12, None, "12"),
        (1e15, None, "1000000000000000"),
        (1e22, None, "1e+22"),
        (2.5e-9, None, "2.5e-09"),
        (math.nan, "e", "#NUM!"),
        (-math.inf, "e", "#NUM!"),
        (True, "b", "1"),
        (False, "b", "0"),
        ("Never", "str", "Never"),
        ("", "str", ""),
        ("#N/A", "str", "#N/A"),
        (ErrorValue("#N/A"), "e", "#N/A"),
    ],
)
def test_a_value_is_cached_with_the_type_that_excel_gives_it(value: Scalar, cell_type: str | None, text: str) -> None:
    assert cell(one_cell(value)) == (cell_type, text)


def test_a_numpy_float_is_cached_as_a_number() -> None:
    numpy = pytest.importorskip("numpy")
    assert cell(one_cell(numpy.float64(1.5))) == (None, "1.5")


@pytest.mark.parametrize("value", [1 / 3, 5e-324, 1.7976931348623157e308, 2.0**53, -123456.789, 1e16])
def test_a_number_survives_to_the_last_bit(value: float) -> None:
    package = io.BytesIO(one_cell(value))
    assert load_workbook(package, data_only=True)["Sheet"]["A1"].value == value


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("bell\x07", "bell_x0007_"),
        ("line\r\nfeed", "line_x000D_\nfeed"),
        ("cost_x0041_", "cost_x005F_x0041_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("_x41_ and x_y", "_x41_ and x_y"),
        ("\uffff", "_xFFFF_"),
        ("\ud800", "_xD800_"),
        ("<5 & >4", "<5 & >4"),
    ],
)
def test_text_is_escaped_and_comes_back(text: str, written: str) -> None:
    package = one_cell(text)
    assert cell(package) == ("str", written)
    # openpyxl leaves _xHHHH_ in cells as it is, so its decoder for other texts stands in for Excel here.
    read = load_workbook(io.BytesIO(package), data_only=True)["Sheet"]["A1"].value
    assert unescape(read) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [(" indented", True), ("two\nlines", True), ("end\t", True), ("a b", False), ("", False)],
)
def test_space_at_the_ends_and_line_feeds_are_marked_to_be_kept(text: str, kept: bool) -> None:
    (space,) = found(one_cell(text), "xl/worksheets/sheet1.xml", "//m:c[@r='A1']/m:v")
    assert space.get("{http://www.w3.org/XML/1998/namespace}space") == ("preserve" if kept else None)


def test_only_the_seven_classic_error_codes_are_error_values() -> None:
    assert ErrorValue("#DIV/0!") == "#DIV/0!"
    with pytest.raises(ValueError, match="#SPILL!"):
        ErrorValue("#SPILL!")


def test_openpyxl_reads_every_value_and_every_formula(workbook: Workbook) -> None:
    package = finished(workbook)
    values = load_workbook(io.BytesIO(package), data_only=True)
    for sheet, cells in VALUES.items():
        assert {address: values[sheet][address].value for address in cells} == cells
    assert values["Summary"]["A5"].value == 2
    formulas = load_workbook(io.BytesIO(package))
    assert formulas["Summary"]["A1"].value == "='Cash & flow'!B3*1"
    assert formulas["Summary"]["A4"].value.ref == "A4:A5"
    assert formulas["Cash & flow"]["D1"].value.ref == "D1:E2"


def test_pandas_reads_the_values(workbook: Workbook) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_excel(io.BytesIO(finished(workbook)), sheet_name="Cash & flow", header=None, engine="openpyxl")
    assert frame[1].tolist() == [-100, -60.5, 19.25]


def test_a_formula_without_a_value_and_a_value_without_a_formula_are_all_named(workbook: Workbook) -> None:
    values = {"Summary": {"A1": 1, "A2": None, "A5": 2}, "Cash & flow": VALUES["Cash & flow"]}
    with pytest.raises(FinishingError) as raised:
        finished(workbook, values=values)
    assert str(raised.value).splitlines() == [
        "Summary!A2 has a formula, but no value to cache (None).",
        "Summary!A4 has a formula, but no value to cache (None).",
        "Summary!A5 has a value, but no formula.",
    ]


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(FinishingError, match=r"Sheet!A1 .*\(datetime"):
        one_cell(CREATED)  # type: ignore[arg-type]


def test_a_long_list_of_problems_is_cut(workbook: Workbook) -> None:
    superfluous: dict[str, Scalar] = {f"Z{row}": 0 for row in range(1, 101)}
    with pytest.raises(FinishingError, match=r"… and 80 more\.$"):
        finished(workbook, values=VALUES | {"Summary": VALUES["Summary"] | superfluous})


@pytest.mark.parametrize("mapping", ["values", "chart_descriptions", "ignored_errors"])
def test_a_sheet_that_does_not_exist_is_refused(workbook: Workbook, mapping: str) -> None:
    known: dict[str, Any] = {"values": VALUES, "chart_descriptions": DESCRIPTIONS}
    with pytest.raises(FinishingError, match="Sumary is no sheet; there are Summary, Cash & flow"):
        finished(workbook, **{mapping: known.get(mapping, {}) | {"Sumary": {}}})


# --- recalculation on load ---


def test_excel_is_told_that_the_values_are_its_own(workbook: Workbook) -> None:
    package = finished(workbook)
    (calc_pr,) = found(package, "xl/workbook.xml", "/m:workbook/m:calcPr")
    assert dict(calc_pr.attrib) == {"calcId": "191029"}
    features = found(package, "xl/workbook.xml", "m:extLst/m:ext/x:calcFeatures/x:feature/@name")
    names = ["RD", "Single", "FV", "CNMTM", "LET_WF", "LAMBDA_WF", "ARRAYTEXT_WF"]
    assert features == [f"microsoft.com:{name}" for name in names]
    uris = found(package, "xl/workbook.xml", "m:extLst/m:ext/@uri")
    assert uris == ["{B58B0392-4F1F-4190-BB64-5DF3571DCE5F}"]
    tags = [etree.QName(element).localname for element in part(package, "xl/workbook.xml")]
    assert tags[-2:] == ["calcPr", "extLst"]
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert b"<xcalcf:feature " in archive.read("xl/workbook.xml")


def test_a_calculation_chain_is_removed_with_all_that_names_it(workbook: Workbook) -> None:
    package = io.BytesIO(saved(workbook))
    with zipfile.ZipFile(package) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/calcChain.xml"] = b"<calcChain/>"
    types, relationships = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    parts[types] = parts[types].replace(b"</Types>", b'<Override PartName="/xl/calcChain.xml"/></Types>')
    parts[relationships] = parts[relationships].replace(
        b"</Relationships>", b'<Relationship Id="rId9" Target="calcChain.xml"/></Relationships>'
    )
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    result = finish(package.getvalue(), VALUES, created=CREATED, title="", chart_descriptions=DESCRIPTIONS)
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert not [name for name in archive.namelist() if b"calcChain" in name.encode() + archive.read(name)]


# --- what openpyxl leaves out, or writes in another form ---


def test_charts_are_described_in_drawing_order(workbook: Workbook) -> None:
    package = finished(workbook)
    path = "//xdr:graphicFrame//xdr:cNvPr/@descr"
    assert found(package, "xl/drawings/drawing1.xml", path) == DESCRIPTIONS["Summary"]
    assert found(package, "xl/drawings/drawing2.xml", path) == DESCRIPTIONS["Cash & flow"]


@pytest.mark.parametrize("descriptions", [{}, {"Cash & flow": ["a", "b"], "Summary": ["a", "b"]}])
def test_a_chart_without_description_or_the_reverse_is_refused(
    workbook: Workbook, descriptions: dict[str, list[str]]
) -> None:
    with pytest.raises(FinishingError, match=r"Cash & flow has 1 charts, but \d chart descriptions"):
        finished(workbook, chart_descriptions=descriptions)


def test_ignored_errors_stand_where_the_schema_has_them(workbook: Workbook) -> None:
    ignored = {"Summary": [("A1:A9 C1", {"unlockedFormula", "formula"}), ("H2:H3", ["numberStoredAsText"])]}
    package = finished(workbook, ignored_errors=ignored)
    sheet = part(package, "xl/worksheets/sheet1.xml")
    tags = [etree.QName(element).localname for element in sheet]
    assert tags[tags.index("ignoredErrors") - 1 :] == [
        "pageMargins", "ignoredErrors", "drawing", "legacyDrawing", "tableParts"
    ]  # fmt: skip
    assert [dict(entry.attrib) for entry in sheet.findall("m:ignoredErrors/m:ignoredError", NAMESPACES)] == [
        {"sqref": "A1:A9 C1", "unlockedFormula": "1", "formula": "1"},
        {"sqref": "H2:H3", "numberStoredAsText": "1"},
    ]
    assert not found(package, "xl/worksheets/sheet2.xml", "//m:ignoredErrors")


def test_ignored_errors_end_a_sheet_that_has_nothing_after_them() -> None:
    book = Workbook()
    package = finish(saved(book), {}, created=CREATED, title="", ignored_errors={"Sheet": [("A1", ["evalError"])]})
    assert part(package, "xl/worksheets/sheet1.xml")[-1].tag.endswith("ignoredErrors")


def test_formulas_of_rules_are_stored_without_equals() -> None:
    book = Workbook()
    sheet = book.active
    choice = DataValidation(type="list", formula1="=$A$1:$A$3")
    choice.add("B1")
    sheet.add_data_validation(choice)
    sheet.conditional_formatting.add("A1:A3", FormulaRule(formula=["=A1>2"], font=Font(b=True)))
    package = finish(saved(book), {}, created=CREATED, title="")
    path = "//m:formula1/text() | //m:formula/text()"
    assert sorted(found(package, "xl/worksheets/sheet1.xml", path)) == ["$A$1:$A$3", "A1>2"]


def test_an_unknown_kind_of_ignored_error_is_refused(workbook: Workbook) -> None:
    with pytest.raises(FinishingError, match=r"Summary!A1: no error is called unlockedFormulas"):
        finished(workbook, ignored_errors={"Summary": [("A1", ["unlockedFormulas"])]})


def test_font_children_are_in_the_order_of_the_schema(workbook: Workbook) -> None:
    fonts = found(finished(workbook), "xl/styles.xml", "//m:font")
    tags = [[etree.QName(child).localname for child in font] for font in fonts]
    assert ["b", "i", "u", "sz", "color", "name", "scheme"] in tags
    assert ["b", "color"] in [[tag for tag in font if tag != "name"] for font in tags[-1:]]


def test_chart_text_has_no_empty_run_and_number_formats_are_the_charts_own(workbook: Workbook) -> None:
    package = finished(workbook)
    for number in (1, 2, 3):
        chart = f"xl/charts/chart{number}.xml"
        assert not found(package, chart, "//c:txPr//a:r")
        assert found(package, chart, "//c:dLbls/c:txPr/a:p/a:endParaRPr")
        assert set(found(package, chart, "//a:r/a:t/text()")) == {"Net benefit"}
        assert found(package, chart, "//c:numFmt/@sourceLinked") == ["0", "0"]


def test_a_link_out_of_the_package_is_refused(workbook: Workbook) -> None:
    workbook["Summary"]["A6"].hyperlink = "#Inputs!A1"
    with pytest.raises(FinishingError, match=r"sheet1\.xml\.rels links to #Inputs!A1\. .*location="):
        finished(workbook)


# --- document properties and the zip ---


def test_document_properties_are_ours(workbook: Workbook) -> None:
    package = finished(workbook, description="< a year", keywords="ROI, fine-tuning")
    core = {etree.QName(child).localname: child.text for child in part(package, "docProps/core.xml")}
    assert core == {
        "title": "Fine-tuning & ROI",
        "creator": "FT ROI",
        "keywords": "ROI, fine-tuning",
        "description": "< a year",
        "lastModifiedBy": "FT ROI",
        "created": "2026-03-04T05:06:07Z",
        "modified": "2026-03-04T05:06:07Z",
    }
    assert found(package, "docProps/app.xml", "app:Application/text()") == ["Microsoft Excel"]
    read = load_workbook(io.BytesIO(package))
    assert read.properties.title == "Fine-tuning & ROI"
    assert read.custom_doc_props["ft_roi_version"].value == "1.0"


def test_two_passes_over_two_savings_give_equal_bytes(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    first = finished(workbook, ignored_errors={"Summary": [("A1", ["formula", "evalError"])]})
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    again = finished(workbook, ignored_errors={"Summary": [("A1", ["evalError", "formula"])]})
    assert again == first


def test_the_order_of_the_parts_is_fixed(workbook: Workbook) -> None:
    with zipfile.ZipFile(io.BytesIO(finished(workbook))) as archive:
        names = archive.namelist()
        headers = {(e.date_time, e.create_system, e.external_attr) for e in archive.infolist()}
    first = ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    assert names[:4] == first
    assert names[4:] == sorted(names[4:])
    assert headers == {((2026, 3, 4, 5, 6, 6), 3, 0o644 << 16)}


@pytest.mark.parametrize(
    ("created", "stamp"),
    [
        (datetime(2026, 3, 4, 5, 6, 8), (2026, 3, 4, 5, 6, 8)),  # naive means UTC
        (datetime(2026, 3, 4, 5, 6, 8, tzinfo=timezone(timedelta(hours=2))), (2026, 3, 4, 3, 6, 8)),
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
    ],
)
def test_the_time_is_in_utc_and_not_before_the_zip_format_begins(
    workbook: Workbook, created: datetime, stamp: tuple[int, ...]
) -> None:
    with zipfile.ZipFile(io.BytesIO(finished(workbook, created=created))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {stamp}


# --- the whole ---


@open_xml_sdk.every_office
@pytest.mark.needs_open_xml_sdk
def test_the_open_xml_sdk_finds_nothing_wrong(workbook: Workbook, versions: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "finished.xlsx"
    texts: dict[str, Scalar] = {"A1": True, "A2": " _x0041_\r\n\x07 ", "A4": ErrorValue("#N/A")}
    path.write_bytes(
        finished(
            workbook,
            values=VALUES | {"Summary": texts},
            description="a & b",
            ignored_errors={"Summary": [("A1:A9", ["unlockedFormula", "formula"])]},
        )
    )
    assert open_xml_sdk.validate(path, versions) == []


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_libreoffice_keeps_the_values_of_functions_that_it_does_not_know(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"], book.active["A2"] = "=FT_NETROI(scenario)", "=FT_VERDICT(scenario)"
    path = tmp_path / "wired.xlsx"
    path.write_bytes(finish(saved(book), {"Sheet": {"A1": 100995.25, "A2": "Never"}}, created=CREATED, title="wired"))
    sheet = load_workbook(libreoffice.convert(path, tmp_path / "out"), data_only=True)["Sheet"]
    assert (sheet["A1"].value, sheet["A2"].value) == (100995.25, "Never")


@pytest.mark.timeout(60)  # about 0.1 s; one that searched the sheet for each cell would take minutes
def test_twenty_thousand_formulas_are_finished() -> None:
    book = Workbook()
    for row in range(1, 1001):
        for column in range(1, 21):
            book.active.cell(row, column, f"=IF(F${row}<=go_live_delay,0,MIN(1,F$5/{column}))")
    values = {"Sheet": {cell.coordinate: cell.row / 7 for cells in book.active.rows for cell in cells}}
    finished = finish(saved(book), values, created=CREATED, title="large")
    cells = load_workbook(io.BytesIO(finished), data_only=True)["Sheet"]
    assert cells["T1000"].value == pytest.approx(1000 / 7)
