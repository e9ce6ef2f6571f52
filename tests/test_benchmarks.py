"""The benchmarks run, check their contenders against each other, and say what they measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow(seconds=8)
def test_a_small_run_of_many_scenarios_gives_times_and_ratios():
    command = [sys.executable, "benchmarks/run.py", "many", "--quick", "--json", "--scenarios", "2000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {"Python", "cores", "numpy", "openpyxl"} <= result["machine"].keys()
    (comparison,) = result["comparisons"]
    assert comparison["part"] == "many"
    assert comparison["rounds"] == 3
    names = [figure["name"] for figure in comparison["figures"]]
    assert len(names) == len(set(names)) == 6
    for figure in comparison["figures"]:
        seconds = figure["seconds"]
        assert 0 < seconds["min"] <= seconds["median"] <= seconds["max"]
    for ratio in comparison["ratios"]:
        assert {ratio["over"], ratio["under"]} <= set(names)
        assert 0 < ratio["min"] <= ratio["median"] <= ratio["max"]


@pytest.mark.full(seconds=5)
def test_the_worksheet_functions_give_in_every_contender_what_the_engine_gives():
    """Times are for a reader; where results differ, the program ends with 1."""
    command = [sys.executable, "benchmarks/run.py", "boundary", "xlwings", "--json", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    assert [each["part"] for each in json.loads(done.stdout)["comparisons"]] == ["boundary", "xlwings"]


@pytest.mark.full(seconds=25)
@pytest.mark.needs_libreoffice
def test_the_editions_give_the_same_figures_where_they_are_timed():
    command = [sys.executable, "benchmarks/editions.py", "--json", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    (comparison,) = json.loads(done.stdout)["comparisons"]
    assert len(comparison["figures"]) == 8 and comparison["title"].count("kB") == 4


@pytest.mark.full(seconds=20)
def test_a_small_run_of_files_gives_times_ratios_and_memory():
    command = [sys.executable, "benchmarks/run.py", "batch", "--json", "--scenarios", "2000", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    (comparison,) = json.loads(done.stdout)["comparisons"]
    assert [figure["name"].partition(",")[0] for figure in comparison["figures"]][:2] == ["ft-roi batch"] * 2
    assert "Peak memory" in comparison["remarks"][-1]


@pytest.mark.slow(seconds=4)
def test_collecting_many_answers_is_measured():
    command = [sys.executable, "benchmarks/many_answers.py", "--answers", "30", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    (measured,) = json.loads(done.stdout)["rounds"]
    assert measured.keys() == {"seconds", "processor", "megabytes"} and min(measured.values()) > 0


def test_an_unknown_part_is_named():
    command = [sys.executable, "benchmarks/run.py", "few"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 2
    assert 'There is no part "few".' in done.stderr


NO_PYTORCH = "sys.modules['torch'] = None"
NO_GPU = """
class Any(types.ModuleType):
    __path__ = []
    def __getattr__(self, name):
        inner = sys.modules.get(f"{self.__name__}.{name}")
        return inner or type(name, (), {"is_available": staticmethod(lambda: False)})
for name in ("torch", "torch.nn", "torch.nn.functional", "torch.utils", "torch.utils.checkpoint"):
    sys.modules[name] = Any(name)
"""
"""What stands for PyTorch where none is installed: names, and no GPU."""


@pytest.mark.parametrize(
    ("torch", "told"),
    [
        (NO_PYTORCH, "PyTorch 2 is not installed here."),
        (NO_GPU, "PyTorch finds no GPU here. To try the program out on the CPU, take --shape tiny."),
    ],
)
def test_measuring_a_gpu_says_what_is_missing(torch: str, told: str):
    measure = f"sys.argv = ['measure.py']; runpy.run_path({'benchmarks/gpu/measure.py'!r}, run_name='__main__')"
    command = [sys.executable, "-c", f"import runpy, sys, types\n{torch}\n{measure}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told) and "Traceback" not in done.stderr
