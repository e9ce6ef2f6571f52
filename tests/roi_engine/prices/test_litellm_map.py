"""litellm's price map: what becomes of its entries, and what a map must not hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from roi_engine.errors import PriceTableError
from roi_engine.prices.litellm_map import litellm_prices
from roi_engine.prices.price_map import PriceMap, parsed
from roi_engine.prices.price_row import PriceRow

EXCERPT = Path(__file__).with_name("litellm_excerpt.json").read_text("utf-8")
"""Eight entries of the map in litellm 1.110.2, with some of their keys."""

DAY = date(2026, 11, 20)


def read(text: str) -> PriceMap:
    return litellm_prices(parsed(text, "map.json"), "map.json", DAY)


def litellm_rows(text: str) -> list[PriceRow]:
    found = read(text)
    assert found.left_out == []
    return found.rows


def problems(text: str) -> list[str]:
    with pytest.raises(PriceTableError) as caught:
        read(text)
    return [str(each) for each in caught.value.problems]


def with_cost(cost: str) -> str:
    return '{"mine": {"input_cost_per_token": %s}}' % cost  # noqa: UP031 - braces


def test_prices_are_per_million_and_without_the_noise_of_the_product() -> None:
    rows = {(row.name, row.kind): row for row in litellm_rows(EXCERPT)}
    kinds = ("input", "output", "cached", "batch_input", "batch_output")
    assert [rows["gpt-4.1", kind].value for kind in kinds] == [2, 8, 0.5, 1, 4]
    tuned = rows["ft:gpt-4o-mini-2024-07-18", "input"]
    assert (tuned.value, tuned.vendor, tuned.currency, tuned.read_on) == (0.3, "openai", "USD", DAY)
    assert tuned.from_date is tuned.to_date is None


def test_the_explanation_and_models_without_a_price_per_token_are_left_out() -> None:
    names = {row.name for row in litellm_rows(EXCERPT)}
    assert {"sample_spec", "amazon.nova-canvas-v1:0", "whisper-1"} <= json.loads(EXCERPT).keys()
    assert names == {"gpt-4.1", "o3", "ft:gpt-4o-mini-2024-07-18", "claude-haiku-4-5", "text-embedding-3-small"}


def test_a_free_model_has_a_price() -> None:
    (row,) = litellm_rows(with_cost("0"))
    assert row.value == 0


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        ("-2e-06", "map.json: mine, input_cost_per_token: -2e-06 is negative"),
        ('"2e-06"', '"2e-06" is not a number'),
        ("true", "true is not a number"),
        ("[]", "[] is not a number"),
        ("NaN", "nan is not a finite number"),
        ("1e999", "inf is not a finite number"),
        ("0.0032", "0.0032 is 3,200 per million tokens. Prices in this map are of one token"),
        ("2.0", "2 is 2,000,000 per million tokens. Prices in this map are of one token"),
    ],
)
def test_a_wrong_price_is_told_with_its_place(cost: str, words: str) -> None:
    (problem,) = problems(with_cost(cost))
    assert words in problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": ', "map.json, line 1, column 7: This is not valid JSON"),
        ("", "This is not valid JSON"),
        ("[1]", "A price map is an object of models"),
        ("{}", "No model has a price"),
        ('{"a": {"mode": "chat"}}', "No model has a price"),
        ('{"a": 3}', "map.json: a: A model has an object"),
        ("9" * 5000, "a number has thousands of digits"),
        ("[" * 100_000, "brackets are nested too deeply"),
    ],
)
def test_a_malformed_map(text: str, words: str) -> None:
    assert words in problems(text)[0]


def test_a_model_given_twice_is_left_out_unless_it_is_alike() -> None:
    entry, other = '{"input_cost_per_token": 1e-06}', '{"input_cost_per_token": 2e-06}'
    assert [row.name for row in litellm_rows(f'{{"a": {entry}, "b": {entry}, "a": {entry}, "B": {entry}}}')] == [
        "a",
        "b",
    ]
    found = read(f'{{"a": {entry}, "b": {entry}, "a": {other}}}')
    assert [row.name for row in found.rows] == ["b"]
    assert [str(each) for each in found.left_out] == ["map.json: a: Given twice, and not alike. Keep one of the two."]
    found = read(f'{{"a": {entry}, "b": {entry}, "A": {other}}}')
    assert [row.name for row in found.rows] == ["b"]
    assert len(found.left_out) == 2
    assert problems('{"a": {"input_cost_per_token": 1e-06, "input_cost_per_token": 2e-06}}') == [
        "map.json: a, input_cost_per_token: Given twice, and not alike. Keep one of the two."
    ]


def test_a_wrong_entry_is_left_out_whole_and_the_others_are_taken() -> None:
    """One that has its prices by the thousand tokens: cases of a real map."""
    found = read(
        '{"gpt-4.1": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},'
        ' "y": {"input_cost_per_token": 0.015, "output_cost_per_token": 6e-05}, "z": 5}'
    )
    assert [(row.name, row.kind) for row in found.rows] == [("gpt-4.1", "input"), ("gpt-4.1", "output")]
    assert [str(each) for each in found.left_out] == [
        "map.json: y, input_cost_per_token: 0.015 is 15,000 per million tokens. Prices in this map are of one token.",
        "map.json: z: A model has an object with its prices.",
    ]


def test_prices_of_long_prompts_are_rows_of_their_own() -> None:
    rows = litellm_rows(
        '{"g": {"input_cost_per_token": 1.25e-06, "input_cost_per_token_above_200k_tokens": 2.5e-06,'
        ' "output_cost_per_token_above_200k_tokens": 1.5e-05, "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,'
        ' "input_cost_per_token_above_200k_tokens_priority": 9, "input_cost_per_second_above_200k_tokens": 9}}'
    )
    assert {row.kind: row.value for row in rows} == {
        "input": 1.25, "input_above_200k": 2.5, "output_above_200k": 15, "cached_above_200k": 0.25,
    }  # fmt: skip


def test_all_problems_at_once() -> None:
    wrong: dict[str, Any] = {f"m{number}": {"input_cost_per_token": -1} for number in range(30)}
    assert len(problems(json.dumps(wrong | {"x": 1}))) == 31


TIERS = """{"q": {"litellm_provider": "dashscope", "tiered_pricing": [
    {"range": [0, 32000.0], "input_cost_per_token": 4e-07, "output_cost_per_token": 1.2e-06},
    {"range": [32000.0, 1000000.0], "input_cost_per_token": 1.2e-06, "output_cost_per_token": 3.6e-06,
     "cache_read_input_token_cost": 2.4e-07, "output_cost_per_reasoning_token": 9}]}}"""
"""As litellm lists models of which every price is one of a tier."""


def test_a_list_of_tiers_gives_prices_and_those_above_so_many_tokens() -> None:
    assert {row.kind: row.value for row in litellm_rows(TIERS)} == {
        "input": 0.4, "output": 1.2, "input_above_32k": 1.2, "output_above_32k": 3.6, "cached_above_32k": 0.24,
    }  # fmt: skip


def test_a_price_with_a_key_of_its_own_comes_before_that_of_a_tier() -> None:
    rows = litellm_rows(TIERS.replace('"litellm_provider"', '"input_cost_per_token": 5e-07, "litellm_provider"'))
    assert [row.value for row in rows if row.kind == "input"] == [0.5]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[0, 32000.0]", "[500, 32000]", "map.json: q, tiered_pricing: A tier has its range"),
        ("[32000.0, 1000000.0]", '"long"', "map.json: q, tiered_pricing: A tier has its range"),
        ("1.2e-06", "0.0012", "map.json: q, tiered_pricing, output_cost_per_token: 0.0012 is 1,200 per million tokens"),
    ],
)
def test_a_wrong_tier_leaves_the_model_out(old: str, new: str, told: str) -> None:
    assert problems(TIERS.replace(old, new))[0].startswith(told)


def test_tiers_of_something_else_are_no_prices() -> None:
    searches = '{"s": {"tiered_pricing": [{"max_results_range": [0, 25], "input_cost_per_query": 0.005}]},'
    assert {row.name for row in litellm_rows(searches + with_cost("1e-06")[1:])} == {"mine"}
