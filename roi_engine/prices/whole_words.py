"""Names that may be shortened to some of their words, but not to parts of a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[a-z]*[0-9]+[a-z]*|[a-z]+")


def named(typed: str, known: Iterable[str], also: Mapping[str, str] | None = None) -> list[str]:
    """The known names that a typed one can mean.

    The one that it is, or all that have its words.

    typed : its case, and what stands between its words, do not matter.
    known : the names that there are.
    also : other names of some of them, which are not shortened.

    >>> gpus = ["L40", "L40S", "H100 SXM", "H100 PCIe", "RTX 4090"]
    >>> named("L4", gpus), named("l40", gpus), named("4090", gpus), named("H100", gpus)
    ([], ['L40'], ['RTX 4090'], ['H100 SXM', 'H100 PCIe'])
    """
    names = list(known)
    whole = {**(also or {}), **{each: each for each in names}}
    same = [each for name, each in whole.items() if _joined(name) and _joined(name) == _joined(typed)]
    if same:
        return same[:1]
    words = set(words_of(typed))
    return [each for each in names if words and words <= set(words_of(each))]


def _joined(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())


def words_of(name: str) -> list[str]:
    """The words of a name in small letters; what has digits stays together.

    >>> words_of("RTX 4090"), words_of("Qwen2.5-7B")
    (['rtx', '4090'], ['qwen2', '5', '7b'])
    """
    return _WORD.findall(name.lower())
