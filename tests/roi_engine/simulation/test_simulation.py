"""A scenario simulated: figures against what is known, one answer whatever the order, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from roi_engine import REFERENCE, FtRoiError, Scenario, ScenarioError, appraise, load_scenario, simulate
from roi_engine.many import appraise_many
from roi_engine.simulation.sentence import sentence, supported, supported_decimals
from roi_engine.simulation.simulation import SIMULATED, Simulation
from roi_engine.simulation.statistics import PERCENTILES, STATISTICS, percentile
from tests.roi_engine.simulation.uncertain_scenarios import EXACT_WORTH, MEASURED, UNCERTAIN_REFERENCE, with_range

SAMPLES = Path(__file__).parents[3] / "templates" / "samples"


def values(found: Simulation) -> dict[str, float | None]:
    return {name: each.value for name, each in found.statistics.items()}


# --- figures --------------------------------------------------------------------------------------------


def test_the_reference_distribution() -> None:
    found = simulate(UNCERTAIN_REFERENCE, 65_536, metric="NETROI")
    for name, expected in MEASURED.items():
        assert found.statistic(name).value == pytest.approx(expected, rel=1e-5 if name == "MEAN" else 2.5e-3), name
    assert found.statistic("PROBLOSS").value == 0
    assert found.statistic("PROBPAYBACK").value == 1


def test_what_knowing_is_worth_on_the_reference_distribution() -> None:
    found = simulate(UNCERTAIN_REFERENCE.with_inputs(other_upfront_cost=16_000), 65_536, metric="NETROI")
    assert found.statistic("MEAN").value == pytest.approx(-106.05, abs=0.1)
    assert found.statistic("PROBLOSS").value == pytest.approx(0.5371, abs=0.001)
    assert found.perfect_knowledge.value == pytest.approx(1841.10, abs=1)
    for name, expected in EXACT_WORTH.items():
        assert found.driver(name).worth.value == pytest.approx(expected, abs=2), name


def test_a_uniform_input_in_closed_form() -> None:
    """Net return is 0.003 a call and 2837.28; 5.5 million calls on average make it 19337.28."""
    found = simulate(with_range(), metric="NETROI")
    assert found.statistic("MEAN").value == pytest.approx(19337.28, abs=0.01)
    assert found.statistic("SD").value == pytest.approx(21000 / math.sqrt(12), rel=1e-3)
    for name, share in PERCENTILES.items():
        assert found.statistic(name).value == pytest.approx(6000 + 2837.28 + 21000 * share, abs=20), name
    assert found.statistic("CVAR").value == pytest.approx(6000 + 2837.28 + 21000 * 0.025, abs=20)


@pytest.mark.parametrize("name", ["support-classifier", "document-extraction"])
@pytest.mark.full(seconds=60)
def test_a_sample_by_plain_monte_carlo(name: str) -> None:
    """Two million draws by scipy's own beta quantile and NumPy's generator."""
    scenario = load_scenario(SAMPLES / f"{name}.toml")
    stream, many = np.random.default_rng(1), 2_000_000
    drawn = []
    for _ in range(20):
        columns = {}
        for each, span in scenario.ranges.items():
            if each in ("months_to_amortize", "discount_rate") or span.low == span.high:
                continue
            alpha = 1 + 4 * (getattr(scenario, each) - span.low) / (span.high - span.low)
            column = stats.beta.rvs(alpha, 6 - alpha, span.low, span.high - span.low, many // 20, random_state=stream)
            columns[each] = np.floor(column + 0.5) if isinstance(getattr(scenario, each), int) else column
        drawn.append(appraise_many(scenario, columns, ["npv"])["npv"])
    plain = np.concatenate(drawn)
    found = simulate(scenario, 65_536)
    error = 4 * plain.std() / math.sqrt(many)
    mean = found.statistic("MEAN")
    assert mean.value is not None and mean.half_width is not None
    assert abs(mean.value - plain.mean()) < error + 2 * mean.half_width
    for each, share in PERCENTILES.items():
        quantile = found.statistic(each)
        assert quantile.value is not None and quantile.half_width is not None
        assert abs(quantile.value - np.percentile(plain, 100 * share)) < error * 3 + 2 * quantile.half_width, each
    loss = found.statistic("PROBLOSS").value
    assert loss == pytest.approx((plain < 0).mean(), abs=0.004)


@pytest.mark.full(seconds=4)
def test_the_mean_is_far_more_exact_than_plain_draws() -> None:
    """The standard error over 16 seeds, beside that of as many plain draws: sd / √16,384."""
    samples = [
        (load_scenario(SAMPLES / f"{name}.toml"), times)
        for name, times in (("support-classifier", 8), ("document-extraction", 4))
    ]
    for scenario, times in ((UNCERTAIN_REFERENCE, 100), *samples):
        runs = [simulate(scenario, seed=seed) for seed in range(1, 17)]
        means = np.array([each.statistic("MEAN").value for each in runs])
        spread = runs[0].statistic("SD").value
        assert spread is not None and spread / math.sqrt(16_384) > times * means.std(ddof=1)


@pytest.mark.full(seconds=60)
def test_the_half_widths_hold_the_figures_of_a_long_run() -> None:
    scenario = load_scenario(SAMPLES / "support-classifier.toml")
    long = values(simulate(scenario, 1_048_576, seed=1000))
    held = dict.fromkeys(STATISTICS, 0)
    for seed in range(1, 101):
        for name, each in simulate(scenario, seed=seed).statistics.items():
            assert each.value is not None and each.half_width is not None
            held[name] += abs(each.value - (long[name] or 0.0)) <= each.half_width
    assert min(held.values()) >= 85, held


def test_percentiles_are_those_of_the_sheet_and_never_where_a_neighbour_is() -> None:
    numbers = np.sort(np.random.default_rng(1).random(101))
    for share in PERCENTILES.values():
        assert percentile(numbers, share) == pytest.approx(np.percentile(numbers, share * 100), rel=1e-12)
    with_never = np.array([1.0, 2.0, math.inf])
    assert percentile(with_never, 0.5) == 2
    assert percentile(with_never, 0.6) == math.inf


def test_a_payback_that_may_never_come() -> None:
    found = simulate(with_range(0, 9e6, review_cost=0, operations_monthly_cost=500), metric="PAYBACK")
    assert found.statistic("MEAN").value is None and found.statistic("SD").value is None
    assert found.explained_alone is None and set(found.totals.values()) == {found.statistic("MEAN")}
    assert found.statistic("P95").value == math.inf and found.statistic("P50").value != math.inf
    never = simulate(with_range(0, 9e6, review_cost=0, other_upfront_cost=1e9), metric="PAYBACK")
    assert never.statistic("PROBPAYBACK").value == 0
    assert "explain" not in sentence(found)


def test_every_metric_that_has_a_distribution() -> None:
    for metric in (
        "NETROI",
        "ROI",
        "PAYBACK",
        "NPV",
        "DPAYBACK",
        "PI",
        "BENEFIT",
        "UPFRONT",
        "TOTALCOST",
        "EQUIVMONTHLY",
    ):
        found = simulate(with_range(4_999_999, 5_000_001), 1024, metric=metric)
        assert found.statistic("P50").value == pytest.approx(
            appraise(REFERENCE).figure(found.metric.equation), rel=1e-4
        ), metric


def test_a_project_that_can_fail_spends_its_first_month() -> None:
    scenario = with_range(success_chance=0.7, other_upfront_cost=1000, cost_risk=0.5)
    found = simulate(scenario, metric="NETROI")
    assert found.statistic("PROBLOSS").value == pytest.approx(0.3, abs=1e-3)
    assert found.statistic("P5").value == pytest.approx(-1042.72 * 1.5)
    assert found.driver("success_chance").alone.value == pytest.approx(0.75, abs=0.1)
    by_month = scenario.with_inputs(storage_timing="monthly")
    assert simulate(by_month, metric="NETROI").statistic("P5").value == pytest.approx(-1036 * 1.5)
    sure = simulate(with_range(other_upfront_cost=1000, cost_risk=0.5), metric="NETROI").statistic("MEAN").value
    assert sure is not None
    assert found.statistic("MEAN").value == pytest.approx(0.7 * sure - 0.3 * 1042.72 * 1.5, rel=1e-3)


def test_only_failure_is_uncertain() -> None:
    found = simulate(REFERENCE.with_inputs(success_chance=0.75), metric="NETROI")
    assert found.statistic("PROBLOSS").value == pytest.approx(0.25, abs=1e-3)


def test_horizon_and_rate_are_held_unless_asked_for() -> None:
    ranges: dict[str, Any] = {
        "calls": {"low": 2e6, "high": 9e6},
        "months": {"low": 6, "high": 24},
        "discount_rate": {"low": 0.05, "high": 0.15},
    }
    scenario = REFERENCE.with_inputs(ranges=ranges)
    held, drawn = simulate(scenario), simulate(scenario, with_choices=True)
    assert held.held == ("months_to_amortize", "discount_rate") and len(held.drivers) == 1
    assert drawn.held == () and len(drawn.drivers) == 3
    spread, wider = held.statistic("SD").value, drawn.statistic("SD").value
    assert spread is not None and wider is not None and wider > 1.2 * spread


# --- one answer -----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    first, again, other = (simulate(UNCERTAIN_REFERENCE, 2048, seed) for seed in (1, 1, 2))
    assert values(first) == values(again)
    assert values(first) != values(other)
    assert (first.results == again.results).all()


def test_rows_in_another_order_give_the_same_figures() -> None:
    backwards = Scenario(
        **{**UNCERTAIN_REFERENCE.given(), "ranges": dict(reversed(UNCERTAIN_REFERENCE.ranges.items()))}
    )
    assert list(backwards.ranges) != list(UNCERTAIN_REFERENCE.ranges)
    assert (simulate(backwards, 2048).results == simulate(UNCERTAIN_REFERENCE, 2048).results).all()


def test_figures_that_every_platform_shall_show() -> None:
    """As first calculated with Python 3.11 and NumPy 2; whoever changes them changes every file."""
    found = simulate(UNCERTAIN_REFERENCE, 1024, seed=5, metric="NETROI")
    assert found.statistic("MEAN").value == pytest.approx(GENERATED_MEAN, rel=1e-9)
    assert found.statistic("P95").value == pytest.approx(GENERATED_P95, rel=1e-9)


GENERATED_MEAN, GENERATED_P95 = 15887.813254036299, 24446.87286083864


def test_an_input_whose_low_is_its_high_moves_no_other() -> None:
    """It keeps its coordinate."""
    span = {name: each.model_dump() for name, each in UNCERTAIN_REFERENCE.ranges.items()}
    span["training_hours"] = {"low": 24, "high": 24}
    narrow = simulate(UNCERTAIN_REFERENCE.with_inputs(ranges=span), 2048, metric="NETROI")
    wide = simulate(UNCERTAIN_REFERENCE, 2048, metric="NETROI")
    assert np.abs(narrow.results - wide.results).max() < 300  # the cost of training, at most 288


def test_each_draw_is_the_appraisal_of_its_inputs() -> None:
    found = simulate(with_range(), 1024, metric="NPV")
    calls = (found.results - appraise(REFERENCE.with_inputs(calls=0)).npv()) / (
        appraise(REFERENCE.with_inputs(calls=1e6)).npv() - appraise(REFERENCE.with_inputs(calls=0)).npv()
    )
    for number in (0, 511, 1023):
        exact = appraise(REFERENCE.with_inputs(calls=float(calls[number] * 1e6))).npv()
        assert found.results[number] == pytest.approx(exact, rel=1e-9)


# --- what is refused ------------------------------------------------------------------------------------

REFUSED: list[tuple[str, Scenario, dict[str, Any], str, str]] = [
    ("no range", REFERENCE, {}, "ranges", "No input has a range"),
    ("low is high", with_range(5e6, 5e6), {}, "ranges", "Every range has a low that is its high"),
    (
        "choices alone",
        REFERENCE.with_inputs(ranges={"months": {"low": 6, "high": 24}}),
        {},
        "ranges",
        "Only months_to_amortize may vary",
    ),
    (
        "an empty input",
        with_range().model_copy(
            update={"ranges": {"serving_tokens_per_call": with_range().ranges["baseline_monthly_api_calls"]}}
        ),
        {},
        "ranges.serving_tokens_per_call",
        "is empty and cannot vary",
    ),
    ("lognormal from 0", with_range(0, 9e6, "lognormal"), {}, "ranges.baseline_monthly_api_calls", "is not above 0"),
    (
        "a chance with a range",
        REFERENCE.with_inputs(ranges={"success_chance": {"low": 0.5, "high": 1}}),
        {},
        "ranges.success_chance",
        "A chance has no range",
    ),
    (
        "the base outside",
        with_range().model_copy(update={"baseline_monthly_api_calls": 1.0}),
        {},
        "ranges.baseline_monthly_api_calls",
        "lies outside",
    ),
    ("draws by 8", with_range(), {"draws": 1001}, "draws", "1,001 is no multiple of 8. Type 1,000 or 1,008"),
    ("few draws", with_range(), {"draws": 4}, "draws", "4 is below 8. Type a multiple of 8 from 8 to 1,048,576"),
    ("many draws", with_range(), {"draws": 1_048_584}, "draws", "1,048,584 is above 1,048,576"),
    ("no draws", with_range(), {"draws": 0}, "draws", "0 is below 8. Type a multiple of 8"),
    ("a negative seed", with_range(), {"seed": -1}, "seed", "-1 is below 0"),
    ("IRR", with_range(), {"metric": "IRR"}, "IRR", "no rate is a return"),
    ("MIRR", with_range(), {"metric": "mirr"}, "MIRR", "no rate is a return"),
    (
        "no metric",
        with_range(),
        {"metric": "GAIN"},
        "There is no metric",
        "Known: NETROI, ROI, PAYBACK, NPV, DPAYBACK, PI,",
    ),
    (
        "a correlation with what is fixed",
        with_range(correlations={"calls": {"review_cost": 0.5}}),
        {},
        "correlations.baseline_monthly_api_calls.monthly_review_cost",
        "monthly_review_cost does not vary",
    ),
]


@pytest.mark.parametrize(
    ("scenario", "asked", "place", "says"), [each[1:] for each in REFUSED], ids=[e[0] for e in REFUSED]
)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(
    scenario: Scenario, asked: dict[str, Any], place: str, says: str
) -> None:
    with pytest.raises(FtRoiError) as refused:
        simulate(scenario, **asked)
    told = str(refused.value)
    assert told.startswith(place) and says in told and told.endswith(".")


def test_a_share_of_the_cache_that_may_pass_1_is_refused() -> None:
    scenario = load_scenario(SAMPLES / "support-classifier.toml")
    spans = {name: span.model_dump() for name, span in scenario.ranges.items()}
    with pytest.raises(ScenarioError, match=r"baseline_cached_write_share are 1\.11 of the prompt"):
        simulate(scenario.with_inputs(baseline_cached_write_share=0.4, ranges=spans))


def test_a_ratio_that_is_undefined_somewhere_is_refused() -> None:
    scenario = with_range(hours=0, gpu_rate=0, storage_gb=0)
    with pytest.raises(FtRoiError, match="ROI is undefined in 1,024 of 1,024 draws"):
        simulate(scenario, 1024, metric="ROI")


def test_what_is_cut_off_a_normal_distribution_is_told() -> None:
    span = {"low": 0.02, "high": 0.9, "distribution": "normal"}
    scenario = REFERENCE.with_inputs(ranges={"accuracy": {**span, "low": 0.0, "high": 0.95}}, accuracy=0.9)
    (note,) = simulate(scenario, 1024).notes
    assert note == "accuracy_improvement_percent: 36.5% of the normal distribution is not legal and is cut off."
    assert simulate(with_range(4e6, 6e6, "normal"), 1024).notes == ()


@pytest.mark.parametrize(
    ("metric", "of"), [(each, "NETROI" if each in ("NETROI", "ROI") else "NPV") for each in SIMULATED]
)
def test_a_loss_and_what_knowing_is_worth_are_told_by_the_npv(metric: str, of: str) -> None:
    """Whatever is simulated; for net return and ROI they are of the net return, and the sentence says so."""
    found, plain = simulate(UNCERTAIN_DEAR, 1024, metric=metric), simulate(UNCERTAIN_DEAR, 1024, metric=of)
    losses = (plain.results < 0).mean()
    assert 0.3 < losses < 0.7 and found.statistic("PROBLOSS").value == pytest.approx(losses)
    won = np.maximum(plain.results, 0).mean() - max(plain.results.mean(), 0)
    assert found.perfect_knowledge.value == pytest.approx(won)
    assert [each.worth for each in found.drivers] == [each.worth for each in plain.drivers]
    assert ("it loses money, not discounted." in sentence(found)) == (of == "NETROI")


UNCERTAIN_DEAR = UNCERTAIN_REFERENCE.with_inputs(other_upfront_cost=15_500)
"""Discounted it loses more often than not, and net it gains."""


# --- words ----------------------------------------------------------------------------------------------


def test_figures_are_rounded_to_what_their_half_width_supports() -> None:
    assert supported_decimals(0.0999, 4) == 3
    assert supported_decimals(None, 1) == 1
    found = simulate(with_range(), 1024)
    assert supported(found.statistic("P5")).count("±") == 1


def test_the_sentence() -> None:
    assert sentence(simulate(with_range(), 1024)) == (
        "In none of 1,024 draws it loses money. 100% of the spread comes from API calls; knowing it for certain would "
        "not change the decision."
    )
