"""The order in which a reader meets the inputs; ends of ranges, correlated pairs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, Scenario

LOW, HIGH, DISTRIBUTION = ENDS = ("low", "high", "distribution")
"""What a range holds beside an input's value."""


def in_reading_order() -> list[Input]:
    """Labels, then the eleven inputs of the reference, then the rest by group."""
    labels = [each for each in INPUTS.values() if each.group == "Label"]
    first = [INPUTS[name] for name in REFERENCE_INPUTS]
    rest = [each for each in INPUTS.values() if each.group not in ("Label", "Reference inputs")]
    return labels + first + rest


def end_of(scenario: Scenario, name: str, end: str) -> Any:
    """What a scenario's range of an input holds.

    Nothing where it has no range, or nobody typed that end.
    """
    span = scenario.ranges.get(name)
    return getattr(span, end) if span and span.untyped != end else None


Pair = tuple[str, str]
"""Two inputs that are correlated, by their names."""


def pairs_of(scenarios: Iterable[Scenario]) -> list[Pair]:
    """The pairs that are correlated in some scenario, each once."""
    found: dict[frozenset[str], Pair] = {}
    for scenario in scenarios:
        for first, second, _ in scenario.correlated_pairs():
            found.setdefault(frozenset((first, second)), (first, second))
    return list(found.values())


def correlation_of(scenario: Scenario, pair: Pair) -> float | None:
    """The correlation of a pair, whichever is named first; None for none."""
    first, second = pair
    given = scenario.correlations
    return given.get(first, {}).get(second, given.get(second, {}).get(first))
