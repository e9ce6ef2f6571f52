"""The functions put into a workbook: what of it changes, what the parts hold, and what is refused."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.lite.bundle import main_text, requirements_text
from addin.lite.carried import XLWINGS_LITE, Carried, carried_in
from addin.lite.workbook import NotForLite, lite_formula, with_functions
from roi_engine import REFERENCE
from templates.package_check import check_package
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.xlsx import dynamic_arrays
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.untrusted_package import LONGEST_TOKEN, open_package
from templates.xlsx.web_extensions import extension_xml, property_text, web_extensions
from tests import libreoffice, open_xml_sdk
from tests.builds import build_workbook
from tests.workbook_cells import same, stored_cells
from tests.workbook_edits import package_of, parts_of

EXTENSION, PANES = "xl/webextensions/webextension1.xml", "xl/webextensions/taskpanes1.xml"
TYPES, WORKBOOK, RELATIONSHIPS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
NEW = {EXTENSION, PANES, "xl/webextensions/_rels/taskpanes1.xml.rels", dynamic_arrays.PART}
CELL = re.compile(r'<c r="(\w+)"([^>]*)><f([^>]*)>([^<]*)</f>(<v[^>]*?(?:/>|>[^<]*</v>))')


@cache
def wired() -> bytes:
    return build_workbook(REFERENCE)


@cache
def made() -> bytes:
    return with_functions(wired()).content


def formulas(content: bytes) -> dict[str, tuple[str, ...]]:
    parts = parts_of(content)
    return {
        f"{title}!{address}": tuple(each.replace("<v/>", "<v></v>") for each in rest)
        for title, part in parts_by_title(parts).items()
        for address, *rest in CELL.findall(parts[part].decode())
    }


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    parts = parts_of(content)
    text = parts[part].decode()
    assert text.count(old) >= 1, (part, old)
    parts[part] = text.replace(old, new, 1).encode()
    return package_of(parts)


def with_main(text: str, content: bytes | None = None) -> bytes:
    """A workbook that carries another main.py."""
    parts = parts_of(content or made())
    properties = {"main.py": json.dumps(text), "theirSetting": '{"a": 1}'}
    parts[EXTENSION] = extension_xml(XLWINGS_LITE, "1.0.0.0", EXTENSION, properties).encode()
    return package_of(parts)


# --- what of the workbook changes


def test_cells_that_call_a_function_are_dynamic_arrays_and_keep_their_values():
    before, after = formulas(wired()), formulas(made())
    assert before.keys() == after.keys()
    calling = {place for place, cell in before.items() if re.search(r"\bFT_\w+\(", cell[2])}
    assert len(calling) > 150
    for place, (cell, formula, text, value) in before.items():
        now = after[place]
        if place in calling:
            assert now[0] == f'{cell} cm="1"' and now[3] == value
            assert now[1] == f' t="array" ref="{place.rpartition("!")[2]}"'
            assert now[2].replace("_xldudf_", "") == text and not re.search(r"\bFT_\w+\(", now[2])
        else:
            assert now == (cell, formula, text, value)


def test_what_calls_no_function_stays_byte_for_byte():
    before, after = parts_of(wired()), parts_of(made())
    sheets = {part for title, part in parts_by_title(before).items() if b"FT_" in before[part]}
    assert set(after) - set(before) == NEW and list(after)[: len(before)] == list(before)
    touched = {name for name in before if before[name] != after[name]}
    assert touched <= sheets | {TYPES, "_rels/.rels", RELATIONSHIPS}
    assert WORKBOOK not in touched


def test_texts_and_sheets_that_are_called_like_a_function_are_no_calls():
    formula = """'FT_NPV('!A1&"FT_NPV("&x.FT_NPV(A1)&ft_npv(A1)&FT_UNKNOWN(1)"""
    assert lite_formula(formula) == formula.replace("&ft_npv(", "&_xldudf_FT_NPV(")


def test_the_same_again_changes_nothing():
    assert with_functions(made()).content == made()


@pytest.mark.slow
def test_nothing_is_found_in_it_and_it_reads_as_before():
    assert check_package(made()) == []
    found = check_workbook(made())
    assert found.wrong == () and found.compared > 1_000
    assert found.reading.provenance.edition == "wired"
    assert read_workbook(made()).checked() == REFERENCE


@pytest.mark.full(seconds=3)
@pytest.mark.needs_open_xml_sdk
@open_xml_sdk.newest_office
def test_the_open_xml_sdk_finds_nothing(versions, tmp_path):
    (tmp_path / "lite.xlsx").write_bytes(made())
    assert open_xml_sdk.validate(tmp_path / "lite.xlsx", versions) == []


@pytest.mark.needs_libreoffice
@pytest.mark.full(seconds=20)
def test_as_dynamic_arrays_the_formulas_give_what_they_gave(tmp_path):
    """No cell leans on the cell of its own row: LibreOffice calculates both the same."""
    files = [tmp_path / "wired.xlsx", tmp_path / "lite.xlsx"]
    for file, content in zip(files, (wired(), made()), strict=True):
        file.write_bytes(content)
    (tmp_path / "out").mkdir()
    done = libreoffice.recalculate_many(files, tmp_path / "out")
    plain, dynamic = (stored_cells(each.read_bytes()) for each in done)
    assert plain.keys() == dynamic.keys()
    for title, cells in plain.items():
        assert cells.keys() == dynamic[title].keys()
        for address, cell in cells.items():
            assert same(dynamic[title][address].value, cell.value, 1.0), f"{title}!{address}"


@pytest.mark.needs_libreoffice
@pytest.mark.full(seconds=15)
def test_libreoffice_with_its_own_functions_recalculates_it(folder):
    """It knows them by their plain names."""
    Path("lite.xlsx").write_bytes(made())
    done = run("recalc", "lite.xlsx", "-o", "recalculated.xlsx", "--json")
    assert done.exit_code == 0, done.output
    before, after = stored_cells(made()), stored_cells(Path("recalculated.xlsx").read_bytes())
    metrics = {address: cell for address, cell in before["Breakdown"].items() if "_xldudf_" in (cell.formula or "")}
    assert len(metrics) > 10
    for address, cell in metrics.items():
        assert same(after["Breakdown"][address].value, cell.value, 1.0), address
    assert "needs the FT functions" not in {each.value for each in after["Functions"].values()}


# --- what it carries


def carried(content: bytes) -> str:
    return carried_in(open_package(content)).text


def test_it_carries_the_text_that_is_printed():
    root = ElementTree.fromstring(parts_of(made())[EXTENSION])
    kept = {each.get("name"): json.loads(each.get("value", "")) for each in root.iter() if each.get("name")}
    assert kept == {"main.py": main_text(), "requirements.txt": requirements_text()}
    assert carried(made()) == main_text()


def test_a_program_that_escapes_all_quotes_still_writes_what_is_read():
    longest = json.dumps(main_text()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert len(longest.replace('"', "&quot;").replace("'", "&apos;")) < 0.95 * LONGEST_TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "\"both\" 'quotes'",
        "π € 汉 😀",
        "</we:property>]]>&amp;&lt;",
        "a\r\n\tb\\n\u2028",
        "\x00\x1b",
        "",
        "'''\n\"\"\"",
    ],
)
def test_any_text_comes_back_as_it_was(text):
    xml = extension_xml(XLWINGS_LITE, "1.0.0.0", "x.xml", {"main.py": json.dumps(text)})
    (found,) = [each for each in ElementTree.fromstring(xml).iter() if each.get("name") == "main.py"]
    assert json.loads(found.get("value", "")) == text
    parts = parts_of(made()) | {EXTENSION: xml.encode()}
    (extension,) = web_extensions(open_package(package_of(parts)))
    assert property_text(extension.properties["main.py"]) == text


@pytest.mark.slow
def test_an_older_text_of_ours_is_replaced_and_settings_stay():
    older = with_main(main_text() + "# of another version\n")
    again = with_functions(older).content
    assert carried(again) == main_text()
    (extension,) = web_extensions(open_package(again))
    assert extension.properties["theirSetting"] == '{"a": 1}'
    assert check_package(again) == []


@pytest.mark.slow
def test_another_add_in_stays():
    other = changed(made(), EXTENSION, XLWINGS_LITE, "wa100000000")
    both = with_functions(other).content
    assert [each.store for each in web_extensions(open_package(both))] == ["wa100000000", XLWINGS_LITE]
    assert carried(both) == main_text()
    assert parts_of(both)[PANES].count(b"webextensionref") == 2
    assert check_package(both) == []


def test_python_of_somebody_else_is_not_overwritten():
    with pytest.raises(NotForLite, match="somebody else"):
        with_functions(with_main("print('theirs')\n"))


def test_a_name_that_is_a_function_of_its_own_is_refused():
    name = '<definedName name="ft_npv">LAMBDA(x,x)</definedName>'
    with pytest.raises(NotForLite, match="FT_NPV"):
        with_functions(changed(wired(), WORKBOOK, "</definedNames>", f"{name}</definedNames>"))


def test_a_formula_that_cells_share_is_written_into_each():
    checks = parts_by_title(parts_of(wired()))["Checks"]
    text = parts_of(wired())[checks].decode()
    row = (
        '<row r="900"><c r="A900"><f t="shared" ref="A900:C900" si="7">FT_ERRORCUT(A1,$B1)</f><v>1</v></c>'
        '<c r="B900"><f t="shared" si="7"/><v>1</v></c><c r="C900"><f t="shared" ref="C900" si="8">A1+1</f><v>1</v></c>'
        '<c r="D900"><f t="shared" si="8"/><v>1</v></c></row></sheetData>'
    )
    assert "</sheetData>" in text
    made = parts_of(with_functions(changed(wired(), checks, "</sheetData>", row)).content)[checks].decode()
    cells = dict(re.findall(r'<c r="(\w900)"[^>]*><f[^>]*>([^<]*)</f>', made))
    assert cells == {"A900": "_xldudf_FT_ERRORCUT(A1,$B1)", "B900": "_xldudf_FT_ERRORCUT(B1,$B1)", "C900": "A1+1"}
    assert '<f t="shared" si="8"/>' in made and 'si="7"' not in made


def with_metadata(xml: str) -> bytes:
    parts = parts_of(wired()) | {dynamic_arrays.PART: xml.encode()}
    related = f'<Relationship Id="rId900" Type="{dynamic_arrays.RELATIONSHIP}" Target="metadata.xml"/></Relationships>'
    typed = f'<Override PartName="/{dynamic_arrays.PART}" ContentType="{dynamic_arrays.CONTENT_TYPE}"/></Types>'
    parts[RELATIONSHIPS] = parts[RELATIONSHIPS].replace(b"</Relationships>", related.encode())
    parts[TYPES] = parts[TYPES].replace(b"</Types>", typed.encode())
    return package_of(parts)


def test_metadata_that_excel_has_written_are_used():
    two = dynamic_arrays.METADATA.replace(
        '<metadataTypes count="1">', '<metadataTypes count="2"><metadataType name="X"/>'
    )
    two = two.replace('<bk><rc t="1" v="0"/></bk>', '<bk><rc t="1" v="0"/></bk><bk><rc t="2" v="0"/></bk>')
    made = parts_of(with_functions(with_metadata(two)).content)
    assert made[dynamic_arrays.PART].decode() == two
    summary = made[parts_by_title(made)["Summary"]].decode()
    assert ' cm="2"' in summary and ' cm="1"' not in summary


@pytest.mark.parametrize(
    ("old", "new"),
    [('fDynamic="1"', 'fDynamic="0"'), ("XLDAPR", "XLRICHVALUE"), ('<rc t="1" v="0"/>', '<rc t="1" v="9"/>')],
)
def test_metadata_of_another_kind_are_refused(old, new):
    with pytest.raises(NotForLite, match="metadata"):
        with_functions(with_metadata(dynamic_arrays.METADATA.replace(old, new)))


# --- what a reader is told of it


def test_what_is_said_of_python_in_a_workbook():
    text = main_text()
    assert Carried("").wrong == Carried("").note == ""
    assert not Carried(text).wrong and "letter for letter" in Carried(text).note
    assert "changed" in Carried(text + "import os\n").wrong
    assert "somebody else" in Carried("import os\n").wrong and Carried("import os\n").note == ""


def test_of_another_version_its_own_sum_is_all_that_can_be_looked_at(monkeypatch):
    text = main_text()
    monkeypatch.setattr("addin.lite.carried.__version__", "9.9")
    monkeypatch.setattr("addin.lite.carried.main_text", lambda: "another")
    assert Carried(text).wrong == "" and "not compared" in Carried(text).note
    assert "changed" in Carried(text + "import os\n").wrong


def run(*words: Any) -> Result:
    return CliRunner().invoke(ft_roi, list(map(str, words)))


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("report.xlsx").write_bytes(wired())
    return tmp_path


@pytest.mark.full(seconds=6)
def test_check_tells_of_it(folder):
    Path("lite.xlsx").write_bytes(made())
    done = run("check", "lite.xlsx")
    assert done.exit_code == 0 and "letter for letter" in done.stdout and "every figure the same" in done.stdout
    Path("edited.xlsx").write_bytes(with_main(main_text().replace("return", "return  ", 1)))
    done = run("check", "edited.xlsx", "--json")
    assert done.exit_code == 4
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["kind"] == "python" and finding["place"] == "main.py"


@pytest.mark.full(seconds=6)
def test_a_damaged_part_is_told_by_the_package_check_alone(folder):
    Path("torn.xlsx").write_bytes(changed(made(), EXTENSION, "</we:webextension>", ""))
    done = run("check", "torn.xlsx", "--json")
    assert done.exit_code == 4
    assert [each["kind"] for each in json.loads(done.stdout)["findings"]] == ["package"]
    assert run("addin", "lite", "torn.xlsx", "--print").exit_code == 3


# --- the command


def test_the_command_writes_and_tells(folder):
    done = run("addin", "lite", "report.xlsx", "-o", "lite.xlsx")
    assert done.exit_code == 0 and Path("lite.xlsx").read_bytes() == made()
    assert "Experimental" in done.stdout and f"{len(main_text()):,} characters" in done.stdout
    assert Path("report.xlsx").read_bytes() == wired()
    done = run("addin", "lite", "report.xlsx", "--force", "--json")
    assert json.loads(done.stdout)["file"] == "report.xlsx" and Path("report.xlsx").read_bytes() == made()


def test_the_command_prints_what_is_put_there_and_what_is_there(folder):
    Path("lite.xlsx").write_bytes(made())
    for words in (("--print",), ("lite.xlsx", "--print")):
        done = run("addin", "lite", *words)
        assert done.exit_code == 0 and done.stdout == main_text() and not done.stderr
    Path("theirs.xlsx").write_bytes(with_main("if 1:\n\tprint('\x1b[2J')\n"))
    done = run("addin", "lite", "theirs.xlsx", "--print")
    assert done.stdout == "if 1:\n\tprint('\\x1b[2J')\n" and "somebody else" in done.stderr
    done = run("addin", "lite", "report.xlsx", "--print")
    assert done.exit_code == 3 and "carries no Python" in done.stderr
    assert sorted(each.name for each in folder.iterdir()) == ["lite.xlsx", "report.xlsx", "theirs.xlsx"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "Name the workbook"),
        (("nowhere.xlsx",), 2, "no file nowhere.xlsx"),
        (("folder",), 2, "is a folder"),
        (("pipe",), 2, "a pipe or a device"),
        (("report.xlsx",), 5, "--force"),
        (("report.xlsx", "-o", "taken.xlsx"), 5, "taken.xlsx exists"),
        (("report.xlsx", "-o", "lite.csv"), 2, "ends in .xlsx"),
        (("report.xlsx", "-o", "nowhere/lite.xlsx"), 2, "does not exist"),
        (("report.xlsx", "-o", "pipe.xlsx", "--force"), 2, "is not a file"),
        (("text.xlsx", "-o", "lite.xlsx"), 3, "text.xlsx: It is text"),
        (("foreign.xlsx", "-o", "lite.xlsx"), 3, "no workbook of FT ROI"),
        (("native.xlsx", "-o", "lite.xlsx"), 3, "--formulas wired"),
        (("native.xlsx",), 3, "--formulas wired"),
        pytest.param(("values.xlsx", "-o", "lite.xlsx"), 3, "--formulas wired", marks=pytest.mark.full),
        (("broken.xlsx", "-o", "lite.xlsx"), 3, "damaged"),
        (("--print", "-o", "lite.xlsx"), 2, "--print stands alone"),
        (("report.xlsx", "--print", "--json"), 2, "--print stands alone"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(words, code, told, folder):
    Path("folder").mkdir()
    Path("taken.xlsx").write_bytes(b"taken")
    Path("text.xlsx").write_text("name,value\n", "utf-8")
    Path("broken.xlsx").write_bytes(wired()[:-2000])
    for name in {"native.xlsx", "values.xlsx", "foreign.xlsx"} & set(words):
        Path(name).write_bytes(of_another_kind(name.partition(".")[0]))
    if hasattr(os, "mkfifo"):
        for name in ("pipe", "pipe.xlsx"):
            os.mkfifo(name)
    elif "pipe" in "".join(words):
        pytest.skip("no pipes have names here")
    before = sorted(folder.iterdir())
    done = run("addin", "lite", *words)
    assert done.exit_code == code and told in done.stderr.replace("\n", " "), done.output
    assert sorted(folder.iterdir()) == before and Path("taken.xlsx").read_bytes() == b"taken"
    assert Path("report.xlsx").read_bytes() == wired()


def of_another_kind(kind: str) -> bytes:
    if kind != "foreign":
        return build_workbook(REFERENCE, edition=kind)
    import io

    from openpyxl import Workbook

    book, written = Workbook(), io.BytesIO()
    book.active["A1"] = "=FT_NPV(A2)"
    book.save(written)
    return written.getvalue()
