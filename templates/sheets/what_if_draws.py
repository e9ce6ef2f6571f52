"""What a trial draws: every input with a range, by formulas of its number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.quantity import DISTRIBUTION
from roi_engine.scenario import INPUTS
from roi_engine.sensitivity import DEFAULT_SWING, legal_bounds, moved
from roi_engine.simulation import distributions
from roi_engine.simulation.lattice import PARTS, generating_vector, lattice_draw, shifts
from roi_engine.simulation.simulation import DEFAULT_SEED
from roi_engine.simulation.statistics import WORST
from roi_engine.simulation.trials import Trials
from roi_engine.simulation.uncertain_inputs import NEVER_LIVE, SUCCESS
from roi_engine.value import maximum, minimum
from templates.building import styles
from templates.building.book import Book, absolute, elsewhere, group_title
from templates.building.columns import KEPT_OFF, Columns, letters_from, put_titles
from templates.building.formula import Formula, formula_of, function
from templates.building.typed_or_default import choice_in, is_empty
from templates.sheets.inputs_sheet import InputCells


class NumberColumn(Columns):
    """The numbers that every draw takes."""

    LABEL = "A", "What a trial takes"
    VALUE = "B", ">Value"


class DrawColumn(Columns):
    """The inputs that are drawn, a row each."""

    INPUT = "A", "Input", 42
    BASE = "B", ">Value in use", 15
    LOW = "C", ">Low", 15
    HIGH = "D", ">High", 13
    DRAWN_AS = "E", "Drawn as", 13
    GENERATOR = "F", ">Number z", 13
    SHIFT = "G", ">Shift, part 1", 13
    PROBABILITY = "O", ">Probability", 13
    UNIFORM = "P", ">Uniform", 13
    TRIANGULAR = "Q", ">Triangular", 13
    PERT = "R", ">PERT", 13
    NORMAL = "S", ">Normal", 13
    LOGNORMAL = "T", ">Lognormal", 13
    DRAWN = "U", ">In this trial", 15
    LOW_GENERATED = "V", ">Low as generated", 13
    HIGH_GENERATED = "W", ">High as generated", 13
    DRAWN_AS_GENERATED = "X", "Drawn as, as generated", 13
    UNCHANGED = "Y", "Unchanged", 11


SHIFTS = letters_from(DrawColumn.SHIFT, PARTS)
FIRST_ROW = 5
FIXED, NOT_DRAWN, NO_DRAW = "fixed", "not drawn", "–"
"""What an input is drawn as whose low is its high; whose value lies outside of them; and a shape that is another."""


@dataclass(frozen=True)
class Draws:
    """What the model and the figures take from the draws.

    trial : the cell that the table moves.
    drawn : of each input that varies, what the trial draws, as other sheets see it.
    drawn_as : of every row; `NOT_DRAWN` where low, value and high are not in order.
    unchanged : Yes where a range is the one that the engine drew from, of every row.
    trials, points : how many there are, and how many of a part.
    worst, worst_of_part : how many are a twentieth of them.
    last_row : of the block.
    """

    trial: Formula
    drawn: Mapping[str, Formula]
    drawn_as: Formula
    unchanged: Formula
    trials: Formula
    points: Formula
    worst: Formula
    worst_of_part: Formula
    last_row: int


def add_draws(book: Book, sheet: Worksheet, inputs: InputCells, trials: Trials) -> Draws:
    """Writes the numbers and the inputs that are drawn, from the first row on.

    trials : those of the scenario as it is.
    """
    block = _Block(book, sheet, inputs, trials)
    block.add_numbers()
    block.add_inputs()
    block.add_failure()
    return block.cells()


class _Block:
    """The rows of the block, from the top."""

    def __init__(self, book: Book, sheet: Worksheet, inputs: InputCells, trials: Trials) -> None:
        self.book, self.sheet, self.inputs, self.trials = book, sheet, inputs, trials
        self.row = self.first = FIRST_ROW - 1
        self.numbers: dict[str, Formula] = {}
        self.drawn: dict[str, Formula] = {}
        self.drawn_as: list[Any] = []

    # --- numbers

    def add_numbers(self) -> None:
        """The trial that is asked for, its part, and what does not vary."""
        put_titles(self.book, self.sheet, self.row, NumberColumn)
        count, points = len(self.trials.npv), self.trials.points
        trial = self._number("trial", "Trial (0 = the scenario as it stands)", 0)
        self._number("trials", "Trials", count)
        in_part = self._number("points", f"Trials of each of the {PARTS} parts", points)
        asked, before = trial > 0, trial - 1
        part = function("INT", before / in_part, value=-1) + 1
        self._number("part", "Part of this trial", asked.where(part, 1))
        self._number("point", "Its number in the part, from 0", asked.where(before % in_part, 0))
        for name, of, whole in (("worst", "all trials", count), ("worst_of_part", "a part", points)):
            self._number(name, f"Worst {WORST:.0%} of {of}", math.ceil(WORST * whole - 1e-9))
        self._number("swing", "How far an end lies that nobody typed", DEFAULT_SWING, styles.FRACTION)
        self._number("never_live", "Go-live delay of a project that fails", NEVER_LIVE)

    def _number(self, name: str, label: str, content: Any, look: str = styles.WHOLE) -> Formula:
        self.row += 1
        self.book.put(self.sheet, NumberColumn.LABEL.at(self.row), label)
        cell = self.book.put(self.sheet, NumberColumn.VALUE.at(self.row), content, "Calculation", look)
        self.numbers[name] = Formula(absolute(cell.text), cell.value)
        return self.numbers[name]

    # --- inputs

    def add_inputs(self) -> None:
        """A row for each input that varies, in the order of the coordinates."""
        self.row += 2
        group_title(self.book, self.sheet, self.row, "What is drawn", DrawColumn.UNCHANGED.letter)
        self.row += 1
        put_titles(self.book, self.sheet, self.row, DrawColumn)
        for part, letter in enumerate(SHIFTS[1:], start=2):
            self.book.put(self.sheet, f"{letter}{self.row}", f"Shift, part {part}", "Column title right")
        self.first = self.row + 1
        for at, each in enumerate(self.trials.uncertainty.inputs):
            self.row += 1
            self._add_input(at, each.name)

    def _put(self, column: DrawColumn, content: Any, look: str | None = None) -> Formula:
        cell = self.book.put(self.sheet, column.at(self.row), content, "Calculation", look)
        return Formula(column.anchored(self.row), cell.value)

    def _add_input(self, at: int, name: str) -> None:
        declared, look = INPUTS[name], styles.number_format(INPUTS[name].quantity)
        self.book.put(self.sheet, DrawColumn.INPUT.at(self.row), declared.label)
        base = self._put(DrawColumn.BASE, self.inputs.in_use[name], look)
        low, high = (self._put(column, end, look) for column, end in self._ends(name, base))
        drawn_as = self._put(DrawColumn.DRAWN_AS, _drawn_as(low, base, high, self.inputs.ends[name][2]))
        self.book.align(self.sheet[DrawColumn.DRAWN_AS.at(self.row)], KEPT_OFF)
        probability = self._add_probability(generating_vector()[at], self.trials.shifts[at])
        lowest, highest = self._bounds(name)
        shapes: Mapping[DrawColumn, Callable[[], Any]] = {
            DrawColumn.UNIFORM: lambda: distributions.uniform_quantile(probability, low, high),
            DrawColumn.TRIANGULAR: lambda: distributions.triangular_quantile(probability, low, base, high),
            DrawColumn.PERT: lambda: distributions.pert_quantile(probability, low, base, high),
            DrawColumn.NORMAL: lambda: distributions.normal_quantile(probability, low, base, high, lowest, highest),
            DrawColumn.LOGNORMAL: lambda: distributions.lognormal_quantile(
                probability, low, base, high, lowest if legal_bounds(declared)[0] > 0 else -math.inf, highest
            ),
        }
        drawn = base
        for column, quantile in reversed(list(shapes.items())):
            is_it = drawn_as == column.name.lower()
            value = self._put(column, is_it.where(quantile(), NO_DRAW), look)
            drawn = is_it.where(value, drawn)
        if declared.quantity.whole:
            drawn = function("INT", drawn + 0.5, value=math.floor(drawn.value + 0.5))
        self.drawn[name] = elsewhere(self.sheet, self._put(DrawColumn.DRAWN, drawn, look))
        self._add_unchanged(low, high, drawn_as, look)

    def _ends(self, name: str, base: Formula) -> list[tuple[DrawColumn, Formula]]:
        """Low and high: as typed, else as far off as those of an input without a range.

        The value itself, where neither is typed: then it is not drawn.
        """
        low, high, _ = self.inputs.ends[name]
        bounds, swing = self.inputs.bounds[name], self.numbers["swing"]
        found = []
        for column, typed, other, change, further in (
            (DrawColumn.LOW, low, high, -swing, minimum),
            (DrawColumn.HIGH, high, low, swing, maximum),
        ):
            other_end = Formula(other.text, base.value if other.value is None else other.value)
            off: Any = further(formula_of(moved(base, change, bounds.step, bounds.lowest, bounds.highest)), other_end)
            found.append((column, typed.given().where(typed, other.given().where(off, base))))
        return found

    def _bounds(self, name: str) -> list[Any]:
        """The legal range: the cells of the bounds that there are."""
        cells = self.inputs.bounds[name]
        return [
            bound if math.isinf(bound) else cell
            for bound, cell in zip(legal_bounds(INPUTS[name]), (cells.lowest, cells.highest), strict=True)
        ]

    def _add_probability(self, generator: int, own: tuple[float, ...]) -> Formula:
        """The coordinate of the lattice's point, with the shift of the trial's part."""
        for letter, each in zip(SHIFTS, own, strict=True):
            self.book.put(self.sheet, f"{letter}{self.row}", each, "Calculation", "0.000000000")
        part, point, points = (self.numbers[name] for name in ("part", "point", "points"))
        row = f"${SHIFTS[0]}{self.row}:${SHIFTS[-1]}{self.row}"
        shift = Formula(f"INDEX({row},1,{part.text})", own[0])
        z = self._put(DrawColumn.GENERATOR, generator, "0")
        return self._put(DrawColumn.PROBABILITY, formula_of(lattice_draw(point, z, points, shift)), "0.0000")

    def _add_unchanged(self, low: Formula, high: Formula, drawn_as: Formula, look: str) -> None:
        """Whether the range is still the one that the engine drew from."""
        self.drawn_as.append(drawn_as.value)
        pairs = (
            (DrawColumn.LOW_GENERATED, low, look),
            (DrawColumn.HIGH_GENERATED, high, look),
            (DrawColumn.DRAWN_AS_GENERATED, drawn_as, None),
        )
        same = [now == self._put(column, now.value, shown) for column, now, shown in pairs]
        self._put(DrawColumn.UNCHANGED, (same[0] & same[1] & same[2]).where("Yes", "No"))

    # --- failure

    def add_failure(self) -> None:
        """Whether the project fails, and what it spends then: month 0, and no more."""
        uncertainty = self.trials.uncertainty
        at, book, use = len(uncertainty.inputs), self.book, self.inputs.in_use
        own = self.trials.shifts[at] if uncertainty.can_fail else _shifts_of_success()
        self.row += 1
        book.put(self.sheet, DrawColumn.INPUT.at(self.row), INPUTS[SUCCESS].label)
        chance = self._put(DrawColumn.BASE, use[SUCCESS], styles.number_format(INPUTS[SUCCESS].quantity))
        probability = self._add_probability(generating_vector()[at], own)
        fails = self._put(DrawColumn.DRAWN, (probability > chance).where("fails", "succeeds"))
        as_generated = self._put(DrawColumn.LOW_GENERATED, chance.value, styles.FRACTION)
        self._put(DrawColumn.UNCHANGED, (chance == as_generated).where("Yes", "No"))
        self.last_input = self.row
        failed, never_live = fails == "fails", self.numbers["never_live"]
        stored = failed & (use["storage_timing"] == "monthly")
        for name, content in (("go_live_delay", failed.where(never_live, self._of("go_live_delay"))),
                              ("storage_gb", stored.where(0, self._of("storage_gb")))):  # fmt: skip
            self.row += 1
            book.put(self.sheet, DrawColumn.INPUT.at(self.row), f"{INPUTS[name].label}, also of a project that fails")
            look = styles.number_format(INPUTS[name].quantity)
            self.drawn[name] = elsewhere(self.sheet, self._put(DrawColumn.DRAWN, content, look))

    def _of(self, name: str) -> Formula:
        """What the trial draws of an input, its value in use where that does not vary."""
        return self.drawn.get(name, self.inputs.in_use[name])

    def cells(self) -> Draws:
        """What others take."""

        def column(each: DrawColumn, values: Any) -> Formula:
            return Formula(absolute(each.rows(self.first, self.last_input)), values)

        n = self.numbers
        return Draws(
            n["trial"],
            self.drawn,
            column(DrawColumn.DRAWN_AS, self.drawn_as),
            column(DrawColumn.UNCHANGED, ["Yes"] * (self.last_input + 1 - self.first)),
            n["trials"],
            n["points"],
            n["worst"],
            n["worst_of_part"],
            self.row,
        )


def _drawn_as(low: Formula, base: Formula, high: Formula, typed: Formula) -> Formula:
    """The shape that an input is drawn from; that it is fixed, or cannot be drawn."""
    shape = is_empty(typed).where("pert", choice_in(Formula(typed.text, typed.value or "pert"), DISTRIBUTION))
    possible = (shape == "lognormal").where((low > 0).where(shape, NOT_DRAWN), shape)
    return ((low <= base) & (base <= high)).where((low == high).where(FIXED, possible), NOT_DRAWN)


def _shifts_of_success() -> tuple[float, ...]:
    """Shifts of their own, of the next seed.

    The engine draws no success where it is certain, and an edit may make it uncertain.
    """
    return tuple(part[0] for part in shifts(1, DEFAULT_SEED + 1))
