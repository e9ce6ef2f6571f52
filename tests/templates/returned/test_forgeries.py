"""Workbooks that somebody made to show another figure than they hold: told by check, and by read where it matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from roi_engine import REFERENCE, Scenario, load_scenario
from templates.building.book import Edition
from templates.returned.checked_workbook import check_workbook
from templates.returned.difference import KINDS
from templates.returned.reading import read_workbook
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package
from tests import libreoffice
from tests.builds import WHEN, build_workbook
from tests.slow_cases import some
from tests.workbook_cells import SAMPLES, named_cells
from tests.workbook_edits import WORKBOOK, package_of, parts_of, with_cells, with_name

SAMPLE = load_scenario(SAMPLES / "support-classifier.toml")
EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")


@cache
def made(edition: Edition = "native", live: bool = False) -> bytes:
    return build_workbook(SAMPLE, edition=edition, generated=WHEN, live_grids=live)


def told(content: bytes) -> list[tuple[str, str]]:
    """What check tells but for what Excel may repair: kinds and places."""
    return [(each.kind, each.place) for each in check_workbook(content).wrong if each.kind != "package"]


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with the first match of a pattern in a part, or in the part of a sheet, replaced."""
    parts = parts_of(content)
    name = part if part in parts else parts_by_title(parts)[part]
    text, count = re.subn(old, new, parts[name].decode(), count=1)
    assert count == 1, f"{name} holds no {old}"
    parts[name] = text.encode()
    return package_of(parts)


def formatted(content: bytes, name: str, code: str) -> bytes:
    """A workbook whose cell of a name has another number format."""
    styles = parts_of(content)["xl/styles.xml"].decode()
    index = len(re.findall("<xf ", styles[styles.index("<cellXfs") : styles.index("</cellXfs>")]))
    escaped = code.replace('"', "&quot;")
    content = replaced(
        content, "xl/styles.xml", "</numFmts>", f'<numFmt numFmtId="900" formatCode="{escaped}"/></numFmts>'
    )
    content = replaced(
        content, "xl/styles.xml", "</cellXfs>", '<xf numFmtId="900" fontId="0" fillId="0" borderId="0"/></cellXfs>'
    )
    sheet, address = named_cells(content)[name]
    return replaced(content, sheet, rf'<c r="{address}" s="\d+"', f'<c r="{address}" s="{index}"')


def renamed(content: bytes, title: str, other: str) -> bytes:
    """A workbook whose sheet has another title, which every formula follows."""
    parts = parts_of(content)
    for name in (each for each in parts if each.endswith(".xml") and each.startswith("xl/")):
        text = parts[name].decode()
        quoted = other.replace("'", "''")
        text = text.replace(f"'{title}'!", f"'{quoted}'!").replace(f'name="{title}"', f'name="{other}"')
        parts[name] = re.sub(rf"(?<![\w'#]){title}!", f"'{quoted}'!", text).encode()
    return package_of(parts)


def next_row(content: bytes, name: str) -> str:
    """The cell below that of a name."""
    sheet, address = named_cells(content)[name]
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
    return f"'{sheet}'!${column}${int(row) + 1}"


NAMES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a working name that points to the next row": (
        lambda content: with_name(content, "training_cost", next_row(content, "training_cost")), "training_cost"),
    "a working name that is a figure": (lambda content: with_name(content, "upfront_cost", "5"), "upfront_cost"),
    "a row of months that begins later": (
        lambda content: with_name(content, "later_flows", "'Cash flow'!$G$28:$BM$28"), "later_flows"),
    "a name that is gone": (
        lambda content: replaced(content, WORKBOOK, r'<definedName name="flow_size"[^>]*>[^<]*</definedName>', ""),
        "flow_size"),
    "a name that a sheet shadows": (
        lambda content: replaced(content, WORKBOOK, "</definedNames>",
            '<definedName name="Training_Cost" localSheetId="3">5</definedName></definedNames>'), "Breakdown"),
    "a name in the place of a function": (
        lambda content: replaced(content, WORKBOOK, "</definedNames>",
            '<definedName name="FT_NPV">LAMBDA(x,9999)</definedName></definedNames>'), "FT_NPV"),
}  # fmt: skip


@pytest.mark.parametrize("what", some(NAMES, slow=["a name in the place of a function"]))
def test_a_name_that_stands_for_something_else_is_told(what: str) -> None:
    change, place = NAMES[what]
    assert ("name", place) in told(change(made()))


@pytest.mark.full(seconds=3)
def test_a_redirected_name_is_told_when_inputs_were_edited_too() -> None:
    edited = with_cells(with_name(made(), "training_cost", "'Breakdown'!$B$35"), {"training_hours": 31.0})
    assert ("name", "training_cost") in told(edited)


@pytest.mark.parametrize(
    "code",
    some(['"9,999"', "0.0,", ";;;", '"9"0', '0"%"', "[$9-409]0", "0;0;0", '[>1]"12";0'], slow=['"9,999"']),
)
def test_a_number_format_that_shows_another_figure_is_told(code: str) -> None:
    edited = formatted(with_cells(made("values"), {}), "out_npv", code)
    if code == "0;0;0":
        assert told(edited) == []  # the figure is positive: it shows as it is
    else:
        sheet, address = named_cells(made("values"))["out_npv"]
        assert told(edited) == [("look", f"{sheet}!{address}")]


@pytest.mark.parametrize(
    "code",
    some(["0.00", '#,##0" USD"', "0.0E+00", "[$€-407] #,##0.00", "#,##0.00;[Red]#,##0.00"], slow=['#,##0" USD"']),
)
def test_a_number_format_of_somebody_s_taste_is_no_finding(code: str) -> None:
    assert told(formatted(made("values"), "out_npv", code)) == []


HIDDEN: dict[str, tuple[str, str, str, str]] = {
    "a sheet": (WORKBOOK, r'(<sheet [^>]*name="Breakdown"[^>]*)state="visible"', r'\1state="hidden"', "Breakdown"),
    "a very hidden sheet": (
        WORKBOOK, r'(<sheet [^>]*name="Checks"[^>]*)state="visible"', r'\1state="veryHidden"', "Checks"),
    "a row": ("Breakdown", r'<row r="12"', '<row hidden="1" r="12"', "Breakdown"),
    "a row without height": ("Breakdown", r'<row r="20"[^>]*>', '<row r="20" ht="0" customHeight="1">', "Breakdown"),
    "a column": (
        "Breakdown", r"<cols>.*?</cols>", '<cols><col min="2" max="2" width="9" hidden="true"/></cols>', "Breakdown"),
    "columns without a width of their own": (
        "Breakdown", r"<sheetFormatPr[^>]*>.*?<cols>.*?</cols>",
        '<sheetFormatPr defaultColWidth="0.1"/><cols><col min="1" max="1" width="9"/><col min="3" max="50" width="9"/>'
        "</cols>", "Breakdown"),
    "a figure below merged cells": (
        "Breakdown", "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A20:B20"/></mergeCells>',
        "Breakdown!B20"),
}  # fmt: skip


@pytest.mark.parametrize("what", some(HIDDEN, slow=["a column", *list(HIDDEN)[5:]]))
def test_what_is_hidden_and_was_not_is_told(what: str) -> None:
    part, old, new, place = HIDDEN[what]
    assert told(replaced(made("values"), part, old, new)) == [("look", place)]


@pytest.mark.slow
def test_rows_without_a_height_of_their_own_are_told_where_the_sheet_gives_none() -> None:
    found = told(replaced(made("values"), "Breakdown", "<sheetFormatPr[^>]*>", '<sheetFormatPr defaultRowHeight="0"/>'))
    assert set(found) == {("look", "Breakdown")}


@pytest.mark.slow
def test_text_in_the_colour_of_the_paper_is_told() -> None:
    content = formatted(made("values"), "out_npv", "0.0")
    fonts = len(re.findall("<font>", parts_of(content)["xl/styles.xml"].decode().split("</fonts>")[0]))
    content = replaced(content, "xl/styles.xml", "</fonts>", '<font><color theme="0"/></font></fonts>')
    content = replaced(content, "xl/styles.xml", 'numFmtId="900" fontId="0"', f'numFmtId="900" fontId="{fonts}"')
    ((kind, _),) = told(content)
    assert kind == "look"


@pytest.mark.full(seconds=3)
def test_findings_are_told_sheet_by_sheet_from_the_summary_on() -> None:
    edited = with_cells(with_cells(made(), {"G20": 1.0}, "Cash flow"), {"A7": 1.0}, "Summary")
    wrong = check_workbook(with_cells(edited, {"B24": 1.0, "B20": 1.0}, "Breakdown")).wrong
    kinds = [list(KINDS).index(each.kind) for each in wrong]
    sheets = [each.place.split("!")[0].strip("'") for each in wrong if each.kind == "formula"]
    assert kinds == sorted(kinds)
    assert list(dict.fromkeys(sheets)) == ["Summary", "Breakdown", "Cash flow"]


MARKUP = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
ADDED = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def beside(content: bytes, *, sheet: str = "", relation: str = "", main: str = "") -> bytes:
    """A workbook that shows another net return than stands in the parts of the genuine one, which are there too.

    sheet : an attribute with which the tab names the genuine part, its namespace before it.
    relation, main : the id, and the kind, by which the package leads to a genuine list of sheets before the shown one.
    """
    parts = parts_of(content)
    part = parts_by_title(parts)["Breakdown"]
    parts["xl/worksheets/genuine.xml"] = parts[part]
    if sheet:
        space, _, attribute = sheet.rpartition(" ")
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            b"</Relationships>",
            f'<Relationship Id="rId99" Type="{TYPES}/worksheet" Target="worksheets/genuine.xml"/>'.encode()
            + b"</Relationships>",
        )
        tab = f'<sheet {space} {attribute}="rId99" name="Breakdown"'
        parts[WORKBOOK] = re.sub(r'<sheet ([^>]*)name="Breakdown"', rf"{tab} \1", parts[WORKBOOK].decode()).encode()
    if relation:
        parts["xl/genuine.xml"] = parts[WORKBOOK]
        own = parts["xl/_rels/workbook.xml.rels"].decode()
        parts["xl/_rels/genuine.xml.rels"] = own.replace(part.rpartition("/")[2], "genuine.xml").encode()
        first = f'<Relationship Id="{relation}" Type="{main}" Target="xl/genuine.xml"/><Relationship '
        parts["_rels/.rels"] = parts["_rels/.rels"].decode().replace("<Relationship ", first, 1).encode()
    return with_cells(package_of(parts), {named_cells(content)["out_net_roi"][1]: 9_999_999.0}, "Breakdown")


SHADOWED: dict[str, dict[str, str]] = {
    "an id of no namespace": {"sheet": " id"},
    "an id of somebody's namespace": {"sheet": 'xmlns:z="urn:x/relationships" z:id'},
    "a kind that ends alike": {"relation": "a", "main": "urn:x/officeDocument"},
}


@pytest.mark.parametrize("what", some(SHADOWED, ["an id of somebody's namespace"]))
def test_what_a_program_passes_over_is_not_what_is_checked(what: str) -> None:
    """Programs go by the ids and kinds of the standard alone, whatever else is called alike."""
    sheet, address = named_cells(made("values"))["out_net_roi"]
    assert ("value", f"{sheet}!{address}") in told(beside(made("values"), **SHADOWED[what]))


def test_of_two_lists_of_sheets_none_is_checked() -> None:
    content = beside(made("values"), relation="zz", main=f"{TYPES}/officeDocument")
    with pytest.raises(UnreadableWorkbook, match="damaged"):
        check_workbook(content)


@pytest.mark.parametrize(
    ("sheet", "cell", "formula"),
    [
        ("Inputs", "AB1", '<f t="array" ref="B7:AB9">'),
        pytest.param("Breakdown", "B20", '<f t="array" ref="B17:B20">', marks=pytest.mark.slow),
        pytest.param("Breakdown", "B20", '<f t="dataTable" ref="B20" r1="B7">', marks=pytest.mark.slow),
    ],
)
def test_a_formula_that_fills_other_cells_is_told(sheet: str, cell: str, formula: str) -> None:
    """The text of the formula is as it was made, and what it replaces is so until the workbook is calculated."""
    if sheet == "Inputs":
        content = replaced(
            made("values"), sheet, r'(?s)(<row r="1".*?)</row>', rf'\1<c r="AB1">{formula}1</f></c></row>'
        )
    else:
        content = replaced(made(), sheet, rf'(<c r="{cell}"[^>]*>)<f>', rf"\1{formula}")
    assert ("formula", f"{sheet}!{cell}") in told(content)


@pytest.mark.slow
def test_figures_as_generated_under_another_label_are_told() -> None:
    """In the native edition the metric and the axes of the grids are texts above values."""
    others = {"B4": "Payback", "B41": "NPV", "B44": "Horizon", "A7": "Storage kept"}
    before = StoredWorkbook(open_package(made())).cells("Sensitivity")
    at = [(int(cell[1:]), " AB".index(cell[0])) for cell in others]
    assert all(type(before[each].value) is str for each in at)
    found = told(with_cells(made(), others, "Sensitivity"))
    assert found == [("value", f"Sensitivity!{cell}") for cell in ("B4", "A7", "B41", "B44")]
    assert told(with_cells(made(), dict.fromkeys(others, "Métrique"), "Sensitivity")) == []


@pytest.mark.slow
def test_a_formula_that_fills_its_own_cell_alone_is_no_finding() -> None:
    """LibreOffice writes B6:B6 for the B6 of the lambda edition, whose calls are arrays of one cell."""
    parts = parts_of(made("lambda"))
    sheet = parts_by_title(parts)["Breakdown"]
    parts[sheet], count = re.subn(rb'(<f t="array" ref=")([A-Z]+\d+)"', rb'\1\2:\2"', parts[sheet])
    assert count > 1
    assert told(package_of(parts)) == []


ALTERNATIVE = f'<mc:AlternateContent {MARKUP}><mc:Choice Requires="x14">{{}}</mc:Choice></mc:AlternateContent>'
EXTENSION = (
    f'<extLst><ext xmlns:x14="{ADDED}" uri="{{{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}}}"><x14:conditionalFormattings>'
    '<x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:cfRule '
    'type="expression" priority="900"><xm:f>TRUE</xm:f><x14:dxf>{}</x14:dxf></x14:cfRule><xm:sqref>B20</xm:sqref>'
    "</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
)
SOMEWHERE_ELSE: dict[str, tuple[str, str, str, str]] = {
    "cells in an alternative": (
        "Breakdown", "</sheetData>", "</sheetData>" + ALTERNATIVE.format("<sheetData/>"), "Breakdown"),
    "columns in an alternative": (
        "Breakdown", "</sheetData>",
        "</sheetData>" + ALTERNATIVE.format('<cols><col min="2" max="2" hidden="1"/></cols>'), "Breakdown"),
    "a rule of an extension that shows another figure": (
        "Breakdown", "</worksheet>",
        EXTENSION.format('<numFmt numFmtId="777" formatCode="&quot;9,999&quot;"/>') + "</worksheet>", "Breakdown"),
    "a rule of an extension in the colour of the paper": (
        "Inputs", "</worksheet>",
        EXTENSION.format('<font><color theme="0"/></font>') + "</worksheet>", "Inputs"),
    "figures rounded as they are shown": (WORKBOOK, "<calcPr ", '<calcPr fullPrecision="0" ', WORKBOOK),
}  # fmt: skip


@pytest.mark.parametrize("what", some(SOMEWHERE_ELSE, ["columns in an alternative", *list(SOMEWHERE_ELSE)[3:]]))
def test_what_changes_the_figures_from_outside_of_the_cells_is_told(what: str) -> None:
    part, old, new, place = SOMEWHERE_ELSE[what]
    wrong = check_workbook(replaced(made("values"), part, old, new)).wrong
    assert [(each.kind, each.place) for each in wrong] == [("package", place)]


@pytest.mark.slow
def test_a_rule_of_an_extension_in_another_colour_is_no_finding() -> None:
    rule = EXTENSION.format('<font><color rgb="FFFF0000"/></font><numFmt numFmtId="777" formatCode="0.00"/>')
    assert check_workbook(replaced(made("values"), "Breakdown", "</worksheet>", f"{rule}</worksheet>")).wrong == ()


RENAMED = {"Breakdown": "Rechnung 1", "Inputs": "It's – Inputs (v2)", "Notes": "Hinweise"}


@pytest.mark.parametrize("title", some(RENAMED, slow=["Inputs"]))
def test_a_renamed_sheet_that_references_follow_is_no_finding(title: str) -> None:
    assert told(renamed(made(), title, RENAMED[title])) == []


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(EDITIONS, slow=["native"]))
@pytest.mark.parametrize(
    "scenario", [SAMPLE, pytest.param(REFERENCE, marks=pytest.mark.full)], ids=["sample", "reference"]
)
def test_every_edition_that_libreoffice_saved_passes(scenario: Scenario, edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "made.xlsx").write_bytes(build_workbook(scenario, edition=edition, generated=WHEN))
    assert told(libreoffice.convert(tmp_path / "made.xlsx", tmp_path / "saved").read_bytes()) == []


def place_of(content: bytes, name: str) -> tuple[str, str]:
    """The sheet and the cell of an input."""
    place = read_workbook(content).places[name]
    return place.sheet, place.address


def test_an_input_whose_name_points_away_from_its_row_is_a_problem() -> None:
    content = with_name(
        with_cells(made("values"), {"B12": 99_999.0}, "Breakdown"), "in_training_hours", "'Breakdown'!$B$12"
    )
    (problem,) = read_workbook(content).problems
    sheet, address = place_of(made("values"), "training_hours")
    assert problem.place == "Breakdown!B12 training_hours"
    assert "which holds 99999" in problem.sentence and f"{sheet}!{address}, in its row, holds" in problem.sentence


def test_a_name_that_points_to_an_equal_value_elsewhere_is_no_problem() -> None:
    value = float(SAMPLE.training_hours)
    content = with_name(
        with_cells(made("values"), {"B12": value}, "Breakdown"), "in_training_hours", "'Breakdown'!$B$12"
    )
    assert read_workbook(content).checked().training_hours == value


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (r'<row r="{row}"', '<row hidden="1" r="{row}"', "its row is hidden"),
        (r"<cols>.*?</cols>", '<cols><col min="2" max="2" width="0"/></cols>', "its column is hidden"),
        (
            "</sheetData>",
            '</sheetData><mergeCells><mergeCell ref="A{row}:B{row}"/></mergeCells>',
            "other cells are merged over it",
        ),
    ],
)
def test_an_input_that_cannot_be_seen_is_told(old: str, new: str, reason: str) -> None:
    sheet, address = place_of(made("values"), "training_hours")
    row = re.sub(r"\D", "", address)
    reading = read_workbook(replaced(made("values"), sheet, old.format(row=row), new.format(row=row)))
    (note,) = (each for each in reading.notes if "not to be seen" in each)
    assert f"{sheet}!{address}" in note and reason in note


def test_an_input_whose_format_shows_another_value_is_told() -> None:
    reading = read_workbook(formatted(made("values"), "in_training_hours", '"12"'))
    assert any("training_hours" in note and 'its number format "12" shows another' in note for note in reading.notes)


@pytest.mark.parametrize("edition", some(EDITIONS, ["values"]))
def test_nothing_of_a_workbook_as_it_was_made_is_hidden(edition: Edition) -> None:
    reading = read_workbook(made(edition))
    assert reading.notes == () and not reading.problems
    book = StoredWorkbook(open_package(made(edition)))
    assert set(book.states.values()) == {"visible"}
