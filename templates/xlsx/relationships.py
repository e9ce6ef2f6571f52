"""Relationships: what leads from a part of a package to another, or out of it.

ECMA-376 Part 2, clause 9.3.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from templates.xlsx.namespaces import PACKAGE_RELATIONSHIPS
from templates.xlsx.xml_parts import DECLARATION


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
        """The last word of its type."""
        return self.type.rsplit("/", 1)[-1]


def relationship(source: str, attributes: Mapping[str, str]) -> Relationship:
    """The relationship that an element describes.

    source : the part that it leads from, empty for the package.
    attributes : those of the element.
    """
    external, target = attributes.get("TargetMode") == "External", attributes.get("Target", "")
    kind = attributes.get("Type", "")
    return Relationship(attributes.get("Id", ""), kind, target if external else resolved(source, target), external)


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
