"""The command recalc: a workbook recalculated and rendered by LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from addin.shell.command import Command
from addin.shell.failures import UnusablePath
from addin.shell.input_file import existing_workbook
from addin.shell.number import Number
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file, check_output_folder, refuse_existing
from addin.shell.terminal import print_json, print_line, print_note

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
    cures={"--pdf": "--pdf takes no name: the .pdf is called as the workbook is, or as the .xlsx file behind -o"},
)
@click.argument("file", type=click.Path())
@output_option(
    "Where to write the recalculated workbook, an .xlsx file.  [default: NAME-recalculated.xlsx beside FILE; none "
    "where only --pdf or --png is asked for]"
)
@click.option("--pdf", is_flag=True, help="Print it as NAME.pdf, beside FILE.")
@click.option(
    "--png", type=click.Path(), metavar="DIR", help="Draw its pages as pictures NAME-1.png, … in this folder."
)
@force_option("Overwrite files that exist.")
@click.option(
    "--timeout",
    type=Number(0, min_open=True),
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
        check_output_file(book, force)
    printed = (book or source).with_suffix(".pdf") if pdf else None
    if printed is not None:
        refuse_existing(printed, force, elsewhere="")
    folder = Path(png) if png is not None else None
    if folder is not None:
        check_output_folder(folder, "name another with --png")

    from addin.libreoffice.rendering import render
    from templates.lambdas.carried import carried_as_in
    from templates.xlsx.untrusted_package import content_of

    rendering = render(source, timeout, document=printed is not None, pages=folder is not None)
    pages = _page_paths(rendering.pages, folder, force) if folder is not None else {}
    written: list[Path] = []
    if book is not None:
        write_file(book, carried_as_in(content_of(source), rendering.workbook), force)
        written.append(book)
    if printed is not None:
        write_file(printed, rendering.document, force, elsewhere="")
        written.append(printed)
    for path, content in pages.items():
        path.parent.mkdir(exist_ok=True)
        write_file(path, content, force, elsewhere="")
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
        count = len(rendering.cells)
        print_line(f"LibreOffice recalculated {count:,} formulas; {_cells(len(errors))} an error.")
        for path in written:
            print_line(f"  {path}")
        if rendering.left_out:
            print_note("Warning", f"left out, unsafe to load: {'; '.join(rendering.left_out)}.", "yellow")
        for each in errors[:LISTED]:
            print_note("Warning", f"{each.sheet}!{each.address} is {each.error}: ={each.formula}", "yellow")
        if len(errors) > LISTED:
            print_note("Warning", f"and {len(errors) - LISTED} more; --json names them all.", "yellow")


def _workbook(name: str) -> Path:
    path = existing_workbook(name)
    if path.suffix.lower() not in SUFFIXES:
        raise UnusablePath(f"{name}: recalc takes {', '.join(SUFFIXES)} files.")
    return path


def _page_paths(pages: Mapping[str, bytes], folder: Path, force: bool) -> dict[Path, bytes]:
    """Where the pictures go, with what is in them; refuses to replace one unasked."""
    targets = {folder / name: content for name, content in pages.items()}
    for target in targets:
        refuse_existing(target, force, elsewhere="")
    return targets


def _cells(count: int) -> str:
    return "1 cell holds" if count == 1 else f"{count or 'no'} cells hold"
