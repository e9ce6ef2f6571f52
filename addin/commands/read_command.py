"""The command read: filled workbooks become scenario files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from addin.shell.command import Command
from addin.shell.failures import InvalidInput, UnusablePath
from addin.shell.file_name import safe_file_names
from addin.shell.input_file import SCENARIO_SUFFIXES, existing_workbook
from addin.shell.options import force_option, is_on, json_option, output_option, use_cached_option
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_folder, refuse_existing
from addin.shell.scenario_argument import read_filled
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from templates.returned.reading import Reading

ELSEWHERE = "name another folder with -o"


@click.command(
    cls=Command,
    short_help="Read filled workbooks back as scenario files.",
    examples="""
ft-roi read filled.xlsx
ft-roi read filled.xlsx > filled.toml
ft-roi read answers/jane.xlsx answers/joe.xlsx -o scenarios
""",
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path())
@output_option("The folder to write into, a .toml file for each workbook; needed for several.", metavar="DIR")
@use_cached_option()
@force_option("Overwrite files that exist.")
@json_option("Print what was read of each file, its problems too, as JSON.")
def read(files: tuple[str, ...], output: str | None, use_cached: bool, force: bool, json: bool) -> None:
    """Read filled workbooks and print or write their scenarios as TOML.

    Inputs are found by name, whatever was moved or renamed. All problems of all files are told at once, each with its
    cell; nothing is written while there are any.
    """
    if len(files) > 1 and output is None and not json:
        raise click.UsageError("Several files need a folder to write into: -o DIR.")
    paths = [existing_workbook(name, several=True) for name in files]
    targets = _targets(paths, Path(output), force) if output is not None else []

    readings, problems = _readings(files, use_cached)
    if json:
        print_json([_as_dict(name, readings.get(name), problems.get(name, [])) for name in files])
        if problems:
            raise click.exceptions.Exit(InvalidInput.exit_code)
    if problems:
        found = [line for lines in problems.values() for line in lines]
        counted = f"{len(problems)} of {len(files)} files" if len(files) > 1 else files[0]
        raise InvalidInput(f"{counted}: {_problems(len(found))}; nothing is written.", *found)

    from roi_engine.scenario_writing import scenario_toml

    texts = [
        scenario_toml(readings[name].checked(), f"Read from {Path(name).name}, {readings[name].provenance.in_words()}")
        for name in files
    ]
    if output is None:
        if not json:
            click.echo(_escaped(texts[0]).encode(), nl=False)  # TOML is UTF-8, whatever the terminal's alphabet
        return
    Path(output).mkdir(exist_ok=True)
    for target, text in zip(targets, texts, strict=True):
        write_file(target, text.encode(), force, ELSEWHERE)
        if not json and not is_on("quiet"):
            print_line(str(target))


def _escaped(text: str) -> str:
    """TOML of the same meaning without characters that a terminal obeys.

    All of them stand in basic strings, where TOML takes them by number.
    """
    from roi_engine.errors import printable

    def shown(letter: str) -> str:
        if letter == "\n" or printable(letter) == letter:
            return letter
        return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"

    return "".join(map(shown, text))


def _problems(count: int) -> str:
    return "1 problem" if count == 1 else f"{count} problems"


def _targets(paths: list[Path], folder: Path, force: bool) -> list[Path]:
    """A file for each workbook, named after it; equal names get a number."""
    if folder.suffix.lower() in SCENARIO_SUFFIXES and not folder.is_dir():
        raise UnusablePath(f"-o names a folder. For one file: ft-roi read {shlex.quote(str(paths[0]))} > {folder}")
    check_output_folder(folder, "name another with -o")
    targets = [folder / name for name in safe_file_names([path.stem for path in paths], ".toml")]
    for target in targets:
        refuse_existing(target, force, ELSEWHERE)
    return targets


def _readings(files: tuple[str, ...], use_cached: bool) -> tuple[dict[str, Reading], dict[str, list[str]]]:
    """What each file holds, and the lines of those with problems."""
    from templates.xlsx.untrusted_package import UnreadableWorkbook

    readings: dict[str, Reading] = {}
    problems: dict[str, list[str]] = {}
    for name in files:
        try:
            readings[name] = read_filled(name, use_cached)
        except UnreadableWorkbook as error:
            problems[name] = [str(error)]
            continue
        if readings[name].problems:
            problems[name] = [str(problem) for problem in readings[name].problems]
    return readings, problems


def _as_dict(name: str, reading: Reading | None, problems: list[str]) -> dict[str, object]:
    """A file's provenance, scenario and problems."""
    from dataclasses import asdict

    scenario = reading.scenario if reading else None
    return {
        "file": name,
        "provenance": asdict(reading.provenance) if reading else None,
        "scenario": scenario.model_dump(exclude_unset=True) if scenario else None,
        "fingerprint": scenario.fingerprint() if scenario else None,
        "cells": {each: str(place) for each, place in reading.places.items()} if reading else {},
        "problems": problems,
        "notes": list(reading.notes) if reading else [],
    }
