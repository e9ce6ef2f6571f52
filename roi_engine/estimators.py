"""Estimates for inputs that one does not know yet.

GPU-hours at a share of the peak that one knows, size of checkpoints, parameters of LoRA adapters. Where the share is
not known, `roi_engine.training_hours` has what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

OPERATIONS = {"full": 6.0, "lora": 5.2, "qlora": 5.2}
"""Operations per parameter and token: forward and backward pass. LoRA skips weight gradients; 1.15 times as fast."""

BYTES_PER_PARAMETER = {"full": 14, "lora": 14, "bf16": 2, "fp32": 4}
"""Kept per parameter: to resume training (weights 2, master copy 4, two moments 8), or the weights alone."""

DEFAULT_GPU = "H100 SXM"


def training_gpu_hours(
    params_b: float, training_tokens_m: float, peak_tflops: float, mfu: float, epochs: float = 1, method: str = "full"
) -> float:
    """GPU-hours that training takes at a known share of the peak: the textbook's.

        operations · parameters · tokens · epochs / (3600 · peak operations per second · MFU)

    params_b : billions of parameters.
    training_tokens_m : million tokens of the data.
    peak_tflops : dense bf16 peak of one GPU.
    mfu : model FLOPs utilisation, the share of the peak in use, as decimal above 0.
    epochs : passes over the data.
    method : "full" (6 operations per parameter and token), "lora" or "qlora" (5.2).
    Returns GPU-hours, one run.
    Source: docs/method.md, "Estimators".

    >>> round(training_gpu_hours(6.7, 1_000_000, 312, 0.45))
    79535
    """
    operations = OPERATIONS[method] * params_b * 1e9 * training_tokens_m * 1e6 * epochs
    return operations / (3600 * peak_tflops * 1e12 * mfu)


def checkpoint_gb(params_b: float, method: str = "full", checkpoints: int = 1) -> float:
    """Gigabytes (10⁹ bytes) of the checkpoints that are kept.

        parameters · bytes per parameter · checkpoints / 10⁹

    params_b : billions of parameters that are trained: the adapter's with "lora".
    method : "full" or "lora" (14 bytes, enough to resume), "bf16" (2) or "fp32" (4) for weights alone.
    checkpoints : how many are kept.
    Returns GB.
    Source: docs/method.md, "Estimators".

    >>> checkpoint_gb(7), checkpoint_gb(7, "bf16"), checkpoint_gb(7, "fp32")
    (98.0, 14.0, 28.0)
    """
    return float(kept_gb(params_b, BYTES_PER_PARAMETER[method], checkpoints))


def kept_gb(params_b: Any, bytes_per_parameter: Any, checkpoints: Any) -> Any:
    """Gigabytes of checkpoints, of anything that calculates.

        params_b · bytes_per_parameter · checkpoints

    params_b : billions of parameters; bytes_per_parameter : those kept of each.
    checkpoints : how many are kept.
    Source: docs/method.md, "Estimators".

    >>> kept_gb(7, 14, 2)
    196
    """
    return params_b * bytes_per_parameter * checkpoints


def lora_params(rank: int, shapes: Iterable[tuple[int, int, int]]) -> int:
    """Parameters of LoRA adapters.

        rank · Σ (d_in + d_out)

    rank : that of the adapters, a count.
    shapes : d_in, d_out and how many there are, for each kind of matrix that gets an adapter.
    Returns a count.
    Source: docs/method.md, "Estimators".

    >>> lora_params(8, [(4096, 4096, 64)])
    4194304
    """
    return rank * sum((d_in + d_out) * count for d_in, d_out, count in shapes)
