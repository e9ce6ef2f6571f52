"""How far the estimates are from what was measured: the rows of tests/roi_engine/throughput against the engine.

The error of a row is the distance of estimate and measurement as a share of the larger of the two: a factor of two is
50 %, whichever way.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from roi_engine.errors import UnknownName
from roi_engine.estimate import Estimate
from roi_engine.prices.open_models import open_models
from roi_engine.serving_rate import serving_rate
from roi_engine.training_hours import training_estimate

FOLDER = Path(__file__).with_name("throughput")
Row = dict[str, str]

NOT_IN_THE_TABLE = {"MPT-7B": 6.649}
"""Billions of parameters as llm-foundry publishes them; its rows of training have them otherwise."""


@dataclass(frozen=True)
class Error:
    """An estimate beside a measurement, in tokens per second.

    estimate : what the equations give; of training the typical one.
    """

    row: Row
    measured: float
    estimate: float
    bounds: Estimate

    @property
    def size(self) -> float:
        return abs(self.estimate - self.measured) / max(self.estimate, self.measured)

    @property
    def of_measured(self) -> float:
        return abs(self.estimate - self.measured) / self.measured

    @property
    def of_typical(self) -> float:
        return Error(self.row, self.measured, self.bounds.typical, self.bounds).size

    @property
    def inside(self) -> bool:
        return self.bounds.holds(self.measured)


@dataclass(frozen=True)
class Summary:
    """The errors of some rows: how many, their median, the share inside low and high, measured over estimated."""

    rows: int
    median: float
    inside: float
    ratio: float


def summary(errors: Iterable[Error]) -> Summary:
    found = list(errors)
    return Summary(
        len(found),
        median(each.size for each in found),
        sum(each.inside for each in found) / len(found),
        median(each.measured / each.estimate for each in found),
    )


def rows_of(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def serving_errors(name: str = "serving_facts") -> tuple[Error, ...]:
    """Of each row that measures what a replica can, not what it was asked for.

    A saturated replica, and one with more requests than fit, has as many at once as fit.
    """
    return tuple(_served(row) for row in rows_of(name) if not row["load"].startswith("qps"))


def _served(row: Row) -> Error:
    model = open_models().find(row["model"])
    request = (model, row["gpu"], float(row["isl"]), float(row["osl"]))
    replica: dict[str, Any] = {"gpus": int(row["gpus"]), "precision": row["precision"]}
    fit = int(serving_rate(*request, 1, **replica).values["requests_that_fit"])
    at_once = min(int(row["concurrency"] or fit), fit)
    found = serving_rate(*request, at_once, **replica)
    return Error(row, float(row["total_tok_s"]), found.values["total_rate"], found.rate)


@cache
def training_errors(name: str = "training_facts") -> tuple[Error, ...]:
    """Of each row; a row that does not say whether activations are kept counts as one that keeps them.

    Padded rows are estimated as packed: what padding does is told apart.
    """
    return tuple(_trained(row) for row in rows_of(name))


def _trained(row: Row) -> Error:
    try:
        active_b = open_models().find(row["model"]).active_b
    except UnknownName:  # a model of an older time, which is not in the table
        active_b = NOT_IN_THE_TABLE.get(row["model"]) or float(row["params_b"])
    tokens_m = 1.0
    hours = training_estimate(
        active_b, tokens_m, 1, row["gpu"], row["method"], row["checkpointing"] == "yes", True, row["precision"]
    )
    rates = Estimate(*(tokens_m * 1e6 / (each * 3600) for each in (hours.high, hours.typical, hours.low)))
    return Error(row, float(row["tok_s_per_gpu"]), rates.typical, rates)


def is_long_and_packed(row: Row) -> bool:
    return row["packing"] in ("full", "packed") and int(row["seq"]) >= 2048


def is_of_nvidia(row: Row) -> bool:
    return any(word in row["source"] for word in ("NVIDIA", "NeMo", "Megatron"))


def in_16_bits(row: Row) -> bool:
    return row["precision"] in ("bf16", "fp16")


def is_short(row: Row) -> bool:
    return int(row["seq"]) <= 512


# --- the tables of docs/estimates.md --------------------------------------------------------------------

TITLES = "| Serving, rows of | Rows | Median error | Inside low–high | Measured over estimated |"
TRAINING_TITLES = TITLES.replace("Serving", "Training")
_RULE = "|---|---|---|---|---|"

SERVED: dict[str, Callable[[Row], bool]] = {
    "one GPU, 16 bits": lambda row: row["gpus"] == "1" and in_16_bits(row),
    "one GPU, FP8": lambda row: row["gpus"] == "1" and row["precision"] == "fp8",
    "one GPU, 4 bits": lambda row: row["gpus"] == "1" and "4" in row["precision"],
    "several GPUs, 16 bits": lambda row: row["gpus"] != "1" and in_16_bits(row),
    "several GPUs, FP8": lambda row: row["gpus"] != "1" and row["precision"] == "fp8",
}
TRAINED: dict[str, Callable[[Row], bool]] = {
    "packed, 2,048 tokens and more": is_long_and_packed,
    "the same without NVIDIA's own stacks": lambda row: is_long_and_packed(row) and not is_of_nvidia(row),
    "short or padded": lambda row: not is_long_and_packed(row),
    "short or padded, Qwen and PEFT": lambda row: (
        not is_long_and_packed(row) and row["source"].startswith(("Qwen", "Hugging Face"))
    ),
}


def serving_table() -> str:
    held_out = serving_errors("serving_on_one_h100")
    return "\n".join([TITLES, _RULE, *_lines(serving_errors(), SERVED, held_out)])


def training_table() -> str:
    held_out = training_errors("training_on_one_h100")
    long = tuple(each for each in held_out if is_long_and_packed(each.row))
    return "\n".join([TRAINING_TITLES, _RULE, *_lines(training_errors(), TRAINED, long)])


def _lines(
    errors: tuple[Error, ...], groups: dict[str, Callable[[Row], bool]], held_out: tuple[Error, ...]
) -> Iterator[str]:
    yield _line("**all**", errors)
    for title, belongs in groups.items():
        yield _line(title, [each for each in errors if belongs(each.row)])
    for source in dict.fromkeys(each.row["source"] for each in errors):
        yield _line(f"*{source}*", [each for each in errors if each.row["source"] == source])
    yield _line("**not fitted: `benchmarks/gpu`, one H100 SXM**", held_out)


def _line(title: str, errors: Iterable[Error]) -> str:
    found = summary(errors)
    return f"| {title} | {found.rows} | {found.median:.0%} | {found.inside:.0%} | {found.ratio:.2f} |"


def typical_sentence() -> str:
    """How far typical is off, which a scenario takes, and not the equations."""
    wide, fp8 = ([e for e in serving_errors() if SERVED[f"one GPU, {form}"](e.row)] for form in ("16 bits", "FP8"))
    return (
        f"On one GPU typical is off by {median(each.of_typical for each in wide):.0%} in 16 bits and by "
        f"{median(each.of_typical for each in fp8):.0%} in FP8 in the median"
    ).replace("%", " %")


def shares_sentence() -> str:
    """The medians where the error is a share of what was measured."""
    wide, fp8 = ([e for e in serving_errors() if SERVED[f"one GPU, {form}"](e.row)] for form in ("16 bits", "FP8"))
    long, other = ([e for e in training_errors() if is_long_and_packed(e.row) is each] for each in (True, False))
    short = [each for each in training_errors() if is_short(each.row)]
    return (
        f"{_of_measured(wide)} in 16 bits and {_of_measured(fp8)} in FP8 on one GPU, {_of_measured(long)} of training "
        f"with packed sequences of 2,048 tokens and more, {_of_measured(other)} of short or padded samples, "
        f"{_of_measured(short)} of those of at most 512 tokens"
    )


def _of_measured(errors: Iterable[Error]) -> str:
    return f"{median(each.of_measured for each in errors):.0%}".replace("%", " %")
