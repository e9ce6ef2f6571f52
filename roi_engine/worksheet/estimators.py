"""Worksheet functions: estimates of GPU-hours, checkpoints and adapters."""

from __future__ import annotations

from collections.abc import Iterable

from roi_engine import estimators
from roi_engine import quantity as q
from roi_engine.errors import UnknownName, WrongType, did_you_mean
from roi_engine.prices.price_tables import price_tables
from roi_engine.worksheet.catalogue import ESTIMATORS, Argument, worksheet_function

_PARAMETERS = Argument("params_b", q.BILLIONS, "Billions of parameters of the model.")


def _word(argument: str, typed: str, known: Iterable[str]) -> str:
    word = typed.strip().lower()
    if word not in known:
        raise UnknownName(f'{argument}: there is no "{typed}".{did_you_mean(word, known)} Type {" or ".join(known)}.')
    return word


@worksheet_function(
    "FT_TRAINHOURS",
    ESTIMATORS,
    "Estimate of the GPU-hours of one training run, from model size, million training tokens and epochs on a GPU of the price table. Multiply by the runs that you expect.",
    q.GPU_HOURS,
    own=(
        _PARAMETERS,
        Argument("training_tokens_m", q.MILLION_TOKENS, "Million tokens of training data."),
        Argument("epochs", q.COUNT, "Passes over the data; empty: 1.", optional=True, default=1),
        Argument(
            "gpu",
            q.TEXT,
            "A GPU of the price table, such as A100; empty: H100 SXM.",
            optional=True,
            default=estimators.DEFAULT_GPU,
            kind="text",
        ),
        Argument("method", q.TEXT, "full or lora; empty: full.", optional=True, default="full", kind="text"),
        Argument(
            "mfu",
            q.UTILISATION,
            "Share of the GPU's peak that training reaches; empty: 45 % on an A100, else 40 %.",
            optional=True,
        ),
    ),
    scenario="none",
    examples=(8.03, 15, 1, "A100", "lora", 0.45),
)
def train_hours(
    params_b: float, training_tokens_m: float, epochs: int, gpu: str, method: str, mfu: float | None
) -> float:
    row = price_tables().gpus.row(gpu, "peak_tflops")
    share = estimators.usual_mfu(row.name) if mfu is None else mfu
    way = _word("method", method, estimators.OPERATIONS)
    return estimators.training_gpu_hours(params_b, training_tokens_m, row.value, share, epochs, way)


@worksheet_function(
    "FT_CHECKPOINTGB",
    ESTIMATORS,
    "Gigabytes of checkpoints: 14 bytes per parameter with optimizer states (full, or lora with the adapter's parameters), 2 or 4 for weights alone (bf16, fp32).",
    q.GIGABYTES,
    own=(
        Argument("params_b", q.BILLIONS, "Billions of parameters; with lora those of the adapter."),
        Argument(
            "method", q.TEXT, "full, lora, bf16 or fp32; empty: full.", optional=True, default="full", kind="text"
        ),
        Argument("checkpoints", q.COUNT, "Checkpoints kept; empty: 1.", optional=True, default=1),
    ),
    scenario="none",
    examples=(7, "full", 1),
)
def checkpoint_gb(params_b: float, method: str, checkpoints: int) -> float:
    return estimators.checkpoint_gb(params_b, _word("method", method, estimators.BYTES_PER_PARAMETER), checkpoints)


@worksheet_function(
    "FT_LORAPARAMS",
    ESTIMATORS,
    "Parameters of LoRA adapters: rank times the sum of d_in + d_out over the matrices that get one. Divide by 10^9 for FT_CHECKPOINTGB.",
    q.Quantity("parameters", "parameters", "number", low=0),
    own=(
        Argument("rank", q.COUNT, "Rank of the adapters."),
        Argument(
            "shapes",
            q.COUNT,
            "A range of two columns, d_in and d_out, a row per matrix; a third column may say how many there are.",
            kind="range",
        ),
    ),
    scenario="none",
    examples=(8, ((4096, 4096, 32), (4096, 4096, 32))),
)
def lora_params(rank: int, shapes: list[list[int]]) -> float:
    if len(shapes[0]) not in (2, 3):
        raise WrongType("shapes: give two columns, d_in and d_out, or three, the last with the number of matrices.")
    matrices = [(row[0], row[1], row[2] if len(row) == 3 else 1) for row in shapes]
    return float(estimators.lora_params(rank, matrices))
