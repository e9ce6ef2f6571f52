"""What the package check says of one place in a workbook file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that a spreadsheet program would repair, refuse or show wrongly: rule, place, what it is, cure."""

    rule: str
    place: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.cure}"


Findings = Iterator[Finding]


def shortened(text: str, longest: int = 60) -> str:
    """A text that may be of any length, as it is quoted in a sentence."""
    return text if len(text) <= longest else f"{text[:longest]}…"
