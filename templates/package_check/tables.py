"""Checks of tables (18.5).

Their range, their titles as the cells have them, their names and formulas.
"""

from __future__ import annotations

from collections.abc import Iterable

from roi_engine.errors import shortened
from templates.package_check import grid
from templates.package_check.defined_names import LEGAL, LONGEST_NAME, reads_as_cell
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, Sheet, whole
from templates.xlsx.column_letters import column_letters
from templates.xlsx.escapes import unescaped


def check_tables(contents: Contents) -> Findings:
    """Every table of the workbook."""
    names: set[str] = set()
    numbers: set[str] = set()
    for index, sheet in enumerate(contents.sheets):
        rows: dict[int, Root] = {}
        for part in contents.package.related(sheet.part, "table") if sheet.is_grid and sheet.root is not None else ():
            table = contents.package.root(part)
            if table is None:
                continue
            name, number = table.get("displayName", ""), table.get("id", "")
            place = f"table {shortened(name)!r}"
            if not LEGAL.fullmatch(name) or reads_as_cell(name) or len(name) > LONGEST_NAME:
                yield PackageFinding("table-name", place, "A table cannot be called so.", "Rename it.")
            if name.casefold() in names or number in numbers:
                yield PackageFinding(
                    "table-duplicate", place, "Its name or its id is another table's.", "Number it anew."
                )
            names.add(name.casefold())
            numbers.add(number)
            if not rows:
                rows = _numbered(sheet.root.iterfind("{*}sheetData/{*}row"))
            yield from _check_range(contents, index, sheet, rows, table, place)


def _check_range(
    contents: Contents, index: int, sheet: Sheet, rows: dict[int, Root], table: Root, place: str
) -> Findings:
    area = grid.area(table.get("ref"))
    columns = table.findall("{*}tableColumns/{*}tableColumn")
    titles = [unescaped(each.get("name", "")) for each in columns]
    headed = table.get("headerRowCount", "1") != "0"
    if area is None or len(columns) != area.right - area.left + 1 or area.bottom - area.top < headed:
        what = f"It has {len(columns)} columns, in {shortened(table.get('ref', 'no range'))}."
        yield PackageFinding("table-range", place, what, "Its range holds its titles, a row, and every column.")
        return
    if len({title.casefold() for title in titles}) < len(titles):
        yield PackageFinding("table-titles", place, "Two of its columns have the same title.", "Rename one.")
    if headed:
        shown = _texts_in_row(contents, rows.get(area.top))
        for offset, title in enumerate(titles):
            cell = f"{column_letters(area.left + offset)}{area.top}"
            if shown.get(area.left + offset) != title:
                what = f"{sheet.title}!{cell} does not show its title {shortened(title)!r} as a text."
                yield PackageFinding("table-header", place, what, "Write the title into the cell.")
    filtered = table.find("{*}autoFilter")
    if filtered is not None and (grid.area(filtered.get("ref")) or area)[:2] != area[:2]:
        yield PackageFinding("table-range", place, "Its filter lies elsewhere.", "Give both the same range.")
    for formula in table.iter("{*}calculatedColumnFormula", "{*}totalsRowFormula"):
        yield from contents.check_formula(place, formula.text or "", index)


def _numbered(rows: Iterable[Root]) -> dict[int, Root]:
    """Rows by their numbers; one without a number follows the one before it."""
    found: dict[int, Root] = {}
    number = 0
    for row in rows:
        number = whole(row.get("r")) or number + 1
        found[number] = row
    return found


def _texts_in_row(contents: Contents, row: Root | None) -> dict[int, str]:
    """Column → the text that a cell of a row holds.

    A cell without an address follows the one before it.
    """
    found = {}
    column = 0
    for cell in row.iterchildren("{*}c") if row is not None else ():
        where, value = grid.cell(cell.get("r")), cell.findtext("{*}v")
        if where is None and cell.get("r") is not None:
            continue
        column = where[1] if where else column + 1
        if cell.get("t") == "s" and value and value.isdigit() and int(value[:9]) < len(contents.texts):
            found[column] = contents.texts[int(value[:9])]
        elif cell.get("t") == "str":
            found[column] = unescaped(value or "")
        elif cell.get("t") == "inlineStr":
            found[column] = unescaped("".join(each.text or "" for each in cell.iter("{*}t")))
    return found
