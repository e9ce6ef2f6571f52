"""The lambda edition: the wired edition's cells over functions that the file itself carries.

IronCalc, which knows LAMBDA names, reads the file and calculates every cell: what is stored is what it gives, and after
an edit it is what a fresh workbook of the edited scenario shows, and the engine for every what-if.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine import REFERENCE, Scenario, functions
from roi_engine.errors import FtRoiError
from roi_engine.scenario import INPUTS
from roi_engine.worksheet.call import call
from templates.building.book import LAMBDA_IS_MISSING, NEEDS_LAMBDA
from templates.building.formula import NEVER, NOT_AVAILABLE
from templates.building.function_calls import functions_called
from templates.lambdas.carried import carry_names
from templates.lambdas.printed_functions import lambda_names
from templates.package_check import check_package
from templates.returned.checked_workbook import CheckedWorkbook, check_workbook
from templates.returned.reading import read_workbook
from templates.sheets.grids import THE_SAME_TWICE
from templates.xlsx.untrusted_package import open_package
from tests import gnumeric, libreoffice, open_xml_sdk
from tests.builds import build_template, build_workbook
from tests.ironcalc_cells import calculated
from tests.random_scenarios import random_scenarios
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells, with_inputs, without_wait
from tests.workbook_edits import WORKBOOK, package_of, parts_of, with_cells, with_name, with_part

SCENARIOS = samples_and_edges()
LIVE = ("By year", "Inputs", "Breakdown", "Cash flow", "Options", "Option flows", "Scenarios", "Scenario flows")
"""The sheets of which every formula shows what a fresh workbook shows."""
CALL = re.compile(r"FT_WHATIF\((.*?)\)(?=,\"n/a\")")


def made(scenario: Scenario = REFERENCE, **options: Any) -> bytes:
    return build_workbook(scenario, edition="lambda", **options)


@cache
def cells_of_reference() -> dict[str, Cells]:
    return stored_cells(made())


def formulas(cells: Mapping[str, Cells]) -> Iterator[tuple[str, str, str, Any]]:
    for title, sheet in cells.items():
        for address, cell in sheet.items():
            if cell.formula is not None:
                yield title, address, cell.formula, cell.value


def scale_of(cells: Mapping[str, Cells]) -> float:
    flows = [cell.value for cell in cells["Cash flow"].values()]
    return max(1.0, *(abs(each) for each in flows if isinstance(each, (int, float))))


# --- as it is stored --------------------------------------------------------------------------------------------------


def test_cells_call_only_functions_that_the_file_carries() -> None:
    calls = {each: [*functions_called(each)] for *_, each, _ in formulas(cells_of_reference())}
    called = {name for names in calls.values() for name in names}
    assert called <= lambda_names().keys()
    assert {"FT_NETROI", "FT_WHATIF", "FT_BYYEAR"} <= called
    bare = [each for each, names in calls.items() if names and not without_wait(each).startswith("IF(ft_functions,")]
    assert len(bare) == 1 and LAMBDA_IS_MISSING.text in bare[0]


def test_the_file_carries_every_name_in_its_stored_form() -> None:
    names = openpyxl.load_workbook(BytesIO(made())).defined_names
    for name, each in lambda_names().items():
        assert names[name].attr_text == each.stored
        assert names[name].comment == each.sentence


def test_a_cell_that_calls_a_name_is_a_dynamic_array_and_no_other_is() -> None:
    parts = parts_of(made())
    marked = set()
    for part, text in parts.items():
        if part.startswith("xl/worksheets/sheet"):
            for attributes, kind, formula in re.findall(r"<c ([^>]*)><f([^>]*)>([^<]*)</f>", text.decode()):
                called = any(functions_called(formula.replace("&quot;", '"')))
                address = re.search(r'r="(\w+)"', attributes)
                assert address is not None
                assert ('cm="1"' in attributes) == called == (f't="array" ref="{address[1]}"' in kind), formula
                marked.add(called)
    assert marked == {True, False}
    assert parts["[Content_Types].xml"].decode().count("sheetMetadata+xml") == 1


def test_it_is_stored_as_for_a_program_that_knows_no_lambda() -> None:
    """Which keeps stored values until an edit; a 1 would send its first edited figure into an error."""
    cells = cells_of_reference()["Checks"]
    (question,) = (each for each in cells.values() if LAMBDA_IS_MISSING.text in str(each.formula))
    assert question.value == 0


def test_whatever_can_be_typed_asks_again_whether_the_functions_answer() -> None:
    """Else the first choice on Sensitivity would read "needs Excel 365" in Excel 365."""
    (question,) = (each for *_, each, _ in formulas(cells_of_reference()) if LAMBDA_IS_MISSING.text in each)
    sheet = openpyxl.load_workbook(BytesIO(made()))["Sensitivity"]
    typed = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    areas = re.findall(r"'?Sensitivity'?!([$A-Z0-9:]+)", question)
    cells = [sheet[each.replace("$", "")] for each in areas]
    rows = [each if isinstance(each, tuple) else ((each,),) for each in cells]
    assert {cell.coordinate for each in rows for row in each for cell in row} == typed
    assert "COUNTA(scenario," in question and len(typed) > 30


def test_only_metrics_that_a_what_if_gives_are_offered() -> None:
    sheet = openpyxl.load_workbook(BytesIO(made()))["Sensitivity"]
    (offered,) = (rule.formula1 for rule in sheet.data_validations.dataValidation if "Net return" in rule.formula1)
    assert "NPV,Discounted payback,MIRR," in offered
    assert ("IRR" in offered.split(",")) == ("FT_IRR" in lambda_names())


def test_other_programs_read_its_figures() -> None:
    book = openpyxl.load_workbook(BytesIO(made()), data_only=True)
    assert book["Summary"]["B7"].value == pytest.approx(17_837.28)
    assert book["Sensitivity"]["B6"].value == pytest.approx(17_837.28)


@pytest.mark.full(seconds=3)
def test_it_shows_what_the_native_edition_shows() -> None:
    cells, native = cells_of_reference(), stored_cells(build_workbook(REFERENCE, edition="native"))
    compared = 0
    for title in ("Summary", "By year", "Inputs", "Cash flow", "Sensitivity", "Breakdown", "Options"):
        for address, cell in native[title].items():
            if isinstance(cell.value, float):
                assert same(cells[title][address].value, cell.value, scale_of(native)), f"{title}!{address}"
                compared += 1
    assert compared > 1500


def test_what_no_name_gives_is_a_value_as_generated_and_says_so() -> None:
    cells = cells_of_reference()
    assert any(cell.value == "What may still happen, or has to (as generated)" for cell in cells["Summary"].values())
    assert any("(the inputs, as generated)" in str(cell.value) for cell in cells["Summary"].values())
    on_functions = cells["Functions"]
    for address, cell in on_functions.items():
        if address[0] == "A" and cell.value in functions():
            row = address[1:]
            live = on_functions[f"E{row}"].formula is not None
            is_called = cell.value in lambda_names() and functions()[cell.value].family != "Risk"  # no cell draws
            assert live == is_called, cell.value
            assert (on_functions[f"G{row}"].value == "–") != live, cell.value


@pytest.mark.slow(seconds=2)
def test_the_package_has_no_finding_and_reads_back() -> None:
    content = made()
    assert check_package(open_package(content)) == []
    assert read_workbook(content).checked() == REFERENCE
    checked = check_workbook(content)
    assert checked.wrong == () and checked.reading.provenance.edition == "lambda"
    assert carry_names(content) == content


@open_xml_sdk.every_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.full(seconds=4)
def test_the_package_is_valid_for_every_office(versions: Any, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(made(SCENARIOS["support-classifier"]))
    assert open_xml_sdk.validate(path, versions) == []


# --- as IronCalc calculates it ----------------------------------------------------------------------------------------


def wrong_as_stored(content: bytes, path: Path) -> list[str]:
    """Every formula that IronCalc gives another value than is stored, but for the cells that say what calculates."""
    shown, cells = calculated(content, path), stored_cells(content)
    scale = scale_of(cells)
    return [
        f"{title}!{address}: {shown[title][address]!r}, stored {value!r}"
        for title, address, formula, value in formulas(cells)
        if not same(shown[title][address], "" if value is None else value, scale)
        and not _tells_what_calculates(formula)
        and not _is_a_tie(shown["Sensitivity"], formula)
    ]


def _tells_what_calculates(formula: str) -> bool:
    """Whether a cell says what calculates: it is stored as for a program that knows no LAMBDA."""
    return any(each in formula for each in ("calculated_by", LAMBDA_IS_MISSING.text, '"Calculated by '))


def _is_a_tie(sensitivity: Mapping[str, Any], formula: str) -> bool:
    """Whether two bars of the tornado are as wide as each other, so that rounding chooses the widest."""
    if "largest_lever" not in formula and "Largest lever: " not in formula:
        return False
    swings = sorted(each for row in range(7, 19) if isinstance(each := sensitivity.get(f"I{row}"), float))
    return len(swings) > 1 and same(swings[-1], swings[-2], swings[-1])


def wrong_after_an_edit(edited: bytes, fresh: bytes, scenario: Scenario, path: Path) -> list[str]:
    """What IronCalc shows otherwise than a fresh workbook, and than the engine for a what-if.

    The bars of the tornado and the examples stand in the order, and with the values, of the workbook's own scenario.
    """
    shown, cells, expected = calculated(edited, path), stored_cells(edited), stored_cells(fresh)
    scale = scale_of(expected)
    found = [
        f"{title}!{address}: {shown[title][address]!r}, expected {cell.value!r}"
        for title in LIVE
        if title in expected
        for address, cell in expected[title].items()
        if cells[title][address].formula is not None
        and not _tells_what_calculates(str(cell.formula))
        and not same(shown[title].get(address), "" if cell.value is None else cell.value, scale)
    ]
    for title, address, formula, _ in formulas(cells):
        if title == "Sensitivity" and (asked := CALL.search(formula)):
            told = _by_the_engine(asked[1], scenario, shown)
            if not same(shown[title][address], told, scale):
                found.append(f"{title}!{address}: {shown[title][address]!r}, the engine gives {told!r}")
        if title == "Functions" and address[0] == "E" and expected[title][address].formula == formula:
            value = expected[title][address].value
            if not same(shown[title][address], value, scale):
                found.append(f"{title}!{address}: {shown[title][address]!r}, expected {value!r}")
        if title == "Checks" and address[0] == "G" and shown[title][address] == "FAIL":
            found.append(f"{title}!{address} fails")
    return found


def _by_the_engine(arguments: str, scenario: Scenario, shown: Mapping[str, Mapping[str, Any]]) -> Any:
    """FT_WHATIF of the arguments of a cell of Sensitivity, as the cell shows it."""
    given = []
    for each in arguments.split(","):
        if each == "scenario":
            given.append([(INPUTS[name].label, value) for name, value in scenario.given().items() if name in INPUTS])
        elif each.startswith('"'):
            given.append(each.strip('"'))
        elif each in INPUTS:
            given.append(getattr(scenario, each))
        else:
            given.append(shown["Sensitivity"][each.replace("$", "")])
    try:
        value = call("FT_WHATIF", *given)
    except FtRoiError:
        return NOT_AVAILABLE
    return NEVER if value == float("inf") else value


def edited_and_fresh(scenario: Scenario, edits: Mapping[str, Any]) -> tuple[bytes, bytes, Scenario]:
    new = Scenario(**{**scenario.given(), **edits})
    return with_inputs(made(scenario), edits), made(new), new


@pytest.mark.full(seconds=7)
def test_ironcalc_gives_what_is_stored(tmp_path: Path) -> None:
    assert wrong_as_stored(made(), tmp_path / "book.xlsx") == []


@pytest.mark.full(seconds=50)
@pytest.mark.parametrize("name", SCENARIOS)
def test_ironcalc_gives_what_is_stored_of_every_sample_and_edge(name: str, tmp_path: Path) -> None:
    assert wrong_as_stored(made(SCENARIOS[name]), tmp_path / "book.xlsx") == []


@pytest.mark.full(seconds=40)
def test_ironcalc_gives_what_is_stored_of_random_scenarios(tmp_path: Path) -> None:
    for scenario in random_scenarios(8, seed=77):
        assert wrong_as_stored(made(scenario), tmp_path / "book.xlsx") == [], scenario.name


ODD = {
    "fifty years": REFERENCE.with_inputs(months=600, training_hours=90_000),
    "names": REFERENCE.with_inputs(name="Ünïcode „x“ <&> ' 日本 😀", description='=1+1 "q"', currency="JPY"),
    "zeros": REFERENCE.with_inputs(training_hours=0, storage_gb=0, calls=0, review_cost=0, accuracy=0, discount_rate=0),
    "huge": REFERENCE.with_inputs(calls=1e12, currency="KRW"),
}


@pytest.mark.full(seconds=30)
@pytest.mark.parametrize("name", ODD)
def test_odd_scenarios(name: str, tmp_path: Path) -> None:
    content = made(ODD[name])
    assert wrong_as_stored(content, tmp_path / "book.xlsx") == []
    assert check_package(open_package(content)) == []


EDITS: Mapping[str, tuple[Scenario, dict[str, Any]]] = {
    "calls": (SCENARIOS["support-classifier"], {"baseline_monthly_api_calls": 610_000.0}),
    "horizon and rate": (SCENARIOS["document-extraction"], {"months_to_amortize": 25.0, "discount_rate": 0.12}),
    "never": (REFERENCE, {"finetuned_cost_per_1k_tokens": 0.4, "monthly_review_cost": 0.0}),
    "a loss": (REFERENCE, {"training_hours": 50_000.0}),
    "no loss any more": (SCENARIOS["loss"], {"training_hours": 24.0, "baseline_monthly_api_calls": 5_000_000.0}),
}


@pytest.mark.full(seconds=25)
@pytest.mark.parametrize("name", EDITS)
def test_an_edited_workbook_shows_what_a_fresh_one_shows(name: str, tmp_path: Path) -> None:
    edited, fresh, scenario = edited_and_fresh(*EDITS[name])
    assert wrong_after_an_edit(edited, fresh, scenario, tmp_path / "book.xlsx") == []


@pytest.mark.full(seconds=40)
def test_edited_random_scenarios(tmp_path: Path) -> None:
    for scenario in random_scenarios(6, seed=78):
        edits = {"training_hours": 77.0, "discount_rate": 0.07, "monthly_growth": 0.01}
        edited, fresh, new = edited_and_fresh(scenario, edits)
        assert wrong_after_an_edit(edited, fresh, new, tmp_path / "book.xlsx") == [], scenario.name


@pytest.mark.full(seconds=12)
def test_other_choices_on_sensitivity_are_calculated(tmp_path: Path) -> None:
    """Another metric, swing, axis and change: all by FT_WHATIF, without a data table."""
    choices = {"B4": "MIRR", "E4": 0.1, "B41": "Total cost", "B43": "Horizon", "C46": -0.5}
    edited = with_cells(made(), {key: value for key, value in choices.items()}, "Sensitivity")
    before = stored_cells(made())["Sensitivity"]
    assert {before[each].value for each in ("B4", "B41")} == {"Net return"}
    assert wrong_after_an_edit(edited, made(), REFERENCE, tmp_path / "book.xlsx") == []


@pytest.mark.full(seconds=12)
def test_choices_that_are_none_are_told_and_no_cell_shows_an_error(tmp_path: Path) -> None:
    """An axis that is no input, an empty one, and a metric that is none."""
    typed = {"B41": "Profit", "B43": "Horizont", "B44": None, "B57": "Serving mode", "C45": "much", "E4": "some"}
    shown = calculated(with_cells(made(), typed, "Sensitivity"), tmp_path / "book.xlsx")
    assert errors_in(shown) == []
    cells = shown["Sensitivity"]
    assert [cells[f"{letter}43"] for letter in "CDEFG"] == ["n/a"] * 4 + ["is none of column R"]
    assert cells["G44"] == "is none of column R" and cells["F50"] == cells["C50"] == "n/a"
    assert shown["Checks"][named_cells(made())["check_state"][1]] == "All checks OK"


@pytest.mark.full(seconds=3)
def test_one_input_on_both_axes_is_told_beside_the_second(tmp_path: Path) -> None:
    typed = {"B43": "Horizon", "B44": "horizon"}
    shown = calculated(with_cells(made(), typed, "Sensitivity"), tmp_path / "book.xlsx")
    cells = shown["Sensitivity"]
    assert (cells["G43"], cells["G44"]) == ("months", THE_SAME_TWICE)
    assert {cells[f"{letter}{row}"] for letter in "CDEFGHI" for row in range(47, 54)} == {"n/a"}
    assert errors_in(shown) == [] and cells["G58"] != THE_SAME_TWICE


@pytest.mark.full(seconds=20)
def test_several_scenarios_and_another_choice_among_them(tmp_path: Path) -> None:
    three = [
        Scenario(**{**SCENARIOS[name].given(), "currency": "EUR"})
        for name in ("support-classifier", "document-extraction", "product-tagging")
    ]
    content = made(three[0], others=three[1:])
    path = tmp_path / "book.xlsx"
    assert wrong_as_stored(content, path) == []
    title, address = named_cells(content)["scenario_choice"]
    other = calculated(with_cells(content, {address: three[1].name}, title), path)
    alone = stored_cells(made(three[1]))
    scale = scale_of(alone)
    assert other["Checks"][named_cells(content)["check_state"][1]] == "All checks OK"
    for place in ("A7", "B7", "C7", "E7", "A10", "B10", "C10"):
        assert same(other["Summary"][place], alone["Summary"][place].value, scale), place


def in_columns(content: bytes, edits: Mapping[int, Mapping[str, Any]], choice: str) -> bytes:
    """The workbook with inputs of several scenarios edited, by their numbers from 0, and another one in use."""
    book = openpyxl.load_workbook(BytesIO(content))
    title, address = named_cells(content)["scenario_choice"]
    typed: dict[str, Any] = {address: choice}
    for number, inputs in edits.items():
        for name, value in inputs.items():
            ((_, area),) = book.defined_names[f"scenarios_{name}"].destinations
            typed[book[title][area.replace("$", "")][0][number].coordinate] = value
    return with_cells(content, typed, title)


@pytest.mark.full(seconds=50)
@pytest.mark.parametrize("seed", [5, 11])
def test_edited_columns_of_several_scenarios(seed: int, tmp_path: Path) -> None:
    """The one in use and another are edited: the sheets show what workbooks of the edited scenarios show."""
    three = [Scenario(**{**each.given(), "currency": "JPY"}) for each in random_scenarios(3, seed=seed)]
    first = {"training_hours": 77.0, "discount_rate": 0.0, "baseline_monthly_api_calls": 4e6}
    other = {"monthly_growth": 0.02, "go_live_delay": 1.0, "parallel_months": 0.0}
    edited = in_columns(made(three[0], others=tuple(three[1:])), {1: first, 2: other}, three[1].name)
    new = [three[0], three[1].with_inputs(**first), three[2].with_inputs(**other)]
    alone, together = made(new[1]), made(new[0], others=tuple(new[1:]))
    path = tmp_path / "book.xlsx"
    found = wrong_after_an_edit(edited, alone, new[1], path)
    kept = (
        "By year!",
        "Inputs!G",
        "Scenarios!",
        "Options!",
        "Cash flow!",
        "Option flows!",
    )  # as many months as the longest has
    assert [each for each in found if not each.startswith(kept)] == []
    shown, expected = calculated(edited, path), stored_cells(together)
    wrong = [
        f"{title}!{address}: {shown[title][address]!r}, expected {cell.value!r}"
        for title in ("Scenarios", "Scenario flows", "Scenario workings", "Scenario blocks")
        for address, cell in expected[title].items()
        if cell.formula is not None
        and not _tells_what_calculates(cell.formula)
        and address != "B4"  # the number of the one in use
        and not same(shown[title][address], "" if cell.value is None else cell.value, scale_of(expected))
    ]
    assert wrong == []


@pytest.mark.full(seconds=25)
def test_a_scenario_whose_inputs_do_not_go_together_waits_and_the_others_do_not(tmp_path: Path) -> None:
    three = [
        Scenario(**{**SCENARIOS[name].given(), "currency": "EUR"})
        for name in ("support-classifier", "document-extraction", "product-tagging")
    ]
    content = made(three[0], others=tuple(three[1:]))
    illegal = {1: {"serving_tokens_per_second": 0.0}, 2: {"baseline_output_price_per_m": None}}
    shown = calculated(in_columns(content, illegal, three[0].name), tmp_path / "book.xlsx")
    assert errors_in(shown) == []
    npvs = [shown["Scenarios"][f"{letter}12"] for letter in "CDE"]
    assert same(npvs[0], stored_cells(content)["Scenarios"]["C12"].value, 1.0) and npvs[1:] == ["fill in"] * 2
    assert isinstance(shown["Summary"]["B7"], float)


@pytest.mark.full(seconds=12)
def test_a_template_that_is_filled_in_calculates(tmp_path: Path) -> None:
    empty = build_template(edition="lambda")
    assert wrong_as_stored(empty, tmp_path / "empty.xlsx") == []
    given = {name: float(value) for name, value in REFERENCE.given().items() if isinstance(value, (int, float))}
    given.pop("model_size_b", None)
    filled = with_inputs(empty, given)
    named = REFERENCE.with_inputs(name="", description="", model_size_b=0)
    found = wrong_after_an_edit(filled, made(named), named, tmp_path / "filled.xlsx")
    assert [each for each in found if "as generated" not in each] == []


ILLEGAL: Mapping[str, dict[str, Any]] = {
    "missing": {"training_hours": None},
    "a text": {"training_hours": "many"},
    "below its bound": {"gpu_hourly_rate": -1.0},
    "no whole month": {"months_to_amortize": 12.5},
    "half a token mix": {"baseline_input_tokens": 100.0},
    "no choice": {"serving": "rocket"},
    "a fleet without throughput": {"serving": "self_hosted", "serving_gpu_hourly_rate": 2.0},
    "a fleet at no price": {
        "serving": "self_hosted",
        "serving_gpu_hourly_rate": 0.0,
        "serving_tokens_per_second": 900.0,
    },
    "half of another model": {"switch_input_price_per_m": 1.0, "tokens_per_call": 900.0},
}


MISSING = {"half a token mix": 4, "half of another model": 3}
"""How many figures are then missing, where it is more than one."""


def errors_in(shown: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The cells that show an error."""
    return [
        f"{title}!{address}"
        for title, cells in shown.items()
        for address, value in cells.items()
        if str(value).startswith("#")
    ]


@pytest.mark.full(seconds=50)
def test_inputs_that_are_missing_or_not_legal_are_told_and_no_cell_shows_an_error(tmp_path: Path) -> None:
    for name, edits in ILLEGAL.items():
        shown = calculated(with_inputs(made(), edits), tmp_path / "book.xlsx")
        assert errors_in(shown) == [], name
        assert str(shown["Summary"]["A5"]).startswith(f"{MISSING.get(name, 1)} of 1"), name
        assert shown["Summary"]["B7"] == shown["Sensitivity"]["E7"] == "fill in", name
        assert "Calculated by the functions in this file" in shown["Summary"]["A3"], name


# --- where LAMBDA is unknown ------------------------------------------------------------------------------------------


def in_words(checked: CheckedWorkbook) -> list[str]:
    return [str(each) for each in checked.wrong]


@pytest.mark.full(seconds=12)
@pytest.mark.needs_gnumeric
def test_gnumeric_takes_the_ordinary_formulas(tmp_path: Path) -> None:
    """IF calculates the branch that it chooses, and no other."""
    edited, fresh, _ = edited_and_fresh(*EDITS["calls"])
    path = tmp_path / "edited.xlsx"
    path.write_bytes(edited)
    shown = stored_cells(gnumeric.converted(path, tmp_path / "gnumeric.xlsx", recalculated=True).read_bytes())
    expected = stored_cells(fresh)
    scale = scale_of(expected)
    wrong = [
        f"{title}!{address}: {shown[title][address].value!r}, expected {cell.value!r}"
        for title in LIVE
        if title in expected
        for address, cell in expected[title].items()
        if cell.formula is not None
        and not same(shown[title][address].value or 0, cell.value or 0, scale)
        and not (title == "Breakdown" and shown[title][address].value == "–")
    ]
    assert wrong == []
    assert shown["Sensitivity"]["E7"].value == NEEDS_LAMBDA
    assert "Calculated by ordinary formulas" in str(shown["Summary"]["A3"].value)


@pytest.mark.full(seconds=20)
@pytest.mark.needs_libreoffice
def test_libreoffice_shows_errors_where_a_name_is_called_and_check_says_why(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(made())
    saved = libreoffice.convert(path, tmp_path / "opened").read_bytes()
    shown, cells = stored_cells(saved), cells_of_reference()
    for title, address, formula, value in formulas(cells):
        if any(functions_called(formula)):
            assert str(shown[title][address].value).startswith("#"), f"{title}!{address}"
        elif value not in ("", None):  # it calculates those anew
            assert same(shown[title][address].value or 0, value or 0, scale_of(cells)), f"{title}!{address}"
    assert read_workbook(saved).checked() == REFERENCE
    told = in_words(check_workbook(saved))
    assert len(told) == 2
    assert "Write the names again: ft-roi addin lambda FILE." in told[0] + told[1]
    assert "knows no LAMBDA: open it in Excel 365 or 2024." in told[0] + told[1]


@pytest.mark.full(seconds=20)
@pytest.mark.needs_libreoffice
def test_recalc_calculates_it_with_our_functions(tmp_path: Path) -> None:
    from addin.libreoffice.rendering import render

    edited, fresh, _ = edited_and_fresh(*EDITS["a loss"])
    path = tmp_path / "edited.xlsx"
    path.write_bytes(edited)
    rendered = render(path, 120.0, document=False, pages=False)
    assert [cell for cell in rendered.cells if cell.error] == []
    shown, expected = stored_cells(rendered.workbook), stored_cells(fresh)
    scale = scale_of(expected)
    for title in LIVE:
        for address, cell in expected.get(title, Cells()).items():
            if cell.formula is not None and not _tells_what_calculates(cell.formula):
                assert same(shown[title][address].value or 0, cell.value or 0, scale), f"{title}!{address}"


# --- edited names -----------------------------------------------------------------------------------------------------


@pytest.mark.full(seconds=8)
def test_a_name_that_was_edited_or_deleted_is_one_finding() -> None:
    content = made()
    edited = with_name(content, "FT_NPV", "_xlfn.LAMBDA(_xlpm.rate_,1)")
    (told,) = in_words(check_workbook(edited))
    assert told.startswith("FT_NPV: It is not the function that this version writes, or gone.")

    def delete(root: Any) -> None:
        for each in root.xpath("//*[local-name()='definedName'][@name='FT_NPV' or @name='FT_ROI']"):
            each.getparent().remove(each)

    (told,) = in_words(check_workbook(with_part(content, WORKBOOK, delete)))
    assert " and 1 more are not the functions that this version writes, or gone." in told
    assert check_workbook(carry_names(with_part(content, WORKBOOK, delete))).wrong == ()


@pytest.mark.full(seconds=8)
def test_a_function_of_another_program_in_capitals_is_the_same() -> None:
    """Excel writes numbers of a formula with 17 digits."""
    stored = lambda_names()["FT_CHECKED"].stored
    again = with_name(made(), "FT_CHECKED", stored.replace("1E-09", "1.0000000000000001E-9").replace(",", ", "))
    assert check_workbook(again).wrong == ()


@pytest.mark.full(seconds=6)
def test_openpyxl_keeps_names_and_arrays_but_no_value(tmp_path: Path) -> None:
    """Its copy lacks every value; IronCalc, which takes its empty numbers for zeros, calculates it as before."""
    saved, empty = BytesIO(), re.compile(rb'(<c [^>]*) t="n"></c>')
    openpyxl.load_workbook(BytesIO(made())).save(saved)
    parts = {name: empty.sub(rb"\1/>", part) for name, part in parts_of(saved.getvalue()).items()}
    shown, cells = calculated(package_of(parts), tmp_path / "saved.xlsx"), cells_of_reference()
    wrong = [
        f"{title}!{address}"
        for title, address, formula, value in formulas(cells)
        if not same(shown[title].get(address), "" if value is None else value, scale_of(cells))
        and not _tells_what_calculates(formula)
    ]
    assert wrong == []
