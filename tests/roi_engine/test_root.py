"""The bracketed root, held against SciPy's."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from roi_engine.root import narrowed
from tests.examples import examples

Function = Callable[[float], float]

SMOOTH: dict[str, tuple[Function, float, float]] = {
    "square": (lambda x: x * x - 2, 0, 2),
    "line": (lambda x: 3 * x - 1, -5, 5),
    "falling": (lambda x: 1 - x**3, -4, 9),
    "cosine": (lambda x: math.cos(x) - x, 0, 1),
    "exponential": (lambda x: math.exp(-x) - 1e-9, 0, 100),
    "logarithm": (lambda x: math.log(x) - 5, 1e-3, 1e6),
    "flat": (lambda x: (x - 1) ** 3, 0, 3.5),
    "steep": (lambda x: math.atan(1e6 * (x - 0.3)), 0, 1),
    "tiny": (lambda x: 1e-200 * (x - 7), 0, 10),
    "annuity": (lambda x: -1000 + sum(110 / (1 + x) ** t for t in range(1, 13)), 1e-6, 1),
    "far away": (lambda x: x - 1e12, 0, 1e15),
}


def solved(function: Function, start: float, end: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return narrowed(function, start, end, function(start), function(end))


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_root_is_brentqs(name: str, backwards: bool) -> None:
    function, start, end = SMOOTH[name]
    (root, value), (other, _) = solved(function, *((end, start) if backwards else (start, end)))
    expected = brentq(function, start, end, xtol=1e-15 * max(abs(start), abs(end)), rtol=1e-15, maxiter=1000)
    tolerance = 1e-5 if name == "flat" else 1e-12  # a threefold root: values near it are within rounding
    assert root == pytest.approx(expected, rel=tolerance, abs=1e-12)
    assert value == function(root)
    assert abs(value) <= abs(function(other))


@examples(300)
@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.1, 5), st.integers(0, 3))
def test_random_cubics(root: float, other: float, scale: float, power: int) -> None:
    def function(x: float) -> float:
        return scale * (x - root) * ((x - other) ** 2 + 0.5) * (1 + x * x) ** power

    (found, _), _ = solved(function, root - 3, root + 17)
    assert found == pytest.approx(root, abs=1e-11)


@given(st.floats(-5, 5, allow_subnormal=False), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_at_a_jump_the_two_sides_are_neighbours(jump: float, below: float, above: float) -> None:
    sides = solved(lambda x: -below if x < jump else above, -10, 10)
    left, right = sorted(sides)
    assert left == (math.nextafter(right[0], -math.inf), -below) or right[0] - left[0] <= 1e-14
    assert right[0] == jump or right[0] - jump <= 1e-14
    assert {left[1], right[1]} == {-below, above}
    assert abs(sides[0][1]) <= abs(sides[1][1])


@pytest.mark.parametrize(("start", "end"), [(0.0, 4.0), (2.0, 5.0), (-1.0, 2.0)])
def test_an_exact_zero_is_both_sides(start: float, end: float) -> None:
    one, other = solved(lambda x: x - 2, start, end)
    assert one == other == (2.0, 0.0)


def test_it_needs_few_steps() -> None:
    steps = []
    solved(lambda x: steps.append(x) or math.exp(x) - 5, 0.0, 10.0)
    assert len(steps) < 30
