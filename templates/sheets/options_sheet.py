"""The Options sheet.

Stay, another general model, fine-tuned API and self-hosted side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.figures import OPTION_FIGURES
from roi_engine.option_equations import COMPARED
from roi_engine.options import LABELS, OPTIONS, cheaper
from templates.building import pages, styles
from templates.building.book import FITTED, Book, page, protect
from templates.building.columns import put_titles, span, widths
from templates.building.formula import Formula, formula_of, function, if_error, is_number, joined
from templates.building.month_rows import MonthRows
from templates.building.native_figures import native_figure
from templates.building.quantities import Quantities, by_equation
from templates.building.shown_figures import rounded_format
from templates.sheets.monthly_bills import add_bills, monthly_bill
from templates.sheets.monthly_bills_chart import add_bill_chart
from templates.sheets.option_bearings import OptionCells, add_bearings
from templates.sheets.option_columns import RIGHT, Column, End, Step
from templates.sheets.option_flows_sheet import add_option_flows_sheet

FIRST_ROW, BEARINGS_ROW = 5, 41
"""Where the options begin, and what each bears: the second page."""
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
NOTE = "NOTE"
_CODES = (
    "npv", "npv_best", "pv_cost", "equivalent_monthly_cost", "payback_months", "bill", "rank", "ranking_changes_at",
)  # fmt: skip
NPV, BEST, COST, MONTHLY, PAYBACK, BILL, RANK, VOLUME = (OPTION_FIGURES[name].code for name in _CODES)
"""What FT_OPTION is asked for."""
VOLUMES = "FT_SELFBREAKEVEN"
"""The function that searches as FT_OPTION does for a volume: what has it, or has not, has both."""
_ITEMS = {
    NOTE: (Column.NOTE, styles.GENERAL),
    NPV: (Column.NPV, rounded_format(OPTION_FIGURES["npv"])),
    BEST: (Column.BEST, rounded_format(OPTION_FIGURES["npv_best"])),
    COST: (Column.COST, rounded_format(OPTION_FIGURES["pv_cost"])),
    MONTHLY: (Column.MONTHLY, rounded_format(OPTION_FIGURES["equivalent_monthly_cost"])),
    PAYBACK: (Column.PAYBACK, rounded_format(OPTION_FIGURES["payback_months"])),
    BILL: (Column.BILL, rounded_format(OPTION_FIGURES["bill"])),
}
"""What has a name of its own in each option: where it stands, and how."""


@dataclass(frozen=True)
class OptionsCells:
    """What others take.

    costs, ranks : the present values of cost, and the ranks, of all options.
    own : the figures of the option that the scenario is, by what FT_OPTION is asked for.
    own_bill : its monthly bill by the scenario's own figures.
    stay_cost : the present value of staying.
    best_other : the name of the best other option.
    """

    sheet: Worksheet
    costs: Formula
    ranks: Formula
    own: Mapping[str, Formula]
    own_bill: Formula
    stay_cost: Formula
    best_other: Formula


def add_options_sheet(book: Book, fixed: Quantities, block: Formula, cash_flow: MonthRows) -> OptionsCells:
    """Writes the sheet, and where there are formulas the sheet of the options' flows.

    fixed : the scenario's inputs in use and fixed figures.
    block : the Inputs table, as the argument of a function.
    cash_flow : the rows of the Cash flow sheet.
    """
    sheet = book.sheet(
        "Options",
        widths(Column, Step, End),
        "Options",
        "Stay, change the model, fine-tune through an API, or self-host: each over the horizon, bearing its own costs. "
        f"Amounts are in {book.scenario.currency}.",
    )
    put_titles(book, sheet, FIRST_ROW - 1, Column)
    sheet.row_dimensions[FIRST_ROW - 1].height = 30
    row = FIRST_ROW + len(LABELS)
    bearings = add_bearings(book, sheet, BEARINGS_ROW, fixed)
    options = bearings.options
    native: _NativeFigures | None = None
    if book.edition != "values":
        flows = add_option_flows_sheet(book, cash_flow, options)
        native = _NativeFigures(flows, cash_flow.quantities, options)
    table = _Table(book, sheet, block, native)
    table.add()
    cells = table.cells(fixed)
    _add_lines(book, sheet, row, cells.best_other, bearings.not_borne)
    bills = add_bills(book, sheet, row + 4, bearings.last_row + 2, fixed, options)
    chart_end = add_bill_chart(book, sheet, bills, fixed, options)
    assert chart_end < BEARINGS_ROW - 1
    sheet.freeze_panes = Column.NPV.at(FIRST_ROW)
    has_fleet = options["SELFHOSTED"].has.value == 1  # else its volumes are half a page of nothing
    page(sheet, span(Column.OPTION, Column.NOTE, 1, bills.last_row if has_fleet else bearings.last_row), "1:3")
    ends = (BEARINGS_ROW - 1, bearings.last_row + 1) if has_fleet else (BEARINGS_ROW - 1,)
    book.once_fitted.append(lambda: pages.print_in_blocks(sheet, ends, 3))
    protect(sheet)
    return cells


def _add_lines(book: Book, sheet: Worksheet, row: int, best_other: Formula, not_borne: Formula) -> None:
    """What stands below the table, in words."""
    lines = [joined("The best option other than this scenario: ", best_other, "."), not_borne]
    for line in lines:
        book.put(sheet, Column.OPTION.at(row), line, "Explanatory Text")
        row += 1
    if book.as_generated(VOLUMES):
        when = "in a report of this workbook" if book.to_fill_in else "the volumes as generated"
        note = f"Rank changes: {when}. All else follows the inputs; see the sheet Option flows."
        book.put(sheet, Column.OPTION.at(row), note, "Explanatory Text")


class _Table:
    """A row per option, by FT_OPTION and by ordinary formulas over the options' flows.

    known : the figures that stand, by option and what FT_OPTION is asked for.
    """

    def __init__(self, book: Book, sheet: Worksheet, block: Formula, native: _NativeFigures | None) -> None:
        self.book, self.sheet, self.block, self.native = book, sheet, block, native
        self.rows = {name: row for row, name in enumerate(LABELS, start=FIRST_ROW)}
        self.known: dict[tuple[str, str], Formula] = {}

    def _figure(self, name: str, item: str, native: Callable[[], Formula]) -> Formula:
        return self.book.live(partial(self._asked, name, item), native)

    def _native_figure(self, name: str, item: str) -> Formula:
        assert self.native is not None
        return self.native.figure(name, item, self.known)

    def _asked(self, name: str, item: str) -> Formula:
        return if_error(self.book.ft("FT_OPTION", name, item, self.block), "n/a")

    def add(self) -> None:
        """Every figure; an item of all options before the next."""
        for name, row in self.rows.items():
            self.book.put(self.sheet, Column.OPTION.at(row), LABELS[name])
        for item, (column, look) in _ITEMS.items():
            for name, row in self.rows.items():
                figure = self._figure(name, item, partial(self._native_figure, name, item))
                style = "Explanatory Text" if item == NOTE else "Output"
                cell = f"{name.lower()}_{item.lower()}"
                self.known[name, item] = self.book.put(self.sheet, column.at(row), figure, style, look, name=cell)
                self.sheet[column.at(row)].alignment = RIGHT if item != NOTE else _LEFT
        self._add_ranks()

    def _add_ranks(self) -> None:
        """The ranks, and the volumes at which they change.

        These are found by a search over all volumes.
        """
        costs = {name: Formula(Column.COST.at(row), self.known[name, COST].value) for name, row in self.rows.items()}
        for name, row in self.rows.items():
            rank = self._figure(name, RANK, partial(_rank, costs[name], [*costs.values()]))
            place = Column.RANK.at(row)
            self.known[name, RANK] = self.book.put(self.sheet, place, rank, "Output", styles.WHOLE)
            with self.book.as_values(self.book.as_generated(VOLUMES)):
                changes = self.book.by_function_alone(self._asked(name, VOLUME))
                self.book.put(self.sheet, Column.CHANGES.at(row), changes, "Output", styles.WHOLE)
            self.sheet[Column.RANK.at(row)].alignment = RIGHT
            self.sheet[Column.CHANGES.at(row)].alignment = FITTED

    def cells(self, fixed: Quantities) -> OptionsCells:
        """What others take.

        fixed : the scenario's inputs in use and fixed figures.
        """
        own = fixed["serving"] == "self_hosted"
        return OptionsCells(
            self.sheet,
            costs=self._named("option_costs", Column.COST, COST),
            ranks=self._named("option_ranks", Column.RANK, RANK),
            own={item: own.where(self.known["SELFHOSTED", item], self.known["API", item]) for item in _ITEMS},
            own_bill=by_equation("bill_now", fixed, OPTIONS),
            stay_cost=self.known["STAY", COST],
            best_other=self._best_other(own),
        )

    def _named(self, name: str, column: Column, item: str) -> Formula:
        rows = [*self.rows.values()]
        values = [self.known[each, item].value for each in self.rows]
        return self.book.define(name, self.sheet, column.rows(rows[0], rows[-1]), values)

    def _best_other(self, own: Formula) -> Formula:
        """The name of the best option other than the scenario.

        One without figures counts as staying.
        """
        switch = self.known["SWITCH", NPV].fallback(0)
        other = own.where(self.known["API", NPV], self.known["SELFHOSTED", NPV]).fallback(0)
        fine_tuned = own.where(LABELS["API"], LABELS["SELFHOSTED"])
        better = (switch >= other).where(LABELS["SWITCH"], fine_tuned)
        return ((switch <= 0) & (other <= 0)).where(LABELS["STAY"], better)


def _rank(own: Formula, costs: Sequence[Formula]) -> Formula:
    """1 and how many options are cheaper; n/a for an option without figures."""
    numbers = [each.value for each in costs if isinstance(each.value, (int, float))]
    area = Formula(f"{costs[0].text}:{costs[-1].text}", None)
    largest = function("MAX", area, 1, value=max(1.0, *numbers))
    rank: Any = 1
    for cost in costs:
        if cost is not own:
            rank = rank + cheaper(cost, own, metrics.largest_rounding(largest))
    return is_number(own).where(rank, "n/a")


class _NativeFigures:
    """The options' figures by ordinary formulas; n/a for an option that lacks inputs.

    flows : what the figures of each option take.
    scenario : the same of the scenario, with the bill of staying.
    """

    def __init__(
        self, flows: Mapping[str, Quantities], scenario: Quantities, options: Mapping[str, OptionCells]
    ) -> None:
        self.flows, self.scenario, self.options = flows, scenario, options

    def figure(self, name: str, item: str, known: Mapping[tuple[str, str], Formula]) -> Formula:
        """A figure of an option, by those before it."""
        if item == NOTE:
            return formula_of(COMPARED) if name == "STAY" else self.options[name].note
        if name == "STAY" and item in (NPV, PAYBACK):
            return formula_of(0 if item == NPV else "n/a")
        if item == NPV:
            figure = native_figure("npv", self.flows[name])
        elif item == PAYBACK:
            figure = native_figure("payback_months", self.flows[name])
        elif item == BILL:
            figure = monthly_bill(name, self.scenario, self.options)
        else:
            figure = self._of_known(name, item, known)
        return figure if name == "STAY" else self.options[name].compared.where(if_error(figure, "n/a"), "n/a")

    def _of_known(self, name: str, item: str, known: Mapping[tuple[str, str], Formula]) -> Formula:
        """A figure that others of the table give."""
        if item == BEST:
            others = [known[each, NPV] for each in LABELS if each != name]
            highest = max(each.value for each in others if isinstance(each.value, (int, float)))
            return known[name, NPV] - function("MAX", *others, value=highest)
        if item == MONTHLY:
            n, cost = self.scenario, known[name, COST]
            return formula_of(metrics.equivalent_monthly(cost, n["discount_rate"], n["months_to_amortize"]))
        if name == "STAY":
            return by_equation("pv_stay", self.scenario)
        return known["STAY", COST] - known[name, NPV]
