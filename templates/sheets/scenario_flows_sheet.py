"""The sheets of the native edition that calculate every scenario: figures in use, fixed figures, monthly flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from openpyxl.utils import get_column_letter

from roi_engine import metrics
from roi_engine.appraisal import appraise
from roi_engine.cashflow import MODEL
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS
from templates.building import flow_metrics, styles
from templates.building.book import Book, column_titles, elsewhere, group_title, page, protect
from templates.building.formula import Formula, formula_of, if_error
from templates.building.month_rows import MonthTable, Row, renamed
from templates.building.typed_or_default import PRICES, default_of, default_price, in_use
from templates.sheets.breakdown_sheet import WORKINGS, working_format
from templates.sheets.cash_flow_sheet import PAYBACK, ROWS
from templates.sheets.option_flows_sheet import ROW_NAMES

FIRST_COLUMN = 3
TOTALS = ("flow_size", "total_net_cash_flow", "total_running_cost")

Cells = Mapping[tuple[int, str], Formula]
"""Cells by the place of the scenario and the name of the figure."""


class ScenarioFlows:
    """Every scenario calculated by ordinary formulas, on two sheets.

    typed : the typed cells of the inputs, as seen from any sheet.
    """

    def __init__(self, book: Book, typed: Cells) -> None:
        self.book, self.typed = book, typed
        count = len(book.scenarios)
        about = "The figures in use of every scenario, and those that its monthly flows take. Ordinary formulas."
        self.workings = book.sheet("Scenario workings", (38, 20, *[18] * count), "Scenario workings", about)
        column_titles(book, self.workings, 4, ("", "Unit", *(f">{each.name}" for each in book.scenarios)))
        row = self._write_workings()
        self.flows = self._write_flows()
        self._write_row(row + 1, "irr_guess", "Start value for IRR()", "per month", styles.FACTOR, self._guess)
        self.workings.freeze_panes = f"{get_column_letter(FIRST_COLUMN)}5"
        page(self.workings, f"A1:{get_column_letter(FIRST_COLUMN + count - 1)}{row + 1}", "1:4")
        protect(self.workings)
        protect(self.flows.sheet)

    def figure(self, index: int, name: str, results: Cells) -> Any:
        """A result of a scenario, from those before it."""
        flows, own = self.flows, _own(index)
        n: Any = {each: self.book.names.get(own(each)) for each in (*_TAKEN, *TOTALS, *ROW_NAMES, "irr_guess")}
        net = own("net_cash_flow")
        all_flows = n["flows"]
        paid_back = [n["recovery_moments"], n["cumulative_flows"], all_flows]
        monthly = appraise(self.book.scenarios[index]).irr_monthly
        figures: dict[str, Callable[[], Any]] = {
            "net_roi": lambda: metrics.settled(n["total_net_cash_flow"], metrics.rounding(n["flow_size"])),
            "total_cost": lambda: metrics.total_cost(n["upfront_cost"], n["total_running_cost"], n["cost_risk"]),
            "roi": lambda: metrics.roi(*(results[index, each] for each in ("net_roi", "total_cost"))),
            "payback": lambda: flow_metrics.payback(paid_back, n["months_to_amortize"], n["flow_size"]),
            "npv": lambda: flow_metrics.npv(n["discount_rate"], flows.cell(net, 0), flows.span(net, 1)),
            "irr": lambda: flow_metrics.irr(all_flows, n["irr_guess"], monthly),
        }
        return if_error(figures[name](), "n/a")

    def _write_workings(self) -> int:
        """Inputs in use, then the fixed equations of the model; returns the last row."""
        book, row = self.book, 5
        last = get_column_letter(FIRST_COLUMN + len(book.scenarios) - 1)
        group_title(book, self.workings, row, "Inputs in use", last)
        for declared in INPUTS.values():
            if declared.numeric or declared.quantity.choices:
                row += 1
                unit = declared.quantity.unit_in(book.scenario.currency)
                look = styles.number_format(declared.quantity)
                self._write_row(row, declared.name, declared.label, unit, look, self._input(declared))
        row += 1
        group_title(book, self.workings, row, "Fixed figures that the monthly formulas take", last)
        for name, label, quantity in WORKINGS:
            row += 1
            unit = quantity.unit_in(book.scenario.currency)
            self._write_row(row, name, label, unit, working_format(quantity), self._fixed(name))
        return row

    def _write_row(
        self, row: int, name: str, label: str, unit: str, look: str, formula: Callable[[int], Formula]
    ) -> None:
        book, sheet = self.book, self.workings
        book.put(sheet, f"A{row}", label)
        book.put(sheet, f"B{row}", unit, "Unit")
        for index in range(len(book.scenarios)):
            cell = book.put(
                sheet, f"{get_column_letter(FIRST_COLUMN + index)}{row}", formula(index), "Calculation", look
            )
            book.names[_own(index)(name)] = elsewhere(sheet, cell)

    def _input(self, declared: Input) -> Callable[[int], Formula]:
        def formula(index: int) -> Formula:
            default = default_of(declared)
            if declared.name in PRICES:
                side = PRICES[declared.name]
                typed = (self.typed[index, name] for name in (f"{side}_input_tokens", "serving"))
                default = default_price(side, *typed)
            return in_use(declared, self.typed[index, declared.name], default)

        return formula

    def _fixed(self, name: str) -> Callable[[int], Formula]:
        def formula(index: int) -> Formula:
            own = _own(index)
            return formula_of(MODEL.equations[name](*(self.book.names[own(each)] for each in MODEL.takes[name])))

        return formula

    def _guess(self, index: int) -> Formula:
        return flow_metrics.irr_guess(self.book.names[_own(index)("flows")], self.book.names["flow_months"])

    def _write_flows(self) -> MonthTable:
        needed = {*MODEL.order(["net_cash_flow"]), *PAYBACK}
        rows: list[Row | str] = []
        zero_below = {}
        for index, scenario in enumerate(self.book.scenarios):
            own = _own(index)
            rows.append(scenario.name)
            for row in ROWS:
                if isinstance(row, Row) and row.quantity in needed:
                    rows.append(renamed(row if row.total in TOTALS else replace(row, total=""), own))
            zero_below[own("rounding")] = own("flow_size")
        about = "The monthly flows of every scenario. Ordinary formulas."
        table = MonthTable(self.book, "Scenario flows", about, rows, zero_below, horizon_name=None)
        for index in range(len(self.book.scenarios)):
            own = _own(index)
            for name, quantity in ROW_NAMES.items():
                table.define(own(name), own(quantity))
        return table


_TAKEN = ("upfront_cost", "cost_risk", "months_to_amortize", "discount_rate")


def _own(index: int) -> Callable[[str], str]:
    """What a figure is called in a scenario."""
    return lambda name: name if name == "month" else f"scenario_{index + 1}_{name}"
