"""LAMBDA names written into a workbook's package; all else in it stays as it is.

A workbook either carries the names or calls the add-in: a name FT_X hides the add-in's function FT_X in its workbook,
and stops every function of an xlwings Lite add-in. A workbook whose cells call the add-in's functions is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from roi_engine.errors import FtRoiError
from roi_engine.worksheet.catalogue import functions
from templates.building.book import FT_FUNCTIONS, LAMBDA_IS_MISSING
from templates.building.function_calls import functions_called
from templates.lambdas.printed_functions import lambda_names
from templates.xlsx.stored_cells import EMPTY, StoredWorkbook
from templates.xlsx.untrusted_package import Package, UnreadableWorkbook, main_part, open_package
from templates.xlsx.xml_parts import Element, local_name, serialised
from templates.xlsx.zip_package import copy_of, zip_of

_BEFORE_NAMES = frozenset({
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences",
})  # fmt: skip
"""What stands before the defined names in a workbook part (18.2.27)."""


LONGEST_SHOWN = 70
"""Characters of a name's text in a sentence."""


class CallsTheAddIn(FtRoiError):
    """A workbook whose cells call the add-in's functions."""


class NameIsTaken(FtRoiError):
    """A workbook in which a name like one of the functions stands for something else."""


def carry_names(content: bytes) -> bytes:
    """A workbook that carries every LAMBDA name, those of an older version replaced.

    content : an .xlsx or .xlsm file.
    Raises `UnreadableWorkbook` for a file that is no workbook, or beyond a limit.
    """
    return _with_names(open_package(content))


def names_put_into(content: bytes) -> tuple[bytes, dict[str, str]]:
    """A workbook of somebody's with the LAMBDA names.

    And the functions that it calls and no name gives, each with the first place that calls it.

    content : an .xlsx or .xlsm file, which is opened once.
    Raises `CallsTheAddIn` or `NameIsTaken` for one in which the names would hide something, `UnreadableWorkbook` for a
    file that is no workbook, or beyond a limit.
    """
    package = open_package(content)
    stored = StoredWorkbook(package)
    check_that_no_addin_is_called(stored)
    _check_that_names_are_free(stored)
    return _with_names(package), _calls_without_a_name(stored)


def _with_names(package: Package) -> bytes:
    main = main_part(package)
    root = package.tree(main, whole=True)
    _write(root)
    changed = {main.lower(): serialised(root)}
    return zip_of(
        (copy_of(entry), changed.get(entry.filename.lower()) or package.read(entry.filename))
        for entry in package.archive.infolist()
    )


def carried_as_in(original: bytes, copy: bytes) -> bytes:
    """A copy with the LAMBDA names, where its original carries them.

    A program that knows no LAMBDA writes them in a form that Excel cannot read.

    original, copy : an .xlsx or .xlsm file each, the second as such a program saved it.
    """
    try:
        carries = _carries(StoredWorkbook(open_package(original)))
    except UnreadableWorkbook:  # larger than what is read back
        return copy
    return carry_names(copy) if carries else copy


def _carries(stored: StoredWorkbook) -> bool:
    return asks_for_names(stored) or not lambda_names().keys().isdisjoint(each.name for each in stored.names)


def asks_for_names(stored: StoredWorkbook) -> bool:
    """Whether a workbook asks for LAMBDA names, which it may have lost."""
    areas = [stored.area(each.text) for each in stored.names if each.name.lower() == FT_FUNCTIONS.text]
    cells = [stored.cells(area.sheet).get(area.first, EMPTY) for area in areas if area is not None]
    return any(LAMBDA_IS_MISSING.text.partition("(,")[0] in (each.formula or "") for each in cells)


def check_that_no_addin_is_called(stored: StoredWorkbook) -> None:
    """Refuses a workbook that calls the add-in's functions.

    It does so in cells, or by a name of its own. One that carries names calls those.
    """
    if _carries(stored):
        return
    for place, formula in _formulas(stored):
        called = next((each for each in functions_called(formula) if each in functions()), None)
        if called:
            raise CallsTheAddIn(
                f"{place} calls the add-in's functions, such as {called}, which the names would hide. "
                "Write a workbook of ours with --formulas native, lambda or values; take out formulas of your own, and "
                "type them again afterwards."
            )


def _check_that_names_are_free(stored: StoredWorkbook) -> None:
    """Refuses a workbook that has names like those of the functions.

    Names that stand for something else, such as a cell.
    """
    for each in stored.names:
        if each.name.upper() in lambda_names() and not _is_a_function(each.text):
            raise NameIsTaken(
                f"Its name {each.name} stands for {each.text[:LONGEST_SHOWN]}, and is called like a function. Rename "
                "it first: the function would take its place."
            )


def _calls_without_a_name(stored: StoredWorkbook) -> dict[str, str]:
    places: dict[str, str] = {}
    for place, formula in _formulas(stored):
        for called in functions_called(formula):
            if called in functions() and called not in lambda_names():
                places.setdefault(called, place)
    return places


def _formulas(stored: StoredWorkbook) -> Iterator[tuple[str, str]]:
    """Every formula but those of our names.

    Each comes behind the sheet or the name that holds it.
    """
    for title in stored.titles:
        for cell in stored.cells(title).values():
            if cell.formula:
                yield f"The sheet {title}", cell.formula
    for name in stored.names:
        if name.name.upper() not in lambda_names():
            yield f"The name {name.name}", name.text


def _is_a_function(text: str) -> bool:
    """Whether a name holds a function, or what is left of one.

    As Excel writes it, or LibreOffice.
    """
    return "lambda(" in text.lower() or "#" in text


def _write(root: Element) -> None:
    """Puts the names at the end of the workbook's list of names."""
    space = str(root.tag).removesuffix("workbook")  # of a file saved as Strict Open XML it is another
    names = root.find(f"{space}definedNames")
    if names is None:
        place = max((at for at, each in enumerate(root, 1) if local_name(each) in _BEFORE_NAMES), default=0)
        names = root.makeelement(f"{space}definedNames", {}, None)
        root.insert(place, names)
    ours = {name.casefold() for name in lambda_names()}
    for element in list(names):
        if element.get("name", "").casefold() in ours and element.get("localSheetId") is None:
            names.remove(element)
    for each in lambda_names().values():
        element = names.makeelement(f"{space}definedName", {"name": each.name, "comment": each.sentence}, None)
        element.text = each.stored
        names.append(element)
