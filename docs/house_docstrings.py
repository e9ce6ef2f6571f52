"""Docstrings of this project as the site shows them.

In the code an argument is a line of its own, ``name : what it is``, and equations and examples stand as they are. The
site's parser knows the form of Google's style guide; `HouseDocstrings` turns the one into the other.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Class, Extension, Function, Object

_SENTENCES = re.compile(r"(?:(?<=[.;])\s+|^)(?=(?:Returns|Raises|Source:) )")
"""Before what comes back, what is raised, and where it is from."""


class HouseDocstrings(Extension):
    """Rewrites each docstring before the site's parser reads it."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """A function's or class's docstring in the parser's form."""
        if obj.docstring is None or not isinstance(obj, Function | Class):
            return
        if isinstance(obj, Function):
            title, names = "Args", [each.name for each in obj.parameters]
        else:
            title, names = "Attributes", list(obj.attributes)
        obj.docstring.value = in_googles_form(obj.docstring.value, title, names)


def in_googles_form(text: str, title: str, names: list[str]) -> str:
    """A docstring with the sections Args or Attributes, Returns and Examples."""
    return "\n\n".join(part for block in re.split(r"\n\s*\n", text) for part in _parts(block, title, names))


def _parts(block: str, title: str, names: list[str]) -> list[str]:
    """A paragraph, or the sections that stand in it."""
    if block.startswith(">>>"):
        return [f"Examples:\n{_indented(block)}"]
    if block.startswith("    "):
        return [f"```text\n{re.sub('^    ', '', block, flags=re.MULTILINE)}\n```"]
    told, *others = _SENTENCES.split(block)
    arguments = _arguments(told, names)
    parts = [told[: arguments[0][0]] if arguments else told]
    if arguments:
        parts.append(f"{title}:\n" + "\n".join(_indented(line) for _, line in arguments))
    for sentence in others:
        given = " ".join(sentence.removeprefix("Returns ").split())
        parts.append(f"Returns:\n{_indented(given)}" if sentence.startswith("Returns ") else sentence)
    return [part for part in parts if part.strip()]


def _arguments(text: str, names: list[str]) -> list[tuple[int, str]]:
    """Where each argument is explained, and the explanation on a line."""
    one = "|".join(map(re.escape, names)) or "$^"
    starts = list(re.finditer(rf"(?:(?<=\s)|^)((?:{one})(?:, (?:{one}))*) : ", text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [
        (start.start(), f"{start[1]}: {' '.join(text[start.end() : end].split())}")
        for start, end in zip(starts, ends, strict=False)
    ]


def _indented(text: str) -> str:
    return re.sub("^", "    ", text, flags=re.MULTILINE)
