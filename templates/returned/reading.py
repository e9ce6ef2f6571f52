"""A returned workbook read.

Its scenario, every problem with its cell, and its origin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from roi_engine.errors import FtRoiError, Problem, ScenarioError, UnknownName
from roi_engine.inputs import Input
from roi_engine.quantity import DISTRIBUTION, RANK_CORRELATION, START_MONTH, TEXT, Quantity, currency_code
from roi_engine.questions.pairs import TYPED_AMOUNTS
from roi_engine.scenario import INPUTS, Scenario, find_input
from roi_engine.scenario_rules import ANNOTATIONS, WHAT_AN_ANSWER_IS, says_something
from roi_engine.worksheet.block import RANGE_TITLES, answers_for, span_of
from roi_engine.worksheet.correlated_pairs import by_first
from templates.returned.input_places import InputPlaces
from templates.returned.other_workbooks import A_TABLE, what_else
from templates.returned.provenance import Provenance, is_ours, plain, provenance_of
from templates.returned.typed_numbers import not_a_number
from templates.sheets.risk_pairs import NAME as PAIRS
from templates.xlsx.stored_cells import Area, DateInCell, ErrorInCell, Place, StoredWorkbook, Value
from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of, open_package

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_OF_OLD_CODE_PAGES = re.compile(r"[\x7f-\x9f]")
"""What quotation marks and dashes become when a text of Windows is read as Latin-1; between words they are blanks."""
MOST_PAIRS = 1_000
"""Rows of a table of correlations that are read."""
SHOWN = 60
"""Characters of a formula or text that a sentence repeats."""


@dataclass(frozen=True)
class Reading:
    """What a workbook holds: its scenario, or the problems that stand against one.

    places : the cell of each input.
    generated : those of the values that it was generated with, one for each scenario.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    provenance: Provenance
    places: Mapping[str, Place]
    generated: Mapping[str, Sequence[Place]]
    book: StoredWorkbook = field(repr=False)

    def checked(self) -> Scenario:
        """The scenario; raises `ScenarioError` with every problem, each at its cell."""
        if self.scenario is None:
            raise ScenarioError(self.problems)
        return self.scenario


def read_workbook(source: Path | str | bytes, *, use_cached: bool = False) -> Reading:
    """The inputs of a filled workbook, by their defined names, else by their labels.

    source : a path, or the bytes of an .xlsx, .xlsm or .xlam file; it may come from anybody.
    use_cached : a formula in an input cell is a problem unless this is set; then the value that it last showed is
        taken.
    Raises `UnreadableWorkbook` for a file that is no workbook, is too large, holds no inputs, or is another workbook of
    FT ROI.
    Source: docs/reading-back.md.
    """
    book = StoredWorkbook(open_package(source if isinstance(source, bytes) else content_of(Path(source))))
    if sentence := what_else(book):
        raise UnreadableWorkbook(sentence)
    provenance = provenance_of(book)
    found = InputPlaces(book, is_ours(book, provenance))
    if not found.places:
        raise UnreadableWorkbook(found.undecided or _stranger(provenance))
    reader = _Reader(found, use_cached)
    scenario, problems = reader.scenario()
    generated = {name: found.generated(name, place) for name, place in found.places.items()}
    notes = (*found.notes, *reader.notes, *_left_out(book))
    return Reading(scenario, tuple(problems), notes, provenance, found.places, generated, book)


def _left_out(book: StoredWorkbook) -> list[str]:
    """Says which scenarios of several are not those that were read."""
    names, choice = _area_of(book, "scenario_names"), _area_of(book, "scenario_choice")
    if names is None or choice is None:
        return []
    row, first = names.first
    cells = (
        book.at(Place(names.sheet, row, column)).value for column in range(first, min(names.last[1], first + 99) + 1)
    )
    found = [plain(str(value), SHOWN) for value in cells if value]
    chosen = plain(str(book.at(Place(choice.sheet, *choice.first)).value), SHOWN)
    known = [each for each in found if each.casefold() == chosen.casefold()]
    in_use = next(iter([*known, *found]), "")
    others = ", ".join(each for each in found if each != in_use)
    if not others:
        return []
    why = "the one in use" if known else f'the first, as "{chosen}" is none of them'
    return [f"It holds several scenarios; read is {why}, {in_use}. Not read: {others}."]


def _area_of(book: StoredWorkbook, name: str) -> Area | None:
    """What a name of the workbook points to; of equal ones the last counts."""
    found = [each for each in book.names if each.sheet is None and each.name.lower() == name]
    return book.area(found[-1].text) if found else None


def _stranger(provenance: Provenance) -> str:
    if provenance.version:
        return (
            f"It was {provenance.in_words()}, but its inputs are gone: neither their names nor their labels are left."
        )
    if provenance.created_by == "FT ROI":
        return A_TABLE
    return (
        "It is no workbook of FT ROI: it holds neither the names nor the labels of its inputs. "
        "A workbook to be filled in: ft-roi template"
    )


class _Reader:
    """Reads the cells of the inputs and gathers what is wrong with them."""

    def __init__(self, found: InputPlaces, use_cached: bool) -> None:
        self.found, self.book, self.use_cached = found, found.book, use_cached
        self.problems: dict[str, Problem] = {}
        self.replaced: list[Input] = []
        self.notes: list[str] = []

    def scenario(self) -> tuple[Scenario | None, list[Problem]]:
        """The scenario, or every problem in the order of the inputs."""
        values: dict[str, Any] = {"ranges": {}, "sources": {}, "notes": {}, "confirmed": {}}
        for name, places in self.found.repeated.items():
            rows = " and ".join(map(str, places))
            self._wrong(name, places[0], f"The label stands twice, at {rows}. Keep one of the rows.")
        for name, labelled in self.found.disagreeing.items():
            named, in_row = self.found.typed(self.found.places[name]), self.found.typed(labelled)
            values_there = [_held(self.book.at(each).value) for each in (named, in_row)]
            sentence = f"Its name points to this cell, which holds {values_there[0]}; {in_row}, in its row, holds "
            self._wrong(
                name, named, f"{sentence}{values_there[1]}. Let the name point to its row, or ask for it again."
            )
        for name, there in self.found.typed_over.items():
            held, in_use = _held(self.book.at(self.found.places[name]).value), _held(self.book.at(there).value)
            over = f"{held} stands where the scenario in use is shown, and {there} holds {in_use}."
            self._wrong(name, self.found.places[name], f"{over} Type it there, and let this cell show it.")
        for name, place in self.found.places.items():
            declared = INPUTS[name]
            value = self._read(name, place, declared.quantity)
            if value is not None and (said := self._of_another_unit(declared, place)):
                self._wrong(name, self.found.typed(place), said)
            is_missing = value is None and name in self.problems
            if is_missing:
                value = _stand_in(declared.quantity)
                self.replaced.append(declared)
            is_default = value == declared.default and not declared.required and name not in TYPED_AMOUNTS
            if value is not None and not is_default:
                values[name] = value
            self._read_annotations(declared, place, value, values)
            if is_missing and name in values["ranges"]:  # nobody typed what would lie outside of its range
                values[name] = values["ranges"][name]["low"]
        if pairs := self._correlations():
            values["correlations"] = by_first(pairs)
        try:
            scenario = Scenario(**values)
        except ScenarioError as error:
            for problem in self._whatever_stands_in(error.problems, values):
                self._from_the_engine(problem)
        problems = sorted(self.problems, key=_in_order)
        return (None if problems else scenario), [self.problems[key] for key in problems]

    def _whatever_stands_in(self, found: Sequence[Problem], values: Mapping[str, Any]) -> Sequence[Problem]:
        """The problems that do not come from what stands in the place of a wrong value."""
        if not self.replaced:
            return found
        others = {each.name: _stand_in(each.quantity, another=True) for each in self.replaced}
        try:
            Scenario(**{**values, **others})
        except ScenarioError as error:
            return [each for each in found if each in error.problems]
        return []

    @cached_property
    def _currency(self) -> str:
        """The code of the scenario's currency, as its cell has it."""
        place = self.found.places.get("currency")
        typed = self.book.at(self.found.typed(place)).value if place else None
        return currency_code(typed) if type(typed) is str and typed.strip() else str(INPUTS["currency"].default)

    def _of_another_unit(self, declared: Input, place: Place) -> str:
        """What is wrong with the unit in an input's row; empty where nothing is.

        Our own sheets name their currency themselves, as it was when they were calculated last.
        """
        currency = "" if self.found.ours else self._currency
        for written in self.found.units_beside(place):
            if said := declared.quantity.of_another_unit(plain(written, SHOWN), currency):
                return said
        return ""

    def _read_annotations(self, declared: Input, place: Place, value: Any, values: dict[str, Any]) -> None:
        """Low, high, distribution, source and note of a row."""
        name, titles = declared.name, self.found.titles(place)
        if declared.numeric:
            cells = [place.beside(titles[title]) if title in titles else None for title in RANGE_TITLES]
            read = [
                self._read(f"{name} {title}", cell, declared.quantity if title != "distribution" else DISTRIBUTION)
                if cell is not None
                else None
                for title, cell in zip(RANGE_TITLES, cells, strict=True)
            ]
            if self.found.table and self.found.table.by_outcome:
                read[:2] = _lower_first(*read[:2])
            span = span_of(name, declared.default if value is None else value, *read)
            uncertain = name in self.problems and None in read[:2]  # an end would be reckoned from a wrong value
            if span and not uncertain and not any(f"{name} {title}" in self.problems for title in RANGE_TITLES):
                values["ranges"][name] = span
        if self._is_answered_for(titles, place):
            answer = self._answer(f"{name} answer", self.found.typed(place.beside(titles["answer"])))
            values["confirmed"].update({name: answer} if answer else {})
        for title, kept in (("source", "sources"), ("note", "notes")):
            text = self._text(f"{name} {title}", place.beside(titles[title])) if title in titles else ""
            if text and not (title == "note" and text == declared.meaning):
                values[kept][name] = text

    def _correlations(self) -> list[tuple[str, str, float]]:
        """The pairs of the table of correlations, where our own workbook has one."""
        area = _area_of(self.book, PAIRS) if self.found.ours else None
        if area is None or area.last[1] - area.first[1] != 2:
            return []
        found: dict[frozenset[str], tuple[str, str, float]] = {}
        for row in range(area.first[0], min(area.last[0], area.first[0] + MOST_PAIRS) + 1):
            places = [Place(area.sheet, row, area.first[1] + at) for at in range(3)]
            pair = self._pair(f"correlation {row - area.first[0] + 1}", places)
            if pair is None:
                continue
            if (both := frozenset(pair[:2])) in found:
                self._wrong(f"correlation {row - area.first[0] + 1}", places[0], "The pair is given twice. Keep one.")
            found[both] = pair
        return list(found.values())

    def _pair(self, key: str, places: Sequence[Place]) -> tuple[str, str, float] | None:
        """Two inputs and their rank correlation.

        None for a row without, and with a problem for a wrong one.
        """
        quantities = (TEXT, TEXT, RANK_CORRELATION)
        first, second, value = (
            self._read(key, place, quantity) for place, quantity in zip(places, quantities, strict=True)
        )
        of_scenarios = (
            self.found.typed(places[2]) != places[2]
        )  # a row of all scenarios, of which this one may be apart
        if key in self.problems or (value is None and (of_scenarios or first is second is None)):
            return None
        if None in (first, second, value):
            self._wrong(key, places[0], "The row is not complete. Name two inputs and their correlation, or empty it.")
            return None
        names = []
        for place, text in zip(places, (first, second), strict=False):
            try:
                names.append(find_input(text).name)
            except UnknownName as error:
                self._wrong(key, place, str(error))
        try:
            number = RANK_CORRELATION.check(value)
        except FtRoiError as error:
            self._wrong(key, self.found.typed(places[2]), str(error))
        if key not in self.problems and names[0] == names[1]:
            self._wrong(key, places[1], "An input goes with itself. Name two inputs.")
        return None if key in self.problems else (names[0], names[1], number)

    def _is_answered_for(self, titles: Mapping[str, int], place: Place) -> bool:
        """Whether an answer beside a cell is one about what stands there."""
        if "answer" not in titles or (self.found.ours and "asgenerated" not in titles):
            return False  # our own sheets have both columns: somebody took the other away
        beside = self.found.typed(place.beside(titles["asgenerated"])) if "asgenerated" in titles else None
        generated = self.book.at(beside).value if beside else None
        return answers_for(self.book.at(self.found.typed(place)).value, generated)

    def _read(self, key: str, place: Place, quantity: Quantity) -> Any:
        """What was typed in a cell.

        None for an empty cell, and with a problem for a wrong value.
        """
        place = self.found.typed(place)
        cell = self.book.at(place)
        value = cell.value
        if cell.formula is not None:
            if not self.use_cached:
                showing = "" if value is None else f" (it shows {_short(value)})"
                formula = plain(cell.formula, SHOWN)
                cure = "Type the figure itself, or take what formulas show: --use-cached of ft-roi read and collect."
                return self._wrong(key, place, f"It holds the formula ={formula}{showing}. {cure}")
            if value is None:
                return self._wrong(
                    key, place, "Its formula has no value yet. Open the file, save it, and read it again."
                )
            self.notes.append(f"{place} {key}: {_short(value)} is what its formula last showed.")
        if type(value) is str and quantity.kind == "text" and not quantity.choices:
            value = _OF_OLD_CODE_PAGES.sub(" ", value)
        if unseen := _unseen(value):
            return self._wrong(key, place, unseen)
        if isinstance(value, str) and not value.strip():
            return None
        if value is None:
            return None
        if isinstance(value, ErrorInCell):
            return self._wrong(key, place, f"It shows {plain(value, 20)}. Type {_kind(quantity)}.")
        if quantity is START_MONTH and type(value) is float:
            return int(value) if value.is_integer() else value  # a date, where the cell shows its serial number
        if quantity.kind == "text" and not quantity.choices:
            return _as_text(value)
        if isinstance(value, DateInCell) and not quantity.choices:
            return self._wrong(key, place, f"It is the date {_short(value)}. Type a number {quantity.range_in_words}.")
        if isinstance(value, bool):
            return self._wrong(key, place, f"It is {str(value).upper()}. Type {_kind(quantity)}.")
        if isinstance(value, str) and not quantity.choices:
            return self._wrong(key, place, not_a_number(plain(value), quantity, self._currency))
        return value

    def _answer(self, key: str, place: Place) -> str:
        """An answer as it stands there.

        A number, TRUE or a text that says nothing is a problem.
        """
        text, value = self._text(key, place), self.book.at(place).value
        if text and not (type(value) is str and says_something(text)):
            self._wrong(key, place, f"{_short(value)} is no answer. {WHAT_AN_ANSWER_IS}, or empty the cell.")
            return ""
        return text

    def _text(self, key: str, place: Place) -> str:
        """A source or a note as it stands there."""
        value = self.book.at(place).value
        if value is None or isinstance(value, ErrorInCell):
            return ""
        text = _OF_OLD_CODE_PAGES.sub(" ", _as_text(value)).strip()
        if unseen := _unseen(text):
            self._wrong(key, place, unseen)
        return text if not unseen else ""

    def _wrong(self, key: str, place: Place, sentence: str) -> None:
        self.problems.setdefault(key, Problem(f"{place} {key}", sentence))

    def _from_the_engine(self, problem: Problem) -> None:
        """A problem of the scenario, at the cell of its input."""
        section, _, rest = problem.place.partition(".")
        name, _, end = rest.partition(".") if section in ANNOTATIONS else (section, "", "")
        key = f"{name} {end or 'low'}" if section == "ranges" else name
        place = self.found.places.get(name)
        if key in self.problems:
            return
        if place is None:
            reason = self.found.reasons.get(name)
            gone = f" Its cell is not found: {reason}." if reason else ""
            self.problems[key] = Problem(key, f"{problem.sentence}{gone}", problem.code)
            return
        titles = self.found.titles(place)
        column = titles.get(end or "low") if section == "ranges" else None
        cell = place.beside(column) if column else place
        self.problems[key] = Problem(f"{cell} {key}", problem.sentence, problem.code)


def _lower_first(low: Any, high: Any) -> tuple[Any, Any]:
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _unseen(value: Value) -> str:
    """What is wrong with a text of which a character is not seen, if anything."""
    found = _UNSEEN.search(value) if type(value) is str else None  # no error and no date
    if found is None:
        return ""
    place = f"letter {found.start() + 1:,} (U+{ord(found[0]):04X})"
    return f"It holds a control character, which nobody sees: {place}. Type it anew."


def _in_order(key: str) -> tuple[int, str]:
    name = key.split(" ")[0]
    return (list(INPUTS).index(name) if name in INPUTS else len(INPUTS), key)


def _stand_in(quantity: Quantity, *, another: bool = False) -> Any:
    """A legal value in the place of a wrong one, or another that is as good.

    So the other inputs are checked too.
    """
    if quantity.choices:
        return quantity.choices[-1 if another else 0]
    if quantity.kind == "text":
        return ""
    return quantity.clamp(1 if not another else 0 if quantity.high <= 1 else 1000)


def _kind(quantity: Quantity) -> str:
    """What belongs into a cell."""
    if quantity.choices:
        return " or ".join(quantity.choices)
    return "a text" if quantity.kind == "text" else f"a number {quantity.range_in_words}"


def _as_text(value: Value) -> str:
    """A value as the text that a person typed: 2026, not 2026.0."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value or "").removesuffix(" 00:00:00") if isinstance(value, DateInCell) else str(value or "")


def _held(value: Value) -> str:
    """A value as it is told; nothing for an empty cell."""
    return "nothing" if value is None else _short(value)


def _short(value: Value) -> str:
    return plain(_as_text(value), SHOWN)
