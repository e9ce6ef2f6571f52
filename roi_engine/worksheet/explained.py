"""What every host tells about a function's arguments."""

from __future__ import annotations

from roi_engine.worksheet.catalogue import Argument, Function


def argument_help(function: Function, argument: Argument) -> str:
    """What a function wizard says about an argument: meaning, unit, stand-ins.

    function : the function that takes it.
    argument : one of the function's arguments.

    >>> from roi_engine.worksheet.catalogue import find_function
    >>> cost = find_function("FT_APICOST")
    >>> argument_help(cost, cost.arguments[0]).endswith(".")
    True
    """
    unit = f" ({argument.quantity.unit_in('currency')})" if argument.quantity.unit else ""
    sentence = f"{argument.meaning.rstrip('.')}{unit}."
    if function.takes_scenario and not function.block_only and argument is function.scenario[0]:
        sentence += " Or the whole Inputs table, and nothing after it."
    return sentence


def may_stay_empty(function: Function) -> set[str]:
    """The arguments that a host lets one leave out.

    All from the first on that may stay empty, in a block call at least.

    >>> from roi_engine.worksheet.catalogue import find_function
    >>> may_stay_empty(find_function("FT_APICOST"))
    {'tokens_per_call'}
    """
    after_block = function.scenario[1:] if not function.block_only else ()
    names = [argument.name for argument in function.arguments]
    first = next(
        (at for at, argument in enumerate(function.arguments) if argument.optional or argument in after_block),
        len(names),
    )
    return set(names[first:])
