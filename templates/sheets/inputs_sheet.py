"""The Inputs sheet: every input with its range and source; the block `scenario`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import REPLACEABLE
from roi_engine.worksheet.block import EMPTY
from templates.building import styles
from templates.building.book import FILL_IN, Book, elsewhere, group_title, page, protect
from templates.building.chosen_format import NOT_USED, format_in_rule
from templates.building.columns import put_titles, span, widths
from templates.building.formula import Formula, function, joined
from templates.building.quantities import Quantities
from templates.building.reading_order import in_reading_order
from templates.building.typed_or_default import Bounds
from templates.sheets.input_rows import BLOCK, FIRST_ROW, Column, InputRows
from templates.sheets.scenarios_sheet import ScenarioCells


@dataclass(frozen=True)
class InputCells:
    """What other sheets take from the Inputs sheet.

    block : the table, as the argument of a function.
    in_use : the cell in use of every input.
    bounds : what may be typed for a number, as other sheets see it.
    ends : the typed cells of low, high and distribution of a number.
    missing_in_words : which inputs are missing, or not legal; empty where none is.
    labels and those after it : columns in which an input is looked up by its label.
    distributions : the column of them.
    edited : how many figures are other than as generated, of the scenario in use.
    """

    sheet: Worksheet
    block: Formula
    in_use: Quantities
    bounds: Mapping[str, Bounds]
    ends: Mapping[str, tuple[Formula, Formula, Formula]]
    labels: Formula
    units: Formula
    values: Formula
    lows: Formula
    highs: Formula
    lowest: Formula
    highest: Formula
    steps: Formula
    in_range: Formula
    distributions: Formula
    edited: Formula
    missing_in_words: Formula


def add_inputs_sheet(book: Book, scenarios: ScenarioCells | None = None) -> InputCells:
    """Writes the sheet.

    scenarios : where several have figures, the cells of which one column is in use.
    """
    about = _TO_FILL_IN if book.to_fill_in else _SUBTITLES[book.edition].format(what=book.not_followed)
    sheet = book.sheet("Inputs", widths(Column), "Inputs", _ABOUT_SEVERAL if scenarios else about)
    if book.to_fill_in:
        for column, width in TO_FILL_IN_WIDTHS.items():
            sheet.column_dimensions[column.letter].width = width
    put_titles(book, sheet, FIRST_ROW, Column)
    table = InputRows(book, sheet, scenarios)
    row, group = FIRST_ROW, ""
    for declared in in_reading_order():
        row += 1
        if declared.group != group:
            group = declared.group
            group_title(book, sheet, row, group, Column.IN_RANGE.letter)
            table.block.append((group, *[None] * (len(BLOCK) - 1)))
            row += 1
        table.add(row, declared)
        if group not in ("Label", "Reference inputs"):
            sheet.row_dimensions[row].outlineLevel = 1
    for rule in table.rules.values():
        sheet.add_data_validation(rule)
    cells = _name_columns(table, row)
    _say_what_is_not_used(table)
    _count_without_source(table, row)
    outline: Any = sheet.sheet_properties.outlinePr
    outline.summaryBelow = False
    sheet.freeze_panes = Column.VALUE.at(FIRST_ROW + 1)
    if book.to_fill_in:
        _select(sheet, Column.VALUE.at(min(table.rows[each] for each in INPUTS if INPUTS[each].required)))
    page(sheet, span(Column.INPUT, Column.NOTE, 1, row), f"{FIRST_ROW}:{FIRST_ROW}")
    protect(sheet)
    return cells


def _say_what_is_not_used(table: InputRows) -> None:
    """Zeros that nothing takes read so, and are grey: they are no prices of nothing.

    A figure that another one replaces; training on GPUs without hours; a fleet where the model is paid by the token.
    """
    sheet, rows = table.sheet, table.rows

    def at(name: str) -> str:
        return f"N(${Column.VALUE.letter}${rows[name]})"

    paid_by_token = f'${Column.IN_USE.letter}${rows["serving"]}<>"self_hosted"'
    unless = {
        **{name: f'${Column.DEFAULT.letter}${rows[name]}<>"{FILL_IN}"' for name in REPLACEABLE},
        "model_size_b": "TRUE",
        "training_hours": f"{at('training_tokens_m')}>0",
        "gpu_hourly_rate": f"{at('training_hours')}=0",
        "storage_monthly_rate": f"{at('storage_gb')}=0",
        "engineering_rate": f"{at('engineering_hours')}=0",
        "serving_gpu_hourly_rate": paid_by_token,
        "serving_tokens_per_second": paid_by_token,
    }
    for name, condition in unless.items():
        for column in (Column.VALUE, Column.AS_GENERATED):
            place = column.at(rows[name])
            rule = FormulaRule(formula=[f'AND({place}<>"",N({place})=0,{condition})'])
            look = Font(color=styles.FADED_INK, italic=True)
            rule.dxf = DifferentialStyle(font=look, numFmt=format_in_rule(NOT_USED))
            sheet.conditional_formatting.add(place, rule)


def _count_without_source(table: InputRows, last: int) -> None:
    """How many figures that somebody gave have no source beside them.

    Every number lies below every text: IronCalc asks ISNUMBER of a range as of one cell.
    """
    book, sheet, first = table.book, table.sheet, FIRST_ROW + 1
    values, defaults, sources = (column.rows(first, last) for column in (Column.VALUE, Column.DEFAULT, Column.SOURCE))
    given = Formula(
        f'SUMPRODUCT(({values}<"")*({values}<>0)*({values}<>{defaults})*({sources}=""))',
        _without_source(book.scenario),
    )
    words = (given == 1).where(" figure has no source", " figures have no source")
    content = (given == 0).where("Every figure has a source", joined(given, words))
    place = Column.SOURCE.at(FIRST_ROW - 1)
    book.put(sheet, place, content, "Explanatory Text", name="figures_without_source", meanwhile="")


def _without_source(scenario: Scenario) -> int:
    given = ((name, getattr(scenario, name)) for name, declared in INPUTS.items() if declared.numeric)
    return sum(
        bool(value) and value != INPUTS[name].default and not scenario.sources.get(name) for name, value in given
    )


def _select(sheet: Worksheet, address: str) -> None:
    """Makes a cell the one that is typed into first."""
    pane = sheet.sheet_view.selection[-1]
    pane.activeCell = pane.sqref = address


TO_FILL_IN_WIDTHS = {Column.UNIT: 30, Column.SOURCE: 24, Column.NOTE: 29}
"""The widths where an example stands beside the unit: the page is no wider for it."""
_SUBTITLES = {
    "wired": "Change the blue cells on cream; all follows from them, {what} where the FT functions are loaded.",
    "native": "Change the blue cells on cream; all follows from them but {what}, as generated.",
    "lambda": "Change the blue cells on cream; all follows from them but {what}, as generated.",
    "values": "The inputs that the figures were calculated from. This copy does not calculate.",
}


_TO_FILL_IN = "Fill in the red cells; the examples beside them count for nothing. All other cells may stay as they are."
_ABOUT_SEVERAL = "The figures of the scenario in use. Change them, and choose another, on the sheet Scenarios."


def _name_columns(table: InputRows, last: int) -> InputCells:
    """The block, and the columns that other sheets look inputs up in."""
    book, sheet, first = table.book, table.sheet, FIRST_ROW + 1

    def named(name: str, column: Column, values: Sequence[Any] | None = None) -> Formula:
        return book.define(name, sheet, column.rows(first, last), values)

    block = book.define("scenario", sheet, span(BLOCK[0], BLOCK[-1], FIRST_ROW, last), tuple(table.block))
    labels = named("input_labels", Column.INPUT)
    named("input_names", Column.NAME)
    values, in_range = named("input_values", Column.IN_USE), named("inputs_in_range", Column.IN_RANGE, table.verdicts)
    in_words = _add_missing(table, last, values, named("input_defaults", Column.DEFAULT), in_range)
    return InputCells(
        sheet,
        block,
        table.in_use,
        {name: each.seen_from_another(sheet) for name, each in table.bounds.items()},
        table.ends,
        labels,
        units=named("input_units", Column.UNIT),
        values=values,
        lows=named("input_lows", Column.LOW),
        highs=named("input_highs", Column.HIGH),
        lowest=named("input_lowest", Column.LOWEST),
        highest=named("input_highest", Column.HIGHEST),
        steps=named("input_steps", Column.STEP),
        in_range=in_range,
        distributions=elsewhere(sheet, Formula(Column.DISTRIBUTION.rows(first, last), None)),
        edited=_edited(sheet, first, last),
        missing_in_words=in_words,
    )


def _edited(sheet: Worksheet, first: int, last: int) -> Formula:
    """How many figures are not those as generated beside them; labels have none."""
    typed, generated = (
        elsewhere(sheet, Formula(column.rows(first, last), None)).text for column in (Column.VALUE, Column.AS_GENERATED)
    )
    still_empty = f'({typed}="")*({generated}="{EMPTY}")'
    return Formula(f'SUMPRODUCT(({generated}<>"")*({typed}<>{generated})*(1-{still_empty}))', 0)


def _add_missing(table: InputRows, last: int, values: Formula, defaults: Formula, in_range: Formula) -> Formula:
    """How many inputs are missing or not legal, of how many, and which.

    From here on the workbook waits for them.

    last : the last row of the inputs.
    values, defaults : the columns of what is in use, and of what stands for an empty cell.
    in_range : the column of verdicts, which is fill in only where nothing was typed that could be judged.
    Returns the cell that names them.
    """
    book, sheet = table.book, table.sheet
    count = int(table.count.value)
    missing = function("COUNTIF", values, FILL_IN, value=count)
    asked = Formula(f'SUMPRODUCT(--(({defaults.text}="{FILL_IN}")+({values.text}="{FILL_IN}")>0))', table.needed)
    book.put(sheet, Column.DEFAULT.at(FIRST_ROW - 2), "Missing", "Explanatory Text")
    book.put(sheet, Column.DEFAULT.at(FIRST_ROW - 1), "Needed", "Explanatory Text")
    cell = book.put(sheet, Column.IN_USE.at(FIRST_ROW - 2), missing, "Calculation", name="missing_inputs")
    needed = book.put(sheet, Column.IN_USE.at(FIRST_ROW - 1), asked, "Calculation", name="needed_inputs")
    empty = function("COUNTIF", in_range, FILL_IN, value=count)
    verb = (cell == 1).where(" figures is ", " figures are ")
    what = (cell == empty).where("missing: ", "missing or not legal: ")
    words = (cell == 0).where("", joined(cell, " of ", needed, verb, what, table.names))
    in_words = book.put(sheet, Column.VALUE.at(FIRST_ROW - 1), words, "Explanatory Text", name="missing_in_words")
    empty = FormulaRule(formula=[f'${Column.IN_USE.at(FIRST_ROW + 1)}="{FILL_IN}"'])
    empty.dxf = DifferentialStyle(fill=PatternFill(bgColor=styles.BAD_PAPER, fill_type="solid"))
    sheet.conditional_formatting.add(Column.VALUE.rows(FIRST_ROW + 1, last), empty)
    book.missing = cell
    return in_words
