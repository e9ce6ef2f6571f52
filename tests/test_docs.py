"""The documentation: its examples run, its links resolve, its tables are those of the code.

Run as a program (python -m tests.test_docs) it writes the generated tables into their pages.
"""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from roi_engine import INPUTS, functions, load_scenario
from templates.lambdas.printed_functions import NOT_COVERED, lambda_names
from tests import figure_surfaces, question_examples
from tests.roi_engine import throughput_errors
from tests.slow_cases import MARKS

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md")) + [
    ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
]
SOURCES = [each for package in ("roi_engine", "templates", "addin") for each in sorted((ROOT / package).rglob("*.py"))]

SCENARIO_FILES = ROOT / "docs" / "scenario-files.md"
FUNCTIONS = ROOT / "docs" / "functions.md"
FIGURES = ROOT / "docs" / "figures.md"
LAMBDA = ROOT / "docs" / "lambda.md"
QUESTIONS = ROOT / "docs" / "questions.md"
ESTIMATES = ROOT / "docs" / "estimates.md"
INPUT_TITLES = "| Input | Short names | Label | Unit | Default | Range |"
FUNCTION_TITLES = "| Function | Gives | What it is |"
NO_LAMBDA_TITLES = "| Function | Why there is no LAMBDA |"
REFRESH = "The table is not that of the code. Refresh it: python -m tests.test_docs"

# Lines of a shell example that are not ours to run: getting and installing the program.
INSTALLING = re.compile(
    r"(py -m )?(pip|pipx) (install|ensurepath)\b.*|(\.venv[\\/]\w+[\\/])?(python -m )?pip install \S.*"
    r"|(py|python3?) -m venv \.venv|git (clone|pull)\b.*|cd \S+|make( (report|test|bench|docs|clean))?"
)


def pages(slow: Sequence[str] = (), full: Sequence[str] = ()) -> list[Any]:
    """Every page that exists, under its name; some, whose examples take long, in make test or the full tests alone."""
    marks = {**dict.fromkeys(slow, MARKS["slow"]), **dict.fromkeys(full, MARKS["full"])}
    return [pytest.param(page, id=page.name, marks=marks.get(page.name, ())) for page in PAGES if page.exists()]


def fenced(page: Path, *languages: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a page in these languages, each with its first line's number."""
    text = page.read_text("utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if match[1] in languages:
            yield text.count("\n", 0, match.start()) + 2, match[2]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


# --- examples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages())
def test_every_fence_is_of_a_kind_that_is_checked_or_plain(page):
    kinds = set(re.findall(r"^```(\w*)$", page.read_text("utf-8"), re.MULTILINE))
    assert kinds <= {"", "pycon", "console", "sh", "powershell", "toml", "json", "text"}


@pytest.mark.parametrize("page", pages())
def test_python_examples_give_what_they_show(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    shared: dict[str, Any] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    for line, source in fenced(page, "pycon"):
        example = doctest.DocTestParser().get_doctest(source, shared, f"{page.name}, line {line}", str(page), line)
        told: list[str] = []
        runner.run(example, out=told.append, clear_globs=False)
        shared.update(example.globs)
        assert not told, "".join(told)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty folder with the samples where a checkout has them."""
    shutil.copytree(ROOT / "templates" / "samples", tmp_path / "templates" / "samples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(source: str) -> Iterator[tuple[str, str]]:
    """The commands of a block with the output that is shown below them; without $ every line is a command."""
    if not re.search(r"^\$ ", source, re.MULTILINE):
        source = re.sub(r"^(?!#)(?=\S)", "$ ", source, flags=re.MULTILINE)
    for part in re.split(r"^\$ ", source, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield re.split(r"\s+#", command)[0].strip(), output


def run(command: str) -> str:
    words = shlex.split(command)
    done = CliRunner().invoke(ft_roi, words[1:], prog_name="ft-roi")
    assert done.exit_code == 0, f"{command}\n{done.output}"
    return done.stdout


@pytest.mark.parametrize("page", pages(slow=["email.md", "lite.md", "lambda.md"]))
def test_console_examples_print_what_they_show(page, checkout):
    for line, source in fenced(page, "console", "sh"):
        found = list(commands(source))
        assert found, f"{page.name}, line {line}: no command"
        for command, output in found:
            if not INSTALLING.fullmatch(command):
                assert command.startswith("ft-roi "), f"{page.name}, line {line}: {command}"
                printed = run(command)
                assert not output.strip() or printed == output, f"{page.name}, line {line}: {command}\n{printed}"


@pytest.mark.parametrize("page", pages(full=["excel-checklist.md"]))
def test_powershell_examples_run_or_install(page, checkout):
    for line, source in fenced(page, "powershell"):
        for command in filter(None, source.splitlines()):
            if not INSTALLING.fullmatch(command):
                command = command.removeprefix(".venv\\Scripts\\")
                assert command.startswith("ft-roi "), f"{page.name}, line {line}: {command}"
                run(command.replace("\\", "/"))


@pytest.mark.parametrize("page", pages(slow=["CHANGELOG.md", "libreoffice.md"]))
def test_commands_and_formulas_within_the_text_run(page, checkout):
    text = prose(page)
    for command in re.findall(r"`(ft-roi \w+ [^`…]+)`", text):
        run(command)
    for function, arguments in re.findall(r"=(FT_[A-Z]+)\(([\d.,% ]+)\)", text):
        run(f"ft-roi eval {function} {' '.join(arguments.split(','))}")


@pytest.mark.parametrize("page", pages())
def test_scenario_examples_load(page, tmp_path):
    for form in ("toml", "json"):
        for number, (line, source) in enumerate(fenced(page, form)):
            if number == 0:
                (tmp_path / f"pilot.{form}").write_text(source, "utf-8")  # the base that an example names
            file = tmp_path / f"line-{line}.{form}"
            file.write_text(source, "utf-8")
            assert load_scenario(file).name == file.stem


# --- names and links ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages())
def test_functions_and_commands_that_are_named_exist(page):
    text = page.read_text("utf-8")
    assert set(re.findall(r"\bFT_[A-Z0-9]+\b", text)) <= {*functions(), *lambda_names()}
    named = set(re.findall(r"`ft-roi ([a-z]+)", text))
    assert named <= set(ft_roi.list_commands(click.Context(ft_roi)))


def test_every_command_is_in_the_table_of_the_commands():
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    missing = [name for name, command in ft_roi.commands.items() if not command.hidden and f"| `{name}" not in page]
    assert missing == [], "give it a row in docs/command-line.md"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code forges make them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages())
def test_links_resolve(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match("https?://|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def test_the_pages_and_headings_that_the_code_cites_exist():
    cited = [
        (source, *match)
        for source in SOURCES
        for match in re.findall(r'(docs/[\w-]+\.md)(?:,\s+"([^"]+)")?', source.read_text("utf-8"))
    ]
    assert cited
    for source, page, title in cited:
        place = f"{source.relative_to(ROOT)} cites {page}, {title}"
        assert (ROOT / page).exists(), place
        if title:
            assert re.search(rf"^#+ {re.escape(title)}$", (ROOT / page).read_text("utf-8"), re.MULTILINE), place


# --- tables ---------------------------------------------------------------------------------------------


def input_table() -> str:
    """Every input, in its groups."""
    lines = [INPUT_TITLES, "|---|---|---|---|---|---|"]
    for group, members in groupby(INPUTS.values(), key=lambda declared: declared.group):
        lines.append(f"| **{group}** | | | | | |")
        for each in members:
            quantity = each.quantity
            short = ", ".join(f"`{alias}`" for alias in each.aliases)
            unit = "text" if quantity.kind == "text" and not quantity.choices else quantity.unit_in("currency")
            cells = (f"`{each.name}`", short, each.label, unit, default_of(each), range_of(quantity))
            lines.append(f"| {' | '.join(cells)} |".replace("  ", " "))
    return "\n".join(lines)


def default_of(declared: Any) -> str:
    if declared.required:
        return "required"
    if declared.default is None or declared.default == "":
        return "empty"
    return f"`{declared.default}`" if isinstance(declared.default, str) else f"{declared.default:g}"


def range_of(quantity: Any) -> str:
    if quantity.choices:
        return " or ".join(f"`{choice}`" for choice in quantity.choices)
    if quantity.kind == "text":
        return ""
    return f"{'whole, ' if quantity.whole else ''}{quantity.range_in_words.removeprefix('of ')}"


def function_table() -> str:
    return CliRunner().invoke(ft_roi, ["functions", "--markdown"], prog_name="ft-roi").stdout.strip()


def no_lambda_table() -> str:
    """The functions that no LAMBDA gives, those with one reason together."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in NOT_COVERED.items():
        by_reason.setdefault(reason, []).append(f"`{name}`")
    rows = (f"| {', '.join(names)} | {reason} |" for reason, names in by_reason.items())
    return "\n".join([NO_LAMBDA_TITLES, "|---|---|", *rows])


TABLES = (
    (LAMBDA, NO_LAMBDA_TITLES, no_lambda_table),
    (ESTIMATES, throughput_errors.TITLES, throughput_errors.serving_table),
    (ESTIMATES, throughput_errors.TRAINING_TITLES, throughput_errors.training_table),
    (SCENARIO_FILES, INPUT_TITLES, input_table),
    (FUNCTIONS, FUNCTION_TITLES, function_table),
    (QUESTIONS, question_examples.QUESTION_TITLES, question_examples.question_table),
    (FIGURES, figure_surfaces.FIGURE_TITLES, figure_surfaces.figure_table),
    (FIGURES, figure_surfaces.OPTION_TITLES, figure_surfaces.option_table),
    (FIGURES, figure_surfaces.matrix_titles(), figure_surfaces.matrix_table),
    (FIGURES, figure_surfaces.REASON_TITLES, figure_surfaces.reason_table),
)


def table_of(page: Path, titles: str) -> str:
    """The table of a page that begins with these titles."""
    lines = page.read_text("utf-8").splitlines()
    start = lines.index(titles)
    end = next((at for at in range(start, len(lines)) if not lines[at].startswith("|")), len(lines))
    return "\n".join(lines[start:end])


@pytest.mark.parametrize(("page", "titles", "table"), TABLES, ids=lambda value: getattr(value, "name", ""))
def test_the_generated_tables_are_fresh(page, titles, table):
    assert table_of(page, titles) == table(), REFRESH


def test_the_formula_that_is_laid_out_is_the_functions_own():
    ((_, shown),) = fenced(LAMBDA, "text")
    text = "".join(shown.split())
    assert text in lambda_names()["FT_NETROI"].text
    assert text.startswith("LET(") and f"{text})" == lambda_names()["FT_NETROI"].text[-len(text) - 1 :]


def test_every_input_and_every_function_is_in_its_table():
    inputs, listed = table_of(SCENARIO_FILES, INPUT_TITLES), table_of(FUNCTIONS, FUNCTION_TITLES)
    assert [name for name in INPUTS if f"| `{name}` |" not in inputs] == [], REFRESH
    assert [name for name in functions() if f"| `{name}(" not in listed] == [], REFRESH


if __name__ == "__main__":
    for page, titles, table in TABLES:
        page.write_text(page.read_text("utf-8").replace(table_of(page, titles), table()), "utf-8")
