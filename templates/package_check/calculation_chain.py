"""The calculation chain: a stale entry brings the repair prompt (18.6)."""

from __future__ import annotations

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.cells import filled_areas
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.workbook_part import Contents

MOST_FILLED = 1_000
"""Array formulas of a sheet that are looked through for each entry; with more of them no entry is called stale."""


def check_calculation_chain(contents: Contents) -> Findings:
    """Every entry of the chain is a formula cell."""
    part = next(contents.package.related(contents.part, "calcChain"), None)
    chain = contents.package.root(part)
    if part is None or chain is None:
        return
    titles = {sheet.number: sheet.title for sheet in contents.sheets}
    formulas: dict[str, set[str]] = {}
    filled: dict[str, list[grid.Area]] = {}
    for sheet in contents.sheets:
        if sheet.is_grid and sheet.root is not None:
            found = sheet.root.iterfind("{*}sheetData/{*}row/{*}c/{*}f/..")
            formulas[sheet.number] = {cell.get("r", "") for cell in found}
            filled[sheet.number] = [area for area, _ in filled_areas(sheet)]
    number = ""
    for entry in chain.iterchildren("{*}c"):
        number = entry.get("i", number)
        where = grid.cell(entry.get("r"))
        areas = filled.get(number, [])
        is_filled = len(areas) > MOST_FILLED or (where is not None and any(area.holds(*where) for area in areas))
        if entry.get("r") not in formulas.get(number, ()) and not is_filled:
            place = f"{titles.get(number, f'sheet {number}')}!{shortened(entry.get('r', ''))}"
            yield PackageFinding(
                "calculation-chain", part, f"It lists {place}, which holds no formula.", "Remove the part."
            )
