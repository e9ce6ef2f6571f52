"""Escapes for characters that XML cannot carry, as cells write them.

``_xHHHH_`` (22.9.2.19, ST_Xstring).
"""

from __future__ import annotations

import re

_NEEDS_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""The carriage return too, or the parser would make it a line feed; and the underscore of a literal look-alike."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    r"""A text in the form that cells carry.

    >>> escaped("a\rb"), escaped("_x0041_")
    ('a_x000D_b', '_x005F_x0041_')
    """
    return _NEEDS_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """A text with its escapes as characters.

    Half of a surrogate pair stays as it is written.

    >>> unescaped("a_x0041_b _x005F_x0041_")
    'aAb _x0041_'
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(
        lambda found: found[0] if 0xD800 <= int(found[1], 16) < 0xE000 else chr(int(found[1], 16)), text
    )
