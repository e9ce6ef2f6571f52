"""How a figure stands on a sheet: the call of its function, its number format."""

from __future__ import annotations

from roi_engine.figures import Figure
from roi_engine.quantity import ANNUAL_RETURN
from roi_engine.worksheet.catalogue import functions
from templates.building import styles
from templates.building.book import Book
from templates.building.formula import Formula, if_error

_TO_THE_CENT = {"money": styles.SMALL_MONEY, "fraction": styles.FRACTION, "months": "0.00", "ratio": "0.00"}
_ROUNDED = {"money": styles.MONEY, "fraction": styles.FRACTION, "months": styles.PAYBACK}


def called(book: Book, figure: Figure, block: Formula) -> Formula:
    """The call of the figure's function at the scenario's own rates."""
    own = functions()[figure.function].own
    return book.ft(figure.function, *(None for _ in own), block)


def shown_call(book: Book, figure: Figure, block: Formula) -> Formula:
    """The figure by its function as a cell shows it: a number, n/a, Yes or No."""
    call = called(book, figure, block)
    shown = call.where("Yes", "No") if figure.quantity.kind == "yes_no" else call
    return if_error(shown, "n/a")  # also where an input is not legal, which the other cells say


def exact_format(figure: Figure) -> str:
    """The number format where every digit that matters is looked at."""
    return _format(figure, _TO_THE_CENT)


def rounded_format(figure: Figure) -> str:
    """The number format where figures are compared at a glance."""
    return _format(figure, _ROUNDED)


def _format(figure: Figure, by_kind: dict[str, str]) -> str:
    if figure.quantity is ANNUAL_RETURN:
        return styles.RATE_OF_RETURN
    return by_kind.get(figure.quantity.kind, styles.GENERAL)
