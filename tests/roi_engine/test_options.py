"""The options: the model in each mode, the identity of their present values, and where the ranking changes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from roi_engine import REFERENCE, Scenario, UnknownName, appraise, compare_options
from roi_engine.options import find_option
from tests.roi_engine import model_by_hand
from tests.roi_engine.legal_scenarios import SIXTY, scenarios

FLEET = REFERENCE.with_inputs(
    calls=1_000_000,
    tokens_per_call=650,
    baseline_cost=0.0065,
    finetuned_cost=0.004,
    serving_gpu_hourly_rate=3,
    serving_tokens_per_second=2500,
    operations_monthly_cost=1000,
    hosting_monthly_fee=200,
    training_tokens_m=20,
    training_price_per_m=3,
    months=24,
)


@pytest.mark.slow
@SIXTY
@given(scenarios())
def test_an_option_is_the_model_in_its_mode(scenario: Scenario) -> None:
    options, inputs = compare_options(scenario), scenario.inputs()
    modes = {
        "API": {"serving": "per_token", "training_hours": 0, "storage_gb": 0, "operations_monthly_cost": 0},
        "SELFHOSTED": {"serving": "self_hosted", "training_tokens_m": 0, "hosting_monthly_fee": 0},
    }
    for name in options.available[1:]:
        by_hand = model_by_hand.month_rows({**inputs, **modes[name]})["net_cash_flow"]
        size = sum(map(abs, by_hand)) + appraise(scenario).total_cost
        assert options.appraisal(name).cash_flow == pytest.approx(by_hand, rel=1e-9, abs=1e-9 * size)


@SIXTY
@given(scenarios())
def test_the_cost_of_staying_less_the_npv_is_the_cost_of_the_option(scenario: Scenario) -> None:
    options, s = compare_options(scenario), scenario.inputs()
    price = model_by_hand.price_of_a_call(s, "baseline")
    stay = [0.0] + [
        (1 + s["monthly_growth"]) ** (t - 1)
        * (
            s["baseline_monthly_api_calls"] * price * (1 + s["baseline_price_change"]) ** ((t - 1) / 12)
            + model_by_hand.review_cost(s) * (1 + s["pay_change"]) ** ((t - 1) / 12)
        )
        for t in range(1, s["months_to_amortize"] + 1)
    ]
    expected = model_by_hand.npv(s["discount_rate"], stay)
    assert options.pv_costs["STAY"] == pytest.approx(expected, rel=1e-9)
    for name in options.available:
        assert options.pv_costs[name] + options.npv(name) == pytest.approx(
            expected, rel=1e-9, abs=1e-9 * abs(options.npv(name))
        )


def test_the_ranking_changes_where_two_options_cost_the_same() -> None:
    changes = compare_options(FLEET).ranking_changes
    assert changes
    for change in changes:
        for calls, cheaper in (
            (change.calls * 1.000001, change.cheaper_above),
            (change.calls * 0.999999, change.cheaper_below),
        ):
            costs = compare_options(FLEET.with_inputs(calls=calls)).pv_costs
            other = ({change.cheaper_above, change.cheaper_below} - {cheaper}).pop()
            assert costs[cheaper] < costs[other]


def test_between_two_changes_the_ranking_stays() -> None:
    changes = [change.calls for change in compare_options(FLEET).ranking_changes]
    for low, high in zip([changes[0] / 2, *changes], [*changes, changes[-1] * 2], strict=True):
        step = (high - low) / 8
        ranks = set()
        for place in range(1, 8):
            options = compare_options(FLEET.with_inputs(calls=low + place * step))
            ranks.add(tuple(options.rank(name) for name in options.available))
        assert len(ranks) == 1, (low, high)


def test_an_option_without_its_inputs_says_why_and_the_others_stand() -> None:
    stay, api, own = compare_options(REFERENCE).all()
    assert (stay.note, api.note) == ("", "")
    assert own.note.startswith("no fleet") and own.npv is own.rank is None
    hosted = FLEET.with_inputs(serving="self_hosted", finetuned_cost=0)
    assert compare_options(hosted).notes["API"].startswith("no price")


def test_equals_share_a_rank_and_never_change_it() -> None:
    same = REFERENCE.with_inputs(finetuned_cost=0.3, accuracy=0, hours=0)
    stay, api, _ = compare_options(same).all()
    assert (stay.rank, api.rank) == (1, 1)
    assert stay.ranking_changes_at == math.inf


def test_an_unknown_option() -> None:
    assert find_option(" fine-tuned api ") == "API"
    with pytest.raises(UnknownName, match='Did you mean "SELFHOSTED"'):
        find_option("selfhost")
