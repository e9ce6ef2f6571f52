"""How it is calculated, on the Breakdown sheet: what the equations of the engine say in words, and what they take."""

from __future__ import annotations

import pytest

from roi_engine.cashflow import MODEL
from roi_engine.explanation import in_words
from templates.building.figure_lines import LINES, Line
from templates.building.model_rows import ROWS
from templates.building.month_rows import Row

EQUATIONS = {line: MODEL.quantity_of(line.figure.equation_name) for line in LINES if isinstance(line, Line)}
"""The equation of each line; of a sum over the months that of a month."""


def test_every_equation_in_words_has_its_line() -> None:
    said = {name for name in MODEL.equations if in_words(name)}
    without = sorted(said - {*EQUATIONS.values()})
    assert without == [], "it says In words and stands on no line: add one to templates/building/figure_lines.py"


def test_what_the_lines_take_over_the_months_has_its_row() -> None:
    rows = {row.quantity for row in ROWS if isinstance(row, Row)}
    monthly = MODEL.monthly & {*MODEL.order(EQUATIONS.values())}
    assert sorted(monthly - rows) == [], "give it a row in ROWS of templates/building/model_rows.py"


@pytest.mark.parametrize("line", EQUATIONS, ids=lambda line: line.name)
def test_a_line_says_what_its_equation_says(line: Line) -> None:
    equation = EQUATIONS[line]
    unlike = f"the line {line.name} of templates/building/figure_lines.py, and In words in the docstring of {equation}"
    assert line.words == in_words(equation), unlike
