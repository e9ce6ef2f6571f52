"""From a scenario to a finished workbook: every sheet, then the finishing pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl.packaging.custom import DateTimeProperty, StringProperty

from roi_engine._version import __version__
from roi_engine.errors import Problem, ScenarioError
from roi_engine.reference import REFERENCE
from roi_engine.scenario import Scenario
from roi_engine.worksheet.catalogue import functions
from templates.building import styles
from templates.building.as_generated import PROPERTY, RANGES_PROPERTY, fingerprint_as_generated, fingerprint_of_ranges
from templates.building.book import Book, Edition
from templates.building.decision_pages import leave_pages_for_a_decision
from templates.building.layout import lay_out
from templates.building.what_if_places import SHEETS as WHAT_IF_SHEETS
from templates.building.what_if_places import TRIALS_SHEET
from templates.lambdas.carried import carry_names
from templates.lambdas.printed_functions import lambda_names
from templates.sheets.breakdown_sheet import fill_breakdown
from templates.sheets.breakdown_workings import add_breakdown_workings
from templates.sheets.by_year_sheet import add_by_year_sheet, fill_by_year
from templates.sheets.cash_flow_sheet import add_cash_flow_sheet
from templates.sheets.checks import Checked
from templates.sheets.checks_sheet import add_checks_sheet, add_master_check
from templates.sheets.functions_sheet import add_functions_sheet
from templates.sheets.inputs_sheet import add_inputs_sheet
from templates.sheets.notes_sheet import add_notes_sheet
from templates.sheets.options_sheet import add_options_sheet
from templates.sheets.risk_sheet import add_risk_sheet
from templates.sheets.risk_trials_sheet import add_risk_trials_sheet, fill_risk_trials
from templates.sheets.scenario_results import fill_scenario_results
from templates.sheets.scenarios_sheet import add_scenarios_sheet
from templates.sheets.sensitivity_sheet import add_sensitivity_sheet
from templates.sheets.summary_sheet import Shown, add_summary_sheet, fill_summary
from templates.sheets.what_if_sheets import add_what_if_sheets
from templates.xlsx.finishing import finish
from templates.xlsx.generation_time import generation_time


def build_workbook(
    scenario: Scenario,
    *,
    edition: Edition = "wired",
    generated: datetime | None = None,
    others: Sequence[Scenario] = (),
    recipient: str = "",
    live_grids: bool = False,
    trials: int = 0,
    risk: bool | None = None,
) -> bytes:
    """The workbook of a scenario, as the bytes of an .xlsx file.

    scenario : the inputs.
    edition : what calculated cells hold: ``wired`` calls of the FT_ functions, ``native`` ordinary formulas, ``lambda``
        calls of functions that the file itself carries as LAMBDA names, ``values`` nothing but values.
    generated : the time to state; SOURCE_DATE_EPOCH, else now, when left out.
    others : further scenarios, among which the reader chooses on a sheet of their own; each needs a name, all one
        currency, or a `ScenarioError` says so.
    recipient : whom this copy is for, kept as a property of the document, so that returned workbooks can be told apart.
    live_grids : whether Excel's data tables calculate the tornado and the grids of the native edition, which are values
        as generated when it is left out.
    trials : how many a data table of the native edition draws of what is uncertain, a multiple of 8; 0 for none.
    risk : whether there is a sheet Risk; where something is left to chance when left out.

    Two builds of the same scenario at the same time are equal byte for byte.
    """
    _check_scenarios([scenario, *others])
    carried = _carried_by(edition)
    return _built(Book(scenario, edition, others, live_grids, False, trials, risk, carried), generated, recipient)


def build_pages(scenario: Scenario, *, generated: datetime | None = None, others: Sequence[Scenario] = ()) -> bytes:
    """The pages for a decision: the bytes of an .xlsx file that is only printed.

    scenario : the inputs.
    generated : the time to state.
    others : further scenarios.

    It holds values, so that every edition of the workbook has the same pages and no program needs to calculate. What a
    decision does not need is hidden: other sheets, and inputs that stand at their defaults.
    """
    _check_scenarios([scenario, *others])
    book, moment = Book(scenario, "values", others), generation_time(generated)
    _add_sheets(book, moment)
    leave_pages_for_a_decision(book)
    return _finished(book, moment, "")


def build_template(
    *, edition: Edition = "wired", generated: datetime | None = None, recipient: str = "", name: str = ""
) -> bytes:
    """The workbook to be filled in, as the bytes of an .xlsx file.

    edition : as of a report; ``values`` would not calculate.
    generated : the time to state.
    recipient : whom this copy is for.
    name : what the scenario is called at first.

    The cells of the reference inputs are empty, each with the reference's own figure beside it. Until the last of them
    is filled in, every figure, sentence and check says so. It opens on Inputs.
    """
    example = REFERENCE.with_inputs(name=name, description="")
    return _built(Book(example, edition, to_fill_in=True, carried=_carried_by(edition)), generated, recipient)


def _carried_by(edition: Edition) -> frozenset[str]:
    """The functions that the cells of an edition may call as names of the file.

    None that draws: a simulation in a cell takes seconds, at every edit.
    """
    if edition != "lambda":
        return frozenset()
    return frozenset(name for name, each in functions().items() if name in lambda_names() and each.family != _DRAWS)


_DRAWS = functions()["FT_SIMSTAT"].family
"""The family of functions that draw what is uncertain."""


def _built(book: Book, generated: datetime | None, recipient: str) -> bytes:
    moment = generation_time(generated)
    _add_sheets(book, moment)
    return _finished(book, moment, recipient)


def _add_sheets(book: Book, moment: datetime) -> None:
    """Every sheet, each with the cells of those that it takes from."""
    summary = add_summary_sheet(book)
    years = add_by_year_sheet(book)
    scenarios = add_scenarios_sheet(book) if book.several else None
    inputs = add_inputs_sheet(book, scenarios)
    workings = add_breakdown_workings(book, inputs.in_use)
    flows = add_cash_flow_sheet(book, workings.quantities)
    figures = fill_breakdown(book, workings, flows, inputs.block)
    by_year = fill_by_year(book, years, flows)
    sensitivity = add_sensitivity_sheet(book, inputs, figures.metrics)
    risk = add_risk_sheet(book, inputs, scenarios) if book.has_risk else None
    trials = add_risk_trials_sheet(book) if book.trials else None
    options = add_options_sheet(book, workings.quantities, inputs.block, flows.rows)
    results = fill_scenario_results(book, scenarios, inputs.bounds, flows.months) if scenarios else None
    checked = Checked(inputs, flows, figures, by_year, sensitivity, options, risk, scenarios, results)
    checks = add_checks_sheet(book, checked)
    add_functions_sheet(book, inputs, risk)
    add_notes_sheet(book)
    found = add_what_if_sheets(book, inputs, sensitivity)
    if trials and found:
        fill_risk_trials(book, trials, found, inputs, checks.as_generated)
    shown = Shown(inputs, flows, figures, options, checks, sensitivity.drawing, risk, scenarios)
    fill_summary(book, summary, shown, moment)
    if book.lacks_sensitivity:
        book.leave_out(sensitivity.sheet)
    add_master_check(book, checks)
    _put_workings_last(book)
    lay_out(book)


WORKINGS = (
    *("Scenario flows", "Scenario workings", "Scenario blocks", "Option flows", "Functions"),
    *(*WHAT_IF_SHEETS, TRIALS_SHEET),
)
"""The sheets that nobody reads to decide."""


def _put_workings_last(book: Book) -> None:
    """What others are calculated by stands behind them, with tinted tabs."""
    for sheet in sorted(book.workbook.worksheets, key=lambda each: each.title in WORKINGS):
        properties: Any = sheet.sheet_properties
        properties.tabColor = styles.WORKINGS_TAB if sheet.title in WORKINGS else styles.TITLE_INK
        book.workbook.move_sheet(sheet, len(book.workbook.worksheets))


def _check_scenarios(scenarios: list[Scenario]) -> None:
    """Several scenarios need names of their own, and one currency."""
    if len(scenarios) == 1:
        return
    problems = []
    seen: set[str] = set()
    for number, each in enumerate(scenarios, start=1):
        place = f"scenario {number}"
        if not each.name:
            problems.append(Problem(place, "has no name. Give it one, so that it can be chosen."))
        elif each.name.casefold() in seen:
            problems.append(Problem(place, f'is called "{each.name}" like another. Give it a name of its own.'))
        seen.add(each.name.casefold())
        if each.currency != scenarios[0].currency:
            theirs = f"counts in {each.currency}, the first in {scenarios[0].currency}."
            problems.append(Problem(place, f"{theirs} A workbook has one currency: convert its amounts."))
    if problems:
        raise ScenarioError(problems)


def _finished(book: Book, moment: datetime, recipient: str) -> bytes:
    scenario = book.scenario
    properties: Any = book.workbook.custom_doc_props  # type: ignore[attr-defined]
    properties.append(StringProperty(name="FT ROI version", value=__version__))
    properties.append(StringProperty(name="Scenario", value=scenario.name or "unnamed"))
    if not book.to_fill_in:
        properties.append(StringProperty(name="Inputs SHA-256", value=scenario.fingerprint()))
        properties.append(StringProperty(name=RANGES_PROPERTY, value=fingerprint_of_ranges(scenario)))
    generated = fingerprint_as_generated(book.scenarios, book.to_fill_in)
    properties.append(StringProperty(name=PROPERTY, value=generated))
    properties.append(StringProperty(name="Edition", value=book.edition))
    properties.append(DateTimeProperty(name="Generated", value=moment.replace(tzinfo=None)))
    if recipient:
        properties.append(StringProperty(name="Recipient", value=recipient))
    package = BytesIO()
    opened = book.workbook["Inputs"] if book.to_fill_in else book.workbook.worksheets[0]
    book.workbook.active = opened
    opened.sheet_view.tabSelected = True
    book.workbook.save(package)
    finished = finish(
        package.getvalue(),
        book.formulas,
        numbers=book.numbers,
        created=moment,
        title=scenario.name or "Fine-tuning decision",
        description=scenario.description,
        chart_descriptions={sheet: texts for sheet, texts in book.chart_descriptions.items() if texts},
        dynamic_arrays=book.edition == "lambda",
    )
    return carry_names(finished) if book.edition == "lambda" else finished
