"""Whether the ranges are those that the sheet Risk was made from.

And draws and seed. An edited low or high leaves NPV and net ROI alone, so that nothing else tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.quantity import DISTRIBUTION
from roi_engine.value import maximum
from templates.building.book import AS_GENERATED, FIGURES_ARE_AS_GENERATED, Book
from templates.building.columns import put_titles
from templates.building.formula import Formula, function, if_error
from templates.building.reading_order import HIGH, LOW, end_of
from templates.sheets.inputs_sheet import InputCells
from templates.sheets.risk_columns import ExactColumn, Simulated
from templates.sheets.risk_pairs import PairColumn

NAME, THEN = "risk_as_generated", "risk_ranges_generated"
"""The names of the cell that says so, and of the sums that were generated."""
EDITED = "edited since"
SUMS = 10
"""How many sums are compared."""
TOLERANCE = 1e-9
_SUM = "0.0#########"
_NAMED = (PairColumn.FIRST, PairColumn.SECOND)


def add_state(
    book: Book, sheet: Worksheet, row: int, inputs: InputCells, simulated: Simulated, first_pair: int
) -> Formula:
    """Writes the sums of what is drawn from, now and as generated.

    row : of their titles, beside the page.
    simulated : the cells of draws, seed and correlations, the last from the row `first_pair` on.
    Returns the cell that compares the sums.
    """
    put_titles(book, sheet, row, (ExactColumn.NAME,))
    for column, title in ((ExactColumn.NAME, "Sum of"), (ExactColumn.EXACT, "Now"), (ExactColumn.HALF, "As generated")):
        style = "Column title" if column is ExactColumn.NAME else "Column title right"
        book.put(sheet, column.at(row), title, style)
    same = FIGURES_ARE_AS_GENERATED
    sums = _sums(book, inputs, simulated, first_pair)
    for line, (title, now) in enumerate(sums, start=row + 1):
        book.put(sheet, ExactColumn.NAME.at(line), title, "Explanatory Text")
        found = book.put(sheet, ExactColumn.EXACT.at(line), now, "Explanatory Text", _SUM)
        then = book.put(sheet, ExactColumn.HALF.at(line), float(now.value), "Explanatory Text", _SUM)
        same = same & (abs(found - then) <= TOLERANCE * maximum(abs(then), 1))
    last = row + SUMS
    book.define(THEN, sheet, ExactColumn.HALF.rows(row + 1, last))
    book.put(sheet, ExactColumn.NAME.at(last + 1), "Figures", "Explanatory Text")
    words = if_error(same.where(AS_GENERATED, EDITED), EDITED)
    return book.put(sheet, ExactColumn.EXACT.at(last + 1), words, "Explanatory Text", name=NAME)


def _sums(book: Book, inputs: InputCells, simulated: Simulated, first_pair: int) -> list[tuple[str, Formula]]:
    """What of the ranges is compared: sums, so that an edit of any of them is seen."""
    lows, highs = (
        [value for name in book.scenario.ranges if (value := end_of(book.scenario, name, end)) is not None]
        for end in (LOW, HIGH)
    )
    rows: Sequence[tuple[Any, ...]] = simulated.pairs.value
    numbers = [row[2] for row in rows if isinstance(row[2], (int, float))]
    last_pair = first_pair + len(rows) - 1
    success = book.scenario.success_chance
    return [
        ("Lows", _sum("SUM", inputs.lows, lows)),
        ("Lows, squared", _sum("SUMSQ", inputs.lows, [each**2 for each in lows])),
        ("Highs", _sum("SUM", inputs.highs, highs)),
        ("Highs, squared", _sum("SUMSQ", inputs.highs, [each**2 for each in highs])),
        ("Shapes", _shapes(book, inputs)),
        ("Chance of success", function("SUM", inputs.in_use["success_chance"], value=success)),
        (
            "Correlations",
            _sum("SUM", Formula(PairColumn.NUMBER.rows(first_pair, last_pair), None), numbers),
        ),
        ("Letters of the correlated inputs", _letters(rows, first_pair)),
        ("Draws", function("SUM", simulated.draws, value=simulated.draws.value)),
        ("Seed", function("SUM", simulated.seed, value=simulated.seed.value)),
    ]


def _shapes(book: Book, inputs: InputCells) -> Formula:
    """How many distributions have each shape, and the highs beside them, weighed.

    The usual shape counts for nothing. A cell may hold spaces beside the word, and lognormal is normal too.
    """
    terms = []
    for weight, shape in enumerate(DISTRIBUTION.choices[1:], start=1):
        names = [name for name, each in book.scenario.ranges.items() if shape in each.distribution]
        beside = len(names) + sum(end_of(book.scenario, name, HIGH) or 0 for name in names)
        column = inputs.distributions.text
        counted = f'COUNTIF({column},"*{shape}*")+SUMIF({column},"*{shape}*",{inputs.highs.text})'
        terms.append(Formula(f"{weight}*({counted})", weight * beside))
    return Formula("+".join(each.text for each in terms), sum(each.value for each in terms))


def _letters(pairs: Sequence[tuple[Any, ...]], first: int) -> Formula:
    """The letters of the names in pairs, weighed by their places.

    Cell by cell: not every program takes the lengths of a range.
    """
    terms = []
    for at, row in enumerate(pairs):
        for weight, column, name in zip((2 * at + 1, 2 * at + 2), _NAMED, row[:2], strict=True):
            terms.append(Formula(f"{weight}*LEN({column.at(first + at)})", weight * len(name or "")))
    return Formula("+".join(each.text for each in terms), sum(each.value for each in terms))


def _sum(name: str, column: Formula, values: Sequence[float]) -> Formula:
    return function(name, column, value=float(sum(values)))
