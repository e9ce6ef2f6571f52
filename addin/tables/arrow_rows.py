"""Rows in arrays of Arrow: of texts, as a .csv file has them, and of any type."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from addin.shell.failures import InvalidInput
from addin.tables.rows import COMMA, POINT, BrokenRow, text_cells, unwritable
from roi_engine.batch.arrow import array_of, arrow_column, listed, values_of
from roi_engine.batch.columns import Column, NumberColumn
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

MOST_OF_A_CELL = 10**15
"""Whole numbers from here on a spreadsheet program would round: such as the numbers of orders and accounts."""
BLANK = r"^\s*$"
_NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"


@dataclass(frozen=True)
class ArrowTextRows:
    """Rows of texts."""

    columns: dict[str, Any]
    read: Mapping[str, str]
    decimal: str
    numbers: Numbers
    broken: Sequence[BrokenRow] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, title: str, declared: Input) -> Column:
        """The texts as numbers or choices."""
        texts = self.columns[title]
        return number_column(texts, self.decimal) if declared.numeric else arrow_column(declared, texts)

    def taken(self, good: BoolArray) -> ArrowTextRows:
        """Those rows that are good."""
        kept = array_of(good)
        columns = {title: column.filter(kept) for title, column in self.columns.items()}
        return ArrowTextRows(columns, self.read, self.decimal, self.numbers[good])

    def arrow(self, title: str) -> Any:
        """Inputs that are numbers as numbers, all else as texts."""
        texts = self.columns[title]
        if title not in self.read or not INPUTS[self.read[title]].numeric:
            return texts
        column = number_column(texts, self.decimal)
        return array_of(column.numbers, column.missing)

    def texts(self, title: str, decimal: str) -> Any:
        """The texts as they were read."""
        return self.columns[title]

    def cells(self, title: str) -> list[Any]:
        """Numbers of inputs, and texts."""
        return text_cells(self.columns[title].to_pylist(), title in self.read, self.decimal)


def number_column(texts: Any, decimal: str) -> NumberColumn:
    """Texts as a column of numbers."""
    import numpy as np

    pointed = texts
    if decimal == COMMA:  # where a point is none, it must not become one
        pointed = pc.replace_substring(pc.replace_substring(texts, POINT, "?"), COMMA, POINT)
    missing = pc.equal(texts, "")
    try:
        found = pc.cast(pc.if_else(missing, None, pointed), pa.float64())
    except pa.ArrowInvalid:
        missing = pc.match_substring_regex(texts, BLANK)
        legible = pc.match_substring_regex(pointed, _NUMBER)
        found = pc.cast(pc.utf8_trim_whitespace(pc.if_else(legible, pointed, None)), pa.float64())
    numbers = values_of(found)
    return NumberColumn(
        np.where(np.isinf(numbers), math.nan, numbers),  # the text is told
        values_of(missing),
        lambda row: texts[row].as_py(),
    )


@dataclass(frozen=True)
class ArrowRows:
    """Rows of any type, as .parquet and .arrow files have them."""

    batch: Any
    numbers: Numbers
    broken: Sequence[BrokenRow] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, title: str, declared: Input) -> Column:
        """The array as the engine takes it."""
        return arrow_column(declared, self.batch.column(title))

    def taken(self, good: BoolArray) -> ArrowRows:
        """Those rows that are good."""
        kept = array_of(good)
        columns = [
            _taken(field.name, column, kept) for field, column in zip(self.batch.schema, self.batch, strict=True)
        ]
        return ArrowRows(pa.RecordBatch.from_arrays(columns, schema=self.batch.schema), self.numbers[good])

    def arrow(self, title: str) -> Any:
        """The array."""
        return self.batch.column(title)

    def texts(self, title: str, decimal: str) -> Any:
        """The array as texts; raises `InvalidInput` for lists, tables and bytes."""
        array = _values(self.batch.column(title))
        if pa.types.is_boolean(array.type):
            return pc.fill_null(pc.if_else(array, "TRUE", "FALSE"), "")
        if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
            raise unwritable(title, array.type)
        try:
            texts = pc.fill_null(array.cast(pa.string()), "")
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise unwritable(title, array.type) from None
        if pa.types.is_floating(array.type):
            texts = pc.if_else(pc.fill_null(pc.is_nan(array), False), "", texts)
        is_fraction = pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
        return pc.replace_substring(texts, POINT, decimal) if is_fraction and decimal != POINT else texts

    def cells(self, title: str) -> list[Any]:
        """The values; raises `InvalidInput` for lists, tables and bytes."""
        array = _values(self.batch.column(title))
        if pa.types.is_nested(array.type) or pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
            raise unwritable(title, array.type)
        return [_cell(value) for value in listed(array)]


def _taken(title: str, column: Any, kept: Any) -> Any:
    """The rows of a column that are kept.

    Raises `InvalidInput` where its type allows no choice of them.
    """
    try:
        return column.filter(kept)
    except pa.ArrowNotImplementedError:
        pass
    values = [value for value, keep in zip(column.to_pylist(), kept.to_pylist(), strict=True) if keep]
    try:
        return pa.array(values, column.type)
    except pa.ArrowException:
        raise InvalidInput(
            f'The column "{title}" holds {column.type}, and rows that cannot be calculated cannot be left out of it. '
            "Write it as another type."
        ) from None


def _values(array: Any) -> Any:
    """The array without a dictionary."""
    return array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array


def _cell(value: Any) -> Any:
    """A value as a cell.

    No cell holds what is no number, nor infinity, nor more than 15 digits: they are texts.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    if isinstance(value, date) and value.year <= 1900:  # before a sheet's calendar
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= MOST_OF_A_CELL:
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, date)):
        return value
    if isinstance(value, Decimal) and value == Decimal(f"{float(value):.15g}"):
        return float(value)
    return str(value)
