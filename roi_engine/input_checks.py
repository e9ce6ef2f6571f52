"""Questions about the inputs: what is legal but often not what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from roi_engine.appraisal import Appraisal
from roi_engine.questions.question import QUESTIONS as QUESTIONS
from roi_engine.scenario import INPUTS, Scenario


@dataclass(frozen=True)
class InputWarning:
    """An input and what to think about, or how that was answered.

    input_name : the input's.
    sentence : what to think about; the answer where there is one.
    answered : whether it is the answer that stands in the place of the input's questions.
    """

    input_name: str
    sentence: str
    answered: bool = False

    @property
    def told(self) -> str:
        """The question, or that it was answered and how."""
        return f"Answered: {self.sentence}" if self.answered else self.sentence

    def as_dict(self) -> dict[str, str | bool]:
        """The input, what is said of it, and whether that is an answer: for JSON."""
        return {"input": self.input_name, "sentence": self.sentence, "answered": self.answered}

    def __str__(self) -> str:
        return f"{self.input_name}: {self.told}"


NOTHING_ASKED = "An answer, and nothing is asked about this value. Delete the answer."


def check_inputs(
    scenario: Scenario, with_sources: bool = True, appraisal: Appraisal | None = None
) -> list[InputWarning]:
    """What a careful colleague would ask about these inputs, in their order.

    scenario : a valid scenario.
    with_sources : whether it holds the sources that its author gave; a block of cells holds none.
    appraisal : that of the scenario, where it is at hand.
    Returns warnings; an empty list when there is nothing to ask. An input that is confirmed has its answer in the place
    of its questions.
    Source: docs/reading-the-result.md.

    >>> from roi_engine.reference import REFERENCE
    >>> [warning.input_name for warning in check_inputs(REFERENCE)][:2]
    ['storage_gb', 'accuracy_improvement_percent']
    """
    order = list(INPUTS)
    appraisal = appraisal or Appraisal(scenario.inputs())
    asked = [
        InputWarning(name, sentence) for each in QUESTIONS.values() for name, sentence in each.ask(scenario, appraisal)
    ]
    answers = scenario.confirmed
    found = [each for each in asked if each.input_name not in answers]
    questioned = {each.input_name for each in asked}
    for name, answer in answers.items():
        if name in questioned:
            found.append(InputWarning(name, answer, answered=True))
        elif with_sources or INPUTS[name].quantity.kind != "price":  # a question about a price may be one of its source
            found.append(InputWarning(name, NOTHING_ASKED))
    return sorted(found, key=lambda warning: order.index(warning.input_name))


def open_first(warnings: Iterable[InputWarning]) -> list[InputWarning]:
    """Warnings with the answered ones at the end: for a list that is cut short."""
    return sorted(warnings, key=lambda warning: warning.answered)
