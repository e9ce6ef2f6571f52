"""The model once more, over the inputs that the data tables move."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS
from templates.building import styles
from templates.building.book import Book, group_title, page, protect
from templates.building.columns import Columns, put_titles, widths
from templates.building.figure_lines import LINES, METRIC_LINES, Line
from templates.building.formula import Formula, function
from templates.building.month_rows import WIDEST, last_month
from templates.building.native_figures import native_figure
from templates.building.quantities import Quantities, by_equation
from templates.building.rate_workings import RATE_WORKINGS, complete_rate
from templates.building.shown_figures import exact_format
from templates.building.what_if_places import FLOWS_SHEET, MODEL_SHEET
from templates.building.workings import WORKINGS, working_format
from templates.sheets.cash_flow_sheet import CashFlowCells, add_cash_flow_sheet

PREFIX = "case_"
"""What the names of the moved model's cells begin with."""
FARTHEST = 1.3
"""How far the grids move a horizon."""
MONTHS_TO_SPARE = 12
"""How far a horizon may be edited before the trials do not reach it."""


class Column(Columns):
    """The quantities of the model, a row each."""

    LABEL = "A", "", 38
    VALUE = "B", ">Value", 20
    UNIT = "C", "Unit", 20


TITLES_ROW = 4


@dataclass(frozen=True)
class Move:
    """An input by its label, and the value to which a table moves it."""

    label: Formula
    value: Formula


@dataclass(frozen=True)
class ModelCells:
    """Whether the model can calculate what is asked, its metrics by name, its months."""

    possible: Formula
    metrics: Mapping[str, Formula]
    last_month: int


@dataclass(frozen=True)
class Drawn:
    """What a trial draws, by input, and whether one is asked for."""

    asked: Formula
    values: Mapping[str, Formula]


def add_what_if_model(
    book: Book, in_use: Quantities, moves: tuple[Move, Move] | None, drawn: Drawn | None
) -> ModelCells:
    """Writes inputs as moved, fixed figures and metrics, and a sheet of flows.

    in_use : the inputs in use.
    moves : what tornado and grids move, where data tables calculate them.
    drawn : what trials draw, where data tables calculate these.
    """
    model = _Model(book, in_use)
    model.add_inputs(moves, drawn)
    model.add_fixed()
    about = "The flows of the inputs as moved, month by month. Ordinary formulas."
    flows = add_cash_flow_sheet(model.own_book, model.known, FLOWS_SHEET, about)
    return model.add_metrics(flows)


def _months(book: Book) -> int:
    """The longest horizon that data tables ask for.

    Tornado and grids move it. Trials hold it, and each calculates every month: for them alone a year more than the
    horizon. Months run down, which LibreOffice takes a fifth less time for.
    """
    if not book.data_tables:
        return min(max(book.longest_horizon + MONTHS_TO_SPARE, WIDEST + 1), last_month(book))
    name = "months_to_amortize"
    spans = [each.ranges[name].high for each in book.scenarios if name in each.ranges]
    farthest = max(last_month(book) * FARTHEST, *spans, 1)
    return min(math.ceil(farthest), int(INPUTS[name].quantity.clamp(math.inf)))


class _Model:
    """The sheet What-if model, and the cells that stand on it."""

    def __init__(self, book: Book, in_use: Quantities) -> None:
        about = "The inputs in use as the tables move them, and every metric of the model over them. Ordinary formulas."
        self.book, self.own_book = book, book.branch(PREFIX, _months(book))
        if not book.data_tables:
            self.own_book.own_months = self.own_book.longest_horizon
        self.sheet: Worksheet = book.sheet(MODEL_SHEET, widths(Column), MODEL_SHEET, about)
        put_titles(book, self.sheet, TITLES_ROW, Column)
        self.known: dict[str, Formula] = dict(in_use)
        self.row = TITLES_ROW

    def _add_group(self, title: str) -> None:
        self.row += 1
        group_title(self.book, self.sheet, self.row, title, Column.UNIT.letter)

    def _label(self, text: str) -> Formula:
        self.row += 1
        return self.book.put(self.sheet, Column.LABEL.at(self.row), text)

    def _put(self, name: str, content: Formula, look: str | None = None) -> Formula:
        return self.own_book.put(self.sheet, Column.VALUE.at(self.row), content, "Calculation", look, name=name)

    def _unit(self, unit: str) -> None:
        self.book.put(self.sheet, Column.UNIT.at(self.row), unit, "Unit")

    def add_inputs(self, moves: tuple[Move, Move] | None, drawn: Drawn | None) -> None:
        """Every input that is a number, as moved or drawn; the others as they are."""
        self._add_group("Inputs as moved")
        for declared in INPUTS.values():
            if not declared.numeric:
                continue
            label, moved = self._label(declared.label), self.known[declared.name]
            for move in reversed(moves or ()):
                moved = (move.label == label).where(move.value, moved)
            if drawn and declared.name in drawn.values:
                moved = drawn.asked.where(drawn.values[declared.name], moved)
            self.known[declared.name] = self._put(declared.name, moved, styles.number_format(declared.quantity))
            self._unit(declared.quantity.unit_in(self.book.scenario.currency))

    def add_fixed(self) -> None:
        """The fixed figures over the inputs as moved."""
        self._add_group("Fixed figures that the monthly formulas take")
        for name, label, quantity in WORKINGS:
            formula = by_equation(name, self.known)
            self._label(label)
            self.known[name] = self._put(name, formula, working_format(quantity))
            self._unit(quantity.unit_in(self.book.scenario.currency))

    def _add_working(self, name: str, formula: Formula) -> Formula:
        working = RATE_WORKINGS[name]
        self._label(working.label)
        self._unit(working.unit_in(self.book.scenario.currency))
        return self._put(name, formula, working.number_format)

    def add_metrics(self, flows: CashFlowCells) -> ModelCells:
        """The metrics that a cell can name, and whether the model can calculate them."""
        self.known |= flows.quantities
        self._add_group("Metrics")
        self.known |= complete_rate(flows.rows, flows.months, self._add_working)
        self._label("Whether the model can calculate it")
        possible = self._put("possible", _possible(self.known, flows.months).where("Yes", "No"))
        figures: dict[str, Formula] = {}
        for line in LINES:
            if isinstance(line, Line) and line in METRIC_LINES.values():
                figure = line.figure
                self._label(figure.label)
                native = native_figure(figure.equation_name, self.known)
                cell = self._put(f"native_{line.name}", native, exact_format(figure))
                self.known.setdefault(figure.equation_name, cell)
                figures[line.name] = cell
                self._unit(figure.unit_in(self.book.scenario.currency))
        self.sheet.freeze_panes = Column.VALUE.at(TITLES_ROW + 1)
        page(self.sheet, f"A1:{Column.UNIT.at(self.row)}", f"1:{TITLES_ROW}")
        protect(self.sheet)
        metrics = {metric: figures[line.name] for metric, line in METRIC_LINES.items()}
        return ModelCells(possible == "Yes", metrics, last_month(self.own_book))


def _possible(n: Quantities, months: Formula) -> Formula:
    """Whether the months reach to the horizon, and a fleet has what it needs."""
    reach = n["months_to_amortize"] <= function("MAX", months, value=max(months.value))
    rate, speed = (n[name] for name in SELF_HOSTING_NEEDS)
    return reach & (n["serving"] == "self_hosted").where((rate > 0) & (speed > 0), True)
