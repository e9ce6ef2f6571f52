"""Worksheet functions: what fine-tuning costs, what it saves, whether it pays."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine.answer import verdict
from roi_engine.figures import FIGURES
from roi_engine.value import where
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import COSTS_AND_BENEFITS, figure_function, worksheet_function


@figure_function("training_cost", COSTS_AND_BENEFITS, level=True)
def train_cost(case: Case) -> float:
    return case.appraisal.training_cost


@figure_function("storage_cost", COSTS_AND_BENEFITS, level=True)
def storage_cost(case: Case) -> float:
    return case.appraisal.storage_cost


@figure_function("upfront", COSTS_AND_BENEFITS, level=True)
def upfront(case: Case) -> float:
    return case.appraisal.upfront


@figure_function("total_cost", COSTS_AND_BENEFITS, level=True)
def total_cost(case: Case) -> float:
    return case.appraisal.total_cost


@figure_function("monthly_inference_savings", COSTS_AND_BENEFITS, level=True)
def inference_savings(case: Case) -> float:
    return case.appraisal.monthly_inference_savings


@figure_function("monthly_review_savings", COSTS_AND_BENEFITS, level=True)
def review_savings(case: Case) -> float:
    return case.appraisal.monthly_review_savings


@figure_function("monthly_benefit", COSTS_AND_BENEFITS, level=True)
def monthly_benefit(case: Case) -> float:
    return case.appraisal.monthly_benefit


@figure_function("total_benefit", COSTS_AND_BENEFITS, level=True)
def total_benefit(case: Case) -> float:
    return case.appraisal.total_benefit


@figure_function("net_roi", COSTS_AND_BENEFITS, level=True)
def net_roi(case: Case) -> float:
    return case.appraisal.net_roi


@figure_function("roi", COSTS_AND_BENEFITS, level=True)
def roi(case: Case) -> float | None:
    return case.appraisal.roi


@figure_function("payback_months", COSTS_AND_BENEFITS, level=True)
def payback(case: Case) -> float:
    return case.appraisal.payback_months


@figure_function("worthwhile", COSTS_AND_BENEFITS)
def worth_it(case: Case) -> bool:
    return case.appraisal.worthwhile


@worksheet_function(
    "FT_VERDICT",
    COSTS_AND_BENEFITS,
    "The answer as a sentence: when it pays back and what it returns.",
    q.TEXT,
)
def verdict_sentence(case: Case) -> str:
    return verdict(case.appraisal, case.scenario.currency)


@worksheet_function(
    "FT_BREAKDOWN",
    COSTS_AND_BENEFITS,
    "The reference's result as a table of labels and values in its groups: upfront costs, monthly benefits, amortized benefits, metrics.",
    q.TABLE,
)
def breakdown(case: Case) -> list[list[Any]]:
    return [
        ["Model parameters (billion)", case.scenario.model_size_b],
        ["Upfront costs", ""],
        ["Training GPU-hours", case.scenario.training_hours],
        _line(case, "training_cost"),
        _line(case, "storage_cost"),
        _line(case, "upfront"),
        ["Monthly benefits", ""],
        _line(case, "monthly_inference_savings"),
        _line(case, "monthly_review_savings"),
        _line(case, "monthly_benefit"),
        ["Amortized benefits", ""],
        ["Months", case.appraisal.months],
        _over_the_horizon(case, "monthly_inference_savings"),
        _over_the_horizon(case, "monthly_review_savings"),
        _line(case, "total_benefit"),
        ["ROI metrics", ""],
        _line(case, "net_roi"),
        _line(case, "roi"),
        _line(case, "payback_months"),
        [FIGURES["worthwhile"].label, where(case.appraisal.worthwhile, "Yes", "No")],
    ]


def _line(case: Case, name: str) -> list[Any]:
    """A figure with its label; n/a where it is undefined."""
    value = FIGURES[name].of(case.appraisal)
    return [FIGURES[name].heading(), "n/a" if value is None else value]


def _over_the_horizon(case: Case, name: str) -> list[Any]:
    """A monthly figure, summed."""
    return [f"{FIGURES[name].label} over the horizon", FIGURES[name].of(case.appraisal) * case.appraisal.months]
