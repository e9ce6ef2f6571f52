"""Many returned workbooks as one workbook, the portfolio.

A row each, totals, rankings, their inputs, and everything wrong with the rest.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl.packaging.custom import DateTimeProperty, StringProperty

from roi_engine._version import __version__
from roi_engine.errors import Problem
from roi_engine.reference import REFERENCE
from templates.building.book import Book, Edition
from templates.building.layout import lay_out
from templates.portfolio.entries import Entry, in_portfolio
from templates.portfolio.portfolio_checks_sheet import add_portfolio_checks_sheet
from templates.portfolio.portfolio_findings import add_problems_sheet, add_warnings_sheet
from templates.portfolio.portfolio_inputs_sheet import InputBlock, PortfolioInputsSheet
from templates.portfolio.portfolio_ranking_sheet import add_ranking_sheet
from templates.portfolio.portfolio_sheet import (
    add_portfolio_sheet,
    fill_portfolio_sheet,
    say_what_was_read,
)
from templates.returned.provenance import plain
from templates.returned.returned_workbook import ReturnedWorkbook
from templates.xlsx.finishing import finish
from templates.xlsx.generation_time import generation_time

TITLE = "Portfolio"


def build_without_failing(
    answers: Iterable[ReturnedWorkbook], *, edition: Edition = "wired", generated: datetime | None = None
) -> tuple[bytes, list[ReturnedWorkbook]]:
    """The portfolio, and the answers it was made of.

    answers : in their order; one that cannot be written is left out, with that as its problem. Of answers that are
        still being read each is written as soon as it is there.
    """
    moment, coming = generation_time(generated), _Coming(answers)
    try:
        return build_portfolio(coming, edition=edition, generated=moment), coming.came
    except Exception:
        if coming.awaited:
            raise  # no answer is to blame
        written = _without_unwritable([*coming.came, *coming.answers], edition, moment)
        return build_portfolio(written, edition=edition, generated=moment), written


class _Coming:
    """Answers that come one by one, and those that came.

    awaited : whether the next one was asked for and has not come.
    """

    def __init__(self, answers: Iterable[ReturnedWorkbook]) -> None:
        self.answers, self.awaited = iter(answers), False
        self.came: list[ReturnedWorkbook] = []

    def __iter__(self) -> Iterator[ReturnedWorkbook]:
        self.awaited = True
        for answer in self.answers:
            self.came.append(answer)
            self.awaited = False
            yield answer
            self.awaited = True
        self.awaited = False


def _without_unwritable(
    answers: Sequence[ReturnedWorkbook], edition: Edition, moment: datetime
) -> list[ReturnedWorkbook]:
    """The answers; those that no portfolio can be made of lose their scenario.

    They are found by halves.
    """
    try:
        build_portfolio(answers, edition=edition, generated=moment)
    except Exception as error:
        if len(answers) > 1:
            middle = len(answers) // 2
            return [
                each for half in (answers[:middle], answers[middle:])
                for each in _without_unwritable(half, edition, moment)
            ]  # fmt: skip
        sentence = f"It cannot be written into a portfolio ({type(error).__name__}: {plain(str(error))})."
        return [replace(answers[0], scenario=None, problems=(Problem("", sentence),), warnings=())]
    return list(answers)


def build_portfolio(
    answers: Iterable[ReturnedWorkbook], *, edition: Edition = "wired", generated: datetime | None = None
) -> bytes:
    """The portfolio of returned workbooks, as the bytes of an .xlsx file.

    answers : every file that was looked at; those without a scenario stand on the sheet Problems, with each problem.
    edition : ``wired``, each metric a call of an FT_ function on that workbook's inputs, totals and ranks ordinary
        formulas; or ``values``, no formula at all.
    generated : the time to state; SOURCE_DATE_EPOCH, else now, when left out.
    """
    moment = generation_time(generated)
    package = BytesIO()
    with _without_collecting():
        book = _filled(answers, edition, moment)
        book.workbook.save(package)
    formulas, numbers = book.formulas, book.numbers
    descriptions = {title: texts for title, texts in book.chart_descriptions.items() if texts}
    del book
    gc.collect()  # the cells of 5,000 answers take 300 MB, and each knows its sheet, so that none goes by itself
    return finish(
        package.getvalue(), formulas, numbers=numbers, created=moment, title=TITLE, chart_descriptions=descriptions
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Spares Python from going through all cells again and again.

    It does so where many objects are made; none of these can be let go of meanwhile.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _filled(answers: Iterable[ReturnedWorkbook], edition: Edition, moment: datetime) -> Book:
    book = Book(REFERENCE, edition)  # no sheet of a portfolio shows the scenario of its book
    sheet = add_portfolio_sheet(book)
    coming = _Coming(answers)
    entries: list[Entry] = []
    blocks: dict[int, InputBlock] = {}
    for entry in in_portfolio(coming):
        if not entries:
            ranking, inputs = book.sheet("Ranking", (), "Ranking", ""), PortfolioInputsSheet(book)
        entries.append(entry)
        blocks[entry.number] = inputs.add(entry)
    say_what_was_read(book, sheet, coming.came, entries, moment)
    if entries:
        inputs.end()
        ranges, totals = fill_portfolio_sheet(book, sheet, entries, blocks)
        orders = add_ranking_sheet(book, ranking, entries, ranges)
    add_warnings_sheet(book, entries)
    add_problems_sheet(book, coming.came)
    if entries:
        add_portfolio_checks_sheet(book, ranges, totals, orders, (sheet, ranking))
    lay_out(book)

    properties: Any = book.workbook.custom_doc_props  # type: ignore[attr-defined]
    properties.append(StringProperty(name="FT ROI version", value=__version__))
    properties.append(DateTimeProperty(name="Generated", value=moment.replace(tzinfo=None)))
    book.workbook.active = 0
    return book
