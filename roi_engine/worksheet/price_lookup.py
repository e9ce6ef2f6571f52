"""Worksheet functions: prices of models and figures of GPUs, dated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from roi_engine import quantity as q
from roi_engine.errors import UnknownName, did_you_mean
from roi_engine.prices.price_row import GPU_KINDS, MODEL_KINDS, TIER, PriceRow
from roi_engine.prices.price_tables import PriceTable, price_tables
from roi_engine.worksheet.catalogue import ESTIMATORS, Argument, worksheet_function

EVIDENCE: dict[str, Callable[[PriceRow], str]] = {
    "currency": lambda row: row.currency,
    "source": lambda row: row.source,
    "read_on": lambda row: str(row.read_on),
}
"""What a lookup says about a figure in place of the figure."""


@worksheet_function(
    "FT_PRICE",
    ESTIMATORS,
    "Price of an API model per million tokens, from the dated price table: the newest one, or that of a day. #N/A for an unknown model or a price that the table does not have.",
    q.Quantity("price per million tokens", "the table's currency / 1M tokens", "number", low=0),
    own=(
        Argument("model", q.TEXT, "A model of the price table, such as gpt-4.1.", kind="text"),
        Argument(
            "kind",
            q.TEXT,
            "input, output, cached, cache_write, batch_input, batch_output or training; input_above_200k where long prompts have a price of their own; or currency, source or read_on of the first of these.",
            kind="text",
        ),
        Argument("as_of", q.DATE, "A date, or text such as 2026-08-05; empty: the newest price.", optional=True),
    ),
    scenario="none",
    examples=("gpt-4.1", "input"),
)
def price(model: str, kind: str, as_of: date | None) -> float | str:
    return _figure(price_tables().models, model, "kind", kind, MODEL_KINDS, as_of)


@worksheet_function(
    "FT_GPUINFO",
    ESTIMATORS,
    "A figure of a GPU from the price table: peak_tflops (dense bf16), fp8_tflops, memory_gb, bandwidth_tb_s, link_gb_s, hourly_low, hourly_typical, hourly_high. Names match whole words: L4 is not the L40S. #N/A for an unknown GPU or field.",
    q.Quantity("figure", "the field's unit", "number", low=0),
    own=(
        Argument(
            "gpu", q.TEXT, "A GPU of the price table, such as H100 SXM; A100 is enough for A100 80GB.", kind="text"
        ),
        Argument(
            "field",
            q.TEXT,
            "peak_tflops, fp8_tflops, fp4_tflops, memory_gb, bandwidth_tb_s, link_gb_s, hourly_low, hourly_typical or hourly_high; or currency, source or read_on of hourly_typical.",
            kind="text",
        ),
    ),
    scenario="none",
    examples=("A100", "hourly_typical"),
)
def gpu_info(gpu: str, field: str) -> float | str:
    return _figure(price_tables().gpus, gpu, "field", field, GPU_KINDS, None)


def _figure(
    table: PriceTable, name: str, argument: str, typed: str, kinds: Sequence[str], as_of: date | None
) -> float | str:
    """The figure of a kind, or what is said about the one that stands for others."""
    word = q.as_choice(typed)
    known = (*kinds, *EVIDENCE)
    if word not in known and not (kinds is MODEL_KINDS and TIER.fullmatch(word)):
        raise UnknownName(f'{argument}: there is no "{typed}".{did_you_mean(word, known)} Known: {", ".join(known)}.')
    if word not in EVIDENCE:
        return table.row(name, word, as_of).value
    has = table.kinds(name)
    first = "hourly_typical" if "hourly_typical" in has else next(kind for kind in kinds if kind in has)
    return EVIDENCE[word](table.row(name, first, as_of))
