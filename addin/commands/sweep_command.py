"""The command sweep: every combination of some values of some inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.failures import InvalidInput, ProblemsFound, UnusablePath
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_path import check_parent, refuse_existing
from addin.shell.scenario_argument import read_scenario, scenario_argument
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from roi_engine import Scenario
    from roi_engine.batch.rows import AppraisedRows
    from roi_engine.batch.sweep import Axis

MOST_CELLS = 1_000_000
"""Combinations that nobody has to confirm."""
MOST_SHOWN = 1_000
"""Rows that a terminal shows."""


@click.command(
    cls=Command,
    short_help="Vary inputs over a grid of values.",
    examples="""
ft-roi sweep support.toml --vary months=6:36:6
ft-roi sweep support.toml --vary calls=100000:900000:9 --vary accuracy=0:20%:5 -o grid.xlsx
ft-roi sweep support.toml --vary serving=per_token,self_hosted --vary calls=1e6:9e6:81 -o grid.csv
""",
)
@scenario_argument
@click.option(
    "--vary",
    "varied",
    envvar="FT_ROI_SWEEP_VARY",
    multiple=True,
    required=True,
    metavar="NAME=LOW:HIGH:N",
    help="An input and its values: N from LOW to HIGH, or NAME=a,b,c; may be repeated.",
)
@output_option("Where to write; the ending says the form. Else a table on the terminal.")
@click.option(
    "--metric",
    "metrics",
    envvar="FT_ROI_SWEEP_METRIC",
    multiple=True,
    help="A metric to calculate, such as npv; may be repeated.",
)
@click.option(
    "--strict", is_flag=True, help="Write and show nothing where any combination cannot be calculated (exit code 3)."
)
@click.option("--yes", is_flag=True, help="Calculate more than a million combinations.")
@force_option("Overwrite the files if they exist.")
@json_option("Print the rows as JSON; with -o how many were calculated.")
def sweep(
    scenario_file: str,
    varied: tuple[str, ...],
    output: str | None,
    metrics: tuple[str, ...],
    strict: bool,
    yes: bool,
    force: bool,
    json: bool,
) -> None:
    """Calculate a scenario for every combination of values.

    In an .xlsx file two inputs are also a coloured grid, with the scenario's own values boxed.
    """
    path = Path(output) if output else None
    if path is not None:
        from addin.tables.forms import check_output_form
        from addin.tables.running import check_rejected_file

        if path.is_dir():
            raise UnusablePath(f"{path} is a folder. Name the file in it: -o {path / 'sweep.xlsx'}")
        check_output_form(path)
        check_parent(path.parent)
        refuse_existing(path, force)
        check_rejected_file(path, force)

    from addin.tables.sweep_table import axis_of
    from roi_engine.batch.rows import DEFAULT_METRICS, row_metric
    from roi_engine.batch.sweep import size

    names = list(dict.fromkeys(map(row_metric, metrics))) or list(DEFAULT_METRICS)
    axes = [axis_of(each) for each in varied]
    twice = [each.name for place, each in enumerate(axes) if each.name in [before.name for before in axes[:place]]]
    if twice:
        raise InvalidInput(f'"{twice[0]}" is varied twice. Keep one of the two.')
    if size(axes) > MOST_CELLS and not yes:
        raise click.UsageError(f"These are {size(axes):,} combinations. Add --yes to calculate them.")
    base = read_scenario(scenario_file)
    if path is None:
        _shown(base, axes, names, json, strict)
    else:
        _written(base, axes, names, path, force=force, strict=strict, json=json)


def _written(
    base: Scenario, axes: Sequence[Axis], names: list[str], path: Path, *, force: bool, strict: bool, json: bool
) -> None:
    from addin.tables.running import calculated_table
    from addin.tables.sweep_table import SweepTable, sweep_target

    make = sweep_target(base, axes)
    outcome = calculated_table(SweepTable(axes), base, names, path, force=force, strict=strict, make=make)
    if json:
        print_json(outcome.as_dict())
    elif not is_on("quiet"):
        print_line(outcome.summary)
    outcome.raise_if_rejected()


def _shown(base: Scenario, axes: Sequence[Axis], names: list[str], json: bool, strict: bool) -> None:
    from addin.tables.running import TOLD, row_in_words
    from roi_engine.batch.rows import appraise_rows
    from roi_engine.batch.sweep import combinations, size

    rows = size(axes)
    if rows > MOST_SHOWN and not json:
        raise click.UsageError(f"{rows:,} rows are too many for a terminal. Write them to a file: -o sweep.csv")
    columns = combinations(axes, 0, rows)
    found = appraise_rows(columns, base, names)
    bad = len({each.row for each in found.rejections})
    told = [row_in_words(each.row + 1, each.column, each.sentence) for each in found.rejections[:TOLD]]
    if strict and bad:
        raise InvalidInput(f"{bad} of {rows} combinations could not be calculated, and nothing is shown.", *told)
    if json:
        print_json(_as_dicts(columns, found))
    else:
        for line in _table(base, columns, found):
            print_line(line)
    if bad:
        raise ProblemsFound(f"{bad} of {rows} combinations could not be calculated.", *told)


def _as_dicts(columns: dict[str, Any], found: AppraisedRows) -> list[dict[str, Any]]:
    listed = {name: values.tolist() for name, values in {**columns, **found.figures}.items()}
    good = found.good.tolist()
    return [
        {name: values[row] if good[row] or name in columns else None for name, values in listed.items()}
        for row in range(len(good))
    ]


def _table(base: Scenario, columns: dict[str, Any], found: AppraisedRows) -> list[str]:
    """The rows below their titles, numbers to the right."""
    from addin.shell.figures_on_terminal import figure_in_unit
    from roi_engine.figures import FIGURES
    from roi_engine.scenario import INPUTS

    def shown(name: str, value: Any) -> str:
        undefined = isinstance(value, float) and value != value
        figure, unit = figure_in_unit(None if undefined else value, FIGURES[name].quantity, base.currency)
        return f"{figure} {unit}".strip() if FIGURES[name].quantity.kind == "months" else figure

    texts = {INPUTS[name].label: [_axis_text(value) for value in values.tolist()] for name, values in columns.items()}
    good = found.good.tolist()
    for name, values in found.figures.items():
        heading = FIGURES[name].heading(base.currency).removesuffix(" (months)")
        texts[heading] = [
            shown(name, value) if row_is_good else "n/a"
            for value, row_is_good in zip(values.tolist(), good, strict=True)
        ]
    widths = {title: max(len(title), *map(len, cells)) for title, cells in texts.items()}
    lines = ["  ".join(f"{title:>{width}}" for title, width in widths.items())]
    lines += ["  ".join(f"{cells[row]:>{widths[title]}}" for title, cells in texts.items()) for row in range(len(good))]
    return lines


def _axis_text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,.12g}"
