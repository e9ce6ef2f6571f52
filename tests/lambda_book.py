"""Formulas over the LAMBDA names, in a file that the product has written them into, calculated by IronCalc."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import ironcalc
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from templates.lambdas.carried import carry_names
from templates.lambdas.lambda_name import stored

Rows = Sequence[Sequence[Any]]

FIRST_ARGUMENT = 20
"""The column of the first argument, right of all results."""


class LambdaBook:
    """A workbook of one sheet: calls in its first columns, and right of each the cells that it takes."""

    def __init__(self) -> None:
        self.book = Workbook()
        self.sheet: Any = self.book.active
        self.row = 1
        self.shapes: dict[str, tuple[int, int, int]] = {}

    def block(self, rows: Rows, column: int = FIRST_ARGUMENT) -> str:
        """The address of cells that hold these values, beside the next call."""
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if value != "":
                    cell = self.sheet.cell(self.row + i, column + j)
                    cell.value = value
                    if isinstance(value, str) and value.startswith("#"):
                        cell.data_type = "e"
        last = self.row + len(rows) - 1, column + max(map(len, rows)) - 1
        first = f"{get_column_letter(column)}{self.row}"
        return first if last == (self.row, column) else f"{first}:{get_column_letter(last[1])}{last[0]}"

    def call(self, key: str, function: str, arguments: Iterable[Any], shape: tuple[int, int] = (1, 1)) -> None:
        """A call of a function on cells that hold its arguments; its result fills so many rows and columns."""
        column, height, places = FIRST_ARGUMENT, shape[0], []
        for each in arguments:
            rows = each if isinstance(each, list) else [[each]]
            places.append(self.block(rows, column))
            column, height = column + max(map(len, rows)) + 1, max(height, len(rows))
        self.formula(key, f"{function}({','.join(places)})", shape)
        self.row += height

    def formula(self, key: str, formula: str, shape: tuple[int, int] = (1, 1)) -> None:
        """A formula as people type it, stored as a dynamic array."""
        first, last = f"A{self.row}", f"{get_column_letter(shape[1])}{self.row + shape[0] - 1}"
        self.sheet[first] = ArrayFormula(first if first == last else f"{first}:{last}", f"={stored(formula)}")
        self.shapes[key] = (self.row, *shape)
        self.row += shape[0]

    def results(self, folder: Path) -> Mapping[str, list[list[Any]]]:
        """What each formula gives: rows of cells."""
        package = BytesIO()
        self.book.save(package)
        path = folder / "lambda.xlsx"
        path.write_bytes(carry_names(package.getvalue()))
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        model.evaluate()
        return {
            key: [[model.get_cell_value(0, row + i, 1 + j) for j in range(width)] for i in range(height)]
            for key, (row, height, width) in self.shapes.items()
        }
