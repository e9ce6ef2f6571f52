"""What can go wrong on the command line: a message, and an exit code.

ClickException
├── UsageError          click's own: a wrong option or argument     2
└── Failure
    ├── Unexpected      a mistake of ours                           1
    ├── UnusablePath    a path that cannot be read or written       2
    ├── UnusableCluster machines that cannot calculate with us      2
    ├── InvalidInput    a scenario or an argument that is wrong     3
    ├── Undelivered     a message that did not reach everybody      4
    ├── ProblemsFound   files that were looked at and are wrong     4
    ├── WouldOverwrite  a file that exists                          5
    └── Interrupted     Ctrl-C                                    130
"""

from __future__ import annotations

import errno
from typing import IO, Any

import click

from addin.shell.terminal import print_line, print_note


class Failure(click.ClickException):
    """An error that is told in a sentence, or in one line per problem."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the message to standard error."""
        first, *others = self.lines
        print_note("Error", first, "red", self.show_color)
        for line in others:
            print_line(line, err=True)


class Unexpected(Failure):
    """A mistake in the program."""

    exit_code = 1


class UnusablePath(Failure):
    """A path that does not exist, or cannot be read or written."""

    exit_code = 2


class UnusableCluster(Failure):
    """A cluster that does not answer, or cannot calculate what this machine would."""

    exit_code = 2


class InvalidInput(Failure):
    """A scenario or an argument with something wrong in it."""

    exit_code = 3


class Undelivered(Failure):
    """A message that did not reach everybody it was for."""

    exit_code = 4


class ProblemsFound(Failure):
    """Files that were looked at, some of them with something wrong in them."""

    exit_code = 4


class WouldOverwrite(Failure):
    """A file that exists, and no --force."""

    exit_code = 5


class Interrupted(Failure):
    """Ctrl-C."""

    exit_code = 130

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints one word below the ``^C``."""
        click.echo(f"\n{self.message}", err=True)


def failure(error: Exception) -> Failure:
    """The failure that any other exception is to a user."""
    from roi_engine.errors import FtRoiError, PriceTableError, ScenarioError

    if isinstance(error, ScenarioError) and len(error.problems) > 1:
        return InvalidInput(f"the scenario has {len(error.problems)} problems.", *error.args)
    if isinstance(error, PriceTableError) and len(error.problems) > 1:
        return InvalidInput(f"the price table has {len(error.problems):,} problems.", *error.args)
    if isinstance(error, FtRoiError):
        return InvalidInput(*error.args)
    if _is_full(error):
        from tempfile import gettempdir

        what = f"The folder of temporary files, {gettempdir()}, takes no more ({error})."
        return UnusablePath(f"{what} Make room there, or name another in the environment, TMPDIR.")
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return UnusablePath(f"{place}{error.strerror or error}.")
    return Unexpected(
        f"This should not have happened: {type(error).__name__}: {error}",
        "Run it again with --debug and report what it prints.",
    )


def _is_full(error: Exception) -> bool:
    """Whether something that is no file of the user's found no room.

    Such as a sheet that is put aside while its workbook is written, by lxml.
    """
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EFBIG) and not error.filename
    return type(error).__name__ == "SerialisationError" and str(error).startswith("IO_")
