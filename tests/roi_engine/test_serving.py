"""A fleet against a price per call: the published staircase, and brute force over volumes."""

from __future__ import annotations

import math
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine.serving import fleet_cost, fleet_gpus, self_hosting_break_even
from tests.roi_engine.legal_scenarios import SIXTY


def test_the_published_intervals() -> None:
    found = self_hosting_break_even(0.0012, 650, 2500, 3, operations=1000)
    windows = [(low / 1e6, high / 1e6) for low, high in islice(found.winning_intervals(), 3)]
    assert windows == [pytest.approx(each, abs=0.01) for each in ((9.96, 10.11), (11.78, 12.13), (13.61, 14.15))]
    assert found.always == pytest.approx(26.383e6, rel=1e-4)
    assert list(found.winning_intervals())[-1] == (found.always, math.inf)


def test_never_where_a_full_replica_costs_as_much() -> None:
    full = 2190 / (2500 * 0.6 * 730 * 3600 / (650 * 3))
    assert math.isinf(self_hosting_break_even(full, 650, 2500, 3).first)
    assert list(self_hosting_break_even(full, 650, 2500, 3).winning_intervals()) == []
    assert math.isfinite(self_hosting_break_even(full * 1.1, 650, 2500, 3).first)


@SIXTY
@given(
    advantage=st.floats(1.05, 20),
    rate=st.floats(0.1, 20),
    operations=st.floats(0, 10_000),
    replicas=st.integers(1, 4),
    places=st.lists(st.floats(0, 2), min_size=20, max_size=20),
)
def test_the_intervals_against_brute_force(
    advantage: float, rate: float, operations: float, replicas: int, places: list[float]
) -> None:
    """At any volume: inside an interval exactly where the fleet's bill is at most the API's."""
    price = advantage * rate * 730 * 650 * 3 / (2500 * 0.6 * 730 * 3600)
    found = self_hosting_break_even(price, 650, 2500, rate, min_replicas=replicas, operations=operations)
    intervals = list(found.winning_intervals())
    assert intervals[0][0] == found.first and intervals[-1] == (found.always, math.inf)
    assert all(low <= high for low, high in intervals)
    assert all(high < low for (_, high), (low, _) in pairwise(intervals))
    for place in places:
        calls = place * found.always
        difference = calls * price - fleet_cost(fleet_gpus(calls, 650, 2500, min_replicas=replicas), rate, operations)
        if abs(difference) > 1e-6 * calls * price:
            inside = any(low <= calls <= high for low, high in intervals)
            assert inside == (difference > 0), (calls, intervals)
