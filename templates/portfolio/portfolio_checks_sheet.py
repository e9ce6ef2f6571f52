"""The Checks sheet of a portfolio: what holds of answers, totals and ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.value import maximum
from templates.building.book import CHECKS_PLACE, NEEDS_FUNCTIONS, Book, page, protect, sheets_with_errors
from templates.building.columns import put_titles, span, widths
from templates.building.formula import Formula, function, if_error, joined
from templates.portfolio.portfolio_ranking_sheet import RankingRanges
from templates.portfolio.portfolio_sheet import COUNTED, LEFT_OUT, AnswerRanges, TotalRanges, is_finite_number
from templates.sheets.checks import Check
from templates.sheets.checks_sheet import FIRST_ROW, Column, add_check, add_state

ABOUT = "What must hold between answers, totals and ranks. A FAIL names the place to look at."


def add_portfolio_checks_sheet(
    book: Book, answers: AnswerRanges, totals: TotalRanges, ranking: RankingRanges, figures: Sequence[Worksheet]
) -> None:
    """Writes the sheet, and the master check into every header.

    figures : the sheets that no cell with an error may stand on.
    """
    sheet = book.sheet("Checks", widths(Column), "Checks", ABOUT)
    put_titles(book, sheet, FIRST_ROW, Column)
    checks = [*_checks(answers, totals, ranking), _no_errors(figures, answers)]
    results = [add_check(book, sheet, row, check) for row, check in enumerate(checks, start=FIRST_ROW + 1)]
    last = FIRST_ROW + len(checks)
    state = add_state(book, sheet, last, results)
    sheet.freeze_panes = Column.SENTENCE.at(FIRST_ROW + 1)
    page(sheet, span(Column.NAME, Column.WHERE, 1, last + 5), f"1:{FIRST_ROW}", tall=1)
    protect(sheet)
    for each in (*figures, sheet):
        words = joined(totals.share, ". ", state) if each.title == "Portfolio" else state
        book.put(each, CHECKS_PLACE, words, "Explanatory Text")
        if each is not sheet:
            book.link(each, CHECKS_PLACE, state.text)


def _checks(answers: AnswerRanges, totals: TotalRanges, ranking: RankingRanges) -> Iterator[Check]:
    choice, npvs = answers.counted, answers.npvs
    counted, left_out = (
        function("COUNTIF", choice, words, value=choice.value.count(words)) for words in (COUNTED, LEFT_OUT)
    )
    with_figures = Formula(f'SUMPRODUCT(--({answers.figures.text}="{NEEDS_FUNCTIONS}"))', 0) == 0
    yield Check("check_choices", "In totals, every answer has Yes or No (answers).",
                counted + left_out, function("COUNT", answers.numbers, value=len(choice.value)), choice)  # fmt: skip
    yield Check("check_answers_in_totals", "Every answer that counts is in the total of its currency (answers).",
                _sum(totals.answers), counted, totals.answers)  # fmt: skip
    yield Check("check_answers_with_npv", "Every answer that counts has an NPV, so that no total lacks one (answers).",
                _sum(totals.with_npv), counted, totals.with_npv, when=with_figures)  # fmt: skip
    for name, label, total, values in (
        ("net_roi", "net returns", totals.net_rois, answers.net_rois), ("npv", "NPVs", totals.npvs, npvs)
    ):  # fmt: skip
        sentence = f"The totals are the sum of the {label} that count (relative to the size of all)."
        yield Check(f"check_{name}_totals", sentence, _beside_the_sum(total, values, choice), 0, total,
                    when=with_figures)  # fmt: skip
    for name, label, order, placed in (
        ("npv", "by NPV has a place for every answer of the currency in it", ranking.by_npv, _ranked(answers, ranking)),
        ("payback", "by payback has a place for every answer that pays back", ranking.by_payback, _recovered(answers)),
    ):
        last = function("MAX", order, value=max(order.value))
        yield Check(f"check_ranking_by_{name}", f"The order {label} (answers).", last, placed, order)
    yield _figures_are_formulas(answers)


def _sum(values: Formula) -> Formula:
    return function("SUM", values, value=sum(each for each in values.value if is_finite_number(each)))


def _beside_the_sum(totals: Formula, values: Formula, choice: Formula) -> Formula:
    """What the totals are beside the sum of what counts, by the size of all."""
    numbers = [each if is_finite_number(each) else 0 for each in values.value]
    summed = sum(each for each, words in zip(numbers, choice.value, strict=True) if words == COUNTED)
    added = Formula(f'SUMIF({choice.text},"{COUNTED}",{values.text})', summed)
    above = function("SUMIF", values, ">0", value=sum(each for each in numbers if each > 0))
    below = function("SUMIF", values, "<0", value=sum(each for each in numbers if each < 0))
    return (_sum(totals) - added) / maximum(above - below, 1)


def _ranked(answers: AnswerRanges, ranking: RankingRanges) -> Formula:
    """How many answers have a place by NPV."""
    chosen = ranking.currency
    value = sum(
        words == COUNTED and is_finite_number(npv) and currency.casefold() == str(chosen.value).casefold()
        for words, npv, currency in zip(
            answers.counted.value, answers.npvs.value, answers.currencies.value, strict=True
        )
    )
    condition = f'({answers.counted.text}="{COUNTED}")*({answers.currencies.text}={chosen.text})'
    return Formula(f"SUMPRODUCT({condition}*ISNUMBER({answers.npvs.text}))", value)


def _recovered(answers: AnswerRanges) -> Formula:
    """How many answers have a place by payback."""
    pairs = zip(answers.counted.value, answers.paybacks.value, strict=True)
    value = sum(words == COUNTED and is_finite_number(payback) for words, payback in pairs)
    return Formula(f'SUMPRODUCT(({answers.counted.text}="{COUNTED}")*ISNUMBER({answers.paybacks.text}))', value)


def _figures_are_formulas(answers: AnswerRanges) -> Check:
    """Counts the formulas of the figures; what cannot count takes it as given."""
    count = len(answers.numbers.value) * len(answers.figures.value)
    counted = Formula(f"SUMPRODUCT(--_xlfn.ISFORMULA({answers.figures.text}))", count)

    def found(expected: Formula) -> Formula:
        return if_error(counted, expected)

    sentence = "Every figure of an answer is a formula: none was typed over one (cells)."
    return Check("check_figures_are_formulas", sentence, found, count, answers.figures)


def _no_errors(figures: Sequence[Worksheet], answers: AnswerRanges) -> Check:
    """Counts the sheets with an error."""
    sentence = "No cell of the sheets with figures shows an error (sheets with one)."
    return Check("check_no_errors", sentence, sheets_with_errors(figures), 0, answers.figures)
