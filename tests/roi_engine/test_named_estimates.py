"""Scenario files that name what is served and trained: which estimates they get, from where, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from roi_engine import check_inputs, load_scenario
from roi_engine.errors import ScenarioError
from roi_engine.prices.open_models import open_models
from roi_engine.scenario import Scenario
from roi_engine.scenario_writing import scenario_toml
from roi_engine.serving_rate import serving_rate
from roi_engine.training_hours import training_estimate

BASE = """
storage_gb = 100
storage_monthly_rate = 0.02
calls = 900_000
accuracy = 0.3
review_cost = 9_000
months = 24
tokens_per_call = 1_300
baseline_cost = 0.01
"""
TRAINING = """
[training]
gpu = "H100 SXM"
method = "lora"
dataset_tokens_m = 100
epochs = 2
"""
SERVING = """
[serving]
serving = "self_hosted"
model = "Llama-3.1-8B"
gpu = "H100 SXM"
concurrency = 32
input_tokens = 1_000
output_tokens = 300
"""
Read = Callable[[str], Scenario]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def scenario(text: str) -> Scenario:
        file = tmp_path / "named.toml"
        file.write_text(text, "utf-8")
        return load_scenario(file)

    return scenario


def problems(read: Read, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as wrong:
        read(text)
    return [str(each).partition("named.toml: ")[2] for each in wrong.value.problems]


def test_both_are_filled_with_range_source_and_date(read: Read) -> None:
    scenario = read(BASE + TRAINING + SERVING)
    rate = serving_rate(open_models().find("Llama-3.1-8B"), "H100 SXM", 1000, 300, 32).rate
    assert scenario.serving_tokens_per_second == pytest.approx(rate.typical, rel=0.005)
    span = scenario.ranges["serving_tokens_per_second"]
    assert (span.low, span.high) == (pytest.approx(rate.low, rel=0.005), pytest.approx(rate.high, rel=0.005))
    assert scenario.sources["serving_tokens_per_second"] == (
        "Estimate: Llama-3.1-8B in bf16 on H100 SXM, 32 requests at once, 1000 + 300 tokens; figures of 2026-11-01: "
        "low 5,920, typical 9,370, high 12,300 tokens per second"
    )
    hours = training_estimate(8.03, 100, 2, "H100 SXM", "lora")
    assert scenario.training_hours == pytest.approx(hours.typical, rel=0.005)
    assert scenario.ranges["training_hours"].low == pytest.approx(hours.low, rel=0.005)
    assert scenario.sources["training_hours"].startswith(
        "Estimate: lora training of Llama-3.1-8B on H100 SXM, 100 million tokens × 2 epochs; figures of 20"
    )
    assert scenario.model_size_b == 8.03  # of the model that is named
    assert scenario.gpu_hourly_rate == 2.95  # the GPU brings its price as before
    assert not [each for each in check_inputs(scenario) if "outside" in each.sentence]


def test_what_is_kept_are_figures(read: Read, tmp_path: Path) -> None:
    scenario = read(BASE + TRAINING + SERVING)
    (tmp_path / "again.toml").write_text(scenario_toml(scenario), "utf-8")
    assert load_scenario(tmp_path / "again.toml").inputs() == scenario.inputs()


def test_more_gpus_and_the_other_words_count(read: Read) -> None:
    more = TRAINING + 'checkpointing = "no"\npacked = true\nprecision = "fp8"\ngpu_count = 4\nmodel = "Llama-3.1-70B"\n'
    scenario = read(BASE + more + SERVING.replace("concurrency = 32", 'precision = "fp8"\ngpus_per_replica = 2'))
    hours = training_estimate(70.554, 100, 2, "H100 SXM", "lora", False, True, "fp8")
    assert scenario.training_hours == pytest.approx(hours.typical / 4, rel=0.005)
    assert "on 4 GPUs" in scenario.sources["training_hours"]
    rate = serving_rate(open_models().find("Llama-3.1-8B"), "H100 SXM", 1000, 300, None, 2, "fp8").rate
    assert scenario.serving_tokens_per_second == pytest.approx(rate.typical, rel=0.005)


def test_the_tokens_of_a_mix_stand_in_for_those_of_a_request(read: Read) -> None:
    mix = '[baseline]\nmodel = "gpt-4.1"\ninput_tokens = 1_000\noutput_tokens = 300\n'
    text = BASE.replace("baseline_cost = 0.01\n", "") + TRAINING + SERVING.partition("input_tokens")[0] + mix
    assert read(text).serving_tokens_per_second == 9370


def test_a_typed_throughput_stays_and_is_asked_about_outside_the_estimate(read: Read) -> None:
    scenario = read(BASE + TRAINING + SERVING + "tokens_per_second = 800\n")
    assert scenario.serving_tokens_per_second == 800
    assert "serving_tokens_per_second" not in scenario.ranges
    assert scenario.notes["serving_tokens_per_second"].startswith("Estimate: Llama-3.1-8B in bf16")
    asked = [str(each) for each in check_inputs(scenario)]
    assert (
        "serving_tokens_per_second: 800 is outside the estimate's low 5,920 and high 12,300. Is it input + output? "
        "Engines publish output alone."
    ) in asked
    inside = read(
        BASE + TRAINING + SERVING + "tokens_per_second = 6_000\n[notes]\nserving_tokens_per_second = 'Load test.'\n"
    )
    assert inside.notes["serving_tokens_per_second"].startswith("Load test. Estimate: ")
    assert not [each for each in check_inputs(inside) if "outside" in each.sentence]


def test_a_figure_that_is_changed_later_is_asked_about(read: Read) -> None:
    scenario = read(BASE + TRAINING + SERVING).with_inputs(training_hours=1.0, ranges={})
    assert "training_hours: 1 is outside the estimate's low 4.67 and high 15." in map(str, check_inputs(scenario))


def test_a_figure_with_a_range_of_its_own_is_asked_about_too(read: Read) -> None:
    own = "tokens_per_second = 60_000\n[ranges]\nserving_tokens_per_second = {low = 50_000, high = 70_000}\n"
    asked = [str(each) for each in check_inputs(read(BASE + TRAINING + SERVING + own))]
    assert [each for each in asked if each.startswith("serving_tokens_per_second: 60,000 is outside the estimate's")]


def test_other_calls_than_those_of_the_estimate_are_asked_about(read: Read) -> None:
    scenario = read(BASE + TRAINING + SERVING)
    assert not [each for each in check_inputs(scenario) if "Estimated for calls" in each.sentence]
    longer = check_inputs(scenario.with_inputs(tokens_per_call=13_000.0))
    assert "Estimated for calls of 1,300 tokens, and a call has 13,000. Estimate it for those." in [
        each.sentence for each in longer
    ]


def test_hours_typed_beside_an_estimate_are_a_problem(read: Read) -> None:
    assert problems(read, BASE + "training_hours = 9\n" + TRAINING + SERVING) == [
        "training_hours: Typed, and to be estimated too ([training] method). Keep one of the two."
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('model = "Llama-3.1-8B"\n', "", "serving.concurrency: Name the model that is served"),
        ('model = "Llama-3.1-8B"', "model = 8", "serving.model: 8 is not a text."),
        ('model = "Llama-3.1-8B"', 'model = "Llama-9"', 'serving.model: There is no open model "Llama-9"'),
        ('model = "Llama-3.1-8B"', 'model = "Llama-3.1-70B"', "serving.model: Llama-3.1-70B does not fit"),
        ("concurrency = 32", "concurrency = 1.5", "serving.concurrency: 1.5 is not a whole number"),
        ("concurrency = 32", "concurrency = 500", "serving.model: 500 requests at once do not fit"),
        ("output_tokens = 300", "output_tokens = 0", "serving.output_tokens: A request writes at least one token."),
        ("output_tokens = 300\n", "", "serving.model: Type the tokens of a call: [serving] output_tokens"),
        ("dataset_tokens_m = 100\n", "", "training.method: Say how much is trained"),
        ('method = "lora"', 'method = "dora"', 'training.method: There is no "dora".'),
        ("epochs = 2", "epochs = 2\npacked = 'perhaps'", 'training.packed: There is no "perhaps".'),
        ('gpu = "H100 SXM"\nmethod', "gpu_rate = 2\nmethod", "training.method: Name the GPU that trains"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(read: Read, old: str, new: str, told: str) -> None:
    text = BASE + TRAINING + SERVING
    assert old in text
    found = problems(read, text.replace(old, new))
    assert [each for each in found if each.startswith(told)], found


def test_a_gpu_of_which_there_are_several(read: Read) -> None:
    found = problems(read, (BASE + TRAINING + SERVING).replace("H100 SXM", "H100"))
    assert all("There are several GPUs" in each for each in found)
    assert {each.split(":")[0] for each in found} == {"serving.gpu", "training.gpu"}


@pytest.mark.parametrize("typed", ["5", "''", "' '", "true", "['H100']"])
def test_what_is_no_name_of_a_gpu_is_told_once_at_its_place(read: Read, typed: str) -> None:
    text = (BASE + TRAINING + SERVING).replace('gpu = "H100 SXM"\nconcurrency', f"gpu = {typed}\nconcurrency")
    assert problems(read, text) == ["serving.gpu: Write a name of the price table in quotation marks."]


def test_a_model_that_is_served_and_trained_is_told_once(read: Read) -> None:
    found = problems(read, (BASE + TRAINING + SERVING).replace("Llama-3.1-8B", "gpt-4o"))
    assert found == ['serving.model: There is no open model "gpt-4o" in the table of models.']
