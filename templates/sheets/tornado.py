"""The tornado on the Sensitivity sheet: inputs at low and high, and its chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.figures import FIGURES
from roi_engine.quantity import SHARE
from roi_engine.scenario import INPUTS
from roi_engine.sensitivity import DEFAULT_SWING, TornadoBar, moved
from templates.building import styles
from templates.building.book import FITTED, Book, absolute, elsewhere
from templates.building.charts import Cells, tornado_chart
from templates.building.chosen_format import follow_metric, metric_format
from templates.building.chosen_metric import metric_at_base
from templates.building.columns import put_titles, span
from templates.building.formula import Formula, formula_of, function, if_error, is_number, joined
from templates.building.reading_order import HIGH, LOW, end_of
from templates.building.validation import explain, rule_of
from templates.building.what_if_places import tornado_result
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.sensitivity_lookup import (
    CHOICE_ROW,
    BarColumn,
    KnownColumn,
    anchored,
    bounds_and_step,
    looked_up,
)

_BOUNDS = {KnownColumn.LOWEST: styles.LOWEST, KnownColumn.HIGHEST: styles.HIGHEST}
"""The number formats in which a bound that does not exist reads so."""
HEAD = 6
"""The row of the base case; the bars follow."""
CHART_BARS = 10


@dataclass(frozen=True)
class TornadoCase:
    """One end of a bar: the input's label, its value, the metric there."""

    label: Formula
    value: Formula
    result: Any


@dataclass(frozen=True)
class TornadoDrawing:
    """The cells that the chart draws, at most `CHART_BARS` bars.

    lever : which bar is the widest, in words.
    """

    labels: Cells
    at_low: Cells
    at_high: Cells
    room: Cells
    lever: Formula

    def chart(self, currency: str) -> Any:
        """The chart, for any sheet."""
        return tornado_chart(self.labels, self.at_low, self.at_high, self.room, currency)

    words = "Tornado chart: change in net return with each input at its low and at its high value, the others at base."
    """What the chart is."""

    @property
    def finding(self) -> str:
        """What the chart shows."""
        return f"The widest swing is that of {self.labels[2][0]}."


@dataclass(frozen=True)
class TornadoCells:
    """The table: metric, base case, both ends of every bar, and what is drawn.

    choices : the cells in which metric and swing are chosen.
    """

    metric: Formula
    base: Formula
    cases: Sequence[TornadoCase]
    drawing: TornadoDrawing | None
    choices: Sequence[Formula]
    last_row: int


def add_tornado(
    book: Book,
    sheet: Worksheet,
    bars: Sequence[TornadoBar],
    inputs: InputCells,
    metrics: Mapping[str, Formula],
    metrics_rule: DataValidation,
) -> TornadoCells:
    """Writes the table.

    metrics : the Breakdown's figures, by the name that FT_WHATIF knows.
    metrics_rule : of the cells in which a metric is chosen.
    """
    metric_place, swing_place = BarColumn.BASE.at(CHOICE_ROW), BarColumn.AT_LOW.at(CHOICE_ROW)
    book.put(sheet, BarColumn.INPUT.at(CHOICE_ROW), "Metric")
    metric = anchored(book.put(sheet, metric_place, FIGURES["net_roi"].label, "Input"))
    metrics_rule.add(metric_place)
    book.put(sheet, BarColumn.LOW.at(CHOICE_ROW), "Range where none is given, ±", "Explanatory Text")
    swing = anchored(book.put(sheet, swing_place, DEFAULT_SWING, "Input", styles.FRACTION))
    sheet.add_data_validation(_swing_rule(swing_place))
    put_titles(book, sheet, CHOICE_ROW + 1, (*BarColumn, *KnownColumn))
    book.put(sheet, BarColumn.INPUT.at(HEAD), "Base case")
    at_base = metric_at_base(book, metric, inputs.block, inputs.in_use, metrics)
    base = book.put(sheet, BarColumn.BASE.at(HEAD), at_base, "Output", metric_format(metric.value))
    table = _Bars(book, sheet, inputs, metric, swing, anchored(base))
    for row, bar in enumerate(bars, start=HEAD + 1):
        table.add(row, bar)
    drawing = table.drawing() if bars else None
    follow_metric(sheet, BarColumn.BASE.at(HEAD), metric.value, metric.text)
    if bars:
        area = span(BarColumn.AT_LOW, BarColumn.SWING, HEAD + 1, HEAD + len(bars))
        follow_metric(sheet, area, metric.value, metric.text)
    return TornadoCells(metric, base, table.cases, drawing, (metric, swing), HEAD + len(bars))


def _swing_rule(place: str) -> DataValidation:
    rule = rule_of(SHARE, may_be_empty=False)
    explain(rule, "Range", "How far an input without low and high goes down and up.", rule.error or "")
    rule.add(place)
    return rule


class _Bars:
    """The rows of the table."""

    def __init__(
        self, book: Book, sheet: Worksheet, inputs: InputCells, metric: Formula, swing: Formula, base: Formula
    ) -> None:
        self.book, self.sheet, self.inputs = book, sheet, inputs
        self.metric, self.swing, self.base = metric, swing, base
        self.look = metric_format(metric.value)
        self.cases: list[TornadoCase] = []
        self.labels: list[str] = []
        self.changes: dict[BarColumn, list[Any]] = {BarColumn.CHANGE_AT_LOW: [], BarColumn.CHANGE_AT_HIGH: []}

    def add(self, row: int, bar: TornadoBar) -> None:
        """One input: where it goes, and the metric there."""
        book, sheet = self.book, self.sheet
        label = book.put(sheet, BarColumn.INPUT.at(row), bar.label)
        self.labels.append(bar.label)
        ends = self._put_ends(row, bar, label)
        results = []
        for column, end in zip((BarColumn.AT_LOW, BarColumn.AT_HIGH), ends, strict=True):
            wired = book.ft("FT_WHATIF", self.metric, self.inputs.block, label, end)
            result = tornado_result(book, wired, len(self.cases) + 1, is_number(end))
            cell = book.put(sheet, column.at(row), result, "Calculation", self.look)
            book.align(sheet[cell.text], FITTED)
            self.cases.append(TornadoCase(elsewhere(sheet, label), elsewhere(sheet, end), cell.value))
            results.append(cell)
        for (column, shown), at_end in zip(self.changes.items(), results, strict=True):
            change = book.by_function_alone(_difference(at_end, self.base))
            shown.append(book.put(sheet, column.at(row), change, "Calculation", self.look).value)
        swing = book.by_function_alone(_distance(*results))
        book.put(sheet, BarColumn.SWING.at(row), swing, "Output", self.look)
        for column in (*self.changes, BarColumn.SWING):
            book.align(sheet[column.at(row)], FITTED)

    def _put_ends(self, row: int, bar: TornadoBar, label: Formula) -> list[Formula]:
        """Base, low and high: its own, or moved by the swing within its bounds."""
        book, sheet, shown = self.book, self.sheet, styles.number_format(INPUTS[bar.name].quantity)
        base = book.put(sheet, BarColumn.BASE.at(row), self.inputs.in_use[bar.name], "Calculation", shown)
        known = self._put_known(row, bar, label)
        bounds = (known[KnownColumn.STEP], known[KnownColumn.LOWEST], known[KnownColumn.HIGHEST])
        ends = []
        for column, typed, change in (
            (BarColumn.LOW, known[KnownColumn.OWN_LOW], -self.swing),
            (BarColumn.HIGH, known[KnownColumn.OWN_HIGH], self.swing),
        ):
            otherwise = if_error(formula_of(moved(base, change, *bounds)), "n/a")
            end = typed.given().where(typed, otherwise)
            ends.append(book.put(sheet, column.at(row), end, "Calculation", shown))
        return ends

    def _put_known(self, row: int, bar: TornadoBar, label: Formula) -> dict[KnownColumn, Formula]:
        """What the Inputs sheet says about the input, beside the page."""
        book, inputs, scenario = self.book, self.inputs, self.book.scenario
        step, lowest, highest = bounds_and_step(bar.name)
        own = [end_of(scenario, bar.name, end) for end in (LOW, HIGH)]
        known = {
            KnownColumn.STEP: looked_up(inputs.steps, inputs, label, step),
            KnownColumn.LOWEST: looked_up(inputs.lowest, inputs, label, lowest),
            KnownColumn.HIGHEST: looked_up(inputs.highest, inputs, label, highest),
            KnownColumn.OWN_LOW: _or_dash(looked_up(inputs.lows, inputs, label, own[0])),
            KnownColumn.OWN_HIGH: _or_dash(looked_up(inputs.highs, inputs, label, own[1])),
        }
        return {
            column: book.put(self.sheet, column.at(row), content, "Explanatory Text", _BOUNDS.get(column, styles.AXIS))
            for column, content in known.items()
        }

    def drawing(self) -> TornadoDrawing:
        """The widest bar in words, and the ranges of the chart."""
        book, sheet, count = self.book, self.sheet, min(len(self.labels), CHART_BARS)
        first, last = HEAD + 1, HEAD + count
        swings, names = (absolute(column.rows(first, last)) for column in (BarColumn.SWING, BarColumn.INPUT))
        widest = f"INDEX({names},MATCH(MAX({swings}),{swings},0))"
        lever = if_error(Formula(widest, self.labels[0]), "none")
        without = f"The tornado {book.needs_functions}"
        text = book.by_function_alone(joined("Largest lever: ", lever), without)
        finding = book.put(
            sheet, BarColumn.CHANGE_AT_LOW.at(CHOICE_ROW), text, "Explanatory Text", name="largest_lever"
        )
        at_low, at_high = ((sheet, each.rows(first, last), shown[:count]) for each, shown in self.changes.items())
        labels = (sheet, BarColumn.INPUT.rows(first, last), self.labels[:count])
        room = (sheet, KnownColumn.ROOM.rows(first, last), self._put_room(first, count))
        return TornadoDrawing(labels, at_low, at_high, room, finding)

    def _put_room(self, first: int, count: int) -> list[Any]:
        """How far the axis of the chart reaches: half as far again as the longest bar."""
        book, sheet = self.book, self.sheet
        area = f"{BarColumn.CHANGE_AT_LOW.at(first)}:{BarColumn.CHANGE_AT_HIGH.at(first + count - 1)}"
        changes = [each for shown in self.changes.values() for each in shown[:count] if isinstance(each, (int, float))]
        longest = function(
            "MAX",
            function("MAX", Formula(area, None), value=max(changes, default=0)),
            -function("MIN", Formula(area, None), value=min(changes, default=0)),
            value=max(map(abs, changes), default=0),
        )
        shown: list[Any] = [None] * count
        for at, sign in enumerate((-1, 1)[:count]):
            beyond = longest + longest / 2
            reach = book.by_function_alone(-beyond if sign < 0 else beyond)
            place = KnownColumn.ROOM.at(first + at)
            shown[at] = book.put(sheet, place, reach, "Explanatory Text", styles.MONEY).value
        return shown


def _or_dash(typed: Formula) -> Formula:
    return typed.given().where(typed, "–")


def _difference(one: Formula, other: Formula) -> Formula:
    """A change from the base, or n/a where one of the two is a text."""
    return (is_number(one) & is_number(other)).where(one - other, "n/a")


def _distance(one: Formula, other: Formula) -> Formula:
    return (is_number(one) & is_number(other)).where(abs(other - one), "n/a")
