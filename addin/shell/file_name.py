"""A file name from a text that somebody else wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 80


def safe_file_name(text: str, suffix: str) -> str:
    """A name that any system takes, and that leads to no other folder.

    >>> safe_file_name("../../etc/pass*wd", ".toml"), safe_file_name("CON", ".toml"), safe_file_name(" . ", ".toml")
    ('etc_pass_wd.toml', '_CON.toml', 'scenario.toml')
    """
    plain = "".join(letter if letter.isprintable() else "_" for letter in text)
    plain = re.sub(r'[<>:"/\\|?*]+', "_", plain).strip(". _")[:_LONGEST].rstrip(". ")
    name = f"{'_' if _RESERVED.match(plain) else ''}{plain}" if plain else "scenario"
    return f"{name}{suffix}"


def safe_file_names(texts: Iterable[str], suffix: str) -> list[str]:
    """A safe name for each text, all different.

    Of equal ones the later get a number, whatever their letters' case and length.

    >>> safe_file_names(["jane", "Jane", "joe", "jane"], ".toml")
    ['jane.toml', 'Jane-2.toml', 'joe.toml', 'jane-3.toml']
    """
    names: list[str] = []
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for text in texts:
        name = safe_file_name(text, suffix)
        whole = name.removesuffix(suffix)
        while _alike(name) in taken:
            number = numbers[_alike(whole)] = numbers.get(_alike(whole), 1) + 1
            ending = f"-{number}"
            name = safe_file_name(whole[: _LONGEST - len(ending)] + ending, suffix)
        taken.add(_alike(name))
        names.append(name)
    return names


def _alike(name: str) -> str:
    """Equal for names that some file system takes for one."""
    return unicodedata.normalize("NFC", name.casefold())
