"""Tables from .parquet and .arrow files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import ipc, parquet

from addin.shell.failures import InvalidInput
from addin.tables.arrow_rows import ArrowRows
from addin.tables.csv_reading import Dialect
from addin.tables.rows import Rows
from roi_engine.batch.arrow import BATCH


class _ArrowTable:
    """What tables of both forms have."""

    dialect = Dialect()
    where: Sequence[str] = ()

    def __init__(self, schema: Any, length: int | None, before: int = 0) -> None:
        self._schema, self.length, self.before = schema.remove_metadata(), length, before
        self.titles: list[str] = self._schema.names
        self.read: Mapping[str, str] = {}
        self.passed = 0

    @property
    def share(self) -> float:
        """What has been read of the file."""
        return min(self.passed / max(self.length or 1, 1), 1.0)

    def schema(self) -> Any:
        """What the columns are."""
        return self._schema

    def _rows(self, batch: Any) -> Rows:
        import numpy as np

        first = self.before + self.passed + 2  # below the titles, as a spreadsheet counts
        self.passed += batch.num_rows
        return ArrowRows(batch.replace_schema_metadata(None), np.arange(first, first + batch.num_rows))


class ParquetTable(_ArrowTable):
    """The table of a .parquet file, or a share of its row groups.

    part : which of how many shares, from 1.
    """

    def __init__(self, path: Path, part: tuple[int, int] | None = None) -> None:
        self.path = path
        try:
            # not buffered beforehand: half the time, and memory that does not grow with the file
            self.file = parquet.ParquetFile(path, pre_buffer=False)
            found = self.file.metadata
            sizes = [found.row_group(each).num_rows for each in range(found.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InvalidInput(f"{path} is no Parquet file that can be read: {_first_line(error)}") from None
        start, stop = share_of(len(sizes), part)
        self.groups = list(range(start, stop))
        super().__init__(self.file.schema_arrow, sum(sizes[start:stop]), sum(sizes[:start]))

    def close(self) -> None:
        """Closes the file."""
        self.file.close()

    def batches(self) -> Iterator[Rows]:
        """The rows."""
        try:
            for batch in self.file.iter_batches(BATCH, row_groups=self.groups):
                yield self._rows(batch)
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(f"{self.path} is damaged: {_first_line(error)}") from None


class ArrowFileTable(_ArrowTable):
    """The table of an .arrow file: Arrow's file format, or its stream."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.source = pa.memory_map(str(path))
            self.size = max(path.stat().st_size, 1)
            try:
                self.file: Any = ipc.open_file(self.source)
                batches = self.file.num_record_batches
            except pa.ArrowInvalid:
                self.source.seek(0)
                self.file, batches = ipc.open_stream(self.source), None
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InvalidInput(f"{path} is no Arrow file that can be read: {_first_line(error)}") from None
        self.count = batches
        super().__init__(self.file.schema, None)

    @property
    def share(self) -> float:
        """What has been read of the file, by its bytes."""
        return min(float(self.source.tell()) / self.size, 1.0)

    def close(self) -> None:
        """Closes the file."""
        self.source.close()

    def batches(self) -> Iterator[Rows]:
        """The rows."""
        try:
            found = self.file if self.count is None else map(self.file.get_batch, range(self.count))
            for batch in found:
                for start in range(0, batch.num_rows, BATCH):
                    yield self._rows(batch.slice(start, BATCH))
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(f"{self.path} is damaged: {_first_line(error)}") from None


def share_of(groups: int, part: tuple[int, int] | None) -> tuple[int, int]:
    """The row groups of a part, from one to before another.

    part : which of how many, from 1; None for all.

    >>> share_of(10, None), [share_of(10, (each, 3)) for each in (1, 2, 3)], share_of(2, (1, 3))
    ((0, 10), [(0, 3), (3, 6), (6, 10)], (0, 0))
    """
    number, parts = part or (1, 1)
    return groups * (number - 1) // parts, groups * number // parts


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
