"""Warnings about a scenario's inputs, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.shell.options import is_on
from addin.shell.terminal import print_line, print_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roi_engine import InputWarning

FIRST_FEW = 3


def print_warnings(warnings: Sequence[InputWarning], all_of_them_with: str = "", about: str = "") -> None:
    """Prints the warnings, unless quiet.

    all_of_them_with : a command that prints them all; only the first few are printed then.
    about : the scenario's name, where there are several.
    """
    if is_on("quiet") or not warnings:
        return
    if not all_of_them_with:
        print_line(err=True)
    from roi_engine.input_checks import open_first

    shown = open_first(warnings) if all_of_them_with else list(warnings)
    if all_of_them_with and len(shown) > FIRST_FEW + 1:
        shown = shown[:FIRST_FEW]
    for warning in shown:
        place = f"{about}: {warning.input_name}" if about else warning.input_name
        kind, colour = ("Answered", "green") if warning.answered else ("Warning", "yellow")
        print_note(kind, f"{place}: {warning.sentence}", colour)
    if len(shown) < len(warnings):
        print_line(f"{len(warnings) - len(shown)} more warnings: {all_of_them_with}", err=True)
