"""The XML of parts as trees.

It is parsed with nothing fetched and nothing expanded, and written as Excel declares it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

Parts = dict[str, bytes]
Element = Any
"""An lxml element."""
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class BrokenXml(ValueError):
    """A part that holds no XML; the text says where it goes wrong."""


def parsed(content: bytes, *, whole: bool = True) -> Element:
    """The root element of a part; raises `BrokenXml`.

    whole : with comments and processing instructions, to be written back; else elements only.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=not whole, remove_pis=not whole
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise BrokenXml(str(problem)) from None


def without_blanks(xml: str) -> Element:
    """An element from text that is laid out for the reader.

    Fails on characters that XML cannot carry.
    """
    return etree.fromstring(xml, etree.XMLParser(remove_blank_text=True))


def serialised(root: Element) -> bytes:
    """A part's content, as Excel declares it."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


@contextmanager
def editing(parts: Parts, name: str) -> Iterator[Element]:
    """The root element of a part, written back when the block ends."""
    root = parsed(parts[name])
    yield root
    parts[name] = serialised(root)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
