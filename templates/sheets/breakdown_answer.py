"""The verdict as a sentence, part by part, below the workings of the Breakdown."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import answer
from templates.building.book import Book, group_title
from templates.building.formula import Formula, formula_of
from templates.building.quantities import Quantities
from templates.sheets.breakdown_workings import Column, columns

ANSWER: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("horizon_in_words", "Horizon in words", answer.horizon_in_words),
    ("amount_in_words", "Net return in words", answer.amount_in_words),
    ("payback_in_words", "Payback in words", lambda payback: answer.duration(payback)),
    ("pace_in_words", "Assumption beyond the horizon", answer.pace_in_words),
    ("loss_in_words", "Where the outlay is not recovered", answer.loss_in_words),
    ("rate_in_words", "Discount rate in words", answer.rate_in_words),
    ("npv_in_words", "Where NPV says otherwise", answer.npv_in_words),
    ("answer_in_words", "The answer", answer.answer_in_words),
)
"""The answer's parts: the engine's equations of words, each after those that it takes."""


def add_answer(
    book: Book, sheet: Worksheet, row: int, figures: Quantities, quantities: Quantities
) -> tuple[int, Formula]:
    """Writes the parts; returns the last row and the cell of the verdict."""
    group_title(book, sheet, row, "The answer in words", columns(book)[-1].letter)
    payback = Formula(figures["payback"].text, book.appraisal.payback_months)
    known = {**quantities, **figures, "payback": payback}
    for name, label, equation in ANSWER:
        row += 1
        formula = formula_of(equation(*(known[taken] for taken in inspect.signature(equation).parameters)))
        book.put(sheet, Column.FIGURE.at(row), label)
        known[name] = book.put(sheet, Column.VALUE.at(row), formula, "Calculation", name=name)
    return row, known["answer_in_words"]
