"""The figures that a workbook is generated from, which its answers were given for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from roi_engine.inputs import Input
from roi_engine.questions.pairs import TYPED_AMOUNTS
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, Scenario
from roi_engine.worksheet.block import EMPTY

PROPERTY = "Figures SHA-256"
"""The document property that holds their fingerprint."""
RANGES_PROPERTY = "Ranges SHA-256"
"""The one that holds the fingerprint of ranges and correlations."""


def typed_figure(scenario: Scenario, declared: Input) -> Any:
    """What the cell of an input holds; None where it is empty.

    Nothing stands in that of an amount whose typed 0 says that there is none, unless somebody gave it.
    """
    if declared.name in TYPED_AMOUNTS and declared.name not in scenario.model_fields_set:
        return None
    return getattr(scenario, declared.name)


def figure_as_generated(scenario: Scenario, declared: Input) -> Any:
    """What stands as generated beside an input; None for a label.

    Its figure, or that it was empty.
    """
    if not declared.numeric and not declared.quantity.choices:
        return None
    value = typed_figure(scenario, declared)
    return EMPTY if value is None else value


def is_asked(declared: Input, to_fill_in: bool) -> bool:
    """Whether an input's cell is empty, to be filled in, and nothing was generated."""
    return to_fill_in and declared.name in REFERENCE_INPUTS


def fingerprint_as_generated(scenarios: Sequence[Scenario], to_fill_in: bool = False) -> str:
    """The fingerprint of the columns As generated of a workbook.

    scenarios : those that it holds, in their order.
    to_fill_in : whether the required inputs have no figure yet.
    """
    figures = {
        name: [None if is_asked(declared, to_fill_in) else figure_as_generated(each, declared) for each in scenarios]
        for name, declared in INPUTS.items()
    }
    return fingerprint_of(figures)


def fingerprint_of(figures: Mapping[str, Sequence[Any]]) -> str:
    """SHA-256 of figures by input, one for each scenario.

    Of their digits those count that every program keeps.

    >>> fingerprint_of({"training_hours": [24.0]}) == fingerprint_of({"training_hours": [24]})
    True
    """
    told = {name: [_told(each) for each in figures.get(name, ())] for name in INPUTS}
    kept = {name: each for name, each in told.items() if any(each)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def fingerprint_of_ranges(scenario: Scenario) -> str:
    """SHA-256 of a scenario's ranges and correlations.

    `Scenario.fingerprint` covers the inputs alone. Of the digits those count that every program keeps.

    >>> from roi_engine.reference import REFERENCE
    >>> uncertain = REFERENCE.with_inputs(ranges={"calls": {"low": 1e6, "high": 9e6}})
    >>> fingerprint_of_ranges(uncertain) == fingerprint_of_ranges(REFERENCE)
    False
    """
    ranges = {name: [_told(each) for each in (s.low, s.high, s.distribution)] for name, s in scenario.ranges.items()}
    pairs = sorted((sorted((first, second)), _told(value)) for first, second, value in scenario.correlated_pairs())
    return hashlib.sha256(json.dumps([ranges, pairs], sort_keys=True).encode()).hexdigest()


def _told(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, (int, float)) else str(value or "")
