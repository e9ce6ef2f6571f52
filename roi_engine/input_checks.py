"""Warnings about the inputs, in words: what is legal but often not what was meant."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from roi_engine.answer import duration
from roi_engine.appraisal import Appraisal
from roi_engine.cashflow import MODEL
from roi_engine.errors import PriceTableError
from roi_engine.estimate import estimate_in
from roi_engine.estimators import checkpoint_gb
from roi_engine.internal_rate import A_LOAN, IDLE_MONEY, SEVERAL_RATES
from roi_engine.metrics import beyond_horizon
from roi_engine.prices.price_tables import price_tables
from roi_engine.prompt_shrink import prompt_shrink, prompt_shrink_needed
from roi_engine.quantity import month_of_year
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import mix_given

EARLIEST_PRINTED_PAYBACK = 0.05
"""A payback below this prints as 0.0 months."""

ABSURD_ROI = 10.0
"""A return above this multiple says more about what was left out than about the decision."""

BYTES_PER_FULL_PRECISION_PARAMETER = 4

DEAREST_PER_1K = 1.0
"""No price list charges as much for 1,000 tokens: 1,000 per million."""

CHEAPEST_PER_MILLION = 0.02
"""No price list charges less for a million tokens."""

DEAREST_PER_MILLION = 1000.0
LARGE_CURRENCIES = frozenset({"USD", "EUR", "GBP", "CHF", "CAD", "AUD"})
"""No price list charges as much for a million tokens, in a currency whose unit is worth about a dollar."""

LARGEST_GPU_GB = 192.0
"""Memory of the largest GPU that one rents by the hour."""

STEEP_GROWTH = 0.15
"""Growth per month above which traffic is more than five times as large after a year."""

LOWEST_PLAUSIBLE_RATE = 0.02
"""A discount rate per year below this is often one per month."""

IDLE_FLEET = 0.10
"""A fleet that is less busy than this, over the month, is mostly paid for nothing."""

OLD_PRICE_DAYS = 365
"""A price whose source is so much older than the newest row of the price table has to be read again."""

NOT_A_RETURN = {
    A_LOAN: "Money comes first and is paid back later: its internal rate is a loan's, no return; read NPV instead.",
    SEVERAL_RATES: "The cash flow has several internal rates, so none is a return; read NPV and MIRR instead.",
    IDLE_MONEY: "What comes back must be paid in again: no IRR without what idle money earns; read NPV and MIRR instead.",
}
"""What to say of a cash flow whose internal rates are no returns, by the reason."""

_ISO_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


@dataclass(frozen=True)
class InputWarning:
    """An input and what to think about.

    input_name : the input's.
    sentence : what to think about.
    """

    input_name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.input_name}: {self.sentence}"


def check_inputs(scenario: Scenario) -> list[InputWarning]:
    """What a careful colleague would ask about these inputs, in their order.

    scenario : a valid scenario.
    Returns warnings; an empty list when there is nothing to ask.
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
    yield from _about_units_of_prices(scenario)
    yield from _about_unlikely_prices(scenario)
    yield from _about_a_dearer_model(scenario)
    yield from _about_old_prices(scenario)
    yield from _about_the_fleet(scenario)
    yield from _about_training(scenario)
    yield from _about_what_is_not_borne(scenario)
    yield from _about_another_model(scenario)
    yield from _about_quality(scenario)
    yield from _about_estimates(scenario)
    yield from _about_ranges(scenario)
    yield from _about_fractions(scenario)


def _about_going_back(s: Scenario, result: Appraisal) -> Iterator[tuple[str, str]]:
    """Where every month loses from some month on, after others that did not."""
    month, rounding = int(result.figure("going_back_month") or 0), result.figure("rounding") or 0
    if month == s.months_to_amortize or not any(flow > rounding for flow in result.cash_flow[1 : month + 1]):
        return
    named = f" ({month_of_year(s.start_month, month)})" if s.start_month else ""
    net, npv = result.figure("net_roi_if_going_back") or 0, result.figure("npv_if_going_back") or 0
    lost = f"From month {month + 1} on every month" if month + 1 < s.months_to_amortize else "The last month"
    would = "lose" if net < 0 else "return"
    instead = "" if (net < 0) == (result.net_roi < 0) else "losing "
    yield (
        "months_to_amortize",
        f"{lost} loses. Going back after month {month}{named} would {would} "
        f"{abs(net):,.0f} (NPV {npv:,.0f}) instead of {instead}{abs(result.net_roi):,.0f}.",
    )


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
    elif s.go_live_delay + s.parallel_months >= s.months_to_amortize:
        yield (
            "parallel_months",
            f"The old bill is paid through the whole horizon of {s.months_to_amortize} months: nothing is saved.",
        )
    if s.serving_gpu_price_change and s.serving_gpu_hourly_rate == 0:
        yield "serving_gpu_price_change", "Without a serving GPU price it changes nothing."


def _about_units_of_prices(s: Scenario) -> Iterator[tuple[str, str]]:
    for side in ("baseline", "finetuned", "switch"):
        if mix_given(s.inputs(), side):
            for field in ("input_price_per_m", "output_price_per_m"):
                price = getattr(s, f"{side}_{field}") or 0.0
                if 0 < price < CHEAPEST_PER_MILLION:
                    yield (
                        f"{side}_{field}",
                        f"{price:g} per million tokens is below any list price. Is it per 1,000 tokens? That is {price * 1000:g} per million.",
                    )
            if side != "switch" and getattr(s, f"{side}_batch_share") and not getattr(s, f"{side}_batch_discount"):
                yield f"{side}_batch_share", "Without a batch discount it changes nothing. Give the discount."
        elif (getattr(s, f"{side}_cost_per_1k_tokens") or 0.0) >= DEAREST_PER_1K:
            price = getattr(s, f"{side}_cost_per_1k_tokens")
            yield (
                f"{side}_cost_per_1k_tokens",
                f"{price:g} per 1,000 tokens is {price * 1000:,g} per million. Is it the price per million? That is {price / 1000:g} here.",
            )


_ABOVE = re.compile(r"Above ([\d,]+) prompt tokens .+? costs ([\d.e+-]+) per million; this price is typed")


def _about_unlikely_prices(s: Scenario) -> Iterator[tuple[str, str]]:
    """Prices per million that no list has, and typed ones of shorter prompts."""
    for side in ("baseline", "finetuned", "switch"):
        if not mix_given(s.inputs(), side):
            continue
        for name in (f"{side}_input_price_per_m", f"{side}_output_price_per_m"):
            price = getattr(s, name)
            if price == 0:
                yield name, "Free: no price list is. Is the price missing?"
            elif price is not None and price > DEAREST_PER_MILLION and s.currency in LARGE_CURRENCIES:
                yield name, f"{price:,g} per million tokens is above any list price. Is it of another unit?"
            above = _ABOVE.search(s.notes.get(name, ""))
            if above and float(above[2]) != price:
                yield (
                    name,
                    f"Prompts above {above[1]} tokens cost {above[2]} per million in the price table, not {price:g}.",
                )


def _about_a_dearer_model(s: Scenario) -> Iterator[tuple[str, str]]:
    """A fine-tuned model that is paid by the token, and dearer than today by the call."""
    if s.serving == "self_hosted":
        return
    inputs = s.inputs()
    needed = prompt_shrink_needed(inputs)
    if needed is not None:
        planned = prompt_shrink(inputs) or 0.0
        if needed > 1:
            yield (
                "finetuned_output_tokens",
                "No shorter prompt is enough: its answer alone costs more than a whole call today.",
            )
        elif needed > 0 and planned < needed:
            yield (
                "finetuned_input_tokens",
                f"A call costs more than today. The prompt must shrink by {needed:.1%} to cost the same; planned are {planned:.1%}.",
            )
    elif not any(mix_given(inputs, side) for side in ("baseline", "finetuned")):
        old, new = s.baseline_cost_per_1k_tokens, s.finetuned_cost_per_1k_tokens
        if new > old:
            yield (
                "finetuned_cost_per_1k_tokens",
                f"Above the baseline's, for as many tokens. It saves only if a call needs {1 - old / new:.1%} fewer tokens; token mixes can say so.",
            )


def _about_old_prices(s: Scenario) -> Iterator[tuple[str, str]]:
    """Prices whose dated source is old beside the price table.

    Their age is that against the table's date, as nothing here reads a clock.
    """
    try:
        newest = price_tables().read_on
    except (PriceTableError, OSError):
        return
    old = {}
    for name, source in s.sources.items():
        day = _read_on(source) if INPUTS[name].quantity.kind == "price" else None
        if day is not None and (newest - day).days > OLD_PRICE_DAYS:
            old[name] = day
    if old:
        name = min(old, key=lambda each: old[each])
        others = (
            f", as are {len(old) - 1} other prices"
            if len(old) > 2
            else ", as is one other price"
            if len(old) == 2
            else ""
        )
        yield (
            name,
            f"Its source is of {old[name]}, more than a year older than the price table of {newest}{others}. Read it again.",
        )


def _read_on(source: str) -> date | None:
    """The day on which a source was read: its last date."""
    days = _ISO_DATE.findall(source)
    try:
        return date.fromisoformat(days[-1]) if days else None
    except ValueError:
        return None


def _about_the_fleet(s: Scenario) -> Iterator[tuple[str, str]]:
    if s.serving == "self_hosted":
        wanted = ("calls_served", "serving_gpus", "served_tokens", "replica_tokens")
        found = MODEL.evaluate(s.inputs(), wanted, s.months_to_amortize)
        per_gpu = found["replica_tokens"] / s.target_utilisation / s.gpus_per_replica
        busy = [
            calls * found["served_tokens"] / (gpus * per_gpu)
            for calls, gpus in zip(found["calls_served"], found["serving_gpus"], strict=True)
            if gpus > 0
        ]
        if busy and max(busy) < IDLE_FLEET:
            yield (
                "serving_tokens_per_second",
                f"The fleet is busy {max(busy):.1%} of the time in its best month. Is the throughput right, and would a price per token be cheaper?",
            )


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
    elif 0 < s.storage_gb < checkpoint_gb(s.model_size_b):
        yield (
            "storage_gb",
            f"Less than one checkpoint of full fine-tuning, {checkpoint_gb(s.model_size_b):,g} GB with optimizer states. An adapter needs less.",
        )
    if s.gpu_count == 1 and s.training_hours > 0 and checkpoint_gb(s.model_size_b) > LARGEST_GPU_GB:
        yield (
            "training_hours",
            f"Taken as GPU-hours of one GPU, on which full fine-tuning of {s.model_size_b:g} billion parameters does not fit. If {s.training_hours:g} are hours on the clock, give the number of GPUs.",
        )


def _about_what_is_not_borne(s: Scenario) -> Iterator[tuple[str, str]]:
    """Costs of the other way of serving: they count for that option alone."""
    wanted = ("gpu_training_cost", "trains_on_gpus", "api_training_cost", "trains_through_api")
    found = MODEL.evaluate(s.inputs(), wanted)
    if s.training_tokens_m and s.training_price_per_m is None:
        yield (
            "training_price_per_m",
            "Without a price the training tokens cost nothing. Give it; 0 where they are free.",
        )
    if found["gpu_training_cost"] > 0 and not found["trains_on_gpus"]:
        yield (
            "training_hours",
            "Not borne: paid by the token, the model is trained through the API. They count for self-hosting alone.",
        )
    if found["api_training_cost"] > 0 and not found["trains_through_api"]:
        yield (
            "training_tokens_m",
            "Not borne: self-hosted, the model is trained on GPUs. They count for the fine-tuned API alone.",
        )
    if s.serving == "self_hosted" and s.hosting_monthly_fee:
        yield "hosting_monthly_fee", "Not borne: the model is self-hosted. It counts for the fine-tuned API alone."
    if s.serving == "per_token" and s.fleet_operations_monthly_cost:
        yield (
            "fleet_operations_monthly_cost",
            "Not borne: the model is paid by the token. It counts for self-hosting alone.",
        )


def _about_another_model(s: Scenario) -> Iterator[tuple[str, str]]:
    mix = s.switch_input_price_per_m is not None
    if not mix and s.switch_cost_per_1k_tokens is None:
        idle = [name for name in INPUTS if name.startswith("switch_") and getattr(s, name)]
        yield from ((name, "Without a price of the other model it changes nothing.") for name in idle[:1])
        return
    if mix and s.switch_cost_per_1k_tokens is not None:
        yield "switch_cost_per_1k_tokens", "Ignored: the token mix of this side sets its price."
    batched = s.baseline_batch_share if s.switch_batch_share is None else s.switch_batch_share
    if mix and batched and not s.switch_batch_discount:
        yield "switch_batch_discount", "Calls are sent in batches, without a discount of the other model. Give it."


def _about_quality(s: Scenario) -> Iterator[tuple[str, str]]:
    improvement = s.accuracy_improvement_percent
    if improvement < 0:
        yield (
            "accuracy_improvement_percent",
            "Negative: the fine-tuned model makes more errors and adds review cost.",
        )
    elif 0 < improvement <= 0.25 and (s.monthly_review_cost or s.review_cost_per_call):
        yield (
            "accuracy_improvement_percent",
            f"{improvement * 100:.0f} % is the share of errors that disappear, not accuracy points: from 85 % to 97 % accuracy is 80 %.",
        )


def _about_fractions(s: Scenario) -> Iterator[tuple[str, str]]:
    if s.monthly_growth > STEEP_GROWTH:
        yield (
            "monthly_growth",
            f"{s.monthly_growth * 100:g} % a month is {(1 + s.monthly_growth) ** 12:,.1f} times the traffic after a year. Is it the growth per year?",
        )
    for name in (
        "contingency", "baseline_price_change", "finetuned_price_change", "serving_gpu_price_change", "pay_change",
        "switch_price_change", "discount_rate", "cost_risk",
    ):  # fmt: skip
        value = getattr(s, name)
        if value is not None and value >= 1:
            yield name, f"{value * 100:,.0f} %: was {value:g} % meant? That is {value / 100:g}."
    rate = s.discount_rate
    if rate == 0:
        yield "discount_rate", "0 %: money in a year's time counts as much as money today. Is that meant?"
    elif 0 < rate < LOWEST_PLAUSIBLE_RATE:
        yield (
            "discount_rate",
            f"{rate * 100:g} % is meant per year. If it is a rate per month, that is {(1 + rate) ** 12 - 1:.1%} per year.",
        )


def _about_estimates(s: Scenario) -> Iterator[tuple[str, str]]:
    """A figure outside the low and high of the estimate in its note or source."""
    for name in ("serving_tokens_per_second", "training_hours"):
        found = estimate_in(f"{s.sources.get(name, '')} {s.notes.get(name, '')}")
        value = getattr(s, name)
        if found is None or found.holds(value) or name in s.ranges:
            continue
        also = " Is it input + output? Engines publish output alone." if name.startswith("serving") else ""
        yield name, f"{value:,g} is outside the estimate's low {found.low:,g} and high {found.high:,g}.{also}"


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
    yield from _about_going_back(s, result)
    if s.benefit_risk or s.cost_risk:
        bare = Appraisal({**s.inputs(), "benefit_risk": 0.0, "cost_risk": 0.0}).net_roi
        if (bare > 0) != (result.net_roi > 0) and math.isfinite(bare):
            name = "benefit_risk" if s.benefit_risk else "cost_risk"
            yield (
                name,
                f"The risk adjustment alone turns the sign: net ROI is {bare:,.0f} without it, {result.net_roi:,.0f} with it.",
            )
    if result.irr_reason in NOT_A_RETURN:
        yield "discount_rate", NOT_A_RETURN[result.irr_reason]
