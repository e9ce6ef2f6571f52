"""The command ft-roi: every command under one name."""

from __future__ import annotations

import sys

import click

from addin.commands.addin_command import addin
from addin.commands.batch_command import batch
from addin.commands.calc_command import calc
from addin.commands.check_command import check
from addin.commands.collect_command import collect
from addin.commands.email_command import email
from addin.commands.estimate_command import estimate
from addin.commands.eval_command import evaluate
from addin.commands.explain_command import explain
from addin.commands.functions_command import list_functions
from addin.commands.prices_command import prices
from addin.commands.read_command import read
from addin.commands.recalc_command import recalc
from addin.commands.relink_command import relink
from addin.commands.simulate_command import simulate
from addin.commands.sweep_command import sweep
from addin.commands.workbook_commands import report, template
from addin.shell.command import CommandGroup
from addin.shell.signals import end_in_order
from roi_engine._version import __version__

EXAMPLES = """
ft-roi report support.toml            a workbook with the whole answer, support.xlsx
ft-roi calc support.toml              the answer on the terminal
ft-roi explain NPV support.toml       how a figure comes about, step by step
ft-roi simulate support.toml          the chance of a loss, and which inputs drive it
ft-roi template -o inputs.xlsx        a workbook to be filled in
ft-roi email support.toml --to anna@example.com      the answer as an email, to be looked at and sent
ft-roi calc inputs.xlsx               the answer, from the filled workbook
ft-roi check inputs.xlsx              what in a returned workbook disagrees with the engine
ft-roi sweep support.toml --vary months=6:36:6      the answer as an input changes
ft-roi batch plans.csv -o results.csv  every row of a file
ft-roi collect answers                many filled workbooks as one portfolio
ft-roi eval FT_PAYBACK support.toml   one worksheet function
ft-roi relink report.xlsx --force     FT_ formulas freed of links to an author's add-in
ft-roi functions FT_NPV               what a worksheet function takes and gives
"""
VERSION_HELP = "Print the version of the engine and the date of its price table."


def _print_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from roi_engine.prices.price_tables import table_date_in_words

        click.echo(f"ft-roi {__version__} ({table_date_in_words()})")
        ctx.exit()


@click.group(
    cls=CommandGroup,
    examples=EXAMPLES,
    context_settings={"auto_envvar_prefix": "FT_ROI", "help_option_names": ["-h", "--help"]},
    epilog="Options can be set in the environment: FT_ROI_REPORT_OUTPUT is -o of report.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help=VERSION_HELP)
def ft_roi() -> None:
    """Does fine-tuning a model pay? From a scenario file to net return, payback, NPV and IRR.

    A SCENARIO is a .toml or .json file of inputs, a filled workbook (.xlsx), or - for standard input.
    """


for command in (
    report,
    template,
    email,
    collect,
    calc,
    explain,
    simulate,
    evaluate,
    estimate,
    sweep,
    batch,
    read,
    check,
    recalc,
    relink,
    list_functions,
    prices,
    addin,
):
    ft_roi.add_command(command)


def main() -> None:
    """Runs the command line.

    Scenarios are UTF-8 wherever they come from, no terminal's alphabet is an error, and a request to end is obeyed in
    order.
    """
    end_in_order()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8-sig")
    if "--debug" not in sys.argv:  # what is cleared away behind an error may fail as well
        sys.unraisablehook = lambda _: None
    ft_roi(prog_name="ft-roi")
