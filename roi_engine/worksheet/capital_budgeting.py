"""Worksheet functions: the metrics of investment appraisal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roi_engine import quantity as q
from roi_engine.cashflow import figure
from roi_engine.errors import ZeroDivisor
from roi_engine.value import fallback
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import CAPITAL_BUDGETING, DEFAULTS, Argument, worksheet_function


def _rate(name: str, meaning: str) -> Argument:
    return Argument(name, q.ANNUAL_RATE, f"{meaning} Effective, per year; empty: the scenario's.", optional=True)


DISCOUNT_RATE = _rate("discount_rate", "Discount rate.")


def _over_arrays(metric: str) -> Callable[[Mapping[str, Any]], Any]:
    """A typed call at a discount rate, for one case or for arrays of them."""

    def evaluate(typed: Mapping[str, Any]) -> Any:
        rate = fallback(typed["discount_rate"], DEFAULTS["discount_rate"])
        return figure({**DEFAULTS, **typed, "discount_rate": rate}, metric)

    return evaluate


@worksheet_function(
    "FT_CASHFLOW",
    CAPITAL_BUDGETING,
    "The signed monthly flows as a column, month 0 first: the input of Excel's own NPV, IRR and MIRR.",
    q.TABLE,
)
def cash_flow(case: Case) -> list[list[float]]:
    return [[flow] for flow in case.appraisal.cash_flow]


@worksheet_function(
    "FT_NPV",
    CAPITAL_BUDGETING,
    "Net present value in money at an effective annual rate. Month 0 is not discounted (Excel's NPV discounts its first flow).",
    q.SIGNED_MONEY,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("npv"),
    examples=(0.10,),
)
def npv(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.npv(discount_rate)


@worksheet_function(
    "FT_IRR",
    CAPITAL_BUDGETING,
    "Internal rate of return, effective per year. #NUM! where the cash flow has none; of several the one nearest 10 % a month.",
    q.ANNUAL_RETURN,
)
def irr(case: Case) -> float | None:
    return case.appraisal.irr_annual


@worksheet_function(
    "FT_MIRR",
    CAPITAL_BUDGETING,
    "Modified internal rate of return, effective per year: outflows financed and inflows reinvested at given rates. #NUM! unless both occur.",
    q.ANNUAL_RETURN,
    own=(_rate("finance_rate", "Rate paid on outflows."), _rate("reinvest_rate", "Rate earned on inflows.")),
    examples=(0.10, 0.10),
)
def mirr(case: Case, finance_rate: float | None, reinvest_rate: float | None) -> float | None:
    return case.appraisal.mirr_annual(finance_rate, reinvest_rate)


@worksheet_function(
    "FT_DPAYBACK",
    CAPITAL_BUDGETING,
    "Months until the discounted cash flow has recovered its outlay, within the horizon; the text Never when it does not.",
    q.DURATION,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("discounted_payback_months"),
    examples=(0.10,),
)
def discounted_payback(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.discounted_payback_months(discount_rate)


@worksheet_function(
    "FT_PI",
    CAPITAL_BUDGETING,
    "Profitability index: present value of what comes back per unit spent at month 0. #DIV/0! when nothing is spent then.",
    q.RATIO,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("profitability_index"),
    undefined=ZeroDivisor,
    examples=(0.10,),
)
def profitability_index(case: Case, discount_rate: float | None) -> float | None:
    return case.appraisal.profitability_index(discount_rate)


@worksheet_function(
    "FT_EQUIVMONTHLY",
    CAPITAL_BUDGETING,
    "The level monthly amount with the same present value: compares decisions of unequal horizon.",
    q.SIGNED_MONEY_PER_MONTH,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("equivalent_monthly"),
    examples=(0.10,),
)
def equivalent_monthly(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.equivalent_monthly(discount_rate)
