"""The scenario: what it takes, what it refuses, and that it says everything at once."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from roi_engine import INPUTS, REFERENCE, Range, Scenario, ScenarioError, UnknownName, appraise
from roi_engine.scenario import REFERENCE_INPUTS, SCENARIO_ARGUMENTS, find_input, known_input
from tests.examples import examples
from tests.random_scenarios import random_scenarios
from tests.roi_engine.legal_scenarios import scenarios

LEAST: dict[str, Any] = {
    "training_hours": 24,
    "gpu_hourly_rate": 1.5,
    "storage_gb": 28,
    "storage_monthly_rate": 0.02,
    "baseline_monthly_api_calls": 5_000_000,
    "baseline_cost_per_1k_tokens": 0.30,
    "finetuned_cost_per_1k_tokens": 0.05,
    "accuracy_improvement_percent": 0.12,
    "monthly_review_cost": 2000,
    "months_to_amortize": 12,
}
CALLS = {**LEAST, "tokens_per_call": 650}
"""The least that may stand beside a token mix."""
SIDES = ("baseline", "finetuned", "switch")
MIX = {"input_tokens": 1800, "output_tokens": 250, "input_price_per_m": 2, "output_price_per_m": 8}


def mix(side: str) -> dict[str, float]:
    return {f"{side}_{name}": value for name, value in MIX.items()}


def problems(**changes: Any) -> dict[str, str]:
    """What is wrong, by place; a change to Ellipsis leaves the input out."""
    values = {name: value for name, value in {**LEAST, **changes}.items() if value is not ...}
    with pytest.raises(ScenarioError) as caught:
        Scenario(**values)
    return {problem.place: problem.sentence for problem in caught.value.problems}


# --- defaults and names ----------------------------------------------------------------------------------


def test_the_defaults_are_the_models() -> None:
    scenario = Scenario(**LEAST)
    expected = {
        "name": "",
        "description": "",
        "currency": "USD",
        "start_month": "",
        "model_size_b": 0,
        "gpu_count": 1,
        "training_runs": 1,
        "training_tokens_m": None,
        "training_price_per_m": None,
        "storage_timing": "upfront",
        "data_preparation_cost": 0,
        "engineering_hours": 0,
        "engineering_rate": 0,
        "evaluation_cost": 0,
        "other_upfront_cost": 0,
        "contingency": 0,
        "tokens_per_call": 1,
        "monthly_growth": 0,
        "go_live_delay": 0,
        "ramp_months": 0,
        "parallel_months": 0,
        "review_cost_per_call": None,
        "baseline_price_change": 0,
        "finetuned_price_change": 0,
        "serving_gpu_price_change": 0,
        "pay_change": 0,
        **{f"{side}_{name}": None for side in SIDES for name in MIX},
        **{f"{side}_cached_share": None for side in SIDES},
        **{f"{side}_cached_price_per_m": None for side in SIDES},
        **{f"{side}_cached_write_share": None for side in SIDES},
        **{f"{side}_cached_write_price_per_m": None for side in SIDES},
        **{f"{side}_batch_share": None for side in SIDES},
        **{f"{side}_batch_discount": None for side in SIDES},
        "serving": "per_token",
        "serving_gpu_hourly_rate": 0,
        "serving_tokens_per_second": 0,
        "target_utilisation": 0.6,
        "peak_factor": 3,
        "min_replicas": 1,
        "gpus_per_replica": 1,
        "hours_per_month": 730,
        "serving_tokens_per_call": None,
        "operations_monthly_cost": 0,
        "hosting_monthly_fee": 0,
        "fleet_operations_monthly_cost": 0,
        "switch_cost_per_1k_tokens": None,
        "switch_accuracy_improvement_percent": 0,
        "switch_upfront_cost": 0,
        "switch_price_change": None,
        "monthly_gain_decay": 0,
        "retraining_interval": 0,
        "retraining_cost": 0,
        "discount_rate": 0.10,
        "benefit_risk": 0,
        "cost_risk": 0,
        "success_chance": 1,
    }
    assert sorted(INPUTS.keys() - LEAST.keys() - expected.keys()) == [], "say its default here too"
    assert {name: getattr(scenario, name) for name in INPUTS if name not in LEAST} == expected


NEVER_DRAWN = {
    "description", "currency",  # no numbers
    "success_chance",  # moves figures of risk alone
}  # fmt: skip
"""Inputs that tests/random_scenarios.py leaves at their defaults; tests/roi_engine/legal_scenarios.py draws them."""


def test_the_random_scenarios_vary_every_input() -> None:
    drawn = random_scenarios(200)
    alike = {name for name in INPUTS if len({getattr(each, name) for each in drawn}) == 1}
    assert sorted(alike - NEVER_DRAWN) == [], "draw it in tests/random_scenarios.py, by which the carriers are compared"
    assert sorted(NEVER_DRAWN - alike) == [], "it is drawn: take it out of NEVER_DRAWN"


def test_every_input_is_described() -> None:
    for name, declared in INPUTS.items():
        assert declared.name == name
        assert declared.label and declared.group
        assert declared.meaning.endswith("."), name
    labels = [each.label for each in INPUTS.values()]
    assert len(set(labels)) == len(labels)


def test_the_reference_inputs_and_the_typed_arguments() -> None:
    assert ("model_size_b", *LEAST) == REFERENCE_INPUTS
    assert (*LEAST, "tokens_per_call") == SCENARIO_ARGUMENTS
    assert [name for name, each in INPUTS.items() if each.required] == list(LEAST)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_found_by_its_name_and_its_label(name: str) -> None:
    declared = INPUTS[name]
    for label in (name, name.upper(), f" {name.replace('_', ' ')} ", declared.label, f"{declared.label} (a unit)"):
        assert find_input(label).name == name
        assert known_input(label) is declared
    for alias in declared.aliases:
        assert find_input(alias).name == name


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("calls", "baseline_monthly_api_calls"),
        ("baseline_cost", "baseline_cost_per_1k_tokens"),
        ("finetuned_cost", "finetuned_cost_per_1k_tokens"),
        ("accuracy", "accuracy_improvement_percent"),
        ("review_cost", "monthly_review_cost"),
        ("months", "months_to_amortize"),
    ],
)
def test_the_short_names(short: str, name: str) -> None:
    values = {**LEAST, short: LEAST[name]}
    del values[name]
    assert Scenario(**values) == Scenario(**LEAST)


def test_an_unknown_name_is_guessed() -> None:
    with pytest.raises(UnknownName, match=r'no input "trainig_hours"\. Did you mean "training_hours"\?'):
        find_input("trainig_hours")
    with pytest.raises(UnknownName, match=r'no input "colour"\.$'):
        find_input("colour")
    for written, meant in (("calls_per_month", "monthly_calls"), ("Growth per month", "monthly_growth")):
        with pytest.raises(UnknownName, match=rf'no input "{written}"\. Did you mean "{meant}"\?'):
            find_input(written)
    assert known_input("trainig_hours") is known_input("") is None
    assert problems(gpu_hourly_rat=1) == {
        "gpu_hourly_rat": 'There is no input "gpu_hourly_rat". Did you mean "gpu_hourly_rate"?'
    }


def test_an_input_under_two_names_is_a_problem() -> None:
    assert problems(months=12) == {"months": 'The input "months_to_amortize" is given twice. Keep one of the two.'}


# --- what is missing -------------------------------------------------------------------------------------


def test_all_missing_inputs_are_named_at_once_with_their_units() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario()
    found = {problem.place: problem.sentence for problem in caught.value.problems}
    assert list(found) == list(LEAST)
    assert all(sentence.startswith("Missing. ") for sentence in found.values())
    assert "(GPU-hours)" in found["training_hours"]
    assert "(currency / GPU-hour)" in found["gpu_hourly_rate"]


def test_the_model_size_may_be_left_out() -> None:
    assert Scenario(**LEAST).model_size_b == 0


@pytest.mark.parametrize("side", ["baseline", "finetuned"])
def test_a_token_mix_replaces_its_sides_price(side: str) -> None:
    price = f"{side}_cost_per_1k_tokens"
    values = {name: value for name, value in CALLS.items() if name != price}
    assert getattr(Scenario(**values, **mix(side)), price) == 0
    assert list(problems(**{price: ...})) == [price]
    other = "finetuned" if side == "baseline" else "baseline"
    assert list(problems(**{price: ...}, **mix(other), tokens_per_call=650)) == [price]


@pytest.mark.parametrize("side", ["baseline", "finetuned"])
@pytest.mark.parametrize(
    "field",
    [
        *MIX, "cached_share", "cached_price_per_m", "cached_write_share", "cached_write_price_per_m", "batch_share",
        "batch_discount",
    ],
)  # fmt: skip
def test_a_side_that_gives_any_part_of_a_mix_needs_the_first_four(side: str, field: str) -> None:
    found = problems(**{f"{side}_{field}": 0.5}, tokens_per_call=650)
    assert set(found) == {f"{side}_{name}" for name in MIX} - {f"{side}_{field}"}
    assert all("token mix needs" in sentence for sentence in found.values())


def test_self_hosting_replaces_the_fine_tuned_price_and_needs_a_rate_and_a_throughput() -> None:
    assert set(problems(serving="self_hosted", finetuned_cost_per_1k_tokens=...)) == {
        "serving_gpu_hourly_rate",
        "serving_tokens_per_second",
    }
    assert list(problems(serving="self_hosted", serving_gpu_hourly_rate=3)) == ["serving_tokens_per_second"]
    assert list(problems(serving="Self hosted", serving_gpu_hourly_rate=3, serving_tokens_per_second=0)) == [
        "serving_tokens_per_second"
    ]
    fleet = {"serving": "self-hosted", "serving_gpu_hourly_rate": 3, "serving_tokens_per_second": 2500}
    values = {name: value for name, value in LEAST.items() if name != "finetuned_cost_per_1k_tokens"}
    assert Scenario(**values, **fleet).serving == "self_hosted"
    assert list(problems(**fleet, baseline_cost_per_1k_tokens=...)) == ["baseline_cost_per_1k_tokens"]


# --- what is wrong ---------------------------------------------------------------------------------------


def test_all_problems_at_once_in_the_order_of_the_inputs() -> None:
    found = problems(
        months_to_amortize=0,
        training_hours=-1,
        gpu_hourly_rate=...,
        accuracy_improvement_percent=12,
        storage_gb="28",
        serving="cloud",
        colour=3,
    )
    assert list(found) == [
        "training_hours",
        "gpu_hourly_rate",
        "storage_gb",
        "accuracy_improvement_percent",
        "months_to_amortize",
        "serving",
        "colour",
    ]
    assert found["training_hours"] == "-1 is below 0. Type a number of at least 0."
    assert found["accuracy_improvement_percent"] == "12 is above 1. Did you mean 12 % (0.12)?"
    assert found["storage_gb"] == '"28" is not a number. Type 28 without quotation marks.'
    assert found["months_to_amortize"] == "0 is below 1. Type a whole number from 1 to 600."
    assert found["serving"] == '"cloud" is not one of the choices. Choose "per_token" or "self_hosted".'


def test_an_error_prints_a_line_for_each_problem() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario(**{**LEAST, "training_hours": -1, "months_to_amortize": 601})
    assert str(caught.value).splitlines() == [
        "training_hours: -1 is below 0. Type a number of at least 0.",
        "months_to_amortize: 601 is above 600. Type a whole number from 1 to 600.",
    ]
    assert caught.value.code == "#NUM!"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, False, None, "24", [24], {}, 10**400], ids=repr)
@pytest.mark.parametrize("name", ["training_hours", "months_to_amortize", "discount_rate"])
def test_only_finite_numbers(name: str, value: Any) -> None:
    assert list(problems(**{name: value})) == [name]


@pytest.mark.parametrize("name", [name for name, each in INPUTS.items() if each.quantity.whole])
def test_whole_numbers_may_be_written_as_floats_but_have_no_fraction(name: str) -> None:
    scenario = Scenario(**{**LEAST, name: 12.0})
    assert getattr(scenario, name) == 12 and isinstance(getattr(scenario, name), int)
    assert problems(**{name: 12.5}) == {name: "12.5 is not a whole number. Type 12 or 13."}
    least = INPUTS[name].quantity.low
    assert list(problems(**{name: least - 1})) == [name]


BOUNDS = [
    ("monthly_growth", -1, True), ("monthly_growth", 1, True),
    ("baseline_price_change", -1, True), ("baseline_price_change", 9, False),
    ("finetuned_price_change", -1, True), ("finetuned_price_change", 9, False),
    ("serving_gpu_price_change", -1, True), ("serving_gpu_price_change", 9, False),
    ("switch_price_change", -1, True), ("switch_price_change", 9, False),
    ("switch_accuracy_improvement_percent", 1, False),
    ("pay_change", -1, True), ("pay_change", 9, False),
    ("parallel_months", 0, False), ("parallel_months", 600, False),
    ("discount_rate", -1, True), ("discount_rate", 3, False),
    ("monthly_gain_decay", 0, False), ("monthly_gain_decay", 1, True),
    ("accuracy_improvement_percent", 1, False),
    ("benefit_risk", 0, False), ("benefit_risk", 1, True),
    ("success_chance", 0, True), ("success_chance", 1, False),
    ("cost_risk", 0, False), ("cost_risk", 3, False), ("contingency", 0, False), ("contingency", 3, False),
    ("target_utilisation", 0, True), ("target_utilisation", 1, False),
    ("peak_factor", 1, False),
    ("hours_per_month", 0, True), ("hours_per_month", 744, False),
    ("months_to_amortize", 1, False), ("months_to_amortize", 600, False),
    ("go_live_delay", 0, False), ("go_live_delay", 600, False),
    ("ramp_months", 0, False), ("ramp_months", 600, False),
    ("retraining_interval", 0, False), ("retraining_interval", 600, False),
    ("gpu_count", 1, False), ("training_runs", 1, False), ("min_replicas", 1, False), ("gpus_per_replica", 1, False),
    ("training_hours", 0, False), ("baseline_monthly_api_calls", 0, False), ("tokens_per_call", 0, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bound", "strict"), BOUNDS)
def test_bounds(name: str, bound: float, strict: bool) -> None:
    quantity = INPUTS[name].quantity
    step = 1 if quantity.whole else 1e-9
    inside, outside = (bound + step, bound - step) if bound == quantity.low else (bound - step, bound + step)
    Scenario(**{**LEAST, name: inside})
    assert list(problems(**{name: outside})) == [name]
    if strict:
        assert list(problems(**{name: bound})) == [name]
    else:
        assert getattr(Scenario(**{**LEAST, name: bound}), name) == bound


def test_every_range_of_the_model_is_tested() -> None:
    """Money, counts and tokens are at least 0; every other bound stands in the table above."""
    tested = {(name, bound) for name, bound, _ in BOUNDS}
    for name, declared in INPUTS.items():
        for bound in (declared.quantity.low, declared.quantity.high):
            plain = bound == 0 and declared.quantity.kind in ("money", "price", "number")
            shares = name.endswith(("cached_share", "cached_write_share", "batch_share", "batch_discount"))
            assert (name, bound) in tested or plain or shares or math.isinf(bound), (name, bound)


def test_another_general_model_takes_what_it_leaves_empty_from_the_baseline() -> None:
    prices = {"switch_input_price_per_m": 0.4, "switch_output_price_per_m": 1.6}
    assert Scenario(**CALLS, **mix("baseline"), **prices).switch_input_tokens is None
    assert Scenario(**CALLS, **prices, switch_input_tokens=900, switch_output_tokens=100).switch_output_tokens == 100
    assert problems(switch_input_price_per_m=0.4, **mix("baseline"), tokens_per_call=650) == {
        "switch_output_price_per_m": "Missing. The other model needs the prices of prompt and written tokens."
    }
    assert problems(**prices, tokens_per_call=650) == {
        f"switch_{tokens}": "Missing. The baseline has no token mix whose tokens could stand for it."
        for tokens in ("input_tokens", "output_tokens")
    }
    assert Scenario(**CALLS, switch_cost=0.1, switch_accuracy=-0.2).switch_cost_per_1k_tokens == 0.1


BY_CALL = {
    **{name: value for name, value in LEAST.items() if name != "monthly_review_cost"},
    "review_cost_per_call": 0.08,
}


def test_a_review_cost_by_the_call_stands_in_for_the_amount() -> None:
    assert Scenario(**BY_CALL).monthly_review_cost == 0
    assert Scenario(**BY_CALL, monthly_review_cost=0).review_cost_per_call == 0.08
    assert Scenario(**{**BY_CALL, "review_cost_per_call": 0}).review_cost_per_call == 0
    missing = {name: value for name, value in BY_CALL.items() if name != "review_cost_per_call"}
    with pytest.raises(ScenarioError, match=r"monthly_review_cost: Missing\. What people spend on checking") as caught:
        Scenario(**missing)
    assert "Or give review_cost_per_call" in str(caught.value)


@pytest.mark.parametrize("name", ["monthly_review_cost", "baseline_cost_per_1k_tokens", "finetuned_cost_per_1k_tokens"])
def test_an_input_that_others_replace_is_left_out_where_it_is_null(name: str) -> None:
    others = {
        "monthly_review_cost": {"review_cost_per_call": 0.08},
        "baseline_cost_per_1k_tokens": {f"baseline_{field}": 1 for field in MIX},
        "finetuned_cost_per_1k_tokens": {f"finetuned_{field}": 1 for field in MIX},
    }
    scenario = Scenario(**{**CALLS, name: None, **others[name]})
    assert getattr(scenario, name) == 0 and name not in scenario.given()
    with pytest.raises(ScenarioError, match=f"^{name}: Missing"):
        Scenario(**{**LEAST, name: None})


BESIDE = "The two cannot be compared: give the tokens of a typical call, prompt and answer."
OTHER = {"switch_input_price_per_m": 0.4, "switch_output_price_per_m": 1.6, "switch_input_tokens": 900}
FLEET_ONLY = {"serving": "self_hosted", "serving_gpu_hourly_rate": 3, "serving_tokens_per_second": 2500}


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        (mix("baseline"), "tokens_per_call", "One token a call for the fine-tuned model, beside a token mix for the "
         "baseline."),
        (mix("finetuned"), "tokens_per_call", "One token a call for the baseline, beside a token mix for the "
         "fine-tuned model."),
        (OTHER | {"switch_output_tokens": 100}, "tokens_per_call", "One token a call for the baseline and the "
         "fine-tuned model, beside a token mix for the other model."),
        (mix("baseline") | FLEET_ONLY, "serving_tokens_per_call", "The fleet would serve one token a call, beside a "
         "token mix for the baseline."),
        (mix("finetuned") | FLEET_ONLY, "tokens_per_call", "One token a call for the baseline, beside a token mix for "
         "the fine-tuned model."),
    ],
)  # fmt: skip
def test_one_token_a_call_beside_a_token_mix_is_a_problem(changes: dict[str, Any], place: str, sentence: str) -> None:
    assert problems(**changes) == problems(**changes, tokens_per_call=1) == {place: f"{sentence} {BESIDE}"}
    assert Scenario(**{**LEAST, **changes, "tokens_per_call": 650}).tokens_per_call == 650


def test_a_fleet_beside_a_token_mix_may_say_what_it_serves() -> None:
    served = {**mix("baseline"), **FLEET_ONLY, "serving_tokens_per_call": 600}
    assert Scenario(**LEAST, **served).serving_tokens_per_call == 600
    assert list(problems(**served | {"serving_tokens_per_call": 1})) == ["serving_tokens_per_call"]


def test_a_review_cost_beside_one_by_the_call_is_a_problem() -> None:
    sentence = "The review cost is given twice, also by the call (review_cost_per_call). Keep one of the two."
    assert problems(review_cost_per_call=0.08) == {"monthly_review_cost": sentence}


def test_the_first_month_is_kept_as_year_and_month() -> None:
    scenario = Scenario(**LEAST, start_month="2027-3")
    assert scenario.start_month == "2027-03" and scenario.fingerprint() != Scenario(**LEAST).fingerprint()
    assert list(problems(start_month="spring")) == ["start_month"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("USD ", "USD"), (" usd", "USD"), ("$", "USD"), ("US$", "USD"), ("us$", "USD"), ("€", "EUR"), ("Euro", "EUR"),
        ("euro ", "EUR"), ("EURO", "EUR"), ("£", "GBP"), ("chf", "CHF"), ("¥", "¥"), ("", ""),
    ],
)  # fmt: skip
def test_a_currency_is_its_code_however_it_is_written(written: str, code: str) -> None:
    assert Scenario(**LEAST, currency=written).currency == code
    assert Scenario(**LEAST, currency=code).fingerprint() == Scenario(**LEAST, currency=written).fingerprint()


def test_a_currency_is_a_text() -> None:
    assert problems(currency=5) == {"currency": "5 is not a text. Put it in quotation marks."}


def test_a_negative_improvement_is_legal() -> None:
    assert Scenario(**{**LEAST, "accuracy_improvement_percent": -3}).accuracy_improvement_percent == -3


def test_choices_in_any_spelling() -> None:
    assert Scenario(**LEAST, storage_timing=" Monthly ").storage_timing == "monthly"
    assert Scenario(**LEAST, serving="per-token").serving == "per_token"


# --- ranges, sources, notes ------------------------------------------------------------------------------


def test_ranges_sources_and_notes() -> None:
    scenario = Scenario(
        **LEAST,
        ranges={
            "training_hours": {"low": 12, "high": 72, "distribution": "triangular"},
            "calls": {"low": 2e6, "high": 9e6},
        },
        sources={"gpu_hourly_rate": "a price list"},
        notes={"months": "the contract's term"},
    )
    assert scenario.ranges["training_hours"] == Range(low=12, high=72, distribution="triangular")
    assert scenario.ranges["baseline_monthly_api_calls"].distribution == "pert"
    assert scenario.sources == {"gpu_hourly_rate": "a price list"}
    assert scenario.notes == {"months_to_amortize": "the contract's term"}


@pytest.mark.parametrize(
    ("ranges", "place"),
    [
        ({"training_hours": {"low": 72, "high": 12}}, "ranges.training_hours"),
        ({"training_hours": {"low": -1, "high": 72}}, "ranges.training_hours.low"),
        ({"months_to_amortize": {"low": 6, "high": 12.5}}, "ranges.months_to_amortize.high"),
        ({"training_hours": {"low": 12}}, "ranges.training_hours.high"),
        ({"training_hours": {"low": math.nan, "high": 72}}, "ranges.training_hours.low"),
        ({"training_hours": {"low": 12, "high": 72, "distribution": "gauss"}}, "ranges.training_hours.distribution"),
        ({"training_hours": {"low": 12, "high": 72, "hihg": 80}}, "ranges.training_hours.hihg"),
        ({"training_hours": {"low": 12, "high": 72, "untyped": "both"}}, "ranges.training_hours.untyped"),
        ({"hours": {"low": 12, "high": 72}, "training_hours": {"low": 1, "high": 72}}, "ranges.training_hours"),
        ({"review_cost_per_call": {"low": 0.1, "high": 0.2}}, "ranges.review_cost_per_call"),
        ({"serving": {"low": 1, "high": 2}}, "ranges.serving"),
        ({"training_hour": {"low": 1, "high": 2}}, "ranges.training_hour"),
    ],
)
def test_an_illegal_range(ranges: dict[str, Any], place: str) -> None:
    assert list(problems(ranges=ranges)) == [place]


def test_a_value_outside_of_its_own_range_is_a_problem_and_a_copy_leaves_the_range_behind() -> None:
    span = {"training_hours": {"low": 25, "high": 72}}
    sentence = "The value 24 lies outside of low 25 and high 72. Correct one of the three."
    assert problems(ranges=span) == {"ranges.training_hours": sentence}
    assert list(problems(ranges={"discount_rate": {"low": 0.12, "high": 0.2}})) == ["ranges.discount_rate"]  # a default
    scenario = Scenario(**LEAST, ranges={"training_hours": {"low": 24, "high": 72}, "calls": {"low": 1, "high": 5e6}})
    assert list(scenario.with_inputs(hours=72).ranges) == ["training_hours", "baseline_monthly_api_calls"]
    assert list(scenario.with_inputs(hours=73).ranges) == ["baseline_monthly_api_calls"]


@pytest.mark.parametrize("section", ["sources", "notes"])
def test_annotations_speak_of_inputs(section: str) -> None:
    assert list(problems(**{section: {"colour": "blue"}})) == [f"{section}.colour"]


# --- copies ----------------------------------------------------------------------------------------------


def test_a_copy_with_some_inputs_replaced_is_checked_again() -> None:
    changed = REFERENCE.with_inputs(months=24, calls=1)
    assert (changed.months_to_amortize, changed.baseline_monthly_api_calls) == (24, 1)
    assert REFERENCE.months_to_amortize == 12
    assert changed.training_hours == REFERENCE.training_hours
    with pytest.raises(ScenarioError, match=r"12\.5 is not a whole number"):
        REFERENCE.with_inputs(months=12.5)
    with pytest.raises(ScenarioError, match='no input "colour"'):
        REFERENCE.with_inputs(colour=1)
    with pytest.raises(ScenarioError, match="self-hosted"):
        REFERENCE.with_inputs(serving="self_hosted")


def test_a_scenario_cannot_be_changed_in_place() -> None:
    with pytest.raises(Exception, match="frozen"):
        REFERENCE.months_to_amortize = 24


def test_what_was_given_is_told_from_the_defaults() -> None:
    assert Scenario(**LEAST).given() == LEAST
    assert Scenario(**LEAST, gpu_count=1).given() == {**LEAST, "gpu_count": 1}


def test_the_fingerprint_is_of_the_numbers() -> None:
    scenario = Scenario(**LEAST)
    assert scenario.fingerprint() == Scenario(**{**LEAST, "training_hours": 24.0, "gpu_count": 1}).fingerprint()
    assert scenario.fingerprint() == Scenario(**LEAST, notes={"storage_gb": "one copy"}).fingerprint()
    assert scenario.fingerprint() != scenario.with_inputs(training_hours=25).fingerprint()
    assert len(scenario.fingerprint()) == 64


@examples(50)
@given(scenarios())
def test_what_was_given_makes_the_same_scenario(scenario: Scenario) -> None:
    assert Scenario(**scenario.given()) == scenario
    assert Scenario(**scenario.inputs()) == scenario
    assert scenario.with_inputs() == scenario
    assert Scenario(**scenario.inputs()).fingerprint() == scenario.fingerprint()


def test_shares_read_from_the_cache_and_written_to_it_are_at_most_the_prompt() -> None:
    mix = {
        "tokens_per_call": 1100,
        "baseline_input_tokens": 1000, "baseline_output_tokens": 100, "baseline_input_price_per_m": 3,
        "baseline_output_price_per_m": 15, "baseline_cached_share": 0.5, "baseline_cached_price_per_m": 0.3,
    }  # fmt: skip
    written = REFERENCE.with_inputs(**mix, baseline_cached_write_share=0.5, baseline_cached_write_price_per_m=3.75)
    calls = written.baseline_monthly_api_calls
    assert appraise(written).cash_flow[1] - appraise(REFERENCE.with_inputs(**mix)).cash_flow[1] == pytest.approx(
        calls * 1000 * 0.5 * (3.75 - 3) / 1e6
    )
    (told,) = problems(**mix, baseline_cached_write_share=0.6).items()
    assert told[0] == "baseline_cached_write_share"
    assert told[1] == "With the share read from the cache it is 1.1 of the prompt. Together they are at most 1."
    other = {"switch_input_price_per_m": 1, "switch_output_price_per_m": 4, "switch_cached_write_share": 0.6}
    assert list(problems(**mix, **other)) == ["switch_cached_write_share"]  # the share read is the baseline's
