"""The colours of a grid: a metric where two inputs cross."""

from __future__ import annotations

from openpyxl.formatting.rule import ColorScaleRule, Rule

from roi_engine.quantity import Quantity


def metric_scale(quantity: Quantity) -> Rule:
    """Money turns colour at zero; a duration darkens as it grows."""
    if quantity.kind == "money":
        scale: Rule = ColorScaleRule(
            start_type="min", start_color="F4B183", mid_type="num", mid_value=0, mid_color="FFFFFF",
            end_type="max", end_color="9DC3E6",
        )  # fmt: skip
    else:
        scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="9DC3E6")
    return scale
