"""A worksheet function and its arguments as a shell gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.failures import InvalidInput
from addin.shell.input_file import SCENARIO_SUFFIXES, existing_file
from addin.shell.scenario_argument import WORKBOOK_SUFFIXES, existing_scenario, read_scenario

if TYPE_CHECKING:
    from roi_engine import Scenario
    from roi_engine.worksheet.catalogue import Function

Rows = list[list[Any]]
_DELIMITERS = ",;\t"
MOST_CELLS = 1_000_000
"""Of a range: rows are padded to the longest."""


def known_function(name: str) -> Function:
    """The function of a name; a usage error with a guess where there is none."""
    from roi_engine import UnknownName
    from roi_engine.worksheet.catalogue import find_function

    try:
        return find_function(name)
    except UnknownName as error:
        raise click.UsageError(f'{error} "ft-roi functions" lists them all.') from None


def worksheet_arguments(function: Function, words: Sequence[str]) -> list[Any]:
    """The arguments of a call, as the words say.

    A scenario file is a block; its correlations, which no block holds, go where the function takes them and no word
    stands for them.
    """
    scenarios = [read_scenario(existing_scenario(word)) if _is_scenario(word) else None for word in words]
    given = [
        worksheet_argument(word) if scenario is None else _scenario_block(scenario)
        for word, scenario in zip(words, scenarios, strict=True)
    ]
    names = [*function.by_name]
    pairs = [[*pair] for scenario in scenarios if scenario for pair in scenario.correlated_pairs()]
    if pairs and "correlations" in names[len(given) :]:
        given += [None] * (names.index("correlations") - len(given))
        given.append(pairs)
    return given


def _is_scenario(word: str) -> bool:
    return word == "-" or Path(word).suffix.lower() in (*SCENARIO_SUFFIXES, *WORKBOOK_SUFFIXES)


def worksheet_argument(word: str) -> Any:
    """A cell value or a range, as the word says.

    "" is nothing, 20% is 0.2, a .csv file a range; quotation marks that the shell left there make a text of a number.

    >>> worksheet_argument("20%"), worksheet_argument("5e6"), worksheet_argument("NPV"), worksheet_argument("")
    (0.2, 5000000.0, 'NPV', None)
    >>> worksheet_argument('"0.1"')
    '0.1'
    """
    if Path(word).suffix.lower() == ".csv":
        return _range(existing_file(word))
    return _cell(word)


def _cell(text: str) -> Any:
    """A number, a percentage, a text, or None for nothing."""
    text = text.strip()
    if not text:
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return text


def _scenario_block(scenario: Scenario) -> Rows:
    """The inputs that a scenario gives, with ranges and answers, below a header row."""
    from roi_engine import INPUTS

    given = scenario.given()
    rows: Rows = [["input", "value", "low", "high", "distribution", "answer"]]
    for each in INPUTS:
        said = each in given or each in scenario.ranges
        if said or each in scenario.confirmed:
            span = scenario.ranges.get(each)
            ends = [span.low, span.high, span.distribution] if span else [None] * 3
            value = getattr(scenario, each) if said else None
            rows.append([each, value, *ends, scenario.confirmed.get(each)])
    return rows


def _range(path: Path) -> Rows:
    """The rows of a CSV file, padded to one width, empty lines at its end dropped."""
    import csv

    from roi_engine.text_files import text_of

    try:
        text = text_of(path)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text. Save it as CSV UTF-8.") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = [[_cell(cell) for cell in row] for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter)]
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise InvalidInput(f"{path} is empty.")
    width = max(len(row) for row in rows)
    if width * len(rows) > MOST_CELLS:
        raise InvalidInput(
            f"{path} is too large: {len(rows):,} rows of {width:,} cells, more than {MOST_CELLS:,} cells."
        )
    return [row + [None] * (width - len(row)) for row in rows]
