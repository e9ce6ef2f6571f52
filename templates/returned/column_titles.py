"""The columns of a table made by hand, told apart by their titles.

Low | Base | High, Pessimistic | Expected | Optimistic: the one in the middle is the value, the others are its range.
Where titles do not say which column is the value, or what another one is, nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from roi_engine.inputs import normal_form

VALUE, LOW, HIGH, BAD, GOOD, NO_FIGURE = "value", "low", "high", "bad", "good", "no figure"

_WORDS = {
    VALUE: "value base expected likely realistic typical central mid median p50 mean average avg estimate",
    LOW: "low lowest min minimum lower floor p1 p5 p10",
    HIGH: "high highest max maximum upper ceiling p90 p95 p99",
    BAD: "pessimistic worst worse downside conservative bear",
    GOOD: "optimistic best better upside aggressive bull",
}
"""What a word of a title makes of its column; which of a bad and a good end is the lower one differs by input."""
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_ENDS = {LOW, HIGH, BAD, GOOD}

_NO_FIGURES = {
    "unit", "units", "source", "sources", "note", "notes", "comment", "comments", "remark", "remarks", "row", "no",
    "nr", "number", "line", "distribution", "answer", "asgenerated", "nameinformulas", "step", "inrange", "default",
    "inuse", "missingsofar", "which",
}  # fmt: skip
"""Titles, in their normal form, of columns that hold no figure of an input; those of our own sheet are among them."""


@dataclass(frozen=True)
class TableColumns:
    """What the columns of figures in a table are.

    value : the column of the values; None where the titles do not say which it is.
    titles : of low and high, each with its column, as far as the table has them.
    by_outcome : whether these are a bad and a good end, either of which may be the lower one.
    undecided : the columns, in words, where there is no value.
    unread : those that are told to be left out.
    """

    value: int | None
    titles: Mapping[str, int] = field(default_factory=dict)
    by_outcome: bool = False
    undecided: Sequence[str] = ()
    unread: Sequence[str] = ()


def table_columns(figures: Mapping[int, str]) -> TableColumns:
    """Tells the columns of figures in a table apart.

    figures : the title over each column of figures, empty where there is none.

    A column titled Value is the value, and others that are no ends are told to be left out; without it the titles must
    say what every column is.

    >>> table_columns({2: "Low", 3: "Base case", 4: "High"})
    TableColumns(value=3, titles={'low': 2, 'high': 4}, by_outcome=False, undecided=(), unread=())
    >>> table_columns({2: "Worst", 3: "Most likely", 4: "Best"}).by_outcome, table_columns({2: ""}).value
    (True, 2)
    >>> table_columns({2: "Base", 3: "FY26"}).undecided, table_columns({2: "Value", 3: "EUR"}).unread
    (('"Base"', '"FY26"'), ('"EUR"',))
    """
    kinds = {column: _kind(title) for column, title in figures.items()}
    counted = {column: kind for column, kind in kinds.items() if kind != NO_FIGURE}
    if len(counted) == 1 and not _ENDS & {*counted.values()}:
        return TableColumns(next(iter(counted)))
    titled = [column for column in counted if _is_value(figures[column])]
    values = titled or [column for column, kind in counted.items() if kind == VALUE]
    ends = {kind: [column for column, each in counted.items() if each == kind] for kind in _ENDS}
    titles, by_outcome = _range(ends)
    left_out = [column for column in counted if column not in (*values, *titles.values())]
    if len(values) != 1 or (not titled and left_out):
        return TableColumns(None, undecided=_named(figures, counted))
    return TableColumns(values[0], titles, by_outcome, unread=_named(figures, left_out))


def is_value_or_end(title: str) -> bool:
    """Whether a title says that its column holds values or their ends."""
    return _kind(title) in (VALUE, *_ENDS)


def _range(ends: Mapping[str, Sequence[int]]) -> tuple[dict[str, int], bool]:
    """The columns of low and high; none where titles are not plain.

    And whether they are a bad and a good end.
    """
    found = {kind: columns[0] for kind, columns in ends.items() if len(columns) == 1}
    if any(len(columns) > 1 for columns in ends.values()):
        return {}, False
    if found.keys() == {BAD, GOOD}:
        return {"low": found[BAD], "high": found[GOOD]}, True
    if found and found.keys() <= {LOW, HIGH}:
        return {kind: found[kind] for kind in (LOW, HIGH) if kind in found}, False
    return {}, False


def _kind(title: str) -> str:
    """What a title makes of its column.

    An end counts before a value: the low estimate is low.
    """
    if normal_form(title) in _NO_FIGURES:
        return NO_FIGURE
    text = title.lower().replace("best estimate", "estimate").replace("best guess", "estimate")
    kinds = {_KINDS[word] for word in re.findall(r"[^\W_]+", text) if word in _KINDS}
    found = kinds & _ENDS or kinds
    return found.pop() if len(found) == 1 else ""


def _is_value(title: str) -> bool:
    return normal_form(title) == VALUE


def _named(figures: Mapping[int, str], columns: Sequence[int] | Mapping[int, str]) -> tuple[str, ...]:
    return tuple(f'"{figures[column]}"' if figures[column] else "one without a title" for column in columns)
