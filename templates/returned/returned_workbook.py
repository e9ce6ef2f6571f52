"""A returned workbook: its scenario and its problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from roi_engine.errors import Problem
from roi_engine.input_checks import InputWarning, check_inputs
from roi_engine.reference import REFERENCE
from roi_engine.scenario import Scenario
from templates.returned.provenance import Provenance, plain
from templates.returned.reading import read_workbook
from templates.xlsx.untrusted_package import UnreadableWorkbook


@dataclass(frozen=True)
class ReturnedWorkbook:
    """One returned workbook: its scenario and its problems.

    scenario : None where problems stand against it.
    file : what it is called in the portfolio.
    """

    file: str
    scenario: Scenario | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[InputWarning, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def who(self) -> str:
        """Whom the workbook was made for, and who saved it last, as far as it tells."""
        recipient, saver = self.provenance.recipient, self.provenance.last_modified_by
        saver = "" if saver == "FT ROI" else saver
        if recipient and saver and saver.casefold() not in recipient.casefold():
            return f"{recipient}, saved by {saver}"
        return recipient or saver

    @property
    def is_the_example(self) -> bool:
        """Whether nothing was filled in.

        The inputs are then still those of the template's example.
        """
        return self.scenario is not None and _figures(self.scenario, "") == _figures(REFERENCE, "")

    @property
    def figures(self) -> str:
        """A text that is equal for equal figures in one currency.

        It does not depend on what the scenarios are called.
        """
        return _figures(self.scenario, self.scenario.currency.casefold()) if self.scenario else ""


def _figures(scenario: Scenario, currency: str) -> str:
    return scenario.with_inputs(name="", description="", currency=currency).fingerprint()


def read_returned_workbook(path: Path, file: str, use_cached: bool = False) -> ReturnedWorkbook:
    """Reads the returned workbook in a file; whatever is wrong is one of its problems.

    file : what to call it.
    use_cached : as for `read_workbook`.
    """
    file = plain(file)
    try:
        reading = read_workbook(path, use_cached=use_cached)
        scenario = reading.scenario
        warnings = tuple(check_inputs(scenario)) if scenario else ()
        return ReturnedWorkbook(file, scenario, reading.problems, warnings, reading.notes, reading.provenance)
    except UnreadableWorkbook as error:
        sentence = str(error)
    except OSError as error:
        sentence = f"It cannot be opened: {error.strerror or error}."
    except (MemoryError, RecursionError):
        sentence = "It is too large, or made so that no program can read it."
    except Exception as error:
        sentence = f"Reading it failed, which should not have happened ({type(error).__name__}: {plain(str(error))})."
    return ReturnedWorkbook(file, problems=(Problem("", sentence),))
