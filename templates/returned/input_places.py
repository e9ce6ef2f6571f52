"""Where the inputs stand in a workbook.

They are found by their defined names, else by the labels beside them.

Names survive what people do to a sheet, with three exceptions. A deleted row leaves its name at #REF!; sorting a
table moves its cells and not its names; and a file from elsewhere may hold any name at all. So a name counts where it
points to one cell, and where the label of that row does not say that it is another input's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from roi_engine.inputs import Input, normal_form, unit_in_label
from roi_engine.scenario import INPUTS, REFERENCE_INPUTS, known_input
from templates.returned.column_titles import is_value_or_end, table_columns
from templates.returned.provenance import plain, title_columns
from templates.xlsx.stored_cells import Area, Cell, Name, Place, StoredWorkbook

LONGEST_LABEL = 80
LAST_COLUMN = 16_385
"""One more than the columns of a sheet."""
MOST_SCENARIOS = 100
_CHOSEN = re.compile(r"IF\(INDEX\((scenario\w{0,80}),(?:1,)?scenario_number\)=", re.IGNORECASE)
"""How a cell of the Inputs sheet shows the figure of the scenario in use."""
MOST_ROWS_TO_TITLES = 5
"""Rows between the titles and the first label of a table made by hand."""
MOST_TOLD = 5
"""Inputs that a note names."""
FEWEST_LABELS = 5
"""Labels that a column must hold before it is taken for a table of inputs."""
OFFSETS = {"low": 2, "high": 3, "distribution": 4, "asgenerated": 5, "answer": 6, "source": 7, "note": 8}
"""Where our own Inputs sheet has its columns, counted from the value, should their titles be translated."""
OFFSETS_BEFORE_ANSWERS = {"low": 2, "high": 3, "distribution": 4, "source": 5, "note": 6}
COLUMNS_BEFORE_ANSWERS = 6
"""The same of the workbooks that had no column for answers, and how wide their block is."""


@dataclass(frozen=True)
class Table:
    """A column of labels, the column of values beside it, and the rows of each input.

    titles : those of a table made by hand, each with its column.
    by_outcome : whether its low and high are a bad and a good end, either of which may be the lower one.
    unread : columns of figures, in words, that are none of these.
    """

    sheet: str
    value_column: int
    rows: dict[str, list[int]]
    titles: dict[str, int] = field(default_factory=dict)
    by_outcome: bool = False
    unread: Sequence[str] = ()


@dataclass
class InputPlaces:
    """The cell of each input that was found, and what a person should know about how."""

    book: StoredWorkbook
    ours: bool
    places: dict[str, Place] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """Why the name of an input does not lead to it."""
    disagreeing: dict[str, Place] = field(default_factory=dict)
    """Inputs whose name points to a cell outside of their labelled row, with the cell of that row."""
    repeated: dict[str, list[Place]] = field(default_factory=dict)
    """Inputs whose label stands in several rows, and that have no name to choose one."""
    typed_over: dict[str, Place] = field(default_factory=dict)
    """Inputs that were typed over the choice among scenarios, with the cell of the one in use."""
    undecided: str = ""
    """Which columns of a table made by hand may be that of the values, where its titles do not say."""

    def __post_init__(self) -> None:
        self._names: dict[str, list[Name]] = {}
        self._tabs = {title: at for at, title in enumerate(self.book.titles)}
        for each in sorted(self.book.names, key=self._order):
            self._names.setdefault(each.name.lower(), []).append(each)
        self._tables: list[Table] = []
        self._undecided_labels = 0
        self._labels: dict[str, dict[int, dict[str, list[int]]]] = {}
        self._titles: dict[str, list[tuple[int, dict[str, int]]]] = {}
        self._rows_labels: dict[Place, str] = {}
        self._titles_above: dict[Place, dict[str, int]] = {}
        self._disordered = self._sheets_in_disorder()
        for name, declared in INPUTS.items():
            place = self._named(declared)
            if place is None and (place := self._labelled(declared)) and self.table:
                rows = self.table.rows[name]
                if len(rows) > 1:
                    self.repeated[name] = [Place(place.sheet, row, place.column) for row in rows]
            if place is not None:
                self.places[name] = place
        self._find_typed_over()
        self._tell()

    def _order(self, name: Name) -> int:
        """The workbook's names before those of its sheets, in the order of the tabs."""
        return -1 if name.sheet is None else self._tabs.get(name.sheet, 0)

    # --- by name

    def _named(self, declared: Input) -> Place | None:
        """The cell that the input's name points to.

        The typed cell is in_NAME; NAME may be the value in use.
        """
        reasons = []
        for wanted in (f"in_{declared.name}", declared.name):
            for name in self._names.get(wanted, ()):
                place, reason = self._place_of(name)
                if place is None:
                    reasons.append(f"the name {name.name} {reason}")
                elif wanted == declared.name and self.book.at(place).formula is not None:
                    continue  # the value in use, which is calculated
                elif (other := self.label_of(place)) not in ("", declared.name):
                    reasons.append(f"the name {name.name} points to {place}, in the row of {other}")
                elif not other and self._stands_elsewhere(declared, place):
                    reasons.append(f"the name {name.name} points to {place}, which is not in its row")
                else:
                    self._compare_with_its_row(declared, place, is_labelled=bool(other))
                    return place
        if reasons:
            self.reasons[declared.name] = reasons[0]
        return None

    def _stands_elsewhere(self, declared: Input, place: Place) -> bool:
        """Whether an input's name may have stayed behind as its cell moved.

        The cell is empty, or names of its sheet are known to have stayed.
        """
        if self.book.at(place).value is not None and place.sheet not in self._disordered:
            return False
        labelled = self._labelled(declared)
        return labelled is not None and labelled != place and self.book.at(labelled).value is not None

    def _compare_with_its_row(self, declared: Input, place: Place, *, is_labelled: bool) -> None:
        """Says where an input's row shows another value than its name."""
        if is_labelled and (not self._names.get("scenario") or self._is_in_the_block(place)):
            return
        labelled = self._labelled(declared)
        if labelled is None or (labelled.sheet, labelled.row) == (place.sheet, place.row):
            return
        if self.table and len(self.table.rows) < len(REFERENCE_INPUTS):
            return  # a table of something else, which names a few inputs too
        values = [self.book.at(self.typed(each)).value for each in (place, labelled)]
        named, in_row = (declared.default if each is None else each for each in values)
        if in_row == named:
            return
        if is_labelled:
            self.notes.append(f"{declared.name}: it stands at {place}, where its name points, and at {labelled}.")
        else:
            self.disagreeing[declared.name] = labelled

    def _is_in_the_block(self, place: Place) -> bool:
        """Whether a cell lies in the rows of the block of inputs."""
        areas = (self.book.area(name.text) for name in self._names.get("scenario", ()))
        return any(area and area.sheet == place.sheet and area.first[0] <= place.row <= area.last[0] for area in areas)

    def _sheets_in_disorder(self) -> set[str]:
        """Sheets on which a name points into the row of another input.

        They were sorted, or moved by a script.
        """
        found = set()
        for name in INPUTS:
            for each in self._names.get(f"in_{name}", ()):
                place, _ = self._place_of(each)
                if place is not None and self.label_of(place) not in ("", name):
                    found.add(place.sheet)
        return found

    def _place_of(self, name: Name) -> tuple[Place | None, str]:
        """The one cell that a name points to, or why there is none."""
        area = self.book.area(name.text)
        if area is not None and area.first == area.last:
            return Place(area.sheet, *area.first), ""
        if "#REF!" in name.text.upper():
            return None, "points to a cell that was deleted"
        if "[" in name.text:
            return None, "points into another workbook"
        if area is not None or ":" in name.text:
            return None, "points to several cells"
        return None, "does not point to a cell of this workbook"

    def label_of(self, place: Place) -> str:
        """The input that the row of a cell is labelled as.

        Empty where its labels say nothing.
        """
        if place not in self._rows_labels:
            self._rows_labels[place] = self._label_in_row(place)
        return self._rows_labels[place]

    def _label_in_row(self, place: Place) -> str:
        row = self.book.row(place.sheet, place.row)
        to_the_left = [column for column in sorted(row) if column < place.column]
        titles = self.titles(place)
        own = titles.get("nameinformulas")
        for column in [*to_the_left, *([own] if own is not None and own > place.column else [])]:
            found = _input_of(row[column].value) if column in row else ""
            if found:
                return found
        return ""

    # --- by label

    def _labelled(self, declared: Input) -> Place | None:
        table = self.table
        rows = table.rows.get(declared.name, []) if table else []
        if table is None or not rows:
            return None
        return Place(table.sheet, rows[0], table.value_column)

    @cached_property
    def table(self) -> Table | None:
        """The table of labels.

        It is the one in the block `scenario`, else the longest of the workbook.
        """
        best: Table | None = None
        blocks = [area.sheet for name in self._names.get("scenario", ()) if (area := self.book.area(name.text))]
        for sheet in [*blocks, *self.book.titles]:
            for column, rows in self._labels_of(sheet).items():
                table = self._table_at(sheet, column, rows)
                self._tables += [table] if table else []
                if table is not None and (best is None or len(rows) > len(best.rows)):
                    best = table
            if best is not None and sheet in blocks:
                break
        return None if best is None or self._is_rivalled(best) else best

    def _is_rivalled(self, table: Table) -> bool:
        """Whether another table may as well be the one that is meant; then it says so.

        One beside it on its sheet, one as long with other figures, or one whose values nobody can tell.
        """
        if self.ours:
            return False
        if self._undecided_labels >= len(table.rows):
            return True
        for other in self._tables:
            if other is not table and (other.sheet == table.sheet or self._says_otherwise(other, table)):
                both = " and ".join(
                    str(Place(each.sheet, self._first_row(each), each.value_column)) for each in (table, other)
                )
                self.undecided = f"Inputs stand in two tables, from {both} down. Which are meant? Keep one of the two."
                return True
        return False

    def _says_otherwise(self, other: Table, table: Table) -> bool:
        """Whether another table is as long, and holds other figures."""
        held = [
            [self.book.at(Place(each.sheet, rows[0], each.value_column)).value for _, rows in sorted(each.rows.items())]
            for each in (other, table)
        ]
        return len(other.rows) == len(table.rows) and held[0] != held[1]

    @staticmethod
    def _first_row(table: Table) -> int:
        return min(min(rows) for rows in table.rows.values())

    def _labels_of(self, sheet: str) -> dict[int, dict[str, list[int]]]:
        """The columns of a sheet with inputs' labels in them: column → input → rows."""
        if sheet not in self._labels:
            found: dict[int, dict[str, list[int]]] = {}
            for row, cells in self.book.rows(sheet):
                labels = [(column, cell.value) for column, cell in cells.items()
                          if cell.formula is None and isinstance(cell.value, str)]  # fmt: skip
                for column, label in sorted(labels):
                    if name := _input_of(label):
                        found.setdefault(column, {}).setdefault(name, []).append(row)
            self._labels[sheet] = {column: rows for column, rows in found.items() if len(rows) >= FEWEST_LABELS}
        return self._labels[sheet]

    def _table_at(self, sheet: str, column: int, rows: dict[str, list[int]]) -> Table | None:
        """The table of a column of labels.

        Its values stand under a title Value or, without titles, right beside the labels.
        """
        if not self.ours:
            return self._hand_made(sheet, column, rows)
        first = min(min(each) for each in rows.values())
        for _, titles in reversed([each for each in self._titles_of(sheet) if each[0] < first]):
            if titles["value"] > column:
                return Table(sheet, titles["value"], rows)
        return None  # our own tables have titles; what stands right of other labels is no input

    def _hand_made(self, sheet: str, column: int, rows: dict[str, list[int]]) -> Table | None:
        """The table of a column of labels that somebody made."""
        labelled = [self.book.row(sheet, row) for each in rows.values() for row in each]
        end = min((each for each in self._labels_of(sheet) if each > column), default=LAST_COLUMN)
        to_the_right = [
            {each: _held(cell) for each, cell in cells.items() if column < each < end} for cells in labelled
        ]
        beside = {each for cells in to_the_right for each, value in cells.items() if value is not None}
        figures = sorted(each for each in beside if any(_is_figure(cells.get(each)) for cells in to_the_right))
        if not figures:
            filled = sum(column + 1 in cells and _held(cells[column + 1]) is not None for cells in labelled)
            return Table(sheet, column + 1, rows) if filled >= FEWEST_LABELS else None
        above = self._row_above(sheet, min(min(each) for each in rows.values()), figures)
        titled = {each: _title(above, each) for each in figures}
        texts = {each: _title(above, each) for each in beside if each not in figures}
        titled.update({each: title for each, title in texts.items() if is_value_or_end(title)})
        found = table_columns(dict(sorted(titled.items())))
        if found.value is None:
            named = ", ".join(found.undecided)
            several = f"several columns hold figures: {named}. Which are the values?"
            which = several if len(found.undecided) > 1 else f"the figures are titled {named}. Are these the values?"
            self.undecided = f"On the sheet {plain(sheet)} {which} Title that column Value, or delete the others."
            self._undecided_labels = max(self._undecided_labels, len(rows))
            return None
        titles = {**title_columns(above), "value": found.value, **found.titles}
        return Table(sheet, found.value, rows, titles, found.by_outcome, found.unread)

    def _row_above(self, sheet: str, first: int, figures: Sequence[int]) -> dict[int, Cell]:
        """The nearest row above a table with a title over a column of figures.

        A title is a text, else a number such as a year.
        """
        near = [self.book.row(sheet, row) for row in range(first - 1, max(0, first - 1 - MOST_ROWS_TO_TITLES), -1)]
        for kind in (str, float):
            for cells in near:
                if any(each in cells and type(cells[each].value) is kind for each in figures):
                    return cells
        return {}

    def units_beside(self, place: Place) -> Iterator[str]:
        """What is written as the unit of a cell.

        In parentheses in its label, in the column of units, or right beside it where that has no title.
        """
        row, titles = self.book.row(place.sheet, place.row), self.titles(place)
        yield from (
            unit_in_label(cell.value)
            for column, cell in sorted(row.items())
            if column < place.column and isinstance(cell.value, str) and _input_of(cell.value)
        )
        untitled = 0 if place.column + 1 in titles.values() else place.column + 1
        column = titles.get("unit", titles.get("units", untitled))
        beside = row[column].value if column in row else None
        if type(beside) is str:
            yield beside

    # --- several scenarios

    def typed(self, place: Place) -> Place:
        """Where a figure was typed.

        In a workbook of several scenarios that is in the column of the one in use.
        """
        formula = self.book.at(place).formula
        shown = _CHOSEN.match(formula) if formula else None
        figures = self._area(shown[1]) if shown else None
        return Place(figures.sheet, figures.first[0], figures.first[1] + self._scenario) if figures else place

    def _find_typed_over(self) -> None:
        """Finds figures that were typed over the scenario in use.

        No cell of an edition of values has the formula that shows it.
        """
        if all(self.typed(place) == place for place in self.places.values()):
            return
        for name, place in self.places.items():
            area = self._area(f"scenarios_{name}")
            if area is None or self.typed(place) != place:
                continue
            there = Place(area.sheet, area.first[0], area.first[1] + self._scenario)
            if self.book.at(there).value != self.book.at(place).value:
                self.typed_over[name] = there

    def generated(self, name: str, place: Place) -> list[Place]:
        """Where the figures stand that an input was generated with.

        One place for each scenario; none where its cell has no such column.
        """
        area = self._area(f"scenarios_{name}_generated")
        if area is not None:
            last = min(area.last[1], area.first[1] + MOST_SCENARIOS)
            return [Place(area.sheet, area.first[0], column) for column in range(area.first[1], last + 1)]
        titles = self.titles(place)
        return [place.beside(titles["asgenerated"])] if "asgenerated" in titles else []

    def _area(self, name: str) -> Area | None:
        found = self._names.get(name.lower())
        return self.book.area(found[0].text) if found else None

    @cached_property
    def _scenario(self) -> int:
        """Which scenario is in use, from 0.

        It is the first where the choice is none of them, as in the workbook.
        """
        choice, names = self._area("scenario_choice"), self._area("scenario_names")
        if choice is None or names is None:
            return 0
        chosen = str(self.book.at(Place(choice.sheet, *choice.first)).value).casefold()
        columns = range(names.first[1], min(names.last[1], names.first[1] + MOST_SCENARIOS) + 1)
        known = [str(self.book.at(Place(names.sheet, names.first[0], column)).value).casefold() for column in columns]
        return known.index(chosen) if chosen in known else 0

    # --- titles

    def _titles_of(self, sheet: str) -> list[tuple[int, dict[str, int]]]:
        """The rows of a sheet that hold the title Value, with all their titles."""
        if sheet not in self._titles:
            rows = ((row, title_columns(cells)) for row, cells in self.book.rows(sheet))
            self._titles[sheet] = [(row, titles) for row, titles in rows if "value" in titles]
        return self._titles[sheet]

    def titles(self, place: Place) -> dict[str, int]:
        """The titles above a value cell, each with its column.

        Those of our own sheet where they are translated.
        """
        if place not in self._titles_above:
            self._titles_above[place] = self._find_titles(place)
        return self._titles_above[place]

    def _find_titles(self, place: Place) -> dict[str, int]:
        table = self.table
        if table and table.titles and (place.sheet, place.column) == (table.sheet, table.value_column):
            return table.titles
        for row, titles in reversed(self._titles_of(place.sheet)):
            if row < place.row and titles["value"] == place.column:
                return titles
        if not self.ours:
            return {}
        block = self._area("scenario")
        narrow = block is not None and block.last[1] - block.first[1] < COLUMNS_BEFORE_ANSWERS
        offsets = OFFSETS_BEFORE_ANSWERS if narrow else OFFSETS
        return {title: place.column + offset for title, offset in offsets.items()}

    # --- what to tell

    def _tell(self) -> None:
        by_label = [name for name in self.reasons if name in self.places]
        for name, reason in self.reasons.items():
            place = self.places.get(name)
            if place is not None and len(by_label) > MOST_TOLD:
                if name == by_label[0]:
                    many = f"{len(by_label)} inputs are read by their labels, as their names lead elsewhere"
                    self.notes.append(f"{many}; the first: {name}: {reason}; read from {place}.")
            elif place is not None:
                self.notes.append(f"{name}: {reason}; read from {place}, by its label.")
            elif not INPUTS[name].required:
                self.notes.append(f"{name}: {reason}, and no row is labelled so; its default counts.")
        named = {name.lower() for name in self._names if name.startswith("in_")}
        for stranger in sorted(named - {f"in_{name}" for name in INPUTS}):
            self.notes.append(f"{stranger[3:][:LONGEST_LABEL]}: no input of this version is called so; it is not read.")
        sheets = {each.sheet for names in self._names.values() for each in names if each.name.lower()[3:] in INPUTS}
        chosen = {place.sheet for place in self.places.values()}
        if self.undecided:
            self.notes.append(self.undecided)
        self._tell_tables()
        self._tell_hidden()
        if len(sheets - {None}) > 1 and None not in sheets:
            self.notes.append(f"Several sheets hold the inputs; {', '.join(sorted(chosen))} is read.")

    def _tell_tables(self) -> None:
        """Says which figures of tables made by hand are not read."""
        table = self.table
        if self.ours or table is None:
            return
        if table.unread:
            columns = "The column {} holds" if len(table.unread) == 1 else "The columns {} hold"
            told = columns.format(", ".join(table.unread))
            self.notes.append(f"{told} figures beside the values on the sheet {plain(table.sheet)}; not read.")
        others = [each for each in self._tables if each.sheet != table.sheet]
        strange = [self._label_beside(each) for each in strangers(self)]
        if strange:
            more = f" and {len(strange) - MOST_TOLD} more" if len(strange) > MOST_TOLD else ""
            told = f"Figures beside labels that are no input's: {', '.join(strange[:MOST_TOLD])}{more}"
            self.notes.append(f"{told}; not read.")
        if others:
            named = ", ".join(dict.fromkeys(plain(each.sheet) for each in others))
            self.notes.append(f"Inputs also stand on {named}; read is the sheet {plain(table.sheet)} alone.")

    def _is_struck(self, place: Place) -> bool:
        cell = self.book.at(place)
        return cell.value is not None and cell.look.struck

    def _label_beside(self, place: Place) -> str:
        """A row's label and the cell of its figure, in words."""
        row = self.book.row(place.sheet, place.row)
        texts = [
            cell.value for column, cell in sorted(row.items()) if column < place.column and type(cell.value) is str
        ]
        return f'"{plain(texts[-1], LONGEST_LABEL)}" at {place}' if texts else f"none at {place}"

    def _tell_hidden(self) -> None:
        """Names the inputs whose value a reader of the file cannot see.

        Those for one reason together.
        """
        hidden: dict[str, list[str]] = {}
        for name, place in self.places.items():
            typed = self.typed(place)
            if self.book.at(typed).value is not None and (reason := self.book.hides(typed)):
                hidden.setdefault(reason, []).append(f"{name} at {typed}")
        struck = [
            f"{name} at {typed}" for name, place in self.places.items() if self._is_struck(typed := self.typed(place))
        ]
        if struck:
            more = f" and {len(struck) - MOST_TOLD} more" if len(struck) > MOST_TOLD else ""
            self.notes.append(f"Read, though struck out: {', '.join(struck[:MOST_TOLD])}{more}.")
        for reason, found in hidden.items():
            more = f" and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
            self.notes.append(f"Read, but not to be seen: {', '.join(found[:MOST_TOLD])}{more}; {plain(reason)}.")


def _held(cell: Cell) -> object:
    """What a cell holds.

    A formula whose value no program saved is a figure yet to come.
    """
    return 0.0 if cell.value is None and cell.formula is not None else cell.value


def _is_figure(value: object) -> bool:
    return isinstance(value, float) and not isinstance(value, bool)


def _title(cells: Mapping[int, Cell], column: int) -> str:
    value = cells[column].value if column in cells else None
    if type(value) is float:
        return f"{value:.12g}"  # a year, say
    return plain(value, LONGEST_LABEL) if isinstance(value, str) else ""


def _input_of(value: object) -> str:
    """The name of the input that a label means; empty for anything else."""
    return _labelled_so(str(value)) if isinstance(value, str) and len(value) <= LONGEST_LABEL else ""


@lru_cache(maxsize=4_096)  # the labels of a sheet are those of every other answer
def _labelled_so(label: str) -> str:
    found = known_input(label) if normal_form(label) else None
    return "" if found is None else found.name


def strangers(places: InputPlaces) -> Iterator[Place]:
    """Figures beside a label that is no input's.

    Among the rows of the table of labels, and in those right above and below them.
    """
    table = places.table
    if table is None:
        return
    known = {row for rows in table.rows.values() for row in rows}
    found = {
        row
        for row, cells in places.book.rows(table.sheet)
        if table.value_column in cells and _is_figure(cells[table.value_column].value) and _has_text(cells, table)
    }
    first, last = min(known), max(known)
    while first - 1 in found:
        first -= 1
    while last + 1 in found:
        last += 1
    for row in sorted(found - known):
        if first <= row <= last:
            yield Place(table.sheet, row, table.value_column)


def _has_text(cells: Mapping[int, Cell], table: Table) -> bool:
    return any(column < table.value_column and type(cell.value) is str for column, cell in cells.items())
