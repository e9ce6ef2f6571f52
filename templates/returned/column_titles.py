"""The columns of a table made by hand, told apart by their titles.

Low | Base | High, Pessimistic | Expected | Optimistic: the one in the middle is the value, the others are its range.
Where titles do not say which column is the value, nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_VALUE = frozenset({"value", "base", "expected", "likely", "typical", "central", "mid", "median", "estimate"})
_LOW = frozenset({"low", "lowest", "min", "minimum", "lower", "p5", "p10"})
_HIGH = frozenset({"high", "highest", "max", "maximum", "upper", "p90", "p95"})
_OUTCOMES = (
    frozenset({"pessimistic", "worst", "downside", "conservative"}),
    frozenset({"optimistic", "best", "upside"}),
)
"""The bad and the good end; which of the two is the lower one differs from input to input."""


@dataclass(frozen=True)
class TableColumns:
    """What the columns of figures in a table are.

    value : the column of the values; None where the titles do not say which it is.
    titles : of low and high, each with its column, where the table has both.
    by_outcome : whether these are a bad and a good end, either of which may be the lower one.
    undecided : the columns, in words, where there is no value.
    """

    value: int | None
    titles: Mapping[str, int] = field(default_factory=dict)
    by_outcome: bool = False
    undecided: Sequence[str] = ()


def table_columns(figures: Mapping[int, str]) -> TableColumns:
    """Tells the columns of figures in a table apart.

    figures : the title over each column of figures, empty where there is none.

    >>> table_columns({2: "Low", 3: "Base case", 4: "High"})
    TableColumns(value=3, titles={'low': 2, 'high': 4}, by_outcome=False, undecided=())
    >>> table_columns({2: "Worst", 3: "Most likely", 4: "Best"}).by_outcome, table_columns({2: ""}).value
    (True, 2)
    >>> table_columns({2: "FY25", 3: "FY26"})
    TableColumns(value=None, titles={}, by_outcome=False, undecided=('"FY25"', '"FY26"'))
    """
    if len(figures) == 1:
        return TableColumns(next(iter(figures)))
    words = {column: _words(title) for column, title in figures.items()}
    values = [column for column, found in words.items() if found & _VALUE]
    others = {column: found for column, found in words.items() if column not in values}
    if len(values) != 1:
        titles = (f'"{title}"' if title else "one without a title" for title in figures.values())
        return TableColumns(None, undecided=tuple(titles))
    for bad, good in ((_LOW, _HIGH), _OUTCOMES):
        ends = [[column for column, found in others.items() if found & end] for end in (bad, good)]
        if [len(each) for each in ends] == [1, 1]:
            return TableColumns(values[0], {"low": ends[0][0], "high": ends[1][0]}, (bad, good) == _OUTCOMES)
    return TableColumns(values[0])


def _words(title: str) -> frozenset[str]:
    text = title.lower().replace("best estimate", "estimate").replace("best guess", "estimate")
    return frozenset(re.findall(r"[^\W_]+", text))
