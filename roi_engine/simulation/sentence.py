"""What a simulation says, with the digits that its figures support."""

from __future__ import annotations

import math

from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS
from roi_engine.simulation.estimate import Estimate
from roi_engine.simulation.simulation import Driver, Simulation

SMALLEST_SHARE = 0.005
"""A share of the spread below which an input is not named."""
NOT_DISCOUNTED = ", not discounted"
"""What is said of money where the net return tells it."""
SHARES_OVERLAP = "Correlated inputs count for what goes with them too: their shares overlap and have no sum."


def supported_decimals(half_width: float | None, most: int) -> int:
    """Decimals that a figure supports: two digits of its half-width, and no more.

    most : decimals at most; also where the half-width is 0 or unknown. Negative for tens and hundreds.

    >>> supported_decimals(259, 2), supported_decimals(0.28, 2), supported_decimals(0.0, 2)
    (-1, 2, 2)
    """
    if not half_width:
        return most
    return min(1 - math.floor(math.log10(half_width)), most)


def supported(estimate: Estimate, most: int = 0) -> str:
    """A figure and its half-width, with the digits that it supports.

    most : decimals at most.

    >>> supported(Estimate(-13948.2, 259.3)), supported(Estimate(20878.4, 10.2)), supported(Estimate(math.inf))
    ('-13,950 ± 260', '20,878 ± 10', 'never')
    """
    if estimate.value is None:
        return "n/a"
    if math.isinf(estimate.value):
        return "never"
    decimals = supported_decimals(estimate.half_width, most)
    shown = f"{round(estimate.value, decimals) + 0.0:,.{max(decimals, 0)}f}"
    if not estimate.half_width:
        return shown
    return f"{shown} ± {round(estimate.half_width, decimals):,.{max(decimals, 0)}f}"


def sentence(simulation: Simulation) -> str:
    """The chance of a loss, what explains most, and what knowing it is worth.

    >>> from roi_engine.reference import REFERENCE
    >>> from roi_engine.simulation.simulation import simulate
    >>> ranges = {"calls": {"low": 2e6, "high": 9e6}, "baseline_cost": {"low": 0.10, "high": 0.35}}
    >>> print(sentence(simulate(REFERENCE.with_inputs(ranges=ranges, other_upfront_cost=16_000), 1024)))
    In 54% of 1,024 draws it loses money. API calls and baseline price explain 94% of the spread; knowing the first for certain before deciding would be worth up to 1,373 USD.
    """  # noqa: E501
    said = f"{_loss(simulation)} it loses money{NOT_DISCOUNTED if not simulation.discounted else ''}."
    leading = [each for each in simulation.ranked if (each.alone.value or 0) >= SMALLEST_SHARE][:2]
    if not leading:
        return said
    if _go_together(simulation, leading):
        leading = leading[:1]
    explained = math.fsum(each.alone.value or 0.0 for each in leading)
    if len(leading) == 1:
        only = _in_sentence(INPUTS[leading[0].name], first=False)
        others = " and what goes with it" if simulation.correlated_with(leading[0].name) else ""
        return f"{said} {min(explained, 1):.0%} of the spread comes from {only}{others}; {_worth(simulation, leading)}"
    names = " and ".join(_in_sentence(INPUTS[each.name], first=at == 0) for at, each in enumerate(leading))
    return f"{said} {names} explain {min(explained, 1):.0%} of the spread; {_worth(simulation, leading)}"


def _go_together(simulation: Simulation, leading: list[Driver]) -> bool:
    """Whether two inputs are correlated: their shares overlap, and have no sum."""
    first, *others = (each.name for each in leading)
    return any(other in simulation.correlated_with(first) for other in others)


def _loss(simulation: Simulation) -> str:
    share = simulation.statistics["PROBLOSS"].value or 0.0
    if share == 0:
        return f"In none of {simulation.draws:,} draws"
    if share == 1:
        return f"In each of {simulation.draws:,} draws"
    shown = "less than 1%" if share < 0.005 else "more than 99%" if share >= 0.995 else f"{share:.0%}"
    return f"In {shown} of {simulation.draws:,} draws"


def _worth(simulation: Simulation, leading: list[Driver]) -> str:
    """What knowing the input is worth whose doubt costs most."""
    dearest = max(simulation.drivers, key=lambda driver: driver.worth.value or 0.0)
    if not _counts(dearest.worth):
        subject = "it" if len(simulation.drivers) == 1 else "any one input"
        return f"knowing {subject} for certain would not change the decision."
    place = next(
        (word for word, each in zip(("the first", "the second"), leading, strict=False) if each is dearest), ""
    )
    subject = (
        place if place and len(leading) > 1 else "it" if place else _in_sentence(INPUTS[dearest.name], first=False)
    )
    worth = dearest.worth.value or 0.0
    rounded = round(worth, supported_decimals(max(dearest.worth.half_width or 0.0, worth / 1000), 0))
    money = f"{rounded:,.0f} {simulation.scenario.currency}"
    return f"knowing {subject} for certain before deciding would be worth up to {money}."


def _counts(worth: Estimate) -> bool:
    """Whether a worth is more than what it may be off by, and than small change."""
    return (worth.value or 0.0) > max(worth.half_width or 0.0, 0.5)


def _in_sentence(declared: Input, first: bool) -> str:
    """A label within a sentence: without its parentheses.

    Its capital stays where it begins the sentence, or is an abbreviation.
    """
    label = declared.label.partition(" (")[0]
    return label if first or label[1:2].isupper() else label[0].lower() + label[1:]
