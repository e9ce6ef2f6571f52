"""What every command has in common: help with examples, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from addin.shell.failures import Failure, Interrupted, failure
from addin.shell.options import is_on, switches
from addin.shell.terminal import colours_refused, print_line, silence_closed_streams


class Command(click.Command):
    """A command whose help begins with examples; it has the common switches."""

    def __init__(
        self,
        *arguments: Any,
        examples: str = "",
        another: str = "",
        cures: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        """A command as click's.

        examples : lines of them.
        another : the option for each further argument, where somebody might give several.
        cures : what to do about an option that another command has in another form.
        """
        super().__init__(*arguments, **settings)
        self.examples = examples
        self.another = another
        self.cures = cures or {}
        self.params += switches()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What was typed; a word too many or too few is told of its option."""
        typed = {word.partition("=")[0] for word in args} & self.cures.keys()
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            found, words = [], error.format_message().rstrip(".")
            too_many = "extra argument" in words
            if too_many and self.another:
                found.append(f"Each has its option: {self.another}")
            if too_many or isinstance(error, (click.BadOptionUsage, click.MissingParameter)):
                found += (self.cures[each] for each in typed if getattr(error, "option_name", each) == each)
            if not found:
                raise
            raise click.UsageError(". ".join([words, *found]), ctx) from None

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, then what click prints."""
        if self.examples:
            formatter.write("Examples:\n")
            formatter.write("".join(f"  {line}\n" for line in self.examples.strip().splitlines()))
            formatter.write_paragraph()
        super().format_help(ctx, formatter)


class NumbersAsArguments(Command):
    """A command among whose arguments -0.5 is a number and not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts a space before negative numbers: no option begins so.

        Reading the number drops the space.
        """
        return super().parse_args(ctx, [f" {word}" if _is_negative_number(word) else word for word in args])


def _is_negative_number(word: str) -> bool:
    try:
        float(word.rstrip(" %"))
    except ValueError:
        return False
    return word.startswith("-")


class CommandGroup(Command, click.Group):
    """A group of commands that turns every exception into a message and an exit code."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context, without colours where the environment asks for none."""
        if colours_refused():
            extra.setdefault("color", False)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            raise _on_one_line(error) from None
        except BrokenPipeError:  # while printing the help
            silence_closed_streams()
            raise click.exceptions.Exit(0) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, Failure):
            raise
        except click.ClickException as error:
            raise _on_one_line(error) from None
        except KeyboardInterrupt:
            raise Interrupted("Interrupted.") from None
        except BrokenPipeError:  # the reader, such as head, has seen enough
            silence_closed_streams()
            ctx.exit(0)
        except Exception as error:
            if isinstance(error, OSError):
                silence_closed_streams()
            if is_on("debug"):
                import traceback

                for line in traceback.format_exc().splitlines():
                    print_line(line, err=True)
            raise failure(error) from None


_HELP: type[click.ClickException] = getattr(click.exceptions, "NoArgsIsHelpError", Failure)
"""What click raises where a group stands alone, to print its help; before click 8.2 it prints it at once."""


def _on_one_line(error: click.ClickException) -> click.ClickException:
    """An error of click's, which quotes what was typed."""
    if isinstance(error, (Failure, _HELP)) or error.message.isprintable():
        return error
    from roi_engine.errors import printable

    return click.UsageError(printable(error.format_message()), getattr(error, "ctx", None))
