"""The argument SCENARIO: a scenario file or a filled workbook that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.failures import InvalidInput, UnusablePath
from addin.shell.input_file import TABLE_SUFFIXES, existing_file, scenarios_in
from addin.shell.options import is_on
from addin.shell.terminal import print_note

if TYPE_CHECKING:
    from roi_engine import Scenario
    from templates.returned.reading import Reading

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xlam", ".xlsb", ".xls", ".ods")
"""Workbooks; reading one that is no .xlsx says how to make it one."""


class ScenarioFile(click.Path):
    """The path of a scenario file or a filled workbook, or ``-`` for standard input."""

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
    path = existing_file(name, "Write - to read from standard input.")
    if path.is_dir():
        inside = scenarios_in(path)
        example = f", such as {path / inside[0]}" if inside else ""
        raise UnusablePath(f"{name} is a folder. Name a scenario file{example}.")
    return name


def read_scenario(name: str) -> Scenario:
    """The scenario of a file, of a filled workbook, or of standard input."""
    kind = Path(name).suffix.lower()
    if kind in WORKBOOK_SUFFIXES:
        return read_filled(name).checked()
    if kind in TABLE_SUFFIXES:
        raise InvalidInput(f"{name}: A scenario is a .toml or .json file. Rows of a table are for: ft-roi batch {name}")
    from roi_engine import load_scenario

    return load_scenario(name)


def read_scenarios(names: Sequence[str]) -> list[Scenario]:
    """The scenarios of several files; all problems at once.

    One of several without a name is called after its file.
    """
    if len(names) == 1:
        return [read_scenario(names[0])]
    from roi_engine.errors import Problem, ScenarioError, printable

    found: list[Scenario] = []
    problems: list[Problem] = []
    for name in names:
        try:
            scenario = read_scenario(name)
            found.append(
                scenario if scenario.name else scenario.model_copy(update={"name": printable(Path(name).stem)})
            )
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(dict.fromkeys(problems))  # those of a common base once
    return found


@contextmanager
def figures_of(name: str) -> Iterator[None]:
    """Names the file where the figures of its scenario are too large to be calculated."""
    from roi_engine.too_large import TooLarge

    try:
        yield
    except TooLarge as error:
        raise TooLarge(f"{'standard input' if name == '-' else name}: {error}") from None


def read_filled(name: str, use_cached: bool = False) -> Reading:
    """What a filled workbook holds.

    A scenario without a name is called after the file, as that of any file.
    """
    from dataclasses import replace

    from roi_engine.errors import Problem, printable
    from templates.returned.reading import read_workbook
    from templates.xlsx.untrusted_package import UnreadableWorkbook

    try:
        reading = read_workbook(name, use_cached=use_cached)
    except UnreadableWorkbook as error:
        raise UnreadableWorkbook(f"{name}: {error}") from None
    for note in () if is_on("quiet") else reading.notes:
        print_note("Note", f"{name}: {note}", "yellow")
    if reading.scenario is not None and not reading.scenario.name:
        return replace(reading, scenario=reading.scenario.with_inputs(name=printable(Path(name).stem)))
    problems = (Problem(f"{name}: {each.place}", each.sentence, each.code) for each in reading.problems)
    return replace(reading, problems=tuple(problems))
