"""The command calc: the figures of a scenario on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from addin.shell.command import Command
from addin.shell.metric_name import MetricName
from addin.shell.options import json_option
from addin.shell.scenario_argument import figures_of, read_scenario, scenario_argument
from addin.shell.terminal import print_json

if TYPE_CHECKING:
    from roi_engine import Scenario


@click.command(
    cls=Command,
    examples="""
ft-roi calc support.toml
ft-roi calc support.toml --metric NPV --metric PAYBACK
ft-roi calc support.toml --json | jq .npv
ft-roi calc reference.toml --reference
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
    help="Stay, another general model, a fine-tuned API or self-host: what each costs.",
)
@click.option(
    "--reference",
    "as_reference",
    envvar="FT_ROI_CALC_REFERENCE",
    is_flag=True,
    help="The reference framework's dictionary as JSON; only for a scenario of its eleven inputs.",
)
@json_option("Every metric of the model unrounded: null where undefined, Never where infinite.")
def calc(
    scenario_file: str, everything: bool, metrics: tuple[str, ...], compared: bool, as_reference: bool, json: bool
) -> None:
    """Print a scenario's costs, benefits and metrics."""
    if everything and metrics:
        raise click.UsageError("--all and --metric exclude each other.")
    if compared and (everything or metrics):
        raise click.UsageError("--options goes with neither --all nor --metric.")
    if as_reference and (everything or metrics or compared):
        raise click.UsageError("--reference goes with none of --all, --metric and --options.")

    from addin.shell.generation_time import generation_time
    from addin.shell.input_warnings import print_warnings
    from roi_engine import METRICS, appraise, check_inputs

    generated = generation_time()
    scenario = read_scenario(scenario_file)
    with figures_of(scenario_file):
        appraisal = appraise(scenario)
        warnings = check_inputs(scenario, appraisal=appraisal)
    if as_reference:
        from roi_engine.reference import reference_result

        _check_reference(scenario)
        print_json(reference_result(scenario, timestamp=generated))
    elif compared:
        _print_options(scenario, json)
    elif not json:
        from addin.shell.result_on_terminal import print_metrics, print_result

        if metrics:
            print_metrics(scenario, appraisal, metrics)
        else:
            print_result(scenario, appraisal, everything)
    elif metrics:
        print_json({name: METRICS[name].of(appraisal) for name in metrics})
    else:
        print_json(appraisal.as_dict())
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


def _check_reference(scenario: Scenario) -> None:
    """Refuses a scenario that uses more than the reference framework knows."""
    from addin.shell.failures import InvalidInput
    from roi_engine.scenario import INPUTS, REFERENCE_INPUTS

    others = [
        name
        for name, declared in INPUTS.items()
        if name not in (*REFERENCE_INPUTS, "review_cost_per_call")
        and declared.group != "Label"
        and getattr(scenario, name) != declared.default
    ]
    if others:
        raise InvalidInput(
            f"The reference framework knows eleven inputs, and this scenario uses {', '.join(others)} too. "
            "Leave --reference out for the whole model."
        )
