"""Warnings about the inputs, in words: what is legal but often not what was meant."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from roi_engine.answer import duration
from roi_engine.appraisal import Appraisal
from roi_engine.metrics import beyond_horizon
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import mix_given

EARLIEST_PRINTED_PAYBACK = 0.05
"""A payback below this prints as 0.0 months."""

ABSURD_ROI = 10.0
"""A return above this multiple says more about what was left out than about the decision."""

BYTES_PER_FULL_PRECISION_PARAMETER = 4


@dataclass(frozen=True)
class InputWarning:
    """An input and what to think about."""

    input_name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.input_name}: {self.sentence}"


def check_inputs(scenario: Scenario) -> list[InputWarning]:
    """Everything that a careful colleague would ask about these inputs, in the inputs' order.

    scenario : a valid scenario. Returns warnings; an empty list when there is nothing to ask.
    Source: docs/reading-the-result.md.

    >>> from roi_engine.reference import REFERENCE
    >>> [warning.input_name for warning in check_inputs(REFERENCE)][:2]
    ['storage_gb', 'accuracy_improvement_percent']
    """
    order = list(INPUTS)
    found = [InputWarning(name, sentence) for name, sentence in _warnings(scenario)]
    return sorted(found, key=lambda warning: order.index(warning.input_name))


def _warnings(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield from _about_the_result(scenario)
    yield from _about_prices(scenario)
    yield from _about_training(scenario)
    yield from _about_quality(scenario)
    yield from _about_ranges(scenario)
    yield from _about_fractions(scenario)


def _about_prices(s: Scenario) -> Iterator[tuple[str, str]]:
    mixes = {side: mix_given(s.inputs(), side) for side in ("baseline", "finetuned")}
    per_token = [side for side, mix in mixes.items() if not mix]
    if s.serving == "self_hosted" and "finetuned" in per_token:
        per_token.remove("finetuned")
    if per_token and s.tokens_per_call == 1:
        yield (
            "tokens_per_call",
            "Each call is charged as a single token. Give the tokens of a typical call, prompt and answer.",
        )
    if (
        s.serving == "self_hosted"
        and not mixes["finetuned"]
        and s.serving_tokens_per_call is None
        and s.tokens_per_call == 1
    ):
        yield (
            "serving_tokens_per_call",
            "The fleet is sized for one token per call. Give the tokens that serving a call takes.",
        )
    for side, mix in mixes.items():
        price = f"{side}_cost_per_1k_tokens"
        if mix and getattr(s, price) > 0:
            yield price, "Ignored: the token mix of this side sets its price."
        elif side == "finetuned" and s.serving == "self_hosted" and getattr(s, price) > 0:
            yield price, "Ignored: the model is self-hosted, its cost is the fleet's."
    if s.go_live_delay >= s.months_to_amortize:
        yield "go_live_delay", f"No traffic moves within the horizon of {s.months_to_amortize} months."


def _about_training(s: Scenario) -> Iterator[tuple[str, str]]:
    if s.gpu_count > 1:
        yield (
            "training_hours",
            f"Taken as wall-clock hours: {s.training_hours:g} h on {s.gpu_count} GPUs is {s.training_hours * s.gpu_count:,g} GPU-hours.",
        )
    if s.storage_gb == 0 and s.training_hours > 0:
        yield "storage_gb", "No storage. Checkpoints, optimizer states and the final model all take room."
    elif 0 < s.storage_gb <= BYTES_PER_FULL_PRECISION_PARAMETER * s.model_size_b:
        yield (
            "storage_gb",
            "At most one copy of the weights at 4 bytes per parameter, and no checkpoint. Is that all that is kept?",
        )


def _about_quality(s: Scenario) -> Iterator[tuple[str, str]]:
    improvement = s.accuracy_improvement_percent
    if improvement < 0:
        yield (
            "accuracy_improvement_percent",
            "Negative: the fine-tuned model makes more errors and adds review cost.",
        )
    elif 0 < improvement <= 0.25 and s.monthly_review_cost > 0:
        yield (
            "accuracy_improvement_percent",
            f"{improvement * 100:.0f} % is the share of errors that disappear, not accuracy points: from 85 % to 97 % accuracy is 80 %.",
        )


def _about_fractions(s: Scenario) -> Iterator[tuple[str, str]]:
    for name in ("contingency", "baseline_price_change", "finetuned_price_change", "discount_rate", "cost_risk"):
        value = getattr(s, name)
        if value >= 1:
            yield name, f"{value * 100:,.0f} %: was {value:g} % meant? That is {value / 100:g}."


def _about_ranges(s: Scenario) -> Iterator[tuple[str, str]]:
    for name, span in s.ranges.items():
        value = getattr(s, name)
        if value is not None and not span.low <= value <= span.high:
            yield name, f"The value {value:,g} lies outside its own low {span.low:,g} and high {span.high:,g}."


def _about_the_result(s: Scenario) -> Iterator[tuple[str, str]]:
    result = Appraisal(s.inputs())
    payback, roi = result.payback_months, result.roi
    if 0 < payback < EARLIEST_PRINTED_PAYBACK:
        yield (
            "months_to_amortize",
            f"A payback of 0.0 months is {duration(payback)} after go-live, inside month 1; it is not day one.",
        )
    elif beyond_horizon(payback, s.months_to_amortize):
        yield (
            "months_to_amortize",
            f"Payback comes after the horizon, in {duration(payback)} if the last month continued.",
        )
    if roi is not None and roi > ABSURD_ROI:
        if result.one_off_cost == 0:
            yield (
                "data_preparation_cost",
                f"ROI of {roi * 100:,.0f} % with no one-off cost: data, labour and evaluation belong in it.",
            )
        else:
            yield "months_to_amortize", f"ROI of {roi * 100:,.0f} %: is every cost of this size of benefit counted?"
    if s.benefit_risk or s.cost_risk:
        bare = Appraisal({**s.inputs(), "benefit_risk": 0.0, "cost_risk": 0.0}).net_roi
        if (bare > 0) != (result.net_roi > 0) and math.isfinite(bare):
            name = "benefit_risk" if s.benefit_risk else "cost_risk"
            yield (
                name,
                f"The risk adjustment alone turns the sign: net ROI is {bare:,.0f} without it, {result.net_roi:,.0f} with it.",
            )
    if result.irr_is_ambiguous:
        yield (
            "discount_rate",
            "The cash flow changes sign more than once and has several IRRs; read NPV and MIRR instead.",
        )
