"""The figures in the row of a returned workbook, by the FT_ functions."""

from __future__ import annotations

from typing import Any

from roi_engine.figures import FIGURES, OPTION_FIGURES, Figure
from roi_engine.options import MODES
from roi_engine.worksheet.catalogue import functions
from templates.building.book import FUNCTIONS_ARE_MISSING, NEEDS_FUNCTIONS, called
from templates.building.formula import Formula, function, if_error
from templates.portfolio.portfolio_inputs_sheet import block_of
from templates.returned.returned_workbook import ReturnedWorkbook

FIGURES_OF_A_ROW = ("net_roi", "roi", "payback_months", "npv", "irr_annual", "pv_cost")
"""The figures of a returned workbook, as declared in `FIGURES`."""

_UNDEFINED = function("IF", FUNCTIONS_ARE_MISSING, NEEDS_FUNCTIONS, "n/a", value="n/a")


def calculate_row(answer: ReturnedWorkbook) -> None:
    """Keeps the figures of its row with a returned workbook.

    So they are calculated by whichever process reads it.
    """
    if answer.scenario is not None:
        block, serving = Formula("", block_of(answer.scenario)), Formula("", answer.scenario.serving)
        figures = {name: row_figure(FIGURES[name], block, serving).value for name in FIGURES_OF_A_ROW}
        answer.row.update(figures)


def row_figure(figure: Figure, block: Formula, serving: Formula, known: Any = None) -> Formula:
    """A figure by its function, or n/a; other words where the functions are missing.

    The PV of cost is that of the option that the scenario is.

    block, serving : the cells of the inputs, and that of the serving.
    known : what the function gives, where it was calculated before.
    """
    if figure.function:
        at_the_scenarios_rate = [None for _ in functions()[figure.function].own]
        call = called(figure.function, *at_the_scenarios_rate, block, known=known)
    else:
        own = (serving == MODES["SELFHOSTED"]).where("SELFHOSTED", "API")
        call = called("FT_OPTION", own, OPTION_FIGURES[figure.name].code, block, known=known)
    return if_error(call, _UNDEFINED)
