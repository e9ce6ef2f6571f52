"""The forms that a table may have, by the ending of its file."""

from __future__ import annotations

from pathlib import Path

import click

from addin.shell.failures import InvalidInput, UnusablePath
from addin.shell.input_file import TABLE_SUFFIXES

_LISTED = f"{', '.join(TABLE_SUFFIXES[:-1])} or {TABLE_SUFFIXES[-1]}"
OF_ARROW = (".parquet", ".arrow")
"""Forms that only pyarrow reads and writes."""
INSTALL = 'pip install "ft-roi[batch]"'
_HINTS = {
    (".xls", ".xlsb", ".xlsm", ".ods", ".numbers"): " Save it as .xlsx or as .csv.",
    (".tsv", ".tab", ".txt"): " Name it .csv: tabs are understood.",
    (".gz", ".zip", ".bz2", ".xz", ".zst"): " Unpack it first.",
    (".feather", ".arrows", ".ipc"): " Name it .arrow.",
}
LONGEST_SHEET = 1_048_575
"""Rows of a sheet below the titles."""


def has_arrow() -> bool:
    """Whether pyarrow is installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def use_system_memory() -> None:
    """Has pyarrow take its memory from the system and give it back.

    Less of it is held, at the same speed.
    """
    if has_arrow():
        import pyarrow

        pyarrow.set_memory_pool(pyarrow.system_memory_pool())


def form_of(path: Path) -> str:
    """The ending of a file's name, in small letters."""
    return path.suffix.lower()


def check_input_form(path: Path) -> None:
    """Refuses a file that is no table by its name.

    Raises `UnusablePath`, or a wrong usage where pyarrow is missing.
    """
    if form_of(path) not in TABLE_SUFFIXES:
        hint = next((hint for forms, hint in _HINTS.items() if form_of(path) in forms), "")
        raise UnusablePath(f"{path}: a table is a {_LISTED} file.{hint}")
    _need_arrow(path)


def check_output_form(path: Path) -> None:
    """Refuses a name whose ending says no form.

    Raises `UnusablePath`, or a wrong usage where pyarrow is missing.
    """
    if form_of(path) not in TABLE_SUFFIXES:
        raise UnusablePath(f"{path}: the name's ending says the form. Try -o {path.with_suffix('.csv')}")
    _need_arrow(path)


def _need_arrow(path: Path) -> None:
    if form_of(path) in OF_ARROW and not has_arrow():
        raise click.UsageError(
            f"{path}: {form_of(path)} needs pyarrow. Install it with {INSTALL}, or use .csv or .xlsx."
        )


def check_length(path: Path, rows: int) -> None:
    """Refuses more rows than a sheet has."""
    if form_of(path) == ".xlsx" and rows > LONGEST_SHEET:
        raise InvalidInput(
            f"{path}: {rows:,} rows, and a sheet of Excel has {LONGEST_SHEET:,} below its titles. "
            f"Write -o {path.with_suffix('.parquet')} (or .csv) instead."
        )
