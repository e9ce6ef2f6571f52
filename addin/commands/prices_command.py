"""The commands under prices: what the price tables say, and replacing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.shell.command import Command, CommandGroup
from addin.shell.failures import InvalidInput, ProblemsFound, UnusablePath
from addin.shell.options import is_on, json_option
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from roi_engine.errors import Problem
    from roi_engine.prices.open_models import OpenModel
    from roi_engine.prices.price_row import PriceRow
    from roi_engine.prices.price_tables import PriceTables

KEPT = "prices.old.csv"
"""What reset calls the table that it takes away."""
REPLACED = "prices.before.csv"
"""What an import calls the table that it replaces."""
LOCK = "prices.lock"
MOST_LEFT_OUT = 20
"""Entries of a map that are named one by one."""
PATIENCE = 30
"""Seconds that an import waits for another one."""
ELSEWHERE = "name another folder in the environment, FT_ROI_PRICES"


@click.group(
    cls=CommandGroup,
    short_help="The dated prices of API models and GPUs.",
    examples="""
ft-roi prices list gpt-4.1
ft-roi prices show "H100 SXM"
ft-roi prices import model_prices_and_context_window.json
ft-roi prices reset
""",
)
def prices() -> None:
    """See and replace the price tables that FT_PRICE, FT_GPUINFO and scenario files look figures up in.

    Your own table stands in your user data folder, or in the folder that the environment names: FT_ROI_PRICES.
    """


@prices.command(
    "list",
    cls=Command,
    short_help="The newest figures of all models, GPUs and open models, or of some.",
    examples="""
ft-roi prices list
ft-roi prices list anthropic
ft-roi prices list h100 --json
""",
)
@click.argument("text", required=False)
@json_option("Print every row of these names as JSON.")
def list_prices(text: str | None, json: bool) -> None:
    """List models (per million tokens), GPUs and open models, all or those with TEXT in their name or vendor."""
    from roi_engine.prices.open_models import open_models
    from roi_engine.prices.price_row import GPU_KINDS, MODEL_KINDS
    from roi_engine.prices.price_tables import price_tables

    tables = price_tables()
    word = (text or "").strip().lower()
    chosen = [row for row in tables.rows if word in row.name.lower() or word in row.vendor.lower()]
    shapes = [each for each in open_models().models.values() if word in each.name.lower() or word in each.vendor]
    if not chosen and not shapes:
        from roi_engine.errors import did_you_mean

        guess = did_you_mean(word, [*tables.models.names, *map(str.lower, tables.gpus.names)])
        raise InvalidInput(f'No model or GPU has "{text}" in its name or vendor.{guess}')
    if json:
        print_json([_as_dict(row) for row in chosen] + [_as_dict(each) for each in shapes])
    else:
        names = {row.name.lower() for row in chosen}
        models = [name for low, name in tables.models.names.items() if low in names]
        gpus = [name for low, name in tables.gpus.names.items() if low in names]
        parts = [
            _columns("per million tokens", MODEL_KINDS, models, tables.models.periods),
            _columns("GPU", GPU_KINDS, gpus, tables.gpus.periods),
            _shapes(shapes),
        ]
        _print_tables([part for part in parts if part])
    _note_age(tables)


@prices.command(
    cls=Command,
    short_help="Every figure of a model or GPU, with its dates and sources.",
    examples="""
ft-roi prices show gpt-4.1
ft-roi prices show A100
ft-roi prices show Llama-3.1-8B
""",
)
@click.argument("name")
@json_option("Print the rows as JSON.")
def show(name: str, json: bool) -> None:
    """Show every row of a model or GPU: what it cost when, and who says so."""
    from roi_engine import UnknownName
    from roi_engine.prices.price_tables import price_tables

    tables = price_tables()
    try:
        table, found = tables.models, tables.models.find(name)
    except UnknownName as unknown:
        try:
            table, found = tables.gpus, tables.gpus.find(name)
        except UnknownName as no_gpu:
            if _show_open_model(name, json):
                return
            raise InvalidInput(_unknown(name, str(unknown), str(no_gpu))) from None
    rows = [row for kind in table.kinds(found) for row in table.periods(found, kind)]
    if json:
        print_json([_as_dict(row) for row in rows])
    else:
        vendor = f" ({rows[0].vendor})" if rows[0].vendor else ""
        print_line(f"{found}{vendor}")
        titles = ("kind", "value", "currency", "from", "until before", "read on", "source")
        _print_tables([_table(titles, [_cells(row) for row in rows], right={1})])
    _note_age(tables)


def _unknown(name: str, no_model: str, no_gpu: str) -> str:
    """Says that nothing is called so, with the nearest name there is."""
    from roi_engine.errors import did_you_mean
    from roi_engine.prices.open_models import open_models
    from roi_engine.prices.price_tables import price_tables

    if "several" in no_gpu:
        return no_gpu
    others = (*price_tables().gpus.names.values(), *open_models().models)
    return no_model if "Nearest" in no_model else f"{no_model}{did_you_mean(name, others)}"


def _show_open_model(name: str, json: bool) -> bool:
    """Shows the shape of an open model; False where there is none of that name."""
    from roi_engine import UnknownName
    from roi_engine.prices.open_models import open_models

    try:
        model = open_models().find(name)
    except UnknownName:
        return False
    if json:
        print_json([_as_dict(model)])
        return True
    shown = _as_dict(model)
    print_line(f"{shown.pop('name')} ({shown.pop('vendor')})")
    for key, value in shown.items():
        words = ", ".join(value) if isinstance(value, tuple) else value
        if words != "":
            print_line(f"{key.replace('_', ' '):18} {words}")
    return True


@prices.command(
    "import",
    cls=Command,
    short_help="Take prices from a price map of litellm or llm-prices, or from your own CSV.",
    examples="""
ft-roi prices import model_prices_and_context_window.json
ft-roi prices import our-prices.csv --date 2026-08-05
""",
)
@click.argument("file")
@click.option("--date", "day", metavar="DATE", help="The day from which the prices hold.  [default: today]")
@json_option("Print what changed as JSON.")
def import_prices(file: str, day: str | None, json: bool) -> None:
    """Put the prices of FILE into your own price table; what they replace stays there as history.

    FILE is a JSON map that litellm or llm-prices publishes, of which wrong entries are left out and named (exit 4);
    or a CSV with the columns name, kind and value, and as you like vendor, currency, from_date, to_date, source,
    read_on, of which nothing is written unless all of it is right. A CSV of open models, with the columns that
    "ft-roi prices show Llama-3.1-8B" names, goes beside it.
    """
    from addin.shell.input_file import existing_file
    from roi_engine.prices.history import with_history
    from roi_engine.prices.price_tables import PriceTables, forget_tables, price_tables, user_file

    held_from = _day(day)
    path, own = existing_file(file), user_file()
    models = _read_models(path, held_from)
    if models:
        _import_models(models, own, json)
        return
    new, left_out = _read(path, held_from)
    with _alone(own):
        forget_tables()  # another import may have changed them since
        before = price_tables()
        rows, changes = with_history(before.rows, new, held_from)
        _replace(own, rows)
        forget_tables()
    after = PriceTables(rows, own)
    if json:
        found = {each: sorted(getattr(changes, each)) for each in ("new", "changed", "read_again", "older")}
        print_json(
            {"file": str(own), "table_date": str(after.read_on), **found, "left_out": [str(each) for each in left_out]}
        )
    elif not is_on("quiet"):
        names = {row.name.lower() for row in new}
        untouched = len({row.name.lower() for row in before.rows} - names)
        print_line(
            f"Read {len(names):,} models and GPUs: {len(changes.new):,} new, {len(changes.changed):,} with other or "
            f"more figures from {held_from} on, {len(changes.read_again):,} as before."
        )
        print_line(f"{untouched:,} others of the table stay as they are.")
        if changes.older:
            print_line(f"Of {len(changes.older):,} the table has figures that were read later: those stay in force.")
        print_line(f"Wrote {own}. Spreadsheet programs that are open read it when they start again.")
    _note_age(after)
    if left_out:
        shown = [str(each) for each in left_out[:MOST_LEFT_OUT]]
        if len(left_out) > MOST_LEFT_OUT:
            shown.append(f"… and {len(left_out) - MOST_LEFT_OUT:,} more; --json names all.")
        raise ProblemsFound("What was left out, the rest was taken:", *shown)


@prices.command(
    cls=Command,
    short_help="Go back to the price table that came with the program.",
    examples="""
ft-roi prices reset
""",
)
@json_option("Print what was done as JSON.")
def reset(json: bool) -> None:
    """Put your own price table aside; the shipped one is in use again."""
    from roi_engine.prices.price_tables import forget_tables, price_tables, user_file

    own = user_file()
    kept = own.with_name(KEPT)
    there = own.exists()
    if there:
        own.replace(kept)
        forget_tables()
    tables = price_tables()
    if json:
        print_json({"reset": there, "kept": str(kept) if there else None, "table_date": str(tables.read_on)})
    elif there:
        print_line(f"The shipped price table is in use again. Yours is kept as {kept}.")
    else:
        print_line("The shipped price table is in use already.")
    _note_age(tables)


def _day(text: str | None) -> date:
    """The day of an import: today where none is given."""
    today = date.today()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f'--date: "{text}" is no date. Write year-month-day: 2026-08-05.') from None
    if day > today:
        raise InvalidInput(f"--date: {day} is in the future. Give the day on which the prices were read.")
    return day


def _read(path: Path, day: date) -> tuple[list[PriceRow], list[Problem]]:
    """The rows of a price map or of our own CSV, and what was left out of a map."""
    from roi_engine.errors import printable
    from roi_engine.prices.litellm_map import litellm_prices
    from roi_engine.prices.llm_prices_map import is_llm_prices, llm_prices
    from roi_engine.prices.price_file import read_rows
    from roi_engine.prices.price_map import parsed
    from roi_engine.text_files import text_of

    if path.is_dir() or path.suffix.lower() not in (".json", ".csv"):
        words = "prices come from a price map of litellm or llm-prices (.json) or from a .csv file."
        raise UnusablePath(f"{path}: {words}")
    try:
        text = text_of(path)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text. Save it as UTF-8 (in Excel: CSV UTF-8).") from None
    if path.suffix.lower() == ".json":
        name = printable(path.name)
        entries = parsed(text, name)
        found = (llm_prices if is_llm_prices(entries) else litellm_prices)(entries, name, day)
        return found.rows, found.left_out
    rows = read_rows(text, printable(path.name), source=printable(path.name), read_on=day)
    if not rows:
        raise InvalidInput(f"{path} holds no price below its titles.")
    return rows, []


def _read_models(path: Path, day: date) -> list[OpenModel]:
    """The open models of a table of them; empty where the file is no such table."""
    from roi_engine.errors import printable
    from roi_engine.prices.open_models import MARK, read_models
    from roi_engine.text_files import text_of

    if path.is_dir() or path.suffix.lower() != ".csv":
        return []
    try:
        text = text_of(path)
    except UnicodeDecodeError:
        return []  # told where prices are read
    if not any(MARK in line.lower() for line in text.splitlines()[:2]):  # the first may be sep=;
        return []
    name = printable(path.name)
    models = read_models(text, name, source=name, read_on=day)
    if not models:
        raise InvalidInput(f"{path} holds no model below its titles.")
    return models


def _import_models(models: Sequence[OpenModel], prices_file: Path, json: bool) -> None:
    """Puts open models beside the user's prices; those of the same names are replaced."""
    from addin.shell.output_file import write_file
    from roi_engine.prices.open_models import USER_FILE, forget_models, models_as_csv, read_models
    from roi_engine.text_files import text_of

    own = prices_file.with_name(USER_FILE)
    with _alone(own):
        before = read_models(text_of(own), str(own)) if own.exists() else []
        kept = {model.name.lower(): model for model in (*before, *models)}
        write_file(own, models_as_csv(list(kept.values())).encode(), force=True, elsewhere=ELSEWHERE)
        forget_models()
    if json:
        print_json({"file": str(own), "models": [model.name for model in models]})
    elif not is_on("quiet"):
        print_line(f"Read {len(models):,} open models. Wrote {own}.")


@contextmanager
def _alone(own: Path) -> Iterator[None]:
    """Lets one import at a time change the table.

    Each import takes the table that the one before it left.
    """
    from filelock import FileLock, Timeout

    try:
        own.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusablePath(
            f"The folder {own.parent} cannot be made: {error.strerror}. Make it, or {ELSEWHERE}."
        ) from None
    try:
        with FileLock(own.with_name(LOCK), timeout=PATIENCE):
            yield
    except Timeout:
        raise UnusablePath(f"Another import is changing {own}. Wait until it has ended, and run again.") from None
    except OSError as error:
        raise UnusablePath(f"{own.parent} cannot be written: {error.strerror}. Or {ELSEWHERE}.") from None


def _replace(own: Path, rows: Sequence[PriceRow]) -> None:
    """Writes the table once it has been read back, and keeps the one that it replaces."""
    from addin.shell.output_file import write_file
    from roi_engine.errors import PriceTableError
    from roi_engine.prices.price_file import read_rows, rows_as_csv

    text = rows_as_csv(rows)
    try:
        same = read_rows(text, own.name) == list(rows)
    except PriceTableError as error:
        words = "With these prices the table could not be read again. Nothing was written."
        raise InvalidInput(words, *error.args) from None
    if not same:
        raise InvalidInput("With these prices the table would be read back otherwise. Nothing was written.")
    if own.exists():
        write_file(own.with_name(REPLACED), own.read_bytes(), force=True, elsewhere=ELSEWHERE)
    write_file(own, text.encode(), force=True, elsewhere=ELSEWHERE)


def _as_dict(row: PriceRow | OpenModel) -> dict[str, Any]:
    from dataclasses import asdict

    return {key: str(value) if isinstance(value, date) else value for key, value in asdict(row).items()}


def _columns(
    title: str, kinds: Sequence[str], names: Iterable[str], periods: Callable[[str, str], list[PriceRow]]
) -> list[str]:
    """A line for each name with its newest figures; nothing where there is no name."""
    rows = []
    for name in names:
        newest = [of_kind[-1] for of_kind in (periods(name, kind) for kind in kinds) if of_kind]
        by_kind = {row.kind: f"{row.value:g}" for row in newest}
        currency = next((row.currency for row in newest if row.currency), "")
        rows.append([name, *(by_kind.get(kind, "") for kind in kinds), currency])
    if not rows:
        return []
    return _table(
        (title, *(kind.replace("_", " ") for kind in kinds), "currency"), rows, right=range(1, len(kinds) + 1)
    )


def _shapes(models: Iterable[OpenModel]) -> list[str]:
    """A line for each open model; nothing where there is none."""
    columns = ("params_b", "active_b", "layers", "hidden", "heads", "kv_heads", "head_dim", "experts", "context")
    rows = [[each.name, *(f"{getattr(each, column):g}" for column in columns), each.licence] for each in models]
    if not rows:
        return []
    titles = ("open model", *(column.replace("_", " ") for column in columns), "licence")
    return _table(titles, rows, right=range(1, len(columns) + 1))


def _cells(row: PriceRow) -> list[str]:
    dates = (str(each) if each else "" for each in (row.from_date, row.to_date, row.read_on))
    return [row.kind.replace("_", " "), f"{row.value:.15g}", row.currency, *dates, row.source]


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int]) -> list[str]:
    """Lines with common columns; those named are ranged right."""
    aligned_right = set(right)
    widths = [max(len(line[at]) for line in (titles, *rows)) for at in range(len(titles))]

    def line(cells: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if at in aligned_right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(placed).rstrip()

    return [line(titles), *map(line, rows)]


def _print_tables(tables: Sequence[Sequence[str]]) -> None:
    """Prints tables of lines, an empty line between them; the titles are bold."""
    for number, (titles, *lines) in enumerate(tables):
        if number:
            print_line()
        print_line(titles, bold=True)
        for line in lines:
            print_line(line)


def _note_age(tables: PriceTables) -> None:
    """Says on standard error how old the tables are."""
    if is_on("quiet"):
        return
    days = (date.today() - tables.read_on).days
    age = "read today" if days <= 0 else f"{days:,} day{'s' * (days != 1)} old"
    where = tables.own_file or "as shipped"
    print_line(err=True)
    print_line(f"Price table of {tables.read_on} ({where}), {age}.", err=True)
