"""Questions about tokens, traffic and months."""

from __future__ import annotations

from roi_engine.questions.question import Asked, counted, question
from roi_engine.scenario import Scenario
from roi_engine.scenario_rules import mix_given

FEWEST_CALLS, FEW_CALLS = 10, 1_000
"""Calls a month that nobody trains a model for, even if they were thousands, and as they stand."""

LEAST_LEFT = 0.10
"""A part of the traffic, or of the gain, that is left within a horizon in what people plan."""

STEEP_GROWTH = 0.15
"""Growth per month above which traffic is more than five times as large after a year."""

MOST_GROWTH = 10.0
"""Traffic grows to so many times its first month within a horizon, at most, in what people plan."""

FEW_TOKENS = 10
"""A call whose prompt has fewer tokens than this is shorter than a sentence."""

MOST_READ, MOST_WRITTEN = 2_000_000, 200_000
"""Tokens that no model reads, or writes, at once."""

FEW_MONTHS = 5
MANY_MONTHS = 60
"""A horizon of at most the first may be one of years; beyond the second no model stays as good as new."""

_WHOLE_CALLS = (
    "tokens_per_call", "baseline_input_tokens", "finetuned_input_tokens", "serving_tokens_per_call",
    "switch_input_tokens",
)  # fmt: skip
_ANSWERS = ("baseline_output_tokens", "finetuned_output_tokens", "switch_output_tokens")


@question("Each call is a single token")
def one_token(s: Scenario) -> Asked:
    """Both sides by the token, and nobody gave the tokens of a call."""
    inputs = s.inputs()
    fleet = s.serving == "self_hosted"
    per_token = not mix_given(inputs, "baseline") or not (fleet or mix_given(inputs, "finetuned"))
    if per_token and s.tokens_per_call == 1:
        yield (
            "tokens_per_call",
            "Each call is charged as a single token. Give the tokens of a typical call, prompt and answer.",
        )
    if fleet and not mix_given(inputs, "finetuned") and s.serving_tokens_per_call is None and s.tokens_per_call == 1:
        yield (
            "serving_tokens_per_call",
            "The fleet is sized for one token per call. Give the tokens that serving a call takes.",
        )


@question("A share, thousands or millions in the place of calls", of_ends=True)
def few_calls(s: Scenario) -> Asked:
    """5, for 5 million; 420, for 420,000."""
    calls = s.baseline_monthly_api_calls
    if not 0 < calls < FEW_CALLS:
        return
    in_thousands, in_millions = f"{calls * 1e3:,.10g}", f"{calls * 1e6:,.10g}"
    asked = f"thousands? That is {in_thousands}."
    if calls < FEWEST_CALLS:
        asked = f"thousands, or millions? That is {in_thousands}, or {in_millions}."
    yield "baseline_monthly_api_calls", f"{calls:g} calls a month. Are these {asked}"


@question("A call without tokens")
def no_tokens(s: Scenario) -> Asked:
    """Priced by the token, and none of them."""
    inputs = s.inputs()
    sides = [side for side in ("baseline", "finetuned") if not mix_given(inputs, side)]
    if s.serving == "self_hosted" and "finetuned" in sides:
        sides.remove("finetuned")
    if s.tokens_per_call == 0 and any(getattr(s, f"{side}_cost_per_1k_tokens") for side in sides):
        yield "tokens_per_call", "0 tokens a call: every call is free. Give the tokens of a typical call."
    for side in ("baseline", "finetuned", "switch"):
        for field, what in (("input", "the prompt"), ("output", "the answer")):
            price = getattr(s, f"{side}_{field}_price_per_m")
            if price and getattr(s, f"{side}_{field}_tokens") == 0:
                yield f"{side}_{field}_tokens", f"0 tokens at {price:g} per million: {what} is free. Give its tokens."
    if s.serving_tokens_per_call == 0 and s.serving_gpu_hourly_rate:
        yield (
            "serving_tokens_per_call",
            "0 tokens a call: the fleet has nothing to do. Give the tokens of a typical call.",
        )


@question("Tokens in thousands", of_ends=True)
def tokens_in_thousands(s: Scenario) -> Asked:
    """1.8 in the place of 1,800."""
    for name in (*_WHOLE_CALLS, *_ANSWERS):
        tokens = getattr(s, name)
        if tokens is None or not 0 < tokens < FEW_TOKENS or (name == "tokens_per_call" and tokens == 1):
            continue
        if name in _ANSWERS and tokens == int(tokens):
            continue  # an answer may be a single label
        yield name, f"Taken as {tokens:g} tokens. Are these thousands? That is {tokens * 1000:,g}."


@question("Tokens of all calls in the place of one's", of_ends=True)
def tokens_of_all_calls(s: Scenario) -> Asked:
    """720,000,000 in the place of 1,800."""
    for name in (*_WHOLE_CALLS, *_ANSWERS):
        tokens, most, at_once = getattr(s, name), MOST_READ, "reads"
        if name in _ANSWERS:
            most, at_once = MOST_WRITTEN, "writes"
        if tokens is not None and tokens > most:
            calls = s.baseline_monthly_api_calls
            each = f" That is {tokens / calls:,.4g} a call." if tokens > FEW_TOKENS * calls > 0 else ""
            yield (
                name,
                f"Taken as {tokens:,.10g} tokens for each call, more than a model {at_once} at once. Are these all calls' of a month?{each}",
            )


@question("Growth per year in the place of one per month", of_ends=True)
def steep_growth(s: Scenario) -> Asked:
    """By the month, or over the whole horizon; up or down."""
    growth, months = s.monthly_growth, s.months_to_amortize
    if growth == 0:
        return
    per_month = f"That is {(1 + growth) ** (1 / 12) - 1:.3g} a month."
    at_the_end = (1 + growth) ** (months - 1)
    if growth < 0:
        if at_the_end >= LEAST_LEFT:
            return
        grown = f"{at_the_end:.2g} times the traffic in month {months}"
    elif growth > STEEP_GROWTH:
        year = (1 + growth) ** 12
        grown = f"{year:,.1f} times the traffic after a year"
    elif at_the_end > MOST_GROWTH:
        grown = f"{at_the_end:,.0f} times the traffic in month {months}"
    else:
        return
    moving = f"{growth * 100:g} % a month" if growth > 0 else f"Falling by {-growth * 100:g} % a month"
    yield "monthly_growth", f"{moving} is {grown}. Is it the growth per year? {per_month}"


@question("Drift per year in the place of one per month", of_ends=True)
def steep_drift(s: Scenario) -> Asked:
    """It eats the whole gain before the model is trained again."""
    drift, months = s.monthly_gain_decay, min(s.retraining_interval or s.months_to_amortize, s.months_to_amortize)
    left = (1 - drift) ** months
    if left < LEAST_LEFT and s.accuracy_improvement_percent > 0:
        yield (
            "monthly_gain_decay",
            f"{drift * 100:g} % a month leaves {left:.2g} of the gain after {counted(months, 'month')}. Is it the drift per year? That is {1 - (1 - drift) ** (1 / 12):.3g} a month.",
        )


@question("No traffic moves within the horizon")
def no_traffic(s: Scenario) -> Asked:
    """The go-live lies behind it, or the old bill is paid to its end."""
    months = s.months_to_amortize
    if s.go_live_delay >= months:
        yield "go_live_delay", f"No traffic moves within the horizon of {counted(months, 'month')}."
    elif s.go_live_delay + s.parallel_months >= months:
        yield (
            "parallel_months",
            f"The old bill is paid through the whole horizon of {counted(months, 'month')}: nothing is saved.",
        )


@question("A ramp longer than the horizon")
def long_ramp(s: Scenario) -> Asked:
    """All traffic has moved only after it."""
    months, end = s.months_to_amortize, s.go_live_delay + s.ramp_months
    if s.go_live_delay < months < end and s.ramp_months:
        yield (
            "ramp_months",
            f"All traffic has moved in month {end}, after the horizon of {counted(months, 'month')}. Is the ramp that long?",
        )


@question("A horizon in years")
def short_horizon(s: Scenario) -> Asked:
    """3 in the place of 36."""
    months = s.months_to_amortize
    if months <= FEW_MONTHS:
        yield (
            "months_to_amortize",
            f"{counted(months, 'month')}. {'Is it 1 year' if months == 1 else 'Are these years'}? That is {months * 12}.",
        )


@question("A long horizon without drift")
def long_horizon(s: Scenario) -> Asked:
    """Nothing wears off in all those months."""
    months = s.months_to_amortize
    review = (s.monthly_review_cost or s.review_cost_per_call or 0) * s.accuracy_improvement_percent
    wears_off = s.monthly_gain_decay if review > 0 else s.baseline_price_change
    if months > MANY_MONTHS and not wears_off:
        what = "the gain in quality does not drift" if review > 0 else "the baseline's price does not change"
        cure = "monthly_gain_decay" if review > 0 else "baseline_price_change"
        yield (
            "months_to_amortize",
            f"Over {months} months {what}. Give {cure}, or a horizon in which the model stays in use.",
        )
