"""CONTRIBUTING.md and docs/architecture.md name what is there, and the walk leads where it says."""

from __future__ import annotations

import ast
import inspect
import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from roi_engine import INPUTS, appraise, equations, load_scenario
from templates.workbook import build_workbook

ROOT = Path(__file__).parents[1]
MAPS = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"]
FOLDERS = "roi_engine|templates|addin|tests|docs|benchmarks|\\.ci"
STEPS = re.findall(r"^(\d\. .+(?:\n   .+)*)", MAPS[1].read_text("utf-8"), re.MULTILINE)

SCENARIO = """
[training]
training_hours = 24
gpu_hourly_rate = 1.5
[storage]
storage_gb = 28
storage_monthly_rate = 0.02
[traffic]
calls = {calls}
[prices]
baseline_cost = 0.30
finetuned_cost = 0.05
[quality]
accuracy = 0.12
review_cost = 2000
[finance]
months = 12
"""


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_the_files_that_the_map_names_exist(page):
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)", page.read_text("utf-8")))
    assert named
    assert not {name for name in named if not (ROOT / name).exists()}


def test_the_walk_takes_at_most_eight_steps():
    assert [step[0] for step in STEPS] == [str(number) for number in range(1, len(STEPS) + 1)]
    assert len(STEPS) <= 8


def defined_in(path: Path) -> set[str]:
    """The functions, classes, methods and fields of a module."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    named = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    fields = [node.target for node in nodes if isinstance(node, ast.AnnAssign)]
    return named | {target.id for target in fields if isinstance(target, ast.Name)}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[0])
def test_each_step_names_a_file_and_what_it_defines(step):
    text = " ".join(step.split())
    pairs = re.findall(r"`(\w[\w/]+\.py)`, `(\w+)`", text)
    pairs += [(file, name) for name, file in re.findall(r"`(\w+)` in `(\w[\w/]+\.py)`", text)]
    assert pairs
    for file, name in pairs:
        assert name in defined_in(ROOT / file), f"{name} is not in {file}"


def test_the_equations_of_the_walk_take_each_other():
    assert INPUTS["baseline_monthly_api_calls"].aliases[0] == "calls"
    takes = {
        name: set(inspect.signature(found).parameters) for name, found in vars(equations).items() if callable(found)
    }
    assert "baseline_monthly_api_calls" in takes["calls_served"]
    assert "calls_served" in takes["baseline_spend"]
    reached = {"baseline_spend"}
    while more := {name for name, parameters in takes.items() if parameters & reached} - reached:
        reached |= more
    assert "net_cash_flow" in reached


@pytest.mark.slow
@pytest.mark.parametrize("calls", [5_000_000, 3_000_000])
def test_the_walk_ends_in_the_cell_that_it_names(calls, tmp_path):
    file = tmp_path / "walk.toml"
    file.write_text(SCENARIO.format(calls=calls), "utf-8")
    scenario = load_scenario(file)
    assert scenario.baseline_monthly_api_calls == calls
    summary = load_workbook(io.BytesIO(build_workbook(scenario)), data_only=True)["Summary"]
    assert summary["B6"].value.startswith("Net return")
    assert summary["B7"].value == pytest.approx(appraise(scenario).net_roi, rel=1e-12)
