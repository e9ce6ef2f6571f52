"""Times the engine, the command line and the workbook against their peers.

    python benchmarks/run.py [PART ...] [--quick] [--json] [--scenarios N] [--rounds N]

Every comparison checks first that its contenders give the same results, and stops with exit code 1 where they
do not. Speed has no exit code: a target that is missed is printed as missed. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from batch_files import batch_files
from boundary import boundary
from collect import collect
from many_scenarios import SCENARIOS, many_scenarios
from metrics import metrics
from one_scenario import one_scenario
from price_import import price_import
from report import report
from simulation import simulation
from start_up import start_up
from timing import Comparison, Disagreement, measured
from xlwings_calls import xlwings_calls

ROUNDS, QUICK_ROUNDS = 9, 3
QUICK_SCENARIOS = 100_000
LIBRARIES = ("numpy", "pyarrow", "pydantic", "openpyxl", "lxml", "click")
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def main(words: Sequence[str] | None = None) -> int:
    """Runs the parts asked for, all of them by default; 1 where results differ."""
    parser = argparse.ArgumentParser(description="Time ft-roi against its peers, side by side.")
    known = "many, batch, one, metrics, start-up, report, boundary, xlwings, prices, collect, simulation"
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{known}; all of them")
    parser.add_argument("--quick", action="store_true", help="fewer scenarios and rounds, for a first look")
    parser.add_argument("--json", action="store_true", help="print JSON in place of tables")
    parser.add_argument("--scenarios", type=int, help=f"scenarios of the parts many and batch [{SCENARIOS:,}]")
    parser.add_argument("--rounds", type=int, help=f"timed rounds [{ROUNDS}]")
    asked = parser.parse_args(words)
    scenarios = asked.scenarios or (QUICK_SCENARIOS if asked.quick else SCENARIOS)
    rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS)
    parts: dict[str, Callable[[], Comparison]] = {
        "many": lambda: many_scenarios(scenarios),
        "batch": lambda: batch_files(scenarios),
        "one": one_scenario,
        "metrics": metrics,
        "start-up": start_up,
        "report": report,
        "boundary": boundary,
        "prices": price_import,
        "xlwings": xlwings_calls,
        "simulation": simulation,
        "collect": collect,
    }
    if unknown := [name for name in asked.parts if name not in parts]:
        parser.error(f'There is no part "{unknown[0]}". Parts: {", ".join(parts)}.')

    here = machine()
    found = []
    if not asked.json:
        print(", ".join(f"{name} {value}" for name, value in here.items()))
    for name in asked.parts or parts:
        try:
            result = measured(parts[name](), rounds)
        except Disagreement as wrong:
            print(wrong, file=sys.stderr)
            return 1
        found.append(result)
        if not asked.json:
            print("\n" + "\n".join(table(result)), flush=True)
    if asked.json:
        print(json.dumps({"machine": here, "comparisons": found}, indent=2, ensure_ascii=False))
    return 0


def run_alone(
    parser: argparse.ArgumentParser, rounds: int, comparison: Callable[[Path, argparse.Namespace], Comparison]
) -> int:
    """Runs one comparison as a program of its own; 1 where results differ.

    parser : its own options.
    rounds : as many as are timed by default.
    comparison : made in a folder for its files, from the options.
    """
    parser.add_argument("--rounds", type=int, default=rounds, help=f"timed rounds [{rounds}]")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            result = measured(comparison(Path(folder), asked), asked.rounds)
        except Disagreement as wrong:
            print(wrong, file=sys.stderr)
            return 1
    if asked.json:
        print(json.dumps({"machine": machine(), "comparisons": [result]}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(table(result)))
    return 0


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def processor() -> str:
    """The processor's name where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def table(result: dict[str, Any]) -> list[str]:
    """A comparison as lines: times, then ratios."""
    width = max(len(each["name"]) for each in result["figures"])
    lines = [f"{result['title']}  ({result['rounds']} rounds)", ""]
    lines.append(f"  {'':<{width}}  {'median':>9}  {'min – max':>21}  {'first run':>9}")
    for each in result["figures"]:
        seconds = each["seconds"]
        extent = f"{shown(seconds['min'])} – {shown(seconds['max'])}"
        times = f"{shown(seconds['median']):>9}  {extent:>21}  {shown(each['first_run']):>9}"
        lines.append(f"  {each['name']:<{width}}  {times}{target(each, ' s')}")
    lines.append("")
    for each in result["ratios"]:
        extent = f"({each['min']:.3g} – {each['max']:.3g})"
        lines.append(f"  {each['median']:>7.3g} ×  {extent:<18}  {each['over']} / {each['under']}{target(each, '')}")
    for remark in result["remarks"]:
        lines += ["", *textwrap.wrap(remark, 110, initial_indent="  ", subsequent_indent="  ")]
    return lines


def shown(seconds: float) -> str:
    """A time in the unit that suits it, three digits."""
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), UNITS[-1])
    number = seconds / size
    return f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f} {unit}"


def target(judged: dict[str, Any], unit: str) -> str:
    """The target of a figure and whether it is met, where there is one."""
    if "met" not in judged:
        return ""
    asked = f"≥ {judged['at_least']:g}" if "at_least" in judged else f"< {judged['at_most']:g}"
    return f"   target {asked}{unit}: {'met' if judged['met'] else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
