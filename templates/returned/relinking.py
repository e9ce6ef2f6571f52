r"""Links to an author's add-in, taken out of a workbook.

``'C:\Anna\ft-roi.xlam'!FT_NPV(A1)`` becomes ``FT_NPV(A1)``.

Excel writes them where a function's add-in lay elsewhere when the file was saved; on every other computer they are
broken. Only the parts that hold one are written anew, all others stay as they are, byte for byte.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from roi_engine.worksheet.catalogue import functions
from templates.xlsx.relationships import relationships_part
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import Package, UnreadableWorkbook, main_part, open_package
from templates.xlsx.xml_parts import Element, local_name, serialised
from templates.xlsx.zip_package import copy_of, zip_of

ADDIN = "ft-roi.xlam"
NAMES = "defined names"
_TYPES = "[Content_Types].xml"
_FORMULAS = frozenset(
    ("f", "formula", "formula1", "formula2", "oldFormula", "definedName", "calculatedColumnFormula", "totalsRowFormula")
)
"""The elements whose text is a formula, in sheets, names, tables and charts."""
_TEXT = r'(?P<text>"(?:[^"]|"")*")'
_INDEX = re.compile(rf"{_TEXT}|(?P<quoted>'(?:[^']|'')*')|(?<![\w\]])\[(?P<bare>\d{{1,9}})\](?=[\w.]*(?::[\w.]+)?!)")
"""The number of an external link (18.17.2.3), as in ``[1]Prices!A1``, ``'[1]My prices'!A1``, ``[1]!FT_NPV(A1)``."""
_QUOTED_INDEX = re.compile(r"'\[(\d{1,9})\]")
_ANY_INDEX = re.compile(rf"{_TEXT}|\[(?P<index>\d{{1,9}})\]")


_CALLED = re.compile("!FT_", re.IGNORECASE)

MOST_FORMULAS = 5_000_000
"""Characters of all formulas that name a sheet or a file."""
LONGEST_FORMULA = 8_192
"""Characters; what is longer is no formula that Excel reads."""


@dataclass(frozen=True)
class Relinked:
    """A workbook without the links.

    Its bytes, the formulas by sheet, and the files whose links went or stay.
    """

    content: bytes
    formulas: Mapping[str, int]
    removed: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.formulas or self.removed)


def relink(content: bytes) -> Relinked:
    """A workbook whose FT_ functions are called by their plain names.

    They stand in place of those linked to a copy of the add-in.

    content : an .xlsx, .xlsm, .xltx or .xlam file, from anybody.
    Raises `UnreadableWorkbook` for a file that is no workbook, or beyond a limit.

    A link that nothing else uses goes too, and the numbers of those behind it move up.
    """
    return _Relinking(open_package(content)).done(content)


@cache
def _call() -> re.Pattern[str]:
    """A text, which is passed over, or a link with the call behind it.

    Each kind of link begins where nothing before it can be part of it: its time grows with the formula's length only.
    """
    names = "|".join(sorted(functions(), key=len, reverse=True))
    link = r"(?<!')'(?:[^']|'')*'!|\[[^\[\]'\"!]+\][\w.]*!|(?<![\w.\-])[\w.\-]+\.xl\w+!"
    return re.compile(rf"{_TEXT}|(?P<link>{link})(?P<call>(?:{names})\()?", re.IGNORECASE)


def unlinked(formula: str) -> str:
    r"""A formula whose FT_ functions are called by their plain names.

    Texts and other links stay.

    >>> unlinked("'C:\\Anna''s\\ft-roi.xlam'!FT_NPV(A1)+[1]!FT_IRR(B1)&\"[1]!FT_IRR(\"&[2]Prices!A1")
    'FT_NPV(A1)+FT_IRR(B1)&"[1]!FT_IRR("&[2]Prices!A1'
    """
    if not _CALLED.search(formula):
        return formula
    return _call().sub(lambda found: found["call"] or found[0], formula)


def _may_link(formula: str) -> bool:
    return "!" in formula and len(formula) <= LONGEST_FORMULA


def _renumbered(formula: str, numbers: Mapping[int, int]) -> str:
    """A formula with other numbers of its external links."""

    def moved(found: re.Match[str]) -> str:
        if found["quoted"]:
            return _QUOTED_INDEX.sub(lambda each: f"'[{numbers.get(int(each[1]), each[1])}]", found[0], count=1)
        return found[0] if found["text"] else f"[{numbers.get(int(found['bare']), found['bare'])}]"

    return _INDEX.sub(moved, formula)


def _indexes(formula: str) -> list[int]:
    """The numbers of external links in a formula."""
    quoted = (_QUOTED_INDEX.match(found["quoted"]) if found["quoted"] else None for found in _INDEX.finditer(formula))
    bare = (found["bare"] for found in _INDEX.finditer(formula))
    return [int(each[1]) for each in quoted if each] + [int(each) for each in bare if each]


class _Relinking:
    """The work on one workbook.

    Formulas are read as a stream, and parts become trees only where they change.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = main_part(package)
        self.sheets = {part.lower(): title for title, part in StoredWorkbook(package).parts.items()}
        self.formulas: dict[str, list[str]] = {}
        self.left = MOST_FORMULAS
        self.shape_links = False
        self.references: list[str] = []
        folder = posixpath.dirname(self.main).lower()
        for name in package.names():
            if name.lower().startswith(folder) and name.lower().endswith(".xml") and package.read(name):
                self._scan(name)

    def _scan(self, name: str) -> None:
        """Gathers the formulas of a part.

        And whether an attribute holds a link's number, as a shape's text may.
        """
        found: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "externalReference" and name == self.main:
                self.references.append(attributes.get("id", ""))
            self.shape_links |= any("]" in each and "!" in each and _indexes(each) for each in attributes.values())

        def end(tag: str, text: str) -> None:
            if tag in _FORMULAS and _may_link(text):
                found.append(text)
                self.left -= len(text)
                if self.left < 0:
                    raise UnreadableWorkbook("Its formulas are too long. Delete sheets of other data.", "too-large")

        self.package.stream(name, start, end)
        if found:
            self.formulas[name] = found

    def done(self, content: bytes) -> Relinked:
        """The workbook, changed or as it was."""
        counted: Counter[str] = Counter()
        linked: set[int] = set()
        after: list[str] = []
        for name, formulas in self.formulas.items():
            for formula in formulas:
                plain = unlinked(formula)
                after.append(plain)
                if plain != formula:
                    counted[self._title(name)] += 1
                    linked |= set(_indexes(formula)) - set(_indexes(plain))
        going, staying = self._links(linked, after)
        files = {number: self._file(number) for number in (*going, *staying)}
        result = dict(counted), tuple(files[each] for each in going), tuple(files[each] for each in staying)
        if not counted and not going:
            return Relinked(content, *result)
        return Relinked(self._written(going), *result)

    def _title(self, name: str) -> str:
        return NAMES if name == self.main else self.sheets.get(name.lower(), name)

    def _links(self, linked: set[int], after: list[str]) -> tuple[list[int], list[int]]:
        """The numbers of the links to the add-in that go, and of those that stay.

        A link stays where something else uses it.
        """
        ours = [
            number
            for number in range(1, len(self.references) + 1)
            if number in linked or self._file(number).replace("\\", "/").rpartition("/")[2].lower() == ADDIN
        ]
        used = [int(found["index"]) for each in after for found in _ANY_INDEX.finditer(each) if found["index"]]
        going = [number for number in ours if number not in used and not self.shape_links]
        if sorted(used) != sorted(number for each in after for number in _indexes(each)):
            # What looks like a number and may be none cannot be moved up: only the last links can go.
            last = len(self.references)
            going = [number for number in going if set(range(number, last + 1)) <= set(going)]
        return going, [number for number in ours if number not in going]

    def _part(self, number: int) -> str:
        related = self.package.relationships(self.main).get(self.references[number - 1])
        return related.target if related and not related.external else ""

    def _file(self, number: int) -> str:
        """The file that an external link leads to, as it is written.

        Empty where that cannot be told.
        """
        targets = [each.target for each in self.package.relationships(self._part(number)).values()]
        return targets[0].removeprefix("file:///") if targets else ""

    def _written(self, going: list[int]) -> bytes:
        """The package with the changed parts in the place of the old ones."""
        left = [number for number in range(1, len(self.references) + 1) if number not in going]
        numbers = {number: at for at, number in enumerate(left, 1) if number != at}
        gone = {self._part(number).lower() for number in going} - {self._part(number).lower() for number in left}
        dropped = gone | {relationships_part(part) for part in gone}
        trees: dict[str, Element] = {}

        def tree(name: str) -> Element:
            """A part that is changed; the same one each time."""
            if name not in trees:
                trees[name] = self.package.tree(name, whole=True)
            return trees[name]

        for name, formulas in self.formulas.items():
            if any(_renumbered(unlinked(each), numbers) != each for each in formulas):
                _rewrite(tree(name), numbers)
        if going:
            identifiers = {self.references[number - 1] for number in going}
            parts = {f"/{part}" for part in dropped}
            _drop_references(tree(self.main), identifiers)
            _drop(tree(relationships_part(self.main)), "Relationship", "Id", identifiers)
            _drop(tree(_TYPES), "Override", "PartName", parts, lower=True)
        return self._zipped({name.lower(): serialised(root) for name, root in trees.items()}, dropped)

    def _zipped(self, changed: Mapping[str, bytes], dropped: set[str]) -> bytes:
        """A zip of the parts in their old order, with their old dates and compression."""
        kept = (entry for entry in self.package.archive.infolist() if entry.filename.lower() not in dropped)
        return zip_of(
            (copy_of(entry), changed.get(entry.filename.lower()) or self.package.read(entry.filename)) for entry in kept
        )


def _elements(root: Element, *tags: str) -> Iterator[Element]:
    return (each for each in root.iter("{*}*") if local_name(each) in tags)


def _rewrite(root: Element, numbers: Mapping[int, int]) -> None:
    for element in _elements(root, *_FORMULAS):
        if _may_link(element.text or ""):
            element.text = _renumbered(unlinked(element.text), numbers)


def _drop(root: Element, tag: str, attribute: str, values: set[str], lower: bool = False) -> None:
    for element in list(_elements(root, tag)):
        value = element.get(attribute, "")
        if (value.lower() if lower else value) in values:
            element.getparent().remove(element)


def _drop_references(root: Element, identifiers: set[str]) -> None:
    """Takes the entries out of the workbook's list of external links.

    And the list too, where it is empty.
    """
    for element in list(_elements(root, "externalReference")):
        if identifiers & set(element.attrib.values()):
            element.getparent().remove(element)
    for whole in list(_elements(root, "externalReferences")):
        if not len(whole):
            whole.getparent().remove(whole)
