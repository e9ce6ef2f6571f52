"""The Ranking sheet: the returned workbooks by their NPV and by their payback.

Both orders are live, with a chart of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.figures import FIGURES
from templates.building import styles
from templates.building.book import BELOW_FRAME, SUBTITLE_PLACE, Book, cell_at, page, protect
from templates.building.charts import place_chart, ranking_chart
from templates.building.columns import Columns, put_titles, span, widths
from templates.building.formula import Formula, joined
from templates.portfolio.entries import Entry, currencies_of, mark_as_text
from templates.portfolio.portfolio_sheet import COUNTED, AnswerRanges, is_finite_number

_NPV, _PAYBACK = FIGURES["npv"].label, FIGURES["payback_months"].label


class ByNpv(Columns):
    """The columns of the answers by NPV."""

    PLACE = "A", "Place", 6
    ANSWER = "B", f"By {_NPV}", 46
    WHO = "C", "Who", 30
    FIGURE = "D", f">{_NPV}", 16


class ByPayback(Columns):
    """The columns of the answers by payback."""

    PLACE = "F", "Place", 6
    ANSWER = "G", f"By {_PAYBACK.lower()}", 46
    WHO = "H", "Who", 30
    FIGURE = "I", ">Months", 12


class Order(Columns):
    """The place of each answer, in the order of the answers: outside the print area."""

    BY_NPV = "K", f">{_NPV} order", 9
    BY_PAYBACK = "L", f">{_PAYBACK} order", 9


CURRENCY_ROW = 4
CHART_TITLE = "A5"
CHART_TOP, CHART_ROWS = 7, 24
FIRST_ROW = CHART_TOP + CHART_ROWS + 2
ON_CHART = 15
_MIDDLE = Alignment(horizontal="center", vertical="center")
_RIGHT = Alignment(horizontal="right", vertical="center")


@dataclass(frozen=True)
class RankingRanges:
    """The place of each answer in the two orders, and the currency of the first."""

    by_npv: Formula
    by_payback: Formula
    currency: Formula


def add_ranking_sheet(book: Book, sheet: Worksheet, entries: Sequence[Entry], ranges: AnswerRanges) -> RankingRanges:
    """Fills the sheet.

    The choice of currency, the chart, the two tables, and the order they follow.
    """
    for index, width in enumerate(widths(ByNpv, ByPayback, Order), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    currencies = currencies_of(entries)
    subtitle = "The answers that count, the highest NPV and the soonest payback first."
    if len(currencies) > 1:
        subtitle += " NPVs are compared within one currency"
        subtitle += "." if book.edition == "values" else ": choose it in the blue cell on cream."
    book.put(sheet, SUBTITLE_PLACE, subtitle, "Explanatory Text")
    chosen = _add_choice(book, sheet, currencies)
    for table in (ByNpv, ByPayback, Order):
        put_titles(book, sheet, FIRST_ROW - 1, table)
    last = FIRST_ROW + len(entries) - 1
    by_npv, by_payback = _orders(entries, ranges, str(chosen.value))
    for index, entry in enumerate(entries):
        _add_order(book, sheet, FIRST_ROW + index, entry, ranges, chosen, (by_npv[index], by_payback[index]))
    npv_order = book.define("order_by_npv", sheet, Order.BY_NPV.rows(FIRST_ROW, last), by_npv)
    payback_order = book.define("order_by_payback", sheet, Order.BY_PAYBACK.rows(FIRST_ROW, last), by_payback)
    shown = _add_places(book, sheet, _Ranking(ByNpv, npv_order, ranges.npvs, styles.HEADLINE_MONEY), ranges)
    _add_places(book, sheet, _Ranking(ByPayback, payback_order, ranges.paybacks, styles.PAYBACK), ranges)
    _add_chart(book, sheet, shown, chosen)
    sheet.freeze_panes = BELOW_FRAME
    page(sheet, span(ByNpv.PLACE, ByPayback.FIGURE, 1, last), f"{FIRST_ROW - 1}:{FIRST_ROW - 1}")
    protect(sheet)
    return RankingRanges(npv_order, payback_order, chosen)


def _add_choice(book: Book, sheet: Worksheet, currencies: Sequence[str]) -> Formula:
    """The currency whose NPVs are compared."""
    place = ByNpv.WHO.at(CURRENCY_ROW)
    book.put(sheet, ByNpv.ANSWER.at(CURRENCY_ROW), "Currency", "Calculation")
    chosen = book.put(sheet, place, currencies[0], "Input" if len(currencies) > 1 else "Output", name="ranked_currency")
    mark_as_text(sheet, place)
    if len(currencies) > 1:
        choice = DataValidation(type="list", formula1="=portfolio_currency_list", showErrorMessage=True)
        choice.errorTitle, choice.error = "Currency", "Choose one of the currencies of the answers."
        choice.add(place)
        sheet.add_data_validation(choice)
    return chosen


def _orders(entries: Sequence[Entry], ranges: AnswerRanges, currency: str) -> tuple[list[int], list[int]]:
    """The place of each entry by NPV and by payback.

    It is 0 for one without a place; equal figures stand in the order of their numbers.
    """

    def places(values: Sequence[Any], takes_part: Callable[[Entry], bool], sign: int) -> list[int]:
        known = [
            (sign * value, index)
            for index, (entry, value) in enumerate(zip(entries, values, strict=True))
            if entry.counted and takes_part(entry) and is_finite_number(value)
        ]
        order = {index: place for place, (_, index) in enumerate(sorted(known), start=1)}
        return [order.get(index, 0) for index in range(len(entries))]

    same = currency.casefold()
    return (
        places(ranges.npvs.value, lambda entry: entry.scenario.currency.casefold() == same, -1),
        places(ranges.paybacks.value, lambda _: True, 1),
    )


def _add_order(
    book: Book,
    sheet: Worksheet,
    row: int,
    entry: Entry,
    ranges: AnswerRanges,
    chosen: Formula,
    places: tuple[int, int],
) -> None:
    """The places of one entry, which the tables look up."""
    number, counted, currencies = entry.number, ranges.counted.text, ranges.currencies.text
    for column, figures, only_chosen, before, place in (
        (Order.BY_NPV, ranges.npvs, True, ">", places[0]),
        (Order.BY_PAYBACK, ranges.paybacks, False, "<", places[1]),
    ):
        all_figures = figures.text
        own = f"INDEX({all_figures},{number})"
        takes_part = f'INDEX({counted},{number})="{COUNTED}",ISNUMBER({own})'
        if only_chosen:
            takes_part += f",INDEX({currencies},{number})={chosen.text}"
        ahead = (
            f'SUMPRODUCT(({counted}="{COUNTED}"){f"*({currencies}={chosen.text})" if only_chosen else ""}'
            f"*ISNUMBER({all_figures})"
            f"*(({all_figures}{before}{own})+({all_figures}={own})*({ranges.numbers.text}<{number})))"
        )
        text = f"IF(AND({takes_part}),1+{ahead},0)"
        book.put(sheet, column.at(row), Formula(text, place), "Explanatory Text", styles.WHOLE)


@dataclass(frozen=True)
class _Ranking:
    """A table of the answers in an order.

    columns : place, answer, who, figure.
    """

    columns: type[Columns]
    order: Formula
    figures: Formula
    number_format: str


def _add_places(book: Book, sheet: Worksheet, ranking: _Ranking, ranges: AnswerRanges) -> list[tuple[Any, Any]]:
    """The answers in an order, a row for each place; returns labels and figures."""
    index_of = {place: index for index, place in enumerate(ranking.order.value)}
    return [
        _add_place(book, sheet, ranking, ranges, place, index_of.get(place))
        for place in range(1, len(ranking.order.value) + 1)
    ]


def _add_place(
    book: Book, sheet: Worksheet, ranking: _Ranking, ranges: AnswerRanges, place: int, index: int | None
) -> tuple[Any, Any]:
    """Writes one place: number and scenario, who, figure.

    Nothing stands there beyond the last entry. Returns label and figure.
    index : which entry it is, from 0; None where none has the place.
    """
    order, figures = ranking.order, ranking.figures
    position, name, who, figure = (column.at(FIRST_ROW + place - 1) for column in ranking.columns)

    def found(values: Formula) -> Any:
        return "" if index is None else values.value[index]

    at = f"MATCH({place},{order.text},0)"
    number = Formula(f'IF(MAX({order.text})>={place},{place},"")', place if index is not None else "")
    book.put(sheet, position, number, "Calculation", styles.WHOLE)
    label = "" if index is None else f"{found(ranges.numbers)}  {found(ranges.names)}"
    text = f'IFERROR(INDEX({ranges.numbers.text},{at})&"  "&INDEX({ranges.names.text},{at}),"")'
    book.put(sheet, name, Formula(text, label))
    person = Formula(f'IFERROR(INDEX({ranges.who.text},{at})&"","")', found(ranges.who))
    book.put(sheet, who, person, "Explanatory Text")
    mark_as_text(sheet, who)
    value = found(figures)
    text = f'IFERROR(INDEX({figures.text},{at}),"")'
    book.put(sheet, figure, Formula(text, value), "Calculation", ranking.number_format)
    book.align(cell_at(sheet, position), _MIDDLE)
    book.align(cell_at(sheet, figure), _RIGHT)
    return label, value


def _add_chart(book: Book, sheet: Worksheet, shown: Sequence[tuple[Any, Any]], chosen: Formula) -> None:
    count = min(ON_CHART, len(shown))
    last = FIRST_ROW + count - 1
    heading = f"The {count} highest {_NPV}s" if count < len(shown) else f"{_NPV} of the answers"
    book.put(sheet, CHART_TITLE, joined(heading, " (", chosen, ")"), "Explanatory Text")
    labels = [label for label, _ in shown[:count]]
    values = [value for _, value in shown[:count]]
    chart: Any = ranking_chart(
        (sheet, ByNpv.ANSWER.rows(FIRST_ROW, last), labels),
        (sheet, ByNpv.FIGURE.rows(FIRST_ROW, last), values),
        _NPV,
    )
    best = f"{labels[0]} with {values[0]:,.0f} {chosen.value}" if labels and labels[0] else ""
    told = f"The highest is {best}." if best else "None counts."
    words = "Bar chart of the NPV of the answers, the highest first."
    place_chart(book, sheet, chart, ByNpv.PLACE.at(CHART_TOP), ByPayback.FIGURE.letter, words, told, height=12)
