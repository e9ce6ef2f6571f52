"""Inputs that do not go together: the LAMBDA names refuse what the engine refuses."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from roi_engine import REFERENCE, Scenario
from roi_engine.errors import ScenarioError
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import MIX_FIELDS
from tests.lambda_book import LambdaBook

SIDES = ("baseline", "finetuned", "switch")
TYPED = [
    *(f"{side}_{field}" for side in SIDES for field in MIX_FIELDS),
    "serving",
    "serving_gpu_hourly_rate",
    "serving_tokens_per_second",
]


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
