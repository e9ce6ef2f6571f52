"""The sheets, defined names and cells that an .xlsx file stores.

They are given as they are written; nothing is calculated or expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from openpyxl.utils.cell import quote_sheetname

from templates.xlsx.cell_looks import PLAIN, Look, Looks
from templates.xlsx.column_letters import LAST_COLUMN, LAST_ROW, column_letters, column_number
from templates.xlsx.dates import shown_date
from templates.xlsx.escapes import unescaped
from templates.xlsx.known_rows import KnownRows, elements_of, split
from templates.xlsx.shown_numbers import misleads
from templates.xlsx.untrusted_package import AGAIN, DAMAGED, Attributes, Package, UnreadableWorkbook, main_part

MOST_CELLS = 120_000
"""Cells with content, of all sheets that are looked at."""
LONGEST_CELL_TEXT = 32_767
MOST_LOOKED_AT = 2_000_000
"""Cells of merged areas, those of areas that overlap each time."""
MORE_THAN_ONE = "two values or two formulas"
MOST_NAMES = 20_000

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
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


class Cell(NamedTuple):
    """What stands in a cell: its value, and its formula without the sign =.

    The value of a formula is the cached one.
    fills : the cells that its formula gives values to, where those are more than its own.
    """

    value: Value
    formula: str | None = None
    look: Look = PLAIN
    fills: str = ""


EMPTY = Cell(None)


class Place(NamedTuple):
    """A cell of a sheet."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """Such as ``B7``."""
        return f"{column_letters(self.column)}{self.row}"

    def __str__(self) -> str:
        return f"{quoted(self.sheet)}!{self.address}"

    def beside(self, column: int) -> Place:
        """Another cell of the row."""
        return Place(self.sheet, self.row, column)


def quoted(title: str) -> str:
    """A sheet's title as it stands in a reference.

    It is in quotation marks where it needs them.
    """
    return title if re.fullmatch(r"[^\W\d][\w.]*", title) else quote_sheetname(title)


@dataclass(frozen=True)
class Name:
    """A defined name: what it says, and the sheet that it belongs to.

    Without a sheet it belongs to the workbook.
    """

    name: str
    text: str
    sheet: str | None


class Area(NamedTuple):
    """What a name points to within the workbook."""

    sheet: str
    first: At
    last: At


@dataclass
class Hidden:
    """What of a sheet is not seen.

    columns : from one to another; wide : those that are given and not hidden.
    ruled : areas of rules that hide what is in them.
    """

    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    wide: list[tuple[int, int]] = field(default_factory=list)
    ruled: list[str] = field(default_factory=list)
    unless_given: bool = False
    """Whether rows are hidden that the sheet says nothing of."""
    narrow: bool = False
    """The same of columns."""

    def hides(self, row: int, column: int) -> str:
        """What hides a cell, as it is said: its row, its column; empty where neither does."""
        if row in self.rows:
            return "its row"
        is_hidden = any(first <= column <= last for first, last in self.columns)
        if is_hidden or (self.narrow and not any(first <= column <= last for first, last in self.wide)):
            return "its column"
        return ""


class StoredWorkbook:
    """An .xlsx file as it is stored."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts: dict[str, str] = {}
        self.names: list[Name] = []
        self.states: dict[str, str] = {}
        """Whether a sheet is ``visible``, ``hidden`` or ``veryHidden``."""
        self._hidden: dict[str, Hidden] = {}
        self._merged: dict[str, list[str]] = {}
        self._covered: dict[str, set[At]] = {}
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
        targets = self.package.relationships(self._main)
        sheets, names = self.package.once(self._main, self._sheets_and_names)
        taken: set[str] = set()
        for title, relation, state in sheets:
            target = targets.get(relation)
            if target and target.kind == "worksheet" and not target.external and target.target in self.package:
                if target.target.lower() in taken or title in self.parts:
                    raise UnreadableWorkbook(DAMAGED)
                taken.add(target.target.lower())
                self.parts[title] = target.target
                self.states[title] = state
        self.names = list(names)
        if not self.parts:
            raise UnreadableWorkbook("It has no worksheet.")

    def _sheets_and_names(self) -> tuple[tuple[tuple[str, str, str], ...], tuple[Name, ...]]:
        """The title, relationship and state of each sheet, and the names.

        They are given as the part of the workbook tells them, and nobody changes them.
        """
        sheets: list[tuple[str, str, str]] = []
        names: list[tuple[str, str | None, str]] = []
        open_name: Attributes = {}

        def sheet(attributes: Attributes) -> None:
            state = attributes.get("state", "visible")
            sheets.append((attributes.get("name", ""), attributes.get("id", ""), state))

        def name_begins(attributes: Attributes) -> None:
            nonlocal open_name
            open_name = attributes

        def name_ends(text: str) -> None:
            names.append((open_name.get("name", ""), open_name.get("localSheetId"), text.strip()))
            if len(names) > MOST_NAMES:
                what = f"It defines more than {MOST_NAMES:,} names."
                raise UnreadableWorkbook(f"{what} Delete those that belong to other data.", "too-large")

        name_path = "definedNames/definedName"
        starts = {"sheets/sheet": sheet, name_path: name_begins}
        self.package.stream_below(self._main, "workbook", starts, {name_path: name_ends})
        titles = [title for title, _, _ in sheets]
        found = []
        for name, local, text in names:
            if local is None:
                found.append(Name(name, text, None))
            elif local.isascii() and local.isdigit() and int(local[:6]) < len(titles):
                found.append(Name(name, text, titles[int(local[:6])]))
        return tuple(sheets), tuple(found)

    @cached_property
    def _spelling(self) -> dict[str, str]:
        """The titles as they are written, by their small letters; of equal ones the first."""
        return {title.lower(): title for title in reversed(self.titles)}

    def area(self, reference: str) -> Area | None:
        """The cells of a plain reference such as ``'My inputs'!$B$7``.

        Returns None for any other text.
        """
        area = _short_reference(reference) if len(reference) <= LONGEST_REFERENCE else _referred_to(reference)
        sheet = self._spelling.get(area.sheet) if area else None
        return None if area is None or sheet is None else Area(sheet, area.first, area.last)

    def cells(self, title: str) -> dict[At, Cell]:
        """The cells of a sheet that hold anything, by row and column."""
        if title not in self._sheets:
            self._sheets[title] = self._read_cells(title, self.parts[title])
        return self._sheets[title]

    def at(self, place: Place) -> Cell:
        """One cell."""
        cells = self._sheets.get(place.sheet) or self.cells(place.sheet)
        return cells.get((place.row, place.column), EMPTY)

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
        part = self.package.part_of_kind(self._main, "sharedStrings")
        texts: list[str] = []
        runs: list[str] = []

        def end(_: str) -> None:
            texts.append(unescaped("".join(runs))[:LONGEST_CELL_TEXT])

        if part in self.package:
            starts = {"si": lambda _: runs.clear()}
            self.package.stream_below(part, "sst", starts, {"si/t": runs.append, "si/r/t": runs.append, "si": end})
        return texts

    @cached_property
    def looks(self) -> Looks:
        """What the cell formats and the rules' formats do to what they show."""
        part = self._styles

        def looks() -> Looks:
            return Looks(self.package, part)

        return self.package.once(part, looks) if part in self.package else looks()

    @cached_property
    def _styles(self) -> str:
        return self.package.part_of_kind(self._main, "styles")

    def hidden(self, title: str) -> Hidden:
        """What of a sheet is not seen."""
        self.cells(title)
        return self._hidden[title]

    def hides(self, place: Place) -> str:
        """What keeps a cell from being seen.

        Its sheet, row, column, format or ink; empty where nothing does.
        """
        if self.states.get(place.sheet, "visible") != "visible":
            return "its sheet is hidden"
        if by := self.hidden(place.sheet).hides(place.row, place.column):
            return f"{by} is hidden"
        cell = self.at(place)
        if (place.row, place.column) in self.covered(place.sheet):
            return "other cells are merged over it"
        if isinstance(cell.value, bool | ErrorInCell | DateInCell) or cell.value is None:
            return ""
        if cell.look.invisible:
            return "its text has the colour of the paper"
        if misleads(cell.look.format, cell.value):
            return f"its number format {cell.look.format} shows another"
        return ""

    def _read_cells(self, title: str, part: str) -> dict[At, Cell]:
        content = self.package.read(part)
        reader = self._read_what_is_new(part, content) or self._read_sheet(part, content)
        self._cells += len(reader.cells)
        self._hidden[title] = reader.hidden_parts()
        self._merged[title] = reader.merged
        return reader.cells

    def _read_sheet(self, part: str, content: bytes, besides: int = 0) -> _Cells:
        """The cells of what is given of a part.

        besides : how many elements it has beside that.
        """
        reader = self._collector()
        self.package.stream_below(part, "worksheet", reader.starts(), reader.ends(), content=content, besides=besides)
        return reader

    def _collector(self) -> _Cells:
        most = self.package.times * MOST_CELLS
        return _Cells(self._texts, self.looks, most, most - self._cells)

    def _read_what_is_new(self, part: str, content: bytes) -> _Cells | None:
        """The cells of a sheet of which rows may be known, from another workbook.

        None where it has to be read from its beginning to its end, if only to say what is wrong with it.
        """
        sheet = split(content) if self.package.is_kept(self._styles) else None
        if sheet is None:
            return None
        context = (sheet.root, self.looks)
        known = _KNOWN.within(context)
        new = [row for row in sheet.rows if row not in known]
        besides = sum(known[row].elements for row in sheet.rows if row in known) + elements_of(sheet.tail)
        try:
            behind = known.get(sheet.tail) or self._read_sheet(part, sheet.behind).beside_rows()
            reader = self._read_sheet(part, sheet.only(new), besides)
            if not reader.all_placed or not reader.has_cells or len(reader.begun) != len(new):
                return None
            read = {row: each._replace(elements=elements_of(row)) for row, each in zip(new, reader.rows(), strict=True)}
            whole = self._collector().taking_in(known.get(row) or read[row] for row in sheet.rows)
        except UnreadableWorkbook:
            return None
        whole.take_beside(reader.beside_rows(), behind)
        _KNOWN.keep(context, read if sheet.tail in known else {**read, sheet.tail: behind})
        return whole

    def merged(self, title: str) -> list[Area]:
        """The areas of a sheet whose cells are merged."""
        self.cells(title)
        return [area for each in self._merged[title] if (area := _referred_to(f"s!{each}")) is not None]

    def covered(self, title: str) -> set[At]:
        """The cells that hold something and are not seen below merged cells."""
        if title not in self._covered:
            self._covered[title] = _covered(self.cells(title), self.merged(title))
        return self._covered[title]


def _covered(cells: Mapping[At, Cell], areas: Iterable[Area]) -> set[At]:
    found: set[At] = set()
    looked_at = 0
    for area in areas:
        (top, left), (bottom, right) = area.first, area.last
        within: Iterable[At] = cells
        if (size := (bottom - top + 1) * (right - left + 1)) < len(cells):
            within = product(range(top, bottom + 1), range(left, right + 1))
        looked_at += min(size, len(cells))
        if looked_at > MOST_LOOKED_AT:
            raise UnreadableWorkbook(f"It merges too many cells. {AGAIN}", "too-large")
        found.update(
            at
            for at in within
            if at != area.first and top <= at[0] <= bottom and left <= at[1] <= right and at in cells
        )
    return found


def _referred_to(reference: str) -> Area | None:
    """The cells of a plain reference, the title of their sheet in small letters."""
    found = _REFERENCE.fullmatch(reference.strip().removeprefix("="))
    if found is None:
        return None
    title = found["quoted"].replace("''", "'") if found["quoted"] else found["bare"]
    first = (int(found["row"]), column_number(found["column"]))
    last = (int(found["last_row"]), column_number(found["last_column"])) if found["last_row"] else first
    if not all(1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN for row, column in (first, last)):
        return None
    top_left, bottom_right = (
        (min(first[0], last[0]), min(first[1], last[1])),
        (max(first[0], last[0]), max(first[1], last[1])),
    )
    return Area(title.lower(), top_left, bottom_right)


_short_reference = lru_cache(maxsize=4_096)(_referred_to)
LONGEST_REFERENCE = 100
"""Characters of a reference that is kept for the next workbook, which has the same names."""


class _Shared(NamedTuple):
    """A cell that shows a shared string: the number of that, and the rest of a `Cell`."""

    number: str
    formula: str | None
    look: Look
    fills: str


class _Row(NamedTuple):
    """A row as it was read.

    row : its number; hidden, given : whether it is hidden, and whether the sheet gives its height.
    taken : its cells, empty ones too; cells : what they hold.
    has_shared : whether one shows a shared string, of which each workbook has its own.
    """

    row: int
    hidden: bool
    given: bool
    taken: dict[At, None]
    cells: dict[At, Cell | _Shared]
    has_shared: bool
    elements: int = 0


class _BesideRows(NamedTuple):
    """What is read of a sheet that is no row.

    hidden : without its rows; merged : merged cells.
    """

    hidden: Hidden
    merged: tuple[str, ...]


_KNOWN = KnownRows()


class _Cells:
    """Collects the cells of a sheet (18.3.1.99).

    Rows, cells and what they hold; and what of the sheet is hidden.
    """

    def __init__(self, texts: list[str], looks: Looks, most: int, left: int) -> None:
        self.cells: dict[At, Cell] = {}
        self.taken: dict[At, None] = {}
        """In the order of the sheet, empty ones too."""
        self.shared: dict[At, _Shared] = {}
        self.begun: list[tuple[int, bool, bool, int]] = []
        """Each row that was read: its number, whether it is hidden and given, and how many cells were before it."""
        self.has_cells = False
        self.all_placed = True
        """Whether each row and each cell says where it stands."""
        self.texts, self.looks, self.most, self.left = texts, looks, most, left
        self.hidden = Hidden()
        self.open_rows: set[int] = set()
        self.ruled = ""
        self.row = self.column = 0
        self.kind = self.style = self.fills = ""
        self.shown: str | None = None
        self.formula: str | None = None
        self.runs: list[str] = []
        self.merged: list[str] = []

    def starts(self) -> dict[str, Callable[[Attributes], None]]:
        """What is read where an element begins, by its path."""
        return {
            "sheetData": self._cells_begin,
            "sheetData/row": self._row_begins,
            "sheetData/row/c": self._cell_begins,
            "sheetData/row/c/f": self._formula_begins,
            "cols/col": self._columns,
            "sheetFormatPr": self._rows_unless_given,
            "conditionalFormatting": self._rule_begins,
            "conditionalFormatting/cfRule": self._rule,
            "mergeCells/mergeCell": self._merges,
        }

    def ends(self) -> dict[str, Callable[[str], None]]:
        """What is read where an element ends, by its path.

        A phonetic hint (``is/rPh/t``) is none of them.
        """
        return {
            "sheetData/row/c": self._cell_ends,
            "sheetData/row/c/v": self._shows,
            "sheetData/row/c/f": self._calculates,
            "sheetData/row/c/is/t": self._runs,
            "sheetData/row/c/is/r/t": self._runs,
        }

    def taking_in(self, rows: Iterable[_Row]) -> _Cells:
        """Itself with rows that were read before, in their order."""
        for row in rows:
            if not self.taken.keys().isdisjoint(row.taken):
                raise self._twice("two cells")
            self.taken.update(row.taken)
            if row.has_shared:
                for at, cell in row.cells.items():
                    self._show(at, *((self._text(cell.number), *cell[1:]) if isinstance(cell, _Shared) else cell))
            else:
                self.cells.update(row.cells)  # type: ignore[arg-type]
            self._note_row(row.row, row.hidden, row.given)
            self._count()
        return self

    def beside_rows(self) -> _BesideRows:
        """What was read that is no row."""
        return _BesideRows(replace(self.hidden, rows=set()), tuple(self.merged))

    def take_beside(self, before: _BesideRows, behind: _BesideRows) -> None:
        """What was read before and behind the rows."""
        first, then = before.hidden, behind.hidden
        self.hidden = Hidden(
            self.hidden.rows,
            [*first.columns, *then.columns][:MOST_HIDDEN],
            [*first.wide, *then.wide][:MOST_HIDDEN],
            [*first.ruled, *then.ruled][:MOST_HIDDEN],
            first.unless_given,
            first.narrow,
        )
        self.merged = [*before.merged, *behind.merged][:MOST_HIDDEN]

    def _note_row(self, row: int, hidden: bool, given: bool) -> None:
        if hidden:
            self.hidden.rows.add(row)
        elif given:
            self.open_rows.add(row)

    def rows(self) -> Iterator[_Row]:
        """The rows that were read, each for itself."""
        taken = list(self.taken)
        ends = [*(before for *_, before in self.begun), len(taken)][1:]
        for (row, hidden, given, first), last in zip(self.begun, ends, strict=True):
            own = dict.fromkeys(taken[first:last])
            held = {at: self.shared.get(at) or self.cells[at] for at in own if at in self.shared or at in self.cells}
            yield _Row(row, hidden, given, own, held, not self.shared.keys().isdisjoint(own))

    def _cell_begins(self, attributes: Attributes) -> None:
        get = attributes.get
        address = get("r")
        if address is None:
            at = _right_of(self.row, self.column)
            self.all_placed = False
        else:
            at = _row_and_column(address)
        self.row, self.column = at
        if at in self.taken:
            raise self._twice("two cells")
        self.taken[at] = None
        self.kind, self.style, self.fills = get("t", "n"), get("s", "0"), ""
        self.shown = self.formula = None
        if self.runs:
            self.runs = []

    def _formula_begins(self, attributes: Attributes) -> None:
        kind, area = attributes.get("t"), attributes.get("ref", "")[:LONGEST_REFERENCE]
        first, _, last = area.partition(":")
        if kind == "dataTable" or (kind == "array" and last not in ("", first)):  # LibreOffice writes B6:B6
            self.fills = area

    def _cells_begin(self, _: Attributes) -> None:
        self.has_cells = True

    def _row_begins(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        if number.isascii() and number.isdigit() and len(number) < 8:
            self.row = int(number)
        else:
            self.row += 1
            self.all_placed = False
        self.column = 0
        height = attributes.get("ht")
        hidden = attributes.get("hidden") in _TRUE or _is_tiny(height, FLATTEST)
        self.begun.append((self.row, hidden, height is not None, len(self.taken)))
        self._note_row(self.row, hidden, height is not None)

    def _columns(self, attributes: Attributes) -> None:
        is_hidden = attributes.get("hidden") in _TRUE or _is_tiny(attributes.get("width"), THINNEST)
        spans = self.hidden.columns if is_hidden else self.hidden.wide
        ends = [attributes.get(end, "") for end in ("min", "max")]
        if len(spans) < MOST_HIDDEN and all(end.isascii() and end.isdigit() and len(end) < 8 for end in ends):
            spans.append((int(ends[0]), int(ends[1])))

    def _rows_unless_given(self, attributes: Attributes) -> None:
        height, width = attributes.get("defaultRowHeight"), attributes.get("defaultColWidth")
        self.hidden.unless_given = attributes.get("zeroHeight") in _TRUE or _is_tiny(height, FLATTEST)
        self.hidden.narrow = _is_tiny(width, THINNEST)

    def _rule_begins(self, attributes: Attributes) -> None:
        self.ruled = attributes.get("sqref", "")[:LONGEST_AREA]

    def _rule(self, attributes: Attributes) -> None:
        if attributes.get("dxfId") in self.looks.hiding_rules and len(self.hidden.ruled) < MOST_HIDDEN:
            self.hidden.ruled.append(self.ruled)

    def _merges(self, attributes: Attributes) -> None:
        if len(self.merged) < MOST_HIDDEN:
            self.merged.append(attributes.get("ref", "")[:LONGEST_REFERENCE])

    def hidden_parts(self) -> Hidden:
        """What of the sheet is not seen, once it is read to its end."""
        if self.hidden.unless_given:
            self.hidden.rows |= {row for row, _ in self.cells} - self.open_rows
        return self.hidden

    def _shows(self, text: str) -> None:
        if self.shown is not None:
            raise self._twice(MORE_THAN_ONE)
        self.shown = text

    def _calculates(self, text: str) -> None:
        if self.formula is not None:
            raise self._twice(MORE_THAN_ONE)
        self.formula = text

    def _runs(self, text: str) -> None:
        self.runs.append(text)

    def _twice(self, what: str) -> UnreadableWorkbook:
        at = f"{column_letters(self.column)}{self.row}"
        return UnreadableWorkbook(f"The file is damaged: {at} of a sheet has {what}. {AGAIN}", "cell-duplicate")

    def _cell_ends(self, _: str) -> None:
        if self.shown is None and self.formula is None and not self.runs:
            return
        look = self.looks.of(self.style)
        self._show((self.row, self.column), self._value(look), self.formula, look, self.fills)
        self._count()

    def _show(self, at: At, value: Value, formula: str | None, look: Look, fills: str) -> None:
        if value is not None or formula is not None:
            self.cells[at] = Cell(value, formula, look, fills)

    def _count(self) -> None:
        if len(self.cells) > self.left:
            what = f"more than {self.most:,} filled cells"
            raise UnreadableWorkbook(f"It holds too much: {what}. Delete sheets of other data.", "too-large")

    def _value(self, look: Look) -> Value:
        kind, shown = self.kind, self.shown
        if kind == "inlineStr":
            return unescaped("".join(self.runs))[:LONGEST_CELL_TEXT] or None
        if shown is None:
            return None
        if kind == "s":
            self.shared[self.row, self.column] = _Shared(shown, self.formula, look, self.fills)
            return self._text(shown)
        if kind == "str":
            return unescaped(shown)[:LONGEST_CELL_TEXT] or None
        if kind == "b":
            return shown.strip() in ("1", "true")
        if kind == "e":
            return ErrorInCell(shown.strip()[:20])
        if kind == "d":
            return DateInCell(shown.strip()[:40])
        return self._number(shown.strip(), look)

    def _text(self, shown: str) -> str | None:
        """A shared string, by its index."""
        index = shown.strip()
        if not (index.isascii() and index.isdigit()) or len(index) > 9 or int(index) >= len(self.texts):
            raise UnreadableWorkbook(DAMAGED)
        return self.texts[int(index)] or None

    def _number(self, shown: str, look: Look) -> Value:
        if not shown:
            return None
        if not _NUMBER.fullmatch(shown):
            raise UnreadableWorkbook(DAMAGED)
        number = float(shown)
        return DateInCell(shown_date(number)) if look.is_date else number


@lru_cache(maxsize=MOST_CELLS // 4)
def _row_and_column(address: str) -> At:
    """Where an address leads.

    The answers to a template have the same ones, so each is looked up once.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise UnreadableWorkbook(DAMAGED)
    letters, digits = found.groups()
    return _on_a_sheet(int(digits), column_number(letters))


def _right_of(row: int, column: int) -> At:
    """Where a cell without an address stands: right of the one before."""
    return _on_a_sheet(row, column + 1)


def _on_a_sheet(row: int, column: int) -> At:
    if not (1 <= row <= LAST_ROW and column <= LAST_COLUMN):
        raise UnreadableWorkbook(DAMAGED)
    return row, column


_NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,5})?", re.ASCII)
_TRUE = ("1", "true")
FLATTEST, THINNEST = 1.5, 0.25
"""Points of a row and characters of a column below which nothing of it is seen."""
MOST_HIDDEN = 1_000
LONGEST_AREA = 255


def _is_tiny(size: str | None, least: float) -> bool:
    return size is not None and len(size) < 40 and _NUMBER.fullmatch(size) is not None and float(size) < least
