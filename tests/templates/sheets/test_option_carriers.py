"""The options on every carrier: floats, arrays, and formulas that a spreadsheet program recalculates."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from roi_engine import Scenario, compare_options
from roi_engine.cashflow import figure
from roi_engine.options import GRAPHS, OPTIONS, REPLACED, TAKEN, _evaluated, replaced
from templates.building import flow_metrics
from templates.building.formula import Formula, cached, formula_of
from templates.building.quantities import by_equation, quantity_of
from tests import libreoffice
from tests.random_scenarios import random_scenarios

SCENARIOS = random_scenarios(500, longest=12)
A_SHEET = 25
"""Scenarios on one sheet."""


def _close(one: Any, other: Any, scale: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 * scale)


@pytest.mark.parametrize("option", REPLACED)
def test_arrays_equal_floats(option: str) -> None:
    """All scenarios with figures for an option in one run over arrays, those of equal choices together."""
    compared = 0
    for timing in ("upfront", "monthly"):
        for serving in ("per_token", "self_hosted"):
            group = [
                each
                for each in SCENARIOS
                if (each.storage_timing, each.serving) == (timing, serving)
                and option in compare_options(each).available
            ]
            columns: dict[str, Any] = {}
            for name in group[0].inputs() if group else ():
                values = [each.inputs()[name] for each in group]
                texts = isinstance(values[0], str)
                columns[name] = values[0] if texts else np.array([math.nan if v is None else v for v in values], float)
            if not group:
                continue
            with np.errstate(all="ignore"):
                npvs, bills = (_evaluated(option, columns, name) for name in ("npv", "bill_now"))
            for index, scenario in enumerate(group):
                options = compare_options(scenario)
                scale = max(1.0, *map(abs, options.cash_flow(option)))
                assert _close(float(npvs[index]), options.npv(option), scale), scenario.name
                assert _close(float(bills[index]), options.bill(option), scale), scenario.name
                compared += 1
    assert compared > 100


class _Band:
    """A scenario as one of its options, in a band of rows: a line of single cells, then a line a month row."""

    def __init__(self, sheet: Any, top: int, scenario: Scenario, option: str) -> None:
        self.sheet, self.row, self.column, self.months = sheet, top, 0, scenario.months_to_amortize
        known = {name: self._put(value) for name, value in scenario.inputs().items()}
        for name in OPTIONS.order(TAKEN.get(option, {}).values()):
            known[name] = self._put(quantity_of(name, known, OPTIONS))
        values = replaced(option, known)
        known |= {name: self._put(value) for name, value in values.items()}
        graph, self.rows = GRAPHS[option], {}
        ordered = graph.order(["net_cash_flow", "bill_now"])
        for name in ordered:
            if name not in graph.monthly:
                known[name] = self._put(by_equation(name, known, graph))
        for name in ordered:
            if name in graph.monthly:
                self._add_months(name, known, graph)
        flows = self.rows["net_cash_flow"]
        first, *later = flows
        span = Formula(f"{later[0].text}:{later[-1].text}", [each.value for each in later])
        self.row, self.column = top, 150
        self.npv = self._put(flow_metrics.npv(known["discount_rate"], first, span)).text
        self.bill = known["bill_now"].text

    def _put(self, content: Any) -> Formula:
        self.column += 1
        address = f"{get_column_letter(self.column)}{self.row}"
        formula = content if isinstance(content, Formula) else None
        self.sheet[address] = f"={formula.text}" if formula else content
        return Formula(address, cached(formula.value) if formula else content)

    def _add_months(self, name: str, known: dict[str, Formula], graph: Any) -> None:
        self.row, self.column = self.row + 1, 0
        cells: list[Formula] = []
        for month in range(self.months + 1):
            taken = (
                Formula(str(month), month) if each == "month" else self.rows[each][month] if each in self.rows
                else quantity_of(each, known, graph)
                for each in graph.takes[name]
            )  # fmt: skip
            cells.append(self._put(formula_of(graph.equations[name](*taken))))
        self.rows[name] = cells


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("count", [pytest.param(20, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.full)])
def test_recalculated_cells_equal_the_engine(count: int, tmp_path: Path) -> None:
    """The NPV and the bill of every option that has figures, by formulas printed from its equations."""
    book = openpyxl.Workbook()
    written = []
    for index, scenario in enumerate(SCENARIOS[:count]):
        if index % A_SHEET == 0:
            sheet, top = book.create_sheet(f"Band {index}"), 1
        for option in compare_options(scenario).available[1:]:
            band = _Band(sheet, top, scenario, option)
            written.append((scenario, option, sheet.title, band.npv, band.bill))
            top += len(band.rows) + 2
    path = tmp_path / "options.xlsx"
    book.save(path)
    shown = openpyxl.load_workbook(libreoffice.recalculate(path, tmp_path / "out"), data_only=True)
    for scenario, option, title, npv, bill in written:
        options = compare_options(scenario)
        scale = max(1.0, *map(abs, options.cash_flow(option)))
        place = (scenario.name, option)
        assert _close(shown[title][npv].value, options.npv(option), scale), place
        assert _close(shown[title][bill].value, options.bill(option), scale), place
        if option == options.own:
            assert _close(shown[title][npv].value, figure(scenario.inputs(), "npv"), scale), place
    assert len(written) > count
