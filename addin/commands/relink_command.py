"""The command relink: FT_ formulas without the link to an author's add-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from addin.shell.command import Command
from addin.shell.failures import WouldOverwrite
from addin.shell.input_file import existing_workbook
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_file import write_file
from addin.shell.output_path import place_of_copy, refuse_existing
from addin.shell.terminal import print_json, print_line

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
@output_option("Where to write the workbook.  [default: FILE itself, with --force]")
@force_option("Overwrite a file that exists, FILE itself too.")
@json_option("Print what was freed as JSON.")
def relink(file: str, output: str | None, force: bool, json: bool) -> None:
    """Remove links to an author's add-in path from FT_ formulas: [1]!FT_NPV(…) becomes FT_NPV(…).

    The link that nothing else uses is removed too. All else in the file stays as it is; nothing is calculated.
    """
    from templates.returned.relinking import relink as relinked
    from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of

    source = existing_workbook(file)
    target = place_of_copy(source, output, force, "relinked")
    try:
        result = relinked(content_of(source))
    except UnreadableWorkbook as error:
        raise UnreadableWorkbook(f"{file}: {error}") from None
    if not result.changed:
        if json:
            _print_as_json(None, result)
        elif not is_on("quiet"):
            print_line(f"{file}: no FT_ formula is linked to a copy of the add-in; nothing is written.")
            _print_kept(result)
        return
    if output is None:
        if not force:
            raise WouldOverwrite(f"{_found(result)} in {file}. Overwrite it with --force, or write elsewhere with -o.")
        refuse_existing(target, force)
    write_file(target, result.content, force)
    if json:
        _print_as_json(str(target), result)
    elif not is_on("quiet"):
        print_line(f"{target}: {_found(result)} freed.")
        for title, count in result.formulas.items():
            print_line(f"  {title}: {count:,}")
        for link in result.removed:
            print_line(f"  The link to {_shown(link)} is gone.")
        _print_kept(result)


def _print_as_json(written: str | None, result: Relinked) -> None:
    links = {"removed": list(result.removed), "kept": list(result.kept)}
    print_json({"file": written, "formulas": dict(result.formulas), **links})


def _print_kept(result: Relinked) -> None:
    for link in result.kept:
        print_line(f"  The link to {_shown(link)} stays: something else uses it.")


def _found(result: Relinked) -> str:
    count = sum(result.formulas.values())
    if not count:
        return "no formula, but a link to the add-in,"
    return f"{count:,} linked formula{'' if count == 1 else 's'}"


def _shown(link: str) -> str:
    from templates.returned.provenance import plain

    return plain(link, 200) or "a file without a name"
