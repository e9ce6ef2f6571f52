"""The package check: silent on every workbook of ours, and each seeded defect found by its own rule alone."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from roi_engine import REFERENCE
from templates.building.book import Edition
from templates.package_check import MOST_FINDINGS, check_package
from templates.package_check.formula_syntax import Known, faults, shape
from tests.builds import WHEN, build_workbook
from tests.slow_cases import every, some
from tests.templates.package_check import sdk_verdicts
from tests.workbook_cells import samples_and_edges
from tests.workbook_defects import DEFECTS, package_of, table
from tests.workbook_defects import name as defined_name

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
SCENARIOS = samples_and_edges()
HANGS = 60
"""Seconds after which a check that takes well under a few is taken to hang, on however busy a machine."""
SEEN_BY_SDK = {
    "a part twice in the zip",
    "a part with a backslash in its name",
    "a part without content type",
    "a relationship to a part that is not there",
    "two relationships with one id",
    "a drawing that names an unknown relationship",
    "a document type in a part",
    "a sheet title of 32 characters",
    "a sheet title with a slash",
    "two sheets with one title, case aside",
    "two sheets with one number",
    "a name of 256 characters",
    "a comment of 256 characters on a name",
    "a cell format that is not there",
    "a font that is not there",
    "a number format of 256 characters",
    "65,491 cell formats",
    "a cell of another namespace",
    "a boolean that is neither 0 nor 1",
    "a type that cells have not",
    "a date that is none",
    "a dynamic array without metadata",
    "a prompt title of 33 characters",
    "a conditional look that is not there",
    "a drawing left of column A",
    "two drawings with one number",
}
"""Defects that the Open XML SDK validator, version 0.4.0 of its npm package, tells too; measured below."""


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    return sdk_verdicts.sound()


@pytest.mark.parametrize("words", every(20, DEFECTS, slow=5))
def test_a_seeded_defect_is_found_by_its_rule_alone(sound: dict[str, bytes], words: str) -> None:
    rule, seed = DEFECTS[words]
    parts = dict(sound)
    seed(parts)
    (finding,) = check_package(package_of(parts))
    assert finding.rule == rule, finding
    assert finding.place and finding.what.endswith(".") and finding.cure


@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
@pytest.mark.parametrize("name", every(20, SCENARIOS, slow=20))
def test_nothing_is_found_in_a_workbook_of_ours(name: str, edition: Edition) -> None:
    assert check_package(build_workbook(SCENARIOS[name], edition=edition, generated=WHEN)) == []


@pytest.mark.full(seconds=6)
def test_nothing_is_found_in_workbooks_of_many_months() -> None:
    for edition in EDITIONS:
        scenario = REFERENCE.with_inputs(months=600 if edition == "native" else 60)
        assert check_package(build_workbook(scenario, edition=edition, generated=WHEN)) == []


@pytest.mark.parametrize("edition", some(EDITIONS, slow=[]))
def test_nothing_is_found_in_a_workbook_of_several_scenarios(edition: Edition) -> None:
    others = [SCENARIOS["document-extraction"], SCENARIOS["reference"]]
    first = SCENARIOS["support-classifier"]
    assert check_package(build_workbook(first, edition=edition, generated=WHEN, others=others)) == []


def test_nothing_is_found_in_a_sound_table(sound: dict[str, bytes]) -> None:
    parts = dict(sound)
    table()(parts)
    assert check_package(package_of(parts)) == []


def test_what_openpyxl_saves_lacks_its_values_and_nothing_else() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Item", "Price"], ["GPU", 2.5], ["Total", "=SUM(B2:B2)"]):
        sheet.append(row)
    sheet.add_table(Table(displayName="Items", ref="A1:B3"))
    saved = io.BytesIO()
    book.save(saved)
    rules = [finding.rule for finding in check_package(saved.getvalue())]
    assert sorted(rules) == ["formula-without-value", "recalculation"]


@pytest.mark.slow
@pytest.mark.needs_open_xml_sdk
def test_what_the_schema_validator_sees_of_the_defects(sound: dict[str, bytes], tmp_path: Path) -> None:
    """Each takes it a second: a defect that is the one that was measured has its verdict in a file."""
    stored = sdk_verdicts.stored()
    seen = set()
    for words, (_, seed) in DEFECTS.items():
        parts = dict(sound)
        seed(parts)
        told = stored.get(words, {})
        if told.get("defect") != sdk_verdicts.fingerprint(sound, parts):
            told = {"seen": sdk_verdicts.seen(parts, tmp_path)}
        if told["seen"]:
            seen.add(words)
    assert seen == SEEN_BY_SDK


@pytest.mark.full(seconds=150)
@pytest.mark.needs_open_xml_sdk
def test_the_stored_verdicts_are_those_of_the_schema_validator(sound: dict[str, bytes], tmp_path: Path) -> None:
    """`python tests/templates/package_check/sdk_verdicts.py` writes them anew."""
    assert sdk_verdicts.measured(sound, tmp_path) == sdk_verdicts.stored()


def test_the_document_names_every_rule_and_defect() -> None:
    text = (Path(__file__).parents[3] / "docs" / "package-check.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (yes|no) \|$", text, re.MULTILINE)
    expected = [(rule, words, "yes" if words in SEEN_BY_SDK else "no") for words, (rule, _) in DEFECTS.items()]
    assert sorted(rows) == sorted(expected)


# --- formulas -------------------------------------------------------------------------------------------------------

KNOWN = Known(
    frozenset({"inputs", "cash flow", "it's", "a", "b"}), frozenset({"rate", "scenario"}), frozenset({"log"}), 1
)


SOUND = [
        "1", "-1", "+-1", "50%", "-rate%", '""', '"a ""b"" c"', "TRUE", "#N/A", "1.5E-3", ".5", "A1", "$A$1:B2",
        "A:A", "$1:3", "(A1,B2)", "SUM((A1,B2),C3)", "A1:B2 B1:C3", "SUM(A1:A3)*(1+rate)", "IF(A1>=2,,3)", "PI()",
        "'Cash flow'!A1", "'It''s'!$A$1", "inputs!rate", "SUM(a:b!A1)", "[1]Sheet!A1", "'[1]Cash 2'!A1", "[1]!f",
        "Log[Price]", "SUM(Log[[#This Row],[a]:[b]])", "Log[[#Headers],[it'[s']]]", "{1,2;-3,\"x\"}",
        "INDEX({1;2},1)", "FT_NPV(10%,scenario)", "_xlfn.IFNA(A1,1)", "_xlfn.LET(_xlpm.x,1,_xlpm.x)", "A1:INDEX(A:A,3)",
        "-A1^2", "A1<>B1", "A1&\" \"&B1", "SUM( A1 , B1 )", "NOT(TRUE)", "N(A1)", "Inputs!#REF!",
]  # fmt: skip
FAULTY = [
        "", "1+", "*1", "(", ")", "()", "SUM(", "SUM)", "1)", "A1 1", "1 A1", "A1B", "1,2", '"a', "'a", "{", "{1",
        "{1,2;3}", "{A1}", "{1,}", "SUM(1;2)", "inputs!", "inputs!+1", "inputs! A1", "nosuch!A1", "[2]x!A1", "[x",
        "nosuch", "1:2:", "1:A1", "#FOO!", "a b", "\\", "\x00", "=1", "LET(1,2)", "IF()", "A1048577", "XFE1", "A0",
]  # fmt: skip


@pytest.mark.parametrize("formula", SOUND)
def test_a_formula_that_excel_reads_has_no_fault(formula: str) -> None:
    assert faults(formula, KNOWN) == []


@pytest.mark.parametrize("formula", FAULTY)
def test_a_formula_that_excel_does_not_read_has_one(formula: str) -> None:
    assert faults(formula, KNOWN)


def test_formulas_of_one_shape_are_all_sound_or_all_faulty() -> None:
    """The check reads one of them. Their addresses are replaced at random; a text that looks like one stays."""
    chance = random.Random(12)
    formulas = [*SOUND, *FAULTY, "SUM(Q1:Q2!A1)", "SUM(a:b!A1)+Q1", "Log[Q1]", "A1B2", "'Q1'!A1", "#N/A1", "LOG10(A1)"]
    sound: dict[str, bool] = {}
    for formula in formulas:
        for _ in range(20):
            moved = re.sub(
                r"[A-Z]{1,2}\d{1,5}", lambda _: f"{chance.choice('AZQ')}{chance.randint(1, 99_999)}", formula
            )
            for each in (formula, moved):
                assert sound.setdefault(shape(each), not faults(each, KNOWN)) == (not faults(each, KNOWN)), each
    assert len(sound) < 20 * len(formulas) / 4


def test_a_name_of_a_sheet_that_is_defined_twice_says_of_which(sound: dict[str, bytes]) -> None:
    parts = dict(sound)
    defined_name('name="_xlnm.Print_Area" localSheetId="2"')(parts)
    (finding,) = check_package(package_of(parts))
    title = openpyxl.load_workbook(io.BytesIO(package_of(sound))).sheetnames[2]
    assert finding.place == f"name '_xlnm.Print_Area' on the sheet {title!r}"


def test_a_fault_is_told_wherever_its_formula_is_copied(sound: dict[str, bytes]) -> None:
    parts = dict(sound)
    name = "xl/worksheets/sheet4.xml"
    parts[name] = re.sub(rb"<f>[^<]+(?=</f>)", b"<f>A1+(B2", parts[name], count=3)
    found = [finding for finding in check_package(package_of(parts)) if finding.rule == "formula-syntax"]
    assert len(found) == len({finding.place for finding in found}) == 3


@pytest.mark.parametrize(
    "unit", ["(", ")", "[", "]", "{", "'", '"', "a(", "A1:", "{1,", "''", "[[", "a!", "1E", "&", "\\", "-", "é("]
)
@pytest.mark.timeout(10)  # well under one second
def test_no_formula_hangs_the_reader(unit: str) -> None:
    faults((unit * 8192)[:8192], KNOWN)


# --- hostile files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + bytes(512), b"<html>", bytes(1000)],
    ids=["empty", "the start of a zip", "encrypted", "a page", "zeros"],
)
def test_what_is_no_zip_is_unreadable(data: bytes) -> None:
    assert [finding.rule for finding in check_package(data)] == ["unreadable"]


@pytest.mark.slow
@pytest.mark.timeout(HANGS)
def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(200 * 2**20))
    assert [finding.rule for finding in check_package(bomb.getvalue())] == ["too-large"]


def test_a_zip_of_very_many_parts_is_not_read() -> None:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for at in range(6_000):
            archive.writestr(f"xl/{at}.xml", "")
    assert [finding.rule for finding in check_package(many.getvalue())] == ["too-large"]


def test_findings_have_an_end(sound: dict[str, bytes]) -> None:
    parts = dict(sound)
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = re.sub(rb"<f>[^<]+", b"<f>(", parts[name])
    assert len(check_package(package_of(parts))) == MOST_FINDINGS


@pytest.mark.slow
@pytest.mark.timeout(HANGS)
def test_very_many_overlapping_areas_do_not_hang_the_check(sound: dict[str, bytes]) -> None:
    """Twenty thousand tall merged areas side by side and upon each other."""
    merges = "".join(f'<mergeCell ref="{"ABCDEFGH"[at % 8]}{100 + at}:I{60_000 + at}"/>' for at in range(20_000))
    parts = dict(sound)
    name = "xl/worksheets/sheet6.xml"
    parts[name] = parts[name].replace(b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode())
    found = check_package(package_of(parts))
    assert {finding.rule for finding in found} == {"overlap"}


MANY = {
    "formulas": (
        "xl/worksheets/sheet6.xml",
        "</sheetData>",
        '<row r="{n}"><c r="A{n}"><f>A{n}+1</f><v>1</v></c></row>',
    ),
    "names": ("xl/workbook.xml", "</definedNames>", '<definedName name="n{n}_" localSheetId="1">A{n}</definedName>'),
    "axes": ("xl/charts/chart1.xml", "</plotArea>", '<valAx><axId val="{n}"/><crossAx val="10"/></valAx>'),
    "points": ("xl/charts/chart1.xml", "</numCache>", '<pt idx="0"><v>{n}</v></pt>'),
}


@pytest.mark.timeout(HANGS)
@pytest.mark.parametrize("what", some(MANY, slow=["formulas", "names"]))
def test_a_hundred_thousand_of_anything_do_not_hang_the_check(sound: dict[str, bytes], what: str) -> None:
    name, end, each = MANY[what]
    added = "".join(each.format(n=n) for n in range(1_000, 101_000))
    parts = dict(sound)
    parts[name] = parts[name].replace(end.encode(), (added + end).encode(), 1)
    assert {finding.rule for finding in check_package(package_of(parts))} <= {"dimension", "too-large"}


@pytest.mark.timeout(HANGS)
@pytest.mark.parametrize("seed", every(40, range(80), slow=5))
def test_no_mutated_package_crashes_or_hangs(sound: dict[str, bytes], seed: int) -> None:
    """Bytes changed, doubled and lost in the parts, and numbers and references replaced by extreme ones."""
    chance = random.Random(seed)
    parts = dict(sound)
    for _ in range(chance.randint(1, 6)):
        name = chance.choice(list(parts))
        content, at = parts[name], chance.randrange(max(len(parts[name]), 1))
        kind = chance.randrange(5)
        if kind == 0:
            parts[name] = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
        elif kind == 1:
            parts[name] = content[:at] + content[at + chance.randrange(60) :]
        elif kind == 2:
            parts[name] = content[:at] + content[at : at + 200] + content[at:]
        elif kind == 3:
            del parts[name]
        else:
            values = [b'"-1"', b'"' + b"9" * 5000 + b'"', b'""', b'"A1:XFD1048576"', b'"\xc3\xa9"', b'"1e999"']
            quoted = [match.span() for match in re.finditer(rb'"[^"]*"', content)]
            if quoted:
                start, end = chance.choice(quoted)
                parts[name] = content[:start] + chance.choice(values) + content[end:]
    for finding in check_package(package_of(parts)):
        assert finding.rule and len(str(finding)) < 1000
