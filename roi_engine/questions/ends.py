"""Questions about the ends of ranges."""

from __future__ import annotations

from collections.abc import Iterator

from roi_engine.appraisal import Appraisal
from roi_engine.questions.question import QUESTIONS, Asked, question, question_about_the_result
from roi_engine.scenario import Scenario

FAR = 50.0
"""An end that is so many times the value, or so small a part of it, may be of another unit."""


def _ends(s: Scenario) -> Iterator[tuple[str, str, float]]:
    """Every end that somebody typed: the input's name, low or high, and the figure."""
    for name, span in s.ranges.items():
        for end, figure in (("low", span.low), ("high", span.high)):
            if end != span.untyped and figure != getattr(s, name):
                yield name, end, figure


@question("A range with one end")
def one_end(s: Scenario) -> Asked:
    """Low or high alone."""
    for name, span in s.ranges.items():
        if span.untyped:
            end, other = (span.high, "low") if span.untyped == "high" else (span.low, "high")
            side = "above" if span.untyped == "high" else "below"
            yield (
                name,
                f"Only its {other} end is given. Taken as {span.untyped}: {end:,.10g}, 20 % {side} the value. Type both ends.",
            )


@question("An end far from the value")
def far_end(s: Scenario) -> Asked:
    """High in units, and the value in thousands."""
    for name, end, figure in _ends(s):
        value = getattr(s, name) or 0
        if figure > 0 < value and not 1 / FAR < figure / value < FAR:
            times = f"{figure / value:,.3g} times" if figure > value else f"1/{value / figure:,.3g} of"
            yield name, f"Its {end} end {figure:,.10g} is {times} the value {value:,.10g}. Is it of the same unit?"


@question_about_the_result("An end that would be asked about as a value")
def end_as_a_value(s: Scenario, result: Appraisal) -> Asked:
    """The questions about a mistyped figure, of both ends."""
    for name, end, figure in _ends(s):
        there = s.model_copy(update={name: figure})
        for each in (each for each in QUESTIONS.values() if each.of_ends):
            if name not in dict(each.ask(s, result)) and (said := dict(each.ask(there, result)).get(name)):
                yield name, f"Its {end} end: {said}"
