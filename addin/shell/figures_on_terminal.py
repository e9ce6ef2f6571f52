"""Numbers as a person reads them on a terminal."""

from __future__ import annotations

from typing import Any

from addin.shell.terminal import print_line
from roi_engine.answer import duration
from roi_engine.appraisal import Metric
from roi_engine.currencies import decimals_of
from roi_engine.figures import Figure
from roi_engine.quantity import ANNUAL_RETURN, MONTHLY_RETURN, Quantity

UNDEFINED = "n/a"
NOT_MEANINGFUL = "n.m."
MEANINGLESS_RETURN = 10.0
"""A yearly return above this multiple says only that the outlay is tiny."""

Row = tuple[str, str, str]
"""A label, a figure and its unit."""


def amount(value: float | None, currency: str = "") -> str:
    """Money or another amount: two decimals, more digits where it is tiny.

    currency : its code; an amount has the decimals that are counted in it.

    >>> amount(17837.28), amount(0.000555), amount(-0.0)
    ('17,837.28', '0.000555', '0.00')
    >>> amount(11_405_220.6, "JPY"), amount(-0.3, "JPY")
    ('11,405,221', '0')
    """
    if value is None:
        return UNDEFINED
    decimals = decimals_of(currency)
    if decimals and 0 < abs(value) < 0.01:
        return f"{value:.3g}"
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def count(value: float) -> str:
    """A number of hours, calls or billions, with the digits that it has.

    >>> count(5_000_000.0), count(7.5)
    ('5,000,000', '7.5')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


def percent(fraction: float | None) -> str:
    """A fraction in per cent.

    >>> percent(417.539325842697)
    '41,753.9%'
    """
    return UNDEFINED if fraction is None else f"{round(fraction, 3) + 0.0:,.1%}"


def yearly_return(fraction: float | None) -> tuple[str, str]:
    """A rate of return as figure and unit.

    fraction : as decimal (not per cent) per year, None where there is none.

    The figure is "n.m." (not meaningful) above 1,000 % a year.

    >>> yearly_return(0.125), yearly_return(4.5e18), yearly_return(None)
    (('12.5%', 'a year'), ('n.m.', '(above 1,000% a year)'), ('n/a', ''))
    """
    if fraction is None:
        return UNDEFINED, ""
    if fraction > MEANINGLESS_RETURN:
        return NOT_MEANINGFUL, f"(above {MEANINGLESS_RETURN:,.0%} a year)"
    return percent(fraction), "a year"


def time_span(months: float) -> tuple[str, str]:
    """A payback as figure and unit: days below one month.

    >>> time_span(0.02867), time_span(float("inf"))
    (('0.9', 'days'), ('never', ''))
    """
    figure, _, unit = duration(months).partition(" ")
    return figure, unit


def figure_in_unit(value: Any, quantity: Quantity, currency: str) -> tuple[str, str]:
    """A value as figure and unit, as its quantity is read.

    >>> from roi_engine.quantity import DURATION, RETURN, SIGNED_MONEY
    >>> figure_in_unit(1490.0, SIGNED_MONEY, "EUR"), figure_in_unit(8.175, DURATION, "EUR")
    (('1,490.00', 'EUR'), ('8.2', 'months'))
    >>> figure_in_unit(None, RETURN, "EUR"), figure_in_unit(1490.6, SIGNED_MONEY, "JPY")
    (('n/a', ''), ('1,491', 'JPY'))
    """
    if value is None:
        return UNDEFINED, ""
    if quantity.kind == "months":
        return time_span(value)
    if quantity is ANNUAL_RETURN:
        return yearly_return(value)
    if quantity.kind == "fraction":
        return percent(value), "a month" if quantity is MONTHLY_RETURN else ""
    if quantity.kind == "yes_no":
        return "yes" if value else "no", ""
    if quantity.kind == "count":
        return count(value), quantity.unit
    if quantity.kind == "number":
        return count(round(value)), quantity.unit
    return amount(value, currency if quantity.kind == "money" else ""), quantity.unit_in(currency)


def row(figure: Figure | Metric, source: Any, currency: str) -> Row:
    """A figure of an appraisal or an option: label, figure and unit.

    >>> from roi_engine import REFERENCE, appraise
    >>> from roi_engine.figures import FIGURES
    >>> row(FIGURES["net_roi"], appraise(REFERENCE), "USD")
    ('Net return', '17,837.28', 'USD')
    """
    return (figure.label, *_figure_and_unit(figure, source, currency))


def in_words(figure: Figure, source: Any, currency: str) -> str:
    """A figure with its unit, without its label.

    >>> from roi_engine import REFERENCE, appraise
    >>> from roi_engine.figures import FIGURES
    >>> in_words(FIGURES["payback_months"], appraise(REFERENCE), "USD")
    '0.9 days'
    """
    return " ".join(_figure_and_unit(figure, source, currency)).strip()


def _figure_and_unit(figure: Figure | Metric, source: Any, currency: str) -> tuple[str, str]:
    """A figure and its unit; in place of the unit of a rate that is none, why."""
    value = figure.of(source)
    if value is None and figure.name in ("IRR", "irr_annual", "irr_monthly"):
        return UNDEFINED, f"({source.irr_reason})"
    return figure_in_unit(value, figure.quantity, currency)


def print_groups(groups: list[tuple[str, list[Row]]]) -> None:
    """Prints titled groups of rows in common columns.

    The columns are the label, the figure to the right, and the unit.
    """
    rows = [each for _, members in groups for each in members]
    label_width = max(len(label) for label, _, _ in rows)
    figure_width = max(len(figure) for _, figure, _ in rows)
    for title, members in groups:
        if title:
            print_line()
            print_line(title, bold=True)
        for label, figure, unit in members:
            print_line(f"  {label:<{label_width}}  {figure:>{figure_width}}  {unit}".rstrip())
