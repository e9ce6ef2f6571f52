"""The monthly bill on the Options sheet, and where self-hosting breaks even.

Ordinary formulas in every edition, printed from the engine's equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import fleet_equations
from roi_engine.options import CALLS, GRAPHS, OPTIONS, REPLACED
from roi_engine.value import divide
from templates.building import styles
from templates.building.book import Book, group_title
from templates.building.columns import put_titles
from templates.building.formula import Formula, cached, formula_of, function, joined
from templates.building.quantities import Quantities, by_equation
from templates.sheets.option_bearings import OptionCells
from templates.sheets.option_columns import RIGHT, Bill, Column, Volume

PLACE = {"STAY": Bill.STAY, "SWITCH": Bill.SWITCH, "API": Bill.API, "SELFHOSTED": Bill.SELFHOSTED}
IN_A_SENTENCE = {"STAY": "staying", "SWITCH": "another general model", "API": "the fine-tuned API"}
"""What the options are called in a sentence; else self-hosting."""
AGAINST = {"STAY": Volume.STAY, "SWITCH": Volume.SWITCH, "API": Volume.API}
"""The options against which self-hosting breaks even."""
STAIRCASE = (
    ("Price of a call", "{currency} / call", styles.CALL_PRICE),
    ("Fixed costs beside the GPUs, less the other's", "{currency} / month", styles.MONEY),
    ("Bill of one replica", "{currency} / month", styles.MONEY),
    ("Calls that one replica serves", "calls / month", styles.WHOLE),
    ("Saving of a call on a full replica", "{currency} / call", styles.CALL_PRICE),
    ("Replicas at the first volume", "replicas", styles.WHOLE),
    ("Replicas at the last change", "replicas", styles.WHOLE),
    ("First volume at which it costs no more", "calls / month", styles.WHOLE),
    ("Volume from which it always costs no more", "calls / month", styles.WHOLE),
)


@dataclass(frozen=True)
class BillCells:
    """What the chart takes.

    finding : which option has the lowest bill.
    first_volumes : the volume at which self-hosting first costs no more than each other option.
    row : the row of the bills.
    last_row : the last of the volumes.
    """

    finding: Formula
    first_volumes: Mapping[str, Formula]
    row: int
    last_row: int


def add_bills(
    book: Book, sheet: Worksheet, row: int, volumes_row: int, fixed: Quantities, options: Mapping[str, OptionCells]
) -> BillCells:
    """Writes the bill at the scenario's volume, and the break-even volumes.

    row, volumes_row : where the two begin.
    fixed : the scenario's inputs in use and fixed figures.
    """
    title = "Monthly bill, all traffic moved, first-month prices; no upfront cost"
    group_title(book, sheet, row, title, Column.NOTE.letter)
    put_titles(book, sheet, row + 1, (Bill.LABEL, *PLACE.values(), Bill.UNIT))
    row += 2
    finding = _add_bills_now(book, sheet, row, fixed, options)
    bills_row, row = row, volumes_row
    title = "Volumes from which self-hosting costs no more, month by month"
    group_title(book, sheet, row, title, Column.NOTE.letter)
    put_titles(book, sheet, row + 1, (Volume.LABEL, *AGAINST.values(), Volume.EMPTY, Volume.UNIT))
    row += 2
    firsts = _add_volumes(book, sheet, row, fixed, options)
    last = row + len(STAIRCASE) - 1
    note = "Between the two a new replica can be nearly empty: there the price per call may win again."
    book.put(sheet, Volume.NOTE.at(last), note, "Explanatory Text")
    return BillCells(finding, firsts, bills_row, last)


def _add_bills_now(
    book: Book, sheet: Worksheet, row: int, fixed: Quantities, options: Mapping[str, OptionCells]
) -> Formula:
    """The bills at the scenario's calls; returns the cell that names the lowest."""
    book.put(sheet, Bill.LABEL.at(row), "At the scenario's calls")
    bills = []
    for name, column in PLACE.items():
        bill = monthly_bill(name, fixed, options)
        bills.append(book.put(sheet, column.at(row), bill, "Output", styles.MONEY))
        sheet[column.at(row)].alignment = RIGHT
    book.put(sheet, Bill.UNIT.at(row), f"{book.scenario.currency} / month", "Unit")
    area = Formula(f"{bills[0].text}:{bills[-1].text}", None)
    lowest = function("MIN", area, value=min(each.value for each in bills if isinstance(each.value, (int, float))))
    words: Any = "self-hosting"
    for name, bill in reversed([*zip(IN_A_SENTENCE, bills, strict=False)]):
        words = (bill == lowest).where(IN_A_SENTENCE[name], words)
    content = joined("Lowest monthly bill: ", words)
    finding = book.put(sheet, Bill.FINDING.at(row), content, "Explanatory Text", name="bills_title")
    return finding


def monthly_bill(
    name: str, fixed: Quantities, options: Mapping[str, OptionCells], calls: Formula | None = None
) -> Formula:
    """The bill of a month; n/a for an option that lacks inputs.

    fixed : the scenario's inputs in use and fixed figures.
    calls : where they are not the scenario's.
    """
    moved = {} if calls is None else {CALLS: calls}
    if name == "STAY":
        return by_equation("stay_bill_now", {**fixed, **moved}, OPTIONS)
    mode: Any = REPLACED[name]["serving"]
    bill = by_equation("bill_now", {**options[name].fixed, **moved, "serving": mode}, GRAPHS[name])
    return options[name].compared.where(bill, "n/a")


def _add_volumes(
    book: Book, sheet: Worksheet, row: int, n: Quantities, options: Mapping[str, OptionCells]
) -> dict[str, Formula]:
    """Self-hosting against each other option; returns the first volumes."""
    for at, (title, unit, _) in enumerate(STAIRCASE, start=row):
        book.put(sheet, Volume.LABEL.at(at), title)
        book.put(sheet, Volume.UNIT.at(at), unit.replace("{currency}", book.scenario.currency), "Unit")
    own, firsts = options["SELFHOSTED"], {}
    for name, column in AGAINST.items():
        both, price, fixed = own.compared, n["baseline_cost_per_call"], _fixed(own)
        if name != "STAY":
            both, price = both & options[name].compared, options[name].fixed["finetuned_cost_per_call"]
            fixed = fixed - _fixed(options[name])
        stairs = _Staircase(book, sheet, column, row, {**own.fixed}, both)
        stairs.add(price, fixed, (f"own_first_against_{name.lower()}", f"own_always_against_{name.lower()}"))
        firsts[name] = stairs.first
    return firsts


def _fixed(option: OptionCells) -> Formula:
    """What an option costs a month beside serving."""
    return by_equation("fixed_bill_now", option.fixed, OPTIONS)


class _Staircase:
    """Self-hosting against a price per call, step by step in a column.

    n : the inputs and fixed figures of self-hosting.
    both : whether both options have figures; else the steps stay empty.
    """

    first: Formula

    def __init__(self, book: Book, sheet: Worksheet, column: Volume, row: int, n: Quantities, both: Formula) -> None:
        self.book, self.sheet, self.column, self.n, self.both = book, sheet, column, n, both
        self._rows = iter(enumerate(STAIRCASE, start=row))

    def _put(self, figure: Any, otherwise: str = "", style: str = "Calculation", name: str | None = None) -> Any:
        row, (_, _, look) = next(self._rows)
        content = formula_of(figure)
        shown = self.both.where(content, otherwise)
        cell = self.book.put(self.sheet, self.column.at(row), shown, style, look, name)
        self.sheet[self.column.at(row)].alignment = RIGHT
        return Formula(cell.text, cached(content.value))

    def add(self, price: Formula, fixed: Formula, names: tuple[str, str]) -> None:
        """Writes the steps.

        fixed : what self-hosting costs a month beside its GPUs, less what the other does.
        names : of the first volume, and of the one from which self-hosting always costs no more.
        """
        n: Any = self.n
        per_call, least = n["replicas_per_call"], n["min_replicas"]
        price, fixed = self._put(price), self._put(fixed)
        gpu_bill = fleet_equations.replica_bill(
            n["gpus_per_replica"], n["serving_gpu_hourly_rate"], n["hours_per_month"]
        )
        bill = self._put(gpu_bill)
        self._put(divide(formula_of(1), per_call, 0))
        saving = self._put(fleet_equations.full_replica_saving(price, bill, per_call))
        at_first = self._put(fleet_equations.first_paying_replicas(saving, fixed, per_call, least))
        at_last = self._put(fleet_equations.always_paying_replicas(saving, price, fixed, per_call, least))
        first: Any = fleet_equations.first_paying_calls(saving, at_first, bill, fixed, price)
        always: Any = fleet_equations.always_paying_calls(saving, at_last, bill, fixed, price)
        self.first = self._put_volume(first, names[0])
        self._put_volume(always, names[1])

    def _put_volume(self, calls: Formula, name: str) -> Formula:
        from_nothing = (calls > 0).where(calls, 0)  # a text is greater than any number, so Never stays
        cell: Formula = self._put(from_nothing, "n/a", "Output", name)
        return cell if self.both.value else Formula(cell.text, "n/a")
