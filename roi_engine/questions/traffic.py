"""Questions about tokens, traffic and months."""

from __future__ import annotations

from roi_engine.questions.question import Asked, question
from roi_engine.scenario import Scenario
from roi_engine.scenario_rules import mix_given

STEEP_GROWTH = 0.15
"""Growth per month above which traffic is more than five times as large after a year."""

MOST_GROWTH = 10.0
"""Traffic grows to so many times its first month within a horizon, at most, in what people plan."""

FEW_TOKENS = 10
"""A call whose prompt has fewer tokens than this is shorter than a sentence."""

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


@question("Tokens in thousands")
def tokens_in_thousands(s: Scenario) -> Asked:
    """1.8 in the place of 1,800."""
    for name in (*_WHOLE_CALLS, *_ANSWERS):
        tokens = getattr(s, name)
        if tokens is None or not 0 < tokens < FEW_TOKENS or (name == "tokens_per_call" and tokens == 1):
            continue
        if name in _ANSWERS and tokens == int(tokens):
            continue  # an answer may be a single label
        yield name, f"Taken as {tokens:g} tokens. Are these thousands? That is {tokens * 1000:,g}."


@question("Growth per year in the place of one per month")
def steep_growth(s: Scenario) -> Asked:
    """By the month, or over the whole horizon."""
    growth, months = s.monthly_growth, s.months_to_amortize
    if growth <= 0:
        return
    per_month = f"That is {(1 + growth) ** (1 / 12) - 1:.3g} a month."
    at_the_end = (1 + growth) ** (months - 1)
    if growth > STEEP_GROWTH:
        year = (1 + growth) ** 12
        grown = f"{year:,.1f} times the traffic after a year"
    elif at_the_end > MOST_GROWTH:
        grown = f"{at_the_end:,.0f} times the traffic in month {months}"
    else:
        return
    yield "monthly_growth", f"{growth * 100:g} % a month is {grown}. Is it the growth per year? {per_month}"


@question("No traffic moves within the horizon")
def no_traffic(s: Scenario) -> Asked:
    """The go-live lies behind it, or the old bill is paid to its end."""
    months = s.months_to_amortize
    if s.go_live_delay >= months:
        yield "go_live_delay", f"No traffic moves within the horizon of {months} months."
    elif s.go_live_delay + s.parallel_months >= months:
        yield (
            "parallel_months",
            f"The old bill is paid through the whole horizon of {months} months: nothing is saved.",
        )


@question("A ramp longer than the horizon")
def long_ramp(s: Scenario) -> Asked:
    """All traffic has moved only after it."""
    months, end = s.months_to_amortize, s.go_live_delay + s.ramp_months
    if s.go_live_delay < months < end and s.ramp_months:
        yield (
            "ramp_months",
            f"All traffic has moved in month {end}, after the horizon of {months} months. Is the ramp that long?",
        )


@question("A horizon in years")
def short_horizon(s: Scenario) -> Asked:
    """3 in the place of 36."""
    months = s.months_to_amortize
    if months <= FEW_MONTHS:
        yield "months_to_amortize", f"{months} months. Are these years? That is {months * 12}."


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
