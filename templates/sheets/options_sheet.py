"""The Options sheet: stay, fine-tuned API and self-hosted side by side, and the monthly bill against the volume."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import metrics
from roi_engine.cashflow import MODEL
from roi_engine.options import COMPARED, LABELS, NEEDED, OPTIONS, REPLACED, changed_equations, cheaper
from roi_engine.scenario import INPUTS
from templates.building import flow_metrics, styles
from templates.building.book import Book, column_titles, group_title, page, protect
from templates.building.formula import Formula, formula_of, function, if_error, is_number
from templates.building.month_rows import MonthTable
from templates.sheets.breakdown_sheet import WORKINGS
from templates.sheets.monthly_bills import COLUMNS, LAST_COLUMN, add_bill_chart, add_bills
from templates.sheets.option_flows_sheet import SHORT, add_option_flows_sheet, own_names

WIDTHS = (41, 18, 18, 18, 17, 8, 19, 40, 3, 8, 8, 11, 14, 14, 3, 16, 16, 18, 14)
TITLES = (
    "Option", ">NPV against staying", ">PV of cost", ">Equivalent monthly cost", ">Payback (months)", ">Rank",
    ">Rank changes at (calls/month)", "Note",
)  # fmt: skip
FIRST_ROW = 5
_RIGHT = Alignment(horizontal="right", vertical="center")
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def add_options_sheet(book: Book, cash_flow: MonthTable) -> Worksheet:
    """Writes the sheet, and in the native edition the sheet of the options' flows."""
    sheet = book.sheet(
        "Options",
        WIDTHS,
        "Options",
        "Stay, fine-tune through an API, or self-host: each over the horizon, every option bearing its own costs.",
    )
    column_titles(book, sheet, FIRST_ROW - 1, TITLES)
    sheet.row_dimensions[FIRST_ROW - 1].height = 30
    row = FIRST_ROW + len(LABELS) + 1
    row = _add_bearings(book, sheet, row) + 2
    flows = add_option_flows_sheet(book, cash_flow) if book.edition == "native" else None
    _add_figures(book, sheet, flows)
    row = add_bills(book, sheet, row) + 1
    row = add_bill_chart(book, sheet, row)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    page(sheet, f"A1:{LAST_COLUMN}{row}", f"1:{FIRST_ROW - 1}", tall=1)
    protect(sheet)
    return sheet


# --- the table ------------------------------------------------------------------------------------------


def _add_figures(book: Book, sheet: Worksheet, flows: MonthTable | None) -> None:
    """A row per option, by FT_OPTION or by ordinary formulas over the options' flows."""
    rows = dict(zip(LABELS, range(FIRST_ROW, FIRST_ROW + len(LABELS)), strict=True))
    for name, row in rows.items():
        book.put(sheet, f"A{row}", LABELS[name])
        sheet.row_dimensions[row].height = 26  # a note may take two lines
        for column, item, shown in (
            ("H", "NOTE", styles.GENERAL),
            ("B", "NPV", styles.MONEY),
            ("C", "PVCOST", styles.MONEY),
            ("D", "EQUIVMONTHLY", styles.MONEY),
            ("E", "PAYBACK", styles.PAYBACK),
        ):
            figure = book.live(
                if_error(book.ft("FT_OPTION", name, item, book.scenario_block), "n/a"),
                lambda name=name, item=item, row=row: _native(book, flows, name, item, row),  # type: ignore[misc]
            )
            style = "Explanatory Text" if item == "NOTE" else "Output"
            book.put(sheet, f"{column}{row}", figure, style, shown, name=f"{name.lower()}_{item.lower()}")
            sheet[f"{column}{row}"].alignment = _RIGHT if item != "NOTE" else _LEFT
    for name, row in rows.items():
        wired = if_error(book.ft("FT_OPTION", name, "RANK", book.scenario_block), "n/a")
        rank = book.live(wired, lambda name=name: _rank(book, name, list(rows.values())))  # type: ignore[misc]
        book.put(sheet, f"F{row}", rank, "Output", styles.WHOLE)
        wired = if_error(book.ft("FT_OPTION", name, "VOLUME", book.scenario_block), "n/a")
        with book.as_values(book.edition == "native"):  # found by a search over all volumes
            book.put(sheet, f"G{row}", wired, "Output", styles.WHOLE)
        for column in "FG":
            sheet[f"{column}{row}"].alignment = _RIGHT
    first, last = FIRST_ROW, FIRST_ROW + len(LABELS) - 1
    for name, column in (("option_costs", "C"), ("option_ranks", "F")):
        values = [book.values[sheet.title][f"{column}{row}"] for row in rows.values()]
        book.define(name, sheet, f"{column}{first}:{column}{last}", values)
    if book.edition == "native":
        note = "Rank changes: the volumes as generated. All else follows the inputs; see the sheet Option flows."
        book.put(sheet, f"A{last + 1}", note, "Explanatory Text")


def _native(book: Book, flows: MonthTable | None, name: str, item: str, row: int) -> Formula:
    """A figure by ordinary formulas; n/a for an option that lacks inputs."""
    assert flows is not None
    n = book.names
    if item == "NOTE":
        if name == "STAY":
            return formula_of(COMPARED)
        return (n[f"has_{SHORT[name]}"] == 1).where(COMPARED, NEEDED[name][1])
    stay = _npv(book, flows, "stay_bill")
    if name == "STAY":
        figures: dict[str, Callable[[], Formula]] = {
            "NPV": lambda: formula_of(0),
            "PVCOST": lambda: stay,
            "EQUIVMONTHLY": lambda: _equivalent(book, name),
            "PAYBACK": lambda: formula_of("n/a"),
        }
        return figures[item]()
    own = own_names(name)
    figures = {
        "NPV": lambda: _npv(book, flows, own("net_cash_flow")),
        "PVCOST": lambda: n["stay_pvcost"] - n[f"{name.lower()}_npv"],
        "EQUIVMONTHLY": lambda: _equivalent(book, name),
        "PAYBACK": lambda: _payback(book, own),
    }
    return (n[f"has_{SHORT[name]}"] == 1).where(if_error(figures[item](), "n/a"), "n/a")


def _npv(book: Book, flows: MonthTable, quantity: str) -> Formula:
    return flow_metrics.npv(book.names["discount_rate"], flows.cell(quantity, 0), flows.span(quantity, 1))


def _equivalent(book: Book, name: str) -> Any:
    n = book.names
    return metrics.equivalent_monthly(n[f"{name.lower()}_pvcost"], n["discount_rate"], n["months_to_amortize"])


def _payback(book: Book, own: Callable[[str], str]) -> Any:
    n = book.names
    rows = [n[own(name)] for name in ("recovery_moments", "cumulative_flows", "flows")]
    return flow_metrics.payback(rows, n["months_to_amortize"], n[own("flow_size")])


def _rank(book: Book, name: str, rows: list[int]) -> Formula:
    costs = [Formula(f"C{row}", book.values["Options"][f"C{row}"]) for row in rows]
    own = costs[list(LABELS).index(name)]
    numbers = [each.value for each in costs if isinstance(each.value, (int, float))]
    largest = function("MAX", Formula(f"C{rows[0]}:C{rows[-1]}", None), 1, value=max(1.0, *numbers))
    rounding = metrics.rounding(largest)
    ranks = [cheaper(cost, own, rounding) for cost in costs if cost is not own]
    return is_number(own).where(1 + ranks[0] + ranks[1], "n/a")


# --- what each option bears -----------------------------------------------------------------------------


def _add_bearings(book: Book, sheet: Worksheet, row: int) -> int:
    """The inputs and the fixed figures in which the options differ; returns the last row."""
    group_title(book, sheet, row, "What each option bears", LAST_COLUMN)
    row += 1
    column_titles(book, sheet, row, ("", "", ">Fine-tuned API", ">Self-hosted", "Unit"))
    currency = book.scenario.currency
    replaced = [name for name in INPUTS if any(name in each for each in REPLACED.values())]
    looks = {name: (label, quantity) for name, label, quantity in WORKINGS}
    fixed = [name for name in looks if any(name in changed_equations(option) for option in REPLACED)]
    for name in replaced:
        row += 1
        declared = INPUTS[name]
        book.put(sheet, f"A{row}", declared.label)
        for option, values in REPLACED.items():
            own = own_names(option)(name)
            content = values[name] if name in values else book.names[name]
            cell, look = f"{COLUMNS[option]}{row}", styles.number_format(declared.quantity)
            book.put(sheet, cell, content, "Calculation", look, name=own if name in values else None)
            sheet[cell].alignment = _RIGHT
        book.put(sheet, f"E{row}", declared.quantity.unit_in(currency), "Unit")
    for name in fixed:
        row += 1
        label, quantity = looks[name]
        book.put(sheet, f"A{row}", label)
        for option in REPLACED:
            own_name = own_names(option)
            changed = own_name(name) != name
            content = book.names[name]
            if changed:
                content = formula_of(MODEL.equations[name](*(book.names[own_name(t)] for t in MODEL.takes[name])))
            cell = f"{COLUMNS[option]}{row}"
            book.put(sheet, cell, content, "Calculation", styles.SMALL_MONEY, name=own_name(name) if changed else None)
        book.put(sheet, f"E{row}", quantity.unit_in(currency), "Unit")
    row += 1
    book.put(sheet, f"A{row}", "Has what it needs (1 = yes)")
    for option, (equation, _) in NEEDED.items():
        has = formula_of(OPTIONS.equations[equation](*(book.names[name] for name in OPTIONS.takes[equation])))
        book.put(sheet, f"{COLUMNS[option]}{row}", has, "Calculation", styles.WHOLE, name=f"has_{SHORT[option]}")
    return row
