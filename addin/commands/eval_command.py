"""The command eval: one worksheet function on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import NumbersAsArguments
from addin.shell.failures import InvalidInput
from addin.shell.options import json_option
from addin.shell.terminal import print_json

if TYPE_CHECKING:
    from roi_engine import FtRoiError


@click.command(
    "eval",
    cls=NumbersAsArguments,
    examples="""
ft-roi eval FT_ERRORCUT 85% 97%
ft-roi eval FT_NPV 8% support.toml
ft-roi eval "=FT_TRAINCOST(24, 1.5)"
ft-roi eval FT_WHATIF NETROI support.toml baseline_cost 0.36
ft-roi eval FT_TRAINCOST hours.csv 1.50
""",
)
@click.argument("function")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@json_option("Print function, result and error as JSON.")
def evaluate(function: str, arguments: tuple[str, ...], json: bool) -> None:
    """Calculate one worksheet function or pasted formula.

    ARGUMENTS are numbers (0.2, 20%, 5e6, -1), texts ('"0.1"' where one looks like a number), a .csv file for a range, a
    scenario file for a block of inputs, and "" for an argument that is left out. Tables are printed with tabs between
    their columns.
    """
    from addin.shell.pasted_formula import calculated, function_of, is_formula
    from addin.shell.worksheet_arguments import known_function, worksheet_arguments
    from roi_engine import FtRoiError
    from roi_engine.worksheet.call import call

    pasted = is_formula(function)
    if pasted and arguments:
        raise click.UsageError(f'A pasted formula has its arguments in it; "{arguments[0]}" is too much.')
    asked = None if pasted else known_function(function)
    name = asked.name if asked else function_of(function)
    try:
        result = call(name, *worksheet_arguments(asked, arguments)) if asked else calculated(function, call)
    except FtRoiError as error:
        if json:
            print_json({"function": name, "result": None, "error": _as_dict(error)})
            raise click.exceptions.Exit(InvalidInput.exit_code) from None
        raise InvalidInput(*_told(error)) from None
    errors = [cell for row in result for cell in row if isinstance(cell, FtRoiError)] if _is_table(result) else []
    if json:
        first = _as_dict(errors[0]) if errors else None
        print_json({"function": name, "result": _cells(result), "error": first})
        raise click.exceptions.Exit(InvalidInput.exit_code if errors else 0)
    for row in result if _is_table(result) else [[result]]:
        click.echo("\t".join(_shown(cell) for cell in row))
    if errors:
        raise InvalidInput(*(line for told in dict.fromkeys(map(_told, errors)) for line in told))


def _is_table(result: Any) -> bool:
    return isinstance(result, list)


def _told(error: FtRoiError) -> tuple[str, ...]:
    """The cell error and the sentence; several sentences stand below it."""
    first, *others = error.args
    if error.in_cell == first:
        return (first,)
    return (error.code, first, *others) if others else (f"{error.code} {first}",)


def _as_dict(error: FtRoiError) -> dict[str, str]:
    return {"code": error.code, "message": str(error)}


def _cells(result: Any) -> Any:
    """The result with the code of an error in its place."""
    if _is_table(result):
        return [[getattr(cell, "code", cell) for cell in row] for row in result]
    return result


def _shown(cell: Any) -> str:
    """A cell as text; a number has the 15 digits that a spreadsheet shows."""
    from roi_engine.errors import printable

    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return printable(str(getattr(cell, "code", cell)))
