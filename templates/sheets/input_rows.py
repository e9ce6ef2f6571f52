"""The rows of the Inputs sheet: what is typed, and the figure in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import quantity as q
from roi_engine.inputs import Input
from roi_engine.scenario import INPUTS
from templates.building import styles
from templates.building.as_generated import figure_as_generated, is_asked, typed_figure
from templates.building.book import FILL_IN, Book, absolute, elsewhere
from templates.building.calendar_months import calendar_start, month_in_range
from templates.building.columns import Columns
from templates.building.formula import Formula, formula_of, function, if_error, joined
from templates.building.input_rules import MODE, default_beside, no_range, refusal
from templates.building.month_rows import last_month, month_numbers
from templates.building.reading_order import DISTRIBUTION, HIGH, LOW, end_of
from templates.building.typed_or_default import (
    Bounds,
    in_use,
    is_a_choice,
    is_empty,
    text_or_nothing,
)
from templates.building.validation import bounds, rule_of, validation_of
from templates.sheets.scenarios_sheet import ScenarioCells


class Column(Columns):
    """The block, its sources and notes, then what formulas read."""

    INPUT = "A", "Input", 36
    VALUE = "B", ">Value", 15
    UNIT = "C", "Unit", 20
    LOW = "D", ">Low", 12
    HIGH = "E", ">High", 12
    DISTRIBUTION = "F", "Distribution", 13
    AS_GENERATED = "G", ">As generated", 14
    ANSWER = "H", "Answer", 22
    SOURCE = "I", "Source", 28
    NOTE = "J", "Note", 35
    NAME = "K", "Name in formulas", 29
    LOWEST = "L", ">Lowest", 11
    HIGHEST = "M", ">Highest", 11
    STEP = "N", ">Step", 7
    IN_RANGE = "O", "In range", 9
    DEFAULT = "P", ">Default", 11
    IN_USE = "Q", ">In use", 15
    COUNT = "R", ">Missing so far", 9
    NAMES = "S", "Which", 46
    BESIDE = "T", "Beside others", 28
    REFUSED = "U", "Refused", 28


BLOCK = (
    Column.INPUT, Column.VALUE, Column.UNIT, Column.LOW, Column.HIGH, Column.DISTRIBUTION, Column.AS_GENERATED,
    Column.ANSWER,
)  # fmt: skip
"""The columns that the FT_ functions read."""
FIRST_ROW = 4
MOST_NAMED = 4
"""Missing inputs that a sentence names."""


class InputRows:
    """The rows of the inputs, and what is known of those that stand."""

    def __init__(self, book: Book, sheet: Worksheet, scenarios: ScenarioCells | None) -> None:
        self.book, self.sheet, self.scenarios = book, sheet, scenarios
        self.rules: dict[str, DataValidation] = {}
        self.block: list[tuple[Any, ...]] = [tuple(each.title.removeprefix(">") for each in BLOCK)]
        self.rows: dict[str, int] = {}
        self.typed = {name: Formula(f"in_{name}", self._typed_at_first(each)) for name, each in INPUTS.items()}
        self.asked = {**self.typed, MODE: Formula(MODE, self.typed[MODE].value)}
        self.in_use: dict[str, Formula] = {}
        self.refused: dict[str, Formula] = {}
        self.verdicts: list[Any] = []
        self.bounds: dict[str, Bounds] = {}
        self.ends: dict[str, tuple[Formula, Formula, Formula]] = {}
        self.count, self.names = formula_of(0), formula_of("")
        self.most_named = self._put_most_named()
        self.needed = sum(declared.required for declared in INPUTS.values())

    def add(self, row: int, declared: Input) -> None:
        """One input."""
        book, sheet, name = self.book, self.sheet, declared.name
        unit = declared.quantity.unit_in(book.scenario.currency)
        self.rows[name] = row
        book.put(sheet, Column.INPUT.at(row), declared.label)
        value = self._put_value(row, declared)
        book.put(sheet, Column.UNIT.at(row), f"{unit}{self._example(declared)}", "Unit")
        self._accept(_value_rule(book, declared), Column.VALUE.at(row), name)
        ends = (None, None, None)
        if declared.numeric:
            ends = self._add_range(row, declared)
        answer = self._add_annotations(row, declared)
        generated = self._add_as_generated(row, declared)
        self.block.append((declared.label, value, unit, *ends, generated, answer))
        self._add_in_use(row, declared, Formula(Column.VALUE.at(row), None if self._is_asked(declared) else value))

    def _is_asked(self, declared: Input) -> bool:
        """Whether the cell is empty, to be filled in."""
        return is_asked(declared, self.book.to_fill_in)

    def _example(self, declared: Input) -> str:
        """What stands beside a cell to be filled in; it counts for nothing."""
        if not self._is_asked(declared):
            return ""
        value = getattr(self.book.scenario, declared.name)
        percent = declared.quantity.kind == "fraction"
        return f", e.g. {value * 100:g} %" if percent else f", e.g. {value:,.10g}"

    def _put_value(self, row: int, declared: Input) -> Any:
        """The typed cell, under the name that workbooks are read back by."""
        name, address = declared.name, Column.VALUE.at(row)
        figures = self.scenarios.figures[name] if self.scenarios else None
        value = self._put_typed(address, declared, self._typed_at_first(declared), figures)
        self.book.define(self.typed[name].text, self.sheet, address, value)
        return typed_figure(self.book.scenario, declared) if self._is_asked(declared) else value

    def _typed_at_first(self, declared: Input) -> Any:
        return None if self._is_asked(declared) else typed_figure(self.book.scenario, declared)

    def _put_typed(self, address: str, declared: Input, value: Any, figures: Formula | None) -> Any:
        """A cell to type in, or the figure of the scenario in use; returns what it shows.

        figures : the typed cells of several scenarios, if it stands there.
        """
        book, sheet, look = self.book, self.sheet, styles.number_format(declared.quantity)
        if figures is None or self.scenarios is None:
            book.put(sheet, address, value, "Input", look)
            return value
        shown = book.put(sheet, address, self._of_the_scenario(figures), "Calculation", look).value
        sheet[address].alignment = Alignment(horizontal="right" if declared.numeric else "left", vertical="center")
        return shown

    def _add_range(self, row: int, declared: Input) -> tuple[Any, Any, Any]:
        """Low, high and distribution, as the scenario has them."""
        name = declared.name
        low, high, distribution = (end_of(self.book.scenario, name, end) for end in (LOW, HIGH, DISTRIBUTION))
        figures = self.scenarios.ends.get if self.scenarios else lambda _: None
        for column, end, value in ((Column.LOW, LOW, low), (Column.HIGH, HIGH, high)):
            self._put_typed(column.at(row), declared, value, figures((name, end)))
            self._accept(_end_rule(declared, end), column.at(row), f"{name} {end}")
        address = Column.DISTRIBUTION.at(row)
        self._put_typed(address, declared, distribution, figures((name, DISTRIBUTION)))
        self.sheet[address].alignment = Alignment(horizontal="left", vertical="center", indent=1)
        self._accept(_distribution_rule(), address, DISTRIBUTION)
        places = (Column.LOW.at(row), Column.HIGH.at(row), address)
        low_cell, high_cell, shape_cell = (
            elsewhere(self.sheet, Formula(place, value))
            for place, value in zip(places, (low, high, distribution), strict=True)
        )
        self.ends[name] = (low_cell, high_cell, shape_cell)
        return low, high, distribution

    def _add_as_generated(self, row: int, declared: Input) -> Any:
        """The value that an answer is given for; none for labels and cells to fill in."""
        shown = None if self._is_asked(declared) else figure_as_generated(self.book.scenario, declared)
        if shown is None:
            return None
        address, look = Column.AS_GENERATED.at(row), styles.number_format(declared.quantity)
        content = self._of_the_scenario(self.scenarios.generated[declared.name]) if self.scenarios else shown
        self.book.put(self.sheet, address, content, "Explanatory Text", look)
        self.sheet[address].alignment = Alignment(horizontal="right", vertical="center")
        return shown

    def _of_the_scenario(self, cells: Formula) -> Formula:
        """What the scenario in use has of cells, one for each.

        The empty text where it has nothing.
        """
        assert self.scenarios is not None
        return text_or_nothing(Formula(f"INDEX({cells.text},1,{self.scenarios.number.text})", cells.value[0]))

    def _add_annotations(self, row: int, declared: Input) -> str | None:
        """Answer, source, note, and the name in formulas; returns the answer."""
        book, sheet, scenario, name = self.book, self.sheet, self.book.scenario, declared.name
        source, note = scenario.sources.get(name, ""), scenario.notes.get(name, declared.meaning)
        answer = scenario.confirmed.get(name)
        own = self.scenarios.answers.get(name) if self.scenarios else None
        style = "Explanatory Text" if own else "Annotation"
        book.put(sheet, Column.ANSWER.at(row), self._of_the_scenario(own) if own else answer, style)
        sheet[Column.ANSWER.at(row)].alignment = Alignment(
            horizontal="left", vertical="center", wrap_text=True, indent=1
        )
        book.put(sheet, Column.SOURCE.at(row), source, "Annotation")
        book.put(sheet, Column.NOTE.at(row), note, "Annotation")
        book.put(sheet, Column.NAME.at(row), name, "Explanatory Text")
        return answer

    def _add_in_use(self, row: int, declared: Input, typed: Formula) -> None:
        """What may be typed, and the figure in use under the input's own name."""
        book, sheet, quantity, name = self.book, self.sheet, declared.quantity, declared.name
        if not declared.numeric and not quantity.choices:
            self.in_use[name] = book.define(name, sheet, typed.text, typed.value)
            if name == "start_month":
                in_range = self._put_verdict(row, month_in_range(self.in_use[name]))
                start, place = calendar_start(self.in_use[name], in_range), Column.IN_USE.at(row)
                self.in_use["calendar_start"] = book.put(sheet, place, start, "Calculation", name="calendar_start")
            return
        add = self._add_bounds if declared.numeric else self._add_choices
        default, legal = add(row, declared, typed)
        figure, look = if_error(in_use(declared, typed, default, legal), FILL_IN), styles.number_format(quantity)
        if name in self.refused:
            figure = is_empty(self.refused[name]).where(figure, FILL_IN)
        cell = book.put(sheet, Column.IN_USE.at(row), figure, "Calculation", look, name=name)
        self._add_missing(row, declared, cell)
        example = getattr(book.scenario, name)
        self.in_use[name] = Formula(cell.text, example) if self._is_asked(declared) else cell

    def _add_missing(self, row: int, declared: Input, figure: Formula) -> None:
        """How many inputs are missing down to here, and the names of the first."""
        label: Formula = Formula(Column.INPUT.at(row), declared.label)
        if why := self.refused.get(declared.name):
            label = joined(label, is_empty(why).where("", joined(" (", why, ")")))
        count, names = self.count, self.names
        is_missing = Formula(Column.IN_USE.at(row), figure.value) == FILL_IN
        self.count = self._put_quietly(Column.COUNT.at(row), count + is_missing.where(1, 0))
        more = (self.count == self.most_named + 1).where(joined(names, ", …"), names)
        longer = (self.count <= self.most_named).where(joined(names, ", ", label), more)
        longer = (self.count == 1).where(label, longer)
        longer = (self.count == 0).where("", is_missing.where(longer, names))
        self.names = self._put_quietly(Column.NAMES.at(row), longer)

    def _put_most_named(self) -> Formula:
        """How many missing inputs a sentence names."""
        self.book.put(self.sheet, Column.NAMES.at(FIRST_ROW - 1), "are named at most", "Explanatory Text")
        place = Column.COUNT.at(FIRST_ROW - 1)
        return Formula(absolute(place), self.book.put(self.sheet, place, MOST_NAMED, "Explanatory Text").value)

    def _put_quietly(self, place: str, content: Formula) -> Formula:
        return self.book.put(self.sheet, place, content, "Explanatory Text")

    def _add_bounds(self, row: int, declared: Input, typed: Formula) -> tuple[Formula, Formula]:
        """A number's bounds, and whether it lies within.

        Returns its default's cell, and whether what is typed is legal.
        """
        book, sheet, quantity = self.book, self.sheet, declared.quantity
        lowest, highest = bounds(declared)
        lowest_cell = book.put(sheet, Column.LOWEST.at(row), lowest, "Explanatory Text", styles.LOWEST)
        highest_cell = book.put(sheet, Column.HIGHEST.at(row), highest, "Explanatory Text", styles.HIGHEST)
        step = book.put(sheet, Column.STEP.at(row), 1 if quantity.whole else 0, "Explanatory Text")
        if declared.name == "months_to_amortize":  # the Cash flow sheet has so many months and no more
            highest_cell = function("MAX", month_numbers(book), value=last_month(book))
        look = styles.number_format(quantity)
        content = default_beside(declared, self.asked)
        default = book.put(sheet, Column.DEFAULT.at(row), content, "Explanatory Text", look)
        self.needed += (default.value == FILL_IN) - declared.required
        ends = self._ends(row, declared)
        bounds_here = self.bounds[declared.name] = Bounds(lowest_cell, highest_cell, step)
        of_the_engine = replace(bounds_here, highest=Formula(Column.HIGHEST.at(row), highest))
        beside: Formula | None = None
        if refused := refusal(declared, self.asked, default == FILL_IN):
            beside = self._put_quietly(Column.BESIDE.at(row), if_error(refused.holds.where(refused.why, ""), ""))
        why = no_range(declared, typed, of_the_engine, ends, beside)
        cell = self.refused[declared.name] = self._put_quietly(Column.REFUSED.at(row), why)
        verdict = _in_range(typed, _within(bounds_here, *ends[:2]), default)
        self._put_verdict(row, is_empty(cell).where(verdict, "FAIL"))
        return default, bounds_here.hold(typed)

    def _ends(self, row: int, declared: Input) -> tuple[Formula, Formula, Formula]:
        """The cells of low, high and distribution."""
        low, high, shape = (end_of(self.book.scenario, declared.name, end) for end in (LOW, HIGH, DISTRIBUTION))
        return (
            Formula(Column.LOW.at(row), low),
            Formula(Column.HIGH.at(row), high),
            Formula(Column.DISTRIBUTION.at(row), shape),
        )

    def _add_choices(self, row: int, declared: Input, typed: Formula) -> tuple[Formula, Formula]:
        """Whether one of the choices is typed.

        Returns the cell of the default, and whether one is typed.
        """
        legal = is_a_choice(declared.quantity, typed)
        self._put_verdict(row, if_error(is_empty(typed).where("OK", legal.where("OK", "FAIL")), "FAIL"))
        return self.book.put(self.sheet, Column.DEFAULT.at(row), declared.default, "Explanatory Text"), legal

    def _put_verdict(self, row: int, verdict: Formula) -> Formula:
        cell = self.book.put(self.sheet, Column.IN_RANGE.at(row), verdict, "Explanatory Text")
        self.verdicts.append(cell.value)
        return cell

    def _accept(self, rule: DataValidation, address: str, key: str) -> None:
        """Adds a cell to the rule of its key; equal rules are written once."""
        self.rules.setdefault(key, rule).add(address)


def _within(bounds: Bounds, low: Formula, high: Formula) -> Bounds:
    """Bounds that low and high narrow where they are typed.

    MAX and MIN pass over empty cells.
    """

    def further(name: str, of: Callable[[Iterable[float]], float], bound: Formula, end: Formula) -> Formula:
        return function(name, bound, end, value=of([each.value for each in (bound, end) if each.value is not None]))

    return Bounds(further("MAX", max, bounds.lowest, low), further("MIN", min, bounds.highest, high), bounds.step)


def _in_range(cell: Formula, bounds: Bounds, default: Formula) -> Formula:
    """OK for a number within its bounds, and an empty cell with a default.

    Fill in where a number is missing.
    """
    empty = is_empty(cell) & (default == FILL_IN).negated()
    return if_error(cell.given().where(bounds.hold(cell).where("OK", "FAIL"), empty.where("OK", FILL_IN)), FILL_IN)


def _value_rule(book: Book, declared: Input) -> DataValidation:
    rule = validation_of(declared, book.scenario.currency)
    if declared.name == "months_to_amortize":
        months = last_month(book)
        rule.formula2 = str(months)
        rule.error = f"A whole number from 1 to {months}: this workbook has so many months. Make another for more."
    return rule


def _end_rule(declared: Input, end: str) -> DataValidation:
    rule = rule_of(declared.quantity, True)
    rule.promptTitle = rule.errorTitle = end.capitalize()
    side, where = ("least", "below") if end == LOW else ("most", "above")
    rule.prompt = f"The {side} that {declared.label} may be. Empty: 20 % {where} the value."
    return rule


def _distribution_rule() -> DataValidation:
    rule = rule_of(q.DISTRIBUTION, True)
    rule.promptTitle = rule.errorTitle = "Distribution"
    rule.prompt = "The shape between low and high. Empty: pert."
    return rule
