"""The defined names of a workbook beside those of a new one.

Which are gone, point elsewhere, or hide another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from templates.building.book import FT_FUNCTIONS
from templates.lambdas.printed_functions import lambda_names
from templates.returned.difference import Difference
from templates.returned.formula_meaning import meaning
from templates.returned.provenance import plain
from templates.xlsx.stored_cells import Area, Name, Place, StoredWorkbook

FUNCTIONS = "ft_"
"""How the names of the worksheet functions begin; a name like them takes the place of a function."""
OWN = "_xlnm."
"""How names begin that programs keep for themselves, such as print areas."""
SHOWN = 70


def compared_names(
    book: StoredWorkbook, new: StoredWorkbook, titles: Mapping[str, str], in_place: Iterable[str]
) -> Iterator[Difference]:
    """Every name that does not stand for what it stood for.

    titles : the sheets of the new workbook, each with its title in the other; in_place : those whose cells stand where
    the new workbook has them. Names of other sheets are followed where rows and columns were inserted or deleted.
    """
    there = _of_workbook(book)
    pointing: dict[str, dict[str, tuple[Area, Area]]] = {}
    made_anew = _of_workbook(new)
    carried = [each for key, each in made_anew.items() if key.startswith(FUNCTIONS) and new.area(each.text) is None]
    yield from _functions_that_are_others(carried, there)
    for key, made in made_anew.items():
        area, found = new.area(made.text), there.get(key)
        if made in carried:
            continue
        if area is not None and area.sheet not in titles:
            continue  # with its sheet, which is told
        if found is None:
            yield Difference("name", made.name, "The name is gone. Undo its deletion.")
        elif area is None:
            if meaning(found.text, titles) != meaning(made.text):
                yield Difference("name", made.name, f"It stands for {_text(found)}, where it stood for {_text(made)}.")
        elif "#REF!" in found.text.upper():
            yield Difference("name", made.name, "The name points to no cell any more. Undo its deletion.")
        else:
            now = book.area(found.text)
            if now is None or now.sheet != titles[area.sheet]:
                yield _elsewhere(found, made)
            else:
                pointing.setdefault(area.sheet, {})[key] = (area, now)
    for sheet, areas in pointing.items():
        moved = [key for key, (area, now) in areas.items() if (area.first, area.last) != (now.first, now.last)]
        if sheet not in in_place:
            moved = _not_carried_along(areas)
            if len(moved) > len(areas) / 2:  # months that run down, where they ran across
                continue
        for key in moved:
            yield _elsewhere(there[key], made_anew[key])
    yield from _shadows(book, new, there, set(titles.values()))


def _of_workbook(book: StoredWorkbook) -> dict[str, Name]:
    """The names of the workbook itself by their small letters.

    Of equal ones the first.
    """
    names = [each for each in book.names if each.sheet is None and not each.name.lower().startswith(OWN)]
    return {each.name.lower(): each for each in reversed(names)}


def _elsewhere(found: Name, made: Name) -> Difference:
    return Difference("name", found.name, f"It points to {_text(found)}; in a new workbook it points to {_text(made)}.")


def _text(name: Name) -> str:
    return plain(name.text.replace("$", "") if len(name.text) < SHOWN else name.text, SHOWN)


def _not_carried_along(areas: Mapping[str, tuple[Area, Area]]) -> list[str]:
    """The names that did not move with the others of their sheet.

    What is moved keeps its order, from the top and from the left.
    """
    carried = [_carried((one.first[axis], now.first[axis]) for one, now in areas.values()) for axis in (0, 1)]
    ends = [_carried((one.last[axis], now.last[axis]) for one, now in areas.values()) for axis in (0, 1)]
    return [
        key
        for key, (one, now) in areas.items()
        if any(carried[axis].get(one.first[axis]) != now.first[axis] for axis in (0, 1))
        or any(ends[axis].get(one.last[axis]) != now.last[axis] for axis in (0, 1))
    ]


def _carried(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Where most names of each row, or column, went.

    As far as that keeps their order: the longest such series.
    """
    votes: dict[int, Counter[int]] = {}
    for one, now in pairs:
        votes.setdefault(one, Counter())[now] += 1
    went = sorted((one, counted.most_common(1)[0][0]) for one, counted in votes.items())
    ends: list[int] = []
    series: list[list[tuple[int, int]]] = []
    for pair in went:
        at = bisect_left(ends, pair[1])
        longer = [*(series[at - 1] if at else []), pair]
        ends[at : at + 1], series[at : at + 1] = [pair[1]], [longer]
    return dict(series[-1]) if series else {}


def _shadows(
    book: StoredWorkbook, new: StoredWorkbook, there: Mapping[str, Name], sheets: set[str]
) -> Iterator[Difference]:
    """Names that hide others, or functions.

    On one sheet a name may mean something else than in the workbook.
    """
    known = _of_workbook(new)
    for each in book.names:
        key = each.name.lower()
        if key.startswith(FUNCTIONS) and key not in known:
            if sentence := _place_of_a_function(each, calls_functions=FT_FUNCTIONS.text in known):
                yield Difference("name", plain(each.name, SHOWN), sentence)
        elif each.sheet in sheets and key in known:
            main = there.get(key)
            if main is None or meaning(main.text) != meaning(each.text):
                at = Place(each.sheet, 0, 0)
                sentence = f"On this sheet {each.name} means {_text(each)}, not what it means in the workbook."
                yield Difference("name", each.sheet, f"{sentence} Delete the name of the sheet.", at)


def _functions_that_are_others(carried: Iterable[Name], there: Mapping[str, Name]) -> Iterator[Difference]:
    """What is wrong with the functions that a workbook carries: one finding for all.

    carried : those of a new workbook; there : the names of this one.
    """
    others = [each for each in carried if not _is_lambda(there.get(each.name.lower()), each.text)]
    if others:
        first, more = others[0].name, len(others) - 1
        which = f"It and {more} more are not the functions" if more else "It is not the function"
        yield Difference("name", first, f"{which} that this version writes, or gone. {_WRITE_AGAIN}")


def _is_lambda(found: Name | None, stored: str) -> bool:
    """Whether a name holds a function in a form that Excel reads.

    LibreOffice writes functions that it does not know in small letters.
    """
    return found is not None and meaning(found.text) == meaning(stored) and stored[:_HEAD] == found.text[:_HEAD]


_HEAD = len("_xlfn.LAMBDA(")
_WRITE_AGAIN = "Write the names again: ft-roi addin lambda FILE."


def _place_of_a_function(name: Name, calls_functions: bool) -> str:
    """What is wrong with a name that begins like a function's.

    Empty for a LAMBDA of ours.

    calls_functions : whether the workbook calls the add-in's functions, which such a name would hide.
    """
    lambdas = {each.name.lower(): each for each in lambda_names().values()}
    ours = lambdas.get(name.name.lower()) if name.sheet is None else None
    if ours is None or calls_functions:
        return "The name takes the place of a function. Delete it."
    if not _is_lambda(name, ours.stored):
        return f"It is not the LAMBDA that this version writes. {_WRITE_AGAIN}"
    return ""
