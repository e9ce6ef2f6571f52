"""Worksheet functions: the metrics of investment appraisal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roi_engine import quantity as q
from roi_engine.by_year import LINES
from roi_engine.cashflow import figure
from roi_engine.errors import OutOfRange
from roi_engine.value import fallback
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import CAPITAL_BUDGETING, DEFAULTS, Argument, figure_function, worksheet_function


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


@figure_function("npv", CAPITAL_BUDGETING, own=(DISCOUNT_RATE,), vectorised=_over_arrays("npv"), examples=(0.10,))
def npv(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.npv(discount_rate)


@figure_function("irr_annual", CAPITAL_BUDGETING)
def irr(case: Case) -> float | None:
    rate = case.appraisal.irr_annual
    if rate is None:
        raise OutOfRange(f"The cash flow has no IRR ({case.appraisal.irr_reason}).")
    return rate


@figure_function(
    "mirr_annual",
    CAPITAL_BUDGETING,
    own=(_rate("finance_rate", "Rate paid on outflows."), _rate("reinvest_rate", "Rate earned on inflows.")),
    examples=(0.10, 0.10),
)
def mirr(case: Case, finance_rate: float | None, reinvest_rate: float | None) -> float | None:
    return case.appraisal.mirr_annual(finance_rate, reinvest_rate)


@figure_function(
    "discounted_payback_months",
    CAPITAL_BUDGETING,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("discounted_payback_months"),
    examples=(0.10,),
)
def discounted_payback(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.discounted_payback_months(discount_rate)


@figure_function(
    "profitability_index",
    CAPITAL_BUDGETING,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("profitability_index"),
    examples=(0.10,),
)
def profitability_index(case: Case, discount_rate: float | None) -> float | None:
    return case.appraisal.profitability_index(discount_rate)


@figure_function(
    "equivalent_monthly",
    CAPITAL_BUDGETING,
    own=(DISCOUNT_RATE,),
    vectorised=_over_arrays("equivalent_monthly"),
    examples=(0.10,),
)
def equivalent_monthly(case: Case, discount_rate: float | None) -> float:
    return case.appraisal.equivalent_monthly(discount_rate)


@worksheet_function(
    "FT_BYYEAR",
    CAPITAL_BUDGETING,
    "Table by year: avoided bill, review avoided, benefits; upfront, new bill, review added, running costs, costs; net, cumulative. Columns Initial, Year 1 and so on, Total, Present value. Risk-adjusted.",
    q.TABLE,
)
def by_year_table(case: Case) -> list[list[Any]]:
    table = case.appraisal.by_year
    rows = ([LINES[name].label, *figures] for name, figures in table.lines.items())
    return [["", *table.columns], *([["" if cell is None else cell for cell in row] for row in rows])]
