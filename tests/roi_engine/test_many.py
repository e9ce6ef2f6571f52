"""Many scenarios at once give what one at a time gives; illegal columns are named with their first illegal value."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from roi_engine import INPUTS, REFERENCE, Scenario, ScenarioError, UnknownName, appraise, appraise_level, appraise_many
from roi_engine.many import CHUNK
from tests.random_scenarios import random_scenarios

FULL = (
    "upfront", "total_cost", "net_roi", "roi", "payback_months", "npv", "discounted_payback_months",
    "profitability_index", "equivalent_monthly", "total_benefit",
)  # fmt: skip


def one_by_one(scenario: Scenario) -> dict[str, float]:
    appraisal = appraise(scenario)
    figures = appraisal.as_dict() | {"total_benefit": appraisal.total_benefit}
    return {name: math.nan if figures[name] is None else figures[name] for name in FULL}


def assert_same(found: dict[str, Any], index: int, alone: dict[str, float], names: tuple[str, ...] = FULL) -> None:
    for name in names:
        assert found[name][index] == pytest.approx(alone[name], rel=1e-9, abs=1e-9, nan_ok=True), name


def some(name: str, chance: random.Random, base: Any) -> float:
    """A legal value of an input, near enough to its base to be of interest."""
    quantity = INPUTS[name].quantity
    if quantity.whole:
        return chance.randint(int(quantity.low), int(min(quantity.high, 40)))
    if name.endswith(("cached_share", "cached_write_share")):  # the two are parts of one prompt
        return chance.uniform(0, base)
    if quantity.kind == "fraction":
        return chance.uniform(max(quantity.low + 1e-6, -0.3), min(quantity.high, 0.9))
    return min(max(chance.uniform(0.2, 2) * (base or 10), quantity.low + 0.1), quantity.high)


@pytest.mark.parametrize("seed", range(12))
def test_random_columns_over_random_scenarios(seed: int) -> None:
    chance = random.Random(seed)
    scenario = random_scenarios(1, seed=seed)[0]
    given = [name for name, each in INPUTS.items() if each.numeric and getattr(scenario, name) is not None]
    names = chance.sample(given, 6)
    columns = {name: [some(name, chance, getattr(scenario, name)) for _ in range(20)] for name in names}
    found = appraise_many(scenario, columns)
    assert tuple(found) == FULL
    for index in range(20):
        changed = scenario.with_inputs(**{name: values[index] for name, values in columns.items()})
        assert_same(found, index, one_by_one(changed))


def test_every_numeric_input_may_be_a_column() -> None:
    chance = random.Random(3)
    for scenario in random_scenarios(6, seed=77):
        for name, declared in INPUTS.items():
            base = getattr(scenario, name)
            instead = name == "monthly_review_cost" and scenario.review_cost_per_call is not None
            if declared.numeric and base is not None and not instead:
                value = some(name, chance, base)
                found = appraise_many(scenario, {name: [base, value]}, ["npv", "payback_months"])
                for index, each in enumerate([base, value]):
                    changed = scenario.with_inputs(**{name: each})
                    assert_same(found, index, one_by_one(changed), ("npv", "payback_months"))


def test_no_scenario_has_a_review_cost_beside_one_by_the_call() -> None:
    by_call = Scenario(**{**REFERENCE.given(), "monthly_review_cost": 0, "review_cost_per_call": 0.0004})
    assert appraise_many(by_call, {"monthly_review_cost": [0, 0]}, ["net_roi"])["net_roi"] == pytest.approx(17837.28)
    with pytest.raises(ScenarioError, match="monthly_review_cost: The review cost is given twice"):
        appraise_many(by_call, {"monthly_review_cost": [0, 0, 2000]})


def test_edges_in_one_column() -> None:
    found = appraise_many(REFERENCE, {"training_hours": [24, 0, 0, 20_000], "storage_gb": [28, 0, 28, 28]})
    assert found["roi"].tolist() == pytest.approx(
        [417.53932584, math.nan, 2659.714286, -0.40413347], nan_ok=True, rel=1e-6
    )
    assert found["payback_months"].tolist() == pytest.approx([0.0286711409, 0, 0.0045100671, 20.138738255])
    assert found["discounted_payback_months"][3] == math.inf
    assert math.isnan(found["profitability_index"][1])


def test_no_columns_is_one_scenario() -> None:
    found = appraise_many(REFERENCE, {})
    assert_same(found, 0, one_by_one(REFERENCE))
    assert all(len(values) == 1 for values in found.values())


def test_more_scenarios_than_a_chunk() -> None:
    count = 2 * CHUNK + 3
    hours = np.arange(count, dtype=float)
    found = appraise_many(REFERENCE, {"training_hours": hours}, ["net_roi"])["net_roi"]
    np.testing.assert_allclose(found, 17873.28 - 1.5 * hours, rtol=1e-9, atol=1e-6)


def test_an_empty_column_gives_nothing() -> None:
    assert appraise_many(REFERENCE, {"training_hours": []}, ["net_roi"])["net_roi"].tolist() == []


def test_the_level_form_equals_the_full_model_where_nothing_varies() -> None:
    columns = {"months_to_amortize": [1, 12, 60], "baseline_cost_per_1k_tokens": [0.3, 0.1, 0.05]}
    wanted = ("net_roi", "roi", "payback_months", "total_cost")
    level, full = appraise_level(REFERENCE, columns, wanted), appraise_many(REFERENCE, columns, wanted)
    for name in wanted:
        np.testing.assert_allclose(level[name], full[name], rtol=1e-9)
    benefit = appraise_level(REFERENCE, columns, ["total_benefit", "monthly_benefit"])
    np.testing.assert_allclose(benefit["total_benefit"], benefit["monthly_benefit"] * [1, 12, 60])


def test_the_callers_arrays_stay_as_they_are() -> None:
    hours = np.array([24.0, 48.0])
    appraise_many(REFERENCE, {"training_hours": hours})
    assert hours.tolist() == [24, 48]


@pytest.mark.parametrize(
    ("columns", "place", "sentence"),
    [
        ({"training_hours": [1, -2, -3]}, "training_hours[1]", "-2 is below 0"),
        ({"months_to_amortize": [12, 12.5]}, "months_to_amortize[1]", "12.5 is not a whole number"),
        ({"months_to_amortize": [0]}, "months_to_amortize[0]", "0 is below 1"),
        ({"accuracy_improvement_percent": [0.1, 12]}, "accuracy_improvement_percent[1]", "Did you mean 12 %"),
        ({"monthly_growth": [0, 1]}, "monthly_growth[1]", "1 is not below 1"),
        ({"discount_rate": [-1]}, "discount_rate[0]", "-1 is not above -1"),
        ({"training_hours": [math.nan]}, "training_hours[0]", "not a finite number"),
        ({"training_hours": [math.inf]}, "training_hours[0]", "not a finite number"),
        ({"training_hours": [None]}, "training_hours[0]", "not a finite number"),
        ({"training_hours": 24}, "training_hours", "one value per scenario"),
        ({"training_hours": [[24]]}, "training_hours", "one value per scenario"),
        ({"training_hour": [24]}, "training_hour", 'Did you mean "training_hours"?'),
        ({"serving": ["per_token"]}, "serving", "no numeric input"),
        ({"training_hours": [1], "gpu_hourly_rate": [1, 2]}, "columns", "different lengths"),
    ],
)
def test_an_illegal_column(columns: dict[str, Any], place: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        appraise_many(REFERENCE, columns)
    assert [problem.place for problem in caught.value.problems] == [place]
    assert sentence in caught.value.problems[0].sentence


def test_all_illegal_columns_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        appraise_many(REFERENCE, {"training_hours": [-1], "storage_gb": [1, -1], "colour": [1]})
    assert [problem.place for problem in caught.value.problems][:3] == ["training_hours[0]", "storage_gb[1]", "colour"]


def test_an_unknown_metric() -> None:
    with pytest.raises(UnknownName, match=r'no metric "net_rio" here\. Did you mean "net_roi"\? Known: upfront'):
        appraise_many(REFERENCE, {}, ["net_rio"])
    with pytest.raises(UnknownName, match='no metric "npv" here'):
        appraise_level(REFERENCE, {}, ["npv"])
