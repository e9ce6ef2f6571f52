"""The shared options: the same everywhere, and several of them as one object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.shell.options import force_option, json_option, option_group, output_option


@dataclass(frozen=True)
class Target:
    output: str | None
    force: bool


def commands(group: click.Group = ft_roi) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in commands(command))
        else:
            yield name, command


ALL = dict(commands())


def test_options_of_a_group_come_as_one_object_and_in_their_order() -> None:
    @click.command()
    @option_group(Target, "target", output_option("Where."), force_option())
    @json_option("As JSON.")
    def told(target: Target, json: bool) -> None:
        click.echo(f"{target} {json}")

    assert CliRunner().invoke(told, ["-o", "x", "--json"]).stdout == "Target(output='x', force=False) True\n"
    assert [each.name for each in told.params] == ["output", "force", "json"]


@pytest.mark.parametrize("name", ["output", "force", "json", "formulas", "use_cached", "quiet", "no_color", "debug"])
def test_an_option_is_the_same_in_every_command(name: str) -> None:
    found = [each for command in ALL.values() for each in command.params if each.name == name]
    assert len(found) > 1
    assert len({(tuple(each.opts), type(each.type)) for each in found}) == 1
    assert all(isinstance(each, click.Option) and each.help for each in found)


def test_email_takes_its_options_in_groups() -> None:
    callback = ALL["email"].callback
    assert callback is not None
    wrapped = callback
    while hasattr(wrapped, "__wrapped__"):
        wrapped = wrapped.__wrapped__
    assert wrapped.__code__.co_argcount <= 8
