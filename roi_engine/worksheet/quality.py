"""Worksheet functions: what errors cost, and the share of them that disappears."""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import ZeroDivisor
from roi_engine.value import UNDEFINED, divide
from roi_engine.worksheet.catalogue import QUALITY, Argument, worksheet_function

MINUTES_PER_HOUR = 60


@worksheet_function(
    "FT_REVIEWCOST",
    QUALITY,
    "What people spend on a call's errors, the value for review_cost_per_call: share of calls that are wrong × minutes for each × pay.",
    q.MONEY_PER_CALL,
    own=(
        Argument("error_share", q.SHARE, "Share of the calls whose answer people have to put right, a fraction."),
        Argument("minutes_per_error", q.MINUTES, "Minutes of work that such an answer takes."),
        Argument("hourly_pay", q.HOURLY_PAY, "Full cost of an hour of that work."),
    ),
    scenario="none",
    examples=(0.08, 2, 30),
)
def review_cost(error_share: float, minutes_per_error: float, hourly_pay: float) -> float:
    """Review cost of a call.

        error share · minutes per error / 60 · hourly pay

    Returns money per call.

    >>> round(review_cost(0.08, 2, 30), 12)
    0.08
    """
    return error_share * minutes_per_error / MINUTES_PER_HOUR * hourly_pay


@worksheet_function(
    "FT_ERRORCUT",
    QUALITY,
    "Share of the errors that disappear when accuracy rises: the value for accuracy_improvement_percent. #DIV/0! when there were none.",
    q.IMPROVEMENT,
    own=(
        Argument("base_accuracy", q.ACCURACY, "Accuracy of the present model, a fraction."),
        Argument("new_accuracy", q.ACCURACY, "Accuracy of the fine-tuned model, a fraction."),
    ),
    scenario="none",
    undefined=ZeroDivisor,
    examples=(0.85, 0.97),
)
def error_cut(base_accuracy: Any, new_accuracy: Any) -> Any:
    """Relative error reduction.

        (e0 − e1) / e0        e = 1 − accuracy

    Returns a share of the errors; undefined (NaN) when e0 is zero.

    >>> round(error_cut(0.85, 0.97), 12)
    0.8
    """
    return divide(new_accuracy - base_accuracy, 1 - base_accuracy, UNDEFINED)
