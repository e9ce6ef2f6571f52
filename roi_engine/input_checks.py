"""Questions about the inputs: what is legal but often not what was meant."""

from __future__ import annotations

from dataclasses import dataclass

from roi_engine.appraisal import Appraisal
from roi_engine.questions import fleet, pairs, prices, result, shares, traffic, training
from roi_engine.questions.question import QUESTIONS as QUESTIONS
from roi_engine.scenario import INPUTS, Scenario

GATHERED = (result, traffic, prices, pairs, fleet, training, shares)
"""The files of questions: reading them is what declares the questions."""


@dataclass(frozen=True)
class InputWarning:
    """An input and what to think about.

    input_name : the input's.
    sentence : what to think about.
    """

    input_name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.input_name}: {self.sentence}"


def check_inputs(scenario: Scenario) -> list[InputWarning]:
    """What a careful colleague would ask about these inputs, in their order.

    scenario : a valid scenario.
    Returns warnings; an empty list when there is nothing to ask.
    Source: docs/reading-the-result.md.

    >>> from roi_engine.reference import REFERENCE
    >>> [warning.input_name for warning in check_inputs(REFERENCE)][:2]
    ['storage_gb', 'accuracy_improvement_percent']
    """
    order = list(INPUTS)
    appraisal = Appraisal(scenario.inputs())
    found = [
        InputWarning(name, sentence) for each in QUESTIONS.values() for name, sentence in each.ask(scenario, appraisal)
    ]
    return sorted(found, key=lambda warning: order.index(warning.input_name))
