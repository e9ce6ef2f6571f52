"""How named equations are wired: by their names, and by nothing else.

A `Graph` is a set of equations (functions whose names are quantities and whose parameters are quantities).
It knows which inputs a quantity depends on, in which order equations are evaluated, and which of them are
monthly (``month`` is among their ancestors); and it compiles a set of wanted quantities into one
straight-line function, so that evaluating costs a call per equation and no dictionary walk.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any

Equation = Callable[..., Any]
Evaluator = Callable[[Mapping[str, Any], int], dict[str, Any]]

MONTH = "month"


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

    def __init__(self, equations: Mapping[str, Equation]) -> None:
        self.equations = dict(equations)
        self.takes = {name: tuple(inspect.signature(function).parameters) for name, function in self.equations.items()}

    def order(self, wanted: Iterable[str]) -> list[str]:
        """The equations that the wanted quantities need, each after those that it takes."""
        ordered: dict[str, None] = {}

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in above:
                raise ValueError(f"equations in a circle: {' → '.join((*above, name))}")
            if name in ordered or name not in self.equations:
                return
            for parameter in self.takes[name]:
                visit(parameter, (*above, name))
            ordered[name] = None

        for name in wanted:
            visit(name, ())
        return list(ordered)

    def leaves(self, name: str) -> tuple[str, ...]:
        """The inputs (and ``month``) that a quantity depends on, in the order in which they are met."""
        found: dict[str, None] = {}
        for equation in self.order([name]):
            for parameter in self.takes[equation]:
                if parameter not in self.equations:
                    found[parameter] = None
        return tuple(found)

    @cached_property
    def monthly(self) -> frozenset[str]:
        """The equations that have ``month`` among their ancestors."""
        return frozenset(name for name in self.equations if MONTH in self.leaves(name))

    def evaluate(self, inputs: Mapping[str, Any], wanted: Iterable[str], months: int = 0) -> dict[str, Any]:
        """The wanted quantities: a fixed one as a value, a monthly one as a list over months 0…``months``."""
        return self._compiled(tuple(wanted))(inputs, months)

    @lru_cache(maxsize=64)  # noqa: B019 - graphs are module constants, they live as long as the program
    def _compiled(self, wanted: tuple[str, ...]) -> Evaluator:
        ordered = self.order(wanted)
        leaves = dict.fromkeys(leaf for name in wanted for leaf in self.leaves(name) if leaf != MONTH)
        source = ["def evaluate(inputs, months):"]
        source += [f"    {leaf} = inputs[{leaf!r}]" for leaf in leaves]
        source += [f"    {name} = {self._call(name)}" for name in ordered if name not in self.monthly]
        rows = [name for name in wanted if name in self.monthly]
        if rows:
            source += [f"    row_{name} = []" for name in rows]
            source += ["    for month in range(months + 1):"]
            source += [f"        {name} = {self._call(name)}" for name in ordered if name in self.monthly]
            source += [f"        row_{name}.append({name})" for name in rows]
        results = ", ".join(f"{name!r}: {'row_' * (name in self.monthly)}{name}" for name in wanted)
        source += [f"    return {{{results}}}"]
        namespace = {f"equation_{name}": function for name, function in self.equations.items()}
        exec("\n".join(source), namespace)
        evaluator: Evaluator = namespace["evaluate"]
        return evaluator

    def _call(self, name: str) -> str:
        return f"equation_{name}({', '.join(self.takes[name])})"


def equations_of(*modules: ModuleType) -> dict[str, Equation]:
    """The public functions that modules define: their equations, in the order of the text."""
    return {
        name: function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }
