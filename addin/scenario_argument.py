"""The argument SCENARIO: a file that exists, of a kind that can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from addin.failures import UnusablePath

SCENARIO_SUFFIXES = (".toml", ".json")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class ScenarioFile(click.Path):
    """The path of a scenario file, or ``-`` for standard input."""

    name = "scenario"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path as it was given."""
        return existing_scenario(str(value))


def scenario_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument SCENARIO."""
    return click.argument("scenario_file", metavar="SCENARIO", type=ScenarioFile())(command)


def existing_scenario(name: str) -> str:
    """The name of a file that may be a scenario; raises `UnusablePath` with the cure."""
    if name == "-":
        return name
    path = existing_file(name)
    if path.is_dir():
        inside = _scenarios_in(path)
        example = f", such as {path / inside[0]}" if inside else ""
        raise UnusablePath(f"{name} is a folder. Name a scenario file{example}.")
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        raise UnusablePath(
            f"{name} is a workbook, and workbooks cannot be read back yet. Give the scenario as a .toml or .json file."
        )
    return name


def existing_file(name: str) -> Path:
    """The path of a file or folder that exists; raises `UnusablePath` with a guess."""
    path = Path(name)
    if path.exists():
        return path
    from roi_engine.errors import nearest

    guess = nearest(path.name, _scenarios_in(path.parent))
    hint = f" Did you mean {path.with_name(guess)}?" if guess else ""
    raise UnusablePath(f"There is no file {name}.{hint}")


def _scenarios_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if each.suffix.lower() in SCENARIO_SUFFIXES)
