"""A second, independent spreadsheet engine: the package `formulas` evaluates whole native workbooks in Python.

Up to 60 months; a longer sheet takes it minutes. It reads a workbook in ten to twenty seconds, so all of this is slow.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import formulas
import pytest

from roi_engine import REFERENCE, Scenario, appraise
from templates.workbook import build_workbook
from tests.random_scenarios import random_scenarios
from tests.workbook_cells import same, samples_and_edges, stored_cells

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def _scenarios() -> dict[str, Scenario]:
    """The samples, never, nothing, one month and five years, and two random scenarios; LibreOffice takes them all."""
    found = samples_and_edges()
    for name in ("loss", "free", "late"):
        del found[name]
    found["five years"] = REFERENCE.with_inputs(months=60, monthly_growth=0.01, storage_timing="monthly")
    return found | {each.name: each for each in random_scenarios(2, seed=11)}


SCENARIOS = _scenarios()
NOT_EVALUATED = {
    "SUMPRODUCT(--(scenario_names=scenario_choice))": "it compares no range of texts with a text: 0 for every choice",
}
"""Formulas that `formulas` cannot evaluate, with the reason; it is given their cached values."""


def evaluated(path: Path) -> dict[tuple[str, str], Any]:
    """Sheet in capitals and address → value, of every cell."""
    model = formulas.ExcelModel().loads(str(path)).finish()
    given = {
        f"'[{path.name}]{title.upper()}'!{address}": cell.value
        for title, cells in stored_cells(path.read_bytes()).items()
        for address, cell in cells.items()
        if cell.formula in NOT_EVALUATED
    }
    found = {}
    for key, ranges in model.calculate(inputs=given or None).items():
        cell = re.fullmatch(r"'\[[^\]]+\]([^']+)'!([A-Z]+\d+)", str(key))
        if cell:
            value = ranges.value[0, 0]
            found[cell[1], cell[2]] = value.item() if hasattr(value, "item") else value
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_another_engine_computes_what_is_cached(name: str, tmp_path: Path) -> None:
    _compare(build_workbook(SCENARIOS[name], edition="native", generated=WHEN), SCENARIOS[name], tmp_path)


@pytest.mark.slow
def test_another_engine_computes_several_scenarios(tmp_path: Path) -> None:
    first, *others = (SCENARIOS[name] for name in ("support-classifier", "document-extraction", "reference"))
    _compare(build_workbook(first, edition="native", generated=WHEN, others=others), first, tmp_path)


def _compare(package: bytes, scenario: Scenario, folder: Path) -> None:
    """Holds every formula cell against what the other engine computes."""
    path = folder / "book.xlsx"
    path.write_bytes(package)
    shown = evaluated(path)
    scale = max(1.0, *(abs(flow) for flow in appraise(scenario).cash_flow))
    compared = 0
    for title, cells in stored_cells(package).items():
        for address, cell in cells.items():
            if cell.formula is not None:
                value = shown[title.upper(), address]
                assert same(value, cell.value, scale), (
                    f"{title}!{address} {cell.formula}: {value!r}, not {cell.value!r}"
                )
                compared += 1
    assert compared > 1_500
