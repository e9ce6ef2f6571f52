"""Parameters of which plain pytest runs a few and make test some: the rest is for the full tests."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest

MARKS = {"slow": pytest.mark.slow, "full": pytest.mark.full(seconds=3)}


def full(*values: Any) -> Any:
    """Parameters for the full tests alone."""
    return pytest.param(*values, marks=MARKS["full"])


def some(cases: Iterable[Any], plain: Container[Any] = (), slow: Container[Any] | None = None) -> list[Any]:
    """Each case as a parameter, or as several where it is a tuple: plain, slow or full.

    plain : the cases of plain pytest.
    slow : those that make test adds; all others where it is left out.
    """
    return [
        case
        if case in plain
        else pytest.param(
            *(case if isinstance(case, tuple) else [case]),
            marks=MARKS["slow" if slow is None or case in slow else "full"],
        )
        for case in cases
    ]


def every(step: int, cases: Iterable[Any], slow: int = 1) -> list[Any]:
    """Each case as a parameter: one in so many of them plain, and one in `slow` of them in make test."""
    return [
        case if at % step == 0 else pytest.param(case, marks=MARKS["full" if at % slow else "slow"])
        for at, case in enumerate(cases)
    ]
