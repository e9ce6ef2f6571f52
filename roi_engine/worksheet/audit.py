"""Worksheet functions: what to think about, and which engine calculated."""

from __future__ import annotations

import re
from typing import Any

from roi_engine import quantity as q
from roi_engine._version import __version__
from roi_engine.errors import UnknownName, WrongType
from roi_engine.input_checks import check_inputs
from roi_engine.prices.price_tables import table_date_in_words
from roi_engine.scenario import INPUTS
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import AUDIT, Argument, worksheet_function


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
    "Version of the engine that calculates, and the date of its price table; #N/A where it is older than the one asked for.",
    q.TEXT,
    own=(
        Argument(
            "at_least", q.TEXT, "The oldest version that will do, such as 0.1; empty: any.", optional=True, kind="text"
        ),
    ),
    scenario="none",
    examples=(None,),
)
def version(at_least: str | None) -> str:
    if at_least is not None and numbers_of(at_least) > numbers_of(__version__):
        raise UnknownName(f"at_least: this is FT ROI {__version__}, which is older than {at_least.strip()}.")
    return f"FT ROI {__version__}, {table_date_in_words()}"


def numbers_of(version: str) -> tuple[int, ...]:
    """The numbers of a version, without zeros at the end: ``0.1.0`` is ``(0, 1)``."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,3}", version.strip(), re.ASCII):
        raise WrongType(f'at_least: "{version}" is no version. Type one such as {__version__}.')
    return tuple(int(each) for each in re.sub(r"(\.0+)+$", "", version.strip()).split("."))
