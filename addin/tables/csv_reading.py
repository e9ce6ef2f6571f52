"""Tables from .csv files, block by block.

A block of whole rows is parsed by pyarrow where that is installed. One that it does not take - rows of other lengths,
blank rows, letters that are no UTF-8 - is read row by row, so that each row keeps its number and is judged alone.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from addin.shell.failures import InvalidInput
from addin.tables.forms import has_arrow
from addin.tables.rows import COMMA, POINT, BrokenRow, Rows, TextRows, arrow_schema
from roi_engine.scenario import known_input

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 4_000_000
"""Bytes that are parsed together."""
LONGEST_ROW = 4_000_000
LONGEST_TITLES = 1_000_000
"""Bytes of a row, and of the row of titles."""
_SEPARATORS = ",;\t|"
_MAGIC = {
    b"PAR1": "a Parquet file: name it .parquet",
    b"PK\x03\x04": "a workbook: name it .xlsx",
    b"ARROW1": "an Arrow file: name it .arrow",
    b"\xd0\xcf\x11\xe0": "an old workbook: save it as .xlsx or .csv",
    b"\x1f\x8b": "compressed: unpack it first",
}
_SEPARATOR_TOLD = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
SAVE_AS_UTF_8 = 'Save it as "CSV UTF-8".'


@dataclass(frozen=True)
class Dialect:
    """How a .csv file is written.

    separator : between cells; decimal : the sign of decimals; line_end, byte_order_mark : as they say.
    """

    separator: str = ","
    decimal: str = POINT
    line_end: str = "\n"
    byte_order_mark: bool = False


class CsvTable:
    """The table of a .csv file.

    titles : of the columns. dialect : how it is written; what is written after it is written so too.
    """

    where: Sequence[str] = ()
    length: int | None = None
    """Rows, where they are known beforehand."""

    def __init__(self, path: Path, file: BinaryIO, size: int, decimal: str | None = None) -> None:
        self.path, self.file, self.size = path, file, max(size, 1)
        self.passed = 0
        start = file.read(max(len(codecs.BOM_UTF8), 8))
        file.seek(0)
        for magic, what in _MAGIC.items():
            if start.startswith(magic):
                raise InvalidInput(f"{path} is {what}.")
        if start[:2].count(0) == 1:  # UTF-16 that does not say so
            raise InvalidInput(f"{path} is not UTF-8 text. {SAVE_AS_UTF_8}")
        in_utf_16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self.decoder = codecs.getincrementaldecoder("utf-16")() if in_utf_16 else None
        marked = in_utf_16 or start.startswith(codecs.BOM_UTF8)
        self.pending = self._more().removeprefix(codecs.BOM_UTF8)
        self.old_line_ends = b"\n" not in self.pending and b"\r" in self.pending
        if self.old_line_ends:
            self.pending = self.pending.replace(b"\r", b"\n")
        self.first_row = 1
        titles = self._record()
        told = _SEPARATOR_TOLD.fullmatch(titles)
        if told:  # a line for Excel, which does not show it
            titles = self._record()
        separator = told[1] if told else _separator_of(titles)
        line_end = "\r\n" if titles.endswith("\r\n") else "\n"
        self.dialect = Dialect(separator, decimal or (COMMA if separator == ";" else POINT), line_end, marked)
        self.titles = self._titles(titles)
        self.read: Mapping[str, str] = {}

    def _titles(self, line: str) -> list[str]:
        try:
            titles = next(csv.reader(io.StringIO(line, newline=""), delimiter=self.dialect.separator), [])
        except csv.Error:
            titles = []
        while titles and not titles[-1].strip():
            titles.pop()
        if not titles:
            raise InvalidInput(f"{self.path} has no titles: its first row is empty. It holds what each column is.")
        of_numbers = any(re.fullmatch(r"\s*[-+]?\d[\d.,eE+-]*\s*", title) for title in titles)
        if of_numbers and not any(map(known_input, titles)):  # a year may be a title beside others
            raise InvalidInput(
                f"{self.path}: the first row holds numbers, and should hold titles such as training_hours."
            )
        return titles

    @property
    def share(self) -> float:
        """What has been read of the file."""
        return min(self.passed / self.size, 1.0)

    def schema(self) -> Any:
        """What the columns are in Arrow."""
        return arrow_schema(self.titles, self.read)

    def batches(self) -> Iterator[Rows]:
        """The rows, a block at a time."""
        number = self.first_row + 1
        with_arrow = has_arrow()
        for block, whole in self._blocks():
            rows: Rows | None = self._by_arrow(block, number) if with_arrow and whole else None
            if rows is None:
                rows, count = self._row_by_row(block, number, with_arrow)
            else:
                count = len(rows)
                rows = _without_blank(rows, self.titles)
            number += count
            yield rows

    # bytes

    def _more(self) -> bytes:
        """The next bytes, in UTF-8; nothing at the end."""
        content = self.file.read(BLOCK)
        self.passed += len(content)
        if self.decoder is None:
            return content
        try:
            return self.decoder.decode(content, final=not content).encode()
        except UnicodeError:
            raise InvalidInput(f"{self.path} is not the UTF-16 text that it says it is. {SAVE_AS_UTF_8}") from None

    def _record(self) -> str:
        """Takes the first row off, which may have quoted line ends in it."""
        while True:
            end = _first_end(self.pending[:LONGEST_TITLES])
            if end:
                break
            if len(self.pending) >= LONGEST_TITLES:
                raise InvalidInput(
                    f"{self.path}: its first row has more than a million letters, and is none of titles."
                )
            more = self._more()
            if not more:
                end = len(self.pending)
                break
            self.pending += more.replace(b"\r", b"\n") if self.old_line_ends else more
        if not end and not self.pending:
            raise InvalidInput(f"{self.path} is empty. Its first row holds the titles of the columns.")
        record, self.pending = self.pending[:end], self.pending[end:]
        try:
            return record.decode()
        except UnicodeDecodeError:
            raise self._no_utf_8(self.first_row) from None

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Blocks of whole rows; with each, whether its quotation marks are in pairs."""
        pending = self.pending
        while more := self._more():
            pending += more.replace(b"\r", b"\n") if self.old_line_ends else more
            end = _last_end(pending)
            whole = True
            if not end:
                if len(pending) < BLOCK + LONGEST_ROW:
                    continue
                whole, end = False, pending.rfind(b"\n") + 1
                if not end:
                    raise InvalidInput(f"{self.path}: a row is longer than {LONGEST_ROW:,} letters.")
            yield pending[:end], whole
            pending = pending[end:]
        if pending:
            yield pending, pending.count(b'"') % 2 == 0

    # rows

    def _by_arrow(self, block: bytes, number: int) -> Rows | None:
        """The rows of a block; None where not all of them are as they should be."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        from addin.tables.arrow_rows import ArrowTextRows

        names = [str(place) for place in range(len(self.titles))]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                arrow_csv.ReadOptions(column_names=names, block_size=min(len(block) + 1, BLOCK // 8)),
                arrow_csv.ParseOptions(
                    delimiter=self.dialect.separator, newlines_in_values=b'"' in block, ignore_empty_lines=False
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            return None
        columns = {
            title: table.column(place).combine_chunks() if table.num_rows else pa.array([], pa.string())
            for place, title in enumerate(self.titles)
        }
        numbers = np.arange(number, number + table.num_rows)
        return ArrowTextRows(columns, self.read, self.dialect.decimal, numbers)

    def _row_by_row(self, block: bytes, number: int, with_arrow: bool) -> tuple[Rows, int]:
        """The rows of a block, each judged alone, and how many with the blank ones."""
        import numpy as np

        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            raise self._no_utf_8(number + block.count(b"\n", 0, error.start)) from None
        width, first = len(self.titles), number
        records: list[list[str]] = []
        numbers: list[int] = []
        broken: list[BrokenRow] = []
        record: list[str] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.dialect.separator)
        try:
            for record in reader:
                if not any(record[width:]) and any(cell.strip() for cell in record):
                    if len(record) >= width:
                        records.append(record[:width])
                        numbers.append(number)
                    else:
                        broken.append(BrokenRow(number, _other_length(len(record), width)))
                elif any(record[width:]):
                    broken.append(BrokenRow(number, _other_length(len(record), width)))
                number += 1
        except csv.Error as error:
            raise InvalidInput(f"{self.path}, row {number}: {_unclosed(str(error))}") from None
        if record and "\n" in record[-1] and block.count(b'"') % 2:
            raise InvalidInput(f"{self.path}, row {number - 1}: {_UNCLOSED}")
        listed: Sequence[Sequence[str]] = list(zip(*records, strict=True)) if records else [()] * width
        columns = dict(zip(self.titles, listed, strict=True))
        counted = np.asarray(numbers, dtype=np.int64)
        if not with_arrow:
            return TextRows(columns, self.read, self.dialect.decimal, counted, broken), number - first
        import pyarrow as pa

        from addin.tables.arrow_rows import ArrowTextRows

        arrays = {title: pa.array(texts, pa.string()) for title, texts in columns.items()}
        return ArrowTextRows(arrays, self.read, self.dialect.decimal, counted, broken), number - first

    def _no_utf_8(self, row: int) -> InvalidInput:
        return InvalidInput(f"{self.path}, row {row}: this is not UTF-8 text. {SAVE_AS_UTF_8}")


_UNCLOSED = "a quotation mark opens a text that is never closed. Close it, or take the mark out."


def _unclosed(error: str) -> str:
    if "field larger" in error:
        return f"a cell has more than {csv.field_size_limit():,} letters, or {_UNCLOSED}"
    return f"it cannot be read ({error})."


def _other_length(cells: int, titles: int) -> str:
    return f"The row has {cells} cell{'' if cells == 1 else 's'} below {titles} titles."


def _separator_of(line: str) -> str:
    """The separator that stands most often in a line, outside of quotation marks."""
    outside = re.sub(r'"[^"]*"', "", line)
    return max(_SEPARATORS, key=outside.count)


def _first_end(content: bytes) -> int:
    """Where the first row ends; 0 where it does not."""
    at = content.find(b"\n") + 1
    marks = content.count(b'"', 0, at)
    while at and marks % 2:
        before, at = at, content.find(b"\n", at) + 1
        marks += content.count(b'"', before, at)
    return at


def _last_end(content: bytes) -> int:
    """Where the last whole row ends; 0 where none does."""
    if b'"' not in content:
        return content.rfind(b"\n") + 1
    import numpy as np

    letters: NDArray[np.uint8] = np.frombuffer(content, dtype=np.uint8)
    line_ends = np.flatnonzero(letters == ord("\n"))
    marks = np.flatnonzero(letters == ord('"'))
    outside = line_ends[np.searchsorted(marks, line_ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _without_blank(rows: Any, titles: Sequence[str]) -> Rows:
    """The rows without those in which nothing stands, as spreadsheets leave behind."""
    import pyarrow.compute as pc

    from addin.tables.arrow_rows import BLANK
    from roi_engine.batch.arrow import values_of

    blank = pc.match_substring_regex(rows.columns[titles[0]], BLANK)
    for title in titles[1:]:
        if not pc.any(blank).as_py():
            kept: Rows = rows
            return kept
        blank = pc.and_(blank, pc.match_substring_regex(rows.columns[title], BLANK))
    if not pc.any(blank).as_py():
        whole: Rows = rows
        return whole
    taken: Rows = rows.taken(~values_of(blank))
    return taken
