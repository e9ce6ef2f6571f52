"""Relationships: what leads from a part of a package to another, or out of it.

ECMA-376 Part 2, clause 9.3.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, PACKAGE_RELATIONSHIPS, STRICT_RELATIONSHIPS
from templates.xlsx.xml_parts import DECLARATION

_DOCUMENT = (DOCUMENT_RELATIONSHIPS, STRICT_RELATIONSHIPS)
_NUMBERS = tuple(f"{{{space}}}id" for space in _DOCUMENT)
_ELSEWHERE = re.compile(
    r"http://schemas\.openxmlformats\.org/(?:package|officedocument)/2006/relationships/metadata/core-properties"
    r"|http://schemas\.microsoft\.com/office/20\d\d/relationships/(?:vbaProject|xlMacrosheet|xlIntlMacrosheet|activeXControlBinary|media|chartStyle|chartColorStyle"
    r"|webextensiontaskpanes|webextension)"
)
"""The kinds that are no office document's own, as an address."""


class Relationship(NamedTuple):
    """One way out of a part.

    type : its kind in full, as an address.
    target : a part, or an address where external.
    """

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """The last word of its type, or the whole of one that programs pass over.

        One that only ends as theirs do would lead to what nobody sees.
        """
        beginning, _, word = self.type.rpartition("/")
        return word if beginning in _DOCUMENT or _ELSEWHERE.fullmatch(self.type) else self.type


def relationship(source: str, attributes: Mapping[str, str]) -> Relationship:
    """The relationship that an element describes.

    source : the part that it leads from, empty for the package.
    attributes : those of the element.
    """
    external, target = attributes.get("TargetMode") == "External", attributes.get("Target", "")
    kind = attributes.get("Type", "")
    return Relationship(attributes.get("Id", ""), kind, target if external else resolved(source, target), external)


def relationship_number(attributes: Mapping[str, str]) -> str | None:
    """The id of the relationship that an element names.

    None where it names none, empty where it names two.
    attributes : those of the element, as lxml writes their names.

    >>> relationship_number({f"{{{STRICT_RELATIONSHIPS}}}id": "rId1", "{urn:x/relationships}id": "rId2"})
    'rId1'
    """
    found = {attributes[each] for each in _NUMBERS if each in attributes}
    return None if not found else found.pop() if len(found) == 1 else ""


def resolved(source: str, target: str) -> str:
    """The part that a target names, as seen from another part.

    >>> resolved("xl/worksheets/sheet1.xml", "../drawings/drawing1.xml"), resolved("xl/workbook.xml", "/xl/styles.xml")
    ('xl/drawings/drawing1.xml', 'xl/styles.xml')
    """
    path = unquote(target.split("#")[0])
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), path))[1:]


def relationships_part(source: str) -> str:
    """The part that holds a part's relationships.

    >>> relationships_part("xl/workbook.xml"), relationships_part("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def source_of(part: str) -> str:
    """The part whose relationships a part holds.

    >>> source_of("xl/_rels/workbook.xml.rels")
    'xl/workbook.xml'
    """
    folder, name = posixpath.split(part)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def relationships_xml(targets: Iterable[tuple[str, str]]) -> str:
    """The content of a part of relationships.

    targets : the type and the target of each; they are numbered from rId1.
    """
    entries = "".join(
        f"<Relationship Id={quoteattr(f'rId{number}')} Type={quoteattr(kind)} Target={quoteattr(target)}/>"
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE_RELATIONSHIPS}">{entries}</Relationships>'
