"""The public names of the engine, and that each explains itself."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import roi_engine

ROOT = Path(__file__).parents[2]

NAMES = [
    "INPUTS",
    "METRICS",
    "REFERENCE",
    "Appraisal",
    "AppraisedRows",
    "BreakEven",
    "Estimate",
    "FtRoiError",
    "InputWarning",
    "Option",
    "Options",
    "OutOfRange",
    "Problem",
    "Range",
    "RankingChange",
    "Rejection",
    "Scenario",
    "ScenarioError",
    "SelfHostingBreakEven",
    "Simulation",
    "TornadoBar",
    "UnknownName",
    "WrongType",
    "ZeroDivisor",
    "__version__",
    "appraise",
    "appraise_level",
    "appraise_many",
    "appraise_rows",
    "break_even",
    "call",
    "cash_flow",
    "check_inputs",
    "compare_options",
    "cost_benefit_finetuning",
    "discounted_payback",
    "evaluate",
    "functions",
    "irr",
    "irr_roots",
    "load_scenario",
    "mirr",
    "monthly_rate",
    "npv",
    "payback",
    "prompt_shrink_needed",
    "self_hosting_break_even",
    "simulate",
    "tornado",
    "verdict",
    "what_if",
]
"""Constants, then classes, then the rest, each in alphabetical order."""

FUNCTIONS = [name for name in NAMES if inspect.isroutine(getattr(roi_engine, name))] + ["functions"]


def test_the_public_names() -> None:
    assert roi_engine.__all__ == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(roi_engine, name) is not None


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'appraize'"):
        _ = roi_engine.appraize


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS)))
def test_a_public_function_has_a_docstring_with_an_example(name: str) -> None:
    text = inspect.getdoc(getattr(roi_engine, name))
    assert text and ">>>" in text
    assert text.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isclass(getattr(roi_engine, name))])
def test_a_public_class_has_a_docstring(name: str) -> None:
    text = inspect.getdoc(getattr(roi_engine, name))
    assert text and text.splitlines()[0].endswith(".")


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = "import roi_engine, sys; print([name for name in ('numpy', 'scipy', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_scenario_needs_neither_numpy_nor_scipy() -> None:
    program = (
        "import sys\n"
        "from roi_engine import REFERENCE, appraise, call, check_inputs, tornado, verdict\n"
        "appraise(REFERENCE).as_dict(), check_inputs(REFERENCE), tornado(REFERENCE), verdict(appraise(REFERENCE))\n"
        "call('FT_NPV', 0.1, 24, 1.5, 28, 0.02, 5000000, 0.3, 0.05, 0.12, 2000, 12)\n"
        "block = [[name, value] for name, value in REFERENCE.given().items()]\n"
        "for item in ('NPV', 'PVCOST', 'EQUIVMONTHLY', 'PAYBACK', 'RANK'): call('FT_OPTION', 'API', item, block)\n"
        "call('FT_SELFBREAKEVEN', 0.0012, 650, 2500, 3)\n"
        "print([name for name in ('numpy', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_distributions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "roi_engine/_version.py"
    assert roi_engine.__version__.count(".") == 2
