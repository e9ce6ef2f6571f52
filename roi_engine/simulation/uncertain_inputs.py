"""The uncertain inputs of a scenario, and how probabilities become values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roi_engine.errors import Problem, ScenarioError
from roi_engine.inputs import Input, Range
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.sensitivity import legal_bounds
from roi_engine.simulation import distributions
from roi_engine.simulation.correlation import Correlation
from roi_engine.simulation.normal import normal_probability
from roi_engine.value import ROUNDING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

CHOICES = ("months_to_amortize", "discount_rate")
"""What is chosen, and no chance: held at its value unless asked for."""

SUCCESS = "success_chance"

NEVER_LIVE = 600
"""A go-live delay as long as the longest horizon: no traffic moves, and only month 0 is spent."""

_SHARES = ("cached_share", "cached_write_share")


@dataclass(frozen=True)
class UncertainInput:
    """An input with a range.

    declared : what it is.
    base : its value, in its own unit.
    span : low, high and the shape between them.
    """

    declared: Input
    base: float
    span: Range

    @property
    def name(self) -> str:
        """The input's name."""
        return self.declared.name

    @property
    def fixed(self) -> bool:
        """Whether low is high, so that nothing is left to chance."""
        return self.span.low == self.span.high

    def values(self, probability: FloatArray) -> FloatArray:
        """The input's value below which each probability lies; whole where it is.

        probability : array over draws. Returns an array in the input's unit.
        """
        low, base, high = self.span.low, self.base, self.span.high
        shape = self.span.distribution
        drawn: Any
        if shape == "uniform":
            drawn = distributions.uniform_quantile(probability, low, high)
        elif shape == "triangular":
            drawn = distributions.triangular_quantile(probability, low, base, high)
        elif shape == "normal":
            drawn = distributions.normal_quantile(probability, low, base, high, *self._bounds)
        elif shape == "lognormal":
            drawn = distributions.lognormal_quantile(probability, low, base, high, *self._bounds)
        else:
            drawn = distributions.pert_quantile(probability, low, base, high)
        return drawn if not self.declared.quantity.whole else distributions.rounded_half_up(drawn)  # type: ignore[return-value]

    @property
    def _bounds(self) -> tuple[float, float]:
        return legal_bounds(self.declared)

    @property
    def note(self) -> str:
        """What is cut off of a distribution without ends; empty where nothing is."""
        lowest, highest = self._bounds
        low, base, high, lost = self.span.low, self.base, self.span.high, 0.0
        if self.span.distribution == "normal" and not self.fixed:
            deviation = (high - low) / distributions.SPREAD
            lost = normal_probability((lowest - base) / deviation) + normal_probability((base - highest) / deviation)
        elif self.span.distribution == "lognormal" and not self.fixed and highest < math.inf:
            lost = normal_probability(math.log(base / highest) / (math.log(high / low) / distributions.SPREAD))
        if lost < SMALLEST_CUT:
            return ""
        return f"{self.name}: {lost:.1%} of the {self.span.distribution} distribution is not legal and is cut off."


SMALLEST_CUT = 0.0005
"""A part of a distribution too small to be told of."""


class Uncertainty:
    """All that is left to chance in a scenario, and what is held.

    scenario : with ranges.
    with_choices : whether horizon and discount rate vary too, where they have ranges.
    Raises `ScenarioError` naming each range that cannot be drawn from, and where there is nothing to draw.

    >>> from roi_engine.reference import REFERENCE
    >>> Uncertainty(REFERENCE.with_inputs(ranges={"calls": {"low": 2e6, "high": 9e6}})).names
    ('baseline_monthly_api_calls',)
    """

    def __init__(self, scenario: Scenario, with_choices: bool = False) -> None:
        ranged = [name for name in INPUTS if name in scenario.ranges and name != SUCCESS]
        self.scenario = scenario
        self.held = tuple(name for name in ranged if name in CHOICES and not with_choices)
        drawn = [name for name in ranged if name not in self.held]
        problems = [problem for name in drawn for problem in _problems(scenario, name)] + _too_large_shares(scenario)
        if SUCCESS in scenario.ranges:
            problems.append(Problem(f"ranges.{SUCCESS}", "A chance has no range: type the chance itself, without one."))
        if problems:
            raise ScenarioError(problems)
        self.inputs = tuple(
            UncertainInput(INPUTS[name], float(getattr(scenario, name)), scenario.ranges[name]) for name in drawn
        )
        self.can_fail = scenario.success_chance < 1
        if not self.can_fail and all(each.fixed for each in self.inputs):
            raise ScenarioError([Problem("ranges", self._nothing(), "#NUM!")])
        self.correlation = Correlation(scenario.correlations, [each.name for each in self.inputs if not each.fixed])

    def _nothing(self) -> str:
        if self.held:
            held = " and ".join(self.held)
            return f"Only {held} may vary, which is chosen and no chance. Ask for it (--with-choices), or give ranges."
        if self.inputs:
            return "Every range has a low that is its high: nothing varies. Set them apart."
        return (
            "No input has a range: nothing varies. Give low and high of what is uncertain, calls = {low = 1, high = 2}."
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The coordinates of a draw: uncertain inputs in order, then success."""
        return (*(each.name for each in self.inputs), *([SUCCESS] if self.can_fail else []))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader is told about the distributions."""
        return tuple(each.note for each in self.inputs if each.note)

    def columns(self, points: Iterable[FloatArray]) -> tuple[list[FloatArray], dict[str, FloatArray]]:
        """The inputs' values of some draws.

        points : an array of independent probabilities for each coordinate.
        Returns the probabilities with their correlation, and input name → values.
        """
        import numpy as np

        probabilities = list(points)
        self.correlation.apply(probabilities, self.names)
        columns = {
            each.name: each.values(probability)
            for each, probability in zip(self.inputs, probabilities, strict=False)
            if not each.fixed
        }
        if self.can_fail:
            failed = probabilities[-1] > self.scenario.success_chance
            delay = columns.get("go_live_delay", float(self.scenario.go_live_delay))
            columns["go_live_delay"] = np.where(failed, float(NEVER_LIVE), delay)
            if self.scenario.storage_timing == "monthly":
                stored = columns.get("storage_gb", self.scenario.storage_gb)
                columns["storage_gb"] = np.where(failed, 0.0, stored)
        return probabilities, columns


def _problems(scenario: Scenario, name: str) -> list[Problem]:
    """Why an input's range cannot be drawn from."""
    span, place = scenario.ranges[name], f"ranges.{name}"
    value = getattr(scenario, name)
    if value is None:
        return [Problem(place, f"{INPUTS[name].label} is empty and cannot vary. Give its value, or delete the range.")]
    if not span.holds(value):
        return [Problem(place, span.outside_in_words(value), "#NUM!")]
    if span.distribution == "lognormal" and span.low <= 0:
        sentence = f"low {span.low:,g} is not above 0, as a lognormal distribution needs. Use pert, or raise it."
        return [Problem(place, sentence, "#NUM!")]
    return []


def _too_large_shares(scenario: Scenario) -> list[Problem]:
    """Shares read from the cache and written to it that may be above 1 together."""
    problems = []
    for side in ("baseline", "finetuned", "switch"):
        names = [f"{side}_{share}" for share in _SHARES]
        largest = sum(_largest(scenario.ranges, name, getattr(scenario, name)) for name in names)
        if any(name in scenario.ranges for name in names) and largest > 1 + ROUNDING:
            sentence = (
                f"At their highest, {' and '.join(names)} are {largest:g} of the prompt. Keep them at 1 together."
            )
            problems.append(
                Problem(f"ranges.{next(name for name in names if name in scenario.ranges)}", sentence, "#NUM!")
            )
    return problems


def _largest(ranges: Mapping[str, Range], name: str, value: float | None) -> float:
    return ranges[name].high if name in ranges else value or 0.0
