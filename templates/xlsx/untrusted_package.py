"""A workbook from somebody else, as parts that are read within limits.

What exceeds the limits is refused in a sentence.

Nothing is written to disk, no macro is run, no link followed, no size believed before it is measured: a part is
inflated up to a limit and no further, and its XML is streamed, so that no tree of it is ever built.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from roi_engine.errors import FtRoiError
from templates.xlsx.namespaces import PACKAGE_RELATIONSHIPS, SPREADSHEET, STRICT_SPREADSHEET
from templates.xlsx.relationships import Relationship, relationship, relationships_part
from templates.xlsx.xml_parts import BrokenXml, Element, parsed

MEGABYTE = 1_000_000
LARGEST_FILE = 25 * MEGABYTE
LARGEST_PART = 16 * MEGABYTE
LARGEST_WHOLE = 48 * MEGABYTE
"""Bytes of a file, of one part inflated, of all parts that are read."""
HIGHEST_RATIO = 400
"""How many times smaller than itself a part of some size may be packed; sheets of numbers reach 100."""
MOST_PARTS = 5_000
MOST_ELEMENTS = 300_000
"""Elements of all XML that is read: cells, values, texts, names. Our own largest workbook has 120,000."""
MOST_NODES = 1_300_000
"""Elements, attributes with their values, and texts of all parts that are held as trees."""
DEEPEST = 64
DEEPEST_PATH, LONGEST_TAG = 6, 40
MOST_JOINED = 1_000
"""Paths that are kept: sheets have some thirty."""
LONGEST_TOKEN = MEGABYTE
"""Bytes of one tag, and characters of one text."""
_CHUNK = 1 << 16

_ENTRY = b"PK\x01\x02"
_COMPOUND_FILE = bytes.fromhex("D0CF11E0A1B11AE1")
_ODD_NAME = re.compile(r"[\x00-\x1f\\:]|^/|(^|/)\.\.(/|$)")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError,
)  # fmt: skip
"""What zipfile raises on a file that is damaged, or made to be."""
SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx"
AGAIN = "Open it in a spreadsheet program, save it anew, or ask for it again."
DAMAGED = f"The file is damaged. {AGAIN}"


class UnreadableWorkbook(FtRoiError):
    """A file that is no workbook that can be read, with the reason and the cure.

    rule, place : what the package check calls it, and the part that it is about.
    """

    def __init__(self, sentence: str, rule: str = "unreadable", place: str = "the file") -> None:
        super().__init__(sentence)
        self.rule, self.place = rule, place


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]
SHEETS = (SPREADSHEET, STRICT_SPREADSHEET)
"""The namespaces of a workbook's own parts."""


@dataclass
class Package:
    """The parts of a workbook, inflated when they are asked for."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]
    inflated: int = 0
    nodes: int = 0
    elements: dict[str, int] = field(default_factory=dict)
    """Elements of each part that was read to its end."""
    kept: dict[str, bytes] = field(default_factory=dict)
    related: dict[str, dict[str, Relationship]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def names(self) -> list[str]:
        """The parts' names as they are written."""
        return [entry.filename for entry in self.entries.values() if not entry.is_dir()]

    def read(self, name: str) -> bytes:
        """The bytes of a part, or nothing where there is none.

        Raises `UnreadableWorkbook` beyond a limit.
        """
        entry = self.entries.get(name.lower())
        if entry is None:
            return b""
        if entry.filename not in self.kept:
            self.kept[entry.filename] = self._inflate(entry)
        return self.kept[entry.filename]

    def _inflate(self, entry: zipfile.ZipInfo) -> bytes:
        if entry.flag_bits & 1:
            raise UnreadableWorkbook("Its parts are encrypted. Save it without a password.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableWorkbook(f"It is packed in a way that no spreadsheet program uses. {SAVE_AS}.")
        allowed = min(LARGEST_PART, LARGEST_WHOLE - self.inflated)
        try:
            with self.archive.open(entry) as stream:
                content = stream.read(allowed + 1)
        except _DAMAGE:
            raise UnreadableWorkbook(DAMAGED) from None
        self.inflated += len(content)
        if len(content) > allowed or len(content) > MEGABYTE + HIGHEST_RATIO * entry.compress_size:
            raise _too_large(f"unpacked, its part {_shown(entry.filename)} is", place=entry.filename)
        return content

    def stream(
        self, name: str, start: Start, end: End, below: tuple[str, ...] = (), spaces: tuple[str, ...] = SHEETS
    ) -> None:
        """Reads the XML of a part, element by element.

        name : the part.
        start : called for each opening tag with its attributes.
        end : called for each closing tag with its text.
        below : the tags from the root down to the element whose content is asked for. Elements elsewhere are then
            passed over with all that is in them, and a tag is given with those above it: ``row/c/v``. Empty: every
            element, by its own tag.
        spaces : the namespaces whose elements are given where below is; those of others are passed over.
        Raises `UnreadableWorkbook` for a document type (that is where entities are defined), for damage, and beyond a
        limit.

        Namespaces are left out of what is given.
        """
        stream = _Stream(self, name, start, end, below, spaces)
        stream.read(self.read(name))
        self.elements[name.lower()] = stream.elements

    def tree(self, name: str, *, whole: bool = False) -> Element:
        """The root element of a part.

        whole : with comments and processing instructions, to be written back.
        Raises `UnreadableWorkbook` as `stream` does: the part is streamed within the limits before.
        """

        def start(tag: str, attributes: dict[str, str]) -> None:
            self.nodes += 1 + 2 * len(attributes)
            if self.nodes > MOST_NODES:
                raise _too_large("what it holds is")

        def end(tag: str, text: str) -> None:
            self.nodes += bool(text)

        self.stream(name, start, end)
        try:
            return parsed(self.read(name), whole=whole)
        except BrokenXml:
            raise UnreadableWorkbook(DAMAGED) from None

    def relationships(self, source: str) -> dict[str, Relationship]:
        """The relationships of a part by their ids.

        source : the part, empty for those of the package.
        """
        if source not in self.related:
            self.related[source] = self._relationships(source)
        return self.related[source]

    def _relationships(self, source: str) -> dict[str, Relationship]:
        found: dict[str, Relationship] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                each = relationship(source, attributes)
                if each.id in found:
                    raise UnreadableWorkbook(DAMAGED)
                found[each.id] = each

        part = relationships_part(source)
        if part in self:
            self.stream(part, start, lambda tag, text: None, ("Relationships",), (PACKAGE_RELATIONSHIPS,))
        return found

    def part_of_kind(self, source: str, kind: str) -> str:
        """The first part that a part relates to by a kind of relationship.

        Empty where there is none.
        """
        related = self.relationships(source).values()
        return next((each.target for each in related if each.kind == kind and not each.external), "")


class _Stream:
    """One run of the XML parser over a part."""

    def __init__(
        self, package: Package, name: str, start: Start, end: End, below: tuple[str, ...], spaces: tuple[str, ...]
    ) -> None:
        self.part, self.start, self.end, self.below = name, start, end, below
        self.spaces = frozenset(spaces) if below else None
        self.others = sum(count for part, count in package.elements.items() if part != name.lower())
        self.local: dict[str, str] = {}
        self.foreign: dict[str, bool] = {}
        self.text: list[str] = []
        self.joined: dict[tuple[str, str], str] = {}
        self.elements = self.length = self.depth = self.skipped = 0
        self.paths: list[str] = []

    def read(self, content: bytes) -> None:
        if self.others + content.count(b"<") / 2 > MOST_ELEMENTS:  # each element has at most two tags
            raise self._too_many()
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._written
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            for at in range(0, len(content), _CHUNK):
                parser.Parse(content[at : at + _CHUNK], False)
                if at + _CHUNK - parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise self._refused("holds a tag of a length that no spreadsheet program writes")
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise UnreadableWorkbook(DAMAGED) from None
        except (ValueError, LookupError):  # an encoding that Python does not know
            raise UnreadableWorkbook(DAMAGED) from None

    def _name(self, qualified: str) -> str:
        local = self.local.get(qualified)
        if local is None:
            space, _, local = qualified.rpartition("}")
            self.local[qualified] = local
            self.foreign[qualified] = self.spaces is not None and space not in self.spaces
        return local

    def _opened(self, qualified: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.others + self.elements > MOST_ELEMENTS:
            raise self._too_many()
        if self.depth > DEEPEST:
            raise self._refused("is nested deeper than any spreadsheet program nests it")
        tag = self._name(qualified)
        if self.skipped or self.foreign[qualified]:
            self.skipped += 1
            return
        self.text.clear()
        self.length = 0
        if self.depth <= len(self.below):
            self.skipped = int(tag != self.below[self.depth - 1])
            return
        if self.below:
            tag = self._path(tag)
            self.paths.append(tag)
        qualified_too = attributes and "}" in "".join(attributes)
        self.start(tag, self._plain(attributes) if qualified_too else attributes)

    def _too_many(self) -> UnreadableWorkbook:
        what = f"It holds too much: more than {MOST_ELEMENTS:,} cells, values and texts."
        return UnreadableWorkbook(f"{what} Delete sheets of other data.", "too-large")

    def _path(self, tag: str) -> str:
        """A tag with those above it.

        Nothing where it lies deeper, or is longer, than any that is asked for.
        """
        above = self.paths[-1] if self.paths else "/"
        path = self.joined.get((above, tag))
        if path is None:
            if not above or len(self.paths) >= DEEPEST_PATH or len(tag) > LONGEST_TAG:
                return ""
            path = f"{above}/{tag}" if self.paths else tag
            if len(self.joined) < MOST_JOINED:
                self.joined[above, tag] = path
        return path

    def _plain(self, attributes: dict[str, str]) -> dict[str, str]:
        """Attributes without their namespaces.

        One that has none counts before others of its name.
        """
        plain = {name: value for name, value in attributes.items() if "}" not in name}
        for name, value in attributes.items():
            if self.spaces is None or name.endswith("/relationships}id"):
                plain.setdefault(self._name(name), value)
        return plain

    def _closed(self, qualified: str) -> None:
        self.depth -= 1
        if self.skipped:
            self.skipped -= 1
            return
        text = "".join(self.text)
        self.text.clear()
        self.length = 0
        if not self.below:
            self.end(self._name(qualified), text)
        elif self.paths:
            self.end(self.paths.pop(), text)

    def _written(self, text: str) -> None:
        if self.skipped:
            return
        self.length += len(text)
        if self.length > LONGEST_TOKEN:
            raise self._refused("holds a text of a length that no cell can hold")
        self.text.append(text)

    def _doctype(self, *_: object) -> None:
        raise self._refused("has a document type with entities of its own, which no spreadsheet program writes")

    def _refused(self, what: str) -> UnreadableWorkbook:
        return UnreadableWorkbook(f"Its part {_shown(self.part)} {what}. {SAVE_AS}, or ask for it again.")


def content_of(path: Path) -> bytes:
    """The content of a file, up to the limit and one byte more."""
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def open_package(content: bytes) -> Package:
    """The package of an .xlsx, .xlsm, .xltx or .xlam file.

    Raises `UnreadableWorkbook` with what the file is instead.
    """
    package = open_zip(content)
    if "xl/workbook.xml" not in package and not main_part(package):
        raise UnreadableWorkbook(_other_package(package))
    return package


def open_zip(content: bytes) -> Package:
    """The parts of a zip archive, whether or not there is a workbook among them."""
    if len(content) > LARGEST_FILE:
        raise _too_large("it is", len(content))
    if content[:2] != b"PK":
        raise UnreadableWorkbook(_no_package(content))
    if content.count(_ENTRY) > MOST_PARTS:
        raise UnreadableWorkbook(f"It holds more than {MOST_PARTS:,} parts. {SAVE_AS}.", "too-large")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE:
        raise UnreadableWorkbook(DAMAGED) from None
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename
        if _ODD_NAME.search(name):
            sentence = f"A part of it is called {_shown(name)}, a name that leads elsewhere. {SAVE_AS}."
            raise UnreadableWorkbook(sentence, "part-name", name)
        if name.lower() in entries:
            raise UnreadableWorkbook(f"It holds the part {_shown(name)} twice. {SAVE_AS}.", "part-duplicate", name)
        entries[name.lower()] = entry
    if sum(entry.file_size for entry in entries.values()) > 4 * LARGEST_WHOLE:
        raise _too_large("unpacked, it is")
    return Package(archive, entries)


def main_part(package: Package) -> str:
    """The name of the part that lists the sheets."""
    for each in package.relationships("").values():
        if each.kind == "officeDocument" and each.target in package and not each.target.endswith(".bin"):
            return each.target if not each.target.startswith(("word/", "ppt/")) else ""
    return "xl/workbook.xml" if "xl/workbook.xml" in package else ""


def _no_package(content: bytes) -> str:
    """What a file is that is no zip archive."""
    if not content.strip():
        return "The file is empty. Ask for it again."
    if content.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "It has a password. Open it, save it without the password, and read that file."
        return f"It is a workbook of Excel 97 to 2003 (.xls). {SAVE_AS}."
    head = content[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith(b"%pdf"):
        return "It is a PDF. Ask for the workbook itself, as .xlsx."
    if head.startswith((b"<html", b"<!doctype html")):
        return f"It is a web page. {SAVE_AS}."
    if head.startswith(b"<?xml"):
        return f"It is XML, and no .xlsx workbook. {SAVE_AS}."
    if b"\0" not in content[:4096]:
        return f"It is text, such as .csv, and no .xlsx workbook. {SAVE_AS}, or write a .toml scenario."
    return "It is no workbook: its content is not that of an .xlsx file."


def _other_package(package: Package) -> str:
    """What a zip archive is that is no .xlsx workbook."""
    if "mimetype" in package and b"opendocument.spreadsheet" in package.read("mimetype")[:200]:
        return f"It is an OpenDocument workbook (.ods). {SAVE_AS}."
    if "xl/workbook.bin" in package:
        return f"It is a binary workbook (.xlsb). {SAVE_AS}."
    if "index/document.iwa" in package or "index.zip" in package:
        return "It is a Numbers document. Export it from Numbers as .xlsx."
    if "word/document.xml" in package:
        return "It is a Word document. Ask for the workbook itself, as .xlsx."
    if "ppt/presentation.xml" in package:
        return "It is a presentation. Ask for the workbook itself, as .xlsx."
    if not package.entries:
        return DAMAGED
    return "It is a zip archive with no workbook in it. Unpack it, and read the .xlsx file."


def _too_large(what: str, size: int | None = None, place: str = "the file") -> UnreadableWorkbook:
    given = f"{size / MEGABYTE:,.0f} MB" if size else "far larger than a filled template"
    cure = "Delete sheets of other data, or ask for it again."
    return UnreadableWorkbook(f"It is too large: {what} {given}. {cure}", "too-large", place)


def _shown(name: str) -> str:
    """A name from the file, on one line and short."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
