"""Five hundred random scenarios: floats, arrays and recalculated native cash-flow rows give the same figures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from roi_engine import Scenario
from roi_engine.appraisal import appraise
from roi_engine.cashflow import MODEL, cash_flow, horizon
from roi_engine.metrics import payback_months
from templates.building.calendar_months import calendar_start
from templates.building.formula import Formula, formula_of
from templates.building.model_rows import ROWS
from templates.building.month_rows import Row
from templates.building.quantities import quantity_of
from tests import libreoffice
from tests.random_scenarios import random_scenarios

SCENARIOS = random_scenarios(500)
BACK = "going_back_month"
MONTHLY = [row for row in ROWS if isinstance(row, Row) and row.waits in ("", BACK)]
"""The rows but those at the internal rate: see test_internal_rate_of_a_workbook."""
FIXED = [name for name in MODEL.order(["net_cash_flow"]) if name not in MODEL.monthly]


def _close(one: Any, other: Any, scale: float) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 * scale)


def test_arrays_equal_floats() -> None:
    """All scenarios in one run over arrays, those of equal choices together, against one by one."""
    for timing in ("upfront", "monthly"):
        for serving in ("per_token", "self_hosted"):
            group = [s for s in SCENARIOS if (s.storage_timing, s.serving) == (timing, serving)]
            assert len(group) > 20
            columns: dict[str, Any] = {}
            for name in group[0].inputs():
                values = [s.inputs()[name] for s in group]
                texts = isinstance(values[0], str)
                columns[name] = values[0] if texts else np.array([math.nan if v is None else v for v in values], float)
            with np.errstate(all="ignore"):
                flows = MODEL.evaluate(columns, ("net_cash_flow",), horizon(columns))["net_cash_flow"]
            for index, scenario in enumerate(group):
                alone = cash_flow(scenario.inputs())
                scale = max(1.0, *map(abs, alone))
                for month, flow in enumerate(flows):
                    expected = alone[month] if month < len(alone) else 0.0
                    assert _close(float(flow[index]), expected, scale), (scenario.name, month)


def _write_scenario(sheet: Any, top: int, scenario: Scenario) -> dict[str, list[tuple[str, Any]]]:
    """One scenario in a band of rows: inputs, fixed figures, then a row per quantity with its months across.

    Returns quantity → (address, engine's value) per month; "payback" is a single cell.
    """
    atoms: dict[str, Formula] = {}
    for index, (name, value) in enumerate(scenario.inputs().items(), start=1):
        address = f"{get_column_letter(index)}{top}"
        sheet[address] = value
        atoms[name] = Formula(f"{get_column_letter(index)}${top}", value)
    start = calendar_start(atoms["start_month"], Formula('"OK"', "OK"))
    sheet[f"A{top + 2}"] = f"={start.text}"
    atoms["calendar_start"] = Formula(f"A${top + 2}", start.value)
    for index, name in enumerate(FIXED, start=1):
        address = f"{get_column_letter(index)}{top + 1}"
        formula = formula_of(MODEL.equations[name](*(atoms[taken] for taken in MODEL.takes[name])))
        sheet[address] = f"={formula.text}"
        atoms[name] = Formula(f"{get_column_letter(index)}${top + 1}", formula.value)
    months = range(scenario.months_to_amortize + 1)
    month_cells = [Formula(str(month), month) for month in months]
    cells: dict[str, list[Formula]] = {}
    written: dict[str, list[tuple[str, Any]]] = {}
    for offset, row in enumerate(MONTHLY, start=2):
        equation, takes = (row.equation, row.takes)
        line: list[Formula] = []
        for month in months:
            arguments = []
            for name in takes:
                before = name.removesuffix("_before")
                if name == "month":
                    arguments.append(month_cells[month])
                elif name in cells:
                    arguments.append(cells[name][month])
                elif before != name:
                    previous = line if before == row.quantity else cells[before]
                    arguments.append(previous[month - 1] if month else formula_of(0))
                else:
                    arguments.append(quantity_of(name, atoms))
            formula = formula_of(equation(*arguments))
            address = f"{get_column_letter(month + 2)}{top + offset}"
            sheet[address] = f"={formula.text}"
            line.append(Formula(address, formula.value))
        cells[row.quantity] = line
        if row.quantity == "gaining_month":
            atoms[BACK] = line[-1]
        written[row.quantity] = [(cell.text, cell.value) for cell in line]
        if row.total:
            total = sum(cell.value for cell in line)
            sheet[f"A{top + offset}"] = f"=SUM({line[0].text}:{line[-1].text})"
            atoms[row.total] = Formula(f"A{top + offset}", total)
    last = (cells[name][-1] for name in ("recovered", "cumulative", "net_cash_flow"))
    payback = formula_of(payback_months(*last, atoms["months_to_amortize"], atoms["flow_size"]))
    sheet[f"A{top}"].offset(0, 70).value = f"={payback.text}"
    written["payback"] = [(sheet[f"A{top}"].offset(0, 70).coordinate, payback.value)]
    return written


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    "scenarios",
    [
        pytest.param(SCENARIOS[:100], marks=pytest.mark.slow, id="100"),
        pytest.param(SCENARIOS[100:], marks=pytest.mark.full(seconds=12), id="400"),
    ],
)
def test_recalculated_native_rows_equal_the_engine(scenarios: list[Scenario], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    band = len(MONTHLY) + 3
    written = []
    for index, scenario in enumerate(scenarios):
        sheet = book.active if index == 0 else book.worksheets[-1]
        if index % 50 == 0 and index:
            sheet = book.create_sheet(f"Band {index}")
        written.append((sheet.title, _write_scenario(sheet, 1 + (index % 50) * band, scenario)))
    path = tmp_path / "random.xlsx"
    book.save(path)
    recalculated = openpyxl.load_workbook(libreoffice.recalculate(path, tmp_path / "out"), data_only=True)
    compared = 0
    for scenario, (title, rows) in zip(scenarios, written, strict=True):
        flows = cash_flow(scenario.inputs())
        scale = max(1.0, *map(abs, flows))
        shown = recalculated[title]
        for month, (address, _) in enumerate(rows["net_cash_flow"]):
            assert _close(shown[address].value, flows[month], scale), (scenario.name, month)
        for quantity, cells in rows.items():
            for address, value in cells:
                expected = "Never" if value == math.inf else value
                found = shown[address].value
                assert _close("" if found is None else found, expected, scale), (scenario.name, quantity, address)
                compared += 1
        payback = appraise(scenario).payback_months
        assert _close(rows["payback"][0][1], payback, 1.0), scenario.name
    assert compared > 200 * len(scenarios)
