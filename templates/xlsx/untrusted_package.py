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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.parsers import expat

from roi_engine.errors import FtRoiError
from templates.xlsx.namespaces import PACKAGE_RELATIONSHIPS, SPREADSHEET, STRICT_SPREADSHEET
from templates.xlsx.relationships import Relationship, relationship, relationship_number, relationships_part, resolved
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
"""Elements of all XML that is read: cells, values, texts, names. Our own have 200,000 for 600 months, and reach the
limit with five scenarios of 300 months.
"""
MOST_NODES = 1_300_000
"""Elements, attributes with their values, and texts of all parts that are held as trees."""
DEEPEST = 64
DEEPEST_PATH, LONGEST_TAG = 6, 40
MOST_JOINED = 1_000
"""Paths that are kept: sheets have some thirty."""
SHORTEST_ELEMENT = len("<a/>")
LONGEST_TOKEN = MEGABYTE
"""Bytes of one tag, and characters of one text."""
_CHUNK = 1 << 16
LARGEST_KNOWN, MOST_KNOWN = 100_000, 32
"""Bytes of a part that is kept as it was read, and how many such parts are."""
_KNOWN: dict[tuple[str, bytes], tuple[int, Any]] = {}
"""By what was read, and the digest of the part: how many elements it has, and what it was read as."""

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


Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str, str], None]
SHEETS = (SPREADSHEET, STRICT_SPREADSHEET)
"""The namespaces of a workbook's own parts."""
NOTHING: Mapping[str, Any] = {}


@dataclass
class Package:
    """The parts of a workbook, inflated when they are asked for.

    times : how many times the usual limits of size hold.
    """

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]
    times: int = 1
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
        allowed = min(self.times * LARGEST_PART, self.times * LARGEST_WHOLE - self.inflated)
        try:
            with self.archive.open(entry) as stream:
                content = stream.read(allowed + 1)
        except _DAMAGE:
            raise UnreadableWorkbook(DAMAGED) from None
        self.inflated += len(content)
        if len(content) > allowed or len(content) > MEGABYTE + HIGHEST_RATIO * entry.compress_size:
            raise _too_large(f"unpacked, its part {_shown(entry.filename)} is", place=entry.filename)
        return content

    def stream(self, name: str, start: Start | None = None, end: End | None = None) -> None:
        """Reads the XML of a part, element by element.

        name : the part.
        start : called for each opening tag with its attributes.
        end : called for each closing tag with its text. With neither, the part is read for its limits alone.
        Raises `UnreadableWorkbook` for a document type (that is where entities are defined), for damage, and beyond a
        limit.

        Namespaces are left out of what is given.
        """
        self._read(_Stream(self, name, lambda tag: (start and partial(start, tag), end and partial(end, tag))))

    def stream_below(
        self,
        name: str,
        root: str,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[str], None]] = NOTHING,
        spaces: tuple[str, ...] = SHEETS,
        content: bytes | None = None,
        besides: int = 0,
    ) -> None:
        """Reads the elements of a part that are asked for.

        They are named by the tags above them: ``sheetData/row/c``.

        root : the tag of the root element, with which no path begins; nothing is given of a part that has another.
        starts : what is called for the opening tags of a path, with the attributes.
        ends : what is called for its closing tags, with the text.
        spaces : the namespaces whose elements are given; those of others are passed over with all that is in them.
        content : what is read in the place of the part's own content, of which parts are known.
        besides : how many elements those parts have.
        Raises `UnreadableWorkbook` as `stream` does.
        """
        stream = _Stream(self, name, lambda path: (starts.get(path), ends.get(path)), root, frozenset(spaces), besides)
        self._read(stream, content)

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """What a part is read as, kept for the next package that has the same.

        The answers to a template share its formats, and whatever no spreadsheet program has written anew.

        name : the part; the same is one of the same bytes.
        read : reads it by `stream_below`; what it gives depends on the part alone, and nobody changes it.
        """
        content = self.read(name)
        key = (read.__qualname__, sha256(content).digest())
        known = _KNOWN.get(key)
        room = self._elements_apart_from(name) + len(content) // SHORTEST_ELEMENT <= self.times * MOST_ELEMENTS
        if known is not None and room:
            self.elements[name.lower()], found = known
            return found
        found = read()
        if self.is_kept(name):
            if len(_KNOWN) >= MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[key] = self.elements[name.lower()], found
        return found

    def is_kept(self, name: str) -> bool:
        """Whether there is a part, of a size that `once` keeps."""
        return name in self and len(self.read(name)) <= LARGEST_KNOWN

    def _elements_apart_from(self, name: str) -> int:
        return sum(count for part, count in self.elements.items() if part != name.lower())

    def _read(self, stream: _Stream, content: bytes | None = None) -> None:
        given = self.read(stream.part) if content is None else content
        self.elements[stream.part.lower()] = stream.besides + stream.read(given)

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

        def start(attributes: Attributes) -> None:
            each = relationship(source, attributes)
            if each.id in found:
                raise UnreadableWorkbook(DAMAGED)
            found[each.id] = each

        part = relationships_part(source)
        if part in self:
            self.stream_below(part, "Relationships", {"Relationship": start}, spaces=(PACKAGE_RELATIONSHIPS,))
        return found

    def part_of_kind(self, source: str, kind: str) -> str:
        """The part that a part relates to by a kind of relationship.

        Empty where there is none.

        Raises `UnreadableWorkbook` where there are several: programs differ in which one counts.
        """
        related = self.relationships(source).values()
        found = {each.target.lower(): each.target for each in related if each.kind == kind and not each.external}
        if len(found) > 1:
            raise UnreadableWorkbook(DAMAGED)
        return next(iter(found.values()), "")


class _Element:
    """An element that is read: who asked for its tags, and what was met inside of it.

    path : the tags from the root down to it; inside : its children by their names, None for those passed over.
    """

    __slots__ = ("end", "inside", "path", "start")

    def __init__(self, path: str, asked: tuple[Any, Any], inside: dict[str, _Element | None] | None = None) -> None:
        self.path, (self.start, self.end) = path, asked
        self.inside = {} if inside is None else inside


class _Stream:
    """One run of the XML parser over a part.

    asked : what is called for the opening and for the closing tag of a path, None where nothing is.
    root, spaces : the tag of the root, and the namespaces, that are read; without a root every element is, and its path
        is its own tag.
    """

    def __init__(
        self,
        package: Package,
        name: str,
        asked: Callable[[str], tuple[Any, Any]],
        root: str = "",
        spaces: frozenset[str] = frozenset(),
        besides: int = 0,
    ) -> None:
        self.part, self.asked, self.root, self.spaces, self.besides = name, asked, root, spaces, besides
        self.others = package._elements_apart_from(name) + besides
        self.most = package.times * MOST_ELEMENTS
        self.met = 0

    def read(self, content: bytes) -> int:
        """Reads the part to its end, and gives how many elements it has."""
        may_be_too_many = self.others + len(content) // SHORTEST_ELEMENT > self.most
        if may_be_too_many and self.others + content.count(b"<") / 2 > self.most:  # an element has at most two tags
            raise self._too_many()
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler, counted = self._listening()
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
        return counted()

    def _listening(self) -> tuple[Any, Any, Any, Callable[[], int]]:
        """What the parser calls for opening tags, closing tags and texts.

        And what tells how many elements there were.

        Every tag of a sheet goes through them, so they hold what they need and look up no attribute of self.
        """
        most, elements, passed, text = self.most - self.others, 0, 0, ""
        here = _Element("", (None, None))
        above: list[_Element] = []

        def opened(name: str, attributes: Attributes) -> None:
            nonlocal elements, here, passed, text
            elements += 1
            if elements > most:
                raise self._too_many()
            if len(above) + passed >= DEEPEST:
                raise self._refused("is nested deeper than any spreadsheet program nests it")
            if passed:
                passed += 1
                return
            try:
                element = here.inside[name]
            except KeyError:
                element = self._meet(name, here, len(above))
            if element is None:
                passed = 1
                return
            above.append(here)
            here = element
            text = ""
            start = element.start
            if start is not None:
                start(_plain(attributes, not self.root) if "}" in "".join(attributes) else attributes)

        def closed(name: str) -> None:
            nonlocal here, passed, text
            if passed:
                passed -= 1
                return
            end = here.end
            here = above.pop()
            if end is not None:
                end(text)
            text = ""

        def written(more: str) -> None:
            nonlocal text
            if passed:
                return
            text = text + more if text else more
            if len(text) > LONGEST_TOKEN:
                raise self._refused("holds a text of a length that no cell can hold")

        return opened, closed, written, lambda: elements

    def _meet(self, name: str, above: _Element, depth: int) -> _Element | None:
        """A child of an element, met for the first time."""
        space, _, tag = name.rpartition("}")
        element: _Element | None = None
        if not self.root:
            element = _Element(tag, self.asked(tag), above.inside)
        elif space in self.spaces and depth == 0:
            element = _Element("/", (None, None)) if tag == self.root else None
        elif space in self.spaces:
            path = _path(above.path, tag, depth)
            element = _Element(path, self.asked(path) if path else (None, None))
        if self.met < MOST_JOINED:
            self.met += 1
            above.inside[name] = element
        return element

    def _too_many(self) -> UnreadableWorkbook:
        what = f"It holds too much: more than {self.most:,} cells, values and texts."
        return UnreadableWorkbook(f"{what} Delete sheets of other data.", "too-large")

    def _doctype(self, *_: object) -> None:
        raise self._refused("has a document type with entities of its own, which no spreadsheet program writes")

    def _refused(self, what: str) -> UnreadableWorkbook:
        return UnreadableWorkbook(f"Its part {_shown(self.part)} {what}. {SAVE_AS}, or ask for it again.")


def _path(above: str, tag: str, depth: int) -> str:
    """A tag with those above it.

    Nothing where it lies deeper, or is longer, than any that is asked for.
    """
    if not above or depth > DEEPEST_PATH or len(tag) > LONGEST_TAG:
        return ""
    return f"{above}/{tag}" if above != "/" else tag


def _plain(attributes: Attributes, of_any: bool) -> Attributes:
    """Attributes without their namespaces.

    One that has none counts before others of its name; but the number of a relationship is never what only looks so.
    of_any : those of any namespace, and where a name is taken, with theirs; else the numbers of relationships alone.
    """
    plain = {name: value for name, value in attributes.items() if "}" not in name}
    if not of_any:
        number = relationship_number({f"{{{name}": value for name, value in attributes.items() if "}" in name})
        return plain if number is None else plain | {"id": number}
    for name, value in attributes.items():
        local = name.rpartition("}")[2]
        plain[name if local in plain else local] = value
    return plain


def content_of(path: Path) -> bytes:
    """The content of a file, up to the limit and one byte more."""
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def open_package(content: bytes, times: int = 1) -> Package:
    """The package of an .xlsx, .xlsm, .xltx or .xlam file.

    times : how many times the usual limits of size hold, for a file that is read for its rows alone.
    Raises `UnreadableWorkbook` with what the file is instead.
    """
    package = open_zip(content, times)
    if "xl/workbook.xml" not in package and not main_part(package):
        raise UnreadableWorkbook(_other_package(package))
    return package


def open_zip(content: bytes, times: int = 1) -> Package:
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
    referred: set[str] = set()
    """The parts as a reference reads: sheet%31.xml and sheet1.xml#x are sheet1.xml to some programs."""
    for entry in archive.infolist():
        name = entry.filename
        if _ODD_NAME.search(name):
            sentence = f"A part of it is called {_shown(name)}, a name that leads elsewhere. {SAVE_AS}."
            raise UnreadableWorkbook(sentence, "part-name", name)
        reference = resolved("", name).lower()
        if reference in referred:
            raise UnreadableWorkbook(f"It holds the part {_shown(name)} twice. {SAVE_AS}.", "part-duplicate", name)
        referred.add(reference)
        entries[name.lower()] = entry
    if sum(entry.file_size for entry in entries.values()) > 4 * times * LARGEST_WHOLE:
        raise _too_large("unpacked, it is")
    return Package(archive, entries, times)


def main_part(package: Package) -> str:
    """The name of the part that lists the sheets."""
    found = package.part_of_kind("", "officeDocument")
    if found in package and not found.endswith(".bin"):
        return found if not found.startswith(("word/", "ppt/")) else ""
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
