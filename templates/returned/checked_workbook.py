"""A returned workbook beside a new one of its inputs.

Differences are edited formulas, old figures and failed checks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from openpyxl.utils import column_index_from_string

from roi_engine.appraisal import METRICS, appraise
from roi_engine.by_year import PRESENT_VALUE, TOTAL
from roi_engine.errors import OutOfRange, ScenarioError
from roi_engine.input_checks import InputWarning, check_inputs
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.simulation.lattice import PARTS
from templates.building.as_generated import figure_as_generated, fingerprint_of, fingerprint_of_ranges
from templates.building.book import FT_FUNCTIONS, LAMBDA_IS_MISSING, NEEDS_FUNCTIONS, NEEDS_LAMBDA, Edition
from templates.building.month_rows import MONTH_NUMBERS, NOT_PRINTED, WIDEST
from templates.building.what_if_places import MOST_TRIALS, RISK_SHEET, SHEETS, TABLES, TRIALS_NAME, TRIALS_SHEET
from templates.package_check import check_package
from templates.returned.compared_looks import compared_looks, hidden_strangers
from templates.returned.compared_names import compared_names
from templates.returned.difference import KINDS, Difference, at_cell
from templates.returned.formula_meaning import is_linked, meaning
from templates.returned.provenance import Provenance, edition_of, plain
from templates.returned.reading import Reading, read_workbook
from templates.sheets.input_rows import Column
from templates.sheets.risk_sheet import TITLE as RISK
from templates.sheets.risk_state import SUMS
from templates.sheets.risk_state import THEN as RANGES
from templates.sheets.summary_sheet import LEGEND, QUESTIONS
from templates.workbook import build_workbook
from templates.xlsx.stored_cells import EMPTY, Cell, Place, StoredWorkbook, Value
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package

FIXED = ("By year", "Inputs", "Breakdown", "Cash flow", "Options", "Option flows")
"""The sheets whose formulas depend on no input: they stand where a new workbook has them, whatever was edited."""
FLOWS = ("Cash flow", "Option flows")
"""Sheets whose months run across or down, as the horizon has it."""
YEARS = "By year"
"""The sheet that has as many columns before its total as the horizon had years."""
LIKE = 0.5
"""The share of a sheet's texts that make a sheet of another title the same sheet."""
INPUTS_SHEET, AS_GENERATED = "Inputs", column_index_from_string(Column.AS_GENERATED.letter)
"""The sheet with the values that the workbook was generated from, and their column."""
CHOICES = {
    "Sensitivity": "a metric, an axis or a change was chosen",
    RISK: "draws, seed or correlations were chosen",
}
"""The sheets on which something is chosen, unless they hold values as generated."""
LABELS = {each.label for each in INPUTS.values()} | {each.label for each in METRICS.values()}
"""What figures are of; a translation is none of these."""
DRAWN = "risk_"
"""In formulas of other sheets that take from the sheet Risk, whose names begin with it."""
ASKED = "FT_CHECK("
"""What is asked about the inputs is told anyway, as of today."""
CALCULATED_ANEW, NO_VALUES = "recalculation", "formula-without-value"
"""What the package check finds in a workbook that Excel calculates anew on opening, with which nothing is wrong, and in
one whose formulas have no values, which is told once.
"""
TOLERANCE = 1e-9
SHOWN = 70


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
    scenario, edition = reading.checked(), edition_of(reading.book)
    reading = replace(reading, provenance=replace(reading.provenance, edition=edition))
    if not edition:
        raise UnreadableWorkbook("It has no net return to check: the name out_net_roi is gone, or was never there.")
    inputs_edited = _are_edited(reading.provenance, scenario)
    comparison = _Comparison(reading.book, scenario, cast(Edition, edition), inputs_edited)
    findings = check_package(reading.book.package)
    notes = [f"{each.place}: {each.what}" for each in findings if each.rule == CALCULATED_ANEW]
    told_so = {CALCULATED_ANEW, *([NO_VALUES] if comparison.has_no_values else [])}
    told = {each.place for each in comparison.wrong}
    wrong = [
        *comparison.wrong,
        *_changed_as_generated(reading, scenario, inputs_edited),
        *(each for each in _overtyped_checks(reading.book) if each.place not in told),
        *_failed_checks(reading.book),
        *_links(reading.book),
        *(
            Difference("package", each.place, f"{each.what} {each.cure}")
            for each in findings
            if each.rule not in told_so
        ),
    ]
    kinds, tabs = list(KINDS), comparison.tabs()

    def reading_order(each: Difference) -> tuple[int, ...]:
        """By kind, then as the sheets are read: tab by tab, from the top, from the left."""
        at = each.at
        return (kinds.index(each.kind), *((tabs[at.sheet], at.row, at.column) if at else (len(tabs), 0, 0)))

    return CheckedWorkbook(
        reading,
        tuple(sorted(wrong, key=reading_order)),
        tuple(check_inputs(scenario)),
        (*comparison.notes, *notes),
        comparison.compared,
        inputs_edited,
    )


def _are_edited(provenance: Provenance, scenario: Scenario) -> bool:
    """Whether inputs, ranges or correlations are others than when it was made.

    Where it says nothing of its ranges they are taken for those.
    """
    same_ranges = provenance.ranges in ("", fingerprint_of_ranges(scenario))
    return provenance.fingerprint != scenario.fingerprint() or not same_ranges


@dataclass(frozen=True)
class _Questions:
    """The rows of a sheet that hold questions about the inputs.

    There are more or fewer of them after an answer, a range or a source was typed, and in another version.

    rows : of the new workbook.
    old : of the one that is checked.
    """

    rows: range
    old: range

    @property
    def moved(self) -> int:
        """How many rows further down what follows stands."""
        return self.old.stop - self.rows.stop

    @property
    def missing(self) -> range:
        """Rows of the new workbook that the other has no place for."""
        return range(max(self.rows.start, self.old.stop), self.rows.stop)

    def further(self, row: int) -> int:
        """How many rows further down a row of the new workbook stands."""
        return self.moved if row >= self.rows.stop else 0


def _question_rows(cells: Mapping[tuple[int, int], Cell]) -> range | None:
    """The rows of the questions, on a sheet that has their title and a legend.

    From below the title to the empty one above the legend.
    """
    starts = [at[0] for at, cell in cells.items() if isinstance(cell.value, str) and cell.value.startswith(QUESTIONS)]
    ends = [at[0] for at, cell in cells.items() if cell.value == LEGEND and starts and at[0] > starts[0]]
    return range(starts[0] + 1, min(ends) - 1) if starts and ends else None


class _Comparison:
    """The cells of a workbook beside those of a new one."""

    def __init__(self, book: StoredWorkbook, scenario: Scenario, edition: Edition, inputs_edited: bool) -> None:
        self.book, self.edition, self.inputs_edited = book, edition, inputs_edited
        live_grids = TABLES in book.titles
        as_generated = {RISK} if edition in ("native", "lambda") else set(CHOICES) if edition == "values" else set()
        as_generated |= {"Sensitivity"} if edition == "native" and not live_grids else set()
        self.wrong: list[Difference] = []
        self.told: set[str] = set()
        self.notes: list[str] = []
        months = _months_of(book)
        self.beyond = months if months and months.last < scenario.months_to_amortize else None
        new = _over(self.beyond.horizon, scenario) if self.beyond else scenario
        self.new = self._made_anew(new, edition, live_grids)
        self.scale = max(1.0, *map(abs, appraise(scenario).cash_flow))
        self.elsewhere: list[str] = []
        self.compared = 0
        self.titles = self._titles()
        self.keeps_titles = all(title == there for title, there in self.titles.items())
        self.in_place: set[str] = set()
        self.unknown: list[Place] = []
        self.has_no_values = _has_no_values(book)
        self.chosen = [each for each in CHOICES if each not in as_generated and self._other_choices(each)]
        if self.has_no_values:
            cure = "The program that saved the file keeps none. Open it in Excel or LibreOffice, and save it again."
            self.wrong.append(Difference("value", "Every formula", f"It holds no value. {cure}"))
        if self.beyond:
            self._tell_of_the_horizon(scenario.months_to_amortize, self.beyond.last)
        several = any(each.name.lower() == "scenario_choice" for each in book.names)
        if several:
            self.notes.append(
                "It holds several scenarios: the named figures of the one in use are compared, and nothing else; "
                "not the results on the sheet Scenarios."
            )
        else:
            behind = (*SHEETS, TRIALS_SHEET)  # what these give is shown elsewhere
            shown = [title for title in self.new.titles if title not in behind]
            titles = [title for title in shown if not inputs_edited or title in FIXED]
            titles.sort(key=lambda title: title not in FLOWS)  # first: whether their cells stand elsewhere
            for title in titles:
                if title in self.chosen:
                    self.notes.append(f"{title}: {CHOICES[title]}; not compared.")
                elif title == RISK and title in as_generated and self._other_ranges():
                    self.notes.append(f"{title}: its figures are those of the ranges as generated; not compared.")
                elif title == RISK and self._lacks_functions(title):
                    self.notes.append(f"{title}: it {NEEDS_FUNCTIONS}, which were missing; not compared.")
                else:
                    self._compare_sheet(title, values=edition == "values" or title in as_generated)
            if len(titles) < len(shown):
                left = ", ".join(title for title in shown if title not in titles)
                self.notes.append(f"Not compared, as they depend on the inputs of their day: {left}.")
        self._compare_names()
        self._tell_of_filled_areas()
        self._tell_of_unknown_functions()
        self.wrong += compared_names(book, self.new, self.titles, set() if inputs_edited else self.in_place)
        self.wrong += compared_looks(book, self.new, self.titles, self.in_place)
        if strangers := hidden_strangers(book, self.titles):
            self.notes.append(f"Hidden, and none of ours: {plain(', '.join(strangers), SHOWN)}.")

    def _tell_of_the_horizon(self, horizon: int, last: int) -> None:
        """One finding for all figures: the workbook has no months for them."""
        place = _named(self.book).get("in_months_to_amortize")
        sentence = (
            f"The horizon of {horizon} months lies beyond this workbook, which has {last} and shows "
            "no figure for it. Make a workbook of these inputs: ft-roi report FILE -o NEW.xlsx"
        )
        self._tell(at_cell("value", place, sentence) if place else Difference("value", "Horizon", sentence))
        self.notes.append("No figure is compared.")

    def _made_anew(self, scenario: Scenario, edition: Edition, live_grids: bool) -> StoredWorkbook:
        """A new workbook of the same inputs, with the sheet Risk if this one has it.

        And with as many trials, if they can be drawn.
        """
        trials, risk = _trials_in(self.book), _has_risk(self.book)
        if trials:
            try:
                content = build_workbook(scenario, edition=edition, live_grids=live_grids, trials=trials, risk=risk)
            except (ScenarioError, OutOfRange) as error:
                self.notes.append(f"{RISK_SHEET}: not compared, as the inputs cannot be drawn: {error}")
            else:
                return StoredWorkbook(open_package(content))
        content = build_workbook(scenario, edition=edition, live_grids=live_grids, risk=risk)
        return StoredWorkbook(open_package(content))

    def tabs(self) -> dict[str, int]:
        """The order in which the sheets are read.

        As in a new workbook, those of somebody's own behind them.
        """
        own = list(self.titles.values())
        gone = [title for title in self.new.titles if title not in self.titles]
        others = [title for title in self.book.titles if title not in own]
        return {title: at for at, title in enumerate(dict.fromkeys([*own, *gone, *others]))}

    def _titles(self) -> dict[str, str]:
        """The sheets of the new workbook, each with its title in the other.

        A renamed one is known by its content.
        """
        found = {title: title for title in self.new.titles if title in self.book.titles}
        for title in self.new.titles:
            others = [each for each in self.book.titles if each not in found.values()]
            if title not in found and others:
                best = max(others, key=lambda each: self._likeness(title, each))
                if self._likeness(title, best) > LIKE:
                    found[title] = best
        return {title: found[title] for title in self.new.titles if title in found}

    def _likeness(self, title: str, other: str) -> float:
        """The share of a new sheet's texts that stand anywhere in another sheet."""
        texts = {cell.value for cell in self.new.cells(title).values() if isinstance(cell.value, str)}
        there = {cell.value for cell in self.book.cells(other).values() if isinstance(cell.value, str)}
        return len(texts & there) / max(len(texts), 1)

    def _is_edited(self, found: str | None, made: str | None) -> bool:
        """Whether a formula is another one.

        A sheet whose cells stand elsewhere is referred to otherwise.
        """
        if found == made and self.keeps_titles:
            return False
        if meaning(found, self.titles) == meaning(made):
            return False
        return found is None or not any(title in (made or "") for title in self.elsewhere)

    def _other_choices(self, title: str) -> bool:
        """Whether something was typed into a sheet of choices."""
        if title not in self.titles:
            return False
        found = self.book.cells(self.titles[title])
        made = ((at, cell) for at, cell in self.new.cells(title).items() if cell.formula is None)
        return any(not _same(found.get(at, EMPTY).value, cell.value, 1.0) for at, cell in made)

    def _lacks_functions(self, title: str) -> bool:
        """Whether a sheet was calculated where the functions are missing."""
        cells = self.book.cells(self.titles[title]) if title in self.titles else {}
        return any(map(_is_needing_functions, (each.value for each in cells.values())))

    def _other_ranges(self) -> bool:
        """Whether figures as generated were drawn from other ranges than stand there."""
        kept = [[book.at(place).value for place in _cells_named(book, RANGES)] for book in (self.book, self.new)]
        return any(not _same(one, other, 1.0) for one, other in zip(*kept, strict=False))

    def _compare_sheet(self, title: str, values: bool) -> None:
        """Compares a sheet's formulas and what they show.

        values : whether to compare the numbers that stand there without a formula too.
        """
        cells = self.new.cells(title)
        made = {at: cell for at, cell in cells.items() if cell.formula is not None}
        if self.inputs_edited:  # the pages are those of the horizon that the workbook was made with
            made = {at: cell for at, cell in made.items() if NOT_PRINTED not in (cell.formula or "")}
        if title not in self.titles:
            self._tell(Difference("formula", title, "There is no such sheet any more.", Place(title, 0, 0)))
            return
        there = self.titles[title]
        questions = self._questions(title)
        found = self._below(there, questions)

        def place(at: tuple[int, int]) -> Place:
            return Place(there, at[0] + questions.further(at[0]), at[1])

        made = {at: cell for at, cell in made.items() if at[0] not in questions.missing}
        edited = [at for at, cell in made.items() if self._is_edited(found.get(at, EMPTY).formula, cell.formula)]
        kept = sum(cell.formula is not None for cell in found.values())
        moved = len(edited) > len(made) / 2 and kept > len(made) / 2  # its formulas are still there, in other cells
        if moved or (title == YEARS and self.inputs_edited and not self._has_as_many_years(found)):
            self.elsewhere.append(title)
            self.notes.append(
                f"{title}: its cells stand elsewhere than in a new workbook of these inputs; compared by name only."
            )
            return
        if not questions.moved:
            self.in_place.add(title)
        self.compared += len(made)
        for at in edited:
            self._tell(at_cell("formula", place(at), _edited(found.get(at, EMPTY), made[at])))
        for at in made.keys() - set(edited):
            formula = made[at].formula or ""
            if RISK in self.chosen and DRAWN in formula:
                continue
            if ASKED not in formula and not _tells_of_functions(formula, found[at].value):
                self._compare(place(at), found[at].value, made[at].value)
        numbers = [at for at, cell in cells.items() if cell.formula is None and isinstance(cell.value, float)]
        if title == INPUTS_SHEET:  # a new workbook was generated from the values of today
            numbers = [at for at in numbers if at[1] != AS_GENERATED]
        for at in numbers if values else ():
            self._compare(place(at), found.get(at, EMPTY).value, cells[at].value)
        for at, cell in cells.items() if values and title in CHOICES else ():
            said, meant = found.get(at, EMPTY).value, cell.value
            if cell.formula is None and said != meant and said in LABELS and meant in LABELS:
                self._tell(at_cell("value", place(at), f'It says "{said}", and the figures are of "{meant}".'))

    def _questions(self, title: str) -> _Questions:
        """Where the questions stand on a sheet, in the new workbook and in this one."""
        new = _question_rows(self.new.cells(title))
        old = _question_rows(self.book.cells(self.titles[title]))
        return _Questions(new, old) if new and old else _Questions(range(0), range(0))

    def _below(self, there: str, questions: _Questions) -> Mapping[tuple[int, int], Cell]:
        """The cells of a sheet, those below the questions where a new workbook has them."""
        found = self.book.cells(there)
        if not questions.moved:
            return found
        above = {at: cell for at, cell in found.items() if at[0] < min(questions.old.stop, questions.rows.stop)}
        below = {(at[0] - questions.moved, at[1]): cell for at, cell in found.items() if at[0] >= questions.old.stop}
        return above | below

    def _has_as_many_years(self, found: Mapping[tuple[int, int], Cell]) -> bool:
        """Whether total and present value stand where the new workbook has them."""
        ends = [at for at, cell in self.new.cells(YEARS).items() if cell.value in (TOTAL, PRESENT_VALUE)]
        return all(found.get(at, EMPTY).value == self.new.cells(YEARS)[at].value for at in ends)

    def _tell_of_filled_areas(self) -> None:
        """Arrays and data tables that a new workbook does not have.

        They replace what stands in their area when it is calculated; until then anything may be shown there.
        """
        for title, there in self.titles.items():
            made = {cell.fills for cell in self.new.cells(title).values()} | {""}
            found = self.book.cells(there)
            filling = [at for at, cell in found.items() if cell.fills not in made]
            if filling and (title in self.in_place or made == {""}):
                first = min(filling)
                more = f" (so in {len(filling) - 1} more of the sheet)" if len(filling) > 1 else ""
                what = f"Its formula fills {plain(found[first].fills, SHOWN)} when it is calculated{more}. Delete it."
                self._tell(at_cell("formula", Place(there, *first), what))

    def _compare_names(self) -> None:
        """Compares the figures that have names, wherever they stand now.

        Those that were compared already are left out.
        """
        compared, made, there = set(self.told), _named(self.new), _named(self.book)
        for name in self.new.names:
            if not name.name.startswith("out_") or name.sheet is not None:
                continue
            expected, found = made[name.name], there.get(name.name)
            if expected is not None and found is not None and str(found) not in compared:
                self._compare(found, self.book.at(found).value, self.new.at(expected).value, name=f" ({name.name})")

    def _compare(self, place: Place, found: Value, expected: Value, name: str = "") -> None:
        if self.beyond or (self.has_no_values and found is None):
            return
        if self.edition == "lambda" and isinstance(found, str) and found.startswith("#"):
            self.unknown.append(place)
            return
        if not _same(found, expected, self.scale) and str(place) not in self.told:
            sentence = f"{_shown(found)} stands there{name}; for these inputs it is {_shown(expected)}."
            self._tell(at_cell("value", place, sentence))

    def _tell_of_unknown_functions(self) -> None:
        """One finding for all cells that show an error where a program knows no LAMBDA."""
        if self.unknown:
            more = f"It and {len(self.unknown) - 1} more show" if len(self.unknown) > 1 else "It shows"
            cure = "The program that calculated it knows no LAMBDA: open it in Excel 365 or 2024."
            self._tell(at_cell("value", self.unknown[0], f"{more} an error. {cure}"))

    def _tell(self, difference: Difference) -> None:
        self.wrong.append(difference)
        self.told.add(difference.place)


def _changed_as_generated(reading: Reading, scenario: Scenario, inputs_edited: bool) -> Iterator[Difference]:
    """Values as generated that are others now.

    An answer would count for a value that it was not given for.
    """
    book, made = reading.book, reading.provenance.figures
    columns = {name: [book.at(place).value for place in places] for name, places in reading.generated.items()}
    places = [place for each in reading.generated.values() for place in each]
    if not made or not places or fingerprint_of(columns) == made:
        return
    held = [place for place in places if book.at(place).value is not None]
    first = min(held or places, key=lambda each: (each.row, each.column))
    changed = False
    if held and not inputs_edited and all(len(each) <= 1 for each in columns.values()):
        for name, values in columns.items():
            expected = figure_as_generated(scenario, INPUTS[name])
            if values and not _same(values[0], expected, 1.0):
                changed = True
                sentence = f"{_shown(values[0])} stands as generated; it was {_shown(expected)}."
                yield at_cell("value", reading.generated[name][0], sentence)
    if not changed:
        cure = "An answer may stand beside another value than the one that it was given for: ask again."
        what = "This or another value as generated was changed." if held else "The values as generated are gone."
        yield at_cell("value", first, f"{what} {cure}")


def _tells_of_functions(formula: str, found: Value) -> bool:
    """Whether a cell says what calculates, or that the FT_ functions are missing.

    formula : the cell's own, as the new workbook has it.
    """
    if any(each in formula for each in ("calculated_by", "FT_VERSION(", LAMBDA_IS_MISSING.text)):
        return True
    if not isinstance(found, str):
        return False
    alone = FT_FUNCTIONS.text in formula and f',"{found}"' in formula
    return alone or _is_needing_functions(found)


def _is_needing_functions(found: Value) -> bool:
    """Whether a cell says that only functions could fill it."""
    return isinstance(found, str) and found.endswith((NEEDS_FUNCTIONS, NEEDS_LAMBDA))


def _has_no_values(book: StoredWorkbook) -> bool:
    """Whether there are formulas, and no cell of one has a value."""
    formulas = [cell for title in book.titles for cell in book.cells(title).values() if cell.formula is not None]
    return bool(formulas) and all(cell.value is None for cell in formulas)


@dataclass(frozen=True)
class _Months:
    """The months of a workbook.

    last : the last one.
    horizon : one for which a new workbook has them in the same places.
    """

    last: int
    horizon: int


def _months_of(book: StoredWorkbook) -> _Months | None:
    """The months that a workbook has; None where it does not say."""
    names = [each for each in book.names if each.sheet is None and each.name.lower() == MONTH_NUMBERS]
    area = book.area(names[-1].text) if names else None
    if area is None:
        return None
    down, across = (area.last[axis] - area.first[axis] for axis in (0, 1))
    return _Months(down, down) if down else _Months(across, min(across, WIDEST))


def _over(months: int, scenario: Scenario) -> Scenario:
    """The scenario over so many months, without a range that they may lie outside of."""
    name, given = "months_to_amortize", scenario.given()
    ranges = {each: span for each, span in given.get("ranges", {}).items() if each != name}
    correlations = {
        one: {other: rank for other, rank in ranks.items() if other != name}
        for one, ranks in given.get("correlations", {}).items()
        if one != name
    }
    return Scenario(**{**given, "ranges": ranges, "correlations": correlations, name: months})


def _has_risk(book: StoredWorkbook) -> bool:
    """Whether a workbook was made with a sheet Risk, whatever its ranges are now."""
    names = [each.name.lower() for each in book.names]
    return any(each.startswith("risk_") and not each.startswith("risk_trials") for each in names)


def _trials_in(book: StoredWorkbook) -> int:
    """How many trials a workbook holds, as many as there may be; 0 for none."""
    names = [each for each in book.names if each.sheet is None and each.name.lower() == TRIALS_NAME]
    area = book.area(names[-1].text) if names else None
    count = area.last[0] - area.first[0] + 1 if area else 0
    return count if 0 < count <= MOST_TRIALS and count % PARTS == 0 else 0


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


def _cells_named(book: StoredWorkbook, name: str) -> list[Place]:
    """The cells of a column that has a name; none where it has none."""
    areas = [area for each in book.names if each.name.lower() == name and (area := book.area(each.text))]
    return [
        Place(area.sheet, row, area.first[1]) for area in areas for row in range(area.first[0], area.first[0] + SUMS)
    ]


def _failed_checks(book: StoredWorkbook) -> Iterator[Difference]:
    for name in book.names:
        area = book.area(name.text) if name.name.lower().startswith("check_") and name.sheet is None else None
        if area is not None and area.first == area.last:
            place = Place(area.sheet, *area.first)
            value = book.at(place).value
            if value == "FAIL" or (isinstance(value, str) and value.startswith("#")):
                yield at_cell("check", place, f"{name.name} shows {plain(str(value), 20)}.")


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
                yield at_cell("formula", place, f"{name.name} is typed, not calculated.")


def _links(book: StoredWorkbook) -> Iterator[Difference]:
    for title in book.titles:
        linked = [at for at, cell in book.cells(title).items() if cell.formula and is_linked(cell.formula)]
        if linked:
            place = Place(title, *min(linked))
            first = "It calls" if len(linked) == 1 else f"It and {len(linked) - 1} more cells of the sheet call"
            cure = "Free them with ft-roi relink."
            yield at_cell("link", place, f"{first} FT_ functions at somebody's own path. {cure}")


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
