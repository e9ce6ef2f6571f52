"""The command functions: the catalogue of worksheet functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command
from addin.shell.options import json_option
from addin.shell.terminal import print_json

if TYPE_CHECKING:
    from roi_engine.quantity import Quantity
    from roi_engine.worksheet.catalogue import Function


@click.command(
    "functions",
    cls=Command,
    examples="""
ft-roi functions
ft-roi functions FT_NPV
ft-roi functions --markdown
ft-roi functions --lambda FT_NPV      what to paste into the name manager
""",
)
@click.argument("name", required=False)
@json_option("Print the catalogue as JSON.")
@click.option("--markdown", is_flag=True, help="Print the catalogue as a Markdown table.")
@click.option(
    "--lambda", "as_lambda", is_flag=True, help="Print the functions as LAMBDA formulas, with those that they call."
)
def list_functions(name: str | None, json: bool, markdown: bool, as_lambda: bool) -> None:
    """List the FT_ worksheet functions, or explain one of them."""
    if json + markdown + as_lambda > 1:
        raise click.UsageError("--json, --markdown and --lambda exclude each other.")

    from addin.shell.worksheet_arguments import known_function
    from roi_engine import functions

    if as_lambda:
        click.echo("\n\n".join(_lambda_paragraphs(name)))
        return
    chosen = [known_function(name)] if name else list(functions().values())
    if json:
        described = [described_function(each) for each in chosen]
        print_json(described[0] if name else described)
    elif markdown:
        click.echo("\n".join(markdown_table(chosen)))
    elif name:
        _print_function(chosen[0])
    else:
        _print_overview(chosen)


def _lambda_paragraphs(name: str | None) -> Iterator[str]:
    """A LAMBDA name a paragraph: its name, what it gives, its formula.

    Those that a formula calls stand before it.

    name : of one function; None for all.
    """
    from addin.shell.worksheet_arguments import known_function
    from templates.lambdas.lambda_name import called_by
    from templates.lambdas.printed_functions import NOT_COVERED, lambda_names

    names = lambda_names()
    chosen = list(names.values())
    if name is not None:
        word = name.strip().upper()
        wanted = word if word in names else known_function(name).name
        if wanted not in names:
            raise click.UsageError(f"No LAMBDA gives {wanted}: {NOT_COVERED[wanted]}.")
        called = set(called_by(names[wanted], chosen))
        chosen = [each for each in chosen if each in called or each.name == wanted]
    for each in chosen:
        yield f"{each.name}\n{each.sentence}\n={each.formula}"


def described_function(function: Function) -> dict[str, Any]:
    """Everything that the catalogue says about a function."""
    return {
        "name": function.name,
        "family": function.family,
        "signature": function.signature,
        "block_signature": function.block_signature,
        "sentence": function.sentence,
        "result": _unit(function.result),
        "example": dict(zip(("formula", "result"), reference_example(function), strict=True)),
        "arguments": [
            {
                "name": argument.name,
                "kind": argument.kind,
                "unit": _unit(argument.quantity),
                "meaning": argument.meaning,
                "optional": argument.optional,
                "default": argument.default,
            }
            for argument in function.arguments
        ],
    }


def _unit(quantity: Quantity) -> str:
    return quantity.unit_in("currency") or quantity.name


def markdown_table(functions: Iterable[Function]) -> list[str]:
    """The functions as the lines of a Markdown table, in their families."""
    lines = ["| Function | Gives | What it is |", "|---|---|---|"]
    for family, members in groupby(functions, key=lambda each: each.family):
        lines.append(f"| **{family}** | | |")
        lines += [f"| `{each.block_signature}` | {_unit(each.result)} | {each.sentence} |" for each in members]
    return lines


def _print_overview(functions: Iterable[Function]) -> None:
    formatter = click.HelpFormatter(max_width=100)
    for family, members in groupby(functions, key=lambda each: each.family):
        with formatter.section(family):
            formatter.write_dl([(each.name, each.sentence) for each in members], col_max=20)
    click.echo(formatter.getvalue().strip("\n"))
    click.echo("\nArguments and units of one: ft-roi functions FT_NPV")


def _print_function(function: Function) -> None:
    from roi_engine.worksheet.explained import argument_help

    formatter = click.HelpFormatter(max_width=100)
    formatter.write_text(function.sentence)
    forms = dict.fromkeys((function.block_signature, function.signature))
    with formatter.section("Forms" if len(forms) > 1 else "Form"):
        for form in forms:
            formatter.write_text(form)
    if function.arguments:
        optional = {True: " Optional.", False: ""}
        with formatter.section("Arguments"):
            formatter.write_dl(
                [(each.name, argument_help(function, each) + optional[each.optional]) for each in function.arguments]
            )
    if function.takes_scenario and not function.block_only:
        with formatter.section("Scenario"):
            formatter.write_text(
                "One range of labels and values, such as the Inputs table, may stand in place of the arguments from "
                f"{function.scenario[0].name} on; every input of the model may be in it."
            )
    with formatter.section("Gives"):
        formatter.write_text(_unit(function.result))
    with formatter.section(f"Example, on the reference scenario{_SPREAD if _varies(function) else ''}"):
        formatter.write_text(
            " = ".join(_shown(part) for part in reference_example(function) if not isinstance(part, list))
        )
    click.echo(formatter.getvalue().strip("\n"))


def _shown(part: Any) -> str:
    if isinstance(part, bool):
        return str(part).upper()
    return f"{part:.12g}" if isinstance(part, float) else str(part)


_SPREAD = " with 2 to 9 million calls"


def _varies(function: Function) -> bool:
    """Whether the function needs ranges, of which the reference scenario has none."""
    from roi_engine.worksheet.catalogue import RISK

    return function.family == RISK


def reference_example(function: Function) -> tuple[str, Any]:
    """A call on the reference scenario: as one writes it, and what it gives."""
    from roi_engine import REFERENCE, call

    own = iter(function.examples)
    ends = {"baseline_monthly_api_calls": [2e6, 9e6]} if _varies(function) else {}
    block = [[name, value, *ends.get(name, [])] for name, value in REFERENCE.given().items()]
    arguments = [
        block if argument in function.scenario else next(own, None)
        for argument in function.arguments[: len(function.own) + function.takes_scenario]
    ]
    while arguments and arguments[-1] is None:
        arguments.pop()
    written = ("scenario" if each is block else _written(each) for each in arguments)
    return f"{function.name}({', '.join(written)})", call(function.name, *arguments)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return "{" + "; ".join(", ".join(_written(cell) for cell in row) for row in value) + "}"
    return f'"{value}"' if isinstance(value, str) else "" if value is None else f"{value:.15g}"
