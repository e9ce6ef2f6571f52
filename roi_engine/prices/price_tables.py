"""The price tables in use: the shipped or the user's own, read once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from roi_engine.errors import FtRoiError, PriceTableError, Problem, UnknownName, did_you_mean, nearest_names
from roi_engine.prices.price_file import read_rows
from roi_engine.prices.price_row import GPU_FACT_KINDS, GPU_KINDS, PriceRow, is_money, plain_name
from roi_engine.prices.whole_words import named
from roi_engine.text_files import text_of

SHIPPED = tuple(resources.files(__package__).joinpath(name) for name in ("api_models.csv", "gpus.csv"))
"""The tables that come with the program."""

FOLDER_VARIABLE = "FT_ROI_PRICES"
"""The environment variable that names another folder for the user's own table."""

USER_FILE = "prices.csv"


class PriceTable:
    """The rows of API models, or those of GPUs, by name and kind.

    >>> price_tables().models.row("gpt-4.1", "input").value
    2.0
    """

    def __init__(self, noun: str, rows: Iterable[PriceRow]) -> None:
        self.noun = noun
        self.rows = tuple(rows)
        self._periods: dict[str, dict[str, list[PriceRow]]] = {}
        for row in self.rows:
            self._periods.setdefault(row.name.lower(), {}).setdefault(row.kind, []).append(row)
        for kinds in self._periods.values():
            for periods in kinds.values():
                periods.sort(key=lambda row: row.from_date or date.min)

    @cached_property
    def names(self) -> dict[str, str]:
        """Every name as written, by its form in small letters, in alphabetical order."""
        return {row.name.lower(): row.name for row in sorted(self.rows, key=lambda row: row.name.lower())}

    def find(self, name: str) -> str:
        """A name as the table has it; raises `UnknownName` with the nearest ones."""
        word = plain_name(name).lower()
        if word in self._periods:
            return self.names[word]
        near = [self.names[each] for each in nearest_names(word, self._periods)]
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise UnknownName(f'There is no {self.noun} "{name}" in the price table.{hint}')

    def kinds(self, name: str) -> list[str]:
        """The kinds of figures that there are of a name."""
        return list(self._periods[self.find(name).lower()])

    def periods(self, name: str, kind: str) -> list[PriceRow]:
        """Every row of a figure, the oldest first; empty where there is none.

        name : of the model or GPU.
        kind : of the figure, such as input or output.
        """
        return self._periods[self.find(name).lower()].get(kind, [])

    def row(self, name: str, kind: str, as_of: date | None = None) -> PriceRow:
        """The row of a figure that holds on a day; the newest where no day is given.

        name : of the model or GPU.
        kind : of the figure, such as input or output.
        as_of : the day.
        Raises `UnknownName` for an unknown name, for a figure that it does not have, and where no row holds then.
        """
        periods = self.periods(name, kind)
        if not periods:
            raise UnknownName(
                f'{self.find(name)} has no figure "{kind}" in the price table. It has: {", ".join(self.kinds(name))}.'
            )
        if as_of is None:
            return periods[-1]
        for row in periods:
            if row.holds_on(as_of):
                return row
        spans = ", ".join(f"{row.from_date or '…'} to {row.to_date or '…'}" for row in periods)
        raise UnknownName(f"{self.find(name)}: no {kind} is known for {as_of}. Known: {spans}.")


ALSO = {
    "A100": "A100 80GB",
    "A100 SXM": "A100 80GB",
    "A100 SXM 80GB": "A100 80GB",
    "A100 SXM 40GB": "A100 40GB",
    "H100 SXM 80GB": "H100 SXM",
    "H100 80GB HBM3": "H100 SXM",
    "H100 PCIe 80GB": "H100 PCIe",
    "H100 NVL 94GB": "H100 NVL",
    "H200 SXM": "H200",
    "GH200 96GB": "GH200",
    "GH200 120GB": "GH200",
    "GH200 480GB": "GH200",
    "RTX A6000": "A6000",
}
"""Other names of GPUs. A100 alone is the one of 80 GB with NVLink, as it is in most offers.

H100 80GB HBM3 is what the driver calls the one with NVLink; 120 and 480 GB are those of the GH200's processor.
"""

_NOT_OF_THE_NAME = frozenset({"nvidia", "amd", "geforce", "tesla", "instinct", "hgx", "dgx", "gpu", "generation"})
"""Words before and behind a GPU's name: its maker, its series, the machine that it is sold in."""
_SXM = re.compile(r"\bsxm[2-6]\b", re.IGNORECASE)


def _without_maker(name: str) -> str:
    """A name of a GPU without its maker's words.

    >>> _without_maker("NVIDIA A100-SXM4-80GB"), _without_maker("NVIDIA GeForce RTX 4090")
    ('A100 SXM 80GB', 'RTX 4090')
    """
    words = [word for word in re.split(r"[\s_-]+", name) if word.lower() not in _NOT_OF_THE_NAME]
    return _SXM.sub("SXM", " ".join(words))


class GpuTable(PriceTable):
    """The rows of GPUs, whose names may be shortened to words that one of them has.

    Whole words count: L4 is not the L40S, and a 4090 is an RTX 4090. A maker's words do not.

    >>> price_tables().gpus.find("a100"), price_tables().gpus.find("h100-sxm5"), price_tables().gpus.find("NVIDIA L4")
    ('A100 80GB', 'H100 SXM', 'L4')
    """

    def __init__(self, noun: str, rows: Iterable[PriceRow]) -> None:
        super().__init__(noun, rows)
        self._found: dict[str, str] = {}

    def find(self, name: str) -> str:
        """A name as the table has it; raises `UnknownName` with the nearest ones."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> str:
        known = list(self.names.values())
        also = {other: each for other, each in ALSO.items() if each in known}
        plain = _without_maker(name)
        meant = named(name, [*known, *also]) or named(plain, [*known, *also])
        found = sorted({also.get(each, each) for each in meant}, key=str.lower)
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownName(f'There are several GPUs "{name}": {", ".join(found)}. Name one of them.')
        hint = did_you_mean(plain.upper(), known)
        raise UnknownName(f'There is no GPU "{name}" in the price table.{hint} Known: {", ".join(known)}.')


class PriceTables:
    """Both tables, and where they were read.

    own_file : the user's file, None where the shipped ones are in use.
    """

    def __init__(self, rows: Sequence[PriceRow], own_file: Path | None = None) -> None:
        self.rows = tuple(rows)
        self.own_file = own_file
        self.models = PriceTable("model", (row for row in rows if row.kind not in GPU_KINDS))
        self.gpus = GpuTable("GPU", (row for row in rows if row.kind in GPU_KINDS))

    @cached_property
    def read_on(self) -> date:
        """The date of the tables: the newest day on which a price of theirs was read."""
        return max((row.read_on for row in self.rows if is_money(row.kind)), default=date.min)


def user_file() -> Path:
    """Where the user's own table stands, or would."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named) / USER_FILE
    from platformdirs import user_data_path

    return user_data_path("ft-roi", appauthor=False) / USER_FILE


def price_tables() -> PriceTables:
    """The tables in use, read when they are first asked for.

    Raises `PriceTableError` with the cure.
    """
    return _tables_in(os.environ.get(FOLDER_VARIABLE))


@lru_cache(maxsize=4)
def _tables_in(folder: str | None) -> PriceTables:
    file = user_file()
    if not file.exists():
        return shipped_tables()
    try:
        rows = read_rows(text_of(file), str(file))
        if not rows:
            raise PriceTableError([Problem(str(file), "It holds no price below its titles.")])
        return PriceTables([*rows, *_facts_beside(rows)], file)
    except (FtRoiError, UnicodeDecodeError) as error:
        cure = Problem("", '"ft-roi prices reset" goes back to the shipped price table.')
        words = str(error) if isinstance(error, FtRoiError) else f"{file}: No UTF-8 text."
        wrong = error.problems if isinstance(error, PriceTableError) else (Problem("", words),)
        raise PriceTableError([cure, *wrong]) from None


def _facts_beside(rows: Sequence[PriceRow]) -> list[PriceRow]:
    """What GPUs can do, as shipped, where a user's table does not say it."""
    told = {row.key for row in rows}
    return [row for row in shipped_tables().rows if row.kind in GPU_FACT_KINDS and row.key not in told]


@lru_cache(maxsize=1)
def shipped_tables() -> PriceTables:
    """The tables that come with the program."""
    return PriceTables([row for file in SHIPPED for row in read_rows(file.read_text("utf-8"), file.name)])


def forget_tables() -> None:
    """Lets the next question read the tables again: the user's file has changed."""
    _tables_in.cache_clear()


def table_date_in_words() -> str:
    """What a version line says about the tables.

    >>> table_date_in_words()[:14]
    'price table 20'
    """
    try:
        return f"price table {price_tables().read_on}"
    except (PriceTableError, OSError):
        return "price table unreadable"
