"""How a figure comes about: every step once, with its value, its equation and the line where that stands."""

from __future__ import annotations

import inspect
import math
import re
from pathlib import Path

import pytest

from roi_engine import METRICS, REFERENCE, Scenario, UnknownName, appraise, load_scenario
from roi_engine.appraisal import equation_named
from roi_engine.cashflow import MODEL, cash_flow, figure
from roi_engine.explanation import NOT_ADDED, Step, equation_of, in_words, sentence_of
from tests.random_scenarios import random_scenarios

ROOT = Path(__file__).parents[2]
SAMPLE = load_scenario(ROOT / "templates" / "samples" / "support-classifier.toml")


def steps_of(scenario: Scenario, name: str) -> dict[str, Step]:
    steps = appraise(scenario).explain(name)
    found = {step.name: step for step in steps}
    assert len(found) == len(steps), "a step twice"
    return found


@pytest.mark.parametrize("metric", METRICS)
def test_the_first_step_is_the_metric_and_below_it_is_all_that_it_needs(metric: str) -> None:
    result = appraise(SAMPLE)
    first, *others = result.explain(metric)
    assert first.value == METRICS[metric].of(result)
    assert first.depth == 0 and all(step.depth > 0 for step in others)
    assert {first.name, *(step.name for step in others)} == {*MODEL.order([METRICS[metric].equation])}


@pytest.mark.parametrize("scenario", [REFERENCE, SAMPLE, *random_scenarios(20, seed=5)], ids=lambda each: each.name)
def test_each_value_is_what_its_equation_gives_for_what_it_takes(scenario: Scenario) -> None:
    """Every step can be followed by hand: its function, called with what the step shows, gives what it shows."""
    inputs, unlike = scenario.inputs(), {}
    for metric in METRICS:
        for step in appraise(scenario).explain(metric):
            equation = MODEL.equations[step.name]
            if step.monthly:
                rows = [
                    value if isinstance(value, list) else [value] * len(step.value) for value in step.takes.values()
                ]
                found = [equation(*arguments) for arguments in zip(*rows, strict=True)]
            else:
                taken = [
                    math.nan if each is None and name in MODEL.equations else each for name, each in step.takes.items()
                ]
                found = equation(*taken)
                found = None if isinstance(found, float) and math.isnan(found) else found
            if found != step.value:
                unlike[step.name] = (found, step.value)
            assert all(step.takes[name] == inputs[name] for name in step.takes if name in inputs)
    assert not unlike


def test_a_monthly_step_has_a_value_for_each_month_and_a_total_that_is_taken() -> None:
    found = steps_of(SAMPLE, "NPV")
    flows = found["net_cash_flow"]
    assert flows.monthly and flows.value == cash_flow(SAMPLE.inputs())
    assert found["discounted"].total == found["npv"].takes["total_discounted"] == found["npv"].value
    assert found["adoption"].total is None and found["npv"].total is None


def test_what_is_not_added_up_are_monthly_quantities_and_no_others_are_summed() -> None:
    assert MODEL.monthly >= NOT_ADDED
    summed = {
        over.quantity
        for takes in MODEL.takes.values()
        for each in takes
        if (over := MODEL.over_months(each)) and over.word == "total"
    }
    assert not summed & NOT_ADDED


def test_the_month_before_is_shown_as_the_list_moved_by_a_month() -> None:
    sums = steps_of(REFERENCE, "PAYBACK")["cumulative_sum"]
    assert sums.takes["cumulative_sum_before"] == [0.0, *sums.value[:-1]]


def test_undefined_is_none_and_never_is_infinite() -> None:
    free = REFERENCE.with_inputs(training_hours=0, storage_gb=0)
    assert steps_of(free, "ROI")["roi"].value is None
    assert steps_of(REFERENCE.with_inputs(calls=0, accuracy=0), "PAYBACK")["payback_months"].value == math.inf


@pytest.mark.parametrize("name", MODEL.equations)
def test_every_place_is_the_line_where_the_equation_begins(name: str) -> None:
    step = appraise(REFERENCE).explain(name)[0]
    file, _, line = step.place.partition(":")
    lines = (ROOT / file).read_text("utf-8").splitlines()
    begins = lines[int(line) - 1]
    assert re.match(rf"def {name}\(|@unchanged_unless|@may_be_never", begins)
    assert step.sentence and step.equation and not step.equation.startswith("return")


@pytest.mark.parametrize(
    ("typed", "equation"),
    [
        ("NPV", "npv"),
        ("npv", "npv"),
        ("Net return", "net_roi"),
        ("net roi", "net_roi"),
        ("Discounted payback", "discounted_payback_months"),
        ("UPFRONT", "upfront_cost"),
        ("baseline_cost_per_call", "baseline_cost_per_call"),
        ("Profitability index", "profitability_index"),
    ],
)
def test_a_figure_goes_by_its_code_its_label_and_its_equation(typed: str, equation: str) -> None:
    assert equation_named(typed) == equation
    assert figure(REFERENCE.inputs(), equation) is not None


@pytest.mark.parametrize(
    ("typed", "guess"), [("NPW", "npv"), ("upfront_cst", "upfront_cost"), ("DPAYBAK", "DPAYBACK"), ("colour", "")]
)
def test_a_misspelt_figure_is_guessed(typed: str, guess: str) -> None:
    with pytest.raises(UnknownName) as caught:
        appraise(REFERENCE).explain(typed)
    hint = f' Did you mean "{guess}"?' if guess else ""
    assert str(caught.value) == f'There is no figure "{typed}".{hint}'


def test_an_equation_is_the_indented_lines_of_its_docstring_else_its_expression() -> None:
    assert equation_of(MODEL.equations["mirr_monthly"]).startswith("MIRR = (Σ inflows")
    assert equation_of(MODEL.equations["served_tokens"]).splitlines() == [
        "mix = fallback(finetuned_input_tokens, 0) + fallback(finetuned_output_tokens, 0)",
        "fallback(serving_tokens_per_call, where(given(finetuned_input_tokens), mix, tokens_per_call))",
    ]
    assert sentence_of(MODEL.equations["npv"]) == "Net present value; month 0 is not discounted."


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


WRITTEN = [
    name
    for name, equation in MODEL.equations.items()
    if any(line.startswith("    ") and line.strip() for line in (inspect.getdoc(equation) or "").splitlines())
]


def test_most_metrics_have_their_equation_written() -> None:
    assert {"npv", "net_roi", "roi", "payback_months", "mirr_monthly", "irr_monthly", "profitability_index"} <= {
        *WRITTEN
    }
    assert len(WRITTEN) >= 25


@pytest.mark.parametrize("name", WRITTEN)
def test_the_method_page_states_the_equation_that_is_shown(name: str) -> None:
    """The text that `explain` shows stands in docs/method.md, letter by letter."""
    page = words((ROOT / "docs" / "method.md").read_text("utf-8"))
    for line in equation_of(MODEL.equations[name]).splitlines():
        assert words(line) in page, f"write this line of {name}, from its docstring, into docs/method.md"


def test_in_words_is_for_those_that_say_it() -> None:
    assert in_words("total_benefit") == "net return + total cost"
    assert in_words("traffic_growth") == ""
