"""Going back to the old way once only losses are left: by hand, on arrays as on floats, in the golden scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roi_engine import Scenario, appraise, check_inputs, load_scenario, verdict
from roi_engine.cashflow import MODEL, for_arrays
from tests.random_scenarios import random_scenarios
from tests.roi_engine import model_by_hand
from tests.roi_engine.test_golden import SCENARIOS

ONE_STORY = Path(__file__).parents[1] / "one_story"
FIGURES = ("going_back_month", "net_roi_if_going_back", "npv_if_going_back")


def by_hand(scenario: Scenario) -> tuple[int, float, float]:
    flows = model_by_hand.month_rows(scenario.inputs())["net_cash_flow"]
    size = sum(map(abs, flows))
    gaining = [month for month, flow in enumerate(flows) if flow >= -1e-12 * max(1.0, size)]
    month = max(gaining, default=0)
    kept = flows[: month + 1]
    return month, sum(kept), model_by_hand.npv(scenario.discount_rate, kept)


def test_random_scenarios_by_hand() -> None:
    early = 0
    for scenario in random_scenarios(500):
        result = appraise(scenario)
        month, net, npv = by_hand(scenario)
        scale = max(1.0, result.flow_size)
        found = [result.figure(name) for name in FIGURES]
        assert found[0] == month, scenario.name
        assert found[1:] == pytest.approx([net, npv], rel=1e-9, abs=1e-9 * scale), scenario.name
        early += 0 < month < scenario.months_to_amortize
    assert early > 50


def test_scenarios_of_different_horizons_in_one_run() -> None:
    """Months after a scenario's own horizon bring nothing, and are not the last that does not lose."""
    like = random_scenarios(400)
    group = [each for each in like if (each.storage_timing, each.serving) == ("monthly", "per_token")]
    columns: dict[str, Any] = {}
    for name in group[0].inputs():
        values = [for_arrays(each.inputs())[name] for each in group]
        columns[name] = values[0] if isinstance(values[0], str) else np.array(values, float)
    with np.errstate(all="ignore"):
        found = MODEL.evaluate(columns, FIGURES, columns["months_to_amortize"])
    for index, scenario in enumerate(group):
        scale = max(1.0, appraise(scenario).flow_size)
        shown = [float(found[name][index]) for name in FIGURES]
        assert shown == pytest.approx(by_hand(scenario), rel=1e-9, abs=1e-9 * scale), scenario.name


def test_the_golden_scenario() -> None:
    """Over its 36 months it loses 30,705; gone back after month 12 it would have returned 7,226."""
    result = appraise(Scenario(**SCENARIOS["wears_out"]["inputs"]))
    assert round(result.net_roi) == -30_705
    assert result.figure("going_back_month") == 12
    assert result.figure("net_roi_if_going_back") == pytest.approx(17_225.749671593745 - 10_000)


def test_a_plan_that_does_not_lose_at_its_end_has_nothing_to_go_back_from() -> None:
    """A retraining bill in the middle is no end."""
    result = appraise(Scenario(**SCENARIOS["npv_against_net"]["inputs"]))
    assert result.figure("going_back_month") == result.months
    assert result.figure("net_roi_if_going_back") == result.net_roi
    assert result.figure("npv_if_going_back") == pytest.approx(result.npv(), rel=1e-12)


def test_a_plan_that_loses_in_every_month_is_no_plan_to_go_back_from() -> None:
    """It should not begin; the same where nothing happens before go-live."""
    loses = {"baseline_cost": 0.0001, "finetuned_cost": 0.2, "review_cost": 0, "accuracy": 0}
    for delay in (0, 3):
        scenario = Scenario(**{**SCENARIOS["npv_against_net"]["inputs"], "go_live_delay": delay}).with_inputs(**loses)
        assert appraise(scenario).figure("going_back_month") == delay
        assert not any("Going back" in each.sentence for each in check_inputs(scenario))


@pytest.mark.parametrize(
    ("file", "sentence", "question"),
    [
        (
            "npv-negative.toml",
            "Pays back in 33.3 months and returns 800 USD over 36 months, but at 10 % a year it loses 644 USD.",
            "",
        ),
        (
            "wears-out.toml",
            "Never pays back: loses 40,705 USD over 36 months.",
            "From month 13 on every month loses. Going back after month 12 would lose 2,774 (NPV -3,336) instead of "
            "40,705.",
        ),
        (
            "loan.toml",
            "Never pays back: loses 42,040 USD over 36 months.",
            "Money comes first and is paid back later: its internal rate is a loan's, no return; read NPV instead.",
        ),
        (
            "two-rates.toml",
            "Never pays back: loses 14,605 USD over 48 months.",
            "The cash flow has several internal rates, so none is a return; read NPV and MIRR instead.",
        ),
    ],
)
def test_a_plan_has_one_story(file: str, sentence: str, question: str) -> None:
    scenario = load_scenario(ONE_STORY / file)
    result = appraise(scenario)
    assert verdict(result, scenario.currency) == sentence
    assert not question or question in [each.sentence for each in check_inputs(scenario)]
    if file in ("loan.toml", "two-rates.toml"):
        assert result.irr_annual is None
