"""A scenario file that builds on another one beside it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from roi_engine import Scenario, ScenarioError, load_scenario
from roi_engine.scenario_writing import scenario_toml

PLAN = """
name = "The plan"
currency = "EUR"
hours = 24
gpu = "A100"
storage_gb = 28
storage_rate = 0.02
review_cost = 2_000
months = 12
accuracy = 0.12
discount_rate = 0.08

[traffic]
calls = 5_000_000

[baseline]
cost = 0.30

[finetuned]
cost = 0.05

[ranges]
calls = { low = 1e6, high = 9e6 }
"API calls" = { low = 2e6, high = 9e6, distribution = "uniform" }
accuracy = { low = 0.05, high = 0.2 }

[sources]
calls = "last month's invoice"
accuracy = "held-out messages"

[notes]
calls = "without tests"

[confirmed]
accuracy = "measured on 2,000 messages"
"""
PLAN = PLAN.replace('gpu = "A100"', "gpu_rate = 1.5").replace("calls = { low = 1e6, high = 9e6 }\n", "")
DOLLARS = PLAN.replace('currency = "EUR"', "")


def built(folder: Path, text: str, plan: str = PLAN, name: str = "slow.toml") -> Scenario:
    """The scenario of a file with this text that builds on a plan."""
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    head = "" if name.endswith(".json") else 'base = "plan.toml"\n'
    (folder / name).write_text(head + text, encoding="utf-8")
    return load_scenario(folder / name)


def problems(folder: Path, text: str, plan: str = PLAN, name: str = "slow.toml") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        built(folder, text, plan, name)
    return [str(each).replace(f"{folder}{os.sep}", "") for each in caught.value.problems]


def test_a_file_says_what_is_other(tmp_path: Path) -> None:
    scenario = built(tmp_path, "go_live_delay = 4\n[finance]\ndiscount_rate = 0.12\n")
    plan = load_scenario(tmp_path / "plan.toml")
    expected = {**plan.given(), "name": "slow", "go_live_delay": 4, "discount_rate": 0.12}
    assert scenario.given() == expected


def test_a_key_is_the_same_input_under_any_name_and_in_any_table(tmp_path: Path) -> None:
    assert built(tmp_path, "monthly_calls = 4_000_000").baseline_monthly_api_calls == 4_000_000
    assert built(tmp_path, "[label]\ncalls = 3_000_000").baseline_monthly_api_calls == 3_000_000
    assert built(tmp_path, "[finetuned]\nprice = 0.2").finetuned_cost_per_1k_tokens == 0.2


def test_a_file_has_its_own_name_or_is_called_after_itself(tmp_path: Path) -> None:
    assert built(tmp_path, "").name == "slow"
    assert built(tmp_path, 'name = "Slow"').name == "Slow"
    assert built(tmp_path, 'name = ""').name == "slow"


def test_json_and_toml_may_build_on_each_other(tmp_path: Path) -> None:
    text = json.dumps(
        {"base": "plan.toml", "calls": 1e6, "accuracy": None, "ranges": {"calls": {"low": 1, "high": 2e6}}}
    )
    (place,) = problems(tmp_path, text, name="slow.json")
    assert place.startswith("slow.json: accuracy_improvement_percent: Missing") or place.startswith(
        "slow.json: Missing"
    )
    (tmp_path / "plan.json").write_text(json.dumps({"base": "slow.toml"}))
    built(tmp_path, "")
    (tmp_path / "slow.toml").write_text(PLAN)
    assert load_scenario(tmp_path / "plan.json").name == "plan"


def test_ranges_are_replaced_one_by_one_and_stay_with_another_figure(tmp_path: Path) -> None:
    scenario = built(tmp_path, "calls = 6e6\n[ranges]\nerror_reduction = { low = 0.1, high = 0.15 }\n")
    calls, accuracy = (scenario.ranges[each] for each in ("baseline_monthly_api_calls", "accuracy_improvement_percent"))
    assert (calls.low, calls.high, calls.distribution) == (2e6, 9e6, "uniform")
    assert (accuracy.low, accuracy.high, accuracy.distribution) == (0.1, 0.15, "pert")


def test_a_range_that_does_not_hold_the_new_figure_is_told_in_the_file_where_it_stands(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "calls = 1e6")
    outside = "The value 1,000,000 lies outside of low 2,000,000 and high"
    assert problem.startswith(f"plan.toml: ranges.API calls: {outside} 9,000,000. Correct one of the three.")
    assert problem.endswith(" The value stands in slow.toml: calls.")
    (problem,) = problems(tmp_path, "calls = 1e6\n[ranges]\ncalls = { low = 2e6, high = 3e6 }")
    assert problem == f"slow.toml: ranges.calls: {outside} 3,000,000. Correct one of the three."


def test_what_is_said_of_a_figure_goes_with_it(tmp_path: Path) -> None:
    """A source of 12 % is none of 6 %, and an answer about it even less."""
    scenario = built(tmp_path, "accuracy = 0.06\ncalls = 5_000_000\n")
    assert scenario.sources == {"baseline_monthly_api_calls": "last month's invoice"}  # the same figure once more
    assert scenario.notes == {"baseline_monthly_api_calls": "without tests"}
    assert scenario.confirmed == {}
    scenario = built(tmp_path, 'accuracy = 0.06\n[confirmed]\naccuracy = "a pilot"\n[sources]\naccuracy = "ours"\n')
    assert scenario.confirmed == {"accuracy_improvement_percent": "a pilot"}
    assert scenario.sources["accuracy_improvement_percent"] == "ours"
    assert built(tmp_path, "months = 24").confirmed == {"accuracy_improvement_percent": "measured on 2,000 messages"}


def test_an_empty_text_takes_away(tmp_path: Path) -> None:
    scenario = built(tmp_path, 'discount_rate = ""\n[ranges]\ncalls = ""\n[confirmed]\naccuracy = ""\n')
    assert scenario.discount_rate == 0.1
    assert scenario.ranges.keys() == {"accuracy_improvement_percent"}
    assert scenario.confirmed == {}
    (problem,) = problems(tmp_path, 'calls = ""')  # with its range, source and note
    assert problem.startswith("slow.toml: baseline_monthly_api_calls: Missing.")


@pytest.mark.parametrize("with_rate", [True, False])
def test_a_typed_figure_and_a_name_take_the_place_of_each_other(with_rate: bool, tmp_path: Path) -> None:
    named = DOLLARS.replace("gpu_rate = 1.5", 'gpu = "A100"')
    figure = built(tmp_path, "gpu_rate = 3\n" if with_rate else 'gpu_rate = 3\ngpu = ""\n', named)
    assert (figure.gpu_hourly_rate, figure.sources.get("gpu_hourly_rate")) == (3, None)
    assert "gpu_hourly_rate" not in figure.ranges
    noted = DOLLARS.replace("[notes]", '[notes]\ngpu_rate = "by contract"')
    name = built(tmp_path, 'gpu = "A100"', noted)
    assert name.gpu_hourly_rate == 1.39
    assert name.sources["gpu_hourly_rate"].startswith("Price table: A100")
    assert name.notes == {"baseline_monthly_api_calls": "without tests"}


def test_an_answer_about_a_looked_up_price_goes_with_the_price(tmp_path: Path) -> None:
    plan = DOLLARS.replace("gpu_rate = 1.5", 'gpu = "A100"') + 'gpu_rate = "our offer"\n'
    assert "gpu_hourly_rate" in built(tmp_path, "months = 6", plan).confirmed
    assert "gpu_hourly_rate" not in built(tmp_path, 'gpu = "H100 SXM"', plan).confirmed


def test_every_problem_names_the_file_that_it_stands_in(tmp_path: Path) -> None:
    plan = PLAN.replace("hours = 24", "hours = -1").replace("[traffic]", "[trafic]") + "nothing = 'x'\n"
    text = "calls = 5e6\nstorage_gb = 'much'\nmonth = 3\n[baseline]\nfinetuned_cost = 1\n[notes]\nelse = 'x'\n"
    found = [each.partition(": ")[::2] for each in problems(tmp_path, text, plan)]
    assert sorted((file, rest.partition(": ")[0]) for file, rest in found) == [
        ("plan.toml", "confirmed.nothing"),
        ("plan.toml", "hours"),
        ("plan.toml", "trafic"),
        ("slow.toml", "baseline.finetuned_cost"),
        ("slow.toml", "month"),
        ("slow.toml", "notes.else"),
        ("slow.toml", "storage_gb"),
    ]


def test_a_table_of_annotations_that_is_none(tmp_path: Path) -> None:
    assert problems(tmp_path, "notes = 5")[0].startswith("slow.toml: notes: Write a table")
    plan = "notes = 5\n" + PLAN.partition("[notes]")[0]
    assert problems(tmp_path, "", plan)[0].startswith("plan.toml: notes: Write a table")


def test_a_key_twice_is_a_problem_within_one_file_only(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "calls = 5e6\n[traffic]\nmonthly_calls = 6e6\n")
    assert problem == (
        'slow.toml: traffic.monthly_calls: The input "baseline_monthly_api_calls" is given twice, also at calls. '
        "Keep one of the two."
    )


def test_a_built_scenario_is_written_whole(tmp_path: Path) -> None:
    scenario = built(tmp_path, "go_live_delay = 4\n")
    text = scenario_toml(scenario)
    assert "base" not in [line.partition(" =")[0] for line in text.splitlines()]
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "whole.toml").write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / "alone" / "whole.toml") == scenario


# --- bases that are none ------------------------------------------------------------------------------------------

WITHOUT_FOLDER = "slow.toml: base: The base lies beside this file. Write its name alone, without a folder."


@pytest.mark.parametrize(
    "name",
    ["../plan.toml", "./plan.toml", "/etc/plan.toml", "folder/plan.toml", "..", ".", "plan.toml/",
     "\\\\host\\plan.toml", "..\\plan.toml", "C:plan.toml",
     "C:\\plan.toml", "plan\0.toml", "plan\n.toml", "\u202eplan.toml"],
)  # fmt: skip
def test_a_base_lies_beside_its_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "plan.toml").write_text(PLAN)
    (tmp_path / "slow.toml").write_text(f"base = {json.dumps(name)}\n")
    assert problems_of(tmp_path / "slow.toml") == [WITHOUT_FOLDER]


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return [str(each).replace(f"{path.parent}{os.sep}", "") for each in caught.value.problems]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("5", "Write the name of the file that this one builds on"),
        ('""', "Write the name of the file that this one builds on"),
        ("[1]", "Write the name of the file that this one builds on"),
        ('"slow.toml"', "The file names itself."),
        ('"plan.xlsx"', "The base is a scenario file too: .toml or .json."),
        ('"plan"', "The base is a scenario file too: .toml or .json."),
        ('"plam.toml"', 'There is no file plam.toml. Did you mean "plan.toml"?'),
        (f'"{"n" * 300}.toml"', "cannot be read: File name too long."),
    ],
)
def test_a_base_that_is_no_other_file(value: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "slow.toml").write_text(f"base = {value}\nmonht = 2\n")
    found = problems_of(tmp_path / "slow.toml")
    assert found[0].startswith("slow.toml: base: ") and sentence in found[0]
    assert [each.partition(": There")[0] for each in found[1:]] == ["slow.toml: monht"]  # and no figure is missing


def test_a_base_has_no_base(tmp_path: Path) -> None:
    (tmp_path / "slower.toml").write_text('base = "slow.toml"')
    built(tmp_path, "")
    (problem,) = problems_of(tmp_path / "slower.toml")
    assert problem.startswith("slow.toml: base: slower.toml builds on this file, and a base has no base of its own.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name = '\xe4'", "This is not UTF-8 text."),
        (b"#" * 250_001, "it has more than 250 kB"),
        (b"calls = ", "This is not valid TOML"),
        (b"a" + b".a" * 300 + b" = 1", "The line has more than 200 dots."),
        (b"\n".join(b"key%d = 1" % n for n in range(3_000)), "it has more than 2,000 entries"),
        (b"a = " + b"[" * 50_000, "This is no scenario"),
    ],
)
def test_a_base_that_cannot_be_read_is_named(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(content)
    (tmp_path / "slow.toml").write_text('base = "plan.toml"\n')
    (problem,) = problems_of(tmp_path / "slow.toml")
    assert problem.startswith("plan.toml: ") and sentence in problem


def test_a_base_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "slow.toml").write_text('base = "plan.toml"\n')
    (tmp_path / "plan.toml").mkdir()
    assert problems_of(tmp_path / "slow.toml")[0].startswith("plan.toml: This is no file with text in it")
    (tmp_path / "plan.toml").rmdir()
    os.mkfifo(tmp_path / "plan.toml")
    assert problems_of(tmp_path / "slow.toml")[0].startswith("plan.toml: This is no file with text in it")


def test_a_link_does_not_lead_a_base_out_of_its_folder(tmp_path: Path) -> None:
    """What comes by mail reads nothing else; a folder of links to one other folder is one folder."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "plan.toml").write_text(PLAN)
    (tmp_path / "there" / "slow.toml").write_text('base = "plan.toml"\n')
    (tmp_path / "here" / "slow.toml").write_text('base = "plan.toml"\n')
    (tmp_path / "here" / "plan.toml").symlink_to(tmp_path / "there" / "plan.toml")
    (problem,) = problems_of(tmp_path / "here" / "slow.toml")
    assert problem.startswith("slow.toml: base: plan.toml is a link that leads to another folder.")
    (tmp_path / "here" / "slow.toml").unlink()
    (tmp_path / "here" / "slow.toml").symlink_to(tmp_path / "there" / "slow.toml")
    assert load_scenario(tmp_path / "here" / "slow.toml").currency == "EUR"
    (tmp_path / "here" / "plan.toml").unlink()
    (tmp_path / "here" / "plan.toml").symlink_to("plan.toml")  # to itself, for ever
    assert "plan.toml" in problems_of(tmp_path / "here" / "slow.toml")[0]


def test_standard_input_has_no_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'base = "plan.toml"\n')))
    with pytest.raises(ScenarioError, match=r"^standard input: base: Standard input lies beside no file\."):
        load_scenario("-")
