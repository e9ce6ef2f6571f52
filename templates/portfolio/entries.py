"""The returned workbooks of a portfolio, numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.scenario import Scenario
from templates.building.book import cell_at
from templates.returned.returned_workbook import ReturnedWorkbook


@dataclass(frozen=True)
class Entry:
    """A returned workbook with a scenario, under its number.

    remark : what to know before counting it in.
    """

    number: int
    answer: ReturnedWorkbook
    scenario: Scenario
    remark: str
    counted: bool

    @property
    def heading(self) -> str:
        """The number, the scenario's name, who, and the file."""
        parts = [self.scenario.name or "Unnamed", self.answer.who, self.answer.file]
        return f"{self.number}  " + "  ·  ".join(filter(None, parts))


def in_portfolio(answers: Iterable[ReturnedWorkbook]) -> Iterator[Entry]:
    """The returned workbooks that have a scenario, numbered as they come.

    Those that repeat another, or the example, are not counted at first.
    """
    number = 0
    first: dict[str, Entry] = {}
    for answer in answers:
        if answer.scenario is None:
            continue
        twin = first.get(answer.figures)
        remark = ""
        if answer.is_the_example:
            remark = "Nothing was filled in: these are the example's inputs."
        elif twin:
            remark = f"The same inputs as number {twin.number}."
        number += 1
        entry = Entry(number, answer, answer.scenario, remark, not remark)
        first.setdefault(answer.figures, entry)
        yield entry


def currencies_of(entries: Sequence[Entry]) -> list[str]:
    """The currencies as first written, the most frequent first.

    The letters' case makes no difference to a sheet.
    """
    written: dict[str, str] = {}
    for entry in entries:
        written.setdefault(entry.scenario.currency.casefold(), entry.scenario.currency)
    counts = Counter(entry.scenario.currency.casefold() for entry in entries if entry.counted)
    return [written[key] for key in sorted(written, key=lambda key: -counts[key])]


def mark_as_text(sheet: Worksheet, address: str) -> None:
    """Keeps a text that begins like a formula a text (quotePrefix).

    Also when somebody opens its cell and presses Enter.
    """
    cell = cell_at(sheet, address)
    if cell.data_type == "s" and str(cell.value)[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
