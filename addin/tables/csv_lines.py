"""Rows as the lines of a .csv file, by pyarrow.

That takes a tenth of the time of one row after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from addin.tables.csv_reading import Dialect
from addin.tables.rows import POINT
from roi_engine.batch.arrow import array_of

_AT_ONCE = 16_384
"""Rows joined together: their letters stay far below the 2 GB that an array of texts may have."""


def lines_of(texts: Sequence[Any], figures: Mapping[str, Any], dialect: Dialect) -> Iterator[bytes]:
    """The lines of rows, in quotation marks what needs them.

    texts : columns of texts, lists or arrays of Arrow. figures : metrics by name.
    """
    columns = [*map(_array, texts), *(_metric(each, dialect.decimal) for each in figures.values())]
    quoted = len(columns) if dialect.decimal == dialect.separator else len(texts)
    count = len(columns[0])
    for start in range(0, count, _AT_ONCE):
        some = [column.slice(start, _AT_ONCE) for column in columns]
        some[:quoted] = [_quoted(column, dialect.separator) for column in some[:quoted]]
        joined = pc.binary_join_element_wise(*some, dialect.separator)
        yield _letters(pc.binary_join_element_wise(joined, "", dialect.line_end))


def _array(texts: Any) -> Any:
    array = pa.array(texts, pa.string()) if isinstance(texts, (list, tuple)) else texts
    return array.cast(pa.string()) if array.type != pa.string() else array


def _metric(figure: Any, decimal: str) -> Any:
    if figure.dtype == bool:
        return pc.if_else(array_of(figure), "TRUE", "FALSE")
    texts = pc.cast(array_of(figure, ~np.isfinite(figure)), pa.string())
    if decimal != POINT:
        texts = pc.replace_substring(texts, POINT, decimal)
    texts = pc.if_else(array_of(np.isposinf(figure)), "Never", texts)
    return pc.fill_null(texts, "")


def _quoted(texts: Any, separator: str) -> Any:
    """The texts, in quotation marks those that hold a separator, a mark or a line end."""
    needs = pc.match_substring_regex(texts, f'["\r\n{re.escape(separator)}]')
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


def _letters(lines: Any) -> bytes:
    """All letters of an array of texts, one text after the other."""
    _, places, letters = lines.buffers()
    ends = np.frombuffer(places, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(letters)[ends[0] : ends[-1]])
