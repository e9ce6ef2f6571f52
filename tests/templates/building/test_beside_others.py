"""Inputs that others need or refuse: in a workbook's cells, in the LAMBDA names, and in the engine."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import ironcalc
import pytest
from openpyxl import Workbook

from roi_engine import REFERENCE, Scenario
from roi_engine.errors import ScenarioError
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import MIX_FIELDS
from templates.building.formula import Formula, formula_of
from templates.building.typed_or_default import NEEDED_BY_OTHERS, REFUSED_BY_OTHERS, is_empty, is_needed, is_refused
from tests.lambda_book import LambdaBook

SIDES = ("baseline", "finetuned", "switch")
TYPED = [
    *(f"{side}_{field}" for side in SIDES for field in MIX_FIELDS),
    "serving",
    "serving_gpu_hourly_rate",
    "serving_tokens_per_second",
]
ASKED = sorted(NEEDED_BY_OTHERS | REFUSED_BY_OTHERS)


@cache
def cases() -> list[dict[str, Any]]:
    """What stands in the cells: of each side nothing, a part of a token mix, or all of it."""
    chance = random.Random(419)

    def figure(name: str) -> float:
        if "share" in name or "discount" in name:
            return chance.choice([0, 0.3, 0.4, 0.6, 0.7])
        return chance.choice([0, 1, 3.5])

    found = []
    for _ in range(400):
        given: dict[str, Any] = {}
        for side in SIDES:
            share = chance.choice([0, 0, 0, 0.15, 0.9, 1, 1, 1])
            given |= {name: figure(name) for name in TYPED if name.startswith(side) and chance.random() < share}
        given["serving"] = chance.choice(["api", "self_hosted"])
        given |= {name: figure(name) for name in TYPED[-2:] if chance.random() < 0.7}
        found.append(given)
    return found


def told_by_the_engine(given: dict[str, Any]) -> set[str]:
    """The inputs that it says are missing or illegal."""
    known = {name: value for name, value in REFERENCE.given().items() if name in INPUTS}
    try:
        Scenario(**{**known, "tokens_per_call": 900, **given})
    except ScenarioError as error:
        return {each.place for each in error.problems}
    return set()


def test_the_cells_ask_for_what_the_engine_asks_for(tmp_path: Path) -> None:
    """Each formula as it is written, in the values that it is stored with and in those that IronCalc gives."""
    book = Workbook()
    sheet: Any = book.active
    expected: list[list[bool]] = []
    for row, given in enumerate(cases(), start=1):
        told = told_by_the_engine(given)
        cells = {}
        for column, name in enumerate(TYPED, start=1):
            place = sheet.cell(row, column, given.get(name)).coordinate
            cells[name] = Formula(place, given.get(name))
        expected.append([name in told for name in ASKED])
        for column, name in enumerate(ASKED, start=len(TYPED) + 1):
            missed = is_needed(name, cells) if name in NEEDED_BY_OTHERS else formula_of(False)
            refused = is_refused(name, cells) if name in REFUSED_BY_OTHERS else formula_of(False)
            asked = is_empty(cells[name]).where(missed, refused)
            assert asked.value == (name in told), (name, given)
            sheet.cell(row, column, f"={asked.text}")
    assert all(map(any, zip(*expected, strict=True)))  # every one of them is asked for somewhere
    path = tmp_path / "book.xlsx"
    book.save(path)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    first = len(TYPED) + 1
    shown = [
        [model.get_cell_value(0, row, first + place) for place in range(len(ASKED))]
        for row in range(1, len(expected) + 1)
    ]
    assert shown == expected


@pytest.mark.slow(seconds=2)
def test_the_names_refuse_what_the_engine_refuses(tmp_path: Path) -> None:
    known = {INPUTS[name].label: value for name, value in REFERENCE.given().items() if INPUTS[name].numeric}
    book = LambdaBook()
    told = sorted(((told_by_the_engine(given), given) for given in cases()), key=lambda each: len(each[0]))
    legal, illegal = ([given for each, given in told if bool(each) == wrong] for wrong in (False, True))
    assert {"switch_cached_write_share"} in [each for each, _ in told]
    some = legal[:20] + illegal[:40]  # those with a single problem tell most
    for number, given in enumerate(some):
        labels = {INPUTS[name].label: value for name, value in given.items()}
        block = [[label, value] for label, value in {**known, "Tokens per call": 900, **labels}.items()]
        book.call(str(number), "FT_NETROI", [block])
    results = book.results(tmp_path)
    shown = [isinstance(results[str(number)][0][0], (int, float)) for number in range(len(some))]
    assert shown == [True] * 20 + [False] * 40
