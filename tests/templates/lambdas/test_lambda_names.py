"""The LAMBDA names: within Excel's limits, well formed, and equal to the engine over whole scenarios."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from roi_engine import REFERENCE, Scenario, appraise, call, functions
from roi_engine.cashflow import MODEL
from roi_engine.errors import FtRoiError
from roi_engine.graph import Graph
from roi_engine.scenario import INPUTS
from roi_engine.sensitivity import what_if
from roi_engine.worksheet.catalogue import LONGEST_SENTENCE
from templates.building.book import FT_FUNCTIONS
from templates.building.formula import formula_of
from templates.lambdas.carried import CallsTheAddIn, carry_names, check_that_no_addin_is_called
from templates.lambdas.chain import KEPT, MOST_PAIRS, Chain, named
from templates.lambdas.lambda_name import LONGEST_TEXT, LambdaName, called_by, stored
from templates.lambdas.printed_functions import NOT_COVERED, _printed, lambda_names
from templates.package_check import check_package
from templates.package_check.defined_names import reads_as_cell
from templates.returned.compared_names import compared_names
from templates.workbook import build_workbook
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import open_package
from tests import open_xml_sdk
from tests.lambda_book import LambdaBook
from tests.random_scenarios import random_scenarios
from tests.workbook_edits import package_of, parts_of

NAMES = list(lambda_names().values())
MOST_PARAMETERS = 253


def each_name() -> Any:
    return pytest.mark.parametrize("name", NAMES, ids=[each.name for each in NAMES])


def without_texts(formula: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


def arguments_of(function: str, formula: str) -> list[int]:
    """How many arguments each call of a function has."""
    found = []
    for call_ in re.finditer(rf"\b{function}\(", formula):
        depth, count = 0, 1
        for sign in formula[call_.end() :]:
            depth += (sign in "({") - (sign in ")}")
            if depth < 0:
                break
            count += sign == "," and depth == 0
        found.append(count)
    return found


@each_name()
def test_a_name_is_within_the_limits_of_excel(name: LambdaName) -> None:
    formula = without_texts(name.stored)
    assert len(name.stored) <= LONGEST_TEXT
    assert len(name.parameters) <= MOST_PARAMETERS
    assert all(count % 2 == 1 and count // 2 <= MOST_PAIRS for count in arguments_of("LET", formula))
    assert len(name.sentence) <= LONGEST_SENTENCE
    assert all(len(text) <= 257 for text in re.findall(r'"(?:[^"]|"")*"', name.stored))


@each_name()
def test_what_is_named_within_a_formula_is_no_cell_and_no_name_or_word_of_others(name: LambdaName) -> None:
    own = set(re.findall(r"_xl[po][mp]\.([a-z0-9_]+)", name.stored))
    assert all(each.endswith("_") and not reads_as_cell(each) for each in own)


@each_name()
def test_a_formula_uses_what_it_declares(name: LambdaName) -> None:
    declared = re.findall(r"_xlop\.([a-z0-9_]+)", name.stored)
    assert [f"[{each}]" for each in declared] == [each for each in name.parameters if each.startswith("[")]
    assert "[" not in without_texts(name.stored)
    used = set(re.findall(r"_xlpm\.([a-z0-9_]+)", name.stored))
    assert {each.strip("[]") for each in name.parameters} <= used


def test_a_name_calls_only_names_that_stand_before_it() -> None:
    for at, name in enumerate(NAMES):
        called = set(re.findall(r"\bFT_[A-Z0-9]+(?=\()", name.text))
        assert called <= {each.name for each in NAMES[:at]}, name.name
        assert {each.name for each in called_by(name, NAMES)} >= called


def test_every_function_is_a_name_or_has_a_reason_not_to_be() -> None:
    parts = lambda_names().keys() - functions().keys()
    assert lambda_names().keys() - parts == functions().keys() - NOT_COVERED.keys()
    assert all(len(reason) > 10 for reason in NOT_COVERED.values())


def test_the_parameters_are_the_functions_arguments_in_order() -> None:
    for name, function in functions().items():
        if name not in NOT_COVERED and not function.block_only:
            shown = [each.strip("[]") for each in lambda_names()[name].parameters]
            assert [each.removesuffix("_or_block_").rstrip("_") for each in shown] == [
                argument.name for argument in function.arguments
            ]


def test_a_chain_leaves_out_what_its_result_does_not_need() -> None:
    chain = Chain(MODEL, {name: 0 for name in INPUTS})
    chain.add("one", "1")
    chain.add("two", f"{named('one')}+1")
    chain.add("other", "9")
    assert chain.let(named("two")) == "LET(one_,1,one_+1)"


def test_what_is_kept_from_month_to_month_only_grows() -> None:
    """The largest of its months is its last one: that is how the names fold it."""
    for scenario in random_scenarios(40, seed=8):
        values = MODEL.evaluate(scenario.inputs(), tuple(KEPT), scenario.months_to_amortize)
        for name in KEPT:
            assert values[name] == sorted(values[name]), (scenario.name, name)
            assert min(values[name]) >= 0


# --- in a workbook ---------------------------------------------------------------------------------------


def native() -> bytes:
    return build_workbook(REFERENCE, edition="native")


@pytest.mark.full(seconds=10)
def test_a_workbook_of_ours_carries_the_names_and_all_else_stays(tmp_path: Path) -> None:
    before = native()
    check_that_no_addin_is_called(StoredWorkbook(open_package(before)))
    after = carry_names(before)
    was, now = (StoredWorkbook(open_package(each)) for each in (before, after))
    assert [each.name for each in now.names] == [*(each.name for each in was.names), *lambda_names()]
    assert {each.name: each.text for each in now.names if each.name in lambda_names()} == {
        name: each.stored for name, each in lambda_names().items()
    }
    assert [now.cells(title) for title in now.titles] == [was.cells(title) for title in was.titles]
    assert carry_names(after) == after
    check_that_no_addin_is_called(StoredWorkbook(open_package(after)))
    assert list(check_package(after)) == []
    if reason := open_xml_sdk.missing():
        pytest.skip(reason)
    path = tmp_path / "carried.xlsx"
    path.write_bytes(after)
    assert open_xml_sdk.validate(path) == []


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def said_of_names(made: bytes, now: bytes) -> dict[str, str]:
    """What `ft-roi check` says of the names of a workbook, beside those of a new one."""
    book, new = (StoredWorkbook(open_package(each)) for each in (now, made))
    return {each.place: each.sentence for each in compared_names(book, new, {each: each for each in new.titles}, ())}


def test_the_names_are_no_difference_and_a_changed_one_is() -> None:
    made = saved(Workbook())
    carried = carry_names(made)
    assert said_of_names(made, carried) == {}
    parts = parts_of(carried)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"*3600", b"*3500")
    said = said_of_names(made, package_of(parts))
    assert {*said} == {name for name, each in lambda_names().items() if "*3600" in each.text}
    assert said and all("It is not the LAMBDA that this version writes" in each for each in said.values())


def test_a_name_that_hides_a_function_is_found_where_functions_are_called() -> None:
    book = Workbook()
    book.defined_names[FT_FUNCTIONS.text] = DefinedName(FT_FUNCTIONS.text, attr_text="Sheet!$A$1")
    made = saved(book)
    assert {*said_of_names(made, carry_names(made))} == {*lambda_names()}


def test_a_workbook_without_any_name_gets_a_list_of_them() -> None:
    carried = StoredWorkbook(open_package(carry_names(saved(Workbook()))))
    assert [each.name for each in carried.names] == list(lambda_names())


@pytest.mark.parametrize(
    "formula", ["=1+ft_npv(,A1)", "=IF(A1,FT_VERDICT(B1),0)", "=_xldudf_FT_NPV(,B1)", r"='C:\ft-roi.xlam'!FT_NPV(,B1)"]
)
def test_a_workbook_that_calls_the_add_in_is_refused(formula: str) -> None:
    book = Workbook()
    book.active["B2"] = formula  # type: ignore[index]
    with pytest.raises(CallsTheAddIn, match="--formulas native"):
        check_that_no_addin_is_called(StoredWorkbook(open_package(saved(book))))


@pytest.mark.parametrize("formula", ['="FT_NPV(1)"', "=MY_FT_NPV(1)", "='FT_NPV('!A1", "=FT_UNKNOWN(1)"])
def test_what_only_looks_like_a_call_is_none(formula: str) -> None:
    book = Workbook()
    book.active["B2"] = formula  # type: ignore[index]
    check_that_no_addin_is_called(StoredWorkbook(open_package(saved(book))))


def test_a_text_keeps_what_stands_in_it() -> None:
    assert stored('IF(a_="MAP(b_)","[c_]",LET(b_,1,b_))') == (
        'IF(_xlpm.a_="MAP(b_)","[c_]",_xlfn.LET(_xlpm.b_,1,_xlpm.b_))'
    )


# --- equal to the engine ---------------------------------------------------------------------------------


def as_block(scenario: Scenario) -> list[list[Any]]:
    given = {name: getattr(scenario, name) for name in INPUTS if name in scenario.model_fields_set}
    return [[name, value] for name, value in given.items() if value is not None]


def as_cell(value: float) -> float | str:
    return "Never" if value == math.inf else value


def equal(shown: Any, expected: Any, scale: float) -> bool:
    if isinstance(expected, str) or isinstance(shown, str):
        return bool(shown == expected)
    return bool(abs(shown - expected) <= 1e-9 * max(scale, abs(expected), 1))


FIGURES = ("FT_NETROI", "FT_NPV", "FT_PAYBACK", "FT_DPAYBACK", "FT_MONTHLY", "FT_TOTALCOST", "FT_MIRR", "FT_PI")


def unlike_the_engine(scenarios: list[Scenario], folder: Path) -> list[str]:
    book = LambdaBook()
    for scenario in scenarios:
        for name in FIGURES:
            own = [""] * len(functions()[name].own)
            book.call(f"{scenario.name} {name}", name, [*own, as_block(scenario)])
    shown = book.results(folder)
    wrong = []
    for scenario in scenarios:
        scale = max(abs(flow) for flow in appraise(scenario).cash_flow)
        for name in FIGURES:
            own = [""] * len(functions()[name].own)
            try:
                expected = call(name, *own, as_block(scenario))
            except FtRoiError as error:
                expected = error.code
            ((value,),) = shown[f"{scenario.name} {name}"]
            money = scale if name in ("FT_NETROI", "FT_NPV", "FT_MONTHLY", "FT_TOTALCOST") else 1
            if not equal(value, expected, money):
                wrong.append(f"{scenario.name}: {name} gives {value!r}, not {expected!r}")
    return wrong


@pytest.mark.slow
def test_the_figures_of_random_scenarios_are_the_engines(tmp_path: Path) -> None:
    scenarios = random_scenarios(5, seed=19)
    assert any(appraise(each).payback_months == math.inf for each in scenarios)
    assert unlike_the_engine(scenarios, tmp_path) == []


@pytest.mark.full(seconds=60)
def test_the_figures_of_five_hundred_random_scenarios_are_the_engines(tmp_path: Path) -> None:
    scenarios = random_scenarios(500, seed=23)
    assert [unlike_the_engine(scenarios[at : at + 50], tmp_path) for at in range(0, 500, 50)] == [[]] * 10


def test_a_what_if_of_two_inputs_is_the_engines_grid(tmp_path: Path) -> None:
    prices, months = [0.2, 0.3, 0.36], [6, 12, 18]
    book = LambdaBook()
    block = as_block(REFERENCE)
    for metric in ("NPV", "PAYBACK"):
        column = [[each] for each in prices]
        arguments = [metric, block, "baseline_cost", column, "Horizon", [months]]
        book.call(metric, "FT_WHATIF", arguments, (len(prices), len(months)))
    shown = book.results(tmp_path)
    for metric, rows in shown.items():
        for price, row in zip(prices, rows, strict=True):
            for horizon, value in zip(months, row, strict=True):
                changes = {"baseline_cost_per_1k_tokens": price, "months_to_amortize": horizon}
                expected = what_if(REFERENCE, metric, **changes)
                assert expected is not None
                assert equal(value, as_cell(expected), 1)


def test_labels_are_read_as_people_write_them_and_a_second_input_needs_its_value(tmp_path: Path) -> None:
    block, book = as_block(REFERENCE), LambdaBook()
    forms = {
        "capitals": lambda label: label.upper().replace("_", " ") + "  ",
        "kept together": lambda label: label.replace("_", "\u00a0") + ":",
        "a tab": lambda label: f"\t{label}",
        "dashes": lambda label: label.replace("_", " – "),
    }
    for name, form in forms.items():
        book.call(name, "FT_NPV", ["", [[form(label), value] for label, value in block]])
    book.call("no value", "FT_WHATIF", ["NPV", block, "calls", 3, "hours", ""])
    book.call("a column that ends", "FT_WHATIF", ["NPV", block, "calls", [[3], [""]], "hours", 24], (2, 1))
    shown = book.results(tmp_path)
    assert all(equal(shown[name][0][0], call("FT_NPV", "", block), 1) for name in forms)
    assert shown["no value"] == [["#VALUE!"]]
    assert shown["a column that ends"][1] == ["#VALUE!"]


def test_an_error_beside_an_input_counts_where_figures_stand_and_not_among_answers(tmp_path: Path) -> None:
    book, block = LambdaBook(), as_block(REFERENCE)
    spoilt = {"Low": True, "High": True, "Distribution": True, "Answer": False, "As generated": False, "Unit": False}
    for title in spoilt:
        rows = [[*row, "#REF!" if at == 3 else ""] for at, row in enumerate(block)]
        book.call(title, "FT_NETROI", [[["Input", "Value", title], *rows]])
    shown = book.results(tmp_path)
    right = call("FT_NETROI", block)
    assert {title: shown[title] == [["#REF!"]] for title in spoilt} == spoilt
    assert all(equal(shown[title][0][0], right, 1) for title, is_spoilt in spoilt.items() if not is_spoilt)


def test_a_function_that_nothing_prints_says_where_to_print_it() -> None:
    new = replace(functions()["FT_ERRORCUT"], name="FT_NEW")
    with pytest.raises(ValueError, match=r"FT_NEW is no figure: say in _PLAIN or _SPECIAL of templates\.lambdas"):
        _printed(new)


def test_an_equation_of_its_last_month_that_is_no_fold_says_so() -> None:
    def peak(peak_before: Any, flow: Any, month: Any) -> Any:
        return peak_before + flow * month

    graph = Graph({"flow": lambda month: month * 2, "peak": peak})
    with pytest.raises(ValueError, match="peak is no fold: it shall take peak_before, then one other monthly quantity"):
        Chain(graph, {"month": formula_of(1)}).calculate(["peak"])
