"""Quantities: what kind of number an input or a result is.

One object answers everything about a number: its unit, its bounds, whether it is whole, and the sentence
that says what is wrong with a value. Number formats, validation rules and host types are maps over
quantities in the packages above this one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from numbers import Real
from typing import Any, Literal

from roi_engine.cell_errors import CELL_ERRORS, YOUNGER_ERRORS
from roi_engine.errors import FtRoiError, OutOfRange, WrongType, shortened
from roi_engine.value import ROUNDING
from roi_engine.written_numbers import (
    in_percent,
    in_points,
    is_another_unit,
    is_converted,
    meant_by,
    names_other_currency,
)

Kind = Literal["money", "price", "fraction", "months", "count", "number", "ratio", "date", "text", "yes_no", "table"]


ERROR_REDUCTION = "error reduction"
OPEN_STEP = 1e-9
"""How far inside a bound that is itself not allowed the engine and its sheets stay."""


@dataclass(frozen=True)
class Quantity:
    """A kind of number.

    unit : may hold ``{currency}``. A bound that is ``open`` is itself not allowed.

    >>> SHARE.check(0.12)
    0.12
    >>> MONTHS.check(12.5)
    Traceback (most recent call last):
    roi_engine.errors.OutOfRange: 12.5 is not a whole number. Type 12 or 13.
    """

    name: str
    unit: str
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """The value as the engine wants it, or an error with a sentence.

        Returns a float, an int where whole, or a text. Raises `WrongType` or `OutOfRange`.
        """
        if type(value) is float and self.low < value < self.high and self._takes_floats:
            return value
        if self.choices:
            return self._check_choice(value)
        if self.kind == "text":
            if not isinstance(value, str):
                raise WrongType(f"{_shown(value)} is not a text. Put it in quotation marks.")
            return _storable(value)
        if self.kind == "date":
            return _day(value)
        if isinstance(value, bool) or not isinstance(value, Real):
            raise WrongType(f"{_shown(value)} is not a number.{self._hint(value)}")
        try:
            finite = math.isfinite(value)
        except OverflowError:  # a whole number of hundreds of digits
            raise OutOfRange(f"The number is too large. Type a number {self.range_in_words}.") from None
        if not finite:
            raise WrongType(f"{value} is not a finite number. Type a number {self.range_in_words}.")
        if self.whole:
            value = self._nearest_whole(value)
        if value < self.low or (self.low_open and value <= self.low):
            raise OutOfRange(self._outside(value, "below", self.low, self.low_open))
        if value > self.high or (self.high_open and value >= self.high):
            raise OutOfRange(self._outside(value, "above", self.high, self.high_open))
        return int(value) if self.whole else float(value)

    def _hint(self, value: Any) -> str:
        """For a text that looks like a number: how to type it."""
        if not isinstance(value, str):
            return ""
        guesses = self._legal_guesses(value)
        if not guesses:
            return f" {self.asked_for(value)}" if any(letter.isdigit() for letter in value) else ""
        if len(guesses) == 1 and not re.search(r"[^\W\d_]", value) and guesses == self._meant(value):
            return f" Type {guesses[0]:.15g} without quotation marks."
        return f" Did you mean {' or '.join(self.guesses(value))}? Type the number without quotation marks."

    def guesses(self, text: str, currency: str = "") -> list[str]:
        """The legal numbers that a text may mean, each as it is told.

        currency : the scenario's, where it is known; what is written in another one is no amount in it.

        >>> SHARE.guesses("12 %"), MONTHS.guesses("2 years"), CALLS.guesses("5 million"), GIGABYTES.guesses("28 apples")
        (['12 % (0.12)'], ['24 months'], ['5000000'], [])
        """
        unit = _said(self.unit) if is_converted(text, self.unit) else ""
        return [
            f"{guess * 100:.12g} % ({guess:.12g})" if self.kind == "fraction" and guess != 0 else f"{guess:.15g}{unit}"
            for guess in self._legal_guesses(text, currency)
        ]

    def _meant(self, text: str) -> list[float]:
        return meant_by(text, self.unit, share=self.kind == "fraction")

    def _legal_guesses(self, text: str, currency: str = "") -> list[float]:
        """The legal numbers that a text may mean; a share may be written in per cent."""
        if (in_points(text) and self.name == ERROR_REDUCTION) or self._is_other_money(text, currency):
            return []
        candidates: list[float] = []
        for number in self._meant(text):
            in_shares = self.kind != "fraction" or in_percent(text) or abs(number) <= 1
            candidates += [number] if in_shares else [number / 100, number]
        return [guess for guess in dict.fromkeys(candidates) if self._allows(guess)]

    def _allows(self, number: float) -> bool:
        try:
            self.check(number)
        except FtRoiError:
            return False
        return True

    def _is_other_money(self, text: str, currency: str) -> bool:
        return "{currency}" in self.unit and names_other_currency(text, currency)

    def in_its_currency(self, value: Any, currency: str) -> Any:
        """The value, as in a scenario of a currency.

        Raises `WrongType` for money of another one.

        >>> MONEY.in_its_currency("3000 EUR", "USD")
        Traceback (most recent call last):
        roi_engine.errors.WrongType: "3000 EUR" is not a number. Type the amount in USD, the number alone.
        """
        if isinstance(value, str) and self._is_other_money(value, currency):
            raise WrongType(f"{_shown(value)} is not a number. {self.asked_for(value, currency)}")
        return value

    def asked_for(self, text: str, currency: str = "") -> str:
        """What to type in place of a text that may mean nothing here."""
        if self._is_other_money(text, currency):
            return f"Type the amount in {currency}, the number alone."
        if in_points(text) and self.name == ERROR_REDUCTION:
            return "Points of accuracy are not the share of errors that disappears: FT_ERRORCUT turns them into it."
        return f"Type a number {self.range_in_words}."

    def of_another_unit(self, written: str, currency: str = "") -> str:
        """What is wrong with a figure beside which a unit is written.

        Empty where nothing is.

        written : the unit as it stands there.
        currency : the scenario's, where it is known.

        >>> MONTHS.of_another_unit("years"), MONTHS.of_another_unit("months")
        ('"years" is written beside it, and it counts in months. Convert the figure, and write months beside it.', '')
        """
        if not written or self.kind == "text":
            return ""
        points = self.name == ERROR_REDUCTION and in_points(written)
        if not points and not is_another_unit(written, self.unit, currency):
            return ""
        own = self.unit_in(currency or "currency")
        cure = self.asked_for(written) if points else f"Convert the figure, and write {own} beside it."
        return f'"{shortened(written)}" is written beside it, and it counts in {own}. {cure}'

    @cached_property
    def _takes_floats(self) -> bool:
        """Whether a float between the bounds is legal as it is: most checks are of those."""
        return not (self.choices or self.whole or self.kind in ("text", "date"))

    @staticmethod
    def _nearest_whole(value: Any) -> int:
        """A whole number that calculation left beside itself: 2.0000000000000004 is 2."""
        nearest: int = round(value)
        if abs(value - nearest) > ROUNDING * max(1, abs(nearest)):
            below = math.floor(value)
            raise OutOfRange(f"{in_figures(value)} is not a whole number. Type {below} or {below + 1}.")
        return nearest

    def _check_choice(self, value: Any) -> str:
        if not isinstance(value, str):
            raise WrongType(f"{_shown(value)} is not a text. {self._choose()}")
        word = as_choice(value)
        if word not in self.choices:
            raise OutOfRange(f'"{value}" is not one of the choices. {self._choose()}')
        return word

    def _choose(self) -> str:
        return "Choose " + " or ".join(f'"{choice}"' for choice in self.choices) + "."

    def _outside(self, value: float, side: str, bound: float, bound_open: bool) -> str:
        shown, end = in_figures(value), in_figures(bound)
        problem = f"{shown} is not {_other(side)} {end}." if bound_open else f"{shown} is {side} {end}."
        if self.kind == "fraction" and 1 < value <= 100 and value / 100 <= self.high:
            return f"{problem} Did you mean {value:g} % ({value / 100:g})?"
        return f"{problem} Type a {'whole ' if self.whole else ''}number {self.range_in_words}."

    @property
    def range_in_words(self) -> str:
        """The legal range as a phrase.

        Such as ``from 1 to 600`` or ``above -1 and at most 9``.

        >>> MONTHS.range_in_words
        'from 1 to 600'
        """
        if self.low == -math.inf and self.high == math.inf:
            return "of any size"
        if self.low == -math.inf:
            return f"{'below' if self.high_open else 'of at most'} {in_figures(self.high)}"
        if self.high == math.inf:
            return f"{'above' if self.low_open else 'of at least'} {in_figures(self.low)}"
        if not self.low_open and not self.high_open:
            return f"from {in_figures(self.low)} to {in_figures(self.high)}"
        low = f"{'above' if self.low_open else 'of at least'} {in_figures(self.low)}"
        return f"{low} and {'below' if self.high_open else 'at most'} {in_figures(self.high)}"

    def clamp(self, value: float) -> float:
        """The nearest legal value; `OPEN_STEP` inside a bound that is not allowed."""
        if value <= self.low:
            return self.low + OPEN_STEP * self.low_open
        if value >= self.high:
            return self.high - OPEN_STEP * self.high_open
        return value

    def unit_in(self, currency: str) -> str:
        """The unit with the currency written in."""
        return self.unit.replace("{currency}", currency).lstrip()


@dataclass(frozen=True)
class MonthOfYear(Quantity):
    """A month of a year as a text such as 2027-01, or the empty text.

    What a cell makes of such a text, a date or its serial number, means the month in which that day lies.

    >>> START_MONTH.check("2027-1"), START_MONTH.check(46388)
    ('2027-01', '2027-01')
    """

    def check(self, value: Any) -> str:
        """The month as YYYY-MM, or the empty text; raises `WrongType` or `OutOfRange`."""
        if isinstance(value, str):
            text = _storable(value).strip()
            if not text:
                return ""
            found = _YEAR_AND_MONTH.fullmatch(text)
            if found is None and (meant := month_meant(text)):
                raise OutOfRange(f"{_shown(value)} is no month as it is written here. Did you mean {meant}?")
            year, month = (int(found[1]), int(found[2])) if found else (0, 0)
        else:
            try:
                day = _day(value)
            except WrongType:
                raise WrongType(f"{_shown(value)} is no month. {_TYPE_A_MONTH}") from None
            year, month = day.year, day.month
        if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
            raise OutOfRange(f"{_shown(value)} is no month from {FIRST_YEAR} to {LAST_YEAR}. {_TYPE_A_MONTH}")
        return f"{year}-{month:02}"


@dataclass(frozen=True)
class Currency(Quantity):
    """A currency as its code: trimmed, in capital letters.

    >>> CURRENCY.check(" usd "), CURRENCY.check("US$"), CURRENCY.check("Euro")
    ('USD', 'USD', 'EUR')
    """

    def check(self, value: Any) -> str:
        """The code; raises `WrongType` for what is no text."""
        return currency_code(super().check(value))


@dataclass(frozen=True)
class Draws(Quantity):
    """A number of draws: a multiple of the least.

    >>> DRAWS.check(16384.0)
    16384
    """

    def check(self, value: Any) -> int:
        """The number. Raises `OutOfRange` with the multiples beside it."""
        count: int = super().check(value)
        least = int(self.low)
        if below := count % least:
            down = count - below
            raise OutOfRange(f"{count:,} is no multiple of {least}. Type {down:,} or {down + least:,}.")
        return count

    def _outside(self, value: float, side: str, bound: float, bound_open: bool) -> str:
        taken = f"Type a multiple of {self.low:,} from {self.low:,} to {self.high:,}."
        return f"{value:,} is {side} {bound:,}. {taken}"


def currency_code(text: str) -> str:
    """The code that a currency is written for, as people write it."""
    written = text.strip().upper()
    return _CURRENCY_CODES.get(written, written)


_CURRENCY_CODES = {"$": "USD", "US$": "USD", "€": "EUR", "EURO": "EUR", "£": "GBP"}


def month_meant(text: str) -> str:
    """The month that a text may mean, as YYYY-MM, or the empty text.

    >>> [month_meant(text) for text in ("January 2027", "sept. 2027", "3/2027", "2027/3")]
    ['2027-01', '2027-09', '2027-03', '2027-03']
    >>> [month_meant(text) for text in ("May", "sept. 27", "2027", "13/2027", "Marsh 2027", "1/2/2027")]
    ['', '', '', '', '', '']
    """
    found = _WRITTEN_MONTH.fullmatch(text.strip().lower()) if len(text) <= LONGEST_MONTH else None
    years = [] if found is None else [each for each in (found["first"], found["year"]) if each]
    if found is None or len(years) != 1:
        return ""
    word, year = found["word"], years[0]
    named = [number for number, name in enumerate(_MONTHS, start=1) if word and word in (name, name[:3], name[:4])]
    month = next(iter(named), int(found["month"] or 0))
    return f"{year}-{month:02}" if 1 <= month <= 12 and FIRST_YEAR <= int(year) <= LAST_YEAR else ""


_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
LONGEST_MONTH = 20
"""Letters of a text that is looked at."""
_WRITTEN_MONTH = re.compile(
    r"(?:(?P<first>\d{4})[/. ]+)?(?:(?P<word>[a-z]+)\.?|(?P<month>\d{1,2}))(?:[-/., ]+(?P<year>\d{4}))?", re.ASCII
)
FIRST_YEAR, LAST_YEAR = 2000, 2199
_YEAR_AND_MONTH = re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?")
_TYPE_A_MONTH = "Type year and month, such as 2027-01."


def month_of_year(start_month: str, month: int) -> str:
    """The calendar month of a month of the horizon.

    Empty for month 0, and where no start is known.

    >>> month_of_year("2027-11", 1), month_of_year("2027-11", 3), month_of_year("", 3)
    ('2027-11', '2028-01', '')
    """
    if not start_month or month == 0:
        return ""
    year, first = start_month.split("-")
    months = int(year) * 12 + int(first) - 1 + month - 1
    return f"{months // 12}-{months % 12 + 1:02}"


_SERIAL_ZERO = date(1899, 12, 30)
"""The day before day 1 of a sheet's dates, from March 1900 on (Excel counts a 29 February 1900)."""


def _day(value: Any) -> date:
    """A day from what a cell may hold of one: a serial number, a text, a date.

    >>> _day(46239), _day("2026-08-05")
    (datetime.date(2026, 8, 5), datetime.date(2026, 8, 5))
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip())
        if isinstance(value, Real) and not isinstance(value, bool):
            return _SERIAL_ZERO + timedelta(days=math.floor(float(value)))
    except (ValueError, OverflowError):
        pass
    raise WrongType(f"{_shown(value)} is no date. Type one, or a text such as 2026-08-05.")


LONGEST_TEXT = 32_767
"""Letters that a cell of a sheet can hold."""

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ERROR_VALUES = CELL_ERRORS.keys() | YOUNGER_ERRORS


def as_choice(text: str) -> str:
    """A text as choices are written: in small letters, _ for spaces and hyphens.

    >>> as_choice(" Self-Hosted "), as_choice("PERT")
    ('self_hosted', 'pert')
    """
    return "_".join(text.lower().split()).replace("-", "_")


def _storable(text: str) -> str:
    """The text, where a cell of a sheet can hold it.

    Raises `WrongType` with the place of the first character that it cannot hold.
    """
    found = _UNSTORABLE.search(text)
    if found:
        place = f"letter {found.start() + 1:,} (U+{ord(found[0]):04X})"
        raise WrongType(f"The text holds a control character that no sheet can show: {place}. Type it anew.")
    if len(text) > LONGEST_TEXT:
        raise WrongType(f"The text has {len(text):,} letters, and a cell holds {LONGEST_TEXT:,}. Shorten it.")
    if text.strip().upper() in _ERROR_VALUES:
        raise WrongType(f'"{text}" is what a sheet shows for an error. Write another text.')
    return text


def _said(unit: str) -> str:
    """A unit after a number that was reckoned into it."""
    return f" a {unit.rpartition('/ ')[2]}" if "/ " in unit else f" {unit}"


def in_figures(number: float) -> str:
    """A number in a sentence.

    A large one has all of its digits, while they can be read.

    >>> in_figures(0.1), in_figures(600.0), in_figures(1_000_000_000), in_figures(1e300)
    ('0.1', '600', '1,000,000,000', '1e+300')
    """
    text = f"{number:,g}"
    return f"{number:,.15g}" if "e+" in text and abs(number) < LONGEST_IN_DIGITS else text


LONGEST_IN_DIGITS = 1e15


def _other(side: str) -> str:
    return "above" if side == "below" else "below"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "An empty value"
    if isinstance(value, str):
        return f'"{shortened(value)}"'
    if isinstance(value, (dict, list, tuple)):
        return "A table" if isinstance(value, dict) else "A list"
    return shortened(str(value))


def _at_least_zero(name: str, unit: str, kind: Kind) -> Quantity:
    return Quantity(name, unit, kind, low=0)


TEXT = Quantity("text", "", "text")
CURRENCY = Currency("currency", "", "text")
START_MONTH = MonthOfYear("month of a year", "year-month", "text")
DATE = Quantity("date", "", "date")
YES_NO = Quantity("yes or no", "", "yes_no")
TABLE = Quantity("table", "", "table")

# inputs and results that count money
MONEY = _at_least_zero("money", "{currency}", "money")
SIGNED_MONEY = Quantity("signed money", "{currency}", "money")
MONEY_PER_MONTH = _at_least_zero("money per month", "{currency} / month", "money")
SIGNED_MONEY_PER_MONTH = Quantity("signed money per month", "{currency} / month", "money")
MONEY_PER_CALL = _at_least_zero("money per call", "{currency} / call", "price")
GPU_HOUR_PRICE = _at_least_zero("price of a GPU-hour", "{currency} / GPU-hour", "price")
MONEY_PER_HOUR = _at_least_zero("money per hour", "{currency} / hour", "price")
GB_MONTH_PRICE = _at_least_zero("price of storage", "{currency} / GB-month", "price")
PRICE_PER_1K = _at_least_zero("price per 1,000 tokens", "{currency} / 1k tokens", "price")
PRICE_PER_MILLION = _at_least_zero("price per million tokens", "{currency} / 1M tokens", "price")
HOURLY_PAY = _at_least_zero("hourly pay", "{currency} / hour", "price")

# counts and amounts
BILLIONS = _at_least_zero("billions of parameters", "billion parameters", "number")
GPU_HOURS = _at_least_zero("GPU-hours", "GPU-hours", "number")
MINUTES = _at_least_zero("minutes", "minutes", "number")
HOURS = _at_least_zero("hours", "hours", "number")
GIGABYTES = _at_least_zero("gigabytes", "GB", "number")
CALLS = _at_least_zero("calls per month", "calls / month", "number")
TOKENS = _at_least_zero("tokens", "tokens / call", "number")
MILLION_TOKENS = _at_least_zero("million tokens", "million tokens", "number")
TOKENS_PER_SECOND = _at_least_zero("tokens per second", "tokens / second", "number")
THROUGHPUT = Quantity("throughput", "tokens / second", "number", low=0, low_open=True)
HOURS_PER_MONTH = Quantity("hours per month", "hours / month", "number", low=0, low_open=True, high=744)
COUNT = Quantity("count", "count", "count", low=1, whole=True)
RANK = Quantity("rank", "", "count", low=1, whole=True)
DRAWS = Draws("draws", "draws", "count", low=8, high=1_048_576, whole=True)
"""As many as a lattice has parts, or a multiple of it: each has the same."""
SEED = Quantity("seed", "", "count", low=0, high=1_000_000_000, whole=True)
STEPS = Quantity("steps", "steps", "count", low=2, high=200, whole=True)
ON_OR_OFF = Quantity("on or off", "0 or 1", "count", low=0, high=1, whole=True)
PEAK_FACTOR = Quantity("peak factor", "peak / average", "ratio", low=1)
MONTHS = Quantity("months", "months", "months", low=1, high=600, whole=True)
MONTHS_OR_NONE = Quantity("months, or none", "months", "months", low=0, high=600, whole=True)
DURATION = Quantity("duration", "months", "months", low=0)
RATIO = Quantity("ratio", "×", "ratio")

# fractions
SHARE = Quantity("share", "share", "fraction", low=0, high=1)
IMPROVEMENT = Quantity(ERROR_REDUCTION, "share", "fraction", high=1)
UTILISATION = Quantity("utilisation", "share", "fraction", low=0, low_open=True, high=1)
GROWTH = Quantity("growth per month", "per month", "fraction", low=-1, low_open=True, high=1, high_open=True)
PRICE_CHANGE = Quantity("price change per year", "per year", "fraction", low=-1, low_open=True, high=9)
ANNUAL_RATE = Quantity("annual rate", "per year", "fraction", low=-1, low_open=True, high=3)
DECAY = Quantity("decay per month", "per month", "fraction", low=0, high=1, high_open=True)
BENEFIT_RISK = Quantity("benefit risk", "share", "fraction", low=0, high=1, high_open=True)
CHANCE = Quantity("chance", "share", "fraction", low=0, low_open=True, high=1)
RANK_CORRELATION = Quantity("rank correlation", "", "ratio", low=-1, low_open=True, high=1, high_open=True)
SURCHARGE = Quantity("surcharge", "share", "fraction", low=0, high=3)
SWING = _at_least_zero("swing", "share", "fraction")
CHANGE = Quantity("change", "share", "fraction", low=-1)
RETURN = Quantity("return", "share", "fraction")
ANNUAL_RETURN = Quantity("annual return", "per year", "fraction")
MONTHLY_RETURN = Quantity("monthly return", "per month", "fraction")
ACCURACY = SHARE

# choices
STORAGE_TIMING = Quantity("storage timing", "choice", "text", choices=("upfront", "monthly"))
SERVING = Quantity("serving", "choice", "text", choices=("per_token", "self_hosted"))
DISTRIBUTION = Quantity(
    "distribution", "choice", "text", choices=("pert", "triangular", "uniform", "normal", "lognormal")
)
