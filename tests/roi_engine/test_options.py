"""The options: the scenario's own, the model in each mode, their present values, and where the ranking changes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from roi_engine import INPUTS, REFERENCE, Options, Scenario, UnknownName, appraise, compare_options, load_scenario
from roi_engine.options import LABELS, find_option
from tests.random_scenarios import random_scenarios
from tests.roi_engine import model_by_hand
from tests.roi_engine.legal_scenarios import SIXTY, scenarios

ONE_STORY = Path(__file__).parents[1] / "one_story"
FLEET = REFERENCE.with_inputs(
    calls=1_000_000,
    tokens_per_call=650,
    baseline_cost=0.0065,
    finetuned_cost=0.004,
    serving_gpu_hourly_rate=3,
    serving_tokens_per_second=2500,
    fleet_operations_monthly_cost=1000,
    hosting_monthly_fee=200,
    training_tokens_m=20,
    training_price_per_m=3,
    months=24,
)
RANDOM = random_scenarios(500)


# --- against the model by hand ---------------------------------------------------------------------------


def assert_options_by_hand(scenario: Scenario) -> None:
    """Every figure of every option, from the text alone; an option that lacks figures has none."""
    options, inputs = compare_options(scenario), scenario.inputs()
    stay = model_by_hand.npv(inputs["discount_rate"], model_by_hand.stay_bills(inputs))
    flows = {name: model_by_hand.option_flows(inputs, name) for name in LABELS}
    there = {name: each for name, each in flows.items() if each is not None}
    assert options.available == list(there), scenario.name
    npvs = {name: model_by_hand.npv(inputs["discount_rate"], each) for name, each in there.items()}
    size = max(abs(stay), *(sum(map(abs, each)) for each in there.values()), 1.0)
    for name, by_hand in there.items():
        best = max(value for other, value in npvs.items() if other != name)
        assert options.npv(name) == pytest.approx(npvs[name], rel=1e-9, abs=1e-9 * size), scenario.name
        assert options.npv_best(name) == pytest.approx(npvs[name] - best, rel=1e-9, abs=1e-9 * size)
        assert options.pv_cost(name) == pytest.approx(stay - npvs[name], rel=1e-9, abs=1e-9 * size)
        assert options.bill(name) == pytest.approx(model_by_hand.option_bill(inputs, name), rel=1e-9, abs=1e-9)
        assert options.rank(name) == 1 + sum(value > npvs[name] + 1e-12 * size for value in npvs.values())
        if name != "STAY":
            assert options.cash_flow(name) == pytest.approx(by_hand, rel=1e-9, abs=1e-9 * size)
            found, expected = options.payback_months(name), model_by_hand.payback(by_hand)
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-6), scenario.name
    for name in flows.keys() - there.keys():
        assert options.option(name).as_dict() == {
            **dict.fromkeys(options.option(name).as_dict()),
            "name": name,
            "note": options.notes[name],
        }
        assert options.notes[name].startswith("Not compared. ")


def test_the_options_are_those_of_the_model_by_hand() -> None:
    for scenario in RANDOM:
        assert_options_by_hand(scenario)


def test_the_random_scenarios_have_and_lack_every_option() -> None:
    found = [compare_options(scenario).available for scenario in RANDOM]
    assert all(100 < sum(name in each for each in found) < 480 for name in ("SWITCH", "API", "SELFHOSTED"))
    assert sum({"API", "SELFHOSTED"} <= {*each} for each in found) >= 50


@pytest.mark.slow
@SIXTY
@given(scenarios())
def test_the_flows_of_an_option_are_those_of_the_model_by_hand(scenario: Scenario) -> None:
    options, inputs = compare_options(scenario), scenario.inputs()
    for name in LABELS:
        by_hand = model_by_hand.option_flows(inputs, name)
        assert (name in options.available) == (by_hand is not None)
        if name != "STAY" and by_hand is not None:
            size = sum(map(abs, by_hand)) + sum(model_by_hand.stay_bills(inputs)) + appraise(scenario).total_cost
            assert options.cash_flow(name) == pytest.approx(by_hand, rel=1e-9, abs=1e-9 * size)


# --- one story -------------------------------------------------------------------------------------------


def assert_is_the_scenario(scenario: Scenario) -> None:
    """The option of the scenario's own mode has the figures of the scenario, bit by bit."""
    options, result = compare_options(scenario), appraise(scenario)
    own = options.own
    assert options.npv(own) == result.npv()
    assert options.payback_months(own) == result.payback_months
    assert options.pv_cost(own) == result.pv_cost()
    assert options.cash_flow(own) == result.cash_flow
    assert options.notes[own] == "Compared. This is the scenario."
    at_once = scenario.with_inputs(go_live_delay=0, ramp_months=0)
    assert options.bill(own) == at_once_bill(at_once)


def at_once_bill(scenario: Scenario) -> float:
    """The first month of the scenario's own flows, when all traffic moves at once."""
    from roi_engine.cashflow import MODEL

    rows = MODEL.evaluate(scenario.inputs(), ("finetuned_spend", "operations_spend"), scenario.months_to_amortize)
    return float(rows["finetuned_spend"][1] + rows["operations_spend"][1])


def test_the_option_that_the_scenario_is_has_its_figures() -> None:
    for scenario in RANDOM:
        assert_is_the_scenario(scenario)


FIGURES: dict[str, dict[str, Any]] = {
    "contradiction": {"npv": -7_181, "rank": 2},
    "options-turn-the-sign": {"npv": -2_338, "payback_months": 38.1, "rank": 2},
    "does-not-pay": {"bill": 518, "rank": 2},
    "no-api-price": {"rank": 1},
    "no-fleet": {"rank": 1},
}


@pytest.mark.parametrize("name", FIGURES)
def test_one_plan_has_one_story(name: str) -> None:
    """Plans whose Summary and Options once disagreed: one answer, and none for an option without figures."""
    scenario = load_scenario(ONE_STORY / f"{name}.toml")
    assert_is_the_scenario(scenario)
    assert_options_by_hand(scenario)
    options = compare_options(scenario)
    own = options.option(options.own)
    for figure, value in FIGURES[name].items():
        found = getattr(own, figure)
        assert round(found, 1 if isinstance(value, float) else 0) == value, (figure, found)
    other = {"API": "SELFHOSTED", "SELFHOSTED": "API"}[options.own]
    assert options.available == ["STAY", options.own]
    assert options.option(other).pv_cost is None and options.notes[other].startswith("Not compared. ")


def test_the_reference_with_operations_is_one_plan_with_one_npv() -> None:
    scenario = REFERENCE.with_inputs(operations_monthly_cost=2000)
    assert_is_the_scenario(scenario)
    api = compare_options(scenario).option("API")
    assert api.npv is not None and round(api.npv) == -5857 == round(appraise(scenario).npv())
    assert (api.rank, api.payback_months, api.bill) == (2, math.inf, pytest.approx(2250))


def test_a_dear_month_is_the_bill_with_the_operations_that_the_option_bears() -> None:
    options = compare_options(FLEET.with_inputs(operations_monthly_cost=500))
    assert options.bill("STAY") == pytest.approx(4225)
    assert options.bill("API") == pytest.approx(2600 + 500 + 200)
    assert options.bill("SELFHOSTED") == pytest.approx(2190 + 500 + 1000)


# --- what is borne ---------------------------------------------------------------------------------------


def test_a_scenario_bears_the_training_of_its_own_way() -> None:
    assert appraise(FLEET).training_cost == 60  # 20 M tokens at 3; not the 24 GPU-hours at 1.5
    hosted = FLEET.with_inputs(serving="self_hosted")
    assert appraise(hosted).training_cost == 36
    assert appraise(hosted.with_inputs(training_hours=0)).training_cost == 60
    assert appraise(FLEET.with_inputs(training_tokens_m=0)).training_cost == 36
    assert appraise(FLEET.with_inputs(training_price_per_m=0)).training_cost == 0
    no_price = {name: value for name, value in FLEET.given().items() if name != "training_price_per_m"}
    assert appraise(Scenario(**no_price)).training_cost == 36


def test_operations_and_the_hosting_fee_follow_the_way_of_serving() -> None:
    month = (
        compare_options(FLEET).cash_flow("API")[2]
        - compare_options(FLEET.with_inputs(hosting_monthly_fee=0)).cash_flow("API")[2]
    )
    assert month == pytest.approx(-200)
    hosted = FLEET.with_inputs(serving="self_hosted")
    assert appraise(hosted).total_running_cost == 24 * 1000
    assert appraise(FLEET).total_running_cost == 24 * 200


def test_a_derived_option_says_what_it_leaves_out() -> None:
    assert compare_options(FLEET).notes["SELFHOSTED"] == "Compared. Without API training, the hosting fee."
    hosted = compare_options(FLEET.with_inputs(serving="self_hosted"))
    assert hosted.notes["API"] == "Compared. Without GPU training, storage, fleet operations."
    bare = FLEET.with_inputs(serving="self_hosted", storage_gb=0, fleet_operations_monthly_cost=0, training_hours=0)
    assert compare_options(bare).notes["API"] == "Compared."


def test_what_the_scenario_does_not_bear_is_named() -> None:
    words = "Given but not borne by this scenario, only by the other fine-tuned option: "
    assert compare_options(FLEET).not_borne == f"{words}GPU training, fleet operations."
    assert (
        compare_options(FLEET.with_inputs(serving="self_hosted")).not_borne == f"{words}API training, the hosting fee."
    )
    assert compare_options(REFERENCE).not_borne == ""


def test_an_option_without_its_inputs_says_what_is_missing() -> None:
    notes = compare_options(REFERENCE).notes
    assert notes["SELFHOSTED"] == "Not compared. The serving GPU price is missing. The replica throughput is missing."
    assert notes["SWITCH"] == "Not compared. No price of another model is given."
    assert (
        compare_options(FLEET.with_inputs(training_hours=0))
        .notes["SELFHOSTED"]
        .endswith("Not compared. The training time is missing.")
    )
    hosted = REFERENCE.with_inputs(
        serving="self_hosted", finetuned_cost=0, serving_gpu_hourly_rate=3, serving_tokens_per_second=2500
    )
    assert compare_options(hosted).notes["API"] == (
        "Not compared. The fine-tuned price is missing. Billed training tokens and their price are missing (0 counts)."
    )
    assert (
        "API"
        in compare_options(
            hosted.with_inputs(finetuned_cost=0.05, training_tokens_m=0, training_price_per_m=0)
        ).available
    )


def test_a_token_mix_that_costs_nothing_is_a_price() -> None:
    """A batch discount of 100 %: the mix is given, so the option has a price."""
    free = REFERENCE.with_inputs(
        serving="self_hosted", serving_gpu_hourly_rate=3, serving_tokens_per_second=2500, training_tokens_m=0,
        training_price_per_m=0, finetuned_input_tokens=500, finetuned_output_tokens=100,
        finetuned_input_price_per_m=1, finetuned_output_price_per_m=2, finetuned_batch_share=1,
        finetuned_batch_discount=1, tokens_per_call=600,
    )  # fmt: skip
    assert compare_options(free).bill("API") == 0


# --- another general model -------------------------------------------------------------------------------


def test_another_general_model_takes_tokens_shares_and_price_change_from_the_baseline() -> None:
    baseline = {
        "baseline_input_tokens": 1800, "baseline_output_tokens": 250, "baseline_input_price_per_m": 2,
        "baseline_output_price_per_m": 8, "baseline_cached_share": 0.5, "baseline_cached_price_per_m": 0.5,
        "baseline_batch_share": 0.5, "baseline_batch_discount": 0.5, "baseline_price_change": -0.5,
    }  # fmt: skip
    plain = REFERENCE.with_inputs(**baseline, months=13, review_cost=0, tokens_per_call=600)
    other = plain.with_inputs(switch_input_price_per_m=0.4, switch_output_price_per_m=1.6, switch_batch_discount=0.5)
    price = (1800 * 0.4 + 250 * 1.6) / 1e6 * 0.75
    old = (1800 * (0.5 * 2 + 0.5 * 0.5) + 250 * 8) / 1e6 * 0.75
    flows = compare_options(other).cash_flow("SWITCH")
    assert flows[1] == pytest.approx(5_000_000 * (old - price))
    assert flows[13] == pytest.approx(5_000_000 * (old - price) / 2)
    per_1k = compare_options(plain.with_inputs(switch_cost_per_1k_tokens=0.001, switch_price_change=0))
    assert per_1k.bill("SWITCH") == pytest.approx(5_000_000 * 2.05 * 0.001)
    assert per_1k.cash_flow("SWITCH")[13] == pytest.approx(5_000_000 * (old / 2 - 0.00205))


@pytest.mark.parametrize("name", [name for name, each in INPUTS.items() if each.group == "Running costs"])
def test_another_general_model_bears_no_running_costs(name: str) -> None:
    without = REFERENCE.with_inputs(switch_cost=0.01)
    bears_none = compare_options(without).cash_flow("SWITCH")
    borne = compare_options(without.with_inputs(**{name: 100})).cash_flow("SWITCH")
    assert borne == bears_none, f"another general model bears {name}: make it 0 in REPLACED of roi_engine/options.py"


def test_another_general_model_may_make_more_errors_and_waits_for_nothing() -> None:
    other = REFERENCE.with_inputs(
        switch_cost_per_1k_tokens=0.1, switch_accuracy=-0.25, switch_upfront_cost=400, go_live_delay=6, ramp_months=3,
        parallel_months=2, operations_monthly_cost=50, monthly_gain_decay=0.1, retraining_interval=2,
        retraining_cost=100, cost_risk=0.1, benefit_risk=0.2, storage_timing="monthly",
    )  # fmt: skip
    options = compare_options(other)
    assert options.cash_flow("SWITCH")[0] == pytest.approx(-440)
    assert options.cash_flow("SWITCH")[1:] == pytest.approx([1500 * 0.8 - (500 + 500) * 1.1] * 12)
    assert options.bill("SWITCH") == pytest.approx(500)


def test_the_best_other_option_is_what_a_plan_is_measured_by() -> None:
    other = REFERENCE.with_inputs(switch_cost_per_1k_tokens=0.06, switch_accuracy=0.1)
    options: Options = compare_options(other)
    assert options.best_other("API") == "SWITCH" and options.best_other("SWITCH") == "API"
    assert options.npv_best("API") == pytest.approx(options.npv("API") - options.npv("SWITCH"))
    assert options.npv_best("STAY") == pytest.approx(-options.npv("API"))
    assert options.npv_best("SWITCH") == pytest.approx(-options.npv_best("API"))


# --- ranking ---------------------------------------------------------------------------------------------


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


def test_equals_share_a_rank_and_never_change_it() -> None:
    same = REFERENCE.with_inputs(finetuned_cost=0.3, accuracy=0, hours=0, storage_gb=0)
    stay, _, api, _ = compare_options(same).all()
    assert (stay.rank, api.rank) == (1, 1)
    assert stay.ranking_changes_at == math.inf


def test_an_unknown_option() -> None:
    assert find_option(" fine-tuned api ") == "API"
    assert find_option("another general model") == "SWITCH"
    with pytest.raises(UnknownName, match='Did you mean "SELFHOSTED"'):
        find_option("selfhost")
