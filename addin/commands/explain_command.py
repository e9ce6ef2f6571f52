"""The command explain: how a figure comes about, step by step."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.number import WholeNumber
from addin.shell.options import json_option
from addin.shell.scenario_argument import figures_of, read_scenario, scenario_argument
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from roi_engine import Scenario
    from roi_engine.explanation import Step

    ParamType = click.ParamType[str]
else:
    ParamType = click.ParamType  # no generic class before click 8.2

WIDEST = 110
"""Columns that the text takes at most, however wide the terminal."""

FIRST_MONTHS = 4
"""Months that are shown of a monthly figure, before its last."""


class FigureName(ParamType):
    """The name of a metric or of an equation, whatever its case."""

    name = "figure"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name of its equation."""
        from roi_engine import UnknownName
        from roi_engine.appraisal import equation_named

        try:
            return equation_named(str(value))
        except UnknownName as error:
            self.fail(f"{error} Metrics are listed by: ft-roi calc SCENARIO --all.", param, ctx)


@click.command(
    cls=Command,
    examples="""
ft-roi explain NPV support.toml
ft-roi explain payback support.toml --depth 2
ft-roi explain finetuned_cost_per_call support.toml
ft-roi explain ROI support.toml --json
""",
)
@click.argument("name", metavar="FIGURE", type=FigureName())
@scenario_argument
@click.option(
    "--depth",
    envvar="FT_ROI_EXPLAIN_DEPTH",
    type=WholeNumber(0),
    help="Only so many steps below the figure.",
)
@click.option(
    "--all",
    "everything",
    envvar="FT_ROI_EXPLAIN_ALL",
    is_flag=True,
    help="Also what goes into steps that are zero in every month.",
)
@json_option("Print every step as JSON, each month of a monthly figure.")
def explain(name: str, scenario_file: str, depth: int | None, everything: bool, json: bool) -> None:
    """Show how a figure comes about: every step down to the inputs.

    FIGURE is a metric, such as NPV or PAYBACK, or any quantity of the model, such as baseline_cost_per_call. Each step
    shows its value, its equation, what goes into it, and the file and line where the equation stands.
    """
    from roi_engine import appraise

    scenario = read_scenario(scenario_file)
    with figures_of(scenario_file):
        steps = appraise(scenario).explain(name)
    if not everything and not json:
        steps = _that_count(steps)
    steps = [step for step in steps if depth is None or step.depth <= depth]
    inputs = _inputs(scenario, steps)
    if json:
        print_json({"figure": name, "steps": [step.as_dict() for step in steps], "inputs": inputs})
        return
    if scenario.name:
        print_line(scenario.name, bold=True)
        print_line()
    columns = min(shutil.get_terminal_size().columns, WIDEST)
    for step in steps:
        _print_step(step, scenario, columns)
    _print_inputs(scenario, inputs)


def _that_count(steps: list[Step]) -> list[Step]:
    """The steps on a way to the figure on which none is zero in every month."""
    from roi_engine.cashflow import MODEL

    by_name = {step.name: step for step in steps}
    reached = {steps[0].name: None}
    for name in (waiting := list(reached)):  # grows while it is gone through
        for each in map(MODEL.quantity_of, by_name[name].takes):
            if each in by_name and each not in reached and (name == steps[0].name or not _is_zero(by_name[name])):
                reached[each] = None
                waiting.append(each)
    return [step for step in steps if step.name in reached]


def _is_zero(step: Step) -> bool:
    return not any(step.value) if step.monthly else step.value == 0


def _inputs(scenario: Scenario, steps: list[Step]) -> dict[str, Any]:
    """The inputs that the steps take, in the order of the Inputs sheet."""
    from roi_engine import INPUTS

    taken = {each for step in steps for each in step.takes}
    return {name: getattr(scenario, name) for name in INPUTS if name in taken}


def _print_step(step: Step, scenario: Scenario, columns: int) -> None:
    """Prints a step: its name, value and place, and below what it is.

    Its equation and what goes into it follow, further in.
    """
    indent = "  " * step.depth
    value = f"by month: {_months(step, scenario)}" if step.monthly else f"= {_value(step, scenario)}"
    gap = columns - len(indent) - len(step.name) - len(value) - len(step.place) - 1
    name, place = click.style(step.name, bold=True), click.style(step.place, dim=True)
    click.echo(f"{indent}{name} {value}{' ' * max(gap, 2)}{place}")
    width = max(columns, len(indent) + 44)
    for line in _about(step):
        for part in textwrap.wrap(line, width, initial_indent=f"{indent}    ", subsequent_indent=f"{indent}      "):
            print_line(part)
    print_line()


def _about(step: Step) -> Iterator[str]:
    """The lines below a step's name.

    What the step is, its equation, and the values that the equation takes.
    """
    yield step.sentence
    yield from (line if " = " in line or line[0] == "·" else f"= {line}" for line in step.equation.splitlines())
    fixed = [f"{name} = {shown(value, 'empty')}" for name, value in step.takes.items() if not isinstance(value, list)]
    if fixed:
        yield f"with {', '.join(fixed)}"


def _value(step: Step, scenario: Scenario) -> str:
    """The value, in its unit where the step is a figure."""
    from addin.shell.figures_on_terminal import figure_in_unit
    from roi_engine.figures import FIGURES

    if step.value is None and step.name in ("irr_monthly", "irr_annual"):
        from roi_engine import appraise

        return f"n/a ({appraise(scenario).irr_reason})"
    figure = next((each for each in FIGURES.values() if each.equation_name == step.name), None)
    if figure is None:
        return shown(step.value)
    return " ".join(figure_in_unit(step.value, figure.quantity, scenario.currency)).rstrip()


def _months(step: Step, scenario: Scenario) -> str:
    """A monthly figure in one line.

    One value where all months are alike, else the first months and the last.
    """
    values = [shown(value) for value in step.value]
    total = "" if step.total is None else f", total {shown(step.total)}"
    if len({*values}) == 1:
        return f"{values[0]} in each{total if any(step.value) else ''}"
    if len(values) <= FIRST_MONTHS + 2:
        return f"{' | '.join(values)}{total}"
    from roi_engine.quantity import month_of_year

    last = len(values) - 1
    named = month_of_year(scenario.start_month, last)
    return f"{' | '.join(values[:FIRST_MONTHS])} … {values[-1]} in month {last}{named and f' ({named})'}{total}"


def _print_inputs(scenario: Scenario, inputs: dict[str, Any]) -> None:
    """The inputs at the bottom of it all: what each is, and where it comes from."""
    if not inputs:
        return
    print_line("Inputs", bold=True)
    rows = [
        (name, shown(value, "empty"), _unit(scenario, name), scenario.sources.get(name, ""))
        for name, value in inputs.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, value, unit, source in rows:
        line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {unit:<{widths[2]}}  {source}"
        print_line(line.rstrip())


def _unit(scenario: Scenario, name: str) -> str:
    from roi_engine import INPUTS

    quantity = INPUTS[name].quantity
    return "" if quantity.choices else quantity.unit_in(scenario.currency)


def shown(value: Any, nothing: str = "n/a") -> str:
    """A value with the digits that matter.

    Two decimals where it is large, six digits where it is small.

    >>> shown(36766.4449), shown(0.00004575), shown(12), shown(None), shown("upfront")
    ('36,766.44', '4.575e-05', '12', 'n/a', 'upfront')
    """
    if value is None:
        return nothing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "never"
    return f"{value:,.2f}".removesuffix(".00") if abs(value) >= 100 else f"{value + 0.0:.6g}"
