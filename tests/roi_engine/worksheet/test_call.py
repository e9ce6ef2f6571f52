"""What a cell may hold and what becomes of it, beyond the rows of tests/cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from roi_engine import FtRoiError, OutOfRange, ScenarioError, UnknownName, WrongType, ZeroDivisor, call, functions
from roi_engine.worksheet.catalogue import RISK, Function
from tests.worksheet_cases import block

REFERENCE = (24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12)


def failure(name: str, *arguments: Any) -> FtRoiError:
    with pytest.raises(FtRoiError) as caught:
        call(name, *arguments)
    return caught.value


# --- names and numbers of arguments ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["FT_TRAINCOST", "ft_traincost", "TRAINCOST", " traincost "])
def test_a_function_is_found_in_any_case_with_or_without_its_prefix(name: str) -> None:
    assert call(name, 24, 1.5) == 36


def test_an_unknown_function_is_guessed() -> None:
    error = failure("FT_PAYBAK", 1)
    assert isinstance(error, UnknownName)
    assert str(error) == 'There is no function "FT_PAYBAK". Did you mean "FT_PAYBACK"?'


def test_too_many_arguments_are_told_with_the_signature() -> None:
    error = failure("FT_TRAINCOST", 24, 1.5, 3)
    assert isinstance(error, WrongType)
    assert str(error) == (
        "FT_TRAINCOST takes at most 2 arguments, not 3: FT_TRAINCOST(training_hours, gpu_hourly_rate)."
    )


@pytest.mark.parametrize("name", functions())
def test_every_function_refuses_one_argument_too_many(name: str) -> None:
    assert "takes at most" in str(failure(name, *[1] * (len(functions()[name].arguments) + 1)))


def example(function: Function) -> tuple[Any, ...]:
    """The documented example of a function, its scenario as a block."""
    arguments = list(function.examples)
    if function.takes_scenario:
        at = len(function.own) if function.block_at is None else function.block_at
        arguments.insert(at, block("even" if function.family == RISK else "reference"))  # risk needs ranges
    return tuple(arguments)


@pytest.mark.parametrize("name", functions())
def test_every_functions_example_gives_a_result(name: str) -> None:
    function = functions()[name]
    result = call(name, *example(function))
    assert isinstance(result, list) == (function.result.kind == "table")


# --- cells -----------------------------------------------------------------------------------------------


def test_an_empty_cell_is_an_argument_left_out() -> None:
    for empty in (None, "", "  ", [[None]], [[""]], [], [[]]):
        assert call("FT_NPV", empty, *REFERENCE) == pytest.approx(16944.0068657)
        assert str(failure("FT_TRAINCOST", empty, 1.5)).startswith("training_hours: missing.")


def test_what_is_missing_is_explained() -> None:
    error = failure("FT_TRAINCOST", 24)
    assert str(error) == "gpu_hourly_rate: missing. Price of one GPU for one hour."
    assert error.code == "#VALUE!"


def test_ranges_may_be_lists_or_tuples_and_a_flat_one_is_a_column() -> None:
    column = [[36.0], [72.0]]
    assert call("FT_TRAINCOST", [24, 48], 1.5) == column
    assert call("FT_TRAINCOST", ((24,), (48,)), 1.5) == column
    assert call("FT_TRAINCOST", [(24,), (48,)], 1.5) == column


def test_true_is_not_one_and_not_remembered_as_one() -> None:
    assert call("FT_TRAINCOST", 1, 1.5) == 1.5
    assert isinstance(failure("FT_TRAINCOST", 24, True), WrongType)
    assert call("FT_TRAINCOST", 1.0, 1) == 1
    assert isinstance(failure("FT_TRAINCOST", 1.0, True), WrongType)
    assert str(failure("FT_ERRORCUT", False, 1)) == "base_accuracy: FALSE is not a number."


def test_dates_and_other_things_are_no_numbers() -> None:
    assert str(failure("FT_TRAINCOST", 24, date(2026, 1, 1))) == "gpu_hourly_rate: 2026-01-01 is not a number."
    assert isinstance(failure("FT_ERRORCUT", float("nan"), 1), WrongType)
    assert isinstance(failure("FT_ERRORCUT", float("inf"), 1), WrongType)
    assert isinstance(failure("FT_ERRORCUT", 10**400, 1), OutOfRange)


@pytest.mark.parametrize("code", ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"])
def test_an_error_value_is_the_result(code: str) -> None:
    assert failure("FT_ERRORCUT", 0.85, code).code == code
    assert failure("FT_NETROI", code, *REFERENCE[1:]).code == code
    assert failure("FT_WHATIF", code, block("reference"), "calls", 1).code == code
    assert failure("FT_WHATIF", "NETROI", block("reference"), "calls", code).code == code
    assert failure("FT_NETROI", block("reference", calls_per_day=code)).code == code
    assert call("FT_ERRORCUT", 0.85, [[code], [0.97]])[0][0].code == code


# --- results ---------------------------------------------------------------------------------------------


def test_results_are_plain_numbers_texts_and_booleans() -> None:
    assert type(call("FT_NETROI", *REFERENCE)) is float
    assert type(call("FT_WORTHIT", *REFERENCE)) is bool
    assert type(call("FT_VERDICT", *REFERENCE)) is str
    grid = call("FT_NETROI", [[24], [48]], *REFERENCE[1:])
    assert all(type(cell) is float for row in grid for cell in row)
    grid = call("FT_WORTHIT", [[24], [48]], *REFERENCE[1:])
    assert all(type(cell) is bool for row in grid for cell in row)
    months = call("FT_CASHFLOW", *REFERENCE)
    assert all(type(cell) is float for row in months for cell in row)


def test_in_a_grid_errors_are_exceptions_with_their_sentences() -> None:
    grid = call("FT_ROI", [[24], [0], [-1]], 1.5, 0, *REFERENCE[3:])
    assert grid[0][0] == pytest.approx(495.6666667)
    assert isinstance(grid[1][0], ZeroDivisor)
    assert isinstance(grid[2][0], OutOfRange) and "training_hours: -1 is below 0" in str(grid[2][0])


def test_undefined_results_say_what_the_function_gives() -> None:
    assert str(failure("FT_ROI", 0, 1.5, 0, *REFERENCE[3:])).startswith("FT_ROI is undefined here: Net return over")
    assert isinstance(failure("FT_IRR", 0, 1.5, 0, *REFERENCE[3:]), OutOfRange)


def test_a_number_too_large_is_an_error_and_not_never() -> None:
    for arguments in ((1e200, 1e200), (1e200, [[1e200], [1]])):
        result = (
            call("FT_TRAINCOST", *arguments)[0][0] if len(arguments) > 1 and isinstance(arguments[1], list) else None
        )
        error = result if result is not None else failure("FT_TRAINCOST", *arguments)
        assert isinstance(error, OutOfRange) and "too large" in str(error)
    assert isinstance(failure("FT_NPV", -0.9999999, *REFERENCE[:9], 600), OutOfRange)
    assert call("FT_PAYBACK", *REFERENCE[:4], 0, *REFERENCE[5:7], 0, 0, 12) == "Never"


def test_what_a_caller_does_to_a_table_does_not_reach_the_next_caller() -> None:
    first = call("FT_CASHFLOW", *REFERENCE)
    first[0][0] = "mine"
    first.append(["more"])
    assert call("FT_CASHFLOW", *REFERENCE)[0][0] == pytest.approx(-42.72)
    assert len(call("FT_CASHFLOW", *REFERENCE)) == 13


# --- scenarios -------------------------------------------------------------------------------------------


def test_a_block_and_typed_arguments_do_not_mix() -> None:
    error = failure("FT_NETROI", block("reference"), "", "", 5)
    assert str(error) == "FT_NETROI: after a scenario block the later scenario arguments stay empty."
    assert call("FT_NETROI", block("reference"), "", "", None) == pytest.approx(17837.28)


def test_a_block_is_needed_where_it_is() -> None:
    sentence = "FT_CHECK: scenario is a range with labels in its first column and values beside them."
    assert str(failure("FT_CHECK", 24)) == sentence
    assert str(failure("FT_CHECK", "")) == sentence
    assert str(failure("FT_CHECK", [[1, 2], [3, 4]])) == sentence


def test_a_text_is_no_scenario() -> None:
    assert 'FT_NETROI: "B2:C14" is no scenario.' in str(failure("FT_NETROI", "B2:C14"))


def test_problems_of_a_block_come_all_at_once() -> None:
    error = failure("FT_NETROI", block("reference", training_hours=-1, monthly_review_cost="dear"))
    assert isinstance(error, ScenarioError)
    assert [problem.place for problem in error.problems] == ["training_hours", "monthly_review_cost"]


def test_blocks_broadcast_over_own_arguments() -> None:
    grid = call("FT_NPV", [[0.0, 0.1]], block("reference"))
    assert grid == [[pytest.approx(17837.28), pytest.approx(16944.0068657)]]


def test_ranges_that_do_not_fit_are_named() -> None:
    error = failure("FT_TRAINCOST", [[1], [2], [3]], [[1], [2]])
    assert str(error) == "gpu_hourly_rate: a range of 2 × 1 cells does not fit one of 3 × 1."
    error = failure("FT_CASHFLOW", [[1], [2]], *REFERENCE[1:])
    assert str(error) == "FT_CASHFLOW gives a table and takes single cells: training_hours is a range."


def test_a_large_grid_is_one_run() -> None:
    hours = [[hour] for hour in range(200)]
    rates = [[rate / 10 for rate in range(200)]]
    grid = call("FT_NETROI", hours, rates, *REFERENCE[2:])
    assert len(grid) == 200 and len(grid[0]) == 200
    for row, column in ((0, 0), (7, 11), (199, 199)):
        assert grid[row][column] == pytest.approx(17880 - 6.72 - row * column / 10)


def test_typed_and_block_calls_agree_on_the_reference() -> None:
    for name, function in functions().items():
        if function.takes_scenario and not function.block_only and function.result.kind != "table":
            own = function.examples
            inputs = dict(
                zip((row[0] for row in block("reference")), (row[1] for row in block("reference")), strict=True)
            )
            typed = [inputs.get(argument.name, "") for argument in function.scenario]
            by_block, by_hand = call(name, *own, block("reference")), call(name, *own, *typed)
            assert by_hand == by_block or by_hand == pytest.approx(by_block), name
