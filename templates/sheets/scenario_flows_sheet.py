"""The sheets that calculate every scenario natively: workings and flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.cashflow import MODEL
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.book import FILL_IN, Book, elsewhere, group_title, page, protect
from templates.building.columns import Columns, letters_from, put_titles, widths
from templates.building.formula import Formula, function, if_error
from templates.building.input_rules import MODE, default_beside, one_token_is_no_call, refusal
from templates.building.model_rows import (
    PAYBACK,
    PAYBACK_NAMES,
    RATE_OF_RETURN,
    STAYING,
    figure_quantities,
    some_rows,
)
from templates.building.month_rows import MonthRows, MonthTable, Part
from templates.building.quantities import Quantities, by_equation
from templates.building.rate_workings import RATE_WORKINGS, complete_rate
from templates.building.typed_or_default import (
    Bounds,
    in_use,
    is_a_choice,
)
from templates.building.workings import WORKINGS, working_format


class Column(Columns):
    """The columns before those of the scenarios, and the first of these."""

    LABEL = "A", "", 38
    UNIT = "B", "Unit", 20
    FIRST = "C", "", 18


TITLES_ROW = 4
MISSING = "missing_inputs"
"""What the cells that count a scenario's missing inputs are known by."""
NO_CALL = "one_token_is_no_call"
"""What the cells are known by that say whether one token a call cannot be meant."""
NAMED = {"months_to_amortize": "months", MISSING: "missing"}
"""Cells of a scenario that many formulas take, by what they are called after scenario_1_ and so on."""
TOTALS = (
    "flow_size", "total_net_cash_flow", "total_running_cost", "total_discounted_stay_bill", "total_flow_if_going_back",
)  # fmt: skip


def add_scenario_flows(
    book: Book, typed: Sequence[Quantities], bounds: Mapping[str, Bounds], months: Formula
) -> list[Quantities]:
    """Calculates every scenario by ordinary formulas; returns what figures take.

    typed : the typed cells of each scenario.
    bounds : what may be typed for a number.
    months : the numbers of the months, as the Cash flow sheet has them.
    """
    workings = _Workings(book, typed, bounds)
    parts = _add_flows(book, workings.known)
    flows = [figure_quantities(part) for part in parts]
    rows = workings.label_rate()
    rates = [complete_rate(part, months, partial(workings.put_rate, rows, index)) for index, part in enumerate(parts)]
    workings.finish()
    return [{**known, **flow, **rate} for known, flow, rate in zip(workings.known, flows, rates, strict=True)]


class _Workings:
    """The sheet Scenario workings: inputs in use, then the fixed figures of the model."""

    def __init__(self, book: Book, typed: Sequence[Quantities], bounds: Mapping[str, Bounds]) -> None:
        self.book, self.typed, self.bounds = book, typed, bounds
        self.asked = [dict(own) for own in typed]
        self.letters = letters_from(Column.FIRST, len(book.scenarios))
        self.known: list[dict[str, Formula]] = [{} for _ in book.scenarios]
        self.missing: list[Formula] = []
        self.sheet, self.row = self._add_sheet(), TITLES_ROW
        self._add_group("Inputs in use")
        about = "One token a call beside a token mix (1 = yes)"
        self._add_input(INPUTS[MODE])
        for own, known in zip(self.asked, self.known, strict=True):
            own[MODE] = known[MODE]
        self.add_row(
            NO_CALL, about, "", styles.WHOLE, lambda index: one_token_is_no_call(self.asked[index]).where(1, 0)
        )
        for declared in INPUTS.values():
            if declared.numeric or (declared.quantity.choices and declared.name != MODE):
                self._add_input(declared)
        self._add_missing()
        self._add_group("Fixed figures that the monthly formulas take")
        for name, label, quantity in WORKINGS:
            unit = quantity.unit_in(book.scenario.currency)
            self.add_row(name, label, unit, working_format(quantity), self._fixed(name))

    def _add_sheet(self) -> Worksheet:
        book, left = self.book, widths(Column)
        about = "The figures in use of every scenario, and those that its monthly flows take. Ordinary formulas."
        all_widths = (*left, *left[-1:] * (len(book.scenarios) - 1))
        sheet = book.sheet("Scenario workings", all_widths, "Scenario workings", about)
        put_titles(book, sheet, TITLES_ROW, (Column.LABEL, Column.UNIT))
        for letter, scenario in zip(self.letters, book.scenarios, strict=True):
            book.put(sheet, f"{letter}{TITLES_ROW}", scenario.name, "Column title right")
        return sheet

    def _add_group(self, title: str) -> None:
        self.row += 1
        group_title(self.book, self.sheet, self.row, title, self.letters[-1])

    def add_row(self, name: str, label: str, unit: str, look: str, formula: Callable[[int], Formula]) -> None:
        """A figure of every scenario."""
        book, sheet = self.book, self.sheet
        self.row += 1
        self._label(label, unit)
        for index, letter in enumerate(self.letters):
            with book.waiting_for(self.missing[index] if self.missing else None):
                cell = book.put(sheet, f"{letter}{self.row}", formula(index), "Calculation", look)
            self.known[index][name] = elsewhere(sheet, cell)
            if name in NAMED:
                named = f"scenario_{index + 1}_{NAMED[name]}"
                self.known[index][name] = book.define(named, sheet, cell.text, cell.value)

    def _add_missing(self) -> None:
        """How many inputs of each scenario are missing; what follows waits for them."""
        first = TITLES_ROW + 2
        areas = [f"{letter}{first}:{letter}{self.row}" for letter in self.letters]
        counts = [function("COUNTIF", Formula(area, None), FILL_IN, value=0) for area in areas]
        self.add_row(MISSING, "Missing inputs", "", styles.WHOLE, lambda index: counts[index])
        self.missing = [each[MISSING] for each in self.known]

    def _label(self, label: str, unit: str) -> None:
        self.book.put(self.sheet, Column.LABEL.at(self.row), label)
        self.book.put(self.sheet, Column.UNIT.at(self.row), unit, "Unit")

    def label_rate(self) -> Mapping[str, int]:
        """Labels of what the internal rates are found and judged by; returns their rows."""
        rows = {}
        for name, working in RATE_WORKINGS.items():
            self.row += 1
            rows[name] = self.row
            self._label(working.label, working.unit_in(self.book.scenario.currency))
        return rows

    def put_rate(self, rows: Mapping[str, int], index: int, name: str, formula: Formula) -> Formula:
        """One of them, of a scenario."""
        address = f"{self.letters[index]}{rows[name]}"
        with self.book.waiting_for(self.missing[index]):
            cell = self.book.put(self.sheet, address, formula, "Calculation", RATE_WORKINGS[name].number_format)
        return elsewhere(self.sheet, cell)

    def _add_input(self, declared: Input) -> None:
        unit, look = declared.quantity.unit_in(self.book.scenario.currency), styles.number_format(declared.quantity)
        self.add_row(declared.name, declared.label, unit, look, self._input(declared))

    def _input(self, declared: Input) -> Callable[[int], Formula]:
        def formula(index: int) -> Formula:
            name, asked, known = declared.name, self.asked[index], self.known[index]
            no_call = known[NO_CALL] == 1 if NO_CALL in known else None
            cell, default = self.typed[index][name], default_beside(declared, asked, no_call)
            legal = self.bounds[name].hold(cell) if declared.numeric else is_a_choice(declared.quantity, cell)
            figure, refused = in_use(declared, cell, default, legal), refusal(declared, asked, no_call)
            return if_error(refused.holds.where(FILL_IN, figure) if refused else figure, FILL_IN)

        return formula

    def _fixed(self, name: str) -> Callable[[int], Formula]:
        return lambda index: by_equation(name, self.known[index])

    def finish(self) -> None:
        """What belongs to the whole sheet."""
        self.sheet.freeze_panes = Column.FIRST.at(TITLES_ROW + 1)
        page(self.sheet, f"A1:{self.letters[-1]}{self.row}", f"1:{TITLES_ROW}")
        protect(self.sheet)


def _add_flows(book: Book, known: Sequence[Quantities]) -> list[MonthRows]:
    """The sheet Scenario flows, a part for each scenario."""
    rows = some_rows({*MODEL.order(["net_cash_flow"]), *PAYBACK, *STAYING, *RATE_OF_RETURN}, TOTALS)
    parts = []
    for number, (scenario, own) in enumerate(zip(book.scenarios, known, strict=True), start=1):
        branch = book.branch(f"scenario_{number}_")
        branch.missing = own[MISSING]
        parts.append(Part([scenario.name, *rows], own, branch))
    about = "The monthly flows of every scenario. Ordinary formulas."
    table = MonthTable(book, "Scenario flows", about, parts, fades=False)
    for part in table.parts:
        for name, quantity in PAYBACK_NAMES.items():
            part.define(name, quantity)
    protect(table.sheet)
    return table.parts
