"""The metrics of any list of flows.

The equations of `roi_engine.metrics`, asked of a cash flow that is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roi_engine.cashflow import MODEL

FLOWS = MODEL.given("net_cash_flow")
"""What is read off a cash flow alone."""

_AT_RATES = FLOWS.given("finance_rate", "reinvest_rate")


def npv(discount_rate: Any, cash_flow: Sequence[Any]) -> Any:
    """Net present value; month 0 is not discounted.

        NPV = Σ CF(t) · (1 + r)^(−t/12)

    discount_rate : r, effective, as decimal (not per cent) per year.
    cash_flow : H + 1 monthly flows (money; floats or arrays over scenarios), month 0 first.
    Returns money.
    Source: docs/method.md, "NPV". (Excel's NPV discounts its first value; this one does not.)

    >>> round(npv(0.10, [-100] + [10] * 12), 4)
    14.0049
    """
    return _of_flows("npv", cash_flow, discount_rate=discount_rate)


def payback(cash_flow: Sequence[Any], months: Any = None) -> Any:
    """Months until the cumulative cash flow is non-negative for good.

        payback = k + (−C(k)) / CF(k + 1)        C = cumulative flow, k = the last month with C(k) < 0

    cash_flow : H + 1 monthly flows (money; floats or arrays over scenarios), month 0 first.
    months : the horizon H where it differs between scenarios (an array).
    Returns months: 0 where the flow is never negative, beyond H at the last month's pace where it is positive, else
    infinite. Interpolates within the month.
    Source: docs/method.md, "Payback".

    >>> payback([-100, 40, 40, 40])
    2.5
    """
    return _of_flows("payback_months", cash_flow, months)


def discounted_payback(discount_rate: Any, cash_flow: Sequence[Any]) -> Any:
    """Months until the cumulative discounted cash flow is non-negative for good.

    discount_rate : effective, as decimal per year.
    cash_flow : H + 1 monthly flows (money; floats or arrays), month 0 first.
    Returns months; infinite where the flows do not recover within the horizon.
    Source: docs/method.md, "Discounted payback".

    >>> discounted_payback(0.0, [-100, 40, 40, 40])
    2.5
    """
    return _of_flows("discounted_payback_months", cash_flow, discount_rate=discount_rate)


def mirr(cash_flow: Sequence[Any], finance_rate: Any, reinvest_rate: Any) -> Any:
    """Modified internal rate of return per month.

        MIRR = (Σ inflows · (1 + k)^((H − t)/12) / −Σ outflows · (1 + f)^(−t/12))^(1/H) − 1        per month

    cash_flow : H + 1 monthly flows (money; floats or arrays), month 0 first.
    finance_rate : f, effective, as decimal per year.
    reinvest_rate : k, effective, as decimal per year.
    Returns a decimal per month; undefined (NaN) unless both signs occur.
    Source: docs/method.md, "MIRR".

    >>> round(mirr([-100, 60, 60], 0.0, 0.0), 6)
    0.095445
    """
    return _of_flows("mirr_monthly", cash_flow, finance_rate=finance_rate, reinvest_rate=reinvest_rate)


def _of_flows(name: str, cash_flow: Sequence[Any], months: Any = None, **rates: Any) -> Any:
    horizon = len(cash_flow) - 1 if months is None else months
    inputs = {"net_cash_flow": cash_flow, "months_to_amortize": horizon, **rates}
    return _AT_RATES.evaluate(inputs, (name,), horizon)[name]
