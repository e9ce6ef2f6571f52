"""A workbook of ours whose cells call the functions that it carries.

All that it shows stays: formulas keep their values, and the parts that change nothing of it are copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator

from addin.lite.bundle import MAIN, REQUIREMENTS, main_text, requirements_text
from addin.lite.carried import XLWINGS_LITE, carried_in, lite_extension
from roi_engine.errors import FtRoiError
from roi_engine.worksheet.catalogue import functions
from templates.returned.provenance import is_ours, provenance_of
from templates.returned.relinking import LONGEST_FORMULA, relink
from templates.xlsx import dynamic_arrays, web_extensions
from templates.xlsx.namespaces import PACKAGE, PACKAGE_RELATIONSHIPS
from templates.xlsx.relationships import relationships_part, relationships_xml
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import AGAIN, DAMAGED, Package, UnreadableWorkbook, main_part, open_package
from templates.xlsx.web_extensions import FUNCTION_PREFIX
from templates.xlsx.xml_parts import Element, parsed, serialised
from templates.xlsx.zip_package import copy_of, zip_of

ADDIN_VERSION = "1.0.0.0"
_TYPES = "[Content_Types].xml"


class NotForLite(FtRoiError):
    """A workbook that cannot carry the functions, with the reason and the cure."""


@dataclass(frozen=True)
class LiteWorkbook:
    """A workbook with the functions in it.

    cells : how many call one.
    characters : of the Python that it carries.
    """

    content: bytes
    cells: int
    characters: int


def with_functions(content: bytes) -> LiteWorkbook:
    """A workbook that carries the functions, and whose cells call them.

    content : the bytes of a workbook of ours, of the wired edition; it may come from anybody.
    Raises `UnreadableWorkbook` for a file that is no workbook, `NotForLite` for one that is not ours, calls no
    function, or carries Python of somebody else.
    """
    package = open_package(relink(content).content)
    _check_ours(package)
    return _Carrying(package).done()


def _check_ours(package: Package) -> None:
    book = StoredWorkbook(package)
    if not is_ours(book, provenance_of(book)):
        raise NotForLite("It is no workbook of FT ROI. Make one with ft-roi report.")
    taken = sorted({each.name.upper() for each in book.names} & functions().keys())
    if taken:
        raise NotForLite(
            f"Its name {taken[0]} is a function of its own: xlwings Lite would stop at it. "
            "Make one with ft-roi report --formulas wired."
        )
    if carried_in(package).is_somebody_elses:
        raise NotForLite("It carries Python of somebody else for xlwings Lite, which would be lost.")


@cache
def _calls() -> re.Pattern[str]:
    names = "|".join(sorted(functions(), key=len, reverse=True))
    text, sheet = r'"(?:[^"]|"")*"', r"'(?:[^']|'')*'"
    return re.compile(rf"(?P<other>{text}|{sheet})|(?<![\w.!\]])(?P<name>{names})(?=\()", re.IGNORECASE)


def lite_formula(formula: str) -> str:
    """A formula whose FT_ functions are those of an Office.js add-in.

    >>> lite_formula('IF(ft_functions,FT_NPV(A1),"FT_NPV(A1)")')
    'IF(ft_functions,_xldudf_FT_NPV(A1),"FT_NPV(A1)")'
    """
    if "FT_" not in formula.upper():
        return formula
    return _calls().sub(lambda found: found["other"] or f"{FUNCTION_PREFIX}{found['name'].upper()}", formula)


class _Carrying:
    """The work on one workbook.

    trees : the parts that change or are new, by their names in small letters.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = main_part(package)
        self.trees: dict[str, Element] = {}

    def done(self) -> LiteWorkbook:
        """The workbook."""
        cells = self._let_cells_call()
        self._put_texts({MAIN: main_text(), REQUIREMENTS: requirements_text()})
        return LiteWorkbook(self._zipped(), cells, len(main_text()))

    def _let_cells_call(self) -> int:
        """Rewrites the formulas that call a function; how many cells have one."""
        number, cells = 0, 0
        for part in StoredWorkbook(self.package).parts.values():
            if b"FT_" not in self.package.read(part).upper():
                continue
            sheet = self.package.tree(part, whole=True)
            calling = _calling_cells(sheet)
            if calling:
                number = number or self._dynamic_array_number()
                for cell, formula in calling:
                    cell.find("{*}f").text = formula
                    dynamic_arrays.make_dynamic(cell, number)
                self.trees[part.lower()] = sheet
                cells += len(calling)
        if not cells:
            raise NotForLite("Its cells call no FT_ function. Make one with ft-roi report --formulas wired.")
        return cells

    def _dynamic_array_number(self) -> int:
        """What cells name for a dynamic array, in metadata that are there or new."""
        part = self.package.part_of_kind(self.main, "sheetMetadata")
        if part not in self.package:
            self._add(dynamic_arrays.PART, dynamic_arrays.METADATA, dynamic_arrays.CONTENT_TYPE)
            self._relate(self.main, dynamic_arrays.RELATIONSHIP, dynamic_arrays.PART)
            return dynamic_arrays.NUMBER
        number = dynamic_arrays.number_in(self.package.tree(part))
        if not number:
            raise NotForLite(f"It has metadata of another kind, {part}. Make one with ft-roi report.")
        return number

    def _put_texts(self, texts: Mapping[str, str]) -> None:
        """Writes what xlwings Lite keeps, in the place of older texts; its settings stay."""
        extension = lite_extension(self.package)
        part = extension.part if extension else self._new_name("xl/webextensions/webextension")
        kept = {name: json.dumps(text) for name, text in texts.items()}
        xml = web_extensions.extension_xml(
            XLWINGS_LITE, ADDIN_VERSION, part, {**(extension.properties if extension else {}), **kept}
        )
        if extension:
            self.trees[part.lower()] = parsed(xml.encode())
            return
        self._add(part, xml, web_extensions.EXTENSION_TYPE)
        panes = self.package.part_of_kind("", "webextensiontaskpanes")
        if panes not in self.package:
            panes = self._new_name("xl/webextensions/taskpanes")
            self._add(panes, web_extensions.task_panes_xml(), web_extensions.TASK_PANES_TYPE)
            self._relate("", web_extensions.TASK_PANES_RELATIONSHIP, panes)
        number = self._relate(panes, web_extensions.EXTENSION_RELATIONSHIP, part)
        self._tree(panes).append(parsed(web_extensions.task_panes_xml(number).encode())[0])

    def _tree(self, name: str, otherwise: str = "") -> Element:
        """A part that is written anew; the same tree each time.

        otherwise : what it is where there is none.
        """
        key = name.lower()
        if key not in self.trees:
            self.trees[key] = (
                self.package.tree(name, whole=True) if name in self.package else parsed(otherwise.encode())
            )
        return self.trees[key]

    def _new_name(self, stem: str) -> str:
        """A name for a part that no other has."""
        return next(name for number in count(1) if (name := f"{stem}{number}.xml") not in self.package)

    def _add(self, name: str, xml: str, content_type: str) -> None:
        """Adds a part, and its type to the list of them."""
        if name in self.package:
            raise UnreadableWorkbook(f"The file is damaged: nothing leads to its part {name}. {AGAIN}")
        self.trees[name] = parsed(xml.encode())
        types = self._tree(_TYPES)
        entry = {"PartName": f"/{name}", "ContentType": content_type}
        types.append(types.makeelement(f"{{{PACKAGE}/content-types}}Override", entry))

    def _relate(self, source: str, kind: str, target: str) -> str:
        """Adds a relationship from a part, empty for the package; its number."""
        root = self._tree(relationships_part(source), relationships_xml([]))
        taken = {each.get("Id") for each in root}
        number = next(each for at in count(1) if (each := f"rId{at}") not in taken)
        entry = {"Id": number, "Type": kind, "Target": f"/{target}"}
        root.append(root.makeelement(f"{{{PACKAGE_RELATIONSHIPS}}}Relationship", entry))
        return number

    def _zipped(self) -> bytes:
        """A zip of the parts in their old order, and the new ones behind them."""
        changed = {name: serialised(root) for name, root in self.trees.items()}
        entries = self.package.archive.infolist()
        written = [
            (copy_of(each), changed.pop(each.filename.lower(), b"") or self.package.read(each.filename))
            for each in entries
        ]
        for name, content in changed.items():
            entry = copy_of(entries[0])
            entry.filename = name
            written.append((entry, content))
        return zip_of(written)


def _calling_cells(sheet: Element) -> list[tuple[Element, str]]:
    """The cells of a sheet that call a function, each with its formula as stored.

    A formula that cells share is written into each of them.
    """
    shared: dict[str, tuple[str, str]] = {}
    found = []
    for cell in sheet.iterfind("{*}sheetData/{*}row/{*}c"):
        formula, address = cell.find("{*}f"), cell.get("r", "")
        if formula is None:
            continue
        text = formula.text or ""
        if formula.get("t") == "shared":
            text = text or _moved(*shared.get(formula.get("si", ""), ("", "")), address)
            shared.setdefault(formula.get("si", ""), (text, address))
        called = lite_formula(text)
        if FUNCTION_PREFIX in called:
            if not address:
                raise UnreadableWorkbook(f"A cell with a formula has no address. {AGAIN}")
            found.append((cell, called))
    return found


def _moved(formula: str, origin: str, address: str) -> str:
    """A formula that cells share, as it is in another; empty if it calls nothing."""
    if lite_formula(formula) == formula or len(formula) > LONGEST_FORMULA:
        return ""
    try:
        return str(Translator(f"={formula}", origin).translate_formula(address))[1:]
    except (TokenizerError, ValueError):
        raise UnreadableWorkbook(DAMAGED) from None
