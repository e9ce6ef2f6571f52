"""What a replica serves: the equations on floats and arrays, their directions, and what cannot be kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine.errors import OutOfRange
from roi_engine.prices.open_models import OpenModel, open_models
from roi_engine.serving_rate import PRECISIONS, SERVING_RATE, TERMS, serving_rate

LLAMA = open_models().find("Llama-3.1-8B")
MIXTRAL = open_models().find("Mixtral-8x7B")
H100: dict[str, Any] = {"peak_tflops": 989, "memory_gb": 80, "bandwidth_tb_s": 3.35, "link_gb_s": 900}
LEAVES: dict[str, Any] = {
    **H100, "calculation_tflops": 0.64 * 989, "gpus": 1, "params_b": 8.03, "active_b": 8.03, "experts_b": 0.0,
    "expert_share": 0.0, "layers": 32, "hidden": 4096, "attention_width": 4096, "kv_bytes_per_token": 131072,
    "weight_bytes": 2, "input_tokens": 1000.0, "output_tokens": 300.0,
}  # fmt: skip


def test_eight_billion_parameters_on_one_h100() -> None:
    found = serving_rate(LLAMA, "H100 SXM", 1000, 300)
    assert found.rate.low == pytest.approx(12_600, rel=0.01)
    assert found.rate.typical == pytest.approx(20_000, rel=0.01)
    assert found.rate.high == pytest.approx(26_300, rel=0.01)
    assert found.values["seconds_between_tokens"] <= 0.05
    one_more = serving_rate(LLAMA, "H100 SXM", 1000, 300, found.values["requests_at_once"] + 1)
    assert one_more.values["seconds_between_tokens"] > 0.05
    assert "Llama-3.1-8B in bf16 on H100 SXM, 244 requests at once, 1000 + 300 tokens" in found.evidence


def test_arrays_give_what_floats_give() -> None:
    inputs, gpus = np.array([100.0, 1000.0, 3000.0]), np.array([1.0, 1.0, 2.0])
    wanted = ("total_rate", "requests_that_fit", "requests_in_time")
    many = SERVING_RATE.evaluate(
        {**LEAVES, "input_tokens": inputs, "gpus": gpus, "requests_at_once": np.array([4.0, 16.0, 64.0])}, wanted
    )
    for at, at_once in enumerate((4, 16, 64)):
        one = SERVING_RATE.evaluate(
            {**LEAVES, "input_tokens": inputs[at], "gpus": gpus[at], "requests_at_once": at_once}, wanted
        )
        for name in wanted:
            assert many[name][at] == pytest.approx(float(one[name]), rel=1e-12)


@given(st.integers(1, 255), st.sampled_from([LLAMA, MIXTRAL]))
def test_more_requests_at_once_serve_more_and_answer_later(at_once: int, model: OpenModel) -> None:
    few, many = (serving_rate(model, "H200", 500, 200, each, 2) for each in (at_once, at_once + 1))
    assert many.rate.typical > few.rate.typical
    assert many.values["seconds_between_tokens"] > few.values["seconds_between_tokens"]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_parts_are_the_whole(precision: str) -> None:
    found = serving_rate(LLAMA, "H100 SXM", 1000, 300, 32, 1, precision)
    assert sum(share for _, share in found.terms) == pytest.approx(1)
    assert found.terms == sorted(found.terms, key=lambda each: -each[1])
    assert {term.equation for term, _ in found.terms} == {term.equation for term in TERMS}
    assert found.rate.low < found.rate.typical < found.rate.high


def test_what_takes_longest() -> None:
    """One request waits for the weights, many with long prompts for the calculation, GPUs on PCIe for each other."""
    assert serving_rate(LLAMA, "H100 SXM", 100, 500, 1).terms[0][0].equation == "weights_reading"
    assert serving_rate(LLAMA, "H100 SXM", 2000, 20, 64).terms[0][0].equation == "prompt_calculation"
    assert serving_rate(LLAMA, "H100 SXM", 100_000, 200, 4).terms[0][0].equation == "prompt_attention"
    assert serving_rate(LLAMA, "H100 SXM", 2000, 2000, 100).terms[0][0].equation == "cache_reading"
    assert (
        serving_rate(open_models().find("Llama-3.1-70B"), "L40S", 2000, 20, 16, 8).terms[0][0].equation == "prompt_talk"
    )


def test_experts_are_read_as_far_as_they_are_used() -> None:
    """Mixtral: one request reads two of eight experts, many read all of them."""
    alone, many = (serving_rate(MIXTRAL, "H200", 100, 100, each).values["weights_reading"] for each in (1, 256))
    assert many / alone == pytest.approx(46.703 / 12.88, rel=0.001)


def test_eight_bits_where_the_gpu_calculates_in_them() -> None:
    on_h100, on_a100 = (serving_rate(LLAMA, gpu, 1000, 300, 32, 1, "fp8") for gpu in ("H100 SXM", "A100"))
    in_16 = serving_rate(LLAMA, "A100", 1000, 300, 32)
    assert on_a100.values["prompt_calculation"] == in_16.values["prompt_calculation"]
    assert on_h100.values["prompt_calculation"] == pytest.approx(2 * 8.03e9 * 1000 / (0.59 * 1978.9e12))


def test_what_does_not_fit_is_said_with_its_reason() -> None:
    large = replace(LLAMA, kv_heads=32, heads=32)
    with pytest.raises(OutOfRange, match=r"No request fits: one takes 66\.06 GB beside the weights"):
        serving_rate(large, "H100 SXM", 125_000, 1000)
    with pytest.raises(OutOfRange, match="Take more GPUs or fewer bits per weight"):
        serving_rate(open_models().find("Llama-3.1-405B"), "H100 SXM", 100, 100, None, 8)
