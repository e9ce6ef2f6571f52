"""The commands that write a workbook: report and template."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.number import WholeNumber
from addin.shell.options import EDITIONS, force_option, formulas_option, is_on, json_option, output_option
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file
from addin.shell.scenario_argument import (
    WORKBOOK_SUFFIXES,
    ScenarioFile,
    figures_of,
    read_scenarios,
    scenario_argument,
)
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from datetime import datetime

    from roi_engine import Appraisal, Scenario
    from templates.building.book import Edition


def _number_of_trials(context: click.Context, parameter: click.Parameter, number: int | None) -> int | None:
    """As many in each part of the lattice, else a usage error."""
    from roi_engine.simulation.lattice import PARTS
    from templates.building.what_if_places import FEWEST_TRIALS, MOST_TRIALS

    if number is None or (FEWEST_TRIALS <= number <= MOST_TRIALS and number % PARTS == 0):
        return number
    raise click.BadParameter(f"{number:,} is no multiple of {PARTS} from {FEWEST_TRIALS:,} to {MOST_TRIALS:,}.")


def _check_risk(risk: str, trials: int | None, formulas: str, others: Sequence[str]) -> None:
    """Where trials can stand, and what they can be of."""
    if risk != "live" and trials is not None:
        raise click.UsageError("--trials is for --risk live.")
    if risk == "live" and formulas != "native":
        raise click.UsageError("--risk live is for --formulas native: the trials are ordinary formulas.")
    if risk == "live" and others:
        raise click.UsageError(
            "--risk live is for one scenario: each draws what has a range in it. Make a workbook of each."
        )


@click.command(
    cls=Command,
    short_help="Write a scenario as a finished workbook.",
    examples="""
ft-roi report support.toml
ft-roi report support.toml -o report.xlsx --force
ft-roi report support.toml --formulas native -o for-everybody.xlsx
ft-roi report support.toml --formulas native --grids live -o for-excel.xlsx
ft-roi report support.toml --formulas lambda -o for-excel-365.xlsx
ft-roi report support.toml --formulas native --risk live --trials 1024 -o risk.xlsx
ft-roi report base.toml --scenario slow.toml --scenario half.toml
ft-roi report support.toml --pdf decision.pdf
ft-roi report support.toml --json | jq .npv
""",
    another="--scenario FILE",
    cures={"--pdf": "--pdf is followed by the name of its file: --pdf report.pdf"},
)
@scenario_argument
@output_option("Where to write; an .xlsx file.  [default: the scenario's name, in the current folder]")
@formulas_option(*EDITIONS)
@click.option(
    "--grids",
    type=click.Choice(("values", "live")),
    default="values",
    show_default=True,
    help="Tornado and grids of the native edition: values as generated, or live by the data tables of Excel.",
)
@click.option(
    "--risk",
    type=click.Choice(("values", "live")),
    default="values",
    show_default=True,
    help="Figures of risk in the native edition: values as generated, or live too, by trials in a data table of Excel.",
)
@click.option(
    "--trials",
    type=WholeNumber(taken="a multiple of 8 from 128 to 4,096"),
    callback=_number_of_trials,
    metavar="N",
    help="How many trials --risk live draws, a multiple of 8 from 128 to 4,096.  [default: 256]",
)
@click.option(
    "--scenario",
    "others",
    type=ScenarioFile(),
    metavar="FILE",
    multiple=True,
    help="A further scenario, once for each: the workbook has a column for each and a choice among them. Its file may "
    'build on another: base = "base.toml".',
)
@click.option(
    "--pdf",
    type=click.Path(),
    metavar="FILE",
    help="Print the pages for a decision too, as this .pdf file: answer, years, inputs with sources, sensitivity, "
    "options. Needs LibreOffice.",
)
@force_option("Overwrite files that exist.")
@json_option("Print the summary as JSON.")
def report(
    scenario_file: str,
    output: str | None,
    formulas: Edition,
    grids: str,
    risk: str,
    trials: int | None,
    others: tuple[str, ...],
    pdf: str | None,
    force: bool,
    json: bool,
) -> None:
    """Write a scenario as a finished workbook and print its answer in five lines."""
    if grids == "live" and formulas != "native":
        raise click.UsageError(
            "--grids live is for --formulas native. Those of the wired and the lambda edition are live; in a copy of "
            "values none is."
        )
    _check_risk(risk, trials, formulas, others)
    path = Path(output or _default_name(scenario_file))
    check_output_file(path, force)
    printed = Path(pdf) if pdf is not None else None
    if printed is not None:
        check_output_file(printed, force, "a document", "report.pdf", "--pdf")

    from addin.shell.generation_time import generation_time
    from addin.shell.input_warnings import print_warnings
    from roi_engine import appraise, check_inputs

    generated = generation_time()
    scenario, *further = read_scenarios([scenario_file, *others])

    from templates.building.book import LONGEST_LIVE_HORIZON
    from templates.building.what_if_places import DEFAULT_TRIALS
    from templates.workbook import build_workbook

    longest = max(each.months_to_amortize for each in (scenario, *further))
    for option, chosen, then in (
        ("--grids", grids, "tornado and grids are then values as generated."),
        ("--risk", risk, "there are no trials then."),
    ):
        if chosen == "live" and longest > LONGEST_LIVE_HORIZON:
            raise click.UsageError(
                f"{option} live is for horizons up to {LONGEST_LIVE_HORIZON} months, and one has {longest}. "
                f"Leave it out: {then}"
            )
    appraisal = appraise(scenario)
    warnings = []
    for each, file in zip((scenario, *further), (scenario_file, *others), strict=True):
        with figures_of(file):
            warnings.append(check_inputs(each))
    asked = (trials or DEFAULT_TRIALS) if risk == "live" else 0
    with figures_of(scenario_file):
        content = build_workbook(
            scenario, edition=formulas, generated=generated, others=further, live_grids=grids == "live", trials=asked
        )
    document = _pages(scenario, further, generated, path.name) if printed else b""
    write_file(path, content, force)
    if printed:
        write_file(printed, document, force, "write elsewhere with --pdf")
    pages = {"pages": str(printed)} if printed else {}
    if json:
        found = [
            {**({"scenario": each.name} if further else {}), **one.as_dict()}
            for each, ones in zip((scenario, *further), warnings, strict=True)
            for one in ones
        ]
        each_one = {"scenarios": [_summary(each, appraise(each)) for each in (scenario, *further)]} if further else {}
        print_json({**_summary(scenario, appraisal), **each_one, "warnings": found, "file": str(path), **pages})
    elif not is_on("quiet"):
        lines = scenario_lines((scenario, *further), path) if further else summary_lines(scenario, appraisal, path)
        for line in lines:
            print_line(line)
        if printed:
            print_line(f"{'Pages:' if further else '  Pages      '} {printed}")
        for each, file, ones in zip((scenario, *further), (scenario_file, *others), warnings, strict=True):
            about = each.name if further else ""
            print_warnings(ones, all_of_them_with=f"ft-roi calc {shlex.quote(file)}", about=about)


def _pages(scenario: Scenario, further: Sequence[Scenario], generated: datetime | None, name: str) -> bytes:
    """The pages for a decision as a PDF.

    name : of the workbook, which stands below them.
    """
    from addin.libreoffice.rendering import printed_pages
    from templates.workbook import build_pages

    return printed_pages(build_pages(scenario, generated=generated, others=further), name)


def _default_name(scenario_file: str) -> str:
    """The scenario's name; not that of the filled workbook it was read from."""
    if scenario_file == "-":
        return "report.xlsx"
    path = Path(scenario_file)
    return f"{path.stem}{'-report' if path.suffix.lower() in WORKBOOK_SUFFIXES else ''}.xlsx"


@click.command(
    cls=Command,
    short_help="Write a workbook to be filled in.",
    examples="""
ft-roi template
ft-roi template -o inputs.xlsx --force
""",
)
@output_option("Where to write; an .xlsx file.  [default: template.xlsx]")
@formulas_option("wired", "native", "lambda")
@force_option()
@json_option("Print the file's name as JSON.")
def template(output: str | None, formulas: Edition, force: bool, json: bool) -> None:
    """Write a workbook to be filled in.

    Its required cells are empty, each with an example beside it; until all are filled in, every figure says so.
    """
    path = Path(output or "template.xlsx")
    check_output_file(path, force)

    from addin.shell.generation_time import generation_time

    generated = generation_time()

    from templates.workbook import build_template

    write_file(path, build_template(edition=formulas, generated=generated), force)
    if json:
        print_json({"file": str(path)})
    elif not is_on("quiet"):
        where = "Excel 365 or 2024" if formulas == "lambda" else "any spreadsheet program"
        print_line(
            f"Wrote {path}. Fill in the red cells of the sheet Inputs, in {where}. "
            f"Then: ft-roi report {shlex.quote(str(path))} -o report.xlsx"
        )


SUMMARY = ("net_roi", "roi", "payback_months", "discounted_payback_months", "npv", "irr_annual")
"""The figures of the summary, two a line."""


def summary_lines(scenario: Scenario, appraisal: Appraisal, path: Path) -> list[str]:
    """The five lines that sum up a scenario.

    The verdict, net return and ROI, the paybacks, NPV and IRR, and the file.
    """
    from addin.shell.figures_on_terminal import in_words
    from roi_engine import verdict
    from roi_engine.figures import FIGURES

    figures = [FIGURES[name] for name in SUMMARY]
    cells = [(each.label, in_words(each, appraisal, scenario.currency)) for each in figures]
    rows = [(*left, *right) for left, right in zip(cells[::2], cells[1::2], strict=True)]
    first, width = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"  {label:<{first}}  {figure:<{width}}   {other:<18}  {last}" for label, figure, other, last in rows]
    return [verdict(appraisal, scenario.currency), *lines, f"  {'File':<{first}}  {path}"]


COMPARED = ("net_roi", "npv", "payback_months")
"""The figures of each of several scenarios."""


def scenario_lines(scenarios: Sequence[Scenario], path: Path) -> list[str]:
    """A line for each of several scenarios below their titles, and the file."""
    from addin.shell.figures_on_terminal import in_words
    from roi_engine import appraise
    from roi_engine.errors import printable, shortened
    from roi_engine.figures import FIGURES

    figures = [FIGURES[name] for name in COMPARED]
    rows = [["Scenario", *(each.label for each in figures)]]
    for scenario in scenarios:
        appraisal = appraise(scenario)
        words = (in_words(each, appraisal, scenario.currency) for each in figures)
        rows.append([shortened(printable(scenario.name), LONGEST_NAME), *words])
    first, *others = (max(len(row[column]) for row in rows) for column in range(len(rows[0])))
    lines = [
        f"{name:<{first}}" + "".join(f"   {figure:>{width}}" for figure, width in zip(row, others, strict=True))
        for name, *row in rows
    ]
    return [*lines, f"File: {path}"]


LONGEST_NAME = 40
"""Letters of a scenario's name in a table."""


def _summary(scenario: Scenario, appraisal: Appraisal) -> dict[str, Any]:
    from roi_engine import verdict
    from roi_engine.figures import FIGURES

    about = {"scenario": scenario.name, "currency": scenario.currency, "verdict": verdict(appraisal, scenario.currency)}
    return about | {name: FIGURES[name].of(appraisal) for name in SUMMARY}
