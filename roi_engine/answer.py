"""The verdict: whether the decision pays, as a sentence.

The sentence and its parts are equations like those of the model: on floats they give a text, on spreadsheet formulas
the formula of that text, so that the verdict of a workbook without the functions follows its inputs too.
"""

from __future__ import annotations

from typing import Any

from roi_engine.appraisal import Appraisal
from roi_engine.scenario import INPUTS
from roi_engine.value import NEVER, Value, ceiling, fixed, sentence, where

HOURS_PER_MONTH = INPUTS["hours_per_month"].default
HOURS_PER_DAY = 24


def duration(months: Value) -> Any:
    """Months in words: days below one month, whole words for none and never.

    >>> duration(8.175), duration(0.02867), duration(float("inf"))
    ('8.2 months', '0.9 days', 'never')
    """
    days = months * HOURS_PER_MONTH / HOURS_PER_DAY
    in_days = where((days > 0) & (days < 0.05), "less than 0.1 days", _counted(days, "day"))
    return where(_never(months), "never", where(months < 1, in_days, _counted(months, "month")))


def _counted(amount: Value, unit: str) -> Any:
    shows_one = (amount >= 0.95) & (amount < 1.05)
    return sentence(fixed(amount, 1), where(shows_one, f" {unit}", f" {unit}s"))


def _never(months: Value) -> Any:
    return months == NEVER


def horizon_in_words(months_to_amortize: Value) -> Any:
    """The horizon: over 12 months."""
    return sentence("over ", months_to_amortize, where(months_to_amortize == 1, " month", " months"))


def amount_in_words(net_roi: Value, currency: Any) -> Any:
    """The size of the net return, in whole units of the currency.

    >>> amount_in_words(-1234.5, "USD"), amount_in_words(1234, "")
    ('1,235 USD', '1,234')
    """
    return _money(net_roi, currency)


def _money(amount: Value, currency: Any) -> Any:
    return sentence(fixed(abs(amount), 0), where(currency == "", "", " "), currency)


def rate_in_words(discount_rate: Value) -> Any:
    """A yearly rate in per cent, with as many decimals as it has, at most two.

    >>> rate_in_words(0.1), rate_in_words(0.0825), rate_in_words(-0.005)
    ('10 %', '8.25 %', '-0.5 %')
    """
    hundredths = ceiling(discount_rate * 10_000 - 0.5)
    percent = hundredths / 100
    exactly = where(hundredths % 10 == 0, fixed(percent, 1), fixed(percent, 2))
    return sentence(where(hundredths % 100 == 0, fixed(percent, 0), exactly), " %")


def npv_in_words(net_roi: Value, npv: Value, rate_in_words: Any, currency: Any) -> Any:
    """What the present value says where it says something else than the net return.

    Empty where both agree, and where the present value is less than half a unit of the currency.
    """
    start, amount = sentence(", but at ", rate_in_words, " a year it "), _money(npv, currency)
    gains = where((npv >= 0.5) & (net_roi <= 0), sentence(start, "gains ", amount), "")
    return where((npv <= -0.5) & (net_roi >= 0), sentence(start, "loses ", amount), gains)


def pace_in_words(
    monthly_growth: Value,
    baseline_price_change: Value,
    finetuned_price_change: Value,
    serving_gpu_price_change: Value,
    pay_change: Value,
    monthly_gain_decay: Value,
    ramp_months: Value,
    retraining_interval: Value,
    retraining_cost: Value,
) -> Any:
    """What a payback beyond the horizon assumes.

    It assumes that the last month continues, which holds no retraining; that is said where that month is no guide to
    those after it, else the text is empty.
    """
    moving = (
        abs(monthly_growth) + abs(baseline_price_change) + abs(finetuned_price_change)
        + abs(serving_gpu_price_change) + abs(pay_change)
        + monthly_gain_decay + ramp_months + retraining_interval * retraining_cost
    )  # fmt: skip
    retraining = retraining_left_out(retraining_interval, retraining_cost)
    return where(moving > 0, sentence(" if the last month continued", retraining), "")


def retraining_left_out(retraining_interval: Value, retraining_cost: Value) -> Any:
    """That retrainings to come are not counted, where they cost; else empty."""
    return where(retraining_interval * retraining_cost > 0, ", without any later retraining", "")


def loss_in_words(
    payback: Value,
    months_to_amortize: Value,
    horizon_in_words: Any,
    amount_in_words: Any,
    payback_in_words: Any,
    pace_in_words: Any,
) -> Any:
    """What is said of an outlay that is not recovered within the horizon.

    Empty where it is recovered.
    """
    never = sentence("Never pays back: loses ", amount_in_words, " ", horizon_in_words)
    start = sentence("Does not pay back ", horizon_in_words, ": loses ", amount_in_words)
    late = sentence(start, "; it would need ", payback_in_words, pace_in_words)
    return where(_never(payback), never, where(payback > months_to_amortize, late, ""))


def answer_in_words(
    net_roi: Value,
    payback: Value,
    flow_size: Value,
    loss_in_words: Any,
    horizon_in_words: Any,
    amount_in_words: Any,
    payback_in_words: Any,
    npv_in_words: Any,
) -> Any:
    """Whether the decision pays, when, and how much."""
    returns = sentence(" returns ", amount_in_words, " ", horizon_in_words)
    pays = where(
        payback == 0,
        sentence("Needs no outlay and", returns),
        sentence("Pays back in ", payback_in_words, " and", returns),
    )
    pays = where(net_roi == 0, sentence("Just breaks even ", horizon_in_words), pays)
    nothing = sentence("Nothing is spent and nothing is saved ", horizon_in_words)
    told = where(flow_size == 0, nothing, where(loss_in_words == "", pays, loss_in_words))
    return sentence(told, npv_in_words, ".")


MOVING = (
    "monthly_growth", "baseline_price_change", "finetuned_price_change", "serving_gpu_price_change", "pay_change",
    "monthly_gain_decay", "ramp_months", "retraining_interval", "retraining_cost",
)  # fmt: skip
"""The inputs that `pace_in_words` takes."""


def verdict(appraisal: Appraisal, currency: str = "USD") -> str:
    """Whether the decision pays, when, and how much, in one sentence.

    It speaks of net return and payback, and of NPV where that says otherwise.

    appraisal : of the decision.
    currency : its code, such as USD.

    >>> from roi_engine.appraisal import appraise
    >>> from roi_engine.reference import REFERENCE
    >>> verdict(appraise(REFERENCE))
    'Pays back in 0.9 days and returns 17,837 USD over 12 months.'
    """
    net, payback, months = appraisal.net_roi, appraisal.payback_months, appraisal.months
    horizon, amount, time = horizon_in_words(months), amount_in_words(net, currency), duration(payback)
    pace = pace_in_words(*(appraisal.inputs[name] for name in MOVING))
    loss = loss_in_words(payback, months, horizon, amount, time, pace)
    present = npv_in_words(net, appraisal.npv(), rate_in_words(appraisal.inputs["discount_rate"]), currency)
    return str(answer_in_words(net, payback, appraisal.flow_size, loss, horizon, amount, time, present))
