"""The Scenarios sheet: one column a scenario, their results side by side, and the choice that drives the workbook.

The typed figures stand here; the Inputs sheet shows those of the scenario in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from roi_engine import quantity as q
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, Scenario
from templates.building import styles
from templates.building.book import Book, column_titles, elsewhere, group_title, page, protect
from templates.building.formula import Formula, function, if_error
from templates.building.typed_or_default import text_or_nothing
from templates.building.validation import rule_of, validation_of
from templates.sheets.scenario_flows_sheet import ScenarioFlows

CHOICE_ROW, NAMES_ROW = 4, 6
FIRST_COLUMN = 3
LABEL_WIDTH, UNIT_WIDTH, VALUE_WIDTH = 38, 20, 20
RESULTS = (
    ("Net ROI", "{currency}", "FT_NETROI", (), styles.MONEY, "net_roi"),
    ("Total cost", "{currency}", "FT_TOTALCOST", (), styles.MONEY, "total_cost"),
    ("ROI", "of total cost", "FT_ROI", (), styles.FRACTION, "roi"),
    ("Payback", "months", "FT_PAYBACK", (), styles.PAYBACK, "payback"),
    ("NPV", "{currency}", "FT_NPV", (None,), styles.MONEY, "npv"),
    ("IRR", "per year", "FT_IRR", (), styles.RATE_OF_RETURN, "irr"),
)
"""What the scenarios are compared by: label, unit, function and its own arguments, number format, figure."""
ENDS = ("low", "high", "distribution")
_RIGHT = Alignment(horizontal="right", vertical="center")


def in_reading_order() -> list[Input]:
    """Labels, then the eleven inputs of the reference, then the rest by group."""
    labels = [each for each in INPUTS.values() if each.group == "Label"]
    first = [INPUTS[name] for name in REFERENCE_INPUTS]
    rest = [each for each in INPUTS.values() if each.group not in ("Label", "Reference inputs")]
    return labels + first + rest


class ScenariosSheet:
    """The sheet, and where each typed figure stands on it."""

    def __init__(self, book: Book) -> None:
        count = len(book.scenarios)
        about = "Choose the scenario in use; the whole workbook follows. Change its figures here."
        if book.edition == "values":
            about = "The figures of every scenario. This copy does not calculate."
        widths = (LABEL_WIDTH, UNIT_WIDTH, *[VALUE_WIDTH] * count)
        self.book, self.sheet = book, book.sheet("Scenarios", widths, "Scenarios", about)
        self.typed: dict[tuple[int, str], Formula] = {}
        self.last = _column(count - 1)
        self.rules: dict[str, DataValidation] = {}
        self._add_choice()
        row, group = NAMES_ROW + len(RESULTS) + 1, ""
        for declared in in_reading_order():
            if declared.name == "name":
                continue
            if declared.group != group:
                group = declared.group
                row += 1
                group_title(book, self.sheet, row, group, self.last)
            row += 1
            self._add_input(row, declared)
        row = self._add_ranges(row)
        for rule in self.rules.values():
            self.sheet.add_data_validation(rule)
        self.sheet.freeze_panes = f"{_column(0)}{NAMES_ROW + 1}"
        page(self.sheet, f"A1:{self.last}{row}", f"1:{NAMES_ROW}")
        protect(self.sheet)

    def fill(self) -> None:
        """Adds the results of every scenario; the other sheets must stand."""
        book, sheet, currency = self.book, self.sheet, self.book.scenario.currency
        group_title(book, sheet, NAMES_ROW + 1, "Results", self.last)
        flows = ScenarioFlows(book, self.typed) if book.edition == "native" else None
        blocks = None if flows else self._blocks()
        results: dict[tuple[int, str], Formula] = {}
        for row, (label, unit, ft, own, shown, name) in enumerate(RESULTS, start=NAMES_ROW + 2):
            book.put(sheet, f"A{row}", label)
            book.put(sheet, f"B{row}", unit.replace("{currency}", currency), "Unit")
            for index in range(len(book.scenarios)):
                if flows:
                    content = flows.figure(index, name, results)
                else:
                    assert blocks is not None
                    content = if_error(book.ft(ft, *own, blocks[index]), "n/a")
                address = f"{_column(index)}{row}"
                results[index, name] = book.put(sheet, address, content, "Output", shown)
                sheet[address].alignment = _RIGHT
            area = f"{_column(0)}{row}:{self.last}{row}"
            values = [results[index, name].value for index in range(len(book.scenarios))]
            book.define(f"scenarios_{name}", sheet, area, values)

    def _add_choice(self) -> None:
        """The choice, the scenarios' names and numbers; a name that is none of them counts as the first."""
        book, sheet = self.book, self.sheet
        names = [each.name for each in book.scenarios]
        book.put(sheet, f"A{CHOICE_ROW}", "Scenario in use")
        book.put(sheet, f"{_column(0)}{CHOICE_ROW}", names[0], "Input", name="scenario_choice")
        rule = DataValidation(type="list", formula1="=scenario_names", allow_blank=False)
        rule.promptTitle = rule.errorTitle = "Scenario in use"
        rule.prompt, rule.error = "The scenario that the workbook calculates.", "Choose a scenario from the list."
        rule.showInputMessage = rule.showErrorMessage = True
        rule.add(f"{_column(0)}{CHOICE_ROW}")
        sheet.add_data_validation(rule)
        book.put(sheet, f"A{CHOICE_ROW + 1}", "Number of the scenario", "Explanatory Text")
        column_titles(book, sheet, NAMES_ROW, ("", "Unit"))
        for index, name in enumerate(names):
            book.put(sheet, f"{_column(index)}{CHOICE_ROW + 1}", index + 1, "Explanatory Text", styles.WHOLE)
            book.put(sheet, f"{_column(index)}{NAMES_ROW}", name, "Column title right")
        numbers = f"{_column(0)}{CHOICE_ROW + 1}:{self.last}{CHOICE_ROW + 1}"
        book.define("scenario_numbers", sheet, numbers, list(range(1, len(names) + 1)))
        book.define("scenario_names", sheet, f"{_column(0)}{NAMES_ROW}:{self.last}{NAMES_ROW}", names)
        known = Formula("SUMPRODUCT((scenario_names=scenario_choice)*scenario_numbers)", 1)
        number = function("MAX", known, 1, value=1)
        book.put(sheet, f"B{CHOICE_ROW}", number, "Calculation", styles.WHOLE, name="scenario_number")
        sheet[f"B{CHOICE_ROW}"].alignment = _RIGHT

    def _add_input(self, row: int, declared: Input) -> None:
        """An input of every scenario."""
        unit = declared.quantity.unit_in(self.book.scenario.currency)
        rule = validation_of(declared, self.book.scenario.currency)
        values = [getattr(scenario, declared.name) for scenario in self.book.scenarios]
        self._add_row(row, declared.name, declared.label, unit, declared.quantity, rule, values)

    def _add_ranges(self, row: int) -> int:
        """Low, high and distribution of every input that has them in some scenario; returns the last row."""
        book = self.book
        with_range = [each for each in in_reading_order() if any(each.name in s.ranges for s in book.scenarios)]
        if not with_range:
            return row
        row += 1
        group_title(book, self.sheet, row, "Ranges", self.last)
        for declared in with_range:
            for end in ENDS:
                row += 1
                quantity = declared.quantity if end != "distribution" else q.DISTRIBUTION
                rule = rule_of(quantity, True)
                rule.promptTitle = rule.errorTitle = end.capitalize()
                rule.prompt = _PROMPTS[end]
                values = [_end_of(scenario, declared.name, end) for scenario in book.scenarios]
                unit = quantity.unit_in(book.scenario.currency)
                self._add_row(row, f"{declared.name}_{end}", f"{declared.label}: {end}", unit, quantity, rule, values)
        return row

    def _add_row(
        self,
        row: int,
        name: str,
        label: str,
        unit: str,
        quantity: q.Quantity,
        rule: DataValidation,
        values: Sequence[Any],
    ) -> None:
        book, sheet = self.book, self.sheet
        book.put(sheet, f"A{row}", label)
        book.put(sheet, f"B{row}", unit, "Unit")
        style = "Calculation" if name == "currency" else "Input"  # units everywhere are those of generation
        for index, value in enumerate(values):
            address = f"{_column(index)}{row}"
            cell = book.put(sheet, address, value, style, styles.number_format(quantity))
            self.typed[index, name] = elsewhere(sheet, Formula(cell.text, value))
            if quantity.kind != "text":
                sheet[address].alignment = _RIGHT
            rule.add(address)
        self.rules[name] = rule
        book.define(f"scenarios_{name}", sheet, f"{_column(0)}{row}:{self.last}{row}", list(values))

    def _blocks(self) -> list[Formula]:
        """A block of labels and values for each scenario, which the functions read; returns their names."""
        book = self.book
        widths = [LABEL_WIDTH, VALUE_WIDTH] * len(book.scenarios)
        about = "Every scenario as a block for the FT_ functions: =FT_NPV(,scenario_2), and so on."
        sheet = book.sheet("Scenario blocks", widths, "Scenario blocks", about)
        blocks = []
        inputs = [each for each in in_reading_order() if each.name != "name"]
        for index, scenario in enumerate(book.scenarios):
            label_column, value_column = get_column_letter(1 + 2 * index), get_column_letter(2 + 2 * index)
            column_titles(book, sheet, 4, (f"Scenario {index + 1}", f">{scenario.name}"), 1 + 2 * index)
            rows: list[tuple[Any, ...]] = []
            for row, declared in enumerate(inputs, start=5):
                book.put(sheet, f"{label_column}{row}", declared.label, "Explanatory Text")
                content = text_or_nothing(self.typed[index, declared.name])
                look = styles.number_format(declared.quantity)
                book.put(sheet, f"{value_column}{row}", content, "Calculation", look)
                sheet[f"{value_column}{row}"].alignment = _RIGHT
                rows.append((declared.label, content.value))
            area = f"{label_column}5:{value_column}{4 + len(inputs)}"
            book.define(f"scenario_{index + 1}", sheet, area)
            blocks.append(Formula(f"scenario_{index + 1}", tuple(rows)))
        sheet.freeze_panes = "A5"
        page(sheet, f"A1:{get_column_letter(2 * len(book.scenarios))}{4 + len(inputs)}", "1:4")
        protect(sheet)
        return blocks


_PROMPTS = {
    "low": "The least that it may be. Empty: 20 % below the value.",
    "high": "The most that it may be. Empty: 20 % above the value.",
    "distribution": "The shape between low and high. Empty: pert.",
}


def _column(index: int) -> str:
    return get_column_letter(FIRST_COLUMN + index)


def _end_of(scenario: Scenario, name: str, end: str) -> Any:
    span = scenario.ranges.get(name)
    return getattr(span, end) if span else None
