"""Whether Excel can read a formula as the file format stores it.

That is with English names, commas, and no leading =.

openpyxl's tokenizer takes what it is given, and its time grows with the square of a formula's brackets; a file from
elsewhere needs a reader that is strict and linear. Tokens come from one expression, and a stack of open parentheses
says what may follow what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.function_names import ARGUMENTS, NEEDS_PREFIX, NOT_IN_CELLS
from templates.xlsx.error_codes import ALL_ERRORS

LONGEST, LONGEST_TEXT, DEEPEST, MOST_ARGUMENTS = 8192, 255, 64, 255

ERROR = f"(?:{'|'.join(map(re.escape, ALL_ERRORS))})"
TEXT = r'"(?:[^"]|"")*+"'
NUMBER = r"(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?"
CONSTANT = re.compile(rf"\s*+(?:[+-]?\s*+{NUMBER}|{TEXT}|{ERROR}|(?i:TRUE|FALSE))\s*+")
TOKEN = re.compile(
    rf"""
    (?P<space>\s++)
  | (?P<text>{TEXT})
  | (?P<error>{ERROR})
  | (?P<array>\{{ (?:[^{{}}"]|{TEXT})*+ \}})
  | (?P<item>\[\d++\]!'(?:[^']|'')++')  # of a program that sends data
  | (?P<sheet>(?: '(?:[^']|'')++' | (?:\[\d++\])?[\w.]++(?::[\w.]++)? | \[\d++\] )!)
  | (?P<lines>\$?(?:[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\d{{1,7}}:\$?\d{{1,7}})(?![\w.(\[!]))
  | (?P<cell>\$?[A-Za-z]{{1,3}}\$?[1-9]\d{{0,6}}(?![\w.(\[!]))
  | (?P<number>{NUMBER})
  | (?P<call>[^\W\d][\w.\\?]*+\()
  | (?P<structure>(?:[^\W\d][\w.\\?]*+)?\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*+\])*+\])
  | (?P<word>(?:[^\W\d]|\\)[\w.\\?]*+)
  | (?P<binary><>|<=|>=|[*/^&=<>:])
  | (?P<sign>[+-])
  | (?P<percent>%)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<comma>,)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
PLAIN_CELL = re.compile(
    rf"""'(?:[^']|'')*+' | {TEXT} | (?<![\w.\\?])\$?[A-Za-z]{{1,2}}\$?[1-9]\d{{0,4}}(?![\w.(\[!?\\]|:[\w.]++!)""",
    re.VERBOSE,
)
OPERANDS = {"item", "text", "error", "array", "sheet", "lines", "cell", "number", "call", "structure", "word", "open"}
REFERENCES = {"lines", "cell", "call", "structure", "word", "error"}


@dataclass(frozen=True)
class Known:
    """What a formula may refer to.

    sheets, names, tables : in small letters.
    links : how many links to other workbooks there are.
    """

    sheets: Set[str] = frozenset()
    names: Set[str] = frozenset()
    tables: Set[str] = frozenset()
    links: int = 0
    own: Set[str] = frozenset()
    """The names of the formula's own sheet."""

    def has_name(self, name: str) -> bool:
        """Whether a name, in small letters, is defined where the formula stands."""
        return name in self.names or name in self.own


@dataclass
class Allowance:
    """How many more parts of formulas are read.

    Parts are names, numbers and operators; the formulas of a file may have no end.
    """

    left: int = 1_200_000


@dataclass(frozen=True)
class Fault:
    """What is wrong with a formula, and the cure."""

    rule: str
    what: str
    cure: str


@dataclass
class _Open:
    """An open parenthesis: of a function (its name), or of a group (none)."""

    function: str | None
    arguments: int = 1
    empty: bool = True


@dataclass
class _Reading:
    """The state between two tokens."""

    known: Known
    stack: list[_Open] = field(default_factory=list)
    operand_next: bool = True
    reference: bool = False
    spaced: bool = False
    on_sheet: bool = False
    depth: int = 0


class _Unreadable(Exception):
    """The formula makes no sense from here on."""


def faults(formula: str, known: Known, allowance: Allowance | None = None) -> list[Fault]:
    """What is wrong with a formula, as far as it can be told.

    formula : as the file format stores it.
    known : what it may refer to.
    allowance : what the formula's parts are taken from.
    Returns every fault before the first place where the formula makes no sense.

    >>> [fault.rule for fault in faults("SUM(A1:A3)*(1+rate)", Known(names={"rate"}))]
    []
    >>> [fault.rule for fault in faults("=IF(A1;1)", Known())]
    ['formula-leading-equals']
    """
    if formula.startswith("="):
        return [Fault("formula-leading-equals", "It begins with a second =.", "Store formulas without =.")]
    if len(formula) > LONGEST:
        what = f"It has {len(formula):,} characters; Excel reads {LONGEST:,}."
        return [Fault("formula-length", what, "Split it over several cells.")]
    found: list[Fault] = []
    reading, allowance = _Reading(known), allowance or Allowance()
    try:
        for match in TOKEN.finditer(formula):
            allowance.left -= 1
            found += _take(reading, match.lastgroup or "other", match[0])
        _end(reading)
    except _Unreadable as wrong:
        fault = wrong.args[0]
        found.append(fault if isinstance(fault, Fault) else Fault("formula-syntax", str(fault), "Correct the formula."))
    return found


def shape(formula: str) -> str:
    """The formula with one address for every cell, however it is anchored.

    Cells are those within A1:ZZ99999.

    Formulas of one shape are all sound or all faulty, as what a formula copied across becomes is.

    >>> shape("SUM($B5:C$6)&'Q1'!D7&LOG10(2)")
    "SUM(A1:A1)&'Q1'!A1&LOG10(2)"
    """
    if len(formula) > LONGEST:
        return formula
    return PLAIN_CELL.sub(lambda match: match[0] if match[0][0] in "'\"" else "A1", formula)


def _take(reading: _Reading, kind: str, token: str) -> Iterator[Fault]:
    """One token more."""
    if kind == "space":
        reading.spaced = True
        return
    if reading.on_sheet and (kind not in REFERENCES or reading.spaced):
        raise _Unreadable(f"A sheet's name is followed by {_quoted(token)}, which is no reference.")
    if reading.operand_next:
        yield from _take_operand(reading, kind, token)
    else:
        yield from _take_operator(reading, kind, token)
    reading.spaced = False


def _take_operand(reading: _Reading, kind: str, token: str) -> Iterator[Fault]:
    on_sheet, reading.on_sheet = reading.on_sheet, False
    if kind == "sign":
        _fill(reading)
    elif kind == "open":
        _fill(reading)
        reading.stack.append(_Open(None))
    elif kind == "call":
        _fill(reading)
        yield from _open_call(reading, token)
    elif kind == "sheet":
        _fill(reading)
        yield from _check_sheet(reading.known, token[:-1])
        reading.on_sheet = True
    elif kind in OPERANDS:
        _fill(reading)
        yield from _check_operand(reading.known, kind, token, on_sheet)
        reading.operand_next, reading.reference = False, kind in REFERENCES
    elif kind == "close" and reading.stack and reading.stack[-1].function is not None:
        yield from _close(reading)
    elif kind == "comma" and reading.stack and reading.stack[-1].function is not None:
        reading.stack[-1].arguments += 1
        reading.stack[-1].empty = False
    else:
        _refuse(kind, token)
        raise _Unreadable(f"A value is missing before {_quoted(token)}.")


def _take_operator(reading: _Reading, kind: str, token: str) -> Iterator[Fault]:
    if kind in ("binary", "sign"):
        if token == ":" and not reading.reference:
            raise _Unreadable("A range does not begin with a reference.")
        reading.operand_next = True
    elif kind == "percent":
        reading.reference = False
    elif kind == "close":
        yield from _close(reading)
    elif kind == "comma":
        if reading.stack and reading.stack[-1].function is not None:
            reading.stack[-1].arguments += 1
        elif not reading.reference:
            raise _Unreadable("A comma stands outside the arguments of a function.")
        reading.operand_next = True
    elif (
        kind in (REFERENCES | {"sheet", "open"}) and reading.spaced and reading.reference
    ):  # the space is the intersection
        reading.operand_next = True
        yield from _take_operand(reading, kind, token)
    else:
        _refuse(kind, token)
        raise _Unreadable(f"Nothing stands between a value and {_quoted(token)}.")


def _fill(reading: _Reading) -> None:
    if reading.stack:
        reading.stack[-1].empty = False


def _open_call(reading: _Reading, token: str) -> Iterator[Fault]:
    name = token[:-1].upper()
    if name in NEEDS_PREFIX:
        cure = f"Store it as _xlfn.{name}."
        yield Fault("formula-function", f"{name} is newer than the file format: Excel shows #NAME?.", cure)
    if name in NOT_IN_CELLS:
        what = f"{name} stands for a data table, which another program has saved as a formula: Excel refuses it."
        yield Fault("formula-function", what, "Make the data table anew, or keep its values.")
    reading.stack.append(_Open(name))
    reading.depth += 1
    if reading.depth > DEEPEST:
        what = f"Functions are nested more than {DEEPEST} levels deep."
        raise _Unreadable(Fault("formula-nesting", what, "Split it over several cells."))


def _close(reading: _Reading) -> Iterator[Fault]:
    if not reading.stack:
        raise _Unreadable("A closing parenthesis has no opening one.")
    closed = reading.stack.pop()
    if closed.function is not None:
        reading.depth -= 1
        count = 0 if closed.empty else closed.arguments
        least, most = ARGUMENTS.get(closed.function, (0, MOST_ARGUMENTS))
        if not least <= count <= most:
            between = " or " if most == least + 1 else " to "
            expected = str(least) if least == most else f"{least}{between}{most}"
            what = f"{closed.function} has {count} argument{'s' * (count != 1)}; it takes {expected}."
            yield Fault("formula-arguments", what, "Correct the arguments.")
    reading.operand_next, reading.reference = False, True


def _end(reading: _Reading) -> None:
    if reading.stack:
        count = len(reading.stack)
        raise _Unreadable("A parenthesis is not closed." if count == 1 else f"{count} parentheses are not closed.")
    if reading.operand_next:
        raise _Unreadable("It ends where a value is expected.")


def _refuse(kind: str, token: str) -> None:
    """The faults that have a cure of their own."""
    if token == ";":
        raise _Unreadable(Fault("formula-separator", "Arguments are separated by ;.", "Store commas."))
    if token == "@":
        raise _Unreadable(Fault("formula-operator", "It holds the operator @.", "Store _xlfn.SINGLE(…)."))
    if token == "#":
        raise _Unreadable(Fault("formula-operator", "It holds the operator #.", "Store _xlfn.ANCHORARRAY(…)."))
    if token == '"':
        raise _Unreadable("A text is not closed.")


def _check_operand(known: Known, kind: str, token: str, on_sheet: bool) -> Iterator[Fault]:
    if kind == "text" and len(token) - 2 - token[1:-1].count('""') > LONGEST_TEXT:
        what = f"It holds a text of more than {LONGEST_TEXT} characters."
        yield Fault("formula-text", what, "Join shorter texts with &.")
    elif kind == "array":
        _check_array(token)
    elif kind == "cell" and grid.cell(token) is None:
        yield from _check_name(known, token, on_sheet)
    elif kind == "lines" and grid.area(token) is None and grid.area(":".join(reversed(token.split(":")))) is None:
        raise _Unreadable(f"{_quoted(token)} lies outside the sheet.")
    elif kind == "word":
        yield from _check_name(known, token, on_sheet)
    elif kind == "structure" and token.casefold().startswith(("[_xlpm.", "[_xlop.")):
        what = f"It declares the optional parameter {_quoted(token)} in brackets: Excel removes the name at opening."
        yield Fault("formula-parameter", what, "Store it as _xlop. and its name, without brackets.")
    elif kind == "structure":
        table = token.partition("[")[0].casefold()
        if table and table not in known.tables:
            yield Fault("formula-name", f"There is no table {_quoted(table)}.", "Add it, or name one that there is.")


def _check_array(token: str) -> None:
    """Constants in rows of one length."""
    at, width, widths = 1, 1, set()
    while True:
        constant = CONSTANT.match(token, at)
        if constant is None:
            raise _Unreadable("An array in braces holds something that is no constant.")
        at = constant.end()
        if token[at] == ",":
            width += 1
        else:
            widths.add(width)
            width = 1
            if token[at] == "}" and at == len(token) - 1:
                break
            if token[at] != ";":
                raise _Unreadable("An array in braces holds something that is no constant.")
        at += 1
    if len(widths) > 1:
        raise _Unreadable("The rows of an array in braces differ in length.")


def _check_name(known: Known, word: str, on_sheet: bool) -> Iterator[Fault]:
    name = word.casefold()
    if name in ("true", "false") or name.startswith(("_xlpm.", "_xlnm.", "_xleta.", "_xlop.")) or on_sheet:
        return
    if not known.has_name(name) and name not in known.tables:
        yield Fault("formula-name", f"The name {_quoted(word)} is not defined: it shows #NAME?.", "Define it.")


def _check_sheet(known: Known, prefix: str) -> Iterator[Fault]:
    title = prefix[1:-1].replace("''", "'") if prefix.startswith("'") else prefix
    link = re.match(r"\[(\d{1,9})\]", title)
    if link or "[" in title:
        if not link or int(link[1]) > known.links:
            yield Fault(
                "formula-sheet", f"It refers to a workbook, {_quoted(title)}, without a link.", "Add or break it."
            )
        return
    names = (title,) if title.casefold() in known.sheets else tuple(title.split(":"))
    for name in names:
        if name.casefold() not in known.sheets and not (len(names) == 1 and known.has_name(name.casefold())):
            yield Fault("formula-sheet", f"There is no sheet {_quoted(name)}.", "Name a sheet that there is.")


def _quoted(token: str) -> str:
    return f'"{shortened(token)}"'
