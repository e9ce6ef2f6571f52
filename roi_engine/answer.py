"""The answer as a sentence."""

from __future__ import annotations

import math

from roi_engine.appraisal import Appraisal
from roi_engine.metrics import beyond_horizon

HOURS_PER_MONTH = 730
DAYS_PER_MONTH = HOURS_PER_MONTH / 24


def duration(months: float) -> str:
    """Months in words: days below one month, whole words for none and never.

    >>> duration(8.175), duration(0.02867), duration(float("inf"))
    ('8.2 months', '0.9 days', 'never')
    """
    if months == math.inf:
        return "never"
    if months < 1:
        days = months * DAYS_PER_MONTH
        return "less than 0.1 days" if 0 < days < 0.05 else _counted(days, "day")
    return _counted(months, "month")


def _counted(amount: float, unit: str) -> str:
    shown = f"{amount:.1f}"
    return f"{shown} {unit}" if shown == "1.0" else f"{shown} {unit}s"


def verdict(appraisal: Appraisal, currency: str = "USD") -> str:
    """Whether the decision pays, when, and how much, in one sentence.

    >>> from roi_engine.appraisal import appraise
    >>> from roi_engine.reference import REFERENCE
    >>> verdict(appraise(REFERENCE))
    'Pays back in 0.9 days and returns 17,837 USD over 12 months.'
    """
    net, payback, months = appraisal.net_roi, appraisal.payback_months, appraisal.months
    horizon = f"over {months} month{'' if months == 1 else 's'}"
    amount = f"{abs(net):,.0f} {currency}"
    if not any(appraisal.cash_flow):
        return f"Nothing is spent and nothing is saved {horizon}."
    if beyond_horizon(payback, months):
        pace = " if the last month continued" if _varies(appraisal) else ""
        return f"Does not pay back {horizon}: loses {amount}; it would need {duration(payback)}{pace}."
    if payback == math.inf:
        return f"Never pays back: loses {amount} {horizon}."
    if net == 0:
        return f"Just breaks even {horizon}."
    if payback == 0:
        return f"Needs no outlay and returns {amount} {horizon}."
    return f"Pays back in {duration(payback)} and returns {amount} {horizon}."


def _varies(appraisal: Appraisal) -> bool:
    """Whether the last month is no guide to the months after it."""
    inputs = appraisal.inputs
    moving = (
        "monthly_growth",
        "baseline_price_change",
        "finetuned_price_change",
        "monthly_gain_decay",
        "ramp_months",
    )
    return any(inputs[name] for name in moving) or bool(inputs["retraining_interval"] and inputs["retraining_cost"])
