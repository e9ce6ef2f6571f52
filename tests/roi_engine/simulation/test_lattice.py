"""The draws: the published vector, the shifts, and the fold on floats, arrays and in a cell."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from roi_engine.simulation.lattice import PARTS, Lattice, generating_vector, lattice_draw, shifts
from templates.building.formula import Formula


def test_the_vector_is_odd_and_in_range() -> None:
    vector = generating_vector()
    assert len(vector) == 256 == len(set(vector))
    assert all(0 < each < 2**20 and each % 2 == 1 for each in vector)


def test_the_shifts_are_drawn_part_by_part_from_pythons_own_generator() -> None:
    stream = random.Random(7)
    expected = [round(stream.random(), 9) for _ in range(PARTS * 3)]
    assert [shift for part in shifts(3, 7) for shift in part] == expected


def test_a_draw_is_one_number_on_every_carrier() -> None:
    on_array = np.asarray(lattice_draw(np.arange(5.0), 182667, 1024, 0.25))  # type: ignore[arg-type]
    assert on_array.tolist() == [lattice_draw(float(trial), 182667, 1024, 0.25) for trial in range(5)]
    in_a_cell: Any = lattice_draw(Formula("A1", 3.0), 182667, 1024, 0.25)
    assert in_a_cell.value == lattice_draw(3, 182667, 1024, 0.25)
    assert "MOD(" in in_a_cell.text and "ABS(" in in_a_cell.text


def test_each_coordinate_fills_the_unit_evenly() -> None:
    """A folded lattice of n points has one in each interval of 2/n on the way up and one on the way down."""
    for coordinate in Lattice(12, 8 * 1024, 3).points(0, 8 * 1024):
        for part in coordinate.reshape(PARTS, -1):
            counts = np.bincount((part * 256).astype(int), minlength=256)
            assert counts.min() >= 3 and counts.max() <= 5


@pytest.mark.parametrize("chunk", [1000, 16])
def test_points_are_the_same_in_whatever_chunks_they_are_asked_for(chunk: int) -> None:
    lattice = Lattice(3, 4096, 1)
    whole = np.stack(lattice.points(0, 4096))
    pieces = [np.stack(lattice.points(at, min(at + chunk, 4096))) for at in range(0, 4096, chunk)]
    assert (np.concatenate(pieces, axis=1) == whole).all()
