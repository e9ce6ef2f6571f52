"""The commands under addin: the functions in Excel, LibreOffice and xlwings Lite."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from addin.shell.command import Command, CommandGroup
from addin.shell.failures import InvalidInput
from addin.shell.input_file import existing_workbook
from addin.shell.options import force_option, is_on, json_option, output_option
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file, place_of_copy, refuse_existing
from addin.shell.terminal import print_json, print_line, print_note

FAILED = 4
"""The exit code of a check that failed."""


@click.group(
    cls=CommandGroup,
    short_help="The FT_ functions in a spreadsheet program.",
    examples="""
ft-roi addin install                  the add-in in your Excel (Windows)
ft-roi addin build                    the add-in as a file, ft-roi.xlam
ft-roi addin libreoffice              the extension as a file, ft-roi.oxt
ft-roi addin libreoffice --install    the extension in your LibreOffice
ft-roi addin lambda                   the functions in a workbook, for Excel 365 and 2024
ft-roi addin lite report.xlsx -o lite.xlsx    the functions in a workbook, for xlwings Lite (experimental)
ft-roi addin doctor                   whether it works here, and why not
""",
)
def addin() -> None:
    """Bring the FT_ functions into a spreadsheet program, and see whether they work there."""


@addin.command(
    cls=Command,
    short_help="Build the add-in for Excel as a file, on any system.",
    examples="""
ft-roi addin build
ft-roi addin build -o ft-roi.xlam --interpreter "C:\\Python312\\python.exe"
""",
)
@output_option("Where to write.  [default: ft-roi.xlam]")
@click.option("--interpreter", metavar="PATH", help="The Python that computes.  [default: this one, on Windows]")
@force_option()
@json_option("Print what was done as JSON.")
def build(output: str | None, interpreter: str | None, force: bool, json: bool) -> None:
    """Build the add-in that lets Excel for Windows compute the FT_ functions; no Excel is needed for that.

    It is bound to the version of xlwings that is installed here: the computer that uses it needs the same one.
    """
    from addin.excel import package
    from addin.excel.xlwings_modules import xlwings_version

    path = Path(output or package.FILE_NAME)
    check_output_file(path, force, "an add-in", package.FILE_NAME)
    python, folder = package.here()
    write_file(path, package.build_addin(interpreter or python, "" if interpreter else folder), force)
    _tell(
        json,
        {"file": str(path), "interpreter": interpreter or python, "xlwings": xlwings_version()},
        f"Wrote {path} for xlwings {xlwings_version()} and the Python {interpreter or python}.",
        "In Excel: File > Options > Add-ins > Excel Add-ins > Browse.",
    )


@addin.command(
    cls=Command,
    short_help="Put the add-in into your Excel (Windows).",
    examples="""
ft-roi addin install
ft-roi addin install --force
""",
)
@force_option("Replace a file of its name that is damaged or somebody else's.")
@json_option("Print what was done as JSON.")
def install(force: bool, json: bool) -> None:
    """Build the add-in for this Python and put it into the folder whose files Excel opens as it starts.

    An older one is replaced. On other systems nothing is installed; the file is written, and what to do with it told.
    """
    from addin.excel import installed, package

    try:
        folder = installed.startup_folder()
    except installed.NotInstalled as failure:
        path = Path(package.FILE_NAME)
        check_output_file(path, force, "an add-in", package.FILE_NAME)
        write_file(path, package.build_addin(*package.here()), force)
        _tell(
            json,
            {"installed": False, "file": str(path)},
            f"{failure.message} Wrote {path}: copy it to the computer with Excel and Python, and add it there with "
            "File > Options > Add-ins > Excel Add-ins > Browse.",
            "Better: install ft-roi there, and run ft-roi addin install. "
            "In LibreOffice here: ft-roi addin libreoffice --install",
        )
        return
    path = installed.install_addin(package.build_addin(*package.here()), folder, force)
    done = {"installed": True, "file": str(path)}
    _tell(json, done, f"Installed {path}.", "Start Excel again, then try =FT_VERSION() in a cell.")


@addin.command(
    cls=Command,
    short_help="Take the add-in away from your Excel (Windows).",
    examples="""
ft-roi addin remove
""",
)
@force_option("Remove a file of its name that is damaged or somebody else's.")
@json_option("Print what was done as JSON.")
def remove(force: bool, json: bool) -> None:
    """Remove the add-in from the folder whose files Excel opens as it starts."""
    from addin.excel import installed

    path = installed.remove_addin(installed.startup_folder(), force)
    _tell(json, {"removed": True, "file": str(path)}, f"Removed {path}. Start Excel again.")


@addin.command(
    cls=Command,
    short_help="Build the extension for LibreOffice, install or remove it.",
    examples="""
ft-roi addin libreoffice
ft-roi addin libreoffice -o ft-roi.oxt --force
ft-roi addin libreoffice --install
ft-roi addin libreoffice --remove
""",
)
@output_option("Where to write.  [default: ft-roi.oxt]")
@click.option("--install", is_flag=True, help="Add it to your LibreOffice; write a file only where -o names one.")
@click.option("--remove", is_flag=True, help="Take it away from your LibreOffice.")
@force_option()
@json_option("Print what was done as JSON.")
def libreoffice(output: str | None, install: bool, remove: bool, force: bool, json: bool) -> None:
    """Build the extension that lets LibreOffice 25.2 and later compute the FT_ functions.

    It holds the path of this Python, which calculates where LibreOffice's own Python has no ft-roi: build it on the
    computer that is to use it, and again after moving ft-roi.
    """
    if remove and (install or output):
        raise click.UsageError("--remove stands alone.")
    from addin.libreoffice import installed

    if remove:
        installed.remove_extension()
        _tell(json, {"removed": True}, "Removed the extension. Restart LibreOffice.")
        return
    path = Path(output or installed.FILE_NAME) if output or not install else None
    if path is not None:
        check_output_file(path, force, "an extension", installed.FILE_NAME)

    from addin.libreoffice.extension import build_extension

    content = build_extension(sys.executable)
    done: dict[str, Any] = {"installed": install, "file": None}
    words = []
    if path is not None:
        write_file(path, content, force)
        done["file"] = str(path)
        words.append(f"Wrote {path}." + ("" if install else " Add it in LibreOffice with Tools > Extensions > Add."))
    if install:
        installed.install_extension(content)
        words.append("Installed the extension. Restart LibreOffice, then try =FT_VERSION() in a cell.")
    _tell(json, done, *words)


@addin.command(
    "lambda",
    cls=Command,
    short_help="Write the functions into a workbook, for Excel 365 and 2024.",
    examples="""
ft-roi addin lambda
ft-roi addin lambda -o ft-functions.xlsx --force
ft-roi addin lambda report.xlsx -o report-with-functions.xlsx
""",
)
@click.argument("book", type=click.Path(), required=False)
@output_option("Where to write.  [default: ft-functions.xlsx; of a BOOK itself, with --force]")
@force_option("Overwrite a file that exists, BOOK itself too.")
@json_option("Print what was done as JSON.")
def as_lambda(book: str | None, output: str | None, force: bool, json: bool) -> None:
    """Write the FT_ functions as LAMBDA names: a workbook with live examples, or into BOOK.

    They calculate in Excel 365 and 2024 with nothing installed, in no older Excel and not in LibreOffice. A BOOK whose
    cells call the add-in's functions is refused: a name like it would hide the add-in's.
    """
    from templates.lambdas.printed_functions import lambda_names

    if book is None:
        from templates.lambdas.functions_workbook import FILE_NAME, build_functions_workbook

        path = Path(output or FILE_NAME)
        check_output_file(path, force, "a workbook", FILE_NAME)
        content = build_functions_workbook()
        what = "Move or copy a page of it into a workbook of yours: the functions go with it."
        unnamed: Mapping[str, str] = {}
    else:
        path, content, unnamed = _carrying(book, output, force)
        what = "It calls for Excel 365 or 2024 where a cell uses one of them."
    write_file(path, content, force)
    done = {"file": str(path), "names": len(lambda_names()), **({"without_name": sorted(unnamed)} if book else {})}
    _tell(json, done, f"Wrote {path} with {len(lambda_names())} LAMBDA names.", what)
    for called, place in unnamed.items() if not json else ():
        told = f"{place} calls {called}, which is none of the names: #NAME? where the add-in is missing."
        print_note("Warning", told, "yellow")


def _carrying(book: str, output: str | None, force: bool) -> tuple[Path, bytes, Mapping[str, str]]:
    """Where to write a workbook that carries the names, and the workbook.

    And the functions that it calls and no name gives, each with the first place.
    """
    from roi_engine.errors import FtRoiError
    from templates.lambdas.carried import names_put_into
    from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of

    source = existing_workbook(book)
    path = place_of_copy(source, output, force, "with-functions")
    try:
        carrying, unnamed = names_put_into(content_of(source))
    except UnreadableWorkbook as error:
        raise UnreadableWorkbook(f"{book}: {error}") from None
    except FtRoiError as error:
        raise type(error)(f"{book}: {error}") from None
    refuse_existing(path, force)
    return path, carrying, unnamed


@addin.command(
    cls=Command,
    short_help="Put the functions into a workbook, for xlwings Lite.",
    examples="""
ft-roi addin lite report.xlsx -o lite.xlsx
ft-roi addin lite report.xlsx --force
ft-roi addin lite --print > main.py
ft-roi addin lite lite.xlsx --print
""",
)
@click.argument("file", required=False, type=click.Path())
@output_option("Where to write the workbook.  [default: FILE itself, with --force]")
@click.option(
    "--print", "show", is_flag=True, help="Print the Python that FILE carries, or that one would, and write nothing."
)
@force_option("Overwrite a file that exists, FILE itself too.")
@json_option("Print what was done as JSON.")
def lite(file: str | None, output: str | None, show: bool, force: bool, json: bool) -> None:
    """Put the FT_ functions into FILE, a workbook of ours of the wired edition, and let its cells call them.

    Experimental: nobody has opened such a workbook in an Excel yet. xlwings Lite, a free add-in for Excel on Windows,
    Mac and the web, runs the Python that the workbook then carries; nothing is installed. FILE keeps all its figures.
    """
    if show and (output or json or force):
        raise click.UsageError("--print stands alone, or with a FILE.")
    if show and file is None:
        from addin.lite.bundle import main_text

        click.echo(main_text().encode(), nl=False)
        return
    if file is None:
        raise click.UsageError("Name the workbook: ft-roi addin lite report.xlsx -o lite.xlsx")
    source = existing_workbook(file)
    if show:
        _print_carried(source)
        return
    target = place_of_copy(source, output, force, "lite")

    from addin.lite.workbook import with_functions
    from roi_engine.errors import FtRoiError
    from templates.xlsx.untrusted_package import content_of

    try:
        made = with_functions(content_of(source))
    except FtRoiError as error:
        raise InvalidInput(f"{file}: {error}") from None
    refuse_existing(target, force)
    write_file(target, made.content, force)
    _tell(
        json,
        {"file": str(target), "cells": made.cells, "characters": made.characters},
        f"Wrote {target}: {made.cells:,} cells call the functions, which it carries as {made.characters:,} characters "
        "of Python for xlwings Lite. Read them with --print.",
        "Experimental: nobody has opened such a workbook in an Excel yet.",
    )


def _print_carried(source: Path) -> None:
    """Prints the Python that a workbook carries, and says if it is not ours."""
    from addin.lite.carried import carried_in
    from roi_engine.errors import FtRoiError, printable
    from templates.xlsx.untrusted_package import content_of, open_package

    try:
        carried = carried_in(open_package(content_of(source)))
    except FtRoiError as error:
        raise InvalidInput(f"{source}: {error}") from None
    text = carried.text
    if not text:
        raise InvalidInput(f"{source}: It carries no Python for xlwings Lite.")
    lines = ("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))
    click.echo("\n".join(lines).encode(), nl=False)
    if carried.wrong:
        print_note("Warning", carried.wrong, "yellow")


def _tell(json: bool, done: dict[str, Any], *lines: str) -> None:
    """Says what was done, as JSON or in lines."""
    if json:
        print_json(done)
    elif not is_on("quiet"):
        for line in lines:
            print_line(line)


@addin.command(
    cls=Command,
    short_help="Check whether the functions run in Excel and LibreOffice here.",
    examples="""
ft-roi addin doctor
ft-roi addin doctor --json
""",
)
@json_option("Print the findings as JSON.")
def doctor(json: bool) -> None:
    """Look at the add-in in Excel, compute a function in LibreOffice; tell how each stands, with the cure.

    The exit code is 4 where something is wrong.
    """
    from addin.excel import doctor as in_excel
    from addin.libreoffice import doctor as in_libreoffice

    found = [*in_excel.findings(), *in_libreoffice.findings()]
    if json:
        print_json([{"what": each.what, "state": each.state, "found": each.found, "cure": each.cure} for each in found])
    else:
        marks = {"ok": click.style("ok", fg="green"), "note": "--", "wrong": click.style("no", fg="red")}
        for each in found:
            click.echo(f"{marks[each.state]}  {each.what:<18} ", nl=False)
            print_line(each.found)
            if each.cure:
                print_line(f"    {'':<18} {each.cure}")
    if any(each.state == "wrong" for each in found):
        raise click.exceptions.Exit(FAILED)
