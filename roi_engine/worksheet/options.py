"""Worksheet functions of the options.

Stay, another general model, fine-tune through an API, or self-host.
"""

from __future__ import annotations

from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import OutOfRange, UnknownName, did_you_mean
from roi_engine.figures import OPTION_FIGURES, Figure
from roi_engine.options import LABELS, Option, find_option
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.catalogue import OPTIONS, Argument, worksheet_function

ITEMS: dict[str, Figure] = {figure.code: figure for figure in OPTION_FIGURES.values()}
"""The figures of an option by the code that asks for them."""

NOTE = "NOTE"


@worksheet_function(
    "FT_OPTIONS",
    OPTIONS,
    "Table: stay, another general model, fine-tuned API, self-hosted, each with NPV against staying and the best other, PV of cost, equivalent monthly cost, payback, monthly bill, rank, the calls at which its rank changes, and a note.",
    q.TABLE,
    scenario="block",
    block_at=0,
)
def options_table(case: Case) -> list[list[Any]]:
    return [_row(each) for each in case.options.all()]


def _row(option: Option) -> list[Any]:
    """An option with its figures, n/a where it has none, and its note."""
    values = [figure.of(option) for figure in OPTION_FIGURES.values()]
    return [option.label, *("n/a" if value is None else value for value in values), option.note]


@worksheet_function(
    "FT_OPTION",
    OPTIONS,
    "One figure of an option (STAY, SWITCH, API or SELFHOSTED): NPV, NPVBEST (against the best other), PVCOST, EQUIVMONTHLY, PAYBACK, BILL, RANK, VOLUME (calls at which its rank changes), or NOTE. #NUM! where it has none.",
    q.Quantity("figure", "the item's unit", "number"),
    own=(
        Argument("option_name", q.TEXT, f"{', '.join(list(LABELS)[:-1])} or {list(LABELS)[-1]}.", kind="text"),
        Argument("item", q.TEXT, f"{', '.join(ITEMS)} or {NOTE}.", kind="text"),
    ),
    scenario="block",
    block_at=2,
    examples=("API", "PVCOST"),
)
def option_figure(case: Case, option_name: str, item: str) -> float | str | None:
    name, word = find_option(option_name), item.strip().upper()
    known = [*ITEMS, NOTE]
    if word not in known:
        raise UnknownName(f'item: there is no "{item}".{did_you_mean(word, known)} Known: {", ".join(known)}.')
    options = case.options
    if word == NOTE:
        return options.notes[name]
    if name not in options.available:
        raise OutOfRange(f"{name}: {options.notes[name]}")
    figure: float | None = getattr(options, ITEMS[word].name)(name)
    return figure
