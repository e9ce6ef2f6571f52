"""The Inputs sheet: every input with its value, unit, range, source and note; the block `scenario`."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import quantity as q
from roi_engine.inputs import Input
from roi_engine.sensitivity import legal_bounds
from templates.building import styles
from templates.building.book import Book, column_titles, group_title, page, protect
from templates.building.formula import Formula, function
from templates.building.month_rows import CAPACITY
from templates.building.typed_or_default import (
    MISSING,
    PRICES,
    default_of,
    default_price,
    in_use,
    is_empty,
    text_or_nothing,
)
from templates.building.validation import rule_of, validation_of
from templates.sheets.scenarios_sheet import ENDS, in_reading_order

TITLES = (
    "Input", ">Value", "Unit", ">Low", ">High", "Distribution",
    "Source", "Note", "Name in formulas", ">Lowest", ">Highest", ">Step", "In range", ">Default", ">In use",
)  # fmt: skip
WIDTHS = (36, 15, 20, 12, 12, 13, 38, 64, 29, 11, 11, 7, 9, 11, 15)
FIRST_ROW = 4
SOURCE_LINE, NOTE_LINE, LINE_HEIGHT = 42, 72, 13
"""Characters that fit on a line of the source and note columns, and points that a line takes."""
NO_LIMIT = 1e300
"""Stands for a bound that does not exist, in the columns that formulas read."""


def add_inputs_sheet(book: Book) -> Worksheet:
    """Writes the sheet; leaves the block of cell values in ``book.block``."""
    sheet = book.sheet(
        "Inputs",
        WIDTHS,
        "Inputs",
        _ABOUT_SEVERAL if book.several else _SUBTITLES[book.edition].format(what=book.not_followed),
    )
    column_titles(book, sheet, FIRST_ROW, TITLES)
    rules: dict[str, DataValidation] = {}
    block: list[tuple[Any, ...]] = [tuple(title.removeprefix(">") for title in TITLES[:6])]
    row, group = FIRST_ROW, ""
    for declared in in_reading_order():
        row += 1
        if declared.group != group:
            group = declared.group
            group_title(book, sheet, row, group, "M")
            block.append((group, None, None, None, None, None))
            row += 1
        block.append(_add_input(book, sheet, row, declared, rules))
        if group not in ("Label", "Reference inputs"):
            sheet.row_dimensions[row].outlineLevel = 1
    _stand_in_for_prices(book, sheet)
    for rule in rules.values():
        sheet.add_data_validation(rule)
    _name_columns(book, sheet, row)
    book.block = tuple(block)
    outline: Any = sheet.sheet_properties.outlinePr
    outline.summaryBelow = False
    sheet.freeze_panes = f"B{FIRST_ROW + 1}"
    page(sheet, f"A1:H{row}", f"{FIRST_ROW}:{FIRST_ROW}")
    protect(sheet)
    return sheet


def _add_input(
    book: Book, sheet: Worksheet, row: int, declared: Input, rules: dict[str, DataValidation]
) -> tuple[Any, ...]:
    """One row; returns its cells in the block."""
    scenario, quantity, name = book.scenario, declared.quantity, declared.name
    currency = scenario.currency
    unit = quantity.unit_in(currency)
    book.put(sheet, f"A{row}", declared.label)
    value = _put_typed(book, sheet, f"B{row}", declared, getattr(scenario, name), f"scenarios_{name}")
    book.define(f"in_{name}", sheet, f"B{row}", value)
    book.put(sheet, f"C{row}", unit, "Unit")
    rule = validation_of(declared, currency)
    if name == "months_to_amortize":
        months = _last_month(book)
        rule.formula2 = str(months)
        rule.error = f"A whole number from 1 to {months}: this workbook has so many months. Make another for more."
    _accept(rules, rule, f"B{row}", name)

    span = scenario.ranges.get(name)
    ends: tuple[Any, Any, Any] = (span.low, span.high, span.distribution) if span else (None, None, None)
    if declared.numeric:
        for column, end, side in zip("DE", ends[:2], ENDS[:2], strict=True):
            _put_typed(book, sheet, f"{column}{row}", declared, end, f"scenarios_{name}_{side}")
            _accept(rules, _end_rule(declared, column), f"{column}{row}", f"{name} {column}")
        _put_typed(book, sheet, f"F{row}", declared, ends[2], f"scenarios_{name}_distribution")
        sheet[f"F{row}"].alignment = Alignment(horizontal="left", vertical="center", indent=1)
        _accept(rules, _distribution_rule(), f"F{row}", "distribution")

    source, note = scenario.sources.get(name, ""), scenario.notes.get(name, declared.meaning)
    book.put(sheet, f"G{row}", source, "Annotation")
    book.put(sheet, f"H{row}", note, "Annotation")
    lines = max(-(-len(source) // SOURCE_LINE), -(-len(note) // NOTE_LINE), 1)
    if lines > 1:
        sheet.row_dimensions[row].height = LINE_HEIGHT * lines
    book.put(sheet, f"I{row}", name, "Explanatory Text")
    cell = Formula(f"B{row}", value)
    if declared.numeric:
        lowest, highest = bounds(declared)
        lowest_cell = book.put(sheet, f"J{row}", lowest, "Explanatory Text", styles.LOWEST)
        highest_cell = book.put(sheet, f"K{row}", highest, "Explanatory Text", styles.HIGHEST)
        step_cell = book.put(sheet, f"L{row}", 1 if quantity.whole else 0, "Explanatory Text")
        if name == "months_to_amortize":  # the Cash flow sheet has so many months and no more
            highest_cell = function("MAX", Formula("flow_months", None), value=_last_month(book))
        default = book.put(sheet, f"N{row}", default_of(declared), "Explanatory Text", styles.number_format(quantity))
        book.put(sheet, f"M{row}", _in_range(cell, lowest_cell, highest_cell, step_cell, default), "Explanatory Text")
    elif quantity.choices:
        known = [cell == choice for choice in quantity.choices]
        any_known = function("OR", *known, is_empty(cell), value=any(each.value for each in known))
        book.put(sheet, f"M{row}", any_known.where("OK", "FAIL"), "Explanatory Text")
        default = book.put(sheet, f"N{row}", declared.default, "Explanatory Text")
    else:
        book.define(name, sheet, f"B{row}", value)
        return (declared.label, value, unit, None, None, None)
    book.put(
        sheet, f"O{row}", in_use(declared, cell, default), "Calculation", styles.number_format(quantity), name=name
    )
    return (declared.label, value, unit, *ends) if declared.numeric else (declared.label, value, unit, None, None, None)


def _put_typed(book: Book, sheet: Worksheet, address: str, declared: Input, value: Any, choice: str) -> Any:
    """A cell to type in, or the figure of the scenario in use where several have one; returns what it shows."""
    figures = book.names.get("scenario_names" if choice == "scenarios_name" else choice)
    look = styles.number_format(declared.quantity)
    if figures is None:
        book.put(sheet, address, value, "Input", look)
        return value
    cell = Formula(f"INDEX({figures.text},scenario_number)", figures.value[0])
    shown = book.put(sheet, address, text_or_nothing(cell), "Calculation", look).value
    sheet[address].alignment = Alignment(horizontal="right" if declared.numeric else "left", vertical="center")
    return shown


_SUBTITLES = {
    "wired": "Change the blue cells on cream; with the FT ROI functions loaded, everything else follows from them.",
    "native": "Change the blue cells on cream; all follows from them but {what}, as generated.",
    "values": "The inputs that the figures were calculated from. This copy does not calculate.",
}


_ABOUT_SEVERAL = "The figures of the scenario in use. Change them, and choose another, on the sheet Scenarios."


def _last_month(book: Book) -> int:
    return max(CAPACITY, book.longest_horizon)


def bounds(declared: Input) -> tuple[float, float]:
    """The lowest and highest legal value as cells hold them."""
    lowest, highest = (max(min(bound, NO_LIMIT), -NO_LIMIT) for bound in legal_bounds(declared))
    return lowest, highest


def _stand_in_for_prices(book: Book, sheet: Worksheet) -> None:
    """The defaults of the prices, which depend on inputs further down."""
    n = book.names
    for name, side in PRICES.items():
        default = default_price(side, n[f"in_{side}_input_tokens"], n["in_serving"])
        book.put(sheet, f"N{_row_of(book, name)}", default, "Explanatory Text")


def _row_of(book: Book, name: str) -> int:
    """The row of an input."""
    definition: Any = book.workbook.defined_names[f"in_{name}"]
    return int(definition.attr_text.rsplit("$", 1)[1])


def _in_range(cell: Formula, lowest: Formula, highest: Formula, step: Formula, default: Formula) -> Formula:
    """OK where the cell holds a legal number, or is empty and something stands for it."""
    number = cell.given()
    value = cell.value if isinstance(cell.value, (int, float)) else 0.0
    filled = Formula(cell.text, value)
    whole = function("INT", filled, value=int(value // 1))
    off_step = step * (filled - whole)
    legal = (filled >= lowest) & (filled <= highest) & (off_step == 0)
    verdict = legal.where("OK", "FAIL")
    empty = is_empty(cell) & (default == MISSING).negated()
    return number.where(verdict, empty.where("OK", "FAIL"))


def _accept(rules: dict[str, DataValidation], rule: DataValidation, address: str, key: str) -> None:
    """Adds a cell to the rule of its key; equal rules are written once."""
    rules.setdefault(key, rule).add(address)


def _end_rule(declared: Input, column: str) -> DataValidation:
    rule = rule_of(declared.quantity, True)
    end = "Low" if column == "D" else "High"
    rule.promptTitle = rule.errorTitle = end
    side = "least" if column == "D" else "most"
    rule.prompt = (
        f"The {side} that {declared.label} may be. Empty: 20 % {'below' if column == 'D' else 'above'} the value."
    )
    return rule


def _distribution_rule() -> DataValidation:
    rule = rule_of(q.DISTRIBUTION, True)
    rule.promptTitle = rule.errorTitle = "Distribution"
    rule.prompt = "The shape between low and high. Empty: pert."
    return rule


def _name_columns(book: Book, sheet: Worksheet, last: int) -> None:
    """The block, and the columns that other sheets look inputs up in."""
    first = FIRST_ROW + 1
    book.define("scenario", sheet, f"A{FIRST_ROW}:F{last}")
    for name, column in {
        "input_labels": "A",
        "input_names": "I",
        "input_values": "O",
        "input_lows": "D",
        "input_highs": "E",
        "input_lowest": "J",
        "input_highest": "K",
        "input_steps": "L",
        "inputs_in_range": "M",
    }.items():
        book.define(name, sheet, f"{column}{first}:{column}{last}")
