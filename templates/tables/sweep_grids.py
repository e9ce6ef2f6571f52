"""The sheet of a sweep over two inputs: coloured grids, the base boxed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.pagebreak import Break

from roi_engine.batch.sweep import Axis
from roi_engine.figures import FIGURES, Figure
from roi_engine.scenario import INPUTS, Scenario
from templates.building import styles
from templates.building.colour_scales import metric_scale, never_rule
from templates.tables.table_workbook import TableWorkbook, text_cell, value_cell
from templates.xlsx.column_letters import column_letters

MOST_DOWN, MOST_ACROSS = 500, 60
"""Values of a grid that a person still looks over; a larger sweep is a table alone."""
TITLE = "Grids"
ROWS_OF_A_PAGE = 34


@dataclass(frozen=True)
class Sweep:
    """A sweep over two inputs: the first down, the second across."""

    base: Scenario
    down: Axis
    across: Axis

    @property
    def base_place(self) -> tuple[int, int] | None:
        """Row and column of the base, from 0; None where it is not among the values."""
        places = [each.place_of(getattr(self.base, each.name)) for each in (self.down, self.across)]
        return None if None in places else (places[0] or 0, places[1] or 0)


def has_grids(axes: Sequence[Axis]) -> bool:
    """Whether a sweep is shown as grids too."""
    return len(axes) == 2 and len(axes[0].values) <= MOST_DOWN and len(axes[1].values) <= MOST_ACROSS


def add_grids(book: TableWorkbook, sweep: Sweep, figures: Mapping[str, Sequence[Any]]) -> None:
    """Adds the sheet before that of the table.

    figures : metric → its values as cells hold them, down × across of them, the values across changing fastest.
    """
    sheet = book.new_sheet(TITLE)
    sheets = book.book._sheets  # type: ignore[attr-defined]
    sheets.insert(0, sheets.pop())
    sheet.column_dimensions["A"].width = 24
    for place in range(len(sweep.across.values)):
        sheet.column_dimensions[column_letters(place + 2)].width = 14
    _Grids(book, sheet, sweep).write(figures)


class _Grids:
    """Grids below each other; the rows of the sheet are written from the top."""

    def __init__(self, book: TableWorkbook, sheet: Any, sweep: Sweep) -> None:
        self.book, self.sheet, self.sweep, self.row, self.page_begins = book, sheet, sweep, 0, 0
        thick = Side(style="medium", color=styles.INK)
        self.box = Border(left=thick, right=thick, top=thick, bottom=thick)

    def write(self, figures: Mapping[str, Sequence[Any]]) -> None:
        """Writes a title, what the base is, and a grid for each metric that is a number."""
        name = self.sweep.base.name
        self._add(self._text(f"Sweep: {name}" if name else "Sweep", styles.TITLE_INK, size=16, bold=True))
        self._add(self._text(self._about_base(), styles.QUIET_INK, size=9))
        for metric, values in figures.items():
            if FIGURES[metric].quantity.kind != "yes_no":
                self._grid(FIGURES[metric], values)

    def _about_base(self) -> str:
        sides = (self.sweep.down, self.sweep.across)
        told = " and ".join(f"{_label(self.sweep.base, each)} {_said(self.sweep.base, each)}" for each in sides)
        place = "boxed" if self.sweep.base_place else "not among these values"
        return f"The base, {told}, is {place}."

    def _grid(self, figure: Figure, values: Sequence[Any]) -> None:
        currency, sweep = self.sweep.base.currency, self.sweep
        down, across = sweep.down.values, sweep.across.values
        if self.page_begins < self.row + len(down) + 5 - ROWS_OF_A_PAGE and self.row > 2:
            self.page_begins = self.row  # a grid stands on one page, if it can
            self.sheet.row_breaks.append(Break(id=self.row))
        self._add()
        self._add(self._text(figure.heading(currency), styles.TITLE_INK, size=12, bold=True))
        self._add(None, self._text(f"{_label(sweep.base, sweep.across)} →", styles.QUIET_INK, size=9))
        corner = self.book.titled(self.sheet, f"{_label(sweep.base, sweep.down)} ↓")
        self._add(corner, *(self._axis(each) for each in across))
        first = self.row + 1
        shown = styles.FRACTION if figure.quantity.kind == "fraction" else styles.ANY_SIZE
        look = self.book.look(self.sheet, shown)
        for line, value in enumerate(down):
            cells = values[line * len(across) : (line + 1) * len(across)]
            boxed = sweep.base_place[1] if sweep.base_place and sweep.base_place[0] == line else None
            self._add(self._axis(value), *(self._cell(cell, look, place == boxed) for place, cell in enumerate(cells)))
        area = f"B{first}:{column_letters(len(across) + 1)}{self.row}"
        self.sheet.conditional_formatting.add(area, never_rule(area.split(":")[0]))
        self.sheet.conditional_formatting.add(area, metric_scale(area, figure.quantity))

    def _cell(self, value: Any, look: Any, boxed: bool) -> Any:
        if value is None:
            value = "n/a"
        cell = text_cell(self.sheet, value) if isinstance(value, str) else value_cell(self.sheet, value)
        cell._style = copy(look)
        if isinstance(value, str):
            cell.alignment = Alignment(horizontal="right")
        if boxed:
            cell.border = self.box
        return cell

    def _axis(self, value: Any) -> Any:
        cell = self.book.titled(self.sheet, value if isinstance(value, str) else "")
        if not isinstance(value, str):
            style, cell = copy(cell._style), value_cell(self.sheet, value)
            cell._style = style
            cell.number_format = styles.AXIS
        cell.alignment = Alignment(horizontal="right", vertical="center")
        return cell

    def _text(self, text: str, ink: str, *, size: float, bold: bool = False) -> Any:
        cell = text_cell(self.sheet, text)
        cell.font = Font(name=styles.FONT, size=size, bold=bold, color=ink)
        return cell

    def _add(self, *cells: Any) -> None:
        self.row += 1
        self.sheet.append(list(cells))


def _label(base: Scenario, axis: Axis) -> str:
    declared = INPUTS[axis.name]
    unit = declared.quantity.unit_in(base.currency)
    return f"{declared.label} ({unit})" if declared.numeric else declared.label


def _said(base: Scenario, axis: Axis) -> str:
    value = getattr(base, axis.name)
    return value if isinstance(value, str) else "empty" if value is None else f"{value:,.12g}"
