"""The command collect: many returned workbooks become one portfolio workbook."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.failures import ProblemsFound, UnusablePath
from addin.shell.options import (
    force_option,
    formulas_option,
    is_on,
    json_option,
    output_option,
    use_cached_option,
)
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file
from addin.shell.progress import counting
from addin.shell.terminal import print_json, print_line, print_note

if TYPE_CHECKING:
    from templates.building.book import Edition
    from templates.portfolio.entries import Entry
    from templates.returned.returned_workbook import ReturnedWorkbook

LISTED = 20
"""As many files with problems as a person reads on a terminal; the sheet Problems has them all."""


@click.command(
    cls=Command,
    short_help="Gather returned workbooks into one portfolio.",
    examples="""
ft-roi collect answers
ft-roi collect answers late/jane.xlsx -o portfolio.xlsx --force
ft-roi collect answers --formulas values -o archive.xlsx
""",
)
@click.argument("files", metavar="FILE|FOLDER…", nargs=-1, required=True, type=click.Path())
@output_option("Where to write; an .xlsx file.", default="portfolio.xlsx", show_default=True)
@formulas_option(
    "wired",
    "values",
    explanation="What cells hold: each answer's metrics as calls of the FT_ functions on its inputs, totals and ranks "
    "as ordinary formulas (wired), or values alone.",
)
@use_cached_option()
@force_option()
@json_option("Print every answer and every problem as JSON.")
def collect(files: tuple[str, ...], output: str, formulas: Edition, use_cached: bool, force: bool, json: bool) -> None:
    """Gather the workbooks that came back: a row each, totals, rankings, a chart, and everybody's inputs.

    A FOLDER stands for the workbooks in it and in its folders. A file with problems is left out of the figures and
    listed with every problem on the sheet Problems; the exit code is then 4.
    """
    path = Path(output)
    check_output_file(path, force)

    from addin.shell.generation_time import generation_time
    from addin.shell.returned_files import read_returned_workbooks, returned_files
    from templates.portfolio.entries import in_portfolio

    generated = generation_time()
    found, others = returned_files(files, path)
    if not found:
        raise UnusablePath(f"There is no workbook in {' or '.join(files)}. Name the files, or the folder they are in.")

    from templates.portfolio.portfolio_workbook import build_without_failing

    with closing(read_returned_workbooks(found, use_cached)) as reading:  # its processes end with whatever ends this
        coming = counting(reading, len(found), "Reading")
        content, answers = build_without_failing(coming, edition=formulas, generated=generated)
    write_file(path, content, force)
    entries = list(in_portfolio(answers))
    if json:
        print_json(_as_dict(path, answers, entries))
    elif not is_on("quiet"):
        for line in _summary(path, answers, entries):
            print_line(line)
        if others:
            print_line(
                f"{others} other {'file was' if others == 1 else 'files were'} left alone: no workbooks.", err=True
            )
        for entry in entries:
            if entry.remark and len(entries) <= LISTED:
                print_note("Note", f"{entry.answer.file}: {entry.remark} It is not counted.", "yellow")
        for told in _how_read(entries):
            print_note("Note", told, "yellow")
    if any(answer.problems for answer in answers):
        raise ProblemsFound(*_problems(path, answers))


def _summary(path: Path, answers: Sequence[ReturnedWorkbook], entries: Sequence[Entry]) -> list[str]:
    """The file, how many answers count, and for each currency the total and the best."""
    from addin.shell.figures_on_terminal import amount
    from roi_engine import appraise
    from roi_engine.figures import FIGURES
    from templates.portfolio.entries import currencies_of

    counted = [entry for entry in entries if entry.counted]
    word = "answer" if len(entries) == 1 else "answers"
    files = "1 file" if len(answers) == 1 else f"{len(answers)} files"
    left_out = f", {len(entries) - len(counted)} of them not counted" if len(counted) < len(entries) else ""
    lines = [f"{len(entries)} {word} from {files}{left_out}: {path}"]
    for currency in currencies_of(counted):
        mine = [entry for entry in counted if entry.scenario.currency.casefold() == currency.casefold()]
        npv = FIGURES["npv"]
        calculated = (entry.answer.row.get("npv") for entry in mine)
        npvs = [
            known if isinstance(known, float) else npv.of(appraise(entry.scenario))
            for known, entry in zip(calculated, mine, strict=True)
        ]
        best = mine[npvs.index(max(npvs))]
        name = best.scenario.name or best.answer.file
        total, highest = amount(sum(npvs), currency), amount(max(npvs), currency)
        lines.append(f"  {npv.label} of {len(mine)} in {currency}: {total}; the highest {highest}, {name}")
    return lines


def _how_read(entries: Sequence[Entry]) -> list[str]:
    """What was not read straight, such as the other scenarios of a workbook.

    Of many answers only that it was so.
    """
    told = [f"{entry.answer.file}: {note}" for entry in entries for note in entry.answer.notes]
    if len(told) <= LISTED:
        return told
    return [f"{len(told)} notes on how answers were read stand on the sheet Warnings."]


def _problems(path: Path, answers: Sequence[ReturnedWorkbook]) -> list[str]:
    """Every file with problems, its first problem, and how many more there are."""
    wrong = [answer for answer in answers if answer.problems]
    files = "1 file has problems and is" if len(wrong) == 1 else f"{len(wrong)} files have problems and are"
    lines = [f"{files} left out; all of them on the sheet Problems of {shlex.quote(str(path))}."]
    for answer in wrong[:LISTED]:
        more = f" (and {len(answer.problems) - 1} more)" if len(answer.problems) > 1 else ""
        lines.append(f"{answer.file}: {answer.problems[0]}{more}")
    if len(wrong) > LISTED:
        lines.append(f"… and {len(wrong) - LISTED} more files.")
    return lines


def _as_dict(path: Path, answers: Sequence[ReturnedWorkbook], entries: Sequence[Entry]) -> dict[str, Any]:
    from roi_engine import appraise
    from roi_engine.figures import FIGURES
    from templates.portfolio.row_figures import FIGURES_OF_A_ROW

    numbers = {id(entry.answer): entry for entry in entries}
    listed = []
    for answer in answers:
        entry = numbers.get(id(answer))
        appraisal = appraise(entry.scenario) if entry else None
        listed.append(
            {
                "file": answer.file,
                "number": entry.number if entry else None,
                "who": answer.who,
                "saved": answer.provenance.modified,
                "version": answer.provenance.version,
                "scenario": entry.scenario.name if entry else None,
                "currency": entry.scenario.currency if entry else None,
                "counted": entry.counted if entry else False,
                "remark": entry.remark if entry else "",
                **{name: FIGURES[name].of(appraisal) if appraisal else None for name in FIGURES_OF_A_ROW},
                "warnings": [str(each) for each in answer.warnings],
                "problems": [{"where": each.place, "sentence": each.sentence} for each in answer.problems],
            }
        )
    return {"file": str(path), "answers": listed}
