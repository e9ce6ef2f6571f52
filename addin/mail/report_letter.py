"""The letter that brings a report: verdict, figures, picture, questions."""

from __future__ import annotations

import math

from addin.mail.letter import Block, Figures, Paragraph, Picture, Steps
from addin.shell.figures_on_terminal import in_words, percent
from roi_engine import INPUTS, Appraisal, InputWarning, Scenario, compare_options, verdict
from roi_engine.answer import horizon_in_words
from roi_engine.figures import FIGURES, OPTION_FIGURES
from roi_engine.input_checks import open_first
from roi_engine.options import LABELS
from templates.building.book import Edition
from templates.cash_flow_picture import HEIGHT, WIDTH, cash_flow_picture, picture_in_words

FIRST_FEW = 3
CONTENT_ID = "cash-flow@ft-roi"

_WORKBOOK = {
    "native": "The whole calculation is in the attached workbook, {file}. Change a blue cell on its sheet Inputs, and "
    "these figures follow, in any spreadsheet program; there is no macro and no link in it.",
    "wired": "The whole calculation is in the attached workbook, {file}. Change a blue cell on its sheet Inputs, and "
    "these figures follow, in any spreadsheet program; what is tried out on its sheet Sensitivity follows where the "
    "FT ROI functions are installed.",
    "lambda": "The whole calculation is in the attached workbook, {file}. Change a blue cell on its sheet Inputs, and "
    "these figures follow, what is tried out on its sheet Sensitivity too, in Excel 365 and Excel 2024 with nothing "
    "installed; there is no macro and no link in it. Without one of them, read the figures above: LibreOffice shows "
    "errors in its cells.",
    "values": "The figures behind it are in the attached workbook, {file}, as values: it does not calculate.",
}


def report_letter(
    scenario: Scenario,
    appraisal: Appraisal,
    warnings: list[InputWarning],
    *,
    greeting: str,
    note: str,
    file: str,
    edition: Edition,
) -> list[Block]:
    """The letter's blocks.

    note : the sender's own words, or nothing.
    file : what the workbook is called.
    """
    currency = scenario.currency
    blocks: list[Block] = [Paragraph(greeting)]
    if note:
        blocks.append(Paragraph(note))
    if scenario.name:
        blocks.append(Paragraph(scenario.name, strong=True))
    if scenario.description:
        blocks.append(Paragraph(scenario.description))
    blocks += [
        Paragraph(verdict(appraisal, currency)),
        Figures(figures(scenario, appraisal)),
        _picture(appraisal, currency),
    ]
    if warnings:
        blocks += [Paragraph("Before you rely on these figures:"), Steps(_told(warnings), numbered=False)]
    return [*blocks, Paragraph(_WORKBOOK[edition].format(file=file))]


def _picture(appraisal: Appraisal, currency: str) -> Picture:
    content, words = cash_flow_picture(appraisal, currency), picture_in_words(appraisal, currency)
    return Picture(content, CONTENT_ID, words, WIDTH, HEIGHT)


def figures(scenario: Scenario, appraisal: Appraisal) -> list[tuple[str, str, str]]:
    """The figures with what each is; the last against the best other option, by name.

    >>> from roi_engine import REFERENCE, appraise
    >>> figures(REFERENCE, appraise(REFERENCE))[0]
    ('Net return', '17,837.28 USD', 'gained over 12 months, after all costs')
    >>> figures(REFERENCE, appraise(REFERENCE))[-1]
    ('NPV against the best other', '16,944.01 USD', 'the best other option is: stay')
    >>> dear, useless = (REFERENCE.with_inputs(**{name: 20_000}) for name in ("other_upfront_cost", "finetuned_cost"))
    >>> [figures(plan, appraise(plan))[1][1:] for plan in (dear, useless)]
    [('13.5 months', 'beyond the horizon'), ('never', 'the outlay is not recovered')]
    """
    horizon, net = horizon_in_words(appraisal.months), appraisal.net_roi
    came_of_it = "gained" if net > 0 else "lost" if net < 0 else "neither gained nor lost"
    payback = appraisal.payback_months
    recovered = "until the outlay is recovered for good" if payback <= appraisal.months else "beyond the horizon"
    meanings = {
        "net_roi": f"{came_of_it} {horizon}, after all costs",
        "payback_months": recovered if math.isfinite(payback) else "the outlay is not recovered",
        "npv": f"worth today, at a discount rate of {percent(scenario.discount_rate)} a year",
    }
    rows = [
        (FIGURES[name].label, in_words(FIGURES[name], appraisal, scenario.currency), meaning)
        for name, meaning in meanings.items()
    ]
    return [*rows, _against_the_best(scenario)]


def _against_the_best(scenario: Scenario) -> tuple[str, str, str]:
    """What this plan is worth beside the best other option."""
    options = compare_options(scenario)
    own, figure = options.option(options.own), OPTION_FIGURES["npv_best"]
    best = LABELS[options.best_other(options.own)]
    meaning = f"the best other option is: {best[0].lower()}{best[1:]}"
    return figure.label, in_words(figure, own, scenario.currency), meaning


def _told(warnings: list[InputWarning]) -> list[str]:
    shown = [f"{INPUTS[each.input_name].label}: {each.told}" for each in open_first(warnings)[:FIRST_FEW]]
    more = len(warnings) - len(shown)
    return shown + ([f"{more} more on the workbook's first sheet."] if more else [])
