"""Summaries are short enough for a list; what else a docstring must be, ruff holds (its rules D).

Run as a program (python -m tests.test_docstrings) it prints the files that are still to be shortened, and how many
summaries each has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("roi_engine", "templates", "addin", "benchmarks")
LONGEST = 80

UNFINISHED = {
    "roi_engine/answer.py",
    "roi_engine/appraisal.py",
    "roi_engine/breakeven.py",
    "roi_engine/cashflow.py",
    "roi_engine/equations.py",
    "roi_engine/errors.py",
    "roi_engine/estimators.py",
    "roi_engine/explanation.py",
    "roi_engine/fleet_equations.py",
    "roi_engine/flow_metrics.py",
    "roi_engine/graph.py",
    "roi_engine/input_checks.py",
    "roi_engine/inputs.py",
    "roi_engine/internal_rate.py",
    "roi_engine/level.py",
    "roi_engine/many.py",
    "roi_engine/metrics.py",
    "roi_engine/option_equations.py",
    "roi_engine/options.py",
    "roi_engine/prompt_shrink.py",
    "roi_engine/quantity.py",
    "roi_engine/reference.py",
    "roi_engine/root.py",
    "roi_engine/scenario.py",
    "roi_engine/scenario_file.py",
    "roi_engine/scenario_rules.py",
    "roi_engine/scenario_writing.py",
    "roi_engine/sensitivity.py",
    "roi_engine/serving.py",
    "roi_engine/value.py",
    "templates/building/__init__.py",
    "templates/building/book.py",
    "templates/building/charts.py",
    "templates/building/flow_metrics.py",
    "templates/building/formula.py",
    "templates/building/month_rows.py",
    "templates/building/styles.py",
    "templates/building/typed_or_default.py",
    "templates/building/validation.py",
    "templates/cash_flow_picture.py",
    "templates/package_check/__init__.py",
    "templates/package_check/cells.py",
    "templates/package_check/check.py",
    "templates/package_check/conditional_formats.py",
    "templates/package_check/defined_names.py",
    "templates/package_check/document_properties.py",
    "templates/package_check/drawings.py",
    "templates/package_check/finding.py",
    "templates/package_check/formula_syntax.py",
    "templates/package_check/function_names.py",
    "templates/package_check/grid.py",
    "templates/package_check/package.py",
    "templates/package_check/sheet_part.py",
    "templates/package_check/styles_part.py",
    "templates/package_check/tables.py",
    "templates/package_check/validations.py",
    "templates/package_check/workbook_part.py",
    "templates/portfolio/portfolio_findings.py",
    "templates/portfolio/portfolio_inputs_sheet.py",
    "templates/portfolio/portfolio_ranking_sheet.py",
    "templates/portfolio/portfolio_sheet.py",
    "templates/portfolio/portfolio_workbook.py",
    "templates/returned/checked_workbook.py",
    "templates/returned/input_places.py",
    "templates/returned/provenance.py",
    "templates/returned/reading.py",
    "templates/returned/relinking.py",
    "templates/returned/returned_workbook.py",
    "templates/returned/typed_numbers.py",
    "templates/sheets/breakdown_sheet.py",
    "templates/sheets/cash_flow_sheet.py",
    "templates/sheets/checks_sheet.py",
    "templates/sheets/functions_sheet.py",
    "templates/sheets/inputs_sheet.py",
    "templates/sheets/monthly_bills.py",
    "templates/sheets/notes_sheet.py",
    "templates/sheets/option_flows_sheet.py",
    "templates/sheets/options_sheet.py",
    "templates/sheets/scenario_flows_sheet.py",
    "templates/sheets/scenarios_sheet.py",
    "templates/sheets/sensitivity_sheet.py",
    "templates/sheets/summary_sheet.py",
    "templates/sheets/waterfall.py",
    "templates/sheets/what_if_sheets.py",
    "templates/workbook.py",
    "templates/xlsx/__init__.py",
    "templates/xlsx/finishing.py",
    "templates/xlsx/stored_cells.py",
    "templates/xlsx/untrusted_package.py",
    "addin/__init__.py",
    "addin/__main__.py",
    "addin/command_line.py",
    "addin/commands/addin_command.py",
    "addin/commands/collect_command.py",
    "addin/commands/email_command.py",
    "addin/commands/explain_command.py",
    "addin/commands/prices_command.py",
    "addin/commands/recalc_command.py",
    "addin/commands/relink_command.py",
    "addin/commands/workbook_commands.py",
    "addin/functions.py",
    "addin/libreoffice/calculator.py",
    "addin/libreoffice/doctor.py",
    "addin/libreoffice/office.py",
    "addin/libreoffice/recalculated.py",
    "addin/mail/message.py",
    "addin/shell/figures_on_terminal.py",
    "addin/shell/options_on_terminal.py",
    "addin/shell/result_on_terminal.py",
}
"""Files with longer summaries, to be shortened; the list may only shrink."""


def files() -> dict[str, Path]:
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path for path in paths}


def long_summaries(path: Path) -> Iterator[str]:
    """The first lines of docstrings that are too long."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            summary = (ast.get_docstring(node) or "").partition("\n")[0]
            if len(summary) > LONGEST:
                yield summary


@pytest.mark.parametrize("name", sorted(files().keys() - UNFINISHED))
def test_summaries_are_short(name):
    assert not list(long_summaries(files()[name]))


def test_the_unfinished_files_are_unfinished():
    assert not {name for name in UNFINISHED if not any(long_summaries(files()[name]))}


if __name__ == "__main__":
    for name, path in files().items():
        if number := len(list(long_summaries(path))):
            print(f'    "{name}",  # {number}')
