"""The table of a file, whatever its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from addin.tables.csv_reading import CsvTable, Dialect
from addin.tables.forms import form_of
from addin.tables.rows import Rows


class Table(Protocol):
    """A table that is read batch by batch.

    titles : of its columns; where : what sentences call them, by their numbers where it is empty.
    dialect : how a .csv file of it is written. length : its rows, None where nobody knows.
    read : the inputs among its columns by title, set before rows are asked for.
    """

    titles: list[str]
    where: Sequence[str]
    dialect: Dialect
    length: int | None
    read: Mapping[str, str]

    @property
    def share(self) -> float:
        """What has been read, 0 to 1."""

    def schema(self) -> Any:
        """What the columns are in Arrow."""

    def batches(self) -> Iterator[Rows]:
        """The rows."""


@contextmanager
def opened_table(path: Path, decimal: str | None = None, part: tuple[int, int] | None = None) -> Iterator[Table]:
    """The table of a file.

    decimal : the sign of decimals in a .csv file; by its separator where it is not told.
    part : which of how many shares of a .parquet file, from 1.
    Raises `InvalidInput` where the file is not of its form.
    """
    form = form_of(path)
    if form == ".csv":
        with open(path, "rb") as file:
            yield CsvTable(path, file, path.stat().st_size, decimal)
    elif form == ".xlsx":
        from addin.tables.xlsx_reading import XlsxTable

        yield XlsxTable(path)
    elif form == ".parquet":
        from addin.tables.arrow_reading import ParquetTable

        with closing(ParquetTable(path, part)) as table:
            yield table
    else:
        from addin.tables.arrow_reading import ArrowFileTable

        with closing(ArrowFileTable(path)) as found:
            yield found
