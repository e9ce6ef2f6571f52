"""Worksheet functions: what fine-tuning costs, what it saves, whether it pays."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine.answer import verdict
from roi_engine.errors import ZeroDivisor
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import COSTS_AND_BENEFITS, worksheet_function


@worksheet_function(
    "FT_TRAINCOST",
    COSTS_AND_BENEFITS,
    "Cost of training: GPU-hours times their price (with a block also GPUs, runs and billed tokens), without contingency.",
    q.MONEY,
    level="training_cost",
)
def train_cost(case: Case) -> float:
    return case.appraisal.training_cost


@worksheet_function(
    "FT_STORAGECOST",
    COSTS_AND_BENEFITS,
    "Cost of keeping model and checkpoints over the whole horizon, whether counted at once or monthly.",
    q.MONEY,
    level="storage_cost",
)
def storage_cost(case: Case) -> float:
    return case.appraisal.storage_cost


@worksheet_function(
    "FT_UPFRONT",
    COSTS_AND_BENEFITS,
    "Everything spent at month 0: training, one-off costs, contingency and storage counted upfront, before risk adjustment.",
    q.MONEY,
    level="upfront_cost",
)
def upfront(case: Case) -> float:
    return case.appraisal.upfront


@worksheet_function(
    "FT_TOTALCOST",
    COSTS_AND_BENEFITS,
    "Upfront and running costs over the horizon, risk-adjusted. Serving is not in it: it is netted against the old bill.",
    q.MONEY,
    level="total_cost",
)
def total_cost(case: Case) -> float:
    return case.appraisal.total_cost


@worksheet_function(
    "FT_INFSAVE",
    COSTS_AND_BENEFITS,
    "Saving on inference per month: the baseline's bill less the fine-tuned model's (with a block the risk-adjusted average over the horizon).",
    q.SIGNED_MONEY_PER_MONTH,
    level="monthly_inference_savings",
)
def inference_savings(case: Case) -> float:
    return case.appraisal.monthly_inference_savings


@worksheet_function(
    "FT_REVSAVE",
    COSTS_AND_BENEFITS,
    "Saving on human review per month: review cost times the share of errors that disappear (with a block the risk-adjusted average).",
    q.SIGNED_MONEY_PER_MONTH,
    level="monthly_review_savings",
)
def review_savings(case: Case) -> float:
    return case.appraisal.monthly_review_savings


@worksheet_function(
    "FT_MONTHLY",
    COSTS_AND_BENEFITS,
    "Benefit per month: inference and review savings together (with a block the risk-adjusted average over the horizon).",
    q.SIGNED_MONEY_PER_MONTH,
    level="monthly_benefit",
)
def monthly_benefit(case: Case) -> float:
    return case.appraisal.monthly_benefit


@worksheet_function(
    "FT_BENEFIT",
    COSTS_AND_BENEFITS,
    "Benefit over the whole horizon: net ROI plus total cost.",
    q.SIGNED_MONEY,
    level="total_benefit",
)
def total_benefit(case: Case) -> float:
    return case.appraisal.total_benefit


@worksheet_function(
    "FT_NETROI",
    COSTS_AND_BENEFITS,
    "Net return over the horizon in money: every benefit less every cost, not discounted.",
    q.SIGNED_MONEY,
    level="net_roi",
)
def net_roi(case: Case) -> float:
    return case.appraisal.net_roi


@worksheet_function(
    "FT_ROI",
    COSTS_AND_BENEFITS,
    "Net return over total cost, a fraction (1 = 100 %). #DIV/0! when nothing is spent.",
    q.RETURN,
    level="roi",
    undefined=ZeroDivisor,
)
def roi(case: Case) -> float | None:
    return case.appraisal.roi


@worksheet_function(
    "FT_PAYBACK",
    COSTS_AND_BENEFITS,
    "Months until the cash flow has recovered its outlay for good, interpolated within the month; the text Never when it does not.",
    q.DURATION,
    level="payback_months",
)
def payback(case: Case) -> float:
    return case.appraisal.payback_months


@worksheet_function(
    "FT_WORTHIT",
    COSTS_AND_BENEFITS,
    "TRUE when the net return over the horizon is above zero, else FALSE.",
    q.YES_NO,
)
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
    result, months = case.appraisal, case.appraisal.months
    return [
        ["Model parameters (billion)", case.scenario.model_size_b],
        ["Upfront costs", ""],
        ["Training GPU-hours", case.scenario.training_hours],
        ["Training cost", result.training_cost],
        ["Storage cost", result.storage_cost],
        ["Total upfront", result.upfront],
        ["Monthly benefits", ""],
        ["Inference savings", result.monthly_inference_savings],
        ["Review savings", result.monthly_review_savings],
        ["Total monthly benefit", result.monthly_benefit],
        ["Amortized benefits", ""],
        ["Months", months],
        ["Inference savings over the horizon", result.monthly_inference_savings * months],
        ["Review savings over the horizon", result.monthly_review_savings * months],
        ["Total benefit", result.total_benefit],
        ["ROI metrics", ""],
        ["Net ROI", result.net_roi],
        ["ROI", "n/a" if result.roi is None else result.roi],
        ["Payback (months)", result.payback_months],
        ["Worthwhile", "Yes" if result.worthwhile else "No"],
    ]
