"""Rows of a table as they are read.

What a column of them is to the engine, and to each form of file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any, Protocol

from addin.shell.failures import InvalidInput
from roi_engine.batch.columns import Column, NumberColumn, column_of
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

POINT, COMMA = ".", ","
_NUMBER = {
    POINT: re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII),
    COMMA: re.compile(r"[-+]?(\d+,?\d*|,\d+)([eE][-+]?\d+)?", re.ASCII),
}
_PLAIN = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?", re.ASCII)


@dataclass(frozen=True)
class BrokenRow:
    """A row that has not one cell below each title.

    number : as a spreadsheet counts it.
    """

    number: int
    sentence: str


class Rows(Protocol):
    """Some rows of a table."""

    @property
    def numbers(self) -> Numbers:
        """The row of each as a spreadsheet counts them."""

    @property
    def broken(self) -> Sequence[BrokenRow]:
        """Rows that stood among them and cannot be read."""

    def __len__(self) -> int: ...

    def column(self, title: str, declared: Input) -> Column:
        """A column as the engine takes it."""

    def taken(self, good: BoolArray) -> Rows:
        """Those rows that are good."""

    def arrow(self, title: str) -> Any:
        """A column as an array of Arrow."""

    def texts(self, title: str, decimal: str) -> Any:
        """A column as texts: a list, or an array of Arrow."""

    def cells(self, title: str) -> list[Any]:
        """A column as what cells of a sheet hold."""


def arrow_schema(titles: Sequence[str], read: Mapping[str, str]) -> Any:
    """The columns of a table of texts in Arrow: numbers of inputs, and texts."""
    import pyarrow as pa

    return pa.schema([
        pa.field(title, pa.float64() if title in read and INPUTS[read[title]].numeric else pa.string())
        for title in titles
    ])  # fmt: skip


@dataclass(frozen=True)
class TextRows:
    """Rows of texts in lists, for where pyarrow is not installed."""

    columns: Mapping[str, Sequence[str]]
    read: Mapping[str, str]
    decimal: str
    numbers: Numbers
    broken: Sequence[BrokenRow] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, title: str, declared: Input) -> Column:
        """The texts as numbers or choices."""
        texts = self.columns[title]
        return number_column(texts, self.decimal) if declared.numeric else column_of(declared, texts)

    def taken(self, good: BoolArray) -> TextRows:
        """Those rows that are good."""
        kept = good.tolist()
        columns = {
            title: [text for text, keep in zip(texts, kept, strict=True) if keep]
            for title, texts in self.columns.items()
        }
        return TextRows(columns, self.read, self.decimal, self.numbers[good])

    def arrow(self, title: str) -> Any:
        """Nothing is written as Arrow where pyarrow is not installed."""
        raise NotImplementedError(title)

    def texts(self, title: str, decimal: str) -> Any:
        """The texts as they were read."""
        return self.columns[title]

    def cells(self, title: str) -> list[Any]:
        """Numbers of inputs, and texts."""
        return text_cells(self.columns[title], title in self.read, self.decimal)


def text_cells(texts: Sequence[str], is_input: bool, decimal: str) -> list[Any]:
    """What cells hold of texts: numbers of inputs, plain numbers, and texts."""
    return [_text_cell(text, is_input, decimal) for text in texts]


def _text_cell(text: str, is_input: bool, decimal: str) -> Any:
    """A number of an input, or one as a program writes it: 007 stays a text."""
    written = text.strip()
    if not written:
        return text or None
    if is_input and _NUMBER[decimal].fullmatch(written):
        return float(written.replace(decimal, POINT))
    pointed = text if decimal == POINT else text.replace(POINT, "?").replace(decimal, POINT)
    return float(pointed) if _PLAIN.fullmatch(pointed) else text


def number_column(texts: Sequence[str], decimal: str) -> NumberColumn:
    """Texts as a column of numbers."""
    import numpy as np

    pattern = _NUMBER[decimal]
    numbers = np.full(len(texts), math.nan)
    missing = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        written = text.strip()
        if not written:
            missing[row] = True
        elif pattern.fullmatch(written):
            numbers[row] = float(written.replace(decimal, POINT))
    numbers[np.isinf(numbers)] = math.nan  # the text is told
    return NumberColumn(numbers, missing, texts.__getitem__)


@dataclass(frozen=True)
class CellRows:
    """Rows of a sheet.

    columns : what the cells hold, by title.
    kinds : what a column is in Arrow, by title: ``number``, ``truth`` or ``text``.
    """

    columns: dict[str, list[Any]]
    kinds: Mapping[str, str]
    numbers: Numbers
    broken: Sequence[BrokenRow] = field(default=())

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, title: str, declared: Input) -> Column:
        """The cells as the engine takes them."""
        return column_of(declared, self.columns[title])

    def taken(self, good: BoolArray) -> CellRows:
        """Those rows that are good."""
        kept = good.tolist()
        columns = {
            title: [cell for cell, keep in zip(cells, kept, strict=True) if keep]
            for title, cells in self.columns.items()
        }
        return CellRows(columns, self.kinds, self.numbers[good])

    def arrow(self, title: str) -> Any:
        """The cells as numbers, truth values or texts."""
        import pyarrow as pa

        cells = self.columns[title]
        if self.kinds[title] == "text":
            return pa.array([None if cell is None else cell_text(cell, POINT) for cell in cells], pa.string())
        kind = pa.float64() if self.kinds[title] == "number" else pa.bool_()
        return pa.array([None if isinstance(cell, str) else cell for cell in cells], kind)

    def texts(self, title: str, decimal: str) -> Any:
        """The cells as texts."""
        return [cell_text(cell, decimal) for cell in self.columns[title]]

    def cells(self, title: str) -> list[Any]:
        """The cells."""
        return self.columns[title]


def cell_text(value: Any, decimal: str) -> str:
    """A value as text: a number with all its digits, a truth value as sheets write it.

    >>> cell_text(24.0, "."), cell_text(0.3, ","), cell_text(True, "."), cell_text(None, ".")
    ('24', '0,3', 'TRUE', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value, decimal)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def number_text(number: float, decimal: str) -> str:
    """A number with all its digits; Never for infinity, nothing for what is none."""
    if not math.isfinite(number):
        return "Never" if number > 0 else ""
    text = repr(number).removesuffix(".0")
    return text if decimal == POINT else text.replace(POINT, decimal)


def unwritable(title: str, kind: Any) -> InvalidInput:
    """The refusal to write a column that has no text."""
    return InvalidInput(f'The column "{title}" holds {kind}, which no .csv or .xlsx can. Write .parquet or .arrow.')
