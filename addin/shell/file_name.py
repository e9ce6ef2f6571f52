"""A file name from a text that somebody else wrote."""

from __future__ import annotations

import re

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
