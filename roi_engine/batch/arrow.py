"""Tables of Arrow: their columns, and a table with its metrics beside it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from roi_engine.batch.columns import ChoiceColumn, Column, NumberColumn, choice_code, column_of, recognised
from roi_engine.batch.rows import DEFAULT_METRICS, AppraisedRows, appraise_rows, row_metric
from roi_engine.errors import Problem, ScenarioError, WrongType
from roi_engine.figures import FIGURES
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS, Scenario

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 131_072
"""Rows that are read, calculated and written together."""
PROBLEM = "problem"
"""The column that says what is wrong with a row."""


def evaluate(
    table: Any,
    base: Scenario | None = None,
    metrics: Iterable[str] = DEFAULT_METRICS,
    keep: Collection[str] = (),
) -> pa.Table:
    """A table of scenarios with the metrics of every row, as an Arrow table.

    table : anything with ``__arrow_c_stream__``, such as a pandas, polars or duckdb table: a row each. A dictionary of
        arrays goes to `appraise_many`.
    base : what a row does not say; without one the defaults, and a row has to give every required input.
    metrics : as `appraise_many` has them, and ``worthwhile``.
    keep : titles of columns that are no inputs and are carried through; ``["*"]`` for all.
    Returns the table's columns, the metrics (money, fraction or months; null is undefined, infinity is never), and
    ``problem``: what is wrong with a row, null where nothing is. A row with a problem has no metrics.
    Raises `ScenarioError` for columns that cannot be read, and where no row can be good.
    Source: docs/batch.md.

    Columns are read by their titles as the labels of a block are. Needs pyarrow: ``pip install "ft-roi[batch]"``.

    >>> import pandas
    >>> from roi_engine.reference import REFERENCE
    >>> table = pandas.DataFrame({"Training time (GPU-hours)": [24, 48, -1]})
    >>> found = evaluate(table, REFERENCE, ["net_roi"]).to_pydict()
    >>> [round(each, 2) for each in found["net_roi"][:2]], found["problem"][2]
    ([17837.28, 17801.28], 'training_hours: -1 is below 0. Type a number of at least 0.')
    """
    import pyarrow as pa

    if not hasattr(table, "__arrow_c_stream__"):
        raise WrongType(
            "A table with __arrow_c_stream__ is needed, such as one of pandas, polars, duckdb or pyarrow. "
            "A dictionary of arrays goes to appraise_many."
        )
    try:
        source = pa.table(table)
    except (ValueError, TypeError) as error:  # such as numbers and texts in one column of pandas
        reason = ". ".join(map(str, error.args))
        raise WrongType(f"The table cannot be read as one of Arrow: {reason}.") from None
    names = [row_metric(each) for each in ([metrics] if isinstance(metrics, str) else metrics)]
    keep = [keep] if isinstance(keep, str) else keep
    read = recognised(source.column_names, keep, [*names, PROBLEM], base.currency if base else "")
    if not read:
        raise ScenarioError([Problem("", NO_INPUT)])
    fields = [pa.field(name, metric_type(name)) for name in names]
    schema = pa.schema([*source.schema.remove_metadata(), *fields, pa.field(PROBLEM, pa.string())])
    done = []
    for batch in source.to_batches(max_chunksize=BATCH):
        rows = appraise_rows(columns_of(batch, read), base, names)
        added = [*metric_arrays(rows.figures, rows.good), _problems(rows)]
        done.append(pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema))
    return pa.Table.from_batches(done, schema)


NO_INPUT = "No column is an input. The first row holds the titles, such as training_hours."


def metric_type(name: str) -> pa.DataType:
    """The type of a metric's column."""
    import pyarrow as pa

    return pa.bool_() if FIGURES[name].quantity.kind == "yes_no" else pa.float64()


def metric_arrays(figures: Mapping[str, Any], good: Any = None) -> list[pa.Array]:
    """Metrics as arrays of Arrow.

    Undefined is null, and so is everything where a row is not good.
    """
    import numpy as np

    arrays = []
    for figure in figures.values():
        empty = np.zeros(len(figure), dtype=bool) if figure.dtype == bool else np.isnan(figure)
        if good is not None:
            empty = empty | ~good
        arrays.append(array_of(figure, empty))
    return arrays


def array_of(values: Any, empty: Any = None) -> pa.Array:
    """Numbers or truth values as an array of Arrow.

    values : an array of NumPy. empty : where there is none, as truth values.
    What `pyarrow.array` gives, without its loading pandas to ask whether the values are of it.

    >>> import numpy as np
    >>> array_of(np.array([1.0, 2.0]), np.array([False, True])).to_pylist(), array_of(np.array([True])).to_pylist()
    ([1.0, None], [True])
    """
    import numpy as np
    import pyarrow as pa

    kind = pa.bool_() if values.dtype == bool else pa.float64()
    held = np.packbits(values, bitorder="little") if values.dtype == bool else np.ascontiguousarray(values, np.float64)
    there = None if empty is None or not empty.any() else pa.py_buffer(np.packbits(~empty, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [there, pa.py_buffer(held)])


def values_of(array: Any) -> Any:
    """The values of an array of Arrow as an array of NumPy; null is NaN.

    What ``to_numpy`` gives, without its loading pandas.

    >>> import pyarrow
    >>> values_of(pyarrow.array([1.0, None])).tolist(), values_of(pyarrow.array([True, False])).tolist()
    ([1.0, nan], [True, False])
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(array.type):
        return values_of(array.cast(pa.uint8())).view(bool)
    if array.null_count:
        array = pc.fill_null(array, math.nan)
    kind = np.dtype(array.type.to_pandas_dtype())
    held = array.buffers()[1]
    if held is None:
        return np.empty(0, kind)
    return np.frombuffer(held, kind)[array.offset : array.offset + len(array)]


def _problems(rows: AppraisedRows) -> pa.Array:
    import pyarrow as pa

    told: list[str | None] = [None] * len(rows.good)
    for each in rows.rejections:
        sentence = str(Problem(each.column, each.sentence))
        before = told[each.row]
        told[each.row] = sentence if before is None else f"{before} {sentence}"
    return pa.array(told, pa.string())


def columns_of(batch: Any, read: Mapping[str, str]) -> dict[str, Column]:
    """The columns of a batch that are inputs, as they are calculated with.

    read : input names by title, as `recognised` gives them.
    """
    return {name: arrow_column(INPUTS[name], batch.column(title)) for title, name in read.items()}


def arrow_column(declared: Input, array: Any) -> Column:
    """A column of Arrow as it is calculated with; null and NaN are nothing."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    of_numbers = pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
    if declared.numeric and of_numbers:
        numbers = values_of(array.cast(pa.float64(), safe=False))
        return NumberColumn(numbers, np.isnan(numbers), lambda row: array[row].as_py())
    if not declared.numeric and _is_text(array.type):
        coded = pc.dictionary_encode(array, null_encoding="encode")
        codes = [choice_code(declared.quantity, value) for value in coded.dictionary.to_pylist()]
        found = np.array(codes, dtype=np.int8)[values_of(coded.indices)]
        return ChoiceColumn(found, lambda row: array[row].as_py())
    return column_of(declared, listed(array))


def listed(array: Any) -> list[Any]:
    """The values as those of Python, whose times have no billionths of a second.

    >>> import pyarrow
    >>> listed(pyarrow.array([1], pyarrow.timestamp("ns")))
    [datetime.datetime(1970, 1, 1, 0, 0)]
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_temporal(kind) and getattr(kind, "unit", "") == "ns":
        if pa.types.is_timestamp(kind):
            array = array.cast(pa.timestamp("us", kind.tz), safe=False)
        else:
            array = array.cast(pa.time64("us") if pa.types.is_time(kind) else pa.duration("us"), safe=False)
    values: list[Any] = array.to_pylist()
    return values


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
