"""The files of the llm-prices project: current, historical, and a vendor's."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from roi_engine.errors import PriceTableError
from roi_engine.prices.llm_prices_map import is_llm_prices, llm_prices
from roi_engine.prices.price_map import PriceMap, parsed

DAY = date(2026, 11, 20)
ONE = {"id": "nova", "vendor": "amazon", "name": "Nova", "input": 0.06, "output": 0.24, "input_cached": None}


def read(file: dict[str, Any]) -> PriceMap:
    return llm_prices(parsed(json.dumps(file), "prices.json"), "prices.json", DAY)


def test_the_current_prices_with_the_day_of_the_file() -> None:
    found = read({"updated_at": "2026-08-05", "prices": [ONE]})
    assert [(row.kind, row.value, row.vendor, str(row.read_on)) for row in found.rows] == [
        ("input", 0.06, "amazon", "2026-08-05"),
        ("output", 0.24, "amazon", "2026-08-05"),
    ]
    assert {row.read_on for row in read({"prices": [ONE]}).rows} == {DAY}


def test_the_periods_of_a_vendor_s_file() -> None:
    history = [
        {"input": 10, "output": 40, "from_date": None, "to_date": "2025-06-10"},
        {"input": 2, "output": 8, "input_cached": 0.5, "from_date": "2025-06-10", "to_date": None},
    ]
    found = read({"vendor": "openai", "models": [{"id": "o3", "name": "o3", "price_history": history}]})
    inputs = [(row.value, str(row.from_date), str(row.to_date)) for row in found.rows if row.kind == "input"]
    assert inputs == [(10, "None", "2025-06-10"), (2, "2025-06-10", "None")]
    assert {row.vendor for row in found.rows} == {"openai"}
    assert [row.value for row in found.rows if row.kind == "cached"] == [0.5]


def test_identical_repeats_are_no_problem_and_wrong_entries_are_left_out() -> None:
    entries = [
        ONE,
        ONE,
        {**ONE, "input": 0.07},
        {**ONE, "id": "dear", "input": 2000},
        {**ONE, "id": "late", "from_date": "soon"},
        7,
    ]
    found = read({"prices": entries})
    assert {row.name for row in found.rows} == {"nova"}
    assert len(found.rows) == 2
    assert [str(each) for each in found.left_out] == [
        "prices.json: nova: Given twice, input. Keep one of the two.",
        "prices.json: dear, input: 2000 is 2,000 per million tokens. Prices in this map are of a million tokens.",
        'prices.json: late, from_date: "soon" is no date.',
        "prices.json: entry 6: A model has an object with its id and its prices.",
    ]


LONG = {"id": "nova-272k", "vendor": "amazon", "name": "Nova >272k", "input": 0.12, "output": 0.36}


def test_prices_of_long_prompts_are_those_of_the_model_too() -> None:
    found = read({"prices": [ONE, LONG]})
    assert {(row.name, row.kind): row.value for row in found.rows} == {
        ("nova", "input"): 0.06, ("nova", "output"): 0.24, ("nova", "input_above_272k"): 0.12,
        ("nova", "output_above_272k"): 0.36, ("nova-272k", "input"): 0.12, ("nova-272k", "output"): 0.36,
    }  # fmt: skip
    history = [{"input": 1, "output": 2, "from_date": None, "to_date": None}]
    models = [{"id": each["id"], "name": each["name"], "price_history": history} for each in (ONE, LONG)]
    of_a_vendor = read({"vendor": "amazon", "models": models})
    assert [row.value for row in of_a_vendor.rows if row.kind == "input_above_272k"] == [1]


def test_a_name_alone_makes_no_price_of_long_prompts() -> None:
    """A model whose name ends so may be another one, and its shorter sister may be missing."""
    found = read({"prices": [ONE, {**LONG, "name": "Nova 272k"}]}).rows + read({"prices": [LONG]}).rows
    assert not [row for row in found if "above" in row.kind]


def test_a_file_without_a_price() -> None:
    with pytest.raises(PriceTableError, match="No model has a price"):
        read({"prices": []})


def test_which_files_are_of_this_form() -> None:
    assert is_llm_prices({"prices": []}) and is_llm_prices({"models": [], "vendor": "x"})
    assert not is_llm_prices({"gpt-4.1": {"input_cost_per_token": 1e-6}, "prices": {}})
