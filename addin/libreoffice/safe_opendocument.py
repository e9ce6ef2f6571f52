"""A safe copy of an OpenDocument workbook (.ods) for LibreOffice.

It keeps the cells, styles, charts and plain pictures.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from templates.xlsx.untrusted_package import DAMAGED, Package, UnreadableWorkbook
from templates.xlsx.xml_parts import BrokenXml, Element, local_name, parsed, serialised
from templates.xlsx.zip_package import zipped

_HREF = "{http://www.w3.org/1999/xlink}href"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_CHART = "application/vnd.oasis.opendocument.chart"
_XML = ("content.xml", "styles.xml", "meta.xml")
_CHART_PART = re.compile(r"([^/]+)/(content|styles|meta)\.xml")
_PICTURE_PART = re.compile(r"Pictures/[^/]+")
_LINKS = {"{urn:oasis:names:tc:opendocument:xmlns:text:1.0}a", f"{{{_OASIS}:drawing:1.0}}a"}
_WEB = ("http://", "https://", "mailto:", "#")
"""What a link may begin with: LibreOffice does not follow it."""

LEFT_OUT = {
    "scripts": "macros",
    "event-listeners": "macros",
    "forms": "controls",
    "dde-links": "links to other programs",
    "dde-source": "links to other programs",
    "table-source": "links to data elsewhere",
    "cell-range-source": "links to data elsewhere",
    "database-source-sql": "connections to data elsewhere",
    "database-source-query": "connections to data elsewhere",
    "database-source-table": "connections to data elsewhere",
    "source-service": "connections to data elsewhere",
    "plugin": "embedded objects",
    "applet": "embedded objects",
    "floating-frame": "embedded objects",
    "object-ole": "embedded objects",
    "binary-data": "pictures that are linked, or are not PNG, JPEG or GIF",
    "font-face-src": "fonts of its own",
}
"""The elements that the copy does not have, whatever is in them, and what is said of them."""


def safe_opendocument(package: Package, pictures: tuple[bytes, ...]) -> tuple[bytes, list[str]]:
    """The copy of an OpenDocument workbook, and what was left out, in words.

    package : the workbook.
    pictures : the first bytes of the kinds of picture that the copy keeps.
    """
    names = set(package.names())
    kept = {name for name in names if _PICTURE_PART.fullmatch(name) and package.read(name).startswith(pictures)}
    kinds = _media_types(package)
    charts = {folder for folder, kind in kinds.items() if kind == _CHART and f"{folder}/content.xml" in names}
    documents = [name for name in _XML if name in names]
    documents += [name for name in sorted(names) if (at := _CHART_PART.fullmatch(name)) and at[1] in charts]
    if "content.xml" not in documents:
        raise UnreadableWorkbook(DAMAGED)
    left_out: set[str] = set()
    if any(name.startswith(("Basic/", "Scripts/", "Dialogs/")) for name in names):
        left_out.add("macros")
    parts = {name: _cleaned(package, name, kept, charts, left_out) for name in documents}
    parts |= {name: package.read(name) for name in sorted(kept)}
    return _packed(parts, charts), sorted(left_out)


def _media_types(package: Package) -> dict[str, str]:
    """What the manifest says that each folder of the package is."""
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "file-entry":
            found[attributes.get("full-path", "").rstrip("/")] = attributes.get("media-type", "")

    if "META-INF/manifest.xml" in package:
        package.stream("META-INF/manifest.xml", start)
    return found


def _cleaned(package: Package, name: str, pictures: set[str], charts: set[str], left_out: set[str]) -> bytes:
    """A document of the package without what leads out of it."""
    package.stream(name)  # for its limits
    try:
        root = parsed(package.read(name), whole=False)
    except BrokenXml:
        raise UnreadableWorkbook(DAMAGED) from None
    dropped = []
    for element in root.iter():
        local = local_name(element)
        target = element.get(_HREF)
        if local in LEFT_OUT:
            if len(element) or element.text or (element.attrib and local != "forms"):
                left_out.add(LEFT_OUT[local])
            dropped.append(element)
        elif local == "svg":
            raise UnreadableWorkbook(DAMAGED)
        elif target is not None and element.tag in _LINKS:
            if not target.lower().startswith(_WEB):
                left_out.add("links that are not to a web page, a mail address or a cell")
                del element.attrib[_HREF]
        elif target is not None and not _is_inside(element, target, pictures | charts):
            if local == "object":
                left_out.add("embedded objects")
            elif not target.removeprefix("./").startswith("ObjectReplacements/"):
                left_out.add("pictures that are linked, or are not PNG, JPEG or GIF")
            dropped.append(element)
    for element in dropped:
        _remove(element)
    return serialised(root)


def _is_inside(element: Element, target: str, kept: set[str]) -> bool:
    """Whether a reference leads to a place in the workbook or to a kept part.

    The ``..`` of a chart is its sheet.
    """
    above = target == ".." and local_name(element) == "chart"
    return above or target.startswith("#") or target.removeprefix("./").rstrip("/") in kept


def _remove(element: Element) -> None:
    """Takes an element out, and leaves the text that follows it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if parent is None:
        raise UnreadableWorkbook(DAMAGED)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _packed(parts: dict[str, bytes], charts: set[str]) -> bytes:
    entries = {"/": _SPREADSHEET, **{f"{folder}/": _CHART for folder in sorted(charts)}}
    entries |= {name: "text/xml" if name.endswith(".xml") else "" for name in parts}
    lines = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type={quoteattr(kind)}/>"
        for name, kind in entries.items()
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0">{lines}</manifest:manifest>'
    return zipped({**parts, "META-INF/manifest.xml": manifest}, unpacked={"mimetype": _SPREADSHEET})
