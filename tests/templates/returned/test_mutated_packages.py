"""Files from anybody: each is read or refused, in time, in little memory, and without a traceback."""

from __future__ import annotations

import multiprocessing
from collections import Counter

import pytest

from tests.templates.returned.mutated_packages import MUTATIONS, Outcome, limit_memory, outcome


def _hold(outcomes: list[Outcome]) -> None:
    wrong = [each for each in outcomes if each.result not in ("read", "problems", "refused")]
    assert not wrong, f"{len(wrong)}, the first of seed {wrong[0].seed}, {wrong[0].mutation}: {wrong[0].result}"


@pytest.mark.slow
def test_mutated_packages_are_read_or_refused() -> None:
    _hold([outcome(seed) for seed in range(5)])


@pytest.mark.slow
def test_two_thousand_mutated_packages_are_read_or_refused() -> None:
    """Two processes with a limit of memory; every kind of mutation comes up, and every kind of end."""
    with multiprocessing.get_context("spawn").Pool(2, limit_memory, maxtasksperchild=250) as pool:
        outcomes = pool.map(outcome, range(1000, 3000), chunksize=50)
    _hold(outcomes)
    assert {each.mutation for each in outcomes} == set(MUTATIONS)
    counted = Counter(each.result for each in outcomes)
    assert min(counted[kind] for kind in ("read", "problems", "refused")) > 50, counted
