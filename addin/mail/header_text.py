"""Texts made safe for the headers of a message.

No text can write a header of its own, whatever is in it.
"""

from __future__ import annotations

import unicodedata

from roi_engine.errors import cleaned

LONGEST, LONGEST_NAME = 200, 100
"""Letters of a subject and of a name: more than any mail program shows."""


def header_text(text: str, longest: int = LONGEST) -> str:
    """A text for a header: one short line without encoded words.

    Encoded words are those of RFC 2047.

    Python decodes encoded words in what it is given as text, and does not always encode again what comes out.

    >>> header_text("Figures =?utf-8?q?x=0D=0ABcc:_eve=40example.com?=")
    'Figures = ?utf-8?q?x=0D=0ABcc:_eve=40example.com?='
    """
    line = cleaned(text)
    while "=?" in line:
        line = line.replace("=?", "= ?")
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def ascii_name(name: str) -> str:
    r"""A file name for programs that know no other letters.

    >>> ascii_name("template-Anna-Müller.xlsx"), ascii_name("отчёт.xlsx"), ascii_name("\uff02x.xlsx")
    ('template-Anna-Muller.xlsx', '_____.xlsx', '_x.xlsx')
    """
    letters = (each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return "".join(each if each.isascii() and each.isprintable() and each not in '"\\/' else "_" for each in letters)
