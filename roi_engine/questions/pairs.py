"""Questions about an input that counts for nothing without its partner."""

from __future__ import annotations

from dataclasses import dataclass

from roi_engine.quantity import in_figures
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import INPUTS, Scenario


@dataclass(frozen=True)
class Pair:
    """An amount and its price: only both together count.

    alone : what the amount comes to without the price.
    may_be_idle : whether the price may stand there without the amount, as for an amount that has to be typed, or a
        price that comes with a model's name.
    """

    amount: str
    price: str
    alone: str
    may_be_idle: bool = False


PAIRS = (
    Pair("training_hours", "gpu_hourly_rate", "the training costs nothing", may_be_idle=True),
    Pair("training_tokens_m", "training_price_per_m", "the training tokens cost nothing"),
    Pair("storage_gb", "storage_monthly_rate", "the storage costs nothing", may_be_idle=True),
    Pair("engineering_hours", "engineering_rate", "the hours cost nothing"),
    Pair("retraining_interval", "retraining_cost", "a retraining costs nothing"),
    Pair("baseline_cached_share", "baseline_cached_price_per_m", "", may_be_idle=True),
    Pair("finetuned_cached_share", "finetuned_cached_price_per_m", "", may_be_idle=True),
    Pair("switch_cached_share", "switch_cached_price_per_m", "", may_be_idle=True),
    Pair("baseline_cached_write_share", "baseline_cached_write_price_per_m", "", may_be_idle=True),
    Pair("finetuned_cached_write_share", "finetuned_cached_write_price_per_m", "", may_be_idle=True),
    Pair("switch_cached_write_share", "switch_cached_write_price_per_m", "", may_be_idle=True),
    Pair("baseline_batch_share", "baseline_batch_discount", "batches save nothing"),
    Pair("finetuned_batch_share", "finetuned_batch_discount", "batches save nothing"),
    Pair("switch_batch_share", "switch_batch_discount", "batches save nothing"),
)
"""Every amount that counts with its price alone."""

TYPED_AMOUNTS = tuple(pair.amount for pair in PAIRS if not pair.may_be_idle)
"""Amounts of which a typed 0 says more than one that was left out."""


def says_none(s: Scenario, name: str) -> bool:
    """Whether a typed 0 answers the question after an amount whose price is given.

    s : the scenario.
    name : an input's name.
    """
    prices = [getattr(s, pair.price) for pair in PAIRS if pair.amount == name and not pair.may_be_idle]
    return name in s.model_fields_set and any(prices)


def other_model_priced(s: Scenario) -> bool:
    """Whether another general model has a price.

    Nothing that is said of it counts without one.

    s : the scenario.
    """
    return s.switch_input_price_per_m is not None or s.switch_cost_per_1k_tokens is not None


def _pairs_that_count(s: Scenario) -> tuple[Pair, ...]:
    """Every pair; those of another model where it has a price."""
    return tuple(pair for pair in PAIRS if not pair.amount.startswith("switch_") or other_model_priced(s))


@question("An amount without its price")
def no_price(s: Scenario) -> Asked:
    """Hours without pay, tokens without a price, an interval without a cost."""
    for pair in _pairs_that_count(s):
        amount, price, whose = getattr(s, pair.amount), getattr(s, pair.price), ""
        if pair.amount == "switch_batch_share" and amount is None and s.switch_input_price_per_m is not None:
            amount, whose = s.baseline_batch_share, "the baseline's, "  # as what it leaves empty is
        if not amount or price:
            continue
        given, wanted = INPUTS[pair.amount], INPUTS[pair.price].label
        missing = "is 0" if price == 0 and pair.price in s.model_fields_set else "is left out"
        which = "tokens written to the cache" if "cached_write" in pair.price else "cached tokens"
        alone = pair.alone or f"{which} cost {'nothing' if price == 0 else 'as much as others'}"
        yield (
            pair.price,
            f"{given.label} is {whose}{in_figures(amount)}, and {wanted.lower()} {missing}: {alone}. Give the figure.",
        )


@question("A price without its amount")
def no_amount(s: Scenario) -> Asked:
    """Pay without hours, a retraining that never falls due."""
    for pair in _pairs_that_count(s):
        price = getattr(s, pair.price)
        if price and not pair.may_be_idle and pair.amount not in s.model_fields_set:
            given, wanted = INPUTS[pair.price], INPUTS[pair.amount].label
            if pair.amount == "switch_batch_share" and s.baseline_batch_share:
                continue  # what the other model leaves empty is the baseline's
            yield (
                pair.amount,
                f"{given.label} is {in_figures(price)}, and {wanted.lower()} is left out: nothing comes of it. Give the figure, 0 for none.",
            )


@question("Another general model without a price")
def other_model_without_a_price(s: Scenario) -> Asked:
    """What is said of it changes nothing."""
    if not other_model_priced(s):
        idle = [name for name in INPUTS if name.startswith("switch_") and getattr(s, name)]
        yield from ((name, "Without a price of the other model it changes nothing.") for name in idle[:1])


@question("A retraining at or beyond the horizon")
def late_retraining(s: Scenario) -> Asked:
    """It never falls due."""
    first = s.go_live_delay + s.retraining_interval
    if s.retraining_interval and first >= s.months_to_amortize:
        yield (
            "retraining_interval",
            f"The first retraining would fall into month {first}, and the horizon ends with month {s.months_to_amortize}: it never takes place. Is the interval in months?",
        )


@question("A retraining each month")
def monthly_retraining(s: Scenario) -> Asked:
    """1, for a year."""
    if s.retraining_interval == 1:
        yield "retraining_interval", "Retrained each month. Is the interval in years? That is 12."
