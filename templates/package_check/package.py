"""The file as a package: its zip entries, its parts as XML, what relates them (ECMA-376 Part 2).

The file may be hostile: sizes are counted while they are read, no entity is expanded and nothing outside is opened.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lxml import etree

from templates.package_check.finding import Findings, PackageFinding
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package

MOST_PARTS, LARGEST_PART, LARGEST_PACKAGE = 5_000, 16 * 2**20, 48 * 2**20
"""What is read at all: parts, bytes of one part, bytes of all parts, uncompressed."""

CONTENT_TYPES = "[Content_Types].xml"
Root = Any
"""An lxml element."""


@dataclass(frozen=True)
class Relationship:
    """From a part to another, or out of the package."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a package by name."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self._spelling = {name.casefold(): name for name in parts}
        self._roots: dict[str, Root] = {}
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self.broken: dict[str, str] = {}

    def named(self, name: str) -> str | None:
        """The part of this name; names are equal whatever their case (Part 2, 6.2.2.3)."""
        return self._spelling.get(name.casefold())

    def root(self, name: str | None) -> Root | None:
        """The root element of a part; None where there is no such part, or no XML in it."""
        if name is None or name not in self.parts:
            return None
        if name not in self._roots:
            self._roots[name] = self._parsed(name)
        return self._roots[name]

    def _parsed(self, name: str) -> Root | None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            root = etree.fromstring(self.parts[name], parser)
        except (etree.XMLSyntaxError, ValueError) as problem:
            self.broken[name] = str(problem)
            return None
        information: Any = root.getroottree().docinfo
        if information.doctype:
            self.broken[name] = "it declares a document type"
            return None
        return root

    def relationships(self, source: str) -> dict[str, Relationship]:
        """The relationships of a part (of the package: "") by their id."""
        if source not in self._relationships:
            folder, name = posixpath.split(source)
            root = self.root(self.named(posixpath.join(folder, "_rels", f"{name}.rels")))
            self._relationships[source] = {
                each.get("Id", ""): Relationship(
                    each.get("Type", "").rsplit("/", 1)[-1],
                    resolved(folder, each.get("Target", "")),
                    each.get("TargetMode") == "External",
                )
                for each in (root.iterchildren("{*}Relationship") if root is not None else ())
            }
        return self._relationships[source]

    def related(self, source: str, kind: str) -> Iterator[str]:
        """The parts that a part relates to by one kind of relationship."""
        for each in self.relationships(source).values():
            target = None if each.external else self.named(each.target)
            if each.kind == kind and target:
                yield target


def resolved(folder: str, target: str) -> str:
    """The part that a relationship's target names, as seen from a folder.

    >>> resolved("xl/worksheets", "../drawings/drawing1.xml"), resolved("xl", "/xl/styles.xml")
    ('xl/drawings/drawing1.xml', 'xl/styles.xml')
    """
    path = unquote(target.split("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path))[1:]


def opened(data: bytes) -> tuple[Package | None, list[PackageFinding]]:
    """The package in a file's bytes, and what is wrong with its zip; None where nothing more can be looked at."""
    if not data.startswith(b"PK"):
        try:
            open_package(data)
        except UnreadableWorkbook as other:
            what, _, cure = str(other).partition(". ")
            return None, [_unreadable(f"{what}.", cure)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as wrong:
        return None, [_unreadable(f"It is no whole zip file ({wrong}).", "Fetch or save the file again.")]


def _unreadable(what: str, cure: str) -> PackageFinding:
    return PackageFinding("unreadable", "the file", what, cure)


def _read(archive: zipfile.ZipFile) -> tuple[Package | None, list[PackageFinding]]:
    entries = archive.infolist()
    if len(entries) > MOST_PARTS:
        what = f"It holds {len(entries):,} parts; no more than {MOST_PARTS:,} are looked at."
        return None, [PackageFinding("too-large", "the file", what, "Do not open it.")]
    found: list[PackageFinding] = []
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    left = LARGEST_PACKAGE
    for entry in entries:
        name = entry.filename
        if name.endswith("/"):
            continue
        if "\\" in name or name.startswith("/") or ".." in name.split("/") or "//" in name:
            found.append(
                PackageFinding("part-name", name, "A part cannot be called so.", "Use plain names with slashes.")
            )
        if name.casefold() in seen:
            found.append(PackageFinding("part-duplicate", name, "The zip holds this part twice.", "Keep one of them."))
            continue
        seen.add(name.casefold())
        with archive.open(entry) as stream:
            content = stream.read(min(LARGEST_PART, left) + 1)
        left -= len(content)
        if left < 0 or len(content) > LARGEST_PART:
            what = f"It unpacks to more than {LARGEST_PACKAGE // 2**20} MB, or a part of it to {LARGEST_PART // 2**20}."
            return None, [*found, PackageFinding("too-large", name, what, "Do not open it.")]
        parts[name] = content
    return Package(parts), found


def check_parts(package: Package) -> Findings:
    """XML that parses, a content type for every part, and relationships that lead somewhere."""
    yield from _check_content_types(package)
    for name in package.parts:
        if name.endswith((".xml", ".rels", ".vml")):
            package.root(name)
    for name, problem in package.broken.items():
        if not name.endswith(".vml"):  # VML is HTML of a kind
            yield PackageFinding(
                "xml", name, f"It is no XML that a program may read ({problem}).", "Write the part again."
            )
    for name in package.parts:
        if name.endswith(".rels"):
            yield from _check_relationships(package, name)
        elif name.endswith("vbaProject.bin"):
            yield PackageFinding(
                "macro", name, "The workbook holds macros.", "Open it only if you trust where it is from."
            )


def _check_content_types(package: Package) -> Findings:
    types = package.root(package.named(CONTENT_TYPES))
    if types is None:
        yield PackageFinding("content-type", CONTENT_TYPES, "There is no list of content types.", "Add it.")
        return
    defaults: set[str] = set()
    overrides: dict[str, str] = {}
    for each in types.iterchildren("{*}Default", "{*}Override"):
        is_default = each.tag.endswith("Default")
        key = each.get("Extension" if is_default else "PartName", "")
        if key.casefold() in (defaults if is_default else overrides):
            yield PackageFinding("content-type", CONTENT_TYPES, f"{key} has two content types.", "Keep one.")
        elif is_default:
            defaults.add(key.casefold())
        else:
            overrides[key.casefold()] = key
    for name in package.parts:
        extension = name.rsplit(".", 1)[-1].casefold()
        if name != CONTENT_TYPES and f"/{name}".casefold() not in overrides and extension not in defaults:
            yield PackageFinding("content-type", name, "The part has no content type.", f"Add one to {CONTENT_TYPES}.")
    for name in overrides.values():
        if not package.named(name.removeprefix("/")):
            yield PackageFinding(
                "content-type", name.removeprefix("/"), "A content type is given, but no part.", "Remove it."
            )


def _check_relationships(package: Package, name: str) -> Findings:
    root = package.root(name)
    if root is None:
        return
    folder, file = posixpath.split(name)
    source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
    if file != ".rels" and package.named(source) is None:
        yield PackageFinding("relationship", name, "It belongs to no part.", "Remove it.")
        return
    seen = set()
    for each in root.iterchildren("{*}Relationship"):
        number, target = each.get("Id", ""), each.get("Target", "")
        if number in seen:
            yield PackageFinding("relationship", name, f"The id {number} is given twice.", "Number them apart.")
        seen.add(number)
        if each.get("TargetMode") == "External":
            if not each.get("Type", "").endswith("/hyperlink"):
                yield PackageFinding(
                    "external", name, f"It links to {target}, outside the workbook.", "Break the link."
                )
        elif not target.startswith("#") and not package.named(resolved(posixpath.dirname(source), target)):
            yield PackageFinding("relationship", name, f"{number} leads to {target}, which is not there.", "Remove it.")
    yield from _check_used_ids(package, source, seen)


def _check_used_ids(package: Package, source: str, known: set[str]) -> Findings:
    """Every r:id in a part is one of its relationships."""
    root = package.root(package.named(source)) if source else None
    if root is None:
        return
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.endswith(("relationships}id", "relationships}embed", "relationships}link")) and value not in known:
                yield PackageFinding(
                    "relationship", source, f"It refers to {value}, no relationship of it.", "Add or remove it."
                )
