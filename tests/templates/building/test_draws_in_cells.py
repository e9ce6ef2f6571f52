"""What a cell draws: the engine's own equations as formulas, in a second engine, beside its arrays."""

from __future__ import annotations

import math
from typing import Any

import ironcalc
import numpy as np
import pytest

from roi_engine.errors import OutOfRange
from roi_engine.simulation import distributions
from roi_engine.simulation.lattice import Lattice, generating_vector, lattice_draw, shifts
from roi_engine.value import logarithm
from templates.building.formula import Formula, formula_of

DRAWS, COORDINATES = 1024, 3
POINTS = DRAWS // 8
BOUNDED = 0.0, 130.0
UNBOUNDED = -math.inf, math.inf
SHAPES: dict[str, Any] = {
    "uniform": lambda u, low, base, high, _: distributions.uniform_quantile(u, low, high),
    "triangular": lambda u, low, base, high, _: distributions.triangular_quantile(u, low, base, high),
    "pert": lambda u, low, base, high, _: distributions.pert_quantile(u, low, base, high),
    "normal": lambda u, low, base, high, bounds: distributions.normal_quantile(u, low, base, high, *bounds),
    "lognormal": lambda u, low, base, high, bounds: distributions.lognormal_quantile(u, low, base, high, *bounds),
}
LOW, BASE, HIGH = 60.0, 90.0, 150.0


def _calculated(formulas: dict[str, str]) -> dict[str, Any]:
    """Cells of one sheet, as IronCalc calculates them."""
    model = ironcalc.create("draws", "en", "UTC", "en")
    for address, text in formulas.items():
        model.set_user_input(0, int(address[1:]), ord(address[0]) - 64, text)
    model.evaluate()
    return {at: model.get_cell_value(0, int(at[1:]), ord(at[0]) - 64) for at in formulas}


def test_the_lattice_in_cells_is_that_of_arrays() -> None:
    own, points = shifts(COORDINATES, 1), Lattice(COORDINATES, DRAWS, 1).points(0, DRAWS)
    cells = {}
    for trial in range(DRAWS):
        part, point = divmod(trial, POINTS)
        for letter, generator, shift in zip("ABC", generating_vector(), own[part], strict=False):
            drawn: Any = lattice_draw(Formula(f"{point}", point), generator, POINTS, shift)
            cells[f"{letter}{trial + 1}"] = f"={drawn.text}"
    found = _calculated(cells)
    for letter, expected in zip("ABC", points, strict=True):
        shown = np.array([found[f"{letter}{trial + 1}"] for trial in range(DRAWS)])
        assert np.abs(shown - expected).max() < 1e-9


@pytest.mark.parametrize("bounds", [UNBOUNDED, BOUNDED], ids=["no bounds", "bounds"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_in_a_cell_is_that_of_arrays(shape: str, bounds: tuple[float, float]) -> None:
    """The value that is stored, and what a second engine calculates from the formula."""
    probabilities = np.linspace(0.0005, 0.9995, 200)
    expected = SHAPES[shape](probabilities, LOW, BASE, HIGH, bounds)
    ends = [Formula(f"$D${row}", value) for row, value in ((1, LOW), (2, BASE), (3, HIGH))]
    limits = [
        Formula(f"$D${row}", bound) if math.isfinite(bound) else bound
        for row, bound in zip((4, 5), bounds, strict=True)
    ]
    cells = {"D1": f"{LOW}", "D2": f"{BASE}", "D3": f"{HIGH}", "D4": f"{BOUNDED[0]}", "D5": f"{BOUNDED[1]}"}
    if shape == "lognormal":  # the logarithm of a bound that is 0
        limits[0] = -math.inf
    stored = []
    for row, probability in enumerate(probabilities.tolist(), start=1):
        cells[f"A{row}"] = repr(probability)
        drawn = formula_of(SHAPES[shape](Formula(f"A{row}", probability), *ends, limits))
        cells[f"B{row}"] = f"={drawn.text}"
        stored.append(drawn.value)
    found = _calculated(cells)
    assert np.abs(np.array(stored) - expected).max() < 1e-9
    assert np.abs(np.array([found[f"B{row}"] for row in range(1, 201)]) - expected).max() < 1e-8


def test_what_has_no_number_is_an_error_and_no_crash() -> None:
    """All branches of a condition are calculated, also those that are not chosen."""
    low, base, high, u = (Formula(name, value) for name, value in (("l", -1.0), ("b", 1.0), ("h", 3.0), ("u", 0.3)))
    drawn: Any = distributions.lognormal_quantile(u, low, base, high, -math.inf, math.inf)
    assert isinstance(drawn.value, OutOfRange)
    assert isinstance((low**0.5).value, OutOfRange)
    assert isinstance(formula_of(logarithm(Formula("z", 0.0))).value, OutOfRange)
    assert logarithm(math.e) == 1.0
    assert logarithm(np.array([1.0])).tolist() == [0.0]  # type: ignore[attr-defined]
    assert (Formula("w", 3) == 3).where(low, base).value == -1.0
