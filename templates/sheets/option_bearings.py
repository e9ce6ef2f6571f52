"""What each option bears, and whether it has figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import quantity as q
from roi_engine.options import COMPARISONS, GRAPHS, MODES, NOTES, OPTIONS, REPLACED, changed_equations, replaced
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import Book, group_title
from templates.building.columns import put_titles
from templates.building.formula import Formula, cached, formula_of
from templates.building.quantities import Quantities, by_equation
from templates.building.workings import WORKINGS, working_format
from templates.sheets.option_columns import RIGHT, Bearing, Column

PLACE = {"SWITCH": Bearing.SWITCH, "API": Bearing.API, "SELFHOSTED": Bearing.SELFHOSTED}
PREFIXES = {"SWITCH": "as_switch_", "API": "as_api_", "SELFHOSTED": "as_own_"}
"""What the names of an option's cells begin with."""
OTHER_MODEL: tuple[tuple[str, str, Quantity], ...] = (
    ("switch_prompt_tokens", "Other model: prompt tokens", q.TOKENS),
    ("switch_answer_tokens", "Other model: written tokens", q.TOKENS),
    ("switch_cached", "Other model: cached share", q.SHARE),
    ("switch_cache_written", "Other model: cache write share", q.SHARE),
    ("switch_batched", "Other model: batch share", q.SHARE),
    ("switch_cached_price", "Other model: cached price", q.PRICE_PER_MILLION),
    ("switch_cached_write_price", "Other model: cache write price", q.PRICE_PER_MILLION),
    ("switch_mix_cost", "Other model: call, token mix", q.MONEY_PER_CALL),
    ("switch_tokens_per_call", "Other model: tokens at a price per 1k", q.TOKENS),
    ("switch_cost_per_call", "Other model: call", q.MONEY_PER_CALL),
    ("switch_yearly_change", "Other model: price change", q.PRICE_CHANGE),
)
"""The figures of another general model, each after those that it takes."""
ASIDE = (
    ("gpu_training_aside", "Not borne by the scenario: GPU training", q.MONEY),
    ("api_training_aside", "Not borne by the scenario: API training", q.MONEY),
    ("hosting_aside", "Not borne by the scenario: hosting fee", q.MONEY_PER_MONTH),
    ("fleet_aside", "Not borne by the scenario: fleet operations", q.MONEY_PER_MONTH),
)
"""What is given and the scenario does not bear."""
WORDS = {
    "SWITCH": ("switch_missing",),
    "API": ("api_without", "api_missing"),
    "SELFHOSTED": ("selfhosted_without", "selfhosted_missing"),
}
"""The parts of an option's note."""
LOW_ROW = 13.0
"""The height of a row, with which the table stands on one page."""
WORDS_LABELS = {"without": "what it leaves out", "missing": "what is missing"}


@dataclass(frozen=True)
class OptionCells:
    """The cells of one option.

    book : the workbook, with names of the option's own.
    fixed : the inputs and fixed figures of the model when it is this option.
    has : 1 where the option has what it needs, else 0.
    note : what it leaves out or lacks, in words.
    """

    book: Book
    fixed: Quantities
    has: Formula
    note: Formula

    @property
    def compared(self) -> Formula:
        """Whether the option has figures."""
        return self.has == 1


@dataclass(frozen=True)
class BearingCells:
    """The cells of each option, and what the scenario does not bear, in words."""

    options: Mapping[str, OptionCells]
    not_borne: Formula
    last_row: int


def add_bearings(book: Book, sheet: Worksheet, row: int, fixed: Quantities) -> BearingCells:
    """Writes the table below a row.

    fixed : the scenario's inputs in use and fixed figures.
    """
    group_title(book, sheet, row, "What each option bears", Column.NOTE.letter)
    row += 1
    put_titles(book, sheet, row, Bearing)
    table = _Table(book, sheet, fixed, row)
    table.add_needed()
    for name, label, quantity in OTHER_MODEL:
        table.add_other_model(name, label, quantity)
    for name in INPUTS:
        if any(name in each for each in REPLACED.values()):
            table.add_input(name)
    for name, label, quantity in WORKINGS:
        table.add_fixed(name, label, quantity)
    for name, label, quantity in ASIDE:
        table.add_aside(name, label, quantity)
    notes = table.add_words()
    options = {
        each: OptionCells(table.books[each], table.fixed[each], table.has[each], notes[each]) for each in REPLACED
    }
    for each in range(row, table.row + 1):
        sheet.row_dimensions[each].height = LOW_ROW
    return BearingCells(options, by_equation("not_borne", table.scenario, OPTIONS), table.row)


class _Table:
    """The rows, and the cells of each option so far."""

    def __init__(self, book: Book, sheet: Worksheet, fixed: Quantities, row: int) -> None:
        self.book, self.sheet, self.row = book, sheet, row
        self.scenario: dict[str, Formula] = dict(fixed)
        self.books = {option: book.branch(prefix) for option, prefix in PREFIXES.items()}
        self.fixed: dict[str, dict[str, Formula]] = {option: dict(fixed) for option in REPLACED}
        self.has: dict[str, Formula] = {}

    def _add_row(self, label: str, unit: str) -> None:
        self.row += 1
        self.book.put(self.sheet, Bearing.LABEL.at(self.row), label)
        self.book.put(self.sheet, Bearing.UNIT.at(self.row), unit, "Unit")

    def _unit(self, quantity: Quantity) -> str:
        return quantity.unit_in(self.book.scenario.currency)

    def add_needed(self) -> None:
        """Whether the scenario gives each option what it needs."""
        self._add_row("Has what it needs (1 = yes)", "")
        for option, equation in COMPARISONS.items():
            has = by_equation(equation, self.scenario, OPTIONS)
            name = PREFIXES[option].replace("as_", "has_").rstrip("_")
            cell = self.book.put(self.sheet, PLACE[option].at(self.row), has, "Calculation", styles.WHOLE, name=name)
            self.has[option] = self.scenario[equation] = cell

    def add_other_model(self, name: str, label: str, quantity: Quantity) -> None:
        """A figure of another general model."""
        self._add_row(label, self._unit(quantity))
        content = by_equation(name, self.scenario, OPTIONS)
        self.scenario[name] = self._put("SWITCH", name, content, _look(quantity), self.book)

    def add_input(self, name: str) -> None:
        """An input that one of the options replaces."""
        declared = INPUTS[name]
        self._add_row(declared.label, self._unit(declared.quantity))
        self._add_cells(name, styles.number_format(declared.quantity))

    def add_fixed(self, name: str, label: str, quantity: Quantity) -> None:
        """A fixed figure, if it comes out otherwise in one of the options."""
        if not any(name in REPLACED[option] or name in changed_equations(option) for option in REPLACED):
            return
        self._add_row(label, self._unit(quantity))
        self._add_cells(name, working_format(quantity))

    def _add_cells(self, name: str, look: str) -> None:
        place = Bearing.SCENARIO.at(self.row)
        self.book.put(self.sheet, place, self.scenario[name], "Calculation", look)
        self.sheet[place].alignment = RIGHT
        for option in REPLACED:
            self._add_cell(option, name, look)

    def _add_cell(self, option: str, name: str, look: str) -> None:
        """A quantity of an option.

        In place of the scenario's, or the scenario's own where the option takes it.
        """
        known, graph = self.fixed[option], GRAPHS[option]
        if name in REPLACED[option]:
            known[name] = self._put(option, name, formula_of(replaced(option, self.scenario)[name]), look)
        elif name in changed_equations(option):
            known[name] = self._put(option, name, by_equation(name, known, graph), look)
        elif name in (*graph.order(["net_cash_flow"]), *graph.leaves("net_cash_flow")):
            self._put(option, None, known[name], look)

    def _put(self, option: str, name: str | None, content: Formula, look: str, book: Book | None = None) -> Formula:
        """A cell of an option, empty where it is not compared; of its own it has a name."""
        place = PLACE[option].at(self.row)
        shown = (self.has[option] == 1).where(content, "")
        cell = (book or self.books[option]).put(self.sheet, place, shown, "Calculation", look, name=name)
        self.sheet[place].alignment = RIGHT
        return Formula(cell.text, cached(content.value))

    def add_aside(self, name: str, label: str, quantity: Quantity) -> None:
        """A cost that is given and that the scenario does not bear."""
        self._add_row(label, self._unit(quantity))
        content, place = by_equation(name, self.scenario, OPTIONS), Bearing.SCENARIO.at(self.row)
        self.scenario[name] = self.book.put(self.sheet, place, content, "Calculation", styles.SMALL_MONEY, name=name)
        self.sheet[place].alignment = RIGHT

    def add_words(self) -> dict[str, Formula]:
        """The parts of each option's note; returns the notes."""
        known, notes = dict(self.scenario), {}
        for option, parts in WORDS.items():
            for part in parts:
                label = f"{PLACE[option].title.removeprefix('>')}: {WORDS_LABELS[part.rpartition('_')[2]]}"
                self._add_row(label, "")
                words, place = by_equation(part, known, OPTIONS), Bearing.SCENARIO.at(self.row)
                shown = self._where_told(option, part).where(words, "")
                cell = self.book.put(self.sheet, place, shown, "Explanatory Text", name=part)
                known[part] = Formula(cell.text, words.value)
            notes[option] = by_equation(NOTES[option], known, OPTIONS)
        return notes

    def _where_told(self, option: str, part: str) -> Formula:
        """Whether a note says a part.

        What is left out of a derived option, what one without figures lacks.
        """
        compared = self.has[option] == 1
        if part.endswith("missing"):
            return compared.negated()
        return compared & (self.scenario["serving"] == MODES[option]).negated()


def _look(quantity: Quantity) -> str:
    return styles.CALL_PRICE if quantity is q.MONEY_PER_CALL else styles.number_format(quantity)
