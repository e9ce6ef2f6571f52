"""The Sensitivity sheet: a tornado and two grids, every cell a live FT_WHATIF; the axes are chosen from a list.

In the native edition it holds values as generated, or what data tables on a sheet of their own give.
"""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.styles import Border, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.appraisal import METRICS
from roi_engine.quantity import CHANGE, SHARE
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import mix_given
from roi_engine.sensitivity import DEFAULT_SWING, TornadoBar, moved, tornado
from templates.building import styles
from templates.building.book import Book, absolute, column_titles, elsewhere, group_title, page, protect
from templates.building.charts import tornado_chart
from templates.building.formula import Formula, formula_of, if_error, is_number, joined
from templates.building.validation import rule_of
from templates.sheets.inputs_sheet import bounds
from templates.sheets.what_if_sheets import (
    Case,
    Grid,
    WhatIf,
    grid_result,
    metric_at_base,
    tornado_result,
)

WIDTHS = (36, 35, 15, 15, 15, 15, 15, 15, 15, 3, 9, 11, 11, 11, 11, 3, 36)
KNOWN_COLUMNS, CHOICES_COLUMN = "KLMNO", "Q"
"""Beside the page: what the tornado knows about its inputs, and the inputs to choose from."""
KNOWN_TITLES = (">Step", ">Lowest", ">Highest", ">Own low", ">Own high")
TORNADO_ROWS = 12
TORNADO_TITLES = (
    "Input", ">Base", ">Low", ">High", ">Metric at low", ">Metric at high",
    ">Change at low", ">Change at high", ">Swing",
)  # fmt: skip
CHANGES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
TORNADO_HEAD = 6
CHART_ROWS = 20
CHART_BARS = 10
AXIS_TITLES = ("Axis", "Input", ">Base", ">Step", ">Lowest", ">Highest")


def add_sensitivity_sheet(book: Book) -> WhatIf:
    """Writes the sheet: tornado table, then the two grids; returns what they ask for."""
    sheet = book.sheet(
        "Sensitivity",
        WIDTHS,
        "Sensitivity",
        _about(book),
    )
    with book.as_values(book.grids_as_generated):
        asked = _fill_sensitivity(book, sheet)
    protect(sheet)
    return asked


LIVE = "What happens when an input is different. Metrics and axes are chosen in the blue cells."
IN_EXCEL = "Calculated by Excel's data tables (sheet What-if)."
AS_GENERATED = "What happens when an input is different. Values as generated: they do not follow edited inputs."


def _about(book: Book) -> str:
    if book.data_tables:
        return f"{LIVE} {IN_EXCEL}"
    if not book.grids_as_generated:
        return LIVE
    return f"{AS_GENERATED} The scenario is {book.scenario.name}." if book.several else AS_GENERATED


def _fill_sensitivity(book: Book, sheet: Worksheet) -> WhatIf:
    _add_choices(book, sheet)
    bars = tornado(book.scenario, "NETROI")[:TORNADO_ROWS]
    metrics_rule = DataValidation(type="list", formula1=f'"{",".join(METRICS)}"', allow_blank=False)
    _explain(metrics_rule, "Metric", "The figure that the table shows.", "Choose a metric from the list.")
    axes_rule = DataValidation(type="list", formula1="axis_choices", allow_blank=False)
    _explain(
        axes_rule,
        "Input",
        "The input that is varied along this axis: one of column Q.",
        "Choose an input from the list.",
    )
    last, cases = _add_tornado(book, sheet, bars, metrics_rule)
    if bars:
        add_tornado_chart(book, sheet, f"A{last + 2}", width=30, height=9.3)
    row = last + CHART_ROWS + 2
    book.define("tornado_base", sheet, f"B{TORNADO_HEAD}", book.values[sheet.title][f"B{TORNADO_HEAD}"])
    book.define("tornado_metric", sheet, "B4", "NETROI")
    grids = []
    for number, (metric, down, across) in enumerate(_axes(book, bars), start=1):
        row, grid = _add_grid(book, sheet, row, number, metric, down, across, metrics_rule, axes_rule)
        grids.append(grid)
        row += 2
    sheet.add_data_validation(metrics_rule)
    sheet.add_data_validation(axes_rule)
    sheet.freeze_panes = "B4"
    page(sheet, f"A1:I{row - 2}", "1:3")
    sheet.row_breaks.append(_break(last + CHART_ROWS + 1))
    return WhatIf(elsewhere(sheet, Formula("B4", "NETROI")), cases, grids)


def _add_choices(book: Book, sheet: Worksheet) -> None:
    """The labels of all numeric inputs, beside the page: what the drop-downs offer."""
    book.put(sheet, f"{CHOICES_COLUMN}4", "Inputs to choose from", "Column title")
    labels = [declared.label for declared in INPUTS.values() if declared.numeric]
    for row, label in enumerate(labels, start=5):
        book.put(sheet, f"{CHOICES_COLUMN}{row}", label, "Explanatory Text")
    book.define("axis_choices", sheet, f"{CHOICES_COLUMN}5:{CHOICES_COLUMN}{4 + len(labels)}")


def _explain(rule: DataValidation, title: str, prompt: str, error: str) -> None:
    rule.promptTitle = rule.errorTitle = title
    rule.prompt, rule.error = prompt, error
    rule.showInputMessage = rule.showErrorMessage = True


def _break(row: int) -> Break:
    return Break(id=row)


def _add_tornado(
    book: Book, sheet: Worksheet, bars: list[TornadoBar], metrics_rule: DataValidation
) -> tuple[int, list[Case]]:
    """The table of inputs at low and high; returns its last row and the cases."""
    book.put(sheet, "A4", "Metric")
    metric = _anchored(book.put(sheet, "B4", "NETROI", "Input"))
    metrics_rule.add("B4")
    book.put(sheet, "C4", "Range where none is given, ±", "Explanatory Text")
    swing = _anchored(book.put(sheet, "E4", DEFAULT_SWING, "Input", styles.FRACTION))
    swing_rule = rule_of(SHARE, may_be_empty=False)
    _explain(swing_rule, "Range", "How far an input without low and high goes down and up.", swing_rule.error or "")
    swing_rule.add("E4")
    sheet.add_data_validation(swing_rule)
    column_titles(book, sheet, 5, TORNADO_TITLES)
    column_titles(book, sheet, 5, KNOWN_TITLES, column_index_from_string(KNOWN_COLUMNS[0]))
    book.put(sheet, f"A{TORNADO_HEAD}", "Base case")
    base_cell = _anchored(book.put(sheet, f"B{TORNADO_HEAD}", metric_at_base(book, metric), "Output", styles.ANY_SIZE))
    row = TORNADO_HEAD
    cases = []
    for bar in bars:
        row += 1
        cases += _add_bar(book, sheet, row, bar, metric, swing, base_cell)
    return row, cases


def _add_bar(
    book: Book, sheet: Worksheet, row: int, bar: TornadoBar, metric: Formula, swing: Formula, base_cell: Formula
) -> list[Case]:
    declared = INPUTS[bar.name]
    shown = styles.number_format(declared.quantity)
    label = book.put(sheet, f"A{row}", bar.label)
    base = book.put(sheet, f"B{row}", book.names[bar.name], "Calculation", shown)
    span = book.scenario.ranges.get(bar.name)
    known = {}
    facts = (*_bounds(bar.name), span.low if span else None, span.high if span else None)
    for column, list_name, fact in zip(KNOWN_COLUMNS, KNOWN_LISTS, facts, strict=True):
        looked_up = _looked_up(list_name, label, fact)
        content = looked_up if list_name in _BOUNDS else looked_up.given().where(looked_up, "–")
        known[list_name] = book.put(sheet, f"{column}{row}", content, "Explanatory Text", styles.AXIS)
    ends = []
    for column, list_name, change in (("C", "input_lows", -swing), ("D", "input_highs", swing)):
        typed = known[list_name]
        otherwise = if_error(formula_of(moved(base, change, *(known[name] for name in _BOUNDS))), "n/a")
        ends.append(book.put(sheet, f"{column}{row}", typed.given().where(typed, otherwise), "Calculation", shown))
    results = []
    first_case = 2 * (row - TORNADO_HEAD) - 1
    for case, (column, end_cell) in enumerate(zip("EF", ends, strict=True), start=first_case):
        wired = book.ft("FT_WHATIF", metric, book.scenario_block, label, end_cell)
        result = tornado_result(book, wired, case, end_cell)
        results.append(book.put(sheet, f"{column}{row}", result, "Calculation", styles.ANY_SIZE))
    for column, result_cell in zip("GH", results, strict=True):
        change_cell = _difference(result_cell, base_cell)
        book.put(sheet, f"{column}{row}", change_cell, "Calculation", styles.ANY_SIZE)
    book.put(sheet, f"I{row}", _distance(*results), "Output", styles.ANY_SIZE)
    seen = elsewhere(sheet, label)
    return [Case(seen, elsewhere(sheet, end), result.value) for end, result in zip(ends, results, strict=True)]


def add_tornado_chart(book: Book, sheet: Worksheet, anchor: str, *, width: float, height: float) -> None:
    """Places the chart of the tornado table on a sheet, at most `CHART_BARS` bars."""
    source: Any = book.workbook["Sensitivity"]
    values = book.values["Sensitivity"]
    first = last = TORNADO_HEAD + 1
    while last - first + 1 < CHART_BARS and source[f"I{last + 1}"].value is not None:
        last += 1
    labels = [source[f"A{row}"].value for row in range(first, last + 1)]
    if "tornado_title" not in book.names:
        swings = f"$I${first}:$I${last}"
        widest = f"INDEX($A${first}:$A${last},MATCH(MAX({swings}),{swings},0))"
        lever = if_error(Formula(widest, labels[0]), "none")
        text = joined(Formula("$B$4", "NETROI"), ": largest lever is ", lever)
        book.put(source, "G4", text, "Explanatory Text", ";;;", name="tornado_title")
    at_low, at_high = (
        (source, f"{column}{first}:{column}{last}", [values[f"{column}{row}"] for row in range(first, last + 1)])
        for column in "GH"
    )
    title = (source, "G4", [book.names["tornado_title"].value])
    chart: Any = tornado_chart((source, f"A{first}:A{last}", labels), at_low, at_high, title, book.scenario.currency)
    chart.width, chart.height = width, height
    sheet.add_chart(chart, anchor)
    book.chart_descriptions[sheet.title].append(
        "Tornado chart: change in net ROI with each input at its low and at its high value, the others at base. "
        f"The widest swing is that of {labels[0]}."
    )


_BOUNDS = ("input_steps", "input_lowest", "input_highest")
KNOWN_LISTS = (*_BOUNDS, "input_lows", "input_highs")


def _bounds(name: str) -> tuple[float, float, float]:
    """Step, lowest and highest of an input as the Inputs sheet holds them."""
    return (1 if INPUTS[name].quantity.whole else 0), *bounds(INPUTS[name])


def _looked_up(list_name: str, label: Formula, value: float | None) -> Formula:
    """A column of the Inputs sheet at the row of an input."""
    return Formula(f"INDEX({list_name},MATCH({label.text},input_labels,0))", value)


def _difference(one: Formula, other: Formula) -> Formula:
    """A change from the base, or n/a where one of the two is a text."""
    return (is_number(one) & is_number(other)).where(one - other, "n/a")


def _distance(one: Formula, other: Formula) -> Formula:
    return (is_number(one) & is_number(other)).where(abs(other - one), "n/a")


def _axes(book: Book, bars: list[TornadoBar]) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Metric, down and across of the two grids: price × calls on net ROI, accuracy × calls on payback.

    The horizon is no axis of payback: once an outlay is recovered, a longer horizon changes nothing. Where the
    scenario does not use one of these (a token mix, no review cost), the widest swing takes its place.
    """
    inputs = book.scenario.inputs()
    price = "baseline_cost_per_1k_tokens"
    if mix_given(inputs, "baseline"):
        price = max(
            ("baseline_input_price_per_m", "baseline_output_price_per_m"),
            key=lambda name: next((bar.swing for bar in bars if bar.name == name), 0.0),
        )
    quality = "accuracy_improvement_percent"
    taken = {price, "baseline_monthly_api_calls", quality, "months_to_amortize"}
    if not inputs[quality] or not inputs["monthly_review_cost"]:
        quality = next((bar.name for bar in bars if bar.name not in taken), quality)
    calls = "baseline_monthly_api_calls"
    return ("NETROI", price, calls), ("PAYBACK", quality, calls)


def _add_grid(
    book: Book,
    sheet: Worksheet,
    row: int,
    number: int,
    metric_name: str,
    down: str,
    across: str,
    metrics_rule: DataValidation,
    axes_rule: DataValidation,
) -> tuple[int, Grid]:
    """One grid below its choices; returns its last row, and what stands where."""
    group_title(book, sheet, row, f"Grid {number}", "I")
    book.put(sheet, f"A{row + 1}", "Metric")
    metric = _anchored(book.put(sheet, f"B{row + 1}", metric_name, "Input"))
    metrics_rule.add(f"B{row + 1}")
    column_titles(book, sheet, row + 2, AXIS_TITLES)
    axes = {}
    for offset, (side, name) in enumerate((("Down", down), ("Across", across)), start=3):
        axes[side] = _add_axis(book, sheet, row + offset, side, name)
        axes_rule.add(f"B{row + offset}")
    changes = row + 5
    book.put(sheet, f"A{changes}", "Change from base: across, and down the first column", "Explanatory Text")
    values = row + 6
    first_column, first_row = 3, row + 7
    change_rule = rule_of(CHANGE, may_be_empty=False)
    _explain(change_rule, "Change", "How far from its base the input of this axis goes.", change_rule.error or "")
    sheet.add_data_validation(change_rule)
    axis_cells: dict[str, list[Formula]] = {"Down": [], "Across": []}
    for index, change in enumerate(CHANGES):
        column = get_column_letter(first_column + index)
        across_change = book.put(sheet, f"{column}{changes}", change, "Input", "+0%;-0%;0%")
        value = _axis_value(axes["Across"], Formula(f"{column}${changes}", across_change.value))
        axis_cells["Across"].append(book.put(sheet, f"{column}{values}", value, "Column title right", styles.AXIS))
        line = first_row + index
        change_rule.add(f"{column}{changes}")
        change_rule.add(f"A{line}")
        down_change = book.put(sheet, f"A{line}", change, "Input", "+0%;-0%;0%")
        value = _axis_value(axes["Down"], Formula(f"$A{line}", down_change.value))
        axis_cells["Down"].append(book.put(sheet, f"B{line}", value, "Column title right", styles.AXIS))
    book.put(sheet, f"A{values}", "Change down", "Column title")
    book.put(sheet, f"B{values}", "Down \\ Across", "Column title right")
    results: list[list[Any]] = []
    for index, down_cell in enumerate(axis_cells["Down"]):
        results.append([])
        for position, across_cell in enumerate(axis_cells["Across"]):
            line, column = first_row + index, get_column_letter(first_column + position)
            moves = Formula(f"$B{line}", down_cell.value), Formula(f"{column}${values}", across_cell.value)
            names = axes["Down"]["name"], axes["Across"]["name"]
            wired = book.ft("FT_WHATIF", metric, book.scenario_block, names[0], moves[0], names[1], moves[1])
            content = grid_result(book, wired, (number, index, position), names, moves)
            cell = book.put(sheet, f"{column}{line}", content, "Calculation", styles.ANY_SIZE)
            results[-1].append(cell.value)
    middle = len(CHANGES) // 2
    book.define(f"grid_{number}_change_across", sheet, f"{get_column_letter(first_column + middle)}{changes}", 0.0)
    book.define(f"grid_{number}_change_down", sheet, f"A{first_row + middle}", 0.0)
    for side, choice, at in (
        ("across", f"B{row + 4}", f"{get_column_letter(first_column + middle)}{values}"),
        ("down", f"B{row + 3}", f"B{first_row + middle}"),
    ):
        book.define(f"grid_{number}_{side}", sheet, choice, axes[side.capitalize()]["name"].value)
        book.define(f"grid_{number}_value_{side}", sheet, at, book.values[sheet.title][at])
    centre = f"{get_column_letter(first_column + middle)}{first_row + middle}"
    thick = Side(style="medium", color=styles.INK)
    sheet[centre].border = Border(left=thick, right=thick, top=thick, bottom=thick)
    book.define(f"grid_{number}_centre", sheet, centre, book.values[sheet.title][centre])
    book.define(f"grid_{number}_metric", sheet, f"B{row + 1}", metric_name)
    last_row = first_row + len(CHANGES) - 1
    area = (
        f"{get_column_letter(first_column)}{first_row}:{get_column_letter(first_column + len(CHANGES) - 1)}{last_row}"
    )
    sheet.conditional_formatting.add(area, _colour_scale(metric_name))
    return last_row, Grid(
        metric=elsewhere(sheet, metric),
        down=elsewhere(sheet, axes["Down"]["name"]),
        across=elsewhere(sheet, axes["Across"]["name"]),
        down_values=[elsewhere(sheet, cell) for cell in axis_cells["Down"]],
        across_values=[elsewhere(sheet, cell) for cell in axis_cells["Across"]],
        results=results,
    )


def _colour_scale(metric: str) -> Rule:
    """Money turns colour at zero; a duration darkens as it grows (no colour says good or bad)."""
    if METRICS[metric].quantity.kind == "money":
        scale: Rule = ColorScaleRule(
            start_type="min", start_color="F4B183", mid_type="num", mid_value=0, mid_color="FFFFFF",
            end_type="max", end_color="9DC3E6",
        )  # fmt: skip
    else:
        scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="9DC3E6")
    return scale


def _add_axis(book: Book, sheet: Worksheet, row: int, side: str, name: str) -> dict[str, Formula]:
    """The choice of an axis, and what is known about its input."""
    book.put(sheet, f"A{row}", side)
    cell = book.put(sheet, f"B{row}", INPUTS[name].label, "Input")
    label = _anchored(cell)
    found = {"name": label}
    values = (book.names[name].value, *_bounds(name))
    keys = ("base", "step", "lowest", "highest")
    lists = ("input_values", *_BOUNDS)
    for column, key, list_name, value, shown in zip("CDEF", keys, lists, values, _AXIS_FORMATS, strict=True):
        looked_up = _looked_up(list_name, label, value)
        if key == "base":
            looked_up = looked_up.given().where(looked_up, "n/a")
        found[key] = _anchored(book.put(sheet, f"{column}{row}", looked_up, "Calculation", shown))
    return found


_AXIS_FORMATS = (styles.AXIS, styles.WHOLE, styles.LOWEST, styles.HIGHEST)


def _axis_value(axis: dict[str, Formula], change: Formula) -> Formula:
    """The axis input moved by a change; n/a for an input that is empty."""
    value = formula_of(moved(axis["base"], change, axis["step"], axis["lowest"], axis["highest"]))
    return if_error(value, "n/a")


def _anchored(cell: Formula) -> Formula:
    """A cell by its absolute address, so that its formula can be copied."""
    return Formula(absolute(cell.text), cell.value)
