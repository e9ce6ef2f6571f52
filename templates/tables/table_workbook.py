"""A workbook of a table, written row by row: any number of rows in little memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any
from xml.sax.saxutils import escape as in_xml

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.datetime import to_excel
from openpyxl.writer.excel import ExcelWriter

from roi_engine.errors import OutOfRange
from roi_engine.quantity import LONGEST_TEXT
from templates.building import styles
from templates.xlsx.column_letters import column_letters
from templates.xlsx.escapes import escaped
from templates.xlsx.finishing import WORKBOOK, keep_values_on_load, put_fonts_in_order
from templates.xlsx.generation_time import generation_time
from templates.xlsx.zip_package import ZipAtOneTime

STYLES = "xl/styles.xml"
NARROWEST, WIDEST = 11, 28
"""Characters of a column."""
AT_ONCE, COPIED = 1_000, 1 << 17
"""Rows, and bytes, that are written together."""


class TableWorkbook:
    """A workbook whose first sheet is a table.

    titles : of its columns. formats : the number formats of those of numbers, None for others.
    title : of the document; sheet : of the sheet.

    A text is a text, whatever it begins with: no spreadsheet program calculates it.
    """

    def __init__(
        self,
        titles: Sequence[str],
        formats: Sequence[str | None],
        title: str,
        sheet: str = "Table",
        generated: datetime | None = None,
    ) -> None:
        self.moment = generation_time(generated)
        self.book = Workbook(write_only=True)
        properties = self.book.properties
        properties.creator, properties.title = "FT ROI", title
        properties.created = properties.modified = self.moment.replace(tzinfo=None)
        self.rows = 0
        self.titles = list(titles)
        self.sheet = self.new_sheet(sheet)
        self.sheet.freeze_panes = "A2"
        for place, each in enumerate(titles, 1):
            self.sheet.column_dimensions[column_letters(place)].width = min(max(len(each) + 3, NARROWEST), WIDEST)
        of_numbers = [each is not None for each in formats]
        self.sheet.append([
            self.titled(self.sheet, each, right) for each, right in zip(titles, of_numbers, strict=True)
        ])  # fmt: skip
        self.looks = [self._style_number(each or styles.GENERAL) for each in formats]
        self.letters = [column_letters(place) for place in range(1, len(titles) + 1)]
        self.waiting: list[str] = []
        self.held = tempfile.TemporaryFile(prefix="ft-roi-")  # noqa: SIM115 - rows come until it is saved

    def _style_number(self, number_format: str) -> int:
        cell: Any = WriteOnlyCell(self.sheet, 0)
        cell._style = self.look(self.sheet, number_format)
        number: int = cell.style_id
        return number

    def new_sheet(self, title: str) -> Any:
        """A further sheet; A4 across, as wide as one page."""
        sheet: Any = self.book.create_sheet(title)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        return sheet

    def titled(self, sheet: Any, text: str, right: bool = False) -> Any:
        """A cell with a title, to the right above numbers."""
        cell = text_cell(sheet, text)
        cell.font = Font(name=styles.FONT, size=10, bold=True, color=styles.HEADER_INK)
        cell.fill = PatternFill("solid", fgColor=styles.HEADER_PAPER)
        cell.alignment = Alignment(horizontal="right" if right else None, vertical="center", wrap_text=True)
        return cell

    def look(self, sheet: Any, number_format: str) -> Any:
        """How cells of a number format look: made once for a column."""
        cell: Any = WriteOnlyCell(sheet, 0)
        cell.font = Font(name=styles.FONT, size=10, color=styles.INK)
        cell.number_format = number_format
        return cell._style

    def add(self, values: Sequence[Any]) -> None:
        """Writes a row below the last one.

        values : numbers, texts, truth values, dates; None leaves a cell empty.
        Raises `OutOfRange` for a text that no cell can hold.
        """
        self.rows += 1
        row = self.rows + 1
        cells = [self._cell(place, row, value) for place, value in enumerate(values) if value is not None]
        self.waiting.append(f'<row r="{row}">{"".join(cells)}</row>')
        if len(self.waiting) >= AT_ONCE:
            self._write()

    def _cell(self, place: int, row: int, value: Any) -> str:
        """A cell as XML (18.3.1.4): a tenth of the time that an object for each takes."""
        where = f'<c r="{self.letters[place]}{row}" s="{self.looks[place]}"'
        if isinstance(value, float):
            return f"{where}><v>{value!r}</v></c>"
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                what = f"a text of {len(value):,} letters, and a cell holds {LONGEST_TEXT:,}"
                raise OutOfRange(f"{self.titles[place]}, row {row}: {what}. Write .csv or .parquet.")
            return f'{where} t="inlineStr"><is><t xml:space="preserve">{in_xml(escaped(value))}</t></is></c>'
        if isinstance(value, bool):
            return f'{where} t="b"><v>{value:d}</v></c>'
        if isinstance(value, int):
            return f"{where}><v>{value}</v></c>"
        cell: Any = WriteOnlyCell(self.sheet, value)  # a date, which brings its own format
        return f'<c r="{self.letters[place]}{row}" s="{cell.style_id}"><v>{to_excel(value)}</v></c>'  # type: ignore[no-untyped-call]

    def _write(self) -> None:
        self.held.write("".join(self.waiting).encode())
        self.waiting.clear()

    def save(self, file: IO[bytes]) -> None:
        """Writes the workbook; equal tables at one time give equal bytes."""
        if self.titles:
            self.sheet.auto_filter.ref = f"A1:{column_letters(len(self.titles))}{self.rows + 1}"
        self.sheet.print_title_rows = "1:1"
        self._write()
        with ZipAtOneTime(file, self.moment, self._finished, self._copied) as archive:
            ExcelWriter(self.book, archive).save()
        self.held.close()

    def _finished(self, part: str, content: Any) -> Any:
        """A part as Excel wants it, where openpyxl writes it otherwise."""
        parts = {part: content}
        if part == STYLES:
            put_fonts_in_order(parts)
        elif part == WORKBOOK:
            keep_values_on_load(parts)
        return parts[part]

    def _copied(self, part: str, source: IO[bytes], target: IO[bytes]) -> None:
        """Copies a sheet; into that of the table, which has its titles alone, the rows."""
        path: Any = self.sheet.path
        if part == path.removeprefix("/"):
            above, end, below = source.read().partition(b"</sheetData>")
            target.write(above)
            self.held.seek(0)
            shutil.copyfileobj(self.held, target, COPIED)
            target.write(end + below)
        else:
            shutil.copyfileobj(source, target, COPIED)

    def discard(self) -> None:
        """Ends a workbook that is not to be saved, and takes its temporary files away."""
        for sheet in self.book.worksheets:
            writing: Any = sheet
            if writing.closed is False:
                writing.close()
            writing._writer.cleanup()
        self.held.close()


def text_cell(sheet: Any, text: str) -> Any:
    """A cell with a text that stays one, though it look like a formula or an error."""
    cell: Any = WriteOnlyCell(sheet, "")
    cell._value, cell.data_type = escaped(text), "s"
    return cell


def value_cell(sheet: Any, value: Any) -> Any:
    """A cell with a number, a truth value or a date; a number with all its digits."""
    cell: Any = WriteOnlyCell(sheet, value)
    if isinstance(value, float):  # openpyxl would write 16 of its up to 17 digits
        cell._value = repr(value)
    return cell
