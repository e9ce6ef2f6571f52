"""A safe copy of a workbook for LibreOffice.

Nothing is in it that LibreOffice would fetch, embed or run.

Settings of LibreOffice are not enough: a linked picture is fetched, and the file that an SVG names is embedded,
whatever they say. So the copy is packed anew from the parts that a workbook of cells and charts needs, found by
their relations and held to what each kind of part is; a part that no relation leads to is never unpacked.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from addin.libreoffice.safe_opendocument import safe_opendocument
from addin.shell.failures import InvalidInput, UnusablePath
from templates.xlsx.finishing import put_title_columns_first
from templates.xlsx.namespaces import PACKAGE, PACKAGE_RELATIONSHIPS
from templates.xlsx.relationships import Relationship, relationships_part
from templates.xlsx.untrusted_package import (
    DAMAGED,
    LARGEST_FILE,
    MEGABYTE,
    Package,
    UnreadableWorkbook,
    main_part,
    open_package,
    open_zip,
)
from templates.xlsx.web_extensions import FUNCTION_PREFIX
from templates.xlsx.zip_package import zipped

_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DRAWINGS = "application/vnd.openxmlformats-officedocument"
_TYPES = f"{PACKAGE}/content-types"

KEPT = {
    "officeDocument": ("workbook", f"{_SHEETS}.sheet.main+xml"),
    "worksheet": ("worksheet", f"{_SHEETS}.worksheet+xml"),
    "chartsheet": ("chartsheet", f"{_SHEETS}.chartsheet+xml"),
    "sharedStrings": ("sst", f"{_SHEETS}.sharedStrings+xml"),
    "styles": ("styleSheet", f"{_SHEETS}.styles+xml"),
    "sheetMetadata": ("metadata", f"{_SHEETS}.sheetMetadata+xml"),
    "table": ("table", f"{_SHEETS}.table+xml"),
    "comments": ("comments", f"{_SHEETS}.comments+xml"),
    "externalLink": ("externalLink", f"{_SHEETS}.externalLink+xml"),
    "pivotTable": ("pivotTableDefinition", f"{_SHEETS}.pivotTable+xml"),
    "pivotCacheDefinition": ("pivotCacheDefinition", f"{_SHEETS}.pivotCacheDefinition+xml"),
    "pivotCacheRecords": ("pivotCacheRecords", f"{_SHEETS}.pivotCacheRecords+xml"),
    "theme": ("theme", f"{_DRAWINGS}.theme+xml"),
    "themeOverride": ("themeOverride", f"{_DRAWINGS}.themeOverride+xml"),
    "drawing": ("wsDr", f"{_DRAWINGS}.drawing+xml"),
    "chart": ("chartSpace", f"{_DRAWINGS}.drawingml.chart+xml"),
    "chartUserShapes": ("userShapes", f"{_DRAWINGS}.drawingml.chartshapes+xml"),
    "chartStyle": ("chartStyle", "application/vnd.ms-office.chartstyle+xml"),
    "chartColorStyle": ("colorStyle", "application/vnd.ms-office.chartcolorstyle+xml"),
    "core-properties": ("coreProperties", "application/vnd.openxmlformats-package.core-properties+xml"),
    "extended-properties": ("Properties", f"{_DRAWINGS}.extended-properties+xml"),
    "custom-properties": ("Properties", f"{_DRAWINGS}.custom-properties+xml"),
}
"""The kinds of parts that the copy has, each with its outermost tag and its content type."""

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
"""How the pictures begin that name no other file; whatever they are called, LibreOffice goes by these too."""

LEFT_OUT = {
    "vbaProject": "macros",
    "xlMacrosheet": "sheets of macros",
    "xlIntlMacrosheet": "sheets of macros",
    "dialogsheet": "sheets of dialogs",
    "oleObject": "embedded objects",
    "package": "embedded files",
    "control": "controls",
    "ctrlProp": "controls",
    "activeXControlBinary": "controls",
    "vmlDrawing": "drawings of the old form (VML)",
    "connections": "connections to data elsewhere",
    "queryTable": "queries of data elsewhere",
    "webextensiontaskpanes": "add-ins of Office",
    "externalLink": "links to other programs",
    "image": "pictures that are linked, or are not PNG, JPEG or GIF",
    "audio": "sound or film",
    "video": "sound or film",
    "media": "sound or film",
    "diagramData": "diagrams (SmartArt)",
    "hyperlink": "links that are not to a web page, a mail address or a cell",
}
"""What is said of a relation that is not followed. LibreOffice has no use for the kinds that are not named here."""

WEB = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class SafeCopy:
    """The file for LibreOffice, and what was left out of it.

    name, suffix : those of the file there.
    content : its bytes.
    left_out : what was left out, in words.
    """

    name: str
    suffix: str
    content: bytes
    left_out: list[str]


def safe_copy(path: Path) -> SafeCopy:
    """The safe copy of an .xlsx, .xlsm or .ods file.

    Raises `UnusablePath` or `InvalidInput` with what is wrong with the file.
    """
    content = _content(path)
    try:
        if _is_opendocument(content):
            beginnings = tuple(beginning for beginning, _ in PICTURES)
            kept, left_out = safe_opendocument(open_zip(content), beginnings)
            return SafeCopy(path.stem, ".ods", kept, left_out)
        copy = _Copy(open_package(content))
        copy.take_parts()
        return SafeCopy(path.stem, ".xlsx", copy.packed(), sorted(copy.left_out))
    except UnreadableWorkbook as error:
        raise InvalidInput(f"{path}: {error}") from None


def _content(path: Path) -> bytes:
    """The bytes of a file.

    A pipe or a device gives none here, as it may have no end.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise UnusablePath(f"{path} is no file, but a pipe or a device. Name a workbook.")
    if found.st_size > LARGEST_FILE:
        raise InvalidInput(
            f"{path} is too large: {found.st_size / MEGABYTE:,.0f} MB, more than {LARGEST_FILE / MEGABYTE:,.0f}. "
            "Delete sheets of other data."
        )
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def _is_opendocument(content: bytes) -> bool:
    """Whether a file begins as OpenDocument does.

    Its first part says what it is, and stands there unpacked.
    """
    return content[:2] == b"PK" and content[30:38] == b"mimetype" and b"opendocument.spreadsheet" in content[38:120]


@dataclass
class _Copy:
    """A copy as it is put together.

    Its parts by name with their content types, their relations, and what the copy lacks.
    """

    package: Package
    parts: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    relations: dict[str, list[Relationship]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def take_parts(self) -> None:
        """Takes every part that the workbook needs, from relation to relation.

        From the package itself to the part that lists the sheets, and on from part to part.
        """
        main = main_part(self.package).lower()
        first = [each for each in self._relations_of("") if each.kind != "officeDocument" or each.target == main]
        waiting = [("", first, {each.id: {"Relationship"} for each in first})]
        while waiting:
            source, found, users = waiting.pop()
            for relation in found:
                known = relation.target in self.parts
                if relation.external:
                    taken = _is_harmless(relation, users[relation.id])
                elif known or relation.target not in self.package:
                    taken = known
                elif relation.kind == "image":
                    taken = self._take_picture(relation.target)
                elif taken := relation.kind in KEPT:
                    further = self._relations_of(relation.target)
                    tags = self._take_part(relation, {each.id for each in further})
                    taken = tags is not None
                    if tags is not None:
                        waiting.append((relation.target, further, tags))
                if taken:
                    self.relations.setdefault(source, []).append(relation)
                elif relation.kind in LEFT_OUT:
                    self.left_out.add(LEFT_OUT[relation.kind])
        if main not in self.parts:
            raise UnreadableWorkbook(DAMAGED)

    def _relations_of(self, source: str) -> list[Relationship]:
        """The relations of a part, with what they lead to in small letters."""
        found = self.package.relationships(source).values()
        return [each if each.external else each._replace(target=each.target.lower()) for each in found]

    def _take_part(self, relation: Relationship, identifiers: set[str]) -> dict[str, set[str]] | None:
        """Takes a part of XML, and says by which tags it uses each relation.

        Nothing where the part is not taken.

        Raises `UnreadableWorkbook` where it is not what its relation says: LibreOffice goes by what it finds.
        """
        outermost, content_type = KEPT[relation.kind]
        users: dict[str, set[str]] = {each: set() for each in identifiers}
        tags: list[str] = []
        banned: set[str] = set()

        def start(tag: str, attributes: dict[str, str]) -> None:
            if not tags:
                tags.append(tag)
            if tag in ("svg", "ddeLink", "oleLink"):
                banned.add(tag)
            for each in identifiers.intersection(attributes.values()) if identifiers else ():
                users[each].add(tag)

        self.package.stream(relation.target, start)
        if tags != [outermost] or "svg" in banned:
            raise UnreadableWorkbook(DAMAGED)
        if banned:
            return None
        content = self.package.read(relation.target)
        if relation.kind == "worksheet":  # the functions as a workbook for xlwings Lite calls them
            content = content.replace(f"{FUNCTION_PREFIX}FT_".encode(), b"FT_")
        if relation.kind == "officeDocument":
            parts = {relation.target: content}
            put_title_columns_first(parts, relation.target)  # openpyxl saves them the other way round
            content = parts[relation.target]
        self.parts[relation.target] = (content, content_type)
        return users

    def _take_picture(self, name: str) -> bool:
        content = self.package.read(name)
        for beginning, content_type in PICTURES:
            if content.startswith(beginning):
                self.parts[name] = (content, content_type)
                return True
        return False

    def packed(self) -> bytes:
        """The copy as a package."""
        types = "".join(
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, (_, kind) in self.parts.items()
        )
        written: dict[str, bytes | str] = {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f"{types}</Types>"
        }
        for source, found in self.relations.items():
            entries = "".join(map(_written, found))
            written[relationships_part(source)] = (
                f'<Relationships xmlns="{PACKAGE_RELATIONSHIPS}">{entries}</Relationships>'
            )
        return zipped(written | {name: content for name, (content, _) in self.parts.items()})


def _is_harmless(relation: Relationship, users: set[str]) -> bool:
    """Whether LibreOffice keeps an outward relation without following it.

    A link of a cell must be that alone: a picture or an object may name any relation of its part.
    """
    if relation.kind == "hyperlink":
        return relation.target.lower().startswith(WEB) and users <= {"hyperlink"}
    return relation.kind == "externalLinkPath" and users <= {"externalBook"}


def _written(relation: Relationship) -> str:
    target = relation.target if relation.external else f"/{relation.target}"
    mode = ' TargetMode="External"' if relation.external else ""
    return (
        f"<Relationship Id={quoteattr(relation.id)} Type={quoteattr(relation.type)} Target={quoteattr(target)}{mode}/>"
    )
