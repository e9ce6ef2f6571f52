"""Checks of the files that a command is to read."""

from __future__ import annotations

from pathlib import Path

from addin.shell.failures import UnusablePath

SCENARIO_SUFFIXES = (".toml", ".json")
TABLE_SUFFIXES = (".csv", ".xlsx", ".parquet", ".arrow")
"""Tables with a scenario a row."""


def existing_file(name: str, instead: str = "Name a file.") -> Path:
    """The path of a file or folder that exists; raises `UnusablePath` with a guess.

    instead : what to do where it is a pipe or a device, which might never end.
    """
    path = Path(name)
    if path.is_file() or path.is_dir():
        return path
    if path.exists():
        raise UnusablePath(f"{name} is a pipe or a device. {instead}")
    from roi_engine.errors import nearest

    guess = nearest(path.name, scenarios_in(path.parent))
    hint = f" Did you mean {path.with_name(guess)}?" if guess else ""
    raise UnusablePath(f"There is no file {name}.{hint}")


def existing_workbook(name: str, several: bool = False) -> Path:
    """The path of a file that may be a workbook.

    A folder and a scenario are refused too.

    several : whether the command takes more than one.
    """
    path = existing_file(name)
    if path.is_dir():
        inside = f"Name the workbooks in it: {path / '*.xlsx'}" if several else "Name a workbook in it."
        raise UnusablePath(f"{name} is a folder. {inside}")
    if path.suffix.lower() in SCENARIO_SUFFIXES:
        raise UnusablePath(f"{name} is a scenario. Make its workbook first: ft-roi report {name}")
    return path


def scenarios_in(folder: Path) -> list[str]:
    """The names of the scenario files in a folder."""
    if not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if each.suffix.lower() in SCENARIO_SUFFIXES)
