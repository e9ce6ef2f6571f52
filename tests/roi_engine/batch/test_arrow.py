"""A table of any library that speaks Arrow is evaluated; nothing of it is lost, and rows stay where they are."""

from __future__ import annotations

import math
from typing import Any

import pandas
import pyarrow as pa
import pytest

from roi_engine import REFERENCE, ScenarioError, WrongType, appraise, evaluate
from roi_engine.batch import arrow
from roi_engine.batch.rows import DEFAULT_METRICS


class Stream:
    """A table that can do nothing but stream, as those of polars and duckdb can."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


COLUMNS = {
    "Team": ["red", "blue", "green", "grey"],
    "hours": [24.0, None, -1.0, 48.0],
    "Serving mode": ["per_token", None, None, "self_hosted"],
}


@pytest.mark.parametrize("made", [pa.table, pandas.DataFrame, lambda columns: Stream(pa.table(columns))])
def test_every_row_keeps_its_place_and_a_bad_one_says_why(made: Any) -> None:
    found = evaluate(made(COLUMNS), REFERENCE, keep=["Team"])
    assert isinstance(found, pa.Table)
    assert found.column_names == ["Team", "hours", "Serving mode", *DEFAULT_METRICS, "problem"]
    rows = found.to_pylist()
    assert [row["Team"] for row in rows] == COLUMNS["Team"]
    assert [row["net_roi"] is None for row in rows] == [False, False, True, True]
    assert rows[0]["npv"] == rows[1]["npv"] == pytest.approx(appraise(REFERENCE).npv(), rel=1e-12)
    assert rows[0]["problem"] is None
    assert rows[2]["problem"] == "training_hours: -1 is below 0. Type a number of at least 0."
    assert rows[3]["problem"].startswith("serving_gpu_hourly_rate: Serving GPU price must be above 0")
    assert "serving_tokens_per_second: Replica throughput" in rows[3]["problem"]
    assert rows[3]["worthwhile"] is None


def test_batches_of_any_length_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"hours": [float(each) for each in range(500)], "months": [each % 30 for each in range(500)]})
    whole = evaluate(table, REFERENCE)
    monkeypatch.setattr(arrow, "BATCH", 7)
    assert evaluate(table, REFERENCE).equals(whole)
    assert whole.column("problem").null_count == 500 - 17


def test_infinite_is_never_and_undefined_is_null() -> None:
    nothing = pa.table({"hours": [0.0], "storage_gb": [0.0], "calls": [0.0], "review_cost": [0.0]})
    row = evaluate(nothing, REFERENCE).to_pylist()[0]
    assert (row["payback_months"], row["roi"], row["problem"]) == (math.inf, None, None)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([24, 48], pa.int16()),
        pa.array([24, 48], pa.float32()),
        pa.array([24, 48], pa.decimal128(10, 2)),
        pa.array([24, 48]).dictionary_encode(),
        pa.chunked_array([[24], [48]]),
    ],
)
def test_numbers_of_every_kind_are_numbers(array: Any) -> None:
    found = evaluate(pa.table({"hours": array}), REFERENCE, ["net_roi"]).column("net_roi").to_pylist()
    assert found == pytest.approx([17837.28, 17801.28])


@pytest.mark.parametrize("array", [["24"], [True], [b"24"], [[24]]])
def test_what_is_no_number_is_told(array: Any) -> None:
    (row,) = evaluate(pa.table({"hours": array}), REFERENCE, ["net_roi"]).to_pylist()
    assert row["net_roi"] is None
    assert row["problem"].startswith("training_hours: ")
    assert "is not a number" in row["problem"]


def test_no_rows_are_an_empty_table() -> None:
    found = evaluate(pa.table({"hours": pa.array([], pa.float64())}), REFERENCE, ["npv"])
    assert (found.num_rows, found.column_names) == (0, ["hours", "npv", "problem"])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"Team": ["red"], "hours": [1.0]}, 'column 1: There is no input "Team".'),
        ({"name": ["red"]}, "No column is an input."),
        ({"problem": ["x"], "hours": [1.0]}, '"problem" is what a column of results is called.'),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        evaluate(pa.table(columns), REFERENCE)
    assert told in str(caught.value)


def test_a_dictionary_is_sent_elsewhere() -> None:
    with pytest.raises(WrongType, match="A dictionary of arrays goes to appraise_many"):
        evaluate({"hours": [24]}, REFERENCE)


def test_one_metric_and_one_title_may_be_texts_and_what_is_no_table_is_told() -> None:
    import pandas

    plans = pandas.DataFrame({"Team": ["a", "b"], "hours": [24, 25]})
    assert evaluate(plans, REFERENCE, "npv", keep="Team").column_names == ["Team", "hours", "npv", "problem"]
    with pytest.raises(
        WrongType, match="The table cannot be read as one of Arrow: Could not convert 'x' with type str"
    ):
        evaluate(pandas.DataFrame({"hours": [24, "x"]}), REFERENCE)
    with pytest.raises(WrongType, match="cannot be read as one of Arrow"):
        evaluate(plans["hours"], REFERENCE)
    with pytest.raises(ScenarioError, match="is written beside it, and it counts in GPU-hours"):
        evaluate(plans.rename(columns={"hours": "Training time (days)"}), REFERENCE, keep=["Team"])
