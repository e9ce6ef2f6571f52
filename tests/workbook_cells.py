"""Scenarios at the edges, and the comparison of what two workbooks show in a cell."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from roi_engine import REFERENCE, Scenario, load_scenario

SAMPLES = Path(__file__).parents[1] / "templates" / "samples"


def samples_and_edges() -> dict[str, Scenario]:
    """The samples, and the edges: loss, never, nothing upfront, nothing at all, one month, beyond the horizon."""
    found = {path.stem: load_scenario(path) for path in sorted(SAMPLES.glob("*.toml"))}
    found["loss"] = REFERENCE.with_inputs(training_hours=5000, calls=10_000, review_cost=100)
    found["never"] = REFERENCE.with_inputs(finetuned_cost=0.4, review_cost=0)
    found["free"] = REFERENCE.with_inputs(training_hours=0, storage_gb=0)
    found["nothing"] = REFERENCE.with_inputs(training_hours=0, storage_gb=0, calls=0, review_cost=0)
    found["one month"] = REFERENCE.with_inputs(months=1)
    found["late"] = REFERENCE.with_inputs(training_hours=20_000, monthly_growth=0.02, benefit_risk=0.1, cost_risk=0.2)
    return found


def same(shown: Any, expected: Any, scale: float) -> bool:
    """Numbers within 1e-9 of each other or of the largest flow; texts exactly."""
    if isinstance(shown, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(shown, expected, rel_tol=1e-9, abs_tol=1e-9 * scale)
    return bool(shown == expected)
