"""A verdict for each row of a table: its metrics, or what is wrong with it.

Values and the rules between inputs are looked at for all rows together; what is said of a row that is wrong is what
the engine says of that one scenario.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roi_engine.appraisal import appraise
from roi_engine.batch.columns import UNREADABLE, ChoiceColumn, Column, checked_lengths, column_of, inputs_of
from roi_engine.cashflow import MODEL
from roi_engine.errors import Problem, ScenarioError, UnknownName, did_you_mean
from roi_engine.figures import FIGURES
from roi_engine.inputs import normal_form
from roi_engine.many import FULL_METRICS, calculated, legal_values
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import (
    ANNOTATIONS,
    ASKED_FOR,
    ONE_TOKEN,
    REPLACEABLE,
    SELF_HOSTING_NEEDS,
    above_one,
    in_order,
    missing,
)
from roi_engine.too_large import TooLarge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    RowArray = NDArray[np.intp]

ROW_METRICS = (*FULL_METRICS, "worthwhile")
"""The metrics that a row may be asked for."""
DEFAULT_METRICS = ("net_roi", "roi", "payback_months", "npv", "total_cost", "worthwhile")

_CHOICES = ("serving", "storage_timing")
_SIDES = ("baseline", "finetuned", "switch")


@dataclass(frozen=True)
class Rejection:
    """One thing wrong with a row.

    row : from 0.
    column : the input that it is about, empty where it is the row as a whole.
    value : what stands there, as it was read; None for nothing.
    sentence : what is wrong, and the cure.
    """

    row: int
    column: str
    value: Any
    sentence: str


@dataclass(frozen=True)
class AppraisedRows:
    """What became of the rows of a table.

    good : which rows were calculated (n truth values).
    figures : metric → n values (money, fraction or months; NaN is undefined, infinity is never); of no meaning in rows
        that are not good. ``worthwhile`` is a truth value.
    rejections : everything wrong with the others, in their order.
    """

    good: BoolArray
    figures: dict[str, Any]
    rejections: list[Rejection]


def row_metric(name: str) -> str:
    """The metric that a name, a code or a label means.

    Raises `UnknownName` with a guess.

    >>> row_metric("NETROI"), row_metric("Payback"), row_metric("npv")
    ('net_roi', 'payback_months', 'npv')
    """
    asked = normal_form(name)
    for each in ROW_METRICS:
        figure = FIGURES[each]
        if asked and asked in (normal_form(each), figure.code.lower(), normal_form(figure.label)):
            return each
    guess = did_you_mean(name.strip().lower(), ROW_METRICS)
    raise UnknownName(f'There is no metric "{name}" of many scenarios.{guess} Known: {", ".join(ROW_METRICS)}.')


def appraise_rows(
    columns: Mapping[str, Any], base: Scenario | None = None, wanted: Iterable[str] = DEFAULT_METRICS
) -> AppraisedRows:
    """Every row of a table as a scenario: its metrics, or what is wrong with it.

    columns : input name → one value a row; numbers, and texts for ``serving`` and ``storage_timing``. Nothing (None,
        NaN) stands for the base's value.
    base : what a row does not say; without one the defaults, and a row has to give every required input.
    wanted : metrics from `ROW_METRICS`.
    Returns which rows are good, their metrics, and what is wrong with the others.
    Raises `ScenarioError` where no row can be good: unknown columns, a required input that nothing gives.

    >>> from roi_engine.reference import REFERENCE
    >>> rows = appraise_rows({"training_hours": [24, None, -1]}, REFERENCE, ["net_roi"])
    >>> rows.figures["net_roi"][:2].round(2).tolist(), rows.rejections[0].sentence
    ([17837.28, 17837.28], '-1 is below 0. Type a number of at least 0.')
    """
    names = tuple(row_metric(each) for each in wanted)
    declared = inputs_of(columns)
    read = {name: column_of(declared[name], values) for name, values in columns.items()}
    return _Rows(read, base, names).appraised()


class _Rows:
    """The rows of some columns over a base.

    given : what the base sets, by name; labels and annotations change no figure.
    """

    def __init__(self, columns: dict[str, Column], base: Scenario | None, wanted: tuple[str, ...]) -> None:
        import numpy as np

        self.columns, self.wanted = columns, wanted
        self.count = checked_lengths(columns)
        set_ones = base.given() if base is not None else {}
        self.given = {name: value for name, value in set_ones.items() if name not in ANNOTATIONS and value is not None}
        self.base = {name: self.given.get(name, each.default) for name, each in INPUTS.items()}
        self._refuse_if_none_can_be_good()
        self.good = np.ones(self.count, dtype=bool)
        self.arrays: dict[str, FloatArray] = {}
        for name, column in columns.items():
            self.good &= self._legal(name, column)

    def _refuse_if_none_can_be_good(self) -> None:
        """Raises `ScenarioError` for required inputs that no column and no base gives."""
        everything = {**dict.fromkeys(self.columns, 1), **self.given}
        lacking = {name for name, each in INPUTS.items() if each.required and name not in everything}
        problems = [each for each in missing(everything, INPUTS) if each.place in lacking]
        if "serving" in self.columns:  # the rows that are self-hosted need no price by the token
            problems = [each for each in problems if each.place != "finetuned_cost_per_1k_tokens"]
        try:
            Scenario(**self.given)
        except ScenarioError as error:
            plain = lacking - {*REPLACEABLE}
            problems += [each for each in error.problems if each.place in plain]
        if problems:
            raise ScenarioError(in_order(problems, INPUTS))

    def _legal(self, name: str, column: Column) -> BoolArray:
        """Where a column holds a legal value, or none; its numbers are kept."""
        import numpy as np

        if isinstance(column, ChoiceColumn):
            legal: BoolArray = column.codes != UNREADABLE
            return legal
        numbers, found = legal_values(INPUTS[name].quantity, column.numbers)
        otherwise = self.base[name]
        if column.missing.any():
            numbers = np.where(column.missing, math.nan if otherwise is None else otherwise, numbers)
        self.arrays[name] = numbers
        return found | column.missing

    def appraised(self) -> AppraisedRows:
        """The verdicts."""
        import numpy as np

        self._hold_the_rules()
        rejections = self._rejected(np.flatnonzero(~self.good))
        figures = self._figures()
        too_large = self.good & ~figures.pop("held")
        rejections += self._too_large(np.flatnonzero(too_large))
        rejections.sort(key=lambda each: each.row)
        if "worthwhile" in self.wanted:
            figures["worthwhile"] = figures["net_roi"] > 0
        return AppraisedRows(self.good, {name: figures[name] for name in self.wanted}, rejections)

    # the rules between inputs

    def _hold_the_rules(self) -> None:
        """Asks the rules once for each kind of row that they can tell apart.

        Rows of a kind that breaks one are bad.
        """
        import numpy as np

        rows = np.flatnonzero(self.good)
        if not len(rows):
            return
        told_apart = [part for asked in self._asked() if (part := asked[rows]).any() and not part.all()]
        if not told_apart:
            kinds, first = np.zeros(len(rows), dtype=np.intp), np.zeros(1, dtype=np.intp)
        else:
            packed = np.packbits(np.stack(told_apart, axis=1), axis=1)
            whole = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()
            _, first, kinds = np.unique(whole, return_index=True, return_inverse=True)
        bad = [bool(self._problems(int(rows[each]))) for each in first]
        self.good[rows[np.asarray(bad)[kinds]]] = False

    def _asked(self) -> Iterator[BoolArray]:
        """What the rules ask of a row, as truth values over the rows.

        A test holds that this is all of it: random rows have the verdict of their one scenario.
        """
        import numpy as np

        for name, column in self.columns.items():
            if name in ASKED_FOR or INPUTS[name].required:
                yield ~column.missing
            if name in ("tokens_per_call", "serving_tokens_per_call"):
                yield self.arrays[name] == ONE_TOKEN
            if name in (*SELF_HOSTING_NEEDS, "monthly_review_cost"):
                yield self.arrays[name] > 0
            if name == "serving" and isinstance(column, ChoiceColumn):
                choices = INPUTS[name].quantity.choices
                yield from (column.codes == code for code in range(len(choices)))
        shares = {side: [f"{side}_{each}" for each in ("cached_share", "cached_write_share")] for side in _SIDES}
        if {name for names in shares.values() for name in names} & self.columns.keys():
            for side, names in shares.items():
                total: Any = 0.0
                for name, of_baseline in zip(names, shares["baseline"], strict=True):
                    share = self._number(name)
                    if side == "switch":
                        share = np.where(np.isnan(share), self._number(of_baseline), share)
                    total = total + np.nan_to_num(share)
                yield np.broadcast_to(above_one(total), (self.count,))

    def _number(self, name: str) -> Any:
        value = self.base[name]
        return self.arrays.get(name, math.nan if value is None else value)

    # one row

    def _row(self, row: int) -> dict[str, Any]:
        """What the scenario of one row is given."""
        own = {name: column.given(row) for name, column in self.columns.items()}
        return {**self.given, **{name: value for name, value in own.items() if value is not None}}

    def _problems(self, row: int) -> tuple[Problem, ...]:
        try:
            Scenario(**self._row(row))
        except ScenarioError as error:
            return error.problems
        return ()

    def _rejected(self, rows: RowArray) -> list[Rejection]:
        """What is wrong with rows; one with which nothing is, is good after all."""
        rejections = []
        for row in rows.tolist():
            problems = self._problems(row)
            self.good[row] = not problems
            rejections += [self._rejection(row, problem) for problem in problems]
        return rejections

    def _rejection(self, row: int, problem: Problem) -> Rejection:
        column = self.columns.get(problem.place)
        value = None if column is None or column.missing[row] else column.written(row)
        return Rejection(row, problem.place, value, problem.sentence)

    # the figures

    def _figures(self) -> dict[str, Any]:
        """The metrics of the good rows, and where all of them can be held by numbers."""
        import numpy as np

        names = tuple(dict.fromkeys("net_roi" if name == "worthwhile" else name for name in self.wanted))
        figures: dict[str, Any] = {name: np.full(self.count, math.nan) for name in names}
        figures["held"] = np.ones(self.count, dtype=bool)
        for choices, rows in self._groups():
            everything = len(rows) == self.count
            arrays = self.arrays if everything else {name: array[rows] for name, array in self.arrays.items()}
            found, held = calculated(MODEL, {**self.base, **choices}, arrays, len(rows), names)
            if everything:
                return {**found, "held": held}
            for name in names:
                figures[name][rows] = found[name]
            figures["held"][rows] = held
        return figures

    def _groups(self) -> Iterator[tuple[dict[str, Any], RowArray]]:
        """The good rows by the texts that they choose: in each group all are alike."""
        import numpy as np

        groups: list[tuple[dict[str, Any], BoolArray]] = [({}, self.good)]
        for name in _CHOICES:
            column = self.columns.get(name)
            if isinstance(column, ChoiceColumn):
                groups = [
                    ({**chosen, name: choice}, where & which)
                    for chosen, where in groups
                    for choice, which in self._chosen(name, column)
                ]
        for chosen, where in groups:
            rows = np.flatnonzero(where)
            if len(rows):
                yield chosen, rows

    def _chosen(self, name: str, column: ChoiceColumn) -> Iterator[tuple[str, BoolArray]]:
        for code, choice in enumerate(INPUTS[name].quantity.choices):
            which = column.codes == code
            yield choice, which | column.missing if choice == self.base[name] else which

    def _too_large(self, rows: RowArray) -> list[Rejection]:
        """What is said of rows whose figures no number can hold."""
        rejections = []
        for row in rows.tolist():
            try:
                appraise(Scenario(**self._row(row))).as_dict()
            except TooLarge as error:
                self.good[row] = False
                rejections.append(Rejection(row, "", None, str(error)))
        return rejections
