"""What-if in the native edition: the model once more, over inputs that data tables move, and the tables.

A data table puts its cases one by one into input cells of its own sheet and keeps what the formula at its corner then
shows. The sheets What-if model and What-if flows hold every equation a second time, over the inputs in use of which the
tables move one or two. Of the other sheets only Sensitivity takes anything from them, with its checks and its chart: a
spreadsheet program that loses its way in a data table cannot spoil the figures of the scenario.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.cashflow import MODEL
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS
from templates.building import flow_metrics, styles
from templates.building.book import Book, column_titles, elsewhere, group_title, page, protect
from templates.building.formula import Formula, cached, formula_of, function, if_error, is_number
from templates.building.month_rows import CAPACITY
from templates.sheets.breakdown_sheet import LINES, WORKINGS, Line, working_format
from templates.sheets.cash_flow_sheet import add_cash_flow_sheet

SHEETS = TABLES, MODEL_SHEET, FLOWS_SHEET = "What-if", "What-if model", "What-if flows"
LINE_OF = {
    "NETROI": "net_roi", "ROI": "roi", "PAYBACK": "payback", "NPV": "npv", "DPAYBACK": "discounted_payback",
    "IRR": "irr", "MIRR": "mirr", "PI": "profitability_index", "BENEFIT": "benefit", "UPFRONT": "upfront",
    "TOTALCOST": "total_cost", "EQUIVMONTHLY": "equivalent_monthly",
}  # fmt: skip
"""The Breakdown's line of every metric."""
PREFIX = "case_"
"""What the names of the moved model's cells begin with."""
CASE = "B5"
MOVES = {1: ("B6", "B7"), 2: ("B8", "B9")}
"""The input cells of the tables: the tornado's case; each grid's move down and across."""
NOT_MOVED = "base"
FIRST_GRID, GRID_ROWS, TORNADO = 17, 10, 37
FARTHEST = 1.3
"""How far the grids move a horizon."""


@dataclass(frozen=True)
class Case:
    """One end of a bar of the tornado: the input by its label, its value, and the metric there; cells elsewhere."""

    label: Formula
    value: Formula
    result: Any


@dataclass(frozen=True)
class Grid:
    """A grid: its metric, the labels and values of its axes, and the metric at every crossing; cells elsewhere."""

    metric: Formula
    down: Formula
    across: Formula
    down_values: Sequence[Formula]
    across_values: Sequence[Formula]
    results: Sequence[Sequence[Any]]


def metric_at_base(book: Book, metric: Formula) -> Formula:
    """A metric of the scenario as it stands: what-if with nothing changed."""
    unmoved = INPUTS["months_to_amortize"]
    wired = if_error(book.ft("FT_WHATIF", metric, book.scenario_block, unmoved.label, book.names[unmoved.name]), "n/a")
    return book.live(wired, lambda: _chosen(metric, [book.names[f"out_{line}"] for line in LINE_OF.values()]))


def tornado_result(book: Book, wired: Formula, case: int, move: Formula) -> Formula:
    """The metric at an end of a bar, by its function or from the table; n/a for a move to no number.

    case : 1 for the first bar's low. move : the value there.
    """
    return _result(book, wired, f"$B${TORNADO + case}", is_number(move))


def grid_result(
    book: Book,
    wired: Formula,
    at: tuple[int, int, int],
    axes: tuple[Formula, Formula],
    moves: tuple[Formula, Formula],
) -> Formula:
    """The metric at a crossing of a grid, by its function or from the table.

    at : the grid's number, and the line and position of the crossing, from 0. axes, moves : the two inputs and their
    values there; n/a for a move to no number, and where both axes are one input, as the function has it.
    """
    number, line, position = at
    two_inputs = (axes[0] == axes[1]).negated()
    condition = two_inputs & is_number(moves[0]) & is_number(moves[1])
    return _result(book, wired, f"{get_column_letter(2 + position)}{_corner(number) + 1 + line}", condition)


def _result(book: Book, wired: Formula, address: str, condition: Formula) -> Formula:
    shown = if_error(wired, "n/a")
    return book.live(shown, lambda: condition.where(Formula(f"'{TABLES}'!{address}", cached(shown.value)), "n/a"))


def _corner(number: int) -> int:
    return FIRST_GRID + (number - 1) * GRID_ROWS


def _chosen(metric: Formula, figures: Sequence[Formula]) -> Formula:
    """The figure of the metric that a cell names, by CHOOSE: LibreOffice's data tables follow cells, but not ranges."""
    at = list(LINE_OF).index(str(metric.value).upper())
    number = function("MATCH", metric, (tuple(LINE_OF),), 0, value=at + 1)
    return if_error(function("CHOOSE", number, *figures, value=figures[at].value), "n/a")


@dataclass(frozen=True)
class WhatIf:
    """What the Sensitivity sheet asks for: the tornado's metric and cases, and the grids."""

    metric: Formula
    cases: Sequence[Case]
    grids: Sequence[Grid]


def add_what_if_sheets(book: Book, asked: WhatIf) -> None:
    """Writes the tables, the model and its flows, where data tables calculate tornado and grids."""
    if not book.data_tables:
        return
    cases, grids = asked.cases, asked.grids
    tables = book.sheet(TABLES, (40, *[15] * 9), "What-if", _ABOUT)
    moves = _add_moves(book, tables, cases, grids)
    branch = book.branch(PREFIX, _months(book))
    figures = _add_model(book, branch, moves)
    possible = branch.names["possible"] == "Yes"
    for number, grid in enumerate(grids, start=1):
        _add_grid(book, tables, number, grid, possible.where(_chosen(grid.metric, figures), "n/a"))
    if cases:
        _add_tornado(book, tables, cases, possible.where(_chosen(asked.metric, figures), "n/a"))
    tables.freeze_panes = "A4"
    page(tables, f"A1:H{TORNADO + len(cases)}", "1:3")
    protect(tables)


_ABOUT = "The data tables behind the Sensitivity sheet (Excel: Data, What-If Analysis). Nothing is typed here."


def _months(book: Book) -> int:
    """The longest horizon that tornado and grids ask for, if their horizon stays among those that can be typed."""
    name = "months_to_amortize"
    spans = [each.ranges[name].high for each in book.scenarios if name in each.ranges]
    farthest = max(max(book.longest_horizon, CAPACITY) * FARTHEST, *spans, 1)
    return min(math.ceil(farthest), int(INPUTS[name].quantity.clamp(math.inf)))


def _add_moves(book: Book, sheet: Worksheet, cases: Sequence[Case], grids: Sequence[Grid]) -> tuple[Formula, ...]:
    """The input cells, and which inputs they move to what: label, value, label, value."""
    column_titles(book, sheet, 4, ("What a table moves", ">Now"))
    book.put(sheet, f"A{CASE[1:]}", "Case of the tornado (0 = none)")
    case = book.put(sheet, CASE, 0, "Calculation", styles.WHOLE)
    for number, addresses in MOVES.items():
        for side, address in zip(("down", "across"), addresses, strict=True):
            book.put(sheet, f"A{address[1:]}", f"Grid {number}, {side}")
            book.put(sheet, address, NOT_MOVED, "Calculation", styles.AXIS)
    row = 11
    found = []
    for place, label in enumerate(("First input moved", "Second input moved")):
        name, value = formula_of(""), formula_of(0)
        for number, grid in reversed(list(enumerate(grids, start=1))):
            moved = is_number(Formula(MOVES[number][place], NOT_MOVED))
            name = moved.where((grid.down, grid.across)[place], name)
            value = moved.where(Formula(MOVES[number][place], NOT_MOVED), value)
        if place == 0 and cases:
            rows = [TORNADO + number for number in range(1, len(cases) + 1)]
            labels, values = ([Formula(f"{column}{each}", None) for each in rows] for column in "CD")
            name = (case > 0).where(function("CHOOSE", case, *labels, value=""), name)
            value = (case > 0).where(function("CHOOSE", case, *values, value=0), value)
        for words, formula in ((label, name), ("… to", value)):
            book.put(sheet, f"A{row}", words)
            found.append(elsewhere(sheet, book.put(sheet, f"B{row}", formula, "Calculation", styles.AXIS)))
            row += 1
    return tuple(found)


def _add_model(book: Book, branch: Book, moves: tuple[Formula, ...]) -> list[Formula]:
    """The inputs as moved, the fixed figures, the flows, the metrics; returns the metrics in the order of `METRICS`."""
    about = "The inputs in use as the tables move them, and every metric of the model over them. Ordinary formulas."
    sheet = book.sheet(MODEL_SHEET, (38, 20, 20), MODEL_SHEET, about)
    column_titles(book, sheet, 4, ("", ">Value", "Unit"))
    currency = book.scenario.currency
    first, to_first, second, to_second = moves
    row = 5
    group_title(book, sheet, row, "Inputs as moved", "C")
    for declared in INPUTS.values():
        base = book.names[declared.name]
        if not declared.numeric:
            branch.names[declared.name] = base
            continue
        row += 1
        label = book.put(sheet, f"A{row}", declared.label)
        moved = (first == label).where(to_first, (second == label).where(to_second, base))
        look = styles.number_format(declared.quantity)
        branch.put(sheet, f"B{row}", moved, "Calculation", look, name=declared.name)
        book.put(sheet, f"C{row}", declared.quantity.unit_in(currency), "Unit")
    row += 1
    group_title(book, sheet, row, "Fixed figures that the monthly formulas take", "C")
    for name, words, quantity in WORKINGS:
        row += 1
        formula = formula_of(MODEL.equations[name](*(branch.names[taken] for taken in MODEL.takes[name])))
        book.put(sheet, f"A{row}", words)
        branch.put(sheet, f"B{row}", formula, "Calculation", working_format(quantity), name=name)
        book.put(sheet, f"C{row}", quantity.unit_in(currency), "Unit")
    about = "The flows of the inputs as moved, month by month. Ordinary formulas."
    add_cash_flow_sheet(branch, FLOWS_SHEET, about)
    row += 1
    group_title(book, sheet, row, "Metrics", "C")
    row += 1
    book.put(sheet, f"A{row}", "Start value for IRR()")
    guess = flow_metrics.irr_guess(branch.names["net_flows"], branch.names["flow_months"])
    branch.put(sheet, f"B{row}", guess, "Calculation", styles.FACTOR, name="irr_guess")
    row += 1
    book.put(sheet, f"A{row}", "Whether the model can calculate it")
    branch.put(sheet, f"B{row}", _possible(branch).where("Yes", "No"), "Calculation", name="possible")
    for line in LINES:
        if isinstance(line, Line) and line.name in LINE_OF.values():
            row += 1
            book.put(sheet, f"A{row}", line.label)
            name = f"native_{line.name}"
            branch.put(sheet, f"B{row}", line.native(branch), "Calculation", line.number_format, name=name)
            book.put(sheet, f"C{row}", line.unit.replace("{currency}", currency), "Unit")
    sheet.freeze_panes = "B5"
    page(sheet, f"A1:C{row}", "1:4")
    protect(sheet)
    return [branch.names[f"native_{line}"] for line in LINE_OF.values()]


def _possible(branch: Book) -> Formula:
    """Whether the months reach to the horizon, and a fleet has what it needs: else the engine refuses too."""
    n = branch.names
    months = n["flow_months"]
    reach = n["months_to_amortize"] <= function("MAX", months, value=max(months.value))
    rate, speed = (n[name] for name in SELF_HOSTING_NEEDS)
    return reach & (n["serving"] == "self_hosted").where((rate > 0) & (speed > 0), True)


def _add_grid(book: Book, sheet: Worksheet, number: int, grid: Grid, metric: Formula) -> None:
    """One table of two inputs."""
    row = _corner(number)
    last = get_column_letter(1 + len(grid.across_values))
    group_title(book, sheet, row - 1, f"Grid {number}: the second input across, the first down", last)
    book.put(sheet, f"A{row}", metric, "Output", styles.ANY_SIZE)
    for position, cell in enumerate(grid.across_values):
        book.put(sheet, f"{get_column_letter(2 + position)}{row}", cell, "Column title right", styles.AXIS)
    for line, cell in enumerate(grid.down_values, start=row + 1):
        book.put(sheet, f"A{line}", cell, "Column title right", styles.AXIS)
    down, across = MOVES[number]
    area = f"B{row + 1}:{last}{row + len(grid.down_values)}"
    book.data_table(sheet, area, grid.results, column_input=down, row_input=across)


def _add_tornado(book: Book, sheet: Worksheet, cases: Sequence[Case], metric: Formula) -> None:
    """One table over the numbers of the cases; the inputs and values of a case stand beside it."""
    group_title(book, sheet, TORNADO - 1, "Tornado: case, metric, input, value", "D")
    book.put(sheet, f"B{TORNADO}", metric, "Output", styles.ANY_SIZE)
    for number, case in enumerate(cases, start=1):
        row = TORNADO + number
        book.put(sheet, f"A{row}", number, "Calculation", styles.WHOLE)
        book.put(sheet, f"C{row}", case.label, "Calculation")
        book.put(sheet, f"D{row}", case.value, "Calculation", styles.AXIS)
    area = f"B{TORNADO + 1}:B{TORNADO + len(cases)}"
    book.data_table(sheet, area, [[case.result] for case in cases], column_input=CASE)
