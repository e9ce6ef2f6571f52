"""The command check: a returned workbook against the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from addin.shell.command import Command
from addin.shell.failures import InvalidInput, ProblemsFound
from addin.shell.input_file import existing_workbook
from addin.shell.options import is_on, json_option
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from addin.lite.carried import Carried
    from templates.returned.checked_workbook import CheckedWorkbook

FIRST = 10
"""Findings of a kind that are shown; --json shows all."""


@click.command(
    cls=Command,
    short_help="Check a returned workbook against the engine.",
    examples="""
ft-roi check filled.xlsx
ft-roi check filled.xlsx --json
""",
)
@click.argument("file", metavar="FILE", type=click.Path())
@json_option("Print everything that was found as JSON.")
def check(file: str, json: bool) -> None:
    """Recompute a workbook from its inputs and name what disagrees.

    Told are edited formulas, names that point elsewhere, figures that the engine gives otherwise today, what is hidden
    or shows another figure than it holds, failed checks, links to somebody's add-in, what Excel may repair or refuse,
    and changed Python for xlwings Lite. Ends with exit code 4 when there is any of it.
    """
    path = existing_workbook(file)

    from addin.lite.carried import carried_unless_damaged
    from roi_engine.errors import FtRoiError, ScenarioError
    from templates.returned.checked_workbook import check_workbook
    from templates.returned.difference import Difference
    from templates.xlsx.untrusted_package import content_of

    try:
        found = check_workbook(content_of(path))
        carried = carried_unless_damaged(found.reading.book.package)
    except ScenarioError as error:
        lines = [f"{file}: {problem}" for problem in error.problems]
        count = _counted(len(lines), "problem")
        raise InvalidInput(f"{file}: the inputs have {count}.", *lines) from None
    except FtRoiError as error:
        raise InvalidInput(f"{file}: {error}") from None
    if carried.wrong:
        found = replace(found, wrong=(*found.wrong, Difference("python", carried.name, carried.wrong)))
    if json:
        print_json(_as_dict(file, found, carried))
    elif not is_on("quiet"):
        for line in _lines(file, found, carried):
            print_line(line)
    if found.wrong:
        raise ProblemsFound(f"{file}: {_counted(len(found.wrong), 'finding')}.")


def _lines(file: str, found: CheckedWorkbook, carried: Carried) -> list[str]:
    from roi_engine import __version__
    from roi_engine.input_checks import open_first
    from templates.returned.difference import KINDS

    provenance = found.reading.provenance
    lines = [f"{file}: {provenance.edition} edition, {provenance.in_words()}."]
    lines.append("Its inputs were edited since." if found.inputs_edited else "Its inputs are those it was made with.")
    lines += [*found.notes, *([carried.note] if carried.note else [])]
    for kind, title in KINDS.items():
        of_kind = [each for each in found.wrong if each.kind == kind]
        if of_kind:
            lines += ["", f"{title} ({len(of_kind)}):", *(f"  {each}" for each in of_kind[:FIRST])]
            lines += [f"  … and {len(of_kind) - FIRST} more: --json shows all"] if len(of_kind) > FIRST else []
    old = any(each.kind in ("value", "formula", "name", "look") for each in found.wrong)
    if not old:
        same = f"{found.compared:,} formulas stand as they were made. " if found.compared else ""
        which = "what was compared" if found.notes else "every figure"
        lines.append(f"{same}FT ROI {__version__} gives {which} the same today.")
    if found.warnings:
        lines += ["", f"Before you rely on the inputs ({len(found.warnings)}):"]
        lines += [f"  {each}" for each in open_first(found.warnings)[:FIRST]]
    return lines


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _as_dict(file: str, found: CheckedWorkbook, carried: Carried) -> dict[str, object]:
    provenance = found.reading.provenance
    return {
        "file": file,
        "edition": provenance.edition,
        "version": provenance.version,
        "generated": provenance.generated,
        "last_modified_by": provenance.last_modified_by,
        "inputs_edited": found.inputs_edited,
        "formulas_compared": found.compared,
        "findings": [{"kind": each.kind, "place": each.place, "sentence": each.sentence} for each in found.wrong],
        "warnings": [each.as_dict() for each in found.warnings],
        "notes": [*found.notes, *([carried.note] if carried.note else [])],
    }
