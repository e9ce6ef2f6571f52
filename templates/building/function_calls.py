"""Which FT_ functions a formula calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CALL = re.compile(r"""\"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w.])(?:_xldudf_)?(FT_[A-Z0-9]+)\(""", re.IGNORECASE)
"""A text or a sheet's title, which are passed over, or a call, also of a linked add-in's and of xlwings Lite's."""


def functions_called(formula: str) -> Iterator[str]:
    """The functions that a formula calls, in capitals, from the left.

    >>> [*functions_called('IF(ft_functions,FT_NPV(,scenario),"=FT_ROI(A1)")')]
    ['FT_NPV']
    """
    return (found[1].upper() for found in _CALL.finditer(formula) if found[1])
