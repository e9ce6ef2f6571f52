"""The copy that LibreOffice is given: the charts are in it, nothing is that it would fetch, embed or run."""

from __future__ import annotations

import base64
import io
import os
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

from addin.libreoffice import office
from addin.libreoffice.office import Office
from addin.libreoffice.rendering import Rendering, render
from addin.libreoffice.safe_copy import KEPT, SafeCopy, safe_copy
from addin.shell.failures import InvalidInput, UnusablePath
from roi_engine import load_scenario
from tests.addin.libreoffice.hostile_workbooks import (
    MAIN,
    RED_DOT,
    relations,
    svg,
    with_external_book,
    with_pictures,
    write_opendocument,
    write_workbook,
)
from tests.builds import build_workbook
from tests.slow_cases import some

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "templates" / "samples" / "support-classifier.toml"
CHARTS = 9


def names(copy: SafeCopy) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(copy.content)) as package:
        assert package.testzip() is None
        return set(package.namelist())


def text(copy: SafeCopy, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(copy.content)) as package:
        return package.read(name).decode()


# --- what stays -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["native"], slow=[]))
def test_of_our_own_workbooks_everything_is_kept(edition: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(build_workbook(load_scenario(SAMPLE), edition=edition))
    copy = safe_copy(path)
    with zipfile.ZipFile(path) as package:
        before = {name.lower(): package.read(name) for name in package.namelist()}
    kept = names(copy)
    assert not copy.left_out
    assert {name.lower() for name in kept} == before.keys()
    with zipfile.ZipFile(io.BytesIO(copy.content)) as package:
        for name in kept:
            if not name.endswith(".rels") and name != "[Content_Types].xml":
                assert package.read(name) == before[name.lower()], name


def test_repeated_rows_and_columns_stay_one_name_though_openpyxl_saved_them(tmp_path: Path) -> None:
    """LibreOffice makes two names of rows before columns, and Excel repairs such a file."""
    path, book = tmp_path / "saved.xlsx", openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "A sheet"
    book.active.print_title_rows, book.active.print_title_cols = "1:3", "A:B"
    book.save(path)
    assert ">'A sheet'!$A:$B,'A sheet'!$1:$3<" in text(safe_copy(path), "xl/workbook.xml")


def test_links_of_cells_to_the_web_stay_and_others_go(tmp_path: Path) -> None:
    targets = ["https://example.com/a", "mailto:a@example.com", "file:///etc/passwd", "smb://server/share"]
    links = "".join(f'<hyperlink ref="A{n}" r:id="rId{n}"/>' for n in range(len(targets)))
    copy = safe_copy(
        write_workbook(
            tmp_path / "links.xlsx",
            of_sheet=[(f"rId{n}", "hyperlink", target) for n, target in enumerate(targets)],
            sheet_end=f"<hyperlinks>{links}</hyperlinks>",
        )
    )
    written = text(copy, "xl/worksheets/_rels/sheet1.xml.rels")
    assert [target in written for target in targets] == [True, True, False, False]
    assert copy.left_out == ["links that are not to a web page, a mail address or a cell"]


def test_pictures_stay_by_what_they_are_and_not_by_their_name(tmp_path: Path) -> None:
    found = [("rId1", "image", "../media/a.png"), ("rId2", "image", "../media/b.png")]
    parts = {"xl/media/a.png": RED_DOT, "xl/media/b.png": svg("file:///etc/passwd")}
    copy = safe_copy(with_pictures(tmp_path / "p.xlsx", ['r:embed="rId1"', 'r:embed="rId2"'], found, parts))
    assert "xl/media/a.png" in names(copy) and "xl/media/b.png" not in names(copy)
    assert copy.left_out == ["pictures that are linked, or are not PNG, JPEG or GIF"]


# --- what does not ----------------------------------------------------------------------------------------------

DDE = f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'.encode()
OF_BOOK: dict[str, tuple[tuple[str, str, str], bytes, str]] = {
    "macros": (("rId7", "vbaProject", "vbaProject.bin"), b"macro", "macros"),
    "macro sheet": (("rId7", "xlMacrosheet", "macrosheets/sheet1.xml"), b"<macrosheet/>", "sheets of macros"),
    "connections": (("rId7", "connections", "connections.xml"), b"<connections/>", "connections to data elsewhere"),
    "dde": (("rId7", "externalLink", "externalLinks/externalLink1.xml"), DDE, "links to other programs"),
}
OF_SHEET = {
    "ole": (("rId7", "oleObject", "../embeddings/o.bin"), b"ole", "embedded objects"),
    "linked ole": (("rId7", "oleObject", "http://127.0.0.1/o"), b"", "embedded objects"),
    "embedded file": (("rId7", "package", "../embeddings/o.xlsx"), b"PK", "embedded files"),
    "vml": (("rId7", "vmlDrawing", "../drawings/v.vml"), b"<xml/>", "drawings of the old form (VML)"),
    "query": (("rId7", "queryTable", "../queryTables/q.xml"), b"<queryTable/>", "queries of data elsewhere"),
    "control": (("rId7", "control", "../activeX/a.xml"), b"<ax/>", "controls"),
    "background": (
        ("rId7", "image", "http://127.0.0.1/b.png"),
        b"",
        "pictures that are linked, or are not PNG, JPEG or GIF",
    ),
}


@pytest.mark.parametrize("what", [*OF_BOOK, *OF_SHEET])
def test_what_is_fetched_or_run_is_left_out_and_said(what: str, tmp_path: Path) -> None:
    relation, content, said = (OF_BOOK | OF_SHEET)[what]
    place = {"of_book" if what in OF_BOOK else "of_sheet": [relation]}
    part = "xl/" + relation[2].removeprefix("../")
    parts = {part: content} if content else {}
    if ":" in relation[2]:
        part = relation[2]
    copy = safe_copy(write_workbook(tmp_path / "book.xlsm", parts=parts, **place))  # type: ignore[arg-type]
    assert copy.left_out == [said] and copy.suffix == ".xlsx"
    assert part not in names(copy)
    assert not any("rId7" in text(copy, name) for name in names(copy) if name.endswith(".rels"))


def test_a_link_of_a_cell_is_no_picture_and_no_object(tmp_path: Path) -> None:
    """LibreOffice looks a relation up by its name alone, whatever kind it says that it is of."""
    copy = safe_copy(
        write_workbook(
            tmp_path / "book.xlsx",
            of_sheet=[("rId1", "hyperlink", "http://127.0.0.1/a")],
            sheet_end='<hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks>'
            '<oleObjects><oleObject progId="P" shapeId="1" r:id="rId1"/></oleObjects>',
        )
    )
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in names(copy) and copy.left_out
    found = [("rId1", "hyperlink", "http://127.0.0.1/a.png")]
    copy = safe_copy(with_pictures(tmp_path / "p.xlsx", ['r:link="rId1"'], found, {}))
    assert "xl/drawings/_rels/drawing1.xml.rels" not in names(copy) and copy.left_out


@pytest.mark.parametrize("other", ['link="x"', 'xmlns:z="urn:z" z:link="x"'])
def test_an_attribute_of_the_same_name_hides_no_link(other: str, tmp_path: Path) -> None:
    for kind, target in (("hyperlink", "http://127.0.0.1/a.png"), ("externalLinkPath", "file:///etc/a.png")):
        copy = safe_copy(with_pictures(tmp_path / "p.xlsx", [f'{other} r:link="rId1"'], [("rId1", kind, target)], {}))
        assert "xl/drawings/_rels/drawing1.xml.rels" not in names(copy)


@pytest.mark.parametrize("content", [svg(), b"<theme>" + svg() + b"</theme>", b"<!DOCTYPE theme><theme/>", b"<theme>"])
def test_a_part_that_is_not_what_its_relation_says_is_refused(content: bytes, tmp_path: Path) -> None:
    """A picture may name any part of the file, and LibreOffice looks at what that is."""
    path = write_workbook(
        tmp_path / "b.xlsx", of_book=[("rId2", "theme", "theme.xml")], parts={"xl/theme.xml": content}
    )
    with pytest.raises(InvalidInput, match=r"b\.xlsx: "):
        safe_copy(path)


@pytest.mark.full(seconds=3)
def test_parts_that_no_relation_leads_to_are_never_unpacked(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", parts={"xl/worksheets/stray.xml": b"no XML <"})
    assert "xl/worksheets/stray.xml" not in names(safe_copy(path))
    for part in ("xl/worksheets/stray.xml", "xl/worksheets/sheet1.xml"):
        with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    if name != part:
                        bomb.writestr(name, package.read(name))
            with bomb.open(part, "w", force_zip64=True) as stream:
                for _ in range(600):
                    stream.write(bytes(1_000_000))
        start = time.process_time()
        with pytest.raises(InvalidInput, match="too large"):
            safe_copy(tmp_path / "bomb.xlsx")
        assert time.process_time() - start < 2


def test_a_chain_of_parts_as_long_as_there_may_be_is_followed_without_recursion(tmp_path: Path) -> None:
    parts: dict[str, bytes] = {}
    for n in range(1_500):
        parts[f"xl/c{n}.xml"] = b"<comments/>"
        parts[f"xl/_rels/c{n}.xml.rels"] = relations(("rId1", "comments", f"c{n + 1}.xml"))
    copy = safe_copy(write_workbook(tmp_path / "b.xlsx", of_book=[("rId2", "comments", "c0.xml")], parts=parts))
    assert "xl/c1499.xml" in names(copy)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices with names")
def test_a_pipe_a_device_and_a_file_without_end_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "zero.xlsx").symlink_to("/dev/zero")
    for name in ("pipe.xlsx", "zero.xlsx"):
        with pytest.raises(UnusablePath, match="a pipe or a device"):
            safe_copy(tmp_path / name)
    with open(tmp_path / "huge.xlsx", "wb") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(InvalidInput, match="3,000 MB"):
        safe_copy(tmp_path / "huge.xlsx")


def test_every_kind_that_is_kept_has_one_outermost_tag() -> None:
    assert all(tag and content_type.startswith("application/vnd.") for tag, content_type in KEPT.values())
    assert "vmlDrawing" not in KEPT and "image" not in KEPT


# --- LibreOffice ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this computer, and what is asked for there."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(RED_DOT)

        do_GET = do_HEAD = do_OPTIONS = do_POST = do_PROPFIND = answer

        def log_message(self, *words: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=some(["native", "wired"], slow=["native"]))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Rendering]:
    """A report: the workbook and what LibreOffice makes of it."""
    content = build_workbook(load_scenario(SAMPLE), edition=request.param)
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    path.write_bytes(content)
    return content, render(path, document=True, pages=True)


@pytest.mark.needs_libreoffice
def test_a_report_keeps_its_charts_in_the_workbook_and_on_the_pages(report: tuple[bytes, Rendering]) -> None:
    _, rendering = report
    with zipfile.ZipFile(io.BytesIO(rendering.workbook)) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == CHARTS
        assert all(b"<c:ser>" in package.read(name) and b"<c:v>" in package.read(name) for name in charts)
    assert not rendering.left_out and not [cell for cell in rendering.cells if cell.error]
    first = Image.open(io.BytesIO(rendering.pages[min(rendering.pages)])).convert("RGB")
    width, height = first.size
    line, tornado = (first.crop((at, int(height * 0.28), at + width // 2, int(height * 0.6))) for at in (0, width // 2))
    assert coloured(line) > 500, "the line of the cumulative cash flow"
    assert coloured(tornado) > 5_000, "the bars of the tornado"


@pytest.mark.needs_libreoffice
def test_what_else_of_a_report_the_recalculated_workbook_keeps(report: tuple[bytes, Rendering]) -> None:
    content, rendering = report
    before, after = kept(content), kept(rendering.workbook)
    assert {name for name in before if before[name] != after[name]} == set()


def kept(content: bytes) -> dict[str, Any]:
    """What a reader of a workbook would miss: by sheet, and of the whole.

    A number format may have its letters between quotation marks or behind backslashes.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    found: dict[str, Any] = {
        "names": sorted(book.defined_names),
        "sheets": [(sheet.title, sheet.sheet_state) for sheet in book],
        "properties": (book.properties.title, sorted(each.name for each in book.custom_doc_props.props)),
    }
    for sheet in book:
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        validations = sheet.data_validations.dataValidation
        areas = [area for each in validations for area in each.sqref.ranges]
        found |= {
            f"{sheet.title}: number formats": [(c.coordinate, re.sub(r'[\\"]', "", c.number_format)) for c in cells],
            f"{sheet.title}: fonts": [(c.coordinate, c.font.name, c.font.sz, c.font.b) for c in cells],
            f"{sheet.title}: links": sorted(c.coordinate for c in cells if c.hyperlink),
            f"{sheet.title}: locks": [(cell.coordinate, cell.protection.locked) for cell in cells],
            f"{sheet.title}: validations": sorted({at for area in areas for at in area.cells}),
            f"{sheet.title}: conditional formats": sorted(str(each.sqref) for each in sheet.conditional_formatting),
            f"{sheet.title}: merged": sorted(map(str, sheet.merged_cells.ranges)),
            f"{sheet.title}: tables": sorted(sheet.tables),
            f"{sheet.title}: panes": sheet.freeze_panes,
            f"{sheet.title}: printing": (sheet.print_title_rows, sheet.print_area, sheet.page_setup.orientation),
            f"{sheet.title}: protected": sheet.protection.sheet,
        }
    return found


def coloured(picture: Image.Image) -> int:
    """Pixels that are neither white, black nor grey."""
    counts = picture.getcolors(picture.width * picture.height) or []
    return sum(count for count, (red, green, blue) in counts if max(red, green, blue) - min(red, green, blue) > 80)


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_nothing_is_fetched_and_no_local_file_gets_in(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    (tmp_path / "secret.png").write_bytes(RED_DOT)
    secret = openpyxl.Workbook()
    secret.active.title, secret.active["A1"] = "Sheet1", "SECRET"
    secret.save(tmp_path / "secret.xlsx")
    local, book = (tmp_path / "secret.png").as_uri(), (tmp_path / "secret.xlsx").as_uri()
    image = [("rId1", "image", "../media/i.svg")]
    formulas = [
        f'_xlfn.WEBSERVICE("{address}/web")',
        f'WEBSERVICE("{address}/web")',
        f"INDIRECT(\"'{book}'#$Sheet1.A1\")",
        f"INDIRECT(\"'{address}/book.xlsx'#$Sheet1.A1\")",
        f"'[{book}]Sheet1'!A1",
        f"'{tmp_path}/[secret.xlsx]Sheet1'!A1",
        f"'{address}/[book.xlsx]Sheet1'!A1",
        f'DDE("soffice","{tmp_path}/secret.xlsx","Sheet1.A1")',
        f'HYPERLINK("{address}/link")',
    ]
    hostile = [
        with_pictures(tmp_path / "linked.xlsx", ['r:link="rId1"'], [("rId1", "image", f"{address}/a.png")], {}),
        with_pictures(tmp_path / "local.xlsx", ['r:link="rId1"'], [("rId1", "image", local)], {}),
        with_pictures(tmp_path / "drawn.xlsx", ['r:embed="rId1"'], image, {"xl/media/i.svg": svg(local, address)}),
        write_workbook(tmp_path / "formulas.xlsx", formulas),
        with_external_book(tmp_path / "external-file.xlsx", book),
        with_external_book(tmp_path / "external-address.xlsx", f"{address}/book.xlsx"),
    ]
    out = tmp_path / "out"
    out.mkdir()
    with Office(functions=False) as program:
        for suffix in (".xlsx", ".pdf"):
            written = program.convert([safe_copy(path) for path in hostile], out, suffix)
            assert asked == []
            for path in written:
                inside = path.read_bytes()
                assert b"/Subtype/Image" not in inside and b"SECRET" not in inside
                if suffix == ".xlsx":
                    with zipfile.ZipFile(path) as package:
                        assert not [name for name in package.namelist() if "media/" in name]
                        assert not any(b">SECRET<" in package.read(name) for name in package.namelist())


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("proxy", some([False, True], [False], slow=[]))
def test_without_the_copy_it_would_be_fetched(
    proxy: bool, tmp_path: Path, listener: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above sees is the copy's doing; and where a copy should fail, the profile reaches no network."""
    address, asked = listener
    if not proxy:
        before, found, _ = office.PROFILE.partition('<item oor:path="/org.openoffice.Inet')
        assert found
        monkeypatch.setattr(office, "PROFILE", f"{before}</oor:items>")
    path = with_pictures(tmp_path / "linked.xlsx", ['r:link="rId1"'], [("rId1", "image", f"{address}/a.png")], {})
    (tmp_path / "out").mkdir()
    asked.clear()
    with Office(functions=False) as program:
        program.convert([SafeCopy("linked", ".xlsx", path.read_bytes(), [])], tmp_path / "out", ".xlsx")
    assert bool(asked) is not proxy
    asked.clear()


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_the_last_values_of_another_workbook_are_used(tmp_path: Path) -> None:
    value = '<row r="1"><cell r="A1" t="str"><v>as it was</v></cell></row>'
    rendering = render(with_external_book(tmp_path / "b.xlsx", "file:///none/book.xlsx", value))
    book = openpyxl.load_workbook(io.BytesIO(rendering.workbook), data_only=True)
    assert book.active["A1"].value == "as it was"


@pytest.mark.full(seconds=12)
@pytest.mark.needs_libreoffice
def test_an_opendocument_keeps_its_charts_and_nothing_else_leads_out(
    tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    (tmp_path / "secret.png").write_bytes(RED_DOT)
    local = (tmp_path / "secret.png").as_uri()
    path = tmp_path / "report.xlsx"
    path.write_bytes(build_workbook(load_scenario(SAMPLE), edition="native"))
    monkey = pytest.MonkeyPatch()
    monkey.setitem(office.FILTERS, ".ods", "ods")
    with Office(functions=False) as program:
        (ods,) = program.convert([safe_copy(path)], tmp_path, ".ods")
    monkey.undo()
    plain = safe_copy(ods)
    assert not plain.left_out
    within = base64.b64encode(svg(local, f"{address}/svg.png")).decode()
    frame = '<draw:frame svg:width="3cm" svg:height="3cm">{}</draw:frame>'
    shapes = [
        f'<draw:image xlink:href="{address}/a.png" xlink:type="simple"/>',
        f'<draw:image xlink:href="{local}" xlink:type="simple"/>',
        f"<draw:image><office:binary-data>{within}</office:binary-data></draw:image>",
        f'<draw:floating-frame xlink:href="{address}/frame.html"/>',
    ]
    sheet = (
        f'<table:table table:name="More"><table:table-source xlink:href="{address}/b.ods" table:table-name="S"/>'
        f"<table:shapes>{''.join(map(frame.format, shapes))}</table:shapes><table:table-row><table:table-cell "
        f'table:formula="of:=WEBSERVICE(&quot;{address}/w&quot;)"/></table:table-row></table:table>'
    )
    copy = safe_copy(write_opendocument(ods, tmp_path / "more.ods", sheet))
    assert copy.left_out == [
        "embedded objects",
        "links to data elsewhere",
        "pictures that are linked, or are not PNG, JPEG or GIF",
    ]
    out = tmp_path / "out"
    out.mkdir()
    with Office(functions=False) as program:
        (written,) = program.convert([copy], out, ".xlsx")
        (printed,) = program.convert([copy], out, ".pdf")
    assert asked == [] and b"/Subtype/Image" not in printed.read_bytes()
    with zipfile.ZipFile(written) as package:
        assert sum(name.startswith("xl/charts/chart") for name in package.namelist()) == CHARTS
        assert not [name for name in package.namelist() if "media/" in name]
