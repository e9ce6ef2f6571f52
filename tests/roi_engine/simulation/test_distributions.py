"""Inverse distributions against scipy's: PERT by its table, triangular, uniform, normal and lognormal, cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaincinv, ndtri

from roi_engine.simulation.beta import beta_quantile
from roi_engine.simulation.distributions import (
    lognormal_quantile,
    normal_quantile,
    pert_quantile,
    rounded_half_up,
    triangular_quantile,
    uniform_quantile,
)
from roi_engine.simulation.normal import normal_probability, normal_score

STREAM = np.random.default_rng(20261128)
PROBABILITIES = np.concatenate(
    [STREAM.random(20_000), 10 ** STREAM.uniform(-13, -1, 2_000), 1 - 10 ** STREAM.uniform(-13, -1, 2_000)]
)


@pytest.mark.parametrize("alpha", [1, 1.0001, 1.3, 2, 2.7, 3, 3.9, 4.5, 4.99, 5])
def test_the_beta_quantile_is_that_of_its_root(alpha: float) -> None:
    """3e-15: the table's rounding; a quantile is a fraction."""
    assert np.abs(beta_quantile(PROBABILITIES, alpha) - betaincinv(alpha, 6 - alpha, PROBABILITIES)).max() < 3e-15


@pytest.mark.full(seconds=20)
def test_the_beta_quantile_for_any_alpha() -> None:
    for alpha in np.linspace(1, 5, 81):
        error = np.abs(beta_quantile(PROBABILITIES, float(alpha)) - betaincinv(alpha, 6 - alpha, PROBABILITIES))
        assert error.max() < 4e-15, alpha


def test_the_closed_forms_at_both_ends_of_alpha() -> None:
    assert np.abs(beta_quantile(PROBABILITIES, 5.0) - PROBABILITIES**0.2).max() < 3e-15
    assert np.abs(beta_quantile(PROBABILITIES, 1.0) - -np.expm1(np.log1p(-PROBABILITIES) / 5)).max() < 3e-15


def test_the_normal_score_is_scipys() -> None:
    assert np.abs(normal_score(PROBABILITIES) - ndtri(PROBABILITIES)).max() < 1e-14
    assert normal_score(np.array([0.0, 0.5, 1.0])).tolist() == [-math.inf, 0, math.inf]
    assert [normal_score(each) for each in (0.0, 1.0)] == [-math.inf, math.inf]
    assert normal_score(0.3) == pytest.approx(normal_score(np.array([0.3]))[0], rel=1e-14)


def test_the_normal_probability_undoes_the_score() -> None:
    assert np.abs(normal_probability(normal_score(PROBABILITIES)) - PROBABILITIES).max() < 1e-14


@pytest.mark.parametrize(("low", "base", "high"), [(12, 18, 45), (0, 0, 1), (-3, 2, 2), (1e6, 5e6, 9e6)])
def test_pert_triangular_and_uniform_are_those_of_scipy(low: float, base: float, high: float) -> None:
    p, width = PROBABILITIES, high - low
    alpha = 1 + 4 * (base - low) / width
    expected = {
        "pert": low + width * stats.beta.ppf(p, alpha, 6 - alpha),
        "triangular": stats.triang.ppf(p, (base - low) / width, low, width),
        "uniform": low + width * p,
    }
    found = {
        "pert": pert_quantile(p, low, base, high),
        "triangular": triangular_quantile(p, low, base, high),  # type: ignore[arg-type]
        "uniform": uniform_quantile(p, low, high),  # type: ignore[arg-type]
    }
    for name, values in expected.items():
        assert np.abs(np.asarray(found[name]) - values).max() < 1e-12 * max(abs(low), abs(high)), name


def test_a_normal_distribution_is_cut_through_its_distribution_function() -> None:
    deviation = (0.9 - 0.1) / 3.29
    expected = stats.truncnorm.ppf(PROBABILITIES, (0 - 0.3) / deviation, (1 - 0.3) / deviation, 0.3, deviation)
    found = normal_quantile(PROBABILITIES, 0.1, 0.3, 0.9, 0, 1)
    assert np.abs(found - expected).max() < 1e-9  # scipy's own, far in the tails
    assert found.min() >= 0 and found.max() <= 1


def test_a_lognormal_distribution_has_the_base_as_its_median() -> None:
    sigma = math.log(200 / 40) / 3.29
    expected = stats.lognorm.ppf(PROBABILITIES, sigma, scale=100)
    found = lognormal_quantile(PROBABILITIES, 40, 100, 200, 0, math.inf)
    assert np.abs(found / expected - 1).max() < 1e-12
    cut = lognormal_quantile(PROBABILITIES, 0.4, 0.8, 1, 0, 1)
    assert cut.max() <= 1
    assert lognormal_quantile(0.5, 40, 100, 200, 0, math.inf) == pytest.approx(100)


def test_whole_numbers_are_rounded_half_up_on_both_carriers() -> None:
    numbers = [-2.5, -0.5, 0.49, 0.5, 1.5, 2.0]
    assert [rounded_half_up(each) for each in numbers] == [-2, 0, 0, 1, 2, 2]  # type: ignore[arg-type]
    assert np.asarray(rounded_half_up(np.array(numbers))).tolist() == [-2, 0, 0, 1, 2, 2]  # type: ignore[arg-type]
