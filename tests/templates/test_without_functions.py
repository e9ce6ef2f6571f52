"""The wired workbook where the FT_ functions are missing: live, right, and honest about the rest."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.cell_range import CellRange

from roi_engine import REFERENCE, Scenario
from templates.building.book import NEEDS_FUNCTIONS
from tests import libreoffice, question_examples
from tests.builds import build_workbook
from tests.random_scenarios import random_scenarios
from tests.slow_cases import some
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells, with_inputs, without_wait
from tests.workbook_edits import with_cells

WITHOUT = {NEEDS_FUNCTIONS, "not checked", "–", "", None}
"""What a cell says that only the functions can fill, and that of another cell which looks at one."""
SCENARIOS = samples_and_edges()
EDITS: Mapping[str, tuple[Scenario, dict[str, float | str | None]]] = {
    "other calls": (SCENARIOS["support-classifier"], {"baseline_monthly_api_calls": 610_000.0}),
    "other horizon": (SCENARIOS["document-extraction"], {"months_to_amortize": 25.0, "discount_rate": 0.12}),
    "a loss": (REFERENCE, {"training_hours": 50_000.0}),
    "never": (REFERENCE, {"finetuned_inference_cost": 0.4, "monthly_review_cost": 0.0}),
    "no loss any more": (SCENARIOS["loss"], {"training_hours": 24.0, "baseline_monthly_api_calls": 5_000_000.0}),
    "unedited": (SCENARIOS["never"], {}),
}
RANDOM = [(each, {"training_hours": 77.0, "growth": None}) for each in random_scenarios(20, seed=41)]
LIVE = ("By year", "Inputs", "Breakdown", "Cash flow", "Options", "Option flows", "Scenarios", "Scenario flows")
"""The sheets of which every cell follows the inputs, but for what only the functions give."""


def differences(recalculated: bytes, fresh: bytes, scale: float) -> list[str]:
    """The cells of the live sheets that neither show what a fresh workbook shows nor say that functions are missing."""
    shown, expected = stored_cells(recalculated), stored_cells(fresh)
    return [
        f"{title}!{address}: {shown[title][address].value!r}, expected {cell.value!r}"
        for title in LIVE
        if title in expected
        for address, cell in expected[title].items()
        if not same(shown[title][address].value or 0, cell.value or 0, scale)
        and not (title == "Inputs" and address.startswith("G"))  # as generated, which an edit does not change
        and not _only_by_function(shown[title][address].value, cell.formula)
    ]


def _only_by_function(shown: Any, formula: str | None) -> bool:
    return shown in WITHOUT and "IF(ft_functions," in str(formula) and f',"{shown}")' in str(formula)


def recalculated(contents: list[bytes], folder: Path) -> list[bytes]:
    """Each as LibreOffice saves it after calculating every cell, without an add-in."""
    paths = [folder / f"{number}.xlsx" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return [path.read_bytes() for path in libreoffice.recalculate_many(paths, folder / "out")]


def named(content: bytes) -> dict[str, Any]:
    """What the named cells show."""
    cells = stored_cells(content)
    return {
        name: cells[title][address].value
        for name, (title, address) in named_cells(content).items()
        if ":" not in address and title in cells
    }


def scale_of(content: bytes) -> float:
    flows = [cell.value for cell in stored_cells(content)["Cash flow"].values()]
    return max(1.0, *(abs(each) for each in flows if isinstance(each, (int, float))))


def edited_and_fresh(scenario: Scenario, edits: Mapping[str, Any]) -> tuple[bytes, bytes]:
    known = {name: value for name, value in edits.items() if f"in_{name}" in named_cells(build_workbook(scenario))}
    fresh = Scenario(**{**scenario.given(), **known}) if known else scenario
    return with_inputs(build_workbook(scenario), known), build_workbook(fresh)


@pytest.mark.slow
def test_the_file_is_stored_as_one_without_functions() -> None:
    """A stored 1 would send every figure of a program without them into an error at the first edit."""
    content = build_workbook(REFERENCE)
    cells = named(content)
    assert cells["ft_functions"] == 0
    assert cells["calculated_by"] == "Calculated by ordinary formulas"
    title, address = named_cells(content)["ft_functions"]
    formula = str(stored_cells(content)[title][address].formula)
    assert formula.startswith('IF(ISERROR(FT_VERSION("0.1")),0,1)*(COUNTA(scenario,')


@pytest.mark.slow
def test_whatever_is_typed_in_asks_whether_the_functions_answer() -> None:
    """Else the first choice on Sensitivity would be met by the 0 that is stored, with the functions loaded too."""
    content = build_workbook(SCENARIOS["support-classifier"])
    book = openpyxl.load_workbook(BytesIO(content))
    title, address = named_cells(content)["ft_functions"]
    asked = str(stored_cells(content)[title][address].formula).partition("COUNTA(")[2].partition(")")[0].split(",")
    places = [str(book.defined_names[each].attr_text) if each in book.defined_names else each for each in asked]
    tied = {
        (place.partition("!")[0].strip("'"), cell.coordinate)
        for place in places
        for row in CellRange(place.partition("!")[2].replace("$", "")).rows
        for cell in (book["Summary"].cell(*at) for at in row)
    }
    typed = [
        (sheet, cell.coordinate)
        for sheet in ("Sensitivity", "Risk")
        for row in book[sheet].iter_rows()
        for cell in row
        if not cell.protection.locked
    ]
    assert len(typed) > 50 and not {*typed} - tied


def test_every_call_of_a_function_has_a_way_without() -> None:
    """No cell but the question itself calls a function outside the branch that is taken where functions answer."""
    bare = [
        f"{title}!{address}: {cell.formula}"
        for title, cells in stored_cells(build_workbook(SCENARIOS["support-classifier"])).items()
        for address, cell in cells.items()
        if "FT_" in str(cell.formula) and not without_wait(str(cell.formula)).startswith("IF(ft_functions,")
    ]
    assert len(bare) == 1 and 'ISERROR(FT_VERSION("0.1"))' in bare[0]


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", some(EDITS, slow=[next(iter(EDITS))]))
def test_an_edited_workbook_shows_what_a_fresh_one_shows(name: str, tmp_path: Path) -> None:
    edited, fresh = edited_and_fresh(*EDITS[name])
    (content,) = recalculated([edited], tmp_path)
    assert differences(content, fresh, scale_of(fresh)) == [], name
    cells, values = named(content), stored_cells(content)
    assert cells["check_state"] == "All checks OK", name
    assert cells["calculated_by"] == "Calculated by ordinary formulas"
    assert cells["answer"] == named(fresh)["answer"], name
    assert texts(values["Summary"]) >= {
        "Not checked: the FT functions are not loaded.",
        "All checks OK. Calculated by ordinary formulas",
    }
    unknown = [cell for title in values for cell in values[title].values() if cell.value == "#NAME?"]
    assert unknown == [], name
    for title in ("Sensitivity", "Functions"):
        undefined = {address for address, cell in stored_cells(fresh)[title].items() if cell.value == "n/a"}
        shown = {address for address, cell in values[title].items() if cell.formula and cell.value == "n/a"}
        assert shown <= undefined, name


@pytest.mark.full
@pytest.mark.needs_libreoffice
def test_random_workbooks_and_several_scenarios(tmp_path: Path) -> None:
    pairs = [edited_and_fresh(scenario, edits) for scenario, edits in RANDOM]
    three = [SCENARIOS["support-classifier"], SCENARIOS["document-extraction"]]
    three = [Scenario(**{**each.given(), "currency": "USD"}) for each in three]
    several = build_workbook(three[0], others=three[1:])
    pairs.append((several, several))
    for (_, fresh), content in zip(pairs, recalculated([edited for edited, _ in pairs], tmp_path), strict=True):
        assert differences(content, fresh, scale_of(fresh)) == []
        assert named(content)["check_state"] == "All checks OK"


def texts(cells: Cells) -> set[Any]:
    return {cell.value for cell in cells.values()}


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(["wired", "native"], slow=["wired"]))
def test_a_month_that_was_typed_over_is_seen_in_the_workbook_itself(edition: Any, tmp_path: Path) -> None:
    content = build_workbook(REFERENCE, edition=edition)
    typed_over = with_cells(content, {"J20": 0.0}, "Cash flow")
    untouched, found = (named(each) for each in recalculated([content, typed_over], tmp_path))
    assert untouched["check_months_are_formulas"] == "OK"
    assert found["check_months_are_formulas"] == "FAIL"
    assert found["check_state"].startswith("Failed checks: ")


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_a_native_workbook_says_no_more_that_nothing_is_to_be_asked_once_it_was_edited(tmp_path: Path) -> None:
    quiet = question_examples.QUIET
    content = build_workbook(quiet, edition="native")
    edited = with_inputs(content, {"training_hours": 25.0})
    before, after = (texts(stored_cells(each)["Summary"]) for each in recalculated([content, edited], tmp_path))
    assert "No warnings." in before
    assert "No warnings." not in after
    assert any(str(text).startswith("Not checked since the inputs were edited") for text in after)
