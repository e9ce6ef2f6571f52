"""A formula as its meaning.

The same text for the same formula, whichever program wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from templates.returned.relinking import LONGEST_FORMULA
from templates.xlsx.stored_cells import quoted
from templates.xlsx.web_extensions import FUNCTION_PREFIX

_STRING = re.compile(r'("(?:[^"]|"")*")')
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[+-]?\d+)?(?![\w.(])")
_FIRST_ROW = re.compile(r"(INDEX\(\w+,)1\.0,")
"""Of a row of cells, the first: the same months may run down a column, which has no such argument."""
_ONE_CELL = re.compile(r"(?<![\w$])(\$?[A-Z]{1,3}\$?\d+):\1(?!\d)")
"""A range of one cell: LibreOffice saves it as the cell."""
_LINKED = re.compile(r"(?:'[^']*\.xlam'|\[[^\[\]]++\][^!'(),\[\]]*+|'\[[^']*')!(?=FT_)", re.IGNORECASE)
"""A link before a function. Nothing is looked at twice: the time of a search grows with the formula's length only."""


def is_linked(formula: str) -> bool:
    """Whether a formula calls a function at somebody's own path."""
    return len(formula) <= LONGEST_FORMULA and _LINKED.search(formula) is not None


def meaning(formula: str | None, titles: Mapping[str, str] | None = None) -> str:
    """A formula as it is compared, by its meaning.

    Without spaces and links, in capitals, numbers, sheets and ranges of one cell written one way.

    titles : the sheets of a new workbook, each with its title where the formula stands.

    >>> meaning("'Cash flow'!$B$2 + 'Inputs'!c3*1.50") == meaning("'Cash flow'!$B$2+Inputs!C3*1.5")
    True
    >>> meaning("Eingaben!C3", {"Inputs": "Eingaben"})
    'INPUTS!C3'
    >>> meaning("SUM(C5:G5,K5:K5,AK5:K5,$K$5:$K$5)")
    'SUM(C5:G5,K5,AK5:K5,$K$5)'
    """
    if formula is None or len(formula) > LONGEST_FORMULA:
        return formula or ""
    pieces = _STRING.split(_LINKED.sub("", formula))
    others = ((there, title) for title, there in (titles or {}).items() if title != there)
    renamed = {there: title for there, title in others if there.replace("'", "''") in formula or there in formula}
    return "".join(piece if piece.startswith('"') else _plain(_renamed(piece, renamed)) for piece in pieces)


def _renamed(text: str, titles: Mapping[str, str]) -> str:
    """A formula with the sheets' own titles; titles : by those that stand there."""
    for there, title in titles.items():
        inner = there.replace("'", "''")
        text = text.replace(f"'{inner}'!", f"{quoted(title)}!")
        own = f"{quoted(title)}!".replace("\\", r"\\")
        text = re.sub(rf"(?<![\w.'!]){re.escape(there)}!", own, text)
    return text


def _plain(text: str) -> str:
    text = re.sub(r"\s+", "", text).upper().replace("$'", "'")
    text = text.replace("_XLFN.", "").replace("_XLUDF.", "").replace(FUNCTION_PREFIX.upper(), "")
    text = re.sub(r"'([A-Z]\w*)'!", r"\1!", text)
    text = _ONE_CELL.sub(r"\1", text)
    return _FIRST_ROW.sub(r"\1", _NUMBER.sub(lambda found: repr(float(found[0])), text))
