"""Each form of the answer, and durations in words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from roi_engine import REFERENCE, Scenario, appraise, verdict
from roi_engine.answer import duration, rate_in_words

THREE_MONTHS: dict[str, Any] = {
    "training_hours": 300,
    "gpu_hourly_rate": 1,
    "storage_gb": 0,
    "storage_monthly_rate": 0,
    "calls": 1000,
    "baseline_cost": 120,
    "finetuned_cost": 10,
    "accuracy": 0,
    "review_cost": 0,
    "months": 3,
}


def answer(**changes: Any) -> str:
    return verdict(appraise(Scenario(**{**THREE_MONTHS, **changes})))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Pays back in 2.7 months and returns 30 USD over 3 months."),
        ({"training_hours": 110}, "Pays back in 1.0 month and returns 220 USD over 3 months."),
        ({"training_hours": 11}, "Pays back in 3.0 days and returns 319 USD over 3 months."),
        ({"training_hours": 0}, "Needs no outlay and returns 330 USD over 3 months."),
        ({"training_hours": 330, "discount_rate": 0}, "Just breaks even over 3 months."),
        (
            {"training_hours": 330},
            "Just breaks even over 3 months, but at 10 % a year it loses 5 USD.",
        ),
        (
            {"training_hours": 329, "discount_rate": 0.125},
            "Pays back in 3.0 months and returns 1 USD over 3 months, but at 12.5 % a year it loses 5 USD.",
        ),
        (
            {"training_hours": 330.5, "discount_rate": -0.0525},
            "Does not pay back over 3 months: loses 1 USD; it would need 3.0 months, "
            "but at -5.25 % a year it gains 2 USD.",
        ),
        (
            {"training_hours": 330, "discount_rate": 0.005},
            "Just breaks even over 3 months.",  # the present value would print as 0
        ),
        ({"training_hours": 100, "months": 1}, "Pays back in 27.7 days and returns 10 USD over 1 month."),
        (
            {"training_hours": 3300},
            "Does not pay back over 3 months: loses 2,970 USD; it would need 30.0 months.",
        ),
        (
            {"training_hours": 3300, "monthly_growth": 0.1},
            "Does not pay back over 3 months: loses 2,936 USD; it would need 25.1 months if the last month continued.",
        ),
        ({"finetuned_cost": 130}, "Never pays back: loses 330 USD over 3 months."),
        ({"go_live_delay": 3}, "Never pays back: loses 300 USD over 3 months."),
        ({"training_hours": 0, "calls": 0}, "Nothing is spent and nothing is saved over 3 months."),
        (
            {"training_hours": 3_000_000},
            "Does not pay back over 3 months: loses 2,999,670 USD; it would need 27,272.7 months.",
        ),
    ],
    ids=str,
)
def test_a_form_of_the_answer(changes: dict[str, Any], sentence: str) -> None:
    assert answer(**changes) == sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("monthly_growth", 0.01),
        ("baseline_price_change", -0.1),
        ("finetuned_price_change", 0.1),
        ("ramp_months", 2),
        ("monthly_gain_decay", 0.1),
    ],
)
def test_beyond_the_horizon_a_month_that_varies_is_no_promise(name: str, value: float) -> None:
    assert answer(training_hours=3300, **{name: value}).endswith(" if the last month continued.")


def test_retraining_varies_only_where_it_costs() -> None:
    retrained = answer(training_hours=3300, retraining_interval=2, retraining_cost=1)
    assert retrained.endswith("it would need 30.0 months if the last month continued, without any later retraining.")
    assert "later retraining" not in answer(training_hours=3300, retraining_cost=1, monthly_growth=0.1)
    assert "if the last month" not in answer(training_hours=3300, retraining_interval=2)
    assert "if the last month" not in answer(training_hours=3300, retraining_cost=1)


def test_the_currency_is_the_scenarios() -> None:
    assert verdict(appraise(REFERENCE), "EUR") == "Pays back in 0.9 days and returns 17,837 EUR over 12 months."


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (0, "0.0 days"),
        (0.02867, "0.9 days"),
        (24 / 730, "1.0 day"),
        (0.999, "30.4 days"),
        (1, "1.0 month"),
        (1.04, "1.0 month"),
        (1.05, "1.1 months"),
        (8.175, "8.2 months"),
        (600, "600.0 months"),
        (math.inf, "never"),
    ],
)
def test_a_duration(months: float, words: str) -> None:
    assert duration(months) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0, "0 %"), (0.07, "7 %"), (0.1, "10 %"), (0.29, "29 %"), (0.125, "12.5 %"), (0.0825, "8.25 %"), (3, "300 %"),
     (-0.05, "-5 %"), (-0.1234, "-12.34 %"), (0.000049, "0 %"), (0.08333, "8.33 %")],
)  # fmt: skip
def test_a_rate_has_the_decimals_that_it_needs(rate: float, words: str) -> None:
    assert rate_in_words(rate) == words


def test_every_typed_rate_is_said_as_it_was_typed() -> None:
    for hundredths in range(-9999, 30_001):
        said = rate_in_words(hundredths / 10_000).removesuffix(" %")
        decimals = said.partition(".")[2]
        assert float(said) == hundredths / 100 and not decimals.endswith("0")
