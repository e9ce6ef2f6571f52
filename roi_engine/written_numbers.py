"""Numbers that were written as text: what was probably meant.

A guess is never taken, it is asked about. Where a word beside the figure is not understood there is none: a hint that
is wrong when somebody follows it is worse than no hint.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 40
"""Characters of a text that is looked at."""

_FIGURE = re.compile(r"[.,]?\d(?:[\d.,_'’ ]*\d)?")
_WORD = re.compile(r"[^\W\d_]+|[%‰/$€£¥₹~≈¢()]")
_GROUPED = re.compile(r"[^\D0]\d{0,2}([.,'’ ])\d{3}(\1\d{3})*|[^\D0]\d{0,2}(_\d{3})+")
_INDIAN = re.compile(r"\d{1,2}(,\d\d)+,\d{3}")
"""Lakhs and crores: 5,00,000."""

_MAGNITUDES = {
    1e3: ("k", "thousand", "thousands", "tsd", "tausend"),
    1e5: ("lakh", "lakhs", "lac"),
    1e6: ("m", "mn", "mm", "mio", "million", "millions", "millionen"),
    1e7: ("crore", "crores", "cr"),
    1e9: ("b", "bn", "billion", "billions", "mrd", "milliarden"),
}
_FACTORS = {word: factor for factor, words in _MAGNITUDES.items() for word in words}
_PERCENT = {"%", "percent", "pct", "prozent"}
_POINTS = {"pp", "ppt", "pps", "points", "point"}
_PERIODS = {
    "minute": ("min", "mins", "minute", "minutes"),
    "hour": ("h", "hr", "hrs", "hour", "hours", "hourly"),
    "day": ("d", "day", "days", "daily"),
    "week": ("week", "weeks", "weekly", "wk"),
    "month": ("mo", "month", "months", "monthly", "mth"),
    "quarter": ("quarter", "quarters", "quarterly"),
    "year": ("y", "yr", "yrs", "year", "years", "yearly", "annual", "annually", "annum"),
}
_PERIOD = {word: period for period, words in _PERIODS.items() for word in words}
_SIZES = {"mb": 1e-3, "gb": 1.0, "tb": 1e3}
_OF_A_MONTH = {"year": 1 / 12, "quarter": 1 / 3, "week": 52 / 12, "day": 365 / 12}
"""What an amount in each period is in a month of a year."""
_LENGTHS = {
    "months": {"year": 12.0, "quarter": 3.0},
    "hours": {"minute": 1 / 60},  # of people, whose days have eight
    "GPU-hours": {"minute": 1 / 60, "day": 24.0, "week": 168.0},
    "minutes": {"hour": 60.0, "day": 1440.0},
}
"""What a length of time is in the unit of a duration."""
_PER = {"per", "a", "an", "each", "every", "/"}
_PER_YEAR, _PER_MONTH = re.compile(r"\bp\.?\s?a\b\.?"), re.compile(r"\bp\.?\s?m\b\.?")
_SAYS_NOTHING = {
    "per", "a", "an", "the", "percentage", "in", "of", "each", "every", "about", "approx", "approximately", "around",
    "roughly", "ca", "circa", "only", "/", "~", "≈", "(", ")",
}  # fmt: skip
"""Words that change nothing about a figure."""
_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP"
_CURRENCIES = {
    _DOLLARS: ("$", "dollar", "dollars"), "USD": ("us", "usd"), "EUR": ("€", "eur", "euro", "euros"),
    "GBP": ("£", "gbp"), "JPY CNY": ("¥",), "INR PKR LKR NPR": ("₹", "rs"), "INR": ("inr",),
    **{code: (code.lower(),) for code in ["CHF", "JPY", "KRW", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "BRL", "CNY"]},
}  # fmt: skip
_CURRENCY = {word: frozenset(codes.split()) for codes, words in _CURRENCIES.items() for word in words}
"""The words for money, each with the codes of the currencies that it may mean."""


def meant_by(text: str, unit: str = "", *, share: bool = True) -> list[float]:
    """The numbers that a text may mean, the likeliest first.

    unit : that of the number asked for, such as ``months`` or ``{currency} / month``.
    share : whether that is a share, which may be written in per cent.
    Returns none where a word beside the figure is not understood, or does not go with the unit.

    >>> meant_by("1,234"), meant_by("12 %"), meant_by("1.234,56"), meant_by("USD 2,5 M"), meant_by("n/a")
    ([1234.0, 1.234], [0.12], [1234.56], [2500000.0], [])
    >>> meant_by("2 years", "months"), meant_by("24k per year", "{currency} / month"), meant_by("5,00,000")
    ([24.0], [2000.0], [500000.0])
    >>> meant_by("2 years", "GB"), meant_by("5 million calls", "calls / month"), meant_by("12 apples")
    ([], [5000000.0], [])
    >>> meant_by("50 days", "hours"), meant_by("2 days", "GPU-hours"), meant_by("(3000)")
    ([], [48.0], [])
    >>> meant_by("8B", "billion parameters"), meant_by("800k tokens", "million tokens"), meant_by("0.023")
    ([8.0], [0.8], [0.023])
    >>> meant_by("EUR / 1M tokens", "{currency} / 1M tokens"), meant_by("per 1,000 tokens", "{currency} / 1k tokens")
    ([], [])
    """
    written = _Written.of(text)
    factor = written.factor(unit, share) if written else 0.0
    return [_rounded(number * factor) for number in written.numbers] if written and factor else []


def is_converted(text: str, unit: str) -> bool:
    """Whether a text names its number in another unit than the one asked for.

    >>> is_converted("2 years", "months"), is_converted("24 months", "months")
    (True, False)
    """
    written = _Written.of(text)
    return written is not None and written.of_the_unit(unit) != 1


def names_other_currency(text: str, currency: str) -> bool:
    """Whether a text names money of another currency than the one asked for.

    currency : its code; empty where it is not known, and no other can be told.

    >>> names_other_currency("3000 EUR", "USD"), names_other_currency("$3000", "CAD"), names_other_currency("3k", "USD")
    (True, False, False)
    """
    words = _WORD.findall(text.lower())
    return bool(currency) and any(word in _CURRENCY and currency not in _CURRENCY[word] for word in words)


def in_percent(text: str) -> bool:
    """Whether a text says per cent, or percentage points.

    >>> in_percent("12 %"), in_percent("12 pp"), in_percent("0.12")
    (True, True, False)
    """
    return in_points(text) or bool(_PERCENT & {*_WORD.findall(text.lower())})


def in_points(text: str) -> bool:
    """Whether a text says percentage points.

    >>> in_points("12 pp"), in_points("12 %")
    (True, False)
    """
    return bool(_POINTS & {*_WORD.findall(text.lower())}) or "percentage points" in text.lower()


def is_another_unit(written: str, unit: str, currency: str = "") -> bool:
    """Whether a unit that stands beside a figure is another one than its own.

    written : as it stands there; where a word of it is not understood it is no unit, and says nothing.
    unit : the figure's own.
    currency : the scenario's, where it is known.

    >>> is_another_unit("years", "months"), is_another_unit("thousand", "calls / month"), is_another_unit("%", "share")
    (True, True, False)
    >>> is_another_unit("USD / 1M tokens", "{currency} / 1k tokens"), is_another_unit("two days a week", "months")
    (True, False)
    >>> is_another_unit("USD '000", "{currency}", "USD"), is_another_unit("USD per 1,000", "{currency} / 1k tokens")
    (True, False)
    >>> is_another_unit("EUR", "{currency}", "USD"), is_another_unit("$ / GPU-hour", "{currency} / GPU-hour", "USD")
    (True, False)
    """
    there, own = _Unit.of("month" if written.strip() == "m" and unit == "months" else written), _Unit.of(unit)
    if not there.words or not there.is_understood(own):
        return False
    counts = {"token", "parameter"} & there.words & own.words
    return (
        not there.periods <= own.periods
        or (there.sizes != own.sizes and bool(there.sizes))
        or (there.factors != own.factors and bool(there.factors or counts))
        or bool(_CENTS & there.words)
        or ("currency" in own.words and names_other_currency(" ".join(there.words), currency))
        or (bool((_PERCENT | _POINTS) & there.words) and unit not in _OF_FRACTIONS)
    )


_CENTS = {"cent", "ct", "¢"}
_OF_FRACTIONS = ("share", "per month", "per year")
_OF_UNITS = {"token", "parameter", "call", "request", "gpu", "share", "price", "cost", "and"}
_SECONDS = {"s", "sec", "second"}
_THOUSAND, _MILLION = re.compile(r"\bx?\s?1[.,'’ ]?000(['’]?s)?\b"), re.compile(r"\b1([.,'’ ]?000){2}\b")
_THREE_ZEROS = re.compile(r"(?<![\d.,])000(['’]?s)?\b(?![.,]?\d)")
"""Thousands as the heads of columns say them: '000, (000s), USD 000."""
_K_OF = re.compile(r"\bk(?=(calls?|requests?|tokens?)\b)")
_JOINED = re.compile(r"(?:(k|t|m|mio|mn)(usd|eur|gbp|chf|€|\$)|(usd|eur|gbp|chf|€|\$)(k|m|mio|mn))\b")
"""Thousands and millions of money, as bookkeepers write them: kEUR, TEUR, USDm."""


@dataclass(frozen=True)
class _Unit:
    """A unit in its parts: what it is by, of how many, and in how large pieces.

    words : all of them, each in the singular.
    """

    words: frozenset[str]
    periods: frozenset[str]
    factors: frozenset[float]
    sizes: frozenset[float]

    @classmethod
    def of(cls, text: str) -> _Unit:
        """The parts of a unit.

        None of one that is long, or has other figures in it than 1,000 and 1 million.
        """
        return cls._of(text[: LONGEST + 1])

    @classmethod
    @lru_cache(maxsize=1_000)  # the answers to a template have the same units
    def _of(cls, text: str) -> _Unit:
        text = unicodedata.normalize("NFKC", text).lower()
        text = _THREE_ZEROS.sub(" k ", _THOUSAND.sub(" k ", _MILLION.sub("million", text)))
        text = _K_OF.sub("k ", text)
        text = _JOINED.sub(
            lambda found: f"{'k' if 't' in found.groups() else found[1] or found[4]} {found[2] or found[3]}", text
        )
        text = re.sub(
            r"\b1\s?(?=k\b|m\b|million\b|b\b)", "", _PER_MONTH.sub("per month", _PER_YEAR.sub("per year", text))
        )
        text = re.sub(r"/\s*m\b(?!\s*tok)", "/ month", text)
        if len(text) > LONGEST or re.search(r"\d", text):
            text = ""
        words = _WORD.findall(text)
        periods = {"second" if _single(word) in _SECONDS else _PERIOD.get(word, "") for word in words} - {""}
        return cls(
            frozenset(map(_single, words)),
            frozenset(periods),
            frozenset(_FACTORS[word] for word in words if word in _FACTORS),
            frozenset(_SIZES[word] for word in words if word in _SIZES),
        )

    def is_understood(self, own: _Unit) -> bool:
        """Whether every word is one of units."""
        return self.words <= _WORDS_OF_UNITS | own.words


def _single(word: str) -> str:
    return word.rstrip("s") or word


_WORDS_OF_UNITS = frozenset(
    {
        *map(_single, {*_PERIOD, *_FACTORS, *_SIZES, *_CURRENCY, *_PERCENT, *_POINTS, *_SAYS_NOTHING}),
        *_CENTS,
        *_OF_UNITS,
        *_SECONDS,
    }
)


@dataclass(frozen=True)
class _Written:
    """A text's figure and the words around it.

    numbers : what the figure may mean, with its sign and magnitude.
    has_magnitude : whether a thousand or a million is written beside it.
    """

    numbers: tuple[float, ...]
    words: tuple[str, ...]
    has_magnitude: bool

    @classmethod
    def of(cls, text: str) -> _Written | None:
        """The parts of a text; none where no figure, or more than one, stands in it."""
        text = unicodedata.normalize("NFKC", text).replace("−", "-").lower().strip()
        found = _FIGURE.search(text) if len(text) <= LONGEST else None
        if found is None or re.search(r"\d", text[found.end() :]):
            return None
        before, after = text[: found.start()].rstrip(), text[found.end() :]
        if before.endswith("(") and after.lstrip().startswith(")"):
            return None  # less than nothing, as bookkeepers write it
        if before.endswith("/") or before.split()[-1:] == ["per"]:
            return None  # what a price is for, and not the price
        after = _PER_MONTH.sub(" per month", _PER_YEAR.sub(" per year", after))
        factor, later = (-1.0 if before.endswith("-") else 1.0), _WORD.findall(after)
        has_magnitude = bool(later) and later[0] in _FACTORS and after.lstrip(" -").startswith(later[0])
        if has_magnitude:
            factor *= _FACTORS[later.pop(0)]
        numbers = (_rounded(factor * number) for number in _readings(found[0]))
        return cls(tuple(numbers), (*_WORD.findall(before), *later), has_magnitude)

    def factor(self, unit: str, share: bool) -> float:
        """What the words multiply the figure by; 0 where one is not understood."""
        factor, of_the_unit = 1.0, {word.rstrip("s") for word in _WORD.findall(unit.lower())}
        for word in self.words:
            if word in _PERCENT or word in _POINTS:
                factor *= share / 100
            elif word in _CURRENCY:
                factor *= not unit or "currency" in of_the_unit
            elif word not in (*_PERIOD, *_SIZES, *_SAYS_NOTHING) and word.rstrip("s") not in of_the_unit:
                return 0.0
        if self.has_magnitude and "currency" not in of_the_unit:
            for own in _Unit.of(unit).factors:  # 8B of billion parameters is 8
                factor /= own
        return factor * self.of_the_unit(unit)

    def of_the_unit(self, unit: str) -> float:
        """What turns an amount in the unit that the words name into one in another.

        0 where nothing does.
        """
        sizes = {_SIZES[word] for word in self.words if word in _SIZES}
        if sizes:
            return sizes.pop() if unit == "GB" and len(sizes) == 1 else 0.0
        periods = {_PERIOD[word] for word in self.words if word in _PERIOD}
        own = {_PERIOD[word] for word in _WORD.findall(unit.lower()) if word in _PERIOD}
        is_rate = bool(_PER & {*self.words}) or any(word.endswith("ly") for word in self.words)
        if not periods:
            return 1.0
        if len(periods) > 1 or is_rate != ("/" in unit or "per " in unit):
            return 0.0
        (period,) = periods
        if period in own:
            return 1.0
        if unit.endswith("/ month"):
            return _OF_A_MONTH.get(period, 0.0)
        return _LENGTHS.get(unit, {}).get(period, 0.0)


def _rounded(number: float) -> float:
    return float(f"{number:.15g}")


def _readings(digits: str) -> list[float]:
    """The ways of reading a figure that make sense.

    It may have points, commas or other signs in it.
    """
    if _INDIAN.fullmatch(digits):
        return [float(digits.replace(",", ""))]
    if re.fullmatch(r"\d+(\.\d+)?|\.\d+", digits, re.ASCII) and not _GROUPED.fullmatch(digits):
        return [float(digits)]
    readings = []
    if _GROUPED.fullmatch(digits):
        readings.append(float(re.sub(r"\D", "", digits)))
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and digits.count(digits[last]) == 1:
        before, after = digits[:last], digits[last + 1 :]
        whole = re.sub(r"[.,'’ ]", "", before)
        grouped = whole == before or _GROUPED.fullmatch(before) or _INDIAN.fullmatch(before)
        if (whole.isdigit() or not before) and after.isdigit() and grouped:
            readings.append(float(f"{whole or 0}.{after}"))
    return readings
