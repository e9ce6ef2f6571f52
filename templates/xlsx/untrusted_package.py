"""A workbook from somebody else, as parts that are read within limits; what exceeds them is refused in a sentence.

Nothing is written to disk, no macro is run, no link followed, no size believed before it is measured: a part is
inflated up to a limit and no further, and its XML is streamed, so that no tree of it is ever built.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from roi_engine.errors import FtRoiError

MEGABYTE = 1_000_000
LARGEST_FILE = 25 * MEGABYTE
LARGEST_PART = 40 * MEGABYTE
LARGEST_WHOLE = 120 * MEGABYTE
"""Bytes of a file, of one part inflated, of all parts that are read."""
HIGHEST_RATIO = 400
"""How many times smaller than itself a part of some size may be packed; sheets of numbers reach 100."""
MOST_PARTS = 5_000
MOST_ELEMENTS = 700_000
"""Elements of all XML that is read: cells, values, texts, names."""
DEEPEST = 64
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
DAMAGED = "The file is damaged. Open it in a spreadsheet program, save it anew, or ask for it again."


class UnreadableWorkbook(FtRoiError):
    """A file that is no workbook that can be read, with the reason and the cure."""


@dataclass
class Package:
    """The parts of a workbook, inflated when they are asked for."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]
    inflated: int = 0
    elements: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def names(self) -> list[str]:
        """The parts' names as they are written."""
        return [entry.filename for entry in self.entries.values()]

    def read(self, name: str) -> bytes:
        """The bytes of a part, or nothing where there is none; raises `UnreadableWorkbook` beyond a limit."""
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
            raise _too_large(f"unpacked, its part {_shown(entry.filename)} is")
        return content

    def stream(self, name: str, start: Start, end: End) -> None:
        """Reads the XML of a part: ``start`` for each opening tag, ``end`` for each closing one with its text.

        Tags and attributes come without their namespaces. Raises `UnreadableWorkbook` for a document type (that
        is where entities are defined), for damage, and beyond a limit.
        """
        _Stream(self, name, start, end).read(self.read(name))


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]


class _Stream:
    """One run of the XML parser over a part."""

    def __init__(self, package: Package, name: str, start: Start, end: End) -> None:
        self.package, self.part = package, name
        self.start, self.end = start, end
        self.local: dict[str, str] = {}
        self.text: list[str] = []
        self.length = self.depth = 0

    def read(self, content: bytes) -> None:
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
            local = self.local[qualified] = qualified.rpartition("}")[2]
        return local

    def _opened(self, qualified: str, attributes: dict[str, str]) -> None:
        self.package.elements += 1
        self.depth += 1
        if self.package.elements > MOST_ELEMENTS:
            raise UnreadableWorkbook(
                f"It holds too much: more than {MOST_ELEMENTS:,} cells, values and texts. Delete sheets of other data."
            )
        if self.depth > DEEPEST:
            raise self._refused("is nested deeper than any spreadsheet program nests it")
        self.text.clear()
        self.length = 0
        if any("}" in each for each in attributes):
            attributes = {self._name(each): value for each, value in attributes.items()}
        self.start(self._name(qualified), attributes)

    def _closed(self, qualified: str) -> None:
        self.depth -= 1
        text = "".join(self.text)
        self.text.clear()
        self.length = 0
        self.end(self._name(qualified), text)

    def _written(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_TOKEN:
            raise self._refused("holds a text of a length that no cell can hold")
        self.text.append(text)

    def _doctype(self, *_: object) -> None:
        raise self._refused("has a document type with entities of its own, which no spreadsheet program writes")

    def _refused(self, what: str) -> UnreadableWorkbook:
        return UnreadableWorkbook(f"Its part {_shown(self.part)} {what}. {SAVE_AS}, or ask for it again.")


def open_package(content: bytes) -> Package:
    """The package of an .xlsx, .xlsm, .xltx or .xlam file; raises `UnreadableWorkbook` with what it is instead."""
    package = open_parts(content)
    if "xl/workbook.xml" not in package and not main_part(package):
        raise UnreadableWorkbook(_other_package(package))
    return package


def open_parts(content: bytes) -> Package:
    """The parts of a file that is packed as a workbook is, whatever they are; raises `UnreadableWorkbook`."""
    if len(content) > LARGEST_FILE:
        raise _too_large("it is", len(content))
    if content[:2] != b"PK":
        raise UnreadableWorkbook(_no_package(content))
    if content.count(_ENTRY) > MOST_PARTS:
        raise UnreadableWorkbook(f"It holds more than {MOST_PARTS:,} parts. {SAVE_AS}.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE:
        raise UnreadableWorkbook(DAMAGED) from None
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename
        if _ODD_NAME.search(name):
            raise UnreadableWorkbook(f"A part of it is called {_shown(name)}, a name that leads elsewhere. {SAVE_AS}.")
        if name.lower() in entries:
            raise UnreadableWorkbook(f"It holds the part {_shown(name)} twice. {SAVE_AS}.")
        entries[name.lower()] = entry
    if sum(entry.file_size for entry in entries.values()) > 4 * LARGEST_WHOLE:
        raise _too_large("unpacked, it is")
    return Package(archive, entries)


def main_part(package: Package) -> str:
    """The name of the part that lists the sheets."""
    for target, kind in relations(package, "").values():
        if kind == "officeDocument" and target in package and not target.endswith(".bin"):
            return target if not target.startswith("word/") and not target.startswith("ppt/") else ""
    return "xl/workbook.xml" if "xl/workbook.xml" in package else ""


def relations(package: Package, source: str) -> dict[str, tuple[str, str]]:
    """Relationship id → part and kind, of the relations that stay within the package (ECMA-376 Part 2, 9.3)."""
    folder, name = posixpath.split(source)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))[1:]
            found[attributes.get("Id", "")] = (target, attributes.get("Type", "").rsplit("/", 1)[-1])

    part = posixpath.join(folder, "_rels", f"{name}.rels")
    if part in package:
        package.stream(part, start, lambda tag, text: None)
    return found


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


def _too_large(what: str, size: int | None = None) -> UnreadableWorkbook:
    given = f"{size / MEGABYTE:,.0f} MB" if size else "far larger than a filled template"
    return UnreadableWorkbook(f"It is too large: {what} {given}. Delete sheets of other data, or ask for it again.")


def _shown(name: str) -> str:
    """A name from the file, on one line and short."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
