"""Texts of files on the terminal: none commands it, none begins a line of its own."""

from __future__ import annotations

import ast
import io
import os
import unicodedata
import zipfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import REFERENCE
from roi_engine.errors import OutOfRange, Problem, ScenarioError, printable
from templates.workbook import build_workbook
from tests.slow_cases import some

ROOT = Path(__file__).parents[3]
MARK = "Zqx"
"""Stands before every text, so that a test sees that the text was printed at all."""
TEXTS = {
    "a terminal's commands": f"{MARK}\x1b]0;title\x07\x1b[2J\x1b[31m",
    "commands of one letter": f"{MARK}\x9b31m\x85\x90",
    "a line break": f"{MARK}\nError: fake\r\nError: fake\rError: fake",
    "other line breaks": f"{MARK}\u2028Error: fake\u2029Error: fake\x0b\x0c\x1e",
    "direction marks": f"{MARK}\u202egnp.exe\u2066\u200f\u061c",
    "what is not seen": f"{MARK}\x08\x7f\u200b\ufeff\U000e0041\u00ad",
}
ALL = MARK + "".join(text.removeprefix(MARK) for text in TEXTS.values())
"""All of them in one, for commands that take long."""


def assert_nothing_commands_a_terminal(result: Result, told: str = MARK) -> None:
    output = result.output
    assert told.lower() in output.lower()
    obeyed = {letter for letter in output if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    assert obeyed <= {"\n", "\t"}, sorted(map(ascii, obeyed))
    assert not any(line.startswith(("Error: fake", "fake")) for line in output.splitlines())


def run(*words: object, **settings: object) -> Result:
    return CliRunner().invoke(ft_roi, [str(word) for word in words], prog_name="ft-roi", **settings)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def workbook_without(name: str) -> bytes:
    return build_workbook(REFERENCE.with_inputs(name=name), edition="native")


def workbook_named(text: str) -> bytes:
    """A native workbook whose scenario has this name, as a hostile hand writes it into the file."""
    written = "".join(
        f"_x{ord(letter):04X}_" if letter < " " and letter not in "\n" else escape(letter) for letter in text
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_without("PLACEHOLDER"))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"PLACEHOLDER", written.encode()))
    return out.getvalue()


def as_a_name(text: str) -> str:
    """The text without the characters that a scenario refuses, as no sheet can show them."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")


def quoted(text: str) -> str:
    """The text in TOML, every character that is not ASCII's by its number."""
    return '"' + "".join(f"\\U{ord(letter):08x}" if not letter.isalnum() else letter for letter in text) + '"'


def toml_of(**inputs: object) -> str:
    given = {**REFERENCE.given(), **inputs}
    lines = (f"{name} = {quoted(value) if isinstance(value, str) else value}" for name, value in given.items())
    return "\n".join([*lines, ""])


SCENARIO_COMMANDS = {
    "calc": ["calc", "named.toml", "--all"],
    "several": ["report", "named.toml", "--scenario", "other.toml", "-o", "x.xlsx"],
    "a draft that is shown": ["email", "named.toml", "--to", "anna@example.com", "--dry-run"],
    "a wrong value": ["calc", "wrong.toml"],
    "a wrong value, in full": ["--debug", "calc", "wrong.toml"],
    "a wrong key": ["report", "key.toml", "-o", "y.xlsx"],
    "a cell": ["eval", "FT_TRAINCOST", "cells.csv", "1.5"],
    "a metric": ["eval", "FT_WHATIF", "metric.csv", "other.toml", "calls", "1"],
    "a column of names": ["email", "--template", "--each", "names.csv", "--dry-run"],
    "a price table": ["prices", "import", "prices.csv"],
    "a file of its name": ["calc", "{name}.toml"],
    "a function of its name": ["functions", "{name}"],
    "an option of its name": ["calc", "other.toml", "--{name}"],
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("command", SCENARIO_COMMANDS)
def test_texts_of_scenarios_tables_and_arguments(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, text: str
) -> None:
    monkeypatch.setattr("templates.workbook.build_workbook", lambda scenario, **_: b"a workbook")
    monkeypatch.setenv("FT_ROI_PRICES", str(folder / "own"))
    nasty = TEXTS[text]
    Path("named.toml").write_text(toml_of(name=as_a_name(nasty)), "utf-8")
    Path("other.toml").write_text(toml_of(name="other"), "utf-8")
    Path("wrong.toml").write_text(toml_of(training_hours=nasty), "utf-8")
    Path("key.toml").write_text(f"{toml_of()}{quoted(nasty)} = 1\n", "utf-8")
    Path("cells.csv").write_text(f'"{nasty}"\n', "utf-8", newline="")
    Path("metric.csv").write_text(f'"{nasty}"\n', "utf-8", newline="")
    Path("names.csv").write_text(f'email,name,"{nasty}"\nanna@example.com,Anna,1\n', "utf-8", newline="")
    Path("prices.csv").write_text(f'name,kind,value\nx,"{nasty}",1\n', "utf-8", newline="")
    result = run(*(word.replace("{name}", nasty) for word in SCENARIO_COMMANDS[command]))
    assert_nothing_commands_a_terminal(result, told="metric: " if "control character" in result.stderr else MARK)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_the_price_table(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FT_ROI_PRICES", str(folder / "own"))
    row = f'Zqx model,input,1,"{TEXTS[text]}","{TEXTS[text]}"\n'
    Path("prices.csv").write_text(f"name,kind,value,vendor,source\n{row}", "utf-8", newline="")
    assert MARK in run("prices", "import", "prices.csv", "--json").output
    for words in (["list", "Zqx"], ["show", "Zqx model"]):
        assert_nothing_commands_a_terminal(run("prices", *words))


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two workbooks: one that can be read, one with a problem that quotes its text."""
    folder = tmp_path_factory.mktemp("returned")
    (folder / "named.xlsx").write_bytes(workbook_named(as_a_name(ALL)))
    # A problem of a control character tells its number alone (tests/hostile); these are quoted.
    wrong = f">{MARK}&#x202e;[2J&#x2028;&#10;Error: fake<".encode()
    with zipfile.ZipFile(folder / "named.xlsx") as old, zipfile.ZipFile(folder / "wrong.xlsx", "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b">per_token<", wrong))
    return folder


RETURNED_COMMANDS = {
    "calc": ["calc", "named.xlsx"],
    "read": ["read", "named.xlsx"],
    "read, with a problem": ["read", "wrong.xlsx"],
    "check": ["check", "named.xlsx"],
    "check, with a problem": ["check", "wrong.xlsx"],
    "collect": ["collect", ".", "-o", "portfolio.xlsx", "--force"],
}


@pytest.mark.parametrize("command", some(RETURNED_COMMANDS, ["calc", "read", "read, with a problem"], slow=[]))
def test_texts_of_returned_workbooks(returned: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(returned)
    result = run(*RETURNED_COMMANDS[command])
    assert_nothing_commands_a_terminal(result, told="named.xlsx" if command == "check" else MARK)


def test_a_scenario_on_standard_output_keeps_its_meaning(returned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spelled out as TOML spells it: what comes out is the same scenario."""
    from roi_engine import load_scenario
    from templates.returned.reading import read_workbook

    monkeypatch.chdir(returned)
    Path("out.toml").write_text(run("read", "named.xlsx").stdout, "utf-8")
    assert load_scenario("out.toml").name == read_workbook("named.xlsx").checked().name


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="file names are bytes on POSIX only")
def test_the_name_of_a_file_that_came_back(returned: Path, tmp_path: Path) -> None:
    for text in TEXTS.values():
        (tmp_path / f"{text}.xlsx").write_bytes(b"no workbook")
    assert_nothing_commands_a_terminal(run("collect", tmp_path, "-o", tmp_path / "portfolio.xlsx"))


@pytest.mark.parametrize("text", TEXTS)
def test_errors_are_lines_that_can_be_printed_anywhere(text: str) -> None:
    nasty = TEXTS[text]
    for error in (OutOfRange(nasty, nasty), ScenarioError([Problem(nasty, nasty), Problem("", nasty)])):
        first, second = str(error).split("\n")
        assert printable(first) == first and printable(second) == second
    assert printable(printable(nasty)) == printable(nasty)


@pytest.mark.parametrize("text", ["Анна", "ردّ می‌خواهم", "日本語", "👩‍💻", "€ − × ’", "a  b", "\U0001fae9"])
def test_texts_that_people_write_stay(text: str) -> None:
    assert printable(text) == text


# Where a module prints past print_line: nothing of a file is in it, or each piece went through printable by itself.
OWN_PRINTING = {
    "addin/command_line.py": "the version",
    "addin/commands/addin_command.py": "the mark before a finding",
    "addin/commands/explain_command.py": "a step's name and place, which are ours, in styles of their own",
    "addin/commands/eval_command.py": "cells with tabs between them",
    "addin/commands/functions_command.py": "the catalogue",
    "addin/commands/read_command.py": "TOML, as bytes",
    "addin/shell/failures.py": "one word of our own",
    "addin/shell/terminal.py": "here it is",
}


def test_everything_else_prints_in_one_place() -> None:
    printing = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "addin").rglob("*.py")
        if path.parts[-2] in ("commands", "shell", "mail", "addin")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.echo", "click.secho", "print")
    }
    cure = "print by print_line or print_json of addin/shell/terminal.py, or say in OWN_PRINTING why not"
    assert sorted(printing - OWN_PRINTING.keys()) == [], cure
    assert sorted(OWN_PRINTING.keys() - printing) == [], "prints nothing of its own: take it out of OWN_PRINTING"
