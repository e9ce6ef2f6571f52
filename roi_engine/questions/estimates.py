"""Questions about figures beside what is estimated for the named model and GPU."""

from __future__ import annotations

import re

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


_OTHER_LENGTH = 1.5
"""Calls so many times as long, or as short, are served at quite another rate."""

_CALLS = re.compile(r"Estimate: .*? requests at once, ([\d.e+]+) \+ ([\d.e+]+) tokens;")


@question("A throughput of other calls")
def rate_of_other_calls(s: Scenario) -> Asked:
    """Estimated for calls that are longer or shorter than those that are served."""
    found = _CALLS.search(s.sources.get("serving_tokens_per_second", ""))
    if found is None:
        return
    estimated, served = float(found[1]) + float(found[2]), _tokens_of_a_call(s)
    if not estimated / _OTHER_LENGTH <= served <= estimated * _OTHER_LENGTH:
        yield (
            "serving_tokens_per_second",
            f"Estimated for calls of {estimated:,g} tokens, and a call has {served:,g}. Estimate it for those.",
        )


def _tokens_of_a_call(s: Scenario) -> float:
    """Input and output tokens of a call that the fleet serves."""
    if s.serving_tokens_per_call is not None:
        return s.serving_tokens_per_call
    if s.finetuned_input_tokens is not None:
        return s.finetuned_input_tokens + (s.finetuned_output_tokens or 0)
    return s.tokens_per_call
