"""The command line: what it prints where, what it writes, and which exit code it ends with."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.shell import output_file
from roi_engine import (
    METRICS,
    REFERENCE,
    __version__,
    appraise,
    check_inputs,
    cost_benefit_finetuning,
    functions,
    load_scenario,
    simulate,
)
from roi_engine.prices.price_tables import price_tables
from roi_engine.worksheet.catalogue import RISK, find_function
from templates.lambdas.printed_functions import NOT_COVERED, lambda_names

ROOT = Path(__file__).parents[2]
COMMANDS = list(ft_roi.commands)

REFERENCE_TOML = """\
name = "Reference scenario"
model_size_b = 7

[training]
training_hours = 24
gpu_hourly_rate = 1.50

[storage]
storage_gb = 28
storage_monthly_rate = 0.02

[traffic]
baseline_monthly_api_calls = 5_000_000

[prices]
baseline_cost_per_1k_tokens = 0.30
finetuned_cost_per_1k_tokens = 0.05

[quality]
accuracy_improvement_percent = 0.12
monthly_review_cost = 2000

[finance]
months_to_amortize = 12
"""
GROWING_TOML = REFERENCE_TOML.replace("[traffic]", "[traffic]\nmonthly_growth = 0.05\ntokens_per_call = 2")
HOPELESS_TOML = REFERENCE_TOML.replace("0.05", "0.90")
FREE_TOML = REFERENCE_TOML.replace("training_hours = 24", "training_hours = 0").replace(
    "storage_gb = 28", "storage_gb = 0"
)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty working folder with the reference scenario in it."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("FT_ROI_") or name in ("SOURCE_DATE_EPOCH", "NO_COLOR", "TERM"):
            monkeypatch.delenv(name)
    (tmp_path / "reference.toml").write_text(REFERENCE_TOML, "utf-8")
    return tmp_path


@pytest.fixture
def stand_in(monkeypatch):
    """A workbook that is quick to build."""
    monkeypatch.setattr("templates.workbook.build_workbook", lambda scenario, **_: b"a workbook")


def run(*arguments: str, **settings):
    return CliRunner().invoke(ft_roi, [str(each) for each in arguments], prog_name="ft-roi", **settings)


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def program(*arguments: str, **settings) -> subprocess.Popen:
    """The command as a process of its own."""
    start = "import sys; from addin.command_line import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
    return subprocess.Popen([sys.executable, "-c", start, *arguments], env=environment, **streams)


# help


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_begins_with_examples_that_name_what_there_is(words):
    result = run(*words, "--help")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Examples:"
    examples = [re.split(r"\s{3,}|\|", line.strip())[0] for line in lines[1 : lines.index("")]]
    assert examples
    for example in examples:
        program_name, name, *arguments = shlex.split(example)
        assert program_name == "ft-roi" and name in COMMANDS
        command = ft_roi.commands[name]
        while isinstance(command, click.Group) and arguments:
            command = command.commands[arguments.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in arguments if word.startswith("-")} <= known
    assert "None]" not in result.stdout, "a range without bounds"


def test_a_second_scenario_is_told_of_its_option(folder):
    result = run("report", "reference.toml", "reference.toml")
    assert result.exit_code == 2 and "unexpected extra argument" in result.stderr
    assert result.stderr.endswith(". Each has its option: --scenario FILE\n")


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        (["report", "reference.toml", "--pdf"], "--pdf report.pdf"),
        (["report", "--pdf", "reference.toml"], "--pdf report.pdf"),
        (["recalc", "report.xlsx", "--pdf", "out.pdf"], "--pdf takes no name"),
        (["recalc", "report.xlsx", "--pdf=out.pdf"], "--pdf takes no name"),
        (["recalc", "report.xlsx", "out.pdf"], ""),
        (["report", "reference.toml", "--pdf", "out.pdf", "--trials"], ""),
    ],
)
def test_the_form_that_an_option_has_in_another_command_is_told_of_the_own_one(folder, typed, cure):
    result = run(*typed)
    assert result.exit_code == 2 and result.stderr.count("Error: ") == 1
    assert cure in result.stderr and ("--pdf" in result.stderr) == bool(cure)


def test_help_names_every_command_in_a_whole_sentence():
    listed = run("--help").stdout.partition("Commands:")[2]
    for name in COMMANDS:
        assert re.search(rf"^  {name} .*\.$", listed, re.MULTILINE)
    assert "..." not in listed


def test_version_names_the_engine_and_the_price_table():
    assert run("--version").stdout == f"ft-roi {__version__} (price table {price_tables().read_on})\n"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_start_without_the_engine(option):
    """In a process of its own, and no pydantic either; how long it takes is measured in benchmarks/start_up.py."""
    listing = f"import sys; sys.argv = ['ft-roi', '{option}']; import addin.command_line as c\ntry: c.main()\n"
    listing += "except SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, timeout=60)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "click" in loaded
    assert not loaded & {"openpyxl", "numpy", "scipy", "xlwings", "pydantic", "lxml", "templates"}


# report


def test_report_writes_the_workbook_and_five_lines(folder):
    result = run("report", "reference.toml")
    assert result.exit_code == 0, result.output
    verdict, roi, payback, npv, file = result.stdout.splitlines()
    assert verdict == "Pays back in 0.9 days and returns 17,837 USD over 12 months."
    assert re.fullmatch(r"  Net return +17,837\.28 USD +ROI +41,753\.9%", roi)
    assert re.fullmatch(r"  Payback +0\.9 days +Discounted payback +0\.9 days", payback)
    assert re.fullmatch(r"  NPV +16,944\.01 USD +IRR +n\.m\. \(above 1,000% a year\)", npv)
    assert re.fullmatch(r"  File +reference\.xlsx", file)
    assert roi.rindex("ROI") == payback.index("Discounted") == npv.index("IRR")
    assert sorted(path.name for path in folder.iterdir()) == ["reference.toml", "reference.xlsx"]
    book = openpyxl.load_workbook("reference.xlsx", data_only=True)
    assert book.sheetnames[0] == "Summary"
    assert any(
        cell.value == pytest.approx(17837.28) for row in book["Summary"] for cell in row if _is_number(cell.value)
    )


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@pytest.mark.full(seconds=3)
def test_report_writes_live_grids_into_the_native_edition_alone(folder):
    done = run("report", "reference.toml", "--formulas", "native", "--grids", "live", "-o", "live.xlsx")
    assert done.exit_code == 0, done.output
    assert "What-if" in openpyxl.load_workbook("live.xlsx", read_only=True).sheetnames
    for others in ((), ("--formulas", "values")):
        done = run("report", "reference.toml", *others, "--grids", "live", "-o", "other.xlsx")
        assert done.exit_code == 2 and "--formulas native" in done.stderr
        assert not Path("other.xlsx").exists()
    text = Path("reference.toml").read_text("utf-8")
    Path("long.toml").write_text(re.sub(r"(months_to_amortize = )\d+", r"\g<1>301", text), "utf-8")
    done = run("report", "long.toml", "--formulas", "native", "--grids", "live", "-o", "other.xlsx")
    assert done.exit_code == 2 and "up to 300 months, and one has 301" in done.stderr
    assert not Path("other.xlsx").exists()


@pytest.mark.slow
def test_report_draws_trials_in_the_native_edition_alone(folder):
    """A workbook of the smallest number of trials, and every way in which there are none, with its reason."""
    text = Path("reference.toml").read_text("utf-8")
    ranges = (
        "\n[ranges]\nbaseline_monthly_api_calls = { low = 2e6, high = 9e6 }\ntraining_hours = { low = 12, high = 72 }\n"
    )
    Path("ranged.toml").write_text(text + ranges, "utf-8")
    correlated = "\n[correlations]\nbaseline_monthly_api_calls.training_hours = 0.5\n"
    Path("correlated.toml").write_text(text + ranges + correlated, "utf-8")
    Path("long.toml").write_text(re.sub(r"(months_to_amortize = )\d+", r"\g<1>301", text) + ranges, "utf-8")
    native = ("--formulas", "native", "--risk", "live")
    done = run("report", "ranged.toml", *native, "--trials", "128", "-o", "live.xlsx")
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook("live.xlsx", read_only=True)
    assert {"Risk trials", "What-if trials"} <= set(book.sheetnames)
    for arguments, code, sentence in (
        (("ranged.toml", "--risk", "live"), 2, "--formulas native"),
        (("ranged.toml", "--trials", "256"), 2, "--trials is for --risk live"),
        (("ranged.toml", *native, "--trials", "250"), 2, "250 is no multiple of 8 from 128 to 4,096"),
        (("ranged.toml", *native, "--trials", "8192"), 2, "no multiple of 8 from 128 to 4,096"),
        (("ranged.toml", *native, "--scenario", "reference.toml"), 2, "is for one scenario"),
        (("long.toml", *native), 2, "--risk live is for horizons up to 300 months, and one has 301"),
        (("reference.toml", *native), 3, "No input has a range"),
        (("correlated.toml", *native), 3, "draw each input by itself, and these go together"),
    ):
        done = run("report", *arguments, "-o", "other.xlsx")
        assert done.exit_code == code and sentence in done.stderr, (arguments, done.stderr)
        assert not Path("other.xlsx").exists()


@pytest.mark.slow
def test_report_warns_of_the_first_few_inputs_and_says_where_all_are(folder):
    (folder / "odd name.toml").write_text(REFERENCE_TOML, "utf-8")
    result = run("report", "odd name.toml")
    warnings = check_inputs(REFERENCE)
    assert result.stderr.splitlines()[:3] == [f"Warning: {each}" for each in warnings[:3]]
    assert result.stderr.splitlines()[3:] == [f"{len(warnings) - 3} more warnings: ft-roi calc 'odd name.toml'"]


@pytest.mark.slow
def test_report_takes_several_scenarios_and_names_every_problem_of_each(folder):
    Path("slow.toml").write_text(Path("reference.toml").read_text().replace('name = "', 'name = "Slow ', 1))
    result = run("report", "reference.toml", "--scenario", "slow.toml", "-o", "x.xlsx")
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook("x.xlsx")
    assert "Scenarios" in book.sheetnames
    name = load_scenario("slow.toml").name
    first, second = load_scenario("reference.toml").name, load_scenario("slow.toml").name
    figures = "   17,837.28 USD   16,944.01 USD   0.9 days"
    assert result.stdout.splitlines() == [
        f"{'Scenario':<{len(second)}}      Net return             NPV    Payback",
        f"{first:<{len(second)}}{figures}",
        f"{second}{figures}",
        "File: x.xlsx",
    ]
    assert f"Warning: {name}: " in result.stderr and "ft-roi calc slow.toml" in result.stderr
    Path("wrong.toml").write_text(Path("reference.toml").read_text().replace("= 24", "= -24", 1))
    Path("worse.toml").write_text("[training]\ntraining_hours = 1\n")
    result = run("report", "reference.toml", "--scenario", "wrong.toml", "--scenario", "worse.toml", "-o", "y.xlsx")
    assert result.exit_code == 3 and not Path("y.xlsx").exists()
    assert "wrong.toml: " in result.stderr and "worse.toml: " in result.stderr


def test_problems_of_a_common_base_are_told_once(folder):
    Path("base.toml").write_text(Path("reference.toml").read_text().replace("= 24", "= -24", 1))
    for name in ("slow.toml", "half.toml"):
        Path(name).write_text('base = "base.toml"\n')
    result = run("report", "base.toml", "--scenario", "slow.toml", "--scenario", "half.toml", "-o", "y.xlsx")
    assert result.exit_code == 3 and not Path("y.xlsx").exists()
    assert result.stderr == "Error: base.toml: training.training_hours: -24 is below 0. Type a number of at least 0.\n"


@pytest.mark.full(seconds=3)
def test_report_of_several_as_json_has_the_summary_of_each(folder):
    Path("slow.toml").write_text('base = "reference.toml"\ngo_live_delay = 4\n')
    result = run("report", "reference.toml", "--scenario", "slow.toml", "-o", "x.xlsx", "--json")
    found = json.loads(result.stdout)
    assert [each["scenario"] for each in found["scenarios"]] == ["Reference scenario", "slow"]
    assert found["scenarios"][0].items() <= found.items()
    assert found["scenarios"][1]["npv"] == appraise(REFERENCE.with_inputs(go_live_delay=4)).npv()
    (folder / "z.xlsx").unlink(missing_ok=True)
    assert "scenarios" not in json.loads(run("report", "reference.toml", "-o", "z.xlsx", "--json").stdout)


@pytest.mark.slow
def test_names_of_scenarios_of_any_length_keep_their_columns(folder):
    Path("long.toml").write_text(f'base = "reference.toml"\nname = "{"long " * 50}"\n')
    lines = run("report", "reference.toml", "--scenario", "long.toml", "-o", "x.xlsx").stdout.splitlines()
    assert len({len(each) for each in lines[:3]}) == 1 and len(lines[0]) < 100


def test_report_as_json_is_the_summary_unrounded_with_all_warnings(folder):
    result = run("report", "reference.toml", "-o", "x.xlsx", "--json")
    found = json.loads(result.stdout)
    assert found["file"] == "x.xlsx" and (folder / "x.xlsx").is_file()
    assert found["scenario"] == "Reference scenario" and found["currency"] == "USD"
    assert found["net_roi"] == appraise(REFERENCE).net_roi
    assert found["verdict"].startswith("Pays back in 0.9 days")
    assert [each["input"] for each in found["warnings"]] == [each.input_name for each in check_inputs(REFERENCE)]
    assert result.stderr == ""


@pytest.mark.parametrize("switch", ["-q", "--quiet"])
def test_quiet_prints_nothing_but_writes(folder, stand_in, switch):
    result = run("report", "reference.toml", switch)
    assert (result.exit_code, result.output) == (0, "")
    assert (folder / "reference.xlsx").read_bytes() == b"a workbook"


def test_quiet_may_stand_before_the_command(folder, stand_in):
    assert run("-q", "report", "reference.toml").output == ""


@pytest.mark.slow
def test_template_writes_the_reference_scenario_to_be_filled_in(folder):
    result = run("template", "-o", "inputs.xlsx")
    assert result.exit_code == 0
    assert result.stdout.startswith("Wrote inputs.xlsx.")
    assert json.loads(run("template", "--json", "-o", "second.xlsx").stdout) == {"file": "second.xlsx"}
    names = openpyxl.load_workbook("inputs.xlsx").defined_names
    assert "scenario" in names and "training_hours" in names
    assert run("template", "-q").output == "" and (folder / "template.xlsx").is_file()


@pytest.mark.full(seconds=3)
def test_two_reports_of_one_time_are_equal(folder):
    for name in ("a.xlsx", "b.xlsx"):
        assert run("report", "reference.toml", "-o", name, env={"SOURCE_DATE_EPOCH": "1700000000"}).exit_code == 0
    assert (folder / "a.xlsx").read_bytes() == (folder / "b.xlsx").read_bytes()


def test_a_scenario_may_come_from_standard_input(folder, stand_in):
    assert run("report", "-", input=REFERENCE_TOML).exit_code == 0
    assert (folder / "report.xlsx").is_file()
    as_json = json.dumps(REFERENCE.given())
    assert "17,837.28" in run("calc", "-", input=as_json).stdout
    of_a_month = json.dumps(REFERENCE.with_inputs(months=1).given())
    assert re.search(r"Horizon +1 +month\n", run("calc", "-", input=of_a_month).stdout)


@pytest.mark.parametrize("text, words", [(HOPELESS_TOML, "Never pays back"), (FREE_TOML, "Needs no outlay")])
def test_results_that_are_no_failures_have_five_lines_too(folder, stand_in, text, words):
    (folder / "odd.toml").write_text(text, "utf-8")
    result = run("report", "odd.toml")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 5
    assert result.stdout.startswith(words)
    assert "nan" not in result.stdout and "inf" not in result.stdout


# bad input: one message, the exit code, and no file touched

BAD_SCENARIOS = {
    "misspelt key": (("gpu_hourly_rate", "gpu_hourly_rat"), 'training.gpu_hourly_rat: There is no input "gpu_hourly_'),
    "misspelt key, the guess": (("gpu_hourly_rate", "gpu_hourly_rat"), 'Did you mean "gpu_hourly_rate"?'),
    "misspelt group": (("[training]", "[trainig]"), 'trainig: There is no group [trainig]. Did you mean "training"?'),
    "12 for 0.12": (("0.12", "12"), "quality.accuracy_improvement_percent: 12 is above 1. Did you mean 12 % (0.12)?"),
    "negative hours": (("hours = 24", "hours = -24"), "training.training_hours: -24 is below 0. Type a number"),
    "not a number": (("hours = 24", "hours = nan"), "training.training_hours: nan is not a finite number."),
    "infinite": (("hours = 24", "hours = inf"), "training.training_hours: inf is not a finite number."),
    "far too large": (("hours = 24", f"hours = 1{'0' * 400}"), "training.training_hours: The number is too large."),
    "text": (("hours = 24", 'hours = "24"'), 'training.training_hours: "24" is not a number. Type 24 without'),
    "decimal comma": (("= 1.50", '= "1,50"'), 'training.gpu_hourly_rate: "1,50" is not a number. Type 1.5 without'),
    "no months": (("amortize = 12", "amortize = 0"), "finance.months_to_amortize: 0 is below 1."),
    "a month and a half": (("amortize = 12", "amortize = 1.5"), "months_to_amortize: 1.5 is not a whole number."),
    "missing": (("storage_gb = 28", ""), "storage_gb: Missing."),
    "broken TOML": (("hours = 24", "hours ="), "This is not valid TOML"),
    "broken TOML, the line": (("hours = 24", "hours ="), "at line 5"),
    "nested too deeply": (("model_size_b = 7", f"name = {'[' * 9999}"), "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_SCENARIOS)
@pytest.mark.parametrize("command", [["report"], ["report", "--force"], ["calc"], ["eval", "FT_NETROI"]])
def test_an_invalid_scenario_is_told_and_nothing_is_written(folder, command, case):
    (old, new), words = BAD_SCENARIOS[case]
    assert old in REFERENCE_TOML
    (folder / "bad.toml").write_text(REFERENCE_TOML.replace(old, new), "utf-8")
    if "--force" in command:
        (folder / "bad.xlsx").write_bytes(b"an older workbook")
    before = contents(folder)
    result = run(*command, "bad.toml")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "bad.toml: " in result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert contents(folder) == before


def test_all_problems_are_told_at_once_a_line_each(folder):
    wrong = REFERENCE_TOML.replace("hours = 24", "hours = -1").replace("0.12", "12").replace("storage_gb", "storage_bg")
    (folder / "bad.toml").write_text(wrong, "utf-8")
    first, *problems = run("report", "bad.toml").stderr.splitlines()
    assert first == "Error: the scenario has 3 problems."
    assert len(problems) == 3
    for place in ("training.training_hours", "quality.accuracy_improvement_percent", "storage.storage_bg"):
        assert sum(line.startswith(f"bad.toml: {place}: ") for line in problems) == 1


def test_broken_json_is_told_with_its_place(folder):
    (folder / "bad.json").write_text('{"training_hours": 24,\n "gpu_hourly_rate" 1.5}', "utf-8")
    result = run("calc", "bad.json")
    assert result.exit_code == 3
    assert "bad.json: line 2, column 20: This is not valid JSON" in result.stderr


@pytest.mark.parametrize("text", [b"\xff\xfen", b"name = '\xe9'\n"])
def test_text_in_another_encoding_is_told(folder, text):
    (folder / "bad.toml").write_bytes(text)
    assert run("calc", "bad.toml").exit_code == 3
    piped = program("calc", "-", env={"PYTHONUTF8": "1"})
    _, errors = piped.communicate(text, timeout=60)
    assert piped.returncode == 3
    assert b"standard input: This is not UTF-8 text." in errors


SCENARIO_PATHS = {
    "missing": ("referense.toml", "There is no file referense.toml. Did you mean reference.toml?"),
    "missing, nothing like it": ("x/y.toml", "There is no file x/y.toml."),
    "a folder": (".", ". is a folder. Name a scenario file, such as reference.toml."),
}


@pytest.mark.parametrize("case", SCENARIO_PATHS)
@pytest.mark.parametrize("command", [["report", "-o", "new.xlsx"], ["calc"]])
def test_a_scenario_that_is_no_scenario_file(folder, command, case):
    name, words = SCENARIO_PATHS[case]
    before = contents(folder)
    result = run(*command, name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0].startswith(f"Error: {words}")
    assert contents(folder) == before


def test_another_kind_of_file_is_told(folder):
    (folder / "notes.txt").write_text("hello", "utf-8")
    result = run("calc", "notes.txt")
    assert result.exit_code == 3
    assert "A scenario is a .toml or .json file." in result.stderr
    (folder / "plans.csv").write_text("hours\n24\n", "utf-8")
    result = run("calc", "plans.csv")
    assert result.exit_code == 3 and "Rows of a table are for: ft-roi batch plans.csv" in result.stderr


OUTPUT_PATHS = {
    "existing": ("old.xlsx", 5, "old.xlsx exists. Overwrite it with --force, or write elsewhere with -o."),
    "no workbook": ("report.pdf", 2, "report.pdf: a workbook ends in .xlsx. Try -o report.xlsx"),
    "no suffix": ("report", 2, "report: a workbook ends in .xlsx. Try -o report.xlsx"),
    "a folder": ("sub", 2, f"sub is a folder. Name the file in it: -o sub{os.sep}report.xlsx"),
    "no such folder": ("nowhere/report.xlsx", 2, "The folder nowhere does not exist. Create it, or write"),
    "a file for a folder": ("old.xlsx/report.xlsx", 2, "old.xlsx is not a folder. Write elsewhere with -o."),
    "a name that is too long": ("x" * 300 + ".xlsx", 2, "xx.xlsx: File name too long."),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTPUT_PATHS)
@pytest.mark.parametrize("command", [["report", "reference.toml"], ["template"]])
def test_an_output_that_cannot_be(folder, stand_in, command, case):
    name, exit_code, words = OUTPUT_PATHS[case]
    (folder / "sub").mkdir()
    (folder / "old.xlsx").write_bytes(b"an older workbook")
    before = contents(folder)
    result = run(*command, "-o", name)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert words in result.stderr
    assert result.stderr.startswith("Error: ")
    assert contents(folder) == before


def test_force_replaces_the_file(folder, stand_in):
    old = folder / "old.xlsx"
    old.write_bytes(b"an older workbook")
    old.chmod(0o640)
    assert run("report", "reference.toml", "-o", "old.xlsx", "--force").exit_code == 0
    assert old.read_bytes() == b"a workbook"
    assert os.name == "nt" or old.stat().st_mode & 0o777 == 0o640


def test_force_replaces_what_a_link_points_to(folder, stand_in):
    (folder / "target.xlsx").write_bytes(b"an older workbook")
    (folder / "link.xlsx").symlink_to("target.xlsx")
    assert run("report", "reference.toml", "-o", "link.xlsx", "--force").exit_code == 0
    assert (folder / "link.xlsx").is_symlink()
    assert (folder / "target.xlsx").read_bytes() == b"a workbook"


# whatever happens while a file is written, the old one stays and nothing is left behind


def _denied(*arguments, **settings):
    raise PermissionError(errno.EACCES, "Permission denied")


def _disk_full(*arguments, **settings):
    raise OSError(errno.ENOSPC, "No space left on device")


def _sharing_violation(*arguments, **settings):
    error = PermissionError(errno.EACCES, "Access is denied")
    error.winerror = 5
    raise error


FAILED_WRITES = {
    "a folder without access": ("open", _denied, "old.xlsx cannot be written: Permission denied. Write"),
    "a full disk": ("os.fsync", _disk_full, "old.xlsx cannot be written: No space left on device."),
    "a rename that fails": ("os.replace", _denied, "old.xlsx cannot be written: Permission denied."),
    "open in Excel": ("os.replace", _sharing_violation, "old.xlsx is open in Excel. Close it and run again, or write"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILED_WRITES)
def test_a_failed_write_leaves_the_old_file(folder, stand_in, monkeypatch, case):
    what, stand_in_for_it, words = FAILED_WRITES[case]
    (folder / "old.xlsx").write_bytes(b"an older workbook")
    before = contents(folder)
    monkeypatch.setattr(f"addin.shell.output_file.{what}", stand_in_for_it, raising=False)
    result = run("report", "reference.toml", "-o", "old.xlsx", "--force")
    monkeypatch.undo()
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {words}" in result.stderr
    assert contents(folder) == before


def test_a_workbook_that_excel_has_locked_is_not_replaced(folder, stand_in):
    (folder / "old.xlsx").write_bytes(b"an older workbook")
    (folder / "~$old.xlsx").write_bytes(b"somebody")
    before = contents(folder)
    result = run("report", "reference.toml", "-o", "old.xlsx", "--force")
    assert result.exit_code == 2
    assert "old.xlsx is open in Excel. Close it and run again, or write elsewhere with -o." in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, RuntimeError("a mistake of ours")])
def test_stopped_while_building_or_writing(folder, stand_in, monkeypatch, stopped):
    def stop(*arguments, **settings):
        raise stopped

    (folder / "old.xlsx").write_bytes(b"an older workbook")
    before = contents(folder)
    for what in ("templates.workbook.build_workbook", "addin.shell.output_file.os.replace"):
        with monkeypatch.context() as changed:
            changed.setattr(what, stop)
            result = run("report", "reference.toml", "-o", "old.xlsx", "--force")
        assert result.exit_code == (130 if stopped is KeyboardInterrupt else 1)
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert contents(folder) == before


def test_a_mistake_of_ours_is_told_in_a_sentence_and_with_debug_in_full(folder, monkeypatch):
    def mistake(*arguments, **settings):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("templates.workbook.build_workbook", mistake)
    result = run("report", "reference.toml")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: This should not have happened: RuntimeError: a mistake of ours\n")
    assert "--debug" in result.stderr and "Traceback" not in result.stderr
    for arguments in (["--debug", "report", "reference.toml"], ["report", "reference.toml", "--debug"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "Traceback" in result.stderr and "in mistake" in result.stderr


def test_the_temporary_file_is_in_the_same_folder_and_synced(tmp_path, monkeypatch):
    seen = []
    real = os.replace

    def replace(source, target):
        seen.append((Path(source).parent, Path(source).read_bytes()))
        real(source, target)

    synced = []
    monkeypatch.setattr("addin.shell.output_file.os.replace", replace)
    monkeypatch.setattr("addin.shell.output_file.os.fsync", synced.append)
    output_file.write_file(tmp_path / "new.xlsx", b"whole", force=True)
    assert seen == [(Path(os.path.realpath(tmp_path)), b"whole")]
    assert synced
    assert [path.name for path in tmp_path.iterdir()] == ["new.xlsx"]


# calc


def test_calc_prints_the_five_groups_with_units(folder):
    result = run("calc", "reference.toml")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:2] == ["Reference scenario", "Pays back in 0.9 days and returns 17,837 USD over 12 months."]
    groups = ["Model", "Upfront costs", "Monthly benefits", "Amortized benefits", "ROI metrics"]
    assert [line for line in lines if line in groups] == groups
    for line in (
        "Parameters 7 billion",
        "Training time 24 GPU-hours",
        "Storage over the horizon 6.72 USD",
        "Total upfront 42.72 USD",
        "Inference savings 1,250.00 USD / month",
        "Total benefit 17,880.00 USD",
        "Net return 17,837.28 USD",
        "ROI 41,753.9%",
        "Payback 0.9 days",
        "Worthwhile yes",
    ):
        assert line in lines
    assert result.stderr.split("\n")[1:-1] == [f"Warning: {each}" for each in check_inputs(REFERENCE)]


def test_calc_shows_the_full_model(folder):
    (folder / "growing.toml").write_text(GROWING_TOML, "utf-8")
    result = run("calc", "growing.toml")
    appraisal = appraise(load_scenario("growing.toml"))
    assert f" {appraisal.net_roi:,.2f}  USD" in result.stdout
    assert "Monthly benefits (average)" in result.stdout
    assert "Note:" not in result.stderr


def test_calc_shows_every_metric_and_month_when_asked(folder):
    result = run("calc", "reference.toml", "--all")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "NPV 16,944.01 USD" in lines
    assert "IRR n.m. (above 1,000% a year)" in lines
    assert "Profitability index 397.63 ×" in lines
    assert "Month 0 -42.72 USD" in lines and "Month 12 1,490.00 USD" in lines


def test_calc_says_what_never_comes_and_what_is_undefined(folder):
    (folder / "hopeless.toml").write_text(HOPELESS_TOML, "utf-8")
    lines = [" ".join(line.split()) for line in run("calc", "hopeless.toml", "--all").stdout.splitlines()]
    assert "Payback never" in lines and "IRR n/a (no rate)" in lines and "Worthwhile no" in lines


def test_calc_reference_is_the_reference_frameworks_dictionary(folder):
    result = run("calc", "reference.toml", "--reference", "-q", env={"SOURCE_DATE_EPOCH": "1700000000"})
    expected = cost_benefit_finetuning(
        7, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12, timestamp=datetime.fromtimestamp(1700000000, UTC)
    )
    found = json.loads(result.stdout)
    assert found == expected
    assert list(found) == list(expected)
    assert result.stderr == ""


def test_calc_reference_is_refused_where_the_scenario_uses_more_than_the_eleven_inputs(folder):
    (folder / "growing.toml").write_text(GROWING_TOML, "utf-8")
    result = run("calc", "growing.toml", "--reference")
    assert result.exit_code == 3 and result.stdout == ""
    assert "this scenario uses tokens_per_call, monthly_growth too. Leave --reference out" in result.stderr


@pytest.mark.parametrize("other", [["--all"], ["--metric", "NPV"], ["--options"]], ids=str)
def test_calc_reference_goes_alone(folder, other):
    result = run("calc", "reference.toml", "--reference", *other)
    assert result.exit_code == 2 and "--reference goes with none of --all, --metric and --options" in result.stderr


def test_calc_as_json_is_the_whole_model_of_every_scenario(folder):
    (folder / "growing.toml").write_text(GROWING_TOML, "utf-8")
    result = run("calc", "growing.toml", "--json", "-q")
    found = json.loads(result.stdout)
    growing = appraise(load_scenario(folder / "growing.toml"))
    assert (found["npv"], found["net_roi"], found["worthwhile"]) == (growing.npv(), growing.net_roi, growing.worthwhile)
    assert found["cash_flow"] == growing.cash_flow and result.stderr == ""
    assert found == json.loads(run("calc", "growing.toml", "--all", "--json", "-q").stdout)


def test_calc_as_json_has_the_documented_keys_unrounded(folder):
    found = json.loads(run("calc", "reference.toml", "--json").stdout)
    documented = [
        "upfront", "total_cost", "net_roi", "roi", "roi_total", "payback_months", "npv", "roi_present_value",
        "discounted_payback_months", "irr_monthly", "irr_annual", "mirr_monthly", "mirr_annual", "profitability_index",
        "equivalent_monthly", "worthwhile", "by_year", "cash_flow",
    ]  # fmt: skip
    assert list(found) == documented, "name a new key here, where it stands in Appraisal.as_dict"
    assert found == appraise(REFERENCE).as_dict()


def test_calc_as_json_writes_never_and_null(folder):
    (folder / "hopeless.toml").write_text(HOPELESS_TOML, "utf-8")
    found = json.loads(run("calc", "hopeless.toml", "--json").stdout)
    assert found["payback_months"] == "Never"
    assert found["irr_annual"] is None
    (folder / "free.toml").write_text(FREE_TOML, "utf-8")
    assert json.loads(run("calc", "free.toml", "--json").stdout)["roi"] is None


def test_calc_of_chosen_metrics(folder):
    result = run("calc", "reference.toml", "--metric", "npv", "--metric", "PAYBACK")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["NPV", "16,944.01", "USD"],
        ["Payback", "0.9", "days"],
    ]
    found = json.loads(run("calc", "reference.toml", "--metric", "npv", "--metric", "irr", "--json").stdout)
    assert found == {"NPV": appraise(REFERENCE).npv(), "IRR": appraise(REFERENCE).irr_annual}
    for name in METRICS:
        assert run("calc", "reference.toml", "--metric", name).exit_code == 0


def test_an_unknown_metric_is_a_usage_error_with_a_guess(folder):
    result = run("calc", "reference.toml", "--metric", "NPW")
    assert result.exit_code == 2
    assert 'There is no metric "NPW". Did you mean "NPV"?' in result.stderr


# eval

EVALUATIONS = {
    "a number": (["FT_TRAINCOST", "24", "1.5"], "36\n"),
    "fifteen digits": (["FT_NPV", "10%", "reference.toml"], f"{appraise(REFERENCE).npv():.15g}\n"),
    "per cent": (["FT_CALLCOST", "1800", "250", "2", "8", "50%", "0.5"], "0.00425\n"),
    "an exponent": (["FT_APICOST", "5e6", "0.3"], "1500\n"),
    "left out": (["FT_CALLCOST", "1800", "250", "2", "8", "", ""], "0.0056\n"),
    "text": (["FT_VERDICT", "reference.toml"], "Pays back in 0.9 days and returns 17,837 USD over 12 months.\n"),
    "yes or no": (["FT_WORTHIT", "reference.toml"], "TRUE\n"),
    "never": (["FT_PAYBACK", "hopeless.toml"], "Never\n"),
    "without FT_ and in any case": (["payback", "hopeless.toml"], "Never\n"),
    "a range": (["FT_TRAINCOST", "hours.csv", "1.5"], "36\n72\n"),
    "a grid": (["FT_TRAINCOST", "hours.csv", "rates.csv"], "24\t48\n48\t96\n"),
    "a block in CSV": (["FT_NETROI", "block.csv"], "17837.28\n"),
    "a block in JSON": (["FT_NETROI", "reference.json"], "17837.28\n"),
    "a block in the middle": (["FT_WHATIF", "NETROI", "reference.toml", "baseline_cost", "0.36"], "21437.28\n"),
    "a negative number": (["FT_SENSITIVITY", "UPFRONT", "gpu_rate", "-0.5", "reference.toml"], "24.72\n"),
    "a negative percentage": (["FT_SENSITIVITY", "UPFRONT", "gpu_rate", "-50%", "reference.toml"], "24.72\n"),
    "after two dashes": (["FT_SENSITIVITY", "UPFRONT", "--", "gpu_rate", "-.5", "reference.toml"], "24.72\n"),
}  # fmt: skip


@pytest.fixture
def ranges(folder) -> Path:
    (folder / "hopeless.toml").write_text(HOPELESS_TOML, "utf-8")
    (folder / "hours.csv").write_text("24\n48\n", "utf-8")
    (folder / "rates.csv").write_text("1;2\n", "utf-8")
    (folder / "reference.json").write_text(json.dumps(REFERENCE.given()), "utf-8")
    rows = "\n".join(f"{name},{value}" for name, value in REFERENCE.given().items() if isinstance(value, (int, float)))
    (folder / "block.csv").write_text(f"\ufeffInput,Value\n{rows}\n\n", "utf-8")
    return folder


@pytest.mark.parametrize("case", EVALUATIONS)
def test_eval(ranges, case):
    arguments, printed = EVALUATIONS[case]
    result = run("eval", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == printed


def test_eval_of_a_table_is_tab_separated(ranges):
    rows = list(csv.reader(run("eval", "FT_BREAKDOWN", "reference.toml").stdout.splitlines(), delimiter="\t"))
    assert ["Total upfront", "42.72"] in rows and ["Upfront costs", ""] in rows


def test_eval_keeps_a_scenarios_ranges(folder):
    text = REFERENCE_TOML + "\n[ranges.training_hours]\nlow = 12\nhigh = 240\n"
    (folder / "ranged.toml").write_text(text, "utf-8")
    rows = list(csv.reader(run("eval", "FT_TORNADO", "NETROI", "", "ranged.toml").stdout.splitlines(), delimiter="\t"))
    low, high = next([float(value) for value in row[1:3]] for row in rows if row[0].startswith("training_hours"))
    assert low == pytest.approx(17837.28 + 12 * 1.5)
    assert high == pytest.approx(17837.28 - 216 * 1.5)


def test_eval_takes_the_answers_and_the_correlations_of_a_file(folder):
    lines = """
[ranges]
calls = {low = 2e6, high = 9e6}
baseline_cost = {low = 0.05, high = 0.4}
[confirmed]
tokens_per_call = "one, in the reference"
[correlations]
calls.baseline_cost = 0.8
"""
    (folder / "doubtful.toml").write_text(REFERENCE_TOML + lines, "utf-8")
    deviation = simulate(load_scenario(folder / "doubtful.toml"), 1024).statistic("SD").value
    for words in (["doubtful.toml", "1024"], ["doubtful.toml", "1024", "1", "pairs.csv"]):
        (folder / "pairs.csv").write_text("calls,baseline_cost,0.8\n", "utf-8")
        assert float(run("eval", "FT_SIMSTAT", "SD", "NPV", *words).stdout) == pytest.approx(deviation)
    asked = [run("eval", "FT_CHECK", name).stdout for name in ("doubtful.toml", "reference.toml")]
    assert ["Each call is charged" in each for each in asked] == [False, True]


def test_eval_as_json(ranges):
    def found(*arguments):
        result = run("eval", "--json", *arguments)
        return result.exit_code, json.loads(result.stdout), result.stderr

    assert found("traincost", "24", "1.5") == (0, {"function": "FT_TRAINCOST", "result": 36.0, "error": None}, "")
    code, answer, errors = found("FT_TRAINCOST", "-24", "1.5")
    assert (code, answer["result"], errors) == (3, None, "")
    assert answer["error"]["code"] == "#NUM!" and answer["error"]["message"].startswith(
        "training_hours: -24 is below 0."
    )
    (ranges / "mixed.csv").write_text("24\n-1\n", "utf-8")
    code, answer, errors = found("FT_TRAINCOST", "mixed.csv", "1.5")
    assert (code, answer["result"], answer["error"]["code"]) == (3, [[36.0], ["#NUM!"]], "#NUM!")


EVALUATION_ERRORS = {
    "out of range": (["FT_TRAINCOST", "-24", "1.5"], "#NUM! training_hours: -24 is below 0."),
    "not a number": (["FT_TRAINCOST", "24", "dear"], '#VALUE! gpu_hourly_rate: "dear" is not a number.'),
    "missing": (["FT_TRAINCOST", "24"], "#VALUE! gpu_hourly_rate: missing."),
    "too many": (["FT_TRAINCOST", "24", "1", "2"], "#VALUE! FT_TRAINCOST takes at most 2 arguments, not 3"),
    "no cost": (["FT_ERRORCUT", "1", "1"], "#DIV/0! "),
    "unknown input": (["FT_BREAKEVEN", "NPV", "gpu_rat", "reference.toml"], '#N/A There is no input "gpu_rat".'),
    "an error value": (["FT_TRAINCOST", "#REF!", "1"], "#REF! "),
    "a name of digits": (["FT_PRICE", '"4"', "input"], '#N/A There is no model "4" in the price table.'),
    "too new a version": (["FT_VERSION", '"9.1"'], "#N/A at_least: this is FT ROI "),
}  # fmt: skip


@pytest.mark.parametrize("case", EVALUATION_ERRORS)
def test_eval_tells_the_cell_error_and_the_sentence(folder, case):
    arguments, words = EVALUATION_ERRORS[case]
    result = run("eval", *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(f"Error: {words}")


def test_eval_prints_a_grid_with_its_errors(folder):
    (folder / "mixed.csv").write_text("24\n\n-1\n-1\n", "utf-8")
    result = run("eval", "FT_TRAINCOST", "mixed.csv", "1.5")
    assert result.exit_code == 3
    assert result.stdout == "36\n#VALUE!\n#NUM!\n#NUM!\n"
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "arguments, exit_code, words",
    [
        (["FT_NPW", "1"], 2, 'There is no function "FT_NPW". Did you mean "FT_NPV"?'),
        (["FT_TRAINCOST", "hour.csv", "1"], 2, "There is no file hour.csv."),
        (["FT_NETROI", "book.xlsx"], 2, "There is no file book.xlsx."),
        (["FT_TRAINCOST", "empty.csv", "1"], 3, "empty.csv is empty."),
        (["FT_TRAINCOST", "binary.csv", "1"], 3, "binary.csv is not UTF-8 text."),
    ],
)
def test_eval_of_what_is_not_there(folder, arguments, exit_code, words):
    (folder / "empty.csv").write_text("\n", "utf-8")
    (folder / "binary.csv").write_bytes(b"\xff\xfe1")
    result = run("eval", *arguments)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert words in result.stderr


# functions


def test_functions_lists_all_in_their_families(folder):
    listed = run("functions").stdout
    for name, function in functions().items():
        assert f"\n  {name} " in listed
        assert f"{function.family}:" in listed


@pytest.mark.parametrize("name", functions())
def test_functions_explains_one(name):
    result = run("functions", name)
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert functions()[name].signature in shown
    for argument in functions()[name].arguments:
        assert argument.name in shown
    varied = " with 2 to 9 million calls" if functions()[name].family == RISK else ""
    assert f"Example, on the reference scenario{varied}: {name}(" in shown


def test_functions_as_json_and_markdown():
    catalogue = json.loads(run("functions", "--json").stdout)
    assert [each["name"] for each in catalogue] == list(functions())
    npv = json.loads(run("functions", "NPV", "--json").stdout)
    assert npv in catalogue
    assert npv["arguments"][0]["name"] == "discount_rate" and npv["arguments"][0]["optional"]
    assert npv["example"] == {"formula": "FT_NPV(0.1, scenario)", "result": appraise(REFERENCE).npv(0.1)}
    table = run("functions", "--markdown").stdout.splitlines()
    assert len({line.count("|") for line in table}) == 1
    assert sum("| `FT_" in line for line in table) == len(functions())


def test_functions_as_lambda_formulas_after_those_that_they_call():
    paragraphs = [each.split("\n") for each in run("functions", "--lambda").stdout.rstrip("\n").split("\n\n")]
    assert [name for name, _, _ in paragraphs] == list(lambda_names())
    assert [formula for _, _, formula in paragraphs] == [f"={each.formula}" for each in lambda_names().values()]
    own = [each.partition("\n")[0] for each in run("functions", "npv", "--lambda").stdout.split("\n\n")]
    assert own[-1] == "FT_NPV" and {"FT_FIGURE", "FT_INPUTS", "FT_MONTHS", "FT_LABEL"} <= {*own}
    assert "FT_IRR" not in own and own == [name for name in lambda_names() if name in own]
    assert run("functions", "FT_INPUTS", "--lambda").stdout.split("\n\n")[-1].startswith("FT_INPUTS\n")


@pytest.mark.parametrize("name", ["FT_BREAKEVEN", "price"])
def test_a_function_without_a_lambda_says_why(name):
    result = run("functions", name, "--lambda")
    assert (result.exit_code, result.stdout) == (2, "")
    assert NOT_COVERED[find_function(name).name] in " ".join(result.stderr.split())


def test_an_unknown_function_is_a_usage_error_with_a_guess():
    result = run("functions", "FT_NVP")
    assert result.exit_code == 2
    assert 'Did you mean "FT_NPV"?' in result.stderr


# rules for all commands


@pytest.mark.parametrize(
    "arguments, guess",
    [
        (["report", "reference.toml", "--forse"], "--force"),
        (["calc", "reference.toml", "--jsn"], "--json"),
        (["eval", "FT_VERSION", "--jsn"], "--json"),
        (["functions", "--markdwon"], "--markdown"),
        (["--versoin"], "--version"),
        (["report", "reference.toml", "--formulas", "wird"], "wired"),
    ],
)
def test_unknown_options_are_errors_with_a_guess(folder, arguments, guess):
    before = contents(folder)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert guess in result.stderr.splitlines()[-1]
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["calc", "reference.toml", "--all", "--metric", "NPV"],
        ["functions", "--json", "--markdown"],
        ["functions", "--lambda", "--json"],
    ],
)
def test_options_that_exclude_each_other(folder, arguments):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "exclude each other" in result.stderr


def test_options_come_from_the_environment_too_and_the_flag_wins(folder, stand_in):
    assert run("report", "reference.toml", env={"FT_ROI_REPORT_OUTPUT": "a.xlsx", "FT_ROI_QUIET": "1"}).output == ""
    assert run("report", "reference.toml", "-o", "b.xlsx", env={"FT_ROI_REPORT_OUTPUT": "a.xlsx"}).exit_code == 0
    assert (folder / "a.xlsx").is_file() and (folder / "b.xlsx").is_file()
    assert (
        run("report", "reference.toml", env={"FT_ROI_REPORT_OUTPUT": "a.xlsx", "FT_ROI_REPORT_FORCE": "1"}).exit_code
        == 0
    )
    for name, arguments in {
        "FT_ROI_CALC_JSON": ["calc", "reference.toml"],
        "FT_ROI_EVAL_JSON": ["eval", "FT_VERSION"],
        "FT_ROI_FUNCTIONS_JSON": ["functions"],
    }.items():
        json.loads(run(*arguments, env={name: "1"}).stdout)
        assert run(*arguments, env={name: "perhaps"}).exit_code == 2
    assert "Cash flow" in run("calc", "reference.toml", env={"FT_ROI_CALC_ALL": "1"}).stdout
    assert len(run("calc", "reference.toml", env={"FT_ROI_CALC_METRIC": "NPV IRR"}).stdout.splitlines()) == 2


def test_a_generation_time_that_is_none_is_told(folder):
    before = contents(folder)
    for command in ("report", "calc"):
        result = run(command, "reference.toml", env={"SOURCE_DATE_EPOCH": "yesterday"})
        assert (result.exit_code, result.stdout) == (2, "")
        assert 'SOURCE_DATE_EPOCH is "yesterday". Set it to whole seconds since 1970, or unset it.' in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(
    "extra, environment",
    [
        (["--no-color"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
        ([], {"FT_ROI_NO_COLOR": "1"}),
    ],
)
@pytest.mark.parametrize("arguments", [["calc", "reference.toml"], ["calc", "missing.toml"], ["calc", "bad.toml"]])
def test_colours_are_left_out_where_they_are_not_wanted(folder, arguments, extra, environment):
    (folder / "bad.toml").write_text("", "utf-8")
    coloured = run(*arguments, color=True)
    assert "\x1b[" in coloured.output
    plain = run(*arguments, *extra, color=True, env=environment)
    assert "\x1b" not in plain.output
    assert plain.output == re.sub(r"\x1b\[\d+m", "", coloured.output)
    assert run(*extra, *arguments, color=True, env=environment).output == plain.output


# as a process


def test_a_stream_that_is_no_terminal_has_no_colours(folder):
    running = program("calc", "reference.toml")
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 0
    assert b"Net return" in output and b"Warning:" in errors
    assert b"\x1b" not in output + errors


def test_a_reader_that_has_seen_enough_is_no_error(folder):
    (folder / "many.csv").write_text("\n".join(map(str, range(50_000))), "utf-8")
    with program("eval", "FT_TRAINCOST", "many.csv", "1.5") as running:
        assert running.stdout.readline().strip() == b"0"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=60) == 0


@pytest.mark.parametrize("arguments", [["--help"], ["calc", "reference.toml", "-q"]])
def test_a_reader_that_sees_nothing_is_no_error(folder, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    running = program(*arguments, stdout=writing)
    os.close(writing)
    _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, b"")


@pytest.mark.usefixtures("interruptible")
def test_interrupted_from_the_keyboard(folder):
    running = program("report", "-")
    deadline = time.monotonic() + 30
    while not _waits_for_input(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert (output, errors.strip()) == (b"", b"Interrupted.")
    assert [path.name for path in folder.iterdir()] == ["reference.toml"]


def _waits_for_input(pid: int) -> bool:
    """Whether the process has loaded the engine and sleeps, reading its input."""
    proc = Path(f"/proc/{pid}")
    if not proc.is_dir():
        time.sleep(2)
        return True
    return "pydantic_core" in (proc / "maps").read_text() and "State:\tS" in (proc / "status").read_text()


def test_a_terminal_that_lacks_a_letter_gets_another(folder):
    (folder / "rupees.toml").write_text(REFERENCE_TOML + '\n[label]\ncurrency = "₹"\n', "utf-8")
    running = program("calc", "rupees.toml", "-q", env={"PYTHONIOENCODING": "latin-1"})
    output, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, b"")
    assert b"17,837.28  ?" in output
    assert math.isclose(appraise(load_scenario(folder / "rupees.toml")).net_roi, 17837.28)


# --- options ----------------------------------------------------------------------------------------------


def test_calc_compares_the_options_and_says_why_one_is_missing(folder):
    result = run("calc", "reference.toml", "--options", "-q")
    lines = result.stdout.splitlines()
    assert "Fine-tuned API (cheapest)" in lines
    assert any(line.split()[:2] == ["NPV", "against"] and "16,944.01" in line for line in lines)
    assert "The serving GPU price is missing. The replica throughput is missing." in result.stdout
    assert not any("not borne" in line for line in lines)


def test_calc_names_what_the_scenario_does_not_bear(folder):
    (folder / "both.toml").write_text(
        (folder / "reference.toml").read_text("utf-8") + "\nfleet_operations_monthly_cost = 5\n", "utf-8"
    )
    printed = run("calc", "both.toml", "--options", "-q").stdout
    words = "Given but not borne by this scenario, only by the other fine-tuned option: fleet operations."
    assert printed.splitlines()[-1] == words


def test_calc_options_as_json(folder):
    found = json.loads(run("calc", "reference.toml", "--options", "--json", "-q").stdout)
    stay, other, api, own = found["options"]
    assert (stay["rank"], stay["npv"], stay["payback_months"]) == (2, 0, None)
    assert api["npv"] == api["npv_best"] == pytest.approx(16944.006865702722)
    assert other["rank"] is None and other["note"].startswith("Not compared. No price")
    assert api["ranking_changes_at"] == "Never" and found["ranking_changes"] == []
    assert own["npv"] is None and own["note"].startswith("Not compared. The serving GPU price")


def test_calc_options_exclude_metrics(folder):
    result = run("calc", "reference.toml", "--options", "--all")
    assert result.exit_code == 2 and "--options goes with neither --all nor --metric" in result.stderr


# --- figures that are too large ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "report overflow.json -o report.xlsx",
        "report reference.toml --scenario overflow.json -o report.xlsx",
        "calc overflow.json",
        "calc overflow.json --json",
        "explain IRR overflow.json",
        "email overflow.json --to ann@example.com -o mail.eml",
    ],
)
def test_figures_that_are_too_large_name_the_file_and_the_inputs(folder, command):
    """Calls of 10²⁰⁰ that nearly double each month, over 600 months: their IRR once ended in a RecursionError."""
    case = ROOT / "tests" / "one_story" / "overflow.json"
    (folder / "overflow.json").write_bytes(case.read_bytes())
    result = run(*command.split())
    assert result.exit_code == 3 and not result.stdout
    assert result.stderr == (
        "Error: overflow.json: The figures are too large to be calculated. Give numbers nearer 0: "
        "baseline_monthly_api_calls (1e+200) or monthly_growth (0.99, over 600 months).\n"
    )
    assert sorted(each.name for each in folder.iterdir()) == ["overflow.json", "reference.toml"]


def test_figures_that_are_too_large_from_standard_input(folder):
    text = (ROOT / "tests" / "one_story" / "overflow.json").read_text("utf-8")
    result = run("calc", "-", input=text)
    assert result.exit_code == 3 and result.stderr.startswith("Error: standard input: The figures are too large")
