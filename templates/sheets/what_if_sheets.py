"""What-if in the native edition: data tables move a model of their own.

A data table puts its cases one by one into input cells of its own sheet and keeps what the formula at its corner then
shows. The sheets What-if model and What-if flows hold every equation a second time, over the inputs in use of which the
tables move one or two. Of the other sheets only Sensitivity takes anything from them, with its checks and its chart: a
spreadsheet program that loses its way in a data table cannot spoil the figures of the scenario.
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.simulation.trials import trials_of
from templates.building import styles
from templates.building.book import BELOW_FRAME, Book, elsewhere, group_title, page, protect
from templates.building.chosen_metric import chosen_metric
from templates.building.columns import letters_from, put_titles, widths
from templates.building.formula import Formula, formula_of, function, is_number
from templates.building.what_if_places import (
    CASE,
    CASE_ROW,
    MOVE_ROWS,
    MOVES,
    TABLES,
    TORNADO,
    CaseColumn,
    GridColumn,
    MoveColumn,
    grid_corner,
)
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.sensitivity_sheet import SensitivityCells
from templates.sheets.what_if_model import Drawn, ModelCells, Move, add_what_if_model
from templates.sheets.what_if_trials import RiskCells, TrialSheet

NOT_MOVED, LAST_OF_PAGE = "base", "H"
MOVED_ROW = 11
"""The first of the rows that say which inputs the tables move to what."""
_ABOUT = "The data tables behind the Sensitivity sheet (Excel: Data, What-If Analysis). Nothing is typed here."


def add_what_if_sheets(book: Book, inputs: InputCells, asked: SensitivityCells) -> RiskCells | None:
    """Writes tables, model and flows, where data tables calculate grids or trials.

    inputs : those in use, and their ranges.
    asked : the tornado and the grids.
    Returns what the sheet Risk trials takes, if there is one.
    """
    if not book.data_tables and not book.trials:
        return None
    tables = book.sheet(TABLES, (*widths(MoveColumn), *[15] * 8), "What-if", _ABOUT) if book.data_tables else None
    moves = _add_moves(book, tables, asked) if tables else None
    trials = TrialSheet(book, inputs, trials_of(book.scenario, book.trials)) if book.trials else None
    drawn = Drawn(trials.asked, trials.drawn) if trials else None
    model = add_what_if_model(book, inputs.in_use, moves, drawn)
    if tables:
        _fill_tables(book, tables, asked, model)
    return trials.fill(model) if trials else None


def _fill_tables(book: Book, tables: Worksheet, asked: SensitivityCells, model: ModelCells) -> None:
    """The tables of tornado and grids."""
    for number, grid in enumerate(asked.tables, start=1):
        metric = model.possible.where(chosen_metric(grid.metric, model.metrics), "n/a")
        _add_grid(book, tables, number, metric, grid.down_values, grid.across_values, grid.results)
    if asked.cases:
        _add_tornado(book, tables, asked, model.possible.where(chosen_metric(asked.metric, model.metrics), "n/a"))
    tables.freeze_panes = BELOW_FRAME
    page(tables, f"A1:{LAST_OF_PAGE}{TORNADO + len(asked.cases)}", "1:3")
    protect(tables)


def _add_moves(book: Book, sheet: Worksheet, asked: SensitivityCells) -> tuple[Move, Move]:
    """The input cells, and which inputs they move to what."""
    put_titles(book, sheet, CASE_ROW - 1, MoveColumn)
    book.put(sheet, MoveColumn.LABEL.at(CASE_ROW), "Case of the tornado (0 = none)")
    case = book.put(sheet, CASE, 0, "Calculation", styles.WHOLE)
    for number, rows in MOVE_ROWS.items():
        for side, row in zip(("down", "across"), rows, strict=True):
            book.put(sheet, MoveColumn.LABEL.at(row), f"Grid {number}, {side}")
            book.put(sheet, MoveColumn.NOW.at(row), NOT_MOVED, "Calculation", styles.AXIS)
    first, second = _moved_by_grids(asked, 0), _moved_by_grids(asked, 1)
    if asked.cases:
        first = _moved_by_tornado(case, len(asked.cases), first)
    return (
        _put_move(book, sheet, MOVED_ROW, "First input moved", first),
        _put_move(book, sheet, MOVED_ROW + 2, "Second input moved", second),
    )


def _moved_by_grids(asked: SensitivityCells, place: int) -> Move:
    """What a grid moves down (place 0) or across (1); none when no table asks."""
    label, value = formula_of(""), formula_of(0)
    for number, grid in reversed(list(enumerate(asked.tables, start=1))):
        cell = Formula(MOVES[number][place], NOT_MOVED)
        moved = is_number(cell)
        label = moved.where((grid.down, grid.across)[place], label)
        value = moved.where(cell, value)
    return Move(label, value)


def _moved_by_tornado(case: Formula, count: int, otherwise: Move) -> Move:
    """The input and the value of the tornado's case, which stand beside its table."""
    rows = [TORNADO + number for number in range(1, count + 1)]
    labels = [Formula(CaseColumn.INPUT.at(row), None) for row in rows]
    values = [Formula(CaseColumn.VALUE.at(row), None) for row in rows]
    asked = case > 0
    return Move(
        asked.where(function("CHOOSE", case, *labels, value=""), otherwise.label),
        asked.where(function("CHOOSE", case, *values, value=0), otherwise.value),
    )


def _put_move(book: Book, sheet: Worksheet, row: int, words: str, move: Move) -> Move:
    """Writes a move; returns its cells as seen from other sheets."""
    cells = []
    for at, (label, content) in enumerate(((words, move.label), ("… to", move.value)), start=row):
        book.put(sheet, MoveColumn.LABEL.at(at), label)
        cells.append(elsewhere(sheet, book.put(sheet, MoveColumn.NOW.at(at), content, "Calculation", styles.AXIS)))
    return Move(*cells)


def _add_grid(
    book: Book,
    sheet: Worksheet,
    number: int,
    metric: Formula,
    down: Sequence[Formula],
    across: Sequence[Formula],
    results: Sequence[Sequence[object]],
) -> None:
    """One table of two inputs."""
    row = grid_corner(number)
    letters = letters_from(GridColumn.FIRST, len(across))
    group_title(book, sheet, row - 1, f"Grid {number}: the second input across, the first down", letters[-1])
    book.put(sheet, GridColumn.DOWN.at(row), metric, "Output", styles.ANY_SIZE)
    for letter, cell in zip(letters, across, strict=True):
        book.put(sheet, f"{letter}{row}", cell, "Column title right", styles.AXIS)
    for line, cell in enumerate(down, start=row + 1):
        book.put(sheet, GridColumn.DOWN.at(line), cell, "Column title right", styles.AXIS)
    move_down, move_across = MOVES[number]
    area = f"{letters[0]}{row + 1}:{letters[-1]}{row + len(down)}"
    book.data_table(sheet, area, results, column_input=move_down, row_input=move_across)


def _add_tornado(book: Book, sheet: Worksheet, asked: SensitivityCells, metric: Formula) -> None:
    """One table over the cases; a case's input and value stand beside it."""
    group_title(book, sheet, TORNADO - 1, "Tornado: case, metric, value, input", CaseColumn.INPUT.letter)
    book.put(sheet, CaseColumn.METRIC.at(TORNADO), metric, "Output", styles.ANY_SIZE)
    first, last = TORNADO + 1, TORNADO + len(asked.cases)
    for number, (row, case) in enumerate(zip(range(first, last + 1), asked.cases, strict=True), start=1):
        book.put(sheet, CaseColumn.NUMBER.at(row), number, "Calculation", styles.WHOLE)
        book.put(sheet, CaseColumn.VALUE.at(row), case.value, "Calculation", styles.AXIS)
        book.put(sheet, CaseColumn.INPUT.at(row), case.label, "Calculation")
    results = [[case.result] for case in asked.cases]
    book.data_table(sheet, CaseColumn.METRIC.rows(first, last), results, column_input=CASE)
