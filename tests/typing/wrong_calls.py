"""Calls that a type checker must refuse, each with the error that it gives: mypy fails where one is let through.

(An ignored error that does not occur is an error itself: warn_unused_ignores.) Nothing here is ever run.
"""

from __future__ import annotations

from roi_engine import REFERENCE, Scenario, appraise, appraise_many, break_even, load_scenario, tornado
from templates.workbook import build_workbook


def wrong_calls() -> None:
    appraise(SAMPLE)  # type: ignore[arg-type]
    load_scenario(12)  # type: ignore[arg-type]
    appraise_many(REFERENCE)  # type: ignore[call-arg]
    appraise_many(REFERENCE, [24, 48])  # type: ignore[arg-type]
    break_even(REFERENCE)  # type: ignore[call-arg]
    tornado(REFERENCE, swing="20 %")  # type: ignore[arg-type]
    build_workbook(REFERENCE, "native")  # type: ignore[call-arg]
    build_workbook(REFERENCE, edition="formulas")  # type: ignore[arg-type]
    build_workbook(REFERENCE, generated="2026-01-01")  # type: ignore[arg-type]


def wrong_readings() -> None:
    found = appraise(REFERENCE)
    _ = found.net_present_value  # type: ignore[attr-defined]
    _ = found.irr_annual * 100  # type: ignore[operator]  # may be undefined
    _ = found.npv * 2  # type: ignore[operator]  # a method: the rate may be another
    REFERENCE.training_hours = 48  # type: ignore[misc]  # scenarios do not change: with_inputs gives another


def wrong_scenarios() -> None:
    Scenario(training_hours=24)  # type: ignore[call-arg]  # seven more are required
    Scenario(  # type: ignore[call-arg]  # short names are for files; mypy knows the whole ones
        training_hours=24, gpu_hourly_rate=1.5, storage_gb=28, storage_monthly_rate=0.02,
        calls=5_000_000, accuracy_improvement_percent=0.12, monthly_review_cost=2000, months_to_amortize=12,
    )  # fmt: skip


SAMPLE = "templates/samples/support-classifier.toml"
