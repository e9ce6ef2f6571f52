"""A returned workbook beside a new one of its inputs.

Differences are edited formulas, old figures and failed checks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from roi_engine.appraisal import appraise
from roi_engine.input_checks import InputWarning, check_inputs
from roi_engine.scenario import Scenario
from templates.building.book import Edition
from templates.building.what_if_places import SHEETS, TABLES
from templates.package_check import check_package
from templates.returned.provenance import plain
from templates.returned.reading import Reading, read_workbook
from templates.returned.relinking import LONGEST_FORMULA
from templates.workbook import build_workbook
from templates.xlsx.stored_cells import EMPTY, Cell, Place, StoredWorkbook, Value
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package

FIXED = ("Inputs", "Breakdown", "Cash flow", "Options", "Option flows")
"""The sheets whose formulas depend on no input: they stand where a new workbook has them, whatever was edited."""
FLOWS = ("Cash flow", "Option flows")
"""Sheets whose months run across or down, as the horizon has it."""
CHOICES = "Sensitivity"
"""The sheet whose metrics, axes and changes are chosen, unless it holds values as generated."""
TOLERANCE = 1e-9
SHOWN = 70
KINDS = {
    "formula": "Formulas that are not as they were made",
    "value": "Figures that the engine gives otherwise today",
    "check": "Checks that fail",
    "link": "Links to an add-in at another place",
    "package": "What Excel may repair or refuse",
}
"""What can be wrong with a workbook, in the order in which it is told."""

_STRING = re.compile(r'("(?:[^"]|"")*")')
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[+-]?\d+)?(?![\w.(])")
_LINKED = re.compile(r"(?:'[^']*\.xlam'|\[[^\[\]]++\][^!'(),\[\]]*+|'\[[^']*')!(?=FT_)", re.IGNORECASE)
"""A link before a function. Nothing is looked at twice: the time of a search grows with the formula's length only."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be in a returned workbook.

    kind : one of `KINDS`.
    place : the cell, or what else it is about.
    sentence : what it is.
    """

    kind: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(frozen=True)
class CheckedWorkbook:
    """What was found in a returned workbook.

    compared : how many formulas were looked at.
    notes : what could not be compared.
    """

    reading: Reading
    wrong: tuple[Difference, ...]
    warnings: tuple[InputWarning, ...]
    notes: tuple[str, ...]
    compared: int
    inputs_edited: bool


def check_workbook(content: bytes) -> CheckedWorkbook:
    """Recomputes a returned workbook and tells every cell that differs.

    content : the bytes of an .xlsx file, from anybody.
    Raises `UnreadableWorkbook` for a file that is no workbook of FT ROI, `ScenarioError` for inputs that are wrong.
    Source: docs/reading-back.md.
    """
    reading = read_workbook(content)
    scenario, edition = reading.checked(), reading.provenance.edition
    if not edition:
        raise UnreadableWorkbook("It has no net ROI to check: the name out_net_roi is gone, or was never there.")
    inputs_edited = reading.provenance.fingerprint != scenario.fingerprint()
    comparison = _Comparison(reading.book, scenario, cast(Edition, edition), inputs_edited)
    findings = check_package(reading.book.package)
    told = {each.place for each in comparison.wrong}
    wrong = [
        *comparison.wrong,
        *(each for each in _overtyped_checks(reading.book) if each.place not in told),
        *_failed_checks(reading.book),
        *_links(reading.book),
        *(Difference("package", each.place, f"{each.what} {each.cure}") for each in findings),
    ]
    order = list(KINDS)
    return CheckedWorkbook(
        reading,
        tuple(sorted(wrong, key=lambda each: order.index(each.kind))),
        tuple(check_inputs(scenario)),
        tuple(comparison.notes),
        comparison.compared,
        inputs_edited,
    )


class _Comparison:
    """The cells of a workbook beside those of a new one."""

    def __init__(self, book: StoredWorkbook, scenario: Scenario, edition: Edition, inputs_edited: bool) -> None:
        self.book = book
        live_grids = TABLES in book.titles
        as_generated = edition == "values" or (edition == "native" and not live_grids)
        self.new = StoredWorkbook(open_package(build_workbook(scenario, edition=edition, live_grids=live_grids)))
        self.scale = max(1.0, *map(abs, appraise(scenario).cash_flow))
        self.wrong: list[Difference] = []
        self.told: set[str] = set()
        self.notes: list[str] = []
        self.elsewhere: list[str] = []
        self.compared = 0
        if any(each.name.lower() == "scenario_choice" for each in book.names):
            self.notes.append(
                "It holds several scenarios: the named figures of the one in use are compared, and nothing else; "
                "not the results on the sheet Scenarios."
            )
        else:
            shown = [title for title in self.new.titles if title not in SHEETS]  # what these give is shown elsewhere
            titles = [title for title in shown if not inputs_edited or title in FIXED]
            titles.sort(key=lambda title: title not in FLOWS)  # first: whether their cells stand elsewhere
            for title in titles:
                if title == CHOICES and not as_generated and self._other_choices():
                    self.notes.append(f"{title}: a metric, an axis or a change was chosen; not compared.")
                else:
                    self._compare_sheet(title, values=edition == "values" or (title == CHOICES and as_generated))
            if len(titles) < len(shown):
                left = ", ".join(title for title in shown if title not in titles)
                self.notes.append(f"Not compared, as they depend on the inputs of their day: {left}.")
        self._compare_names()

    def _is_edited(self, found: str | None, made: str | None) -> bool:
        """Whether a formula is another one.

        A sheet whose cells stand elsewhere is referred to otherwise.
        """
        if _normal(found) == _normal(made):
            return False
        return found is None or not any(title in (made or "") for title in self.elsewhere)

    def _other_choices(self) -> bool:
        """Whether something was typed into the sheet of choices."""
        if CHOICES not in self.book.titles:
            return False
        found = self.book.cells(CHOICES)
        made = ((at, cell) for at, cell in self.new.cells(CHOICES).items() if cell.formula is None)
        return any(not _same(found.get(at, EMPTY).value, cell.value, 1.0) for at, cell in made)

    def _compare_sheet(self, title: str, values: bool) -> None:
        """Compares a sheet's formulas and what they show.

        values : whether to compare the numbers that stand there without a formula too.
        """
        cells = self.new.cells(title)
        made = {at: cell for at, cell in cells.items() if cell.formula is not None}
        if title not in self.book.titles:
            self._tell(Difference("formula", title, "There is no such sheet any more."))
            return
        found = self.book.cells(title)
        edited = [at for at, cell in made.items() if self._is_edited(found.get(at, EMPTY).formula, cell.formula)]
        kept = sum(cell.formula is not None for cell in found.values())
        if len(edited) > len(made) / 2 and kept > len(made) / 2:  # its formulas are still there, in other cells
            self.elsewhere.append(title)
            self.notes.append(
                f"{title}: its cells stand elsewhere than in a new workbook of these inputs; compared by name only."
            )
            return
        self.compared += len(made)
        for at in edited:
            place = Place(title, *at)
            self._tell(Difference("formula", str(place), _edited(found.get(at, EMPTY), made[at])))
        for at in made.keys() - set(edited):
            self._compare(str(Place(title, *at)), found[at].value, made[at].value)
        numbers = [at for at, cell in cells.items() if cell.formula is None and isinstance(cell.value, float)]
        for at in numbers if values else ():
            self._compare(str(Place(title, *at)), found.get(at, EMPTY).value, cells[at].value)

    def _compare_names(self) -> None:
        """Compares the figures that have names, wherever they stand now.

        Those that were compared already are left out.
        """
        compared, made, there = set(self.told), _named(self.new), _named(self.book)
        for name in self.new.names:
            if not name.name.startswith("out_") or name.sheet is not None:
                continue
            expected, found = made[name.name], there.get(name.name)
            if expected is None:
                continue
            if found is None:
                self.wrong.append(
                    Difference("value", name.name, "The name points to no cell any more. Undo its deletion.")
                )
            elif str(found) not in compared:
                self._compare(
                    str(found), self.book.at(found).value, self.new.at(expected).value, name=f" ({name.name})"
                )

    def _compare(self, place: str, found: Value, expected: Value, name: str = "") -> None:
        if not _same(found, expected, self.scale) and place not in self.told:
            sentence = f"{_shown(found)} stands there{name}; for these inputs it is {_shown(expected)}."
            self._tell(Difference("value", place, sentence))

    def _tell(self, difference: Difference) -> None:
        self.wrong.append(difference)
        self.told.add(difference.place)


def _named(book: StoredWorkbook) -> dict[str, Place | None]:
    """The first cell of each of the workbook's names.

    They are keyed by the name in small letters; None for names that lead to no cell.
    """
    places: dict[str, Place | None] = {}
    for name in book.names:
        if name.sheet is None and name.name.lower() not in places:
            area = book.area(name.text)
            places[name.name.lower()] = Place(area.sheet, *area.first) if area else None
    return places


def _failed_checks(book: StoredWorkbook) -> Iterator[Difference]:
    for name in book.names:
        area = book.area(name.text) if name.name.lower().startswith("check_") and name.sheet is None else None
        if area is not None and area.first == area.last:
            place = Place(area.sheet, *area.first)
            value = book.at(place).value
            if value == "FAIL" or (isinstance(value, str) and value.startswith("#")):
                yield Difference("check", str(place), f"{name.name} shows {plain(str(value), 20)}.")


def _overtyped_checks(book: StoredWorkbook) -> Iterator[Difference]:
    """Checks whose result somebody typed.

    In the values edition all of them are values.
    """
    if all(cell.formula is None for title in book.titles for cell in book.cells(title).values()):
        return
    for name in book.names:
        area = book.area(name.text) if name.name.lower().startswith("check_") and name.sheet is None else None
        if area is not None and area.first == area.last:
            place = Place(area.sheet, *area.first)
            if book.at(place).formula is None:
                yield Difference("formula", str(place), f"{name.name} is typed, not calculated.")


def _links(book: StoredWorkbook) -> Iterator[Difference]:
    for title in book.titles:
        linked = [at for at, cell in book.cells(title).items() if cell.formula and _is_linked(cell.formula)]
        if linked:
            place = Place(title, *min(linked))
            first = "It calls" if len(linked) == 1 else f"It and {len(linked) - 1} more cells of the sheet call"
            cure = "Free them with ft-roi relink."
            yield Difference("link", str(place), f"{first} FT_ functions at somebody's own path. {cure}")


def _is_linked(formula: str) -> bool:
    return len(formula) <= LONGEST_FORMULA and _LINKED.search(formula) is not None


def _normal(formula: str | None) -> str:
    """A formula as it is compared, by its meaning.

    Without spaces and links, in capitals, numbers and sheets written one way.
    """
    if formula is None or len(formula) > LONGEST_FORMULA:
        return formula or ""
    pieces = _STRING.split(_LINKED.sub("", formula))
    return "".join(piece if piece.startswith('"') else _plain_formula(piece) for piece in pieces)


def _plain_formula(text: str) -> str:
    text = re.sub(r"\s+", "", text).upper().replace("_XLFN.", "").replace("_XLUDF.", "").replace("$'", "'")
    text = re.sub(r"'([A-Z]\w*)'!", r"\1!", text)
    return _NUMBER.sub(lambda found: repr(float(found[0])), text)


def _edited(found: Cell, made: Cell) -> str:
    was = f"={plain(made.formula or '', SHOWN)}"
    if found.formula is None:
        what = "nothing" if found.value is None else f"the value {_shown(found.value)}"
        return f"{what} stands where {was} was."
    return f"={plain(found.formula, SHOWN)} stands where {was} was."


def _same(one: Value, other: Value, scale: float) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE * scale)
    return (one or "") == (other or "")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    return "nothing" if value is None else f'"{plain(str(value), SHOWN)}"'
