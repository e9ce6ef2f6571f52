"""The words of the equations on floats and on arrays: the same results, both branches guarded."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from roi_engine.value import ceiling, divide, fallback, given, maximum, minimum, where

NAN = math.nan


def on_arrays(word: Any, *arguments: Any) -> list[float]:
    arrays = [np.array(each) if isinstance(each, list) else each for each in arguments]
    return np.asarray(word(*arrays)).tolist()


def test_where() -> None:
    assert where(True, 1.0, 2.0) == 1 and where(False, 1.0, 2.0) == 2
    assert where(np.bool_(True), 1.0, 2.0) == 1
    assert on_arrays(where, [True, False], 1.0, 2.0) == [1, 2]


def test_the_smaller_and_the_larger() -> None:
    assert minimum(1, 2.0) == 1 and maximum(1, 2.0) == 2
    assert on_arrays(minimum, [1.0, 3.0], 2.0) == [1, 2]
    assert on_arrays(maximum, 2.0, [1.0, 3.0]) == [2, 3]


@pytest.mark.parametrize(("number", "whole"), [(1.2, 2), (2.0, 2), (-1.2, -1), (0.0, 0), (math.inf, math.inf)])
def test_ceiling(number: float, whole: float) -> None:
    assert ceiling(number) == whole
    assert on_arrays(ceiling, [number]) == [whole]


def test_a_division_by_zero_is_what_stands_for_it() -> None:
    assert divide(6.0, 3.0, 9.0) == 2 and divide(6.0, 0.0, 9.0) == 9
    assert math.isnan(divide(6.0, 0.0, NAN))
    with np.errstate(all="raise"):  # the other branch is not evaluated into a warning
        assert on_arrays(divide, [6.0, 6.0], [3.0, 0.0], 9.0) == [2, 9]
        assert on_arrays(divide, [6.0, 8.0], 2.0, 9.0) == [3, 4]
        assert on_arrays(divide, [6.0, 8.0], 0.0, 9.0) == [9, 9]
        assert on_arrays(divide, 6.0, [3.0, 2.0], 9.0) == [2, 3]


def test_what_may_be_empty() -> None:
    assert given(3.0) is True and given(None) is False and given(NAN) is False and given(0.0) is True
    assert on_arrays(given, [1.0, NAN]) == [True, False]
    assert fallback(3.0, 5.0) == 3 and fallback(None, 5.0) == 5 and fallback(NAN, 5.0) == 5
    assert on_arrays(fallback, [1.0, NAN], 5.0) == [1, 5]
