"""Checks of what a sheet holds besides its cells (18.3.1).

Columns, merged cells, views, links, print settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.cells import filled_areas
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.formula_syntax import Known
from templates.package_check.grid import Area
from templates.package_check.workbook_part import Contents, Sheet, whole
from templates.xlsx.column_letters import LAST_COLUMN
from templates.xlsx.relationships import relationship_number

MOST_LINKS, LONGEST_TARGET, LONGEST_TIP, LONGEST_FOOTER = 65_530, 2_079, 255, 255


def check_sheet(contents: Contents, sheet: Sheet) -> Findings:
    """Every list of a sheet that names ranges."""
    yield from _check_columns(sheet)
    yield from _check_ranges(sheet)
    yield from _check_merged(contents, sheet)
    yield from _check_views(sheet)
    yield from _check_links(contents, sheet)
    for text in sheet.root.iterfind("{*}headerFooter/*"):
        if len(text.text or "") > LONGEST_FOOTER:
            what = f"Its {text.tag.rsplit('}')[-1]} has {len(text.text)} characters; {LONGEST_FOOTER} are allowed."
            yield PackageFinding("footer-length", sheet.title, what, "Shorten it.")


def _check_columns(sheet: Sheet) -> Findings:
    last = 0
    for column in sheet.root.iterfind("{*}cols/{*}col"):
        first, final = whole(column.get("min")), whole(column.get("max"))
        if first is None or final is None or not 1 <= first <= final <= LAST_COLUMN or first <= last:
            what = f"The columns {shortened(column.get('min', ''))} to {shortened(column.get('max', ''))}"
            yield PackageFinding(
                "columns", sheet.title, f"{what} overlap others or do not exist.", "Sort and correct <cols>."
            )
        last = max(last, final or 0)


def _check_ranges(sheet: Sheet) -> Findings:
    """Every ref and sqref outside of the cells is a range, or several."""
    for element in sheet.root.iter():
        tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        if tag in ("c", "row", "f", "dimension", "v"):
            continue
        for attribute in ("ref", "sqref"):
            text = element.get(attribute)
            if text is not None and not (text.split() and all(grid.area(each) for each in text.split())):
                what = f"The {attribute} of its {tag}, {shortened(text)!r}, is no range."
                yield PackageFinding("range", sheet.title, what, "Correct it.")


def _check_merged(contents: Contents, sheet: Sheet) -> Findings:
    """Areas that lie upon each other though they may not.

    Those of merged cells, tables, array formulas and data tables.
    """
    areas = [*filled_areas(sheet), *_table_areas(contents, sheet)]
    for each in sheet.root.iterfind("{*}mergeCells/{*}mergeCell"):
        found = grid.area(each.get("ref"))
        if found and found.single:
            yield PackageFinding(
                "merge-single", sheet.title, f"The one cell {each.get('ref')} is merged.", "Unmerge it."
            )
        elif found:
            areas.append((found, f"the merged range {each.get('ref')}"))
    for one, other in grid.overlaps(areas):
        yield PackageFinding(
            "overlap", sheet.title, f"{one[:1].upper()}{one[1:]} lies upon {other}.", "Move one of them."
        )


def _table_areas(contents: Contents, sheet: Sheet) -> Iterator[tuple[Area, str]]:
    for part in contents.package.related(sheet.part, "table"):
        root = contents.package.root(part)
        if root is not None and (found := grid.area(root.get("ref"))):
            yield found, f"the table {shortened(root.get('displayName', ''))}"


def _check_views(sheet: Sheet) -> Findings:
    for view in sheet.root.iterfind("{*}sheetViews/{*}sheetView"):
        pane = view.find("{*}pane")
        panes = {"topLeft"} | ({"topRight", "bottomLeft", "bottomRight"} if pane is not None else set())
        if pane is not None and pane.get("topLeftCell") is not None and grid.cell(pane.get("topLeftCell")) is None:
            yield PackageFinding(
                "view", sheet.title, "The first cell of its frozen pane is no cell.", "Correct topLeftCell."
            )
        for selection in view.iterchildren("{*}selection"):
            if selection.get("pane", "topLeft") not in panes:
                what = f"A selection lies in the pane {selection.get('pane')}, but the sheet is not divided."
                yield PackageFinding("view", sheet.title, what, "Remove it.")
            active = grid.cell(selection.get("activeCell", "A1"))
            areas = [grid.area(each) for each in selection.get("sqref", "A1").split()]
            if active is None or not any(each and each.holds(*active) for each in areas):
                what = f"The active cell {shortened(selection.get('activeCell', 'A1'))} is not within the selection."
                yield PackageFinding("view", sheet.title, what, "Correct sqref.")


def _check_links(contents: Contents, sheet: Sheet) -> Findings:
    links = sheet.root.findall("{*}hyperlinks/{*}hyperlink")
    if len(links) > MOST_LINKS:
        yield PackageFinding(
            "link", sheet.title, f"It has {len(links):,} links; Excel keeps {MOST_LINKS:,}.", "Use fewer."
        )
    relationships = contents.package.relationships(sheet.part)
    known = contents.known()
    for link in links:
        place = f"{sheet.title}!{shortened(link.get('ref', ''))}"
        number = relationship_number(link.attrib)
        location, target = link.get("location", ""), relationships.get(number or "")
        if number is None and not location:
            yield PackageFinding("link", place, "Its link leads nowhere.", "Give it a location, or remove it.")
        if len(location) > LONGEST_TARGET or (target and len(target.target) > LONGEST_TARGET):
            yield PackageFinding(
                "link", place, f"Its link is longer than {LONGEST_TARGET:,} characters.", "Shorten it."
            )
        if len(link.get("tooltip", "")) > LONGEST_TIP:
            yield PackageFinding(
                "link", place, f"The tip of its link is longer than {LONGEST_TIP} characters.", "Shorten it."
            )
        if number is None and location and not _leads_somewhere(location, known):
            yield PackageFinding(
                "link", place, f"Its link leads to {shortened(location)}, which is not there.", "Correct it."
            )


def _leads_somewhere(location: str, known: Known) -> bool:
    title, mark, _ = location.lstrip("#").rpartition("!")
    if mark:
        return re.sub(r"^'(.*)'$", lambda quoted: quoted[1].replace("''", "'"), title).casefold() in known.sheets
    return known.has_name(location.casefold()) or grid.area(location) is not None
