"""ft-roi sweep: every combination of values, on the terminal and in files; the base's cell is the report's."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from addin.command_line import ft_roi
from roi_engine import appraise, load_scenario
from roi_engine.figures import FIGURES
from templates.package_check.check import check_package
from tests import open_xml_sdk

ROOT = Path(__file__).parents[3]
SUPPORT = str(ROOT / "templates" / "samples" / "support-classifier.toml")
REFERENCE = str(ROOT / "templates" / "samples" / "reference.toml")
TWO = ("--vary", "calls=100000:1700000:9", "--vary", "months=12:36:7")


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(ft_roi, ["sweep", *map(str, arguments)], prog_name="ft-roi")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table_on_the_terminal() -> None:
    vary = ("--vary", "months=6,12", "--vary", "accuracy=0:20%:2", "--metric", "npv", "--metric", "payback")
    done = run(REFERENCE, *vary)
    assert done.exit_code == 0, done.stderr
    titles, *lines = done.stdout.splitlines()
    assert titles == "Horizon  Review cost avoided (error reduction)  NPV (USD)   Payback"
    assert {len(line) for line in lines} == {len(titles)}
    scenario = load_scenario(REFERENCE)
    for line, (months, accuracy) in zip(lines, ((6, 0), (6, 0.2), (12, 0), (12, 0.2)), strict=True):
        alone = appraise(scenario.with_inputs(months=months, accuracy=accuracy))
        days = f"{alone.payback_months * 730 / 24:.1f}"
        unit = "day" if days == "1.0" else "days"
        assert line.split() == [f"{months}", f"{accuracy}", f"{alone.npv():,.2f}", days, unit]


def test_values_are_even_and_each_cell_is_the_engines() -> None:
    done = run(SUPPORT, "--vary", "discount rate=0.1:0.5:5", "--vary", "storage_timing=upfront,monthly", "--json")
    assert done.exit_code == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["discount_rate"] for row in rows] == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5]
    assert [row["storage_timing"] for row in rows[:2]] == ["upfront", "monthly"]
    scenario = load_scenario(SUPPORT)
    for row in rows:
        alone = appraise(scenario.with_inputs(discount_rate=row["discount_rate"], storage_timing=row["storage_timing"]))
        for name in ("net_roi", "roi", "payback_months", "npv", "total_cost", "worthwhile"):
            assert row[name] == pytest.approx(FIGURES[name].of(alone), rel=1e-9), name


def test_two_inputs_in_a_workbook_are_grids_and_the_centre_is_the_reports(folder: Path) -> None:
    done = run(SUPPORT, *TWO, "-o", "grid.xlsx")
    assert (done.exit_code, done.stdout) == (0, "63 rows: grid.xlsx\n"), done.stderr
    book = openpyxl.load_workbook(folder / "grid.xlsx")
    assert book.sheetnames == ["Grids", "Table"]
    sheet = book["Grids"]
    boxed = [cell for row in sheet.iter_rows() for cell in row if cell.border.left.style == "medium"]
    wanted = appraise(load_scenario(SUPPORT))
    names = ("net_roi", "roi", "payback_months", "npv", "total_cost")
    assert [cell.value for cell in boxed] == pytest.approx([FIGURES[name].of(wanted) for name in names], rel=1e-12)
    net_roi = boxed[0]
    assert (sheet.cell(net_roi.row, 1).value, sheet.cell(6, net_roi.column).value) == (900_000, 24)
    assert sheet["A2"].value == "The base, API calls (calls / month) 900,000 and Horizon (months) 24, is boxed."
    assert len(sheet.conditional_formatting) == 5
    assert len(list(book["Table"].iter_rows())) == 64
    assert not check_package((folder / "grid.xlsx").read_bytes())


@pytest.mark.slow(seconds=3)
@pytest.mark.needs_open_xml_sdk
def test_the_workbook_of_grids_is_valid(folder: Path) -> None:
    assert run(SUPPORT, *TWO, "-o", "grid.xlsx").exit_code == 0
    assert open_xml_sdk.validate(folder / "grid.xlsx") == []


def test_a_base_beside_the_values_is_said_so(folder: Path) -> None:
    assert (
        run(REFERENCE, "--vary", "months=6,18", "--vary", "serving=per_token,self_hosted", "-o", "grid.xlsx").exit_code
        == 4
    )
    sheet = openpyxl.load_workbook(folder / "grid.xlsx")["Grids"]
    assert sheet["A2"].value == "The base, Horizon (months) 12 and Serving mode per_token, is not among these values."
    assert [sheet.cell(7, column).value for column in (1, 3)] == [6, "n/a"], "a fleet has no figures here"


def test_three_inputs_and_other_forms_are_a_table(folder: Path) -> None:
    three = (*TWO, "--vary", "gpu_count=1,2")
    assert run(SUPPORT, *three, "-o", "sweep.xlsx").exit_code == 0
    assert openpyxl.load_workbook(folder / "sweep.xlsx").sheetnames == ["Table"]
    for form in ("csv", "parquet"):
        assert run(SUPPORT, *three, "-o", f"sweep.{form}", "--metric", "npv").exit_code == 0
    with open(folder / "sweep.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    table = parquet.read_table(folder / "sweep.parquet").to_pydict()
    assert len(rows) == 126
    assert [float(row["npv"]) for row in rows] == table["npv"]
    assert list(rows[0]) == ["baseline_monthly_api_calls", "months_to_amortize", "gpu_count", "npv"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--vary", "calls"), 3, "--vary calls: There are no values. Write NAME=LOW:HIGH:N, or NAME=a,b,c."),
        (("--vary", "calls=1:2"), 3, '"1:2" is no range.'),
        (("--vary", "calls=1:2:0"), 3, "0 is no number of values."),
        (("--vary", "calls=1:2:1"), 3, "One value cannot go from 1 to 2."),
        (("--vary", "cals=1:2:3"), 3, 'There is no input "cals". Did you mean "calls"?'),
        (("--vary", "months=6:36:5"), 3, "13.5 is not a whole number. Type 13 or 14."),
        (("--vary", "months=6:900:2"), 3, "900 is above 600."),
        (("--vary", "accuracy=12"), 3, "Did you mean 12 % (0.12)?"),
        (("--vary", "serving=rented"), 3, '"rented" is not one of the choices.'),
        (("--vary", "calls=many"), 3, '"many" is not a number.'),
        (("--vary", "calls=nan"), 3, "nan is not a finite number."),
        (("--vary", "name=a,b"), 3, "A label changes no figure"),
        (("--vary", "calls=1,2", "--vary", "API calls=1,2"), 3, '"baseline_monthly_api_calls" is varied twice.'),
        (("--vary", "calls=1:9:2000"), 2, "2,000 rows are too many for a terminal. Write them to a file"),
        (
            ("--vary", "calls=1:9:2000", "--vary", "hours=1:9:2000", "-o", "x.csv"),
            2,
            "4,000,000 combinations.",
        ),
        (("--vary", "calls=1:2:3", "--metric", "irr"), 3, 'There is no metric "irr"'),
        (("--vary", "calls=1:2:3", "-o", "x.pdf"), 2, "the name's ending says the form"),
        (("--vary", "calls=1:2:3", "-o", "."), 2, ". is a folder."),
        ((), 2, "Missing option '--vary'"),
    ],
)
def test_what_cannot_be_varied_is_told(folder: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = run(REFERENCE, *arguments)
    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert not list(folder.iterdir())


def test_combinations_that_cannot_be_calculated_are_told(folder: Path) -> None:
    vary = ("--vary", "serving=per_token,self_hosted", "--metric", "npv")
    shown = run(REFERENCE, *vary)
    assert shown.exit_code == 4
    assert shown.stdout.splitlines()[2].split() == ["self_hosted", "n/a"]
    assert (
        "1 of 2 combinations could not be calculated.\nrow 2, serving_gpu_hourly_rate: Serving GPU price"
        in shown.stderr
    )
    written = run(REFERENCE, *vary, "-o", "sweep.csv")
    assert written.exit_code == 4
    assert "row 3, serving_gpu_hourly_rate" in written.stderr
    assert {each.name for each in folder.iterdir()} == {"sweep.csv", "sweep.rejected.csv"}
    assert run(REFERENCE, *vary, "-o", "strict.csv", "--strict").exit_code == 3
    assert not (folder / "strict.csv").exists()
    strict = run(REFERENCE, *vary, "--strict")
    assert (strict.exit_code, strict.stdout) == (3, "")
    assert strict.stderr.startswith("Error: 1 of 2 combinations could not be calculated, and nothing is shown.\nrow 2")


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        (
            "calls=1,000,000",
            "0 stands twice among the values. Keep one; a comma parts values, and a million is 1000000",
        ),
        ("serving=per_token,Per token", "per_token stands twice among the values."),
        ("hours=5:5:3", "From 5 to 5 there is one value. Ask for one, or for another end."),
        ("Training time (days)=1,2", '"days" is written beside it, and it counts in GPU-hours.'),
    ],
)
def test_values_that_are_not_what_they_look_like_are_refused(folder: Path, vary: str, told: str) -> None:
    done = run(REFERENCE, "--vary", vary)
    assert (done.exit_code, told in done.stderr) == (3, True), done.stderr


def test_figures_that_no_number_holds_are_told_of_their_row(folder: Path) -> None:
    done = run(REFERENCE, "--vary", "calls=1e300", "--vary", "baseline_cost=1e200")
    assert done.exit_code == 4
    assert "\nrow 1: The figures are too large to be calculated." in done.stderr


def test_a_metric_that_is_no_number_has_no_grid(folder: Path) -> None:
    vary = ("--vary", "calls=1:9:2", "--vary", "hours=1:2:2")
    assert run(REFERENCE, *vary, "-o", "x.xlsx", "--metric", "worthwhile").exit_code == 0
    assert openpyxl.load_workbook(folder / "x.xlsx").sheetnames == ["Table"]


def test_one_value_may_be_a_range_of_one(folder: Path) -> None:
    assert len(run(REFERENCE, "--vary", "hours=5:5:1").stdout.splitlines()) == 2


@pytest.mark.slow(seconds=3)
def test_a_large_sweep_goes_batch_by_batch(folder: Path) -> None:
    vary = ("--vary", "calls=1e6:9e6:1000", "--vary", "hours=1:90:300")
    done = run(REFERENCE, *vary, "-o", "x.parquet", "--metric", "npv")
    assert done.exit_code == 0, done.stderr
    table = parquet.read_table(folder / "x.parquet")
    assert table.num_rows == 300_000
    row = {name: column[200_123] for name, column in table.to_pydict().items()}
    alone = load_scenario(REFERENCE).with_inputs(calls=row["baseline_monthly_api_calls"], hours=row["training_hours"])
    assert row["npv"] == pytest.approx(appraise(alone).npv(), rel=1e-9)
