"""The colours of a grid: a metric where two inputs cross.

A scale keeps its ends where the colour says something else than the figure: a gain is not orange because all others are
larger, and among paybacks beyond ten years none is a good one.
"""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule, Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils.cell import absolute_coordinate as absolute

from roi_engine.quantity import Quantity
from templates.building.chosen_format import names_a_duration

GOOD, LONG, BAD = "9DC3E6", "F9D5BD", "F4B183"
"""The colours at the ends of a grid; a payback is long at worst, since never is worse."""
TEN_YEARS = 120
_NO_END = "1E+300"


def metric_scale(area: str, quantity: Quantity, metric: str = "") -> Rule:
    """Money turns colour at zero; a duration is the worse the longer it is.

    area : the cells.
    quantity : the kind of what they show at first.
    metric : the cell that names what they show, if another may be chosen; of the other kind it has no colour.
    """
    cells, is_a_duration = absolute(area), quantity.kind == "months"
    if is_a_duration:
        median = f"IFERROR(MEDIAN({cells}),{TEN_YEARS})"
        ends = (f"MIN({cells},{TEN_YEARS})", f"MIN({median},{TEN_YEARS})", f"MIN(MAX({cells},{median}+1),{TEN_YEARS})")
    else:
        ends = (f"MIN({cells},0)", "0", f"MAX({cells},0)")
    start, middle, end = ends
    if metric:
        chosen = names_a_duration(absolute(metric))
        same = chosen if is_a_duration else f"NOT({chosen})"
        start, middle, end = f"IF({same},{start},-{_NO_END})", f"IF({same},{middle},0)", f"IF({same},{end},{_NO_END})"
    least, most = (GOOD, LONG) if is_a_duration else (BAD, GOOD)
    types: dict[str, Any] = dict.fromkeys(("start_type", "mid_type", "end_type"), "formula")
    scale: Rule = ColorScaleRule(
        start_value=start, start_color=least, mid_value=middle, mid_color="FFFFFF", end_value=end, end_color=most,
        **types,
    )  # fmt: skip
    return scale


def never_rule(first: str) -> Rule:
    """What never pays back is the worst of all.

    first : the cell to the upper left.
    """
    rule: Rule = FormulaRule(formula=[f'{first}="Never"'])
    rule.dxf = DifferentialStyle(fill=PatternFill(bgColor=BAD, fill_type="solid"))
    return rule
