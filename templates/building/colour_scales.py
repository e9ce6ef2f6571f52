"""The colours of a grid: a metric where two inputs cross."""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule, Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle

from roi_engine.quantity import Quantity

GOOD, BAD = "9DC3E6", "F4B183"
"""The colours at the ends of a grid."""


def metric_scale(quantity: Quantity) -> Rule:
    """Money turns colour at zero; a duration is the worse the longer it is."""
    is_a_duration = quantity.kind == "months"
    middle: dict[str, Any] = {"mid_type": "num", "mid_value": 0}
    if is_a_duration:
        middle = {"mid_type": "percentile", "mid_value": 50}
    least, most = (GOOD, BAD) if is_a_duration else (BAD, GOOD)
    scale: Rule = ColorScaleRule(
        start_type="min", start_color=least, mid_color="FFFFFF", end_type="max", end_color=most, **middle
    )
    return scale


def never_rule(first: str) -> Rule:
    """What never pays back is the worst of all.

    first : the cell to the upper left.
    """
    rule: Rule = FormulaRule(formula=[f'{first}="Never"'])
    rule.dxf = DifferentialStyle(fill=PatternFill(bgColor=BAD, fill_type="solid"))
    return rule
