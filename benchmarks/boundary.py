"""What one call of a worksheet function costs beyond its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from memory import forget
from report import SAMPLE
from timing import Comparison, Contender, Ratio

from roi_engine import REFERENCE, appraise, call, load_scenario, what_if
from roi_engine.cashflow import LEVEL
from roi_engine.scenario import REFERENCE_INPUTS
from roi_engine.worksheet.catalogue import DEFAULTS
from templates.building.book import Book
from templates.sheets.inputs_sheet import add_inputs_sheet

CALLS = 500
BLOCKS = 50
ELEMENTS = 10_000
WHAT_IFS = 200

BARE = "level net return, bare evaluation"
TYPED, TYPED_AGAIN = "FT_NETROI of ten numbers, first time", "FT_NETROI of ten numbers, repeated"
BLOCK, BLOCK_AGAIN = "FT_NETROI of a block, first time", "FT_NETROI of a block, repeated"
ARRAY, SINGLES = f"FT_NETROI of {ELEMENTS:,} elements, one call", f"FT_NETROI of {ELEMENTS:,} elements, a call each"
EDIT, BARE_EDIT = f"{WHAT_IFS} FT_WHATIF on a new block", f"{WHAT_IFS} what_if in Python"

TYPED_INPUTS = REFERENCE_INPUTS[1:]
Rows = list[list[Any]]


def boundary() -> Comparison:
    """The comparison: the time of one call, or of as many as its name says."""
    typed = typed_arguments(ELEMENTS)
    few = typed[:CALLS]
    block = inputs_table()
    blocks = [with_calls(block, 900_000 + number) for number in range(BLOCKS)]
    volumes = [500_000 + 1000 * number for number in range(WHAT_IFS)]
    sample = load_scenario(str(SAMPLE))
    hours, others = [[row[0]] for row in typed], typed[0][1:]

    def of_numbers(rows: Sequence[Sequence[float]]) -> Callable[[], list[Any]]:
        return lambda: [call("FT_NETROI", *row) for row in rows]

    def of_blocks() -> list[Any]:
        return [call("FT_NETROI", rows) for rows in blocks]

    def after(work: Callable[[], Any]) -> Callable[[], None]:
        def remember() -> None:
            forget()
            work()

        return remember

    contenders = [
        Contender(BARE, lambda: [bare_net_roi(row) for row in few], scale=1 / len(few)),
        Contender(TYPED, of_numbers(few), scale=1 / len(few), before=forget, at_most=60e-6),
        Contender(TYPED_AGAIN, of_numbers(few), scale=1 / len(few), before=after(of_numbers(few))),
        Contender(BLOCK, of_blocks, scale=1 / len(blocks), before=forget),
        Contender(BLOCK_AGAIN, of_blocks, scale=1 / len(blocks), before=after(of_blocks), at_most=1e-3),
        Contender(ARRAY, lambda: call("FT_NETROI", hours, *others), before=forget),
        Contender(SINGLES, of_numbers(typed), before=forget),
        Contender(EDIT, lambda: [call("FT_WHATIF", "NETROI", block, "API calls", v) for v in volumes], before=forget),
        Contender(
            BARE_EDIT, lambda: [what_if(sample, "NETROI", baseline_monthly_api_calls=volume) for volume in volumes]
        ),
    ]

    def differences(results: Mapping[str, Any]) -> list[str]:
        net = [appraise(REFERENCE.with_inputs(training_hours=row[0])).net_roi for row in few]
        of_sample = [
            appraise(sample.with_inputs(baseline_monthly_api_calls=900_000 + number)).net_roi
            for number in range(BLOCKS)
        ]
        found = [name for name in (BARE, TYPED, TYPED_AGAIN) if not equal(results[name], net)]
        found += [name for name in (BLOCK, BLOCK_AGAIN) if not equal(results[name], of_sample)]
        found += [ARRAY] if not equal([row[0] for row in results[ARRAY]], results[SINGLES]) else []
        found += [EDIT] if not equal(results[EDIT], results[BARE_EDIT]) else []
        return [f"{name}: the results are not the engine's." for name in found]

    return Comparison(
        part="boundary",
        title="Worksheet functions at the boundary that all hosts share",
        contenders=contenders,
        ratios=[
            Ratio(TYPED, BARE),
            Ratio(BLOCK, BLOCK_AGAIN),
            Ratio(SINGLES, ARRAY),
            Ratio(EDIT, BARE_EDIT),
        ],
        check=differences,
        remarks=[
            f"The block is the Inputs table of {SAMPLE.name}: {len(block)} rows of {len(block[0])} cells.",
            "An edit of the wired workbook makes a new block and has Excel call the functions of its cells again.",
        ],
    )


def typed_arguments(count: int) -> list[list[float]]:
    """The ten typed arguments of the reference scenario, other hours each time."""
    first, *others = (getattr(REFERENCE, name) for name in TYPED_INPUTS)
    return [[first + number / 7, *others] for number in range(count)]


def bare_net_roi(arguments: Sequence[float]) -> Any:
    """What is left of a typed call without the boundary: the equations alone."""
    inputs = {**DEFAULTS, **dict(zip(TYPED_INPUTS, arguments, strict=True))}
    return LEVEL.evaluate(inputs, ("net_roi",))["net_roi"]


def inputs_table() -> Rows:
    """The cells of the workbook's Inputs table, as a host hands them over."""
    book = Book(load_scenario(str(SAMPLE)))
    inputs = add_inputs_sheet(book)
    return [list(row) for row in inputs.block.value]


def with_calls(block: Rows, calls: float) -> Rows:
    """A block with another number of API calls."""
    return [[row[0], calls, *row[2:]] if row[0] == "API calls" else row for row in block]


def equal(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two rows of numbers are equal but for rounding."""
    return len(some) == len(others) and all(
        math.isclose(one, other, rel_tol=1e-9) for one, other in zip(some, others, strict=True)
    )
