"""What must hold between the figures of a workbook: each check, two figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.errors import WrongType
from roi_engine.value import ceiling, maximum
from templates.building.book import Book, sheets_with_errors
from templates.building.chosen_metric import metric_at_base
from templates.building.formula import Formula, function, if_error, is_number
from templates.sheets.breakdown_sheet import BreakdownCells
from templates.sheets.by_year_sheet import ByYearCells
from templates.sheets.cash_flow_sheet import CashFlowCells
from templates.sheets.grids import GridCells
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.options_sheet import OptionsCells
from templates.sheets.risk_sheet import RiskCells
from templates.sheets.scenario_results import ScenarioResultCells
from templates.sheets.scenarios_sheet import ScenarioCells
from templates.sheets.sensitivity_sheet import SensitivityCells

TOLERANCE = 1e-9
LOOSE = 1e-6


@dataclass(frozen=True)
class Check:
    """Two figures that must agree; A may take the cell of B.

    target : the named cell to look at.
    by_function : whether it looks at what only the FT_ functions give.
    when : whether what it looks at is there, where that may not be.
    """

    name: str
    sentence: str
    a: Any
    b: Any
    target: Formula
    tolerance: float = TOLERANCE
    by_function: bool = False
    when: Formula | None = None


@dataclass(frozen=True)
class Checked:
    """The cells of all sheets whose figures are checked against each other."""

    inputs: InputCells
    flows: CashFlowCells
    figures: BreakdownCells
    by_year: ByYearCells
    sensitivity: SensitivityCells
    options: OptionsCells
    risk: RiskCells | None = None
    scenarios: ScenarioCells | None = None
    results: ScenarioResultCells | None = None

    @property
    def months(self) -> Formula:
        """The horizon."""
        return self.inputs.in_use["months_to_amortize"]

    @property
    def sheets(self) -> list[Worksheet]:
        """The sheets that no cell with an error may stand on."""
        always = [
            each.sheet for each in (self.by_year, self.inputs, self.figures, self.flows, self.sensitivity, self.options)
        ]
        return always + [each.sheet for each in (self.risk, self.scenarios) if each]


def checks_of(book: Book, checked: Checked) -> list[Check]:
    """Every check of a workbook, in the order of the sheet."""
    inputs, flows, out = checked.inputs, checked.flows, checked.figures
    cumulative, months = flows.cumulative, checked.months
    last = Formula(flows.rows.indexed(cumulative, months + 1), cumulative.value[int(months.value)])
    present = sum(f * d for f, d in zip(flows.net.value, flows.discount_factors.value, strict=True))
    discounted = function("SUMPRODUCT", flows.discount_factors, flows.net, value=present)
    outside = function("COUNTIF", inputs.in_range, "FAIL", value=inputs.in_range.value.count("FAIL"))
    return [
        Check("check_benefits_add_up", "Inference and review savings add up to the monthly benefit.",
              out.inference_savings + out.review_savings, out.monthly_benefit, out.monthly_benefit),
        Check("check_net_is_benefit_less_cost", "Net return is total benefit less total cost.",
              out.benefit - out.total_cost, out.net_roi, out.net_roi),
        Check("check_last_cumulative", "The cumulative cash flow ends at the net return.",
              last, out.net_roi, cumulative),
        Check("check_npv", "NPV is the sum of discount factor × cash flow.", discounted, out.npv, out.npv),
        *_by_year(checked),
        _npv_at_irr(checked),
        _payback_straddles(checked),
        *_sensitivity_checks(book, checked),
        *_risk_checks(book, checked.risk),
        _cheapest_option(checked.options),
        *_own_option(checked.options, out),
        *_scenario_checks(checked),
        Check("check_inputs_in_range", "Every input lies within its legal range, and its own (inputs outside).",
              outside, 0, inputs.in_range),
        _months_are_formulas(checked),
        _no_errors(book, checked),
    ]  # fmt: skip


def _by_year(checked: Checked) -> list[Check]:
    """Both are the net of a column, which large benefits and costs may leave small."""
    table, out = checked.by_year, checked.figures
    size = maximum(table.size, 1)
    return [
        Check("check_by_year_net_roi", "By year: the net in total is the net return (difference over all added up).",
              (table.net_roi - out.net_roi) / size, 0, table.net_roi),
        Check("check_by_year_npv", "By year: the net in present value is the NPV (difference over the same).",
              (table.npv - out.npv) / size, 0, table.npv),
    ]  # fmt: skip


def _sensitivity_checks(book: Book, checked: Checked) -> list[Check]:
    """What ties Breakdown and Sensitivity to the scenario, where they are live."""
    out, asked = checked.figures, checked.sensitivity
    if book.data_tables:
        return _grid_checks(book, checked)  # no second formula to compare the Breakdown and the tornado's base with
    if not book.calls_functions or out.matches is None:
        return []  # and grids that do not follow an edited input
    mismatches = function("COUNTIF", out.matches, "FAIL", value=out.matches.value.count("FAIL"))
    at_base = _at_base(book, checked, asked.tornado_metric)
    return [
        Check("check_breakdown", "Every figure of the Breakdown agrees with its native formula (mismatches).",
              mismatches, 0, out.matches, by_function=True),
        *_grid_checks(book, checked),
        Check("check_tornado_base", "The tornado's base case is the scenario's figure.",
              asked.tornado_base, at_base, asked.tornado_base, by_function=True),
    ]  # fmt: skip


def _risk_checks(book: Book, risk: RiskCells | None) -> list[Check]:
    """Whether the histogram holds every draw, where the functions count them."""
    if risk is None or risk.steps is None or risk.state is not None or book.edition == "values":
        return []
    sentence = "The steps of the histogram hold every draw (share of the draws)."
    steps, draws = book.by_function_alone(risk.steps, 1), risk.simulated.draws
    return [Check("check_risk_steps", sentence, steps, 1, draws, by_function=True)]


def _at_base(book: Book, checked: Checked, metric: Formula) -> Formula:
    return metric_at_base(book, metric, checked.inputs.block, checked.inputs.in_use, checked.figures.metrics)


def _cheapest_option(options: OptionsCells) -> Check:
    """The option of rank 1 is the one of the lowest cost."""
    costs, ranks = options.costs, options.ranks
    first = Formula(f"INDEX({costs.text},MATCH(1,{ranks.text},0))", costs.value[ranks.value.index(1)])
    lowest = function("MIN", costs, value=min(cost for cost in costs.value if isinstance(cost, (int, float))))
    return Check("check_option_ranks", "The option of rank 1 has the lowest present value of cost.",
                 first, lowest, ranks)  # fmt: skip


def _own_option(options: OptionsCells, out: BreakdownCells) -> list[Check]:
    """The option that the scenario is has the scenario's figures."""
    return [
        Check("check_own_option_npv", "The option that the scenario is has the scenario's NPV.",
              options.own["NPV"], out.npv, options.ranks),
        Check("check_own_option_payback", "The option that the scenario is has the scenario's payback.",
              options.own["PAYBACK"], out.payback, options.ranks),
        Check("check_own_option_bill", "The option that the scenario is has the scenario's monthly bill.",
              options.own["BILL"], options.own_bill, options.ranks),
    ]  # fmt: skip


def _scenario_checks(checked: Checked) -> list[Check]:
    """The scenario in use is a known one, and its column agrees with the Breakdown."""
    scenarios, results, out = checked.scenarios, checked.results, checked.figures
    if scenarios is None or results is None:
        return []
    number, names, choice = scenarios.number.text, scenarios.names.text, scenarios.choice

    def in_use(row: Formula) -> Formula:
        return Formula(f"INDEX({row.text},1,{number})", row.value[0])

    return [
        Check("check_scenario_is_known", "The scenario in use is one of those on the sheet Scenarios (1 = yes).",
              Formula(f"SUMPRODUCT(--({names}={choice.text}))", 1), 1, choice),
        Check("check_scenario_net_roi", "The scenario's column shows the net return of the Breakdown.",
              in_use(results.net_roi), out.net_roi, results.net_roi),
        Check("check_scenario_npv", "The scenario's column shows the NPV of the Breakdown.",
              in_use(results.npv), out.npv, results.npv),
    ]  # fmt: skip


def _npv_at_irr(checked: Checked) -> Check:
    """Zero where there is an IRR; nothing to check where there is none."""
    irr, net, months = checked.figures.irr, checked.flows.net, checked.flows.months
    value: Any = WrongType("there is no IRR, or the loss is total")
    if isinstance(irr.value, (int, float)) and 1 + irr.value > LOOSE:
        value = sum(f * (1 + irr.value) ** (-t / 12) for t, f in enumerate(net.value))
    sum_at_irr = Formula(f"SUMPRODUCT({net.text}*(1+{irr.text})^(-{months.text}/12))", value)
    rest = sum_at_irr / maximum(checked.flows.quantities["flow_size"], 1)
    near_total_loss = (1 + irr) <= LOOSE  # there the annual rate has lost its digits
    rest = is_number(irr).where(near_total_loss.where(0, rest), 0)
    sentence = "NPV at the IRR is zero (relative to the size of all flows)."
    return Check("check_npv_at_irr", sentence, rest, 0, irr, LOOSE)


def _payback_straddles(checked: Checked) -> Check:
    """Payback lies in the month in which the cumulative flow turns."""
    payback, months, cumulative = checked.figures.payback, checked.months, checked.flows.cumulative
    number = function("N", payback, value=payback.value if isinstance(payback.value, (int, float)) else 0)
    within = (number > 0) & (number <= months)
    cells = _payback_cells(cumulative.value, number.value, int(months.value))
    month: Any = maximum(ceiling(number - TOLERANCE), 1)
    before = Formula(checked.flows.rows.indexed(cumulative, month), cells[0])
    after = Formula(checked.flows.rows.indexed(cumulative, month + 1), cells[1])
    wrong = ((before < 0) & (after >= 0)).where(0, 1)
    return Check("check_payback_straddles", "Payback lies where the cumulative cash flow turns positive (0 = yes).",
                 within.where(wrong, 0), 0, payback)  # fmt: skip


def _payback_cells(cumulative: Sequence[float], payback: Any, months: int) -> tuple[float, float]:
    if not 0 < payback <= months:
        return -1.0, 0.0
    month = max(math.ceil(payback - TOLERANCE), 1)
    return cumulative[month - 1], cumulative[month]


def _grid_checks(book: Book, checked: Checked) -> list[Check]:
    return [_grid_check(grid, _at_base(book, checked, grid.metric)) for grid in checked.sensitivity.grids]


def _grid_check(grid: GridCells, at_base: Formula) -> Check:
    number = grid.number
    sentence = f"The centre of grid {number} is the scenario's figure (if its axes are two filled inputs, unmoved)."
    across, down = grid.across, grid.down
    unedited = (across.change == 0) & (down.change == 0)
    unedited = unedited & (is_number(across.value) & is_number(down.value))
    unedited = unedited & (across.label == down.label).negated()

    def shown(base: Formula) -> Formula:
        return unedited.where(grid.centre, base)

    return Check(f"check_grid_{number}_centre", sentence, shown, at_base, grid.centre, by_function=True)


def _months_are_formulas(checked: Checked) -> Check:
    """Counts the formulas of the Cash flow sheet; what cannot count takes it as given."""
    months = checked.flows.rows.table.months_of_all_rows
    counted = Formula(f"SUMPRODUCT(--_xlfn.ISFORMULA({months.text}))", months.value)

    def found(expected: Formula) -> Formula:
        return if_error(counted, expected)

    sentence = "Every month on the Cash flow sheet is a formula: no figure was typed over one (cells)."
    return Check("check_months_are_formulas", sentence, found, months.value, checked.flows.net)


def _no_errors(book: Book, checked: Checked) -> Check:
    """Counts the sheets whose figures are read and that show an error."""
    sheets = [each for each in checked.sheets if not (book.lacks_sensitivity and each is checked.sensitivity.sheet)]
    return Check("check_no_errors", "No cell of the sheets with figures shows an error (sheets with one).",
                 sheets_with_errors(sheets), 0, checked.inputs.block)  # fmt: skip
