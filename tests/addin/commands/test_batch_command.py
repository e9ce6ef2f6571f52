"""ft-roi batch: every row of a file is calculated or told what is wrong with it, whatever the file."""

from __future__ import annotations

import codecs
import csv
import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import ipc, parquet

from addin.tables import csv_reading, forms, xlsx_reading
from roi_engine import REFERENCE, appraise
from roi_engine.figures import FIGURES
from roi_engine.scenario import INPUTS
from tests import open_xml_sdk
from tests.batch_runs import leave_out_arrow, records, run

ROOT = Path(__file__).parents[3]
BASE = str(ROOT / "templates" / "samples" / "reference.toml")
METRICS = ("net_roi", "roi", "payback_months", "npv", "total_cost", "worthwhile")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and pipes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["with pyarrow", "without pyarrow"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "without" in request.param:
        leave_out_arrow(monkeypatch)


PLANS = '''\
Team,Training time (GPU-hours),calls,Serving mode,serving_gpu_hourly_rate,serving_tokens_per_second
"Red, one",24,5000000,,,
"say ""hi""",48,4.5e6,Per token,,
Blue,12,100000,self-hosted,2,2500
Green,24,0,,,
'''


def expected() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"training_hours": 24, "baseline_monthly_api_calls": 5e6},
        {"training_hours": 48, "baseline_monthly_api_calls": 4.5e6},
        {"training_hours": 12, "baseline_monthly_api_calls": 1e5, "serving": "self_hosted",
         "serving_gpu_hourly_rate": 2, "serving_tokens_per_second": 2500},
        {"training_hours": 24, "baseline_monthly_api_calls": 0},
    ]  # fmt: skip
    found = [appraise(REFERENCE.with_inputs(**row)) for row in rows]
    return [{name: FIGURES[name].of(each) for name in METRICS} for each in found]


def number(text: str) -> Any:
    words: dict[str, Any] = {"TRUE": True, "FALSE": False, "Never": math.inf, "": None}
    return float(text) if _is_number(text) else words[text]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def assert_figures(found: list[dict[str, Any]]) -> None:
    assert len(found) == 4
    for row, wanted in zip(found, expected(), strict=True):
        assert {name: row[name] for name in METRICS} == pytest.approx(wanted, rel=1e-12)


# --- what comes out -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("either_way")
def test_rows_of_a_csv_file_are_calculated_and_their_columns_untouched(folder: Path) -> None:
    (folder / "plans.csv").write_text(PLANS, "utf-8")
    done = run("plans.csv", BASE, "-o", "out.csv", "--keep", "Team")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "4 rows: out.csv\n"
    found = records(folder / "out.csv")
    given = records(folder / "plans.csv")
    assert [{name: row[name] for name in given[0]} for row in found] == given
    assert_figures([{name: number(row[name]) for name in METRICS} for row in found])
    assert found[2]["payback_months"] == "Never"
    assert not (folder / "out.rejected.csv").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["out.csv", "plans.csv"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "arrow"])
def test_every_form_gives_the_same_figures(folder: Path, form: str) -> None:
    (folder / "plans.csv").write_text(PLANS, "utf-8")
    assert run("plans.csv", BASE, "-o", f"first.{form}", "--keep", "team", "--metric", "upfront").exit_code == 0
    done = run(f"first.{form}", BASE, "-o", "out.csv", "--keep", "Team", "--keep", "upfront")
    assert done.exit_code == 0, done.stderr
    found = records(folder / "out.csv")
    assert [row["Team"] for row in found] == ["Red, one", 'say "hi"', "Blue", "Green"]
    assert_figures([{name: number(row[name]) for name in METRICS} for row in found])


def test_infinite_is_never_and_undefined_is_empty_as_each_form_has_it(folder: Path) -> None:
    columns = "training_hours,gpu_hourly_rate,storage_gb,calls,monthly_review_cost\n0,0,0,0,0\n24,1.5,28,0,0\n"
    (folder / "plans.csv").write_text(columns, "utf-8")
    for form in ("csv", "xlsx", "parquet"):
        assert run("plans.csv", BASE, "-o", f"out.{form}").exit_code == 0
    found = [(row["roi"], row["payback_months"]) for row in records(folder / "out.csv")]
    assert found == [("", "Never"), ("-1", "Never")]
    sheet = openpyxl.load_workbook(folder / "out.xlsx").active
    at = {cell.value: place for place, cell in enumerate(sheet[1])}
    assert [(row[at["roi"]].value, row[at["payback_months"]].value) for row in sheet.iter_rows(min_row=2)] == [
        (None, "Never"), (-1, "Never"),
    ]  # fmt: skip
    table = parquet.read_table(folder / "out.parquet").to_pydict()
    assert (table["roi"], table["payback_months"]) == ([None, -1.0], [math.inf, math.inf])
    assert table["worthwhile"] == [False, False]


def test_bad_rows_are_told_by_their_row_in_a_spreadsheet_and_good_ones_written(folder: Path) -> None:
    (folder / "plans.csv").write_text(
        "hours,Serving mode,calls\n24,,5e6\n-1,,n/a\n\n12,rented,5e6\n24,self-hosted,1\n1,2\n24,,12 %\n", "utf-8"
    )
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert done.exit_code == 4
    assert "5 rows of 6 could not be calculated; they are in out.rejected.csv." in done.stderr
    assert "row 3, hours: -1 is below 0. Type a number of at least 0.\n" in done.stderr
    assert 'row 3, calls: "n/a" is not a number.' in done.stderr
    assert len(records(folder / "out.csv")) == 1
    told = [(row["row"], row["column"], row["value"]) for row in records(folder / "out.rejected.csv")]
    assert told == [
        ("3", "hours", "-1"),
        ("3", "calls", "n/a"),
        ("5", "Serving mode", "rented"),
        ("6", "serving_gpu_hourly_rate", ""),
        ("6", "serving_tokens_per_second", ""),
        ("7", "", ""),
        ("8", "calls", "12 %"),
    ]
    assert records(folder / "out.rejected.csv")[-2]["problem"] == "The row has 2 cells below 3 titles."


def test_strict_writes_nothing_where_a_row_is_bad(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours\n24\n-1\n", "utf-8")
    done = run("plans.csv", BASE, "-o", "out.csv", "--strict")
    assert done.exit_code == 3
    assert "1 row of 2 could not be calculated, and nothing was written.\nrow 3, hours: -1 is below 0." in done.stderr
    assert sorted(each.name for each in folder.iterdir()) == ["plans.csv"]
    (folder / "plans.csv").write_text("hours\n24\n", "utf-8")
    assert run("plans.csv", BASE, "-o", "out.csv", "--strict").exit_code == 0


def test_without_a_scenario_a_row_gives_what_is_required(folder: Path) -> None:
    given = {name: value for name, value in REFERENCE.given().items() if INPUTS[name].numeric}
    lines = [",".join(given), ",".join(map(str, given.values())), "," * (len(given) - 1) + "12"]
    (folder / "plans.csv").write_text("\n".join(lines), "utf-8")
    done = run("plans.csv", "-o", "out.csv", "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout) == {
        "file": "out.csv", "rows": 2, "calculated": 1, "rejected": 1, "rejected_file": "out.rejected.csv",
    }  # fmt: skip
    assert float(records(folder / "out.csv")[0]["npv"]) == pytest.approx(appraise(REFERENCE).npv(), rel=1e-12)
    assert records(folder / "out.rejected.csv")[0]["problem"].startswith("Missing. ")


def test_an_old_file_of_rejected_rows_does_not_outlive_them(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours\n-1\n", "utf-8")
    assert run("plans.csv", BASE, "-o", "out.csv").exit_code == 4
    (folder / "plans.csv").write_text("hours\n24\n", "utf-8")
    again = run("plans.csv", BASE, "-o", "out.csv")
    assert again.exit_code == 5
    assert "out.csv exists. Overwrite it with --force" in again.stderr
    assert run("plans.csv", BASE, "-o", "out.csv", "--force").exit_code == 0
    assert not (folder / "out.rejected.csv").exists()
    (folder / "other.rejected.csv").write_text("mine")
    assert run("plans.csv", BASE, "-o", "other.csv").exit_code == 5
    assert not (folder / "other.csv").exists()


def test_texts_that_look_like_formulas_are_calculated_by_no_program(folder: Path) -> None:
    (folder / "plans.csv").write_text("Team,hours\n=1+1,24\n#REF!,24\n@x,=2*3\n", "utf-8")
    assert run("plans.csv", BASE, "-o", "out.xlsx", "--keep", "Team").exit_code == 4
    sheet = openpyxl.load_workbook(folder / "out.xlsx")["Table"]
    assert [(sheet[at].value, sheet[at].data_type) for at in ("A2", "A3")] == [("=1+1", "s"), ("#REF!", "s")]
    assert [row["value"] for row in records(folder / "out.rejected.csv")] == ["'=2*3"]
    assert run("plans.csv", BASE, "-o", "out.csv", "--keep", "Team", "--force").exit_code == 4
    assert records(folder / "out.csv")[0]["Team"] == "=1+1", "a .csv file keeps its own texts"


def test_rejected_rows_are_rows_of_the_sheet(folder: Path) -> None:
    book = openpyxl.Workbook()
    rows = [], ["hours", "calls", "when"], [24, 5e6, None], [None] * 3, ["12 h", True, None], [1, 2, "=1+1"]
    for row in rows:
        book.active.append(row)
    book.active["B8"] = "=A4*2"  # nobody has calculated it
    book.save(folder / "plans.xlsx")
    done = run("plans.xlsx", BASE, "-o", "out.csv", "--keep", "*")
    assert done.exit_code == 4, done.stderr
    told = [(row["row"], row["column"], row["value"]) for row in records(folder / "out.rejected.csv")]
    assert told == [("5", "hours", "12 h"), ("5", "calls", "TRUE"), ("8", "calls", "'=A4*2")]


@pytest.mark.slow(seconds=4)
@pytest.mark.needs_open_xml_sdk
def test_the_workbook_is_valid(folder: Path) -> None:
    text = "\x01control _x0041_ 😀"
    (folder / "plans.csv").write_text(f'Team,hours,id\n"{text}",24,007\n=1,-1,17\nb,1,17\n', "utf-8")
    assert run("plans.csv", BASE, "-o", "out.xlsx", "--keep", "*").exit_code == 4
    assert open_xml_sdk.validate(folder / "out.xlsx") == []
    sheet = openpyxl.load_workbook(folder / "out.xlsx").active
    assert [sheet[at].value for at in ("C2", "C3")] == ["007", 17]


@pytest.mark.full(seconds=3)
def test_equal_tables_at_one_time_are_equal_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (folder / "plans.csv").write_text(PLANS, "utf-8")
    for form in ("xlsx", "parquet"):
        for name in ("one", "two"):
            assert run("plans.csv", BASE, "-o", f"{name}.{form}", "--keep", "Team").exit_code == 0
            time.sleep(0 if form == "parquet" else 1.1)
        assert (folder / f"one.{form}").read_bytes() == (folder / f"two.{form}").read_bytes()


# --- files as they come -------------------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 3, "plans.csv is empty. Its first row holds the titles of the columns."),
    "only a mark of byte order": (codecs.BOM_UTF8, 3, "is empty"),
    "blank first row": (b"\n24\n", 3, "has no titles"),
    "no titles": (b"24,1.5\n48,2\n", 3, "the first row holds numbers, and should hold titles"),
    "an unknown title": (b"hours,hourz\n1,2\n", 3, 'no input "hourz". Did you mean "hours"?'),
    "a title twice": (b"hours,hours\n1,2\n", 3, 'The title "hours" stands twice.'),
    "two titles of one input": (b"hours,training_hours\n1,2\n", 3, "are one input. Keep one."),
    "100,000 columns": (b",".join(b"c%d" % each for each in range(100_000)) + b"\n", 3, "has 100,000 columns"),
    "no input": (b"name\na\n", 3, "No column is an input."),
    "a quote that is never closed": (b'hours\n24\n"24\n25\n26\n', 3, "row 3: a quotation mark opens a text"),
    "no UTF-8": (b"hours,Team\n24,caf\xe9\n", 3, 'row 2: this is not UTF-8 text. Save it as "CSV UTF-8".'),
    "half UTF-16": (codecs.BOM_UTF16_LE + b"h", 3, "is not the UTF-16 text that it says it is"),
    "a workbook": (b"PK\x03\x04 and more", 3, "plans.csv is a workbook: name it .xlsx"),
    "a Parquet file": (b"PAR1 and more", 3, "is a Parquet file: name it .parquet"),
    "NUL in a number": (b"hours\n2\x004\n", 4, "row 2, hours:"),
    "nan": (b"hours\nnan\n", 4, 'row 2, hours: "nan" is not a number.'),
    "inf": (b"hours\ninf\n", 4, 'row 2, hours: "inf" is not a number.'),
    "underscores": (b"hours\n1_000\n", 4, "row 2, hours:"),
    "a huge row": (b'hours,Team\n1,"' + b"x" * 9_000_000 + b'\n', 3, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("either_way")
def test_a_file_that_cannot_be_read_is_told_and_nothing_written(folder: Path, name: str) -> None:
    content, code, told = HOSTILE[name]
    (folder / "plans.csv").write_bytes(content)
    done = run("plans.csv", BASE, "-o", "out.csv", *(["--keep", "Team"] if b"Team" in content else []))
    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert len(done.stderr) < 4000
    assert (folder / "out.csv").exists() is (code == 4)
    assert not list(folder.glob(".ft-roi*"))


GENTLE: dict[str, bytes] = {
    "plain": b"hours,calls\n24,5000000.5\n",
    "no line end": b"hours,calls\n24,5000000.5",
    "Windows": b"hours,calls\r\n24,5000000.5\r\n",
    "old Mac": b"hours,calls\r24,5000000.5\r",
    "a mark of byte order": codecs.BOM_UTF8 + b"hours,calls\n24,5000000.5\n",
    "UTF-16": "hours,calls\n24,5000000.5\n".encode("utf-16"),
    "big-endian UTF-16": codecs.BOM_UTF16_BE + "hours,calls\n24,5000000.5\n".encode("utf-16-be"),
    "semicolons and decimal commas": b"hours;calls\n24;5000000,5\n",
    "tabs": b"hours\tcalls\n24\t5000000.5\n",
    "a line for Excel": b"sep=;\nhours;calls\n24;5000000,5\n",
    "everything quoted": b'"hours","calls"\n"24","5000000.5"\n',
    "spaces": b" hours , calls \n 24 , 5000000.5 \n",
    "blank rows": b"hours,calls\n\n24,5000000.5\n,\n\n",
    "empty columns behind": b"hours,calls,,\n24,5000000.5,,\n",
    "signs": b"hours,calls\n+24,+5.0000005E+06\n",
}


@pytest.mark.parametrize("name", GENTLE)
@pytest.mark.usefixtures("either_way")
def test_a_csv_file_may_be_written_in_many_ways(folder: Path, name: str) -> None:
    (folder / "plans.csv").write_bytes(GENTLE[name])
    done = run("plans.csv", BASE, "-o", "out.csv", "--metric", "npv")
    assert done.exit_code == 0, done.stderr
    content = (folder / "out.csv").read_bytes()
    separator = ";" if b";" in GENTLE[name] else "\t" if b"\t" in GENTLE[name] else ","
    (row,) = records(folder / "out.csv", separator)
    text = row["npv"].replace(",", ".") if separator == ";" else row["npv"]
    scenario = REFERENCE.with_inputs(training_hours=24, baseline_monthly_api_calls=5000000.5)
    assert float(text) == pytest.approx(appraise(scenario).npv(), rel=1e-12)
    marked = GENTLE[name].startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    assert content.startswith(codecs.BOM_UTF8) is marked
    assert (b"\r\n" in content) is (b"\r\n" in GENTLE[name])


@pytest.mark.usefixtures("either_way")
def test_decimals_are_read_as_the_separator_says_or_as_told(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours;calls\n24.5;5000000\n1,5;1.000\n", "utf-8")
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert done.exit_code == 4
    assert 'row 2, hours: "24.5" has a point, and decimals are read with a comma here.' in done.stderr
    assert 'row 3, calls: "1.000" is not a number. Did you mean 1000 or 1? Type the number.' in done.stderr
    (folder / "plans.csv").write_text("hours;calls\n24.5;5000000\n", "utf-8")
    assert run("plans.csv", BASE, "-o", "out.csv", "--decimal", "point", "--force").exit_code == 0
    assert "." in records(folder / "out.csv", ";")[0]["npv"]


@pytest.mark.usefixtures("either_way")
def test_titles_alone_are_no_rows(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours\n", "utf-8")
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert done.exit_code == 0
    assert done.stdout == "0 rows: out.csv\n"
    assert (folder / "out.csv").read_text() == f"hours,{','.join(METRICS)}\n"


@pytest.mark.usefixtures("either_way")
def test_rows_keep_their_numbers_across_blocks_and_over_odd_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reading, "BLOCK", 300)
    chance = random.Random(3)
    kinds = {
        "good": lambda at: f'"team\n{at}",24', "plain": lambda at: f"t{at},24", "bad": lambda at: f"b{at},-1",
        "short": lambda at: "x", "blank": lambda at: "", "quote": lambda at: f'5" disk {at},24',
    }  # fmt: skip
    picked = [chance.choices(list(kinds), [3, 20, 2, 1, 1, 0])[0] for _ in range(2_000)]
    lines = ["Team,hours", *(kinds[kind](at + 2) for at, kind in enumerate(picked))]
    (folder / "plans.csv").write_text("\n".join(lines) + "\n", "utf-8")
    done = run("plans.csv", BASE, "-o", "out.csv", "--keep", "Team", "--metric", "npv")
    assert done.exit_code == 4
    bad = [at + 2 for at, kind in enumerate(picked) if kind in ("bad", "short")]
    assert [int(row["row"]) for row in records(folder / "out.rejected.csv")] == bad
    words = {"good": "team\n", "plain": "t"}
    good = [f"{words[kind]}{at + 2}" for at, kind in enumerate(picked) if kind in words]
    assert [row["Team"] for row in records(folder / "out.csv")] == good


def test_both_ways_of_writing_a_csv_file_quote_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["plain", "a,b", 'say "x"', "two\nlines", "", " spaces ", "semi;colon"]
    rows = "".join('"' + text.replace('"', '""') + '",24\n' for text in texts)
    (folder / "plans.csv").write_text("Team,hours\n" + rows, "utf-8", newline="")
    assert run("plans.csv", BASE, "-o", "one.csv", "--keep", "Team", "--metric", "worthwhile").exit_code == 0
    leave_out_arrow(monkeypatch)
    assert run("plans.csv", BASE, "-o", "two.csv", "--keep", "Team", "--metric", "worthwhile").exit_code == 0
    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()
    assert [row["Team"] for row in records(folder / "one.csv")] == texts


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nowhere.csv", "-o", "out.csv"), 2, "There is no file nowhere.csv."),
        ((".", "-o", "out.csv"), 2, ". is a folder. Name a table in it"),
        (("plans.txt", "-o", "out.csv"), 2, "a table is a .csv, .xlsx, .parquet or .arrow file."),
        (("plans.xls", "-o", "out.csv"), 2, "Save it as .xlsx or as .csv."),
        (("plans.csv", "-o", "out.pdf"), 2, "the name's ending says the form. Try -o out.csv"),
        (("plans.csv", "-o", "sub"), 2, "sub is a folder. Name the file in it"),
        (("plans.csv", "-o", "nowhere/out.csv"), 2, "The folder nowhere does not exist."),
        (("plans.csv", "-o", "plans.csv", "--force"), 2, "is the file that is read. Write elsewhere with -o."),
        (("plans.csv",), 2, "Missing option '-o'"),
        (("plans.csv", "-o", "out.csv", "--metric", "irr"), 3, 'There is no metric "irr" of many scenarios.'),
        (("plans.csv", "-o", "out.csv", "--keep", "Town"), 3, 'There is no column "Town".'),
        (("plans.csv", "-o", "out", "--part", "1/2"), 2, "--part takes shares of the row groups of a .parquet file."),
        (("plans.parquet", "-o", "out", "--part", "3/2"), 2, '"3/2" is no part. Write 3/20'),
        (("plans.parquet", "-o", "out.csv"), 3, "plans.parquet is no Parquet file that can be read"),
        (("plans.arrow", "-o", "out.csv"), 3, "plans.arrow is no Arrow file that can be read"),
        (("plans.xlsx", "-o", "out.csv"), 3, "plans.xlsx:"),
        (("plans.csv", "-o", "out.csv"), 3, "gpu_hourly_rate: Missing."),
    ],
)
def test_paths_and_options_that_cannot_be_used(folder: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    (folder / "sub").mkdir()
    for name in ("plans.csv", "plans.txt", "plans.xls", "plans.parquet", "plans.arrow", "plans.xlsx"):
        (folder / name).write_text("hours\n24\n")
    done = run(*arguments)
    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert {each.name for each in folder.iterdir() if each.is_file()} == {
        "plans.csv", "plans.txt", "plans.xls", "plans.parquet", "plans.arrow", "plans.xlsx",
    }  # fmt: skip


@needs_posix
def test_a_pipe_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "plans.csv")
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert done.exit_code == 2
    assert "plans.csv is a pipe or a device." in done.stderr


def test_a_form_that_needs_pyarrow_says_how_to_install_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "has_arrow", lambda: False)
    (folder / "plans.csv").write_text("hours\n24\n")
    done = run("plans.csv", BASE, "-o", "out.parquet")
    assert done.exit_code == 2
    assert 'needs pyarrow. Install it with pip install "ft-roi[batch]", or use .csv or .xlsx.' in done.stderr


def test_more_rows_than_a_sheet_has_are_refused_with_the_name_that_takes_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert forms.LONGEST_SHEET + 1 == 1_048_576
    monkeypatch.setattr(forms, "LONGEST_SHEET", 3)
    (folder / "plans.csv").write_text("hours\n" + "24\n" * 4)
    parquet.write_table(pa.table({"hours": [24.0] * 4}), folder / "plans.parquet")
    for name in ("plans.csv", "plans.parquet"):
        done = run(name, BASE, "-o", "out.xlsx")
        assert done.exit_code == 3
        assert "out.xlsx: 4 rows, and a sheet of Excel has 3 below its titles. Write -o out.parquet" in done.stderr
        assert not (folder / "out.xlsx").exists()


def test_a_sheet_that_is_too_large_is_better_saved_as_csv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reading, "TIMES", 0)
    book = openpyxl.Workbook()
    book.active.append(["hours"])
    book.save(folder / "plans.xlsx")
    done = run("plans.xlsx", BASE, "-o", "out.csv")
    assert done.exit_code == 3
    assert "plans.xlsx: It is too large" in done.stderr
    assert done.stderr.endswith("Or save its sheet as .csv.\n")


def test_a_file_of_rejected_rows_that_is_read_is_not_replaced(folder: Path) -> None:
    (folder / "out.rejected.csv").write_text("hours\n24\n")
    done = run("out.rejected.csv", BASE, "-o", "out.csv", "--force")
    assert done.exit_code == 2
    assert "out.rejected.csv is the file that is read." in done.stderr
    assert (folder / "out.rejected.csv").read_text() == "hours\n24\n"


def test_columns_that_no_text_can_hold_are_told(folder: Path) -> None:
    parquet.write_table(pa.table({"hours": [24.0], "tags": [["a", "b"]]}), folder / "plans.parquet")
    for form in ("csv", "xlsx"):
        done = run("plans.parquet", BASE, "-o", f"out.{form}", "--keep", "tags")
        assert done.exit_code == 3
        assert 'The column "tags" holds list' in done.stderr
        assert not (folder / f"out.{form}").exists()
    assert run("plans.parquet", BASE, "-o", "out.parquet", "--keep", "tags").exit_code == 0
    assert parquet.read_table(folder / "out.parquet").to_pydict()["tags"] == [["a", "b"]]


def test_columns_of_every_type_are_carried_through_untouched(folder: Path) -> None:
    table = pa.table({
        "hours": pa.array([24, None], pa.int64()),
        "serving": pa.array(["per_token", None]).dictionary_encode(),
        "when": pa.array([0, 86_400_000], pa.timestamp("ms")),
        "flag": pa.array([True, None]),
        "ratio": pa.array([0.25, math.nan], pa.float32()),
    })  # fmt: skip
    parquet.write_table(table, folder / "plans.parquet")
    assert run("plans.parquet", BASE, "-o", "out.parquet", "--keep", "*").exit_code == 0
    found = parquet.read_table(folder / "out.parquet")
    assert found.schema.names[:5] == table.schema.names
    assert found.column("when").equals(table.column("when"))
    assert found.column("hours").to_pylist() == [24, None]
    assert run("plans.parquet", BASE, "-o", "out.csv", "--keep", "*").exit_code == 0
    first, second = records(folder / "out.csv")
    assert [first[name] for name in ("hours", "serving", "when", "flag", "ratio")] == [
        "24", "per_token", "1970-01-01 00:00:00.000", "TRUE", "0.25",
    ]  # fmt: skip
    assert second["flag"] == second["ratio"] == second["hours"] == ""
    assert run("plans.parquet", BASE, "-o", "out.xlsx", "--keep", "*").exit_code == 0
    sheet = openpyxl.load_workbook(folder / "out.xlsx").active
    assert [cell.value for cell in sheet[2]][:5] == [24, "per_token", datetime(1970, 1, 1), True, 0.25]
    assert [cell.value for cell in sheet[3]][:5] == [None, None, datetime(1970, 1, 2), None, None]
    with ipc.new_stream(folder / "plans.arrow", table.schema) as writer:
        writer.write_table(table)
    assert run("plans.arrow", BASE, "-o", "out.arrow", "--keep", "*").exit_code == 0
    assert ipc.open_file(folder / "out.arrow").read_all().column("npv").equals(found.column("npv"))


# --- parts --------------------------------------------------------------------------------------------------------


def test_parts_joined_are_the_whole_bit_for_bit(folder: Path) -> None:
    chance = random.Random(5)
    hours = [chance.choice([chance.uniform(1, 90), None, -1.0]) for _ in range(3_000)]
    months = [chance.randint(1, 30) for _ in hours]
    parquet.write_table(pa.table({"hours": hours, "months": months}), folder / "plans.parquet", row_group_size=130)
    assert run("plans.parquet", BASE, "-o", "whole.parquet").exit_code == 4
    for part in range(1, 21):
        assert run("plans.parquet", BASE, "-o", "parts", "--part", f"{part}/20", "-q").exit_code == 4
    names = sorted(each.name for each in (folder / "parts").glob("*.parquet"))
    assert names == [f"part-{part:05}.parquet" for part in range(1, 21)]
    joined = pa.concat_tables([parquet.read_table(folder / "parts" / name) for name in names])
    assert joined.equals(parquet.read_table(folder / "whole.parquet"))
    rejected = [row for name in names for row in records(folder / "parts" / name.replace(".parquet", ".rejected.csv"))]
    assert rejected == records(folder / "whole.rejected.csv")


def test_more_parts_than_row_groups_are_empty_ones(folder: Path) -> None:
    parquet.write_table(pa.table({"hours": [24.0, 25.0]}), folder / "plans.parquet")
    for part in (1, 2):
        assert run("plans.parquet", BASE, "-o", "parts", "--part", f"{part}/2").exit_code == 0
    sizes = [parquet.read_table(folder / "parts" / f"part-0000{part}.parquet").num_rows for part in (1, 2)]
    assert sizes == [0, 2]


# --- many rows ----------------------------------------------------------------------------------------------------

BAD = {
    "negative": {"hours": "-1"}, "text": {"hours": "many"}, "percent": {"accuracy": "12 %"},
    "above": {"accuracy": "12"}, "half a month": {"months": "12.5"}, "too long": {"months": "601"},
    "nan": {"calls": "nan"},
    "infinite": {"calls": "inf"}, "choice": {"serving": "rented"}, "no fleet": {"serving": "self_hosted"},
    "half a mix": {"baseline_input_tokens": "1000"}, "review twice": {"review_cost_per_call": "0.01"},
    "too large": {"calls": "1e300", "baseline_cost": "1e200"}, "short row": {},
    "cached twice": {f"finetuned_{name}": "0.8" for name in ("cached_share", "cached_write_share")},
}  # fmt: skip
TITLES = (
    "id", "hours", "calls", "baseline_cost", "accuracy", "months", "serving", "review_cost_per_call",
    "baseline_input_tokens", "finetuned_cached_share", "finetuned_cached_write_share",
)  # fmt: skip


def hold_many_rows(folder: Path, rows: int, seed: int) -> None:
    chance = random.Random(seed)
    bad, kinds = {}, list(BAD)
    with open(folder / "plans.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for line in range(2, rows + 2):
            row = dict.fromkeys(TITLES, "") | {
                "id": f"a,{line}", "hours": f"{chance.uniform(1, 90)}", "calls": f"{chance.randint(1, 10**7)}",
                "months": f"{chance.randint(1, 48)}", "accuracy": f"{chance.random()}",
            }  # fmt: skip
            if chance.random() < 0.01:
                bad[line] = kinds[len(bad) % len(kinds)]
                row |= BAD[bad[line]]
            writer.writerow([row["id"]] if bad.get(line) == "short row" else row.values())
    done = run("plans.csv", BASE, "-o", "out.csv", "--keep", "id")
    assert done.exit_code == 4, done.stderr
    rejected = records(folder / "out.rejected.csv")
    assert list(dict.fromkeys(int(row["row"]) for row in rejected)) == list(bad)
    assert set(bad.values()) == {*BAD}
    assert all(row["problem"] for row in rejected)
    found, given = records(folder / "out.csv"), records(folder / "plans.csv")
    good = [row for line, row in enumerate(given, 2) if line not in bad]
    assert len(found) == len(good) == rows - len(bad)
    for at in chance.sample(range(len(good)), 500):
        values = {name: float(good[at][name]) for name in ("hours", "calls", "months", "accuracy")}
        alone = appraise(REFERENCE.with_inputs(**values))
        wanted = {name: FIGURES[name].of(alone) for name in METRICS}
        assert {name: number(found[at][name]) for name in METRICS} == pytest.approx(wanted, rel=1e-9), good[at]
        assert found[at]["id"] == good[at]["id"]


@pytest.mark.slow(seconds=3)
def test_rows_that_are_bad_in_every_known_way_among_good_ones(folder: Path) -> None:
    hold_many_rows(folder, 10_000, 1)


@pytest.mark.full(seconds=25)
def test_two_hundred_thousand_rows_with_bad_ones_in_every_known_way(folder: Path) -> None:
    hold_many_rows(folder, 200_000, 2)


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@needs_posix
@pytest.mark.full(seconds=20)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_file(folder: Path, form: str) -> None:
    """Three times the rows take less than a fifth more memory: what is read ahead is full from a million on."""
    peaks = []
    for rows in (1_000_000, 3_000_000):
        hours, calls = [each % 90 + 0.5 for each in range(rows)], [5e6 + each for each in range(rows)]
        table = pa.table({"hours": hours, "calls": calls})
        source = folder / f"plans.{form}"
        if form == "csv":
            arrow_csv.write_csv(table, source)
        else:
            parquet.write_table(table, source, row_group_size=131_072)
        files = [str(source), BASE, "-o", str(folder / f"out.{form}")]
        command = [sys.executable, "-c", PEAK, sys.executable, "-m", "addin", "batch", *files, "--force", "-q"]
        peaks.append(int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout))
    assert peaks[1] < 1.2 * peaks[0], peaks


def _written(folder: Path) -> int:
    """The bytes in the temporary file of a run; nothing where there is none at the moment."""
    try:
        return sum(each.stat().st_size for each in folder.glob(".ft-roi*"))
    except FileNotFoundError:
        return 0


@needs_posix
@pytest.mark.full(seconds=30)
def test_a_run_that_is_killed_leaves_nothing_under_the_name_and_can_be_run_again(folder: Path) -> None:
    parquet.write_table(
        pa.table({"hours": [float(each % 90 + 1) for each in range(1_500_000)]}), folder / "plans.parquet"
    )
    files = [str(folder / "plans.parquet"), BASE, "-o", str(folder / "out.parquet")]
    command = [sys.executable, "-m", "addin", "batch", *files, "-q"]
    subprocess.run(command, cwd=ROOT, check=True)
    reference = (folder / "out.parquet").read_bytes()
    (folder / "out.parquet").unlink()
    left = 0
    for share in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        running = subprocess.Popen(command, cwd=ROOT)
        while running.poll() is None and _written(folder) < share * len(reference):
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
        if running.wait() == 0:
            (folder / "out.parquet").unlink()
            continue
        left += bool(list(folder.glob(".ft-roi*")))
        assert not (folder / "out.parquet").exists()
    assert left, "no run was killed while it wrote"
    subprocess.run(command, cwd=ROOT, check=True)
    assert (folder / "out.parquet").read_bytes() == reference
    assert sorted(each.name for each in folder.iterdir()) == ["out.parquet", "plans.parquet"]
