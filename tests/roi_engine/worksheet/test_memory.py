"""What is remembered of calls: their results and errors, up to a number of cells."""

from __future__ import annotations

import doctest
import tracemalloc

import pytest

from roi_engine.errors import FtRoiError
from roi_engine.worksheet import memory
from roi_engine.worksheet.memory import MOST_CELLS, remembered


def test_the_documented_examples() -> None:
    assert doctest.testmod(memory).failed == 0


def test_an_error_is_remembered_too() -> None:
    calls = []

    @remembered(2)
    def fails(number: int) -> None:
        calls.append(number)
        raise FtRoiError("no")

    for _ in range(3):
        with pytest.raises(FtRoiError):
            fails(1)
    assert calls == [1]


@pytest.mark.full(seconds=2)
def test_large_calls_are_forgotten_before_they_fill_the_memory() -> None:
    calls = []

    @remembered(8192)
    def first(rows: tuple[tuple[float, ...], ...]) -> float:
        calls.append(rows[0][0])
        return rows[0][0]

    tracemalloc.start()
    for number in range(60):
        block = tuple((float(number), float(row)) for row in range(10_000))
        assert first(block) == first(block) == number
        del block
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert calls == list(range(60)), "each was calculated once"
    assert held < 200 * MOST_CELLS
