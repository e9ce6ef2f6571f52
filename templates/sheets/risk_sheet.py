"""The sheet Risk: how far the NPV may lie off, what drives it, what to know first.

In the wired edition every figure is a call of the functions; in the others a value as generated. The native and the
lambda edition take their sentence back once the inputs or their ranges are edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.answer import rate_in_words
from roi_engine.errors import FtRoiError, ScenarioError
from roi_engine.quantity import SEED
from roi_engine.scenario import INPUTS
from roi_engine.simulation.lattice import PARTS
from roi_engine.simulation.simulation import DEFAULT_DRAWS, DEFAULT_SEED
from roi_engine.simulation.uncertain_inputs import CHOICES, SUCCESS, Uncertainty
from templates.building import pages, styles
from templates.building.book import AS_GENERATED, BELOW_FRAME, NEEDS_FUNCTIONS, Book, page, protect
from templates.building.charts import place_chart
from templates.building.columns import KEPT_OFF, span, widths
from templates.building.formula import Formula, if_error, joined
from templates.building.validation import explain, rule_of
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.risk_columns import (
    CHOICE_ROW,
    RISK_FUNCTIONS,
    SENTENCE_ROW,
    STATISTICS_ROW,
    Column,
    ExactColumn,
    Simulated,
    StepColumn,
)
from templates.sheets.risk_figures import (
    CHART_ROWS,
    StatisticCells,
    StepCells,
    add_drivers,
    add_statistics,
    add_steps,
    zero_line,
)
from templates.sheets.risk_pairs import add_pairs, ends_of
from templates.sheets.risk_state import SUMS, add_state
from templates.sheets.scenarios_sheet import ScenarioCells

TITLE = "Risk"
DRAWS = tuple(DEFAULT_DRAWS * times // 16 for times in (1, 4, 8, 16, 32, 64))
"""Draws to choose from: powers of 2 are the most exact."""
_LIVE = "What the ranges of the inputs make of the NPV: all of them drawn anew, many times."
_AS_GENERATED = "What the ranges of the inputs make of the NPV. Values as generated: they do not follow edited inputs."
_NOT_SINCE = "Not simulated since the inputs or their ranges were edited. ft-roi simulate tells."
_HALF_WIDTHS = "± is the 95 % half-width, told by eight parts of the draws; figures have the digits that it supports."


@dataclass(frozen=True)
class RiskCells:
    """What other sheets take from the sheet Risk.

    simulated : how cells ask for what the sheet shows.
    statistics : None where nothing could be simulated.
    steps : the sum of the shares of the histogram, as seen from other sheets.
    state : the cell that says whether the figures are of the inputs as they are; None where they follow them.
    choices : what is typed in for the functions of the sheet, where these follow it.
    as_generated : the cell that says whether what they draw from is as generated; None where nothing is.
    """

    sheet: Worksheet
    simulated: Simulated
    statistics: StatisticCells | None = None
    steps: Formula | None = None
    state: Formula | None = None
    choices: Sequence[Formula] = ()
    as_generated: Formula | None = None


def add_risk_sheet(book: Book, inputs: InputCells, scenarios: ScenarioCells | None) -> RiskCells:
    """Writes the sheet: the sentence, statistics and drivers, then the correlations.

    scenarios : where several have figures, the cells of which one column is in use.
    """
    sheet = book.sheet(TITLE, widths(Column, ExactColumn, StepColumn), TITLE, _about(book))
    cells = _Risk(book, sheet, inputs, scenarios).fill()
    sheet.freeze_panes = BELOW_FRAME
    protect(sheet)
    return cells


def _about(book: Book) -> str:
    if not book.as_generated(*RISK_FUNCTIONS):
        return _LIVE
    return f"{_AS_GENERATED} The scenario is {book.scenario.name}." if book.several else _AS_GENERATED


class _Risk:
    """The sheet as it is written."""

    def __init__(self, book: Book, sheet: Worksheet, inputs: InputCells, scenarios: ScenarioCells | None) -> None:
        self.book, self.sheet, self.inputs, self.scenarios = book, sheet, inputs, scenarios
        self.notes = _notes(book)
        self.drivers_row = max(STATISTICS_ROW + CHART_ROWS, STATISTICS_ROW + 17 + len(self.notes)) + 2
        self.last_of_page = self.drivers_row + CHART_ROWS + 1
        self.pairs_row = self.last_of_page + 1

    def fill(self) -> RiskCells:
        """Writes all of it."""
        book, sheet, as_generated = self.book, self.sheet, self.book.as_generated(*RISK_FUNCTIONS)
        pairs, last = add_pairs(book, sheet, self.pairs_row, self.inputs, self.scenarios)
        draws, seed = self._add_choices()
        choices = () if as_generated or not book.calls_functions else (draws, seed, pairs)
        simulated = Simulated(book, self.inputs.block, draws, seed, pairs)
        sentence = simulated.sentence
        if isinstance(sentence.value, FtRoiError):
            book.put(sheet, Column.LABEL.at(SENTENCE_ROW), f"Not simulated: {_why(sentence.value)}", "Explanatory Text")
            page(sheet, f"A1:{Column.LAST.at(last)}", "1:3", tall=1)
            return RiskCells(sheet, simulated, choices=choices)
        compared = None
        if as_generated or book.calls_functions:
            compared = add_state(book, sheet, self.pairs_row, self.inputs, simulated, self.pairs_row + 3)
        state = compared if as_generated else None
        self._add_sentence(simulated, sentence, state)
        with book.as_values(as_generated):
            statistics = add_statistics(book, sheet, STATISTICS_ROW, simulated)
            self._add_notes(statistics.last_row + 2)
            steps = self._add_charts(simulated)
            add_drivers(book, sheet, self.drivers_row, simulated, self.inputs)
        if state:
            self._fade(state)
        if any(each.correlations for each in book.scenarios):
            page(sheet, f"A1:{Column.LAST.at(last)}", "1:3")
            book.once_fitted.append(lambda: pages.print_in_blocks(sheet, (self.last_of_page,), 3))
        else:
            page(sheet, f"A1:{Column.LAST.at(self.last_of_page)}", "1:3", tall=1)
        return RiskCells(sheet, simulated, self._named(statistics), steps.total, state, choices, compared)

    def _add_choices(self) -> tuple[Formula, Formula]:
        """Draws and seed: chosen where the functions take them, else as they were."""
        book, sheet, row = self.book, self.sheet, CHOICE_ROW
        chosen = book.calls_functions and not book.as_generated(*RISK_FUNCTIONS)
        style = "Input" if chosen else "Calculation"
        book.put(sheet, Column.LABEL.at(row), "Draws")
        draws = book.put(sheet, Column.FIGURE.at(row), DEFAULT_DRAWS, style, styles.WHOLE, name="risk_draws")
        book.put(sheet, Column.HALF.at(row), "Seed")
        book.align(sheet[Column.HALF.at(row)], KEPT_OFF)
        seed = book.put(sheet, Column.WORTH.at(row), DEFAULT_SEED, style, styles.WHOLE, name="risk_seed")
        if chosen:
            of_draws = DataValidation(type="list", formula1=f'"{",".join(map(str, DRAWS))}"', allow_blank=False)
            prompt = f"How often all ranges are drawn anew: a multiple of {PARTS}. More are more exact, and slower."
            explain(of_draws, "Draws", prompt, "Choose a number from the list.")
            of_seed = rule_of(SEED, may_be_empty=False)
            explain(of_seed, "Seed", "Where the draws begin: another one shows what is chance.", of_seed.error or "")
            for rule, place in ((of_draws, Column.FIGURE.at(row)), (of_seed, Column.WORTH.at(row))):
                rule.add(place)
                sheet.add_data_validation(rule)
        return draws, seed

    def _add_sentence(self, simulated: Simulated, sentence: Formula, state: Formula | None) -> None:
        """The sentence, its first part above the rest.

        It is taken back once the inputs are edited.
        """
        book, sheet = self.book, self.sheet
        book.put(sheet, ExactColumn.NAME.at(SENTENCE_ROW), "In one sentence", "Explanatory Text")
        with book.as_values(state is not None):
            said = book.by_function_alone(if_error(sentence, "n/a"), f"The simulation {NEEDS_FUNCTIONS}")
            whole = book.put(sheet, ExactColumn.EXACT.at(SENTENCE_ROW), said, "Explanatory Text")
        text = str(whole.value)
        end = text.find(". ") + 1
        found, alone = f'FIND(". ",{whole.text})', FtRoiError("It has one part.")
        first = Formula(f"LEFT({whole.text},{found})", text[:end] if end else alone)
        rest = Formula(f"MID({whole.text},{found}+2,LEN({whole.text}))", text[end + 1 :] if end else alone)
        for row, part, style in ((0, if_error(first, whole), "Answer"), (1, if_error(rest, ""), "Calculation")):
            shown = part if state is None else (state == AS_GENERATED).where(part, "" if row else _NOT_SINCE)
            book.put(sheet, Column.LABEL.at(SENTENCE_ROW + row), shown, style, meanwhile="" if row else "fill in")
        sheet.row_dimensions[SENTENCE_ROW].height = 22

    def _add_charts(self, simulated: Simulated) -> StepCells:
        """The histogram and the cumulative curve, beside the statistics."""
        book, sheet, currency = self.book, self.sheet, self.book.scenario.currency
        steps = add_steps(book, sheet, STATISTICS_ROW + 1, simulated)
        highest = max(range(len(steps.starts[2])), key=lambda at: steps.loss[2][at] + steps.gain[2][at])
        words = "Column chart of how many draws lie in each step of the NPV."
        finding = f"Most lie between {steps.starts[2][highest]:,.0f} and {steps.ends[2][highest]:,.0f} {currency}."
        row = STATISTICS_ROW + 1
        place_chart(book, sheet, steps.chart(currency), Column.WORTH.at(row), Column.STEPS_END.letter, words, finding)
        zero = zero_line(book, sheet, self.pairs_row + ROWS_OF_STATE)
        words = "Line chart of the share of the draws below each NPV."
        finding = "The line at zero crosses it at the chance of a loss."
        place_chart(book, sheet, steps.curve(zero, currency), Column.CURVE.at(row), Column.LAST.letter, words, finding)
        return steps

    def _add_notes(self, row: int) -> None:
        """How the figures are to be read, and what is not left to chance."""
        book, sheet = self.book, self.sheet
        held = self._held(row)
        for line, content in enumerate((_HALF_WIDTHS, held, self._success(), *self.notes), start=row):
            book.put(sheet, Column.LABEL.at(line), content, "Explanatory Text")

    def _held(self, row: int) -> Formula:
        """What has a range and is held at its value.

        row : from which on stands, beside the page, whether each has a range.
        """
        book, sheet = self.book, self.sheet
        cells = []
        for line, name in enumerate(CHOICES, start=row):
            label = book.put(sheet, ExactColumn.NAME.at(line), INPUTS[name].label, "Explanatory Text")
            ends = ends_of(book, label, self.inputs)
            cells.append(book.put(sheet, ExactColumn.EXACT.at(line), ends, "Explanatory Text", styles.WHOLE))
        book.put(sheet, ExactColumn.HALF.at(row), "low and high that are given", "Explanatory Text")
        horizon, rate = (cell > 0 for cell in cells)
        why = "held at its value: a choice, no chance."
        both = "Horizon and discount rate are held at their values: choices, no chances."
        either = rate.where(f"The discount rate is {why}", "")
        return horizon.where(rate.where(both, f"The horizon is {why}"), either)

    def _success(self) -> Formula:
        """That the project may fail, where it may."""
        chance = self.inputs.in_use[SUCCESS]
        words = joined("It succeeds in ", rate_in_words(chance), " of the draws; in the others only month 0 is spent.")
        return (chance < 1).where(words, "")

    def _fade(self, state: Formula) -> None:
        """Shows the figures in grey once they are no longer those of the inputs."""
        blocks = ((STATISTICS_ROW + 2, self.drivers_row - 2), (self.drivers_row + 2, self.last_of_page))
        for first, last in blocks:
            rule = FormulaRule(formula=[f'{state.text}<>"{AS_GENERATED}"'])
            rule.dxf = DifferentialStyle(font=Font(color=styles.QUIET_INK, italic=True))
            self.sheet.conditional_formatting.add(span(Column.LABEL, Column.HALF, first, last), rule)

    def _named(self, statistics: StatisticCells) -> StatisticCells:
        """The statistics that other sheets show, by names."""
        shown = {
            name: self.book.define(f"risk_{name.lower()}", self.sheet, cell.text, cell.value)
            for name, cell in statistics.shown.items()
        }
        return StatisticCells(statistics.exact, shown, statistics.last_row)


ROWS_OF_STATE = SUMS + 4
"""Rows beside the correlations that the comparison of the ranges takes."""


def _why(error: FtRoiError) -> str:
    """Why nothing was simulated, in one line."""
    return " ".join(each.sentence for each in error.problems) if isinstance(error, ScenarioError) else str(error)


def _notes(book: Book) -> list[str]:
    """What is cut off of distributions, as generated."""
    try:
        uncertainty = Uncertainty(book.scenario)
    except FtRoiError:
        return []
    told = []
    for each in uncertainty.inputs:
        if each.note:
            told.append(f"{each.declared.label}: {each.note.partition(': ')[2]} (As generated.)")
    return told
