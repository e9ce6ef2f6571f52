"""Worksheet functions: from accuracy to the share of errors that disappear."""

from __future__ import annotations

from roi_engine import quantity as q
from roi_engine.errors import ZeroDivisor
from roi_engine.worksheet.catalogue import QUALITY, Argument, worksheet_function


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
def error_cut(base_accuracy: float, new_accuracy: float) -> float | None:
    """Relative error reduction.

        (e0 − e1) / e0        e = 1 − accuracy

    Returns a share of the errors; None when e0 is zero.

    >>> round(error_cut(0.85, 0.97), 12)
    0.8
    """
    return None if base_accuracy == 1 else (new_accuracy - base_accuracy) / (1 - base_accuracy)
