"""Contenders timed side by side, so that a machine's drift falls on all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Contender:
    """One thing to be timed.

    work : does it once and returns what the check looks at.
    scale : what the time of a run is multiplied by to give the figure shown (10 for a tenth of the work, 1/1000 for a
        thousand calls in a run).
    before : prepares a run, untimed.
    at_most : the target of the figure, in seconds.
    """

    name: str
    work: Callable[[], Any]
    scale: float = 1.0
    before: Callable[[], object] | None = None
    at_most: float | None = None

    def run(self) -> tuple[float, Any]:
        """The figure of one run, in seconds, and its result."""
        if self.before:
            self.before()
        start = perf_counter()
        result = self.work()
        return (perf_counter() - start) * self.scale, result


@dataclass(frozen=True)
class Ratio:
    """The figure of one contender over another's in each round, with its target."""

    over: str
    under: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Contenders for the same work, what is asked of them, what must be true.

    check : given each contender's result by name, a sentence for everything that is wrong. Its sentences stop the
        benchmark before anything is timed.
    most_rounds : as many as are enough for work that takes seconds.
    """

    part: str
    title: str
    contenders: Sequence[Contender]
    ratios: Sequence[Ratio]
    check: Callable[[Mapping[str, Any]], list[str]]
    remarks: Sequence[str] = ()
    most_rounds: int | None = None


LISTED = 5
"""As many differences as are printed."""


class Disagreement(Exception):
    """What is compared does not give the same results: there is nothing to time."""


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, smallest and largest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def measured(comparison: Comparison, rounds: int) -> dict[str, Any]:
    """The figures of a comparison over its rounds.

    The first run, whose results are checked, stands apart.
    """
    rounds = min(rounds, comparison.most_rounds or rounds)
    first, results = {}, {}
    for each in comparison.contenders:
        first[each.name], results[each.name] = each.run()
    if wrong := comparison.check(results):
        more = [f"… and {len(wrong) - LISTED} more."] if len(wrong) > LISTED else []
        raise Disagreement("\n".join(f"{comparison.part}: {sentence}" for sentence in [*wrong[:LISTED], *more]))
    del results
    times: dict[str, list[float]] = {each.name: [] for each in comparison.contenders}
    for _ in range(rounds):
        for each in comparison.contenders:
            times[each.name].append(each.run()[0])
    return {
        "part": comparison.part,
        "title": comparison.title,
        "rounds": rounds,
        "figures": [
            {
                "name": each.name,
                "seconds": spread(times[each.name]),
                "first_run": first[each.name],
                **judged(statistics.median(times[each.name]), at_most=each.at_most),
            }
            for each in comparison.contenders
        ],
        "ratios": [ratio_of(ratio, times) for ratio in comparison.ratios],
        "remarks": list(comparison.remarks),
    }


def ratio_of(ratio: Ratio, times: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A ratio's spread over the rounds, and whether its median meets its target."""
    found = spread([over / under for over, under in zip(times[ratio.over], times[ratio.under], strict=True)])
    judgement = judged(found["median"], at_least=ratio.at_least, at_most=ratio.at_most)
    return {"over": ratio.over, "under": ratio.under, **found, **judgement}


def judged(value: float, at_least: float | None = None, at_most: float | None = None) -> dict[str, Any]:
    """The target and whether it is met; nothing where there is none."""
    if at_least is not None:
        return {"at_least": at_least, "met": value >= at_least}
    if at_most is not None:
        return {"at_most": at_most, "met": value < at_most}
    return {}
