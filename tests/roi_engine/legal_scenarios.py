"""Hypothesis strategies: scenarios over the legal ranges of every input."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st

from roi_engine import INPUTS, Scenario
from roi_engine.inputs import Input
from tests.examples import examples

LONGEST = 120
FIVE_HUNDRED = examples(500, suppress_health_check=[HealthCheck.too_slow])
TWO_HUNDRED = examples(200, suppress_health_check=[HealthCheck.too_slow])
SIXTY = examples(60, suppress_health_check=[HealthCheck.too_slow])

LARGEST = {"money": 1e6, "price": 100.0, "number": 1e5, "count": 16, "months": LONGEST, "ratio": 10.0, "fraction": 2.0}
"""How large a number is drawn where its range has no end."""

SMALLEST = 1e-3
"""A number that must be above zero is at least this: throughput, utilisation, hours."""

SIDES = ("baseline", "finetuned", "switch")
MIX = ("input_tokens", "output_tokens", "input_price_per_m", "output_price_per_m")


def number(declared: Input) -> st.SearchStrategy[float]:
    """The legal values of an input, whole where it is, its bounds among them."""
    quantity = declared.quantity
    low = max(quantity.low, -LARGEST[quantity.kind])
    high = min(quantity.high, LARGEST[quantity.kind])
    if quantity.whole:
        return st.integers(int(low), int(high))
    if quantity.low_open and quantity.low == 0:
        return st.floats(SMALLEST, high)
    return st.floats(
        low, high, exclude_min=quantity.low_open, exclude_max=quantity.high_open, allow_subnormal=False, width=64
    ).map(lambda drawn: drawn if abs(drawn) > 1e-9 else 0.0)


def named(names: list[str]) -> dict[str, st.SearchStrategy[float]]:
    return {name: number(INPUTS[name]) for name in names}


PLAIN = [name for name, each in INPUTS.items() if each.numeric and not each.may_be_empty and name != "model_size_b"]
REQUIRED = [name for name in PLAIN if INPUTS[name].required]


def mix(side: str) -> st.SearchStrategy[dict[str, float]]:
    """A side's token mix: none, or the four figures it needs, with or without a cache and batches."""
    needed = named([f"{side}_{field}" for field in MIX])
    optional = named([f"{side}_{field}" for field in CACHE_AND_BATCHES])
    return st.just({}) | st.fixed_dictionaries(needed, optional=optional)


CACHE_AND_BATCHES = (
    "cached_share", "cached_price_per_m", "cached_write_share", "cached_write_price_per_m", "batch_share",
    "batch_discount",
)  # fmt: skip


def within_the_prompt(values: dict[str, Any]) -> dict[str, Any]:
    """The values with shares written to the cache that leave room for those read from it."""
    fitted = dict(values)
    for side in ("baseline", "finetuned", "switch"):
        read, written = (
            fitted.get(f"{side}_{name}", fitted.get(f"baseline_{name}") if side == "switch" else None)
            for name in ("cached_share", "cached_write_share")
        )
        if read is not None and written is not None:
            fitted[f"{side}_cached_share"] = read
            fitted[f"{side}_cached_write_share"] = written * (1 - read) if read + written > 1 else written
    return fitted


REVIEW: st.SearchStrategy[dict[str, float]] = st.just({}) | st.fixed_dictionaries(
    {"review_cost_per_call": number(INPUTS["review_cost_per_call"]), "monthly_review_cost": st.just(0.0)}
)
"""The review cost as drawn, or one by the call in its place."""


TRAINING_API: st.SearchStrategy[dict[str, float]] = st.fixed_dictionaries(
    {}, optional=named(["training_tokens_m", "training_price_per_m"])
)
"""Training tokens and their price: neither, one without the other, or both, be they 0."""

OTHER_MODEL: st.SearchStrategy[dict[str, float]] = (
    st.just({})
    | st.fixed_dictionaries(
        named(["switch_cost_per_1k_tokens"]),
        optional=named(["switch_price_change", "switch_accuracy_improvement_percent"]),
    )
    | st.fixed_dictionaries(
        named([f"switch_{field}" for field in MIX]),
        optional=named(
            [
                *(f"switch_{field}" for field in CACHE_AND_BATCHES),
                "switch_price_change",
            ]
        ),
    )
)
"""Another general model: none, a price per 1,000 tokens, or a token mix."""

BESIDE: st.SearchStrategy[dict[str, float]] = st.just({}) | st.fixed_dictionaries(
    {"serving_gpu_hourly_rate": st.floats(SMALLEST, 20), "serving_tokens_per_second": st.floats(1, 1e5)}
)
"""A fleet beside the API, so that self-hosting can be compared."""

FLEET: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {
        "serving": st.just("self_hosted"),
        "serving_gpu_hourly_rate": st.floats(SMALLEST, 20),
        "serving_tokens_per_second": st.floats(1, 1e5),
    },
    optional=named(["serving_tokens_per_call"]),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Scenarios of the full model: every input at its default or anywhere in its range."""
    optional = [name for name in PLAIN if name not in REQUIRED]
    values: dict[str, Any] = draw(st.fixed_dictionaries(named(REQUIRED), optional=named(optional)))
    values |= draw(mix("baseline")) | draw(mix("finetuned")) | draw(BESIDE) | draw(FLEET) | draw(REVIEW)
    values |= draw(TRAINING_API) | draw(OTHER_MODEL)
    values["storage_timing"] = draw(st.sampled_from(["upfront", "monthly"]))
    if values.get("tokens_per_call", 1) == 1 and any(f"{side}_input_price_per_m" in values for side in SIDES):
        values["tokens_per_call"] = 800.0  # one token a call beside a token mix is refused
    return Scenario(**within_the_prompt(values))


def cents(high: int) -> st.SearchStrategy[float]:
    """Amounts of money down to the cent: no two that differ differ by rounding only."""
    return st.integers(0, high * 100).map(lambda drawn: drawn / 100)


@st.composite
def level_scenarios(draw: st.DrawFn) -> Scenario:
    """Scenarios in which nothing varies from month to month: the reference's ten inputs and tokens per call."""
    return Scenario(
        training_hours=draw(cents(10_000)),
        gpu_hourly_rate=draw(cents(10)),
        storage_gb=draw(cents(1_000)),
        storage_monthly_rate=draw(cents(1)),
        baseline_monthly_api_calls=draw(st.integers(0, 10_000_000)),
        baseline_cost_per_1k_tokens=draw(cents(1)),
        finetuned_cost_per_1k_tokens=draw(cents(1)),
        accuracy_improvement_percent=draw(st.integers(-100, 100)) / 100,
        monthly_review_cost=draw(cents(20_000)),
        months_to_amortize=draw(st.integers(1, LONGEST)),
        tokens_per_call=draw(st.integers(1, 3_000)),
    )
