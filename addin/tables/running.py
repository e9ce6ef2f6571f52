"""A table calculated from file to file."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from addin.shell.failures import InvalidInput, ProblemsFound
from addin.shell.output_file import new_file
from addin.shell.output_path import refuse_existing
from addin.shell.progress import metered
from addin.tables.csv_reading import CsvTable
from addin.tables.forms import check_length, use_system_memory
from addin.tables.reading import Table
from addin.tables.rows import COMMA, POINT, Rows
from addin.tables.writing import RejectedRows, Target, target

if TYPE_CHECKING:
    from roi_engine import Scenario
    from roi_engine.batch.rows import AppraisedRows

_THOUSANDS = re.compile(r"\s*[-+]?[1-9]\d{0,2}(\.\d{3})+\s*", re.ASCII)
"""A point that may part thousands: read as that of a decimal, the number is a thousand times too small."""
_WITH_COMMA = re.compile(r"\s*[-+]?\d+,(\d{1,2}|\d{4,})\s*", re.ASCII)
"""A number with a comma that does not part thousands."""
_DECIMALS = re.compile(r"(?:(?<=[Tt]ype )|(?<=mean )|(?<= or )|(?<= % \())(\d+)\.(\d+)\b")
"""A number that a sentence offers to type."""
TOLD = 5
"""Problems that are told on the terminal; the file has them all."""


@dataclass
class Outcome:
    """What became of a table.

    rows, rejected : how many were read, and how many of them could not be calculated.
    told : the first problems. rejected_file : the file with all of them.
    """

    path: Path
    rejected_file: Path
    rows: int = 0
    rejected: int = 0
    told: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": str(self.path),
            "rows": self.rows,
            "calculated": self.rows - self.rejected,
            "rejected": self.rejected,
            "rejected_file": str(self.rejected_file) if self.rejected else None,
        }

    @property
    def summary(self) -> str:
        """How many rows, and where they are."""
        all_of_them = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        left = f", {self.rows - self.rejected:,} of them calculated" if self.rejected else ""
        return f"{all_of_them}{left}: {self.path}"

    def raise_if_rejected(self) -> None:
        """Raises `ProblemsFound` where rows could not be calculated."""
        if self.rejected:
            they = "it is" if self.rejected == 1 else "they are"
            raise ProblemsFound(f"{self.rejected_in_words}; {they} in {self.rejected_file}.", *self._lines())

    @property
    def rejected_in_words(self) -> str:
        """How many rows could not be calculated."""
        rows = "1 row" if self.rejected == 1 else f"{self.rejected:,} rows"
        return f"{rows} of {self.rows:,} could not be calculated"

    def _lines(self) -> list[str]:
        more = self.rejected > len({re.split(r", |: ", line)[0] for line in self.told})
        return [*self.told, *(["…"] if more else [])]

    def strictly_refused(self) -> InvalidInput:
        """The refusal to write anything where rows could not be calculated."""
        return InvalidInput(f"{self.rejected_in_words}, and nothing was written.", *self._lines())


def rejected_file(path: Path) -> Path:
    """The file beside another that says what is wrong with rows.

    >>> rejected_file(Path("out.parquet")).name
    'out.rejected.csv'
    """
    return path.with_name(f"{path.stem}.rejected.csv")


def check_rejected_file(path: Path, force: bool) -> None:
    """Refuses to replace an old file of rejected rows without ``--force``."""
    refuse_existing(rejected_file(path), force)


def calculated_table(
    table: Table,
    base: Scenario | None,
    metrics: Sequence[str],
    path: Path,
    *,
    force: bool,
    strict: bool,
    make: Callable[[Path, BinaryIO, Table, Sequence[str]], Target] = target,
) -> Outcome:
    """Calculates every row of a table, and writes the good and the rejected ones.

    path : what is written; its ending says the form. Until the end there is nothing under its name.
    strict : whether one bad row refuses all; raises `InvalidInput` then.
    make : gives what takes the rows of a file.
    """
    use_system_memory()
    with metered("Calculating") as meter:
        return table_to_file(table, base, metrics, path, force=force, strict=strict, make=make, show=meter.show)


def table_to_file(
    table: Table,
    base: Scenario | None,
    metrics: Sequence[str],
    path: Path,
    *,
    force: bool,
    strict: bool,
    make: Callable[[Path, BinaryIO, Table, Sequence[str]], Target] = target,
    show: Callable[[float, int], None] = lambda share, rows: None,
) -> Outcome:
    """The same without a terminal.

    show : is told the share of the table that is done, and its rows.
    """
    outcome = Outcome(path, rejected_file(path))
    if table.length is not None:
        check_length(path, table.length)
    with contextlib.ExitStack() as files:
        written = make(path, files.enter_context(new_file(path, force)), table, metrics)
        files.push(_discarding(written))
        rejects: RejectedRows | None = None
        for rows, found in _appraised(table, base, metrics):
            outcome.rows += len(rows) + len(rows.broken)
            rejected = _rejections(table, rows, found)
            if rejected:
                outcome.rejected += len({each[0] for each in rejected})
                outcome.told += [
                    row_in_words(row, column, sentence)
                    for row, column, _, sentence in rejected[: TOLD - len(outcome.told)]
                ]
                if rejects is None and not strict:
                    # the last to be opened has its name first: where the table is, its rejected rows are
                    file = files.enter_context(new_file(outcome.rejected_file, force))
                    rejects = RejectedRows(file, table.dialect)
                if rejects is not None:
                    rejects.write(rejected)
            everything = bool(found.good.all())
            good = rows if everything else rows.taken(found.good)
            figures = found.figures if everything else {name: each[found.good] for name, each in found.figures.items()}
            written.write(good, figures)
            show(table.share, outcome.rows)
        if strict and outcome.rejected:
            raise outcome.strictly_refused()
        written.end()
    if not outcome.rejected and force:
        outcome.rejected_file.unlink(missing_ok=True)  # of a run before
    return outcome


def _discarding(written: Target) -> Callable[..., None]:
    """What ends a file that is not to be, where an exception says so."""

    def discard(kind: Any, *_: object) -> None:
        if kind is not None:
            written.discard()

    return discard


def _appraised(table: Table, base: Scenario | None, metrics: Sequence[str]) -> Iterator[tuple[Rows, AppraisedRows]]:
    from roi_engine.batch.rows import appraise_rows
    from roi_engine.scenario import INPUTS

    for rows in table.batches():
        columns = {name: rows.column(title, INPUTS[name]) for title, name in table.read.items()}
        yield rows, appraise_rows(columns, base, metrics)


def _rejections(table: Table, rows: Rows, found: AppraisedRows) -> list[tuple[int, str, Any, str]]:
    """Row number, column, value and sentence of everything that is wrong, by row."""
    titles = {name: title for title, name in table.read.items()}
    decimal = table.dialect.decimal if isinstance(table, CsvTable) else None
    told = [
        (
            int(rows.numbers[each.row]),
            titles.get(each.column, each.column),
            each.value,
            _sentence(each.sentence, each.value, decimal),
        )
        for each in found.rejections
    ]
    broken = [(each.number, "", None, each.sentence) for each in rows.broken]
    return sorted([*told, *broken], key=lambda each: each[0]) if broken else told


def _sentence(sentence: str, value: Any, decimal: str | None) -> str:
    """The engine's sentence as it is right in a table.

    Another where only the sign of decimals is wrong.

    decimal : that of a .csv file.

    >>> _sentence("", "0.5", ",")
    '"0.5" has a point, and decimals are read with a comma here. Run with --decimal point if all have points.'
    >>> _sentence("No number. Type 1234.5 without quotation marks.", "1.234,5", ",")
    'No number. Type 1234,5.'
    >>> _sentence("No number. Did you mean 1200 or 1.2?", "1.200", ",")
    'No number. Did you mean 1200 or 1,2?'
    >>> _sentence("30 is above 1. Did you mean 30 % (0.3)?", "30", ",")
    '30 is above 1. Did you mean 30 % (0,3)?'
    >>> _sentence('"24" is not a number. Type 24 without quotation marks.', "24", None)
    '"24" is a text, not a number. Type 24.'
    """
    has_point = isinstance(value, str) and POINT in value and COMMA not in value and _is_number(value)
    if has_point and decimal == COMMA and not _THOUSANDS.fullmatch(value):
        return (
            f'"{value}" has a point, and decimals are read with a comma here. '
            "Run with --decimal point if all have points."
        )
    if isinstance(value, str) and decimal == POINT and _WITH_COMMA.fullmatch(value):
        return (
            f'"{value}" has a comma, and decimals are read with a point here. '
            "Run with --decimal comma if all have commas."
        )
    sentence = sentence.replace(" without quotation marks", "")
    if decimal is None and isinstance(value, str):  # of a table that tells numbers from texts
        sentence = sentence.replace('" is not a number', '" is a text, not a number')
    return sentence if decimal != COMMA else _DECIMALS.sub(r"\1,\2", sentence)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def row_in_words(row: int, column: str, sentence: str) -> str:
    """What is wrong with a row, as it is told on a terminal."""
    return f"row {row:,}, {column}: {sentence}" if column else f"row {row:,}: {sentence}"
