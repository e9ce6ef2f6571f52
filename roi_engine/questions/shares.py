"""Questions about shares, rates and changes."""

from __future__ import annotations

from roi_engine.questions.pairs import other_model_priced
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import INPUTS, Scenario

LOWEST_PLAUSIBLE_RATE = 0.02
"""A discount rate per year below this is often one per month."""

MOST_POINTS = 0.30
"""Accuracy points that fine-tuning gains at most."""

STEEP = {"discount_rate": 0.5, "pay_change": 0.25}
"""Rates per year from which on the point may have slipped."""

OF_HIGH_INFLATION = ("TRY", "ARS", "VES", "IRR", "LBP", "SDG", "SSP", "ZWG", "NGN", "EGP", "ETB", "MMK")
"""Currencies in which such rates are paid."""

LIKE_AN_ACCURACY = 0.90
"""A share of the errors from which on it may be the new accuracy itself."""

PERCENTAGES = tuple(
    name for name, each in INPUTS.items() if each.quantity.kind == "fraction" and each.quantity.high > 1
)
"""Fractions that may lie above 1."""


def _in_whole_percent(share: float) -> bool:
    """Whether a share was typed, as 0.30: what a formula divides has more digits."""
    return share == round(share, 2)


@question("Accuracy points in the place of the share of errors")
def accuracy_points(s: Scenario) -> Asked:
    """From 60 % to 90 % is not 0.30, but 0.75."""
    for name, reviewed in _shares(s):
        share = getattr(s, name)
        if 0 < share <= MOST_POINTS and reviewed and _in_whole_percent(share):
            yield (
                name,
                f"{share * 100:.0f} % is the share of errors that disappear, not accuracy points: from 85 % to 97 % accuracy is 80 % (FT_ERRORCUT).",
            )


@question("The new accuracy in the place of the share of errors", of_ends=True)
def new_accuracy(s: Scenario) -> Asked:
    """0.97 may be what the fine-tuned model gets right."""
    for name, reviewed in _shares(s):
        share = getattr(s, name)
        if share >= LIKE_AN_ACCURACY and reviewed:
            yield (
                name,
                f"{share * 100:g} % of the errors would disappear. Is that the new accuracy? From 85 % to 97 % accuracy 80 % disappear (FT_ERRORCUT).",
            )


def _shares(s: Scenario) -> tuple[tuple[str, bool], ...]:
    """The shares of both models, and whether there is a review cost that they cut."""
    reviewed = bool(s.monthly_review_cost or s.review_cost_per_call)
    other = reviewed and other_model_priced(s)
    return ("accuracy_improvement_percent", reviewed), ("switch_accuracy_improvement_percent", other)


@question("A model that makes more errors")
def more_errors(s: Scenario) -> Asked:
    """A negative share."""
    if s.accuracy_improvement_percent < 0:
        yield (
            "accuracy_improvement_percent",
            "Negative: the fine-tuned model makes more errors and adds review cost.",
        )


@question("A percentage typed as a whole number", of_ends=True)
def whole_percentage(s: Scenario) -> Asked:
    """1.5 in the place of 1.5 %."""
    for name in PERCENTAGES:
        value = getattr(s, name)
        if value is not None and value >= 1:
            yield name, f"{value * 100:,.0f} %: was {value:g} % meant? That is {value / 100:g}."


@question("A rate per year whose point has slipped", of_ends=True)
def steep_rate(s: Scenario) -> Asked:
    """0.8 in the place of 8 %."""
    for name, most in STEEP.items():
        rate = getattr(s, name)
        if most <= rate < 1 and s.currency not in OF_HIGH_INFLATION:
            yield name, f"{rate * 100:g} % a year: was {rate * 10:g} % meant? That is {rate / 10:g}."


@question("A discount rate below 0, of 0, or by the month")
def low_rate(s: Scenario) -> Asked:
    """Under 2 % a year."""
    rate = s.discount_rate
    if rate < 0:
        yield (
            "discount_rate",
            f"Below 0, at which money in a year's time counts for more than money today. Is it {-rate:g}?",
        )
    if rate == 0:
        yield "discount_rate", "0 %: money in a year's time counts as much as money today. Is that meant?"
    elif 0 < rate < LOWEST_PLAUSIBLE_RATE:
        yield (
            "discount_rate",
            f"{rate * 100:g} % is meant per year. If it is a rate per month, that is {(1 + rate) ** 12 - 1:.1%} per year.",
        )
