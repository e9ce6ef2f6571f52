"""Each row of a table has the verdict of its one scenario, and the figures of it."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from roi_engine import INPUTS, REFERENCE, Scenario, ScenarioError, UnknownName, appraise, appraise_many
from roi_engine.batch.columns import is_empty, recognised
from roi_engine.batch.rows import DEFAULT_METRICS, ROW_METRICS, appraise_rows, row_metric
from roi_engine.figures import FIGURES
from roi_engine.scenario_rules import MIX_NEEDS
from roi_engine.too_large import TooLarge
from tests.random_scenarios import random_scenarios
from tests.roi_engine.batch.random_rows import random_columns

FULL_BASE = Scenario(
    **{name: value for name, value in REFERENCE.given().items() if name != "monthly_review_cost"},
    review_cost_per_call=0.001,
    serving_gpu_hourly_rate=2.0,
    tokens_per_call=300,
    **{f"baseline_{name}": 2.0 for name in MIX_NEEDS},
    baseline_cached_share=0.5,
)


def alone(given: dict[str, Any]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """What is wrong with one scenario, and its metrics where nothing is."""
    try:
        appraisal = appraise(Scenario(**given))
        appraisal.as_dict()
    except ScenarioError as error:
        return [(problem.place, problem.sentence) for problem in error.problems], {}
    except TooLarge as error:
        return [("", str(error))], {}
    return [], {name: FIGURES[name].of(appraisal) for name in ROW_METRICS}


def hold_each_row(columns: dict[str, list[Any]], base: Scenario | None) -> tuple[int, int]:
    found = appraise_rows(columns, base, ROW_METRICS)
    given = base.given() if base else {}
    for row, good in enumerate(found.good.tolist()):
        own = {name: values[row] for name, values in columns.items() if not is_empty(values[row])}
        problems, figures = alone({**given, **own})
        assert [(each.column, each.sentence) for each in found.rejections if each.row == row] == problems, own
        assert good is not bool(problems), own
        for name, value in figures.items():
            expected = math.nan if value is None else value
            assert found.figures[name][row] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (name, own)
    return int(found.good.sum()), int((~found.good).sum())


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(3, 60))])
@pytest.mark.parametrize("base", [REFERENCE, FULL_BASE], ids=["reference", "full"])
def test_every_row_has_the_verdict_of_its_one_scenario(seed: int, base: Scenario) -> None:
    good, bad = hold_each_row(random_columns(random.Random(seed), 60), base)
    assert good + bad == 60


def test_random_rows_are_good_and_bad() -> None:
    """Else the test above would say little."""
    found = [appraise_rows(random_columns(random.Random(seed), 60), REFERENCE).good.mean() for seed in range(20)]
    assert min(found) < 0.1
    assert max(found) > 0.4


def test_whole_scenarios_as_rows_without_a_base() -> None:
    scenarios = random_scenarios(40)
    names = [name for name, each in INPUTS.items() if each.numeric or name in ("serving", "storage_timing")]
    columns = {name: [each.given().get(name) for each in scenarios] for name in names}
    good, bad = hold_each_row(columns, None)
    assert (good, bad) == (40, 0)


def test_nothing_and_nan_stand_for_the_base() -> None:
    rows = appraise_rows({"training_hours": np.array([24.0, np.nan])}, REFERENCE)
    assert rows.figures["npv"][0] == rows.figures["npv"][1]
    assert appraise_rows({"training_hours": [24, None, float("nan"), " "]}, REFERENCE).good.all()


def test_a_required_input_without_a_base_is_told_row_by_row() -> None:
    columns = {name: [value, value] for name, value in REFERENCE.given().items() if INPUTS[name].numeric}
    columns["storage_gb"] = [28, None]
    rows = appraise_rows(columns)
    assert rows.good.tolist() == [True, False]
    (rejection,) = rows.rejections
    assert (rejection.row, rejection.column, rejection.value) == (1, "storage_gb", None)
    assert rejection.sentence.startswith("Missing. Model, checkpoints")


def test_what_no_row_can_give_is_told_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        appraise_rows({"training_hours": [24, 25]})
    places = [problem.place for problem in caught.value.problems]
    assert places[:3] == ["gpu_hourly_rate", "storage_gb", "storage_monthly_rate"]
    assert "monthly_review_cost" in places
    assert "training_hours" not in places


def test_the_figures_are_those_of_appraise_many_bit_for_bit() -> None:
    hours = np.linspace(1, 90, 20_000)
    many = appraise_many(REFERENCE, {"training_hours": hours}, ["npv", "payback_months"])
    rows = appraise_rows({"training_hours": hours}, REFERENCE, ["npv", "payback_months"])
    assert all(np.array_equal(many[name], rows.figures[name], equal_nan=True) for name in many)


def test_a_figure_that_no_number_holds_is_a_bad_row() -> None:
    columns = {"baseline_monthly_api_calls": [1e300, 5e6], "baseline_cost_per_1k_tokens": [1e200, 0.3]}
    rows = appraise_rows(columns, REFERENCE)
    assert rows.good.tolist() == [False, True]
    assert rows.rejections[0].column == ""
    assert rows.rejections[0].sentence.startswith("The figures are too large to be calculated.")


def test_no_rows_are_no_rows() -> None:
    rows = appraise_rows({"training_hours": []}, REFERENCE)
    assert len(rows.good) == 0 and rows.rejections == []
    assert {name: len(values) for name, values in rows.figures.items()} == dict.fromkeys(DEFAULT_METRICS, 0)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"training_hour": [1]}, 'There is no input "training_hour". Did you mean "training_hours"?'),
        ({"calls": [1]}, 'Columns go by the names of inputs: "baseline_monthly_api_calls".'),
        ({"name": ["a"]}, "A label changes no figure."),
        ({"training_hours": [1], "storage_gb": [1, 2]}, "the columns have different lengths"),
        ({"training_hours": np.zeros((2, 2))}, "this is 2-D"),
    ],
)
def test_columns_that_cannot_be_read_are_refused(columns: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        appraise_rows(columns, REFERENCE)
    assert sentence in str(caught.value)


def test_metrics_go_by_name_code_and_label() -> None:
    assert [row_metric(each) for each in ("npv", "NETROI", "Worthwhile", "Discounted payback")] == [
        "npv", "net_roi", "worthwhile", "discounted_payback_months",
    ]  # fmt: skip
    with pytest.raises(UnknownName, match=r'no metric "nvp" of many scenarios\. Did you mean "npv"'):
        row_metric("nvp")


def test_titles_are_read_as_the_labels_of_a_block() -> None:
    titles = ["Team", "GPU rate", "API calls (calls / month)", "SERVING mode", "name"]
    assert recognised(titles, ["team"], ["npv"]) == {
        "GPU rate": "gpu_hourly_rate",
        "API calls (calls / month)": "baseline_monthly_api_calls",
        "SERVING mode": "serving",
    }


@pytest.mark.parametrize(
    ("titles", "keep", "told"),
    [
        (["Team"], [], 'column 1: There is no input "Team".'),
        (["hourss"], [], 'Did you mean "hours"?'),
        (["hours", "training_hours"], [], 'column 2: "training_hours" and "hours" are one input. Keep one.'),
        (["hours", "hours"], [], 'column 2: The title "hours" stands twice.'),
        (["hours", ""], [], "column 2: It has no title."),
        (["npv"], ["*"], 'column 1: "npv" is what a column of results is called.'),
        (["hours"], ["Team"], 'keep: There is no column "Team".'),
        ([f"c{number}" for number in range(100_000)], [], "The table has 100,000 columns"),
    ],
)
def test_titles_that_cannot_be_read_are_told(titles: list[str], keep: list[str], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        recognised(titles, keep, ["npv"])
    assert told in str(caught.value)
