"""Price tables as CSV: read with all that is wrong at once, and written."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from roi_engine.errors import PriceTableError, Problem, did_you_mean, shortened
from roi_engine.prices.price_row import (
    CURRENCIES,
    GPU_KINDS,
    MODEL_KINDS,
    PriceRow,
    is_kind,
    is_money,
    plain_name,
)
from roi_engine.quantity import currency_code

COLUMNS = ("name", "vendor", "kind", "value", "currency", "from_date", "to_date", "source", "read_on")
NEEDED = ("name", "kind", "value")
NUMBERS = ("value",)
KINDS = (*MODEL_KINDS, *GPU_KINDS)
MOST_ROWS = 50_000
"""Of a table: those that are published have a fifth of it."""
_DELIMITERS = ",;\t"


def read_rows(text: str, place: str, *, source: str = "", read_on: date | None = None) -> list[PriceRow]:
    r"""The rows of a price table.

    text : CSV with the titles `COLUMNS` in any order; ``name``, ``kind`` and ``value`` are needed.
    place : what problems name as the file.
    source, read_on : what stands for empty cells of these columns; without them such a cell is a problem. An empty
        currency is USD.
    Raises `PriceTableError` with every problem.
    Source: docs/prices.md.

    >>> table = "name,kind,value,from_date\nmine,input,2,2026-01-01\nmine,output,8,\n"
    >>> [row.value for row in read_rows(table, "mine.csv", source="offer", read_on=date(2026, 8, 5))]
    [2.0, 8.0]
    """
    lines, first, delimiter = lines_of(text, place)
    titles = [title.strip().lower().replace(" ", "_") for title in lines[0]] if lines else []
    wrong = list(_wrong_titles(titles))
    if wrong:
        raise PriceTableError([Problem(f"{place}, line 1", sentence) for sentence in wrong])
    commas = delimiter != "," and has_decimal_commas(titles, lines[1:], NUMBERS)
    defaults = {"source": source, "read_on": read_on.isoformat() if read_on else "", "currency": "USD"}
    rows: list[tuple[int, PriceRow]] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], first):
        cells = {title: cell.strip() for title, cell in zip(titles, line, strict=False)}
        if commas:
            cells["value"] = with_point(cells.get("value", ""))
        row = _row(cells, defaults, f"{place}, line {number}", problems)
        if row is not None:
            rows.append((number, row))
    problems += _collisions(rows, place)
    if problems:
        raise PriceTableError(problems)
    return [row for _, row in rows]


def lines_of(text: str, place: str) -> tuple[list[list[str]], int, str]:
    r"""The lines of a CSV, titles first.

    With them the number of the first line below the titles, and what stands between two cells.
    Raises `PriceTableError` where it is no CSV.

    >>> lines_of("sep=;\nname;value\nours;0,5\n", "ours.csv")
    ([['name', 'value'], ['ours', '0,5']], 3, ';')
    """
    said, text = _separator(text)
    delimiter = said or max(_DELIMITERS, key=text.partition("\n")[0].count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise PriceTableError([Problem(place, f"This is not valid CSV: {error}.")]) from None
    if len(lines) > MOST_ROWS:
        words = f"It has {len(lines):,} rows, more than {MOST_ROWS:,}. Take away what you do not calculate with."
        raise PriceTableError([Problem(place, words)])
    return lines, 2 + bool(said), delimiter


_SEPARATOR = re.compile(r"\ufeff?sep=([,;\t])\r?\n", re.IGNORECASE)


def _separator(text: str) -> tuple[str, str]:
    """What a first line such as sep=; says, and the text behind it."""
    found = _SEPARATOR.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def has_decimal_commas(titles: Sequence[str], lines: Iterable[Sequence[str]], numbers: Container[str]) -> bool:
    """Whether the numbers of a file are written 0,5.

    numbers : the titles of the columns that hold them.
    """
    return any(
        title in numbers and re.fullmatch(r"[+-]?[\d.]*,\d+", cell.strip())
        for line in lines
        for title, cell in zip(titles, line, strict=False)
    )


def with_point(text: str) -> str:
    """A number of such a file, written with a point.

    What is no such number stays as it is; its points are separators of thousands.

    >>> with_point("0,5"), with_point("1.234,5"), with_point("1.234"), with_point("a,b")
    ('0.5', '1234.5', '1234', 'a,b')
    """
    if re.fullmatch(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?", text):
        return text.replace(".", "").replace(",", ".")
    return text


def _wrong_titles(titles: Sequence[str]) -> Iterator[str]:
    missing = [title for title in NEEDED if title not in titles]
    if missing:
        known = ", ".join(COLUMNS)
        yield f"Missing columns: {', '.join(missing)}. A price table begins with the titles {known}."
    for title in titles:
        if title and title not in COLUMNS:
            yield f'There is no column "{title}".{did_you_mean(title, COLUMNS)} Known: {", ".join(COLUMNS)}.'
        elif title and titles.count(title) > 1:
            yield f'The column "{title}" stands twice. Keep one of the two.'


def _row(cells: Mapping[str, str], defaults: Mapping[str, str], place: str, problems: list[Problem]) -> PriceRow | None:
    """A row of the file; None, and a problem more, where it is wrong."""
    before = len(problems)

    def wrong(column: str, sentence: str) -> None:
        problems.append(Problem(f"{place}, {column}", sentence))

    def day(column: str) -> date | None:
        text = cells.get(column) or defaults.get(column, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            wrong(column, f'"{text}" is no date. Write year-month-day: 2026-08-05.')
            return None

    name, kind = plain_name(cells.get("name", "")), cells.get("kind", "").lower().replace(" ", "_")
    if not name:
        wrong("name", "Missing. Name the model or GPU.")
    elif not name.isprintable():
        wrong("name", "The name of a model or GPU is a text that can be printed.")
    if not is_kind(kind):
        wrong("kind", f'There is no kind "{kind}".{did_you_mean(kind, KINDS)} Known: {", ".join(KINDS)}.')
    value = price_of(cells.get("value", ""))
    if isinstance(value, str):
        wrong("value", value)
    currency = currency_code(cells.get("currency") or defaults["currency"]) if is_money(kind) else ""
    if currency and currency not in CURRENCIES:
        wrong("currency", f'"{currency}" is no currency of ISO 4217, such as USD or EUR.')
    source = cells.get("source") or defaults["source"]
    if not source:
        wrong("source", "Missing. Say where the figure comes from.")
    from_date, to_date, read_on = day("from_date"), day("to_date"), day("read_on")
    if from_date and to_date and from_date >= to_date:
        wrong("to_date", f"{to_date} is not after {from_date}. The figure holds until the day before to_date.")
    if read_on is None and len(problems) == before:
        wrong("read_on", "Missing. Say when the source was read.")
    if len(problems) > before or isinstance(value, str) or read_on is None:
        return None
    return PriceRow(name, cells.get("vendor", ""), kind, value, currency, from_date, to_date, source, read_on)


def price_of(text: str) -> float | str:
    """A price or figure of at least 0, or the sentence that says what is wrong.

    >>> price_of("0.5"), price_of("0,5")
    (0.5, '"0,5" is not a number. Write 0.5.')
    """
    try:
        value = float(text)
    except ValueError:
        text = shortened(text)
        if not text:
            return "Missing. Write a number."
        plain = text.replace(",", ".")
        hint = f" Write {plain}." if text.count(",") == 1 and _is_number(plain) else ""
        return f'"{text}" is not a number.{hint}'
    if not math.isfinite(value):
        return f"{text} is not a finite number."
    if value < 0:
        return f"{text} is negative. A price is at least 0."
    return value


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _collisions(rows: Iterable[tuple[int, PriceRow]], place: str) -> Iterator[Problem]:
    """Rows of one figure whose periods meet: a figure has one value on a day."""
    periods: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for number, row in rows:
        periods.setdefault(row.key, []).append((row.from_date or date.min, row.to_date or date.max, number))
    for (name, kind), spans in periods.items():
        spans.sort()
        for (_, end, first), (start, _, second) in pairwise(spans):
            if start < end:
                yield Problem(
                    f"{place}, line {max(first, second)}",
                    f"{name}, {kind}: the period meets that of line {min(first, second)}. "
                    "Keep one of the two, or end the earlier one with to_date.",
                )


def rows_as_csv(rows: Iterable[PriceRow]) -> str:
    """Rows as the text of a file that `read_rows` reads back."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        dates = [each.isoformat() if each else "" for each in (row.from_date, row.to_date)]
        short = f"{row.value:.15g}"
        value = short if float(short) == row.value else repr(row.value)
        writer.writerow(
            [row.name, row.vendor, row.kind, value, row.currency, *dates, row.source, row.read_on.isoformat()]
        )
    return text.getvalue()
