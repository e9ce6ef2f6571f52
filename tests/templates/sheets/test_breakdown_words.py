"""How it is calculated, on the Breakdown sheet: what the equations of the engine say in words."""

from __future__ import annotations

import pytest

from roi_engine.cashflow import MODEL
from roi_engine.explanation import in_words
from templates.sheets.breakdown_sheet import LINES, Line

EQUATIONS = {
    "training": "training_cost",
    "one_off": "one_off_cost",
    "contingency_amount": "contingency_cost",
    "storage": "storage_cost",
    "upfront": "upfront_cost",
    "running": "running_cost",
    "total_cost": "total_cost",
    "inference_savings": "monthly_inference_savings",
    "review_savings": "monthly_review_savings",
    "monthly_benefit": "monthly_benefit",
    "benefit": "total_benefit",
    "net_roi": "net_roi",
    "roi": "roi",
    "roi_total": "roi_total",
    "payback": "payback_months",
    "npv": "npv",
    "roi_present_value": "roi_present_value",
    "discounted_payback": "discounted_payback_months",
    "irr": "irr_annual",
    "mirr": "mirr_annual",
    "profitability_index": "profitability_index",
    "equivalent_monthly": "equivalent_monthly",
    "pv_cost": "pv_cost",
    "worthwhile": "worthwhile",
}
"""The equation of each line."""

FIGURES = [line for line in LINES if isinstance(line, Line)]


def test_every_line_has_its_equation_and_every_equation_in_words_its_line() -> None:
    assert [line.name for line in FIGURES] == list(EQUATIONS)
    assert {name for name in MODEL.equations if in_words(name)} == {*EQUATIONS.values()}


@pytest.mark.parametrize("line", FIGURES, ids=lambda line: line.name)
def test_a_line_says_what_its_equation_says(line: Line) -> None:
    assert line.words == in_words(EQUATIONS[line.name])
