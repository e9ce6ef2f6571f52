"""The command relink: FT_ formulas freed of the link to an author's copy of the add-in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from addin.shell.command import Command, is_on
from addin.shell.failures import UnusablePath, WouldOverwrite
from addin.shell.output_file import check_workbook_path, write_file

if TYPE_CHECKING:
    from templates.returned.relinking import Relinked


@click.command(
    cls=Command,
    short_help="Free FT_ formulas of links to an author's add-in.",
    examples="""
ft-roi relink report.xlsx -o relinked.xlsx
ft-roi relink report.xlsx --force
""",
)
@click.argument("file", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="Where to write the workbook.  [default: FILE itself, with --force]",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists, FILE itself too.")
def relink(file: str, output: str | None, force: bool) -> None:
    """Remove links to an author's add-in path from FT_ formulas: [1]!FT_NPV(…) becomes FT_NPV(…).

    The link that nothing else uses is removed too. All else in the file stays as it is; nothing is calculated.
    """
    from addin.shell.scenario_argument import existing_file
    from templates.returned.relinking import relink as relinked
    from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of

    source = existing_file(file)
    if source.is_dir():
        raise UnusablePath(f"{file} is a folder. Name a workbook in it.")
    target = Path(output) if output is not None else source
    kind = source.suffix.lower() or ".xlsx"
    if output is not None:
        check_workbook_path(target, force, f"a copy of {source.name}", f"relinked{kind}")
    try:
        result = relinked(content_of(source))
    except UnreadableWorkbook as error:
        raise UnreadableWorkbook(f"{file}: {error}") from None
    if not result.changed:
        if not is_on("quiet"):
            click.echo(f"{file}: no FT_ formula is linked to a copy of the add-in; nothing is written.")
            _print_kept(result)
        return
    if output is None:
        if not force:
            raise WouldOverwrite(f"{_found(result)} in {file}. Overwrite it with --force, or write elsewhere with -o.")
        check_workbook_path(target, force, f"a copy of {source.name}", f"relinked{kind}")
    write_file(target, result.content)
    if not is_on("quiet"):
        click.echo(f"{target}: {_found(result)} freed.")
        for title, count in result.formulas.items():
            click.echo(f"  {title}: {count:,}")
        for link in result.removed:
            click.echo(f"  The link to {_shown(link)} is gone.")
        _print_kept(result)


def _print_kept(result: Relinked) -> None:
    for link in result.kept:
        click.echo(f"  The link to {_shown(link)} stays: something else uses it.")


def _found(result: Relinked) -> str:
    count = sum(result.formulas.values())
    if not count:
        return "no formula, but a link to the add-in,"
    return f"{count:,} linked formula{'' if count == 1 else 's'}"


def _shown(link: str) -> str:
    from templates.returned.provenance import plain

    return plain(link, 200) or "a file without a name"
