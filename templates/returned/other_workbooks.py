"""The workbooks that FT ROI makes and that hold no answer."""

from __future__ import annotations

from templates.xlsx.stored_cells import EMPTY, StoredWorkbook

_CORNER = (1, 1)
_READ = "Read a filled report or template"
_BY_SHEET = {
    ("Names", "FT_ functions as LAMBDA names"): (
        f"It is the workbook of the LAMBDA functions: its scenarios are examples, and it holds no answer. {_READ}; "
        "ft-roi template --formulas lambda writes one that carries the functions."
    ),
    ("Portfolio", "Portfolio"): (
        "It is a portfolio of returned workbooks: it shows their inputs, and has none of its own. Read those workbooks."
    ),
}
"""What a workbook is that has such a sheet, by title and heading."""
A_TABLE = (
    f"It is a table that FT ROI calculated, such as a sweep, and holds no scenario. {_READ}, or the scenario file that "
    "it was calculated from."
)


def what_else(book: StoredWorkbook) -> str:
    """What a workbook is that is no answer, and what to do.

    Empty where it is none that is known.

    book : as it came back.
    """
    for (title, heading), sentence in _BY_SHEET.items():
        if title in book.titles and book.cells(title).get(_CORNER, EMPTY).value == heading:
            return sentence
    return ""
