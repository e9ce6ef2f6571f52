"""The pages for a decision: what is printed of a workbook, and what is left out."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import INPUTS, REFERENCE, Scenario, load_scenario
from templates.building.decision_pages import NOTHING, PRINTED, WORKING
from templates.workbook import build_pages
from tests.builds import WHEN, build_workbook
from tests.workbook_cells import SAMPLES

SUPPORT = load_scenario(SAMPLES / "support-classifier.toml")


def built(scenario: Scenario, *others: Scenario) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(build_pages(scenario, generated=WHEN, others=others)))


def groups(sheet: Worksheet) -> dict[str, list[str]]:
    """The printed rows by the printed groups."""
    found: dict[str, list[str]] = {}
    group = ""
    for (cell,) in sheet.iter_rows(max_col=1):
        if cell.value and not sheet.row_dimensions[cell.row].hidden:
            if cell.style == "Group":
                found[group := str(cell.value)] = []
            elif group:
                found[group].append(str(cell.value))
    return found


@pytest.mark.slow
def test_machinery_is_not_printed_and_the_figures_are_those_of_the_workbook() -> None:
    book = built(SUPPORT)
    values = openpyxl.load_workbook(io.BytesIO(build_workbook(SUPPORT, edition="values", generated=WHEN)))
    assert book.sheetnames == values.sheetnames
    for sheet in book:
        nothing = sheet.print_area == f"'{sheet.title}'!${NOTHING[:-1]}${NOTHING[-1]}"
        assert nothing == (sheet.title not in PRINTED), sheet.title
        for row, expected in zip(sheet.iter_rows(), values[sheet.title].iter_rows(), strict=True):
            for cell, other in zip(row, expected, strict=True):
                assert cell.value == other.value or cell.coordinate == "A2", (sheet.title, cell.coordinate)
    last = int(book["Options"].print_area.rpartition("$")[2])
    assert book["Options"].cell(last + 1, 1).value in WORKING
    assert book["Options"].page_setup.fitToHeight == 1


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [SUPPORT, REFERENCE], ids=lambda each: each.name)
def test_inputs_at_their_defaults_are_left_out_with_their_groups(scenario: Scenario) -> None:
    sheet = built(scenario)["Inputs"]
    said = {
        each.label
        for name, each in INPUTS.items()
        if each.required or name in {*scenario.sources, *scenario.notes} or getattr(scenario, name) != each.default
    }
    shown = groups(sheet)
    assert said == {label for labels in shown.values() for label in labels}
    assert all(shown.values())
    assert "Serving fleet" not in shown and "Reference inputs" in shown


@pytest.mark.full(seconds=3)
def test_of_several_scenarios_what_differs_is_printed() -> None:
    slow = SUPPORT.with_inputs(name="Slow", go_live_delay=4, discount_rate=0.12)
    sheet = built(SUPPORT, slow)["Scenarios"]
    shown = groups(sheet)
    assert {name: rows for name, rows in shown.items() if name not in ("Results", "Difference from the first")} == {
        "Traffic": ["Go-live delay"],
        "Finance": ["Discount rate"],
    }
    assert len(shown["Results"]) == 7
