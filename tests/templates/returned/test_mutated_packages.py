"""Files from anybody: each is read or refused, in time, in little memory, and without a traceback."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.templates.returned.mutated_packages import MUTATIONS, Outcome, limit_memory, outcome


def _hold(outcomes: list[Outcome]) -> None:
    wrong = [each for each in outcomes if each.result not in ("read", "problems", "refused")]
    assert not wrong, f"{len(wrong)}, the first of seed {wrong[0].seed}, {wrong[0].mutation}: {wrong[0].result}"


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(1522, 1582), marks=pytest.mark.slow(seconds=4), id="60"),
        pytest.param((*range(5), *range(1000, 3000)), marks=pytest.mark.full(seconds=200), id="2,005"),
    ],
)
def test_mutated_packages_are_read_or_refused(seeds: Sequence[int]) -> None:
    """In a process with a limit of memory; every kind of mutation comes up, and every kind of end."""
    with multiprocessing.get_context("spawn").Pool(1, limit_memory) as pool:
        outcomes = pool.map(outcome, seeds, chunksize=50)
    _hold(outcomes)
    assert {each.mutation for each in outcomes} == set(MUTATIONS)
    counted = Counter(each.result for each in outcomes)
    assert min(counted[kind] for kind in ("read", "problems", "refused")) > len(seeds) / 40, counted
