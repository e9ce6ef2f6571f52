"""Rows that were read before: whatever a sheet holds, it is read as by one who never saw another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from roi_engine.errors import FtRoiError
from roi_engine.reference import REFERENCE
from templates.xlsx import stored_cells
from templates.xlsx.known_rows import (
    LONGEST_ROOT,
    LONGEST_ROW,
    MOST_AROUND,
    MOST_BYTES,
    MOST_CONTEXTS,
    MOST_ROWS,
    KnownRows,
    split,
)
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import open_package
from tests.builds import build_workbook
from tests.slow_cases import full
from tests.templates.returned.mutated_packages import mutated, originals
from tests.workbook_edits import package_of, parts_of


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> KnownRows:
    fresh = KnownRows()
    monkeypatch.setattr(stored_cells, "_KNOWN", fresh)
    return fresh


def seen(content: bytes) -> Any:
    """All that is read of a workbook, or why it is refused."""
    try:
        package = open_package(content)
        book = StoredWorkbook(package)
        sheets = {
            title: (
                [*book.cells(title).items()],
                book.hidden(title),
                book.merged(title),
                [*map(_listed, book.rows(title))],
            )
            for title in book.titles
        }
    except FtRoiError as problem:
        return str(problem)
    return sheets, package.elements


def _listed(row: tuple[int, dict[int, Any]]) -> tuple[int, list[Any]]:
    """A row in its order, which equal dictionaries need not have."""
    return row[0], [*row[1].items()]


def seen_by_a_stranger(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """All that is read of it where each sheet is read from its beginning to its end."""
    with monkeypatch.context() as patch:
        patch.setattr(StoredWorkbook, "_read_what_is_new", lambda *_: None)
        return seen(content)


def inputs_part(parts: dict[str, bytes]) -> str:
    """The part of the sheet with the most rows: all sheets are read the same way."""
    return max((name for name in parts if name.startswith("xl/worksheets/sheet")), key=lambda name: len(parts[name]))


@pytest.fixture(scope="module")
def workbook() -> dict[str, bytes]:
    """The parts of a small workbook with shared strings, as spreadsheet programs save one."""
    return {
        "[Content_Types].xml": (
            b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="xml" ContentType="application/xml"/>'
            b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            b'spreadsheetml.sheet.main+xml"/></Types>'
        ),
        "_rels/.rels": _relationships(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            b'<sheets><sheet name="Inputs" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relationships(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>'.encode(),
        "xl/sharedStrings.xml": _strings("Horizon", "months", "Anna's"),
        "xl/worksheets/sheet1.xml": _sheet(ROWS),
    }


def _relationships(*pairs: tuple[str, str]) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    items = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}/{name}" Target="{target}"/>'
        for at, (name, target) in enumerate(pairs, start=1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{items}</Relationships>'.encode()


def _strings(*texts: str) -> bytes:
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'.encode()


DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>24</v></c><c r="C1" t="s"><v>1</v></c></row>',
    '<row r="2" ht="30"><c r="A2" t="inlineStr"><is><t>Name</t></is></c><c r="B2" t="s"><v>2</v></c><c r="C2"/></row>',
    '<row r="3" hidden="1"><c r="A3"><v>1</v></c><c r="B3"><f>A3*2</f><v>2</v></c></row>',
    '<row r="4"><c r="A4" t="s"><f>UPPER(A1)</f><v>1</v></c></row>',
)


def _sheet(rows: Sequence[str], root: str = MAIN, before: str = "", after: str = "") -> bytes:
    return f"{DECLARED}<worksheet {root}>{before}<sheetData>{''.join(rows)}</sheetData>{after}</worksheet>".encode()


FOREIGN = 'xmlns="urn:somebody"'
MERGED = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
OTHER = '<row r="9"><c r="A9"><v>9</v></c></row>'
TRICKS: dict[str, bytes] = {
    "the same rows": _sheet(ROWS),
    "another row": _sheet([*ROWS, OTHER]),
    "rows in another order": _sheet(ROWS[::-1]),
    "a view and columns before": _sheet(
        ROWS, before='<sheetViews><sheetView/></sheetViews><cols><col hidden="1"/></cols>'
    ),
    "merged cells behind": _sheet(ROWS, after=MERGED),
    "no rows shown unless given": _sheet([*ROWS, OTHER], before='<sheetFormatPr zeroHeight="1"/>'),
    "the same behind other columns": _sheet(
        ROWS, before='<cols><col min="2" max="2" hidden="1"/></cols>', after=MERGED
    ),
    "the same behind no row": _sheet([], after=MERGED),
    "columns, a height and merged cells where they do not belong": _sheet(
        ROWS,
        before='<mergeCells><mergeCell ref="C1:C2"/></mergeCells>',
        after='<cols><col min="3" max="3" hidden="1"/></cols><sheetFormatPr zeroHeight="1"/>' + MERGED,
    ),
    "columns that are narrow unless given": _sheet(
        ROWS,
        before='<sheetFormatPr defaultColWidth="0.1" defaultRowHeight="1"/>'
        '<cols><col min="1" max="2" width="9"/></cols>',
        after='<cols><col min="3" max="3" width="9"/></cols>',
    ),
    "columns behind": _sheet(ROWS, after='<cols><col min="3" max="3" hidden="1"/></cols>'),
    "another height behind": _sheet(
        [*ROWS, OTHER], before='<sheetFormatPr zeroHeight="1"/>', after='<sheetFormatPr zeroHeight="0"/>'
    ),
    "more columns than are kept": _sheet(
        ROWS,
        before=f'<cols>{"".join(f"""<col min="{at}" max="{at}" hidden="1"/>""" for at in range(1, 900))}</cols>',
        after=f'<cols>{"".join(f"""<col min="{at}" max="{at}" hidden="1"/>""" for at in range(900, 1800))}</cols>',
    ),
    "a prefix behind that nobody declares": _sheet(ROWS, after="<x:y/>"),
    "an end too many": _sheet(ROWS, after="</worksheet>"),
    "a root behind": _sheet(ROWS).replace(b"</worksheet>", b"</worksheet><worksheet></worksheet>"),
    "a wrapper that ends behind": _sheet(ROWS, before="<x>", after="</x>"),
    "a row twice": _sheet([*ROWS, ROWS[0]]),
    "a cell twice": _sheet([*ROWS, '<row r="5"><c r="A1"><v>7</v></c></row>']),
    "a cell twice, first the new one": _sheet(['<row r="5"><c r="A1"><v>7</v></c></row>', *ROWS]),
    "a number of a row twice": _sheet([*ROWS, '<row r="3"><c r="C3"><v>7</v></c></row>']),
    "a row without a number": _sheet([*ROWS, "<row><c><v>7</v></c></row>"]),
    "a formula that fills other cells": _sheet(
        [*ROWS, '<row r="7"><c r="A7" t="s"><f t="array" ref="A7:B7">A1</f><v>1</v></c><c r="B7"><v>7</v></c></row>']
    ),
    "a cell without an address": _sheet([*ROWS, '<row r="7"><c><v>7</v></c></row>']),
    "rows in a comment": _sheet(["<!--", *ROWS, "-->", OTHER]),
    "rows in CDATA": _sheet([f'<row r="8"><c r="A8" t="str"><v><![CDATA[{ROWS[0]}]]></v></c></row>', OTHER]),
    "a processing instruction": _sheet(["<?x", *ROWS, "?>", OTHER]),
    "a document type": _sheet(ROWS).replace(b"<worksheet", b"<!DOCTYPE worksheet><worksheet"),
    "a foreign default": _sheet(ROWS, root=FOREIGN),
    "a foreign row": _sheet([f'<row {FOREIGN} r="8"></row>', *ROWS]),
    "a foreign row, and one copied": _sheet([f"<row {FOREIGN}></row>", ROWS[0], ROWS[0].replace("1", "7")]),
    "two rows of a number": _sheet(
        [*ROWS, '<row r="9"><c r="B9"><v>1</v></c></row>', '<row r="9"><c r="A9"><v>9</v></c></row>']
    ),
    "a foreign wrapper": _sheet([f"<x {FOREIGN}>", *ROWS, "</x>", OTHER]),
    "a wrapper": _sheet(["<x>", *ROWS, "</x>", OTHER]),
    "a wrapper around the data": _sheet(ROWS)
    .replace(b"<sheetData>", b"<x><sheetData>")
    .replace(b"</worksheet>", b"</x></worksheet>"),
    "a wrapper around the data, and a second one": _sheet(ROWS)
    .replace(b"<sheetData>", b"<x><sheetData>")
    .replace(b"</worksheet>", b"</x><sheetData/></worksheet>"),
    "a wrapper, and a prefix": _sheet(ROWS, root=MAIN + " " + MAIN.replace("xmlns=", "xmlns:m="))
    .replace(b"<sheetData>", b"<x><sheetData>")
    .replace(b"</worksheet>", b"</x><m:sheetData/></worksheet>"),
    "the data end early": _sheet([ROWS[0], f"</sheetData><x><sheetData>{ROWS[1]}</sheetData></x><sheetData>"]),
    "a row that is closed at once": _sheet(['<row r="6"/>', *ROWS]),
    "a closed row, the end of the data, and a row elsewhere": _sheet(
        ['<row r="6"/></sheetData><x>', *ROWS, "</x><sheetData>"]
    ),
    "a row in a row": _sheet([f'<row r="6">{ROWS[0]}</row>', *ROWS[1:]]),
    "rows with a prefix": _sheet(
        [row.replace("<row", "<m:row").replace("</row", "</m:row") for row in ROWS],
        root=MAIN + " " + MAIN.replace("xmlns=", "xmlns:m="),
    ),
    "a prefix that nobody declares": _sheet([*ROWS, '<row r="8" x:y="1"><c r="A8"><v>1</v></c></row>']),
    "a text between rows": _sheet(["text", *ROWS, "text"]),
    "no end": _sheet(ROWS).removesuffix(b"</worksheet>"),
    "another version": _sheet(ROWS).replace(b"1.0", b"1.1"),
    "another encoding": _sheet(ROWS).replace(b"UTF-8", b"ISO-8859-1"),
    "two bytes a letter": _sheet(ROWS).replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
    "a mark at its beginning": b"\xef\xbb\xbf" + _sheet(ROWS),
    "bytes that are no text": _sheet([*ROWS, OTHER]).replace(b"<v>9</v>", b"<v>\xff</v>"),
}


@pytest.mark.parametrize("words", TRICKS)
def test_a_sheet_is_read_as_by_a_stranger(
    words: str, workbook: dict[str, bytes], known: KnownRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    tricky = package_of(workbook | {"xl/worksheets/sheet1.xml": TRICKS[words]})
    expected = seen_by_a_stranger(tricky, monkeypatch)
    for first in (package_of(workbook), tricky, package_of(workbook | {"xl/worksheets/sheet1.xml": _sheet([OTHER])})):
        seen(first)
        assert seen(tricky) == expected
    assert seen(package_of(workbook)) == seen_by_a_stranger(package_of(workbook), monkeypatch)


@pytest.mark.parametrize(
    "texts", [("Horizon", "months", "Bert's"), ("months", "Horizon", "Anna's"), ("", "", ""), ("Horizon",)]
)
def test_each_workbook_has_its_own_shared_strings(
    texts: tuple[str, ...], workbook: dict[str, bytes], known: KnownRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = package_of(workbook | {"xl/sharedStrings.xml": _strings(*texts)})
    for first, then in ((package_of(workbook), other), (other, package_of(workbook))):
        monkeypatch.setattr(stored_cells, "_KNOWN", KnownRows())
        seen(first)
        assert seen(then) == seen_by_a_stranger(then, monkeypatch)


def test_what_is_known_is_not_parsed_again(
    workbook: dict[str, bytes], known: KnownRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []
    read: Callable[..., Any] = StoredWorkbook._read_sheet

    def watched(book: StoredWorkbook, part: str, content: bytes, *more: Any) -> Any:
        parsed.append(content)
        return read(book, part, content, *more)

    monkeypatch.setattr(StoredWorkbook, "_read_sheet", watched)
    seen(package_of(workbook))
    sheets, _ = seen(package_of(workbook | {"xl/worksheets/sheet1.xml": _sheet([*ROWS, OTHER])}))
    assert [each.count(b"<row") for each in parsed] == [
        0,
        len(ROWS),
        1,
    ]  # what is behind them, all of them, the new one
    cells = dict(sheets["Inputs"][0])
    assert cells[1, 2].value == 24 and cells[9, 1].value == 9


def test_the_sheets_of_an_answer_are_known_from_another(known: KnownRows) -> None:
    answers = [build_workbook(REFERENCE.with_inputs(training_hours=hours), edition="values") for hours in (24, 30)]
    contents = [parts_of(each) for each in answers]
    part = inputs_part(contents[0])
    one, other = (split(each[part]) for each in contents)
    assert one and other and one.root == other.root
    assert len(set(one.rows) & set(other.rows)) > len(one.rows) / 2


def test_a_part_is_one_sheet_however_its_name_is_written(workbook: dict[str, bytes]) -> None:
    """Else it would be read as often as it is named, and counted once."""
    sheet = b'<sheet name="Inputs" sheetId="1" r:id="rId1"/>'
    twice = workbook["xl/workbook.xml"].replace(sheet, sheet + b'<sheet name="More" sheetId="2" r:id="rId2"/>')
    pairs = (("worksheet", "worksheets/sheet1.xml"), ("worksheet", "Worksheets/Sheet1.xml"))
    relations = {"xl/workbook.xml": twice, "xl/_rels/workbook.xml.rels": _relationships(*pairs)}
    assert "damaged" in seen(package_of(workbook | relations))


def test_what_is_kept_is_bounded(known: KnownRows) -> None:
    for at in range(MOST_CONTEXTS * 3):
        known.keep(at, {b"<row r='%d'>" % at: at})
        assert known.within(at) and len(known._known) <= MOST_CONTEXTS
    most = MOST_BYTES // (12 * LONGEST_ROW)
    for at in range(most * 2):
        known.keep("here", {b"<row " + b"%d" % at * (LONGEST_ROW // 10): at})
        assert len(known.within("here")) <= most * 10


@pytest.mark.parametrize(
    "sheet",
    [
        _sheet(ROWS, root=f'{MAIN} a="{"z" * LONGEST_ROOT}"'),
        _sheet(ROWS, before=f'<sheetPr a="{"z" * MOST_AROUND}"/>'),
        _sheet(ROWS, after=f'<y a="{"z" * MOST_AROUND}"/>'),
        _sheet([f'<row r="{at}"></row>' for at in range(1, MOST_ROWS + 2)]),
        _sheet([*ROWS, f'<row r="9" a="{"z" * LONGEST_ROW}"></row>']),
        _sheet([f'<row r="{at}" a="{"z" * 10_000}"></row>' for at in range(1, 101)]),
    ],
    ids=["a long root", "much before", "much behind", "many rows", "a long row", "a large sheet"],
)
def test_a_sheet_of_another_size_than_an_answer_s_is_read_whole(
    sheet: bytes, workbook: dict[str, bytes], known: KnownRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert split(sheet) is None
    content = package_of(workbook | {"xl/worksheets/sheet1.xml": sheet})
    seen(package_of(workbook))
    assert seen(content) == seen_by_a_stranger(content, monkeypatch)


@pytest.mark.parametrize("styles", ["none", "large"])
def test_nothing_is_kept_of_a_workbook_whose_formats_are_not_kept(
    styles: str, workbook: dict[str, bytes], known: KnownRows
) -> None:
    if styles == "none":
        parts = {name: part for name, part in workbook.items() if name != "xl/styles.xml"}
    else:
        parts = workbook | {"xl/styles.xml": workbook["xl/styles.xml"].replace(b"<cell", b" " * 200_000 + b"<cell")}
    assert isinstance(seen(package_of(parts)), tuple)
    assert known._known == {}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("seeds", [range(3000, 3002), full(range(3002, 3130))], ids=["2", "128"])
def test_mutated_packages_are_read_as_by_a_stranger(
    seeds: Sequence[int], known: KnownRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    for original in originals():
        seen(original)
    for seed in seeds:
        _, content = mutated(seed)
        assert seen(content) == seen_by_a_stranger(content, monkeypatch), seed
