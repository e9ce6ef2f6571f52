"""Each warning has a scenario that triggers it and one, as near as can be, that does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from roi_engine import INPUTS, REFERENCE, Range, Scenario, check_inputs
from roi_engine.prices.price_tables import price_tables
from tests.random_scenarios import random_scenarios

QUIET = REFERENCE.with_inputs(
    tokens_per_call=2,
    storage_gb=100,
    accuracy=0.8,
    review_cost=100,
    calls=1_000_000,
    data_preparation_cost=3_000,
    months=24,
)
"""Nothing to ask."""

MIX = {
    "input_tokens": 1800,
    "output_tokens": 250,
    "input_price_per_m": 2,
    "output_price_per_m": 8,
}
BASELINE_MIX = {f"baseline_{name}": value for name, value in MIX.items()}
FINETUNED_MIX = {f"finetuned_{name}": value / 2 for name, value in MIX.items()}
FLEET = {"serving": "self_hosted", "serving_gpu_hourly_rate": 0.1, "serving_tokens_per_second": 9e9}
DEARER_MIX = {
    "finetuned_input_tokens": 1800,
    "finetuned_output_tokens": 250,
    "finetuned_input_price_per_m": 3,
    "finetuned_output_price_per_m": 12,
}
OTHER_MIX = {
    "switch_input_tokens": 1800,
    "switch_output_tokens": 250,
    "switch_input_price_per_m": 0.4,
    "switch_output_price_per_m": 1.6,
}
NEWEST = price_tables().read_on
OLD = NEWEST - timedelta(days=366)
SEVERAL_RATES = {
    "training_hours": 800,
    "gpu_hourly_rate": 1,
    "storage_gb": 0,
    "calls": 1000,
    "baseline_cost": 3795,
    "finetuned_cost": 0,
    "accuracy": 0,
    "review_cost": 0,
    "months": 3,
    "data_preparation_cost": 0,
    "retraining_interval": 2,
    "retraining_cost": 21871,
}
"""−800, 7590, −14281, 7590: 10 %, 20 % and 618.75 % a month."""

WEARS_OUT = {
    "training_hours": 0,
    "gpu_hourly_rate": 0,
    "storage_gb": 0,
    "storage_monthly_rate": 0,
    "accuracy": 0,
    "review_cost": 0,
    "data_preparation_cost": 0,
    "months": 36,
    "baseline_cost": 0.0065,
    "finetuned_cost": 0,
    "tokens_per_call": 1000,
    "serving": "self_hosted",
    "serving_gpu_hourly_rate": 3,
    "serving_tokens_per_second": 4000,
    "serving_tokens_per_call": 600,
    "operations_monthly_cost": 1200,
    "other_upfront_cost": 10_000,
    "baseline_price_change": -0.5,
}
"""The bill that is avoided halves in a year, the fleet's stays: the golden scenario of this name."""

Changes = dict[str, Any]

# input, words of the sentence, what triggers it, the nearest that does not
WARNINGS: dict[str, tuple[str, str, Changes, Changes]] = {
    "one call is one token": ("tokens_per_call", "single token", {"tokens_per_call": 1}, {"tokens_per_call": 1.5}),
    "one token in a mix": (
        "tokens_per_call",
        "single token",
        {"tokens_per_call": 1, **BASELINE_MIX, "baseline_cost": 0},
        {"tokens_per_call": 1, **BASELINE_MIX, **FINETUNED_MIX, "baseline_cost": 0, "finetuned_cost": 0},
    ),
    "one token against a fleet": (
        "tokens_per_call",
        "single token",
        {"tokens_per_call": 1, **FLEET, "finetuned_cost": 0},
        {"tokens_per_call": 1, **FLEET, "finetuned_cost": 0, **BASELINE_MIX, "baseline_cost": 0},
    ),
    "a baseline price beside a mix": (
        "baseline_cost_per_1k_tokens",
        "Ignored",
        {**BASELINE_MIX, "baseline_cost": 0.3},
        {**BASELINE_MIX, "baseline_cost": 0},
    ),
    "a fine-tuned price beside a mix": (
        "finetuned_cost_per_1k_tokens",
        "Ignored: the token mix",
        {**FINETUNED_MIX, "finetuned_cost": 0.05},
        {**FINETUNED_MIX, "finetuned_cost": 0},
    ),
    "a fine-tuned price beside a fleet": (
        "finetuned_cost_per_1k_tokens",
        "Ignored: the model is self-hosted",
        {**FLEET, "finetuned_cost": 0.05},
        {**FLEET, "finetuned_cost": 0},
    ),
    "no traffic": ("go_live_delay", "horizon of 24 months", {"go_live_delay": 24}, {"go_live_delay": 23}),
    "nothing saved within the horizon": (
        "parallel_months",
        "whole horizon of 24 months",
        {"parallel_months": 21, "go_live_delay": 3},
        {"parallel_months": 20, "go_live_delay": 3},
    ),
    "a change of no GPU price": (
        "serving_gpu_price_change",
        "Without a serving GPU price",
        {"serving_gpu_price_change": -0.2},
        {"serving_gpu_price_change": -0.2, "serving_gpu_hourly_rate": 3},
    ),
    "wall-clock hours": ("training_hours", "24 h on 4 GPUs is 96 GPU-hours", {"gpu_count": 4}, {"gpu_count": 1}),
    "no storage": ("storage_gb", "No storage", {"storage_gb": 0}, {"storage_gb": 0, "training_hours": 0}),
    "one copy of the weights": ("storage_gb", "4 bytes", {"storage_gb": 28}, {"storage_gb": 28.1}),
    "a model that makes more errors": (
        "accuracy_improvement_percent",
        "Negative",
        {"accuracy": -0.01},
        {"accuracy": 0},
    ),
    "accuracy points": (
        "accuracy_improvement_percent",
        "25 % is the share of errors",
        {"accuracy": 0.25},
        {"accuracy": 0.251},
    ),
    "accuracy points without a review cost": (
        "accuracy_improvement_percent",
        "share of errors",
        {"accuracy": 0.12},
        {"accuracy": 0.12, "review_cost": 0},
    ),
    "a payback that prints as 0.0": (
        "months_to_amortize",
        "inside month 1; it is not day one",
        {"data_preparation_cost": 0, "storage_gb": 0, "training_hours": 18},  # 27 of 580 is 0.047
        {"data_preparation_cost": 0, "storage_gb": 0, "training_hours": 20},  # 30 of 580 is 0.052
    ),
    "payback beyond the horizon": (
        "months_to_amortize",
        "after the horizon, in 24.",
        {"data_preparation_cost": 13_900},
        {"data_preparation_cost": 13_800},
    ),
    "an absurd ROI without one-off costs": (
        "data_preparation_cost",
        "no one-off cost",
        {"data_preparation_cost": 0},
        {"data_preparation_cost": 1_200},
    ),
    "an absurd ROI with one-off costs": (
        "months_to_amortize",
        "is every cost of this size of benefit counted?",
        {"data_preparation_cost": 1_150},  # 13920/1234 − 1 = 10.28
        {"data_preparation_cost": 1_200},  # 13920/1284 − 1 = 9.84
    ),
    "a benefit risk that turns the sign": (
        "benefit_risk",
        "alone turns the sign",
        {"benefit_risk": 0.7},
        {"benefit_risk": 0.6},
    ),
    "a cost risk that turns the sign": ("cost_risk", "alone turns the sign", {"cost_risk": 2.5}, {"cost_risk": 1.0}),
    "several internal rates": (
        "discount_rate",
        "several internal rates",
        SEVERAL_RATES,
        {**SEVERAL_RATES, "retraining_cost": 7590},
    ),
    "a discount rate of nothing": (
        "discount_rate",
        "counts as much as money today",
        {"discount_rate": 0},
        {"discount_rate": 0.02},
    ),
    "a discount rate per month": (
        "discount_rate",
        "0.8 % is meant per year. If it is a rate per month, that is 10.0% per year.",
        {"discount_rate": 0.008},
        {"discount_rate": 0.02},
    ),
    "months at the end that lose": (
        "months_to_amortize",
        "From month 13 on every month loses. Going back after month 12 would return 7,226 (NPV 6,664) instead of "
        "losing 30,705.",
        WEARS_OUT,
        {**WEARS_OUT, "baseline_price_change": 0},
    ),
    "months at the end that lose a little": (
        "months_to_amortize",
        "The last month loses. Going back after month 12 would return 7,226 (NPV 6,664) instead of 7,086.",
        {**WEARS_OUT, "months": 13},
        {**WEARS_OUT, "months": 12},
    ),
    "months at the end that lose what was not yet recovered": (
        "months_to_amortize",
        "after month 12 (2027-12) would lose 2,774 (NPV -3,336) instead of 40,705.",
        {**WEARS_OUT, "other_upfront_cost": 20_000, "start_month": "2027-01"},
        {**WEARS_OUT, "other_upfront_cost": 20_000, "start_month": "2027-01", "operations_monthly_cost": 9_000},
    ),
    "a price per million in the place of one per 1,000": (
        "baseline_cost_per_1k_tokens",
        "1 per 1,000 tokens is 1,000 per million. Is it the price per million? That is 0.001 here",
        {"baseline_cost": 1},
        {"baseline_cost": 0.99},
    ),
    "a price per 1,000 in the place of one per million": (
        "finetuned_output_price_per_m",
        "0.01 per million tokens is below any list price. Is it per 1,000 tokens? That is 10 per million",
        {**FINETUNED_MIX, "finetuned_output_price_per_m": 0.01},
        {**FINETUNED_MIX, "finetuned_output_price_per_m": 0.02},
    ),
    "batches without a discount": (
        "baseline_batch_share",
        "Without a batch discount",
        {**BASELINE_MIX, "baseline_batch_share": 0.4},
        {**BASELINE_MIX, "baseline_batch_share": 0.4, "baseline_batch_discount": 0.5},
    ),
    "a dearer model with the same prompt": (
        "finetuned_input_tokens",
        "The prompt must shrink by 51.9% to cost the same; planned are 0.0%",
        {**BASELINE_MIX, **DEARER_MIX},
        {**BASELINE_MIX, **DEARER_MIX, "finetuned_input_tokens": 860},  # 52.2 % shorter
    ),
    "an answer that costs more than a call today": (
        "finetuned_output_tokens",
        "No shorter prompt is enough",
        {**BASELINE_MIX, **DEARER_MIX, "finetuned_output_price_per_m": 23},  # 250 · 23 is above 1800 · 2 + 250 · 8
        {**BASELINE_MIX, **DEARER_MIX, "finetuned_output_price_per_m": 22},
    ),
    "a dearer price per 1,000": (
        "finetuned_cost_per_1k_tokens",
        "25.0% fewer tokens",
        {"finetuned_cost": 0.4},
        {"finetuned_cost": 0.3},
    ),
    "an old price": (
        "gpu_hourly_rate",
        f"Its source is of {OLD}, more than a year older than the price table of {NEWEST}. Read it again",
        {"sources": {"gpu_hourly_rate": f"A list, {OLD}"}},
        {"sources": {"gpu_hourly_rate": f"A list, from {OLD}, read {OLD + timedelta(days=1)}"}},
    ),
    "several old prices": (
        "storage_monthly_rate",
        "as is one other price",
        {"sources": {"gpu_hourly_rate": f"A list, {OLD}", "storage_monthly_rate": "2020-01-01"}},
        {
            "sources": {
                "gpu_hourly_rate": f"A list, {OLD}",
                "storage_gb": "Measured 2020-01-01",
                "baseline_cost": "2020-99-01",
            }
        },
    ),
    "an idle fleet": (
        "serving_tokens_per_second",
        "of the time in its best month",
        {**FLEET, "serving_tokens_per_second": 8},  # 2 M tokens of 8 · 730 · 3600
        {**FLEET, "serving_tokens_per_second": 7},
    ),
    "training tokens without a price": (
        "training_price_per_m",
        "Without a price the training tokens cost nothing",
        {"training_tokens_m": 10},
        {"training_tokens_m": 10, "training_price_per_m": 0},
    ),
    "GPU training beside training through the API": (
        "training_hours",
        "Not borne: paid by the token, the model is trained through the API",
        {"training_tokens_m": 10, "training_price_per_m": 3},
        {"training_tokens_m": 0, "training_price_per_m": 3},
    ),
    "training through the API beside GPU training": (
        "training_tokens_m",
        "Not borne: self-hosted, the model is trained on GPUs",
        {**FLEET, "training_tokens_m": 10, "training_price_per_m": 3},
        {**FLEET, "training_tokens_m": 10, "training_price_per_m": 3, "training_hours": 0},
    ),
    "a hosting fee of a self-hosted model": (
        "hosting_monthly_fee",
        "Not borne: the model is self-hosted",
        {**FLEET, "hosting_monthly_fee": 10},
        {"hosting_monthly_fee": 10},
    ),
    "fleet operations of a model that is paid by the token": (
        "fleet_operations_monthly_cost",
        "Not borne: the model is paid by the token",
        {"fleet_operations_monthly_cost": 10},
        {**FLEET, "fleet_operations_monthly_cost": 10},
    ),
    "another general model without a price": (
        "switch_accuracy_improvement_percent",
        "Without a price of the other model it changes nothing",
        {"switch_accuracy_improvement_percent": 0.1},
        {"switch_accuracy_improvement_percent": 0.1, "switch_cost_per_1k_tokens": 0.1},
    ),
    "another general model with two prices": (
        "switch_cost_per_1k_tokens",
        "Ignored",
        {**OTHER_MIX, "switch_cost_per_1k_tokens": 0.1},
        OTHER_MIX,
    ),
    "another general model without a discount for batches": (
        "switch_batch_discount",
        "without a discount of the other model",
        {**OTHER_MIX, "switch_batch_share": 0.5},
        {**OTHER_MIX, "switch_batch_share": 0.5, "switch_batch_discount": 0.5},
    ),
    "less than a checkpoint": (
        "storage_gb",
        "Less than one checkpoint of full fine-tuning, 98 GB",
        {"storage_gb": 97},
        {"storage_gb": 98},
    ),
    "GPU-hours of a model that one GPU does not hold": (
        "training_hours",
        "If 24 are hours on the clock",
        {"model_size_b": 14, "storage_gb": 200},
        {"model_size_b": 13.7, "storage_gb": 200},
    ),
    "growth per year in the place of one per month": (
        "monthly_growth",
        "20 % a month is 8.9 times the traffic after a year",
        {"monthly_growth": 0.2},
        {"monthly_growth": 0.15},
    ),
    "a value outside its own range": (
        "training_hours",
        "outside its own low 25 and high 72",
        {"ranges": {"training_hours": Range(low=25, high=72)}},
        {"ranges": {"training_hours": Range(low=24, high=72)}},
    ),
}


def warnings(**changes: Any) -> list[tuple[str, str]]:
    return [(each.input_name, each.sentence) for each in check_inputs(QUIET.with_inputs(**changes))]


def test_nothing_to_ask() -> None:
    assert warnings() == []


@pytest.mark.parametrize("about", WARNINGS)
def test_a_warning_is_given(about: str) -> None:
    name, words, trigger, _ = WARNINGS[about]
    assert [sentence for each, sentence in warnings(**trigger) if each == name and words in sentence]


@pytest.mark.parametrize("about", WARNINGS)
def test_a_warning_is_not_given(about: str) -> None:
    name, words, _, near = WARNINGS[about]
    words = words.split(" of ")[0]
    assert not [sentence for each, sentence in warnings(**near) if each == name and words in sentence]


def test_the_reference_has_the_questions_that_the_framework_leaves_to_the_reader() -> None:
    found = {each.input_name: each.sentence for each in check_inputs(REFERENCE)}
    assert list(found) == [
        "storage_gb",
        "accuracy_improvement_percent",
        "months_to_amortize",
        "data_preparation_cost",
        "tokens_per_call",
    ]
    assert "0.9 days" in found["months_to_amortize"]
    assert "41,754" in found["data_preparation_cost"]
    assert "12" in found["accuracy_improvement_percent"]


def test_warnings_stand_in_the_order_of_the_inputs_and_print_with_their_place() -> None:
    order = list(INPUTS)
    for scenario in random_scenarios(60, seed=4):
        places = [order.index(each.input_name) for each in check_inputs(scenario)]
        assert places == sorted(places)
    first = check_inputs(REFERENCE)[0]
    assert str(first) == f"storage_gb: {first.sentence}"


def test_a_warning_names_an_input_and_is_a_sentence() -> None:
    for scenario in (REFERENCE, *random_scenarios(60, seed=4)):
        for each in check_inputs(scenario):
            assert each.input_name in INPUTS
            assert each.sentence[0].isupper() or each.sentence[0].isdigit()
            assert each.sentence[-1] in ".?"


def test_results_that_are_no_failures_have_no_warning_of_their_own() -> None:
    """Zero upfront cost and zero review cost are results."""
    free = Scenario(
        **{**QUIET.given(), "training_hours": 0, "storage_gb": 0, "data_preparation_cost": 0, "monthly_review_cost": 0}
    )
    assert check_inputs(free) == []


FREE_MIX = {
    "finetuned_input_tokens": 500, "finetuned_output_tokens": 800, "finetuned_input_price_per_m": 0,
    "finetuned_output_price_per_m": 0.2,
}  # fmt: skip


def test_a_price_of_nothing_or_of_thousands_per_million_is_asked_about() -> None:
    free = ("finetuned_input_price_per_m", "Free: no price list is. Is the price missing?")
    assert free in warnings(**FREE_MIX)
    assert free not in warnings(**{**FREE_MIX, "finetuned_input_price_per_m": 0.1})
    dear = {**FREE_MIX, "finetuned_input_price_per_m": 3200}
    told = ("finetuned_input_price_per_m", "3,200 per million tokens is above any list price. Is it of another unit?")
    assert told in warnings(**dear)
    assert told not in warnings(**dear, currency="JPY")  # some 20 dollars
