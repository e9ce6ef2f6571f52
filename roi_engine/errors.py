"""What can go wrong, as exceptions that carry the sentence a person reads.

FtRoiError
├── WrongType       not a number (or not a text) where one belongs          #VALUE! on a sheet
├── OutOfRange      a number outside its legal range, or an undefined result  #NUM!
├── ZeroDivisor     a ratio whose denominator is zero                         #DIV/0!
├── UnknownName     an input, metric or function that does not exist          #N/A
├── MissingPackage  a package that a function needs, and Python lacks         the sentence
├── ScenarioError   everything wrong with a scenario, all problems at once
└── PriceTableError the same of a price table
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of characters that do something and show nothing: controls, marks, breaks, halves."""
_JOINERS = "\u200c\u200d"
"""Without these, words of Persian and Hindi cannot be written."""


def printable(text: str) -> str:
    r"""A text on one line, with characters that would command a terminal spelled out.

    Breaks and tabs become spaces; a byte of a file name that is no UTF-8 is spelled too.

    >>> printable("two\nlines"), printable("\x1b[2J"), printable("\u202e€"), printable("caf\udce9")
    ('two lines', '\\x1b[2J', '\\u202e€', 'caf\\xe9')
    """
    if text.isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n")))


def _seen(letter: str) -> str:
    if letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN:
        return letter
    if letter.isspace():
        return " "
    if "\udc80" <= letter <= "\udcff":  # how Python keeps a byte that is no UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()


def cleaned(text: str) -> str:
    r"""A text on one line, without characters that turn others around or do not show.

    >>> cleaned("two\nlines \u202eand a trick")
    'two lines and a trick'
    """
    return "".join(each for each in " ".join(text.split()) if each.isprintable())


class FtRoiError(Exception):
    """The base of every error raised on purpose; its text is meant for the user.

    lines : a line each of what is told. Texts of files in them can be printed anywhere.
    """

    code = "#VALUE!"

    def __init__(self, *lines: str) -> None:
        super().__init__(*map(printable, lines))

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))

    @property
    def in_cell(self) -> str:
        """What a cell shows."""
        return self.code


class WrongType(FtRoiError):
    """A value of the wrong kind: text, a boolean or nothing where a number belongs."""


class OutOfRange(FtRoiError):
    """A number outside its legal range, or a result that does not exist."""

    code = "#NUM!"


class ZeroDivisor(FtRoiError):
    """A ratio whose denominator is zero."""

    code = "#DIV/0!"


class UnknownName(FtRoiError):
    """A name that is not known; the sentence offers the nearest known one.

    meant : the input that may be meant, by its own name; empty where none is near.
    """

    code = "#N/A"
    meant = ""


class MissingPackage(FtRoiError):
    """A package of Python that is needed and not there.

    No input can cure it, so a cell shows the sentence itself.

    >>> MissingPackage("FT_PRICE", "platformdirs").in_cell
    'FT_PRICE needs the Python package platformdirs. Install it; in xlwings Lite name it in requirements.txt.'
    """

    def __init__(self, needed_by: str, package: str) -> None:
        cure = "Install it; in xlwings Lite name it in requirements.txt."
        super().__init__(f"{needed_by} needs the Python package {package}. {cure}")

    @property
    def in_cell(self) -> str:
        """What a cell shows: the sentence."""
        return str(self)


@dataclass(frozen=True)
class Problem:
    """One thing wrong, where it is, and what to do: ``place: sentence``.

    place : a file, table, key or cell; may be empty.
    sentence : what is wrong, and the cure.
    code : the error of a cell that stands for it.
    meant : the input that is given here under a name that nobody knows; mostly empty.
    """

    place: str
    sentence: str
    code: str = "#VALUE!"
    meant: str = ""

    def __post_init__(self) -> None:
        for name, text in (("place", self.place), ("sentence", self.sentence)):
            object.__setattr__(self, name, printable(text))

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class ScenarioError(FtRoiError):
    """All problems of a scenario at once, in the order in which a reader meets them.

    >>> str(ScenarioError([Problem("months_to_amortize", "0 is below 1.")]))
    'months_to_amortize: 0 is below 1.'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        self.code = self.problems[0].code if self.problems else "#VALUE!"
        super().__init__(*map(str, self.problems))


class PriceTableError(FtRoiError):
    """All problems of a price table at once; a long list ends with how many are left.

    >>> str(PriceTableError([Problem("prices.csv, line 2, value", "-1 is negative.")]))
    'prices.csv, line 2, value: -1 is negative.'
    """

    shown = 20

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[: self.shown]]
        if len(self.problems) > self.shown:
            lines.append(f"… and {len(self.problems) - self.shown} more.")
        super().__init__(*lines)


LONGEST_QUOTE = 60
"""Letters of a foreign text that a sentence quotes, and that a guess is looked up for."""


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """A text that may be of any length, as it is quoted in a sentence.

    longest : characters that are kept at most.

    >>> shortened("calls" * 20)
    'callscallscallscallscallscallscallscallscallscallscallscalls…'
    """
    return text if len(text) <= longest else f"{text[:longest]}…"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a misspelt one, or None when nothing is close.

    name : as it was written.
    known : the names that there are.

    >>> nearest("gpu_hourly_rat", ["gpu_hourly_rate", "storage_gb"])
    'gpu_hourly_rate'
    """
    return next(iter(nearest_names(name, known, 1)), None)


def nearest_names(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names close to a misspelt one, the closest first.

    name : as it was written; a text too long to be a name has none that are close.
    known : the names that there are.
    most : how many are given at most.
    """
    if len(name) > LONGEST_QUOTE:
        return []
    return difflib.get_close_matches(name, list(known), n=most, cutoff=0.6)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean "…"?`` for a close known name, else nothing.

    name : as it was written.
    known : the names that there are.
    """
    guess = nearest(name, known)
    return f' Did you mean "{guess}"?' if guess else ""
