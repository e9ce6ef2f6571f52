"""A question can be answered: the answer stands in its place, for the value that it was given for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roi_engine import REFERENCE, ScenarioError, call, check_inputs, load_scenario
from roi_engine.input_checks import NOTHING_ASKED, open_first
from roi_engine.scenario_writing import scenario_toml
from tests.question_examples import QUIET

NAME, LABEL = "accuracy_improvement_percent", "Review cost avoided (error reduction)"
ANSWER = "measured on 2,000 held-out messages"
POINTS = QUIET.with_inputs(accuracy=0.12)


def told(**changes: Any) -> list[tuple[str, str, bool]]:
    found = check_inputs(POINTS.with_inputs(**changes))
    return [(each.input_name, each.sentence, each.answered) for each in found]


def test_an_answer_stands_in_the_place_of_the_question() -> None:
    ((name, _, answered),) = told()
    assert (name, answered) == (NAME, False)
    assert told(confirmed={NAME: ANSWER}) == told(confirmed={"accuracy": ANSWER}) == [(NAME, ANSWER, True)]
    (only,) = check_inputs(POINTS.with_inputs(confirmed={NAME: ANSWER}))
    assert str(only) == f"{NAME}: Answered: {ANSWER}"
    assert only.as_dict() == {"input": NAME, "sentence": ANSWER, "answered": True}


def test_one_answer_covers_every_question_of_its_input() -> None:
    questions = {"training_tokens_m": 10, "training_price_per_m": 3, "gpu_count": 4, "hours": 200}
    assert [name for name, _, _ in told(**questions)].count("training_hours") == 2
    answered = [each for each in told(**questions, confirmed={"training_hours": "Yes."}) if each[0] == "training_hours"]
    assert answered == [("training_hours", "Yes.", True)]


def test_another_value_asks_again() -> None:
    scenario = POINTS.with_inputs(confirmed={NAME: ANSWER})
    assert scenario.with_inputs(months=36).confirmed == scenario.with_inputs(accuracy=0.12).confirmed == {NAME: ANSWER}
    moved = scenario.with_inputs(accuracy=0.2)
    assert moved.confirmed == {}
    ((name, sentence),) = [(each.input_name, each.sentence) for each in check_inputs(moved)]
    assert name == NAME and sentence.startswith("20 %")


def test_an_answer_without_a_question_says_so() -> None:
    assert (("storage_gb", NOTHING_ASKED, False)) in told(confirmed={"storage_gb": "Yes."})


def test_answered_questions_end_a_list_that_is_cut_short() -> None:
    found = check_inputs(REFERENCE.with_inputs(confirmed={"storage_gb": "Yes."}))
    assert found[0].answered and open_first(found)[-1] == found[0]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('accuracy_improvment = "yes"', 'confirmed.accuracy_improvment: There is no input "accuracy_improvment". Did'),
        (
            'accuracy = ""',
            "confirmed.accuracy: The answer is empty. Write what the figure rests on, or delete the line.",
        ),
        ('accuracy = "  "', "confirmed.accuracy: The answer is empty."),
        ('accuracy = "\u200b\u2060"', "confirmed.accuracy: The answer is empty."),
        ('accuracy = "\u3164"', "confirmed.accuracy: The answer is empty."),
        ('accuracy = "TODO"', 'confirmed.accuracy: "TODO" is no answer. Write what the figure rests on'),
        ('accuracy = "…"', "confirmed.accuracy: The answer is empty."),
        (
            f'accuracy = "yes"\n{NAME} = "no"',
            f'confirmed.{NAME}: The input "{NAME}" is given twice. Keep one of the two.',
        ),
        ("accuracy = true", "confirmed.accuracy: true is not a text."),
    ],
)
def test_what_no_answer_may_be(tmp_path: Path, table: str, said: str) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(f"{scenario_toml(POINTS)}\n[confirmed]\n{table}\n", "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert f"{file}: {said}" in str(caught.value)


def test_a_file_keeps_its_answers(tmp_path: Path) -> None:
    scenario = POINTS.with_inputs(confirmed={NAME: ANSWER})
    (tmp_path / "scenario.toml").write_text(scenario_toml(scenario), "utf-8")
    assert load_scenario(tmp_path / "scenario.toml").confirmed == {NAME: ANSWER}


def checked(*titles: str, answer: Any = ANSWER, accuracy: Any = 0.12, generated: Any = 0.12) -> list[list[Any]]:
    """What FT_CHECK says of a block with the columns of these titles behind the value."""
    rows: list[list[Any]] = [["Input", "Value", *titles]]
    for name, value in POINTS.given().items():
        if name == NAME:
            more = {"Answer": answer, "As generated": generated}
            rows.append([name, accuracy, *(more[title] for title in titles)])
        elif value is not None and not isinstance(value, dict):
            rows.append([name, value, *[None] * len(titles)])
    table: list[list[Any]] = call("FT_CHECK", rows)
    return table


def test_a_block_knows_answers_by_the_title_of_their_column() -> None:
    answered = [[LABEL, f"Answered: {ANSWER}"]]
    assert checked("Answer") == answered
    assert checked("As generated", "Answer") == checked("Answer", "As generated") == answered
    assert checked() != answered
    assert checked("Answer", "As generated", generated=None) == answered  # nothing is known of the value before


@pytest.mark.parametrize("answer", [None, "", "  ", "#N/A", "a\x07bell", True, 5, "\u200b", "\u3164", "?"])
def test_an_empty_cell_and_one_that_no_sheet_shows_are_no_answers(answer: Any) -> None:
    assert checked("Answer", answer=answer) == checked()
    assert checked("Answer", answer=answer)[0][1].startswith("12 %")


def test_a_block_asks_again_about_another_value() -> None:
    ((_, sentence),) = checked("As generated", "Answer", accuracy=0.3)
    assert sentence.startswith("30 %")
    assert checked("As generated", "Answer", generated=0.12 + 1e-17) == [[LABEL, f"Answered: {ANSWER}"]]


def test_an_empty_cell_is_answered_as_it_was_generated() -> None:
    rows = [["Input", "Value", "As generated", "Answer"]]
    rows += [[name, value, None, None] for name, value in QUIET.given().items() if value is not None]
    rows += [["engineering_hours", 150, 150, None]]
    assert call("FT_CHECK", rows)[0][0] == "Engineering pay"
    rows += [["engineering_rate", None, "empty", "They are paid anyway"]]
    assert call("FT_CHECK", rows) == [["Engineering pay", "Answered: They are paid anyway"]]
    rows[-1][2] = 95
    assert not call("FT_CHECK", rows)[0][1].startswith("Answered")


def test_a_block_says_nothing_of_an_answer_about_a_price_whose_source_it_does_not_see() -> None:
    rows = [["Input", "Value", "Answer"]]
    rows += [[name, value, "Yes." if name in ("gpu_hourly_rate", "gpu_count") else None]
             for name, value in (QUIET.given() | {"gpu_count": 1}).items() if value is not None]  # fmt: skip
    assert call("FT_CHECK", rows) == [["Training GPUs", NOTHING_ASKED]]
