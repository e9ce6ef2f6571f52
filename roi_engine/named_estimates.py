"""Figures that a scenario has estimated in place of typing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import FtRoiError, Problem, UnknownName
from roi_engine.estimate import Estimate, choice
from roi_engine.prices.named_prices import NO_NAME, annotate, is_name
from roi_engine.prices.open_models import OpenModel, open_models
from roi_engine.prices.price_tables import price_tables
from roi_engine.serving_rate import DEFAULT_PRECISION, serving_rate
from roi_engine.training_hours import METHODS, training_estimate

SERVING = (
    "serving_model", "serving_concurrency", "serving_precision", "serving_input_tokens", "serving_output_tokens",
)  # fmt: skip
TRAINING = (
    "training_model", "training_method", "training_dataset_tokens_m", "training_epochs", "training_checkpointing",
    "training_packed", "training_precision",
)  # fmt: skip
ESTIMATE_NAMES = (*SERVING, *TRAINING)
"""The keys of a scenario file that are no inputs, but what is estimated from."""


class _Wrong(FtRoiError):
    """What is wrong with a key: its sentence, and where."""

    def __init__(self, place: str, sentence: str, code: str = "#VALUE!") -> None:
        super().__init__(sentence)
        self.problem = Problem(place, sentence, code)


def fill_in_estimates(values: dict[str, Any]) -> list[Problem]:
    """Replaces what is estimated from by the estimate, with its range and its source.

    values : inputs by name, with the names of `ESTIMATE_NAMES` among them.
    Returns what is wrong.
    Source: docs/estimates.md.

    A throughput that is typed stays; the estimate stands in its note then. Hours that are typed beside what they could
    be estimated from are a problem.

    >>> values = {"serving_model": "Llama-3.1-8B", "serving_gpu": "H100 SXM", "serving_concurrency": 32,
    ...           "finetuned_input_tokens": 1000, "finetuned_output_tokens": 300}
    >>> fill_in_estimates(values), values["serving_tokens_per_second"], values["ranges"]["serving_tokens_per_second"]
    ([], 9370.0, {'low': 5920.0, 'high': 12300.0})
    """
    named = {key: values.pop(key) for key in ESTIMATE_NAMES if key in values}
    problems: list[Problem] = []
    for keys, field, fill in (
        (SERVING, "serving_tokens_per_second", _fill_throughput),
        (TRAINING, "training_hours", _fill_hours),
    ):
        given = [key for key in keys if key in named]
        if not given:
            continue
        try:
            fill(named, values)
        except _Wrong as wrong:
            problems.append(wrong.problem)
            values.setdefault(field, 1.0)  # what is wrong is told, and not that the figure is missing too
        except FtRoiError as error:
            problems.append(Problem(given[0], str(error), error.code))
            values.setdefault(field, 1.0)
    return list(dict.fromkeys(problems))  # what is served may be what is trained


def _fill_throughput(named: Mapping[str, Any], values: dict[str, Any]) -> None:
    model = _model("serving_model", named)
    if model is None:
        raise _Wrong(next(iter(named)), 'Name the model that is served: [serving] model = "Llama-3.1-8B".')
    gpu = _gpu("serving_gpu", values, 'Name the GPU that serves: [serving] gpu = "H100 SXM".', "serving_model")
    found = serving_rate(
        model,
        gpu,
        _tokens("input_tokens", named, values),
        _tokens("output_tokens", named, values),
        _checked("serving_concurrency", named, q.COUNT.check, None),
        _checked("gpus_per_replica", values, q.COUNT.check, 1),
        _checked("serving_precision", named, q.TEXT.check, DEFAULT_PRECISION),
    )
    _enter("serving_tokens_per_second", found.rate.rounded, found.evidence, "tokens per second", values)


def _tokens(name: str, named: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """The tokens of a request: typed for serving, or of a side's token mix."""
    keys = (f"serving_{name}", f"finetuned_{name}", f"baseline_{name}")
    for key in keys:
        found = _checked(key, named if key in named else values, q.TOKENS.check, None)
        if found is not None:
            least = 1 if name == "output_tokens" else 0
            if found < least:
                raise _Wrong(key, "A request writes at least one token.", "#NUM!")
            return float(found)
    raise _Wrong("serving_model", f"Type the tokens of a call: [serving] {name}, or those of a token mix.")


def _fill_hours(named: Mapping[str, Any], values: dict[str, Any]) -> None:
    if values.get("training_hours") is not None:
        first = next(key for key in TRAINING if key in named).removeprefix("training_")
        raise _Wrong("training_hours", f"Typed, and to be estimated too ([training] {first}). Keep one of the two.")
    model = _model("training_model", named) or _model("serving_model", named)
    size = model.active_b if model else _checked("model_size_b", values, q.BILLIONS.check, None)
    if not size:
        raise _Wrong("training_method", 'Say what is trained: [training] model = "Llama-3.1-8B", or model_size_b.')
    gpu = _gpu("gpu", values, 'Name the GPU that trains: [training] gpu = "H100 SXM".', "training_method")
    tokens = _checked("training_dataset_tokens_m", named, q.MILLION_TOKENS.check, None)
    if tokens is None:
        raise _Wrong("training_method", "Say how much is trained: [training] dataset_tokens_m, in million tokens.")
    epochs = _checked("training_epochs", named, q.COUNT.check, 1)
    method = _checked("training_method", named, lambda typed: choice("", q.TEXT.check(typed), METHODS), "full")
    hours = training_estimate(
        size,
        tokens,
        epochs,
        gpu,
        method,
        _checked("training_checkpointing", named, _yes, True),
        _checked("training_packed", named, _yes, True),
        _checked("training_precision", named, q.TEXT.check, "bf16"),
    )
    gpus = _checked("gpu_count", values, q.COUNT.check, 1)
    on_the_clock = Estimate(hours.low / gpus, hours.typical / gpus, hours.high / gpus).rounded
    row = price_tables().gpus.row(gpu, "peak_tflops")
    day = max(row.read_on, model.read_on) if model else row.read_on
    what = model.name if model else f"{size:g} billion parameters"
    evidence = (
        f"Estimate: {method} training of {what} on {row.name}, {tokens:g} million tokens × {epochs} "
        f"epoch{'s' * (epochs != 1)}{f' on {gpus} GPUs' if gpus > 1 else ''}; figures of {day}"
    )
    _enter("training_hours", on_the_clock, evidence, "hours", values)
    if model and values.get("model_size_b") is None:
        values["model_size_b"] = model.params_b
        annotate(values, "sources", "model_size_b", f"Table of models: {model.evidence}")


def _yes(typed: Any) -> bool:
    """Whether a text says yes; TOML's true and false say it too."""
    if isinstance(typed, bool):
        return typed
    return choice("", q.TEXT.check(typed), ("yes", "no")) == "yes"


def _model(key: str, named: Mapping[str, Any]) -> OpenModel | None:
    """The model of a key; None where it names none."""
    found: OpenModel | None = _checked(key, named, lambda typed: open_models().as_called(q.TEXT.check(typed)), None)
    return found


def _gpu(key: str, values: Mapping[str, Any], missing: str, place: str) -> str:
    """The GPU that a key names, for its price too."""
    typed = values.get(key)
    if typed is None:
        raise _Wrong(place, missing)
    if not is_name(typed):
        raise _Wrong(key, NO_NAME)
    try:
        return price_tables().gpus.find(typed)
    except UnknownName as error:
        raise _Wrong(key, str(error), error.code) from None


def _checked(key: str, given: Mapping[str, Any], check: Callable[[Any], Any], otherwise: Any) -> Any:
    """What a key holds, as its check gives it back."""
    if given.get(key) is None:
        return otherwise
    try:
        return check(given[key])
    except FtRoiError as error:
        raise _Wrong(key, str(error), error.code) from None


def _enter(field: str, found: Estimate, evidence: str, unit: str, values: dict[str, Any]) -> None:
    """Puts the typical figure with its range and source in its place.

    Beside a typed one it puts a note.
    """
    words = f"{evidence}: {found} {unit}"
    if values.get(field) is not None:
        notes = values.get("notes")
        before = notes.get(field) if isinstance(notes, Mapping) else None
        annotate(values, "notes", field, f"{before} {words}" if isinstance(before, str) else words)
        return
    values[field] = found.typical
    annotate(values, "sources", field, words)
    ranges = values.get("ranges")
    if not isinstance(ranges, Mapping) or field not in ranges:
        annotate(values, "ranges", field, {"low": found.low, "high": found.high})
