"""Checks of the workbook's own part (18.2).

Its sheets, what a formula may refer to, views, calculation settings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from roi_engine.errors import shortened
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.formula_syntax import Allowance, Known, faults, shape
from templates.package_check.package import Package, Root
from templates.xlsx.escapes import unescaped
from templates.xlsx.relationships import relationship_number
from templates.xlsx.untrusted_package import DAMAGED, SHEETS, UnreadableWorkbook
from templates.xlsx.xml_parts import local_name

LONGEST_TITLE = 31
MAIN_TYPES = ("sheet.main+xml", "template.main+xml", "macroEnabled.main+xml")
OF_A_SHEET = {"sheetData", "cols", "sheetFormatPr", "mergeCells", "conditionalFormatting"}
CURRENT_CALCULATION = 179_016
"""From this calcId on Excel keeps a file's values, if the file lists the features that it calculates with."""


@dataclass(frozen=True)
class Sheet:
    """A tab: its title, its part and the root of its part, where there is one."""

    title: str
    number: str
    part: str
    root: Root
    is_grid: bool
    foreign: str
    """The tag of an element of another namespace that stood among its cells; empty where there is none."""


@dataclass
class Contents:
    """The workbook as the checks see it.

    Its sheets, names and tables, and how long its lists are.
    """

    package: Package
    part: str
    root: Root
    sheets: list[Sheet]
    names: set[str] = field(default_factory=set)
    sheet_names: dict[int, set[str]] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    links: int = 0
    formats: int = 0
    differential_formats: int = 0
    texts: list[str] = field(default_factory=list)
    cell_metadata: int = 0
    value_metadata: int = 0
    _allowance: Allowance = field(default_factory=Allowance)
    _known: dict[int | None, Known] = field(default_factory=dict)
    _faults: dict[tuple[int | None, str], list[Any]] = field(default_factory=dict)
    _sound_shapes: set[tuple[int | None, str]] = field(default_factory=set)

    @cached_property
    def titles(self) -> frozenset[str]:
        """The sheets' titles, case aside."""
        return frozenset(each.title.casefold() for each in self.sheets)

    def known(self, sheet: int | None = None) -> Known:
        """What a formula on a sheet may refer to."""
        if sheet is not None and sheet not in self.sheet_names:
            sheet = -1  # those of a sheet without names of its own
        if sheet not in self._known:
            own = set().union(*self.sheet_names.values()) if sheet is None else self.sheet_names.get(sheet, set())
            self._known[sheet] = Known(self.titles, self.names, self.tables, self.links, own)
        return self._known[sheet]

    def check_formula(self, place: str, formula: str, sheet: int | None = None) -> Findings:
        """A finding for each fault of a formula.

        A formula that is met again, or copied across, is not read again.
        """
        names_of = sheet if sheet in self.sheet_names else None
        shaped = (names_of, shape(formula))
        if shaped in self._sound_shapes:
            return
        key = (names_of, formula)
        if key not in self._faults:
            if self._allowance.left < 0:
                what = "It is too large: its formulas have more parts than are read."
                raise UnreadableWorkbook(f"{what} Delete sheets of other data.", "too-large", place)
            self._faults[key] = faults(formula, self.known(sheet), self._allowance)
            if not self._faults[key]:
                self._sound_shapes.add(shaped)
        for fault in self._faults[key]:
            yield PackageFinding(fault.rule, place, f"{shortened(formula)!r}: {fault.what}", fault.cure)


def contents_of(package: Package) -> tuple[Contents | None, list[PackageFinding]]:
    """The workbook in a package, and what is wrong where there is none."""
    part = next(package.related("", "officeDocument"), None)
    root = package.root(part)
    if part is None or root is None or not root.tag.endswith("}workbook"):
        what = "The package holds no workbook."
        return None, [PackageFinding("no-workbook", "the file", what, "Save it as .xlsx in a spreadsheet program.")]
    relationships = package.relationships(part)
    sheets: list[Sheet] = []
    taken: set[str] = set()
    for each in root.iterfind("{*}sheets/{*}sheet"):
        related = relationships.get(relationship_number(each.attrib) or "")
        name = package.named(related.target) if related else None
        is_grid = related is not None and related.kind == "worksheet"
        if name in taken:
            raise UnreadableWorkbook(DAMAGED, "sheet-part", name)
        taken.update([name] if name else [])
        sheet = package.root(name)
        foreign = _without_foreign(sheet) if is_grid else ""
        sheets.append(Sheet(each.get("name", ""), each.get("sheetId", ""), name or "", sheet, is_grid, foreign))
    contents = Contents(package, part, root, sheets)
    _collect_names(contents)
    contents.links = len(root.findall("{*}externalReferences/{*}externalReference"))
    for name in list(package.parts):
        if name.startswith("xl/tables/"):
            table = package.root(name)
            if table is not None:
                contents.tables.add(table.get("displayName", "").casefold())
    strings = package.root(next(package.related(part, "sharedStrings"), None))
    if strings is not None:
        contents.texts = [_text(each) for each in strings.iterchildren("{*}si")]
    styles = package.root(next(package.related(part, "styles"), None))
    if styles is not None:
        contents.formats = len(styles.findall("{*}cellXfs/{*}xf"))
        contents.differential_formats = len(styles.findall("{*}dxfs/{*}dxf"))
    metadata = package.root(next(package.related(part, "sheetMetadata"), None))
    if metadata is not None:
        contents.cell_metadata = len(metadata.findall("{*}cellMetadata/{*}bk"))
        contents.value_metadata = len(metadata.findall("{*}valueMetadata/{*}bk"))
    return contents, []


def _text(string: Root) -> str:
    """A shared string, phonetic hints left out."""
    pieces = [*string.iterchildren("{*}t"), *string.iterfind("{*}r/{*}t")]
    return unescaped("".join(each.text or "" for each in pieces))


def _without_foreign(root: Root) -> str:
    """Takes elements of other namespaces out of a sheet's cells.

    And those that hold cells or looks: programs differ in which alternative of an AlternateContent they show.

    Returns the tag of the first, empty where there is none.
    """
    known = {f"{{{space}}}" for space in SHEETS}
    if root is None or f"{root.tag.rpartition('}')[0]}}}" not in known:
        return "" if root is None else str(root.tag)
    foreign = [
        each
        for each in root.iterchildren()
        if f"{each.tag.rpartition('}')[0]}}}" not in known
        and any(local_name(inner) in OF_A_SHEET for inner in each.iter())
    ]
    foreign += [
        each
        for cells in root.iterchildren("{*}sheetData")
        for each in cells.iter()
        if f"{each.tag.rpartition('}')[0]}}}" not in known and next(each.iterancestors("{*}extLst"), None) is None
    ]
    for each in foreign:
        each.getparent().remove(each)
    return str(foreign[0].tag) if foreign else ""


def _collect_names(contents: Contents) -> None:
    for each in contents.root.iterfind("{*}definedNames/{*}definedName"):
        name, scope = each.get("name", "").casefold(), whole(each.get("localSheetId"))
        if scope is None:
            contents.names.add(name)
        else:
            contents.sheet_names.setdefault(scope, set()).add(name)


def whole(text: str | None) -> int | None:
    """A whole number in an attribute; None where there is none."""
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,12}", text) else None


def check_workbook(contents: Contents) -> Findings:
    """Titles, tabs, views and the settings of the calculation."""
    yield from _check_content_type(contents)
    yield from _check_titles(contents)
    yield from _check_views(contents)
    yield from _check_calculation(contents)


def _check_content_type(contents: Contents) -> Findings:
    types = contents.package.root(contents.package.named("[Content_Types].xml"))
    for each in types.iterchildren("{*}Override") if types is not None else ():
        kind = each.get("ContentType", "")
        if each.get("PartName", "").casefold() == f"/{contents.part}".casefold() and not kind.endswith(MAIN_TYPES):
            what = f"Its content type is {shortened(kind)}, not that of a workbook."
            yield PackageFinding("content-type", contents.part, what, "Save it as .xlsx.")


def _check_titles(contents: Contents) -> Findings:
    seen, numbers = set(), set()
    if not contents.sheets:
        yield PackageFinding("sheet-none", contents.part, "The workbook has no sheet.", "Add one.")
    for sheet in contents.sheets:
        title, place = sheet.title, f"sheet {shortened(sheet.title)!r}"
        if not title or len(title) > LONGEST_TITLE:
            what = f"Its title has {len(title)} characters; 1 to {LONGEST_TITLE} are allowed."
            yield PackageFinding("sheet-title-length", place, what, "Shorten it.")
        if re.search(r"[\[\]:*?/\\\x00-\x1f]", title) or title.startswith("'") or title.endswith("'"):
            what = "Its title holds one of [ ] : * ? / \\, or ' at an end."
            yield PackageFinding("sheet-title-character", place, what, "Rename it.")
        if title.casefold() in seen:
            yield PackageFinding(
                "sheet-title-duplicate", place, "Two sheets have this title (case aside).", "Rename one."
            )
        seen.add(title.casefold())
        if title.casefold() == "history":
            yield PackageFinding(
                "sheet-title-reserved", place, "Excel keeps the title History for itself.", "Rename it."
            )
        if sheet.number in numbers or not 1 <= (whole(sheet.number) or 0) <= 65_534:
            yield PackageFinding(
                "sheet-number", place, f"Its sheetId {sheet.number} is taken or illegal.", "Number it anew."
            )
        numbers.add(sheet.number)


def _check_views(contents: Contents) -> Findings:
    states = [each.get("state", "visible") for each in contents.root.iterfind("{*}sheets/{*}sheet")]
    if states and "visible" not in states:
        yield PackageFinding("sheet-none-visible", contents.part, "Every sheet is hidden.", "Show one.")
    for view in contents.root.iterfind("{*}bookViews/{*}workbookView"):
        for setting in ("activeTab", "firstSheet"):
            index = whole(view.get(setting, "0"))
            if index is None or not 0 <= index < max(len(states), 1):
                what = f"{setting} is {view.get(setting)}; there are {len(states)} sheets."
                yield PackageFinding("sheet-active", contents.part, what, "Count from 0.")


def _check_calculation(contents: Contents) -> Findings:
    """Whether Excel keeps the cached values on opening (MS-XLSX 2.4.82)."""
    for settings in contents.root.iterchildren("{*}calcPr"):
        if settings.get("fullPrecision") in ("0", "false"):
            what = "It calculates with the digits that are shown, and rounds every figure."
            yield PackageFinding("precision", contents.part, what, 'Turn off "Set precision as displayed".')
        if settings.get("fullCalcOnLoad") in ("1", "true"):
            what = "fullCalcOnLoad makes Excel calculate everything anew on opening."
            yield PackageFinding(
                "recalculation", contents.part, what, "Leave it out, so that the values in the file stay."
            )
        elif (whole(settings.get("calcId")) or CURRENT_CALCULATION) < CURRENT_CALCULATION:
            what = f"calcId {settings.get('calcId')} is that of an older Excel: a newer one calculates anew on opening."
            yield PackageFinding("recalculation", contents.part, what, "Write 191029.")
        elif settings.get("calcId") and next(contents.root.iter("{*}calcFeatures"), None) is None:
            what = "The features that it was calculated with are not listed: Excel calculates anew on opening."
            yield PackageFinding("recalculation", contents.part, what, "List them in the extension calcFeatures.")
