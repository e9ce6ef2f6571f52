"""Tables as strangers bring them: each is read as it is meant or told, and none is read as something else."""

from __future__ import annotations

import datetime
import errno
import math
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from addin.tables.xlsx_reading import _merged_above
from roi_engine import REFERENCE, appraise
from roi_engine.inputs import Range
from roi_engine.scenario_file import scenario_json
from templates.xlsx.stored_cells import Area
from tests.batch_runs import leave_out_arrow, records, run

ROOT = Path(__file__).parents[3]
BASE = str(ROOT / "templates" / "samples" / "reference.toml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["with pyarrow", "without pyarrow"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "without" in request.param:
        leave_out_arrow(monkeypatch)


TOLD: dict[str, tuple[bytes, int, str]] = {
    "another unit": (
        b"Training time (days)\n24\n", 3,
        'plans.csv, column 1: "days" is written beside it, and it counts in GPU-hours. Convert the figure',
    ),
    "per cent": (
        b"hours,Discount rate (%)\n24,8\n", 3,
        'column 2: "Discount rate (%)" is in per cent, and the column holds shares: 8 % is 0.08. Write (per year)',
    ),
    "another currency": (b"gpu_hourly_rate (EUR)\n2\n", 3, '"EUR" is written beside it, and it counts in USD / GPU-'),
    "several problems": (b"hourz,hours,hours\n1,2,3\n", 3, "the titles have 2 problems.\nplans.csv, column 1: Th"),
    "UTF-16 without its mark": ("hours\n24\n".encode("utf-16-le"), 3, "plans.csv is not UTF-8 text. Save it as"),
    "compressed": (b"\x1f\x8b\x08\x00", 3, "plans.csv is compressed: unpack it first."),
    "a cell of 140,000 letters": (
        b'hours,calls\n24,"' + b"x" * 140_000 + b"\n", 3,
        "row 2: a cell has more than 131,072 letters, or a quotation mark opens a text that is never closed.",
    ),
    "thousands": (b'calls\n"1,234.5"\n', 4, 'row 2, calls: "1,234.5" is not a number. Type 1234.5.\n'),
    "thousands or decimals": (b'calls\n"1,234"\n', 4, '"1,234" is not a number. Did you mean 1234 or 1.234?'),
    "German thousands": (b"hours;calls\n24;1.234,5\n", 4, '"1.234,5" is not a number. Type 1234,5.\n'),
    "a decimal comma": (
        b'hours\n"24,5"\n', 4,
        '"24,5" has a comma, and decimals are read with a point here. Run with --decimal comma if all have commas.',
    ),
    "per cent in a cell": (b"hours;accuracy\n24;12 %\n", 4, '"12 %" is not a number. Type 0,12.\n'),
    "money": ("gpu_hourly_rate\n€5\n".encode(), 4, '"€5" is not a number. Type the amount in USD, the number alone.'),
}  # fmt: skip


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("name", TOLD)
def test_what_is_written_otherwise_is_told(folder: Path, name: str) -> None:
    content, code, told = TOLD[name]
    (folder / "plans.csv").write_bytes(content)
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert (done.exit_code, told in done.stderr) == (code, True), done.stderr
    assert not list(folder.glob(".ft-roi*"))


@pytest.mark.usefixtures("either_way")
def test_rows_of_spaces_are_no_rows_and_a_year_may_be_a_title(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours,2024\n24,5\n , \t\n25,\n")
    assert run("plans.csv", BASE, "-o", "out.csv", "--keep", "2024", "--metric", "npv").stdout == "2 rows: out.csv\n"
    assert [row["hours"] for row in records(folder / "out.csv")] == ["24", "25"]


@pytest.mark.usefixtures("either_way")
def test_decimal_commas_between_commas_stay_in_their_cells(folder: Path) -> None:
    (folder / "plans.csv").write_text('hours,Team\n"24,5",a\n')
    done = run("plans.csv", BASE, "-o", "out.csv", "--decimal", "comma", "--keep", "Team")
    assert done.exit_code == 0, done.stderr
    (row,) = records(folder / "out.csv")
    assert None not in row
    assert float(row["npv"].replace(",", ".")) == pytest.approx(
        appraise(REFERENCE.with_inputs(training_hours=24.5)).npv(), rel=1e-12
    )
    assert (row["hours"], row["Team"], row["worthwhile"]) == ("24,5", "a", "TRUE")


def test_a_first_row_that_never_ends_is_told_at_once(folder: Path) -> None:
    (folder / "plans.csv").write_bytes(b'"' + b"\n" * 999_990)
    before = time.process_time()
    assert run("plans.csv", BASE, "-o", "out.csv").exit_code == 3
    assert time.process_time() - before < 10


def test_a_row_is_a_scenario_of_its_own_whatever_the_range_of_the_base(folder: Path) -> None:
    base = REFERENCE.with_inputs(ranges={"training_hours": Range(low=20, high=30)})
    (folder / "base.json").write_text(scenario_json(base))
    (folder / "plans.csv").write_text("hours\n24\n500\n")
    done = run("plans.csv", "base.json", "-o", "out.csv", "--metric", "npv")
    assert done.exit_code == 0, done.stderr
    wanted = [appraise(REFERENCE.with_inputs(training_hours=hours)).npv() for hours in (24, 500)]
    assert [float(row["npv"]) for row in records(folder / "out.csv")] == pytest.approx(wanted, rel=1e-12)


def test_the_dots_after_the_problems_say_that_there_are_more(folder: Path) -> None:
    (folder / "plans.csv").write_text("hours\n" + "24\n" * 1_000 + "-1\n" * 5)
    done = run("plans.csv", BASE, "-o", "out.csv")
    assert done.stderr.endswith("row 1,006, hours: -1 is below 0. Type a number of at least 0.\n")
    (folder / "plans.csv").write_text("hours\n" + "-1\n" * 6)
    assert run("plans.csv", BASE, "-o", "out.csv", "--force").stderr.endswith("Type a number of at least 0.\n…\n")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("plans.tsv", "Name it .csv: tabs are understood."), ("plans.csv.gz", "Unpack it first."),
     ("plans.feather", "Name it .arrow."), ("plans.ods", "Save it as .xlsx or as .csv.")],
)  # fmt: skip
def test_other_forms_have_a_hint(folder: Path, name: str, hint: str) -> None:
    (folder / name).write_text("hours\n24\n")
    done = run(name, BASE, "-o", "out.csv")
    assert done.exit_code == 2
    assert done.stderr == f"Error: {name}: a table is a .csv, .xlsx, .parquet or .arrow file. {hint}\n"


def test_a_scenario_is_not_overwritten_by_its_results(folder: Path) -> None:
    (folder / "base.xlsx").write_bytes(b"PK")
    (folder / "plans.csv").write_text("hours\n24\n")
    done = run("plans.csv", "base.xlsx", "-o", "base.xlsx", "--force")
    assert (done.exit_code, done.stderr) == (2, "Error: base.xlsx is the file that is read. Write elsewhere with -o.\n")
    assert (folder / "base.xlsx").read_bytes() == b"PK"


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_cells_merged_with_one_above_are_not_taken_for_empty(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in ["hours", "calls"], [24, 5], [25, 6], [26, 7], [27, 8], [28, 9]:
        sheet.append(row)
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("D3:E9")
    sheet.row_dimensions[2].hidden = True
    book.create_sheet("Other").append(["nothing"])
    book.save(folder / "plans.xlsx")
    done = run("plans.xlsx", BASE, "-o", "out.csv")
    assert done.exit_code == 4
    told = [(row["row"], row["problem"]) for row in records(folder / "out.rejected.csv")]
    assert told == [
        ("4", "A4 is merged with A3. Unmerge them, and write the value in each."),
        ("5", "A5 is merged with A3. Unmerge them, and write the value in each."),
    ]
    assert [row["hours"] for row in records(folder / "out.csv")] == ["24", "25", "28"], "hidden rows are rows"


def test_many_merged_areas_are_asked_at_once() -> None:
    areas = [Area("s", (row, 1), (row + 3, 2)) for row in range(1, 100_000, 5)]
    areas += [Area("s", (50, 3), (60, 3)), Area("s", (7, 1), (7, 9)), Area("s", (1, 40), (1_048_576, 40))]
    told = _merged_above(areas, [1, 2, 3])
    before = time.process_time()
    said = [bool(told(row)) for row in range(1, 100_001)]
    assert time.process_time() - before < 5
    assert said[:10] == [False, True, True, True, False] * 2
    assert all(said[50:60])
    assert told(60) == "C60 is merged with C50. Unmerge them, and write the value in each."
    assert _merged_above([], [1])(5) == ""


def test_problems_of_titles_name_the_column_of_the_sheet(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["hours"])
    sheet["Z9"] = 5
    book.save(folder / "plans.xlsx")
    done = run("plans.xlsx", BASE, "-o", "out.csv")
    assert (done.exit_code, done.stderr) == (3, "Error: plans.xlsx, column Z: It has no title. Give it one.\n")


def test_numbers_that_a_cell_would_round_and_dates_before_its_calendar_are_texts(folder: Path) -> None:
    table = pa.table({
        "hours": [24.0, 25.0, math.inf],
        "id": [1234567890123456789, 5, 6],
        "day": [datetime.date(1850, 1, 1), datetime.date(2024, 1, 1), None],
        "sum": pa.array([Decimal("12345678901234567.89"), Decimal("0.10"), None], pa.decimal128(38, 2)),
        "when": pa.array([1, None, 2], pa.timestamp("ns")),
    })  # fmt: skip
    parquet.write_table(table, folder / "plans.parquet")
    assert run("plans.parquet", BASE, "-o", "out.xlsx", "--keep", "*").exit_code == 4
    rows = list(openpyxl.load_workbook(folder / "out.xlsx")["Table"].iter_rows(min_row=2, max_col=5, values_only=True))
    assert rows == [
        (24, "1234567890123456789", "1850-01-01", "12345678901234567.89", datetime.datetime(1970, 1, 1)),
        (25, 5, datetime.datetime(2024, 1, 1), 0.1, None),
    ]
    (bad,) = records(folder / "out.rejected.csv")
    assert (bad["row"], bad["value"]) == ("4", "inf"), "no metric, and not Never"


# --- Arrow --------------------------------------------------------------------------------------------------------

ODD_TYPES = {
    "string_view": pa.array(["x", "y"], pa.string_view()),
    "run ends": pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array([5.0])),
    "intervals": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "half": pa.array([1.5, None], pa.float16()),
    "nothing": pa.nulls(2),
    "decimal256": pa.array([Decimal("1.50"), None], pa.decimal256(60, 2)),
    "duration": pa.array([5, None], pa.duration("ns")),
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, None], pa.binary(16))),
    "struct": pa.array([{"a": 1}, None]),
    "union": pa.UnionArray.from_dense(
        pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["a"])]
    ),
}


@pytest.mark.parametrize("name", ODD_TYPES)
def test_columns_of_odd_types_are_carried_through_or_told(folder: Path, name: str) -> None:
    table = pa.table({"hours": [24.0, -1.0], "odd": ODD_TYPES[name]})
    with ipc.new_file(folder / "plans.arrow", table.schema) as writer:
        writer.write_table(table)
    for form in ("csv", "xlsx", "parquet", "arrow"):
        done = run("plans.arrow", BASE, "-o", f"out.{form}", "--keep", "odd", "--force")
        assert done.exit_code in (3, 4), done.stderr
        if done.exit_code == 3:
            assert 'Error: The column "odd" holds ' in done.stderr
        assert (folder / f"out.{form}").exists() is (done.exit_code == 4)
    if (folder / "out.arrow").exists():
        found = ipc.open_file(folder / "out.arrow").read_all()
        assert found.column("odd").type == table.column("odd").type
        assert found.column("odd").to_pylist() == table.column("odd").to_pylist()[:1]


@pytest.mark.parametrize("name", ODD_TYPES)
def test_odd_types_as_inputs_are_numbers_or_told(folder: Path, name: str) -> None:
    table = pa.table({"hours": ODD_TYPES[name], "serving": ODD_TYPES[name]})
    with ipc.new_file(folder / "plans.arrow", table.schema) as writer:
        writer.write_table(table)
    done = run("plans.arrow", BASE, "-o", "out.arrow")
    assert done.exit_code in (0, 3, 4), done.stderr
    assert (done.exit_code == 0) is (name == "nothing")


def test_dictionaries_that_change_from_batch_to_batch_are_written(folder: Path) -> None:
    teams = pa.chunked_array([pa.array([f"{batch}{row}" for row in range(9)]).dictionary_encode() for batch in "abc"])
    table = pa.table({"hours": [24.0] * 27, "team": teams})
    with ipc.new_stream(folder / "plans.arrow", table.schema) as writer:
        writer.write_table(table, max_chunksize=9)
    for form in ("arrow", "parquet"):
        done = run("plans.arrow", BASE, "-o", f"out.{form}", "--keep", "team")
        assert done.exit_code == 0, done.stderr
    found = ipc.open_file(folder / "out.arrow").read_all(), parquet.read_table(folder / "out.parquet")
    assert [each.column("team").to_pylist() for each in found] == [teams.to_pylist()] * 2


def test_times_need_no_pandas(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = {name: pa.array([5, None], kind) for name, kind in
             {"hours": pa.timestamp("ns"), "a": pa.time64("ns"), "b": pa.duration("ns")}.items()}  # fmt: skip
    parquet.write_table(pa.table(times), folder / "plans.parquet")
    monkeypatch.setitem(sys.modules, "pandas", None)
    done = run("plans.parquet", BASE, "-o", "out.xlsx", "--keep", "*")
    assert done.exit_code == 4, done.stderr
    assert "row 2, hours: 1970-01-01 00:00:00 is not a number." in done.stderr


def test_a_table_without_row_groups_has_no_rows(folder: Path) -> None:
    parquet.ParquetWriter(folder / "plans.parquet", pa.schema([("hours", pa.float64())])).close()
    for form in ("csv", "xlsx", "parquet", "arrow"):
        assert run("plans.parquet", BASE, "-o", f"out.{form}").stdout == f"0 rows: out.{form}\n"
    assert run("plans.parquet", BASE, "-o", "parts", "--part", "2/3").exit_code == 0
    assert parquet.read_table(folder / "parts" / "part-00002.parquet").num_rows == 0


def test_a_folder_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **named: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (folder / "plans.csv").write_text("hours\n24\n")
    (folder / "closed").mkdir(mode=0o500)
    monkeypatch.setattr("addin.shell.output_file.open", denied, raising=False)  # root may write everywhere
    done = run("plans.csv", BASE, "-o", "closed/out.csv")
    assert (done.exit_code, "closed/out.csv cannot be written: Permission denied." in done.stderr) == (2, True)
