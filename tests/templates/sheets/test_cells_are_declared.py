"""A cell is declared, not spelled: a sheet hands its cells to others by name."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import templates.workbook
from roi_engine import REFERENCE, Scenario, load_scenario
from templates.building.book import Book
from templates.building.columns import Columns
from tests.slow_cases import full
from tests.workbook_cells import SAMPLES

ROOT = Path(__file__).parents[3]
SHEETS = {path.stem: path for path in sorted((ROOT / "templates" / "sheets").glob("[!_]*.py"))}
BUILDING = sorted((ROOT / "templates" / "building").glob("[!_]*.py"))

# Modules that write one sheet together: each may use the columns and functions of those that it names.
PARTS = {
    "inputs_sheet": {"input_rows"},
    "checks_sheet": {"checks"},
    "breakdown_sheet": {"breakdown_workings", "breakdown_answer", "waterfall"},
    "breakdown_workings": {"waterfall"},
    "breakdown_answer": {"breakdown_workings"},
    "sensitivity_sheet": {"tornado", "grids", "sensitivity_lookup"},
    "tornado": {"sensitivity_lookup"},
    "grids": {"sensitivity_lookup"},
    "options_sheet": {"option_columns", "option_bearings", "monthly_bills", "monthly_bills_chart"},
    "option_bearings": {"option_columns"},
    "monthly_bills": {"option_columns"},
    "monthly_bills_chart": {"option_columns", "monthly_bills"},
    "scenario_results": {"scenarios_sheet", "scenario_differences"},
    "scenario_differences": {"scenarios_sheet"},
    "risk_sheet": {"risk_columns", "risk_figures", "risk_pairs", "risk_state"},
    "risk_figures": {"risk_columns"},
    "risk_state": {"risk_columns", "risk_pairs"},
    "summary_sheet": {"summary_break_evens"},
    "what_if_sheets": {"what_if_model", "what_if_trials"},
    "what_if_trials": {"what_if_draws"},
}

# A sheet that has other sheets made, and why.
MAKES = {
    ("options_sheet", "option_flows_sheet"): "the native figures of the options are calculated on it",
    ("scenario_results", "scenario_flows_sheet"): "the native results are calculated on it",
    ("scenario_results", "scenario_blocks_sheet"): "the FT_ functions of the results read it",
    ("what_if_model", "cash_flow_sheet"): "the moved model has a cash flow of its own",
}

# The one address that may be spelled: the corner at which a printed page begins.
PAGE = re.compile(r"A1:")
ADDRESS = re.compile(r"\$?[A-Z]{1,2}\$?\d+(:\$?[A-Z]{1,2}\$?\d+)?")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def taken(path: Path) -> Iterator[tuple[str, str]]:
    """What a module imports from sheet modules: the module, and the name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("templates.sheets."):
            yield from ((str(node.module).split(".")[2], alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("templates.sheets") for alias in node.names), path


def is_handed_over(module: str, name: str) -> bool:
    """Whether a name is a frozen dataclass: the cells that a sheet hands to others."""
    found = getattr(importlib.import_module(f"templates.sheets.{module}"), name)
    return is_dataclass(found) and bool(found.__dataclass_params__.frozen)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", SHEETS)
def test_a_sheet_knows_of_another_only_the_cells_that_it_is_handed(module: str) -> None:
    allowed = PARTS.get(module, set()) | {made for maker, made in MAKES if maker == module}
    wrong = [
        f"{source}.{name}"
        for source, name in taken(SHEETS[module])
        if source not in allowed and not is_handed_over(source, name)
    ]
    assert not wrong


def test_no_exception_is_named_that_nothing_needs() -> None:
    used = {(module, source) for module, path in SHEETS.items() for source, _ in taken(path)}
    named = {(module, part) for module, parts in PARTS.items() for part in parts} | MAKES.keys()
    assert named <= used


def spelled(module: ast.Module) -> Iterator[str]:
    """Addresses in a module's texts: a letter before a row."""
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            for text, filled in zip(node.values, node.values[1:], strict=False):
                if isinstance(text, ast.Constant) and isinstance(filled, ast.FormattedValue):
                    found = re.search(r"(^|[:(,$!])\$?[A-Z]{1,2}\$?$", str(text.value))
                    if found and not PAGE.match(str(text.value)):
                        yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and ADDRESS.fullmatch(str(node.value)):
            yield node.value


def test_spelled_addresses_are_found() -> None:
    """The search finds what it must, else the test below passes on anything."""
    wrong = 'book.put(sheet, f"B{row}", value, "Input"); f"$B${row}"; f"{top}:C{last}"; cells["K7"]'
    right = 'f"A1:{corner}"; f"{letter}{row}"; Column.VALUE.at(row)'
    assert len(list(spelled(ast.parse(wrong)))) == 4
    assert not list(spelled(ast.parse(right)))


@pytest.mark.parametrize("module", SHEETS)
def test_no_address_is_spelled(module: str) -> None:
    """A column's letter stands in its declaration alone."""
    assert not list(spelled(tree(SHEETS[module])))


@pytest.mark.parametrize("module", SHEETS)
def test_the_columns_of_a_table_are_its_own(module: str) -> None:
    """A letter stands once in a table; it gets one width on a sheet."""
    found = vars(importlib.import_module(f"templates.sheets.{module}")).values()
    tables = [each for each in found if isinstance(each, type) and issubclass(each, Columns)]
    for table in tables:
        letters = [column.letter for column in table]
        assert letters == sorted(letters, key=lambda letter: (len(letter), letter)), table
        assert len(set(letters)) == len(list(table)) == len(table.__members__), table
    widths = [column.letter for table in {*tables} for column in table if column.width]
    assert len(widths) == len(set(widths))


class Unread(dict[str, Any]):
    """Names that can be given, but not asked for."""

    def __getitem__(self, name: str) -> Any:
        raise AssertionError(f"{name} was looked up by its name")

    get = __getitem__  # type: ignore[assignment]
    items = keys = values = __iter__ = None  # type: ignore[assignment]


class Watched(Book):
    """A book of which nobody may read the names, nor the values of other sheets."""

    made: list[Book] = []  # noqa: RUF012 - one list for all of a test

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.names = Unread()
        self.made.append(self)

    def branch(self, prefix: str, longest_horizon: int | None = None) -> Book:
        other = super().branch(prefix, longest_horizon)
        other.names = Unread()
        self.made.append(other)
        return other


def _named(scenario: Scenario, name: str) -> Scenario:
    return Scenario(**{**scenario.given(), "name": name})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edition", "live", "several", "trials"),
    [
        ("wired", False, False, 0),
        full("values", False, False, 0),
        full("native", True, False, 128),
        full("wired", False, True, 0),
        ("native", True, True, 0),
    ],
)
def test_no_sheet_asks_for_a_cell_by_a_name(
    edition: Any, live: bool, several: bool, trials: int, monkeypatch: Any
) -> None:
    """A workbook is built although no name can be read; all are Excel's."""
    monkeypatch.setattr(templates.workbook, "Book", Watched)
    monkeypatch.setattr(Watched, "made", [])
    sample = load_scenario(SAMPLES / "support-classifier.toml")
    others = [_named(REFERENCE, "Reference")] if several else []
    when = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    built = templates.workbook.build_workbook(
        sample, edition=edition, generated=when, others=others, live_grids=live, trials=trials
    )
    assert built[:2] == b"PK"
    first, *_ = Watched.made
    given = sum(dict.__len__(book.names) for book in Watched.made)
    assert given == len(first.workbook.defined_names) > 100


def test_no_module_reads_what_another_sheet_shows() -> None:
    """Values come with the cells; `Book.values` is for the finishing pass, and for how wide they are."""
    for path in [*SHEETS.values(), *BUILDING]:
        if path.stem not in ("book", "layout"):
            read = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr == "values"]
            assert not [each for each in read if ast.unparse(each.value).endswith("book")], path
