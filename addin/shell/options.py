"""The options that several commands have, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import click

Declared = TypeVar("Declared", bound=Callable[..., Any])

EDITIONS = ("wired", "native", "lambda", "values")
"""Editions of the workbook: calls of the FT_ functions, ordinary formulas, LAMBDA functions, or values alone."""


def output_option(explanation: str, metavar: str = "FILE", **settings: Any) -> Callable[[Declared], Declared]:
    """The option ``-o``: where a command writes."""
    return click.option("-o", "--output", type=click.Path(), metavar=metavar, help=explanation, **settings)


def force_option(explanation: str = "Overwrite the file if it exists.") -> Callable[[Declared], Declared]:
    """The option ``--force``."""
    return click.option("--force", is_flag=True, help=explanation)


def json_option(explanation: str) -> Callable[[Declared], Declared]:
    """The option ``--json``."""
    return click.option("--json", is_flag=True, help=explanation)


def formulas_option(
    *editions: str, explanation: str = "", default: str | None = "wired"
) -> Callable[[Declared], Declared]:
    """The option ``--formulas``: which edition of the workbook.

    explanation : in place of the usual one.
    default : None where the explanation says what is taken.
    """
    usual = "What cells hold: calls of the FT_ functions (wired), ordinary formulas for people without them (native)"
    usual += ", functions that the file carries for Excel 365 and 2024 (lambda)" if "lambda" in editions else ""
    return click.option(
        "--formulas",
        type=click.Choice(editions),
        default=default,
        show_default=default is not None,
        help=explanation or usual + (", or values alone." if "values" in editions else "."),
    )


def use_cached_option() -> Callable[[Declared], Declared]:
    """The option ``--use-cached`` of commands that read workbooks."""
    explanation = "Take what a formula in an input's cell last showed; else it is a problem."
    return click.option("--use-cached", is_flag=True, help=explanation)


def option_group(
    group: type, name: str, *options: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options that belong together, given to the command as one object.

    group : a dataclass with a field for each option, called as the option is.
    name : the command's argument.
    """
    names = [each.name for each in fields(group)]

    def declare(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_group(**values: Any) -> Any:
            given = {each: values.pop(each) for each in names}
            return command(**values, **{name: group(**given)})

        declared: Callable[..., Any] = with_group
        for option in reversed(options):
            declared = option(declared)
        return declared

    return declare


def switches() -> list[click.Option]:
    """The options that every command has, before or after its name."""
    return [
        _switch("-q", "--quiet", explanation="Print no summary and no warnings."),
        _switch("--no-color", explanation="Print no colours."),
        _switch("--debug", explanation="Show where in the program an error arose."),
    ]


def is_on(switch: str) -> bool:
    """Whether ``quiet`` or ``debug`` was given, before or after the command's name."""
    given: bool = click.get_current_context().meta.get(f"{__name__}.{switch}", False)
    return given


def _switch(*names: str, explanation: str) -> click.Option:
    return click.Option(names, is_flag=True, expose_value=False, callback=_remember, help=explanation)


def _remember(ctx: click.Context, parameter: click.Parameter, given: bool) -> None:
    if given:
        ctx.meta[f"{__name__}.{parameter.name}"] = True
        if parameter.name == "no_color":
            ctx.color = ctx.find_root().color = False
