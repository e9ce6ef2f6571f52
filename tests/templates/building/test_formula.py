"""The formula carrier: what it prints is what it calculates, in a real spreadsheet program."""

from __future__ import annotations

import math
import operator
import random
from pathlib import Path

import openpyxl
import pytest

from roi_engine.errors import ZeroDivisor
from roi_engine.value import ceiling, divide, fallback, given, maximum, minimum, where
from templates.building.formula import Formula, cached, formula_of, if_error, joined
from tests import libreoffice

X, Y = Formula("x", 3.0), Formula("y", 4.0)


@pytest.mark.parametrize(
    ("formula", "text", "value"),
    [
        (X + Y * 2, "x+y*2", 11),
        ((X + Y) * 2, "(x+y)*2", 14),
        (X - (Y - 1), "x-(y-1)", 0),
        (X / (Y / 2), "x/(y/2)", 1.5),
        (-(X**2), "-(x^2)", -9),
        ((-X) ** 2, "(-x)^2", 9),
        (2 ** (X**2), "2^(x^2)", 512),
        ((2**X) ** 2, "(2^x)^2", 64),
        (X**-Y, "x^(-y)", 3.0**-4),
        (X * -1, "x*-1", -3),
        (X % 2, "MOD(x,2)", 1),
        (abs(X - Y), "ABS(x-y)", 1),
        ((X > 1) & (Y <= 4) & (X == 3), "AND(x>1,y<=4,x=3)", True),
        (where(X > Y, X, Y), "IF(x>y,x,y)", 4),
        (minimum(1, X), "MIN(x,1)", 1),
        (maximum(X, 1), "MAX(x,1)", 3),
        (ceiling(X / 2), "-INT(-(x/2))", 2),
        (divide(X, Y, 7), "IF(y=0,7,x/y)", 0.75),
        (divide(X, Formula("z", 0), 7), "IF(z=0,7,x/z)", 7),
        (given(Formula("e", None)), "ISNUMBER(e)", False),
        (fallback(Formula("e", None), 0), "N(e)", 0),
        (fallback(Formula("e", None), X), "IF(ISNUMBER(e),e,x)", 3),
        (formula_of('say "n"'), '"say ""n"""', 'say "n"'),
        (X * 1e-12, "x*1E-12", 3e-12),
    ],
)
def test_prints_and_calculates(formula: Formula, text: str, value: object) -> None:
    assert formula.text == text
    assert formula.value == value


def test_never_and_undefined_are_texts_on_a_sheet() -> None:
    assert cached(where(X > Y, 1, math.inf).value) == "Never"
    assert where(X > Y, 1, math.inf).text == 'IF(x>y,1,"Never")'
    assert cached(math.nan) == "n/a"
    assert (Formula("t", "Never") > 1e308).value is True, "a text is greater than any number"
    assert if_error(X / Formula("z", 0), "n/a").value == "n/a"
    assert joined("over ", Formula("m", 12), " months").value == "over 12 months"
    with pytest.raises(ZeroDivisor, match="division by zero"):
        cached((X / Formula("z", 0)).value)


def _random_formula(chance: random.Random, atoms: list[Formula], depth: int) -> Formula:
    if depth == 0:
        return chance.choice(atoms)

    def part() -> Formula:
        return _random_formula(chance, atoms, depth - 1)

    kind = chance.randrange(12)
    binary = [operator.add, operator.sub, operator.mul, operator.add, operator.sub]
    if kind < 5:
        return formula_of(binary[kind](part(), part()))
    if kind == 5:
        return formula_of(divide(part(), part(), part()))
    if kind == 6:
        return maximum(abs(part()), 0.1) ** minimum(maximum(part(), -3), 2)  # type: ignore[return-value]
    if kind == 7:
        return -part()
    if kind == 8:
        return formula_of(where(part() > part(), part(), part()))
    if kind == 9:
        return formula_of(ceiling(part()))
    if kind == 10:
        return part() % maximum(abs(part()), 0.5)
    return formula_of(where((part() <= part()) & (part() > 0), part(), -part()))


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_three_hundred_random_formulas_recalculate_to_their_values(tmp_path: Path) -> None:
    chance = random.Random(7)
    book = openpyxl.Workbook()
    sheet = book.active
    values = [2.0, -3.0, 0.5, 7.0, -0.25, 11.0]
    for column, value in zip("ABCDEF", values, strict=True):
        sheet[f"{column}1"] = value
    atoms = [Formula(f"{column}$1", value) for column, value in zip("ABCDEF", values, strict=True)]
    atoms += [formula_of(number) for number in (0, 1, 12, 1000, -2, 0.75)]
    formulas = []
    while len(formulas) < 300:
        formula = _random_formula(chance, atoms, chance.randint(1, 4))
        if isinstance(formula.value, (int, float)) and math.isfinite(formula.value) and abs(formula.value) < 1e12:
            formulas.append(formula)
    for row, formula in enumerate(formulas, start=2):
        sheet[f"A{row}"] = f"={formula.text}"
    path = tmp_path / "formulas.xlsx"
    book.save(path)
    recalculated = openpyxl.load_workbook(libreoffice.recalculate(path, tmp_path / "out"), data_only=True).active
    for row, formula in enumerate(formulas, start=2):
        assert recalculated[f"A{row}"].value == pytest.approx(formula.value, rel=1e-9, abs=1e-9), formula.text
