"""The equations of a graph as a chain of LET, each equation a name.

An equation is printed by evaluating it on the texts of what it takes. What is the same for every call, such as an input
that stands at its default, is calculated here and leaves no trace.

What an equation takes of the months of a monthly quantity (`roi_engine.graph`) becomes a fold over its array:

    total_X, first_X, last_X    SUM(x), the first item, the last item
    X_before, of another X      the array moved by a month, nothing in month 0
    X_before, of itself         an equation of X_before and one other month: SCAN, which carries it along the months

An equation that keeps what it was before unless something happens in the month (`KEPT`) takes nothing for what was
before, and its last month is the largest of the array: each of them is a moment, and moments only grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from roi_engine.errors import FtRoiError, OutOfRange
from roi_engine.figures import FIGURES
from roi_engine.graph import MONTH, Graph, OverMonths
from templates.building.formula import NOT_AVAILABLE, Formula, formula_of
from templates.lambdas.carrier import let, quantity

KEPT = frozenset({"recovered", "discounted_recovered", "gaining_month"})
"""Monthly equations that keep the moment at which something last happened."""

NAME = re.compile(r"\b[a-z][a-z0-9_]*_\b")
"""A quantity within a formula."""

MOST_PAIRS = 126
"""Names that one LET can have."""


def named(quantity_name: str) -> str:
    """What a quantity is called within a formula.

    No cell of a workbook of ours has a name that ends like it.
    """
    return f"{quantity_name}_"


class Chain:
    """The names of a LET, in the order in which they are calculated.

    graph : the equations.
    known : what is there before the first of them, by name: texts, or numbers that are the same in every call.
    """

    def __init__(self, graph: Graph, known: Mapping[str, Any]) -> None:
        self.graph = graph
        self.known: dict[str, Any] = dict(known)
        self.pairs: list[tuple[str, str]] = []

    def add(self, name: str, text: str) -> None:
        """A name that no equation gives."""
        self.pairs.append((named(name), text))
        self.known[name] = quantity(named(name))

    def calculate(self, wanted: Iterable[str]) -> None:
        """Every equation that the wanted quantities need and that is not known yet."""
        for name in self.graph.given(*(self.known.keys() & self.graph.equations.keys())).order(wanted):
            self._calculate(name)

    def of(self, name: str) -> Any:
        """A quantity, or the sum or an end of a monthly one."""
        self.calculate([name])
        return self._taken(name, "")

    def _calculate(self, name: str) -> None:
        own = [self.graph.over_months(each) for each in self.graph.takes[name]]
        if name not in KEPT and any(over and over.word == "before" and over.quantity == name for over in own):
            self.add(name, self._carried(name))
            return
        value = self._printed(name)
        if isinstance(value, Formula) and not _is_a_name(value.text):
            self.add(name, value.text)
        else:
            self.known[name] = value

    def _printed(self, name: str, **instead: Any) -> Any:
        """An equation evaluated on what it takes.

        Where it has no value it gives the error of its figure.
        """
        taken = (instead.get(each, self._taken(each, name)) for each in self.graph.takes[name])
        value = self.graph.equations[name](*taken)
        return _retold(value, with_its_error(value, _error_of(name))) if isinstance(value, Formula) else value

    def _carried(self, name: str) -> str:
        """An equation of its own last month and of one other quantity, over the months."""
        before, *others = self.graph.takes[name]
        if before != f"{name}_before" or len(others) != 1:
            told = f"{name} is no fold: it shall take {name}_before, then one other monthly quantity"
            raise ValueError(f"{told}. One that keeps a moment is named in KEPT of {__name__}.")
        (other,) = others
        step = self._printed(name, **{before: quantity(named("before")), other: quantity(named("now"))})
        return f"SCAN(0,{self.known[other].text},LAMBDA({named('before')},{named('now')},{step.text}))"

    def _taken(self, parameter: str, equation: str) -> Any:
        if parameter in self.known:
            return self.known[parameter]
        over = self.graph.over_months(parameter)
        if over is None:
            raise ValueError(f"{equation} takes {parameter}, which nothing gives")
        return self._fold(over, equation)

    def _fold(self, over: OverMonths, equation: str) -> Any:
        if over.word == "before" and over.quantity == equation:
            return 0  # of what is kept
        row = self.known[over.quantity].text
        if over.word == "last":
            return quantity(f"MAX({row})" if over.quantity in KEPT else f"INDEX({row},ROWS({row}))")
        texts = {"total": f"SUM({row})", "first": f"INDEX({row},1)", "before": f"VSTACK(0,DROP({row},-1))"}
        return quantity(texts.get(over.word, row))

    def let(self, result: str) -> str:
        """The chain with its result; what the result does not need is left out."""
        needed = _names_in(result)
        pairs: list[tuple[str, str]] = []
        for name, text in reversed(self.pairs):
            if name in needed:
                pairs.insert(0, (name, text))
                needed |= _names_in(text)
        if pairs and pairs[-1][0] == result:
            _, result = pairs.pop()
        if len(pairs) > MOST_PAIRS:
            raise OutOfRange(f"A LET has at most {MOST_PAIRS} names, not {len(pairs)}.")
        return let(dict(pairs), result) if pairs else result


def months() -> tuple[str, str]:
    """The name and the text of the numbers of the months."""
    return MONTH, f"SEQUENCE({named('months_to_amortize')}+1,1,0)"


def with_its_error(value: Formula, error: type[FtRoiError]) -> str:
    """The text of a formula whose cell shows an error, not n/a, where it has no value."""
    return value.text.replace(formula_of(NOT_AVAILABLE).text, error.code)


def _retold(value: Formula, text: str) -> Formula:
    """A formula with another text, which binds as tightly."""
    return type(value)(text, value.value, value.rank)


def _names_in(text: str) -> set[str]:
    return set(NAME.findall(text))


def _is_a_name(text: str) -> bool:
    return text.isidentifier()


def _error_of(equation: str) -> type[FtRoiError]:
    """What a cell shows where an equation has no value: the error of its figure."""
    figure = next((each for each in FIGURES.values() if each.equation_name == equation), None)
    return figure.error if figure else OutOfRange
