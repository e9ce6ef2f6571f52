"""Each question has examples that raise it and others, as near as can be, that do not: from a file and in a cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roi_engine import INPUTS, REFERENCE, Scenario, call, check_inputs, load_scenario
from roi_engine.input_checks import QUESTIONS
from roi_engine.scenario_writing import scenario_toml
from tests.question_examples import CELL, EXAMPLES, FILE, QUIET, Example, asked, scenario_of
from tests.random_scenarios import random_scenarios

EVERY = [
    pytest.param(title, example, id=f"{title}, {number}")
    for title, examples in EXAMPLES.items()
    for number, example in enumerate(examples, 1)
]


def block(scenario: Scenario) -> list[list[Any]]:
    """What was given, as the rows of a range, with the ends that were typed."""
    rows = []
    for name, value in scenario.given().items():
        if name in INPUTS and value is not None:
            span = scenario.ranges.get(name)
            ends = [None if span is None or span.untyped == end else getattr(span, end) for end in ("low", "high")]
            rows.append([name, value, *ends])
    return rows


def on_every_surface(scenario: Scenario, example: Example, folder: Path) -> list[list[tuple[str, str]]]:
    """What is asked: in Python, of the file, and by FT_CHECK."""
    asked_of = [scenario]
    if FILE in example.surfaces:
        file = folder / "scenario.toml"
        file.write_text(scenario_toml(scenario), "utf-8")
        asked_of.append(load_scenario(file))
    found = [[(each.input_name, each.sentence) for each in check_inputs(one)] for one in asked_of]
    if CELL in example.surfaces:
        names = {declared.label: name for name, declared in INPUTS.items()} | {"": ""}
        found.append([(names[label], sentence) for label, sentence in call("FT_CHECK", block(scenario))])
    return found


def test_nothing_to_ask() -> None:
    assert check_inputs(QUIET) == []


def test_every_question_has_its_examples() -> None:
    unlike = "a question without examples in tests/question_examples.py, or examples without their question"
    assert sorted(EXAMPLES.keys() ^ QUESTIONS.keys()) == [], unlike


@pytest.mark.parametrize(("title", "example"), EVERY)
def test_a_question_is_asked(title: str, example: Example, tmp_path: Path) -> None:
    scenario = scenario_of(example.raises)
    own = asked(title, scenario)
    for found in on_every_surface(scenario, example, tmp_path):
        assert [each for each in found if each in own and each[0] == example.name and example.words in each[1]]


@pytest.mark.parametrize(("title", "example"), EVERY)
def test_a_question_is_not_asked(title: str, example: Example, tmp_path: Path) -> None:
    scenario = scenario_of(example.quiet)
    own = [each for each in asked(title, scenario) if each[0] == example.name]
    assert not own
    raised = asked(title, scenario_of(example.raises))
    for found in on_every_surface(scenario, example, tmp_path):
        assert not [each for each in found if each in raised and each[0] == example.name]


def test_the_reference_has_the_questions_that_the_framework_leaves_to_the_reader() -> None:
    found = {each.input_name: each.sentence for each in check_inputs(REFERENCE)}
    assert list(found) == [
        "storage_gb",
        "accuracy_improvement_percent",
        "months_to_amortize",
        "data_preparation_cost",
        "tokens_per_call",
    ]
    assert "0.9 days" in found["months_to_amortize"]
    assert "41,754" in found["data_preparation_cost"]
    assert "12" in found["accuracy_improvement_percent"]


def test_warnings_stand_in_the_order_of_the_inputs_and_print_with_their_place() -> None:
    order = list(INPUTS)
    for scenario in random_scenarios(60, seed=4):
        places = [order.index(each.input_name) for each in check_inputs(scenario)]
        assert places == sorted(places)
    first = check_inputs(REFERENCE)[0]
    assert str(first) == f"storage_gb: {first.sentence}"


def test_the_order_of_the_questions_is_that_of_their_files() -> None:
    files = [each.file for each in QUESTIONS.values()]
    assert files == sorted(files) and len(set(files)) > 5


def test_a_warning_names_an_input_and_is_a_sentence() -> None:
    for scenario in (REFERENCE, *random_scenarios(60, seed=4)):
        for each in check_inputs(scenario):
            assert each.input_name in INPUTS
            assert each.sentence[0].isupper() or each.sentence[0].isdigit()
            assert each.sentence[-1] in ".?"


def test_results_that_are_no_failures_have_no_warning_of_their_own() -> None:
    """Zero upfront cost and zero review cost are results."""
    free = Scenario(
        **{**QUIET.given(), "training_hours": 0, "storage_gb": 0, "data_preparation_cost": 0, "monthly_review_cost": 0}
    )
    assert check_inputs(free) == []
