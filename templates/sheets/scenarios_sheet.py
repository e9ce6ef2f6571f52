"""The Scenarios sheet: a column a scenario, and the choice of the one in use.

The typed figures stand here; the Inputs sheet shows those of the scenario in use.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import quantity as q
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS
from templates.building import pages, styles
from templates.building.as_generated import figure_as_generated, typed_figure
from templates.building.book import Book, elsewhere, group_title, page, protect
from templates.building.columns import Columns, letters_from, put_titles, widths
from templates.building.formula import Formula, function
from templates.building.quantities import Quantities
from templates.building.reading_order import (
    DISTRIBUTION,
    ENDS,
    Pair,
    correlation_of,
    end_of,
    in_reading_order,
    pairs_of,
)
from templates.building.validation import rule_of, validation_of


class Column(Columns):
    """The columns before those of the scenarios, and the first of these."""

    LABEL = "A", "", 38
    UNIT = "B", "Unit", 20
    FIRST = "C", "", 20


CHOICE_ROW, NUMBERS_ROW, NAMES_ROW = 4, 5, 6
RESULTS, DIFFERENCES = 7, 4
"""Rows that are kept for the results, below the names, and for their differences from the first's."""
DIFFERENCES_ROW = NAMES_ROW + RESULTS + 2
FINDING_ROW = DIFFERENCES_ROW + DIFFERENCES + 2
CHART_ROW = FINDING_ROW + 1
CM_OF_A_ROW = 0.529
_RIGHT = Alignment(horizontal="right", vertical="center")
_WRAPPED = Alignment(horizontal="left", vertical="center", wrap_text=True)


@dataclass(frozen=True)
class ScenarioCells:
    """What other sheets take from the Scenarios sheet.

    choice, number : the name of the scenario in use, and its number.
    figures : the typed cells of an input, one for each scenario.
    ends : those of low, high and distribution.
    correlations : those of a pair that is correlated in some scenario.
    generated, answers : what each scenario was generated with, and the answers about it.
    typed : the cells of each scenario by input.
    """

    sheet: Worksheet
    choice: Formula
    number: Formula
    names: Formula
    figures: Quantities
    ends: Mapping[tuple[str, str], Formula]
    correlations: Mapping[Pair, Formula]
    generated: Mapping[str, Formula]
    answers: Mapping[str, Formula]
    typed: Sequence[Quantities]


def add_scenarios_sheet(book: Book) -> ScenarioCells:
    """Writes the choice and the typed figures; the results follow at the end."""
    about = "Choose the scenario in use; the whole workbook follows. Change its figures here."
    if book.edition == "values":
        about = "The figures of every scenario. This copy does not calculate."
    left = widths(Column)
    sheet = book.sheet("Scenarios", (*left, *left[-1:] * (3 * len(book.scenarios) - 1)), "Scenarios", about)
    choice, number, names = _add_choice(book, sheet)
    table = _Table(book, sheet, {"name": names})
    row, group = typed_row(len(book.scenarios)) - 1, ""
    for declared in in_reading_order():
        if declared.name == "name":
            continue
        if declared.group != group:
            group = declared.group
            row += 1
            group_title(book, sheet, row, group, table.letters[-1])
        row += 1
        table.add_input(row, declared)
    row = table.add_correlations(table.add_ranges(row))
    for rule in table.rules:
        sheet.add_data_validation(rule)
    sheet.freeze_panes = Column.FIRST.at(NAMES_ROW + 1)
    page(sheet, f"A1:{table.letters[-1]}{row}", f"1:{NAMES_ROW}")
    ends = (FINDING_ROW - 1, typed_row(len(book.scenarios)) - 2)
    book.once_fitted.append(lambda: pages.print_above(sheet, ends))
    protect(sheet)
    return ScenarioCells(
        sheet,
        choice,
        number,
        names,
        table.figures,
        table.ends,
        table.correlations,
        table.generated,
        table.answers,
        table.typed,
    )


def chart_height(count: int) -> float:
    """How high the chart of so many scenarios is, in cm."""
    return min(3.5 + 0.9 * count, 15)


def typed_row(count: int) -> int:
    """The first row of typed figures, below the chart of so many scenarios and a note."""
    return CHART_ROW + math.ceil(chart_height(count) / CM_OF_A_ROW) + 2


def _add_choice(book: Book, sheet: Worksheet) -> tuple[Formula, Formula, Formula]:
    """The choice, its number, the names; an unknown choice counts as the first."""
    names = [each.name for each in book.scenarios]
    letters = letters_from(Column.FIRST, len(names))
    place = Column.FIRST.at(CHOICE_ROW)
    book.put(sheet, Column.LABEL.at(CHOICE_ROW), "Scenario in use")
    choice = book.put(sheet, place, names[0], "Input", name="scenario_choice")
    rule = DataValidation(type="list", formula1="=scenario_names", allow_blank=False)
    rule.promptTitle = rule.errorTitle = "Scenario in use"
    rule.prompt, rule.error = "The scenario that the workbook calculates.", "Choose a scenario from the list."
    rule.showInputMessage = rule.showErrorMessage = True
    rule.add(place)
    sheet.add_data_validation(rule)
    book.put(sheet, Column.LABEL.at(NUMBERS_ROW), "Number of the scenario", "Explanatory Text")
    put_titles(book, sheet, NAMES_ROW, (Column.LABEL, Column.UNIT))
    for number, (letter, name) in enumerate(zip(letters, names, strict=True), start=1):
        book.put(sheet, f"{letter}{NUMBERS_ROW}", number, "Explanatory Text", styles.WHOLE)
        book.put(sheet, f"{letter}{NAMES_ROW}", name, "Column title right")
    known = list(range(1, len(names) + 1))
    book.define("scenario_numbers", sheet, f"{letters[0]}{NUMBERS_ROW}:{letters[-1]}{NUMBERS_ROW}", known)
    all_names = book.define("scenario_names", sheet, f"{letters[0]}{NAMES_ROW}:{letters[-1]}{NAMES_ROW}", names)
    chosen = function("MAX", Formula("SUMPRODUCT((scenario_names=scenario_choice)*scenario_numbers)", 1), 1, value=1)
    place = Column.UNIT.at(CHOICE_ROW)
    in_use = book.put(sheet, place, chosen, "Calculation", styles.WHOLE, name="scenario_number")
    sheet[place].alignment = _RIGHT
    return choice, in_use, all_names


class _Table:
    """The rows of typed figures, and their cells.

    Behind the columns of the scenarios stand what each was generated with, and the answers about it: an answer counts
    for one value of one scenario.
    """

    def __init__(self, book: Book, sheet: Worksheet, figures: dict[str, Formula]) -> None:
        self.book, self.sheet, self.figures = book, sheet, figures
        number = len(book.scenarios)
        letters = letters_from(Column.FIRST, 3 * number)
        self.letters, self.beside = letters[:number], (letters[number : 2 * number], letters[2 * number :])
        for title, own in zip(("as generated", "answer"), self.beside, strict=True):
            for letter, scenario in zip(own, book.scenarios, strict=True):
                book.put(sheet, f"{letter}{NAMES_ROW}", f"{scenario.name}: {title}", "Column title")
        self.ends: dict[tuple[str, str], Formula] = {}
        self.correlations: dict[Pair, Formula] = {}
        self.generated: dict[str, Formula] = {}
        self.answers: dict[str, Formula] = {}
        self.typed: list[dict[str, Formula]] = [{} for _ in book.scenarios]
        self.rules: list[DataValidation] = []

    def add_input(self, row: int, declared: Input) -> None:
        """An input of every scenario."""
        book, name = self.book, declared.name
        rule = validation_of(declared, book.scenario.currency)
        values = [typed_figure(scenario, declared) for scenario in book.scenarios]
        style = "Calculation" if name == "currency" else "Input"  # units everywhere are those of generation
        cells = self._put_row(row, declared.label, declared.quantity, rule, values, style)
        for own, cell in zip(self.typed, cells, strict=True):
            own[name] = elsewhere(self.sheet, cell)
        self.figures[name] = self._name_row(f"scenarios_{name}", row, values)
        self._add_answers(row, declared)

    def _add_answers(self, row: int, declared: Input) -> None:
        """What the scenarios were generated with, and the answers about it."""
        book, name = self.book, declared.name
        made = [figure_as_generated(scenario, declared) for scenario in book.scenarios]
        answers = [scenario.confirmed.get(name) for scenario in book.scenarios]
        for letters, values, style in zip(
            self.beside, (made, answers), ("Explanatory Text", "Annotation"), strict=True
        ):
            for letter, value in zip(letters, values, strict=True):
                book.put(self.sheet, f"{letter}{row}", value, style, styles.number_format(declared.quantity))
        self.generated[name], self.answers[name] = (
            book.define(f"scenarios_{name}_{what}", self.sheet, f"{letters[0]}{row}:{letters[-1]}{row}", values)
            for what, letters, values in zip(("generated", "answer"), self.beside, (made, answers), strict=True)
        )

    def add_ranges(self, row: int) -> int:
        """The range of every input that has one in some scenario; returns the last row."""
        book = self.book
        with_range = [each for each in in_reading_order() if any(each.name in s.ranges for s in book.scenarios)]
        if not with_range:
            return row
        row += 1
        group_title(book, self.sheet, row, "Ranges", self.letters[-1])
        for declared in with_range:
            for end in ENDS:
                row += 1
                self._add_end(row, declared, end)
        return row

    def _add_end(self, row: int, declared: Input, end: str) -> None:
        """Low, high or distribution of an input in every scenario."""
        quantity = q.DISTRIBUTION if end == DISTRIBUTION else declared.quantity
        rule = rule_of(quantity, True)
        rule.promptTitle = rule.errorTitle = end.capitalize()
        rule.prompt = _PROMPTS[end]
        values = [end_of(scenario, declared.name, end) for scenario in self.book.scenarios]
        self._put_row(row, f"{declared.label}: {end}", quantity, rule, values, "Input")
        self.ends[declared.name, end] = self._name_row(f"scenarios_{declared.name}_{end}", row, values)

    def add_correlations(self, row: int) -> int:
        """The rank correlation of every pair that has one in some scenario.

        Returns the last row.
        """
        scenarios, quantity = self.book.scenarios, q.RANK_CORRELATION
        pairs = pairs_of(scenarios)
        if not pairs:
            return row
        row += 1
        group_title(self.book, self.sheet, row, "Correlations", self.letters[-1])
        for number, pair in enumerate(pairs, start=1):
            row += 1
            rule = rule_of(quantity, True)
            rule.promptTitle = rule.errorTitle = "Rank correlation"
            rule.prompt = "Near 1: the two rise together. Near -1: one rises as the other falls. Empty: apart."
            values = [correlation_of(scenario, pair) for scenario in scenarios]
            label = " with ".join(INPUTS[name].label for name in pair)
            self._put_row(row, label, quantity, rule, values, "Input")
            self.correlations[pair] = self._name_row(f"scenarios_correlation_{number}", row, values)
        return row

    def _put_row(
        self, row: int, label: str, quantity: q.Quantity, rule: DataValidation, values: Sequence[Any], style: str
    ) -> list[Formula]:
        book, sheet = self.book, self.sheet
        book.put(sheet, Column.LABEL.at(row), label)
        book.put(sheet, Column.UNIT.at(row), quantity.unit_in(book.scenario.currency), "Unit")
        cells = []
        for letter, value in zip(self.letters, values, strict=True):
            cells.append(book.put(sheet, f"{letter}{row}", value, style, styles.number_format(quantity)))
            sheet[f"{letter}{row}"].alignment = _WRAPPED if quantity.kind == "text" else _RIGHT
            rule.add(f"{letter}{row}")
        self.rules.append(rule)
        return cells

    def _name_row(self, name: str, row: int, values: Sequence[Any]) -> Formula:
        return self.book.define(name, self.sheet, f"{self.letters[0]}{row}:{self.letters[-1]}{row}", list(values))


_PROMPTS = {
    "low": "The least that it may be. Empty: 20 % below the value.",
    "high": "The most that it may be. Empty: 20 % above the value.",
    "distribution": "The shape between low and high. Empty: pert.",
}
