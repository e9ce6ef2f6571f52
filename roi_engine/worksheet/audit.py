"""Worksheet functions: what to think about, and which engine calculated."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine._version import __version__
from roi_engine.input_checks import check_inputs
from roi_engine.prices.price_tables import table_date_in_words
from roi_engine.scenario import INPUTS
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import AUDIT, worksheet_function


@worksheet_function(
    "FT_CHECK",
    AUDIT,
    "Table: input and warning, what is legal in the scenario but often not what was meant.",
    q.TABLE,
    scenario="block",
    block_at=0,
)
def check(case: Case) -> list[list[Any]]:
    warnings = [*case.questions, *check_inputs(case.scenario, with_sources=False)]
    return [[INPUTS[warning.input_name].label, warning.told] for warning in warnings] or [["", "No warnings."]]


@worksheet_function(
    "FT_VERSION",
    AUDIT,
    "Version of the engine that calculates, and the date of its price table.",
    q.TEXT,
    scenario="none",
)
def version() -> str:
    return f"FT ROI {__version__}, {table_date_in_words()}"
