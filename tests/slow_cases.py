"""Parameters of which plain pytest runs a few: the rest is marked slow."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], plain: Container[Any]) -> list[Any]:
    """Each case as a parameter, slow where it is not among the plain ones."""
    return [case if case in plain else pytest.param(case, marks=pytest.mark.slow) for case in cases]


def every(step: int, cases: Iterable[Any]) -> list[Any]:
    """Each case as a parameter, one in so many of them plain."""
    return [case if at % step == 0 else pytest.param(case, marks=pytest.mark.slow) for at, case in enumerate(cases)]
