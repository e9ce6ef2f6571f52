"""Where Excel's data tables stand on What-if; Sensitivity shows their cells."""

from __future__ import annotations

from templates.building.book import Book
from templates.building.columns import Columns, letters_from
from templates.building.formula import Formula, cached, if_error

SHEETS = TABLES, MODEL_SHEET, FLOWS_SHEET = "What-if", "What-if model", "What-if flows"
TRIALS_SHEET = "What-if trials"
RISK_SHEET = "Risk trials"
"""The figures of the trials that stand on `TRIALS_SHEET`."""
TRIALS_NAME = "trial_npv"
"""The name of the trials' NPV, a cell each."""
FEWEST_TRIALS, DEFAULT_TRIALS, MOST_TRIALS = 128, 256, 4096
"""With fewer a percentile says nothing; with more an edit takes minutes."""


class MoveColumn(Columns):
    """The cells that the tables move."""

    LABEL = "A", "What a table moves", 40
    NOW = "B", ">Now", 15


class GridColumn(Columns):
    """The table of a grid: the values down, and the first of those across."""

    DOWN = "A"
    FIRST = "B"


class CaseColumn(Columns):
    """The table of the tornado, a row for each case."""

    NUMBER = "A"
    METRIC = "B"
    VALUE = "C"
    INPUT = "D"


CASE_ROW, MOVE_ROWS = 5, {1: (6, 7), 2: (8, 9)}
CASE = MoveColumn.NOW.at(CASE_ROW)
MOVES = {number: (MoveColumn.NOW.at(down), MoveColumn.NOW.at(across)) for number, (down, across) in MOVE_ROWS.items()}
"""The input cells of the tables: the tornado's case; each grid's move down and across."""
FIRST_GRID, GRID_ROWS, TORNADO = 17, 10, 37
"""The corner of the first grid's table, the rows from one grid to the next, the head of the tornado's table."""


def grid_corner(number: int) -> int:
    """The row of a grid's corner, in which the values across stand too."""
    return FIRST_GRID + (number - 1) * GRID_ROWS


def tornado_result(book: Book, wired: Formula, case: int, condition: Formula) -> Formula:
    """The metric in a case of the tornado, by its function or from the table.

    case : 1 for the first bar's low.
    condition : whether the input moves to a number; n/a where it does not.
    """
    return _result(book, wired, f"${CaseColumn.METRIC.letter}${TORNADO + case}", condition)


def grid_result(book: Book, wired: Formula, number: int, line: int, position: int, condition: Formula) -> Formula:
    """The metric at a crossing of a grid, by its function or from the table.

    number : that of the grid.
    line, position : of the crossing, from 0.
    condition : whether two inputs move to numbers.
    """
    letter = letters_from(GridColumn.FIRST, position + 1)[-1]
    return _result(book, wired, f"{letter}{grid_corner(number) + 1 + line}", condition)


def _result(book: Book, wired: Formula, address: str, condition: Formula) -> Formula:
    shown = if_error(wired, "n/a")
    if book.edition != "native":
        return book.by_function_alone(shown)
    return condition.where(Formula(f"'{TABLES}'!{address}", cached(shown.value)), "n/a")
