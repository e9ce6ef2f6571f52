"""Checks of the file as a package (ECMA-376 Part 2).

Its parts as XML, what relates them, and whether the list of types fits.
"""

from __future__ import annotations

from collections.abc import Iterator

from templates.package_check.finding import Findings, PackageFinding
from templates.xlsx import untrusted_package
from templates.xlsx.relationships import Relationship, relationship, relationships_part, resolved, source_of
from templates.xlsx.untrusted_package import UnreadableWorkbook
from templates.xlsx.xml_parts import Element

CONTENT_TYPES = "[Content_Types].xml"
Root = Element


class Package:
    """The parts of a package by name, as they are written."""

    def __init__(self, package: untrusted_package.Package) -> None:
        self.parts = package.names()
        self._package = package
        self._known = frozenset(self.parts)
        self._spelling = {name.casefold(): name for name in self.parts}
        self._roots: dict[str, Root] = {}
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self.broken: dict[str, str] = {}

    def named(self, name: str) -> str | None:
        """The part of this name; names are equal whatever their case (Part 2, 6.2.2.3)."""
        return self._spelling.get(name.casefold())

    def root(self, name: str | None) -> Root | None:
        """The root element of a part.

        None where there is no such part, or no XML in it that may be read.
        """
        if name is None or name not in self._known:
            return None
        if name not in self._roots:
            self._roots[name] = self._tree(name)
        return self._roots[name]

    def _tree(self, name: str) -> Root | None:
        try:
            return self._package.tree(name)
        except UnreadableWorkbook as problem:
            if problem.rule == "too-large":
                raise
            self.broken[name] = str(problem)
            return None

    def relationships(self, source: str) -> dict[str, Relationship]:
        """The relationships of a part (of the package: "") by their id."""
        if source not in self._relationships:
            root = self.root(self.named(relationships_part(source)))
            elements = root.iterchildren("{*}Relationship") if root is not None else ()
            found = [relationship(source, each.attrib) for each in elements]
            self._relationships[source] = {each.id: each for each in found}
        return self._relationships[source]

    def related(self, source: str, kind: str) -> Iterator[str]:
        """The parts that a part relates to by one kind of relationship."""
        for each in self.relationships(source).values():
            target = None if each.external else self.named(each.target)
            if each.kind == kind and target:
                yield target


def check_parts(package: Package) -> Findings:
    """Checks the parts, their content types and their relationships.

    XML that parses, a content type for every part, and relationships that lead somewhere.
    """
    yield from _check_content_types(package)
    for name in package.parts:
        if name.endswith((".xml", ".rels", ".vml")):
            package.root(name)
    for name, problem in package.broken.items():
        if not name.endswith(".vml"):  # VML is HTML of a kind
            yield PackageFinding("xml", name, "It is no XML that a program may read.", problem)
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
    source = source_of(name)
    if source and package.named(source) is None:
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
        elif not target.startswith("#") and not package.named(resolved(source, target)):
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
