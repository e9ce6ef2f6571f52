"""Axes hold legal values at even distances; combinations come in their order, whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest

from roi_engine import OutOfRange, ScenarioError, UnknownName
from roi_engine.batch.sweep import Axis, axis, combinations, evenly, in_batches, size

AXES = [Axis("gpu_count", (1, 2, 3)), Axis("serving", ("per_token", "self_hosted")), Axis("training_hours", (1.0, 2.5))]


def test_combinations_come_with_the_last_axis_fastest() -> None:
    whole = combinations(AXES, 0, size(AXES))
    rows = list(zip(*(column.tolist() for column in whole.values()), strict=True))
    assert rows[:5] == [
        (1, "per_token", 1), (1, "per_token", 2.5), (1, "self_hosted", 1), (1, "self_hosted", 2.5), (2, "per_token", 1),
    ]  # fmt: skip
    assert len(set(rows)) == len(rows) == 12


@pytest.mark.parametrize("rows", [1, 5, 12, 100])
def test_batches_joined_are_all_combinations(rows: int) -> None:
    found = list(in_batches(AXES, rows))
    assert [start for start, _ in found] == list(range(0, 12, rows))
    for name, column in combinations(AXES, 0, 12).items():
        assert np.concatenate([columns[name] for _, columns in found]).tolist() == column.tolist()


def test_even_values_hold_both_ends_and_no_rounding() -> None:
    assert evenly(0.1, 0.3, 3) == [0.1, 0.2, 0.3]
    assert evenly(-0.3, 0.3, 7) == [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]
    assert evenly(5, 5, 1) == [5]
    assert evenly(9, 1, 3) == [9, 5, 1]


@pytest.mark.parametrize(("low", "high", "count"), [(1, 2, 0), (1, 2, 1), (1, 2, 1_000_001)])
def test_ranges_that_have_no_values_are_refused(low: float, high: float, count: int) -> None:
    with pytest.raises(OutOfRange):
        evenly(low, high, count)


def test_an_axis_holds_legal_values_of_a_known_input() -> None:
    assert axis("Horizon", [12.0, 24]) == Axis("months_to_amortize", (12, 24))
    assert axis("serving", ["Self-hosted"]).values == ("self_hosted",)
    with pytest.raises(ScenarioError, match=r"months_to_amortize: 12\.5 is not a whole number"):
        axis("months", [12.5])
    with pytest.raises(UnknownName):
        axis("month", [12])
    assert axis("baseline_cost", [0.1, 0.2]).place_of(0.2) == 1
    assert axis("baseline_cost", [0.1, 0.2]).place_of(0.3) is None
