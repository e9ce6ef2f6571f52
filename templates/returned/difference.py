"""One thing in which a returned workbook differs from a new one."""

from __future__ import annotations

from dataclasses import dataclass

from templates.xlsx.stored_cells import Place

KINDS = {
    "formula": "Formulas that are not as they were made",
    "name": "Names that do not stand for what they stood for",
    "value": "Figures that the engine gives otherwise today",
    "look": "What does not show what it holds",
    "check": "Checks that fail",
    "link": "Links to an add-in at another place",
    "package": "What Excel may repair or refuse",
    "python": "Python in it that is not what ft-roi wrote",
}
"""What can be wrong with a workbook, in the order in which it is told."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be in a returned workbook.

    kind : one of `KINDS`.
    place : the cell, or what else it is about.
    sentence : what it is.
    at : the cell; its row is 0 for a whole sheet.
    """

    kind: str
    place: str
    sentence: str
    at: Place | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def at_cell(kind: str, place: Place, sentence: str) -> Difference:
    """A difference at a cell."""
    return Difference(kind, str(place), sentence, place)
