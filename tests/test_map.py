"""CONTRIBUTING.md and docs/architecture.md name what is there, and the walk leads where it says."""

from __future__ import annotations

import ast
import inspect
import io
import keyword
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook

from roi_engine import INPUTS, METRICS, appraise, equations, functions, load_scenario
from roi_engine.cashflow import MODEL
from templates.workbook import build_workbook
from tests.test_imports import ROOMS

ROOT = Path(__file__).parents[1]
MAPS = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"]
FOLDERS = ("roi_engine", "templates", "addin", "tests", "docs", "benchmarks", ".ci")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
PROGRAMS = {"make", "mypy", "pytest"}
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


# --- names -----------------------------------------------------------------------------------------------


def spans(page: Path) -> set[str]:
    """What stands between backquotes, but in blocks."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`]+)`", text))


def is_a_path(span: str) -> bool:
    folders = "|".join(map(re.escape, FOLDERS))
    return bool(re.fullmatch(rf"(?:{folders})/[\w./-]*|\.?[\w-]+\.(?:py|md|csv|yaml|toml)", span))


def is_there(path: str) -> bool:
    """Whether a path exists; a file's name alone may be that of any of the folders."""
    if (ROOT / path).exists() or "/" in path:
        return (ROOT / path).exists()
    return any(next((ROOT / folder).rglob(path), None) for folder in FOLDERS)


@cache
def names_in_the_code() -> set[str]:
    """What the modules of the three packages define, the inputs by their short names, and the functions of a sheet."""
    modules = [path for package in ("roi_engine", "templates", "addin") for path in (ROOT / package).rglob("*.py")]
    short = {alias for declared in INPUTS.values() for alias in declared.aliases}
    return set().union(*map(defined_in, modules)) | short | functions().keys() | METRICS.keys()


def is_a_name(span: str) -> bool:
    """Whether the code knows a name: that of a definition, or of a quantity over the months such as ``total_X``."""
    return bool(MODEL.over_months(span)) or all(each in names_in_the_code() for each in span.split("."))


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_the_files_that_the_map_names_exist(page):
    named = {span for span in spans(page) if is_a_path(span)}
    assert len(named) > 10
    assert sorted(name for name in named if not is_there(name)) == [], f"{page.name} names what is not there"


def placed(page: Path) -> set[tuple[str, str]]:
    """The names that a page says to be in a file."""
    text = " ".join(page.read_text("utf-8").split())
    return set(re.findall(r"`(\w+)` (?:in|of) `(\w[\w/]+/\w+\.py)`", text))


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_the_names_of_the_code_that_the_map_names_exist(page):
    named = {span for span in spans(page) if DOTTED.fullmatch(span) and not is_a_path(span)}
    told = {"roi_engine", "templates", "addin"} | PROGRAMS | {*keyword.kwlist} | {name for name, _ in placed(page)}
    unknown = sorted(name for name in named - told if not is_a_name(name))
    assert unknown == [], f"{page.name} names what nothing defines"


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_a_name_is_in_the_file_that_the_map_says(page):
    astray = sorted((name, file) for name, file in placed(page) if name not in defined_in(ROOT / file))
    assert placed(page) and astray == [], f"{page.name} says that it is there, and it is not"


def test_a_name_that_nothing_defines_is_found_and_a_file_that_is_not_there():
    assert is_a_name("net_roi") and is_a_name("Appraisal.explain") and is_a_name("net_cash_flow_before")
    assert not is_a_name("net_roj") and not is_a_name("Appraisal.explains") and not is_a_name("total_net_roi")
    assert is_there("gpus.csv") and is_there("templates/xlsx/") and not is_there("gpu.csv")


# --- rooms -----------------------------------------------------------------------------------------------


def rooms_drawn() -> dict[str, set[str]]:
    """The rooms that the picture names, by their package."""
    found: dict[str, set[str]] = {}
    (picture,) = re.findall(r"^## Rooms\n\n```text\n(.*?)^```", MAPS[1].read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for line in picture.splitlines():
        words = {word.rstrip("/") for word in re.split(r"\s{2,}", line.strip())[0].split()} - {"│", "▼", "…", ""}
        if words and not line.startswith(" "):
            (package,) = words
            found[package] = set()
        else:
            found[package] |= words
    return found


@pytest.mark.parametrize("package", ["roi_engine", "templates", "addin"])
def test_the_rooms_of_the_picture_are_those_of_the_package(package):
    drawn = rooms_drawn()[package]
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    modules = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__", "__main__"}
    assert sorted(drawn - folders - modules) == [], "drawn in docs/architecture.md, and not there"
    # of the engine's many modules the picture names some
    missing = folders - drawn if package == "roi_engine" else (folders | modules) - drawn
    assert sorted(missing) == [], "draw it in the picture of docs/architecture.md"


def arrows_said(package: str) -> set[tuple[str, str]]:
    """The arrows of a package that the text says: `A → B, C → D; E → F`."""
    (said,) = re.findall(rf"^- Inside `{package}`: ([^.]+)\.", MAPS[1].read_text("utf-8"), re.MULTILINE)
    chains = [
        [re.split(r",\s+", part.strip()) for part in chain.split("→")] for chain in " ".join(said.split()).split(";")
    ]
    return {
        (upper, lower) for chain in chains for above, below in pairwise(chain) for upper in above for lower in below
    }


def reached(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every room with every room that one comes to from it."""
    further = arrows | {(upper, lowest) for upper, lower in arrows for room, lowest in arrows if lower == room}
    return arrows if further == arrows else reached(further)


@pytest.mark.parametrize("package", ROOMS)
def test_the_arrows_of_the_map_are_those_that_imports_are_held_to(package):
    rules = {(room, below) for room, allowed in ROOMS[package].items() for below in allowed if room != "__main__"}
    said = reached(arrows_said(package))
    assert sorted(said - reached(rules)) == [], "said in docs/architecture.md, and forbidden by tests/test_imports.py"
    assert sorted(rules - said) == [], "allowed by tests/test_imports.py, and not said in docs/architecture.md"


# --- the walk --------------------------------------------------------------------------------------------


def test_the_walk_takes_at_most_eight_steps():
    assert [step[0] for step in STEPS] == [str(number) for number in range(1, len(STEPS) + 1)]
    assert len(STEPS) <= 8


def defined_in(path: Path) -> set[str]:
    """The functions, classes, methods, fields and constants of a module."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    named = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    fields = [node.target for node in nodes if isinstance(node, ast.AnnAssign)]
    fields += [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
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
