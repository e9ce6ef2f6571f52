"""What other programs need of a file that Excel reads either way.

Each was seen: xlsx-populate reads the text of every cell whose type is an inline string, though it be empty; ExcelJS
looks for the elements of a drawing by their prefix, and for parts by paths relative to their source.
"""

from __future__ import annotations

import posixpath

from lxml import etree

from templates.xlsx.namespaces import ANCHOR, DRAWING, MAIN
from templates.xlsx.relationships import source_of
from templates.xlsx.xml_parts import Element, Parts, editing, parsed, serialised

DRAWING_PREFIXES = {"xdr": ANCHOR.strip("{}"), "a": DRAWING.strip("{}")}
"""The prefixes that Excel gives the elements of a drawing."""


def leave_out_types_of_empty_cells(rows: Element) -> None:
    """An empty cell has no type (18.3.1.4, ``t``)."""
    for cell in rows.iter(f"{MAIN}c"):
        if not len(cell):
            cell.attrib.pop("t", None)


def prefix_drawings(parts: Parts) -> None:
    """The elements of drawings with the prefixes that Excel gives them (20.5)."""
    for name in [name for name in parts if name.startswith("xl/drawings/drawing")]:
        old = parsed(parts[name])
        root = etree.Element(old.tag, nsmap=DRAWING_PREFIXES)
        root.extend(old)
        etree.cleanup_namespaces(root, keep_ns_prefixes=["a"])
        parts[name] = serialised(root)


def make_targets_relative(parts: Parts) -> None:
    """Paths of parts as seen from their source (Part 2, 9.3.2).

    >>> xml = '<Relationships><Relationship Id="rId1" Target="/xl/charts/chart1.xml"/></Relationships>'
    >>> parts = {"xl/drawings/_rels/drawing1.xml.rels": xml.encode()}
    >>> make_targets_relative(parts)
    >>> b'Target="../charts/chart1.xml"' in parts["xl/drawings/_rels/drawing1.xml.rels"]
    True
    """
    for name in [name for name in parts if name.endswith(".rels")]:
        folder = posixpath.dirname(source_of(name))
        with editing(parts, name) as relationships:
            for each in relationships:
                target = each.get("Target", "")
                if target.startswith("/"):
                    each.set("Target", posixpath.relpath(target[1:], folder or "."))
