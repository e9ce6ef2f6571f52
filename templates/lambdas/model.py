"""The LAMBDA names of the full model: what is fixed, the months, the figures.

The graph is cut, because a name holds at most 8,192 characters: FT_CALLCOSTS gives what a call costs, FT_FIXED all of
the fixed quantities that the months and the figures take, FT_MONTHS the monthly ones that the figures take, and
FT_FIGURE one figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from roi_engine.by_year import LINES
from roi_engine.cashflow import MODEL
from roi_engine.figures import FIGURES, Figure
from roi_engine.graph import Graph
from roi_engine.scenario import INPUTS
from templates.building.formula import Formula
from templates.lambdas.carrier import quantity
from templates.lambdas.chain import Chain, months, named
from templates.lambdas.inputs import input_text
from templates.lambdas.lambda_name import LambdaName

NET_CASH_FLOW = "net_cash_flow"
PER_CALL = ("baseline_cost_per_call", "finetuned_cost_per_call", "replicas_per_call")

FIGURES_OF_A_BLOCK = tuple(each for each in FIGURES.values() if each.function and each.name != "irr_annual")
"""What FT_FIGURE gives; a rate that has to be searched for is not among them."""


def code_of(figure: Figure) -> str:
    """How FT_FIGURE is asked for a figure."""
    return figure.code or figure.function.removeprefix("FT_")


@cache
def _of_figures() -> list[str]:
    """The equations of the figures that FT_FIGURE gives."""
    return [each.equation_name for each in FIGURES_OF_A_BLOCK]


def _waits(name: str) -> bool:
    """Whether an equation takes what is read off all months, or what does."""
    return any(
        (over is not None and over.word != "before") or (MODEL.quantity_of(each) in MODEL.equations and _waits(each))
        for each in MODEL.takes.get(name, ())
        for over in [MODEL.over_months(each)]
    )


@cache
def _stages() -> tuple[list[str], list[str], list[str]]:
    """The equations of the three names, each in order."""
    order = MODEL.order(_of_figures())
    late = {name for name in order if _waits(name) or _is_another_name(name)} | _monthly_after(order)
    fixed = [name for name in order if name not in late and name not in MODEL.monthly]
    monthly = [name for name in order if name not in late and name in MODEL.monthly]
    return fixed, monthly, [name for name in order if name in late]


def _is_another_name(name: str) -> bool:
    """Whether an equation gives what it takes.

    Such is a rate that is the discount rate unless another is given.
    """
    if len(MODEL.takes[name]) != 1:
        return False
    (taken,) = MODEL.takes[name]
    given = quantity(named(taken))
    return taken in INPUTS and MODEL.equations[name](given) is given


def _monthly_after(order: Iterable[str]) -> set[str]:
    """What is made of the net cash flow, month by month."""
    found: set[str] = set()
    for name in order:
        taken = {MODEL.quantity_of(each) for each in MODEL.takes[name]}
        if name != NET_CASH_FLOW and (NET_CASH_FLOW in taken or found & taken):
            found.add(name)
    return found


def _taken_by(names: Iterable[str], among: Iterable[str]) -> list[str]:
    taken = {MODEL.quantity_of(each) for name in names for each in MODEL.takes[name]}
    return [name for name in among if name in taken]


@cache
def fixed_quantities() -> list[str]:
    """The fixed quantities that the months and the figures take."""
    fixed, monthly, late = _stages()
    taken = _taken_by([*monthly, *late], fixed)
    of_figures = [name for name in fixed if name in _of_figures() and name not in taken]
    return [*(name for name in taken if name not in PER_CALL), *of_figures, *PER_CALL]


@cache
def _monthly() -> list[str]:
    """The monthly quantities that the figures and the table by year take."""
    _, monthly, late = _stages()
    of_years = {line.quantity for line in LINES.values()}
    return [name for name in monthly if name in of_years or name in _taken_by(late, monthly)]


def with_inputs(names: Iterable[str], before: Mapping[str, str] | None = None, graph: Graph = MODEL) -> Chain:
    """A chain that begins with the inputs that some equations take.

    before : what stands before them, by name.
    graph : the model, or more than it.
    """
    chain = Chain(graph, {})
    for name, text in (before or {}).items():
        chain.add(name, text)
    taken = {graph.quantity_of(each) for name in names for each in graph.takes[name]}
    for name in INPUTS:
        if name in taken or (name == "months_to_amortize" and "month" in taken):
            chain.add(name, input_text(name))
    return chain


def _add_column(chain: Chain, array: str, names: Iterable[str]) -> None:
    for place, name in enumerate(names, start=1):
        chain.add(name, f"INDEX({named(array)},{place})")


def _call_costs_name() -> LambdaName:
    chain = with_inputs(MODEL.order(PER_CALL))
    chain.calculate(PER_CALL)
    return LambdaName(
        "FT_CALLCOSTS",
        ("inputs_",),
        chain.let(f"VSTACK({','.join(text_of(chain, name) for name in PER_CALL)})"),
        f"What a call costs, of FT_INPUTS: {_in_words(PER_CALL)}.",
    )


def _fixed_name() -> LambdaName:
    own = [name for name in fixed_quantities() if name not in PER_CALL]
    chain = with_inputs(MODEL.order(own))
    chain.calculate(own)
    columns = ",".join([*(text_of(chain, name) for name in own), "FT_CALLCOSTS(inputs_)"])
    return LambdaName(
        "FT_FIXED",
        ("inputs_",),
        chain.let(f"VSTACK({columns})"),
        f"What is the same in every month, of FT_INPUTS: {_in_words(fixed_quantities())}.",
    )


def _months_name() -> LambdaName:
    _, monthly, _ = _stages()
    chain = with_inputs(monthly)
    chain.add(*months())
    _add_column(chain, "fixed", fixed_quantities())
    chain.calculate(_monthly())
    return LambdaName(
        "FT_MONTHS",
        ("inputs_", "fixed_"),
        chain.let(f"HSTACK({','.join(text_of(chain, name) for name in _monthly())})"),
        f"What each month brings, month 0 first, of FT_INPUTS and FT_FIXED: {_in_words(_monthly())}.",
    )


def month_chain(
    inputs: str = "", graph: Graph = MODEL, fixed: str = f"FT_FIXED({named('inputs')})", also: Iterable[str] = ()
) -> Chain:
    """A chain that begins with what the months bring, and what figures take beside.

    inputs : the text of FT_INPUTS; empty where it is a parameter.
    graph : the model, or more than it.
    fixed : the text of FT_FIXED, or of what stands for it.
    also : other equations whose inputs are wanted.
    """
    _, _, late = _stages()
    before = {"inputs": inputs} if inputs else {}
    chain = with_inputs([*late, "discount_factor", *also], before, graph)
    chain.add(*months())
    chain.add("fixed", fixed)
    _add_column(chain, "fixed", fixed_quantities())
    chain.add("months", f"FT_MONTHS({named('inputs')},{named('fixed')})")
    for place, name in enumerate(_monthly(), start=1):
        chain.add(name, f"CHOOSECOLS({named('months')},{place})")
    return chain


def _figure_name() -> LambdaName:
    chain = month_chain()
    chain.calculate(_of_figures())
    choices = (f'"{code_of(each)}",{text_of(chain, each.equation_name)}' for each in FIGURES_OF_A_BLOCK)
    return LambdaName(
        "FT_FIGURE",
        ("figure_", "inputs_"),
        chain.let(f"SWITCH(UPPER(TRIM({named('figure')})),{','.join(choices)},#N/A)"),
        "A figure of FT_INPUTS by its short name, such as NETROI.",
    )


def text_of(chain: Chain, name: str) -> str:
    """The text of a quantity that a chain knows."""
    value = chain.known[name]
    return value.text if isinstance(value, Formula) else str(value)


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(names).replace("_", " ")


def flows(inputs: str) -> str:
    """The net cash flow of FT_INPUTS as a column."""
    return f"CHOOSECOLS(FT_MONTHS({inputs},FT_FIXED({inputs})),{_monthly().index(NET_CASH_FLOW) + 1})"


def figure(code: str, inputs: str) -> str:
    """A figure of FT_INPUTS."""
    return f'FT_FIGURE("{code}",{inputs})'


def model_names() -> list[LambdaName]:
    """The names of the model itself."""
    return [_call_costs_name(), _fixed_name(), _months_name(), _figure_name()]


def over_flows(
    wanted: str,
    before: Mapping[str, str],
    own: Mapping[str, str],
    instead: Mapping[str, str],
    finished: Callable[[str], str],
) -> str:
    """A figure that is read off the flows alone, with some of what it takes replaced.

    before, own : names and their texts, before and after the inputs.
    instead : the texts that stand for equations.
    finished : what is made of the figure's text.
    """
    graph = MODEL.given(NET_CASH_FLOW, *instead)
    chain = Chain(graph, {name: quantity(text) for name, text in instead.items()})
    for name, text in before.items():
        chain.add(name, text)
    for name in ("months_to_amortize", "discount_rate"):
        chain.add(name, input_text(name))
    for name, text in own.items():
        chain.add(name, text)
    chain.add(*months())
    chain.add(NET_CASH_FLOW, flows(named("inputs")))
    return chain.let(finished(chain.of(wanted).text))
