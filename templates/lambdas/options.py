"""The LAMBDA names of the options.

An option is the model with some of its quantities replaced, as `roi_engine.options` says.

FT_OPTIONINPUTS and FT_OPTIONFIXED put an option's quantities in the place of the scenario's, FT_OPTIONFIGURES reads off
what it brings, FT_OPTIONTABLE compares the four, and FT_OPTIONNOTE says what each leaves out. The calls at which the
ranking changes are searched for, and are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roi_engine.figures import OPTION_FIGURES
from roi_engine.inputs import normal_form
from roi_engine.metrics import largest_rounding
from roi_engine.option_equations import COMPARED
from roi_engine.options import COMPARISONS, LABELS, MODES, NOTES, OPTIONS, REPLACED, TAKEN, cheaper, replaced
from roi_engine.scenario import INPUTS
from templates.building.formula import NOT_AVAILABLE, formula_of
from templates.lambdas.carrier import let, quantity
from templates.lambdas.chain import named
from templates.lambdas.inputs import input_text, position
from templates.lambdas.lambda_name import LambdaName
from templates.lambdas.model import fixed_quantities, month_chain, text_of, with_inputs

NOTE = "NOTE"
SEARCHED = "ranking_changes_at"
"""A figure that no formula gives."""

FIGURES = {each.name: each.code for each in OPTION_FIGURES.values() if each.name != SEARCHED}
"""The figures of FT_OPTIONTABLE, a column each, by the name of the engine's."""

_BROUGHT = ("npv", "payback_months", "bill_now")
"""What is read off an option's own flows and prices."""

_TAKEN = [name for taken in TAKEN.values() for name in taken.values()]
"""What stands in the place of a quantity, and is no plain figure."""


def _chosen(word: str, texts: Mapping[str, str], otherwise: str) -> str:
    """What stands for a word, by name."""
    pairs = ",".join(f"{formula_of(each).text},{text}" for each, text in texts.items())
    return f"SWITCH({word},{pairs},{otherwise})"


def _in_place(values: Mapping[int, str]) -> str:
    """A column with what stands at some places replaced."""
    pairs = ",".join(f"{place},{text}" for place, text in values.items())
    return f"MAP(column_,SEQUENCE(ROWS(column_)),LAMBDA(own_,place_,SWITCH(place_,{pairs},own_)))"


def _option_texts(column: str, places: Mapping[str, int]) -> str:
    """A scenario's column with an option's own quantities in their places.

    places : where a quantity stands in the column.
    """
    taken = ["serving", *(name for option in MODES for name in REPLACED[option]), *_TAKEN]
    equations = [name for name in _TAKEN if name in OPTIONS.equations]
    chain = with_inputs(OPTIONS.order(equations), graph=OPTIONS)
    chain.calculate(equations)
    for name in taken:
        if name not in chain.known:
            chain.add(name, input_text(name))
    chain.add("column", column)
    options = {}
    for option in REPLACED:
        values = {each: formula_of(value).text for each, value in replaced(option, chain.known).items()}
        here = {places[each]: text for each, text in values.items() if each in places}
        if here:
            options[option] = _in_place(here)
    return chain.let(_chosen("option_", options, "column_"))


def _option_inputs() -> LambdaName:
    return LambdaName(
        "FT_OPTIONINPUTS",
        ("option_", "inputs_"),
        _option_texts("inputs_", {name: position(name) for name in INPUTS}),
        "FT_INPUTS with an option's own inputs in place of the scenario's.",
    )


def _option_fixed() -> LambdaName:
    places = {name: place for place, name in enumerate(fixed_quantities(), start=1)}
    return LambdaName(
        "FT_OPTIONFIXED",
        ("option_", "inputs_"),
        _option_texts("FT_FIXED(inputs_)", places),
        "FT_FIXED of FT_OPTIONINPUTS, with what an option pays in place of the scenario's.",
    )


def _option_figures() -> LambdaName:
    """A column: NPV, payback, monthly bill."""
    chain = month_chain(
        "FT_OPTIONINPUTS(option_,scenario_)", OPTIONS, "FT_OPTIONFIXED(option_,inputs_)", OPTIONS.order(["bill_now"])
    )
    chain.calculate(_BROUGHT)
    return LambdaName(
        "FT_OPTIONFIGURES",
        ("option_", "scenario_"),
        chain.let(f"VSTACK({','.join(text_of(chain, each) for each in _BROUGHT)})"),
        "NPV against staying, payback and monthly bill of an option other than staying, of FT_INPUTS.",
    )


def _staying() -> LambdaName:
    """A column: the present value of what staying costs, and its bill."""
    wanted = ("pv_stay", "stay_bill_now")
    cost = ("baseline_cost_per_call",)
    chain = with_inputs(OPTIONS.given(*cost).order(wanted), graph=OPTIONS)
    chain.add("month", f"SEQUENCE({named('months_to_amortize')}+1,1,0)")
    chain.add(cost[0], "INDEX(FT_CALLCOSTS(inputs_),1)")
    chain.calculate(wanted)
    return LambdaName(
        "FT_STAYING",
        ("inputs_",),
        chain.let(f"VSTACK({','.join(text_of(chain, each) for each in wanted)})"),
        "What staying costs, of FT_INPUTS: its present value, and its bill at first-month prices.",
    )


def _equivalent() -> LambdaName:
    graph = OPTIONS.given("npv")
    chain = with_inputs(graph.order(["equivalent_monthly"]), graph=graph)
    chain.known["npv"] = quantity("value_")
    return LambdaName(
        "FT_LEVELAMOUNT",
        ("value_", "inputs_"),
        chain.let(chain.of("equivalent_monthly").text),
        "The level monthly amount with the same present value, over the months and at the rate of FT_INPUTS.",
    )


def _compared() -> LambdaName:
    """A column: 1 for each option that has figures."""
    chain = with_inputs(OPTIONS.order(COMPARISONS.values()), graph=OPTIONS)
    chain.calculate(COMPARISONS.values())
    options = ["1", *(text_of(chain, each) for each in COMPARISONS.values())]
    return LambdaName(
        "FT_OPTIONCOMPARED",
        ("inputs_",),
        chain.let(f"VSTACK({','.join(options)})"),
        f"1 for each option for which FT_INPUTS gives figures, else 0: {', '.join(LABELS)}.",
    )


def _table() -> LambdaName:
    """A row an option, a column a figure; n/a where there is none."""
    names = formula_of(tuple((each,) for each in LABELS)).text
    rounding: Any = largest_rounding(quantity("largest_"))
    rank: Any = cheaper(quantity("costs_"), quantity("cost_"), rounding)
    na = formula_of(NOT_AVAILABLE).text
    pairs = {
        "options_": names,
        "compared_": "FT_OPTIONCOMPARED(inputs_)",
        "stay_": "FT_STAYING(inputs_)",
        "figures_": "REDUCE(VSTACK(0,"
        f"{na},INDEX(stay_,2)),DROP(options_,1),LAMBDA(before_,option_,HSTACK(before_,"
        f"IF(INDEX(compared_,XMATCH(option_,options_))=1,FT_OPTIONFIGURES(option_,inputs_),{{{na};{na};{na}}}))))",
        "npvs_": "TRANSPOSE(INDEX(figures_,1,0))",
        "costs_": f"MAP(npvs_,LAMBDA(npv_,IF(ISNUMBER(npv_),INDEX(stay_,1)-npv_,{na})))",
        "largest_": "MAX(MAP(costs_,LAMBDA(cost_,IF(ISNUMBER(cost_),ABS(cost_),0))))",
        "bests_": "MAP(npvs_,SEQUENCE(ROWS(npvs_)),LAMBDA(npv_,place_,IF(ISNUMBER(npv_),"
        "npv_-MAX(MAP(npvs_,SEQUENCE(ROWS(npvs_)),"
        f"LAMBDA(other_,at_,IF(ISNUMBER(other_)*(at_<>place_),other_,-1E+300)))),{na})))",
        "monthly_": f"MAP(costs_,LAMBDA(cost_,IF(ISNUMBER(cost_),FT_LEVELAMOUNT(cost_,inputs_),{na})))",
        "ranks_": f"MAP(costs_,LAMBDA(cost_,IF(ISNUMBER(cost_),1+SUM({rank.text}),{na})))",
    }
    columns = {
        "npv": "npvs_",
        "npv_best": "bests_",
        "pv_cost": "costs_",
        "equivalent_monthly_cost": "monthly_",
        "payback_months": "TRANSPOSE(INDEX(figures_,2,0))",
        "bill": "TRANSPOSE(INDEX(figures_,3,0))",
        "rank": "ranks_",
    }
    return LambdaName(
        "FT_OPTIONTABLE",
        ("inputs_",),
        let(pairs, f"HSTACK({','.join(columns[each] for each in FIGURES)})"),
        f"The options of FT_INPUTS, a row each: {', '.join(FIGURES.values())}.",
    )


def _note() -> LambdaName:
    chain = with_inputs(OPTIONS.order(NOTES.values()), graph=OPTIONS)
    chain.calculate(NOTES.values())
    notes = {name: text_of(chain, equation) for name, equation in NOTES.items()}
    return LambdaName(
        "FT_OPTIONNOTE",
        ("option_", "inputs_"),
        chain.let(_chosen("option_", notes, formula_of(COMPARED).text)),
        "What an option leaves out, or why it has no figures, of FT_INPUTS.",
    )


def _found() -> LambdaName:
    words = formula_of(tuple((normal_form(name), normal_form(label)) for name, label in LABELS.items())).text
    return LambdaName(
        "FT_OPTIONNUMBER",
        ("name_",),
        f"LET(place_,MAX(({words}=FT_LABEL(name_))*SEQUENCE({len(LABELS)})),IF(place_=0,#N/A,place_))",
        f"The place of an option among {', '.join(LABELS)}, by its name or label.",
    )


def option_names() -> list[LambdaName]:
    """The names that FT_OPTION is made of."""
    return [
        _option_inputs(),
        _option_fixed(),
        _option_figures(),
        _staying(),
        _equivalent(),
        _compared(),
        _table(),
        _note(),
        _found(),
    ]


def option_text() -> str:
    """FT_OPTION: a figure of the table, or the note."""
    names = formula_of(tuple((each,) for each in LABELS)).text
    items = formula_of(tuple((each,) for each in FIGURES.values())).text
    return (
        f"LET(inputs_,FT_INPUTS(block_),place_,FT_OPTIONNUMBER(option_name_),word_,UPPER(TRIM(item_)),"
        f'IF(ISERROR(SUM(inputs_)),INDEX(inputs_,1),IF(word_="{NOTE}",FT_OPTIONNOTE(INDEX({names},place_),inputs_),'
        f"LET(at_,XMATCH(word_,{items}),found_,INDEX(FT_OPTIONTABLE(inputs_),place_,at_),"
        f'IF(found_="{NOT_AVAILABLE}",#NUM!,found_)))))'
    )
