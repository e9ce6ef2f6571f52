"""Scenario files, read from TOML or JSON.

Inputs stand flat or in groups. Every problem is told with its place.
"""

from __future__ import annotations

import json
import re
import stat
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from roi_engine.errors import Problem, ScenarioError, UnknownName, did_you_mean, printable, shortened
from roi_engine.inputs import unit_in_label
from roi_engine.named_estimates import ESTIMATE_NAMES, fill_in_estimates
from roi_engine.prices.named_prices import NAMES, fill_in
from roi_engine.scenario import INPUTS, Scenario, find_input, known_input
from roi_engine.scenario_base import BASE, SUFFIXES, Given, base_path, over
from roi_engine.scenario_rules import TABLES, without_misspelt
from roi_engine.text_files import decoded

GROUPS = (
    "label", "model", "training", "storage", "one_off", "traffic", "review", "prices", "baseline", "finetuned",
    "serving", "running", "switch", "quality", "finance",
)  # fmt: skip
"""Tables that may hold inputs. A group's name may be left out before an input that begins with it."""

SIDES = ("baseline", "finetuned", "switch")
"""The tables of one side only."""

_LOOKED_UP = (*NAMES, *ESTIMATE_NAMES)
"""Keys that are no inputs, but what figures are looked up or estimated by."""

LARGEST_FILE = 250_000
"""Bytes of a scenario file: all inputs with their ranges, sources, notes and answers take a tenth of it."""

MOST_ENTRIES = 2_000
DEEPEST = 8
"""Entries and levels of a scenario file: three times what all inputs take, with everything that can be said of them."""

MOST_DOTS = 200
"""Dots on a line of TOML: a key of thousands of parts takes the parser time and memory with their square."""

_UNREADABLE = Problem("", "This is no scenario: a number has thousands of digits, or brackets are nested too deeply.")


def load_scenario(path: str | Path) -> Scenario:
    """The scenario of a ``.toml`` or ``.json`` file.

    path : the file's; ``-`` for standard input.
    Raises `ScenarioError` with every problem, each at its place (``file: table.key``).
    Source: docs/scenario-files.md.

    Inputs stand at the top level or in the tables of `GROUPS`, under their names or short names; the tables
    ``ranges`` (low, high, distribution), ``correlations``, ``sources``, ``notes`` and ``confirmed`` annotate inputs. A
    file without a name is called after its stem. Models and GPUs of the price tables may be named in place of their
    prices. The key ``base`` names a file beside it, whose figures hold where it says nothing else.

    >>> load_scenario("scenario.txt")
    Traceback (most recent call last):
    roi_engine.errors.ScenarioError: scenario.txt: A scenario is a .toml or .json file.
    """
    if str(path) == "-":
        file = "standard input"
        with _told_of(file):
            data = _parsed(_standard_input(), "")
            if BASE in data:
                raise ScenarioError([Problem(BASE, "Standard input lies beside no file. Name a file in place of -.")])
        return _scenario(_given(data, file))
    path = Path(path)
    data = _data_of(path)
    base = data.pop(BASE, _NONE)
    given = _given(data, str(path))
    if base is not _NONE:
        given = _over_its_base(given, path, base)
    given.values.setdefault("name", printable(path.stem))
    return _scenario(given)


_NONE = object()
"""What a file without a base has in its place."""


def _over_its_base(own: Given, path: Path, name: Any) -> Given:
    """What a file and its base say together."""
    try:
        with _told_of(str(path)):
            beside = base_path(path, name)
        data = _data_of(beside)
        if BASE in data:
            sentence = (
                f"{path} builds on this file, and a base has no base of its own. Take the key out of one of them."
            )
            raise ScenarioError([Problem(f"{beside}: {BASE}", sentence)])
    except ScenarioError as error:
        raise ScenarioError([*error.problems, *own.problems]) from None
    return over(own, _given(data, str(beside)))


def _data_of(path: Path) -> dict[str, Any]:
    """The nested data of a file; its problems name it."""
    with _told_of(str(path)):
        return _parsed(_text_of(path), path.suffix.lower())


@contextmanager
def _told_of(file: str) -> Iterator[None]:
    """Puts the name of a file before the place of every problem."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError(
            [Problem(f"{file}: {p.place}" if p.place else file, p.sentence, p.code) for p in error.problems]
        ) from None


_TOO_MANY = f"This is no scenario: it has more than {MOST_ENTRIES:,} entries, and there are {len(INPUTS)} inputs."
_TOO_LARGE = f"This is no scenario: it has more than {LARGEST_FILE // 1000} kB."


_OF_A_ZIP = b"PK\x03\x04"


def _standard_input() -> str:
    try:
        content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        if content.startswith(_OF_A_ZIP):
            raise ScenarioError(
                [Problem("", "This is a workbook or another packed file. Name the file in place of -.")]
            )
        if len(content) > LARGEST_FILE:
            raise ScenarioError([Problem("", _TOO_LARGE)])
        return decoded(content)  # Windows shells may put a byte order mark before the text
    except UnicodeDecodeError:
        raise ScenarioError([Problem("", "This is not UTF-8 text.")]) from None


def _text_of(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise ScenarioError([Problem("", "A scenario is a .toml or .json file.")])
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ScenarioError([Problem("", "This is no file with text in it, but a folder, a pipe or a device.")])
    if found.st_size > LARGEST_FILE:
        raise ScenarioError([Problem("", _TOO_LARGE)])
    try:
        return decoded(path.read_bytes())
    except UnicodeDecodeError:
        raise ScenarioError([Problem("", "This is not UTF-8 text. Save the file with UTF-8 encoding.")]) from None


def _parsed(text: str, form: str) -> dict[str, Any]:
    data = _parsed_as_written(text, form)
    _check_size(data)
    return data


def _check_size(data: Mapping[str, Any]) -> None:
    """Refuses data far larger, or nested far deeper, than a scenario.

    Each of its entries would be a problem of its own.
    """
    entries = 0
    open_tables: list[tuple[Any, int]] = [(data, 1)]
    while open_tables:
        table, depth = open_tables.pop()
        entries += len(table)
        if entries > MOST_ENTRIES or depth > DEEPEST:
            raise ScenarioError([_UNREADABLE if depth > DEEPEST else Problem("", _TOO_MANY)])
        inner = table.values() if isinstance(table, Mapping) else table
        open_tables += [(each, depth + 1) for each in inner if isinstance(each, (Mapping, list))]


def _parsed_as_written(text: str, form: str) -> dict[str, Any]:
    if form == ".json" or (not form and text.lstrip().startswith("{")):
        if not text.strip():
            raise ScenarioError([Problem("", "The file is empty. Its inputs stand between { and }.")])
        try:
            data = json.loads(text, object_pairs_hook=_without_repeats)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            curly = _curly_quotes(text.splitlines()[error.lineno - 1 : error.lineno])
            raise ScenarioError([Problem(place, curly or f"This is not valid JSON: {error.msg}.")]) from None
        except (ValueError, RecursionError):
            raise ScenarioError([_UNREADABLE]) from None
        if not isinstance(data, dict):
            raise ScenarioError([Problem("", 'A JSON scenario is an object: {"training_hours": 24, …}.')])
        return data
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            raise ScenarioError([Problem(f"line {number}", f"The line has more than {MOST_DOTS} dots. Break it up.")])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_not_toml(text.splitlines(), str(error))]) from None
    except (ValueError, RecursionError):
        raise ScenarioError([_UNREADABLE]) from None


def _not_toml(lines: list[str], error: str) -> Problem:
    """What is wrong with a text that is no TOML, at its line."""
    found = _LINE.search(error)
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1] if lines else ""
    place = f"line {number}"
    if curly := _curly_quotes([line]):
        return Problem(place, curly)
    if "Cannot overwrite" in error or "twice" in error:
        key = _key(line)
        earlier = _line_of(key, lines[: number - 1])
        also = f", also on line {earlier}" if earlier else ""
        return Problem(place, f"{shortened(key)} is given twice{also}. Keep one of the two.")
    hint = "Write numbers plainly: 5000 (not 5,000) and 0.25 (not 0,25 or 25%); texts in quotation marks."
    if "after a key" in error:
        hint = 'A line is a name, = and a value; a name of several words stands in quotation marks: "API calls" = 5000.'
    return Problem("", f"This is not valid TOML: {error}. {hint}")


_LINE = re.compile(r"at line (\d+)")
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb]")


def _curly_quotes(lines: list[str]) -> str:
    """What to do about typographic quotation marks, where a line has them."""
    found = _CURLY.search("".join(lines))
    if found is None:
        return ""
    return f'{found[0]} is a quotation mark of printed text, as word processors make it. Type a straight one: "'


def _key(line: str) -> str:
    """The key of a line, or the table that it begins."""
    return line.partition("#")[0].strip() if line.lstrip().startswith("[") else line.partition("=")[0].strip()


def _line_of(key: str, lines: list[str]) -> int | None:
    """The last line with a key of the table that the lines end in, or with a table."""
    for number in range(len(lines), 0, -1):
        if _key(lines[number - 1]) == key:
            return number
        if not key.startswith("[") and lines[number - 1].lstrip().startswith("["):
            break
    return None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = sorted(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    if repeated:
        raise ScenarioError([Problem(shortened(key), "Given twice. Keep one of the two.") for key in repeated])
    return dict(pairs)


def _given(data: Mapping[str, Any], file: str) -> Given:
    """What nested data say, by the inputs' own names, each with its place."""
    given = Given(file)
    for key, value in data.items():
        if key in TABLES:
            given.annotate(key, value)
        elif isinstance(value, Mapping):
            if key not in GROUPS:
                guess = did_you_mean(key, (*GROUPS, *TABLES))
                place = f"{file}: {shortened(key)}"
                given.problems.append(Problem(place, f"There is no group [{shortened(key)}].{guess}"))
                continue
            for inner, inner_value in value.items():
                _place(inner, inner_value, f"{key}.{shortened(inner)}", key, given)
        else:
            _place(key, value, shortened(key), "", given)
    return given


def _scenario(given: Given) -> Scenario:
    """The scenario of what files say; every problem at once."""
    problems = list(given.problems)
    wrong = dict.fromkeys([*fill_in_estimates(given.values), *fill_in(given.values)])  # a GPU's name serves both
    problems += map(given.placed, wrong)
    try:
        scenario = Scenario(**given.values)
    except ScenarioError as error:
        problems += map(given.placed, without_misspelt(error.problems, given.problems))
    if problems:
        raise ScenarioError(problems)
    return scenario


def _place(key: str, value: Any, place: str, group: str, given: Given) -> None:
    """Puts a value under the name of its input.

    place : the key as it stands in the file.
    group : the table that it stands in.
    """
    name = _with_group(group, key)
    full_place = f"{given.file}: {place}"
    try:
        name = name if name in _LOOKED_UP else find_input(name).name
    except UnknownName as error:
        unknown = _unknown_of_side(group, key) or error
        given.problems.append(Problem(full_place, str(unknown), unknown.code, unknown.meant))
        return
    unit = "" if name in _LOOKED_UP else INPUTS[name].quantity.of_another_unit(unit_in_label(key))
    if unit:
        given.problems.append(Problem(full_place, unit))
    if group in SIDES and not name.startswith(group):
        given.problems.append(Problem(full_place, f'"{name}" belongs to no side. Move it out of [{group}].'))
        return
    if name in given.places:
        also = given.places[name].removeprefix(f"{given.file}: ")
        sentence = f'The input "{name}" is given twice, also at {also}. Keep one of the two.'
        given.problems.append(Problem(full_place, sentence))
    given.places[name] = full_place
    given.values[name] = value


def _unknown_of_side(group: str, key: str) -> UnknownName | None:
    """What is told of a key in a side's table that may mean an input of this side."""
    try:
        find_input(f"{group}_{key}")
    except UnknownName as error:
        return error if group in SIDES and error.meant.startswith(group) else None
    return None


def _with_group(group: str, key: str) -> str:
    """The key with the group's name before it, where that names an input.

    It may name a model too, and a short name counts.
    """
    full = f"{group}_{key}"
    if full in _LOOKED_UP:
        return full
    found = known_input(full)
    return key if found is None else found.name


def scenario_json(scenario: Scenario) -> str:
    """A scenario as JSON that `load_scenario` reads back to the same scenario."""
    return json.dumps(json.loads(scenario.model_dump_json(exclude_unset=True)), indent=2, ensure_ascii=False) + "\n"
