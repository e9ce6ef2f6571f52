"""Hostile files, one a kind, with the commands that are given them and what is right.

Each got through once: it ended a command with a traceback, kept it busy for minutes, filled the memory, commanded the
terminal, misled a reader, fetched or embedded something, or lost what was there.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from roi_engine import load_scenario
from templates.xlsx.column_letters import column_letters
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, SPREADSHEET
from tests.addin.libreoffice.hostile_workbooks import svg, with_pictures, write_workbook
from tests.builds import build_workbook
from tests.hostile_workbooks import one_formula, with_rows
from tests.workbook_edits import package_of, parts_of, with_name

SAMPLE = Path(__file__).parents[2] / "templates" / "samples" / "reference.toml"
Value = float | str
LONG_NAME = "n" * 80
"""Of a file: two such names in two folders differ nowhere once they are shortened."""

FIGURES: dict[str, Value] = {
    "model_size_b": 7,
    "training_hours": 31,
    "gpu_hourly_rate": 1.5,
    "storage_gb": 28,
    "storage_monthly_rate": 0.02,
    "baseline_monthly_api_calls": 5_000_000,
    "baseline_cost_per_1k_tokens": 0.3,
    "finetuned_cost_per_1k_tokens": 0.05,
    "accuracy_improvement_percent": 0.12,
    "monthly_review_cost": 2000,
    "months_to_amortize": 12,
}
"""What the answers hold: the reference example, with other hours, so that it counts as filled in."""


@dataclass(frozen=True)
class Hostile:
    """Files, a command that is given them, and what is right.

    files : name in the folder, and what makes its content. first : commands before it, whose ends do not matter.
    says : what is printed, all of it. left : files that stand there afterwards, beside those that were given; lost
    and new ones are a fault.
    """

    command: str
    code: int
    says: tuple[str, ...]
    files: Mapping[str, Callable[[], bytes]]
    first: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    office: bool = False

    def write(self, folder: Path) -> None:
        """Writes the files into a folder."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content())


# --- workbooks --------------------------------------------------------------------------------------------------


def cell(address: str, value: Value) -> str:
    if isinstance(value, str):
        return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{address}"><v>{value!r}</v></c>'


def answer(values: Mapping[str, Value] = {}, more: str = "", after: str = "") -> bytes:
    """The smallest workbook that is read: labels and values on a sheet Inputs. more : rows; after : behind them."""
    rows = "".join(
        f'<row r="{n}">{cell(f"A{n}", name)}{cell(f"B{n}", value)}</row>'
        for n, (name, value) in enumerate({**FIGURES, **values}.items(), 1)
    )
    sheet = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}{more}</sheetData>{after}</worksheet>'
    return package_of({**bare(), "xl/worksheets/sheet1.xml": sheet.encode()})


def content_of(write: Callable[..., object], *details: object) -> bytes:
    """What a function writes to a path."""
    written = io.BytesIO()
    write(written, *details)
    return written.getvalue()


def bare() -> dict[str, bytes]:
    """A workbook of one sheet, Inputs."""
    parts = parts_of(content_of(write_workbook))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="S"', b'name="Inputs"')
    return parts


def one_shared_text(cells: int = 20_000) -> bytes:
    """One shared text of 33,000 letters, one of them outside the first plane, in so many cells."""
    rows = "".join(
        f'<row r="{900 + n // 100}">' * (n % 100 == 0)
        + f'<c r="{column_letters(n % 100 + 1)}{900 + n // 100}" t="s"><v>0</v></c>'
        + "</row>" * (n % 100 == 99)
        for n in range(cells)
    )
    parts = parts_of(answer(more=rows))
    related = f'<Relationship Id="rIdS" Type="{DOCUMENT_RELATIONSHIPS}/sharedStrings" Target="sharedStrings.xml"/>'
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", f"{related}</Relationships>".encode())
    text = f"\U0001f600{'A' * 32_900}"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SPREADSHEET}"><si><t>{text}</t></si></sst>'.encode()
    return package_of(parts)


def names_times_sheets(names: int = 70_000, sheets: int = 20_000) -> bytes:
    """Many sheets that show one part, and many names that point to them."""
    parts = parts_of(answer())
    tabs = "".join(f'<sheet name="s{n}" sheetId="{n + 2}" r:id="rId1"/>' for n in range(sheets))
    defined = "".join(f'<definedName name="in_n{n}">s{n % sheets}!$A$1</definedName>' for n in range(names))
    part = parts["xl/workbook.xml"].decode()
    end = f"{tabs}</sheets><definedNames>{defined}</definedNames>"
    parts["xl/workbook.xml"] = part.replace("</sheets>", end).encode()
    return package_of(parts)


def long_formulas() -> Iterator[str]:
    for n in range(900, 4_900):
        yield f'<row r="{n}"><c r="A{n}"><f>{n}{"A" * 8_150}!FT_NPV(</f><v>1</v></c></row>'


def stray_sheet() -> bytes:
    """A sheet of 1 GiB that no relationship leads to, packed to a megabyte."""
    packed = io.BytesIO(answer())
    with (
        zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/stray.xml", "w") as part,
    ):
        for _ in range(1024):
            part.write(bytes(1 << 20))
    return packed.getvalue()


@cache
def native() -> bytes:
    return build_workbook(load_scenario(SAMPLE), edition="native")


def redirected_name() -> bytes:
    """A working name that points to an empty cell: the figures are as they were until the first recalculation."""
    return with_name(native(), "gpu_hourly_rate", "'Notes'!$H$99")


def foreign_cells() -> bytes:
    """The net return as a plain number; the formula that belongs there is in an element of somebody's own."""
    parts = parts_of(native())
    name = parts_by_title(parts)["Breakdown"]
    part = parts[name].decode()
    at = part.index(",0,total_net_cash_flow))</f>")
    start, end = part.rindex("<c ", 0, at), part.index("</c>", at) + len("</c>")
    formula = part[start:end]
    address = formula.partition('r="')[2].partition('"')[0]
    foreign = formula.replace("<", "<z:").replace("<z:/", "</z:")
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    style = formula.partition('s="')[2].partition('"')[0]
    part = part[:start] + f'<c r="{address}" s="{style}"><v>9999999</v></c>' + part[end:]
    extension = f'<extLst><ext uri="{{AAAAAAAA-1111-2222-3333-444444444444}}" xmlns:z="urn:somebody"><z:row r="{row}">'
    parts[name] = part.replace("</worksheet>", f"{extension}{foreign}</z:row></ext></extLst></worksheet>").encode()
    return package_of(parts)


# --- scenarios and price lists ----------------------------------------------------------------------------------


def scenario(**changes: object) -> bytes:
    """The reference example in JSON, with other values."""
    return json.dumps({"name": "x", **FIGURES, **changes}).encode()


def text(content: str) -> Callable[[], bytes]:
    return lambda: content.encode()


ESCAPES = "_x001B_]0;PWNED_x0007__x001B_[2J"
NEWLINES = "A\x9b31m\u202egnp.exe_x000D_FAKE\nError: fake"
ENCODED = "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?="

ESCAPED_TOML = r"""
name = "x"
training_hours = "\u001b]52;c;cHduZWQ=\u0007"
"ke\u001b[2Jy" = 1
currency = "\u009b31mUS\n\u202e"
[notes]
training_hours = "\u001b[31m"
"""
ESCAPED_MAP = r"""
{"gpt\u001b]0;PWN\u0007x": {"litellm_provider": "v\u001b[31m\nrow", "input_cost_per_token": 1e-6},
 "=cmd|'/c calc'!A0": {"litellm_provider": "=1+1", "input_cost_per_token": 1e-6}}
"""
TITLES = "name,vendor,kind,value,currency,from_date,to_date,source,read_on"
FOREIGN_ROW = (
    '<extLst><ext uri="{AAAAAAAA-1111-2222-3333-444444444444}" xmlns:z="urn:somebody">'
    '<z:row r="2"><z:c r="B2"><z:v>99999</z:v></z:c></z:row></ext></extLst>'
)


def linked_picture(address: str) -> bytes:
    """A picture that is fetched when the workbook is loaded."""
    return content_of(with_pictures, ['r:link="rId1"'], [("rId1", "image", address)], {})


def picture_of_pictures(*addresses: str) -> bytes:
    """An SVG picture that is made of others."""
    related = [("rId1", "image", "../media/i.svg")]
    return content_of(with_pictures, ['r:embed="rId1"'], related, {"xl/media/i.svg": svg(*addresses)})


def broken_stray_part() -> bytes:
    return package_of({**parts_of(answer()), "xl/worksheets/stray.xml": b"<not xml"})


def collected(**values: Value) -> dict[str, Callable[[], bytes]]:
    """A folder of a hostile answer and one that must not be lost with it."""
    return {"bad.xlsx": lambda: answer(values), "good.xlsx": answer}


GOOD = "good.xlsx"
COLLECT = "collect . -o p.xlsx"
SCENARIO = "x.json"
EMAIL = "email x.json --to anna@example.com"

QUICK: dict[str, Hostile] = {
    "02 name with a line break, C1 and direction marks": Hostile(
        "calc x.xlsx", 0, ("A 31m\\u202egnp.exe FAKE Error: fake",), {"x.xlsx": lambda: answer({"name": NEWLINES})}
    ),
    "03 escapes in TOML": Hostile(
        "calc x.toml", 3, ("x.toml: ", "ke", "training_hours"), {"x.toml": text(ESCAPED_TOML)}
    ),
    "03 a base with escapes, in its name and in its keys": Hostile(
        "report x.json --scenario z.json",
        3,
        ("x.json: base: ", "Write its name alone", "y.toml: ", "\\x1b", "There is no input"),
        {
            SCENARIO: lambda: scenario(base="\x1b[2J.toml"),
            "y.toml": text(ESCAPED_TOML),
            "z.json": lambda: scenario(base="y.toml"),
        },
    ),
    "04 escapes in a price map": Hostile(
        "prices import x.json", 4, ("x.json: gpt",), {"x.json": text(ESCAPED_MAP)}, left=("prices/prices.csv",)
    ),
    "05 a choice of a control character, collected": Hostile(
        COLLECT,
        4,
        ("1 answer from 2 files", "bad.xlsx: Inputs!B", "serving: It holds a control character", "(U+001B)"),
        collected(serving="_x001B_"),
        left=("p.xlsx",),
    ),
    "07 note with an escape": Hostile(
        "report x.json -o r.xlsx",
        3,
        ("x.json: notes.training_hours: ", "U+001B"),
        {SCENARIO: lambda: scenario(notes={"training_hours": "A\x1b[2JB"})},
    ),
    "08 name with U+FFFE": Hostile(
        "report x.json -o r.xlsx", 3, ("x.json: name: ", "U+FFFE"), {SCENARIO: lambda: scenario(name="A\ufffeB")}
    ),
    "09 name with half a letter": Hostile(
        "report x.json -o r.xlsx", 3, ("x.json: name: ", "U+D800"), {SCENARIO: lambda: scenario(name="A\ud800B")}
    ),
    "10 name that is an error value": Hostile(
        "report x.json -o r.xlsx", 3, ('x.json: name: "#N/A" is',), {SCENARIO: lambda: scenario(name="#N/A")}
    ),
    "19 two models of one name": Hostile(
        "prices import x.json",
        3,
        ("x.json: gpt-x", "Keep one of the two"),
        {
            SCENARIO: text('{"gpt-x": {"input_cost_per_token": 1e-06}, "gpt-x ": {"input_cost_per_token": 2e-06}}'),
        },
    ),
    "20 a price of 400 digits": Hostile(
        "prices import x.json",
        3,
        ("x.json: m, input_cost_per_token", "too many digits"),
        {SCENARIO: lambda: f'{{"m": {{"input_cost_per_token": 1{"0" * 399}}}}}'.encode()},
    ),
    "21 a price table of titles alone": Hostile(
        "prices list", 3, ("prices.csv: It holds no price", "ft-roi prices reset"), {"prices/prices.csv": text(TITLES)}
    ),
    "21 a price table of titles alone, and the version": Hostile(
        "--version", 0, ("ft-roi ", "(price table unreadable)"), {"prices/prices.csv": text(TITLES)}
    ),
    "a price table of 200,000 rows": Hostile(
        "prices import x.csv",
        3,
        ("x.csv: It has 200,001 rows", "50,000"),
        {"x.csv": lambda: b"name,kind,value\n" + b"".join(b"m%d,input,1\n" % n for n in range(200_000))},
    ),
    "a range of one long row and many empty ones": Hostile(
        "eval FT_NPV 0.1 x.csv",
        3,
        ("x.csv is too large: 20,002 rows of 300,001 cells",),
        {"x.csv": lambda: b"," * 300_000 + b"\n" * 20_001 + b"1\n"},
    ),
    "22 a key of 20,000 brackets": Hostile(
        "calc x.json", 3, ("x.json: ()()", "There is no input"), {SCENARIO: lambda: scenario(**{"()" * 20_000: 1})}
    ),
    "23 40,000 keys": Hostile(
        "calc x.json", 3, ("x.json: ",), {SCENARIO: lambda: json.dumps({f"k{n}": 1 for n in range(40_000)}).encode()}
    ),
    "24 a key of 40,000 dots": Hostile(
        "calc x.toml", 3, ("x.toml: line 1: ", "dots"), {"x.toml": lambda: b"a." * 40_000 + b"a = 1"}
    ),
    "25 nesting": Hostile(
        "calc x.json",
        3,
        ("x.json: This is no scenario", "nested too deeply"),
        {SCENARIO: lambda: b'{"training_hours":' + b"[" * 980 + b"]" * 980 + b"}"},
    ),
    "28 a name with an encoded Bcc": Hostile(
        f"{EMAIL} -o x.eml",
        0,
        ("x.eml",),
        {SCENARIO: lambda: scenario(name=ENCODED, description=ENCODED)},
        left=("x.eml",),
    ),
    "32 a cell in a foreign namespace": Hostile(
        "read x.xlsx",
        0,
        ("training_hours = 31 ",),
        {"x.xlsx": lambda: answer(after=FOREIGN_ROW)},
    ),
    "35 two long names in two folders": Hostile(
        f"read a/{LONG_NAME}.xlsx b/{LONG_NAME}.xlsx -o out",
        0,
        ("-2.toml",),
        {f"{folder}/{LONG_NAME}.xlsx": answer for folder in "ab"},
    ),
}  # fmt: skip
"""One of each kind that takes less than a second and a half."""

OTHERS: dict[str, Hostile] = {
    **{
        f"01 choice with escapes, {command}": Hostile(
            f"{command} x.xlsx", 3, ("x.xlsx: Inputs!B12 serving",), {"x.xlsx": lambda: answer({"serving": ESCAPES})}
        )
        for command in ("calc", "read", "check")
    },
    "02 name with a line break, read": Hostile(
        "read x.xlsx", 0, ("name = ",), {"x.xlsx": lambda: answer({"name": NEWLINES})}
    ),
    "04 the list after a price map with escapes": Hostile(
        "prices list", 0, ("=cmd",), {SCENARIO: text(ESCAPED_MAP)}, first=("prices import x.json",)
    ),
    "06 name with U+FFFE, collected": Hostile(
        COLLECT,
        4,
        ("1 answer from 2 files", "bad.xlsx: Inputs!B", "name: It holds a control character", "letter 2 (U+FFFE)"),
        collected(name="A_xFFFE_B"),
        left=("p.xlsx",),
    ),
    "11 one long text in 20,000 cells": Hostile(
        "read x.xlsx", 0, ("training_hours = 31 ",), {"x.xlsx": one_shared_text}
    ),
    "12 a formula of 990,000 brackets": Hostile(
        "check x.xlsx", 4, ("x.xlsx", "Notes!A900"), {"x.xlsx": lambda: one_formula("[", 990_000)}
    ),
    "13 names times sheets": Hostile(
        "read x.xlsx", 3, ("x.xlsx: ", "20,000 names"), {"x.xlsx": names_times_sheets}
    ),
    "14 4,000 long formulas": Hostile(
        "relink x.xlsx -o l.xlsx", 3, ("x.xlsx: ", "too large"), {"x.xlsx": lambda: with_rows(long_formulas())}
    ),
    "17 a stray part of 1 GiB": Hostile("recalc x.xlsx", 3, ("x.xlsx: It is too large",), {"x.xlsx": stray_sheet}),
    "18 a broken stray part": Hostile(
        "recalc x.xlsx",
        0,
        ("x-recalculated.xlsx",),
        {"x.xlsx": broken_stray_part},
        left=("x-recalculated.xlsx",),
        office=True,
    ),
    "19 the list after two models of one name": Hostile(
        "prices list mine",
        0,
        ("mine",),
        {
            "mine.csv": text("name,kind,value\nmine,input,1\n"),
            SCENARIO: text('{"gpt-x": {"input_cost_per_token": 1e-06}, "gpt-x ": {"input_cost_per_token": 2e-06}}'),
        },
        first=("prices import mine.csv", "prices import x.json"),
    ),
    "26 figures that overflow, collected": Hostile(
        COLLECT,
        4,
        ("bad.xlsx", "NPV of 1 in USD: 1"),
        collected(baseline_monthly_api_calls=1.7e308, baseline_cost_per_1k_tokens=1e308, name="bad"),
        left=("p.xlsx",),
    ),
    "26 figures that overflow, reported": Hostile(
        "report bad.xlsx -o r.xlsx",
        3,
        ("bad.xlsx: The figures are too large", "baseline_monthly_api_calls (1.7e+308)"),
        collected(baseline_monthly_api_calls=1.7e308, baseline_cost_per_1k_tokens=1e308, name="bad"),
    ),
    "27 a discount rate near -100 %, collected": Hostile(
        COLLECT,
        4,
        ("bad.xlsx", "NPV of 1 in USD: 1"),
        collected(months_to_amortize=600, discount_rate=-0.9999999999, name="bad"),
        left=("p.xlsx",),
    ),
    "28 a name with an encoded Bcc, shown": Hostile(
        f"{EMAIL} --dry-run", 0, ("= ?utf-8?q?",), {SCENARIO: lambda: scenario(name=ENCODED, description=ENCODED)}
    ),
    "28c an answer whose name adds a Bcc": Hostile(
        "email x.xlsx --to anna@example.com -o x.eml",
        0,
        ("x.eml",),
        {"x.xlsx": lambda: answer({"name": ENCODED})},
        left=("x.eml",),
    ),
    "29 a name that points elsewhere": Hostile(
        "check x.xlsx", 4, ("gpu_hourly_rate", "'Notes'!H99"), {"x.xlsx": redirected_name}
    ),
    "31 a formula in a foreign namespace": Hostile("check x.xlsx", 4, ("Breakdown!B20",), {"x.xlsx": foreign_cells}),
}  # fmt: skip
"""The others, and second commands of the same kinds."""
