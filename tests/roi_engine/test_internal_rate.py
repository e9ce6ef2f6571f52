"""Internal rates of return: against the roots of the polynomial, SciPy, pyxirr, published examples, and the edges."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from roi_engine import cash_flow, irr, irr_roots, load_scenario
from roi_engine.internal_rate import (
    A_LOAN,
    HIGHEST,
    IDLE_MONEY,
    LOWEST,
    NO_RATE,
    NOTHING_INVESTED,
    SEVERAL_RATES,
    internal_rate,
)
from tests.examples import examples

SAMPLES = Path(__file__).parents[2] / "templates" / "samples"


def present_value(flows: list[float], rate: float) -> float:
    """At a rate below zero the value at the horizon, which stays within the floats; the zeros are the same."""
    at = len(flows) - 1 if rate < 0 else 0
    return math.fsum(flow * (1 + rate) ** (at - month) for month, flow in enumerate(flows))


def size(flows: list[float], rate: float) -> float:
    return present_value([abs(flow) for flow in flows], rate)


def flows_with_rates(rates: list[float], scale: float = 100.0) -> list[float]:
    """Flows whose internal rates are given ones: scale · Π (1 − (1 + x) w), with w = 1/(1 + rate)."""
    flows = np.array([scale])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1 + rate)])
    return [float(flow) for flow in flows]


def test_against_the_roots_of_the_polynomial() -> None:
    """Random flows whose roots are far enough apart for NumPy to find them."""
    chance, used = random.Random(7), 0
    for _ in range(1500):
        flows = [float(chance.randint(-50, 50)) for _ in range(chance.randint(2, 14))]
        roots = np.roots(flows[::-1])  # in w, highest power first
        roots = roots[np.abs(roots) > 1e-6]
        apart = [abs(one - other) for one, other in itertools.combinations(roots, 2)]
        off_axis = np.abs(roots.imag) / np.abs(roots)
        if any(gap < 1e-2 for gap in apart) or np.any((off_axis > 1e-9) & (off_axis < 1e-3)):
            continue
        used += 1
        positive = [1 / root.real - 1 for root in roots if abs(root.imag) < 1e-9 * abs(root) and root.real > 0]
        expected = sorted(rate for rate in positive if LOWEST <= rate <= HIGHEST)
        assert irr_roots(flows) == pytest.approx(expected, rel=1e-7, abs=1e-9), flows
    assert used > 1000


@pytest.mark.slow
@examples(200)
@given(st.floats(1, 1e6), st.lists(st.floats(0, 1e5), min_size=1, max_size=60))
def test_an_outlay_and_its_returns_have_brentqs_rate(outlay: float, returns: list[float]) -> None:
    flows = [-outlay, *returns]
    found = irr_roots(flows)
    low, high = present_value(flows, LOWEST), present_value(flows, HIGHEST)
    if low <= 0 or high >= 0:  # the only root, if there is one, lies outside the range
        assert found == [] or abs(present_value(flows, found[0])) <= 1e-9 * size(flows, found[0])
        return
    expected = math.expm1(
        brentq(lambda y: present_value(flows, math.expm1(y)), math.log1p(LOWEST), math.log1p(HIGHEST), xtol=1e-14)
    )
    assert found == pytest.approx([expected], rel=1e-8, abs=1e-10)


@examples(200)
@given(st.integers(1, 100_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
@example(100, [60, 60])
def test_an_outlay_and_its_returns_have_the_rate_of_pyxirr(outlay: int, returns: list[int]) -> None:
    """A second oracle, in another language: one change of sign, so one rate, if its own search finds it."""
    flows = [-outlay, *returns]
    other = pyxirr.irr(flows, silent=True)
    assume(other is not None and LOWEST < other < HIGHEST)
    assume(abs(present_value(flows, other)) <= 1e-9 * size(flows, other))  # it can stop before it has arrived
    assert irr_roots(flows) == pytest.approx([other], rel=1e-7, abs=1e-9)
    assert irr(flows) == irr_roots(flows)[0]


def test_the_samples_have_the_rate_of_pyxirr() -> None:
    for path in sorted(SAMPLES.glob("*.toml")):
        flows = cash_flow(load_scenario(path).inputs())
        assert irr(flows) == pytest.approx(pyxirr.irr(flows), rel=1e-9), path.name


def test_where_pyxirr_finds_a_rate_of_several_it_is_one_of_ours() -> None:
    """Flows that change their sign more than once: it gives the root that its search falls into."""
    chance, found = random.Random(3), 0
    for _ in range(500):
        flows = [float(chance.randint(-50, 50)) for _ in range(chance.randint(3, 14))]
        other = pyxirr.irr(flows, silent=True)
        if other is None or not LOWEST < other < HIGHEST:
            continue
        if abs(present_value(flows, other)) > 1e-12 * size(flows, other) or len(irr_roots(flows)) == 0:
            continue  # not arrived, or a value that only touches zero
        found += 1
        assert min(abs(rate - other) for rate in irr_roots(flows)) <= 1e-6 * (1 + abs(other)), flows
    assert found > 200


@examples(200)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40))
def test_the_present_value_at_a_rate_is_zero_and_rates_ascend(flows: list[int]) -> None:
    rates = irr_roots(flows)
    assert rates == sorted(rates)
    for rate in rates:
        assert LOWEST <= rate <= HIGHEST
        assert abs(present_value(flows, rate)) <= 1e-9 * size(flows, rate)
    changes = [one for one, other in itertools.pairwise(flow for flow in flows if flow) if one * other < 0]
    assert len(rates) <= len(changes)
    assert irr(flows) is None or irr(flows) in rates
    assert (irr(flows) is None) == bool(internal_rate(flows).reason)


@examples(200)
@given(
    st.lists(
        st.sampled_from([-0.9, -0.5, -0.2, 0.0, 0.03, 0.1, 0.25, 0.6, 1.5, 9.0]), min_size=1, max_size=5, unique=True
    )
)
def test_every_rate_that_was_put_in_is_found(rates: list[float]) -> None:
    assert irr_roots(flows_with_rates(rates)) == pytest.approx(sorted(rates), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("rate", [-0.5, 0.0, 0.1, 2.0])
def test_a_rate_at_which_the_value_only_touches_zero_does_not_count(rate: float) -> None:
    assert irr_roots(flows_with_rates([rate, rate])) == []
    assert irr_roots(flows_with_rates([rate, rate, 0.7])) == pytest.approx([0.7])
    assert irr_roots(flows_with_rates([rate, rate, rate])) == pytest.approx([rate], abs=1e-4)


@pytest.mark.parametrize(
    "flows",
    [[], [0, 0], [100], [-100], [1, 2, 3], [-1, -2], [0, 5, 5], [-100, 230, -140]],
    ids=str,
)
def test_flows_without_a_rate(flows: list[float]) -> None:
    assert irr_roots(flows) == []
    assert irr(flows) is None


def test_the_designs_examples() -> None:
    assert irr_roots([100, -230, 132]) == pytest.approx([0.1, 0.2])
    awkward = [-1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, 4789.91, -1]
    assert irr(awkward) == pytest.approx(1.00427, abs=5e-6)


@pytest.mark.parametrize(
    ("flows", "rate", "reason"),
    [
        ([-1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, 4789.91, -1], 1.0042698487, ""),
        ([-100, -10, 60, 70], 0.0708084876, ""),
        ([-100, 60, -20, 90], 0.1289681199, ""),  # a bill in the middle
        ([0, 0, -100, 110], 0.1, ""),
        ([-100, 40, 40], -0.1367, ""),
        ([-100, 230, -125], 0.4192582404, ""),  # recovered once and above in the end; the other root is below zero
        ([-100, 230, -132], None, SEVERAL_RATES),
        ([-100, 230, -140], None, NO_RATE),
        ([-100, -1], None, NO_RATE),
        ([100, -230, 132], None, A_LOAN),
        ([0, 100, -110], None, A_LOAN),
        ([100, -230, 140], None, A_LOAN),
        ([0, 5, 5], None, NOTHING_INVESTED),
        ([0, 0], None, NOTHING_INVESTED),
        ([], None, NOTHING_INVESTED),
        ([-10, 100, -200, 150], None, IDLE_MONEY),
        ([-800, 7590, -14281, 7590], None, SEVERAL_RATES),
    ],
    ids=str,
)
def test_a_rate_stands_where_it_is_a_return_else_the_reason(
    flows: list[float], rate: float | None, reason: str
) -> None:
    found = internal_rate(flows)
    assert found.reason == reason
    assert found.rate == (None if rate is None else pytest.approx(rate, abs=5e-5))


def is_a_return(flows: list[Fraction]) -> bool:
    """The rule from its text alone, in exact fractions, with roots of the polynomial by NumPy."""
    while flows and flows[-1] == 0:
        flows = flows[:-1]
    while flows and flows[0] == 0:
        flows = flows[1:]
    if not flows or flows[0] > 0:
        return False
    roots = np.roots([float(flow) for flow in flows])  # in 1 + x
    rates = [root.real - 1 for root in roots if abs(root.imag) < 1e-9 and LOWEST <= root.real - 1 <= HIGHEST]
    least = -1e-9 * float(max(map(abs, flows)))
    for rate in rates:
        present = [
            sum(float(flow) * (1 + rate) ** (at - later) for later, flow in enumerate(flows) if later > at)
            for at in range(len(flows) - 1)
        ]
        balances = [
            sum(float(flow) * (1 + rate) ** (at - earlier) for earlier, flow in enumerate(flows) if earlier <= at)
            for at in range(len(flows))
        ]
        if min(present) >= least if rate > 0 else max(balances) <= -least:
            return True
    sums = [value for value in itertools.accumulate(flows) if value]
    changes = sum((one > 0) != (other > 0) for one, other in itertools.pairwise(sums))
    return bool(rates) and max(rates) > 0 and changes == 1 and sums[0] < 0 < sum(flows)


@pytest.mark.slow
def test_a_rate_stands_exactly_where_the_rule_says() -> None:
    """Random flows, kept where NumPy can tell the roots of the polynomial apart."""
    chance, shown, hidden = random.Random(11), 0, 0
    for _ in range(3000):
        flows = [float(chance.randint(-60, 50)) for _ in range(chance.randint(2, 9))]
        if chance.random() < 0.5:
            flows[0] = -abs(flows[0]) * 3
        roots = np.roots(np.trim_zeros(flows))
        if any(abs(one - other) < 1e-2 for one, other in itertools.combinations(roots, 2)):
            continue
        expected = is_a_return([Fraction(flow) for flow in flows])
        assert (irr(flows) is not None) == expected, flows
        shown, hidden = shown + expected, hidden + (not expected and bool(irr_roots(flows)))
    assert shown > 800 and hidden > 300


@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        ([-100, 1], [-0.99]),
        ([-100, 0.99], []),
        ([-1, 1e7], [1e7 - 1]),
        ([-1, 1e7 + 1], [1e7]),
        ([-1, 1e7 + 3], []),
        ([0, 0, -100, 110], [0.1]),
        ([-100, 110, 0, 0], [0.1]),
        ([-1, 1], [0]),
        ([-1e-300, 1.1e-300], [0.1]),
        ([-1e300, 1.1e300], [0.1]),
    ],
    ids=str,
)
def test_the_ends_of_the_range_and_of_the_flows(flows: list[float], rates: list[float]) -> None:
    assert irr_roots(flows) == pytest.approx(rates, rel=1e-9, abs=1e-12)


def test_scale_and_sign_do_not_matter() -> None:
    flows = flows_with_rates([0.02, 0.4])
    assert irr_roots([-1e6 * flow for flow in flows]) == pytest.approx(irr_roots(flows))


@pytest.mark.full(seconds=2)
def test_six_hundred_months_with_a_retraining_every_other_month() -> None:
    flows = [-100.0] + [10.0, -3.0] * 300
    rates = irr_roots(flows)
    w = (-10 + math.sqrt(10**2 + 4 * 97 * 100)) / (2 * 97)  # for ever: 100 (1 − w²) = 10 w − 3 w²
    assert max(rates) == pytest.approx(1 / w - 1, abs=1e-6)
    assert internal_rate(flows).reason == SEVERAL_RATES  # it ends with a bill
    assert irr(flows[:-1]) == pytest.approx(1 / w - 1, abs=1e-6)
    for rate in rates:
        assert abs(present_value(flows, rate)) <= 1e-9 * size(flows, rate)


def test_the_reference_rate_is_far_out() -> None:
    assert irr([-42.72] + [1490] * 12) == pytest.approx(34.878277153558045, rel=1e-9)
