"""The grids on the Sensitivity sheet: a metric where two inputs cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Border, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.appraisal import METRICS, find_metric
from roi_engine.cashflow import figure
from roi_engine.quantity import CHANGE
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import mix_given
from roi_engine.sensitivity import TornadoBar, moved
from templates.building import styles
from templates.building.book import FITTED, Book, absolute, elsewhere, group_title
from templates.building.chosen_format import (
    follow,
    follow_metric,
    follow_unit,
    input_format,
    metric_format,
    names_a_share,
)
from templates.building.colour_scales import metric_scale, never_rule
from templates.building.columns import letters_from, put_titles
from templates.building.formula import Formula, formula_of, if_error, is_number
from templates.building.validation import explain, rule_of
from templates.building.what_if_places import grid_result
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.sensitivity_lookup import (
    AxisColumn,
    BarColumn,
    ChoiceColumn,
    GridColumn,
    anchored,
    bounds_and_step,
    looked_up,
)

CHANGES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
MIDDLE = len(CHANGES) // 2
NOT_AN_INPUT = f"is none of column {ChoiceColumn.INPUT.letter}"
"""What stands beside an axis whose input is not known."""
THE_SAME_TWICE = "is the input down, too: choose another"
"""What stands beside the axis across where both are one input."""
ACROSS = letters_from(GridColumn.FIRST, len(CHANGES))
"""The columns of the values across."""


@dataclass(frozen=True)
class GridAxis:
    """An axis in the middle of a grid: the input's label, its change, its value."""

    label: Formula
    change: Formula
    value: Formula


@dataclass(frozen=True)
class GridTable:
    """What a data table takes and gives: metric, axes, results; cells elsewhere."""

    metric: Formula
    down: Formula
    across: Formula
    down_values: Sequence[Formula]
    across_values: Sequence[Formula]
    results: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class GridCells:
    """A grid: its metric, its middle by their names, its table, its last row.

    choices : the cells in which it is chosen what it shows, as seen from other sheets.
    """

    number: int
    metric: Formula
    centre: Formula
    down: GridAxis
    across: GridAxis
    table: GridTable
    choices: Sequence[Formula]
    last_row: int


@dataclass(frozen=True)
class Axes:
    """What a grid shows at first: the metric, and the inputs down and across."""

    metric: str
    down: str
    across: str


def axes_at_first(book: Book, bars: Sequence[TornadoBar]) -> tuple[Axes, Axes]:
    """Price × calls on net return, accuracy × calls on payback.

    The horizon is no axis of payback: once an outlay is recovered, a longer horizon changes nothing. Where the
    scenario does not use one of these (a token mix, no review cost), the widest swing takes its place.
    """
    inputs = book.scenario.inputs()
    price = "baseline_cost_per_1k_tokens"
    if mix_given(inputs, "baseline"):
        price = max(
            ("baseline_input_price_per_m", "baseline_output_price_per_m"),
            key=lambda name: next((bar.swing for bar in bars if bar.name == name), 0.0),
        )
    quality = "accuracy_improvement_percent"
    taken = {price, "baseline_monthly_api_calls", quality, "months_to_amortize"}
    if not inputs[quality] or not figure(inputs, "present_review_cost"):
        quality = next((bar.name for bar in bars if bar.name not in taken), quality)
    calls = "baseline_monthly_api_calls"
    return Axes("NETROI", price, calls), Axes("PAYBACK", quality, calls)


def add_grid(
    book: Book,
    sheet: Worksheet,
    row: int,
    number: int,
    axes: Axes,
    inputs: InputCells,
    rules: tuple[DataValidation, DataValidation],
) -> GridCells:
    """Writes a grid below its choices.

    rules : of the cells in which a metric, and an input, is chosen.
    """
    metrics_rule, axes_rule = rules
    group_title(book, sheet, row, f"Grid {number}", BarColumn.SWING.letter)
    metric_place = AxisColumn.INPUT.at(row + 1)
    book.put(sheet, AxisColumn.AXIS.at(row + 1), "Metric")
    metric = anchored(book.put(sheet, metric_place, METRICS[axes.metric].label, "Input"))
    metrics_rule.add(metric_place)
    put_titles(book, sheet, row + 2, AxisColumn)
    down = _Axis(book, sheet, row + 3, "Down", axes.down, inputs)
    across = _Axis(book, sheet, row + 4, "Across", axes.across, inputs, down.label)
    for place in (down.place, across.place):
        axes_rule.add(place)
    grid = _Grid(book, sheet, number, row + 5, metric, down, across)
    grid.add_axes()
    grid.add_results(inputs.block)
    return grid.named(metric_place)


class _Axis:
    """The choice of an axis, what is known about its input, and where it goes."""

    def __init__(
        self,
        book: Book,
        sheet: Worksheet,
        row: int,
        side: str,
        name: str,
        inputs: InputCells,
        other: Formula | None = None,
    ) -> None:
        """An axis.

        other : the choice of the axis above it, if there is one.
        """
        self.place, self.declared = AxisColumn.INPUT.at(row), INPUTS[name]
        unit = AxisColumn.UNIT.at(row)
        book.put(sheet, AxisColumn.AXIS.at(row), side)
        self.label = label = anchored(book.put(sheet, self.place, INPUTS[name].label, "Input"))
        step, lowest, highest = bounds_and_step(name)
        base = looked_up(inputs.values, inputs, label, inputs.in_use[name].value)
        bounds = [
            if_error(looked_up(column, inputs, label, value), "n/a")
            for column, value in ((inputs.steps, step), (inputs.lowest, lowest), (inputs.highest, highest))
        ]
        facts = (
            (AxisColumn.BASE, base.given().where(base, "n/a"), input_format(self.declared)),
            (AxisColumn.STEP, bounds[0], styles.WHOLE),
            (AxisColumn.LOWEST, bounds[1], styles.LOWEST),
            (AxisColumn.HIGHEST, bounds[2], styles.HIGHEST),
        )
        self.base, self.step, self.lowest, self.highest = (
            anchored(book.put(sheet, column.at(row), content, "Calculation", shown)) for column, content, shown in facts
        )
        in_words = INPUTS[name].quantity.unit_in(book.scenario.currency)
        told = if_error(looked_up(inputs.units, inputs, label, in_words), NOT_AN_INPUT)
        book.put(sheet, unit, told if other is None else (label == other).where(THE_SAME_TWICE, told), "Unit")
        self.unit = absolute(unit)
        self.values: list[Formula] = []
        follow_unit(sheet, AxisColumn.BASE.at(row), self.declared, self.unit)
        for column, code in zip((AxisColumn.LOWEST, AxisColumn.HIGHEST), styles.BOUNDS_OF_A_SHARE, strict=True):
            follow(sheet, column.at(row), names_a_share(self.unit), code)

    def moved(self, change: Formula) -> Formula:
        """The input moved by a change; n/a for an input that is empty."""
        value = formula_of(moved(self.base, change, self.step, self.lowest, self.highest))
        return if_error(value, "n/a")


class _Grid:
    """The changes and values of both axes, and the metric at every crossing."""

    def __init__(
        self, book: Book, sheet: Worksheet, number: int, row: int, metric: Formula, down: _Axis, across: _Axis
    ) -> None:
        self.book, self.sheet, self.number, self.metric = book, sheet, number, metric
        self.down, self.across = down, across
        self.changes_row, self.values_row, self.first = row, row + 1, row + 2
        self.last = self.first + len(CHANGES) - 1
        self.results: list[list[Any]] = []

    def add_axes(self) -> None:
        """The changes, which may be typed, and the values that they make."""
        book, sheet, rule = self.book, self.sheet, rule_of(CHANGE, may_be_empty=False)
        words = "Change from base: across, and down the first column"
        book.put(sheet, GridColumn.CHANGE.at(self.changes_row), words, "Explanatory Text")
        explain(rule, "Change", "How far from its base the input of this axis goes.", rule.error or "")
        sheet.add_data_validation(rule)
        for index, (letter, change) in enumerate(zip(ACROSS, CHANGES, strict=True)):
            at = Formula(f"{letter}${self.changes_row}", change)
            self._put_value(self.across, rule, f"{letter}{self.changes_row}", at, f"{letter}{self.values_row}")
            row = self.first + index
            at = Formula(GridColumn.CHANGE.anchored(row), change)
            self._put_value(self.down, rule, GridColumn.CHANGE.at(row), at, GridColumn.VALUE.at(row))
        put_titles(book, sheet, self.values_row, (GridColumn.CHANGE, GridColumn.VALUE))

    def _put_value(self, axis: _Axis, rule: DataValidation, place: str, change: Formula, value_place: str) -> None:
        book, sheet = self.book, self.sheet
        rule.add(place)
        book.put(sheet, place, change.value, "Input", "+0%;-0%;0%")
        look = input_format(axis.declared)
        axis.values.append(book.put(sheet, value_place, axis.moved(change), "Column title right", look))
        follow_unit(sheet, value_place, axis.declared, axis.unit)

    def add_results(self, block: Formula) -> None:
        """The metric at every crossing; n/a where both axes are one input."""
        book = self.book
        one, other = self.down.label, self.across.label
        two_inputs = (one == other).negated()
        look = (
            styles.LONG_PAYBACK
            if find_metric(self.metric.value).quantity.kind == "months"
            else metric_format(self.metric.value)
        )
        for line, down in enumerate(self.down.values):
            row, shown = self.first + line, []
            for position, (letter, across) in enumerate(zip(ACROSS, self.across.values, strict=True)):
                moved_down = Formula(GridColumn.VALUE.anchored(row), down.value)
                moved_across = Formula(f"{letter}${self.values_row}", across.value)
                wired = book.ft("FT_WHATIF", self.metric, block, one, moved_down, other, moved_across)
                condition = two_inputs & is_number(moved_down) & is_number(moved_across)
                content = grid_result(book, wired, self.number, line, position, condition)
                cell = book.put(self.sheet, f"{letter}{row}", content, "Calculation", look)
                book.align(self.sheet[cell.text], FITTED)
                shown.append(cell.value)
            self.results.append(shown)

    def named(self, metric_place: str) -> GridCells:
        """The names of what the checks read, the box around the middle, the colours."""
        book, sheet, prefix = self.book, self.sheet, f"grid_{self.number}"
        letter, row = ACROSS[MIDDLE], self.first + MIDDLE
        change_across = book.define(f"{prefix}_change_across", sheet, f"{letter}{self.changes_row}", CHANGES[MIDDLE])
        change_down = book.define(f"{prefix}_change_down", sheet, GridColumn.CHANGE.at(row), CHANGES[MIDDLE])
        label_across = book.define(f"{prefix}_across", sheet, self.across.place, self.across.label.value)
        at = f"{letter}{self.values_row}"
        value_across = book.define(f"{prefix}_value_across", sheet, at, self.across.values[MIDDLE].value)
        label_down = book.define(f"{prefix}_down", sheet, self.down.place, self.down.label.value)
        at = GridColumn.VALUE.at(row)
        value_down = book.define(f"{prefix}_value_down", sheet, at, self.down.values[MIDDLE].value)
        thick = Side(style="medium", color=styles.INK)
        sheet[f"{letter}{row}"].border = Border(left=thick, right=thick, top=thick, bottom=thick)
        centre = book.define(f"{prefix}_centre", sheet, f"{letter}{row}", self.results[MIDDLE][MIDDLE])
        metric = book.define(f"{prefix}_metric", sheet, metric_place, self.metric.value)
        area = f"{ACROSS[0]}{self.first}:{ACROSS[-1]}{self.last}"
        quantity = find_metric(self.metric.value).quantity
        sheet.conditional_formatting.add(area, never_rule(area.split(":")[0]))
        sheet.conditional_formatting.add(area, metric_scale(area, quantity, metric_place))
        follow_metric(sheet, area, self.metric.value, self.metric.text)
        return GridCells(
            self.number,
            metric,
            centre,
            GridAxis(label_down, change_down, value_down),
            GridAxis(label_across, change_across, value_across),
            self._table(),
            self._choices(metric_place),
            self.last,
        )

    def _choices(self, metric_place: str) -> list[Formula]:
        """The cells in which metric, axes and changes are chosen."""
        across = f"{ACROSS[0]}{self.changes_row}:{ACROSS[-1]}{self.changes_row}"
        down = GridColumn.CHANGE.rows(self.first, self.last)
        axes = f"{self.down.place}:{self.across.place}"
        return [elsewhere(self.sheet, Formula(each, None)) for each in (metric_place, axes, across, down)]

    def _table(self) -> GridTable:
        sheet = self.sheet
        return GridTable(
            elsewhere(sheet, self.metric),
            elsewhere(sheet, self.down.label),
            elsewhere(sheet, self.across.label),
            [elsewhere(sheet, cell) for cell in self.down.values],
            [elsewhere(sheet, cell) for cell in self.across.values],
            self.results,
        )
