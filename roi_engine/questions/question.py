"""How a question about the inputs is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from roi_engine.appraisal import Appraisal
from roi_engine.scenario import Scenario

Asked = Iterator[tuple[str, str]]
"""Inputs to ask about, each with a sentence: what was understood, and the likely cure."""


@dataclass(frozen=True)
class Question:
    """One question, and how it is asked.

    title : what it is about, in a few words; no two have the same.
    ask : gives what is asked of a scenario with its metrics; nothing where all is well.
    file : the module that declares it.
    of_ends : whether the ends of an input's range are asked about as its value is.
    """

    title: str
    ask: Callable[[Scenario, Appraisal], Asked]
    file: str
    of_ends: bool = False


QUESTIONS: dict[str, Question] = {}
"""Every question by its title, in the order of their files."""


def question(title: str, of_ends: bool = False) -> Callable[[Callable[[Scenario], Asked]], Callable[[Scenario], Asked]]:
    """Declares a question about the inputs themselves.

    title : what it is about.
    of_ends : whether it is how a figure is mistyped, and asked about the ends of its range too.
    """

    def declared(asks: Callable[[Scenario], Asked]) -> Callable[[Scenario], Asked]:
        _declare(Question(title, lambda scenario, result: asks(scenario), asks.__module__, of_ends))
        return asks

    return declared


def question_about_the_result(
    title: str,
) -> Callable[[Callable[[Scenario, Appraisal], Asked]], Callable[[Scenario, Appraisal], Asked]]:
    """Declares a question about what the inputs come to.

    title : what it is about.
    """

    def declared(asks: Callable[[Scenario, Appraisal], Asked]) -> Callable[[Scenario, Appraisal], Asked]:
        _declare(Question(title, asks, asks.__module__))
        return asks

    return declared


def counted(number: int, unit: str) -> str:
    """A whole number of a unit in words.

    >>> counted(1, "month"), counted(24, "month")
    ('1 month', '24 months')
    """
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _declare(asked: Question) -> None:
    assert asked.title not in QUESTIONS, f"{asked.title} is asked twice"
    QUESTIONS[asked.title] = asked
    for each in sorted(QUESTIONS.values(), key=lambda each: each.file):  # whichever was imported first
        QUESTIONS[each.title] = QUESTIONS.pop(each.title)
