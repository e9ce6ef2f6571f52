"""How much of the prompt goes, and how much must go before a call costs no more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine import REFERENCE, Scenario, prompt_shrink_needed
from roi_engine.cashflow import MODEL
from roi_engine.prompt_shrink import PROMPT, prompt_shrink
from tests.roi_engine.legal_scenarios import MIX, SIXTY, scenarios


def mixes(output: float = 250, times: float = 1.5, **changes: Any) -> dict[str, Any]:
    """The same call on both sides, at a multiple of both prices."""
    call = {"input_tokens": 1800, "output_tokens": output, "input_price_per_m": 2, "output_price_per_m": 8}
    inputs = REFERENCE.inputs() | {f"baseline_{field}": value for field, value in call.items()}
    inputs |= {f"finetuned_{field}": value * (times if "price" in field else 1) for field, value in call.items()}
    return inputs | changes


@pytest.mark.parametrize(
    ("output", "times", "needed"), [(0, 1.5, 1 / 3), (250, 1.5, 0.518518518518), (250, 2, 0.7777777777), (250, 1, 0)]
)
def test_the_closed_form_for_the_same_call_at_a_multiple_of_its_price(
    output: float, times: float, needed: float
) -> None:
    assert prompt_shrink_needed(mixes(output, times)) == pytest.approx(needed, abs=1e-9)
    assert (1 - 1 / times) * (1 + output * 8 / (1800 * 2)) == pytest.approx(needed, abs=1e-9)


def test_below_zero_no_shrink_is_needed_and_above_one_none_is_enough() -> None:
    assert prompt_shrink_needed(mixes(times=0.5)) == pytest.approx(1 - (5600 - 1000) / 1800)
    assert prompt_shrink_needed(mixes(output=2000, times=2)) == pytest.approx(1 - (19600 - 32000) / 7200)


def test_a_cache_makes_the_prompt_cheaper_and_more_of_it_must_go() -> None:
    cached = mixes(baseline_cached_share=0.5, baseline_cached_price_per_m=0.5)
    assert prompt_shrink_needed(cached) == pytest.approx(1 - (4250 - 3000) / 5400)


def test_the_shrink_of_a_scenario() -> None:
    assert prompt_shrink(mixes(finetuned_input_tokens=450)) == 0.75
    assert prompt_shrink(mixes(finetuned_input_tokens=2700)) == -0.5


def test_without_two_token_mixes_it_is_undefined() -> None:
    for side in ("baseline", "finetuned"):
        one = mixes() | {
            name: None for name in mixes() if name.startswith(f"{side}_") and name not in REFERENCE.given()
        }
        assert prompt_shrink_needed(one) is None
        assert prompt_shrink(one) is None
    assert prompt_shrink_needed(mixes(finetuned_input_price_per_m=0)) is None
    assert prompt_shrink(mixes(baseline_input_tokens=0)) is None


@SIXTY
@given(*[st.tuples(*[st.floats(0.01, 1000)] * 4)] * 2)
def test_after_the_shrink_a_call_costs_the_same(today: tuple[float, ...], tuned: tuple[float, ...]) -> None:
    inputs = REFERENCE.inputs()
    for side, figures in (("baseline", today), ("finetuned", tuned)):
        inputs |= {f"{side}_{field}": figure for field, figure in zip(MIX, figures, strict=True)}
    needed = prompt_shrink_needed(inputs)
    assert needed is not None
    inputs["finetuned_input_tokens"] = inputs["baseline_input_tokens"] * (1 - needed)  # below 0 where none is enough
    calls = MODEL.evaluate(inputs, ("baseline_cost_per_call", "finetuned_cost_per_call"))
    size = sum(map(abs, calls.values())) + inputs["finetuned_output_tokens"] * inputs["finetuned_output_price_per_m"]
    assert math.isclose(*calls.values(), abs_tol=1e-9 * size)


@pytest.mark.slow
@SIXTY
@given(st.lists(scenarios(), min_size=1, max_size=4))
def test_arrays_give_what_single_scenarios_give(each: list[Scenario]) -> None:
    rows = [scenario.inputs() for scenario in each]
    names = PROMPT.leaves("prompt_shrink_to_pay")
    columns = {name: np.array([math.nan if row[name] is None else row[name] for row in rows]) for name in names}
    found = np.broadcast_to(PROMPT.evaluate(columns, ("prompt_shrink_to_pay",))["prompt_shrink_to_pay"], len(rows))
    expected = [math.nan if prompt_shrink_needed(row) is None else prompt_shrink_needed(row) for row in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_a_batch_discount_of_the_dearer_model_lets_the_prompt_stay_longer() -> None:
    """At 1.5 times both prices and a third off, a call costs what it costs today."""
    third_off = mixes(finetuned_batch_share=1, finetuned_batch_discount=1 / 3)
    assert prompt_shrink_needed(third_off) == pytest.approx(0, abs=1e-12)
    both = mixes(
        baseline_batch_share=0.5, baseline_batch_discount=0.5, finetuned_batch_share=0.5, finetuned_batch_discount=0.5
    )
    assert prompt_shrink_needed(both) == pytest.approx(prompt_shrink_needed(mixes()))
