"""The columns of the Sensitivity sheet, and how it looks up an input."""

from __future__ import annotations

from roi_engine.scenario import INPUTS
from templates.building.book import absolute
from templates.building.columns import Columns
from templates.building.formula import Formula
from templates.building.validation import bounds
from templates.sheets.inputs_sheet import InputCells


class BarColumn(Columns):
    """The tornado; the row of its choices stands in the same columns."""

    INPUT = "A", "Input", 36
    BASE = "B", ">Base", 35
    LOW = "C", ">Low", 15
    HIGH = "D", ">High", 15
    AT_LOW = "E", ">Metric at low", 15
    AT_HIGH = "F", ">Metric at high", 15
    CHANGE_AT_LOW = "G", ">Change at low", 15
    CHANGE_AT_HIGH = "H", ">Change at high", 15
    SWING = "I", ">Swing", 15


class AxisColumn(Columns):
    """The axes of a grid: the input, and what is known about it."""

    AXIS = "A", "Axis"
    INPUT = "B", "Input"
    BASE = "C", ">Base"
    STEP = "D", ">Step"
    LOWEST = "E", ">Lowest"
    HIGHEST = "F", ">Highest"
    UNIT = "G", "Unit"


class GridColumn(Columns):
    """A grid: the changes and values down, and the first of the values across."""

    CHANGE = "A", "Change down"
    VALUE = "B", ">Down \\ Across"
    FIRST = "C"


class KnownColumn(Columns):
    """What the tornado knows about its inputs, beside the page."""

    STEP = "K", ">Step", 9
    LOWEST = "L", ">Lowest", 11
    HIGHEST = "M", ">Highest", 11
    OWN_LOW = "N", ">Own low", 11
    OWN_HIGH = "O", ">Own high", 11
    ROOM = "P", ">Axis reaches", 13


class ChoiceColumn(Columns):
    """The inputs to choose from, beside the page."""

    INPUT = "R", "Inputs to choose from", 36


CHOICE_ROW = 4
"""The row in which the tornado's metric and swing are chosen."""


def looked_up(column: Formula, inputs: InputCells, label: Formula, value: float | str | None) -> Formula:
    """A column of the Inputs sheet at the row of an input."""
    return Formula(f"INDEX({column.text},MATCH({label.text},{inputs.labels.text},0))", value)


def bounds_and_step(name: str) -> tuple[float, float, float]:
    """Step, lowest and highest of an input as the Inputs sheet holds them."""
    lowest, highest = bounds(INPUTS[name])
    return (1 if INPUTS[name].quantity.whole else 0), lowest, highest


def anchored(cell: Formula) -> Formula:
    """A cell by its absolute address, so that its formula can be copied."""
    return Formula(absolute(cell.text), cell.value)
