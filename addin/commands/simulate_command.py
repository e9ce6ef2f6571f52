"""The command simulate: how far an answer may lie from its figures."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from addin.shell.command import Command
from addin.shell.metric_name import MetricName
from addin.shell.number import WholeNumber
from addin.shell.options import json_option
from addin.shell.scenario_argument import figures_of, read_scenario, scenario_argument
from addin.shell.terminal import print_json, print_line, print_note

if TYPE_CHECKING:
    from roi_engine import Estimate, Simulation
    from roi_engine.quantity import Quantity

SHOWN_DRIVERS = 10
"""Inputs that are listed; --json has them all."""

WIDEST_BAR = 20
"""Signs of the bar of an input that explains everything."""

WIDEST = 100
"""Columns that a sentence takes at most."""


@click.command(
    cls=Command,
    examples="""
ft-roi simulate support.toml
ft-roi simulate support.toml --metric PAYBACK
ft-roi simulate support.toml --draws 65536 --seed 7
ft-roi simulate support.toml --with-choices
ft-roi simulate support.toml --json | jq .statistics.PROBLOSS
""",
)
@scenario_argument
@click.option(
    "--draws",
    envvar="FT_ROI_SIMULATE_DRAWS",
    type=WholeNumber(taken="a multiple of 8 from 8 to 1,048,576"),
    help="Draws, a multiple of 8 up to 1,048,576.  [default: 16384]",
)
@click.option(
    "--seed",
    envvar="FT_ROI_SIMULATE_SEED",
    type=WholeNumber(taken="a whole number from 0 to 1,000,000,000"),
    help="Where the draws begin.  [default: 1]",
)
@click.option(
    "--metric",
    envvar="FT_ROI_SIMULATE_METRIC",
    type=MetricName(simulated=True),
    default="NPV",
    show_default=True,
    help="The metric that is simulated, such as NETROI or PAYBACK.",
)
@click.option(
    "--with-choices",
    envvar="FT_ROI_SIMULATE_WITH_CHOICES",
    is_flag=True,
    help="Also vary horizon and discount rate, which are chosen and no chance.",
)
@click.option(
    "--total",
    envvar="FT_ROI_SIMULATE_TOTAL",
    is_flag=True,
    help="Also each input's share of the spread with all combinations (a run for each input).",
)
@json_option("Print every figure and half-width as JSON, unrounded.")
def simulate(
    scenario_file: str,
    draws: int | None,
    seed: int | None,
    metric: str,
    with_choices: bool,
    total: bool,
    json: bool,
) -> None:
    """Print how far a scenario's answer may lie from its figures.

    Every input with low and high is drawn anew thousands of times. Shown are the chance of a loss, percentiles, the
    inputs that explain the spread, and what knowing them before the decision would be worth, each with its 95 %
    half-width.
    """
    from roi_engine import simulate as simulated
    from roi_engine.simulation.sentence import sentence
    from roi_engine.simulation.simulation import DEFAULT_DRAWS, DEFAULT_SEED

    scenario = read_scenario(scenario_file)
    with figures_of(scenario_file):
        found = simulated(
            scenario,
            DEFAULT_DRAWS if draws is None else draws,
            DEFAULT_SEED if seed is None else seed,
            metric,
            with_choices,
        )
        totals = found.totals if total else {}
    if json:
        of_totals = {"total_importance": {name: each.as_dict() for name, each in totals.items()}} if total else {}
        print_json({"sentence": sentence(found), **found.as_dict(), **of_totals})
        return
    if scenario.name:
        print_line(scenario.name, bold=True)
        print_line()
    _print_text(sentence(found))
    _print_statistics(found)
    _print_drivers(found, totals)
    _print_worth(found)
    _print_held(found)
    for note in found.notes:
        print_note("Note", note, "yellow")


def _print_text(text: str) -> None:
    for line in textwrap.wrap(text, WIDEST):
        print_line(line)


def _print_statistics(found: Simulation) -> None:
    """The statistics in two columns, each as exact as its half-width allows."""
    from roi_engine.quantity import SHARE
    from roi_engine.simulation.statistics import SHARES, STATISTICS

    rows = [
        (STATISTICS[name], *_shown(each, SHARE if name in SHARES else found.metric.quantity, found.scenario.currency))
        for name, each in found.statistics.items()
    ]
    print_line()
    print_line(f"{found.metric.label} in {found.draws:,} draws", bold=True)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for label, value, half_width, unit in rows:
        line = f"  {label:<{widths[0]}}  {value:>{widths[1]}}  {half_width:>{widths[2]}}  {unit}"
        print_line(line.rstrip())


def _shown(estimate: Estimate, quantity: Quantity, currency: str) -> tuple[str, str, str]:
    """A figure, its half-width and its unit."""
    from roi_engine import Estimate
    from roi_engine.currencies import decimals_of
    from roi_engine.simulation.sentence import supported

    scale, unit, most = 1.0, quantity.unit_in(currency), decimals_of(currency) if quantity.kind == "money" else 2
    if quantity.kind == "fraction":
        scale, unit, most = 100.0, "%", 1
    scaled = [None if each is None else each * scale for each in (estimate.value, estimate.half_width)]
    value, _, half_width = supported(Estimate(*scaled), most).partition(" ± ")
    return value, f"± {half_width}" if half_width else "", unit if value not in ("n/a", "never") else ""


def _print_drivers(found: Simulation, totals: dict[str, Estimate]) -> None:
    """The inputs that explain most of the spread, and what knowing each is worth."""
    from roi_engine.quantity import MONEY, SHARE
    from roi_engine.simulation.sentence import SHARES_OVERLAP

    if any(driver.alone.value is None for driver in found.drivers):
        return
    currency = found.scenario.currency
    rows = []
    for driver in found.ranked[:SHOWN_DRIVERS]:
        share = " ".join(_shown(driver.alone, SHARE, currency)[:2])
        whole = totals.get(driver.name)
        total = "" if whole is None else " ".join(_shown(whole, SHARE, currency)[:2])
        worth = " ".join(_shown(driver.worth, MONEY, currency)[:2]) if driver.worth.value else "–"
        bar = "█" * round((driver.alone.value or 0.0) * WIDEST_BAR)
        rows.append((driver.label, bar, share, total, worth))
    titles = ("What drives it", "", "% alone", "% in all" if totals else "", f"Worth knowing ({currency})")
    widths = [max(len(row[column]) for row in [*rows, titles]) for column in range(5)]
    print_line()
    for at, row in enumerate([titles, *rows]):
        label, bar, *figures = row
        right = "".join(f"  {each:>{width}}" for each, width in zip(figures, widths[2:], strict=True) if width)
        print_line(
            f"{'' if at == 0 else '  '}{label:<{widths[0] + 2 * (at == 0)}}  {bar:<{widths[1]}}{right}", bold=at == 0
        )
    if len(found.drivers) > len(rows):
        print_line(f"  and {len(found.drivers) - len(rows)} more in --json")
    print_line()
    if found.explained_alone is None:
        _print_text(SHARES_OVERLAP)
        return
    rest = "" if found.explained_alone > 0.995 else ", the rest comes from their combinations"
    _print_text(f"Alone the inputs explain {found.explained_alone:.0%} of the spread{rest}.")


def _print_worth(found: Simulation) -> None:
    from roi_engine.quantity import MONEY
    from roi_engine.simulation.sentence import NOT_DISCOUNTED

    if not found.perfect_knowledge.value:
        _print_text("No draw turns the decision: knowing more would be worth nothing.")
        return
    value, half_width, unit = _shown(found.perfect_knowledge, MONEY, found.scenario.currency)
    money = unit if found.discounted else unit + NOT_DISCOUNTED
    _print_text(
        f"Knowing all of them for certain before deciding would be worth up to {value} {half_width} {money}: "
        "the most that a pilot is worth, and no pilot is perfect."
    )


def _print_held(found: Simulation) -> None:
    """What was held, and how the figures are to be read."""
    if found.held:
        names = " and ".join(found.held)
        _print_text(f"Held at their values, as choices and no chances: {names} (--with-choices varies them).")
    _print_text(f"± is the 95% half-width of a figure; seed {found.seed}.")
