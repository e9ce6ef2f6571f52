"""A returned workbook: its scenario and its problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from roi_engine.appraisal import appraise
from roi_engine.errors import FtRoiError, Problem
from roi_engine.input_checks import InputWarning, check_inputs
from roi_engine.reference import REFERENCE
from roi_engine.scenario import Scenario
from templates.returned.provenance import Provenance, plain
from templates.returned.reading import Reading, read_workbook

LONGEST_NAME = 255
"""Characters that the cell of a name takes, and that a chart, a title and a formula show."""


@dataclass(frozen=True)
class ReturnedWorkbook:
    """One returned workbook: its scenario and its problems.

    scenario : None where problems stand against it.
    file : what it is called in the portfolio.
    row : the figures of its row in a portfolio, where they were calculated before.
    """

    file: str
    scenario: Scenario | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[InputWarning, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    row: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def who(self) -> str:
        """Whom the workbook was made for, and who saved it last, as far as it tells."""
        recipient, saver = self.provenance.recipient, self.provenance.last_modified_by
        saver = "" if saver == "FT ROI" else saver
        if recipient and saver and saver.casefold() not in recipient.casefold():
            return f"{recipient}, saved by {saver}"
        return recipient or saver

    @cached_property
    def is_the_example(self) -> bool:
        """Whether nothing was filled in.

        The inputs are then still those of the template's example.
        """
        return bool(self._of_any_currency) and self._of_any_currency == _of_the_example()

    @cached_property
    def figures(self) -> str:
        """A text that is equal for equal figures in one currency.

        It does not depend on what the scenarios are called.
        """
        return f"{self.scenario.currency.casefold()}:{self._of_any_currency}" if self.scenario else ""

    @cached_property
    def _of_any_currency(self) -> str:
        return _figures(self.scenario) if self.scenario else ""


def _figures(scenario: Scenario) -> str:
    return scenario.with_inputs(name="", description="", currency="").fingerprint()


def _appraised(file: str, reading: Reading) -> ReturnedWorkbook:
    """The answer, with all that a portfolio shows of it calculated once.

    What cannot be calculated is a problem of this file.
    """
    problems, scenario = reading.problems, reading.scenario
    if scenario is not None:
        problems = tuple(_too_long(name, getattr(scenario, name), reading) for name in ("name", "currency")
                         if len(getattr(scenario, name)) > LONGEST_NAME)  # fmt: skip
    if scenario is None or problems:
        return ReturnedWorkbook(file, None, problems, (), reading.notes, reading.provenance)
    appraisal = appraise(scenario)
    warnings = tuple(check_inputs(scenario, appraisal=appraisal))
    appraisal.as_dict()
    answer = ReturnedWorkbook(file, scenario, (), warnings, reading.notes, reading.provenance)
    assert isinstance(answer.is_the_example, bool) and answer.figures  # kept with the answer
    return answer


def _too_long(name: str, text: str, reading: Reading) -> Problem:
    place = reading.places.get(name)
    where = f"{place} {name}" if place else name
    return Problem(where, f"It has {len(text):,} characters, {LONGEST_NAME} at most. Shorten it.")


@cache
def _of_the_example() -> str:
    return _figures(REFERENCE)


def read_returned_workbook(path: Path, file: str, use_cached: bool = False) -> ReturnedWorkbook:
    """Reads the returned workbook in a file; whatever is wrong is one of its problems.

    file : what to call it.
    use_cached : as for `read_workbook`.
    """
    file = plain(file)
    try:
        reading = read_workbook(path, use_cached=use_cached)
        return _appraised(file, reading)
    except FtRoiError as error:  # no workbook of ours, or figures that are too large
        sentence = str(error)
    except OSError as error:
        sentence = f"It cannot be opened: {error.strerror or error}."
    except (MemoryError, RecursionError):
        sentence = "It is too large, or made so that no program can read it."
    except Exception as error:
        sentence = f"Reading it failed, which should not have happened ({type(error).__name__}: {plain(str(error))})."
    return ReturnedWorkbook(file, problems=(Problem("", sentence),))
