"""Tables as files: the columns untouched, and the metrics beside them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from addin.shell.failures import InvalidInput
from addin.tables.csv_reading import Dialect
from addin.tables.forms import check_length, form_of, has_arrow
from addin.tables.rows import Rows, cell_text, number_text
from roi_engine.figures import FIGURES
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS

if TYPE_CHECKING:
    from addin.tables.reading import Table

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What begins a text that a spreadsheet program may calculate when it opens a .csv file."""


class Target(Protocol):
    """A file that is being written."""

    def write(self, rows: Rows, figures: Mapping[str, Any]) -> None:
        """Writes rows with their metrics."""

    def end(self) -> None:
        """Writes what comes last."""

    def discard(self) -> None:
        """Ends a file that is not to be."""


def target(path: Path, file: BinaryIO, table: Table, metrics: Sequence[str]) -> Target:
    """The file that takes a table with its metrics, in the form of its name."""
    form = form_of(path)
    if form == ".csv":
        return _CsvTarget(file, table, metrics)
    if form == ".xlsx":
        return XlsxTarget(path, file, table, metrics)
    return _ArrowTarget(form, file, table, metrics)


class _CsvTarget:
    """A .csv file, written in the manner of the one that was read."""

    def __init__(self, file: BinaryIO, table: Table, metrics: Sequence[str]) -> None:
        self.file, self.dialect = file, table.dialect
        self.titles, self.metrics = table.titles, list(metrics)
        self.by_arrow = has_arrow()
        if self.dialect.byte_order_mark:
            file.write(b"\xef\xbb\xbf")
        file.write(_lines([[*self.titles, *self.metrics]], self.dialect))

    def write(self, rows: Rows, figures: Mapping[str, Any]) -> None:
        """Writes rows with their metrics."""
        if not len(rows):
            return
        texts = [rows.texts(title, self.dialect.decimal) for title in self.titles]
        if self.by_arrow:
            from addin.tables.csv_lines import lines_of

            self.file.writelines(lines_of(texts, figures, self.dialect))
            return
        added = [[_metric_text(value, self.dialect.decimal) for value in each.tolist()] for each in figures.values()]
        self.file.write(_lines(zip(*texts, *added, strict=True), self.dialect))

    def end(self) -> None:
        """Nothing comes last."""

    def discard(self) -> None:
        """Nothing is kept elsewhere."""


def _metric_text(value: float | bool, decimal: str) -> str:
    return cell_text(value, decimal) if isinstance(value, bool) else number_text(value, decimal)


def _lines(rows: Any, dialect: Dialect) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=dialect.separator, lineterminator=dialect.line_end).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


class _ArrowTarget:
    """A .parquet or an .arrow file."""

    def __init__(self, form: str, file: BinaryIO, table: Table, metrics: Sequence[str]) -> None:
        import pyarrow as pa
        from pyarrow import ipc, parquet

        from roi_engine.batch.arrow import metric_type

        self.titles = table.titles
        fields = [pa.field(name, metric_type(name)) for name in metrics]
        self.schema = pa.schema([*table.schema(), *fields])
        if form == ".parquet":  # a dictionary of numbers that are all different costs half the time, and space
            try:
                self.writer: Any = parquet.ParquetWriter(file, self.schema, use_dictionary=False)
            except pa.ArrowNotImplementedError:
                raise self._refused() from None
        else:  # in which a dictionary is the same from the first batch to the last
            self.schema = pa.schema([field.with_type(_without_dictionary(field.type)) for field in self.schema])
            self.writer = ipc.new_file(file, self.schema)

    def _refused(self) -> Exception:
        """The refusal of a column that no .parquet file can hold."""
        import pyarrow as pa
        from pyarrow import parquet

        for field in self.schema:
            try:
                parquet.ParquetWriter(io.BytesIO(), pa.schema([field])).close()
            except pa.ArrowNotImplementedError:
                return InvalidInput(
                    f'The column "{field.name}" holds {field.type}, which no .parquet can. Write .arrow.'
                )
        return InvalidInput("These columns can be in no .parquet file together. Write .arrow.")

    def write(self, rows: Rows, figures: Mapping[str, Any]) -> None:
        """Writes rows with their metrics."""
        import pyarrow as pa

        from roi_engine.batch.arrow import metric_arrays

        if not len(rows):
            return
        arrays = [*(rows.arrow(title) for title in self.titles), *metric_arrays(figures)]
        arrays = [
            each if each.type == field.type else each.cast(field.type)
            for each, field in zip(arrays, self.schema, strict=True)
        ]
        self.writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))

    def end(self) -> None:
        """Writes what says where everything is."""
        self.writer.close()

    def discard(self) -> None:
        """Lets go of the file."""
        self.writer.close()


def _without_dictionary(kind: Any) -> Any:
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


class XlsxTarget:
    """An .xlsx file."""

    def __init__(self, path: Path, file: BinaryIO, table: Table, metrics: Sequence[str]) -> None:
        from addin.shell.generation_time import generation_time
        from templates.tables.table_workbook import TableWorkbook

        self.path, self.file, self.titles = path, file, table.titles
        inputs = [INPUTS[table.read[title]] if title in table.read else None for title in table.titles]
        formats = ["General" if each is not None and each.numeric else None for each in inputs]
        added = [_metric_format(FIGURES[name].quantity) for name in metrics]
        self.book = TableWorkbook(
            [*table.titles, *metrics], [*formats, *added], "Scenarios", generated=generation_time()
        )

    def write(self, rows: Rows, figures: Mapping[str, Any]) -> None:
        """Writes rows with their metrics."""
        check_length(self.path, self.book.rows + len(rows))
        columns = [rows.cells(title) for title in self.titles]
        added = [[metric_cell(value) for value in each.tolist()] for each in figures.values()]
        for row in zip(*columns, *added, strict=True):
            self.book.add(row)

    def end(self) -> None:
        """Writes the workbook."""
        self.book.save(self.file)

    def discard(self) -> None:
        """Takes away the files in which its rows are kept."""
        self.book.discard()


def _metric_format(quantity: Quantity) -> str:
    from templates.building.styles import ANY_SIZE, number_format

    return ANY_SIZE if quantity.kind in ("money", "months") else number_format(quantity)


def metric_cell(value: float | bool) -> Any:
    """A metric as a cell: Never for infinity, an empty cell for what is undefined."""
    if isinstance(value, bool) or math.isfinite(value):
        return value
    return "Never" if value > 0 else None


class RejectedRows:
    """The file of what is wrong with rows: row number, column, value, sentence.

    A value that a spreadsheet program would calculate has an apostrophe before it.
    """

    TITLES = ("row", "column", "value", "problem")

    def __init__(self, file: BinaryIO, dialect: Dialect) -> None:
        self.file, self.dialect = file, dialect
        if dialect.byte_order_mark:
            file.write(b"\xef\xbb\xbf")
        file.write(_lines([self.TITLES], dialect))

    def write(self, rejected: Sequence[tuple[int, str, Any, str]]) -> None:
        """Writes row number, column, value and sentence of each."""
        told = ((row, column, _inert(self._text(value)), sentence) for row, column, value, sentence in rejected)
        self.file.write(_lines(told, self.dialect))

    def _text(self, value: Any) -> str:
        """What stood there; infinity as such, which for a metric is Never."""
        if isinstance(value, float) and math.isinf(value):
            return str(value)
        return cell_text(value, self.dialect.decimal)


def _inert(text: str) -> str:
    r"""A text that no spreadsheet program calculates.

    >>> _inert("=1+1"), _inert("-5"), _inert("12 %")
    ("'=1+1", '-5', '12 %')
    """
    if not text.startswith(FORMULA_SIGNS):
        return text
    try:
        float(text.replace(",", "."))
    except ValueError:
        return f"'{text}"
    return text
