"""The Sensitivity sheet: a tornado and two grids, every cell a live FT_WHATIF.

In the native edition it holds values as generated, or what data tables on a sheet of their own give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from roi_engine.sensitivity import tornado
from templates.building import pages
from templates.building.book import Book, elsewhere, page, protect
from templates.building.charts import place_chart
from templates.building.columns import put_titles, span, widths
from templates.building.figure_lines import METRIC_LINES
from templates.building.formula import Formula
from templates.building.validation import explain
from templates.sheets.grids import GridCells, GridTable, add_grid, axes_at_first
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.sensitivity_lookup import CHOICE_ROW, BarColumn, ChoiceColumn, KnownColumn
from templates.sheets.tornado import TornadoCase, TornadoDrawing, add_tornado

TORNADO_ROWS = 12
CHART_ROWS = 20


@dataclass(frozen=True)
class SensitivityCells:
    """What other sheets take from the Sensitivity sheet.

    tornado_base, tornado_metric : the base case of the tornado, and its metric, by their names.
    metric, cases : the metric and both ends of every bar, as seen from other sheets.
    drawing : what the chart shows, if anything swings.
    choices : the cells in which it is chosen what the sheet shows, as seen from other sheets.
    """

    sheet: Worksheet
    tornado_base: Formula
    tornado_metric: Formula
    metric: Formula
    cases: Sequence[TornadoCase]
    drawing: TornadoDrawing | None
    grids: Sequence[GridCells]
    choices: Sequence[Formula]

    @property
    def tables(self) -> list[GridTable]:
        """The grids, as a data table takes them."""
        return [grid.table for grid in self.grids]


def add_sensitivity_sheet(book: Book, inputs: InputCells, metrics: Mapping[str, Formula]) -> SensitivityCells:
    """Writes the sheet: tornado table, then the two grids.

    metrics : the Breakdown's figures, by the name that FT_WHATIF knows.
    """
    sheet = book.sheet("Sensitivity", widths(BarColumn, KnownColumn, ChoiceColumn), "Sensitivity", _about(book))
    with book.as_values(book.grids_as_generated):
        cells = _fill(book, sheet, inputs, metrics)
    protect(sheet)
    return cells


LIVE = "What happens when an input is different. Metrics and axes are chosen in the blue cells."
STORED = "What happens when an input is different. This copy does not calculate."
IN_EXCEL = "Calculated by Excel's data tables (sheet What-if)."
AS_GENERATED = "What happens when an input is different. Values as generated: they do not follow edited inputs."


def _about(book: Book) -> str:
    if book.edition == "values":
        return STORED
    if book.data_tables:
        return f"{LIVE} {IN_EXCEL}"
    if not book.grids_as_generated:
        return LIVE
    return f"{AS_GENERATED} The scenario is {book.scenario.name}." if book.several else AS_GENERATED


def _fill(book: Book, sheet: Worksheet, inputs: InputCells, metrics: Mapping[str, Formula]) -> SensitivityCells:
    _add_choices(book, sheet)
    bars = tornado(book.scenario)[:TORNADO_ROWS]
    metrics_rule, axes_rule = rules = _metrics_rule(book), _axes_rule()
    table = add_tornado(book, sheet, bars, inputs, metrics, metrics_rule)
    if table.drawing:
        chart = table.drawing.chart(book.scenario.currency)
        anchor = BarColumn.INPUT.at(table.last_row + 2)
        words, finding = table.drawing.words, table.drawing.finding
        place_chart(book, sheet, chart, anchor, BarColumn.SWING.letter, words, finding, widest=30)
    last_of_page = table.last_row + CHART_ROWS + 1
    base = book.define("tornado_base", sheet, table.base.text, table.base.value)
    metric = book.define("tornado_metric", sheet, BarColumn.BASE.at(CHOICE_ROW), table.metric.value)
    grids: list[GridCells] = []
    row = last_of_page + 1
    for number, axes in enumerate(axes_at_first(book, bars), start=1):
        grids.append(add_grid(book, sheet, row, number, axes, inputs, rules))
        row = grids[-1].last_row + 2
    sheet.add_data_validation(metrics_rule)
    sheet.add_data_validation(axes_rule)
    sheet.freeze_panes = BarColumn.BASE.at(CHOICE_ROW)
    page(sheet, span(BarColumn.INPUT, BarColumn.SWING, 1, row - 2), "1:3")
    book.once_fitted.append(lambda: pages.print_in_blocks(sheet, (last_of_page,), 3))
    choices = [*(elsewhere(sheet, each) for each in table.choices), *(cell for each in grids for cell in each.choices)]
    seen = elsewhere(sheet, table.metric)
    return SensitivityCells(sheet, base, metric, seen, table.cases, table.drawing, grids, choices)


def _metrics_rule(book: Book) -> DataValidation:
    """The metrics to choose from: those that FT_WHATIF gives."""
    labels = [each.figure.label for each in METRIC_LINES.values() if book.has_function(each.figure.function)]
    rule = DataValidation(type="list", formula1=f'"{",".join(labels)}"', allow_blank=False)
    explain(rule, "Metric", "The figure that the table shows.", "Choose a metric from the list.")
    return rule


def _axes_rule() -> DataValidation:
    rule = DataValidation(type="list", formula1="axis_choices", allow_blank=False)
    prompt = f"The input that is varied along this axis: one of column {ChoiceColumn.INPUT.letter}."
    explain(rule, "Input", prompt, "Choose an input from the list.")
    return rule


def _add_choices(book: Book, sheet: Worksheet) -> None:
    """The labels of all numeric inputs, beside the page: what the drop-downs offer."""
    put_titles(book, sheet, CHOICE_ROW, ChoiceColumn)
    labels = [declared.label for declared in INPUTS.values() if declared.numeric]
    first, last = CHOICE_ROW + 1, CHOICE_ROW + len(labels)
    for row, label in enumerate(labels, start=first):
        book.put(sheet, ChoiceColumn.INPUT.at(row), label, "Explanatory Text")
    book.define("axis_choices", sheet, ChoiceColumn.INPUT.rows(first, last))
