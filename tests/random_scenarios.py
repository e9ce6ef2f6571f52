"""Random scenarios over the legal ranges, the same on every run: for tests that compare the carriers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from roi_engine import Scenario

SIDES = ("baseline", "finetuned", "switch")


def random_scenarios(count: int, seed: int = 20_261, longest: int = 30) -> list[Scenario]:
    """Scenarios that use every part of the model: growth, ramp, drift, token mixes, self-hosting, risk.

    What a new input is drawn for belongs into `_drawn_apart`, so that the other figures of each scenario stay.
    """
    chance = random.Random(seed)
    return [_scenario(chance, f"random {index}", longest, random.Random(seed + index)) for index in range(count)]


def _scenario(chance: random.Random, name: str, longest: int, another_chance: random.Random) -> Scenario:
    def some(low: float, high: float, share: float = 0.6, default: float = 0.0) -> float:
        return chance.uniform(low, high) if chance.random() < share else default

    months = chance.choice([1, 2, 12, chance.randint(1, longest), chance.randint(1, longest)])
    values: dict[str, Any] = {
        "name": name,
        "start_month": chance.choice(["", "2026-01", "2026-11"]),
        "model_size_b": chance.uniform(0, 70),
        "training_hours": some(0, 5000, 0.9),
        "gpu_hourly_rate": some(0.5, 5, 0.9),
        "storage_gb": some(0, 500),
        "storage_monthly_rate": some(0.01, 0.1),
        "storage_timing": chance.choice(["upfront", "monthly"]),
        "baseline_monthly_api_calls": some(0, 1e7, 0.95),
        "baseline_cost_per_1k_tokens": some(0, 0.5, 0.9),
        "finetuned_cost_per_1k_tokens": some(0, 0.5, 0.9),
        "accuracy_improvement_percent": chance.choice([0, chance.uniform(0, 1), chance.uniform(-1, 0)]),
        "monthly_review_cost": some(0, 20_000),
        "months_to_amortize": months,
        "gpu_count": chance.randint(1, 16),
        "training_runs": chance.randint(1, 5),
        "training_tokens_m": chance.choice([None, 0.0, chance.uniform(0, 100), chance.uniform(0, 100)]),
        "training_price_per_m": chance.choice([None, 0.0, chance.uniform(0, 25), chance.uniform(0, 25)]),
        "data_preparation_cost": some(0, 20_000),
        "engineering_hours": some(0, 400),
        "engineering_rate": some(50, 150),
        "evaluation_cost": some(0, 5_000),
        "other_upfront_cost": some(0, 5_000),
        "contingency": some(0, 0.5),
        "tokens_per_call": some(0, 3_000, 0.7, 1.0),
        "monthly_growth": some(-0.3, 0.3),
        "go_live_delay": chance.choice([0, 0, 1, 2, chance.randint(0, months + 2)]),
        "ramp_months": chance.choice([0, 0, 1, 3, chance.randint(0, 12)]),
        "baseline_price_change": some(-0.6, 0.5),
        "finetuned_price_change": some(-0.6, 0.5),
        "serving_gpu_price_change": some(-0.6, 0.5),
        "pay_change": some(-0.2, 0.4),
        "parallel_months": chance.choice([0, 0, 1, 2, chance.randint(0, months + 2)]),
        "operations_monthly_cost": some(0, 5_000),
        "hosting_monthly_fee": some(0, 2_000),
        "fleet_operations_monthly_cost": some(0, 3_000, 0.3),
        "monthly_gain_decay": some(0, 0.3),
        "retraining_interval": chance.choice([0, 0, 1, 3, 6]),
        "retraining_cost": some(0, 4_000),
        "discount_rate": some(-0.2, 0.6, 0.8, 0.1),
        "benefit_risk": some(0, 0.5, 0.3),
        "cost_risk": some(0, 0.5, 0.3),
    }
    for side in ("baseline", "finetuned"):
        if chance.random() < 0.3:
            values |= {
                f"{side}_input_tokens": chance.uniform(0, 4_000),
                f"{side}_output_tokens": chance.uniform(0, 800),
                f"{side}_input_price_per_m": chance.uniform(0, 10),
                f"{side}_output_price_per_m": chance.uniform(0, 30),
            }
            if chance.random() < 0.5:
                values[f"{side}_cached_share"] = chance.random()
            if chance.random() < 0.5:
                values[f"{side}_cached_price_per_m"] = chance.uniform(0, 5)
            if chance.random() < 0.3:
                values |= {f"{side}_batch_share": chance.random(), f"{side}_batch_discount": chance.random()}
    if chance.random() < 0.3:
        values |= {"review_cost_per_call": chance.uniform(0, 0.1), "monthly_review_cost": 0}
    values |= _another_model(chance, "baseline_input_tokens" in values)
    if chance.random() < 0.3:  # beside the API, so that self-hosting can be compared
        values |= {
            "serving_gpu_hourly_rate": chance.uniform(0.5, 9),
            "serving_tokens_per_second": chance.uniform(100, 2e4),
        }
    if chance.random() < 0.3:
        values |= {
            "serving": "self_hosted",
            "serving_gpu_hourly_rate": chance.uniform(0.5, 9),
            "serving_tokens_per_second": chance.uniform(100, 20_000),
            "target_utilisation": chance.uniform(0.1, 1),
            "peak_factor": chance.uniform(1, 6),
            "min_replicas": chance.randint(1, 3),
            "gpus_per_replica": chance.choice([1, 2, 8]),
        }
        if chance.random() < 0.3:
            values["serving_tokens_per_call"] = chance.uniform(1, 3_000)
    if values["tokens_per_call"] == 1 and any(f"{side}_input_price_per_m" in values for side in SIDES):
        values["tokens_per_call"] = 800.0  # one token a call beside a token mix is refused
    return Scenario(**values, **_drawn_apart(another_chance, values))


def _drawn_apart(chance: random.Random, values: Mapping[str, Any]) -> dict[str, Any]:
    """Cache writes of each token mix, beside what is read from the cache, and the hours of a month."""
    apart: dict[str, Any] = {"hours_per_month": chance.choice([730.0, chance.uniform(1, 744)])}
    for side in SIDES:
        if f"{side}_input_price_per_m" not in values:
            continue
        of_the_baseline = side == "switch" and values.get("switch_cached_share") is None
        read = values.get(f"{'baseline' if of_the_baseline else side}_cached_share") or 0.0
        inherited = side == "switch" and "baseline_cached_write_share" in apart  # and may be too much beside its own
        if inherited or chance.random() < 0.5:
            apart[f"{side}_cached_write_share"] = chance.uniform(0, 1 - read)
        if chance.random() < 0.5:
            apart[f"{side}_cached_write_price_per_m"] = chance.uniform(0, 12)
    return apart


def _another_model(chance: random.Random, tokens_known: bool) -> dict[str, Any]:
    """Another general model in half of the scenarios: a token mix, of its own or the baseline's tokens, or a price."""
    kind = chance.choice(["none", "none", "mix", "price"])
    if kind == "none":
        return {}
    values: dict[str, Any] = {
        "switch_accuracy_improvement_percent": chance.choice([0, chance.uniform(0, 1), chance.uniform(-1, 0)]),
        "switch_upfront_cost": chance.choice([0, chance.uniform(0, 20_000)]),
        "switch_price_change": chance.choice([None, chance.uniform(-0.6, 0.5)]),
    }
    if kind == "price":
        return values | {"switch_cost_per_1k_tokens": chance.uniform(0, 0.5)}
    values |= {
        "switch_input_price_per_m": chance.uniform(0, 5),
        "switch_output_price_per_m": chance.uniform(0, 15),
        "switch_cached_share": chance.choice([None, chance.random()]),
        "switch_cached_price_per_m": chance.choice([None, chance.uniform(0, 2)]),
        "switch_batch_share": chance.choice([None, chance.random()]),
        "switch_batch_discount": chance.choice([None, chance.random()]),
    }
    if not tokens_known or chance.random() < 0.5:
        values |= {"switch_input_tokens": chance.uniform(0, 4_000), "switch_output_tokens": chance.uniform(0, 800)}
    return values
