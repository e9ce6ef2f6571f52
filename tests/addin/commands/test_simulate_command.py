"""The command simulate: what it prints, as JSON, and each refusal with its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import load_scenario
from roi_engine import simulate as simulated
from roi_engine.simulation.simulation import SIMULATED
from tests.builds import build_workbook

SAMPLE = Path(__file__).parents[3] / "templates" / "samples" / "support-classifier.toml"
REFERENCE = SAMPLE.with_name("reference.toml")
EXTRACTION = SAMPLE.with_name("document-extraction.toml")


def simulate(*options: str, scenario: Path | str = SAMPLE, stdin: str = "") -> Result:
    return CliRunner().invoke(ft_roi, ["simulate", str(scenario), *options], prog_name="ft-roi", input=stdin)


def test_the_figures_are_printed_as_exact_as_they_are() -> None:
    done = simulate()
    assert done.exit_code == 0 and done.stderr == ""
    assert "In 17% of 16,384 draws it loses money." in done.stdout
    found = simulated(load_scenario(SAMPLE))
    mean = found.statistic("MEAN").value
    assert mean is not None
    assert re.search(rf"Mean +{mean:,.1f} +± 3\.6  USD", done.stdout)
    assert re.search(r"5% of the draws lie below +-12,890 +± 200  USD", done.stdout)
    assert re.search(r"Review cost avoided \(error reduction\) +█+ +30\.5 ± 0\.1 +342 ± 12", done.stdout)
    assert "Alone the inputs explain 97% of the spread, the rest comes from their combinations." in done.stdout
    held = "Held at their values, as choices and no chances: months_to_amortize and discount_rate"
    assert held in " ".join(done.stdout.split())


def test_json_holds_every_figure_unrounded() -> None:
    options = ("--json", "--draws", "2048", "--seed", "3", "--metric", "payback", "--with-choices", "--total")
    done = simulate(*options, scenario=EXTRACTION)
    told = json.loads(done.stdout)
    found = simulated(load_scenario(EXTRACTION), 2048, 3, "PAYBACK", with_choices=True)
    assert told["statistics"]["P50"] == {
        "value": found.statistic("P50").value,
        "half_width": found.statistic("P50").half_width,
    }
    assert told["statistics"]["MEAN"] == {"value": None, "half_width": None}
    assert told["statistics"]["P95"]["value"] == "Never"
    assert (told["draws"], told["seed"], told["metric"]) == (2048, 3, "PAYBACK")
    assert told["value_of_knowing"]["everything"]["value"] == found.perfect_knowledge.value
    assert set(told["total_importance"]) == set(told["importance"])


def test_choices_vary_when_asked_for_and_totals_stand_beside() -> None:
    done = simulate("--with-choices", "--total", "--draws", "512")
    assert done.exit_code == 0 and "% in all" in done.stdout and "Held" not in done.stdout


def test_never_is_said_in_words() -> None:
    done = simulate("--metric", "PAYBACK", "--draws", "512", "--with-choices", scenario=EXTRACTION)
    assert done.exit_code == 0
    assert re.search(r"95% of the draws lie below +never\n", done.stdout) and "What drives it" not in done.stdout


def test_correlations_stand_in_the_file() -> None:
    lines = (
        "\n[correlations]\nbaseline_input_price_per_m.baseline_output_price_per_m = 0.9\ncalls.monthly_growth = -0.5\n"
    )
    alone, together = (
        json.loads(simulate("--json", scenario="-", stdin=SAMPLE.read_text("utf-8") + more).stdout)
        for more in ("", lines)
    )
    assert together["statistics"]["SD"]["value"] < 0.95 * alone["statistics"]["SD"]["value"]
    refused = simulate("--total", scenario="-", stdin=SAMPLE.read_text("utf-8") + lines)
    assert refused.exit_code == 3 and "no total share for inputs that are correlated" in refused.stderr


def test_an_unknown_metric_lists_those_that_are_simulated() -> None:
    done = simulate("--metric", "GAIN")
    assert done.exit_code == 2 and done.stderr.rstrip().endswith(f"Known: {', '.join(SIMULATED)}.")
    assert not {"IRR", "MIRR"} & {*SIMULATED}


PLAIN = "\n".join(line for line in REFERENCE.read_text("utf-8").split("[ranges]")[0].splitlines())


@pytest.mark.parametrize(
    ("options", "more", "says"),
    [
        ((), "", "No input has a range"),
        (("--draws", "1000001"), "[ranges]\ncalls = {low = 1, high = 9e6}", "no multiple of 8"),
        (("--draws", "4000000"), "[ranges]\ncalls = {low = 1, high = 9e6}", "4,000,000 is above 1,048,576"),
        (("--seed", "-1"), "[ranges]\ncalls = {low = 1, high = 9e6}", "seed: -1 is below 0"),
        (("--metric", "IRR"), "[ranges]\ncalls = {low = 1, high = 9e6}", "IRR is not simulated"),
        (
            (),
            "[ranges]\ncalls = {low = 0, high = 9e6, distribution = 'lognormal'}",
            "as a lognormal distribution needs",
        ),
        ((), "[ranges]\ncalls = {low = 1, high = 2}", "lies outside of low 1 and high 2"),
        (
            (),
            "[ranges]\nserving_tokens_per_call = {low = 1, high = 2}",
            "It is empty, and low and high",
        ),
        ((), "[ranges]\nmonths = {low = 6, high = 24}", "(--with-choices)"),
        ((), "[ranges]\nmonths = {low = 12, high = 12}", "(--with-choices)"),
        ((), "[ranges]\ncalls = {low = 5e6, high = 5e6}", "Every range has a low that is its high"),
        ((), "[correlations]\ncalls = 0.5", "Write a line for each pair"),
        ((), "[correlations]\ncalls.months = 1", "1 is not below 1"),
        ((), "[correlations]\ncalls.calls = 0.1", "Name two inputs"),
        ((), "[correlations]\ncalls.months = 0.1\nhorizon.calls = 0.1", "The pair is given twice"),
        (
            (),
            "[ranges]\ncalls = {low = 1, high = 9e6}\n[correlations]\ncalls.hours = 0.1",
            "training_hours does not vary",
        ),
    ],
)
def test_what_cannot_be_simulated_ends_with_3_and_its_sentence(options: tuple[str, ...], more: str, says: str) -> None:
    done = simulate(*options, scenario="-", stdin=f"{PLAIN}\n{more}\n")
    assert done.exit_code == 3, done.output
    assert says in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr


def test_what_is_cut_is_a_note() -> None:
    more = "[ranges]\naccuracy = {low = 0, high = 0.24, distribution = 'normal'}\n"
    done = simulate("--draws", "512", scenario="-", stdin=f"{PLAIN}\n{more}")
    assert done.exit_code == 0 and "is not legal and is cut off" not in done.stderr
    wide = "[ranges]\ncontingency = {low = 0, high = 3, distribution = 'normal'}\n"
    assert (
        "% of the normal distribution is not legal and is cut off"
        in simulate("--draws", "512", scenario="-", stdin=f"{PLAIN}\n{wide}").stderr
    )


def test_a_workbook_gives_the_figures_of_its_file(tmp_path: Path) -> None:
    workbook = tmp_path / "report.xlsx"
    workbook.write_bytes(build_workbook(load_scenario(SAMPLE), edition="values"))
    of_file, of_workbook = (
        json.loads(simulate("--json", "--draws", "512", scenario=each).stdout) for each in (SAMPLE, workbook)
    )
    assert of_workbook == of_file
