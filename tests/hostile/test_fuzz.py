"""Whatever is read from outside, fuzzed: it is taken or refused in a sentence, in time, and nothing else happens.

Every run draws the same examples; FT_ROI_EXAMPLES=10 draws ten times as many. What failed once stands as an example.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.utils import getaddresses
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, example, given
from hypothesis import strategies as st

import addin.functions
from addin.command_line import ft_roi
from addin.mail.letter import Figures, Paragraph, Steps
from addin.mail.message import Mail, as_bytes, message
from addin.mail.names_file import read_names
from addin.mail.person import Person, Unmailable, person
from addin.shell.failures import Failure
from roi_engine import INPUTS, appraise, call, functions, load_scenario
from roi_engine.cell_errors import CELL_ERRORS
from roi_engine.errors import FtRoiError
from roi_engine.figures import FIGURES
from roi_engine.prices.litellm_map import COST_KEYS, litellm_prices
from roi_engine.prices.price_file import COLUMNS, KINDS, read_rows, rows_as_csv
from roi_engine.prices.price_map import parsed
from roi_engine.prices.price_tables import PriceTables
from roi_engine.scenario_file import GROUPS
from roi_engine.scenario_rules import TABLES
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.returned.relinking import relink
from templates.xlsx.finishing import parts_by_title
from tests.examples import examples
from tests.hostile.inputs import FIGURES as FILLED
from tests.hostile.inputs import answer, native
from tests.workbook_edits import package_of, parts_of, with_cells, with_name
from tests.worksheet_cases import block

pytestmark = [
    pytest.mark.full(seconds=60),
    pytest.mark.skipif(sys.platform != "linux", reason="time and memory are limited as on Linux"),
]
SECONDS, MEGABYTES = 20, 300
"""Of processor time after which an example hangs, and of memory that it may add."""
CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
OBEYED = ("Cc", "Cs", "Zl", "Zp")
"""Kinds of characters that a terminal obeys; marks that join letters may be printed."""
NASTY = [
    "", " ", "\0", "\x1b[2J", "\x9b31m", "a\nb", "a\r\nBcc: eve@example.com", "\u2028", "\u202egnp", "\ufeff", "\ufffe",
    "\ud800", "_x001B_", "_xFFFE_", "_x0041_" * 9, "=?utf-8?q?x=0D=0ABcc:_eve@example.com?=", "=1+1", "+1", "@x", "'",
    '"', "{}", "{0}", "%s", "\\", "#N/A", "#REF!", "#SPILL!", "nan", "inf", "-inf", "1e309", "1,5", "12 %", "0x10",
    "1_000", "١٢", "½", "TRUE", "Never", "NPV", "calls", "months", "n" * 300, "ü" * 300, "a, b <c@example.com>; d", "é",
    "2026-02-30", "2026-08-05", "COM1", "..", "-", "--", "-1", "<b>&amp;</b>", "]]>", "👩‍💻", "input", "USD", "gpt-4.1",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=40), st.lists(st.sampled_from(NASTY), max_size=3).map("".join)
)
FLOATS = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, -0.9999999999, 1e-320, 5e-324, 1.7e308, -1.7e308, 1e16, 0.1, 12.0, 600.0]),
)
WHOLE = st.one_of(st.integers(), st.sampled_from([0, 1, 12, 600, 601, 10**18, 10**400, -(10**400), -2146826288, 2**63]))
PLAIN = st.one_of(st.floats(0, 100), st.integers(0, 120))
"""What a person could mean, so that much of what is drawn is calculated."""


class TookTooLong(BaseException):
    """An example went past its time."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TookTooLong


@contextmanager
def limits() -> Iterator[None]:
    """Ends what hangs, and holds the memory that is taken."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    handler = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES


def hold_printed(text: str) -> None:
    obeyed = {letter for letter in text if unicodedata.category(letter) in OBEYED} - {"\n"}
    assert not obeyed, sorted(map(ascii, obeyed))


def hold_figures(scenario: Any) -> None:
    """Every figure is a number, or what is documented: undefined, never, or a sentence."""
    try:
        appraisal = appraise(scenario)
        for figure in FIGURES.values():
            if hasattr(appraisal, figure.name):
                value = figure.of(appraisal)
                assert not isinstance(value, float) or not math.isnan(value), figure.name
    except FtRoiError as refused:
        hold_printed(str(refused))


# --- scenarios --------------------------------------------------------------------------------------------------

NAMES = [name for declared in INPUTS.values() for name in (declared.name, *declared.aliases)]
KEYS = st.one_of(st.sampled_from([*NAMES, *GROUPS, *TABLES, "baseline_model", "training_gpu"]), TEXTS)
VALUES = st.recursive(
    st.one_of(PLAIN, FLOATS, WHOLE, TEXTS, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
NUMERIC = [name for name, declared in INPUTS.items() if declared.numeric]


@st.composite
def far_out(draw: st.DrawFn) -> dict[str, Any]:
    """Values of inputs that are legal, many of them at the ends of what is."""
    values: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(NUMERIC), max_size=5)):
        quantity = INPUTS[name].quantity
        low, high = max(quantity.low, -1.7e308), min(quantity.high, 1.7e308)
        value = draw(
            st.one_of(st.sampled_from([low, high, 0.0, 1.0, 5e-324, 1e300, low + 1e-10]), st.floats(low, high))
        )
        value = quantity.clamp(value)
        values[name] = float(math.floor(value)) if quantity.whole else value
    return values


CHANGES = st.one_of(
    far_out(),
    far_out(),
    st.dictionaries(st.sampled_from(list(INPUTS)), st.one_of(PLAIN, FLOATS), max_size=4),
    st.dictionaries(KEYS, VALUES, max_size=4),
)


def toml_of(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value)


def read_scenario(folder: Path, content: bytes, suffix: str) -> None:
    path = folder / f"x{suffix}"
    path.write_bytes(content)
    with limits():
        try:
            scenario = load_scenario(path)
        except FtRoiError as refused:
            assert str(refused).startswith(str(path))
            hold_printed(str(refused))
            return
        hold_figures(scenario)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@examples(200, suppress_health_check=CALM)
@given(
    changes=CHANGES,
    left_out=st.one_of(st.just(set()), st.just(set()), st.sets(st.sampled_from(list(FILLED)), max_size=1)),
)
def test_structured_scenarios(folder: Path, changes: dict[str, Any], left_out: set[str]) -> None:
    values = {name: value for name, value in FILLED.items() if name not in left_out} | changes
    read_scenario(folder, json.dumps(values).encode(), ".json")
    lines = (f"{json.dumps(key)} = {toml_of(value)}\n" for key, value in values.items())
    read_scenario(folder, "".join(lines).encode("utf-8", "surrogatepass"), ".toml")


SAMPLE_TEXTS = [
    json.dumps(FILLED),
    *(path.read_text("utf-8") for path in sorted((Path(__file__).parents[2] / "templates" / "samples").glob("*.toml"))),
]
PIECES = st.one_of(
    TEXTS, st.sampled_from(["[", "]]", "[[", "{", "}", '"""', "'''", "#", "=", ".", ",", "\n", "1e", "\\u"])
)


def spliced(whole: str, cuts: list[tuple[float, int, str]]) -> str:
    """The text with pieces in it, each in place of so many letters."""
    for share, length, piece in cuts:
        at = int(share * len(whole))
        whole = whole[:at] + piece + whole[at + length :]
    return whole


CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), PIECES), min_size=1, max_size=4)


@examples(200, suppress_health_check=CALM)
@given(text=st.sampled_from(SAMPLE_TEXTS), cuts=CUTS, suffix=st.sampled_from([".toml", ".json"]))
def test_texts_of_scenarios(folder: Path, text: str, cuts: list[tuple[float, int, str]], suffix: str) -> None:
    suffix = suffix if cuts[0][1] == 0 else ".json" if text.startswith("{") else ".toml"
    read_scenario(folder, spliced(text, cuts).encode("utf-8", "surrogatepass"), suffix)


@examples(100, suppress_health_check=CALM)
@given(content=st.binary(max_size=200), suffix=st.sampled_from([".toml", ".json"]))
def test_bytes_as_scenarios(folder: Path, content: bytes, suffix: str) -> None:
    read_scenario(folder, content, suffix)


# --- workbooks --------------------------------------------------------------------------------------------------

IN_XML = TEXTS.filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))
CELLS = st.one_of(
    far_out(),
    st.dictionaries(st.sampled_from(["name", "currency", "serving"]), IN_XML, max_size=2),
    st.dictionaries(
        st.one_of(st.sampled_from([*INPUTS, *NAMES, "name", "currency"]), IN_XML),
        st.one_of(PLAIN, FLOATS, IN_XML),
        max_size=5,
    ),
)
XML = st.sampled_from(
    [
        *(
            f'<c r="B2"{kind}><v>{value}</v></c>'
            for kind in ("", *(f' t="{each}"' for each in ("s", "e", "b", "d", "str", "inlineStr", "x")))
            for value in ("1", "99999999999", "-1", "#N/A", "1e400", "nan", "")
        ),
        '<c r="B2"><f>1+1</f><v>2</v></c>',
        '<c r="B2"><f t="shared" si="0"/></c>',
        '<c r="B2"><f t="array" ref="A1:XFD9">1</f></c>',
        *('<c r="B0"/>', '<c r="XFE1"/>', "<c/>", '<row r="0"/>', '<row r="99999999999"/>', "<x:c/>", 'r="A1"'),
        *("</row>", "<sheetData>", "</worksheet>", "<![CDATA[x]]>", "<!-- -->", "<?x?>", "\0", "\ufeff"),
        *("&amp;", "&#x1b;", "&#xFFFE;", "&x;", '<!DOCTYPE x [<!ENTITY x "y">]>', '<mergeCell ref="A1:B99"/>'),
        '<definedName name="in_training_hours">Inputs!$B$3</definedName>',
    ]
)
PARTS = sorted(parts_of(answer()))


def read_returned(content: bytes) -> None:
    for work in (read_workbook, check_workbook, relink):
        with limits():
            try:
                done: Any = work(content)
            except FtRoiError as refused:
                hold_printed(str(refused))
                continue
            if work is read_workbook:
                for problem in done.problems:
                    hold_printed(str(problem))
                if done.scenario is not None:
                    hold_figures(done.scenario)


@examples(60, suppress_health_check=CALM)
@given(cells=CELLS)
def test_cells_of_workbooks(cells: dict[str, Any]) -> None:
    read_returned(answer(cells))


@examples(60, suppress_health_check=CALM)
@given(
    part=st.one_of(st.just("xl/worksheets/sheet1.xml"), st.sampled_from(PARTS)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), XML), min_size=1, max_size=4),
)
def test_parts_of_workbooks(part: str, cuts: list[tuple[float, int, str]]) -> None:
    parts = parts_of(answer())
    parts[part] = spliced(parts[part].decode(), cuts).encode()
    read_returned(package_of(parts))


POINTED = st.sampled_from(
    ["'Inputs'!$C$9", "Notes!$A$1", "#REF!", "1", '"x"', "Inputs!$A:$A", "Inputs!$A$1:$C$9", "[1]x!A1", "NPV", "", "'"]
)


@examples(8, suppress_health_check=CALM)
@given(
    values=st.one_of(
        far_out(), st.dictionaries(st.sampled_from(NUMERIC), st.one_of(PLAIN, FLOATS, IN_XML), max_size=3)
    ),
    names=st.dictionaries(
        st.sampled_from(["gpu_hourly_rate", "in_training_hours", "in_name", "npv"]), POINTED, max_size=1
    ),
    formulas=st.dictionaries(st.sampled_from(["C9", "C10", "A1", "B12"]), st.tuples(IN_XML, FLOATS), max_size=1),
)
def test_changes_of_a_report(values: dict[str, Any], names: dict[str, str], formulas: dict[str, Any]) -> None:
    xml = "".join(map(str, [*values.values(), *(formula for formula, _ in formulas.values())]))
    assume(not any(unicodedata.category(letter) in ("Cc", "Cn") for letter in xml))
    content = native()
    defined = parts_of(content)["xl/workbook.xml"].decode()
    for name, text in names.items():
        if f'name="{name}"' in defined:
            content = with_name(content, name, text)
    cells = {f"in_{name}" in defined and name: value for name, value in values.items()}
    cells.pop(False, None)
    for sheet, changed in (("Inputs", cells), ("Summary", formulas)):
        addresses = parts_of(content)[parts_by_title(parts_of(content))[sheet]].decode()
        content = with_cells(
            content, {at: v for at, v in changed.items() if at in INPUTS or f'r="{at}"' in addresses}, sheet
        )
    read_returned(content)


# --- worksheet functions ----------------------------------------------------------------------------------------

SCALARS = st.one_of(
    PLAIN,
    PLAIN,
    FLOATS,
    WHOLE,
    TEXTS,
    st.none(),
    st.booleans(),
    st.sampled_from(
        [Decimal("1.5"), Decimal("NaN"), Decimal("1e999"), date(2026, 8, 5), datetime(1900, 1, 1), 1j, b"x"]
    ),
    st.sampled_from([*CELL_ERRORS, *NAMES, *(figure.code for figure in FIGURES.values())]),
)
RANGES = st.one_of(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(SCALARS, min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    st.lists(st.lists(SCALARS, max_size=3), max_size=3),
    st.lists(SCALARS, max_size=4),
)
BLOCKS = st.builds(
    lambda changes, more: [*(row if row[0] not in changes else [row[0], changes[row[0]]] for row in REFERENCE), *more],
    st.dictionaries(st.sampled_from(list(FILLED)), SCALARS, max_size=3),
    st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), SCALARS), SCALARS).map(list), max_size=3),
)
REFERENCE: list[list[Any]] = [[name, value] for name, value in FILLED.items()]


def usual(name: str) -> list[Any]:
    """The documented example of a function, its scenario as a block."""
    function = functions()[name]
    arguments = list(function.examples)
    if function.takes_scenario:
        arguments.insert(len(function.own) if function.block_at is None else function.block_at, block("reference"))
    return arguments


ARGUMENTS = st.one_of(SCALARS, SCALARS, RANGES, BLOCKS)
CALLS = st.tuples(
    st.sampled_from(list(functions())),
    st.dictionaries(st.integers(0, 12), ARGUMENTS, max_size=3),
    st.one_of(st.none(), st.none(), st.lists(ARGUMENTS, max_size=12)),
)


def hold_result(result: Any) -> None:
    if isinstance(result, list):
        for each in result:
            hold_result(each)
    elif isinstance(result, FtRoiError):
        assert result.code.startswith("#")
        hold_printed(str(result))
    elif isinstance(result, float):
        assert math.isfinite(result)
    else:
        assert result is None or isinstance(result, (str, bool, int)), result


@examples(600, suppress_health_check=CALM)
@example(drawn=("FT_TRAINCOST", {}, [[[0.0, 0.0], []]]))
@example(drawn=("FT_TRAINCOST", {}, [[[0.0], []]]))
@given(drawn=CALLS)
def test_arguments_of_worksheet_functions(drawn: tuple[str, dict[int, Any], list[Any] | None]) -> None:
    name, changes, others = drawn
    arguments = usual(name) if others is None else list(others)
    for at, value in changes.items():
        if at < len(arguments):
            arguments[at] = value
    with limits():
        try:
            hold_result(call(name, *arguments))
        except FtRoiError as refused:
            hold_result(refused)
        takes = len(functions()[name].arguments)
        hold_result(getattr(addin.functions, name)(*[*arguments, *[None] * takes][:takes]))


# --- prices -----------------------------------------------------------------------------------------------------

COSTS = st.one_of(st.floats(0, 1e-4), FLOATS, WHOLE, TEXTS, st.none(), st.booleans(), st.lists(WHOLE, max_size=2))
ENTRIES = st.one_of(
    st.dictionaries(
        st.one_of(st.sampled_from([*COST_KEYS.values(), "litellm_provider"]), TEXTS),
        st.one_of(COSTS, TEXTS),
        max_size=5,
    ),
    VALUES,
)
GOOD_ENTRIES = st.dictionaries(
    st.sampled_from(list(COST_KEYS.values())), st.floats(0, 0.01), min_size=1, max_size=5
).flatmap(lambda costs: TEXTS.map(lambda vendor: {**costs, "litellm_provider": vendor}))


def take_prices(read: Any, text: str) -> None:
    """What is taken is written and read back as it is, and can be looked up."""
    with limits():
        try:
            rows = read(text)
        except FtRoiError as refused:
            hold_printed(str(refused))
            return
        assert read_rows(rows_as_csv(rows), "again.csv") == rows
        tables = PriceTables(rows)
        for row in rows:
            try:
                table = tables.models if row in tables.models.rows else tables.gpus
                assert table.row(row.name, row.kind).name
            except FtRoiError as refused:
                hold_printed(str(refused))


@examples(200, suppress_health_check=CALM)
@given(
    entries=st.dictionaries(TEXTS, st.one_of(GOOD_ENTRIES, GOOD_ENTRIES, ENTRIES), max_size=3),
    cuts=st.one_of(st.just([]), st.just([]), CUTS),
)
def test_price_maps(entries: dict[str, Any], cuts: list[tuple[float, int, str]]) -> None:
    take_prices(
        lambda text: litellm_prices(parsed(text, "map.json"), "map.json", date(2026, 8, 5)).rows,
        spliced(json.dumps(entries), cuts),
    )


CSV_CELLS = st.one_of(
    TEXTS,
    st.sampled_from([*COLUMNS, *KINDS]),
    FLOATS.map(str),
    st.sampled_from(["2026-01-01", "2026-06-30", "2", "EUR"]),
)
GOOD_ROWS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "vendor": TEXTS,
        "kind": st.sampled_from(KINDS),
        "value": st.one_of(st.floats(0, 1e6).map(str), st.floats(0).map(str), CSV_CELLS),
        "currency": st.sampled_from(["", "EUR", "usd", "xx"]),
        "from_date": st.sampled_from(["", "", "2026-01-01", "0001-01-01"]),
        "to_date": st.sampled_from(["", "", "2026-06-30", "9999-12-31"]),
        "source": TEXTS,
        "read_on": st.sampled_from(["", "2026-08-05", "20260805", "2026-W10-1"]),
    }
)


def csv_line(cells: list[str], delimiter: str) -> str:
    return delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


@examples(200, suppress_health_check=CALM)
@given(
    rows=st.one_of(
        st.lists(GOOD_ROWS, max_size=2),
        st.lists(st.one_of(GOOD_ROWS, st.lists(CSV_CELLS, max_size=10)), max_size=4),
    ),
    delimiter=st.sampled_from(",;\t"),
    cuts=st.one_of(st.just([]), st.just([]), CUTS),
)
def test_price_tables(rows: list[Any], delimiter: str, cuts: list[tuple[float, int, str]]) -> None:
    lines = [list(row.values()) if isinstance(row, dict) else row for row in rows]
    text = csv_line(list(COLUMNS), delimiter) + "".join(csv_line(line, delimiter) for line in lines)
    take_prices(
        lambda text: read_rows(text, "prices.csv", source="an offer", read_on=date(2026, 8, 5)), spliced(text, cuts)
    )


# --- mail -------------------------------------------------------------------------------------------------------

HEADERS = ["content-type", "date", "from", "message-id", "mime-version", "subject", "to", "x-unsent"]
LONG = st.one_of(TEXTS, TEXTS.map(lambda text: text * 20), TEXTS.map(lambda text: f"{'ö' * 60}{text}, eve@example.com"))


@examples(150, suppress_health_check=CALM)
@given(texts=st.lists(LONG, min_size=6, max_size=6))
def test_texts_of_a_message(texts: list[str]) -> None:
    to, sender, subject, letter, file, more = texts
    mail = Mail(
        [Person("anna@example.com", to), Person("ben@example.com", more)],
        subject,
        [Paragraph(letter), Figures([(letter, more, to)]), Steps([more])],
        (f"{file}.xlsx", b"book"),
        sender=Person("cem@example.com", sender),
    )
    with limits():
        try:
            written = as_bytes(message(mail, draft=True))
        except Unmailable as refused:
            hold_printed(str(refused))
            return
    found = message_from_bytes(written)
    assert sorted(name.lower() for name in found) == HEADERS
    read = getaddresses([*found.get_all("To", []), *found.get_all("From", [])])
    assert sorted(address for _, address in read) == ["anna@example.com", "ben@example.com", "cem@example.com"]
    assert all(len(line) < 999 for line in written.split(b"\r\n"))


PEOPLE = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: f"{text}@example.com"),
    TEXTS.map(lambda text: f"anna@{text}"),
    st.tuples(TEXTS, TEXTS).map(lambda both: f"{both[0]} <anna{both[1]}@example.com>"),
    TEXTS.map(lambda text: f"{text} <anna@example.com>"),
)


@examples(200, suppress_health_check=CALM)
@given(text=PEOPLE)
def test_addresses(text: str) -> None:
    with limits():
        try:
            found = person(text)
        except Unmailable as refused:
            hold_printed(str(refused))
            return
        written = as_bytes(message(Mail([found], "x", [], ("x.xlsx", b"")), draft=False))
    read = message_from_bytes(written)
    assert [address for _, address in getaddresses(read.get_all("To", []))] == [found.address]
    assert not {"bcc", "cc"} & {name.lower() for name in read}


@examples(100, suppress_health_check=CALM)
@given(
    titles=st.one_of(st.just(["email", "name", "cc", "subject", "note"]), st.permutations(["email", "name", "cc"])),
    rows=st.one_of(
        st.lists(st.tuples(st.just("anna@example.com"), TEXTS, st.just(""), TEXTS, TEXTS).map(list), max_size=1),
        st.lists(st.lists(st.one_of(PEOPLE, TEXTS), max_size=6), max_size=4),
    ),
    delimiter=st.sampled_from(",;\t"),
    cuts=st.one_of(st.just([]), st.just([]), CUTS),
)
def test_lists_of_names(
    folder: Path, titles: list[str], rows: list[list[str]], delimiter: str, cuts: list[tuple[float, int, str]]
) -> None:
    path = folder / "names.csv"
    text = "".join(csv_line(line, delimiter) for line in [titles, *rows])
    path.write_bytes(spliced(text, cuts).encode("utf-8", "surrogatepass"))
    with limits():
        try:
            found, _ = read_names(path)
        except Failure:
            return
        for row in found:
            message(Mail([row.person], row.subject, [Paragraph(row.note)], ("x.xlsx", b""), cc=row.cc), draft=True)


# --- the command line -------------------------------------------------------------------------------------------

COMMANDS = [
    ["calc"], ["explain"], ["explain", "NPV"], ["eval"], ["eval", "FT_NPV"], ["read"], ["check"], ["relink"],
    ["collect"], ["functions"], ["prices"], ["prices", "list"], ["prices", "show"], ["prices", "import"],
    ["prices", "reset"], ["report"], ["template"], ["email"], ["email", "--dry-run"],
]  # fmt: skip
"""All but those that reach beyond the folder: addin and recalc."""
WHOLE_LINES = [
    "calc x.toml", "calc x.xlsx --all", "calc x.json --json", "explain NPV x.toml", "explain ROI x.json", "read x.xlsx",
    "check x.xlsx", "collect folder -o out.xlsx", "collect x.xlsx -o out.xlsx", "eval FT_NPV x.toml",
    "prices import mine.csv", "prices show mine", "prices list", "functions FT_NPV", "template -o out.xlsx",
    "email x.toml --to a@example.com",
    "email --template --to anna@example.com", "report x.toml", "report x.json -o out.xlsx", "relink x.xlsx -o out.xlsx",
    "eval FT_TRAINCOST 24", "eval FT_WHATIF NPV x.toml calls",
]  # fmt: skip
OPTIONS = sorted(
    {
        name
        for command in ft_roi.commands.values()
        for each in [command, *getattr(command, "commands", {}).values()]
        for parameter in each.params
        for name in parameter.opts
        if name.startswith("-") and name not in ("--debug", "--send", "--install", "--remove")
    }
)
FILES = ["x.toml", "x.json", "x.xlsx", "mine.csv", "folder", "none.toml", "-", "out.xlsx", "out.eml"]
WORDS = st.one_of(
    st.sampled_from(FILES),
    st.sampled_from(FILES),
    st.sampled_from(OPTIONS),
    st.sampled_from([*NAMES, *functions(), *(figure.code for figure in FIGURES.values() if figure.code)]),
    st.tuples(st.sampled_from(OPTIONS), TEXTS).map("=".join),
    st.tuples(st.sampled_from(NAMES), st.one_of(TEXTS, FLOATS.map(str))).map("=".join),
    FLOATS.map(str),
    TEXTS,
).filter(lambda word: "/" not in word and ".." not in word and "\0" not in word)


COMMAND_LINES = st.one_of(
    st.tuples(st.sampled_from(WHOLE_LINES).map(str.split), st.lists(WORDS, max_size=2)),
    st.tuples(st.sampled_from(COMMANDS), st.lists(WORDS, max_size=5)),
)


@examples(80, suppress_health_check=CALM)
@given(drawn=COMMAND_LINES, standard_input=TEXTS)
def test_words_on_the_command_line(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[list[str], list[str]], standard_input: str
) -> None:
    command, words = drawn
    folder = tmp_path_factory.mktemp("words")
    (folder / "x.json").write_text(json.dumps(FILLED))
    (folder / "x.toml").write_text("".join(f"{name} = {value}\n" for name, value in FILLED.items()))
    (folder / "x.xlsx").write_bytes(answer())
    (folder / "mine.csv").write_text("name,kind,value\nmine,input,1\n")
    (folder / "folder").mkdir()
    words = [os.fsdecode(word.encode("utf-8", "replace")) for word in words]  # as a shell hands them over
    with limits(), pytest.MonkeyPatch.context() as monkey:
        monkey.chdir(folder)
        monkey.setenv("FT_ROI_PRICES", str(folder / "own"))
        result = CliRunner().invoke(
            ft_roi, [*command, *words], prog_name="ft-roi", input=standard_input.encode("utf-8", "replace")
        )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 2, 3, 4, 5), result.output
    assert "should not have happened" not in result.output
    hold_printed(result.output.replace("\t", " "))
