"""The sheet Risk trials: what trials say after every edit, beside the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS
from roi_engine.simulation.estimate import Estimate
from roi_engine.simulation.simulation import Simulation, simulate
from roi_engine.simulation.statistics import SHARES, STATISTICS
from roi_engine.value import fixed, sentence
from templates.building import styles
from templates.building.agreement import matches
from templates.building.book import (
    AS_GENERATED,
    BELOW_FRAME,
    NOT_COMPARED,
    Book,
    absolute,
    color_ok_and_fail,
    page,
    protect,
)
from templates.building.columns import KEPT_OFF, Columns, put_titles, span, widths
from templates.building.formula import Formula, function, is_number, joined
from templates.building.what_if_places import RISK_SHEET, TRIALS_SHEET
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.what_if_trials import RiskCells


class Column(Columns):
    """A figure a row: that of the trials now, and the engine's."""

    FIGURE = "A", "NPV", 40
    NOW = "B", ">Now", 16
    HALF_WIDTH = "C", ">±", 14
    UNIT = "D", "Unit", 10
    ENGINE = "E", ">As generated", 16
    ENGINE_HALF_WIDTH = "F", ">±", 14
    AGREES = "G", "Within both ±", 16


class BesideColumn(Columns):
    """The same trials as generated, beside the page."""

    TRIALS = "I", ">The same trials as generated", 16
    SAME = "J", "The same", 12


ANSWER, NOTE_ROWS, TITLES = 4, (5, 6, 7), 9
NOT_CHECKED = "not checked"
EDITED = "inputs or ranges edited since"
CALCULATES_ALIKE = 1e-6
"""Programs differ by less in normal and beta distributions."""


def add_risk_trials_sheet(book: Book) -> Worksheet:
    """A new sheet with its frame, in its place among those that are read."""
    about = f"What {book.trials:,} trials of all that is uncertain say, drawn anew after every edit."
    return book.sheet(RISK_SHEET, widths(Column, BesideColumn), RISK_SHEET, about)


def fill_risk_trials(book: Book, sheet: Worksheet, found: RiskCells, inputs: InputCells, as_generated: Formula) -> None:
    """Writes the figures.

    found : the trials.
    inputs : the ranges.
    as_generated : the cell that says whether net return and NPV are those as generated.
    """
    _Sheet(book, sheet, found, simulate(book.scenario)).fill(inputs, as_generated)


@dataclass(frozen=True)
class _Row:
    """The cells of a figure that others take."""

    now: Formula
    within: Formula
    same: Formula


class _Sheet:
    """The rows of the sheet."""

    def __init__(self, book: Book, sheet: Worksheet, found: RiskCells, engine: Simulation) -> None:
        self.book, self.sheet, self.found, self.engine = book, sheet, found, engine
        self.rows: dict[str, _Row] = {}

    def fill(self, inputs: InputCells, as_generated: Formula) -> None:
        """From the answer to the checks."""
        book, sheet = self.book, self.sheet
        put_titles(book, sheet, TITLES, (*Column, *BesideColumn))
        first, last = TITLES + 1, TITLES + len(STATISTICS)
        unchanged = self._add_unchanged(last + 2, as_generated)
        for row, (name, label) in enumerate(STATISTICS.items(), start=first):
            self._add_figure(row, name, label, unchanged)
        self._add_verdicts(last + 3, first, last, unchanged)
        self._add_answer(inputs)
        self._add_notes()
        sheet.freeze_panes = BELOW_FRAME
        page(sheet, span(Column.FIGURE, Column.AGREES, 1, last + 4), tall=1)
        protect(sheet)

    def _add_figure(self, row: int, name: str, label: str, unchanged: Formula) -> None:
        book, sheet, found = self.book, self.sheet, self.found
        look = styles.FRACTION if name in SHARES else styles.MONEY
        book.put(sheet, Column.FIGURE.at(row), label)
        share = found.shares.get(name, Formula("", 0.0))
        now = book.put(sheet, Column.NOW.at(row), found.trials.figure(name, share, found.values[name]), "Output", look)
        width = book.put(sheet, Column.HALF_WIDTH.at(row), found.half_widths[name], "Calculation", look)
        book.put(sheet, Column.UNIT.at(row), "" if name in SHARES else book.scenario.currency, "Unit")
        of_engine: Estimate = self.engine.statistics[name]
        engine = book.put(sheet, Column.ENGINE.at(row), of_engine.value, "Calculation", look)
        its_width = book.put(sheet, Column.ENGINE_HALF_WIDTH.at(row), of_engine.half_width or 0.0, "Calculation", look)
        both = is_number(now) & is_number(width)
        within = (abs(now - engine) <= width + its_width).where("Yes", "No")
        agrees = unchanged.where(both.where(within, "No"), NOT_COMPARED)
        verdict = book.put(sheet, Column.AGREES.at(row), agrees, "Calculation")
        book.align(sheet[verdict.text], KEPT_OFF)
        then = book.put(sheet, BesideColumn.TRIALS.at(row), found.values[name], "Explanatory Text", look)
        same = unchanged.where(matches(now, then, CALCULATES_ALIKE), NOT_COMPARED)
        equal = book.put(sheet, BesideColumn.SAME.at(row), same, "Explanatory Text")
        self.rows[name] = _Row(now, verdict, equal)

    def _add_unchanged(self, row: int, as_generated: Formula) -> Formula:
        """Whether inputs and ranges are those that the engine drew from."""
        book, sheet, cells = self.book, self.sheet, self.found.unchanged
        edited = function("COUNTIF", cells, "No", value=0)
        same = (as_generated == AS_GENERATED) & (edited == 0)
        book.put(sheet, Column.FIGURE.at(row), "Inputs and ranges")
        cell = book.put(sheet, Column.NOW.at(row), same.where(AS_GENERATED, EDITED), "Calculation")
        return Formula(absolute(cell.text), cell.value) == AS_GENERATED

    def _add_verdicts(self, row: int, first: int, last: int, unchanged: Formula) -> None:
        """How many figures agree with the engine's.

        And whether the trials are calculated as they were generated.
        """
        book, sheet = self.book, self.sheet
        verdicts = Formula(Column.AGREES.rows(first, last), None)
        agree = sum(each.within.value == "Yes" for each in self.rows.values())
        counted = function("COUNTIF", verdicts, "Yes", value=agree)
        few = (counted < len(self.rows)).where("; more trials come closer", "")
        draws = f" figures lie within both ± of {self.engine.draws:,} draws"
        words = joined(counted, " of ", len(self.rows), draws, few)
        book.put(sheet, Column.FIGURE.at(row), "Agreement with the engine's figures")
        place = Column.NOW.at(row)
        book.put(sheet, place, unchanged.where(words, NOT_CHECKED), "Calculation", name="risk_trials_agree")
        book.put(sheet, Column.FIGURE.at(row + 1), "Every trial is calculated as it was generated")
        unequal = function("COUNTIF", Formula(BesideColumn.SAME.rows(first, last), None), "FAIL", value=0)
        result = unchanged.where((unequal == 0).where("OK", "FAIL"), NOT_CHECKED)
        book.put(sheet, Column.NOW.at(row + 1), result, "Good", name="check_risk_trials")
        color_ok_and_fail(sheet, Column.NOW.at(row + 1))

    def _add_answer(self, inputs: InputCells) -> None:
        """The chances in a sentence, or why there are none."""
        loss, back = (self.rows[name].now for name in SHARES)
        months, trials, reach = inputs.in_use["months_to_amortize"], self.found.trials.count, self.found.last_month
        words: Any = sentence(
            "In ", fixed(100 * loss, 0), " % of ", fixed(trials, 0), " trials it loses money; in ",
            fixed(100 * back, 0), " % it pays back within ", months, " months.",
        )  # fmt: skip
        why = f"No trials: the horizon is above {reach} months, or a value does not lie between its low and high."
        said = (is_number(loss) & is_number(back)).where(words, why)
        self.book.put(self.sheet, Column.FIGURE.at(ANSWER), said, "Answer", name="risk_trials_sentence")

    def _add_notes(self) -> None:
        """What an edit takes, and what is drawn."""
        drawn, trials = len(self.found.unchanged.value) - 1, f"{self.book.trials:,}"
        held = [INPUTS[name].label for name in self.engine.held]
        said = f" Held as {'choices' if len(held) > 1 else 'a choice'}: {' and '.join(held)}." if held else ""
        drawn_are = "Drawn is the input that" if drawn == 1 else f"Drawn are the {drawn} inputs that"
        notes = (
            f"An edit takes seconds: each of the {trials} trials calculates the model once more ({TRIALS_SHEET}).",
            f"{drawn_are} had a range when this workbook was made; a range typed beside another is not.{said}",
            f"± is the 95 % half-width of a figure. As generated: by {self.engine.draws:,} draws; they follow no edit.",
        )
        for row, note in zip(NOTE_ROWS, notes, strict=True):
            self.book.put(self.sheet, Column.FIGURE.at(row), note, "Explanatory Text")
