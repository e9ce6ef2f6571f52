"""A sweep as a table, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from addin.shell.failures import InvalidInput
from addin.tables.csv_reading import Dialect
from addin.tables.forms import form_of
from addin.tables.reading import Table
from addin.tables.rows import BrokenRow, Rows, cell_text
from addin.tables.writing import Target, XlsxTarget, metric_cell, target
from roi_engine.batch.columns import Column, column_of
from roi_engine.batch.sweep import Axis, axis, evenly, in_batches, size
from roi_engine.errors import FtRoiError
from roi_engine.figures import FIGURES
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS, Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

AT_ONCE = 65_536
HOW = "Write NAME=LOW:HIGH:N, or NAME=a,b,c."


def axis_of(written: str) -> Axis:
    """The axis that an option means.

    written : ``calls=1e6:9e6:5`` for five values from one to another, or ``serving=per_token,self_hosted``.
    Raises `InvalidInput` with the cure.

    >>> axis_of("accuracy=0:20%:3").values
    (0.0, 0.1, 0.2)
    """
    label, sign, values = written.partition("=")
    try:
        if not sign or not values.strip():
            raise FtRoiError(f"There are no values. {HOW}")
        if ":" not in values:
            return axis(label, [_value(each) for each in values.split(",")])
        ends = values.split(":")
        if len(ends) != 3 or not ends[2].strip().isdecimal() or len(ends[2].strip()) > 7:
            raise FtRoiError(f'"{values}" is no range. {HOW}')
        low, high = (_value(each) for each in ends[:2])
        checked = axis(label, [low] if low == high else [low, high]).values
        return axis(label, evenly(checked[0], checked[-1], int(ends[2])))
    except FtRoiError as error:
        raise InvalidInput(f"--vary {written}: {error.args[0]}", *error.args[1:]) from None


def _value(text: str) -> Any:
    """A number, also one in per cent, or the text."""
    written = text.strip()
    try:
        return float(f"{float(written[:-1]) / 100:.15g}") if written.endswith("%") else float(written)
    except ValueError:
        return written


@dataclass(frozen=True)
class GridRows:
    """Some combinations of a sweep: arrays of numbers, and of texts."""

    columns: Mapping[str, Any]
    numbers: Numbers
    broken: Sequence[BrokenRow] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, title: str, declared: Input) -> Column:
        """The values as the engine takes them."""
        return column_of(declared, self.columns[title])

    def taken(self, good: BoolArray) -> GridRows:
        """Those rows that are good."""
        return GridRows({title: each[good] for title, each in self.columns.items()}, self.numbers[good])

    def arrow(self, title: str) -> Any:
        """The values as an array of Arrow."""
        import pyarrow as pa

        return pa.array(self.columns[title])

    def texts(self, title: str, decimal: str) -> Any:
        """The values as texts."""
        return [cell_text(value, decimal) for value in self.columns[title].tolist()]

    def cells(self, title: str) -> list[Any]:
        """The values."""
        found: list[Any] = self.columns[title].tolist()
        return found


class SweepTable:
    """Every combination of the values of some inputs, a row each."""

    dialect = Dialect()
    where: Sequence[str] = ()

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = axes
        self.titles = [each.name for each in axes]
        self.length: int | None = size(axes)
        self.read: Mapping[str, str] = {name: name for name in self.titles}
        self.passed = 0

    @property
    def share(self) -> float:
        """What has been calculated."""
        return self.passed / size(self.axes)

    def schema(self) -> Any:
        """What the columns are in Arrow."""
        import pyarrow as pa

        return pa.schema([
            pa.field(name, pa.float64() if INPUTS[name].numeric else pa.string()) for name in self.titles
        ])  # fmt: skip

    def batches(self) -> Iterator[Rows]:
        """The combinations."""
        import numpy as np

        for start, columns in in_batches(self.axes, AT_ONCE):
            count = len(next(iter(columns.values())))
            self.passed = start + count
            yield GridRows(columns, np.arange(start + 2, start + count + 2))


class _GridsTarget:
    """An .xlsx file with the table and, before it, grids."""

    def __init__(self, table: XlsxTarget, sweep: Any, cells: int) -> None:
        self.table, self.sweep, self.cells = table, sweep, cells
        self.figures: dict[str, list[Any]] = {}

    def write(self, rows: Rows, figures: Mapping[str, Any]) -> None:
        """Writes rows with their metrics, and keeps them for the grids."""
        self.table.write(rows, figures)
        for name, values in figures.items():
            kept = self.figures.setdefault(name, [None] * self.cells)
            for number, value in zip(rows.numbers.tolist(), values.tolist(), strict=True):
                kept[number - 2] = metric_cell(value)

    def end(self) -> None:
        """Writes the grids and the workbook."""
        from templates.tables.sweep_grids import add_grids

        add_grids(self.table.book, self.sweep, self.figures)
        self.table.end()

    def discard(self) -> None:
        """Takes away the files in which its rows are kept."""
        self.table.discard()


def sweep_target(base: Scenario, axes: Sequence[Axis]) -> Any:
    """What makes the file of a sweep: with grids where it is a workbook of two inputs."""

    def make(path: Path, file: BinaryIO, table: Table, metrics: Sequence[str]) -> Target:
        if form_of(path) == ".xlsx":
            from templates.tables.sweep_grids import Sweep, has_grids

            if has_grids(axes) and any(FIGURES[name].quantity.kind != "yes_no" for name in metrics):
                return _GridsTarget(XlsxTarget(path, file, table, metrics), Sweep(base, *axes), size(axes))
        return target(path, file, table, metrics)

    return make
