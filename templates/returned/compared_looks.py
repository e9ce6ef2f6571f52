"""What a workbook hides that a new one shows.

Sheets, rows, columns, and cells that show another value than they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from templates.returned.difference import Difference, at_cell
from templates.returned.provenance import plain
from templates.xlsx.column_letters import column_letters
from templates.xlsx.shown_numbers import misleads, shown
from templates.xlsx.stored_cells import Cell, DateInCell, ErrorInCell, Place, StoredWorkbook

SHOWN = 40


def compared_looks(
    book: StoredWorkbook, new: StoredWorkbook, titles: Mapping[str, str], in_place: Iterable[str]
) -> Iterator[Difference]:
    """Everything that hides what a new workbook shows, or shows it otherwise.

    titles, in_place : as for the names.
    """
    for title in book.titles:
        if title not in titles.values() and book.states[title] == "veryHidden":
            sentence = "The sheet is hidden so that no menu shows it. Look at it in the editor of macros."
            yield Difference("look", title, sentence, Place(title, 0, 0))
    for made, title in titles.items():
        if book.states[title] != "visible" and new.states[made] == "visible":
            yield Difference("look", title, "The sheet is hidden. Show it.", Place(title, 0, 0))
        yield from _hidden_rows_and_columns(book, title, new, made)
        yield from _cells(book, title, new, made, made in in_place)


def hidden_strangers(book: StoredWorkbook, titles: Mapping[str, str]) -> list[str]:
    """Sheets of somebody's own that are hidden."""
    own = set(titles.values())
    return [title for title in book.titles if title not in own and book.states[title] == "hidden"]


def _hidden_rows_and_columns(book: StoredWorkbook, title: str, new: StoredWorkbook, made: str) -> Iterator[Difference]:
    hidden, before = book.hidden(title), new.hidden(made)
    rows = {row for row, _ in book.cells(title)} if hidden.rows else set()
    columns = {column for _, column in book.cells(title)} if hidden.columns or hidden.narrow else set()
    before_columns = {column for column in columns if before.hides(0, column)}
    for first, last in _runs((hidden.rows & rows) - before.rows):
        what = f"Row {first} is" if first == last else f"Rows {first} to {last} are"
        yield Difference("look", title, f"{what} hidden.", Place(title, first, 0))
    for first, last in _runs({each for each in columns if hidden.hides(0, each)} - before_columns):
        names = column_letters(first), column_letters(last)
        what = f"Column {names[0]} is" if first == last else f"Columns {names[0]} to {names[1]} are"
        yield Difference("look", title, f"{what} hidden.", Place(title, 0, first))
    if covered := sorted(book.covered(title)):
        yield _told(title, covered, "other cells are merged over it, and show another value")
    if hidden.ruled and not before.ruled:
        sentence = f"A rule hides what stands in {plain(hidden.ruled[0], SHOWN)}. Delete the conditional format."
        yield Difference("look", title, sentence, Place(title, 0, 0))


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as runs from one to another.

    >>> _runs({4, 5, 6, 9})
    [(4, 6), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _cells(book: StoredWorkbook, title: str, new: StoredWorkbook, made: str, in_place: bool) -> Iterator[Difference]:
    """Cells whose format or colour hides what they hold.

    Those of one format are told together.
    """
    as_made = new.cells(made)
    known = {cell.look.format for cell in as_made.values()}
    any_invisible = any(cell.look.invisible for cell in as_made.values())
    misleading: dict[str, list[tuple[int, int]]] = {}
    invisible: list[tuple[int, int]] = []
    for at, cell in book.cells(title).items():
        before = as_made.get(at) if in_place else None
        if in_place and (before is None or before.look == cell.look):
            continue
        if isinstance(cell.value, bool | ErrorInCell | DateInCell) or cell.value is None:
            continue
        if cell.look.invisible and not (before.look.invisible if before else any_invisible):
            invisible.append(at)
        if misleads(cell.look.format, cell.value) and not _as_before(cell, [before.look.format] if before else known):
            misleading.setdefault(cell.look.format, []).append(at)
    for places in filter(None, [invisible]):
        yield _told(title, places, "the colour of the text is that of the paper")
    for code, places in misleading.items():
        value = book.cells(title)[min(places)].value
        seen = shown(code, value)  # type: ignore[arg-type]
        digits = "" if seen.number is None else f"{seen.number:.12g}"
        what = plain(f"{seen.words} {digits}".strip(), SHOWN) or "nothing"
        held = f"{value:.12g}" if isinstance(value, float) else plain(str(value), SHOWN)
        yield _told(title, places, f"the number format {plain(code, SHOWN)} shows {what} where {held} stands")


def _as_before(cell: Cell, codes: Iterable[str]) -> bool:
    """Whether a cell shows what it would in one of the formats.

    However those are spelled.
    """
    seen = shown(cell.look.format, cell.value)  # type: ignore[arg-type]
    return any(shown(code, cell.value) == seen for code in codes)  # type: ignore[arg-type]


def _told(title: str, places: list[tuple[int, int]], what: str) -> Difference:
    more = f" (so in {len(places) - 1} more of the sheet)" if len(places) > 1 else ""
    return at_cell("look", Place(title, *min(places)), f"{what[0].upper()}{what[1:]}{more}.")
