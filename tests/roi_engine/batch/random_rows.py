"""Random rows of a table of scenarios: legal, empty and wrong values that the rules between inputs ask about."""

from __future__ import annotations

import random
from typing import Any

from roi_engine import INPUTS
from roi_engine.batch.columns import is_read
from roi_engine.scenario import REFERENCE_INPUTS
from roi_engine.scenario_rules import ASKED_FOR, MIX_FIELDS, SELF_HOSTING_NEEDS

VALUES: dict[str, list[Any]] = {
    "serving": [None, "per_token", "self_hosted", "Self-hosted", "rented", 3],
    "storage_timing": [None, "upfront", "monthly", ""],
    "tokens_per_call": [None, 1, 1.0, 650, -3],
    "serving_tokens_per_call": [None, 1, 900],
    "monthly_review_cost": [None, 0, 0, 2000, "2,000"],
    "review_cost_per_call": [None, None, 0, 0.01],
    "months_to_amortize": [12, 1, 24, 24.000000000000004, 12.5, 0, None],
    "training_hours": [24, 24, 24, None, True, "24", float("inf"), float("nan")],
    "baseline_monthly_api_calls": [5e6, 5e6, 5e6, 1e300],
    **{name: [None, 0, 2.5] for name in SELF_HOSTING_NEEDS},
    **{
        f"{side}_{share}": [None, None, 0.0, 0.5, 0.6]
        for side in ("baseline", "finetuned", "switch")
        for share in ("cached_share", "cached_write_share")
    },
}


def random_columns(chance: random.Random, rows: int) -> dict[str, list[Any]]:
    """Columns of some inputs, most of them those that rules ask about."""
    asked = [*ASKED_FOR, *REFERENCE_INPUTS, "serving", "storage_timing", "discount_rate", "gpu_count"]
    names = sorted({name for name in asked if is_read(INPUTS[name])})
    share = chance.choice([0.1, 0.3, 0.9])
    chosen = [name for name in names if name == "training_hours" or chance.random() < share]
    table = [_row(chance, chosen) for _ in range(rows)]
    return {name: [row[name] for row in table] for name in chosen}


def _row(chance: random.Random, names: list[str]) -> dict[str, Any]:
    """A row: each side with its whole token mix, without one, or as it comes; most values tame."""
    tame = chance.choice([0.0, 0.9, 1.0])
    row = {name: _tame(name) if chance.random() < tame else _value(chance, name) for name in names}
    for side in ("baseline", "finetuned", "switch"):
        mix = [name for name in names if name in {f"{side}_{field}" for field in MIX_FIELDS}]
        kind = chance.choice(["none", "whole", "as it comes"])
        if kind != "as it comes":
            row |= {name: None if kind == "none" else 0.2 for name in mix}
    return row


def _tame(name: str) -> Any:
    return VALUES[name][0] if name in VALUES else None if name.startswith("switch") else 1


def _value(chance: random.Random, name: str) -> Any:
    if name in VALUES:
        return chance.choice(VALUES[name])
    if chance.random() < 0.3:
        return None
    quantity = INPUTS[name].quantity
    if quantity.whole:
        return chance.randint(1, 8)
    return chance.choice([0.0, 0.2, 0.2, 0.7]) if quantity.kind == "fraction" else chance.choice([0.0, 0.05, 2.0, 30.0])
