"""A scenario from a range of cells: labels and values, with or without titles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from roi_engine.appraisal import Appraisal
from roi_engine.errors import FtRoiError, Problem, ScenarioError, UnknownName
from roi_engine.input_checks import InputWarning
from roi_engine.inputs import normal_form, unit_in_label
from roi_engine.options import Options
from roi_engine.quantity import START_MONTH, TEXT, as_choice, in_figures
from roi_engine.scenario import INPUTS, Scenario, find_input, known_input
from roi_engine.scenario_rules import EMPTY_WITH_A_RANGE, says_something
from roi_engine.sensitivity import DEFAULT_SWING, moved_input
from roi_engine.value import ROUNDING
from roi_engine.worksheet.correlated_pairs import Pairs, by_first
from roi_engine.worksheet.memory import remembered

if TYPE_CHECKING:
    from roi_engine.simulation.simulation import Simulation

Cell = Any
Block = tuple[tuple[Cell, ...], ...]

_NAME_COLUMNS = ("input", "label", "name")
RANGE_TITLES = ("low", "high", "distribution")
ANSWER_TITLES = ("answer", "asgenerated")
"""The columns of an answer, and of the value that it was given for."""
NO_FIGURES = (*ANSWER_TITLES, "unit")
"""Columns in which an error is none of the scenario's."""
EMPTY = "empty"
"""What stands as generated for a cell that may be empty, and was."""


UNTIL_THEN = "They count for nothing until then."
UNTIL_INSIDE = "These count for nothing until it lies inside."
"""A sheet goes on calculating while somebody tries another value; a file that says so is refused."""


MOST_SIMULATIONS = 4
"""Simulations that a block keeps; one of a million draws takes 8 MB."""


class Case:
    """A scenario with its appraisal: what a scenario function is calculated from."""

    def __init__(self, scenario: Scenario, questions: Sequence[InputWarning] = ()) -> None:
        """A scenario.

        questions : what to ask about cells of its block that count for nothing.
        """
        self.scenario, self.questions = scenario, questions
        self._simulations: dict[tuple[str, int, int, Pairs], Simulation] = {}

    @cached_property
    def appraisal(self) -> Appraisal:
        """The scenario's metrics; shared by all functions that read the same block."""
        return Appraisal(self.scenario.inputs())

    @cached_property
    def options(self) -> Options:
        """The scenario's options; shared likewise."""
        return Options(self.scenario.inputs())

    def simulation(self, metric: str, draws: int, seed: int, pairs: Pairs = ()) -> Simulation:
        """A metric simulated; shared likewise: thirty cells simulate once.

        metric, draws, seed : as for `simulate`.
        pairs : of inputs, with their rank correlation.
        """
        from roi_engine.simulation.simulation import simulate

        key = (metric.strip().upper(), draws, seed, pairs)
        if key not in self._simulations:
            while len(self._simulations) >= MOST_SIMULATIONS:
                del self._simulations[next(iter(self._simulations))]
            scenario = self.scenario.with_inputs(correlations=by_first(pairs)) if pairs else self.scenario
            self._simulations[key] = simulate(scenario, draws, seed, metric)
        return self._simulations[key]


class CellError(FtRoiError):
    """An error value that stood in a cell, or the one that stands for it everywhere."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(f"A cell holds {text}.")
        self.code = code or text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellError) and other.args == self.args

    def __hash__(self) -> int:
        return hash(self.args)


def is_block(value: Any) -> bool:
    """Whether a range is a scenario block: two or more columns, labels in the first.

    >>> is_block((("calls", 5), ("months", 12))), is_block(((1, 2), (3, 4)))
    (True, False)
    """
    return isinstance(value, tuple) and len(value[0]) > 1 and any(isinstance(row[0], str) and row[0] for row in value)


@remembered(64)
def read_block(block: Block) -> Case:
    """The scenario of a block of cells.

    block : rows of two or more columns, the first (or the one headed input, label or name) holding labels: input names,
        short names or human labels. A label without a value takes its default, so headings may stand inside, and so
        does a start_month that is no month: it names months and years, and no figure waits for it.
    Raises `ScenarioError` with every problem, `CellError` where one of these cells holds an error.

    >>> rows = (("Training time", 24), ("gpu_hourly_rate", 1.5), ("storage_gb", 28), ("storage_monthly_rate", 0.02),
    ...         ("calls", 5e6), ("baseline_cost", 0.3), ("finetuned_cost", 0.05), ("accuracy", 0.12),
    ...         ("review_cost", 2000), ("months", 12))
    >>> round(read_block(rows).appraisal.net_roi, 2)
    17837.28
    """
    columns, rows = _columns(block)
    values: dict[str, Any] = {}
    seen: set[str] = set()
    problems: list[Problem] = []
    questions: list[InputWarning] = []
    answers: dict[str, str] = {}
    for row in rows:
        for cell in (_cell(row, column) for title, column in columns.items() if title not in NO_FIGURES):
            if isinstance(cell, CellError):
                raise cell
        label, value = _cell(row, columns["name"]), _cell(row, columns["value"])
        if not isinstance(label, str):
            if value is not None:
                beside = "no label" if label is None else f"{label}, which is no label,"
                problems.append(Problem("scenario", f"the value {value} has {beside} beside it."))
            continue
        answer = _answer(row, columns, value)
        if value is None:  # a heading, or an input at its default
            if unset := known_input(label):
                answers.update({unset.name: answer} if answer else {})
                _add_range(unset.name, unset.default, row, columns, values, questions)
            continue
        try:
            name = find_input(label).name
        except UnknownName as error:
            problems.append(Problem(label, str(error), error.code))
            continue
        if name in seen:
            problems.append(Problem(label, "Stands twice in the block. Keep one of the two."))
            continue
        seen.add(name)
        if sentence := _of_another_unit(name, label, row, columns):
            problems.append(Problem(label, sentence))
        if name == "start_month" and (sentence := _no_month(value)):
            questions.append(InputWarning(name, sentence))
            continue
        values[name] = value = _as_text(value) if name in _OF_ANY_WORDS else value
        if answer:
            answers[name] = answer
        _add_range(name, value, row, columns, values, questions)
    try:
        scenario = Scenario(**values, confirmed=answers)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    if problems:
        raise ScenarioError(problems)
    return Case(scenario, tuple(questions))


def _of_another_unit(name: str, label: str, row: tuple[Cell, ...], columns: Mapping[str, int]) -> str:
    """What is wrong with the unit in a row's label, or in the column of units.

    Empty where nothing is.
    """
    written = [unit_in_label(label), _cell(row, columns["unit"]) if "unit" in columns else ""]
    quantity = INPUTS[name].quantity
    return next((said for unit in written if isinstance(unit, str) and (said := quantity.of_another_unit(unit))), "")


def _add_range(
    name: str,
    value: Cell,
    row: tuple[Cell, ...],
    columns: Mapping[str, int],
    values: dict[str, Any],
    questions: list[InputWarning],
) -> None:
    """Adds the range of a row, or the question why it counts for nothing.

    value : the input's, or its default; None where it has neither.
    """
    low, high, shape = (_cell(row, columns[title]) if title in columns else None for title in RANGE_TITLES)
    span = span_of(name, value, low, high, shape)
    if span is None:
        return
    if value is None:
        if INPUTS[name].may_be_empty:
            questions.append(InputWarning(name, f"{EMPTY_WITH_A_RANGE} {UNTIL_THEN}"))
    elif _lies_outside(value, span):
        questions.append(
            InputWarning(name, f"{in_figures(value)} lies outside of its own low and high. {UNTIL_INSIDE}")
        )
    else:
        values.setdefault("ranges", {})[name] = span


def _answer(row: tuple[Cell, ...], columns: Mapping[str, int], value: Cell) -> str:
    """What answers the questions about a row's value; empty where nothing does.

    No figure waits for it: an error, a number, or a text that no cell shows or that says nothing, is no answer.
    """
    answer, generated = (_cell(row, columns[title]) if title in columns else None for title in ANSWER_TITLES)
    if not isinstance(answer, str) or not says_something(answer) or not answers_for(value, generated):
        return ""
    try:
        return str(TEXT.check(answer)).strip()
    except FtRoiError:
        return ""


def answers_for(value: Any, generated: Any) -> bool:
    """Whether an answer holds: the value is the one that it was given for.

    value : what the input's cell holds; None for an empty one.
    generated : the value as the block was generated; None where nothing was known of it.

    >>> answers_for(0.12, 0.12), answers_for(0.3, 0.12), answers_for(None, "empty"), answers_for(24, None)
    (True, False, True, True)
    >>> answers_for("Self-Hosted", "self_hosted")
    True
    """
    if generated is None:
        return True
    if isinstance(value, (int, float)) and isinstance(generated, (int, float)):
        return math.isclose(value, generated, rel_tol=ROUNDING)
    shown = EMPTY if value is None else value
    if isinstance(shown, str) and isinstance(generated, str):
        return as_choice(shown) == as_choice(generated)
    return bool(shown == generated)


_OF_ANY_WORDS = ("name", "description")


def _as_text(value: Cell) -> Cell:
    """What a person typed as a name: a cell makes a number of 2027."""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, (int, float)) else value


def _no_month(value: Cell) -> str:
    """What to say of a cell that names no month; empty where it names one."""
    try:
        START_MONTH.check(value)
    except FtRoiError as error:
        return f"{error} No month is named until then."
    return ""


def _columns(block: Block) -> tuple[dict[str, int], Sequence[tuple[Cell, ...]]]:
    """Where labels, values, low, high and distribution stand; the rows below."""
    header = [normal_form(cell) if isinstance(cell, str) else "" for cell in block[0]]
    if "value" not in header:
        return {"name": 0, "value": 1, "low": 2, "high": 3}, block
    titles: tuple[str, ...] = ("value", *RANGE_TITLES, *NO_FIGURES)
    columns = {title: header.index(title) for title in titles if title in header}
    columns["name"] = next((header.index(word) for word in _NAME_COLUMNS if word in header), 0)
    return columns, block[1:]


def _cell(row: tuple[Cell, ...], column: int) -> Cell:
    return row[column] if column < len(row) else None


def span_of(name: str, value: Any, low: Any, high: Any, shape: Any) -> dict[str, Any] | None:
    """The range that a row gives.

    name : the input's.
    value : its value, in its own unit.
    low, high : the ends as the row's cells hold them; an empty one lies as far away as that of an input without a
        range.
    shape : the distribution between them, as its cell holds it.
    Returns the fields of a `Range`, None where the row gives none.

    >>> span_of("gpu_hourly_rate", 2.0, 1.2, None, None)
    {'low': 1.2, 'high': 2.4, 'untyped': 'high'}
    """
    if low is None and high is None:
        return None
    span = {"low": _end(low, high, name, value, -DEFAULT_SWING), "high": _end(high, low, name, value, DEFAULT_SWING)}
    if low is None or high is None:
        span["untyped"] = "low" if low is None else "high"
    if isinstance(shape, str):
        span["distribution"] = shape
    return span


def _lies_outside(value: Cell, span: Mapping[str, Any]) -> bool:
    numbers = [each for each in (value, span["low"], span["high"]) if isinstance(each, (int, float))]
    return len(numbers) == 3 and span["low"] <= span["high"] and not span["low"] <= value <= span["high"]


def _end(end: Any, other: Any, name: str, value: Any, change: float) -> Any:
    """One end of a range: as typed, else the value moved by the usual swing.

    Or the other end, if that lies beyond.
    """
    if end is not None:
        return end
    if value is None:
        return other  # told where the scenario is checked: no value stands between them
    if not isinstance(value, (int, float)) or not isinstance(other, (int, float)) or not INPUTS[name].numeric:
        return value  # not a number: said where the scenario is checked
    moved = moved_input(INPUTS[name], value, change)
    return max(moved, other) if change > 0 else min(moved, other)
