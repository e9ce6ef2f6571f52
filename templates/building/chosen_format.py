"""Number formats that follow what a cell names: a metric, or the unit of an input.

A cell has the format of what is named at first; rules give it that of what may be chosen in its place. LibreOffice and
Excel know formats in rules; other programs keep the first.
"""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import quantity as q
from roi_engine.appraisal import METRICS, find_metric
from roi_engine.inputs import Input
from roi_engine.quantity import Quantity
from templates.building import styles

NOT_USED = 'General;-General;"not used"'
"""What a zero reads as in a cell that nothing takes."""
_FIRST_NUMBER = 300
_IN_RULES = (styles.MONEY, styles.FRACTION, styles.ONE_DECIMAL, styles.AXIS, NOT_USED, *styles.BOUNDS_OF_A_SHARE)
"""The formats of rules: each has a number of its own, which no format of a cell has."""
_OF_A_METRIC = {"money": styles.MONEY, "fraction": styles.FRACTION}
_SHARES = sorted({each.unit for each in vars(q).values() if isinstance(each, Quantity) and each.kind == "fraction"})
"""The units of what is shown in per cent."""


def metric_format(metric: str) -> str:
    """How the figures of a metric are shown in a table of any metric.

    >>> metric_format("NPV"), metric_format("IRR"), metric_format("Payback")
    ('#,##0_);(#,##0);"–"_)', '#,##0.0%', '#,##0.0_);(#,##0.0);0.0_)')
    """
    return _OF_A_METRIC.get(find_metric(metric).quantity.kind, styles.ONE_DECIMAL)


def follow_metric(sheet: Worksheet, area: str, metric: str, cell: str) -> None:
    """Lets cells have the format of the metric that a cell names.

    metric : the one at first, whose format they have.
    cell : the address that names it.
    """
    first = metric_format(metric)
    for code in sorted({metric_format(each) for each in METRICS} - {first}):
        labels = (each.label for each in METRICS.values() if metric_format(each.name) == code)
        follow(sheet, area, _is_one_of(cell, labels), code)


def input_format(declared: Input) -> str:
    """How the values of an input are shown on an axis of any input."""
    return styles.FRACTION if declared.quantity.kind == "fraction" else styles.AXIS


def follow_unit(sheet: Worksheet, area: str, declared: Input, cell: str) -> None:
    """Lets cells have the format of the unit that a cell names.

    declared : the input at first, whose format they have.
    cell : the address of the unit.
    """
    share = names_a_share(cell)
    if input_format(declared) == styles.FRACTION:
        follow(sheet, area, f"NOT({share})", styles.AXIS)
    else:
        follow(sheet, area, share, styles.FRACTION)


def follow(sheet: Worksheet, area: str, condition: str, code: str) -> None:
    """A rule that gives cells a number format where a condition holds."""
    rule = FormulaRule(formula=[condition])
    rule.dxf = DifferentialStyle(numFmt=format_in_rule(code))
    sheet.conditional_formatting.add(area, rule)


def format_in_rule(code: str) -> NumberFormat:
    """A number format as a rule has it."""
    return NumberFormat(numFmtId=_FIRST_NUMBER + _IN_RULES.index(code), formatCode=code)


def names_a_share(cell: str) -> str:
    """The condition that a cell names the unit of what is shown in per cent."""
    return _is_one_of(cell, _SHARES)


def names_a_duration(cell: str) -> str:
    """The condition that a cell names a metric in months.

    >>> names_a_duration("$B$4")
    'OR($B$4="Payback",$B$4="Discounted payback")'
    """
    return _is_one_of(cell, (each.label for each in METRICS.values() if each.quantity.kind == "months"))


def _is_one_of(cell: str, words: Iterable[str]) -> str:
    alternatives = ",".join(f'{cell}="{word}"' for word in words)
    return f"OR({alternatives})"
