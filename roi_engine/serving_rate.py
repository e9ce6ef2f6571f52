"""What a replica serves: an estimate from a model's shape and a GPU's figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from roi_engine import serving_rate_equations as equations
from roi_engine.errors import OutOfRange
from roi_engine.estimate import Estimate, choice
from roi_engine.graph import Graph, equations_of
from roi_engine.prices.open_models import OpenModel
from roi_engine.prices.price_tables import price_tables

SERVING_RATE = Graph(equations_of(equations))


@dataclass(frozen=True)
class Precision:
    """How many bits a weight has, and what calculates with it.

    weight_bytes : of a weight, its scales included.
    cache_bytes : of a number in the cache of keys and values.
    peak : the GPU's figure whose peak counts, where the GPU has it; else, and where None, that of 16 bits.
    shares : of the estimate, those that low, typical and high are.
    """

    weight_bytes: float
    cache_bytes: int
    peak: str | None
    shares: tuple[float, float, float]


_MEASURED_IN_16_BITS = (0.6, 0.95, 1.25)
_MEASURED_IN_FEWER = (0.4, 0.75, 1.3)

PRECISIONS = {
    "bf16": Precision(2, 2, None, _MEASURED_IN_16_BITS),
    "fp16": Precision(2, 2, None, _MEASURED_IN_16_BITS),
    "fp8": Precision(1, 1, "fp8_tflops", _MEASURED_IN_FEWER),
    "fp4": Precision(0.5625, 1, "fp4_tflops", _MEASURED_IN_FEWER),
    "int4": Precision(0.53125, 2, None, _MEASURED_IN_FEWER),
    "mxfp4": Precision(0.53125, 2, None, _MEASURED_IN_FEWER),
}
"""The forms of weights. Of 4 bits, fp4 calculates in 4 bits where the GPU can; the others save memory alone."""

DEFAULT_PRECISION = "bf16"

_ALSO = {"bfloat16": "bf16", "float16": "fp16", "nvfp4": "fp4", "awq": "int4", "gptq": "int4"}
"""Other names of forms."""


@dataclass(frozen=True)
class Term:
    """A part of the time that a request takes.

    equation : its seconds; those of a step count for a token of all requests at once.
    label : what happens in it.
    cure : what would make it smaller.
    """

    equation: str
    label: str
    cure: str


TERMS = (
    Term(
        "prompt_calculation",
        "calculating the prompts",
        "A GPU with a higher peak, 8-bit weights where it calculates in 8 bits, or shorter prompts.",
    ),
    Term("prompt_attention", "attention within the prompts", "Shorter prompts, or a GPU with a higher peak."),
    Term(
        "prompt_talk", "talk between the GPUs about prompts", "Fewer GPUs in a replica, or a faster link between them."
    ),
    Term(
        "weights_reading",
        "reading the weights",
        "More requests at once, fewer bits per weight, or memory with more bandwidth.",
    ),
    Term(
        "cache_reading",
        "reading the cached tokens",
        "Shorter requests, a model with fewer heads of keys and values, or memory with more bandwidth.",
    ),
    Term(
        "step_calculation",
        "calculating the answers",
        "A GPU with a higher peak, or 8-bit weights where it calculates in 8 bits.",
    ),
    Term("layer_starts", "starting the layers", "More requests at once, or a model with fewer layers."),
    Term("step_talk", "talk between the GPUs about answers", "Fewer GPUs in a replica, or a faster link between them."),
)
"""Where the time goes. A request's time is their sum."""


@dataclass(frozen=True)
class ServingRate:
    """What a replica serves.

    values : the quantities of `roi_engine.serving_rate_equations` by name.
    """

    model: OpenModel
    gpu: str
    gpus: int
    precision: str
    input_tokens: float
    output_tokens: float
    values: Mapping[str, Any]

    @cached_property
    def rate(self) -> Estimate:
        """Input and output tokens per second."""
        return self._estimate("total_rate")

    @cached_property
    def output_rate(self) -> Estimate:
        """Output tokens per second, which engines publish."""
        return self._estimate("output_rate")

    def _estimate(self, name: str) -> Estimate:
        return Estimate(*(self.values[name] * share for share in PRECISIONS[self.precision].shares))

    @cached_property
    def terms(self) -> list[tuple[Term, float]]:
        """The parts of a request's time and their shares of it, the largest first."""
        a_token = self.output_tokens / self.values["requests_at_once"]
        seconds = [
            (term, self.values[term.equation] * (1 if term.equation.startswith("prompt") else a_token))
            for term in TERMS
        ]
        whole = sum(second for _, second in seconds)
        return sorted(((term, second / whole) for term, second in seconds), key=lambda each: -each[1])

    @property
    def evidence(self) -> str:
        """What the estimate rests on, with its dates."""
        bandwidth = price_tables().gpus.row(self.gpu, "bandwidth_tb_s")
        many = "" if self.gpus == 1 else f"{self.gpus} "
        return (
            f"Estimate: {self.model.name} in {self.precision} on {many}{self.gpu}, "
            f"{self.values['requests_at_once']:g} requests at once, {self.input_tokens:g} + {self.output_tokens:g} "
            f"tokens; figures of {max(self.model.read_on, bandwidth.read_on)}"
        )


def serving_rate(
    model: OpenModel,
    gpu: str,
    input_tokens: float,
    output_tokens: float,
    concurrency: int | None = None,
    gpus: int = 1,
    precision: str = DEFAULT_PRECISION,
) -> ServingRate:
    """What a replica of a model serves.

        requests / second = 1 / (prompt + output · step / requests at once)

    model : with its shape.
    gpu : a name of the price table.
    input_tokens, output_tokens : of a request, above 0.
    concurrency : requests at once; None for the most that keep 50 ms between tokens.
    gpus : of the replica.
    precision : of the weights, one of `PRECISIONS`.
    Raises `UnknownName` for a GPU or precision, `OutOfRange` with the reason where it cannot be kept.
    Source: docs/estimates.md.

    >>> from roi_engine.prices.open_models import open_models
    >>> round(serving_rate(open_models().find("Llama-3.1-8B"), "H100 SXM", 1000, 300).rate.typical, -3)
    20000.0
    """
    word = precision.strip().lower()
    precision = choice("precision", _ALSO.get(word, word), tuple(PRECISIONS))
    form = PRECISIONS[precision]
    name = price_tables().gpus.find(gpu)
    tokens = input_tokens + output_tokens
    if tokens > model.context:
        raise OutOfRange(f"{model.name} takes requests of at most {model.context:,} tokens, not {tokens:,.10g}.")
    given = {
        **_shape(model, form), **_gpu(name, form), "gpus": gpus, "input_tokens": input_tokens,
        "output_tokens": output_tokens,
    }  # fmt: skip
    found = SERVING_RATE.evaluate(given, ("room_gb", "weights_gb", "request_gb", "requests_that_fit"))
    _check_fit(model, name, gpus, precision, concurrency, found)
    if concurrency is None:
        concurrency = int(SERVING_RATE.evaluate(given, ("requests_in_time",))["requests_in_time"])
        _check_time(name, concurrency, given)
    wanted = (
        "total_rate", "output_rate", "seconds_to_first_token", "seconds_between_tokens",
        *(term.equation for term in TERMS),
    )  # fmt: skip
    values = SERVING_RATE.evaluate({**given, "requests_at_once": concurrency}, wanted)
    return ServingRate(
        model, name, gpus, precision, input_tokens, output_tokens,
        {**found, **values, "requests_at_once": concurrency},
    )  # fmt: skip


def _shape(model: OpenModel, form: Precision) -> dict[str, float]:
    return {
        "params_b": model.params_b,
        "active_b": model.active_b,
        "experts_b": model.expert_params_b,
        "expert_share": model.experts_per_token / model.experts if model.experts else 0.0,
        "layers": model.layers,
        "hidden": model.hidden,
        "attention_width": model.heads * model.head_dim,
        "kv_bytes_per_token": model.kv_bytes_per_token * form.cache_bytes / 2,
        "weight_bytes": form.weight_bytes,
    }


def _gpu(name: str, form: Precision) -> dict[str, float]:
    gpus = price_tables().gpus
    figures = {kind: gpus.row(name, kind).value for kind in ("peak_tflops", "memory_gb", "bandwidth_tb_s", "link_gb_s")}
    if form.peak in gpus.kinds(name):
        calculation = equations.REACHED_IN_FP8 * gpus.row(name, str(form.peak)).value
    else:
        calculation = equations.REACHED_IN_16_BITS * figures["peak_tflops"]
    return {**figures, "calculation_tflops": calculation}


def _check_time(gpu: str, requests: int, given: Mapping[str, Any]) -> None:
    """Raises `OutOfRange` where not even one request keeps the time between tokens."""
    (seconds,) = SERVING_RATE.evaluate({**given, "requests_at_once": requests}, ("seconds_between_tokens",)).values()
    if seconds > equations.SECONDS_BETWEEN_TOKENS:
        raise OutOfRange(
            f"A single request on {gpu} takes {seconds * 1000:,.0f} ms between tokens, above "
            f"{equations.SECONDS_BETWEEN_TOKENS * 1000:g}. Say how many requests are served at once, or take a GPU "
            "with more bandwidth, more GPUs or fewer bits per weight."
        )


def _check_fit(
    model: OpenModel, gpu: str, gpus: int, precision: str, concurrency: int | None, found: Mapping[str, Any]
) -> None:
    """Raises `OutOfRange` with the reason where the requests do not fit the memory."""
    on = gpu if gpus == 1 else f"{gpus} {gpu}"
    if found["room_gb"] <= 0:
        raise OutOfRange(
            f"{model.name} does not fit: its weights in {precision} take {found['weights_gb']:,.0f} GB, and {on} "
            f"leaves {found['room_gb'] + found['weights_gb']:,.0f} GB. Take more GPUs or fewer bits per weight."
        )
    fit = int(found["requests_that_fit"])
    if fit < 1:
        raise OutOfRange(
            f"No request fits: one takes {found['request_gb']:,.2f} GB beside the weights, and {on} has "
            f"{found['room_gb']:,.2f} GB left. Take more GPUs, fewer bits per weight or shorter requests."
        )
    if concurrency is not None and concurrency > fit:
        raise OutOfRange(
            f"{concurrency:,} requests at once do not fit: beside the weights {on} has room for {fit:,}. "
            f"Type at most {fit:,}, or take more GPUs."
        )
