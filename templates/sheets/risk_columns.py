"""The columns of the sheet Risk, and the functions that its cells call."""

from __future__ import annotations

import math
from dataclasses import dataclass

from templates.building.book import NEEDS_FUNCTIONS, NOT_COMPARED, Book
from templates.building.columns import Columns
from templates.building.formula import Formula, function, if_error, is_number


class Column(Columns):
    """Statistics and drivers; the charts stand beside them."""

    LABEL = "A", "", 42
    FIGURE = "B", "", 17
    HALF = "C", "", 13
    WORTH = "D", "", 17
    WORTH_HALF = "E", "", 13
    BARS = "G", "", 15
    STEPS_END = "H", "", 15
    CURVE = "I", "", 15
    FOURTH = "J", "", 15
    FIFTH = "K", "", 15
    LAST = "L", "", 15


class ExactColumn(Columns):
    """What the functions give, unrounded, beside the page."""

    NAME = "N", "Name in formulas", 26
    EXACT = "O", ">Unrounded", 15
    HALF = "P", ">Half-width", 15
    WORTH = "Q", ">Worth knowing", 15
    WORTH_HALF = "R", ">Half-width", 15
    DECIMALS = "S", ">Decimals", 11


class StepColumn(Columns):
    """The steps of the histogram, beside the page."""

    START = "U", ">From", 14
    END = "V", ">To", 14
    SHARE = "W", ">Share", 14
    BELOW = "X", ">Below the end", 14
    LOSS = "Y", ">Loss", 14
    GAIN = "Z", ">Gain", 14


SENTENCE_ROW, CHOICE_ROW, STATISTICS_ROW = 4, 6, 8
RISK_FUNCTIONS = ("FT_RISKVERDICT", "FT_SIMSTAT", "FT_HISTOGRAM", "FT_IMPORTANCE")
"""The functions that give the sheet's figures: all of them, or none does."""
METRIC = "NPV"
"""What is simulated: the decision is taken on it."""


@dataclass(frozen=True)
class Simulated:
    """How the cells of the sheet ask for a figure of the simulation.

    block, draws, seed, pairs : the arguments of the functions.
    """

    book: Book
    block: Formula
    draws: Formula
    seed: Formula
    pairs: Formula

    @property
    def sentence(self) -> Formula:
        """The call that gives all in one sentence."""
        return self.book.ft("FT_RISKVERDICT", self.block, *self.drawn.values())

    @property
    def importance(self) -> Formula:
        """The call that gives the table of the drivers."""
        return self.book.ft("FT_IMPORTANCE", METRIC, self.block, *self.drawn.values())

    @property
    def steps(self) -> Formula:
        """The call that gives the histogram."""
        return self.book.ft("FT_HISTOGRAM", METRIC, self.block, None, *self.drawn.values())

    def statistic(self, name: str) -> Formula:
        """A figure of the simulation, as a cell shows it."""
        called = self.book.ft("FT_SIMSTAT", name, METRIC, self.block, *self.drawn.values())
        return self._shown(called, NOT_COMPARED if name.endswith("_HALF") else NEEDS_FUNCTIONS)

    def part(self, table: Formula, row: int, column: int, without: str = NEEDS_FUNCTIONS) -> Formula:
        """A cell of a table that a function gives.

        row, column : from 1.
        without : what the cell says where the functions are missing.
        """
        value = table.value[row - 1][column - 1]
        return self._shown(function("INDEX", table, row, column, value=value), without)

    def _shown(self, figure: Formula, without: str) -> Formula:
        """A figure, or what stands in its place.

        without : what the cell says where the functions are missing.
        """
        return self.book.by_function_alone(if_error(figure, "n/a"), without)

    @property
    def drawn(self) -> dict[str, Formula]:
        """What every function of a simulation takes at its end, by its name."""
        return {"draws": self.draws, "seed": self.seed, "correlations": self.pairs}


def rounded(figure: Formula, half_width: Formula, most: Formula) -> Formula:
    """A figure with the digits that its half-width supports.

    Two digits of the half-width, and no more.

    most : the cell of the decimals at most.
    """
    decimals = _decimals(half_width, most)
    value = figure.value
    if isinstance(value, (int, float)):
        value = _half_up(value, decimals.value)
    return is_number(figure).where(function("ROUND", figure, decimals, value=value), figure)


def _decimals(half_width: Formula, most: Formula) -> Formula:
    number = half_width.value if isinstance(half_width.value, (int, float)) else 0
    size = math.floor(math.log10(number)) if number > 0 else 0
    supported = 1 - function("INT", function("LOG10", half_width, value=size), value=size)
    there = function("N", half_width, value=number) > 0
    return there.where(supported.minimum(most), most)


def _half_up(number: float, decimals: int) -> float:
    """A number rounded as a sheet does: a half away from zero.

    >>> _half_up(0.0625, 3), _half_up(-12887.3, -1), _half_up(2.5, 0)
    (0.063, -12890.0, 3.0)
    """
    scale = 10.0**decimals
    rounded = math.floor(abs(number) * scale + 0.5) / scale
    return math.copysign(rounded, number) if rounded else 0.0
