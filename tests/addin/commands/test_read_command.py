"""Filled workbooks on the command line: read as scenario files, and taken wherever a scenario is asked for."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.shell.file_name import safe_file_names
from roi_engine import REFERENCE, appraise, load_scenario
from tests.builds import build_workbook
from tests.workbook_edits import with_cells

ANNOTATED = REFERENCE.with_inputs(
    name="=1+1",
    currency="EU\nR",
    ranges={"gpu_hourly_rate": {"low": 1.25, "high": 4, "distribution": "uniform"}},
    sources={"gpu_hourly_rate": "-list price"},
    notes={"monthly_review_cost": 'two "people"\n= a day'},
)


@cache
def filled() -> bytes:
    return build_workbook(ANNOTATED, edition="values")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "filled.xlsx").write_bytes(filled())
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(ft_roi, [str(word) for word in words])


@pytest.mark.slow
def test_one_workbook_is_printed_and_loads_back_exactly(folder: Path) -> None:
    done = run("read", "filled.xlsx")
    assert done.exit_code == 0 and done.stdout.startswith("# Read from filled.xlsx, made by FT ROI ")
    (folder / "filled.toml").write_text(done.stdout, "utf-8")
    assert load_scenario("filled.toml").model_dump() == ANNOTATED.model_dump()


def test_several_are_written_into_a_folder_and_nothing_is_overwritten(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "Filled.xlsx").write_bytes(filled())
    done = run("read", "filled.xlsx", "other/Filled.xlsx", "-o", "out")
    assert done.stdout.splitlines() == [str(Path("out") / "filled.toml"), str(Path("out") / "Filled-2.toml")]
    assert all(load_scenario(path).model_dump() == ANNOTATED.model_dump() for path in Path("out").iterdir())
    done = run("read", "filled.xlsx", "-o", "out")
    assert done.exit_code == 5 and "--force" in done.stderr
    assert run("read", "filled.xlsx", "-o", "out", "--force", "-q").stdout == ""


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (["none.xlsx"], 2, "There is no file none.xlsx."),
        (["."], 2, "is a folder. Name the workbooks in it"),
        (["filled.xlsx", "filled.xlsx"], 2, "-o DIR"),
        (["filled.xlsx", "-o", "filled.xlsx"], 2, "is not a folder"),
        (["filled.xlsx", "-o", "a/b/c"], 2, "does not exist"),
        (["filled.xlsx", "-o", "new.toml"], 2, "ft-roi read filled.xlsx > new.toml"),
        ([], 2, "FILE"),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, words: list[str], exit_code: int, sentence: str) -> None:
    done = run("read", *words)
    assert (done.exit_code, done.stdout) == (exit_code, "") and sentence in done.stderr
    assert [path.name for path in folder.iterdir()] == ["filled.xlsx"]


def test_all_problems_of_all_files_are_told_and_nothing_is_written(folder: Path) -> None:
    wrong = {"training_hours": "1,234", "accuracy_improvement_percent": 12}
    (folder / "wrong.xlsx").write_bytes(with_cells(filled(), wrong))
    (folder / "none.xlsx").write_bytes(b"a,b\n1,2\n")
    done = run("read", "filled.xlsx", "wrong.xlsx", "none.xlsx", "-o", "out")
    assert done.exit_code == 3 and not (folder / "out").exists()
    assert done.stderr.splitlines() == [
        "Error: 2 of 3 files: 3 problems; nothing is written.",
        'wrong.xlsx: Inputs!B12 training_hours: "1,234" is a text, not a number. Did you mean 1234 or 1.234? '
        "Type the number alone.",
        "wrong.xlsx: Inputs!B19 accuracy_improvement_percent: 12 is above 1. Did you mean 12 % (0.12)?",
        "none.xlsx: It is text, such as .csv, and no .xlsx workbook. Open it in a spreadsheet program and save it as "
        ".xlsx, or write a .toml scenario.",
    ]
    done = run("read", "filled.xlsx", "wrong.xlsx", "--json")
    good, bad = json.loads(done.stdout)
    assert done.exit_code == 3 and good["scenario"]["training_hours"] == 24 and good["problems"] == []
    assert bad["scenario"] is None and len(bad["problems"]) == 2


def test_a_formula_is_taken_on_request(folder: Path) -> None:
    (folder / "live.xlsx").write_bytes(with_cells(filled(), {"training_hours": ("20+4", 24)}))
    done = run("read", "live.xlsx")
    assert done.exit_code == 3 and "It holds the formula =20+4 (it shows 24)." in done.stderr
    done = run("read", "live.xlsx", "--use-cached")
    assert done.exit_code == 0 and "training_hours = 24  # GPU-hours" in done.stdout
    assert "Note: live.xlsx: Inputs!B12 training_hours: 24 is what its formula last showed." in done.stderr


def test_a_filled_workbook_is_a_scenario_everywhere(folder: Path) -> None:
    npv = json.loads(run("calc", "filled.xlsx", "--metric", "NPV", "--json").stdout)
    assert npv == {"NPV": appraise(ANNOTATED).npv()}
    assert float(run("eval", "FT_NETROI", "filled.xlsx").stdout) == pytest.approx(appraise(ANNOTATED).net_roi)
    done = run("report", "filled.xlsx", "--formulas", "values", "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["file"] == "filled-report.xlsx"
    (folder / "wrong.xlsx").write_bytes(b"nothing")
    for command in ("calc", "report"):
        done = run(command, "wrong.xlsx")
        assert done.exit_code == 3 and done.stderr.startswith("Error: wrong.xlsx: It is text"), done.stderr


def test_a_scenario_without_a_name_is_called_after_its_file(folder: Path) -> None:
    (folder / "answer of Jane.xlsx").write_bytes(with_cells(filled(), {"name": None}))
    assert 'name = "answer of Jane"' in run("read", "answer of Jane.xlsx").stdout


@pytest.mark.parametrize(
    "stems",
    [
        ["a" * 79] * 2,
        ["Answer", "answer", "ANSWER"],
        ["b" * 80 + "1", "b" * 80 + "2", "b" * 80 + "3"],
        ["same"] * 300,
        ["x", "x", "x-2"],
        ["CON", "con"],
    ],
    ids=["long and equal", "letters' case", "different after the cut", "three hundred", "a number taken", "reserved"],
)
def test_every_workbook_gets_a_file_of_its_own(stems: list[str]) -> None:
    names = safe_file_names(stems, ".toml")
    assert len({name.casefold() for name in names}) == len(stems)
    assert all(name.endswith(".toml") and len(name) <= 86 for name in names)


def test_equal_long_names_of_two_folders_are_written_side_by_side(folder: Path) -> None:
    for each in ("a", "b"):
        (folder / each).mkdir()
        (folder / each / f"{'n' * 79}.xlsx").write_bytes(filled())
    result = run("read", *(f"{each}/{'n' * 79}.xlsx" for each in ("a", "b")), "-o", "out")
    assert result.exit_code == 0, result.output
    assert len(list((folder / "out").iterdir())) == 2


def test_email_takes_a_filled_workbook_too(folder: Path) -> None:
    (folder / "filled.xlsx").write_bytes(filled())
    result = CliRunner().invoke(
        ft_roi, ["email", "filled.xlsx", "--to", "anna@example.com", "--formulas", "values"], prog_name="ft-roi"
    )
    assert result.exit_code == 0, result.output
    assert (folder / "filled.eml").exists()


def test_a_scenario_in_the_place_of_a_workbook_is_told_so(folder: Path) -> None:
    (folder / "plan.toml").write_text("calls = 1", "utf-8")
    for command in (["read"], ["check"], ["relink"], ["recalc"], ["addin", "lite"], ["addin", "lambda"]):
        done = run(*command, "plan.toml")
        assert done.exit_code == 2, f"{command} {done.output}"
        assert "plan.toml is a scenario. Make its workbook first: ft-roi report plan.toml" in done.stderr


@pytest.mark.slow
def test_another_workbook_of_ft_roi_is_called_what_it_is(folder: Path) -> None:
    run("addin", "lambda", "-o", "functions.xlsx")
    run("collect", "filled.xlsx", "-o", "portfolio.xlsx")
    (folder / "plan.json").write_text(json.dumps(REFERENCE.given()), "utf-8")
    run("sweep", "plan.json", "--vary", "calls=1:9:3", "-o", "sweep.xlsx")
    for name, said in {
        "functions.xlsx": "It is the workbook of the LAMBDA functions: its scenarios are examples",
        "portfolio.xlsx": "It is a portfolio of returned workbooks: it shows their inputs, and has none of its own.",
        "sweep.xlsx": "It is a table that FT ROI calculated, such as a sweep, and holds no scenario.",
    }.items():
        for command in ("read", "check", "calc"):
            done = run(command, name)
            assert done.exit_code == 3 and said in done.stderr, f"{command} {name}: {done.output}"
