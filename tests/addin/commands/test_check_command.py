"""The command check: what disagrees in a returned workbook is named, and a sound one passes."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from lxml import etree

from addin.command_line import ft_roi
from roi_engine import load_scenario
from templates.returned.reading import read_workbook
from templates.xlsx.column_letters import column_number
from templates.xlsx.namespaces import MAIN
from tests import libreoffice
from tests.builds import WHEN, build_workbook
from tests.slow_cases import full, some
from tests.workbook_cells import SAMPLES, named_cells, stored_cells
from tests.workbook_edits import package_of, parts_of, with_cells

SAMPLE = load_scenario(SAMPLES / "support-classifier.toml")
EDITIONS = ("wired", "native", "lambda", "values")


@cache
def workbook(edition: Any) -> bytes:
    return build_workbook(SAMPLE, edition=edition, generated=WHEN)


def check(folder: Path, content: bytes, *options: str) -> Result:
    path = folder / "returned.xlsx"
    path.write_bytes(content)
    return CliRunner().invoke(ft_roi, ["check", str(path), *options])


def findings(folder: Path, content: bytes) -> list[dict[str, str]]:
    result = check(folder, content, "--json")
    assert result.exit_code == (4 if json.loads(result.stdout)["findings"] else 0)
    return json.loads(result.stdout)["findings"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
def test_a_workbook_as_it_was_made_passes(edition: Any, tmp_path: Path) -> None:
    result = check(tmp_path, workbook(edition))
    assert result.exit_code == 0, result.output
    assert "gives every figure the same today" in result.stdout and f"{edition} edition" in result.stdout


def saved_by_openpyxl(edition: Any) -> bytes:
    """The workbook as a script saves it: values of formulas gone, and Excel told to calculate everything anew."""
    saved = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(workbook(edition))).save(saved)
    return saved.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native"], ["wired"], slow=[]))
def test_where_a_program_saved_no_values_that_is_one_finding(edition: Any, tmp_path: Path) -> None:
    result = check(tmp_path, saved_by_openpyxl(edition))
    assert result.exit_code == 4
    assert "Every formula: It holds no value. The program that saved the file keeps none." in result.stdout
    assert "returned.xlsx: 1 finding." in result.stderr


@pytest.mark.slow
def test_that_excel_will_calculate_anew_is_a_note_and_no_finding(tmp_path: Path) -> None:
    result = check(tmp_path, saved_by_openpyxl("values"))
    assert result.exit_code == 0, result.output
    assert "fullCalcOnLoad makes Excel calculate everything anew on opening." in result.stdout


def without_addresses(content: bytes) -> bytes:
    """A workbook whose rows and cells say nothing of where they stand: each follows the one before it."""
    parts = parts_of(content)
    for part in (name for name in parts if name.startswith("xl/worksheets/sheet")):
        root = etree.fromstring(parts[part])
        data = root.find(f"{MAIN}sheetData")
        rows = {int(row.get("r")): row for row in data}
        data[:] = [rows.get(number, etree.Element(f"{MAIN}row")) for number in range(1, max(rows) + 1)]
        for row in data:
            row.attrib.pop("r", None)
            cells = {column_number(cell.get("r").rstrip("0123456789")): cell for cell in row}
            row[:] = [cells.get(number, etree.Element(f"{MAIN}c")) for number in range(1, max(cells, default=0) + 1)]
            for cell in row:
                cell.attrib.pop("r", None)
        parts[part] = etree.tostring(root)
    return package_of(parts)


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
def test_cells_without_addresses_stand_behind_each_other(edition: Any, tmp_path: Path) -> None:
    assert findings(tmp_path, without_addresses(workbook(edition))) == []


@pytest.mark.full(seconds=3)
def test_a_workbook_of_several_scenarios_is_checked_by_name(tmp_path: Path) -> None:
    other = SAMPLE.with_inputs(months=36).model_copy(update={"name": "Three years"})
    result = check(tmp_path, build_workbook(SAMPLE, edition="native", generated=WHEN, others=[other]))
    assert result.exit_code == 0 and "several scenarios" in result.stdout


@pytest.mark.parametrize("edition", some(["wired", "native"], ["native"], slow=[]))
def test_an_edited_formula_is_named(edition: Any, tmp_path: Path) -> None:
    sheet, address = named_cells(workbook(edition))["out_npv"]
    value = stored_cells(workbook(edition))[sheet][address].value
    (found,) = findings(tmp_path, with_cells(workbook(edition), {address: ("1+1", value)}, sheet))
    assert (found["kind"], found["place"]) == ("formula", f"{sheet}!{address}")
    assert found["sentence"].startswith("=1+1 stands where =")


@pytest.mark.slow
def test_a_figure_typed_over_a_formula_is_named(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, with_cells(workbook("native"), {"G20": 12345.0}, "Cash flow"))
    assert found["place"] == "'Cash flow'!G20" and "the value 12345 stands where =" in found["sentence"]


@pytest.mark.parametrize("edition", some(EDITIONS, slow=["values"]))
def test_an_old_figure_is_named(edition: Any, tmp_path: Path) -> None:
    sheet, address = named_cells(workbook(edition))["out_net_roi"]
    formula = stored_cells(workbook(edition))[sheet][address].formula
    old: Any = (formula, 99.5) if formula else 99.5
    (found,) = findings(tmp_path, with_cells(workbook(edition), {address: old}, sheet))
    assert found["kind"] == "value" and found["sentence"].startswith("99.5 stands there")
    assert "44931.8" in found["sentence"] or "44931.9" in found["sentence"]


@pytest.mark.full(seconds=3)
@pytest.mark.parametrize(
    ("sheet", "cells", "kind"),
    [
        ("Summary", {"A7": 1.0}, "formula"),
        full("Sensitivity", {"E7": 1.0}, "value"),
    ],
    ids=["the headline", "a figure as generated"],
)
def test_no_sheet_is_left_out_while_the_inputs_are_the_old_ones(
    sheet: str, cells: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    (found,) = findings(tmp_path, with_cells(workbook("native"), cells, sheet))
    assert (found["kind"], found["place"]) == (kind, f"{sheet}!{next(iter(cells))}")


@pytest.mark.full(seconds=5)
def test_a_sheet_pasted_as_values_is_no_sheet_whose_rows_moved(tmp_path: Path) -> None:
    cells = stored_cells(workbook("native"))["Cash flow"]
    doubled = {at: cell.value * 2 for at, cell in cells.items() if cell.formula and isinstance(cell.value, float)}
    found = findings(tmp_path, with_cells(workbook("native"), doubled, "Cash flow"))
    assert len([each for each in found if each["kind"] == "formula"]) == len(doubled)


@pytest.mark.full(seconds=3)
def test_an_ok_typed_over_a_check_is_named(tmp_path: Path) -> None:
    sheet, address = named_cells(workbook("native"))["check_npv"]
    content = with_cells(with_cells(workbook("native"), {address: "OK"}, sheet), {"review_cost_per_call": 0.014})
    assert address in {each["place"].split("!")[1] for each in findings(tmp_path, content)}


@pytest.mark.slow
def test_an_input_edited_without_recalculation_makes_old_figures(tmp_path: Path) -> None:
    edited = with_cells(workbook("native"), {"review_cost_per_call": 0.014})
    result = check(tmp_path, edited)
    assert result.exit_code == 4
    assert "edited since" in result.stdout and "Figures that the engine gives otherwise today" in result.stdout
    assert "more: --json shows all" in result.stdout


@pytest.mark.slow
def test_a_failed_check_is_named(tmp_path: Path) -> None:
    sheet, address = named_cells(workbook("native"))["check_npv"]
    formula = stored_cells(workbook("native"))[sheet][address].formula
    found = findings(tmp_path, with_cells(workbook("native"), {address: (formula, "FAIL")}, sheet))
    (failed,) = (each for each in found if each["kind"] == "check")
    assert failed["place"] == f"{sheet}!{address}" and "check_npv shows FAIL" in failed["sentence"]


@pytest.mark.full(seconds=3)
def test_a_link_to_an_author_s_add_in_is_named_and_no_edited_formula(tmp_path: Path) -> None:
    sheet, address = named_cells(workbook("wired"))["out_npv"]
    cell = stored_cells(workbook("wired"))[sheet][address]
    linked = (str(cell.formula).replace("FT_", r"'C:\Users\Ann\ft-roi.xlam'!FT_"), cell.value)
    kinds = {each["kind"] for each in findings(tmp_path, with_cells(workbook("wired"), {address: linked}, sheet))}
    assert "link" in kinds and "formula" not in kinds


@pytest.mark.slow
def test_wrong_inputs_are_told_with_their_cells(tmp_path: Path) -> None:
    result = check(tmp_path, with_cells(workbook("native"), {"months_to_amortize": 0.0, "monthly_review_cost": "ten"}))
    assert result.exit_code == 3
    assert "months_to_amortize" in result.stderr and "monthly_review_cost" in result.stderr and not result.stdout


def test_what_is_no_workbook_of_ours_is_refused(tmp_path: Path) -> None:
    result = check(tmp_path, b"PK no workbook")
    assert result.exit_code == 3 and "returned.xlsx" in result.stderr
    assert CliRunner().invoke(ft_roi, ["check", str(tmp_path / "absent.xlsx")]).exit_code == 2


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
def test_a_copy_that_libreoffice_saved_passes(tmp_path: Path) -> None:
    path = tmp_path / "native.xlsx"
    path.write_bytes(workbook("native"))
    (saved,) = libreoffice.recalculate_many([path], tmp_path / "out")
    result = check(tmp_path, saved.read_bytes())
    assert result.exit_code == 0, result.output
    assert "formulas stand as they were made" in result.stdout


@pytest.mark.full(seconds=3)
def test_a_workbook_with_data_tables_passes(tmp_path: Path) -> None:
    result = check(tmp_path, build_workbook(SAMPLE, edition="native", generated=WHEN, live_grids=True))
    assert result.exit_code == 0, result.output
    assert "gives every figure the same today" in result.stdout


@cache
def _with_trials() -> bytes:
    return build_workbook(SAMPLE, edition="native", generated=WHEN, trials=128)


@pytest.mark.full(seconds=3)
def test_a_workbook_with_trials_passes_and_is_read_with_its_ranges(tmp_path: Path) -> None:
    result = check(tmp_path, _with_trials())
    assert result.exit_code == 0, result.output
    assert "gives every figure the same today" in result.stdout
    assert read_workbook(_with_trials()).checked() == SAMPLE


@pytest.mark.full(seconds=12)
def test_figures_of_trials_that_somebody_typed_are_found(tmp_path: Path) -> None:
    address = next(at for at, cell in stored_cells(_with_trials())["Risk trials"].items() if cell.value == "Mean")
    typed = f"B{address[1:]}"
    found = findings(tmp_path, with_cells(_with_trials(), {typed: 90_000.0}, "Risk trials"))
    assert {(each["kind"], each["place"]) for each in found} == {("formula", f"'Risk trials'!{typed}")}


@pytest.mark.full(seconds=12)
def test_trials_that_can_no_longer_be_drawn_are_not_compared(tmp_path: Path) -> None:
    growth = named_cells(_with_trials())["in_monthly_growth"][1][1:]
    result = check(tmp_path, with_cells(_with_trials(), {f"F{growth}": "lognormal"}))
    assert "Risk trials: not compared, as the inputs cannot be drawn" in result.stdout


@pytest.mark.full(seconds=5)
@pytest.mark.needs_libreoffice
def test_data_tables_that_libreoffice_saved_are_what_excel_refuses(tmp_path: Path) -> None:
    path = tmp_path / "native.xlsx"
    path.write_bytes(build_workbook(SAMPLE, edition="native", generated=WHEN, live_grids=True))
    found = findings(tmp_path, libreoffice.convert(path, tmp_path / "out").read_bytes())
    assert {(each["kind"], each["place"].split("!")[0]) for each in found} == {("package", "What-if")}
    assert all("data table" in each["sentence"] for each in found)


@pytest.mark.full(seconds=3)
@pytest.mark.parametrize("edition", some(["wired", "native"], slow=["native"]))
def test_what_may_be_chosen_on_the_sensitivity_sheet_is_no_finding(edition: Any, tmp_path: Path) -> None:
    made = build_workbook(SAMPLE, edition=edition, generated=WHEN, live_grids=edition == "native")
    result = check(tmp_path, with_cells(made, {"B4": "NPV", "E4": 0.3}, "Sensitivity"))
    assert result.exit_code == 0, result.output
    assert "Sensitivity: a metric, an axis or a change was chosen; not compared." in result.stdout


@pytest.mark.parametrize("edition", some(["wired", "native"], slow=["native"]))
def test_a_net_roi_typed_over_hides_no_other_edit(edition: Any, tmp_path: Path) -> None:
    """The edition is told by all results, not by the one that somebody typed over."""
    sheet, address = named_cells(workbook(edition))["out_net_roi"]
    value = stored_cells(workbook(edition))[sheet][address].value
    edited = with_cells(with_cells(workbook(edition), {address: value}, sheet), {"H20": 650.0}, "Cash flow")
    found = findings(tmp_path, edited)
    assert {(each["kind"], each["place"]) for each in found} == {
        ("formula", f"{sheet}!{address}"),
        ("formula", "'Cash flow'!H20"),
    }


@pytest.mark.full(seconds=3)
def test_months_that_would_run_down_today_are_no_edited_formulas(tmp_path: Path) -> None:
    high = named_cells(workbook("native"))["in_months_to_amortize"][1].replace("B", "E")
    edited = with_cells(workbook("native"), {"months_to_amortize": 48, high: 60})
    found = findings(tmp_path, edited)
    assert found and {each["kind"] for each in found} == {"value"}


@pytest.mark.full(seconds=4)
@pytest.mark.parametrize("edition", ["native", "lambda"])
def test_a_horizon_beyond_the_workbook_is_one_finding(edition: Any, tmp_path: Path) -> None:
    """It has no months for it and asks for another; its formulas are those of its own months, and are compared."""
    place = named_cells(workbook(edition))["in_months_to_amortize"][1]
    edited = with_cells(workbook(edition), {place: 61, place.replace("B", "E"): 90})
    (found,) = findings(tmp_path, edited)
    assert found["place"] == f"Inputs!{place}"
    assert (
        "The horizon of 61 months lies beyond this workbook, which has 60 and shows no figure for it."
        in found["sentence"]
    )
    overtyped = with_cells(edited, {"B20": 5}, "Breakdown")
    assert [each["place"] for each in findings(tmp_path, overtyped)] == ["Breakdown!B20", f"Inputs!{place}"]


@pytest.mark.slow
def test_a_workbook_that_the_functions_calculated_says_so_and_passes(tmp_path: Path) -> None:
    """As Excel and LibreOffice save it where the functions are loaded."""
    says = 'IF(ft_functions,"Calculated by the FT functions","Calculated by ordinary formulas")'
    cell = named_cells(workbook("wired"))["calculated_by"][1]
    loaded = {cell: (says, "Calculated by the FT functions")}
    result = check(tmp_path, with_cells(workbook("wired"), loaded, "Checks"))
    assert result.exit_code == 0, result.output
    foreign = {cell: (says, "Calculated by hand")}
    assert check(tmp_path, with_cells(workbook("wired"), foreign, "Checks")).exit_code == 4
