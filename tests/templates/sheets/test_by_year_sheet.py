"""The By year sheet: the engine's table in every edition, also where the horizon was edited in the file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine import REFERENCE, Scenario, appraise, load_scenario
from templates.building.book import Edition
from templates.returned.checked_workbook import check_workbook
from tests import libreoffice
from tests.builds import WHEN, build_workbook
from tests.by_year_table import columns_of, wrong_by_year
from tests.random_scenarios import random_scenarios
from tests.slow_cases import full, some
from tests.workbook_cells import SAMPLES, samples_and_edges, stored_cells, with_inputs
from tests.workbook_edits import with_cells

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
SAMPLE = Scenario(**{**load_scenario(SAMPLES / "support-classifier.toml").given(), "ranges": {}})
"""Without ranges, so that the horizon may be edited to any other."""
HORIZONS = {
    "one month": SAMPLE.with_inputs(months=1),
    "a year": SAMPLE.with_inputs(months=12, start_month="2027-03"),
    "thirty months": SAMPLE.with_inputs(months=30, start_month="2027-03"),
    "five years": SAMPLE.with_inputs(months=60),
    "a hundred months": SAMPLE.with_inputs(months=100, start_month="2026-12"),
    "fifty years": REFERENCE.with_inputs(months=600),
}
SCENARIOS = {**samples_and_edges(), **HORIZONS}


def built(scenario: Scenario, edition: Edition = "native", **more: Any) -> bytes:
    return build_workbook(scenario, edition=edition, generated=WHEN, **more)


def scale(scenario: Scenario) -> float:
    lines = appraise(scenario).by_year.lines
    return max(1.0, *(abs(each) for name in ("benefits", "costs") for each in lines[name]))


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
@pytest.mark.parametrize(
    "name", some(["thirty months", "nothing", "late", "a hundred months"], ["thirty months"], slow=["nothing"])
)
def test_every_edition_shows_the_engine_s_table(name: str, edition: Edition) -> None:
    cells = stored_cells(built(SCENARIOS[name], edition))
    assert not wrong_by_year(cells["By year"], SCENARIOS[name], scale(SCENARIOS[name]))
    formulas = [cell.formula for cell in cells["By year"].values() if cell.formula]
    assert bool(formulas) == (edition != "values") and not any("FT_" in formula for formula in formulas)


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in ("thirty months", "nothing", "late")])
def test_every_sample_and_edge_shows_the_engine_s_table(name: str) -> None:
    cells = stored_cells(built(SCENARIOS[name]))
    assert not wrong_by_year(cells["By year"], SCENARIOS[name], scale(SCENARIOS[name]))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        full("one month", ["Initial", "1", "Total", "Present value", "", "2", "3", "4", "5"]),
        ("thirty months", ["Initial", "1", "2", "3", "Total", "Present value", "", "4", "5"]),
        full("five years", ["Initial", "1", "2", "3", "4", "5", "Total", "Present value"]),
        full("a hundred months", ["Initial", *"123456789", "Total", "Present value"]),
    ],
)
def test_years_after_the_horizon_stand_beside_the_page(name: str, columns: list[str]) -> None:
    content = built(HORIZONS[name])
    at = columns_of(stored_cells(content)["By year"])
    letters = "CDEFGHIJKLMNOPQ"
    expected = {column: letters[place] for place, column in enumerate(columns) if column}
    assert at == expected
    sheet = openpyxl.load_workbook(io.BytesIO(content))["By year"]
    assert sheet.print_area.replace("$", "").split("!")[-1].startswith(f"A1:{at['Present value']}")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)


@pytest.mark.slow
def test_it_stands_second_and_a_long_horizon_takes_several_pages() -> None:
    book = openpyxl.load_workbook(io.BytesIO(built(REFERENCE.with_inputs(months=180), "values")))
    assert book.sheetnames[:2] == ["Summary", "By year"]
    assert book["By year"].page_setup.fitToWidth == 2 and book["By year"].print_title_cols == "$A:$B"


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native"], ["native"], slow=[]))
def test_the_checks_hold_it_against_the_summary(edition: Edition) -> None:
    cells = stored_cells(built(SAMPLE, edition))["Checks"]
    rows = {str(cells[f"A{row}"].value): row for row in range(5, 40)}
    for check in ("check_by_year_net_roi", "check_by_year_npv"):
        row = rows[check]
        assert cells[f"G{row}"].value == "OK" and check.removeprefix("check_") in str(cells[f"C{row}"].formula)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edition", "address"), some([("native", "D5"), ("values", "D14")], [("native", "D5")], slow=[])
)
def test_an_overtyped_amount_is_told(edition: Edition, address: str) -> None:
    checked = check_workbook(with_cells(built(SAMPLE, edition), {address: 4711.0}, "By year"))
    assert [(each.kind, each.place) for each in checked.wrong] == [
        ("value" if edition == "values" else "formula", f"'By year'!{address}")
    ]


def test_columns_are_as_wide_as_the_amounts_in_them() -> None:
    rich = SAMPLE.with_inputs(other_upfront_cost=4e12)
    sheet = openpyxl.load_workbook(io.BytesIO(built(rich, "values")))["By year"]
    longest = len(f"{max(appraise(rich).by_year.lines['costs']):,.0f}")
    assert longest == 17 and sheet.column_dimensions["C"].width >= longest + 2


# --- recalculated ---------------------------------------------------------------------------------------------
# Edited inputs one by one: tests/templates/test_editions.py, which looks at this sheet too.

EDITED: dict[str, dict[str, Any]] = {
    "longer": {"months_to_amortize": 47},
    "as long as can be": {"months_to_amortize": 60, "start_month": "2028-02"},
    "shorter": {"months_to_amortize": 5, "start_month": "2028-11"},
    "review added": {"accuracy_improvement_percent": -0.3, "cost_risk": 0.15, "benefit_risk": 0.05},
}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Native workbooks of the sample, with inputs edited and recalculated."""
    made = built(SAMPLE)
    return recalculated(tmp_path_factory.mktemp("years"), {name: with_inputs(made, EDITED[name]) for name in EDITED})


def recalculated(folder: Path, books: dict[str, bytes]) -> dict[str, bytes]:
    paths = []
    for name, content in books.items():
        paths.append(folder / f"{name.replace(' ', '-')}.xlsx")
        paths[-1].write_bytes(content)
    done = libreoffice.recalculate_many(paths, folder / "computed", timeout=600)
    return {name: path.read_bytes() for name, path in zip(books, done, strict=True)}


@pytest.mark.full
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", EDITED)
def test_an_edited_horizon_and_start_move_the_years(edited: dict[str, bytes], name: str) -> None:
    scenario, book = SAMPLE.with_inputs(**EDITED[name]), stored_cells(edited[name])
    cells = book["By year"]
    assert not wrong_by_year(cells, scenario, scale(scenario))
    assert book["Summary"]["A3"].value == "All checks OK"
    notes = [cell.value for cell in cells.values() if str(cell.value).startswith("The horizon was lengthened")]
    assert len(notes) == (scenario.months_to_amortize > SAMPLE.months_to_amortize)


@pytest.mark.full
@pytest.mark.needs_libreoffice
def test_years_that_stand_elsewhere_after_an_edit_are_no_forgery(edited: dict[str, bytes]) -> None:
    """The columns are those of the horizon of its day; with as many years they are compared."""
    for name, elsewhere in (("shorter", True), ("review added", False)):
        checked = check_workbook(edited[name])
        assert checked.wrong == () and checked.inputs_edited
        assert any(note.startswith("By year: its cells stand elsewhere") for note in checked.notes) == elsewhere


@pytest.mark.full
@pytest.mark.needs_libreoffice
def test_the_scenario_in_use_of_several_shows_its_years(tmp_path: Path) -> None:
    """The choice is the shorter one: the years of the longer stand empty."""
    short = REFERENCE.with_inputs(name="Short", months=10, start_month="2027-06")
    content = built(short, others=[SAMPLE.with_inputs(name="Long", months=40)])
    cells = stored_cells(recalculated(tmp_path, {"several": content})["several"])["By year"]
    assert columns_of(cells)["Total"] == "H"  # after four years
    assert not wrong_by_year(cells, short, scale(short))


@pytest.mark.full
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("part", range(4))
def test_random_scenarios_recalculate_to_the_engine_s_table(part: int, tmp_path: Path) -> None:
    scenarios = random_scenarios(40, seed=1_400, longest=70)[part::4]
    for edition in ("native", "wired"):
        books = {each.name: built(each, edition) for each in scenarios}
        shown = recalculated(tmp_path, books) if edition == "native" else books
        for each in scenarios:
            cells = stored_cells(shown[each.name])["By year"]
            assert not wrong_by_year(cells, each, scale(each)), each.name
