"""The trials behind the sheet Risk trials, in a data table.

A trial is a number in a cell. Every input with a range is drawn from it by an ordinary formula, the sheets What-if
model and What-if flows calculate what follows, and Excel's data table asks them trial after trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.errors import Problem, ScenarioError
from roi_engine.simulation.estimate import STUDENT, of_parts
from roi_engine.simulation.lattice import PARTS
from roi_engine.simulation.statistics import PERCENTILES, SHARES, STATISTICS
from roi_engine.simulation.trials import Trials
from templates.building import styles
from templates.building.book import BELOW_FRAME, Book, absolute, elsewhere, group_title, page, protect
from templates.building.columns import Columns, letters_from, put_titles, widths
from templates.building.formula import NOT_AVAILABLE, Formula, cached, function
from templates.building.trial_figures import TrialCells
from templates.building.what_if_places import TRIALS_NAME, TRIALS_SHEET
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.what_if_draws import NOT_DRAWN, DrawColumn, Draws, add_draws
from templates.sheets.what_if_model import ModelCells


class PartColumn(Columns):
    """The figures of each part, and what they differ by."""

    FIGURE = "A", "Figure of a part"
    SHARE = "B", ">Share below"
    PART = "C", ">Part 1"
    HALF_WIDTH = "K", ">Half-width"


class TrialColumn(Columns):
    """The trials, a row each."""

    NUMBER = "A", ">Trial"
    NPV = "B", ">NPV"
    PAYBACK = "C", ">Payback"


LETTERS_OF_PARTS = letters_from(PartColumn.PART, PARTS)
_ABOUT = "The trials behind the sheet Risk trials (Excel: Data, What-If Analysis, Data Table). Nothing is typed here."

_ALONE = (
    "Trials in cells draw each input by itself, and these go together. Leave out --risk live (ft-roi simulate draws "
    "them together), or delete the correlations."
)


@dataclass(frozen=True)
class RiskCells:
    """What the sheet Risk trials takes.

    trials : all of them.
    values : of each figure, by its name.
    half_widths : of each figure, by its name.
    shares : what is asked of each percentile, by its name.
    last_month : of the model: a longer horizon has no trials.
    unchanged : Yes where a range is the one that the engine drew from, of each input that is drawn.
    """

    trials: TrialCells
    values: Mapping[str, float]
    half_widths: Mapping[str, Formula]
    shares: Mapping[str, Formula]
    last_month: int
    unchanged: Formula


class TrialSheet:
    """The sheet What-if trials, in two steps: the model stands between them.

    trials : those of the scenario as it is.
    asked : whether the model shows a trial.
    drawn : of each input that varies, what the trial draws.
    """

    def __init__(self, book: Book, inputs: InputCells, trials: Trials) -> None:
        if trials.uncertainty.correlation:
            raise ScenarioError([Problem("correlations", _ALONE)])
        self.book, self.inputs, self.trials = book, inputs, trials
        self.sheet: Worksheet = book.sheet(TRIALS_SHEET, widths(DrawColumn), "What-if trials", _ABOUT)
        self.draws: Draws = add_draws(book, self.sheet, inputs, trials)
        self.asked = elsewhere(self.sheet, self.draws.trial) > 0
        self.drawn = self.draws.drawn

    def fill(self, model: ModelCells) -> RiskCells:
        """The table of the trials, and above it the figures of the parts."""
        sheet, draws = self.sheet, self.draws
        titles = draws.last_row + 2
        corner = titles + len(STATISTICS) + 6
        self._add_table(corner, model)
        shares, half_widths = self._add_parts(titles, corner)
        sheet.freeze_panes = BELOW_FRAME
        page(sheet, f"A1:{DrawColumn.UNCHANGED.letter}{corner - 3}", "1:3")  # nobody reads the trials on paper
        protect(sheet)
        return RiskCells(
            self._all(corner),
            self.trials.figures(),
            half_widths,
            shares,
            model.last_month,
            elsewhere(sheet, draws.unchanged),
        )

    def _add_table(self, corner: int, model: ModelCells) -> None:
        """A row for each trial; the formulas above them show what the model gives."""
        book, sheet, trials = self.book, self.sheet, self.trials
        last = TrialColumn.PAYBACK.letter
        group_title(book, sheet, corner - 2, f"The trials, {trials.points} of each part", last)
        put_titles(book, sheet, corner - 1, TrialColumn)
        drawn_as = self.draws.drawn_as
        impossible = function("COUNTIF", drawn_as, NOT_DRAWN, value=drawn_as.value.count(NOT_DRAWN))
        possible = model.possible & (impossible == 0)
        for column, metric in ((TrialColumn.NPV, "NPV"), (TrialColumn.PAYBACK, "PAYBACK")):
            content = possible.where(model.metrics[metric], NOT_AVAILABLE)
            book.put(sheet, column.at(corner), content, "Output", styles.ANY_SIZE)
        book.put(sheet, TrialColumn.NUMBER.at(corner), "As it stands", "Output")
        first, end = corner + 1, corner + len(trials.npv)
        for number, row in enumerate(range(first, end + 1), start=1):
            book.put(sheet, TrialColumn.NUMBER.at(row), number, "Calculation", styles.WHOLE)
        pairs = zip(trials.npv, trials.payback, strict=True)
        found = [[cached(float(each)) for each in pair] for pair in pairs]
        area = f"{TrialColumn.NPV.at(first)}:{TrialColumn.PAYBACK.at(end)}"
        book.data_table(sheet, area, found, column_input=self.draws.trial.text.replace("$", ""))

    def _all(self, corner: int) -> TrialCells:
        """All trials, as other sheets see them."""
        draws, cells = self.draws, self._cells(corner, 0, len(self.trials.npv))
        return TrialCells(
            self.book.define(TRIALS_NAME, self.sheet, cells.npv.text, cells.npv.value),
            self.book.define("trial_payback", self.sheet, cells.payback.text, cells.payback.value),
            elsewhere(self.sheet, draws.trials),
            elsewhere(self.sheet, draws.worst),
            cells.horizon,
        )

    def _cells(self, corner: int, start: int, stop: int) -> TrialCells:
        """The trials from one on and before another: a part."""
        first, last = corner + 1 + start, corner + stop
        npv, payback = (
            Formula(absolute(column.rows(first, last)), [cached(float(each)) for each in found[start:stop]])
            for column, found in ((TrialColumn.NPV, self.trials.npv), (TrialColumn.PAYBACK, self.trials.payback))
        )
        horizon = self.inputs.in_use["months_to_amortize"]
        return TrialCells(npv, payback, self.draws.points, self.draws.worst_of_part, horizon)

    def _add_parts(self, titles: int, corner: int) -> tuple[dict[str, Formula], dict[str, Formula]]:
        """What each part says, and how far apart they are.

        Returns the shares of percentiles, and the half-widths.
        """
        book, sheet, points = self.book, self.sheet, self.trials.points
        group_title(book, sheet, titles, "The parts, each with shifts of its own", PartColumn.HALF_WIDTH.letter)
        put_titles(book, sheet, titles + 1, PartColumn)
        for part, letter in enumerate(LETTERS_OF_PARTS[1:], start=2):
            book.put(sheet, f"{letter}{titles + 1}", f"Part {part}", "Column title right")
        student = self._put_student(titles + 2)
        parts = [self._cells(corner, points * part, points * (part + 1)) for part in range(PARTS)]
        whole, of_each = self.trials.figures(), self.trials.figures_of_parts()
        shares, half_widths = {}, {}
        for row, (name, label) in enumerate(STATISTICS.items(), start=titles + 3):
            look = styles.FRACTION if name in SHARES else styles.ANY_SIZE
            book.put(sheet, PartColumn.FIGURE.at(row), label)
            share = Formula("", 0.0)
            if name in PERCENTILES:
                share = book.put(sheet, PartColumn.SHARE.at(row), PERCENTILES[name], "Calculation", styles.FRACTION)
                share = Formula(absolute(share.text), share.value)
                shares[name] = elsewhere(sheet, share)
            for letter, cells, found in zip(LETTERS_OF_PARTS, parts, of_each, strict=True):
                book.put(sheet, f"{letter}{row}", cells.figure(name, share, found[name]), "Calculation", look)
            half_width = of_parts(whole[name], [found[name] for found in of_each]).half_width
            place = PartColumn.HALF_WIDTH.at(row)
            content = _half_width(f"{LETTERS_OF_PARTS[0]}{row}:{LETTERS_OF_PARTS[-1]}{row}", student, half_width)
            half_widths[name] = elsewhere(sheet, book.put(sheet, place, content, "Calculation", look))
        return shares, half_widths

    def _put_student(self, row: int) -> Formula:
        words = f"Student's t for 95 % and {PARTS - 1} degrees of freedom"
        self.book.put(self.sheet, PartColumn.FIGURE.at(row), words)
        cell = self.book.put(self.sheet, PartColumn.HALF_WIDTH.at(row), STUDENT, "Calculation", "0.000")
        return Formula(absolute(cell.text), cell.value)


def _half_width(area: str, student: Formula, value: Any) -> Formula:
    """Student's t · standard deviation of the parts / √ of their number.

    It is n/a where a part has no figure.
    """
    parts = Formula(area, None)
    count = function("COUNT", parts, value=PARTS)
    every = count == function("COLUMNS", parts, value=PARTS)
    error = function("STDEV", parts, value=0.0) / function("SQRT", count, value=PARTS**0.5)
    width = Formula((student * error).text, value)
    return every.where(width, NOT_AVAILABLE)
