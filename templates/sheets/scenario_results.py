"""The results of every scenario, side by side on the Scenarios sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.styles import Alignment

from roi_engine.figures import FIGURES, OPTION_FIGURES, Figure
from roi_engine.options import MODES
from roi_engine.quantity import SERVING
from templates.building.book import Book, group_title
from templates.building.columns import letters_from
from templates.building.formula import Formula, if_error
from templates.building.native_figures import native_figure
from templates.building.quantities import Quantities
from templates.building.shown_figures import called, rounded_format
from templates.building.typed_or_default import Bounds, choice_in
from templates.sheets.scenario_blocks_sheet import add_scenario_blocks_sheet
from templates.sheets.scenario_differences import add_differences
from templates.sheets.scenario_flows_sheet import MISSING, add_scenario_flows
from templates.sheets.scenarios_sheet import NAMES_ROW, Column, ScenarioCells

RESULTS = {
    "net_roi": "net_roi", "total_cost": "total_cost", "roi": "roi", "payback": "payback_months", "npv": "npv",
    "irr": "irr_annual", "pv_cost": "pv_cost",
}  # fmt: skip
"""What the scenarios are compared by: the name of a row after scenarios_, and the figure."""


@dataclass(frozen=True)
class ScenarioResultCells:
    """The rows of results that other sheets compare with: a cell for each scenario."""

    net_roi: Formula
    npv: Formula


def fill_scenario_results(
    book: Book, scenarios: ScenarioCells, bounds: Mapping[str, Bounds], months: Formula
) -> ScenarioResultCells:
    """Adds the results to the Scenarios sheet, and the sheets behind them.

    bounds : what may be typed for a number.
    months : the numbers of the months, as the Cash flow sheet has them.
    """
    sheet, letters = scenarios.sheet, letters_from(Column.FIRST, len(book.scenarios))
    group_title(book, sheet, NAMES_ROW + 1, "Results", letters[-1])
    known: list[dict[str, Formula]] = []
    blocks: list[Formula] = []
    if book.edition != "values":
        known = [dict(each) for each in add_scenario_flows(book, scenarios.typed, bounds, months)]
    if book.edition != "native":
        blocks = add_scenario_blocks_sheet(book, scenarios.typed)
    rows: dict[str, Formula] = {}
    shown: dict[str, list[Formula]] = {}
    for row, (name, figure_name) in enumerate(RESULTS.items(), start=NAMES_ROW + 2):
        figure = FIGURES[figure_name]
        quantity = figure.equation_name
        book.put(sheet, Column.LABEL.at(row), figure.label)
        book.put(sheet, Column.UNIT.at(row), figure.unit_in(book.scenario.currency), "Unit")
        cells = []
        for index, letter in enumerate(letters):
            content = book.live(
                lambda i=index, f=figure: _asked(book, f, blocks[i], scenarios.typed[i]),  # type: ignore[misc]
                lambda i=index, q=quantity: native_figure(q, known[i]),  # type: ignore[misc]
            )
            with book.waiting_for(known[index][MISSING] if known else None):
                cells.append(book.put(sheet, f"{letter}{row}", content, "Output", rounded_format(figure)))
            sheet[f"{letter}{row}"].alignment = Alignment(horizontal="right", vertical="center")
        for each, cell in zip(known, cells, strict=False):
            each[quantity] = cell
        shown[figure_name] = cells
        area, values = f"{letters[0]}{row}:{letters[-1]}{row}", [cell.value for cell in cells]
        rows[name] = book.define(f"scenarios_{name}", sheet, area, values)
    add_differences(book, scenarios, shown, rows["npv"])
    return ScenarioResultCells(rows["net_roi"], rows["npv"])


def _asked(book: Book, figure: Figure, block: Formula, typed: Quantities) -> Formula:
    """A figure by its function.

    The PV of cost is that of the option that the scenario is.
    """
    if figure.function:
        return if_error(called(book, figure, block), "n/a")
    own = (choice_in(typed["serving"], SERVING) == MODES["SELFHOSTED"]).where("SELFHOSTED", "API")
    return if_error(book.ft("FT_OPTION", own, OPTION_FIGURES[figure.name].code, block), "n/a")
