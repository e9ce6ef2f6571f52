"""A simulation as LAMBDA names: every statistic of every shape, as the engine says."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from roi_engine import call
from roi_engine.errors import FtRoiError
from roi_engine.simulation.lattice import PARTS, shifts
from roi_engine.simulation.statistics import STATISTICS
from templates.lambdas.draws import COORDINATES, draw_names
from tests.lambda_book import LambdaBook
from tests.templates.lambdas.test_lambda_names import equal
from tests.worksheet_cases import block

TITLES = ["Input", "Value", "Low", "High", "Distribution"]


def ranged(*extra: list[Any], **ranges: list[Any]) -> list[list[Any]]:
    """The reference scenario with ranges of some of its inputs, and rows more."""
    rows = [[*row[:2], *ranges.get(str(row[0]), ["", "", ""])] for row in block("reference")]
    return [TITLES, *rows, *extra]


EVERY_SHAPE = ranged(
    ["other_upfront_cost", 16_000, "", 30_000, ""],
    ["go_live_delay", 2, 1, 9, ""],
    baseline_monthly_api_calls=[2e6, 9e6, ""],
    baseline_cost_per_1k_tokens=[0.1, 0.4, "normal"],
    monthly_review_cost=[500, 4_000, "Triangular"],
    gpu_hourly_rate=[1, 4, "lognormal"],
    training_hours=[5, 60, "uniform"],
    months_to_amortize=[6, 30, ""],
    storage_gb=[28, 28, ""],
)
MAY_FAIL = ranged(
    ["success_chance", 0.7, "", "", ""],
    ["storage_timing", "monthly", "", "", ""],
    ["other_upfront_cost", 16_000, "", 30_000, "lognormal"],
    baseline_monthly_api_calls=[2e6, 9e6, "normal"],
    accuracy_improvement_percent=[0.0, 0.9, "normal"],
)
ONLY_SUCCESS = ranged(["success_chance", 0.7, "", "", ""])
NOT_DRAWN = {
    "a range of the chance": ranged(["success_chance", 0.7, 0.5, 0.9, ""]),
    "nothing varies": ranged(months_to_amortize=[6, 30, ""]),
    "a low that is its high": ranged(training_hours=[24, 24, ""]),
    "a lognormal from 0": ranged(training_hours=[0, 60, "lognormal"]),
    "low above high": ranged(training_hours=[70, 60, ""]),
    "an unknown shape": ranged(training_hours=[5, 60, "cauchy"]),
    "a text for an end": ranged(training_hours=["few", 60, ""]),
    "a value outside of its ends": ranged(training_hours=[30, 60, ""]),
    "shares above 1 together": ranged(
        ["baseline_input_tokens", 800, "", "", ""],
        ["baseline_output_tokens", 200, "", "", ""],
        ["baseline_input_price_per_m", 1, "", "", ""],
        ["baseline_output_price_per_m", 2, "", "", ""],
        ["baseline_cached_share", 0.5, 0.1, 0.8, ""],
        ["baseline_cached_write_share", 0.3, "", "", ""],
    ),
}


def unlike_the_engine(calls: dict[str, tuple[str, list[Any]]], folder: Path) -> list[str]:
    """What differs, by more than rounding of the size of the figure that a half-width belongs to."""
    book, expected = LambdaBook(), {}
    for key, (function, arguments) in calls.items():
        try:
            rows = call(function, *arguments)
        except FtRoiError as error:
            rows = error.code
        rows = rows if isinstance(rows, list) else [[rows]]
        expected[key] = [[as_shown(cell) for cell in row] for row in rows]
        book.call(key, function, arguments, (len(rows), len(rows[0])))
    shown = book.results(folder)
    wrong = []
    for key, rows in expected.items():
        for at, (told, row) in enumerate(zip(shown[key], rows, strict=True)):
            beside = [*row, *(rows[at - 1] if at % 2 else [])]  # a half-width stands behind or below its figure
            size = max((abs(cell) for cell in beside if not isinstance(cell, str)), default=1)
            if not all(equal(cell, other, size) for cell, other in zip(told, row, strict=True)):
                wrong.append(f"{key}: {told}, not {row}")
    return wrong


def as_shown(cell: Any) -> Any:
    if isinstance(cell, FtRoiError):
        return cell.code
    return "Never" if cell == float("inf") else cell


def every_figure(name: str, rows: list[list[Any]], draws: int) -> dict[str, tuple[str, list[Any]]]:
    words = [[word + half] for word in (*STATISTICS, "EXPLAINED", "EVPI") for half in ("", "_half")]
    found: dict[str, tuple[str, list[Any]]] = {}
    for metric in ("NPV", "Net return", "PAYBACK", "ROI"):
        found[f"{name} {metric}"] = ("FT_SIMULATE", [metric, rows, draws])
        found[f"{name} {metric} one by one"] = ("FT_SIMSTAT", [words, metric, rows, draws])
    for known in ("", "calls", "success_chance", "Training time", "months", "go_live_delay", "colour"):
        found[f"{name} {known}"] = ("FT_EVPI", [known, rows, draws])
    return found


def test_a_simulation_is_the_engines(tmp_path: Path) -> None:
    calls = {
        "every shape": ("FT_SIMULATE", ["NPV", EVERY_SHAPE, 40]),
        "may fail": ("FT_SIMSTAT", [[["EVPI"], ["EXPLAINED"], ["P5_HALF"], ["P7"]], "PAYBACK", MAY_FAIL, 40]),
        "an input": ("FT_EVPI", ["success_chance", MAY_FAIL, 40]),
        "only success": ("FT_SIMSTAT", ["MEAN", "NPV", ONLY_SUCCESS, 40]),
    }
    for name, rows in NOT_DRAWN.items():
        calls[name] = ("FT_EVPI", ["", rows, 8])
    assert unlike_the_engine(calls, tmp_path) == []


@pytest.mark.full(seconds=60)
def test_every_statistic_of_every_metric_is_the_engines(tmp_path: Path) -> None:
    calls: dict[str, tuple[str, list[Any]]] = {}
    blocks = {"shapes": EVERY_SHAPE, "may fail": MAY_FAIL, "success": ONLY_SUCCESS}
    for (name, rows), draws in product(blocks.items(), (8, 96)):
        calls |= every_figure(f"{name} {draws}", rows, draws)
    calls["1,024"] = ("FT_SIMSTAT", [[["MEAN"], ["P90"], ["EVPI"], ["EXPLAINED"]], "NPV", EVERY_SHAPE, 1024])
    assert unlike_the_engine(calls, tmp_path) == []


def test_the_table_of_shifts_is_long_enough_for_every_input() -> None:
    (table,) = (each for each in draw_names() if each.name == "FT_SHIFTS")
    numbers = table.text.strip("{}").split(";")
    assert len(numbers) == COORDINATES * PARTS
    assert [int(each) / 1e9 for each in numbers[6:9]] == shifts(3, 1)[2]
