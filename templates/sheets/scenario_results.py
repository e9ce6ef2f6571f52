"""The results of every scenario, side by side on the Scenarios sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment

from templates.building import styles
from templates.building.book import Book, group_title
from templates.building.columns import letters_from
from templates.building.formula import Formula, if_error
from templates.building.native_figures import native_figure
from templates.sheets.scenario_blocks_sheet import add_scenario_blocks_sheet
from templates.sheets.scenario_flows_sheet import add_scenario_flows
from templates.sheets.scenarios_sheet import NAMES_ROW, Column, ScenarioCells

RESULTS: tuple[tuple[str, str, tuple[Any, ...], str, str, str], ...] = (
    ("Net ROI", "{currency}", ("FT_NETROI",), styles.MONEY, "net_roi", "net_roi"),
    ("Total cost", "{currency}", ("FT_TOTALCOST",), styles.MONEY, "total_cost", "total_cost"),
    ("ROI", "of total cost", ("FT_ROI",), styles.FRACTION, "roi", "roi"),
    ("Payback", "months", ("FT_PAYBACK",), styles.PAYBACK, "payback", "payback_months"),
    ("NPV", "{currency}", ("FT_NPV", None), styles.MONEY, "npv", "npv"),
    ("IRR", "per year", ("FT_IRR",), styles.RATE_OF_RETURN, "irr", "irr_annual"),
)
"""What the scenarios are compared by: label, unit, function and its arguments, number format, name, quantity."""


@dataclass(frozen=True)
class ScenarioResultCells:
    """The rows of results that other sheets compare with: a cell for each scenario."""

    net_roi: Formula
    npv: Formula


def fill_scenario_results(book: Book, scenarios: ScenarioCells, months: Formula) -> ScenarioResultCells:
    """Adds the results to the Scenarios sheet, with the sheets that they are calculated on.

    months : the numbers of the months, as the Cash flow sheet has them.
    """
    sheet, letters = scenarios.sheet, letters_from(Column.FIRST, len(book.scenarios))
    group_title(book, sheet, NAMES_ROW + 1, "Results", letters[-1])
    known: list[dict[str, Formula]] = []
    blocks: list[Formula] = []
    if book.edition == "native":
        known = [dict(each) for each in add_scenario_flows(book, scenarios.typed, months)]
    else:
        blocks = add_scenario_blocks_sheet(book, scenarios.typed)
    rows: dict[str, Formula] = {}
    for row, (label, unit, (function, *own), shown, name, quantity) in enumerate(RESULTS, start=NAMES_ROW + 2):
        book.put(sheet, Column.LABEL.at(row), label)
        book.put(sheet, Column.UNIT.at(row), unit.replace("{currency}", book.scenario.currency), "Unit")
        cells = []
        for index, letter in enumerate(letters):
            figure = native_figure(quantity, known[index]) if known else book.ft(function, *own, blocks[index])
            cells.append(book.put(sheet, f"{letter}{row}", if_error(figure, "n/a"), "Output", shown))
            sheet[f"{letter}{row}"].alignment = Alignment(horizontal="right", vertical="center")
        for each, cell in zip(known, cells, strict=False):
            each[quantity] = cell
        area, values = f"{letters[0]}{row}:{letters[-1]}{row}", [cell.value for cell in cells]
        rows[name] = book.define(f"scenarios_{name}", sheet, area, values)
    return ScenarioResultCells(rows["net_roi"], rows["npv"])
