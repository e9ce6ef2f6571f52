"""Answers and refusals of a workbook: read back, checked and gathered as from a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine import REFERENCE, Scenario, check_inputs, load_scenario
from roi_engine.scenario import REFERENCE_INPUTS
from roi_engine.scenario_file import scenario_json
from roi_engine.scenario_writing import scenario_toml
from templates.building.book import Edition
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.returned.returned_workbook import read_returned_workbook
from templates.sheets.input_rows import BLOCK, FIRST_ROW, Column
from tests.builds import build_template, build_workbook
from tests.slow_cases import full, some
from tests.workbook_cells import stored_cells
from tests.workbook_edits import with_cells, with_name

NAME = "accuracy_improvement_percent"
ANSWERED = REFERENCE.with_inputs(confirmed={NAME: "measured on 2,000 held-out messages"})
PRICED = REFERENCE.with_inputs(tokens_per_call=1700)
MIX = {
    "baseline_input_tokens": 1500, "baseline_output_tokens": 200, "baseline_input_price_per_m": 0.4,
    "baseline_output_price_per_m": 1.6, "baseline_cost_per_1k_tokens": 0,
}  # fmt: skip


@cache
def made(answered: bool = True, edition: Edition = "native") -> bytes:
    return build_workbook(ANSWERED if answered else REFERENCE, edition=edition)


@cache
def rows() -> dict[str, int]:
    """The row of each input; the same in every workbook."""
    names = openpyxl.load_workbook(BytesIO(made())).defined_names.items()
    return {name[3:]: int(str(each.attr_text).rpartition("$")[2]) for name, each in names if name.startswith("in_")}


def cell(name: str, column: Column) -> str:
    return column.at(rows()[name])


def asked(scenario: Scenario) -> dict[str, tuple[str, bool]]:
    return {each.input_name: (each.told, each.answered) for each in check_inputs(scenario)}


@pytest.mark.slow
def test_the_answer_is_the_last_column_of_the_block() -> None:
    assert BLOCK[-1] is Column.ANSWER and Column.ANSWER.title == "Answer"
    names = openpyxl.load_workbook(BytesIO(made())).defined_names
    assert names["scenario"].attr_text.split(":")[1].startswith(f"${Column.ANSWER.letter}$")


@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["values"], slow=[]))
def test_an_answer_comes_back_and_another_value_asks_again(edition: Edition) -> None:
    content = made(edition=edition)
    assert read_workbook(content).checked().model_dump() == ANSWERED.model_dump()
    summary = openpyxl.load_workbook(BytesIO(content), data_only=True)["Summary"]
    shown = {row[0].value: row[1].value for row in summary.iter_rows(max_col=2)}
    assert shown["Review cost avoided (error reduction)"] == "Answered: measured on 2,000 held-out messages"
    edited = read_workbook(with_cells(content, {NAME: 0.2})).checked()
    assert edited.confirmed == {} and asked(edited)[NAME][0].startswith("20 %")


@pytest.mark.full(seconds=3)
def test_check_knows_answers_and_finds_nothing_else() -> None:
    found = check_workbook(made(edition="values"))
    assert not found.wrong and {each.input_name: each.answered for each in found.warnings}[NAME]
    edited = check_workbook(with_cells(made(edition="values"), {NAME: 0.2}))
    assert not {each.input_name: each.answered for each in edited.warnings}[NAME]
    assert not [each for each in edited.wrong if each.place == f"Inputs!{cell(NAME, Column.AS_GENERATED)}"]


@pytest.mark.slow
@pytest.mark.parametrize("typed", [full({}), {NAME: 0.3}])
def test_check_tells_of_values_as_generated_that_are_gone(typed: dict[str, float]) -> None:
    """An answer would hide the question about another value."""
    content = made(edition="values")
    letter = Column.AS_GENERATED.letter
    column = [each for each in stored_cells(content)["Inputs"] if each.startswith(letter) and int(each[1:]) > FIRST_ROW]
    told = check_workbook(with_cells(content, {**dict.fromkeys(column), **typed})).wrong
    assert [each.sentence.partition(".")[0] for each in told if "generated" in each.sentence] == [
        "The values as generated are gone"
    ]


TWICE_ASKED = PRICED.with_inputs(
    gpu_count=4, training_hours=200, training_tokens_m=10, training_price_per_m=3, storage_gb=200
)
"""The training hours are asked about twice, and one answer covers both."""


@pytest.mark.full(seconds=5)
@pytest.mark.parametrize("edition", ["wired", "native", "values"])
def test_check_follows_more_and_fewer_questions(edition: Edition) -> None:
    asked_twice = [each for each in check_inputs(TWICE_ASKED) if each.input_name == "training_hours"]
    content = build_workbook(TWICE_ASKED, edition=edition)
    for column, typed in ((Column.ANSWER, "GPU-hours of each"), (Column.LOW, 120)):
        edited = with_cells(content, {cell("training_hours", column): typed})
        found = check_workbook(edited)
        assert len(asked_twice) == 2 and found.inputs_edited == (column is Column.LOW)
        assert len(found.warnings) != len(check_inputs(TWICE_ASKED))
        assert found.wrong == (), str(found.wrong[0])


@pytest.mark.full(seconds=3)
def test_check_tells_a_formula_below_the_questions_at_its_own_cell() -> None:
    content = build_workbook(TWICE_ASKED, edition="native")
    sheet = openpyxl.load_workbook(BytesIO(content))["Summary"]
    (state,) = [row[1].coordinate for row in sheet.iter_rows() if row[0].value == "State"]
    typed = {cell("training_hours", Column.ANSWER): "GPU-hours of each"}
    found = check_workbook(with_cells(with_cells(content, typed), {state: "All checks OK"}, sheet="Summary"))
    assert [each.place for each in found.wrong] == [f"Summary!{state}"]


@pytest.mark.slow
def test_check_names_a_changed_value_as_generated() -> None:
    """A planted figure that hides behind an old answer."""
    content, place = made(edition="values"), cell(NAME, Column.AS_GENERATED)
    (found,) = check_workbook(with_cells(content, {place: 0.2})).wrong
    assert str(found) == f"Inputs!{place}: 0.2 stands as generated; it was 0.12."
    planted = check_workbook(with_cells(content, {NAME: 0.2, place: 0.2}))
    assert {each.input_name: each.answered for each in planted.warnings}[NAME]
    told = [each.sentence for each in planted.wrong if "as generated" in each.sentence]
    assert told == [
        "This or another value as generated was changed. An answer may stand beside another value than the one that it "
        "was given for: ask again."
    ]


SECOND = "Another"


@cache
def several(edition: Edition) -> bytes:
    other = REFERENCE.with_inputs(name=SECOND, accuracy=0.2, confirmed={NAME: "measured on 300", "storage_gb": "kept"})
    return build_workbook(ANSWERED.with_inputs(name="One"), edition=edition, others=[other])


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["wired"], slow=[]))
def test_each_of_several_scenarios_has_its_own_answers(edition: Edition) -> None:
    content = several(edition)
    assert read_workbook(content).checked().confirmed == ANSWERED.confirmed
    chosen = with_cells(content, {"C4": SECOND}, sheet="Scenarios")
    if edition == "values":
        return  # nothing follows the choice
    assert read_workbook(chosen).checked().confirmed == {NAME: "measured on 300", "storage_gb": "kept"}
    names = openpyxl.load_workbook(BytesIO(content)).defined_names
    second = names[f"scenarios_{NAME}"].attr_text.rpartition("$")
    edited = with_cells(chosen, {f"D{second[2]}": 0.12}, sheet="Scenarios")
    assert read_workbook(edited).checked().confirmed == {"storage_gb": "kept"}


@pytest.mark.full(seconds=4)
@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["native"], slow=[]))
def test_check_names_a_changed_value_as_generated_of_any_scenario(edition: Edition) -> None:
    content = several(edition)
    assert not check_workbook(content).wrong
    place = openpyxl.load_workbook(BytesIO(content)).defined_names[f"scenarios_{NAME}_generated"].attr_text
    second = place.rpartition(":")[2].replace("$", "")
    found = check_workbook(with_cells(content, {second: 0.12}, sheet="Scenarios")).wrong
    assert [each.place.split("!")[0] for each in found if "as generated" in each.sentence] == ["Scenarios"]


@pytest.mark.slow
def test_an_answer_may_be_typed() -> None:
    content = with_cells(made(answered=False), {cell(NAME, Column.ANSWER): "asked the team"})
    assert read_workbook(content).checked().confirmed == {NAME: "asked the team"}
    assert read_workbook(with_cells(content, {NAME: 0.2})).checked().confirmed == {}
    emptied = with_cells(content, {NAME: 0.2, cell(NAME, Column.AS_GENERATED): None})
    assert read_workbook(emptied).checked().confirmed == {NAME: "asked the team"}  # as in a template


@pytest.mark.parametrize("answer", [True, 5, "…", "\u200b"])
def test_what_says_nothing_is_no_answer(answer: Any) -> None:
    place = cell(NAME, Column.ANSWER)
    (problem,) = read_workbook(with_cells(made(answered=False), {place: answer})).problems
    assert problem.place == f"Inputs!{place} {NAME} answer"
    assert problem.sentence.endswith("is no answer. Write what the figure rests on, or empty the cell.")


@pytest.mark.slow
def test_a_block_of_an_older_workbook_has_its_sources_where_they_were() -> None:
    """Translated titles: the columns are known by their places, and by how wide the block is."""
    noted = build_workbook(REFERENCE.with_inputs(sources={"gpu_hourly_rate": "a list"}), edition="values")
    titles = {each.at(4): "?" for each in Column if each is not Column.INPUT}
    assert read_workbook(with_cells(noted, titles)).checked().sources == {"gpu_hourly_rate": "a list"}
    block = openpyxl.load_workbook(BytesIO(noted)).defined_names["scenario"].attr_text
    narrow = with_name(noted, "scenario", block.replace(f"${Column.ANSWER.letter}$", f"${Column.DISTRIBUTION.letter}$"))
    place = cell("gpu_hourly_rate", Column.AS_GENERATED)
    old = with_cells(narrow, titles | {place: "an older list"})
    assert read_workbook(old).checked().sources["gpu_hourly_rate"] == "an older list"


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "unlike units": (MIX, "tokens_per_call", "One token a call for the fine-tuned model, beside a token mix"),
    "a fleet of one token a call": (
        MIX | {"serving": "self_hosted", "serving_gpu_hourly_rate": 3, "serving_tokens_per_second": 2500},
        "serving_tokens_per_call",
        "The fleet would serve one token a call",
    ),
}


@pytest.mark.parametrize("about", REFUSED)
def test_unlike_units_are_refused_in_a_workbook_and_in_a_portfolio(about: str, tmp_path: Any) -> None:
    values, name, words = REFUSED[about]
    content = with_cells(made(answered=False), values)
    (problem,) = read_workbook(content).problems
    assert problem.place == f"Inputs!{cell(name, Column.VALUE)} {name}" and problem.sentence.startswith(words)
    (tmp_path / "joe.xlsx").write_bytes(content)
    assert read_returned_workbook(tmp_path / "joe.xlsx", "joe.xlsx").problems == (problem,)
    assert not read_workbook(with_cells(content, {"tokens_per_call": 1700})).problems


def test_a_value_outside_of_its_own_range_is_refused_at_low() -> None:
    content = build_workbook(PRICED.with_inputs(ranges={"training_hours": {"low": 12, "high": 72}}), edition="values")
    (problem,) = read_workbook(with_cells(content, {"training_hours": 73})).problems
    assert problem.place == f"Inputs!{cell('training_hours', Column.LOW)} training_hours low"
    assert problem.sentence == "The value 73 lies outside of low 12 and high 72. Correct one of the three."


@pytest.mark.parametrize("template", some([False, True], [True], slow=[]))
def test_a_cell_that_nobody_filled_in_does_not_say_that_there_is_none(template: bool) -> None:
    """Pay without hours is asked about, unless somebody typed 0 hours."""
    content = build_template(edition="native") if template else build_workbook(PRICED, edition="native")
    typed = {name: getattr(PRICED, name) for name in REFERENCE_INPUTS} | {"engineering_rate": 95}
    content = with_cells(content, typed | {"retraining_cost": 500})
    found = asked(read_workbook(content).checked())
    assert found["engineering_hours"][0].startswith("Engineering pay is 95, and engineering time is left out")
    assert found["retraining_interval"][0].startswith("Retraining cost is 500")
    none = read_workbook(with_cells(content, {"engineering_hours": 0, "retraining_interval": 0})).checked()
    assert not {"engineering_hours", "retraining_interval"} & asked(none).keys()
    again = read_workbook(build_workbook(none, edition="values")).checked()
    assert again.model_fields_set >= {"engineering_hours", "retraining_interval"}


@pytest.mark.parametrize(("low", "high"), some([(0.2, 0.4), (0.2, None), (None, 0.4)], [(0.2, None)], slow=[]))
def test_a_range_beside_an_empty_cell_is_refused_at_low(low: float | None, high: float | None) -> None:
    name, content = "review_cost_per_call", build_workbook(PRICED, edition="values")
    ends = {cell(name, Column.LOW): low, cell(name, Column.HIGH): high}
    (problem,) = read_workbook(with_cells(content, ends)).problems
    assert problem.place == f"Inputs!{cell(name, Column.LOW)} {name} low"
    assert problem.sentence.startswith("It is empty, and low and high have no value between them.")


@pytest.mark.slow
def test_a_range_with_one_end_stands_in_a_workbook_as_it_was_given() -> None:
    scenario = PRICED.with_inputs(ranges={"training_hours": {"low": 12, "high": 24 * 1.2, "untyped": "high"}})
    content = build_workbook(scenario, edition="native")
    sheet = openpyxl.load_workbook(BytesIO(content))["Inputs"]
    assert [sheet[cell("training_hours", each)].value for each in (Column.LOW, Column.HIGH)] == [12, None]
    assert read_workbook(content).checked().model_dump() == scenario.model_dump()


def test_a_range_with_one_end_is_asked_about() -> None:
    content = build_workbook(PRICED, edition="values")
    low = cell("training_hours", Column.LOW)
    scenario = read_workbook(with_cells(content, {low: 12})).checked()
    assert asked(scenario)["training_hours"][0] == (
        "Only its low end is given. Taken as high: 28.8, 20 % above the value. Type both ends."
    )


@pytest.mark.parametrize("write", [scenario_toml, scenario_json])
def test_a_range_with_one_end_is_asked_about_when_its_file_is_read(
    write: Callable[[Scenario], str], tmp_path: Path
) -> None:
    content = with_cells(build_workbook(PRICED, edition="values"), {cell("training_hours", Column.HIGH): 72})
    scenario = read_workbook(content).checked()
    file = tmp_path / f"scenario.{'toml' if write is scenario_toml else 'json'}"
    file.write_text(write(scenario), "utf-8")
    assert load_scenario(file).model_dump() == scenario.model_dump()
    assert asked(load_scenario(file))["training_hours"][0].startswith("Only its high end is given. Taken as low: 19.2")


def test_without_the_values_as_generated_no_answer_of_ours_counts() -> None:
    (title,) = [
        each.coordinate
        for row in openpyxl.load_workbook(BytesIO(made()))["Inputs"].iter_rows()
        for each in row
        if each.value == "As generated"
    ]
    assert read_workbook(with_cells(made(), {title: "Before"})).checked().confirmed == {}


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native"], ["native"], slow=[]))
def test_a_figure_typed_over_the_scenario_in_use_is_refused(edition: Edition) -> None:
    reading = read_workbook(with_cells(several(edition), {NAME: 0.77}))
    (problem,) = reading.problems
    assert problem.place == f"Inputs!{cell(NAME, Column.VALUE)} {NAME}"
    assert problem.sentence.startswith("0.77 stands where the scenario in use is shown, and Scenarios!")
    assert problem.sentence.endswith(" holds 0.12. Type it there, and let this cell show it.")


def test_a_choice_that_is_no_scenario_is_told() -> None:
    content = several("native")
    place = openpyxl.load_workbook(BytesIO(content)).defined_names["scenario_choice"].attr_text.partition("!")[2]
    reading = read_workbook(with_cells(content, {place.replace("$", ""): "Neither"}, sheet="Scenarios"))
    assert reading.notes == (
        f'It holds several scenarios; read is the first, as "Neither" is none of them, One. Not read: {SECOND}.',
    )
