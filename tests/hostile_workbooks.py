"""Workbooks that somebody made to mislead a reader, to hang it or to fill its memory; each made from a sound one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from io import BytesIO

from roi_engine import REFERENCE
from templates.xlsx.column_letters import column_letters
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, SPREADSHEET
from tests.builds import build_workbook
from tests.workbook_defects import package_of, parts_of

LONG = 8_192
FORMULAS = 1_500
"""As many formulas of that length as a part may hold."""


@cache
def sound() -> bytes:
    return build_workbook(REFERENCE, edition="wired")


def changed(title: str, old: str, new: str) -> bytes:
    """A sound workbook with another text in a sheet, or in a part by its name."""
    parts = parts_of(sound())
    name = title if title in parts else parts_by_title(parts)[title]
    assert old in parts[name].decode(), f"{name} holds no {old}"
    parts[name] = parts[name].replace(old.encode(), new.encode(), 1)
    return package_of(parts)


def with_rows(rows: Iterator[str]) -> bytes:
    """A sound workbook with more rows on the sheet Notes."""
    return changed("Notes", "</sheetData>", "".join(rows) + "</sheetData>")


def long_formulas(unit: str) -> bytes:
    """Formulas that are no two alike, each a unit again and again, with what looks like a linked call at its end."""
    text, end = (unit * LONG)[: LONG - 30], "!FT_NPV("
    return with_rows(
        f'<row r="{n}"><c r="A{n}"><f>{n}{text}{end}</f><v>1</v></c></row>' for n in range(900, 900 + FORMULAS)
    )


def one_formula(unit: str, length: int) -> bytes:
    return with_rows(iter([f'<row r="900"><c r="A900"><f>{(unit * length)[:length]}</f><v>1</v></c></row>']))


def shared_text(text: str, rows: int, columns: int) -> bytes:
    """One shared text, shown in every cell of a block."""
    block = (
        f'<row r="{n}">'
        + "".join(f'<c r="{column_letters(c)}{n}" t="s"><v>0</v></c>' for c in range(1, columns + 1))
        + "</row>"
        for n in range(900, 900 + rows)
    )
    parts = parts_of(with_rows(block))
    related = f'<Relationship Id="rIdS" Type="{DOCUMENT_RELATIONSHIPS}/sharedStrings" Target="sharedStrings.xml"/>'
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SPREADSHEET}"><si><t>{text}</t></si></sst>'.encode()
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", f"{related}</Relationships>".encode())
    return package_of(parts)


def names_and_sheets(names: int, sheets: int) -> bytes:
    """Many sheets that show one part, and as many names that point to them."""
    parts = parts_of(sound())
    main = parts["xl/workbook.xml"].decode()
    space = f'xmlns:r="{DOCUMENT_RELATIONSHIPS}"'
    tabs = "".join(f'<sheet name="Tab {n}" sheetId="{n + 100}" r:id="rId1" {space}/>' for n in range(sheets))
    defined = "".join(f"<definedName name=\"in_{n}_\">'Tab {n % sheets}'!$A$1</definedName>" for n in range(names))
    main = main.replace("</sheets>", f"{tabs}</sheets>").replace("</definedNames>", f"{defined}</definedNames>")
    parts["xl/workbook.xml"] = main.encode()
    return package_of(parts)


def numbers(rows: int, columns: int) -> bytes:
    """A block of numbers."""
    letters = [column_letters(column) for column in range(1, columns + 1)]
    return with_rows(
        f'<row r="{n}">' + "".join(f'<c r="{letter}{n}"><v>{n}</v></c>' for letter in letters) + "</row>"
        for n in range(900, 900 + rows)
    )


def stray_part(size: int) -> bytes:
    """A sheet that no relationship leads to, packed a thousand times smaller than it is."""
    packed = BytesIO(sound())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/stray.xml", bytes(size))
    return packed.getvalue()


def _many_attributes() -> Iterator[str]:
    attributes = " ".join(f'a{n}=""' for n in range(90_000))
    yield from (f'<row r="{n}" {attributes}/>' for n in range(900, 912))


MADE: dict[str, Callable[[], bytes]] = {
    "one formula of 990,000 brackets": lambda: one_formula("[", 990_000),
    **{f"long formulas of {unit}": partial(long_formulas, unit) for unit in ("[", "'", "a", "[1]!", "a.xl", "(")},
    "a long text in 100,000 cells": lambda: shared_text("x" * 32_974, 1_000, 100),
    "a text of a million letters in 100,000 cells": lambda: shared_text("x" * 990_000, 1_000, 100),
    "a text of escapes in every title": lambda: shared_text("_x0041_" * 130_000, 1, 16_000),
    "70,000 names": lambda: names_and_sheets(70_000, 1_000),
    "19,000 names and 3,000 sheets": lambda: names_and_sheets(19_000, 3_000),
    "tags of 90,000 attributes": lambda: with_rows(_many_attributes()),
    "224,000 numbers": lambda: numbers(1_000, 224),
    "600,000 empty rows": lambda: with_rows("<row/>" for _ in range(600_000)),
    "rows in rows": lambda: with_rows(iter(["<row>" * 5_000, "</row>" * 5_000])),
    "a stray part of 200 MB": lambda: stray_part(200_000_000),
    "a number of 5,000 digits in brackets": lambda: one_formula(f"[{'9' * 5_000}]A!A1+'[{'9' * 3_000}]A'!A1", 8_100),
}  # fmt: skip
