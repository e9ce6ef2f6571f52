"""How the scenarios differ from the first: in results, NPVs and typed figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.figures import FIGURES, Figure
from roi_engine.value import minimum
from templates.building import styles
from templates.building.book import FILL_IN, Book, group_title
from templates.building.charts import Cells, npv_chart, place_chart
from templates.building.columns import letters_from
from templates.building.formula import Formula, function, is_number, joined
from templates.building.shown_figures import rounded_format
from templates.sheets.scenarios_sheet import (
    CHART_ROW,
    DIFFERENCES_ROW,
    FINDING_ROW,
    NAMES_ROW,
    Column,
    ScenarioCells,
    chart_height,
    typed_row,
)

FROM_THE_FIRST = ("npv", "net_roi", "pv_cost", "payback_months")
"""The figures whose differences are shown."""
_MONTHS = styles.MONEY.replace("#,##0", "0.0")
"""Months with a sign, as money has it."""
HIDDEN = ";;;"
"""The number format of cells that only the chart reads."""
_RIGHT = Alignment(horizontal="right", vertical="center")


def add_differences(
    book: Book, scenarios: ScenarioCells, results: Mapping[str, Sequence[Formula]], npvs: Formula
) -> None:
    """Adds what each scenario's results are above or below the first's, and the chart.

    results : the cells of each figure, one for each scenario.
    npvs : the row of the NPVs.
    """
    sheet, letters = scenarios.sheet, letters_from(Column.FIRST, len(book.scenarios))
    group_title(book, sheet, DIFFERENCES_ROW, "Difference from the first", letters[-1])
    for row, name in enumerate(FROM_THE_FIRST, start=DIFFERENCES_ROW + 1):
        _add_row(book, sheet, row, FIGURES[name], results[name])
    finding = _add_finding(book, sheet, scenarios.names, npvs)
    names, bars = (sheet, f"{letters[0]}{NAMES_ROW}:{letters[-1]}{NAMES_ROW}", scenarios.names.value), results["npv"]
    room = _add_room(book, sheet, letters, npvs)
    chart = npv_chart(names, (sheet, f"{bars[0].text}:{bars[-1].text}", npvs.value), room, book.scenario.currency)
    words = "Bar chart of the NPV of every scenario."
    height = chart_height(len(letters))
    place_chart(book, sheet, chart, Column.LABEL.at(CHART_ROW), letters[-1], words, str(finding.value),
                widest=24, height=height)  # fmt: skip

    def keep_off_the_labels() -> None:
        """Pages that repeat the columns of the labels repeat what lies over them too."""
        if sheet.print_title_cols:
            chart.anchor = Column.FIRST.at(CHART_ROW)

    book.once_fitted.append(keep_off_the_labels)
    _mark_other_figures(book, sheet, letters)


def _add_row(book: Book, sheet: Worksheet, row: int, figure: Figure, cells: Sequence[Formula]) -> None:
    """A figure's difference in every scenario: one formula, copied across."""
    book.put(sheet, Column.LABEL.at(row), figure.label)
    book.put(sheet, Column.UNIT.at(row), figure.unit_in(book.scenario.currency), "Unit")
    base = Formula(f"${cells[0].text}", cells[0].value)
    look = _MONTHS if figure.quantity.kind == "months" else rounded_format(figure)
    for letter, cell in zip(letters_from(Column.FIRST, len(cells)), cells, strict=True):
        difference = is_number(cell).where(is_number(base).where(cell - base, "n/a"), "n/a")
        book.put(sheet, f"{letter}{row}", difference, "Calculation", look, meanwhile=None)
        book.align(sheet[f"{letter}{row}"], _RIGHT)


def _add_finding(book: Book, sheet: Worksheet, names: Formula, npvs: Formula) -> Formula:
    """Above the chart: how many scenarios are worth it, and which most."""
    shown = [each for each in npvs.value if isinstance(each, (int, float))]
    best, above = max(shown), sum(each > 0 for each in shown)
    highest = function("MAX", npvs, value=best)
    known = Formula(f"COUNT({npvs.text})", len(shown))
    name = Formula(
        f"INDEX({names.text},1,MATCH({highest.text},{npvs.text},0))", names.value[list(npvs.value).index(best)]
    )
    count = Formula(f'COUNTIF({npvs.text},">0")', above)
    words = joined(
        "NPV above zero in ", count, f" of {len(book.scenarios)} scenarios. Highest: ", name, ", ", highest.fixed(0),
        f" {book.scenario.currency}",
    )  # fmt: skip
    text = (known == 0).where(FILL_IN, words)
    return book.put(sheet, Column.LABEL.at(FINDING_ROW), text, "Explanatory Text", meanwhile=None)


def _add_room(book: Book, sheet: Worksheet, letters: Sequence[str], npvs: Formula) -> Cells:
    """How far the chart's axis reaches to the left.

    To zero, or as far below it as above where there is a loss.
    """
    shown = [each for each in npvs.value if isinstance(each, (int, float))]
    least, most = (function(name, npvs, value=of(shown)) for name, of in (("MIN", min), ("MAX", max)))
    room = (least < 0).where(minimum(-most, least + least), 0)
    for letter in letters:
        book.put(sheet, f"{letter}{FINDING_ROW - 1}", room, "Explanatory Text", HIDDEN, meanwhile=None)
    return sheet, f"{letters[0]}{FINDING_ROW - 1}:{letters[-1]}{FINDING_ROW - 1}", [room.value] * len(letters)


def _mark_other_figures(book: Book, sheet: Worksheet, letters: Sequence[str]) -> None:
    """Figures that are not the first scenario's stand in bold."""
    first = typed_row(len(letters))
    words = "In bold: what is other than in the first scenario."
    book.put(sheet, Column.LABEL.at(first - 1), words, "Explanatory Text")
    rule = FormulaRule(formula=[f"{letters[1]}{first}<>${letters[0]}{first}"])
    rule.dxf = DifferentialStyle(font=Font(bold=True))
    sheet.conditional_formatting.add(f"{letters[1]}{first}:{letters[-1]}{sheet.max_row}", rule)
