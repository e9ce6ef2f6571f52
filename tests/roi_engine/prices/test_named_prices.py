"""Scenario files that name models and GPUs: which figures they get, from where, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from roi_engine import Scenario, ScenarioError, appraise, check_inputs, compare_options, load_scenario
from roi_engine.prices import price_tables as tables
from roi_engine.scenario_file import scenario_json

COMMON = """
training_hours = 12
storage_gb = 100
storage_monthly_rate = 0.02
calls = 900_000
accuracy = 0.3
review_cost = 9_000
months = 24
"""
MIXES = """
[baseline]
model = "gpt-4.1"
input_tokens = 1_800
output_tokens = 80
[finetuned]
model = "ft:gpt-4o-mini-2024-07-18"
input_tokens = 565
output_tokens = 15
"""


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    def load(text: str) -> Scenario:
        file = tmp_path / "named.toml"
        file.write_text(COMMON + text, "utf-8")
        return load_scenario(file)

    return load


def problems(read, text: str) -> list[str]:  # type: ignore[no-untyped-def]
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return [str(each).partition("named.toml: ")[2] for each in caught.value.problems]


def test_names_become_figures_with_their_sources(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read('gpu = "A100"\n' + MIXES)
    assert scenario.gpu_hourly_rate == 1.39
    assert (scenario.baseline_input_price_per_m, scenario.baseline_output_price_per_m) == (2, 8)
    assert scenario.baseline_cached_price_per_m == 0.5
    assert (scenario.finetuned_input_price_per_m, scenario.finetuned_output_price_per_m) == (0.3, 1.2)
    assert scenario.training_price_per_m == 3
    assert scenario.sources["baseline_input_price_per_m"] == "Price table: gpt-4.1, read 2026-08-05, llm-prices"
    assert scenario.sources["gpu_hourly_rate"].startswith("Price table: A100 80GB, read 2026-01-01, RunPod")
    assert (scenario.ranges["gpu_hourly_rate"].low, scenario.ranges["gpu_hourly_rate"].high) == (0.8, 3.67)


def test_another_general_model_by_name_takes_its_tokens_from_the_baseline(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read(
        'gpu = "A100"\n' + MIXES + '\n[switch]\nmodel = "gpt-4.1-mini"\naccuracy = -0.1\nupfront_cost = 500\n'
    )
    prices = (scenario.switch_input_price_per_m, scenario.switch_output_price_per_m, scenario.switch_cached_price_per_m)
    assert prices == (0.4, 1.6, 0.1)
    assert (scenario.switch_accuracy_improvement_percent, scenario.switch_upfront_cost) == (-0.1, 500)
    assert scenario.switch_input_tokens is None and "SWITCH" in compare_options(scenario).available
    assert scenario.sources["switch_input_price_per_m"].startswith("Price table: gpt-4.1-mini")


def test_a_discount_for_batches_comes_with_the_baseline_s_share(read) -> None:  # type: ignore[no-untyped-def]
    text = (
        'gpu = "A100"\n'
        + MIXES.replace("[finetuned]", "batch_share = 0.5\n\n[finetuned]")
        + '\n[switch]\nmodel = "gpt-4.1-mini"\n'
    )
    assert read(text).switch_batch_discount == read(text).baseline_batch_discount == 0.5


def test_the_result_is_that_of_the_typed_figures(read) -> None:  # type: ignore[no-untyped-def]
    named = read('gpu = "A100"\n' + MIXES)
    typed = Scenario(**{name: value for name, value in named.given().items() if name not in ("ranges", "sources")})
    assert appraise(named).as_dict() == appraise(typed).as_dict()


def test_what_is_kept_are_figures(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    scenario = read('gpu = "A100"\n' + MIXES)
    again = tmp_path / "again.json"
    again.write_text(scenario_json(scenario), "utf-8")
    assert load_scenario(again) == scenario
    assert '"gpu"' not in again.read_text("utf-8") and "baseline_model" not in again.read_text("utf-8")


def test_typed_figures_stay(read) -> None:  # type: ignore[no-untyped-def]
    text = 'gpu = "A100"\ngpu_rate = 1.5\ntraining_price_per_m = 4\n' + MIXES.replace(
        "output_tokens = 80", "output_tokens = 80\noutput_price_per_m = 7"
    )
    scenario = read(text)
    assert (scenario.gpu_hourly_rate, scenario.baseline_output_price_per_m, scenario.training_price_per_m) == (
        1.5,
        7,
        4,
    )
    assert scenario.baseline_input_price_per_m == 2
    assert {"gpu_hourly_rate", "baseline_output_price_per_m", "training_price_per_m"} & scenario.sources.keys() == set()


def test_a_side_that_is_priced_per_1k_stays_so(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read('gpu_rate = 1\nfinetuned_model = "gpt-4o-mini"\nbaseline_cost = 0.3\nfinetuned_cost = 0.05\n')
    assert scenario.finetuned_input_price_per_m is None
    assert scenario.finetuned_cost_per_1k_tokens == 0.05
    assert scenario.training_price_per_m == 3


def test_a_name_that_gives_nothing_is_no_silent_one(read) -> None:  # type: ignore[no-untyped-def]
    """Two prices of one side: which of them counts must be said."""
    with pytest.raises(ScenarioError) as raised:
        read('gpu_rate = 1\nbaseline_model = "gpt-4.1"\nbaseline_cost = 0.3\nfinetuned_cost = 0.05\n')
    (problem,) = raised.value.problems
    assert problem.place.endswith("baseline_model")
    assert "baseline_cost_per_1k_tokens is the price" in problem.sentence
    assert "baseline_input_tokens" in problem.sentence


def test_a_typed_range_stays(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read('gpu = "A100"\n' + MIXES + "[ranges]\ngpu_hourly_rate = { low = 1, high = 2 }\n")
    assert scenario.ranges["gpu_hourly_rate"].high == 2


def test_the_serving_gpu_and_the_groups(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read(
        MIXES + '[training]\ngpu = "H200"\n[serving]\ngpu = "H100 SXM"\nserving = "self_hosted"\n'
        "serving_tokens_per_second = 2500\n[prices]\nas_of = 2026-08-05\n"
    )
    assert (scenario.gpu_hourly_rate, scenario.serving_gpu_hourly_rate) == (3.5, 2.95)


@pytest.mark.parametrize(("day", "price"), [("2026-08-31", 2), ('"2026-09-01"', 3), ('"2026-08-31"', 2)])
def test_the_prices_of_a_day(read, day: str, price: float) -> None:  # type: ignore[no-untyped-def]
    text = f"gpu_rate = 1\nprices_as_of = {day}\n" + MIXES.replace("gpt-4.1", "claude-sonnet-5")
    scenario = read(text)
    assert scenario.baseline_input_price_per_m == price
    assert "2026-09-01" in scenario.sources["baseline_input_price_per_m"]


def test_all_problems_at_once_each_at_its_place(read) -> None:  # type: ignore[no-untyped-def]
    found = problems(read, MIXES.replace("gpt-4.1", "gpt4.1") + '[training]\ngpu = "H100"\n[prices]\nas_of = "soon"\n')
    assert [each[:50] for each in found] == [
        'prices.as_of: "soon" is no date. Type one, or a te',
        'baseline.model: There is no model "gpt4.1" in the ',
        'training.gpu: There are several GPUs "H100": H100 ',
    ]


def test_token_counts_are_typed(read) -> None:  # type: ignore[no-untyped-def]
    found = problems(read, 'gpu_rate = 1\nfinetuned_cost = 0.05\ntokens = 9\nbaseline_model = "gpt-4.1"\n')
    assert [each.split(":")[0] for each in found] == ["baseline_input_tokens", "baseline_output_tokens"]


def test_a_name_that_is_no_text_and_one_on_the_wrong_side(read) -> None:  # type: ignore[no-untyped-def]
    assert "gpu: Write a name of the price table in quotation marks." in problems(read, "gpu = 3\n" + MIXES)
    found = problems(read, 'gpu = "A100"\n' + MIXES.replace("[finetuned]", 'finetuned_model = "o3"\n[finetuned]'))
    assert any('"finetuned_model" belongs to no side' in each for each in found)


def test_a_currency_is_the_tables_however_it_is_written(read) -> None:  # type: ignore[no-untyped-def]
    assert read('currency = "US$"\ngpu_rate = 1\n' + MIXES).currency == "USD"


def test_another_currency_is_not_converted(read) -> None:  # type: ignore[no-untyped-def]
    found = problems(read, 'currency = "EUR"\ngpu_rate = 1\n' + MIXES)
    assert found[0] == "baseline.model: gpt-4.1 has its price in USD, the scenario is in EUR. Type the price."
    assert len(found) == 2


def test_the_users_own_table_is_asked(read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(tmp_path))
    own = "name,kind,value,source,read_on\nours,input,1,offer,2026-01-01\nours,output,3,offer,2026-01-01\n"
    (tmp_path / tables.USER_FILE).write_text(own, "utf-8")
    scenario = read(
        "gpu_rate = 1\nfinetuned_cost = 0.05\ntokens=9\n[baseline]\nmodel='ours'\ninput_tokens = 1\noutput_tokens = 1\n"
    )
    assert (scenario.baseline_input_price_per_m, scenario.baseline_cached_price_per_m) == (1, None)


def test_a_share_of_batches_brings_the_discount_of_the_table(read) -> None:  # type: ignore[no-untyped-def]
    batched = MIXES.replace("output_tokens = 80", "output_tokens = 80\nbatch_share = 0.4")
    scenario = read("gpu_rate = 1\n" + batched)
    assert scenario.baseline_batch_discount == 0.5
    assert scenario.sources["baseline_batch_discount"].startswith("Price table: gpt-4.1, read 2026-11-20")
    assert scenario.finetuned_batch_discount is None
    typed = read("gpu_rate = 1\nbaseline_batch_discount = 0.3\n" + batched)
    assert typed.baseline_batch_discount == 0.3
    none = read("gpu_rate = 1\n" + batched.replace("gpt-4.1", "claude-opus-4"))
    assert none.baseline_batch_discount is None
    early = read("gpu_rate = 1\nprices_as_of = 2025-06-09\n" + batched.replace("gpt-4.1", "o3"))
    assert (early.baseline_input_price_per_m, early.baseline_batch_discount) == (10, None)
    late = read("gpu_rate = 1\nprices_as_of = 2025-06-10\n" + batched.replace("gpt-4.1", "o3"))
    assert (late.baseline_input_price_per_m, late.baseline_batch_discount) == (2, 0.5)


LONG = """
gpu_rate = 1
finetuned_cost = 0.01
tokens_per_call = 250_800
[baseline]
model = "gemini-2.5-pro"
input_tokens = 250_000
output_tokens = 800
"""


def test_long_prompts_have_their_own_prices_for_all_tokens(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read(LONG)
    side = (scenario.baseline_input_price_per_m, scenario.baseline_output_price_per_m)
    assert (*side, scenario.baseline_cached_price_per_m) == (2.5, 15, 0.25)
    assert scenario.notes["baseline_input_price_per_m"] == (
        "Above 200,000 prompt tokens gemini-2.5-pro costs 2.5 per million, for all tokens of the call."
    )
    bill = 900_000 * (250_000 * 2.5 + 800 * 15) / 1e6
    assert bill == 573_300
    shorter = read(LONG.replace("250_000", "200_000"))
    assert shorter.baseline_input_price_per_m == 1.25
    note = shorter.notes["baseline_input_price_per_m"]
    assert note == "Above 200,000 prompt tokens gemini-2.5-pro costs 2.5 per million."


def asked_of_input_price(scenario: Scenario) -> list[str]:
    return [each.sentence for each in check_inputs(scenario) if each.input_name == "baseline_input_price_per_m"]


def test_tokens_that_are_changed_across_a_tier_are_asked_about(read) -> None:  # type: ignore[no-untyped-def]
    """As in a workbook that comes back: the price is the one that was looked up for other tokens."""
    long, short = read(LONG), read(LONG.replace("250_000", "100_000"))
    assert asked_of_input_price(long) == asked_of_input_price(short) == []
    assert asked_of_input_price(short.with_inputs(baseline_input_tokens=250_000.0)) == [
        "Prompts above 200,000 tokens cost 2.5 per million in the price table, not 1.25."
    ]
    assert asked_of_input_price(long.with_inputs(baseline_input_tokens=1_000.0)) == [
        "2.5 is the price of prompts above 200,000 tokens, and these have 1,000."
    ]


def test_a_typed_price_of_shorter_prompts_is_asked_about(read) -> None:  # type: ignore[no-untyped-def]
    scenario = read(LONG + "input_price_per_m = 1.25\n")
    assert scenario.baseline_input_price_per_m == 1.25
    assert "Prompts above 200,000 tokens cost 2.5 per million in the price table, not 1.25." in [
        each.sentence for each in check_inputs(scenario)
    ]
    same = read(LONG + "input_price_per_m = 2.5\n")
    assert "baseline_input_price_per_m" not in same.notes


def test_a_gpu_without_a_price_asks_for_it(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ScenarioError, match="L40 has no price in the price table"):
        read(LONG.replace("gpu_rate = 1\n", "") + "[training]\ngpu = 'L40'\n")
