"""The waterfall from savings and costs to the net return, beside the Breakdown."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.figures import FIGURES
from roi_engine.value import fixed, maximum, minimum
from templates.building import styles
from templates.building.book import Book
from templates.building.charts import BLUE, GREEN, ORANGE, VERMILION, Cells, place_chart, waterfall_chart
from templates.building.columns import Columns, put_titles
from templates.building.formula import Formula, formula_of, joined
from templates.building.quantities import Quantities


class StepColumn(Columns):
    """The steps, beside the page."""

    STEP = "I", "Step", 20
    AMOUNT = "J", ">Amount", 13
    FROM = "K", ">From", 13
    TO = "L", ">To", 13
    BASE = "M", ">Base", 13
    ABOVE = "N", ">Above zero", 13
    BELOW = "O", ">Below zero", 13


FIRST_ROW = 4
CHART_ROWS = 20
_COLOURS = (BLUE, BLUE, ORANGE, ORANGE)
"""Of the steps before the net return, which is green as a gain and red as a loss."""


def add_waterfall(
    book: Book, sheet: Worksheet, place: str, anchor: str, last_column: str, figures: Quantities, quantities: Quantities
) -> None:
    """Writes the steps, and places the chart below what it shows in words.

    place : the cell of the words.
    anchor, last_column : where the chart's upper left corner is, and how far it may reach.
    quantities : the cells of the model.
    """
    first = FIRST_ROW + 1
    put_titles(book, sheet, FIRST_ROW, StepColumn)
    shown: dict[StepColumn, list[Any]] = {column: [] for column in StepColumn}
    before = formula_of(0)
    steps = _steps(figures, quantities)
    for at, (label, amount, is_net) in enumerate(steps, start=first):
        before = _add_step(book, sheet, at, label, amount, formula_of(0) if is_net else before, shown)
    last = FIRST_ROW + len(steps)
    finding = book.put(sheet, place, _finding(figures["net_roi"]), "Explanatory Text")

    def drawn(column: StepColumn) -> Cells:
        return sheet, column.rows(first, last), shown[column]

    chart = waterfall_chart(
        drawn(StepColumn.STEP),
        drawn(StepColumn.BASE),
        {"Above zero": drawn(StepColumn.ABOVE), "Below zero": drawn(StepColumn.BELOW)},
        {"Above zero": (*_COLOURS, GREEN), "Below zero": (*_COLOURS, VERMILION)},
        book.scenario.currency,
    )
    words = "Waterfall chart from savings less upfront and running costs to the net return."
    place_chart(book, sheet, chart, anchor, last_column, words, f"{finding.value}.", widest=24)


def _add_step(
    book: Book,
    sheet: Worksheet,
    row: int,
    label: str,
    amount: Formula,
    start: Formula,
    shown: dict[StepColumn, list[Any]],
) -> Formula:
    """One step, and what of its bar lies where; returns the cell where it ends."""

    def put(column: StepColumn, content: Any, look: str = styles.WHOLE) -> Formula:
        cell = book.put(sheet, column.at(row), content, "Explanatory Text", look)
        shown[column].append(cell.value)
        return cell

    put(StepColumn.STEP, label, styles.GENERAL)
    change, begin = put(StepColumn.AMOUNT, amount), put(StepColumn.FROM, start)
    end = put(StepColumn.TO, begin + change)
    highest, lowest = maximum(begin, end), minimum(begin, end)
    put(StepColumn.BASE, maximum(lowest, 0) + minimum(highest, 0))
    put(StepColumn.ABOVE, maximum(highest, 0) - maximum(lowest, 0))
    put(StepColumn.BELOW, minimum(lowest, 0) - minimum(highest, 0))
    return end


def _finding(net: Formula) -> Formula:
    more, less = ("Benefits exceed total cost by ", "Benefits fall short of cost by ")
    return (net > 0).where(joined(more, fixed(net, 0)), joined(less, fixed(-net, 0)))


def _steps(figures: Quantities, n: Quantities) -> list[tuple[str, Any, bool]]:
    """What is added up, each over the horizon and risk-adjusted; the last is the sum."""
    months, nothing = n["months_to_amortize"], formula_of(0)
    upfront: Any = metrics.total_cost(n["upfront_cost"], nothing, n["cost_risk"])
    running: Any = metrics.total_cost(nothing, n["total_running_cost"], n["cost_risk"])
    return [
        (FIGURES["monthly_inference_savings"].label, figures["inference_savings"] * months, False),
        (FIGURES["monthly_review_savings"].label, figures["review_savings"] * months, False),
        ("Upfront cost", -upfront, False),
        ("Running costs", -running, False),
        (FIGURES["net_roi"].label, figures["net_roi"], True),
    ]
