"""Tornado and options as LAMBDA names: over random scenarios, with ranges in every form, as the engine says."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from roi_engine import Scenario, call
from roi_engine.errors import FtRoiError
from roi_engine.options import LABELS
from roi_engine.worksheet.options import NOTE
from templates.lambdas.options import FIGURES
from tests.lambda_book import LambdaBook
from tests.random_scenarios import random_scenarios
from tests.templates.lambdas.test_lambda_names import as_block, equal

TITLES = ["Input", "Value", "Low", "High", "Distribution"]


def with_ranges(scenario: Scenario, chance: Random) -> list[list[Any]]:
    """A block of a scenario with some ranges, of which one end may be empty, or lie beyond the value.

    With titles, with its columns in another order, or without titles.
    """
    rows = []
    for label, value in as_block(scenario):
        low, high = "", ""
        if isinstance(value, (int, float)) and chance.random() < 0.2:
            low = chance.choice(["", value * 0.7, value * 0.7, value * 1.5])
            high = value * 1.2 if low == "" else chance.choice(["", value * 1.2])
        rows.append([label, value, low, high, ""])
    form = chance.choice(["titles", "another order", "none"])
    if form == "none":
        return [row[:4] for row in rows]
    order = range(5) if form == "titles" else (3, 1, 0, 4, 2)
    return [[row[at] for at in order] for row in [TITLES, *rows]]


def unlike_the_engine(calls: list[tuple[str, list[Any]]], folder: Path) -> list[str]:
    book, expected = LambdaBook(), []
    for at, (function, arguments) in enumerate(calls):
        try:
            rows = call(function, *arguments)
        except FtRoiError as error:
            rows = error.code
        rows = rows if isinstance(rows, list) else [[rows]]
        expected.append([["Never" if cell == float("inf") else cell for cell in row] for row in rows])
        book.call(str(at), function, arguments, (len(rows), len(rows[0])))
    shown = book.results(folder)
    wrong = []
    for at, (function, arguments) in enumerate(calls):
        for told, row in zip(shown[str(at)], expected[at], strict=True):
            size = max((abs(cell) for cell in row if not isinstance(cell, str)), default=1)
            if not all(equal(cell, other, size) for cell, other in zip(told, row, strict=True)):
                wrong.append(f"{function}{arguments[:-1]}: {told}, not {row}")
    return wrong


def calls_of(scenarios: list[Scenario], seed: int) -> list[tuple[str, list[Any]]]:
    chance, found = Random(seed), []
    for scenario in scenarios:
        for metric in ("NPV", "Payback"):
            found.append(("FT_TORNADO", [metric, chance.choice(["", 0.1, 0.35]), with_ranges(scenario, chance)]))
        for option in LABELS:
            for item in (*FIGURES.values(), NOTE):
                found.append(("FT_OPTION", [option, item, as_block(scenario)]))
    return found


def test_tornado_and_options_of_random_scenarios_are_the_engines(tmp_path: Path) -> None:
    assert unlike_the_engine(calls_of(random_scenarios(1, seed=3), seed=3), tmp_path) == []


@pytest.mark.full(seconds=55)
def test_tornado_and_options_of_many_random_scenarios_are_the_engines(tmp_path: Path) -> None:
    assert unlike_the_engine(calls_of(random_scenarios(40, seed=8), seed=8), tmp_path) == []
