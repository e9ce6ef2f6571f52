"""What an .xlsx file stores: sheets, defined names and cells as they are written, nothing calculated or expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter, quote_sheetname

from templates.xlsx.untrusted_package import DAMAGED, Package, UnreadableWorkbook, main_part, relations

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_CELLS = 250_000
"""Cells with content, of all sheets that are looked at."""
LONGEST_CELL_TEXT = 32_767

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(
    r"\$?(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^'!\[\]:,;()\"*+/&=<>^ ]+))[!.]"
    r"\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>[0-9]{1,7})"
    r"(?::\$?(?P<last_column>[A-Za-z]{1,3})\$?(?P<last_row>[0-9]{1,7}))?"
)

At = tuple[int, int]
"""Row and column, from 1."""


class ErrorInCell(str):
    """An error value such as #REF!."""


class DateInCell(str):
    """A date, as text."""


Value = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its value (the cached one of a formula), and its formula without the sign =."""

    value: Value
    formula: str | None = None


EMPTY = Cell(None)


@dataclass(frozen=True)
class Place:
    """A cell of a sheet."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """Such as ``B7``."""
        return f"{get_column_letter(self.column)}{self.row}"

    def __str__(self) -> str:
        return f"{quoted(self.sheet)}!{self.address}"

    def beside(self, column: int) -> Place:
        """Another cell of the row."""
        return Place(self.sheet, self.row, column)


def quoted(title: str) -> str:
    """A sheet's title as it stands in a reference: in quotation marks where it needs them."""
    return title if re.fullmatch(r"[^\W\d][\w.]*", title) else quote_sheetname(title)


@dataclass(frozen=True)
class Name:
    """A defined name: what it says, and the sheet that it belongs to (none: the workbook)."""

    name: str
    text: str
    sheet: str | None


@dataclass(frozen=True)
class Area:
    """What a name points to within the workbook."""

    sheet: str
    first: At
    last: At


class StoredWorkbook:
    """An .xlsx file as it is stored."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts: dict[str, str] = {}
        self.names: list[Name] = []
        self._sheets: dict[str, dict[At, Cell]] = {}
        self._rows: dict[str, dict[int, dict[int, Cell]]] = {}
        self._cells = 0
        self._main = main_part(package)
        self._read_workbook()

    @property
    def titles(self) -> list[str]:
        """The worksheets, in the order of their tabs."""
        return list(self.parts)

    def _read_workbook(self) -> None:
        targets = relations(self.package, self._main)
        sheets: list[tuple[str, str]] = []
        names: list[tuple[str, str | None, str]] = []
        open_name: list[dict[str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet":
                sheets.append((attributes.get("name", ""), attributes.get("id", "")))
            elif tag == "definedName":
                open_name[:] = [attributes]

        def end(tag: str, text: str) -> None:
            if tag == "definedName" and open_name:
                attributes = open_name.pop()
                names.append((attributes.get("name", ""), attributes.get("localSheetId"), text.strip()))

        self.package.stream(self._main, start, end)
        for title, relation in sheets:
            part, kind = targets.get(relation, ("", ""))
            if kind == "worksheet" and part in self.package:
                self.parts[title] = part
        titles = [title for title, _ in sheets]
        for name, local, text in names:
            if local is None:
                self.names.append(Name(name, text, None))
            elif local.isascii() and local.isdigit() and int(local[:6]) < len(titles):
                self.names.append(Name(name, text, titles[int(local[:6])]))
        if not self.parts:
            raise UnreadableWorkbook("It has no worksheet.")

    def area(self, reference: str) -> Area | None:
        """The cells of a plain reference such as ``'My inputs'!$B$7``; None for any other text."""
        found = _REFERENCE.fullmatch(reference.strip().removeprefix("="))
        if found is None:
            return None
        title = found["quoted"].replace("''", "'") if found["quoted"] else found["bare"]
        sheet = next((each for each in self.parts if each.lower() == title.lower()), None)
        if sheet is None:
            return None
        first = (int(found["row"]), _column(found["column"]))
        last = (int(found["last_row"]), _column(found["last_column"])) if found["last_row"] else first
        if not all(1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN for row, column in (first, last)):
            return None
        return Area(sheet, (min(first[0], last[0]), min(first[1], last[1])), tuple(map(max, first, last)))  # type: ignore[arg-type]

    def cells(self, title: str) -> dict[At, Cell]:
        """The cells of a sheet that hold anything, by row and column."""
        if title not in self._sheets:
            self._sheets[title] = self._read_cells(self.parts[title])
        return self._sheets[title]

    def at(self, place: Place) -> Cell:
        """One cell."""
        return self.cells(place.sheet).get((place.row, place.column), EMPTY)

    def _by_row(self, title: str) -> dict[int, dict[int, Cell]]:
        if title not in self._rows:
            rows: dict[int, dict[int, Cell]] = {}
            for (row, column), cell in self.cells(title).items():
                rows.setdefault(row, {})[column] = cell
            self._rows[title] = dict(sorted(rows.items()))
        return self._rows[title]

    def row(self, title: str, row: int) -> dict[int, Cell]:
        """The cells of a row by column."""
        return self._by_row(title).get(row, {})

    def rows(self, title: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The rows of a sheet with their cells by column, from the top."""
        yield from self._by_row(title).items()

    @cached_property
    def _texts(self) -> list[str]:
        """The shared strings (18.4.8), runs of rich text joined, phonetic hints left out."""
        part = next(
            (part for part, kind in relations(self.package, self._main).values() if kind == "sharedStrings"), ""
        )
        texts: list[str] = []
        if part not in self.package:
            return texts
        runs: list[str] = []
        phonetic = [0]

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "si":
                runs.clear()
            elif tag == "rPh":
                phonetic[0] += 1

        def end(tag: str, text: str) -> None:
            if tag == "t" and not phonetic[0]:
                runs.append(text)
            elif tag == "rPh":
                phonetic[0] -= 1
            elif tag == "si":
                texts.append(unescaped("".join(runs)))

        self.package.stream(part, start, end)
        return texts

    @cached_property
    def _date_styles(self) -> frozenset[str]:
        """The indexes of cell formats that show a number as a date (18.8.10, 18.8.30)."""
        part = next((part for part, kind in relations(self.package, self._main).values() if kind == "styles"), "")
        codes: dict[str, str] = {}
        formats: list[str] = []
        within = [""]

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                within[0] = tag
            elif tag == "numFmt" and within[0] != "dxfs":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
            elif tag == "xf" and within[0] == "cellXfs":
                formats.append(attributes.get("numFmtId", ""))

        def end(tag: str, text: str) -> None:
            if tag == within[0]:
                within[0] = ""

        if part in self.package:
            self.package.stream(part, start, end)
        known = {str(number): code for number, code in BUILTIN_FORMATS.items()} | codes
        dates = {number for number in set(formats) if is_date_format(known.get(number, ""))}
        return frozenset(str(index) for index, number in enumerate(formats) if number in dates)

    def _read_cells(self, part: str) -> dict[At, Cell]:
        reader = _Cells(self._texts, self._date_styles, MOST_CELLS - self._cells)
        self.package.stream(part, reader.start, reader.end)
        self._cells += len(reader.cells)
        return reader.cells


class _Cells:
    """Collects the cells of a sheet from its XML (18.3.1.4)."""

    def __init__(self, texts: list[str], dates: frozenset[str], most: int) -> None:
        self.cells: dict[At, Cell] = {}
        self.texts, self.dates, self.most = texts, dates, most
        self.row = self.column = self.phonetic = 0
        self.open = False
        self.kind = self.style = ""
        self.shown: str | None = None
        self.formula: str | None = None
        self.runs: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.open = True
            self._place(attributes.get("r"))
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
            self.shown = self.formula = None
            self.runs = []
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self.row + 1
            self.column = 0
        elif tag == "rPh":
            self.phonetic += 1

    def end(self, tag: str, text: str) -> None:
        if not self.open:
            return
        if tag == "v":
            self.shown = text
        elif tag == "f":
            self.formula = text
        elif tag == "t" and not self.phonetic:
            self.runs.append(text)
        elif tag == "rPh":
            self.phonetic -= 1
        elif tag == "c":
            self.open = False
            value = self._value()
            if value is not None or self.formula is not None:
                self.cells[self.row, self.column] = Cell(value, self.formula)
                if len(self.cells) > self.most:
                    raise UnreadableWorkbook(
                        f"It holds too much: more than {MOST_CELLS:,} filled cells. Delete sheets of other data."
                    )

    def _place(self, address: str | None) -> None:
        """Where the cell stands; without an address right of the one before."""
        if address is None:
            self.column += 1
            return
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise UnreadableWorkbook(DAMAGED)
        self.column, self.row = _column(found[1]), int(found[2])
        if not (1 <= self.row <= LAST_ROW and self.column <= LAST_COLUMN):
            raise UnreadableWorkbook(DAMAGED)

    def _value(self) -> Value:
        kind, shown = self.kind, self.shown
        if kind == "inlineStr":
            return unescaped("".join(self.runs))[:LONGEST_CELL_TEXT] or None
        if shown is None:
            return None
        if kind == "s":
            index = shown.strip()
            if not (index.isascii() and index.isdigit()) or len(index) > 9 or int(index) >= len(self.texts):
                raise UnreadableWorkbook(DAMAGED)
            return self.texts[int(index)][:LONGEST_CELL_TEXT] or None
        if kind == "str":
            return unescaped(shown)[:LONGEST_CELL_TEXT] or None
        if kind == "b":
            return shown.strip() in ("1", "true")
        if kind == "e":
            return ErrorInCell(shown.strip()[:20])
        if kind == "d":
            return DateInCell(shown.strip()[:40])
        return self._number(shown.strip())

    def _number(self, shown: str) -> Value:
        if not shown:
            return None
        if not _NUMBER.fullmatch(shown):
            raise UnreadableWorkbook(DAMAGED)
        number = float(shown)
        return DateInCell(_as_date(number)) if self.style in self.dates else number


_NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,5})?", re.ASCII)


def _as_date(number: float) -> str:
    """A serial number as the date that the cell shows (the 1900 system)."""
    from openpyxl.utils.datetime import from_excel

    try:
        return str(from_excel(number))
    except (ValueError, OverflowError, TypeError):
        return f"{number:g}"


def _column(letters: str) -> int:
    """The number of a column's letters, also beyond the last that a sheet has."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def unescaped(text: str) -> str:
    """A text with its escapes as characters (22.9.2.19): ``_x000D_`` is a carriage return.

    >>> unescaped("a_x0041_b _x005F_x0041_")
    'aAb _x0041_'
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(
        lambda found: found[0] if 0xD800 <= int(found[1], 16) < 0xE000 else chr(int(found[1], 16)), text
    )
