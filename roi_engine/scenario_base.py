"""The base of a scenario file: what holds where the file says nothing else.

It is another file, beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from roi_engine.errors import Problem, ScenarioError, did_you_mean, shortened
from roi_engine.named_estimates import SERVING, TRAINING, fill_in_estimates
from roi_engine.prices.named_prices import FILLS, fill_in
from roi_engine.scenario import known_input
from roi_engine.scenario_rules import TABLES

BASE = "base"
"""The key that names it."""

SUFFIXES = (".toml", ".json")
"""Scenario files."""

_ABOUT_THE_FIGURE = ("sources", "notes", "confirmed")
"""What is said of one figure, and not of another in its place."""

_GIVES = {
    **{name: tuple(fields) for name, fields in FILLS.items()},
    **dict.fromkeys(SERVING, ("serving_tokens_per_second",)),
    **dict.fromkeys(TRAINING, ("training_hours",)),
}
"""The inputs that a name may give, by its key."""


@dataclass
class Given:
    """What scenario files say.

    file : the name of the file that is read.
    values : inputs by name, what they are looked up or estimated by, and the tables of annotations.
    places : where each of them stands, with its file.
    problems : what is wrong with the keys.
    """

    file: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def annotate(self, section: str, entries: Any) -> None:
        """Keeps a table of annotations, and where each entry stands."""
        self.values[section] = entries
        self.places[section] = f"{self.file}: {section}"
        for label in entries if isinstance(entries, Mapping) else ():
            place = f"{section}.{shortened(str(label))}"
            self.places[place] = self.places[f"{section}.{_own_name(label)}"] = f"{self.file}: {place}"

    def placed(self, problem: Problem) -> Problem:
        """A problem of the scenario, where it stands in the files."""
        key, rest = problem.place, ""
        while key and key not in self.places:
            key, _, last = key.rpartition(".")
            rest = f".{last}{rest}"
        place = f"{self.places[key]}{rest}" if key else f"{self.file}: {problem.place}" if problem.place else self.file
        return Problem(place, f"{problem.sentence}{self._elsewhere(problem.place, place)}", problem.code)

    def _elsewhere(self, key: str, place: str) -> str:
        """Where the value of a range stands, if in the other file."""
        section, _, name = key.partition(".")
        value = self.places.get(name, place) if section == "ranges" else place
        same_file = value.rpartition(": ")[0] == place.rpartition(": ")[0]
        return "" if same_file else f" The value stands in {value}."


def base_path(path: Path, name: Any) -> Path:
    """The path of a file's base.

    path : the file's.
    name : what it names as its base.
    Raises `ScenarioError` unless that is the name of another file beside it.

    >>> base_path(Path("plans/slow.toml"), "../base.toml")
    Traceback (most recent call last):
    roi_engine.errors.ScenarioError: base: The base lies beside this file. Write its name alone, without a folder.
    """
    if not isinstance(name, str) or not name.strip():
        raise _wrong('Write the name of the file that this one builds on: base = "base.toml".')
    alone = PurePosixPath(name).name == name == PureWindowsPath(name).name and name not in (".", "..")
    if not alone or not name.isprintable():
        raise _wrong("The base lies beside this file. Write its name alone, without a folder.")
    base = path.with_name(name)
    if base.suffix.lower() not in SUFFIXES:
        raise _wrong("The base is a scenario file too: .toml or .json.")
    try:
        if base.samefile(path):
            raise _wrong("The file names itself. Name another one, or delete the line.")
        if base.resolve().parent not in (path.parent.resolve(), path.resolve().parent):
            raise _wrong(f"{name} is a link that leads to another folder. Put the file itself there.")
    except FileNotFoundError:
        beside = (each.name for each in path.parent.iterdir() if each.suffix.lower() in SUFFIXES)
        others = [each for each in beside if each != path.name]
        raise _wrong(f"There is no file {base}.{did_you_mean(name, others)}") from None
    except OSError as error:
        raise _wrong(f"{base} cannot be read: {error.strerror or error}.") from None
    return base


def _wrong(sentence: str) -> ScenarioError:
    return ScenarioError([Problem(BASE, sentence)])


def over(own: Given, base: Given) -> Given:
    """What a file and its base say together.

    A key of the file is taken in place of the base's, a name in place of the figures that it gives. An empty text takes
    the base's away, with all that is said of it. The base's name is its own. What the base says of a figure holds for
    that figure alone; a range stays.
    """
    typed = _without_tables(own.values)
    taken_away = {key for key, value in typed.items() if _is_empty(value)}
    replaced = {*typed, *(each for key in typed.keys() - taken_away for each in _GIVES.get(key, ())), "name"}
    both = Given(own.file, problems=[*own.problems, *base.problems])
    for given, left_out in ((base, replaced), (own, taken_away)):
        both.values |= {key: value for key, value in _without_tables(given.values).items() if key not in left_out}
        both.places |= {key: place for key, place in given.places.items() if key not in left_out}
    changed = _changed(both.values, base.values)
    for section in TABLES:
        spoiled = changed if section in _ABOUT_THE_FIGURE else taken_away
        table = _table(section, own, base, spoiled)
        if table:
            both.values[section] = table
    return both


def _table(section: str, own: Given, base: Given, spoiled: set[str]) -> Any:
    """A table of annotations: the file's entries, and those of the base that hold.

    Correlations hold together: the file's own table is taken in place of the base's.

    spoiled : the inputs of which the base's do not.
    """
    mine, theirs = own.values.get(section, {}), base.values.get(section, {})
    if not isinstance(mine, Mapping) or not isinstance(theirs, Mapping):
        return theirs if isinstance(mine, Mapping) else mine  # no table, which is told
    if section == "correlations" and section in own.values:
        return mine
    replaced = {_own_name(label) for label in mine} | spoiled
    kept = {label: entry for label, entry in theirs.items() if _own_name(label) not in replaced}
    return kept | {label: entry for label, entry in mine.items() if not _is_empty(entry)}


def _without_tables(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in TABLES}


def _changed(values: Mapping[str, Any], before: Mapping[str, Any]) -> set[str]:
    """The inputs whose figures are other ones, typed, looked up or estimated."""
    here, there = _filled_in(values), _filled_in(before)
    return {key for key in {*here, *there} if here.get(key) != there.get(key)}


def _filled_in(values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs by name, with what names give; what is wrong is told elsewhere."""
    found = _without_tables(values)
    fill_in_estimates(found)
    fill_in(found)
    return _without_tables(found)


def _own_name(label: object) -> str:
    """The name of the input that a label means; the label where it means none."""
    found = known_input(str(label))
    return str(label) if found is None else found.name


def _is_empty(value: object) -> bool:
    """Whether a value takes away what the base says: an empty text, or null."""
    return value is None or (isinstance(value, str) and not value.strip())
