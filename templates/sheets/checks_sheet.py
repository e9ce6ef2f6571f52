"""The Checks sheet: what must hold between the figures, each on a row; the master check for every sheet's header."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.errors import WrongType
from roi_engine.value import ceiling, maximum
from templates.building import styles
from templates.building.book import HEADER_ROWS, Book, absolute, color_ok_and_fail, column_titles, page, protect
from templates.building.formula import Formula, function, is_number, joined
from templates.sheets.what_if_sheets import metric_at_base

TITLES = ("Check", "What must hold", ">A", ">B", ">Difference", ">Tolerance", "Result", "Where")
WIDTHS = (26, 66, 18, 18, 14, 12, 10, 16)
FIRST_ROW = 4
TOLERANCE = 1e-9
LOOSE = 1e-6


@dataclass(frozen=True)
class Check:
    """Two figures that must agree within a tolerance of their size; A may take the cell of B."""

    name: str
    sentence: str
    a: Any
    b: Any
    target: str
    tolerance: float = TOLERANCE


def add_checks_sheet(book: Book) -> Worksheet:
    """Writes the sheet and names the master check."""
    sheet = book.sheet("Checks", WIDTHS, "Checks", "Figures that must agree. A FAIL names the place to look at.")
    column_titles(book, sheet, FIRST_ROW, TITLES)
    row = FIRST_ROW
    for check in _checks(book):
        row += 1
        _add_check(book, sheet, row, check)
    first, last = FIRST_ROW + 1, row
    failed = function(
        "COUNTIF", Formula(f"G{first}:G{last}", None), "FAIL", value=_count_failed(book, sheet, first, last)
    )
    _add_as_generated(book, sheet, row + 2)
    row += 4
    book.put(sheet, f"A{row}", "Failed checks")
    count = book.put(sheet, f"C{row}", failed, "Output", styles.WHOLE, name="checks_failed")
    book.put(sheet, f"A{row + 1}", "Master check")
    state = (count == 0).where("All checks OK", joined("Failed checks: ", count, ", see Checks"))
    book.put(sheet, f"C{row + 1}", state, "Output", name="check_state")
    color_ok_and_fail(sheet, f"G{first}:G{last}")
    sheet.freeze_panes = f"B{FIRST_ROW + 1}"
    page(sheet, f"A1:H{row + 1}", f"1:{FIRST_ROW}", tall=1)
    protect(sheet)
    return sheet


def add_master_check(book: Book) -> None:
    """Shows the master check in every sheet's header, as a link to the Checks sheet."""
    for sheet in book.workbook.worksheets:
        address = f"A{HEADER_ROWS + 1}"
        book.put(sheet, address, book.names["check_state"], "Explanatory Text")
        if sheet.title != "Checks":
            book.link(sheet, address, "check_state")


def _checks(book: Book) -> list[Check]:
    n = book.names
    horizon = int(n["months_to_amortize"].value)
    present = sum(f * d for f, d in zip(n["net_flows"].value, n["discount_factors"].value, strict=True))
    in_range = [book.values["Inputs"][address] for address in book.values["Inputs"] if address.startswith("M")]
    last_cumulative = Formula("INDEX(cumulative_flows,months_to_amortize+1)", n["cumulative_flows"].value[horizon])
    return [
        Check("check_benefits_add_up", "Inference and review savings add up to the monthly benefit.",
              n["out_inference_savings"] + n["out_review_savings"], n["out_monthly_benefit"], "out_monthly_benefit"),
        Check("check_net_is_benefit_less_cost", "Net ROI is total benefit less total cost.",
              n["out_benefit"] - n["out_total_cost"], n["out_net_roi"], "out_net_roi"),
        Check("check_last_cumulative", "The cumulative cash flow ends at the net ROI.",
              last_cumulative, n["out_net_roi"], "cumulative_flows"),
        Check("check_npv", "NPV is the sum of discount factor × cash flow.",
              function("SUMPRODUCT", n["discount_factors"], n["net_flows"], value=present), n["out_npv"], "out_npv"),
        _npv_at_irr(book),
        _payback_straddles(book),
        *_sensitivity_checks(book),
        _cheapest_option(book),
        *_scenario_checks(book),
        Check("check_inputs_in_range", "Every input lies within its legal range (inputs outside).",
              function("COUNTIF", n["inputs_in_range"], "FAIL", value=in_range.count("FAIL")), 0, "inputs_in_range"),
        _no_errors(book),
    ]  # fmt: skip


def _sensitivity_checks(book: Book) -> list[Check]:
    """What ties Breakdown and Sensitivity to the scenario, where they are live."""
    n = book.names
    if book.data_tables:
        return _grid_checks(book)  # no second formula to compare the Breakdown and the tornado's base with
    if book.edition != "wired":
        return []  # and grids that do not follow an edited input
    mismatches = [v for a, v in book.values["Breakdown"].items() if a.startswith("F") and v == "FAIL"]
    return [
        Check("check_breakdown", "Every figure of the Breakdown agrees with its native formula (mismatches).",
              function("COUNTIF", n["breakdown_matches"], "FAIL", value=len(mismatches)), 0, "breakdown_matches"),
        *_grid_checks(book),
        Check("check_tornado_base", "The tornado's base case is the scenario's figure.",
              n["tornado_base"], metric_at_base(book, n["tornado_metric"]), "tornado_base"),
    ]  # fmt: skip


def _cheapest_option(book: Book) -> Check:
    """The option of rank 1 is the one of the lowest cost."""
    n = book.names
    costs, ranks = n["option_costs"], n["option_ranks"]
    first = Formula("INDEX(option_costs,MATCH(1,option_ranks,0))", costs.value[ranks.value.index(1)])
    lowest = function("MIN", costs, value=min(cost for cost in costs.value if isinstance(cost, (int, float))))
    return Check("check_option_ranks", "The option of rank 1 has the lowest present value of cost.",
                 first, lowest, "option_ranks")  # fmt: skip


def _scenario_checks(book: Book) -> list[Check]:
    """The scenario in use is a known one, and its column shows what the rest of the workbook shows."""
    if not book.several:
        return []
    n = book.names
    known = Formula("SUMPRODUCT(--(scenario_names=scenario_choice))", 1)

    def in_use(name: str) -> Formula:
        return Formula(f"INDEX(scenarios_{name},scenario_number)", n[f"scenarios_{name}"].value[0])

    return [
        Check("check_scenario_is_known", "The scenario in use is one of those on the sheet Scenarios (1 = yes).",
              known, 1, "scenario_choice"),
        Check("check_scenario_net_roi", "The scenario's column shows the net ROI of the Breakdown.",
              in_use("net_roi"), n["out_net_roi"], "scenarios_net_roi"),
        Check("check_scenario_npv", "The scenario's column shows the NPV of the Breakdown.",
              in_use("npv"), n["out_npv"], "scenarios_npv"),
    ]  # fmt: skip


def _npv_at_irr(book: Book) -> Check:
    """Zero where there is an IRR; nothing to check where there is none."""
    n = book.names
    irr = n["out_irr"]
    value: Any = WrongType("there is no IRR, or the loss is total")
    if isinstance(irr.value, (int, float)) and 1 + irr.value > LOOSE:
        value = sum(f * (1 + irr.value) ** (-t / 12) for t, f in enumerate(n["net_flows"].value))
    rest = Formula("SUMPRODUCT(net_flows*(1+out_irr)^(-flow_months/12))", value) / maximum(n["flow_size"], 1)
    near_total_loss = (1 + irr) <= LOOSE  # there the annual rate has lost its digits
    rest = is_number(irr).where(near_total_loss.where(0, rest), 0)
    return Check(
        "check_npv_at_irr", "NPV at the IRR is zero (relative to the size of all flows).", rest, 0, "out_irr", LOOSE
    )


def _payback_straddles(book: Book) -> Check:
    """Payback lies in the month in which the cumulative flow turns: before it negative, after it not."""
    n = book.names
    payback, months = n["out_payback"], n["months_to_amortize"]
    number = function("N", payback, value=payback.value if isinstance(payback.value, (int, float)) else 0)
    within = (number > 0) & (number <= months)
    cells = _payback_cells(n["cumulative_flows"].value, number.value, int(months.value))
    month: Any = maximum(ceiling(number - TOLERANCE), 1)
    before = Formula(f"INDEX(cumulative_flows,{month.text})", cells[0])
    after = Formula(f"INDEX(cumulative_flows,{month.text}+1)", cells[1])
    wrong = ((before < 0) & (after >= 0)).where(0, 1)
    return Check("check_payback_straddles", "Payback lies where the cumulative cash flow turns positive (0 = yes).",
                 within.where(wrong, 0), 0, "out_payback")  # fmt: skip


def _payback_cells(cumulative: list[float], payback: Any, months: int) -> tuple[float, float]:
    if not 0 < payback <= months:
        return -1.0, 0.0
    month = max(math.ceil(payback - TOLERANCE), 1)
    return cumulative[month - 1], cumulative[month]


def _grid_checks(book: Book) -> list[Check]:
    n = book.names
    checks = []
    for number in (1, 2):
        metric = n[f"grid_{number}_metric"]
        name = f"check_grid_{number}_centre"
        sentence = f"The centre of grid {number} is the scenario's figure (if its axes are two filled inputs, unmoved)."
        across, down = (n[f"grid_{number}_{side}"] for side in ("across", "down"))
        unedited = (n[f"grid_{number}_change_across"] == 0) & (n[f"grid_{number}_change_down"] == 0)
        filled = is_number(n[f"grid_{number}_value_across"]) & is_number(n[f"grid_{number}_value_down"])
        unedited = unedited & filled & (across == down).negated()
        centre = n[f"grid_{number}_centre"]

        def shown(base: Formula, unedited: Formula = unedited, centre: Formula = centre) -> Formula:
            return unedited.where(centre, base)

        checks.append(Check(name, sentence, shown, metric_at_base(book, metric), f"grid_{number}_centre"))
    return checks


def _no_errors(book: Book) -> Check:
    """Counts error cells on the sheets whose figures are read."""
    ranges = []
    for title in (
        "Inputs",
        "Breakdown",
        "Cash flow",
        "Sensitivity",
        "Options",
        *(["Scenarios"] if book.several else []),
    ):
        sheet = book.workbook[title]
        ranges.append(f"SUMPRODUCT(--ISERROR('{title}'!$A${HEADER_ROWS + 2}:{_corner(sheet)}))")
    return Check("check_no_errors", "No cell of the sheets with figures shows an error.",
                 Formula("+".join(ranges), 0, 2), 0, "scenario")  # fmt: skip


def _corner(sheet: Worksheet) -> str:
    return absolute(sheet.dimensions.split(":")[-1])


def _add_check(book: Book, sheet: Worksheet, row: int, check: Check) -> None:
    book.put(sheet, f"A{row}", check.name, "Explanatory Text")
    book.put(sheet, f"B{row}", check.sentence)
    b = book.put(sheet, f"D{row}", check.b, "Calculation", styles.ANY_SIZE)
    a_of_b = check.a(b) if callable(check.a) else check.a
    a = book.put(sheet, f"C{row}", a_of_b, "Calculation", styles.ANY_SIZE)
    both = is_number(a) & is_number(b)
    difference = both.where(abs(a - b), (a == b).where(0, 1))
    tolerance = book.put(sheet, f"F{row}", check.tolerance, "Explanatory Text", "0E+00")
    cell = book.put(sheet, f"E{row}", difference, "Calculation", "0.0E+00;-0.0E+00;0")
    size = is_number(b).where(maximum(abs(b), 1), 1)
    result = (cell <= tolerance * size).where("OK", "FAIL")
    book.put(sheet, f"G{row}", result, "Good", name=check.name)
    book.put(sheet, f"H{row}", "show", "Explanatory Text")
    book.link(sheet, f"H{row}", check.target)


def _add_as_generated(book: Book, sheet: Worksheet, row: int) -> None:
    """Whether the inputs are still those that the workbook was made from; informative, not a failure."""
    net, npv_made = book.appraisal.net_roi, book.appraisal.npv()
    book.put(sheet, f"A{row}", "figures_as_generated", "Explanatory Text")
    book.put(sheet, f"B{row}", "Net ROI now; net ROI and NPV when this workbook was generated (informative).")
    now = book.put(sheet, f"C{row}", book.names["out_net_roi"], "Calculation", styles.ANY_SIZE)
    then = book.put(sheet, f"D{row}", net, "Calculation", styles.ANY_SIZE)
    npv_then = book.put(sheet, f"E{row}", npv_made, "Calculation", styles.ANY_SIZE)
    npv = book.names["out_npv"]
    net_same = abs(now - then) <= TOLERANCE * maximum(abs(then), 1)
    npv_same = abs(npv - npv_then) <= TOLERANCE * maximum(abs(npv_then), 1)
    edited = "inputs edited, or another scenario" if book.several else "inputs edited since"
    same = (net_same & npv_same).where("as generated", edited)
    book.put(sheet, f"G{row}", same, "Explanatory Text", name="figures_as_generated")


def _count_failed(book: Book, sheet: Worksheet, first: int, last: int) -> int:
    return sum(book.values[sheet.title][f"G{row}"] == "FAIL" for row in range(first, last + 1))
