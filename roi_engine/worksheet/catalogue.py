"""What a worksheet function is, and the catalogue of them all.

Each function is declared once, by the decorator `worksheet_function` where it is defined. Hosts (Excel,
LibreOffice, the command line, the Functions sheet, the documentation) read the catalogue in a loop and add
nothing of their own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from roi_engine import quantity as q
from roi_engine.cashflow import TYPED
from roi_engine.errors import FtRoiError, OutOfRange, UnknownName, did_you_mean
from roi_engine.figures import FIGURES
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS, SCENARIO_ARGUMENTS

LONGEST_SENTENCE = 255
"""Excel shows at most this many characters of a function's description."""

COSTS_AND_BENEFITS = "Costs and benefits"
CAPITAL_BUDGETING = "Capital budgeting"
BREAK_EVEN = "Break-even and what-if"
TOKENS = "Tokens and serving"
OPTIONS = "Options"
QUALITY = "Quality"
ESTIMATORS = "Estimators and tables"
RISK = "Risk"
AUDIT = "Audit"

ArgumentKind = Literal["number", "text", "block", "range", "cell or table"]
"""What stands in an argument: one cell (a range of them gives a grid), a scenario, or a range that is read whole.

A cell or table is a cell, or a range of labels and values that is read whole.
"""


@dataclass(frozen=True)
class Argument:
    """One argument: name, quantity, meaning, what stands for it when left out."""

    name: str
    quantity: Quantity
    meaning: str
    optional: bool = False
    default: Any = None
    kind: ArgumentKind = "number"

    def check(self, value: Any) -> Any:
        """The value as the function wants it.

        Raises with the argument's name in the sentence.
        """
        if value is None:
            if self.optional:
                return self.default
            raise FtRoiError(f"{self.name}: missing. {self.meaning}")
        if self.kind == "range":
            return self._checked_rows(value if isinstance(value, tuple) else ((value,),))
        if isinstance(value, tuple):
            return [list(row) for row in value]
        return self._checked_cell(value, self.name)

    def _checked_rows(self, rows: tuple[tuple[Any, ...], ...]) -> list[list[Any]]:
        """The cells of a range, each checked; rows without any value are left out."""
        return [
            [self._checked_cell(cell, f"{self.name}, row {i}, column {j}") for j, cell in enumerate(row, 1)]
            for i, row in enumerate(rows, 1)
            if any(cell is not None for cell in row)
        ]

    def _checked_cell(self, value: Any, place: str) -> Any:
        try:
            return self.quantity.check(value)
        except FtRoiError as error:
            raise type(error)(f"{place}: {error}") from None


@dataclass(frozen=True, eq=False)  # itself, and as quick to look up
class Function:
    """A worksheet function: its own arguments, then the scenario's.

    The scenario's are typed, or one block stands in their place.

    calculate : takes the `Case` (scenario functions only), then the function's own arguments as floats or texts.
    vectorised : the same for typed arguments as arrays, by name; None where only one case at a time can be calculated.
    undefined : the error that a result without value becomes.
    """

    name: str
    family: str
    sentence: str
    result: Quantity
    own: tuple[Argument, ...]
    scenario: tuple[Argument, ...]
    calculate: Callable[..., Any]
    vectorised: Callable[[Mapping[str, Any]], Any] | None
    undefined: type[FtRoiError]
    examples: tuple[Any, ...] = field(default=())
    block_only: bool = False
    block_at: int | None = None

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Every argument in order."""
        if self.block_only and self.block_at is not None:
            return (*self.own[: self.block_at], *self.scenario, *self.own[self.block_at :])
        return (*self.own, *self.scenario)

    @cached_property
    def by_name(self) -> dict[str, Argument]:
        """Every argument in order, by its name."""
        return {argument.name: argument for argument in self.arguments}

    @property
    def takes_scenario(self) -> bool:
        """Whether a scenario, typed or as a block, is among the arguments."""
        return bool(self.scenario)

    @property
    def signature(self) -> str:
        """The function as one would type it, optional arguments in brackets."""
        shown = (f"[{each.name}]" if each.optional else each.name for each in self.arguments)
        return f"{self.name}({', '.join(shown)})"

    @property
    def block_signature(self) -> str:
        """The form with one block for the scenario; the plain one where it has none."""
        if not self.takes_scenario or self.block_only:
            return self.signature
        return f"{self.name}({', '.join([*(f'[{a.name}]' if a.optional else a.name for a in self.own), 'scenario'])})"


_CATALOGUE: dict[str, Function] = {}
_FAMILIES = (
    "costs_and_benefits", "capital_budgeting", "break_even", "tokens", "options", "quality", "estimators",
    "price_lookup", "risk", "audit",
)  # fmt: skip

BLOCK = Argument("scenario", q.TABLE, "A range of labels and values: the whole Inputs table.", kind="block")
METRIC = Argument("metric", q.TEXT, "NETROI, NPV, PAYBACK or another metric name.", kind="text")
INPUT_NAME = Argument("input_name", q.TEXT, "An input's name, short name or label.", kind="text")


def scenario_arguments(quantity: str | None = None) -> tuple[Argument, ...]:
    """The typed scenario arguments that a quantity of the level model depends on.

    All of them for the full model.
    """
    wanted = SCENARIO_ARGUMENTS if quantity is None else TYPED.leaves(quantity)
    return tuple(
        Argument(name, INPUTS[name].quantity, INPUTS[name].meaning, optional=name == "tokens_per_call", default=1.0)
        for name in SCENARIO_ARGUMENTS
        if name in wanted
    )


def worksheet_function(
    name: str,
    family: str,
    sentence: str,
    result: Quantity,
    *,
    own: tuple[Argument, ...] = (),
    level: str | None = None,
    scenario: Literal["typed or block", "block", "none"] = "typed or block",
    block_at: int | None = None,
    vectorised: Callable[[Mapping[str, Any]], Any] | None = None,
    undefined: type[FtRoiError] = OutOfRange,
    examples: tuple[Any, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a worksheet function, which the decorated one calculates for a case.

    name : with FT_.
    family : the group that it is listed in.
    sentence : what it gives, at most 255 characters.
    result : the quantity of what it gives.
    own : arguments of its own, beside those of the scenario.
    level : the quantity of the level model that a typed call gives (and that says which typed arguments there are).
    scenario : how the scenario is given: as typed arguments or a block, as a block only, or not at all.
    block_at : the place of the block among the arguments, where it does not come last.
    vectorised : gives the figure for many scenarios at once.
    undefined : the error that a result without value becomes.
    examples : values for the function's own arguments, used in documentation and tests.
    """

    def declare(calculate: Callable[..., Any]) -> Callable[..., Any]:
        if len(sentence) > LONGEST_SENTENCE:
            raise ValueError(f"{name}: the sentence has {len(sentence)} characters, Excel shows {LONGEST_SENTENCE}")
        if name in _CATALOGUE:
            raise ValueError(f"{name} is declared twice")
        arguments = {"typed or block": scenario_arguments(level), "block": (BLOCK,), "none": ()}[scenario]
        _CATALOGUE[name] = Function(
            name=name,
            family=family,
            sentence=sentence,
            result=result,
            own=own,
            scenario=arguments,
            calculate=calculate,
            vectorised=vectorised or (_level_of(level) if level else None),
            undefined=undefined,
            examples=examples,
            block_only=scenario == "block",
            block_at=block_at,
        )
        return calculate

    return declare


def figure_function(
    figure_name: str,
    family: str,
    *,
    own: tuple[Argument, ...] = (),
    level: bool = False,
    vectorised: Callable[[Mapping[str, Any]], Any] | None = None,
    examples: tuple[Any, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares the worksheet function of a figure.

    figure_name : the name in the table of figures; sentence, quantity and error are that figure's.
    family, own, vectorised, examples : as for `worksheet_function`.
    level : whether the level model gives it too, for typed calls.
    """
    figure = FIGURES[figure_name]
    return worksheet_function(
        figure.function,
        family,
        figure.full_sentence,
        figure.quantity,
        own=own,
        level=figure.equation_name if level else None,
        vectorised=vectorised,
        undefined=figure.error,
        examples=examples,
    )


DEFAULTS: dict[str, Any] = {name: declared.default for name, declared in INPUTS.items()}
"""Every input at its default: what a typed call takes for the inputs that it does not name."""


def _level_of(quantity: str) -> Callable[[Mapping[str, Any]], Any]:
    def evaluate(typed: Mapping[str, Any]) -> Any:
        return TYPED.evaluate({**DEFAULTS, **typed}, (quantity,))[quantity]

    return evaluate


@cache
def functions() -> dict[str, Function]:
    """Every worksheet function by name, in the order of the documentation.

    >>> functions()["FT_ERRORCUT"].signature
    'FT_ERRORCUT(base_accuracy, new_accuracy)'
    """
    homes = [importlib.import_module(f"roi_engine.worksheet.{family}").__name__ for family in _FAMILIES]
    place = {home: at for at, home in enumerate(homes)}  # whichever of them was imported first
    in_order = sorted(_CATALOGUE.values(), key=lambda each: place.get(each.calculate.__module__, len(place)))
    return {function.name: function for function in in_order}


def find_function(name: str) -> Function:
    """The function of a name, with or without ``FT_`` and whatever its case.

    Raises `UnknownName`.

    >>> find_function("payback").name
    'FT_PAYBACK'
    """
    word = name.strip().upper()
    known = functions()
    function = known.get(word) or known.get(f"FT_{word}")
    if function is None:
        raise UnknownName(f'There is no function "{name}".{did_you_mean(word, known)}')
    return function
