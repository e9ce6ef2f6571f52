"""Worksheet functions: estimates of training, serving, checkpoints and adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from roi_engine import estimators
from roi_engine import quantity as q
from roi_engine.errors import WrongType
from roi_engine.estimate import BOUNDS, choice
from roi_engine.prices.open_models import OpenModel, open_models, own_shape
from roi_engine.prices.price_tables import price_tables
from roi_engine.serving_rate import ServingRate, serving_rate
from roi_engine.training_hours import METHODS, training_estimate
from roi_engine.worksheet.catalogue import ESTIMATORS, Argument, worksheet_function


@dataclass(frozen=True)
class ModelOrBillions(q.Quantity):
    """An open model by name, or a number of billions of parameters.

    >>> MODEL_OR_BILLIONS.check("Llama-3.1-8B"), MODEL_OR_BILLIONS.check(7)
    ('Llama-3.1-8B', 7.0)
    """

    def check(self, value: Any) -> Any:
        """The name, or the number as a float; a number as text is refused."""
        return q.TEXT.check(value) if isinstance(value, str) and not _is_number(value) else q.BILLIONS.check(value)


def _is_number(text: str) -> bool:
    try:
        float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return False
    return True


MODEL_OR_BILLIONS = ModelOrBillions("billions of parameters, or a model", "billion parameters", "number", low=0)
_NAME = "An open model of the table, such as Llama-3.1-8B"
_SHAPE = "params_b, layers, hidden, heads, kv_heads, head_dim and their values"
_MODEL = Argument("model", q.TEXT, f"{_NAME}, or a range of labels and values: {_SHAPE}.", kind="cell or table")
_GPU = Argument("gpu", q.TEXT, "A GPU of the price table, such as H100 SXM.", kind="text")
_REQUEST = (
    Argument("input_tokens", q.TOKENS, "Prompt tokens of a request."),
    Argument("output_tokens", q.Quantity("tokens", "tokens / call", "number", low=1), "Tokens that the model writes."),
)
_REPLICA = (
    Argument(
        "concurrency",
        q.COUNT,
        "Requests served at once; empty: the most that keep 50 ms between tokens, at most 256.",
        optional=True,
    ),
    Argument("gpus", q.COUNT, "GPUs of the replica; empty: 1.", optional=True, default=1),
    Argument(
        "precision",
        q.TEXT,
        "Form of the weights: bf16, fp16, fp8, fp4, int4 or mxfp4; empty: bf16.",
        optional=True,
        default="bf16",
        kind="text",
    ),
)
_BOUND = Argument(
    "bound", q.TEXT, "low, typical or high; empty: typical.", optional=True, default="typical", kind="text"
)


def _model(given: str | list[list[Any]]) -> OpenModel:
    """The model of a name, or of a shape that stands in cells."""
    return open_models().find(given) if isinstance(given, str) else own_shape(given)


_MEASURED = ("checkpointing", "packed", "precision", "bound")
_YES_NO = ("yes", "no")


@worksheet_function(
    "FT_TRAINHOURS",
    ESTIMATORS,
    "Estimate of the GPU-hours of one training run, from model size, million training tokens and epochs on a GPU of the price table: low, typical or high. Multiply by the runs that you expect.",
    q.GPU_HOURS,
    own=(
        Argument(
            "params_b",
            MODEL_OR_BILLIONS,
            f"Billions of parameters (of experts those that a token uses), or: {_NAME[0].lower()}{_NAME[1:]}.",
            kind="cell or table",
        ),
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
        Argument("method", q.TEXT, "full, lora or qlora; empty: full.", optional=True, default="full", kind="text"),
        Argument(
            "mfu",
            q.UTILISATION,
            "Share of the GPU's peak that training reaches, where you know it: then the textbook's formula counts; empty: what was measured.",
            optional=True,
        ),
        Argument(
            "checkpointing",
            q.TEXT,
            "yes where activations are calculated again, no where they are kept; empty: yes.",
            optional=True,
            kind="text",
        ),
        Argument(
            "packed",
            q.TEXT,
            "yes where samples fill the sequences, no where short ones are padded; empty: yes.",
            optional=True,
            kind="text",
        ),
        Argument("precision", q.TEXT, "bf16, fp16 or fp8; empty: bf16.", optional=True, kind="text"),
        Argument("bound", q.TEXT, "low, typical or high; empty: typical.", optional=True, kind="text"),
    ),
    scenario="none",
    examples=(8.03, 15, 1, "A100", "lora", 0.45),
)
def train_hours(
    size: float | str | list[list[Any]],
    training_tokens_m: float,
    epochs: int,
    gpu: str,
    method: str,
    mfu: float | None,
    *measured: str | None,
) -> float:
    params_b = size if isinstance(size, float) else _model(size).active_b
    way = choice("method", method, METHODS)
    if mfu is not None:
        given = [name for name, value in zip(_MEASURED, measured, strict=True) if value is not None]
        if given:
            raise WrongType(f"{given[0]}: it belongs to what was measured. Leave it empty, or leave mfu empty.")
        peak = price_tables().gpus.row(gpu, "peak_tflops").value
        return estimators.training_gpu_hours(params_b, training_tokens_m, peak, mfu, epochs, way)
    checkpointing, packed, precision, bound = measured
    return training_estimate(
        params_b,
        training_tokens_m,
        epochs,
        gpu,
        way,
        choice("checkpointing", checkpointing or "yes", _YES_NO) == "yes",
        choice("packed", packed or "yes", _YES_NO) == "yes",
        precision or "bf16",
    ).of(choice("bound", bound or "typical", BOUNDS))


@worksheet_function(
    "FT_SERVINGRATE",
    ESTIMATORS,
    "Estimate of the input + output tokens per second that one replica serves, from the model's shape and the GPU's figures: low, typical or high. Engines publish output tokens alone.",
    q.THROUGHPUT,
    own=(_MODEL, _GPU, *_REQUEST, *_REPLICA, _BOUND),
    scenario="none",
    examples=("Llama-3.1-8B", "H100 SXM", 1000, 300),
)
def serving_tokens_per_second(*arguments: Any) -> float:
    *replica, bound = arguments
    return _served(*replica).rate.of(choice("bound", bound, BOUNDS))


@worksheet_function(
    "FT_SERVINGFIT",
    ESTIMATORS,
    "Table of what one replica serves, estimated: requests that fit its memory and are served at once, time to the first token and between tokens, output and total rates, and what takes longest.",
    q.TABLE,
    own=(_MODEL, _GPU, *_REQUEST, *_REPLICA),
    scenario="none",
    examples=("Llama-3.1-8B", "H100 SXM", 1000, 300),
)
def serving_fit(*arguments: Any) -> list[list[Any]]:
    found = _served(*arguments)
    term, share = found.terms[0]
    return [
        ["Requests that fit", found.values["requests_that_fit"]],
        ["Requests at once", found.values["requests_at_once"]],
        ["Milliseconds to the first token", found.values["seconds_to_first_token"] * 1000],
        ["Milliseconds between tokens", found.values["seconds_between_tokens"] * 1000],
        *([f"Output tokens per second, {bound}", found.output_rate.of(bound)] for bound in BOUNDS),
        *([f"Input + output tokens per second, {bound}", found.rate.of(bound)] for bound in BOUNDS),
        ["Takes longest", term.label],
        ["Its share of a request's time", share],
    ]


def _served(
    model: str | list[list[Any]],
    gpu: str,
    input_tokens: float,
    output_tokens: float,
    concurrency: int | None,
    gpus: int,
    precision: str,
) -> ServingRate:
    return serving_rate(_model(model), gpu, input_tokens, output_tokens, concurrency, gpus, precision)


@worksheet_function(
    "FT_CHECKPOINTGB",
    ESTIMATORS,
    "Gigabytes of checkpoints: 14 bytes per parameter with optimizer states (full, or lora with the adapter's parameters), 2 or 4 for weights alone (bf16, fp32).",
    q.GIGABYTES,
    own=(
        Argument(
            "params_b",
            MODEL_OR_BILLIONS,
            f"Billions of parameters, with lora those of the adapter; or: {_NAME[0].lower()}{_NAME[1:]}.",
        ),
        Argument(
            "method", q.TEXT, "full, lora, bf16 or fp32; empty: full.", optional=True, default="full", kind="text"
        ),
        Argument("checkpoints", q.COUNT, "Checkpoints kept; empty: 1.", optional=True, default=1),
    ),
    scenario="none",
    examples=(7, "full", 1),
)
def checkpoint_gb(size: float | str, method: str, checkpoints: int) -> float:
    way = choice("method", method, tuple(estimators.BYTES_PER_PARAMETER))
    if isinstance(size, str) and way == "lora":
        raise WrongType(
            "params_b: with lora give the adapter's billions of parameters: FT_LORAPARAMS(rank, model)/1e9."
        )
    params_b = open_models().find(size).params_b if isinstance(size, str) else size
    return estimators.checkpoint_gb(params_b, way, checkpoints)


@dataclass(frozen=True)
class ModelOrDimension(q.Quantity):
    """An open model by name, or a dimension of a matrix."""

    def check(self, value: Any) -> Any:
        """The name, or the whole number."""
        return q.TEXT.check(value) if isinstance(value, str) and not _is_number(value) else q.COUNT.check(value)


@worksheet_function(
    "FT_LORAPARAMS",
    ESTIMATORS,
    "Parameters of LoRA adapters: rank times the sum of d_in + d_out over the matrices that get one. Divide by 10^9 for FT_CHECKPOINTGB.",
    q.Quantity("parameters", "parameters", "number", low=0),
    own=(
        Argument("rank", q.COUNT, "Rank of the adapters."),
        Argument(
            "shapes",
            ModelOrDimension("dimension, or a model", "count", "count", low=1, whole=True),
            "A range of two columns, d_in and d_out, a row per matrix; a third may say how many there are. Or an open model's name: all its linear layers.",
            kind="range",
        ),
    ),
    scenario="none",
    examples=(8, ((4096, 4096, 32), (4096, 4096, 32))),
)
def lora_params(rank: int, shapes: list[list[Any]]) -> float:
    if isinstance(shapes[0][0], str):
        return float(estimators.lora_params(rank, _linear_layers(shapes)))
    if len(shapes[0]) not in (2, 3):
        raise WrongType("shapes: give two columns, d_in and d_out, or three, the last with the number of matrices.")
    for i, row in enumerate(shapes, 1):
        for j, cell in enumerate(row, 1):
            if isinstance(cell, str):
                raise WrongType(f'shapes, row {i}, column {j}: "{cell}" is not a number.')
    matrices = [(row[0], row[1], row[2] if len(row) == 3 else 1) for row in shapes]
    return float(estimators.lora_params(rank, matrices))


def _linear_layers(shapes: list[list[Any]]) -> list[tuple[int, int, int]]:
    """The linear layers of the model that stands in one cell."""
    if len(shapes) > 1 or len(shapes[0]) > 1:
        raise WrongType(f'shapes, row 1, column 1: "{shapes[0][0]}" is not a number. Titles are not part of the range.')
    model = open_models().find(shapes[0][0])
    if model.experts:
        raise WrongType(
            f"shapes: which layers of {model.name} get an adapter depends on its experts. Give their shapes."
        )
    return model.linear_shapes
