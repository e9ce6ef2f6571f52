"""The worksheet functions through xlwings, beside plain xlwings functions.

xlwings' COM server object gets what Excel would send; platform and pywin32 are stand-ins (tests/pretended_windows.py).
Excel and COM themselves are in no figure.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from boundary import ELEMENTS, equal, inputs_table, typed_arguments
from memory import forget
from timing import Comparison, Contender, Ratio

ROOT = Path(__file__).parents[1]
CALLS, BLOCKS = 500, 50

PLAIN = "a plain xlwings function of ten numbers"
ADDIN, ADDIN_AGAIN = "add-in, FT_NETROI of ten numbers, first time", "add-in, FT_NETROI of ten numbers, repeated"
IMPORT = "xlwings import, FT_NETROI of ten numbers, first time"
PLAIN_BLOCK = "a plain xlwings function of a block"
ADDIN_BLOCK, IMPORT_BLOCK = "add-in, FT_NETROI of a block, repeated", "xlwings import, FT_NETROI of a block, repeated"
PLAIN_ARRAY = f"a plain xlwings function of {ELEMENTS:,} elements"
ADDIN_ARRAY = f"add-in, FT_NETROI of {ELEMENTS:,} elements"
IMPORT_ARRAY = f"xlwings import, FT_NETROI of {ELEMENTS:,} elements"

Sent = tuple[Any, ...]


def xlwings_calls() -> Comparison:
    """The comparison; a figure is the time of one call."""
    sys.path.insert(0, str(ROOT))
    importlib.import_module("tests.pretended_windows").windows_xlwings()
    com_server = importlib.import_module("xlwings.com_server")
    assert com_server.call_udf, "xlwings does not take this for Windows"
    server = com_server.XLPython()

    numbers = typed_arguments(ELEMENTS)
    few: list[Sent] = [tuple(row) for row in numbers[:CALLS]]
    block: list[Sent] = [(tuple(map(tuple, inputs_table())),)] * BLOCKS
    array: list[Sent] = [(tuple((row[0],) for row in numbers), *numbers[0][1:])]

    def plain(name: str, calls: Sequence[Sent]) -> Callable[[], list[Any]]:
        return lambda: [server.CallUDF("plain_functions", name, sent) for sent in calls]

    def addin(calls: Sequence[Sent]) -> Callable[[], list[Any]]:
        return lambda: [server.CallUDF("addin.excel.calls", "cells", ("FT_NETROI", *sent)) for sent in calls]

    def imported(calls: Sequence[Sent]) -> Callable[[], list[Any]]:
        return lambda: [server.CallUDF("addin.functions", "FT_NETROI", sent) for sent in calls]

    one, of_block = 1 / CALLS, 1 / BLOCKS
    contenders = [
        Contender(PLAIN, plain("net_roi", few), one),
        Contender(ADDIN, addin(few), one, forget),
        Contender(ADDIN_AGAIN, addin(few), one),
        Contender(IMPORT, imported(few), one, forget),
        Contender(PLAIN_BLOCK, plain("net_roi_of_block", block), of_block),
        Contender(ADDIN_BLOCK, addin(block), of_block),
        Contender(IMPORT_BLOCK, imported(block), of_block),
        Contender(PLAIN_ARRAY, plain("net_rois", array)),
        Contender(ADDIN_ARRAY, addin(array), before=forget),
        Contender(IMPORT_ARRAY, imported(array), before=forget),
    ]

    def differences(results: Mapping[str, Any]) -> list[str]:
        found = [name for name in (ADDIN, ADDIN_AGAIN, IMPORT) if not equal(results[name], results[PLAIN])]
        found += [IMPORT_BLOCK] if not equal(results[IMPORT_BLOCK], results[ADDIN_BLOCK]) else []
        column = [row[0] for row in results[PLAIN_ARRAY][0]]
        for name in (ADDIN_ARRAY, IMPORT_ARRAY):
            found += [name] if not equal([row[0] for row in results[name][0]], column) else []
        return [f"{name}: the results are not the plain function's." for name in found]

    return Comparison(
        part="xlwings",
        title="Worksheet functions through xlwings' conversions",
        contenders=contenders,
        ratios=[
            Ratio(ADDIN, PLAIN, at_most=1.5),
            Ratio(ADDIN_AGAIN, PLAIN, at_most=1.5),
            Ratio(IMPORT, PLAIN, at_most=1.5),
            Ratio(ADDIN_BLOCK, PLAIN_BLOCK, at_most=1.5),
            Ratio(IMPORT_BLOCK, PLAIN_BLOCK, at_most=1.5),
            Ratio(ADDIN_ARRAY, PLAIN_ARRAY, at_most=1.5),
            Ratio(IMPORT_ARRAY, PLAIN_ARRAY, at_most=1.5),
        ],
        check=differences,
        remarks=[
            "The plain functions evaluate the level equations and check nothing; that of a block takes ten of its "
            "inputs, where FT_NETROI has the whole model. All get values, as the add-in sends them; Range objects "
            "would cost reading over COM besides.",
        ],
    )
