"""What the Inputs sheet makes of the typed month 1: verdict and start, as LibreOffice computes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine.errors import FtRoiError
from roi_engine.quantity import START_MONTH
from templates.building.calendar_months import calendar_start, month_in_range
from templates.building.formula import Formula
from tests import libreoffice

TYPED: tuple[Any, ...] = (
    None, "  ", "2027-11", "2027-1", "2027-01-05", " 2027-11 ", "2000-01", "2199-12", 46692, 36526, 109574,
    "2027-13", "2027-0", "2027-00", "Nov 2027", "27-11", "1999-12", "2200-01", "2027", "2027-", "-11", "2027-11x",
    "2027--1", 2027, 36525, 109575, -5, 0, True, "spring",
)  # fmt: skip


def test_both_are_stored_as_the_engine_says_them() -> None:
    for typed, start in (("2027-11", 2027 * 12 + 10), ("", "")):
        cell = Formula("B5", typed)
        assert month_in_range(cell).value == "OK"
        assert calendar_start(cell, Formula("C5", "OK")).value == start


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_the_sheet_takes_for_a_month_what_the_engine_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, typed in enumerate(TYPED, 1):
        cell = Formula(f"A{row}", None)
        sheet[f"A{row}"] = typed
        sheet[f"B{row}"] = f"={month_in_range(cell).text}"
        sheet[f"C{row}"] = f"={calendar_start(cell, Formula(f'B{row}', 'OK')).text}"
    book.save(tmp_path / "months.xlsx")
    computed = libreoffice.recalculate(tmp_path / "months.xlsx", tmp_path / "computed")
    shown = openpyxl.load_workbook(computed, data_only=True).worksheets[0]
    found = {row: (shown[f"B{row}"].value, shown[f"C{row}"].value or None) for row in range(1, len(TYPED) + 1)}
    assert found == {row: _expected(typed) for row, typed in enumerate(TYPED, 1)}


def _expected(typed: Any) -> tuple[str, int | None]:
    """The verdict, and the months from the year 0 to month 1, by the engine."""
    try:
        found = START_MONTH.check("" if typed is None else typed)
    except FtRoiError:
        return "FAIL", None
    if not found:
        return "OK", None
    year, month = found.split("-")
    return "OK", int(year) * 12 + int(month) - 1
