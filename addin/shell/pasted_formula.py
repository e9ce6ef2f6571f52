"""A formula pasted from a cell, calculated as far as it needs no sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from addin.shell.worksheet_arguments import known_function

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token

Call = Callable[..., Any]

DEEPEST = 50
"""Brackets of a pasted formula."""

_CALL = re.compile(r"\s*[=+@]*\s*(?:_xlfn\.|_xludf\.)?(?P<name>FT_\w+)\s*\(.*", re.IGNORECASE | re.DOTALL)
_QUOTED_OR_BRACED = re.compile(r'("(?:[^"]|"")*"|\{[^}]*\})')


def is_formula(word: str) -> bool:
    """Whether a word is a call as a cell holds it, not a function's name.

    >>> is_formula("=FT_TRAINCOST(24,1.5)"), is_formula("FT_TRAINCOST(24; 1,5)"), is_formula("FT_TRAINCOST")
    (True, True, False)
    """
    return _CALL.fullmatch(word) is not None


def function_of(formula: str) -> str:
    """The name of the function that a pasted formula calls."""
    found = _CALL.fullmatch(formula)
    if found is None:
        raise _unusable(formula)
    return known_function(found["name"]).name


def calculated(formula: str, call: Call) -> Any:
    """The result of a pasted formula.

    formula : one call, with typed values or further calls as arguments; with semicolons between them, a comma is the
        decimal sign.
    call : calculates a function by its name.
    Raises a usage error for cells, names and operators.

    >>> calculated("=FT_TRAINCOST(24; 1,5; 50%)", lambda name, *numbers: (name, *numbers))
    ('FT_TRAINCOST', 24.0, 1.5, 0.5)
    """
    from openpyxl.formula.tokenizer import Tokenizer, TokenizerError

    if formula.count("(") > DEEPEST:
        raise click.UsageError(f"The formula has more than {DEEPEST} brackets. {_GIVE}")
    text = _with_points(formula.strip().lstrip("=+@"))
    try:
        tokens = [token for token in Tokenizer("=" + text).items if token.type != token.WSPACE]
    except TokenizerError:
        raise click.UsageError(f"The formula is not whole: a quotation mark or bracket is missing. {_GIVE}") from None
    reader = _Reader(tokens, call)
    result = reader.call()
    if reader.tokens:
        raise _unusable(reader.tokens[0].value)
    return result


def _with_points(text: str) -> str:
    """A formula of a sheet with decimal commas as one with decimal points."""
    parts = _QUOTED_OR_BRACED.split(text)
    if not any(";" in part for part in parts[::2]):
        return text
    parts[::2] = [part.replace(",", ".").replace(";", ",") for part in parts[::2]]
    return "".join(parts)


class _Reader:
    """What is left of a formula."""

    def __init__(self, tokens: list[Token], call: Call) -> None:
        self.tokens, self._call = tokens, call

    def call(self) -> Any:
        """The result of a call, read from its name to its closing bracket."""
        name = function_of(self._next().value)
        arguments: list[Any] = []
        while not self._at("FUNC", "CLOSE"):
            arguments.append(None if self._at("SEP", "ARG") else self._argument())
            if not self._at("FUNC", "CLOSE"):
                self._expect("SEP", "ARG", name)
                if self._at("FUNC", "CLOSE"):
                    arguments.append(None)
        self._next()
        return self._call(name, *arguments)

    def _argument(self) -> Any:
        sign, begin = 1, self.tokens[:2]
        while self._at("OPERATOR-PREFIX"):
            sign = -sign if self._next().value == "-" else sign
        value = self._operand()
        if sign < 0 or self._at("OPERATOR-POSTFIX"):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise _unusable("".join(token.value for token in begin))
            value = sign * value
        while self._at("OPERATOR-POSTFIX"):
            self._next()
            value = value / 100
        return value

    def _operand(self) -> Any:
        if self._at("FUNC", "OPEN"):
            return self.call()
        if self._at("ARRAY", "OPEN"):
            return self._array()
        token = self._next()
        if token.subtype == token.NUMBER:
            return float(token.value)
        if token.subtype == token.TEXT:
            return token.value[1:-1].replace('""', '"')
        if token.subtype == token.LOGICAL:
            return token.value.upper() == "TRUE"
        raise _unusable(token.value)

    def _array(self) -> list[list[Any]]:
        self._next()
        rows: list[list[Any]] = [[]]
        while not self._at("ARRAY", "CLOSE"):
            if self._at("SEP", "ROW"):
                self._next()
                rows.append([])
            elif self._at("SEP", "ARG"):
                self._next()
            else:
                rows[-1].append(self._argument())
        self._next()
        if len({len(row) for row in rows}) > 1:
            raise click.UsageError("The rows between { and } have not all as many values.")
        return rows

    def _at(self, kind: str, subtype: str | None = None) -> bool:
        if not self.tokens:
            return False
        return self.tokens[0].type == kind and subtype in (None, self.tokens[0].subtype)

    def _expect(self, kind: str, subtype: str, name: str) -> None:
        if not self._at(kind, subtype):
            found = f'"{self.tokens[0].value}"' if self.tokens else "nothing more"
            raise click.UsageError(f"In the call of {name} stands {found} where , or ) belongs. {_GIVE}")
        self._next()

    def _next(self) -> Token:
        if not self.tokens:
            raise click.UsageError("The formula ends too early: a closing bracket is missing.")
        return self.tokens.pop(0)


_GIVE = "Give one call of an FT_ function with typed values."


def _unusable(found: str) -> click.UsageError:
    return click.UsageError(f'"{found}" cannot be calculated without its sheet. {_GIVE}')
