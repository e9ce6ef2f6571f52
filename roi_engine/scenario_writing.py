"""A scenario written as a TOML file for people.

Each input stands with its unit; its range, source, note and answer stand in tables below.
"""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.items import Integer, Item, Trivia

from roi_engine.errors import cleaned
from roi_engine.questions.pairs import says_none
from roi_engine.scenario import INPUTS, Scenario


def scenario_toml(scenario: Scenario, heading: str = "") -> str:
    """A scenario as TOML that `load_scenario` reads back to exactly the same scenario.

    scenario : a valid one.
    heading : a comment for the first line, such as where the figures come from.
    Source: docs/scenario-files.md.

    Inputs at their default are left out, but for a 0 that says there is none of what has a price.

    >>> from roi_engine.reference import REFERENCE
    >>> print(scenario_toml(REFERENCE).splitlines()[5])
    training_hours = 24  # GPU-hours
    """
    document = tomlkit.document()
    if heading:
        document.add(tomlkit.comment(cleaned(heading)))
        document.add(tomlkit.nl())
    document.add("name", tomlkit.item(scenario.name))
    group = "Label"
    for name, declared in INPUTS.items():
        value = getattr(scenario, name)
        left_out = value == declared.default and not declared.required and not says_none(scenario, name)
        if name == "name" or left_out or value is None:
            continue
        if declared.required and name not in scenario.model_fields_set:
            continue  # a token mix or a fleet stands in for this price
        if declared.group != group:
            group = declared.group
            document.add(tomlkit.nl())
            document.add(tomlkit.comment(group))
        written = _number(value) if declared.numeric else tomlkit.item(value)
        unit = declared.quantity.unit_in(scenario.currency)
        if declared.numeric and unit:
            written.comment(cleaned(unit))
            written.trivia.comment_ws = "  "
        document.add(name, written)
    if scenario.ranges:
        ranges = tomlkit.table()
        for name in _in_order(scenario.ranges):
            span = tomlkit.inline_table()
            span.update({end: _plain(value) for end, value in scenario.ranges[name].model_dump().items()})
            ranges.add(name, span)
        document.add("ranges", ranges)
    if scenario.correlations:
        pairs = tomlkit.table()
        for first in _in_order(scenario.correlations):
            for second in _in_order(scenario.correlations[first]):
                pairs.add(tomlkit.key([first, second]), scenario.correlations[first][second])
        document.add("correlations", pairs)
    for section in ("sources", "notes", "confirmed"):
        entries: dict[str, str] = getattr(scenario, section)
        if entries:
            table = tomlkit.table()
            for name in _in_order(entries):
                table.add(name, entries[name])
            document.add(section, table)
    return tomlkit.dumps(document)


def _in_order(entries: dict[str, Any]) -> list[str]:
    return [name for name in INPUTS if name in entries]


def _number(value: float) -> Item:
    """A number with its thousands apart, as a person writes it."""
    plain = _plain(value)
    return Integer(plain, Trivia(), f"{plain:_}") if isinstance(plain, int) else tomlkit.item(plain)


def _plain(value: Any) -> Any:
    """A whole number without a point, as a person writes it."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
