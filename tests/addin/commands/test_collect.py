"""ft-roi collect: folders of returned workbooks, good and bad, become one portfolio, with every fault named."""

from __future__ import annotations

import json
import os
import shutil
import signal
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.shell import returned_files
from roi_engine import REFERENCE, appraise
from templates.returned.returned_workbook import read_returned_workbook
from templates.workbook import build_workbook
from tests.returned_workbooks import Template, write_returned_workbooks
from tests.slow_cases import full


def run(*arguments: object):
    return CliRunner().invoke(ft_roi, ["collect", *map(str, arguments)], prog_name="ft-roi")


@pytest.fixture(scope="module")
def template() -> Template:
    return Template()


@pytest.fixture
def folder(tmp_path, monkeypatch, template) -> Path:
    """An empty working folder with three good answers in it, one of them a folder deeper."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772366400")
    answers = tmp_path / "answers"
    (answers / "late").mkdir(parents=True)
    for name, hours, who in (("anna.xlsx", 100, "Anna"), ("ben.xlsx", 200, "Ben"), ("late/cem.xlsx", 300, "Cem")):
        (answers / name).write_bytes(template.filled({"name": who, "training_hours": hours}, f"{who} M."))
    return tmp_path


def test_a_folder_becomes_a_portfolio(folder):
    result = run("answers")
    assert result.exit_code == 0, result.output
    npvs = [appraise(REFERENCE.with_inputs(training_hours=hours)).npv() for hours in (100, 200, 300)]
    assert result.stdout == (
        "3 answers from 3 files: portfolio.xlsx\n"
        f"  NPV of 3 in USD: {sum(npvs):,.2f}; the highest {npvs[0]:,.2f}, Anna\n"
    )
    assert result.stderr == ""
    sheet = openpyxl.load_workbook("portfolio.xlsx", data_only=True)["Portfolio"]
    shown = [(sheet[f"B{row}"].value, sheet[f"C{row}"].value, sheet[f"Q{row}"].value) for row in (10, 11, 12)]
    assert shown == [
        ("Anna", "Anna M.", "anna.xlsx"),
        ("Ben", "Ben M.", "ben.xlsx"),
        ("Cem", "Cem M.", "late/cem.xlsx"),
    ]


@pytest.mark.slow
def test_the_scenarios_of_a_workbook_that_are_not_read_are_named(folder):
    one, two = (REFERENCE.with_inputs(name=name, training_hours=hours) for name, hours in (("One", 30), ("Two", 40)))
    (folder / "answers" / "both.xlsx").write_bytes(build_workbook(one, edition="values", others=[two]))
    result = run("answers/both.xlsx", "answers/anna.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stderr == (
        "Note: both.xlsx: It holds several scenarios; read is the one in use, One. Not read: Two.\n"
    )


@pytest.mark.slow
def test_files_and_folders_are_taken_once_and_others_left_alone(folder):
    (folder / "answers" / "notes.txt").write_text("?")
    (folder / "answers" / "~$anna.xlsx").write_bytes(b"lock")
    result = run("answers", "answers/anna.xlsx", "-o", "answers/portfolio.xlsx")
    assert result.exit_code == 0, result.output
    assert "3 answers from 3 files" in result.stdout
    assert "1 other file was left alone: no workbooks." in result.stderr
    assert run("answers", "-o", "answers/portfolio.xlsx").exit_code == 5
    assert "3 answers from 3 files" in run("answers", "-o", "answers/portfolio.xlsx", "--force").stdout


def test_a_file_with_problems_is_listed_and_the_exit_code_says_so(folder, template):
    values = {"training_hours": "many", "months_to_amortize": 0}
    (folder / "answers" / "bad.xlsx").write_bytes(template.filled(values, "Dora"))
    (folder / "answers" / "none.xlsx").write_bytes(b"")
    result = run("answers")
    assert result.exit_code == 4
    assert "3 answers from 5 files" in result.stdout
    assert (
        "2 files have problems and are left out; all of them on the sheet Problems of portfolio.xlsx." in result.stderr
    )
    assert f'bad.xlsx: Inputs!{template.cells["training_hours"]} training_hours: "many"' in result.stderr
    assert "(and 1 more)" in result.stderr
    listed = openpyxl.load_workbook("portfolio.xlsx")["Problems"]
    assert [row[0].value for row in listed.iter_rows(min_row=5)] == ["bad.xlsx", "bad.xlsx", "none.xlsx"]


@pytest.mark.full(seconds=3)
def test_a_formula_in_an_input_is_taken_when_asked(folder, template):
    content = template.filled({"name": "Dora", "training_hours": ("10*5", 50)}, "Dora")
    (folder / "answers" / "dora.xlsx").write_bytes(content)
    assert run("answers").exit_code == 4
    result = run("answers", "--use-cached", "--force")
    assert result.exit_code == 0
    assert "4 answers from 4 files" in result.stdout


@pytest.mark.full(seconds=3)
def test_repeats_and_the_untouched_example_are_told(folder, template):
    shutil.copy("answers/anna.xlsx", "answers/copy.xlsx")
    (folder / "answers" / "empty-handed.xlsx").write_bytes(template.filled({}, "Emil"))
    result = run("answers")
    assert result.exit_code == 0
    assert "5 answers from 5 files, 2 of them not counted: portfolio.xlsx" in result.stdout
    assert "copy.xlsx: The same inputs as number 1. It is not counted." in result.stderr
    assert "empty-handed.xlsx: Nothing was filled in" in result.stderr


@pytest.mark.slow
def test_json(folder, template):
    (folder / "answers" / "none.xlsx").write_bytes(b"")
    result = run("answers", "--json")
    assert result.exit_code == 4
    said = json.loads(result.stdout)
    assert [each["file"] for each in said["answers"]] == ["anna.xlsx", "ben.xlsx", "late/cem.xlsx", "none.xlsx"]
    assert said["answers"][0]["npv"] == appraise(REFERENCE.with_inputs(training_hours=100)).npv()
    assert said["answers"][3]["problems"] == [{"where": "", "sentence": "The file is empty. Ask for it again."}]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "FILE|FOLDER"),
        (["nowhere"], 2, "There is no file nowhere."),
        (["empty"], 2, "There is no workbook in empty."),
        (["answers", "-o", "portfolio.txt"], 2, "a workbook ends in .xlsx"),
        (["answers", "-o", "no/portfolio.xlsx"], 2, "The folder no does not exist."),
    ],
)
def test_wrong_usage(folder, arguments, code, sentence):
    (folder / "empty").mkdir()
    result = run(*arguments)
    assert result.exit_code == code
    assert sentence in result.stderr
    assert not (folder / "portfolio.xlsx").exists()


def test_whatever_goes_wrong_with_a_file_is_a_problem_of_that_file(folder, monkeypatch):
    def broken(*_, **__):
        raise KeyError("a mistake of ours")

    assert (
        read_returned_workbook(folder / "answers", "a folder").problems[0].sentence.startswith("It cannot be opened: ")
    )
    monkeypatch.setattr("templates.returned.returned_workbook.read_workbook", broken)
    (problem,) = read_returned_workbook(folder / "answers" / "anna.xlsx", "anna\nxlsx").problems
    assert "should not have happened (KeyError:" in problem.sentence


def test_several_processes_read_what_one_reads_in_the_same_order(folder, monkeypatch):
    files, _ = returned_files.returned_files(["answers"], folder / "portfolio.xlsx")
    alone = list(returned_files.read_returned_workbooks(files, False))
    monkeypatch.setattr(returned_files, "FEW", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert list(returned_files.read_returned_workbooks(files, False)) == alone


@pytest.mark.skipif(os.name != "posix", reason="a signal ends the process")
def test_a_file_that_ends_its_process_is_a_problem_like_any_other(folder, monkeypatch):
    def deadly(path, file, use_cached=False):
        if path.name == "ben.xlsx":
            os.kill(os.getpid(), signal.SIGKILL)
        return read_returned_workbook(path, file, use_cached)

    monkeypatch.setattr(returned_files, "FEW", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(returned_files, "read_returned_workbook", deadly)
    forked = partial(ProcessPoolExecutor, mp_context=get_context("fork"))  # whose processes see the stand-in
    monkeypatch.setattr(returned_files, "ProcessPoolExecutor", forked)
    files, _ = returned_files.returned_files(["answers"], folder / "portfolio.xlsx")
    found = list(returned_files.read_returned_workbooks(files, False))
    assert [bool(each.problems) for each in found] == [False, True, False]
    assert found[1].problems[0].sentence == returned_files.ENDED


@pytest.mark.parametrize("number", [pytest.param(50, marks=pytest.mark.slow), full(200)])
def test_many_answers_of_mixed_quality_with_every_fault_named(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    written = write_returned_workbooks(tmp_path / "answers", number)
    result = run("answers", "--json")
    assert result.exit_code == 4
    answers = {each["file"]: each for each in json.loads(result.stdout)["answers"]}
    assert len(answers) == number
    for each in written:
        said = answers[each.name]
        told = [f"{problem['where']}: {problem['sentence']}" for problem in said["problems"]]
        if each.good:
            assert told == [] and said["npv"] is not None, (each, told)
        else:
            assert any(each.words in line and line.startswith(each.cell) for line in told), (each, told)
    listed = openpyxl.load_workbook("portfolio.xlsx", read_only=True)["Problems"].iter_rows(min_row=5, values_only=True)
    assert {row[0] for row in listed} == {each.name for each in written if not each.good}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"baseline_monthly_api_calls": 1.7e308, "baseline_cost_per_1k_tokens": 1e308}, "The figures are too large"),
        pytest.param(
            {"discount_rate": -0.9999999999, "months_to_amortize": 600},
            "nearer 0: discount_rate (-0.9999999999",
            marks=pytest.mark.full(seconds=2),
        ),
        pytest.param({"name": "x" * 40_000}, "at most. Shorten it.", marks=pytest.mark.slow),
    ],
    ids=["overflow", "discount rate", "long name"],
)
def test_an_answer_whose_figures_cannot_be_shown_is_a_problem_of_its_file(folder, values, sentence):
    book = openpyxl.load_workbook(folder / "answers" / "anna.xlsx")
    for name, value in values.items():
        cell = book.defined_names[f"in_{name}"].attr_text.rpartition("!")[2].replace("$", "")
        book["Inputs"][cell] = value
    book.save(folder / "answers" / "dora.xlsx")
    result = run("answers", "--json")
    assert result.exit_code == 4, result.output
    listed = {each["file"]: each for each in json.loads(result.stdout)["answers"]}
    assert sentence in listed["dora.xlsx"]["problems"][0]["sentence"]
    assert all(listed["dora.xlsx"][name] is None for name in ("number", "npv", "net_roi", "payback_months"))
    assert "dora.xlsx: " in result.stderr and "should not have happened" not in result.stderr
    assert listed["anna.xlsx"]["counted"] and listed["late/cem.xlsx"]["counted"]
    assert not {"inf", "nan", "Infinity", "NaN"} & set(result.stdout.replace(",", " ").split())
    totals = openpyxl.load_workbook("portfolio.xlsx", data_only=True)["Portfolio"]
    npvs = [appraise(REFERENCE.with_inputs(training_hours=hours)).npv() for hours in (100, 200, 300)]
    assert totals["I5"].value == pytest.approx(sum(npvs)) or totals["I6"].value == pytest.approx(sum(npvs))


@pytest.mark.slow
def test_texts_that_xml_cannot_hold_stop_nothing(folder, template):
    for name, text in (("esc", "_x001B_[2J"), ("fffe", "_xFFFE_")):
        (folder / "answers" / f"{name}.xlsx").write_bytes(template.filled({"name": f"{name} {text}"}, text))
    result = run("answers")
    assert result.exit_code in (0, 4) and "from 5 files" in result.stdout, result.output
    assert openpyxl.load_workbook("portfolio.xlsx")["Portfolio"]["B10"].value


@pytest.mark.full(seconds=3)
def test_an_answer_that_cannot_be_written_is_left_out_and_named(folder, monkeypatch):
    from templates.portfolio import portfolio_inputs_sheet

    block = portfolio_inputs_sheet._add_block

    def failing(book, sheet, row, entry, rules):
        if entry.answer.file == "ben.xlsx":
            raise ValueError("no such cell")
        return block(book, sheet, row, entry, rules)

    monkeypatch.setattr(portfolio_inputs_sheet, "_add_block", failing)
    result = run("answers")
    assert result.exit_code == 4 and "2 answers from 3 files" in result.stdout, result.output
    assert "ben.xlsx: It cannot be written into a portfolio (ValueError: no such cell)." in result.stderr
    problems = openpyxl.load_workbook("portfolio.xlsx")["Problems"]
    assert [problems[f"A{row}"].value for row in (5, 6)] == ["ben.xlsx", None]


def _forked(monkeypatch, read) -> None:
    monkeypatch.setattr(returned_files, "read_returned_workbook", read)
    forked = partial(ProcessPoolExecutor, mp_context=get_context("fork"))
    monkeypatch.setattr(returned_files, "ProcessPoolExecutor", forked)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of the processor's time")
def test_a_file_that_takes_too_long_is_a_problem_like_any_other(folder, monkeypatch):
    def slow(path, file, use_cached=False):
        while "ben" in file:
            pass
        return read_returned_workbook(path, file, use_cached)

    monkeypatch.setattr(returned_files, "SECONDS", 1)
    _forked(monkeypatch, slow)
    result = run("answers")
    assert result.exit_code == 4 and "2 answers from 3 files" in result.stdout, result.output
    assert "ben.xlsx: Reading it took more than" in result.stderr


@pytest.mark.full(seconds=5)
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of the processor's time")
def test_a_reading_that_heeds_no_time_is_ended_with_its_process(folder, monkeypatch):
    def deaf(path, file, use_cached=False):
        signal.setitimer(signal.ITIMER_PROF, 0)
        while "ben" in file:
            pass
        return read_returned_workbook(path, file, use_cached)

    monkeypatch.setattr(returned_files, "SECONDS", 1)
    monkeypatch.setattr("addin.shell.limits.GRACE", 0)
    _forked(monkeypatch, deaf)
    result = run("answers")
    assert result.exit_code == 4 and "2 answers from 3 files" in result.stdout, result.output
    assert f"ben.xlsx: {returned_files.ENDED}" in result.stderr


@pytest.mark.full(seconds=3)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no statement of the memory in use")
def test_a_file_that_takes_too_much_memory_is_a_problem_like_any_other(folder, monkeypatch):
    def large(path, file, use_cached=False):
        kept = []
        while "ben" in file:
            try:
                kept.append(bytearray(50_000_000))
            except MemoryError:
                kept.clear()
                (folder / "answers" / file).write_bytes(b"")  # what follows is the reading of an empty file
                break
        return read_returned_workbook(path, file, use_cached)

    monkeypatch.setattr(returned_files, "MEMORY", 300_000_000)
    _forked(monkeypatch, large)
    result = run("answers")
    assert result.exit_code == 4 and "2 answers from 3 files" in result.stdout, result.output
    assert "ben.xlsx: " in result.stderr
