"""The errors: one tree, the cell error of each, sentences for people."""

from __future__ import annotations

import pytest

from roi_engine import FtRoiError, OutOfRange, Problem, ScenarioError, UnknownName, WrongType, ZeroDivisor
from roi_engine.errors import did_you_mean, nearest


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FtRoiError, "#VALUE!"),
        (WrongType, "#VALUE!"),
        (OutOfRange, "#NUM!"),
        (ZeroDivisor, "#DIV/0!"),
        (UnknownName, "#N/A"),
    ],
)
def test_each_error_has_its_cell_error_and_its_sentence(kind: type[FtRoiError], code: str) -> None:
    error = kind("12 is above 1.")
    assert error.code == code and str(error) == "12 is above 1." and isinstance(error, FtRoiError)


def test_a_scenario_error_holds_every_problem_and_the_code_of_the_first() -> None:
    error = ScenarioError([Problem("months", "0 is below 1.", "#NUM!"), Problem("", "Nothing there.")])
    assert str(error) == "months: 0 is below 1.\nNothing there."
    assert error.code == "#NUM!"
    assert [problem.place for problem in error.problems] == ["months", ""]
    assert ScenarioError([]).code == "#VALUE!"


def test_guesses_are_near_or_none() -> None:
    known = ["gpu_hourly_rate", "storage_gb"]
    assert nearest("gpu_rate", known) == "gpu_hourly_rate"
    assert nearest("colour", known) is None
    assert did_you_mean("storage_bg", known) == ' Did you mean "storage_gb"?'
    assert did_you_mean("colour", known) == ""
