"""The workbook to be filled in: what it reads while an input is missing, and that it then gives the engine's figures.

The same holds for a report of which somebody empties required cells.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from lxml import etree

from addin.command_line import ft_roi
from roi_engine import INPUTS, REFERENCE, Scenario, appraise
from roi_engine.figures import FIGURES
from roi_engine.scenario import REFERENCE_INPUTS
from templates.building.book import FILL_IN, Edition
from templates.building.figure_lines import LINES, Line
from templates.package_check import check_package
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.xlsx.untrusted_package import open_package
from tests import libreoffice, open_xml_sdk
from tests.builds import WHEN, build_template, build_workbook
from tests.slow_cases import some
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells, with_inputs

FORMULAS: tuple[Edition, ...] = ("wired", "native")
REQUIRED = [name for name in REFERENCE_INPUTS if INPUTS[name].required]
LEFT_OF_THE_AXIS = -1.0


def template(edition: Edition) -> bytes:
    return build_template(edition=edition, generated=WHEN)


def filled(scenario: Scenario, names: list[str]) -> dict[str, float | str | None]:
    return {name: getattr(scenario, name) for name in names}


def formulas(sheets: Mapping[str, Cells]) -> Iterator[tuple[str, str, str, Any]]:
    """Sheet, address, formula and value of every cell with a formula."""
    for title, cells in sheets.items():
        for address, cell in cells.items():
            if cell.formula is not None:
                yield title, address, cell.formula, cell.value


def is_error(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#")


def waits(sheets: Mapping[str, Cells]) -> list[str]:
    """The cells that do not read fill in, though they wait for the inputs: only points of charts may stand aside."""
    return [
        f"{title}!{address} {value} ={formula}"
        for title, address, formula, value in formulas(sheets)
        if "missing_inputs" in formula and title != "Inputs"
        if value not in (FILL_IN, None, "", LEFT_OF_THE_AXIS) and "missing_in_words" not in formula
    ]


def answer(package: bytes) -> Any:
    sheet, address = named_cells(package)["answer"]
    return stored_cells(package)[sheet][address].value


@pytest.mark.slow
def test_a_template_opens_on_inputs_with_its_required_cells_empty_and_the_example_beside_them() -> None:
    for edition in FORMULAS:
        package = template(edition)
        book = openpyxl.load_workbook(io.BytesIO(package))
        assert book.active.title == "Inputs" and book.active.sheet_view.selection[-1].activeCell == "B12"
        cells, names = stored_cells(package)["Inputs"], named_cells(package)
        for name in REFERENCE_INPUTS:
            _, address = names[f"in_{name}"]
            assert cells[address].value is None, name
            assert ", e.g. " in str(cells[address.replace("B", "C")].value)
        assert cells["C19"].value == "share, e.g. 12 %" and cells["C16"].value == "calls / month, e.g. 5,000,000"
        assert (cells[names["in_name"][1]].value, cells[names["in_description"][1]].value) == (None, None)
        assert cells[names["in_discount_rate"][1]].value == 0.1
        assert not [each for each in check_package(open_package(package))]


@pytest.mark.parametrize("edition", some(FORMULAS, ["wired"], slow=[]))
def test_as_written_every_figure_sentence_and_check_of_a_template_reads_fill_in(edition: Edition) -> None:
    package = template(edition)
    sheets = stored_cells(package)
    assert waits(sheets) == []
    untouched = [each for each in formulas(sheets) if each[0] != "Inputs" and "missing_inputs" not in each[2]]
    headers = [each for each in untouched if each[2].startswith("check_state")]
    others = [each for each in untouched if each not in headers and each[0] != "Functions"]
    asking = [each for each in others if "FT_VERSION" in each[2] or each[2].startswith("IF(ft_functions")]
    assert [each[:2] for each in others if each not in asking] == [("Summary", "A1")]
    assert {str(each[3]).split(". ")[0] for each in headers} == {FILL_IN}
    assert answer(package) == (
        "10 of 10 figures are missing: Training time, Training GPU price, Storage kept, Storage price, …"
    )
    assert "All checks OK" not in {cell.value for cell in sheets["Checks"].values()}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        charts = [etree.fromstring(archive.read(part)) for part in archive.namelist() if "/charts/chart" in part]
    assert len(charts) == {"wired": 6, "native": 4}[edition]
    drawn = [float(each.text) for chart in charts for each in chart.iterfind(".//{*}numCache/{*}pt/{*}v")]
    assert set(drawn) <= {LEFT_OF_THE_AXIS, 0.0}, "the example's figures are drawn"
    text = b"".join(package_parts(package))
    assert b"17,837" not in text and b"17837" not in text, "the example's net return stands in it"
    assert REFERENCE.fingerprint().encode() not in text


def package_parts(package: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.full(seconds=3)
@pytest.mark.needs_open_xml_sdk
def test_a_template_is_valid(tmp_path: Path) -> None:
    for edition in FORMULAS:
        (tmp_path / f"{edition}.xlsx").write_bytes(template(edition))
        assert open_xml_sdk.validate(tmp_path / f"{edition}.xlsx", ["Microsoft365"]) == []


def recalculated(package: bytes, folder: Path, *, functions: bool = False) -> bytes:
    """What LibreOffice makes of a workbook, with the FT_ functions loaded or without."""
    path, computed = folder / "book.xlsx", folder / "computed" / "book.xlsx"
    path.write_bytes(package)
    if not functions:
        return libreoffice.recalculate(path, folder / "computed").read_bytes()
    computed.parent.mkdir(exist_ok=True)
    done = CliRunner().invoke(ft_roi, ["recalc", str(path), "-o", str(computed), "--force"])
    assert done.exit_code == 0, done.output
    return computed.read_bytes()


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(FORMULAS, slow=["wired"]))
@pytest.mark.parametrize("count", some([10, 9, 1], slow=[10]))
def test_with_none_and_all_but_one_filled_in_no_cell_is_an_error(edition: Edition, count: int, tmp_path: Path) -> None:
    """Without the functions too: a cell that waits asks none."""
    names = REQUIRED[: len(REQUIRED) - count]
    computed = recalculated(with_inputs(template(edition), filled(REFERENCE, names)), tmp_path)
    sheets = stored_cells(computed)
    assert [each for each in formulas(sheets) if is_error(each[3])] == []
    assert waits(sheets) == []
    assert stored_cells(computed)["Inputs"]["Q2"].value == count
    expected = f"{count} of 10 figures are missing: " if count > 1 else "1 of 10 figures is missing: Horizon"
    assert str(answer(computed)).startswith(expected)


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(FORMULAS, slow=["native"]))
def test_with_all_filled_in_the_figures_are_the_engines(edition: Edition, tmp_path: Path) -> None:
    scenario = REFERENCE.with_inputs(
        name="", description="", training_hours=2400, months=30, calls=800_000, review_cost=5_000, baseline_cost=0.9
    )
    typed = with_inputs(template(edition), filled(scenario, list(REFERENCE_INPUTS)))
    computed = recalculated(typed, tmp_path, functions=edition == "wired")
    sheets, names, appraisal = stored_cells(computed), named_cells(computed), appraise(scenario)
    wrong = [each for each in formulas(sheets) if is_error(each[3]) or each[3] == FILL_IN]
    assert [each for each in wrong if (each[0], each[1][0]) != ("Inputs", "P")] == [], "column P has the defaults"
    scale = max(map(abs, appraisal.cash_flow))
    for line in (line for line in LINES if isinstance(line, Line)):
        title, address = names[f"out_{line.name}"]
        expected, shown = FIGURES[line.figure_name].of(appraisal), sheets[title][address].value
        if isinstance(expected, float) and line.tolerance == 1e-9:
            assert same(shown, expected, scale), line.name
    checks = sheets["Checks"]
    assert str(sheets["Summary"]["A3"].value).startswith("All checks OK"), [
        cell for cell in checks.items() if cell[1].value == "FAIL"
    ]
    read = read_workbook(computed).checked()
    assert read.inputs() == scenario.inputs()
    found = check_workbook(computed)
    assert found.inputs_edited and [each for each in found.wrong if each.kind in ("formula", "name", "value")] == []


EMPTIED = {"training_hours": None, "baseline_monthly_api_calls": None, "months_to_amortize": "two years"}
"""Three required cells: two emptied, one with a text in it."""


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(FORMULAS, slow=["wired"]))
@pytest.mark.parametrize("name", some(["support-classifier", "five years"], slow=["five years"]))
def test_a_report_with_three_emptied_cells_reads_fill_in_and_has_no_error(
    edition: Edition, name: str, tmp_path: Path
) -> None:
    scenario = (samples_and_edges() | {"five years": REFERENCE.with_inputs(months=60)})[name]
    package = build_workbook(scenario, edition=edition, generated=WHEN)
    computed = recalculated(with_inputs(package, EMPTIED), tmp_path)
    sheets = stored_cells(computed)
    assert [each for each in formulas(sheets) if is_error(each[3])] == []
    assert waits(sheets) == []
    needed = {"support-classifier": 15, "five years": 10}[name]  # two mixes of four figures each replace two prices
    assert answer(computed) == f"3 of {needed} figures are missing: Training time, API calls, Horizon"


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("edition", some(FORMULAS, slow=["native"]))
def test_of_several_scenarios_the_one_that_lacks_figures_waits_and_the_others_do_not(
    edition: Edition, tmp_path: Path
) -> None:
    first, second = (REFERENCE.with_inputs(name=name) for name in ("First", "Second"))
    package = build_workbook(first, others=[second], edition=edition, generated=WHEN)
    book = openpyxl.load_workbook(io.BytesIO(package))
    [(sheet, area)] = book.defined_names["scenarios_training_hours"].destinations
    book[sheet][area.split(":")[1].replace("$", "")].value = None
    stored = io.BytesIO()
    book.save(stored)
    computed = stored_cells(recalculated(stored.getvalue(), tmp_path, functions=edition == "wired"))
    assert [each for each in formulas(computed) if is_error(each[3])] == []
    results = computed["Scenarios"]
    assert isinstance(results["C8"].value, float) and results["D8"].value == FILL_IN
    assert str(computed["Summary"]["A3"].value).startswith("All checks OK")


@pytest.mark.full(seconds=3)
def test_another_inputs_text_is_missing_too_and_a_replaced_price_is_not_needed() -> None:
    mix = {"input_tokens": 100, "output_tokens": 20, "input_price_per_m": 2, "output_price_per_m": 8}
    scenario = Scenario(
        **{**REFERENCE.given(), "baseline_cost_per_1k_tokens": None, "finetuned_cost_per_1k_tokens": None},
        **{f"{side}_{name}": value for side in ("baseline", "finetuned") for name, value in mix.items()},
    )
    inputs = stored_cells(build_workbook(scenario, edition="native", generated=WHEN))["Inputs"]
    assert (inputs["Q2"].value, inputs["Q3"].value, inputs["B3"].value) == (0, 16, "")
