"""The command recalc: a workbook recalculated and rendered by LibreOffice, with the functions loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from addin.shell.command import Command, is_on, json_option
from addin.shell.failures import UnusablePath, WouldOverwrite
from addin.shell.output_file import check_workbook_path, write_file
from addin.shell.terminal import print_json, print_note

SUFFIXES = (".xlsx", ".xlsm", ".ods")
LISTED = 5
"""As many cells with errors as are named."""


@click.command(
    cls=Command,
    short_help="Recalculate and render a workbook in LibreOffice.",
    examples="""
ft-roi recalc report.xlsx
ft-roi recalc report.xlsx -o report.xlsx --force
ft-roi recalc report.xlsx --pdf
ft-roi recalc report.xlsx --png pages
""",
)
@click.argument("file", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="Where to write the recalculated workbook, an .xlsx file.  [default: NAME-recalculated.xlsx beside FILE; "
    "none where only --pdf or --png is asked for]",
)
@click.option("--pdf", is_flag=True, help="Print it as NAME.pdf, beside FILE.")
@click.option(
    "--png", type=click.Path(), metavar="DIR", help="Draw its pages as pictures NAME-1.png, … in this folder."
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    default=120.0,
    show_default=True,
    help="Stop LibreOffice after this time.",
)
@json_option("Print what was written, and the cells with errors, as JSON.")
def recalc(file: str, output: str | None, pdf: bool, png: str | None, force: bool, timeout: float, json: bool) -> None:
    """Recalculate every formula of a workbook in LibreOffice, with the FT_ functions, without a window.

    The workbook it writes is LibreOffice's own: figures of 15 digits, and not every detail of the original.
    """
    source = _workbook(file)
    book = Path(output) if output else None
    if book is None and not (pdf or png):
        book = source.with_name(f"{source.stem}-recalculated.xlsx")
    if book is not None:
        check_workbook_path(book, force)
    printed = (book or source).with_suffix(".pdf") if pdf else None
    if printed is not None and printed.exists() and not force:
        raise WouldOverwrite(f"{printed} exists. Overwrite it with --force.")
    folder = Path(png) if png is not None else None
    if folder is not None:
        _check_folder(folder)

    from addin.libreoffice.rendering import render

    rendering = render(source, timeout, document=printed is not None, pages=folder is not None)
    pages = _page_paths(rendering.pages, folder, force) if folder is not None else {}
    written: list[Path] = []
    if book is not None:
        write_file(book, rendering.workbook)
        written.append(book)
    if printed is not None:
        write_file(printed, rendering.document)
        written.append(printed)
    for path, content in pages.items():
        path.parent.mkdir(exist_ok=True)
        write_file(path, content)
        written.append(path)
    errors = [cell for cell in rendering.cells if cell.error]
    if json:
        print_json(
            {
                "files": [str(path) for path in written],
                "formulas": len(rendering.cells),
                "left_out": list(rendering.left_out),
                "errors": [
                    {"cell": f"{each.sheet}!{each.address}", "formula": each.formula, "error": each.error}
                    for each in errors
                ],
            }
        )
        return
    if not is_on("quiet"):
        click.echo(
            f"LibreOffice recalculated {len(rendering.cells):,} formulas; {len(errors) or 'no'} cells hold an error."
        )
        for path in written:
            click.echo(f"  {path}")
        if rendering.left_out:
            print_note("Warning", f"left out, unsafe to load: {'; '.join(rendering.left_out)}.", "yellow")
        for each in errors[:LISTED]:
            print_note("Warning", f"{each.sheet}!{each.address} is {each.error}: ={each.formula}", "yellow")
        if len(errors) > LISTED:
            print_note("Warning", f"and {len(errors) - LISTED} more; --json names them all.", "yellow")


def _workbook(name: str) -> Path:
    from addin.shell.scenario_argument import SCENARIO_SUFFIXES, existing_file

    path = existing_file(name)
    if path.is_dir():
        raise UnusablePath(f"{name} is a folder. Name a workbook in it.")
    if path.suffix.lower() in SCENARIO_SUFFIXES:
        raise UnusablePath(f"{name} is a scenario. Make its workbook first: ft-roi report {name}")
    if path.suffix.lower() not in SUFFIXES:
        raise UnusablePath(f"{name}: recalc takes {', '.join(SUFFIXES)} files.")
    return path


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UnusablePath(f"{folder} is not a folder. Name another with --png.")
    if not folder.exists() and not folder.parent.is_dir():
        raise UnusablePath(f"The folder {folder.parent} does not exist. Create it, or name another with --png.")


def _page_paths(pages: Mapping[str, bytes], folder: Path, force: bool) -> dict[Path, bytes]:
    """Where the pictures go, with what is in them; refuses to replace one unasked, before any file is written."""
    targets = {folder / name: content for name, content in pages.items()}
    there = [path for path in targets if path.exists()]
    if there and not force:
        raise WouldOverwrite(f"{there[0]} exists. Overwrite it with --force.")
    return targets
