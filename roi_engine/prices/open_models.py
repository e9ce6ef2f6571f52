"""Open models and their shapes: what estimates of serving and training know."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from roi_engine.errors import PriceTableError, Problem, UnknownName, WrongType, nearest_names, shortened
from roi_engine.prices.price_file import has_decimal_commas, lines_of, with_point
from roi_engine.prices.price_row import plain_name
from roi_engine.prices.price_tables import FOLDER_VARIABLE, user_file
from roi_engine.prices.whole_words import named, words_of
from roi_engine.text_files import text_of

SHIPPED = resources.files(__package__).joinpath("open_models.csv")
USER_FILE = "open_models.csv"
"""The user's own models, beside the user's own prices; what it names takes the place of a shipped model."""

BYTES_OF_16_BITS = 2


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model whose weights one can have, and its shape.

    params_b, active_b : billions of parameters, all of them and those that a token uses.
    layers, hidden, heads, kv_heads, head_dim, intermediate : of the transformer; the last is an expert's where there
        are experts.
    experts, experts_per_token : 0 where every token uses every weight.
    context : tokens of the longest request.
    also : other names of the same shape.
    source, read_on : who says so, and when that was read.
    """

    name: str
    vendor: str
    params_b: float
    active_b: float
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    experts: int
    experts_per_token: int
    context: int
    licence: str
    also: tuple[str, ...]
    source: str
    read_on: date

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes of keys and values that a token leaves in a cache of 16 bits."""
        return 2 * self.layers * self.kv_heads * self.head_dim * BYTES_OF_16_BITS

    @property
    def expert_params_b(self) -> float:
        """Billions of parameters in experts, of which a token uses a share."""
        if not self.experts:
            return 0.0
        return (self.params_b - self.active_b) / (1 - self.experts_per_token / self.experts)

    @property
    def linear_shapes(self) -> list[tuple[int, int, int]]:
        """Inputs, outputs and number of each kind of linear layer.

        Of the attention alone where there are experts.
        """
        wide, narrow = self.heads * self.head_dim, self.kv_heads * self.head_dim
        attention = [
            (self.hidden, wide, self.layers),
            (self.hidden, narrow, 2 * self.layers),
            (wide, self.hidden, self.layers),
        ]
        network = [(self.hidden, self.intermediate, 2 * self.layers), (self.intermediate, self.hidden, self.layers)]
        return attention if self.experts else attention + network

    @property
    def evidence(self) -> str:
        """Where the shape comes from, with its date."""
        return f"{self.name}, read {self.read_on}, {self.source}"


COLUMNS = tuple(field.name for field in fields(OpenModel))
_TEXTS = ("name", "vendor", "licence", "source")
_NUMBERS = tuple(each for each in COLUMNS if each not in (*_TEXTS, "also", "read_on"))
_MAY_BE_0 = ("experts", "experts_per_token")
_MAY_BE_EMPTY = ("vendor", "licence", "also", *_MAY_BE_0)
MARK = "kv_heads"
"""A title that no table of prices has."""


class OpenModels:
    """Models by name; a name may be shortened to words that one model has.

    >>> open_models().find("llama 3.1 8B instruct").layers
    32
    """

    def __init__(self, models: Iterable[OpenModel]) -> None:
        self.models = {model.name: model for model in models}
        self.also = {other: model.name for model in self.models.values() for other in model.also}

    def find(self, name: str) -> OpenModel:
        """The model of a name; raises `UnknownName` with the nearest ones."""
        shown = shortened(name)
        found = named(" ".join(_plain(shown)), self.models, self.also)
        if len(found) == 1:
            return self.models[found[0]]
        if found:
            raise UnknownName(f'There are several models "{shown}": {", ".join(found)}. Name one of them.')
        near = self._within(shown) or self._like(shown)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise UnknownName(f'There is no open model "{shown}" in the table of models.{hint}')

    def as_called(self, name: str) -> OpenModel:
        """The model of a name, called by that of its other names which was meant.

        For an estimate, so that its evidence does not name a model that nobody typed. Raises as `find` does.

        >>> open_models().as_called("llama 3.3 70b instruct").name
        'Llama-3.3-70B (shaped as Llama-3.1-70B)'
        """
        model, words = self.find(name), words_of(" ".join(_plain(shortened(name))))
        other = next((each for each in model.also if words_of(" ".join(_plain(each))) == words), "")
        return replace(model, name=f"{other} (shaped as {model.name})") if other else model

    def _within(self, name: str) -> list[str]:
        """The models whose words a name has beside others.

        Of several those with the most words: Llama-3.1-8B and not Llama-3-8B.
        """
        typed = set(words_of(" ".join(_plain(name))))
        words = {each: set(words_of(each)) for each in self.models}
        most = max((len(each) for each in words.values() if each <= typed), default=0)
        return [name for name, each in words.items() if each <= typed and len(each) == most]

    def _like(self, name: str) -> list[str]:
        """The models that are spelt nearly so."""
        forms = {each.lower(): each for each in (*self.models, *self.also)}
        return [forms[each] for each in nearest_names("-".join(_plain(name)).lower(), forms)]


def _plain(name: str) -> list[str]:
    """The words of a name without those of its publisher and tuning.

    The shape is that of its base.
    """
    words = name.rpartition("/")[2].replace("-", " ").replace("_", " ").split()
    return [word for word in words if word.lower() not in ("meta", "instruct", "chat", "it", "base", "hf")]


def open_models() -> OpenModels:
    """The shipped models and the user's own, read when they are first asked for.

    Raises `PriceTableError` with the cure.
    """
    return _models_in(os.environ.get(FOLDER_VARIABLE))


@lru_cache(maxsize=4)
def _models_in(folder: str | None) -> OpenModels:
    own = user_file().with_name(USER_FILE)
    try:
        added = read_models(text_of(own), str(own)) if own.exists() else []
    except UnicodeDecodeError:
        raise PriceTableError([Problem(str(own), "No UTF-8 text.")]) from None
    return OpenModels({model.name.lower(): model for model in (*shipped_models(), *added)}.values())


@lru_cache(maxsize=1)
def shipped_models() -> tuple[OpenModel, ...]:
    """The models that come with the program."""
    return tuple(read_models(SHIPPED.read_text("utf-8"), SHIPPED.name))


def forget_models() -> None:
    """Lets the next question read the models again: the user's file has changed."""
    _models_in.cache_clear()


def read_models(text: str, place: str, *, source: str = "", read_on: date | None = None) -> list[OpenModel]:
    """The models of a table with the titles `COLUMNS`, in any order.

    text : CSV, as one of prices; vendor, licence, also and the experts may be left out.
    place : what problems name as the file.
    source, read_on : what stands for empty cells of these columns.
    Raises `PriceTableError` with every problem.
    """
    lines, first, delimiter = lines_of(text, place)
    titles = [title.strip().lower() for title in lines[0]] if lines else []
    given = {"source": source, "read_on": read_on.isoformat() if read_on else ""}
    missing = [
        title for title in COLUMNS if title not in titles and title not in _MAY_BE_EMPTY and not given.get(title)
    ]
    unknown = [title for title in titles if title not in COLUMNS]
    if missing or unknown:
        wrong = "; ".join(
            f"{words} {', '.join(names)}" for words, names in (("no", missing), ("unknown", unknown)) if names
        )
        raise PriceTableError(
            [Problem(f"{place}, line {first - 1}", f"Columns: {wrong}. Known: {', '.join(COLUMNS)}.")]
        )
    models: dict[str, OpenModel] = {}
    problems: list[Problem] = []
    commas = delimiter != "," and has_decimal_commas(titles, lines[1:], _NUMBERS)
    for number, line in enumerate(lines[1:], first):
        cells = {title: cell.strip() for title, cell in zip(titles, line, strict=False)}
        if commas:
            cells |= {title: with_point(cell) for title, cell in cells.items() if title in _NUMBERS}
        cells |= {title: value for title, value in given.items() if not cells.get(title)}
        found = _model(cells, f"{place}, line {number}", problems)
        if found is not None and found.name.lower() in models:
            problems.append(Problem(f"{place}, line {number}", f"{found.name} stands twice. Keep one of the two."))
        elif found is not None:
            models[found.name.lower()] = found
    if problems:
        raise PriceTableError(problems)
    return list(models.values())


def _model(cells: Mapping[str, str], place: str, problems: list[Problem]) -> OpenModel | None:
    """The model of a line; None, and problems more, where it is wrong."""
    before = len(problems)
    values: dict[str, Any] = {}
    for field in fields(OpenModel):
        text = cells.get(field.name, "")
        try:
            values[field.name] = _value(field.name, text)
        except ValueError as error:
            problems.append(Problem(f"{place}, {field.name}", str(error)))
    if len(problems) > before:
        return None
    if values["active_b"] > values["params_b"] or values["experts_per_token"] > values["experts"]:
        problems.append(Problem(place, "A token uses no more parameters or experts than there are."))
    elif (values["active_b"] < values["params_b"]) != bool(values["experts"]) or (
        values["experts"] and values["experts_per_token"] in (0, values["experts"])
    ):
        problems.append(
            Problem(place, "A model whose tokens use a part of its parameters has experts, others have none.")
        )
    return OpenModel(**values) if len(problems) == before else None


def _value(column: str, text: str) -> Any:
    if column == "also":
        return tuple(plain_name(each) for each in text.split(";") if each.strip())
    if not text and column not in _MAY_BE_EMPTY:
        raise ValueError("Missing.")
    if column in _TEXTS:
        if not text.isprintable():
            raise ValueError("A text that can be printed belongs here.")
        return plain_name(text)
    if column == "read_on":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'"{shortened(text)}" is no date. Write year-month-day: 2026-08-05.') from None
    return _number(column, text)


def _number(column: str, text: str) -> float:
    whole = not column.endswith("_b")
    try:
        value = (int if whole else float)(text or "0")
    except ValueError:
        raise ValueError(f'"{shortened(text)}" is no {"whole " if whole else ""}number.') from None
    least = 0 if column in _MAY_BE_0 else 1e-6
    if not least <= value <= 1e7:
        raise ValueError(f"{text} is no number {'of at least 0' if least == 0 else 'above 0'} that a model has.")
    return value


def own_shape(rows: Iterable[Sequence[Any]]) -> OpenModel:
    """The model of a shape that somebody types.

    Labels, which are titles of the table, and values beside them.

    rows : of two or more cells. The active parameters are all of them where nothing else is said.
    Raises `WrongType` with every problem.

    >>> own_shape([["layers", 16], ["hidden", 2048], ["heads", 32], ["KV heads", 8], ["head dim", 64],
    ...            ["params_b", 1.236]]).active_b
    1.236
    """
    cells = {"name": "own shape", "source": "typed", "read_on": date.min.isoformat(), "context": "10000000"}
    cells["intermediate"] = "1"
    problems: list[Problem] = []
    for label, value, *_ in rows:
        title = "_".join(str(label or "").lower().split())
        if title in _TYPED:
            cells[title] = f"{value:.15g}" if isinstance(value, (int, float)) else str(value or "")
        elif title:
            problems.append(Problem("model", f'A shape has no "{label}". Known: {", ".join(_TYPED)}.'))
    cells.setdefault("active_b", cells.get("params_b", ""))
    found = _model(cells, "model", problems)
    if found is None or problems:
        raise WrongType(*map(str, problems))
    return found


_TYPED = (
    "params_b", "active_b", "layers", "hidden", "heads", "kv_heads", "head_dim", "intermediate", "experts",
    "experts_per_token", "context",
)  # fmt: skip
"""What a shape that is typed may say."""


def models_as_csv(models: Sequence[OpenModel]) -> str:
    """Models as the text of a file that `read_models` reads back."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for model in models:
        writer.writerow(["; ".join(model.also) if column == "also" else getattr(model, column) for column in COLUMNS])
    return text.getvalue()
