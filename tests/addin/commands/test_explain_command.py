"""The command explain: every step of a figure on the terminal, each once, and all of them as JSON."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.commands import explain_command
from addin.shell import figures_on_terminal
from addin.shell.figures_on_terminal import figure_in_unit
from roi_engine import appraise, load_scenario
from roi_engine.cashflow import MODEL
from roi_engine.figures import FIGURES, Figure

SAMPLE = Path(__file__).parents[3] / "templates" / "samples" / "support-classifier.toml"
REFERENCE = SAMPLE.with_name("reference.toml")


def explain(figure: str, *options: str, scenario: Path | str = SAMPLE, columns: int = 110) -> Result:
    return CliRunner().invoke(
        ft_roi, ["explain", figure, str(scenario), *options], prog_name="ft-roi", env={"COLUMNS": str(columns)}
    )


def printed(figure: str, *options: str, scenario: Path | str = SAMPLE, columns: int = 110) -> str:
    done = explain(figure, *options, scenario=scenario, columns=columns)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


def heads(text: str) -> list[str]:
    """The names of the steps, in order."""
    return re.findall(r"^ *(\w+) (?:= |by month: ).* roi_engine/\w+\.py:\d+$", text, re.MULTILINE)


def test_a_figure_is_shown_with_its_unit_its_equation_its_parts_and_its_place() -> None:
    first, *rest = printed("ROI", "--depth", "1").split("\n\n")
    assert first == "Support classifier"
    lines = rest[0].splitlines()
    assert re.fullmatch(r"roi = 84\.7% +roi_engine/metrics\.py:\d+", lines[0]) and len(lines[0]) == 110
    assert lines[1:] == [
        "    Net return over total cost.",
        "    ROI = net return / total cost",
        "    with net_roi = 44,931.90, total_cost = 53,028.64",
    ]
    assert [each.split()[0] for each in rest[1:]] == ["net_roi", "total_cost", "Inputs"]


@pytest.mark.parametrize("figure", FIGURES.values(), ids=lambda figure: figure.name)
def test_a_figure_is_explained_in_the_unit_that_it_has_everywhere(figure: Figure) -> None:
    scenario = load_scenario(SAMPLE)
    value = getattr(appraise(scenario), figure.name)
    shown = " ".join(figure_in_unit(value() if callable(value) else value, figure.quantity, scenario.currency)).rstrip()
    told = printed(figure.equation_name, "--depth", "0")
    if figure.name == "total_running_cost":
        assert (
            re.search(r"^running_cost by month: .*, total 20,000 +roi_engine/", told, re.MULTILINE) and value == 20_000
        )
    else:
        assert f"\n{figure.equation_name} = {shown} " in told


def test_a_monthly_step_shows_its_first_months_its_last_and_its_total() -> None:
    text = printed("NPV")
    shown = "  discounted by month: -33,028.64 | 0 | 0 | 952.99 … 3,291.32 in month 24, total 36,766.44"
    assert shown in text
    assert "            adoption by month: 0 | 0 | 0 | 0.333333 … 1 in month 24  " in text, "a share has no total"
    assert "        added_review by month: 0 in each  " in text


def test_a_short_horizon_shows_every_month(tmp_path: Path) -> None:
    short = tmp_path / "short.toml"
    short.write_text(REFERENCE.read_text("utf-8").replace("months_to_amortize = 12", "months_to_amortize = 2"), "utf-8")
    assert "net_cash_flow by month: -37.12 | 1,490 | 1,490, total 2,942.88" in printed("NPV", scenario=short)


@pytest.mark.parametrize("figure", ["NPV", "PAYBACK", "IRR", "MIRR", "EQUIVMONTHLY", "upfront_cost", "serving_gpus"])
def test_every_step_stands_once_and_with_all_of_them_each_equation_does(figure: str) -> None:
    some, everything = heads(printed(figure)), heads(printed(figure, "--all"))
    assert len({*everything}) == len(everything)
    assert everything == [step.name for step in appraise(load_scenario(SAMPLE)).explain(figure)]
    assert [name for name in everything if name in some] == some


def test_what_goes_into_a_step_that_is_zero_throughout_is_left_out_unless_asked_for() -> None:
    some, everything = heads(printed("NPV")), heads(printed("NPV", "--all"))
    assert {"fleet_spend", "token_spend"} <= {*some}
    assert "serving_gpus" not in some and "serving_gpus" in everything
    assert "serving_tokens_per_second" not in printed("NPV")


def without_ranges() -> str:
    """The reference scenario as text, in which any figure may be changed."""
    return re.sub(r"(?s)\[ranges\].*?(?=\n\[)", "", REFERENCE.read_text("utf-8"))


def test_a_figure_that_is_zero_itself_is_explained(tmp_path: Path) -> None:
    idle = tmp_path / "idle.toml"
    idle.write_text(without_ranges().replace("training_hours = 24", "training_hours = 0"), "utf-8")
    assert heads(printed("gpu_training_cost", scenario=idle)) == ["gpu_training_cost"]
    assert "training_hours  " in printed("training_cost", scenario=idle)


def test_the_inputs_stand_at_the_end_with_their_units_and_sources() -> None:
    inputs = printed("one_off_cost").partition("Inputs\n")[2].splitlines()
    assert inputs == [
        "  data_preparation_cost  9,800  USD         Assumption: 14,000 messages at 0.70",
        "  engineering_hours        150  hours       Assumption: 60 + 30 + 60",
        "  engineering_rate          95  USD / hour  Assumption",
        "  evaluation_cost        1,920  USD         Assumption: 80 h at 24",
        "  other_upfront_cost     2,500  USD         Assumption: privacy review",
    ]


def test_no_line_of_a_step_is_wider_than_the_terminal() -> None:
    for columns in (80, 100):
        steps = printed("NPV", columns=columns).partition("Inputs\n")[0]
        assert max(len(line) for line in steps.splitlines() if " by month: " not in line) <= columns


def test_as_json_it_has_every_step_and_every_month() -> None:
    found = json.loads(printed("npv", "--json"))
    assert found["figure"] == "npv" and found["inputs"]["discount_rate"] == 0.1
    steps = {step["name"]: step for step in found["steps"]}
    assert {*steps} == {*MODEL.order(["npv"])}
    assert len(steps["net_cash_flow"]["value"]) == 25
    assert steps["npv"]["takes"] == {"total_discounted": steps["npv"]["value"]}
    shallow = json.loads(printed("npv", "--json", "--depth", "0"))
    assert [step["name"] for step in shallow["steps"]] == ["npv"] and shallow["inputs"] == {}


def test_never_and_undefined_in_json_are_those_of_every_command(tmp_path: Path) -> None:
    hopeless = tmp_path / "hopeless.toml"
    hopeless.write_text(without_ranges().replace("= 0.05", "= 0.90"), "utf-8")
    steps = json.loads(printed("PAYBACK", "--json", scenario=hopeless))["steps"]
    assert steps[0]["value"] == "Never"
    assert json.loads(printed("IRR", "--json", scenario=hopeless))["steps"][0]["value"] is None
    assert "payback_months = never" in printed("PAYBACK", scenario=hopeless)
    assert "irr_annual = n/a" in printed("IRR", scenario=hopeless)


def test_an_unknown_figure_is_guessed() -> None:
    done = explain("NVP")
    assert done.exit_code == 2
    assert 'There is no figure "NVP". Did you mean "npv"?' in done.stderr


def test_a_scenario_that_is_wrong_is_told_as_everywhere(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(REFERENCE.read_text("utf-8").replace("training_hours = 24", "training_hours = -1"), "utf-8")
    done = explain("NPV", scenario=wrong)
    assert done.exit_code == 3
    assert "training_hours" in done.stderr and done.stdout == ""


def test_the_documented_examples() -> None:
    for module in (explain_command, figures_on_terminal):
        assert doctest.testmod(module).failed == 0


def test_the_scenario_may_come_from_standard_input() -> None:
    done = CliRunner().invoke(ft_roi, ["explain", "ROI", "-"], input=REFERENCE.read_text("utf-8"))
    assert done.exit_code == 0 and "roi = 41,753.9%" in done.stdout
