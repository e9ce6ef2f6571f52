"""A second, independent spreadsheet engine: the package `formulas` evaluates native workbooks in Python.

It takes some twenty seconds to read a workbook and four to calculate it. So it reads one workbook of months across the
sheet and one of months down it, and the others are typed into the first: what they hold in cells without a formula.
Each result must be what the scenario's own workbook has cached: the engine is right, and so is a workbook in which
everything is typed over. Up to 60 months; a longer sheet takes it minutes. That is for the full tests; make test has it
read the figures and what they are made of, half of the cells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import formulas
import pytest
import schedula

from roi_engine import REFERENCE, Scenario, appraise
from tests.builds import WHEN, build_workbook
from tests.random_scenarios import random_scenarios
from tests.workbook_cells import Cells, Stored, named_cells, same, samples_and_edges, stored_cells

NOT_EVALUATED = {
    "SUMPRODUCT(--(scenario_names=scenario_choice))": "it compares no range of texts with a text: 0 for every choice",
    "_xlfn.ISFORMULA(": "it answers 0 for a range",
    'SUMPRODUCT(--((input_defaults="fill in")': "it compares no range with a text",
}
"""What `formulas` cannot evaluate in a formula, with the reason; it is given the cached values of such cells."""

Book = dict[str, Cells]
Place = tuple[str, str]


def _scenarios() -> dict[str, Scenario]:
    """The samples, never, nothing, one month, and two random scenarios."""
    found = samples_and_edges()
    for name in ("loss", "free", "late"):
        del found[name]
    return found | {each.name: each for each in random_scenarios(2, seed=11)}


SCENARIOS = _scenarios()
LONGER = {"name": "Five years", "months_to_amortize": 60, "monthly_growth": 0.01, "storage_timing": "monthly"}
FIVE_YEARS = Scenario(**{**REFERENCE.given(), **LONGER})


class Engine:
    """A workbook as `formulas` has read it."""

    def __init__(self, package: bytes, folder: Path, only: Collection[Place] = ()) -> None:
        """only : the cells that it computes, with what they are made of; every one where none are named."""
        self.path = folder / "book.xlsx"
        self.path.write_bytes(package)
        path = str(self.path)
        self.book = stored_cells(package)
        self.computed: set[Place] = set(only) or set(_formula_places(self.book))
        model: Any = formulas.ExcelModel()
        wanted = [self._key(*place).replace("[", f"[{folder}/", 1) for place in only]
        # Completing what was asked for would add the cells of every name of the workbook.
        self._model: Any = model.from_ranges(*wanted).finish(complete=False) if only else model.loads(path).finish()
        self._places = frozenset(self._model.dsp.data_nodes)

    def results(self, other: Book) -> Mapping[Place, Any]:
        """Sheet and address → value of every cell, with another workbook's inputs typed in, None where emptied."""
        typed = {}
        for title, cells in other.items():
            if title == "By year":  # nothing is typed there, and the columns are those of a scenario's years
                continue
            for address in {**self.book[title], **cells}:
                key = self._key(title, address)
                if key in self._places and self._is_typed(self.book[title][address], cells[address]):
                    value = cells[address].value
                    typed[key] = [[schedula.EMPTY if value is None else value]]
        solution = self._model.calculate(inputs=typed or None)
        return {place: _value(solution[self._key(*place)]) for place in self.computed}

    @staticmethod
    def _is_typed(ours: Stored, theirs: Stored) -> bool:
        if theirs.formula is not None:
            return any(each in theirs.formula for each in NOT_EVALUATED)
        return ours.formula is None and ours.value != theirs.value

    def _key(self, title: str, address: str) -> str:
        return f"'[{self.path.name}]{title.upper()}'!{address}"

    def place(self, title: str, address: str, formula: str) -> str:
        """Where this workbook has the cell of another one that holds a formula.

        The rows of the documented scenario and the extent of the tornado depend on the scenario; so a formula may stand
        in another row, or sum up other rows: it is the only one of its sheet that is the same but for addresses.
        """
        if self.book[title][address].formula == formula:
            return address
        (found,) = (
            each
            for each, cell in self.book[title].items()
            if cell.formula and _without_addresses(cell.formula) == _without_addresses(formula)
        )
        return found


def _formula_places(book: Book) -> Iterator[Place]:
    for title, cells in book.items():
        yield from ((title, address) for address, cell in cells.items() if cell.formula is not None)


def _without_addresses(formula: str) -> str:
    return re.sub(r"\$[A-Z]+\$\d+", "", formula)


def _value(cell: Any) -> Any:
    value = cell.value[0, 0]
    return value.item() if hasattr(value, "item") else value


def _wrong(engine: Engine, book: Book, scenario: Scenario) -> list[str]:
    """What the engine computes otherwise than the workbook has cached; every formula cell is compared.

    The sheet By year where both scenarios have as many years: its columns are those years.
    """
    shown = engine.results(book)
    scale = max(1.0, *(abs(flow) for flow in appraise(scenario).cash_flow))
    places = list(_formula_places(book))
    assert len(places) > 4_000
    mine, theirs = ({each: cell.formula for each, cell in one["By year"].items()} for one in (engine.book, book))
    same_years = mine == theirs
    wrong = []
    for title, address in places:
        cell = book[title][address]
        if title == "By year" and not same_years:
            continue
        if "are not printed" in str(cell.formula):  # of the months that the workbook was made with
            continue
        if "Not checked since" in str(cell.formula):  # stands only where nothing is asked about the inputs
            continue
        if "have no source" in str(cell.formula):  # the engine takes an empty cell of a range for no text
            continue
        assert cell.formula is not None
        value = shown[title, engine.place(title, address, cell.formula)]
        if not same(value, cell.value, scale):
            wrong.append(f"{scenario.name}: {title}!{address} {cell.formula}: {value!r}, not {cell.value!r}")
    return wrong


@pytest.mark.full(seconds=20)
def test_another_engine_computes_the_figures_whatever_is_typed_in(tmp_path: Path) -> None:
    read = build_workbook(SCENARIOS["support-classifier"], edition="native", generated=WHEN)
    figures = {name: place for name, place in named_cells(read).items() if name[:4] == "out_"}
    assert len(figures) > 20
    engine = Engine(read, tmp_path, list(figures.values()))
    for name in ("document-extraction",):
        scenario = SCENARIOS[name]
        package = build_workbook(scenario, edition="native", generated=WHEN)
        book, places = stored_cells(package), named_cells(package)
        shown, scale = engine.results(book), max(1.0, *(abs(flow) for flow in appraise(scenario).cash_flow))
        for figure, place in figures.items():
            title, address = places[figure]
            assert same(shown[place], book[title][address].value, scale), (name, figure, shown[place])


@pytest.mark.full(seconds=60)
def test_another_engine_computes_what_is_cached_whatever_is_typed_in(tmp_path: Path) -> None:
    # Without the sheet Risk, which some of them have: IronCalc and Gnumeric calculate that one.
    books = {
        name: build_workbook(each, edition="native", generated=WHEN, risk=False) for name, each in SCENARIOS.items()
    }
    engine = Engine(books["support-classifier"], tmp_path)
    wrong = [_wrong(engine, stored_cells(books[name]), scenario) for name, scenario in SCENARIOS.items()]
    assert len(wrong) == 9 and not any(wrong), [each[:5] for each in wrong if each]


@pytest.mark.full(seconds=40)
def test_another_engine_computes_several_scenarios_and_months_down_the_sheet(tmp_path: Path) -> None:
    others = [SCENARIOS["document-extraction"], SCENARIOS["reference"]]
    package = build_workbook(FIVE_YEARS, edition="native", generated=WHEN, others=others)
    assert not _wrong(Engine(package, tmp_path), stored_cells(package), FIVE_YEARS)
