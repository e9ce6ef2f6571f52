"""The command batch: every row of a file is a scenario."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.failures import InvalidInput, UnusablePath
from addin.shell.input_file import existing_file
from addin.shell.number import WholeNumber
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_path import ELSEWHERE, check_output_folder, check_parent, refuse_existing, sentence
from addin.shell.scenario_argument import ScenarioFile, read_scenario
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from addin.tables.reading import Table
    from roi_engine import Scenario

    ParamType = click.ParamType[tuple[int, int]]
else:
    ParamType = click.ParamType  # no generic class before click 8.2

PART = re.compile(r"(\d{1,5})/(\d{1,5})")


class Part(ParamType):
    """Which of how many parts, such as 3/20."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        found = PART.fullmatch(str(value))
        number, parts = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= parts:
            self.fail(f'"{value}" is no part. Write 3/20 for the third of twenty.', param, ctx)
        return number, parts


@click.command(
    cls=Command,
    short_help="Calculate every row of a file.",
    examples="""
ft-roi batch plans.csv -o results.csv
ft-roi batch plans.xlsx support.toml -o results.xlsx --keep Team
ft-roi batch plans.parquet support.toml -o results.parquet --metric npv --metric payback_months
ft-roi batch plans.parquet support.toml --part 3/20 -o results
ft-roi batch plans.parquet support.toml --dask tcp://10.0.0.4:8786 -o results
""",
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("scenario_file", metavar="[SCENARIO]", required=False, type=ScenarioFile())
@output_option("Where to write; the ending says the form. With --part and --dask a folder.", required=True)
@click.option(
    "--metric",
    "metrics",
    envvar="FT_ROI_BATCH_METRIC",
    multiple=True,
    help="A metric to calculate, such as npv; may be repeated.",
)
@click.option(
    "--keep",
    envvar="FT_ROI_BATCH_KEEP",
    multiple=True,
    metavar="TITLE",
    help='A column that is no input, to be carried through; may be repeated, "*" for all.',
)
@click.option("--strict", is_flag=True, help="Write nothing where any row cannot be calculated (exit code 3).")
@click.option(
    "--decimal",
    type=click.Choice(["point", "comma"]),
    help="The sign of decimals in a .csv file; else a comma where semicolons stand between the cells.",
)
@click.option("--part", type=Part(), metavar="N/OF", help="Only this share of a .parquet file, such as 3/20.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Have the parts of a .parquet file calculated by the dask cluster whose scheduler this is.",
)
@click.option(
    "--parts", type=WholeNumber(1, 99_999), metavar="N", help="With --dask, how many parts; else one a million rows."
)
@force_option("Overwrite the files if they exist.")
@json_option("Print how many rows were calculated as JSON.")
def batch(
    file: str,
    scenario_file: str | None,
    output: str,
    metrics: tuple[str, ...],
    keep: tuple[str, ...],
    strict: bool,
    decimal: str | None,
    part: tuple[int, int] | None,
    dask: str | None,
    parts: int | None,
    force: bool,
    json: bool,
) -> None:
    """Calculate a file of scenarios: a row each, over a base SCENARIO.

    FILE is a .csv, .xlsx, .parquet or .arrow table whose titles are inputs: names, short names or labels. What a row
    does not say is the base's. Rows that cannot be calculated go to OUT.rejected.csv, and the exit code is then 4.
    """
    from addin.tables.forms import check_input_form, form_of

    source = existing_file(file)
    if source.is_dir():
        raise UnusablePath(f"{file} is a folder. Name a table in it, a .csv, .xlsx, .parquet or .arrow file.")
    check_input_form(source)
    if part and dask:
        raise click.UsageError("--dask has all parts calculated. Leave --part out.")
    if parts and not dask:
        raise click.UsageError("--parts says how many parts --dask makes. For one of them write --part 3/20.")
    for option in ("--part",) if part else ("--dask",) if dask else ():
        if form_of(source) != ".parquet":
            raise click.UsageError(f"{option} takes shares of the row groups of a .parquet file.")
    path = _checked_output(Path(output), [source, *([Path(scenario_file)] if scenario_file else [])], part, dask, force)

    from roi_engine.batch.rows import DEFAULT_METRICS, row_metric

    names = list(dict.fromkeys(map(row_metric, metrics))) or list(DEFAULT_METRICS)
    base = read_scenario(scenario_file) if scenario_file else None

    from addin.tables.reading import opened_table
    from addin.tables.running import calculated_table

    sign = {"point": ".", "comma": ","}.get(decimal or "")
    with opened_table(source, sign, part) as table:
        table.read = _recognised(file, table, keep, names, base)
        if dask:
            from addin.tables.cluster import calculated_by_cluster

            outcome = calculated_by_cluster(dask, table, base, names, path, parts=parts, force=force, strict=strict)
        else:
            if part:
                path.parent.mkdir(exist_ok=True)
            outcome = calculated_table(table, base, names, path, force=force, strict=strict)
    if json:
        print_json(outcome.as_dict())
    elif not is_on("quiet"):
        print_line(outcome.summary)
    outcome.raise_if_rejected()


def _checked_output(
    path: Path, sources: Sequence[Path], part: tuple[int, int] | None, dask: str | None, force: bool
) -> Path:
    """The file that is written, with --dask the folder.

    Refuses one that cannot be, before the work begins.
    sources : the files that are read.
    """
    from addin.tables.forms import check_output_form
    from addin.tables.running import check_rejected_file, rejected_file

    if dask:
        from addin.tables.cluster import check_installed
        from addin.tables.parts import refuse_existing_parts

        check_installed()
        _check_folder(path)
        refuse_existing_parts(path, force)
        return path
    if part:
        from addin.tables.parts import file_of_part

        _check_folder(path)
        path = file_of_part(path, part[0])
    elif path.is_dir():
        raise UnusablePath(f"{path} is a folder. Name the file in it: -o {path / 'results.csv'}")
    check_output_form(path)
    for each in (path, rejected_file(path)):
        if each.exists() and any(source.exists() and each.samefile(source) for source in sources):
            raise UnusablePath(f"{each} is the file that is read. {sentence(ELSEWHERE)}")
    if not part:
        check_parent(path.parent)
    refuse_existing(path, force)
    check_rejected_file(path, force)
    return path


def _check_folder(folder: Path) -> None:
    check_output_folder(folder, cure=f"Name a folder for the parts: -o {folder.with_suffix('')}")


def _recognised(
    file: str, table: Table, keep: Sequence[str], metrics: Sequence[str], base: Scenario | None
) -> dict[str, str]:
    """The inputs among the columns by title; problems name the file."""
    from roi_engine.batch.arrow import NO_INPUT
    from roi_engine.batch.columns import recognised
    from roi_engine.errors import Problem, ScenarioError

    try:
        read = recognised(table.titles, keep, metrics, base.currency if base else "")
        if not read:
            raise ScenarioError([Problem("", NO_INPUT)])
    except ScenarioError as error:
        places = {f"column {number}": place for number, place in enumerate(table.where, 1)}
        told = [
            f"{file}, {places.get(each.place, each.place)}: {each.sentence}"
            if each.place
            else f"{file}: {each.sentence}"
            for each in error.problems
        ]
        if len(told) == 1:
            raise InvalidInput(*told) from None
        raise InvalidInput(f"the titles have {len(told)} problems.", *told) from None
    return read
