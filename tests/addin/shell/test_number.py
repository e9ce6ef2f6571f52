"""Numbers as options: what is taken, and the sentence for what is not."""

from __future__ import annotations

import click
import pytest

from addin.command_line import ft_roi
from addin.shell.number import Number, WholeNumber
from roi_engine.quantity import SEED
from roi_engine.simulation.lattice import PARTS
from roi_engine.simulation.simulation import MOST_DRAWS
from templates.building.what_if_places import FEWEST_TRIALS, MOST_TRIALS


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        (Number(0), "0", 0.0),
        (Number(0, min_open=True), "1e-3", 0.001),
        (WholeNumber(1), "1e4", 10_000),
        (WholeNumber(), "-7", -7),
        (WholeNumber(1, 99), "99", 99),
        (WholeNumber(), str(2**60 + 1), 2**60 + 1),
    ],
)
def test_a_number_is_taken(kind: click.ParamType, typed: str, number: float) -> None:
    found = kind.convert(typed, None, None)
    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        (Number(0), "-1", "-1 is below 0. Type a number of at least 0."),
        (Number(0, min_open=True), "0", "0 is not above 0. Type a number above 0."),
        (Number(1), "nan", "nan is not a finite number. Type a number of at least 1."),
        (Number(1), "1e999", "1e999 is not a finite number. Type a number of at least 1."),
        (Number(1), "many", "many is no number. Type a number of at least 1."),
        (WholeNumber(1), "2.5", "2.5 is no whole number. Type a whole number of at least 1."),
        (WholeNumber(1, 99_999), "100000", "100,000 is above 99,999. Type a whole number from 1 to 99,999."),
        (WholeNumber(taken="a multiple of 8"), "1,024", "1,024 is no whole number. Type a multiple of 8."),
    ],
)
def test_any_other_is_refused_in_a_sentence(kind: click.ParamType, typed: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        kind.convert(typed, None, None)
    assert refused.value.message == said


def test_every_number_of_every_command_is_such_a_one() -> None:
    of_click = {type(click.INT), type(click.FLOAT), click.IntRange, click.FloatRange}
    found = {f"{path} {each.name}" for path, each in _options(ft_roi, "") if type(each.type) in of_click}
    assert found == set()


def test_bounds_in_words_are_those_of_the_engine() -> None:
    taken = {f"{path} {each.name}": each.type._taken for path, each in _options(ft_roi, "") if _is_whole(each)}
    assert taken["simulate draws"] == f"a multiple of {PARTS} from {PARTS} to {MOST_DRAWS:,}"
    assert taken["simulate seed"] == f"a whole number {SEED.range_in_words}"
    assert taken["report trials"] == f"a multiple of {PARTS} from {FEWEST_TRIALS} to {MOST_TRIALS:,}"


def _is_whole(option: click.Parameter) -> bool:
    return isinstance(option.type, WholeNumber)


def _options(command: click.Command, path: str) -> list[tuple[str, click.Parameter]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        named = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        return [found for name, each in named if each for found in _options(each, f"{path} {name}".strip())]
    return [(path, each) for each in command.params]
