"""The Ranking sheet: the returned workbooks by their NPV and by their payback.

Both orders are live, with a chart of the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.figures import FIGURES
from templates.building import styles
from templates.building.book import Book, column_titles, page, protect
from templates.building.charts import ranking_chart
from templates.building.formula import Formula, joined
from templates.portfolio.portfolio_sheet import COUNTED, Entry, currencies_of, mark_as_text

WIDTHS = (6, 46, 30, 16, 3, 6, 46, 30, 12, 3, 9, 9)
_NPV, _PAYBACK = FIGURES["npv"].label, FIGURES["payback_months"].label
TITLES_NPV = ("Place", f"By {_NPV}", "Who", f">{_NPV}")
TITLES_PAYBACK = ("Place", f"By {_PAYBACK.lower()}", "Who", ">Months")
TITLES_ORDER = (f">{_NPV} order", f">{_PAYBACK} order")
CHART_TOP, CHART_ROWS = 7, 24
FIRST_ROW = CHART_TOP + CHART_ROWS + 2
ON_CHART = 15
_MIDDLE = Alignment(horizontal="center", vertical="center")
_RIGHT = Alignment(horizontal="right", vertical="center")


def add_ranking_sheet(book: Book, sheet: Worksheet, entries: Sequence[Entry]) -> None:
    """Fills the sheet.

    The choice of currency, the chart, the two tables, and the order they follow.
    """
    for letter, width in zip("ABCDEFGHIJKL", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    currencies = currencies_of(entries)
    subtitle = "The answers that count, the highest NPV and the soonest payback first."
    if len(currencies) > 1:
        subtitle += " NPVs are compared within one currency"
        subtitle += "." if book.edition == "values" else ": choose it in the blue cell on cream."
    book.put(sheet, "A2", subtitle, "Explanatory Text")
    book.put(sheet, "B4", "Currency", "Calculation")
    chosen = book.put(sheet, "C4", currencies[0], "Input" if len(currencies) > 1 else "Output", name="ranked_currency")
    mark_as_text(sheet, "C4")
    if len(currencies) > 1:
        choice = DataValidation(type="list", formula1="=portfolio_currency_list", showErrorMessage=True)
        choice.errorTitle, choice.error = "Currency", "Choose one of the currencies of the answers."
        choice.add("C4")
        sheet.add_data_validation(choice)

    titles = ((1, TITLES_NPV), (6, TITLES_PAYBACK), (11, TITLES_ORDER))
    for column, names in titles:
        column_titles(book, sheet, FIRST_ROW - 1, names, column)
    last = FIRST_ROW + len(entries) - 1
    by_npv, by_payback = _orders(book, entries, chosen.value)
    for index, entry in enumerate(entries):
        _add_order(book, sheet, FIRST_ROW + index, entry, by_npv, by_payback)
    book.define("order_by_npv", sheet, f"K{FIRST_ROW}:K{last}", by_npv)
    book.define("order_by_payback", sheet, f"L{FIRST_ROW}:L{last}", by_payback)
    shown = _add_places(book, sheet, "ABCD", "order_by_npv", "portfolio_npvs", "#,##0;-#,##0;0")
    _add_places(book, sheet, "FGHI", "order_by_payback", "portfolio_paybacks", styles.PAYBACK)
    _add_chart(book, sheet, shown, str(chosen.value))
    sheet.freeze_panes = "A4"
    page(sheet, f"A1:I{last}", f"{FIRST_ROW - 1}:{FIRST_ROW - 1}")
    protect(sheet)


def _orders(book: Book, entries: Sequence[Entry], currency: str) -> tuple[list[int], list[int]]:
    """The place of each entry by NPV and by payback.

    It is 0 for one without a place; equal figures stand in the order of their numbers.
    """
    n = book.names

    def places(values: Sequence[Any], takes_part: Callable[[Entry], bool], sign: int) -> list[int]:
        known = [
            (sign * value, index)
            for index, (entry, value) in enumerate(zip(entries, values, strict=True))
            if entry.counted and takes_part(entry) and isinstance(value, (int, float)) and math.isfinite(value)
        ]
        order = {index: place for place, (_, index) in enumerate(sorted(known), start=1)}
        return [order.get(index, 0) for index in range(len(entries))]

    same = currency.casefold()
    return (
        places(n["portfolio_npvs"].value, lambda entry: entry.scenario.currency.casefold() == same, -1),
        places(n["portfolio_paybacks"].value, lambda _: True, 1),
    )


def _add_order(
    book: Book, sheet: Worksheet, row: int, entry: Entry, by_npv: Sequence[int], by_payback: Sequence[int]
) -> None:
    """The places of one entry, which the tables look up."""
    number = entry.number
    for column, mine, order, others, before in (
        ("K", "portfolio_npvs", by_npv, "*(portfolio_currencies=ranked_currency)", ">"),
        ("L", "portfolio_paybacks", by_payback, "", "<"),
    ):
        own = f"INDEX({mine},{number})"
        takes_part = f'INDEX(portfolio_counted,{number})="{COUNTED}",ISNUMBER({own})'
        if others:
            takes_part += f",INDEX(portfolio_currencies,{number})=ranked_currency"
        ahead = (
            f'SUMPRODUCT((portfolio_counted="{COUNTED}"){others}*ISNUMBER({mine})'
            f"*(({mine}{before}{own})+({mine}={own})*(portfolio_numbers<{number})))"
        )
        text = f"IF(AND({takes_part}),1+{ahead},0)"
        book.put(sheet, f"{column}{row}", Formula(text, order[number - 1]), "Explanatory Text", styles.WHOLE)


def _add_places(
    book: Book, sheet: Worksheet, columns: str, order: str, values: str, number_format: str
) -> list[tuple[Any, Any]]:
    """The answers in an order, a row for each place; returns labels and figures."""
    places = book.names[order].value
    index_of = {place: index for index, place in enumerate(places)}
    return [
        _add_place(book, sheet, place, index_of.get(place), columns, order, values, number_format)
        for place in range(1, len(places) + 1)
    ]


def _add_place(
    book: Book,
    sheet: Worksheet,
    place: int,
    index: int | None,
    columns: str,
    order: str,
    values: str,
    number_format: str,
) -> tuple[Any, Any]:
    """Writes one place: number and scenario, who, figure.

    Nothing stands there beyond the last entry. Returns label and figure.
    index : which entry it is, from 0; None where none has the place.
    """
    n, row = book.names, FIRST_ROW + place - 1
    position, name, who, figure = (f"{column}{row}" for column in columns)

    def found(column: str) -> Any:
        return "" if index is None else n[column].value[index]

    at = f"MATCH({place},{order},0)"
    book.put(sheet, position, Formula(f'IF(MAX({order})>={place},{place},"")', place if index is not None else ""),
             "Calculation", styles.WHOLE)  # fmt: skip
    label = "" if index is None else f"{found('portfolio_numbers')}  {found('portfolio_names')}"
    text = f'IFERROR(INDEX(portfolio_numbers,{at})&"  "&INDEX(portfolio_names,{at}),"")'
    book.put(sheet, name, Formula(text, label))
    book.put(
        sheet, who, Formula(f'IFERROR(INDEX(portfolio_who,{at})&"","")', found("portfolio_who")), "Explanatory Text"
    )
    mark_as_text(sheet, who)
    value = found(values)
    book.put(sheet, figure, Formula(f'IFERROR(INDEX({values},{at}),"")', value), "Calculation", number_format)
    book.align(sheet[position], _MIDDLE)
    book.align(sheet[figure], _RIGHT)
    return label, value


def _add_chart(book: Book, sheet: Worksheet, shown: Sequence[tuple[Any, Any]], currency: str) -> None:
    count = min(ON_CHART, len(shown))
    last = FIRST_ROW + count - 1
    heading = f"The {count} highest {_NPV}s" if count < len(shown) else f"{_NPV} of the answers"
    title = book.put(sheet, "A5", joined(heading, " (", book.names["ranked_currency"], ")"), "Explanatory Text", ";;;")
    labels = [label for label, _ in shown[:count]]
    values = [value for _, value in shown[:count]]
    chart: Any = ranking_chart(
        (sheet, f"B{FIRST_ROW}:B{last}", labels),
        (sheet, f"D{FIRST_ROW}:D{last}", values),
        (sheet, "A5", [title.value]),
        _NPV,
    )
    chart.width, chart.height = 48, 12
    sheet.add_chart(chart, f"A{CHART_TOP}")
    best = f"The highest is {labels[0]} with {values[0]:,.0f} {currency}." if labels and labels[0] else "None counts."
    book.chart_descriptions[sheet.title].append(f"Bar chart of the NPV of the answers, the highest first. {best}")
