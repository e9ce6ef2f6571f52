"""The FT_ functions as LAMBDA names: which there are, and what each calculates.

Most are read off the catalogue of worksheet functions: a figure is a chain over the closed form where its arguments are
typed, and the full model where a block of labels and values stands in their place. Those that only calculate with their
own arguments are printed from the equation that gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from roi_engine import equations, estimators, fleet_equations, functions, serving
from roi_engine.cashflow import TYPED
from roi_engine.figures import FIGURES, Figure
from roi_engine.scenario_rules import above_one
from roi_engine.sensitivity import DEFAULT_SWING
from roi_engine.worksheet.catalogue import (
    DEFAULTS,
    Argument,
    Function,
    find_function,
)
from templates.building.formula import formula_of
from templates.lambdas.carrier import let, quantity
from templates.lambdas.chain import Chain, named, with_its_error
from templates.lambdas.draws import draw_names, simulation_text, statistic_text, worth_text
from templates.lambdas.inputs import checked, legal, reading_names
from templates.lambdas.lambda_name import LambdaName
from templates.lambdas.model import code_of, figure, flows, model_names, over_flows
from templates.lambdas.options import option_names, option_text
from templates.lambdas.ranges import range_names
from templates.lambdas.tables import breakdown_text, by_year_text

_SEARCH = "a search along the input's values, which no formula makes"
_LOOKED_UP = "looked up in tables of the engine, which a workbook does not carry"
_NOT_PRINTED = "made of sentences and rules of the engine, not of equations"
_NOT_YET = "not printed yet; FT_EVPI says what each input is worth"

NOT_COVERED: dict[str, str] = {
    "FT_VERDICT": _NOT_PRINTED,
    "FT_IRR": "a search for all rates at which the flows are worth nothing, of which one may be a return",
    "FT_BREAKEVEN": _SEARCH,
    "FT_SELFBREAKEVEN": _SEARCH,
    "FT_OPTIONS": "one of its columns, the calls at which a rank changes, is a search; FT_OPTION gives the others",
    "FT_TRAINHOURS": _LOOKED_UP,
    "FT_SERVINGRATE": _LOOKED_UP,
    "FT_SERVINGFIT": _LOOKED_UP,
    "FT_LORAPARAMS": _LOOKED_UP,
    "FT_PRICE": _LOOKED_UP,
    "FT_GPUINFO": _LOOKED_UP,
    "FT_RISKVERDICT": _NOT_PRINTED,
    "FT_HISTOGRAM": "steps between round numbers, which the engine chooses by rules",
    "FT_IMPORTANCE": _NOT_YET,
    "FT_CHECK": _NOT_PRINTED,
    "FT_VERSION": "tells the version of an add-in, and none is needed",
}
"""The functions that no LAMBDA gives, with the reason."""


@cache
def lambda_names() -> dict[str, LambdaName]:
    """Every LAMBDA name, each after those that it calls."""
    covered = [_printed(each) for name, each in functions().items() if name not in NOT_COVERED]
    return {
        each.name: each
        for each in (*reading_names(), *model_names(), *range_names(), *option_names(), *draw_names(), *covered)
    }


def _printed(function: Function) -> LambdaName:
    special = _SPECIAL.get(function.name)
    if special is not None:
        return special(function)
    if function.name in _PLAIN:
        return _plain(function)
    return _figure(function)


def _lambda(function: Function, text: str, parameters: tuple[str, ...]) -> LambdaName:
    return LambdaName(function.name, parameters, text, function.sentence)


# --- arguments -------------------------------------------------------------------------------------------


def _block(function: Function) -> str:
    """The parameter that is a block or the scenario's first argument."""
    return f"{function.scenario[0].name}_or_block_"


def _parameters(function: Function) -> tuple[str, ...]:
    """The parameters of a function that takes a scenario, typed or as a block.

    All but the first may be left out; the first too, where it is one of the function's own that may be.
    """
    first, *others = [*(named(each.name) for each in function.own), _block(function)]
    typed = [named(each.name) for each in function.scenario[1:]]
    optional = bool(function.own) and function.own[0].optional
    return (f"[{first}]" if optional else first, *(f"[{each}]" for each in (*others, *typed)))


def _own_parameters(function: Function) -> tuple[str, ...]:
    return tuple(f"[{named(each.name)}]" if each.optional else named(each.name) for each in function.own)


def _used(argument: Argument) -> str:
    """What stands for an optional argument in the calculation: itself, or its default."""
    return named(f"{argument.name}_used")


def _or_default(argument: Argument, default: str) -> str:
    own = named(argument.name)
    return f'IF(ISOMITTED({own}),{default},IF({own}="",{default},{own}))'


def _each(values: str) -> str:
    """The beginning of a MAP over a range; an empty cell is a text, and no zero."""
    return f'MAP(IF({values}="","",{values}),'


def _where_legal(arguments: dict[str, Argument], result: str) -> str:
    """A result where every argument is legal, else an error; cell by cell.

    arguments : by the name under which each is used.
    """
    return f"IF({'*'.join(legal(used, each.quantity) for used, each in arguments.items())},{result})"


# --- figures ---------------------------------------------------------------------------------------------


def _figure(function: Function) -> LambdaName:
    """A figure: of a block by the full model, typed by the closed form if it can."""
    found = next((each for each in FIGURES.values() if each.function == function.name), None)
    if found is None:
        told = f"{function.name} is no figure: say in _PLAIN or _SPECIAL of {__name__} how it is printed"
        raise ValueError(f"{told}, or in NOT_COVERED why it is not.")
    if not function.own and function.vectorised is not None:
        block = _block(function)
        typed = f"IF(ISOMITTED({named(function.scenario[1].name)}),{figure(code_of(found), f'FT_INPUTS({block})')},"
        return _lambda(function, f"{typed}{_closed_form(function, found)})", _parameters(function))
    return _lambda(function, _by_the_full_model(function, found), _parameters(function))


def _closed_form(function: Function, found: Figure) -> str:
    first, *others = function.scenario
    names = {first.name: _block(function)}
    names |= {each.name: _used(each) if each.optional else named(each.name) for each in others}
    chain = Chain(TYPED, {**DEFAULTS, **{name: quantity(text) for name, text in names.items()}})
    for each in others:
        if each.optional:
            chain.add(f"{each.name}_used", _or_default(each, _default_of(each)))
            chain.known[each.name] = quantity(_used(each))
    result = chain.of(found.equation_name)
    legal_result = _where_legal({names[each.name]: each for each in function.scenario}, result.text)
    may_lack = [f"ISOMITTED({named(each.name)})" for each in others[1:] if not each.optional]
    return chain.let(f"IF(OR({','.join(may_lack)}),#VALUE!,{legal_result})" if may_lack else legal_result)


def _typed_block(function: Function) -> str:
    """FT_INPUTS of a block, or of typed arguments, which are put together to one."""
    block = _block(function)
    _, *others = function.scenario
    names = formula_of(tuple((each.name,) for each in function.scenario)).text
    typed = [block, *(named(each.name) for each in others)]
    values = ",".join(f'IF(ISOMITTED({each}),"",IF({each}="","",{each}))' for each in typed)
    return f"IF(ISOMITTED({named(others[0].name)}),{block},HSTACK({names},VSTACK({values})))"


def _by_the_full_model(function: Function, found: Figure) -> str:
    code = code_of(found)
    block = f"block_,{_typed_block(function)}"
    if not function.own:
        return f"LET({block},{figure(code, 'FT_INPUTS(block_)')})"
    (rate,) = function.own
    at = figure(code, f'FT_INPUTS(block_,"{rate.name}",rate_)')
    own = named(rate.name)
    return f"LET({block},IF(ISOMITTED({own}),{figure(code, 'FT_INPUTS(block_)')},{_each(own)}LAMBDA(rate_,{at}))))"


def _cash_flow(function: Function) -> LambdaName:
    text = f"LET(block_,{_typed_block(function)},inputs_,FT_INPUTS(block_),{flows('inputs_')})"
    return _lambda(function, text, _parameters(function))


def _mirr(function: Function) -> LambdaName:
    """The rates are the function's own: the flows are asked again, at these."""
    rates = {_used(each): each for each in function.own}
    text = over_flows(
        "mirr_annual",
        {"block": _typed_block(function), "inputs": "FT_INPUTS(block_)"},
        {f"{each.name}_used": _or_default(each, named("discount_rate")) for each in function.own},
        {each.name: used for used, each in rates.items()},
        lambda result: _where_legal(rates, result),
    )
    return _lambda(function, text, _parameters(function))


def _breakdown(function: Function) -> LambdaName:
    text = f"LET(block_,{_typed_block(function)},{breakdown_text('FT_INPUTS(block_)')})"
    return _lambda(function, text, _parameters(function))


def _by_year(function: Function) -> LambdaName:
    text = f"LET(block_,{_typed_block(function)},{by_year_text('FT_INPUTS(block_)')})"
    return _lambda(function, text, _parameters(function))


# --- what if ---------------------------------------------------------------------------------------------


def _what_if(function: Function) -> LambdaName:
    """One input or two replaced; a column and a row of values give a grid."""
    figure_at = "FT_FIGURE(FT_METRIC(metric_),FT_INPUTS(block_,input_name_,each_))"
    one = f'{_each("value_")}LAMBDA(each_,IF(each_="",#VALUE!,{figure_at})))'
    both = (
        'LET(shape_,0*((value_="")+(new_2_="")),text_,IF(shape_=0,""),'
        'MAP(IF((value_="")+shape_>0,"",IFERROR(value_+shape_,value_&text_)),'
        'IF((new_2_="")+shape_>0,"",IFERROR(new_2_+shape_,new_2_&text_)),'
        'LAMBDA(each_,other_,IF((each_="")+(other_="")>0,#VALUE!,'
        "FT_FIGURE(FT_METRIC(metric_),FT_INPUTS(block_,input_name_,each_,input_name_2_,other_))))))"
    )
    again = "FT_INPUTNUMBER(input_name_)=FT_INPUTNUMBER(input_name_2_)"
    text = (
        'LET(second_,IF(ISOMITTED(input_name_2_),"",input_name_2_),new_2_,IF(ISOMITTED(value_2_),"",value_2_),'
        f'IF(second_="",IF(AND(ISNUMBER(new_2_)),#VALUE!,{one}),IF({again},#VALUE!,{both})))'
    )
    parameters = ("metric_", "block_", "input_name_", "value_", "[input_name_2_]", "[value_2_]")
    return _lambda(function, text, parameters)


def _sensitivity(function: Function) -> LambdaName:
    block = _typed_block(function)
    base = "INDEX(inputs_,FT_INPUTNUMBER(input_name_))"
    change = checked("each_", function.own[2].quantity)
    one = (
        f"LET(moved_,{change},IF(ISNUMBER(moved_),"
        "FT_FIGURE(FT_METRIC(metric_),FT_INPUTS(block_,input_name_,base_*(1+moved_))),moved_))"
    )
    text = (
        f"LET(block_,{block},inputs_,FT_INPUTS(block_),base_,{base},"
        f"IF(ISNUMBER(base_),{_each('change_')}LAMBDA(each_,{one})),IF(ISERROR(base_),base_,#NUM!)))"
    )
    return _lambda(function, text, _parameters(function))


def _tornado(function: Function) -> LambdaName:
    (swing,) = function.own[1:]
    used = checked(_or_default(swing, formula_of(DEFAULT_SWING).text), swing.quantity)
    return _lambda(function, f"FT_SWINGS(metric_,{_typed_block(function)},{used})", _parameters(function))


def _option(function: Function) -> LambdaName:
    return _lambda(function, option_text(), ("option_name_", "item_", "block_"))


def _of_a_simulation(text: str) -> Callable[[Function], LambdaName]:
    """A function of a block and draws."""

    def printed(function: Function) -> LambdaName:
        before, behind = function.own[: function.block_at], function.own[function.block_at :]
        first = (f"[{named(each.name)}]" if each.optional else named(each.name) for each in before)
        return _lambda(function, text, (*first, "block_", *(f"[{named(each.name)}]" for each in behind)))

    return printed


# --- functions of their own arguments ---------------------------------------------------------------------


def _api_cost(calls: Any, cost_per_1k_tokens: Any, tokens_per_call: Any) -> Any:
    return equations.token_cost(calls * tokens_per_call, cost_per_1k_tokens)


def _cost_per_1k(gpu_hourly_rate: Any, tokens_per_second: Any, utilisation: Any, gpus: Any) -> Any:
    return fleet_equations.cost_per_1k_tokens(gpu_hourly_rate, tokens_per_second, utilisation, gpus)


def _self_host(gpu_hourly_rate: Any, operations: Any, **served: Any) -> Any:
    return serving.fleet_bill(serving.gpus_needed(**served), gpu_hourly_rate, operations)


def _checkpoints(function: Function) -> LambdaName:
    """Gigabytes by the method; the name of a model is looked up, so not printed."""
    size, method, count = function.own
    bytes_each = ",".join(f'"{word.upper()}",{number}' for word, number in estimators.BYTES_PER_PARAMETER.items())
    pairs = {
        _used(method): _or_default(method, f'"{method.default}"'),
        _used(count): _or_default(count, _default_of(count)),
        "bytes_": f"SWITCH(UPPER(TRIM({_used(method)})),{bytes_each},#N/A)",
    }
    result = estimators.kept_gb(quantity(named(size.name)), quantity("bytes_"), quantity(_used(count)))
    told = _where_legal({named(size.name): size, _used(count): count}, result.text)
    return _lambda(function, let(pairs, told), _own_parameters(function))


_PLAIN: dict[str, Callable[..., Any]] = {
    "FT_CALLCOST": equations.call_cost,
    "FT_APICOST": _api_cost,
    "FT_APITRAINCOST": find_function("FT_APITRAINCOST").calculate,
    "FT_COSTPER1K": _cost_per_1k,
    "FT_GPUCOUNT": serving.gpus_needed,
    "FT_SELFHOST": _self_host,
    "FT_REVIEWCOST": find_function("FT_REVIEWCOST").calculate,
    "FT_ERRORCUT": find_function("FT_ERRORCUT").calculate,
}
"""What gives the functions that take no scenario, by the names of their arguments."""

_SPECIAL: dict[str, Callable[[Function], LambdaName]] = {
    "FT_CASHFLOW": _cash_flow,
    "FT_BREAKDOWN": _breakdown,
    "FT_BYYEAR": _by_year,
    "FT_MIRR": _mirr,
    "FT_WHATIF": _what_if,
    "FT_SENSITIVITY": _sensitivity,
    "FT_TORNADO": _tornado,
    "FT_OPTION": _option,
    "FT_CHECKPOINTGB": _checkpoints,
    "FT_SIMSTAT": _of_a_simulation(statistic_text()),
    "FT_SIMULATE": _of_a_simulation(simulation_text()),
    "FT_EVPI": _of_a_simulation(worth_text()),
}


def _plain(function: Function) -> LambdaName:
    optional = [each for each in function.own if each.optional]
    used = {each.name: _used(each) if each.optional else named(each.name) for each in function.own}
    result = _PLAIN[function.name](**{name: quantity(text) for name, text in used.items()})
    told = with_its_error(result, function.undefined)
    if function.name == "FT_CALLCOST":
        shares = above_one(quantity(used["cached_share"]) + quantity(used["cached_write_share"]))
        told = f"IF({shares.text},#NUM!,{told})"
    finished = _where_legal({used[each.name]: each for each in function.own}, told)
    pairs = {_used(each): _or_default(each, _default_of(each)) for each in optional}
    return _lambda(function, let(pairs, finished) if pairs else finished, _own_parameters(function))


_SAME_AS = {"cached_price_per_m": "input_price_per_m", "cached_write_price_per_m": "input_price_per_m"}
"""Arguments that another one stands for where they are left out."""


def _default_of(argument: Argument) -> str:
    if argument.name in _SAME_AS:
        return named(_SAME_AS[argument.name])
    return formula_of(argument.default).text
