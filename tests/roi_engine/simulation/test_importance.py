"""What drives a figure: the function of Ishigami, the reference distribution, correlated inputs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from roi_engine import OutOfRange, ScenarioError, load_scenario, simulate
from roi_engine.scenario_file import scenario_json
from roi_engine.scenario_writing import scenario_toml
from roi_engine.simulation.bins import Bins
from roi_engine.simulation.estimate import Estimate
from roi_engine.simulation.lattice import PARTS, Lattice
from roi_engine.simulation.sentence import sentence
from roi_engine.simulation.total_order import total_order
from roi_engine.simulation.uncertain_inputs import Uncertainty
from tests.roi_engine.simulation.uncertain_scenarios import UNCERTAIN_REFERENCE

Points = list[NDArray[np.float64]]


def ishigami(points: Points) -> NDArray[np.float64]:
    first, second, third = (math.pi * (2 * each - 1) for each in points)
    figure: NDArray[np.float64] = np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)
    return figure


def alone(points: Points, figure: NDArray[np.float64]) -> list[Estimate]:
    draws = len(figure)
    part = np.arange(draws) // (draws // PARTS)
    parts = figure.reshape(PARTS, -1)
    variances = np.array([*(np.delete(parts, each, axis=0).var() for each in range(PARTS)), figure.var()])
    found = []
    for each in points:
        bins = Bins()
        bins.add(part, each, figure)
        found.append(bins.explained(variances))
    return found


def test_ishigami_alone() -> None:
    points = Lattice(3, 65_536, 1).points(0, 65_536)
    found = [each.value for each in alone(points, ishigami(points))]
    assert found == pytest.approx([0.3139, 0.4424, 0], abs=0.005)


def test_ishigami_in_total() -> None:
    found = [each.value for each in total_order(ishigami, 3, 65_536, 1)]
    assert found == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.005)


def test_the_reference_distribution() -> None:
    found = simulate(UNCERTAIN_REFERENCE, 65_536, metric="NETROI")
    assert [each.alone.value for each in found.drivers] == pytest.approx(
        [0, 0, 0.511, 0.329, 0.073, 0.040, 0.019], abs=0.002
    )
    totals = [found.totals[each.name].value for each in found.drivers]
    assert totals == pytest.approx([0, 0, 0.537, 0.351, 0.077, 0.042, 0.021], abs=0.003)
    assert found.explained_alone == pytest.approx(0.971, abs=0.003)
    assert found.ranked[0].name == "baseline_monthly_api_calls"


def test_a_rank_correlation_is_reached() -> None:
    pairs = {"calls": {"baseline_cost": 0.7, "review_cost": -0.3}, "training_hours": {"gpu_rate": 0.2}}
    uncertainty = Uncertainty(UNCERTAIN_REFERENCE.with_inputs(correlations=pairs))
    _, columns = uncertainty.columns(Lattice(7, 8192, 1).points(0, 8192))
    names = ("baseline_monthly_api_calls", "baseline_cost_per_1k_tokens", "monthly_review_cost")
    calls, price, review = (columns[name] for name in names)
    assert stats.spearmanr(calls, price).statistic == pytest.approx(0.7, abs=0.004)
    assert stats.spearmanr(calls, review).statistic == pytest.approx(-0.3, abs=0.004)
    hours, rate = columns["training_hours"], columns["gpu_hourly_rate"]
    assert stats.spearmanr(hours, rate).statistic == pytest.approx(0.2, abs=0.004)
    assert stats.spearmanr(hours, calls).statistic == pytest.approx(0, abs=0.01)
    plain = Uncertainty(UNCERTAIN_REFERENCE).columns(Lattice(7, 8192, 1).points(0, 8192))[1]
    assert np.abs(np.sort(plain[names[0]]) / np.sort(calls) - 1).max() < 0.02  # its own distribution stays


def test_what_goes_together_widens_the_spread_and_has_no_total() -> None:
    together = UNCERTAIN_REFERENCE.with_inputs(correlations={"calls": {"baseline_cost": 0.8}})
    apart, joined = simulate(UNCERTAIN_REFERENCE, metric="NETROI"), simulate(together, metric="NETROI")
    narrow, wide = apart.statistic("SD").value, joined.statistic("SD").value
    assert narrow is not None and wide is not None and wide > 1.2 * narrow
    share = joined.driver("calls").alone.value
    assert share is not None and share > 0.7  # the price that goes with the calls counts for them too
    with pytest.raises(OutOfRange, match="no total share for inputs that are correlated"):
        _ = joined.totals


def test_shares_that_overlap_are_not_added_up() -> None:
    """Two prices that go together explain more than a spread between them: what each explains is partly the other's."""
    prices = {"baseline_cost": {"low": 0.1, "high": 0.5}, "finetuned_cost": {"low": 0.01, "high": 0.2}}
    uncertain = UNCERTAIN_REFERENCE.with_inputs(ranges=prices | {"calls": {"low": 3e6, "high": 7e6}})
    together = simulate(uncertain.with_inputs(correlations={"baseline_cost": {"finetuned_cost": -0.9}}))
    shares = [each.alone.value or 0 for each in together.ranked]
    assert sum(shares) > 1.3 and together.explained_alone is None
    said = sentence(together)
    assert f" {shares[0]:.0%} of the spread comes from baseline price and what goes with it; knowing " in said
    apart = simulate(uncertain.with_inputs(correlations={"baseline_cost": {"finetuned_cost": 0}}))
    assert apart.explained_alone is not None and " explain " in sentence(apart)


def test_correlations_that_contradict_each_other_are_named() -> None:
    pairs = {"calls": {"baseline_cost": 0.9, "review_cost": 0.9}, "baseline_cost": {"review_cost": -0.9}}
    with pytest.raises(ScenarioError) as refused:
        simulate(UNCERTAIN_REFERENCE.with_inputs(correlations=pairs))
    assert "baseline_cost_per_1k_tokens and monthly_review_cost (-0.9)" in str(refused.value)
    assert str(refused.value).startswith("correlations: These cannot hold at once")


def test_an_input_that_does_not_vary_has_no_worth() -> None:
    found = simulate(UNCERTAIN_REFERENCE, 1024)
    with pytest.raises(OutOfRange, match="storage_gb has no range"):
        found.driver("storage_gb")


def test_correlations_come_back_from_a_file_as_they_were_written(tmp_path: Path) -> None:
    pairs = {"baseline_monthly_api_calls": {"monthly_review_cost": -0.25, "training_hours": 0.5}}
    scenario = UNCERTAIN_REFERENCE.with_inputs(correlations=pairs)
    for name, text in (("a.toml", scenario_toml(scenario)), ("a.json", scenario_json(scenario))):
        (tmp_path / name).write_text(text, "utf-8")
        assert load_scenario(tmp_path / name).correlations == pairs
