"""How a figure comes about: every step from the inputs to it.

A step has its value, its equation, what that takes, and the file and line where it stands.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from roi_engine.cashflow import MODEL
from roi_engine.errors import UnknownName, did_you_mean
from roi_engine.graph import MONTH, Equation
from roi_engine.inputs import normal_form
from roi_engine.metrics import total

_IN_WORDS = "In words: "

NOT_ADDED = frozenset(
    {
        "traffic_growth", "adoption", "old_bill_ended", "pay_level", "serving_gpus", "training_age", "discount_factor",
        "cumulative_sum", "cumulative", "recovered", "discounted_sum", "cumulative_discounted", "discounted_recovered",
        "year",
    }
)  # fmt: skip
"""Monthly quantities whose total would say nothing: factors, shares, counts, moments and running sums."""


@dataclass(frozen=True)
class Step:
    """One quantity on the way to a figure.

    depth : how many steps it lies below the figure.
    value : a number (None: undefined, infinity: never), or a list over the months 0 to the horizon for a monthly one.
    total : the sum of a monthly one, None where it would say nothing.
    sentence : what it is.
    in_words : how it is calculated, as the Breakdown sheet says; empty for most.
    equation : as its docstring writes it, else the expression of its source.
    takes : what the equation takes, with the values.
    place : file and line, from the package's folder on.
    """

    name: str
    depth: int
    value: Any
    monthly: bool
    total: float | None
    sentence: str
    in_words: str
    equation: str
    takes: dict[str, Any]
    place: str

    def as_dict(self) -> dict[str, Any]:
        """Everything by name."""
        return asdict(self)


def explain(inputs: Mapping[str, Any], name: str) -> list[Step]:
    """The steps of a figure: itself first, each followed by those that it takes.

    inputs : every input by name, as `Scenario.inputs` gives them.
    name : the name of an equation of the model.
    Returns every step once.
    Raises `UnknownName` with a guess.

    >>> from roi_engine.reference import REFERENCE
    >>> steps = explain(REFERENCE.inputs(), "roi")
    >>> [(step.name, round(step.value, 2)) for step in steps[:2]]
    [('roi', 417.54), ('net_roi', 17837.28)]
    >>> steps[0].equation, steps[0].takes == {"net_roi": steps[1].value, "total_cost": 42.72}
    ('ROI = net return / total cost', True)
    """
    if name not in MODEL.equations:
        raise UnknownName(f'There is no equation "{name}".{did_you_mean(name, MODEL.equations)}')
    needed = MODEL.order([name])
    sums = [each for step in needed for each in MODEL.takes[step] if MODEL.over_months(each)]
    wanted = tuple(dict.fromkeys([*needed, *(each for each in sums if not each.endswith("_before"))]))
    months = int(inputs["months_to_amortize"])
    values = {MONTH: list(range(months + 1)), **inputs, **MODEL.evaluate(inputs, wanted, months)}
    for each in sums:
        if each.endswith("_before"):
            values[each] = [0.0, *values[MODEL.quantity_of(each)][:-1]]
    depths: dict[str, int] = {}

    def visit(quantity: str, depth: int) -> None:
        if quantity in depths or quantity not in MODEL.equations:
            return
        depths[quantity] = depth
        for parameter in MODEL.takes[quantity]:
            visit(MODEL.quantity_of(parameter), depth + 1)

    visit(name, 0)
    return [_step(quantity, depth, values) for quantity, depth in depths.items()]


def _step(name: str, depth: int, values: Mapping[str, Any]) -> Step:
    function, monthly = MODEL.equations[name], name in MODEL.monthly
    return Step(
        name=name,
        depth=depth,
        value=_plain(values[name]),
        monthly=monthly,
        total=total(values[name]) if monthly and name not in NOT_ADDED else None,
        sentence=sentence_of(function),
        in_words=in_words(name),
        equation=equation_of(function),
        takes={each: _plain(values[each]) for each in MODEL.takes[name]},
        place=place_of(function),
    )


def _plain(value: Any) -> Any:
    """A value as a reader has it: None where it is undefined."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def sentence_of(function: Equation) -> str:
    """What an equation gives: the first line of its docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def in_words(name: str) -> str:
    """How a quantity of the model is calculated, in words.

    Returns an empty text where its docstring does not say.

    >>> in_words("roi"), in_words("adoption")
    ('net return / total cost', '')
    """
    lines = (inspect.getdoc(MODEL.equations[name]) or "").splitlines()
    return next((line.removeprefix(_IN_WORDS).rstrip(".") for line in lines if line.startswith(_IN_WORDS)), "")


@cache
def equation_of(function: Equation) -> str:
    """An equation's text, one line for each that it has.

    Returns the indented lines of its docstring, else the expression of its source.

    >>> equation_of(MODEL.equations["npv"]), equation_of(MODEL.equations["contingency_cost"])
    ('NPV = Σ CF(t) · (1 + r)^(−t/12)', '(training_cost + one_off_cost) * contingency')
    """
    lines = (inspect.getdoc(function) or "").splitlines()
    written = [line.strip() for line in lines if line.startswith("    ") and line.strip()]
    return "\n".join(written) if written else _expression(function)


def _expression(function: Equation) -> str:
    """The statements of a function's source, the last one without its return."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef)
    statements = definition.body[1:] if ast.get_docstring(definition) else definition.body
    return "\n".join(ast.unparse(each).removeprefix("return ") for each in statements)


def place_of(function: Equation) -> str:
    """Where an equation stands: file and line, from the package's folder on.

    >>> place_of(MODEL.equations["npv"]).partition(":")[0]
    'roi_engine/metrics.py'
    """
    code = function.__code__
    return f"{Path(code.co_filename).relative_to(Path(__file__).parents[1]).as_posix()}:{code.co_firstlineno}"


def find_equation(name: str, known: Mapping[str, str]) -> str:
    """The equation that a name means, whatever its case.

    name : as it was written.
    known : other names and the equations that they mean.
    Raises `UnknownName` with a guess.
    """
    names = {normal_form(each): equation for each, equation in known.items()}
    names |= {normal_form(each): each for each in MODEL.equations}
    found = names.get(normal_form(name))
    if found is None:
        guess = did_you_mean(name.strip().lower(), MODEL.equations) or did_you_mean(name.strip().upper(), known)
        raise UnknownName(f'There is no figure "{name}".{guess}')
    return found
