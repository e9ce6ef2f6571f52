"""The samples: they load, every figure has a source, and their results are those of plain arithmetic.

The arithmetic below is written out for each sample, month by month, from the figures as they stand in the
file. It shares no code with the engine. The results are pinned as well: a changed figure, or a changed
equation, shows here.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roi_engine import INPUTS, REFERENCE, appraise, break_even, check_inputs, load_scenario, tornado, verdict

SAMPLES = Path(__file__).parents[2] / "templates" / "samples"
NAMES = ("reference", "support-classifier", "document-extraction", "product-tagging")
ANNOTATIONS = ("ranges", "sources", "notes", "confirmed")

# The inputs that a careful colleague would ask about, and no others, with words of the answers.
ANSWERS = {
    "reference": {
        "storage_gb": "one copy of the weights",
        "accuracy_improvement_percent": "no accuracy points",
        "months_to_amortize": "It is no plan",
        "data_preparation_cost": "A plan must not",
        "tokens_per_call": "as one token",
    },
    "support-classifier": {"accuracy_improvement_percent": "7 remain"},
    "document-extraction": {},
    "product-tagging": {},
}

# upfront, total cost, net return, ROI, payback, NPV at 10 %, IRR per year
PINNED = {
    "reference": (42.72, 42.72, 17_837.28, 417.539326, 0.0286711, 16_944.006866, 4.54966e18),
    "support-classifier": (33_028.644, 53_028.644, 44_931.897570, 0.847314, 11.843409, 36_766.438802, 1.231424),
    "document-extraction": (168_979.68, 370_476.48, 102_924.750277, 0.277817, 24.408868, 61_205.730768, 0.324180),
    "product-tagging": (18_618.480000, 24_568.480000, 12_130.758869, 0.493753, 10.511314, 9_894.502372, 0.954108),
}


def path(name: str) -> Path:
    return SAMPLES / f"{name}.toml"


def figures(name: str) -> dict[str, Any]:
    """The figures as they stand in the file, under the inputs' names: no check, no default."""
    data = tomllib.loads(path(name).read_text("utf-8"))
    found: dict[str, Any] = {}
    for key, value in data.items():
        if not isinstance(value, dict):
            found[key] = value
        elif key not in ANNOTATIONS:
            prefix = f"{key}_" if key in ("baseline", "finetuned") else ""
            found |= {inner if inner.startswith("baseline_") else prefix + inner: each for inner, each in value.items()}
    return found


# --- the arithmetic of each sample: (upfront, running costs of the horizon, flows) -----------------------


def reference(f: dict[str, Any]) -> tuple[float, float, list[float]]:
    months = f["months_to_amortize"]
    upfront = f["training_hours"] * f["gpu_hourly_rate"] + f["storage_gb"] * f["storage_monthly_rate"] * months
    saved = f["baseline_monthly_api_calls"] / 1000
    saved *= f["baseline_cost_per_1k_tokens"] - f["finetuned_cost_per_1k_tokens"]
    saved += f["monthly_review_cost"] * f["accuracy_improvement_percent"]
    return upfront, 0.0, [-upfront] + [saved] * months


def support_classifier(f: dict[str, Any]) -> tuple[float, float, list[float]]:
    one_off = f["data_preparation_cost"] + f["engineering_hours"] * f["engineering_rate"]
    one_off += f["evaluation_cost"] + f["other_upfront_cost"]
    upfront = (f["training_tokens_m"] * f["training_price_per_m"] + one_off) * (1 + f["contingency"])

    fresh = f["baseline_input_tokens"] * (1 - f["baseline_cached_share"]) * f["baseline_input_price_per_m"]
    cached = f["baseline_input_tokens"] * f["baseline_cached_share"] * f["baseline_cached_price_per_m"]
    old_call = (fresh + cached + f["baseline_output_tokens"] * f["baseline_output_price_per_m"]) / 1e6
    new_call = f["finetuned_input_tokens"] * f["finetuned_input_price_per_m"] / 1e6
    new_call += f["finetuned_output_tokens"] * f["finetuned_output_price_per_m"] / 1e6

    flows, running = [-upfront], 0.0
    traffic, since_training = 1.0, 0
    for month in range(1, f["months_to_amortize"] + 1):
        live = month - f["go_live_delay"]
        if live > 0:
            share = min(1.0, live / f["ramp_months"])
            calls = f["baseline_monthly_api_calls"] * traffic * share
            years = (month - 1) / 12
            old_bill = calls * old_call * (1 + f["baseline_price_change"]) ** years
            new_bill = calls * new_call * (1 + f["finetuned_price_change"]) ** years
            kept = (1 - f["monthly_gain_decay"]) ** since_training
            review = (
                f["baseline_monthly_api_calls"]
                * f["review_cost_per_call"]
                * traffic
                * share
                * f["accuracy_improvement_percent"]
                * kept
            )
            upkeep = f["operations_monthly_cost"] + f["hosting_monthly_fee"]
            since_training += 1
            if since_training == f["retraining_interval"]:  # trained again: the next month starts fresh
                since_training = 0
                if month < f["months_to_amortize"]:
                    upkeep += f["retraining_cost"]
            running += upkeep
            flows.append(old_bill + review - new_bill - upkeep)
        else:
            flows.append(0.0)
        traffic *= 1 + f["monthly_growth"]
    return upfront, running, flows


def document_extraction(f: dict[str, Any]) -> tuple[float, float, list[float]]:
    gpu_hours = f["training_hours"] * f["gpu_count"] * f["training_runs"]
    one_off = f["data_preparation_cost"] + f["engineering_hours"] * f["engineering_rate"]
    one_off += f["evaluation_cost"] + f["other_upfront_cost"]
    upfront = (gpu_hours * f["gpu_hourly_rate"] + one_off) * (1 + f["contingency"])
    storage = f["storage_gb"] * f["storage_monthly_rate"]

    call = f["baseline_input_tokens"] * f["baseline_input_price_per_m"]
    call = (call + f["baseline_output_tokens"] * f["baseline_output_price_per_m"]) / 1e6
    hours = f["hours_per_month"]
    tokens_of_a_replica = f["serving_tokens_per_second"] * 3600 * hours * f["target_utilisation"]

    flows, running = [-upfront], 0.0
    traffic, since_training = 1.0, 0
    for month in range(1, f["months_to_amortize"] + 1):
        live, upkeep, net = month - f["go_live_delay"], storage, 0.0
        if live > 0:
            share = min(1.0, live / f["ramp_months"])
            calls = f["baseline_monthly_api_calls"] * traffic * share
            avoided = calls * call * (1 + f["baseline_price_change"]) ** ((month - 1) / 12)
            kept = (1 - f["monthly_gain_decay"]) ** since_training
            avoided += (
                f["baseline_monthly_api_calls"]
                * f["review_cost_per_call"]
                * traffic
                * share
                * f["accuracy_improvement_percent"]
                * kept
            )
            tokens_at_peak = calls * f["serving_tokens_per_call"] * f["peak_factor"]
            replicas = max(f["min_replicas"], math.ceil(tokens_at_peak / tokens_of_a_replica))
            fleet = replicas * f["gpus_per_replica"] * f["serving_gpu_hourly_rate"] * hours
            upkeep += f["operations_monthly_cost"] + f["hosting_monthly_fee"]
            since_training += 1
            if since_training == f["retraining_interval"]:
                since_training = 0
                if month < f["months_to_amortize"]:
                    upkeep += f["retraining_cost"]
            net = avoided * (1 - f["benefit_risk"]) - fleet
        running += upkeep
        flows.append(net - upkeep)
        traffic *= 1 + f["monthly_growth"]
    return upfront, running, flows


def product_tagging(f: dict[str, Any]) -> tuple[float, float, list[float]]:
    """The file names its models: list prices of 2026-08-05 are written out here, batches at half price."""
    upfront = f["training_tokens_m"] * 3 + f["data_preparation_cost"] + f["evaluation_cost"]
    upfront += f["engineering_hours"] * f["engineering_rate"]
    old_call = (f["baseline_input_tokens"] * 2 + f["baseline_output_tokens"] * 8) / 1e6
    old_call *= 1 - f["baseline_batch_share"] * 0.5
    new_call = (f["finetuned_input_tokens"] * 0.3 + f["finetuned_output_tokens"] * 1.2) / 1e6
    new_call *= 1 - f["finetuned_batch_share"] * 0.5
    flows, running = [-upfront], 0.0
    for month in range(1, f["months_to_amortize"] + 1):
        live = month - f["go_live_delay"]
        if live <= 0:
            flows.append(0.0)
            continue
        calls = f["baseline_monthly_api_calls"] * min(1.0, live / f["ramp_months"])
        old_bill = calls * old_call * (1 + f["baseline_price_change"]) ** ((month - 1) / 12)
        flows.append(old_bill - calls * new_call - f["operations_monthly_cost"])
        running += f["operations_monthly_cost"]
    return upfront, running, flows


ARITHMETIC: dict[str, Callable[[dict[str, Any]], tuple[float, float, list[float]]]] = {
    "reference": reference,
    "support-classifier": support_classifier,
    "document-extraction": document_extraction,
    "product-tagging": product_tagging,
}


def months_to_recover(flows: list[float]) -> float:
    """The last moment at which the running total rises to zero, within its month."""
    total, moment = 0.0, 0.0
    for month, flow in enumerate(flows):
        if total < 0 <= total + flow:
            moment = month - 1 + -total / flow
        total += flow
    assert total > 0
    return moment


def present_value(flows: list[float], yearly: float) -> float:
    return sum(flow / (1 + yearly) ** (month / 12) for month, flow in enumerate(flows))


def rate_without_value(flows: list[float]) -> float:
    """The yearly rate at which the present value is zero, by halving the logarithm of 1 + rate."""
    low, high = 0.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        if present_value(flows, math.expm1(middle)) > 0:
            low = middle
        else:
            high = middle
    return math.expm1(low)


# --- tests ----------------------------------------------------------------------------------------------


def test_these_are_the_samples():
    assert sorted(each.stem for each in SAMPLES.glob("*.toml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_gives_what_plain_arithmetic_gives(name):
    upfront, running, flows = ARITHMETIC[name](figures(name))
    result = appraise(load_scenario(path(name)))
    assert result.upfront == pytest.approx(upfront, rel=1e-12)
    assert result.total_cost == pytest.approx(upfront + running, rel=1e-12)
    assert result.cash_flow == pytest.approx(flows, rel=1e-9, abs=1e-9)
    assert result.net_roi == pytest.approx(sum(flows), rel=1e-9)
    assert result.roi == pytest.approx(sum(flows) / (upfront + running), rel=1e-9)
    assert result.payback_months == pytest.approx(months_to_recover(flows), rel=1e-9)
    assert result.npv() == pytest.approx(present_value(flows, 0.10), rel=1e-9)
    assert result.irr_annual == pytest.approx(rate_without_value(flows), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_headline_figures_are_pinned(name):
    upfront, running, flows = ARITHMETIC[name](figures(name))
    net = sum(flows)
    computed = (
        upfront,
        upfront + running,
        net,
        net / (upfront + running),
        months_to_recover(flows),
        present_value(flows, 0.10),
        rate_without_value(flows),
    )
    assert computed == pytest.approx(PINNED[name], rel=2e-6)


@pytest.mark.parametrize(("name", "calls"), [("support-classifier", 522_958), ("document-extraction", 256_464)])
def test_review_follows_the_calls_down_to_the_volume_that_no_longer_pays(name, calls):
    """Plain arithmetic has a present value of nothing at the volume that the engine finds."""
    found = break_even(load_scenario(path(name)), "calls", "NPV")
    assert found.value == pytest.approx(calls, abs=0.5) and found.pays_above
    _, _, flows = ARITHMETIC[name](figures(name) | {"baseline_monthly_api_calls": found.value})
    assert present_value(flows, 0.10) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_answered(name):
    found = check_inputs(load_scenario(path(name)))
    assert all(each.answered for each in found)
    assert [each.input_name for each in found] == list(ANSWERS[name])
    assert all(words in each.sentence for each, words in zip(found, ANSWERS[name].values(), strict=True))


def test_the_reference_file_is_the_reference_scenario():
    scenario = load_scenario(path("reference"))
    assert scenario.inputs() == REFERENCE.inputs()
    assert scenario.fingerprint() == REFERENCE.fingerprint()


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_source(name):
    scenario = load_scenario(path(name))
    for input_name, value in scenario.given().items():
        if input_name in INPUTS and INPUTS[input_name].numeric and value:
            source = scenario.sources.get(input_name, "")
            assert re.match("Reference example|List price: |Price table: |Arithmetic: |Assumption", source), (
                input_name,
                source,
            )


@pytest.mark.parametrize("name", NAMES)
def test_a_list_price_names_its_year_and_a_token_price_is_one(name):
    scenario = load_scenario(path(name))
    for input_name, source in scenario.sources.items():
        if source.startswith(("List price", "Price table")):
            assert re.search(r"\b20\d\d(-\d\d-\d\d)?\b", source), (input_name, source)
        elif input_name.endswith("_price_per_m"):
            pytest.fail(f"{input_name} has no list price: {source}")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_annotated_is_given(name):
    scenario = load_scenario(path(name))
    assert scenario.sources.keys() | scenario.ranges.keys() | scenario.notes.keys() <= scenario.given().keys()


@pytest.mark.parametrize("name", ["support-classifier", "document-extraction", "product-tagging"])
def test_the_decision_is_believable_and_no_certainty(name):
    scenario = load_scenario(path(name))
    result = appraise(scenario)
    assert 6 < result.payback_months < result.months
    assert 0.1 < result.roi < 2
    assert any(bar.metric_at_low < 0 or bar.metric_at_high < 0 for bar in tornado(scenario))


def test_the_sentences():
    sentences = [verdict(appraise(load_scenario(path(name)))) for name in NAMES]
    assert sentences == [
        "Pays back in 0.9 days and returns 17,837 USD over 12 months.",
        "Pays back in 11.8 months and returns 44,932 USD over 24 months.",
        "Pays back in 24.4 months and returns 102,925 USD over 36 months.",
        "Pays back in 10.5 months and returns 12,131 USD over 18 months.",
    ]
