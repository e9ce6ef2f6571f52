"""The commands addin libreoffice and addin doctor: the functions in a spreadsheet program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from addin.command import Command, CommandGroup, is_on, json_option
from addin.failures import UnusablePath, WouldOverwrite
from addin.output_file import write_file
from addin.terminal import print_json

FAILED = 4
"""The exit code of a check that failed."""


@click.group(
    cls=CommandGroup,
    short_help="The FT_ functions in a spreadsheet program.",
    examples="""
ft-roi addin libreoffice              the extension as a file, ft-roi.oxt
ft-roi addin libreoffice --install    the extension in your LibreOffice
ft-roi addin doctor                   whether it works here, and why not
""",
)
def addin() -> None:
    """Bring the FT_ functions into a spreadsheet program, and see whether they work there."""


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
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Where to write.  [default: ft-roi.oxt]")
@click.option("--install", is_flag=True, help="Add it to your LibreOffice; write a file only where -o names one.")
@click.option("--remove", is_flag=True, help="Take it away from your LibreOffice.")
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
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
        _check_path(path, force)

    from addin.libreoffice.extension import build_extension

    content = build_extension(sys.executable)
    done: dict[str, Any] = {"installed": install, "file": None}
    words = []
    if path is not None:
        write_file(path, content)
        done["file"] = str(path)
        words.append(f"Wrote {path}." + ("" if install else " Add it in LibreOffice with Tools > Extensions > Add."))
    if install:
        installed.install_extension(content)
        words.append("Installed the extension. Restart LibreOffice, then try =FT_VERSION() in a cell.")
    _tell(json, done, "\n".join(words))


def _check_path(path: Path, force: bool) -> None:
    if path.is_dir():
        raise UnusablePath(f"{path} is a folder. Name the file in it: -o {path / 'ft-roi.oxt'}")
    if path.suffix.lower() != ".oxt":
        raise UnusablePath(f"{path}: an extension ends in .oxt. Try -o {path.with_suffix('.oxt')}")
    if not path.parent.is_dir():
        raise UnusablePath(f"The folder {path.parent} does not exist. Create it, or write elsewhere with -o.")
    if path.exists() and not force:
        raise WouldOverwrite(f"{path} exists. Overwrite it with --force, or write elsewhere with -o.")


def _tell(json: bool, done: dict[str, Any], words: str) -> None:
    if json:
        print_json(done)
    elif not is_on("quiet"):
        click.echo(words)


@addin.command(
    cls=Command,
    short_help="Check whether the functions run in LibreOffice here.",
    examples="""
ft-roi addin doctor
ft-roi addin doctor --json
""",
)
@json_option("Print the findings as JSON.")
def doctor(json: bool) -> None:
    """Compute a function in LibreOffice and tell where it ran and why; each problem with its cure.

    The exit code is 4 where something is wrong.
    """
    from addin.libreoffice.doctor import findings

    found = findings()
    if json:
        print_json([{"what": each.what, "state": each.state, "found": each.found, "cure": each.cure} for each in found])
    else:
        marks = {"ok": click.style("ok", fg="green"), "note": "--", "wrong": click.style("no", fg="red")}
        for each in found:
            click.echo(f"{marks[each.state]}  {each.what:<18} {each.found}")
            if each.cure:
                click.echo(f"    {'':<18} {each.cure}")
    if any(each.state == "wrong" for each in found):
        raise click.exceptions.Exit(FAILED)
