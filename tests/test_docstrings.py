"""Summaries are short enough for a list; what else a docstring must be, ruff holds (its rules D)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("roi_engine", "templates", "addin", "benchmarks")
LONGEST = 80

PRINTED = {
    "ft-roi explain prints it below the step": {
        "roi_engine/equations.py": {
            "baseline_cached_price",
            "baseline_cost_per_call",
            "finetuned_cached_price",
            "served_tokens",
            "replicas_per_call",
            "review_loss",
        },
    },
    "the command's --help begins with it": {
        "addin/command_line.py": {"ft_roi"},
        "addin/commands/addin_command.py": {"addin", "build", "install", "libreoffice", "as_lambda", "lite", "doctor"},
        "addin/commands/collect_command.py": {"collect"},
        "addin/commands/email_command.py": {"email"},
        "addin/commands/prices_command.py": {"prices", "list_prices", "import_prices"},
        "addin/commands/recalc_command.py": {"recalc"},
        "addin/commands/relink_command.py": {"relink"},
    },
}
"""Why a summary may be longer, and whose: a person reads it as a sentence, on its own."""


def files() -> dict[str, Path]:
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path for path in paths}


def long_summaries(path: Path) -> Iterator[str]:
    """Whose docstrings begin with a line that is too long; the module's own has no name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            summary = (ast.get_docstring(node) or "").partition("\n")[0]
            if len(summary) > LONGEST:
                yield getattr(node, "name", "")


def printed(name: str) -> set[str]:
    return {each for places in PRINTED.values() for each in places.get(name, ())}


@pytest.mark.parametrize("name", sorted(files()))
def test_summaries_are_short(name):
    assert set(long_summaries(files()[name])) == printed(name)


def test_every_exception_is_of_a_file():
    assert {name for places in PRINTED.values() for name in places} <= files().keys()
