"""The LAMBDA names that give tables: the Breakdown, and the years."""

from __future__ import annotations

from typing import Any

from roi_engine.by_year import INITIAL, LINES, MONTHS_A_YEAR, PRESENT_VALUE, TOTAL, Line, risk_adjusted
from roi_engine.figures import FIGURES
from roi_engine.scenario import INPUTS
from roi_engine.worksheet.block import Case
from roi_engine.worksheet.costs_and_benefits import breakdown
from templates.building.formula import NOT_AVAILABLE, formula_of
from templates.lambdas.carrier import ArrayFormula, quantity
from templates.lambdas.chain import named
from templates.lambdas.inputs import input_text
from templates.lambdas.model import code_of, figure, month_chain

BY_YEAR_TAKES = (*dict.fromkeys(line.quantity for line in LINES.values()), "year", "discount_factor", "net_roi", "npv")


class _FiguresOfABlock:
    """What the engine reads off an appraisal, as texts that read it off FT_INPUTS."""

    months = quantity(input_text("months_to_amortize"))

    def __getattr__(self, name: str) -> ArrayFormula:
        found = FIGURES[name]
        text = figure(code_of(found), named("inputs"))
        return quantity(f'IFERROR({text},"{NOT_AVAILABLE}")' if found.undefined else text)


class _InputsOfABlock:
    def __getattr__(self, name: str) -> ArrayFormula:
        return quantity(input_text(INPUTS[name].name))


class _CaseOfABlock(Case):
    """A scenario that is not known yet: the engine's own table, made of texts."""

    def __init__(self) -> None:
        self.appraisal: Any = _FiguresOfABlock()
        self.scenario: Any = _InputsOfABlock()


def breakdown_text(inputs: str) -> str:
    """FT_BREAKDOWN: the engine's table with a text in the place of each figure.

    inputs : the text of FT_INPUTS.
    """
    rows = breakdown(_CaseOfABlock())
    labels = formula_of(tuple((label,) for label, _ in rows)).text
    values = ",".join(formula_of(value).text for _, value in rows)
    return f"LET({named('inputs')},{inputs},HSTACK({labels},VSTACK({values})))"


def by_year_text(inputs: str) -> str:
    """FT_BYYEAR: each line of the months, summed up by the years.

    inputs : the text of FT_INPUTS.

    The names of the years are said here in the words of a formula, without calendar months.
    """
    chain = month_chain(inputs)
    chain.calculate(BY_YEAR_TAKES)
    horizon, month = named("months_to_amortize"), named("month")
    chain.add("years", f"SEQUENCE(1,-INT(-{horizon}/{MONTHS_A_YEAR})+1,0)")
    chain.add("ends", f"IF({MONTHS_A_YEAR}*years_<{horizon},{MONTHS_A_YEAR}*years_,{horizon})")
    chain.add("lengths", f"ends_-{MONTHS_A_YEAR}*(years_-1)")
    suffix = f'IF(lengths_<{MONTHS_A_YEAR},", "&lengths_&IF(lengths_>1," months"," month"),"")'
    chain.add("titles", f'IF(years_=0,"{INITIAL}","Year "&years_&{suffix})')
    rows = [f'HSTACK("",titles_,"{TOTAL}","{PRESENT_VALUE}")']
    for name, line in LINES.items():
        if name == "cumulative":
            cells = f'BYCOL({_row(chain.known, line)}*({month}=ends_),LAMBDA(column_,SUM(column_))),"",""'
        else:
            chain.add(f"{name}_row", _row(chain.known, line))
            row = named(f"{name}_row")
            ends = f"SUM({row}),SUM({row}*{chain.known['discount_factor'].text})"
            if name == "net":
                ends = f"{chain.known['net_roi'].text},{chain.known['npv'].text}"
            cells = f"BYCOL({row}*({chain.known['year'].text}=years_),LAMBDA(column_,SUM(column_))),{ends}"
        rows.append(f'HSTACK("{line.label}",{cells})')
    return chain.let(f"VSTACK({','.join(rows)})")


def _row(known: dict[str, Any], line: Line) -> str:
    """A line of the months, adjusted for risk."""
    adjusted: ArrayFormula = risk_adjusted(line, known[line.quantity], known)
    return adjusted.text
