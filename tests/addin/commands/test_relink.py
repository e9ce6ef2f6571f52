"""Links to an author's add-in: seeded into a workbook of ours, taken out again, and nothing else touched."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import REFERENCE
from templates.package_check import check_package
from templates.returned.reading import read_workbook
from templates.returned.relinking import relink, unlinked
from templates.xlsx.finishing import parts_by_title
from tests import open_xml_sdk
from tests.builds import build_workbook
from tests.workbook_edits import package_of, parts_of

RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
ADDIN = "file:///C:\\Users\\anna\\ft-roi.xlam"
PRICES = "file:///D:\\prices.xlsx"
WORKBOOK, RELATIONSHIPS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
LISTS = {WORKBOOK, RELATIONSHIPS, TYPES}


@cache
def made() -> bytes:
    return build_workbook(REFERENCE, edition="wired")


def with_links(content: bytes, *files: str) -> dict[str, bytes]:
    """The parts of a workbook with external links to files, [1], [2], …, as Excel writes them."""
    parts = parts_of(content)
    for number, file in enumerate(files, 1):
        sheets = '<sheetNames><sheetName val="List"/></sheetNames>' if file == PRICES else ""
        parts[f"xl/externalLinks/externalLink{number}.xml"] = (
            f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATED}" r:id="rId1">{sheets}</externalBook>'
            "</externalLink>"
        ).encode()
        parts[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATED}/externalLinkPath" '
            f'Target="{file}" TargetMode="External"/></Relationships>'
        ).encode()
        part = f"externalLinks/externalLink{number}.xml"
        entry = f'<Override PartName="/xl/{part}" ContentType="{LINK_TYPE}"/>'
        put(parts, TYPES, "</Types>", f"{entry}</Types>")
        entry = f'<Relationship Id="link{number}" Type="{RELATED}/externalLink" Target="{part}"/>'
        put(parts, RELATIONSHIPS, "</Relationships>", f"{entry}</Relationships>")
    entries = "".join(f'<externalReference r:id="link{number}"/>' for number in range(1, len(files) + 1))
    put(parts, WORKBOOK, "<definedNames>",
        f'<externalReferences xmlns:r="{RELATED}">{entries}</externalReferences><definedNames>')  # fmt: skip
    return parts


def put(parts: dict[str, bytes], name: str, old: str, new: str) -> None:
    text = parts[name].decode()
    assert text.count(old) >= 1
    parts[name] = text.replace(old, new, 1).encode()


def link_calls(parts: dict[str, bytes], prefix: str) -> dict[str, int]:
    """Writes a prefix before every FT_ call in the sheets' formulas; how many formulas by sheet."""
    counts = {}
    for title, name in parts_by_title(parts).items():
        formulas = re.compile(r"(?<=<f>)[^<]*FT_[^<]*(?=</f>)")
        text = parts[name].decode()
        text, count = formulas.subn(lambda found: re.sub(r"\bFT_(?=\w+\()", lambda _: f"{prefix}FT_", found[0]), text)
        if count:
            parts[name], counts[title] = text.encode(), count
    return counts


def formulas(content: bytes) -> dict[str, str]:
    parts = parts_of(content)
    found = {}
    for title, name in parts_by_title(parts).items():
        for address, formula in re.findall(r'<c r="(\w+)"[^>]*><f[^>]*>([^<]*)</f>', parts[name].decode()):
            found[f"{title}!{address}"] = formula
    return found


def run(*words: object) -> Result:
    return CliRunner().invoke(ft_roi, ["relink", *map(str, words)])


@pytest.mark.parametrize("prefix", ["[1]!", "'C:\\Users\\anna''s\\ft-roi.xlam'!"])
def test_the_links_go_and_the_rest_stays_byte_for_byte(prefix):
    parts = with_links(made(), ADDIN)
    counts = link_calls(parts, prefix)
    assert sum(counts.values()) > 20 and len(counts) > 2
    result = relink(package_of(parts))
    assert result.formulas == counts
    assert result.removed == (ADDIN.removeprefix("file:///"),) and result.kept == ()
    assert formulas(result.content) == formulas(made())
    after, before = parts_of(result.content), parts_of(made())
    assert list(after) == list(before)
    touched = LISTS | {parts_by_title(before)[title] for title in counts}
    assert {name for name in before if after[name] != parts[name]} == touched
    assert not check_package(result.content)
    assert read_workbook(result.content).checked() == REFERENCE


@pytest.mark.parametrize("files", [(ADDIN, PRICES), (PRICES, ADDIN), (PRICES, ADDIN, PRICES)])
def test_another_link_stays_and_its_number_follows(files):
    parts = with_links(made(), *files)
    at = files.index(ADDIN) + 1
    counts = link_calls(parts, f"[{at}]!")
    checks = parts_by_title(parts)["Checks"]
    first = re.search(r"<f>([^<]*)</f>", parts[checks].decode())
    used = [number for number, file in enumerate(files, 1) if file == PRICES]
    added = "+".join(f"[{number}]List!A1+'[{number}]List'!A2" for number in used)
    put(parts, checks, first[0], f"<f>{first[1]}+{added}+LEN(&quot;[1]!FT_NPV(&quot;)</f>")
    result = relink(package_of(parts))
    assert sum(result.formulas.values()) == sum(counts.values())
    left = range(1, len(used) + 1)
    expected = "+".join(f"[{number}]List!A1+'[{number}]List'!A2" for number in left) + '+LEN("[1]!FT_NPV(")'
    text = parts_of(result.content)[checks].decode().replace("&quot;", '"')
    assert f"+{expected}</f>" in text
    book = parts_of(result.content)
    assert book[WORKBOOK].count(b"<externalReference ") == len(used)
    assert sum(name.startswith("xl/externalLinks/external") for name in book) == len(used)
    assert book[TYPES].count(LINK_TYPE.encode()) == len(used)


def test_a_link_that_something_else_uses_stays():
    parts = with_links(made(), ADDIN)
    link_calls(parts, "[1]!")
    put(parts, WORKBOOK, "</definedNames>", '<definedName name="theirs">[1]!Elsewhere</definedName></definedNames>')
    result = relink(package_of(parts))
    assert result.removed == () and result.kept == (ADDIN.removeprefix("file:///"),)
    assert b"[1]!Elsewhere" in parts_of(result.content)[WORKBOOK]
    assert parts_of(result.content)[RELATIONSHIPS] == parts[RELATIONSHIPS]


def test_a_shape_that_shows_a_linked_cell_keeps_every_link():
    parts = with_links(made(), ADDIN, PRICES)
    link_calls(parts, "[1]!")
    drawing = parts["xl/drawings/drawing1.xml"].decode()
    parts["xl/drawings/drawing1.xml"] = re.sub(
        "<xdr:graphicFrame", '<xdr:graphicFrame textlink="[2]List!$A$1"', drawing, count=1
    ).encode()
    assert b"textlink" in parts["xl/drawings/drawing1.xml"]
    result = relink(package_of(parts))
    assert result.formulas and not result.removed
    assert parts_of(result.content)["xl/drawings/drawing1.xml"] == parts["xl/drawings/drawing1.xml"]


@pytest.mark.parametrize(
    "prefix",
    ["[1]!", "'[1]Sheet 1'!", "'C:\\Users\\anna''s\\ft-roi.xlam'!", "[ft-roi.xlam]A!", "'C:\\x\\[ft-roi.xlam]A'!",
     "ft-roi.xlam!"],
)  # fmt: skip
def test_every_form_of_the_link_goes(prefix):
    assert unlinked(f"IF({prefix}FT_NPV(a)>0,{prefix}ft_irr(a),-{prefix}FT_NPVX(1))") == (
        f"IF(FT_NPV(a)>0,ft_irr(a),-{prefix}FT_NPVX(1))"
    )


@pytest.mark.parametrize(
    "formula",
    [
        '"[1]!FT_NPV("&A1',
        "'It''s \"one\"'!A1",
        "[1]!FT_NOSUCH(A1)",
        "[1]Prices!A1",
        "Sales[2024]+FT_NPV(A1)",
        "'a'!b&\"'\"",
    ],
)
def test_other_formulas_stay_as_they_are(formula):
    assert unlinked(formula) == formula


@pytest.mark.full(seconds=3)
@pytest.mark.needs_open_xml_sdk
def test_the_validator_finds_nothing_in_the_result(tmp_path):
    parts = with_links(made(), PRICES, ADDIN)
    link_calls(parts, "[2]!")
    (tmp_path / "linked.xlsx").write_bytes(package_of(parts))
    assert run(tmp_path / "linked.xlsx", "--force").exit_code == 0
    assert open_xml_sdk.validate(tmp_path / "linked.xlsx", ["Office2013", "Microsoft365"]) == []


# --- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    parts = with_links(made(), ADDIN)
    link_calls(parts, "[1]!")
    (tmp_path / "linked.xlsx").write_bytes(package_of(parts))
    return tmp_path / "linked.xlsx"


def test_it_tells_how_many_formulas_on_which_sheets_and_openpyxl_reads_the_result(linked, tmp_path):
    done = run(linked, "-o", tmp_path / "free.xlsx")
    assert done.exit_code == 0 and done.stderr == ""
    counts = {title: int(number) for title, number in re.findall(r"^  ([\w ]+): (\d+)$", done.stdout, re.MULTILINE)}
    assert sum(counts.values()) == int(re.search(r"(\d+) linked formulas freed", done.stdout)[1])
    assert "The link to C:\\Users\\anna\\ft-roi.xlam is gone." in done.stdout
    book = openpyxl.load_workbook(tmp_path / "free.xlsx")
    assert set(counts) <= set(book.sheetnames)
    assert sum(cell.data_type == "f" and "FT_" in cell.value for row in book["Breakdown"] for cell in row)


def test_the_file_itself_is_replaced_only_when_told_to(linked):
    before = linked.read_bytes()
    refused = run(linked)
    assert refused.exit_code == 5 and "--force" in refused.stderr and linked.read_bytes() == before
    assert run(linked, "--force").exit_code == 0
    assert linked.read_bytes() != before
    again = run(linked)
    assert again.exit_code == 0 and "nothing is written" in again.stdout


def test_what_was_freed_as_json(linked, tmp_path):
    words = run(linked, "-o", tmp_path / "words.xlsx").stdout
    told = json.loads(run(linked, "-o", tmp_path / "free.xlsx", "--json").stdout)
    assert told["file"] == str(tmp_path / "free.xlsx") and (tmp_path / "free.xlsx").exists()
    assert all(f"  {title}: {count:,}\n" in words for title, count in told["formulas"].items())
    assert (told["removed"], told["kept"]) == ([ADDIN.removeprefix("file:///")], [])
    nothing = json.loads(run(tmp_path / "free.xlsx", "--force", "--json").stdout)
    assert nothing == {"file": None, "formulas": {}, "removed": [], "kept": []}


def test_nothing_to_do_writes_nothing(tmp_path):
    (tmp_path / "sound.xlsx").write_bytes(made())
    done = run(tmp_path / "sound.xlsx", "-o", tmp_path / "other.xlsx")
    assert done.exit_code == 0 and "no FT_ formula is linked" in done.stdout
    assert not (tmp_path / "other.xlsx").exists()


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (b"no zip", (), 3),
        (None, (), 2),
        (b"PK\x03\x04", ("--force",), 3),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(tmp_path, content, words, code):
    if content is not None:
        (tmp_path / "file.xlsx").write_bytes(content)
    done = run(tmp_path / "file.xlsx", *words)
    assert done.exit_code == code and "file.xlsx" in done.stderr and "Traceback" not in done.stderr


def test_another_ending_and_an_existing_file_are_refused(linked, tmp_path):
    assert run(linked, "-o", tmp_path / "free.xlsm").exit_code == 2
    assert run(linked, "-o", linked).exit_code == 5
    assert run(tmp_path).exit_code == 2
