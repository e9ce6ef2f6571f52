"""The command recalc: a workbook recalculated and rendered by LibreOffice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.failures import UnusablePath
from addin.shell.input_file import SCENARIO_SUFFIXES, existing_workbook
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file, check_output_folder, refuse_existing
from addin.shell.terminal import print_json, print_line, print_note

if TYPE_CHECKING:
    from addin.libreoffice.office import Office

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
        check_output_file(book, force)
    printed = (book or source).with_suffix(".pdf") if pdf else None
    if printed is not None:
        refuse_existing(printed, force, elsewhere="")
    folder = Path(png) if png is not None else None
    if folder is not None:
        check_output_folder(folder, "name another with --png")

    from addin.libreoffice.office import Office
    from addin.libreoffice.pictures import draw_pages, find_pdftoppm
    from addin.libreoffice.recalculated import check_is_workbook, formula_cells

    check_is_workbook(source)
    if folder is not None:
        find_pdftoppm()
    written: list[Path] = []
    with Office(timeout) as office:
        out = office.folder / "out"
        out.mkdir()
        (recalculated,) = office.convert([source], out, ".xlsx")
        _check_functions(source, office)
        cells = list(formula_cells(recalculated))
        if book is not None:
            write_file(book, recalculated.read_bytes(), force)
            written.append(book)
        if printed is not None or folder is not None:
            (document,) = office.convert([source], out, ".pdf")
            if printed is not None:
                write_file(printed, document.read_bytes(), force, elsewhere="")
                written.append(printed)
            if folder is not None:
                written += _write_pages(draw_pages(document, out, timeout), folder, force)
    errors = [cell for cell in cells if cell.error]
    if json:
        print_json(
            {
                "files": [str(path) for path in written],
                "formulas": len(cells),
                "errors": [
                    {"cell": f"{each.sheet}!{each.address}", "formula": each.formula, "error": each.error}
                    for each in errors
                ],
            }
        )
        return
    if not is_on("quiet"):
        print_line(f"LibreOffice recalculated {len(cells):,} formulas; {len(errors) or 'no'} cells hold an error.")
        for path in written:
            print_line(f"  {path}")
        for each in errors[:LISTED]:
            print_note("Warning", f"{each.sheet}!{each.address} is {each.error}: ={each.formula}", "yellow")
        if len(errors) > LISTED:
            print_note("Warning", f"and {len(errors) - LISTED} more; --json names them all.", "yellow")


def _workbook(name: str) -> Path:
    path = existing_workbook(name)
    if path.suffix.lower() in SCENARIO_SUFFIXES:
        raise UnusablePath(f"{name} is a scenario. Make its workbook first: ft-roi report {name}")
    if path.suffix.lower() not in SUFFIXES:
        raise UnusablePath(f"{name}: recalc takes {', '.join(SUFFIXES)} files.")
    return path


def _check_functions(source: Path, office: Office) -> None:
    """Refuses a result in which the functions did not run.

    Every FT_ cell of it would be #NAME? or #VALUE!.
    """
    from addin.libreoffice.office import OfficeFailed
    from addin.libreoffice.recalculated import calls_functions

    found: dict[str, Any] | None = office.calculator()
    if found is None and calls_functions(source):
        raise OfficeFailed("LibreOffice did not load the FT_ functions. See what is wrong: ft-roi addin doctor")
    if found is not None and found["where"] == "nowhere":
        raise OfficeFailed(f"The FT_ functions do not run in LibreOffice: {found['why_no_worker']}")


def _write_pages(pages: list[Path], folder: Path, force: bool) -> list[Path]:
    targets = [folder / page.name for page in pages]
    for target in targets:
        refuse_existing(target, force, elsewhere="")
    folder.mkdir(exist_ok=True)
    for page, target in zip(pages, targets, strict=True):
        write_file(target, page.read_bytes(), force, elsewhere="")
    return targets
