"""The Options sheet: stay, fine-tuned API and self-hosted side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.figures import OPTION_FIGURES
from roi_engine.options import COMPARED, LABELS, NEEDED, cheaper
from templates.building import flow_metrics, styles
from templates.building.book import Book, page, protect
from templates.building.columns import put_titles, span, widths
from templates.building.formula import Formula, formula_of, function, if_error, is_number
from templates.building.month_rows import MonthRows
from templates.building.native_figures import native_figure
from templates.building.quantities import Quantities
from templates.building.shown_figures import rounded_format
from templates.sheets.monthly_bills import add_bills
from templates.sheets.monthly_bills_chart import add_bill_chart
from templates.sheets.option_bearings import OptionCells, add_bearings
from templates.sheets.option_columns import RIGHT, Column, End, Step
from templates.sheets.option_flows_sheet import OptionFlowCells, add_option_flows_sheet

FIRST_ROW = 5
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
NOTE = "NOTE"
NPV, COST, MONTHLY, PAYBACK, RANK, VOLUME = (
    OPTION_FIGURES[name].code
    for name in ("npv", "pv_cost", "equivalent_monthly_cost", "payback_months", "rank", "ranking_changes_at")
)
"""What FT_OPTION is asked for."""
_ITEMS = {
    NOTE: (Column.NOTE, styles.GENERAL),
    NPV: (Column.NPV, rounded_format(OPTION_FIGURES["npv"])),
    COST: (Column.COST, rounded_format(OPTION_FIGURES["pv_cost"])),
    MONTHLY: (Column.MONTHLY, rounded_format(OPTION_FIGURES["equivalent_monthly_cost"])),
    PAYBACK: (Column.PAYBACK, rounded_format(OPTION_FIGURES["payback_months"])),
}
"""What has a name of its own in each option: where it stands, and how."""


@dataclass(frozen=True)
class OptionsCells:
    """What others take: the present values of cost, and the ranks, of all options."""

    sheet: Worksheet
    costs: Formula
    ranks: Formula


def add_options_sheet(book: Book, fixed: Quantities, block: Formula, cash_flow: MonthRows) -> OptionsCells:
    """Writes the sheet, and in the native edition the sheet of the options' flows.

    fixed : the scenario's inputs in use and fixed figures.
    block : the Inputs table, as the argument of a function.
    cash_flow : the rows of the Cash flow sheet.
    """
    sheet = book.sheet(
        "Options",
        widths(Column, Step, End),
        "Options",
        "Stay, fine-tune through an API, or self-host: each over the horizon, every option bearing its own costs.",
    )
    put_titles(book, sheet, FIRST_ROW - 1, Column)
    sheet.row_dimensions[FIRST_ROW - 1].height = 30
    row = FIRST_ROW + len(LABELS) + 1
    row, options = add_bearings(book, sheet, row, fixed)
    native = None
    if book.edition == "native":
        native = _NativeFigures(_add_flows(book, cash_flow, fixed, options), fixed, options)
    cells = _add_figures(book, sheet, block, native)
    bills = add_bills(book, sheet, row + 2, fixed, options)
    row = add_bill_chart(book, sheet, bills, fixed, options)
    sheet.freeze_panes = Column.NPV.at(FIRST_ROW)
    page(sheet, span(Column.OPTION, Column.NOTE, 1, row), f"1:{FIRST_ROW - 1}", tall=1)
    protect(sheet)
    return cells


def _add_flows(
    book: Book, cash_flow: MonthRows, fixed: Quantities, options: Mapping[str, OptionCells]
) -> OptionFlowCells:
    own_books = {option: each.book for option, each in options.items()}
    own_fixed = {option: each.fixed for option, each in options.items()}
    return add_option_flows_sheet(book, cash_flow, fixed, own_books, own_fixed)


def _add_figures(book: Book, sheet: Worksheet, block: Formula, native: _NativeFigures | None) -> OptionsCells:
    """A row per option, by FT_OPTION or by ordinary formulas over the options' flows."""

    def asked(name: str, item: str) -> Formula:
        return if_error(book.ft("FT_OPTION", name, item, block), "n/a")

    costs: list[Formula] = []
    for row, name in enumerate(LABELS, start=FIRST_ROW):
        book.put(sheet, Column.OPTION.at(row), LABELS[name])
        sheet.row_dimensions[row].height = 26  # a note may take two lines
        for item, (column, shown) in _ITEMS.items():
            figure = native.figure(name, item) if native else asked(name, item)
            style = "Explanatory Text" if item == NOTE else "Output"
            cell = book.put(sheet, column.at(row), figure, style, shown, name=f"{name.lower()}_{item.lower()}")
            sheet[column.at(row)].alignment = RIGHT if item != NOTE else _LEFT
            if native:
                native.known[name, item] = cell
            if item == COST:
                costs.append(Formula(column.at(row), cell.value))
    ranks: list[Any] = []
    for row, (name, own) in enumerate(zip(LABELS, costs, strict=True), start=FIRST_ROW):
        rank = _rank(own, costs) if native else asked(name, RANK)
        ranks.append(book.put(sheet, Column.RANK.at(row), rank, "Output", styles.WHOLE).value)
        with book.as_values(book.edition == "native"):  # found by a search over all volumes
            book.put(sheet, Column.CHANGES.at(row), asked(name, VOLUME), "Output", styles.WHOLE)
        for column in (Column.RANK, Column.CHANGES):
            sheet[column.at(row)].alignment = RIGHT
    first, last = FIRST_ROW, FIRST_ROW + len(LABELS) - 1
    all_costs = book.define("option_costs", sheet, Column.COST.rows(first, last), [each.value for each in costs])
    all_ranks = book.define("option_ranks", sheet, Column.RANK.rows(first, last), ranks)
    if native:
        note = "Rank changes: the volumes as generated. All else follows the inputs; see the sheet Option flows."
        book.put(sheet, Column.OPTION.at(last + 1), note, "Explanatory Text")
    return OptionsCells(sheet, all_costs, all_ranks)


def _rank(own: Formula, costs: Sequence[Formula]) -> Formula:
    """1 and how many options are cheaper; n/a for an option without figures."""
    numbers = [each.value for each in costs if isinstance(each.value, (int, float))]
    area = Formula(f"{costs[0].text}:{costs[-1].text}", None)
    largest = function("MAX", area, 1, value=max(1.0, *numbers))
    one, other = (cheaper(cost, own, metrics.largest_rounding(largest)) for cost in costs if cost is not own)
    return is_number(own).where(1 + one + other, "n/a")


class _NativeFigures:
    """The options' figures by ordinary formulas; n/a for an option that lacks inputs.

    known : the figures that stand, by option and item.
    """

    def __init__(self, flows: OptionFlowCells, fixed: Quantities, options: Mapping[str, OptionCells]) -> None:
        self.flows, self.fixed, self.options = flows, fixed, options
        self.known: dict[tuple[str, str], Formula] = {}

    def figure(self, name: str, item: str) -> Formula:
        """A figure of an option, by those before it."""
        if item == NOTE:
            return self._note(name)
        if name == "STAY":
            return formula_of(self._of_staying(item))
        calculated = if_error(self._of_option(name, item), "n/a")
        return self.options[name].compared.where(calculated, "n/a")

    def _note(self, name: str) -> Formula:
        if name == "STAY":
            return formula_of(COMPARED)
        return self.options[name].compared.where(COMPARED, NEEDED[name][1])

    def _of_staying(self, item: str) -> Any:
        rate = self.fixed["discount_rate"]
        figures: dict[str, Callable[[], Any]] = {
            NPV: lambda: 0,
            COST: lambda: flow_metrics.npv(rate, self.flows.first_bill, self.flows.later_bills),
            MONTHLY: lambda: self._equivalent("STAY"),
            PAYBACK: lambda: "n/a",
        }
        return figures[item]()

    def _of_option(self, name: str, item: str) -> Any:
        own = self.flows.options[name]
        figures: dict[str, Callable[[], Any]] = {
            NPV: lambda: native_figure("npv", own),
            COST: lambda: self.known["STAY", COST] - self.known[name, NPV],
            MONTHLY: lambda: self._equivalent(name),
            PAYBACK: lambda: native_figure("payback_months", own),
        }
        return figures[item]()

    def _equivalent(self, name: str) -> Any:
        n = self.fixed
        return metrics.equivalent_monthly(self.known[name, COST], n["discount_rate"], n["months_to_amortize"])
