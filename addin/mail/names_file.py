"""A CSV file of names: a row for each person who gets a workbook of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from addin.mail.header_text import LONGEST_NAME
from addin.mail.person import Person, Unmailable, checked_address, one_line
from addin.shell.failures import InvalidInput
from roi_engine.text_files import text_of

NEEDED = ("email", "name")
OPTIONAL = ("cc", "subject", "note")
EXAMPLE = "email,name\n  anna@example.com,Anna Müller"


@dataclass(frozen=True)
class Row:
    """A person, and what the message to them has of its own."""

    person: Person
    cc: tuple[Person, ...] = ()
    subject: str = ""
    note: str = ""


def read_names(path: Path) -> tuple[list[Row], list[str]]:
    """The rows of the file, and the columns that mean nothing here.

    The columns ``email`` and ``name`` are needed, ``cc`` (several with a semicolon, in quotation marks), ``subject``
    and ``note`` may be there; in any order, between commas, semicolons or tabs.
    Raises `InvalidInput` with every problem of every row.
    """
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), delimiter=_delimiter(path), strict=True)
    problems: list[str] = []
    rows: list[Row] = []
    lines_of: dict[str, int] = {}
    try:
        columns = _columns(next(reader, []))
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = dict(zip(columns, cells, strict=False))
            if len(cells) > len(columns):
                problems.append(f"line {reader.line_num}: There are more cells than column titles.")
                continue
            found = list(_problems_of(row))
            problems += [f"line {reader.line_num}: {sentence}" for sentence in found]
            if not found:
                rows.append(_row(row))
                address = rows[-1].person.address.lower()
                if address in lines_of:
                    problems.append(
                        f"line {reader.line_num}: {address} stands in line {lines_of[address]} too. Keep one."
                    )
                lines_of.setdefault(address, reader.line_num)
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: This is not a row of a CSV file: {error}.")
    except Unmailable as error:  # of the column titles
        problems.append(str(error))
    if not problems and not rows:
        problems.append("No row names anybody.")
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"{path}: {each}" for each in problems).split("\n")
        raise InvalidInput(f"{path} has {count}; nothing was sent.", *lines)
    return rows, [name for name in columns if name and name not in (*NEEDED, *OPTIONAL)]


def _text_of(path: Path) -> str:
    try:
        return text_of(path)
    except UnicodeDecodeError:
        raise InvalidInput(
            f'{path} is not UTF-8 text. In Excel choose Save As, "CSV UTF-8 (Comma delimited)".'
        ) from None


def _delimiter(path: Path) -> str:
    """What stands between the column titles.

    Excel writes semicolons where the comma is the decimal sign.
    """
    titles = _text_of(path).partition("\n")[0]
    return max(",;\t", key=titles.count)


def _columns(titles: list[str]) -> list[str]:
    columns = [title.strip().lower().replace("e-mail", "email") for title in titles]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        words = f"There is no column {' and no column '.join(missing)}. It begins so:"
        raise Unmailable(words, *f"  {EXAMPLE}".splitlines())
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise Unmailable(f"The column {twice[0]} is there twice.")
    return columns


def _problems_of(row: Mapping[str, str]) -> Iterator[str]:
    """A sentence for everything that is wrong with a row."""
    name = row.get("name", "").strip()
    checks: list[Callable[[], str]] = [
        lambda: checked_address(row.get("email", "")),
        lambda: one_line(name, "name"),
        lambda: one_line(_value(row, "subject"), "subject"),
        *(partial(checked_address, each) for each in _several(row)),
    ]
    for check in checks:
        try:
            check()
        except Unmailable as error:
            yield str(error)
    if not name:
        yield "The name is empty. Answers are told apart by it."
    elif len(name) > LONGEST_NAME:
        yield f"The name has {len(name)} characters, more than {LONGEST_NAME}."


def _row(row: Mapping[str, str]) -> Row:
    return Row(
        Person(checked_address(row["email"]), one_line(row["name"].strip(), "name")),
        tuple(Person(checked_address(each)) for each in _several(row)),
        _value(row, "subject"),
        _value(row, "note"),
    )


def _several(row: Mapping[str, str]) -> list[str]:
    return [each for each in _value(row, "cc").split(";") if each.strip()]


def _value(row: Mapping[str, str], column: str) -> str:
    return row.get(column, "").strip()
