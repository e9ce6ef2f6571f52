"""How named equations are wired: by their names alone.

A `Graph` is a set of equations: functions whose names are quantities and whose parameters are quantities. A quantity
is *fixed*, one value, or *monthly*, a value in each of the months 0 to the horizon. Monthly is what takes ``month``,
another monthly quantity, or the month before of one. What a parameter means:

    X            an input, or the equation X; of a monthly one the value in the same month
    X_before     a monthly X in the month before; 0 in month 0
    total_X      the sum of a monthly X over all months
    first_X      a monthly X in month 0
    last_X       a monthly X in the last month of the horizon, each scenario's own
    every_X      a monthly X as the list of its months

An equation of that name comes first: ``total_cost`` is an equation, not the sum of a ``cost``. All but X and X_before
are fixed, so an equation that takes them has to wait for the months: the months are gone through once, then the fixed
equations that take sums and ends are evaluated, then the monthly ones that take those, in as many runs as are needed.

A carrier that evaluates nothing, such as a sheet, reads the wiring: ``graph.equations[name]`` is the function,
``graph.takes[name]`` its parameters, ``name in graph.monthly`` says whether it needs a cell per month, and
``graph.over_months(parameter)`` says which word a parameter begins or ends with, and of which quantity.

Evaluating costs a call per equation and no dictionary walk: the wanted quantities are compiled into one straight-line
function, whose source a traceback shows.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from types import ModuleType
from typing import Any, Literal

from roi_engine.errors import UnknownName, did_you_mean
from roi_engine.too_large import TooLarge, is_too_large, too_large

Equation = Callable[..., Any]
Evaluator = Callable[[Mapping[str, Any], Any], dict[str, Any]]
Word = Literal["total", "first", "last", "every", "before"]

MONTH = "month"
_BEGINNINGS: tuple[Word, ...] = ("total", "first", "last", "every")


@dataclass(frozen=True)
class OverMonths:
    """What a parameter reads off the months of a monthly quantity.

    >>> Graph({"age": lambda month: month}).over_months("total_age")
    OverMonths(word='total', quantity='age')
    """

    word: Word
    quantity: str


class Graph:
    """Equations by name, wired by their parameters.

    >>> def area(width, height): return width * height
    >>> def volume(area, depth): return area * depth
    >>> graph = Graph({"area": area, "volume": volume})
    >>> graph.leaves("volume")
    ('width', 'height', 'depth')
    >>> graph.evaluate({"width": 2, "height": 3, "depth": 4}, ["volume"])
    {'volume': 24}
    """

    def __init__(self, equations: Mapping[str, Equation], rows: Iterable[str] = ()) -> None:
        self.equations = dict(equations)
        self.rows = frozenset(rows)
        self.takes = {name: tuple(inspect.signature(function).parameters) for name, function in self.equations.items()}

    def given(self, *names: str) -> Graph:
        """The graph in which these quantities are inputs and no equations.

        A monthly one is given as a list over the months.

        >>> def doubled(month): return 2 * month
        >>> def both(total_doubled, more): return total_doubled + more
        >>> graph = Graph({"doubled": doubled, "both": both}).given("doubled")
        >>> graph.evaluate({"doubled": [1, 5], "more": 1}, ["both"], 1)
        {'both': 7.0}
        """
        left = {name: each for name, each in self.equations.items() if name not in names}
        return Graph(left, self.rows | (self.monthly & {*names}))

    @cached_property
    def monthly(self) -> frozenset[str]:
        """The quantities that have a value in each month."""
        found = {MONTH, *self.rows}
        while more := {name for name in self.equations if name not in found and self._moves(name, found)}:
            found |= more
        return frozenset(found - {MONTH})

    def _moves(self, name: str, monthly: set[str]) -> bool:
        return any(
            each in monthly or (each not in self.equations and each.removesuffix("_before") in self.equations)
            for each in self.takes[name]
        )

    @lru_cache(maxsize=4096)  # noqa: B019 - as below; a workbook asks a quarter of a million times
    def over_months(self, parameter: str) -> OverMonths | None:
        """What a parameter such as ``total_X`` means; None for an input or an equation."""
        if parameter in self.equations:
            return None
        for word in _BEGINNINGS:
            quantity = parameter.removeprefix(f"{word}_")
            if quantity != parameter and quantity in self.monthly:
                return OverMonths(word, quantity)
        quantity = parameter.removesuffix("_before")
        return OverMonths("before", quantity) if quantity != parameter and quantity in self.monthly else None

    def may_be_never(self, name: str) -> bool:
        """Whether the quantity of an equation may be infinite."""
        return hasattr(self.equations[name], _MAY_BE_NEVER)

    def quantity_of(self, parameter: str) -> str:
        """The X that a parameter such as X, total_X or X_before speaks of."""
        over = self.over_months(parameter)
        return over.quantity if over else parameter

    def order(self, wanted: Iterable[str]) -> list[str]:
        """The equations that the wanted quantities need, each after those that it takes.

        What an equation takes of the month before only need not come before it.
        """
        ordered: dict[str, None] = {}
        waiting = [self.quantity_of(name) for name in wanted]

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in above:
                raise ValueError(f"equations in a circle: {' → '.join((*above, name))}")
            if name in ordered or name not in self.equations:
                return
            for parameter in self.takes[name]:
                over = self.over_months(parameter)
                if over and over.word == "before":
                    waiting.append(over.quantity)
                else:
                    visit(over.quantity if over else parameter, (*above, name))
            ordered[name] = None

        for name in waiting:  # grows while it is gone through
            visit(name, ())
        return list(ordered)

    @lru_cache(maxsize=4096)  # noqa: B019 - as below
    def leaves(self, name: str) -> tuple[str, ...]:
        """The inputs (and ``month``) that a quantity depends on, as they are met."""
        taken = (self.quantity_of(each) for equation in self.order([name]) for each in self.takes[equation])
        return tuple(dict.fromkeys(each for each in taken if each not in self.equations))

    def evaluate(self, inputs: Mapping[str, Any], wanted: Iterable[str], months: Any = 0) -> dict[str, Any]:
        """The wanted quantities: fixed as a value, monthly as a list over the months.

        inputs : what the equations take, by name.
        wanted : names of equations, or total_X, first_X, last_X, every_X.
        months : the horizon; an array of whole numbers where it differs between scenarios, the longest of which is the
            last month.
        Raises `UnknownName` for a quantity that the graph does not know.
        Raises `TooLarge` where a figure of one scenario is no number any more; among arrays it is infinite or NaN.
        """
        if isinstance(months, (int, float)):
            try:
                return self._compiled(tuple(wanted), False)(inputs, int(months))
            except (OverflowError, ZeroDivisionError, TooLarge):  # of a power; quotients are guarded
                raise too_large(inputs) from None
        several = bool((months != months[0]).any())
        return self._compiled(tuple(wanted), several)(inputs, months if several else int(months[0]))

    @lru_cache(maxsize=256)  # noqa: B019 - graphs are module constants, they live as long as the program
    def _compiled(self, wanted: tuple[str, ...], several: bool) -> Evaluator:
        for name in wanted:
            if name not in self.equations and not self.over_months(name):
                raise UnknownName(f'There is no equation "{name}".{did_you_mean(name, self.equations)}')
        source = "\n".join(_Source(self, wanted, several).lines()) + "\n"
        namespace: dict[str, Any] = {f"equation_{name}": function for name, function in self.equations.items()}
        for name, function in self.equations.items():
            if condition := getattr(function, _CONDITION, None):
                namespace[f"changes_{name}"] = condition
        namespace |= {"at_end": _at_end, "is_too_large": is_too_large, "too_large": too_large}
        exec(compile(source, _registered(source, wanted), "exec"), namespace)
        evaluator: Evaluator = namespace["evaluate"]
        return evaluator


_CONDITION = "changes_only_where"
_MAY_BE_NEVER = "may_be_never"


def may_be_never(equation: Equation) -> Equation:
    """Marks an equation whose quantity may be infinite.

    Any other that is infinite has become too large.
    """
    setattr(equation, _MAY_BE_NEVER, True)
    return equation


def unchanged_unless(condition: Equation) -> Callable[[Equation], Equation]:
    """Marks a monthly equation that keeps its last value unless a condition holds.

    condition : takes some of what the equation takes.

    The equation says the same itself; the mark saves evaluating it in a month in which the condition holds for no
    scenario. The equation X must take X_before.
    """

    def mark(equation: Equation) -> Equation:
        setattr(equation, _CONDITION, condition)
        return equation

    return mark


def _at_end(ends: Any, now: Any, before: Any) -> Any:
    """A quantity where the horizon ends this month, else its value so far."""
    if not ends.any():
        return before
    import numpy as np

    return np.where(ends, now, before)


_numbers = count(1)


def _registered(source: str, wanted: tuple[str, ...]) -> str:
    """A file name under which a traceback finds the lines of a compiled function."""
    more = ", …" if len(wanted) > 3 else ""
    name = f"<equations {next(_numbers)}: {', '.join(wanted[:3])}{more}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return name


class _Source:
    """The straight-line function of some wanted quantities, as lines of Python.

    several : whether the scenarios have different horizons.
    """

    def __init__(self, graph: Graph, wanted: tuple[str, ...], several: bool) -> None:
        self.graph, self.wanted, self.several = graph, wanted, several
        self.ordered = graph.order(wanted)
        self.run = self._latest_runs(self._earliest_runs())
        taken = [*wanted, *(each for name in self.ordered for each in graph.takes[name])]
        self.read = {(over.word, over.quantity) for each in taken if (over := graph.over_months(each))}
        self.stored = {quantity for word, quantity in self.read if word in ("first", "every")}
        self.stored |= {name for name in wanted if name in graph.monthly}
        self.stored |= {each for name in self._monthly() for each in self._from_other_runs(name)}

    def lines(self) -> Iterator[str]:
        """The function, line by line."""
        yield f"def evaluate(inputs, {'horizons' if self.several else 'months'}):"
        if self.several:
            yield "    months = int(horizons.max())"
        for leaf in dict.fromkeys(leaf for name in self.wanted for leaf in self.graph.leaves(name)):
            if leaf != MONTH:
                yield f"    {'row_' * (leaf in self.graph.rows)}{leaf} = inputs[{leaf!r}]"
        for quantity in sorted(self.graph.rows & {self.graph.quantity_of(each) for each in self.wanted}):
            yield f"    row_{quantity} = inputs[{quantity!r}]"
        for run in range(max([*self.run.values(), int(bool(self.read))]) + 1):
            yield from self._months(run) if run else ()
            for name in self.ordered:
                if name not in self.graph.monthly and self.run[name] == run:
                    yield f"    {name} = {self._call(name)}"
        yield from () if self.several else self._checked()
        results = (f"{name!r}: {'row_' * (name in self.graph.monthly)}{name}" for name in self.wanted)
        yield f"    return {{{', '.join(results)}}}"

    def _checked(self) -> Iterator[str]:
        """Stops where a figure is no number any more.

        Looked at are fixed quantities, and the sums and ends of monthly ones.
        """
        fixed = [name for name in self.ordered if name not in self.graph.monthly and not self.graph.may_be_never(name)]
        read = [f"{word}_{name}" for word, name in sorted(self.read) if word in ("total", "last")]
        rows = [name for name in self.wanted if name in self.graph.monthly and ("total", name) not in self.read]
        sums = [*read, *(f"sum(row_{name})" for name in rows)]
        if fixed or sums:
            yield f"    if is_too_large([{', '.join(fixed)}], [{', '.join(sums)}]):"
            yield "        raise too_large(inputs)"

    def _months(self, run: int) -> Iterator[str]:
        """One run over the months, and what is read off it."""
        own = [name for name in self._monthly() if self.run[name] == run]
        again = sorted({each for name in own for each in self._from_other_runs(name)} | self._given_in(run))
        here = [*again, *own]
        before = sorted({over.quantity for name in own for over in self._over(name) if over.word == "before"})
        new = [name for name in own if name in self.stored]
        totals = [name for name in here if ("total", name) in self.read and self._runs_in(name) == run]
        lasts = [name for name in here if ("last", name) in self.read and self._runs_in(name) == run]
        yield from (f"    row_{name} = []" for name in new)
        yield from (f"    {name}_before = 0.0" for name in before)
        yield from (f"    total_{name} = 0.0" for name in totals)
        if self.several:
            yield from (f"    last_{name} = 0.0" for name in lasts)
        inside = [line for name in own for line in self._evaluated(name)]
        inside += [f"row_{name}.append({name})" for name in new]
        inside += [f"total_{name} = total_{name} + {name}" for name in totals]
        inside += [f"{name}_before = {name}" for name in before]
        if self.several and lasts:
            inside += [
                "ends = horizons == month",
                *(f"last_{name} = at_end(ends, {name}, last_{name})" for name in lasts),
            ]
        each = ", ".join(["month", *again])
        rows = ", ".join(["range(months + 1)", *(f"row_{name}" for name in again)])
        if inside or lasts:
            yield f"    for {each} in {f'zip({rows})' if again else rows}:"
            yield from (f"        {line}" for line in inside or ["pass"])
        if not self.several:
            yield from (f"    last_{name} = {name}" for name in lasts)
        if own:  # arrays of many scenarios would stay in the cache through the next run
            yield f"    del {', '.join(own)}"
        for word, position in (("first", "[0]"), ("every", "")):
            ready = [name for name in here if (word, name) in self.read and self._runs_in(name) == run]
            yield from (f"    {word}_{name} = row_{name}{position}" for name in ready)

    def _evaluated(self, name: str) -> Iterator[str]:
        condition = getattr(self.graph.equations[name], _CONDITION, None)
        if condition is None:
            yield f"{name} = {self._call(name)}"
            return
        yield f"changes = changes_{name}({', '.join(inspect.signature(condition).parameters)})"
        yield f"{name} = {name}_before"
        yield "if changes is True or (changes is not False and changes.any()):"
        yield f"    {name} = {self._call(name)}"

    def _call(self, name: str) -> str:
        return f"equation_{name}({', '.join(self.graph.takes[name])})"

    def _monthly(self) -> list[str]:
        return [name for name in self.ordered if name in self.graph.monthly]

    def _over(self, name: str) -> Iterator[OverMonths]:
        return (over for each in self.graph.takes[name] if (over := self.graph.over_months(each)))

    def _from_other_runs(self, name: str) -> Iterator[str]:
        """The monthly quantities that an equation takes and that are not of its own run."""
        for each in self.graph.takes[name]:
            over = self.graph.over_months(each)
            quantity = over.quantity if over else each
            same_month = quantity in self.graph.monthly and (over is None or over.word == "before")
            if same_month and self.run.get(quantity) != self.run[name]:
                yield quantity

    def _runs_in(self, quantity: str) -> int:
        """The run in which a monthly quantity is there; a given one in the first."""
        return self.run.get(quantity, 1)

    def _given_in(self, run: int) -> set[str]:
        """The given rows that are summed up or read at their ends."""
        return {quantity for _, quantity in self.read if run == 1 and quantity in self.graph.rows}

    def _waits(self, name: str, parameter: str) -> tuple[str, int]:
        """What a parameter waits for, and by how many runs the equation comes after it."""
        over = self.graph.over_months(parameter)
        quantity = over.quantity if over else parameter
        same_month = quantity in self.graph.monthly and (over is None or over.word == "before")
        return quantity, int(name in self.graph.monthly and not same_month)

    def _earliest_runs(self) -> dict[str, int]:
        """After how many runs a fixed equation can be, and in which a monthly one."""
        run = {name: int(name in self.graph.monthly) for name in self.ordered}
        for _ in range(len(run) + 1):
            found = dict(run)
            for name in self.ordered:
                for parameter in self.graph.takes[name]:
                    quantity, later = self._waits(name, parameter)
                    start = int(quantity in self.graph.rows)
                    found[name] = max(found[name], found.get(quantity, start) + later)
            if found == run:
                return run
            run = found
        raise ValueError(f"equations in a circle over the months, among {', '.join(self._monthly())}")

    def _latest_runs(self, earliest: dict[str, int]) -> dict[str, int]:
        """The same, monthly equations put off as long as can be: fewer rows are kept."""
        last = max(earliest.values(), default=0)
        run = {name: last if name in self.graph.monthly else at for name, at in earliest.items()}
        while True:
            found = dict(run)
            for name in reversed(self.ordered):
                for parameter in self.graph.takes[name]:
                    quantity, later = self._waits(name, parameter)
                    if quantity in self.graph.monthly and quantity in found:
                        found[quantity] = min(found[quantity], found[name] - later)
            if found == run:
                return run
            run = found


def equations_of(*modules: ModuleType) -> dict[str, Equation]:
    """The public functions that modules define, in the order of the text."""
    return {
        name: function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }
