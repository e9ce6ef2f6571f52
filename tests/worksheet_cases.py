"""The table of worksheet cases: arguments of an FT_ function, what it gives, and where that figure comes from.

The rows stand in tests/cases, a file per family, and belong to the functions: every surface runs the same rows.

    FT_TRAINCOST = [
        { arguments = [24, 1.5], expected = 36, source = "the framework's example" },
    ]

arguments : cells as TOML values. "" is an empty cell (the argument is left out), an array of arrays a range, the
text of an error value that error, { block = "reference", months = 24 } a block of blocks.toml with a row replaced.
expected : a number, text, true or false, or rows of them. The text of an error value is that error; a text with an
asterisk is a pattern, whose asterisks stand for anything.
source : who says so. tolerance : relative (absolute where 0 is expected), 1e-9 unless told. says : words of the
error's sentence.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
BLOCKS = "blocks.toml"
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})

Cell = float | str | bool | date
Rows = list[list[Cell]]


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    file: str
    number: int
    function: str
    arguments: tuple[Cell | Rows, ...]
    expected: Cell | Rows
    source: str
    tolerance: float = 1e-9
    says: str = ""

    def __str__(self) -> str:
        return f"{self.function}-{self.number}"

    @property
    def fails(self) -> bool:
        """Whether the whole result is an error (and not a cell of a grid)."""
        return isinstance(self.expected, str) and self.expected in ERRORS

    @property
    def kinds(self) -> frozenset[str]:
        """What a surface may be unable to pass on: see `SURFACES` in test_cases.py."""
        return frozenset(kind for argument in self.arguments for kind in _kinds(argument))


def _kinds(argument: Cell | Rows) -> Iterator[str]:
    rows = argument if isinstance(argument, list) else [[argument]]
    if isinstance(argument, list):
        yield "block" if is_block(argument) else "range"
    for cell in (cell for row in rows for cell in row):
        if isinstance(cell, bool):
            yield "boolean"
        elif isinstance(cell, date):
            yield "date"
        elif isinstance(cell, str) and cell in ERRORS:
            yield "error value"
        elif isinstance(cell, str) and _is_number(cell):
            yield "number as text"


def is_block(rows: Rows) -> bool:
    """Whether a range is a scenario block: two or more columns with a text in the first."""
    return len(rows[0]) > 1 and any(isinstance(row[0], str) and row[0] for row in rows)


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip("% "))
    except ValueError:
        return False
    return True


@cache
def all_cases() -> tuple[Case, ...]:
    """Every row of every file, in the order of the text."""
    return tuple(case for path in sorted(CASES.glob("*.toml")) if path.name != BLOCKS for case in _cases(path))


def _cases(path: Path) -> Iterator[Case]:
    for function, rows in tomllib.loads(path.read_text("utf-8")).items():
        for number, row in enumerate(rows, 1):
            arguments = tuple(_resolved(argument) for argument in row.pop("arguments"))
            yield Case(path.name, number, function, arguments, **row)


@cache
def blocks() -> dict[str, Rows]:
    """The scenario blocks by name."""
    return tomllib.loads((CASES / BLOCKS).read_text("utf-8"))


def block(name: str, /, **changes: Cell) -> Rows:
    """A named block with the values of some rows replaced, or rows added."""
    rows = [list(row) for row in blocks()[name]]
    for label, value in changes.items():
        row = next((row for row in rows if row[0] == label), None)
        if row is None:
            rows.append([label, value, *[""] * (len(rows[0]) - 2)])
        else:
            row[1] = value
    return rows


def _resolved(argument: Any) -> Cell | Rows:
    if not isinstance(argument, dict):
        return argument
    changes = dict(argument)
    return block(changes.pop("block"), **changes)


def difference(case: Case, result: Any) -> str:
    """How a surface's result differs from what is expected; empty where it does not.

    result : a number, text or bool, or rows of them, an error being its text, an empty cell "" or None.
    """
    expected = case.expected if isinstance(case.expected, list) else [[case.expected]]
    found = result if isinstance(result, list) else [[result]]
    if isinstance(case.expected, list) != isinstance(result, list):
        return f"expected {case.expected!r}, found {result!r}"
    shapes = [[len(row) for row in rows] for rows in (expected, found)]
    if shapes[0] != shapes[1]:
        return f"expected rows of {shapes[0]} cells, found {shapes[1]}: {result!r}"
    wrong = [
        f"row {i}, column {j}: expected {want!r}, found {have!r}"
        for i, (wants, haves) in enumerate(zip(expected, found, strict=True), 1)
        for j, (want, have) in enumerate(zip(wants, haves, strict=True), 1)
        if not _same(want, have, case.tolerance)
    ]
    return "; ".join(wrong)


def _same(expected: Cell, found: Any, tolerance: float) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, str):
        if "*" in expected:
            return isinstance(found, str) and fnmatch.fnmatchcase(found, re.sub(r"[\[?]", r"[\g<0>]", expected))
        return ("" if found is None else found) == expected
    if not isinstance(found, (int, float)) or not isinstance(expected, (int, float)):
        return False
    return abs(found - expected) <= tolerance * (max(abs(expected), abs(found)) if expected else 1)
