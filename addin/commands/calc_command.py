"""The command calc: the figures of a scenario on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.options import is_on, json_option
from addin.shell.scenario_argument import read_scenario, scenario_argument
from addin.shell.terminal import print_json, print_note

if TYPE_CHECKING:
    from roi_engine import Scenario

    ParamType = click.ParamType[str]
else:
    ParamType = click.ParamType  # no generic class before click 8.2


class MetricName(ParamType):
    """The name of a metric, whatever its case."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The metric's own name."""
        from roi_engine import UnknownName
        from roi_engine.appraisal import find_metric

        try:
            return find_metric(value).name
        except UnknownName as error:
            self.fail(str(error), param, ctx)


@click.command(
    cls=Command,
    examples="""
ft-roi calc support.toml
ft-roi calc support.toml --metric NPV --metric PAYBACK
ft-roi calc support.toml --all --json
ft-roi calc support.toml --options
""",
)
@scenario_argument
@click.option(
    "--all",
    "everything",
    envvar="FT_ROI_CALC_ALL",
    is_flag=True,
    help="Every metric, and the cash flow month by month.",
)
@click.option(
    "--metric",
    "metrics",
    envvar="FT_ROI_CALC_METRIC",
    type=MetricName(),
    multiple=True,
    help="Only this metric, such as NPV; may be repeated.",
)
@click.option(
    "--options",
    "compared",
    envvar="FT_ROI_CALC_OPTIONS",
    is_flag=True,
    help="Stay, fine-tune through an API or self-host: what each costs.",
)
@json_option("The reference framework's dictionary; with --all every metric unrounded, null where undefined.")
def calc(scenario_file: str, everything: bool, metrics: tuple[str, ...], compared: bool, json: bool) -> None:
    """Print a scenario's costs, benefits and metrics."""
    if everything and metrics:
        raise click.UsageError("--all and --metric exclude each other.")
    if compared and (everything or metrics):
        raise click.UsageError("--options goes with neither --all nor --metric.")

    from addin.shell.generation_time import generation_time
    from addin.shell.input_warnings import print_warnings
    from roi_engine import METRICS, appraise, check_inputs

    generated = generation_time()
    scenario = read_scenario(scenario_file)
    appraisal, warnings = appraise(scenario), check_inputs(scenario)  # figures that are too large end here
    if compared:
        _print_options(scenario, json)
    elif not json:
        from addin.shell.result_on_terminal import print_metrics, print_result

        if metrics:
            print_metrics(scenario, appraisal, metrics)
        else:
            print_result(scenario, appraisal, everything)
    elif metrics:
        print_json({name: METRICS[name].of(appraisal) for name in metrics})
    elif everything:
        print_json(appraisal.as_dict())
    else:
        from roi_engine.reference import reference_result

        print_json(reference_result(scenario, timestamp=generated))
        _note_what_is_left_out(scenario)
    print_warnings(warnings)


def _print_options(scenario: Scenario, json: bool) -> None:
    """Prints the options; as JSON with every volume at which their ranking changes."""
    from dataclasses import asdict

    from roi_engine import compare_options

    options = compare_options(scenario)
    if json:
        changes = [asdict(change) for change in options.ranking_changes]
        print_json({"options": [each.as_dict() for each in options.all()], "ranking_changes": changes})
        return
    from addin.shell.options_on_terminal import print_options

    print_options(scenario, options)


def _note_what_is_left_out(scenario: Scenario) -> None:
    """Says which inputs the reference framework's dictionary does not know."""
    from roi_engine.scenario import INPUTS, REFERENCE_INPUTS

    others = [
        name
        for name, declared in INPUTS.items()
        if name not in (*REFERENCE_INPUTS, "review_cost_per_call")
        and declared.group != "Label"
        and getattr(scenario, name) != declared.default
    ]
    if others and not is_on("quiet"):
        print_note(
            "Note",
            "these are the reference framework's figures, from its eleven inputs alone; they leave out "
            f"{', '.join(others)}. Add --all for the whole model.",
            "yellow",
        )
