"""Tables from the first sheet of an .xlsx file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from addin.shell.failures import InvalidInput
from addin.tables.csv_reading import Dialect
from addin.tables.rows import BrokenRow, CellRows, Rows, cell_text
from roi_engine.scenario import INPUTS
from templates.xlsx.column_letters import column_letters
from templates.xlsx.stored_cells import Area, Cell, StoredWorkbook
from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of, open_package

TIMES = 10
"""How many times the cells of a filled workbook a table may have."""
_AT_ONCE = 20_000


class XlsxTable:
    """The table of a workbook's first sheet that is seen.

    Its titles stand in the first row that is not empty, a scenario in each below.
    """

    dialect = Dialect()

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            book = StoredWorkbook(open_package(content_of(path), TIMES))
            sheet = next(
                (each for each in book.titles if book.states.get(each, "visible") == "visible"), book.titles[0]
            )
            rows = list(book.rows(sheet))
        except UnreadableWorkbook as error:
            hint = " Or save its sheet as .csv." if error.rule == "too-large" else ""
            raise InvalidInput(f"{path}: {error}{hint}") from None
        if not rows:
            raise InvalidInput(f"{path} is empty: its sheet {sheet} has no cells. The first row holds titles.")
        (_, titles), *self.rows = rows
        self.places = sorted({place for _, cells in rows for place in cells})
        self.merged = _merged_above(book.merged(sheet), self.places)
        self.where: Sequence[str] = [f"column {column_letters(place)}" for place in self.places]
        self.titles = [cell_text(titles[place].value, ".").strip() if place in titles else "" for place in self.places]
        self.length: int | None = len(self.rows)
        self.read: Mapping[str, str] = {}
        self.passed = 0

    @property
    def share(self) -> float:
        """What has been calculated of the rows."""
        return self.passed / max(len(self.rows), 1)

    def schema(self) -> Any:
        """What the columns are in Arrow."""
        import pyarrow as pa

        types = {"number": pa.float64(), "truth": pa.bool_(), "text": pa.string()}
        kinds = self._kinds()
        return pa.schema([pa.field(title, types[kinds[title]]) for title in self.titles])

    def batches(self) -> Iterator[Rows]:
        """The rows."""
        import numpy as np

        kinds = self._kinds()
        for start in range(0, len(self.rows), _AT_ONCE):
            some = self.rows[start : start + _AT_ONCE]
            broken = [BrokenRow(number, told) for number, _ in some if (told := self.merged(number))]
            if broken:
                some = [each for each in some if not self.merged(each[0])]
            columns = {
                title: [_value(cells.get(place)) for _, cells in some]
                for title, place in zip(self.titles, self.places, strict=True)
            }
            self.passed += len(some) + len(broken)
            yield CellRows(columns, kinds, np.asarray([number for number, _ in some], dtype=np.int64), broken)

    def _kinds(self) -> dict[str, str]:
        return {
            title: self._kind(title, [cells[place].value for _, cells in self.rows if place in cells])
            for title, place in zip(self.titles, self.places, strict=True)
        }

    def _kind(self, title: str, values: Sequence[Any]) -> str:
        """Inputs that are numbers, and columns in which nothing else stands, are numbers."""
        if title in self.read:
            return "number" if INPUTS[self.read[title]].numeric else "text"
        for kind, name in ((float, "number"), (bool, "truth")):
            if values and all(type(value) is kind for value in values):
                return name
        return "text"


def _merged_above(areas: Sequence[Area], places: Sequence[int]) -> Callable[[int], str]:
    """What is said of a row with a cell that is merged with one above.

    Nothing is of others. Such a cell is empty, and does not look so: the base's value would stand for what a reader
    sees.
    places : the columns that are read.
    """
    spans = sorted(
        (area.first[0] + 1, area.last[0], area.first[1])
        for area in areas
        if area.last[0] > area.first[0] and places[0] <= area.last[1] and area.first[1] <= places[-1]
    )
    starts = [first for first, _, _ in spans]
    reach: list[tuple[int, int, int]] = []  # of those that begin up to here the one that goes furthest down
    for span in spans:
        reach.append(max(reach[-1], span, key=lambda each: each[1]) if reach else span)

    def told(row: int) -> str:
        at = bisect_right(starts, row) - 1
        if at < 0 or row > reach[at][1]:
            return ""
        first, _, column = reach[at]
        cell = f"{column_letters(column)}{row}"
        return f"{cell} is merged with {column_letters(column)}{first - 1}. Unmerge them, and write the value in each."

    return told


def _value(cell: Cell | None) -> Any:
    """What a cell shows.

    A formula that shows nothing is no empty cell, but one that nobody has calculated.
    """
    if cell is None:
        return None
    return f"={cell.formula}" if cell.value is None and cell.formula is not None else cell.value
