"""The Checks sheet: a check a row, and the master check for every header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.value import maximum
from templates.building import styles
from templates.building.book import (
    AS_GENERATED,
    CHECKS_PLACE,
    FILL_IN,
    FT_FUNCTIONS,
    FUNCTIONS_ARE_MISSING,
    LAMBDA_IS_MISSING,
    NOT_COMPARED,
    Book,
    color_ok_and_fail,
    page,
    protect,
)
from templates.building.columns import Columns, put_titles, span, widths
from templates.building.formula import Formula, function, is_number, joined
from templates.sheets.breakdown_sheet import BreakdownCells
from templates.sheets.checks import TOLERANCE, Check, Checked, checks_of


class Column(Columns):
    """A check a row."""

    NAME = "A", "Check", 26
    SENTENCE = "B", "What must hold", 70
    A = "C", ">A", 18
    B = "D", ">B", 18
    DIFFERENCE = "E", ">Difference", 14
    TOLERANCE = "F", ">Tolerance", 12
    RESULT = "G", "Result", 10
    WHERE = "H", "Where", 16


FIRST_ROW = 4
NOT_CHECKED = "not checked"
_WHEN_LOADED = {
    "wired": "1 where they are loaded, and as new as this workbook (informative).",
    "lambda": "1 where this program calculates those that the workbook carries (informative).",
}
_CALCULATED_BY = {
    "wired": "Calculated by the FT functions",
    "lambda": "Calculated by the functions in this file",
}


@dataclass(frozen=True)
class CheckCells:
    """What others take: the master check, and whether the inputs are as generated.

    calculation : what calculates, in words, where that may change.
    """

    sheet: Worksheet
    state: Formula
    as_generated: Formula
    calculation: Formula | None


def add_checks_sheet(book: Book, checked: Checked) -> CheckCells:
    """Writes the sheet and names the master check."""
    about = "Figures that must agree. A FAIL names the place to look at."
    sheet = book.sheet("Checks", widths(Column), "Checks", about)
    put_titles(book, sheet, FIRST_ROW, Column)
    row = FIRST_ROW
    results = []
    for check in checks_of(book, checked):
        row += 1
        results.append(add_check(book, sheet, row, check))
    as_generated = _add_as_generated(book, sheet, row + 2, checked.figures)
    state = add_state(book, sheet, row, results)
    row += 4
    calculation = None
    if book.calls_functions:
        row += 2
        calculation = _add_calculation(book, sheet, row, checked)
    sheet.freeze_panes = Column.SENTENCE.at(FIRST_ROW + 1)
    page(sheet, span(Column.NAME, Column.WHERE, 1, row + 1), f"1:{FIRST_ROW}", tall=1)
    protect(sheet)
    return CheckCells(sheet, state, as_generated, calculation)


def add_state(book: Book, sheet: Worksheet, last: int, results: Sequence[Any]) -> Formula:
    """How many checks fail, and the master check, four rows below the last.

    results : of the checks, which end in the last row.
    """
    area, row = Column.RESULT.rows(last - len(results) + 1, last), last + 4
    failed = function("COUNTIF", Formula(area, None), "FAIL", value=results.count("FAIL"))
    book.put(sheet, Column.NAME.at(row), "Failed checks")
    count = book.put(sheet, Column.A.at(row), failed, "Output", styles.WHOLE, name="checks_failed")
    book.put(sheet, Column.NAME.at(row + 1), "Master check")
    words = (count == 0).where("All checks OK", joined("Failed checks: ", count, ", see Checks"))
    color_ok_and_fail(sheet, area)
    return book.put(sheet, Column.A.at(row + 1), words, "Output", name="check_state")


def add_master_check(book: Book, checks: CheckCells) -> None:
    """Shows the master check in every sheet's header, as a link to the Checks sheet."""
    state = Formula(checks.state.text, FILL_IN) if book.to_fill_in else checks.state
    if checks.calculation:
        state = joined(state, ". ", checks.calculation)
    for sheet in book.workbook.worksheets:
        book.put(sheet, CHECKS_PLACE, state, "Explanatory Text", meanwhile=None)
        if sheet is not checks.sheet:
            book.link(sheet, CHECKS_PLACE, checks.state.text)


def add_check(book: Book, sheet: Worksheet, row: int, check: Check) -> Any:
    """One check; returns its result."""
    book.put(sheet, Column.NAME.at(row), check.name, "Explanatory Text")
    book.put(sheet, Column.SENTENCE.at(row), check.sentence)
    b = book.put(sheet, Column.B.at(row), check.b, "Calculation", styles.ANY_SIZE)
    a_of_b = check.a(b) if callable(check.a) else check.a
    a = book.put(sheet, Column.A.at(row), a_of_b, "Calculation", styles.ANY_SIZE)
    both = is_number(a) & is_number(b)
    difference = both.where(abs(a - b), (a == b).where(0, 1))
    if check.by_function:
        difference = book.by_function_alone(difference, NOT_COMPARED)
    if check.when:
        difference = check.when.where(difference, NOT_COMPARED)
    tolerance = book.put(sheet, Column.TOLERANCE.at(row), check.tolerance, "Explanatory Text", "0E+00")
    place = Column.DIFFERENCE.at(row)
    cell = book.put(sheet, place, difference, "Calculation", "0.0E+00;-0.0E+00;0")
    size = is_number(b).where(maximum(abs(b), 1), 1)
    result = (cell <= tolerance * size).where("OK", "FAIL")
    if check.by_function:
        result = book.by_function_alone(result, NOT_CHECKED)
    if check.when:
        result = is_number(cell).where(result, NOT_CHECKED)
    shown = book.put(sheet, Column.RESULT.at(row), result, "Good", name=check.name)
    book.put(sheet, Column.WHERE.at(row), "show", "Explanatory Text")
    book.link(sheet, Column.WHERE.at(row), check.target.text)
    return shown.value


def _add_calculation(book: Book, sheet: Worksheet, row: int, checked: Checked) -> Formula:
    """Whether the FT_ functions answer, and in words what calculates.

    The question takes no cell, so nothing would ask it again after an edit: counting what can be typed in ties it to
    that. Stored as 0, so that a program without the functions, which keeps stored values until an edit, takes the
    formulas.
    """
    missing = Formula((LAMBDA_IS_MISSING if book.edition == "lambda" else FUNCTIONS_ARE_MISSING).text, True)
    choices = [*checked.sensitivity.choices, *(checked.risk.choices if checked.risk else ())]
    inputs_are_there = function("COUNTA", checked.inputs.block, *choices, value=1) >= 0
    book.put(sheet, Column.NAME.at(row), "FT functions")
    book.put(sheet, Column.SENTENCE.at(row), _WHEN_LOADED[book.edition])
    shown, place = missing.where(0, 1) * inputs_are_there, Column.A.at(row)
    loaded = book.put(sheet, place, shown, "Calculation", styles.WHOLE, FT_FUNCTIONS.text, meanwhile=None)
    book.put(sheet, Column.NAME.at(row + 1), "Calculated by")
    words = loaded.where(_CALCULATED_BY[book.edition], "Calculated by ordinary formulas")
    place = Column.A.at(row + 1)
    return book.put(sheet, place, words, "Explanatory Text", name="calculated_by", meanwhile=None)


def _add_as_generated(book: Book, sheet: Worksheet, row: int, figures: BreakdownCells) -> Formula:
    """Whether the inputs are those that the workbook was made from; no failure."""
    place = Column.RESULT.at(row)
    if book.to_fill_in:
        book.put(sheet, Column.NAME.at(row), "figures_as_generated", "Explanatory Text")
        book.put(sheet, Column.SENTENCE.at(row), "Made to be filled in, without figures (informative).")
        return book.put(sheet, place, "filled in", "Explanatory Text", name="figures_as_generated")
    net, npv_made = book.appraisal.net_roi, book.appraisal.npv()
    about = "Net return now; net return and NPV when this workbook was generated (informative)."
    book.put(sheet, Column.NAME.at(row), "figures_as_generated", "Explanatory Text")
    book.put(sheet, Column.SENTENCE.at(row), about)
    now = book.put(sheet, Column.A.at(row), figures.net_roi, "Calculation", styles.ANY_SIZE)
    then = book.put(sheet, Column.B.at(row), net, "Calculation", styles.ANY_SIZE)
    npv_then = book.put(sheet, Column.DIFFERENCE.at(row), npv_made, "Calculation", styles.ANY_SIZE)
    net_same = abs(now - then) <= TOLERANCE * maximum(abs(then), 1)
    npv_same = abs(figures.npv - npv_then) <= TOLERANCE * maximum(abs(npv_then), 1)
    edited = "inputs edited, or another scenario" if book.several else "inputs edited since"
    same = (net_same & npv_same).where(AS_GENERATED, edited)
    return book.put(sheet, place, same, "Explanatory Text", name="figures_as_generated")
