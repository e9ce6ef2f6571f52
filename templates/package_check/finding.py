"""What the package check says of one place in a workbook file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roi_engine.errors import shortened

LONGEST_SENTENCE = 400


@dataclass(frozen=True)
class PackageFinding:
    """One thing that a spreadsheet program would repair, refuse or show wrongly.

    rule : the name of what was broken.
    place : the part, sheet or cell.
    what : what is wrong there, in a sentence.
    cure : what to do about it, in a sentence.
    """

    rule: str
    place: str
    what: str
    cure: str

    def __post_init__(self) -> None:
        """Cuts what is quoted from the file, which may be anything.

        Nothing in it moves a terminal's cursor.
        """
        for name in ("place", "what"):
            text = shortened(getattr(self, name), LONGEST_SENTENCE)
            object.__setattr__(self, name, "".join(letter if letter.isprintable() else "?" for letter in text))

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.cure}"


Findings = Iterator[PackageFinding]
