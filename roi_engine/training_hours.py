"""How many GPU-hours a training takes, estimated from what was measured."""

from __future__ import annotations

import math

from roi_engine.errors import OutOfRange
from roi_engine.estimate import Estimate, choice
from roi_engine.estimators import DEFAULT_GPU
from roi_engine.prices.price_tables import price_tables

METHODS = ("full", "lora", "qlora")
PRECISIONS = ("bf16", "fp16", "fp8")

OPERATIONS = {"full": 6, "lora": 4, "qlora": 4}
"""Operations per parameter and token: adapters need no gradients of the weights, which are a third of the work."""

CHECKPOINTING = 2
"""Operations more where activations are calculated again instead of kept: one more forward pass."""

FAST_GPU_TFLOPS = 400
"""From this peak on a GPU is faster than most programs feed it: Hopper and Blackwell of the data centre."""

REACHED = {
    True: {"full": (0.25, 0.40, 0.60), "lora": (0.18, 0.29, 0.58), "qlora": (0.18, 0.29, 0.45)},
    False: {"full": (0.35, 0.53, 0.65), "lora": (0.34, 0.51, 0.65), "qlora": (0.30, 0.46, 0.65)},
}
"""The share of the peak in use, low, typical, high, by whether the GPU is a fast one."""

SMALL_MODEL_B = 2.0
OF_A_SMALL_MODEL = 0.7
"""Adapters of a model below 2 billion parameters reach a smaller share: its calculations are too short."""

FASTER_IN_FP8 = 1.4
PADDED = (1.5, 3.0, 5.0)
"""Hours more where short samples are padded instead of packed."""


def training_estimate(
    active_b: float,
    training_tokens_m: float,
    epochs: float = 1,
    gpu: str = DEFAULT_GPU,
    method: str = "full",
    checkpointing: bool = True,
    packed: bool = True,
    precision: str = "bf16",
) -> Estimate:
    """GPU-hours that training takes, with low and high.

        operations · active parameters · tokens · epochs / (3600 · peak operations per second · share in use)

    active_b : billions of parameters that a token uses.
    training_tokens_m : million tokens of the data.
    epochs : passes over the data.
    gpu : a name of the price table.
    method : "full", "lora" or "qlora".
    checkpointing : whether activations are calculated again instead of kept.
    packed : whether samples fill the sequences; else short ones are padded.
    precision : "bf16", "fp16" or "fp8".
    Returns GPU-hours of one run; low is the fastest.
    Raises `UnknownName` for a GPU, method or precision, `OutOfRange` for FP8 on a GPU without it and for hours that no
    number holds.
    Source: docs/estimates.md.

    >>> hours = training_estimate(8.03, 100, gpu="H100 SXM", method="lora")
    >>> round(hours.low, 1), round(hours.typical, 1), round(hours.high, 1)
    (2.3, 4.7, 7.5)
    """
    gpus = price_tables().gpus
    name, way = gpus.find(gpu), choice("method", method, METHODS)
    in_fp8 = choice("precision", precision, PRECISIONS) == "fp8"
    if in_fp8 and "fp8_tflops" not in gpus.kinds(name):
        raise OutOfRange(f"precision: {name} does not calculate in 8 bits. Type bf16, or name another GPU.")
    peak = gpus.row(name, "peak_tflops").value
    operations = OPERATIONS[way] + CHECKPOINTING * checkpointing
    small = OF_A_SMALL_MODEL if way != "full" and active_b < SMALL_MODEL_B else 1.0
    work = operations * active_b * 1e9 * training_tokens_m * 1e6 * epochs
    if not math.isfinite(work):
        raise OutOfRange("The training is too large to be estimated. Give fewer parameters, tokens or epochs.")
    at_peak = work / (3600 * peak * 1e12 * small * (FASTER_IN_FP8 if in_fp8 else 1.0))
    slowest, typical, fastest = REACHED[peak >= FAST_GPU_TFLOPS][way]
    longer = (1.0, 1.0, 1.0) if packed else PADDED
    return Estimate(*(at_peak / share * more for share, more in zip((fastest, typical, slowest), longer, strict=True)))
