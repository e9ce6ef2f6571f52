"""The waterfall from savings and costs to the net ROI: a small table beside the Breakdown's page, and its chart."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.value import fixed, maximum, minimum
from templates.building import styles
from templates.building.book import Book, column_titles
from templates.building.charts import BLUE, GREEN, ORANGE, waterfall_chart
from templates.building.formula import Formula, formula_of, joined

COLUMNS = "IJKLMNO"
TITLES = ("Step", ">Amount", ">From", ">To", ">Base", ">Above zero", ">Below zero")
FIRST_ROW = 4
CHART_ROWS = 20


def add_waterfall(book: Book, sheet: Worksheet, row: int) -> int:
    """Places the chart below a row; returns its last row."""
    first = FIRST_ROW + 1
    column_titles(book, sheet, FIRST_ROW, TITLES, 9)
    columns: dict[str, list[Any]] = {column: [] for column in COLUMNS}
    before: Any = formula_of(0)
    for at, (label, amount, is_net) in enumerate(_steps(book), start=first):
        start = formula_of(0) if is_net else before
        cells = {"I": label, "J": amount, "K": start}
        formulas = {column: book.put(sheet, f"{column}{at}", cells[column], *_look(column)) for column in "IJK"}
        begin, change = formulas["K"], formulas["J"]
        end = book.put(sheet, f"L{at}", begin + change, *_look("L"))
        highest, lowest = maximum(begin, end), minimum(begin, end)
        base: Any = maximum(lowest, 0) + minimum(highest, 0)
        above: Any = maximum(highest, 0) - maximum(lowest, 0)
        below: Any = minimum(lowest, 0) - minimum(highest, 0)
        for column, figure in zip("MNO", (base, above, below), strict=True):
            book.put(sheet, f"{column}{at}", figure, *_look(column))
        columns["I"].append(label)
        for column in COLUMNS[1:]:
            address = f"{column}{at}"
            columns[column].append(book.values[sheet.title].get(address, sheet[address].value))
        before = Formula(f"L{at}", end.value)
    last = first + len(columns["I"]) - 1
    net = book.names["out_net_roi"]
    more, less = ("Benefits exceed total cost by ", "Benefits fall short of cost by ")
    text = (net > 0).where(joined(more, fixed(net, 0)), joined(less, fixed(-net, 0)))
    title = book.put(sheet, f"I{last + 2}", text, "Explanatory Text")
    base_bars, above_bars, below_bars = ((sheet, f"{c}{first}:{c}{last}", columns[c]) for c in "MNO")
    chart: Any = waterfall_chart(
        (sheet, f"I{first}:I{last}", columns["I"]),
        base_bars,
        (above_bars, below_bars),
        (BLUE, BLUE, ORANGE, ORANGE, GREEN),
        (sheet, f"I{last + 2}", [title.value]),
        book.scenario.currency,
    )
    chart.width, chart.height = 24, 9.3
    sheet.add_chart(chart, f"A{row + 1}")
    book.chart_descriptions[sheet.title].append(
        f"Waterfall chart from savings less upfront and running costs to the net ROI. {title.value}."
    )
    return row + CHART_ROWS


def _look(column: str) -> tuple[str, str]:
    return "Explanatory Text", styles.GENERAL if column == "I" else styles.WHOLE


def _steps(book: Book) -> list[tuple[str, Any, bool]]:
    """What is added up, each over the horizon and risk-adjusted; the last is the sum."""
    n: Any = book.names
    months = n["months_to_amortize"]
    return [
        ("Inference savings", n["out_inference_savings"] * months, False),
        ("Review savings", n["out_review_savings"] * months, False),
        ("Upfront cost", -metrics.total_cost(n["upfront_cost"], formula_of(0), n["cost_risk"]), False),
        ("Running costs", -metrics.total_cost(formula_of(0), n["total_running_cost"], n["cost_risk"]), False),
        ("Net ROI", n["out_net_roi"], True),
    ]
