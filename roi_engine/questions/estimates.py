"""Questions about figures beside what is estimated for the named model and GPU."""

from __future__ import annotations

from roi_engine.estimate import estimate_in
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import Scenario


@question("A figure outside its estimate")
def outside_the_estimate(s: Scenario) -> Asked:
    """One typed beside the low and high that its source or note tells."""
    for name in ("serving_tokens_per_second", "training_hours"):
        found = estimate_in(f"{s.sources.get(name, '')} {s.notes.get(name, '')}")
        value = getattr(s, name)
        if found is None or found.holds(value):
            continue
        also = " Is it input + output? Engines publish output alone." if name.startswith("serving") else ""
        yield name, f"{value:,g} is outside the estimate's low {found.low:,g} and high {found.high:,g}.{also}"
