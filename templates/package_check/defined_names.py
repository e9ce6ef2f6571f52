"""Checks of defined names (18.2.5).

What they may be called, where they count, what they refer to.
"""

from __future__ import annotations

import re

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.workbook_part import Contents, whole

LONGEST_NAME, LONGEST_COMMENT = 255, 255
LEGAL = re.compile(r"(?:[^\W\d]|\\)[\w.\\?]*")
ROW_AND_COLUMN = re.compile(r"(?:r\d*)?(?:c\d*)?")
BUILT_IN = {
    "print_area", "print_titles", "_filterdatabase", "criteria", "extract", "database", "sheet_title",
    "consolidate_area", "auto_open", "auto_close", "auto_activate", "auto_deactivate", "recorder", "data_form",
}  # fmt: skip


def reads_as_cell(name: str) -> bool:
    """Whether a name is an address in one of Excel's two notations.

    >>> [name for name in ("A1", "xfd12", "R1C1", "c", "RC", "Q4_2024", "rate") if reads_as_cell(name)]
    ['A1', 'xfd12', 'R1C1', 'c', 'RC']
    """
    return grid.cell(name) is not None or bool(name and ROW_AND_COLUMN.fullmatch(name.casefold()))


def check_defined_names(contents: Contents) -> Findings:
    """Every defined name of the workbook and of its sheets."""
    seen = set()
    for each in contents.root.iterfind("{*}definedNames/{*}definedName"):
        name, place = each.get("name", ""), f"name {shortened(each.get('name', ''))!r}"
        scope = each.get("localSheetId")
        sheet = whole(scope)
        yield from _check_spelling(name, place)
        if scope is not None and (sheet is None or not 0 <= sheet < len(contents.sheets)):
            what = f"It belongs to sheet {scope}, counted from 0; there are {len(contents.sheets)}."
            yield PackageFinding("name-scope", place, what, "Correct localSheetId.")
        elif scope is None and name.casefold() in ("_xlnm.print_area", "_xlnm.print_titles", "_xlnm._filterdatabase"):
            yield PackageFinding(
                "name-scope", place, "It belongs to no sheet.", "Give it the localSheetId of its sheet."
            )
        if (name.casefold(), scope) in seen:
            titles = [known.title for at, known in enumerate(contents.sheets) if at == sheet]
            there = "".join(f" on the sheet {shortened(title)!r}" for title in titles)
            yield PackageFinding("name-duplicate", f"{place}{there}", "It is defined twice (case aside).", "Keep one.")
        seen.add((name.casefold(), scope))
        if name.casefold() in contents.tables:
            yield PackageFinding("name-duplicate", place, "A table has the same name.", "Rename one.")
        if len(each.get("comment", "")) > LONGEST_COMMENT:
            what = f"Its comment has {len(each.get('comment', ''))} characters: Excel refuses the file over 255."
            yield PackageFinding("name-comment", place, what, "Shorten it.")
        if each.get("function") not in ("1", "true") and each.get("vbProcedure") not in ("1", "true"):
            yield from contents.check_formula(place, each.text or "", sheet)


def _check_spelling(name: str, place: str) -> Findings:
    if name.casefold().startswith("_xlnm."):
        if name.casefold().removeprefix("_xlnm.") not in BUILT_IN:
            yield PackageFinding("name-spelling", place, "Excel has no built-in name like it.", "Rename it.")
    elif len(name) > LONGEST_NAME:
        yield PackageFinding("name-spelling", place, f"It has {len(name)} characters; 255 are allowed.", "Shorten it.")
    elif not LEGAL.fullmatch(name) or name.casefold() in ("true", "false"):
        what = "It is no legal name: letters, digits, _ . ? and \\, a letter or _ first."
        yield PackageFinding("name-spelling", place, what, "Rename it.")
    elif reads_as_cell(name):
        yield PackageFinding("name-reads-as-cell", place, "It reads as the address of a cell.", "Rename it.")
