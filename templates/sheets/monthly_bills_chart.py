"""The chart of the monthly bill on the Options sheet, its points beside the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import equations
from roi_engine.options import CALLS, LABELS, OPTIONS
from roi_engine.value import ceiling, divide, maximum, minimum
from templates.building import styles
from templates.building.book import Book, absolute, group_title
from templates.building.charts import BLUE, GREEN, ORANGE, PURPLE, Cells, Line, bill_chart, place_chart
from templates.building.columns import Columns, put_titles
from templates.building.formula import Formula, formula_of, function, is_number
from templates.building.model_rows import LEFT_OF_THE_AXIS
from templates.building.quantities import Quantities, by_equation
from templates.sheets.monthly_bills import BillCells, monthly_bill
from templates.sheets.option_bearings import OptionCells
from templates.sheets.option_columns import Bill, Column, End, Fleet, Mark, Step

CHART_ROWS = 20
MOST_SERIES = 4
"""More cannot be told apart: four lines leave no room for marks, the volumes stand in the table."""
MARKED = "; diamonds where self-hosting first costs no more"
STEPS = 24
"""Steps of the fleet that the chart draws; a larger fleet grows by several replicas a step."""
ENDS_ROW, MARKS_ROW, FLEET_ROW = 4, 8, 13
"""The rows of the titles over the chart's points, beside the page."""
_LOOKS = {
    "STAY": (BLUE, "solid"), "SWITCH": (PURPLE, "dash"), "API": (ORANGE, "sysDash"), "SELFHOSTED": (GREEN, "solid"),
}  # fmt: skip
"""An option's line keeps its colour and dash whichever options have figures."""
REACHES = (2, 3, 5, 10, 20, 50)
_ENDS = {
    "STAY": (End.STAY_CALLS, End.STAY_BILL),
    "SWITCH": (End.SWITCH_CALLS, End.SWITCH_BILL),
    "API": (End.API_CALLS, End.API_BILL),
}


def add_bill_chart(
    book: Book, sheet: Worksheet, bills: BillCells, fixed: Quantities, options: Mapping[str, OptionCells]
) -> int:
    """Places the chart below the bills; returns the last row."""
    row = bills.row + 2
    group_title(book, sheet, row, "The monthly bill against the volume", Column.NOTE.letter)
    row += 1
    widest = _add_reach(book, sheet, row, bills, fixed[CALLS])
    points = _Points(book, sheet, widest, fixed, options)
    points.add_ends()
    marks = points.add_marks(bills.first_volumes)
    points.add_steps()
    shown = {
        name: line
        for name, line in points.lines.items()
        if name == "STAY" or options[name].has.value == 1 or book.to_fill_in
    }
    marked = "SELFHOSTED" in shown and len(shown) < MOST_SERIES
    chart = bill_chart(
        {LABELS[name]: (_LOOKS[name], line) for name, line in shown.items()},
        marks if marked else None,
        book.scenario.currency,
    )
    words = (
        f"Line chart of the monthly bill against the calls per month: {', '.join(LABELS[name] for name in shown)}"
        f"{MARKED if marked else ''}."
    )
    finding = f"{bills.finding.value} at this scenario's volume."
    place_chart(book, sheet, chart, Bill.LABEL.at(row + 1), Column.NOTE.letter, words, finding, widest=28)
    return row + CHART_ROWS


def _add_reach(book: Book, sheet: Worksheet, row: int, bills: BillCells, calls: Formula) -> Formula:
    """How far the chart reaches, to be typed; returns the cell of its last volume."""
    book.put(sheet, Bill.LABEL.at(row), "The chart reaches, times the scenario's calls")
    place = Bill.STAY.at(row)
    reach = book.put(sheet, place, _reach(bills, calls), "Input", styles.NUMBER, name="chart_reach")
    sheet.add_data_validation(_reach_rule(place))
    content = maximum(reach.given().where(reach, reach.value) * calls, 1)
    widest = book.put(sheet, Bill.API.at(row), content, "Calculation", styles.WHOLE, name="chart_calls")
    book.put(sheet, Bill.SELFHOSTED.at(row), "calls / month", "Unit")
    return widest


def _reach(bills: BillCells, calls: Formula) -> int:
    """How far the chart reaches at first: past the break-even volumes if near."""
    now = max(calls.value, 1)
    firsts = [each.value for each in bills.first_volumes.values()]
    wanted = [1.25 * first / now for first in firsts if isinstance(first, (int, float)) and first <= 40 * now]
    return next(reach for reach in REACHES if reach >= max(wanted, default=0))


def _reach_rule(address: str) -> DataValidation:
    rule = DataValidation(type="decimal", operator="between", formula1="0.1", formula2="1000", allow_blank=False)
    rule.promptTitle = rule.errorTitle = "Reach of the chart"
    rule.prompt = "How many times the scenario's calls the chart reaches: 0.1 to 1,000."
    rule.error = "Type a number from 0.1 to 1000."
    rule.showInputMessage = rule.showErrorMessage = True
    rule.add(address)
    return rule


class _Points:
    """The points of the chart; one left of the axis is one that does not exist."""

    def __init__(
        self, book: Book, sheet: Worksheet, widest: Formula, fixed: Quantities, options: Mapping[str, OptionCells]
    ) -> None:
        self.book, self.sheet, self.widest, self.fixed, self.options = book, sheet, widest, fixed, options
        self.lines: dict[str, Line] = {}

    def _put(self, column: Columns, row: int, content: Any) -> Any:
        return self.book.put(self.sheet, column.at(row), content, "Explanatory Text", styles.WHOLE)

    def _put_calls(self, column: Columns, row: int, content: Any) -> Any:
        """How far right a point lies: left of the axis while inputs are missing."""
        place, meanwhile = column.at(row), LEFT_OF_THE_AXIS
        return self.book.put(self.sheet, place, content, "Explanatory Text", styles.WHOLE, meanwhile=meanwhile)

    def _bill(self, name: str, calls: Formula) -> Formula:
        return monthly_bill(name, self.fixed, self.options, calls)

    def _drawn(self, column: Columns, first: int, values: list[Any]) -> Cells:
        return self.sheet, column.rows(first, first + len(values) - 1), values

    def add_ends(self) -> None:
        """The ends of the straight lines; of an option without figures left of the axis."""
        put_titles(self.book, self.sheet, ENDS_ROW, End)
        first = ENDS_ROW + 1
        for name, (calls_column, bill_column) in _ENDS.items():
            points: list[tuple[Any, Any]] = []
            for row, calls in enumerate((formula_of(0), self.widest), start=first):
                at: Any = calls if name == "STAY" else self.options[name].compared.where(calls, LEFT_OF_THE_AXIS)
                cell = self._put_calls(calls_column, row, at)
                bill = (cell >= 0).where(self._bill(name, cell), 0)
                points.append((cell.value, self._put(bill_column, row, bill).value))
            all_calls, bills = ([*each] for each in zip(*points, strict=True))
            self.lines[name] = self._drawn(calls_column, first, all_calls), self._drawn(bill_column, first, bills)

    def add_marks(self, first_volumes: Mapping[str, Formula]) -> Line:
        """Where self-hosting first costs no more than each other option."""
        put_titles(self.book, self.sheet, MARKS_ROW, Mark)
        calls, bills, first = [], [], MARKS_ROW + 1
        for row, (option, volume) in enumerate(first_volumes.items(), start=first):
            inside = is_number(volume) & (volume <= self.widest)
            at = self._put_calls(Mark.CALLS, row, inside.where(volume, LEFT_OF_THE_AXIS))
            level = self._put(Mark.BILL, row, (at >= 0).where(self._bill(option, at), 0))
            calls.append(at.value)
            bills.append(level.value)
        return self._drawn(Mark.CALLS, first, calls), self._drawn(Mark.BILL, first, bills)

    def add_steps(self) -> None:
        """The staircase of the fleet: each step ends where the fleet is full."""
        most, stride, capacity = self._add_fleet()
        put_titles(self.book, self.sheet, ENDS_ROW, Step)
        first = ENDS_ROW + 1
        calls, bills = [], []
        for number in range(2 * STEPS):
            at, bill = self._add_step(first + number, number, most, stride, capacity)
            calls.append(at.value)
            bills.append(bill.value)
        self.lines["SELFHOSTED"] = self._drawn(Step.CALLS, first, calls), self._drawn(Step.BILL, first, bills)

    def _add_fleet(self) -> tuple[Formula, Formula, Formula]:
        """The largest fleet, the replicas that a step adds, the calls of a replica."""
        n: Any = self.fixed
        put_titles(self.book, self.sheet, FLEET_ROW, Fleet)
        row, least = FLEET_ROW + 1, n["min_replicas"]
        steps = self._put(Fleet.STEPS, row, STEPS)
        needed = equations.serving_gpus("self_hosted", 1, self.widest, n["replicas_per_call"], least, 1)
        most = self._put(Fleet.REPLICAS, row, needed)
        stride = self._put(Fleet.STRIDE, row, maximum(ceiling((most - least + 1) / steps), 1))
        capacity = self._put(Fleet.CALLS, row, divide(formula_of(1), n["replicas_per_call"], self.widest))
        most, stride, capacity = (Formula(absolute(each.text), each.value) for each in (most, stride, capacity))
        return most, stride, capacity

    def _add_step(
        self, row: int, number: int, most: Formula, stride: Formula, capacity: Formula
    ) -> tuple[Formula, Formula]:
        """One point: the calls and the bill there."""
        n: Any = self.fixed
        own, least = self.options["SELFHOSTED"].compared, n["min_replicas"]
        point = self._put(Step.POINT, row, number)
        step = self._put(Step.STEP, row, function("INT", point / 2, value=number // 2))
        replicas = self._put(Step.REPLICAS, row, minimum(least + step * stride, most))
        full = (least + (step - (1 - point % 2)) * stride) * capacity
        there = own.where((point == 0).where(0, minimum(self.widest, full)), LEFT_OF_THE_AXIS)
        calls = self._put_calls(Step.CALLS, row, there)
        fleet: Any = equations.fleet_bill(
            replicas * n["gpus_per_replica"], n["serving_gpu_hourly_rate"], n["hours_per_month"]
        )
        beside = by_equation("fixed_bill_now", self.options["SELFHOSTED"].fixed, OPTIONS)
        bill = self._put(Step.BILL, row, own.where(fleet + beside, 0))
        return calls, bill
